// SPDX-License-Identifier: GPL-2.0
/*
 * What the page tables cost, in instructions: each operation is single-stepped
 * in a child process, in either stage.  Allocation and lists are cut down to a
 * few instructions, cache lines are really written back.
 *
 * The limits of the fills of new tables are the goals (3 and 3.6 an entry).
 * The others are no goals: they stand a tenth above what was measured when
 * they were set, so that a change for the worse is seen.
 *
 * SRCS: selftests/native/step.c
 * CFLAGS: -O2 -fno-sanitize=all -fomit-frame-pointer
 * CFLAGS: -mno-sse -mno-avx -fno-vectorize -fno-slp-vectorize
 */
#include <stdio.h>

#include <linux/cacheflush.h>
#include <linux/sizes.h>

#include "iommu-pages.h"
#include "step.h"
#include "vtd_test.h"

#define POOL_TABLES 1100

static u64 pool[POOL_TABLES][512] __aligned(4096);
static unsigned int pool_used;
static void *listed[POOL_TABLES];
static unsigned int nr_listed;

static void *cost_alloc(int nid, gfp_t gfp, size_t size)
{
	return pool_used < POOL_TABLES ? pool[pool_used++] : NULL;
}

static void cost_list_add(struct iommu_pages_list *list, void *virt)
{
	listed[nr_listed++] = virt;
}

static void cost_clflush(void *p, unsigned int bytes)
{
	char *end = (char *)p + bytes;
	char *line = (char *)((unsigned long)p & ~63UL);

	__asm__ __volatile__("mfence" ::: "memory");
	for (; line < end; line += 64)
		__asm__ __volatile__("clflush %0" : "+m"(*line));
	__asm__ __volatile__("mfence" ::: "memory");
}

#define iommu_alloc_pages_node_sz cost_alloc
#define iommu_pages_list_add cost_list_add
#define clflush_cache_range cost_clflush
#include "../../dmar/pgtable.c"

static struct vtd_pgtable pt;
static struct iommu_pages_list freed;
static struct vtd_pt_leaf leaf;
static bool tables_freed;
static size_t mapped;

/* One operation, in the second stage and in the first. */
struct cost {
	const char *name;
	bool coherent;
	void (*prepare)(const struct cost *cost);
	void (*run[2])(const struct cost *cost);
	size_t pgsize;
	size_t count;
	unsigned int limit[2]; /* instructions in hundredths, for each of count */
	unsigned int divide; /* 1: for the whole operation */
};

/* What a test is: an operation and a stage. */
struct measure {
	char name[80];
	const struct cost *cost;
	enum vtd_pt_stage stage;
};

#define BOTH(fn) { fn##_second, fn##_first }
#define SAME(fn) { fn, fn }

#define IOVA 0x140000000ULL
#define PADDR 0x4000000000ULL

/* As paging.c calls them: of each stage, with nothing to decide. */
#define RUNS(stage)                                                           \
	static void run_map_##stage(const struct cost *cost)                  \
	{                                                                     \
		vtd_pt_map_##stage(&pt, IOVA, PADDR, cost->pgsize,            \
				   cost->count, VTD_PTE_R | VTD_PTE_W,        \
				   GFP_ATOMIC, &freed, &mapped);              \
	}                                                                     \
	static void run_unmap_##stage(const struct cost *cost)                \
	{                                                                     \
		vtd_pt_unmap_##stage(&pt, IOVA, cost->pgsize, cost->count,    \
				     &freed, &tables_freed);                  \
	}                                                                     \
	/* The pages one by one, so that no table is covered. */              \
	static void run_unmap_singly_##stage(const struct cost *cost)         \
	{                                                                     \
		vtd_pt_unmap_##stage(&pt, IOVA + SZ_4K, cost->pgsize,         \
				     cost->count - 2, &freed, &tables_freed); \
	}

RUNS(second)
RUNS(first)

