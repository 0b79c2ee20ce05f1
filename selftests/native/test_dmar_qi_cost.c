// SPDX-License-Identifier: GPL-2.0
/*
 * How long the queue keeps interrupts off: the instructions between each taking
 * of its lock and letting go of it, single-stepped in a child process, where
 * the ring is as full and the batches are as large as can be.  The unit answers
 * in no time.
 *
 * SRCS: selftests/native/step.c
 * CFLAGS: -O2 -fno-sanitize=all -fomit-frame-pointer
 */
#include <linux/jump_label.h>
#include <linux/spinlock.h>

#include "step.h"
#include "vtd_test.h"

/* What is promised. */
#define LIMIT 2000

#undef raw_spin_lock_irqsave
#undef raw_spin_unlock_irqrestore
#define raw_spin_lock_irqsave(lock, flags) \
	((void)(lock), (flags) = 0, WRITE_ONCE(step_shared->locked, 1))
#define raw_spin_unlock_irqrestore(lock, flags) \
	((void)(lock), (void)(flags), WRITE_ONCE(step_shared->locked, 0))
#undef lockdep_assert_held
#define lockdep_assert_held(lock) ((void)(lock))

#include "../../dmar/qi.c"
#include "../../dmar/qi_error.c"

DEFINE_STATIC_KEY_FALSE(vtd_soft_regs);

static struct vtd_qi qi;
static u64 unit[0x100 / 8];
static bool stopped;
static u32 refuse_at; /* slot + 1 */
static u32 drop_at; /* slot + 1: all waits from there on are dropped */

static void execute(u32 slot)
{
	const struct vtd_qi_desc *desc = &qi.ring[slot];
	bool dropping = drop_at && slot + 1 >= drop_at;

	if ((desc->w[0] & 0xf) == 5 && !dropping)
		*(u32 *)phys_to_virt(desc->w[1]) = desc->w[0] >> 32;
}

static void run(void)
{
	u32 head = unit[VTD_IQH / 8] / 16, tail = unit[VTD_IQT / 8] / 16;

	for (; !stopped && head != tail; head = (head + 1) % qi.slots) {
		if (head + 1 == refuse_at) {
			((u32 *)unit)[VTD_FSTS / 4] |= VTD_FSTS_IQE;
			break;
		}
		execute(head);
	}
	if (drop_at && !stopped)
		((u32 *)unit)[VTD_FSTS / 4] |= VTD_FSTS_ITE;
	unit[VTD_IQH / 8] = (u64)head * 16;
}

static u32 read32(const struct vtd_regs *regs, u32 off)
{
	return ((u32 *)unit)[off / 4];
}

static u64 read64(const struct vtd_regs *regs, u32 off)
{
	return unit[off / 8];
}

/* What the unit does in a register write is not the driver's. */
static void write32(const struct vtd_regs *regs, u32 off, u32 val)
{
	int was = step_shared->locked;

	WRITE_ONCE(step_shared->locked, was ? -1 : 0);
	((u32 *)unit)[off / 4] &= ~val;
	refuse_at = 0;
	drop_at = 0;
	run();
	WRITE_ONCE(step_shared->locked, was);
}

static void write64(const struct vtd_regs *regs, u32 off, u64 val)
{
	int was = step_shared->locked;

	WRITE_ONCE(step_shared->locked, was ? -1 : 0);
	unit[off / 8] = val;
	if (off == VTD_IQT)
		run();
	WRITE_ONCE(step_shared->locked, was);
}

static const struct vtd_reg_ops ops = {
	.read32 = read32,
	.read64 = read64,
	.write32 = write32,
	.write64 = write64,
};

static const struct vtd_regs regs = { .ops = &ops, .bytes = sizeof(unit) };
static const struct vtd_qi_desc desc = { { 2 } };
static struct vtd_qi_ticket tickets[VTD_QI_SLOTS];
static unsigned int nr_tickets;

/* A submission that is not waited for yet. */
static bool begin(void)
{
	unsigned long flags;
	int ret;

	raw_spin_lock_irqsave(&qi.lock, flags);
	ret = vtd_qi_queue(&qi, &desc, 1, &tickets[nr_tickets]);
	raw_spin_unlock_irqrestore(&qi.lock, flags);
	nr_tickets += !ret;
	return !ret;
}

/* The unit goes on, or is seen to have: then everybody waits. */
static void finish(void)
{
	unsigned int i;

	stopped = false;
	write32(&regs, VTD_FSTS, 0);
	for (i = 0; i < nr_tickets; i++)
		vtd_qi_wait_for(&qi, &tickets[i]);
	nr_tickets = 0;
}

static void one_by_one(void)
{
	unsigned int i;

	for (i = 0; i < VTD_QI_SLOTS; i++)
		vtd_qi_submit_one(&qi, desc);
}

static void all_at_once(void)
{
	stopped = true;
	while (begin())
		;
	finish();
	one_by_one();
}

/* As above; the unit drops all but the first. */
static void all_dropped(void)
{
	stopped = true;
	while (begin())
		;
	drop_at = 3;
	stopped = false;
	run();
	finish();
	one_by_one();
}

static void last_refused(void)
{
	stopped = true;
	while (begin())
		;
	refuse_at = nr_tickets;
	stopped = false;
	run();
	finish();
	one_by_one();
}

static void prepare(const void *arg)
{
	static_branch_enable(&vtd_soft_regs);
	vtd_qi_init(&qi, &regs, NUMA_NO_NODE, true, false);
	vtd_qi_program(&qi);
}

static void work(const void *arg)
{
	void (*const *fn)(void) = arg;

	(*fn)();
}

/* Instructions with the lock held: of this section, and of the longest. */
struct section {
	long steps;
	long most;
};

static void count_locked(void *data)
{
	struct section *section = data;
	int locked = READ_ONCE(step_shared->locked);

	if (!locked)
		section->steps = 0;
	else if (locked > 0)
		section->most = max(section->most, ++section->steps);
}

static void test_interrupts_off(void **state)
{
	struct section section = {};

	step_each(prepare, work, *state, count_locked, &section);
	print_message("# interrupts off for %ld instructions at most\n",
		      section.most);
#ifdef VTD_COVERAGE
	skip(); /* the counters of the coverage build would be counted too */
#endif
	assert_in_range(section.most, 1, LIMIT);
}

static void (*const works[])(void) = {
	one_by_one,
	all_at_once,
	all_dropped,
	last_refused,
};

#define CASE(n, what)                                           \
	{ .name = "interrupts are off for a short time: " what, \
	  .test_func = test_interrupts_off,                     \
	  .initial_state = (void *)&works[n] }

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(0, "one by one"),
		CASE(1, "as many as the ring holds"),
		CASE(2, "all of them dropped"),
		CASE(3, "the last one refused"),
	};

	if (step_init())
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
