// SPDX-License-Identifier: GPL-2.0
/*
 * The checker in scalable mode: each way to break a rule is told, with the word
 * that broke it, and a careful driver is not told anything.
 *
 * SRCS: kunit/model/model.c selftests/native/model_fixture.c
 * SRCS: selftests/native/model_scalable.c
 * CFLAGS: -DVTD_OBSERVER
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "iommu-pages.h"
#include <vtd/observe.h>

#include "model_scalable.h"

#define NOT_COHERENT (SM_ECAP & ~(VTDM_ECAP_C | VTDM_ECAP_SMPWCS))

static void start(void)
{
	sm_start_quiet(SM_CAP, SM_ECAP, 0);
}

static void start_eager(void)
{
	sm_start_quiet(SM_CAP, SM_ECAP, VTD_MODEL_EAGER);
}

static void store128(u64 *at, u64 lo, u64 hi)
{
	u128 old = (u128)at[1] << 64 | at[0];

	assert_true(
		vtd_hw_try_cmpxchg128((u128 *)at, &old, (u128)hi << 64 | lo));
	vtd_flush_cache(at, 16);
}

/* From the first store to the last page, with everything cached at once. */
static void test_careful(void **state)
{
	unsigned int kind = fix_arg(state) / 2 + 1;
	bool coherent = !(fix_arg(state) & 1);

	sm_start_quiet(SM_CAP, coherent || kind == 3 ? SM_ECAP : NOT_COHERENT,
		       VTD_MODEL_EAGER | VTD_MODEL_PREFETCH);
	sm_set_kind(kind, coherent || kind == 3 ? 0x800000 : 0);
	assert_int_equal(sm_ask_pasid(kind, 0x1000, VTD_MODEL_WRITE), 0);
	fix_assert_good();
	if (kind == 1) {
		fix_store(&sm.first[1][1], 0);
		sm_do(SM_PIOTLB_PAGES(11, 1), 0x1040);
	}
	if (kind == 2) {
		fix_store(&sm.second[1][1], 0);
		sm_do(SM_IOTLB_PAGES(12), 0x1040);
	}
	fix_assert_good();
	sm_clear_present(sm_entry(kind));
	sm_flush_kind(kind);
	fix_store(&sm_entry(kind)[0], 0);
	fix_store(&sm_entry(kind)[1], 0);
	fix_store(&sm_entry(kind)[2], 0);
	fix_assert_good();
	fix_page_free(sm.first[1]);
	sm.first[1] = NULL;
	sm_clear_present(sm_context(SM_SID));
	sm_do(SM_CONTEXT_DEVICE(SM_SID), 0);
	fix_store(sm_context(SM_SID), 0);
	fix_assert_good();
	sm_stop();
}

/* Torn entries: of a PASID, or of a device. */
static u64 *wide(unsigned int which)
{
	return which ? sm_context(SM_SID) : sm_entry(4);
}

static void test_rewritten(void **state)
{
	u64 *entry;

	start();
	sm_set_kind(4, SM_SNOOPS);
	entry = wide(fix_arg(state));
	sm_clear_present(entry);
	assert_int_equal(fix_broken(), 0);
	fix_store(&entry[1], 0x7);
	sm_assert_told(VTD_MODEL_TORN, entry);
	sm_assert_text("rewritten before the");
	sm_stop();
}

static void test_at_once(void **state)
{
	u64 *entry, keep;

	start();
	sm_set_kind(4, SM_SNOOPS);
	entry = wide(fix_arg(state));
	/* cleared as a whole: no CPU stores so much at once */
	keep = entry[0];
	memset(entry, 0, 32);
	vtd_observe_store(entry, 32);
	sm_assert_told(VTD_MODEL_TORN, entry);
	sm_assert_text("written by more than one store");
	sm_forget();
	/* what is not present, and nobody reads any more, may be */
	fix_forget();
	entry[1] = 15;
	entry[2] = 0;
	vtd_observe_store(entry, 32);
	assert_int_equal(fix_broken(), 0);
	entry[0] = keep;
	entry[1] = fix_arg(state) ? 0 : 0x80000e;
	vtd_observe_store(entry, 32);
	sm_assert_told(VTD_MODEL_TORN, entry);
	sm_stop();
}

