/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Allocation by type, as the newest kernel has it.
 */
#ifndef VTD_COMPAT_SLAB_H
#define VTD_COMPAT_SLAB_H

#include <linux/slab.h>

#ifndef kzalloc_obj
#define kzalloc_obj(obj) kzalloc(sizeof(obj), GFP_KERNEL)
#endif

#endif /* VTD_COMPAT_SLAB_H */
