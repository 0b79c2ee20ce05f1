// SPDX-License-Identifier: GPL-2.0
/*
 * Domains on the software unit: attach and detach, widths, domain-ids, what
 * fails half way.  The flush policy is in domain_flush.c.
 *
 * SRCS: dmar/qi.c dmar/context.c dmar/unit.c dmar/domain.c dmar/flush.c
 * SRCS: dmar/pasid.c dmar/scalable.c dmar/devtlb.c
 * SRCS: dmar/pgtable.c dmar/identity.c dmar/reply.c kunit/model/model.c
 * SRCS: kunit/model/memory.c kunit/model/regs.c kunit/model/fault.c
 * SRCS: kunit/model/walk.c kunit/model/cache.c kunit/model/queue.c
 * SRCS: kunit/model/device.c kunit/model/check.c kunit/model/quiescent.c
 * SRCS: kunit/model/intr.c kunit/model/check_intr.c
 * SRCS: selftests/native/model_fixture.c selftests/native/rig.c
 * SRCS: selftests/native/domain_flush.c
 * CFLAGS: -DVTD_OBSERVER
 */
#include "domain_rig.h"

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
		before + (rig_kinds[fix_arg(state)].cap & VTDM_CAP_CM ? 2 : 0));
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
		ret = vtd_domain_attach(d, &rig.unit[1], VTD_NO_PASID, sid_a,
					1);
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

