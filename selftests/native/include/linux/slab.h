/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Native build: kernel memory from the C library, so that AddressSanitizer
 * sees every access.  Counted, and made to fail on demand: see vtd_test.h.
 */
#ifndef VTD_SHIM_SLAB_H
#define VTD_SHIM_SLAB_H

#include <linux/gfp.h>
#include <linux/kernel.h>

void *vtd_shim_alloc(size_t bytes, size_t align, gfp_t gfp);
void vtd_shim_free(const void *p);

#define kmalloc(n, gfp) vtd_shim_alloc(n, 0, gfp)
#define kzalloc(n, gfp) vtd_shim_alloc(n, 0, (gfp) | __GFP_ZERO)
#define kcalloc(n, s, gfp) kzalloc(size_mul(n, s), gfp)
#define kmalloc_array(n, s, gfp) kmalloc(size_mul(n, s), gfp)
#define kvmalloc kmalloc
#define kvzalloc kzalloc
#define kvcalloc kcalloc
#define kvmalloc_array kmalloc_array
#define kmalloc_node(n, gfp, nid) kmalloc(n, gfp)
#define kzalloc_node(n, gfp, nid) kzalloc(n, gfp)
#define kcalloc_node(n, s, gfp, nid) kcalloc(n, s, gfp)
#define kfree vtd_shim_free
#define kvfree vtd_shim_free
#define vmalloc(n) kmalloc(n, GFP_KERNEL)
#define vzalloc(n) kzalloc(n, GFP_KERNEL)
#define vfree vtd_shim_free

#endif /* VTD_SHIM_SLAB_H */
