// SPDX-License-Identifier: GPL-2.0
/*
 * What is left to the next version of the module, and what is found of the one
 * before: where it is kept, and what follows from it for a device.
 *
 * It hangs on a device of the kernel's own platform bus, which stays when the
 * module goes: nothing but a module can put it there.  Owns that device.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/iommu.h>
#include <linux/mm.h>
#include <linux/pci.h>
#include <linux/platform_device.h>
#include <linux/sizes.h>

#include "control.h"
#include "device.h"
#include "domain.h"
#include "handover.h"

#define VTD_HANDOVER_NAME "vtd-handover"

/*
 * The DMA API hands out up to that much aligned and rounded up to a power of two,
 * and takes it back so, whatever was mapped of it.
 */
#define VTD_HANDOVER_BLOCK (32 * (u64)SZ_4K)

/* What hangs on the platform device. */
struct vtd_handover_ref {
	u64 magic;
	struct vtd_handover *h;
};

static struct platform_device *vtd_handover_dev;
static struct vtd_handover *vtd_handover_now;

/**
 * vtd_handover_alloc() - make an empty one
 * @nr_devices: of how many devices
 * @nr_ranges: of how many ranges
 *
 * Context: may sleep.
 * Return: it, zeroed but for its head, or NULL.
 */
struct vtd_handover *vtd_handover_alloc(u32 nr_devices, u32 nr_ranges)
{
	struct vtd_handover *h;

	h = kvzalloc(sizeof(*h) + sizeof(h->device[0]) * nr_devices +
			     sizeof(struct vtd_handover_range) * nr_ranges,
		     GFP_KERNEL);
	if (!h)
		return NULL;
	h->magic = VTD_HANDOVER_MAGIC;
	h->version = VTD_HANDOVER_VERSION;
	h->nr_devices = nr_devices;
	h->nr_ranges = nr_ranges;
	return h;
}

/**
 * vtd_handover_leave() - put it where the next version finds it
 * @h: made by vtd_handover_alloc(); belongs to this file when 0 is returned
 *
 * Context: may sleep; the control mutex is held; there is none yet.
 * Return: 0 or a negative errno.
 */
int vtd_handover_leave(struct vtd_handover *h)
{
	const struct vtd_handover_ref ref = {
		.magic = VTD_HANDOVER_MAGIC,
		.h = h,
	};
	struct platform_device *dev;

	lockdep_assert_held(&vtd_control.lock);
	dev = platform_device_register_data(NULL, VTD_HANDOVER_NAME,
					    PLATFORM_DEVID_NONE, &ref,
					    sizeof(ref));
	if (IS_ERR(dev))
		return PTR_ERR(dev);
	vtd_handover_dev = dev;
	vtd_handover_now = h;
	return 0;
}

/**
 * vtd_handover_open() - look for what another version left
 *
 * Context: may sleep; the control mutex is held.
 * Return: 0, also where there is nothing; -EPROTO when this version cannot
 * read it, and must not attach.
 */
int vtd_handover_open(void)
{
	const struct vtd_handover_ref *ref;
	struct device *dev;
	u32 i;

	lockdep_assert_held(&vtd_control.lock);
	if (vtd_handover_now)
		return 0;
	dev = bus_find_device_by_name(&platform_bus_type, NULL,
				      VTD_HANDOVER_NAME);
	if (!dev)
		return 0;
	ref = dev_get_platdata(dev);
	if (!ref || ref->magic != VTD_HANDOVER_MAGIC || !ref->h ||
	    ref->h->magic != VTD_HANDOVER_MAGIC ||
	    ref->h->version != VTD_HANDOVER_VERSION) {
		put_device(dev);
		return -EPROTO;
	}
	vtd_handover_dev = to_platform_device(dev);
	vtd_handover_now = ref->h;
	for (i = 0; i < ref->h->nr_devices; i++)
		ref->h->device[i].filled = 0;
	/* Whoever registered it keeps it: there is one, and we unregister it. */
	put_device(dev);
	return 0;
}

