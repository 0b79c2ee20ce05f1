// SPDX-License-Identifier: GPL-2.0
/*
 * The driver's interrupt remapping table on a software unit: what its calls
 * have returned from, devices' requests find at once, and nothing else.
 *
 *	VTD_IR_MACHINES	machines of random operations in each part (2)
 *	VTD_RANDOM_SEED	first seed (1)
 *
 * SRCS: intr_remap/table.c dmar/qi.c dmar/context.c dmar/unit.c dmar/domain.c
 * SRCS: dmar/pasid.c dmar/scalable.c dmar/devtlb.c
 * SRCS: dmar/flush.c dmar/pgtable.c dmar/identity.c dmar/reply.c
 * SRCS: kunit/model/model.c kunit/model/memory.c kunit/model/regs.c
 * SRCS: kunit/model/fault.c kunit/model/walk.c kunit/model/cache.c
 * SRCS: kunit/model/queue.c kunit/model/device.c kunit/model/check.c
 * SRCS: kunit/model/quiescent.c kunit/model/intr.c kunit/model/check_intr.c
 * SRCS: selftests/native/model_fixture.c selftests/native/rig.c
 * SRCS: selftests/native/ir_rig.c
 * CFLAGS: -DVTD_OBSERVER
 */
#include <linux/kernel.h>
#include <linux/string.h>

#include "ir_rig.h"

#define MINE 0x0118
#define THEIRS 0x0208

static const struct {
	u64 cap, ecap;
	u32 policy;
	unsigned int latency;
	const char *name;
} kinds[] = {
	{ FIX_CAP, IR_ECAP, VTD_MODEL_EAGER, 0, "coherent" },
	{ FIX_CAP, IR_ECAP & ~VTDM_ECAP_C, VTD_MODEL_EAGER, 0, "not coherent" },
	{ FIX_CAP | VTDM_CAP_CM, IR_ECAP, VTD_MODEL_EAGER, 0, "caching mode" },
	{ FIX_CAP | VTDM_CAP_CM, IR_ECAP & ~VTDM_ECAP_C,
	  VTD_MODEL_EAGER | VTD_MODEL_PREFETCH, 0,
	  "caching mode, not coherent" },
	{ FIX_CAP, IR_ECAP,
	  VTD_MODEL_EAGER | VTD_MODEL_PREFETCH | VTD_MODEL_EVICT |
		  VTD_MODEL_REORDER,
	  17, "slow, in any order" },
};

static void start(void **state)
{
	unsigned int i = fix_arg(state);

	ir_start(kinds[i].cap, kinds[i].ecap, kinds[i].policy,
		 kinds[i].latency);
}

/* --- one entry -------------------------------------------------------------- */

static void test_life(void **state)
{
	u32 at;

	start(state);
	at = ir_alloc(1);
	assert_int_equal(ir_ask(MINE, at), 0x22);
	ir_set(at, 0x41, 3, MINE);
	ir_goes(MINE, at, 0x41, 3);
	assert_int_equal(ir_ask(THEIRS, at), 0x26);
	/* moved to another CPU, and to another vector */
	ir_set(at, 0x41, 7, MINE);
	ir_goes(MINE, at, 0x41, 7);
	ir_set(at, 0x52, 7, MINE);
	ir_goes(MINE, at, 0x52, 7);
	/* handed to another device */
	ir_set(at, 0x52, 7, THEIRS);
	assert_int_equal(ir_ask(MINE, at), 0x26);
	ir_goes(THEIRS, at, 0x52, 7);
	assert_int_equal(vtd_ir_table_clear(&ir.table, at, 1), 0);
	assert_int_equal(ir_ask(THEIRS, at), 0x22);
	ir_set(at, 0x60, 1, MINE);
	ir_goes(MINE, at, 0x60, 1);
	assert_int_equal(vtd_ir_table_free(&ir.table, at, 1), 0);
	assert_int_equal(ir_ask(MINE, at), 0x22);
	ir_stop();
}

