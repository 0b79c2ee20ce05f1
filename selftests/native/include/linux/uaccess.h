/* SPDX-License-Identifier: GPL-2.0 */
/* Native build: memory that may be none is not looked at. */
#ifndef VTD_SHIM_UACCESS_H
#define VTD_SHIM_UACCESS_H

#include <linux/errno.h>

#define get_kernel_nofault(value, ptr) ((void)(ptr), (value) = 0, -EFAULT)

#endif /* VTD_SHIM_UACCESS_H */
