// SPDX-License-Identifier: GPL-2.0
/*
 * The topology on the page of "vtdctl html": units as boxes, in them bridges,
 * in those what is behind them, as sysfs has it.
 */
#include <stdlib.h>
#include <string.h>

#include "html.h"

#define DEPTH_MAX 32 /* bridges behind bridges */
#define NONE ((size_t)-1)

/* A device of the records, or a bridge that only sysfs has. */
struct node {
	char name[64];
	size_t parent; /* NONE at a root bus */
	const struct vtd_record *rec; /* NULL for such a bridge */
};

struct tree {
	struct node *list;
	size_t count, room;
};

static size_t find(const struct tree *tree, const char *name)
{
	for (size_t i = 0; i < tree->count; i++)
		if (!strcmp(tree->list[i].name, name))
			return i;
	return NONE;
}

/* The node of a name, made where it is missing; NONE without memory. */
static size_t node_of(struct tree *tree, const char *name)
{
	size_t at = find(tree, name);
	struct node *grown;

	if (at != NONE)
		return at;
	if (tree->count == tree->room) {
		size_t room = tree->room ? tree->room * 2 : 64;

		grown = reallocarray(tree->list, room, sizeof(*grown));
		if (!grown)
			return NONE;
		tree->list = grown;
		tree->room = room;
	}
	memset(&tree->list[tree->count], 0, sizeof(*tree->list));
	snprintf(tree->list[tree->count].name, sizeof(tree->list[0].name), "%s",
		 name);
	tree->list[tree->count].parent = NONE;
	return tree->count++;
}

/* "../../devices/pci0000:00/0000:00:1c.0/0000:03:00.0": who is above whom. */
static void add_path(struct tree *tree, char *link)
{
	size_t above = NONE;
	char *save = NULL;

	for (char *word = strtok_r(link, "/", &save); word;
	     word = strtok_r(NULL, "/", &save)) {
		struct vtd_bdf bdf;
		const char *why;
		size_t at;

		if (vtd_bdf_parse(word, &bdf, &why))
			continue;
		at = node_of(tree, word);
		if (at == NONE)
			return;
		if (above != at)
			tree->list[at].parent = above;
		above = at;
	}
}

/* Makes the nodes, and says of each who is above it. */
static void link_nodes(struct vtdctl *ctl, const struct vtd_records *recs,
		       struct tree *tree)
{
	for (size_t i = 0; i < recs->count; i++) {
		const struct vtd_record *rec = &recs->list[i];
		const char *name = vtd_record_show(rec, "name");
		struct vtd_bdf bdf;
		const char *why;
		size_t at;

		if (!vtd_record_is(rec, "device") &&
		    !vtd_record_is(rec, "acpi"))
			continue;
		if (!vtd_bdf_parse(name, &bdf, &why)) {
			char *path =
				vtd_sys_path("/sys/bus/pci/devices/%s", name);
			char *link = path ? vtd_sys_link(ctl, path) : NULL;

			if (link)
				add_path(tree, link);
			free(link);
			free(path);
		}
		at = node_of(tree, name);
		if (at != NONE)
			tree->list[at].rec = rec;
	}
}

static int by_address(const void *a, const void *b)
{
	const struct node *x = a, *y = b;

	return vtd_bdf_compare(x->name, y->name);
}

/* Twice: what is sorted in between has other places then. */
static void make_tree(struct vtdctl *ctl, const struct vtd_records *recs,
		      struct tree *tree)
{
	memset(tree, 0, sizeof(*tree));
	link_nodes(ctl, recs, tree);
	if (!tree->count)
		return;
	qsort(tree->list, tree->count, sizeof(*tree->list), by_address);
	for (size_t i = 0; i < tree->count; i++)
		tree->list[i].parent = NONE;
	link_nodes(ctl, recs, tree);
}

/* Whether a device stands below a unit, or for NULL below none. */
static bool is_of(const struct vtd_records *recs, const struct vtd_record *rec,
		  const char *unit)
{
	if (!rec)
		return false;
	if (!unit)
		return vtd_record_orphan(recs, rec);
	return !strcmp(vtd_record_show(rec, "unit"), unit);
}

