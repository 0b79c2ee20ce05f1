// SPDX-License-Identifier: GPL-2.0
/*
 * The software unit's invalidation queue and caches against the specification:
 * what each invalidation forgets, and what it must not.  Literal descriptors.
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

#include "model_tables.h"

#define OTHER_SID 0x0120
#define OTHER_DID 6

static void start_with(u64 cap, u64 ecap, u32 policy)
{
	tab_start(cap, ecap, 4, policy);
	fix.quiet = true;
}

static void start(void)
{
	start_with(FIX_CAP, FIX_ECAP, 0);
}

static u32 status(void)
{
	return READ_ONCE(*(u32 *)tab.status);
}

static void wait_for(u32 value)
{
	tab_do(TAB_WAIT(value), virt_to_phys(tab.status));
	assert_int_equal(status(), value);
}

/* A second device, under another domain-id, with the same tables. */
static void other_device(void)
{
	fix_store(&tab.context[0x41], OTHER_DID << 8 | 2);
	fix_store(&tab.context[0x40], virt_to_phys(tab.table[4]) | 1);
}

static unsigned int other_asks(u64 addr)
{
	struct vtd_model_result r;

	vtd_model_translate(tab.unit, OTHER_SID, addr, VTD_MODEL_READ, &r);
	return r.reason;
}

static const struct {
	u64 lo;
	u64 hi;
	bool ours; /* forgets page 4 of TAB_DID */
	bool others; /* forgets page 4 of OTHER_DID */
	const char *name;
} iotlb[] = {
	{ 0x12, 0, true, true, "global" },
	{ 0x50022, 0, true, false, "domain" },
	{ 0x60022, 0, false, true, "other domain" },
	{ 0x70022, 0, false, false, "third domain" },
	{ 0x50032, 0x4000, true, false, "page" },
	{ 0x50032, 0x5000, false, false, "next page" },
	{ 0x50032, 0x3000, false, false, "page before" },
	{ 0x60032, 0x4000, false, true, "page of the other domain" },
	{ 0x50032, 0x4001, true, false, "2 pages, AM 1" },
	{ 0x50032, 0x6001, false, false, "the next 2 pages" },
	{ 0x50032, 0x2, false, false, "4 pages before" },
	{ 0x50032, 0x3, true, false, "8 pages, AM 3" },
	{ 0x50032, 0x7003, true, false, "bits below AM are not looked at" },
	{ 0x50032, 0x200009, false, false, "512 pages elsewhere" },
	{ 0x50032, 0x12, true, false, "1 GiB, AM 18" },
	{ 0x50032, 0x40000012, false, false, "the next 1 GiB" },
	{ 0x500b2, 0x4000, true, false, "page, drain reads" },
	{ 0x50072, 0x4000, true, false, "page, drain writes" },
	{ 0x50032, 0x4040, true, false, "page, leaf only" },
	{ 0x11, 0, false, false, "a context invalidation" },
	{ 0x50021, 0, false, false, "a context invalidation, domain" },
};

static void test_iotlb(void **state)
{
	unsigned int i = fix_arg(state);

	start();
	other_device();
	assert_int_equal(tab_ask(0x4000, VTD_MODEL_READ), 0);
	assert_int_equal(other_asks(0x4000), 0);
	fix_store(&tab.table[1][4], 0);
	assert_int_equal(tab_ask(0x4000, VTD_MODEL_READ), 0);
	tab_do(iotlb[i].lo, iotlb[i].hi);
	assert_int_equal(tab_ask(0x4000, VTD_MODEL_READ),
			 iotlb[i].ours ? 6 : 0);
	assert_int_equal(other_asks(0x4000), iotlb[i].others ? 6 : 0);
	tab_stop();
}

