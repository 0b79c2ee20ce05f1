// SPDX-License-Identifier: GPL-2.0
/*
 * The flush policy on the software unit: every range, every way a flush can
 * fail.  Cases of test_dmar_domain.c.
 */
#include "domain_rig.h"

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
	/* all of it, however much the unit can do at once */
	assert_int_equal(vtd_flush_range(d, 0, 0xfff, false), 0);
	assert_int_equal(vtd_flush_all(d), 0);
	if (mamv < 52)
		assert_int_equal(last_descriptor().w[0] & 0x3f, 0x22);
	else
		assert_int_equal(last_descriptor().w[1] & 0x3f, 52);
	assert_int_equal(detach(d, 0, sid_a), 0);
	vtd_domain_free(d);
	rig_stop();
}

static void test_no_psi(void **state)
{
	struct vtd_domain *d;

	rig_start();
	rig_add((FIX_CAP & ~VTDM_CAP_PSI) | fix_arg(state), FIX_ECAP,
		VTD_MODEL_EAGER, 1, 0);
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

	start_kind(fix_arg(state) & 2);
	d = alloc(0);
	attach(d, 0, sid_a);
	assert_int_equal(rig_map(d, 0, SZ_1G, SZ_4K, 1024, RIG_RW), 0);
	assert_at(0, SZ_1G);
	tables = vtd_shim_live_tables();
	vtd_model_inject(rig.model[0],
			 fix_arg(state) & 1 ? VTD_MODEL_DEAD : VTD_MODEL_IQE, 1,
			 0);
	/* unmapped for the caller; kept, for the unit may still walk it */
	{
		struct iommu_pages_list freed = IOMMU_PAGES_LIST_INIT(freed);
		bool gone = false;

		assert_int_equal(vtd_pt_unmap(&d->pt, 0, SZ_4K, 512, &freed,
					      &gone),
				 SZ_2M);
		assert_int_equal(vtd_flush_range(d, 0, SZ_2M - 1, false),
				 fix_arg(state) & 1 ? -ETIMEDOUT : -EINVAL);
		assert_int_equal(vtd_shim_live_tables(), tables);
		assert_int_equal(rig.failed, 1);
		vtd_unit_disable(&rig.unit[0]);
		iommu_put_pages_list(&freed);
	}
	assert_int_equal(fix.broken[VTD_MODEL_FREED], 0);
	block(0, sid_a);
	vtd_domain_detach(d, &rig.unit[0], VTD_NO_PASID, sid_a[0], true);
	vtd_domain_free(d);
	rig_stop_broken();
}

