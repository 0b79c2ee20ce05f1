// SPDX-License-Identifier: GPL-2.0
/*
 * Descriptors of users other than KVM (include/vtd/posted.h).
 *
 * Owns their memory, and which interrupts are posted to which.  A descriptor
 * that a unit may still post to is never freed.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/err.h>
#include <linux/export.h>
#include <linux/io.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <vtd/remap.h>
#include <vtd/report.h>
#include "iommu-pages.h"
#include "posted_intr.h"
#include "slab.h"

/**
 * struct vtd_pi_bound - an interrupt that is posted
 * @node: in its descriptor's list
 * @irq: Linux interrupt number
 */
struct vtd_pi_bound {
	struct list_head node;
	unsigned int irq;
};

static LIST_HEAD(vtd_pi_all);
static DEFINE_MUTEX(vtd_pi_all_lock);

struct vtd_posted *
vtd_posted_alloc(const char *name, const struct vtd_posted_ops *ops, void *data)
{
	struct vtd_posted *p = kzalloc_obj(*p);
	int ret = -ENOMEM;

	if (!p)
		return ERR_PTR(ret);
	/* A page of its own: hardware that errs in it changes nothing else. */
	p->desc =
		iommu_alloc_pages_node_sz(NUMA_NO_NODE, GFP_KERNEL, PAGE_SIZE);
	if (!p->desc)
		goto free;
	p->pda = virt_to_phys(p->desc);
	p->ops = ops;
	p->data = data;
	strscpy(p->name, name, sizeof(p->name));
	spin_lock_init(&p->lock);
	INIT_LIST_HEAD(&p->bound);
	mutex_init(&p->bound_lock);
	/* A CPU that goes finds it in the list, or is gone when it enters. */
	mutex_lock(&vtd_pi_all_lock);
	ret = vtd_pi_slot_enter(p);
	if (!ret)
		list_add_tail(&p->all, &vtd_pi_all);
	mutex_unlock(&vtd_pi_all_lock);
	if (!ret)
		return p;
	iommu_free_pages(p->desc);
free:
	kfree(p);
	return ERR_PTR(ret);
}
EXPORT_SYMBOL_GPL(vtd_posted_alloc);

static struct vtd_pi_bound *vtd_pi_find(struct vtd_posted *p, unsigned int irq)
{
	struct vtd_pi_bound *bound;

	lockdep_assert_held(&p->bound_lock);
	list_for_each_entry(bound, &p->bound, node)
		if (bound->irq == irq)
			return bound;
	return NULL;
}

static int vtd_pi_unbind(struct vtd_posted *p, struct vtd_pi_bound *bound)
{
	int ret = vtd_remap_unpost(bound->irq);

	list_del(&bound->node);
	kfree(bound);
	p->lost |= ret;
	return ret;
}

void vtd_posted_free(struct vtd_posted *p)
{
	struct vtd_pi_bound *bound, *next;

	if (!p)
		return;
	mutex_lock(&p->bound_lock);
	list_for_each_entry_safe(bound, next, &p->bound, node)
		vtd_pi_unbind(p, bound);
	mutex_unlock(&p->bound_lock);
	mutex_lock(&vtd_pi_all_lock);
	list_del(&p->all);
	mutex_unlock(&vtd_pi_all_lock);
	vtd_pi_slot_leave(p);
	if (!p->lost)
		iommu_free_pages(p->desc);
	kfree(p);
}
EXPORT_SYMBOL_GPL(vtd_posted_free);

int vtd_posted_bind(struct vtd_posted *p, unsigned int irq, u8 vector,
		    bool urgent)
{
	const struct vtd_post post = {
		.pda = p->pda,
		.vector = vector,
		.urgent = urgent,
	};
	struct vtd_pi_bound *bound, *new = kzalloc_obj(*new);
	int ret;

	if (!new)
		return -ENOMEM;
	new->irq = irq;
	mutex_lock(&p->bound_lock);
	bound = vtd_pi_find(p, irq);
	ret = vtd_remap_post(irq, &post);
	if (!ret && !bound) {
		list_add_tail(&new->node, &p->bound);
		new = NULL;
	}
	mutex_unlock(&p->bound_lock);
	kfree(new);
	return ret;
}
EXPORT_SYMBOL_GPL(vtd_posted_bind);

int vtd_posted_unbind(struct vtd_posted *p, unsigned int irq)
{
	struct vtd_pi_bound *bound;
	int ret = -ENOENT;

	mutex_lock(&p->bound_lock);
	bound = vtd_pi_find(p, irq);
	if (bound)
		ret = vtd_pi_unbind(p, bound);
	mutex_unlock(&p->bound_lock);
	return ret;
}
EXPORT_SYMBOL_GPL(vtd_posted_unbind);

