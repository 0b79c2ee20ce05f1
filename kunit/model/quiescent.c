// SPDX-License-Identifier: GPL-2.0
/*
 * The checker when a call of the driver has returned, and when a page is
 * freed: caches against tables, tables against memory.
 */
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/mm.h>

#include "ats.h"

static bool vtdm_root_reachable(u64 phys)
{
	unsigned int i;

	for (i = 0; i < vtd_model.nr_units; i++)
		if (vtdm_on(vtd_model.unit[i]) &&
		    vtd_model.unit[i]->root == phys)
			return true;
	return false;
}

/* Is it the top table of an entry that a translating unit reads? */
static bool vtdm_top_reachable(u64 phys)
{
	unsigned int i, j;

	for (i = 0; i < vtd_model.nr_units; i++) {
		const struct vtd_model_unit *u = vtd_model.unit[i];

		for (j = 0; vtdm_on(u) && j < u->nr_live; j++)
			if ((u->live[j].lo & ~(VTDM_PAGE - 1)) == phys &&
			    (u->live[j].lo >> VTDM_CTX_TT_SHIFT & 3) !=
				    VTDM_TT_PASS)
				return true;
	}
	return false;
}

/**
 * vtdm_reachable() - does a table that hardware walks lead to this page?
 * @page: the page
 *
 * Context: the model's lock is held.
 * Return: true when it does.
 */
bool vtdm_reachable(const struct vtdm_page *page)
{
	unsigned int depth;

	for (depth = 0; page && depth < 8; depth++) {
		const struct vtdm_page *up;

		if (page->role == VTDM_IRT)
			return vtdm_irt_reachable(page->phys);
		if (page->role == VTDM_ROOT)
			return vtdm_root_reachable(page->phys);
		if (page->role == VTDM_TABLE && !page->up)
			return vtdm_top_reachable(page->phys);
		if (page->role != VTDM_TABLE && page->role != VTDM_CONTEXT)
			return false;
		up = vtdm_page(page->up);
		if (!up || !(up->seen[page->up_index] & VTDM_S_RW) ||
		    (up->seen[page->up_index] & VTDM_S_ADDR) != page->phys)
			return false;
		page = up;
	}
	return false;
}

static void vtdm_freed(const struct vtdm_page *page, const char *why)
{
	vtdm_report(VTD_MODEL_FREED, phys_to_virt(page->phys), page->phys,
		    "page freed while %s", why);
}

/* Does a cache of the unit still lead to the page? */
static const char *vtdm_cached_in(const struct vtd_model_unit *u, u64 phys)
{
	unsigned int i;

	for (i = 0; i < VTDM_CONTEXTS; i++) {
		const struct vtdm_context *c = &u->contexts[i];

		if (c->valid && !c->reason &&
		    (c->lo >> VTDM_CTX_TT_SHIFT & 3) != VTDM_TT_PASS &&
		    (c->lo & ~(VTDM_PAGE - 1)) == phys)
			return "a cached context entry points to it";
	}
	for (i = 0; i < VTDM_POINTERS; i++)
		if (u->pointers[i].valid && u->pointers[i].table == phys)
			return "a cached pointer points to it";
	for (i = 0; i < VTDM_IOTLBS; i++) {
		const struct vtdm_iotlb *t = &u->iotlbs[i];

		/* 1:1 tables map the tables themselves: nothing is promised. */
		if (t->valid && t->rw && !t->reason && t->iova != t->phys &&
		    phys >= t->phys &&
		    phys - t->phys < 1ULL << (12 + (t->level - 1) * 9))
			return "the IOTLB translates to it";
	}
	if (vtdm_in_devtlbs(u, phys))
		return "a device TLB translates to it";
	if (vtdm_is_prq(u, phys))
		return "it is the page request queue of a unit";
	return NULL;
}

/**
 * vtdm_check_freed() - a page is about to be used for something else
 * @page: the page
 *
 * Context: the model's lock is held.
 */
