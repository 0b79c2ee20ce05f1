// SPDX-License-Identifier: GPL-2.0
/*
 * "vtdctl stats": what the units were asked to forget and what it cost, for a
 * reader or as JSON.
 */
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "vtdctl.h"

/* A time in nanoseconds, with a unit that makes it readable. */
static const char *show_ns(const char *text, char *to, size_t size)
{
	char *end;
	unsigned long long ns = strtoull(text, &end, 10);

	if (end == text || *end)
		snprintf(to, size, "%s", text);
	else if (ns < 10000)
		snprintf(to, size, "%llu ns", ns);
	else if (ns < 10000000)
		snprintf(to, size, "%llu us", ns / 1000);
	else
		snprintf(to, size, "%llu ms", ns / 1000000);
	return to;
}

/* Is any of some counts other than 0? */
static bool used(const struct vtd_record *rec, const char *const *keys,
		 size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		if (strtoull(vtd_record_show(rec, keys[i]), NULL, 10))
			return true;
	return false;
}

/* What only units in scalable mode, and devices with a TLB, are asked for. */
static const char *const by_pasid[] = { "piotlb_page", "piotlb_pasid",
					"pasid_cache_one", "pasid_cache_domain",
					"pasid_cache_global" };
static const char *const by_device[] = { "devtlb", "devtlb_pasid",
					 "page_response" };

static void show_unit(struct vtdctl *ctl, const struct vtd_record *rec)
{
	char avg[32], max[32];

	vtd_show_line(ctl->out, "", "  ",
		      "%s: %s invalidations in %s round trips",
		      vtd_record_show(rec, "unit"),
		      vtd_record_show(rec, "submissions"),
		      vtd_record_show(rec, "waits"));
	vtd_show_line(ctl->out, "  ", "              ",
		      "IOTLB       page %s, domain %s, global %s",
		      vtd_record_show(rec, "iotlb_page"),
		      vtd_record_show(rec, "iotlb_domain"),
		      vtd_record_show(rec, "iotlb_global"));
	if (used(rec, by_pasid, ARRAY_SIZE(by_pasid)))
		vtd_show_line(
			ctl->out, "  ", "              ",
			"by PASID    IOTLB page %s, all %s; cache one %s, domain %s, global %s",
			vtd_record_show(rec, "piotlb_page"),
			vtd_record_show(rec, "piotlb_pasid"),
			vtd_record_show(rec, "pasid_cache_one"),
			vtd_record_show(rec, "pasid_cache_domain"),
			vtd_record_show(rec, "pasid_cache_global"));
	if (used(rec, by_device, ARRAY_SIZE(by_device)))
		vtd_show_line(
			ctl->out, "  ", "              ",
			"devices     TLB %s, of a PASID %s, page responses %s",
			vtd_record_show(rec, "devtlb"),
			vtd_record_show(rec, "devtlb_pasid"),
			vtd_record_show(rec, "page_response"));
	vtd_show_line(ctl->out, "  ", "              ",
		      "context     device %s, domain %s, global %s",
		      vtd_record_show(rec, "context_device"),
		      vtd_record_show(rec, "context_domain"),
		      vtd_record_show(rec, "context_global"));
	vtd_show_line(ctl->out, "  ", "              ",
		      "interrupts  index %s, global %s",
		      vtd_record_show(rec, "interrupt_index"),
		      vtd_record_show(rec, "interrupt_global"));
	vtd_show_line(ctl->out, "  ", "              ",
		      "waited      %s on average, %s at most, %s slow",
		      show_ns(vtd_record_show(rec, "avg_ns"), avg, sizeof(avg)),
		      show_ns(vtd_record_show(rec, "max_ns"), max, sizeof(max)),
		      vtd_record_show(rec, "slow"));
	vtd_show_line(ctl->out, "  ", "              ",
		      "errors      %s, refused %s, retries %s; faults %s",
		      vtd_record_show(rec, "errors"),
		      vtd_record_show(rec, "refused"),
		      vtd_record_show(rec, "retries"),
		      vtd_record_show(rec, "faults"));
}

static void show_requests(struct vtdctl *ctl, const struct vtd_record *rec)
{
	char max[32];

	vtd_show_line(
		ctl->out, "", "  ",
		"%s: %s page requests, %s responses, %s of them not with success",
		vtd_record_show(rec, "unit"), vtd_record_show(rec, "taken"),
		vtd_record_show(rec, "responses"),
		vtd_record_show(rec, "failed"));
	vtd_show_line(
		ctl->out, "  ", "              ",
		"refused     %s; overflows %s; answered within %s at most",
		vtd_record_show(rec, "refused"),
		vtd_record_show(rec, "overflows"),
		show_ns(vtd_record_show(rec, "max_ns"), max, sizeof(max)));
}