/* Nothing of a table that is new, or has room, is delivered. */
static void test_empty(void **state)
{
	u32 index;

	start(state);
	for (index = 0; index < 256; index++)
		assert_int_equal(ir_ask(MINE, index), 0x22);
	assert_int_equal(ir_ask(MINE, 256), 0x21);
	assert_int_equal(ir_ask(MINE, 0xffff), 0x21);
	assert_int_equal(fix.messages, 0);
	ir_stop();
}

static void test_logical(void **state)
{
	struct vtd_irte irte = vtd_irte_remapped(0x41, 3, false, true,
						 vtd_irte_from_sid(MINE));
	u32 at;

	start(state);
	at = ir_alloc(1);
	assert_int_equal(vtd_ir_table_set(&ir.table, at, irte), 0);
	ir_goes(MINE, at, 0x41, 3);
	assert_true(ir.got.logical);
	assert_int_equal(ir.got.delivery, 0);
	assert_false(ir.got.level || ir.got.redirect);
	ir_stop();
}

/* The unit is not asked to forget what it knows rightly. */
static void test_unchanged(void **state)
{
	u64 before;
	u32 at;

	start(state);
	at = ir_alloc(1);
	ir_set(at, 0x41, 3, MINE);
	ir_goes(MINE, at, 0x41, 3);
	before = vtd_model_stats(rig.model[0]).iecs;
	ir_set(at, 0x41, 3, MINE);
	assert_int_equal(vtd_model_stats(rig.model[0]).iecs, before);
	ir_goes(MINE, at, 0x41, 3);
	ir_stop();
}

static const u32 far[] = { 0xfe, 0xff, 0x100, 0x1ff, 0x12345678, 0xfffffffe };

static void test_eim(void **state)
{
	u32 dest = far[fix_arg(state)], at;

	rig_start();
	rig_add(FIX_CAP, IR_ECAP | VTDM_ECAP_EIM, VTD_MODEL_EAGER, 1, 0);
	ir_on(256, true);
	at = ir_alloc(1);
	ir_set(at, 0x41, dest, MINE);
	ir_goes(MINE, at, 0x41, dest);
	assert_true(fix.addr >> 32 == (dest & ~0xffU));
	ir_set(at, 0x41, ~dest, MINE);
	ir_goes(MINE, at, 0x41, ~dest);
	ir_stop();
}

/* The largest table, and indexes with all their bits. */
static void test_large(void **state)
{
	static const u32 from[] = { 0, 0x7fe0, 0x8000, 0xfff0 & ~31U };
	unsigned int i;

	rig_start();
	rig_add(FIX_CAP, IR_ECAP, VTD_MODEL_EAGER, 1, 0);
	ir_on(65536, false);
	for (i = 0; i < ARRAY_SIZE(from); i++) {
		int at = vtd_ir_table_alloc(&ir.table, 32, from[i]);

		assert_int_equal(at, from[i]);
		ir_set(at + 31, 0x41, 3, MINE);
		ir_goes(MINE, at + 31, 0x41, 3);
		assert_int_equal(ir_ask_of(MINE, at, 31), 0);
		assert_int_equal(ir_ask_of(MINE, at, 30), 0x22);
		assert_int_equal(vtd_ir_table_free(&ir.table, at, 32), 0);
		assert_int_equal(ir_ask(MINE, at + 31), 0x22);
	}
	assert_int_equal(ir_ask_of(MINE, 0xffff, 1), 0x21);
	ir_stop();
}

/* --- multi-MSI -------------------------------------------------------------- */

