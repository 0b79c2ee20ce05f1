// SPDX-License-Identifier: GPL-2.0
/*
 * "vtdctl status": what the module says of itself, its units and devices, as
 * a tree or as the JSON of Documentation/vtdctl-status.schema.json. Only
 * looks; asks for nothing that changes anything.
 */
#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "vtdctl.h"

static int kind_json(struct vtdctl *ctl, struct json_object *dev,
		     const char *name)
{
	static const char *const keys[] = { "pci_vendor", "pci_device",
					    "pci_class" };
	unsigned long kind[3];
	bool known = !vtd_pci_kind(ctl, name, kind);
	int ret = 0;

	for (int i = 0; i < 3; i++) {
		char text[16] = "-";

		if (known)
			snprintf(text, sizeof(text), "0x%0*lx", i < 2 ? 4 : 6,
				 kind[i]);
		ret |= vtd_json_text(dev, keys[i], text);
	}
	return ret;
}

static struct json_object *device_json(struct vtdctl *ctl,
				       const struct vtd_record *rec)
{
	static const char *const texts[] = { "name",   "unit",	 "state",
					     "driver", "domain", "reason",
					     "ats" };
	struct json_object *dev = json_object_new_object();
	int ret = 0;

	if (!dev)
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		ret |= vtd_json_text(dev, texts[i],
				     vtd_record_get(rec, texts[i]));
	ret |= vtd_json_number(dev, "group", vtd_record_get(rec, "group"));
	ret |= vtd_json_number(dev, "pasid_bits",
			       vtd_record_get(rec, "pasid_bits"));
	ret |= vtd_json_number(dev, "pasids", vtd_record_get(rec, "pasids"));
	ret |= vtd_json_add(dev, "sid",
			    vtd_json_list(vtd_record_get(rec, "sid")));
	ret |= kind_json(ctl, dev, vtd_record_show(rec, "name"));
	if (!ret)
		return dev;
	json_object_put(dev);
	return NULL;
}

/* The devices of one unit, or, for NULL, those without a unit. */
static struct json_object *devices_json(struct vtdctl *ctl,
					const struct vtd_records *recs,
					const char *unit)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; list && i < recs->count; i++) {
		const struct vtd_record *rec = &recs->list[i];
		struct json_object *dev;

		if (!vtd_record_is(rec, "device"))
			continue;
		if (unit ? strcmp(vtd_record_show(rec, "unit"), unit) :
			   !vtd_record_orphan(recs, rec))
			continue;
		dev = device_json(ctl, rec);
		if (!dev || json_object_array_add(list, dev)) {
			json_object_put(dev);
			json_object_put(list);
			return NULL;
		}
	}
	return list;
}

struct view {
	struct vtdctl *ctl;
	const struct vtd_records *recs;
};

static struct json_object *unit_json(const struct vtd_record *rec,
				     const void *data)
{
	static const char *const texts[] = { "name",	    "segment", "base",
					     "version",	    "cap",     "ecap",
					     "translation", "mode",    "stage",
					     "health",	    NULL };
	/* "devices" is the list; the module's counts get names of their own. */
	static const char *const counts[][2] = { { "device_count", "devices" },
						 { "domain_count", "domains" },
						 { "fault_count", "faults" } };
	const struct view *view = data;
	struct json_object *unit = json_object_new_object();
	int ret;

	if (!unit)
		return NULL;
	ret = vtd_json_texts(unit, rec, texts);
	for (size_t i = 0; i < ARRAY_SIZE(counts); i++)
		ret |= vtd_json_number(unit, counts[i][0],
				       vtd_record_get(rec, counts[i][1]));
	ret |= vtd_json_add(unit, "devices",
			    devices_json(view->ctl, view->recs,
					 vtd_record_show(rec, "name")));
	if (!ret)
		return unit;
	json_object_put(unit);
	return NULL;
}

static int status_json(struct vtdctl *ctl, struct vtd_records *recs,
		       const struct vtd_record *vtd)
{
	static const char *const acpi[] = { "name", "unit", "sid", "state",
					    NULL };
	static const char *const quirk[] = { "name", "device", "text", "done",
					     NULL };
	static const char *const incident[] = { "time",	  "what", "unit",
						"device", "text", NULL };
	const struct view view = { ctl, recs };
	struct json_object *top = json_object_new_object();
	int ret;

	if (!top)
		return vtd_kernel_error(ctl, "out of memory");
	ret = vtd_json_text(top, "version", vtd_record_get(vtd, "version"));
	ret |= vtd_json_text(top, "state", vtd_record_get(vtd, "state"));
	ret |= vtd_json_number(top, "trial_left",
			       vtd_record_get(vtd, "trial_left"));
	/* Sorting moves the records, and @vtd with them. */
	vtd_records_sort(recs);
	ret |= vtd_json_add(top, "units",
			    vtd_json_records(recs, "unit", unit_json, &view));
	ret |= vtd_json_add(top, "other_devices",
			    devices_json(ctl, recs, NULL));
	ret |= vtd_json_add(top, "acpi_devices",
			    vtd_json_records(recs, "acpi", vtd_json_texts_of,
					     acpi));
	ret |= vtd_json_add(top, "quirks",
			    vtd_json_records(recs, "quirk", vtd_json_texts_of,
					     quirk));
	ret |= vtd_json_add(top, "incidents",
			    vtd_json_records(recs, "incident",
					     vtd_json_texts_of, incident));
	if (!ret)
		return vtd_json_put(ctl, top);
	json_object_put(top);
	return vtd_kernel_error(ctl, "out of memory");
}

