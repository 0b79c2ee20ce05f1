/* SPDX-License-Identifier: GPL-2.0 */
/* For the test programs that are shared with user space: the kernel's log. */
#ifndef VTD_KUNIT_STDIO_H
#define VTD_KUNIT_STDIO_H

#include <linux/printk.h>
#include <linux/sprintf.h>

#ifndef pr_fmt
#define pr_fmt(fmt) fmt
#endif

#define fprintf(stream, ...) pr_info(__VA_ARGS__)

#endif /* VTD_KUNIT_STDIO_H */
