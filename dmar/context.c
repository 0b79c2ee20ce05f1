// SPDX-License-Identifier: GPL-2.0
/*
 * Root and context tables of a unit: those of legacy mode (VT-d 9.1, 9.3), and
 * the way to those of scalable mode.
 *
 * Owns every store into them.  Must never let the unit see an entry half
 * written, and never return before the unit has forgotten what an entry said.
 */
#include <linux/array_size.h>
#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include <vtd/observe.h>
#include "context.h"
#include "devtlb.h"
#include "iommu-pages.h"
#include "scalable.h"
#include "unit.h"

/* How often what an error may have torn apart is submitted. */
#define VTD_CONTEXT_TRIES 16

static_assert(VTD_ROOT_ENTRIES * sizeof(struct vtd_root_entry) == PAGE_SIZE);
static_assert(VTD_CONTEXT_ENTRIES * sizeof(struct vtd_context_entry) ==
	      PAGE_SIZE);

/**
 * vtd_context_written() - an entry has been written
 * @unit: the unit that may read it
 * @entry: the entry, or a table of them
 * @bytes: its size
 *
 * VT-d 6.8, ECAP.C.
 *
 * Context: any.
 */
void vtd_context_written(const struct vtd_unit *unit, void *entry, size_t bytes)
{
	if (!vtd_unit_coherent(unit))
		vtd_flush_cache(entry, bytes);
}

/**
 * vtd_context_init() - an empty root table: nothing may do DMA
 * @unit: its capabilities are known
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int vtd_context_init(struct vtd_unit *unit)
{
	unit->root =
		iommu_alloc_pages_node_sz(unit->nid, GFP_KERNEL, PAGE_SIZE);
	if (!unit->root)
		return -ENOMEM;
	vtd_context_written(unit, unit->root, PAGE_SIZE);
	return 0;
}

static void vtd_context_destroy_tables(struct vtd_unit *unit)
{
	unsigned int bus;

	for (bus = 0; bus < VTD_ROOT_ENTRIES; bus++) {
		if (unit->context[bus])
			iommu_free_pages(unit->context[bus]);
		unit->context[bus] = NULL;
	}
}

/**
 * vtd_context_destroy() - free the tables
 * @unit: no longer translating
 *
 * Context: may sleep.
 */
void vtd_context_destroy(struct vtd_unit *unit)
{
	if (unit->scalable)
		vtd_sm_destroy(unit);
	else
		vtd_context_destroy_tables(unit);
	if (unit->root)
		iommu_free_pages(unit->root);
	unit->root = NULL;
}

/* The table of @bus, made when there was none. */
static struct vtd_context_entry *vtd_context_table(struct vtd_unit *unit,
						   u8 bus)
{
	struct vtd_context_entry *table = unit->context[bus];

	lockdep_assert_held(&unit->lock);

	if (table)
		return table;
	table = iommu_alloc_pages_node_sz(unit->nid, GFP_KERNEL, PAGE_SIZE);
	if (!table)
		return NULL;
	/* The empty table must be in memory before the root points to it. */
	vtd_context_written(unit, table, PAGE_SIZE);
	dma_wmb();
	vtd_hw_store64(&unit->root[bus].w[0],
		       vtd_root_entry_lo(virt_to_phys(table)));
	vtd_context_written(unit, &unit->root[bus], sizeof(unit->root[bus]));
	WRITE_ONCE(unit->context[bus], table);
	return table;
}

/**
 * vtd_context_submit() - have the unit forget what entries said
 * @unit: the unit
 * @desc: what it is to forget
 * @nr: of them; several have a fence among them
 *
 * Context: as vtd_qi_submit().
 * Return: as vtd_qi_submit(), and -EIO when errors of others do not come to an
 * end; after an error the unit counts as failed.
 */
int vtd_context_submit(struct vtd_unit *unit, const struct vtd_qi_desc *desc,
		       unsigned int nr)
{
	const u64 *errors = &unit->qi.stats.errors;
	unsigned int tries = VTD_CONTEXT_TRIES;
	u64 before;
	int ret;

	do {
		before = READ_ONCE(*errors);
		ret = vtd_qi_submit(&unit->qi, desc, nr);
		/*
		 * When a device does not answer, the unit drops fences, too, and
		 * then goes on with what is behind them (6.5.2.10).
		 */
		if (likely(ret || nr == 1 || before == READ_ONCE(*errors)))
			break;
		ret = -EIO;
	} while (--tries);
	if (ret)
		vtd_unit_failed(unit, "invalidating context entries", ret);
	return ret;
}

