// SPDX-License-Identifier: GPL-2.0
/*
 * The checker: each way to break a rule is told, with the word that broke it,
 * and a careful driver is not told anything.
 *
 * SRCS: kunit/model/model.c kunit/model/memory.c kunit/model/regs.c
 * SRCS: kunit/model/fault.c kunit/model/walk.c kunit/model/cache.c
 * SRCS: kunit/model/queue.c kunit/model/device.c kunit/model/check.c
 * SRCS: kunit/model/quiescent.c selftests/native/model_fixture.c
 * SRCS: kunit/model/intr.c kunit/model/check_intr.c
 * SRCS: selftests/native/model_tables.c
 * CFLAGS: -DVTD_OBSERVER
 */
#include <linux/kernel.h>
#include <linux/mm.h>

#include "iommu-pages.h"
#include <vtd/observe.h>

#include "model_tables.h"

#define NOT_COHERENT (FIX_ECAP & ~VTDM_ECAP_C)

static void start_with(u64 cap, u64 ecap, u32 policy)
{
	tab_start(cap, ecap, 4, policy);
	assert_int_equal(fix_broken(), 0);
	fix.quiet = true;
}

static void start(void)
{
	start_with(FIX_CAP, FIX_ECAP, 0);
}

/* Exactly this rule was broken, once or more, by this word. */
static void assert_told(enum vtd_model_rule rule, const void *ptr)
{
	assert_true(fix.broken[rule] > 0);
	assert_int_equal(fix.broken[rule], fix_broken());
	if (ptr)
		assert_ptr_equal(fix.last.ptr, ptr);
	fix_forget();
}

static void flush_context(void)
{
	tab_do(TAB_CONTEXT_DEVICE(TAB_DID, TAB_SID, 0), 0);
	tab_do(TAB_WAIT(7), virt_to_phys(tab.status));
}

static void flush_domain(void)
{
	tab_do(TAB_IOTLB_DOMAIN(TAB_DID), 0);
	tab_do(TAB_WAIT(8), virt_to_phys(tab.status));
}

static void test_careful(void **state)
{
	start_with(FIX_CAP, fix_arg(state) ? NOT_COHERENT : FIX_ECAP,
		   VTD_MODEL_EAGER);
	tab_ask(0, VTD_MODEL_READ);
	fix_assert_good();
	/* unmap */
	fix_store(&tab.table[1][0], 0);
	tab_do(TAB_IOTLB_PAGES(TAB_DID), 0x40);
	fix_assert_good();
	/* tear the entry down */
	fix_store(&tab.context[0x30], tab.context[0x30] & ~1ULL);
	flush_context();
	flush_domain();
	fix_store(&tab.context[0x30], 0);
	fix_store(&tab.context[0x31], 0);
	fix_assert_good();
	fix_page_free(tab.table[1]);
	tab.table[1] = NULL;
	fix_assert_good();
	tab_stop();
}

static void test_upper_half_while_present(void **state)
{
	start();
	fix_store(&tab.context[0x31], 6 << 8 | 2);
	assert_told(VTD_MODEL_TORN, &tab.context[0x31]);
	tab_stop();
}

static void test_present_first(void **state)
{
	start();
	fix_store(&tab.context[0x40], virt_to_phys(tab.table[4]) | 1);
	fix_forget();
	fix_store(&tab.context[0x41], 6 << 8 | 2);
	assert_told(VTD_MODEL_TORN, &tab.context[0x41]);
	assert_true(fix.last.value == (6 << 8 | 2));
	tab_stop();
}

static void test_zero_before_flush(void **state)
{
	start();
	fix_store(&tab.context[0x30], 0);
	fix_store(&tab.context[0x31], 0);
	assert_told(VTD_MODEL_TORN, &tab.context[0x31]);
	tab_stop();
}

