// SPDX-License-Identifier: GPL-2.0
/*
 * The software unit in scalable mode: which mode and which queue go together,
 * descriptors of 256 bits, and what each invalidation takes out of the caches:
 * that, and nothing more.
 *
 * SRCS: kunit/model/model.c selftests/native/model_fixture.c
 * SRCS: selftests/native/model_scalable.c
 * CFLAGS: -DVTD_OBSERVER
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "model_scalable.h"

static void start(void)
{
	sm_start(SM_CAP, SM_ECAP, 0);
	fix.quiet = true;
}

static u32 status(void)
{
	return fix_read32(&sm.regs, 0x34);
}

/* A descriptor that is refused, with the reason in IQER. */
static void assert_refused(u64 lo, u64 hi, unsigned int why)
{
	u64 head = fix_read64(&sm.regs, 0x80);

	sm_queue(lo, hi);
	sm_doorbell();
	sm_run();
	assert_int_equal(status() & 0x10, 0x10);
	assert_int_equal(fix_read64(&sm.regs, 0xb0) & 0xf, why);
	assert_int_equal(fix_read64(&sm.regs, 0x80), head);
	/* make a harmless one of it and go on */
	sm.tail = head;
	sm_queue(SM_WAIT(2), virt_to_phys(sm.status));
	fix_write32(&sm.regs, 0x34, 0x10);
	sm_run();
	assert_int_equal(status() & 0x10, 0);
	assert_int_equal(fix_read64(&sm.regs, 0x80), sm.tail);
}

static const struct {
	u64 lo, hi;
	unsigned int why;
	const char *name;
} descriptors[] = {
	{ 0x01, 0, 4, "contexts, granularity 0" },
	{ 0x11 | 1ULL << 63, 0, 4, "contexts, bit 63" },
	{ 0x11, 1, 4, "contexts, upper half" },
	{ 0x02, 0, 4, "IOTLB, granularity 0" },
	{ 0x32, 19, 4, "IOTLB, mask beyond MAMV" },
	{ 0x32, 1 << 7, 4, "IOTLB, bit 71" },
	{ 0x27, 0, 4, "PASID cache, granularity 2" },
	{ 0x17 | 1 << 6, 0, 4, "PASID cache, bit 6" },
	{ 0x17 | 1 << 12, 0, 4, "PASID cache, bit 12" },
	{ 0x17 | 1ULL << 52, 0, 4, "PASID cache, bit 52" },
	{ 0x17, 1, 4, "PASID cache, upper half" },
	{ 0x06, 0, 4, "PASID-based IOTLB, granularity 0" },
	{ 0x16, 0, 4, "PASID-based IOTLB, granularity 1" },
	{ 0x26 | 1 << 8, 0, 4, "PASID-based IOTLB, bit 8" },
	{ 0x26 | 1ULL << 63, 0, 4, "PASID-based IOTLB, bit 63" },
	{ 0x36, 19, 4, "PASID-based IOTLB, mask beyond MAMV" },
	{ 0x36, 1 << 11, 4, "PASID-based IOTLB, bit 75" },
	{ 0x200 | 1, 0, 3, "type 17" },
	{ 0x800 | 5, 0, 3, "type 69" },
	{ 0x00, 0, 3, "type 0" },
	{ 0x0f, 0, 3, "type 15" },
};

static void test_descriptor(void **state)
{
	unsigned int i = fix_arg(state);

	start();
	assert_refused(descriptors[i].lo, descriptors[i].hi,
		       descriptors[i].why);
	sm_stop();
}

/* Words 2 and 3 are reserved in every type. */
static void test_upper_words(void **state)
{
	static const u64 lo[] = { 0x11, 0x12, 0x25, 0x37, 0x26 };
	unsigned int i, word;

	start();
	for (i = 0; i < ARRAY_SIZE(lo); i++) {
		for (word = 2; word < 4; word++) {
			u32 at = sm.tail;

			sm_queue(lo[i],
				 lo[i] == 0x25 ? virt_to_phys(sm.status) : 0);
			fix_store(&sm.ring[at / 8 + word], 1);
			sm_doorbell();
			sm_run();
			assert_int_equal(status() & 0x10, 0x10);
			assert_int_equal(fix_read64(&sm.regs, 0xb0) & 0xf, 4);
			fix_store(&sm.ring[at / 8 + word], 0);
			fix_write32(&sm.regs, 0x34, 0x10);
			sm_run();
			assert_int_equal(status() & 0x10, 0);
		}
	}
	sm_stop();
}

