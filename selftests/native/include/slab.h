/* SPDX-License-Identifier: GPL-2.0 */
/* Native build: allocation by type, see compat/slab.h. */
#ifndef VTD_SHIM_COMPAT_SLAB_H
#define VTD_SHIM_COMPAT_SLAB_H

#include <linux/slab.h>

#define kzalloc_obj(obj) kzalloc(sizeof(obj), GFP_KERNEL)

#endif /* VTD_SHIM_COMPAT_SLAB_H */
