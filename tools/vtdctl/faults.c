// SPDX-License-Identifier: GPL-2.0
/*
 * "vtdctl faults": the faults that the module keeps and how many each source
 * had, for a reader or as JSON; with --follow those that come, too. Shows what
 * the module decoded; decodes nothing itself.
 */
#include <json-c/json.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "vtdctl.h"

/* A module of before the sentences has the parts of one. */
static char *sentence_of(const struct vtd_record *rec)
{
	const char *sentence = vtd_record_get(rec, "sentence");

	if (sentence)
		return vtd_sys_path("#%s  %s  %s  %s",
				    vtd_record_show(rec, "seq"),
				    vtd_record_show(rec, "time"),
				    vtd_record_show(rec, "unit"), sentence);
	return vtd_sys_path(
		"#%s  %s  %s  %s  %s of %s  reason %s: %s",
		vtd_record_show(rec, "seq"), vtd_record_show(rec, "time"),
		vtd_record_show(rec, "unit"), vtd_record_show(rec, "device"),
		vtd_record_show(rec, "access"), vtd_record_show(rec, "address"),
		vtd_record_show(rec, "reason"), vtd_record_show(rec, "text"));
}

static void show_fault(struct vtdctl *ctl, const struct vtd_record *rec)
{
	const char *remedy = vtd_record_get(rec, "remedy");
	const char *more = vtd_record_get(rec, "more");
	char *line = sentence_of(rec);
	char *number = vtd_sys_path("#%s", vtd_record_show(rec, "seq"));

	if (line && number)
		vtd_show_shaded(ctl, VTD_BAD, number, "", "    ", line);
	free(number);
	free(line);
	if (remedy && *remedy)
		vtd_show_wrapped(ctl->out, "    -> ", "       ", remedy);
	if (!more || !strcmp(more, "0"))
		return;
	line = vtd_sys_path("and %s more of it that are not described", more);
	if (line)
		vtd_show_wrapped(ctl->out, "    ", "    ", line);
	free(line);
}

static void show_source(struct vtdctl *ctl, const struct vtd_record *rec)
{
	const char *partial = vtd_record_show(rec, "at_least");
	char *line = vtd_sys_path(
		"%s (%s): %s%s faults, %s of them described, the last at %s",
		vtd_record_show(rec, "device"), vtd_record_show(rec, "unit"),
		strcmp(partial, "yes") ? "" : "at least ",
		vtd_record_show(rec, "faults"),
		vtd_record_show(rec, "described"),
		vtd_record_show(rec, "last"));
	char *count = vtd_sys_path("%s faults", vtd_record_show(rec, "faults"));

	if (line && count)
		vtd_show_shaded(ctl, VTD_WARNING, count, "", "    ", line);
	free(count);
	free(line);
}

/* Times are kept as written: a double would lose digits of a long uptime. */
static struct json_object *fault_json(const struct vtd_record *rec,
				      const void *data)
{
	static const char *const texts[] = {
		"time", "unit",	  "device",   "address", "access", "reason",
		"text", "name",	  "driver",   "domain",	 "behind", "tables",
		"last", "remedy", "sentence", NULL,
	};
	struct json_object *fault = json_object_new_object();
	int ret;

	(void)data;
	if (!fault)
		return NULL;
	ret = vtd_json_number(fault, "seq", vtd_record_get(rec, "seq"));
	ret |= vtd_json_number(fault, "more", vtd_record_get(rec, "more"));
	ret |= vtd_json_texts(fault, rec, texts);
	if (vtd_record_get(rec, "pasid"))
		ret |= vtd_json_text(fault, "pasid",
				     vtd_record_get(rec, "pasid"));
	if (!ret)
		return fault;
	json_object_put(fault);
	return NULL;
}

static struct json_object *source_json(const struct vtd_record *rec,
				       const void *data)
{
	static const char *const texts[] = { "unit", "device", "first", "last",
					     NULL };
	struct json_object *source = json_object_new_object();
	int ret;

	(void)data;
	if (!source)
		return NULL;
	ret = vtd_json_texts(source, rec, texts);
	ret |= vtd_json_number(source, "faults", vtd_record_get(rec, "faults"));
	ret |= vtd_json_number(source, "described",
			       vtd_record_get(rec, "described"));
	ret |= vtd_json_add(source, "at_least",
			    json_object_new_boolean(!strcmp(
				    vtd_record_show(rec, "at_least"), "yes")));
	if (!ret)
		return source;
	json_object_put(source);
	return NULL;
}

static const char *forgotten(const struct vtd_records *sources)
{
	for (size_t i = 0; i < sources->count; i++)
		if (vtd_record_is(&sources->list[i], "forgotten"))
			return vtd_record_get(&sources->list[i], "faults");
	return "0";
}

