// SPDX-License-Identifier: GPL-2.0
/*
 * Suite vtd_modes: lazy and strict, ATS on and off, and what stats says of it, with
 * the kernel's own iommu core on PCI of software.
 */
#include <linux/iommu.h>
#include <linux/mm.h>

#include "device.h"
#include "domain.h"
#include "machine.h"
#include "suites.h"

#define AT 0x40000000UL

static int strict(struct machine *m, unsigned int index, bool on)
{
	struct pci_dev *pdev = machine_dev(m, index);

	return machine_command(m, vtd_strict(pdev, on, &m->reply));
}

static int stats(struct machine *m, struct pci_dev *pdev)
{
	return machine_command(m, vtd_stats(pdev, &m->reply));
}

/* A number of the last reply, after "key=". */
static u64 said(struct machine *m, const char *key)
{
	const char *at =
		m->reply.len ? strnstr(m->reply.text, key, m->reply.len) : NULL;
	u64 number = ~0ULL;

	if (at)
		sscanf(at + strlen(key), "%llu", &number);
	return number;
}

static unsigned int ask(struct machine *m, unsigned int index)
{
	struct vtd_model_result r;

	vtd_model_translate(m->unit[0], vtd_model_host_sid(m->host, index), AT,
			    VTD_MODEL_WRITE, &r);
	return r.reason;
}

/*
 * An unmap as the DMA layer makes it for a lazy domain, of a page that the
 * device has just reached: is its flush put off?
 */
static bool reached_and_unmapped(struct machine *m, unsigned int index)
{
	struct iommu_domain *domain =
		iommu_get_domain_for_dev(&machine_dev(m, index)->dev);
	u64 *page = m->nr_pages ? m->page[0] : machine_page(m);
	struct iommu_iotlb_gather gather;

	KUNIT_ASSERT_NOT_NULL(m->test, domain);
	KUNIT_EXPECT_EQ(m->test,
			iommu_map(domain, AT, virt_to_phys(page), PAGE_SIZE,
				  IOMMU_READ | IOMMU_WRITE, GFP_KERNEL),
			0);
	KUNIT_EXPECT_EQ(m->test, ask(m, index), 0);
	iommu_iotlb_gather_init(&gather);
	gather.queued = true;
	KUNIT_EXPECT_EQ(m->test,
			iommu_unmap_fast(domain, AT, PAGE_SIZE, &gather),
			PAGE_SIZE);
	if (!gather.queued)
		iommu_iotlb_sync(domain, &gather);
	return gather.queued;
}

static bool unmap_is_put_off(struct machine *m, unsigned int index)
{
	if (reached_and_unmapped(m, index))
		return true;
	KUNIT_EXPECT_EQ(m->test, ask(m, index), 5);
	return false;
}

static void flush(struct machine *m, unsigned int index)
{
	struct iommu_domain *domain =
		iommu_get_domain_for_dev(&machine_dev(m, index)->dev);

	iommu_flush_iotlb_all(domain);
	KUNIT_EXPECT_EQ(m->test, ask(m, index), 5);
}

static struct machine *attached(struct kunit *test)
{
	struct machine *m = machine_usual(test);

	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	return m;
}

/* C16: what was put off is flushed by the command, what comes later at once. */
static void unmaps_are_strict_when_asked_for(struct kunit *test)
{
	struct machine *m = attached(test);

	KUNIT_EXPECT_TRUE(test, unmap_is_put_off(m, B_ALONE));
	KUNIT_EXPECT_EQ(test, strict(m, B_ALONE, true), 0);
	KUNIT_EXPECT_EQ(test, ask(m, B_ALONE), 5);
	KUNIT_EXPECT_TRUE(test, machine_said(m, "asked=on unmaps=strict"));
	KUNIT_EXPECT_FALSE(test, unmap_is_put_off(m, B_ALONE));
	KUNIT_EXPECT_EQ(test, strict(m, B_ALONE, false), 0);
	KUNIT_EXPECT_TRUE(test, unmap_is_put_off(m, B_ALONE));
	flush(m, B_ALONE);
}

