// SPDX-License-Identifier: GPL-2.0
/*
 * Flush policy: what to invalidate, on which units, after tables changed.
 *
 * Never decides when memory is freed; says only whether the units have
 * forgotten it.  Must never report success while a stale translation can live.
 */
#include <linux/bitops.h>
#include <linux/ktime.h>
#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/rculist.h>

#include "domain.h"
#include "trace.h"

DEFINE_STATIC_KEY_FALSE(vtd_strict_used);

/* Is this too much for one page-selective invalidation (VT-d 6.5.2.3)? */
static __always_inline bool vtd_flush_whole(const struct vtd_domain_unit *du,
					    u64 start, u64 last)
{
	return fls64((start ^ last) >> PAGE_SHIFT) > du->max_order;
}

/*
 * The smallest aligned block of pages that holds @start to @last, as one
 * page-selective invalidation; all of the domain when the unit has no such
 * invalidation or none that large (VT-d 6.5.2.3, CAP.MAMV).
 */
static __always_inline struct vtd_qi_desc
vtd_flush_desc(const struct vtd_domain_unit *du, u64 start, u64 last,
	       bool leaf_only)
{
	int order = fls64((start ^ last) >> PAGE_SHIFT);
	struct vtd_qi_desc desc;

	if (unlikely(vtd_flush_whole(du, start, last)))
		return (struct vtd_qi_desc){ .w = { du->iotlb_all } };
	desc = vtd_qi_iotlb_pages(0, start & ((u64)PAGE_MASK << order), order,
				  leaf_only, 0);
	desc.w[0] = du->iotlb_pages;
	return desc;
}

static noinline int vtd_flush_domain(const struct vtd_domain_unit *du)
{
	struct vtd_qi_desc desc = vtd_flush_desc(du, 0, U64_MAX, false);

	this_cpu_inc(du->counts->all);
	return vtd_qi_submit(&du->unit->qi, &desc, 1);
}

/*
 * The unit has failed, or an entry is between two domains: what it led to is
 * cached under no domain-id of theirs.  Rare, and short: all of the unit is
 * flushed.
 */
static noinline int vtd_flush_unusual(const struct vtd_domain_unit *du, int ret)
{
	const struct vtd_qi_desc desc =
		vtd_qi_iotlb_global(vtd_unit_drain(du->unit));

	if (READ_ONCE(du->unit->between))
		ret = vtd_qi_submit(&du->unit->qi, &desc, 1) ?: ret;
	if (ret)
		vtd_unit_failed(du->unit, "invalidating the IOTLB", ret);
	return ret;
}

/*
 * The unit has answered, and that after the change of the tables: what begins to
 * be between two domains from here on is looked up in them as they are.
 */
static __always_inline int vtd_flush_ended(const struct vtd_domain_unit *du,
					   int ret)
{
	return likely(!(ret | READ_ONCE(du->unit->between))) ?
		       0 :
		       vtd_flush_unusual(du, ret);
}

/*
 * The devices that keep translations, after all units: see vtd_devtlb_flush().
 * Of one that does not answer, its unit has no part.
 */
static noinline int vtd_flush_devices(const struct vtd_domain *d, u64 start,
				      u64 last)
{
	struct vtd_domain_unit *du;
	struct vtd_domain_user *user;
	int ret = 0;

	list_for_each_entry_rcu(du, &d->units, node) {
		list_for_each_entry_rcu(user, &du->caching, caching) {
			int err = vtd_devtlb_flush(
				du->unit, user->devtlb, user->pasid,
				user->whole ? 0 : start,
				user->whole ? U64_MAX : last);

			if (err && err != -ETIME)
				vtd_unit_failed(du->unit,
						"invalidating a device TLB",
						err);
			if (err && !ret)
				ret = err;
		}
	}
	return ret;
}

static __always_inline int vtd_flush_unit(const struct vtd_domain_unit *du,
					  u64 start, u64 last, bool leaf_only)
{
	int ret;

	this_cpu_inc(du->counts->flushes);
	if (unlikely(vtd_flush_whole(du, start, last)))
		ret = vtd_flush_domain(du);
	else
		ret = vtd_qi_submit_one(&du->unit->qi,
					vtd_flush_desc(du, start, last,
						       leaf_only));
	return vtd_flush_ended(du, ret);
}

/*
 * A descriptor is worth its while where it keeps so many pages from being named
 * for nothing: for each descriptor software reads that, finds the device's root
 * and context entry, and walks down to the table of the first page.
 */