static void test_in_parts(void **state)
{
	u64 *entry;

	start();
	sm_set_kind(4, SM_SNOOPS);
	entry = wide(fix_arg(state));
	WRITE_ONCE(*(u32 *)entry, *(u32 *)entry | 2);
	vtd_observe_store(entry, 4);
	sm_assert_told(VTD_MODEL_TORN, entry);
	sm_assert_text("in parts of 4 bytes");
	sm_stop();
}

/* Present before the rest of it is there. */
static void test_present_first(void **state)
{
	u64 *entry;

	start();
	entry = sm_entry(5);
	fix_store(&entry[0], SM_FIRST);
	sm_assert_told(VTD_MODEL_WILD, &entry[2]);
	sm_clear_present(entry);
	sm_forget();
	fix_forget();
	fix_store(&entry[0], 0);
	/* even where each store makes a good entry */
	fix_store(&entry[0], SM_PASS);
	assert_int_equal(fix_broken(), 0);
	fix_store(&entry[1], SM_WALK(15));
	assert_int_equal(fix_broken(), 0);
	fix_store(&entry[2], 0x10);
	sm_assert_told(VTD_MODEL_TORN, entry);
	sm_assert_text("changed again");
	fix_forget();
	vtd_model_check_quiescent();
	sm_assert_told(VTD_MODEL_ORDER, NULL);
	sm_stop();
}

/* A good entry may become another good one by one store. */
static void test_hitless(void **state)
{
	u64 *entry;

	start();
	sm_set_kind(1, SM_SNOOPS);
	entry = sm_entry(1);
	fix_store(&entry[2], sm_first_top(5));
	sm_do(SM_PASIDS_ONE(11, 1), 0);
	sm_do(SM_PIOTLB_ALL(11, 1), 0);
	fix_assert_good();
	/* 128 bits: another kind and another domain */
	store128(entry, SM_SECOND | sm_second_top(), SM_WALK(16));
	assert_int_equal(sm_ask_pasid(2, 0, VTD_MODEL_READ), 0x59);
	sm_do(SM_PASIDS_ONE(11, 1), 0);
	sm_do(SM_PIOTLB_ALL(11, 1), 0);
	assert_int_equal(sm_ask_pasid(1, 0x1000, VTD_MODEL_READ), 0);
	assert_true(sm_result.phys == 0x200001000ULL);
	fix_assert_good();
	/* and the switches of a device */
	entry = sm_context(SM_SID);
	fix_store(entry, *entry | 0x10);
	sm_do(SM_CONTEXT_DEVICE(SM_SID), 0);
	fix_assert_good();
	sm_stop();
}

/* Twice before the caches know: a slow reader mixes the two. */
static void test_hitless_twice(void **state)
{
	u64 *entry;

	start();
	sm_set_kind(4, SM_SNOOPS);
	entry = sm_entry(4);
	/* towards a first stage, the pointer first */
	fix_store(&entry[2], sm_first_top(4));
	assert_int_equal(fix_broken(), 0);
	if (fix_arg(state))
		sm_do(SM_PASIDS_ONE(14, 4), 0);
	store128(entry, SM_FIRST, SM_WALK(14));
	if (!fix_arg(state)) {
		sm_assert_told(VTD_MODEL_TORN, entry);
		sm_assert_text("changed again before the PASID cache was told");
	} else {
		assert_int_equal(fix_broken(), 0);
	}
	sm_stop();
}

