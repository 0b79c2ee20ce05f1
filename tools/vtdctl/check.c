// SPDX-License-Identifier: GPL-2.0
/*
 * "vtdctl check": what the hardware would read, compared with what the module
 * believes, for a reader or as JSON. Changes nothing.
 */
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "vtdctl.h"

static void show_finding(struct vtdctl *ctl, const struct vtd_record *rec)
{
	char *line = vtd_sys_path("%-5s %s, %s %s: %s is %s, expected %s",
				  "WRONG", vtd_record_show(rec, "unit"),
				  vtd_record_show(rec, "what"),
				  vtd_record_show(rec, "entry"),
				  vtd_record_show(rec, "text"),
				  vtd_record_show(rec, "found"),
				  vtd_record_show(rec, "expected"));

	if (line)
		vtd_show_shaded(ctl, VTD_BAD, "WRONG", "  ", "        ", line);
	free(line);
}

static void show(struct vtdctl *ctl, const struct vtd_records *recs,
		 const struct vtd_record *sum)
{
	bool well = !strcmp(vtd_record_show(sum, "findings"), "0");
	char *line = vtd_sys_path(
		"%s: %s units, %s registers, %s entries, %s devices looked at, %s differences",
		well ? "all is well" : "not well",
		vtd_record_show(sum, "units"),
		vtd_record_show(sum, "registers"),
		vtd_record_show(sum, "entries"),
		vtd_record_show(sum, "devices"),
		vtd_record_show(sum, "findings"));

	for (size_t i = 0; i < recs->count; i++)
		if (vtd_record_is(&recs->list[i], "finding"))
			show_finding(ctl, &recs->list[i]);
	if (line)
		vtd_show_shaded(ctl, well ? VTD_GOOD : VTD_BAD,
				well ? "all is well" : "not well", "", "  ",
				line);
	free(line);
}

static int check_json(struct vtdctl *ctl, const struct vtd_records *recs,
		      const struct vtd_record *sum)
{
	static const char *const finding[] = { "unit",	"device",   "what",
					       "entry", "expected", "found",
					       "text",	NULL };
	static const char *const numbers[] = { "units", "registers", "entries",
					       "devices" };
	struct json_object *top = json_object_new_object();
	int ret = !top;

	for (size_t i = 0; top && i < ARRAY_SIZE(numbers); i++)
		ret |= vtd_json_number(top, numbers[i],
				       vtd_record_get(sum, numbers[i]));
	if (top)
		ret |= vtd_json_add(top, "findings",
				    vtd_json_records(recs, "finding",
						     vtd_json_texts_of,
						     finding));
	if (!ret)
		return vtd_json_put(ctl, top);
	json_object_put(top);
	return vtd_kernel_error(ctl, "out of memory");
}

/**
 * vtd_cmd_check() - "vtdctl check [--json]"
 * @ctl: what to work with
 * @argc: number of words
 * @argv: the words
 *
 * Return: an exit status; VTD_EXIT_USAGE also when something differs.
 */
int vtd_cmd_check(struct vtdctl *ctl, int argc, char *const argv[])
{
	const struct vtd_record *sum;
	struct vtd_records recs;
	struct vtd_reply reply;
	bool json;
	int ret;

	if (vtd_flag(ctl, argc, argv, "--json", &json))
		return VTD_EXIT_USAGE;
	ret = vtd_control_records(ctl, "check", &reply, &recs);
	sum = ret ? NULL : vtd_records_first(&recs, "check");
	if (!ret && !sum) {
		ret = vtd_kernel_error(ctl, "check: the module gave no answer");
	} else if (!ret) {
		if (json)
			ret = check_json(ctl, &recs, sum);
		else
			show(ctl, &recs, sum);
		if (!ret && strcmp(vtd_record_show(sum, "findings"), "0"))
			ret = VTD_EXIT_USAGE;
	}
	vtd_records_free(&recs);
	vtd_reply_free(&reply);
	return ret;
}
