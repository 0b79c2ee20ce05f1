/* SPDX-License-Identifier: GPL-2.0 */
/* Native build: cache lines. */
#ifndef VTD_SHIM_CACHE_H
#define VTD_SHIM_CACHE_H

#include <linux/compiler.h>

#define L1_CACHE_SHIFT 6
#define L1_CACHE_BYTES (1 << L1_CACHE_SHIFT)
#define SMP_CACHE_BYTES L1_CACHE_BYTES
#define ____cacheline_aligned __aligned(L1_CACHE_BYTES)
#define ____cacheline_aligned_in_smp ____cacheline_aligned

#endif /* VTD_SHIM_CACHE_H */
