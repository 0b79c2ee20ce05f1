// SPDX-License-Identifier: GPL-2.0
/*
 * "vtdctl html FILE": one page for a browser with all that the module says,
 * explained. Escapes every word of others, and puts the file in place as a
 * whole or not at all.
 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "html.h"

/**
 * vtd_html_text() - print text of somebody else
 * @to: where to
 * @text: the text; all that means something to a browser is escaped
 */
void vtd_html_text(FILE *to, const char *text)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (strchr("&<>\"'", c))
			fprintf(to, "&#%u;", c);
		else
			fputc(c < 0x20 || c > 0x7e ? '?' : c, to);
	}
}

static void table_row(FILE *to, const struct vtd_record *rec,
		      const struct vtd_column *columns, size_t nr)
{
	fputs("<tr>", to);
	for (size_t i = 0; i < nr; i++) {
		fputs(columns[i].number ? "<td class=\"n\">" : "<td>", to);
		vtd_html_text(to, vtd_record_show(rec, columns[i].key));
		fputs("</td>", to);
	}
	fputs("</tr>\n", to);
}

/**
 * vtd_html_table() - all records of a type as a table
 * @to: where to
 * @part: what the module said; where it said nothing, its reason is printed
 * @type: the type
 * @columns: which keys
 * @nr: how many
 */
void vtd_html_table(FILE *to, const struct vtd_part *part, const char *type,
		    const struct vtd_column *columns, size_t nr)
{
	if (part->why || !vtd_records_first(&part->recs, type)) {
		fputs("<p class=\"soft\">", to);
		vtd_html_text(to, part->why ?: "none");
		fputs("</p>\n", to);
		return;
	}
	fputs("<div class=\"wide\"><table><thead><tr>", to);
	for (size_t i = 0; i < nr; i++)
		fprintf(to, "<th%s>%s</th>",
			columns[i].number ? " class=\"n\"" : "",
			columns[i].title);
	fputs("</tr></thead><tbody>\n", to);
	for (size_t i = 0; i < part->recs.count; i++)
		if (vtd_record_is(&part->recs.list[i], type))
			table_row(to, &part->recs.list[i], columns, nr);
	fputs("</tbody></table></div>\n", to);
}

/* Asks for one part; a refusal becomes the reason why it is not there. */
static void ask(struct vtdctl *ctl, int fd, const char *command,
		struct vtd_part *part)
{
	int ret;

	memset(part, 0, sizeof(*part));
	ret = vtd_control_ask(ctl, fd, command, &part->reply);
	part->error = ret;
	if (ret) {
		part->why = part->reply.text && *part->reply.text ?
				    part->reply.text :
				    strerror(-ret);
		return;
	}
	ret = vtd_records_parse(part->reply.text, part->reply.bytes,
				&part->recs);
	if (!ret)
		return;
	vtd_records_free(&part->recs);
	part->why = ret == -EINVAL ? "the reply cannot be read" :
				     "out of memory";
}

static void let_go(struct vtd_part *part)
{
	vtd_records_free(&part->recs);
	vtd_reply_free(&part->reply);
}

static void section(FILE *to, const char *id, const char *title,
		    const char *words)
{
	fprintf(to, "<h2 id=\"%s\">%s</h2>\n<p>%s</p>\n", id, title, words);
}

