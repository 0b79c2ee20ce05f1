// SPDX-License-Identifier: GPL-2.0
/*
 * "vtdctl report": one text with what a report of a bug needs, made to be shown
 * to others. Collects everything first, masks what does not concern them, and
 * prints only then. Works with as much as there is.
 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "report.h"

#define LOG_LINES 200 /* of ours, the last ones */
#define LOG_RECORDS 1000000 /* looked at; no log has so many */
#define RECORD_MAX 8192
#define MODULES_MAX 32

static void heading(struct vtdctl *ctl, const char *title)
{
	fprintf(ctl->out, "\n== %s ==\n", title);
}

/* "name: first line", or nothing for a file that cannot be read. */
static void show_file(struct vtdctl *ctl, const char *name, const char *path)
{
	char *line = vtd_sys_line(ctl, path);

	if (line)
		vtd_show_line(ctl->out, "  ", "    ", "%s: %s", name, line);
	free(line);
}

static void show_cpu(struct vtdctl *ctl)
{
	char *text = vtd_sys_read(ctl, "/proc/cpuinfo", NULL);
	const char *model = text ? strstr(text, "model name") : NULL;
	size_t count = 0;

	if (model)
		model = strchr(model, ':');
	if (model)
		model += strspn(model + 1, " ");
	if (model)
		vtd_show_line(ctl->out, "  ", "    ", "CPU: %.*s",
			      (int)strcspn(model + 1, "\n"), model + 1);
	for (const char *p = text; p && (p = strstr(p, "processor\t")); p++)
		count++;
	vtd_show_line(ctl->out, "  ", "    ", "CPUs: %zu", count);
	free(text);
}

/* The letters of the kernel's taint, by bit. */
static void show_taint(struct vtdctl *ctl)
{
	static const char letters[] = "PFSRMBUDAWCIOELKXTNJ";
	char *line = vtd_sys_line(ctl, "/proc/sys/kernel/tainted");
	unsigned long long bits = line ? strtoull(line, NULL, 10) : 0;
	char text[sizeof(letters)];
	size_t used = 0;

	if (!line)
		return;
	for (size_t i = 0; i < sizeof(letters) - 1; i++)
		if (bits >> i & 1)
			text[used++] = letters[i];
	text[used] = '\0';
	vtd_show_line(ctl->out, "  ", "    ", "taint: %s%s%s%s", line,
		      used ? " (" : "", text, used ? ")" : "");
	free(line);
}

static void show_system(struct vtdctl *ctl)
{
	char *line = vtd_sys_line(ctl, "/proc/cmdline");
	char *shown = line ? vtd_scrub_cmdline(line) : NULL;

	heading(ctl, "system");
	show_file(ctl, "kernel", "/proc/sys/kernel/osrelease");
	show_file(ctl, "build", "/proc/sys/kernel/version");
	show_taint(ctl);
	show_file(ctl, "vendor", "/sys/class/dmi/id/sys_vendor");
	show_file(ctl, "product", "/sys/class/dmi/id/product_name");
	show_file(ctl, "board", "/sys/class/dmi/id/board_name");
	show_file(ctl, "firmware", "/sys/class/dmi/id/bios_version");
	show_file(ctl, "firmware date", "/sys/class/dmi/id/bios_date");
	show_file(ctl, "lockdown", "/sys/kernel/security/lockdown");
	show_cpu(ctl);
	if (shown)
		vtd_show_line(ctl->out, "  ", "    ", "boot line: %s", shown);
	free(shown);
	free(line);
}

struct names {
	char *list[MODULES_MAX];
	size_t count;
};

static bool add_name(const char *name, void *arg)
{
	struct names *names = arg;

	if (names->count == MODULES_MAX)
		return false;
	names->list[names->count] = strdup(name);
	names->count += !!names->list[names->count];
	return true;
}