/* @nr vectors of one device, with another's on both sides. */
static void test_multi(void **state)
{
	unsigned int nr = fix_arg(state), run = 1, i;
	u32 below, at, above;
	u64 iecs;

	ir_start(FIX_CAP, IR_ECAP, VTD_MODEL_EAGER, 0);
	while (run < nr)
		run *= 2;
	ir_alloc(1); /* so that the next is not aligned by chance */
	below = ir_alloc(run);
	at = ir_alloc(run);
	above = ir_alloc(run);
	assert_int_equal(below + run, at);
	assert_int_equal(at + run, above);
	assert_int_equal(at % run, 0);
	ir_set(at - 1, 0x30, 9, THEIRS);
	ir_set(above, 0x31, 9, THEIRS);
	for (i = 0; i < nr; i++)
		ir_set(at + i, 0x40 + i, i, MINE);
	for (i = 0; i < nr; i++) {
		assert_int_equal(ir_ask_of(MINE, at, i), 0);
		assert_int_equal(ir.got.vector, 0x40 + i);
		assert_int_equal(ir.got.dest, i);
		assert_int_equal(ir_ask_of(THEIRS, at, i), 0x26);
	}
	for (; i < run; i++)
		assert_int_equal(ir_ask_of(MINE, at, i), 0x22);
	/* one past its own, whatever data it sends */
	assert_int_equal(ir_ask_of(MINE, at, run), 0x26);
	assert_int_equal(ir_ask_of(MINE, at, 0xffff), 0x21);
	assert_int_equal(ir_ask(MINE, at - 1), 0x26);
	/* all of them go with one invalidation, and nobody else's */
	iecs = vtd_model_stats(rig.model[0]).iecs;
	assert_int_equal(vtd_ir_table_free(&ir.table, at, run), 0);
	assert_int_equal(vtd_model_stats(rig.model[0]).iecs, iecs + 1);
	for (i = 0; i < run; i++)
		assert_int_equal(ir_ask_of(MINE, at, i), 0x22);
	ir_goes(THEIRS, at - 1, 0x30, 9);
	assert_true(ir.got.cached);
	ir_goes(THEIRS, above, 0x31, 9);
	ir_stop();
}

/* A unit that can mask 2^n entries refuses to be asked for more. */
static void test_small_masks(void **state)
{
	unsigned int n = fix_arg(state), i, k;
	u32 other;

	ir_start(FIX_CAP, (IR_ECAP & ~VTDM_ECAP_MHMV(15)) | VTDM_ECAP_MHMV(n),
		 VTD_MODEL_EAGER, 0);
	other = ir_alloc(1);
	ir_set(other, 0x52, 7, THEIRS);
	for (k = 0; k <= 5; k++) {
		u32 at = ir_alloc(1U << k);

		for (i = 0; i < 1U << k; i++)
			ir_set(at + i, 0x40 + i, i, MINE);
		ir_goes(THEIRS, other, 0x52, 7);
		assert_int_equal(vtd_ir_table_free(&ir.table, at, 1U << k), 0);
		/* and is asked for no more than it takes */
		ir_goes(THEIRS, other, 0x52, 7);
		assert_int_equal(ir.got.cached, k <= n);
		for (i = 0; i < 1U << k; i++)
			assert_int_equal(ir_ask(MINE, at + i), 0x22);
	}
	assert_int_equal(ir.table.lost, 0);
	ir_stop();
}

/* --- attacks ---------------------------------------------------------------- */

/* Every source-id there is; who may use it is told literally. */
static void test_forged_source(void **state)
{
	static const struct {
		u16 sid[3];
		unsigned int nr;
		u16 first, last;
	} devices[] = {
		{ { 0x0118 }, 1, 0x0118, 0x0118 },
		{ { 0xffff }, 1, 0xffff, 0xffff },
		{ { 0x0000 }, 1, 0x0000, 0x0000 },
		{ { 0x0510, 0x0400 }, 2, 0x0400, 0x05ff },
		{ { 0x0210, 0x0211 }, 2, 0x0200, 0x02ff },
		{ { 0x0700, 0x0900, 0x0308 }, 3, 0x0300, 0x09ff },
	};
	unsigned int i = fix_arg(state), passed = 0;
	u64 source = vtd_ir_source(devices[i].sid, devices[i].nr);
	struct vtd_irte irte = vtd_irte_remapped(0x41, 3, false, false, source);
	u32 sid, at;

	ir_start(FIX_CAP, IR_ECAP, VTD_MODEL_EAGER, 0);
	at = ir_alloc(1);
	assert_int_equal(vtd_ir_table_set(&ir.table, at, irte), 0);
	for (sid = 0; sid <= 0xffff; sid++) {
		bool good = sid >= devices[i].first && sid <= devices[i].last;

		if (ir_ask(sid, at) != (good ? 0 : 0x26))
			assert_int_equal(ir.got.reason, good ? 0 : 0x26);
		passed += good;
	}
	assert_int_equal(fix.messages, passed);
	assert_int_equal(vtd_model_stats(rig.model[0]).blocked,
			 0x10000 - passed);
	ir_stop();
}

