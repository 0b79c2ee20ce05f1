// SPDX-License-Identifier: GPL-2.0
/*
 * Suite vtd_why: what "why" says of a device against what the kernel's own
 * iommu core then does with it, and reserved memory through hot-plug, detach
 * and attach, on PCI of software.
 */
#include <linux/iommu.h>

#include "machine.h"
#include "pci.h"
#include "rmrr.h"
#include "suites.h"

#define REGION 0x7d000000ULL

static const unsigned int devices[] = {
	B_ALONE,      B_TWO_0,	  B_TWO_1,    B_OLD_1,	  B_OLD_2,
	B_INTEGRATED, B_BEHIND_1, B_BEHIND_2, B_BEHIND_3,
};

static void devices_desc(const unsigned int *index, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "function %u", *index);
}

KUNIT_ARRAY_PARAM(devices, devices, devices_desc);

static void ask_why(struct machine *m, unsigned int index)
{
	struct pci_dev *pdev = machine_dev(m, index);

	KUNIT_EXPECT_EQ(m->test, machine_command(m, vtd_why(pdev, &m->reply)),
			0);
}

/*
 * Nothing but interrupts, which this machine does not remap, stands against
 * it: neither a "todo" nor a "never" of another kind.
 */
static bool only_interrupts(struct machine *m, unsigned int index)
{
	ask_why(m, index);
	if (machine_said(m, "weight=never") ||
	    machine_said(m, "code=member weight=todo") ||
	    machine_said(m, "code=unmanaged") ||
	    machine_said(m, "code=bound weight=todo"))
		return false;
	return true;
}

static void expect_agreement(struct machine *m, unsigned int index)
{
	bool said = only_interrupts(m, index);
	int ret = machine_assign(m, index);

	KUNIT_EXPECT_EQ_MSG(m->test, said, !ret,
			    "function %u: error %d, but it is said: %.*s",
			    index, ret, (int)m->reply.len, m->reply.text);
}

static void unbound_device_is_as_said(struct kunit *test)
{
	unsigned int index = *(const unsigned int *)test->param_value;
	struct machine *m = machine_usual(test);

	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	KUNIT_EXPECT_TRUE(test, only_interrupts(m, index));
	expect_agreement(m, index);
}

/* Each device in turn is in use, since before or since after us. */
static void neighbours_of_a_bound_device_are_as_said(struct kunit *test)
{
	unsigned int bound = *(const unsigned int *)test->param_value, i;
	struct machine *m = machine_usual(test);

	KUNIT_ASSERT_EQ(test, machine_bind(m, bound), 0);
	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	for (i = 0; i < ARRAY_SIZE(devices); i++)
		if (devices[i] != bound)
			expect_agreement(m, devices[i]);
	KUNIT_EXPECT_FALSE(test, only_interrupts(m, bound));
	machine_unbind(m, bound);
	KUNIT_EXPECT_EQ(test, machine_detach(m), 0);
	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	KUNIT_ASSERT_EQ(test, machine_bind(m, bound), 0);
	for (i = 0; i < ARRAY_SIZE(devices); i++)
		if (devices[i] != bound)
			expect_agreement(m, devices[i]);
	KUNIT_EXPECT_FALSE(test, only_interrupts(m, bound));
}

static void ports_are_not_assigned(struct kunit *test)
{
	struct machine *m = machine_usual(test);

	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	ask_why(m, B_DOWN_2);
	KUNIT_EXPECT_TRUE(test, machine_said(m, "code=bridge weight=never"));
	ask_why(m, B_BEHIND_1);
	KUNIT_EXPECT_TRUE(test, machine_said(m, "capability=no missing=SV,RR"));
	KUNIT_EXPECT_EQ(test, machine_detach(m), 0);
	KUNIT_EXPECT_EQ(
		test,
		machine_command(m, vtd_why(machine_dev(m, B_ALONE), &m->reply)),
		-ENODEV);
}

/* --- reserved memory ----------------------------------------------------------- */

/* A region for the device that is alone, two that overlap for a later one. */
static struct machine *machine_with_regions(struct kunit *test)
{
	struct machine *m = machine_new(test);

