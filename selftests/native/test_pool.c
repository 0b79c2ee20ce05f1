// SPDX-License-Identifier: GPL-2.0
/*
 * The pool of tables: what comes out of it is as good as new, what is too much
 * or on somebody's account is freed, and it is emptied when told.
 *
 * SRCS: dmar/pool.c dmar/pgtable.c
 * TSAN: yes
 */
#include <pthread.h>

#include <linux/kernel.h>
#include <linux/sizes.h>
#include <linux/string.h>

#include "vtd_test.h"

#include "../../dmar/pgtable.h"
#include "../../dmar/pool.h"

#define RW (VTD_PTE_R | VTD_PTE_W)

static struct vtd_pool pool[1];

static void make_table(struct vtd_pgtable *pt, bool coherent)
{
	const struct vtd_pt_config config = {
		.levels = 4,
		.coherent = coherent,
		.pgsize_bitmap = SZ_4K | SZ_2M | SZ_1G,
		.nid = NUMA_NO_NODE,
		.pool = pool,
	};

	assert_int_equal(vtd_pt_init(pt, &config, GFP_KERNEL), 0);
}

static void map(struct vtd_pgtable *pt, u64 iova, u64 paddr, size_t count,
		gfp_t gfp)
{
	size_t mapped;

	assert_int_equal(vtd_pt_map(pt, iova, paddr, SZ_4K, count, RW, gfp,
				    NULL, &mapped),
			 0);
	assert_int_equal(mapped, count * SZ_4K);
}

/* Unmapped, the unit told, and only then into the pool. */
static void unmap(struct vtd_pgtable *pt, u64 iova, size_t count)
{
	struct iommu_pages_list freed = IOMMU_PAGES_LIST_INIT(freed);
	unsigned int before = pool->nr;

	assert_int_equal(vtd_pt_unmap(pt, iova, SZ_4K, count, &freed, NULL),
			 count * SZ_4K);
	assert_int_equal(pool->nr, before);
	vtd_pools_put(pool, &freed);
	assert_true(iommu_pages_list_empty(&freed));
}

static void put_new(unsigned int nr)
{
	struct iommu_pages_list list = IOMMU_PAGES_LIST_INIT(list);

	while (nr--) {
		u64 *table = iommu_alloc_pages_node_sz(0, GFP_KERNEL, SZ_4K);

		assert_non_null(table);
		memset(table, 0xee, SZ_4K);
		iommu_pages_list_add(&list, table);
	}
	vtd_pools_put(pool, &list);
}

static void assert_maps(struct vtd_pgtable *pt, u64 iova, u64 paddr,
			size_t count)
{
	struct vtd_pt_leaf leaf;
	size_t i;

	for (i = 0; i < count; i++) {
		assert_true(vtd_pt_lookup(pt, iova + i * SZ_4K, &leaf));
		assert_true(leaf.phys == paddr + i * SZ_4K);
		assert_true(leaf.prot == RW);
	}
}

static void assert_empty(struct vtd_pgtable *pt, u64 iova, size_t count)
{
	struct vtd_pt_leaf leaf;
	size_t i;

	for (i = 0; i < count; i++)
		assert_false(vtd_pt_lookup(pt, iova + i * SZ_4K, &leaf));
}

static void test_used_again(void **state)
{
	struct vtd_pgtable pt;
	u64 made;

	vtd_pools_init(pool, 1);
	make_table(&pt, true);
	map(&pt, SZ_1G, SZ_2G + SZ_4K, 512, GFP_ATOMIC);
	unmap(&pt, SZ_1G, 512);
	assert_int_equal(pool->nr, 1);
	made = vtd_shim_tables_made();
	map(&pt, SZ_1G + SZ_2M, SZ_1G + SZ_4K, 512, GFP_ATOMIC);
	assert_int_equal(pool->nr, 0);
	assert_int_equal(vtd_shim_tables_made(), made);
	assert_maps(&pt, SZ_1G + SZ_2M, SZ_1G + SZ_4K, 512);
	vtd_pt_destroy(&pt);
}

/* Whatever part of a table is filled, nothing of the old shows in the rest. */
static void test_no_old_entries(void **state)
{
	static const struct {
		unsigned int first;
		unsigned int count;
	} parts[] = { { 0, 1 },	   { 511, 1 }, { 0, 511 }, { 1, 511 }, { 7, 9 },
		      { 64, 128 }, { 8, 504 }, { 255, 2 }, { 0, 512 } };
	struct vtd_pgtable pt;
	unsigned int i;

	vtd_pools_init(pool, 1);
	make_table(&pt, (uintptr_t)*state);
	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		u64 base = (8 + i) * SZ_1G;

		/* an upper table and the table below it */
		put_new(3);
		map(&pt, base + parts[i].first * SZ_4K, SZ_2G, parts[i].count,
		    GFP_ATOMIC);
		assert_empty(&pt, base, parts[i].first);
		assert_maps(&pt, base + parts[i].first * SZ_4K, SZ_2G,
			    parts[i].count);
		assert_empty(&pt,
			     base + (parts[i].first + parts[i].count) * SZ_4K,
			     512 - parts[i].first - parts[i].count);
		assert_empty(&pt, base + SZ_2M, 1024);
		vtd_pool_trim(pool, ~0UL);
	}
	vtd_pt_destroy(&pt);
}