/* A device that may write whatever it likes to wherever interrupts go. */
static void test_forged_message(void **state)
{
	u64 seed = fix_arg(state);
	u64 delivered = 0, blocked = 0;
	unsigned int i;
	u32 own, other;

	ir_start(FIX_CAP, IR_ECAP, VTD_MODEL_EAGER | VTD_MODEL_PREFETCH, 0);
	own = ir_alloc(1);
	other = ir_alloc(1);
	ir_set(own, 0x41, 3, MINE);
	ir_set(other, 0x52, 7, THEIRS);
	for (i = 0; i < 20000; i++) {
		u64 random = vtd_rand(&seed);
		u32 addr = 0xfee00000 | (random & 0xffffc);
		u32 data = random >> 32;

		/* so that some hit */
		if (random >> 20 & 1)
			addr &= 0xfee0003c;
		if (random >> 21 & 1)
			data &= 3;
		if (vtd_model_msi(rig.model[0], MINE, addr, data, &ir.got)) {
			assert_int_equal(ir.got.index, own);
			assert_int_equal(ir.got.vector, 0x41);
			assert_int_equal(ir.got.dest, 3);
			assert_true(addr & 0x10);
			delivered++;
		} else {
			assert_true(ir.got.reason);
			blocked++;
		}
	}
	assert_true(delivered > 100);
	assert_int_equal(fix.messages, delivered);
	assert_int_equal(vtd_model_stats(rig.model[0]).blocked, blocked);
	ir_stop();
}

/* Compatibility format: with 8-bit APIC ids and with 32 bits. */
static void test_compatible(void **state)
{
	bool eim = fix_arg(state);

	rig_start();
	rig_add(FIX_CAP, IR_ECAP | VTDM_ECAP_EIM, VTD_MODEL_EAGER, 1, 0);
	ir_on(256, eim);
	ir_set(ir_alloc(1), 0x41, 3, MINE);
	assert_false(
		vtd_model_msi(rig.model[0], MINE, 0xfee03000, 0x41, &ir.got));
	assert_int_equal(ir.got.reason, 0x25);
	assert_int_equal(fix.messages, 0);
	/* reported, with the device's source-id */
	assert_true(fix_read64(&rig.unit[0].regs, 0x228) ==
		    0x8000002500000118ULL);
	assert_int_equal(fix_read32(&rig.unit[0].regs, 0x34) & 2, 2);
	ir_stop();
}

/* An index that was freed leads nowhere, and never to its next owner. */
static void test_freed(void **state)
{
	unsigned int round;
	u32 last = 0;

	start(state);
	for (round = 0; round < 600; round++) {
		u32 at = ir_alloc(1);

		assert_int_equal(ir_ask(MINE, at), 0x22);
		if (round)
			assert_int_not_equal(at, last);
		ir_set(at, 0x41, 3, MINE);
		ir_goes(MINE, at, 0x41, 3);
		assert_int_equal(vtd_ir_table_free(&ir.table, at, 1), 0);
		assert_int_equal(ir_ask(MINE, at), 0x22);
		last = at;
	}
	/* round the whole table, and the same index is somebody else's */
	for (round = 0; round < 256; round++)
		ir_set(ir_alloc(1), 0x52, 7, THEIRS);
	for (round = 0; round < 256; round++) {
		assert_int_equal(ir_ask(MINE, round), 0x26);
		ir_goes(THEIRS, round, 0x52, 7);
	}
	ir_stop();
}

/* --- when the unit does not answer ------------------------------------------ */

static const struct {
	enum vtd_model_error error;
	int ret;
	const char *name;
} failures[] = {
	{ VTD_MODEL_IQE, -EINVAL, "refused" },
	{ VTD_MODEL_DEAD, -ETIMEDOUT, "never answered" },
};

