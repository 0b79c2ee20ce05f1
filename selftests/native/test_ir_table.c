// SPDX-License-Identifier: GPL-2.0
/*
 * The interrupt remapping table: runs of indexes, one store for an entry, an
 * invalidation before an index goes to somebody else.  What is expected of the
 * format stands here as numbers.
 *
 * SRCS: intr_remap/table.c
 * CFLAGS: -DVTD_OBSERVER -mcx16
 * TSAN: yes
 */
#include <pthread.h>

#include <linux/kernel.h>
#include <linux/numa.h>
#include <linux/string.h>

#include "vtd_test.h"
#include "../../intr_remap/table.h"

static struct vtd_ir_table table;
static struct vtd_qi_desc last;
static unsigned int invalidations, stores, flushes;
static size_t store_bytes;
static int answer;

void vtd_observe_store(const void *ptr, size_t bytes)
{
	__atomic_add_fetch(&stores, 1, __ATOMIC_RELAXED);
	__atomic_store_n(&store_bytes, bytes, __ATOMIC_RELAXED);
}

void vtd_observe_flush(const void *ptr, size_t bytes)
{
	__atomic_add_fetch(&flushes, 1, __ATOMIC_RELAXED);
}

static int invalidate(void *data, struct vtd_qi_desc desc)
{
	assert_ptr_equal(data, &last);
	last = desc;
	invalidations++;
	return answer;
}

static void start(u32 nr)
{
	memset(&table, 0, sizeof(table));
	table.coherent = true;
	table.mask_max = 15;
	table.invalidate = invalidate;
	table.data = &last;
	assert_int_equal(vtd_ir_table_init(&table, nr, NUMA_NO_NODE), 0);
	invalidations = 0;
	stores = 0;
	flushes = 0;
	answer = 0;
}

static struct vtd_irte entry(u64 lo, u64 hi)
{
	return (struct vtd_irte){ .w = { lo, hi } };
}

static void test_sizes(void **state)
{
	assert_int_equal(vtd_ir_table_init(&table, 0, NUMA_NO_NODE), -EINVAL);
	assert_int_equal(vtd_ir_table_init(&table, 128, NUMA_NO_NODE), -EINVAL);
	assert_int_equal(vtd_ir_table_init(&table, 300, NUMA_NO_NODE), -EINVAL);
	assert_int_equal(vtd_ir_table_init(&table, 131072, NUMA_NO_NODE),
			 -EINVAL);
	start(65536);
	/* S = 15: 2^16 entries; EIME is bit 11. */
	assert_int_equal(vtd_ir_table_reg(&table, 0x12345000, false),
			 0x1234500f);
	assert_int_equal(vtd_ir_table_reg(&table, 0x12345000, true),
			 0x1234580f);
	vtd_ir_table_destroy(&table);
	start(256);
	assert_int_equal(vtd_ir_table_reg(&table, 0xabc000, false), 0xabc007);
	vtd_ir_table_destroy(&table);
}

static void test_no_memory(void **state)
{
	unsigned int nth;

	for (nth = 1; nth <= 2; nth++) {
		memset(&table, 0, sizeof(table));
		vtd_shim_fail_alloc(nth);
		assert_int_equal(vtd_ir_table_init(&table, 256, NUMA_NO_NODE),
				 -ENOMEM);
		assert_int_equal(vtd_shim_alloc_failures(), 1);
		vtd_shim_fail_alloc(0);
	}
}

/* Every run is aligned to its length, none is given out twice. */
static void test_runs(void **state)
{
	static bool taken[512];
	unsigned int nr, i, runs;

	for (nr = 1; nr <= 32; nr *= 2) {
		start(512);
		memset(taken, 0, sizeof(taken));
		for (runs = 0; runs < 512 / nr; runs++) {
			int at = vtd_ir_table_alloc(&table, nr, 0);

			assert_true(at >= 0 && at + nr <= 512);
			assert_int_equal(at % nr, 0);
			for (i = 0; i < nr; i++) {
				assert_false(taken[at + i]);
				taken[at + i] = true;
			}
		}
		assert_int_equal(vtd_ir_table_alloc(&table, nr, 0), -ENOSPC);
		assert_int_equal(vtd_ir_table_alloc(&table, 1, 0), -ENOSPC);
		assert_int_equal(vtd_ir_table_free(&table, 512 - nr, nr), 0);
		assert_int_equal(vtd_ir_table_alloc(&table, nr, 0), 512 - nr);
		vtd_ir_table_destroy(&table);
	}
}