void vtd_posted_post(struct vtd_posted *p, u8 vector, bool urgent)
{
	if (vtd_pi_post(p->desc, vector, urgent))
		vtd_pi_slot_send(p);
}
EXPORT_SYMBOL_GPL(vtd_posted_post);

bool vtd_posted_pending(const struct vtd_posted *p)
{
	return vtd_pi_pending(p->desc);
}
EXPORT_SYMBOL_GPL(vtd_posted_pending);

unsigned int vtd_posted_harvest(struct vtd_posted *p, u64 *pir)
{
	unsigned int nr;

	/*
	 * Who is told from here on harvests once more; what comes after that
	 * call, and needs no other, is in that harvest.
	 */
	xchg(&p->told, 0);
	nr = vtd_pi_harvest(p->desc, pir);
	atomic64_add(nr, &p->posts);
	return nr;
}
EXPORT_SYMBOL_GPL(vtd_posted_harvest);

static int vtd_pi_set(struct vtd_posted *p, unsigned int cpu,
		      enum vtd_pi_state state)
{
	unsigned int i, nr = 0;
	int ret;

	/* Of those nobody was told, and harvesting will not say which. */
	if (READ_ONCE(p->state) == VTD_PI_PREEMPTED)
		for (i = 0; i < VTD_POSTED_WORDS; i++)
			nr += hweight64(READ_ONCE(p->desc->pir[i]));
	ret = vtd_pi_slot_set(p, cpu, state);
	if (ret >= 0)
		atomic64_add(nr, &p->suppressed);
	return ret;
}

int vtd_posted_run(struct vtd_posted *p, unsigned int cpu)
{
	return vtd_pi_set(p, cpu, VTD_PI_RUNNING);
}
EXPORT_SYMBOL_GPL(vtd_posted_run);

int vtd_posted_halt(struct vtd_posted *p, unsigned int cpu)
{
	return vtd_pi_set(p, cpu, VTD_PI_HALTED);
}
EXPORT_SYMBOL_GPL(vtd_posted_halt);

void vtd_posted_preempt(struct vtd_posted *p)
{
	vtd_pi_slot_suspend(p);
}
EXPORT_SYMBOL_GPL(vtd_posted_preempt);

struct vtd_posted_stats vtd_posted_stats(const struct vtd_posted *p)
{
	return (struct vtd_posted_stats){
		.posts = atomic64_read(&p->posts),
		.notifications = atomic64_read(&p->notifications),
		.wakeups = atomic64_read(&p->wakeups),
		.suppressed = atomic64_read(&p->suppressed),
	};
}
EXPORT_SYMBOL_GPL(vtd_posted_stats);

/**
 * vtd_posted_each() - every descriptor
 * @fn: called for each
 * @data: for @fn
 *
 * Context: may sleep.
 */
void vtd_posted_each(void (*fn)(struct vtd_posted *p, void *data), void *data)
{
	struct vtd_posted *p;

	mutex_lock(&vtd_pi_all_lock);
	list_for_each_entry(p, &vtd_pi_all, all)
		fn(p, data);
	mutex_unlock(&vtd_pi_all_lock);
}

static const char *vtd_pi_state_name(enum vtd_pi_state state)
{
	switch (state) {
	case VTD_PI_RUNNING:
		return "running";
	case VTD_PI_HALTED:
		return "halted";
	default:
		return "preempted";
	}
}

static void vtd_posted_say_one(struct vtd_posted *p, void *data)
{
	struct vtd_posted_stats stats = vtd_posted_stats(p);
	struct vtd_pi_bound *bound;
	unsigned int nr = 0;

	mutex_lock(&p->bound_lock);
	list_for_each_entry(bound, &p->bound, node)
		nr++;
	mutex_unlock(&p->bound_lock);
	vtd_say(data,
		"descriptor address=0x%llx state=%s cpu=%u interrupts=%u posts=%llu notifications=%llu wakeups=%llu suppressed=%llu name=\"%s\"\n",
		p->pda, vtd_pi_state_name(READ_ONCE(p->state)),
		READ_ONCE(p->slot)->cpu, nr, stats.posts, stats.notifications,
		stats.wakeups, stats.suppressed, p->name);
}

/**
 * vtd_posted_say() - the records of this module, for the command "irqs"
 * @reply: what to add to
 *
 * Context: may sleep.
 */
void vtd_posted_say(struct vtd_reply *reply)
{
	vtd_say(reply, "posting kvm=%s\n", vtd_kvm_is_on() ? "on" : "off");
	vtd_posted_each(vtd_posted_say_one, reply);
}
