// SPDX-License-Identifier: GPL-2.0
/*
 * Domains and the flush policy on the software unit: attach and detach, widths,
 * domain-ids, every range, every way a flush can fail.
 *
 * SRCS: dmar/qi.c dmar/context.c dmar/unit.c dmar/domain.c dmar/flush.c
 * SRCS: dmar/pgtable.c dmar/identity.c dmar/reply.c kunit/model/model.c
 * SRCS: kunit/model/memory.c kunit/model/regs.c kunit/model/fault.c
 * SRCS: kunit/model/walk.c kunit/model/cache.c kunit/model/queue.c
 * SRCS: kunit/model/device.c kunit/model/check.c kunit/model/quiescent.c
 * SRCS: kunit/model/intr.c kunit/model/check_intr.c
 * SRCS: selftests/native/model_fixture.c selftests/native/rig.c
 * CFLAGS: -DVTD_OBSERVER
 */
#include <linux/kernel.h>
#include <linux/ktime.h>

#include "rig.h"

static const u16 sid_a[] = { RIG_SID }, sid_b[] = { 0x0200 };

static struct vtd_domain *alloc(unsigned int unit)
{
	struct vtd_domain *d = vtd_domain_alloc(&rig.unit[unit]);

	assert_false(IS_ERR(d));
	return d;
}

static void attach(struct vtd_domain *d, unsigned int unit, const u16 *sid)
{
	assert_int_equal(vtd_domain_attach(d, &rig.unit[unit], sid, 1), 0);
}

static int block(unsigned int unit, const u16 *sid)
{
	struct vtd_context_entry none = {};

	return vtd_context_set(&rig.unit[unit], sid, 1, &none);
}

/* As vtd_device_leave_domain() does it. */
static int detach(struct vtd_domain *d, unsigned int unit, const u16 *sid)
{
	int ret = block(unit, sid);

	vtd_domain_detach(d, &rig.unit[unit], !ret);
	return ret;
}

static unsigned int ask(u64 addr, u64 *phys)
{
	return rig_ask(0, RIG_SID, addr, VTD_MODEL_WRITE, phys);
}

static void assert_at(u64 addr, u64 phys)
{
	u64 at;

	assert_int_equal(ask(addr, &at), 0);
	assert_true(at == phys);
}

static const struct {
	u64 cap;
	u64 ecap;
	unsigned int latency;
	const char *name;
} kinds[] = {
	{ 0, VTDM_ECAP_C, 0, "coherent" },
	{ 0, 0, 0, "not coherent" },
	{ VTDM_CAP_CM, VTDM_ECAP_C, 0, "caching mode" },
	{ VTDM_CAP_CM, 0, 5, "caching mode, not coherent, slow" },
	{ VTDM_CAP_RWBF, VTDM_ECAP_C, 3, "write buffer" },
	{ VTDM_CAP_RWBF, 0, 0, "write buffer, not coherent" },
};

static void start_kind(unsigned int i)
{
	rig_start();
	rig_add(FIX_CAP | kinds[i].cap,
		(FIX_ECAP & ~VTDM_ECAP_C) | kinds[i].ecap, VTD_MODEL_EAGER, 3,
		kinds[i].latency);
}

static void test_life(void **state)
{
	struct vtd_domain *d;

	start_kind(fix_arg(state));
	d = alloc(0);
	assert_int_equal(rig_map(d, 0x10000, 0x5000000, SZ_4K, 4, RIG_RW), 0);
	attach(d, 0, sid_a);
	assert_at(0x10123, 0x5000123);
	assert_int_equal(ask(0x20000, NULL), 5);
	fix_assert_good();
	/* mapped while the device looked at it and found nothing */
	assert_int_equal(rig_map(d, 0x20000, 0x6000000, SZ_4K, 1, RIG_RW), 0);
	assert_at(0x20000, 0x6000000);
	fix_assert_good();
	assert_int_equal(rig_unmap(d, 0x10000, SZ_4K, 4), 0x4000);
	assert_int_equal(ask(0x10123, NULL), 5);
	fix_assert_good();
	/* the same address, another page */
	assert_int_equal(rig_map(d, 0x10000, 0x7000000, SZ_4K, 1, RIG_RW), 0);
	assert_at(0x10000, 0x7000000);
	assert_int_equal(detach(d, 0, sid_a), 0);
	assert_int_equal(ask(0x10000, NULL), 2);
	fix_assert_good();
	vtd_domain_free(d);
	rig_stop();
}

