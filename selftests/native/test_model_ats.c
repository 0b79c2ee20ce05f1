// SPDX-License-Identifier: GPL-2.0
/*
 * ATS on the software unit, against the specification: what a translation
 * request is answered, what each invalidation takes out of a device TLB, what
 * becomes of one that nobody answers, and what the checker tells.  Literal
 * descriptors.
 *
 * SRCS: kunit/model/model.c selftests/native/model_fixture.c
 * SRCS: selftests/native/model_tables.c
 * CFLAGS: -DVTD_OBSERVER
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "../../kunit/model/endpoint.h"
#include "model_tables.h"

#define ECAP (FIX_ECAP | VTDM_ECAP_DT)
#define OTHER_SID 0x0120
#define PHYS 0x100000000ULL

static struct vtd_model_endpoint *ep;

static struct vtd_model_endpoint *make(u16 sid, u16 pfsid, u8 qdep,
				       unsigned int latency)
{
	const struct vtd_model_endpoint_config config = {
		.sid = sid,
		.pfsid = pfsid,
		.qdep = qdep,
		.latency = latency,
		.seed = 1,
	};
	struct vtd_model_endpoint *made =
		vtd_model_endpoint_create(tab.unit, &config);

	assert_non_null(made);
	vtd_model_endpoint_enable(made, true, false, false, 0);
	return made;
}

/* A device that may cache, and does; 2 MiB of pages, then a superpage. */
static void start_with(u64 cap, u64 ecap, u32 policy, u8 qdep)
{
	tab_start(cap, ecap, 4, policy);
	fix.quiet = true;
	tab_set_context(tab.context[0x30] | 4, tab.context[0x31]);
	fix_store(&tab.table[2][1], 0x40000083);
	tab_do(TAB_CONTEXT_DEVICE(TAB_DID, TAB_SID, 0), 0);
	tab_do(TAB_WAIT(1), virt_to_phys(tab.status));
	tab_do(TAB_IOTLB_DOMAIN(TAB_DID), 0);
	ep = make(TAB_SID, TAB_SID, qdep, 0);
	fix_forget();
}

static void start(void)
{
	start_with(FIX_CAP, ECAP, 0, 0);
}

static void assert_told(enum vtd_model_rule rule)
{
	assert_true(fix.broken[rule] > 0);
	assert_int_equal(fix.broken[rule], fix_broken());
	fix_forget();
}

static bool reaches(struct vtd_model_endpoint *who, u64 addr,
		    enum vtd_model_access access)
{
	const struct vtd_model_request request = {
		.access = access,
		.addr = addr,
	};

	return vtd_model_endpoint_dma(who, &request, NULL, 1, &tab_result);
}

/* Is the address in the device TLB?  Then nothing is asked. */
static bool knows(u64 addr)
{
	u64 asked = vtd_model_endpoint_stats(ep).asked;

	assert_true(reaches(ep, addr, VTD_MODEL_READ));
	return vtd_model_endpoint_stats(ep).asked == asked;
}

static u32 fsts(void)
{
	return fix_read32(&tab.regs, 0x34);
}

static u32 status(void)
{
	return READ_ONCE(*(u32 *)tab.status);
}

#define DEVTLB(sid) (0x3ULL | (u64)(sid) << 32)

static const struct {
	u64 addr;
	u64 entry; /* of page 4 */
	u8 rw;
	u64 size;
	const char *name;
} answers[] = {
	{ 0x4123, 0x500000003, 3, 0x1000, "RW" },
	{ 0x4123, 0x500000001, 1, 0x1000, "R" },
	{ 0x4123, 0x500000002, 2, 0x1000, "W" },
	{ 0x4123, 0x500000000, 0, 0x1000, "nothing" },
	{ 0x201234, 0, 3, 0x200000, "2 MiB" },
	{ 0x400000, 0, 0, 0x1000, "no table" },
	{ 1ULL << 48, 0, 0, 0x1000, "beyond the width" },
};

static void test_answer(void **state)
{
	unsigned int i = fix_arg(state), round;

	start();
	fix_store(&tab.table[1][4], answers[i].entry);
	tab_do(TAB_IOTLB_DOMAIN(TAB_DID), 0);
	/* from the tables, and from the IOTLB */
	for (round = 0; round < 2; round++) {
		assert_int_equal(tab_ask(answers[i].addr, VTD_MODEL_ASK), 0);
		assert_int_equal(tab_result.rw, answers[i].rw);
		assert_true(tab_result.size == answers[i].size);
		if (!answers[i].rw)
			assert_true(tab_result.phys == answers[i].addr);
	}
	assert_int_equal(vtd_model_stats(tab.unit).faults, 0);
	assert_int_equal(vtd_model_stats(tab.unit).asked, 2);
	tab_stop();
}

