// SPDX-License-Identifier: GPL-2.0
/*
 * Notifications: an interrupt of each CPU, and which descriptors send it.
 *
 * Owns where a descriptor's notifications go.  A unit sends them straight to a
 * CPU's vector, so each CPU that is online has an interrupt of its own, and a
 * descriptor moves away before its CPU goes offline.  What is outstanding while
 * a descriptor moves is told to whoever moves it, never lost.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cpuhotplug.h>
#include <linux/cpumask.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/irqdomain.h>
#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/rcupdate.h>

#include <asm/apic.h>
#include <asm/hw_irq.h>
#include <asm/irqdomain.h>
#include <asm/smp.h>

#include "posted_intr.h"

static DEFINE_PER_CPU(struct vtd_pi_slot, vtd_pi_slots);
static enum cpuhp_state vtd_pi_hotplug;

/* Tell the user, once until it harvests.  The slot's lock is held. */
static void vtd_pi_call(struct vtd_posted *p)
{
	if (xchg(&p->told, 1))
		return;
	if (p->state == VTD_PI_HALTED) {
		atomic64_inc(&p->wakeups);
		p->ops->wake(p, p->data);
	} else {
		atomic64_inc(&p->notifications);
		p->ops->notify(p, p->data);
	}
}

static irqreturn_t vtd_pi_notified(int irq, void *data)
{
	struct vtd_pi_slot *slot = data;
	struct vtd_posted *p;
	unsigned long flags;

	spin_lock_irqsave(&slot->lock, flags);
	list_for_each_entry(p, &slot->list, node)
		if (READ_ONCE(p->desc->control) & VTD_PI_ON)
			vtd_pi_call(p);
	spin_unlock_irqrestore(&slot->lock, flags);
	return IRQ_HANDLED;
}

/* An interrupt right on a CPU's vectors: no device and no unit raises it. */
static int vtd_pi_irq_alloc(unsigned int cpu)
{
	struct irq_alloc_info info = { .mask = cpumask_of(cpu) };
	int irq = irq_domain_alloc_irqs(x86_vector_domain, 1, cpu_to_node(cpu),
					&info);
	int ret;

	if (irq < 0)
		return irq;
	irq_set_handler(irq, handle_edge_irq);
	ret = request_irq(irq, vtd_pi_notified, IRQF_NOBALANCING, "vtd-posted",
			  per_cpu_ptr(&vtd_pi_slots, cpu));
	if (!ret)
		return irq;
	irq_dispose_mapping(irq);
	return ret;
}

static int vtd_pi_online(unsigned int cpu)
{
	struct vtd_pi_slot *slot = per_cpu_ptr(&vtd_pi_slots, cpu);
	int irq = vtd_pi_irq_alloc(cpu);
	unsigned long flags;

	if (irq < 0) {
		pr_warn("CPU %u has no interrupt for notifications (error %d): none are sent there\n",
			cpu, irq);
		return 0;
	}
	spin_lock_irqsave(&slot->lock, flags);
	slot->target = (struct vtd_pi_target){
		.vector = irqd_cfg(irq_get_irq_data(irq))->vector,
		/* A physical destination, whatever mode Linux uses. */
		.apic_id = per_cpu(x86_cpu_to_apicid, cpu),
		.wide = x2apic_enabled(),
	};
	WRITE_ONCE(slot->irq, irq);
	spin_unlock_irqrestore(&slot->lock, flags);
	return 0;
}

/* Join a slot; false when it has no interrupt.  The descriptor is locked. */
static bool vtd_pi_join(struct vtd_posted *p, struct vtd_pi_slot *slot,
			enum vtd_pi_state state, struct vtd_pi_target *target)
{
	bool good;

	spin_lock(&slot->lock);
	good = slot->irq;
	if (good) {
		WRITE_ONCE(p->slot, slot);
		WRITE_ONCE(p->state, state);
		list_add(&p->node, &slot->list);
		*target = slot->target;
	}
	spin_unlock(&slot->lock);
	return good;
}

static void vtd_pi_part(struct vtd_posted *p)
{
	spin_lock(&p->slot->lock);
	list_del_init(&p->node);
	spin_unlock(&p->slot->lock);
}

/* The first slot that takes it; the descriptor is locked. */
static bool vtd_pi_join_any(struct vtd_posted *p, enum vtd_pi_state state,
			    struct vtd_pi_target *target)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		if (vtd_pi_join(p, per_cpu_ptr(&vtd_pi_slots, cpu), state,
				target))
			return true;
	return false;
}

/*
 * Send its notifications to the slot that it has joined.  What went elsewhere
 * meanwhile is outstanding, and found nobody: its user is told now.  The
 * descriptor is locked.
 */
static void vtd_pi_follow(struct vtd_posted *p, struct vtd_pi_target target)
{
	if (!vtd_pi_move(p->desc, target))
		return;
	spin_lock(&p->slot->lock);
	vtd_pi_call(p);
	spin_unlock(&p->slot->lock);
}

/**
 * vtd_pi_slot_enter() - give a new descriptor a place
 * @p: nobody else has it yet
 *
 * It is preempted.
 *
 * Context: any.
 * Return: 0; -ENOSPC when no CPU has an interrupt for notifications.
 */
int vtd_pi_slot_enter(struct vtd_posted *p)
{
	struct vtd_pi_target target;
	unsigned long flags;
	bool good;

	spin_lock_irqsave(&p->lock, flags);
	good = vtd_pi_join_any(p, VTD_PI_PREEMPTED, &target);
	if (good)
		vtd_pi_init(p->desc, target);
	spin_unlock_irqrestore(&p->lock, flags);
	return good ? 0 : -ENOSPC;
}

