// SPDX-License-Identifier: GPL-2.0
/*
 * The PMU "vtd": what the module itself does, counted for perf.
 *
 * Most is counted anyway.  Maps, unmaps and flushes are not: while somebody asks
 * for them, their trace events have a probe of ours, and without that they cost
 * nothing.  Must never make any of them dearer by being there.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/perf_event.h>
#include <linux/printk.h>

#include <vtd/hw/ir.h>

#include "pmu.h"
#include "prq.h"
#include "trace.h"
#include "unit.h"

/* Units that are told apart; those above count as the last. */
#define VTD_SW_UNITS 64

enum {
	/* By trace events; all units together. */
	VTD_SW_MAPS,
	VTD_SW_UNMAPS,
	VTD_SW_FLUSHES,
	VTD_SW_PROBED,
	/* By unit. */
	VTD_SW_SUBMISSIONS = VTD_SW_PROBED,
	VTD_SW_ROUND_TRIPS,
	VTD_SW_IOTLB,
	VTD_SW_DEVICE_TLB,
	VTD_SW_CONTEXT,
	VTD_SW_PASID,
	VTD_SW_INTERRUPT,
	VTD_SW_PAGE_REQUESTS,
	VTD_SW_PAGE_RESPONSES,
	VTD_SW_FAULTS,
	VTD_SW_EVENTS,
};

VTD_PMU_NAME(vtd_sw_, maps, -1, VTD_SW_MAPS);
VTD_PMU_NAME(vtd_sw_, unmaps, -1, VTD_SW_UNMAPS);
VTD_PMU_NAME(vtd_sw_, flushes, -1, VTD_SW_FLUSHES);
VTD_PMU_NAME(vtd_sw_, submissions, -1, VTD_SW_SUBMISSIONS);
VTD_PMU_NAME(vtd_sw_, round_trips, -1, VTD_SW_ROUND_TRIPS);
VTD_PMU_NAME(vtd_sw_, iotlb_invalidations, -1, VTD_SW_IOTLB);
VTD_PMU_NAME(vtd_sw_, device_tlb_invalidations, -1, VTD_SW_DEVICE_TLB);
VTD_PMU_NAME(vtd_sw_, context_invalidations, -1, VTD_SW_CONTEXT);
VTD_PMU_NAME(vtd_sw_, pasid_invalidations, -1, VTD_SW_PASID);
VTD_PMU_NAME(vtd_sw_, interrupt_invalidations, -1, VTD_SW_INTERRUPT);
VTD_PMU_NAME(vtd_sw_, page_requests, -1, VTD_SW_PAGE_REQUESTS);
VTD_PMU_NAME(vtd_sw_, page_responses, -1, VTD_SW_PAGE_RESPONSES);
VTD_PMU_NAME(vtd_sw_, faults, -1, VTD_SW_FAULTS);

static struct attribute *vtd_sw_names[] = {
	&vtd_sw_maps.attr.attr,
	&vtd_sw_unmaps.attr.attr,
	&vtd_sw_flushes.attr.attr,
	&vtd_sw_submissions.attr.attr,
	&vtd_sw_round_trips.attr.attr,
	&vtd_sw_iotlb_invalidations.attr.attr,
	&vtd_sw_device_tlb_invalidations.attr.attr,
	&vtd_sw_context_invalidations.attr.attr,
	&vtd_sw_pasid_invalidations.attr.attr,
	&vtd_sw_interrupt_invalidations.attr.attr,
	&vtd_sw_page_requests.attr.attr,
	&vtd_sw_page_responses.attr.attr,
	&vtd_sw_faults.attr.attr,
	NULL,
};

static const struct attribute_group vtd_sw_events_group = {
	.name = "events",
	.attrs = vtd_sw_names,
};

#define VTD_SW_EVENT GENMASK_ULL(7, 0)
#define VTD_SW_UNIT GENMASK_ULL(15, 0)
#define VTD_SW_UNIT_ON BIT_ULL(16)

