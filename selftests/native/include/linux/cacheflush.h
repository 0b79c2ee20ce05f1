/* SPDX-License-Identifier: GPL-2.0 */
/* Native build: a cache write-back is only counted, in bytes. */
#ifndef VTD_SHIM_CACHEFLUSH_H
#define VTD_SHIM_CACHEFLUSH_H

#include <linux/types.h>

void clflush_cache_range(void *p, unsigned int bytes);

#endif /* VTD_SHIM_CACHEFLUSH_H */
