// SPDX-License-Identifier: GPL-2.0
/*
 * The tree of units, IOMMU groups and devices, for "status" and for what
 * "attach --dry-run" would do. Lays out what the records say, in lines of at
 * most VTD_COLUMNS.
 */
#include <stdlib.h>
#include <string.h>

#include "vtdctl.h"

#define INDENT "     "

/* The few classes an administrator meets; others show their number. */
static const char *class_name(unsigned long class)
{
	static const struct {
		unsigned int code; /* base class and sub-class */
		const char *name;
	} names[] = {
		{ 0x0101, "IDE" },	   { 0x0104, "RAID" },
		{ 0x0106, "SATA" },	   { 0x0107, "SAS" },
		{ 0x0108, "NVMe" },	   { 0x0200, "Ethernet" },
		{ 0x0280, "network" },	   { 0x0300, "VGA" },
		{ 0x0302, "3D" },	   { 0x0380, "display" },
		{ 0x0403, "audio" },	   { 0x0600, "host bridge" },
		{ 0x0601, "ISA bridge" },  { 0x0604, "PCI bridge" },
		{ 0x0c03, "USB" },	   { 0x0c05, "SMBus" },
		{ 0x1200, "accelerator" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (names[i].code == class >> 8)
			return names[i].name;
	return NULL;
}

/**
 * vtd_device_kind() - what a device is, as "8086:10d3 Ethernet"
 * @ctl: gives the root
 * @name: the device's name
 *
 * Return: malloc'ed text; NULL for what is not in sysfs.
 */
char *vtd_device_kind(struct vtdctl *ctl, const char *name)
{
	unsigned long kind[3];
	const char *class;

	if (vtd_pci_kind(ctl, name, kind))
		return NULL;
	class = class_name(kind[2]);
	if (class)
		return vtd_sys_path("%04lx:%04lx %s", kind[0], kind[1], class);
	return vtd_sys_path("%04lx:%04lx class %06lx", kind[0], kind[1],
			    kind[2]);
}

/* Appends to a malloc'ed line; gives NULL, and frees it, without memory. */
static char *append(char *line, const char *more)
{
	char *joined = line && more ? vtd_sys_path("%s%s", line, more) : NULL;

	free(line);
	return joined;
}

static char *device_line(const struct vtd_record *rec)
{
	const char *action = vtd_record_get(rec, "action");

	if (action)
		return vtd_sys_path("%-12s  %s", vtd_record_show(rec, "name"),
				    action);
	return vtd_sys_path("%-12s  %-12s  %-9s  %s",
			    vtd_record_show(rec, "name"),
			    vtd_record_show(rec, "state"),
			    vtd_record_show(rec, "domain"),
			    vtd_record_show(rec, "driver"));
}

/* What its requests say who they are, where that is not just its address. */
static char *other_sids(const struct vtd_record *rec)
{
	const char *name = vtd_record_show(rec, "name");
	const char *sid = vtd_record_show(rec, "sid");
	const char *bus = strchr(name, ':');

	if (!strcmp(sid, "-") || (bus && !strcmp(bus + 1, sid)))
		return NULL;
	return vtd_sys_path("requests as %s", sid);
}

/* What it may do with PASIDs, where it may. */
static char *pasids(const struct vtd_record *rec)
{
	const char *bits = vtd_record_show(rec, "pasid_bits");

	if (!strcmp(bits, "-"))
		return NULL;
	return vtd_sys_path("PASIDs of %s bits, %s attached", bits,
			    vtd_record_show(rec, "pasids"));
}

/* What stands in front of a device's lines, by where it is in the tree. */
struct branch {
	const char *first; /* of its first line */
	const char *next; /* of the others */
};

static const struct branch flat = { "  +- ", "       " };
static const struct branch grouped = { "  |  +- ", "  |       " };
static const struct branch grouped_last = { "     +- ", "          " };

static void show_device(struct vtdctl *ctl, const struct vtd_record *rec,
			const struct branch *branch)
{
	const char *reason = vtd_record_show(rec, "reason");
	const char *state = vtd_record_show(rec, "state");
	const char *action = vtd_record_get(rec, "action");
	const char *what = action ?: state;
	char *kind = vtd_device_kind(ctl, vtd_record_show(rec, "name"));
	char *line = device_line(rec);
	char *sids = other_sids(rec);
	char *with = pasids(rec);

	if (kind) {
		line = append(line, "  ");
		line = append(line, kind);
	}
	if (line)
		vtd_show_shaded(ctl, vtd_shade_of(what), what, branch->first,
				branch->next, line);
	if (sids)
		vtd_show_wrapped(ctl->out, branch->next, branch->next, sids);
	if (with)
		vtd_show_wrapped(ctl->out, branch->next, branch->next, with);
	if (!strcmp(vtd_record_show(rec, "ats"), "required"))
		vtd_show_wrapped(
			ctl->out, branch->next, branch->next,
			"the firmware says that it does not work without ATS");
	if (vtd_record_is(rec, "acpi"))
		reason = "ACPI knows it and PCI does not: nobody can manage it";
	if (strcmp(state, "managed") && strcmp(reason, "-"))
		vtd_show_wrapped(ctl->out, branch->next, branch->next, reason);
	free(kind);
	free(line);
	free(sids);
	free(with);
}

/* The worst of what a unit says of itself is shaded. */
static void show_health(struct vtdctl *ctl, const struct vtd_record *rec,
			const char *line)
{
	const char *health = vtd_record_show(rec, "health");
	const char *faults = vtd_record_show(rec, "faults");
	bool ok = !strcmp(health, "ok");
	bool some = ok && strcmp(faults, "0") && strcmp(faults, "-");
	char *word = some ? vtd_sys_path("faults %s", faults) :
			    vtd_sys_path("health %s", health);

	if (word)
		vtd_show_shaded(ctl, some ? VTD_WARNING : vtd_shade_of(health),
				word, "  ", INDENT, line);
	free(word);
}

static void show_unit(struct vtdctl *ctl, const struct vtd_record *rec)
{
	bool scalable = !strcmp(vtd_record_show(rec, "mode"), "scalable");
	const char *lost;
	char *line = vtd_sys_path(
		"%s  segment %s  base %s  VT-d %s  translation %s  %s",
		vtd_record_show(rec, "name"), vtd_record_show(rec, "segment"),
		vtd_record_show(rec, "base"), vtd_record_show(rec, "version"),
		vtd_record_show(rec, "translation"),
		vtd_record_show(rec, "mode"));

	if (line)
		vtd_show_shaded(ctl, VTD_WARNING, "translation off", "", INDENT,
				line);
	free(line);
	if (!vtd_record_get(rec, "health"))
		return;
	lost = vtd_record_get(rec, "overflows");
	line = vtd_sys_path(
		"devices %s  domains %s  faults %s%s  health %s%s%s",
		vtd_record_show(rec, "devices"),
		vtd_record_show(rec, "domains"), vtd_record_show(rec, "faults"),
		lost && strcmp(lost, "0") ? " (and some lost)" : "",
		vtd_record_show(rec, "health"), scalable ? "  stage " : "",
		scalable ? vtd_record_show(rec, "stage") : "");
	if (line)
		show_health(ctl, rec, line);
	free(line);
}

/* Units before devices, each in the order of their names. */
static int compare_records(const void *a, const void *b)
{
	const struct vtd_record *x = a;
	const struct vtd_record *y = b;
	const char *x_name = vtd_record_show(x, "name");
	const char *y_name = vtd_record_show(y, "name");
	size_t x_len, y_len;

	if (strcmp(x->type, y->type))
		return -strcmp(x->type, y->type);
	if (vtd_record_is(x, "device"))
		return vtd_bdf_compare(x_name, y_name);
	/* dmar2 before dmar10 */
	x_len = strlen(x_name);
	y_len = strlen(y_name);
	if (x_len != y_len)
		return x_len < y_len ? -1 : 1;
	return strcmp(x_name, y_name);
}

/**
 * vtd_records_sort() - bring records into the order they are shown in
 * @recs: sorted by type, units by number, devices by address
 */
void vtd_records_sort(struct vtd_records *recs)
{
	if (recs->count)
		qsort(recs->list, recs->count, sizeof(*recs->list),
		      compare_records);
}

/**
 * vtd_record_orphan() - whether a device belongs to no unit of the reply
 * @recs: the reply
 * @rec: the device's record
 *
 * Return: true if no unit record has the device's unit's name.
 */
bool vtd_record_orphan(const struct vtd_records *recs,
		       const struct vtd_record *rec)
{
	const char *unit = vtd_record_show(rec, "unit");

	for (size_t i = 0; i < recs->count; i++)
		if (vtd_record_is(&recs->list[i], "unit") &&
		    !strcmp(vtd_record_show(&recs->list[i], "name"), unit))
			return false;
	return true;
}

/* Whether a device stands below a unit, or for NULL below none. */
static bool is_below(const struct vtd_records *recs,
		     const struct vtd_record *rec, const char *unit)
{
	if (!vtd_record_is(rec, "device") && !vtd_record_is(rec, "acpi"))
		return false;
	if (!unit)
		return vtd_record_orphan(recs, rec);
	return !strcmp(vtd_record_show(rec, "unit"), unit);
}

static bool same_group(const struct vtd_record *a, const struct vtd_record *b)
{
	return !strcmp(vtd_record_show(a, "group"),
		       vtd_record_show(b, "group"));
}

/* The next device below @unit from @i on whose group no device before it has. */
static size_t next_group(const struct vtd_records *recs, const char *unit,
			 size_t i)
{
	for (; i < recs->count; i++) {
		size_t k = 0;

		if (!is_below(recs, &recs->list[i], unit) ||
		    !strcmp(vtd_record_show(&recs->list[i], "group"), "-"))
			continue;
		while (k < i && !(is_below(recs, &recs->list[k], unit) &&
				  same_group(&recs->list[k], &recs->list[i])))
			k++;
		if (k == i)
			break;
	}
	return i;
}

static void show_members(struct vtdctl *ctl, const struct vtd_records *recs,
			 const char *unit, const char *group,
			 const struct branch *branch)
{
	for (size_t i = 0; i < recs->count; i++)
		if (is_below(recs, &recs->list[i], unit) &&
		    !strcmp(vtd_record_show(&recs->list[i], "group"), group))
			show_device(ctl, &recs->list[i], branch);
}

static size_t count_members(const struct vtd_records *recs, const char *unit,
			    const char *group)
{
	size_t count = 0;

	for (size_t i = 0; i < recs->count; i++)
		count += is_below(recs, &recs->list[i], unit) &&
			 !strcmp(vtd_record_show(&recs->list[i], "group"),
				 group);
	return count;
}

static void show_group(struct vtdctl *ctl, const struct vtd_records *recs,
		       const char *unit, const char *group, bool last)
{
	size_t count = count_members(recs, unit, group);
	char *line;

	if (!strcmp(group, "-"))
		line = vtd_sys_path("no group");
	else if (count == 1)
		line = vtd_sys_path("group %s", group);
	else
		line = vtd_sys_path(
			"group %s: %zu devices that can only be assigned together",
			group, count);
	if (line)
		vtd_show_wrapped(ctl->out, "  +- ", last ? INDENT : "  |  ",
				 line);
	free(line);
	show_members(ctl, recs, unit, group, last ? &grouped_last : &grouped);
}

/* A dry run has no groups yet. */
static bool has_groups(const struct vtd_records *recs)
{
	for (size_t i = 0; i < recs->count; i++)
		if (vtd_record_get(&recs->list[i], "group"))
			return true;
	return false;
}

static void show_devices_of(struct vtdctl *ctl, const struct vtd_records *recs,
			    const char *unit)
{
	size_t at, next;
	bool rest;

	if (!has_groups(recs)) {
		show_members(ctl, recs, unit, "-", &flat);
		return;
	}
	rest = count_members(recs, unit, "-");
	for (at = next_group(recs, unit, 0); at < recs->count; at = next) {
		next = next_group(recs, unit, at + 1);
		show_group(ctl, recs, unit,
			   vtd_record_show(&recs->list[at], "group"),
			   next == recs->count && !rest);
	}
	if (rest)
		show_group(ctl, recs, unit, "-", true);
}

/**
 * vtd_show_tree() - print units with their groups and devices below them
 * @ctl: where to
 * @recs: the records, which are sorted
 */
void vtd_show_tree(struct vtdctl *ctl, struct vtd_records *recs)
{
	bool orphans = false;

	vtd_records_sort(recs);
	for (size_t i = 0; i < recs->count; i++) {
		orphans = orphans || is_below(recs, &recs->list[i], NULL);
		if (!vtd_record_is(&recs->list[i], "unit"))
			continue;
		show_unit(ctl, &recs->list[i]);
		show_devices_of(ctl, recs,
				vtd_record_show(&recs->list[i], "name"));
	}
	if (!orphans)
		return;
	fputs("no unit\n", ctl->out);
	show_devices_of(ctl, recs, NULL);
}
