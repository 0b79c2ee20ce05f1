// SPDX-License-Identifier: GPL-2.0
/*
 * Interrupts in posted format (VT-d 5.2.5, 9.10).
 *
 * Owns when an entry is posted and when it is remapped; somebody else says to
 * where.  An entry changes from one form to the other by one store.  While it
 * is posted the interrupt keeps its CPU vector, so that it can come back at any
 * moment; it may move meanwhile, which does not touch the entry.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bitfield.h>
#include <linux/export.h>
#include <linux/irq.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/rcupdate.h>

#include <vtd/hw/regs.h>
#include <vtd/remap.h>
#include "remap.h"

static DEFINE_MUTEX(vtd_ir_poster_lock);
static const struct vtd_poster __rcu *vtd_ir_poster;

static bool vtd_ir_unit_posts(const struct vtd_ir_unit *iru)
{
	return iru->info.cap & VTD_CAP_PI;
}

/* Is there memory of the kernel's that can be a descriptor? */
static bool vtd_ir_is_descriptor(u64 pda)
{
	return pda && IS_ALIGNED(pda, 64) && pfn_valid(PHYS_PFN(pda));
}

/**
 * vtd_ir_posted_gone() - let go of who had an interrupt posted
 * @irq: its entry is remapped again, or not present any more
 *
 * Context: the interrupt's descriptor lock is held, or nobody has it.
 */
void vtd_ir_posted_gone(struct vtd_ir_irq *irq)
{
	module_put(irq->poster);
	irq->poster = NULL;
}

static int vtd_ir_post(struct irq_data *data, const struct vtd_poster *poster,
		       const struct vtd_post *post)
{
	struct vtd_ir_irq *irq = data->chip_data;
	struct vtd_ir_table *table = &irq->iru->table;
	bool first = !irq->poster;
	struct vtd_irte before;
	int ret;

	/* A pin sends by another way, and the end of a level by none at all. */
	if (irq->eoi || irq->compat || !irqd_is_activated(data))
		return -ENOENT;
	if (!vtd_ir_unit_posts(irq->iru) && !poster->anyway)
		return -EOPNOTSUPP;
	if (!vtd_ir_is_descriptor(post->pda))
		return -EINVAL;
	if (first && !try_module_get(poster->owner))
		return -ENODEV;
	irq->poster = poster->owner;
	before = vtd_ir_table_get(table, irq->index);
	ret = vtd_ir_table_set(table, irq->index,
			       vtd_irte_posted(post->pda, post->vector,
					       post->urgent, irq->source));
	if (!ret)
		return 0;
	if (first) {
		/* Remapped, which is what its vector domain says still. */
		vtd_ir_program(data);
		vtd_ir_posted_gone(irq);
	} else {
		vtd_ir_table_set(table, irq->index, before);
	}
	pr_warn_ratelimited(
		"%s does not forget an entry (error %d): interrupt %u stays as it was\n",
		irq->iru->info.name, ret, data->irq);
	return ret;
}

static int vtd_ir_unpost(struct irq_data *data)
{
	struct vtd_ir_irq *irq = data->chip_data;
	int ret;

	if (!irq->poster)
		return 0;
	ret = vtd_ir_program(data);
	if (ret)
		pr_err_ratelimited(
			"%s does not forget an entry (error %d): interrupt %u may still be posted; take its device away\n",
			irq->iru->info.name, ret, data->irq);
	vtd_ir_posted_gone(irq);
	return ret;
}

/**
 * vtd_ir_set_vcpu_affinity() - the call by which a hypervisor posts
 * @data: level of the interrupt that is ours
 * @info: as this kernel's KVM has it, or NULL to have it remapped again
 *
 * Context: the interrupt's descriptor lock is held.
 * Return: 0; -EOPNOTSUPP when nobody posts; otherwise as vtd_remap_post() and
 * vtd_remap_unpost().
 */
