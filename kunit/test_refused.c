// SPDX-License-Identifier: GPL-2.0
/*
 * Suite vtd_refused: commands about a machine or a device that is not what they
 * need. Each says why, and changes nothing.
 */
#include <linux/pci.h>

#include "machine.h"
#include "quarantine.h"
#include "suites.h"
#include "sva.h"

/* A command of the control interface. */
static int ask(struct machine *m, unsigned int index,
	       int (*command)(struct pci_dev *pdev, struct vtd_reply *reply))
{
	return machine_command(m, command(machine_dev(m, index), &m->reply));
}

static int hold(struct machine *m, bool dry_run)
{
	return machine_command(m, vtd_hold(dry_run, &m->reply));
}

static struct vtd_device *vdev_of(struct machine *m, unsigned int index)
{
	struct vtd_device *vdev = vtd_device_find(machine_dev(m, index));

	KUNIT_ASSERT_NOT_NULL_MSG(m->test, vdev, "function %u", index);
	return vdev;
}

static bool is_master(struct machine *m, unsigned int index)
{
	return vtd_pci_is_master(machine_dev(m, index));
}

static void stop(struct machine *m, unsigned int index)
{
	struct vtd_device *vdev = vdev_of(m, index);

	KUNIT_ASSERT_TRUE(m->test, is_master(m, index));
	KUNIT_ASSERT_TRUE(m->test, vtd_quarantine(vdev, VTD_QUARANTINE_STORM));
	flush_work(&vdev->contain);
	KUNIT_ASSERT_FALSE(m->test, is_master(m, index));
}

/* --- nothing is attached ----------------------------------------------------- */

static void detached_takes_no_device(struct kunit *test)
{
	struct machine *m = machine_usual(test);

	KUNIT_EXPECT_EQ(test, ask(m, B_ALONE, vtd_adopt), -ENODEV);
	KUNIT_EXPECT_TRUE(test, machine_said(m, "vtdctl attach"));
	KUNIT_EXPECT_EQ(test, ask(m, B_ALONE, vtd_release), -ENODEV);
	KUNIT_EXPECT_TRUE(test, machine_said(m, "is not managed"));
	KUNIT_EXPECT_EQ(test, ask(m, B_ALONE, vtd_recover), -ENODEV);
	KUNIT_EXPECT_EQ(test, hold(m, false), -ENODEV);
	KUNIT_EXPECT_TRUE(test, machine_said(m, "nothing to hold"));
	machine_expect_untouched(m);
}

/* --- somebody has the units --------------------------------------------------- */

static void units_that_a_module_uses_stay(struct kunit *test)
{
	struct machine *m = machine_usual(test);

	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	vtd_control.holder = "vtd_example";
	KUNIT_EXPECT_EQ(test, machine_detach(m), -EBUSY);
	KUNIT_EXPECT_TRUE(test, machine_said(m, "module vtd_example uses"));
	KUNIT_EXPECT_EQ(test, hold(m, false), -EBUSY);
	KUNIT_EXPECT_TRUE(test, machine_said(m, "module vtd_example uses"));
	/* To ask what would be held is no harm. */
	KUNIT_EXPECT_EQ(test, hold(m, true), 0);
	KUNIT_EXPECT_TRUE(test, machine_managed(m, B_ALONE));
	vtd_control.holder = NULL;
	KUNIT_EXPECT_EQ(test, machine_detach(m), 0);
	machine_expect_untouched(m);
}

static void trial_is_not_handed_over(struct kunit *test)
{
	struct machine *m = machine_usual(test);

	mutex_lock(&vtd_control.lock);
	KUNIT_EXPECT_EQ(test, vtd_attach_trial(60, &m->reply), 0);
	mutex_unlock(&vtd_control.lock);
	KUNIT_EXPECT_EQ(test, hold(m, false), -EBUSY);
	KUNIT_EXPECT_TRUE(test, machine_said(m, "on trial"));
	KUNIT_EXPECT_EQ(test, vtd_control.state, VTD_TRIAL);
	KUNIT_EXPECT_EQ(test, machine_command(m, vtd_attach_plan(&m->reply)),
			-EALREADY);
	KUNIT_EXPECT_TRUE(test, machine_said(m, "vtdctl status"));
	KUNIT_EXPECT_EQ(test, machine_detach(m), 0);
	machine_expect_untouched(m);
}

/* --- devices that cannot be taken over ------------------------------------------ */

static void what_cannot_be_adopted_is_named(struct kunit *test)
{
	struct machine *m = machine_usual(test);
	struct pci_dev *other = NULL, *pdev = NULL;
	int ret;

	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	KUNIT_EXPECT_EQ(test, ask(m, B_ALONE, vtd_adopt), 0);
	KUNIT_EXPECT_TRUE(test, machine_said(m, "is managed already"));
	/* The guest's own devices: another segment than the table has. */
	for_each_pci_dev(pdev)
		if (pci_domain_nr(pdev->bus) != MACHINE_SEGMENT && !other)
			other = pci_dev_get(pdev);
	KUNIT_ASSERT_NOT_NULL(test, other);
	ret = machine_command(m, vtd_adopt(other, &m->reply));
	KUNIT_EXPECT_EQ(test, ret, -ENODEV);
	KUNIT_EXPECT_TRUE(test, machine_said(m, "no unit of the DMAR table"));
	KUNIT_EXPECT_FALSE(test, vtd_device_find(other));
	pci_dev_put(other);
	KUNIT_EXPECT_EQ(test, machine_detach(m), 0);
}

