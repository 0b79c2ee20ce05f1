// SPDX-License-Identifier: GPL-2.0
/*
 * Suite vtd_context: root and context tables, and domains on them, against a
 * unit of software: what is stored in which order, and what is invalidated.
 */
#include <linux/mm.h>

#include "context.h"
#include "domain.h"
#include "recorder.h"
#include "soft_unit.h"
#include "suites.h"

#define CAP_CM 0x80ULL
#define CAP_RWBF 0x10ULL
#define ECAP_C 0x1ULL
#define ECAP_PT 0x40ULL

static const u16 sid_0018 = 0x0018;
static const struct vtd_translation blocked;

static struct vtd_context_entry entry_of(struct kunit *test,
					 struct soft_unit *su, u16 sid)
{
	struct vtd_context_entry entry = {};

	KUNIT_EXPECT_EQ(test, vtd_context_peek(&su->unit, sid, &entry), 0);
	return entry;
}

static void expect_entry(struct kunit *test, struct soft_unit *su, u16 sid,
			 u64 lo, u64 hi)
{
	struct vtd_context_entry entry = entry_of(test, su, sid);

	KUNIT_EXPECT_EQ(test, entry.w[0], lo);
	KUNIT_EXPECT_EQ(test, entry.w[1], hi);
}

static int set(struct soft_unit *su, u16 sid, u64 lo, u64 hi)
{
	struct vtd_translation to = {
		.kind = !(lo & 1) ? VTD_BLOCKED :
			lo & 8	  ? VTD_PASS_THROUGH :
				    VTD_SECOND_STAGE,
		.levels = (hi & 7) + 2,
		.did = hi >> 8,
		.table = lo & ~0xfffULL,
	};

	return vtd_context_set(&su->unit, &sid, 1, VTD_NO_PASID, &to);
}

static void untouched_bus_has_no_table(struct kunit *test)
{
	struct soft_unit *su = soft_unit_ready(test, SOFT_CAP, SOFT_ECAP);
	struct vtd_context_entry entry;

	KUNIT_EXPECT_EQ(test, vtd_context_peek(&su->unit, 0x1234, &entry),
			-ENOENT);
	KUNIT_EXPECT_EQ(test, su->unit.root[0x12].w[0], 0);
}

static void entry_lands_where_the_unit_looks(struct kunit *test)
{
	struct soft_unit *su = soft_unit_ready(test, SOFT_CAP, SOFT_ECAP);
	u64 root, *table;

	KUNIT_ASSERT_EQ(test, set(su, 0x12a5, 0xabc001, 0x702), 0);
	/* 9.1: the root entry of the bus, then 16 bytes a device function. */
	root = ((u64 *)su->unit.root)[0x12 * 2];
	KUNIT_EXPECT_EQ(test, root & 0xfff, 1);
	KUNIT_EXPECT_EQ(test, ((u64 *)su->unit.root)[0x12 * 2 + 1], 0);
	table = phys_to_virt(root & ~0xfffULL);
	KUNIT_EXPECT_EQ(test, table[0xa5 * 2], 0xabc001);
	KUNIT_EXPECT_EQ(test, table[0xa5 * 2 + 1], 0x702);
}

static void every_bus_gets_its_own_table(struct kunit *test)
{
	struct soft_unit *su = soft_unit_ready(test, SOFT_CAP, SOFT_ECAP);
	unsigned int bus;

	for (bus = 0; bus < 256; bus++)
		KUNIT_ASSERT_EQ(
			test, set(su, bus << 8 | 8, 0x1001 + bus * 4096, 0x102),
			0);
	for (bus = 0; bus < 256; bus++)
		expect_entry(test, su, bus << 8 | 8, 0x1001 + bus * 4096,
			     0x102);
}