/* "4 managed, 2 pass-through", by the words of the module. */
static void show_counts(struct vtdctl *ctl, const struct vtd_records *recs)
{
	static const char *const states[] = { "managed", "pass-through",
					      "blocked", "off", "quarantined" };
	char text[128] = "";
	size_t used = 0;

	for (size_t i = 0; i < ARRAY_SIZE(states); i++) {
		size_t count = 0;

		for (size_t k = 0; k < recs->count; k++)
			count += !strcmp(vtd_record_show(&recs->list[k],
							 "state"),
					 states[i]);
		if (count)
			used += snprintf(text + used, sizeof(text) - used,
					 "%s%zu %s",
					 used ? ", " : "  devices: ", count,
					 states[i]);
	}
	if (used)
		fprintf(ctl->out, "%s\n", text);
}

static void show_quirks(struct vtdctl *ctl, const struct vtd_records *recs)
{
	for (size_t i = 0; i < recs->count; i++) {
		const struct vtd_record *rec = &recs->list[i];
		char *line;

		if (!vtd_record_is(rec, "quirk"))
			continue;
		line = vtd_sys_path("erratum %s (%s): %s; %s",
				    vtd_record_show(rec, "name"),
				    vtd_record_show(rec, "device"),
				    vtd_record_show(rec, "text"),
				    vtd_record_show(rec, "done"));
		if (line)
			vtd_show_shaded(ctl, VTD_WARNING, "erratum", "  ",
					"    ", line);
		free(line);
	}
}

/* Of many, the last are enough here. */
#define INCIDENTS_SHOWN 10

static void show_incidents(struct vtdctl *ctl, const struct vtd_records *recs)
{
	size_t count = 0, nr = 0;

	for (size_t i = 0; i < recs->count; i++)
		count += vtd_record_is(&recs->list[i], "incident");
	for (size_t i = 0; i < recs->count; i++) {
		const struct vtd_record *rec = &recs->list[i];
		const char *what = vtd_record_show(rec, "what");
		char *line;

		if (!vtd_record_is(rec, "incident") ||
		    nr++ + INCIDENTS_SHOWN < count)
			continue;
		line = vtd_sys_path("%s [%s] %s %s: %s", what,
				    vtd_record_show(rec, "time"),
				    vtd_record_show(rec, "unit"),
				    vtd_record_show(rec, "device"),
				    vtd_record_show(rec, "text"));
		if (line)
			vtd_show_shaded(ctl, VTD_WARNING, what, "  ", "    ",
					line);
		free(line);
	}
}

static void status_text(struct vtdctl *ctl, struct vtd_records *recs,
			const struct vtd_record *vtd)
{
	const char *state = vtd_record_show(vtd, "state");
	const char *left = vtd_record_show(vtd, "trial_left");
	char *line = vtd_sys_path("vtd %s: %s", vtd_record_show(vtd, "version"),
				  state);

	if (line)
		vtd_show_shaded(ctl, vtd_shade_of(state), state, "", "     ",
				line);
	free(line);
	if (!strcmp(state, "trial")) {
		line = vtd_sys_path(
			"everything is given back in %s seconds, unless: vtdctl confirm",
			left);
		if (line)
			vtd_show_wrapped(ctl->out, "  ", "  ", line);
		free(line);
	} else if (!strcmp(state, "detached")) {
		fputs("  to take the IOMMU over: vtdctl attach (look first: --dry-run)\n",
		      ctl->out);
	}
	show_counts(ctl, recs);
	show_quirks(ctl, recs);
	show_incidents(ctl, recs);
	vtd_show_tree(ctl, recs);
}

/* With --json a reader always gets an object, even for a failure. */
static int no_device(struct vtdctl *ctl, int error, bool json)
{
	const char *state = "unreachable";
	struct json_object *top;

	if (!json)
		return vtd_open_error(ctl, "status", error);
	if (error == -EACCES || error == -EPERM)
		state = "no-permission";
	else if (!vtd_module_loaded(ctl))
		state = "not-loaded";
	top = json_object_new_object();
	if (!top || vtd_json_text(top, "state", state)) {
		json_object_put(top);
		return vtd_kernel_error(ctl, "out of memory");
	}
	vtd_json_put(ctl, top);
	return VTD_EXIT_KERNEL;
}

/**
 * vtd_cmd_status() - "vtdctl status [--json]"
 * @ctl: what to work with
 * @argc: number of words
 * @argv: the words
 *
 * Return: an exit status.
 */
int vtd_cmd_status(struct vtdctl *ctl, int argc, char *const argv[])
{
	const struct vtd_record *vtd;
	struct vtd_records recs;
	struct vtd_reply reply;
	bool json;
	int ret;

	if (vtd_flag(ctl, argc, argv, "--json", &json))
		return VTD_EXIT_USAGE;
	ret = vtd_control_open(ctl);
	if (ret < 0)
		return no_device(ctl, ret, json);
	ctl->calls->close(ctl->priv, ret);
	ret = vtd_control_records(ctl, "status", &reply, &recs);
	if (ret)
		goto out;
	vtd = vtd_records_first(&recs, "vtd");
	if (!vtd)
		ret = vtd_kernel_error(
			ctl,
			"the reply to \"status\" has no vtd line; do vtdctl and the module come from one version?");
	else if (json)
		ret = status_json(ctl, &recs, vtd);
	else
		status_text(ctl, &recs, vtd);
out:
	vtd_records_free(&recs);
	vtd_reply_free(&reply);
	return ret;
}
