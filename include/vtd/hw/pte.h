/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Second-stage paging-structure entries.
 *
 * Intel VT-d specification, 3.7 "Second-Stage Translation" (the walk) and 9.8
 * "Second-Stage Paging Entries" (the formats).  A table is one 4 KiB page of
 * 512 64-bit words.  Levels are counted from the leaf: 1 is the page table
 * (SS-PT), 2 the page directory (SS-PD), 3 the page-directory-pointer table
 * (SS-PDP), 4 SS-PML4, 5 SS-PML5.
 */
#ifndef VTD_HW_PTE_H
#define VTD_HW_PTE_H

#include <linux/bits.h>
#include <linux/types.h>

/* 3.7: what every level has in common */
#define VTD_PTE_TABLE_BYTES 4096
#define VTD_PTE_ENTRIES 512
#define VTD_PTE_PAGE_SHIFT 12
#define VTD_PTE_LEVEL_BITS 9
#define VTD_PTE_MIN_LEVELS 3
#define VTD_PTE_MAX_LEVELS 5
#define VTD_PTE_MAX_LEAF_LEVEL 3

/* 9.8, entries of every level */
#define VTD_PTE_R BIT_ULL(0)
#define VTD_PTE_W BIT_ULL(1)
#define VTD_PTE_X BIT_ULL(2) /* ignored where execute requests are unknown */
#define VTD_PTE_A BIT_ULL(8) /* set by hardware when SSADE is on */
#define VTD_PTE_ADDRESS_BITS 52
#define VTD_PTE_ADDR GENMASK_ULL(51, 12) /* above the unit's HAW: reserved */

/* 9.8, leaf entries; levels 2 and 3 are leaves when PS is set */
#define VTD_PTE_EMT GENMASK_ULL(5, 3)
#define VTD_PTE_IPAT BIT_ULL(6)
#define VTD_PTE_PS BIT_ULL(7) /* levels 2 and 3; ignored at 1, 0 above 3 */
#define VTD_PTE_D BIT_ULL(9) /* set by hardware when SSADE is on */
#define VTD_PTE_SNP BIT_ULL(11) /* reserved where ECAP.SC is 0 */
#define VTD_PTE_TM BIT_ULL(62) /* transient mapping, for device TLBs */

/* 9.8, bits that hardware ignores in entries of every level */
#define VTD_PTE_IGNORED GENMASK_ULL(61, 52)

/**
 * vtd_pte_shift() - first address bit that selects an entry
 * @level: 1 to 5
 *
 * Return: 12, 21, 30, 39 or 48.
 */
static inline unsigned int vtd_pte_shift(unsigned int level)
{
	return VTD_PTE_PAGE_SHIFT + (level - 1) * VTD_PTE_LEVEL_BITS;
}

/**
 * vtd_pte_span() - bytes of address space behind one entry
 * @level: 1 to 5
 *
 * Return: 4 KiB, 2 MiB, 1 GiB, 512 GiB or 256 TiB, in bytes.
 */
static inline u64 vtd_pte_span(unsigned int level)
{
	return BIT_ULL(vtd_pte_shift(level));
}

/**
 * vtd_pte_index() - which entry of its table translates an address
 * @addr: input address, bytes
 * @level: 1 to 5
 *
 * Return: 0 to 511.
 */
static inline unsigned int vtd_pte_index(u64 addr, unsigned int level)
{
	return (addr >> vtd_pte_shift(level)) & (VTD_PTE_ENTRIES - 1);
}

/**
 * vtd_pte_present() - whether hardware would use an entry
 * @pte: the entry
 *
 * Return: true when it allows reads or writes.
 */
static inline bool vtd_pte_present(u64 pte)
{
	return pte & (VTD_PTE_R | VTD_PTE_W);
}

/**
 * vtd_pte_is_leaf() - whether a present entry maps memory
 * @pte: the entry, present
 * @level: level of the table it stands in
 *
 * Return: true for a leaf, false for a pointer to the next lower table.
 */
static inline bool vtd_pte_is_leaf(u64 pte, unsigned int level)
{
	return level == 1 || (pte & VTD_PTE_PS);
}

/**
 * vtd_pte_table() - build an entry that points to a lower table
 * @phys: physical address of the table, 4 KiB aligned
 *
 * Return: the entry; permissions are left to the leaves.
 */
static inline u64 vtd_pte_table(u64 phys)
{
	return phys | VTD_PTE_R | VTD_PTE_W;
}

/**
 * vtd_pte_leaf() - build an entry that maps memory
 * @phys: physical address, aligned to the span of @level
 * @level: 1, 2 or 3
 * @bits: R, W and the other leaf bits
 *
 * Return: the entry.
 */
static inline u64 vtd_pte_leaf(u64 phys, unsigned int level, u64 bits)
{
	return phys | bits | (level > 1 ? VTD_PTE_PS : 0);
}

/**
 * vtd_pte_addr() - physical address in an entry
 * @pte: the entry, a pointer or a leaf of 4 KiB
 *
 * Return: bytes.
 */
static inline u64 vtd_pte_addr(u64 pte)
{
	return pte & VTD_PTE_ADDR;
}

#endif /* VTD_HW_PTE_H */
