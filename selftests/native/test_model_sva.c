// SPDX-License-Identifier: GPL-2.0
/*
 * A device with PASIDs in scalable mode on the software unit: its device TLB by
 * PASID, dirty bits, DMA that waits for a page, and what responses do.  Literal
 * descriptors.
 *
 * SRCS: kunit/model/model.c selftests/native/model_fixture.c
 * SRCS: selftests/native/model_scalable.c
 * CFLAGS: -DVTD_OBSERVER
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "../../kunit/model/endpoint.h"
#include "model_scalable.h"

#define ECAP (SM_ECAP | VTDM_ECAP_PDS)
#define PASID 5
#define OTHER 6
#define EVERYTHING 0x7ffffffffffff000ULL

static struct vtd_model_endpoint *ep;
static u64 *prq;

static struct {
	unsigned int nr;
	u32 pasid;
	bool with_pasid;
	unsigned int group;
	unsigned int code;
} heard;

static void responded(void *data, u32 pasid, bool with_pasid,
		      unsigned int group, unsigned int code)
{
	heard.nr++;
	heard.pasid = pasid;
	heard.with_pasid = with_pasid;
	heard.group = group;
	heard.code = code;
}

/* PASIDs 5 and 6, and requests without one, by the same first stage. */
static void start_with(u64 ecap, u32 policy, bool global)
{
	const struct vtd_model_endpoint_config device = {
		.sid = SM_SID,
		.pfsid = SM_SID,
		.qdep = 4,
		.width = 20,
		.prq = 16,
		.global = global,
		.seed = 1,
		.responded = responded,
	};

	sm_start(SM_CAP, ecap, policy);
	fix.quiet = true;
	memset(&heard, 0, sizeof(heard));
	prq = fix_page();
	fix_write64(&sm.regs, 0xd0, virt_to_phys(prq));
	sm_use_first();
	sm_set(PASID, SM_FIRST, SM_WALK(SM_DID), sm_first_top(4) | 0x23);
	sm_set(OTHER, SM_FIRST, SM_WALK(SM_DID), sm_first_top(4));
	sm_set_context(SM_SID, virt_to_phys(sm.directory) | 0x1d, 0);
	ep = vtd_model_endpoint_create(sm.unit, &device);
	assert_non_null(ep);
	vtd_model_endpoint_enable(ep, true, true, true, 4);
	assert_int_equal(fix_broken(), 0);
}

static void start(void)
{
	start_with(ECAP, 0, false);
}

static void stop(void)
{
	u64 *keep = prq;

	fix_write32(&sm.regs, 0x34, 0xffffffff);
	sm_run();
	fix_write32(&sm.regs, 0x18, 0x04000000);
	fix_write64(&sm.regs, 0xd0, 0);
	fix_page_free(keep);
	sm_stop();
}

static void assert_told(enum vtd_model_rule rule)
{
	assert_true(fix.broken[rule] > 0);
	assert_int_equal(fix.broken[rule], fix_broken());
	fix_forget();
}

/* DMA of a PASID; without one for 0. */
static bool reaches(u32 pasid, u64 addr, enum vtd_model_access access)
{
	const struct vtd_model_request request = {
		.with_pasid = pasid,
		.pasid = pasid,
		.access = access,
		.addr = addr,
	};

	return vtd_model_endpoint_dma(ep, &request, NULL, 1, &sm_result);
}

static u64 asked(void)
{
	return vtd_model_endpoint_stats(ep).asked;
}

/* Is it in the device TLB? */
static bool knows(u32 pasid, u64 addr)
{
	u64 before = asked();

	assert_true(reaches(pasid, addr, VTD_MODEL_READ));
	return asked() == before;
}

static bool asks(u32 pasid, u16 group, bool last)
{
	const struct vtd_model_page_request request = {
		.with_pasid = pasid,
		.pasid = pasid,
		.read = true,
		.last = last,
		.group = group,
		.addr = 0x7000,
	};

	return vtd_model_endpoint_ask(ep, &request);
}

static void answer(u32 pasid, unsigned int code, unsigned int group)
{
	sm_do(9 | (pasid ? 0x10 : 0) | (u64)SM_SID << 16 | (u64)pasid << 32 |
		      (u64)code << 12,
	      group << 3);
	assert_int_equal(fix_read32(&sm.regs, 0x34), 0);
}