static void test_half_a_word(void **state)
{
	start();
	WRITE_ONCE(*(u32 *)&tab.table[1][9], 0);
	vtd_observe_store(&tab.table[1][9], 4);
	assert_told(VTD_MODEL_TORN, &tab.table[1][9]);
	tab_stop();
}

static void test_published_again(void **state)
{
	u64 lo;

	start();
	lo = tab.context[0x30];
	fix_store(&tab.context[0x30], 0);
	fix_store(&tab.context[0x30], lo);
	assert_told(VTD_MODEL_ORDER, &tab.context[0x30]);
	tab_stop();
}

static void test_reserved(void **state)
{
	start();
	switch (fix_arg(state)) {
	case 0:
		fix_store(&tab.root[7 * 2], virt_to_phys(tab.context) | 3);
		assert_told(VTD_MODEL_RESERVED, &tab.root[14]);
		break;
	case 1:
		fix_store(&tab.root[7 * 2 + 1], 1);
		assert_told(VTD_MODEL_RESERVED, &tab.root[15]);
		break;
	case 2:
		fix_store(&tab.context[0x41], 1ULL << 40 | 6 << 8 | 2);
		fix_store(&tab.context[0x40], virt_to_phys(tab.table[4]) | 1);
		assert_told(VTD_MODEL_RESERVED, &tab.context[0x40]);
		break;
	case 3:
		fix_store(&tab.table[4][5], virt_to_phys(tab.table[3]) | 0x83);
		assert_told(VTD_MODEL_RESERVED, &tab.table[4][5]);
		break;
	case 4:
		fix_store(&tab.table[3][5], 0x1000 | 0x83);
		assert_told(VTD_MODEL_RESERVED, &tab.table[3][5]);
		break;
	case 5: /* beyond the 256 domain-ids of ND 2 */
		fix_store(&tab.context[0x41], 256 << 8 | 2);
		fix_store(&tab.context[0x40], virt_to_phys(tab.table[4]) | 1);
		assert_told(VTD_MODEL_RESERVED, &tab.context[0x40]);
		break;
	}
	tab_stop();
}

static void test_invisible(void **state)
{
	u64 *table;

	start_with(FIX_CAP, NOT_COHERENT, 0);
	table = iommu_alloc_pages_node_sz(0, 0, PAGE_SIZE);
	if (fix_arg(state) == 1)
		vtd_flush_cache(table, PAGE_SIZE - 64);
	if (fix_arg(state) == 2) {
		vtd_flush_cache(table, PAGE_SIZE);
		vtd_hw_store64(&table[100], 0x5003);
	}
	fix_store(&tab.table[2][9], virt_to_phys(table) | 3);
	assert_told(VTD_MODEL_INVISIBLE, &tab.table[2][9]);
	fix_store(&tab.table[2][9], 0);
	fix_page_free(table);
	tab_stop();
}

static void test_invisible_context_table(void **state)
{
	u64 *table;

	start_with(FIX_CAP, NOT_COHERENT, 0);
	table = iommu_alloc_pages_node_sz(0, 0, PAGE_SIZE);
	fix_store(&tab.root[9 * 2], virt_to_phys(table) | 1);
	assert_told(VTD_MODEL_INVISIBLE, &tab.root[18]);
	fix_store(&tab.root[9 * 2], 0);
	fix_page_free(table);
	tab_stop();
}

/* Hardware goes on seeing what was there, until the line is written back. */
static void test_lagging_view(void **state)
{
	start_with(FIX_CAP, NOT_COHERENT, 0);
	vtd_hw_store64(&tab.table[1][0], 0x7000003);
	assert_int_equal(tab_ask_fresh(0, VTD_MODEL_READ), 0);
	assert_true(tab_result.phys == 0x100000000ULL);
	vtd_model_check_quiescent();
	assert_told(VTD_MODEL_UNFLUSHED, &tab.table[1][0]);
	vtd_flush_cache(&tab.table[1][0], 8);
	assert_int_equal(tab_ask_fresh(0, VTD_MODEL_READ), 0);
	assert_true(tab_result.phys == 0x7000000);
	fix_assert_good();
	tab_stop();
}