/* C27: no address beyond what the tables hold, or the unit takes. */
static void test_aperture(void **state)
{
	static const struct {
		u8 sagaw, mgaw, bits;
	} ends[] = {
		{ 2, 48, 39 }, { 4, 44, 44 }, { 4, 57, 48 }, { 8, 48, 48 }
	};
	unsigned int i = fix_arg(state);
	struct vtd_domain *d;

	rig_start();
	rig_add((FIX_CAP & ~0x3f1f00ULL) | VTDM_CAP_SAGAW(ends[i].sagaw) |
			VTDM_CAP_MGAW(ends[i].mgaw),
		FIX_ECAP, VTD_MODEL_EAGER, 1, 0);
	d = alloc(0);
	assert_true(d->pt.last_iova == (1ULL << ends[i].bits) - 1);
	assert_true(d->domain.geometry.aperture_start == 0);
	assert_true(d->domain.geometry.aperture_end ==
		    (1ULL << ends[i].bits) - 1);
	assert_true(d->domain.geometry.force_aperture);
	vtd_domain_free(d);
	rig_stop();
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
	assert_int_equal(vtd_domain_attach(d, &rig.unit[1], VTD_NO_PASID, sid_b,
					   1),
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

/* C52: as user space's domains do it, before anything is attached. */
static void test_snoop_first(void **state)
{
	struct vtd_pt_walk walk;
	struct vtd_domain *d;

	rig_start();
	rig_add(FIX_CAP, FIX_ECAP, VTD_MODEL_EAGER, 1, 0);
	rig_add(FIX_CAP, FIX_ECAP & ~VTDM_ECAP_SC, VTD_MODEL_EAGER, 1, 0);
	d = alloc(0);
	assert_true(vtd_domain_enforce_snoop(d));
	assert_int_equal(rig_map(d, 0x5000, SZ_1G, SZ_4K, 1, RIG_RW), 0);
	vtd_pt_walk(&d->pt, 0x5000, &walk);
	assert_true(walk.entry[walk.bottom] & 0x800);
	assert_int_equal(vtd_domain_attach(d, &rig.unit[1], VTD_NO_PASID, sid_b,
					   1),
			 -EINVAL);
	attach(d, 0, sid_a);
	assert_true(vtd_domain_enforce_snoop(d));
	assert_int_equal(detach(d, 0, sid_a), 0);
	vtd_domain_free(d);
	/* mapped before it is asked for */
	d = alloc(0);
	assert_int_equal(rig_map(d, 0x5000, SZ_1G, SZ_4K, 1, RIG_RW), 0);
	assert_false(vtd_domain_enforce_snoop(d));
	vtd_domain_free(d);
	/* made for the unit that cannot: not before, and attached to it neither */
	d = alloc(1);
	assert_false(vtd_domain_enforce_snoop(d));
	attach(d, 1, sid_b);
	assert_false(vtd_domain_enforce_snoop(d));
	assert_int_equal(rig_map(d, 0x5000, SZ_1G, SZ_4K, 1, RIG_RW), 0);
	vtd_pt_walk(&d->pt, 0x5000, &walk);
	assert_false(walk.entry[walk.bottom] & 0x800);
	assert_int_equal(detach(d, 1, sid_b), 0);
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
		ret = vtd_domain_attach(d[i], &rig.unit[0], VTD_NO_PASID, &sid,
					1);
		assert_int_equal(ret, i < nr ? 0 : -ENOSPC);
	}
	assert_int_equal(atomic_read(&rig.unit[0].nr_did_used), nr);
	/* one goes, and its id serves the next */
	last = 0x0100 + nr;
	did = 0x0105;
	assert_int_equal(rig_map(d[5], 0, SZ_1G, SZ_4K, 2, RIG_RW), 0);
	assert_int_equal(rig_ask(0, did, 0, VTD_MODEL_READ, NULL), 0);
	assert_int_equal(detach(d[5], 0, &did), 0);
	assert_int_equal(vtd_domain_attach(d[nr], &rig.unit[0], VTD_NO_PASID,
					   &last, 1),
			 0);
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
		vtd_domain_detach(a, &rig.unit[0], VTD_NO_PASID, sid_a[0],
				  true);
		assert_at(0, 2 * SZ_1G);
		fix_assert_good();
		attach(a, 0, sid_a);
		vtd_domain_detach(b, &rig.unit[0], VTD_NO_PASID, sid_a[0],
				  true);
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
	assert_int_equal(vtd_domain_attach(b, &rig.unit[0], VTD_NO_PASID, sid_b,
					   1),
			 -ENOMEM);
	vtd_shim_fail_alloc(0);
	assert_true(list_empty(&b->units));
	assert_int_equal(atomic_read(&rig.unit[0].nr_did_used), 1);
	assert_at(0, SZ_1G);
	vtd_domain_free(b);
	assert_int_equal(detach(a, 0, sid_a), 0);
	vtd_domain_free(a);
	rig_stop();
}

/*
 * A flush that was refused while a device was attached: what the unit knows of
 * the domain is not known, and neither its id nor its tables are used again.
 */
static void test_attach_flush_fails(void **state)
{
	struct vtd_domain *d;
	u64 *root;

	rig_start();
	rig_add(FIX_CAP | VTDM_CAP_CM, FIX_ECAP, 0, 1, 0);
	d = alloc(0);
	root = d->pt.root;
	vtd_model_inject(rig.model[0], VTD_MODEL_IQE, fix_arg(state), 0);
	assert_int_equal(vtd_domain_attach(d, &rig.unit[0], VTD_NO_PASID, sid_a,
					   1),
			 -EINVAL);
	assert_true(list_empty(&d->units));
	assert_true(d->leaked);
	assert_int_equal(atomic_read(&rig.unit[0].nr_did_used), 1);
	vtd_domain_free(d);
	assert_int_equal(fix.broken[VTD_MODEL_FREED], 0);
	rig_stop_broken();
	/* leaked on purpose */
	iommu_free_pages(root);
}

static void test_alloc_fails(void **state)
{
	start_kind(0);
	vtd_shim_fail_alloc(fix_arg(state));
	assert_true(PTR_ERR(vtd_domain_alloc(&rig.unit[0],
					     vtd_unit_usual(&rig.unit[0]))) ==
		    -ENOMEM);
	vtd_shim_fail_alloc(0);
	rig_stop();
}

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
	for (i = 0; i < 4; i++)
		fix_case(test_aperture, (void *)(uintptr_t)i,
			 "C27 where an address space ends, %u", i);
	for (i = 0; i < ARRAY_SIZE(suits); i++)
		fix_case(test_suits, (void *)(uintptr_t)i, "%s", suits[i].name);
	fix_case(test_snoop, (void *)0, "L6 snooping enforced");
	fix_case(test_snoop_first, NULL,
		 "L6/C52 snooping demanded before it is attached");
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
	for (i = 1; i <= 2; i++)
		fix_case(test_attach_fails, (void *)(uintptr_t)i,
			 "attach without memory, %u", i);
	for (i = 1; i <= 4; i++)
		fix_case(test_attach_flush_fails, (void *)(uintptr_t)i,
			 "C29/C32 attach, refused at descriptor %u", i);
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