static void show_device(struct vtdctl *ctl, const struct vtd_record *rec)
{
	vtd_show_line(
		ctl->out, "", "  ", "%-12s %-6s %5s %-9s %-6s %9s %9s %8s %8s",
		vtd_record_show(rec, "device"), vtd_record_show(rec, "unit"),
		vtd_record_show(rec, "group"), vtd_record_show(rec, "domain"),
		vtd_record_show(rec, "unmaps"), vtd_record_show(rec, "flushes"),
		vtd_record_show(rec, "page"), vtd_record_show(rec, "all"),
		vtd_record_show(rec, "queue"));
}

static void stats_text(struct vtdctl *ctl, const struct vtd_records *recs)
{
	bool header = false;

	for (size_t i = 0; i < recs->count; i++) {
		if (vtd_record_is(&recs->list[i], "queue"))
			show_unit(ctl, &recs->list[i]);
		else if (vtd_record_is(&recs->list[i], "requests"))
			show_requests(ctl, &recs->list[i]);
	}
	for (size_t i = 0; i < recs->count; i++) {
		if (!vtd_record_is(&recs->list[i], "cost"))
			continue;
		if (!header)
			vtd_show_line(
				ctl->out, "", "  ",
				"%-12s %-6s %5s %-9s %-6s %9s %9s %8s %8s",
				"DEVICE", "UNIT", "GROUP", "TYPE", "UNMAPS",
				"FLUSHES", "PAGE", "ALL", "QUEUE");
		header = true;
		show_device(ctl, &recs->list[i]);
	}
}

static bool is_text(const char *key)
{
	static const char *const texts[] = { "unit", "device", "domain",
					     "unmaps" };

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		if (!strcmp(key, texts[i]))
			return true;
	return false;
}

/* All that a record says, as it says it: later keys are passed on, too. */
static struct json_object *record_json(const struct vtd_record *rec,
				       const void *data)
{
	struct json_object *one = json_object_new_object();
	int ret = 0;

	(void)data;
	for (unsigned int i = 0; one && i < rec->pairs; i++)
		ret |= is_text(rec->key[i]) ?
			       vtd_json_text(one, rec->key[i], rec->val[i]) :
			       vtd_json_number(one, rec->key[i], rec->val[i]);
	if (!ret)
		return one;
	json_object_put(one);
	return NULL;
}

static int stats_json(struct vtdctl *ctl, const struct vtd_records *recs)
{
	struct json_object *top = json_object_new_object();

	if (top &&
	    !vtd_json_add(top, "units",
			  vtd_json_records(recs, "queue", record_json, NULL)) &&
	    !vtd_json_add(top, "page_requests",
			  vtd_json_records(recs, "requests", record_json,
					   NULL)) &&
	    !vtd_json_add(top, "devices",
			  vtd_json_records(recs, "cost", record_json, NULL)))
		return vtd_json_put(ctl, top);
	json_object_put(top);
	return vtd_kernel_error(ctl, "out of memory");
}

/* Takes the words apart: perhaps a device, perhaps --json. */
static int stats_words(struct vtdctl *ctl, int argc, char *const argv[],
		       char words[8 + VTD_BDF_LEN], bool *json)
{
	const char *device = NULL;
	char name[VTD_BDF_LEN];
	int ret;

	*json = false;
	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--json"))
			*json = true;
		else if (device || argv[i][0] == '-')
			return vtd_usage_error(
				ctl,
				"stats: argument \"%s\" is unknown, try \"vtdctl stats --help\"",
				argv[i]);
		else
			device = argv[i];
	}
	if (!device) {
		snprintf(words, 8 + VTD_BDF_LEN, "stats");
		return VTD_EXIT_OK;
	}
	ret = vtd_device_word(ctl, argv[0], device, name);
	if (!ret)
		snprintf(words, 8 + VTD_BDF_LEN, "stats %s", name);
	return ret;
}

/**
 * vtd_cmd_stats() - "vtdctl stats [BDF | --latency [on|off]] [--json]"
 * @ctl: what to work with
 * @argc: number of words
 * @argv: the words
 *
 * Return: an exit status.
 */
int vtd_cmd_stats(struct vtdctl *ctl, int argc, char *const argv[])
{
	char words[8 + VTD_BDF_LEN];
	bool json;
	int ret;

	for (int i = 1; i < argc; i++)
		if (!strcmp(argv[i], "--latency"))
			return vtd_stats_latency(ctl, argc, argv);
	ret = stats_words(ctl, argc, argv, words, &json);
	return ret ?: vtd_show_reply(ctl, words, json, stats_text, stats_json);
}