/**
 * vtd_context_forget_device() - have a device forget all that it translated
 * @unit: has forgotten it
 * @sid: its source-id; does nothing where it keeps no translations
 * @pasid: of its requests, or VTD_NO_PASID
 *
 * Context: as vtd_qi_submit(); @unit->lock is held.
 * Return: as vtd_devtlb_flush().
 */
int vtd_context_forget_device(struct vtd_unit *unit, u16 sid, u32 pasid)
{
	struct vtd_devtlb *tlb = vtd_devtlb_find(unit, sid);
	int ret;

	lockdep_assert_held(&unit->lock);
	if (likely(!tlb) || READ_ONCE(tlb->containing))
		return 0;
	ret = vtd_devtlb_flush(unit, tlb, pasid, 0, U64_MAX);
	if (ret && ret != -ETIME)
		vtd_unit_failed(unit, "invalidating a device TLB", ret);
	return ret;
}

/* Forget an entry that was tagged @did, and what was reached through it. */
static int vtd_context_flush(struct vtd_unit *unit, u16 sid, u16 did)
{
	const struct vtd_qi_desc desc[] = {
		vtd_qi_context_device(did, sid),
		/* The IOTLB refills from the context cache. */
		vtd_qi_fence(&unit->qi),
		vtd_qi_iotlb_domain(did, vtd_unit_drain(unit)),
	};

	return vtd_context_submit(unit, desc, ARRAY_SIZE(desc)) ?:
		       vtd_context_forget_device(unit, sid, VTD_NO_PASID);
}

/*
 * Absent, but not all zero: until the unit has forgotten the entry, whoever sets
 * it next has to flush.
 */
static void vtd_context_withdraw(struct vtd_unit *unit,
				 struct vtd_context_entry *ce)
{
	vtd_hw_store64(&ce->w[0], ce->w[0] & ~VTD_CONTEXT_P);
	vtd_context_written(unit, ce, sizeof(*ce));
}

/* To absent, and the unit made to forget it. */
static int vtd_context_clear_one(struct vtd_unit *unit, u16 sid,
				 struct vtd_context_entry *ce)
{
	u16 did = FIELD_GET(VTD_CONTEXT_DID, ce->w[1]);
	int ret;

	/* Not present first; the other half is only touched when forgotten. */
	vtd_context_withdraw(unit, ce);
	if (unit->translating) {
		ret = vtd_context_flush(unit, sid, did);
		if (ret)
			return ret;
	}
	vtd_hw_store64(&ce->w[0], 0);
	vtd_hw_store64(&ce->w[1], 0);
	vtd_context_written(unit, ce, sizeof(*ce));
	return 0;
}

/* Absent to present. */
static int vtd_context_publish_one(struct vtd_unit *unit, u16 sid,
				   struct vtd_context_entry *ce,
				   const struct vtd_context_entry *entry)
{
	int ret;

	vtd_hw_store64(&ce->w[1], entry->w[1]);
	/* The present bit last. */
	dma_wmb();
	vtd_hw_store64(&ce->w[0], entry->w[0]);
	vtd_context_written(unit, ce, sizeof(*ce));
	if (!unit->translating)
		return 0;
	/* A caching unit remembers, under domain-id 0, that none was there. */
	if (vtd_unit_caching_mode(unit))
		ret = vtd_context_flush(unit, sid, 0);
	else
		ret = vtd_unit_flush_write_buffer(unit);
	if (ret)
		vtd_context_withdraw(unit, ce);
	return ret;
}

/* Present to present, or absent to absent, with the same upper half. */
static int vtd_context_replace_one(struct vtd_unit *unit, u16 sid,
				   struct vtd_context_entry *ce, u64 lo)
{
	u16 did = FIELD_GET(VTD_CONTEXT_DID, ce->w[1]);
	int ret;

	vtd_hw_store64(&ce->w[0], lo);
	vtd_context_written(unit, ce, sizeof(*ce));
	if (!unit->translating)
		return 0;
	ret = vtd_context_flush(unit, sid, did);
	if (ret)
		vtd_context_withdraw(unit, ce);
	return ret;
}

