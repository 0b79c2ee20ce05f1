// SPDX-License-Identifier: GPL-2.0
/*
 * What the iommu core calls of a paging domain: pages mapped, unmapped and
 * looked up, and what was unmapped flushed.
 *
 * Owns the choice among the tables of operations, so that none of them asks
 * again what is known when a domain is made.  All that is called often exists
 * once for each stage: vtd_do_*() take the stage as a constant.
 */
#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/iommu.h>
#include <linux/jump_label.h>
#include <linux/ktime.h>
#include <linux/percpu.h>

#include <vtd/nested.h>

#include "iommu.h"
#include "adapter.h"
#include "domain.h"
#include "fault.h"
#include "iommu-pages.h"
#include "paging.h"
#include "pgtable_walk.h"
#include "pool.h"
#include "trace.h"
#include "unit.h"

VTD_ATTACH_OP(vtd_attach_paging)
VTD_SET_PASID_OP(vtd_set_pasid_paging)

/* By the ending of the names of what exists once for each stage. */
#define VTD_STAGE_second VTD_PT_SECOND
#define VTD_STAGE_first VTD_PT_FIRST

/* Leaf bits; 0 when nothing is allowed. */
static inline u64 vtd_leaf_bits(unsigned int prot)
{
	return (prot & IOMMU_READ ? VTD_PTE_R : 0) |
	       (prot & IOMMU_WRITE ? VTD_PTE_W : 0);
}

/*
 * Go on where an entry was in use: when only empty tables stand there, they
 * make way for superpages.  Units may hold them cached.
 */
static noinline int vtd_map_over(struct vtd_domain *d, unsigned long iova,
				 phys_addr_t paddr, size_t bytes, u64 bits,
				 gfp_t gfp, size_t *mapped)
{
	struct iommu_pages_list replaced = IOMMU_PAGES_LIST_INIT(replaced);
	size_t done;
	int ret;

	ret = vtd_pt_map_range(&d->pt, iova + *mapped, paddr + *mapped,
			       bytes - *mapped, bits, gfp, &replaced, &done);
	*mapped += done;
	if (!iommu_pages_list_empty(&replaced) &&
	    !vtd_flush_range(d, iova, iova + *mapped - 1, false))
		vtd_pools_put(vtd_pools, &replaced);
	return ret;
}

static __always_inline int
vtd_do_map_many(const enum vtd_pt_stage stage, struct iommu_domain *domain,
		unsigned long iova, phys_addr_t paddr, size_t pgsize,
		size_t pgcount, int prot, gfp_t gfp, size_t *mapped)
{
	struct vtd_domain *d = to_vtd_domain(domain);
	u64 bits = vtd_leaf_bits(prot);
	int ret;

	if (unlikely(!READ_ONCE(d->mapped)))
		WRITE_ONCE(d->mapped, true);
	ret = VTD_PT_OF(stage, vtd_pt_map, &d->pt, iova, paddr, pgsize, pgcount,
			bits, gfp, NULL, mapped);
	if (unlikely(ret == -EEXIST))
		return vtd_map_over(d, iova, paddr, pgsize * pgcount, bits, gfp,
				    mapped);
	return ret;
}

/*
 * An unmap that the core means to flush later, of a domain that is to be flushed
 * at once: the core looks again at what it asked for, and goes the strict way.
 */
static noinline void vtd_unmapped_strict(struct vtd_domain *d,
					 struct iommu_iotlb_gather *gather,
					 unsigned long iova, size_t bytes)
{
	u8 strict = READ_ONCE(d->strict);

	if (strict == VTD_STRICT_OFF)
		return;
	gather->queued = false;
	/* Of what was unmapped before in the same call nothing is known. */
	if (strict == VTD_STRICT_TURNING)
		iommu_iotlb_gather_add_range(gather, 0, ~0UL);
	else
		iommu_iotlb_gather_add_range(gather, iova, bytes);
}

