// SPDX-License-Identifier: GPL-2.0
/*
 * "stats": what the units were asked to forget and how long that took, and what
 * part each device had in it (Documentation/control.rst).
 *
 * Counts nothing itself.
 */
#include <linux/iommu.h>
#include <linux/math64.h>
#include <linux/pci.h>
#include <linux/string.h>

#include <vtd/hw/ir.h>

#include "control.h"
#include "device.h"
#include "domain.h"
#include "prq.h"

/* Kinds of descriptors by their bits 5:0, in the order of the record. */
static const struct {
	const char *name;
	u8 kind;
} vtd_kinds[] = {
	{ "context_global", VTD_QI_GLOBAL << 4 | VTD_QI_TYPE_CONTEXT },
	{ "context_domain", VTD_QI_DOMAIN << 4 | VTD_QI_TYPE_CONTEXT },
	{ "context_device", VTD_QI_DEVICE << 4 | VTD_QI_TYPE_CONTEXT },
	{ "iotlb_global", VTD_QI_GLOBAL << 4 | VTD_QI_TYPE_IOTLB },
	{ "iotlb_domain", VTD_QI_DOMAIN << 4 | VTD_QI_TYPE_IOTLB },
	{ "iotlb_page", VTD_QI_PAGE << 4 | VTD_QI_TYPE_IOTLB },
	{ "pasid_cache_global", VTD_QI_PASID_ALL << 4 | VTD_QI_TYPE_PASID },
	{ "pasid_cache_domain", VTD_QI_PASID_DOMAIN << 4 | VTD_QI_TYPE_PASID },
	{ "pasid_cache_one", VTD_QI_PASID_ONE << 4 | VTD_QI_TYPE_PASID },
	{ "piotlb_pasid", VTD_QI_PIOTLB_PASID << 4 | VTD_QI_TYPE_PIOTLB },
	{ "piotlb_page", VTD_QI_PAGE << 4 | VTD_QI_TYPE_PIOTLB },
	{ "devtlb", VTD_QI_TYPE_DEVTLB },
	{ "devtlb_pasid", VTD_QI_TYPE_PDEVTLB },
	{ "page_response", VTD_QI_TYPE_RESPONSE },
	{ "interrupt_global", VTD_QI_TYPE_IEC },
	{ "interrupt_index", VTD_QI_IEC_G | VTD_QI_TYPE_IEC },
	{ "fence", VTD_QI_WAIT_SW | VTD_QI_TYPE_WAIT },
};

static void vtd_stats_unit(const struct vtd_unit *unit, struct vtd_reply *reply)
{
	const struct vtd_qi_stats *s = &unit->qi.stats;
	u64 timed = READ_ONCE(s->timed);
	unsigned int i;

	vtd_say(reply,
		"queue unit=%s submissions=%llu descriptors=%llu waits=%llu",
		unit->name, READ_ONCE(s->submissions),
		READ_ONCE(s->descriptors), READ_ONCE(s->doorbells));
	for (i = 0; i < ARRAY_SIZE(vtd_kinds); i++)
		vtd_say(reply, " %s=%llu", vtd_kinds[i].name,
			vtd_qi_kind(&unit->qi, vtd_kinds[i].kind));
	vtd_say(reply,
		" timed=%llu avg_ns=%llu max_ns=%llu slow=%llu errors=%llu refused=%llu retries=%llu faults=%lld overflows=%lld\n",
		timed, timed ? div64_u64(READ_ONCE(s->timed_ns), timed) : 0,
		READ_ONCE(s->max_ns), READ_ONCE(s->slow), READ_ONCE(s->errors),
		READ_ONCE(s->refused), READ_ONCE(s->retries),
		(long long)atomic64_read(&unit->faults),
		(long long)atomic64_read(&unit->fault_overflows));
}

/* What went wrong with the queue, by kind. */
static void vtd_stats_errors(const struct vtd_unit *unit,
			     struct vtd_reply *reply)
{
	const struct vtd_qi_stats *s = &unit->qi.stats;

	vtd_say(reply,
		"errors unit=%s iqe=%llu ite=%llu ice=%llu record=0x%llx\n",
		unit->name, READ_ONCE(s->iqe), READ_ONCE(s->ite),
		READ_ONCE(s->ice), READ_ONCE(s->last_error));
}

/* Page requests of devices, on a unit that takes them. */
static void vtd_stats_requests(const struct vtd_unit *unit,
			       struct vtd_reply *reply)
{
	const struct vtd_prq_stats *s;

