// SPDX-License-Identifier: GPL-2.0
/*
 * A posted interrupt descriptor while several work on it, in every order of
 * their accesses where none is interrupted more than INTERRUPTIONS times in
 * all.  Each party is a coroutine that can be put off before any access; a
 * unit does what vtd_pi_post() does.
 *
 * In the end all notifications that were sent are answered, by a harvest
 * where they went; what is in PIR then is lost, unless it is suppressed.
 *
 * SRCS:
 * CFLAGS: -O1 -fno-sanitize=all
 */
#include <stdlib.h>
#include <ucontext.h>

#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/compiler.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "vtd_test.h"

#define PARTIES 3
#define INTERRUPTIONS 3
#define STEPS 64
#define STACK_BYTES 65536

static void step(void);
static bool exchange(u64 *word, u64 *old, u64 value);

#undef READ_ONCE
#undef WRITE_ONCE
#undef xchg
#undef try_cmpxchg64
#define READ_ONCE(x) (step(), __atomic_load_n(&(x), __ATOMIC_SEQ_CST))
#define WRITE_ONCE(x, v) (step(), __atomic_store_n(&(x), (v), __ATOMIC_SEQ_CST))
#define xchg(p, v) (step(), __atomic_exchange_n(p, v, __ATOMIC_SEQ_CST))
#define try_cmpxchg64(p, old, v) exchange(p, old, v)
#define set_bit(nr, map)                                                \
	(step(), __atomic_fetch_or(&(map)[(nr) / 64], 1UL << (nr) % 64, \
				   __ATOMIC_SEQ_CST))

#include "../../posted_intr/desc.c"

/* --- parties, and the order in which they come ------------------------------ */

struct party {
	void (*work)(void);
	ucontext_t context;
	u64 found; /* by its last exchange that was made */
	bool done;
};

static struct party party[PARTIES];
static char stacks[PARTIES][STACK_BYTES] __aligned(64);
static struct party *running;
static ucontext_t engine;
static unsigned int nr_parties;

/* Which of those that can go on goes, at each step; and of how many. */
static unsigned char choice[STEPS], choices[STEPS];

static void step(void)
{
	if (running)
		swapcontext(&running->context, &engine);
}

