// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer target: any words, any answer of the module, any contents of the files
 * that vtdctl reads. Beside what the sanitizers find, what is printed must be fit
 * for a terminal, and what is called JSON must be JSON.
 *
 * An input that begins with byte 1 is a DMAR table, one with byte 2 a module file.
 * Else it has parts between bytes 0x1e: the words, the answer, then the files in
 * the order of the table below; those that are not given are not there.
 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <json-c/json.h>

#include "report.h"
#include "upgrade.h"
#include "vtdctl.h"

#define WORDS_MAX 16
#define FD 100
#define RELEASE "6.12.0-1-amd64"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const files[] = {
	"/proc/cmdline",
	"/proc/cpuinfo",
	"/sys/firmware/acpi/tables/DMAR",
	"/etc/modprobe.d/vtd.conf",
	"/lib/modules/" RELEASE "/modules.dep",
	"/lib/modules/" RELEASE "/updates/vtd_dmar.ko",
	"/sys/module/vtd_dmar/version",
	"/sys/module/vtd_dmar/parameters/attach",
	VTD_UPGRADE_STATE,
	"/dev/kmsg",
};

struct play {
	struct vtdctl ctl;
	const uint8_t *answer;
	size_t bytes, at;
	int keys, waits;
	unsigned long long clock;
};

static char root[32] = "/tmp/vtdctl-fuzz-XXXXXX";
static char page[sizeof(root) + 8];

static int play_open(void *priv, const char *path)
{
	(void)path;
	((struct play *)priv)->at = 0;
	return FD;
}

static ssize_t play_write(void *priv, int fd, const void *buf, size_t bytes)
{
	(void)fd;
	(void)buf;
	((struct play *)priv)->at = 0;
	return (ssize_t)bytes;
}

static ssize_t play_read(void *priv, int fd, void *buf, size_t bytes)
{
	struct play *play = priv;
	size_t left = play->bytes - play->at;

	(void)fd;
	if (bytes > left)
		bytes = left;
	if (bytes)
		memcpy(buf, play->answer + play->at, bytes);
	play->at += bytes;
	return (ssize_t)bytes;
}

static void play_close(void *priv, int fd)
{
	(void)priv;
	(void)fd;
}

static int play_run(void *priv, char *const argv[], char **output)
{
	struct play *play = priv;

	(void)argv;
	*output = strndup((const char *)play->answer, play->bytes);
	return play->bytes & 1;
}

static void play_pause(void *priv, unsigned int ms)
{
	((struct play *)priv)->clock += ms;
}

static int play_wait(void *priv, int fd)
{
	(void)fd;
	return ((struct play *)priv)->waits++ < 2 ? 0 : -EIO;
}

static void play_keys(void *priv, bool on)
{
	(void)priv;
	(void)on;
}

static int play_key(void *priv, unsigned int ms)
{
	static const char keys[] = "h pq";
	struct play *play = priv;

	play->clock += ms;
	return play->keys < 3 ? keys[play->keys++] : 'q';
}

static unsigned long long play_clock(void *priv)
{
	return ((struct play *)priv)->clock += 10;
}

static int play_lock(void *priv, const char *path)
{
	(void)priv;
	(void)path;
	return FD;
}

static int play_insert(void *priv, const void *image, size_t bytes,
		       const char *params)
{
	struct play *play = priv;

	(void)image;
	(void)params;
	return bytes && (play->bytes & 2) ? -EINVAL : 0;
}

static int play_remove(void *priv, const char *name)
{
	(void)name;
	return ((struct play *)priv)->bytes & 4 ? -EAGAIN : 0;
}

static int play_steady(void *priv, bool on)
{
	(void)priv;
	(void)on;
	return 0;
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
	.insert = play_insert,
	.remove = play_remove,
	.steady = play_steady,
};

/* Nobody's answer steers a terminal; DEL does not, and JSON has it as it is. */
static void check_text(const char *text, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c < ' ' && c != '\n' && c != '\t') {
			fprintf(stderr, "byte 0x%02x at %zu is printed: %s\n",
				c, i, text);
			abort();
		}
	}
}

/* One object, or with --follow one after the other. */
static void check_json(const char *text, size_t bytes)
{
	struct json_tokener *tok = json_tokener_new();

	for (size_t at = 0; at < bytes; at += json_tokener_get_parse_end(tok)) {
		struct json_object *top;

		at += strspn(text + at, "\n");
		if (at == bytes)
			break;
		top = json_tokener_parse_ex(tok, text + at, (int)(bytes - at));
		if (!top) {
			fprintf(stderr, "no JSON: %s\n", text + at);
			abort();
		}
		json_object_put(top);
	}
	json_tokener_free(tok);
}

