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

	fprintf(ctl->out, "%s (group %s, type %s): unmaps are flushed %s\n",
		vtd_record_show(rec, "device"), vtd_record_show(rec, "group"),
		vtd_record_show(rec, "domain"), strict ? "at once" : "later");
	if (strict && !asked)
		fputs("  the type of its group makes it so\n", ctl->out);
	if (strict && strcmp(vtd_record_show(rec, "members"), "1"))
		fprintf(ctl->out, "  as those of all %s devices of the group\n",
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
	char words[16 + VTD_BDF_LEN];
	char name[VTD_BDF_LEN];
	struct vtd_records recs;
	struct vtd_reply reply;
	int ret;

	for (int i = 1; i < argc; i++)
		if (argv[i][0] == '-')
			return vtd_usage_error(
				ctl,
				"strict: argument \"%s\" is unknown, try \"vtdctl --help\"",
				argv[i]);
	if (argc != 3 || (strcmp(argv[2], "on") && strcmp(argv[2], "off")))
		return vtd_usage_error(
			ctl,
			"strict: give a device and on or off: vtdctl strict 0000:00:03.0 on");
	ret = vtd_device_word(ctl, argv[0], argv[1], name);
	if (ret)
		return ret;
	snprintf(words, sizeof(words), "strict %s %s", name, argv[2]);
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
