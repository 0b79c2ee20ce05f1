// SPDX-License-Identifier: GPL-2.0
/*
 * Page tables: threads that map and unmap ranges of their own in tables they
 * share.  Fresh tables each round, so that they race to install them.
 *
 * PGTABLE_ROUNDS: rounds a test.
 *
 * SRCS: dmar/pgtable.c
 * TSAN: yes
 */
#include <pthread.h>

#include "test_pgtable.h"

#define RW 3ULL
#define THREADS 4
#define WINDOW (GB512 - GB1) /* 2 GiB across a table of level 3 */

struct mapper {
	pthread_t thread;
	unsigned int number;
	u64 seed;
	u64 stride; /* bytes each owns at a time, threads by turns */
	const char *failed;
};

static struct vtd_pgtable pt;
static pthread_barrier_t start;

/* Range k of a thread, in its own part of the window. */
static u64 range(const struct mapper *m, u64 k)
{
	return WINDOW + (k * THREADS + m->number) * m->stride;
}

static bool is_mapped(u64 iova, u64 paddr)
{
	struct vtd_pt_leaf leaf;

	return vtd_pt_lookup(&pt, iova, &leaf) && leaf.phys == paddr &&
	       leaf.prot == RW;
}

/* cmocka's assertions are for the main thread only. */
#define CHECK(m, cond)                       \
	do {                                 \
		if (!(cond))                 \
			(m)->failed = #cond; \
	} while (0)

static void cycle(struct mapper *m, u64 k, u64 pgsize)
{
	struct iommu_pages_list list = IOMMU_PAGES_LIST_INIT(list);
	u64 iova = range(m, k), paddr = iova ^ 0x5540000000ULL;
	u64 count = m->stride / pgsize, part;
	bool tables = false;
	size_t mapped;

	part = 1 + vtd_rand(&m->seed) % count;
	CHECK(m, !vtd_pt_map(&pt, iova, paddr, pgsize, part, RW, GFP_KERNEL,
			     &list, &mapped));
	CHECK(m, mapped == part * pgsize);
	if (part < count)
		CHECK(m, !vtd_pt_map(&pt, iova + mapped, paddr + mapped, pgsize,
				     count - part, RW, GFP_KERNEL, &list,
				     &mapped));
	iommu_put_pages_list(&list);
	for (u64 off = 0; off < m->stride; off += pgsize)
		CHECK(m, is_mapped(iova + off, paddr + off));
	if (vtd_rand(&m->seed) % 4 == 0)
		return; /* stays */
	list = (struct iommu_pages_list)IOMMU_PAGES_LIST_INIT(list);
	part = 1 + vtd_rand(&m->seed) % count;
	CHECK(m, vtd_pt_unmap(&pt, iova, pgsize, part, &list, &tables) ==
			 part * pgsize);
	if (part < count)
		CHECK(m, vtd_pt_unmap(&pt, iova + part * pgsize, pgsize,
				      count - part, &list,
				      &tables) == (count - part) * pgsize);
	iommu_put_pages_list(&list);
	/* mapped again, whole, so that every range ends in the same way */
	list = (struct iommu_pages_list)IOMMU_PAGES_LIST_INIT(list);
	CHECK(m, !vtd_pt_map(&pt, iova, paddr, pgsize, count, RW, GFP_KERNEL,
			     &list, &mapped));
	iommu_put_pages_list(&list);
}

static void *run(void *arg)
{
	struct mapper *m = arg;
	u64 ranges = 2 * GB1 / (m->stride * THREADS);

	pthread_barrier_wait(&start);
	for (u64 i = 0; i < 12; i++) {
		/* around the middle of the window, where upper tables change */
		u64 k = ranges / 2 - 6 + i;
		u64 pgsize = KB4;

		if (m->stride >= MB2 && vtd_rand(&m->seed) % 2)
			pgsize = MB2;
		cycle(m, k, pgsize);
	}
	return NULL;
}

struct thread_case {
	const char *name;
	int levels;
	bool coherent;
	u64 stride;
};

static const struct thread_case cases[] = {
	{ "threads: page by page", 4, true, KB4 },
	{ "threads: page by page, non-coherent", 4, false, KB4 },
	{ "threads: 5 pages each", 5, true, 5 * KB4 },
	{ "threads: 64K each, non-coherent", 5, false, 16 * KB4 },
	{ "threads: whole tables", 4, true, MB2 },
	{ "threads: whole tables, non-coherent", 5, false, MB2 },
	{ "threads: 3 tables each, non-coherent", 4, false, 3 * MB2 },
};

static void test_threads(void **state)
{
	const struct thread_case *c = *state;
	u64 rounds = vtd_env("PGTABLE_ROUNDS", 60);
	long before = vtd_shim_live_tables();
	struct mapper m[THREADS];

	for (u64 round = 0; round < rounds; round++) {
		make_pt(&pt, c->levels, c->coherent);
		pthread_barrier_init(&start, NULL, THREADS);
		for (unsigned int i = 0; i < THREADS; i++) {
			m[i] = (struct mapper){
				.number = i,
				.seed = round * THREADS + i,
				.stride = c->stride,
			};
			assert_int_equal(pthread_create(&m[i].thread, NULL, run,
							&m[i]),
					 0);
		}
		for (unsigned int i = 0; i < THREADS; i++)
			pthread_join(m[i].thread, NULL);
		pthread_barrier_destroy(&start);
		for (unsigned int i = 0; i < THREADS; i++) {
			u64 k = 2 * GB1 / (c->stride * THREADS) / 2 - 6;

			if (m[i].failed)
				fail_msg("thread %u: %s", i, m[i].failed);
			for (u64 n = 0; n < 12; n++) {
				u64 iova = range(&m[i], k + n);
				struct seen seen =
					see(&pt, iova + c->stride - 1);

				assert_true(seen.size);
				assert_int_equal(seen.bits, RW);
				assert_int_equal(seen.phys,
						 (iova ^ 0x5540000000ULL) +
							 c->stride - 1);
			}
		}
		vtd_pt_destroy(&pt);
		assert_int_equal(vtd_shim_live_tables(), before);
	}
}

int main(void)
{
	static char names[2 * ARRAY_SIZE(cases)][80];
	struct CMUnitTest tests[ARRAY_SIZE(names)];

	for (size_t i = 0; i < ARRAY_SIZE(tests); i++) {
		const struct thread_case *c = &cases[i / 2];
		enum vtd_pt_stage of = i % 2 ? VTD_PT_FIRST : VTD_PT_SECOND;

		snprintf(names[i], sizeof(names[i]), "%s%s", STAGE_NAME(of),
			 c->name);
		tests[i] = test_of(of, names[i], test_threads, c);
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