/* What is wrong with the tables is a fault, of translation requests too. */
static void test_answer_error(void **state)
{
	start();
	fix_store(&tab.table[1][4], 1ULL << 62 | 3);
	assert_int_equal(tab_ask(0x4000, VTD_MODEL_ASK), 0xc);
	assert_int_equal(fsts() & 2, 2);
	assert_false(reaches(ep, 0x4000, VTD_MODEL_READ));
	assert_int_equal(tab_result.reason, 0xc);
	fix_store(&tab.table[1][4], 0);
	tab_stop();
}

/* While it does not translate, nothing is asked and nothing believed. */
static void test_unit_off(void **state)
{
	start();
	fix_write32(&tab.regs, 0x18, 0x04000000);
	tab_ask(0x1000, VTD_MODEL_ASK);
	assert_true(tab_result.aborted);
	tab_ask(0x1000, VTD_MODEL_TRANSLATED);
	assert_true(tab_result.aborted);
	tab_ask(0x1000, VTD_MODEL_WRITE);
	assert_false(tab_result.aborted);
	tab_stop();
}

static const struct {
	u64 lo;
	u64 hi;
	u64 ecap; /* besides */
	unsigned int code;
	const char *name;
} descriptors[] = {
	{ 0x011800000003, 0, 0, 0, "device TLB" },
	{ 0x0118001f0003, 0, 0, 0, "device TLB, MIP 31" },
	{ 0x011800200003, 0, 0, 4, "device TLB, bit 21" },
	{ 0x011800000013, 0, 0, 4, "device TLB, bit 4" },
	{ 0x011800000803, 0, 0, 4, "device TLB, bit 11" },
	{ 0x1011800000003, 0, 0, 4, "device TLB, bit 48" },
	{ 0x011800000003, 2, 0, 4, "device TLB, bit 65" },
	{ 0x011800000003, 0x800, 0, 4, "device TLB, bit 75" },
	{ 0x011800008003, 0, 0, 4, "device TLB, PFSID without DIT" },
	{ 0x0010011800000003, 0, 0, 4, "device TLB, PFSID 19:8 without DIT" },
	{ 0x0110011800008003, 0, VTDM_ECAP_DIT, 0, "device TLB, PFSID" },
	{ 0x000501180008, 0, 0, 3, "PASID, without scalable mode" },
	{ 0x000501180019, 0, VTDM_ECAP_PRS, 3, "response, without it" },
	{ 0x7000000a5, 0, 0, 4, "wait, PD without PDS" },
	{ 0x7000000a5, 0, VTDM_ECAP_PDS, 0, "wait, PD" },
};

static void test_descriptor(void **state)
{
	unsigned int i = fix_arg(state);
	u64 lo = descriptors[i].lo, hi = descriptors[i].hi;
	u32 at;

	start_with(FIX_CAP, ECAP | descriptors[i].ecap, 0, 0);
	if ((lo & 0xf) == 5)
		hi = virt_to_phys(tab.status);
	at = tab.tail;
	tab_do(lo, hi);
	assert_int_equal(fsts(), descriptors[i].code ? 0x10 : 0);
	assert_int_equal(fix_read64(&tab.regs, 0xb0), descriptors[i].code);
	if (descriptors[i].code)
		fix_store(&tab.ring[at / 8], TAB_IOTLB_GLOBAL);
	if (descriptors[i].code)
		fix_store(&tab.ring[at / 8 + 1], 0);
	tab_stop();
}

static void test_descriptor_without_dt(void **state)
{
	tab_start(FIX_CAP, FIX_ECAP, 4, 0);
	tab_do(DEVTLB(TAB_SID), 0);
	assert_int_equal(fsts(), 0x10);
	assert_int_equal(fix_read64(&tab.regs, 0xb0), 3);
	fix_store(&tab.ring[tab.tail / 8 - 2], TAB_IOTLB_GLOBAL);
	tab_stop();
}