/* The result must be a whole one. */
static void test_hitless_bad(void **state)
{
	u64 *entry;

	start();
	sm_set_kind(1, SM_SNOOPS);
	entry = sm_entry(1);
	switch (fix_arg(state)) {
	case 0: /* no second stage there */
		fix_store(&entry[0], SM_SECOND);
		sm_assert_told(VTD_MODEL_WILD, entry);
		break;
	case 1:
		fix_store(&entry[0], 0x1c1);
		sm_assert_told(VTD_MODEL_RESERVED, entry);
		sm_assert_text("asks for what the unit has not");
		break;
	case 2:
		fix_store(&entry[2], entry[2] | 0x100);
		sm_assert_told(VTD_MODEL_RESERVED, entry);
		break;
	}
	sm_stop();
}

static void test_again(void **state)
{
	u64 *entry;

	start();
	sm_set_kind(4, SM_SNOOPS);
	entry = wide(fix_arg(state));
	sm_clear_present(entry);
	fix_store(entry, *entry | 1);
	sm_assert_told(VTD_MODEL_ORDER, entry);
	sm_assert_text("published again");
	sm_stop();
}

/* Pages that are freed too early, and in time. */
static u64 *page_of(unsigned int which)
{
	switch (which) {
	case 0:
		return sm.first[4];
	case 1:
		return sm.first[1];
	case 2:
		return sm.second[4];
	case 3:
		return sm.pasids;
	case 4:
		return sm.directory;
	case 5:
		return sm.context[0];
	default:
		return sm.root;
	}
}

static void test_freed_reachable(void **state)
{
	unsigned int which = fix_arg(state);
	u64 *page;

	start();
	sm_set_kind(which == 2 ? 2 : 1, SM_SNOOPS);
	page = page_of(which);
	vtd_model_page_freed(page);
	sm_assert_told(VTD_MODEL_FREED, page);
	sm_assert_text("tables in use lead to it");
	/* give it back, so that it can be freed in the end */
	fix_write32(&sm.regs, 0x18, 0x04000000);
	vtd_model_page_made(page, 4096);
	sm_stop();
}

static void test_freed_cached(void **state)
{
	unsigned int which = fix_arg(state);
	u64 *page;

	start();
	sm_set_kind(which == 2 ? 2 : 1, SM_SNOOPS);
	sm_ask_pasid(which == 2 ? 2 : 1, 0x1000, VTD_MODEL_READ);
	page = page_of(which);
	if (which < 3) {
		sm_clear_present(sm_entry(which == 2 ? 2 : 1));
	} else if (which == 3) {
		fix_store(&sm.directory[0], 0);
	} else {
		sm_clear_present(sm_context(SM_SID));
		sm_clear_present(sm_context(SM_HIGH));
	}
	/* the last of them that leads there is still to be told */
	if (which < 3)
		sm_do(SM_PASIDS_ONE(which == 2 ? 12 : 11, which == 2 ? 2 : 1),
		      0);
	vtd_model_page_freed(page);
	assert_int_equal(fix.broken[VTD_MODEL_FREED], fix_broken());
	assert_int_equal(fix_broken(), 1);
	fix_write32(&sm.regs, 0x18, 0x04000000);
	vtd_model_page_made(page, 4096);
	sm_stop();
}

/* Although nothing happens to be cached: the unit may have cached it. */
static void test_freed_due(void **state)
{
	unsigned int which = fix_arg(state);
	u64 *page;

	start();
	sm_set_kind(which == 2 ? 2 : 1, SM_SNOOPS);
	page = page_of(which);
	switch (which) {
	case 0:
	case 2:
		sm_clear_present(sm_entry(which == 2 ? 2 : 1));
		break;
	case 3:
		fix_store(&sm.directory[0], 0);
		break;
	case 4:
		sm_clear_present(sm_context(SM_SID));
		sm_clear_present(sm_context(SM_HIGH));
		break;
	}
	vtd_model_page_freed(page);
	sm_assert_told(VTD_MODEL_FREED, page);
	sm_assert_text("invalidations are due for");
	fix_write32(&sm.regs, 0x18, 0x04000000);
	vtd_model_page_made(page, 4096);
	sm_stop();
}

