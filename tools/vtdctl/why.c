// SPDX-License-Identifier: GPL-2.0
/*
 * "vtdctl why BDF": whether a device can be assigned, what stands against it
 * and what to do, for a reader or as JSON. Shows what the module found out;
 * decides nothing itself.
 */
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "vtdctl.h"

static bool is_value(const struct vtd_record *rec, const char *key,
		     const char *val)
{
	const char *got = vtd_record_get(rec, key);

	return got && !strcmp(got, val);
}

static const char *verdict(const struct vtd_record *rec)
{
	if (is_value(rec, "assignable", "yes"))
		return "can be assigned";
	if (is_value(rec, "assignable", "after"))
		return "can be assigned once this is done:";
	return "cannot be assigned:";
}

static void show_paragraph(struct vtdctl *ctl, const char *first,
			   const char *next, char *text)
{
	if (text)
		vtd_show_wrapped(ctl->out, first, next, text);
	free(text);
}

static void show_answer(struct vtdctl *ctl, const struct vtd_record *rec)
{
	/* A verdict that is not known is no permission. */
	enum vtd_shade known = vtd_shade_of(vtd_record_show(rec, "assignable"));
	enum vtd_shade shade = known == VTD_PLAIN ? VTD_BAD : known;
	char *line = vtd_sys_path("%s %s", vtd_record_show(rec, "device"),
				  verdict(rec));

	if (line)
		vtd_show_shaded(ctl, shade, verdict(rec), "", "  ", line);
	free(line);
	show_paragraph(
		ctl, "  ", "  ",
		vtd_sys_path("unit %s, group %s, driver %s, requests as %s",
			     vtd_record_show(rec, "unit"),
			     vtd_record_show(rec, "group"),
			     vtd_record_show(rec, "driver"),
			     vtd_record_show(rec, "sid")));
}

static void show_reasons(struct vtdctl *ctl, const struct vtd_records *recs,
			 const char *weight, const char *mark)
{
	for (size_t i = 0; i < recs->count; i++) {
		const struct vtd_record *rec = &recs->list[i];
		const char *remedy = vtd_record_get(rec, "remedy");
		char *line;

		if (!vtd_record_is(rec, "reason") ||
		    !is_value(rec, "weight", weight))
			continue;
		line = vtd_sys_path("%-5s %s", mark,
				    vtd_record_show(rec, "text"));
		if (line)
			vtd_show_shaded(ctl, vtd_shade_of(weight), mark, "  ",
					"        ", line);
		free(line);
		if (remedy && *remedy)
			show_paragraph(ctl, "        -> ", "           ",
				       vtd_sys_path("%s", remedy));
	}
}

static void why_text(struct vtdctl *ctl, const struct vtd_records *recs,
		     const struct vtd_record *answer)
{
	show_answer(ctl, answer);
	show_reasons(ctl, recs, "never", "never");
	show_reasons(ctl, recs, "todo", "to do");
	show_reasons(ctl, recs, "note", "note");
}

static struct json_object *reason_json(const struct vtd_record *rec,
				       const void *data)
{
	(void)data;
	return vtd_json_record(rec);
}

static int why_json(struct vtdctl *ctl, const struct vtd_records *recs,
		    const struct vtd_record *answer)
{
	static const char *const texts[] = { "device", "assignable", "unit",
					     "driver", NULL };
	struct json_object *top = json_object_new_object();

	if (top && !vtd_json_texts(top, answer, texts) &&
	    !vtd_json_add(top, "managed",
			  json_object_new_boolean(
				  is_value(answer, "managed", "yes"))) &&
	    !vtd_json_number(top, "group", vtd_record_get(answer, "group")) &&
	    !vtd_json_add(top, "sid",
			  vtd_json_list(vtd_record_get(answer, "sid"))) &&
	    !vtd_json_add(top, "reasons",
			  vtd_json_records(recs, "reason", reason_json, NULL)))
		return vtd_json_put(ctl, top);
	json_object_put(top);
	return vtd_kernel_error(ctl, "out of memory");
}

/**
 * vtd_cmd_why() - "vtdctl why BDF [--json]"
 * @ctl: what to work with
 * @argc: number of words
 * @argv: the words
 *
 * The verdict is no exit status: an answer is a success.
 *
 * Return: an exit status.
 */
int vtd_cmd_why(struct vtdctl *ctl, int argc, char *const argv[])
{
	const struct vtd_record *answer;
	char words[8 + VTD_BDF_LEN];
	char name[VTD_BDF_LEN];
	struct vtd_records recs;
	struct vtd_reply reply;
	bool json;
	int ret;

	ret = vtd_take_device(ctl, argc, argv, "--json", &json, name);
	if (ret)
		return ret;
	snprintf(words, sizeof(words), "why %s", name);
	ret = vtd_control_records(ctl, words, &reply, &recs);
	answer = ret ? NULL : vtd_records_first(&recs, "why");
	if (!ret && !answer)
		ret = vtd_kernel_error(ctl, "why: the module gave no answer");
	else if (!ret && json)
		ret = why_json(ctl, &recs, answer);
	else if (!ret)
		why_text(ctl, &recs, answer);
	vtd_records_free(&recs);
	vtd_reply_free(&reply);
	return ret;
}