/* C46: in caching mode each new mapping is told; otherwise none is. */
static void test_sync_map(void **state)
{
	struct vtd_domain *d;
	u64 before;

	start_kind(fix_arg(state));
	d = alloc(0);
	assert_false(d->sync_map);
	attach(d, 0, sid_a);
	assert_int_equal(d->sync_map, fix_arg(state) >= 2);
	before = vtd_model_stats(rig.model[0]).iotlbs;
	assert_int_equal(ask(0x10000, NULL), 5);
	assert_int_equal(ask(0x40000000, NULL), 5);
	assert_int_equal(rig_map(d, 0x10000, SZ_1G, SZ_4K, 3, RIG_RW), 0);
	assert_int_equal(rig_map(d, 0x40000000, SZ_1G, SZ_2M, 2, RIG_RW), 0);
	assert_at(0x10000, SZ_1G);
	assert_at(0x40000000, SZ_1G);
	assert_int_equal(
		vtd_model_stats(rig.model[0]).iotlbs,
		before + (kinds[fix_arg(state)].cap & VTDM_CAP_CM ? 2 : 0));
	fix_assert_good();
	assert_int_equal(detach(d, 0, sid_a), 0);
	vtd_domain_free(d);
	rig_stop();
}

/* C27: every width of tables on every unit that can, or cannot, walk them. */
static void test_widths(void **state)
{
	unsigned int sagaw = fix_arg(state) & 0xff;
	unsigned int maker = fix_arg(state) >> 8;
	static const unsigned int mgaw[] = { 39, 48, 57, 44 };
	unsigned int i;

	for (i = 0; i < 4; i++) {
		const u64 cap = FIX_CAP & ~0x3f1f00ULL;
		struct vtd_domain *d;
		bool can;
		int ret;

		rig_start();
		rig_add(cap | VTDM_CAP_SAGAW(maker) | VTDM_CAP_MGAW(48),
			FIX_ECAP, VTD_MODEL_EAGER, 1, 0);
		rig_add(cap | VTDM_CAP_SAGAW(sagaw) | VTDM_CAP_MGAW(mgaw[i]),
			FIX_ECAP, VTD_MODEL_EAGER, 1, 0);
		d = alloc(0);
		can = sagaw >> (d->pt.levels - 2) & 1 &&
		      d->pt.last_iova < 1ULL << mgaw[i];
		ret = vtd_domain_attach(d, &rig.unit[1], sid_a, 1);
		assert_int_equal(ret, can ? 0 : -EINVAL);
		if (can) {
			u64 top = d->pt.last_iova & ~0xfffULL, at;

			assert_int_equal(
				rig_map(d, top, SZ_1G, SZ_4K, 1, RIG_RW), 0);
			assert_int_equal(rig_ask(1, RIG_SID, top + 0xfff,
						 VTD_MODEL_READ, &at),
					 0);
			assert_true(at == SZ_1G + 0xfff);
			assert_int_equal(
				rig_ask(1, RIG_SID, top + 0x1000,
					VTD_MODEL_READ, NULL),
				(top + 0x1000) >> mgaw[i] ||
						(top + 0x1000) >>
							(12 +
							 9 * d->pt.levels) ?
					4 :
					6);
			assert_int_equal(detach(d, 1, sid_a), 0);
		}
		assert_int_equal(rig_map(d, d->pt.last_iova + 1, SZ_1G, SZ_4K,
					 1, RIG_RW),
				 -ERANGE);
		vtd_domain_free(d);
		rig_stop();
	}
}

static const struct {
	u64 cap, cap2;
	u64 ecap, ecap2;
	bool snoop;
	int ret;
	const char *name;
} suits[] = {
	{ 0, 0, 0, 0, false, 0, "alike" },
	{ 0, 0, VTDM_ECAP_C, 0, false, -EINVAL,
	  "coherent tables, a unit that does not snoop" },
	{ 0, 0, 0, VTDM_ECAP_C, false, 0,
	  "tables written back, a unit that snoops" },
	{ 0, 2ULL << 34, 0, 0, false, -EINVAL, "1 GiB pages, a unit without" },
	{ 0, 1ULL << 34, 0, 0, false, -EINVAL, "2 MiB pages, a unit without" },
	{ 3ULL << 34, 0, 0, 0, false, 0, "4 KiB pages, a unit with more" },
	{ 0, 0, VTDM_ECAP_SC, 0, true, -EINVAL,
	  "snooping enforced, a unit that cannot" },
	{ 0, 0, VTDM_ECAP_SC, VTDM_ECAP_SC, true, 0,
	  "snooping enforced, a unit that can" },
};

static void test_suits(void **state)
{
	unsigned int i = fix_arg(state);
	u64 ecap = FIX_ECAP & ~(VTDM_ECAP_C | VTDM_ECAP_SC);
	struct vtd_domain *d;

	rig_start();
	rig_add(FIX_CAP & ~suits[i].cap, ecap | suits[i].ecap, VTD_MODEL_EAGER,
		1, 0);
	rig_add(FIX_CAP & ~suits[i].cap2, ecap | suits[i].ecap2,
		VTD_MODEL_EAGER, 1, 0);
	d = alloc(0);
	attach(d, 0, sid_a);
	if (suits[i].snoop)
		assert_true(vtd_domain_enforce_snoop(d));
	assert_int_equal(rig_map(d, 0, SZ_1G, SZ_4K, 9, RIG_RW), 0);
	assert_int_equal(vtd_domain_attach(d, &rig.unit[1], sid_b, 1),
			 suits[i].ret);
	if (!suits[i].ret) {
		assert_int_equal(rig_ask(1, 0x0200, 0, VTD_MODEL_READ, NULL),
				 0);
		assert_int_equal(detach(d, 1, sid_b), 0);
	}
	assert_int_equal(detach(d, 0, sid_a), 0);
	vtd_domain_free(d);
	rig_stop();
}

