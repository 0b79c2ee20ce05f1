// SPDX-License-Identifier: GPL-2.0
/*
 * Nested domains on the software unit: what both stages say, and what is
 * forgotten when either changes; what was written to; snooping.
 *
 * SRCS: dmar/nested.c dmar/pgtable_dirty.c
 * SRCS: dmar/qi.c dmar/context.c dmar/unit.c dmar/domain.c dmar/flush.c
 * SRCS: dmar/pasid.c dmar/scalable.c dmar/devtlb.c
 * SRCS: dmar/pgtable.c dmar/identity.c dmar/reply.c kunit/model/model.c
 * SRCS: selftests/native/model_fixture.c selftests/native/rig.c
 * SRCS: selftests/native/nested_rig.c
 * CFLAGS: -DVTD_OBSERVER
 */
#include "nested_rig.h"

#define LEAF 0x67ULL /* present, writable, user, accessed, dirty */

/* Kind, policy and seed of a case. */
#define POLICIES 3

static const u32 policies[POLICIES] = {
	VTD_MODEL_EAGER,
	VTD_MODEL_EAGER | VTD_MODEL_PREFETCH | VTD_MODEL_REORDER,
	VTD_MODEL_EVICT | VTD_MODEL_PREFETCH | VTD_MODEL_REORDER,
};

static void start_units(void **state, unsigned int nr, bool dirty)
{
	uintptr_t arg = fix_arg(state);

	nest_start(arg & 7, policies[arg >> 3 & 3], 1 + (arg >> 5), nr, dirty);
}

/* Two guests in one second stage, one in the other, two devices. */
static void start(void **state, bool dirty)
{
	start_units(state, 1, dirty);
	guest_make(0, 0, 0, LEAF);
	guest_make(1, 0, 0, LEAF);
	guest_make(2, 1, 0, LEAF);
	allow(0, RIG_SID);
	allow(0, OTHER);
	assert_int_equal(join(guest[0].d, 0, RIG_SID, P), 0);
	assert_int_equal(join(guest[1].d, 0, RIG_SID, P + 1), 0);
	assert_int_equal(join(guest[2].d, 0, OTHER, P), 0);
	assert_int_equal(join(guest[1].d, 0, OTHER, VTD_NO_PASID), 0);
}

static void stop(void)
{
	part(guest[0].d, 0, RIG_SID, P);
	part(guest[1].d, 0, RIG_SID, P + 1);
	part(guest[2].d, 0, OTHER, P);
	part(guest[1].d, 0, OTHER, VTD_NO_PASID);
	nest_stop();
}

static void assert_all(void)
{
	assert_at(RIG_SID, P, AT, guest[0].phys);
	assert_at(RIG_SID, P + 1, AT, guest[1].phys);
	assert_at(OTHER, P, AT, guest[2].phys);
	assert_at(OTHER, VTD_NO_PASID, AT, guest[1].phys);
	fix_assert_good();
}

/* --- what both stages say ------------------------------------------------------- */

static void test_both(void **state)
{
	unsigned int i;

	start(state, false);
	for (i = 0; i < 3; i++)
		assert_all();
	assert_at(RIG_SID, P, AT + 3 * SZ_4K, guest[0].phys + 3 * SZ_4K);
	/* no entry of the guest's; none of the PASID's */
	assert_int_equal(ask(0, RIG_SID, P, AT + PAGES * SZ_4K, VTD_MODEL_READ,
			     NULL),
			 0x71);
	assert_int_equal(ask(0, RIG_SID, P + 2, AT, VTD_MODEL_READ, NULL),
			 ABSENT);
	/* what only the other one's tables say */
	guest_store(&guest[1].table[1][100], guest[1].data | LEAF);
	assert_at(RIG_SID, P + 1, 100 * SZ_4K, guest[1].phys);
	assert_refused(RIG_SID, P, 100 * SZ_4K);
	assert_refused(OTHER, P, 100 * SZ_4K);
	/* a guest's address of the other's memory is right in one second stage */
	guest_store(&guest[0].table[1][101], guest[1].data | LEAF);
	assert_at(RIG_SID, P, 101 * SZ_4K, guest[1].phys);
	guest_store(&guest[2].table[1][101], guest[1].data | LEAF);
	assert_refused(OTHER, P, 101 * SZ_4K);
	/* beyond what a second stage takes */
	guest_store(&guest[0].table[1][102], 1ULL << 49 | LEAF);
	assert_int_equal(ask(0, RIG_SID, P, 102 * SZ_4K, VTD_MODEL_READ, NULL),
			 0x84);
	fix_assert_good();
	stop();
}

