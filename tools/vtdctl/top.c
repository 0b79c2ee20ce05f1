// SPDX-License-Identifier: GPL-2.0
/*
 * "vtdctl top": what happens at this moment. Reads the counters of stats,
 * faults and irqs twice and shows what came in between, per second; draws that
 * again on a terminal, prints block after block elsewhere. Counts nothing
 * itself.
 */
#include <stdlib.h>
#include <string.h>

#include "vtdctl.h"

/* What is counted of a unit or of a device. */
enum what { FLUSHES, TRIPS, FAULTS, REQUESTS, INTERRUPTS, NR_WHAT };

#define NAME_LEN 32

/* One unit or device, and how far its counters were; -1 for one it has not. */
struct counted {
	char name[NAME_LEN];
	char unit[NAME_LEN]; /* a device's, "" for a unit itself */
	char domain[NAME_LEN];
	long long count[NR_WHAT];
};

/* All of one look. */
struct look {
	struct counted *list;
	size_t count;
	unsigned long long at; /* clock, milliseconds */
};

struct options {
	unsigned int ms;
	unsigned long blocks; /* 0: no end */
};

static struct counted *find(const struct look *look, const char *name)
{
	for (size_t i = 0; i < look->count; i++)
		if (!strcmp(look->list[i].name, name))
			return &look->list[i];
	return NULL;
}

/* The entry of a name, made where it is missing; NULL without memory. */
static struct counted *entry_of(struct look *look, const char *name)
{
	struct counted *entry = find(look, name);

	if (entry)
		return entry;
	entry = reallocarray(look->list, look->count + 1, sizeof(*entry));
	if (!entry)
		return NULL;
	look->list = entry;
	entry += look->count++;
	memset(entry, 0, sizeof(*entry));
	snprintf(entry->name, sizeof(entry->name), "%s", name);
	for (int i = 0; i < NR_WHAT; i++)
		entry->count[i] = -1;
	return entry;
}

static void add(struct counted *entry, enum what what, const char *val)
{
	size_t digits = strspn(val, "0123456789");

	if (!digits || val[digits] || digits > 18)
		return;
	if (entry->count[what] < 0)
		entry->count[what] = 0;
	if (__builtin_add_overflow(entry->count[what], strtoll(val, NULL, 10),
				   &entry->count[what]))
		entry->count[what] = -1;
}

static int take_unit(struct look *look, const struct vtd_record *rec)
{
	static const char *const flushes[] = {
		"iotlb_global", "iotlb_domain", "iotlb_page",	"piotlb_pasid",
		"piotlb_page",	"devtlb",	"devtlb_pasid",
	};
	struct counted *unit = entry_of(look, vtd_record_show(rec, "unit"));

	if (!unit)
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(flushes); i++)
		add(unit, FLUSHES, vtd_record_show(rec, flushes[i]));
	add(unit, TRIPS, vtd_record_show(rec, "waits"));
	add(unit, FAULTS, vtd_record_show(rec, "faults"));
	return 0;
}

static int take_requests(struct look *look, const struct vtd_record *rec)
{
	struct counted *unit = entry_of(look, vtd_record_show(rec, "unit"));

	if (!unit)
		return -1;
	add(unit, REQUESTS, vtd_record_show(rec, "taken"));
	return 0;
}

static int take_device(struct look *look, const struct vtd_record *rec)
{
	struct counted *device = entry_of(look, vtd_record_show(rec, "device"));

	if (!device)
		return -1;
	snprintf(device->unit, sizeof(device->unit), "%s",
		 vtd_record_show(rec, "unit"));
	snprintf(device->domain, sizeof(device->domain), "%s",
		 vtd_record_show(rec, "domain"));
	add(device, FLUSHES, vtd_record_show(rec, "flushes"));
	add(device, FAULTS, "0");
	return 0;
}

static int take_stats(struct look *look, const struct vtd_records *recs)
{
	int ret = 0;

	for (size_t i = 0; i < recs->count && !ret; i++) {
		const struct vtd_record *rec = &recs->list[i];

		if (vtd_record_is(rec, "queue"))
			ret = take_unit(look, rec);
		else if (vtd_record_is(rec, "requests"))
			ret = take_requests(look, rec);
		else if (vtd_record_is(rec, "cost"))
			ret = take_device(look, rec);
	}
	return ret;
}

/* Of devices that faulted, also those that nobody manages. */
static int take_sources(struct look *look, const struct vtd_records *recs)
{
	for (size_t i = 0; i < recs->count; i++) {
		const struct vtd_record *rec = &recs->list[i];
		struct counted *device;

		if (!vtd_record_is(rec, "source"))
			continue;
		device = entry_of(look, vtd_record_show(rec, "device"));
		if (!device)
			return -1;
		if (!*device->unit)
			snprintf(device->unit, sizeof(device->unit), "%s",
				 vtd_record_show(rec, "unit"));
		add(device, FAULTS, vtd_record_show(rec, "faults"));
	}
	return 0;
}

