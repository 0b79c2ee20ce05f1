// SPDX-License-Identifier: GPL-2.0
/*
 * The software unit's interrupt entry cache, each of its invalidations, and the
 * checker of interrupt remapping: each way to break a rule is told, with the
 * entry that broke it.  All numbers are literal.
 *
 * SRCS: kunit/model/model.c kunit/model/memory.c kunit/model/regs.c
 * SRCS: kunit/model/fault.c kunit/model/walk.c kunit/model/cache.c
 * SRCS: kunit/model/queue.c kunit/model/device.c kunit/model/check.c
 * SRCS: kunit/model/quiescent.c selftests/native/model_fixture.c
 * SRCS: kunit/model/intr.c kunit/model/check_intr.c
 * SRCS: selftests/native/model_irt.c
 * CFLAGS: -DVTD_OBSERVER
 */
#include <linux/kernel.h>
#include <linux/mm.h>

#include <vtd/observe.h>

#include "iommu-pages.h"
#include "model_irt.h"

#define R32(off) fix_read32(&irt.regs, off)
#define R64(off) fix_read64(&irt.regs, off)
#define W32(off, v) fix_write32(&irt.regs, off, v)
#define W64(off, v) fix_write64(&irt.regs, off, v)

#define NOT_COHERENT (IRT_ECAP & ~VTDM_ECAP_C)

/* --- the entry cache -------------------------------------------------------- */

static void test_stale_until_told(void **state)
{
	irt_start();
	irt_put(5, IRT_ENTRY, IRT_MINE);
	assert_int_equal(irt_ask(IRT_AT(5), 0), 0);
	assert_false(irt.got.cached);
	irt_put(5, IRT_OTHER, IRT_MINE);
	assert_int_equal(irt_ask(IRT_AT(5), 0), 0);
	irt_goes_to(0x41, 3);
	assert_true(irt.got.cached);
	/* contexts and IOTLB are others */
	irt_queue(0x11, 0);
	irt_queue(0x12, 0);
	irt_run();
	irt_ask(IRT_AT(5), 0);
	irt_goes_to(0x41, 3);
	irt_do(IRT_IEC_INDEX(5, 0));
	irt_ask(IRT_AT(5), 0);
	irt_goes_to(0x52, 7);
	assert_false(irt.got.cached);
	assert_int_equal(vtd_model_stats(irt.unit).iecs, 2);
	irt_stop_good();
}

static const struct {
	u64 lo;
	unsigned int first, nr;
	const char *name;
} iec[] = {
	{ IRT_IEC_GLOBAL, 0, 256, "global" },
	{ IRT_IEC_GLOBAL | 5ULL << 32, 0, 256, "global, whatever IIDX says" },
	{ IRT_IEC_INDEX(0, 0), 0, 1, "index 0" },
	{ IRT_IEC_INDEX(7, 0), 7, 1, "index 7" },
	{ IRT_IEC_INDEX(6, 1), 6, 2, "2 from 6" },
	{ IRT_IEC_INDEX(64, 5), 64, 32, "32 from 64" },
	{ IRT_IEC_INDEX(70, 5), 64, 32, "32 around 70" },
	{ IRT_IEC_INDEX(128, 7), 128, 128, "128 from 128" },
	{ IRT_IEC_INDEX(0, 15), 0, 256, "32Ki from 0" },
	{ IRT_IEC_INDEX(0x8000, 15), 0, 0, "32Ki beyond" },
	{ IRT_IEC_INDEX(0x107, 0), 0, 0, "an index beyond" },
};

/* That, and nothing more. */
static void test_iec(void **state)
{
	unsigned int k = fix_arg(state), i;

	irt_start();
	for (i = 0; i < 256; i++) {
		irt_put(i, IRT_ENTRY, IRT_MINE);
		irt_ask(IRT_AT(i), 0);
	}
	for (i = 0; i < 256; i++)
		irt_put(i, IRT_OTHER, IRT_MINE);
	irt_do(iec[k].lo);
	for (i = 0; i < 256; i++) {
		irt_ask(IRT_AT(i), 0);
		if (i >= iec[k].first && i < iec[k].first + iec[k].nr)
			irt_goes_to(0x52, 7);
		else
			irt_goes_to(0x41, 3);
	}
	assert_int_equal(fix_broken(), 0);
	irt_do(IRT_IEC_GLOBAL);
	irt_stop_good();
}

static const struct {
	u64 lo, hi;
	const char *name;
} malformed[] = {
	{ 0x4 | 1 << 5, 0, "reserved bit 5" },
	{ 0x4 | 1 << 26, 0, "reserved bit 26" },
	{ 0x4 | 1ULL << 48, 0, "reserved bit 48" },
	{ 0x4, 1, "reserved upper half" },
	{ IRT_IEC_INDEX(0, 5), 0, "mask beyond MHMV" },
};

