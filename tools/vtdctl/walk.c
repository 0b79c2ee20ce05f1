// SPDX-License-Identifier: GPL-2.0
/*
 * "vtdctl walk BDF IOVA [PASID]": draws the way of a request through the tables
 * and says what becomes of it, or gives both as JSON. Shows what the module
 * read and judged; follows no entry itself.
 */
#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "vtdctl.h"

#define PASID_MAX 0xfffffULL /* 20 bits */

/* What is left of the words once they are checked. */
struct question {
	char device[VTD_BDF_LEN];
	unsigned long long addr;
	unsigned long long pasid;
	bool has_pasid;
	bool json;
};

static bool is_value(const struct vtd_record *rec, const char *key,
		     const char *val)
{
	const char *got = vtd_record_get(rec, key);

	return got && !strcmp(got, val);
}

/* --- the drawing --- */

static void show_line(struct vtdctl *ctl, const char *first, const char *next,
		      char *line)
{
	if (line)
		vtd_show_wrapped(ctl->out, first, next, line);
	free(line);
}

/* A word of an entry in all its digits, as they are looked up in a manual. */
static const char *digits(const struct vtd_record *rec, const char *key,
			  char text[24])
{
	const char *val = vtd_record_get(rec, key);

	if (!val || strncmp(val, "0x", 2))
		return "(cannot be read)";
	snprintf(text, 24, "0x%016llx", strtoull(val, NULL, 16));
	return text;
}

/* What is wrong with an entry, or odd. */
static const char *reserved_says(const struct vtd_record *rec)
{
	return is_value(rec, "reserved", "yes") ? ", RESERVED BITS ARE SET" :
						  "";
}

static const char *faults_says(const struct vtd_record *rec)
{
	return is_value(rec, "faults", "not-recorded") ?
		       ", faults are not recorded" :
		       "";
}

static char *root_says(const struct vtd_record *rec)
{
	const char *half = vtd_record_get(rec, "half");

	if (!is_value(rec, "present", "yes"))
		return vtd_sys_path("%s%snot present", half ? half : "",
				    half ? " half: " : "");
	return vtd_sys_path("%s%spresent, context table at %s%s",
			    half ? half : "", half ? " half: " : "",
			    vtd_record_show(rec, "table"), reserved_says(rec));
}

static char *context_says(const struct vtd_record *rec)
{
	bool tables = !is_value(rec, "translation", "pass-through");

	if (!is_value(rec, "present", "yes"))
		return vtd_sys_path("not present");
	/* That of scalable mode. */
	if (vtd_record_get(rec, "directory"))
		return vtd_sys_path(
			"present, directory of %s PASIDs at %s, PASID %s for requests without, requests with PASID %s%s%s%s%s",
			vtd_record_show(rec, "pasids"),
			vtd_record_show(rec, "directory"),
			vtd_record_show(rec, "rid_pasid"),
			is_value(rec, "with_pasid", "yes") ? "allowed" :
							     "refused",
			is_value(rec, "ats", "yes") ? ", ATS allowed" : "",
			is_value(rec, "page_requests", "yes") ?
				", page requests allowed" :
				"",
			faults_says(rec), reserved_says(rec));
	return vtd_sys_path(
		"present, %s, %s levels (%s bits), domain-id %s%s%s%s%s",
		vtd_record_show(rec, "translation"),
		vtd_record_show(rec, "levels"), vtd_record_show(rec, "width"),
		vtd_record_show(rec, "domain_id"), tables ? ", table at " : "",
		tables ? vtd_record_show(rec, "table") : "", faults_says(rec),
		reserved_says(rec));
}

static char *directory_says(const struct vtd_record *rec)
{
	if (!is_value(rec, "present", "yes"))
		return vtd_sys_path("not present");
	return vtd_sys_path("present, PASID table at %s%s%s",
			    vtd_record_show(rec, "table"), faults_says(rec),
			    reserved_says(rec));
}

