// SPDX-License-Identifier: GPL-2.0
/*
 * Histograms of times, and a table that finds them by a number.
 *
 * Nothing here waits or allocates: whoever took the time adds it, wherever it
 * was.  A number that has a place keeps it until the table is cleared.
 */
#include "hist.h"

/**
 * vtd_hist_add() - something took a time
 * @hist: of what
 * @ns: how long
 *
 * Context: any.
 */
void vtd_hist_add(struct vtd_hist *hist, u64 ns)
{
	s64 max = atomic64_read(&hist->max_ns);

	atomic64_inc(&hist->bucket[vtd_hist_bucket(ns)]);
	atomic64_add(ns, &hist->ns);
	while (ns > (u64)max) {
		s64 seen = atomic64_cmpxchg(&hist->max_ns, max, ns);

		if (seen == max)
			break;
		max = seen;
	}
}

/**
 * vtd_hist_count() - how many times are in a histogram?
 * @hist: the histogram; others may add to it
 *
 * Context: any.
 * Return: how many.
 */
u64 vtd_hist_count(const struct vtd_hist *hist)
{
	unsigned int i;
	u64 sum = 0;

	for (i = 0; i < VTD_HIST_BUCKETS; i++)
		sum += atomic64_read(&hist->bucket[i]);
	return sum;
}

/**
 * vtd_hist_slot() - the histograms of a number, found or begun
 * @slots: the table
 * @nr: places in it, a power of two
 * @key: the number, not 0
 *
 * Context: any.
 * Return: its place; NULL when there is no room for one more.
 */
struct vtd_hist_slot *vtd_hist_slot(struct vtd_hist_slot *slots,
				    unsigned int nr, u32 key)
{
	unsigned int i;

	for (i = 0; i < VTD_HIST_PROBES; i++) {
		struct vtd_hist_slot *slot = &slots[(key + i) & (nr - 1)];
		u32 has = atomic_read(&slot->key);

		if (!has)
			has = atomic_cmpxchg(&slot->key, 0, key);
		/* It was free, and is ours now; or another was faster. */
		if (!has || has == key)
			return slot;
	}
	return NULL;
}
