// SPDX-License-Identifier: GPL-2.0
/*
 * vtd_kunit: runs the suites when it is loaded.
 *
 * Owns the list of suites.  Registers them itself, since a kernel without
 * KUnit does not collect them from a module.  Loading succeeds whatever the
 * suites find: the results are in the kernel's log, as KTAP.
 */
#include <kunit/test.h>

#include <linux/glob.h>
#include <linux/module.h>
#include <linux/sched.h>

#include "iommu.h"
#include "suites.h"

static char *only = "*";
module_param(only, charp, 0444);
MODULE_PARM_DESC(only, "Run only the suites whose name matches (a glob)");

/* What takes long, or needs more of the kernel or of a guest: only when named alone. */
static struct kunit_suite *const alone[] = {
#ifdef VTD_KUNIT_IOMMUFD
	&vtd_iommufd_suite,
#endif
#ifdef VTD_KUNIT_NTH
	&vtd_nth_suite,
#endif
	NULL,
};

static struct kunit_suite *const all[] = {
	&vtd_layout_suite,   &vtd_parse_suite,	 &vtd_pgtable_suite,
	&vtd_qi_suite,	     &vtd_flush_suite,	 &vtd_context_suite,
	&vtd_unit_suite,     &vtd_pci_suite,	 &vtd_model_suite,
	&vtd_on_model_suite, &vtd_faults_suite,	 &vtd_groups_suite,
	&vtd_attach_suite,   &vtd_hotplug_suite, &vtd_modes_suite,
	&vtd_hold_suite,     &vtd_why_suite,	 &vtd_posted_suite,
	&vtd_endpoint_suite, &vtd_sva_suite,	 &vtd_pri_suite,
	&vtd_ats_suite,	     &vtd_perfmon_suite, &vtd_check_suite,
	&vtd_races_suite,    &vtd_refused_suite,
};

struct mm_struct *kunit_loader_mm;

static struct kunit_suite *chosen[ARRAY_SIZE(all) + ARRAY_SIZE(alone)];
static int nr_chosen;

static int __init vtd_kunit_init(void)
{
	unsigned int i;

	vtd_shared_init();
	kunit_loader_mm = current->mm;
	for (i = 0; i < ARRAY_SIZE(all); i++) {
		if (glob_match(only, all[i]->name))
			chosen[nr_chosen++] = all[i];
	}
	for (i = 0; i < ARRAY_SIZE(alone); i++) {
		if (alone[i] && !strcmp(only, alone[i]->name))
			chosen[nr_chosen++] = alone[i];
	}
	pr_info("KTAP version 1\n1..%d\n", nr_chosen);
	return __kunit_test_suites_init(chosen, nr_chosen, true);
}
module_init(vtd_kunit_init);

static void __exit vtd_kunit_exit(void)
{
	__kunit_test_suites_exit(chosen, nr_chosen);
}
module_exit(vtd_kunit_exit);

#ifdef VTD_HAVE_IOMMUFD
MODULE_IMPORT_NS("IOMMUFD");
#endif
MODULE_DESCRIPTION("KUnit suites of the VT-d modules");
MODULE_LICENSE("GPL");