static const struct {
	u64 lo;
	bool ours;
	bool others;
	const char *name;
} context[] = {
	{ 0x11, true, true, "global" },
	{ 0x50021, true, false, "domain" },
	{ 0x60021, false, true, "other domain" },
	{ 0x011800050031, true, false, "device" },
	{ 0x011800060031, false, false, "device under another domain-id" },
	{ 0x011900050031, false, false, "next function" },
	{ 0x1011c00050031, true, false, "function mask 1: bit 2" },
	{ 0x1011a00050031, false, false, "function mask 1: not bit 1" },
	{ 0x2011e00050031, true, false, "function mask 2: bits 2:1" },
	{ 0x2011900050031, false, false, "function mask 2: not bit 0" },
	{ 0x3011f00050031, true, false, "function mask 3: all functions" },
	{ 0x3012000050031, false, false, "function mask 3: another device" },
	{ 0x12, false, false, "an IOTLB invalidation" },
};

static void test_context(void **state)
{
	unsigned int i = fix_arg(state);

	start();
	other_device();
	assert_int_equal(tab_ask(0, VTD_MODEL_READ), 0);
	assert_int_equal(other_asks(0), 0);
	fix_store(&tab.context[0x30], 0);
	fix_store(&tab.context[0x40], 0);
	assert_int_equal(tab_ask(0, VTD_MODEL_READ), 0);
	tab_do(context[i].lo, 0);
	assert_int_equal(tab_ask(0, VTD_MODEL_READ), context[i].ours ? 2 : 0);
	assert_int_equal(other_asks(0), context[i].others ? 2 : 0);
	tab_stop();
}

/* What hangs below a pointer that was taken away. */
static void test_pointer(void **state)
{
	static const struct {
		u64 lo, hi;
		bool forgets;
	} what[] = {
		{ 0x50032, 0x4040, false }, /* leaf only */
		{ 0x50032, 0x4000, true }, /* the same with IH clear */
		{ 0x50032, 0x200000, false }, /* another 2 MiB */
		{ 0x50032, 0x200000 | 10, true }, /* 4 MiB around it */
		{ 0x50022, 0, true },
		{ 0x60022, 0, false },
		{ 0x12, 0, true },
	};
	unsigned int i = fix_arg(state);

	start();
	assert_int_equal(tab_ask(0x4000, VTD_MODEL_READ), 0);
	fix_store(&tab.table[2][0], 0);
	tab_do(what[i].lo, what[i].hi);
	/* page 8 was not cached as a leaf: only a pointer can lead there */
	assert_int_equal(tab_ask(0x8000, VTD_MODEL_READ),
			 what[i].forgets ? 6 : 0);
	tab_stop();
}

static void test_superpage_dropped_by_any_page(void **state)
{
	start();
	fix_store(&tab.table[2][1], 0x80000083);
	assert_int_equal(tab_ask(0x200000, VTD_MODEL_READ), 0);
	fix_store(&tab.table[2][1], 0);
	assert_int_equal(tab_ask(0x3ff000, VTD_MODEL_READ), 0);
	tab_do(TAB_IOTLB_PAGES(TAB_DID), 0x3ff000);
	assert_int_equal(tab_ask(0x200000, VTD_MODEL_READ), 6);
	tab_stop();
}

static void test_not_present_not_cached(void **state)
{
	start();
	assert_int_equal(tab_ask(0x200000, VTD_MODEL_READ), 6);
	fix_store(&tab.table[2][1], 0x80000083);
	assert_int_equal(tab_ask(0x200000, VTD_MODEL_READ), 0);
	tab_stop();
}

static void test_caching_mode_leaf(void **state)
{
	start_with(FIX_CAP | VTDM_CAP_CM, FIX_ECAP, 0);
	assert_int_equal(tab_ask(0x200000, VTD_MODEL_READ), 6);
	fix_store(&tab.table[2][1], 0x80000083);
	assert_int_equal(tab_ask(0x200000, VTD_MODEL_READ), 6);
	tab_do(TAB_IOTLB_PAGES(TAB_DID), 0x201000);
	assert_int_equal(tab_ask(0x200000, VTD_MODEL_READ), 6);
	tab_do(TAB_IOTLB_PAGES(TAB_DID), 0x200000);
	assert_int_equal(tab_ask(0x200000, VTD_MODEL_READ), 0);
	tab_stop();
}

