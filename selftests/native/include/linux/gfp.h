/* SPDX-License-Identifier: GPL-2.0 */
/* Native build: allocation flags; only those the shims look at differ. */
#ifndef VTD_SHIM_GFP_H
#define VTD_SHIM_GFP_H

#include <linux/types.h>

#define __GFP_ZERO 0x1u
#define __GFP_DIRECT_RECLAIM 0x2u
#define __GFP_NOWARN 0x4u
#define __GFP_COMP 0x8u
#define __GFP_NORETRY 0x10u
#define __GFP_ACCOUNT 0x20u
#define GFP_KERNEL (0x100u | __GFP_DIRECT_RECLAIM)
#define GFP_KERNEL_ACCOUNT (GFP_KERNEL | __GFP_ACCOUNT)
#define GFP_ATOMIC 0x200u
#define GFP_NOWAIT 0x400u

#define gfpflags_allow_blocking(gfp) (!!((gfp) & __GFP_DIRECT_RECLAIM))

#endif /* VTD_SHIM_GFP_H */