static void test_iec_malformed(void **state)
{
	unsigned int i = fix_arg(state);

	irt_start_with(FIX_CAP, FIX_ECAP | VTDM_ECAP_IR | VTDM_ECAP_MHMV(4), 0);
	irt_do(IRT_IEC_INDEX(0, 4));
	assert_int_equal(R32(0x34), 0);
	irt_queue(malformed[i].lo, malformed[i].hi);
	irt_run();
	assert_int_equal(R32(0x34), 0x10);
	assert_int_equal(R32(0xb0) & 0xf, 4);
	fix_store(&irt.ring[irt.tail / 8 - 2], IRT_IEC_GLOBAL);
	fix_store(&irt.ring[irt.tail / 8 - 1], 0);
	W32(0x34, 0x10);
	irt_run();
	irt_stop();
}

static void test_absent_not_cached(void **state)
{
	irt_start();
	assert_int_equal(irt_ask(IRT_AT(5), 0), 0x22);
	assert_int_equal(vtd_model_cached(irt.unit), 0);
	irt_put(5, IRT_ENTRY, IRT_MINE);
	assert_int_equal(irt_ask(IRT_AT(5), 0), 0);
	assert_int_equal(vtd_model_cached(irt.unit), 1);
	irt_stop_good();
}

/* CM: what leads to a fault is cached too, until told. */
static void test_caching_mode(void **state)
{
	irt_start_with(FIX_CAP | VTDM_CAP_CM, IRT_ECAP, 0);
	assert_int_equal(irt_ask(IRT_AT(5), 0), 0x22);
	irt_put(5, IRT_ENTRY, IRT_MINE);
	assert_int_equal(irt_ask(IRT_AT(5), 0), 0x22);
	assert_true(irt.got.cached);
	irt_do(IRT_IEC_INDEX(5, 0));
	assert_int_equal(irt_ask(IRT_AT(5), 0), 0);
	/* and an invalidation that does not come is told */
	irt_put(6, IRT_ENTRY, IRT_MINE);
	vtd_model_check_quiescent();
	irt_told(VTD_MODEL_ORDER, NULL);
	irt_stop_good();
}

static void test_wrong_source_is_cached(void **state)
{
	irt_start();
	irt_put(5, IRT_ENTRY, IRT_MINE);
	assert_int_equal(irt_ask_from(0x0200, IRT_AT(5), 0), 0x26);
	irt_put(5, IRT_ENTRY, 0x40200);
	assert_int_equal(irt_ask_from(0x0200, IRT_AT(5), 0), 0x26);
	irt_do(IRT_IEC_INDEX(5, 0));
	assert_int_equal(irt_ask_from(0x0200, IRT_AT(5), 0), 0);
	assert_int_equal(irt_ask(IRT_AT(5), 0), 0x26);
	irt_stop_good();
}

/* Nobody asked, and still the old one is cached when it changes. */
static void test_eager(void **state)
{
	irt_start_with(FIX_CAP, IRT_ECAP, VTD_MODEL_EAGER);
	irt_put(5, IRT_ENTRY, IRT_MINE);
	irt_put(5, IRT_OTHER, IRT_MINE);
	assert_int_equal(irt_ask(IRT_AT(5), 0), 0);
	irt_goes_to(0x41, 3);
	irt_do(IRT_IEC_INDEX(5, 0));
	irt_ask(IRT_AT(5), 0);
	irt_goes_to(0x52, 7);
	irt_put(5, 0, 0);
	assert_int_equal(irt_ask(IRT_AT(5), 0), 0);
	irt_do(IRT_IEC_INDEX(5, 0));
	assert_int_equal(irt_ask(IRT_AT(5), 0), 0x22);
	irt_stop_good();
}

static void test_evict(void **state)
{
	unsigned int i;

	irt_start_with(FIX_CAP, IRT_ECAP, VTD_MODEL_EVICT);
	for (i = 0; i < 256; i++) {
		irt_put(i, IRT_ENTRY, IRT_MINE);
		irt_ask(IRT_AT(i), 0);
	}
	assert_int_equal(vtd_model_cached(irt.unit), 256);
	vtd_model_run(irt.unit, 2000);
	assert_true(vtd_model_cached(irt.unit) < 200);
	assert_true(vtd_model_cached(irt.unit) > 20);
	irt_stop_good();
}