static bool exchange(u64 *word, u64 *old, u64 value)
{
	bool done;

	step();
	done = __atomic_compare_exchange_n(word, old, value, false,
					   __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
	if (done && running)
		running->found = *old;
	return done;
}

static void begin(void)
{
	running->work();
	running->done = true;
	swapcontext(&running->context, &engine);
}

static void go_on(struct party *p)
{
	running = p;
	swapcontext(&engine, &p->context);
	running = NULL;
}

/* Choice 0 is whoever had the last step, if it is not done. */
static struct party *choose_party(struct party *last, unsigned int which,
				  unsigned int *interruptions,
				  unsigned char *of)
{
	bool goes_on = last && !last->done;
	struct party *can[PARTIES];
	unsigned int i, nr = 0;

	if (goes_on)
		can[nr++] = last;
	for (i = 0; i < nr_parties; i++)
		if (!party[i].done && !(goes_on && &party[i] == last))
			can[nr++] = &party[i];
	if (goes_on && *interruptions == INTERRUPTIONS)
		nr = 1;
	*of = nr;
	if (goes_on && which)
		++*interruptions;
	return nr ? can[which] : NULL;
}

/* Runs them all in the order of @choice, the first one where it ends. */
static void run_once(void)
{
	unsigned int depth, i, interruptions = 0;
	struct party *next = NULL;

	for (i = 0; i < nr_parties; i++) {
		struct party *p = &party[i];

		p->done = false;
		getcontext(&p->context);
		p->context.uc_stack.ss_sp = stacks[i];
		p->context.uc_stack.ss_size = STACK_BYTES;
		p->context.uc_link = &engine;
		makecontext(&p->context, begin, 0);
		go_on(p); /* as far as its first access */
	}
	for (depth = 0;; depth++) {
		assert_true(depth < STEPS - 1);
		next = choose_party(next, choice[depth], &interruptions,
				    &choices[depth]);
		if (!next)
			break;
		go_on(next);
	}
}

/* The next order; false when there is none. */
static bool next_order(void)
{
	int depth = 0;

	while (choices[depth])
		depth++;
	while (--depth >= 0) {
		if (++choice[depth] < choices[depth])
			return true;
		choice[depth] = 0;
	}
	return false;
}

/* --- what they do ----------------------------------------------------------- */

static struct vtd_pi_desc desc;
static u8 vector[2];
static bool urgent[2], sent[2];
static unsigned int taken[256], doubled;
static struct vtd_pi_target old_place = { .vector = 0xf2, .apic_id = 1 };
static struct vtd_pi_target new_place = { .vector = 0xf1, .apic_id = 2 };

static void take(void)
{
	u64 pir[4];
	unsigned int v, nr = vtd_pi_harvest(&desc, pir), seen = 0;

	for (v = 0; v < 256; v++)
		if (pir[v / 64] >> v % 64 & 1) {
			doubled += taken[v]++;
			seen++;
		}
	doubled += nr != seen;
}

static void unit0(void)
{
	sent[0] = vtd_pi_post(&desc, vector[0], urgent[0]);
}

static void unit1(void)
{
	sent[1] = vtd_pi_post(&desc, vector[1], urgent[1]);
}

static void cpu_out_and_in(void)
{
	vtd_pi_suspend(&desc);
	if (vtd_pi_resume(&desc, new_place))
		take();
}

static void cpu_resume(void)
{
	if (vtd_pi_resume(&desc, new_place))
		take();
}

static void cpu_move(void)
{
	if (vtd_pi_move(&desc, new_place))
		take();
}

static void start(bool suppressed, bool outstanding)
{
	memset(taken, 0, sizeof(taken));
	memset(sent, 0, sizeof(sent));
	doubled = 0;
	vtd_pi_init(&desc, old_place);
	if (!suppressed)
		desc.control &= ~2ULL;
	if (outstanding)
		desc.control |= 1;
	if (outstanding)
		desc.pir[0] = 1ULL << 9;
}

/* Where the notification of a unit went, if it sent one. */
static bool sent_to(unsigned int i, u8 where)
{
	return sent[i] && (party[i].found >> 16 & 0xff) == where;
}

static const u8 pairs[2][2] = { { 3, 5 }, { 70, 200 } };

static void each_order(void (*cpu)(void), bool suppressed, bool outstanding,
		       void (*check)(bool outstanding))
{
	unsigned int orders = 0;

	party[0].work = unit0;
	party[1].work = unit1;
	party[2].work = cpu;
	nr_parties = 3;
	memset(choice, 0, sizeof(choice));
	do {
		start(suppressed, outstanding);
		run_once();
		check(outstanding);
		assert_int_equal(doubled, 0);
		orders++;
	} while (next_order());
	print_message("# %u orders\n", orders);
	assert_true(orders > 100);
}

static void all_taken(bool outstanding)
{
	assert_false(vtd_pi_pending(&desc));
	assert_true(taken[vector[0]] && taken[vector[1]]);
	assert_int_equal(taken[9], outstanding);
	assert_int_equal(desc.control & 1, 0);
}

/* Notifications go where the one who takes is. */
static void check_take(bool outstanding)
{
	if (sent[0] || sent[1])
		take();
	all_taken(outstanding);
}

/* Where it was before, nobody looks any more. */
static void check_new(bool outstanding)
{
	if (sent_to(0, new_place.vector) || sent_to(1, new_place.vector))
		take();
	all_taken(outstanding);
	assert_int_equal(desc.control, 0x0000020000f10000ULL);
}

/* What is urgent is notified, the other waits for resume. */
static void check_suppressed(bool outstanding)
{
	assert_true(sent[0]);
	assert_false(sent[1]);
	take();
	assert_int_equal(taken[vector[0]], 1);
	assert_int_equal(desc.control, 0x0000010000f20002ULL);
	if (!taken[vector[1]])
		assert_true(vtd_pi_resume(&desc, new_place));
	take();
	assert_int_equal(taken[vector[1]], 1);
}

/* Nothing is urgent: nothing is notified. */
static void check_silent(bool outstanding)
{
	assert_false(sent[0] || sent[1]);
	if (vtd_pi_resume(&desc, new_place))
		take();
	all_taken(outstanding);
}

static void choose(void **state, bool first_urgent)
{
	memcpy(vector, pairs[(uintptr_t)*state], 2);
	urgent[0] = first_urgent;
	urgent[1] = false;
}

static void test_take(void **state)
{
	choose(state, false);
	each_order(take, false, true, check_take);
	each_order(take, false, false, check_take);
}

static void test_suspended(void **state)
{
	choose(state, false);
	each_order(take, true, false, check_silent);
	choose(state, true);
	each_order(take, true, false, check_suppressed);
}

static void test_out_and_in(void **state)
{
	choose(state, false);
	each_order(cpu_out_and_in, false, false, check_new);
}

static void test_resume(void **state)
{
	choose(state, false);
	each_order(cpu_resume, true, false, check_new);
	choose(state, true);
	each_order(cpu_resume, true, false, check_new);
}

static void test_move(void **state)
{
	choose(state, false);
	each_order(cpu_move, false, false, check_new);
	each_order(cpu_move, false, true, check_new);
}

static const struct {
	void (*fn)(void **state);
	const char *name[2];
} cases[] = {
	{ test_take,
	  { "any order: two posts and a harvest, in one word",
	    "any order: two posts and a harvest, in two words" } },
	{ test_suspended,
	  { "any order: two posts while suppressed, in one word",
	    "any order: two posts while suppressed, in two words" } },
	{ test_out_and_in,
	  { "any order: two posts, out and in again, in one word",
	    "any order: two posts, out and in again, in two words" } },
	{ test_resume,
	  { "any order: two posts and a resume, in one word",
	    "any order: two posts and a resume, in two words" } },
	{ test_move,
	  { "any order: two posts and a move, in one word",
	    "any order: two posts and a move, in two words" } },
};

int main(void)
{
	struct CMUnitTest tests[2 * ARRAY_SIZE(cases)];
	uintptr_t i;

	for (i = 0; i < ARRAY_SIZE(tests); i++)
		tests[i] = (struct CMUnitTest){
			cases[i / 2].name[i % 2], cases[i / 2].fn,
			vtd_shim_begin,		  vtd_shim_end,
			(void *)(i % 2),
		};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
