// SPDX-License-Identifier: GPL-2.0
/*
 * A QEMU machine without a guest, steered through QEMU's test protocol (qtest).
 *
 * Owns the process and the memory shared with it.  Must never leave the process
 * behind: it dies with the test, however that ends.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "qemu.h"
#include "vtd_test.h"

#define OPTIONS_MAX 96
#define ANSWER_MS 30000

static pid_t pid;
static int to = -1, from = -1, memory = -1, complaints = -1;
static char out[8192], in[8192];
static size_t out_bytes, in_bytes, in_at;
static unsigned int unanswered;

bool qemu_is_ram(u64 phys, size_t bytes)
{
	u64 end = phys + bytes;

	return (phys < end && end <= QEMU_LOW_END) ||
	       (phys >= QEMU_HIGH && phys < end && end <= QEMU_HIGH_END);
}

/* What QEMU said last on its standard error, for who has to find out why. */
static void show_complaints(void)
{
	char text[1200];
	off_t end = lseek(complaints, 0, SEEK_END);
	ssize_t n;

	if (end > (off_t)sizeof(text) - 1)
		lseek(complaints, end - sizeof(text) + 1, SEEK_SET);
	else
		lseek(complaints, 0, SEEK_SET);
	n = read(complaints, text, sizeof(text) - 1);
	text[n > 0 ? n : 0] = 0;
	fprintf(stderr, "# QEMU said: %s\n", text);
}

static void __attribute__((noreturn)) give_up(const char *why)
{
	fprintf(stderr, "# QEMU: %s\n", why);
	show_complaints();
	qemu_stop();
	fail();
	abort();
}

static void flush_out(void)
{
	size_t at = 0;

	while (at < out_bytes) {
		ssize_t n = write(to, out + at, out_bytes - at);

		if (n <= 0)
			give_up("does not take commands any more");
		at += n;
	}
	out_bytes = 0;
}

/* The next line it sent. */
static char *next_line(void)
{
	struct pollfd poll_from = { .fd = from, .events = POLLIN };

	for (;;) {
		char *start = in + in_at;
		char *end = memchr(start, '\n', in_bytes - in_at);
		ssize_t n;

		if (end) {
			*end = 0;
			in_at = end + 1 - in;
			return start;
		}
		memmove(in, start, in_bytes - in_at);
		in_bytes -= in_at;
		in_at = 0;
		if (poll(&poll_from, 1, ANSWER_MS) <= 0)
			give_up("no answer");
		n = read(from, in + in_bytes, sizeof(in) - in_bytes);
		if (n <= 0)
			give_up("ended");
		in_bytes += n;
	}
}

static u64 answer(void)
{
	char *line = next_line();

	unanswered--;
	if (strncmp(line, "OK", 2)) {
		fprintf(stderr, "# it said: %s\n", line);
		give_up("refused a command");
	}
	return line[2] ? strtoull(line + 3, NULL, 0) : 0;
}

static u64 wait_answers(void)
{
	u64 value = 0;

	flush_out();
	while (unanswered)
		value = answer();
	return value;
}

/* Commands gather; only who wants a value waits. */
static void __attribute__((__format__(printf, 1, 2))) command(const char *fmt,
							      ...)
{
	va_list args;

	if (unanswered >= 64)
		wait_answers();
	va_start(args, fmt);
	out_bytes +=
		vsnprintf(out + out_bytes, sizeof(out) - out_bytes, fmt, args);
	va_end(args);
	unanswered++;
}

u32 qemu_read32(u64 addr)
{
	command("readl 0x%llx\n", addr);
	return wait_answers();
}

u64 qemu_read64(u64 addr)
{
	command("readq 0x%llx\n", addr);
	return wait_answers();
}

void qemu_write32(u64 addr, u32 value)
{
	command("writel 0x%llx 0x%x\n", addr, value);
}

void qemu_write64(u64 addr, u64 value)
{
	command("writeq 0x%llx 0x%llx\n", addr, value);
}

