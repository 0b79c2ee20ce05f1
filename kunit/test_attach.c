// SPDX-License-Identifier: GPL-2.0
/*
 * Suite vtd_attach: a machine of software is taken over and given back, by the
 * driver's own files and the kernel's real iommu core.
 */
#include <linux/delay.h>
#include <linux/iommu.h>
#include <linux/mm.h>

#include "machine.h"
#include "suites.h"

/* Functions that do DMA; what is absent comes later. */
static const unsigned int devices[] = {
	B_ALONE,      B_TWO_0,	  B_TWO_1,    B_OLD_1,	  B_OLD_2,
	B_INTEGRATED, B_BEHIND_1, B_BEHIND_2, B_BEHIND_3,
};

struct kind {
	const char *name;
	u64 cap;
	u64 ecap;
};

static const struct kind kinds[] = {
	{ "coherent", FIX_CAP, FIX_ECAP },
	{ "not coherent", FIX_CAP, FIX_ECAP & ~VTDM_ECAP_C },
	{ "caching mode", FIX_CAP | VTDM_CAP_CM, FIX_ECAP },
	{ "write buffer", FIX_CAP | VTDM_CAP_RWBF, FIX_ECAP },
	{ "without pass-through", FIX_CAP, FIX_ECAP & ~VTDM_ECAP_PT },
	{ "caching mode, write buffer, not coherent, without pass-through",
	  FIX_CAP | VTDM_CAP_CM | VTDM_CAP_RWBF,
	  FIX_ECAP & ~(VTDM_ECAP_C | VTDM_ECAP_PT) },
};

KUNIT_ARRAY_PARAM_DESC(kinds, kinds, name);

/* DMA as the kernel's DMA API, or a driver without it, expects it to go. */
static void expect_dma(struct machine *m, unsigned int index, u64 *page)
{
	struct pci_dev *pdev = machine_dev(m, index);
	struct iommu_domain *d = iommu_get_domain_for_dev(&pdev->dev);
	u64 phys = virt_to_phys(page);
	int want = d && d->type != IOMMU_DOMAIN_IDENTITY ? 5 : 0;

	KUNIT_EXPECT_EQ_MSG(m->test, machine_write(m, index, phys, page), want,
			    "function %u", index);
}

static void everything_is_managed_and_given_back(struct kunit *test)
{
	const struct kind *k = test->param_value;
	struct machine *m = machine_new(test);
	u64 *page;
	unsigned int i;

	machine_add_unit(m, k->cap, k->ecap, VTD_MODEL_EAGER);
	machine_build(m);
	page = machine_page(m);
	machine_expect_untouched(m);
	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	KUNIT_EXPECT_EQ(test, vtd_control.state, VTD_ATTACHED);
	for (i = 0; i < ARRAY_SIZE(devices); i++) {
		KUNIT_EXPECT_TRUE_MSG(test, machine_managed(m, devices[i]),
				      "function %u", devices[i]);
		KUNIT_EXPECT_NOT_NULL(test, machine_group(m, devices[i]));
		expect_dma(m, devices[i], page);
	}
	vtd_model_check_quiescent();
	KUNIT_EXPECT_EQ(test, machine_detach(m), 0);
	machine_expect_untouched(m);
	for (i = 0; i < ARRAY_SIZE(devices); i++)
		expect_dma(m, devices[i], page);
}

static void devices_of_other_segments_are_left_alone(struct kunit *test)
{
	struct machine *m = machine_usual(test);
	struct pci_dev *pdev = NULL;

	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	for_each_pci_dev(pdev)
		if (pci_domain_nr(pdev->bus) != MACHINE_SEGMENT)
			KUNIT_EXPECT_NULL(test, pdev->dev.iommu_group);
}

static void bound_device_passes_through(struct kunit *test)
{
	struct machine *m = machine_usual(test);
	u64 *page = machine_page(m);
	u64 phys = virt_to_phys(page);

	KUNIT_ASSERT_EQ(test, machine_bind(m, B_ALONE), 0);
	KUNIT_ASSERT_EQ(test, machine_bind(m, B_INTEGRATED), 0);
	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	KUNIT_EXPECT_FALSE(test, machine_managed(m, B_ALONE));
	KUNIT_EXPECT_FALSE(test, machine_managed(m, B_INTEGRATED));
	KUNIT_EXPECT_TRUE(test, machine_managed(m, B_BEHIND_1));
	KUNIT_EXPECT_EQ(test, machine_write(m, B_ALONE, phys, page), 0);
	KUNIT_EXPECT_EQ(test, machine_write(m, B_INTEGRATED, phys, page), 0);
	KUNIT_EXPECT_EQ(test, machine_detach(m), 0);
	KUNIT_EXPECT_EQ(test, machine_write(m, B_ALONE, phys, page), 0);
}