/*
 * Of each unit the interrupts that it remaps, and of each PCI device its own,
 * managed or not.
 */
static int take_irqs(struct look *look, const struct vtd_records *recs)
{
	for (size_t i = 0; i < recs->count; i++) {
		const struct vtd_record *rec = &recs->list[i];
		const char *device = vtd_record_show(rec, "device");
		const char *count = vtd_record_show(rec, "count");
		const char *unit = vtd_record_show(rec, "unit");
		struct counted *entry;
		struct vtd_bdf bdf;
		const char *why;

		if (!vtd_record_is(rec, "irq"))
			continue;
		entry = find(look, unit);
		if (entry)
			add(entry, INTERRUPTS, count);
		if (!strcmp(unit, "-") || vtd_bdf_parse(device, &bdf, &why))
			continue;
		entry = entry_of(look, device);
		if (!entry)
			return -1;
		if (!*entry->unit)
			snprintf(entry->unit, sizeof(entry->unit), "%s", unit);
		add(entry, INTERRUPTS, count);
	}
	return 0;
}

/* One question; a refusal is printed, or passed over where it may be. */
static int ask(struct vtdctl *ctl, int fd, const char *command, bool may_fail,
	       int (*take)(struct look *look, const struct vtd_records *recs),
	       struct look *look)
{
	struct vtd_records recs = { 0 };
	struct vtd_reply reply = { 0 };
	int ret = 0;

	if (!may_fail)
		ret = vtd_control_ask_records(ctl, fd, command, &reply, &recs);
	else if (vtd_control_ask(ctl, fd, command, &reply) ||
		 vtd_records_parse(reply.text, reply.bytes, &recs))
		take = NULL;
	if (!ret && take && take(look, &recs))
		ret = vtd_kernel_error(ctl, "out of memory");
	vtd_records_free(&recs);
	vtd_reply_free(&reply);
	return ret;
}

static int take_look(struct vtdctl *ctl, struct look *look)
{
	int fd = vtd_control_open(ctl);
	int ret;

	memset(look, 0, sizeof(*look));
	if (fd < 0)
		return vtd_open_error(ctl, "top", fd);
	look->at = ctl->calls->clock(ctl->priv);
	ret = ask(ctl, fd, "stats", false, take_stats, look);
	if (!ret)
		ret = ask(ctl, fd, "faults sources", false, take_sources, look);
	if (!ret)
		ret = ask(ctl, fd, "irqs", true, take_irqs, look);
	ctl->calls->close(ctl->priv, fd);
	return ret;
}

/* "12.5", or "1234567" without a fraction, or "-". */
static const char *rate(const struct counted *now, const struct counted *then,
			enum what what, unsigned long long ms, char text[16])
{
	long long more = now->count[what], before = -1;
	double per_second;

	if (then)
		before = then->count[what];
	/* Who is in no list of those that faulted had no fault. */
	if (what == FAULTS && before < 0)
		before = 0;
	snprintf(text, 16, "-");
	if (more < 0 || before < 0 || !ms)
		return text;
	/* Less than before: it began anew. */
	if (more >= before)
		more -= before;
	per_second = (double)more * 1000 / (double)ms;
	snprintf(text, 16, per_second < 1000 ? "%.1f" : "%.0f", per_second);
	return text;
}

static int by_name(const void *a, const void *b)
{
	const struct counted *x = a, *y = b;
	size_t x_len = strlen(x->name), y_len = strlen(y->name);

	if (*x->unit)
		return vtd_bdf_compare(x->name, y->name);
	/* dmar2 before dmar10 */
	if (x_len != y_len)
		return x_len < y_len ? -1 : 1;
	return strcmp(x->name, y->name);
}

static int compare(const void *a, const void *b)
{
	const struct counted *x = a, *y = b;

	if (!*x->unit != !*y->unit)
		return *x->unit ? 1 : -1;
	return by_name(a, b);
}

#define UNIT_LINE "%-12s %-6s %-9s %9s %9s %8s %8s %10s"

static void show_one(struct vtdctl *ctl, const struct counted *now,
		     const struct look *then, unsigned long long ms)
{
	const struct counted *old = find(then, now->name);
	char text[NR_WHAT][16];

	for (int i = 0; i < NR_WHAT; i++)
		rate(now, old, (enum what)i, ms, text[i]);
	vtd_show_line(ctl->out, "", "  ", UNIT_LINE, now->name,
		      *now->unit ? now->unit : "", now->domain, text[FLUSHES],
		      text[TRIPS], text[FAULTS], text[REQUESTS],
		      text[INTERRUPTS]);
}

