// SPDX-License-Identifier: GPL-2.0
/*
 * A level put into the hierarchy of an interrupt that is alive, and taken out.
 *
 * Owns the order of steps: the entry stands before a message names it, and it
 * goes only when no CPU can be on the way through it and nothing sends it any
 * more.  Vector and CPU stay as they are.  Must never leave an interrupt
 * without a valid message.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/irq.h>
#include <linux/msi.h>
#include <linux/radix-tree.h>
#include <linux/rcupdate.h>

#include <asm/apic.h>
#include <asm/hw_irq.h>
#include <asm/irqdomain.h>

#include "irq.h"
#include "remap.h"
#include "slab.h"

static void vtd_ir_lock_held(void)
{
	lockdep_assert_held(&x86_vector_domain->mutex);
}

/**
 * vtd_ir_prepare() - everything that can fail of an adoption
 * @outer: top level of the interrupt, right above the CPU vectors
 * @iru: the unit that it goes through
 * @source: bits 127:64 of its entry
 * @from: lowest index that will do
 *
 * Context: may sleep; the vector domain's mutex is held.
 * Return: what vtd_ir_splice() wants, or an error pointer: -ENOMEM, -ENOSPC.
 */
struct vtd_ir_irq *vtd_ir_prepare(struct irq_data *outer,
				  struct vtd_ir_unit *iru, u64 source, u32 from)
{
	struct vtd_ir_irq *irq = kzalloc_obj(*irq);
	struct irq_data *irqd = kzalloc_obj(*irqd);
	int ret = -ENOMEM;

	vtd_ir_lock_held();
	if (!irq || !irqd)
		goto free;
	ret = vtd_ir_table_alloc(&iru->table, 1, from);
	if (ret < 0)
		goto free;
	irq->iru = iru;
	irq->index = ret;
	irq->run = 1;
	irq->source = source;
	irq->handle = ret;
	irq->irqd = irqd;
	irqd->irq = outer->irq;
	irqd->common = outer->common;
	irqd->domain = iru->domain;
	irqd->chip = &vtd_ir_chip;
	irqd->chip_data = irq;
	irqd->hwirq = irq->index;
	ret = radix_tree_insert(&iru->domain->revmap_tree, irq->index, irqd);
	if (!ret)
		return irq;
	vtd_ir_table_free(&iru->table, irq->index, 1);
free:
	kfree(irqd);
	kfree(irq);
	return ERR_PTR(ret);
}

/**
 * vtd_ir_unprepare() - undo vtd_ir_prepare()
 * @irq: not spliced
 *
 * Context: may sleep; the vector domain's mutex is held.
 */
void vtd_ir_unprepare(struct vtd_ir_irq *irq)
{
	vtd_ir_lock_held();
	radix_tree_delete(&irq->iru->domain->revmap_tree, irq->index);
	kfree(irq->irqd);
	vtd_ir_irq_free(irq);
}

/*
 * A pin's register is two words, and so is an MSI message: mask what could be
 * sent wrong while they change.  Between the words a pin that is adopted names
 * the right entry unless the bit for logical mode becomes one of the index; one
 * that is given back has its number for a vector.  MSI-X is masked by who
 * writes it.
 */
static bool vtd_ir_hush(struct irq_data *outer, const struct vtd_ir_irq *irq)
{
	const struct msi_desc *desc = irq_data_get_msi_desc(outer);
	bool can;

	if (irq->eoi)
		can = irq->compat || apic->dest_mode_logical;
	else
		can = desc && dev_is_pci(desc->dev) &&
		      !desc->pci.msi_attrib.is_msix &&
		      desc->pci.msi_attrib.can_mask;
	if (!can || irqd_irq_masked(outer) || !outer->chip->irq_mask ||
	    !outer->chip->irq_unmask)
		return false;
	outer->chip->irq_mask(outer);
	return true;
}

/* An edge that came to a masked pin is forgotten: make up for it. */
static void vtd_ir_unhush(struct irq_data *outer, const struct vtd_ir_irq *irq)
{
	outer->chip->irq_unmask(outer);
	if (irq->eoi && !irqd_is_level_type(outer) && irqd_is_started(outer) &&
	    outer->chip->irq_retrigger)
		outer->chip->irq_retrigger(outer);
}

/*
 * A level interrupt that is being handled would be ended by what its pin's
 * register had for a vector before, and the pin would wait forever.
 */
static void vtd_ir_end_level(struct irq_data *outer,
			     const struct vtd_ir_irq *irq, u8 number)
{
	if (irq->eoi && irqd_is_level_type(outer))
		writel(number, irq->eoi);
}

/* Have the outer level ask for its message and write it. */
static void vtd_ir_rewrite(struct irq_data *outer, struct vtd_ir_irq *irq)
{
	irq->rewrite = true;
	outer->chip->irq_set_affinity(
		outer, irq_data_get_effective_affinity_mask(outer), false);
	irq->rewrite = false;
}

/*
 * A plain MSI changes its address and keeps its data, the vector that it has
 * now, as the subhandle: then the change is one store.
 */
static void vtd_ir_keep_data(struct irq_data *outer, struct vtd_ir_irq *irq)
{
	u8 vector = irqd_cfg(outer)->vector;

	irq->data = vector;
	irq->handle = irq->index - vector;
}

/**
 * vtd_ir_splice() - adopt an interrupt
 * @irq: from vtd_ir_prepare() for @outer; @irq->shv: keep the message's data,
 *	the index is 256 or above
 * @outer: top level of the interrupt
 * @chip: takes the place of its chip, or NULL
 *
 * Context: the vector domain's mutex is held; takes the descriptor's lock.
 */