/* Section 4 of the design: far half, then the half with the present bit. */
static void present_bit_is_stored_last(struct kunit *test)
{
	struct soft_unit *su = soft_unit_translating(test, SOFT_CAP, SOFT_ECAP);
	const struct vtd_context_entry *ce;
	unsigned int i, nr, lo = 0, hi = 0;

	KUNIT_ASSERT_EQ(test, set(su, 0x0010, 0x9, 0x102), 0);
	ce = &su->unit.context[0][0x18];
	recorder_start();
	KUNIT_ASSERT_EQ(test, set(su, sid_0018, 0xabc001, 0x702), 0);
	nr = recorder_stop();
	for (i = 0; i < nr; i++) {
		if (recorder_store(i, &ce->w[0]))
			lo = i + 1;
		if (recorder_store(i, &ce->w[1]))
			hi = i + 1;
	}
	KUNIT_EXPECT_NE(test, hi, 0);
	KUNIT_EXPECT_GT(test, lo, hi);
}

static bool in_ring(const struct soft_unit *su, const void *ptr)
{
	const struct vtd_qi *qi = &su->unit.qi;

	return ptr >= (void *)qi->ring && ptr < (void *)(qi->ring + qi->slots);
}

/* A changed entry passes through "not present, and forgotten". */
static void other_domain_goes_through_absence(struct kunit *test)
{
	struct soft_unit *su = soft_unit_translating(test, SOFT_CAP, SOFT_ECAP);
	const struct vtd_context_entry *ce;
	const struct recorder_event *e;
	unsigned int i, nr, absent = 0;

	KUNIT_ASSERT_EQ(test, set(su, sid_0018, 0xabc001, 0x702), 0);
	ce = &su->unit.context[0][0x18];
	soft_unit_forget(su);
	recorder_start();
	KUNIT_ASSERT_EQ(test, set(su, sid_0018, 0xdef001, 0x902), 0);
	nr = recorder_stop();
	for (i = 0; i < nr; i++) {
		e = recorder_store(i, &ce->w[0]);
		if (e && !(e->value & 1))
			absent++;
		/* What is to be forgotten is gone before the queue says so, */
		if (in_ring(su, recorder_event(i)->ptr))
			KUNIT_EXPECT_GT(test, absent, 0);
		/* and the far half never changes under a present entry. */
		if (recorder_store(i, &ce->w[1]))
			KUNIT_EXPECT_GT(test, absent, 0);
	}
	KUNIT_EXPECT_GT(test, absent, 0);
	expect_entry(test, su, sid_0018, 0xdef001, 0x902);
	/* Context cache of the old domain-id first, then its IOTLB. */
	KUNIT_EXPECT_EQ(test, su->nr, 2);
	soft_unit_expect(test, su, 0, 0x1800070031, 0);
	soft_unit_expect(test, su, 1, 0x700e2, 0);
}

static void same_domain_changes_in_one_store(struct kunit *test)
{
	struct soft_unit *su = soft_unit_translating(test, SOFT_CAP, SOFT_ECAP);
	const struct recorder_event *e;
	unsigned int i, nr, stores = 0;

	KUNIT_ASSERT_EQ(test, set(su, sid_0018, 0xabc001, 0x702), 0);
	soft_unit_forget(su);
	recorder_start();
	KUNIT_ASSERT_EQ(test, set(su, sid_0018, 0xdef001, 0x702), 0);
	nr = recorder_stop();
	for (i = 0; i < nr; i++) {
		e = recorder_store(i, &su->unit.context[0][0x18].w[0]);
		if (!e)
			continue;
		KUNIT_EXPECT_EQ(test, e->value, 0xdef001);
		stores++;
	}
	KUNIT_EXPECT_EQ(test, stores, 1);
	KUNIT_EXPECT_EQ(test, su->nr, 2);
	soft_unit_expect(test, su, 0, 0x1800070031, 0);
}

static void same_entry_again_costs_nothing(struct kunit *test)
{
	struct soft_unit *su = soft_unit_translating(test, SOFT_CAP, SOFT_ECAP);

	KUNIT_ASSERT_EQ(test, set(su, sid_0018, 0xabc001, 0x702), 0);
	soft_unit_forget(su);
	recorder_start();
	KUNIT_EXPECT_EQ(test, set(su, sid_0018, 0xabc001, 0x702), 0);
	KUNIT_EXPECT_EQ(test, recorder_stop(), 0);
	KUNIT_EXPECT_EQ(test, su->nr, 0);
}

