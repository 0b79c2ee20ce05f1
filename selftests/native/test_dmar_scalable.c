// SPDX-License-Identifier: GPL-2.0
/*
 * Scalable mode on the software unit: context and PASID entries in every change,
 * with requests while the driver waits; domains by PASID; what fails half way.
 *
 * SRCS: dmar/qi.c dmar/context.c dmar/unit.c dmar/domain.c dmar/flush.c
 * SRCS: dmar/pasid.c dmar/scalable.c dmar/devtlb.c
 * SRCS: dmar/pgtable.c dmar/identity.c dmar/reply.c kunit/model/model.c
 * SRCS: kunit/model/memory.c kunit/model/regs.c kunit/model/fault.c
 * SRCS: kunit/model/walk.c kunit/model/cache.c kunit/model/queue.c
 * SRCS: kunit/model/device.c kunit/model/check.c kunit/model/quiescent.c
 * SRCS: kunit/model/intr.c kunit/model/check_intr.c
 * SRCS: selftests/native/model_fixture.c selftests/native/rig.c
 * CFLAGS: -DVTD_OBSERVER
 */
#include <linux/kernel.h>

#include "rig.h"

#include "../../dmar/scalable.h"

#define SM_BASE                                                         \
	((FIX_ECAP & ~VTDM_ECAP_C) | VTDM_ECAP_SMTS | VTDM_ECAP_PASID | \
	 VTDM_ECAP_PSS(20))
#define SM_COHERENT (VTDM_ECAP_C | VTDM_ECAP_SMPWCS)

static const u16 sid_a[] = { RIG_SID }, sid_b[] = { 0x0200 };

#define P 0x4321 /* in the middle of the directory */
#define AT 0x10000ULL

static const struct rig_kind kinds[] = {
	{ VTDM_CAP_FL1GP, SM_COHERENT | VTDM_ECAP_FSTS, 0, "first stage" },
	{ 0, VTDM_ECAP_FSTS, 0, "first stage, not coherent" },
	{ 0, VTDM_ECAP_C | VTDM_ECAP_FSTS, 4,
	  "first stage, walks not coherent, slow" },
	{ VTDM_CAP_CM, VTDM_ECAP_SMPWCS | VTDM_ECAP_FSTS, 0,
	  "first stage, caching mode, entries not coherent" },
	{ 0, SM_COHERENT | VTDM_ECAP_SSTS, 0, "second stage" },
	{ 0, VTDM_ECAP_SSTS, 3, "second stage, not coherent, slow" },
	{ 0, SM_COHERENT | VTDM_ECAP_FSTS | VTDM_ECAP_SSTS, 1,
	  "both stages, slow" },
};

static bool first(unsigned int kind)
{
	return kinds[kind].ecap & VTDM_ECAP_FSTS;
}

static void start(unsigned int kind, u32 policy)
{
	rig_start();
	rig_add(FIX_CAP | kinds[kind].cap, SM_BASE | kinds[kind].ecap, policy,
		7, kinds[kind].latency);
	assert_true(rig.unit[0].scalable);
	assert_int_equal(rig.unit[0].first_stage, first(kind));
}

static unsigned int ask(u16 sid, u32 pasid, u64 addr, u64 *phys)
{
	const struct vtd_model_request request = {
		.sid = sid,
		.with_pasid = pasid != VTD_NO_PASID,
		.pasid = pasid,
		.access = VTD_MODEL_WRITE,
		.addr = addr,
	};
	struct vtd_model_result r;

	vtd_model_request(rig.model[0], &request, NULL, 0, &r);
	if (phys)
		*phys = r.phys;
	return r.reason;
}

static void assert_at(u32 pasid, u64 phys)
{
	u64 at;

	assert_int_equal(ask(RIG_SID, pasid, AT + 0x123, &at), 0);
	assert_true(at == phys + 0x123);
}

/* Where the request goes when its PASID has no entry. */
#define ABSENT 0x59

static struct vtd_domain *space[3];

static u64 home(unsigned int i)
{
	return (i + 1) * SZ_1G;
}

static void spaces(void)
{
	unsigned int i;

	for (i = 0; i < 3; i++) {
		space[i] = rig_domain(0);
		assert_int_equal(
			rig_map(space[i], AT, home(i), SZ_4K, 4, RIG_RW), 0);
	}
}

static void spaces_gone(void)
{
	unsigned int i;

	for (i = 0; i < 3; i++)
		vtd_domain_free(space[i]);
}

static int attach(unsigned int i, u32 pasid)
{
	return vtd_domain_attach(space[i], &rig.unit[0], pasid, sid_a, 1);
}

static void detach(unsigned int i, u32 pasid, bool forgotten)
{
	vtd_domain_detach(space[i], &rig.unit[0], pasid, RIG_SID, forgotten);
}

