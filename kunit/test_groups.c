// SPDX-License-Identifier: GPL-2.0
/*
 * Suite vtd_groups: source-ids, groups, isolation sets and who may be handed
 * to user space, on PCI of software of many shapes.
 */
#include <linux/iommu.h>
#include <linux/mm.h>

#include "machine.h"
#include "pci.h"
#include "suites.h"

/* --- source-ids ------------------------------------------------------------- */

static const unsigned int functions[] = {
	B_PORT_A, B_ALONE, B_TWO_0,  B_TWO_1,	 B_TO_PCI,   B_OLD_1,
	B_OLD_2,  B_UP,	   B_DOWN_1, B_BEHIND_1, B_BEHIND_3, B_INTEGRATED,
};

static void function_desc(const unsigned int *index, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "function %u", *index);
}

KUNIT_ARRAY_PARAM(functions, functions, function_desc);

static bool has_sid(struct pci_dev *pdev, u16 want)
{
	u16 sid[VTD_SIDS_MAX];
	int nr = vtd_pci_sids(pdev, sid), i;

	for (i = 0; i < nr; i++)
		if (sid[i] == want)
			return true;
	return false;
}

/* C33: what the unit sees of a function, and what the driver expects. */
static void source_id_of_a_request_is_known(struct kunit *test)
{
	unsigned int index = *(const unsigned int *)test->param_value;
	struct machine *m = machine_usual(test);
	struct pci_dev *pdev = machine_dev(m, index);

	KUNIT_EXPECT_TRUE(test,
			  has_sid(pdev, vtd_model_host_sid(m->host, index)));
	KUNIT_EXPECT_TRUE(test, has_sid(pdev, pci_dev_id(pdev)));
}

/* C33, C34, L10: translated whatever of its source-ids the request carries. */
static void requests_through_a_bridge_are_translated(struct kunit *test)
{
	struct machine *m = machine_usual(test);
	struct pci_dev *old = NULL;
	struct iommu_domain *d;
	u64 *page = machine_page(m);
	struct vtd_model_result r;

	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	old = machine_dev(m, B_OLD_1);
	d = iommu_paging_domain_alloc(&old->dev);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, d);
	KUNIT_ASSERT_EQ(test,
			iommu_map(d, 0x10000, virt_to_phys(page), PAGE_SIZE,
				  IOMMU_READ | IOMMU_WRITE, GFP_KERNEL),
			0);
	KUNIT_ASSERT_EQ(test, iommu_attach_group(d, old->dev.iommu_group), 0);
	/* As the bridge sends it, and as it would without the bridge. */
	KUNIT_EXPECT_EQ(test, machine_write(m, B_OLD_1, 0x10000, page), 0);
	KUNIT_EXPECT_TRUE(test,
			  vtd_model_translate(m->unit[0], pci_dev_id(old),
					      0x10000, VTD_MODEL_WRITE, &r));
	KUNIT_EXPECT_EQ(test, r.phys, virt_to_phys(page));
	KUNIT_EXPECT_EQ(test, iommu_unmap(d, 0x10000, PAGE_SIZE), PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, machine_write(m, B_OLD_1, 0x10000, page), 5);
	KUNIT_EXPECT_FALSE(test,
			   vtd_model_translate(m->unit[0], pci_dev_id(old),
					       0x10000, VTD_MODEL_WRITE, &r));
	iommu_detach_group(d, old->dev.iommu_group);
	iommu_domain_free(d);
}

/* Devices whose quirk the kernel knows: another function's source-id. */
struct alias {
	const char *name;
	u16 vendor;
	u16 device;
	u8 devfn;
	u8 alias;
};

static const struct alias aliases[] = {
	{ "function 0's (Ricoh e832)", 0x1180, 0xe832, 0x03, 0x00 },
	{ "function 1's (Marvell 9123)", 0x1b4b, 0x9123, 0x00, 0x01 },
};

KUNIT_ARRAY_PARAM_DESC(aliases, aliases, name);

