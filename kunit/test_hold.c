// SPDX-License-Identifier: GPL-2.0
/*
 * Suite vtd_hold: devices in use are let go of with their drivers bound, and taken
 * back with what those have mapped.
 */
#include <linux/dma-mapping.h>
#include <linux/iommu.h>
#include <linux/mm.h>
#include <linux/platform_device.h>

#include "domain.h"
#include "handover.h"
#include "machine.h"
#include "suites.h"

/* What a driver keeps mapped, and takes from the DMA API later. */
#define KEPT 5
#define LATER 200

static int hold(struct machine *m)
{
	return machine_command(m, vtd_hold(false, &m->reply));
}

/* As another build of the module would find it. */
static void forget(void)
{
	vtd_hold_exit();
}

struct kept {
	u64 *page[KEPT];
	dma_addr_t at[KEPT];
};

static void map_kept(struct machine *m, unsigned int index, struct kept *k)
{
	struct device *dev = &machine_dev(m, index)->dev;
	unsigned int i;

	for (i = 0; i < KEPT; i++) {
		k->page[i] = machine_page(m);
		k->at[i] = dma_map_page(dev, virt_to_page(k->page[i]), 0,
					PAGE_SIZE, DMA_BIDIRECTIONAL);
		KUNIT_ASSERT_FALSE(m->test, dma_mapping_error(dev, k->at[i]));
		KUNIT_ASSERT_NE(m->test, k->at[i], virt_to_phys(k->page[i]));
	}
}

static void expect_kept(struct machine *m, unsigned int index, struct kept *k)
{
	unsigned int i;

	for (i = 0; i < KEPT; i++)
		KUNIT_EXPECT_EQ_MSG(
			m->test, machine_write(m, index, k->at[i], k->page[i]),
			0, "page %u", i);
}

static void unmap_kept(struct machine *m, unsigned int index, struct kept *k)
{
	struct device *dev = &machine_dev(m, index)->dev;
	unsigned int i;

	for (i = 0; i < KEPT; i++)
		dma_unmap_page(dev, k->at[i], PAGE_SIZE, DMA_BIDIRECTIONAL);
}

/* Nothing that the DMA API hands out now is what the driver has. */
static void expect_fresh(struct machine *m, unsigned int index, struct kept *k)
{
	struct device *dev = &machine_dev(m, index)->dev;
	dma_addr_t *at = kunit_kcalloc(m->test, LATER, sizeof(*at), GFP_KERNEL);
	u64 *page = k->page[0];
	unsigned int i, j;

	KUNIT_ASSERT_NOT_NULL(m->test, at);
	for (i = 0; i < LATER; i++) {
		at[i] = dma_map_page(dev, virt_to_page(page), 0, PAGE_SIZE,
				     DMA_TO_DEVICE);
		KUNIT_ASSERT_FALSE(m->test, dma_mapping_error(dev, at[i]));
		for (j = 0; j < KEPT; j++)
			KUNIT_EXPECT_NE(m->test, at[i], k->at[j]);
	}
	for (i = 0; i < LATER; i++)
		dma_unmap_page(dev, at[i], PAGE_SIZE, DMA_TO_DEVICE);
}

static bool is_master(struct machine *m, unsigned int index)
{
	u16 command = 0;

	pci_read_config_word(machine_dev(m, index), PCI_COMMAND, &command);
	return command & PCI_COMMAND_MASTER;
}

static bool is_left(void)
{
	struct device *dev = bus_find_device_by_name(&platform_bus_type, NULL,
						     "vtd-handover");

	put_device(dev);
	return dev;
}

static struct machine *in_use(struct kunit *test, struct kept *k)
{
	struct machine *m = machine_usual(test);

	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	KUNIT_ASSERT_EQ(test, machine_bind_freezable(m, B_ALONE), 0);
	pci_set_master(machine_dev(m, B_ALONE));
	map_kept(m, B_ALONE, k);
	expect_kept(m, B_ALONE, k);
	return m;
}