/* Rights are those that both stages give. */
static void test_rights(void **state)
{
	struct guest *g = &guest[0];

	start(state, false);
	assert_int_equal(rig_map(parent[0], 0x50000000, 3 * (u64)SZ_1G, SZ_4K,
				 1, VTD_PTE_R),
			 0);
	guest_store(&g->table[1][100], 0x50000000 | LEAF);
	guest_store(&g->table[1][101], g->data | (LEAF & ~2ULL));
	assert_int_equal(ask(0, RIG_SID, P, 100 * SZ_4K, VTD_MODEL_READ, NULL),
			 0);
	assert_int_equal(ask(0, RIG_SID, P, 100 * SZ_4K, VTD_MODEL_WRITE, NULL),
			 0x85);
	assert_int_equal(ask(0, RIG_SID, P, 101 * SZ_4K, VTD_MODEL_READ, NULL),
			 0);
	assert_int_equal(ask(0, RIG_SID, P, 101 * SZ_4K, VTD_MODEL_WRITE, NULL),
			 0x85);
	fix_assert_good();
	stop();
}

/* The entry, literally (9.6). */
static void test_entry(void **state)
{
	struct vtd_guest_stage stage = {
		.table = 0x123456789000,
		.flags = VTD_PASID_SRE | VTD_PASID_WPE | VTD_PASID_EAFE,
		.levels = 5,
	};
	struct iommu_domain *domain;
	struct vtd_pasid_entry pe;

	start(state, false);
	domain = vtd_nested_alloc(NULL, &parent[1]->domain, &stage, NULL);
	assert_false(IS_ERR(domain));
	assert_int_equal(join(to_vtd_domain(domain), 0, OTHER, 7), 0);
	pe = entry_of(0, OTHER, 7);
	/* nested, 4 levels below; page walks snoop, the fifth domain-id */
	assert_true(pe.w[0] == (virt_to_phys(parent[1]->pt.root) | 0xc9));
	assert_true(pe.w[1] == 0x800006);
	/* SRE, 5 levels, WPE, EAFE */
	assert_true(pe.w[2] == (0x123456789000 | 0x1 | 0x4 | 0x10 | 0x80));
	part(to_vtd_domain(domain), 0, OTHER, 7);
	vtd_nested_free(domain);
	stop();
}

/* --- a second stage changes -------------------------------------------------------- */