static void all_of_a_group_are_strict_together(struct kunit *test)
{
	struct machine *m = attached(test);

	KUNIT_ASSERT_PTR_EQ(test, machine_group(m, B_TWO_0),
			    machine_group(m, B_TWO_1));
	KUNIT_EXPECT_EQ(test, strict(m, B_TWO_0, true), 0);
	/* Ports above them may be members, too. */
	KUNIT_EXPECT_GE(test, said(m, " members="), 2);
	KUNIT_EXPECT_FALSE(test, unmap_is_put_off(m, B_TWO_1));
	KUNIT_EXPECT_TRUE(test, unmap_is_put_off(m, B_ALONE));
	flush(m, B_ALONE);
	KUNIT_EXPECT_EQ(test, strict(m, B_TWO_1, false), 0);
	KUNIT_EXPECT_TRUE(test, unmap_is_put_off(m, B_TWO_0));
	flush(m, B_TWO_0);
}

static void untrusted_is_always_strict(struct kunit *test)
{
	struct machine *m = machine_usual(test);
	struct pci_dev *pdev = machine_dev(m, B_ALONE);

	pdev->untrusted = 1;
	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	KUNIT_EXPECT_FALSE(test, unmap_is_put_off(m, B_ALONE));
	KUNIT_EXPECT_EQ(test, strict(m, B_ALONE, false), -EPERM);
	KUNIT_EXPECT_TRUE(test, machine_said(m, "plugged in from outside"));
	KUNIT_EXPECT_FALSE(test, unmap_is_put_off(m, B_ALONE));
	pdev->untrusted = 0;
}

static void unmanaged_cannot_be_strict(struct kunit *test)
{
	struct machine *m = machine_usual(test);

	KUNIT_ASSERT_EQ(test, machine_bind(m, B_ALONE), 0);
	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	KUNIT_EXPECT_EQ(test, strict(m, B_ALONE, true), -ENODEV);
	KUNIT_EXPECT_TRUE(test, machine_said(m, "vtdctl adopt"));
	KUNIT_EXPECT_EQ(test, stats(m, machine_dev(m, B_ALONE)), -ENODEV);
	machine_unbind(m, B_ALONE);
}

/* --- a device's own translations --------------------------------------------- */

static struct machine *attached_with_ats(struct kunit *test)
{
	struct machine *m = machine_new(test);

	machine_add_unit(m, FIX_CAP, FIX_ECAP | VTDM_ECAP_DT, 0);
	machine_build(m);
	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	return m;
}

/* Once it is off, unmapping waits for the unit alone. */
static void ats_is_switched_while_in_use(struct kunit *test)
{
	struct machine *m = attached_with_ats(test);
	struct pci_dev *pdev = machine_dev(m, B_SVA);
	struct vtd_qi_stats *stats = &machine_unit(0)->qi.stats;
	unsigned int i;
	u64 before;

	KUNIT_ASSERT_TRUE(test, pdev->ats_enabled);
	KUNIT_ASSERT_EQ(test, strict(m, B_SVA, true), 0);
	for (i = 0; i < 3; i++) {
		KUNIT_EXPECT_EQ(test, machine_ats(m, B_SVA, false), 0);
		KUNIT_EXPECT_TRUE(
			test, machine_said(m, "asked=off ats=off reason=\"\""));
		KUNIT_EXPECT_FALSE(test, pdev->ats_enabled);
		before = stats->descriptors;
		KUNIT_EXPECT_FALSE(test, unmap_is_put_off(m, B_SVA));
		KUNIT_EXPECT_EQ(test, stats->descriptors - before, 2);
		KUNIT_EXPECT_EQ(test, machine_ats(m, B_SVA, true), 0);
		KUNIT_EXPECT_TRUE(
			test, machine_said(m, "asked=on ats=on reason=\"\""));
		KUNIT_EXPECT_TRUE(test, pdev->ats_enabled);
		before = stats->descriptors;
		KUNIT_EXPECT_FALSE(test, unmap_is_put_off(m, B_SVA));
		KUNIT_EXPECT_GT(test, stats->descriptors - before, 2);
	}
	KUNIT_EXPECT_EQ(test, machine_ats(m, B_SVA, true), 0);
	KUNIT_EXPECT_TRUE(test, pdev->ats_enabled);
}

/* "on" says why not, "off" that there was nothing to do. */
static void cannot_have(struct kunit *test, struct machine *m,
			unsigned int index, const char *why)
{
	KUNIT_EXPECT_EQ(test, machine_ats(m, index, true), -EOPNOTSUPP);
	KUNIT_EXPECT_TRUE(test, machine_said(m, why));
	KUNIT_EXPECT_EQ(test, machine_ats(m, index, false), 0);
	KUNIT_EXPECT_TRUE(test, machine_said(m, "asked=off ats=never"));
	KUNIT_EXPECT_TRUE(test, machine_said(m, why));
	KUNIT_EXPECT_FALSE(test, machine_dev(m, index)->ats_enabled);
}

