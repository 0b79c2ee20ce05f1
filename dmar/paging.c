// SPDX-License-Identifier: GPL-2.0
/*
 * What the iommu core calls of a paging domain: pages mapped, unmapped and
 * looked up, and what was unmapped flushed.
 *
 * Owns the choice among the tables of operations, so that none of them asks
 * again what is known when a domain is made.
 */
#include <linux/compiler.h>
#include <linux/iommu.h>
#include <linux/jump_label.h>
#include <linux/percpu.h>

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

/* With the arguments of those they stand in for: these need no frame then. */
static noinline int vtd_map_many(struct iommu_domain *domain,
				 unsigned long iova, phys_addr_t paddr,
				 size_t pgsize, size_t pgcount, int prot,
				 gfp_t gfp, size_t *mapped)
{
	struct vtd_domain *d = to_vtd_domain(domain);
	u64 bits = vtd_leaf_bits(prot);
	int ret;

	if (unlikely(!READ_ONCE(d->mapped)))
		WRITE_ONCE(d->mapped, true);
	ret = vtd_pt_map(&d->pt, iova, paddr, pgsize, pgcount, bits, gfp, NULL,
			 mapped);
	if (unlikely(ret == -EEXIST))
		return vtd_map_over(d, iova, paddr, pgsize * pgcount, bits, gfp,
				    mapped);
	return ret;
}

/* While trace events of maps and unmaps are on, all go the long way. */
static noinline int vtd_map_traced(struct iommu_domain *domain,
				   unsigned long iova, phys_addr_t paddr,
				   size_t pgsize, size_t pgcount, int prot,
				   gfp_t gfp, size_t *mapped)
{
	int ret = vtd_map_many(domain, iova, paddr, pgsize, pgcount, prot, gfp,
			       mapped);

	if (*mapped)
		trace_vtd_map(to_vtd_domain(domain)->number, iova, paddr,
			      *mapped);
	return ret;
}

static int vtd_map_pages(struct iommu_domain *domain, unsigned long iova,
			 phys_addr_t paddr, size_t pgsize, size_t pgcount,
			 int prot, gfp_t gfp, size_t *mapped)
{
	struct vtd_domain *d = to_vtd_domain(domain);

	if (trace_vtd_map_enabled())
		return vtd_map_traced(domain, iova, paddr, pgsize, pgcount,
				      prot, gfp, mapped);
	/* A table that is there says that d->mapped is set. */
	if (likely(pgcount == 1 && vtd_pt_map_page(&d->pt, iova, paddr, pgsize,
						   vtd_leaf_bits(prot)))) {
		*mapped = pgsize;
		return 0;
	}
	return vtd_map_many(domain, iova, paddr, pgsize, pgcount, prot, gfp,
			    mapped);
}

static noinline int vtd_map_length(struct pt_iommu *iommu, dma_addr_t iova,
				   phys_addr_t paddr, dma_addr_t len,
				   unsigned int prot, gfp_t gfp, size_t *mapped)
{
	struct vtd_domain *d = to_vtd_domain(&iommu->domain);
	u64 bits = vtd_leaf_bits(prot);
	int ret;

	if (unlikely(!READ_ONCE(d->mapped)))
		WRITE_ONCE(d->mapped, true);
	ret = vtd_pt_map_range(&d->pt, iova, paddr, len, bits, gfp, NULL,
			       mapped);
	if (unlikely(ret == -EEXIST))
		return vtd_map_over(d, iova, paddr, len, bits, gfp, mapped);
	return ret;
}

static noinline int vtd_map_length_traced(struct pt_iommu *iommu,
					  dma_addr_t iova, phys_addr_t paddr,
					  dma_addr_t len, unsigned int prot,
					  gfp_t gfp, size_t *mapped)
{
	int ret = vtd_map_length(iommu, iova, paddr, len, prot, gfp, mapped);

	if (*mapped)
		trace_vtd_map(to_vtd_domain(&iommu->domain)->number, iova,
			      paddr, *mapped);
	return ret;
}

/* As the core calls it where it leaves the choice of page sizes to us. */
static int vtd_map_range(struct pt_iommu *iommu, dma_addr_t iova,
			 phys_addr_t paddr, dma_addr_t len, unsigned int prot,
			 gfp_t gfp, size_t *mapped)
{
	struct vtd_domain *d = to_vtd_domain(&iommu->domain);

	if (trace_vtd_map_enabled())
		return vtd_map_length_traced(iommu, iova, paddr, len, prot, gfp,
					     mapped);
	if (likely(vtd_pt_map_page(&d->pt, iova, paddr, len,
				   vtd_leaf_bits(prot)))) {
		*mapped = len;
		return 0;
	}
	return vtd_map_length(iommu, iova, paddr, len, prot, gfp, mapped);
}