static void run_lookup(const struct cost *cost)
{
	vtd_pt_lookup(&pt, IOVA + 0x123, &leaf);
}

static void run_nothing(const struct cost *cost)
{
}

static void prepare_empty(const struct cost *cost)
{
}

static void prepare_mapped(const struct cost *cost)
{
	vtd_pt_map(&pt, IOVA, PADDR, cost->pgsize, cost->count,
		   VTD_PTE_R | VTD_PTE_W, GFP_ATOMIC, &freed, &mapped);
}

/* The tables are there, the entries are not. */
static void prepare_tables(const struct cost *cost)
{
	size_t i;

	prepare_mapped(cost);
	for (i = 0; i < cost->count; i++)
		vtd_pt_unmap(&pt, IOVA + i * cost->pgsize, cost->pgsize, 1,
			     &freed, &tables_freed);
}

static void prepare(const void *arg)
{
	const struct measure *m = arg;
	const struct cost *cost = m->cost;
	struct vtd_pt_config config = {
		.stage = m->stage,
		.levels = 4,
		.coherent = cost->coherent,
		.pgsize_bitmap = SZ_4K | SZ_2M | SZ_1G,
		.nid = NUMA_NO_NODE,
	};

	vtd_pt_init(&pt, &config, GFP_ATOMIC);
	vtd_pt_map(&pt, IOVA - SZ_4K, PADDR, SZ_4K, 1, VTD_PTE_R, GFP_ATOMIC,
		   NULL, &mapped);
	cost->prepare(cost);
}

static void work(const void *arg)
{
	const struct measure *m = arg;

	m->cost->run[m->stage](m->cost);
}

static void count_one(void *steps)
{
	++*(long *)steps;
}

static long count_steps(const struct measure *m)
{
	long steps = 0;

	step_each(prepare, work, m, count_one, &steps);
	return steps;
}

static const struct cost nothing = {
	"nothing", true, prepare_empty, SAME(run_nothing), SZ_4K, 1, {}, 1,
};