/* Heads and tails move by 32 bytes. */
static void test_steps(void **state)
{
	unsigned int i;

	start();
	for (i = 0; i < 300; i++) {
		u64 head = fix_read64(&sm.regs, 0x80);

		sm_queue(SM_WAIT(i), virt_to_phys(sm.status));
		sm_doorbell();
		sm_run();
		assert_int_equal(*(u32 *)sm.status, i);
		assert_int_equal(fix_read64(&sm.regs, 0x80),
				 (head + 32) % 4096);
	}
	fix_write64(&sm.regs, 0x88, (sm.tail + 16) % 4096);
	sm_run();
	assert_int_equal(status() & 0x10, 0x10);
	assert_int_equal(fix_read64(&sm.regs, 0xb0) & 0xf, 6);
	fix_write64(&sm.regs, 0x88, sm.tail);
	sm_stop();
	assert_int_equal(fix_broken(), 0);
}

/* A descriptor that changes between head and tail, seen as a whole. */
static void test_owned(void **state)
{
	start();
	sm_queue(SM_WAIT(1), virt_to_phys(sm.status));
	sm_doorbell();
	fix_store(&sm.ring[(sm.tail - 32) / 8 + 3], 1);
	assert_int_equal(fix.broken[VTD_MODEL_QUEUE], 1);
	fix_store(&sm.ring[(sm.tail - 32) / 8 + 3], 0);
	fix_forget();
	fix_store(&sm.ring[sm.tail / 8], 1);
	assert_int_equal(fix_broken(), 0);
	fix_store(&sm.ring[sm.tail / 8], 0);
	sm_stop();
}

/* A unit without scalable mode knows nothing of it. */
static void test_without(void **state)
{
	const struct vtd_model_config config = {
		.cap = FIX_CAP,
		.ecap = FIX_ECAP,
		.policy = VTD_MODEL_MANUAL,
	};
	struct vtd_model_unit *u;
	struct vtd_regs regs;
	u64 *ring, *root;

	fix_start();
	fix.quiet = true;
	u = vtd_model_unit_create(&config);
	vtd_model_plug(u, &regs);
	ring = fix_page();
	root = fix_page();
	fix_write64(&regs, 0x90, virt_to_phys(ring) | 0x800);
	fix_write32(&regs, 0x18, 0x04000000);
	assert_int_equal(fix.broken[VTD_MODEL_COMMAND], 1);
	assert_int_equal(fix_read32(&regs, 0x1c), 0);
	fix_write64(&regs, 0x90, virt_to_phys(ring));
	fix_write32(&regs, 0x18, 0x04000000);
	assert_int_equal(fix_read32(&regs, 0x1c), 0x04000000);
	fix_store(&ring[0], SM_PASIDS_GLOBAL);
	fix_write64(&regs, 0x88, 16);
	vtd_model_run(u, 10);
	assert_int_equal(fix_read64(&regs, 0xb0) & 0xf, 3);
	fix_write64(&regs, 0x20, virt_to_phys(root) | 0x400);
	fix_write32(&regs, 0x18, 0x44000000);
	fix_write32(&regs, 0x18, 0x84000000);
	assert_int_equal(fix_read32(&regs, 0x1c) & 0x80000000, 0);
	fix_write32(&regs, 0x18, 0);
	fix_page_free(ring);
	fix_page_free(root);
	fix_stop();
}