/* Caches that say other than first-stage tables. */
static void test_stale_first(void **state)
{
	static const struct {
		u64 before, after;
		bool stale;
	} tried[] = {
		{ 0x100001067ULL, 0, true },
		{ 0x100001067ULL, 0x100002067ULL, true },
		{ 0x100001067ULL, 0x100001065ULL, true },
		{ 0x100001067ULL, 0x100001063ULL, true },
		/* for dirty bits to be seen again */
		{ 0x100001067ULL, 0x100001027ULL, true },
		/* ignored, and software's own */
		{ 0x100001067ULL, 0x7ff0000100001a67ULL, false },
		/* more than is cached needs no invalidation */
		{ 0x100001025ULL, 0x100001027ULL, false },
		{ 0x100001027ULL, 0x100001067ULL, false },
		/* accessed bits may be taken away */
		{ 0x100001067ULL, 0x100001047ULL, false },
	};
	unsigned int i = fix_arg(state);

	start();
	fix_store(&sm.first[1][1], tried[i].before);
	sm_use_first();
	assert_int_equal(sm_ask_fresh(0x1000, VTD_MODEL_READ), 0);
	fix_store(&sm.first[1][1], tried[i].after);
	vtd_model_check_quiescent();
	if (tried[i].stale)
		sm_assert_told(VTD_MODEL_STALE, NULL);
	else
		assert_int_equal(fix_broken(), 0);
	fix_forget();
	sm_do(SM_PIOTLB_PAGES(SM_DID, 0), 0x1000);
	fix_assert_good();
	sm_stop();
}

static void test_stale_pointer(void **state)
{
	u64 *other;

	start();
	other = fix_page();
	memcpy(other, sm.first[1], 4096);
	vtd_observe_store(other, 4096);
	vtd_flush_cache(other, 4096);
	sm_use_first();
	assert_int_equal(sm_ask_fresh(0x1000, VTD_MODEL_READ), 0);
	fix_store(&sm.first[2][0], virt_to_phys(other) | 0x27);
	/* the pointer is behind IH; the translation is the same still */
	sm_do(SM_PIOTLB_PAGES(SM_DID, 0), 0x1040);
	vtd_model_check_quiescent();
	sm_assert_told(VTD_MODEL_STALE, NULL);
	sm_assert_text("stale pointer");
	fix_forget();
	sm_do(SM_PIOTLB_PAGES(SM_DID, 0), 0x1000);
	fix_assert_good();
	fix_store(&sm.first[2][0], virt_to_phys(sm.first[1]) | 0x27);
	sm_forget();
	fix_page_free(other);
	sm_stop();
}

/* An entry that changes while nothing is cached is due all the same. */
static void test_eager(void **state)
{
	unsigned int which = fix_arg(state);

	sm_start_quiet(SM_CAP | (which == 3 ? VTDM_CAP_CM : 0), SM_ECAP,
		       VTD_MODEL_EAGER);
	if (which == 3) { /* what was not there was cached, too */
		sm_set(1, SM_FIRST, SM_WALK(11), sm_first_top(4));
		vtd_model_check_quiescent();
		assert_true(fix.broken[VTD_MODEL_STALE] > 0);
		sm_forget();
		fix_forget();
		fix_store(&sm.first[2][7], 0x1000000e7ULL);
		vtd_model_check_quiescent();
		sm_assert_told(VTD_MODEL_STALE, NULL);
		sm_stop();
		return;
	}
	sm_set_kind(which ? 2 : 1, SM_SNOOPS);
	assert_int_equal(fix_broken(), 0);
	if (which == 0)
		fix_store(&sm.first[1][3], 0);
	else if (which == 1)
		fix_store(&sm.second[1][3], 0);
	else
		fix_store(&sm.directory[0], 0);
	vtd_model_check_quiescent();
	assert_true(fix.broken[VTD_MODEL_STALE] > 0);
	sm_stop();
}

