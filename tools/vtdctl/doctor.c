// SPDX-License-Identifier: GPL-2.0
/*
 * "vtdctl doctor": runs the checks in a fixed order and shows what they
 * found. Works without the module and without root, changes nothing and
 * loads nothing.
 */
#define _GNU_SOURCE 1
#include <json-c/json.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "doctor.h"

struct vtd_doctor {
	struct vtdctl *ctl;
	struct vtd_facts facts;
	struct json_object *list; /* NULL: print as we go */
	bool failed; /* a check said FAIL */
	bool no_memory;
};

static const char *const level_name[] = { "ok", "warn", "FAIL" };
static const enum vtd_shade shades[] = { VTD_GOOD, VTD_WARNING, VTD_BAD };

static void report_json(struct vtd_doctor *doc, enum vtd_level level,
			const char *what, const char *finding,
			const char *remedy)
{
	static const char *const names[] = { "ok", "warn", "fail" };
	struct json_object *item = json_object_new_object();
	int ret = -1;

	if (item) {
		ret = vtd_json_text(item, "check", what);
		ret |= vtd_json_text(item, "level", names[level]);
		ret |= vtd_json_text(item, "finding", finding);
		ret |= vtd_json_text(item, "remedy", remedy);
	}
	if (!ret && !json_object_array_add(doc->list, item))
		return;
	json_object_put(item);
	doc->no_memory = true;
}

/**
 * vtd_report() - what a check found
 * @doc: the doctor
 * @level: how bad it is
 * @what: the thing looked at
 * @remedy: what to do, NULL if there is nothing to do
 * @fmt: the finding, as in printf()
 */
void vtd_report(struct vtd_doctor *doc, enum vtd_level level, const char *what,
		const char *remedy, const char *fmt, ...)
{
	char *finding;
	va_list args;
	char *line;
	int length;

	if (level == VTD_FAIL)
		doc->failed = true;
	va_start(args, fmt);
	length = vasprintf(&finding, fmt, args);
	va_end(args);
	if (length < 0) {
		doc->no_memory = true;
		return;
	}
	line = vtd_sys_path("%-4s  %s: %s", level_name[level], what, finding);
	if (!line)
		doc->no_memory = true;
	else if (doc->list)
		report_json(doc, level, what, finding, remedy);
	else
		vtd_show_shaded(doc->ctl, shades[level], level_name[level], "",
				"      ", line);
	if (!doc->list && remedy)
		vtd_show_wrapped(doc->ctl->out, "      -> ", "         ",
				 remedy);
	free(line);
	free(finding);
}

/**
 * vtd_doctor_ctl() - what a check works with
 * @doc: the doctor
 *
 * Return: it.
 */
struct vtdctl *vtd_doctor_ctl(struct vtd_doctor *doc)
{
	return doc->ctl;
}

/**
 * vtd_doctor_facts() - what was found out before the checks ran
 * @doc: the doctor
 *
 * Return: it.
 */
const struct vtd_facts *vtd_doctor_facts(struct vtd_doctor *doc)
{
	return &doc->facts;
}

/* The APIC ids come before the boot line: they may forbid changing it. */
static void (*const checks[])(struct vtd_doctor *doc) = {
	vtd_check_cpu,	       vtd_check_dmar,	   vtd_check_ivrs,
	vtd_check_kernel,      vtd_check_apic_ids, vtd_check_boot_line,
	vtd_check_x2apic,      vtd_check_builtin,  vtd_check_remapping,
	vtd_check_other_iommu, vtd_check_groups,   vtd_check_module,
	vtd_check_signature,   vtd_check_version,  vtd_check_rule,
	vtd_check_early,       vtd_check_loaded,   vtd_check_device,
};

static int finish_json(struct vtd_doctor *doc)
{
	struct json_object *top = json_object_new_object();
	int ret = -1;

	if (top) {
		ret = vtd_json_text(top, "result", doc->failed ? "fail" : "ok");
		ret |= json_object_object_add(top, "checks",
					      json_object_get(doc->list));
	}
	if (!ret && !doc->no_memory)
		return vtd_json_put(doc->ctl, top);
	json_object_put(top);
	doc->no_memory = true;
	return 0;
}

/**
 * vtd_cmd_doctor() - "vtdctl doctor [--json]"
 * @ctl: what to work with
 * @argc: number of words
 * @argv: the words
 *
 * Return: 0 if nothing stands in the way, 1 if a check failed or for wrong
 * words, 2 without memory.
 */
int vtd_cmd_doctor(struct vtdctl *ctl, int argc, char *const argv[])
{
	struct vtd_doctor doc = { .ctl = ctl };
	bool json;

	if (vtd_flag(ctl, argc, argv, "--json", &json))
		return VTD_EXIT_USAGE;
	if (vtd_facts_gather(ctl, &doc.facts))
		doc.no_memory = true;
	if (json && !doc.no_memory)
		doc.list = json_object_new_array();
	if (json && !doc.list)
		doc.no_memory = true;
	for (size_t i = 0; i < ARRAY_SIZE(checks); i++)
		if (!doc.no_memory)
			checks[i](&doc);
	if (json && !doc.no_memory)
		finish_json(&doc);
	json_object_put(doc.list);
	vtd_facts_free(&doc.facts);
	if (doc.no_memory)
		return vtd_kernel_error(ctl, "out of memory");
	return doc.failed ? VTD_EXIT_USAGE : VTD_EXIT_OK;
}