/* What belongs to scalable mode needs it, and wide descriptors. */
static void test_mode(void **state)
{
	u64 *ring, *root, *wide;
	const struct vtd_model_config config = {
		.cap = SM_CAP,
		.ecap = SM_ECAP,
		.policy = VTD_MODEL_MANUAL,
	};
	struct vtd_model_unit *u;
	struct vtd_regs regs;

	fix_start();
	fix.quiet = true;
	u = vtd_model_unit_create(&config);
	vtd_model_plug(u, &regs);
	ring = fix_page();
	wide = fix_page();
	root = fix_page();
	/* legacy mode, 128 bits */
	fix_write64(&regs, 0x90, virt_to_phys(ring));
	fix_write32(&regs, 0x18, 0x04000000);
	fix_store(&ring[0], SM_PASIDS_GLOBAL);
	fix_write64(&regs, 0x88, 16);
	vtd_model_run(u, 10);
	assert_int_equal(fix_read64(&regs, 0xb0) & 0xf, 5);
	fix_store(&ring[0], SM_CONTEXT_GLOBAL);
	fix_write32(&regs, 0x34, 0x10);
	vtd_model_run(u, 10);
	assert_int_equal(fix_read32(&regs, 0x34), 0);
	assert_int_equal(fix_broken(), 0);
	/* a root table of scalable mode with such a queue */
	fix_write64(&regs, 0x20, virt_to_phys(root) | 0x400);
	fix_write32(&regs, 0x18, 0x44000000);
	assert_int_equal(fix.broken[VTD_MODEL_COMMAND], 1);
	fix_write32(&regs, 0x18, 0);
	fix_write64(&regs, 0x88, 0);
	fix_write32(&regs, 0x18, 0x04000000);
	assert_int_equal(fix.broken[VTD_MODEL_COMMAND], 2);
	fix_write32(&regs, 0x18, 0);
	/* legacy mode, 256 bits */
	fix_forget();
	fix_write64(&regs, 0x20, virt_to_phys(root));
	fix_write32(&regs, 0x18, 0x40000000);
	fix_write64(&regs, 0x90, virt_to_phys(wide) | 0x800);
	fix_write32(&regs, 0x18, 0x04000000);
	assert_int_equal(fix_broken(), 0);
	fix_store(&wide[0], SM_PASIDS_GLOBAL);
	fix_write64(&regs, 0x88, 32);
	vtd_model_run(u, 10);
	assert_int_equal(fix_read64(&regs, 0xb0) & 0xf, 7);
	fix_store(&wide[0], SM_IOTLB_GLOBAL);
	fix_write32(&regs, 0x34, 0x10);
	vtd_model_run(u, 10);
	assert_int_equal(fix_read32(&regs, 0x34), 0);
	fix_write32(&regs, 0x18, 0);
	fix_page_free(ring);
	fix_page_free(wide);
	fix_page_free(root);
	fix_stop();
}

/* TE, before everything was forgotten in order; another mode under it. */
static void test_enable(void **state)
{
	unsigned int left = fix_arg(state);

	start();
	fix_write32(&sm.regs, 0x18, 0x04000000);
	fix_write32(&sm.regs, 0x18, 0x44000000);
	if (left != 1)
		sm_do(SM_CONTEXT_GLOBAL, 0);
	if (left != 2)
		sm_do(SM_PASIDS_GLOBAL, 0);
	if (left != 3)
		sm_do(SM_IOTLB_GLOBAL, 0);
	if (left == 4) /* in another order */
		sm_do(SM_CONTEXT_GLOBAL, 0);
	fix_write32(&sm.regs, 0x18, 0x84000000);
	assert_int_equal(fix.broken[VTD_MODEL_COMMAND], left >= 1 && left <= 3);
	fix_forget();
	fix_write64(&sm.regs, 0x20, virt_to_phys(sm.root));
	fix_write32(&sm.regs, 0x18, 0xc4000000);
	assert_int_equal(fix.broken[VTD_MODEL_COMMAND], 1);
	sm_use_first();
	assert_int_equal(sm_ask_fresh(0, VTD_MODEL_READ), 0);
	sm_stop();
}

