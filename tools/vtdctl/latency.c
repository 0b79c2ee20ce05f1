// SPDX-License-Identifier: GPL-2.0
/*
 * "vtdctl stats --latency": how long maps, unmaps, flushes and waits took, by
 * powers of two, for a reader or as JSON.
 */
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "vtdctl.h"

#define BUCKETS_MAX 64
#define BAR_MAX 40

/* Bucket i ends at 64 << i ns; the first begins at 0, the last has no end. */
static unsigned long long bucket_end(unsigned int i)
{
	return 64ULL << i;
}

/* The numbers of a list with commas; how many, 0 when it is none. */
static unsigned int buckets_of(const struct vtd_record *rec,
			       unsigned long long *bucket)
{
	const char *at = vtd_record_show(rec, "log2");
	unsigned int nr = 0;
	char *end;

	for (;; at = end + 1) {
		if (nr == BUCKETS_MAX || *at < '0' || *at > '9')
			return 0;
		bucket[nr++] = strtoull(at, &end, 10);
		if (!*end)
			return nr;
		if (*end != ',')
			return 0;
	}
}

/* Powers of two, in a unit that keeps them short. */
static const char *show_end(unsigned long long ns, char *to, size_t size)
{
	if (ns < 1 << 14)
		snprintf(to, size, "%llu ns", ns);
	else if (ns < 1 << 24)
		snprintf(to, size, "%llu us", ns / 1000);
	else
		snprintf(to, size, "%llu ms", ns / 1000000);
	return to;
}

static void show_buckets(struct vtdctl *ctl, const unsigned long long *bucket,
			 unsigned int nr)
{
	static const char bar[] = "########################################";
	unsigned int first = 0, last = nr, i;
	unsigned long long most = 1;
	char from[24], below[24];

	while (first < nr && !bucket[first])
		first++;
	while (last > first && !bucket[last - 1])
		last--;
	for (i = first; i < last; i++)
		most = bucket[i] > most ? bucket[i] : most;
	for (i = first; i < last; i++) {
		unsigned long long share =
			bucket[i] / ((most - 1) / BAR_MAX + 1);

		show_end(i ? bucket_end(i - 1) : 0, from, sizeof(from));
		show_end(bucket_end(i), below, sizeof(below));
		vtd_show_line(ctl->out, "  ", "  ",
			      "%9s %-3s %-8s %10llu%s%.*s", from,
			      i + 1 == nr ? "and" : "to",
			      i + 1 == nr ? "more" : below, bucket[i],
			      share ? " " : "", (int)share, bar);
	}
}

static void show_latency(struct vtdctl *ctl, const struct vtd_record *rec)
{
	static const char *const whats[][2] = { { "wait", "waits" },
						{ "map", "maps" },
						{ "unmap", "unmaps" },
						{ "flush", "flushes" } };
	const char *domain = vtd_record_show(rec, "domain");
	const char *device = vtd_record_show(rec, "device");
	const char *what = vtd_record_show(rec, "what");
	unsigned long long bucket[BUCKETS_MAX];
	char of[96];

	if (!strcmp(domain, "-"))
		snprintf(of, sizeof(of), "%s", vtd_record_show(rec, "unit"));
	else if (!strcmp(domain, "0"))
		snprintf(of, sizeof(of), "other domains");
	else if (!strcmp(device, "-"))
		snprintf(of, sizeof(of), "domain %s", domain);
	else
		snprintf(of, sizeof(of), "%s (domain %s)", device, domain);
	for (size_t i = 0; i < ARRAY_SIZE(whats); i++)
		if (!strcmp(what, whats[i][0]))
			what = whats[i][1];
	vtd_show_line(ctl->out, "", "  ",
		      "%s: %s %s, %s ns on average, %s ns at most", of,
		      vtd_record_show(rec, "count"), what,
		      vtd_record_show(rec, "avg_ns"),
		      vtd_record_show(rec, "max_ns"));
	show_buckets(ctl, bucket, buckets_of(rec, bucket));
}

