// SPDX-License-Identifier: GPL-2.0
/*
 * How things are laid out: lines of at most VTD_COLUMNS, JSON on its way out.
 * What comes from outside is stripped of control characters before it reaches a
 * terminal.
 */
#define _GNU_SOURCE 1
#include <ctype.h>
#include <json-c/json.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "vtdctl.h"

static int clean(char c)
{
	if (c == '\t')
		return ' ';
	return (unsigned char)c < 0x20 || c == 0x7f ? '?' : c;
}

/* How much of @text goes on a line with @room columns; at least 1. */
static size_t line_length(const char *text, size_t room)
{
	size_t length = strlen(text);
	size_t cut;

	if (length <= room)
		return length;
	for (cut = room; cut; cut--)
		if (text[cut] == ' ')
			return cut;
	/* One long word: it is cut, not in the middle of a UTF-8 character. */
	for (cut = room; cut > 1 && (text[cut] & 0xc0) == 0x80; cut--)
		;
	return cut;
}

/* A part of a text that is shaded: from @at, @bytes long, between two codes. */
struct shaded {
	const char *at;
	size_t bytes;
	const char *on, *off;
};

/* One line's worth of @text; a shade never goes over the end of a line. */
static void show_piece(FILE *to, const char *text, size_t bytes,
		       const struct shaded *part)
{
	bool inside = false;

	for (size_t i = 0; i < bytes; i++) {
		bool in = part && text + i >= part->at &&
			  text + i < part->at + part->bytes;

		if (in != inside)
			fputs(in ? part->on : part->off, to);
		inside = in;
		fputc(clean(text[i]), to);
	}
	if (inside)
		fputs(part->off, to);
	fputc('\n', to);
}

static void show_wrapped(FILE *to, const char *first, const char *next,
			 const char *text, const struct shaded *part)
{
	const char *start = first;

	do {
		size_t used = strlen(start);
		size_t room = used < VTD_COLUMNS ? VTD_COLUMNS - used : 1;
		size_t length = line_length(text, room);
		size_t shown = length;

		while (shown && text[shown - 1] == ' ')
			shown--;
		fputs(start, to);
		show_piece(to, text, shown, part);
		text += length;
		while (*text == ' ')
			text++;
		start = next;
	} while (*text);
}

/**
 * vtd_show_wrapped() - print text in lines of at most VTD_COLUMNS
 * @to: where to
 * @first: what the first line starts with, shorter than VTD_COLUMNS
 * @next: what every further line starts with, shorter than VTD_COLUMNS
 * @text: the text; control characters become question marks
 */
void vtd_show_wrapped(FILE *to, const char *first, const char *next,
		      const char *text)
{
	show_wrapped(to, first, next, text, NULL);
}

/**
 * vtd_show_shaded() - as vtd_show_wrapped(), with a part of the text shaded
 * @ctl: where to, and whether there are colours
 * @shade: how
 * @word: the part; where it stands first in @text
 * @first: what the first line starts with
 * @next: what every further line starts with
 * @text: the text
 */
void vtd_show_shaded(struct vtdctl *ctl, enum vtd_shade shade, const char *word,
		     const char *first, const char *next, const char *text)
{
	struct shaded part = {
		.at = strstr(text, word),
		.bytes = strlen(word),
		.on = vtd_shade_on(ctl, shade),
		.off = vtd_shade_off(ctl, shade),
	};

	show_wrapped(ctl->out, first, next, text, part.at ? &part : NULL);
}

/**
 * vtd_show_line() - as vtd_show_wrapped(), with the text put together
 * @to: where to
 * @first: what the first line starts with
 * @next: what every further line starts with
 * @fmt: as in printf()
 */
void vtd_show_line(FILE *to, const char *first, const char *next,
		   const char *fmt, ...)
{
	char *text;
	va_list args;
	int length;

	va_start(args, fmt);
	length = vasprintf(&text, fmt, args);
	va_end(args);
	if (length < 0)
		return;
	vtd_show_wrapped(to, first, next, text);
	free(text);
}

/**
 * vtd_show_said() - print what somebody else said in words
 * @to: where to
 * @first: what the first line starts with
 * @text: its lines, each wrapped on its own; tabs become blanks
 */
void vtd_show_said(FILE *to, const char *first, const char *text)
{
	while (*text) {
		int length = (int)strcspn(text, "\n");

		vtd_show_line(to, first, "  ", "%.*s", length, text);
		first = "";
		text += length;
		text += *text == '\n';
	}
}

/**
 * vtd_pci_kind() - what sysfs says a device is
 * @ctl: gives the root
 * @name: the device's name
 * @kind: result: vendor, device, class
 *
 * Return: 0, or -1 for a device that is not in sysfs or not of PCI.
 */
int vtd_pci_kind(struct vtdctl *ctl, const char *name, unsigned long kind[3])
{
	static const char *const files[] = { "vendor", "device", "class" };
	struct vtd_bdf bdf;
	const char *why;

	/* The name becomes part of a path: nothing but an address may. */
	if (vtd_bdf_parse(name, &bdf, &why))
		return -1;
	for (int i = 0; i < 3; i++) {
		char *path = vtd_sys_path("/sys/bus/pci/devices/%s/%s", name,
					  files[i]);
		char *line = path ? vtd_sys_line(ctl, path) : NULL;

		free(path);
		if (!line)
			return -1;
		kind[i] = strtoul(line, NULL, 16) & 0xffffff;
		free(line);
	}
	return 0;
}

