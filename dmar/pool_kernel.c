// SPDX-License-Identifier: GPL-2.0
/*
 * The pools of this machine, and how its memory pressure empties them.
 *
 * Owns the array of pools and the shrinker.
 */
#include <linux/errno.h>
#include <linux/nodemask.h>
#include <linux/shrinker.h>
#include <linux/slab.h>

#include "domain.h"
#include "pool.h"

static struct shrinker *vtd_shrinker;

static unsigned long vtd_pool_count(struct shrinker *shrinker,
				    struct shrink_control *sc)
{
	unsigned long nr = READ_ONCE(vtd_pools[sc->nid].nr);

	return nr ?: SHRINK_EMPTY;
}

static unsigned long vtd_pool_scan(struct shrinker *shrinker,
				   struct shrink_control *sc)
{
	return vtd_pool_trim(&vtd_pools[sc->nid], sc->nr_to_scan) ?:
								    SHRINK_STOP;
}

/**
 * vtd_pools_create() - make the pools, empty
 *
 * Context: may sleep; before any domain is made.
 * Return: 0 or -ENOMEM.
 */
int vtd_pools_create(void)
{
	struct vtd_pool *pools =
		kcalloc(nr_node_ids, sizeof(*pools), GFP_KERNEL);

	if (!pools)
		return -ENOMEM;
	vtd_pools_init(pools, nr_node_ids);
	vtd_shrinker = shrinker_alloc(SHRINKER_NUMA_AWARE, "vtd-tables");
	if (!vtd_shrinker) {
		kfree(pools);
		return -ENOMEM;
	}
	vtd_pools = pools;
	vtd_shrinker->count_objects = vtd_pool_count;
	vtd_shrinker->scan_objects = vtd_pool_scan;
	shrinker_register(vtd_shrinker);
	return 0;
}

/**
 * vtd_pools_drain() - give all tables back to the system
 *
 * Context: any.
 */
void vtd_pools_drain(void)
{
	unsigned int nid;

	for (nid = 0; vtd_pools && nid < nr_node_ids; nid++)
		vtd_pool_trim(&vtd_pools[nid], ULONG_MAX);
}

/**
 * vtd_pools_destroy() - undo vtd_pools_create()
 *
 * Context: may sleep; no domain is left.
 */
void vtd_pools_destroy(void)
{
	shrinker_free(vtd_shrinker);
	vtd_pools_drain();
	kfree(vtd_pools);
	vtd_pools = NULL;
}