void vtd_ir_splice(struct vtd_ir_irq *irq, struct irq_data *outer,
		   struct irq_chip *chip)
{
	struct irq_desc *desc = irq_data_to_desc(outer);
	struct vtd_ir_table *table = &irq->iru->table;
	const struct irq_cfg *cfg = irqd_cfg(outer);
	struct irq_data *irqd = irq->irqd;
	unsigned long flags;
	bool hushed;

	vtd_ir_lock_held();
	irq->iru->domain->mapcount++;
	irq->irqd = NULL;
	raw_spin_lock_irqsave(&desc->lock, flags);
	irqd->parent_data = outer->parent_data;
	if (chip)
		outer->chip = chip;
	if (!irqd_is_activated(outer)) {
		irq->shv = false;
		/* Whoever follows the pointer finds the level filled in. */
		smp_store_release(&outer->parent_data, irqd);
		goto unlock;
	}
	if (irq->shv)
		vtd_ir_keep_data(outer, irq);
	hushed = vtd_ir_hush(outer, irq);
	vtd_ir_table_set(table, irq->index,
			 vtd_irte_remapped(cfg->vector, cfg->dest_apicid, true,
					   apic->dest_mode_logical,
					   irq->source));
	/* Whoever follows the pointer finds level and entry filled in. */
	smp_store_release(&outer->parent_data, irqd);
	vtd_ir_rewrite(outer, irq);
	vtd_ir_end_level(outer, irq, irq->data);
	if (hushed)
		vtd_ir_unhush(outer, irq);
unlock:
	raw_spin_unlock_irqrestore(&desc->lock, flags);
	vtd_irq_defer_moves(outer->irq, false);
}

/**
 * vtd_ir_unsplice() - give an interrupt back
 * @outer: top level of the interrupt
 * @chip: takes the place of its chip, or NULL
 *
 * Context: the vector domain's mutex is held; takes the descriptor's lock.
 * Return: what vtd_ir_finish() is to free, or NULL when the interrupt is not
 * one of ours.
 */
struct vtd_ir_irq *vtd_ir_unsplice(struct irq_data *outer,
				   struct irq_chip *chip)
{
	struct irq_desc *desc = irq_data_to_desc(outer);
	struct irq_data *irqd = outer->parent_data;
	struct vtd_ir_irq *irq;
	unsigned long flags;
	bool hushed = false;

	vtd_ir_lock_held();
	if (!irqd || !vtd_ir_is_domain(irqd->domain) || !irqd->chip_data)
		return NULL;
	irq = irqd->chip_data;
	radix_tree_delete(&irq->iru->domain->revmap_tree, irqd->hwirq);
	irq->iru->domain->mapcount--;

	raw_spin_lock_irqsave(&desc->lock, flags);
	irq->compat = true;
	if (irqd_is_activated(outer)) {
		hushed = vtd_ir_hush(outer, irq);
		vtd_ir_rewrite(outer, irq);
	}
	/* The message does not name the entry any more. */
	smp_store_release(&outer->parent_data, irqd->parent_data);
	if (chip)
		outer->chip = chip;
	vtd_ir_end_level(outer, irq, irqd_cfg(outer)->vector);
	if (hushed)
		vtd_ir_unhush(outer, irq);
	raw_spin_unlock_irqrestore(&desc->lock, flags);
	vtd_irq_defer_moves(outer->irq, true);
	irq->irqd = irqd;
	return irq;
}

/**
 * vtd_ir_finish() - free what was given back
 * @gone: of struct vtd_ir_irq, from vtd_ir_unsplice(); empty afterwards
 *
 * Context: may sleep, long enough that a request sent before has arrived.
 */
void vtd_ir_finish(struct list_head *gone)
{
	struct vtd_ir_irq *irq, *next;

	/* CPUs are through our levels and our functions. */
	synchronize_rcu();
	list_for_each_entry_safe(irq, next, gone, node) {
		list_del(&irq->node);
		kfree(irq->irqd);
		vtd_ir_irq_free(irq);
	}
}

/**
 * vtd_ir_retrigger() - have an interrupt that may be lost come once more
 * @desc: any interrupt below the CPU vectors
 * @data: unused
 *
 * Its handler may find nothing to do.
 *
 * Context: the vector domain's mutex is held; takes the descriptor's lock.
 */
void vtd_ir_retrigger(struct irq_desc *desc, void *data)
{
	struct irq_data *outer = irq_desc_get_irq_data(desc);
	struct irq_data *level = outer->parent_data;
	unsigned long flags;

	vtd_ir_lock_held();
	if (!level || !vtd_ir_is_domain(level->domain) || !level->chip_data)
		return;
	raw_spin_lock_irqsave(&desc->lock, flags);
	/* Id 0 is the same in 8 bits and in 32: it cannot have gone astray. */
	if (irqd_is_started(outer) && !irqd_irq_masked(outer) &&
	    irqd_cfg(outer)->dest_apicid) {
		struct vtd_ir_irq *irq = level->chip_data;

		/* A pin that waits for its end sends again when it gets it. */
		if (irq->eoi && irqd_is_level_type(outer))
			writel(irq->data, irq->eoi);
		else if (outer->chip->irq_retrigger)
			outer->chip->irq_retrigger(outer);
	}
	raw_spin_unlock_irqrestore(&desc->lock, flags);
}