/* "4 levels at 0x1000", or nothing for a stage that is not in use. */
static char *stage_says(const struct vtd_record *rec, const char *levels,
			const char *table, const char *of)
{
	if (!vtd_record_get(rec, table) || is_value(rec, table, "-"))
		return strdup("");
	return vtd_sys_path(", %s levels%s at %s", vtd_record_show(rec, levels),
			    of, vtd_record_show(rec, table));
}

static char *pasid_says(const struct vtd_record *rec)
{
	bool nested = is_value(rec, "translation", "nested");
	char *first, *second, *line = NULL;

	if (!is_value(rec, "present", "yes"))
		return vtd_sys_path("not present");
	first = stage_says(rec, "first_levels", "first_table",
			   nested ? " of the first stage" : "");
	second = stage_says(rec, "second_levels", "second_table",
			    nested ? " of the second" : "");
	if (first && second)
		line = vtd_sys_path(
			"present, %s, domain-id %s%s%s%s%s%s%s",
			vtd_record_show(rec, "translation"),
			vtd_record_show(rec, "domain_id"), first, second,
			is_value(rec, "snoop", "yes") ? ", snooped" : "",
			is_value(rec, "supervisor", "yes") ?
				", supervisors allowed" :
				"",
			faults_says(rec), reserved_says(rec));
	free(first);
	free(second);
	return line;
}

static char *level_says(const struct vtd_record *rec)
{
	bool read = is_value(rec, "read", "yes");
	bool write = is_value(rec, "write", "yes");
	const char *reserved = vtd_record_show(rec, "reserved");
	bool bad = strcmp(reserved, "0x0") && strcmp(reserved, "-");

	if (is_value(rec, "leads", "nowhere"))
		return vtd_sys_path("not present");
	return vtd_sys_path(
		"%s, %s at %s%s%s%s%s%s",
		read && write ? "read write" :
		read	      ? "read only" :
				"write only",
		vtd_record_show(rec, "leads"), vtd_record_show(rec, "to"),
		is_value(rec, "snoop", "yes") ? ", snooped" : "",
		is_value(rec, "user", "no") ? ", supervisor only" : "",
		is_value(rec, "execute", "no") ? ", no execution" : "",
		bad ? ", RESERVED BITS " : "", bad ? reserved : "");
}

/*
 * Two words or three with the highest first, as the specification prints an
 * entry.
 */
static void show_words(struct vtdctl *ctl, const struct vtd_record *rec,
		       const char *bar, char *says)
{
	char low[24], high[24], third[24];
	const char *lo = digits(rec, "low", low);

	if (*lo == '(') {
		show_line(ctl, bar, bar, vtd_sys_path("%s", lo));
		free(says);
		return;
	}
	if (vtd_record_get(rec, "third"))
		show_line(ctl, bar, bar,
			  vtd_sys_path("%s %s %s", digits(rec, "third", third),
				       digits(rec, "high", high), lo));
	else
		show_line(ctl, bar, bar,
			  vtd_sys_path("%s %s", digits(rec, "high", high), lo));
	show_line(ctl, bar, bar, says);
}

static void show_word(struct vtdctl *ctl, const struct vtd_record *rec,
		      const char *bar, char *says)
{
	char word[24];
	const char *entry = digits(rec, "entry", word);

	if (*entry == '(')
		show_line(ctl, bar, bar, vtd_sys_path("%s", entry));
	else if (says)
		show_line(ctl, bar, bar, vtd_sys_path("%s  %s", entry, says));
	free(says);
}