/* Marks what is of a unit, and every bridge above it. */
static void mark(const struct tree *tree, const struct vtd_records *recs,
		 const char *unit, bool *shown)
{
	memset(shown, 0, tree->count * sizeof(*shown));
	for (size_t i = 0; i < tree->count; i++) {
		size_t at = i;

		if (!is_of(recs, tree->list[i].rec, unit))
			continue;
		for (int depth = 0; at != NONE && depth < DEPTH_MAX; depth++) {
			shown[at] = true;
			at = tree->list[at].parent;
		}
	}
}

static void show_chip(FILE *to, const char *shade, const char *before,
		      const char *text)
{
	if (!strcmp(text, "-"))
		return;
	fprintf(to, "<span class=\"chip%s%s\">%s", *shade ? " " : "", shade,
		before);
	vtd_html_text(to, text);
	fputs("</span>", to);
}

static const char *class_of(const char *word)
{
	static const char *const names[] = { "", "good", "warn", "bad" };

	return names[vtd_shade_of(word)];
}

static void show_record(FILE *to, const struct vtd_record *rec)
{
	const char *reason = vtd_record_show(rec, "reason");
	const char *state = vtd_record_show(rec, "state");
	const char *sid = vtd_record_show(rec, "sid");
	const char *name = vtd_record_show(rec, "name");
	const char *bus = strchr(name, ':');

	fputs("<div>", to);
	show_chip(to, class_of(state), "", state);
	show_chip(to, "", "driver ", vtd_record_show(rec, "driver"));
	show_chip(to, "", "group ", vtd_record_show(rec, "group"));
	show_chip(to, "", "domain ", vtd_record_show(rec, "domain"));
	if (strcmp(vtd_record_show(rec, "pasids"), "-"))
		show_chip(to, "", "PASIDs ", vtd_record_show(rec, "pasids"));
	fputs("</div>\n", to);
	if (strcmp(sid, "-") && !(bus && !strcmp(bus + 1, sid))) {
		fputs("<div class=\"why\">requests as ", to);
		vtd_html_text(to, sid);
		fputs("</div>\n", to);
	}
	if (strcmp(state, "managed") && strcmp(reason, "-")) {
		fputs("<div class=\"why\">", to);
		vtd_html_text(to, reason);
		fputs("</div>\n", to);
	}
}

struct drawing {
	struct vtdctl *ctl;
	const struct vtd_records *recs;
	const struct tree *tree;
	const char *unit;
	const bool *shown;
};

static bool has_kids(const struct drawing *d, size_t at)
{
	for (size_t i = 0; i < d->tree->count; i++)
		if (d->shown[i] && d->tree->list[i].parent == at)
			return true;
	return false;
}

static void show_node(const struct drawing *d, size_t at, int depth)
{
	const struct node *node = &d->tree->list[at];
	const char *group = node->rec ? vtd_record_show(node->rec, "group") :
					"-";
	char *kind = vtd_device_kind(d->ctl, node->name);
	bool mine = is_of(d->recs, node->rec, d->unit);
	bool kids = depth < DEPTH_MAX && has_kids(d, at);
	bool grouped = mine && strcmp(group, "-");
	FILE *to = d->ctl->out;

	fprintf(to, "<div class=\"dev%s%s%s\"", kids ? "" : " leaf",
		mine ? "" : " other", grouped ? " g" : "");
	/* Neighbours get hues far apart. */
	if (grouped)
		fprintf(to, " style=\"--h:%lu\"",
			strtoul(group, NULL, 10) % 1000 * 137 % 360);
	fputs("><span class=\"name\">", to);
	vtd_html_text(to, node->name);
	fputs("</span> <span class=\"soft\">", to);
	vtd_html_text(to, kind ?: "");
	fputs("</span>\n", to);
	free(kind);
	if (mine)
		show_record(to, node->rec);
	if (kids) {
		fputs("<div class=\"kids\">\n", to);
		for (size_t i = 0; i < d->tree->count; i++)
			if (d->shown[i] && d->tree->list[i].parent == at)
				show_node(d, i, depth + 1);
		fputs("</div>\n", to);
	}
	fputs("</div>\n", to);
}

