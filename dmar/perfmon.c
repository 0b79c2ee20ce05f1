// SPDX-License-Identifier: GPL-2.0
/*
 * A PMU for each unit that has performance counters: vtd_dmarN.
 *
 * It counts for the whole machine and never samples.  A PMU stays, with its
 * events, when the unit is given back: they stand still then, and go on when it
 * is taken over again; the module itself does not go while there is an event.
 * Owns the counters.  Must never fail an attach.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bitops.h>
#include <linux/interrupt.h>
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/perf_event.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "control.h"
#include "fault.h"
#include "perf_hw.h"
#include "pmu.h"
#include "slab.h"
#include "unit.h"

/* Of so many rounds, a handler that always finds counters gone round is let go. */
#define VTD_PERF_ROUNDS 16

/**
 * struct vtd_pmu - the counters of a unit, for perf
 * @pmu: what perf knows
 * @list: among all of them (m)
 * @name: as perf has it (c)
 * @index: the unit's (c)
 * @lock: all that follows; taken with interrupts off, and held for commands to
 *	the unit, which have a bound
 * @unit: the unit, or NULL while it is not ours (l)
 * @hw: its counters (l)
 * @used: counters that are taken (l)
 * @running: of them, those that count, or would if there were the unit (l)
 * @event: for whom each of @used counts (l)
 * @frozen: perf is changing events, none counts (l)
 * @irq: Linux number of the interrupt on overflow, 0 without (m)
 * @polled: reads the counters from time to time, where there is none
 * @events: that exist; while there are, @polled goes on
 *
 * (c) constant, (m) under the control mutex, (l) under @lock.
 */
struct vtd_pmu {
	struct pmu pmu;
	struct list_head list;
	char name[24];
	unsigned int index;
	raw_spinlock_t lock;
	struct vtd_unit *unit;
	struct vtd_perf_hw hw;
	u64 used;
	u64 running;
	struct perf_event *event[VTD_PERF_COUNTERS];
	bool frozen;
	int irq;
	struct delayed_work polled;
	atomic_t events;
};

static LIST_HEAD(vtd_pmus);

static struct vtd_pmu *vtd_pmu_of(struct pmu *pmu)
{
	return container_of(pmu, struct vtd_pmu, pmu);
}

/* --- in sysfs --------------------------------------------------------------- */

/* As the kernel has documented them for these counters. */
PMU_FORMAT_ATTR(event, "config:0-27");
PMU_FORMAT_ATTR(event_group, "config:28-31");
PMU_FORMAT_ATTR(filter_requester_id_en, "config1:0");
PMU_FORMAT_ATTR(filter_domain_en, "config1:1");
PMU_FORMAT_ATTR(filter_pasid_en, "config1:2");
PMU_FORMAT_ATTR(filter_ats_en, "config1:3");
PMU_FORMAT_ATTR(filter_page_table_en, "config1:4");
PMU_FORMAT_ATTR(filter_requester_id, "config1:16-31");
PMU_FORMAT_ATTR(filter_domain, "config1:32-47");
PMU_FORMAT_ATTR(filter_pasid, "config2:0-21");
PMU_FORMAT_ATTR(filter_ats, "config2:24-28");
PMU_FORMAT_ATTR(filter_page_table, "config2:32-36");

/* Pairs in the order of VTD_PERF_FILTER_*, after the first two. */
static struct attribute *vtd_perf_formats[] = {
	&format_attr_event.attr,
	&format_attr_event_group.attr,
	&format_attr_filter_requester_id_en.attr,
	&format_attr_filter_requester_id.attr,
	&format_attr_filter_domain_en.attr,
	&format_attr_filter_domain.attr,
	&format_attr_filter_pasid_en.attr,
	&format_attr_filter_pasid.attr,
	&format_attr_filter_ats_en.attr,
	&format_attr_filter_ats.attr,
	&format_attr_filter_page_table_en.attr,
	&format_attr_filter_page_table.attr,
	NULL,
};

static struct vtd_pmu *vtd_pmu_of_kobj(struct kobject *kobj)
{
	return vtd_pmu_of(dev_get_drvdata(kobj_to_dev(kobj)));
}

