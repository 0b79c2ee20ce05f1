// SPDX-License-Identifier: GPL-2.0
/*
 * Nested domains on the software unit: from each kind of translation to each
 * other, with requests while the driver waits; and what fails half way.
 *
 * SRCS: dmar/nested.c
 * SRCS: dmar/qi.c dmar/context.c dmar/unit.c dmar/domain.c dmar/flush.c
 * SRCS: dmar/pasid.c dmar/scalable.c dmar/devtlb.c
 * SRCS: dmar/pgtable.c dmar/identity.c dmar/reply.c kunit/model/model.c
 * SRCS: selftests/native/model_fixture.c selftests/native/rig.c
 * SRCS: selftests/native/nested_rig.c
 * CFLAGS: -DVTD_OBSERVER
 */
#include <linux/mm.h>

#include "nested_rig.h"

#define LEAF 0x67ULL /* present, writable, user, accessed, dirty */

/* What a PASID may be translated by. */
enum way {
	FIRST_0, /* first stage of the host's */
	FIRST_1,
	SECOND_0, /* the second stages that others are nested in */
	SECOND_1,
	GUEST_0, /* in second stage 0 */
	GUEST_1, /* there, too */
	GUEST_2, /* in second stage 1 */
	GUEST_3, /* there; its top table is at the same address as that of 0 */
	GUEST_4, /* in second stage 0, with the tables of 0 */
	GUEST_5, /* in second stage 1; where it has its table FIRST_0 has its own */
	IDENTITY,
	BLOCKED,
	WAYS,
};

static struct vtd_domain *first[2];

static struct vtd_domain *domain_of(enum way w)
{
	if (w <= FIRST_1)
		return first[w];
	if (w <= SECOND_1)
		return parent[w - SECOND_0];
	if (w <= GUEST_5)
		return guest[w - GUEST_0].d;
	return NULL;
}

static u64 phys_of(enum way w)
{
	if (w <= SECOND_1)
		return (4 + w) * (u64)SZ_1G;
	if (w <= GUEST_5)
		return guest[w - GUEST_0].phys;
	return AT;
}

/* Has the entry a table in bits 191:128, and which? */
static u64 upper(enum way w)
{
	if (w <= FIRST_1)
		return virt_to_phys(first[w]->pt.root);
	if (w >= GUEST_0 && w <= GUEST_5)
		return guest[w - GUEST_0].top;
	return 0;
}

static bool is_guest(enum way w)
{
	return w >= GUEST_0 && w <= GUEST_5;
}

/* May requests be refused on the way from one to the other? */
static bool has_gap(enum way from, enum way to)
{
	if (from == BLOCKED || to == BLOCKED)
		return true;
	if (!upper(from) || !upper(to) || upper(from) == upper(to))
		return false;
	if (!is_guest(from) && !is_guest(to))
		return false;
	return !is_guest(from) || !is_guest(to) ||
	       guest[from - GUEST_0].parent != guest[to - GUEST_0].parent;
}

static struct vtd_domain *below(enum way w)
{
	return parent[guest[w - GUEST_0].parent];
}

/* Where the page behind AT is mapped in tables of the host's. */
static struct vtd_domain *below_or_self(enum way w)
{
	return is_guest(w) ? below(w) : domain_of(w);
}

static u64 page_of(enum way w)
{
	return is_guest(w) ? guest[w - GUEST_0].data : AT;
}

#define STOLEN (200 * (u64)SZ_1G)

/* Tables of the host's at an address that a guest has its own at. */
static u64 *decoy[5];

/*
 * A page of memory that a guest has its top table at, by its own account: who
 * walks it without a second stage is led astray.
 */
static u64 decoy_page(void)
{
	unsigned int level, i;

	for (level = 1; level <= 4; level++)
		decoy[level] = fix_page();
	for (i = 0; i < PAGES; i++)
		fix_store(&decoy[1][AT / SZ_4K + i], STOLEN | LEAF);
	for (level = 2; level <= 4; level++)
		fix_store(&decoy[level][0],
			  virt_to_phys(decoy[level - 1]) | 0x27);
	return virt_to_phys(decoy[4]);
}