/* What is unmapped there is out of reach for all that are nested in it. */
static void test_parent_unmaps(void **state)
{
	struct iommu_pages_list freed = IOMMU_PAGES_LIST_INIT(freed);
	unsigned int i;

	start(state, false);
	for (i = 0; i < PAGES; i++) {
		assert_all();
		assert_at(RIG_SID, P + 1, AT + i * SZ_4K,
			  guest[1].phys + i * SZ_4K);
		assert_at(OTHER, VTD_NO_PASID, AT + i * SZ_4K,
			  guest[1].phys + i * SZ_4K);
		assert_int_equal(rig_unmap(parent[0], guest[1].data + i * SZ_4K,
					   SZ_4K, 1),
				 SZ_4K);
		assert_refused(RIG_SID, P + 1, AT + i * SZ_4K);
		assert_refused(OTHER, VTD_NO_PASID, AT + i * SZ_4K);
		assert_at(RIG_SID, P, AT + i * SZ_4K,
			  guest[0].phys + i * SZ_4K);
		/* and mapped elsewhere */
		assert_int_equal(rig_map(parent[0], guest[1].data + i * SZ_4K,
					 5 * (u64)SZ_1G, SZ_4K, 1, RIG_RW),
				 0);
		assert_at(RIG_SID, P + 1, AT + i * SZ_4K, 5 * (u64)SZ_1G);
		assert_at(OTHER, VTD_NO_PASID, AT + i * SZ_4K, 5 * (u64)SZ_1G);
		assert_int_equal(rig_unmap(parent[0], guest[1].data + i * SZ_4K,
					   SZ_4K, 1),
				 SZ_4K);
		assert_int_equal(rig_map(parent[0], guest[1].data + i * SZ_4K,
					 guest[1].phys + i * SZ_4K, SZ_4K, 1,
					 RIG_RW),
				 0);
	}
	/* a page with tables of the guest's, at each level */
	for (i = 4; i >= 1; i--) {
		u64 at = i == 4 ? guest[0].top :
				  guest[0].table[i + 1][0] & ~0xfffULL;

		assert_all();
		assert_int_equal(rig_unmap(parent[0], at, SZ_4K, 1), SZ_4K);
		assert_refused(RIG_SID, P, AT);
		assert_at(RIG_SID, P + 1, AT, guest[1].phys);
		assert_int_equal(rig_map(parent[0], at,
					 virt_to_phys(guest[0].table[i]), SZ_4K,
					 1, RIG_RW),
				 0);
		assert_all();
	}
	/* all of it at once */
	vtd_pt_unmap(&parent[0]->pt, guest[0].data, SZ_4K, PAGES, &freed, NULL);
	assert_true(iommu_pages_list_empty(&freed));
	assert_int_equal(vtd_flush_all(parent[0]), 0);
	assert_refused(RIG_SID, P, AT);
	assert_at(RIG_SID, P + 1, AT, guest[1].phys);
	fix_assert_good();
	stop();
}

/* Large leaves below, small ones above; and the parent used by itself, too. */
static void test_parent_itself(void **state)
{
	const u64 big = 0x80000000ULL, phys = 40 * (u64)SZ_1G;

	start(state, false);
	assert_int_equal(join(parent[0], 0, OTHER, P + 5), 0);
	assert_int_equal(rig_map(parent[0], big, phys, SZ_2M, 1, RIG_RW), 0);
	guest_store(&guest[0].table[1][100], (big + 5 * SZ_4K) | LEAF);
	guest_store(&guest[1].table[1][100], (big + 6 * SZ_4K) | LEAF);
	assert_at(RIG_SID, P, 100 * SZ_4K, phys + 5 * SZ_4K);
	assert_at(RIG_SID, P + 1, 100 * SZ_4K, phys + 6 * SZ_4K);
	assert_at(OTHER, P + 5, big, phys);
	assert_at(OTHER, P + 5, guest[0].data, guest[0].phys);
	assert_int_equal(rig_unmap(parent[0], big, SZ_2M, 1), SZ_2M);
	assert_refused(RIG_SID, P, 100 * SZ_4K);
	assert_refused(RIG_SID, P + 1, 100 * SZ_4K);
	assert_refused(OTHER, P + 5, big);
	/* with the tables that led to it, whose place others take */
	assert_int_equal(rig_map(parent[0], big, 2 * phys, SZ_4K, 512, RIG_RW),
			 0);
	assert_at(RIG_SID, P, 100 * SZ_4K, 2 * phys + 5 * SZ_4K);
	assert_at(OTHER, P + 5, big, 2 * phys);
	assert_int_equal(rig_unmap(parent[0], big, SZ_2M, 1), SZ_2M);
	assert_int_equal(rig_map(parent[0], big, phys, SZ_2M, 1, RIG_RW), 0);
	assert_at(RIG_SID, P, 100 * SZ_4K, phys + 5 * SZ_4K);
	assert_at(OTHER, P + 5, big, phys);
	/* by itself it goes, and the others are told all the same */
	part(parent[0], 0, OTHER, P + 5);
	assert_int_equal(rig_unmap(parent[0], big, SZ_2M, 1), SZ_2M);
	assert_refused(RIG_SID, P, 100 * SZ_4K);
	assert_all();
	stop();
}