static void test_caching_mode_reserved(void **state)
{
	start_with(FIX_CAP | VTDM_CAP_CM, FIX_ECAP, 0);
	fix_store(&tab.table[2][1], 0x803);
	assert_int_equal(tab_ask(0x200000, VTD_MODEL_READ), 0xc);
	fix_store(&tab.table[2][1], 0x80000083);
	assert_int_equal(tab_ask(0x200000, VTD_MODEL_READ), 0xc);
	tab_do(TAB_IOTLB_PAGES(TAB_DID), 0x200000);
	assert_int_equal(tab_ask(0x200000, VTD_MODEL_READ), 0);
	tab_stop();
}

/* 6.1: a context entry that is not there is cached under domain-id 0. */
static void test_caching_mode_context(void **state)
{
	static const struct {
		u64 lo;
		bool forgets;
	} what[] = {
		{ 0x012000000031, true }, { 0x012000060031, false },
		{ 0x21, true },		  { 0x60021, false },
		{ 0x11, true },		  { 0x011800000031, false },
	};
	unsigned int i = fix_arg(state);

	start_with(FIX_CAP | VTDM_CAP_CM, FIX_ECAP, 0);
	assert_int_equal(other_asks(0), 2);
	other_device();
	assert_int_equal(other_asks(0), 2);
	tab_do(what[i].lo, 0);
	assert_int_equal(other_asks(0), what[i].forgets ? 0 : 2);
	tab_stop();
}

static void test_context_not_present_not_cached(void **state)
{
	start();
	assert_int_equal(other_asks(0), 2);
	other_device();
	assert_int_equal(other_asks(0), 0);
	tab_stop();
}

static void test_domain_shared(void **state)
{
	struct vtd_model_result r;

	/* what one device brought in serves the other of the same domain-id */
	start();
	fix_store(&tab.context[0x41], TAB_DID << 8 | 2);
	fix_store(&tab.context[0x40], virt_to_phys(tab.table[4]) | 1);
	assert_int_equal(tab_ask(0x4000, VTD_MODEL_READ), 0);
	assert_true(vtd_model_translate(tab.unit, OTHER_SID, 0x4000,
					VTD_MODEL_READ, &r));
	assert_true(r.cached);
	tab_stop();
}

/* The queue itself. */

static void test_wait_status(void **state)
{
	start();
	wait_for(0xdeadbeef);
	assert_int_equal(vtd_model_stats(tab.unit).waits, 3);
	tab_stop();
	assert_int_equal(fix_broken(), 0);
}

static void test_wait_without_status(void **state)
{
	start();
	wait_for(9);
	tab_do(0x5ULL | 7ULL << 32, virt_to_phys(tab.status));
	assert_int_equal(status(), 9);
	tab_stop();
}

static void test_wait_interrupt(void **state)
{
	start();
	fix_write32(&tab.regs, 0xa4, 0x51);
	fix_write32(&tab.regs, 0xa8, 0xfee02000);
	fix_write32(&tab.regs, 0xa0, 0);
	tab_do(0x15, 0);
	assert_int_equal(fix.messages, 1);
	assert_int_equal(fix.data, 0x51);
	assert_int_equal(fix_read32(&tab.regs, 0x9c), 1);
	/* not again before IWC is cleared */
	tab_do(0x15, 0);
	assert_int_equal(fix.messages, 1);
	fix_write32(&tab.regs, 0x9c, 1);
	assert_int_equal(fix_read32(&tab.regs, 0x9c), 0);
	tab_do(0x15, 0);
	assert_int_equal(fix.messages, 2);
	tab_stop();
}

static void test_wait_interrupt_masked(void **state)
{
	start();
	tab_do(0x15, 0);
	assert_int_equal(fix.messages, 0);
	assert_int_equal(fix_read32(&tab.regs, 0xa0), 0xc0000000);
	fix_write32(&tab.regs, 0xa0, 0);
	assert_int_equal(fix.messages, 1);
	tab_stop();
}

