// SPDX-License-Identifier: GPL-2.0
/*
 * The driver's interrupt remapping table on a software unit that works in a
 * thread of its own: several CPUs take, move and give back interrupts while
 * devices raise them.
 *
 * SRCS: intr_remap/table.c dmar/qi.c dmar/context.c dmar/unit.c dmar/domain.c
 * SRCS: dmar/pasid.c dmar/scalable.c dmar/devtlb.c
 * SRCS: dmar/flush.c dmar/pgtable.c dmar/identity.c dmar/reply.c
 * SRCS: kunit/model/model.c kunit/model/memory.c kunit/model/regs.c
 * SRCS: kunit/model/fault.c kunit/model/walk.c kunit/model/cache.c
 * SRCS: kunit/model/queue.c kunit/model/device.c kunit/model/check.c
 * SRCS: kunit/model/quiescent.c kunit/model/intr.c kunit/model/check_intr.c
 * SRCS: selftests/native/model_fixture.c selftests/native/rig.c
 * SRCS: selftests/native/ir_rig.c
 * CFLAGS: -DVTD_OBSERVER
 * TSAN: yes
 */
#include <pthread.h>
#include <sched.h>
#include <unistd.h>

#include <linux/kernel.h>

#include "ir_rig.h"

#define WORKERS 3

static bool stop_hardware;
static unsigned int rounds;
static unsigned int failures;
static unsigned int raised;

/* cmocka's assertions are for the main thread only. */
static void note(bool good)
{
	if (!good)
		__atomic_add_fetch(&failures, 1, __ATOMIC_SEQ_CST);
}

static void *hardware(void *arg)
{
	while (!READ_ONCE(stop_hardware)) {
		vtd_model_run(rig.model[0], 20);
		sched_yield();
	}
	return NULL;
}

static void relax(void)
{
	sched_yield();
}

/* All of an entry follows from the device and the round it was written in. */
static struct vtd_irte entry(u16 sid, u8 round)
{
	return vtd_irte_remapped(round, (u8)(round ^ sid), false, false,
				 vtd_irte_from_sid(sid));
}

static bool raise_msi(u16 sid, u32 index, struct vtd_model_interrupt *got)
{
	return vtd_model_msi(rig.model[0], sid, vtd_msi_addr(index, false), 0,
			     got);
}

/* Whoever looks at the table finds whole entries, too. */
static void look(u32 index)
{
	struct vtd_irte seen = vtd_ir_table_get(&ir.table, index);
	u8 round = seen.w[0] >> 16;

	if (seen.w[0] & 1)
		note(seen.w[0] == entry(seen.w[1], round).w[0]);
	else
		note(!seen.w[0] && !seen.w[1]);
}

/* Devices raise whatever they can: what arrives is of one entry, and theirs. */
static void *devices(void *arg)
{
	u64 seed = 5;

	while (!READ_ONCE(stop_hardware)) {
		u64 random = vtd_rand(&seed);
		u16 sid = 0x0100 + random % WORKERS;
		u32 index = random >> 8 & 255;
		struct vtd_model_interrupt got;

		look(index);
		if (!raise_msi(sid, index, &got))
			continue;
		note(got.dest == (u8)(got.vector ^ sid));
		__atomic_add_fetch(&raised, 1, __ATOMIC_SEQ_CST);
	}
	return NULL;
}

static void *driver(void *arg)
{
	u16 sid = 0x0100 + (uintptr_t)arg;
	u64 seed = sid;
	unsigned int i;

	for (i = 0; i < rounds; i++) {
		unsigned int nr = 1U << vtd_rand(&seed) % 6, j;
		int at = vtd_ir_table_alloc(&ir.table, nr, 0);
		struct vtd_model_interrupt got;

		if (at < 0)
			continue;
		for (j = 0; j < nr; j++)
			note(!vtd_ir_table_set(&ir.table, at + j,
					       entry(sid, i)));
		/* and moved, and nothing goes where it went */
		j = at + vtd_rand(&seed) % nr;
		note(!vtd_ir_table_set(&ir.table, j, entry(sid, i + 1)));
		note(raise_msi(sid, j, &got) && got.vector == (u8)(i + 1));
		note(!vtd_ir_table_free(&ir.table, at, nr));
		/* it may be another's by now, but not this device's */
		note(!raise_msi(sid, j, &got));
	}
	return NULL;
}

