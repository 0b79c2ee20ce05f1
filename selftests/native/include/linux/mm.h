/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Native build: the physical address of memory is its address, or its distance
 * from VTD_SHIM_PHYS_BASE for a test that says where its memory begins.
 */
#ifndef VTD_SHIM_MM_H
#define VTD_SHIM_MM_H

#include <linux/gfp.h>
#include <linux/kernel.h>

#define PAGE_SHIFT 12
#define PAGE_SIZE (1UL << PAGE_SHIFT)
#define PAGE_MASK (~(PAGE_SIZE - 1))
#define PAGE_ALIGN(x) ALIGN(x, PAGE_SIZE)
#define PAGE_ALIGN_DOWN(x) ALIGN_DOWN(x, PAGE_SIZE)
#define PAGE_ALIGNED(x) IS_ALIGNED((unsigned long)(x), PAGE_SIZE)
#define PFN_PHYS(x) ((phys_addr_t)(x) << PAGE_SHIFT)
#define pfn_valid(pfn) ((void)(pfn), true)
#define PHYS_PFN(x) ((unsigned long)((x) >> PAGE_SHIFT))
#define PFN_UP(x) (((x) + PAGE_SIZE - 1) >> PAGE_SHIFT)
#define PFN_DOWN(x) ((x) >> PAGE_SHIFT)

#ifndef VTD_SHIM_PHYS_BASE
#define VTD_SHIM_PHYS_BASE 0UL
#endif

static inline phys_addr_t virt_to_phys(const volatile void *p)
{
	return (unsigned long)p - VTD_SHIM_PHYS_BASE;
}

static inline void *phys_to_virt(phys_addr_t phys)
{
	return (void *)((unsigned long)phys + VTD_SHIM_PHYS_BASE);
}

#define __pa(p) virt_to_phys((const void *)(p))
#define __va(p) phys_to_virt(p)

static inline int get_order(unsigned long bytes)
{
	return bytes <= PAGE_SIZE ? 0 : fls64((bytes - 1) >> PAGE_SHIFT);
}

#endif /* VTD_SHIM_MM_H */
