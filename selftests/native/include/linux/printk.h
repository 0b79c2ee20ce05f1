/* SPDX-License-Identifier: GPL-2.0 */
/* Native build: messages go to standard error, as TAP comments. */
#ifndef VTD_SHIM_PRINTK_H
#define VTD_SHIM_PRINTK_H

#include <stdio.h>

#ifndef KBUILD_MODNAME
#define KBUILD_MODNAME "vtd"
#endif

#ifndef pr_fmt
#define pr_fmt(fmt) fmt
#endif

#define vtd_shim_print(fmt, ...) fprintf(stderr, "# " fmt, ##__VA_ARGS__)
#define pr_err(fmt, ...) vtd_shim_print(pr_fmt(fmt), ##__VA_ARGS__)
#define pr_warn pr_err
#define pr_warn_once pr_err
#define pr_warn_ratelimited pr_err
#define pr_err_ratelimited pr_err
#define pr_notice pr_err
#define pr_info pr_err
#define pr_debug(fmt, ...)                          \
	do {                                        \
		if (0)                              \
			pr_err(fmt, ##__VA_ARGS__); \
	} while (0)

#endif /* VTD_SHIM_PRINTK_H */
