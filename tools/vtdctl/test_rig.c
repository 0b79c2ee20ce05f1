// SPDX-License-Identifier: GPL-2.0
/*
 * What the unit test works on: a module that is played here, and a /sys, /proc
 * and /dev made in a scratch folder. Never touches the machine's own control
 * device or modules.
 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "test.h"
#include "vtdctl.h"

#define WORDS_MAX 8

static int play_open(void *priv, const char *path)
{
	struct fixture *fix = priv;

	assert_non_null(strstr(path, VTD_DEVICE));
	if (fix->open_error)
		return fix->open_error;
	fix->opened++;
	fix->at = 0;
	return 100;
}

static ssize_t play_write(void *priv, int fd, const void *buf, size_t bytes)
{
	struct fixture *fix = priv;

	assert_int_equal(fd, 100);
	assert_true(bytes < sizeof(fix->sent));
	memcpy(fix->sent, buf, bytes);
	fix->sent[bytes] = '\0';
	fix->at = 0;
	for (const struct answer *a = fix->answers; a && a->command; a++) {
		if (strcmp(a->command, fix->sent))
			continue;
		fix->reply = a->text;
		return a->error ? a->error : (ssize_t)bytes;
	}
	return fix->write_error ? fix->write_error : (ssize_t)bytes;
}

static ssize_t play_read(void *priv, int fd, void *buf, size_t bytes)
{
	struct fixture *fix = priv;
	size_t left = strlen(fix->reply) - fix->at;

	assert_int_equal(fd, 100);
	if (fix->interrupts && fix->interrupts--)
		return -EINTR;
	if (bytes > left)
		bytes = left;
	if (fix->chunk && bytes > fix->chunk)
		bytes = fix->chunk;
	memcpy(buf, fix->reply + fix->at, bytes);
	fix->at += bytes;
	return bytes;
}

static void play_close(void *priv, int fd)
{
	struct fixture *fix = priv;

	assert_int_equal(fd, 100);
	fix->closed++;
}

static int play_run(void *priv, char *const argv[], char **output)
{
	struct fixture *fix = priv;

	assert_string_equal(argv[0], "modprobe");
	assert_string_equal(argv[1], "vtd_dmar");
	assert_string_equal(argv[2], "attach=0");
	assert_null(argv[3]);
	fix->ran++;
	*output = strdup(fix->run_output);
	assert_non_null(*output);
	if (!fix->run_status)
		fix->open_error = 0;
	return fix->run_status;
}

static void play_pause(void *priv, unsigned int ms)
{
	(void)priv;
	(void)ms;
}

static int play_wait(void *priv, int fd)
{
	struct fixture *fix = priv;

	assert_int_equal(fd, 100);
	if (!fix->waits)
		return -EIO;
	fix->waits--;
	fix->reply = fix->next;
	return 0;
}

static void play_keys(void *priv, bool on)
{
	struct fixture *fix = priv;

	fix->keys_on += on;
	fix->keys_off += !on;
}

/* A key comes at once, none after all of the time. */
static int play_key(void *priv, unsigned int ms)
{
	struct fixture *fix = priv;

	if (fix->keys && *fix->keys && *fix->keys++ != '.') {
		fix->clock++;
		return fix->keys[-1];
	}
	fix->clock += ms;
	if (fix->next)
		fix->reply = fix->next;
	return 0;
}

static unsigned long long play_clock(void *priv)
{
	return ((struct fixture *)priv)->clock;
}

/* A lock that nobody else has; the rest is in test_upgrade.c. */
static int play_lock(void *priv, const char *path)
{
	(void)path;
	((struct fixture *)priv)->opened++;
	return 100;
}

static const struct vtd_calls played = {
	.open = play_open,
	.write = play_write,
	.read = play_read,
	.close = play_close,
	.run = play_run,
	.pause = play_pause,
	.wait = play_wait,
	.keys = play_keys,
	.key = play_key,
	.clock = play_clock,
	.lock = play_lock,
};