static void begin(struct vtdctl *ctl, const struct vtd_record *vtd)
{
	char *release = vtd_sys_line(ctl, "/proc/sys/kernel/osrelease");
	const char *state = vtd_record_show(vtd, "state");
	FILE *to = ctl->out;

	fputs("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
	      "<title>VT-d of this machine</title>\n<style>\n",
	      to);
	fputs(vtd_html_style, to);
	fputs("</style></head><body>\n<h1>VT-d of this machine: ", to);
	vtd_html_text(to, state);
	fputs("</h1>\n<p class=\"soft\">vtd_dmar ", to);
	vtd_html_text(to, vtd_record_show(vtd, "version"));
	fputs(", vtdctl " VTDCTL_VERSION ", kernel ", to);
	vtd_html_text(to, release ?: "-");
	fputs("</p>\n", to);
	if (!strcmp(state, "trial")) {
		fputs("<p class=\"warn\">Everything is given back in ", to);
		vtd_html_text(to, vtd_record_show(vtd, "trial_left"));
		fputs(" seconds, unless: vtdctl confirm</p>\n", to);
	}
	fputs("<nav><a href=\"#topology\">Topology</a><a href=\"#groups\">Groups</a><a href=\"#units\">Units and tables</a><a href=\"#faults\">Faults</a><a href=\"#counters\">Counters</a><a href=\"#interrupts\">Interrupts</a></nav>\n",
	      to);
	free(release);
}

static void show_quirks(FILE *to, const struct vtd_records *recs)
{
	static const struct vtd_column columns[] = {
		{ "name", "Erratum", false },
		{ "device", "Device", false },
		{ "text", "What is wrong", false },
		{ "done", "What is done", false },
	};
	const struct vtd_part part = { .recs = *recs };

	if (vtd_records_first(recs, "quirk"))
		vtd_html_table(to, &part, "quirk", columns,
			       ARRAY_SIZE(columns));
}

static void show_status(struct vtdctl *ctl, const struct vtd_records *recs)
{
	FILE *to = ctl->out;

	section(to, "topology", "Topology",
		"Each large box is a unit, the hardware that translates the requests of the devices in it; a box in a box is behind that bridge. The edge of a device has the colour of its group. <span class=\"chip good\">managed</span> requests are translated by the tables of its domain; <span class=\"chip warn\">pass-through</span> they are not translated; <span class=\"chip bad\">blocked</span> they are refused; <span class=\"chip warn\">off</span> the unit does not translate. A dashed box is a bridge that is shown for what is behind it.");
	vtd_html_topology(ctl, recs);
	show_quirks(to, recs);
	section(to, "groups", "Groups and domains",
		"Devices of one group cannot be told apart or kept apart, and can only be assigned together. A domain is an address space: <b>DMA</b>, each unmap is flushed before it ends; <b>DMA-FQ</b>, some milliseconds later, which is faster; <b>identity</b>, addresses are those of memory; <b>unmanaged</b>, of VFIO; <b>nested</b>, of a guest; <b>blocked</b>, none.");
	vtd_html_groups(ctl, recs);
	section(to, "units", "Units and their tables",
		"What each unit is and can do, and which tables in memory a request goes through. The way of one request, entry by entry: <code>vtdctl walk BDF ADDRESS</code>.");
	vtd_html_units(ctl, recs);
}

static void show_faults(FILE *to, const struct vtd_part *faults,
			const struct vtd_part *sources)
{
	static const struct vtd_column one[] = {
		{ "seq", "Nr", true },
		{ "time", "Seconds", true },
		{ "unit", "Unit", false },
		{ "device", "Device", false },
		{ "address", "Address", false },
		{ "access", "Access", false },
		{ "sentence", "What happened", false },
		{ "remedy", "What may help", false },
	};
	static const struct vtd_column each[] = {
		{ "device", "Device", false },
		{ "unit", "Unit", false },
		{ "faults", "Faults", true },
		{ "at_least", "At least", false },
		{ "described", "Described", true },
		{ "first", "First", true },
		{ "last", "Last", true },
	};

	section(to, "faults", "Faults",
		"Requests that a unit refused, the oldest first; times are seconds since boot. Of a source that faults on and on, some are described and all are counted.");
	vtd_html_table(to, faults, "fault", one, ARRAY_SIZE(one));
	fputs("<h3>By source</h3>\n", to);
	vtd_html_table(to, sources, "source", each, ARRAY_SIZE(each));
}

