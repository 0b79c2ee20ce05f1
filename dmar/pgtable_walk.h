/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Page tables: the way down, and the short ways for one page.
 *
 * Every map, unmap and look-up of the kernel comes through here, so all of it
 * is inline and written out by level.  The stage is always a constant here, so
 * that neither pays for the other.  What these ways do not do they leave to
 * pgtable.c, having changed nothing; the contract is in pgtable.h.
 */
#ifndef VTD_DMAR_PGTABLE_WALK_H
#define VTD_DMAR_PGTABLE_WALK_H

#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/io.h>
#include <linux/sizes.h>

#include <vtd/observe.h>

#include "pgtable.h"
#include <vtd/hw/pte_first.h>

/*
 * In a pointer to a table, where walks do not snoop: this very entry may not
 * have been written back yet.  Hardware ignores the bit.
 */
#define PT_PENDING BIT_ULL(52)

static_assert((PT_PENDING & VTD_PTE_IGNORED) == PT_PENDING);
static_assert((PT_PENDING & VTD_FPTE_IGNORED) == PT_PENDING);

/* What both stages have at the same place: see pt_leaf() and pt_points(). */
static_assert(VTD_PTE_PS == VTD_FPTE_PS);
static_assert(VTD_PTE_R == VTD_FPTE_P);
static_assert(VTD_PTE_W == VTD_FPTE_RW);

/*
 * What a pointer has that is written back.  Permissions are left to the
 * leaves; with A set hardware has nothing to write.
 */
#define PT_SECOND_POINTER (VTD_PTE_R | VTD_PTE_W | VTD_PTE_A)
#define PT_FIRST_POINTER (VTD_FPTE_P | VTD_FPTE_RW | VTD_FPTE_US | VTD_FPTE_A)

static inline u64 pt_read(const u64 *slot)
{
	/* what a pointer points to was stored before it: see pt_install() */
	return smp_load_acquire(slot);
}

/* The mask tells compiler and sanitizer that the shift is a sound one. */
static inline unsigned int pt_index(u64 iova, unsigned int shift)
{
	return (iova >> (shift & 63)) & (VTD_PTE_ENTRIES - 1);
}

static inline u64 *pt_table(u64 pte)
{
	return phys_to_virt(vtd_pte_addr(pte));
}

static __always_inline u64 *pt_slot(u64 *table, u64 iova, unsigned int shift)
{
	return &table[(iova >> shift) & (VTD_PTE_ENTRIES - 1)];
}

/*
 * From an entry to the table it points to, when it is a pointer that is known
 * to be written back.  Without the bits that such a pointer has, nothing but
 * the address may be left.
 */
static __always_inline bool pt_follow(const enum vtd_pt_stage stage, u64 pte,
				      u64 **table)
{
	pte ^= stage == VTD_PT_FIRST ? PT_FIRST_POINTER : PT_SECOND_POINTER;
	if (unlikely(pte & ~VTD_PTE_ADDR))
		return false;
	*table = phys_to_virt(pte);
	return true;
}

/*
 * The entry for an address in the table of leaves at @leaf_shift, a constant,
 * if all pointers on the way are there and known to be written back.
 */
static __always_inline bool pt_find(const struct vtd_pgtable *pt,
				    const enum vtd_pt_stage stage, u64 iova,
				    unsigned int leaf_shift, u64 **slot)
{
	unsigned int top = pt->top_shift;
	u64 *table = pt->root;

	if (unlikely(top != 39)) {
		if (stage == VTD_PT_SECOND && top == 30)
			goto third;
		if (!pt_follow(stage, pt_read(pt_slot(table, iova, 48)),
			       &table))
			return false;
	}
	if (!pt_follow(stage, pt_read(pt_slot(table, iova, 39)), &table))
		return false;
third:
	*slot = pt_slot(table, iova, 30);
	if (leaf_shift == 30)
		return true;
	if (!pt_follow(stage, pt_read(*slot), &table))
		return false;
	*slot = pt_slot(table, iova, 21);
	if (leaf_shift == 21)
		return true;
	if (!pt_follow(stage, pt_read(*slot), &table))
		return false;
	*slot = pt_slot(table, iova, 12);
	return true;
}

/* A leaf; @bits: what is asked for, with VTD_PTE_PS if the leaf has it. */
static __always_inline u64 pt_leaf(const struct vtd_pgtable *pt,
				   const enum vtd_pt_stage stage, u64 paddr,
				   u64 bits)
{
	u64 entry;

	if (stage == VTD_PT_SECOND)
		return paddr | bits | READ_ONCE(pt->snoop_bits);
	entry = paddr | (bits & VTD_PTE_PS) | pt->leaf_bits;
	if (bits & VTD_PTE_W)
		entry |= pt->write_bits;
	if (bits & VTD_PTE_X)
		entry &= ~VTD_FPTE_XD;
	return entry;
}

/* @shift is a constant; @ps: VTD_PTE_PS where leaves there have it. */
static __always_inline bool pt_map_page(struct vtd_pgtable *pt,
					const enum vtd_pt_stage stage, u64 iova,
					u64 paddr, unsigned int shift, u64 prot,
					u64 ps)
{
	u64 *slot;

	if (unlikely(((iova | paddr) & (BIT_ULL(shift) - 1)) ||
		     iova > pt->last_iova || paddr > pt->last_paddr ||
		     !vtd_pte_present(prot)))
		return false;
	if (!pt_find(pt, stage, iova, shift, &slot) || unlikely(*slot))
		return false;
	vtd_hw_store64(slot, pt_leaf(pt, stage, paddr, prot) | ps);
	if (!pt->coherent)
		vtd_flush_word(slot);
	return true;
}

