// SPDX-License-Identifier: GPL-2.0
/*
 * Suite vtd_hotplug: devices that come and go, change hands, and are in use
 * when the machine is to be given back.
 */
#include <linux/iommu.h>
#include <linux/mm.h>

#include "domain.h"
#include "machine.h"
#include "suites.h"

static struct machine *attached(struct kunit *test)
{
	struct machine *m = machine_usual(test);

	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	return m;
}

static unsigned int ask(struct machine *m, u16 sid, u64 addr)
{
	struct vtd_model_result r;

	vtd_model_translate(m->unit[0], sid, addr, VTD_MODEL_READ, &r);
	return r.reason;
}

static int adopt(struct machine *m, unsigned int index)
{
	struct pci_dev *pdev = machine_dev(m, index);

	return machine_command(m, vtd_adopt(pdev, &m->reply));
}

static int release(struct machine *m, unsigned int index)
{
	struct pci_dev *pdev = machine_dev(m, index);

	return machine_command(m, vtd_release(pdev, &m->reply));
}

/* --- a root bus that comes later ------------------------------------------------ */

static void device_of_a_late_root_bus_is_left_alone(struct kunit *test)
{
	static const struct vtd_model_function late[] = {
		{ VTD_MODEL_INTEGRATED, 0x08, VTD_MODEL_TOP },
	};
	struct machine *m = machine_new(test);
	struct vtd_model_host *host;
	struct pci_dev *pdev;
	unsigned int round;

	machine_add_unit(m, FIX_CAP, FIX_ECAP, VTD_MODEL_EAGER);
	machine_add_unit(m, FIX_CAP, FIX_ECAP, VTD_MODEL_EAGER);
	dmar_begin(&m->table, 48, 0);
	dmar_drhd(&m->table, 1, 0, MACHINE_SEGMENT, MACHINE_BASE(0));
	dmar_drhd(&m->table, 1, 0, MACHINE_SEGMENT + 1, MACHINE_BASE(1));
	dmar_finish(&m->table);
	machine_build(m);
	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	host = vtd_model_host_create(MACHINE_SEGMENT + 1, late,
				     ARRAY_SIZE(late), NULL);
	KUNIT_ASSERT_NOT_NULL(test, host);
	pdev = vtd_model_host_dev(host, 0);
	/* First as it came; then it was there before the attach. */
	for (round = 0; round < 2; round++) {
		KUNIT_EXPECT_EQ(test, !!vtd_device_find(pdev), round);
		vtd_reply_free(&m->reply);
		mutex_lock(&vtd_control.lock);
		KUNIT_EXPECT_EQ(test, vtd_why(pdev, &m->reply), 0);
		KUNIT_EXPECT_EQ(test,
				machine_said(m, "its root bus came after"),
				!round);
		KUNIT_EXPECT_EQ(test, !!vtd_adopt(pdev, &m->reply), !round);
		mutex_unlock(&vtd_control.lock);
		KUNIT_EXPECT_EQ(test, machine_detach(m), 0);
		if (!round)
			KUNIT_EXPECT_EQ(test, machine_attach(m), 0);
	}
	pci_dev_put(pdev);
	vtd_model_host_destroy(host);
}

/* --- coming and going ------------------------------------------------------- */

/* C48: found by a scan, managed and translated from its first request on. */
static void new_device_is_managed(struct kunit *test)
{
	struct machine *m = attached(test);
	u64 *page = machine_page(m);

	vtd_model_host_plug(m->host, B_LATER);
	KUNIT_EXPECT_TRUE(test, machine_managed(m, B_LATER));
	KUNIT_EXPECT_NOT_NULL(test, machine_group(m, B_LATER));
	machine_enable(m, B_LATER);
	KUNIT_EXPECT_NE(
		test, machine_write(m, B_LATER, virt_to_phys(page), page), -1);
}

static void new_device_is_left_alone_when_detached(struct kunit *test)
{
	struct machine *m = attached(test);

	KUNIT_ASSERT_EQ(test, machine_detach(m), 0);
	vtd_model_host_plug(m->host, B_LATER);
	KUNIT_EXPECT_NULL(test, machine_group(m, B_LATER));
	machine_expect_untouched(m);
}

