// SPDX-License-Identifier: GPL-2.0
/*
 * How strict unmaps scale: the real queue code with 1 to 64 submitters on
 * units that take 0.5 to 50 us for a round trip, in virtual time, and beside
 * it a model of the built-in driver's locking.
 *
 * Each submitter is a coroutine with a clock of its own; the one whose clock
 * is furthest behind runs. A lock is taken at the time at which the one before
 * let go of it. What things cost is in the constants below.
 *
 * The model of the built-in driver is made after what can be read in Linux
 * 6.12 and 7.2, drivers/iommu/intel: cache_tag_flush_range() in cache.c holds
 * the domain's cache_lock, with interrupts off, until qi_submit_sync() in
 * dmar.c has its answer; that takes the queue's q_lock, with interrupts off,
 * rings the doorbell for itself alone, and between two polls reads the fault
 * status register and lets go of q_lock for a moment.
 *
 * With VTD_SCALING=1 it prints all figures, for "make bench".
 *
 * SRCS:
 * CFLAGS: -O1 -fno-sanitize=all
 */
#include <stdio.h>
#include <stdlib.h>
#include <ucontext.h>

#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/processor.h>
#include <linux/spinlock.h>

#include "vtd_test.h"

/* Virtual nanoseconds. */
#define COST_LOCK 20 /* an atomic exchange on a line of another CPU */
#define COST_SECTION 30 /* what is done under the queue's lock */
#define COST_POLL 40 /* a load and a pause */
#define COST_DOORBELL 100 /* a posted write to the unit */
#define COST_FAULT_STATUS 400 /* a read of a register */
#define COST_UNMAP 250 /* the rest of an unmap */
#define COST_DESCRIPTOR 20 /* the unit: each one beyond the first */

#define MAX_SUBMITTERS 64
#define MAX_UNITS 4
#define STACK_BYTES 65536

struct vtd_regs;

static void sim_lock(void *lock);
static void sim_unlock(void *lock);
static void sim_relax(void);
static u64 sim_now(void);
static u32 sim_read32(const struct vtd_regs *regs, u32 off);
static void sim_write64(const struct vtd_regs *regs, u32 off, u64 value);

#undef raw_spin_lock_irqsave
#undef raw_spin_unlock_irqrestore
#undef cpu_relax
#undef lockdep_assert_held
#define raw_spin_lock_irqsave(l, flags) ((flags) = 0, sim_lock(l))
#define raw_spin_unlock_irqrestore(l, flags) ((void)(flags), sim_unlock(l))
#define cpu_relax() sim_relax()
#define lockdep_assert_held(l) ((void)(l))
#undef ktime_get_mono_fast_ns
#define ktime_get_mono_fast_ns() sim_now()

#include <vtd/regs_io.h>
#define vtd_write64 sim_write64
#define vtd_read32 sim_read32

#include "../../dmar/qi.c"
#include "../../dmar/qi_error.c"

/**
 * struct sim_unit - hardware
 * @qi: the driver's side of it
 * @regs: tells it from the others
 * @head: next descriptor to be executed
 * @free_at: when it is through with what it has
 * @locked_until: when the queue's lock is free
 */
struct sim_unit {
	struct vtd_qi qi;
	struct vtd_regs regs;
	u32 head;
	u64 free_at;
	u64 locked_until;
	u64 round_trips;
};

struct sim_submitter {
	ucontext_t context;
	struct sim_unit *unit;
	u64 now;
	u64 locked_at;
	u64 off;
	u64 unmaps;
	char *stack;
};

struct sim_answer {
	u64 at;
	u32 *word;
	u32 value;
};

static struct sim_unit units[MAX_UNITS];
static struct sim_submitter submitters[MAX_SUBMITTERS], *running;
static unsigned int nr_submitters;
static struct sim_answer answers[4096];
static unsigned int nr_answers;
static ucontext_t engine;
static u64 latency, end_at; /* answers after it are not counted */
static u64 domain_free_at[MAX_SUBMITTERS];
static bool one_domain;

static u64 sim_now(void)
{
	return running->now;
}

static void sim_cost(u64 ns)
{
	running->now += ns;
}

static void sim_yield(void)
{
	swapcontext(&running->context, &engine);
}

static void sim_relax(void)
{
	/* To wait for slow units need not take us that long. */
	sim_cost(max((u64)COST_POLL, latency / 60));
	sim_yield();
}