static void blocking_clears_both_halves(struct kunit *test)
{
	struct soft_unit *su = soft_unit_translating(test, SOFT_CAP, SOFT_ECAP);

	KUNIT_ASSERT_EQ(test, set(su, sid_0018, 0xabc001, 0x702), 0);
	soft_unit_forget(su);
	KUNIT_EXPECT_EQ(test,
			vtd_context_set(&su->unit, &sid_0018, 1, VTD_NO_PASID,
					&blocked),
			0);
	expect_entry(test, su, sid_0018, 0, 0);
	KUNIT_EXPECT_EQ(test, su->nr, 2);
}

static void nothing_is_invalidated_while_off(struct kunit *test)
{
	struct soft_unit *su = soft_unit_ready(test, SOFT_CAP, SOFT_ECAP);

	KUNIT_EXPECT_EQ(test, set(su, sid_0018, 0xabc001, 0x702), 0);
	KUNIT_EXPECT_EQ(test, set(su, sid_0018, 0xdef001, 0x902), 0);
	KUNIT_EXPECT_EQ(test, su->seen, 0);
}

/* 6.1: what was not present is cached under domain-id 0. */
static void caching_mode_is_told_of_new_entries(struct kunit *test)
{
	struct soft_unit *su =
		soft_unit_translating(test, SOFT_CAP | CAP_CM, SOFT_ECAP);

	KUNIT_EXPECT_EQ(test, set(su, sid_0018, 0xabc001, 0x702), 0);
	KUNIT_EXPECT_EQ(test, su->nr, 2);
	soft_unit_expect(test, su, 0, 0x1800000031, 0);
}

static void new_entry_needs_no_invalidation_otherwise(struct kunit *test)
{
	struct soft_unit *su = soft_unit_translating(test, SOFT_CAP, SOFT_ECAP);

	KUNIT_EXPECT_EQ(test, set(su, sid_0018, 0xabc001, 0x702), 0);
	KUNIT_EXPECT_EQ(test, su->nr, 0);
	KUNIT_EXPECT_EQ(test, su->nr_gcmd, 0);
}

/* 6.8 */
static void write_buffer_is_drained_for_new_entries(struct kunit *test)
{
	struct soft_unit *su =
		soft_unit_translating(test, SOFT_CAP | CAP_RWBF, SOFT_ECAP);

	KUNIT_EXPECT_EQ(test, set(su, sid_0018, 0xabc001, 0x702), 0);
	KUNIT_EXPECT_EQ(test, su->nr_gcmd, 1);
	KUNIT_EXPECT_EQ(test, su->gcmd[0] & 0x8000000, 0x8000000);
	/* The commands in force are given along. */
	KUNIT_EXPECT_EQ(test, su->gcmd[0] & 0x84000000, 0x84000000);
}

static void
stores_reach_memory_of_a_unit_that_does_not_snoop(struct kunit *test)
{
	struct soft_unit *su =
		soft_unit_translating(test, SOFT_CAP, SOFT_ECAP & ~ECAP_C);
	unsigned int nr;

	recorder_start();
	KUNIT_EXPECT_EQ(test, set(su, 0x4218, 0xabc001, 0x702), 0);
	KUNIT_EXPECT_EQ(test, set(su, 0x4218, 0xdef001, 0x902), 0);
	KUNIT_EXPECT_EQ(test, set(su, 0x4218, 0, 0), 0);
	nr = recorder_stop();
	KUNIT_EXPECT_GT(test, nr, 0);
	KUNIT_EXPECT_EQ(test, recorder_unflushed(0), 0);
}

static void no_line_is_written_back_for_a_unit_that_snoops(struct kunit *test)
{
	struct soft_unit *su =
		soft_unit_translating(test, SOFT_CAP, SOFT_ECAP | ECAP_C);
	unsigned int i, nr;

	recorder_start();
	KUNIT_EXPECT_EQ(test, set(su, 0x4218, 0xabc001, 0x702), 0);
	KUNIT_EXPECT_EQ(test, set(su, 0x4218, 0, 0), 0);
	nr = recorder_stop();
	for (i = 0; i < nr; i++)
		KUNIT_EXPECT_FALSE(test, recorder_event(i)->flush);
}