/* Ours, and those that decide about them. */
static bool add_module(const char *name, void *arg)
{
	static const char *const others[] = { "vfio_pci", "vfio_iommu_type1",
					      "iommufd",  "kvm_intel",
					      "i915",	  "xe" };
	bool wanted = !strncmp(name, "vtd_", 4);

	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		wanted = wanted || !strcmp(name, others[i]);
	return !wanted || add_name(name, arg);
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void list_names(struct vtdctl *ctl, const char *path,
		       bool (*add)(const char *name, void *arg),
		       struct names *names)
{
	memset(names, 0, sizeof(*names));
	vtd_sys_list(ctl, path, add, names);
	qsort(names->list, names->count, sizeof(*names->list), compare);
}

static void free_names(struct names *names)
{
	while (names->count)
		free(names->list[--names->count]);
}

static void show_module(struct vtdctl *ctl, const char *module)
{
	static const char *const files[] = { "version", "srcversion", "taint",
					     "refcnt" };
	char *path = vtd_sys_path("/sys/module/%s/parameters", module);
	struct names names;

	vtd_show_line(ctl->out, "  ", "    ", "%s", module);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		char *file =
			vtd_sys_path("/sys/module/%s/%s", module, files[i]);
		char *line = file ? vtd_sys_line(ctl, file) : NULL;

		if (line && *line)
			vtd_show_line(ctl->out, "    ", "      ", "%s: %s",
				      files[i], line);
		free(line);
		free(file);
	}
	/* The graphics drivers' own have nothing to do with us. */
	if (path && strcmp(module, "i915") && strcmp(module, "xe")) {
		list_names(ctl, path, add_name, &names);
		for (size_t i = 0; i < names.count; i++) {
			char *file = vtd_sys_path("%s/%s", path, names.list[i]);
			char *line = file ? vtd_sys_line(ctl, file) : NULL;

			vtd_show_line(ctl->out, "    ", "      ", "%s=%s",
				      names.list[i], line ? line : "?");
			free(line);
			free(file);
		}
		free_names(&names);
	}
	free(path);
}

static void show_modules(struct vtdctl *ctl)
{
	struct names names;

	heading(ctl, "modules");
	list_names(ctl, "/sys/module", add_module, &names);
	for (size_t i = 0; i < names.count; i++)
		show_module(ctl, names.list[i]);
	if (!names.count)
		fputs("  none of ours is loaded\n", ctl->out);
	free_names(&names);
}

static void show_dmar(struct vtdctl *ctl)
{
	size_t bytes;
	char *table =
		vtd_sys_read(ctl, "/sys/firmware/acpi/tables/DMAR", &bytes);

	heading(ctl, "DMAR table");
	if (table)
		vtd_show_dmar(ctl, (unsigned char *)table, bytes);
	else
		fputs("  there is none, or it is for root only\n", ctl->out);
	free(table);
}

/* What a command prints, errors too. */
static void show_command(struct vtdctl *ctl, const char *name,
			 int (*run)(struct vtdctl *ctl, int argc,
				    char *const argv[]))
{
	char word[16];
	char *const argv[] = { word, NULL };

	snprintf(word, sizeof(word), "%s", name);
	fprintf(ctl->out, "\n== vtdctl %s ==\n", name);
	run(ctl, 1, argv);
}

/* A record's text after "6,1234,567890,-;"; NULL for a line that is none. */
static char *record_text(char *line)
{
	char *text = strchr(line, ';');

	if (!text || line[strspn(line, "0123456789,-c+")] != ';')
		return NULL;
	return text + 1;
}

static bool is_of_us(const char *text)
{
	return strstr(text, "vtd_") || strstr(text, "DMAR");
}

/* Microseconds since boot, the third number. */
static double record_time(const char *line)
{
	for (int i = 0; i < 2; i++) {
		line += strcspn(line, ",;");
		line += *line == ',';
	}
	return strtod(line, NULL) / 1e6;
}

/* The last lines are in a ring; @seen counts all of ours. */
static void keep_line(char *lines[LOG_LINES], size_t *seen, char *line)
{
	char *text = record_text(line);
	char **place = &lines[*seen % LOG_LINES];

	if (!text || !is_of_us(text))
		return;
	free(*place);
	*place = vtd_sys_path("[%.6f] %s", record_time(line), text);
	(*seen)++;
}

