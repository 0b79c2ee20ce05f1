// SPDX-License-Identifier: GPL-2.0
/*
 * Health of the interrupt remapping tables: entries compared with the interrupts
 * that have them ("vtdctl check").
 *
 * Only reads.
 */
#include <linux/bitmap.h>
#include <linux/interrupt.h>
#include <linux/irq.h>

#include <asm/apic.h>
#include <asm/hw_irq.h>
#include <asm/irqdomain.h>

#include <vtd/report.h>
#include "remap.h"

/**
 * struct vtd_ir_expected - an entry, as its interrupt has it
 * @iru: the unit, or NULL where the interrupt has none of ours
 * @index: of the entry
 * @expected: what it should say
 * @found: what it says
 * @posted: it is in posted format: only who may use it is known here
 * @active: the interrupt has a vector
 */
struct vtd_ir_expected {
	const struct vtd_ir_unit *iru;
	u32 index;
	struct vtd_irte expected;
	struct vtd_irte found;
	bool posted;
	bool active;
};

/* Of bits 127:64: whose requests the entry lets through. */
#define VTD_IR_SOURCE (VTD_IRTE_HI_SID | VTD_IRTE_HI_SQ | VTD_IRTE_HI_SVT)

static struct vtd_ir_irq *vtd_ir_level(struct irq_data *outer)
{
	struct irq_data *level;

	for (level = outer; level; level = level->parent_data) {
		struct vtd_ir_irq *irq = level->chip_data;

		if (vtd_ir_is_domain(level->domain) && irq && !irq->compat)
			return irq;
	}
	return NULL;
}

/* Both at one moment: the descriptor's lock is that of all who change them. */
static void vtd_ir_expect(struct irq_desc *desc, struct vtd_ir_expected *e)
{
	struct irq_data *outer = irq_desc_get_irq_data(desc);
	const struct irq_cfg *cfg;
	struct vtd_ir_irq *irq;
	unsigned long flags;

	memset(e, 0, sizeof(*e));
	raw_spin_lock_irqsave(&desc->lock, flags);
	irq = vtd_ir_level(outer);
	if (irq) {
		cfg = irqd_cfg(outer);
		e->iru = irq->iru;
		e->index = irq->index;
		e->posted = irq->poster;
		e->found = vtd_ir_table_get(&irq->iru->table, irq->index);
		e->active = cfg && irqd_is_activated(outer);
		if (e->active)
			e->expected = vtd_irte_remapped(cfg->vector,
							cfg->dest_apicid, true,
							apic->dest_mode_logical,
							irq->source);
		e->expected =
			vtd_ir_table_allowed(&irq->iru->table, e->expected);
		if (e->active && irq->iru->table.narrow)
			e->expected = vtd_irte_narrow(e->expected);
	}
	raw_spin_unlock_irqrestore(&desc->lock, flags);
}

static void vtd_ir_check_irq(struct irq_desc *desc, void *data)
{
	struct vtd_ir_expected e;

	vtd_ir_expect(desc, &e);
	/* Without a user its vector stands for none, and may be any. */
	if (!e.iru || !e.active)
		return;
	if (e.posted) {
		e.expected.w[0] = e.found.w[0];
		e.expected.w[1] = (e.expected.w[1] & VTD_IR_SOURCE) |
				  (e.found.w[1] & ~VTD_IR_SOURCE);
	}
	vtd_check_interrupt(data, e.iru->info.name, e.index, e.expected.w,
			    e.found.w,
			    "where an interrupt goes, and whose it is");
}

/* What belongs to nobody lets nothing through. */
static void vtd_ir_check_free(struct vtd_check *c, struct vtd_ir_unit *iru)
{
	static const u64 none[2];
	struct vtd_ir_table *table = &iru->table;
	u32 index;

	for (index = 0; index < table->nr; index++) {
		struct vtd_irte irte = vtd_ir_table_get(table, index);

		if (!(irte.w[0] & VTD_IRTE_P) || test_bit(index, table->used))
			continue;
		vtd_check_interrupt(c, iru->info.name, index, none, irte.w,
				    "an entry that belongs to nobody");
	}
}

static void vtd_ir_check_all(struct vtd_check *c)
{
	unsigned int i;

	vtd_ir_irqs_each(c, vtd_ir_check_irq);
	for (i = 0; i < vtd_ir.nr; i++)
		if (vtd_ir.unit[i].on)
			vtd_ir_check_free(c, &vtd_ir.unit[i]);
}

/**
 * vtd_ir_check_add() - take part in "check"
 *
 * Context: may sleep; the takeover is complete.
 */
void vtd_ir_check_add(void)
{
	vtd_report_check(vtd_ir_check_all);
}

/**
 * vtd_ir_check_remove() - undo vtd_ir_check_add()
 *
 * Context: may sleep.
 */
void vtd_ir_check_remove(void)
{
	vtd_report_check(NULL);
}