static umode_t vtd_perf_format_visible(struct kobject *kobj,
				       struct attribute *attr, int i)
{
	if (i >= 2 && !(vtd_pmu_of_kobj(kobj)->hw.filters & BIT((i - 2) / 2)))
		return 0;
	return attr->mode;
}

static const struct attribute_group vtd_perf_format_group = {
	.name = "format",
	.attrs = vtd_perf_formats,
	.is_visible = vtd_perf_format_visible,
};

VTD_PMU_NAME(vtd_perf_, iommu_clocks, 0, 0x001);
VTD_PMU_NAME(vtd_perf_, iommu_requests, 0, 0x002);
VTD_PMU_NAME(vtd_perf_, pw_occupancy, 0, 0x004);
VTD_PMU_NAME(vtd_perf_, ats_blocked, 0, 0x008);
VTD_PMU_NAME(vtd_perf_, iommu_mrds, 1, 0x001);
VTD_PMU_NAME(vtd_perf_, iommu_mem_blocked, 1, 0x020);
VTD_PMU_NAME(vtd_perf_, pg_req_posted, 1, 0x040);
VTD_PMU_NAME(vtd_perf_, ctxt_cache_lookup, 2, 0x001);
VTD_PMU_NAME(vtd_perf_, ctxt_cache_hit, 2, 0x002);
VTD_PMU_NAME(vtd_perf_, pasid_cache_lookup, 2, 0x004);
VTD_PMU_NAME(vtd_perf_, pasid_cache_hit, 2, 0x008);
VTD_PMU_NAME(vtd_perf_, ss_nonleaf_lookup, 2, 0x010);
VTD_PMU_NAME(vtd_perf_, ss_nonleaf_hit, 2, 0x020);
VTD_PMU_NAME(vtd_perf_, fs_nonleaf_lookup, 2, 0x040);
VTD_PMU_NAME(vtd_perf_, fs_nonleaf_hit, 2, 0x080);
VTD_PMU_NAME(vtd_perf_, hpt_nonleaf_lookup, 2, 0x100);
VTD_PMU_NAME(vtd_perf_, hpt_nonleaf_hit, 2, 0x200);
VTD_PMU_NAME(vtd_perf_, iotlb_lookup, 3, 0x001);
VTD_PMU_NAME(vtd_perf_, iotlb_hit, 3, 0x002);
VTD_PMU_NAME(vtd_perf_, hpt_leaf_lookup, 3, 0x004);
VTD_PMU_NAME(vtd_perf_, hpt_leaf_hit, 3, 0x008);
VTD_PMU_NAME(vtd_perf_, int_cache_lookup, 4, 0x001);
VTD_PMU_NAME(vtd_perf_, int_cache_hit_nonposted, 4, 0x002);
VTD_PMU_NAME(vtd_perf_, int_cache_hit_posted, 4, 0x004);

static struct attribute *vtd_perf_names[] = {
	&vtd_perf_iommu_clocks.attr.attr,
	&vtd_perf_iommu_requests.attr.attr,
	&vtd_perf_pw_occupancy.attr.attr,
	&vtd_perf_ats_blocked.attr.attr,
	&vtd_perf_iommu_mrds.attr.attr,
	&vtd_perf_iommu_mem_blocked.attr.attr,
	&vtd_perf_pg_req_posted.attr.attr,
	&vtd_perf_ctxt_cache_lookup.attr.attr,
	&vtd_perf_ctxt_cache_hit.attr.attr,
	&vtd_perf_pasid_cache_lookup.attr.attr,
	&vtd_perf_pasid_cache_hit.attr.attr,
	&vtd_perf_ss_nonleaf_lookup.attr.attr,
	&vtd_perf_ss_nonleaf_hit.attr.attr,
	&vtd_perf_fs_nonleaf_lookup.attr.attr,
	&vtd_perf_fs_nonleaf_hit.attr.attr,
	&vtd_perf_hpt_nonleaf_lookup.attr.attr,
	&vtd_perf_hpt_nonleaf_hit.attr.attr,
	&vtd_perf_iotlb_lookup.attr.attr,
	&vtd_perf_iotlb_hit.attr.attr,
	&vtd_perf_hpt_leaf_lookup.attr.attr,
	&vtd_perf_hpt_leaf_hit.attr.attr,
	&vtd_perf_int_cache_lookup.attr.attr,
	&vtd_perf_int_cache_hit_nonposted.attr.attr,
	&vtd_perf_int_cache_hit_posted.attr.attr,
	NULL,
};

