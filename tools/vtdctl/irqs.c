// SPDX-License-Identifier: GPL-2.0
/*
 * "vtdctl irqs": every interrupt, where it goes and by which entry, for a
 * reader or as JSON. Shows what the module found; judges only whether all of
 * it adds up to isolation, which the module says, too.
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

static void show_paragraph(struct vtdctl *ctl, const char *next, char *text)
{
	if (text)
		vtd_show_wrapped(ctl->out, "", next, text);
	free(text);
}

static void show_remapping(struct vtdctl *ctl, const struct vtd_record *rec)
{
	bool isolated = is_value(rec, "isolated", "yes");

	fputs(isolated ?
		      "interrupts are isolated: compatibility format is blocked\n" :
		      "interrupts are NOT isolated: compatibility format is let through\n",
	      ctl->out);
	show_paragraph(
		ctl, "  ",
		vtd_sys_path("x2APIC mode: %s%s",
			     vtd_record_show(rec, "x2apic"),
			     is_value(rec, "x2apic_opt_out", "yes") ?
				     "; the firmware asks not to use it" :
				     ""));
}

static void show_table(struct vtdctl *ctl, const struct vtd_record *rec)
{
	const char *lost = vtd_record_show(rec, "lost");
	bool none = !strcmp(lost, "0") || !strcmp(lost, "-");

	show_paragraph(
		ctl, "  ",
		vtd_sys_path(
			"%s: table at %s, %s of %s entries used%s%s, %s APIC ids, compatibility format %s",
			vtd_record_show(rec, "unit"),
			vtd_record_show(rec, "address"),
			vtd_record_show(rec, "used"),
			vtd_record_show(rec, "entries"),
			none ? "" : ", of those lost: ", none ? "" : lost,
			vtd_record_show(rec, "ids"),
			vtd_record_show(rec, "compatibility")));
}

#define COLUMNS "%4s %-14s %-13s %-8s %-6s %-6s %4s %10s\n"

/* A line of columns; below it the entry, or why there is none. */
static void show_irq(struct vtdctl *ctl, const struct vtd_record *rec)
{
	const char *reason = vtd_record_get(rec, "reason");
	const char *name = vtd_record_show(rec, "name");
	char *line = vtd_sys_path(
		COLUMNS, vtd_record_show(rec, "nr"),
		vtd_record_show(rec, "device"), vtd_record_show(rec, "format"),
		vtd_record_show(rec, "unit"), vtd_record_show(rec, "index"),
		vtd_record_show(rec, "vector"), vtd_record_show(rec, "cpu"),
		vtd_record_show(rec, "count"));

	if (line) {
		line[strcspn(line, "\n")] = '\0';
		vtd_show_wrapped(ctl->out, "", "     ", line);
	}
	free(line);
	if (reason && *reason)
		vtd_show_wrapped(ctl->out, "     -> ", "        ", reason);
	else
		show_paragraph(ctl, "     ",
			       vtd_sys_path("     entry %s %s",
					    vtd_record_show(rec, "entry"),
					    strcmp(name, "-") ? name : ""));
	if (is_value(rec, "format", "posted"))
		show_paragraph(
			ctl, "     ",
			vtd_sys_path("     as vector %s to the descriptor at %s",
				     vtd_record_show(rec, "posted_vector"),
				     vtd_record_show(rec, "descriptor")));
}

static void show_posting(struct vtdctl *ctl, const struct vtd_record *rec)
{
	fprintf(ctl->out, "KVM is told that interrupts can be posted: %s\n",
		is_value(rec, "kvm", "on") ? "yes" : "no");
}

static void show_descriptor(struct vtdctl *ctl, const struct vtd_record *rec)
{
	show_paragraph(
		ctl, "  ",
		vtd_sys_path(
			"descriptor at %s, of %s: %s, CPU %s, %s interrupt(s); %s posted, %s notification(s), %s wake-up(s), %s in silence",
			vtd_record_show(rec, "address"),
			vtd_record_show(rec, "name"),
			vtd_record_show(rec, "state"),
			vtd_record_show(rec, "cpu"),
			vtd_record_show(rec, "interrupts"),
			vtd_record_show(rec, "posts"),
			vtd_record_show(rec, "notifications"),
			vtd_record_show(rec, "wakeups"),
			vtd_record_show(rec, "suppressed")));
}

static void show_left(struct vtdctl *ctl, const struct vtd_record *rec)
{
	show_paragraph(ctl, "     ",
		       vtd_sys_path("left: %s: %s",
				    vtd_record_show(rec, "device"),
				    vtd_record_show(rec, "reason")));
}

static void
show_each(struct vtdctl *ctl, const struct vtd_records *recs, const char *type,
	  void (*show)(struct vtdctl *ctl, const struct vtd_record *rec))
{
	for (size_t i = 0; i < recs->count; i++)
		if (vtd_record_is(&recs->list[i], type))
			show(ctl, &recs->list[i]);
}