#define DEVTLB (0x3ULL | (u64)SM_SID << 32 | 4 << 16)
#define PASID_DEVTLB(pasid) \
	(0x8ULL | 4 << 4 | (u64)SM_SID << 16 | (u64)(pasid) << 32)

/* --- descriptors ------------------------------------------------------------- */

static const struct {
	u64 lo;
	u64 hi;
	u64 ecap; /* besides */
	unsigned int code;
	const char *name;
} descriptors[] = {
	{ 0x501180048, 0, 0, 0, "device TLB" },
	{ 0x501180048, 1, 0, 0, "device TLB, global" },
	{ 0x501180048, 2, 0, 4, "device TLB, bit 65" },
	{ 0x501180048, 0x400, 0, 4, "device TLB, bit 74" },
	{ 0x501180048, 0x800, 0, 0, "device TLB, S" },
	{ 0x501180248, 0, 0, 3, "device TLB, bit 9 is of the type" },
	{ 0x501180848, 0, 0, 3, "device TLB, bit 11 is of the type" },
	{ 0x501188048, 0, 0, 4, "device TLB, PFSID without DIT" },
	{ 0x0110000501188048, 0, VTDM_ECAP_DIT, 0, "device TLB, PFSID" },
	{ 0x501180039, 8, 0, 4, "response, bit 5" },
	{ 0x501180119, 8, 0, 4, "response, bit 8" },
	{ 0x501180219, 8, 0, 3, "response, bit 9 is of the type" },
	{ 0x0010000501180019, 8, 0, 4, "response, bit 52" },
	{ 0x501180019, 0xc, 0, 4, "response, bit 66" },
	{ 0x501180019, 0x1008, 0, 4, "response, bit 76" },
	{ 0x501190019, 0xff8, 0, 0, "response" },
};

static void test_descriptor(void **state)
{
	unsigned int i = fix_arg(state);
	u32 at;

	start_with(ECAP | descriptors[i].ecap, 0, false);
	at = sm.tail;
	sm_do(descriptors[i].lo, descriptors[i].hi);
	assert_int_equal(fix_read32(&sm.regs, 0x34),
			 descriptors[i].code ? 0x10 : 0);
	assert_int_equal(fix_read64(&sm.regs, 0xb0), descriptors[i].code);
	if (descriptors[i].code) {
		fix_store(&sm.ring[at / 8], SM_IOTLB_GLOBAL);
		fix_store(&sm.ring[at / 8 + 1], 0);
	}
	stop();
}

static void test_response_without_prs(void **state)
{
	u32 at;

	sm_start(SM_CAP, SM_ECAP & ~VTDM_ECAP_PRS, 0);
	at = sm.tail;
	sm_do(0x501180019, 8);
	assert_int_equal(fix_read64(&sm.regs, 0xb0), 3);
	fix_store(&sm.ring[at / 8], SM_IOTLB_GLOBAL);
	fix_store(&sm.ring[at / 8 + 1], 0);
	sm_stop();
}

/* --- the device TLB ----------------------------------------------------------- */

static const struct {
	u64 lo;
	u64 hi;
	bool global; /* the device knows the flag */
	bool none, first, second; /* forgets: no PASID, 5, 6 */
	const char *name;
} ranges[] = {
	{ DEVTLB, EVERYTHING | 1, true, true, false, false, "no PASID" },
	{ PASID_DEVTLB(5), 0x4000, true, false, true, false, "PASID, page" },
	{ PASID_DEVTLB(5), 0x5000, true, false, false, false, "next page" },
	{ PASID_DEVTLB(5), 0x4800, true, false, true, false, "2 pages" },
	{ PASID_DEVTLB(5), 0x2800, true, false, false, false,
	  "2 pages before" },
	{ PASID_DEVTLB(5), EVERYTHING | 0x800, true, false, true, false,
	  "PASID, everything" },
	{ PASID_DEVTLB(6), EVERYTHING | 0x800, true, false, false, true,
	  "other PASID" },
	{ PASID_DEVTLB(7), EVERYTHING | 0x800, true, false, false, false,
	  "third PASID" },
	{ PASID_DEVTLB(5), 0x4001, true, false, true, true,
	  "all PASIDs, page" },
	{ PASID_DEVTLB(7), EVERYTHING | 0x801, true, false, true, true,
	  "all PASIDs, everything" },
	{ PASID_DEVTLB(5), 0x4001, false, false, true, false,
	  "all PASIDs, and it knows no such flag" },
};