/* L6: not after something was mapped without it, and not on any unit without. */
static void test_snoop(void **state)
{
	struct vtd_domain *d;

	rig_start();
	rig_add(FIX_CAP, FIX_ECAP, VTD_MODEL_EAGER, 1, 0);
	rig_add(FIX_CAP, FIX_ECAP & ~VTDM_ECAP_SC, VTD_MODEL_EAGER, 1, 0);
	d = alloc(0);
	assert_false(vtd_domain_enforce_snoop(d));
	attach(d, 0, sid_a);
	if (fix_arg(state) == 1)
		assert_int_equal(rig_map(d, 0, SZ_1G, SZ_4K, 1, RIG_RW), 0);
	if (fix_arg(state) == 2)
		attach(d, 1, sid_b);
	assert_int_equal(vtd_domain_enforce_snoop(d), fix_arg(state) == 0);
	assert_int_equal(rig_map(d, 0x5000, SZ_1G, SZ_4K, 1, RIG_RW), 0);
	if (fix_arg(state) == 0)
		assert_true(vtd_domain_enforce_snoop(d));
	if (fix_arg(state) == 2)
		assert_int_equal(detach(d, 1, sid_b), 0);
	assert_int_equal(detach(d, 0, sid_a), 0);
	vtd_domain_free(d);
	rig_stop();
}

static void test_exhausted(void **state)
{
	unsigned int nd = fix_arg(state);
	unsigned int nr = (1 << (4 + 2 * nd)) - 2, i;
	struct vtd_domain *d[256];
	u16 did, last = 0;

	rig_start();
	rig_add((FIX_CAP & ~7ULL) | nd, FIX_ECAP, VTD_MODEL_EAGER, 1, 0);
	for (i = 0; i <= nr; i++) {
		u16 sid = 0x0100 + i;
		int ret;

		d[i] = alloc(0);
		ret = vtd_domain_attach(d[i], &rig.unit[0], &sid, 1);
		assert_int_equal(ret, i < nr ? 0 : -ENOSPC);
	}
	assert_int_equal(atomic_read(&rig.unit[0].nr_did_used), nr);
	/* one goes, and its id serves the next */
	last = 0x0100 + nr;
	did = 0x0105;
	assert_int_equal(rig_map(d[5], 0, SZ_1G, SZ_4K, 2, RIG_RW), 0);
	assert_int_equal(rig_ask(0, did, 0, VTD_MODEL_READ, NULL), 0);
	assert_int_equal(detach(d[5], 0, &did), 0);
	assert_int_equal(vtd_domain_attach(d[nr], &rig.unit[0], &last, 1), 0);
	assert_int_equal(rig_ask(0, last, 0, VTD_MODEL_READ, NULL), 6);
	fix_assert_good();
	for (i = 0; i <= nr; i++) {
		u16 sid = 0x0100 + i;

		if (i != 5)
			assert_int_equal(detach(d[i], 0, &sid), 0);
		vtd_domain_free(d[i]);
	}
	assert_int_equal(atomic_read(&rig.unit[0].nr_did_used), 0);
	rig_stop();
}

static void test_did_shared(void **state)
{
	struct vtd_domain *d;

	start_kind(0);
	d = alloc(0);
	attach(d, 0, sid_a);
	attach(d, 0, sid_b);
	assert_int_equal(atomic_read(&rig.unit[0].nr_did_used), 1);
	assert_int_equal(detach(d, 0, sid_a), 0);
	assert_int_equal(atomic_read(&rig.unit[0].nr_did_used), 1);
	assert_int_equal(rig_map(d, 0, SZ_1G, SZ_4K, 2, RIG_RW), 0);
	assert_int_equal(rig_ask(0, 0x0200, 0, VTD_MODEL_READ, NULL), 0);
	assert_int_equal(rig_unmap(d, 0, SZ_4K, 2), SZ_8K);
	fix_assert_good();
	assert_int_equal(detach(d, 0, sid_b), 0);
	assert_int_equal(atomic_read(&rig.unit[0].nr_did_used), 0);
	vtd_domain_free(d);
	rig_stop();
}