static void test_runs_refused(void **state)
{
	start(256);
	assert_int_equal(vtd_ir_table_alloc(&table, 0, 0), -EINVAL);
	assert_int_equal(vtd_ir_table_alloc(&table, 3, 0), -EINVAL);
	assert_int_equal(vtd_ir_table_alloc(&table, 64, 0), -EINVAL);
	assert_int_equal(vtd_ir_table_alloc(&table, 1, 256), -EINVAL);
	assert_int_equal(vtd_ir_table_alloc(&table, 1, 7), -EINVAL);
	vtd_ir_table_destroy(&table);
}

/* Indexes below what the caller can use are never its own. */
static void test_from(void **state)
{
	unsigned int i;

	start(512);
	for (i = 0; i < 256; i++)
		assert_true(vtd_ir_table_alloc(&table, 1, 256) >= 256);
	assert_int_equal(vtd_ir_table_alloc(&table, 1, 256), -ENOSPC);
	assert_in_range(vtd_ir_table_alloc(&table, 1, 0), 0, 255);
	vtd_ir_table_destroy(&table);
}

/* One that was freed rests until the others had their turn. */
static void test_rest(void **state)
{
	int first;
	unsigned int i;

	start(256);
	first = vtd_ir_table_alloc(&table, 1, 0);
	assert_int_equal(vtd_ir_table_free(&table, first, 1), 0);
	for (i = 0; i < 255; i++)
		assert_int_not_equal(vtd_ir_table_alloc(&table, 1, 0), first);
	assert_int_equal(vtd_ir_table_alloc(&table, 1, 0), first);
	vtd_ir_table_destroy(&table);
}

/* A hole between runs is found by what fits into it. */
static void test_holes(void **state)
{
	unsigned int i;

	start(256);
	for (i = 0; i < 256; i++)
		assert_int_equal(vtd_ir_table_alloc(&table, 1, 0), i);
	vtd_ir_table_free(&table, 101, 1);
	vtd_ir_table_free(&table, 102, 1);
	/* 101 and 102 are two, but no run of two. */
	assert_int_equal(vtd_ir_table_alloc(&table, 2, 0), -ENOSPC);
	vtd_ir_table_free(&table, 103, 1);
	assert_int_equal(vtd_ir_table_alloc(&table, 2, 0), 102);
	assert_int_equal(vtd_ir_table_alloc(&table, 2, 0), -ENOSPC);
	assert_int_equal(vtd_ir_table_alloc(&table, 1, 0), 101);
	vtd_ir_table_destroy(&table);
}

static void test_one_store(void **state)
{
	start(256);
	assert_int_equal(vtd_ir_table_set(&table, 9, entry(0x1230001, 0x48)),
			 0);
	assert_int_equal(stores, 1);
	assert_int_equal(store_bytes, 16);
	assert_int_equal(table.entry[9].w[0], 0x1230001);
	assert_int_equal(table.entry[9].w[1], 0x48);
	assert_int_equal(vtd_ir_table_get(&table, 9).w[0], 0x1230001);
	assert_int_equal(flushes, 0);
	vtd_ir_table_destroy(&table);
}

static void test_flushed(void **state)
{
	start(256);
	table.coherent = false;
	vtd_ir_table_set(&table, 9, entry(1, 2));
	assert_int_equal(flushes, 1);
	vtd_ir_table_clear(&table, 9, 1);
	assert_int_equal(flushes, 2);
	vtd_ir_table_destroy(&table);
}

/* Not-present entries are not cached; others are until told otherwise. */
static void test_invalidations(void **state)
{
	start(65536);
	vtd_ir_table_set(&table, 0x1234, entry(1, 0));
	assert_int_equal(invalidations, 0);
	vtd_ir_table_set(&table, 0x1234, entry(0x10001, 0));
	assert_int_equal(invalidations, 1);
	/* Type 4, index-selective, index in bits 47:32, mask 0. */
	assert_int_equal(last.w[0], 0x123400000014);
	assert_int_equal(last.w[1], 0);
	vtd_ir_table_set(&table, 0x1234, entry(0x10001, 0));
	assert_int_equal(invalidations, 1);
	vtd_ir_table_set(&table, 0x1234, entry(0x10001, 1));
	assert_int_equal(invalidations, 2);
	vtd_ir_table_clear(&table, 0x1234, 1);
	assert_int_equal(invalidations, 3);
	vtd_ir_table_clear(&table, 0x1234, 1);
	assert_int_equal(invalidations, 3);
	vtd_ir_table_destroy(&table);
}