static void test_stale_entries(void **state)
{
	start();
	sm_set_kind(4, SM_SNOOPS);
	assert_int_equal(sm_ask_pasid(4, 0x1000, VTD_MODEL_READ), 0);
	sm_entry(4)[2] = 0x10;
	vtd_model_check_quiescent();
	assert_int_equal(fix.broken[VTD_MODEL_UNSEEN], 1);
	assert_int_equal(fix.broken[VTD_MODEL_STALE], 1);
	sm_assert_text("");
	fix_forget();
	vtd_observe_store(&sm_entry(4)[2], 8);
	sm_forget();
	fix_assert_good();
	sm_stop();
}

/* Dirty bits of a second stage, taken away to be seen again. */
static void test_dirty_again(void **state)
{
	start_eager();
	sm_set(2, SM_SECOND | 0x200 | sm_second_top(), SM_WALK(12), 0);
	assert_int_equal(sm_ask_pasid(2, 0x1000, VTD_MODEL_WRITE), 0);
	assert_int_equal(sm.second[1][1] & 0x300, 0x300);
	sm_do(SM_IOTLB_DOMAIN(12), 0);
	fix_store(&sm.second[1][1], sm.second[1][1] & ~0x200ULL);
	vtd_model_check_quiescent();
	sm_assert_told(VTD_MODEL_STALE, NULL);
	fix_forget();
	/* it would not be set while that is cached */
	assert_int_equal(sm_ask_pasid(2, 0x1000, VTD_MODEL_WRITE), 0);
	assert_int_equal(sm.second[1][1] & 0x200, 0);
	sm_do(SM_IOTLB_PAGES(12), 0x1000);
	assert_int_equal(sm_ask_pasid(2, 0x1000, VTD_MODEL_WRITE), 0);
	assert_int_equal(sm.second[1][1] & 0x200, 0x200);
	fix_assert_good();
	sm_stop();
}

/* Memory that does not snoop: what an entry leads to must be there before. */
static void test_invisible(void **state)
{
	unsigned int which = fix_arg(state);
	u64 *page;

	sm_start_quiet(SM_CAP, NOT_COHERENT, 0);
	page = iommu_alloc_pages_node_sz(NUMA_NO_NODE, GFP_KERNEL, PAGE_SIZE);
	assert_non_null(page);
	switch (which) {
	case 0:
		sm_set(1, SM_FIRST, 11, virt_to_phys(page));
		sm_assert_told(VTD_MODEL_INVISIBLE, &sm_entry(1)[2]);
		break;
	case 1:
		sm_set(1, SM_SECOND | virt_to_phys(page), 11, 0);
		sm_assert_told(VTD_MODEL_INVISIBLE, sm_entry(1));
		break;
	case 2:
		fix_store(&sm.directory[5], virt_to_phys(page) | 1);
		sm_assert_told(VTD_MODEL_INVISIBLE, &sm.directory[5]);
		break;
	case 3:
		sm_set_context(0x0100, virt_to_phys(page) | 1, 0);
		sm_assert_told(VTD_MODEL_INVISIBLE, sm_context(0x0100));
		break;
	case 4:
		fix_store(&sm.root[8], virt_to_phys(page) | 1);
		sm_assert_told(VTD_MODEL_INVISIBLE, &sm.root[8]);
		break;
	case 5:
		sm_set_kind(1, 0);
		fix_store(&sm.first[3][9], virt_to_phys(page) | 0x27);
		sm_assert_told(VTD_MODEL_INVISIBLE, &sm.first[3][9]);
		break;
	}
	fix_write32(&sm.regs, 0x18, 0x04000000);
	fix_page_free(page);
	sm_stop();
}