static void device_that_uses_another_source_id(struct kunit *test)
{
	const struct alias *a = test->param_value;
	struct machine *m = machine_new(test);
	struct iommu_domain *d;
	struct pci_dev *pdev;
	struct vtd_model_result r;
	u16 alias;

	machine_add_unit(m, FIX_CAP, FIX_ECAP, VTD_MODEL_EAGER);
	/* Function 0 must be there for the others to be found. */
	m->board[B_TWO_0].devfn = a->devfn ? 0 : 2;
	m->board[B_TWO_0].devfn = 0;
	m->board[B_TWO_1].devfn = a->devfn;
	m->board[B_TWO_0].absent = !a->devfn;
	m->board[B_TWO_1].vendor = a->vendor;
	m->board[B_TWO_1].device = a->device;
	machine_build(m);
	pdev = machine_dev(m, B_TWO_1);
	alias = pci_dev_id(pdev) - a->devfn + a->alias;
	KUNIT_EXPECT_TRUE(test, has_sid(pdev, alias));
	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	KUNIT_ASSERT_NOT_NULL(test, pdev->dev.iommu_group);
	d = iommu_paging_domain_alloc(&pdev->dev);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, d);
	KUNIT_EXPECT_EQ(test, iommu_attach_group(d, pdev->dev.iommu_group), 0);
	KUNIT_EXPECT_EQ(test,
			iommu_map(d, 0x10000, 0x5000000, PAGE_SIZE,
				  IOMMU_READ | IOMMU_WRITE, GFP_KERNEL),
			0);
	KUNIT_EXPECT_TRUE(test, vtd_model_translate(m->unit[0], alias, 0x10000,
						    VTD_MODEL_READ, &r));
	KUNIT_EXPECT_EQ(test, r.phys, 0x5000000);
	iommu_unmap(d, 0x10000, PAGE_SIZE);
	iommu_detach_group(d, pdev->dev.iommu_group);
	iommu_domain_free(d);
}

/* C35: segments that only the CPU knows; requests are the VMD endpoint's. */
static void devices_behind_vmd_have_its_source_id(struct kunit *test)
{
	static const struct vtd_model_function behind[] = {
		{ VTD_MODEL_ROOT_PORT, 0x08, VTD_MODEL_TOP, 0x5f },
		{ VTD_MODEL_ENDPOINT, 0x00, 0 },
		{ VTD_MODEL_ROOT_PORT, 0x10, VTD_MODEL_TOP, 0x5f },
		{ VTD_MODEL_ENDPOINT, 0x00, 2 },
	};
	struct machine *m = machine_usual(test);
	struct pci_dev *vmd = machine_dev(m, B_INTEGRATED), *a, *b;
	struct vtd_model_host *host;
	struct vtd_pci_path path;
	u16 sid[VTD_SIDS_MAX];

	if (!IS_ENABLED(CONFIG_VMD))
		kunit_skip(test, "this kernel knows no VMD");
	host = vtd_model_host_create(MACHINE_SEGMENT + 1, behind,
				     ARRAY_SIZE(behind), vmd);
	KUNIT_ASSERT_NOT_NULL(test, host);
	a = vtd_model_host_dev(host, 1);
	b = vtd_model_host_dev(host, 3);
	KUNIT_EXPECT_EQ(test, vtd_pci_sids(a, sid), 1);
	KUNIT_EXPECT_EQ(test, sid[0], vtd_model_host_sid(host, 1));
	KUNIT_EXPECT_EQ(test, sid[0], pci_dev_id(vmd));
	KUNIT_EXPECT_EQ(test, vtd_pci_path(a, &path), 0);
	KUNIT_EXPECT_EQ(test, path.segment, MACHINE_SEGMENT);
	KUNIT_EXPECT_EQ(test, path.depth, 1);
	KUNIT_EXPECT_EQ(test, path.hop[0].dev, 4);
	KUNIT_EXPECT_TRUE(test, vtd_pci_share_sid(a, b));
	KUNIT_EXPECT_TRUE(test, vtd_pci_share_sid(a, vmd));
	KUNIT_EXPECT_TRUE(test, vtd_pci_same_set(a, b));
	pci_dev_put(a);
	pci_dev_put(b);
	vtd_model_host_destroy(host);
}

/* --- ACS -------------------------------------------------------------------- */

