/* SPDX-License-Identifier: GPL-2.0 */
/*
 * First-stage paging-structure entries.
 *
 * Intel VT-d specification, 3.6 "First-Stage Translation" (the walk) and 9.7
 * "First-Stage Paging Entries" (the formats).  Tables, levels and the place of
 * the address are those of the second stage: see pte.h.  Levels are 4 or 5;
 * 1 is FS-PT, 2 FS-PD, 3 FS-PDP, 4 FS-PML4, 5 FS-PML5.
 */
#ifndef VTD_HW_PTE_FIRST_H
#define VTD_HW_PTE_FIRST_H

#include <linux/bits.h>
#include <linux/types.h>

#include <vtd/hw/pte.h>

/* 3.6: 2 MiB leaves always exist, those of 1 GiB where CAP.FL1GP is 1 */
#define VTD_FPTE_MIN_LEVELS 4
#define VTD_FPTE_MAX_LEVELS 5

/* 9.7, entries of every level */
#define VTD_FPTE_P BIT_ULL(0) /* present; all else is ignored where it is 0 */
#define VTD_FPTE_RW BIT_ULL(1) /* writes too */
#define VTD_FPTE_US BIT_ULL(2) /* requests of user privilege too */
#define VTD_FPTE_PWT BIT_ULL(3)
#define VTD_FPTE_PCD BIT_ULL(4)
#define VTD_FPTE_A BIT_ULL(5) /* set by hardware */
#define VTD_FPTE_EA BIT_ULL(10) /* set by hardware where EAFE is on */
#define VTD_FPTE_XD BIT_ULL(63) /* no execution; reserved where NXE is 0 */

/* 9.7, leaf entries; levels 2 and 3 are leaves when PS is set */
#define VTD_FPTE_D BIT_ULL(6) /* set by hardware at a write */
#define VTD_FPTE_PS BIT_ULL(7) /* levels 2 and 3; 0 above 3 */
#define VTD_FPTE_PAT BIT_ULL(7) /* level 1, in the place of PS */
#define VTD_FPTE_G BIT_ULL(8)
#define VTD_FPTE_PAT_LARGE BIT_ULL(12) /* levels 2 and 3 */

/* 9.7, bits that hardware ignores in entries of every level */
#define VTD_FPTE_IGNORED GENMASK_ULL(62, 52)

/**
 * vtd_fpte_input_bits() - width of the lower half of the input addresses
 * @levels: 4 or 5
 *
 * Input addresses are canonical: the bits above equal the highest that is
 * translated.  Of the two halves, DMA domains use the lower one.
 *
 * Return: 47 or 56.
 */
static inline unsigned int vtd_fpte_input_bits(unsigned int levels)
{
	return VTD_PTE_PAGE_SHIFT + levels * VTD_PTE_LEVEL_BITS - 1;
}

/**
 * vtd_fpte_present() - whether hardware would use an entry
 * @pte: the entry
 *
 * Return: true when it is present.
 */
static inline bool vtd_fpte_present(u64 pte)
{
	return pte & VTD_FPTE_P;
}

/**
 * vtd_fpte_is_leaf() - whether a present entry maps memory
 * @pte: the entry, present
 * @level: level of the table it stands in
 *
 * Return: true for a leaf, false for a pointer to the next lower table.
 */
static inline bool vtd_fpte_is_leaf(u64 pte, unsigned int level)
{
	return level == 1 || (pte & VTD_FPTE_PS);
}

#endif /* VTD_HW_PTE_FIRST_H */