static void test_prefetch(void **state)
{
	unsigned int i;

	irt_start_with(FIX_CAP, IRT_ECAP, VTD_MODEL_PREFETCH);
	for (i = 0; i < 256; i++)
		irt_put(i, IRT_ENTRY, IRT_MINE);
	for (i = 0; i < 256; i += 4)
		irt_ask(IRT_AT(i), 0);
	assert_true(vtd_model_cached(irt.unit) > 64 + 20);
	irt_stop_good();
}

/* Not coherent: what was not written back is not there. */
static void test_lag(void **state)
{
	u128 *at;
	u128 old = 0;

	irt_start_with(FIX_CAP, NOT_COHERENT, 0);
	at = (u128 *)&irt.table[10];
	assert_true(vtd_hw_try_cmpxchg128(at, &old,
					  (u128)IRT_MINE << 64 | IRT_ENTRY));
	assert_int_equal(irt_ask(IRT_AT(5), 0), 0x22);
	vtd_model_check_quiescent();
	irt_told(VTD_MODEL_UNFLUSHED, NULL);
	vtd_flush_cache(at, 16);
	assert_int_equal(irt_ask(IRT_AT(5), 0), 0);
	irt_stop_good();
}

/* An invalidation empties the write buffer. */
static void test_write_buffer(void **state)
{
	irt_start_with(FIX_CAP | VTDM_CAP_RWBF, IRT_ECAP, 0);
	irt_put(5, IRT_ENTRY, IRT_MINE);
	assert_int_equal(irt_ask(IRT_AT(5), 0), 0x22);
	vtd_model_check_quiescent();
	irt_told(VTD_MODEL_UNFLUSHED, NULL);
	irt_do(IRT_IEC_INDEX(9, 0));
	assert_int_equal(irt_ask(IRT_AT(5), 0), 0);
	irt_stop_good();
}

static void cache_cases(void)
{
	unsigned int i;

	fix_case(test_stale_until_told, NULL,
		 "an entry stays cached until its invalidation");
	for (i = 0; i < ARRAY_SIZE(iec); i++)
		fix_case(test_iec, (void *)(uintptr_t)i, "invalidation: %s",
			 iec[i].name);
	for (i = 0; i < ARRAY_SIZE(malformed); i++)
		fix_case(test_iec_malformed, (void *)(uintptr_t)i, "IQE: %s",
			 malformed[i].name);
	fix_case(test_absent_not_cached, NULL,
		 "what is not present is not cached");
	fix_case(test_caching_mode, NULL,
		 "caching mode: what is not present is cached");
	fix_case(test_wrong_source_is_cached, NULL,
		 "an entry that blocks a source-id is cached");
	fix_case(test_eager, NULL, "cached just before it changes");
	fix_case(test_evict, NULL, "random eviction");
	fix_case(test_prefetch, NULL, "random prefetch");
	fix_case(test_lag, NULL, "not coherent: entries not written back");
	fix_case(test_write_buffer, NULL, "write buffer: entries still in it");
}

/* --- the checker ------------------------------------------------------------ */

static void test_torn(void **state)
{
	irt_start();
	switch (fix_arg(state)) {
	case 0: /* present first, its source-id later */
		fix_store(&irt.table[10], IRT_ENTRY);
		irt_told(VTD_MODEL_TORN, &irt.table[10]);
		fix_store(&irt.table[11], IRT_MINE);
		irt_told(VTD_MODEL_TORN, &irt.table[10]);
		break;
	case 1:
		irt_put(5, IRT_ENTRY, IRT_MINE);
		fix_store(&irt.table[11], 0x40119);
		irt_told(VTD_MODEL_TORN, &irt.table[10]);
		break;
	case 2:
		irt_put(5, IRT_ENTRY, IRT_MINE);
		fix_store(&irt.table[10], IRT_OTHER);
		irt_told(VTD_MODEL_TORN, &irt.table[10]);
		break;
	case 3:
		irt_put(5, IRT_ENTRY, IRT_MINE);
		fix_store(&irt.table[10], 0);
		irt_told(VTD_MODEL_TORN, &irt.table[10]);
		break;
	case 4:
		irt_put(5, IRT_ENTRY, IRT_MINE);
		WRITE_ONCE(*(u32 *)&irt.table[10], 0);
		vtd_observe_store(&irt.table[10], 4);
		irt_told(VTD_MODEL_TORN, &irt.table[10]);
		break;
	}
	irt_stop();
}

