// SPDX-License-Identifier: GPL-2.0
/*
 * "vtdctl recover BDF": a device comes out of quarantine. Says what the module made
 * of it.
 */
#include <string.h>

#include "vtdctl.h"

/**
 * vtd_cmd_recover() - "vtdctl recover BDF"
 * @ctl: what to work with
 * @argc: number of words
 * @argv: the words
 *
 * Return: an exit status.
 */
int vtd_cmd_recover(struct vtdctl *ctl, int argc, char *const argv[])
{
	const struct vtd_record *answer;
	char words[VTD_BDF_LEN + 16];
	struct vtd_records recs;
	char name[VTD_BDF_LEN];
	struct vtd_reply reply;
	int ret;

	ret = vtd_take_device(ctl, argc, argv, NULL, NULL, name);
	if (ret)
		return ret;
	snprintf(words, sizeof(words), "recover %s", name);
	ret = vtd_control_records(ctl, words, &reply, &recs);
	answer = ret ? NULL : vtd_records_first(&recs, "recover");
	if (!ret && !answer)
		ret = vtd_kernel_error(ctl,
				       "recover: the module gave no answer");
	else if (!ret)
		vtd_show_line(
			ctl->out, "", "  ",
			"%s: out of quarantine (%s); bus mastering is %s, ATS is %s",
			vtd_record_show(answer, "device"),
			vtd_record_show(answer, "was"),
			vtd_record_show(answer, "bus_master"),
			vtd_record_show(answer, "ats"));
	vtd_records_free(&recs);
	vtd_reply_free(&reply);
	return ret;
}