static void test_range(void **state)
{
	unsigned int i = fix_arg(state);

	start_with(ECAP, 0, ranges[i].global);
	knows(0, 0x4000);
	knows(PASID, 0x4000);
	knows(OTHER, 0x4000);
	assert_int_equal(vtd_model_endpoint_cached(ep), 3);
	sm_do(ranges[i].lo, ranges[i].hi);
	assert_int_equal(knows(0, 0x4000), !ranges[i].none);
	assert_int_equal(knows(PASID, 0x4000), !ranges[i].first);
	assert_int_equal(knows(OTHER, 0x4000), !ranges[i].second);
	fix_assert_good();
	stop();
}

static void test_depth(void **state)
{
	start();
	sm_do(0x501180058, 0x4000);
	assert_told(VTD_MODEL_QUEUE);
	stop();
}

/* What a supervisor was told is not for users, and execution is asked for. */
static void test_modes(void **state)
{
	struct vtd_model_request request = {
		.with_pasid = true,
		.pasid = PASID,
		.access = VTD_MODEL_READ,
		.addr = 0x4000,
	};

	start();
	assert_true(vtd_model_endpoint_dma(ep, &request, NULL, 1, &sm_result));
	request.privileged = true;
	assert_true(vtd_model_endpoint_dma(ep, &request, NULL, 1, &sm_result));
	assert_int_equal(asked(), 2);
	request.privileged = false;
	request.execute = true;
	assert_true(vtd_model_endpoint_dma(ep, &request, NULL, 1, &sm_result));
	assert_int_equal(asked(), 3);
	assert_true(vtd_model_endpoint_dma(ep, &request, NULL, 1, &sm_result));
	assert_int_equal(asked(), 3);
	fix_assert_good();
	/* no execution here */
	fix_store(&sm.first[1][5], 1ULL << 63 | 0x100005067);
	request.addr = 0x5000;
	assert_false(vtd_model_endpoint_dma(ep, &request, NULL, 1, &sm_result));
	assert_true(sm_result.pending);
	stop();
}

/* The device may not ask: no DTE, no PASIDs, no such PASID. */
static void test_may_not(void **state)
{
	start();
	assert_false(reaches(9, 0x4000, VTD_MODEL_READ));
	assert_int_equal(sm_result.reason, 0x59);
	assert_false(sm_result.pending);
	sm_set_context(SM_SID, virt_to_phys(sm.directory) | 0x15, 0);
	assert_false(reaches(PASID, 0x4000, VTD_MODEL_READ));
	assert_int_equal(sm_result.reason, 0x45);
	sm_set_context(SM_SID, virt_to_phys(sm.directory) | 0x9, 0);
	assert_false(reaches(PASID, 0x4000, VTD_MODEL_READ));
	assert_int_equal(sm_result.reason, 0x44);
	assert_int_equal(vtd_model_endpoint_cached(ep), 0);
	stop();
}

static const struct {
	unsigned int how; /* 0: first stage, 1: second, 2: nested */
	u64 addr;
	u64 entry; /* of page 4, of the first stage but for 1 */
	bool fault;
	const char *name;
} answers[] = {
	{ 0, 0x4000, 0, false, "first stage, not present" },
	{ 0, 0x4000, 0x100004063, false, "first stage, supervisor's" },
	{ 0, 1ULL << 47, 0x67, false, "first stage, not canonical" },
	{ 1, 0x4000, 0, false, "second stage, not present" },
	{ 1, 0x4000, 0x4000000200004003, true, "second stage, reserved" },
	{ 1, 1ULL << 48, 3, false, "second stage, beyond its width" },
	{ 2, 0x4000, 0x300000067, false, "nested, not in the second stage" },
	{ 2, 0x4000, 0x1000000000067, false, "nested, beyond its width" },
};