static void test_caching_mode(void **state)
{
	start(256);
	table.caching_mode = true;
	vtd_ir_table_set(&table, 5, entry(1, 0));
	assert_int_equal(invalidations, 1);
	assert_int_equal(last.w[0], 0x500000014);
	vtd_ir_table_destroy(&table);
}

/* A run goes with one descriptor; its mask is in bits 31:27. */
static void test_run_invalidation(void **state)
{
	unsigned int i;

	start(256);
	for (i = 0; i < 32; i++)
		vtd_ir_table_set(&table, 64 + i, entry(1, 0));
	assert_int_equal(vtd_ir_table_free(&table, 64, 32), 0);
	assert_int_equal(invalidations, 1);
	assert_int_equal(last.w[0], 0x4028000014);
	for (i = 0; i < 32; i++)
		assert_int_equal(table.entry[64 + i].w[0], 0);
	vtd_ir_table_destroy(&table);
}

static void test_failed_invalidation(void **state)
{
	unsigned int i;
	int at;

	start(256);
	at = vtd_ir_table_alloc(&table, 1, 0);
	vtd_ir_table_set(&table, at, entry(1, 0));
	answer = -ETIMEDOUT;
	assert_int_equal(vtd_ir_table_set(&table, at, entry(0x10001, 0)),
			 -ETIMEDOUT);
	assert_int_equal(vtd_ir_table_free(&table, at, 1), -ETIMEDOUT);
	assert_int_equal(table.lost, 1);
	answer = 0;
	for (i = 0; i < 255; i++)
		assert_int_not_equal(vtd_ir_table_alloc(&table, 1, 0), at);
	assert_int_equal(vtd_ir_table_alloc(&table, 1, 0), -ENOSPC);
	vtd_ir_table_destroy(&table);
}

static void test_sources(void **state)
{
	u16 one[] = { 0x1234 };
	u16 behind[] = { 0x0510, 0x0400 };
	u16 same[] = { 0x0210, 0x0211 };
	u16 many[] = { 0x0700, 0x0900, 0x0300 };

	/* SVT (bits 19:18 of the upper half) 1: the id; 2: from bus to bus. */
	assert_int_equal(vtd_ir_source(one, 1), 0x41234);
	assert_int_equal(vtd_ir_source(behind, 2), 0x80405);
	assert_int_equal(vtd_ir_source(same, 2), 0x80202);
	assert_int_equal(vtd_ir_source(many, 3), 0x80309);
}

#define PRESENT 0x1ULL
#define SILENT 0x2ULL
/* Function 03:02.0 to the last bit, 03:02.1, and buses 3 to 5. */
#define OF_0310 0x40310ULL
#define OF_0311 0x40311ULL
#define OF_BUSES 0x80305ULL

static void is_entry(u32 index, u64 lo, u64 hi)
{
	struct vtd_irte irte = vtd_ir_table_get(&table, index);

	assert_int_equal(irte.w[0], lo);
	assert_int_equal(irte.w[1], hi);
}

/* Entries of who is held let nothing through; the others are as they were. */
static void test_held(void **state)
{
	static const u16 held[] = { 0x0310, 0x0510 };
	static const u16 outside[] = { 0x0210, 0x0610 };

	start(256);
	vtd_ir_table_alloc(&table, 8, 0);
	vtd_ir_table_set(&table, 0, entry(0x300050001, OF_0310));
	vtd_ir_table_set(&table, 1, entry(0x300060001, OF_0311));
	vtd_ir_table_set(&table, 2, entry(0x300070001, OF_BUSES));
	vtd_ir_table_set(&table, 3, entry(0x300080001, 0));
	assert_int_equal(vtd_ir_table_hold(&table, held, 1, false), 0);
	assert_null(table.held);
	invalidations = 0;
	assert_int_equal(vtd_ir_table_hold(&table, outside, 2, true), 0);
	assert_int_equal(invalidations, 0);
	is_entry(2, 0x300070001, OF_BUSES);

	assert_int_equal(vtd_ir_table_hold(&table, held, 1, true), 0);
	assert_int_equal(invalidations, 1);
	assert_int_equal(last.w[0], 0x4);
	is_entry(0, 0x300050000 | SILENT, OF_0310);
	assert_true(vtd_ir_held(vtd_ir_table_get(&table, 0)));
	is_entry(1, 0x300060001, OF_0311);
	is_entry(2, 0x300070000 | SILENT, OF_BUSES);
	is_entry(3, 0x300080001, 0);
	is_entry(4, 0, 0);
	/* Again, and another of the same buses: nothing new. */
	assert_int_equal(vtd_ir_table_hold(&table, held, 2, true), 0);
	assert_int_equal(invalidations, 1);

	/* It moves, and a new one is set up: neither is let through. */
	assert_int_equal(
		vtd_ir_table_set(&table, 0, entry(0x400050001, OF_0310)), 0);
	is_entry(0, 0x400050000 | SILENT, OF_0310);
	vtd_ir_table_set(&table, 5, entry(0x400090001, OF_0310));
	is_entry(5, 0x400090000 | SILENT, OF_0310);
	assert_int_equal(vtd_ir_table_allowed(&table, entry(1, OF_0310)).w[0],
			 SILENT);
	vtd_ir_table_clear(&table, 5, 1);
	is_entry(5, 0, 0);

	/* One of two is brought back: the buses have the other one still. */
	invalidations = 0;
	assert_int_equal(vtd_ir_table_hold(&table, held, 1, false), 0);
	is_entry(0, 0x400050000 | PRESENT, OF_0310);
	is_entry(2, 0x300070000 | SILENT, OF_BUSES);
	assert_int_equal(vtd_ir_table_hold(&table, held, 2, false), 0);
	is_entry(2, 0x300070000 | PRESENT, OF_BUSES);
	is_entry(5, 0, 0);
	assert_int_equal(invalidations, 0);
	/* What was read while it was held, and is put back later. */
	vtd_ir_table_set(&table, 0, entry(0x400050000 | SILENT, OF_0310));
	is_entry(0, 0x400050000 | PRESENT, OF_0310);
	vtd_ir_table_destroy(&table);
}