static void test_two_units(void **state)
{
	struct vtd_domain *d;
	u64 at;

	rig_start();
	rig_add(FIX_CAP, FIX_ECAP, VTD_MODEL_EAGER, 1, 0);
	rig_add(FIX_CAP | VTDM_CAP_CM, FIX_ECAP, VTD_MODEL_EAGER, 1, 4);
	rig_add(FIX_CAP & ~VTDM_CAP_PSI, FIX_ECAP, VTD_MODEL_EAGER, 1, 0);
	d = alloc(0);
	attach(d, 0, sid_a);
	attach(d, 1, sid_a);
	attach(d, 2, sid_b);
	assert_int_equal(rig_map(d, 0x200000, SZ_1G, SZ_4K, 512, RIG_RW), 0);
	assert_int_equal(rig_ask(0, RIG_SID, 0x200000, VTD_MODEL_READ, &at), 0);
	assert_int_equal(rig_ask(1, RIG_SID, 0x3ff000, VTD_MODEL_READ, &at), 0);
	assert_int_equal(rig_ask(2, 0x0200, 0x3ff000, VTD_MODEL_READ, &at), 0);
	assert_int_equal(rig_unmap(d, 0x200000, SZ_4K, 512), SZ_2M);
	assert_int_equal(rig_ask(0, RIG_SID, 0x200000, VTD_MODEL_READ, &at), 6);
	assert_int_equal(rig_ask(1, RIG_SID, 0x3ff000, VTD_MODEL_READ, &at), 6);
	assert_int_equal(rig_ask(2, 0x0200, 0x3ff000, VTD_MODEL_READ, &at), 6);
	fix_assert_good();
	assert_int_equal(detach(d, 1, sid_a), 0);
	assert_int_equal(detach(d, 2, sid_b), 0);
	assert_int_equal(detach(d, 0, sid_a), 0);
	vtd_domain_free(d);
	rig_stop();
}

/* From one domain to the next, as vtd_device_set_domain() does it. */
static void test_replace(void **state)
{
	struct vtd_domain *a, *b;
	unsigned int round;

	start_kind(fix_arg(state));
	a = alloc(0);
	b = alloc(0);
	assert_int_equal(rig_map(a, 0, SZ_1G, SZ_4K, 2, RIG_RW), 0);
	assert_int_equal(rig_map(b, 0, 2 * SZ_1G, SZ_4K, 2, RIG_RW), 0);
	attach(a, 0, sid_a);
	for (round = 0; round < 4; round++) {
		assert_at(0, SZ_1G);
		attach(b, 0, sid_a);
		vtd_domain_detach(a, &rig.unit[0], true);
		assert_at(0, 2 * SZ_1G);
		fix_assert_good();
		attach(a, 0, sid_a);
		vtd_domain_detach(b, &rig.unit[0], true);
	}
	assert_int_equal(detach(a, 0, sid_a), 0);
	vtd_domain_free(a);
	vtd_domain_free(b);
	rig_stop();
}

/*
 * L5/C45: at no moment in which hardware can translate with a domain may a
 * flush of it miss the unit.  A flush is run at every turn of every polling
 * loop of an attach and of a detach: whatever is cached must be gone after it.
 */
static struct {
	struct vtd_domain *d;
	bool inside;
	unsigned int flushes;
} watch;

static void watch_flush(void)
{
	u64 at;

	if (watch.inside)
		return;
	watch.inside = true;
	/* whoever could translate does, then the page is taken away */
	if (!rig_ask(0, RIG_SID, 0x10000, VTD_MODEL_READ, &at)) {
		assert_int_equal(rig_unmap(watch.d, 0x10000, SZ_4K, 1), SZ_4K);
		assert_int_not_equal(
			rig_ask(0, RIG_SID, 0x10000, VTD_MODEL_READ, &at), 0);
		assert_int_equal(
			rig_map(watch.d, 0x10000, SZ_1G, SZ_4K, 1, RIG_RW), 0);
		watch.flushes++;
	}
	watch.inside = false;
}

static void watch_relax(void)
{
	watch_flush();
	vtd_model_tick();
}

static void test_no_flush_misses(void **state)
{
	unsigned int round;

	rig_start();
	rig_add(FIX_CAP | (fix_arg(state) ? VTDM_CAP_CM : 0), FIX_ECAP,
		VTD_MODEL_EAGER, 1, 3);
	watch.d = alloc(0);
	watch.flushes = 0;
	assert_int_equal(rig_map(watch.d, 0x10000, SZ_1G, SZ_4K, 1, RIG_RW), 0);
	for (round = 0; round < 20; round++) {
		fix_relax(watch_relax);
		attach(watch.d, 0, sid_a);
		watch_flush();
		assert_int_equal(detach(watch.d, 0, sid_a), 0);
		fix_relax(NULL);
		vtd_model_check_quiescent();
	}
	assert_true(watch.flushes >= 20);
	assert_int_equal(fix_broken(), 0);
	vtd_domain_free(watch.d);
	rig_stop();
}