/* What is not there, or not for this, is no fault of a translation request. */
static void test_answer(void **state)
{
	unsigned int i = fix_arg(state), how = answers[i].how;

	start();
	if (how == 1)
		sm_set(PASID, SM_SECOND | sm_second_top(), SM_WALK(7), 0);
	if (how == 2) {
		sm_use_nested();
		sm_set(PASID, SM_NESTED | sm_second_top(), SM_WALK(SM_DID),
		       sm_first_top(4));
	}
	fix_store(&(how == 1 ? sm.second : sm.first)[1][4], answers[i].entry);
	sm_forget();
	fix_forget(); /* of reserved bits */
	assert_false(reaches(PASID, answers[i].addr, VTD_MODEL_READ));
	assert_int_equal(sm_result.pending, !answers[i].fault);
	assert_int_equal(sm_result.reason != 0, answers[i].fault);
	assert_int_equal(vtd_model_stats(sm.unit).faults, answers[i].fault);
	fix_store(&(how == 1 ? sm.second : sm.first)[1][4], 0);
	stop();
}

/* Also of PASIDs: in any order, but the IOTLB comes first. */
static void test_after_iotlb(void **state)
{
	unsigned int round, i;

	start_with(ECAP, VTD_MODEL_REORDER, false);
	for (round = 0; round < 100; round++) {
		struct vtd_model_stats before = vtd_model_stats(sm.unit);

		sm_queue(SM_PIOTLB_PAGES(SM_DID, PASID), 0x4000);
		sm_queue(PASID_DEVTLB(PASID), 0x4000);
		sm_doorbell();
		for (i = 0; i < 40; i++) {
			struct vtd_model_stats now;

			vtd_model_run(sm.unit, 1);
			now = vtd_model_stats(sm.unit);
			assert_true(now.device_tlbs == before.device_tlbs ||
				    now.pasid_iotlbs > before.pasid_iotlbs);
		}
		assert_int_equal(vtd_model_stats(sm.unit).device_tlbs,
				 before.device_tlbs + 1);
	}
	stop();
}

/* A page that is read stays clean; one that may be written is dirty at once. */
static void test_dirty(void **state)
{
	start();
	fix_store(&sm.first[1][4], 0x100004007);
	assert_true(reaches(PASID, 0x4000, VTD_MODEL_READ));
	assert_true(sm.first[1][4] == 0x100004027);
	assert_int_equal(asked(), 1);
	assert_true(reaches(PASID, 0x4000, VTD_MODEL_WRITE));
	assert_true(sm.first[1][4] == 0x100004067);
	assert_int_equal(asked(), 2);
	assert_true(reaches(PASID, 0x4000, VTD_MODEL_WRITE));
	assert_int_equal(asked(), 2);
	fix_assert_good();
	stop();
}

/* Clean again: the device could write without anybody seeing it. */
static void test_cleaned(void **state)
{
	bool flushed = fix_arg(state);

	start();
	assert_true(reaches(PASID, 0x4000, VTD_MODEL_WRITE));
	fix_store(&sm.first[1][4], 0x100004027);
	sm_do(SM_PIOTLB_PAGES(SM_DID, PASID), 0x4000);
	sm_do(SM_PIOTLB_PAGES(SM_DID, OTHER), 0x4000);
	sm_do(SM_PIOTLB_PAGES(SM_DID, 0), 0x4000);
	if (flushed)
		sm_do(PASID_DEVTLB(PASID), 0x4000);
	vtd_model_check_quiescent();
	if (!flushed)
		assert_told(VTD_MODEL_STALE);
	assert_int_equal(fix_broken(), 0);
	stop();
}

enum {
	UNMAP_RIGHT,
	UNMAP_FORGOTTEN,
	UNMAP_NO_PASID, /* the invalidation was one without a PASID */
	UNMAP_ONE, /* of two PASIDs with these tables only one */
	UNMAP_BEFORE, /* it came before that of the IOTLB */
	UNMAP_NR
};