int setup(void **state)
{
	struct fixture *fix = calloc(1, sizeof(*fix));

	assert_non_null(fix);
	snprintf(fix->root, sizeof(fix->root), "/tmp/vtdctl-test-XXXXXX");
	assert_non_null(mkdtemp(fix->root));
	fix->reply = "";
	fix->run_output = "";
	fix->ctl.sysroot = fix->root;
	fix->ctl.calls = &played;
	fix->ctl.priv = fix;
	fix->ctl.out = open_memstream(&fix->out, &fix->out_bytes);
	fix->ctl.err = open_memstream(&fix->err, &fix->err_bytes);
	assert_non_null(fix->ctl.out);
	assert_non_null(fix->ctl.err);
	*state = fix;
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int type,
		      struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

int teardown(void **state)
{
	struct fixture *fix = *state;

	fclose(fix->ctl.out);
	fclose(fix->ctl.err);
	free(fix->out);
	free(fix->err);
	nftw(fix->root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	free(fix);
	return 0;
}

/* Makes a file with its folders below the scratch root. */
void put_bytes(struct fixture *fix, const char *path, const void *data,
	       size_t bytes)
{
	char full[512];
	FILE *file;

	snprintf(full, sizeof(full), "%s%s", fix->root, path);
	for (char *p = full + strlen(fix->root) + 1; (p = strchr(p, '/'));
	     p++) {
		*p = '\0';
		assert_true(!mkdir(full, 0755) || errno == EEXIST);
		*p = '/';
	}
	file = fopen(full, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, bytes, file), bytes);
	fclose(file);
}

void put(struct fixture *fix, const char *path, const char *text)
{
	put_bytes(fix, path, text, strlen(text));
}

/* Lines that were broken for a terminal, on one line again, as they were meant. */
static void unfold(char *text)
{
	char *to = text;

	while (*text) {
		if (!strncmp(text, "\n  ", 3) && strncmp(text, "\n  -> ", 6)) {
			text += 1 + strspn(text + 1, " ");
			*to++ = ' ';
			continue;
		}
		*to++ = *text++;
	}
	*to = '\0';
}

/*
 * Runs a command line given in one string; results in fix->out, fix->err. Both
 * fit a terminal, JSON or what a file gets excepted.
 */
int run(struct fixture *fix, const char *line)
{
	char words[256], *save = NULL;
	char *argv[WORDS_MAX + 2] = { words };
	int argc = 0;
	int ret;

	snprintf(words, sizeof(words), "vtdctl %s", line);
	for (char *word = strtok_r(words, " ", &save); word;
	     word = strtok_r(NULL, " ", &save)) {
		assert_true(argc < WORDS_MAX);
		argv[argc++] = word;
	}
	rewind(fix->ctl.out);
	rewind(fix->ctl.err);
	fix->sent[0] = '\0';
	ret = vtd_finish(&fix->ctl, vtd_command(&fix->ctl, argc, argv));
	/* rewind() keeps old bytes: the text ends where we stopped writing. */
	fputc('\0', fix->ctl.out);
	fputc('\0', fix->ctl.err);
	fflush(fix->ctl.out);
	fflush(fix->ctl.err);
	assert_int_equal(fix->opened, fix->closed);
	vtd_test_check_json(line, fix->out);
	if (!strstr(line, "--json"))
		assert_columns(fix->out);
	assert_columns(fix->err);
	if (!strncmp(fix->err, "Error", 5) || !strncmp(fix->err, "Note", 4))
		unfold(fix->err);
	return ret;
}

/* vtdctl promises to fit a terminal; colours take no room there. */
void assert_columns(const char *text)
{
	while (*text) {
		size_t length = strcspn(text, "\n"), columns = 0;

		for (size_t i = 0; i < length; i++) {
			if (text[i] == '\033')
				i += strcspn(text + i, "m");
			else
				columns++;
		}
		if (columns > VTD_COLUMNS)
			fail_msg("%zu columns: %.*s", columns, (int)length,
				 text);
		text += length;
		text += *text == '\n';
	}
}
