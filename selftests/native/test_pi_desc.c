// SPDX-License-Identifier: GPL-2.0
/*
 * What software does with a posted interrupt descriptor, bit for bit, and
 * entries that name one.  The layout is told as numbers (VT-d 9.10, 9.11).
 *
 * SRCS: posted_intr/desc.c
 * SRCS: kunit/model/model.c kunit/model/memory.c kunit/model/regs.c
 * SRCS: kunit/model/fault.c kunit/model/walk.c kunit/model/cache.c
 * SRCS: kunit/model/queue.c kunit/model/device.c kunit/model/check.c
 * SRCS: kunit/model/quiescent.c kunit/model/intr.c kunit/model/check_intr.c
 * SRCS: selftests/native/model_fixture.c
 * CFLAGS: -DVTD_OBSERVER
 */
#include <linux/build_bug.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "model_fixture.h"

#include <vtd/hw/ir.h>
#include "../../posted_intr/desc.h"

/* Bits 319:256. */
#define ON 1ULL
#define SN 2ULL

static_assert(sizeof(struct vtd_pi_desc) == 64);
static_assert(__alignof__(struct vtd_pi_desc) == 64);

static struct vtd_pi_desc desc;

static const struct vtd_pi_target here = { .vector = 0xf2, .apic_id = 3 };
static const struct vtd_pi_target there = { .vector = 0x41, .apic_id = 0xfe };
static const struct vtd_pi_target far = { 0x41, 0x89abcdef, true };

#define HERE 0x0000030000f20000ULL
#define THERE 0x0000fe0000410000ULL
#define FAR 0x89abcdef00410000ULL

/* All 64 bytes: PIR by words, the fields, zeroes. */
static void is(u64 w0, u64 w1, u64 w2, u64 w3, u64 control)
{
	const u64 all[8] = { w0, w1, w2, w3, control };

	assert_memory_equal(&desc, all, 64);
}

static void fill(u64 w0, u64 w1, u64 w2, u64 w3, u64 control)
{
	const u64 all[8] = { w0, w1, w2, w3, control };

	memcpy(&desc, all, 64);
}

static const u8 *bytes(void)
{
	return (const u8 *)&desc;
}

/* ON is bit 256, SN 257, NV 279:272, NDST 319:288 or 303:296. */
static void test_layout(void **state)
{
	u8 want[64] = {};

	memset(&desc, 0xff, sizeof(desc));
	vtd_pi_init(&desc, here);
	want[32] = 2;
	want[34] = 0xf2;
	want[37] = 3;
	assert_memory_equal(&desc, want, 64);
	memset(&desc, 0xff, sizeof(desc));
	vtd_pi_init(&desc, far);
	want[34] = 0x41;
	want[36] = 0xef;
	want[37] = 0xcd;
	want[38] = 0xab;
	want[39] = 0x89;
	assert_memory_equal(&desc, want, 64);
}

/* An id of 8 bits has no more, whatever it is told. */
static void test_narrow_id(void **state)
{
	const struct vtd_pi_target wrong = { .vector = 0x41,
					     .apic_id = 0x12345678 };

	vtd_pi_init(&desc, wrong);
	is(0, 0, 0, 0, 0x0000780000410000ULL | SN);
	fill(0, 0, 0, 0, HERE);
	vtd_pi_move(&desc, wrong);
	is(0, 0, 0, 0, 0x0000780000410000ULL);
}

/* Vector n is bit n. */
static void test_vectors(void **state)
{
	unsigned int v;
	u64 pir[4];

	for (v = 0; v < 256; v++) {
		fill(0, 0, 0, 0, HERE);
		assert_true(vtd_pi_post(&desc, v, false));
		assert_int_equal(bytes()[v / 8], 1 << v % 8);
		assert_int_equal(desc.control, HERE | ON);
		assert_true(vtd_pi_pending(&desc));
		assert_int_equal(vtd_pi_harvest(&desc, pir), 1);
		assert_int_equal(((u8 *)pir)[v / 8], 1 << v % 8);
		is(0, 0, 0, 0, HERE);
		assert_false(vtd_pi_pending(&desc));
	}
}