static void test_head_follows(void **state)
{
	u64 head;

	start();
	head = fix_read64(&tab.regs, 0x80);
	assert_int_equal(head, tab.tail);
	tab_queue(TAB_CONTEXT_GLOBAL, 0);
	tab_queue(TAB_CONTEXT_GLOBAL, 0);
	vtd_model_run(tab.unit, 10);
	assert_int_equal(fix_read64(&tab.regs, 0x80), head);
	tab_doorbell();
	vtd_model_run(tab.unit, 1);
	assert_int_equal(fix_read64(&tab.regs, 0x80), head + 16);
	tab_run();
	assert_int_equal(fix_read64(&tab.regs, 0x80), head + 32);
	tab_stop();
}

static void test_wraps(void **state)
{
	unsigned int i;

	start();
	for (i = 0; i < 1000; i++)
		wait_for(i + 100);
	assert_int_equal(fix_read32(&tab.regs, 0x34), 0);
	tab_stop();
}

static void test_latency(void **state)
{
	const struct vtd_model_config config = {
		.cap = FIX_CAP,
		.ecap = FIX_ECAP,
		.latency = 20,
		.policy = VTD_MODEL_MANUAL,
	};
	struct vtd_model_unit *slow;
	struct vtd_regs regs;
	u64 *ring, *word;

	fix_start();
	slow = vtd_model_unit_create(&config);
	vtd_model_plug(slow, &regs);
	ring = fix_page();
	word = fix_page();
	fix_store(&ring[0], TAB_WAIT(5));
	fix_store(&ring[1], virt_to_phys(word));
	fix_write64(&regs, 0x90, virt_to_phys(ring));
	fix_write32(&regs, 0x18, 0x04000000);
	fix_write64(&regs, 0x88, 16);
	vtd_model_run(slow, 19);
	assert_int_equal(fix_read64(&regs, 0x80), 16);
	assert_int_equal(word[0], 0);
	vtd_model_run(slow, 2);
	assert_int_equal(word[0], 5);
	fix_write32(&regs, 0x18, 0);
	fix_page_free(ring);
	fix_page_free(word);
	fix_stop();
}

static const struct {
	u64 lo;
	u64 hi;
	unsigned int code;
	const char *name;
} malformed[] = {
	{ 0x0, 0, 3, "type 0" },
	{ 0x6, 0, 3, "type 6" },
	{ 0xf, 0, 3, "type 15" },
	{ 0x3, 0, 3, "device TLB without DT" },
	{ 0x4, 0, 3, "interrupt entry cache without IR" },
	{ 0x01, 0, 4, "context, granularity 0" },
	{ 0x51, 0, 4, "context, bit 6" },
	{ 0x8011, 0, 4, "context, bit 15" },
	{ 0x4000000000011ULL, 0, 4, "context, bit 50" },
	{ 0x11, 1, 4, "context, bit 64" },
	{ 0x02, 0, 4, "IOTLB, granularity 0" },
	{ 0x112, 0, 4, "IOTLB, bit 8" },
	{ 0x100000012ULL, 0, 4, "IOTLB, bit 32" },
	{ 0x50032, 0x4080, 4, "IOTLB, bit 71" },
	{ 0x50032, 0x4800, 4, "IOTLB, bit 75" },
	{ 0x50032, 19, 4, "IOTLB, AM beyond MAMV" },
	{ 0x125, 0, 4, "wait, bit 8" },
	{ 0x25, 2, 4, "wait, bit 65" },
};