static int set(u32 pasid, struct vtd_translation to)
{
	return vtd_context_set(&rig.unit[0], sid_a, 1, pasid, &to);
}

static int block(u32 pasid)
{
	return set(pasid, (struct vtd_translation){});
}

static void replace(unsigned int from, unsigned int to, u32 pasid)
{
	assert_int_equal(attach(to, pasid), 0);
	detach(from, pasid, true);
	assert_at(pasid, home(to));
	fix_assert_good();
}

static void allow(void)
{
	assert_int_equal(vtd_sm_features(&rig.unit[0], RIG_SID,
					 VTD_SM_CONTEXT_PASIDE, 20),
			 0);
}

static void test_transitions(void **state)
{
	struct vtd_unit *unit = &rig.unit[0];

	start(fix_arg(state), VTD_MODEL_EAGER);
	spaces();
	assert_int_equal(set(VTD_NO_PASID, vtd_identity(unit)), 0);
	assert_at(VTD_NO_PASID, AT);
	assert_int_equal(attach(0, VTD_NO_PASID), 0);
	assert_at(VTD_NO_PASID, home(0));
	fix_assert_good();
	replace(0, 1, VTD_NO_PASID);
	assert_int_equal(set(VTD_NO_PASID, vtd_identity(unit)), 0);
	detach(1, VTD_NO_PASID, true);
	assert_at(VTD_NO_PASID, AT);
	fix_assert_good();
	assert_int_equal(attach(2, VTD_NO_PASID), 0);
	assert_int_equal(block(VTD_NO_PASID), 0);
	detach(2, VTD_NO_PASID, true);
	assert_int_not_equal(ask(RIG_SID, VTD_NO_PASID, AT, NULL), 0);
	fix_assert_good();
	assert_int_equal(attach(0, VTD_NO_PASID), 0);
	assert_at(VTD_NO_PASID, home(0));
	assert_int_equal(block(VTD_NO_PASID), 0);
	detach(0, VTD_NO_PASID, true);
	spaces_gone();
	rig_stop();
}

static void test_pasids(void **state)
{
	struct vtd_unit *unit = &rig.unit[0];

	start(fix_arg(state), VTD_MODEL_EAGER);
	spaces();
	assert_int_equal(set(VTD_NO_PASID, vtd_identity(unit)), 0);
	allow();
	/* what requests without a PASID get is what it was */
	assert_at(VTD_NO_PASID, AT);
	assert_int_not_equal(ask(RIG_SID, P, AT, NULL), 0);
	assert_int_equal(attach(0, P), 0);
	assert_at(P, home(0));
	assert_int_equal(attach(1, P + 1), 0);
	assert_at(P + 1, home(1));
	assert_int_equal(ask(RIG_SID, P + 2, AT, NULL), ABSENT);
	replace(0, 2, P);
	assert_at(P + 1, home(1));
	assert_int_equal(set(P, vtd_identity(unit)), 0);
	detach(2, P, true);
	assert_at(P, AT);
	assert_int_equal(attach(0, P), 0);
	assert_int_equal(attach(0, VTD_NO_PASID), 0);
	assert_at(VTD_NO_PASID, home(0));
	/* one domain, three ways: all are flushed */
	assert_int_equal(attach(0, 5), 0);
	assert_at(5, home(0));
	assert_int_equal(rig_unmap(space[0], AT, SZ_4K, 4), 4 * SZ_4K);
	assert_int_not_equal(ask(RIG_SID, P, AT, NULL), 0);
	assert_int_not_equal(ask(RIG_SID, 5, AT, NULL), 0);
	assert_int_not_equal(ask(RIG_SID, VTD_NO_PASID, AT, NULL), 0);
	fix_assert_good();
	/* without a domain of its own it keeps its directory for the PASIDs */
	assert_int_equal(block(VTD_NO_PASID), 0);
	detach(0, VTD_NO_PASID, true);
	assert_at(P + 1, home(1));
	assert_int_equal(block(5), 0);
	detach(0, 5, true);
	assert_int_equal(block(P), 0);
	detach(0, P, true);
	assert_int_equal(block(P + 1), 0);
	detach(1, P + 1, true);
	assert_int_equal(ask(RIG_SID, P + 1, AT, NULL), ABSENT);
	assert_int_equal(vtd_sm_features(unit, RIG_SID, 0, 20), 0);
	assert_int_equal(block(VTD_NO_PASID), 0);
	spaces_gone();
	rig_stop();
}

static u64 context_of(u16 sid)
{
	struct vtd_sm_context_entry ce;
	struct vtd_pasid_entry pe;

	assert_int_equal(vtd_sm_peek(&rig.unit[0], sid, VTD_NO_PASID, &ce, &pe),
			 0);
	return ce.w[0];
}

