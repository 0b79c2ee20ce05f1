// SPDX-License-Identifier: GPL-2.0
/*
 * The record lines of the control interface: a type, then key=value pairs,
 * values with spaces in double quotes. Splits in place and allocates only the
 * list. Knows the syntax, never what a key means.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "vtdctl.h"

static char *skip_blanks(char *p)
{
	while (*p == ' ' || *p == '\t')
		p++;
	return p;
}

static size_t word_length(const char *p)
{
	return strcspn(p, " \t");
}

/*
 * Takes the value at @p off the line, terminates it and gives what follows.
 * Returns NULL, with @why set, when it is not a value.
 */
static char *take_value(char *p, const char **val, const char **why)
{
	char *end;

	if (*p != '"') {
		end = p + word_length(p);
		if (memchr(p, '"', end - p)) {
			*why = "a quote inside a value";
			return NULL;
		}
		*val = p;
		if (*end)
			*end++ = '\0';
		return end;
	}
	end = strchr(++p, '"');
	if (!end) {
		*why = "a quote that is never closed";
		return NULL;
	}
	*val = p;
	*end++ = '\0';
	if (*end && *end != ' ' && *end != '\t') {
		*why = "text right after a closing quote";
		return NULL;
	}
	return end;
}

static int take_pair(char **at, struct vtd_record *rec, const char **why)
{
	char *p = *at;
	char *equals = p + strcspn(p, " \t=");
	char *rest;

	if (*equals != '=') {
		*why = "a word that is not key=value";
		return -EINVAL;
	}
	if (equals == p) {
		*why = "a value without a key";
		return -EINVAL;
	}
	if (rec->pairs == VTD_PAIRS_MAX) {
		*why = "too many pairs";
		return -EINVAL;
	}
	*equals = '\0';
	if (vtd_record_get(rec, p)) {
		*why = "the same key twice";
		return -EINVAL;
	}
	rest = take_value(equals + 1, &rec->val[rec->pairs], why);
	if (!rest)
		return -EINVAL;
	rec->key[rec->pairs++] = p;
	*at = rest;
	return 0;
}

/**
 * vtd_record_parse() - split one line
 * @line: NUL-terminated, without the newline; changed, and pointed into
 * @rec: result
 * @why: on -EINVAL, what is wrong, a constant string
 *
 * Return: 0, -ENOENT for a line of blanks, -EINVAL for a malformed one.
 */
int vtd_record_parse(char *line, struct vtd_record *rec, const char **why)
{
	char *p = skip_blanks(line);
	size_t length = word_length(p);

	rec->pairs = 0;
	rec->type = p;
	if (!length)
		return -ENOENT;
	if (memchr(p, '=', length) || memchr(p, '"', length)) {
		*why = "no record type at the start";
		return -EINVAL;
	}
	p += length;
	if (*p)
		*p++ = '\0';
	for (p = skip_blanks(p); *p; p = skip_blanks(p)) {
		int ret = take_pair(&p, rec, why);

		if (ret)
			return ret;
	}
	return 0;
}

static size_t count_lines(const char *text, size_t bytes)
{
	size_t lines = 1;

	for (size_t i = 0; i < bytes; i++)
		lines += text[i] == '\n';
	return lines;
}

/**
 * vtd_records_parse() - split a whole reply
 * @text: NUL-terminated at @bytes; changed, and pointed into by the result
 * @bytes: length of @text
 * @recs: result, to be freed with vtd_records_free() whatever is returned
 *
 * Return: 0, -ENOMEM, or -EINVAL with @recs->why and @recs->line set.
 */
int vtd_records_parse(char *text, size_t bytes, struct vtd_records *recs)
{
	size_t room = 0;
	char *line = text;

	memset(recs, 0, sizeof(*recs));
	if (memchr(text, '\0', bytes)) {
		recs->why = "a NUL byte";
		recs->line = count_lines(text, strlen(text));
		return -EINVAL;
	}
	for (size_t nr = 1; line; nr++) {
		char *next = strchr(line, '\n');
		int ret;

		if (next)
			*next++ = '\0';
		if (recs->count == room) {
			struct vtd_record *grown;

			room = room ? room * 2 : 64;
			grown = reallocarray(recs->list, room, sizeof(*grown));
			if (!grown)
				return -ENOMEM;
			recs->list = grown;
		}
		ret = vtd_record_parse(line, &recs->list[recs->count],
				       &recs->why);
		if (ret == -EINVAL) {
			recs->line = nr;
			return ret;
		}
		if (!ret)
			recs->count++;
		line = next;
	}
	return 0;
}

/**
 * vtd_records_free() - free the list; the text stays the caller's
 * @recs: filled by vtd_records_parse(), or all zero
 */
void vtd_records_free(struct vtd_records *recs)
{
	free(recs->list);
	recs->list = NULL;
	recs->count = 0;
}

/**
 * vtd_record_get() - the value of a key
 * @rec: the record
 * @key: its name
 *
 * Return: the value, perhaps "", or NULL if the record has no such key.
 */
const char *vtd_record_get(const struct vtd_record *rec, const char *key)
{
	for (unsigned int i = 0; i < rec->pairs; i++)
		if (!strcmp(rec->key[i], key))
			return rec->val[i];
	return NULL;
}

/**
 * vtd_record_show() - the value of a key for a reader
 * @rec: the record
 * @key: its name
 *
 * Return: the value, "-" where there is none.
 */
const char *vtd_record_show(const struct vtd_record *rec, const char *key)
{
	const char *val = vtd_record_get(rec, key);

	return val && *val ? val : "-";
}

/**
 * vtd_record_is() - whether a record has a type
 * @rec: the record
 * @type: the type
 *
 * Return: true if it has.
 */
bool vtd_record_is(const struct vtd_record *rec, const char *type)
{
	return !strcmp(rec->type, type);
}

/**
 * vtd_records_first() - the first record of a type
 * @recs: the records
 * @type: the type
 *
 * Return: the record, or NULL where there is none.
 */
const struct vtd_record *vtd_records_first(const struct vtd_records *recs,
					   const char *type)
{
	for (size_t i = 0; i < recs->count; i++)
		if (vtd_record_is(&recs->list[i], type))
			return &recs->list[i];
	return NULL;
}