/* C35: the unit cannot tell it from a device whose driver is bound. */
static void neighbour_with_the_same_source_id_waits(struct kunit *test)
{
	struct machine *m = machine_usual(test);
	u64 *page = machine_page(m);

	KUNIT_ASSERT_EQ(test, machine_bind(m, B_OLD_1), 0);
	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	KUNIT_EXPECT_FALSE(test, machine_managed(m, B_OLD_1));
	KUNIT_EXPECT_FALSE(test, machine_managed(m, B_OLD_2));
	KUNIT_EXPECT_EQ(test,
			machine_write(m, B_OLD_1, virt_to_phys(page), page), 0);
	machine_unbind(m, B_OLD_1);
}

/* Gaps at boot: DMA of a bound device goes on through all of it. */
static struct {
	struct machine *m;
	u64 *page;
	unsigned int tries;
	unsigned int wrong;
	bool inside;
} watch;

static void watch_relax(void)
{
	struct machine *m = watch.m;

	vtd_model_tick();
	if (watch.inside || watch.tries > 20000)
		return;
	watch.inside = true;
	watch.tries++;
	if (machine_write(m, B_ALONE, virt_to_phys(watch.page), watch.page))
		watch.wrong++;
	watch.inside = false;
}

static void dma_goes_on_through_attach_and_detach(struct kunit *test)
{
	const struct kind *k = test->param_value;
	struct machine *m = machine_new(test);

	machine_add_unit(m, k->cap, k->ecap, VTD_MODEL_EAGER);
	machine_build(m);
	watch.m = m;
	watch.page = machine_page(m);
	watch.tries = 0;
	watch.wrong = 0;
	KUNIT_ASSERT_EQ(test, machine_bind(m, B_ALONE), 0);
	machine_hook_relax(m, watch_relax);
	KUNIT_EXPECT_EQ(test, machine_attach(m), 0);
	KUNIT_EXPECT_EQ(test, machine_detach(m), 0);
	machine_hook_relax(m, NULL);
	KUNIT_EXPECT_GT(test, watch.tries, 10);
	KUNIT_EXPECT_EQ(test, watch.wrong, 0);
}

/* Gaps of suspend and of kexec: what is not mapped, while the unit translates. */
#define GAP_IOVA 0x40000000UL

static struct {
	struct machine *m;
	u64 *mapped;
	u64 *secret;
	unsigned int on, off;
	unsigned int lost, reached;
	bool inside;
} gap;

static void gap_relax(void)
{
	u64 secret = virt_to_phys(gap.secret);

	vtd_model_tick();
	if (gap.inside || gap.on + gap.off > 20000)
		return;
	gap.inside = true;
	if (!(vtd_read32(&machine_unit(0)->regs, VTD_GSTS) & VTD_GCMD_TE)) {
		gap.off++;
	} else {
		gap.on++;
		if (machine_write(gap.m, B_ALONE, GAP_IOVA, gap.mapped))
			gap.lost++;
		if (!machine_write(gap.m, B_ALONE, secret, gap.secret))
			gap.reached++;
	}
	gap.inside = false;
}

/* As firmware leaves it: off, with registers that lead anywhere. */
static void firmware_had_it(struct vtd_unit *unit, u64 anywhere)
{
	vtd_write64(&unit->regs, VTD_RTADDR, anywhere);
	vtd_write64(&unit->regs, VTD_IQA, 0);
	vtd_write32(&unit->regs, VTD_FECTL, VTD_FECTL_IM);
}