static void show_entry(struct vtdctl *ctl, const struct vtd_record *rec,
		       bool last)
{
	unsigned long index = strtoul(vtd_record_show(rec, "index"), NULL, 10);
	const char *bar = last ? "       " : "  |    ";
	const char *at = vtd_record_show(rec, "at");

	if (vtd_record_is(rec, "root")) {
		show_line(ctl, "  +- ", bar,
			  vtd_sys_path("root entry 0x%02lx at %s", index, at));
		show_words(ctl, rec, bar, root_says(rec));
	} else if (vtd_record_is(rec, "context")) {
		show_line(ctl, "  +- ", bar,
			  vtd_sys_path("context entry 0x%02lx at %s", index,
				       at));
		show_words(ctl, rec, bar, context_says(rec));
	} else if (vtd_record_is(rec, "directory")) {
		show_line(ctl, "  +- ", bar,
			  vtd_sys_path("PASID directory entry 0x%lx at %s",
				       index, at));
		show_word(ctl, rec, bar, directory_says(rec));
	} else if (vtd_record_is(rec, "pasid")) {
		show_line(ctl, "  +- ", bar,
			  vtd_sys_path("PASID %s, entry 0x%02lx at %s",
				       vtd_record_show(rec, "pasid"), index,
				       at));
		show_words(ctl, rec, bar, pasid_says(rec));
	} else {
		const char *stage = vtd_record_get(rec, "stage");

		show_line(ctl, "  +- ", bar,
			  vtd_sys_path("%s%slevel %s, entry 0x%03lx at %s",
				       stage ? stage : "",
				       stage ? " stage, " : "",
				       vtd_record_show(rec, "nr"), index, at));
		show_word(ctl, rec, bar, level_says(rec));
	}
}

static bool is_entry(const struct vtd_record *rec)
{
	static const char *const types[] = { "root", "context", "directory",
					     "pasid", "level" };

	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (vtd_record_is(rec, types[i]))
			return true;
	return false;
}

static void show_fate(struct vtdctl *ctl, const struct vtd_record *rec,
		      const char *key)
{
	const char *what = vtd_record_show(rec, key);
	const char *phys = vtd_record_show(rec, "phys");
	bool write = !strcmp(key, "write");
	const char *first = write ? "  a write: " : "  a read:  ";
	const char *next = "           ";

	if (!strcmp(what, "blocked"))
		show_line(ctl, first, next,
			  vtd_sys_path(
				  "blocked, fault reason %s: %s",
				  vtd_record_show(rec, write ? "write_reason" :
							       "read_reason"),
				  vtd_record_show(rec, write ? "write_text" :
							       "read_text")));
	else if (!strcmp(what, "interrupt") || !strcmp(what, "aborted") ||
		 !strcmp(what, "unknown") || !strcmp(phys, "-"))
		show_line(ctl, first, next, vtd_sys_path("%s", what));
	else
		show_line(ctl, first, next,
			  vtd_sys_path("%s, to 0x%llx", what,
				       strtoull(phys, NULL, 16)));
}

/* The context entry of the walk that starts at record @i, or NULL. */
static const struct vtd_record *context_of(const struct vtd_records *recs,
					   size_t i)
{
	for (i++; i < recs->count && is_entry(&recs->list[i]); i++)
		if (vtd_record_is(&recs->list[i], "context"))
			return &recs->list[i];
	return NULL;
}

/* Whether what follows from two context entries is the same. */
static bool same_context(const struct vtd_record *a, const struct vtd_record *b)
{
	const char *low = a ? vtd_record_get(a, "low") : NULL;
	const char *high = a ? vtd_record_get(a, "high") : NULL;

	return low && high && strcmp(low, "-") && b &&
	       is_value(b, "low", low) && is_value(b, "high", high);
}