static void test_held_refused(void **state)
{
	static const u16 held = 0x0310;

	start(256);
	table.caching_mode = true;
	vtd_ir_table_set(&table, 0, entry(0x300050001, OF_0310));
	vtd_shim_fail_alloc(1);
	assert_int_equal(vtd_ir_table_hold(&table, &held, 1, true), -ENOMEM);
	vtd_shim_alloc_failures();
	is_entry(0, 0x300050001, OF_0310);
	answer = -ETIMEDOUT;
	assert_int_equal(vtd_ir_table_hold(&table, &held, 1, true), -ETIMEDOUT);
	is_entry(0, 0x300050000 | SILENT, OF_0310);
	/* The unit may have cached that it is not present. */
	answer = 0;
	invalidations = 0;
	assert_int_equal(vtd_ir_table_hold(&table, &held, 1, false), 0);
	assert_int_equal(invalidations, 1);
	vtd_ir_table_destroy(&table);
}

/* Both sizes of APIC ids, before and after the change from one to the other. */
static void test_held_twins(void **state)
{
	static const u16 held = 0x0310;

	start(256);
	table.narrow = true;
	vtd_ir_table_set(&table, 0, entry(0x700050001, OF_0310));
	assert_int_equal(vtd_ir_table_hold(&table, &held, 1, true), 0);
	assert_int_equal(vtd_ir_table_stage(&table, NUMA_NO_NODE), 0);
	assert_int_equal(table.entry[0].w[0], 0x70000050000 | SILENT);
	assert_int_equal(table.twin[0].w[0], 0x700050000 | SILENT);
	assert_int_equal(vtd_ir_table_hold(&table, &held, 1, false), 0);
	assert_int_equal(table.entry[0].w[0], 0x70000050000 | PRESENT);
	assert_int_equal(table.twin[0].w[0], 0x700050000 | PRESENT);
	assert_int_equal(vtd_ir_table_hold(&table, &held, 1, true), 0);
	assert_int_equal(table.twin[0].w[0], 0x700050000 | SILENT);
	vtd_ir_table_set(&table, 0, entry(0x800050001, OF_0310));
	assert_int_equal(table.twin[0].w[0], 0x800050000 | SILENT);
	vtd_ir_table_commit(&table);
	assert_int_equal(vtd_ir_table_hold(&table, &held, 1, false), 0);
	is_entry(0, 0x800050000 | PRESENT, OF_0310);
	vtd_ir_table_destroy(&table);
}

static void test_formats(void **state)
{
	struct vtd_irte irte;

	irte = vtd_irte_remapped(0x41, 0x03, false, false, 0x41234);
	assert_int_equal(irte.w[0], 0x30000410001);
	assert_int_equal(irte.w[1], 0x41234);
	irte = vtd_irte_remapped(0xef, 0x12345678, true, true, 0);
	assert_int_equal(irte.w[0], 0x1234567800ef0005);
	assert_int_equal(vtd_msi_addr(0, false), 0xfee00010);
	assert_int_equal(vtd_msi_addr(0x10, false), 0xfee00210);
	assert_int_equal(vtd_msi_addr(0x8001, true), 0xfee0003c);
}