/* ECAP.C is for entries up to the PASID's, SMPWCS and PWSNP for page tables. */
static void test_unflushed(void **state)
{
	static const struct {
		u64 without, walk;
		bool tables, entries;
	} tried[] = {
		{ 0, 0x800000, false, false },
		{ VTDM_ECAP_C, 0x800000, false, true },
		{ VTDM_ECAP_SMPWCS, 0, true, false },
		{ 0, 0, true, false },
	};
	unsigned int i = fix_arg(state);

	sm_start_quiet(SM_CAP, SM_ECAP & ~tried[i].without, 0);
	sm_set_kind(1, tried[i].walk);
	vtd_hw_store64(&sm.first[1][5], 0x777000067ULL);
	vtd_model_check_quiescent();
	if (tried[i].tables)
		sm_assert_told(VTD_MODEL_UNFLUSHED, &sm.first[1][5]);
	else
		assert_int_equal(fix_broken(), 0);
	vtd_flush_cache(&sm.first[1][5], 8);
	fix_forget();
	fix_assert_good();
	vtd_hw_store64(&sm_entry(9)[1], 7);
	vtd_model_check_quiescent();
	if (tried[i].entries)
		sm_assert_told(VTD_MODEL_UNFLUSHED, &sm_entry(9)[1]);
	else
		assert_int_equal(fix_broken(), 0);
	vtd_flush_cache(&sm_entry(9)[1], 8);
	fix_forget();
	fix_assert_good();
	/* hardware sees no more than that */
	vtd_hw_store64(&sm.first[1][6], 0);
	assert_int_equal(sm_ask_pasid(1, 0x6000, VTD_MODEL_READ),
			 tried[i].tables ? 0 : 0x71);
	sm_stop();
}

static void test_unseen(void **state)
{
	u64 *at;

	start();
	sm_set_kind(1, SM_SNOOPS);
	at = fix_arg(state) ? &sm_entry(7)[1] : &sm.first[1][3];
	WRITE_ONCE(*at, *at ^ 0x1000);
	vtd_model_check_quiescent();
	sm_assert_told(VTD_MODEL_UNSEEN, at);
	sm_stop();
}

static void test_write_buffer(void **state)
{
	sm_start_quiet(SM_CAP | VTDM_CAP_RWBF, SM_ECAP, 0);
	sm_set_kind(1, SM_SNOOPS);
	fix_write32(&sm.regs, 0x18, 0x8c000000);
	fix_assert_good();
	sm_set(8, SM_PASS, 17, 0);
	vtd_model_check_quiescent();
	assert_int_equal(fix.broken[VTD_MODEL_UNFLUSHED], fix_broken());
	assert_true(fix_broken() > 0);
	fix_forget();
	assert_int_equal(sm_ask_pasid(8, 0, VTD_MODEL_READ), 0x59);
	fix_write32(&sm.regs, 0x18, 0x8c000000);
	fix_assert_good();
	assert_int_equal(sm_ask_pasid(8, 0, VTD_MODEL_READ), 0);
	sm_stop();
}

/* What is stored before TE is as good as what is stored under it. */
static void test_before(void **state)
{
	u64 *entry = NULL;

	start();
	fix_write32(&sm.regs, 0x18, 0x04000000);
	if (fix_arg(state)) {
		fix_store(&sm.directory[0], 0);
		fix_store(&sm.directory[0], virt_to_phys(sm.pasids) | 1);
	}
	sm_set_kind(1, SM_SNOOPS);
	entry = sm_entry(1);
	fix_store(&entry[2], sm_first_top(5));
	assert_int_equal(fix_broken(), 0);
	fix_write32(&sm.regs, 0x18, 0x84000000);
	assert_int_equal(sm_ask_pasid(1, 0x1000, VTD_MODEL_READ), 0);
	fix_assert_good();
	sm_clear_present(entry);
	vtd_model_check_quiescent();
	assert_int_equal(fix.broken[VTD_MODEL_ORDER], 1);
	fix_forget();
	vtd_model_page_freed(sm.first[5]);
	assert_int_equal(fix.broken[VTD_MODEL_FREED], 1);
	vtd_model_page_made(sm.first[5], 4096);
	sm_stop();
}