static void test_unmap(void **state)
{
	unsigned int how = fix_arg(state) / 2, i;
	bool eager = fix_arg(state) & 1;

	start_with(ECAP, eager ? VTD_MODEL_EAGER : 0, false);
	for (i = 0; i < 2; i++)
		assert_true(reaches(PASID + i, 0x4000, VTD_MODEL_WRITE));
	fix_store(&sm.first[1][4], 0);
	if (how == UNMAP_BEFORE)
		for (i = 0; i < 2; i++)
			sm_do(PASID_DEVTLB(PASID + i), 0x4000);
	for (i = 0; i < 2; i++)
		sm_do(SM_PIOTLB_PAGES(SM_DID, PASID + i), 0x4000);
	sm_do(SM_PIOTLB_PAGES(SM_DID, 0), 0x4000);
	if (how == UNMAP_RIGHT || how == UNMAP_ONE)
		sm_do(PASID_DEVTLB(PASID), 0x4000);
	if (how == UNMAP_RIGHT)
		sm_do(PASID_DEVTLB(OTHER), 0x4000);
	if (how == UNMAP_NO_PASID || eager)
		sm_do(DEVTLB, 0x4000);
	vtd_model_check_quiescent();
	if (how == UNMAP_RIGHT || (how == UNMAP_BEFORE && !eager))
		assert_int_equal(fix_broken(), 0);
	else
		assert_told(VTD_MODEL_STALE);
	stop();
}

/* Nobody used it, and yet an eager device has the page for each PASID. */
static void test_eager(void **state)
{
	start_with(ECAP, VTD_MODEL_EAGER, false);
	fix_store(&sm.first[1][9], 0x100009065);
	/* without a PASID, and both */
	assert_int_equal(vtd_model_endpoint_cached(ep), 3);
	stop();
}

/* A PASID's entry goes: the device must forget all of that PASID. */
static void test_unbind(void **state)
{
	bool flushed = fix_arg(state);
	u64 *entry;

	start_with(ECAP, VTD_MODEL_EAGER, false);
	assert_true(reaches(PASID, 0x4000, VTD_MODEL_READ));
	entry = sm_entry(PASID);
	fix_store(&entry[0], entry[0] & ~1ULL);
	sm_do(SM_PASIDS_ONE(SM_DID, PASID), 0);
	sm_do(SM_PIOTLB_ALL(SM_DID, PASID), 0);
	if (flushed)
		sm_do(PASID_DEVTLB(PASID), EVERYTHING | 0x800);
	vtd_model_check_quiescent();
	if (!flushed)
		assert_told(VTD_MODEL_STALE);
	assert_int_equal(fix_broken(), 0);
	stop();
}

/* Second stage and nested, as far as a device sees them. */
static void test_stages(void **state)
{
	unsigned int how = fix_arg(state);

	start();
	if (how == 0)
		sm_set(PASID, SM_SECOND | sm_second_top(), SM_WALK(7), 0);
	if (how == 1) {
		sm_use_nested();
		sm_set(PASID, SM_NESTED | sm_second_top(), SM_WALK(SM_DID),
		       sm_first_top(4));
	}
	if (how == 2)
		sm_set(PASID, SM_PASS, SM_WALK(7), 0);
	assert_true(reaches(PASID, 0x4123, VTD_MODEL_WRITE));
	assert_true(sm_result.phys == (how == 2 ? 0x4123 : 0x200004123));
	assert_true(reaches(PASID, 0x4123, VTD_MODEL_READ));
	assert_int_equal(asked(), 1);
	fix_assert_good();
	if (how == 2) {
		u64 *page = fix_page();

		/* nothing is promised of what is mapped 1:1 */
		assert_true(reaches(PASID, virt_to_phys(page), VTD_MODEL_READ));
		fix_page_free(page);
		assert_int_equal(fix_broken(), 0);
		stop();
		return;
	}
	/* it is not there any more */
	fix_store(&sm.second[1][4], 0);
	if (how == 1)
		sm_do(SM_PIOTLB_ALL(SM_DID, PASID), 0);
	sm_do(SM_IOTLB_DOMAIN(how ? SM_DID : 7), 0);
	vtd_model_check_quiescent();
	if (how == 0)
		assert_told(VTD_MODEL_STALE);
	sm_do(PASID_DEVTLB(PASID), 0x4000);
	fix_assert_good();
	stop();
}

/* --- DMA that waits for its page ---------------------------------------------- */