static __always_inline size_t vtd_unmapped(struct vtd_domain *d,
					   struct iommu_iotlb_gather *gather,
					   unsigned long iova, size_t bytes)
{
	if (!bytes)
		return 0;
	if (!iommu_iotlb_gather_queued(gather))
		iommu_iotlb_gather_add_range(gather, iova, bytes);
	else if (static_branch_unlikely(&vtd_strict_used))
		vtd_unmapped_strict(d, gather, iova, bytes);
	return bytes;
}

static __always_inline int vtd_do_map_length(const enum vtd_pt_stage stage,
					     struct pt_iommu *iommu,
					     dma_addr_t iova, phys_addr_t paddr,
					     dma_addr_t len, unsigned int prot,
					     gfp_t gfp, size_t *mapped)
{
	struct vtd_domain *d = to_vtd_domain(&iommu->domain);
	u64 bits = vtd_leaf_bits(prot);
	int ret;

	if (unlikely(!READ_ONCE(d->mapped)))
		WRITE_ONCE(d->mapped, true);
	ret = VTD_PT_OF(stage, vtd_pt_map_range, &d->pt, iova, paddr, len, bits,
			gfp, NULL, mapped);
	if (unlikely(ret == -EEXIST))
		return vtd_map_over(d, iova, paddr, len, bits, gfp, mapped);
	return ret;
}

static __always_inline size_t
vtd_do_unmap_many(const enum vtd_pt_stage stage, struct iommu_domain *domain,
		  unsigned long iova, size_t pgsize, size_t pgcount,
		  struct iommu_iotlb_gather *gather)
{
	struct vtd_domain *d = to_vtd_domain(domain);

	return vtd_unmapped(d, gather, iova,
			    VTD_PT_OF(stage, vtd_pt_unmap, &d->pt, iova, pgsize,
				      pgcount, &gather->freelist, NULL));
}

static __always_inline size_t vtd_do_unmap_length(
	const enum vtd_pt_stage stage, struct pt_iommu *iommu, dma_addr_t iova,
	dma_addr_t len, struct iommu_iotlb_gather *gather)
{
	struct vtd_domain *d = to_vtd_domain(&iommu->domain);

	return vtd_unmapped(d, gather, iova,
			    VTD_PT_OF(stage, vtd_pt_unmap_range, &d->pt, iova,
				      len, &gather->freelist, NULL));
}

/* With the arguments of those they stand in for: these need no frame then. */
#define VTD_PAGING_MANY(s)                                                     \
	static noinline int vtd_map_many_##s(struct iommu_domain *domain,      \
					     unsigned long iova,               \
					     phys_addr_t paddr, size_t pgsize, \
					     size_t pgcount, int prot,         \
					     gfp_t gfp, size_t *mapped)        \
	{                                                                      \
		return vtd_do_map_many(VTD_STAGE_##s, domain, iova, paddr,     \
				       pgsize, pgcount, prot, gfp, mapped);    \
	}                                                                      \
	static noinline int vtd_map_length_##s(                                \
		struct pt_iommu *iommu, dma_addr_t iova, phys_addr_t paddr,    \
		dma_addr_t len, unsigned int prot, gfp_t gfp, size_t *mapped)  \
	{                                                                      \
		return vtd_do_map_length(VTD_STAGE_##s, iommu, iova, paddr,    \
					 len, prot, gfp, mapped);              \
	}                                                                      \
	static noinline size_t vtd_unmap_many_##s(                             \
		struct iommu_domain *domain, unsigned long iova,               \
		size_t pgsize, size_t pgcount,                                 \
		struct iommu_iotlb_gather *gather)                             \
	{                                                                      \
		return vtd_do_unmap_many(VTD_STAGE_##s, domain, iova, pgsize,  \
					 pgcount, gather);                     \
	}                                                                      \
	static noinline size_t vtd_unmap_length_##s(                           \
		struct pt_iommu *iommu, dma_addr_t iova, dma_addr_t len,       \
		struct iommu_iotlb_gather *gather)                             \
	{                                                                      \
		return vtd_do_unmap_length(VTD_STAGE_##s, iommu, iova, len,    \
					   gather);                            \
	}

VTD_PAGING_MANY(second)
VTD_PAGING_MANY(first)