static void test_malformed(void **state)
{
	unsigned int i = fix_arg(state);
	u32 at;

	start();
	wait_for(1);
	at = tab.tail;
	tab_queue(malformed[i].lo, malformed[i].hi);
	tab_do(TAB_WAIT(2), virt_to_phys(tab.status));
	assert_int_equal(fix_read32(&tab.regs, 0x34), 0x10);
	assert_int_equal(fix_read64(&tab.regs, 0x80), at);
	assert_int_equal(fix_read64(&tab.regs, 0xb0), malformed[i].code);
	assert_int_equal(status(), 1);
	/* put right and cleared, it goes on from there */
	fix_store(&tab.ring[at / 8], TAB_WAIT(7));
	fix_store(&tab.ring[at / 8 + 1], virt_to_phys(tab.status));
	tab_run();
	assert_int_equal(status(), 1);
	fix_write32(&tab.regs, 0x34, 0x10);
	tab_run();
	assert_int_equal(status(), 2);
	assert_int_equal(fix_broken(), 0);
	tab_stop();
}

static void test_no_psi(void **state)
{
	start_with(FIX_CAP & ~VTDM_CAP_PSI, FIX_ECAP, 0);
	tab_do(TAB_IOTLB_PAGES(TAB_DID), 0);
	assert_int_equal(fix_read32(&tab.regs, 0x34), 0x10);
	fix_store(&tab.ring[tab.tail / 8 - 2], TAB_IOTLB_GLOBAL);
	tab_stop();
}

static void test_tail_beyond(void **state)
{
	start();
	fix_write64(&tab.regs, 0x88, 0x1000);
	tab_run();
	assert_int_equal(fix_read32(&tab.regs, 0x34), 0x10);
	assert_int_equal(fix_read64(&tab.regs, 0xb0), 1);
	tab_doorbell();
	tab_stop();
}

static void test_ring_unreadable(void **state)
{
	start();
	vtd_model_poison(virt_to_phys(tab.ring), true);
	tab_do(TAB_CONTEXT_GLOBAL, 0);
	assert_int_equal(fix_read32(&tab.regs, 0x34), 0x10);
	assert_int_equal(fix_read64(&tab.regs, 0xb0), 2);
	vtd_model_poison(virt_to_phys(tab.ring), false);
	tab_stop();
}

static void test_iqe_event(void **state)
{
	start();
	fix_write32(&tab.regs, 0x38, 0);
	tab_do(0xf, 0);
	assert_int_equal(fix.messages, 1);
	fix_store(&tab.ring[tab.tail / 8 - 2], TAB_IOTLB_GLOBAL);
	tab_stop();
}

static void test_ite(void **state)
{
	start();
	wait_for(1);
	vtd_model_inject(tab.unit, VTD_MODEL_ITE, 3, 0x1234);
	tab_queue(TAB_WAIT(2), virt_to_phys(tab.status));
	tab_queue(TAB_IOTLB_DOMAIN(TAB_DID), 0);
	tab_queue(TAB_WAIT(3), virt_to_phys(tab.status) + 8);
	tab_queue(TAB_WAIT(4), virt_to_phys(tab.status) + 16);
	tab_doorbell();
	tab_run();
	assert_int_equal(fix_read32(&tab.regs, 0x34), 0x40);
	assert_true(fix_read64(&tab.regs, 0xb0) == 0x123400000000ULL);
	assert_int_equal(tab.status[0], 2);
	assert_int_equal(tab.status[1], 0);
	/* fetched: dropped for good; not fetched: done once it is cleared */
	assert_int_equal(tab.status[2], 0);
	fix_write32(&tab.regs, 0x34, 0x40);
	tab_run();
	assert_int_equal(tab.status[1], 0);
	assert_int_equal(tab.status[2], 4);
	assert_int_equal(vtd_model_stats(tab.unit).dropped, 1);
	tab_stop();
}

static void test_ice(void **state)
{
	start();
	vtd_model_inject(tab.unit, VTD_MODEL_ICE, 1, 0x1234);
	wait_for(1);
	assert_int_equal(fix_read32(&tab.regs, 0x34), 0x20);
	assert_true(fix_read64(&tab.regs, 0xb0) == 0x1234000000000000ULL);
	fix_write32(&tab.regs, 0x34, 0x20);
	assert_int_equal(fix_read32(&tab.regs, 0x34), 0);
	tab_stop();
}