/* --- another CPU between two steps --------------------------------------------- */

static int faster;

static void is_faster(void)
{
	faster = vtd_ir_table_alloc(&table, 4, 0);
}

/* Who found a free run may find it taken when it has the lock. */
static void test_found_by_two(void **state)
{
	int at;

	start(256);
	faster = -1;
	vtd_shim_before_lock(is_faster);
	at = vtd_ir_table_alloc(&table, 4, 0);
	assert_true(faster >= 0 && at >= 0);
	assert_int_not_equal(at, faster);
	vtd_ir_table_free(&table, at, 4);
	vtd_ir_table_free(&table, faster, 4);
	vtd_ir_table_destroy(&table);
}

/* --- several at once --------------------------------------------------------- */

#define THREADS 4
#define ROUNDS 20000

static int owner[256];
static int stop;

static int invalidate_quietly(void *data, struct vtd_qi_desc desc)
{
	return 0;
}

struct worker {
	pthread_t thread;
	unsigned int number;
	const char *failed;
};

static void *take_and_give(void *arg)
{
	struct worker *w = arg;
	u64 seed = w->number;
	unsigned int round, i;

	for (round = 0; round < ROUNDS; round++) {
		unsigned int nr = 1U << (vtd_rand(&seed) % 4);
		int at = vtd_ir_table_alloc(&table, nr, 0);
		u64 tag;

		if (at < 0)
			continue;
		for (i = 0; i < nr; i++)
			if (__atomic_exchange_n(&owner[at + i], 1,
						__ATOMIC_SEQ_CST))
				w->failed = "an index belongs to two";
		tag = vtd_rand(&seed) | 1;
		vtd_ir_table_set(&table, at, entry(tag, ~tag));
		vtd_ir_table_set(&table, at, entry(~tag | 1, tag & ~1ULL));
		for (i = 0; i < nr; i++)
			__atomic_store_n(&owner[at + i], 0, __ATOMIC_SEQ_CST);
		vtd_ir_table_free(&table, at, nr);
	}
	return NULL;
}

/* The unit: reads 128 bits at once and must find both halves of one entry. */
static void *hardware(void *arg)
{
	struct worker *w = arg;
	u64 seed = 77;

	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		u128 *at = (u128 *)&table.entry[vtd_rand(&seed) % 256];
		u128 seen = 0;
		u64 lo, hi;

		/* Equal or not, it is what stood there. */
		__atomic_compare_exchange_n(at, &seen, seen, false,
					    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
		lo = seen;
		hi = seen >> 64;
		/* P and FPD are the table's to say. */
		if (seen && ((lo ^ ~hi) & ~3ULL))
			w->failed = "an entry is of two halves";
	}
	return NULL;
}

static void test_threads(void **state)
{
	struct worker worker[THREADS] = {}, unit = {};
	unsigned int i;

	start(256);
	table.invalidate = invalidate_quietly;
	stop = 0;
	memset(owner, 0, sizeof(owner));
	pthread_create(&unit.thread, NULL, hardware, &unit);
	for (i = 0; i < THREADS; i++) {
		worker[i].number = i;
		pthread_create(&worker[i].thread, NULL, take_and_give,
			       &worker[i]);
	}
	for (i = 0; i < THREADS; i++) {
		pthread_join(worker[i].thread, NULL);
		assert_null(worker[i].failed);
	}
	__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
	pthread_join(unit.thread, NULL);
	assert_null(unit.failed);
	for (i = 0; i < 256 / BITS_PER_LONG; i++)
		assert_int_equal(table.used[i], 0);
	vtd_ir_table_destroy(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		VTD_TEST(test_sizes),
		VTD_TEST(test_no_memory),
		VTD_TEST(test_runs),
		VTD_TEST(test_runs_refused),
		VTD_TEST(test_from),
		VTD_TEST(test_rest),
		VTD_TEST(test_holes),
		VTD_TEST(test_one_store),
		VTD_TEST(test_flushed),
		VTD_TEST(test_invalidations),
		VTD_TEST(test_caching_mode),
		VTD_TEST(test_run_invalidation),
		VTD_TEST(test_failed_invalidation),
		VTD_TEST(test_sources),
		VTD_TEST(test_held),
		VTD_TEST(test_held_refused),
		VTD_TEST(test_held_twins),
		VTD_TEST(test_formats),
		VTD_TEST(test_found_by_two),
		VTD_TEST(test_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
