/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Allocation by type, as the newest kernel has it.
 */
#ifndef VTD_COMPAT_SLAB_H
#define VTD_COMPAT_SLAB_H

#include <linux/slab.h>

#ifndef kzalloc_obj
/* With GFP_KERNEL when no flags are given. */
#define kzalloc_obj(obj, ...)                                          \
	kzalloc(sizeof(obj), ({                                        \
			gfp_t flags[] = { GFP_KERNEL, ##__VA_ARGS__ }; \
			flags[ARRAY_SIZE(flags) - 1];                  \
		}))
#endif

#endif /* VTD_COMPAT_SLAB_H */