/* Who has a directory of its own, and for how long. */
static void test_directories(void **state)
{
	struct vtd_unit *unit = &rig.unit[0];
	struct vtd_translation same;
	u16 upper = RIG_SID | 0x80;
	u64 shared;

	start(fix_arg(state), VTD_MODEL_EAGER);
	spaces();
	same = vtd_identity(unit);
	assert_int_equal(vtd_context_set(unit, sid_b, 1, VTD_NO_PASID, &same),
			 0);
	shared = context_of(sid_b[0]);
	assert_int_equal(set(VTD_NO_PASID, same), 0);
	assert_true(context_of(RIG_SID) == shared);
	/* what it may do stays when it passes again */
	allow();
	assert_int_equal(set(VTD_NO_PASID, same), 0);
	assert_int_equal(attach(0, P), 0);
	assert_at(P, home(0));
	assert_at(VTD_NO_PASID, AT);
	/* and so do its PASIDs, though it may not use them */
	assert_int_equal(vtd_sm_features(unit, RIG_SID, 0, 20), 0);
	assert_int_equal(set(VTD_NO_PASID, same), 0);
	allow();
	assert_at(P, home(0));
	assert_int_equal(vtd_sm_features(unit, RIG_SID, 0, 20), 0);
	assert_int_equal(block(P), 0);
	detach(0, P, true);
	assert_int_equal(attach(0, VTD_NO_PASID), 0);
	assert_true(context_of(RIG_SID) != shared);
	assert_int_equal(set(VTD_NO_PASID, same), 0);
	detach(0, VTD_NO_PASID, true);
	assert_true(context_of(RIG_SID) == shared);
	/* the two halves of a bus have a table each */
	assert_int_equal(vtd_context_set(unit, &upper, 1, VTD_NO_PASID, &same),
			 0);
	assert_int_equal(ask(upper, VTD_NO_PASID, AT, NULL), 0);
	assert_int_equal(block(VTD_NO_PASID), 0);
	assert_int_equal(ask(upper, VTD_NO_PASID, AT, NULL), 0);
	spaces_gone();
	rig_stop();
}

/* --- requests while the driver waits, which it does after each store ---------- */

static struct {
	u32 pasid;
	u64 from;
	u64 to;
	unsigned int asked;
	bool on;
} dma;

static void dma_now(void)
{
	u64 at;

	if (!dma.on)
		return;
	dma.on = false;
	dma.asked++;
	assert_int_equal(ask(RIG_SID, dma.pasid, AT + 0x40, &at), 0);
	assert_true(at == dma.from + 0x40 || at == dma.to + 0x40);
	/* another device, of the same domains, is none the wiser */
	assert_int_equal(ask(sid_b[0], dma.pasid, AT + 0x40, &at), 0);
	assert_true(at == home(0) + 0x40);
	dma.on = true;
}

static void dma_relax(void)
{
	dma_now();
	vtd_model_tick();
}

static void under_dma(unsigned int from, unsigned int to, u32 pasid)
{
	dma.pasid = pasid;
	dma.from = home(from);
	dma.to = home(to);
	dma.asked = 0;
	dma.on = true;
	fix_relax(dma_relax);
	assert_int_equal(attach(to, pasid), 0);
	fix_relax(NULL);
	dma.on = false;
	assert_true(dma.asked > 3);
	detach(from, pasid, true);
	assert_at(pasid, home(to));
	fix_assert_good();
}

/* From one domain to another no request is refused, or goes elsewhere. */
static void test_hitless(void **state)
{
	u32 pasid = fix_arg(state) & 1 ? P : VTD_NO_PASID;
	struct vtd_unit *unit = &rig.unit[0];
	const struct vtd_translation none = {};
	unsigned int round;

	start(fix_arg(state) >> 1, VTD_MODEL_EAGER);
	spaces();
	allow();
	assert_int_equal(
		vtd_sm_features(unit, sid_b[0], VTD_SM_CONTEXT_PASIDE, 20), 0);
	assert_int_equal(vtd_domain_attach(space[0], unit, pasid, sid_b, 1), 0);
	assert_int_equal(attach(0, pasid), 0);
	for (round = 0; round < 3; round++) {
		under_dma(0, 1, pasid);
		under_dma(1, 2, pasid);
		under_dma(2, 0, pasid);
	}
	assert_int_equal(block(pasid), 0);
	detach(0, pasid, true);
	assert_int_equal(vtd_context_set(unit, sid_b, 1, pasid, &none), 0);
	vtd_domain_detach(space[0], unit, pasid, sid_b[0], true);
	spaces_gone();
	rig_stop();
}

/* --- what fails ----------------------------------------------------------------- */

/* With nothing cached, a request is refused by what is in memory. */
static void assert_not_in_memory(u32 pasid)
{
	struct vtd_qi *qi = &rig.unit[0].qi;
	struct vtd_qi_desc desc = vtd_qi_pasid_global();

	assert_int_equal(vtd_qi_submit(qi, &desc, 1), 0);
	desc = vtd_qi_iotlb_global(0);
	assert_int_equal(vtd_qi_submit(qi, &desc, 1), 0);
	assert_int_equal(ask(RIG_SID, pasid, AT, NULL), ABSENT);
}