/* Units of which the parent knows only by what is nested in it. */
static void test_other_unit(void **state)
{
	u64 at;

	start_units(state, 2, false);
	guest_make(0, 0, 0, LEAF);
	guest_make(1, 0, 0, LEAF);
	allow(1, RIG_SID);
	assert_int_equal(join(guest[0].d, 1, RIG_SID, P), 0);
	assert_int_equal(join(guest[1].d, 1, RIG_SID, 0), 0);
	assert_int_equal(join(guest[1].d, 0, RIG_SID, 0), 0);
	assert_int_equal(ask(1, RIG_SID, P, AT, VTD_MODEL_WRITE, &at), 0);
	assert_true(at == guest[0].phys);
	assert_int_equal(ask(1, RIG_SID, 0, AT, VTD_MODEL_WRITE, &at), 0);
	assert_true(at == guest[1].phys);
	assert_at(RIG_SID, 0, AT, guest[1].phys);
	rig_unmap(parent[0], guest[0].data, SZ_4K, 1);
	assert_int_not_equal(ask(1, RIG_SID, P, AT, VTD_MODEL_WRITE, &at), 0);
	assert_int_equal(ask(1, RIG_SID, 0, AT, VTD_MODEL_WRITE, &at), 0);
	rig_unmap(parent[0], guest[1].data, SZ_4K, 1);
	assert_int_not_equal(ask(1, RIG_SID, 0, AT, VTD_MODEL_WRITE, &at), 0);
	assert_refused(RIG_SID, 0, AT);
	fix_assert_good();
	part(guest[0].d, 1, RIG_SID, P);
	part(guest[1].d, 1, RIG_SID, 0);
	assert_int_equal(rig.unit[1].nr_did_used.counter, 0);
	part(guest[1].d, 0, RIG_SID, 0);
	assert_true(list_empty(&parent[0]->units));
	nest_stop();
}

/* By a PASID that the first unit knows. */
static const struct vtd_domain_unit *shadow_of(const struct vtd_domain *d,
					       u32 pasid)
{
	const struct vtd_domain_unit *du;

	list_for_each_entry(du, &d->units, node)
		if (du->pasid == pasid)
			return du->shadow;
	return NULL;
}

/* Who comes and goes: the last takes the unit out of the parent's list. */
static void test_shadows(void **state)
{
	const struct vtd_domain_unit *shadow;
	struct vtd_unit *unit;
	unsigned int used;

	start(state, false);
	unit = &rig.unit[0];
	used = atomic_read(&unit->nr_did_used);
	/* guest 1 by PASID P + 1 and without one, which are cached apart */
	assert_int_equal(join(guest[0].d, 0, OTHER, P + 1), 0);
	assert_int_equal(atomic_read(&unit->nr_did_used), used + 1);
	assert_int_equal(join(guest[1].d, 0, OTHER, P + 3), 0);
	assert_at(OTHER, P + 1, AT, guest[0].phys);
	assert_at(OTHER, P + 3, AT, guest[1].phys);
	part(guest[0].d, 0, RIG_SID, P);
	part(guest[1].d, 0, RIG_SID, P + 1);
	rig_unmap(parent[0], guest[0].data, SZ_4K, PAGES);
	assert_refused(OTHER, P + 1, AT);
	/* who walks the list at that moment still reads it */
	shadow = shadow_of(guest[0].d, P + 1);
	part(guest[0].d, 0, OTHER, P + 1);
	assert_true(shadow->unit == unit && shadow->pasid == P + 1);
	assert_at(OTHER, P + 3, AT, guest[1].phys);
	assert_at(OTHER, VTD_NO_PASID, AT, guest[1].phys);
	part(guest[1].d, 0, OTHER, P + 3);
	rig_unmap(parent[0], guest[1].data, SZ_4K, PAGES);
	assert_refused(OTHER, VTD_NO_PASID, AT);
	part(guest[1].d, 0, OTHER, VTD_NO_PASID);
	assert_true(list_empty(&parent[0]->units));
	assert_false(list_empty(&parent[1]->units));
	part(guest[2].d, 0, OTHER, P);
	assert_true(list_empty(&parent[1]->units));
	assert_int_equal(atomic_read(&unit->nr_did_used), 0);
	nest_stop();
}

/* --- a guest changes its tables ---------------------------------------------------- */

static int flush(unsigned int i, u64 start, u64 last, bool leaf_only)
{
	return vtd_nested_flush(&guest[i].d->domain, start, last, leaf_only);
}

