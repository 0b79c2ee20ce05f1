// SPDX-License-Identifier: GPL-2.0
/*
 * "vtdctl ats BDF on|off": a device's own cache of translations. Says what the
 * module made of it.
 */
#include <json-c/json.h>
#include <string.h>

#include "vtdctl.h"

static void show_answer(struct vtdctl *ctl, const struct vtd_record *rec)
{
	const char *ats = vtd_record_show(rec, "ats");

	if (strcmp(ats, "never"))
		vtd_show_line(ctl->out, "", "  ", "%s: ATS is %s",
			      vtd_record_show(rec, "device"), ats);
	else
		vtd_show_line(ctl->out, "", "  ", "%s: ATS is never on: %s",
			      vtd_record_show(rec, "device"),
			      vtd_record_show(rec, "reason"));
}

static int json_answer(struct vtdctl *ctl, const struct vtd_record *rec)
{
	static const char *const keys[] = { "device", "asked", "ats", "reason",
					    NULL };
	struct json_object *top = json_object_new_object();

	if (top && !vtd_json_texts(top, rec, keys))
		return vtd_json_put(ctl, top);
	json_object_put(top);
	return vtd_kernel_error(ctl, "out of memory");
}

/**
 * vtd_cmd_ats() - "vtdctl ats BDF on|off [--json]"
 * @ctl: what to work with
 * @argc: number of words
 * @argv: the words
 *
 * Return: an exit status.
 */
int vtd_cmd_ats(struct vtdctl *ctl, int argc, char *const argv[])
{
	const struct vtd_record *answer;
	char words[VTD_SWITCH_LEN];
	struct vtd_records recs;
	struct vtd_reply reply;
	bool json;
	int ret = vtd_take_switch(ctl, argc, argv, &json, words);

	if (ret)
		return ret;
	ret = vtd_control_records(ctl, words, &reply, &recs);
	answer = ret ? NULL : vtd_records_first(&recs, "ats");
	if (!ret && !answer)
		ret = vtd_kernel_error(ctl, "ats: the module gave no answer");
	else if (!ret && json)
		ret = json_answer(ctl, answer);
	else if (!ret)
		show_answer(ctl, answer);
	vtd_records_free(&recs);
	vtd_reply_free(&reply);
	return ret;
}