	machine_add_unit(m, FIX_CAP, FIX_ECAP, VTD_MODEL_EAGER);
	dmar_begin(&m->table, 48, 0);
	dmar_drhd(&m->table, 1, 0, MACHINE_SEGMENT, MACHINE_BASE(0));
	dmar_rmrr(&m->table, MACHINE_SEGMENT, REGION + 0x800, REGION + 0x17ff);
	dmar_scope(&m->table, 1, 0, 0, "1.0/0.0");
	dmar_rmrr(&m->table, MACHINE_SEGMENT, REGION + 0x4000, REGION + 0x5fff);
	dmar_scope(&m->table, 1, 0, 0, "6.0/0.0");
	dmar_rmrr(&m->table, MACHINE_SEGMENT, REGION + 0x5000, REGION + 0x7fff);
	dmar_scope(&m->table, 1, 0, 0, "6.0/0.0");
	dmar_finish(&m->table);
	machine_build(m);
	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	return m;
}

static void expect_one_to_one(struct machine *m, unsigned int index, u64 first,
			      unsigned int pages)
{
	u16 sid = vtd_model_host_sid(m->host, index);
	struct vtd_model_result r;
	unsigned int i;

	for (i = 0; i < pages; i++) {
		u64 addr = first + i * PAGE_SIZE;

		KUNIT_EXPECT_TRUE_MSG(m->test,
				      vtd_model_translate(m->unit[0], sid, addr,
							  VTD_MODEL_WRITE, &r),
				      "0x%llx", addr);
		KUNIT_EXPECT_EQ(m->test, r.phys, addr);
	}
	KUNIT_EXPECT_FALSE(m->test,
			   vtd_model_translate(m->unit[0], sid,
					       first + pages * PAGE_SIZE,
					       VTD_MODEL_WRITE, &r));
	KUNIT_EXPECT_FALSE(m->test, vtd_model_translate(m->unit[0], sid,
							first - PAGE_SIZE,
							VTD_MODEL_WRITE, &r));
}

/* C31, XSA-400: there from the first moment, after each coming back. */
static void regions_are_kept(struct kunit *test)
{
	struct machine *m = machine_with_regions(test);
	unsigned int round;

	for (round = 0; round < 3; round++) {
		expect_one_to_one(m, B_ALONE, REGION, 2);
		vtd_model_host_plug(m->host, B_LATER);
		expect_one_to_one(m, B_LATER, REGION + 0x4000, 4);
		vtd_model_host_unplug(m->host, B_LATER);
		KUNIT_EXPECT_EQ(test, machine_detach(m), 0);
		KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	}
}

static void device_with_a_region_is_not_assigned(struct kunit *test)
{
	struct machine *m = machine_with_regions(test);

	ask_why(m, B_ALONE);
	KUNIT_EXPECT_TRUE(test, machine_said(m, "assignable=no"));
	KUNIT_EXPECT_TRUE(
		test,
		machine_said(
			m,
			"start=0x7d000000 end=0x7d001fff relaxable=no relaxed=no"));
	KUNIT_EXPECT_NE(test, machine_assign(m, B_ALONE), 0);
	/* The refusal took nothing away. */
	expect_one_to_one(m, B_ALONE, REGION, 2);
	expect_agreement(m, B_INTEGRATED);
}

static void device_that_is_relaxed_is(struct kunit *test)
{
	char list[] = "7d00:01:00.0";
	struct machine *m;

	vtd_relax_list = list;
	m = machine_with_regions(test);
	KUNIT_EXPECT_STREQ(test, pci_name(machine_dev(m, B_ALONE)), list);
	expect_one_to_one(m, B_ALONE, REGION, 2);
	KUNIT_EXPECT_TRUE(test, only_interrupts(m, B_ALONE));
	KUNIT_EXPECT_TRUE(test, machine_said(m, "relaxed=yes"));
	KUNIT_EXPECT_EQ(test, machine_assign(m, B_ALONE), 0);
	/* Back from user space. */
	expect_one_to_one(m, B_ALONE, REGION, 2);
	vtd_relax_list = NULL;
}

static void relax_nothing(struct kunit *test)
{
	vtd_relax_list = NULL;
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(unbound_device_is_as_said, devices_gen_params),
	KUNIT_CASE_PARAM(neighbours_of_a_bound_device_are_as_said,
			 devices_gen_params),
	KUNIT_CASE(ports_are_not_assigned),
	KUNIT_CASE(regions_are_kept),
	KUNIT_CASE(device_with_a_region_is_not_assigned),
	KUNIT_CASE(device_that_is_relaxed_is),
	{}
};

struct kunit_suite vtd_why_suite = {
	.name = "vtd_why",
	.suite_init = machine_suite_init,
	.suite_exit = machine_suite_exit,
	.exit = relax_nothing,
	.test_cases = cases,
};