static const unsigned int ports[] = {
	B_PORT_A, B_PORT_C, B_PORT_D, B_DOWN_1, B_PORT_E,
};

/* SV, RR, CR and UF (PCI Express 6.12); nothing that was not asked for. */
static void acs_is_on_while_attached(struct kunit *test)
{
	struct machine *m = machine_usual(test);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ports); i++)
		KUNIT_EXPECT_EQ(test, vtd_model_host_acs(m->host, ports[i]), 0);
	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	for (i = 0; i < ARRAY_SIZE(ports); i++)
		KUNIT_EXPECT_EQ(test, vtd_model_host_acs(m->host, ports[i]),
				0x1d);
}

static const u16 weak[] = { 0x5e, 0x5b, 0x57, 0x4f };

static void weak_desc(const u16 *acs, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "bit 0x%x is missing",
		 0x5f & ~*acs);
}

KUNIT_ARRAY_PARAM(weak, weak, weak_desc);

static void acs_is_what_the_device_can(struct kunit *test)
{
	u16 acs = *(const u16 *)test->param_value;
	struct machine *m = machine_new(test);

	machine_add_unit(m, FIX_CAP, FIX_ECAP, 0);
	m->board[B_PORT_A].acs = acs;
	machine_build(m);
	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	KUNIT_EXPECT_EQ(test, vtd_model_host_acs(m->host, B_PORT_A),
			acs & 0x1d);
}

static void port_that_comes_later_gets_acs_too(struct kunit *test)
{
	struct machine *m = machine_usual(test);

	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	vtd_model_host_plug(m->host, B_PORT_LATER);
	KUNIT_EXPECT_EQ(test, vtd_model_host_acs(m->host, B_PORT_LATER) & 0x1d,
			0x1d);
	/* Some kernels give a bare port a driver, some do not. */
	machine_unbind(m, B_PORT_LATER);
	KUNIT_EXPECT_EQ(test, machine_detach(m), 0);
	/* Given back: the core leaves new devices alone again. */
	vtd_model_host_unplug(m->host, B_PORT_LATER);
	vtd_model_host_plug(m->host, B_PORT_LATER);
	KUNIT_EXPECT_EQ(test, vtd_model_host_acs(m->host, B_PORT_LATER), 0);
}

/* The function has forgotten its ACS; who sees to it that it is back? */
static void acs_is_still_on_after_a_reset(struct kunit *test)
{
	struct machine *m = machine_new(test);
	struct pci_dev *pdev;

	machine_add_unit(m, FIX_CAP, FIX_ECAP, 0);
	m->board[B_PORT_B].acs = 0x5f;
	m->board[B_TWO_0].acs = 0x5f;
	m->board[B_TWO_1].acs = 0x5f;
	m->board[B_LATER].acs = 0x5f;
	machine_build(m);
	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	pdev = machine_dev(m, B_TWO_0);
	KUNIT_EXPECT_EQ(test, vtd_model_host_acs(m->host, B_TWO_0), 0x1d);
	KUNIT_ASSERT_EQ(test, pci_reset_function(pdev), 0);
	KUNIT_EXPECT_EQ(test, vtd_model_host_acs(m->host, B_TWO_0) & 0x1d,
			0x1d);
	KUNIT_EXPECT_FALSE(test,
			   vtd_pci_same_set(pdev, machine_dev(m, B_TWO_1)));
	/* And in one that comes, and comes back. */
	vtd_model_host_plug(m->host, B_LATER);
	KUNIT_EXPECT_EQ(test, vtd_model_host_acs(m->host, B_LATER) & 0x1d,
			0x1d);
	vtd_model_host_unplug(m->host, B_LATER);
	vtd_model_host_plug(m->host, B_LATER);
	KUNIT_EXPECT_EQ(test, vtd_model_host_acs(m->host, B_LATER) & 0x1d,
			0x1d);
}

/* --- isolation sets ---------------------------------------------------------- */

/* Two functions; how ACS of a third, and of themselves, is set. */
struct pair {
	const char *name;
	unsigned int a;
	unsigned int b;
	unsigned int port;
	u16 acs;
	u16 own;
	bool one_set;
};

