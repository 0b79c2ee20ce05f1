// SPDX-License-Identifier: GPL-2.0
/*
 * What is said of a request in scalable mode against what becomes of it on the
 * software unit, with tables made by hand that are broken in every way.
 *
 * SRCS: dmar/walk_judge.c dmar/walk_scalable.c dmar/fault_walk.c
 * SRCS: kunit/model/model.c selftests/native/model_fixture.c
 * SRCS: selftests/native/model_scalable.c
 * CFLAGS: -DVTD_OBSERVER -Wno-missing-field-initializers
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "model_scalable.h"

#include "../../dmar/walk.h"

static u32 seed;

static u32 draw(u32 below)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % below;
}

static bool is_memory(u64 phys)
{
	const void *page = phys_to_virt(phys & ~0xfffULL);
	unsigned int i;

	for (i = 1; i <= 5; i++)
		if (page == sm.first[i] || (i < 5 && page == sm.second[i]))
			return true;
	return page == sm.root || page == sm.context[0] ||
	       page == sm.context[1] || page == sm.directory ||
	       page == sm.pasids || page == sm.ring || page == sm.status;
}

static bool peek(u64 phys, u64 *value)
{
	if (!is_memory(phys))
		return false;
	*value = *(const u64 *)phys_to_virt(phys);
	return true;
}

static const struct kind_of_unit {
	const char *name;
	u64 cap_off, cap_on, ecap_off, ecap_on;
} units[] = {
	{ "all there is" },
	{ "memory types", 0, 0, 0, VTDM_ECAP_MTS },
	{ "no first stage", 0, 0, VTDM_ECAP_FSTS, 0 },
	{ "no second stage, no pass-through", 0, 0,
	  VTDM_ECAP_SSTS | VTDM_ECAP_PT, 0 },
	{ "no nesting, four levels", VTDM_CAP_FL5LP, 0, VTDM_ECAP_NEST, 0 },
	{ "five levels of each, of 57 bits", 0x3fULL << 16,
	  VTDM_CAP_SAGAW(0xe) | VTDM_CAP_MGAW(57) },
	{ "no superpages", VTDM_CAP_SLLPS(3) | VTDM_CAP_FL1GP },
	{ "no PASIDs, no device TLBs, no page requests", 0, 0,
	  VTDM_ECAP_PASID | VTDM_ECAP_DT | VTDM_ECAP_PRS, 0 },
	{ "PASIDs of 6 bits", 0, 0, VTDM_ECAP_PSS(20), VTDM_ECAP_PSS(6) },
	{ "no RID_PASID, no supervisors, no execution", 0, 0,
	  VTDM_ECAP_RPS | VTDM_ECAP_SRS | VTDM_ECAP_ERS | VTDM_ECAP_EAFS, 0 },
	{ "no snoop control, no snooped walks", 0, 0,
	  VTDM_ECAP_SC | VTDM_ECAP_SMPWCS | VTDM_ECAP_SSADS, 0 },
};

/* A PASID entry of each kind, now and then without what makes it snoop. */
static void some_entry(u32 pasid, const struct vtd_walk_unit *has)
{
	u64 snoops = has->ecap & VTDM_ECAP_SMPWCS && draw(4) ? 0x800000 : 0;
	u64 ssade = has->ecap & VTDM_ECAP_SSADS && draw(2) ? 0x200 : 0;
	u64 did = SM_DID + pasid;

	switch (draw(5)) {
	case 0:
		sm_set(pasid, SM_SECOND | sm_second_top() | ssade, did | snoops,
		       0);
		return;
	case 1:
		sm_set(pasid, SM_PASS, did, 0);
		return;
	case 2:
		sm_set(pasid, SM_NESTED | sm_second_top(), did | snoops,
		       sm_first_top(4));
		return;
	case 3:
		sm_set(pasid, SM_FIRST, did | snoops, sm_first_top(5));
		return;
	default:
		/* with WPE, NXE, SMEP; SRE and EAFE where there are such */
		sm_set(pasid, SM_FIRST, did | snoops,
		       sm_first_top(4) | draw(8) << 4 |
			       (has->ecap & VTDM_ECAP_SRS ? draw(2) : 0) |
			       (has->ecap & VTDM_ECAP_EAFS ? draw(2) << 7 : 0));
	}
}

static u64 some_address(void)
{
	static const u64 base[] = {
		0x5000,	    0x1ff000,	0x200000,    0x40000000,
		0x40200000, 1ULL << 39, 1ULL << 47,  1ULL << 48,
		1ULL << 56, 1ULL << 57, ~0ULL << 47, ~0ULL << 56,
	};

	return base[draw(draw(3) ? 3 : ARRAY_SIZE(base))] + draw(0x1000);
}