/* While trace events of maps and unmaps are on, all go the long way. */
static noinline int vtd_map_traced(struct iommu_domain *domain,
				   unsigned long iova, phys_addr_t paddr,
				   size_t pgsize, size_t pgcount, int prot,
				   gfp_t gfp, size_t *mapped)
{
	u64 start = ktime_get_mono_fast_ns();
	int ret = VTD_PT_OF(to_vtd_domain(domain)->pt.stage, vtd_map_many,
			    domain, iova, paddr, pgsize, pgcount, prot, gfp,
			    mapped);

	if (*mapped)
		trace_vtd_map(to_vtd_domain(domain)->number, iova, paddr,
			      *mapped, ktime_get_mono_fast_ns() - start);
	return ret;
}

static noinline int vtd_map_length_traced(struct pt_iommu *iommu,
					  dma_addr_t iova, phys_addr_t paddr,
					  dma_addr_t len, unsigned int prot,
					  gfp_t gfp, size_t *mapped)
{
	struct vtd_domain *d = to_vtd_domain(&iommu->domain);
	u64 start = ktime_get_mono_fast_ns();
	int ret = VTD_PT_OF(d->pt.stage, vtd_map_length, iommu, iova, paddr,
			    len, prot, gfp, mapped);

	if (*mapped)
		trace_vtd_map(d->number, iova, paddr, *mapped,
			      ktime_get_mono_fast_ns() - start);
	return ret;
}

static void vtd_unmap_trace(const struct vtd_domain *d, unsigned long iova,
			    size_t bytes, struct iommu_iotlb_gather *gather,
			    u64 start)
{
	if (bytes)
		trace_vtd_unmap(d->number, iova, bytes,
				iommu_iotlb_gather_queued(gather),
				ktime_get_mono_fast_ns() - start);
}

static noinline size_t vtd_unmap_traced(struct iommu_domain *domain,
					unsigned long iova, size_t pgsize,
					size_t pgcount,
					struct iommu_iotlb_gather *gather)
{
	struct vtd_domain *d = to_vtd_domain(domain);
	u64 start = ktime_get_mono_fast_ns();
	size_t bytes = VTD_PT_OF(d->pt.stage, vtd_unmap_many, domain, iova,
				 pgsize, pgcount, gather);

	vtd_unmap_trace(d, iova, bytes, gather, start);
	return bytes;
}

static noinline size_t vtd_unmap_length_traced(struct pt_iommu *iommu,
					       dma_addr_t iova, dma_addr_t len,
					       struct iommu_iotlb_gather *gather)
{
	struct vtd_domain *d = to_vtd_domain(&iommu->domain);
	u64 start = ktime_get_mono_fast_ns();
	size_t bytes = VTD_PT_OF(d->pt.stage, vtd_unmap_length, iommu, iova,
				 len, gather);

	vtd_unmap_trace(d, iova, bytes, gather, start);
	return bytes;
}

static __always_inline int
vtd_do_map_pages(const enum vtd_pt_stage stage, struct iommu_domain *domain,
		 unsigned long iova, phys_addr_t paddr, size_t pgsize,
		 size_t pgcount, int prot, gfp_t gfp, size_t *mapped)
{
	struct vtd_domain *d = to_vtd_domain(domain);

	if (trace_vtd_map_enabled())
		return vtd_map_traced(domain, iova, paddr, pgsize, pgcount,
				      prot, gfp, mapped);
	/* A table that is there says that d->mapped is set. */
	if (likely(pgcount == 1 &&
		   vtd_pt_map_page(&d->pt, stage, iova, paddr, pgsize,
				   vtd_leaf_bits(prot)))) {
		*mapped = pgsize;
		return 0;
	}
	return VTD_PT_OF(stage, vtd_map_many, domain, iova, paddr, pgsize,
			 pgcount, prot, gfp, mapped);
}