#define VTD_COVER_WORTH 8

/*
 * Covers @pages pages from @at on, or with @down those before it, by aligned
 * blocks; @at is a multiple of every power of two up to @pages.  The largest
 * are nearest to @at, and only the last takes in more than it should.
 * Returns how many there are, 0 when there are more than @room.
 */
static unsigned int vtd_cover_side(const struct vtd_domain_unit *du,
				   struct vtd_qi_desc *desc, unsigned int room,
				   u64 at, u64 pages, bool down)
{
	unsigned int nr = 0;

	while (pages) {
		int order = fls64(pages - 1);

		if (nr == room)
			return 0;
		if (nr + 1 < room && (1ULL << order) - pages >= VTD_COVER_WORTH)
			order = fls64(pages) - 1;
		order = min(order, du->max_order);
		if (down)
			at -= 1ULL << order;
		desc[nr] = vtd_qi_iotlb_pages(0, at << PAGE_SHIFT, order, false,
					      0);
		desc[nr++].w[0] = du->iotlb_pages;
		if (!down)
			at += 1ULL << order;
		pages -= min(pages, 1ULL << order);
	}
	return nr;
}

/*
 * The same range in several blocks that name fewer pages than one, around the
 * address that is a multiple of the highest power of two in it.  Returns how
 * many there are, 0 for all of the domain.
 */
static unsigned int vtd_cover(const struct vtd_domain_unit *du,
			      struct vtd_qi_desc *desc, u64 start, u64 last,
			      bool leaf_only)
{
	int order = fls64((start ^ last) >> PAGE_SHIFT);
	u64 first = start >> PAGE_SHIFT, end = (last >> PAGE_SHIFT) + 1;
	unsigned int nr, right, i;
	u64 mid;

	if (du->max_order < 0)
		return 0;
	if (order <= du->max_order &&
	    (1ULL << order) - (end - first) < VTD_COVER_WORTH) {
		desc[0] = vtd_flush_desc(du, start, last, leaf_only);
		return 1;
	}
	mid = (end - 1) >> (order - 1) << (order - 1);
	nr = vtd_cover_side(du, desc, VTD_QI_BATCH / 2, mid, mid - first, true);
	if (!nr)
		return 0;
	right = vtd_cover_side(du, desc + nr, VTD_QI_BATCH - nr, mid, end - mid,
			       false);
	if (!right)
		return 0;
	nr += right;
	for (i = 0; leaf_only && i < nr; i++)
		desc[i].w[1] |= VTD_QI_IOTLB_HI_IH;
	return nr;
}

/*
 * A unit in caching mode is software, which reads the tables for every page that
 * is named: no more than is needed, and still one round trip.
 */
static noinline int vtd_flush_exactly(const struct vtd_domain_unit *du,
				      u64 start, u64 last, bool leaf_only)
{
	struct vtd_qi_desc desc[VTD_QI_BATCH];
	unsigned int nr = vtd_cover(du, desc, start, last, leaf_only);
	int ret;

	this_cpu_inc(du->counts->flushes);
	if (nr)
		ret = vtd_qi_submit(&du->unit->qi, desc, nr);
	else
		ret = vtd_flush_domain(du);
	return vtd_flush_ended(du, ret);
}

static __always_inline int vtd_flush_units(struct vtd_domain *d, u64 start,
					   u64 last, bool leaf_only)
{
	struct vtd_domain_unit *du;
	int ret = 0;

	list_for_each_entry_rcu(du, &d->units, node) {
		int err = vtd_flush_unit(du, start, last, leaf_only);

		if (err && !ret)
			ret = err;
	}
	return ret;
}

/*
 * With devices that keep translations, units in caching mode, or nested domains.  A
 * way of its own, so that the one without is no longer for it.
 */
static noinline int vtd_flush_long_way(struct vtd_domain *d, u64 start,
				       u64 last, bool leaf_only)
{
	struct vtd_domain_unit *du;
	int ret = 0, err;

	rcu_read_lock();
	list_for_each_entry_rcu(du, &d->units, node) {
		/* What is a leaf here may hold a table of the guest's. */
		bool leaf = leaf_only && !du->guest;

		if (vtd_unit_caching_mode(du->unit))
			err = vtd_flush_exactly(du, start, last, leaf);
		else
			err = vtd_flush_unit(du, start, last, leaf);
		if (err && !ret)
			ret = err;
	}
	err = vtd_flush_devices(d, start, last);
	rcu_read_unlock();
	return ret ?: err;
}