static int vtd_context_set_one(struct vtd_unit *unit, u16 sid,
			       const struct vtd_context_entry *entry)
{
	struct vtd_context_entry *ce;
	int ret;

	ce = &unit->context[vtd_sid_bus(sid)][vtd_sid_devfn(sid)];
	if (ce->w[0] == entry->w[0] && ce->w[1] == entry->w[1])
		return 0;
	if (vtd_context_present(ce) && vtd_context_present(entry) &&
	    ce->w[1] == entry->w[1]) {
		/* One word differs: a single store, no moment without entry. */
		return vtd_context_replace_one(unit, sid, ce, entry->w[0]);
	}
	/* Also one that is gone but, its flush having failed, not forgotten. */
	if (ce->w[0] || ce->w[1]) {
		ret = vtd_context_clear_one(unit, sid, ce);
		if (ret)
			return ret;
	}
	if (!vtd_context_present(entry))
		return 0;
	return vtd_context_publish_one(unit, sid, ce, entry);
}

/**
 * vtd_context_says() - the entry that says something
 * @unit: the unit it is for, in legacy mode
 * @sid: source-id; a device with ATS may ask for translations
 * @to: what becomes of its addresses
 *
 * Context: any; @unit->lock or the group's mutex is held.
 * Return: the entry.
 */
struct vtd_context_entry vtd_context_says(struct vtd_unit *unit, u16 sid,
					  const struct vtd_translation *to)
{
	struct vtd_context_entry entry;
	struct vtd_devtlb *tlb;

	switch (to->kind) {
	case VTD_PASS_THROUGH:
		return vtd_context_pass_through(to->levels, to->did);
	case VTD_SECOND_STAGE:
		entry = vtd_context_second_stage(to->table, to->levels,
						 to->did);
		tlb = vtd_devtlb_find(unit, sid);
		/* One that did not answer is never believed again. */
		if (unlikely(tlb) && !READ_ONCE(tlb->mute))
			entry.w[0] |= FIELD_PREP(VTD_CONTEXT_TT,
						 VTD_CONTEXT_TT_WITH_ATS);
		return entry;
	default:
		return (struct vtd_context_entry){};
	}
}

static int vtd_context_set_all(struct vtd_unit *unit, const u16 *sid,
			       unsigned int nr,
			       const struct vtd_translation *to)
{
	unsigned int i;
	int ret = 0;

	/* Where there is no table all is blocked: blocking cannot fail here. */
	for (i = 0; i < nr && to->kind != VTD_BLOCKED; i++)
		if (!vtd_context_table(unit, vtd_sid_bus(sid[i])))
			return -ENOMEM;
	for (i = 0; i < nr; i++) {
		struct vtd_context_entry entry;
		int err;

		if (!unit->context[vtd_sid_bus(sid[i])])
			continue;
		entry = vtd_context_says(unit, sid[i], to);
		err = vtd_context_set_one(unit, sid[i], &entry);
		/* Go on: the others must not keep their old entries. */
		if (err && !ret)
			ret = err;
	}
	return ret;
}

/**
 * vtd_context_held() - is nothing let through of a source-id, for now?
 * @unit: the unit it belongs to
 * @sid: source-id
 *
 * Context: any.
 * Return: true between vtd_context_hold() with and without @on.
 */
bool vtd_context_held(struct vtd_unit *unit, u16 sid)
{
	/* Hardly ever is there one. */
	return unlikely(!xa_empty(&unit->held)) && xa_load(&unit->held, sid);
}

static bool vtd_context_any_held(struct vtd_unit *unit, const u16 *sid,
				 unsigned int nr)
{
	bool held = false;

	while (nr--)
		held |= vtd_context_held(unit, sid[nr]);
	return held;
}

static int vtd_context_write(struct vtd_unit *unit, const u16 *sid,
			     unsigned int nr, u32 pasid,
			     const struct vtd_translation *to)
{
	const struct vtd_translation none = {};

	lockdep_assert_held(&unit->lock);
	/* A PASID's entry waits behind the context entry, which allows none. */
	if (pasid == VTD_NO_PASID && vtd_context_any_held(unit, sid, nr))
		to = &none;
	return unit->scalable ? vtd_sm_set(unit, sid, nr, pasid, to) :
				vtd_context_set_all(unit, sid, nr, to);
}

