/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The suites of vtd_kunit.
 */
#ifndef VTD_KUNIT_SUITES_H
#define VTD_KUNIT_SUITES_H

#include <kunit/test.h>

extern struct kunit_suite vtd_layout_suite;

#endif /* VTD_KUNIT_SUITES_H */
