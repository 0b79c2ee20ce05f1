// SPDX-License-Identifier: GPL-2.0
/*
 * How long the queue keeps interrupts off: the instructions between each taking
 * of its lock and letting go of it, single-stepped in a child process, where
 * the ring is as full and the batches are as large as can be.  The unit answers
 * in no time.
 *
 * SRCS:
 * CFLAGS: -O2 -fno-sanitize=all -fomit-frame-pointer
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/jump_label.h>
#include <linux/spinlock.h>

#include "vtd_test.h"

/* What is promised; the child shares the flag with who steps it. */
#define LIMIT 2000

static struct seen {
	int locked;
	int finished;
} *seen;

#undef raw_spin_lock_irqsave
#undef raw_spin_unlock_irqrestore
#define raw_spin_lock_irqsave(lock, flags) \
	((void)(lock), (flags) = 0, WRITE_ONCE(seen->locked, 1))
#define raw_spin_unlock_irqrestore(lock, flags) \
	((void)(lock), (void)(flags), WRITE_ONCE(seen->locked, 0))
#undef lockdep_assert_held
#define lockdep_assert_held(lock) ((void)(lock))

#include "../../dmar/qi.c"

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
	int was = seen->locked;

	WRITE_ONCE(seen->locked, was ? -1 : 0);
	((u32 *)unit)[off / 4] &= ~val;
	refuse_at = 0;
	drop_at = 0;
	run();
	WRITE_ONCE(seen->locked, was);
}

static void write64(const struct vtd_regs *regs, u32 off, u64 val)
{
	int was = seen->locked;

	WRITE_ONCE(seen->locked, was ? -1 : 0);
	unit[off / 8] = val;
	if (off == VTD_IQT)
		run();
	WRITE_ONCE(seen->locked, was);
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

static void child(void (*work)(void))
{
	static_branch_enable(&vtd_soft_regs);
	vtd_qi_init(&qi, &regs, NUMA_NO_NODE, true);
	vtd_qi_program(&qi);
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	__asm__ __volatile__("int3" ::: "memory");
	work();
	WRITE_ONCE(seen->finished, 1);
	_exit(0);
}

static long longest(void (*work)(void))
{
	long steps = 0, most = 0;
	int status;
	pid_t pid;

	memset(seen, 0, sizeof(*seen));
	pid = fork();
	if (!pid)
		child(work);
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSTOPPED(status));
	while (!READ_ONCE(seen->finished)) {
		assert_int_equal(ptrace(PTRACE_SINGLESTEP, pid, NULL, NULL), 0);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSTOPPED(status));
		if (!READ_ONCE(seen->locked))
			steps = 0;
		else if (READ_ONCE(seen->locked) > 0)
			most = max(most, ++steps);
	}
	assert_int_equal(ptrace(PTRACE_CONT, pid, NULL, NULL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return most;
}

static void test_interrupts_off(void **state)
{
	void (*const *work)(void) = *state;
	long most = longest(*work);

	print_message("# interrupts off for %ld instructions at most\n", most);
#ifdef __LLVM_INSTR_PROFILE_GENERATE
	skip(); /* the counters of the coverage build would be counted too */
#endif
	assert_in_range(most, 1, LIMIT);
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

	seen = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (seen == MAP_FAILED)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