/**
 * vtd_context_set() - make the entries of some source-ids say something else
 * @unit: the unit they belong to
 * @sid: @nr source-ids
 * @nr: how many
 * @pasid: for which requests; VTD_NO_PASID in legacy mode
 * @to: what becomes of their addresses; in legacy mode not VTD_FIRST_STAGE
 *
 * When it returns 0 the unit has forgotten what the entries said before, and
 * all it cached through them.
 *
 * Context: may sleep; takes @unit->lock.
 * Return: 0; -ENOMEM or -ERANGE (a PASID too large) with nothing changed, never
 * for VTD_BLOCKED; the error of the invalidation, after which nothing the old
 * entries reached may be freed.
 */
int vtd_context_set(struct vtd_unit *unit, const u16 *sid, unsigned int nr,
		    u32 pasid, const struct vtd_translation *to)
{
	int ret;

	mutex_lock(&unit->lock);
	ret = vtd_context_write(unit, sid, nr, pasid, to);
	mutex_unlock(&unit->lock);
	return ret;
}

/**
 * vtd_context_hold() - let nothing of some source-ids through, or what is set again
 * @unit: the unit they belong to
 * @sid: @nr source-ids
 * @nr: how many
 * @on: block them, and leave them so whatever vtd_context_set() is asked; without,
 *	they stay blocked until it is asked again
 *
 * In scalable mode it is for the caller to see to it that the context entry takes
 * no PASIDs.
 *
 * Context: may sleep; takes @unit->lock.
 * Return: 0; -ENOMEM: they are blocked, but not for good; the error of the
 * invalidation.
 */
int vtd_context_hold(struct vtd_unit *unit, const u16 *sid, unsigned int nr,
		     bool on)
{
	const struct vtd_translation none = {};
	int ret = 0, err = 0;
	unsigned int i;

	mutex_lock(&unit->lock);
	for (i = 0; i < nr && on; i++)
		err = xa_err(xa_store(&unit->held, sid[i], xa_mk_value(1), GFP_KERNEL)) ?:
			      err;
	for (i = 0; i < nr && !on; i++)
		xa_erase(&unit->held, sid[i]);
	if (on)
		ret = vtd_context_write(unit, sid, nr, VTD_NO_PASID, &none);
	mutex_unlock(&unit->lock);
	return ret ?: err;
}

/**
 * vtd_context_silence() - have no faults of a source-id recorded, or all again
 * @unit: the unit
 * @sid: source-id
 * @silent: none, by the entry's bit FPD (VT-d 9.3)
 *
 * Changes nothing of what the device may do.  Whoever sets the entry next has
 * its faults recorded again.  Of one that is held, none are until then.
 *
 * Context: may sleep; takes @unit->lock.
 * Return: 0, also when it was so; -ENOENT where the bus has no table; the error
 * of the invalidation, after which the device is blocked.
 */
int vtd_context_silence(struct vtd_unit *unit, u16 sid, bool silent)
{
	struct vtd_context_entry *ce;
	int ret = -ENOENT;
	u64 lo;

	mutex_lock(&unit->lock);
	if (!silent && vtd_context_held(unit, sid)) {
		ret = 0;
	} else if (unit->scalable) {
		ret = vtd_sm_silence(unit, sid, silent);
	} else if (unit->context[vtd_sid_bus(sid)]) {
		ce = &unit->context[vtd_sid_bus(sid)][vtd_sid_devfn(sid)];
		lo = ce->w[0] & ~VTD_CONTEXT_FPD;
		if (silent)
			lo |= VTD_CONTEXT_FPD;
		ret = lo == ce->w[0] ?
			      0 :
			      vtd_context_replace_one(unit, sid, ce, lo);
	}
	mutex_unlock(&unit->lock);
	return ret;
}

/**
 * vtd_context_peek() - read an entry, for reports
 * @unit: a unit that stays attached meanwhile
 * @sid: source-id
 * @entry: filled in; a writer at work may leave its halves from two moments
 *
 * Context: any.
 * Return: 0; -ENOENT where the bus has no table, or the unit is in scalable
 * mode.
 */
int vtd_context_peek(struct vtd_unit *unit, u16 sid,
		     struct vtd_context_entry *entry)
{
	const struct vtd_context_entry *table;

	if (unit->scalable)
		return -ENOENT;
	table = READ_ONCE(unit->context[vtd_sid_bus(sid)]);
	if (!table)
		return -ENOENT;
	entry->w[0] = READ_ONCE(table[vtd_sid_devfn(sid)].w[0]);
	entry->w[1] = READ_ONCE(table[vtd_sid_devfn(sid)].w[1]);
	return 0;
}