static void test_guest_flushes(void **state)
{
	struct guest *g = &guest[0];
	u64 *spare;

	start(state, false);
	assert_all();
	/* a leaf */
	guest_store(&g->table[1][AT / SZ_4K], (g->data + SZ_4K) | LEAF);
	assert_int_equal(flush(0, AT, AT + SZ_4K - 1, true), 0);
	assert_at(RIG_SID, P, AT, g->phys + SZ_4K);
	guest_store(&g->table[1][AT / SZ_4K], 0);
	assert_int_equal(flush(0, AT, AT + SZ_4K - 1, true), 0);
	assert_refused(RIG_SID, P, AT);
	guest_store(&g->table[1][AT / SZ_4K], g->data | LEAF);
	/* a guest that sees caching mode tells of new ones, too */
	assert_int_equal(flush(0, AT, AT + SZ_4K - 1, false), 0);
	assert_all();
	/* a table */
	spare = fix_page();
	assert_int_equal(rig_map(parent[0], 0x60000000, virt_to_phys(spare),
				 SZ_4K, 1, RIG_RW),
			 0);
	guest_store(&spare[AT / SZ_4K], (g->data + 2 * SZ_4K) | LEAF);
	guest_store(&g->table[2][0], 0x60000000 | 0x27);
	assert_int_equal(flush(0, 0, SZ_2M - 1, false), 0);
	assert_at(RIG_SID, P, AT, g->phys + 2 * SZ_4K);
	/* all of it, by way of the parent */
	guest_store(&spare[AT / SZ_4K], (g->data + 3 * SZ_4K) | LEAF);
	assert_int_equal(vtd_nested_flush(&parent[0]->domain, 0, ~0ULL, false),
			 0);
	assert_at(RIG_SID, P, AT, g->phys + 3 * SZ_4K);
	assert_at(RIG_SID, P + 1, AT, guest[1].phys);
	guest_store(&g->table[3][0], 0);
	assert_int_equal(flush(0, 0, ~0ULL, false), 0);
	assert_refused(RIG_SID, P, AT);
	fix_assert_good();
	rig_unmap(parent[0], 0x60000000, SZ_4K, 1);
	stop();
	fix_page_free(spare);
}

static u32 mark_of(void)
{
	return rig.unit[0].qi.tail;
}

/* Is a descriptor among those since @mark?  Bits in @mask count. */
static unsigned int given(u32 mark, u64 lo, u64 hi, u64 mask)
{
	const struct vtd_qi *qi = &rig.unit[0].qi;
	unsigned int nr = 0;
	u32 at;

	for (at = mark; at != qi->tail; at = (at + 1) & (qi->slots - 1))
		nr += vtd_qi_at(qi, at)->w[0] == lo &&
		      !((vtd_qi_at(qi, at)->w[1] ^ hi) & mask);
	return nr;
}

#define IH 0x40ULL

/* By PASID, with the hint as it was given: 6.5.2.4; the parent's: 6.5.2.3. */
static void test_given(void **state)
{
	unsigned int i;
	u64 did, shadow[3];
	u32 mark;

	start(state, false);
	did = entry_of(0, RIG_SID, P).w[1] & 0xffff;
	mark = mark_of();
	assert_int_equal(flush(0, AT, AT + SZ_4K - 1, true), 0);
	assert_int_equal(given(mark, 0x36 | did << 16 | (u64)P << 32, AT | IH,
			       ~0ULL),
			 1);
	mark = mark_of();
	assert_int_equal(flush(0, AT, AT + SZ_4K - 1, false), 0);
	assert_int_equal(
		given(mark, 0x36 | did << 16 | (u64)P << 32, AT, ~0ULL), 1);
	mark = mark_of();
	assert_int_equal(flush(0, 0, ~0ULL, false), 0);
	assert_int_equal(given(mark, 0x26 | did << 16 | (u64)P << 32, 0, 0), 1);
	/* the second stage: of each that is nested, by its domain-id alone */
	shadow[0] = did;
	shadow[1] = entry_of(0, RIG_SID, P + 1).w[1] & 0xffff;
	shadow[2] = entry_of(0, OTHER, VTD_NO_PASID).w[1] & 0xffff;
	mark = mark_of();
	assert_int_equal(vtd_flush_range(parent[0], AT, AT + SZ_4K - 1, true),
			 0);
	/* what is a leaf there may hold a table of the guest's */
	for (i = 0; i < 3; i++)
		assert_int_equal(given(mark, 0xf2 | shadow[i] << 16, AT, ~0ULL),
				 1);
	assert_int_equal(
		given(mark, 0xf2 | (entry_of(0, OTHER, P).w[1] & 0xffff) << 16,
		      0, 0),
		0);
	stop();
}