static void test_dead(void **state)
{
	start();
	vtd_model_inject(tab.unit, VTD_MODEL_DEAD, 1, 0);
	tab_do(TAB_WAIT(5), virt_to_phys(tab.status));
	assert_int_not_equal(status(), 5);
	vtd_model_revive(tab.unit);
	tab_run();
	assert_int_equal(status(), 5);
	tab_stop();
}

static void test_status_rw1c(void **state)
{
	start();
	vtd_model_inject(tab.unit, VTD_MODEL_ICE, 1, 1);
	vtd_model_inject(tab.unit, VTD_MODEL_ITE, 1, 1);
	tab_do(TAB_CONTEXT_GLOBAL, 0);
	vtd_model_inject(tab.unit, VTD_MODEL_ICE, 1, 1);
	fix_write32(&tab.regs, 0x34, 0x40);
	tab_do(TAB_CONTEXT_GLOBAL, 0);
	assert_int_equal(fix_read32(&tab.regs, 0x34), 0x20);
	fix_write32(&tab.regs, 0x34, 0x0);
	assert_int_equal(fix_read32(&tab.regs, 0x34), 0x20);
	fix_write32(&tab.regs, 0x34, 0x50);
	assert_int_equal(fix_read32(&tab.regs, 0x34), 0x20);
	fix_write32(&tab.regs, 0x34, 0x20);
	assert_int_equal(fix_read32(&tab.regs, 0x34), 0);
	tab_stop();
}

/* In any order, but no wait before what comes before it. */
static void test_reorder(void **state)
{
	unsigned int round, i;

	start_with(FIX_CAP, FIX_ECAP, VTD_MODEL_REORDER);
	for (round = 1; round < 100; round++) {
		u64 before = vtd_model_stats(tab.unit).iotlbs;

		for (i = 0; i < 5; i++)
			tab_queue(TAB_IOTLB_DOMAIN(TAB_DID), 0);
		tab_queue(TAB_WAIT(round + 10), virt_to_phys(tab.status));
		tab_doorbell();
		for (i = 0; status() != round + 10; i++) {
			assert_true(i < 1000);
			vtd_model_run(tab.unit, 1);
		}
		assert_true(vtd_model_stats(tab.unit).iotlbs >= before + 5);
	}
	tab_stop();
}

/* What follows a fence waits for it; what follows a mere wait need not. */
static void test_fence(void **state)
{
	bool fence = fix_arg(state), passed = false;
	unsigned int round, i;

	start_with(FIX_CAP, FIX_ECAP, VTD_MODEL_REORDER);
	for (round = 1; round < 200; round++) {
		u64 before = vtd_model_stats(tab.unit).contexts;

		tab_queue(TAB_WAIT(round + 10) | (fence ? 0x40 : 0),
			  virt_to_phys(tab.status));
		tab_queue(TAB_CONTEXT_GLOBAL, 0);
		tab_doorbell();
		for (i = 0; i < 40; i++) {
			vtd_model_run(tab.unit, 1);
			if (status() != round + 10 &&
			    vtd_model_stats(tab.unit).contexts != before)
				passed = true;
		}
	}
	assert_int_equal(passed, !fence);
	tab_stop();
}

static void test_evict(void **state)
{
	unsigned int i;

	start_with(FIX_CAP, FIX_ECAP, VTD_MODEL_EVICT);
	for (i = 0; i < 512; i++)
		assert_int_equal(tab_ask(i * 4096, VTD_MODEL_READ), 0);
	assert_true(vtd_model_cached(tab.unit) > 500);
	vtd_model_run(tab.unit, 20000);
	assert_true(vtd_model_cached(tab.unit) < 450);
	tab_stop();
}

static void test_prefetch(void **state)
{
	unsigned int i;

	start_with(FIX_CAP, FIX_ECAP, VTD_MODEL_PREFETCH);
	for (i = 0; i < 64; i++)
		assert_int_equal(tab_ask(i * 8 * 4096, VTD_MODEL_READ), 0);
	assert_true(vtd_model_cached(tab.unit) > 90);
	tab_stop();
	assert_int_equal(fix_broken(), 0);
}