static void show_stats(FILE *to, const struct vtd_part *stats)
{
	static const struct vtd_column units[] = {
		{ "unit", "Unit", false },
		{ "submissions", "Submissions", true },
		{ "waits", "Round trips", true },
		{ "iotlb_page", "IOTLB: page", true },
		{ "iotlb_domain", "domain", true },
		{ "iotlb_global", "global", true },
		{ "devtlb", "Device TLB", true },
		{ "interrupt_index", "Interrupt entries", true },
		{ "avg_ns", "Mean ns", true },
		{ "max_ns", "Longest ns", true },
		{ "slow", "Slow", true },
		{ "errors", "Errors", true },
	};
	static const struct vtd_column requests[] = {
		{ "unit", "Unit", false },
		{ "taken", "Page requests", true },
		{ "responses", "Answered", true },
		{ "failed", "Not with success", true },
		{ "refused", "Refused", true },
		{ "overflows", "Overflows", true },
		{ "max_ns", "Longest ns", true },
	};
	static const struct vtd_column devices[] = {
		{ "device", "Device", false },	{ "unit", "Unit", false },
		{ "group", "Group", true },	{ "domain", "Domain", false },
		{ "unmaps", "Unmaps", false },	{ "sharing", "Sharing", true },
		{ "flushes", "Flushes", true }, { "page", "Pages", true },
		{ "all", "All", true },		{ "queue", "Put off", true },
	};

	section(to, "counters", "Counters",
		"What the units were asked to forget since the module was attached. An invalidation is waited for; those that are made at the same time share a round trip. Of a device, what its domain was flushed: by pages, or all of it, and how often the kernel flushed what it had put off.");
	vtd_html_table(to, stats, "queue", units, ARRAY_SIZE(units));
	if (vtd_records_first(&stats->recs, "requests"))
		vtd_html_table(to, stats, "requests", requests,
			       ARRAY_SIZE(requests));
	if (!stats->why)
		vtd_html_table(to, stats, "cost", devices, ARRAY_SIZE(devices));
}

static void show_irqs(FILE *to, const struct vtd_part *irqs)
{
	static const struct vtd_column tables[] = {
		{ "unit", "Unit", false },
		{ "address", "Table at", false },
		{ "entries", "Entries", true },
		{ "used", "Used", true },
		{ "ids", "APIC ids", false },
		{ "compatibility", "Compatibility format", false },
	};
	static const struct vtd_column each[] = {
		{ "nr", "IRQ", true },	       { "device", "Device", false },
		{ "name", "Handler", false },  { "format", "Format", false },
		{ "unit", "Unit", false },     { "index", "Entry", false },
		{ "vector", "Vector", false }, { "cpu", "CPU", true },
		{ "count", "Count", true },    { "reason", "Why not", false },
	};
	const struct vtd_record *all =
		vtd_records_first(&irqs->recs, "remapping");

	section(to, "interrupts", "Interrupts",
		"Each interrupt of a device goes through an entry that only this device can use. Requests in compatibility format have none; as long as they are let through, a device can raise any interrupt.");
	if (all)
		fputs(strcmp(vtd_record_show(all, "isolated"), "yes") ?
			      "<p class=\"bad\">Interrupts are not isolated.</p>\n" :
			      "<p class=\"good\">Interrupts are isolated.</p>\n",
		      to);
	if (!irqs->why)
		vtd_html_table(to, irqs, "table", tables, ARRAY_SIZE(tables));
	vtd_html_table(to, irqs, "irq", each, ARRAY_SIZE(each));
}

