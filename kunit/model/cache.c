// SPDX-License-Identifier: GPL-2.0
/*
 * Translation caches: contexts, leaves (IOTLB), pointers (6.2), and what each
 * invalidation takes out of them: that, and nothing more.
 */
#include <linux/kernel.h>

#include "internal.h"

/**
 * vtdm_same_tag() - would hardware take what one translates by for the other's?
 * @a: a path
 * @b: another one
 *
 * What comes of a first stage is tagged with domain-id and PASID, what comes
 * of a second stage with the domain-id alone (6.2.1).
 *
 * Return: true when it would.
 */
bool vtdm_same_tag(const struct vtdm_path *a, const struct vtdm_path *b)
{
	return a->kind == b->kind && a->did == b->did &&
	       (a->kind == VTDM_SECOND || a->kind == VTDM_PASS ||
		a->pasid == b->pasid);
}

/**
 * vtdm_same_tables() - do two paths of one kind begin at the same tables?
 * @a: a path
 * @b: another one
 *
 * Return: true when they do.
 */
bool vtdm_same_tables(const struct vtdm_path *a, const struct vtdm_path *b)
{
	if (a->kind != VTDM_FIRST && a->second != b->second)
		return false;
	return a->kind == VTDM_SECOND || a->kind == VTDM_PASS ||
	       a->first == b->first;
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
 * @path: what the request is translated by
 * @addr: input address
 *
 * Return: the leaf or NULL.
 */
struct vtdm_iotlb *vtdm_find_iotlb(struct vtd_model_unit *u,
				   const struct vtdm_path *path, u64 addr)
{
	unsigned int i;

	for (i = 0; i < VTDM_IOTLBS; i++) {
		struct vtdm_iotlb *t = &u->iotlbs[i];

		if (t->valid && vtdm_same_tag(&t->path, path) &&
		    !((t->iova ^ addr) & ~(vtdm_level_bytes(t->level) - 1)))
			return t;
	}
	return NULL;
}

/**
 * vtdm_find_pointer() - the lowest cached pointer on the way to an address
 * @u: the unit
 * @path: what the request is translated by
 * @addr: input address
 *
 * Return: the pointer or NULL.
 */
struct vtdm_pointer *vtdm_find_pointer(struct vtd_model_unit *u,
				       const struct vtdm_path *path, u64 addr)
{
	struct vtdm_pointer *best = NULL;
	unsigned int i;

	for (i = 0; i < VTDM_POINTERS; i++) {
		struct vtdm_pointer *p = &u->pointers[i];

		if (p->valid && vtdm_same_tag(&p->path, path) &&
		    !((p->iova ^ addr) & ~(vtdm_level_bytes(p->level) - 1)) &&
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
	struct vtdm_iotlb *at = vtdm_find_iotlb(u, &leaf->path, leaf->iova);

	/* What is cached stays: hardware need not replace it, but it may be dirty. */
	if (at && at->level == leaf->level) {
		at->rw |= leaf->rw & VTDM_L_DIRTY;
		return;
	}
	at = &u->iotlbs[u->next_iotlb++ % VTDM_IOTLBS];
	*at = *leaf;
	at->iova &= ~(vtdm_level_bytes(leaf->level) - 1);
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
	u64 iova = pointer->iova & ~(vtdm_level_bytes(pointer->level) - 1);
	unsigned int i;

	for (i = 0; i < VTDM_POINTERS; i++) {
		at = &u->pointers[i];
		if (at->valid && vtdm_same_tag(&at->path, &pointer->path) &&
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
 * @did: domain-id, for the latter two; ignored in scalable mode, where context
 *	entries belong to no domain and the second reaches nothing
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

		if (u->scalable && granularity == VTDM_D_DOMAIN)
			continue;
		if (!u->scalable && granularity != VTDM_D_GLOBAL &&
		    c->did != did)
			continue;
		if (granularity == VTDM_D_SELECTIVE &&
		    (c->sid ^ sid) & ~mask[fm])
			continue;
		c->valid = false;
	}
}

/**
 * vtdm_meet() - do two naturally aligned ranges meet?
 * @a: an address in the one
 * @a_bytes: its length, bytes, a power of 2; 0 is everything
 * @b: an address in the other
 * @b_bytes: its length, bytes
 *
 * Return: true when they do.
 */
bool vtdm_meet(u64 a, u64 a_bytes, u64 b, u64 b_bytes)
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
 *
 * Pages are addresses of the second stage: what is cached of a first stage of
 * the domain goes as a whole, because its addresses are others.
 */
void vtdm_forget_iotlb(struct vtd_model_unit *u, unsigned int granularity,
		       u16 did, u64 addr, unsigned int am, bool hint)
{
	u64 bytes = am < 52 ? VTDM_PAGE << am : 0;
	bool pages = granularity == VTDM_D_SELECTIVE;
	unsigned int i;

	for (i = 0; i < VTDM_IOTLBS; i++) {
		struct vtdm_iotlb *t = &u->iotlbs[i];

		if (granularity != VTDM_D_GLOBAL && t->path.did != did)
			continue;
		if (t->valid && pages && t->path.kind == VTDM_SECOND &&
		    !vtdm_meet(t->iova, vtdm_level_bytes(t->level), addr,
			       bytes))
			continue;
		t->valid = false;
	}
	if (pages && hint)
		return;
	for (i = 0; i < VTDM_POINTERS; i++) {
		struct vtdm_pointer *p = &u->pointers[i];

		if (granularity != VTDM_D_GLOBAL && p->path.did != did)
			continue;
		if (p->valid && pages && p->path.kind == VTDM_SECOND &&
		    !vtdm_meet(p->iova, vtdm_level_bytes(p->level), addr,
			       bytes))
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
	u->pasids[(random >> 16) % VTDM_PASID_CACHE].valid = false;
	u->iotlbs[(random >> 24) % VTDM_IOTLBS].valid = false;
	u->pointers[(random >> 40) % VTDM_POINTERS].valid = false;
	u->irtes[(random >> 48) % VTDM_IRTES].valid = false;
}