/* Interrupts are off from before the lock is waited for. */
static void sim_lock(void *lock)
{
	struct sim_unit *unit = running->unit;

	running->locked_at = running->now;
	sim_yield();
	if (running->now < unit->locked_until)
		running->now = unit->locked_until;
	sim_cost(COST_LOCK);
}

static void sim_unlock(void *lock)
{
	sim_cost(COST_SECTION);
	running->unit->locked_until = running->now;
	running->off += running->now - running->locked_at;
}

static void sim_answer(u64 at, u32 *word, u32 value)
{
	assert_true(nr_answers < ARRAY_SIZE(answers));
	answers[nr_answers++] = (struct sim_answer){ at, word, value };
}

/* The fault status: nothing is ever wrong. */
static u32 sim_read32(const struct vtd_regs *regs, u32 off)
{
	sim_cost(COST_FAULT_STATUS);
	return 0;
}

/* The doorbell, and what the unit makes of it. */
static void sim_write64(const struct vtd_regs *regs, u32 off, u64 value)
{
	struct sim_unit *unit = running->unit;
	u32 end = value / sizeof(struct vtd_qi_desc);
	u64 at;

	sim_cost(COST_DOORBELL);
	at = max(unit->free_at, running->now) + latency;
	for (; unit->head != end; unit->head = (unit->head + 1) & 255) {
		const struct vtd_qi_desc *desc = &unit->qi.ring[unit->head];

		if ((desc->w[0] & 0xf) != 5) {
			at += COST_DESCRIPTOR;
			continue;
		}
		unit->round_trips += at <= end_at;
		sim_answer(at, (u32 *)phys_to_virt(desc->w[1]),
			   desc->w[0] >> 32);
	}
	unit->free_at = at;
}

static void sim_deliver(u64 now)
{
	unsigned int i, kept = 0;

	for (i = 0; i < nr_answers; i++) {
		if (answers[i].at <= now)
			WRITE_ONCE(*answers[i].word, answers[i].value);
		else
			answers[kept++] = answers[i];
	}
	nr_answers = kept;
}

static void ours(void)
{
	struct sim_submitter *me = running;

	while (me->now < end_at) {
		struct vtd_qi_desc desc = vtd_qi_iotlb_domain(2, 0);

		sim_cost(COST_UNMAP);
		sim_yield();
		if (vtd_qi_submit_one(&me->unit->qi, desc))
			abort();
		me->unmaps += me->now <= end_at;
	}
}

/* The queue's lock is let go of between polls, so the unit's order decides. */
static void built_in(void)
{
	struct sim_submitter *me = running;
	unsigned int domain = one_domain ? 0 : me - submitters;

	while (me->now < end_at) {
		u64 began, answer;

		sim_cost(COST_UNMAP);
		sim_yield();
		began = me->now;
		me->now = max(me->now, domain_free_at[domain]) + COST_LOCK;
		me->now = max(me->now, me->unit->locked_until) + COST_LOCK +
			  COST_SECTION + COST_DOORBELL;
		me->unit->locked_until = me->now;
		answer = max(me->unit->free_at, me->now) + latency +
			 COST_DESCRIPTOR;
		me->unit->free_at = answer;
		me->unit->round_trips += answer <= end_at;
		while (me->now < answer)
			me->now += COST_FAULT_STATUS + COST_POLL + COST_LOCK;
		domain_free_at[domain] = me->now;
		me->off += me->now - began;
		me->unmaps += me->now <= end_at;
	}
}

static struct sim_submitter *sim_furthest_behind(void)
{
	struct sim_submitter *best = NULL;
	unsigned int i;

	for (i = 0; i < nr_submitters; i++)
		if (submitters[i].now < end_at &&
		    (!best || submitters[i].now < best->now))
			best = &submitters[i];
	return best;
}

/**
 * struct sim_result - of one run
 * @per_trip: unmaps for each round trip, in hundredths
 * @rate: unmaps in a millisecond
 * @off: ns with interrupts off for each unmap
 */
struct sim_result {
	unsigned int per_trip;
	unsigned int rate;
	unsigned int off;
};