/* As the core calls it where it leaves the choice of page sizes to us. */
static __always_inline int vtd_do_map_range(const enum vtd_pt_stage stage,
					    struct pt_iommu *iommu,
					    dma_addr_t iova, phys_addr_t paddr,
					    dma_addr_t len, unsigned int prot,
					    gfp_t gfp, size_t *mapped)
{
	struct vtd_domain *d = to_vtd_domain(&iommu->domain);

	if (trace_vtd_map_enabled())
		return vtd_map_length_traced(iommu, iova, paddr, len, prot, gfp,
					     mapped);
	if (likely(vtd_pt_map_page(&d->pt, stage, iova, paddr, len,
				   vtd_leaf_bits(prot)))) {
		*mapped = len;
		return 0;
	}
	return VTD_PT_OF(stage, vtd_map_length, iommu, iova, paddr, len, prot,
			 gfp, mapped);
}

static __always_inline size_t
vtd_do_unmap_pages(const enum vtd_pt_stage stage, struct iommu_domain *domain,
		   unsigned long iova, size_t pgsize, size_t pgcount,
		   struct iommu_iotlb_gather *gather)
{
	struct vtd_domain *d = to_vtd_domain(domain);

	if (trace_vtd_unmap_enabled())
		return vtd_unmap_traced(domain, iova, pgsize, pgcount, gather);
	if (likely(pgcount == 1 &&
		   vtd_pt_unmap_page(&d->pt, stage, iova, pgsize)))
		return vtd_unmapped(d, gather, iova, pgsize);
	return VTD_PT_OF(stage, vtd_unmap_many, domain, iova, pgsize, pgcount,
			 gather);
}

static __always_inline size_t vtd_do_unmap_range(
	const enum vtd_pt_stage stage, struct pt_iommu *iommu, dma_addr_t iova,
	dma_addr_t len, struct iommu_iotlb_gather *gather)
{
	struct vtd_domain *d = to_vtd_domain(&iommu->domain);

	if (trace_vtd_unmap_enabled())
		return vtd_unmap_length_traced(iommu, iova, len, gather);
	if (likely(vtd_pt_unmap_page(&d->pt, stage, iova, len)))
		return vtd_unmapped(d, gather, iova, len);
	return VTD_PT_OF(stage, vtd_unmap_length, iommu, iova, len, gather);
}

#define VTD_PAGING_CALLS(s)                                                    \
	static int vtd_map_pages_##s(struct iommu_domain *domain,              \
				     unsigned long iova, phys_addr_t paddr,    \
				     size_t pgsize, size_t pgcount, int prot,  \
				     gfp_t gfp, size_t *mapped)                \
	{                                                                      \
		return vtd_do_map_pages(VTD_STAGE_##s, domain, iova, paddr,    \
					pgsize, pgcount, prot, gfp, mapped);   \
	}                                                                      \
	static int vtd_map_range_##s(struct pt_iommu *iommu, dma_addr_t iova,  \
				     phys_addr_t paddr, dma_addr_t len,        \
				     unsigned int prot, gfp_t gfp,             \
				     size_t *mapped)                           \
	{                                                                      \
		return vtd_do_map_range(VTD_STAGE_##s, iommu, iova, paddr,     \
					len, prot, gfp, mapped);               \
	}                                                                      \
	static size_t vtd_unmap_pages_##s(struct iommu_domain *domain,         \
					  unsigned long iova, size_t pgsize,   \
					  size_t pgcount,                      \
					  struct iommu_iotlb_gather *gather)   \
	{                                                                      \
		return vtd_do_unmap_pages(VTD_STAGE_##s, domain, iova, pgsize, \
					  pgcount, gather);                    \
	}                                                                      \
	static size_t vtd_unmap_range_##s(struct pt_iommu *iommu,              \
					  dma_addr_t iova, dma_addr_t len,     \
					  struct iommu_iotlb_gather *gather)   \
	{                                                                      \
		return vtd_do_unmap_range(VTD_STAGE_##s, iommu, iova, len,     \
					  gather);                             \
	}                                                                      \
	static phys_addr_t vtd_iova_to_phys_##s(struct iommu_domain *domain,   \
						dma_addr_t iova)               \
	{                                                                      \
		return vtd_pt_phys(&to_vtd_domain(domain)->pt, VTD_STAGE_##s,  \
				   iova);                                      \
	}