/* The same, for who looks up a table of the host's in a second stage. */
static void decoy_below(unsigned int i, u64 table)
{
	unsigned int level;

	assert_int_equal(rig_map(parent[i], table, virt_to_phys(decoy[4]),
				 SZ_4K, 1, RIG_RW),
			 0);
	for (level = 1; level <= 3; level++)
		rig_map(parent[i], virt_to_phys(decoy[level]),
			virt_to_phys(decoy[level]), SZ_4K, 1, RIG_RW);
	rig_map(parent[i], STOLEN, STOLEN, SZ_4K, PAGES, RIG_RW);
}

static void start(unsigned int kind, u32 policy)
{
	unsigned int i;

	nest_start(kind, policy, 5, 1, false);
	for (i = 0; i < 2; i++) {
		first[i] = vtd_domain_alloc(&rig.unit[0],
					    vtd_unit_usual(&rig.unit[0]));
		assert_false(IS_ERR(first[i]));
		assert_int_equal(rig_map(first[i], AT, phys_of(FIRST_0 + i),
					 SZ_4K, PAGES, RIG_RW),
				 0);
		assert_int_equal(rig_map(parent[i], AT, phys_of(SECOND_0 + i),
					 SZ_4K, PAGES, RIG_RW),
				 0);
	}
	guest_make(0, 0, decoy_page(), LEAF);
	guest_make(1, 0, 0, LEAF);
	guest_make(2, 1, 0, LEAF);
	guest_make(3, 1, guest[0].top, LEAF);
	guest_share(4, 0);
	guest_make(5, 1, virt_to_phys(first[0]->pt.root), LEAF);
	decoy_below(0, virt_to_phys(first[0]->pt.root));
	decoy_below(0, virt_to_phys(first[1]->pt.root));
	decoy_below(1, virt_to_phys(first[1]->pt.root));
	allow(0, RIG_SID);
	allow(0, OTHER);
}

static void free_all(void)
{
	unsigned int i;

	for (i = 0; i < 2; i++) {
		if (first[i]->leaked)
			vtd_pt_destroy(&first[i]->pt);
		vtd_domain_free(first[i]);
	}
	for (i = 1; i <= 4; i++)
		fix_page_free(decoy[i]);
}

static void stop(void)
{
	fix_assert_good();
	free_all();
	nest_stop();
}

static int come(enum way w, u16 sid, u32 pasid)
{
	const struct vtd_translation same = vtd_identity(&rig.unit[0]);

	if (w == BLOCKED)
		return cut(0, sid, pasid);
	if (w == IDENTITY)
		return vtd_context_set(&rig.unit[0], &sid, 1, pasid, &same);
	return join(domain_of(w), 0, sid, pasid);
}

static void gone(enum way w, u16 sid, u32 pasid, bool forgotten)
{
	if (domain_of(w))
		vtd_domain_detach(domain_of(w), &rig.unit[0], pasid, sid,
				  forgotten);
}

static void assert_way(enum way w, u16 sid, u32 pasid)
{
	if (w == BLOCKED)
		assert_int_equal(ask(0, sid, pasid, AT, VTD_MODEL_READ, NULL),
				 ABSENT);
	else
		assert_at(sid, pasid, AT, phys_of(w));
}

/* --- requests while the driver waits ---------------------------------------------- */

static struct {
	u32 pasid;
	enum way from, to;
	unsigned int asked, refused;
	unsigned int at; /* when to take something away; 0: never */
	enum way what;
	bool taken;
	bool on;
} dma;

static void take(enum way w)
{
	rig_unmap(below_or_self(w), page_of(w), SZ_4K, 1);
}

static void give(enum way w)
{
	assert_int_equal(rig_map(below_or_self(w), page_of(w), phys_of(w),
				 SZ_4K, 1, RIG_RW),
			 0);
}

static void assert_one_of_both(unsigned int reason, u64 at)
{
	if (dma.taken && !reason)
		assert_true(at != phys_of(dma.what) + 0x40);
	if (!reason) {
		assert_true(
			(dma.from != BLOCKED &&
			 at == phys_of(dma.from) + 0x40) ||
			(dma.to != BLOCKED && at == phys_of(dma.to) + 0x40));
	} else if (!dma.taken || reason == ABSENT) {
		assert_int_equal(reason, ABSENT);
		dma.refused++;
		assert_true(has_gap(dma.from, dma.to));
	}
}

