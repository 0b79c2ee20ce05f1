/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The interrupt remapping table of one unit (VT-d 5.1.3).
 */
#ifndef VTD_IR_TABLE_H
#define VTD_IR_TABLE_H

#include <linux/spinlock.h>
#include <linux/types.h>

#include <vtd/hw/ir.h>

/* Most entries of one run: a device has at most 32 MSI messages. */
#define VTD_IR_RUN_MAX 32

/* Source-ids that there can be. */
#define VTD_IR_SOURCES 0x10000

/* Smallest table: one page. */
#define VTD_IR_ENTRIES_MIN 256

/**
 * struct vtd_ir_table - table and who has which index
 * @entry: what hardware reads (l)
 * @twin: the same for the other size of APIC ids, while hardware is switched
 *	over to it, or NULL (l)
 * @narrow: @entry has 8-bit ids, @twin 32-bit ones; otherwise the reverse (l)
 * @used: bit for each index that belongs to somebody (l); looked at without @lock
 * @nr: entries, a power of two (c)
 * @next: where the search for a free index goes on; a hint (l)
 * @coherent: the unit snoops CPU caches (c)
 * @caching_mode: the unit may cache entries that are not present (c)
 * @mask_max: 2^ as many entries the unit can forget at once, or all (c)
 * @lock: short: no hardware is waited for under it
 * @invalidate: has the unit execute one descriptor and waits until it has;
 *	called in any context, without @lock; 0 or a negative errno (c)
 * @data: for @invalidate (c)
 * @lost: indexes that an invalidation error keeps for good (l)
 * @held: bit for each source-id of which nothing is let through, or NULL where that
 *	was never asked for (l)
 *
 * (c) constant after vtd_ir_table_init(), (l) under @lock.
 */
struct vtd_ir_table {
	struct vtd_irte *entry;
	struct vtd_irte *twin;
	bool narrow;
	unsigned long *used;
	u32 nr;
	u32 next;
	bool coherent;
	bool caching_mode;
	u8 mask_max;
	raw_spinlock_t lock;
	int (*invalidate)(void *data, struct vtd_qi_desc desc);
	void *data;
	u32 lost;
	unsigned long *held;
};

int vtd_ir_table_init(struct vtd_ir_table *table, u32 nr, int nid);
void vtd_ir_table_destroy(struct vtd_ir_table *table);
int vtd_ir_table_stage(struct vtd_ir_table *table, int nid);
void vtd_ir_table_commit(struct vtd_ir_table *table);
int vtd_ir_table_alloc(struct vtd_ir_table *table, unsigned int nr, u32 from);
int vtd_ir_table_set(struct vtd_ir_table *table, u32 index,
		     struct vtd_irte irte);
int vtd_ir_table_clear(struct vtd_ir_table *table, u32 index, unsigned int nr);
int vtd_ir_table_free(struct vtd_ir_table *table, u32 index, unsigned int nr);
u32 vtd_ir_table_used(struct vtd_ir_table *table, u32 *lost);
struct vtd_irte vtd_ir_table_get(struct vtd_ir_table *table, u32 index);
struct vtd_irte vtd_ir_table_allowed(struct vtd_ir_table *table,
				     struct vtd_irte irte);
int vtd_ir_table_hold(struct vtd_ir_table *table, const u16 *sid,
		      unsigned int nr, bool on);

/* What the register holds for this table; @eim: ids of 32 bits. */
static inline u64 vtd_ir_table_reg(const struct vtd_ir_table *table, u64 phys,
				   bool eim)
{
	return (phys & VTD_IRTA_IRTA) | (eim ? VTD_IRTA_EIME : 0) |
	       FIELD_PREP(VTD_IRTA_S, __builtin_ctz(table->nr) - 1);
}

/* An entry that is somebody's and lets nothing through: its source is held. */
static inline bool vtd_ir_held(struct vtd_irte irte)
{
	return irte.w[0] & VTD_IRTE_FPD;
}

u64 vtd_ir_source(const u16 *sid, unsigned int nr);

#endif /* VTD_IR_TABLE_H */
