// SPDX-License-Identifier: GPL-2.0
/*
 * Translation caches: contexts, leaves (IOTLB), pointers (6.2), and what each
 * invalidation takes out of them: that, and nothing more.
 */
#include <linux/kernel.h>

#include "internal.h"

static u64 vtdm_span(unsigned int level)
{
	return 1ULL << (12 + (level - 1) * 9);
}

/**
 * vtdm_find_context() - the cached context entry of a device
 * @u: the unit
 * @sid: source-id
 *
 * Return: the entry or NULL.
 */
struct vtdm_context *vtdm_find_context(struct vtd_model_unit *u, u16 sid)
{
	unsigned int i;

	for (i = 0; i < VTDM_CONTEXTS; i++)
		if (u->contexts[i].valid && u->contexts[i].sid == sid)
			return &u->contexts[i];
	return NULL;
}

/**
 * vtdm_find_iotlb() - the cached leaf for an address
 * @u: the unit
 * @did: domain-id
 * @addr: input address
 *
 * Return: the leaf or NULL.
 */
struct vtdm_iotlb *vtdm_find_iotlb(struct vtd_model_unit *u, u16 did, u64 addr)
{
	unsigned int i;

	for (i = 0; i < VTDM_IOTLBS; i++) {
		struct vtdm_iotlb *t = &u->iotlbs[i];

		if (t->valid && t->did == did &&
		    !((t->iova ^ addr) & ~(vtdm_span(t->level) - 1)))
			return t;
	}
	return NULL;
}

/**
 * vtdm_find_pointer() - the lowest cached pointer on the way to an address
 * @u: the unit
 * @did: domain-id
 * @addr: input address
 *
 * Return: the pointer or NULL.
 */
struct vtdm_pointer *vtdm_find_pointer(struct vtd_model_unit *u, u16 did,
				       u64 addr)
{
	struct vtdm_pointer *best = NULL;
	unsigned int i;

	for (i = 0; i < VTDM_POINTERS; i++) {
		struct vtdm_pointer *p = &u->pointers[i];

		if (p->valid && p->did == did &&
		    !((p->iova ^ addr) & ~(vtdm_span(p->level) - 1)) &&
		    (!best || p->level < best->level))
			best = p;
	}
	return best;
}

/**
 * vtdm_cache_context() - remember a context entry
 * @u: the unit
 * @context: what to remember
 */
void vtdm_cache_context(struct vtd_model_unit *u,
			const struct vtdm_context *context)
{
	struct vtdm_context *at = vtdm_find_context(u, context->sid);

	if (!at)
		at = &u->contexts[u->next_context++ % VTDM_CONTEXTS];
	*at = *context;
	at->valid = true;
}

/**
 * vtdm_cache_iotlb() - remember a leaf, unless one is known already
 * @u: the unit
 * @leaf: what to remember
 */
void vtdm_cache_iotlb(struct vtd_model_unit *u, const struct vtdm_iotlb *leaf)
{
	struct vtdm_iotlb *at = vtdm_find_iotlb(u, leaf->did, leaf->iova);

	/* What is cached stays: hardware need not replace it. */
	if (at && at->level == leaf->level)
		return;
	at = &u->iotlbs[u->next_iotlb++ % VTDM_IOTLBS];
	*at = *leaf;
	at->iova &= ~(vtdm_span(leaf->level) - 1);
	at->valid = true;
}

/**
 * vtdm_cache_pointer() - remember a pointer, unless one is known already
 * @u: the unit
 * @pointer: what to remember
 */
void vtdm_cache_pointer(struct vtd_model_unit *u,
			const struct vtdm_pointer *pointer)
{
	struct vtdm_pointer *at = NULL;
	u64 iova = pointer->iova & ~(vtdm_span(pointer->level) - 1);
	unsigned int i;

	for (i = 0; i < VTDM_POINTERS; i++) {
		at = &u->pointers[i];
		if (at->valid && at->did == pointer->did &&
		    at->level == pointer->level && at->iova == iova)
			return;
	}
	at = &u->pointers[u->next_pointer++ % VTDM_POINTERS];
	*at = *pointer;
	at->iova = iova;
	at->valid = true;
}

/**
 * vtdm_forget_contexts() - a context-cache invalidation (6.5.1.1, 6.5.2.1)
 * @u: the unit
 * @granularity: global, domain or device
 * @did: domain-id, for the latter two
 * @sid: source-id, for the last
 * @fm: function mask, for the last
 */
void vtdm_forget_contexts(struct vtd_model_unit *u, unsigned int granularity,
			  u16 did, u16 sid, unsigned int fm)
{
	static const u16 mask[] = { 0, 4, 6, 7 };
	unsigned int i;

	for (i = 0; i < VTDM_CONTEXTS; i++) {
		struct vtdm_context *c = &u->contexts[i];

		if (granularity != VTDM_D_GLOBAL && c->did != did)
			continue;
		if (granularity == VTDM_D_SELECTIVE &&
		    (c->sid ^ sid) & ~mask[fm])
			continue;
		c->valid = false;
	}
}

static bool vtdm_meet(u64 a, u64 a_bytes, u64 b, u64 b_bytes)
{
	a &= ~(a_bytes - 1);
	b &= ~(b_bytes - 1);
	return a <= b + (b_bytes - 1) && b <= a + (a_bytes - 1);
}

/**
 * vtdm_forget_iotlb() - an IOTLB invalidation (6.5.1.2, 6.5.2.3)
 * @u: the unit
 * @granularity: global, domain or pages
 * @did: domain-id, for the latter two
 * @addr: first page, for the last
 * @am: 2^am pages are meant
 * @hint: leaves only: pointers stay (IH)
 */
void vtdm_forget_iotlb(struct vtd_model_unit *u, unsigned int granularity,
		       u16 did, u64 addr, unsigned int am, bool hint)
{
	u64 bytes = am < 52 ? VTDM_PAGE << am : 0;
	bool pages = granularity == VTDM_D_SELECTIVE;
	unsigned int i;

	for (i = 0; i < VTDM_IOTLBS; i++) {
		struct vtdm_iotlb *t = &u->iotlbs[i];

		if (granularity != VTDM_D_GLOBAL && t->did != did)
			continue;
		if (t->valid && pages &&
		    !vtdm_meet(t->iova, vtdm_span(t->level), addr, bytes))
			continue;
		t->valid = false;
	}
	if (pages && hint)
		return;
	for (i = 0; i < VTDM_POINTERS; i++) {
		struct vtdm_pointer *p = &u->pointers[i];

		if (granularity != VTDM_D_GLOBAL && p->did != did)
			continue;
		if (p->valid && pages &&
		    !vtdm_meet(p->iova, vtdm_span(p->level), addr, bytes))
			continue;
		p->valid = false;
	}
}

/**
 * vtdm_evict() - drop something cached, or not
 * @u: the unit
 */
void vtdm_evict(struct vtd_model_unit *u)
{
	u64 random = vtdm_random(u);

	if (random & 7)
		return;
	u->contexts[(random >> 8) % VTDM_CONTEXTS].valid = false;
	u->iotlbs[(random >> 24) % VTDM_IOTLBS].valid = false;
	u->pointers[(random >> 40) % VTDM_POINTERS].valid = false;
	u->irtes[(random >> 48) % VTDM_IRTES].valid = false;
}