/* Nobody gets the index of which the unit may still know the old entry. */
static void test_lost(void **state)
{
	unsigned int i = fix_arg(state), n;
	u32 at;

	ir_start(FIX_CAP, IR_ECAP, VTD_MODEL_EAGER, 0);
	at = ir_alloc(4);
	ir_set(at + 2, 0x41, 3, MINE);
	ir_goes(MINE, at + 2, 0x41, 3);
	fix.quiet = true;
	vtd_model_inject(rig.model[0], failures[i].error, 1, 0);
	assert_int_equal(vtd_ir_table_free(&ir.table, at, 4), failures[i].ret);
	assert_int_equal(ir.table.lost, 4);
	/* it is delivered as before, as it was the device's own */
	assert_int_equal(ir_ask(MINE, at + 2), 0);
	for (n = 0; n < 252; n++) {
		u32 other = ir_alloc(1);

		assert_false(other >= at && other < at + 4);
	}
	assert_int_equal(vtd_ir_table_alloc(&ir.table, 1, 0), -ENOSPC);
	assert_int_equal(ir_ask(THEIRS, at + 2), 0x26);
	/* and no rule was broken by that */
	assert_int_equal(fix_broken(), 0);
	ir_stop_broken();
}

static void test_set_fails(void **state)
{
	unsigned int i = fix_arg(state);
	struct vtd_irte irte = vtd_irte_remapped(0x52, 7, false, false,
						 vtd_irte_from_sid(MINE));
	u32 at;

	ir_start(FIX_CAP, IR_ECAP, VTD_MODEL_EAGER, 0);
	at = ir_alloc(1);
	ir_set(at, 0x41, 3, MINE);
	fix.quiet = true;
	vtd_model_inject(rig.model[0], failures[i].error, 1, 0);
	assert_int_equal(vtd_ir_table_set(&ir.table, at, irte),
			 failures[i].ret);
	assert_int_equal(vtd_ir_table_get(&ir.table, at).w[0], irte.w[0]);
	assert_int_equal(ir.table.lost, 0);
	ir_stop_broken();
}

/* Another's device does not answer: ours are asked again, and it is good. */
static void test_time_out(void **state)
{
	u32 at;

	start(state);
	at = ir_alloc(8);
	ir_set(at + 7, 0x41, 3, MINE);
	ir_goes(MINE, at + 7, 0x41, 3);
	vtd_model_inject(rig.model[0], VTD_MODEL_ITE, 1, THEIRS);
	ir_set(at + 7, 0x52, 7, MINE);
	ir_goes(MINE, at + 7, 0x52, 7);
	vtd_model_inject(rig.model[0], VTD_MODEL_ITE, 2, THEIRS);
	assert_int_equal(vtd_ir_table_free(&ir.table, at, 8), 0);
	assert_int_equal(ir_ask(MINE, at + 7), 0x22);
	assert_int_equal(ir.table.lost, 0);
	ir_stop();
}

/* --- at random -------------------------------------------------------------- */

#define PARTS 20
#define OPS 500 /* of one machine */
#define ENTRIES 512
#define RUNS 40
#define DEVICES 4

/* What an index leads to, by what was asked for. */
struct cell {
	bool taken, present, logical;
	unsigned int device;
	u8 vector;
	u32 dest;
};

struct run {
	unsigned int nr, device; /* nr 0: not in use */
	u32 at;
};

static const struct {
	u16 sid[3];
	unsigned int nr;
} devices[DEVICES] = {
	{ { 0x0118 }, 1 },
	{ { 0x0119 }, 1 },
	{ { 0x0510, 0x0400 }, 2 },
	{ { 0x0610, 0x0700, 0x0608 }, 3 },
};

static struct cell cell[ENTRIES];
static struct run runs[RUNS];
static bool wide;
static u64 seed;

static u64 below(u64 limit)
{
	return vtd_rand(&seed) % limit;
}

/* May a device with this source-id use what is @device's? */
static bool may_use(u16 sid, unsigned int device)
{
	unsigned int i;
	u8 low = 255, high = 0;

	if (devices[device].nr == 1)
		return sid == devices[device].sid[0];
	for (i = 0; i < devices[device].nr; i++) {
		u8 bus = devices[device].sid[i] >> 8;

		low = bus < low ? bus : low;
		high = bus > high ? bus : high;
	}
	return sid >> 8 >= low && sid >> 8 <= high;
}

