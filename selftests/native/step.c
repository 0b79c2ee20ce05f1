// SPDX-License-Identifier: GPL-2.0
/*
 * Counting instructions; see step.h.
 *
 * Owns the child and the memory shared with it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/compiler.h>
#include <linux/string.h>

#include "step.h"
#include "vtd_test.h"

struct step_shared *step_shared;

/**
 * step_init() - map the shared memory
 *
 * Return: 0, or -1 when there is none.
 */
int step_init(void)
{
	step_shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return step_shared == MAP_FAILED ? -1 : 0;
}

static void step_child(void (*prepare)(const void *arg),
		       void (*work)(const void *arg), const void *arg)
{
	prepare(arg);
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	__asm__ __volatile__("int3" ::: "memory");
	work(arg);
	WRITE_ONCE(step_shared->finished, 1);
	_exit(0);
}

/**
 * step_each() - do something in a child, one instruction at a time
 * @prepare: done first, at full speed
 * @work: what is stepped
 * @arg: for both
 * @step: called in this process after each instruction
 * @data: for @step
 */
void step_each(void (*prepare)(const void *arg), void (*work)(const void *arg),
	       const void *arg, void (*step)(void *data), void *data)
{
	int status;
	pid_t pid;

	memset(step_shared, 0, sizeof(*step_shared));
	pid = fork();
	if (!pid)
		step_child(prepare, work, arg);
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSTOPPED(status));
	while (!READ_ONCE(step_shared->finished)) {
		assert_int_equal(ptrace(PTRACE_SINGLESTEP, pid, NULL, NULL), 0);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSTOPPED(status));
		step(data);
	}
	assert_int_equal(ptrace(PTRACE_CONT, pid, NULL, NULL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
}