/* C32: what takes its place on the bus must not inherit its DMA. */
static void source_id_of_a_device_that_left_is_blocked(struct kunit *test)
{
	struct machine *m = attached(test);
	u16 sid = vtd_model_host_sid(m->host, B_ALONE);

	vtd_model_host_unplug(m->host, B_ALONE);
	KUNIT_EXPECT_EQ(test, ask(m, sid, 0x5000000), 2);
	vtd_model_check_quiescent();
}

static void source_id_of_an_unmanaged_one_too(struct kunit *test)
{
	struct machine *m = machine_usual(test);
	u16 sid = vtd_model_host_sid(m->host, B_ALONE);

	KUNIT_ASSERT_EQ(test, machine_bind(m, B_ALONE), 0);
	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	KUNIT_EXPECT_EQ(test, ask(m, sid, 0x5000000), 0);
	vtd_model_host_unplug(m->host, B_ALONE);
	KUNIT_EXPECT_EQ(test, ask(m, sid, 0x5000000), 2);
}

static void neighbour_behind_a_bridge_keeps_the_source_id(struct kunit *test)
{
	struct machine *m = machine_usual(test);
	u64 *page = machine_page(m);
	struct iommu_domain *d;
	struct pci_dev *pdev;

	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	pdev = machine_dev(m, B_OLD_2);
	d = iommu_paging_domain_alloc(&pdev->dev);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, d);
	KUNIT_EXPECT_EQ(test,
			iommu_map(d, 0x10000, virt_to_phys(page), PAGE_SIZE,
				  IOMMU_WRITE, GFP_KERNEL),
			0);
	KUNIT_EXPECT_EQ(test, iommu_attach_group(d, pdev->dev.iommu_group), 0);
	vtd_model_host_unplug(m->host, B_OLD_1);
	KUNIT_EXPECT_EQ(test, machine_write(m, B_OLD_2, 0x10000, page), 0);
	iommu_unmap(d, 0x10000, PAGE_SIZE);
	iommu_detach_group(d, pdev->dev.iommu_group);
	iommu_domain_free(d);
}

static void plugged_and_unplugged_ten_times(struct kunit *test)
{
	struct machine *m = attached(test);
	unsigned int used, i;
	long objects;

	vtd_model_host_plug(m->host, B_LATER);
	used = atomic_read(&machine_unit(0)->nr_did_used);
	objects = vtd_shim_live_allocs();
	for (i = 0; i < 10; i++) {
		vtd_model_host_unplug(m->host, B_LATER);
		vtd_model_host_plug(m->host, B_LATER);
		KUNIT_EXPECT_TRUE(test, machine_managed(m, B_LATER));
	}
	KUNIT_EXPECT_EQ(test, atomic_read(&machine_unit(0)->nr_did_used), used);
	KUNIT_EXPECT_EQ(test, vtd_shim_live_allocs(), objects);
}

static void switch_that_leaves_takes_all_below_it(struct kunit *test)
{
	struct machine *m = attached(test);
	u16 sid = vtd_model_host_sid(m->host, B_BEHIND_3);

	vtd_model_host_unplug(m->host, B_UP);
	KUNIT_EXPECT_EQ(test, ask(m, sid, 0x5000000), 2);
	KUNIT_EXPECT_EQ(test, machine_detach(m), 0);
}

/* No memory for a device that comes: it does no DMA, the others go on. */
static void new_device_without_memory_is_not_managed(struct kunit *test)
{
	struct machine *m = attached(test);

	vtd_shim_fail_alloc(1);
	vtd_model_host_plug(m->host, B_LATER);
	KUNIT_EXPECT_EQ(test, vtd_shim_alloc_failures(), 1);
	vtd_shim_fail_alloc(0);
	KUNIT_EXPECT_FALSE(test, machine_managed(m, B_LATER));
	KUNIT_EXPECT_NE(test,
			ask(m, vtd_model_host_sid(m->host, B_LATER), 0x5000000),
			0);
	KUNIT_EXPECT_TRUE(test, machine_managed(m, B_ALONE));
}

/* --- in use ------------------------------------------------------------------- */