static void dma_now(void)
{
	unsigned int reason;
	u64 at;

	if (!dma.on)
		return;
	dma.on = false;
	if (++dma.asked == dma.at) {
		take(dma.what);
		dma.taken = true;
	}
	reason = ask(0, RIG_SID, dma.pasid, AT + 0x40, VTD_MODEL_WRITE, &at);
	assert_one_of_both(reason, at);
	/* others, of the same domains, are none the wiser */
	if (!dma.at) {
		assert_way(dma.from, OTHER, dma.pasid);
		assert_way(dma.to, OTHER, dma.pasid + 1);
	}
	dma.on = true;
}

static void dma_relax(void)
{
	dma_now();
	vtd_model_tick();
}

static void change(enum way from, enum way to, u32 pasid)
{
	dma.pasid = pasid;
	dma.from = from;
	dma.to = to;
	dma.asked = 0;
	dma.refused = 0;
	dma.taken = false;
	dma.on = true;
	fix_relax(dma_relax);
	assert_int_equal(come(to, RIG_SID, pasid), 0);
	fix_relax(NULL);
	dma.on = false;
	assert_int_equal(rig.unit[0].between, 0);
	gone(from, RIG_SID, pasid, true);
}

/* Every change there is. */
static void test_changes(void **state)
{
	unsigned int kind = fix_arg(state) >> 2;
	u32 pasid = fix_arg(state) & 1 ? P : VTD_NO_PASID;
	u32 more = fix_arg(state) & 2 ? VTD_MODEL_REORDER | VTD_MODEL_PREFETCH :
					0;
	unsigned int from, to;

	start(kind, VTD_MODEL_EAGER | more);
	dma.at = 0;
	for (from = 0; from < WAYS; from++) {
		for (to = 0; to < WAYS; to++) {
			if (from == to)
				continue;
			assert_int_equal(come(from, OTHER, pasid), 0);
			assert_int_equal(come(to, OTHER, pasid + 1), 0);
			assert_int_equal(come(from, RIG_SID, pasid), 0);
			assert_way(from, RIG_SID, pasid);
			change(from, to, pasid);
			assert_true(dma.asked > 0 || from == BLOCKED);
			assert_way(to, RIG_SID, pasid);
			/* a gap that need not be is none that is tested */
			if (has_gap(from, to) && from != BLOCKED)
				assert_true(dma.refused > 0);
			fix_assert_good();
			assert_int_equal(cut(0, RIG_SID, pasid), 0);
			gone(to, RIG_SID, pasid, true);
			assert_int_equal(cut(0, OTHER, pasid), 0);
			gone(from, OTHER, pasid, true);
			assert_int_equal(cut(0, OTHER, pasid + 1), 0);
			gone(to, OTHER, pasid + 1, true);
		}
	}
	assert_true(list_empty(&parent[0]->units));
	assert_true(list_empty(&parent[1]->units));
	assert_int_equal(atomic_read(&rig.unit[0].nr_did_used), 0);
	stop();
}

/*
 * What is unmapped while an entry changes is out of reach when its flush has
 * returned, whatever the entry is in the midst of.
 */
static void test_unmapped_meanwhile(void **state)
{
	unsigned int kind = fix_arg(state), from, to, which;

	start(kind, VTD_MODEL_EAGER);
	for (from = 0; from < IDENTITY; from++) {
		for (to = 0; to < IDENTITY; to++) {
			if (from == to || phys_of(from) == phys_of(to))
				continue;
			for (which = 0; which < 2; which++) {
				dma.what = which ? to : from;
				for (dma.at = 1; dma.at < 40; dma.at++) {
					assert_int_equal(come(from, RIG_SID, P),
							 0);
					assert_way(from, RIG_SID, P);
					change(from, to, P);
					if (!dma.taken)
						take(dma.what);
					give(dma.what);
					assert_way(to, RIG_SID, P);
					assert_int_equal(cut(0, RIG_SID, P), 0);
					gone(to, RIG_SID, P, true);
					if (!dma.taken)
						break;
				}
				assert_true(dma.at > 1 && dma.at < 40);
			}
		}
	}
	stop();
}