VTD_PAGING_CALLS(second)
VTD_PAGING_CALLS(first)

static int vtd_iotlb_sync_map(struct iommu_domain *domain, unsigned long iova,
			      size_t size)
{
	struct vtd_domain *d = to_vtd_domain(domain);

	if (!READ_ONCE(d->sync_map))
		return 0;
	return vtd_flush_mapped(d, iova, iova + size - 1);
}

static void vtd_iotlb_sync(struct iommu_domain *domain,
			   struct iommu_iotlb_gather *gather)
{
	struct vtd_domain *d = to_vtd_domain(domain);
	bool leaf_only = iommu_pages_list_empty(&gather->freelist);
	int ret;

	if (gather->start > gather->end)
		ret = vtd_flush_all(d);
	else
		ret = vtd_flush_range(d, gather->start, gather->end, leaf_only);
	/* Kept for good when a unit may still walk them. */
	if (!leaf_only && !ret)
		vtd_pools_put(vtd_pools, &gather->freelist);
}

static void vtd_flush_iotlb_all(struct iommu_domain *domain)
{
	struct vtd_domain *d = to_vtd_domain(domain);

	this_cpu_inc(d->counts->queue);
	vtd_flush_all(d);
}

static bool vtd_enforce_cache_coherency(struct iommu_domain *domain)
{
	return vtd_domain_enforce_snoop(to_vtd_domain(domain));
}

static void vtd_free(struct iommu_domain *domain)
{
	vtd_domain_free(to_vtd_domain(domain));
}

/*
 * The same with a note of each change, for domains that are made while the
 * parameter "history" is on.  The others do not even look.  An unmap is noted
 * first: no fault finds cleared tables that the history does not explain.
 */
static int vtd_map_pages_noted(struct iommu_domain *domain, unsigned long iova,
			       phys_addr_t paddr, size_t pgsize, size_t pgcount,
			       int prot, gfp_t gfp, size_t *mapped)
{
	int ret = vtd_map_traced(domain, iova, paddr, pgsize, pgcount, prot,
				 gfp, mapped);

	vtd_history_note(to_vtd_domain(domain), iova, *mapped, true);
	return ret;
}

static size_t vtd_unmap_pages_noted(struct iommu_domain *domain,
				    unsigned long iova, size_t pgsize,
				    size_t pgcount,
				    struct iommu_iotlb_gather *gather)
{
	vtd_history_note(to_vtd_domain(domain), iova, pgsize * pgcount, false);
	return vtd_unmap_traced(domain, iova, pgsize, pgcount, gather);
}

static int vtd_map_range_noted(struct pt_iommu *iommu, dma_addr_t iova,
			       phys_addr_t paddr, dma_addr_t len,
			       unsigned int prot, gfp_t gfp, size_t *mapped)
{
	int ret = vtd_map_length_traced(iommu, iova, paddr, len, prot, gfp,
					mapped);

	vtd_history_note(to_vtd_domain(&iommu->domain), iova, *mapped, true);
	return ret;
}

static size_t vtd_unmap_range_noted(struct pt_iommu *iommu, dma_addr_t iova,
				    dma_addr_t len,
				    struct iommu_iotlb_gather *gather)
{
	vtd_history_note(to_vtd_domain(&iommu->domain), iova, len, false);
	return vtd_unmap_length_traced(iommu, iova, len, gather);
}

#define VTD_PAGING_OPS(map, unmap, phys)                                      \
	.attach_dev = vtd_attach_op(vtd_attach_paging),                       \
	.set_dev_pasid = vtd_set_pasid_op(vtd_set_pasid_paging),              \
	.map_pages = (map), .unmap_pages = (unmap),                           \
	.flush_iotlb_all = vtd_flush_iotlb_all, .iotlb_sync = vtd_iotlb_sync, \
	.iova_to_phys = (phys),                                               \
	.enforce_cache_coherency = vtd_enforce_cache_coherency,               \
	.free = vtd_free

