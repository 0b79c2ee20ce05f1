// SPDX-License-Identifier: GPL-2.0
/*
 * What the adapter asks about a device that is handed over from another version of
 * the module, and what becomes of one that is held.
 *
 * SRCS: dmar/quarantine.c dmar/incident.c
 * SRCS: dmar/nested.c dmar/user.c dmar/pgtable_dirty.c
 * SRCS: dmar/adapter.c dmar/paging.c dmar/device.c dmar/device_ats.c dmar/device_pasid.c dmar/pool.c
 * SRCS: dmar/history.c dmar/relax.c
 * SRCS: dmar/qi.c dmar/context.c dmar/unit.c dmar/domain.c dmar/flush.c
 * SRCS: dmar/pasid.c dmar/scalable.c dmar/devtlb.c
 * SRCS: dmar/pgtable.c dmar/identity.c dmar/reply.c kunit/model/model.c
 * SRCS: kunit/model/memory.c kunit/model/regs.c kunit/model/fault.c
 * SRCS: kunit/model/walk.c kunit/model/cache.c kunit/model/queue.c
 * SRCS: kunit/model/device.c kunit/model/check.c kunit/model/quiescent.c
 * SRCS: kunit/model/intr.c kunit/model/check_intr.c
 * SRCS: selftests/native/model_fixture.c selftests/native/rig.c
 * SRCS: selftests/native/core_rig.c
 * CFLAGS: -DVTD_OBSERVER
 */
#include "core_rig.h"

/* What is handed over: asked for when it is due, of the right device. */
static const struct vtd_device *settled, *reserved, *filled;

static struct vtd_unit *probe_first(struct pci_dev *pdev)
{
	return fn[0].unit;
}

static enum vtd_ats ats_no(struct pci_dev *pdev, const struct vtd_unit *unit)
{
	return VTD_ATS_NO;
}

static void rmrr_none(struct pci_dev *pdev,
		      void (*add)(const struct vtd_rmrr *rmrr, void *data),
		      void *data)
{
}

static void settle(struct vtd_device *vdev)
{
	assert_null(vdev->domain);
	settled = vdev;
	vdev->strict = true;
}

static unsigned int type_of(const struct vtd_device *vdev)
{
	return vdev == managed(1) ? IOMMU_DOMAIN_IDENTITY : 0;
}

static void reserve(const struct vtd_device *vdev, struct list_head *head)
{
	reserved = vdev;
	assert_false(list_empty(head));
}

/* Before any request of the device is translated by it. */
static void fill(struct vtd_device *vdev, struct vtd_domain *d)
{
	assert_ptr_not_equal(vdev->domain, d);
	filled = vdev;
}

static void test_handed_over(void **state)
{
	static const struct vtd_probe_policy policy = {
		.probe = probe_first,
		.ats = ats_no,
		.rmrr = rmrr_none,
		.settle = settle,
		.type = type_of,
		.reserve = reserve,
		.fill = fill,
	};
	struct iommu_resv_region *region, *next;
	struct iommu_domain *domain;
	LIST_HEAD(list);

	start(0);
	appear(0);
	assert_int_equal(vtd_iommu_ops.def_domain_type(dev(0)), 0);
	vtd_adapter_init(&policy);
	appear(1);
	assert_ptr_equal(settled, managed(1));
	assert_int_equal(vtd_iommu_ops.def_domain_type(dev(1)),
			 IOMMU_DOMAIN_IDENTITY);
	assert_int_equal(vtd_iommu_ops.def_domain_type(dev(0)), 0);
	vtd_iommu_ops.get_resv_regions(dev(1), &list);
	assert_ptr_equal(reserved, managed(1));
	list_for_each_entry_safe(region, next, &list, list)
		kfree(region);
	domain = domain_for(1);
	assert_int_equal(attach(domain, 1), 0);
	assert_ptr_equal(filled, managed(1));
	leave(0, true);
	leave(1, true);
	domain->ops->free(domain);
	rig_stop();
}

/* Its driver has addresses that nothing translates any more: it reaches nothing. */
static void test_held(void **state)
{
	struct iommu_domain *domain = begin(fix_arg(state));

	by_ranges = false;
	appear(1);
	assert_int_equal(attach(domain, 1), 0);
	assert_int_equal(map(domain, 0x1000, 0x5000, SZ_4K, 1, RW), 0);
	managed(1)->held = true;
	leave(1, false);
	assert_int_equal(ask(1, 0x1000, VTD_MODEL_READ, 0), BLOCKED);
	assert_maps(0x1000, 0x5000);
	assert_int_equal(unmap(domain, 0x1000, SZ_4K, 1), SZ_4K);
	end(domain);
}

int main(void)
{
	uintptr_t i;

	for (i = 0; i < KINDS; i++)
		fix_case(test_held, (void *)i, "held, %s", kinds[i].name);
	fix_case(test_handed_over, NULL, "what is handed over");
	return fix_run("dmar-handover");
}
