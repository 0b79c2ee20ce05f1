/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Histograms of times, by powers of two, that several CPUs add to.
 */
#ifndef VTD_HIST_H
#define VTD_HIST_H

#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/minmax.h>
#include <linux/types.h>

/*
 * Bucket 0 is of less than 64 ns, bucket i of at least 2^(i + 5) ns and less
 * than twice that; the last has no end.
 */
#define VTD_HIST_BUCKETS 24
#define VTD_HIST_SHIFT 6

/* Places that are looked at for a key. */
#define VTD_HIST_PROBES 16

/**
 * struct vtd_hist - how long something took
 * @ns: in all
 * @max_ns: the longest
 * @bucket: how often, by length
 */
struct vtd_hist {
	atomic64_t ns;
	atomic64_t max_ns;
	atomic64_t bucket[VTD_HIST_BUCKETS];
};

/* What is told of a domain. */
enum {
	VTD_HIST_MAP,
	VTD_HIST_UNMAP,
	VTD_HIST_FLUSH,
	VTD_HISTS,
};

/**
 * struct vtd_hist_slot - the histograms of one key
 * @key: 0 for a free one
 * @hist: by what took the time
 */
struct vtd_hist_slot {
	atomic_t key;
	struct vtd_hist hist[VTD_HISTS];
};

/* Of @nr buckets: the first is of less than 2^@shift ns, the last has no end. */
static inline unsigned int vtd_time_bucket(u64 ns, unsigned int shift,
					   unsigned int nr)
{
	return min_t(unsigned int, fls64(ns >> shift), nr - 1);
}

static inline unsigned int vtd_hist_bucket(u64 ns)
{
	return vtd_time_bucket(ns, VTD_HIST_SHIFT, VTD_HIST_BUCKETS);
}

void vtd_hist_add(struct vtd_hist *hist, u64 ns);
u64 vtd_hist_count(const struct vtd_hist *hist);
struct vtd_hist_slot *vtd_hist_slot(struct vtd_hist_slot *slots,
				    unsigned int nr, u32 key);

#endif /* VTD_HIST_H */