/* --- devices that cannot come back ---------------------------------------------- */

static void unmanaged_is_in_no_quarantine(struct kunit *test)
{
	struct machine *m = machine_usual(test);

	KUNIT_ASSERT_EQ(test, machine_bind(m, B_ALONE), 0);
	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	KUNIT_EXPECT_EQ(test, ask(m, B_ALONE, vtd_recover), -ENODEV);
	KUNIT_EXPECT_TRUE(test, machine_said(m, "is not managed"));
	KUNIT_EXPECT_EQ(test, ask(m, B_INTEGRATED, vtd_recover), -ENOENT);
	KUNIT_EXPECT_TRUE(test, machine_said(m, "is not in quarantine"));
	machine_unbind(m, B_ALONE);
	KUNIT_EXPECT_EQ(test, machine_detach(m), 0);
}

static void device_that_does_not_answer_stays_in_quarantine(struct kunit *test)
{
	struct machine *m = machine_usual(test);
	struct pci_dev *pdev = machine_dev(m, B_ALONE);
	pci_channel_state_t before = pdev->error_state;

	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	stop(m, B_ALONE);
	/* What the kernel makes of one whose link went down. */
	pdev->error_state = pci_channel_io_perm_failure;
	KUNIT_EXPECT_EQ(test, ask(m, B_ALONE, vtd_recover), -ENODEV);
	pdev->error_state = before;
	KUNIT_EXPECT_TRUE(test, machine_said(m, "nothing answers"));
	KUNIT_EXPECT_NE(test, vdev_of(m, B_ALONE)->quarantine, 0);
	KUNIT_EXPECT_FALSE(test, is_master(m, B_ALONE));
	KUNIT_EXPECT_EQ(test, ask(m, B_ALONE, vtd_why), 0);
	KUNIT_EXPECT_TRUE(test, machine_said(m, "code=quarantine weight=todo"));
	/* And comes back with the device. */
	KUNIT_EXPECT_EQ(test, ask(m, B_ALONE, vtd_recover), 0);
	KUNIT_EXPECT_TRUE(test, is_master(m, B_ALONE));
	KUNIT_EXPECT_EQ(test, machine_detach(m), 0);
}

static void nothing_comes_back_behind_a_unit_that_failed(struct kunit *test)
{
	struct machine *m = machine_usual(test);

	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	stop(m, B_ALONE);
	vtd_unit_failed(machine_unit(0), "a test", -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, ask(m, B_ALONE, vtd_recover), -EIO);
	KUNIT_EXPECT_TRUE(test, machine_said(m, "dmar0 failed"));
	KUNIT_EXPECT_NE(test, vdev_of(m, B_ALONE)->quarantine, 0);
	KUNIT_EXPECT_FALSE(test, is_master(m, B_ALONE));
	KUNIT_EXPECT_EQ(test, machine_detach(m), 0);
}

/* Entries that the unit does not take: it goes back to where it was. */
static void device_whose_entries_fail_is_stopped_again(struct kunit *test)
{
	struct machine *m = machine_usual(test);

	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	stop(m, B_ALONE);
	m->expect_broken = true;
	m->keeps = true;
	vtd_model_inject(m->unit[0], VTD_MODEL_DEAD, 1, 0);
	KUNIT_EXPECT_LT(test, ask(m, B_ALONE, vtd_recover), 0);
	KUNIT_EXPECT_TRUE(test, machine_said(m, "in quarantine again"));
	KUNIT_EXPECT_NE(test, vdev_of(m, B_ALONE)->quarantine, 0);
	KUNIT_EXPECT_FALSE(test, is_master(m, B_ALONE));
	vtd_model_revive(m->unit[0]);
	KUNIT_EXPECT_EQ(test, machine_detach(m), 0);
}

/* --- ATS ------------------------------------------------------------------------- */

static struct machine *with_satc(struct kunit *test, u64 ecap)
{
	struct machine *m = machine_new(test);

	machine_add_unit(m, FIX_CAP, ecap, 0);
	dmar_begin(&m->table, 48, 0);
	dmar_drhd(&m->table, 1, 0, MACHINE_SEGMENT, MACHINE_BASE(0));
	dmar_satc(&m->table, 1, MACHINE_SEGMENT);
	dmar_scope(&m->table, 1, 0, 0, "8.0");
	dmar_finish(&m->table);
	machine_build(m);
	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	return m;
}

