// SPDX-License-Identifier: GPL-2.0
/*
 * Suite vtd_pci: paths, source-ids and isolation sets of the machine's own PCI
 * devices.  The guest of "make kunit" has one edu device (1234:11e8) behind a
 * root port, one behind a PCIe-to-PCI bridge, and two functions of one device;
 * where they are missing their cases are skipped.
 */
#include <linux/pci.h>

#include "pci.h"
#include "suites.h"

static void put(void *pdev)
{
	pci_dev_put(pdev);
}

static void put_later(struct kunit *test, struct pci_dev *pdev)
{
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, put, pdev), 0);
}

static struct pci_dev *at(struct kunit *test, unsigned int dev, unsigned int fn)
{
	struct pci_dev *pdev =
		pci_get_domain_bus_and_slot(0, 0, PCI_DEVFN(dev, fn));

	if (!pdev)
		kunit_skip(test, "no device 00:%02x.%u here", dev, fn);
	put_later(test, pdev);
	return pdev;
}

/* The edu device whose bridge is one of the kind. */
static struct pci_dev *edu_below(struct kunit *test, int bridge_type)
{
	struct pci_dev *pdev = NULL;

	while ((pdev = pci_get_device(0x1234, 0x11e8, pdev))) {
		struct pci_dev *bridge = pci_upstream_bridge(pdev);

		if (bridge && pci_pcie_type(bridge) == bridge_type) {
			put_later(test, pdev);
			return pdev;
		}
	}
	kunit_skip(test, "no device behind such a bridge here");
	return NULL;
}

static void path_of_every_device(struct kunit *test)
{
	struct pci_dev *pdev = NULL;
	unsigned int seen = 0;

	for_each_pci_dev(pdev) {
		struct pci_dev *above = pdev;
		struct vtd_pci_path path = {};
		int i;

		KUNIT_EXPECT_EQ(test, vtd_pci_path(pdev, &path), 0);
		KUNIT_EXPECT_EQ(test, path.segment, pci_domain_nr(pdev->bus));
		KUNIT_EXPECT_EQ(test, path.root_bus, path.hop[0].bus);
		for (i = path.depth - 1; i >= 0 && above; i--) {
			KUNIT_EXPECT_EQ(test, path.hop[i].bus,
					above->bus->number);
			KUNIT_EXPECT_EQ(test,
					PCI_DEVFN(path.hop[i].dev,
						  path.hop[i].fn),
					above->devfn);
			above = pci_upstream_bridge(above);
		}
		KUNIT_EXPECT_EQ(test, i, -1);
		KUNIT_EXPECT_NULL(test, above);
		seen++;
	}
	KUNIT_EXPECT_GT(test, seen, 0);
}

static void own_source_id_comes_first(struct kunit *test)
{
	struct pci_dev *pdev = NULL;
	u16 sid[VTD_SIDS_MAX];

	for_each_pci_dev(pdev) {
		int nr = vtd_pci_sids(pdev, sid), i, j;

		KUNIT_EXPECT_GE(test, nr, 1);
		KUNIT_EXPECT_EQ(test, sid[0],
				pdev->bus->number << 8 | pdev->devfn);
		for (i = 0; i < nr; i++)
			for (j = 0; j < i; j++)
				KUNIT_EXPECT_NE(test, sid[i], sid[j]);
	}
}

static void device_is_in_its_own_set(struct kunit *test)
{
	struct pci_dev *pdev = NULL;

	for_each_pci_dev(pdev) {
		KUNIT_EXPECT_TRUE(test, vtd_pci_same_set(pdev, pdev));
		KUNIT_EXPECT_TRUE(test, vtd_pci_share_sid(pdev, pdev));
	}
}

static void sets_do_not_depend_on_who_asks(struct kunit *test)
{
	struct pci_dev *a = NULL, *b;

	for_each_pci_dev(a) {
		b = NULL;
		for_each_pci_dev(b) {
			KUNIT_EXPECT_EQ(test, vtd_pci_same_set(a, b),
					vtd_pci_same_set(b, a));
			KUNIT_EXPECT_EQ(test, vtd_pci_share_sid(a, b),
					vtd_pci_share_sid(b, a));
		}
	}
}