static void test_fault_and_retry(void **state)
{
	u64 *page, word = 0x1234;
	const struct vtd_model_request request = {
		.with_pasid = true,
		.pasid = PASID,
		.access = VTD_MODEL_WRITE,
		.addr = 0x300008,
	};
	unsigned int i;

	start();
	for (i = 0; i < 3; i++) {
		assert_false(vtd_model_endpoint_dma(ep, &request, &word,
						    sizeof(word), &sm_result));
		assert_true(sm_result.pending);
		assert_false(sm_result.aborted);
		assert_int_equal(sm_result.reason, 0);
		assert_int_equal(sm_result.group, 0);
	}
	/* asked for once */
	assert_int_equal(fix_read64(&sm.regs, 0xc8), 0x20);
	assert_true(prq[0] == 0x501180101);
	assert_true(prq[1] == 0x300006);
	assert_int_equal(vtd_model_endpoint_answer(ep, 0), -EINPROGRESS);
	page = fix_page();
	fix_store(&sm.first[2][1], virt_to_phys(sm.first[1]) | 0x27);
	fix_store(&sm.first[1][256], virt_to_phys(page) | 0x67);
	fix_write64(&sm.regs, 0xc0, 0x20);
	answer(PASID, 0, 0);
	assert_int_equal(heard.nr, 1);
	assert_int_equal(heard.pasid, PASID);
	assert_true(heard.with_pasid);
	assert_int_equal(vtd_model_endpoint_answer(ep, 0), 0);
	assert_true(vtd_model_endpoint_dma(ep, &request, &word, sizeof(word),
					   &sm_result));
	assert_true(page[1] == 0x1234);
	assert_int_equal(vtd_model_stats(sm.unit).faults, 0);
	fix_assert_good();
	vtd_model_endpoint_enable(ep, false, false, false, 0);
	fix_store(&sm.first[1][256], 0);
	fix_store(&sm.first[2][1], 0);
	sm_forget();
	fix_page_free(page);
	stop();
}

/* It has as many outstanding as it may. */
static void test_allocation(void **state)
{
	unsigned int i;

	start();
	for (i = 0; i < 4; i++) {
		assert_false(
			reaches(PASID, 0x300000 + i * 4096, VTD_MODEL_READ));
		assert_int_equal(sm_result.group, i);
	}
	assert_false(reaches(PASID, 0x400000, VTD_MODEL_READ));
	assert_true(sm_result.pending);
	assert_int_equal(sm_result.group, VTD_MODEL_NO_GROUP);
	assert_false(asks(PASID, 9, true));
	answer(PASID, 0, 2);
	assert_false(reaches(PASID, 0x400000, VTD_MODEL_READ));
	assert_int_equal(sm_result.group, 4);
	/* an index is not used again while it is outstanding */
	for (i = 0; i < 600; i++) {
		int group = vtd_model_endpoint_group(ep);

		assert_true(group == 2 || (group > 4 && group < 512));
	}
	stop();
}

static void test_flood(void **state)
{
	const struct vtd_model_page_request first = {
		.with_pasid = true,
		.pasid = PASID,
		.read = true,
		.addr = 0x1000000,
	};

	start();
	assert_int_equal(vtd_model_endpoint_flood(ep, &first, 100, false), 4);
	/* 127 places; the others were told to try again, and it goes on */
	assert_int_equal(vtd_model_endpoint_flood(ep, &first, 600, true), 600);
	assert_int_equal(vtd_model_stats(sm.unit).page_queued, 127);
	assert_int_equal(vtd_model_stats(sm.unit).page_answers, 604 - 127);
	assert_int_equal(fix_read32(&sm.regs, 0xdc), 3);
	assert_int_equal(fix.messages, 0);
	stop();
}

/* Write is asked for beside read. */
static void test_more_rights(void **state)
{
	start();
	assert_false(reaches(PASID, 0x300000, VTD_MODEL_READ));
	assert_int_equal(sm_result.group, 0);
	assert_false(reaches(PASID, 0x300000, VTD_MODEL_WRITE));
	assert_int_equal(sm_result.group, 1);
	assert_false(reaches(OTHER, 0x300000, VTD_MODEL_READ));
	assert_int_equal(sm_result.group, 2);
	stop();
}