static const struct {
	u64 sid;
	u64 hi;
	bool page; /* forgets page 4 */
	bool super; /* forgets the superpage at 2 MiB */
	const char *name;
} ranges[] = {
	{ TAB_SID, 0x4000, true, false, "page" },
	{ TAB_SID, 0x5000, false, false, "next page" },
	{ TAB_SID, 0x3000, false, false, "page before" },
	{ TAB_SID, 0x4001, true, false, "2 pages" },
	{ TAB_SID, 0x6001, false, false, "the next 2 pages" },
	{ TAB_SID, 0x2001, false, false, "2 pages before" },
	{ TAB_SID, 0x5001, true, false, "4 pages" },
	{ TAB_SID, 0x1001, false, false, "4 pages before" },
	{ TAB_SID, 0xff001, true, false, "2 MiB, bits above the size" },
	{ TAB_SID, 0x2ff001, false, true, "2 MiB, the next" },
	{ TAB_SID, 0x3ff000, false, true, "last page of the superpage" },
	{ TAB_SID, 0x1fff001, true, true, "64 MiB" },
	{ TAB_SID, 0x7ffffffffffff001, true, true, "everything" },
	{ OTHER_SID, 0x7ffffffffffff001, false, false, "another device" },
};

static void test_range(void **state)
{
	unsigned int i = fix_arg(state);

	start();
	make(OTHER_SID, OTHER_SID, 0, 0);
	knows(0x4000);
	knows(0x200000);
	assert_true(knows(0x4fff));
	assert_true(knows(0x3fffff));
	tab_do(DEVTLB(ranges[i].sid), ranges[i].hi);
	assert_int_equal(knows(0x4000), !ranges[i].page);
	assert_int_equal(knows(0x200000), !ranges[i].super);
	assert_int_equal(vtd_model_stats(tab.unit).device_tlbs, 1);
	assert_int_equal(fix_broken(), 0);
	tab_stop();
}

/* All ones is no size: the device ignores it. */
static void test_no_size(void **state)
{
	start();
	knows(0x4000);
	tab_do(DEVTLB(TAB_SID), 0xfffffffffffff001);
	assert_told(VTD_MODEL_QUEUE);
	assert_true(knows(0x4000));
	tab_stop();
}

enum {
	SILENT_MUTE,
	SILENT_OFF, /* ATS is off */
	SILENT_GONE,
	SILENT_LATER, /* mute when the invalidation is under way already */
	SILENT_NR
};

/* Who does not answer is waited for, and then blamed (6.5.2.10). */
static void test_silent(void **state)
{
	unsigned int how = fix_arg(state), i;
	struct vtd_model_endpoint *other;

	start();
	other = make(OTHER_SID, OTHER_SID, 0, how == SILENT_LATER ? 30 : 0);
	if (how == SILENT_MUTE)
		vtd_model_endpoint_mute(other, true);
	if (how == SILENT_OFF)
		vtd_model_endpoint_enable(other, false, false, false, 0);
	if (how == SILENT_GONE)
		vtd_model_endpoint_destroy(other);
	tab_queue(TAB_WAIT(2), virt_to_phys(tab.status));
	tab_queue(DEVTLB(OTHER_SID), 0x4000);
	tab_queue(TAB_WAIT(3), virt_to_phys(tab.status));
	tab_doorbell();
	vtd_model_run(tab.unit, 10);
	if (how == SILENT_LATER)
		vtd_model_endpoint_mute(other, true);
	vtd_model_run(tab.unit, 30);
	/* it is still being waited for */
	assert_int_equal(fsts(), 0);
	assert_int_equal(status(), 2);
	tab_run();
	assert_int_equal(fsts(), 0x40);
	assert_true(fix_read64(&tab.regs, 0xb0) == (u64)OTHER_SID << 32);
	assert_int_equal(status(), 2);
	assert_int_equal(vtd_model_stats(tab.unit).dropped, 1);
	assert_int_equal(vtd_model_stats(tab.unit).timeouts, 1);
	/* and the innocent go on */
	fix_write32(&tab.regs, 0x34, 0x40);
	for (i = 0; i < 3; i++)
		tab_queue(DEVTLB(TAB_SID), 0x4000);
	tab_do(TAB_WAIT(4), virt_to_phys(tab.status));
	assert_int_equal(status(), 4);
	tab_stop();
}

/* A time-out of the caller's choice. */
static void test_timeout(void **state)
{
	start();
	vtd_model_endpoint_mute(ep, true);
	tab_queue(DEVTLB(TAB_SID), 0x4000);
	tab_doorbell();
	vtd_model_run(tab.unit, 60);
	assert_int_equal(fsts(), 0);
	vtd_model_run(tab.unit, 10);
	assert_int_equal(fsts(), 0x40);
	tab_stop();
}

