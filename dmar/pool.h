/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tables that are ready to be used again.
 */
#ifndef VTD_DMAR_POOL_H
#define VTD_DMAR_POOL_H

#include <linux/cache.h>
#include <linux/compiler.h>
#include <linux/gfp.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "iommu-pages.h"

/* Most tables that one pool keeps: 4 MiB, enough to map 2 GiB as 4K pages. */
#define VTD_POOL_MAX 1024

/**
 * struct vtd_pool - tables of one NUMA node
 * @lock: short; taken in any context
 * @first: the table to be taken next; its first word is the address of the
 *	one after it (l)
 * @nr: how many (l); looked at without @lock too
 *
 * (l) under @lock.  A table in a pool holds whatever it held when it was
 * unmapped.  No unit can reach it.
 */
struct vtd_pool {
	spinlock_t lock; /* @first and @nr */
	u64 *first;
	unsigned int nr;
} ____cacheline_aligned;

/**
 * vtd_pool_take() - take a table
 * @pool: the pool, or NULL
 * @gfp: what an allocation would be made with
 *
 * Memory that is charged to a control group does not come from here.
 *
 * Context: any.
 * Return: a table full of old entries, or NULL.
 */
static inline u64 *vtd_pool_take(struct vtd_pool *pool, gfp_t gfp)
{
	unsigned long flags;
	u64 *table;

	if (!pool || !READ_ONCE(pool->nr) || unlikely(gfp & __GFP_ACCOUNT))
		return NULL;
	spin_lock_irqsave(&pool->lock, flags);
	table = pool->first;
	if (likely(table)) {
		pool->first = (u64 *)(unsigned long)*table;
		WRITE_ONCE(pool->nr, pool->nr - 1);
	}
	spin_unlock_irqrestore(&pool->lock, flags);
	return table;
}

void vtd_pools_init(struct vtd_pool *pools, unsigned int nr);
void vtd_pools_put(struct vtd_pool *pools, struct iommu_pages_list *list);
unsigned long vtd_pool_trim(struct vtd_pool *pool, unsigned long nr);

int vtd_pools_create(void);
void vtd_pools_drain(void);
void vtd_pools_destroy(void);

#endif /* VTD_DMAR_POOL_H */