static void failed_invalidation_is_reported(struct kunit *test)
{
	struct soft_unit *su = soft_unit_translating(test, SOFT_CAP, SOFT_ECAP);

	KUNIT_ASSERT_EQ(test, set(su, sid_0018, 0xabc001, 0x702), 0);
	soft_unit_forget(su);
	su->refuse = 1;
	KUNIT_EXPECT_EQ(test, set(su, sid_0018, 0, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, su->unit.health, VTD_HEALTH_FAILED);
	/* Absent all the same: no new translation through it. */
	KUNIT_EXPECT_EQ(test, entry_of(test, su, sid_0018).w[0] & 1, 0);
}

/* What a failed flush left behind is made up for by the next change. */
static void failed_invalidation_is_made_up_for(struct kunit *test)
{
	struct soft_unit *su = soft_unit_translating(test, SOFT_CAP, SOFT_ECAP);

	KUNIT_ASSERT_EQ(test, set(su, sid_0018, 0xabc001, 0x702), 0);
	soft_unit_forget(su);
	su->refuse = 1;
	KUNIT_ASSERT_EQ(test, set(su, sid_0018, 0, 0), -EINVAL);
	su->refuse = 0;
	soft_unit_forget(su);
	KUNIT_EXPECT_EQ(test, set(su, sid_0018, 0xdef001, 0x902), 0);
	KUNIT_EXPECT_EQ(test, su->nr, 2);
	soft_unit_expect(test, su, 0, 0x1800070031, 0);
	soft_unit_expect(test, su, 1, 0x700e2, 0);
	expect_entry(test, su, sid_0018, 0xdef001, 0x902);
}

/* --- domains ---------------------------------------------------------- */

static struct vtd_domain *domain_on(struct kunit *test, struct soft_unit *su)
{
	struct vtd_domain *d =
		vtd_domain_alloc(&su->unit, vtd_unit_usual(&su->unit));

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, d);
	return d;
}

static void leave(struct kunit *test, struct vtd_domain *d,
		  struct soft_unit *su, const u16 *sid, unsigned int nr)
{
	int ret = vtd_context_set(&su->unit, sid, nr, VTD_NO_PASID, &blocked);

	KUNIT_EXPECT_EQ(test, ret, 0);
	vtd_domain_detach(d, &su->unit, VTD_NO_PASID, sid[0], !ret);
}

static void attach_points_every_source_id_to_the_tables(struct kunit *test)
{
	static const u16 sids[] = { 0x0018, 0x0100, 0x0101 };
	struct soft_unit *su = soft_unit_translating(test, SOFT_CAP, SOFT_ECAP);
	struct vtd_domain *d = domain_on(test, su);
	u64 root = virt_to_phys(d->pt.root);
	unsigned int i;

	KUNIT_EXPECT_EQ(test,
			vtd_domain_attach(d, &su->unit, VTD_NO_PASID, sids, 3),
			0);
	/* 4 levels: AW 2; the first domain-id that is not reserved: 2. */
	for (i = 0; i < 3; i++)
		expect_entry(test, su, sids[i], root | 1, 0x202);
	leave(test, d, su, sids, 3);
	vtd_domain_free(d);
}

static void domains_have_ids_of_their_own(struct kunit *test)
{
	static const u16 a = 0x10, b = 0x20;
	struct soft_unit *su = soft_unit_translating(test, SOFT_CAP, SOFT_ECAP);
	struct vtd_domain *da = domain_on(test, su), *db = domain_on(test, su);

	KUNIT_EXPECT_EQ(
		test, vtd_domain_attach(da, &su->unit, VTD_NO_PASID, &a, 1), 0);
	KUNIT_EXPECT_EQ(
		test, vtd_domain_attach(db, &su->unit, VTD_NO_PASID, &b, 1), 0);
	KUNIT_EXPECT_NE(test, entry_of(test, su, a).w[1],
			entry_of(test, su, b).w[1]);
	KUNIT_EXPECT_EQ(test, atomic_read(&su->unit.nr_did_used), 2);
	leave(test, da, su, &a, 1);
	leave(test, db, su, &b, 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&su->unit.nr_did_used), 0);
	vtd_domain_free(da);
	vtd_domain_free(db);
}