static void mappings_survive_a_change(struct kunit *test)
{
	struct kept k;
	struct machine *m = in_use(test, &k);

	KUNIT_ASSERT_EQ(test, hold(m), 0);
	KUNIT_EXPECT_EQ(test, vtd_control.state, VTD_DETACHED);
	KUNIT_EXPECT_EQ(test, machine_frozen(m), 1);
	KUNIT_EXPECT_TRUE(test, is_left());
	KUNIT_EXPECT_FALSE(test, machine_managed(m, B_ALONE));
	KUNIT_EXPECT_NOT_NULL(test, machine_dev(m, B_ALONE)->dev.driver);
	KUNIT_EXPECT_FALSE(test, is_master(m, B_ALONE));
	machine_expect_untouched(m);
	forget();
	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	KUNIT_EXPECT_EQ(test, machine_frozen(m), 0);
	KUNIT_EXPECT_FALSE(test, is_left());
	KUNIT_EXPECT_TRUE(test, machine_managed(m, B_ALONE));
	KUNIT_EXPECT_NOT_NULL(test, machine_dev(m, B_ALONE)->dev.driver);
	KUNIT_EXPECT_TRUE(test, is_master(m, B_ALONE));
	expect_kept(m, B_ALONE, &k);
	expect_fresh(m, B_ALONE, &k);
	unmap_kept(m, B_ALONE, &k);
	KUNIT_EXPECT_NE(test, machine_write(m, B_ALONE, k.at[0], k.page[0]), 0);
	vtd_reply_free(&m->reply);
	vtd_hold_report(&m->reply);
	KUNIT_EXPECT_TRUE(test, machine_said(m, "result=back error=0"));
	/* The core counts drivers as it did: it can be assigned and given back. */
	machine_unbind(m, B_ALONE);
	KUNIT_EXPECT_EQ(test, machine_detach(m), 0);
}

static void members_of_a_group_share_what_is_handed_over(struct kunit *test)
{
	struct machine *m = machine_usual(test);
	struct kept one, other;

	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	KUNIT_ASSERT_EQ(test, machine_bind_freezable(m, B_TWO_0), 0);
	KUNIT_ASSERT_EQ(test, machine_bind_freezable(m, B_TWO_1), 0);
	map_kept(m, B_TWO_0, &one);
	map_kept(m, B_TWO_1, &other);
	KUNIT_ASSERT_EQ(test, hold(m), 0);
	KUNIT_EXPECT_EQ(test, machine_frozen(m), 2);
	forget();
	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	KUNIT_EXPECT_EQ(test, machine_frozen(m), 0);
	KUNIT_EXPECT_PTR_EQ(test, machine_group(m, B_TWO_0),
			    machine_group(m, B_TWO_1));
	expect_kept(m, B_TWO_0, &one);
	expect_kept(m, B_TWO_1, &other);
	expect_fresh(m, B_TWO_0, &other);
	unmap_kept(m, B_TWO_0, &one);
	unmap_kept(m, B_TWO_1, &other);
	machine_unbind(m, B_TWO_0);
	machine_unbind(m, B_TWO_1);
}

/* A member without a driver is managed first: the domain is the same one. */
static void member_without_a_driver_comes_first(struct kunit *test)
{
	struct machine *m = machine_usual(test);
	struct kept k;

	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	KUNIT_ASSERT_EQ(test, machine_bind_freezable(m, B_TWO_1), 0);
	map_kept(m, B_TWO_1, &k);
	KUNIT_ASSERT_EQ(test, hold(m), 0);
	forget();
	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	KUNIT_EXPECT_TRUE(test, machine_managed(m, B_TWO_0));
	expect_kept(m, B_TWO_1, &k);
	expect_fresh(m, B_TWO_1, &k);
	unmap_kept(m, B_TWO_1, &k);
	machine_unbind(m, B_TWO_1);
}

