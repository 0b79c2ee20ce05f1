// SPDX-License-Identifier: GPL-2.0
/*
 * vtd_model: the software VT-d, and PCI of software, as a module for tests.
 *
 * Owns nothing.
 */
#include <linux/module.h>

MODULE_DESCRIPTION("A software VT-d, for tests of the VT-d modules");
MODULE_LICENSE("GPL");