static void devices_of_a_domain_share_its_id(struct kunit *test)
{
	static const u16 a = 0x10, b = 0x20;
	struct soft_unit *su = soft_unit_translating(test, SOFT_CAP, SOFT_ECAP);
	struct vtd_domain *d = domain_on(test, su);

	KUNIT_EXPECT_EQ(
		test, vtd_domain_attach(d, &su->unit, VTD_NO_PASID, &a, 1), 0);
	KUNIT_EXPECT_EQ(
		test, vtd_domain_attach(d, &su->unit, VTD_NO_PASID, &b, 1), 0);
	KUNIT_EXPECT_EQ(test, entry_of(test, su, a).w[1],
			entry_of(test, su, b).w[1]);
	leave(test, d, su, &a, 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&su->unit.nr_did_used), 1);
	leave(test, d, su, &b, 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&su->unit.nr_did_used), 0);
	vtd_domain_free(d);
}

/* Bug class: a domain-id reused while the unit may still have it cached. */
static void id_of_a_failed_invalidation_is_never_reused(struct kunit *test)
{
	static const u16 a = 0x10, b = 0x20;
	struct soft_unit *su = soft_unit_translating(test, SOFT_CAP, SOFT_ECAP);
	struct vtd_domain *da = domain_on(test, su), *db = domain_on(test, su);
	u64 did;
	int ret;

	KUNIT_ASSERT_EQ(
		test, vtd_domain_attach(da, &su->unit, VTD_NO_PASID, &a, 1), 0);
	did = entry_of(test, su, a).w[1];
	soft_unit_forget(su);
	su->refuse = 1;
	ret = vtd_context_set(&su->unit, &a, 1, VTD_NO_PASID, &blocked);
	KUNIT_EXPECT_EQ(test, ret, -EINVAL);
	vtd_domain_detach(da, &su->unit, VTD_NO_PASID, a, !ret);
	KUNIT_EXPECT_TRUE(test, da->leaked);
	KUNIT_EXPECT_EQ(
		test, vtd_domain_attach(db, &su->unit, VTD_NO_PASID, &b, 1), 0);
	KUNIT_EXPECT_NE(test, entry_of(test, su, b).w[1], did);
	leave(test, db, su, &b, 1);
	/* Only the test knows that this unit forgets everything. */
	vtd_pt_destroy(&da->pt);
	vtd_domain_free(da);
	vtd_domain_free(db);
}

static void out_of_domain_ids(struct kunit *test)
{
	/* ND 0: 16 ids, of which 0 and 1 are taken. */
	struct soft_unit *su =
		soft_unit_translating(test, SOFT_CAP & ~7ULL, SOFT_ECAP);
	struct vtd_domain *d[15];
	unsigned int i;
	u16 sid;

	for (i = 0; i < 15; i++) {
		d[i] = domain_on(test, su);
		sid = 0x100 + i;
		KUNIT_EXPECT_EQ(test,
				vtd_domain_attach(d[i], &su->unit, VTD_NO_PASID,
						  &sid, 1),
				i < 14 ? 0 : -ENOSPC);
	}
	KUNIT_EXPECT_EQ(test, entry_of(test, su, 0x100).w[1] >> 8, 2);
	for (i = 0; i < 15; i++) {
		sid = 0x100 + i;
		if (i < 14)
			leave(test, d[i], su, &sid, 1);
		vtd_domain_free(d[i]);
	}
}

static void unit_of_another_width_refuses_the_tables(struct kunit *test)
{
	struct soft_unit *su = soft_unit_translating(test, SOFT_CAP, SOFT_ECAP);
	/* 39 bits only: SAGAW 2, MGAW 38. */
	struct soft_unit *narrow = soft_unit_translating(
		test, (SOFT_CAP & ~0x3f1f00ULL) | 0x260200, SOFT_ECAP);
	struct vtd_domain *d = domain_on(test, su);

	KUNIT_EXPECT_EQ(test,
			vtd_domain_attach(d, &narrow->unit, VTD_NO_PASID,
					  &sid_0018, 1),
			-EINVAL);
	KUNIT_EXPECT_TRUE(test, list_empty(&d->units));
	vtd_domain_free(d);
}

