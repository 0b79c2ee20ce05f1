// SPDX-License-Identifier: GPL-2.0
/*
 * x2APIC mode: whether a machine can be taken over, and a software unit that
 * changes over from the table of 8-bit APIC ids to that of 32-bit ones, and
 * back, while devices' requests and changes of entries go on.
 *
 * SRCS: intr_remap/table.c intr_remap/mode.c
 * SRCS: dmar/qi.c dmar/context.c dmar/unit.c dmar/domain.c
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
#include <linux/mm.h>
#include <linux/processor.h>
#include <linux/string.h>

#include "ir_rig.h"

#include "../../intr_remap/mode.h"

#define MINE 0x0118
#define THEIRS 0x0208
#define ECAP (IR_ECAP | VTDM_ECAP_EIM)

/* --- whether it can be ------------------------------------------------------ */

static const struct {
	struct vtd_ir_mode mode;
	const char *part; /* of the refusal, or NULL */
} modes[] = {
	/* Without x2APIC mode nothing else matters. */
	{ { .x2apic = false }, NULL },
	{ { .x2apic = false, .opt_out = true, .logical = true, .id_max = 255 },
	  NULL },
	{ { .x2apic = true, .eim = true }, NULL },
	{ { .x2apic = true, .eim = true, .id_max = 254 }, NULL },
	{ { .x2apic = true, .eim = true, .id_max = 255 }, "above 254" },
	{ { .x2apic = true, .eim = true, .id_max = 0x10000 }, "above 254" },
	{ { .x2apic = true, .eim = false }, "ECAP.EIM" },
	{ { .x2apic = true, .eim = true, .opt_out = true }, "X2APIC_OPT_OUT" },
	{ { .x2apic = true, .eim = false, .opt_out = true }, "X2APIC_OPT_OUT" },
	{ { .x2apic = true, .eim = true, .logical = true }, "x2apic_phys" },
};

static void test_refusals(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
		const char *text = vtd_ir_mode_refusal(&modes[i].mode);

		if (!modes[i].part) {
			assert_null(text);
			continue;
		}
		assert_non_null(text);
		assert_non_null(strstr(text, modes[i].part));
	}
}

/* --- the change of tables --------------------------------------------------- */

static void start(u64 ecap)
{
	ir_start(FIX_CAP, ecap, VTD_MODEL_EAGER | VTD_MODEL_PREFETCH, 0);
	ir.table.narrow = true;
}

/* An entry as callers have it: with a 32-bit id, whatever the table has. */
static void set(u32 index, u8 vector, u32 dest)
{
	u16 sid = MINE;

	assert_int_equal(
		vtd_ir_table_set(&ir.table, index,
				 vtd_irte_remapped(vector, dest, true, false,
						   vtd_ir_source(&sid, 1))),
		0);
}

/* The unit gets the twin: command 24, set interrupt remap table pointer. */
static void give_twin(void)
{
	struct vtd_regs *regs = &rig.unit[0].regs;
	u64 phys = virt_to_phys(ir.table.twin);

	fix_write64(regs, 0xb8,
		    vtd_ir_table_reg(&ir.table, phys, ir.table.narrow));
	fix_write32(regs, 0x18,
		    (fix_read32(regs, 0x1c) & 0x96800000) | 0x01000000);
	while (!(fix_read32(regs, 0x1c) & 0x01000000))
		cpu_relax();
}

static void forget(void)
{
	assert_int_equal(vtd_qi_submit_one(ir.table.data, vtd_qi_iec_global()),
			 0);
}

static void change_over(void)
{
	assert_int_equal(vtd_ir_table_stage(&ir.table, NUMA_NO_NODE), 0);
	give_twin();
	forget();
	vtd_ir_table_commit(&ir.table);
}

/* Every interrupt goes where it went; then also to ids above 255. */
static void test_change_over(void **state)
{
	u64 ecap = fix_arg(state) ? ECAP & ~VTDM_ECAP_C : ECAP;
	u32 at[200], i;

	start(ecap);
	for (i = 0; i < ARRAY_SIZE(at); i++) {
		at[i] = ir_alloc(1);
		set(at[i], 0x20 + i % 200, i);
	}
	for (i = 0; i < ARRAY_SIZE(at); i++)
		ir_goes(MINE, at[i], 0x20 + i % 200, i);
	assert_int_equal(fix_read64(&rig.unit[0].regs, 0xb8) & 0x800, 0);
	change_over();
	assert_false(ir.table.narrow);
	assert_int_equal(fix_read64(&rig.unit[0].regs, 0xb8) & 0x800, 0x800);
	for (i = 0; i < ARRAY_SIZE(at); i++) {
		ir_goes(MINE, at[i], 0x20 + i % 200, i);
		assert_int_equal(ir_ask(THEIRS, at[i]), 0x26);
	}
	set(at[7], 0x77, 0x12345678);
	ir_goes(MINE, at[7], 0x77, 0x12345678);
	set(at[7], 0x77, 254);
	change_over();
	assert_true(ir.table.narrow);
	assert_int_equal(fix_read64(&rig.unit[0].regs, 0xb8) & 0x800, 0);
	ir_goes(MINE, at[7], 0x77, 254);
	for (i = 8; i < ARRAY_SIZE(at); i++)
		ir_goes(MINE, at[i], 0x20 + i % 200, i);
	ir_stop();
}