/* Those that some counter of the unit can count. */
static umode_t vtd_perf_name_visible(struct kobject *kobj,
				     struct attribute *attr, int i)
{
	const struct vtd_pmu_name *name =
		container_of(attr, struct vtd_pmu_name, attr.attr);

	if (!(vtd_pmu_of_kobj(kobj)->hw.events[name->group] & name->event))
		return 0;
	return attr->mode;
}

static const struct attribute_group vtd_perf_events_group = {
	.name = "events",
	.attrs = vtd_perf_names,
	.is_visible = vtd_perf_name_visible,
};

static const struct attribute_group *vtd_perf_groups[] = {
	&vtd_perf_format_group,
	&vtd_perf_events_group,
	&vtd_pmu_cpumask_group,
	NULL,
};

/* --- events ------------------------------------------------------------------ */

#define VTD_CONFIG_EVENT GENMASK_ULL(27, 0)
#define VTD_CONFIG_GROUP GENMASK_ULL(31, 28)
#define VTD_CONFIG1_ON GENMASK_ULL(4, 0)
#define VTD_CONFIG1_SID GENMASK_ULL(31, 16)
#define VTD_CONFIG1_DID GENMASK_ULL(47, 32)
#define VTD_CONFIG2_PASID GENMASK_ULL(21, 0)
#define VTD_CONFIG2_AT GENMASK_ULL(28, 24)
#define VTD_CONFIG2_PGTT GENMASK_ULL(36, 32)

/* What the words of an event ask for; -EINVAL when they have other bits. */
static int vtd_perf_wanted(const struct perf_event_attr *attr,
			   struct vtd_perf_want *want)
{
	u64 config1 = attr->config1, config2 = attr->config2;

	if (attr->config & ~(VTD_CONFIG_EVENT | VTD_CONFIG_GROUP) ||
	    config1 & ~(VTD_CONFIG1_ON | VTD_CONFIG1_SID | VTD_CONFIG1_DID) ||
	    config2 & ~(VTD_CONFIG2_PASID | VTD_CONFIG2_AT | VTD_CONFIG2_PGTT))
		return -EINVAL;
	*want = (struct vtd_perf_want){
		.group = FIELD_GET(VTD_CONFIG_GROUP, attr->config),
		.events = FIELD_GET(VTD_CONFIG_EVENT, attr->config),
		.filters = FIELD_GET(VTD_CONFIG1_ON, config1),
		.filter = {
			[VTD_PERF_FILTER_SID] =
				FIELD_GET(VTD_CONFIG1_SID, config1),
			[VTD_PERF_FILTER_DID] =
				FIELD_GET(VTD_CONFIG1_DID, config1),
			[VTD_PERF_FILTER_PASID] =
				FIELD_GET(VTD_CONFIG2_PASID, config2),
			[VTD_PERF_FILTER_AT] =
				FIELD_GET(VTD_CONFIG2_AT, config2),
			[VTD_PERF_FILTER_PGTT] =
				FIELD_GET(VTD_CONFIG2_PGTT, config2),
		},
	};
	return 0;
}

/* A counter for one event on top of those of @used; adds to them. */
static int vtd_perf_fit(const struct vtd_pmu *p, const struct perf_event *event,
			u64 *used)
{
	struct vtd_perf_want want;
	int counter;

	/* Of other PMUs, or given up. */
	if (event->pmu != &p->pmu || event->state < PERF_EVENT_STATE_OFF)
		return 0;
	counter = vtd_perf_wanted(&event->attr, &want) ?:
			  vtd_perf_hw_pick(&p->hw, *used, &want);
	if (counter < 0)
		return counter;
	*used |= BIT_ULL(counter);
	return 0;
}

/*
 * A group is counted at once or not at all: is there a counter for each?  They
 * come in this order later, too.
 */
static int vtd_perf_fits(const struct vtd_pmu *p, struct perf_event *event)
{
	struct perf_event *leader = event->group_leader, *sibling;
	u64 used = 0;
	int ret = 0;

	if (leader != event) {
		ret = vtd_perf_fit(p, leader, &used);
		for_each_sibling_event(sibling, leader)
			ret = ret ?: vtd_perf_fit(p, sibling, &used);
	}
	ret = ret ?: vtd_perf_fit(p, event, &used);
	return ret == -EBUSY ? -EINVAL : ret;
}

