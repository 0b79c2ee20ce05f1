/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The suites of vtd_kunit.
 */
#ifndef VTD_KUNIT_SUITES_H
#define VTD_KUNIT_SUITES_H

#include <kunit/test.h>

#include "vtd_probed.h"

/* Programs can have devices through files of their own and iommufd. */
#if defined(VTD_HAVE_IOMMUFD) && IS_ENABLED(CONFIG_IOMMUFD) && \
	IS_ENABLED(CONFIG_VFIO_DEVICE_CDEV) && IS_ENABLED(CONFIG_VFIO_PCI)
#define VTD_KUNIT_IOMMUFD 1
#endif

/* The kernel can make an allocation fail. */
#if defined(CONFIG_FAILSLAB) && defined(CONFIG_FAIL_PAGE_ALLOC)
#define VTD_KUNIT_NTH 1
#endif

extern struct kunit_suite vtd_ats_suite;
extern struct kunit_suite vtd_attach_suite;
extern struct kunit_suite vtd_check_suite;
extern struct kunit_suite vtd_context_suite;
extern struct kunit_suite vtd_endpoint_suite;
extern struct kunit_suite vtd_faults_suite;
extern struct kunit_suite vtd_flush_suite;
extern struct kunit_suite vtd_groups_suite;
extern struct kunit_suite vtd_hold_suite;
extern struct kunit_suite vtd_hotplug_suite;
extern struct kunit_suite vtd_iommufd_suite;
extern struct kunit_suite vtd_layout_suite;
extern struct kunit_suite vtd_model_suite;
extern struct kunit_suite vtd_nth_suite;
extern struct kunit_suite vtd_on_model_suite;
extern struct kunit_suite vtd_parse_suite;
extern struct kunit_suite vtd_pci_suite;
extern struct kunit_suite vtd_perfmon_suite;
extern struct kunit_suite vtd_pgtable_suite;
extern struct kunit_suite vtd_posted_suite;
extern struct kunit_suite vtd_pri_suite;
extern struct kunit_suite vtd_qi_suite;
extern struct kunit_suite vtd_races_suite;
extern struct kunit_suite vtd_refused_suite;
extern struct kunit_suite vtd_sva_suite;
extern struct kunit_suite vtd_unit_suite;
extern struct kunit_suite vtd_modes_suite;
extern struct kunit_suite vtd_why_suite;

/* Where programs for tests are, "" for nowhere; a parameter of the module. */
extern char *kunit_programs;

/* The address space of who loads the module, which waits for the suites. */
extern struct mm_struct *kunit_loader_mm;

/* Programs of selftests/native: each tells its cases. */
int vtd_main_dmar_domain(void);
int vtd_main_dmar_qi(void);
int vtd_main_dmar_qi_errors(void);
int vtd_main_dmar_random(void);
int vtd_main_dmar_unit(void);
int vtd_main_ir_model(void);
int vtd_main_model_ats(void);
int vtd_main_model_check(void);
int vtd_main_model_endpoint(void);
int vtd_main_model_iec(void);
int vtd_main_model_ir(void);
int vtd_main_model_pi(void);
int vtd_main_model_pi_check(void);
int vtd_main_model_pri(void);
int vtd_main_model_queue(void);
int vtd_main_model_regs(void);
int vtd_main_model_sm_check(void);
int vtd_main_model_sm_entry(void);
int vtd_main_model_sm_order(void);
int vtd_main_model_sm_queue(void);
int vtd_main_model_sm_walk(void);
int vtd_main_model_sva(void);
int vtd_main_model_walk(void);
int vtd_main_pi_desc(void);
int vtd_main_pi_model(void);
int vtd_main_x2apic(void);

/* Before the suites of test_shared.c. */
void vtd_shared_init(void);

#endif /* VTD_KUNIT_SUITES_H */
