// SPDX-License-Identifier: GPL-2.0
/*
 * Histograms of times, and the table that finds them by a number.
 *
 * SRCS: dmar/hist.c selftests/native/model_fixture.c kunit/model/model.c
 * CFLAGS: -DVTD_OBSERVER
 * TSAN: yes
 */
#include <pthread.h>
#include <string.h>

#include "model_fixture.h"

#include "../../dmar/hist.h"

static void test_buckets(void **state)
{
	unsigned int i;

	assert_int_equal(vtd_hist_bucket(0), 0);
	assert_int_equal(vtd_hist_bucket(63), 0);
	for (i = 1; i < 23; i++) {
		assert_int_equal(vtd_hist_bucket(64ULL << (i - 1)), i);
		assert_int_equal(vtd_hist_bucket((64ULL << i) - 1), i);
	}
	assert_int_equal(vtd_hist_bucket(64ULL << 22), 23);
	assert_int_equal(vtd_hist_bucket(1ULL << 40), 23);
	assert_int_equal(vtd_hist_bucket(~0ULL), 23);
}

static void test_add(void **state)
{
	struct vtd_hist h = {};

	assert_int_equal(vtd_hist_count(&h), 0);
	vtd_hist_add(&h, 100);
	vtd_hist_add(&h, 1000);
	vtd_hist_add(&h, 90);
	vtd_hist_add(&h, 0);
	assert_int_equal(vtd_hist_count(&h), 4);
	assert_int_equal(atomic64_read(&h.ns), 1190);
	assert_int_equal(atomic64_read(&h.max_ns), 1000);
	assert_int_equal(atomic64_read(&h.bucket[0]), 1);
	assert_int_equal(atomic64_read(&h.bucket[1]), 2);
	assert_int_equal(atomic64_read(&h.bucket[4]), 1);
}

#define NR 64

static struct vtd_hist_slot slots[NR];

static void test_slots(void **state)
{
	struct vtd_hist_slot *at[NR];
	u32 key;

	memset(slots, 0, sizeof(slots));
	/* Numbers that want the same place get 16 of them, and then none. */
	for (key = 0; key < VTD_HIST_PROBES; key++) {
		at[key] = vtd_hist_slot(slots, NR, 5 + key * NR);
		assert_non_null(at[key]);
		assert_int_equal(atomic_read(&at[key]->key), 5 + key * NR);
	}
	assert_null(vtd_hist_slot(slots, NR, 5 + key * NR));
	for (key = 0; key < VTD_HIST_PROBES; key++)
		assert_ptr_equal(vtd_hist_slot(slots, NR, 5 + key * NR),
				 at[key]);
	/* Round the end of the table. */
	assert_ptr_equal(vtd_hist_slot(slots, NR, 63), &slots[63]);
	assert_ptr_equal(vtd_hist_slot(slots, NR, 127), &slots[0]);
	assert_ptr_equal(vtd_hist_slot(slots, NR, ~0U), &slots[1]);
	assert_ptr_equal(vtd_hist_slot(slots, NR, 63), &slots[63]);
}

static void *add_many(void *unused)
{
	unsigned int i;

	for (i = 1; i <= 2000; i++) {
		struct vtd_hist_slot *slot =
			vtd_hist_slot(slots, NR, 1 + i % 40);

		vtd_hist_add(&slot->hist[i % VTD_HISTS], i);
	}
	return NULL;
}

/* Each finds the same place, and nothing is lost. */
static void test_threads(void **state)
{
	pthread_t thread[4];
	u64 sum = 0, ns = 0;
	unsigned int i, k, used = 0, max = 0;

	memset(slots, 0, sizeof(slots));
	for (i = 0; i < 4; i++)
		assert_int_equal(
			pthread_create(&thread[i], NULL, add_many, NULL), 0);
	for (i = 0; i < 4; i++)
		pthread_join(thread[i], NULL);
	for (i = 0; i < NR; i++) {
		used += !!atomic_read(&slots[i].key);
		for (k = 0; k < VTD_HISTS; k++) {
			sum += vtd_hist_count(&slots[i].hist[k]);
			ns += atomic64_read(&slots[i].hist[k].ns);
			if (atomic64_read(&slots[i].hist[k].max_ns) > max)
				max = atomic64_read(&slots[i].hist[k].max_ns);
		}
	}
	assert_int_equal(used, 40);
	assert_int_equal(sum, 8000);
	assert_int_equal(ns, 4 * 2001000);
	assert_int_equal(max, 2000);
}

int main(void)
{
	fix_case(test_buckets, NULL, "which bucket");
	fix_case(test_add, NULL, "times are added");
	fix_case(test_slots, NULL, "places for numbers");
	fix_case(test_threads, NULL, "several at once");
	return fix_run("hist");
}