static const struct pair pairs[] = {
	{ "below two ports with ACS", B_ALONE, B_LATER, B_PORT_A, 0x5f, 0,
	  false },
	{ "two functions without ACS", B_TWO_0, B_TWO_1, B_PORT_B, 0, 0, true },
	{ "two functions without ACS, port with", B_TWO_0, B_TWO_1, B_PORT_B,
	  0x5f, 0, true },
	{ "two functions with ACS, port without", B_TWO_0, B_TWO_1, B_PORT_B, 0,
	  0x5f, true },
	{ "two functions with ACS, port with", B_TWO_0, B_TWO_1, B_PORT_B, 0x5f,
	  0x5f, false },
	{ "behind a PCI bridge", B_OLD_1, B_OLD_2, B_PORT_C, 0x5f, 0, true },
	{ "behind a PCI bridge, and another port", B_OLD_1, B_ALONE, B_PORT_C,
	  0x5f, 0, false },
	{ "the bridge and what is behind it", B_TO_PCI, B_OLD_1, B_PORT_C, 0x5f,
	  0, true },
	{ "switch, ports with and without", B_BEHIND_1, B_BEHIND_2, B_PORT_D,
	  0x5f, 0, true },
	{ "switch, two ports without", B_BEHIND_2, B_BEHIND_3, B_PORT_D, 0x5f,
	  0, true },
	{ "switch, two ports with", B_BEHIND_1, B_BEHIND_2, B_DOWN_2, 0x5f, 0,
	  false },
	{ "switch below a port without", B_BEHIND_1, B_BEHIND_2, B_PORT_D, 0, 0,
	  true },
	{ "integrated, and below a port", B_INTEGRATED, B_ALONE, B_PORT_A, 0x5f,
	  0, false },
	{ "below a port without, and another", B_TWO_0, B_ALONE, B_PORT_B, 0, 0,
	  false },
};

KUNIT_ARRAY_PARAM_DESC(pairs, pairs, name);

static void set_is_what_acs_leaves_together(struct kunit *test)
{
	const struct pair *p = test->param_value;
	struct machine *m = machine_new(test);
	struct pci_dev *a, *b;

	machine_add_unit(m, FIX_CAP, FIX_ECAP, 0);
	m->board[B_LATER].absent = false;
	m->board[p->port].acs = p->acs;
	if (p->own) {
		m->board[p->a].acs = p->own;
		m->board[p->b].acs = p->own;
	}
	machine_build(m);
	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	a = machine_dev(m, p->a);
	b = machine_dev(m, p->b);
	KUNIT_EXPECT_EQ(test, vtd_pci_same_set(a, b), p->one_set);
	KUNIT_EXPECT_EQ(test, vtd_pci_same_set(b, a), p->one_set);
	/* The core must not call two apart that we say are one... */
	if (a->dev.iommu_group && b->dev.iommu_group && !p->one_set)
		KUNIT_EXPECT_PTR_NE(test, a->dev.iommu_group,
				    b->dev.iommu_group);
}

/* False isolation: one ACS bit less, and the port isolates no longer. */
static void port_without_one_of_its_bits_does_not_isolate(struct kunit *test)
{
	static const u16 bits[] = { 0x01, 0x04, 0x08, 0x10 };
	struct machine *m = machine_new(test);
	struct pci_dev *a, *b, *port;
	unsigned int i;
	int pos;

	machine_add_unit(m, FIX_CAP, FIX_ECAP, 0);
	m->board[B_DOWN_2].acs = 0x5f;
	machine_build(m);
	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	a = machine_dev(m, B_BEHIND_1);
	b = machine_dev(m, B_BEHIND_2);
	port = machine_dev(m, B_DOWN_1);
	pos = pci_find_ext_capability(port, PCI_EXT_CAP_ID_ACS);
	KUNIT_ASSERT_GT(test, pos, 0);
	port = machine_dev(m, B_PORT_D);
	KUNIT_EXPECT_FALSE(test, vtd_pci_same_set(a, b));
	for (i = 0; i < ARRAY_SIZE(bits); i++) {
		pci_write_config_word(port, pos + 6, 0x1d & ~bits[i]);
		KUNIT_EXPECT_TRUE_MSG(test, vtd_pci_same_set(a, b), "bit %x",
				      bits[i]);
		pci_write_config_word(port, pos + 6, 0x1d);
		KUNIT_EXPECT_FALSE(test, vtd_pci_same_set(a, b));
	}
}