/* A table alone changes, under the same domain-id. */
static void test_table_alone(void **state)
{
	struct vtd_translation to;
	const u16 sid = RIG_SID;
	unsigned int i;

	start(fix_arg(state), VTD_MODEL_EAGER);
	to = vtd_pt_translation(&parent[0]->pt, 9);
	to.kind = VTD_NESTED;
	to.guest_levels = 4;
	for (i = 0; i < 4; i++) {
		to.guest = guest[i & 1].top;
		assert_int_equal(vtd_context_set(&rig.unit[0], &sid, 1, P, &to),
				 0);
		assert_way(GUEST_0 + (i & 1), sid, P);
	}
	assert_int_equal(cut(0, RIG_SID, P), 0);
	stop();
}

/* --- what fails ------------------------------------------------------------------- */

static bool leaked(enum way w)
{
	bool leaks = domain_of(w)->leaked;

	/* the host's tables below a guest's that leaked are kept, too */
	if (leaks && is_guest(w))
		assert_true(below(w)->leaked);
	return leaks;
}

/* With nothing cached, a request is refused by what is in memory. */
static void assert_not_in_memory(u32 pasid)
{
	struct vtd_qi *qi = &rig.unit[0].qi;
	struct vtd_qi_desc desc = vtd_qi_pasid_global();

	assert_int_equal(vtd_qi_submit(qi, &desc, 1), 0);
	desc = vtd_qi_iotlb_global(0);
	assert_int_equal(vtd_qi_submit(qi, &desc, 1), 0);
	assert_int_equal(ask(0, RIG_SID, pasid, AT, VTD_MODEL_READ, NULL),
			 ABSENT);
}

/* The n-th descriptor of a change is refused.  Return: was there one? */
static bool refused(unsigned int kind, enum way from, enum way to,
		    unsigned int nth)
{
	unsigned int used;
	bool failed;
	u16 did;

	start(kind, 0);
	assert_int_equal(come(from, RIG_SID, P), 0);
	assert_way(from, RIG_SID, P);
	used = atomic_read(&rig.unit[0].nr_did_used);
	vtd_model_inject(rig.model[0], VTD_MODEL_IQE, nth, 0);
	failed = come(to, RIG_SID, P) != 0;
	assert_int_equal(rig.failed, failed);
	if (failed) {
		assert_true(!(entry_of(0, RIG_SID, P).w[0] & 1));
		assert_true(leaked(to));
		assert_int_equal(leaked(from),
				 is_guest(to) && domain_of(from) == below(to));
		assert_not_in_memory(P);
		/* its id is never used again */
		assert_int_equal(atomic_read(&rig.unit[0].nr_did_used),
				 used + 1);
		did = ida_alloc_range(&rig.unit[0].dids, VTD_DID_FIRST, 100,
				      GFP_KERNEL);
		assert_int_equal(did, VTD_DID_FIRST + used + 1);
		ida_free(&rig.unit[0].dids, did);
		rig.failed = 0;
		gone(from, RIG_SID, P, false);
		assert_true(leaked(from));
		assert_int_equal(atomic_read(&rig.unit[0].nr_did_used),
				 used + 1);
		/* asked once more, it is made up for */
		assert_int_equal(come(GUEST_1, RIG_SID, P), 0);
		assert_way(GUEST_1, RIG_SID, P);
		to = GUEST_1;
	} else {
		assert_way(to, RIG_SID, P);
		gone(from, RIG_SID, P, true);
		assert_false(leaked(from) || leaked(to));
		/* the one that is still to come */
		for (nth = 0; nth < 40 && !vtd_flush_all(domain_of(to)); nth++)
			;
		assert_true(nth < 40);
	}
	assert_int_equal(cut(0, RIG_SID, P), 0);
	gone(to, RIG_SID, P, true);
	free_all();
	nest_stop_broken();
	return failed;
}

static void ask_relax(void)
{
	if (dma.on) {
		dma.on = false;
		ask(0, RIG_SID, P, AT, VTD_MODEL_WRITE, NULL);
		dma.on = true;
	}
	vtd_model_tick();
}