/**
 * vtd_pi_slot_leave() - undo vtd_pi_slot_enter()
 * @p: its user is not called any more afterwards
 *
 * Context: any.
 */
void vtd_pi_slot_leave(struct vtd_posted *p)
{
	unsigned long flags;

	spin_lock_irqsave(&p->lock, flags);
	vtd_pi_suspend(p->desc);
	vtd_pi_part(p);
	spin_unlock_irqrestore(&p->lock, flags);
}

/**
 * vtd_pi_slot_set() - notify from now on, and there
 * @p: which
 * @cpu: where
 * @state: VTD_PI_RUNNING or VTD_PI_HALTED
 *
 * Context: any.
 * Return: 0; 1 when something is to be harvested; -EINVAL when that CPU cannot
 * be notified, and @p is as it was.
 */
int vtd_pi_slot_set(struct vtd_posted *p, unsigned int cpu,
		    enum vtd_pi_state state)
{
	struct vtd_pi_slot *to, *from;
	struct vtd_pi_target target;
	enum vtd_pi_state before;
	unsigned long flags;
	int ret = -EINVAL;

	if (cpu >= nr_cpu_ids || !cpu_possible(cpu))
		return ret;
	to = per_cpu_ptr(&vtd_pi_slots, cpu);
	spin_lock_irqsave(&p->lock, flags);
	from = p->slot;
	before = p->state;
	vtd_pi_part(p);
	/*
	 * It is in its new place before the unit sends there.  What went to the
	 * old one meanwhile found nobody, and is outstanding still.
	 */
	if (vtd_pi_join(p, to, state, &target))
		ret = vtd_pi_resume(p->desc, target);
	else if (vtd_pi_join(p, from, before, &target) ||
		 vtd_pi_join_any(p, before, &target))
		vtd_pi_follow(p, target);
	spin_unlock_irqrestore(&p->lock, flags);
	return ret;
}

/**
 * vtd_pi_slot_suspend() - accumulate from now on
 * @p: which
 *
 * Context: any.
 */
void vtd_pi_slot_suspend(struct vtd_posted *p)
{
	unsigned long flags;

	spin_lock_irqsave(&p->lock, flags);
	vtd_pi_suspend(p->desc);
	spin_lock(&p->slot->lock);
	WRITE_ONCE(p->state, VTD_PI_PREEMPTED);
	spin_unlock(&p->slot->lock);
	spin_unlock_irqrestore(&p->lock, flags);
}

/**
 * vtd_pi_slot_send() - send a notification, as a unit would
 * @p: which; vtd_pi_post() has asked for it
 *
 * Where it moves away at this moment, whoever moves it finds it outstanding.
 *
 * Context: any.
 */
void vtd_pi_slot_send(struct vtd_posted *p)
{
	unsigned int irq;

	rcu_read_lock();
	irq = READ_ONCE(READ_ONCE(p->slot)->irq);
	if (irq) {
		struct irq_data *data = irq_get_irq_data(irq);

		data->chip->irq_retrigger(data);
	}
	rcu_read_unlock();
}

/* Its CPU goes: move it, and tell its user what may have got lost thereby. */
static void vtd_pi_flee(struct vtd_posted *p, void *data)
{
	struct vtd_pi_slot *gone = data;
	struct vtd_pi_target target;
	unsigned long flags;

	spin_lock_irqsave(&p->lock, flags);
	if (p->slot != gone)
		goto unlock;
	vtd_pi_part(p);
	if (!WARN_ON_ONCE(!vtd_pi_join_any(p, p->state, &target)))
		vtd_pi_follow(p, target);
unlock:
	spin_unlock_irqrestore(&p->lock, flags);
}

static int vtd_pi_offline(unsigned int cpu)
{
	struct vtd_pi_slot *slot = per_cpu_ptr(&vtd_pi_slots, cpu);
	unsigned int irq = slot->irq;
	unsigned long flags;

	if (!irq)
		return 0;
	/* Nobody joins any more. */
	spin_lock_irqsave(&slot->lock, flags);
	WRITE_ONCE(slot->irq, 0);
	spin_unlock_irqrestore(&slot->lock, flags);
	/* Nobody is about to raise it. */
	synchronize_rcu();
	vtd_posted_each(vtd_pi_flee, slot);
	free_irq(irq, slot);
	irq_dispose_mapping(irq);
	return 0;
}

/**
 * vtd_pi_slots_create() - give every CPU an interrupt for notifications
 *
 * Context: may sleep.
 * Return: 0 or a negative errno.
 */
int vtd_pi_slots_create(void)
{
	unsigned int cpu;
	int ret;

	for_each_possible_cpu(cpu) {
		struct vtd_pi_slot *slot = per_cpu_ptr(&vtd_pi_slots, cpu);

		slot->cpu = cpu;
		spin_lock_init(&slot->lock);
		INIT_LIST_HEAD(&slot->list);
	}
	ret = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "vtd/posted:online",
				vtd_pi_online, vtd_pi_offline);
	if (ret < 0)
		return ret;
	vtd_pi_hotplug = ret;
	return 0;
}

/**
 * vtd_pi_slots_destroy() - undo vtd_pi_slots_create()
 *
 * Context: may sleep; there is no descriptor.
 */
void vtd_pi_slots_destroy(void)
{
	cpuhp_remove_state(vtd_pi_hotplug);
}