/* How long the narrowest counter takes to go round at 1 GHz, or half of it. */
static unsigned long vtd_perf_period(const struct vtd_pmu *p)
{
	unsigned int width = min(p->hw.width, 34U);

	return max(1UL, nsecs_to_jiffies(BIT_ULL(width - 1)));
}

static void vtd_perf_destroy(struct perf_event *event)
{
	struct vtd_pmu *p = vtd_pmu_of(event->pmu);

	atomic_dec(&p->events);
}

static int vtd_perf_event_init(struct perf_event *event)
{
	struct vtd_pmu *p = vtd_pmu_of(event->pmu);
	struct vtd_perf_want want;
	int ret;

	ret = vtd_pmu_check(event);
	if (ret)
		return ret;
	if (!READ_ONCE(p->unit) || READ_ONCE(p->hw.dead))
		return -ENODEV;
	ret = vtd_perf_wanted(&event->attr, &want) ?: vtd_perf_fits(p, event);
	if (ret)
		return ret;
	event->hw.idx = -1;
	event->destroy = vtd_perf_destroy;
	atomic_inc(&p->events);
	if (!READ_ONCE(p->irq))
		schedule_delayed_work(&p->polled, vtd_perf_period(p));
	return 0;
}

/* The unit is there and answers. */
static bool vtd_perf_works(const struct vtd_pmu *p)
{
	lockdep_assert_held(&p->lock);
	return p->unit && !p->hw.dead;
}

/* Add what a counter has counted to its event. */
static void vtd_perf_collect(struct vtd_pmu *p, unsigned int counter)
{
	lockdep_assert_held(&p->lock);
	if (p->unit && p->running & BIT_ULL(counter))
		local64_add(vtd_perf_hw_read(&p->hw, counter),
			    &p->event[counter]->count);
}

static void vtd_perf_collect_all(struct vtd_pmu *p)
{
	unsigned long running = p->running;
	unsigned int counter;

	for_each_set_bit(counter, &running, VTD_PERF_COUNTERS)
		vtd_perf_collect(p, counter);
}

/* Said once for each time that the unit was taken over. */
static void vtd_perf_gave_up(struct vtd_pmu *p, bool worked)
{
	if (worked && p->hw.dead)
		pr_warn("%s: its unit does not answer a command for its counters: they are not used any more\n",
			p->name);
}

static int vtd_perf_program(struct vtd_pmu *p, unsigned int counter)
{
	struct vtd_perf_want want;
	bool worked = vtd_perf_works(p);
	int ret;

	if (!p->unit)
		return 0;
	ret = vtd_perf_wanted(&p->event[counter]->attr, &want) ?:
		      vtd_perf_hw_start(&p->hw, counter, &want);
	vtd_perf_gave_up(p, worked);
	return ret;
}

static int vtd_perf_begin(struct vtd_pmu *p, struct perf_event *event)
{
	int ret = vtd_perf_program(p, event->hw.idx);

	if (ret)
		return ret;
	event->hw.state = 0;
	p->running |= BIT_ULL(event->hw.idx);
	return 0;
}

static void vtd_perf_event_start(struct perf_event *event, int flags)
{
	struct vtd_pmu *p = vtd_pmu_of(event->pmu);
	unsigned long irq;

	raw_spin_lock_irqsave(&p->lock, irq);
	if (event->hw.idx >= 0)
		vtd_perf_begin(p, event);
	raw_spin_unlock_irqrestore(&p->lock, irq);
}

static void vtd_perf_end(struct vtd_pmu *p, struct perf_event *event)
{
	unsigned int counter = event->hw.idx;
	bool worked = vtd_perf_works(p);

	if (!(p->running & BIT_ULL(counter)))
		return;
	vtd_perf_collect(p, counter);
	p->running &= ~BIT_ULL(counter);
	event->hw.state = PERF_HES_STOPPED | PERF_HES_UPTODATE;
	if (p->unit)
		vtd_perf_hw_stop(&p->hw, counter);
	vtd_perf_gave_up(p, worked);
}