/* --- what was written to ------------------------------------------------------------ */

#define TOLD 16

static struct {
	u64 iova[TOLD];
	unsigned int nr;
} told;

static void tell(void *data, u64 iova, u64 bytes)
{
	assert_int_equal(bytes, SZ_4K);
	assert_true(told.nr < TOLD);
	told.iova[told.nr++] = iova;
}

static unsigned int read_dirty(unsigned int i, bool clear)
{
	told.nr = 0;
	vtd_pt_read_dirty(&parent[i]->pt, 0, ~0ULL, clear, tell, NULL);
	return told.nr;
}

static void assert_told(u64 iova)
{
	unsigned int i, nr = 0;

	for (i = 0; i < told.nr; i++)
		nr += told.iova[i] == iova;
	assert_int_equal(nr, 1);
}

#define SSADE 0x200ULL

static void write_at(u16 sid, u32 pasid, u64 addr)
{
	assert_int_equal(ask(0, sid, pasid, addr, VTD_MODEL_WRITE, NULL), 0);
}

static void assert_ssade(bool on)
{
	u64 want = on ? SSADE : 0;

	assert_true((entry_of(0, RIG_SID, P).w[0] & SSADE) == want);
	assert_true((entry_of(0, RIG_SID, P + 1).w[0] & SSADE) == want);
	assert_true((entry_of(0, OTHER, VTD_NO_PASID).w[0] & SSADE) == want);
	assert_true((entry_of(0, OTHER, P + 5).w[0] & SSADE) == want);
	/* nested in the other one */
	assert_true(!(entry_of(0, OTHER, P).w[0] & SSADE));
}

static void test_tracking(void **state)
{
	bool certain = !(policies[fix_arg(state) >> 3 & 3] & VTD_MODEL_EVICT);

	start(state, true);
	assert_int_equal(
		rig_map(parent[0], AT, 7 * (u64)SZ_1G, SZ_4K, 1, RIG_RW), 0);
	assert_int_equal(join(parent[0], 0, OTHER, P + 5), 0);
	assert_all();
	write_at(OTHER, P + 5, AT);
	assert_ssade(false);
	assert_int_equal(read_dirty(0, true), 0);
	assert_int_equal(vtd_domain_track(parent[0], true), 0);
	assert_ssade(true);
	assert_int_equal(read_dirty(0, false), 0);
	/* reads mark nothing; what is cached from before does not hide writes */
	assert_int_equal(ask(0, RIG_SID, P, AT, VTD_MODEL_READ, NULL), 0);
	assert_int_equal(read_dirty(0, false), 0);
	write_at(RIG_SID, P, AT + SZ_4K);
	write_at(RIG_SID, P, AT);
	write_at(OTHER, VTD_NO_PASID, AT);
	write_at(OTHER, P, AT);
	assert_int_equal(read_dirty(0, false), 3);
	assert_told(guest[0].data);
	assert_told(guest[0].data + SZ_4K);
	assert_told(guest[1].data);
	write_at(OTHER, P + 5, AT);
	assert_int_equal(read_dirty(0, true), 4);
	assert_told(AT);
	assert_int_equal(read_dirty(1, true), 0);
	/* until it is flushed hardware takes it for marked */
	if (certain) {
		write_at(RIG_SID, P, AT);
		assert_int_equal(read_dirty(0, false), 0);
	}
	assert_int_equal(vtd_flush_range(parent[0], 0, ~0ULL, true), 0);
	write_at(RIG_SID, P, AT);
	write_at(OTHER, P + 5, AT);
	assert_int_equal(read_dirty(0, true), 2);
	assert_told(guest[0].data);
	assert_told(AT);
	assert_int_equal(vtd_flush_range(parent[0], guest[0].data,
					 guest[0].data + SZ_4K - 1, true),
			 0);
	write_at(RIG_SID, P, AT);
	assert_int_equal(read_dirty(0, true), 1);
	/* who comes now is tracked, too */
	assert_int_equal(join(guest[0].d, 0, OTHER, P + 6), 0);
	assert_true(entry_of(0, OTHER, P + 6).w[0] & SSADE);
	write_at(OTHER, P + 6, AT + 2 * SZ_4K);
	assert_int_equal(read_dirty(0, true), 1);
	assert_told(guest[0].data + 2 * SZ_4K);
	part(guest[0].d, 0, OTHER, P + 6);
	assert_int_equal(vtd_domain_track(parent[0], true), 0);
	assert_int_equal(vtd_domain_track(parent[0], false), 0);
	assert_ssade(false);
	write_at(RIG_SID, P, AT + 3 * SZ_4K);
	assert_int_equal(read_dirty(0, true), 0);
	part(parent[0], 0, OTHER, P + 5);
	stop();
}

