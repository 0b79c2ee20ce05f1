/* SPDX-License-Identifier: GPL-2.0 */
/* Native build: the system's error numbers and those only kernels use. */
#ifndef VTD_SHIM_ERRNO_H
#define VTD_SHIM_ERRNO_H

#include_next <linux/errno.h>

#define ERESTARTSYS 512
#define EPROBE_DEFER 517
#define ENOTSUPP 524

#endif /* VTD_SHIM_ERRNO_H */
