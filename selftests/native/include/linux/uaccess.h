/* SPDX-License-Identifier: GPL-2.0 */
/* Native build: memory that may be none, or freed, is read by the host's kernel. */
#ifndef VTD_SHIM_UACCESS_H
#define VTD_SHIM_UACCESS_H

#include <linux/errno.h>

int vtd_shim_read_nofault(void *value, const void *ptr, unsigned long size);

#define get_kernel_nofault(value, ptr) \
	vtd_shim_read_nofault(&(value), ptr, sizeof(value))

#endif /* VTD_SHIM_UACCESS_H */