static void show_walk(struct vtdctl *ctl, const struct vtd_records *recs,
		      size_t i)
{
	const struct vtd_record *rec = &recs->list[i];

	const char *pasid = vtd_record_get(rec, "pasid");
	bool with = pasid && strcmp(pasid, "-");

	show_line(ctl, "", "  ",
		  vtd_sys_path(
			  "%s to %s%s%s, requests as %s, driver %s, domain %s",
			  vtd_record_show(rec, "device"),
			  vtd_record_show(rec, "address"),
			  with ? " with PASID " : "", with ? pasid : "",
			  vtd_record_show(rec, "sid"),
			  vtd_record_show(rec, "driver"),
			  vtd_record_show(rec, "domain")));
	if (strcmp(vtd_record_show(rec, "unit"), "-"))
		show_line(ctl, "  ", "  ",
			  vtd_sys_path("%s, %s mode",
				       vtd_record_show(rec, "unit"),
				       vtd_record_show(rec, "mode")));
	for (size_t k = i + 1; k < recs->count && is_entry(&recs->list[k]); k++)
		show_entry(ctl, &recs->list[k],
			   k + 1 == recs->count ||
				   !is_entry(&recs->list[k + 1]));
	show_line(ctl, "  ", "  ",
		  vtd_sys_path("%s", vtd_record_show(rec, "text")));
	show_fate(ctl, rec, "read");
	show_fate(ctl, rec, "write");
}

static void walk_text(struct vtdctl *ctl, const struct vtd_records *recs)
{
	const struct vtd_record *first = NULL;

	for (size_t i = 0; i < recs->count; i++) {
		const struct vtd_record *context;

		if (!vtd_record_is(&recs->list[i], "walk"))
			continue;
		context = context_of(recs, i);
		if (first && same_context(first, context)) {
			show_line(
				ctl, "", "  ",
				vtd_sys_path(
					"requests as %s: the same, by a context entry that says the same",
					vtd_record_show(&recs->list[i],
							"sid")));
			continue;
		}
		if (!first)
			first = context;
		show_walk(ctl, recs, i);
	}
}

/* --- JSON --- */

/* All that a record says, with what counts something as numbers. */
static struct json_object *record_json(const struct vtd_record *rec)
{
	static const char *const numbers[] = {
		"nr",	 "index",  "levels",	   "width",	    "domain_id",
		"bytes", "pasids", "first_levels", "second_levels",
	};
	struct json_object *object = vtd_json_record(rec);
	int ret = !object;

	for (size_t i = 0; !ret && i < ARRAY_SIZE(numbers); i++)
		if (vtd_record_get(rec, numbers[i]))
			ret = vtd_json_number(object, numbers[i],
					      vtd_record_get(rec, numbers[i]));
	if (!ret)
		return object;
	json_object_put(object);
	return NULL;
}

/* The walk that starts at record @i; "entries" is the list, not their number. */
static struct json_object *walk_json(const struct vtd_records *recs, size_t i)
{
	struct json_object *walk = record_json(&recs->list[i]);
	struct json_object *list = json_object_new_array();

	if (!walk || !list || vtd_json_add(walk, "entries", list)) {
		if (!walk)
			json_object_put(list);
		json_object_put(walk);
		return NULL;
	}
	for (i++; i < recs->count && is_entry(&recs->list[i]); i++) {
		struct json_object *entry = record_json(&recs->list[i]);

		if (!entry ||
		    vtd_json_text(entry, "table_kind", recs->list[i].type) ||
		    json_object_array_add(list, entry)) {
			json_object_put(entry);
			json_object_put(walk);
			return NULL;
		}
	}
	return walk;
}

static int walks_json(struct vtdctl *ctl, const struct vtd_records *recs)
{
	struct json_object *top = json_object_new_object();
	struct json_object *list = json_object_new_array();
	int ret = !top || vtd_json_add(top, "walks", list);

	for (size_t i = 0; !ret && i < recs->count; i++) {
		struct json_object *walk;

		if (!vtd_record_is(&recs->list[i], "walk"))
			continue;
		walk = walk_json(recs, i);
		ret = !walk || json_object_array_add(list, walk);
		if (ret)
			json_object_put(walk);
	}
	if (!ret)
		return vtd_json_put(ctl, top);
	json_object_put(top);
	return vtd_kernel_error(ctl, "out of memory");
}

/* --- words --- */

/*
 * A number of the user's: 0x and hexadecimal digits, or decimal ones. Gives
 * what is wrong with it, or NULL. A leading zero is no octal here, and bare
 * hexadecimal digits are not guessed at.
 */
