// SPDX-License-Identifier: GPL-2.0
/*
 * "latency": how long maps, unmaps, flushes and waits for units take, as
 * histograms (Documentation/perf.rst).
 *
 * The times come from the trace events: while this is on, they have a probe of
 * ours; while it is off, it costs nothing.  Domains are known by their number
 * alone: those that have gone stay in the table.  Must never keep a domain or
 * a unit from going.
 */
#include <linux/bitmap.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/pci.h>
#include <linux/string.h>

#include "control.h"
#include "device.h"
#include "domain.h"
#include "hist.h"
#include "latency.h"
#include "trace.h"

/* Domains and units that are told apart. */
#define VTD_LATENCY_DOMAINS 256
#define VTD_LATENCY_UNITS 64

/**
 * struct vtd_latency - all histograms
 * @others: of domains that found no room
 * @domain: by number of the domain
 * @unit: waits, by index of the unit
 */
struct vtd_latency {
	struct vtd_hist_slot others;
	struct vtd_hist_slot domain[VTD_LATENCY_DOMAINS];
	struct vtd_hist unit[VTD_LATENCY_UNITS];
};

static const char *const vtd_latency_names[VTD_HISTS] = {
	[VTD_HIST_MAP] = "map",
	[VTD_HIST_UNMAP] = "unmap",
	[VTD_HIST_FLUSH] = "flush",
};

/* Under the control mutex; the probes read the first while they are there. */
static struct vtd_latency *vtd_latency;
static bool vtd_latency_is_on;

static void vtd_latency_add(u32 domain, unsigned int what, u64 ns)
{
	struct vtd_hist_slot *slot =
		vtd_hist_slot(vtd_latency->domain, VTD_LATENCY_DOMAINS, domain);

	vtd_hist_add(&(slot ?: &vtd_latency->others)->hist[what], ns);
}

static void vtd_latency_map(void *data, u32 domain, u64 iova, u64 phys,
			    u64 bytes, u64 ns)
{
	vtd_latency_add(domain, VTD_HIST_MAP, ns);
}

static void vtd_latency_unmap(void *data, u32 domain, u64 iova, u64 bytes,
			      bool queued, u64 ns)
{
	vtd_latency_add(domain, VTD_HIST_UNMAP, ns);
}

static void vtd_latency_flush(void *data, u32 domain, u64 start, u64 last,
			      bool leaf_only, u64 ns)
{
	vtd_latency_add(domain, VTD_HIST_FLUSH, ns);
}

/* A queue has the name that stands in its unit. */
static void vtd_latency_wait(void *data, const char *name, u64 ns, int result)
{
	const struct vtd_unit *unit =
		container_of((const char(*)[16])name, struct vtd_unit, name);

	vtd_hist_add(
		&vtd_latency->unit[min(unit->index, VTD_LATENCY_UNITS - 1U)],
		ns);
}

static void vtd_latency_off(void)
{
	if (!vtd_latency_is_on)
		return;
	unregister_trace_vtd_map(vtd_latency_map, NULL);
	unregister_trace_vtd_unmap(vtd_latency_unmap, NULL);
	unregister_trace_vtd_flush(vtd_latency_flush, NULL);
	unregister_trace_vtd_queue_wait(vtd_latency_wait, NULL);
	tracepoint_synchronize_unregister();
	vtd_latency_is_on = false;
}

static int vtd_latency_on(void)
{
	int ret;

	/* From the start. */
	vtd_latency_off();
	if (!vtd_latency)
		vtd_latency = kvzalloc(sizeof(*vtd_latency), GFP_KERNEL);
	if (!vtd_latency)
		return -ENOMEM;
	memset(vtd_latency, 0, sizeof(*vtd_latency));
	ret = register_trace_vtd_map(vtd_latency_map, NULL)		?:
		      register_trace_vtd_unmap(vtd_latency_unmap, NULL) ?:
		      register_trace_vtd_flush(vtd_latency_flush, NULL) ?:
		      register_trace_vtd_queue_wait(vtd_latency_wait, NULL);
	/* Those that are not there are not missed. */
	vtd_latency_is_on = true;
	if (ret)
		vtd_latency_off();
	return ret;
}

static void vtd_latency_record(struct vtd_reply *reply,
			       const struct vtd_hist *hist)
{
	u64 count = vtd_hist_count(hist);
	unsigned int i;

	vtd_say(reply, " count=%llu avg_ns=%llu max_ns=%llu log2=", count,
		count ? div64_u64(atomic64_read(&hist->ns), count) : 0,
		(u64)atomic64_read(&hist->max_ns));
	for (i = 0; i < VTD_HIST_BUCKETS; i++)
		vtd_say(reply, "%s%llu", i ? "," : "",
			(u64)atomic64_read(&hist->bucket[i]));
	vtd_say(reply, "\n");
}

