// SPDX-License-Identifier: GPL-2.0
/*
 * Interrupt remapping table: its indexes and the one writer of its entries
 * (VT-d 5.1.3, 9.9, 9.10).
 *
 * Owns every entry.  An entry changes by one store of 128 bits, so that the
 * unit sees the old one or the new one; an index goes to its next owner only
 * after the unit has forgotten what stood there.  Must never wait for hardware
 * under the lock.  Pure: knows no device and no register.
 */
#include <linux/bitmap.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <vtd/observe.h>
#include "iommu-pages.h"
#include "table.h"

/**
 * vtd_ir_table_init() - allocate an empty table
 * @table: zeroed, but for the members that say what the unit is like
 * @nr: entries, a power of two from VTD_IR_ENTRIES_MIN to VTD_IR_ENTRIES_MAX
 * @nid: NUMA node of the unit, or NUMA_NO_NODE
 *
 * Context: may sleep.
 * Return: 0; -EINVAL for another @nr; -ENOMEM.  After an error nothing is left
 * allocated.
 */
int vtd_ir_table_init(struct vtd_ir_table *table, u32 nr, int nid)
{
	if (!is_power_of_2(nr) || nr < VTD_IR_ENTRIES_MIN ||
	    nr > VTD_IR_ENTRIES_MAX)
		return -EINVAL;
	raw_spin_lock_init(&table->lock);
	table->nr = nr;
	table->next = 0;
	table->entry = iommu_alloc_pages_node_sz(nid, GFP_KERNEL,
						 nr * sizeof(*table->entry));
	table->used =
		kcalloc(nr / BITS_PER_LONG, sizeof(*table->used), GFP_KERNEL);
	if (table->entry && table->used) {
		if (!table->coherent)
			vtd_flush_cache(table->entry,
					nr * sizeof(*table->entry));
		return 0;
	}
	vtd_ir_table_destroy(table);
	return -ENOMEM;
}

/**
 * vtd_ir_table_destroy() - free a table
 * @table: no unit has it any more, or vtd_ir_table_init() failed
 *
 * Context: may sleep.
 */
void vtd_ir_table_destroy(struct vtd_ir_table *table)
{
	kfree(table->used);
	table->used = NULL;
	kfree(table->held);
	table->held = NULL;
	if (table->entry)
		iommu_free_pages(table->entry);
	table->entry = NULL;
	if (table->twin)
		iommu_free_pages(table->twin);
	table->twin = NULL;
}

/* The bits of a run of @nr indexes from @index on; they are in one word. */
static unsigned long vtd_ir_run(u32 index, unsigned int nr)
{
	unsigned long bits = nr < BITS_PER_LONG ? (1UL << nr) - 1 : ~0UL;

	return bits << (index % BITS_PER_LONG);
}

/*
 * A free run between @from and @to, or @to.  A hint: without the lock, which
 * would keep interrupts off for as long as a full table takes.
 */
static u32 vtd_ir_find(const struct vtd_ir_table *table, unsigned int nr,
		       u32 from, u32 to)
{
	u32 at;

	for (at = from; at < to;) {
		unsigned long word = READ_ONCE(table->used[at / BITS_PER_LONG]);

		if (!(word & vtd_ir_run(at, nr)))
			return at;
		/* A full word is gone past in one step. */
		if (word == ~0UL)
			at = (at / BITS_PER_LONG + 1) * BITS_PER_LONG;
		else
			at += nr;
	}
	return to;
}

/* Take a run that looked free; false when somebody was faster. */
static bool vtd_ir_take(struct vtd_ir_table *table, u32 at, unsigned int nr)
{
	unsigned long *word = &table->used[at / BITS_PER_LONG];
	unsigned long flags;
	bool free;

	raw_spin_lock_irqsave(&table->lock, flags);
	free = !(*word & vtd_ir_run(at, nr));
	if (free) {
		WRITE_ONCE(*word, *word | vtd_ir_run(at, nr));
		WRITE_ONCE(table->next, (at + nr) % table->nr);
	}
	raw_spin_unlock_irqrestore(&table->lock, flags);
	return free;
}