/**
 * vtd_handover_current() - what vtd_handover_open() found
 *
 * Context: any; the control mutex is held, or nothing is read but by callbacks
 * of the iommu core between vtd_attach() and the end of what is handed over.
 * Return: it or NULL.
 */
struct vtd_handover *vtd_handover_current(void)
{
	return vtd_handover_now;
}

/**
 * vtd_handover_close() - all of it is done with: take it away
 *
 * Context: may sleep; the control mutex is held.
 */
void vtd_handover_close(void)
{
	struct vtd_handover *h = vtd_handover_now;

	lockdep_assert_held(&vtd_control.lock);
	if (!h)
		return;
	vtd_handover_now = NULL;
	platform_device_unregister(vtd_handover_dev);
	vtd_handover_dev = NULL;
	kvfree(h);
}

/**
 * vtd_handover_forget() - leave it where it is, for who comes next
 *
 * Context: the module leaves.
 */
void vtd_handover_forget(void)
{
	vtd_handover_now = NULL;
	vtd_handover_dev = NULL;
}

/**
 * vtd_handover_find() - what is handed over of a device
 * @pdev: any PCI device
 *
 * Context: as vtd_handover_current().
 * Return: its entry, or NULL.
 */
struct vtd_handover_device *vtd_handover_find(const struct pci_dev *pdev)
{
	struct vtd_handover *h = vtd_handover_now;
	u32 i;

	if (!h)
		return NULL;
	for (i = 0; i < h->nr_devices; i++)
		if (h->device[i].segment == pci_domain_nr(pdev->bus) &&
		    h->device[i].sid == pci_dev_id((struct pci_dev *)pdev))
			return &h->device[i];
	return NULL;
}

/*
 * The entry of a device whose domain is to have addresses that a driver holds, its
 * own or another's of its group.
 */
static struct vtd_handover_device *
vtd_handover_coming(const struct vtd_device *vdev)
{
	struct vtd_handover_device *dev = vtd_handover_find(vdev->pdev);

	return dev && dev->domain != VTD_HANDOVER_NO_DOMAIN ? dev : NULL;
}

/**
 * vtd_handover_settings() - give a device what the administrator had set
 * @vdev: attached to nothing yet
 *
 * Context: any.
 */
void vtd_handover_settings(struct vtd_device *vdev)
{
	const struct vtd_handover_device *dev = vtd_handover_find(vdev->pdev);

	if (!dev)
		return;
	vdev->strict = dev->flags & VTD_HANDOVER_STRICT;
	vdev->ats_off = dev->flags & VTD_HANDOVER_ATS_OFF;
}

/**
 * vtd_handover_type() - the default domain that a device must have
 * @vdev: a managed device
 *
 * The core can tell a lazy one only by its own default; it may be made lazy
 * later.
 *
 * Context: any.
 * Return: IOMMU_DOMAIN_IDENTITY, IOMMU_DOMAIN_DMA, or 0 for the default.
 */
unsigned int vtd_handover_type(const struct vtd_device *vdev)
{
	const struct vtd_handover_device *dev = vtd_handover_find(vdev->pdev);

	if (!dev)
		return 0;
	switch (dev->type) {
	case IOMMU_DOMAIN_IDENTITY:
	case IOMMU_DOMAIN_DMA:
		return dev->type;
	case IOMMU_DOMAIN_DMA_FQ:
		return iommu_default_passthrough() ? IOMMU_DOMAIN_DMA : 0;
	default:
		return 0;
	}
}

/* Of all devices of a domain. */
static void vtd_handover_mark(u32 domain, u32 set, u32 clear)
{
	u32 i;

	for (i = 0; i < vtd_handover_now->nr_devices; i++) {
		struct vtd_handover_device *dev = &vtd_handover_now->device[i];

		if (dev->domain == domain)
			dev->flags = (dev->flags & ~clear) | set;
	}
}

static int vtd_handover_reserve_page(u64 iova, struct list_head *head)
{
	struct iommu_resv_region *region;

	region = iommu_alloc_resv_region(iova, SZ_4K, 0, IOMMU_RESV_RESERVED,
					 GFP_KERNEL);
	if (!region)
		return -ENOMEM;
	list_add_tail(&region->list, head);
	return 0;
}

