// SPDX-License-Identifier: GPL-2.0
/*
 * Speaks /dev/vtd: one command per write(), then read() until the end on the
 * same descriptor. Owns the protocol and the real system calls behind it;
 * prints nothing but a refusal, and knows no command's meaning.
 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "terminal.h"
#include "vtdctl.h"

/* What a child program may print before the rest is dropped. */
#define RUN_OUTPUT_MAX 16384

static int system_open(void *priv, const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	(void)priv;
	return fd < 0 ? -errno : fd;
}

static ssize_t system_write(void *priv, int fd, const void *buf, size_t bytes)
{
	ssize_t ret = write(fd, buf, bytes);

	(void)priv;
	return ret < 0 ? -errno : ret;
}

static ssize_t system_read(void *priv, int fd, void *buf, size_t bytes)
{
	ssize_t ret = read(fd, buf, bytes);

	(void)priv;
	return ret < 0 ? -errno : ret;
}

static void system_close(void *priv, int fd)
{
	(void)priv;
	close(fd);
}

static int system_wait(void *priv, int fd)
{
	struct pollfd what = { .fd = fd, .events = POLLPRI };

	(void)priv;
	while (poll(&what, 1, -1) < 0)
		if (errno != EINTR)
			return -errno;
	return what.revents & POLLPRI ? 0 : -EIO;
}

static void system_pause(void *priv, unsigned int ms)
{
	struct timespec left = {
		.tv_sec = ms / 1000,
		.tv_nsec = ms % 1000 * 1000000L,
	};

	(void)priv;
	nanosleep(&left, NULL);
}

/* In the child: does not return. */
static void become(char *const argv[], int output)
{
	int null = open("/dev/null", O_RDONLY);

	if (null >= 0)
		dup2(null, STDIN_FILENO);
	dup2(output, STDOUT_FILENO);
	dup2(output, STDERR_FILENO);
	/* modprobe is not in everybody's PATH; its words must be known ones. */
	setenv("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", 1);
	setenv("LC_ALL", "C", 1);
	execvp(argv[0], argv);
	_exit(errno == ENOENT ? 127 : 126);
}

/* Keeps what fits, and goes on reading so that the child never blocks. */
static void drain(int fd, char *text, size_t room)
{
	size_t used = 0;

	for (;;) {
		char spill[512];
		bool full = used + 1 >= room;
		ssize_t got = full ? read(fd, spill, sizeof(spill)) :
				     read(fd, text + used, room - used - 1);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		if (!full)
			used += got;
	}
	text[used] = '\0';
}