static void
coherent_tables_are_refused_by_a_unit_that_does_not_snoop(struct kunit *test)
{
	struct soft_unit *su =
		soft_unit_translating(test, SOFT_CAP, SOFT_ECAP | ECAP_C);
	struct soft_unit *other =
		soft_unit_translating(test, SOFT_CAP, SOFT_ECAP & ~ECAP_C);
	struct vtd_domain *d = domain_on(test, su);

	KUNIT_EXPECT_EQ(test,
			vtd_domain_attach(d, &other->unit, VTD_NO_PASID,
					  &sid_0018, 1),
			-EINVAL);
	vtd_domain_free(d);
}

static void identity_entry_passes_through(struct kunit *test)
{
	struct soft_unit *su =
		soft_unit_ready(test, SOFT_CAP, SOFT_ECAP | ECAP_PT);
	struct vtd_translation same = vtd_identity(&su->unit);

	KUNIT_ASSERT_EQ(test,
			vtd_context_set(&su->unit, &sid_0018, 1, VTD_NO_PASID,
					&same),
			0);
	/* TT 10, AW of the widest, here 48 bits, domain-id 1. */
	expect_entry(test, su, sid_0018, 0x9, 0x102);
}

static void identity_tables_where_pass_through_is_missing(struct kunit *test)
{
	struct soft_unit *su =
		soft_unit_ready(test, SOFT_CAP, SOFT_ECAP & ~ECAP_PT);
	struct vtd_translation same;
	struct vtd_pt_leaf leaf;
	u64 here = virt_to_phys(su->unit.root);

	KUNIT_ASSERT_EQ(test, vtd_identity_init(&su->unit), 0);
	same = vtd_identity(&su->unit);
	KUNIT_EXPECT_EQ(test, same.kind, VTD_SECOND_STAGE);
	KUNIT_EXPECT_EQ(test, same.table, virt_to_phys(su->unit.identity.root));
	KUNIT_EXPECT_TRUE(test, vtd_pt_lookup(&su->unit.identity, here, &leaf));
	KUNIT_EXPECT_EQ(test, leaf.phys, here);
	KUNIT_EXPECT_EQ(test, leaf.prot, 3);
	vtd_identity_destroy(&su->unit);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(untouched_bus_has_no_table),
	KUNIT_CASE(entry_lands_where_the_unit_looks),
	KUNIT_CASE(every_bus_gets_its_own_table),
	KUNIT_CASE(present_bit_is_stored_last),
	KUNIT_CASE(other_domain_goes_through_absence),
	KUNIT_CASE(same_domain_changes_in_one_store),
	KUNIT_CASE(same_entry_again_costs_nothing),
	KUNIT_CASE(blocking_clears_both_halves),
	KUNIT_CASE(nothing_is_invalidated_while_off),
	KUNIT_CASE(caching_mode_is_told_of_new_entries),
	KUNIT_CASE(new_entry_needs_no_invalidation_otherwise),
	KUNIT_CASE(write_buffer_is_drained_for_new_entries),
	KUNIT_CASE(stores_reach_memory_of_a_unit_that_does_not_snoop),
	KUNIT_CASE(no_line_is_written_back_for_a_unit_that_snoops),
	KUNIT_CASE(failed_invalidation_is_reported),
	KUNIT_CASE(failed_invalidation_is_made_up_for),
	KUNIT_CASE(attach_points_every_source_id_to_the_tables),
	KUNIT_CASE(domains_have_ids_of_their_own),
	KUNIT_CASE(devices_of_a_domain_share_its_id),
	KUNIT_CASE(id_of_a_failed_invalidation_is_never_reused),
	KUNIT_CASE(out_of_domain_ids),
	KUNIT_CASE(unit_of_another_width_refuses_the_tables),
	KUNIT_CASE(coherent_tables_are_refused_by_a_unit_that_does_not_snoop),
	KUNIT_CASE(identity_entry_passes_through),
	KUNIT_CASE(identity_tables_where_pass_through_is_missing),
	{}
};

struct kunit_suite vtd_context_suite = {
	.name = "vtd_context",
	.suite_init = soft_unit_suite_init,
	.suite_exit = soft_unit_suite_exit,
	.test_cases = cases,
};