static void ats_of_who_may_not_have_it(struct kunit *test)
{
	struct machine *m = machine_new(test);
	struct pci_dev *pdev;

	machine_add_unit(m, FIX_CAP, FIX_ECAP | VTDM_ECAP_DT, 0);
	m->board[B_ALONE].ats = true;
	machine_build(m);
	pdev = machine_dev(m, B_SVA);
	pdev->untrusted = 1;
	KUNIT_ASSERT_EQ(test, machine_bind(m, B_BEHIND_1), 0);
	KUNIT_EXPECT_EQ(test, machine_ats(m, B_SVA_2, true), -ENODEV);
	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	cannot_have(test, m, B_SVA, "plugged in from outside");
	cannot_have(test, m, B_INTEGRATED, "has no ATS");
	cannot_have(test, m, B_ALONE, "firmware does not allow it");
	KUNIT_EXPECT_EQ(test, machine_ats(m, B_BEHIND_1, true), -ENODEV);
	KUNIT_EXPECT_TRUE(test, machine_said(m, "vtdctl adopt"));
	machine_unbind(m, B_BEHIND_1);
	pdev->untrusted = 0;
}

static void ats_of_a_unit_without(struct kunit *test)
{
	struct machine *m = machine_new(test);

	machine_add_unit(m, FIX_CAP, FIX_ECAP & ~VTDM_ECAP_DT, 0);
	machine_build(m);
	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	cannot_have(test, m, B_SVA, "its unit takes no translated requests");
}

/* --- stats --------------------------------------------------------------------- */

static void stats_counts_what_was_done(struct kunit *test)
{
	struct machine *m = attached(test);
	struct pci_dev *pdev = machine_dev(m, B_ALONE);
	u64 page, waits, flushes, queue;
	unsigned int i;

	KUNIT_ASSERT_EQ(test, strict(m, B_ALONE, true), 0);
	KUNIT_ASSERT_EQ(test, stats(m, pdev), 0);
	KUNIT_EXPECT_TRUE(test, machine_said(m, "unmaps=strict sharing=1"));
	page = said(m, " iotlb_page=");
	waits = said(m, " waits=");
	flushes = said(m, " flushes=");
	queue = said(m, " queue=");
	/* Without a fault: many are throttled, with flushes of their own. */
	for (i = 0; i < 100; i++)
		KUNIT_EXPECT_FALSE(test, reached_and_unmapped(m, B_ALONE));
	flush(m, B_ALONE);
	KUNIT_ASSERT_EQ(test, stats(m, pdev), 0);
	KUNIT_EXPECT_EQ(test, said(m, " iotlb_page=") - page, 100);
	KUNIT_EXPECT_EQ(test, said(m, " waits=") - waits, 101);
	KUNIT_EXPECT_EQ(test, said(m, " flushes=") - flushes, 101);
	KUNIT_EXPECT_EQ(test, said(m, " queue=") - queue, 1);
	KUNIT_EXPECT_GE(test, said(m, " timed="), 1);
	/* Of all: each managed device once. */
	KUNIT_ASSERT_EQ(test, stats(m, NULL), 0);
	KUNIT_EXPECT_TRUE(test, machine_said(m, pci_name(pdev)));
	KUNIT_EXPECT_TRUE(test,
			  machine_said(m, pci_name(machine_dev(m, B_TWO_1))));
}

static void detached_has_no_stats(struct kunit *test)
{
	struct machine *m = machine_usual(test);

	KUNIT_EXPECT_EQ(test, stats(m, NULL), -ENODEV);
	KUNIT_EXPECT_TRUE(test, machine_said(m, "vtdctl attach"));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(unmaps_are_strict_when_asked_for),
	KUNIT_CASE(all_of_a_group_are_strict_together),
	KUNIT_CASE(untrusted_is_always_strict),
	KUNIT_CASE(unmanaged_cannot_be_strict),
	KUNIT_CASE(ats_is_switched_while_in_use),
	KUNIT_CASE(ats_of_who_may_not_have_it),
	KUNIT_CASE(ats_of_a_unit_without),
	KUNIT_CASE(stats_counts_what_was_done),
	KUNIT_CASE(detached_has_no_stats),
	{}
};

struct kunit_suite vtd_modes_suite = {
	.name = "vtd_modes",
	.suite_init = machine_suite_init,
	.suite_exit = machine_suite_exit,
	.test_cases = cases,
};