/* All units are flushed, whichever of them failed. */
static void test_one_of_units_fails(void **state)
{
	struct vtd_domain *d;

	rig_start();
	rig_add(FIX_CAP | fix_arg(state), FIX_ECAP, 0, 1, 0);
	rig_add(FIX_CAP | fix_arg(state), FIX_ECAP, 0, 1, 0);
	d = alloc(0);
	attach(d, 0, sid_a);
	attach(d, 1, sid_a);
	assert_int_equal(rig_map(d, 0, SZ_1G, SZ_4K, 4, RIG_RW), 0);
	assert_at(0, SZ_1G);
	assert_int_equal(rig_ask(1, RIG_SID, 0, VTD_MODEL_READ, NULL), 0);
	vtd_model_inject(rig.model[0], VTD_MODEL_DEAD, 1, 0);
	rig_unmap(d, 0, SZ_4K, 4);
	/* the other one's success does not hide it */
	assert_int_equal(vtd_flush_all(d), -EIO);
	assert_int_equal(rig_ask(1, RIG_SID, 0, VTD_MODEL_READ, NULL), 6);
	assert_int_equal(rig.unit[0].health, VTD_HEALTH_FAILED);
	assert_int_equal(rig.unit[1].health, VTD_HEALTH_OK);
	vtd_unit_disable(&rig.unit[0]);
	vtd_unit_disable(&rig.unit[1]);
	vtd_domain_detach(d, &rig.unit[0], VTD_NO_PASID, sid_a[0], true);
	vtd_domain_detach(d, &rig.unit[1], VTD_NO_PASID, sid_a[0], true);
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

/* C46: both units remember that nothing was there, and are told. */
static void test_two_in_caching_mode(void **state)
{
	unsigned int i;
	struct vtd_domain *d;

	rig_start();
	for (i = 0; i < 2; i++)
		rig_add(FIX_CAP | VTDM_CAP_CM, FIX_ECAP, VTD_MODEL_EAGER, 1, 0);
	d = alloc(0);
	attach(d, 0, sid_a);
	attach(d, 1, sid_a);
	for (i = 0; i < 2; i++)
		assert_int_equal(rig_ask(i, RIG_SID, 0, VTD_MODEL_READ, NULL),
				 6);
	assert_int_equal(rig_map(d, 0, SZ_1G, SZ_4K, 1, RIG_RW), 0);
	for (i = 0; i < 2; i++)
		assert_int_equal(rig_ask(i, RIG_SID, 0, VTD_MODEL_READ, NULL),
				 0);
	fix_assert_good();
	assert_int_equal(detach(d, 0, sid_a), 0);
	assert_int_equal(detach(d, 1, sid_a), 0);
	vtd_domain_free(d);
	rig_stop();
}

/* What one call had the unit forget, as it is in the ring. */
struct given {
	unsigned int nr;
	u64 named;
	bool whole;
};

/* Every page of the range is named, in one submission, and each block is sound. */
static struct given assert_covered(struct vtd_domain *d, u64 first, u64 last,
				   bool mapped, bool leaf_only, int mamv)
{
	struct vtd_qi *qi = &rig.unit[0].qi;
	u64 doorbells = qi->stats.doorbells, flushes, covered = 0, at, top = 0;
	u64 low = ~0ULL;
	u32 slot = qi->tail;
	struct vtd_domain_counts sum;
	struct given given = {};

	vtd_domain_count(d, &sum);
	flushes = sum.flushes;
	assert_int_equal(mapped ? vtd_flush_mapped(d, first, last) :
				  vtd_flush_range(d, first, last, leaf_only),
			 0);
	vtd_domain_count(d, &sum);
	assert_int_equal(sum.flushes, flushes + 1);
	assert_int_equal(qi->stats.doorbells, doorbells + 1);
	given.nr = (qi->tail - slot - 1) & (qi->slots - 1);
	assert_true(given.nr >= 1 && given.nr <= 16);
	for (; slot != ((qi->tail - 1) & (qi->slots - 1));
	     slot = (slot + 1) & (qi->slots - 1)) {
		struct vtd_qi_desc desc = qi->ring[slot];
		u64 bytes = 0x1000ULL << (desc.w[1] & 0x3f);

		at = desc.w[1] & ~0xfffULL;
		if ((desc.w[0] & 0x3f) == 0x22) {
			assert_int_equal(given.nr, 1);
			given.whole = true;
			return given;
		}
		assert_int_equal(desc.w[0] & 0x3f, 0x32);
		assert_int_equal(desc.w[0] >> 16 & 0xffff, 2);
		assert_true((int)(desc.w[1] & 0x3f) <= mamv);
		assert_int_equal(desc.w[1] >> 6 & 1, !mapped && leaf_only);
		assert_true(!(at & (bytes - 1)));
		given.named += bytes >> 12;
		/* No two overlap: then their sum tells whether all is there. */
		low = min(low, at);
		top = max(top, at + bytes - 1);
		covered += bytes;
	}
	assert_true(low <= first && top >= last);
	assert_true(covered == top - low + 1);
	return given;
}

/* Pages of the smallest aligned block that holds all of the range. */
static u64 one_block(u64 first, u64 last)
{
	u64 block = 0x1000;

	while ((first & ~(block - 1)) + block - 1 < last)
		block <<= 1;
	return block >> 12;
}

/*
 * C46/6.5.2.3: in caching mode what is named that is not in the range is work for
 * nothing: never more than one block would name, and of a range at either end less
 * than what a descriptor is worth.
 */
static void test_covered(void **state)
{
	unsigned int i, start, pages;
	struct given given;
	struct vtd_domain *d;
	u64 seed = 11;

	rig_start();
	rig_add(FIX_CAP | VTDM_CAP_CM, FIX_ECAP, VTD_MODEL_EAGER, 1, 0);
	d = alloc(0);
	attach(d, 0, sid_a);
	for (start = 0; start < 64; start += 3) {
		for (pages = 1; pages < 200; pages++) {
			u64 first = (u64)(start + fix_arg(state)) << 12;
			u64 last = first + ((u64)pages << 12) - 1;

			given = assert_covered(d, first, last, pages & 1,
					       pages & 2, 18);
			assert_false(given.whole);
			assert_true(given.named <= one_block(first, last));
			assert_true(given.named <= pages + 2 * 7);
			/* where one block is as good there is one */
			assert_true(given.nr == 1 ||
				    one_block(first, last) >= pages + 8);
		}
	}
	for (i = 0; i < 3000; i++) {
		u64 first = vtd_rand(&seed) >> (16 + vtd_rand(&seed) % 36);
		u64 nr = 1 + (vtd_rand(&seed) >> (46 + vtd_rand(&seed) % 18));

		first &= ~0xfffULL;
		given = assert_covered(d, first, first + (nr << 12) - 1, i & 1,
				       i & 2, 18);
		assert_false(given.whole);
		assert_true(given.named <=
			    one_block(first, first + (nr << 12) - 1));
		/* eight on a side: the last is 1/128 of it */
		assert_true(given.named <= nr + 2 * 7 + (nr >> 6));
	}
	assert_int_equal(detach(d, 0, sid_a), 0);
	vtd_domain_free(d);
	rig_stop();
}

/* Larger than a unit can name at once: several that it can, or all. */
static void test_covered_mamv(void **state)
{
	unsigned int mamv = fix_arg(state), i;
	struct given given;
	struct vtd_domain *d;
	u64 seed = 17;

	rig_start();
	rig_add((FIX_CAP & ~(0x3fULL << 48)) | VTDM_CAP_MAMV(mamv) |
			VTDM_CAP_CM,
		FIX_ECAP, VTD_MODEL_EAGER, 1, 0);
	d = alloc(0);
	attach(d, 0, sid_a);
	for (i = 0; i < 2000; i++) {
		u64 first = vtd_rand(&seed) >> (16 + vtd_rand(&seed) % 36);
		u64 nr = 1 + vtd_rand(&seed) % (20ULL << mamv);

		first &= ~0xfffULL;
		given = assert_covered(d, first, first + (nr << 12) - 1, i & 1,
				       i & 2, mamv);
		/* seven of the largest and a part on either side fit */
		assert_true(!given.whole || nr > 7ULL << mamv);
		assert_true(given.whole || nr <= 16ULL << mamv);
		/* the last on each side may be a whole one */
		assert_true(given.whole ||
			    given.named <= nr + 2 * 7 + (2ULL << mamv));
	}
	assert_true(assert_covered(d, 0, ~0ULL, false, false, mamv).whole ==
		    (mamv < 51));
	assert_int_equal(detach(d, 0, sid_a), 0);
	vtd_domain_free(d);
	rig_stop();
}

/* Not one page that the unit remembers as absent is left out. */
static void test_covered_pages(void **state)
{
	unsigned int first = fix_arg(state), start, pages, i;
	struct vtd_domain *d;

	rig_start();
	rig_add(FIX_CAP | VTDM_CAP_CM, FIX_ECAP, VTD_MODEL_EAGER, 1, 0);
	d = alloc(0);
	attach(d, 0, sid_a);
	for (start = first; start < 128; start += 16) {
		for (pages = 1; pages <= 150; pages += 1 + pages / 16) {
			u64 from = (u64)start << 12;

			for (i = 0; i < pages; i++)
				assert_int_not_equal(
					ask(from + (i << 12), NULL), 0);
			assert_int_equal(rig_map(d, from, SZ_1G, SZ_4K, pages,
						 RIG_RW),
					 0);
			for (i = 0; i < pages; i++)
				assert_at(from + (i << 12), SZ_1G + (i << 12));
			assert_int_equal(rig_unmap(d, from, SZ_4K, pages),
					 (size_t)pages << 12);
			for (i = 0; i < pages; i++)
				assert_int_not_equal(
					ask(from + (i << 12), NULL), 0);
		}
	}
	fix_assert_good();
	assert_int_equal(detach(d, 0, sid_a), 0);
	vtd_domain_free(d);
	rig_stop();
}

/* A device, the last of its unit, leaves while a flush waits for that unit. */
static struct vtd_domain *leaving;

static void leave_relax(void)
{
	struct vtd_domain *d = leaving;

	leaving = NULL;
	if (d)
		assert_int_equal(detach(d, 0, sid_a), 0);
	vtd_model_tick();
}

static void test_left_during_flush(void **state)
{
	struct vtd_domain *d;

	rig_start();
	rig_add(FIX_CAP, FIX_ECAP, VTD_MODEL_EAGER, 1, 3);
	rig_add(FIX_CAP, FIX_ECAP, VTD_MODEL_EAGER, 1, 3);
	d = alloc(0);
	attach(d, 0, sid_a);
	attach(d, 1, sid_a);
	assert_int_equal(rig_map(d, 0, SZ_1G, SZ_4K, 1, RIG_RW), 0);
	assert_int_equal(rig_ask(1, RIG_SID, 0, VTD_MODEL_READ, NULL), 0);
	leaving = d;
	fix_relax(leave_relax);
	assert_int_equal(rig_unmap(d, 0, SZ_4K, 1), SZ_4K);
	fix_relax(NULL);
	assert_null(leaving);
	assert_int_equal(rig_ask(1, RIG_SID, 0, VTD_MODEL_READ, NULL), 6);
	fix_assert_good();
	assert_int_equal(detach(d, 1, sid_a), 0);
	vtd_domain_free(d);
	rig_stop();
}

void flush_cases(void)
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
	fix_case(test_no_psi, (void *)VTDM_CAP_CM,
		 "C22 without PSI the domain is flushed, caching mode");
	for (i = 0; i < 4; i++)
		fix_case(test_drain, (void *)(uintptr_t)i,
			 "drain bits where the unit has them, %u", i);
	for (i = 0; i < 2; i++)
		fix_case(test_hint, (void *)(uintptr_t)i,
			 "C17 IH is clear when tables go, %s",
			 rig_kinds[i].name);
	EACH(test_superpage_over_table,
	     "C18/C19 a superpage over an old table");
	for (i = 0; i < 2; i++)
		fix_case(test_superpage_over_table, (void *)(uintptr_t)(i | 8),
			 "C18/C19 1 GiB over an old table, %s",
			 rig_kinds[i].name);
	EACH(test_remap, "C18/XSA-78 the same address again and again");
	fix_case(test_flush_fails, (void *)0,
		 "C16/XSA-373 a flush refused keeps the tables");
	fix_case(test_flush_fails, (void *)1,
		 "C16/XSA-373 a flush timed out keeps the tables");
	fix_case(test_flush_fails, (void *)2,
		 "C16/XSA-373 a flush refused keeps the tables, caching mode");
	fix_case(
		test_flush_fails, (void *)3,
		"C16/XSA-373 a flush timed out keeps the tables, caching mode");
	fix_case(test_one_of_units_fails, NULL,
		 "L1/XSA-373 one unit of two fails");
	fix_case(test_one_of_units_fails, (void *)VTDM_CAP_CM,
		 "L1/XSA-373 one unit of two fails, caching mode");
	for (i = 0; i < 4; i++)
		fix_case(
			test_covered, (void *)(uintptr_t)(i * 4099),
			"C46 caching mode: no more is named than need be, from page %u",
			i * 4099);
	for (i = 0; i < 4; i++)
		fix_case(test_covered_mamv, (void *)(uintptr_t)mamv[i],
			 "C22/C46 caching mode: MAMV %u", mamv[i]);
	for (i = 0; i < 4; i++)
		fix_case(
			test_covered_pages, (void *)(uintptr_t)(i * 5),
			"C46 caching mode: each page of a range is told, from page %u",
			i * 5);
	fix_case(test_two_in_caching_mode, NULL,
		 "C46 two units in caching mode are told of a mapping");
	/* the kernel's RCU does not let a reader sleep */
	if (VTD_USER_SPACE)
		fix_case(test_left_during_flush, NULL,
			 "C45 a unit leaves while a flush waits for it");
	fix_case(
		test_failed_was_not_last, NULL,
		"C29/C32 a failed flush is not forgotten by the last to leave");
}