/* SRTP of a unit that forgets by itself. */
static void test_self(void **state)
{
	sm_start(SM_CAP | VTDM_CAP_ESRTPS, SM_ECAP, 0);
	sm_use_first();
	assert_int_equal(sm_ask(0, VTD_MODEL_READ), 0);
	assert_true(vtd_model_cached(sm.unit) > 3);
	fix_write32(&sm.regs, 0x18, 0x04000000);
	fix_write32(&sm.regs, 0x18, 0x44000000);
	assert_int_equal(vtd_model_cached(sm.unit), 0);
	fix_write32(&sm.regs, 0x18, 0x84000000);
	assert_int_equal(fix_broken(), 0);
	sm_stop();
}

/*
 * Who has what cached, so that each invalidation can show what it reaches:
 * three PASIDs by a first stage, one by a second, one nested, in two domains.
 */
enum { FIRST = 1, OTHER, SECOND, NESTED, NR };

static const struct {
	u32 pasid;
	u16 did;
} who[NR] = {
	[FIRST] = { 1, 11 },
	[OTHER] = { 2, 11 },
	[SECOND] = { 3, 12 },
	[NESTED] = { 4, 13 },
};

static void cache_all(void)
{
	unsigned int i;

	sm_use_nested();
	sm_set(0, 0, 0, 0);
	sm_set(1, SM_FIRST, SM_WALK(11), sm_first_top(4));
	sm_set(2, SM_FIRST, SM_WALK(11), sm_first_top(4));
	sm_set(3, SM_SECOND | sm_second_top(), SM_WALK(12), 0);
	sm_set(4, SM_NESTED | sm_second_top(), SM_WALK(13), sm_first_top(4));
	sm_forget();
	for (i = 1; i < NR; i++) {
		assert_int_equal(
			sm_ask_pasid(who[i].pasid, 0x1000, VTD_MODEL_READ), 0);
		assert_int_equal(
			sm_ask_pasid(who[i].pasid, 0x9000, VTD_MODEL_READ), 0);
	}
}

/* Whose page at 4 KiB, and at 36 KiB, is still cached: bits of two nibbles. */
static unsigned int cached(void)
{
	unsigned int i, mask = 0;

	for (i = 1; i < NR; i++) {
		sm_ask_pasid(who[i].pasid, 0x1000, VTD_MODEL_READ);
		mask |= sm_result.cached << (i - 1);
		sm_ask_pasid(who[i].pasid, 0x9000, VTD_MODEL_READ);
		mask |= sm_result.cached << (i + 3);
	}
	return mask;
}

static const struct {
	u64 lo, hi;
	unsigned int left;
	const char *name;
} reaches[] = {
	{ 0x12, 0, 0x00, "IOTLB, global" },
	{ SM_IOTLB_DOMAIN(11), 0, 0xcc, "IOTLB, domain of two first stages" },
	{ SM_IOTLB_DOMAIN(12), 0, 0xbb, "IOTLB, domain of a second stage" },
	{ SM_IOTLB_DOMAIN(13), 0, 0x77, "IOTLB, domain of a nested one" },
	{ SM_IOTLB_DOMAIN(99), 0, 0xff, "IOTLB, domain of nobody" },
	{ SM_IOTLB_PAGES(12), 0x1000, 0xfb, "IOTLB, page of a second stage" },
	{ SM_IOTLB_PAGES(12), 0x8000 | 1, 0xbf, "IOTLB, two pages" },
	{ SM_IOTLB_PAGES(12), 0x5000, 0xff, "IOTLB, another page" },
	{ SM_IOTLB_PAGES(13), 0x5000, 0x77,
	  "IOTLB, a page of the guest: all of a nested one" },
	{ SM_IOTLB_PAGES(11), 0x5000, 0xcc,
	  "IOTLB, a page of a first stage's domain: all of it" },
	{ SM_PIOTLB_ALL(11, 1), 0, 0xee, "PASID-based, all of one PASID" },
	{ SM_PIOTLB_ALL(12, 1), 0, 0xff, "PASID-based, of another domain" },
	{ SM_PIOTLB_ALL(12, 3), 0, 0xff, "PASID-based, a second stage" },
	{ SM_PIOTLB_ALL(13, 4), 0, 0x77, "PASID-based, a nested one" },
	{ SM_PIOTLB_PAGES(11, 1), 0x1000, 0xfe, "PASID-based, a page" },
	{ SM_PIOTLB_PAGES(11, 2), 0x8000 | 1, 0xdf, "PASID-based, two pages" },
	{ SM_PIOTLB_PAGES(13, 4), 0x9000, 0x7f,
	  "PASID-based, a page of a nested one" },
	{ SM_PASIDS_GLOBAL, 0, 0xff, "PASID cache: no translation" },
	{ SM_CONTEXT_GLOBAL, 0, 0xff, "context cache: no translation" },
};