PMU_FORMAT_ATTR(event, "config:0-7");
PMU_FORMAT_ATTR(unit, "config1:0-15");
PMU_FORMAT_ATTR(filter_unit_en, "config1:16");

static struct attribute *vtd_sw_formats[] = {
	&format_attr_event.attr,
	&format_attr_unit.attr,
	&format_attr_filter_unit_en.attr,
	NULL,
};

static const struct attribute_group vtd_sw_format_group = {
	.name = "format",
	.attrs = vtd_sw_formats,
};

static const struct attribute_group *vtd_sw_groups[] = {
	&vtd_sw_format_group,
	&vtd_sw_events_group,
	&vtd_pmu_cpumask_group,
	NULL,
};

/* --- what is counted -------------------------------------------------------- */

/**
 * struct vtd_sw_unit - what units of one index did
 * @unit: the one that does now, or NULL
 * @gone: what those did that have gone since the module was loaded
 */
struct vtd_sw_unit {
	const struct vtd_unit *unit;
	u64 gone[VTD_SW_EVENTS];
};

static DEFINE_RAW_SPINLOCK(vtd_sw_lock);
static struct vtd_sw_unit vtd_sw_unit[VTD_SW_UNITS];

static u64 vtd_sw_kinds(const struct vtd_unit *unit, u8 type)
{
	u64 sum = 0;
	unsigned int kind;

	/* The type is in bits 3:0, what is above tells the granularity. */
	for (kind = type; kind < VTD_QI_KINDS; kind += 16)
		sum += vtd_qi_kind(&unit->qi, kind);
	return sum;
}

static u64 vtd_sw_of(const struct vtd_unit *unit, unsigned int event)
{
	const struct vtd_prq *prq = READ_ONCE(unit->prq);

	switch (event) {
	case VTD_SW_SUBMISSIONS:
		return READ_ONCE(unit->qi.stats.submissions);
	case VTD_SW_ROUND_TRIPS:
		return READ_ONCE(unit->qi.stats.doorbells);
	case VTD_SW_IOTLB:
		return vtd_sw_kinds(unit, VTD_QI_TYPE_IOTLB) +
		       vtd_sw_kinds(unit, VTD_QI_TYPE_PIOTLB);
	case VTD_SW_DEVICE_TLB:
		return vtd_sw_kinds(unit, VTD_QI_TYPE_DEVTLB) +
		       vtd_sw_kinds(unit, VTD_QI_TYPE_PDEVTLB);
	case VTD_SW_CONTEXT:
		return vtd_sw_kinds(unit, VTD_QI_TYPE_CONTEXT);
	case VTD_SW_PASID:
		return vtd_sw_kinds(unit, VTD_QI_TYPE_PASID);
	case VTD_SW_INTERRUPT:
		return vtd_sw_kinds(unit, VTD_QI_TYPE_IEC);
	case VTD_SW_PAGE_REQUESTS:
		return prq ? READ_ONCE(prq->stats.requests) : 0;
	case VTD_SW_PAGE_RESPONSES:
		return vtd_sw_kinds(unit, VTD_QI_TYPE_RESPONSE);
	case VTD_SW_FAULTS:
		return atomic64_read(&unit->faults);
	}
	return 0;
}

static u64 vtd_sw_unit_count(const struct vtd_sw_unit *u, unsigned int event)
{
	return u->gone[event] + (u->unit ? vtd_sw_of(u->unit, event) : 0);
}

static struct vtd_sw_unit *vtd_sw_unit_of(unsigned int index)
{
	return &vtd_sw_unit[min(index, VTD_SW_UNITS - 1U)];
}

/**
 * vtd_perf_sw_start() - count what a unit does, too
 * @unit: not told of before, or taken back since
 *
 * Context: any.
 */
void vtd_perf_sw_start(const struct vtd_unit *unit)
{
	struct vtd_sw_unit *u = vtd_sw_unit_of(unit->index);
	unsigned long irq;

	raw_spin_lock_irqsave(&vtd_sw_lock, irq);
	if (!u->unit)
		u->unit = unit;
	raw_spin_unlock_irqrestore(&vtd_sw_lock, irq);
}