/* Without any endpoint all devices answer. */
static void test_not_modelled(void **state)
{
	start();
	vtd_model_endpoint_destroy(ep);
	tab_queue(DEVTLB(TAB_SID), 0x4000);
	tab_do(TAB_WAIT(2), virt_to_phys(tab.status));
	assert_int_equal(status(), 2);
	tab_stop();
}

static const struct {
	u64 lo;
	u8 qdep;
	u64 ecap;
	bool bad;
	const char *name;
} depths[] = {
	{ 0x011800040003, 4, 0, false, "as many as it takes" },
	{ 0x011800030003, 4, 0, false, "fewer" },
	{ 0x011800050003, 4, 0, true, "more" },
	{ 0x011800000003, 4, 0, true, "0, which is 32" },
	{ 0x011800000003, 0, 0, false, "32 of 32" },
	{ 0x0110011800048003, 4, VTDM_ECAP_DIT, false, "its PFSID" },
	{ 0x0110011800049003, 4, VTDM_ECAP_DIT, true, "another PFSID" },
	{ 0x011800040003, 4, VTDM_ECAP_DIT, true, "no PFSID" },
};

static void test_depth(void **state)
{
	unsigned int i = fix_arg(state);

	start_with(FIX_CAP, ECAP | depths[i].ecap, 0, depths[i].qdep);
	tab_do(depths[i].lo, 0x4000);
	assert_int_equal(fsts(), 0);
	if (depths[i].bad)
		assert_told(VTD_MODEL_QUEUE);
	assert_int_equal(fix_broken(), 0);
	tab_stop();
}

/*
 * Two virtual functions share the queue of 0x0110, which takes 2: with their
 * PFSID the unit counts them together, and without it the queue runs over.
 */
static void test_throttle(void **state)
{
	bool dit = fix_arg(state);
	u64 of = dit ? 0x0110000000000000ULL : 0;
	unsigned int i;

	start_with(FIX_CAP, ECAP | (dit ? VTDM_ECAP_DIT : 0), VTD_MODEL_REORDER,
		   2);
	ep = make(OTHER_SID, 0x0110, 2, 10);
	make(OTHER_SID + 1, 0x0110, 2, 10);
	for (i = 0; i < 6; i++)
		tab_queue(DEVTLB(OTHER_SID + i % 2) | 2 << 16 | of, i << 12);
	tab_do(TAB_WAIT(2), virt_to_phys(tab.status));
	assert_int_equal(status(), 2);
	assert_int_equal(vtd_model_endpoint_stats(ep).invalidations, 3);
	if (dit)
		assert_int_equal(vtd_model_endpoint_stats(ep).most, 2);
	else
		assert_told(VTD_MODEL_QUEUE);
	assert_int_equal(fix_broken(), 0);
	tab_stop();
}

/* Several go out at once, also of a unit that keeps the order. */
static void test_overlap(void **state)
{
	unsigned int i;

	start();
	ep = make(OTHER_SID, OTHER_SID, 4, 50);
	for (i = 0; i < 4; i++)
		tab_queue(DEVTLB(OTHER_SID) | 4 << 16, i << 12);
	tab_queue(TAB_WAIT(2), virt_to_phys(tab.status));
	tab_doorbell();
	vtd_model_run(tab.unit, 40);
	assert_int_equal(vtd_model_endpoint_stats(ep).most, 4);
	assert_int_equal(vtd_model_endpoint_stats(ep).invalidations, 0);
	vtd_model_run(tab.unit, 40);
	assert_int_equal(vtd_model_endpoint_stats(ep).invalidations, 4);
	assert_int_equal(status(), 2);
	tab_stop();
}

/* In any order, but never before an IOTLB invalidation that came first. */
static void test_after_iotlb(void **state)
{
	unsigned int round, i;

	start_with(FIX_CAP, ECAP, VTD_MODEL_REORDER, 0);
	for (round = 0; round < 100; round++) {
		struct vtd_model_stats before = vtd_model_stats(tab.unit);

		tab_queue(TAB_IOTLB_DOMAIN(TAB_DID), 0);
		tab_queue(DEVTLB(TAB_SID), 0x4000);
		tab_doorbell();
		for (i = 0; i < 40; i++) {
			struct vtd_model_stats now;

			vtd_model_run(tab.unit, 1);
			now = vtd_model_stats(tab.unit);
			assert_true(now.device_tlbs == before.device_tlbs ||
				    now.iotlbs > before.iotlbs);
		}
		assert_int_equal(vtd_model_stats(tab.unit).device_tlbs,
				 before.device_tlbs + 1);
	}
	tab_stop();
}