/**
 * vtd_json_put() - print a JSON object and let go of it
 * @ctl: where to
 * @object: the object
 *
 * Return: an exit status.
 */
int vtd_json_put(struct vtdctl *ctl, struct json_object *object)
{
	const char *text = json_object_to_json_string_ext(
		object, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED |
				JSON_C_TO_STRING_NOSLASHESCAPE);
	int ret = VTD_EXIT_OK;

	if (text)
		fprintf(ctl->out, "%s\n", text);
	else
		ret = vtd_kernel_error(ctl, "out of memory");
	json_object_put(object);
	return ret;
}

/**
 * vtd_json_add() - add a member
 * @to: the object
 * @key: name, a constant string
 * @val: handed over; NULL means that it could not be made
 *
 * Return: 0 or -1 without memory.
 */
int vtd_json_add(struct json_object *to, const char *key,
		 struct json_object *val)
{
	if (!val)
		return -1;
	if (!json_object_object_add(to, key, val))
		return 0;
	json_object_put(val);
	return -1;
}

/**
 * vtd_json_text() - add a string member
 * @to: the object
 * @key: name
 * @val: NULL, "" and "-" become null
 *
 * Return: 0 or -1 without memory.
 */
int vtd_json_text(struct json_object *to, const char *key, const char *val)
{
	char *text;
	int ret;

	if (!val || !*val || !strcmp(val, "-"))
		return json_object_object_add(to, key, NULL);
	/* JSON is ASCII or UTF-8; the module's words are ASCII. */
	text = strdup(val);
	if (!text)
		return -1;
	for (char *p = text; *p; p++)
		if (!isascii(*p))
			*p = '?';
	ret = vtd_json_add(to, key, json_object_new_string(text));
	free(text);
	return ret;
}

/**
 * vtd_json_number() - add an integer member
 * @to: the object
 * @key: name
 * @val: decimal digits; anything else becomes null
 *
 * Return: 0 or -1 without memory.
 */
int vtd_json_number(struct json_object *to, const char *key, const char *val)
{
	size_t digits = val ? strspn(val, "0123456789") : 0;

	/* 18 digits always fit an int64_t. */
	if (!digits || val[digits] || digits > 18)
		return json_object_object_add(to, key, NULL);
	return vtd_json_add(to, key,
			    json_object_new_int64(strtoll(val, NULL, 10)));
}

/**
 * vtd_json_list() - words with commas between them as a list of strings
 * @words: NULL or "-" for none
 *
 * Return: the list, or NULL without memory.
 */
struct json_object *vtd_json_list(const char *words)
{
	struct json_object *list = json_object_new_array();

	while (list && words && *words && strcmp(words, "-")) {
		size_t length = strcspn(words, ",");
		struct json_object *word =
			json_object_new_string_len(words, (int)length);

		if (!word || json_object_array_add(list, word)) {
			json_object_put(word);
			json_object_put(list);
			return NULL;
		}
		words += length;
		words += *words == ',';
	}
	return list;
}

/**
 * vtd_json_record() - all that a record says, as it says it
 * @rec: the record
 *
 * Keys of a later version are passed on, too.
 *
 * Return: the object, or NULL without memory.
 */
struct json_object *vtd_json_record(const struct vtd_record *rec)
{
	struct json_object *object = json_object_new_object();
	int ret = 0;

	for (unsigned int i = 0; object && i < rec->pairs; i++)
		ret |= vtd_json_text(object, rec->key[i], rec->val[i]);
	if (!ret)
		return object;
	json_object_put(object);
	return NULL;
}

/**
 * vtd_json_texts() - add some of a record's values as strings
 * @to: the object
 * @rec: the record
 * @keys: which, in their order; NULL at the end
 *
 * Return: 0 or -1 without memory.
 */
int vtd_json_texts(struct json_object *to, const struct vtd_record *rec,
		   const char *const *keys)
{
	int ret = 0;

	for (; *keys; keys++)
		ret |= vtd_json_text(to, *keys, vtd_record_get(rec, *keys));
	return ret;
}

/**
 * vtd_json_texts_of() - some of a record's values as an object, for vtd_json_records()
 * @rec: the record
 * @keys: const char *const *, which, in their order; NULL at the end
 *
 * Return: the object, or NULL without memory.
 */
struct json_object *vtd_json_texts_of(const struct vtd_record *rec,
				      const void *keys)
{
	struct json_object *one = json_object_new_object();

	if (one && !vtd_json_texts(one, rec, keys))
		return one;
	json_object_put(one);
	return NULL;
}

/**
 * vtd_json_records() - all records of a type as a list
 * @recs: the records
 * @type: their type
 * @make: makes an object of one, or NULL without memory
 * @data: for @make
 *
 * Return: the list, or NULL without memory.
 */
struct json_object *
vtd_json_records(const struct vtd_records *recs, const char *type,
		 struct json_object *(*make)(const struct vtd_record *rec,
					     const void *data),
		 const void *data)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; list && i < recs->count; i++) {
		struct json_object *one;

		if (!vtd_record_is(&recs->list[i], type))
			continue;
		one = make(&recs->list[i], data);
		if (!one || json_object_array_add(list, one)) {
			json_object_put(one);
			json_object_put(list);
			return NULL;
		}
	}
	return list;
}