static void detach_is_refused_while_a_driver_is_bound(struct kunit *test)
{
	struct machine *m = attached(test);

	KUNIT_ASSERT_EQ(test, machine_bind(m, B_ALONE), 0);
	KUNIT_EXPECT_EQ(test, machine_detach(m), -EBUSY);
	KUNIT_EXPECT_TRUE(test,
			  machine_said(m, pci_name(machine_dev(m, B_ALONE))));
	KUNIT_EXPECT_TRUE(test, machine_said(m, "vtd_kunit_dma"));
	/* Everything is as it was. */
	KUNIT_EXPECT_TRUE(test, machine_managed(m, B_ALONE));
	KUNIT_EXPECT_TRUE(test, machine_managed(m, B_BEHIND_1));
	KUNIT_EXPECT_EQ(test, vtd_control.state, VTD_ATTACHED);
	machine_unbind(m, B_ALONE);
	KUNIT_EXPECT_EQ(test, machine_detach(m), 0);
}

static void detach_is_refused_while_user_space_owns_one(struct kunit *test)
{
	struct machine *m = attached(test);
	struct iommu_group *group = machine_group(m, B_BEHIND_1);

	KUNIT_ASSERT_EQ(test, iommu_group_claim_dma_owner(group, m), 0);
	KUNIT_EXPECT_EQ(test, machine_detach(m), -EBUSY);
	KUNIT_EXPECT_TRUE(
		test, machine_said(m, pci_name(machine_dev(m, B_BEHIND_1))));
	KUNIT_EXPECT_TRUE(test, machine_said(m, "owned by user space"));
	iommu_group_release_dma_owner(group);
	KUNIT_EXPECT_EQ(test, machine_detach(m), 0);
}

/* Owned, so blocked: no DMA until a domain is attached. */
static void claimed_device_is_blocked(struct kunit *test)
{
	struct machine *m = attached(test);
	struct iommu_group *group = machine_group(m, B_ALONE);
	u16 sid = vtd_model_host_sid(m->host, B_ALONE);

	KUNIT_ASSERT_EQ(test, machine_bind_dma_owner(m, B_ALONE), 0);
	KUNIT_ASSERT_EQ(test, iommu_group_claim_dma_owner(group, m), 0);
	KUNIT_EXPECT_EQ(test, ask(m, sid, 0x5000000), 2);
	iommu_group_release_dma_owner(group);
	KUNIT_EXPECT_NE(test, ask(m, sid, 0x5000000), 2);
	machine_unbind(m, B_ALONE);
}

/* --- from hand to hand ---------------------------------------------------------- */

static void adopted_device_is_translated(struct kunit *test)
{
	struct machine *m = machine_usual(test);
	u64 *page = machine_page(m);
	u64 phys = virt_to_phys(page);

	KUNIT_ASSERT_EQ(test, machine_bind(m, B_ALONE), 0);
	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	KUNIT_EXPECT_EQ(test, machine_write(m, B_ALONE, phys, page), 0);
	KUNIT_EXPECT_EQ(test, adopt(m, B_ALONE), 0);
	KUNIT_EXPECT_TRUE(test, machine_managed(m, B_ALONE));
	KUNIT_EXPECT_EQ(test, machine_write(m, B_ALONE, phys, page), 5);
	KUNIT_EXPECT_EQ(test, release(m, B_ALONE), 0);
	KUNIT_EXPECT_FALSE(test, machine_managed(m, B_ALONE));
	KUNIT_EXPECT_EQ(test, machine_write(m, B_ALONE, phys, page), 0);
	KUNIT_EXPECT_EQ(test, release(m, B_ALONE), -ENODEV);
}

static void whole_set_is_adopted(struct kunit *test)
{
	struct machine *m = machine_usual(test);

	KUNIT_ASSERT_EQ(test, machine_bind(m, B_OLD_1), 0);
	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	KUNIT_EXPECT_FALSE(test, machine_managed(m, B_OLD_2));
	KUNIT_EXPECT_EQ(test, adopt(m, B_OLD_1), 0);
	KUNIT_EXPECT_TRUE(test, machine_managed(m, B_OLD_1));
	KUNIT_EXPECT_TRUE(test, machine_managed(m, B_OLD_2));
	KUNIT_EXPECT_PTR_EQ(test, machine_group(m, B_OLD_1),
			    machine_group(m, B_OLD_2));
}