static void vtd_latency_slot(struct vtd_reply *reply,
			     const struct vtd_hist_slot *slot,
			     const char *device)
{
	unsigned int what;

	for (what = 0; what < VTD_HISTS; what++) {
		if (!vtd_hist_count(&slot->hist[what]))
			continue;
		vtd_say(reply, "latency unit=- domain=%u device=%s what=%s",
			atomic_read(&slot->key), device,
			vtd_latency_names[what]);
		vtd_latency_record(reply, &slot->hist[what]);
	}
}

static void vtd_latency_units(struct vtd_reply *reply)
{
	unsigned int i;

	for (i = 0; i < VTD_LATENCY_UNITS; i++) {
		if (!vtd_hist_count(&vtd_latency->unit[i]))
			continue;
		vtd_say(reply,
			"latency unit=dmar%u domain=- device=- what=wait", i);
		vtd_latency_record(reply, &vtd_latency->unit[i]);
	}
}

static void vtd_latency_look(struct vtd_device *vdev, void *data)
{
	u32 *number = data;

	if (vdev->domain)
		*number = vdev->domain->number;
}

/* 0 when it is in none. */
static u32 vtd_latency_domain_of(const struct vtd_device *vdev)
{
	u32 number = 0;

	vtd_with_group(vdev->pdev, vtd_latency_look, &number);
	return number;
}

/* Domains that devices are in, by their first device; then those that are not. */
static void vtd_latency_domains(struct vtd_reply *reply)
{
	DECLARE_BITMAP(told, VTD_LATENCY_DOMAINS) = {};
	struct vtd_device *vdev;
	unsigned int i;

	pci_lock_rescan_remove();
	list_for_each_entry(vdev, &vtd_devices, node) {
		u32 number = vtd_latency_domain_of(vdev);
		struct vtd_hist_slot *slot = NULL;

		if (number)
			slot = vtd_hist_slot(vtd_latency->domain,
					     VTD_LATENCY_DOMAINS, number);
		if (!slot || test_and_set_bit(slot - vtd_latency->domain, told))
			continue;
		vtd_latency_slot(reply, slot, pci_name(vdev->pdev));
	}
	pci_unlock_rescan_remove();
	for (i = 0; i < VTD_LATENCY_DOMAINS; i++)
		if (!test_bit(i, told))
			vtd_latency_slot(reply, &vtd_latency->domain[i], "-");
	vtd_latency_slot(reply, &vtd_latency->others, "-");
}

/**
 * vtd_latency_say() - the histograms as they are now
 * @reply: a record "latencies", then a record "latency" for each histogram that
 *	is not empty
 *
 * Context: may sleep; the control mutex is held; takes
 * pci_lock_rescan_remove() and the mutexes of groups.
 */
void vtd_latency_say(struct vtd_reply *reply)
{
	lockdep_assert_held(&vtd_control.lock);
	vtd_say(reply, "latencies on=%s\n", vtd_latency_is_on ? "yes" : "no");
	if (!vtd_latency)
		return;
	vtd_latency_units(reply);
	vtd_latency_domains(reply);
}

/**
 * vtd_latency_dump() - the histograms, without the names of devices
 * @reply: as vtd_latency_say()
 *
 * Context: may sleep; takes no lock.  The module's end comes after.
 */
void vtd_latency_dump(struct vtd_reply *reply)
{
	unsigned int i;

	vtd_say(reply, "latencies on=%s\n",
		READ_ONCE(vtd_latency_is_on) ? "yes" : "no");
	if (!READ_ONCE(vtd_latency))
		return;
	vtd_latency_units(reply);
	for (i = 0; i < VTD_LATENCY_DOMAINS; i++)
		vtd_latency_slot(reply, &vtd_latency->domain[i], "-");
	vtd_latency_slot(reply, &vtd_latency->others, "-");
}

/**
 * vtd_latency_switch() - begin to note latencies, or end it
 * @on: begin, from the start; otherwise what was noted stays to be looked at
 * @reply: told why not
 *
 * Context: may sleep; the control mutex is held.
 * Return: 0, -ENOMEM, or the error of a probe.
 */
int vtd_latency_switch(bool on, struct vtd_reply *reply)
{
	int ret = 0;

	lockdep_assert_held(&vtd_control.lock);
	if (on)
		ret = vtd_latency_on();
	else
		vtd_latency_off();
	if (ret)
		vtd_say(reply, "latencies cannot be noted (error %d)%s\n", ret,
			ret == -ENOMEM ? ": out of memory" : "");
	return ret;
}

/**
 * vtd_latency_exit() - end it, and forget
 *
 * Context: may sleep; the control mutex is held, or nobody else is there.
 */
void vtd_latency_exit(void)
{
	vtd_latency_off();
	kvfree(vtd_latency);
	vtd_latency = NULL;
}
