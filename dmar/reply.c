// SPDX-License-Identifier: GPL-2.0
/*
 * Replies to an administrator: the same sentence reaches the one who asked
 * through /dev/vtd, and the kernel log when nobody asked (at load).
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "reply.h"

/* A machine with tens of thousands of functions or interrupts still fits. */
#define VTD_REPLY_MAX SZ_16M

static bool vtd_reply_room(struct vtd_reply *reply, size_t want)
{
	size_t size;
	char *text;

	if (reply->size - reply->len >= want)
		return true;
	size = max_t(size_t, PAGE_SIZE, roundup_pow_of_two(reply->len + want));
	if (size > VTD_REPLY_MAX)
		return false;
	text = kvmalloc(size, GFP_KERNEL);
	if (!text)
		return false;
	if (reply->text)
		memcpy(text, reply->text, reply->len);
	kvfree(reply->text);
	reply->text = text;
	reply->size = size;
	return true;
}

void vtd_say(struct vtd_reply *reply, const char *fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	if (reply->cut || !vtd_reply_room(reply, len + 1)) {
		reply->cut = true;
		return;
	}
	va_start(args, fmt);
	vsnprintf(reply->text + reply->len, len + 1, fmt, args);
	va_end(args);
	reply->len += len;
}
EXPORT_SYMBOL_GPL(vtd_say);

/* Calls @print for each line. */
static void vtd_reply_lines(const struct vtd_reply *reply,
			    void (*print)(const char *line, int len))
{
	size_t at = 0;

	while (at < reply->len) {
		const char *line = reply->text + at;
		const char *end = memchr(line, '\n', reply->len - at);
		int len = end ? end - line : reply->len - at;

		print(line, len);
		at += len + 1;
	}
}

static void vtd_reply_error_line(const char *line, int len)
{
	pr_err("%.*s\n", len, line);
}

static void vtd_reply_warn_line(const char *line, int len)
{
	pr_warn("%.*s\n", len, line);
}

static void vtd_reply_notice_line(const char *line, int len)
{
	pr_notice("%.*s\n", len, line);
}

/**
 * vtd_reply_log() - print a reply as errors, line by line
 * @reply: what to print
 *
 * Context: any.
 */
void vtd_reply_log(const struct vtd_reply *reply)
{
	vtd_reply_lines(reply, vtd_reply_error_line);
}

/**
 * vtd_reply_warn() - print a reply as warnings, line by line
 * @reply: what to print
 *
 * Context: any.
 */
void vtd_reply_warn(const struct vtd_reply *reply)
{
	vtd_reply_lines(reply, vtd_reply_warn_line);
}

/**
 * vtd_reply_notice() - print a reply as notices, line by line
 * @reply: what to print
 *
 * Context: any.
 */
void vtd_reply_notice(const struct vtd_reply *reply)
{
	vtd_reply_lines(reply, vtd_reply_notice_line);
}

/**
 * vtd_reply_free() - empty a reply
 * @reply: can be used again afterwards
 *
 * Context: may sleep.
 */
void vtd_reply_free(struct vtd_reply *reply)
{
	kvfree(reply->text);
	memset(reply, 0, sizeof(*reply));
}