/**
 * vtd_handover_reserve() - addresses that a device's driver has already
 * @vdev: a managed device
 * @head: the core's list of reserved regions, to be added to
 *
 * So that the DMA API does not hand them out again; where memory for that is
 * missing, the devices of the domain are marked.  Page by page: what is given
 * back is found by its first page, and where the pieces begin is not known.
 * Each with what it may have been rounded up to.
 *
 * Context: may sleep.
 */
void vtd_handover_reserve(const struct vtd_device *vdev, struct list_head *head)
{
	struct vtd_handover_device *dev = vtd_handover_coming(vdev);
	const struct vtd_handover_range *range;
	u64 at, end, done = 0;
	u32 i;

	if (!dev)
		return;
	range = vtd_handover_ranges(vtd_handover_now);
	for (i = 0; i < vtd_handover_now->nr_ranges; i++, range++) {
		if (range->domain != dev->domain)
			continue;
		at = round_down(range->iova, VTD_HANDOVER_BLOCK);
		end = round_up(range->iova + range->bytes, VTD_HANDOVER_BLOCK);
		for (at = max(at, done); at < end; at += SZ_4K)
			if (vtd_handover_reserve_page(at, head))
				goto short_of_memory;
		done = max(done, end);
	}
	return;

short_of_memory:
	vtd_handover_mark(dev->domain, VTD_HANDOVER_UNRESERVED, 0);
}

/* What the core has mapped itself already, for reserved memory, stays. */
static int vtd_handover_map(struct vtd_domain *d,
			    const struct vtd_handover_range *range)
{
	u64 at = range->iova;
	u64 end = at + range->bytes;

	while (at < end) {
		u64 phys = range->phys + (at - range->iova);
		struct vtd_pt_leaf leaf;
		size_t mapped;
		int ret;

		if (vtd_pt_lookup(&d->pt, at, &leaf)) {
			if (leaf.phys != phys)
				return -EEXIST;
			at += SZ_4K;
			continue;
		}
		ret = vtd_pt_map_range(&d->pt, at, phys, SZ_4K, range->prot,
				       GFP_KERNEL, NULL, &mapped);
		if (ret)
			return ret;
		at += SZ_4K;
	}
	return 0;
}

/* A domain that none of the devices was attached to yet. */
static void vtd_handover_begin(u32 domain, u32 number)
{
	u32 i;

	vtd_handover_mark(domain, 0,
			  VTD_HANDOVER_SHORT | VTD_HANDOVER_UNRESERVED);
	for (i = 0; i < vtd_handover_now->nr_devices; i++)
		if (vtd_handover_now->device[i].domain == domain)
			vtd_handover_now->device[i].filled = number;
}

/**
 * vtd_handover_fill() - give a new domain what a device's driver has mapped
 * @vdev: a managed device
 * @d: what it is about to be attached to
 *
 * Once for each domain: members of a group share it, and from when one has its
 * driver back, its mappings change.  Where it cannot be done, the devices of the
 * domain are marked, and must not have their drivers back.
 *
 * Context: may sleep; the group's mutex is held.
 */
void vtd_handover_fill(struct vtd_device *vdev, struct vtd_domain *d)
{
	struct vtd_handover_device *dev = vtd_handover_coming(vdev);
	const struct vtd_handover_range *range;
	int ret = 0;
	u32 i;

	if (!dev || !iommu_is_dma_domain(&d->domain))
		return;
	if (dev->filled != d->number)
		vtd_handover_begin(dev->domain, d->number);
	else if (!(dev->flags & VTD_HANDOVER_SHORT))
		return;
	range = vtd_handover_ranges(vtd_handover_now);
	for (i = 0; i < vtd_handover_now->nr_ranges && !ret; i++, range++)
		if (range->domain == dev->domain)
			ret = vtd_handover_map(d, range);
	WRITE_ONCE(d->mapped, true);
	vtd_handover_mark(dev->domain, ret ? VTD_HANDOVER_SHORT : 0,
			  VTD_HANDOVER_SHORT);
}