/* Hardware reads neither an entry that stays absent nor a table that is off. */
static void test_not_torn(void **state)
{
	irt_start();
	fix_store(&irt.table[11], IRT_MINE);
	fix_store(&irt.table[10], IRT_ENTRY & ~1ULL);
	irt_put(5, IRT_ENTRY, IRT_MINE);
	irt_put(5, IRT_OTHER, 0x40119);
	irt_do(IRT_IEC_INDEX(5, 0));
	irt_command(IRT_IRE, false);
	fix_store(&irt.table[10], 0);
	fix_store(&irt.table[12], IRT_ENTRY);
	fix_store(&irt.table[13], IRT_MINE);
	irt_do(IRT_IEC_GLOBAL);
	irt_command(IRT_IRE, true);
	irt_ask(IRT_AT(6), 0);
	irt_goes_to(0x41, 3);
	assert_int_equal(irt_ask(IRT_AT(5), 0), 0x22);
	irt_stop_good();
}

static void test_reserved_at_sirtp(void **state)
{
	irt_start_off(FIX_CAP, IRT_ECAP, 0, 0);
	fix.quiet = true;
	irt_put(255, IRT_ENTRY | 0x1000, IRT_MINE);
	assert_int_equal(fix_broken(), 0);
	W64(0xb8, virt_to_phys(irt.table) | 6);
	irt_command(IRT_SIRTP, true);
	assert_int_equal(fix_broken(), 0); /* the table has 128 entries */
	W64(0xb8, virt_to_phys(irt.table) | 7);
	irt_command(IRT_SIRTP, true);
	irt_told(VTD_MODEL_RESERVED, &irt.table[510]);
	irt_stop();
}

/* 32 bits of destination are reserved bits without EIME. */
static void test_reserved_destination(void **state)
{
	bool eime = fix_arg(state);

	irt_start_off(FIX_CAP, IRT_ECAP_EIM, 0, 0);
	irt_on(eime ? 0x807 : 7);
	fix.quiet = true;
	irt_put(5, 0x0000010300410001, IRT_MINE);
	if (!eime)
		irt_told(VTD_MODEL_RESERVED, &irt.table[10]);
	irt_stop_good();
}

static void test_invisible(void **state)
{
	u64 *raw;

	irt_start_off(FIX_CAP, NOT_COHERENT, 0, 0);
	fix.quiet = true;
	raw = iommu_alloc_pages_node_sz(NUMA_NO_NODE, GFP_KERNEL, PAGE_SIZE);
	assert_non_null(raw);
	W64(0xb8, virt_to_phys(raw) | 7);
	irt_command(IRT_SIRTP, true);
	irt_told(VTD_MODEL_INVISIBLE, NULL);
	iommu_free_pages(raw);
	irt_stop();
}

static void test_used_again(void **state)
{
	bool told = fix_arg(state);

	irt_start();
	irt_put(5, IRT_ENTRY, IRT_MINE);
	irt_put(5, 0, 0);
	if (told)
		irt_do(IRT_IEC_INDEX(5, 0));
	irt_put(5, IRT_OTHER, 0x40200);
	if (!told)
		irt_told(VTD_MODEL_ORDER, &irt.table[10]);
	assert_int_equal(fix_broken(), 0);
	irt_do(IRT_IEC_INDEX(5, 0));
	irt_stop_good();
}

static void test_stale_use(void **state)
{
	irt_start();
	irt_put(5, IRT_ENTRY, IRT_MINE);
	irt_ask(IRT_AT(5), 0);
	irt_put(5, 0, 0);
	/* by itself nothing wrong: an invalidation may be on its way */
	irt_ask(IRT_AT(5), 0);
	irt_goes_to(0x41, 3);
	assert_int_equal(fix_broken(), 0);
	irt_put(5, IRT_OTHER, 0x40200);
	irt_told(VTD_MODEL_STALE, &irt.table[10]);
	irt_do(IRT_IEC_INDEX(5, 0));
	irt_stop_good();
}