/* Whichever table the unit has at the moment, an entry is in force at once. */
static void test_meanwhile(void **state)
{
	u32 moved, cleared, freed, fresh;

	start(ECAP);
	moved = ir_alloc(1);
	cleared = ir_alloc(1);
	freed = ir_alloc(2);
	set(moved, 0x41, 3);
	set(cleared, 0x42, 4);
	set(freed, 0x43, 5);
	set(freed + 1, 0x44, 6);
	assert_int_equal(vtd_ir_table_stage(&ir.table, NUMA_NO_NODE), 0);
	set(moved, 0x51, 7);
	ir_goes(MINE, moved, 0x51, 7);
	assert_int_equal(vtd_ir_table_clear(&ir.table, cleared, 1), 0);
	assert_int_equal(ir_ask(MINE, cleared), 0x22);
	give_twin();
	forget();
	ir_goes(MINE, moved, 0x51, 7);
	assert_int_equal(ir_ask(MINE, cleared), 0x22);
	set(moved, 0x61, 9);
	ir_goes(MINE, moved, 0x61, 9);
	fresh = ir_alloc(1);
	set(fresh, 0x62, 10);
	ir_goes(MINE, fresh, 0x62, 10);
	assert_int_equal(vtd_ir_table_free(&ir.table, freed, 2), 0);
	assert_int_equal(ir_ask(MINE, freed), 0x22);
	assert_int_equal(ir_ask(MINE, freed + 1), 0x22);
	vtd_ir_table_commit(&ir.table);
	ir_goes(MINE, moved, 0x61, 9);
	ir_goes(MINE, fresh, 0x62, 10);
	assert_int_equal(ir_ask(MINE, freed), 0x22);
	ir_stop();
}

/* A unit that does not answer keeps both: neither is freed, both are right. */
static void test_undecided(void **state)
{
	u32 at;

	start(ECAP);
	at = ir_alloc(1);
	assert_int_equal(vtd_ir_table_stage(&ir.table, NUMA_NO_NODE), 0);
	assert_int_equal(vtd_ir_table_stage(&ir.table, NUMA_NO_NODE), -EBUSY);
	set(at, 0x41, 3);
	ir_goes(MINE, at, 0x41, 3);
	give_twin();
	forget();
	ir_goes(MINE, at, 0x41, 3);
	ir_stop();
}

static void test_no_memory(void **state)
{
	u32 at;

	start(ECAP);
	at = ir_alloc(1);
	set(at, 0x41, 3);
	vtd_shim_fail_alloc(1);
	assert_int_equal(vtd_ir_table_stage(&ir.table, NUMA_NO_NODE), -ENOMEM);
	vtd_shim_fail_alloc(0);
	assert_null(ir.table.twin);
	set(at, 0x41, 4);
	ir_goes(MINE, at, 0x41, 4);
	ir_stop();
}

/* Posted entries name a descriptor where others have their id. */
static void test_posted(void **state)
{
	struct vtd_irte posted = { .w = { 0x123456c000228001, 0x40018 } };
	u32 at;

	start(ECAP);
	/* The unit has no posting: the checker wonders about the entry. */
	fix.quiet = true;
	at = ir_alloc(1);
	assert_int_equal(vtd_irte_narrow(posted).w[0], posted.w[0]);
	vtd_ir_table_set(&ir.table, at, posted);
	assert_int_equal(vtd_ir_table_stage(&ir.table, NUMA_NO_NODE), 0);
	assert_int_equal(ir.table.twin[at].w[0], posted.w[0]);
	assert_int_equal(ir.table.twin[at].w[1], posted.w[1]);
	assert_int_equal(vtd_ir_table_clear(&ir.table, at, 1), 0);
	ir_off();
	rig_stop_broken();
}

int main(void)
{
	fix_case(test_refusals, NULL, "what stands against x2APIC mode");
	fix_case(test_change_over, NULL, "C40 over to 32-bit ids and back");
	fix_case(test_change_over, (void *)1,
		 "C40 over to 32-bit ids and back, not coherent");
	fix_case(test_meanwhile, NULL, "entries change meanwhile");
	fix_case(test_undecided, NULL, "the unit does not answer");
	fix_case(test_no_memory, NULL, "no memory for the other table");
	fix_case(test_posted, NULL, "posted entries stay as they are");
	return fix_run("x2apic");
}
