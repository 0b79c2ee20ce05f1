// SPDX-License-Identifier: GPL-2.0
/*
 * PASID directories and tables (VT-d 9.5, 9.6), and the one writer of their
 * entries.
 *
 * An entry is 512 bits, of which a unit may read 128 at a time.  Must never let
 * the unit see a mix of two entries that reaches memory which neither of them
 * reaches, or fill its caches under one domain-id from the tables of another;
 * and never return before the unit has forgotten what an entry said.  A present
 * entry gives way to another present one without a moment in between in which
 * requests are refused, if neither tables are a guest's.
 */
#include <linux/array_size.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include <vtd/observe.h>
#include "context.h"
#include "iommu-pages.h"
#include "scalable.h"
#include "unit.h"

/* What a directory of one page reaches; a smaller one saves nothing. */
#define VTD_PASID_PAGE_BITS (9 + VTD_PASID_TABLE_ORDER)

static_assert(VTD_PASID_TABLE_ENTRIES * sizeof(struct vtd_pasid_entry) ==
	      PAGE_SIZE);

/**
 * vtd_pasid_dir_create() - an empty PASID directory
 * @unit: the unit that will read it
 * @pasid_bits: width of the PASIDs that it has room for, at most 20
 *
 * Context: may sleep.
 * Return: the directory, which allows nothing, or NULL without memory for it.
 */
struct vtd_pasid_dir *vtd_pasid_dir_create(const struct vtd_unit *unit,
					   unsigned int pasid_bits)
{
	struct vtd_pasid_dir *dir = kzalloc(sizeof(*dir), GFP_KERNEL);
	size_t bytes;

	if (!dir)
		return NULL;
	dir->order = max_t(unsigned int, pasid_bits, VTD_PASID_PAGE_BITS) -
		     VTD_PASID_TABLE_ORDER;
	bytes = sizeof(u64) << dir->order;
	dir->entry = iommu_alloc_pages_node_sz(unit->nid, GFP_KERNEL, bytes);
	if (!dir->entry) {
		kfree(dir);
		return NULL;
	}
	vtd_context_written(unit, dir->entry, bytes);
	return dir;
}

static struct vtd_pasid_entry *vtd_pasid_table(u64 entry)
{
	return entry & VTD_PASID_DIR_P ?
		       phys_to_virt(entry & VTD_PASID_DIR_TABLE) :
		       NULL;
}

/**
 * vtd_pasid_dir_destroy() - free a directory and its tables
 * @dir: no unit reaches it any more
 *
 * Context: may sleep.
 */
void vtd_pasid_dir_destroy(struct vtd_pasid_dir *dir)
{
	unsigned int i;

	for (i = 0; i < BIT(dir->order); i++)
		if (dir->entry[i])
			iommu_free_pages(vtd_pasid_table(dir->entry[i]));
	iommu_free_pages(dir->entry);
	kfree(dir);
}

/**
 * vtd_pasid_prepare() - make room for the entry of a PASID
 * @unit: the unit that reads the directory
 * @dir: the directory
 * @pasid: the PASID
 *
 * Context: may sleep; @unit->lock is held.
 * Return: 0, -ENOMEM, or -ERANGE when the directory does not reach that far.
 */
int vtd_pasid_prepare(const struct vtd_unit *unit, struct vtd_pasid_dir *dir,
		      u32 pasid)
{
	u32 index = pasid >> VTD_PASID_TABLE_ORDER;
	struct vtd_pasid_entry *table;

	if (index >= BIT(dir->order))
		return -ERANGE;
	if (dir->entry[index])
		return 0;
	table = iommu_alloc_pages_node_sz(unit->nid, GFP_KERNEL, PAGE_SIZE);
	if (!table)
		return -ENOMEM;
	/* The empty table must be in memory before the directory names it. */
	vtd_context_written(unit, table, PAGE_SIZE);
	dma_wmb();
	vtd_hw_store64(&dir->entry[index],
		       virt_to_phys(table) | VTD_PASID_DIR_P);
	vtd_context_written(unit, &dir->entry[index], sizeof(u64));
	return 0;
}

/**
 * vtd_pasid_slot() - the entry of a PASID
 * @dir: the directory
 * @pasid: the PASID
 *
 * Context: any.
 * Return: the entry, or NULL where no table is.
 */