/* Everything is as it was, and goes on. */
static void expect_going_on(struct machine *m, struct kept *k)
{
	KUNIT_EXPECT_EQ(m->test, vtd_control.state, VTD_ATTACHED);
	KUNIT_EXPECT_EQ(m->test, machine_frozen(m), 0);
	KUNIT_EXPECT_TRUE(m->test, machine_managed(m, B_ALONE));
	KUNIT_EXPECT_TRUE(m->test, is_master(m, B_ALONE));
	KUNIT_EXPECT_FALSE(m->test, is_left());
	expect_kept(m, B_ALONE, k);
}

static void what_stands_against_it_is_named(struct kunit *test)
{
	struct kept k;
	struct machine *m = in_use(test, &k);
	struct iommu_group *group;

	/* A driver that is not known to bear it. */
	KUNIT_ASSERT_EQ(test, machine_bind(m, B_BEHIND_1), 0);
	KUNIT_EXPECT_EQ(test, hold(m), -EBUSY);
	KUNIT_EXPECT_TRUE(test, machine_said(m, "vtd_kunit_dma"));
	KUNIT_EXPECT_TRUE(test, machine_said(m, "--rebind"));
	expect_going_on(m, &k);
	machine_unbind(m, B_BEHIND_1);
	/* One that is for user space. */
	KUNIT_ASSERT_EQ(test, machine_bind_dma_owner(m, B_BEHIND_1), 0);
	KUNIT_EXPECT_EQ(test, hold(m), -EBUSY);
	KUNIT_EXPECT_TRUE(test, machine_said(m, "vtd_kunit_owner"));
	expect_going_on(m, &k);
	machine_unbind(m, B_BEHIND_1);
	/* One that user space has. */
	group = machine_group(m, B_INTEGRATED);
	KUNIT_ASSERT_EQ(test, iommu_group_claim_dma_owner(group, m), 0);
	KUNIT_EXPECT_EQ(test, hold(m), -EBUSY);
	KUNIT_EXPECT_TRUE(test, machine_said(m, "(VFIO)"));
	iommu_group_release_dma_owner(group);
	expect_going_on(m, &k);
	unmap_kept(m, B_ALONE, &k);
	machine_unbind(m, B_ALONE);
}

static void driver_that_does_not_stand_still_goes_on(struct kunit *test)
{
	struct kept k;
	struct machine *m = in_use(test, &k);

	KUNIT_ASSERT_EQ(test, machine_bind_freezable(m, B_BEHIND_1), 0);
	machine_fail_freeze(m, -EIO);
	KUNIT_EXPECT_EQ(test, hold(m), -EIO);
	KUNIT_EXPECT_TRUE(test, machine_said(m, "does not stand still"));
	machine_fail_freeze(m, 0);
	expect_going_on(m, &k);
	machine_unbind(m, B_BEHIND_1);
	unmap_kept(m, B_ALONE, &k);
	machine_unbind(m, B_ALONE);
}

static void settings_are_handed_over(struct kunit *test)
{
	struct kept k;
	struct machine *m = in_use(test, &k);
	struct vtd_device *vdev;

	mutex_lock(&vtd_control.lock);
	KUNIT_EXPECT_EQ(
		test, vtd_strict(machine_dev(m, B_ALONE), true, &m->reply), 0);
	vtd_device_find(machine_dev(m, B_BEHIND_1))->ats_off = true;
	mutex_unlock(&vtd_control.lock);
	KUNIT_ASSERT_EQ(test, hold(m), 0);
	forget();
	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	vdev = vtd_device_find(machine_dev(m, B_ALONE));
	KUNIT_EXPECT_TRUE(test, vdev->strict);
	KUNIT_EXPECT_FALSE(test, vdev->ats_off);
	vdev = vtd_device_find(machine_dev(m, B_BEHIND_1));
	KUNIT_EXPECT_FALSE(test, vdev->strict);
	KUNIT_EXPECT_TRUE(test, vdev->ats_off);
	unmap_kept(m, B_ALONE, &k);
	machine_unbind(m, B_ALONE);
}