static void show_unit(const struct drawing *d, const struct vtd_record *rec)
{
	FILE *to = d->ctl->out;
	bool any = false;

	fputs("<div class=\"unit\"><h3>", to);
	vtd_html_text(to, d->unit ?: "no unit");
	fputs("</h3>\n", to);
	if (rec) {
		const char *health = vtd_record_show(rec, "health");
		const char *on = vtd_record_show(rec, "translation");

		fputs("<div>", to);
		show_chip(to, class_of(health), "health ", health);
		show_chip(to, strcmp(on, "on") ? "warn" : "good",
			  "translation ", on);
		show_chip(to, "", "", vtd_record_show(rec, "mode"));
		show_chip(to, "", "domains ", vtd_record_show(rec, "domains"));
		show_chip(to,
			  strcmp(vtd_record_show(rec, "faults"), "0") ? "warn" :
									"",
			  "faults ", vtd_record_show(rec, "faults"));
		fputs("</div>\n", to);
	}
	fputs("<div class=\"kids\">\n", to);
	for (size_t i = 0; i < d->tree->count; i++) {
		if (!d->shown[i] || d->tree->list[i].parent != NONE)
			continue;
		show_node(d, i, 0);
		any = true;
	}
	if (!any)
		fputs("<p class=\"soft\">no devices</p>\n", to);
	fputs("</div></div>\n", to);
}

/**
 * vtd_html_topology() - draw units, bridges and devices
 * @ctl: where to
 * @recs: the records of "status", sorted
 */
void vtd_html_topology(struct vtdctl *ctl, const struct vtd_records *recs)
{
	struct tree tree;
	struct drawing d = { .ctl = ctl, .recs = recs, .tree = &tree };
	bool *shown, orphans = false;

	make_tree(ctl, recs, &tree);
	shown = calloc(tree.count + 1, sizeof(*shown));
	d.shown = shown;
	for (size_t i = 0; shown && i < recs->count; i++) {
		const struct vtd_record *rec = &recs->list[i];

		if (!vtd_record_is(rec, "unit"))
			continue;
		d.unit = vtd_record_show(rec, "name");
		mark(&tree, recs, d.unit, shown);
		show_unit(&d, rec);
	}
	for (size_t i = 0; i < tree.count; i++)
		orphans = orphans || is_of(recs, tree.list[i].rec, NULL);
	if (shown && orphans) {
		d.unit = NULL;
		mark(&tree, recs, NULL, shown);
		show_unit(&d, NULL);
	}
	free(shown);
	free(tree.list);
}

/* The group's number, or NONE for what has no group. */
static size_t group_of(const struct vtd_record *rec)
{
	const char *group = vtd_record_show(rec, "group");
	size_t digits = strspn(group, "0123456789");

	if (!vtd_record_is(rec, "device") || !digits || group[digits] ||
	    digits > 9)
		return NONE;
	return strtoul(group, NULL, 10);
}

/* The first device of the group with the lowest number from @from on. */
static const struct vtd_record *next_group(const struct vtd_records *recs,
					   size_t from)
{
	const struct vtd_record *next = NULL;

	for (size_t i = 0; i < recs->count; i++) {
		size_t group = group_of(&recs->list[i]);

		if (group != NONE && group >= from &&
		    (!next || group < group_of(next)))
			next = &recs->list[i];
	}
	return next;
}

/**
 * vtd_html_groups() - a table of groups, their members and type of domain
 * @ctl: where to
 * @recs: the records of "status", sorted
 */
void vtd_html_groups(struct vtdctl *ctl, const struct vtd_records *recs)
{
	const struct vtd_record *rec;
	FILE *to = ctl->out;
	size_t group;

	fputs("<div class=\"wide\"><table><thead><tr><th>Group</th><th>Domain</th><th>Devices</th></tr></thead><tbody>\n",
	      to);
	for (rec = next_group(recs, 0); rec;
	     rec = next_group(recs, group + 1)) {
		const char *gap = "";

		group = group_of(rec);
		fprintf(to, "<tr><td class=\"n\">%zu</td><td>", group);
		vtd_html_text(to, vtd_record_show(rec, "domain"));
		fputs("</td><td>", to);
		for (size_t i = 0; i < recs->count; i++) {
			if (group_of(&recs->list[i]) != group)
				continue;
			fputs(gap, to);
			vtd_html_text(to,
				      vtd_record_show(&recs->list[i], "name"));
			gap = ", ";
		}
		fputs("</td></tr>\n", to);
	}
	fputs("</tbody></table></div>\n", to);
}
