// SPDX-License-Identifier: GPL-2.0
/*
 * Reads files and lists folders below the root a test may have moved
 * (VTD_SYSROOT). Every read has a bound. Never writes anything.
 */
#define _GNU_SOURCE 1
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "vtdctl.h"

#define LINK_MAX_BYTES 4095

/**
 * vtd_sys_path() - a path without the root, put together
 * @fmt: as in printf()
 *
 * Return: malloc'ed text, NULL without memory.
 */
char *vtd_sys_path(const char *fmt, ...)
{
	char *path;
	va_list args;
	int length;

	va_start(args, fmt);
	length = vasprintf(&path, fmt, args);
	va_end(args);
	return length < 0 ? NULL : path;
}

static char *rooted(const struct vtdctl *ctl, const char *path)
{
	return vtd_sys_path("%s%s", ctl->sysroot, path);
}

/**
 * vtd_sys_exists() - whether a path is there
 * @ctl: gives the root
 * @path: absolute, without the root
 *
 * Return: true if it is, readable or not.
 */
bool vtd_sys_exists(const struct vtdctl *ctl, const char *path)
{
	char *full = rooted(ctl, path);
	bool there = full && !access(full, F_OK);

	free(full);
	return there;
}

/* Reads up to VTD_FILE_MAX bytes; the rest of a longer file is left out. */
static char *read_all(int fd, size_t *bytes)
{
	size_t room = 4096;
	size_t used = 0;
	char *text = malloc(room);

	while (text) {
		ssize_t got = read(fd, text + used, room - used - 1);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			free(text);
			return NULL;
		}
		used += got;
		if (!got || used >= VTD_FILE_MAX)
			break;
		if (used == room - 1) {
			char *grown = realloc(text, room * 2);

			if (!grown) {
				free(text);
				return NULL;
			}
			text = grown;
			room *= 2;
		}
	}
	if (!text)
		return NULL;
	text[used] = '\0';
	if (bytes)
		*bytes = used;
	return text;
}

/**
 * vtd_sys_read() - the contents of a file
 * @ctl: gives the root
 * @path: absolute, without the root
 * @bytes: result, how long it is; may be NULL
 *
 * Return: malloc'ed, NUL-terminated contents; NULL if it cannot be read.
 */
char *vtd_sys_read(const struct vtdctl *ctl, const char *path, size_t *bytes)
{
	char *full = rooted(ctl, path);
	char *text;
	int fd;

	if (!full)
		return NULL;
	/* O_NONBLOCK: a FIFO in place of the file must not hang us. */
	fd = open(full, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	free(full);
	if (fd < 0)
		return NULL;
	text = read_all(fd, bytes);
	close(fd);
	return text;
}

/**
 * vtd_sys_read_at() - some bytes from the middle of a file
 * @ctl: gives the root
 * @path: absolute, without the root
 * @offset: of the first byte
 * @to: result
 * @bytes: how many
 *
 * Return: 0, or -1 if not all of them can be read.
 */
int vtd_sys_read_at(const struct vtdctl *ctl, const char *path, off_t offset,
		    void *to, size_t bytes)
{
	char *full = rooted(ctl, path);
	ssize_t got;
	int fd;

	if (!full)
		return -1;
	fd = open(full, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	free(full);
	if (fd < 0)
		return -1;
	got = pread(fd, to, bytes, offset);
	close(fd);
	return got == (ssize_t)bytes ? 0 : -1;
}

/**
 * vtd_sys_line() - the first line of a file
 * @ctl: gives the root
 * @path: absolute, without the root
 *
 * Return: malloc'ed line without its newline; NULL if it cannot be read.
 */
char *vtd_sys_line(const struct vtdctl *ctl, const char *path)
{
	char *text = vtd_sys_read(ctl, path, NULL);

	if (text)
		text[strcspn(text, "\n")] = '\0';
	return text;
}

/**
 * vtd_sys_link() - where a symbolic link leads
 * @ctl: gives the root
 * @path: absolute, without the root
 *
 * Return: malloc'ed contents; NULL for what is no link.
 */
char *vtd_sys_link(const struct vtdctl *ctl, const char *path)
{
	char *full = rooted(ctl, path);
	char *link = malloc(LINK_MAX_BYTES + 1);
	ssize_t got = full && link ? readlink(full, link, LINK_MAX_BYTES) : -1;

	free(full);
	if (got < 0) {
		free(link);
		return NULL;
	}
	link[got] = '\0';
	return link;
}

/**
 * vtd_sys_list() - visit the names in a folder
 * @ctl: gives the root
 * @path: absolute, without the root
 * @visit: called for each name but . and ..; stops the walk by returning false
 * @arg: handed to @visit
 *
 * Return: how many names were visited; 0 for a folder that is not there.
 */
int vtd_sys_list(const struct vtdctl *ctl, const char *path,
		 bool (*visit)(const char *name, void *arg), void *arg)
{
	char *full = rooted(ctl, path);
	DIR *dir = full ? opendir(full) : NULL;
	struct dirent *entry;
	int count = 0;

	free(full);
	if (!dir)
		return 0;
	while ((entry = readdir(dir))) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		count++;
		if (visit && !visit(entry->d_name, arg))
			break;
	}
	closedir(dir);
	return count;
}

/**
 * vtd_sys_time() - when a file was changed
 * @ctl: gives the root
 * @path: absolute, without the root
 *
 * Return: seconds since 1970, -1 for one that cannot be looked at.
 */
long long vtd_sys_time(const struct vtdctl *ctl, const char *path)
{
	char *full = rooted(ctl, path);
	long long at = -1;
	struct stat st;

	if (full && !stat(full, &st))
		at = st.st_mtime;
	free(full);
	return at;
}

/**
 * vtd_module_loaded() - whether the module is in the kernel
 * @ctl: gives the root
 *
 * Return: true if it is.
 */
bool vtd_module_loaded(const struct vtdctl *ctl)
{
	return vtd_sys_exists(ctl, "/sys/module/" VTD_MODULE);
}
