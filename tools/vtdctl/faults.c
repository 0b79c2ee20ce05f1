// SPDX-License-Identifier: GPL-2.0
/*
 * "vtdctl faults": the fault records the module keeps, for a reader or as
 * JSON. Shows what the module decoded; decodes nothing itself.
 */
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "vtdctl.h"

static void show_fault(struct vtdctl *ctl, const struct vtd_record *rec)
{
	char *line = vtd_sys_path(
		"#%s  %s  %s  %s  %s of %s  reason %s: %s",
		vtd_record_show(rec, "seq"), vtd_record_show(rec, "time"),
		vtd_record_show(rec, "unit"), vtd_record_show(rec, "device"),
		vtd_record_show(rec, "access"), vtd_record_show(rec, "address"),
		vtd_record_show(rec, "reason"), vtd_record_show(rec, "text"));

	if (line)
		vtd_show_wrapped(ctl->out, "", "    ", line);
	free(line);
}

static struct json_object *fault_json(const struct vtd_record *rec)
{
	static const char *const texts[] = { "unit",   "device", "address",
					     "access", "reason", "text" };
	struct json_object *fault = json_object_new_object();
	const char *when = vtd_record_get(rec, "time");
	int ret;

	if (!fault)
		return NULL;
	ret = vtd_json_number(fault, "seq", vtd_record_get(rec, "seq"));
	/* Kept as written: a double would lose digits of a long uptime. */
	ret |= vtd_json_text(fault, "time", when);
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		ret |= vtd_json_text(fault, texts[i],
				     vtd_record_get(rec, texts[i]));
	if (!ret)
		return fault;
	json_object_put(fault);
	return NULL;
}

static int faults_json(struct vtdctl *ctl, const struct vtd_records *recs)
{
	struct json_object *top = json_object_new_object();
	struct json_object *list = json_object_new_array();

	if (!top || vtd_json_add(top, "faults", list))
		goto fail;
	for (size_t i = 0; i < recs->count; i++) {
		struct json_object *fault;

		if (!vtd_record_is(&recs->list[i], "fault"))
			continue;
		fault = fault_json(&recs->list[i]);
		if (!fault || json_object_array_add(list, fault)) {
			json_object_put(fault);
			goto fail;
		}
	}
	return vtd_json_put(ctl, top);
fail:
	json_object_put(top);
	return vtd_kernel_error(ctl, "out of memory");
}

static void faults_text(struct vtdctl *ctl, const struct vtd_records *recs)
{
	size_t count = 0;

	for (size_t i = 0; i < recs->count; i++) {
		if (!vtd_record_is(&recs->list[i], "fault"))
			continue;
		show_fault(ctl, &recs->list[i]);
		count++;
	}
	if (!count)
		fputs("no faults\n", ctl->out);
}

/**
 * vtd_cmd_faults() - "vtdctl faults [--json]"
 * @ctl: what to work with
 * @argc: number of words
 * @argv: the words
 *
 * Return: an exit status.
 */
int vtd_cmd_faults(struct vtdctl *ctl, int argc, char *const argv[])
{
	for (int i = 1; i < argc; i++)
		if (!strcmp(argv[i], "--follow"))
			return vtd_usage_error(
				ctl,
				"faults: --follow is not in this version; repeat: vtdctl faults");
	return vtd_show_records(ctl, argc, argv, "faults", faults_text,
				faults_json);
}