/* C21: no range may leave one of its pages cached. */
static void test_ranges(void **state)
{
	unsigned int first = fix_arg(state), start, pages;
	struct vtd_domain *d;
	u64 i;

	rig_start();
	rig_add(FIX_CAP, FIX_ECAP, 0, 1, 0);
	d = alloc(0);
	attach(d, 0, sid_a);
	assert_int_equal(rig_map(d, 0, SZ_1G, SZ_4K, 128, RIG_RW), 0);
	for (start = first; start < 64; start += 4) {
		for (pages = 1; pages <= 64; pages++) {
			u64 from = (u64)start << 12;
			u64 last = from + ((u64)pages << 12) - 1;

			for (i = 0; i < pages; i += 1 + pages / 8)
				ask(from + (i << 12), NULL);
			ask(last, NULL);
			assert_int_equal(vtd_flush_range(d, from, last, true),
					 0);
			for (i = 0; i < pages; i += 1 + pages / 8) {
				struct vtd_model_result r;

				vtd_model_translate(rig.model[0], RIG_SID,
						    from + (i << 12),
						    VTD_MODEL_READ, &r);
				assert_false(r.cached);
			}
		}
	}
	assert_int_equal(detach(d, 0, sid_a), 0);
	vtd_domain_free(d);
	rig_stop();
}

/* The descriptors of all ranges, each looked at in the ring (6.5.2.3). */
static struct vtd_qi_desc last_descriptor(void)
{
	struct vtd_qi *qi = &rig.unit[0].qi;

	return qi->ring[(qi->tail - 2) & (qi->slots - 1)];
}

static void assert_covers(u64 first, u64 last, unsigned int mamv)
{
	struct vtd_qi_desc desc = last_descriptor();
	unsigned int am = desc.w[1] & 0x3f;
	u64 addr = desc.w[1] & ~0xfffULL;

	if ((desc.w[0] & 0x3f) == 0x22)
		return;
	assert_int_equal(desc.w[0] & 0x3f, 0x32);
	assert_true(am <= mamv);
	assert_true(!(addr & ((0x1000ULL << am) - 1)));
	assert_true(addr <= first);
	assert_true(addr + (0x1000ULL << am) - 1 >= last);
}

static void test_descriptors(void **state)
{
	struct vtd_domain *d;
	u64 seed = 5;
	unsigned int i, start, pages;

	rig_start();
	rig_add(FIX_CAP, FIX_ECAP, 0, 1, 0);
	d = alloc(0);
	attach(d, 0, sid_a);
	for (start = 0; start < 128; start++) {
		for (pages = 1; pages < 128; pages++) {
			u64 first = (u64)(start + fix_arg(state)) << 12;
			u64 last = first + ((u64)pages << 12) - 1;

			vtd_flush_range(d, first, last, false);
			assert_covers(first, last, 18);
		}
	}
	for (i = 0; i < 3000; i++) {
		u64 first = vtd_rand(&seed) >> (16 + vtd_rand(&seed) % 36);
		u64 bytes = vtd_rand(&seed) >> (20 + vtd_rand(&seed) % 32);

		first &= ~0xfffULL;
		vtd_flush_range(d, first, first + (bytes | 0xfff), false);
		assert_covers(first, first + (bytes | 0xfff), 18);
	}
	assert_int_equal(detach(d, 0, sid_a), 0);
	vtd_domain_free(d);
	rig_stop();
}

/* C22: what is more than MAMV allows falls back to the domain. */
static void test_mamv(void **state)
{
	unsigned int mamv = fix_arg(state), order;
	struct vtd_domain *d;

	rig_start();
	rig_add((FIX_CAP & ~(0x3fULL << 48)) | VTDM_CAP_MAMV(mamv), FIX_ECAP,
		VTD_MODEL_EAGER, 1, 0);
	d = alloc(0);
	attach(d, 0, sid_a);
	for (order = 0; order <= 36; order++) {
		struct vtd_qi_desc desc;

		assert_int_equal(vtd_flush_range(d, 0, (4096ULL << order) - 1,
						 false),
				 0);
		desc = last_descriptor();
		assert_int_equal(desc.w[0] & 0x3f, order <= mamv ? 0x32 : 0x22);
	}
	assert_int_equal(vtd_flush_range(d, 0, ~0ULL, false), 0);
	assert_int_equal(last_descriptor().w[0] & 0x3f,
			 mamv < 52 ? 0x22 : 0x32);
	assert_int_equal(detach(d, 0, sid_a), 0);
	vtd_domain_free(d);
	rig_stop();
}

static void test_no_psi(void **state)
{
	struct vtd_domain *d;

	rig_start();
	rig_add(FIX_CAP & ~VTDM_CAP_PSI, FIX_ECAP, VTD_MODEL_EAGER, 1, 0);
	d = alloc(0);
	attach(d, 0, sid_a);
	assert_int_equal(rig_map(d, 0, SZ_1G, SZ_4K, 512, RIG_RW), 0);
	assert_at(0x5000, SZ_1G + 0x5000);
	assert_int_equal(rig_unmap(d, 0x5000, SZ_4K, 1), SZ_4K);
	assert_int_equal(ask(0x5000, NULL), 5);
	fix_assert_good();
	assert_int_equal(detach(d, 0, sid_a), 0);
	vtd_domain_free(d);
	rig_stop();
}