struct vtd_pasid_entry *vtd_pasid_slot(const struct vtd_pasid_dir *dir,
				       u32 pasid)
{
	u32 index = pasid >> VTD_PASID_TABLE_ORDER;
	struct vtd_pasid_entry *table;

	if (index >= BIT(dir->order))
		return NULL;
	table = vtd_pasid_table(READ_ONCE(dir->entry[index]));
	return table ? &table[pasid % VTD_PASID_TABLE_ENTRIES] : NULL;
}

static u64 vtd_pasid_fspm(unsigned int levels)
{
	return FIELD_PREP(VTD_PASID_FSPM, levels == 5 ? VTD_PASID_FSPM_5LVL :
							VTD_PASID_FSPM_4LVL);
}

/* Bits 63:0 of an entry with second-stage tables. */
static u64 vtd_pasid_second(const struct vtd_translation *to)
{
	return FIELD_PREP(VTD_PASID_AW, to->levels - 2) |
	       (to->dirty ? VTD_PASID_SSADE : 0) |
	       (to->table & VTD_PASID_SSPTPTR);
}

/**
 * vtd_pasid_says() - the entry that says something
 * @unit: the unit it is for
 * @to: what becomes of the addresses
 *
 * Context: any.
 * Return: the entry.
 */
struct vtd_pasid_entry vtd_pasid_says(const struct vtd_unit *unit,
				      const struct vtd_translation *to)
{
	struct vtd_pasid_entry pe = {};

	if (to->kind == VTD_BLOCKED)
		return pe;
	pe.w[0] = VTD_PASID_P;
	pe.w[1] = FIELD_PREP(VTD_PASID_DID, to->did);
	if (to->snoop)
		pe.w[1] |= VTD_PASID_PGSNP;
	/* Where walks can be told to snoop, tables are not written back. */
	if (vtd_unit_walks_coherent(unit))
		pe.w[1] |= VTD_PASID_PWSNP;
	switch (to->kind) {
	case VTD_PASS_THROUGH:
		pe.w[0] |= FIELD_PREP(VTD_PASID_PGTT,
				      VTD_PASID_PGTT_PASS_THROUGH) |
			   FIELD_PREP(VTD_PASID_AW, to->levels - 2);
		break;
	case VTD_SECOND_STAGE:
		pe.w[0] |= FIELD_PREP(VTD_PASID_PGTT, VTD_PASID_PGTT_SECOND) |
			   vtd_pasid_second(to);
		break;
	case VTD_NESTED:
		pe.w[0] |= FIELD_PREP(VTD_PASID_PGTT, VTD_PASID_PGTT_NESTED) |
			   vtd_pasid_second(to);
		pe.w[2] = to->guest | vtd_pasid_fspm(to->guest_levels);
		break;
	default:
		/* AW is of the second stage, but QEMU takes it for either. */
		pe.w[0] |= FIELD_PREP(VTD_PASID_PGTT, VTD_PASID_PGTT_FIRST) |
			   FIELD_PREP(VTD_PASID_AW, to->levels - 2);
		pe.w[2] = (to->table & VTD_PASID_FSPTPTR) |
			  vtd_pasid_fspm(to->levels);
		if (to->process)
			pe.w[2] |= VTD_PASID_WPE | VTD_PASID_NXE;
	}
	return pe;
}

static bool vtd_pasid_first(const struct vtd_pasid_entry *pe)
{
	return FIELD_GET(VTD_PASID_PGTT, pe->w[0]) == VTD_PASID_PGTT_FIRST;
}

static bool vtd_pasid_nested(const struct vtd_pasid_entry *pe)
{
	return FIELD_GET(VTD_PASID_PGTT, pe->w[0]) == VTD_PASID_PGTT_NESTED;
}

/* Does the unit look at bits 191:128? */
static bool vtd_pasid_has_upper(const struct vtd_pasid_entry *pe)
{
	return vtd_pasid_first(pe) || vtd_pasid_nested(pe);
}

static void vtd_pasid_written(const struct vtd_unit *unit,
			      struct vtd_pasid_entry *pe)
{
	vtd_context_written(unit, pe, sizeof(*pe));
}