static void vtd_perf_event_stop(struct perf_event *event, int flags)
{
	struct vtd_pmu *p = vtd_pmu_of(event->pmu);
	unsigned long irq;

	raw_spin_lock_irqsave(&p->lock, irq);
	if (event->hw.idx >= 0)
		vtd_perf_end(p, event);
	raw_spin_unlock_irqrestore(&p->lock, irq);
}

static int vtd_perf_event_add(struct perf_event *event, int flags)
{
	struct vtd_pmu *p = vtd_pmu_of(event->pmu);
	struct vtd_perf_want want;
	unsigned long irq;
	int counter, ret;

	ret = vtd_perf_wanted(&event->attr, &want);
	if (ret)
		return ret;
	raw_spin_lock_irqsave(&p->lock, irq);
	counter = vtd_perf_hw_pick(&p->hw, p->used, &want);
	if (counter < 0) {
		ret = counter;
		goto unlock;
	}
	event->hw.idx = counter;
	event->hw.state = PERF_HES_STOPPED | PERF_HES_UPTODATE;
	p->event[counter] = event;
	if (flags & PERF_EF_START)
		ret = vtd_perf_begin(p, event);
	if (ret) {
		p->event[counter] = NULL;
		event->hw.idx = -1;
		goto unlock;
	}
	p->used |= BIT_ULL(counter);
unlock:
	raw_spin_unlock_irqrestore(&p->lock, irq);
	return ret;
}

static void vtd_perf_event_del(struct perf_event *event, int flags)
{
	struct vtd_pmu *p = vtd_pmu_of(event->pmu);
	int counter = event->hw.idx;
	unsigned long irq;

	raw_spin_lock_irqsave(&p->lock, irq);
	if (counter >= 0) {
		vtd_perf_end(p, event);
		p->event[counter] = NULL;
		p->used &= ~BIT_ULL(counter);
		event->hw.idx = -1;
	}
	raw_spin_unlock_irqrestore(&p->lock, irq);
}

static void vtd_perf_event_read(struct perf_event *event)
{
	struct vtd_pmu *p = vtd_pmu_of(event->pmu);
	unsigned long irq;

	raw_spin_lock_irqsave(&p->lock, irq);
	if (event->hw.idx >= 0)
		vtd_perf_collect(p, event->hw.idx);
	raw_spin_unlock_irqrestore(&p->lock, irq);
}

/* Between these two perf changes events: those of a group begin at once. */
static void vtd_perf_freeze(struct pmu *pmu, bool on)
{
	struct vtd_pmu *p = vtd_pmu_of(pmu);
	unsigned long irq;
	bool worked;

	raw_spin_lock_irqsave(&p->lock, irq);
	worked = vtd_perf_works(p);
	p->frozen = on;
	if (worked)
		vtd_perf_hw_freeze(&p->hw, on);
	vtd_perf_gave_up(p, worked);
	raw_spin_unlock_irqrestore(&p->lock, irq);
}

static void vtd_perf_pmu_disable(struct pmu *pmu)
{
	vtd_perf_freeze(pmu, true);
}

static void vtd_perf_pmu_enable(struct pmu *pmu)
{
	vtd_perf_freeze(pmu, false);
}

/* --- counters that go round --------------------------------------------------- */

static void vtd_perf_poll(struct work_struct *work)
{
	struct vtd_pmu *p =
		container_of(to_delayed_work(work), struct vtd_pmu, polled);
	unsigned long irq;

	raw_spin_lock_irqsave(&p->lock, irq);
	vtd_perf_collect_all(p);
	raw_spin_unlock_irqrestore(&p->lock, irq);
	if (!READ_ONCE(p->irq) && atomic_read(&p->events))
		schedule_delayed_work(&p->polled, vtd_perf_period(p));
}

static irqreturn_t vtd_perf_thread(int irq, void *data)
{
	struct vtd_pmu *p = data;
	unsigned int rounds;
	unsigned long flags;

	raw_spin_lock_irqsave(&p->lock, flags);
	/* What goes round after the status was cleared is another interrupt. */
	for (rounds = 0; p->unit && rounds < VTD_PERF_ROUNDS; rounds++) {
		vtd_perf_collect_all(p);
		vtd_write32(&p->unit->regs, VTD_PERFINTRSTS,
			    VTD_PERFINTRSTS_PIS);
		if (!(vtd_perf_hw_overflows(&p->hw) & p->running))
			break;
	}
	raw_spin_unlock_irqrestore(&p->lock, flags);
	return IRQ_HANDLED;
}

