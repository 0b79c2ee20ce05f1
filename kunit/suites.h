/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The suites of vtd_kunit.
 */
#ifndef VTD_KUNIT_SUITES_H
#define VTD_KUNIT_SUITES_H

#include <kunit/test.h>

extern struct kunit_suite vtd_context_suite;
extern struct kunit_suite vtd_flush_suite;
extern struct kunit_suite vtd_layout_suite;
extern struct kunit_suite vtd_parse_suite;
extern struct kunit_suite vtd_pci_suite;
extern struct kunit_suite vtd_pgtable_suite;
extern struct kunit_suite vtd_qi_suite;
extern struct kunit_suite vtd_unit_suite;

#endif /* VTD_KUNIT_SUITES_H */