/* Marks in a guest's own tables are writes to its memory. */
static void test_guest_marks(void **state)
{
	struct guest *g = &guest[3];

	start(state, true);
	guest_make(3, 0, 0, 0x7);
	assert_int_equal(join(g->d, 0, RIG_SID, P + 2), 0);
	assert_int_equal(vtd_domain_track(parent[0], true), 0);
	assert_int_equal(read_dirty(0, true), 0);
	assert_int_equal(ask(0, RIG_SID, P + 2, AT, VTD_MODEL_READ, NULL), 0);
	assert_int_equal(g->table[1][AT / SZ_4K] & 0x60, 0x20);
	assert_int_equal(read_dirty(0, true), 1);
	assert_told(g->table[2][0] & ~0xfffULL);
	assert_int_equal(vtd_flush_all(parent[0]), 0);
	write_at(RIG_SID, P + 2, AT);
	assert_int_equal(g->table[1][AT / SZ_4K] & 0x60, 0x60);
	assert_int_equal(read_dirty(0, true), 2);
	assert_told(g->table[2][0] & ~0xfffULL);
	assert_told(g->data);
	part(g->d, 0, RIG_SID, P + 2);
	stop();
}

/* An invalidation fails: what is not blocked is tracked, and stays so. */
static void test_tracking_fails(void **state)
{
	static const struct {
		u16 sid;
		u32 pasid;
	} all[] = { { RIG_SID, P }, { RIG_SID, P + 1 }, { OTHER, 0 } };
	unsigned int nth, i, blocked;
	int ret;

	for (nth = 1; nth < 24; nth++) {
		start(state, true);
		assert_all();
		vtd_model_inject(rig.model[0], VTD_MODEL_IQE, nth, 0);
		ret = vtd_domain_track(parent[0], true);
		assert_int_equal(rig.failed != 0, ret != 0);
		for (i = 0, blocked = 0; i < ARRAY_SIZE(all); i++) {
			struct vtd_pasid_entry pe =
				entry_of(0, all[i].sid, all[i].pasid);

			assert_true(!(pe.w[0] & 1) || pe.w[0] & SSADE);
			blocked += !(pe.w[0] & 1);
		}
		assert_int_equal(blocked, ret != 0);
		/* a change before it could tell is not taken for made */
		assert_int_equal(vtd_domain_track(parent[0], true), 0);
		for (i = 0; i < ARRAY_SIZE(all); i++) {
			struct vtd_pasid_entry pe =
				entry_of(0, all[i].sid, all[i].pasid);

			assert_true(!(pe.w[0] & 1) || pe.w[0] & SSADE);
		}
		/* the one that is still to come */
		for (i = 0; !ret && i < 24; i++)
			if (vtd_flush_all(parent[1]))
				break;
		assert_true(i < 24);
		part(guest[0].d, 0, RIG_SID, P);
		part(guest[1].d, 0, RIG_SID, P + 1);
		part(guest[2].d, 0, OTHER, P);
		part(guest[1].d, 0, OTHER, VTD_NO_PASID);
		nest_stop_broken();
		if (!ret)
			break;
	}
	assert_true(nth > 9 && nth < 24);
}

