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
static bool vtdm_top_reachable(const struct vtdm_page *page)
{
	bool first = page->role == VTDM_FIRST_TABLE;
	struct vtdm_path path;
	unsigned int i, j;

	for (i = 0; i < vtd_model.nr_units; i++) {
		const struct vtd_model_unit *u = vtd_model.unit[i];

		if (!vtdm_on(u))
			continue;
		for (j = 0; !u->scalable && j < u->nr_live; j++) {
			vtdm_legacy_path(u, u->live[j].did, u->live[j].lo,
					 u->live[j].hi, &path);
			if (path.kind == VTDM_SECOND &&
			    path.second == page->phys && !first)
				return true;
		}
		for (j = 0; j < u->nr_live_pasid; j++) {
			path = u->live_pasid[j].path;
			if (!first && path.second == page->phys)
				return true;
			if (first && path.kind == VTDM_FIRST &&
			    path.first == page->phys)
				return true;
		}
	}
	return false;
}

/* Does the entry of the table above still point to this page? */
static bool vtdm_pointed(const struct vtdm_page *page,
			 const struct vtdm_page *up)
{
	u64 entry = up->seen[page->up_index];
	u64 present = page->role == VTDM_TABLE ? VTDM_S_RW : VTDM_P;

	return entry & present && (entry & VTDM_S_ADDR) == page->phys;
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

		switch (page->role) {
		case VTDM_IRT:
			return vtdm_irt_reachable(page->phys);
		case VTDM_ROOT:
			return vtdm_root_reachable(page->phys);
		case VTDM_DIRECTORY:
			return vtdm_directory_reachable(page->phys);
		case VTDM_TABLE:
		case VTDM_FIRST_TABLE:
			if (!page->up)
				return vtdm_top_reachable(page);
			break;
		case VTDM_CONTEXT:
		case VTDM_PASID_TABLE:
			break;
		default:
			return false;
		}
		up = vtdm_page(page->up);
		if (!up || !vtdm_pointed(page, up))
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

/* Does a cached PASID or directory entry point to the page? */
static const char *vtdm_cached_pasid_in(const struct vtd_model_unit *u,
					u64 phys)
{
	struct vtdm_path path;
	unsigned int i;

	for (i = 0; i < VTDM_PASID_CACHE; i++) {
		const struct vtdm_pasid *e = &u->pasids[i];

		if (!e->valid || e->reason)
			continue;
		if (e->directory) {
			if (e->table == phys)
				return "a cached PASID directory entry points to it";
			continue;
		}
		vtdm_pasid_path(u, e->pasid, e->word, &path);
		if ((path.second && path.second == phys) ||
		    (path.kind == VTDM_FIRST && path.first == phys))
			return "a cached PASID entry points to it";
	}
	return NULL;
}

/* Does a cached context entry point to the page? */
static bool vtdm_cached_context_in(const struct vtd_model_unit *u,
				   const struct vtdm_context *c, u64 phys)
{
	u64 base = c->lo & ~(VTDM_PAGE - 1);

	if (u->scalable)
		return phys - base < vtdm_directory_entries(c->lo) * 8;
	return (c->lo >> VTDM_CTX_TT_SHIFT & 3) != VTDM_TT_PASS && base == phys;
}

/* Does a cache of the unit still lead to the page? */
static const char *vtdm_cached_in(const struct vtd_model_unit *u, u64 phys)
{
	unsigned int i;

	for (i = 0; i < VTDM_CONTEXTS; i++) {
		const struct vtdm_context *c = &u->contexts[i];

		if (c->valid && !c->reason &&
		    vtdm_cached_context_in(u, c, phys))
			return "a cached context entry points to it";
	}
	for (i = 0; i < VTDM_POINTERS; i++)
		if (u->pointers[i].valid && u->pointers[i].table == phys &&
		    u->pointers[i].path.kind != VTDM_NESTED)
			return "a cached pointer points to it";
	for (i = 0; i < VTDM_IOTLBS; i++) {
		const struct vtdm_iotlb *t = &u->iotlbs[i];

		/* 1:1 tables map the tables themselves: nothing is promised. */
		if (t->valid && t->rw && !t->reason && t->iova != t->phys &&
		    phys >= t->phys &&
		    phys - t->phys < vtdm_level_bytes(t->level))
			return "the IOTLB translates to it";
	}
	if (vtdm_in_devtlbs(u, phys))
		return "a device TLB translates to it";
	if (vtdm_is_prq(u, phys))
		return "it is the page request queue of a unit";
	return vtdm_cached_pasid_in(u, phys) ?: vtdm_due_names(u, phys);
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

/* Would a request that is translated by @path find what is cached of @path? */
static bool vtdm_same_use(const struct vtdm_path *used,
			  const struct vtdm_path *path)
{
	/* A second stage is walked by nested requests too. */
	if (path->kind == VTDM_SECOND && used->kind == VTDM_NESTED)
		return used->did == path->did && used->second == path->second;
	return vtdm_same_tag(used, path) && vtdm_same_tables(used, path);
}

/* Does any entry of the unit use the domain-id with these tables? */
static bool vtdm_used(const struct vtd_model_unit *u,
		      const struct vtdm_path *path)
{
	struct vtdm_path live;
	unsigned int i;

	if (u->nr_live_pasid == VTDM_PASID_LIVE)
		return true; /* there may be more */
	for (i = 0; !u->scalable && i < u->nr_live; i++) {
		vtdm_legacy_path(u, u->live[i].did, u->live[i].lo,
				 u->live[i].hi, &live);
		if (vtdm_same_use(&live, path))
			return true;
	}
	for (i = 0; i < u->nr_live_pasid; i++)
		if (vtdm_same_use(&u->live_pasid[i].path, path))
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
	       reason == VTDM_FR_CONTEXT_ABSENT ||
	       reason == VTDM_FR_SRT_ABSENT || reason == VTDM_FR_SCT_ABSENT;
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

static bool vtdm_pasid_holds(struct vtd_model_unit *u,
			     const struct vtdm_pasid *e)
{
	struct vtdm_context context;
	struct vtdm_pasid now;
	u8 reason;

	if (vtdm_context_read(u, e->sid, &context))
		return false;
	if (e->pasid / VTDM_PASIDS >= vtdm_directory_entries(context.lo))
		return false;
	reason = vtdm_pasid_read(u, &context, e->pasid, false, &now);
	if (e->directory)
		return reason != VTDM_FR_SPD_ABSENT && now.table == e->table;
	if (e->reason || reason)
		return e->reason == reason;
	return now.word[0] == e->word[0] && now.word[1] == e->word[1] &&
	       now.word[2] == e->word[2];
}

static void vtdm_check_pasids(struct vtd_model_unit *u)
{
	unsigned int i;

	for (i = 0; i < VTDM_PASID_CACHE; i++) {
		const struct vtdm_pasid *e = &u->pasids[i];

		if (!e->valid || vtdm_pasid_holds(u, e))
			continue;
		vtdm_report(VTD_MODEL_STALE, NULL, e->word[0],
			    "stale PASID %s: source-id 0x%04x, PASID 0x%x",
			    e->directory ? "directory entry" : "entry", e->sid,
			    e->pasid);
	}
}

static bool vtdm_pointer_holds(struct vtd_model_unit *u,
			       const struct vtdm_pointer *p)
{
	u64 present = p->path.kind == VTDM_SECOND ? VTDM_S_RW : VTDM_F_P;
	u64 entry;

	return vtdm_used(u, &p->path) &&
	       vtdm_peek(u, &p->path, p->iova, p->level, &entry) &&
	       entry & present && !(entry & VTDM_S_PS) &&
	       (entry & VTDM_S_ADDR) == p->table;
}

static void vtdm_check_pointers(struct vtd_model_unit *u)
{
	unsigned int i;

	for (i = 0; i < VTDM_POINTERS; i++) {
		const struct vtdm_pointer *p = &u->pointers[i];

		if (p->valid && !vtdm_pointer_holds(u, p))
			vtdm_stale("pointer", p->path.did, p->iova, p->table);
	}
}

/* Of a first stage, more rights than are cached need no invalidation. */
static bool vtdm_rights_hold(const struct vtdm_iotlb *t, u8 now)
{
	if (t->path.kind == VTDM_SECOND)
		return now == t->rw || (t->path.ssade && !(t->rw & ~now));
	return !(t->rw & ~now);
}

static bool vtdm_leaf_holds(struct vtd_model_unit *u,
			    const struct vtdm_iotlb *t)
{
	struct vtdm_iotlb now;
	u64 span = vtdm_level_bytes(t->level);
	u8 reason = vtdm_walk(u, &t->path, t->iova, 0, 0, &now);

	if (t->reason)
		return reason == t->reason;
	if (!t->rw)
		return reason == VTDM_FR_READ;
	return !reason && vtdm_rights_hold(t, now.rw) &&
	       now.level >= t->level &&
	       now.phys + (t->iova & (vtdm_level_bytes(now.level) - 1) &
			   ~(span - 1)) ==
		       t->phys;
}

static void vtdm_check_iotlbs(struct vtd_model_unit *u)
{
	unsigned int i;

	for (i = 0; i < VTDM_IOTLBS; i++) {
		const struct vtdm_iotlb *t = &u->iotlbs[i];

		if (!t->valid ||
		    (vtdm_used(u, &t->path) && vtdm_leaf_holds(u, t)))
			continue;
		vtdm_stale("translation", t->path.did, t->iova, t->phys);
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
	vtdm_check_pasid_dues(u);
}

/* Is the entry present, as stored or as it stands behind the write buffer? */
static bool vtdm_matters(const struct vtdm_page *page, unsigned int index)
{
	u64 bits = page->role == VTDM_TABLE ? VTDM_S_RW : VTDM_P;
	unsigned int words = 2;

	/* All others are present by their first word. */
	if (page->role == VTDM_PASID_TABLE)
		words = VTDM_PASID_WORDS;
	else if (page->role == VTDM_CONTEXT && page->wide)
		words = VTDM_SM_CONTEXT_WORDS;
	else if (page->role == VTDM_TABLE || page->role == VTDM_FIRST_TABLE ||
		 page->role == VTDM_DIRECTORY ||
		 (page->role == VTDM_ROOT && page->unit->scalable))
		words = 1;
	index -= index % words;
	return (page->seen[index] | page->drained[index]) & bits;
}

static bool vtdm_is_snooped(const struct vtdm_page *page)
{
	if (page->role == VTDM_TABLE || page->role == VTDM_FIRST_TABLE)
		return page->snooped;
	return vtdm_ecap(page->unit, VTDM_ECAP_C);
}

/* Every table in use against memory, word by word. */
static void vtdm_check_page(const struct vtdm_page *page)
{
	u64 ignored = vtdm_ignored(page);
	bool coherent = vtdm_is_snooped(page);
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
		vtdm_check_pasids(u);
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