static void test_line_granular(void **state)
{
	start_with(FIX_CAP, NOT_COHERENT, 0);
	vtd_hw_store64(&tab.table[1][8], 0);
	vtd_hw_store64(&tab.table[1][15], 0);
	vtd_hw_store64(&tab.table[1][16], 0);
	vtd_flush_cache(&tab.table[1][10], 1);
	assert_int_equal(tab_ask_fresh(0x8000, VTD_MODEL_READ), 6);
	assert_int_equal(tab_ask_fresh(0xf000, VTD_MODEL_READ), 6);
	assert_int_equal(tab_ask_fresh(0x10000, VTD_MODEL_READ), 0);
	vtd_model_check_quiescent();
	assert_told(VTD_MODEL_UNFLUSHED, &tab.table[1][16]);
	tab_stop();
}

static void test_write_buffer(void **state)
{
	start_with(FIX_CAP | VTDM_CAP_RWBF, FIX_ECAP, 0);
	fix_store(&tab.table[2][1], 0x80000083);
	assert_int_equal(tab_ask(0x200000, VTD_MODEL_READ), 6);
	vtd_model_check_quiescent();
	assert_told(VTD_MODEL_UNFLUSHED, &tab.table[2][1]);
	if (fix_arg(state))
		fix_write32(&tab.regs, 0x18, 0x8c000000);
	else
		flush_domain();
	assert_int_equal(tab_ask(0x200000, VTD_MODEL_READ), 0);
	fix_assert_good();
	tab_stop();
}

static void test_stale(void **state)
{
	start();
	tab_ask(0, VTD_MODEL_READ);
	fix_assert_good();
	switch (fix_arg(state)) {
	case 0:
		fix_store(&tab.table[1][0], 0);
		break;
	case 1: /* another page */
		fix_store(&tab.table[1][0], 0x200000003ULL);
		break;
	case 2: /* less is allowed */
		fix_store(&tab.table[1][0], 0x100000001ULL);
		break;
	case 3: /* a pointer */
		fix_store(&tab.table[2][0], 0);
		break;
	}
	vtd_model_check_quiescent();
	assert_told(VTD_MODEL_STALE, NULL);
	flush_domain();
	fix_assert_good();
	tab_stop();
}

static void test_stale_context(void **state)
{
	start();
	tab_ask(0, VTD_MODEL_READ);
	fix_store(&tab.context[0x30], 0);
	vtd_model_check_quiescent();
	assert_true(fix.broken[VTD_MODEL_STALE] > 0);
	assert_int_equal(fix.broken[VTD_MODEL_ORDER], 1);
	tab_stop();
}

/* Nothing was asked for, and still a flush that is missing is seen. */
static void test_eager(void **state)
{
	u32 cap = fix_arg(state) == 2 ? VTDM_CAP_CM : 0;

	start_with(FIX_CAP | cap, FIX_ECAP, VTD_MODEL_EAGER);
	switch (fix_arg(state)) {
	case 0:
		fix_store(&tab.table[1][44], 0);
		break;
	case 1:
		fix_store(&tab.table[2][0], 0);
		break;
	case 2:
		fix_store(&tab.table[2][1], 0x80000083);
		break;
	}
	vtd_model_check_quiescent();
	assert_told(VTD_MODEL_STALE, NULL);
	flush_domain();
	fix_assert_good();
	tab_stop();
}

static void test_unseen(void **state)
{
	start();
	WRITE_ONCE(tab.table[1][77], 0);
	vtd_model_check_quiescent();
	assert_told(VTD_MODEL_UNSEEN, &tab.table[1][77]);
	tab_stop();
}