static void dma_in_the_gaps_of_suspend_and_kexec(struct kunit *test)
{
	const struct kind *k = test->param_value;
	struct machine *m = machine_new(test);
	struct device *dev;
	struct iommu_domain *d;
	struct vtd_unit *unit;
	unsigned int i;

	m->command_latency = 4;
	machine_add_unit(m, k->cap, k->ecap, VTD_MODEL_EAGER);
	machine_build(m);
	memset(&gap, 0, sizeof(gap));
	gap.m = m;
	gap.mapped = machine_page(m);
	gap.secret = machine_page(m);
	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	dev = &machine_dev(m, B_ALONE)->dev;
	unit = machine_unit(0);
	KUNIT_ASSERT_EQ(test, iommu_group_claim_dma_owner(dev->iommu_group, m),
			0);
	d = iommu_paging_domain_alloc(dev);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, d);
	KUNIT_ASSERT_EQ(test,
			iommu_map(d, GAP_IOVA, virt_to_phys(gap.mapped),
				  PAGE_SIZE, IOMMU_READ | IOMMU_WRITE,
				  GFP_KERNEL),
			0);
	KUNIT_ASSERT_EQ(test, iommu_attach_group(d, dev->iommu_group), 0);
	for (i = 0; i < 3; i++) {
		machine_hook_relax(m, gap_relax);
		KUNIT_EXPECT_EQ(test, vtd_unit_disable(unit), 0);
		firmware_had_it(unit, virt_to_phys(gap.secret));
		KUNIT_EXPECT_EQ(test, vtd_unit_reenable(unit), 0);
		unit->translating = true;
		machine_hook_relax(m, NULL);
		KUNIT_EXPECT_EQ(test,
				machine_write(m, B_ALONE, GAP_IOVA, gap.mapped),
				0);
	}
	KUNIT_EXPECT_GT(test, gap.on, 3);
	KUNIT_EXPECT_GT(test, gap.off, 3);
	KUNIT_EXPECT_EQ(test, gap.lost, 0);
	KUNIT_EXPECT_EQ(test, gap.reached, 0);
	iommu_detach_group(d, dev->iommu_group);
	iommu_domain_free(d);
	iommu_group_release_dma_owner(dev->iommu_group);
	KUNIT_EXPECT_EQ(test, machine_detach(m), 0);
}

static void attached_twice_is_attached_once(struct kunit *test)
{
	struct machine *m = machine_usual(test);
	struct vtd_model_stats before;

	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	before = vtd_model_stats(m->unit[0]);
	KUNIT_EXPECT_EQ(test, machine_attach(m), 0);
	KUNIT_EXPECT_EQ(test, vtd_model_stats(m->unit[0]).contexts,
			before.contexts);
	KUNIT_EXPECT_EQ(test, machine_detach(m), 0);
	KUNIT_EXPECT_EQ(test, machine_detach(m), 0);
}

static void attached_and_detached_ten_times(struct kunit *test)
{
	struct machine *m = machine_usual(test);
	unsigned int i;

	for (i = 0; i < 10; i++) {
		KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
		KUNIT_ASSERT_EQ(test, machine_detach(m), 0);
	}
	machine_expect_untouched(m);
}

/* --- what is refused ------------------------------------------------------- */

static void no_table_is_no_machine(struct kunit *test)
{
	struct machine *m = machine_usual(test);

	vtd_shim_set_table(NULL);
	KUNIT_EXPECT_EQ(test, machine_attach(m), -ENODEV);
	KUNIT_EXPECT_TRUE(test, machine_said(m, "no DMAR table"));
	machine_expect_untouched(m);
}

static void malformed_table_is_refused(struct kunit *test)
{
	struct machine *m = machine_usual(test);

	/* the unit's structure ends in the middle of its address */
	m->table.bytes[48 + 2] = 10;
	KUNIT_EXPECT_EQ(test, machine_attach(m), -EINVAL);
	KUNIT_EXPECT_TRUE(test, machine_said(m, "refused at offset"));
	machine_expect_untouched(m);
}

static void address_that_somebody_uses_is_refused(struct kunit *test)
{
	struct machine *m = machine_new(test);

	machine_add_unit(m, FIX_CAP, FIX_ECAP, 0);
	dmar_begin(&m->table, 48, 0);
	/* No unit of software there, but this machine's memory. */
	dmar_drhd(&m->table, 1, 0, MACHINE_SEGMENT, 0x1000000);
	dmar_finish(&m->table);
	machine_build(m);
	KUNIT_EXPECT_EQ(test, machine_attach(m), -EBUSY);
	KUNIT_EXPECT_TRUE(test, machine_said(m, "claimed by another driver"));
	machine_expect_untouched(m);
}

/* Two units; the second is one that the driver does not take. */
static struct machine *two_units(struct kunit *test, u64 cap, u64 ecap)
{
	struct machine *m = machine_new(test);