static int vtd_iotlb_sync_map(struct iommu_domain *domain, unsigned long iova,
			      size_t size)
{
	struct vtd_domain *d = to_vtd_domain(domain);

	if (!READ_ONCE(d->sync_map))
		return 0;
	return vtd_flush_mapped(d, iova, iova + size - 1);
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

static noinline size_t vtd_unmap_length(struct pt_iommu *iommu, dma_addr_t iova,
					dma_addr_t len,
					struct iommu_iotlb_gather *gather)
{
	struct vtd_domain *d = to_vtd_domain(&iommu->domain);

	return vtd_unmapped(d, gather, iova,
			    vtd_pt_unmap_range(&d->pt, iova, len,
					       &gather->freelist, NULL));
}

static noinline size_t vtd_unmap_many(struct iommu_domain *domain,
				      unsigned long iova, size_t pgsize,
				      size_t pgcount,
				      struct iommu_iotlb_gather *gather)
{
	struct vtd_domain *d = to_vtd_domain(domain);

	return vtd_unmapped(d, gather, iova,
			    vtd_pt_unmap(&d->pt, iova, pgsize, pgcount,
					 &gather->freelist, NULL));
}

static void vtd_unmap_trace(const struct vtd_domain *d, unsigned long iova,
			    size_t bytes, struct iommu_iotlb_gather *gather)
{
	if (bytes)
		trace_vtd_unmap(d->number, iova, bytes,
				iommu_iotlb_gather_queued(gather));
}

static noinline size_t vtd_unmap_traced(struct iommu_domain *domain,
					unsigned long iova, size_t pgsize,
					size_t pgcount,
					struct iommu_iotlb_gather *gather)
{
	size_t bytes = vtd_unmap_many(domain, iova, pgsize, pgcount, gather);

	vtd_unmap_trace(to_vtd_domain(domain), iova, bytes, gather);
	return bytes;
}

static noinline size_t vtd_unmap_length_traced(struct pt_iommu *iommu,
					       dma_addr_t iova, dma_addr_t len,
					       struct iommu_iotlb_gather *gather)
{
	size_t bytes = vtd_unmap_length(iommu, iova, len, gather);

	vtd_unmap_trace(to_vtd_domain(&iommu->domain), iova, bytes, gather);
	return bytes;
}

static size_t vtd_unmap_pages(struct iommu_domain *domain, unsigned long iova,
			      size_t pgsize, size_t pgcount,
			      struct iommu_iotlb_gather *gather)
{
	struct vtd_domain *d = to_vtd_domain(domain);

	if (trace_vtd_unmap_enabled())
		return vtd_unmap_traced(domain, iova, pgsize, pgcount, gather);
	if (likely(pgcount == 1 && vtd_pt_unmap_page(&d->pt, iova, pgsize)))
		return vtd_unmapped(d, gather, iova, pgsize);
	return vtd_unmap_many(domain, iova, pgsize, pgcount, gather);
}

static size_t vtd_unmap_range(struct pt_iommu *iommu, dma_addr_t iova,
			      dma_addr_t len, struct iommu_iotlb_gather *gather)
{
	struct vtd_domain *d = to_vtd_domain(&iommu->domain);

	if (trace_vtd_unmap_enabled())
		return vtd_unmap_length_traced(iommu, iova, len, gather);
	if (likely(vtd_pt_unmap_page(&d->pt, iova, len)))
		return vtd_unmapped(d, gather, iova, len);
	return vtd_unmap_length(iommu, iova, len, gather);
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

static phys_addr_t vtd_iova_to_phys(struct iommu_domain *domain,
				    dma_addr_t iova)
{
	return vtd_pt_phys(&to_vtd_domain(domain)->pt, iova);
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
 * parameter "history" is on.  The others do not even look.
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
	size_t bytes = vtd_unmap_traced(domain, iova, pgsize, pgcount, gather);

	vtd_history_note(to_vtd_domain(domain), iova, bytes, false);
	return bytes;
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
	size_t bytes = vtd_unmap_length_traced(iommu, iova, len, gather);

	vtd_history_note(to_vtd_domain(&iommu->domain), iova, bytes, false);
	return bytes;
}

#define VTD_PAGING_OPS(map, unmap)                                          \
	.attach_dev = vtd_attach_op(vtd_attach_paging), .map_pages = (map), \
	.unmap_pages = (unmap), .flush_iotlb_all = vtd_flush_iotlb_all,     \
	.iotlb_sync = vtd_iotlb_sync, .iova_to_phys = vtd_iova_to_phys,     \
	.enforce_cache_coherency = vtd_enforce_cache_coherency,             \
	.free = vtd_free

/* For units that find new mappings by themselves, and for all the others. */
const struct iommu_domain_ops vtd_paging_ops = {
	VTD_PAGING_OPS(vtd_map_pages, vtd_unmap_pages),
};

static const struct iommu_domain_ops vtd_paging_sync_ops = {
	VTD_PAGING_OPS(vtd_map_pages, vtd_unmap_pages),
	.iotlb_sync_map = vtd_iotlb_sync_map,
};

static const struct iommu_domain_ops vtd_noted_ops = {
	VTD_PAGING_OPS(vtd_map_pages_noted, vtd_unmap_pages_noted),
};

static const struct iommu_domain_ops vtd_noted_sync_ops = {
	VTD_PAGING_OPS(vtd_map_pages_noted, vtd_unmap_pages_noted),
	.iotlb_sync_map = vtd_iotlb_sync_map,
};

static const struct pt_iommu_ops vtd_range_ops = {
	.map_range = vtd_map_range,
	.unmap_range = vtd_unmap_range,
};

static const struct pt_iommu_ops vtd_noted_range_ops = {
	.map_range = vtd_map_range_noted,
	.unmap_range = vtd_unmap_range_noted,
};

/**
 * vtd_paging_use() - choose the operations of a new domain
 * @d: the domain, not yet known to the core
 * @unit: the one that it is made for
 *
 * Context: any.
 */
void vtd_paging_use(struct vtd_domain *d, const struct vtd_unit *unit)
{
	if (vtd_history_on())
		d->domain.ops = vtd_needs_sync_map(unit) ? &vtd_noted_sync_ops :
							   &vtd_noted_ops;
	else
		d->domain.ops = vtd_needs_sync_map(unit) ?
					&vtd_paging_sync_ops :
					&vtd_paging_ops;
	vtd_use_ranges(&d->iommu, vtd_history_on() ? &vtd_noted_range_ops :
						     &vtd_range_ops);
}
