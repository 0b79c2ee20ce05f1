/* SPDX-License-Identifier: GPL-2.0 */
/* Native build: the CPU has no erratum. */
#ifndef VTD_SHIM_CPU_DEVICE_ID_H
#define VTD_SHIM_CPU_DEVICE_ID_H

#include <linux/stddef.h>

struct x86_cpu_id {
	unsigned int vfm;
};

#define X86_MATCH_VFM(vfm_, data) { .vfm = (vfm_) }

static inline const struct x86_cpu_id *
x86_match_cpu(const struct x86_cpu_id *match)
{
	return NULL;
}

#endif /* VTD_SHIM_CPU_DEVICE_ID_H */
