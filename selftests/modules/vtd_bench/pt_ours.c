// SPDX-License-Identifier: GPL-2.0
/*
 * Our page-table code, compiled into the benchmark.
 */
#include "pgtable.c"
#include "pgtable_walk.h"
#include "pool.c"

#include "pt.h"

static struct vtd_pgtable pt_ours;
static struct vtd_pool pt_ours_pool;

static int pt_ours_init(bool coherent)
{
	const struct vtd_pt_config config = {
		.levels = 4,
		.coherent = coherent,
		.pgsize_bitmap = SZ_4K | SZ_2M | SZ_1G,
		.nid = NUMA_NO_NODE,
		.pool = &pt_ours_pool,
	};

	vtd_pools_init(&pt_ours_pool, 1);
	return vtd_pt_init(&pt_ours, &config, GFP_KERNEL);
}

static void pt_ours_destroy(void)
{
	vtd_pt_destroy(&pt_ours);
	vtd_pool_trim(&pt_ours_pool, ULONG_MAX);
}

static bool pt_ours_map(u64 iova, u64 paddr, u64 pgsize, u64 bytes)
{
	size_t mapped;

	/* One page by the short way first, as dmar/paging.c does it. */
	if (bytes == pgsize &&
	    vtd_pt_map_page(&pt_ours, VTD_PT_SECOND, iova, paddr, pgsize,
			    VTD_PTE_R | VTD_PTE_W))
		return true;
	return !vtd_pt_map_second(&pt_ours, iova, paddr, pgsize,
				  bytes >> __ffs(pgsize), VTD_PTE_R | VTD_PTE_W,
				  GFP_ATOMIC, NULL, &mapped);
}

static bool pt_ours_unmap(u64 iova, u64 pgsize, u64 bytes)
{
	struct iommu_pages_list freed = IOMMU_PAGES_LIST_INIT(freed);
	bool tables_freed = false;
	size_t done;

	done = vtd_pt_unmap_second(&pt_ours, iova, pgsize,
				   bytes >> __ffs(pgsize), &freed,
				   &tables_freed);
	if (tables_freed)
		vtd_pools_put(&pt_ours_pool, &freed);
	return done == bytes;
}

static u64 pt_ours_phys(u64 iova)
{
	struct vtd_pt_leaf leaf;

	return vtd_pt_lookup(&pt_ours, iova, &leaf) ? leaf.phys : 0;
}

const struct bench_pt bench_pt_ours = {
	.init = pt_ours_init,
	.destroy = pt_ours_destroy,
	.map = pt_ours_map,
	.unmap = pt_ours_unmap,
	.phys = pt_ours_phys,
};