/* The kernel's groups, once we have seen to ACS. */
static void groups_are_what_is_isolated(struct kunit *test)
{
	struct machine *m = machine_usual(test);

	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	KUNIT_EXPECT_PTR_EQ(test, machine_group(m, B_OLD_1),
			    machine_group(m, B_OLD_2));
	KUNIT_EXPECT_PTR_EQ(test, machine_group(m, B_TWO_0),
			    machine_group(m, B_TWO_1));
	KUNIT_EXPECT_PTR_NE(test, machine_group(m, B_ALONE),
			    machine_group(m, B_INTEGRATED));
	KUNIT_EXPECT_PTR_NE(test, machine_group(m, B_ALONE),
			    machine_group(m, B_BEHIND_1));
}

/* --- who may be handed over ---------------------------------------------------- */

static void isolated_device_can_be_assigned(struct kunit *test)
{
	struct machine *m = machine_usual(test);

	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	KUNIT_EXPECT_EQ(test, machine_assign(m, B_ALONE), 0);
	KUNIT_EXPECT_EQ(test, machine_assign(m, B_OLD_1), 0);
	KUNIT_EXPECT_EQ(test, machine_assign(m, B_BEHIND_1), 0);
}

/* Peer-to-peer: a member of the set that is in other hands. */
static void assignment_waits_for_the_whole_set(struct kunit *test)
{
	struct machine *m = machine_usual(test);

	/* Unmanaged, since its driver was there before. */
	KUNIT_ASSERT_EQ(test, machine_bind(m, B_TWO_1), 0);
	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	KUNIT_ASSERT_TRUE(test, machine_managed(m, B_TWO_0));
	KUNIT_EXPECT_NE(test, machine_assign(m, B_TWO_0), 0);
	/* The same once it is adopted and unbound. */
	machine_unbind(m, B_TWO_1);
	mutex_lock(&vtd_control.lock);
	KUNIT_EXPECT_EQ(test, vtd_adopt(machine_dev(m, B_TWO_1), &m->reply), 0);
	mutex_unlock(&vtd_control.lock);
	KUNIT_EXPECT_EQ(test, machine_assign(m, B_TWO_0), 0);
}

static void group_with_a_bound_member_is_not_assigned(struct kunit *test)
{
	struct machine *m = machine_usual(test);

	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	KUNIT_ASSERT_EQ(test, machine_bind(m, B_OLD_2), 0);
	KUNIT_EXPECT_NE(test, machine_assign(m, B_OLD_1), 0);
	machine_unbind(m, B_OLD_2);
	KUNIT_EXPECT_EQ(test, machine_assign(m, B_OLD_1), 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(source_id_of_a_request_is_known, functions_gen_params),
	KUNIT_CASE(requests_through_a_bridge_are_translated),
	KUNIT_CASE_PARAM(device_that_uses_another_source_id,
			 aliases_gen_params),
	KUNIT_CASE(devices_behind_vmd_have_its_source_id),
	KUNIT_CASE(acs_is_on_while_attached),
	KUNIT_CASE_PARAM(acs_is_what_the_device_can, weak_gen_params),
	KUNIT_CASE(port_that_comes_later_gets_acs_too),
	KUNIT_CASE(acs_is_still_on_after_a_reset),
	KUNIT_CASE_PARAM(set_is_what_acs_leaves_together, pairs_gen_params),
	KUNIT_CASE(port_without_one_of_its_bits_does_not_isolate),
	KUNIT_CASE(groups_are_what_is_isolated),
	KUNIT_CASE(isolated_device_can_be_assigned),
	KUNIT_CASE(assignment_waits_for_the_whole_set),
	KUNIT_CASE(group_with_a_bound_member_is_not_assigned),
	{}
};

struct kunit_suite vtd_groups_suite = {
	.name = "vtd_groups",
	.suite_init = machine_suite_init,
	.suite_exit = machine_suite_exit,
	.test_cases = cases,
};