/* Bits 127:0 in one store. */
static void vtd_pasid_store_pair(struct vtd_pasid_entry *pe, u64 lo, u64 hi)
{
	u128 old = (u128)pe->w[1] << 64 | pe->w[0];

	/* Nobody else writes it, so that the first try is the last. */
	WARN_ON_ONCE(!vtd_hw_try_cmpxchg128((u128 *)&pe->w[0], &old,
					    (u128)hi << 64 | lo));
}

/* The unit forgets an entry, and what it led to. */
static int vtd_pasid_forget_unit(struct vtd_unit *unit, u32 pasid,
				 const struct vtd_pasid_entry *old)
{
	u16 did = FIELD_GET(VTD_PASID_DID, old->w[1]);
	const struct vtd_qi_desc desc[] = {
		vtd_qi_pasid_one(did, pasid),
		/* The IOTLB refills from the PASID cache. */
		vtd_qi_fence(&unit->qi),
		vtd_pasid_first(old) ?
			vtd_qi_piotlb_pasid(did, pasid) :
			vtd_qi_iotlb_domain(did, vtd_unit_drain(unit)),
	};

	return vtd_context_submit(unit, desc, ARRAY_SIZE(desc));
}

/**
 * vtd_pasid_forget() - have the unit forget an entry, and what it led to
 * @unit: the unit
 * @sid: source-id
 * @pasid: its PASID
 * @old: what the entry said
 *
 * VT-d 6.5.3.
 *
 * Context: may sleep; @unit->lock is held.
 * Return: 0 or the error of an invalidation.
 */
int vtd_pasid_forget(struct vtd_unit *unit, u16 sid, u32 pasid,
		     const struct vtd_pasid_entry *old)
{
	lockdep_assert_held(&unit->lock);
	return vtd_pasid_forget_unit(unit, pasid, old) ?:
		       vtd_context_forget_device(unit, sid, pasid);
}

/**
 * vtd_pasid_forget_all() - have the unit forget all entries of a directory
 * @unit: the unit
 * @sid: source-id
 * @dir: its directory
 *
 * With all that anybody's entries led to: parts of it may be cached under
 * domain-ids that are not in it any more.
 *
 * Context: may sleep; @unit->lock is held.
 * Return: 0 or the error of an invalidation.
 */
int vtd_pasid_forget_all(struct vtd_unit *unit, u16 sid,
			 struct vtd_pasid_dir *dir)
{
	const struct vtd_qi_desc desc[] = {
		vtd_qi_pasid_global(),
		vtd_qi_fence(&unit->qi),
		vtd_qi_iotlb_global(vtd_unit_drain(unit)),
	};
	int ret;

	lockdep_assert_held(&unit->lock);
	ret = vtd_context_submit(unit, desc, ARRAY_SIZE(desc)) ?:
		      vtd_context_forget_device(unit, sid, VTD_NO_PASID);
	if (!ret)
		dir->unsure = false;
	return ret;
}

/**
 * vtd_pasid_withdraw() - an entry allows nothing, but may be cached
 * @unit: the unit
 * @dir: the directory of the entry
 * @pe: the entry; not all zero: whoever sets it next has to flush
 *
 * Context: any; @unit->lock is held.
 */
void vtd_pasid_withdraw(const struct vtd_unit *unit, struct vtd_pasid_dir *dir,
			struct vtd_pasid_entry *pe)
{
	vtd_hw_store64(&pe->w[0], pe->w[0] & ~VTD_PASID_P);
	vtd_pasid_written(unit, pe);
	dir->unsure = true;
}

static void vtd_pasid_zero(const struct vtd_unit *unit,
			   struct vtd_pasid_entry *pe)
{
	vtd_hw_store64(&pe->w[0], 0);
	vtd_hw_store64(&pe->w[1], 0);
	vtd_hw_store64(&pe->w[2], 0);
	vtd_pasid_written(unit, pe);
}

/**
 * struct vtd_pasid_change - an entry being changed
 * @unit: the unit
 * @sid: source-id
 * @dir: its directory
 * @pasid: its PASID
 * @pe: the entry
 * @live: the unit may have it
 */
