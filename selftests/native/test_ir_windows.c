// SPDX-License-Identifier: GPL-2.0
/*
 * Interrupts, and other CPUs that want an index, at each moment at which an
 * interrupt is moved or given back: it goes where it went or where it is to go, and
 * nobody gets what is not his.
 *
 * SRCS: intr_remap/table.c
 * SRCS: dmar/qi.c dmar/context.c dmar/unit.c dmar/domain.c dmar/flush.c
 * SRCS: dmar/pasid.c dmar/scalable.c dmar/devtlb.c
 * SRCS: dmar/pgtable.c dmar/identity.c dmar/reply.c kunit/model/model.c
 * SRCS: kunit/model/memory.c kunit/model/regs.c kunit/model/fault.c
 * SRCS: kunit/model/walk.c kunit/model/cache.c kunit/model/queue.c
 * SRCS: kunit/model/device.c kunit/model/check.c kunit/model/quiescent.c
 * SRCS: kunit/model/intr.c kunit/model/check_intr.c
 * SRCS: selftests/native/model_fixture.c selftests/native/rig.c
 * SRCS: selftests/native/ir_rig.c selftests/native/windows.c
 * CFLAGS: -DVTD_OBSERVER
 */
#include "ir_rig.h"
#include "windows.h"

#define FIRST 0x0108
#define SECOND 0x0210

#define BEFORE 0x41
#define AFTER 0x52
#define OTHERS 0x63

static uintptr_t kind;
static unsigned int run;
static u32 index;
static int others;
static bool moved, freed;

/* Where an interrupt of the first device goes: its vector, or 0. */
static u8 goes(unsigned int nth)
{
	return ir_ask(FIRST, index + nth) ? 0 : ir.got.vector;
}

static void begin(void)
{
	static const struct {
		u64 cap;
		u64 ecap;
	} kinds[] = {
		{ FIX_CAP, IR_ECAP },
		{ FIX_CAP, IR_ECAP & ~VTDM_ECAP_C },
		{ FIX_CAP | VTDM_CAP_CM, IR_ECAP },
	};
	unsigned int i;

	ir_start(kinds[kind].cap, kinds[kind].ecap, VTD_MODEL_EAGER, 2);
	index = ir_alloc(run);
	for (i = 0; i < run; i++)
		ir_set(index + i, BEFORE + i, 1, FIRST);
	for (i = 0; i < run; i++)
		assert_int_equal(goes(i), BEFORE + i);
	others = -1;
	moved = false;
	freed = false;
	/* Whoever wants one next is offered it as soon as it is free. */
	WRITE_ONCE(ir.table.next, index);
}

static void finish(void)
{
	if (!freed)
		assert_int_equal(vtd_ir_table_free(&ir.table, index, run), 0);
	if (others >= 0)
		assert_int_equal(vtd_ir_table_free(&ir.table, others, run), 0);
	ir_stop();
}

static void move(void)
{
	ir_set(index, AFTER, 2, FIRST);
	moved = true;
}

static void come(void)
{
	u8 vector = goes(0);

	assert_true(vector == AFTER || (!moved && vector == BEFORE));
}

static void give_back(void)
{
	assert_int_equal(vtd_ir_table_free(&ir.table, index, run), 0);
	freed = true;
}

/* They come to where they went, or to nothing. */
static void come_or_not(void)
{
	unsigned int i;

	for (i = 0; i < run; i++) {
		u8 vector = goes(i);

		assert_true(!vector || (!freed && vector == BEFORE + i));
	}
}

/* What the second device was given is its own. */
static void others_come(void)
{
	unsigned int i;

	for (i = 0; others >= 0 && i < run; i++)
		ir_goes(SECOND, others + i, OTHERS + i, 3);
	come_or_not();
}

static void others_take(void)
{
	unsigned int i;

	come_or_not();
	others = vtd_ir_table_alloc(&ir.table, run, 0);
	assert_true(others >= 0);
	for (i = 0; i < run; i++)
		ir_set(others + i, OTHERS + i, 3, SECOND);
	others_come();
}

static const struct {
	struct windows windows;
	const char *name;
} changes[] = {
	{ { begin, move, come, come, finish, 4 }, "moved against interrupt" },
	{ { begin, give_back, come_or_not, come_or_not, finish, 4 },
	  "given back against interrupt" },
	{ { begin, give_back, others_take, others_come, finish, 4 },
	  "given back against taken" },
};

static void test_change(void **state)
{
	uintptr_t arg = fix_arg(state);

	kind = arg & 15;
	run = arg & 16 ? 8 : 1;
	windows(&changes[arg >> 5].windows);
}

int main(void)
{
	static const char *const kinds[] = { "coherent", "not coherent",
					     "caching mode" };
	uintptr_t i, k;

	for (i = 0; i < ARRAY_SIZE(changes); i++)
		for (k = 0; k < ARRAY_SIZE(kinds) * 2; k++)
			fix_case(test_change,
				 (void *)(i << 5 | (k & 1) << 4 | k >> 1),
				 "C36/C37/L9 %s, %s%s", changes[i].name,
				 kinds[k >> 1], k & 1 ? ", run of 8" : "");
	return fix_run("ir-windows");
}
