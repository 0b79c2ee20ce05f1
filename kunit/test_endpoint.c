// SPDX-License-Identifier: GPL-2.0
/*
 * Suite vtd_endpoint: the endpoints of the software machine as the stock
 * kernel's PCI core sees them: it finds their ATS, PASID and PRI capabilities,
 * and what it writes there switches them.
 */
#include <linux/pci-ats.h>
#include <linux/pci.h>

#include "machine.h"
#include "suites.h"

static struct machine *start(struct kunit *test)
{
	struct machine *m = machine_new(test);

	machine_add_unit(m, FIX_CAP, FIX_ECAP | VTDM_ECAP_DT, 0);
	machine_build(m);
	return m;
}

static u16 word(struct pci_dev *pdev, int cap, int at)
{
	u16 value = 0xffff;

	pci_read_config_word(pdev, pci_find_ext_capability(pdev, cap) + at,
			     &value);
	return value;
}

static void set(struct pci_dev *pdev, int cap, int at, u16 value)
{
	pci_write_config_word(pdev, pci_find_ext_capability(pdev, cap) + at,
			      value);
}

/* What pci_enable_pri() does, which modules cannot call. */
static void enable_pri(struct pci_dev *pdev, u32 allocation)
{
	pci_write_config_dword(
		pdev, pci_find_ext_capability(pdev, PCI_EXT_CAP_ID_PRI) + 0xc,
		allocation);
	set(pdev, PCI_EXT_CAP_ID_PRI, 4, 1);
	pdev->pri_enabled = 1;
	pdev->pri_reqs_alloc = allocation;
}

/* Did a read of the device ask for a translation?  The unit is off. */
static bool asks(struct kunit *test, struct machine *m,
		 struct vtd_model_endpoint *ep, unsigned int index)
{
	u64 before = vtd_model_endpoint_stats(ep).asked, *page;
	struct vtd_model_result result;
	u64 data;

	page = machine_page(m);
	KUNIT_EXPECT_EQ(test,
			vtd_model_host_dma(m->host, index, m->unit[0],
					   virt_to_phys(page), VTD_MODEL_READ,
					   &data, sizeof(data), &result),
			vtd_model_endpoint_stats(ep).asked == before);
	return vtd_model_endpoint_stats(ep).asked != before;
}

static void capabilities_are_found(struct kunit *test)
{
	struct machine *m = start(test);
	struct pci_dev *pdev = machine_dev(m, B_SVA);
	struct pci_dev *other = machine_dev(m, B_SVA_2);

	KUNIT_EXPECT_TRUE(test, pci_ats_supported(pdev));
	KUNIT_EXPECT_TRUE(test, pci_ats_supported(other));
	KUNIT_EXPECT_EQ(test, pci_max_pasids(pdev), 1 << 20);
	KUNIT_EXPECT_EQ(test, pci_max_pasids(other), 1 << 16);
	KUNIT_EXPECT_EQ(test, pci_pasid_features(pdev),
			PCI_PASID_CAP_EXEC | PCI_PASID_CAP_PRIV);
	KUNIT_EXPECT_TRUE(test, pci_pri_supported(pdev));
	KUNIT_EXPECT_TRUE(test, pci_pri_supported(other));
	/* Depth of the queue, and that requests are page-aligned. */
	KUNIT_EXPECT_EQ(test, word(pdev, PCI_EXT_CAP_ID_ATS, 4), 0x20);
	KUNIT_EXPECT_EQ(test, word(other, PCI_EXT_CAP_ID_ATS, 4), 0x24);
	KUNIT_EXPECT_EQ(test, word(pdev, PCI_EXT_CAP_ID_PRI, 8), 512);
	KUNIT_EXPECT_EQ(test, word(other, PCI_EXT_CAP_ID_PRI, 8), 8);
}

static void nobody_else_has_them(struct kunit *test)
{
	struct machine *m = start(test);
	unsigned int i;

	for (i = 0; i < B_NR; i++) {
		struct pci_dev *pdev;

		if (i == B_SVA || i == B_SVA_2 || m->board[i].absent)
			continue;
		pdev = machine_dev(m, i);
		KUNIT_EXPECT_FALSE(test, pci_ats_supported(pdev));
		KUNIT_EXPECT_FALSE(test, pci_pri_supported(pdev));
		KUNIT_EXPECT_LT(test, pci_max_pasids(pdev), 0);
		KUNIT_EXPECT_NULL(test, vtd_model_host_endpoint(m->host, i,
								m->unit[0]));
	}
}