static __always_inline int vtd_flush_now(struct vtd_domain *d, u64 start,
					 u64 last, bool leaf_only)
{
	int ret;

	/* Table stores before the invalidation that makes units re-read them. */
	wmb();
	if (unlikely(READ_ONCE(d->long_way)))
		return vtd_flush_long_way(d, start, last, leaf_only);
	rcu_read_lock();
	ret = vtd_flush_units(d, start, last, leaf_only);
	rcu_read_unlock();
	return ret;
}

/* By itself, so that the way without it needs no more registers. */
static noinline int vtd_flush_traced(struct vtd_domain *d, u64 start, u64 last,
				     bool leaf_only)
{
	u64 began = ktime_get_mono_fast_ns();
	int ret = vtd_flush_now(d, start, last, leaf_only);

	trace_vtd_flush(d->number, start, last, leaf_only,
			ktime_get_mono_fast_ns() - began);
	return ret;
}

/**
 * vtd_flush_range() - make every unit forget what a range translated to
 * @d: the domain
 * @start: first byte, an IOVA
 * @last: last byte
 * @leaf_only: no table was taken out, so paging-structure caches may stay
 *
 * Context: any that may spin for the units' answer; does not sleep.
 * Return: 0, or the error of the first unit that failed.  The others have been
 * flushed all the same.
 */
int vtd_flush_range(struct vtd_domain *d, u64 start, u64 last, bool leaf_only)
{
	if (trace_vtd_flush_enabled())
		return vtd_flush_traced(d, start, last, leaf_only);
	return vtd_flush_now(d, start, last, leaf_only);
}

/**
 * vtd_flush_all() - make every unit forget a domain
 * @d: the domain
 *
 * Context: as vtd_flush_range().
 * Return: as vtd_flush_range().
 */
int vtd_flush_all(struct vtd_domain *d)
{
	return vtd_flush_range(d, 0, U64_MAX, false);
}

/**
 * vtd_flush_mapped() - tell the units that need it of new mappings
 * @d: the domain
 * @start: first byte, an IOVA
 * @last: last byte
 *
 * A unit in caching mode may remember that nothing was mapped (VT-d 6.1); one
 * with a write buffer must be made to drain it (6.8).
 *
 * Context: as vtd_flush_range().
 * Return: 0, or the error of the first unit that failed.
 */
int vtd_flush_mapped(struct vtd_domain *d, u64 start, u64 last)
{
	struct vtd_domain_unit *du;
	int ret = 0;

	/* The mapping before the unit is told to look. */
	wmb();
	rcu_read_lock();
	list_for_each_entry_rcu(du, &d->units, node) {
		int err;

		if (vtd_unit_caching_mode(du->unit))
			err = vtd_flush_exactly(du, start, last, false);
		else
			err = vtd_unit_flush_write_buffer(du->unit);
		if (err && !ret)
			ret = err;
	}
	rcu_read_unlock();
	return ret;
}

/**
 * vtd_domain_set_strict() - flush unmaps at once that the core would put off
 * @d: the domain
 * @on: at once; otherwise as the core wants it
 *
 * A domain of type DMA-FQ is lazy: the core frees addresses and pages without a
 * flush, and flushes all of the domain some milliseconds later.  The core does
 * not take that back while a driver is bound; this does.  When it returns 0
 * after @on, nothing that was unmapped before is cached any more, and each unmap
 * is flushed before it ends.
 *
 * Context: may sleep, for some tenths of a second; takes @d->lock.
 * Return: 0, or the error of an invalidation; it is strict all the same.
 */
int vtd_domain_set_strict(struct vtd_domain *d, bool on)
{
	bool is_on;
	int ret = 0;

	mutex_lock(&d->lock);
	is_on = d->strict != VTD_STRICT_OFF;
	if (on == is_on)
		goto unlock;
	if (!on) {
		WRITE_ONCE(d->strict, VTD_STRICT_OFF);
		static_branch_dec(&vtd_strict_used);
		goto unlock;
	}
	static_branch_inc(&vtd_strict_used);
	if (list_empty(&d->units)) {
		WRITE_ONCE(d->strict, VTD_STRICT_ON);
		goto unlock;
	}
	WRITE_ONCE(d->strict, VTD_STRICT_TURNING);
	/* Unmaps that were under way have ended: they do not sleep. */
	synchronize_rcu_tasks();
	WRITE_ONCE(d->strict, VTD_STRICT_ON);
	ret = vtd_flush_all(d);
unlock:
	mutex_unlock(&d->lock);
	return ret;
}