static int system_run(void *priv, char *const argv[], char **output)
{
	int status;
	int pipes[2];
	pid_t child;

	(void)priv;
	*output = malloc(RUN_OUTPUT_MAX);
	if (!*output)
		return -ENOMEM;
	if (pipe2(pipes, O_CLOEXEC))
		goto fail;
	child = fork();
	if (child < 0) {
		close(pipes[0]);
		close(pipes[1]);
		goto fail;
	}
	if (!child)
		become(argv, pipes[1]);
	close(pipes[1]);
	drain(pipes[0], *output, RUN_OUTPUT_MAX);
	close(pipes[0]);
	while (waitpid(child, &status, 0) < 0) {
		if (errno != EINTR)
			goto fail;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
fail:
	status = -errno;
	free(*output);
	*output = NULL;
	return status;
}

const struct vtd_calls vtd_system_calls = {
	.open = system_open,
	.write = system_write,
	.read = system_read,
	.close = system_close,
	.run = system_run,
	.pause = system_pause,
	.wait = system_wait,
	.keys = vtd_terminal_keys,
	.key = vtd_terminal_key,
	.clock = vtd_terminal_clock,
	.lock = vtd_system_lock,
	.insert = vtd_system_insert,
	.remove = vtd_system_remove,
	.steady = vtd_system_steady,
};

/**
 * vtd_control_open() - open the control device
 * @ctl: gives the root and the calls
 *
 * Return: a descriptor for vtd_control_ask(), to be closed with the close
 * call, or -errno.
 */
int vtd_control_open(struct vtdctl *ctl)
{
	char *path = vtd_sys_path("%s%s", ctl->sysroot, VTD_DEVICE);
	int fd = path ? ctl->calls->open(ctl->priv, path) : -ENOMEM;

	free(path);
	return fd;
}

static int read_reply(struct vtdctl *ctl, int fd, struct vtd_reply *reply)
{
	size_t room = 4096;

	reply->bytes = 0;
	reply->text = malloc(room);
	if (!reply->text)
		return -ENOMEM;
	reply->text[0] = '\0';
	for (;;) {
		ssize_t got;

		if (reply->bytes + 1 == room) {
			char *grown;

			if (room > VTD_REPLY_MAX)
				return -EMSGSIZE;
			grown = realloc(reply->text, room * 2);
			if (!grown)
				return -ENOMEM;
			reply->text = grown;
			room *= 2;
		}
		got = ctl->calls->read(ctl->priv, fd,
				       reply->text + reply->bytes,
				       room - reply->bytes - 1);
		if (got == -EINTR)
			continue;
		if (got < 0)
			return got;
		if (!got)
			return 0;
		reply->bytes += got;
		reply->text[reply->bytes] = '\0';
	}
}

/**
 * vtd_control_ask() - send one command and fetch the reply
 * @ctl: gives the calls
 * @fd: from vtd_control_open()
 * @command: the words
 * @reply: result, to be freed with vtd_reply_free() whatever is returned
 *
 * A write that was interrupted is not sent again: the module may have begun.
 *
 * Return: 0, or what the write, else the read, failed with; @reply then holds
 * the reason if the module gave one.
 */
int vtd_control_ask(struct vtdctl *ctl, int fd, const char *command,
		    struct vtd_reply *reply)
{
	size_t length = strlen(command);
	ssize_t sent = ctl->calls->write(ctl->priv, fd, command, length);
	int ret = read_reply(ctl, fd, reply);

	if (sent < 0)
		return sent;
	if ((size_t)sent != length)
		return -EIO;
	return ret;
}

/**
 * vtd_control() - one command on a descriptor of its own, errors printed
 * @ctl: what to work with
 * @command: the words
 * @reply: result, to be freed with vtd_reply_free() whatever is returned
 *
 * Return: an exit status.
 */
int vtd_control(struct vtdctl *ctl, const char *command,
		struct vtd_reply *reply)
{
	int fd, ret;

	memset(reply, 0, sizeof(*reply));
	fd = vtd_control_open(ctl);
	if (fd < 0)
		return vtd_open_error(ctl, command, fd);
	ret = vtd_control_ask(ctl, fd, command, reply);
	ctl->calls->close(ctl->priv, fd);
	if (ret)
		return vtd_refused(ctl, command, ret, reply->text);
	return VTD_EXIT_OK;
}

static int split_reply(struct vtdctl *ctl, const char *command,
		       struct vtd_reply *reply, struct vtd_records *recs)
{
	int ret = vtd_records_parse(reply->text, reply->bytes, recs);

	if (!ret)
		return VTD_EXIT_OK;
	if (ret == -EINVAL)
		return vtd_kernel_error(
			ctl,
			"the reply to \"%s\" cannot be read: line %zu has %s; do vtdctl and the module come from one version?",
			command, recs->line, recs->why);
	return vtd_kernel_error(ctl, "out of memory");
}

/**
 * vtd_control_ask_records() - one command, its reply split into records
 * @ctl: what to work with
 * @fd: from vtd_control_open()
 * @command: the words
 * @reply: result; the records point into it
 * @recs: result
 *
 * Both results are to be freed whatever is returned. Errors are printed.
 *
 * Return: an exit status.
 */
int vtd_control_ask_records(struct vtdctl *ctl, int fd, const char *command,
			    struct vtd_reply *reply, struct vtd_records *recs)
{
	int ret;

	memset(recs, 0, sizeof(*recs));
	ret = vtd_control_ask(ctl, fd, command, reply);
	if (ret)
		return vtd_refused(ctl, command, ret, reply->text);
	return split_reply(ctl, command, reply, recs);
}

/**
 * vtd_control_records() - as vtd_control(), with the reply split into records
 * @ctl: what to work with
 * @command: the words
 * @reply: result; the records point into it
 * @recs: result
 *
 * Both results are to be freed whatever is returned.
 *
 * Return: an exit status.
 */
int vtd_control_records(struct vtdctl *ctl, const char *command,
			struct vtd_reply *reply, struct vtd_records *recs)
{
	int ret = vtd_control(ctl, command, reply);

	memset(recs, 0, sizeof(*recs));
	if (ret)
		return ret;
	return split_reply(ctl, command, reply, recs);
}

/**
 * vtd_show_reply() - ask, and show what comes
 * @ctl: what to work with
 * @command: what the module is asked
 * @want_json: for a program
 * @text: shows the reply to people
 * @json: shows it to programs; returns an exit status
 *
 * Return: an exit status.
 */
int vtd_show_reply(struct vtdctl *ctl, const char *command, bool want_json,
		   void (*text)(struct vtdctl *ctl,
				const struct vtd_records *recs),
		   int (*json)(struct vtdctl *ctl,
			       const struct vtd_records *recs))
{
	struct vtd_records recs;
	struct vtd_reply reply;
	int ret = vtd_control_records(ctl, command, &reply, &recs);

	if (!ret && want_json)
		ret = json(ctl, &recs);
	else if (!ret)
		text(ctl, &recs);
	vtd_records_free(&recs);
	vtd_reply_free(&reply);
	return ret;
}

/**
 * vtd_reply_free() - free a reply
 * @reply: filled by vtd_control() or vtd_control_ask(), or all zero
 */
void vtd_reply_free(struct vtd_reply *reply)
{
	free(reply->text);
	reply->text = NULL;
	reply->bytes = 0;
}
