// SPDX-License-Identifier: GPL-2.0
/*
 * Runs a command in which one allocation of the kernel fails: the Nth of those
 * that the kernel's fault injection looks at (Documentation/fault-injection).
 *
 * Usage: fail_nth N COMMAND [ARGUMENT...]
 * Status 3: the command made fewer than N, and its own status is printed as the
 * last line, "status S"; 0: one failed, and the same line; 2: it could not be
 * tried.  Counted are those of the command's first task, until it exits.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

static void die(const char *what)
{
	fprintf(stderr, "fail_nth: %s: %s\n", what, strerror(errno));
	exit(2);
}

/* What is left to be counted, or -1. */
static long left_of(pid_t pid)
{
	char path[64], text[32];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/fail-nth", pid);
	fd = open(path, O_RDWR);
	if (fd < 0)
		return -1;
	n = read(fd, text, sizeof(text) - 1);
	/* What its end allocates is not the command's doing. */
	if (n > 0 && pwrite(fd, "0", 1, 0) != 1)
		n = -1;
	close(fd);
	if (n <= 0)
		return -1;
	text[n] = '\0';
	return atol(text);
}

static void child(const char *nth, char **argv)
{
	int fd = open("/proc/self/fail-nth", O_WRONLY);

	if (fd < 0)
		die("/proc/self/fail-nth (the kernel needs CONFIG_FAULT_INJECTION)");
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL))
		die("ptrace");
	raise(SIGSTOP);
	if (write(fd, nth, strlen(nth)) < 0)
		die("/proc/self/fail-nth");
	execvp(argv[0], argv);
	die(argv[0]);
}

int main(int argc, char **argv)
{
	int status, sig;
	long left = -1;
	pid_t pid;

	if (argc < 3 || atol(argv[1]) < 1) {
		fprintf(stderr, "usage: fail_nth N COMMAND [ARGUMENT...]\n");
		return 2;
	}
	pid = fork();
	if (pid < 0)
		die("fork");
	if (!pid)
		child(argv[1], argv + 2);
	if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status))
		die("the child did not stop");
	if (ptrace(PTRACE_SETOPTIONS, pid, NULL,
		   PTRACE_O_TRACEEXIT | PTRACE_O_EXITKILL))
		die("PTRACE_SETOPTIONS");
	for (sig = 0;;) {
		if (ptrace(PTRACE_CONT, pid, NULL, sig))
			die("PTRACE_CONT");
		if (waitpid(pid, &status, 0) != pid)
			die("waitpid");
		if (!WIFSTOPPED(status))
			break;
		sig = WSTOPSIG(status);
		if (status >> 8 == (SIGTRAP | PTRACE_EVENT_EXIT << 8))
			left = left_of(pid);
		/* execve() says so by this signal. */
		if (sig == SIGTRAP)
			sig = 0;
	}
	if (left < 0) {
		fprintf(stderr, "fail_nth: the count was not to be read\n");
		return 2;
	}
	printf("status %d\n", WIFEXITED(status) ? WEXITSTATUS(status) :
						  128 + WTERMSIG(status));
	return left ? 3 : 0;
}