/**
 * vtd_perf_sw_stop() - a unit is about to go; what it did stays counted
 * @unit: whether or not vtd_perf_sw_start() was called
 *
 * Context: any; its page request queue is still there.
 */
void vtd_perf_sw_stop(const struct vtd_unit *unit)
{
	struct vtd_sw_unit *u = vtd_sw_unit_of(unit->index);
	unsigned int event;
	unsigned long irq;

	raw_spin_lock_irqsave(&vtd_sw_lock, irq);
	if (u->unit == unit) {
		for (event = VTD_SW_PROBED; event < VTD_SW_EVENTS; event++)
			u->gone[event] += vtd_sw_of(unit, event);
		u->unit = NULL;
	}
	raw_spin_unlock_irqrestore(&vtd_sw_lock, irq);
}

/* --- what only probes see ---------------------------------------------------- */

static DEFINE_PER_CPU(u64[VTD_SW_PROBED], vtd_sw_seen);
static DEFINE_MUTEX(vtd_sw_mutex);
static unsigned int vtd_sw_users[VTD_SW_PROBED];

static void vtd_sw_map_probe(void *data, u32 domain, u64 iova, u64 phys,
			     u64 bytes, u64 ns)
{
	this_cpu_inc(vtd_sw_seen[VTD_SW_MAPS]);
}

static void vtd_sw_unmap_probe(void *data, u32 domain, u64 iova, u64 bytes,
			       bool queued, u64 ns)
{
	this_cpu_inc(vtd_sw_seen[VTD_SW_UNMAPS]);
}

static void vtd_sw_flush_probe(void *data, u32 domain, u64 start, u64 last,
			       bool leaf_only, u64 ns)
{
	this_cpu_inc(vtd_sw_seen[VTD_SW_FLUSHES]);
}

static int vtd_sw_probe(unsigned int event)
{
	switch (event) {
	case VTD_SW_MAPS:
		return register_trace_vtd_map(vtd_sw_map_probe, NULL);
	case VTD_SW_UNMAPS:
		return register_trace_vtd_unmap(vtd_sw_unmap_probe, NULL);
	default:
		return register_trace_vtd_flush(vtd_sw_flush_probe, NULL);
	}
}

static void vtd_sw_unprobe(unsigned int event)
{
	switch (event) {
	case VTD_SW_MAPS:
		unregister_trace_vtd_map(vtd_sw_map_probe, NULL);
		break;
	case VTD_SW_UNMAPS:
		unregister_trace_vtd_unmap(vtd_sw_unmap_probe, NULL);
		break;
	default:
		unregister_trace_vtd_flush(vtd_sw_flush_probe, NULL);
	}
}

static int vtd_sw_get(unsigned int event)
{
	int ret = 0;

	if (event >= VTD_SW_PROBED)
		return 0;
	mutex_lock(&vtd_sw_mutex);
	if (!vtd_sw_users[event])
		ret = vtd_sw_probe(event);
	if (!ret)
		vtd_sw_users[event]++;
	mutex_unlock(&vtd_sw_mutex);
	return ret;
}

static void vtd_sw_put(unsigned int event)
{
	if (event >= VTD_SW_PROBED)
		return;
	mutex_lock(&vtd_sw_mutex);
	if (!--vtd_sw_users[event])
		vtd_sw_unprobe(event);
	mutex_unlock(&vtd_sw_mutex);
}

static u64 vtd_sw_sum(unsigned int event)
{
	unsigned int cpu;
	u64 sum = 0;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu(vtd_sw_seen, cpu)[event]);
	return sum;
}

/* --- events -------------------------------------------------------------------- */

static u64 vtd_sw_now(const struct perf_event *event)
{
	unsigned int what = event->attr.config, i;
	u64 config1 = event->attr.config1, sum = 0;

	if (what < VTD_SW_PROBED)
		return vtd_sw_sum(what);
	if (config1 & VTD_SW_UNIT_ON)
		return vtd_sw_unit_count(
			vtd_sw_unit_of(FIELD_GET(VTD_SW_UNIT, config1)), what);
	for (i = 0; i < VTD_SW_UNITS; i++)
		sum += vtd_sw_unit_count(&vtd_sw_unit[i], what);
	return sum;
}