void vtdm_check_freed(struct vtdm_page *page)
{
	const char *named = NULL;
	unsigned int i;

	if (page->role == VTDM_RING &&
	    vtdm_get(page->unit, VTDM_GSTS) & VTDM_G_QIE)
		vtdm_freed(page, "it is the queue of a unit");
	if (vtdm_reachable(page))
		vtdm_freed(page, "tables in use lead to it");
	if (page->role == VTDM_DESCRIPTORS)
		named = vtdm_descriptors_named(page->phys);
	if (named)
		vtdm_freed(page, named);
	for (i = 0; i < vtd_model.nr_units; i++) {
		const char *why = NULL;

		if (vtdm_on(vtd_model.unit[i]))
			why = vtdm_cached_in(vtd_model.unit[i], page->phys);
		if (why)
			vtdm_freed(page, why);
	}
}

/* The entry of some level that hardware would find for an address. */
static bool vtdm_peek(struct vtd_model_unit *u, u64 table, unsigned int level,
		      u64 iova, unsigned int wanted, u64 *entry)
{
	for (;; level--) {
		unsigned int index = iova >> (12 + (level - 1) * 9) & 511;

		if (!vtdm_read(u, table + index * 8, entry))
			return false;
		if (level == wanted)
			return true;
		if (!(*entry & VTDM_S_RW) || *entry & VTDM_S_PS)
			return false;
		table = *entry & VTDM_S_ADDR;
	}
}

/* Does any device of the unit use the domain-id with these tables? */
static bool vtdm_used(const struct vtd_model_unit *u, u16 did, u64 root)
{
	unsigned int i;

	for (i = 0; i < u->nr_live; i++)
		if (u->live[i].did == did &&
		    (u->live[i].lo & ~(VTDM_PAGE - 1)) == root)
			return true;
	return false;
}

static void vtdm_stale(const char *what, u16 did, u64 addr, u64 value)
{
	vtdm_report(VTD_MODEL_STALE, NULL, value,
		    "stale %s: domain-id %u, address 0x%llx, cached 0x%llx",
		    what, did, addr, value);
}

/* Blocked for want of a root entry or of a context entry: it is the same. */
static bool vtdm_absent(u8 reason)
{
	return reason == VTDM_FR_ROOT_ABSENT ||
	       reason == VTDM_FR_CONTEXT_ABSENT;
}

static void vtdm_check_contexts(struct vtd_model_unit *u)
{
	unsigned int i;

	for (i = 0; i < VTDM_CONTEXTS; i++) {
		const struct vtdm_context *c = &u->contexts[i];
		struct vtdm_context now;
		u8 reason;

		if (!c->valid)
			continue;
		reason = vtdm_context_read(u, c->sid, &now);
		if (vtdm_absent(reason) && vtdm_absent(c->reason))
			continue;
		if (reason == c->reason &&
		    (reason || (now.lo == c->lo && now.hi == c->hi)))
			continue;
		vtdm_stale("context entry", c->did, c->sid, c->lo);
	}
}

static void vtdm_check_pointers(struct vtd_model_unit *u)
{
	unsigned int i;
	u64 entry;

	for (i = 0; i < VTDM_POINTERS; i++) {
		const struct vtdm_pointer *p = &u->pointers[i];

		if (!p->valid)
			continue;
		if (vtdm_used(u, p->did, p->root) &&
		    vtdm_peek(u, p->root, p->levels, p->iova, p->level,
			      &entry) &&
		    entry & VTDM_S_RW && !(entry & VTDM_S_PS) &&
		    (entry & VTDM_S_ADDR) == p->table)
			continue;
		vtdm_stale("pointer", p->did, p->iova, p->table);
	}
}

static bool vtdm_leaf_holds(struct vtd_model_unit *u,
			    const struct vtdm_iotlb *t)
{
	struct vtdm_context context = {
		.did = t->did,
		.lo = t->root,
		.hi = t->levels - 2,
	};
	struct vtdm_iotlb now;
	u64 span = 1ULL << (12 + (t->level - 1) * 9);
	u8 reason = vtdm_walk(u, &context, t->iova, 0, false, &now);

	if (t->reason)
		return reason == t->reason;
	if (!t->rw)
		return reason == VTDM_FR_READ;
	return !reason && now.rw == t->rw && now.level >= t->level &&
	       now.phys + (t->iova &
			   ((1ULL << (12 + (now.level - 1) * 9)) - 1) &
			   ~(span - 1)) ==
		       t->phys;
}