/**
 * vtd_ir_table_alloc() - take a run of indexes
 * @table: the table
 * @nr: how many, a power of two up to VTD_IR_RUN_MAX
 * @from: lowest index that will do, a multiple of VTD_IR_RUN_MAX
 *
 * The run begins at a multiple of @nr.  Its entries are not present.  Indexes
 * are given out in turn, so that one that was freed rests for a while.
 *
 * Context: any.
 * Return: the first index; -ENOSPC when there is no such run; -EINVAL for
 * another @nr.
 */
int vtd_ir_table_alloc(struct vtd_ir_table *table, unsigned int nr, u32 from)
{
	u32 start, at;

	if (!is_power_of_2(nr) || nr > VTD_IR_RUN_MAX ||
	    from % VTD_IR_RUN_MAX || from >= table->nr)
		return -EINVAL;
	do {
		start = max(READ_ONCE(table->next), from);
		start = (start + nr - 1) & ~(nr - 1);
		at = vtd_ir_find(table, nr, start, table->nr);
		if (at == table->nr)
			at = vtd_ir_find(table, nr, from, table->nr);
		if (at == table->nr)
			return -ENOSPC;
		/* Each time that it is taken there is one run less. */
	} while (!vtd_ir_take(table, at, nr));
	return at;
}

/* The one store.  Returns what stood there. */
static struct vtd_irte vtd_ir_store(struct vtd_ir_table *table,
				    struct vtd_irte *entry,
				    struct vtd_irte irte)
{
	u128 new = (u128)irte.w[1] << 64 | irte.w[0];
	struct vtd_irte before;
	u128 old;

	lockdep_assert_held(&table->lock);

	before.w[0] = READ_ONCE(entry->w[0]);
	before.w[1] = READ_ONCE(entry->w[1]);
	old = (u128)before.w[1] << 64 | before.w[0];
	/* Hardware does not write entries, and we only under the lock. */
	WARN_ON_ONCE(!vtd_hw_try_cmpxchg128((u128 *)entry, &old, new));
	if (!table->coherent)
		vtd_flush_cache(entry, sizeof(*entry));
	return before;
}

/* Callers think in 32-bit ids; hardware may not. */
static struct vtd_irte vtd_ir_shape(struct vtd_irte irte, bool narrow)
{
	return narrow ? vtd_irte_narrow(irte) : irte;
}

static void vtd_ir_store_twin(struct vtd_ir_table *table, u32 index,
			      struct vtd_irte irte)
{
	if (table->twin)
		vtd_ir_store(table, &table->twin[index],
			     vtd_ir_shape(irte, !table->narrow));
}

/* Is one of those whose requests an entry lets through held? (9.9, SVT) */
static bool vtd_ir_source_held(const struct vtd_ir_table *table, u64 source)
{
	u32 sid = FIELD_GET(VTD_IRTE_HI_SID, source);
	u32 end = ((sid & 0xff) + 1) << 8;

	switch (FIELD_GET(VTD_IRTE_HI_SVT, source)) {
	case VTD_IRTE_SVT_SID:
		return test_bit(sid, table->held);
	case VTD_IRTE_SVT_BUS:
		return find_next_bit(table->held, end, sid & 0xff00) < end;
	default:
		return false;
	}
}

/* FPD: what is refused is not recorded either.  All else stays, for later. */
static noinline struct vtd_irte
vtd_ir_allow_slow(const struct vtd_ir_table *table, struct vtd_irte irte)
{
	if (!(irte.w[0] & (VTD_IRTE_P | VTD_IRTE_FPD)))
		return irte;
	irte.w[0] &= ~(VTD_IRTE_P | VTD_IRTE_FPD);
	irte.w[0] |= vtd_ir_source_held(table, irte.w[1]) ? VTD_IRTE_FPD :
							    VTD_IRTE_P;
	return irte;
}