enum {
	UNMAP_RIGHT,
	UNMAP_FORGOTTEN, /* no device TLB invalidation */
	UNMAP_BEFORE, /* it came before that of the IOTLB */
	UNMAP_ELSEWHERE, /* it was of another page */
	UNMAP_NR
};

/* The device had asked for the page, or an eager one has of every page. */
static void test_unmap(void **state)
{
	unsigned int how = fix_arg(state) / 2;
	bool eager = fix_arg(state) & 1;

	start_with(FIX_CAP, ECAP, eager ? VTD_MODEL_EAGER : 0, 0);
	assert_true(reaches(ep, 0x4000, VTD_MODEL_WRITE));
	fix_store(&tab.table[1][4], 0);
	if (how == UNMAP_BEFORE)
		tab_do(DEVTLB(TAB_SID), 0x4000);
	tab_do(TAB_IOTLB_PAGES(TAB_DID), 0x4000);
	if (how == UNMAP_RIGHT)
		tab_do(DEVTLB(TAB_SID), 0x4000);
	if (how == UNMAP_ELSEWHERE)
		tab_do(DEVTLB(TAB_SID), 0x5000);
	vtd_model_check_quiescent();
	/* Too early is as good, unless the device asks again at once. */
	if (how == UNMAP_RIGHT || (how == UNMAP_BEFORE && !eager))
		assert_int_equal(fix_broken(), 0);
	else
		assert_told(VTD_MODEL_STALE);
	tab_stop();
}

/* Nobody touched the page, and yet an eager device had it cached. */
static void test_eager(void **state)
{
	start_with(FIX_CAP, ECAP, VTD_MODEL_EAGER, 0);
	fix_store(&tab.table[1][9], 0);
	tab_do(TAB_IOTLB_PAGES(TAB_DID), 0x9000);
	vtd_model_check_quiescent();
	assert_told(VTD_MODEL_STALE);
	tab_stop();
}

static const struct {
	u64 from;
	u64 to;
	bool bad;
	const char *name;
} changes[] = {
	{ 0x500000003, 0x500000001, true, "write taken away" },
	{ 0x500000003, 0x500000002, true, "read taken away" },
	{ 0x500000001, 0x500000003, false, "write given" },
	{ 0x500000003, 0x600000003, true, "elsewhere" },
	{ 0x500000003, 0x2000000500000003, false, "an ignored bit" },
};

static void test_change(void **state)
{
	unsigned int i = fix_arg(state);

	start();
	fix_store(&tab.table[1][4], changes[i].from);
	tab_do(TAB_IOTLB_PAGES(TAB_DID), 0x4000);
	assert_true(reaches(ep, 0x4000, VTD_MODEL_READ));
	fix_store(&tab.table[1][4], changes[i].to);
	tab_do(TAB_IOTLB_PAGES(TAB_DID), 0x4000);
	vtd_model_check_quiescent();
	if (changes[i].bad)
		assert_told(VTD_MODEL_STALE);
	assert_int_equal(fix_broken(), 0);
	tab_stop();
}

/* A large page is divided: the device knows it as one still. */
static void test_divided(void **state)
{
	bool flushed = fix_arg(state);
	u64 *table, keep;
	unsigned int i;

	start();
	assert_true(reaches(ep, 0x200000, VTD_MODEL_READ));
	table = fix_page();
	for (i = 0; i < 512; i++)
		fix_store(&table[i], 0x40000003 + i * 4096ULL);
	fix_store(&table[7], 0x50000003);
	keep = tab.table[2][1];
	fix_store(&tab.table[2][1], virt_to_phys(table) | 3);
	tab_do(TAB_IOTLB_DOMAIN(TAB_DID), 0);
	if (flushed)
		tab_do(DEVTLB(TAB_SID), 0x2ff001);
	vtd_model_check_quiescent();
	if (!flushed)
		assert_told(VTD_MODEL_STALE);
	assert_int_equal(fix_broken(), 0);
	fix_store(&tab.table[2][1], keep);
	tab_do(TAB_IOTLB_DOMAIN(TAB_DID), 0);
	fix_page_free(table);
	tab_stop();
}