	machine_add_unit(m, FIX_CAP, FIX_ECAP, VTD_MODEL_EAGER);
	machine_add_unit(m, cap, ecap, VTD_MODEL_EAGER);
	dmar_begin(&m->table, 48, 0);
	/* The integrated endpoint has the second unit to itself. */
	dmar_drhd(&m->table, 0, 0, MACHINE_SEGMENT, MACHINE_BASE(1));
	dmar_scope(&m->table, 1, 0, 0, "4.0");
	dmar_drhd(&m->table, 1, 0, MACHINE_SEGMENT, MACHINE_BASE(0));
	dmar_finish(&m->table);
	machine_build(m);
	return m;
}

static const struct kind refused[] = {
	{ "nothing answers", ~0ULL, ~0ULL },
	{ "no queued invalidation", FIX_CAP, FIX_ECAP & ~VTDM_ECAP_QI },
	{ "no width", FIX_CAP & ~0x1f00ULL, FIX_ECAP },
};

KUNIT_ARRAY_PARAM_DESC(refused, refused, name);

/* C57: the first unit is claimed by then, and must be given back. */
static void one_unit_refused_means_none_taken(struct kunit *test)
{
	const struct kind *k = test->param_value;
	struct machine *m;

	if (k->cap == ~0ULL) {
		m = two_units(test, FIX_CAP & ~0x3ff000000ULL, 0);
		vtd_shim_set_table(NULL);
	} else {
		m = two_units(test, k->cap, k->ecap);
	}
	KUNIT_EXPECT_LT(test, machine_attach(m), 0);
	machine_expect_untouched(m);
}

static void translating_unit_is_refused(struct kunit *test)
{
	struct machine *m = two_units(test, FIX_CAP, FIX_ECAP);
	u64 *page = machine_page(m);
	struct vtd_regs regs;

	/* Somebody's tables: the page is empty. */
	vtd_model_plug(m->unit[1], &regs);
	fix_write64(&regs, 0x20, virt_to_phys(page));
	fix_write32(&regs, 0x18, 0x40000000);
	m->expect_broken = true; /* it flushes nothing */
	fix_write32(&regs, 0x18, 0x80000000);
	KUNIT_ASSERT_EQ(test, fix_read32(&regs, 0x1c) >> 31, 1);
	KUNIT_EXPECT_EQ(test, machine_attach(m), -EBUSY);
	KUNIT_EXPECT_TRUE(test, machine_said(m, "dmar0: "));
	KUNIT_EXPECT_TRUE(test, machine_said(m, "intel_iommu=off"));
	KUNIT_EXPECT_EQ(test, fix_read32(&regs, 0x1c) >> 31, 1);
	fix_write32(&regs, 0x18, 0);
	fix_write64(&regs, 0x20, 0);
	machine_expect_untouched(m);
}

static void queue_that_was_left_on_is_taken_over(struct kunit *test)
{
	struct machine *m = two_units(test, FIX_CAP, FIX_ECAP);
	u64 left = virt_to_phys(machine_page(m));
	struct vtd_regs regs;

	vtd_model_plug(m->unit[1], &regs);
	fix_write64(&regs, 0x90, left);
	fix_write32(&regs, 0x18, 0x04000000);
	KUNIT_ASSERT_EQ(test, fix_read32(&regs, 0x1c) & 0x04000000, 0x04000000);
	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	KUNIT_EXPECT_NE(test, fix_read64(&regs, 0x90) & ~0xfffULL, left);
	KUNIT_EXPECT_EQ(test, machine_detach(m), 0);
	machine_expect_untouched(m);
}

static void two_units_share_the_work(struct kunit *test)
{
	struct machine *m = two_units(test, FIX_CAP | VTDM_CAP_CM, FIX_ECAP);
	struct vtd_device *vdev;

	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	vdev = vtd_device_find(machine_dev(m, B_INTEGRATED));
	KUNIT_ASSERT_NOT_NULL(test, vdev);
	KUNIT_EXPECT_STREQ(test, vdev->unit->name, "dmar0");
	vdev = vtd_device_find(machine_dev(m, B_ALONE));
	KUNIT_ASSERT_NOT_NULL(test, vdev);
	KUNIT_EXPECT_STREQ(test, vdev->unit->name, "dmar1");
}

/* --- each step can fail ---------------------------------------------------- */

#define POINTS_MAX 160

static struct vtd_shim_point points[POINTS_MAX];
static unsigned int nr_points;