static void run(u64 cap, u64 ecap, u32 policy)
{
	pthread_t unit, device, thread[WORKERS];
	unsigned long i;

	rounds = vtd_env("VTD_THREAD_ROUNDS", 100);
	failures = 0;
	raised = 0;
	rig_start();
	rig_add(cap, ecap, policy, 1, 3);
	ir_on(256, false);
	vtd_shim_virtual_clock(1000000, 0);
	fix_relax(relax);
	stop_hardware = false;
	pthread_create(&unit, NULL, hardware, NULL);
	pthread_create(&device, NULL, devices, NULL);
	for (i = 0; i < WORKERS; i++)
		pthread_create(&thread[i], NULL, driver, (void *)i);
	for (i = 0; i < WORKERS; i++)
		pthread_join(thread[i], NULL);
	WRITE_ONCE(stop_hardware, true);
	pthread_join(unit, NULL);
	pthread_join(device, NULL);
	fix_relax(NULL);
	vtd_shim_virtual_clock(1000000, 10000);
	assert_int_equal(failures, 0);
	assert_true(raised > 0);
	assert_int_equal(ir.table.lost, 0);
	for (i = 0; i < 256 / BITS_PER_LONG; i++)
		assert_int_equal(ir.table.used[i], 0);
	ir_stop();
}

static void test_coherent(void **state)
{
	run(FIX_CAP, IR_ECAP, VTD_MODEL_EAGER);
}

static void test_not_coherent(void **state)
{
	run(FIX_CAP, IR_ECAP & ~VTDM_ECAP_C, VTD_MODEL_EAGER);
}

static void test_caching_mode(void **state)
{
	run(FIX_CAP | VTDM_CAP_CM, IR_ECAP,
	    VTD_MODEL_EAGER | VTD_MODEL_EVICT | VTD_MODEL_PREFETCH |
		    VTD_MODEL_REORDER);
}

/*
 * Both halves of an entry are read under the lock of those who write it.  That
 * a reader comes between two halves is rare: here he comes while it is held.
 */
static bool reading, has_read;

static void *reader(void *arg)
{
	WRITE_ONCE(reading, true);
	vtd_ir_table_get(&ir.table, 5);
	WRITE_ONCE(has_read, true);
	return NULL;
}

static void test_reader_waits(void **state)
{
	unsigned int i;

	rig_one(FIX_CAP, IR_ECAP, VTD_MODEL_EAGER);
	ir_on(256, false);
	for (i = 0; i < 4; i++) {
		unsigned long flags;
		pthread_t thread;
		bool early;

		reading = false;
		has_read = false;
		raw_spin_lock_irqsave(&ir.table.lock, flags);
		pthread_create(&thread, NULL, reader, NULL);
		while (!READ_ONCE(reading))
			sched_yield();
		usleep(50000);
		early = READ_ONCE(has_read);
		raw_spin_unlock_irqrestore(&ir.table.lock, flags);
		pthread_join(thread, NULL);
		assert_false(early);
		assert_true(has_read);
	}
	ir_stop();
}

int main(void)
{
	fix_case(test_coherent, NULL,
		 "C36/C37/L9 interrupts taken, moved and given back at once");
	fix_case(test_not_coherent, NULL, "C36/C37/L9 the same, not coherent");
	fix_case(test_caching_mode, NULL,
		 "C36/C37/L9 the same, caching mode, in any order");
	fix_case(test_reader_waits, NULL, "a reader waits for who writes");
	return fix_run("ir-threads");
}