static inline struct vtd_irte vtd_ir_allow(const struct vtd_ir_table *table,
					   struct vtd_irte irte)
{
	return likely(!table->held) ? irte : vtd_ir_allow_slow(table, irte);
}

/**
 * vtd_ir_table_set() - write an entry, and have the unit use it
 * @table: the table
 * @index: of an entry that is the caller's
 * @irte: new contents; with a 32-bit APIC id when the table is narrow
 *
 * A request that comes meanwhile meets the old entry or the new one; where its
 * source is held it meets none.  VT-d 6.5.2.7.
 *
 * Context: any that may spin for the unit's answer; the caller keeps other
 * writers of the same index out.
 * Return: 0 when the unit uses the new entry; otherwise what the invalidation
 * failed with, and it may go on using the old one.
 */
int vtd_ir_table_set(struct vtd_ir_table *table, u32 index,
		     struct vtd_irte irte)
{
	struct vtd_irte before;
	unsigned long flags;

	raw_spin_lock_irqsave(&table->lock, flags);
	irte = vtd_ir_allow(table, irte);
	vtd_ir_store_twin(table, index, irte);
	irte = vtd_ir_shape(irte, table->narrow);
	before = vtd_ir_store(table, &table->entry[index], irte);
	raw_spin_unlock_irqrestore(&table->lock, flags);
	/* What is not present is cached in caching mode only (6.1). */
	if (!(before.w[0] & VTD_IRTE_P) && !table->caching_mode)
		return 0;
	if (before.w[0] == irte.w[0] && before.w[1] == irte.w[1])
		return 0;
	return table->invalidate(table->data, vtd_qi_iec_index(index, 0));
}

/**
 * vtd_ir_table_clear() - make a run of entries not present
 * @table: the table
 * @index: first of the run, which stays the caller's
 * @nr: its length, as it was allocated
 *
 * Context: as vtd_ir_table_set().
 * Return: 0 when no request is delivered through them any more; otherwise what
 * the invalidation failed with.
 */
int vtd_ir_table_clear(struct vtd_ir_table *table, u32 index, unsigned int nr)
{
	unsigned int i, mask = ilog2(nr);
	struct vtd_irte none = {}, before;
	bool present = false;
	unsigned long flags;

	for (i = 0; i < nr; i++) {
		raw_spin_lock_irqsave(&table->lock, flags);
		vtd_ir_store_twin(table, index + i, none);
		before = vtd_ir_store(table, &table->entry[index + i], none);
		raw_spin_unlock_irqrestore(&table->lock, flags);
		present |= before.w[0] & VTD_IRTE_P;
	}
	if (!present)
		return 0;
	/* It would refuse a mask that it has not (ECAP.MHMV). */
	if (mask > table->mask_max)
		return table->invalidate(table->data, vtd_qi_iec_global());
	return table->invalidate(table->data, vtd_qi_iec_index(index, mask));
}

/**
 * vtd_ir_table_free() - give a run of indexes back
 * @table: the table
 * @index: first of the run
 * @nr: its length, as it was allocated
 *
 * Somebody else gets an index only once the unit has forgotten its entry; when
 * that fails, nobody ever does.
 *
 * Context: as vtd_ir_table_set().
 * Return: 0, or what the invalidation failed with.
 */
int vtd_ir_table_free(struct vtd_ir_table *table, u32 index, unsigned int nr)
{
	unsigned long *word = &table->used[index / BITS_PER_LONG];
	int ret = vtd_ir_table_clear(table, index, nr);
	unsigned long flags;

	raw_spin_lock_irqsave(&table->lock, flags);
	if (ret)
		WRITE_ONCE(table->lost, table->lost + nr);
	else
		WRITE_ONCE(*word, *word & ~vtd_ir_run(index, nr));
	raw_spin_unlock_irqrestore(&table->lock, flags);
	return ret;
}