static const void *points_gen(struct kunit *test, const void *prev, char *desc)
{
	const struct vtd_shim_point *p = prev ? prev + sizeof(*p) : points;
	unsigned int nr = min_t(unsigned int, nr_points, POINTS_MAX);
	unsigned int i = p - points;

	if (i >= nr)
		return NULL;
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%u: %s in %s", i + 1, p->what,
		 p->where);
	return p;
}

/* Legacy mode, and scalable mode with page requests. */
static struct machine *units_that_need_most(struct kunit *test)
{
	return two_units(test, FIX_CAP | VTDM_CAP_FL1GP,
			 FIX_ECAP | VTDM_ECAP_DT | VTDM_ECAP_PRS |
				 VTDM_ECAP_PSS(20) | VTDM_ECAP_PASID |
				 VTDM_ECAP_SMTS | VTDM_ECAP_FSTS |
				 VTDM_ECAP_SMPWCS);
}

/* Finds out what there is to fail; must come before those that fail it. */
static void points_of_failure_are_found(struct kunit *test)
{
	struct machine *m = units_that_need_most(test);

	KUNIT_ASSERT_EQ(test, machine_bind(m, B_ALONE), 0);
	vtd_shim_record_points(points, POINTS_MAX);
	KUNIT_EXPECT_EQ(test, machine_attach(m), 0);
	KUNIT_EXPECT_NOT_NULL(test, machine_unit(0)->prq);
	nr_points = vtd_shim_nr_points();
	vtd_shim_record_points(NULL, 0);
	KUNIT_EXPECT_GT(test, nr_points, 20);
	KUNIT_EXPECT_LE(test, nr_points, POINTS_MAX);
}

/* C57: no half-state, whatever fails. */
static void a_step_that_fails_leaves_nothing_behind(struct kunit *test)
{
	const struct vtd_shim_point *p = test->param_value;
	struct machine *m = units_that_need_most(test);
	u64 *page = machine_page(m);
	int ret;

	KUNIT_ASSERT_EQ(test, machine_bind(m, B_ALONE), 0);
	vtd_shim_fail_alloc(p - points + 1);
	ret = machine_attach(m);
	KUNIT_EXPECT_EQ(test, vtd_shim_alloc_failures(), 1);
	vtd_shim_fail_alloc(0);
	if (ret)
		machine_expect_untouched(m);
	else
		/* One device less may be managed; it then passes through. */
		KUNIT_EXPECT_EQ(test, vtd_control.state, VTD_ATTACHED);
	KUNIT_EXPECT_EQ(test,
			machine_write(m, B_ALONE, virt_to_phys(page), page), 0);
	/* And nothing stands in the way of the next attempt. */
	KUNIT_EXPECT_EQ(test, machine_attach(m), 0);
	KUNIT_EXPECT_EQ(test, machine_detach(m), 0);
	machine_expect_untouched(m);
}

static const unsigned int dead_at[] = { 1, 2, 3, 4 };

static void dead_at_desc(const unsigned int *at, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "descriptor %u", *at);
}

KUNIT_ARRAY_PARAM(dead_at, dead_at, dead_at_desc);

static void unit_that_dies_while_attached_to_leaves_all_off(struct kunit *test)
{
	struct machine *m = two_units(test, FIX_CAP, FIX_ECAP);
	u64 *page = machine_page(m);

	m->expect_broken = true; /* the queue is switched off at work */
	KUNIT_ASSERT_EQ(test, machine_bind(m, B_ALONE), 0);
	vtd_model_inject(m->unit[1], VTD_MODEL_DEAD,
			 *(const unsigned int *)test->param_value, 0);
	KUNIT_EXPECT_EQ(test, machine_attach(m), -ETIMEDOUT);
	machine_expect_untouched(m);
	KUNIT_EXPECT_EQ(test,
			machine_write(m, B_ALONE, virt_to_phys(page), page), 0);
	vtd_model_revive(m->unit[1]);
	KUNIT_EXPECT_EQ(test, machine_attach(m), 0);
}