	if (!unit->prq)
		return;
	s = &unit->prq->stats;
	vtd_say(reply,
		"requests unit=%s pages=%u granted=%u taken=%llu responses=%lld failed=%lld refused=%llu overflows=%llu max_ns=%llu\n",
		unit->name, unit->prq->pages, READ_ONCE(unit->prq->granted),
		READ_ONCE(s->requests), (long long)atomic64_read(&s->responses),
		(long long)atomic64_read(&s->failed), READ_ONCE(s->refused),
		READ_ONCE(s->overflows), READ_ONCE(s->max_ns));
}

/**
 * struct vtd_stats_walk - one device, looked at with its group's mutex held
 * @vdev: the device
 * @type: kind of its domain
 * @lazy: it may reach what was unmapped for a while
 * @domain: its domain, only to be compared, or NULL
 * @counts: of its domain
 * @sharing: devices of the group that are in the same domain
 */
struct vtd_stats_walk {
	struct vtd_device *vdev;
	unsigned int type;
	bool lazy;
	const struct vtd_domain *domain;
	struct vtd_domain_counts counts;
	unsigned int sharing;
};

static int vtd_stats_look(struct device *dev, void *data)
{
	struct vtd_stats_walk *walk = data;

	if (dev != &walk->vdev->pdev->dev)
		return 0;
	walk->type = vtd_device_type(walk->vdev);
	walk->lazy = vtd_device_lazy(walk->vdev);
	walk->domain = walk->vdev->domain;
	if (walk->domain)
		vtd_domain_count(walk->domain, &walk->counts);
	return 0;
}

static int vtd_stats_share(struct device *dev, void *data)
{
	struct vtd_stats_walk *walk = data;
	struct vtd_device *vdev;

	vdev = dev_is_pci(dev) ? vtd_device_find(to_pci_dev(dev)) : NULL;
	if (vdev && walk->domain && vdev->domain == walk->domain)
		walk->sharing++;
	return 0;
}

static const char *vtd_stats_unmaps(const struct vtd_stats_walk *walk)
{
	if (!walk->domain)
		return "-";
	return walk->lazy ? "lazy" : "strict";
}

static void vtd_stats_device(struct vtd_device *vdev, struct vtd_reply *reply)
{
	struct iommu_group *group = iommu_group_get(&vdev->pdev->dev);
	struct vtd_stats_walk walk = { .vdev = vdev };

	if (!group)
		return;
	iommu_group_for_each_dev(group, &walk, vtd_stats_look);
	iommu_group_for_each_dev(group, &walk, vtd_stats_share);
	vtd_say(reply,
		"cost device=%s unit=%s group=%d domain=%s unmaps=%s sharing=%u flushes=%llu page=%llu all=%llu queue=%llu\n",
		pci_name(vdev->pdev), vdev->unit->name, iommu_group_id(group),
		vtd_domain_type(walk.type), vtd_stats_unmaps(&walk),
		walk.sharing, walk.counts.flushes,
		walk.counts.flushes - min(walk.counts.all, walk.counts.flushes),
		walk.counts.all, walk.counts.queue);
	iommu_group_put(group);
}

/**
 * vtd_stats() - what invalidation did and cost
 * @pdev: of this device and its unit alone, or NULL for everything
 * @reply: "queue" and "requests" records of units, then "cost" records of
 *	managed devices
 *
 * Context: may sleep; the control mutex is held; takes
 * pci_lock_rescan_remove() and the mutexes of groups.
 * Return: 0; -ENODEV when nothing is attached or @pdev is not managed.
 */
int vtd_stats(struct pci_dev *pdev, struct vtd_reply *reply)
{
	struct vtd_device *vdev;
	unsigned int i;
	int ret = 0;

	lockdep_assert_held(&vtd_control.lock);
	if (vtd_control.state == VTD_DETACHED) {
		vtd_say(reply, "not attached: run 'vtdctl attach' first\n");
		return -ENODEV;
	}
	pci_lock_rescan_remove();
	vdev = pdev ? vtd_device_find(pdev) : NULL;
	if (pdev && !vdev) {
		vtd_say(reply,
			"%s is not managed, its addresses are not translated: 'vtdctl adopt %s' takes it over\n",
			pci_name(pdev), pci_name(pdev));
		ret = -ENODEV;
		goto unlock;
	}
	for (i = 0; i < vtd_control.nr_units; i++) {
		if (vdev && vdev->unit != vtd_control.units[i])
			continue;
		vtd_stats_unit(vtd_control.units[i], reply);
		vtd_stats_errors(vtd_control.units[i], reply);
		vtd_stats_requests(vtd_control.units[i], reply);
	}
	if (vdev) {
		vtd_stats_device(vdev, reply);
		goto unlock;
	}
	list_for_each_entry(vdev, &vtd_devices, node)
		vtd_stats_device(vdev, reply);
unlock:
	pci_unlock_rescan_remove();
	return ret;
}
