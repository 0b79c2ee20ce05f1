/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Included first in every file of KUnit, and of what uses it, on a kernel that
 * was built without KUnit.
 *
 * Says CONFIG_KUNIT=m, but only after the structures whose layout depends on it
 * have been seen as the kernel has them.  Whatever KUnit would have kept in
 * them is here instead.
 */
#ifndef VTD_KUNIT_STOCK_H
#define VTD_KUNIT_STOCK_H

#include <linux/module.h>
#include <linux/sched.h>
#include <linux/slab.h>

#define CONFIG_KUNIT_MODULE 1
#define CONFIG_KUNIT_DEFAULT_ENABLED 1
#define CONFIG_KUNIT_AUTORUN_ENABLED 1
#define CONFIG_KUNIT_DEFAULT_TIMEOUT 300
#define CONFIG_KUNIT_DEFAULT_FILTER_GLOB ""
#define CONFIG_KUNIT_DEFAULT_FILTER ""
#define CONFIG_KUNIT_DEFAULT_FILTER_ACTION ""

/*
 * The test that runs: one for the machine, not one for each task.  KUnit runs
 * one test at a time, so threads of a test find it here as well.
 */
extern struct kunit *vtd_kunit_slot;

/* The fields of struct module that a kernel without KUnit has not. */
struct vtd_kunit_module {
	struct kunit_suite **kunit_suites;
	int num_kunit_suites;
	struct kunit_suite **kunit_init_suites;
	int num_kunit_init_suites;
};

/* Newer than some kernels that we build for. */
#ifndef kzalloc_obj
#define kzalloc_obj(obj) kzalloc(sizeof(obj), GFP_KERNEL)
#define kzalloc_objs(obj, nr) kcalloc(nr, sizeof(obj), GFP_KERNEL)
#endif
#ifndef kmalloc_obj
#define kmalloc_obj(obj) kmalloc(sizeof(obj), GFP_KERNEL)
#endif

#endif /* VTD_KUNIT_STOCK_H */