/* All-ones reads: found out at once, told once, its devices stopped. */
static void unit_that_goes_is_given_up(struct kunit *test)
{
	struct machine *m = two_units(test, FIX_CAP, FIX_ECAP);
	struct pci_dev *alone = machine_dev(m, B_ALONE);
	struct iommu_domain *domain;
	u64 began;

	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	KUNIT_ASSERT_EQ(test, machine_bind(m, B_ALONE), 0);
	domain = iommu_get_domain_for_dev(&alone->dev);
	KUNIT_ASSERT_NOT_NULL(test, domain);
	KUNIT_ASSERT_EQ(test,
			iommu_map(domain, 0x40000000, 0x12345000, PAGE_SIZE,
				  IOMMU_READ, GFP_KERNEL),
			0);
	m->expect_broken = true;
	m->keeps = true;
	/* B_ALONE's unit is the second of the table, the first of the model. */
	vtd_model_gone(m->unit[0]);
	began = ktime_get_ns();
	KUNIT_EXPECT_EQ(test, iommu_unmap(domain, 0x40000000, PAGE_SIZE),
			PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, machine_unit(1)->health, VTD_HEALTH_FAILED);
	KUNIT_EXPECT_EQ(test, machine_unit(0)->health, VTD_HEALTH_OK);
	KUNIT_EXPECT_FALSE(test, vtd_pci_is_master(alone));
	KUNIT_EXPECT_TRUE(test,
			  vtd_pci_is_master(machine_dev(m, B_INTEGRATED)));
	KUNIT_EXPECT_EQ(test, vtd_recover(alone, &m->reply), -ENOENT);
	machine_unbind(m, B_ALONE);
	KUNIT_EXPECT_EQ(test, machine_detach(m), 0);
	KUNIT_EXPECT_LT(test, ktime_get_ns() - began, 10ULL * NSEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, vtd_control.state, VTD_DETACHED);
	KUNIT_EXPECT_TRUE(test, list_empty(&vtd_devices));
}

static void refused_descriptor_at_attach_leaves_all_off(struct kunit *test)
{
	struct machine *m = two_units(test, FIX_CAP, FIX_ECAP);

	m->expect_broken = true;
	vtd_model_inject(m->unit[0], VTD_MODEL_IQE,
			 *(const unsigned int *)test->param_value, 0);
	KUNIT_EXPECT_EQ(test, machine_attach(m), -EINVAL);
	machine_expect_untouched(m);
	KUNIT_EXPECT_EQ(test, machine_attach(m), 0);
}

/* --- plan, trial ------------------------------------------------------------ */

static void plan_names_all_and_changes_nothing(struct kunit *test)
{
	struct machine *m = two_units(test, FIX_CAP, FIX_ECAP);
	unsigned int pages = vtd_model_pages();
	char line[64];

	KUNIT_ASSERT_EQ(test, machine_bind(m, B_ALONE), 0);
	mutex_lock(&vtd_control.lock);
	KUNIT_EXPECT_EQ(test, vtd_attach_plan(&m->reply), 0);
	mutex_unlock(&vtd_control.lock);
	snprintf(line, sizeof(line),
		 "device name=%s unit=dmar1 action=pass-through",
		 pci_name(machine_dev(m, B_ALONE)));
	KUNIT_EXPECT_TRUE_MSG(test, machine_said(m, line), "%s", line);
	snprintf(line, sizeof(line), "device name=%s unit=dmar0 action=manage",
		 pci_name(machine_dev(m, B_INTEGRATED)));
	KUNIT_EXPECT_TRUE_MSG(test, machine_said(m, line), "%s", line);
	KUNIT_EXPECT_EQ(test, vtd_model_pages(), pages);
	machine_expect_untouched(m);
}

static int trial(struct machine *m, unsigned int seconds)
{
	int ret;

	mutex_lock(&vtd_control.lock);
	ret = vtd_attach_trial(seconds, &m->reply);
	mutex_unlock(&vtd_control.lock);
	return ret;
}

static void trial_that_is_confirmed_stays(struct kunit *test)
{
	struct machine *m = machine_usual(test);

	KUNIT_ASSERT_EQ(test, trial(m, 60), 0);
	KUNIT_EXPECT_EQ(test, vtd_control.state, VTD_TRIAL);
	KUNIT_EXPECT_EQ(test, trial(m, 60), -EALREADY);
	mutex_lock(&vtd_control.lock);
	KUNIT_EXPECT_EQ(test, vtd_confirm(&m->reply), 0);
	KUNIT_EXPECT_EQ(test, vtd_confirm(&m->reply), -ENOENT);
	mutex_unlock(&vtd_control.lock);
	KUNIT_EXPECT_EQ(test, vtd_control.state, VTD_ATTACHED);
}