static void test_reach(void **state)
{
	unsigned int i = fix_arg(state);

	start();
	cache_all();
	sm_do(reaches[i].lo, reaches[i].hi);
	assert_int_equal(cached(), reaches[i].left);
	sm_stop();
	assert_int_equal(fix_broken(), 0);
}

/* Pointers go with pages, unless IH says that they need not. */
static void test_hint(void **state)
{
	unsigned int hint = fix_arg(state);
	u64 *table, *other, *found;

	start();
	table = sm.first[1];
	other = fix_page();
	fix_store(&other[1], 0x777000067ULL);
	sm_use_first();
	assert_int_equal(sm_ask_fresh(0x1000, VTD_MODEL_READ), 0);
	/* the pointer to the last table changes; what it pointed to stays */
	fix_store(&sm.first[2][0], virt_to_phys(other) | 0x27);
	sm_do(SM_PIOTLB_PAGES(SM_DID, 0), 0x1000 | hint << 6);
	assert_int_equal(sm_ask(0x1000, VTD_MODEL_READ), 0);
	found = hint ? table : other;
	assert_true(sm_result.phys == (found[1] & 0xffffffffff000ULL));
	fix_store(&sm.first[2][0], virt_to_phys(table) | 0x27);
	sm_forget();
	fix_page_free(other);
	sm_stop();
}

/* What is cached of entries: each cache goes with its own invalidation only. */
static void test_pasid_cache(void **state)
{
	static const struct {
		u64 lo;
		bool forgets;
	} tried[] = {
		{ SM_PASIDS_GLOBAL, true },
		{ SM_PASIDS_DOMAIN(SM_DID), true },
		{ SM_PASIDS_DOMAIN(SM_DID + 1), false },
		{ SM_PASIDS_ONE(SM_DID, 1), true },
		{ SM_PASIDS_ONE(SM_DID + 1, 1), false },
		{ SM_PASIDS_ONE(SM_DID, 2), false },
		{ SM_CONTEXT_GLOBAL, false },
		{ SM_IOTLB_GLOBAL, false },
		{ SM_PIOTLB_ALL(SM_DID, 1), false },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(tried); i++) {
		start();
		sm_set(1, SM_PASS, SM_DID, 0);
		assert_int_equal(sm_ask_pasid(1, 0x1000, VTD_MODEL_READ), 0);
		fix_store(sm_entry(1), 0);
		sm_do(tried[i].lo, 0);
		assert_int_equal(sm_ask_pasid(1, 0x1000, VTD_MODEL_READ),
				 tried[i].forgets ? 0x59 : 0);
		sm_stop();
	}
}

static void test_directory_cache(void **state)
{
	static const struct {
		u64 lo;
		bool forgets;
	} tried[] = {
		{ SM_PASIDS_GLOBAL, true },
		{ SM_PASIDS_DOMAIN(SM_DID), true },
		{ SM_PASIDS_ONE(SM_DID, 63), true },
		{ SM_PASIDS_ONE(SM_DID, 64), false },
		{ SM_CONTEXT_GLOBAL, false },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(tried); i++) {
		start();
		sm_set(1, SM_PASS, SM_DID, 0);
		sm_set(2, SM_PASS, SM_DID, 0);
		assert_int_equal(sm_ask_pasid(1, 0x1000, VTD_MODEL_READ), 0);
		fix_store(&sm.directory[0], 0);
		sm_do(tried[i].lo, 0);
		/* PASID 2 is found through the cached directory entry only */
		assert_int_equal(sm_ask_pasid(2, 0x1000, VTD_MODEL_READ),
				 tried[i].forgets ? 0x51 : 0);
		sm_stop();
	}
}

