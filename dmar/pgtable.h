/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Page tables of either stage: map, unmap, look up.
 *
 * Intel VT-d specification 3.7 and 9.8 (second stage), 3.6 and 9.7 (first
 * stage).  Pure code: no registers, no invalidation; what must be flushed is
 * told to the caller.
 *
 * Stages
 * ------
 * Callers give permissions in the terms of the second stage, whichever stage
 * the tables are of.  What the first stage has not, is said where it matters:
 *
 * - It cannot forbid reads: what is mapped for writes only can be read too.
 * - It has no SNP bit: the PASID entry's PGSNP takes its place, for a domain
 *   as a whole.
 * - Of canonical addresses, only the lower half can be mapped.
 * - Entries allow requests of user privilege: others are left to the PASID
 *   entry.  A, and D where writes are allowed, are set from the start, so that
 *   hardware has nothing to write, unless it is asked to tell of writes.  EA is
 *   left clear: EAFE must be off.
 *
 * Concurrency
 * -----------
 * There is no lock.  Callers own the input addresses they pass: no two calls
 * run at once on ranges that overlap, and a range changes hands through
 * something that orders memory (the IOVA allocator, the lock of an io page
 * table).  Ranges that share tables may be worked on at the same time:
 *
 * - A lower table is installed by a compare-exchange; who loses frees its own
 *   table and goes on with the winner's.
 * - A table is taken off only by a call whose range covers all of it, so that
 *   nobody else can be inside.  Tables that partial unmaps left empty stay
 *   until such a call, or until a superpage takes their place.
 * - What a table holds reaches memory before the entry that points to it is
 *   stored.  Where the walker does not snoop, a pointer that others may find
 *   carries a software bit until it has been written back; whoever meets the
 *   bit writes the line back too, so that no call returns while a pointer on
 *   its path is only in a CPU's cache.
 * - Before vtd_pt_map() and vtd_pt_unmap() return, every line they touched
 *   has been written back where that is needed.
 *
 * An unmapped range stays owned by its caller until the IOTLB has been
 * invalidated; then the freed tables may be given back.
 */
#ifndef VTD_DMAR_PGTABLE_H
#define VTD_DMAR_PGTABLE_H

#include <linux/types.h>

#include "iommu-pages.h"
#include <vtd/hw/pte.h>

struct vtd_pool;

/**
 * enum vtd_pt_stage - which format the tables have
 * @VTD_PT_SECOND: second stage
 * @VTD_PT_FIRST: first stage
 */
enum vtd_pt_stage {
	VTD_PT_SECOND,
	VTD_PT_FIRST,
};

/**
 * struct vtd_pt_config - what a page table is made for
 * @stage: which format the tables have
 * @levels: 3, 4 or 5; in the first stage 4 or 5
 * @iova_bits: width of input addresses, 31 to 57; 0: all that @levels give.
 *	In the first stage that is the lower half: 47 or 56 bits
 * @paddr_bits: width of physical addresses (HAW), 32 to 52; 0: 52
 * @coherent: the unit's walks snoop the CPU's caches (ECAP.C; ECAP.SMPWC where
 *	a PASID entry leads to the tables)
 * @dirty: track accesses: leave A and D of leaves to hardware, which has to
 *	snoop for it.  In the second stage it sets them where the PASID entry's
 *	SSADE says so
 * @nx: forbid execution where it is not asked for; the PASID entry's NXE must
 *	be set.  First stage only
 * @pgsize_bitmap: leaf sizes the unit has: SZ_4K (needed), SZ_2M, SZ_1G.  The
 *	first stage always has SZ_2M
 * @nid: NUMA node for tables, or NUMA_NO_NODE
 * @pool: where to look for a table before one is allocated, or NULL
 */
struct vtd_pt_config {
	enum vtd_pt_stage stage;
	u8 levels;
	u8 iova_bits;
	u8 paddr_bits;
	bool coherent;
	bool dirty;
	bool nx;
	unsigned long pgsize_bitmap;
	int nid;
	struct vtd_pool *pool;
};