/**
 * vtd_pt_map_page() - map one page where its table is there already
 * @pt: the page table
 * @stage: its stage, a constant
 * @iova: input address, bytes
 * @paddr: physical address, bytes
 * @pgsize: bytes
 * @prot: leaf bits: VTD_PTE_R, VTD_PTE_W, no other
 *
 * Context: as vtd_pt_map(); allocates nothing.
 * Return: true when the page is mapped.  Otherwise nothing has changed:
 * vtd_pt_map() does it, or says what is wrong with it.
 */
static __always_inline bool vtd_pt_map_page(struct vtd_pgtable *pt,
					    const enum vtd_pt_stage stage,
					    u64 iova, u64 paddr, size_t pgsize,
					    u64 prot)
{
	if (likely(pgsize == SZ_4K))
		return pt_map_page(pt, stage, iova, paddr, 12, prot, 0);
	if (!(pgsize & pt->pgsize_bitmap))
		return false;
	if (pgsize == SZ_2M)
		return pt_map_page(pt, stage, iova, paddr, 21, prot,
				   VTD_PTE_PS);
	if (pgsize == SZ_1G)
		return pt_map_page(pt, stage, iova, paddr, 30, prot,
				   VTD_PTE_PS);
	return false;
}

/* One of these at least is in every entry that hardware would use. */
static __always_inline u64 pt_present(const enum vtd_pt_stage stage)
{
	return stage == VTD_PT_FIRST ? VTD_FPTE_P : VTD_PTE_R | VTD_PTE_W;
}

/* @shift is a constant; @leaf: what a leaf there has, and a pointer has not. */
static __always_inline bool pt_unmap_page(const struct vtd_pgtable *pt,
					  const enum vtd_pt_stage stage,
					  u64 iova, unsigned int shift,
					  u64 leaf)
{
	u64 *slot;

	if (unlikely((iova & (BIT_ULL(shift) - 1)) || iova > pt->last_iova))
		return false;
	if (!pt_find(pt, stage, iova, shift, &slot) ||
	    unlikely(!(*slot & leaf)))
		return false;
	vtd_hw_store64(slot, 0);
	if (!pt->coherent)
		vtd_flush_word(slot);
	return true;
}

/**
 * vtd_pt_unmap_page() - unmap one page of the size it was mapped with
 * @pt: the page table
 * @stage: its stage, a constant
 * @iova: input address, bytes
 * @pgsize: bytes
 *
 * Context: as vtd_pt_unmap(); no table is taken off.
 * Return: true when the page was mapped and is no longer; its IOTLB entry is
 * the caller's to invalidate.  Otherwise nothing has changed, and the rest is
 * for vtd_pt_unmap().
 */
static __always_inline bool vtd_pt_unmap_page(const struct vtd_pgtable *pt,
					      const enum vtd_pt_stage stage,
					      u64 iova, size_t pgsize)
{
	if (likely(pgsize == SZ_4K))
		return pt_unmap_page(pt, stage, iova, 12, pt_present(stage));
	if (pgsize == SZ_2M)
		return pt_unmap_page(pt, stage, iova, 21, VTD_PTE_PS);
	if (pgsize == SZ_1G)
		return pt_unmap_page(pt, stage, iova, 30, VTD_PTE_PS);
	return false;
}

/**
 * vtd_pt_phys_slow() - vtd_pt_phys() by the long way
 * @pt: the page table
 * @iova: input address, bytes
 *
 * For where a pointer is not settled, or nothing is mapped.
 *
 * Context: any.
 * Return: the physical address, or 0.
 */
u64 vtd_pt_phys_slow(const struct vtd_pgtable *pt, u64 iova);

/* The address in a leaf at @shift, a constant. */
static __always_inline u64 pt_leaf_phys(const struct vtd_pgtable *pt,
					const enum vtd_pt_stage stage, u64 pte,
					u64 iova, unsigned int shift)
{
	u64 span = BIT_ULL(shift);

	if (unlikely(!(pte & pt_present(stage)) ||
		     (shift != 12 && !(pte & VTD_PTE_PS))))
		return vtd_pt_phys_slow(pt, iova);
	return (pte & VTD_PTE_ADDR) | (iova & (span - 1));
}

/**
 * vtd_pt_phys() - physical address of one input address
 * @pt: the page table
 * @stage: its stage, a constant
 * @iova: input address, bytes, any alignment
 *
 * Context: as vtd_pt_lookup().
 * Return: bytes; 0 when @iova is not mapped.
 */
static __always_inline u64 vtd_pt_phys(const struct vtd_pgtable *pt,
				       const enum vtd_pt_stage stage, u64 iova)
{
	u64 *table = pt->root;
	u64 pte;

	if (unlikely(iova > pt->last_iova))
		return 0;
	if (unlikely(pt->top_shift != 39)) {
		if (stage == VTD_PT_FIRST || pt->top_shift != 30)
			return vtd_pt_phys_slow(pt, iova);
	} else if (!pt_follow(stage, pt_read(pt_slot(table, iova, 39)),
			      &table)) {
		return vtd_pt_phys_slow(pt, iova);
	}
	pte = pt_read(pt_slot(table, iova, 30));
	if (!pt_follow(stage, pte, &table))
		return pt_leaf_phys(pt, stage, pte, iova, 30);
	pte = pt_read(pt_slot(table, iova, 21));
	if (!pt_follow(stage, pte, &table))
		return pt_leaf_phys(pt, stage, pte, iova, 21);
	return pt_leaf_phys(pt, stage, pt_read(pt_slot(table, iova, 12)), iova,
			    12);
}

#endif /* VTD_DMAR_PGTABLE_WALK_H */
