// SPDX-License-Identifier: GPL-2.0
/*
 * The software unit posts while software works on the same descriptors without
 * a lock: devices raise interrupts in several threads; one CPU is notified,
 * takes what is pending, and suppresses notifications for a while.  Nothing is
 * lost, nothing comes twice.
 *
 * SRCS: kunit/model/model.c kunit/model/memory.c kunit/model/regs.c
 * SRCS: kunit/model/fault.c kunit/model/walk.c kunit/model/cache.c
 * SRCS: kunit/model/queue.c kunit/model/device.c kunit/model/check.c
 * SRCS: kunit/model/quiescent.c selftests/native/model_fixture.c
 * SRCS: kunit/model/intr.c kunit/model/check_intr.c
 * SRCS: selftests/native/model_irt.c
 * CFLAGS: -DVTD_OBSERVER
 * TSAN: yes
 */
#include <pthread.h>
#include <sched.h>
#include <time.h>

#include <linux/atomic.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "model_irt.h"

#define DEVICES 3
#define DESCRIPTORS 3
#define SLOTS 84 /* of each descriptor; a third of them for each device */
#define VECTOR(slot) (16 + 2 * (slot))
#define SECONDS 120 /* nobody waits longer for an interrupt */

enum {
	WAITS,
	POLLS,
	ALONE,
};

#define NV(d) (0xf2 + (d))

static unsigned int rounds;
static time_t enough; /* however few rounds a busy machine made of it */
static unsigned int failures;
static unsigned int working;
static bool alone;
static unsigned int notified[DESCRIPTORS]; /* and not looked at */
static bool raised[DESCRIPTORS][SLOTS]; /* and not taken */
static u64 nr_raised, nr_taken, nr_notified;

/* cmocka's assertions are for the main thread only. */
static void note(bool good)
{
	if (!good)
		__atomic_add_fetch(&failures, 1, __ATOMIC_SEQ_CST);
}

/* Until the last one was taken; if it was lost, it never will be. */
static bool wait_taken(unsigned int d, unsigned int slot)
{
	time_t end = time(NULL) + SECONDS;

	while (READ_ONCE(raised[d][slot])) {
		if (READ_ONCE(failures))
			return false;
		if (time(NULL) > end) {
			note(false);
			return false;
		}
		sched_yield();
	}
	return true;
}

static void raise_one(unsigned int d, unsigned int slot)
{
	struct vtd_model_interrupt got;

	note(!xchg(&raised[d][slot], true));
	note(vtd_model_msi(irt.unit, IRT_SID, IRT_AT(d * SLOTS + slot), 0,
			   &got));
	note(got.posted && got.vector == VECTOR(slot));
	note(got.notify == NV(d) && got.dest == 5);
	__atomic_add_fetch(&nr_raised, 1, __ATOMIC_SEQ_CST);
	if (!got.notified)
		return;
	__atomic_add_fetch(&nr_notified, 1, __ATOMIC_SEQ_CST);
	WRITE_ONCE(notified[d], 1);
}

/* Any of all descriptors. */
static bool raise_any(unsigned int me, u64 random)
{
	unsigned int d = random % DESCRIPTORS;
	unsigned int slot = (random >> 8) % (SLOTS / DEVICES) * DEVICES + me;

	if (!wait_taken(d, slot))
		return false;
	raise_one(d, slot);
	return true;
}

/*
 * A few into a descriptor that nobody else posts into: what is lost of the last
 * one is not found by the way, with what comes after it.
 */
static bool raise_few(unsigned int me, u64 random)
{
	unsigned int first = random % SLOTS, nr = 2 + (random >> 8) % 6, i;
	bool ok = true;

	for (i = 0; i < nr; i++)
		raise_one(me, (first + 11 * i) % SLOTS);
	for (i = 0; ok && i < nr; i++)
		ok = wait_taken(me, (first + 11 * i) % SLOTS);
	return ok;
}

static void *device(void *arg)
{
	unsigned int me = (uintptr_t)arg, i;
	u64 seed = me + 1;

	for (i = 0; i < rounds && time(NULL) < enough; i++)
		if (!(alone ? raise_few : raise_any)(me, vtd_rand(&seed)))
			break;
	__atomic_sub_fetch(&working, 1, __ATOMIC_SEQ_CST);
	return NULL;
}

/* First ON, so that who posts from now on notifies again; then PIR. */
static void take(unsigned int d)
{
	unsigned int word, bit;

	__atomic_fetch_and(&irt_desc(d)[4], ~IRT_ON, __ATOMIC_SEQ_CST);
	for (word = 0; word < 4; word++) {
		u64 pir = xchg(&irt_desc(d)[word], 0);

		for (; pir; pir &= pir - 1) {
			unsigned int slot;

			bit = word * 64 + __builtin_ctzll(pir);
			slot = (bit - 16) / 2;
			nr_taken++;
			/* not one that was not raised, nor one twice */
			note(bit >= 16 && !(bit & 1) &&
			     xchg(&raised[d][slot], false));
		}
	}
}