static void test_without_pri(void **state)
{
	start();
	vtd_model_endpoint_enable(ep, true, true, false, 0);
	assert_false(reaches(PASID, 0x300000, VTD_MODEL_READ));
	assert_true(sm_result.aborted);
	assert_false(sm_result.pending);
	assert_false(asks(PASID, 1, true));
	assert_int_equal(fix_read64(&sm.regs, 0xc8), 0);
	stop();
}

/* --- responses ----------------------------------------------------------------- */

static void test_group(void **state)
{
	start();
	assert_true(asks(PASID, 7, false));
	assert_true(asks(PASID, 7, false));
	/* not before the last of it was sent */
	answer(PASID, 0, 7);
	assert_told(VTD_MODEL_ORDER);
	assert_int_equal(vtd_model_endpoint_pri_status(ep), 2);
	vtd_model_endpoint_pri_clear(ep, 2);
	assert_true(asks(PASID, 7, true));
	assert_true(asks(0, 8, true));
	assert_false(asks(PASID, 9, true));
	answer(PASID, 1, 7);
	assert_int_equal(vtd_model_endpoint_answer(ep, 7), 1);
	/* all three are gone, and the index is free for another answer */
	assert_true(asks(PASID, 7, true));
	assert_int_equal(vtd_model_endpoint_answer(ep, 7), -EINPROGRESS);
	answer(PASID, 0, 7);
	assert_true(asks(PASID, 9, false));
	assert_true(asks(PASID, 9, false));
	assert_true(asks(PASID, 9, true));
	answer(0, 0, 8);
	assert_false(heard.with_pasid);
	assert_int_equal(heard.nr, 3);
	assert_int_equal(vtd_model_endpoint_pri_status(ep), 0);
	fix_assert_good();
	stop();
}

static const struct {
	u32 pasid;
	unsigned int group;
	const char *name;
} wrong[] = {
	{ PASID, 8, "another group" },
	{ OTHER, 7, "another PASID" },
	{ 0, 7, "no PASID" },
};

static void test_unexpected(void **state)
{
	unsigned int i = fix_arg(state);

	start();
	assert_true(asks(PASID, 7, true));
	answer(wrong[i].pasid, 0, wrong[i].group);
	assert_told(VTD_MODEL_ORDER);
	assert_int_equal(vtd_model_endpoint_pri_status(ep), 2);
	assert_int_equal(vtd_model_endpoint_answer(ep, 7), -EINPROGRESS);
	answer(PASID, 0, 7);
	assert_int_equal(fix_broken(), 0);
	/* and twice */
	answer(PASID, 0, 7);
	assert_told(VTD_MODEL_ORDER);
	stop();
}

/* A failure is the end of it, whatever group it names, until PRI is renewed. */
static void test_failure(void **state)
{
	unsigned int code = fix_arg(state);

	start();
	assert_true(asks(PASID, 7, true));
	assert_true(asks(PASID, 8, true));
	answer(PASID, code, 100);
	assert_int_equal(vtd_model_endpoint_pri_status(ep), 0x101);
	assert_false(asks(PASID, 9, true));
	assert_false(reaches(PASID, 0x300000, VTD_MODEL_READ));
	assert_true(sm_result.aborted);
	/* answers to what it had asked are ignored */
	answer(PASID, 0, 7);
	assert_int_equal(fix_broken(), 0);
	vtd_model_endpoint_pri_clear(ep, 1);
	vtd_model_endpoint_enable(ep, true, true, false, 0);
	vtd_model_endpoint_enable(ep, true, true, true, 4);
	assert_int_equal(fix_broken(), 0);
	assert_true(asks(PASID, 9, true));
	assert_int_equal(vtd_model_endpoint_pri_status(ep), 0);
	stop();
}

static void test_lost(void **state)
{
	start();
	assert_true(asks(PASID, 7, true));
	vtd_model_endpoint_mute(ep, true);
	answer(PASID, 0, 7);
	assert_int_equal(heard.nr, 0);
	assert_int_equal(vtd_model_endpoint_stats(ep).lost, 1);
	vtd_model_endpoint_mute(ep, false);
	answer(PASID, 0, 7);
	assert_int_equal(heard.nr, 1);
	assert_int_equal(vtd_model_stats(sm.unit).responses, 2);
	/* to nobody */
	sm_do(9 | 0x0777 << 16, 0);
	assert_int_equal(fix_read32(&sm.regs, 0x34), 0);
	assert_int_equal(fix_broken(), 0);
	stop();
}