static void vtd_sw_destroy(struct perf_event *event)
{
	vtd_sw_put(event->attr.config);
}

static int vtd_sw_event_init(struct perf_event *event)
{
	u64 config = event->attr.config, config1 = event->attr.config1;
	int ret = vtd_pmu_check(event);

	if (ret)
		return ret;
	if (config >= VTD_SW_EVENTS || event->attr.config2 ||
	    config1 & ~(VTD_SW_UNIT | VTD_SW_UNIT_ON) ||
	    (config1 && !(config1 & VTD_SW_UNIT_ON)) ||
	    FIELD_GET(VTD_SW_UNIT, config1) >= VTD_SW_UNITS)
		return -EINVAL;
	/* These are of domains, which may have several units. */
	if (config1 && config < VTD_SW_PROBED)
		return -EOPNOTSUPP;
	ret = vtd_sw_get(config);
	if (!ret)
		event->destroy = vtd_sw_destroy;
	return ret;
}

static void vtd_sw_collect(struct perf_event *event)
{
	unsigned long irq;
	u64 now;

	raw_spin_lock_irqsave(&vtd_sw_lock, irq);
	now = vtd_sw_now(event);
	local64_add(now - local64_read(&event->hw.prev_count), &event->count);
	local64_set(&event->hw.prev_count, now);
	raw_spin_unlock_irqrestore(&vtd_sw_lock, irq);
}

static void vtd_sw_event_start(struct perf_event *event, int flags)
{
	unsigned long irq;

	raw_spin_lock_irqsave(&vtd_sw_lock, irq);
	local64_set(&event->hw.prev_count, vtd_sw_now(event));
	raw_spin_unlock_irqrestore(&vtd_sw_lock, irq);
	event->hw.state = 0;
}

static void vtd_sw_event_stop(struct perf_event *event, int flags)
{
	if (event->hw.state & PERF_HES_STOPPED)
		return;
	vtd_sw_collect(event);
	event->hw.state = PERF_HES_STOPPED | PERF_HES_UPTODATE;
}

static int vtd_sw_event_add(struct perf_event *event, int flags)
{
	event->hw.state = PERF_HES_STOPPED | PERF_HES_UPTODATE;
	if (flags & PERF_EF_START)
		vtd_sw_event_start(event, flags);
	return 0;
}

static void vtd_sw_event_read(struct perf_event *event)
{
	if (!(event->hw.state & PERF_HES_STOPPED))
		vtd_sw_collect(event);
}

static struct pmu vtd_sw;
static bool vtd_sw_there;

/**
 * vtd_perf_sw_init() - let perf count what the module does
 *
 * That it cannot is said in the log.
 *
 * Context: may sleep; the module is being loaded.
 */
void vtd_perf_sw_init(void)
{
	int ret;

	vtd_sw = (struct pmu){
		.attr_groups = vtd_sw_groups,
		.event_init = vtd_sw_event_init,
		.add = vtd_sw_event_add,
		.del = vtd_sw_event_stop,
		.start = vtd_sw_event_start,
		.stop = vtd_sw_event_stop,
		.read = vtd_sw_event_read,
	};
	ret = vtd_pmu_add(&vtd_sw, "vtd");
	vtd_sw_there = !ret;
	if (ret)
		pr_notice("perf cannot count what the module does (error %d)\n",
			  ret);
}

/**
 * vtd_perf_sw_exit() - undo vtd_perf_sw_init()
 *
 * Context: may sleep; no event is left.
 */
void vtd_perf_sw_exit(void)
{
	if (vtd_sw_there)
		perf_pmu_unregister(&vtd_sw);
	vtd_sw_there = false;
	/* Nobody runs a probe of ours any more. */
	tracepoint_synchronize_unregister();
}