static void test_freed_in_table(void **state)
{
	unsigned int level = fix_arg(state);

	start();
	fix_page_free(tab.table[level]);
	tab.table[level] = NULL;
	assert_told(VTD_MODEL_FREED, NULL);
	tab_stop();
}

static void test_freed_cached(void **state)
{
	start();
	tab_ask(0, VTD_MODEL_READ);
	fix_store(&tab.table[2][0], 0);
	if (fix_arg(state)) /* the leaves are forgotten, the pointer is not */
		tab_do(TAB_IOTLB_PAGES(TAB_DID), 0x40);
	fix_page_free(tab.table[1]);
	tab.table[1] = NULL;
	assert_told(VTD_MODEL_FREED, NULL);
	tab_stop();
}

static void test_freed_data(void **state)
{
	u64 *memory;

	start();
	memory = fix_page();
	fix_store(&tab.table[1][3], virt_to_phys(memory) | 3);
	tab_ask_fresh(0x3000, VTD_MODEL_READ);
	fix_store(&tab.table[1][3], 0);
	fix_page_free(memory);
	assert_told(VTD_MODEL_FREED, memory);
	tab_stop();
}

static void test_freed_ring(void **state)
{
	start();
	vtd_model_page_freed(tab.ring);
	assert_told(VTD_MODEL_FREED, tab.ring);
	tab_stop();
}

static void test_freed_context(void **state)
{
	start();
	vtd_model_page_freed(fix_arg(state) ? tab.root : tab.context);
	assert_told(VTD_MODEL_FREED, NULL);
	tab_stop();
}

/* Contexts, wait, IOTLB: and no other way. */
static void test_order(void **state)
{
	unsigned int i = fix_arg(state);

	start();
	fix_store(&tab.context[0x30], tab.context[0x30] & ~1ULL);
	switch (i) {
	case 0:
		flush_domain();
		flush_context();
		break;
	case 1:
		flush_context();
		break;
	case 2: /* in one go: the IOTLB may be first */
		tab_queue(TAB_CONTEXT_DEVICE(TAB_DID, TAB_SID, 0), 0);
		tab_queue(TAB_IOTLB_DOMAIN(TAB_DID), 0);
		tab_do(TAB_WAIT(9), virt_to_phys(tab.status));
		break;
	case 3: /* another device */
		tab_do(TAB_CONTEXT_DEVICE(TAB_DID, TAB_SID + 1, 0), 0);
		flush_domain();
		break;
	case 4: /* pages are not enough */
		flush_context();
		tab_do(TAB_IOTLB_PAGES(TAB_DID), 0x12);
		break;
	case 5:
		break;
	case 6: /* global ones are as good */
		tab_ask_fresh(0, VTD_MODEL_READ);
		break;
	}
	vtd_model_check_quiescent();
	if (i == 6)
		assert_int_equal(fix_broken(), 0);
	else
		assert_told(VTD_MODEL_ORDER, NULL);
	tab_stop();
}

static void test_did_reused(void **state)
{
	u64 *other;

	start();
	other = fix_page();
	tab_ask(0, VTD_MODEL_READ);
	fix_store(&tab.context[0x30], tab.context[0x30] & ~1ULL);
	flush_context();
	if (fix_arg(state))
		flush_domain();
	fix_store(&tab.context[0x41], TAB_DID << 8 | 2);
	fix_store(&tab.context[0x40], virt_to_phys(other) | 1);
	if (fix_arg(state))
		assert_int_equal(fix_broken(), 0);
	else
		assert_told(VTD_MODEL_DID, &tab.context[0x40]);
	fix_store(&tab.context[0x40], 0);
	tab_ask_fresh(0, VTD_MODEL_READ);
	fix_page_free(other);
	tab_stop();
}

static void test_did_zero(void **state)
{
	start_with(FIX_CAP | VTDM_CAP_CM, FIX_ECAP, 0);
	fix_store(&tab.context[0x41], 2);
	fix_store(&tab.context[0x40], virt_to_phys(tab.table[4]) | 1);
	assert_told(VTD_MODEL_DID, &tab.context[0x40]);
	tab_stop();
}