static void bridges_are_known(struct kunit *test)
{
	struct pci_dev *pdev = NULL;

	for_each_pci_dev(pdev)
		KUNIT_EXPECT_EQ(test, vtd_pci_is_bridge(pdev),
				pdev->class >> 8 == PCI_CLASS_BRIDGE_PCI);
}

static void device_below_a_root_port_has_one_source_id(struct kunit *test)
{
	struct pci_dev *pdev = edu_below(test, PCI_EXP_TYPE_ROOT_PORT);
	struct vtd_pci_path path;
	u16 sid[VTD_SIDS_MAX];

	KUNIT_EXPECT_EQ(test, vtd_pci_sids(pdev, sid), 1);
	KUNIT_ASSERT_EQ(test, vtd_pci_path(pdev, &path), 0);
	KUNIT_EXPECT_EQ(test, path.depth, 2);
	KUNIT_EXPECT_EQ(test, path.hop[0].bus, 0);
}

/* PCIe-to-PCI bridge specification, 2.3: its secondary bus, function 0. */
static void device_below_a_pci_bridge_has_the_bridge_s_too(struct kunit *test)
{
	struct pci_dev *pdev = edu_below(test, PCI_EXP_TYPE_PCI_BRIDGE);
	u16 sid[VTD_SIDS_MAX];

	KUNIT_ASSERT_EQ(test, vtd_pci_sids(pdev, sid), 2);
	KUNIT_EXPECT_EQ(test, sid[1], pdev->bus->number << 8);
}

static void device_below_a_pci_bridge_is_in_its_set(struct kunit *test)
{
	struct pci_dev *pdev = edu_below(test, PCI_EXP_TYPE_PCI_BRIDGE);

	KUNIT_EXPECT_TRUE(test,
			  vtd_pci_same_set(pdev, pci_upstream_bridge(pdev)));
}

static void device_is_apart_from_one_behind_another_bridge(struct kunit *test)
{
	struct pci_dev *a = edu_below(test, PCI_EXP_TYPE_PCI_BRIDGE);
	struct pci_dev *b = edu_below(test, PCI_EXP_TYPE_ROOT_PORT);

	KUNIT_EXPECT_FALSE(test, vtd_pci_same_set(a, b));
	KUNIT_EXPECT_FALSE(test, vtd_pci_share_sid(a, b));
}

/* Bug class: false isolation. Functions without ACS reach each other. */
static void functions_without_acs_are_one_set(struct kunit *test)
{
	struct pci_dev *a = at(test, 0x12, 0), *b = at(test, 0x12, 3);

	KUNIT_EXPECT_TRUE(test, vtd_pci_same_set(a, b));
	KUNIT_EXPECT_FALSE(test, vtd_pci_share_sid(a, b));
}

static void drivers_are_named(struct kunit *test)
{
	struct pci_dev *pdev = NULL;
	unsigned int ports = 0;

	for_each_pci_dev(pdev) {
		const struct vtd_driver_name driver = vtd_pci_driver_name(pdev);
		const char *name = driver.text;

		if (!pdev->dev.driver)
			KUNIT_EXPECT_STREQ(test, name, "-");
		if (!strcmp(name, "pcieport")) {
			KUNIT_EXPECT_TRUE(test,
					  vtd_pci_driver_leaves_dma(pdev));
			ports++;
		}
		if (!strcmp(name, "virtio-pci"))
			KUNIT_EXPECT_FALSE(test,
					   vtd_pci_driver_leaves_dma(pdev));
	}
	if (!ports)
		kunit_skip(test, "no pcieport here");
}

static struct kunit_case cases[] = {
	KUNIT_CASE(path_of_every_device),
	KUNIT_CASE(own_source_id_comes_first),
	KUNIT_CASE(device_is_in_its_own_set),
	KUNIT_CASE(sets_do_not_depend_on_who_asks),
	KUNIT_CASE(bridges_are_known),
	KUNIT_CASE(device_below_a_root_port_has_one_source_id),
	KUNIT_CASE(device_below_a_pci_bridge_has_the_bridge_s_too),
	KUNIT_CASE(device_below_a_pci_bridge_is_in_its_set),
	KUNIT_CASE(device_is_apart_from_one_behind_another_bridge),
	KUNIT_CASE(functions_without_acs_are_one_set),
	KUNIT_CASE(drivers_are_named),
	{}
};

struct kunit_suite vtd_pci_suite = {
	.name = "vtd_pci",
	.test_cases = cases,
};