/**
 * struct vtd_pgtable - one set of tables
 * @root: table of the top level; virt_to_phys(root) goes into the context or
 *	the PASID entry
 * @last_iova: greatest input address, inclusive
 * @last_paddr: greatest physical address, inclusive
 * @pgsize_bitmap: leaf sizes in use
 * @snoop_bits: VTD_PTE_SNP or 0, goes into every new leaf; second stage only
 * @pool: where to look for a table first, or NULL
 * @nid: NUMA node for tables
 * @levels: 3, 4 or 5
 * @top_shift: first address bit that selects an entry of @root
 * @coherent: no write-backs needed
 * @stage: which format the tables have
 * @present_bits: a present entry has one of these
 * @pointer_bits: what a pointer has besides the address
 * @prot_bits: what of a leaf is told to callers
 * @leaf_bits: what every leaf of the first stage has
 * @write_bits: what a leaf of the first stage has that allows writes
 *
 * All fields are read-only for callers; set by vtd_pt_init() and
 * vtd_pt_set_snoop().
 */
struct vtd_pgtable {
	u64 *root;
	u64 last_iova;
	u64 last_paddr;
	unsigned long pgsize_bitmap;
	u64 snoop_bits;
	struct vtd_pool *pool;
	int nid;
	u8 levels;
	u8 top_shift;
	bool coherent;
	enum vtd_pt_stage stage;
	u64 present_bits;
	u64 pointer_bits;
	u64 prot_bits;
	u64 leaf_bits;
	u64 write_bits;
};

/**
 * struct vtd_pt_leaf - what one input address translates to
 * @phys: physical address of exactly that input address, bytes
 * @size: size of the leaf it lies in, bytes
 * @prot: second stage: the leaf's bits other than address, PS, A and D; first
 *	stage: VTD_PTE_R, and VTD_PTE_W where writes are allowed
 */
struct vtd_pt_leaf {
	u64 phys;
	u64 size;
	u64 prot;
};

/**
 * struct vtd_pt_walk - the entries hardware would read for one input address
 * @top: level of the root table
 * @bottom: level of the last entry read (a leaf, or not present)
 * @entry: by level, @entry[@bottom] to @entry[@top] are valid; in the format
 *	of the stage
 */
struct vtd_pt_walk {
	u8 top;
	u8 bottom;
	u64 entry[VTD_PTE_MAX_LEVELS + 1];
};

/**
 * vtd_pt_init() - make an empty page table
 * @pt: to be filled in
 * @config: what it is made for
 * @gfp: how to allocate the root table
 *
 * Context: may sleep if @gfp allows.
 * Return: 0; -EINVAL when @config holds a value out of range; -ENOMEM.
 */
int vtd_pt_init(struct vtd_pgtable *pt, const struct vtd_pt_config *config,
		gfp_t gfp);

/**
 * vtd_pt_destroy() - free every table
 * @pt: made by vtd_pt_init(), or zeroed
 *
 * Context: any; no other call on @pt runs, and hardware no longer reaches the
 * tables (context entry cleared, caches invalidated).
 */
void vtd_pt_destroy(struct vtd_pgtable *pt);

/**
 * vtd_pt_set_snoop() - make leaves that are mapped later force snooping
 * @pt: the page table
 * @on: set SNP in new leaves; only where ECAP.SC is 1
 *
 * Leaves that are mapped already keep what they have.  Tables of the first
 * stage have no such bit: nothing is done, the PASID entry's PGSNP does it.
 *
 * Context: any; maps running at the same time may or may not see the change.
 */
void vtd_pt_set_snoop(struct vtd_pgtable *pt, bool on);

/*
 * The calls below, of tables whose stage is known; paging.c has both.  What
 * they do is said there.
 */
int vtd_pt_map_second(struct vtd_pgtable *pt, u64 iova, u64 paddr,
		      size_t pgsize, size_t pgcount, u64 prot, gfp_t gfp,
		      struct iommu_pages_list *replaced, size_t *mapped);
int vtd_pt_map_first(struct vtd_pgtable *pt, u64 iova, u64 paddr, size_t pgsize,
		     size_t pgcount, u64 prot, gfp_t gfp,
		     struct iommu_pages_list *replaced, size_t *mapped);
int vtd_pt_map_range_second(struct vtd_pgtable *pt, u64 iova, u64 paddr,
			    u64 bytes, u64 prot, gfp_t gfp,
			    struct iommu_pages_list *replaced, size_t *mapped);
int vtd_pt_map_range_first(struct vtd_pgtable *pt, u64 iova, u64 paddr,
			   u64 bytes, u64 prot, gfp_t gfp,
			   struct iommu_pages_list *replaced, size_t *mapped);