static void irqs_text(struct vtdctl *ctl, const struct vtd_records *recs)
{
	show_each(ctl, recs, "remapping", show_remapping);
	show_each(ctl, recs, "table", show_table);
	show_each(ctl, recs, "posting", show_posting);
	show_each(ctl, recs, "descriptor", show_descriptor);
	show_each(ctl, recs, "left", show_left);
	fprintf(ctl->out, COLUMNS, "IRQ", "DEVICE", "FORMAT", "UNIT", "INDEX",
		"VECTOR", "CPU", "COUNT");
	show_each(ctl, recs, "irq", show_irq);
}

/* What of a record is a number, and what text; NULL at the ends. */
struct keys {
	const char *const *numbers;
	const char *const *texts;
};

static struct json_object *record_json(const struct vtd_record *rec,
				       const void *data)
{
	const struct keys *keys = data;
	struct json_object *object = json_object_new_object();
	int ret = 0;

	if (!object)
		return NULL;
	for (const char *const *key = keys->numbers; *key; key++)
		ret |= vtd_json_number(object, *key, vtd_record_get(rec, *key));
	if (!ret && !vtd_json_texts(object, rec, keys->texts))
		return object;
	json_object_put(object);
	return NULL;
}

static int list_json(struct json_object *top, const char *name,
		     const struct vtd_records *recs, const char *type,
		     const char *const *numbers, const char *const *texts)
{
	const struct keys keys = { numbers, texts };

	return vtd_json_add(top, name,
			    vtd_json_records(recs, type, record_json, &keys));
}

/* What is said of all; false as long as nobody says that it is so. */
static int whole_json(struct json_object *top, const struct vtd_records *recs)
{
	static const struct {
		const char *type, *key, *yes, *name;
	} keys[] = {
		{ "remapping", "isolated", "yes", "isolated" },
		{ "remapping", "x2apic", "on", "x2apic" },
		{ "remapping", "x2apic_opt_out", "yes", "x2apic_opt_out" },
		{ "posting", "kvm", "on", "kvm_posts" },
	};
	bool is[ARRAY_SIZE(keys)] = { false };
	int ret = 0;

	for (size_t i = 0; i < recs->count; i++)
		for (size_t k = 0; k < ARRAY_SIZE(keys); k++)
			if (vtd_record_is(&recs->list[i], keys[k].type))
				is[k] = is_value(&recs->list[i], keys[k].key,
						 keys[k].yes);
	for (size_t k = 0; k < ARRAY_SIZE(keys); k++)
		ret |= vtd_json_add(top, keys[k].name,
				    json_object_new_boolean(is[k]));
	return ret;
}

static int irqs_json(struct vtdctl *ctl, const struct vtd_records *recs)
{
	static const char *const none[] = { NULL };
	static const char *const table_numbers[] = { "entries", "used", "lost",
						     NULL };
	static const char *const table_texts[] = { "unit", "address", "ids",
						   "compatibility", NULL };
	static const char *const irq_numbers[] = { "nr", "cpu", "count", NULL };
	static const char *const irq_texts[] = {
		"device",	 "kind",   "format", "unit", "index",
		"entry",	 "vector", "dest",   "name", "descriptor",
		"posted_vector", "reason", NULL
	};
	static const char *const desc_numbers[] = {
		"cpu",	   "interrupts", "posts", "notifications",
		"wakeups", "suppressed", NULL,
	};
	static const char *const desc_texts[] = { "address", "state", "name",
						  NULL };
	static const char *const left_texts[] = { "device", "reason", NULL };
	struct json_object *top = json_object_new_object();

	if (top && !whole_json(top, recs) &&
	    !list_json(top, "tables", recs, "table", table_numbers,
		       table_texts) &&
	    !list_json(top, "irqs", recs, "irq", irq_numbers, irq_texts) &&
	    !list_json(top, "descriptors", recs, "descriptor", desc_numbers,
		       desc_texts) &&
	    !list_json(top, "left", recs, "left", none, left_texts))
		return vtd_json_put(ctl, top);
	json_object_put(top);
	return vtd_kernel_error(ctl, "out of memory");
}

/**
 * vtd_cmd_irqs() - "vtdctl irqs [--json]"
 * @ctl: what to work with
 * @argc: number of words
 * @argv: the words
 *
 * Return: an exit status.
 */
int vtd_cmd_irqs(struct vtdctl *ctl, int argc, char *const argv[])
{
	bool json;

	if (vtd_flag(ctl, argc, argv, "--json", &json))
		return VTD_EXIT_USAGE;
	return vtd_show_reply(ctl, "irqs", json, irqs_text, irqs_json);
}