#define VTD_PLAIN_OPS(s)                                       \
	VTD_PAGING_OPS(vtd_map_pages_##s, vtd_unmap_pages_##s, \
		       vtd_iova_to_phys_##s)
#define VTD_NOTED_OPS(s)                                           \
	VTD_PAGING_OPS(vtd_map_pages_noted, vtd_unmap_pages_noted, \
		       vtd_iova_to_phys_##s)

/* Which of the tables; a unit that finds new mappings by itself needs no sync. */
#define VTD_OPS_SYNC BIT(0)
#define VTD_OPS_NOTED BIT(1)
#define VTD_OPS_FIRST BIT(2)

#define VTD_SYNC_OPS .iotlb_sync_map = vtd_iotlb_sync_map

const struct iommu_domain_ops vtd_paging_ops[] = {
	[0] = { VTD_PLAIN_OPS(second) },
	[VTD_OPS_SYNC] = { VTD_PLAIN_OPS(second), VTD_SYNC_OPS },
	[VTD_OPS_NOTED] = { VTD_NOTED_OPS(second) },
	[VTD_OPS_NOTED |
		VTD_OPS_SYNC] = { VTD_NOTED_OPS(second), VTD_SYNC_OPS },
	[VTD_OPS_FIRST] = { VTD_PLAIN_OPS(first) },
	[VTD_OPS_FIRST | VTD_OPS_SYNC] = { VTD_PLAIN_OPS(first), VTD_SYNC_OPS },
	[VTD_OPS_FIRST | VTD_OPS_NOTED] = { VTD_NOTED_OPS(first) },
	[VTD_OPS_FIRST | VTD_OPS_NOTED |
		VTD_OPS_SYNC] = { VTD_NOTED_OPS(first), VTD_SYNC_OPS },
};

/* For units that do not keep nested requests from writing: see there. */
static int vtd_map_pages_writable(struct iommu_domain *domain,
				  unsigned long iova, phys_addr_t paddr,
				  size_t pgsize, size_t pgcount, int prot,
				  gfp_t gfp, size_t *mapped)
{
	*mapped = 0;
	if (!(prot & IOMMU_WRITE))
		return -EINVAL;
	return vtd_map_pages_second(domain, iova, paddr, pgsize, pgcount, prot,
				    gfp, mapped);
}

static const struct iommu_domain_ops vtd_writable_ops = {
	VTD_PAGING_OPS(vtd_map_pages_writable, vtd_unmap_pages_second,
		       vtd_iova_to_phys_second),
	VTD_SYNC_OPS,
};

static const struct pt_iommu_ops vtd_range_ops_second = {
	.map_range = vtd_map_range_second,
	.unmap_range = vtd_unmap_range_second,
};

static const struct pt_iommu_ops vtd_range_ops_first = {
	.map_range = vtd_map_range_first,
	.unmap_range = vtd_unmap_range_first,
};

static const struct pt_iommu_ops vtd_noted_range_ops = {
	.map_range = vtd_map_range_noted,
	.unmap_range = vtd_unmap_range_noted,
};

/**
 * vtd_paging_use() - choose the operations of a new domain
 * @d: the domain, with its tables, not yet known to the core
 * @unit: the one that it is made for
 *
 * Context: any.
 */
void vtd_paging_use(struct vtd_domain *d, const struct vtd_unit *unit)
{
	const struct pt_iommu_ops *ranges = &vtd_range_ops_second;
	unsigned int at = 0;

	if (d->nest_parent && vtd_nested_needs_write()) {
		d->domain.ops = &vtd_writable_ops;
		return;
	}
	if (d->pt.stage == VTD_PT_FIRST) {
		ranges = &vtd_range_ops_first;
		at |= VTD_OPS_FIRST;
	}
	if (vtd_history_on()) {
		ranges = &vtd_noted_range_ops;
		at |= VTD_OPS_NOTED;
	}
	if (vtd_needs_sync_map(unit))
		at |= VTD_OPS_SYNC;
	d->domain.ops = &vtd_paging_ops[at];
	vtd_use_ranges(&d->iommu, ranges);
}