static struct sim_result sim_run(void (*driver)(void), unsigned int nr,
				 unsigned int nr_units, bool same_domain,
				 u64 ns)
{
	u64 unmaps = 0, trips = 0, off = 0;
	unsigned int i;

	latency = ns;
	end_at = 30 * ns + 60 * 1000;
	nr_submitters = nr;
	one_domain = same_domain;
	nr_answers = 0;
	memset(domain_free_at, 0, sizeof(domain_free_at));
	for (i = 0; i < nr_units; i++) {
		struct sim_unit *unit = &units[i];

		memset(unit, 0, sizeof(*unit));
		assert_int_equal(
			vtd_qi_init(&unit->qi, &unit->regs, 0, true, false), 0);
	}
	for (i = 0; i < nr; i++) {
		struct sim_submitter *s = &submitters[i];

		*s = (struct sim_submitter){
			.unit = &units[i % nr_units],
			.now = i * 7,
			.stack = malloc(STACK_BYTES),
		};
		getcontext(&s->context);
		s->context.uc_stack.ss_sp = s->stack;
		s->context.uc_stack.ss_size = STACK_BYTES;
		s->context.uc_link = &engine;
		makecontext(&s->context, driver, 0);
	}
	while ((running = sim_furthest_behind())) {
		sim_deliver(running->now);
		swapcontext(&engine, &running->context);
	}
	for (i = 0; i < nr; i++) {
		unmaps += submitters[i].unmaps;
		off += submitters[i].off;
		free(submitters[i].stack);
	}
	for (i = 0; i < nr_units; i++) {
		trips += units[i].round_trips;
		vtd_qi_destroy(&units[i].qi);
	}
	return (struct sim_result){
		.per_trip = unmaps * 100 / trips,
		.rate = unmaps * 1000000 / end_at,
		.off = off / unmaps,
	};
}

static const unsigned int counts[] = { 1, 2, 4, 8, 16, 32, 64 };
static const u64 latencies[] = { 500, 1000, 5000, 50000 };

static const struct {
	const char *name;
	unsigned int units;
	bool one_domain;
} layouts[] = {
	{ "one-domain", 1, true },
	{ "many-domains", 1, false },
	{ "four-units", 4, false },
};

static void print_result(const char *who, const char *layout, u64 ns,
			 unsigned int nr, const struct sim_result *r)
{
	print_message(
		"scaling driver=%s layout=%s latency=%llu submitters=%u per_trip=%u.%02u rate=%u off=%u\n",
		who, layout, (unsigned long long)ns, nr, r->per_trip / 100,
		r->per_trip % 100, r->rate, r->off);
}

/* Never slower than the model of the built-in driver, at any point. */
static void test_all(void **state)
{
	bool print = vtd_env("VTD_SCALING", 0);
	unsigned int layout, l, n;

	for (layout = 0; layout < ARRAY_SIZE(layouts); layout++) {
		for (l = 0; l < ARRAY_SIZE(latencies); l++) {
			for (n = 0; n < ARRAY_SIZE(counts); n++) {
				struct sim_result a, b;

				a = sim_run(ours, counts[n],
					    layouts[layout].units,
					    layouts[layout].one_domain,
					    latencies[l]);
				b = sim_run(built_in, counts[n],
					    layouts[layout].units,
					    layouts[layout].one_domain,
					    latencies[l]);
				if (print) {
					print_result("ours",
						     layouts[layout].name,
						     latencies[l], counts[n],
						     &a);
					print_result("built-in",
						     layouts[layout].name,
						     latencies[l], counts[n],
						     &b);
				}
				assert_true(a.rate * 100 >= b.rate * 95);
				assert_true(a.off < b.off);
			}
		}
	}
}

/* The goal: with eight submitters, four unmaps for each round trip. */
static void test_eight(void **state)
{
	unsigned int l;

	for (l = 0; l < ARRAY_SIZE(latencies); l++) {
		struct sim_result r = sim_run(ours, 8, 1, true, latencies[l]);

		print_message("# %llu ns: %u.%02u unmaps a round trip\n",
			      (unsigned long long)latencies[l],
			      r.per_trip / 100, r.per_trip % 100);
		assert_true(r.per_trip >= 400);
	}
}

/* Alone, a submitter has a round trip for each unmap and waits for no other. */
static void test_alone(void **state)
{
	struct sim_result r = sim_run(ours, 1, 1, true, 1000);

	assert_in_range(r.per_trip, 98, 100);
	assert_true(r.off < 300);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		VTD_TEST(test_alone),
		VTD_TEST(test_eight),
		VTD_TEST(test_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