/* The n-th descriptor of a change is refused: the entry allows nothing then. */
static void test_refused(void **state)
{
	unsigned int kind = fix_arg(state) >> 4, nth = fix_arg(state) & 15, i;
	bool failed;

	start(kind, 0);
	spaces();
	allow();
	assert_int_equal(attach(0, P), 0);
	assert_at(P, home(0));
	vtd_model_inject(rig.model[0], VTD_MODEL_IQE, nth, 0);
	failed = attach(1, P);
	assert_int_equal(rig.failed, failed);
	if (failed) {
		struct vtd_sm_context_entry ce;
		struct vtd_pasid_entry pe;

		vtd_sm_peek(&rig.unit[0], RIG_SID, P, &ce, &pe);
		assert_false(pe.w[0] & 1);
		assert_true(space[1]->leaked);
		assert_not_in_memory(P);
		/* and once more */
		vtd_model_inject(rig.model[0], VTD_MODEL_IQE, 1, 0);
		assert_int_not_equal(attach(1, P), 0);
		vtd_sm_peek(&rig.unit[0], RIG_SID, P, &ce, &pe);
		assert_false(pe.w[0] & 1);
		assert_not_in_memory(P);
		rig.failed = 0;
		/* asked once more, it is made up for */
		assert_int_equal(attach(2, P), 0);
		assert_at(P, home(2));
		assert_int_equal(block(P), 0);
		detach(2, P, true);
		detach(0, P, false);
	} else {
		assert_at(P, home(1));
		detach(0, P, true);
		assert_int_equal(block(P), 0);
		detach(1, P, true);
	}
	for (i = 0; i < 3; i++)
		if (space[i]->leaked)
			/* only the test knows that all is forgotten by now */
			vtd_pt_destroy(&space[i]->pt);
	spaces_gone();
	assert_int_equal(fix_broken(), 0);
	rig_stop_broken();
}

/* Some other device does not answer meanwhile: waits and fences are dropped. */
static void test_timed_out(void **state)
{
	unsigned int kind = fix_arg(state) >> 4, nth = fix_arg(state) & 15;

	start(kind, 0);
	spaces();
	allow();
	assert_int_equal(attach(0, P), 0);
	vtd_model_inject(rig.model[0], VTD_MODEL_ITE, nth, 0x100);
	assert_int_equal(attach(1, P), 0);
	assert_at(P, home(1));
	detach(0, P, true);
	vtd_model_inject(rig.model[0], VTD_MODEL_ITE, (nth + 1) / 2, 0x100);
	assert_int_equal(block(P), 0);
	detach(1, P, true);
	spaces_gone();
	rig_stop();
}

/* --- what the unit is given ------------------------------------------------------ */

static u32 mark;

static void from_now(void)
{
	mark = rig.unit[0].qi.tail;
}

/* Descriptors since from_now() whose lower word is @lo. */
static unsigned int given(u64 lo)
{
	const struct vtd_qi *qi = &rig.unit[0].qi;
	unsigned int nr = 0;
	u32 at;

	for (at = mark; at != qi->tail; at = (at + 1) & (qi->slots - 1))
		nr += vtd_qi_at(qi, at)->w[0] == lo;
	return nr;
}

#define DID(i) ((i) + 2ULL)
#define OF(did, pasid) ((u64)(did) << 16 | (u64)(pasid) << 32)
#define PASID_ONE 0x17 /* 6.5.2.2 */
#define PASID_ALL 0x37
#define PIOTLB_PASID 0x26 /* 6.5.2.4 */
#define IOTLB_DOMAIN 0xe2 /* 6.5.2.3, with both drains */
#define IOTLB_ALL 0xd2

/* Each stage by its own descriptors (6.5.3.3), and no more than is due. */
static void test_given(void **state)
{
	unsigned int kind = fix_arg(state);
	bool caching = kinds[kind].cap & VTDM_CAP_CM;
	struct vtd_sm_context_entry ce;
	struct vtd_pasid_entry pe;

	start(kind, 0);
	spaces();
	allow();
	from_now();
	assert_int_equal(attach(0, P), 0);
	assert_int_equal(given(PASID_ONE | OF(0, P)), caching);
	assert_int_equal(given(PASID_ONE | OF(DID(0), P)), 0);
	from_now();
	assert_int_equal(block(P), 0);
	assert_int_equal(given(PASID_ONE | OF(DID(0), P)), 1);
	assert_int_equal(given(PIOTLB_PASID | OF(DID(0), P)), first(kind));
	assert_int_equal(given(IOTLB_DOMAIN | OF(DID(0), 0)), !first(kind));
	assert_int_equal(given(PASID_ALL) + given(IOTLB_ALL), 0);
	vtd_sm_peek(&rig.unit[0], RIG_SID, P, &ce, &pe);
	assert_true(!pe.w[0] && !pe.w[1] && !pe.w[2]);
	detach(0, P, true);
	spaces_gone();
	rig_stop();
}