u32 qemu_config_read(u16 sid, unsigned int off)
{
	command("outl 0xcf8 0x%x\n", 0x80000000u | sid << 8 | off);
	command("inl 0xcfc\n");
	return wait_answers();
}

void qemu_config_write(u16 sid, unsigned int off, u32 value)
{
	command("outl 0xcf8 0x%x\n", 0x80000000u | sid << 8 | off);
	command("outl 0xcfc 0x%x\n", value);
}

void qemu_pass_time(u64 ns)
{
	command("clock_step %llu\n", ns);
}

static void share_memory(void)
{
	u64 bytes = QEMU_LOW_END + QEMU_HIGH_END - QEMU_HIGH;
	int flags = MAP_SHARED | MAP_NORESERVE | MAP_FIXED_NOREPLACE;

	memory = memfd_create("vtd-guest", 0);
	if (memory < 0 || ftruncate(memory, bytes) ||
	    mmap(phys_to_virt(0), QEMU_LOW_END, PROT_READ | PROT_WRITE, flags,
		 memory, 0) != phys_to_virt(0) ||
	    mmap(phys_to_virt(QEMU_HIGH), QEMU_HIGH_END - QEMU_HIGH,
		 PROT_READ | PROT_WRITE, flags, memory,
		 QEMU_LOW_END) != phys_to_virt(QEMU_HIGH))
		give_up("no memory to share");
}

static void __attribute__((noreturn)) become(const char *const options[],
					     int commands, int answers)
{
	static char ram[160];
	const char *args[OPTIONS_MAX] = {
		"qemu-system-x86_64",
		"-accel",
		"qtest",
		"-nodefaults",
		"-no-user-config",
		"-display",
		"none",
		"-cpu",
		"qemu64",
		"-machine",
		"q35,kernel-irqchip=off,max-ram-below-4g=2G,memory-backend=ram",
		"-m",
		"12G",
		"-object",
		ram,
		"-qtest",
		"stdio",
		"-qtest-log",
		"none",
	};
	unsigned int nr = 0;

	snprintf(
		ram, sizeof(ram),
		"memory-backend-file,id=ram,mem-path=/proc/self/fd/%d,size=12G,share=on,prealloc=off,reserve=off",
		memory);
	while (args[nr])
		nr++;
	while (*options && nr < OPTIONS_MAX - 1)
		args[nr++] = *options++;
	/* Whatever becomes of the test, this process goes with it. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(commands, 0);
	dup2(answers, 1);
	dup2(complaints, 2);
	execvp(args[0], (char *const *)args);
	dprintf(2, "%s: %m\n", args[0]);
	_exit(127);
}

void qemu_start(const char *const options[])
{
	int commands[2], answers[2];

	BUILD_BUG_ON(QEMU_LOW_END + QEMU_HIGH_END - QEMU_HIGH != 12ULL << 30);
	qemu_stop(); /* of a test that failed */
	signal(SIGPIPE, SIG_IGN);
	complaints = memfd_create("qemu-stderr", 0);
	share_memory();
	if (pipe2(commands, O_CLOEXEC) || pipe2(answers, O_CLOEXEC))
		give_up("no pipes");
	pid = fork();
	if (pid < 0)
		give_up("no process");
	if (!pid)
		become(options, commands[0], answers[1]);
	close(commands[0]);
	close(answers[1]);
	to = commands[1];
	from = answers[0];
}

static void close_one(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void qemu_stop(void)
{
	if (pid > 0) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	pid = 0;
	close_one(&to);
	close_one(&from);
	close_one(&complaints);
	if (memory >= 0) {
		munmap(phys_to_virt(0), QEMU_LOW_END);
		munmap(phys_to_virt(QEMU_HIGH), QEMU_HIGH_END - QEMU_HIGH);
	}
	close_one(&memory);
	out_bytes = 0;
	in_bytes = 0;
	in_at = 0;
	unanswered = 0;
}
