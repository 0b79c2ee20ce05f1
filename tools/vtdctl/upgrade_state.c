// SPDX-License-Identifier: GPL-2.0
/*
 * What is noted while modules are changed, so that another run can end what this
 * one began: /run/vtd-kmod/upgrade.state, lines of words. And how files get
 * below /run: as a whole or not at all, for root only.
 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "upgrade.h"

/**
 * vtd_make_folders() - make the folders of a path: for root only
 * @ctl: gives the root
 * @path: absolute, without the root; what follows the last slash is not made
 *
 * Return: 0, also where they are there; or -errno.
 */
int vtd_make_folders(struct vtdctl *ctl, const char *path)
{
	char *full = vtd_sys_path("%s%s", ctl->sysroot, path);
	int ret = full ? 0 : -ENOMEM;

	for (char *p = full ? full + strlen(ctl->sysroot) + 1 : NULL;
	     !ret && p && (p = strchr(p, '/')); p++) {
		*p = '\0';
		if (mkdir(full, 0700) && errno != EEXIST)
			ret = -errno;
		*p = '/';
	}
	free(full);
	return ret;
}

static int write_whole(const char *path, const void *data, size_t bytes)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	size_t done = 0;

	if (fd < 0)
		return -errno;
	while (done < bytes) {
		ssize_t put =
			write(fd, (const char *)data + done, bytes - done);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0) {
			int ret = put ? -errno : -EIO;

			close(fd);
			return ret;
		}
		done += put;
	}
	return close(fd) ? -errno : 0;
}

/**
 * vtd_write_file() - write a file as a whole, with its folders
 * @ctl: gives the root
 * @path: absolute, without the root
 * @data: what it holds
 * @bytes: how much
 *
 * Return: 0 or -errno, and then a file that was there is as it was.
 */
int vtd_write_file(struct vtdctl *ctl, const char *path, const void *data,
		   size_t bytes)
{
	char *full = vtd_sys_path("%s%s", ctl->sysroot, path);
	char *part = vtd_sys_path("%s%s.new", ctl->sysroot, path);
	int ret = -ENOMEM;

	if (full && part)
		ret = vtd_make_folders(ctl, path);
	if (!ret)
		ret = write_whole(part, data, bytes);
	if (!ret && rename(part, full))
		ret = -errno;
	if (ret && part)
		unlink(part);
	free(full);
	free(part);
	return ret;
}

/**
 * vtd_state_write() - note what is to be there at the end
 * @up: the run
 *
 * Return: an exit status.
 */
int vtd_state_write(struct vtd_upgrade *up)
{
	char *text = NULL;
	size_t bytes = 0;
	FILE *to = open_memstream(&text, &bytes);
	int ret = -ENOMEM;

	if (to) {
		fprintf(to, "attached %s\n", up->attached ? "yes" : "no");
		for (int i = 0; i < VTD_PARTS; i++)
			if (up->part[i].loaded)
				fprintf(to, "module %s %s\n", vtd_part_name[i],
					up->part[i].params ?
						up->part[i].params :
						"");
		fprintf(to, "rebound %s\n", up->rebound ? up->rebound : "");
		fprintf(to, "away %s\n", up->away ? up->away : "");
		fprintf(to, "lazy %s\n", up->lazy ? up->lazy : "");
		if (!fclose(to))
			ret = vtd_write_file(up->ctl, VTD_UPGRADE_STATE, text,
					     bytes);
	}
	free(text);
	if (!ret)
		return VTD_EXIT_OK;
	return vtd_kernel_error(up->ctl, "upgrade: %s%s cannot be written: %s",
				up->ctl->sysroot, VTD_UPGRADE_STATE,
				strerror(-ret));
}

static void replace(char **to, const char *text)
{
	free(*to);
	*to = *text ? strdup(text) : NULL;
}

static void take_line(struct vtd_upgrade *up, char *line)
{
	char *rest = strchr(line, ' ');

	if (!rest)
		return;
	*rest++ = '\0';
	if (!strcmp(line, "attached"))
		up->attached = !strcmp(rest, "yes");
	else if (!strcmp(line, "rebound"))
		replace(&up->rebound, rest);
	else if (!strcmp(line, "away"))
		replace(&up->away, rest);
	else if (!strcmp(line, "lazy"))
		replace(&up->lazy, rest);
	if (strcmp(line, "module"))
		return;
	line = rest;
	rest = strchr(line, ' ');
	if (!rest)
		return;
	*rest++ = '\0';
	for (int i = 0; i < VTD_PARTS; i++) {
		if (strcmp(line, vtd_part_name[i]))
			continue;
		up->part[i].loaded = true;
		free(up->part[i].params);
		up->part[i].params = strdup(rest);
	}
}

/**
 * vtd_state_read() - what a run before noted
 * @up: this run, filled in
 *
 * Return: 0, or -ENOENT where there is nothing to resume.
 */
int vtd_state_read(struct vtd_upgrade *up)
{
	char *text = vtd_sys_read(up->ctl, VTD_UPGRADE_STATE, NULL);
	char *save = NULL;

	if (!text)
		return -ENOENT;
	for (char *line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		take_line(up, line);
	free(text);
	return 0;
}

/**
 * vtd_state_remove() - all is as it was: there is nothing to resume
 * @up: the run
 */
void vtd_state_remove(struct vtd_upgrade *up)
{
	char *path = vtd_sys_path("%s%s", up->ctl->sysroot, VTD_UPGRADE_STATE);

	if (path)
		unlink(path);
	free(path);
}