/* Drain bits only where the unit has them. */
static void test_drain(void **state)
{
	u64 cap = fix_arg(state) & 1 ? VTDM_CAP_DWD : 0;
	struct vtd_domain *d;

	cap |= fix_arg(state) & 2 ? VTDM_CAP_DRD : 0;
	rig_start();
	rig_add((FIX_CAP & ~(VTDM_CAP_DWD | VTDM_CAP_DRD)) | cap, FIX_ECAP, 0,
		1, 0);
	d = alloc(0);
	attach(d, 0, sid_a);
	assert_int_equal(vtd_flush_range(d, 0, 0xfff, true), 0);
	assert_int_equal(last_descriptor().w[0] & 0xc0, fix_arg(state) << 6);
	assert_int_equal(vtd_flush_all(d), 0);
	assert_int_equal(last_descriptor().w[0] & 0xc0, fix_arg(state) << 6);
	assert_int_equal(detach(d, 0, sid_a), 0);
	vtd_domain_free(d);
	rig_stop();
}

/* C17: tables that were taken out go only after a flush with IH clear. */
static void test_hint(void **state)
{
	struct vtd_domain *d;
	long tables;

	start_kind(fix_arg(state));
	d = alloc(0);
	attach(d, 0, sid_a);
	assert_int_equal(rig_map(d, 0, SZ_1G, SZ_4K, 1024, RIG_RW), 0);
	assert_at(0x5000, SZ_1G + 0x5000);
	tables = vtd_shim_live_tables();
	/* leaves only */
	assert_int_equal(rig_unmap(d, 0x5000, SZ_4K, 1), SZ_4K);
	assert_int_equal(last_descriptor().w[1] & 0x40, 0x40);
	assert_int_equal(vtd_shim_live_tables(), tables);
	assert_int_equal(rig_map(d, 0x5000, SZ_1G, SZ_4K, 1, RIG_RW), 0);
	/* a table goes */
	assert_int_equal(rig_unmap(d, 0, SZ_4K, 512), SZ_2M);
	assert_int_equal(last_descriptor().w[1] & 0x40, 0);
	assert_int_equal(vtd_shim_live_tables(), tables - 1);
	fix_assert_good();
	assert_int_equal(detach(d, 0, sid_a), 0);
	vtd_domain_free(d);
	rig_stop();
}

/* C18: a superpage in the place of a table that was emptied. */
static void test_superpage_over_table(void **state)
{
	size_t size = fix_arg(state) & 8 ? SZ_1G : SZ_2M;
	struct vtd_domain *d;
	unsigned int i;

	start_kind(fix_arg(state) & 7);
	d = alloc(0);
	attach(d, 0, sid_a);
	assert_int_equal(rig_map(d, size, SZ_1G, SZ_4K, 512, RIG_RW), 0);
	assert_at(size + 0x7000, SZ_1G + 0x7000);
	for (i = 0; i < 512; i++)
		assert_int_equal(rig_unmap(d, size + i * SZ_4K, SZ_4K, 1),
				 SZ_4K);
	assert_int_equal(rig_map(d, size, 4 * SZ_1G, size, 1, RIG_RW), 0);
	assert_at(size + 0x7000, 4 * SZ_1G + 0x7000);
	fix_assert_good();
	/* C19: half of it cannot be unmapped; it goes as a whole */
	assert_int_equal(rig_unmap(d, size, SZ_4K, 1), size);
	assert_int_equal(ask(size + 0x7000, NULL), 5);
	assert_int_equal(detach(d, 0, sid_a), 0);
	vtd_domain_free(d);
	rig_stop();
}

/* XSA-78: present to present: what was cached is gone. */
static void test_remap(void **state)
{
	struct vtd_domain *d;
	unsigned int i;

	start_kind(fix_arg(state));
	d = alloc(0);
	attach(d, 0, sid_a);
	for (i = 0; i < 50; i++) {
		u64 phys = (u64)(i + 1) * SZ_2M;

		assert_int_equal(rig_map(d, SZ_2M, phys, SZ_2M, 1, RIG_RW), 0);
		assert_at(SZ_2M + 5, phys + 5);
		assert_int_equal(rig_unmap(d, SZ_2M, SZ_2M, 1), SZ_2M);
		assert_int_equal(rig_map(d, SZ_2M, phys, SZ_4K, 512, RIG_RW),
				 0);
		assert_at(SZ_2M + 0x1005, phys + 0x1005);
		assert_int_equal(rig_unmap(d, SZ_2M, SZ_4K, 512), SZ_2M);
		assert_int_equal(ask(SZ_2M, NULL), 5);
	}
	fix_assert_good();
	assert_int_equal(detach(d, 0, sid_a), 0);
	vtd_domain_free(d);
	rig_stop();
}

