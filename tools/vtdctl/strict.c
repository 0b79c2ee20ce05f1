// SPDX-License-Identifier: GPL-2.0
/*
 * "vtdctl strict BDF on|off": whether a device's unmaps are flushed at once. Says
 * what the module made of it.
 */
#include <string.h>

#include "vtdctl.h"

static void show_answer(struct vtdctl *ctl, const struct vtd_record *rec)
{
	bool strict = !strcmp(vtd_record_show(rec, "unmaps"), "strict");
	bool asked = !strcmp(vtd_record_show(rec, "asked"), "on");

	vtd_show_line(ctl->out, "", "  ",
		      "%s (group %s, type %s): unmaps are flushed %s",
		      vtd_record_show(rec, "device"),
		      vtd_record_show(rec, "group"),
		      vtd_record_show(rec, "domain"),
		      strict ? "at once" : "later");
	if (strict && !asked)
		fputs("  the type of its group makes it so\n", ctl->out);
	if (strict && strcmp(vtd_record_show(rec, "members"), "1"))
		vtd_show_line(ctl->out, "  ", "  ",
			      "as those of all %s devices of the group",
			      vtd_record_show(rec, "members"));
}

/**
 * vtd_cmd_strict() - "vtdctl strict BDF on|off"
 * @ctl: what to work with
 * @argc: number of words
 * @argv: the words
 *
 * Return: an exit status.
 */
int vtd_cmd_strict(struct vtdctl *ctl, int argc, char *const argv[])
{
	const struct vtd_record *answer;
	char words[VTD_SWITCH_LEN];
	struct vtd_records recs;
	struct vtd_reply reply;
	int ret = vtd_take_switch(ctl, argc, argv, NULL, words);

	if (ret)
		return ret;
	ret = vtd_control_records(ctl, words, &reply, &recs);
	answer = ret ? NULL : vtd_records_first(&recs, "strict");
	if (!ret && !answer)
		ret = vtd_kernel_error(ctl,
				       "strict: the module gave no answer");
	else if (!ret)
		show_answer(ctl, answer);
	vtd_records_free(&recs);
	vtd_reply_free(&reply);
	return ret;
}