/* One of the words on the way. */
static u64 *some_word(u64 addr, u32 pasid)
{
	unsigned int level = 1 + draw(5);
	unsigned int index = addr >> (12 + (level - 1) * 9) & 511;

	switch (draw(8)) {
	case 0:
		return &sm.root[2 + draw(2)];
	case 1:
		return &sm_context(draw(2) ? SM_SID : SM_HIGH)[draw(4)];
	case 2:
		return &sm.directory[pasid / 64];
	case 3:
	case 4:
		return &sm_entry(pasid)[draw(draw(2) ? 3 : 8)];
	case 5:
		return &sm.second[level < 5 ? level : 1][index];
	default:
		return &sm.first[level][index];
	}
}

/* A broken pointer may lead to pages that the unit writes to meanwhile. */
static bool is_odd(const struct vtd_walk *w)
{
	unsigned int i;

	for (i = 0; i < w->nr; i++) {
		const void *page = phys_to_virt(w->entry[i].at & ~0xfffULL);

		if (page == sm.ring || page == sm.status)
			return true;
	}
	return false;
}

static void assert_judged(const struct vtd_walk_unit *has,
			  struct vtd_model_request *r)
{
	const struct vtd_fault_way way = {
		.root = virt_to_phys(sm.root),
		.addr = r->addr,
		.pasid = r->pasid,
		.sid = r->sid,
		.scalable = true,
		.has_pasid = r->with_pasid,
	};
	struct vtd_walk w;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		unsigned int judged, reason;

		r->access = i ? VTD_MODEL_WRITE : VTD_MODEL_READ;
		sm_forget();
		/* Before it: the unit sets accessed and dirty bits. */
		vtd_walk_tables(&way, peek, &w);
		assert_int_not_equal(w.tables.end, VTD_END_CHANGED);
		judged = vtd_walk_judge(&w, has, i);
		reason = sm_send(r);
		if (is_odd(&w) || (!judged && w.tables.end == VTD_END_NESTED))
			continue;
		if (reason != judged)
			fail_msg(
				"%s of 0x%llx under 0x%x: fault 0x%x, judged 0x%x, end %u at %u",
				i ? "write" : "read", r->addr, w.pasid, reason,
				judged, w.tables.end, w.tables.level);
		if (reason)
			continue;
		if (w.tables.end == VTD_END_PASS_THROUGH)
			assert_true(sm_result.phys == r->addr);
		else
			assert_true(w.tables.end == VTD_END_LEAF &&
				    w.tables.phys == sm_result.phys);
	}
}

static u64 some_value(u64 before)
{
	unsigned int bits, below = draw(3) ? 64 : 12;

	/* a page, perhaps one of the interrupt range */
	if (!draw(4))
		return (draw(2) ? 0xfee00000 : 0x80000000) | draw(0x1000);
	for (bits = 1 + draw(2); bits; bits--)
		before ^= 1ULL << draw(below);
	return before;
}

static void test_judge(void **state)
{
	const struct kind_of_unit *k = &units[fix_arg(state)];
	const struct vtd_walk_unit has = {
		.cap = (SM_CAP & ~k->cap_off) | k->cap_on,
		.ecap = (SM_ECAP & ~k->ecap_off) | k->ecap_on,
		.host_bits = 52,
	};
	unsigned int i;

	seed = fix_arg(state) + 1;
	sm_start(has.cap, has.ecap, 0);
	fix.quiet = true;
	for (i = 0; i < 1500; i++) {
		struct vtd_model_request r = {
			.sid = draw(8) ? SM_SID : SM_HIGH,
			.with_pasid = draw(2),
			.addr = some_address(),
		};
		u64 *word, before;

		if (r.with_pasid)
			r.pasid = draw(8) ? 5 : draw(2) ? 64 : 0x2000;
		if (i % 8 == 0) {
			some_entry(0, &has);
			some_entry(5, &has);
		}
		word = some_word(r.addr, r.pasid);
		before = *word;
		fix_store(word, some_value(before));
		assert_judged(&has, &r);
		fix_store(word, before);
	}
	sm_forget();
	fix_forget();
	sm_set(0, 0, 0, 0);
	sm_set(5, 0, 0, 0);
	sm_stop();
}

int main(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(units); i++)
		fix_case(test_judge, (void *)(uintptr_t)i, "broken entries, %s",
			 units[i].name);
	return fix_run("walk-model");
}
