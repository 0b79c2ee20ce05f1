// SPDX-License-Identifier: GPL-2.0
/*
 * The system calls of "vtdctl upgrade": modules in and out, the lock, and what
 * keeps this program going while disks stand still.
 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "upgrade.h"

#ifndef PR_SET_IO_FLUSHER
#define PR_SET_IO_FLUSHER 57
#endif

/**
 * vtd_system_lock() - take a lock that the end of this program gives back
 * @priv: not used
 * @path: of a file, made where it is not there
 *
 * Return: a descriptor, -EWOULDBLOCK while another has it, or -errno.
 */
int vtd_system_lock(void *priv, const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	int ret;

	(void)priv;
	if (fd < 0)
		return -errno;
	if (!flock(fd, LOCK_EX | LOCK_NB))
		return fd;
	ret = -errno;
	close(fd);
	return ret;
}

/**
 * vtd_system_insert() - load a module from memory
 * @priv: not used
 * @image: the file
 * @bytes: how long it is
 * @params: its parameters
 *
 * Return: 0 or -errno.
 */
int vtd_system_insert(void *priv, const void *image, size_t bytes,
		      const char *params)
{
	(void)priv;
	return syscall(SYS_init_module, image, bytes, params) ? -errno : 0;
}

/**
 * vtd_system_remove() - unload a module, without waiting for who uses it
 * @priv: not used
 * @name: the module
 *
 * Return: 0; -EAGAIN while it is in use; or -errno.
 */
int vtd_system_remove(void *priv, const char *name)
{
	(void)priv;
	return syscall(SYS_delete_module, name, O_NONBLOCK) ? -errno : 0;
}

static void set_oom(const char *value)
{
	FILE *file = fopen("/proc/self/oom_score_adj", "we");

	if (!file)
		return;
	fputs(value, file);
	fclose(file);
}

/**
 * vtd_system_steady() - need no disk, wait for none, and do not be ended
 * @priv: not used
 * @on: from now on, else no longer
 *
 * All of the program stays in memory; what it asks of the kernel waits for no
 * write to a disk; signals that would end it wait; and who looks for memory does
 * not look here.
 *
 * Return: 0 or -errno, and then nothing has changed.
 */
int vtd_system_steady(void *priv, bool on)
{
	static const int signals[] = { SIGINT,	SIGTERM, SIGHUP, SIGQUIT,
				       SIGPIPE, SIGTSTP, SIGTTOU };
	sigset_t set;

	(void)priv;
	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		sigaddset(&set, signals[i]);
	if (!on) {
		munlockall();
		prctl(PR_SET_IO_FLUSHER, 0, 0, 0, 0);
		set_oom("0");
		sigprocmask(SIG_UNBLOCK, &set, NULL);
		return 0;
	}
	if (mlockall(MCL_CURRENT | MCL_FUTURE))
		return -errno;
	if (prctl(PR_SET_IO_FLUSHER, 1, 0, 0, 0)) {
		int ret = -errno;

		munlockall();
		return ret;
	}
	sigprocmask(SIG_BLOCK, &set, NULL);
	set_oom("-1000");
	return 0;
}
