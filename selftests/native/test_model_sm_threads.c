// SPDX-License-Identifier: GPL-2.0
/*
 * The software unit marks first-stage entries while a CPU changes them without a
 * lock, as a process does with its own: neither loses what the other stored.
 *
 * SRCS: kunit/model/model.c selftests/native/model_fixture.c
 * SRCS: selftests/native/model_scalable.c
 * CFLAGS: -DVTD_OBSERVER
 * TSAN: yes
 */
#include <pthread.h>
#include <stdio.h>

#include <linux/atomic.h>
#include <linux/kernel.h>
#include <linux/mm.h>

#include "model_scalable.h"

#define DEVICES 2
#define ENTRIES 16
#define COUNT (1ULL << 52) /* software's own bits: 62:52 */
#define COUNT_MASK 0x7ffULL
#define ROUNDS 2000000000ULL /* it does not wait for ever */

static u64 *leaves; /* the last table; nobody tells the model of its stores */
static u64 enough; /* marks that the CPU is to find */
static u64 rounds;
static unsigned int working;
static unsigned int failures;
static u64 marked; /* dirty bits that the CPU found and took away */

/* Counts in bits that hardware ignores, and takes away what it marked. */
static void *cpu(void *arg)
{
	u64 random = 7, nr = 0, i;

	for (i = 0; nr < enough && i < ROUNDS; i++) {
		u64 *at = &leaves[vtd_rand(&random) % ENTRIES];
		u64 old = READ_ONCE(*at), now;

		do {
			now = (old & ~(0x60ULL | COUNT_MASK << 52)) |
			      ((old + COUNT) & COUNT_MASK << 52);
		} while (!try_cmpxchg64(at, &old, now));
		nr += old >> 6 & 1;
	}
	marked = nr;
	rounds = i;
	__atomic_sub_fetch(&working, 1, __ATOMIC_SEQ_CST);
	return NULL;
}

static void *device(void *arg)
{
	u64 random = (uintptr_t)arg + 1;

	while (__atomic_load_n(&working, __ATOMIC_SEQ_CST)) {
		struct vtd_model_result result;
		u64 dice = vtd_rand(&random);
		/* so many addresses lead there that few are cached */
		u64 addr = (dice >> 8 & 511) << 21 | dice % ENTRIES << 12;
		bool ok = vtd_model_translate(sm.unit, SM_SID, addr,
					      VTD_MODEL_WRITE, &result);

		if (!ok ||
		    result.phys != 0x100000000ULL + (dice % ENTRIES << 12))
			__atomic_add_fetch(&failures, 1, __ATOMIC_SEQ_CST);
	}
	return NULL;
}

static void test_marks(void **state)
{
	pthread_t thread[DEVICES + 1];
	u64 sum = 0;
	unsigned int i;

	enough = vtd_env("VTD_SM_MARKS", 4000);
	failures = 0;
	working = 1;
	sm_start(SM_CAP, SM_ECAP, 0);
	leaves = fix_page();
	vtd_model_page_freed(leaves);
	vtd_model_foreign_tables(sm.unit, true);
	for (i = 0; i < 512; i++) {
		leaves[i] = 0x100000007ULL + i * 4096ULL;
		fix_store(&sm.first[2][i], virt_to_phys(leaves) | 0x27);
	}
	sm_use_first();
	assert_int_equal(pthread_create(&thread[DEVICES], NULL, cpu, NULL), 0);
	for (i = 0; i < DEVICES; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, device,
						(void *)(uintptr_t)i),
				 0);
	for (i = 0; i <= DEVICES; i++)
		pthread_join(thread[i], NULL);
	assert_int_equal(failures, 0);
	/* each entry counted by itself, modulo its width */
	for (i = 0; i < ENTRIES; i++)
		sum += leaves[i] >> 52 & COUNT_MASK;
	assert_int_equal((rounds - sum) & COUNT_MASK, 0);
	assert_true(marked >= enough);
	printf("# %llu changes by the CPU, %llu dirty bits found\n", rounds,
	       marked);
	/* what is cached may be dirty where the entry no longer is */
	sm_forget();
	for (i = 0; i < ENTRIES; i++) {
		assert_int_equal(sm_ask(i << 12, VTD_MODEL_WRITE), 0);
		assert_int_equal(leaves[i] & 0x60, 0x60);
	}
	fix_assert_good();
	for (i = 0; i < 512; i++)
		fix_store(&sm.first[2][i], 0);
	sm_forget();
	fix_page_free(leaves);
	sm_stop();
	assert_int_equal(fix_broken(), 0);
}

int main(void)
{
	fix_case(test_marks, NULL, "marks while entries change");
	return fix_run("model-sm-threads");
}