static void vtdm_check_iotlbs(struct vtd_model_unit *u)
{
	unsigned int i;

	for (i = 0; i < VTDM_IOTLBS; i++) {
		const struct vtdm_iotlb *t = &u->iotlbs[i];

		if (!t->valid ||
		    (vtdm_used(u, t->did, t->root) && vtdm_leaf_holds(u, t)))
			continue;
		vtdm_stale("translation", t->did, t->iova, t->phys);
	}
}

static void vtdm_check_dues(struct vtd_model_unit *u)
{
	unsigned int i;

	for (i = 0; i < VTDM_DUES; i++) {
		if (!u->due[i].valid)
			continue;
		vtdm_report(
			VTD_MODEL_ORDER, NULL, u->due[i].sid,
			"source-id 0x%04x: %s", u->due[i].sid,
			u->due[i].done ?
				"IOTLB not invalidated after the context cache" :
				"context cache not invalidated");
		u->due[i].valid = false;
	}
}

/* Is the entry present, as stored or as it stands behind the write buffer? */
static bool vtdm_matters(const struct vtdm_page *page, unsigned int index)
{
	u64 bits = page->role == VTDM_TABLE ? VTDM_S_RW : VTDM_P;

	/* all others are present by their lower half */
	if (page->role != VTDM_TABLE)
		index &= ~1U;
	return (page->seen[index] | page->drained[index]) & bits;
}

/* Every table in use against memory, word by word. */
static void vtdm_check_page(const struct vtdm_page *page)
{
	u64 ignored = page->role == VTDM_TABLE ? VTDM_S_IGNORED : 0;
	bool coherent = vtdm_ecap(page->unit, VTDM_ECAP_C);
	bool buffered = vtdm_cap(page->unit, VTDM_CAP_RWBF);
	unsigned int i;

	for (i = 0; i < VTDM_WORDS; i++) {
		u64 now = vtdm_now_in_memory(page, i);
		const void *ptr = phys_to_virt(page->phys + i * sizeof(u64));

		if (now != page->seen[i])
			vtdm_report(VTD_MODEL_UNSEEN, ptr, now,
				    "memory changed past the observer");
		if (!coherent && page->view && (now ^ page->view[i]) & ~ignored)
			vtdm_report(VTD_MODEL_UNFLUSHED, ptr, now,
				    "cache line never written back");
		else if (buffered && page->drained &&
			 (now ^ page->drained[i]) & ~ignored &&
			 vtdm_matters(page, i))
			vtdm_report(VTD_MODEL_UNFLUSHED, ptr, now,
				    "store left in the write buffer");
	}
}

/**
 * vtd_model_check_quiescent() - the driver is at rest: is everything right?
 *
 * To be called when every call of the driver has returned.  No cache may say
 * other than the tables, every due invalidation has come, and memory holds
 * what the CPU stored.
 *
 * Context: any.
 * Return: rules found broken now.
 */
unsigned int vtd_model_check_quiescent(void)
{
	unsigned int i, before;
	unsigned long flags;

	raw_spin_lock_irqsave(&vtd_model.lock, flags);
	before = vtd_model.broken;
	for (i = 0; i < vtd_model.nr_units; i++) {
		struct vtd_model_unit *u = vtd_model.unit[i];

		if (vtdm_remaps(u))
			vtdm_check_interrupts(u);
		if (!vtdm_on(u))
			continue;
		vtdm_check_dues(u);
		vtdm_check_contexts(u);
		vtdm_check_pointers(u);
		vtdm_check_iotlbs(u);
		vtdm_check_devtlbs(u);
	}
	for (i = 0; i < VTDM_BUCKETS; i++) {
		const struct vtdm_page *page;

		for (page = vtd_model.bucket[i]; page; page = page->next)
			if (vtdm_reachable(page))
				vtdm_check_page(page);
	}
	i = vtd_model.broken - before;
	raw_spin_unlock_irqrestore(&vtd_model.lock, flags);
	return i;
}
EXPORT_SYMBOL_GPL(vtd_model_check_quiescent);
