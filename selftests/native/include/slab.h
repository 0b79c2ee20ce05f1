/* SPDX-License-Identifier: GPL-2.0 */
/* Native build: allocation by type, see compat/slab.h. */
#ifndef VTD_SHIM_COMPAT_SLAB_H
#define VTD_SHIM_COMPAT_SLAB_H

#include <linux/slab.h>

/* With GFP_KERNEL when no flags are given. */
#define kzalloc_obj(obj, ...)                                          \
	kzalloc(sizeof(obj), ({                                        \
			gfp_t flags[] = { GFP_KERNEL, ##__VA_ARGS__ }; \
			flags[ARRAY_SIZE(flags) - 1];                  \
		}))

#endif /* VTD_SHIM_COMPAT_SLAB_H */