/* Memory runs out on the way there: everything goes on, or all of it is held. */
static void hold_that_fails_changes_nothing(struct kunit *test)
{
	struct kept k;
	struct machine *m = in_use(test, &k);
	unsigned int nth;
	int ret = -1;

	for (nth = 1; ret && nth < 40; nth++) {
		vtd_shim_fail_alloc(nth);
		ret = hold(m);
		vtd_shim_fail_alloc(0);
		if (ret)
			expect_going_on(m, &k);
	}
	KUNIT_EXPECT_GT(test, nth, 2);
	KUNIT_ASSERT_EQ(test, ret, 0);
	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	expect_going_on(m, &k);
	unmap_kept(m, B_ALONE, &k);
	machine_unbind(m, B_ALONE);
}

/* And on the way back: the driver stands still until it has what it had. */
static void device_that_cannot_come_back_waits(struct kunit *test)
{
	struct kept k;
	struct machine *m = in_use(test, &k);
	unsigned int nth, waited = 0;

	for (nth = 1; nth < 200; nth++) {
		bool failed;
		int ret;

		KUNIT_ASSERT_EQ(test, hold(m), 0);
		vtd_shim_fail_alloc(nth);
		ret = machine_attach(m);
		failed = vtd_shim_alloc_failures();
		vtd_shim_fail_alloc(0);
		if (machine_frozen(m)) {
			waited++;
			KUNIT_EXPECT_TRUE(test, is_left());
			KUNIT_EXPECT_FALSE(test, is_master(m, B_ALONE));
			KUNIT_EXPECT_EQ(test, !ret,
					machine_said(m, "stands still"));
			KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
		} else if (ret) {
			KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
		}
		expect_going_on(m, &k);
		if (!failed)
			break;
	}
	KUNIT_EXPECT_GT(test, waited, 3);
	KUNIT_EXPECT_LT(test, nth, 200);
	unmap_kept(m, B_ALONE, &k);
	machine_unbind(m, B_ALONE);
}

static void another_layout_is_refused(struct kunit *test)
{
	struct kept k;
	struct machine *m = in_use(test, &k);
	struct vtd_handover *h;

	KUNIT_ASSERT_EQ(test, hold(m), 0);
	h = vtd_handover_current();
	h->version++;
	forget();
	KUNIT_EXPECT_EQ(test, machine_attach(m), -EPROTO);
	KUNIT_EXPECT_EQ(test, machine_frozen(m), 1);
	KUNIT_EXPECT_TRUE(test, machine_said(m, "load that version again"));
	machine_expect_untouched(m);
	h->version--;
	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	expect_going_on(m, &k);
	unmap_kept(m, B_ALONE, &k);
	machine_unbind(m, B_ALONE);
}

static int can_freeze(struct kunit *test)
{
	const struct dev_pm_ops *pm = pci_bus_type.pm;

	if (!pm || !pm->freeze || !pm->thaw)
		kunit_skip(test, "this kernel has no hibernation");
	return 0;
}

static struct kunit_case cases[] = {
	KUNIT_CASE(mappings_survive_a_change),
	KUNIT_CASE(members_of_a_group_share_what_is_handed_over),
	KUNIT_CASE(member_without_a_driver_comes_first),
	KUNIT_CASE(what_stands_against_it_is_named),
	KUNIT_CASE(driver_that_does_not_stand_still_goes_on),
	KUNIT_CASE(settings_are_handed_over),
	KUNIT_CASE(hold_that_fails_changes_nothing),
	KUNIT_CASE(device_that_cannot_come_back_waits),
	KUNIT_CASE(another_layout_is_refused),
	{},
};

struct kunit_suite vtd_hold_suite = {
	.name = "vtd_hold",
	.suite_init = machine_suite_init,
	.suite_exit = machine_suite_exit,
	.init = can_freeze,
	.test_cases = cases,
};