static void test_never_told(void **state)
{
	irt_start();
	switch (fix_arg(state)) {
	case 0: /* not cached */
		irt_put(5, IRT_ENTRY, IRT_MINE);
		irt_put(5, IRT_OTHER, IRT_MINE);
		vtd_model_check_quiescent();
		irt_told(VTD_MODEL_ORDER, NULL);
		break;
	case 1: /* cached, not used */
		irt_put(5, IRT_ENTRY, IRT_MINE);
		irt_ask(IRT_AT(5), 0);
		irt_put(5, IRT_OTHER, IRT_MINE);
		vtd_model_check_quiescent();
		assert_int_equal(fix.broken[VTD_MODEL_ORDER], 1);
		assert_int_equal(fix.broken[VTD_MODEL_STALE], 1);
		assert_int_equal(fix_broken(), 2);
		break;
	case 2: /* and used */
		irt_put(5, IRT_ENTRY, IRT_MINE);
		irt_ask(IRT_AT(5), 0);
		irt_put(5, IRT_OTHER, IRT_MINE);
		irt_ask(IRT_AT(5), 0);
		vtd_model_check_quiescent();
		assert_int_equal(fix.broken[VTD_MODEL_STALE], 2);
		assert_int_equal(fix_broken(), 2);
		break;
	case 3: /* the neighbour was */
		irt_put(5, IRT_ENTRY, IRT_MINE);
		irt_put(5, IRT_OTHER, IRT_MINE);
		irt_do(IRT_IEC_INDEX(4, 0));
		vtd_model_check_quiescent();
		irt_told(VTD_MODEL_ORDER, NULL);
		break;
	case 4: /* a run, one too short */
		irt_put(66, IRT_ENTRY, IRT_MINE);
		irt_put(66, 0, 0);
		irt_do(IRT_IEC_INDEX(64, 1));
		vtd_model_check_quiescent();
		irt_told(VTD_MODEL_ORDER, NULL);
		break;
	}
	fix_forget();
	irt_do(IRT_IEC_GLOBAL);
	irt_stop_good();
}

/* What was fetched before the entry changed says nothing of it. */
static void test_told_too_early(void **state)
{
	irt.latency = 20;
	irt_start();
	irt_put(5, IRT_ENTRY, IRT_MINE);
	irt_queue(IRT_IEC_INDEX(5, 0), 0);
	vtd_model_run(irt.unit, 2);
	irt_put(5, IRT_OTHER, IRT_MINE);
	irt_run();
	vtd_model_check_quiescent();
	irt_told(VTD_MODEL_ORDER, NULL);
	irt_stop();
}

static void test_freed(void **state)
{
	u64 *rest;

	irt_start_off(FIX_CAP, IRT_ECAP, 0, 0);
	rest = irt.table;
	irt.table = iommu_alloc_pages_node_sz(NUMA_NO_NODE, GFP_KERNEL, 8192);
	assert_non_null(irt.table);
	irt_on(8);
	fix.quiet = true;
	irt_put(300, IRT_ENTRY, IRT_MINE);
	iommu_free_pages(irt.table);
	assert_int_equal(fix.broken[VTD_MODEL_FREED], 2);
	assert_int_equal(fix_broken(), 2);
	assert_int_equal(irt_ask(IRT_AT(300), 0), 0x23);
	irt.table = rest;
	irt_stop();
}

static void test_freed_when_off(void **state)
{
	irt_start();
	irt_put(5, IRT_ENTRY, IRT_MINE);
	irt_ask(IRT_AT(5), 0);
	irt_command(IRT_IRE, false);
	fix_page_free(irt.table);
	irt.table = fix_page();
	irt_stop_good();
}

static void test_unseen(void **state)
{
	irt_start();
	WRITE_ONCE(irt.table[10], IRT_ENTRY);
	vtd_model_check_quiescent();
	irt_told(VTD_MODEL_UNSEEN, &irt.table[10]);
	irt_stop();
}

static void checker_cases(void)
{
	unsigned int i;

	for (i = 0; i < 5; i++)
		fix_case(test_torn, (void *)(uintptr_t)i,
			 "C36/L9 torn: an entry changed in parts, %u", i);
	fix_case(test_not_torn, NULL, "not torn: nobody reads it");
	fix_case(test_reserved_at_sirtp, NULL, "reserved: found by SIRTP");
	for (i = 0; i < 2; i++)
		fix_case(test_reserved_destination, (void *)(uintptr_t)i,
			 "C40 reserved: 32-bit APIC id, EIME %u", i);
	fix_case(test_invisible, NULL,
		 "invisible: SIRTP before the table is in memory");
	fix_case(test_used_again, (void *)0,
		 "C37 order: an index used again before its invalidation");
	fix_case(test_used_again, (void *)1,
		 "C37 an index used again after its invalidation");
	fix_case(test_stale_use, NULL,
		 "C37 stale: an index used again, and its old entry too");
	for (i = 0; i < 5; i++)
		fix_case(test_never_told, (void *)(uintptr_t)i,
			 "order, stale: an entry without its invalidation, %u",
			 i);
	fix_case(test_told_too_early, NULL,
		 "order: an invalidation from before the change");
	fix_case(test_freed, NULL, "freed: a table in use");
	fix_case(test_freed_when_off, NULL, "a table is freed once it is off");
	fix_case(test_unseen, NULL, "unseen: a store past the observer");
}

int main(void)
{
	cache_cases();
	checker_cases();
	return fix_run("model-iec");
}