/* After a failure all is forgotten once, whatever it was cached under. */
static void test_given_unsure(void **state)
{
	unsigned int i;

	start(fix_arg(state), 0);
	spaces();
	allow();
	assert_int_equal(attach(0, P), 0);
	vtd_model_inject(rig.model[0], VTD_MODEL_IQE, 1, 0);
	assert_int_not_equal(attach(1, P), 0);
	assert_int_equal(rig.failed, 1);
	rig.failed = 0;
	from_now();
	assert_int_equal(attach(2, P), 0);
	assert_int_equal(given(PASID_ALL), 1);
	assert_int_equal(given(IOTLB_ALL), 1);
	assert_at(P, home(2));
	from_now();
	assert_int_equal(block(P), 0);
	assert_int_equal(given(PASID_ALL) + given(IOTLB_ALL), 0);
	detach(2, P, true);
	detach(0, P, false);
	for (i = 0; i < 3; i++)
		if (space[i]->leaked)
			vtd_pt_destroy(&space[i]->pt);
	spaces_gone();
	assert_int_equal(fix_broken(), 0);
	rig_stop_broken();
}

/* A table alone changes, under the same domain-id. */
static void test_table_alone(void **state)
{
	struct vtd_translation to;

	start(0, VTD_MODEL_EAGER);
	spaces();
	allow();
	to = vtd_pt_translation(&space[0]->pt, 9);
	assert_int_equal(set(P, to), 0);
	assert_at(P, home(0));
	to = vtd_pt_translation(&space[1]->pt, 9);
	assert_int_equal(set(P, to), 0);
	assert_at(P, home(1));
	assert_int_equal(block(P), 0);
	spaces_gone();
	rig_stop();
}

/* --- context entries whose change fails ------------------------------------------ */

static void refuse_next(void)
{
	rig.failed = 0;
	rig.unit[0].health = VTD_HEALTH_OK;
	vtd_model_inject(rig.model[0], VTD_MODEL_IQE, 1, 0);
}

static void test_context_refused(void **state)
{
	struct vtd_unit *unit = &rig.unit[0];
	const u16 both[] = { RIG_SID, sid_b[0] };
	const struct vtd_translation none = {};
	unsigned int i;
	long tables;
	u64 contexts;

	start(fix_arg(state), 0);
	spaces();
	/* absent, but not forgotten: whoever sets it next has to flush */
	assert_int_equal(set(VTD_NO_PASID, vtd_identity(unit)), 0);
	refuse_next();
	assert_int_not_equal(block(VTD_NO_PASID), 0);
	assert_int_equal(rig.failed, 1);
	assert_true(!(context_of(RIG_SID) & 1) && context_of(RIG_SID));
	contexts = vtd_model_stats(rig.model[0]).contexts;
	assert_int_equal(set(VTD_NO_PASID, vtd_identity(unit)), 0);
	assert_true(vtd_model_stats(rig.model[0]).contexts > contexts);
	refuse_next();
	assert_int_not_equal(block(VTD_NO_PASID), 0);
	allow();
	assert_int_not_equal(ask(RIG_SID, VTD_NO_PASID, AT, NULL), 0);
	assert_int_equal(vtd_sm_features(unit, RIG_SID, 0, 20), 0);
	assert_int_equal(set(VTD_NO_PASID, vtd_identity(unit)), 0);
	assert_at(VTD_NO_PASID, AT);
	/* to a directory of its own */
	refuse_next();
	assert_int_not_equal(attach(0, VTD_NO_PASID), 0);
	assert_int_equal(context_of(RIG_SID) & 1, 0);
	refuse_next();
	assert_int_not_equal(attach(1, VTD_NO_PASID), 0);
	assert_int_equal(context_of(RIG_SID) & 1, 0);
	/* what could not be blocked in full is not let through by and by */
	allow();
	assert_int_not_equal(ask(RIG_SID, VTD_NO_PASID, AT, NULL), 0);
	assert_int_equal(vtd_sm_features(unit, RIG_SID, 0, 20), 0);
	/* and from there: the unit may still read it */
	assert_int_equal(attach(1, VTD_NO_PASID), 0);
	assert_at(VTD_NO_PASID, home(1));
	tables = vtd_shim_live_tables();
	refuse_next();
	assert_int_not_equal(set(VTD_NO_PASID, vtd_identity(unit)), 0);
	assert_int_equal(vtd_shim_live_tables(), tables);
	assert_int_equal(context_of(RIG_SID) & 1, 0);
	/* of two source-ids the other one is blocked all the same */
	assert_int_equal(block(VTD_NO_PASID), 0);
	detach(1, VTD_NO_PASID, true);
	assert_int_equal(
		vtd_domain_attach(space[2], unit, VTD_NO_PASID, both, 2), 0);
	refuse_next();
	assert_int_not_equal(
		vtd_context_set(unit, both, 2, VTD_NO_PASID, &none), 0);
	assert_int_not_equal(ask(sid_b[0], VTD_NO_PASID, AT, NULL), 0);
	assert_int_equal(vtd_context_set(unit, both, 2, VTD_NO_PASID, &none),
			 0);
	vtd_domain_detach(space[2], unit, VTD_NO_PASID, RIG_SID, true);
	for (i = 0; i < 3; i++)
		if (space[i]->leaked)
			vtd_pt_destroy(&space[i]->pt);
	spaces_gone();
	fix_assert_good();
	assert_int_equal(fix_broken(), 0);
	rig_stop_broken();
}