static void request(u16 sid, u32 index)
{
	u16 nth = below(2) ? below(32) : 0;
	unsigned int messages = fix.messages;
	const struct cell *c = index < ENTRIES ? &cell[index] : NULL;
	unsigned int wanted = 0;

	if (nth && nth <= index)
		ir_ask_of(sid, index - nth, nth);
	else
		ir_ask(sid, index);
	if (!c)
		wanted = 0x21;
	else if (!c->present)
		wanted = 0x22;
	else if (!may_use(sid, c->device))
		wanted = 0x26;
	assert_int_equal(ir.got.index, index);
	assert_int_equal(ir.got.reason, wanted);
	assert_int_equal(fix.messages, messages + !wanted);
	if (wanted)
		return;
	assert_int_equal(ir.got.vector, c->vector);
	assert_int_equal(ir.got.dest, c->dest);
	assert_int_equal(ir.got.logical, c->logical);
	assert_int_equal(ir.got.delivery, 0);
}

static u16 any_sid(void)
{
	unsigned int d = below(DEVICES);

	if (!below(4))
		return below(0x10000);
	return devices[d].sid[below(devices[d].nr)];
}

static void set_one(struct run *run, unsigned int nth)
{
	struct cell *c = &cell[run->at + nth];

	c->present = true;
	c->device = run->device;
	c->vector = 0x20 + below(0xd0);
	c->dest = wide ? below(1ULL << 32) : below(256);
	c->logical = below(2);
	assert_int_equal(
		vtd_ir_table_set(
			&ir.table, run->at + nth,
			vtd_irte_remapped(
				c->vector, c->dest, wide, c->logical,
				vtd_ir_source(devices[run->device].sid,
					      devices[run->device].nr))),
		0);
	request(devices[run->device].sid[0], run->at + nth);
}

static void take(struct run *run)
{
	unsigned int nr = 1U << below(6), i;
	int at = vtd_ir_table_alloc(&ir.table, nr, below(2) ? 0 : 64);

	if (at < 0) {
		assert_int_equal(at, -ENOSPC);
		return;
	}
	run->at = at;
	run->nr = nr;
	run->device = below(DEVICES);
	assert_true(at % nr == 0 && at + nr <= ENTRIES);
	for (i = 0; i < nr; i++) {
		assert_false(cell[at + i].taken);
		cell[at + i].taken = true;
		request(devices[run->device].sid[0], at + i);
	}
	for (i = 0; i < nr; i++)
		if (below(4))
			set_one(run, i);
}

static void drop(struct run *run, bool give_back)
{
	unsigned int i;

	for (i = 0; i < run->nr; i++) {
		cell[run->at + i].present = false;
		cell[run->at + i].taken = !give_back;
	}
	if (give_back)
		assert_int_equal(vtd_ir_table_free(&ir.table, run->at, run->nr),
				 0);
	else
		assert_int_equal(
			vtd_ir_table_clear(&ir.table, run->at, run->nr), 0);
	for (i = 0; i < run->nr; i++)
		request(devices[run->device].sid[0], run->at + i);
	if (give_back)
		run->nr = 0;
}

static void operate(void)
{
	struct run *run = &runs[below(RUNS)];
	unsigned int what = below(16);

	if (!run->nr)
		take(run);
	else if (what < 6)
		set_one(run, below(run->nr));
	else if (what < 8)
		drop(run, false);
	else if (what < 11)
		drop(run, true);
	else if (what == 11)
		vtd_model_inject(rig.model[0], VTD_MODEL_ITE, 1 + below(3),
				 THEIRS);
	else if (what == 12)
		assert_false(vtd_model_msi(rig.model[0], any_sid(),
					   0xfee00000 | below(0x8000) << 5,
					   below(0x10000), &ir.got));
	request(any_sid(), below(ENTRIES));
	request(any_sid(), ENTRIES + below(0x10000 - ENTRIES));
	vtd_model_tick();
}

