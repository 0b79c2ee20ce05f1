// SPDX-License-Identifier: GPL-2.0
/*
 * Tables that are ready to be used again: taking one costs neither the page
 * allocator, nor the accounting, nor the zeroing of what is filled at once.
 *
 * Owns the tables that are in a pool.  Must never be given one that a unit may
 * still reach: who puts it here has had the units forget it.
 */
#include "pool.h"

/**
 * vtd_pools_init() - empty pools
 * @pools: one for each node
 * @nr: how many
 *
 * Context: any.
 */
void vtd_pools_init(struct vtd_pool *pools, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		spin_lock_init(&pools[i].lock);
		pools[i].first = NULL;
		pools[i].nr = 0;
	}
}

/**
 * vtd_pool_trim() - give tables back to the system
 * @pool: the pool
 * @nr: how many at most
 *
 * Context: any.
 * Return: how many it were.
 */
unsigned long vtd_pool_trim(struct vtd_pool *pool, unsigned long nr)
{
	unsigned long done;

	for (done = 0; done < nr; done++) {
		u64 *table = vtd_pool_take(pool, 0);

		if (!table)
			break;
		iommu_free_pages(table);
	}
	return done;
}

/* Tables of one node on their way into its pool. */
struct vtd_pool_chain {
	u64 *first;
	u64 *last;
	unsigned int nr;
	int nid;
};

static void vtd_pool_add(struct vtd_pool *pools,
			 const struct vtd_pool_chain *chain)
{
	struct vtd_pool *pool;
	unsigned long flags;
	unsigned int over;

	if (!chain->nr)
		return;
	pool = &pools[chain->nid];
	spin_lock_irqsave(&pool->lock, flags);
	*chain->last = (unsigned long)pool->first;
	pool->first = chain->first;
	WRITE_ONCE(pool->nr, pool->nr + chain->nr);
	over = pool->nr > VTD_POOL_MAX ? pool->nr - VTD_POOL_MAX : 0;
	spin_unlock_irqrestore(&pool->lock, flags);
	/* Others have added to it meanwhile. */
	if (unlikely(over))
		vtd_pool_trim(pool, over);
}

/**
 * vtd_pools_put() - tables that no unit can reach any more
 * @pools: by node, or NULL
 * @list: the tables; empty afterwards
 *
 * What the pools do not take is freed: what is too much, and memory that is
 * charged to a control group.
 *
 * Context: any.
 */
void vtd_pools_put(struct vtd_pool *pools, struct iommu_pages_list *list)
{
	struct vtd_pool_chain chain = {};

	while (pools && !iommu_pages_list_empty(list)) {
		u64 *table = vtd_pages_list_first(list);
		int nid = vtd_table_nid(table);

		if (nid != chain.nid || !chain.nr) {
			vtd_pool_add(pools, &chain);
			chain = (struct vtd_pool_chain){ .nid = nid };
		}
		/* One that is charged ends it: so is what comes after it. */
		if (vtd_table_is_charged(table) ||
		    READ_ONCE(pools[nid].nr) + chain.nr >= VTD_POOL_MAX)
			break;
		vtd_pages_list_del_first(list, table);
		if (!chain.nr)
			chain.last = table;
		*table = (unsigned long)chain.first;
		chain.first = table;
		chain.nr++;
	}
	vtd_pool_add(pools, &chain);
	iommu_put_pages_list(list);
}