static void test_no_memory(void **state)
{
	struct vtd_unit *unit = &rig.unit[0];
	unsigned int n;

	for (n = 1; n < 12; n++) {
		int ret;

		start(fix_arg(state), VTD_MODEL_EAGER);
		spaces();
		vtd_shim_fail_alloc(n);
		ret = attach(0, VTD_NO_PASID);
		vtd_shim_fail_alloc(0);
		if (ret) {
			assert_int_equal(ret, -ENOMEM);
			assert_int_not_equal(
				ask(RIG_SID, VTD_NO_PASID, AT, NULL), 0);
			assert_int_equal(attach(0, VTD_NO_PASID), 0);
		}
		assert_at(VTD_NO_PASID, home(0));
		assert_int_equal(set(VTD_NO_PASID, vtd_identity(unit)), 0);
		detach(0, VTD_NO_PASID, true);
		vtd_shim_fail_alloc(n);
		ret = vtd_sm_features(unit, RIG_SID, VTD_SM_CONTEXT_PASIDE, 8);
		vtd_shim_fail_alloc(0);
		assert_at(VTD_NO_PASID, AT);
		if (ret)
			assert_int_equal(ret, -ENOMEM);
		spaces_gone();
		rig_stop();
	}
}

/* --- the rest -------------------------------------------------------------------- */

static void test_limits(void **state)
{
	struct vtd_unit *unit = &rig.unit[0];
	struct vtd_domain *d;

	start(0, VTD_MODEL_EAGER);
	spaces();
	/* with room for 15 bits */
	assert_int_equal(
		vtd_sm_features(unit, RIG_SID, VTD_SM_CONTEXT_PASIDE, 8), 0);
	assert_int_equal(attach(0, 0x7fff), 0);
	assert_at(0x7fff, home(0));
	assert_int_equal(attach(0, 0x8000), -ERANGE);
	assert_int_equal(block(0x8000), 0);
	assert_int_equal(block(0x7fff), 0);
	detach(0, 0x7fff, true);
	/* and with all of them */
	assert_int_equal(
		vtd_sm_features(unit, sid_b[0], VTD_SM_CONTEXT_PASIDE, 20), 0);
	assert_int_equal(vtd_domain_attach(space[0], unit, 0xfffff, sid_b, 1),
			 0);
	assert_int_equal(ask(sid_b[0], 0xfffff, AT, NULL), 0);
	assert_int_equal(vtd_context_set(unit, sid_b, 1, 0xfffff,
					 &(struct vtd_translation){}),
			 0);
	vtd_domain_detach(space[0], unit, 0xfffff, sid_b[0], true);
	/* the upper half of the addresses is not for DMA */
	d = space[1];
	assert_true(d->pt.last_iova == (1ULL << 47) - 1);
	assert_int_equal(attach(1, VTD_NO_PASID), 0);
	assert_int_equal(rig_map(d, 1ULL << 47, SZ_1G, SZ_4K, 1, RIG_RW),
			 -ERANGE);
	assert_int_equal(
		rig_map(d, (1ULL << 47) - SZ_4K, SZ_1G, SZ_4K, 1, RIG_RW), 0);
	assert_int_equal(ask(RIG_SID, VTD_NO_PASID, (1ULL << 47) - 1, NULL), 0);
	assert_int_equal(ask(RIG_SID, VTD_NO_PASID, 1ULL << 47, NULL), 0x80);
	assert_int_equal(block(VTD_NO_PASID), 0);
	detach(1, VTD_NO_PASID, true);
	spaces_gone();
	rig_stop();
}