struct vtd_pasid_change {
	struct vtd_unit *unit;
	u16 sid;
	struct vtd_pasid_dir *dir;
	u32 pasid;
	struct vtd_pasid_entry *pe;
	bool live;
};

/* Written back; and what a change that failed has left is forgotten. */
static int vtd_pasid_show(const struct vtd_pasid_change *c)
{
	vtd_pasid_written(c->unit, c->pe);
	if (likely(!c->live || !c->dir->unsure))
		return 0;
	return vtd_pasid_forget_all(c->unit, c->sid, c->dir);
}

/* No reading goes on that has seen a part of what it said before. */
static int vtd_pasid_reread(const struct vtd_pasid_change *c,
			    const struct vtd_pasid_entry *before)
{
	const struct vtd_qi_desc desc = vtd_qi_pasid_one(
		FIELD_GET(VTD_PASID_DID, before->w[1]), c->pasid);
	int ret = vtd_pasid_show(c);

	return ret || !c->live ? ret : vtd_context_submit(c->unit, &desc, 1);
}

/* What it said before is forgotten by the unit, which the device may ask. */
static int vtd_pasid_settle_unit(const struct vtd_pasid_change *c,
				 const struct vtd_pasid_entry *before)
{
	int ret = vtd_pasid_show(c);

	return ret || !c->live ?
		       ret :
		       vtd_pasid_forget_unit(c->unit, c->pasid, before);
}

/* What it said before is forgotten. */
static int vtd_pasid_settle(const struct vtd_pasid_change *c,
			    const struct vtd_pasid_entry *before)
{
	int ret = vtd_pasid_show(c);

	return ret || !c->live ?
		       ret :
		       vtd_pasid_forget(c->unit, c->sid, c->pasid, before);
}

static int vtd_pasid_clear(const struct vtd_pasid_change *c)
{
	struct vtd_pasid_entry old = *c->pe;
	int ret;

	/* Not present first; the rest is only touched when it is forgotten. */
	vtd_hw_store64(&c->pe->w[0], old.w[0] & ~VTD_PASID_P);
	ret = vtd_pasid_settle(c, &old);
	if (!ret)
		vtd_pasid_zero(c->unit, c->pe);
	return ret;
}

static int vtd_pasid_publish(const struct vtd_pasid_change *c,
			     const struct vtd_pasid_entry *new)
{
	const struct vtd_pasid_entry absent = {};

	vtd_hw_store64(&c->pe->w[2], new->w[2]);
	vtd_hw_store64(&c->pe->w[1], new->w[1]);
	/* The present bit last. */
	dma_wmb();
	vtd_hw_store64(&c->pe->w[0], new->w[0]);
	/* A caching unit remembers, under domain-id 0, that none was there. */
	if (vtd_unit_caching_mode(c->unit))
		return vtd_pasid_settle(c, &absent);
	vtd_pasid_written(c->unit, c->pe);
	return c->live ? vtd_unit_flush_write_buffer(c->unit) : 0;
}

/* See vtd_pasid_replace_first(). */
static int vtd_pasid_by_way_of(const struct vtd_pasid_change *c,
			       const struct vtd_pasid_entry *between,
			       const struct vtd_pasid_entry *new)
{
	const struct vtd_pasid_entry old = *c->pe;
	int ret;

	vtd_pasid_store_pair(c->pe, between->w[0], between->w[1]);
	ret = vtd_pasid_settle_unit(c, &old);
	if (ret)
		return ret;
	vtd_hw_store64(&c->pe->w[2], new->w[2]);
	ret = vtd_pasid_reread(c, between);
	if (ret)
		return ret;
	vtd_pasid_store_pair(c->pe, new->w[0], new->w[1]);
	return vtd_pasid_settle(c, between);
}

/*
 * From one set of first-stage tables to another, both below the same second
 * stage where there is one.  Table and domain-id are in different halves: while
 * they change the entry has a domain-id of its own, so that nothing is ever
 * cached for a domain that came from another's tables.  Whoever flushes one of
 * the two domains meanwhile has to flush that one as well.
 */