/**
 * vtd_ir_table_get() - read an entry
 * @table: the table
 * @index: below the number of entries
 *
 * Context: any.
 * Return: the entry, never half of one.
 */
struct vtd_irte vtd_ir_table_get(struct vtd_ir_table *table, u32 index)
{
	unsigned long flags;
	struct vtd_irte irte;

	raw_spin_lock_irqsave(&table->lock, flags);
	irte.w[0] = READ_ONCE(table->entry[index].w[0]);
	irte.w[1] = READ_ONCE(table->entry[index].w[1]);
	raw_spin_unlock_irqrestore(&table->lock, flags);
	return irte;
}

/**
 * vtd_ir_table_allowed() - what an entry is while its source may be held
 * @table: the table
 * @irte: as for vtd_ir_table_set()
 *
 * Context: any.
 * Return: what vtd_ir_table_set() would write, with ids of 32 bits.
 */
struct vtd_irte vtd_ir_table_allowed(struct vtd_ir_table *table,
				     struct vtd_irte irte)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&table->lock, flags);
	irte = vtd_ir_allow(table, irte);
	raw_spin_unlock_irqrestore(&table->lock, flags);
	return irte;
}

/* One entry and its twin, again; false when they are as they should be. */
static bool vtd_ir_allow_again(struct vtd_ir_table *table, u32 index)
{
	struct vtd_irte before, after;
	unsigned long flags;

	raw_spin_lock_irqsave(&table->lock, flags);
	before = table->entry[index];
	after = vtd_ir_allow(table, before);
	if (before.w[0] != after.w[0]) {
		if (table->twin)
			vtd_ir_store(table, &table->twin[index],
				     vtd_ir_allow(table, table->twin[index]));
		vtd_ir_store(table, &table->entry[index], after);
	}
	raw_spin_unlock_irqrestore(&table->lock, flags);
	return before.w[0] != after.w[0];
}

/**
 * vtd_ir_table_hold() - let nothing of some source-ids through, or all again
 * @table: the table
 * @sid: source-ids; an entry that lets through one of them is meant
 * @nr: how many
 * @on: hold them
 *
 * Entries that are written later are held as well.  VT-d 9.9, 6.5.2.7.
 *
 * Context: may sleep; the caller lets one call at a time in.
 * Return: 0; -ENOMEM, and nothing is held; what the invalidation failed with: the
 * unit may let some through.
 */
int vtd_ir_table_hold(struct vtd_ir_table *table, const u16 *sid,
		      unsigned int nr, bool on)
{
	unsigned long *bits = NULL;
	bool changed = false;
	unsigned long flags;
	u32 i;

	if (!table->held) {
		if (!on)
			return 0;
		bits = kcalloc(BITS_TO_LONGS(VTD_IR_SOURCES), sizeof(*bits),
			       GFP_KERNEL);
		if (!bits)
			return -ENOMEM;
	}
	raw_spin_lock_irqsave(&table->lock, flags);
	if (bits)
		table->held = bits;
	for (i = 0; i < nr; i++) {
		if (on)
			__set_bit(sid[i], table->held);
		else
			__clear_bit(sid[i], table->held);
	}
	raw_spin_unlock_irqrestore(&table->lock, flags);
	for (i = 0; i < table->nr; i++)
		changed |= vtd_ir_allow_again(table, i);
	/* What is not present is cached in caching mode only (6.1). */
	if (!changed || (!on && !table->caching_mode))
		return 0;
	return table->invalidate(table->data, vtd_qi_iec_global());
}

/**
 * vtd_ir_table_used() - how many indexes belong to somebody
 * @table: the table
 * @lost: set to how many of them an invalidation error keeps for good
 *
 * Context: any.
 * Return: how many.
 */