static void trial_that_is_not_ends_by_itself(struct kunit *test)
{
	struct machine *m = machine_usual(test);
	unsigned int i;

	KUNIT_ASSERT_EQ(test, trial(m, 1), 0);
	/* In use by a driver by then: it gets its device back untranslated. */
	KUNIT_EXPECT_EQ(test, machine_bind(m, B_ALONE), 0);
	for (i = 0; i < 200 && READ_ONCE(vtd_control.state); i++)
		msleep(50);
	mutex_lock(&vtd_control.lock);
	mutex_unlock(&vtd_control.lock);
	machine_expect_untouched(m);
}

/*
 * 8.6: tables and queue are on the unit's node; where the RHSA is about no node
 * of this machine, or there is none, on any.
 */
static void memory_is_near_the_unit(struct kunit *test)
{
	struct machine *m = machine_new(test);

	machine_add_unit(m, FIX_CAP, FIX_ECAP, VTD_MODEL_EAGER);
	dmar_begin(&m->table, 48, 0);
	dmar_drhd(&m->table, 1, 0, MACHINE_SEGMENT, MACHINE_BASE(0));
	dmar_rhsa(&m->table, MACHINE_BASE(0), 7);
	dmar_finish(&m->table);
	machine_build(m);
	vtd_shim_expect_node(first_online_node);
	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	KUNIT_EXPECT_EQ(test, machine_unit(0)->nid, first_online_node);
	KUNIT_ASSERT_EQ(test, machine_bind(m, B_ALONE), 0);
	machine_unbind(m, B_ALONE);
	KUNIT_EXPECT_EQ(test, vtd_shim_of_other_nodes(), 0);
	KUNIT_EXPECT_EQ(test, machine_detach(m), 0);

	dmar_begin(&m->table, 48, 0);
	dmar_drhd(&m->table, 1, 0, MACHINE_SEGMENT, MACHINE_BASE(0));
	dmar_rhsa(&m->table, MACHINE_BASE(1), 7);
	dmar_rhsa(&m->table, MACHINE_BASE(0), 8);
	dmar_finish(&m->table);
	vtd_shim_expect_node(NUMA_NO_NODE);
	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	KUNIT_EXPECT_EQ(test, machine_unit(0)->nid, NUMA_NO_NODE);
	KUNIT_EXPECT_EQ(test, vtd_shim_of_other_nodes(), 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(everything_is_managed_and_given_back,
			 kinds_gen_params),
	KUNIT_CASE(devices_of_other_segments_are_left_alone),
	KUNIT_CASE(bound_device_passes_through),
	KUNIT_CASE(neighbour_with_the_same_source_id_waits),
	KUNIT_CASE_PARAM(dma_goes_on_through_attach_and_detach,
			 kinds_gen_params),
	KUNIT_CASE_PARAM(dma_in_the_gaps_of_suspend_and_kexec,
			 kinds_gen_params),
	KUNIT_CASE(attached_twice_is_attached_once),
	KUNIT_CASE(attached_and_detached_ten_times),
	KUNIT_CASE(no_table_is_no_machine),
	KUNIT_CASE(malformed_table_is_refused),
	KUNIT_CASE(address_that_somebody_uses_is_refused),
	KUNIT_CASE_PARAM(one_unit_refused_means_none_taken, refused_gen_params),
	KUNIT_CASE(translating_unit_is_refused),
	KUNIT_CASE(queue_that_was_left_on_is_taken_over),
	KUNIT_CASE(two_units_share_the_work),
	KUNIT_CASE(memory_is_near_the_unit),
	KUNIT_CASE(points_of_failure_are_found),
	KUNIT_CASE_PARAM(a_step_that_fails_leaves_nothing_behind, points_gen),
	KUNIT_CASE_PARAM(unit_that_dies_while_attached_to_leaves_all_off,
			 dead_at_gen_params),
	KUNIT_CASE_PARAM(refused_descriptor_at_attach_leaves_all_off,
			 dead_at_gen_params),
	KUNIT_CASE(unit_that_goes_is_given_up),
	KUNIT_CASE(plan_names_all_and_changes_nothing),
	KUNIT_CASE(trial_that_is_confirmed_stays),
	KUNIT_CASE_SLOW(trial_that_is_not_ends_by_itself),
	{}
};

struct kunit_suite vtd_attach_suite = {
	.name = "vtd_attach",
	.suite_init = machine_suite_init,
	.suite_exit = machine_suite_exit,
	.test_cases = cases,
};