static void test_ring_owned(void **state)
{
	start();
	tab_queue(TAB_CONTEXT_GLOBAL, 0);
	tab_doorbell();
	fix_store(&tab.ring[tab.tail / 8 - 2], TAB_IOTLB_GLOBAL);
	assert_told(VTD_MODEL_QUEUE, &tab.ring[tab.tail / 8 - 2]);
	tab_run();
	fix_store(&tab.ring[tab.tail / 8 - 2], TAB_CONTEXT_GLOBAL);
	assert_int_equal(fix_broken(), 0);
	tab_stop();
}

static void test_wild_status(void **state)
{
	start();
	tab_do(TAB_WAIT(1), 0x5000);
	assert_told(VTD_MODEL_WILD, NULL);
	tab_stop();
}

int main(void)
{
	unsigned int i;

	fix_case(test_careful, (void *)0, "a careful driver, coherent");
	fix_case(test_careful, (void *)1, "a careful driver, not coherent");
	fix_case(test_upper_half_while_present, NULL,
		 "torn: upper half of a present entry");
	fix_case(test_present_first, NULL,
		 "torn: present before the upper half");
	fix_case(test_zero_before_flush, NULL,
		 "torn: zeroed before the context cache was told");
	fix_case(test_half_a_word, NULL, "torn: half a word");
	fix_case(test_published_again, NULL,
		 "order: published again too early");
	for (i = 0; i < 6; i++)
		fix_case(test_reserved, (void *)(uintptr_t)i, "reserved, %u",
			 i);
	for (i = 0; i < 3; i++)
		fix_case(test_invisible, (void *)(uintptr_t)i,
			 "invisible: a table, %u", i);
	fix_case(test_invisible_context_table, NULL,
		 "invisible: a context table");
	fix_case(test_lagging_view, NULL,
		 "unflushed: hardware sees the old entry");
	fix_case(test_line_granular, NULL,
		 "unflushed: lines, no more and no less");
	fix_case(test_write_buffer, (void *)0,
		 "write buffer: drained by an invalidation");
	fix_case(test_write_buffer, (void *)1, "write buffer: drained by WBF");
	for (i = 0; i < 4; i++)
		fix_case(test_stale, (void *)(uintptr_t)i, "stale, %u", i);
	fix_case(test_stale_context, NULL, "stale: context entry");
	for (i = 0; i < 3; i++)
		fix_case(test_eager, (void *)(uintptr_t)i,
			 "stale without a request, %u", i);
	fix_case(test_unseen, NULL, "unseen: a store past the observer");
	for (i = 1; i <= 4; i++)
		fix_case(test_freed_in_table, (void *)(uintptr_t)i,
			 "freed: table of level %u in use", i);
	fix_case(test_freed_cached, (void *)0,
		 "freed: pointer and leaf cached");
	fix_case(test_freed_cached, (void *)1, "freed: pointer cached (IH)");
	fix_case(test_freed_data, NULL, "freed: memory the IOTLB leads to");
	fix_case(test_freed_ring, NULL, "freed: the queue");
	fix_case(test_freed_context, (void *)0, "freed: a context table");
	fix_case(test_freed_context, (void *)1, "freed: the root table");
	for (i = 0; i < 7; i++)
		fix_case(test_order, (void *)(uintptr_t)i,
			 "order of invalidations, %u", i);
	fix_case(test_did_reused, (void *)0, "domain-id reused too early");
	fix_case(test_did_reused, (void *)1, "domain-id reused in time");
	fix_case(test_did_zero, NULL, "domain-id 0 in caching mode");
	fix_case(test_ring_owned, NULL,
		 "queue: a descriptor that hardware owns");
	fix_case(test_wild_status, NULL, "wild: a status write to nowhere");
	return fix_run("model-check");
}