/* Nobody knows what a change that failed has left: it is flushed all the same. */
static void test_unmapped_after_failure(void **state)
{
	static const enum way ways[][2] = { { GUEST_0, GUEST_1 },
					    { FIRST_0, FIRST_1 },
					    { GUEST_2, GUEST_3 } };
	unsigned int i, nth, failures = 0;

	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		enum way from = ways[i][0], to = ways[i][1];

		for (nth = 1; nth < 12; nth++) {
			bool failed;

			start(fix_arg(state), VTD_MODEL_EAGER);
			assert_int_equal(come(from, RIG_SID, P), 0);
			assert_way(from, RIG_SID, P);
			vtd_model_inject(rig.model[0], VTD_MODEL_IQE, nth, 0);
			dma.on = true;
			fix_relax(ask_relax);
			failed = come(to, RIG_SID, P) != 0;
			fix_relax(NULL);
			dma.on = false;
			failures += failed;
			if (failed) {
				assert_true(leaked(to));
				/* who flushes one of them flushes all */
				take(from);
				take(to);
				assert_int_not_equal(ask(0, RIG_SID, P, AT,
							 VTD_MODEL_WRITE, NULL),
						     0);
			}
			rig.failed = 0;
			for (; !failed && nth < 40; nth++)
				if (vtd_flush_all(domain_of(to)))
					break;
			gone(from, RIG_SID, P, !failed);
			assert_int_equal(cut(0, RIG_SID, P), 0);
			if (!failed)
				gone(to, RIG_SID, P, true);
			free_all();
			nest_stop_broken();
			if (!failed)
				break;
		}
	}
	assert_true(failures > 3 * ARRAY_SIZE(ways));
}

static const enum way fails[][2] = {
	{ GUEST_0, GUEST_1 }, { GUEST_0, GUEST_2 },  { GUEST_0, GUEST_3 },
	{ FIRST_1, GUEST_0 }, { GUEST_0, FIRST_1 },  { SECOND_0, GUEST_0 },
	{ GUEST_2, FIRST_0 }, { GUEST_2, SECOND_1 }, { GUEST_0, SECOND_1 },
};

static void test_refused(void **state)
{
	unsigned int i, nth;

	for (i = 0; i < ARRAY_SIZE(fails); i++) {
		for (nth = 1; nth < 30; nth++)
			if (!refused(fix_arg(state), fails[i][0], fails[i][1],
				     nth))
				break;
		assert_true(nth > 3 && nth < 30);
	}
}

/* A table of the parent's that leaked is not freed with the domain. */
static void test_leak_is_kept(void **state)
{
	struct vtd_domain *second;
	struct vtd_guest_stage stage = { .table = 0x5000, .levels = 4 };
	struct iommu_domain *domain;
	struct vtd_pgtable pt;
	long tables;

	start(fix_arg(state), 0);
	second = vtd_domain_alloc(
		&rig.unit[0], (struct vtd_domain_want){ VTD_PT_SECOND, false });
	assert_false(IS_ERR(second));
	second->nest_parent = true;
	assert_int_equal(rig_map(second, AT, AT, SZ_4K, 1, RIG_RW), 0);
	domain = vtd_nested_alloc(NULL, &second->domain, &stage, NULL);
	assert_false(IS_ERR(domain));
	assert_int_equal(join(to_vtd_domain(domain), 0, RIG_SID, P), 0);
	vtd_model_inject(rig.model[0], VTD_MODEL_IQE, 1, 0);
	assert_int_not_equal(cut(0, RIG_SID, P), 0);
	vtd_domain_detach(to_vtd_domain(domain), &rig.unit[0], P, RIG_SID,
			  false);
	assert_true(list_empty(&second->units));
	rig.failed = 0;
	tables = vtd_shim_live_tables();
	pt = second->pt;
	vtd_nested_free(domain);
	vtd_domain_free(second);
	assert_int_equal(vtd_shim_live_tables(), tables);
	assert_int_equal(cut(0, RIG_SID, P), 0);
	vtd_pt_destroy(&pt);
	free_all();
	nest_stop_broken();
}

