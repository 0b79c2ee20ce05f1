/* SPDX-License-Identifier: GPL-2.0 */
/* Native build: a register is a volatile word in memory. */
#ifndef VTD_SHIM_IO_H
#define VTD_SHIM_IO_H

#include <linux/mm.h>

#define readb(a) (*(const volatile u8 *)(a))
#define readl(a) (*(const volatile u32 *)(a))
#define readq(a) (*(const volatile u64 *)(a))
#define writel(v, a) ((void)(*(volatile u32 *)(a) = (v)))
#define writeq(v, a) ((void)(*(volatile u64 *)(a) = (v)))
#define readl_relaxed readl
#define readq_relaxed readq
#define writel_relaxed writel
#define writeq_relaxed writeq

#endif /* VTD_SHIM_IO_H */