/* One read() gives one record; of a plain file, many. */
static void read_log(int fd, char *lines[LOG_LINES], size_t *seen)
{
	char text[RECORD_MAX + 1];

	for (size_t i = 0; i < LOG_RECORDS; i++) {
		ssize_t got = read(fd, text, RECORD_MAX);
		char *save = NULL;

		/* EPIPE: records were lost before they were read. */
		if (got < 0 && (errno == EPIPE || errno == EINTR))
			continue;
		if (got <= 0)
			return;
		text[got] = '\0';
		for (char *line = strtok_r(text, "\n", &save); line;
		     line = strtok_r(NULL, "\n", &save))
			keep_line(lines, seen, line);
	}
}

static void show_log(struct vtdctl *ctl)
{
	char *path = vtd_sys_path("%s/dev/kmsg", ctl->sysroot);
	int fd = path ? open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC) : -1;
	char *lines[LOG_LINES] = { NULL };
	size_t seen = 0;

	free(path);
	heading(ctl, "kernel log, the last lines of ours");
	if (fd < 0) {
		fputs("  it cannot be read\n", ctl->out);
		return;
	}
	read_log(fd, lines, &seen);
	close(fd);
	for (size_t i = 0; i < LOG_LINES; i++) {
		char *line = lines[(seen + i) % LOG_LINES];

		if (line)
			vtd_show_wrapped(ctl->out, "  ", "    ", line);
		free(line);
	}
	if (!seen)
		fputs("  none\n", ctl->out);
}

static void collect(struct vtdctl *ctl)
{
	vtd_show_wrapped(
		ctl->out, "", "",
		"vtdctl report, version " VTDCTL_VERSION
		". MAC addresses, UUIDs and names of the host and of users are masked, and so are the values of boot parameters that do not matter here. Look through it all the same before you show it to others.");
	show_system(ctl);
	show_modules(ctl);
	show_dmar(ctl);
	show_command(ctl, "doctor", vtd_cmd_doctor);
	show_command(ctl, "status", vtd_cmd_status);
	show_command(ctl, "stats", vtd_cmd_stats);
	show_command(ctl, "faults", vtd_cmd_faults);
	show_command(ctl, "irqs", vtd_cmd_irqs);
	show_log(ctl);
}

/* Line by line; only errors are wider than a terminal. */
static void print(FILE *to, const char *text)
{
	while (*text) {
		int length = (int)strcspn(text, "\n");

		if (length)
			vtd_show_line(to, "", "    ", "%.*s", length, text);
		else
			fputc('\n', to);
		text += length;
		text += *text == '\n';
	}
}

/**
 * vtd_cmd_report() - "vtdctl report"
 * @ctl: what to work with
 * @argc: number of words
 * @argv: the words
 *
 * What cannot be had is no error: the text says so.
 *
 * Return: an exit status.
 */
int vtd_cmd_report(struct vtdctl *ctl, int argc, char *const argv[])
{
	struct vtdctl into = *ctl;
	struct vtd_names names;
	char *text = NULL, *masked, *host;
	size_t bytes;
	bool given;

	if (vtd_flag(ctl, argc, argv, NULL, &given))
		return VTD_EXIT_USAGE;
	into.out = open_memstream(&text, &bytes);
	if (!into.out)
		return vtd_kernel_error(ctl, "out of memory");
	into.err = into.out;
	into.terminal = false;
	into.color = false;
	collect(&into);
	host = vtd_sys_line(ctl, "/proc/sys/kernel/hostname");
	names = (struct vtd_names){
		host, { ctl->user[0], ctl->user[1], ctl->user[2] }
	};
	masked = fclose(into.out) ? NULL : vtd_scrub(text, &names);
	free(host);
	free(text);
	if (!masked)
		return vtd_kernel_error(ctl, "out of memory");
	print(ctl->out, masked);
	free(masked);
	return VTD_EXIT_OK;
}