static void test_flush_fails(void **state)
{
	struct vtd_domain *d;
	long tables;

	start_kind(0);
	d = alloc(0);
	attach(d, 0, sid_a);
	assert_int_equal(rig_map(d, 0, SZ_1G, SZ_4K, 1024, RIG_RW), 0);
	assert_at(0, SZ_1G);
	tables = vtd_shim_live_tables();
	vtd_model_inject(rig.model[0],
			 fix_arg(state) ? VTD_MODEL_DEAD : VTD_MODEL_IQE, 1, 0);
	/* unmapped for the caller; kept, for the unit may still walk it */
	{
		struct iommu_pages_list freed = IOMMU_PAGES_LIST_INIT(freed);
		bool gone = false;

		assert_int_equal(vtd_pt_unmap(&d->pt, 0, SZ_4K, 512, &freed,
					      &gone),
				 SZ_2M);
		assert_int_equal(vtd_flush_range(d, 0, SZ_2M - 1, false),
				 fix_arg(state) ? -ETIMEDOUT : -EINVAL);
		assert_int_equal(vtd_shim_live_tables(), tables);
		assert_int_equal(rig.failed, 1);
		vtd_unit_disable(&rig.unit[0]);
		iommu_put_pages_list(&freed);
	}
	assert_int_equal(fix.broken[VTD_MODEL_FREED], 0);
	block(0, sid_a);
	vtd_domain_detach(d, &rig.unit[0], true);
	vtd_domain_free(d);
	rig_stop_broken();
}

/* All units are flushed, whichever of them failed. */
static void test_one_of_units_fails(void **state)
{
	struct vtd_domain *d;

	rig_start();
	rig_add(FIX_CAP, FIX_ECAP, 0, 1, 0);
	rig_add(FIX_CAP, FIX_ECAP, 0, 1, 0);
	d = alloc(0);
	attach(d, 0, sid_a);
	attach(d, 1, sid_a);
	assert_int_equal(rig_map(d, 0, SZ_1G, SZ_4K, 4, RIG_RW), 0);
	assert_at(0, SZ_1G);
	assert_int_equal(rig_ask(1, RIG_SID, 0, VTD_MODEL_READ, NULL), 0);
	vtd_model_inject(rig.model[0], VTD_MODEL_DEAD, 1, 0);
	rig_unmap(d, 0, SZ_4K, 4);
	assert_int_equal(rig_ask(1, RIG_SID, 0, VTD_MODEL_READ, NULL), 6);
	assert_int_equal(rig.unit[0].health, VTD_HEALTH_FAILED);
	assert_int_equal(rig.unit[1].health, VTD_HEALTH_OK);
	vtd_unit_disable(&rig.unit[0]);
	vtd_unit_disable(&rig.unit[1]);
	vtd_domain_detach(d, &rig.unit[0], true);
	vtd_domain_detach(d, &rig.unit[1], true);
	vtd_domain_free(d);
	rig_stop_broken();
}

/*
 * The device that left with a failed flush was not the last: neither the id
 * nor the tables may be used again when the last one leaves.
 */
static void test_failed_was_not_last(void **state)
{
	struct vtd_domain *d;
	u64 *root;

	start_kind(0);
	d = alloc(0);
	attach(d, 0, sid_a);
	attach(d, 0, sid_b);
	assert_int_equal(rig_map(d, 0, SZ_1G, SZ_4K, 4, RIG_RW), 0);
	assert_at(0, SZ_1G);
	vtd_model_inject(rig.model[0], VTD_MODEL_IQE, 1, 0);
	assert_int_equal(detach(d, 0, sid_a), -EINVAL);
	assert_int_equal(detach(d, 0, sid_b), 0);
	assert_true(d->leaked);
	assert_int_equal(atomic_read(&rig.unit[0].nr_did_used), 1);
	root = d->pt.root;
	vtd_domain_free(d);
	assert_int_equal(fix.broken[VTD_MODEL_FREED], 0);
	rig_stop_broken();
	/* leaked on purpose: this table and three below it */
	while (root) {
		u64 below = *root & ~0xfffULL;

		iommu_free_pages(root);
		root = below == SZ_1G ? NULL : phys_to_virt(below);
	}
}

static void test_attach_fails(void **state)
{
	struct vtd_domain *a, *b;

	start_kind(0);
	a = alloc(0);
	b = alloc(0);
	attach(a, 0, sid_a);
	assert_int_equal(rig_map(a, 0, SZ_1G, SZ_4K, 1, RIG_RW), 0);
	assert_at(0, SZ_1G);
	vtd_shim_fail_alloc(fix_arg(state));
	assert_int_equal(vtd_domain_attach(b, &rig.unit[0], sid_b, 1), -ENOMEM);
	vtd_shim_fail_alloc(0);
	assert_true(list_empty(&b->units));
	assert_int_equal(atomic_read(&rig.unit[0].nr_did_used), 1);
	assert_at(0, SZ_1G);
	vtd_domain_free(b);
	assert_int_equal(detach(a, 0, sid_a), 0);
	vtd_domain_free(a);
	rig_stop();
}