/* Snooping is enforced in entries that are there already. */
static void test_snoop(void **state)
{
	struct vtd_sm_context_entry ce;
	struct vtd_pasid_entry pe;

	start(0, VTD_MODEL_EAGER);
	spaces();
	allow();
	assert_int_equal(attach(0, P), 0);
	assert_at(P, home(0));
	assert_int_equal(vtd_sm_peek(&rig.unit[0], RIG_SID, P, &ce, &pe), 0);
	assert_false(pe.w[1] >> 24 & 1);
	assert_true(vtd_domain_enforce_snoop(space[0]));
	assert_int_equal(vtd_sm_peek(&rig.unit[0], RIG_SID, P, &ce, &pe), 0);
	assert_true(pe.w[1] >> 24 & 1);
	assert_at(P, home(0));
	assert_int_equal(attach(0, VTD_NO_PASID), 0);
	vtd_sm_peek(&rig.unit[0], RIG_SID, VTD_NO_PASID, &ce, &pe);
	assert_true(pe.w[1] >> 24 & 1);
	fix_assert_good();
	block(P);
	detach(0, P, true);
	block(VTD_NO_PASID);
	detach(0, VTD_NO_PASID, true);
	spaces_gone();
	rig_stop();
}

/* Entries, literally (9.4, 9.6). */
static void test_layout(void **state)
{
	struct vtd_sm_context_entry ce;
	struct vtd_pasid_entry pe;
	struct vtd_unit *unit = &rig.unit[0];
	u64 *root;

	start(6, VTD_MODEL_EAGER);
	assert_int_equal(set(VTD_NO_PASID, vtd_identity(unit)), 0);
	vtd_sm_peek(unit, RIG_SID, VTD_NO_PASID, &ce, &pe);
	/* PDTS 2: 512 entries, a page */
	assert_int_equal(ce.w[0] & 0xfff, 0x401);
	assert_true(!ce.w[1] && !ce.w[2] && !ce.w[3]);
	/* pass-through, widest; domain-id 1, page walks snoop */
	assert_true(pe.w[0] == 0x109 && pe.w[1] == 0x800001 && !pe.w[2]);
	root = (u64 *)unit->root + 2 * (RIG_SID >> 8);
	assert_int_equal(root[0] & 0xfff, 1);
	assert_int_equal(root[1], 0);
	spaces();
	assert_int_equal(attach(0, VTD_NO_PASID), 0);
	vtd_sm_peek(unit, RIG_SID, VTD_NO_PASID, &ce, &pe);
	assert_true(pe.w[0] == 0x49 && pe.w[1] == 0x800002);
	assert_true(pe.w[2] == virt_to_phys(space[0]->pt.root));
	allow();
	vtd_sm_peek(unit, RIG_SID, VTD_NO_PASID, &ce, &pe);
	assert_int_equal(ce.w[0] & 0xfff, 0x409);
	assert_int_equal(vtd_context_silence(unit, RIG_SID, true), 0);
	vtd_sm_peek(unit, RIG_SID, VTD_NO_PASID, &ce, &pe);
	assert_int_equal(ce.w[0] & 0xfff, 0x40b);
	assert_at(VTD_NO_PASID, home(0));
	assert_int_equal(vtd_context_silence(unit, RIG_SID, false), 0);
	assert_int_equal(context_of(RIG_SID) & 0xfff, 0x409);
	block(VTD_NO_PASID);
	detach(0, VTD_NO_PASID, true);
	spaces_gone();
	rig_stop();
}

/* Scalable mode is not used when it is not wanted, or of no use. */
static void test_mode(void **state)
{
	static const struct {
		u64 ecap;
		bool wanted, scalable;
	} tries[] = {
		{ SM_COHERENT | VTDM_ECAP_FSTS, true, true },
		{ SM_COHERENT | VTDM_ECAP_SSTS, true, true },
		{ SM_COHERENT, true, false },
		{ SM_COHERENT | VTDM_ECAP_FSTS, false, false },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(tries); i++) {
		vtd_want_scalable = tries[i].wanted;
		rig_start();
		rig_add(FIX_CAP, SM_BASE | tries[i].ecap, VTD_MODEL_EAGER, 1,
			0);
		assert_int_equal(rig.unit[0].scalable, tries[i].scalable);
		assert_int_equal(set(VTD_NO_PASID, vtd_identity(&rig.unit[0])),
				 0);
		assert_at(VTD_NO_PASID, AT);
		rig_stop();
	}
	vtd_want_scalable = true;
}