static void ats_that_a_device_needs_stays(struct kunit *test)
{
	struct machine *m =
		with_satc(test, FIX_ECAP | VTDM_ECAP_DT | VTDM_ECAP_SMTS |
					VTDM_ECAP_FSTS | VTDM_ECAP_SMPWCS);

	KUNIT_ASSERT_TRUE(test, machine_unit(0)->scalable);
	KUNIT_ASSERT_TRUE(test, machine_dev(m, B_SVA)->ats_enabled);
	KUNIT_EXPECT_EQ(test, machine_ats(m, B_SVA, false), -EPERM);
	KUNIT_EXPECT_TRUE(test, machine_said(m, "(SATC)"));
	KUNIT_EXPECT_TRUE(test, machine_dev(m, B_SVA)->ats_enabled);
	KUNIT_EXPECT_EQ(test, machine_detach(m), 0);
}

static void ats_of_its_own_is_no_business_in_legacy_mode(struct kunit *test)
{
	struct machine *m = with_satc(test, FIX_ECAP | VTDM_ECAP_DT);

	KUNIT_ASSERT_FALSE(test, machine_unit(0)->scalable);
	KUNIT_EXPECT_EQ(test, machine_ats(m, B_SVA, true), -EOPNOTSUPP);
	KUNIT_EXPECT_TRUE(test, machine_said(m, "in legacy mode hardware"));
	KUNIT_EXPECT_EQ(test, machine_detach(m), 0);
}

static void ats_of_one_in_quarantine_stays_off(struct kunit *test)
{
	struct machine *m = machine_new(test);

	machine_add_unit(m, FIX_CAP, FIX_ECAP | VTDM_ECAP_DT, 0);
	machine_build(m);
	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	KUNIT_ASSERT_EQ(test, machine_ats(m, B_SVA, false), 0);
	stop(m, B_SVA);
	KUNIT_EXPECT_EQ(test, machine_ats(m, B_SVA, true), -EIO);
	KUNIT_EXPECT_TRUE(test, machine_said(m, "vtdctl recover"));
	KUNIT_EXPECT_FALSE(test, machine_dev(m, B_SVA)->ats_enabled);
	KUNIT_EXPECT_EQ(test, machine_detach(m), 0);
}

/* --- shared virtual memory --------------------------------------------------------- */

static int shares(struct machine *m, unsigned int index)
{
	struct iommu_domain *domain;

	/* Nobody's memory: it is refused before that is looked at. */
	domain = vtd_sva_alloc(&machine_dev(m, index)->dev, NULL);
	KUNIT_ASSERT_TRUE(m->test, IS_ERR(domain));
	return PTR_ERR(domain);
}

static void who_cannot_share_memory_is_refused(struct kunit *test)
{
	struct machine *m = machine_new(test);

	machine_add_unit(m, FIX_CAP | VTDM_CAP_FL1GP | VTDM_CAP_FL5LP,
			 FIX_ECAP | VTDM_ECAP_DT | VTDM_ECAP_SMTS |
				 VTDM_ECAP_FSTS | VTDM_ECAP_SMPWCS |
				 VTDM_ECAP_PASID | VTDM_ECAP_PSS(20),
			 0);
	machine_build(m);
	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	/* It has no PASIDs. */
	KUNIT_EXPECT_EQ(test, shares(m, B_ALONE), -EOPNOTSUPP);
	vtd_shim_fail_alloc(1);
	KUNIT_EXPECT_EQ(test, shares(m, B_SVA), -ENOMEM);
	KUNIT_EXPECT_EQ(test, vtd_shim_alloc_failures(), 1);
	vtd_shim_fail_alloc(0);
	KUNIT_EXPECT_EQ(test, machine_detach(m), 0);
}

static void legacy_mode_shares_no_memory(struct kunit *test)
{
	struct machine *m = machine_usual(test);

	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	KUNIT_EXPECT_EQ(test, shares(m, B_SVA), -EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, machine_detach(m), 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(detached_takes_no_device),
	KUNIT_CASE(units_that_a_module_uses_stay),
	KUNIT_CASE(trial_is_not_handed_over),
	KUNIT_CASE(what_cannot_be_adopted_is_named),
	KUNIT_CASE(unmanaged_is_in_no_quarantine),
	KUNIT_CASE(device_that_does_not_answer_stays_in_quarantine),
	KUNIT_CASE(nothing_comes_back_behind_a_unit_that_failed),
	KUNIT_CASE_SLOW(device_whose_entries_fail_is_stopped_again),
	KUNIT_CASE(ats_that_a_device_needs_stays),
	KUNIT_CASE(ats_of_its_own_is_no_business_in_legacy_mode),
	KUNIT_CASE(ats_of_one_in_quarantine_stays_off),
	KUNIT_CASE(who_cannot_share_memory_is_refused),
	KUNIT_CASE(legacy_mode_shares_no_memory),
	{}
};

struct kunit_suite vtd_refused_suite = {
	.name = "vtd_refused",
	.suite_init = machine_suite_init,
	.suite_exit = machine_suite_exit,
	.test_cases = cases,
};