static int faults_json(struct vtdctl *ctl, const struct vtd_records *recs,
		       const struct vtd_records *sources)
{
	struct json_object *top = json_object_new_object();

	if (top &&
	    !vtd_json_add(top, "faults",
			  vtd_json_records(recs, "fault", fault_json, NULL)) &&
	    !vtd_json_add(top, "sources",
			  vtd_json_records(sources, "source", source_json,
					   NULL)) &&
	    !vtd_json_number(top, "forgotten", forgotten(sources)))
		return vtd_json_put(ctl, top);
	json_object_put(top);
	return vtd_kernel_error(ctl, "out of memory");
}

static void faults_text(struct vtdctl *ctl, const struct vtd_records *recs,
			const struct vtd_records *sources)
{
	size_t count = 0;

	for (size_t i = 0; i < recs->count; i++) {
		if (!vtd_record_is(&recs->list[i], "fault"))
			continue;
		show_fault(ctl, &recs->list[i]);
		count++;
	}
	if (!count)
		vtd_show_shaded(ctl, VTD_GOOD, "no faults", "", "",
				"no faults");
	for (size_t i = 0; i < sources->count; i++)
		if (vtd_record_is(&sources->list[i], "source"))
			show_source(ctl, &sources->list[i]);
	if (strcmp(forgotten(sources), "0"))
		vtd_show_wrapped(
			ctl->out, "", "    ",
			"there were more sources than can be told apart: the rest had further faults");
}

static int faults_once(struct vtdctl *ctl, bool json)
{
	struct vtd_records recs, sources = { 0 };
	struct vtd_reply reply, counts = { 0 };
	int ret = vtd_control_records(ctl, "faults", &reply, &recs);

	if (!ret)
		ret = vtd_control_records(ctl, "faults sources", &counts,
					  &sources);
	if (!ret && json)
		ret = faults_json(ctl, &recs, &sources);
	else if (!ret)
		faults_text(ctl, &recs, &sources);
	vtd_records_free(&sources);
	vtd_reply_free(&counts);
	vtd_records_free(&recs);
	vtd_reply_free(&reply);
	return ret;
}

/* Shows each new fault, in JSON one object a line, and notes the last. */
static int follow_show(struct vtdctl *ctl, const struct vtd_records *recs,
		       bool json, unsigned long long *after)
{
	for (size_t i = 0; i < recs->count; i++) {
		const struct vtd_record *rec = &recs->list[i];
		struct json_object *fault;

		if (!vtd_record_is(rec, "fault"))
			continue;
		*after = strtoull(vtd_record_show(rec, "seq"), NULL, 10);
		if (!json) {
			show_fault(ctl, rec);
			continue;
		}
		fault = fault_json(rec, NULL);
		if (!fault)
			return vtd_kernel_error(ctl, "out of memory");
		fprintf(ctl->out, "%s\n",
			json_object_to_json_string_ext(fault,
						       JSON_C_TO_STRING_PLAIN));
		json_object_put(fault);
	}
	/* Whoever reads a pipe wants it now; who has gone ends us. */
	if (fflush(ctl->out) || ferror(ctl->out))
		return VTD_EXIT_KERNEL;
	return VTD_EXIT_OK;
}

static int faults_follow(struct vtdctl *ctl, bool json)
{
	unsigned long long after = 0;
	int fd = vtd_control_open(ctl);
	int ret;

	if (fd < 0)
		return vtd_open_error(ctl, "faults", fd);
	do {
		struct vtd_records recs;
		struct vtd_reply reply;
		char command[48];

		snprintf(command, sizeof(command), "faults after=%llu", after);
		ret = vtd_control_ask_records(ctl, fd, command, &reply, &recs);
		if (!ret)
			ret = follow_show(ctl, &recs, json, &after);
		vtd_records_free(&recs);
		vtd_reply_free(&reply);
		if (ret)
			break;
		ret = ctl->calls->wait(ctl->priv, fd);
		if (ret)
			ret = vtd_kernel_error(ctl, "waiting for faults: %s",
					       strerror(-ret));
	} while (!ret);
	ctl->calls->close(ctl->priv, fd);
	return ret;
}

/**
 * vtd_cmd_faults() - "vtdctl faults [--follow] [--json]"
 * @ctl: what to work with
 * @argc: number of words
 * @argv: the words
 *
 * Return: an exit status; with --follow only when something failed.
 */
int vtd_cmd_faults(struct vtdctl *ctl, int argc, char *const argv[])
{
	bool json = false, follow = false;

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--json"))
			json = true;
		else if (!strcmp(argv[i], "--follow"))
			follow = true;
		else
			return vtd_usage_error(
				ctl,
				"faults: argument \"%s\" is unknown, try \"vtdctl faults --help\"",
				argv[i]);
	}
	return follow ? faults_follow(ctl, json) : faults_once(ctl, json);
}