/* Units of both modes: each takes the domains that it can walk. */
static void test_mixed(void **state)
{
	struct vtd_domain *d, *old;

	rig_start();
	rig_add(FIX_CAP, SM_BASE | SM_COHERENT | VTDM_ECAP_FSTS,
		VTD_MODEL_EAGER, 1, 0);
	rig_add(FIX_CAP, FIX_ECAP, VTD_MODEL_EAGER, 1, 0);
	rig_add(FIX_CAP, SM_BASE | SM_COHERENT | VTDM_ECAP_SSTS,
		VTD_MODEL_EAGER, 1, 0);
	d = rig_domain(0);
	old = rig_domain(1);
	assert_int_equal(vtd_domain_attach(d, &rig.unit[1], 0, sid_a, 1),
			 -EINVAL);
	assert_int_equal(vtd_domain_attach(d, &rig.unit[2], 0, sid_a, 1),
			 -EINVAL);
	assert_int_equal(vtd_domain_attach(old, &rig.unit[0], 0, sid_a, 1),
			 -EINVAL);
	/* second-stage tables are the same in either mode */
	assert_int_equal(vtd_domain_attach(old, &rig.unit[1], 0, sid_a, 1), 0);
	assert_int_equal(vtd_domain_attach(old, &rig.unit[2], 0, sid_a, 1), 0);
	assert_int_equal(rig_map(old, AT, SZ_1G, SZ_4K, 1, RIG_RW), 0);
	assert_int_equal(rig_ask(1, RIG_SID, AT, VTD_MODEL_READ, NULL), 0);
	assert_int_equal(rig_ask(2, RIG_SID, AT, VTD_MODEL_READ, NULL), 0);
	rig_unmap(old, AT, SZ_4K, 1);
	assert_int_not_equal(rig_ask(2, RIG_SID, AT, VTD_MODEL_READ, NULL), 0);
	vtd_context_set(&rig.unit[1], sid_a, 1, 0, &(struct vtd_translation){});
	vtd_domain_detach(old, &rig.unit[1], 0, RIG_SID, true);
	vtd_context_set(&rig.unit[2], sid_a, 1, 0, &(struct vtd_translation){});
	vtd_domain_detach(old, &rig.unit[2], 0, RIG_SID, true);
	vtd_domain_free(old);
	vtd_domain_free(d);
	rig_stop();
}

static void test_blocked_for_good(void **state)
{
	start(0, VTD_MODEL_EAGER);
	spaces();
	allow();
	assert_int_equal(attach(0, P), 0);
	assert_int_equal(attach(0, P + 1), 0);
	assert_at(P, home(0));
	assert_at(P + 1, home(0));
	vtd_domain_block(space[0]);
	assert_int_equal(ask(RIG_SID, P, AT, NULL), ABSENT);
	assert_int_equal(ask(RIG_SID, P + 1, AT, NULL), ABSENT);
	assert_int_equal(attach(0, P + 2), -EINVAL);
	fix_assert_good();
	assert_int_equal(block(P), 0);
	detach(0, P, true);
	assert_int_equal(block(P + 1), 0);
	detach(0, P + 1, true);
	spaces_gone();
	rig_stop();
}

#define NR_KINDS ARRAY_SIZE(kinds)

int main(void)
{
	unsigned int i, n;

	for (i = 0; i < NR_KINDS; i++) {
		fix_case(test_transitions, (void *)(uintptr_t)i,
			 "every change without a PASID, %s", kinds[i].name);
		fix_case(test_pasids, (void *)(uintptr_t)i,
			 "every change of a PASID, %s", kinds[i].name);
		fix_case(test_directories, (void *)(uintptr_t)i,
			 "directories of one's own, %s", kinds[i].name);
		fix_case(test_given, (void *)(uintptr_t)i,
			 "what the unit is given, %s", kinds[i].name);
		fix_case(test_given_unsure, (void *)(uintptr_t)i,
			 "what it is given after a failure, %s", kinds[i].name);
		fix_case(test_context_refused, (void *)(uintptr_t)i,
			 "a context entry refused, %s", kinds[i].name);
		for (n = 0; n < 2; n++)
			fix_case(test_hitless, (void *)(uintptr_t)(2 * i + n),
				 "B5 replaced under DMA, %s a PASID, %s",
				 n ? "with" : "without", kinds[i].name);
		for (n = 1; n <= (first(i) ? 10 : 4); n++) {
			fix_case(test_refused, (void *)(uintptr_t)(i << 4 | n),
				 "descriptor %u refused, %s", n, kinds[i].name);
			fix_case(test_timed_out,
				 (void *)(uintptr_t)(i << 4 | n),
				 "C04 a time-out at descriptor %u, %s", n,
				 kinds[i].name);
		}
		fix_case(test_no_memory, (void *)(uintptr_t)i, "no memory, %s",
			 kinds[i].name);
	}
	fix_case(test_limits, NULL, "PASIDs and addresses at their limits");
	fix_case(test_snoop, NULL, "L6 snooping enforced while attached");
	fix_case(test_table_alone, NULL, "a table under the same domain-id");
	fix_case(test_layout, NULL, "entries, literally");
	fix_case(test_mode, NULL, "the mode of a unit");
	fix_case(test_mixed, NULL, "units of both modes");
	fix_case(test_blocked_for_good, NULL, "tables given up under DMA");
	return fix_run("dmar-scalable");
}