static const char *take_number(const char *text, unsigned long long max,
			       const char *too_large, unsigned long long *value)
{
	bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	const char *from = hex ? text + 2 : text;
	size_t length =
		strspn(from, hex ? "0123456789abcdefABCDEF" : "0123456789");

	if (*text == '-')
		return "it is negative";
	if (!length || from[length])
		return "write it in hexadecimal with 0x, as 0xfffff000, or in decimal";
	if (!hex && *text == '0' && length > 1)
		return "a leading 0 is not clear: write it in hexadecimal with 0x, or in decimal";
	errno = 0;
	*value = strtoull(from, NULL, hex ? 16 : 10);
	if (errno || *value > max)
		return too_large;
	return NULL;
}

static int check_words(struct vtdctl *ctl, char *const word[3],
		       struct question *q)
{
	const char *why;

	if (!word[0])
		return vtd_usage_error(
			ctl,
			"walk: which device? give its PCI address, and the address it uses: vtdctl walk 0000:00:03.0 0xfffff000");
	if (vtd_device_word(ctl, "walk", word[0], q->device))
		return VTD_EXIT_USAGE;
	if (!word[1])
		return vtd_usage_error(
			ctl,
			"walk: which address? give what the device uses: vtdctl walk %s 0xfffff000",
			word[0]);
	why = take_number(word[1], ~0ULL, "it has more than 64 bits", &q->addr);
	if (why)
		return vtd_usage_error(ctl, "walk: address \"%s\" is wrong: %s",
				       word[1], why);
	if (!word[2])
		return VTD_EXIT_OK;
	q->has_pasid = true;
	why = take_number(word[2], PASID_MAX, "it has more than 20 bits",
			  &q->pasid);
	if (why)
		return vtd_usage_error(ctl, "walk: PASID \"%s\" is wrong: %s",
				       word[2], why);
	return VTD_EXIT_OK;
}

static int walk_words(struct vtdctl *ctl, int argc, char *const argv[],
		      struct question *q)
{
	char *word[3] = { NULL };
	size_t words = 0;

	memset(q, 0, sizeof(*q));
	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--json"))
			q->json = true;
		else if (argv[i][0] == '-' &&
			 !(argv[i][1] >= '0' && argv[i][1] <= '9'))
			return vtd_usage_error(
				ctl,
				"walk: argument \"%s\" is unknown, try \"vtdctl walk --help\"",
				argv[i]);
		else if (words == ARRAY_SIZE(word))
			return vtd_usage_error(
				ctl,
				"walk: argument \"%s\" is one too many, it takes a device, an address and a PASID",
				argv[i]);
		else
			word[words++] = argv[i];
	}
	return check_words(ctl, word, q);
}

/**
 * vtd_cmd_walk() - "vtdctl walk BDF IOVA [PASID] [--json]"
 * @ctl: what to work with
 * @argc: number of words
 * @argv: the words
 *
 * What becomes of a request is no exit status: an answer is a success.
 *
 * Return: an exit status.
 */
int vtd_cmd_walk(struct vtdctl *ctl, int argc, char *const argv[])
{
	char words[64 + VTD_BDF_LEN];
	struct vtd_records recs;
	struct vtd_reply reply;
	struct question q;
	int ret;

	ret = walk_words(ctl, argc, argv, &q);
	if (ret)
		return ret;
	if (q.has_pasid)
		snprintf(words, sizeof(words), "walk %s 0x%llx 0x%llx",
			 q.device, q.addr, q.pasid);
	else
		snprintf(words, sizeof(words), "walk %s 0x%llx", q.device,
			 q.addr);
	ret = vtd_control_records(ctl, words, &reply, &recs);
	if (!ret && !vtd_records_first(&recs, "walk"))
		ret = vtd_kernel_error(ctl, "walk: the module gave no answer");
	else if (!ret && q.json)
		ret = walks_json(ctl, &recs);
	else if (!ret)
		walk_text(ctl, &recs);
	vtd_records_free(&recs);
	vtd_reply_free(&reply);
	return ret;
}