/* ACS and ATS in one list; and a function without PASID, one without PRI. */
static void capabilities_in_any_combination(struct kunit *test)
{
	struct machine *m = machine_new(test);
	struct pci_dev *pdev;

	machine_add_unit(m, FIX_CAP, FIX_ECAP | VTDM_ECAP_DT, 0);
	m->board[B_SVA].acs = 0x5f;
	m->board[B_SVA].pasid_width = 0;
	m->board[B_SVA_2].prq = 0;
	machine_build(m);
	pdev = machine_dev(m, B_SVA);
	KUNIT_EXPECT_EQ(test, word(pdev, PCI_EXT_CAP_ID_ACS, 4), 0x5f);
	KUNIT_EXPECT_TRUE(test, pci_ats_supported(pdev));
	KUNIT_EXPECT_TRUE(test, pci_pri_supported(pdev));
	KUNIT_EXPECT_LT(test, pci_max_pasids(pdev), 0);
	/* No PASID, and none in responses. */
	KUNIT_EXPECT_EQ(test, word(pdev, PCI_EXT_CAP_ID_PRI, 6), 0x100);
	pdev = machine_dev(m, B_SVA_2);
	KUNIT_EXPECT_EQ(test, pci_find_ext_capability(pdev, PCI_EXT_CAP_ID_ACS),
			0);
	KUNIT_EXPECT_TRUE(test, pci_ats_supported(pdev));
	KUNIT_EXPECT_FALSE(test, pci_pri_supported(pdev));
	KUNIT_EXPECT_EQ(test, pci_max_pasids(pdev), 1 << 16);
}

static void kernel_switches_the_endpoint(struct kunit *test)
{
	struct machine *m = start(test);
	struct vtd_model_endpoint *ep = machine_endpoint(m, B_SVA);
	struct pci_dev *pdev = machine_dev(m, B_SVA);

	KUNIT_EXPECT_FALSE(test, asks(test, m, ep, B_SVA));
	KUNIT_EXPECT_EQ(test, pci_enable_pasid(pdev, 0), 0);
	KUNIT_EXPECT_FALSE(test, asks(test, m, ep, B_SVA));
	KUNIT_EXPECT_EQ(test, pci_enable_ats(pdev, PAGE_SHIFT), 0);
	KUNIT_EXPECT_EQ(test, word(pdev, PCI_EXT_CAP_ID_ATS, 6), 0x8000);
	KUNIT_EXPECT_TRUE(test, asks(test, m, ep, B_SVA));
	enable_pri(pdev, 16);
	KUNIT_EXPECT_EQ(test, vtd_model_endpoint_pri_status(ep), 0);
	/* and in reverse */
	pci_disable_pri(pdev);
	KUNIT_EXPECT_EQ(test, vtd_model_endpoint_pri_status(ep), 0x100);
	pci_disable_ats(pdev);
	KUNIT_EXPECT_FALSE(test, asks(test, m, ep, B_SVA));
	pci_disable_pasid(pdev);
	KUNIT_EXPECT_EQ(test, m->broken, 0);
}

/* It was switched before there was a unit. */
static void endpoint_takes_over_what_was_written(struct kunit *test)
{
	struct machine *m = start(test);
	struct pci_dev *pdev = machine_dev(m, B_SVA_2);
	struct vtd_model_endpoint *ep;

	KUNIT_EXPECT_EQ(test, pci_enable_ats(pdev, PAGE_SHIFT), 0);
	KUNIT_EXPECT_EQ(test, word(pdev, PCI_EXT_CAP_ID_PRI, 6), 0x8100);
	enable_pri(pdev, 8);
	KUNIT_EXPECT_EQ(test, word(pdev, PCI_EXT_CAP_ID_PRI, 6), 0x8000);
	ep = machine_endpoint(m, B_SVA_2);
	KUNIT_EXPECT_EQ(test, word(pdev, PCI_EXT_CAP_ID_PRI, 6), 0x8000);
	KUNIT_EXPECT_TRUE(test, asks(test, m, ep, B_SVA_2));
	pci_disable_pri(pdev);
	KUNIT_EXPECT_EQ(test, word(pdev, PCI_EXT_CAP_ID_PRI, 6), 0x8100);
	pci_disable_ats(pdev);
}