static int show_block(struct vtdctl *ctl, struct look *now,
		      const struct look *then, unsigned long block)
{
	unsigned long long ms = now->at - then->at;

	if (ctl->terminal)
		fputs("\033[H\033[2J", ctl->out);
	else if (block)
		fputc('\n', ctl->out);
	if (now->count)
		qsort(now->list, now->count, sizeof(*now->list), compare);
	fprintf(ctl->out, "each second, of the last %llu.%llu s%s\n", ms / 1000,
		ms % 1000 / 100, ctl->terminal ? "; q ends" : "");
	vtd_show_line(ctl->out, "", "  ", UNIT_LINE, "NAME", "UNIT", "TYPE",
		      "FLUSHES", "TRIPS", "FAULTS", "REQUESTS", "INTERRUPTS");
	for (size_t i = 0; i < now->count; i++)
		show_one(ctl, &now->list[i], then, ms);
	/* Whoever reads a pipe wants it now; who has gone ends us. */
	if (fflush(ctl->out) || ferror(ctl->out))
		return VTD_EXIT_KERNEL;
	return VTD_EXIT_OK;
}

/* Waits for the interval; true if somebody asks to end. */
static bool wants_end(struct vtdctl *ctl, const struct options *opt)
{
	unsigned long long start = ctl->calls->clock(ctl->priv);
	unsigned long long gone = 0;

	/* Another key does not make it shorter. */
	while (gone < opt->ms) {
		int key = ctl->calls->key(ctl->priv,
					  (unsigned int)(opt->ms - gone));

		if (key == 'q' || key == 'Q' || key == 3)
			return true;
		gone = ctl->calls->clock(ctl->priv) - start;
	}
	return false;
}

static int watch(struct vtdctl *ctl, const struct options *opt)
{
	struct look then, now;
	int ret = take_look(ctl, &then);

	for (unsigned long block = 0;
	     !ret && (!opt->blocks || block < opt->blocks); block++) {
		if (wants_end(ctl, opt))
			break;
		ret = take_look(ctl, &now);
		if (!ret)
			ret = show_block(ctl, &now, &then, block);
		free(then.list);
		then = now;
	}
	free(then.list);
	return ret;
}

/* "2" or "0.5", in milliseconds; 0 for anything else, or out of range. */
static unsigned int parse_interval(const char *text)
{
	size_t whole = strspn(text, "0123456789");
	const char *rest = text + whole;
	size_t part = *rest == '.' ? strspn(rest + 1, "0123456789") : 0;
	unsigned long ms, unit = 100;

	if (!whole || whole > 4 || rest[part ? part + 1 : 0])
		return 0;
	ms = strtoul(text, NULL, 10) * 1000;
	for (size_t i = 1; i <= part && unit; i++, unit /= 10)
		ms += (unsigned long)(rest[i] - '0') * unit;
	return ms >= 100 && ms <= 3600000 ? (unsigned int)ms : 0;
}

static int take_words(struct vtdctl *ctl, int argc, char *const argv[],
		      struct options *opt)
{
	for (int i = 1; i < argc; i++) {
		bool interval = !strncmp(argv[i], "--interval", 10);
		size_t length = interval ? 10 : 7;
		const char *val;

		if ((!interval && strncmp(argv[i], "--count", 7)) ||
		    (argv[i][length] && argv[i][length] != '='))
			return vtd_usage_error(
				ctl,
				"top: argument \"%s\" is unknown, try \"vtdctl top --help\"",
				argv[i]);
		if (argv[i][length])
			val = argv[i] + length + 1;
		else
			val = ++i < argc ? argv[i] : "";
		if (interval) {
			opt->ms = parse_interval(val);
			if (!opt->ms)
				return vtd_usage_error(
					ctl,
					"top: --interval \"%s\" is wrong: give 0.1 to 3600 seconds",
					val);
			continue;
		}
		opt->blocks = strspn(val, "0123456789") == strlen(val) &&
					      strlen(val) < 10 ?
				      strtoul(val, NULL, 10) :
				      0;
		if (!opt->blocks)
			return vtd_usage_error(
				ctl,
				"top: --count \"%s\" is wrong: give a number from 1 on",
				val);
	}
	return VTD_EXIT_OK;
}

/**
 * vtd_cmd_top() - "vtdctl top [--interval S] [--count N]"
 * @ctl: what to work with
 * @argc: number of words
 * @argv: the words
 *
 * Return: an exit status.
 */
int vtd_cmd_top(struct vtdctl *ctl, int argc, char *const argv[])
{
	struct options opt = { .ms = 1000 };
	int ret = take_words(ctl, argc, argv, &opt);

	if (ret)
		return ret;
	if (ctl->terminal)
		ctl->calls->keys(ctl->priv, true);
	ret = watch(ctl, &opt);
	if (ctl->terminal)
		ctl->calls->keys(ctl->priv, false);
	return ret;
}