int vtd_ir_set_vcpu_affinity(struct irq_data *data, void *info)
{
	const struct vtd_poster *poster;
	struct vtd_post post = {};
	int ret = -EOPNOTSUPP;

	lockdep_assert_held(&irq_data_to_desc(data)->lock);
	if (!info)
		return vtd_ir_unpost(data);
	rcu_read_lock();
	poster = rcu_dereference(vtd_ir_poster);
	if (poster)
		ret = poster->vcpu(info, &post) ?:
			      vtd_ir_post(data, poster, &post);
	rcu_read_unlock();
	return ret;
}

/* @fn for our level of an interrupt, under its descriptor's lock, or @none. */
static int vtd_ir_locked(unsigned int nr, int none, const void *arg,
			 int (*fn)(struct irq_data *data, const void *arg))
{
	struct irq_data *data = irq_get_irq_data(nr);
	struct irq_desc *desc;
	unsigned long flags;
	int ret = none;

	if (!data)
		return none;
	desc = irq_data_to_desc(data);
	raw_spin_lock_irqsave(&desc->lock, flags);
	for (; data; data = data->parent_data) {
		if (vtd_ir_is_domain(data->domain) && data->chip_data) {
			ret = fn(data, arg);
			break;
		}
	}
	raw_spin_unlock_irqrestore(&desc->lock, flags);
	return ret;
}

static int vtd_ir_post_locked(struct irq_data *data, const void *arg)
{
	const struct vtd_poster *poster;
	int ret = -ENODEV;

	rcu_read_lock();
	poster = rcu_dereference(vtd_ir_poster);
	if (poster)
		ret = vtd_ir_post(data, poster, arg);
	rcu_read_unlock();
	return ret;
}

static int vtd_ir_unpost_locked(struct irq_data *data, const void *arg)
{
	return vtd_ir_unpost(data);
}

int vtd_remap_post(unsigned int irq, const struct vtd_post *post)
{
	return vtd_ir_locked(irq, -ENOENT, post, vtd_ir_post_locked);
}
EXPORT_SYMBOL_GPL(vtd_remap_post);

int vtd_remap_unpost(unsigned int irq)
{
	return vtd_ir_locked(irq, 0, NULL, vtd_ir_unpost_locked);
}
EXPORT_SYMBOL_GPL(vtd_remap_unpost);

int vtd_remap_poster_add(const struct vtd_poster *poster)
{
	unsigned int i;
	int nr = 0;

	mutex_lock(&vtd_ir_poster_lock);
	if (rcu_access_pointer(vtd_ir_poster)) {
		mutex_unlock(&vtd_ir_poster_lock);
		return -EBUSY;
	}
	rcu_assign_pointer(vtd_ir_poster, poster);
	mutex_unlock(&vtd_ir_poster_lock);
	for (i = 0; i < vtd_ir.nr; i++)
		nr += vtd_ir_unit_posts(&vtd_ir.unit[i]);
	return nr;
}
EXPORT_SYMBOL_GPL(vtd_remap_poster_add);

void vtd_remap_poster_remove(const struct vtd_poster *poster)
{
	mutex_lock(&vtd_ir_poster_lock);
	if (rcu_access_pointer(vtd_ir_poster) == poster)
		rcu_assign_pointer(vtd_ir_poster, NULL);
	mutex_unlock(&vtd_ir_poster_lock);
	synchronize_rcu();
}
EXPORT_SYMBOL_GPL(vtd_remap_poster_remove);

/**
 * vtd_ir_poster_say() - the records of who posts, for the command "irqs"
 * @reply: what to add to
 *
 * Context: may sleep.
 */
void vtd_ir_poster_say(struct vtd_reply *reply)
{
	const struct vtd_poster *poster;

	mutex_lock(&vtd_ir_poster_lock);
	poster = rcu_dereference_protected(
		vtd_ir_poster, lockdep_is_held(&vtd_ir_poster_lock));
	if (poster && poster->say)
		poster->say(reply);
	mutex_unlock(&vtd_ir_poster_lock);
}