/* Words of a directory beyond its end are no entries. */
static void test_beyond_directory(void **state)
{
	start();
	fix_store(&sm.directory[128], 0xabcdef001ULL);
	assert_int_equal(fix_broken(), 0);
	fix_store(&sm.directory[127], 0xabcdef001ULL);
	sm_assert_told(VTD_MODEL_WILD, &sm.directory[127]);
	sm_stop();
}

static void torn_cases(void)
{
	static const char *const of[] = { "PASID entry", "context entry" };
	unsigned int i;

	for (i = 0; i < 2; i++) {
		fix_case(test_rewritten, (void *)(uintptr_t)i,
			 "torn: %s rewritten too early", of[i]);
		fix_case(test_at_once, (void *)(uintptr_t)i,
			 "torn: %s written as a whole", of[i]);
		fix_case(test_in_parts, (void *)(uintptr_t)i,
			 "torn: %s in parts of a word", of[i]);
		fix_case(test_again, (void *)(uintptr_t)i,
			 "order: %s published again", of[i]);
	}
	fix_case(test_present_first, NULL, "torn: present before the rest");
	fix_case(test_hitless, NULL, "one store may change a present entry");
	for (i = 0; i < 2; i++)
		fix_case(test_hitless_twice, (void *)(uintptr_t)i,
			 "two may, %s",
			 i ? "with an invalidation between" :
			     "not at once: torn");
	for (i = 0; i < 3; i++)
		fix_case(test_hitless_bad, (void *)(uintptr_t)i,
			 "one store that makes no good entry, %u", i);
}

static void memory_cases(void)
{
	static const char *const pages[] = {
		"first stage, top", "first stage",     "second stage",
		"PASID table",	    "PASID directory", "context table",
		"root table",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(pages); i++)
		fix_case(test_freed_reachable, (void *)(uintptr_t)i,
			 "freed: %s in use", pages[i]);
	for (i = 0; i < 5; i++)
		fix_case(test_freed_cached, (void *)(uintptr_t)i,
			 "freed: %s that is cached", pages[i]);
	for (i = 0; i < 5; i++)
		if (i != 1)
			fix_case(test_freed_due, (void *)(uintptr_t)i,
				 "freed: %s before invalidations", pages[i]);
	for (i = 0; i < 9; i++)
		fix_case(test_stale_first, (void *)(uintptr_t)i,
			 "stale: first stage, %u", i);
	fix_case(test_stale_pointer, NULL, "stale: first stage, pointer");
	for (i = 0; i < 4; i++)
		fix_case(test_eager, (void *)(uintptr_t)i,
			 "stale: cached just before, %u", i);
	fix_case(test_dirty_again, NULL, "stale: dirty bits taken away");
	fix_case(test_stale_entries, NULL, "stale: PASID entry");
	for (i = 0; i < 6; i++)
		fix_case(test_invisible, (void *)(uintptr_t)i, "invisible, %u",
			 i);
	for (i = 0; i < 4; i++)
		fix_case(test_unflushed, (void *)(uintptr_t)i, "unflushed, %u",
			 i);
	for (i = 0; i < 2; i++)
		fix_case(test_unseen, (void *)(uintptr_t)i, "unseen: %s",
			 i ? "PASID table" : "first stage");
	fix_case(test_write_buffer, NULL, "write buffer");
	for (i = 0; i < 2; i++)
		fix_case(test_before, (void *)(uintptr_t)i, "before TE, %u", i);
	fix_case(test_beyond_directory, NULL, "beyond the directory");
}

int main(void)
{
	unsigned int i;

	for (i = 0; i < 8; i++)
		fix_case(test_careful, (void *)(uintptr_t)i,
			 "a careful driver, %s%s", sm_kind_name[i / 2 + 1],
			 i & 1 ? ", not coherent" : "");
	torn_cases();
	memory_cases();
	return fix_run("model-sm-check");
}