size_t vtd_pt_unmap_second(struct vtd_pgtable *pt, u64 iova, size_t pgsize,
			   size_t pgcount, struct iommu_pages_list *freed,
			   bool *tables_freed);
size_t vtd_pt_unmap_first(struct vtd_pgtable *pt, u64 iova, size_t pgsize,
			  size_t pgcount, struct iommu_pages_list *freed,
			  bool *tables_freed);
size_t vtd_pt_unmap_range_second(struct vtd_pgtable *pt, u64 iova, u64 bytes,
				 struct iommu_pages_list *freed,
				 bool *tables_freed);
size_t vtd_pt_unmap_range_first(struct vtd_pgtable *pt, u64 iova, u64 bytes,
				struct iommu_pages_list *freed,
				bool *tables_freed);

/**
 * VTD_PT_OF() - call what one stage has
 * @stage: enum vtd_pt_stage; a constant decides nothing at run time
 * @call: vtd_pt_map, vtd_pt_map_range, vtd_pt_unmap or vtd_pt_unmap_range
 */
#define VTD_PT_OF(stage, call, ...)                            \
	((stage) == VTD_PT_FIRST ? call##_first(__VA_ARGS__) : \
				   call##_second(__VA_ARGS__))

/**
 * vtd_pt_map() - map a run of pages of one size
 * @pt: the page table
 * @iova: first input address, bytes, aligned to @pgsize
 * @paddr: first physical address, bytes, aligned to @pgsize
 * @pgsize: bytes, one bit of the page table's pgsize_bitmap
 * @pgcount: number of pages, at least 1
 * @prot: VTD_PTE_R, VTD_PTE_W (one at least); second stage: VTD_PTE_SNP; first
 *	stage: VTD_PTE_X.  There VTD_PTE_W alone allows reads too
 * @gfp: how to allocate tables
 * @replaced: where to put empty tables that a superpage replaced, or NULL
 * @mapped: out: bytes mapped by this call, also when it fails
 *
 * Stops at the first entry that is in use; what was mapped until then stays
 * mapped and is told in @mapped.  A superpage may take the place of a lower
 * table in which nothing is mapped any more, if @replaced is given.  When
 * tables were put there the caller invalidates the IOTLB for the range, with
 * the paging-structure caches (IH clear), before it uses the mapping and
 * before it frees the list.  Without @replaced such a table is -EEXIST.
 *
 * Spec 3.6, 3.7, 9.7, 9.8; 6.8 (caching mode) is the caller's.
 *
 * Context: any that @gfp allows; the caller owns the range, see above.
 * Return: 0;
 * -EINVAL: misaligned, a page size the table has not, no page, bad @prot;
 * -ERANGE: an address beyond the input or the physical width;
 * -EEXIST: something is mapped there;
 * -ENOMEM: no memory for a table.
 */
static inline int vtd_pt_map(struct vtd_pgtable *pt, u64 iova, u64 paddr,
			     size_t pgsize, size_t pgcount, u64 prot, gfp_t gfp,
			     struct iommu_pages_list *replaced, size_t *mapped)
{
	return VTD_PT_OF(pt->stage, vtd_pt_map, pt, iova, paddr, pgsize,
			 pgcount, prot, gfp, replaced, mapped);
}

/**
 * vtd_pt_map_range() - map a range with the largest pages that fit
 * @pt: the page table
 * @iova: first input address, bytes, 4 KiB aligned
 * @paddr: first physical address, bytes, 4 KiB aligned
 * @bytes: length, a multiple of 4 KiB, not 0
 * @prot: as for vtd_pt_map()
 * @gfp: as for vtd_pt_map()
 * @replaced: as for vtd_pt_map()
 * @mapped: as for vtd_pt_map()
 *
 * Context: as vtd_pt_map().
 * Return: as vtd_pt_map().
 */
static inline int vtd_pt_map_range(struct vtd_pgtable *pt, u64 iova, u64 paddr,
				   u64 bytes, u64 prot, gfp_t gfp,
				   struct iommu_pages_list *replaced,
				   size_t *mapped)
{
	return VTD_PT_OF(pt->stage, vtd_pt_map_range, pt, iova, paddr, bytes,
			 prot, gfp, replaced, mapped);
}

/**
 * vtd_pt_unmap() - unmap a range
 * @pt: the page table
 * @iova: first input address, bytes, 4 KiB aligned
 * @pgsize: bytes, one bit of the page table's pgsize_bitmap
 * @pgcount: number of pages of @pgsize
 * @freed: where to put the tables that were taken off
 * @tables_freed: out: set to true when a table was put on @freed, else left;
 *	or NULL
 *
 * @pgsize and @pgcount only give the length; the leaves may be smaller or
 * larger.  Unmapping goes on until the end of the range or the first entry
 * that is empty.
 *
 * A leaf that the range ends in is unmapped whole, and its whole size counts:
 * the result may then exceed the length asked for.  At a leaf that the range
 * begins inside of, nothing is unmapped and the call returns 0: taking what
 * lies before the range would be taking what the caller did not name.
 *
 * A lower table that the range covers is taken off as a whole, without a look
 * at its leaves: all of it counts as unmapped.
 *
 * Afterwards the caller invalidates the IOTLB for [@iova, @iova + result),
 * with IH clear when @tables_freed was set, and only then frees @freed.
 *
 * Context: any; the caller owns the range, see above.
 * Return: bytes unmapped, from @iova on without a gap; 0 also for arguments
 * that are misaligned or beyond the input width.
 */
static inline size_t vtd_pt_unmap(struct vtd_pgtable *pt, u64 iova,
				  size_t pgsize, size_t pgcount,
				  struct iommu_pages_list *freed,
				  bool *tables_freed)
{
	return VTD_PT_OF(pt->stage, vtd_pt_unmap, pt, iova, pgsize, pgcount,
			 freed, tables_freed);
}

/**
 * vtd_pt_unmap_range() - unmap a range given by its length
 * @pt: the page table
 * @iova: first input address, bytes, 4 KiB aligned
 * @bytes: length, a multiple of 4 KiB, not 0
 * @freed: as for vtd_pt_unmap()
 * @tables_freed: as for vtd_pt_unmap()
 *
 * Context: as vtd_pt_unmap().
 * Return: as vtd_pt_unmap().
 */
static inline size_t vtd_pt_unmap_range(struct vtd_pgtable *pt, u64 iova,
					u64 bytes,
					struct iommu_pages_list *freed,
					bool *tables_freed)
{
	return VTD_PT_OF(pt->stage, vtd_pt_unmap_range, pt, iova, bytes, freed,
			 tables_freed);
}

/**
 * vtd_pt_lookup() - translate one input address
 * @pt: the page table
 * @iova: input address, bytes, any alignment
 * @leaf: out, valid when true is returned
 *
 * Context: any; nobody unmaps @iova at the same time.
 * Return: true when @iova is mapped.
 */
bool vtd_pt_lookup(const struct vtd_pgtable *pt, u64 iova,
		   struct vtd_pt_leaf *leaf);

/**
 * vtd_pt_walk() - read every entry on the way to an input address, for dumps
 * @pt: the page table
 * @iova: input address, bytes, any alignment
 * @walk: out
 *
 * Context: any; nobody unmaps a range that covers a table on the way at the
 * same time.
 * Return: 0; -ERANGE when @iova is beyond the input width.
 */
int vtd_pt_walk(const struct vtd_pgtable *pt, u64 iova,
		struct vtd_pt_walk *walk);

/* What vtd_pt_read_dirty() finds: @bytes from @iova on were written to. */
typedef void vtd_pt_dirty_fn(void *data, u64 iova, u64 bytes);

/**
 * vtd_pt_read_dirty() - tell what devices have written to
 * @pt: made with @dirty
 * @iova: first input address, bytes, 4 KiB aligned
 * @last: last one
 * @clear: take the marks off; until the IOTLB has been invalidated for what
 *	was told, hardware may write there without setting them again
 * @tell: told of each page with a mark, in ascending order; of a page that
 *	begins or ends outside of the range, of what lies inside
 * @data: for it
 *
 * VT-d 3.6.2, 3.7.2.
 *
 * Context: any that @tell allows; nobody unmaps in the range meanwhile.
 */
void vtd_pt_read_dirty(const struct vtd_pgtable *pt, u64 iova, u64 last,
		       bool clear, vtd_pt_dirty_fn *tell, void *data);

#endif /* VTD_DMAR_PGTABLE_H */