static void command(struct play *play, char *words)
{
	char *out = NULL, *err = NULL, *save = NULL, name[] = "vtdctl";
	char *argv[WORDS_MAX + 2] = { name };
	size_t out_bytes = 0, err_bytes = 0;
	bool json = false, color = false;
	int argc = 1, status;

	for (char *word = strtok_r(words, " ", &save);
	     word && argc <= WORDS_MAX; word = strtok_r(NULL, " ", &save))
		argv[argc++] = word;
	for (int i = 1; i < argc; i++) {
		json |= !strcmp(argv[i], "--json");
		color |= !strncmp(argv[i], "--color", 7);
		/* The only file that is not below the root. */
		if (i > 1 && !strcmp(argv[1], "html") && argv[i][0] != '-')
			argv[i] = page;
	}
	play->ctl.out = open_memstream(&out, &out_bytes);
	play->ctl.err = open_memstream(&err, &err_bytes);
	if (!play->ctl.out || !play->ctl.err)
		abort();
	status = vtd_finish(&play->ctl, vtd_command(&play->ctl, argc, argv));
	fclose(play->ctl.out);
	fclose(play->ctl.err);
	if (!color && (argc < 2 || strcmp(argv[1], "top")))
		check_text(out, out_bytes);
	check_text(err, err_bytes);
	if (json && status == VTD_EXIT_OK && !strstr(out, "Usage"))
		check_json(out, out_bytes);
	free(out);
	free(err);
}

/* The next part, up to a byte 0x1e or the end. */
static const uint8_t *part(const uint8_t **at, const uint8_t *end,
			   size_t *bytes)
{
	const uint8_t *start = *at, *stop;

	if (start > end)
		return NULL;
	stop = start < end ? memchr(start, 0x1e, (size_t)(end - start)) : NULL;
	*bytes = (size_t)((stop ? stop : end) - start);
	*at = stop ? stop + 1 : end + 1;
	return start;
}

static void put_file(struct vtdctl *ctl, const char *path, const void *data,
		     size_t bytes)
{
	if (vtd_make_folders(ctl, path) ||
	    vtd_write_file(ctl, path, data, bytes))
		abort();
}

/* What the input before left is taken away, or vtdctl itself took it. */
static void put_files(struct vtdctl *ctl, const uint8_t *at, const uint8_t *end)
{
	static bool there[ARRAY_SIZE(files)];

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		size_t bytes = 0;
		const uint8_t *text = part(&at, end, &bytes);

		if (text) {
			put_file(ctl, files[i], text, bytes);
		} else if (there[i]) {
			char *full = vtd_sys_path("%s%s", root, files[i]);

			if (!full || (unlink(full) && errno != ENOENT))
				abort();
			free(full);
		}
		there[i] = text;
	}
}

static void table_or_image(struct vtdctl *ctl, const uint8_t *data, size_t size)
{
	/* What is read behind the end is found. */
	uint8_t *copy = malloc(size ? size : 1);

	if (!copy)
		abort();
	memcpy(copy, data + 1, size - 1);
	if (*data == 1) {
		char *out = NULL;
		size_t bytes = 0;

		ctl->out = open_memstream(&out, &bytes);
		vtd_show_dmar(ctl, copy, size - 1);
		fclose(ctl->out);
		check_text(out, bytes);
		free(out);
		free(copy);
	} else {
		struct vtd_image image = { .data = (char *)copy,
					   .bytes = size - 1 };

		vtd_image_parse(&image);
		vtd_image_signed(&image);
		vtd_image_free(&image);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct play play = { .ctl = { .sysroot = root,
				      .calls = &played,
				      .priv = &play,
				      .user = { "somebody" } } };
	const uint8_t *at = data, *end = data + size, *text;
	size_t bytes = 0;
	char *words;

	if (!page[0]) {
		if (!mkdtemp(root))
			abort();
		snprintf(page, sizeof(page), "%s/page", root);
		put_file(&play.ctl, "/proc/sys/kernel/osrelease", RELEASE "\n",
			 sizeof(RELEASE));
	}
	if (size && (*data == 1 || *data == 2)) {
		table_or_image(&play.ctl, data, size);
		return 0;
	}
	text = part(&at, end, &bytes);
	words = strndup((const char *)text, bytes);
	play.answer = part(&at, end, &play.bytes);
	if (!play.answer)
		play.answer = (const uint8_t *)"";
	put_files(&play.ctl, at, end);
	if (!words)
		abort();
	command(&play, words);
	free(words);
	return 0;
}