/* Only what software may write. */
static void registers_keep_their_bits(struct kunit *test)
{
	struct machine *m = start(test);
	struct pci_dev *pdev = machine_dev(m, B_SVA);

	machine_endpoint(m, B_SVA);
	set(pdev, PCI_EXT_CAP_ID_ATS, 4, 0xffff);
	KUNIT_EXPECT_EQ(test, word(pdev, PCI_EXT_CAP_ID_ATS, 4), 0x20);
	set(pdev, PCI_EXT_CAP_ID_PASID, 4, 0xffff);
	KUNIT_EXPECT_EQ(test, word(pdev, PCI_EXT_CAP_ID_PASID, 4), 0x1406);
	set(pdev, PCI_EXT_CAP_ID_PASID, 6, 0xffff);
	KUNIT_EXPECT_EQ(test, word(pdev, PCI_EXT_CAP_ID_PASID, 6), 7);
	set(pdev, PCI_EXT_CAP_ID_ATS, 6, 0xffff);
	KUNIT_EXPECT_EQ(test, word(pdev, PCI_EXT_CAP_ID_ATS, 6), 0x801f);
	set(pdev, PCI_EXT_CAP_ID_PRI, 0xc, 16);
	set(pdev, PCI_EXT_CAP_ID_PRI, 4, 0xfffd);
	KUNIT_EXPECT_EQ(test, word(pdev, PCI_EXT_CAP_ID_PRI, 4), 1);
	set(pdev, PCI_EXT_CAP_ID_PRI, 4, 0);
	/* A reset is done at once. */
	set(pdev, PCI_EXT_CAP_ID_PRI, 4, 2);
	KUNIT_EXPECT_EQ(test, word(pdev, PCI_EXT_CAP_ID_PRI, 4), 0);
	set(pdev, PCI_EXT_CAP_ID_PRI, 8, 0xffff);
	KUNIT_EXPECT_EQ(test, word(pdev, PCI_EXT_CAP_ID_PRI, 8), 512);
	set(pdev, PCI_EXT_CAP_ID_PRI, 6, 0xffff);
	KUNIT_EXPECT_EQ(test, word(pdev, PCI_EXT_CAP_ID_PRI, 6), 0x8100);
	set(pdev, PCI_EXT_CAP_ID_ATS, 6, 0);
	set(pdev, PCI_EXT_CAP_ID_PASID, 6, 0);
	KUNIT_EXPECT_EQ(test, m->broken, 0);
}

/* Page requests that nobody may send yet are answered; one is answered twice. */
static void status_is_cleared_by_writing_1(struct kunit *test)
{
	const struct vtd_model_page_request ask = {
		.read = true,
		.last = true,
		.group = 5,
	};
	struct machine *m = start(test);
	struct vtd_model_endpoint *ep = machine_endpoint(m, B_SVA);
	struct pci_dev *pdev = machine_dev(m, B_SVA);

	KUNIT_EXPECT_EQ(test, pci_enable_ats(pdev, PAGE_SHIFT), 0);
	enable_pri(pdev, 16);
	KUNIT_EXPECT_TRUE(test, vtd_model_endpoint_ask(ep, &ask));
	/* Invalid request: the unit is off. */
	KUNIT_EXPECT_EQ(test, vtd_model_endpoint_answer(ep, 5), 1);
	KUNIT_EXPECT_EQ(test, word(pdev, PCI_EXT_CAP_ID_PRI, 6), 0x8000);
	set(pdev, PCI_EXT_CAP_ID_PRI, 6, 3);
	KUNIT_EXPECT_EQ(test, word(pdev, PCI_EXT_CAP_ID_PRI, 6), 0x8000);
	pci_disable_pri(pdev);
	pci_disable_ats(pdev);
}