static void test_alloc_fails(void **state)
{
	start_kind(0);
	vtd_shim_fail_alloc(fix_arg(state));
	assert_true(PTR_ERR(vtd_domain_alloc(&rig.unit[0])) == -ENOMEM);
	vtd_shim_fail_alloc(0);
	rig_stop();
}

#define EACH(fn, text)                                                  \
	do {                                                            \
		for (i = 0; i < ARRAY_SIZE(kinds); i++)                 \
			fix_case(fn, (void *)(uintptr_t)i, text ", %s", \
				 kinds[i].name);                        \
	} while (0)

static void domain_cases(void)
{
	static const u8 sagaw[] = { 2, 4, 8, 6, 12, 14 };
	unsigned int i, j;

	EACH(test_life, "C16/C46 a domain's life");
	EACH(test_sync_map, "C46 new mappings are told where they must be");
	EACH(test_replace, "C11/C29 from domain to domain");
	for (i = 0; i < ARRAY_SIZE(sagaw); i++)
		for (j = 0; j < ARRAY_SIZE(sagaw); j++)
			fix_case(test_widths,
				 (void *)(uintptr_t)(sagaw[i] << 8 | sagaw[j]),
				 "C27/C28 tables of SAGAW %x on SAGAW %x",
				 sagaw[i], sagaw[j]);
	for (i = 0; i < ARRAY_SIZE(suits); i++)
		fix_case(test_suits, (void *)(uintptr_t)i, "%s", suits[i].name);
	fix_case(test_snoop, (void *)0, "L6 snooping enforced");
	fix_case(test_snoop, (void *)1, "L6/C52 snooping refused after a map");
	fix_case(test_snoop, (void *)2,
		 "L6 snooping refused where a unit cannot");
	fix_case(test_exhausted, (void *)0,
		 "C29 16 domain-ids run out, and are used again");
	fix_case(test_exhausted, (void *)1,
		 "C29 64 domain-ids run out, and are used again");
	fix_case(test_did_shared, NULL,
		 "C29 one domain-id for a domain's devices");
	fix_case(test_two_units, NULL, "C25 a domain on units of three kinds");
	fix_case(test_no_flush_misses, (void *)0,
		 "L5/C45 no flush misses a unit");
	fix_case(test_no_flush_misses, (void *)1,
		 "L5/C45 no flush misses a unit, caching mode");
}

static void flush_cases(void)
{
	static const u8 mamv[] = { 0, 1, 9, 18, 27, 48, 63 };
	unsigned int i;

	for (i = 0; i < 4; i++)
		fix_case(test_ranges, (void *)(uintptr_t)i,
			 "C21 no page of a range stays cached, from %u", i);
	fix_case(test_descriptors, (void *)0,
		 "C21 descriptors cover their ranges");
	fix_case(test_descriptors, (void *)0x3ffff,
		 "C21 descriptors cover their ranges, across 1 GiB");
	for (i = 0; i < ARRAY_SIZE(mamv); i++)
		fix_case(test_mamv, (void *)(uintptr_t)mamv[i],
			 "C22 beyond MAMV %u the domain is flushed", mamv[i]);
	fix_case(test_no_psi, NULL, "C22 without PSI the domain is flushed");
	for (i = 0; i < 4; i++)
		fix_case(test_drain, (void *)(uintptr_t)i,
			 "drain bits where the unit has them, %u", i);
	for (i = 0; i < 2; i++)
		fix_case(test_hint, (void *)(uintptr_t)i,
			 "C17 IH is clear when tables go, %s", kinds[i].name);
	EACH(test_superpage_over_table,
	     "C18/C19 a superpage over an old table");
	for (i = 0; i < 2; i++)
		fix_case(test_superpage_over_table, (void *)(uintptr_t)(i | 8),
			 "C18/C19 1 GiB over an old table, %s", kinds[i].name);
	EACH(test_remap, "C18/XSA-78 the same address again and again");
	fix_case(test_flush_fails, (void *)0,
		 "C16/XSA-373 a flush refused keeps the tables");
	fix_case(test_flush_fails, (void *)1,
		 "C16/XSA-373 a flush timed out keeps the tables");
	fix_case(test_one_of_units_fails, NULL,
		 "L1/XSA-373 one unit of two fails");
	fix_case(
		test_failed_was_not_last, NULL,
		"C29/C32 a failed flush is not forgotten by the last to leave");
	for (i = 1; i <= 2; i++)
		fix_case(test_attach_fails, (void *)(uintptr_t)i,
			 "attach without memory, %u", i);
	for (i = 1; i <= 2; i++)
		fix_case(test_alloc_fails, (void *)(uintptr_t)i,
			 "a domain without memory, %u", i);
}

int main(void)
{
	domain_cases();
	flush_cases();
	return fix_run("dmar-domain");
}