/* Bits that are there stay. */
static void test_post_more(void **state)
{
	fill(0x10, 0x20, 0x40, 0x80, HERE);
	assert_true(vtd_pi_post(&desc, 0, false));
	assert_false(vtd_pi_post(&desc, 65, false));
	assert_false(vtd_pi_post(&desc, 255, true));
	assert_false(vtd_pi_post(&desc, 4, false));
	is(0x11, 0x22, 0x40, 0x8000000000000080ULL, HERE | ON);
}

/* 5.2.3: when a notification goes out. */
static void test_when_notified(void **state)
{
	static const struct {
		u64 before;
		bool urgent, sends;
		u64 after;
	} rows[] = {
		{ 0, false, true, ON },
		{ 0, true, true, ON },
		{ ON, false, false, ON },
		{ ON, true, false, ON },
		{ SN, false, false, SN },
		{ SN, true, true, SN | ON },
		{ SN | ON, false, false, SN | ON },
		{ SN | ON, true, false, SN | ON },
	};
	unsigned int i = fix_arg(state);

	fill(0, 0, 0, 0, FAR | rows[i].before);
	assert_int_equal(vtd_pi_post(&desc, 0x80, rows[i].urgent),
			 rows[i].sends);
	is(0, 0, 1, 0, FAR | rows[i].after);
}

static void test_harvest(void **state)
{
	static const u64 controls[] = { 0, ON, SN, SN | ON };
	u64 keep = controls[fix_arg(state)] & SN, pir[4];

	fill(~0ULL, 0, 0x8000000000000001ULL, 6,
	     FAR | controls[fix_arg(state)]);
	memset(pir, 0xff, sizeof(pir));
	assert_int_equal(vtd_pi_harvest(&desc, pir), 64 + 0 + 2 + 2);
	assert_int_equal(pir[0], ~0ULL);
	assert_int_equal(pir[1], 0);
	assert_int_equal(pir[2], 0x8000000000000001ULL);
	assert_int_equal(pir[3], 6);
	is(0, 0, 0, 0, FAR | keep);
	fill(0, 0, 0, 0, FAR | controls[fix_arg(state)]);
	assert_int_equal(vtd_pi_harvest(&desc, pir), 0);
	assert_false(pir[0] || pir[1] || pir[2] || pir[3]);
	is(0, 0, 0, 0, FAR | keep);
	fill(~0ULL, ~0ULL, ~0ULL, ~0ULL, FAR);
	assert_int_equal(vtd_pi_harvest(&desc, pir), 256);
}

static void test_pending(void **state)
{
	unsigned int v;

	fill(0, 0, 0, 0, ~0ULL);
	assert_false(vtd_pi_pending(&desc));
	for (v = 0; v < 256; v++) {
		fill(0, 0, 0, 0, 0);
		desc.pir[v / 64] = 1ULL << v % 64;
		assert_true(vtd_pi_pending(&desc));
	}
}

static void test_suspend(void **state)
{
	fill(1, 2, 3, 4, FAR);
	vtd_pi_suspend(&desc);
	is(1, 2, 3, 4, FAR | SN);
	vtd_pi_suspend(&desc);
	is(1, 2, 3, 4, FAR | SN);
	fill(1, 2, 3, 4, FAR | ON);
	vtd_pi_suspend(&desc);
	is(1, 2, 3, 4, FAR | SN | ON);
}