/* What software wrote, hardware has not written over. */
static void set_sn(unsigned int d)
{
	note(!(__atomic_fetch_or(&irt_desc(d)[4], IRT_SN, __ATOMIC_SEQ_CST) &
	       IRT_SN));
}

static void clear_sn(unsigned int d)
{
	note(__atomic_fetch_and(&irt_desc(d)[4], ~IRT_SN, __ATOMIC_SEQ_CST) &
	     IRT_SN);
}

/* Nothing is sent meanwhile; what came is found afterwards. */
static void suppress(unsigned int d)
{
	unsigned int word;

	set_sn(d);
	sched_yield();
	clear_sn(d);
	for (word = 0; word < 4; word++)
		if (__atomic_load_n(&irt_desc(d)[word], __ATOMIC_SEQ_CST))
			WRITE_ONCE(notified[d], 1);
}

/* Looks at a descriptor only when it was notified. */
static void *waiting_cpu(void *arg)
{
	unsigned int d, turn = 0;

	while (READ_ONCE(working) && !READ_ONCE(failures)) {
		bool idle = true;

		for (d = 0; d < DESCRIPTORS; d++) {
			if (xchg(&notified[d], 0)) {
				take(d);
				idle = false;
			}
			/* which finds what else was lost */
			if (!alone && turn % 64 == d)
				suppress(d);
		}
		turn++;
		if (idle)
			sched_yield();
	}
	return NULL;
}

/* Looks all the time. */
static void *polling_cpu(void *arg)
{
	unsigned int d, i, turn = 0;

	while (READ_ONCE(working) && !READ_ONCE(failures)) {
		for (d = 0; d < DESCRIPTORS; d++) {
			for (i = 0; i < 16; i++) {
				take(d);
				take(d);
				set_sn(d);
				clear_sn(d);
			}
		}
		if (turn++ % 8 == 0)
			sched_yield();
	}
	return NULL;
}

static void start(void)
{
	unsigned int d, slot;

	rounds = vtd_env("POST_ROUNDS", 20000);
	enough = time(NULL) + vtd_env("POST_SECONDS", 5);
	working = DEVICES;
	nr_raised = 0;
	nr_taken = 0;
	nr_notified = 0;
	memset(notified, 0, sizeof(notified));
	irt_post_start_with(IRT_PI_CAP, IRT_ECAP, 7, VTD_MODEL_PREFETCH);
	for (d = 0; d < DESCRIPTORS; d++) {
		irt_control(d, 0x0000050000000000 | NV(d) << 16);
		for (slot = 0; slot < SLOTS; slot++)
			irt_put_posted(d * SLOTS + slot, d,
				       0x8001 | VECTOR(slot) << 16, IRT_MINE);
	}
}

static void test_threads(void **state)
{
	bool polls = fix_arg(state) == POLLS;
	struct vtd_model_stats s;
	pthread_t devices[DEVICES], cpu;
	unsigned int i, d;

	alone = fix_arg(state) == ALONE;
	start();
	assert_int_equal(pthread_create(&cpu, NULL,
					polls ? polling_cpu : waiting_cpu,
					NULL),
			 0);
	for (i = 0; i < DEVICES; i++)
		assert_int_equal(pthread_create(&devices[i], NULL, device,
						(void *)(uintptr_t)i),
				 0);
	for (i = 0; i < DEVICES; i++)
		pthread_join(devices[i], NULL);
	pthread_join(cpu, NULL);
	assert_int_equal(failures, 0);
	for (d = 0; d < DESCRIPTORS; d++) {
		/* who is notified comes again, or nothing is left to take */
		if (!polls && !xchg(&notified[d], 0))
			assert_int_equal(vtd_model_check_descriptor(
						 virt_to_phys(irt_desc(d))),
					 0);
		take(d);
	}
	assert_int_equal(failures, 0);
	assert_true(nr_raised >= DEVICES);
	assert_int_equal(nr_taken, nr_raised);
	s = vtd_model_stats(irt.unit);
	assert_int_equal(s.posted, nr_raised);
	assert_int_equal(s.notifications, nr_notified);
	assert_int_equal(fix.messages, nr_notified);
	assert_true(polls || nr_notified > 0);
	irt_post_stop_good();
}

int main(void)
{
	fix_case(test_threads, (void *)WAITS, "taken when notified");
	fix_case(test_threads, (void *)POLLS, "taken all the time");
	fix_case(test_threads, (void *)ALONE, "a few at a time, and no others");
	return fix_run("model-pi-threads");
}