/* Off, it stops when the last answer has come. */
static void test_stopped(void **state)
{
	start();
	assert_true(asks(PASID, 7, true));
	vtd_model_endpoint_enable(ep, true, true, false, 0);
	assert_int_equal(vtd_model_endpoint_pri_status(ep), 0);
	vtd_model_endpoint_enable(ep, true, true, true, 4);
	assert_told(VTD_MODEL_ORDER);
	vtd_model_endpoint_enable(ep, true, true, false, 0);
	answer(PASID, 0, 7);
	assert_int_equal(vtd_model_endpoint_pri_status(ep), 0x100);
	vtd_model_endpoint_enable(ep, true, true, true, 4);
	assert_true(asks(PASID, 7, true));
	vtd_model_endpoint_pri_reset(ep);
	assert_told(VTD_MODEL_ORDER);
	assert_int_equal(vtd_model_endpoint_pri_status(ep), 0);
	vtd_model_endpoint_enable(ep, true, true, false, 0);
	vtd_model_endpoint_pri_reset(ep);
	assert_int_equal(vtd_model_endpoint_pri_status(ep), 0x100);
	assert_int_equal(fix_broken(), 0);
	stop();
}

static void tlb_cases(void)
{
	static const char *const unmap[] = { "right", "forgotten",
					     "without PASID", "one of two",
					     "too early" };
	static const char *const stage[] = { "second stage", "nested",
					     "pass-through" };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(descriptors); i++)
		fix_case(test_descriptor, (void *)(uintptr_t)i,
			 "descriptor: %s", descriptors[i].name);
	fix_case(test_response_without_prs, NULL,
		 "descriptor: response without PRS");
	for (i = 0; i < ARRAY_SIZE(ranges); i++)
		fix_case(test_range, (void *)(uintptr_t)i, "invalidation: %s",
			 ranges[i].name);
	fix_case(test_depth, NULL, "more at once than it takes");
	fix_case(test_modes, NULL, "privileged, and execution");
	fix_case(test_may_not, NULL, "it may not ask");
	for (i = 0; i < ARRAY_SIZE(answers); i++)
		fix_case(test_answer, (void *)(uintptr_t)i, "asked for: %s",
			 answers[i].name);
	fix_case(test_after_iotlb, NULL, "the IOTLB comes first");
	fix_case(test_dirty, NULL, "dirty at once");
	fix_case(test_cleaned, (void *)0, "clean again, forgotten");
	fix_case(test_cleaned, (void *)1, "clean again, told");
	for (i = 0; i < 2 * UNMAP_NR; i++)
		fix_case(test_unmap, (void *)(uintptr_t)i, "unmap, %s%s",
			 unmap[i / 2], i & 1 ? ", eager" : "");
	fix_case(test_eager, NULL, "an eager device");
	fix_case(test_unbind, (void *)0, "PASID gone, forgotten");
	fix_case(test_unbind, (void *)1, "PASID gone, told");
	for (i = 0; i < 3; i++)
		fix_case(test_stages, (void *)(uintptr_t)i, "%s", stage[i]);
}

static void page_cases(void)
{
	unsigned int i;

	fix_case(test_fault_and_retry, NULL, "DMA waits for its page");
	fix_case(test_allocation, NULL, "as many as it may have");
	fix_case(test_flood, NULL, "a flood");
	fix_case(test_more_rights, NULL, "asked for by right and PASID");
	fix_case(test_without_pri, NULL, "without PRI");
	fix_case(test_group, NULL, "response to a group");
	for (i = 0; i < ARRAY_SIZE(wrong); i++)
		fix_case(test_unexpected, (void *)(uintptr_t)i,
			 "response to %s", wrong[i].name);
	fix_case(test_failure, (void *)15, "response: failure");
	fix_case(test_failure, (void *)2, "response: a code that is reserved");
	fix_case(test_lost, NULL, "response: lost");
	fix_case(test_stopped, NULL, "stopped, and reset");
}

int main(void)
{
	tlb_cases();
	page_cases();
	return fix_run("model-sva");
}