static void test_resume(void **state)
{
	static const struct {
		u64 flags, word;
		bool old;
	} rows[] = {
		{ 0, 0, false },     { SN, 0, false },
		{ 0, 0x100, true },  { SN, 0x100, true },
		{ ON, 0, true },     { SN | ON, 0, true },
		{ ON, 0x100, true }, { SN | ON, 0x100, true },
	};
	unsigned int i = fix_arg(state), word;

	for (word = 0; word < 4; word++) {
		fill(0, 0, 0, 0, FAR | rows[i].flags);
		desc.pir[word] = rows[i].word;
		assert_int_equal(vtd_pi_resume(&desc, there), rows[i].old);
		/* Nothing is taken, and ON is left to who takes it. */
		assert_int_equal(desc.pir[word], rows[i].word);
		desc.pir[word] = 0;
		is(0, 0, 0, 0, THERE | (rows[i].flags & ON));
	}
	fill(0, 0, 0, 0, THERE | SN);
	assert_false(vtd_pi_resume(&desc, far));
	is(0, 0, 0, 0, FAR);
}

static void test_move(void **state)
{
	static const u64 flags[] = { 0, ON, SN, SN | ON };
	u64 f = flags[fix_arg(state)];

	fill(0, 7, 0, 0, HERE | f);
	assert_int_equal(vtd_pi_move(&desc, far), f & ON ? 1 : 0);
	is(0, 7, 0, 0, FAR | f);
	assert_int_equal(vtd_pi_move(&desc, there), f & ON ? 1 : 0);
	is(0, 7, 0, 0, THERE | f);
}

/* --- entries that name a descriptor ----------------------------------------- */

#define MINE 0x40118ULL /* exactly 01:03.0 */

static const struct {
	u64 pda;
	u8 vector;
	bool urgent;
	u64 source, w0, w1;
} entries[] = {
	{ 0x40, 0x41, false, MINE, 0x0000004000418001ULL, MINE },
	{ 0x40, 0x41, true, MINE, 0x000000400041c001ULL, MINE },
	{ 0xfc0, 0, false, MINE, 0x00000fc000008001ULL, MINE },
	{ 0x80000000, 0xff, false, MINE, 0x8000000000ff8001ULL, MINE },
	{ 0x100000000, 0x20, false, MINE, 0x0000000000208001ULL,
	  0x0000000100040118ULL },
	{ 0x000f456789abcdc0, 0x41, false, 0x82ff0, 0x89abcdc000418001ULL,
	  0x000f456700082ff0ULL },
	{ 0xffffffffffffffc0, 0xff, true, 0xfffff, 0xffffffc000ffc001ULL,
	  0xffffffff000fffffULL },
};

static void test_entry(void **state)
{
	unsigned int i = fix_arg(state);
	struct vtd_irte irte =
		vtd_irte_posted(entries[i].pda, entries[i].vector,
				entries[i].urgent, entries[i].source);

	assert_int_equal(irte.w[0], entries[i].w0);
	assert_int_equal(irte.w[1], entries[i].w1);
	/* An address is no APIC id. */
	irte = vtd_irte_narrow(irte);
	assert_int_equal(irte.w[0], entries[i].w0);
	assert_int_equal(irte.w[1], entries[i].w1);
}

static void each(fix_fn fn, unsigned int nr, const char *what)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		fix_case(fn, (void *)(uintptr_t)i, "%s, %u", what, i);
}

int main(void)
{
	fix_case(test_layout, NULL, "descriptor: where its fields are");
	fix_case(test_narrow_id, NULL, "descriptor: ids of 8 bits");
	fix_case(test_vectors, NULL, "descriptor: each vector's bit");
	fix_case(test_post_more, NULL, "descriptor: bits that are there stay");
	each(test_when_notified, 8, "descriptor: ON, SN and urgent");
	each(test_harvest, 4, "descriptor: harvest");
	fix_case(test_pending, NULL, "descriptor: pending");
	fix_case(test_suspend, NULL, "descriptor: suspend");
	each(test_resume, 8, "descriptor: resume");
	each(test_move, 4, "descriptor: move");
	each(test_entry, ARRAY_SIZE(entries), "entry in posted format");
	return fix_run("pi-desc");
}