/* Some other device does not answer meanwhile: waits and fences are dropped. */
static void test_timed_out(void **state)
{
	unsigned int i, nth;

	for (nth = 1; nth < 10; nth++) {
		start(fix_arg(state), 0);
		for (i = 0; i < ARRAY_SIZE(fails); i++) {
			enum way from = fails[i][0], to = fails[i][1];

			assert_int_equal(come(from, RIG_SID, P), 0);
			assert_way(from, RIG_SID, P);
			vtd_model_inject(rig.model[0], VTD_MODEL_ITE, nth,
					 0x100);
			assert_int_equal(come(to, RIG_SID, P), 0);
			assert_way(to, RIG_SID, P);
			gone(from, RIG_SID, P, true);
			vtd_model_inject(rig.model[0], VTD_MODEL_ITE,
					 (nth + 1) / 2, 0x100);
			assert_int_equal(cut(0, RIG_SID, P), 0);
			gone(to, RIG_SID, P, true);
		}
		stop();
	}
}

static void test_no_memory(void **state)
{
	const struct vtd_guest_stage stage = { .table = 0x5000, .levels = 4 };
	unsigned int n, failures = 0;

	for (n = 1; n < 12; n++) {
		int ret;

		start(fix_arg(state), VTD_MODEL_EAGER);
		vtd_shim_fail_alloc(n);
		ret = come(GUEST_0, RIG_SID, P);
		failures += vtd_shim_alloc_failures();
		vtd_shim_fail_alloc(0);
		if (ret) {
			assert_int_equal(ret, -ENOMEM);
			assert_int_equal(ask(0, RIG_SID, P, AT, VTD_MODEL_READ,
					     NULL) != 0,
					 1);
			assert_true(list_empty(&parent[0]->units));
			assert_true(list_empty(&guest[0].d->units));
			assert_int_equal(atomic_read(&rig.unit[0].nr_did_used),
					 0);
			assert_false(guest[0].d->leaked || parent[0]->leaked);
			assert_int_equal(come(GUEST_0, RIG_SID, P), 0);
		}
		assert_way(GUEST_0, RIG_SID, P);
		assert_int_equal(entry_of(0, RIG_SID, P).w[1] & 0xffff,
				 VTD_DID_FIRST);
		assert_int_equal(cut(0, RIG_SID, P), 0);
		gone(GUEST_0, RIG_SID, P, true);
		stop();
	}
	/* two of what is attached, two of the unit, the id, the table */
	assert_true(failures >= 5);
	start(fix_arg(state), VTD_MODEL_EAGER);
	vtd_shim_fail_alloc(1);
	assert_int_equal(PTR_ERR(vtd_nested_alloc(NULL, &parent[0]->domain,
						  &stage, NULL)),
			 -ENOMEM);
	vtd_shim_fail_alloc(0);
	stop();
}

int main(void)
{
	unsigned int kind, n;

	for (kind = 0; kind < NEST_KINDS; kind++) {
		const char *name = nest_kinds[kind].name;

		for (n = 0; n < 4; n++)
			fix_case(test_changes,
				 (void *)(uintptr_t)(kind << 2 | n),
				 "every change under DMA, %s a PASID%s, %s",
				 n & 1 ? "with" : "without",
				 n & 2 ? ", out of order" : "", name);
		fix_case(test_unmapped_meanwhile, (void *)(uintptr_t)kind,
			 "unmapped during a change, %s", name);
		fix_case(test_unmapped_after_failure, (void *)(uintptr_t)kind,
			 "unmapped after a change that failed, %s", name);
		fix_case(test_table_alone, (void *)(uintptr_t)kind,
			 "a table under the same domain-id, %s", name);
		fix_case(test_refused, (void *)(uintptr_t)kind,
			 "descriptors refused, %s", name);
		fix_case(test_leak_is_kept, (void *)(uintptr_t)kind,
			 "tables that leaked, %s", name);
		fix_case(test_timed_out, (void *)(uintptr_t)kind,
			 "time-outs of others, %s", name);
		fix_case(test_no_memory, (void *)(uintptr_t)kind,
			 "no memory, %s", name);
	}
	return fix_run("dmar-nested-change");
}