static void latency_text(struct vtdctl *ctl, const struct vtd_records *recs)
{
	const struct vtd_record *head = vtd_records_first(recs, "latencies");
	bool on = head && !strcmp(vtd_record_show(head, "on"), "yes");
	bool some = false;

	for (size_t i = 0; i < recs->count; i++) {
		if (!vtd_record_is(&recs->list[i], "latency"))
			continue;
		show_latency(ctl, &recs->list[i]);
		some = true;
	}
	if (!on && some)
		vtd_show_line(ctl->out, "", "  ",
			      "latencies are no longer noted");
	else if (!on)
		vtd_show_line(
			ctl->out, "", "  ",
			"latencies are not noted: \"vtdctl stats --latency on\" begins it");
	else if (!some)
		vtd_show_line(ctl->out, "", "  ", "nothing took any time yet");
}

static struct json_object *latency_json_one(const struct vtd_record *rec,
					    const void *data)
{
	static const char *const texts[] = { "unit", "device", "what", NULL };
	static const char *const numbers[] = { "domain", "count", "avg_ns",
					       "max_ns" };
	struct json_object *one = json_object_new_object();
	struct json_object *list = json_object_new_array();
	unsigned long long bucket[BUCKETS_MAX];
	unsigned int nr = buckets_of(rec, bucket);
	int ret = 0;

	(void)data;
	if (!one || !list)
		goto fail;
	ret = vtd_json_texts(one, rec, texts);
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		ret |= vtd_json_number(one, numbers[i],
				       vtd_record_show(rec, numbers[i]));
	for (unsigned int i = 0; i < nr; i++)
		ret |= json_object_array_add(list,
					     json_object_new_uint64(bucket[i]));
	if (ret)
		goto fail;
	if (!vtd_json_add(one, "log2", list))
		return one;
	list = NULL;
fail:
	json_object_put(list);
	json_object_put(one);
	return NULL;
}

static int latency_json(struct vtdctl *ctl, const struct vtd_records *recs)
{
	const struct vtd_record *head = vtd_records_first(recs, "latencies");
	bool on = head && !strcmp(vtd_record_show(head, "on"), "yes");
	struct json_object *top = json_object_new_object();

	if (top && !vtd_json_add(top, "on", json_object_new_boolean(on)) &&
	    !vtd_json_add(top, "latencies",
			  vtd_json_records(recs, "latency", latency_json_one,
					   NULL)))
		return vtd_json_put(ctl, top);
	json_object_put(top);
	return vtd_kernel_error(ctl, "out of memory");
}

/**
 * vtd_stats_latency() - "vtdctl stats --latency [on|off] [--json]"
 * @ctl: what to work with
 * @argc: number of words, "stats" the first
 * @argv: the words; one of them is --latency
 *
 * Return: an exit status.
 */
int vtd_stats_latency(struct vtdctl *ctl, int argc, char *const argv[])
{
	const char *turn = NULL;
	struct vtd_reply reply;
	bool json = false;
	char words[16];
	int ret;

	for (int i = 1; i < argc; i++) {
		bool after = !strcmp(argv[i - 1], "--latency");

		if (!strcmp(argv[i], "--json"))
			json = true;
		else if (after && !turn &&
			 (!strcmp(argv[i], "on") || !strcmp(argv[i], "off")))
			turn = argv[i];
		else if (strcmp(argv[i], "--latency"))
			return vtd_usage_error(
				ctl,
				"stats: --latency takes nothing, on or off, not \"%s\"; try \"vtdctl stats --help\"",
				argv[i]);
	}
	if (turn && json)
		return vtd_usage_error(
			ctl, "stats: --latency %s has nothing to show as JSON",
			turn);
	if (!turn)
		return vtd_show_reply(ctl, "latency", json, latency_text,
				      latency_json);
	snprintf(words, sizeof(words), "latency %s", turn);
	ret = vtd_control(ctl, words, &reply);
	if (!ret)
		vtd_show_line(
			ctl->out, "", "  ", "%s",
			!strcmp(turn, "on") ?
				"latencies are noted from now on: \"vtdctl stats --latency\" shows them" :
				"latencies are no longer noted");
	vtd_reply_free(&reply);
	return ret;
}