/* The device may no longer ask; it must forget all that it was told. */
static void test_permission_gone(void **state)
{
	unsigned int i;

	for (i = 0; i < 2; i++) {
		start_with(FIX_CAP, ECAP, VTD_MODEL_EAGER, 0);
		knows(0x4000);
		tab_set_context(0, 0);
		fix_forget();
		tab_do(TAB_CONTEXT_DEVICE(TAB_DID, TAB_SID, 0), 0);
		tab_do(TAB_WAIT(3), virt_to_phys(tab.status));
		tab_do(TAB_IOTLB_DOMAIN(TAB_DID), 0);
		if (i)
			tab_do(DEVTLB(TAB_SID), 0x7ffffffffffff001);
		vtd_model_check_quiescent();
		if (!i)
			assert_told(VTD_MODEL_STALE);
		assert_int_equal(fix_broken(), 0);
		assert_int_equal(fsts(), 0);
		tab_stop();
	}
}

/* A page goes back while a device can still write to it. */
static void test_freed(void **state)
{
	bool flushed = fix_arg(state);
	u64 *page;

	start();
	page = fix_page();
	fix_store(&tab.table[1][4], virt_to_phys(page) | 3);
	tab_do(TAB_IOTLB_PAGES(TAB_DID), 0x4000);
	assert_true(reaches(ep, 0x4000, VTD_MODEL_WRITE));
	fix_store(&tab.table[1][4], 0);
	tab_do(TAB_IOTLB_PAGES(TAB_DID), 0x4000);
	if (flushed)
		tab_do(DEVTLB(TAB_SID), 0x4000);
	fix_page_free(page);
	if (!flushed)
		assert_told(VTD_MODEL_FREED);
	assert_int_equal(fix_broken(), 0);
	tab_stop();
}

static void answer_cases(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(answers); i++)
		fix_case(test_answer, (void *)(uintptr_t)i, "asked for: %s",
			 answers[i].name);
	fix_case(test_answer_error, NULL, "asked for: reserved bits");
	fix_case(test_unit_off, NULL, "asked while translation is off");
	for (i = 0; i < ARRAY_SIZE(descriptors); i++)
		fix_case(test_descriptor, (void *)(uintptr_t)i,
			 "descriptor: %s", descriptors[i].name);
	fix_case(test_descriptor_without_dt, NULL, "descriptor: without DT");
}

static void invalidation_cases(void)
{
	static const char *const silent[] = { "mute", "with ATS off",
					      "not there",
					      "mute in the meantime" };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ranges); i++)
		fix_case(test_range, (void *)(uintptr_t)i, "invalidation: %s",
			 ranges[i].name);
	fix_case(test_no_size, NULL, "invalidation: no size");
	for (i = 0; i < SILENT_NR; i++)
		fix_case(test_silent, (void *)(uintptr_t)i,
			 "ITE: a device that is %s", silent[i]);
	fix_case(test_timeout, NULL, "ITE: after a time");
	fix_case(test_not_modelled, NULL, "no ITE: devices are not modelled");
	for (i = 0; i < ARRAY_SIZE(depths); i++)
		fix_case(test_depth, (void *)(uintptr_t)i, "pending: %s",
			 depths[i].name);
	fix_case(test_throttle, (void *)0, "pending: shared, without PFSID");
	fix_case(test_throttle, (void *)1, "pending: shared, with PFSID");
	fix_case(test_overlap, NULL, "pending: several at once");
	fix_case(test_after_iotlb, NULL, "the IOTLB comes first");
}

static void check_cases(void)
{
	static const char *const unmap[] = { "right", "forgotten", "too early",
					     "of another page" };
	unsigned int i;

	for (i = 0; i < 2 * UNMAP_NR; i++)
		fix_case(test_unmap, (void *)(uintptr_t)i, "unmap, %s%s",
			 unmap[i / 2], i & 1 ? ", eager" : "");
	fix_case(test_eager, NULL, "unmap of what was never used, eager");
	for (i = 0; i < ARRAY_SIZE(changes); i++)
		fix_case(test_change, (void *)(uintptr_t)i, "change: %s",
			 changes[i].name);
	fix_case(test_divided, (void *)0, "divided, and forgotten");
	fix_case(test_divided, (void *)1, "divided, and told");
	fix_case(test_permission_gone, NULL, "the device may no longer ask");
	fix_case(test_freed, (void *)0, "freed, and cached");
	fix_case(test_freed, (void *)1, "freed, no longer cached");
}

int main(void)
{
	answer_cases();
	invalidation_cases();
	check_cases();
	return fix_run("model-ats");
}