/* Asks everything and writes the page to ctl->out. */
static int write_page(struct vtdctl *ctl, int fd)
{
	struct vtd_part status, faults, sources, stats, irqs;
	const struct vtd_record *vtd;
	int ret = VTD_EXIT_OK;

	ask(ctl, fd, "status", &status);
	ask(ctl, fd, "faults", &faults);
	ask(ctl, fd, "faults sources", &sources);
	ask(ctl, fd, "stats", &stats);
	ask(ctl, fd, "irqs", &irqs);
	vtd = vtd_records_first(&status.recs, "vtd");
	if (vtd) {
		begin(ctl, vtd);
		vtd_records_sort(&status.recs);
		show_status(ctl, &status.recs);
		show_faults(ctl->out, &faults, &sources);
		show_stats(ctl->out, &stats);
		show_irqs(ctl->out, &irqs);
		fputs("</body></html>\n", ctl->out);
	} else if (status.error) {
		ret = vtd_refused(ctl, "html", status.error, status.reply.text);
	} else {
		ret = vtd_kernel_error(
			ctl, "html: %s",
			status.why ?:
				     "the reply to \"status\" has no vtd line");
	}
	let_go(&status);
	let_go(&faults);
	let_go(&sources);
	let_go(&stats);
	let_go(&irqs);
	return ret;
}

static int write_all(int fd, const char *text, size_t bytes)
{
	while (bytes) {
		ssize_t done = write(fd, text, bytes);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return -1;
		text += done;
		bytes -= done;
	}
	return 0;
}

/* Under another name in the same folder first, so that it is there as a whole. */
static int put_file(struct vtdctl *ctl, const char *path, const char *text,
		    size_t bytes)
{
	char *other = vtd_sys_path("%s.XXXXXX", path);
	mode_t mask = umask(0);
	int fd, ret = VTD_EXIT_OK;

	umask(mask);
	fd = other ? mkstemp(other) : -1;
	if (fd < 0) {
		ret = vtd_kernel_error(ctl, "html: %s: %s", path,
				       strerror(errno));
	} else {
		bool good = !write_all(fd, text, bytes) &&
			    !fchmod(fd, 0666 & ~mask) && !fsync(fd);

		good = !close(fd) && good;
		if (!good || rename(other, path)) {
			ret = vtd_kernel_error(ctl, "html: %s: %s", path,
					       strerror(errno));
			unlink(other);
		}
	}
	free(other);
	return ret;
}

static int take_file(struct vtdctl *ctl, int argc, char *const argv[],
		     const char **path)
{
	struct stat st;

	*path = NULL;
	for (int i = 1; i < argc; i++) {
		if (argv[i][0] == '-' || *path)
			return vtd_usage_error(
				ctl,
				"html: argument \"%s\" is unknown, try \"vtdctl html --help\"",
				argv[i]);
		*path = argv[i];
	}
	if (!*path || !**path)
		return vtd_usage_error(
			ctl,
			"html: which file? say where the page goes: vtdctl html /tmp/vtd.html");
	/* What is renamed over a device or a link is gone. */
	if (!lstat(*path, &st) && !S_ISREG(st.st_mode))
		return vtd_usage_error(
			ctl,
			"html: \"%s\" is there and no plain file; give another name",
			*path);
	return VTD_EXIT_OK;
}

/**
 * vtd_cmd_html() - "vtdctl html FILE"
 * @ctl: what to work with
 * @argc: number of words
 * @argv: the words
 *
 * Return: an exit status.
 */
int vtd_cmd_html(struct vtdctl *ctl, int argc, char *const argv[])
{
	struct vtdctl into = *ctl;
	char *text = NULL;
	const char *path;
	size_t bytes;
	int ret, fd;

	ret = take_file(ctl, argc, argv, &path);
	if (ret)
		return ret;
	fd = vtd_control_open(ctl);
	if (fd < 0)
		return vtd_open_error(ctl, "html", fd);
	into.out = open_memstream(&text, &bytes);
	if (into.out) {
		ret = write_page(&into, fd);
		if (fclose(into.out))
			ret = vtd_kernel_error(ctl, "out of memory");
	} else {
		ret = vtd_kernel_error(ctl, "out of memory");
	}
	ctl->calls->close(ctl->priv, fd);
	if (!ret)
		ret = put_file(ctl, path, text, bytes);
	if (!ret)
		vtd_show_line(ctl->out, "", "", "%s: written", path);
	free(text);
	return ret;
}
