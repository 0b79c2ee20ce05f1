// SPDX-License-Identifier: GPL-2.0
/*
 * Holds what stock.h declares.  Must stay without any other use.
 */
#include <linux/export.h>

struct kunit *vtd_kunit_slot;
EXPORT_SYMBOL_GPL(vtd_kunit_slot);