static int vtd_pasid_replace_first(const struct vtd_pasid_change *c,
				   const struct vtd_pasid_entry *new)
{
	struct vtd_pasid_entry between = *c->pe;
	int ret;

	/* Snooping what need not be does no harm. */
	between.w[1] = ((between.w[1] | new->w[1]) & ~VTD_PASID_DID) |
		       FIELD_PREP(VTD_PASID_DID, vtd_unit_spare_did(c->unit));
	WRITE_ONCE(c->unit->between, c->unit->between + 1);
	/* Who does not see it has changed its tables before the unit looks. */
	smp_mb();
	ret = vtd_pasid_by_way_of(c, &between, new);
	/* After a failure nobody knows how long it stays cached. */
	if (!ret)
		WRITE_ONCE(c->unit->between, c->unit->between - 1);
	return ret;
}

static int vtd_pasid_replace(const struct vtd_pasid_change *c,
			     const struct vtd_pasid_entry *new)
{
	struct vtd_pasid_entry old = *c->pe;
	int ret;

	if (vtd_pasid_has_upper(new) && old.w[2] != new->w[2]) {
		if (vtd_pasid_has_upper(&old))
			return vtd_pasid_replace_first(c, new);
		/*
		 * Of no meaning until the other half says first stage; but a
		 * read that has begun may be slow.
		 */
		vtd_hw_store64(&c->pe->w[2], new->w[2]);
		ret = vtd_pasid_reread(c, &old);
		if (ret)
			return ret;
	}
	/* What is left in it when there is no first stage, nobody looks at. */
	vtd_pasid_store_pair(c->pe, new->w[0], new->w[1]);
	return vtd_pasid_settle(c, &old);
}

static bool vtd_pasid_same(const struct vtd_pasid_entry *a,
			   const struct vtd_pasid_entry *b)
{
	return a->w[0] == b->w[0] && a->w[1] == b->w[1] &&
	       (a->w[2] == b->w[2] || !vtd_pasid_has_upper(a));
}

/*
 * Can one present entry give way to another without a moment in between?  Not
 * where the unit could take a guest's address of tables for one of ours, or look
 * it up in another guest's second stage.
 */
static bool vtd_pasid_hitless(const struct vtd_pasid_entry *old,
			      const struct vtd_pasid_entry *new)
{
	if (!vtd_pasid_has_upper(old) || !vtd_pasid_has_upper(new) ||
	    old->w[2] == new->w[2])
		return true;
	return old->w[0] == new->w[0] ||
	       (vtd_pasid_first(old) && vtd_pasid_first(new));
}

/**
 * vtd_pasid_write() - have the entry of a PASID say something else
 * @unit: the unit
 * @sid: source-id
 * @dir: its directory, with room for the entry, or @to is VTD_BLOCKED
 * @pasid: the PASID
 * @to: what it is to say
 * @live: the unit may read the directory
 *
 * From one translation to another there is no moment without any, but between
 * a guest's tables and ours, or those of another guest.
 *
 * Context: may sleep; @unit->lock is held.
 * Return: 0, when the unit has forgotten what it said; or the error of an
 * invalidation, after which it allows nothing.
 */
int vtd_pasid_write(struct vtd_unit *unit, u16 sid, struct vtd_pasid_dir *dir,
		    u32 pasid, const struct vtd_translation *to, bool live)
{
	struct vtd_pasid_entry new = vtd_pasid_says(unit, to);
	const struct vtd_pasid_change c = {
		.unit = unit,
		.sid = sid,
		.dir = dir,
		.pasid = pasid,
		.pe = vtd_pasid_slot(dir, pasid),
		.live = live && unit->translating,
	};
	int ret = 0;

	lockdep_assert_held(&unit->lock);

	if (!c.pe)
		return WARN_ON_ONCE(vtd_pasid_present(&new)) ? -EINVAL : 0;
	if (vtd_pasid_same(c.pe, &new))
		return 0;
	if (vtd_pasid_present(c.pe) && vtd_pasid_present(&new) &&
	    vtd_pasid_hitless(c.pe, &new)) {
		ret = vtd_pasid_replace(&c, &new);
	} else {
		/* Also one that is gone but was not forgotten. */
		if (c.pe->w[0])
			ret = vtd_pasid_clear(&c);
		if (!ret && vtd_pasid_present(&new))
			ret = vtd_pasid_publish(&c, &new);
	}
	if (ret)
		vtd_pasid_withdraw(unit, dir, c.pe);
	return ret;
}