static void vtd_perf_irq_start(struct vtd_pmu *p, struct vtd_unit *unit)
{
	int irq, ret;

	if (!p->hw.interrupts)
		return;
	irq = vtd_irq_alloc(unit, VTD_EVENT_PERF);
	ret = irq < 0 ? irq :
			request_threaded_irq(irq, NULL, vtd_perf_thread,
					     IRQF_ONESHOT, p->name, p);
	if (!ret) {
		WRITE_ONCE(p->irq, irq);
		return;
	}
	if (irq >= 0)
		vtd_irq_free(irq);
	pr_notice(
		"%s: no interrupt for its counters (error %d): they are read from time to time\n",
		p->name, ret);
}

static void vtd_perf_irq_stop(struct vtd_pmu *p)
{
	if (!p->irq)
		return;
	free_irq(p->irq, p);
	vtd_irq_free(p->irq);
	WRITE_ONCE(p->irq, 0);
}

/* --- units come and go --------------------------------------------------------- */

/* Nothing counts, whatever counted before; then what is to. */
static void vtd_perf_program_all(struct vtd_pmu *p)
{
	unsigned long running = p->running;
	unsigned int counter;

	lockdep_assert_held(&p->lock);
	for (counter = 0; counter < p->hw.nr; counter++)
		vtd_perf_hw_stop(&p->hw, counter);
	vtd_perf_hw_freeze(&p->hw, true);
	for_each_set_bit(counter, &running, VTD_PERF_COUNTERS)
		vtd_perf_program(p, counter);
	if (!p->frozen)
		vtd_perf_hw_freeze(&p->hw, false);
	vtd_perf_gave_up(p, true);
}

static struct vtd_pmu *vtd_perf_find(unsigned int index)
{
	struct vtd_pmu *p;

	list_for_each_entry(p, &vtd_pmus, list)
		if (p->index == index)
			return p;
	return NULL;
}

static void vtd_perf_use(struct vtd_pmu *p, struct vtd_unit *unit,
			 const struct vtd_perf_hw *hw)
{
	unsigned long irq;

	raw_spin_lock_irqsave(&p->lock, irq);
	p->hw = *hw;
	p->unit = unit;
	vtd_perf_program_all(p);
	raw_spin_unlock_irqrestore(&p->lock, irq);
	unit->pmu = p;
	vtd_perf_irq_start(p, unit);
	if (!p->irq && atomic_read(&p->events))
		schedule_delayed_work(&p->polled, vtd_perf_period(p));
}

/* Events that exist chose their counters from what there was then. */
static bool vtd_perf_same(const struct vtd_perf_hw *a,
			  const struct vtd_perf_hw *b)
{
	return a->nr == b->nr && a->width == b->width &&
	       a->filters == b->filters &&
	       !memcmp(a->can, b->can, sizeof(a->can));
}

static int vtd_perf_create(struct vtd_unit *unit, const struct vtd_perf_hw *hw)
{
	struct vtd_pmu *p = kzalloc_obj(*p);
	int ret;

	if (!p)
		return -ENOMEM;
	snprintf(p->name, sizeof(p->name), "vtd_%s", unit->name);
	p->index = unit->index;
	raw_spin_lock_init(&p->lock);
	INIT_DELAYED_WORK(&p->polled, vtd_perf_poll);
	p->pmu.attr_groups = vtd_perf_groups;
	p->pmu.event_init = vtd_perf_event_init;
	p->pmu.pmu_disable = vtd_perf_pmu_disable;
	p->pmu.pmu_enable = vtd_perf_pmu_enable;
	p->pmu.add = vtd_perf_event_add;
	p->pmu.del = vtd_perf_event_del;
	p->pmu.start = vtd_perf_event_start;
	p->pmu.stop = vtd_perf_event_stop;
	p->pmu.read = vtd_perf_event_read;
	vtd_perf_use(p, unit, hw);
	if (p->hw.dead) {
		ret = -ETIMEDOUT;
		goto stop;
	}
	ret = vtd_pmu_add(&p->pmu, p->name);
	if (ret)
		goto stop;
	list_add_tail(&p->list, &vtd_pmus);
	return 0;
stop:
	vtd_perf_stop(unit);
	kfree(p);
	return ret;
}