static const struct cost costs[] = {
	{ "fill 32M as 4K, new tables, coherent",
	  true,
	  prepare_empty,
	  BOTH(run_map),
	  SZ_4K,
	  8192,
	  { 300, 300 },
	  8192 },
	{ "fill 32M as 4K, new tables, non-coherent",
	  false,
	  prepare_empty,
	  BOTH(run_map),
	  SZ_4K,
	  8192,
	  { 360, 360 },
	  8192 },
	{ "fill 32M as 4K, old tables, coherent",
	  true,
	  prepare_tables,
	  BOTH(run_map),
	  SZ_4K,
	  8192,
	  { 410, 410 },
	  8192 },
	{ "fill 32M as 4K, old tables, non-coherent",
	  false,
	  prepare_tables,
	  BOTH(run_map),
	  SZ_4K,
	  8192,
	  { 465, 465 },
	  8192 },
	{ "clear 2M less 8K in place, coherent",
	  true,
	  prepare_mapped,
	  BOTH(run_unmap_singly),
	  SZ_4K,
	  512,
	  { 410, 400 },
	  510 },
	{ "clear 2M less 8K in place, non-coherent",
	  false,
	  prepare_mapped,
	  BOTH(run_unmap_singly),
	  SZ_4K,
	  512,
	  { 465, 460 },
	  510 },
	{ "unmap 2M as 4K, coherent",
	  true,
	  prepare_mapped,
	  BOTH(run_unmap),
	  SZ_4K,
	  512,
	  { 25000, 11400 },
	  1 },
	{ "unmap 1G as 4K, coherent",
	  true,
	  prepare_mapped,
	  BOTH(run_unmap),
	  SZ_4K,
	  262144,
	  { 2000000, 1944200 },
	  1 },
	{ "unmap 1G as 4K, non-coherent",
	  false,
	  prepare_mapped,
	  BOTH(run_unmap),
	  SZ_4K,
	  262144,
	  { 2000000, 1945900 },
	  1 },
	{ "map 4K, coherent",
	  true,
	  prepare_tables,
	  BOTH(run_map),
	  SZ_4K,
	  1,
	  { 17500, 14600 },
	  1 },
	{ "map 4K, non-coherent",
	  false,
	  prepare_tables,
	  BOTH(run_map),
	  SZ_4K,
	  1,
	  { 18500, 15800 },
	  1 },
	{ "unmap 4K, coherent",
	  true,
	  prepare_mapped,
	  BOTH(run_unmap),
	  SZ_4K,
	  1,
	  { 15600, 10500 },
	  1 },
	{ "unmap 4K, non-coherent",
	  false,
	  prepare_mapped,
	  BOTH(run_unmap),
	  SZ_4K,
	  1,
	  { 17000, 12000 },
	  1 },
	{ "map 64K as 4K, coherent",
	  true,
	  prepare_tables,
	  BOTH(run_map),
	  SZ_4K,
	  16,
	  { 28000, 25200 },
	  1 },
	{ "unmap 64K as 4K, coherent",
	  true,
	  prepare_mapped,
	  BOTH(run_unmap),
	  SZ_4K,
	  16,
	  { 23500, 18600 },
	  1 },
	{ "map 2M, coherent",
	  true,
	  prepare_tables,
	  BOTH(run_map),
	  SZ_2M,
	  1,
	  { 16200, 14200 },
	  1 },
	{ "unmap 2M, coherent",
	  true,
	  prepare_mapped,
	  BOTH(run_unmap),
	  SZ_2M,
	  1,
	  { 21000, 10100 },
	  1 },
	{ "map 1G, coherent",
	  true,
	  prepare_tables,
	  BOTH(run_map),
	  SZ_1G,
	  1,
	  { 15000, 13900 },
	  1 },
	{ "unmap 1G, coherent",
	  true,
	  prepare_mapped,
	  BOTH(run_unmap),
	  SZ_1G,
	  1,
	  { 19300, 8800 },
	  1 },
	{ "lookup 4K",
	  true,
	  prepare_mapped,
	  SAME(run_lookup),
	  SZ_4K,
	  1,
	  { 5700, 5700 },
	  1 },
	{ "lookup 1G",
	  true,
	  prepare_mapped,
	  SAME(run_lookup),
	  SZ_1G,
	  1,
	  { 3600, 3300 },
	  1 },
};

static void test_cost(void **state)
{
	const struct measure *m = *state;
	const struct measure none = { .cost = &nothing, .stage = m->stage };
	unsigned int divide = m->cost->divide;
	long steps = count_steps(m) - count_steps(&none);
	long hundredths = steps * 100 / divide;

	print_message("# %s: %ld.%02ld instructions%s\n", m->name,
		      hundredths / 100, hundredths % 100,
		      divide > 1 ? " an entry" : "");
#ifdef VTD_COVERAGE
	skip(); /* the counters of the coverage build would be counted too */
#endif
	assert_true(steps > 0);
	assert_in_range(hundredths, 1, m->cost->limit[m->stage]);
}

int main(void)
{
	static struct measure measures[2 * ARRAY_SIZE(costs)];
	struct CMUnitTest tests[ARRAY_SIZE(measures)];
	size_t i;

	if (step_init())
		return 1;
	for (i = 0; i < ARRAY_SIZE(measures); i++) {
		struct measure *m = &measures[i];

		m->cost = &costs[i % ARRAY_SIZE(costs)];
		m->stage = i < ARRAY_SIZE(costs) ? VTD_PT_SECOND : VTD_PT_FIRST;
		snprintf(m->name, sizeof(m->name), "%s%s",
			 m->stage == VTD_PT_FIRST ? "first stage: " : "",
			 m->cost->name);
		tests[i] = (struct CMUnitTest){
			.name = m->name,
			.test_func = test_cost,
			.initial_state = m,
		};
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