static void wrong_order_is_told(struct kunit *test)
{
	struct machine *m = start(test);
	struct pci_dev *pdev = machine_dev(m, B_SVA);

	m->expect_broken = true;
	machine_endpoint(m, B_SVA);
	KUNIT_EXPECT_EQ(test, pci_enable_ats(pdev, PAGE_SHIFT), 0);
	KUNIT_EXPECT_EQ(test, m->broken, 0);
	set(pdev, PCI_EXT_CAP_ID_PASID, 6, 1);
	KUNIT_EXPECT_EQ(test, m->broken, 1);
	enable_pri(pdev, 16);
	KUNIT_EXPECT_EQ(test, m->broken, 1);
	pci_disable_ats(pdev);
	KUNIT_EXPECT_EQ(test, m->broken, 2);
	pci_disable_pri(pdev);
	enable_pri(pdev, 16);
	KUNIT_EXPECT_EQ(test, m->broken, 3);
	pci_disable_pri(pdev);
	set(pdev, PCI_EXT_CAP_ID_PASID, 6, 0);
	KUNIT_EXPECT_EQ(test, m->broken, 3);
}

/* The kernel restores what it had switched on, in its own order. */
static void reset_is_survived(struct kunit *test)
{
	struct machine *m = start(test);
	struct vtd_model_endpoint *ep = machine_endpoint(m, B_SVA);
	struct pci_dev *pdev = machine_dev(m, B_SVA);

	KUNIT_EXPECT_EQ(test, pci_enable_pasid(pdev, 0), 0);
	KUNIT_EXPECT_EQ(test, pci_enable_ats(pdev, PAGE_SHIFT), 0);
	enable_pri(pdev, 16);
	set(pdev, PCI_EXT_CAP_ID_ATS, 6, 0x8000);
	KUNIT_EXPECT_EQ(test, pci_reset_function(pdev), 0);
	KUNIT_EXPECT_TRUE(test, asks(test, m, ep, B_SVA));
	KUNIT_EXPECT_EQ(test, word(pdev, PCI_EXT_CAP_ID_PRI, 6), 0x8000);
	KUNIT_EXPECT_EQ(test, word(pdev, PCI_EXT_CAP_ID_PASID, 6), 1);
	pci_disable_pri(pdev);
	pci_disable_ats(pdev);
	pci_disable_pasid(pdev);
	/* Off, it stays off. */
	KUNIT_EXPECT_EQ(test, pci_reset_function(pdev), 0);
	KUNIT_EXPECT_FALSE(test, asks(test, m, ep, B_SVA));
	KUNIT_EXPECT_EQ(test, m->broken, 0);
}

static void pulled_out_it_is_gone(struct kunit *test)
{
	struct machine *m = start(test);
	struct vtd_model_endpoint *ep = machine_endpoint(m, B_SVA);
	struct pci_dev *pdev = machine_dev(m, B_SVA);

	KUNIT_EXPECT_EQ(test, pci_enable_ats(pdev, PAGE_SHIFT), 0);
	vtd_model_host_unplug(m->host, B_SVA);
	vtd_model_host_plug(m->host, B_SVA);
	machine_enable(m, B_SVA);
	pdev = machine_dev(m, B_SVA);
	KUNIT_EXPECT_TRUE(test, pci_ats_supported(pdev));
	KUNIT_EXPECT_FALSE(test, asks(test, m, ep, B_SVA));
	KUNIT_EXPECT_EQ(test, pci_enable_ats(pdev, PAGE_SHIFT), 0);
	KUNIT_EXPECT_TRUE(test, asks(test, m, ep, B_SVA));
	pci_disable_ats(pdev);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(capabilities_are_found),
	KUNIT_CASE(nobody_else_has_them),
	KUNIT_CASE(capabilities_in_any_combination),
	KUNIT_CASE(kernel_switches_the_endpoint),
	KUNIT_CASE(endpoint_takes_over_what_was_written),
	KUNIT_CASE(registers_keep_their_bits),
	KUNIT_CASE(status_is_cleared_by_writing_1),
	KUNIT_CASE(wrong_order_is_told),
	KUNIT_CASE(reset_is_survived),
	KUNIT_CASE(pulled_out_it_is_gone),
	{}
};

struct kunit_suite vtd_endpoint_suite = {
	.name = "vtd_endpoint",
	.suite_init = machine_suite_init,
	.suite_exit = machine_suite_exit,
	.test_cases = cases,
};