static void test_context_cache(void **state)
{
	static const struct {
		u64 lo;
		bool forgets;
	} tried[] = {
		{ SM_CONTEXT_GLOBAL, true },
		{ SM_CONTEXT_DEVICE(SM_SID), true },
		/* the domain-id does not count */
		{ SM_CONTEXT_DEVICE(SM_SID) | 99 << 16, true },
		{ SM_CONTEXT_DEVICE(SM_HIGH), false },
		/* function mask: all functions of 01:03 */
		{ SM_CONTEXT_DEVICE(SM_SID | 7) | 3ULL << 48, true },
		{ SM_CONTEXT_DOMAIN | SM_DID << 16, false },
		{ SM_CONTEXT_DOMAIN, false },
		{ SM_PASIDS_GLOBAL, false },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(tried); i++) {
		start();
		sm_set(0, SM_PASS, SM_DID, 0);
		assert_int_equal(sm_ask(0x1000, VTD_MODEL_READ), 0);
		fix_store(sm_context(SM_SID), 0);
		sm_do(tried[i].lo, 0);
		assert_int_equal(sm_ask(0x1000, VTD_MODEL_READ),
				 tried[i].forgets ? 0x41 : 0);
		sm_stop();
	}
}

/* Units that forget by chance, and that look ahead, are still right. */
static void test_policies(void **state)
{
	unsigned int i, j;

	sm_start(SM_CAP, SM_ECAP,
		 VTD_MODEL_EVICT | VTD_MODEL_PREFETCH | VTD_MODEL_EAGER);
	cache_all();
	for (i = 0; i < 200; i++) {
		for (j = 1; j < NR; j++) {
			assert_int_equal(sm_ask_pasid(who[j].pasid,
						      (i * 7 & 15) << 12,
						      VTD_MODEL_WRITE),
					 0);
			assert_true(
				sm_result.phys ==
				(j < SECOND ? 0x100000000ULL : 0x200000000ULL) +
					((i * 7 & 15) << 12));
		}
		vtd_model_run(sm.unit, 3);
	}
	fix_assert_good();
	sm_stop();
}

int main(void)
{
	static const char *const orders[] = {
		"all of it", "no contexts",	   "no PASIDs",
		"no IOTLB",  "contexts once more",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(descriptors); i++)
		fix_case(test_descriptor, (void *)(uintptr_t)i,
			 "refused, %u: %s", descriptors[i].why,
			 descriptors[i].name);
	fix_case(test_upper_words, NULL, "refused: words 2 and 3");
	fix_case(test_steps, NULL, "head and tail");
	fix_case(test_owned, NULL, "a descriptor that hardware owns");
	fix_case(test_without, NULL, "a unit without scalable mode");
	fix_case(test_mode, NULL, "modes and widths");
	for (i = 0; i < ARRAY_SIZE(orders); i++)
		fix_case(test_enable, (void *)(uintptr_t)i, "TE after SRTP: %s",
			 orders[i]);
	fix_case(test_self, NULL, "SRTP that forgets by itself");
	for (i = 0; i < ARRAY_SIZE(reaches); i++)
		fix_case(test_reach, (void *)(uintptr_t)i, "reach: %s",
			 reaches[i].name);
	for (i = 0; i < 2; i++)
		fix_case(test_hint, (void *)(uintptr_t)i,
			 "PASID-based, a page, IH %u", i);
	fix_case(test_pasid_cache, NULL, "PASID entries");
	fix_case(test_directory_cache, NULL, "PASID directory entries");
	fix_case(test_context_cache, NULL, "context entries");
	fix_case(test_policies, NULL, "eager, early eviction, prefetching");
	return fix_run("model-sm-queue");
}