static void build(u64 from)
{
	u64 cap = FIX_CAP | (from & 1 ? VTDM_CAP_CM : 0);
	u64 ecap = IR_ECAP | (from & 2 ? VTDM_ECAP_EIM : 0);
	u32 policy = from >> 8 & (VTD_MODEL_EAGER | VTD_MODEL_EVICT |
				  VTD_MODEL_PREFETCH | VTD_MODEL_REORDER);

	if (from & 4)
		ecap &= ~VTDM_ECAP_C;
	wide = from & 2;
	seed = from;
	memset(cell, 0, sizeof(cell));
	memset(runs, 0, sizeof(runs));
	rig_start();
	rig_add(cap, ecap, policy, from, from & 8 ? from >> 16 & 31 : 0);
	ir_on(ENTRIES, wide);
}

static void test_random(void **state)
{
	u64 machines = vtd_env("VTD_IR_MACHINES", 2);
	u64 first = vtd_env("VTD_RANDOM_SEED", 1) + fix_arg(state) * machines;
	unsigned int op;
	u64 i;

	for (i = 0; i < machines; i++) {
		u64 from = first + i;

		build(vtd_rand(&from));
		for (op = 0; op < OPS; op++) {
			operate();
			if (op % 25 == 0)
				fix_assert_good();
		}
		ir_stop();
	}
}

static void each_kind(fix_fn fn, const char *what)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		fix_case(fn, (void *)(uintptr_t)i, "%s, %s", what,
			 kinds[i].name);
}

/* As a kernel with the built-in driver leaves it to the next one. */
static void test_left_on(void **state)
{
	struct vtd_unit *unit = &rig.unit[0];

	ir_start(FIX_CAP, IR_ECAP, VTD_MODEL_EAGER, 0);
	fix_write32(&unit->regs, 0x18, 0x06000000);
	assert_int_equal(fix_read32(&unit->regs, 0x1c) & 0x86000000,
			 0x06000000);
	rig_enable(0);
	assert_int_equal(fix_read32(&unit->regs, 0x1c) & 0x86000000,
			 0x84000000);
	ir_stop();
}

int main(void)
{
	unsigned int i;

	each_kind(test_life, "an entry's life");
	each_kind(test_empty, "an empty table");
	each_kind(test_logical, "logical destination");
	each_kind(test_unchanged, "an entry written again as it was");
	for (i = 0; i < ARRAY_SIZE(far); i++)
		fix_case(test_eim, (void *)(uintptr_t)i, "C40 APIC id 0x%x",
			 far[i]);
	fix_case(test_large, NULL, "65536 entries");
	for (i = 1; i <= 32; i++)
		fix_case(test_multi, (void *)(uintptr_t)i,
			 "C39/XSA-237 multi-MSI of %u", i);
	for (i = 0; i <= 5; i++)
		fix_case(test_small_masks, (void *)(uintptr_t)i,
			 "C39 MHMV %u: runs longer than its masks", i);
	for (i = 0; i < 6; i++)
		fix_case(test_forged_source, (void *)(uintptr_t)i,
			 "C33/XSA-5 forged source-id, device %u", i);
	for (i = 0; i < 4; i++)
		fix_case(test_forged_message, (void *)(uintptr_t)i,
			 "XSA-5 forged messages, %u", i);
	for (i = 0; i < 2; i++)
		fix_case(test_compatible, (void *)(uintptr_t)i,
			 "compatibility format is blocked, EIM %u", i);
	each_kind(test_freed, "C37/XSA-36 an index that was freed");
	for (i = 0; i < ARRAY_SIZE(failures); i++) {
		fix_case(test_lost, (void *)(uintptr_t)i,
			 "C37 an invalidation %s keeps the index",
			 failures[i].name);
		fix_case(test_set_fails, (void *)(uintptr_t)i,
			 "an invalidation %s is told", failures[i].name);
	}
	each_kind(test_time_out, "ITE of another device");
	fix_case(test_left_on, NULL, "the kernel before left it on");
	for (i = 0; i < PARTS; i++)
		fix_case(test_random, (void *)(uintptr_t)i,
			 "random operations, part %u of %u", i + 1, PARTS);
	return fix_run("ir-model");
}