/* Everything a seed decides is decided the same way again. */
static void test_seed(void **state)
{
	unsigned int cached[2], run, i;

	for (run = 0; run < 2; run++) {
		start_with(FIX_CAP, FIX_ECAP,
			   VTD_MODEL_EVICT | VTD_MODEL_PREFETCH);
		for (i = 0; i < 200; i++) {
			tab_ask(i * 4096, VTD_MODEL_READ);
			vtd_model_run(tab.unit, 30);
		}
		cached[run] = vtd_model_cached(tab.unit);
		tab_stop();
	}
	assert_int_equal(cached[0], cached[1]);
}

static void cache_cases(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(iotlb); i++)
		fix_case(test_iotlb, (void *)(uintptr_t)i,
			 "IOTLB invalidation: %s", iotlb[i].name);
	for (i = 0; i < ARRAY_SIZE(context); i++)
		fix_case(test_context, (void *)(uintptr_t)i,
			 "context invalidation: %s", context[i].name);
	for (i = 0; i < 7; i++)
		fix_case(test_pointer, (void *)(uintptr_t)i,
			 "paging-structure caches, %u", i);
	fix_case(test_superpage_dropped_by_any_page, NULL,
		 "a superpage goes with any of its pages");
	fix_case(test_not_present_not_cached, NULL,
		 "what is not present is not cached");
	fix_case(test_context_not_present_not_cached, NULL,
		 "no context entry is not cached");
	fix_case(test_caching_mode_leaf, NULL,
		 "caching mode: what is not present is cached");
	fix_case(test_caching_mode_reserved, NULL,
		 "caching mode: what is in error is cached");
	for (i = 0; i < 6; i++)
		fix_case(test_caching_mode_context, (void *)(uintptr_t)i,
			 "caching mode: no context entry, domain-id 0, %u", i);
	fix_case(test_domain_shared, NULL,
		 "devices of a domain-id share the IOTLB");
	fix_case(test_evict, NULL, "random eviction");
	fix_case(test_prefetch, NULL, "random prefetch");
	fix_case(test_seed, NULL, "the same seed, the same behaviour");
}

static void queue_cases(void)
{
	unsigned int i;

	fix_case(test_wait_status, NULL, "wait: status write");
	fix_case(test_wait_without_status, NULL, "wait: no status write");
	fix_case(test_wait_interrupt, NULL, "wait: interrupt");
	fix_case(test_wait_interrupt_masked, NULL, "wait: interrupt masked");
	fix_case(test_head_follows, NULL, "head follows the fetches");
	fix_case(test_wraps, NULL, "the queue wraps around");
	fix_case(test_latency, NULL, "a set latency");
	for (i = 0; i < ARRAY_SIZE(malformed); i++)
		fix_case(test_malformed, (void *)(uintptr_t)i, "IQE: %s",
			 malformed[i].name);
	fix_case(test_no_psi, NULL, "IQE: pages without PSI");
	fix_case(test_tail_beyond, NULL, "IQE: tail beyond the queue");
	fix_case(test_ring_unreadable, NULL, "IQE: descriptor unreadable");
	fix_case(test_iqe_event, NULL, "IQE raises the fault event");
	fix_case(test_ite, NULL,
		 "ITE drops fetched waits, and blames the device");
	fix_case(test_ice, NULL, "ICE blames the device");
	fix_case(test_dead, NULL, "a dead unit, and a revived one");
	fix_case(test_status_rw1c, NULL,
		 "IQE, ICE and ITE are RW1C, each alone");
	fix_case(test_reorder, NULL, "any order, but waits wait");
	fix_case(test_fence, (void *)0, "a wait lets later descriptors pass");
	fix_case(test_fence, (void *)1, "a fence does not");
}

int main(void)
{
	cache_cases();
	queue_cases();
	return fix_run("model-queue");
}