static void device_of_user_space_is_not_adopted_or_released(struct kunit *test)
{
	struct machine *m = machine_usual(test);

	KUNIT_ASSERT_EQ(test, machine_bind_dma_owner(m, B_ALONE), 0);
	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	KUNIT_EXPECT_EQ(test, adopt(m, B_ALONE), -EBUSY);
	KUNIT_EXPECT_TRUE(test, machine_said(m, "vtd_kunit_owner"));
	KUNIT_EXPECT_FALSE(test, machine_managed(m, B_ALONE));
	KUNIT_ASSERT_EQ(test, machine_bind_dma_owner(m, B_BEHIND_1), 0);
	KUNIT_EXPECT_EQ(test, release(m, B_BEHIND_1), -EBUSY);
	KUNIT_EXPECT_TRUE(test, machine_managed(m, B_BEHIND_1));
	machine_unbind(m, B_BEHIND_1);
}

static void adoption_that_fails_gives_the_device_back(struct kunit *test)
{
	struct machine *m = machine_usual(test);
	u64 *page = machine_page(m);
	u64 phys = virt_to_phys(page);
	unsigned int nth;

	KUNIT_ASSERT_EQ(test, machine_bind(m, B_ALONE), 0);
	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	for (nth = 1; nth < 30; nth++) {
		int ret;

		vtd_shim_fail_alloc(nth);
		ret = adopt(m, B_ALONE);
		if (!vtd_shim_alloc_failures())
			break;
		vtd_shim_fail_alloc(0);
		if (!ret) {
			/* the set was searched for in vain, or done without */
			release(m, B_ALONE);
			continue;
		}
		KUNIT_EXPECT_FALSE(test, machine_managed(m, B_ALONE));
		KUNIT_EXPECT_NULL(test, machine_group(m, B_ALONE));
		KUNIT_EXPECT_EQ(test, machine_write(m, B_ALONE, phys, page), 0);
	}
	vtd_shim_fail_alloc(0);
	KUNIT_EXPECT_GT(test, nth, 3);
	KUNIT_EXPECT_LT(test, nth, 30);
}

/* A unit that forgets nothing any more: its devices do no DMA at all. */
static void devices_of_a_failed_unit_are_stopped(struct kunit *test)
{
	struct machine *m = attached(test);
	struct pci_dev *pdev = machine_dev(m, B_ALONE);
	struct vtd_device *vdev = vtd_device_find(pdev);
	u64 *page = machine_page(m);
	u16 command;

	m->expect_broken = true;
	m->keeps = true;
	vtd_model_inject(m->unit[0], VTD_MODEL_DEAD, 1, 0);
	KUNIT_ASSERT_NOT_NULL(test, vdev->domain);
	KUNIT_EXPECT_EQ(test, vtd_flush_all(vdev->domain), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, machine_unit(0)->health, VTD_HEALTH_FAILED);
	pci_read_config_word(pdev, PCI_COMMAND, &command);
	KUNIT_EXPECT_EQ(test, command & PCI_COMMAND_MASTER, 0);
	KUNIT_EXPECT_EQ(
		test, machine_write(m, B_ALONE, virt_to_phys(page), page), -1);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(device_of_a_late_root_bus_is_left_alone),
	KUNIT_CASE(new_device_is_managed),
	KUNIT_CASE(new_device_is_left_alone_when_detached),
	KUNIT_CASE(source_id_of_a_device_that_left_is_blocked),
	KUNIT_CASE(source_id_of_an_unmanaged_one_too),
	KUNIT_CASE(neighbour_behind_a_bridge_keeps_the_source_id),
	KUNIT_CASE(plugged_and_unplugged_ten_times),
	KUNIT_CASE(switch_that_leaves_takes_all_below_it),
	KUNIT_CASE(new_device_without_memory_is_not_managed),
	KUNIT_CASE(detach_is_refused_while_a_driver_is_bound),
	KUNIT_CASE(detach_is_refused_while_user_space_owns_one),
	KUNIT_CASE(claimed_device_is_blocked),
	KUNIT_CASE(adopted_device_is_translated),
	KUNIT_CASE(whole_set_is_adopted),
	KUNIT_CASE(device_of_user_space_is_not_adopted_or_released),
	KUNIT_CASE(adoption_that_fails_gives_the_device_back),
	KUNIT_CASE(devices_of_a_failed_unit_are_stopped),
	{}
};

struct kunit_suite vtd_hotplug_suite = {
	.name = "vtd_hotplug",
	.suite_init = machine_suite_init,
	.suite_exit = machine_suite_exit,
	.test_cases = cases,
};