u32 vtd_ir_table_used(struct vtd_ir_table *table, u32 *lost)
{
	unsigned long word;
	u32 used = 0, i;

	for (i = 0; i < table->nr / BITS_PER_LONG; i++)
		for (word = READ_ONCE(table->used[i]); word; word &= word - 1)
			used++;
	*lost = READ_ONCE(table->lost);
	return used;
}

/* What an entry of 8-bit ids is with 32-bit ones. */
static struct vtd_irte vtd_ir_widen(struct vtd_irte irte)
{
	u64 dest = FIELD_GET(VTD_IRTE_DST_XAPIC, irte.w[0]);

	if (irte.w[0] & VTD_IRTE_IM)
		return irte;
	irte.w[0] &= ~VTD_IRTE_DST;
	irte.w[0] |= FIELD_PREP(VTD_IRTE_DST, dest);
	return irte;
}

/**
 * vtd_ir_table_stage() - make a twin for the other size of APIC ids
 * @table: the table; every id in it has 8 bits
 * @nid: NUMA node of the unit, or NUMA_NO_NODE
 *
 * From now on every change goes to both, so that hardware may use either, and
 * change over from one to the other at any moment.
 *
 * Context: may sleep.
 * Return: 0; -EBUSY when there is a twin; -ENOMEM.
 */
int vtd_ir_table_stage(struct vtd_ir_table *table, int nid)
{
	struct vtd_irte *twin, irte;
	unsigned long flags;
	u32 i;

	if (table->twin)
		return -EBUSY;
	twin = iommu_alloc_pages_node_sz(nid, GFP_KERNEL,
					 table->nr * sizeof(*twin));
	if (!twin)
		return -ENOMEM;
	if (!table->coherent)
		vtd_flush_cache(twin, table->nr * sizeof(*twin));
	raw_spin_lock_irqsave(&table->lock, flags);
	table->twin = twin;
	raw_spin_unlock_irqrestore(&table->lock, flags);
	/* What changes from here on is in both, what is copied too. */
	for (i = 0; i < table->nr; i++) {
		raw_spin_lock_irqsave(&table->lock, flags);
		irte = table->entry[i];
		if (irte.w[0] & (VTD_IRTE_P | VTD_IRTE_FPD))
			vtd_ir_store(table, &twin[i],
				     table->narrow ? vtd_ir_widen(irte) :
						     vtd_irte_narrow(irte));
		raw_spin_unlock_irqrestore(&table->lock, flags);
	}
	return 0;
}

/**
 * vtd_ir_table_commit() - the twin is the table
 * @table: with a twin, which the unit has; it has forgotten every entry since
 *
 * Context: may sleep.
 */
void vtd_ir_table_commit(struct vtd_ir_table *table)
{
	struct vtd_irte *gone;
	unsigned long flags;

	raw_spin_lock_irqsave(&table->lock, flags);
	gone = table->entry;
	table->entry = table->twin;
	table->twin = NULL;
	table->narrow = !table->narrow;
	raw_spin_unlock_irqrestore(&table->lock, flags);
	iommu_free_pages(gone);
}

/**
 * vtd_ir_source() - whose requests an entry shall let through
 * @sid: every source-id that they may carry, the device's own first
 * @nr: how many, at least 1
 *
 * One id is checked to the last bit.  Behind a bridge that puts its own id on
 * some of the requests the buses are checked, which is as exact as hardware
 * can be (5.1.3, source validation).
 *
 * Context: any.
 * Return: the source fields of an entry, bits 127:64.
 */
u64 vtd_ir_source(const u16 *sid, unsigned int nr)
{
	u8 first = sid[0] >> 8, last = first;
	unsigned int i;

	if (nr == 1)
		return vtd_irte_from_sid(sid[0]);
	for (i = 1; i < nr; i++) {
		u8 bus = sid[i] >> 8;

		if (bus < first)
			first = bus;
		if (bus > last)
			last = bus;
	}
	return vtd_irte_from_buses(first, last);
}