static void test_bounded(void **state)
{
	long before = vtd_shim_live_tables();

	vtd_pools_init(pool, 1);
	put_new(VTD_POOL_MAX - 2);
	assert_int_equal(pool->nr, VTD_POOL_MAX - 2);
	put_new(5);
	assert_int_equal(pool->nr, VTD_POOL_MAX);
	assert_int_equal(vtd_shim_live_tables() - before, VTD_POOL_MAX);
	assert_int_equal(vtd_pool_trim(pool, 24), 24);
	assert_int_equal(vtd_shim_live_tables() - before, VTD_POOL_MAX - 24);
	assert_int_equal(vtd_pool_trim(pool, ~0UL), VTD_POOL_MAX - 24);
	assert_int_equal(vtd_pool_trim(pool, 1), 0);
	assert_null(vtd_pool_take(pool, GFP_KERNEL));
}

/* Memory on a control group's account neither enters nor leaves a pool. */
static void test_accounts(void **state)
{
	struct vtd_pgtable pt;
	u64 made;

	vtd_pools_init(pool, 1);
	vtd_shim_charged = true;
	put_new(3);
	assert_int_equal(pool->nr, 0);
	vtd_shim_charged = false;
	put_new(1);
	make_table(&pt, true);
	put_new(1);
	made = vtd_shim_tables_made();
	map(&pt, 0, SZ_2G, 1, GFP_ATOMIC | __GFP_ACCOUNT);
	assert_int_equal(vtd_shim_tables_made(), made + 3);
	assert_int_equal(pool->nr, 1);
	vtd_pool_trim(pool, ~0UL);
	vtd_pt_destroy(&pt);
}

static void test_no_pool(void **state)
{
	struct iommu_pages_list list = IOMMU_PAGES_LIST_INIT(list);

	iommu_pages_list_add(&list,
			     iommu_alloc_pages_node_sz(0, GFP_KERNEL, SZ_4K));
	vtd_pools_put(NULL, &list);
	assert_true(iommu_pages_list_empty(&list));
	assert_null(vtd_pool_take(NULL, GFP_KERNEL));
}

static unsigned int failures;

/* Each thread sees only tables that nobody else has. */
static void *takes_and_puts(void *arg)
{
	u64 me = (unsigned long)arg + 1;
	unsigned int round, i;

	for (round = 0; round < vtd_env("VTD_THREAD_ROUNDS", 300); round++) {
		struct iommu_pages_list list = IOMMU_PAGES_LIST_INIT(list);
		u64 *mine[4];

		for (i = 0; i < 4; i++) {
			mine[i] = vtd_pool_take(pool, GFP_KERNEL);
			if (!mine[i])
				mine[i] = iommu_alloc_pages_node_sz(
					0, GFP_KERNEL, SZ_4K);
			mine[i][0] = me;
			mine[i][511] = me;
		}
		for (i = 0; i < 4; i++) {
			if (mine[i][0] != me || mine[i][511] != me)
				__atomic_add_fetch(&failures, 1,
						   __ATOMIC_SEQ_CST);
			iommu_pages_list_add(&list, mine[i]);
		}
		vtd_pools_put(pool, &list);
		if (round % 16 == 0)
			vtd_pool_trim(pool, 2);
	}
	return NULL;
}

static void test_threads(void **state)
{
	pthread_t thread[4];
	unsigned long i;

	failures = 0;
	vtd_pools_init(pool, 1);
	for (i = 0; i < ARRAY_SIZE(thread); i++)
		assert_int_equal(pthread_create(&thread[i], NULL,
						takes_and_puts, (void *)i),
				 0);
	for (i = 0; i < ARRAY_SIZE(thread); i++)
		pthread_join(thread[i], NULL);
	assert_int_equal(failures, 0);
	assert_in_range(pool->nr, 1, 16);
	vtd_pool_trim(pool, ~0UL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		VTD_TEST(test_used_again),
		{ "test_no_old_entries", test_no_old_entries, vtd_shim_begin,
		  vtd_shim_end, (void *)1 },
		{ "test_no_old_entries, not coherent", test_no_old_entries,
		  vtd_shim_begin, vtd_shim_end, (void *)0 },
		VTD_TEST(test_bounded),
		VTD_TEST(test_accounts),
		VTD_TEST(test_no_pool),
		VTD_TEST(test_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