/* --- the rest --------------------------------------------------------------------- */

#define PGSNP (1ULL << 24)

/* Of a second stage its leaves have it, of what is nested the entry, too. */
static void test_snoop(void **state)
{
	const struct vtd_guest_stage stage = { .table = 0x9000, .levels = 4 };
	struct iommu_domain *domain;
	struct vtd_pt_leaf leaf;

	start_units(state, 1, false);
	domain = vtd_nested_alloc(NULL, &parent[0]->domain, &stage, NULL);
	assert_false(IS_ERR(domain));
	allow(0, RIG_SID);
	assert_int_equal(join(to_vtd_domain(domain), 0, RIG_SID, P), 0);
	assert_true(!(entry_of(0, RIG_SID, P).w[1] & PGSNP));
	assert_true(vtd_domain_enforce_snoop(parent[0]));
	assert_true(entry_of(0, RIG_SID, P).w[1] & PGSNP);
	guest_make(0, 0, 0, LEAF);
	assert_int_equal(join(guest[0].d, 0, RIG_SID, P + 1), 0);
	assert_true(entry_of(0, RIG_SID, P + 1).w[1] & PGSNP);
	assert_at(RIG_SID, P + 1, AT, guest[0].phys);
	assert_true(vtd_pt_lookup(&parent[0]->pt, guest[0].data, &leaf));
	assert_true(leaf.prot & VTD_PTE_SNP);
	/* mapped without: too late */
	guest_make(1, 1, 0, LEAF);
	assert_int_equal(join(guest[1].d, 0, RIG_SID, P + 2), 0);
	assert_false(vtd_domain_enforce_snoop(parent[1]));
	assert_true(!(entry_of(0, RIG_SID, P + 2).w[1] & PGSNP));
	part(guest[1].d, 0, RIG_SID, P + 2);
	part(guest[0].d, 0, RIG_SID, P + 1);
	part(to_vtd_domain(domain), 0, RIG_SID, P);
	vtd_nested_free(domain);
	nest_stop();
}

#define CASE(kind, policy, seed) \
	((void *)(uintptr_t)((kind) | (policy) << 3 | (seed) << 5))

static const struct {
	const char *name;
	fix_fn fn;
	bool tracks; /* only where walks snoop */
} group[] = {
	{ "both stages", test_both, false },
	{ "rights of both", test_rights, false },
	{ "unmapped below", test_parent_unmaps, false },
	{ "the second stage by itself, too", test_parent_itself, false },
	{ "another unit", test_other_unit, false },
	{ "who comes and goes", test_shadows, false },
	{ "flushed by the guest", test_guest_flushes, false },
	{ "tracking", test_tracking, true },
	{ "marks in a guest's tables", test_guest_marks, true },
	{ "snooping enforced", test_snoop, false },
};

static bool tracks(unsigned int kind)
{
	return nest_kinds[kind].ecap & VTDM_ECAP_SSADS;
}

int main(void)
{
	unsigned int i, kind, policy, seed;

	for (i = 0; i < ARRAY_SIZE(group); i++)
		for (kind = 0; kind < NEST_KINDS; kind++)
			for (policy = 0; policy < POLICIES; policy++)
				for (seed = 0; seed < 2; seed++)
					if (tracks(kind) || !group[i].tracks)
						fix_case(
							group[i].fn,
							CASE(kind, policy,
							     seed),
							"%s, %s, policy %u, seed %u",
							group[i].name,
							nest_kinds[kind].name,
							policy, seed);
	for (kind = 0; kind < NEST_KINDS; kind++) {
		fix_case(test_given, CASE(kind, 0, 0),
			 "what the unit is given, %s", nest_kinds[kind].name);
		if (tracks(kind))
			fix_case(test_tracking_fails, CASE(kind, 0, 0),
				 "tracking that fails, %s",
				 nest_kinds[kind].name);
	}
	fix_case(test_entry, CASE(0, 0, 0), "an entry, literally");
	return fix_run("dmar-nested");
}