/**
 * vtd_perf_start() - let perf use the counters of a unit, where it has them
 * @unit: translating
 *
 * That it cannot is said in the log.
 *
 * Context: may sleep; the control mutex is held.
 */
void vtd_perf_start(struct vtd_unit *unit)
{
	struct vtd_pmu *p = vtd_perf_find(unit->index);
	struct vtd_perf_hw *hw;
	const char *why;
	int ret = 0;

	if (!(unit->ecap & VTD_ECAP_PMS))
		return;
	/* Too large for the stack. */
	hw = kzalloc_obj(*hw);
	if (!hw)
		why = "out of memory";
	else
		why = vtd_perf_hw_init(hw, &unit->regs, unit->cap);
	if (!why && p && !vtd_perf_same(&p->hw, hw))
		why = "they are not those that perf knows: load the module anew";
	if (!why && p)
		vtd_perf_use(p, unit, hw);
	else if (!why)
		ret = vtd_perf_create(unit, hw);
	if (why)
		pr_notice("%s: perf cannot use its counters: %s\n", unit->name,
			  why);
	if (ret)
		pr_notice("%s: perf cannot use its counters (error %d)\n",
			  unit->name, ret);
	kfree(hw);
}

/**
 * vtd_perf_stop() - undo vtd_perf_start()
 * @unit: about to be given back
 *
 * Events stay, with what was counted.
 *
 * Context: may sleep; the control mutex is held.
 */
void vtd_perf_stop(struct vtd_unit *unit)
{
	struct vtd_pmu *p = unit->pmu;
	unsigned long irq;
	unsigned int counter;

	if (!p)
		return;
	vtd_perf_irq_stop(p);
	raw_spin_lock_irqsave(&p->lock, irq);
	vtd_perf_collect_all(p);
	for (counter = 0; counter < p->hw.nr; counter++)
		vtd_perf_hw_stop(&p->hw, counter);
	p->unit = NULL;
	raw_spin_unlock_irqrestore(&p->lock, irq);
	cancel_delayed_work_sync(&p->polled);
	unit->pmu = NULL;
}

/**
 * vtd_perf_suspend() - the counters are about to be lost
 * @unit: with or without counters
 *
 * Context: interrupts are off, one CPU runs.
 */
void vtd_perf_suspend(struct vtd_unit *unit)
{
	struct vtd_pmu *p = unit->pmu;
	unsigned long irq;

	if (!p)
		return;
	raw_spin_lock_irqsave(&p->lock, irq);
	vtd_perf_collect_all(p);
	raw_spin_unlock_irqrestore(&p->lock, irq);
}

/**
 * vtd_perf_resume() - count again after vtd_perf_suspend()
 * @unit: with or without counters
 *
 * Context: interrupts are off, one CPU runs.
 */
void vtd_perf_resume(struct vtd_unit *unit)
{
	struct vtd_pmu *p = unit->pmu;
	unsigned long irq;

	if (!p)
		return;
	raw_spin_lock_irqsave(&p->lock, irq);
	if (vtd_perf_works(p))
		vtd_perf_program_all(p);
	raw_spin_unlock_irqrestore(&p->lock, irq);
	vtd_irq_restore(p->irq);
}

/**
 * vtd_perf_irq() - the interrupt that a unit's counters raise
 * @unit: with or without counters
 *
 * Context: the control mutex is held, or nothing is attached or detached.
 * Return: its Linux number, or 0.
 */
unsigned int vtd_perf_irq(const struct vtd_unit *unit)
{
	return unit->pmu ? unit->pmu->irq : 0;
}

/**
 * vtd_perf_exit() - take all PMUs away
 *
 * Context: may sleep; nothing is attached, and no event is left.
 */
void vtd_perf_exit(void)
{
	struct vtd_pmu *p, *next;

	list_for_each_entry_safe(p, next, &vtd_pmus, list) {
		list_del(&p->list);
		cancel_delayed_work_sync(&p->polled);
		perf_pmu_unregister(&p->pmu);
		kfree(p);
	}
}
