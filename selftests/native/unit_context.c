// SPDX-License-Identifier: GPL-2.0
/*
 * Root and context tables on the software unit: every change of a context
 * entry, and every way it can fail.  Cases of test_dmar_unit.c.
 */
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/string.h>

#include "rig.h"

void context_cases(void);

static const u16 one_sid[] = { RIG_SID };

static struct vtd_translation blocked(void)
{
	return (struct vtd_translation){};
}

static int set(const u16 *sid, unsigned int nr, struct vtd_translation entry)
{
	return vtd_context_set(&rig.unit[0], sid, nr, VTD_NO_PASID, &entry);
}

static struct vtd_pgtable pts[3];

static struct vtd_translation paging(unsigned int i)
{
	return vtd_translation_second_stage(virt_to_phys(pts[i].root),
					    pts[i].levels, 10 + i);
}

static void tables(void)
{
	unsigned int i;
	size_t mapped;

	for (i = 0; i < 3; i++) {
		assert_int_equal(vtd_unit_pt_init(&rig.unit[0],
						  vtd_unit_usual(&rig.unit[0]),
						  &pts[i]),
				 0);
		assert_int_equal(vtd_pt_map(&pts[i], 0x10000, (i + 1) * SZ_1G,
					    SZ_4K, 4, RIG_RW, GFP_KERNEL, NULL,
					    &mapped),
				 0);
	}
}

static void tables_gone(void)
{
	unsigned int i;

	for (i = 0; i < 3; i++)
		vtd_pt_destroy(&pts[i]);
}

static void assert_at(u16 sid, u64 phys)
{
	u64 at;

	assert_int_equal(rig_ask(0, sid, 0x10123, VTD_MODEL_READ, &at), 0);
	assert_true(at == phys + 0x123);
}

static void test_transitions(void **state)
{
	rig_start_kind(fix_arg(state), VTD_MODEL_EAGER);
	tables();
	assert_int_equal(rig_ask(0, RIG_SID, 0x10123, VTD_MODEL_READ, NULL), 1);
	assert_int_equal(set(one_sid, 1, paging(0)), 0);
	assert_at(RIG_SID, SZ_1G);
	fix_assert_good();
	assert_int_equal(set(one_sid, 1, paging(1)), 0);
	assert_at(RIG_SID, 2 * SZ_1G);
	fix_assert_good();
	assert_int_equal(set(one_sid, 1, vtd_identity(&rig.unit[0])), 0);
	assert_at(RIG_SID, 0x10000);
	fix_assert_good();
	assert_int_equal(set(one_sid, 1, paging(2)), 0);
	assert_at(RIG_SID, 3 * SZ_1G);
	assert_int_equal(set(one_sid, 1, blocked()), 0);
	assert_int_equal(rig_ask(0, RIG_SID, 0x10123, VTD_MODEL_READ, NULL), 2);
	fix_assert_good();
	assert_int_equal(set(one_sid, 1, paging(0)), 0);
	assert_at(RIG_SID, SZ_1G);
	assert_int_equal(set(one_sid, 1, blocked()), 0);
	tables_gone();
	rig_stop();
}

static u64 recorded(void)
{
	return vtd_model_stats(rig.model[0]).recorded;
}

/* Make room in the unit's four records. */
static void forget_faults(void)
{
	struct vtd_regs regs;
	unsigned int i;
	u32 at;

	vtd_model_plug(rig.model[0], &regs);
	at = (fix_read64(&regs, 0x08) >> 24 & 0x3ff) * 16;
	for (i = 0; i < 4; i++)
		fix_write32(&regs, at + 16 * i + 12, 0x80000000);
	fix_write32(&regs, 0x34, 1);
}

/* Two faults: of the source-id, and of its neighbour, which must be told. */
static void assert_recorded(unsigned int reason, bool told)
{
	u64 before = recorded();

	forget_faults();
	assert_int_equal(rig_ask(0, RIG_SID, 0x50000, VTD_MODEL_READ, NULL),
			 reason);
	assert_int_equal(recorded() - before, told);
	before = recorded();
	forget_faults();
	assert_int_equal(rig_ask(0, RIG_SID + 1, 0x50000, VTD_MODEL_READ, NULL),
			 2);
	assert_int_equal(recorded() - before, 1);
}

/* FPD: nothing is recorded, and nothing else is different. */
static void test_silence(void **state)
{
	struct vtd_unit *unit = &rig.unit[0];

	rig_start_kind(fix_arg(state), VTD_MODEL_EAGER);
	tables();
	assert_int_equal(vtd_context_silence(unit, RIG_SID, true), -ENOENT);
	assert_int_equal(set(one_sid, 1, paging(0)), 0);
	assert_recorded(6, true);
	assert_int_equal(vtd_context_silence(unit, RIG_SID, true), 0);
	assert_at(RIG_SID, SZ_1G);
	assert_recorded(6, false);
	assert_int_equal(vtd_context_silence(unit, RIG_SID, true), 0);
	assert_int_equal(vtd_context_silence(unit, RIG_SID, false), 0);
	assert_at(RIG_SID, SZ_1G);
	assert_recorded(6, true);
	/* Another entry is heard again. */
	assert_int_equal(vtd_context_silence(unit, RIG_SID, true), 0);
	assert_int_equal(set(one_sid, 1, paging(1)), 0);
	assert_at(RIG_SID, 2 * SZ_1G);
	assert_recorded(6, true);
	/* One that is blocked, too. */
	assert_int_equal(set(one_sid, 1, blocked()), 0);
	assert_int_equal(vtd_context_silence(unit, RIG_SID, true), 0);
	assert_recorded(2, false);
	assert_int_equal(vtd_context_silence(unit, RIG_SID, false), 0);
	assert_recorded(2, true);
	assert_int_equal(vtd_context_silence(unit, RIG_SID, true), 0);
	assert_int_equal(set(one_sid, 1, paging(2)), 0);
	assert_at(RIG_SID, 3 * SZ_1G);
	assert_recorded(6, true);
	assert_int_equal(set(one_sid, 1, blocked()), 0);
	tables_gone();
	rig_stop();
}

/* One word differs: the device is translated all the time. */
static void test_one_word(void **state)
{
	struct vtd_translation entry;

	rig_start_kind(fix_arg(state), VTD_MODEL_EAGER);
	tables();
	assert_int_equal(set(one_sid, 1, paging(0)), 0);
	assert_at(RIG_SID, SZ_1G);
	entry = paging(1);
	entry.did = paging(0).did;
	assert_int_equal(set(one_sid, 1, entry), 0);
	assert_at(RIG_SID, 2 * SZ_1G);
	fix_assert_good();
	assert_int_equal(set(one_sid, 1, blocked()), 0);
	tables_gone();
	rig_stop();
}

/* The same, refused: asked once more, it is made up for. */
static void test_one_word_failed(void **state)
{
	struct vtd_translation entry;

	rig_start_kind(0, 0);
	tables();
	assert_int_equal(set(one_sid, 1, paging(0)), 0);
	assert_at(RIG_SID, SZ_1G);
	entry = paging(1);
	entry.did = paging(0).did;
	vtd_model_inject(rig.model[0], VTD_MODEL_IQE, fix_arg(state), 0);
	assert_int_equal(set(one_sid, 1, entry), -EINVAL);
	assert_int_equal(rig.failed, 1);
	rig.failed = 0;
	assert_int_equal(set(one_sid, 1, entry), 0);
	assert_at(RIG_SID, 2 * SZ_1G);
	assert_int_equal(set(one_sid, 1, blocked()), 0);
	tables_gone();
	rig_stop();
}

/* One source-id's refusal is told, and does not spare the others. */
static void test_alias_failed(void **state)
{
	static const u16 sid[] = { 0x0500, 0x0508, 0x01f8 };

	rig_start_kind(0, 0);
	tables();
	assert_int_equal(set(sid, 3, paging(0)), 0);
	assert_at(sid[2], SZ_1G);
	vtd_model_inject(rig.model[0], VTD_MODEL_IQE, 1, 0);
	assert_int_equal(set(sid, 3, blocked()), -EINVAL);
	assert_int_equal(rig_ask(0, sid[1], 0x10123, VTD_MODEL_READ, NULL), 2);
	assert_int_equal(rig_ask(0, sid[2], 0x10123, VTD_MODEL_READ, NULL), 2);
	assert_int_equal(set(sid, 3, blocked()), 0);
	rig.failed = 0;
	tables_gone();
	rig_stop();
}

static void test_unchanged(void **state)
{
	struct vtd_model_stats before;

	rig_start_kind(0, VTD_MODEL_EAGER);
	tables();
	assert_int_equal(set(one_sid, 1, paging(0)), 0);
	before = vtd_model_stats(rig.model[0]);
	assert_int_equal(set(one_sid, 1, paging(0)), 0);
	assert_int_equal(vtd_model_stats(rig.model[0]).contexts,
			 before.contexts);
	assert_int_equal(set(one_sid, 1, blocked()), 0);
	assert_int_equal(set(one_sid, 1, blocked()), 0);
	tables_gone();
	rig_stop();
}

/* A device behind a bridge: each of its source-ids is told for itself. */
static void test_aliases(void **state)
{
	static const u16 sid[] = { 0x0500, 0x0508, 0x01f8, 0x05ff };
	struct vtd_model_stats before;
	unsigned int i;

	rig_start_kind(fix_arg(state), VTD_MODEL_EAGER);
	tables();
	assert_int_equal(set(sid, 4, paging(0)), 0);
	for (i = 0; i < 4; i++)
		assert_at(sid[i], SZ_1G);
	before = vtd_model_stats(rig.model[0]);
	assert_int_equal(set(sid, 4, blocked()), 0);
	assert_int_equal(vtd_model_stats(rig.model[0]).contexts,
			 before.contexts + 4);
	for (i = 0; i < 4; i++)
		assert_int_equal(
			rig_ask(0, sid[i], 0x10123, VTD_MODEL_READ, NULL), 2);
	fix_assert_good();
	tables_gone();
	rig_stop();
}

/* Neighbours of an entry in its cache line stay what they are. */
static void test_neighbours(void **state)
{
	static const u16 near[] = { 0x0117, 0x0119 };

	rig_start_kind(fix_arg(state), VTD_MODEL_EAGER);
	tables();
	assert_int_equal(set(near, 2, paging(1)), 0);
	assert_int_equal(set(one_sid, 1, paging(0)), 0);
	assert_at(0x0117, 2 * SZ_1G);
	assert_int_equal(set(one_sid, 1, blocked()), 0);
	assert_at(0x0117, 2 * SZ_1G);
	assert_at(0x0119, 2 * SZ_1G);
	assert_int_equal(set(near, 2, blocked()), 0);
	tables_gone();
	rig_stop();
}

static void test_before_translation(void **state)
{
	const struct vtd_model_config config = {
		.cap = FIX_CAP | rig_kinds[fix_arg(state)].cap,
		.ecap = (FIX_ECAP & ~VTDM_ECAP_C) |
			rig_kinds[fix_arg(state)].ecap,
		.policy = VTD_MODEL_EAGER,
	};

	rig_start();
	assert_int_equal(rig_add_off(&config), 0);
	tables();
	assert_int_equal(set(one_sid, 1, paging(0)), 0);
	assert_int_equal(set(one_sid, 1, paging(1)), 0);
	assert_int_equal(set(one_sid, 1, blocked()), 0);
	assert_int_equal(set(one_sid, 1, paging(2)), 0);
	rig_enable(0);
	assert_at(RIG_SID, 3 * SZ_1G);
	assert_int_equal(set(one_sid, 1, blocked()), 0);
	tables_gone();
	rig_stop();
}

static void test_no_memory_for_table(void **state)
{
	static const u16 sid[] = { 0x0100, 0x0700 };

	rig_start_kind(0, VTD_MODEL_EAGER);
	tables();
	assert_int_equal(set(sid, 1, paging(0)), 0);
	vtd_shim_fail_alloc(1);
	assert_int_equal(set(sid, 2, paging(1)), -ENOMEM);
	vtd_shim_fail_alloc(0);
	assert_at(0x0100, SZ_1G);
	assert_int_equal(set(sid, 1, blocked()), 0);
	tables_gone();
	rig_stop();
}

static void test_block_needs_no_memory(void **state)
{
	static const u16 sid[] = { 0x0100, 0x0700 };

	rig_start_kind(0, VTD_MODEL_EAGER);
	tables();
	assert_int_equal(set(sid, 1, paging(0)), 0);
	vtd_shim_fail_alloc(1);
	assert_int_equal(set(sid, 2, blocked()), 0);
	assert_int_equal(vtd_shim_alloc_failures(), 0);
	vtd_shim_fail_alloc(0);
	assert_int_equal(rig_ask(0, 0x0100, 0x10000, VTD_MODEL_READ, NULL), 2);
	assert_int_equal(rig_ask(0, 0x0700, 0x10000, VTD_MODEL_READ, NULL), 1);
	tables_gone();
	rig_stop();
}

static void test_peek(void **state)
{
	struct vtd_context_entry entry;

	rig_start_kind(0, 0);
	tables();
	assert_int_equal(vtd_context_peek(&rig.unit[0], RIG_SID, &entry),
			 -ENOENT);
	assert_int_equal(set(one_sid, 1, paging(1)), 0);
	assert_int_equal(vtd_context_peek(&rig.unit[0], RIG_SID, &entry), 0);
	assert_true(entry.w[0] == (virt_to_phys(pts[1].root) | 1));
	assert_true(entry.w[1] == (11 << 8 | 2));
	assert_int_equal(set(one_sid, 1, blocked()), 0);
	tables_gone();
	rig_stop();
}

/*
 * A flush failed: the entry may live on in the unit.  Asked once more, the
 * driver must not say that it was forgotten, unless it was.
 */
static void test_failed_then_asked_again(void **state)
{
	rig_start_kind(0, 0);
	tables();
	assert_int_equal(set(one_sid, 1, paging(0)), 0);
	assert_at(RIG_SID, SZ_1G);
	vtd_model_inject(rig.model[0], VTD_MODEL_IQE, fix_arg(state), 0);
	assert_int_equal(set(one_sid, 1, blocked()), -EINVAL);
	assert_int_equal(rig.failed, 1);
	assert_int_equal(set(one_sid, 1, blocked()), 0);
	fix.quiet = true;
	assert_int_equal(vtd_model_check_quiescent(), 0);
	assert_int_equal(rig_ask(0, RIG_SID, 0x10123, VTD_MODEL_READ, NULL), 2);
	fix.quiet = false;
	rig.failed = 0;
	tables_gone();
	rig_stop();
}

static void test_failed_then_published(void **state)
{
	rig_start_kind(0, 0);
	tables();
	assert_int_equal(set(one_sid, 1, paging(0)), 0);
	assert_at(RIG_SID, SZ_1G);
	vtd_model_inject(rig.model[0], VTD_MODEL_IQE, fix_arg(state), 0);
	assert_int_equal(set(one_sid, 1, blocked()), -EINVAL);
	assert_int_equal(set(one_sid, 1, paging(1)), 0);
	assert_at(RIG_SID, 2 * SZ_1G);
	assert_int_equal(set(one_sid, 1, blocked()), 0);
	rig.failed = 0;
	tables_gone();
	rig_stop();
}

/*
 * A new entry of a unit in caching mode whose flush failed: asked once more,
 * the driver must not say that the unit knows it, unless it does.
 */
static void test_publish_failed(void **state)
{
	rig_start();
	rig_add(FIX_CAP | VTDM_CAP_CM, FIX_ECAP, VTD_MODEL_EAGER, 3, 0);
	tables();
	assert_int_equal(rig_ask(0, RIG_SID, 0x10123, VTD_MODEL_READ, NULL), 1);
	vtd_model_inject(rig.model[0], VTD_MODEL_IQE, fix_arg(state), 0);
	assert_int_equal(set(one_sid, 1, paging(0)), -EINVAL);
	assert_int_equal(rig.failed, 1);
	rig.failed = 0;
	assert_int_equal(set(one_sid, 1, paging(0)), 0);
	assert_at(RIG_SID, SZ_1G);
	assert_int_equal(set(one_sid, 1, blocked()), 0);
	tables_gone();
	rig_stop();
}

static void test_dead_unit(void **state)
{
	u64 began;

	rig_start_kind(0, 0);
	tables();
	assert_int_equal(set(one_sid, 1, paging(0)), 0);
	vtd_model_inject(rig.model[0], VTD_MODEL_DEAD, 1, 0);
	began = ktime_get_ns();
	assert_int_equal(set(one_sid, 1, blocked()), -ETIMEDOUT);
	assert_int_equal(set(one_sid, 1, paging(1)), -EIO);
	assert_true(ktime_get_ns() - began < 2ULL * NSEC_PER_SEC);
	assert_int_equal(rig.failed, 1);
	assert_int_equal(rig.unit[0].health, VTD_HEALTH_FAILED);
	/* given another chance, it is well, and heard when it fails again */
	vtd_model_revive(rig.model[0]);
	vtd_model_run(rig.model[0], 100);
	fix.quiet = true;
	assert_int_equal(vtd_unit_disable(&rig.unit[0]), 0);
	rig_enable(0);
	assert_int_equal(rig.unit[0].health, VTD_HEALTH_OK);
	vtd_model_inject(rig.model[0], VTD_MODEL_DEAD, 1, 0);
	assert_int_not_equal(set(one_sid, 1, paging(1)), 0);
	assert_int_equal(rig.failed, 2);
	rig_stop_broken();
	tables_gone();
}

/* Entries, literally (9.1, 9.3). */
static void test_layout(void **state)
{
	struct vtd_context_entry e;

	assert_true(vtd_root_entry_lo(0x123456789000ULL) == 0x123456789001ULL);
	e = vtd_context_second_stage(0x123456789000ULL, 4, 0xabcd);
	assert_true(e.w[0] == 0x123456789001ULL && e.w[1] == 0xabcd02);
	e = vtd_context_second_stage(0x1000, 3, 1);
	assert_true(e.w[0] == 0x1001 && e.w[1] == 0x101);
	e = vtd_context_second_stage(0x1000, 5, 0xffff);
	assert_true(e.w[0] == 0x1001 && e.w[1] == 0xffff03);
	e = vtd_context_pass_through(4, 1);
	assert_true(e.w[0] == 0x9 && e.w[1] == 0x102);
}

void context_cases(void)
{
	unsigned int i;

	fix_case(test_layout, NULL, "entries, literally");
	for (i = 0; i < RIG_KINDS; i++) {
		void *arg = (void *)(uintptr_t)i;

		fix_case(test_transitions, arg,
			 "C08/C11 every transition of a context entry, %s",
			 rig_kinds[i].name);
		fix_case(test_one_word, arg,
			 "C08/C11 one word changed in place, %s",
			 rig_kinds[i].name);
		fix_case(test_silence, arg, "faults are not recorded, %s",
			 rig_kinds[i].name);
		fix_case(test_aliases, arg,
			 "C34 aliases are told each for itself, %s",
			 rig_kinds[i].name);
		fix_case(test_neighbours, arg, "C10 neighbours stay, %s",
			 rig_kinds[i].name);
		fix_case(test_before_translation, arg,
			 "entries before translation, %s", rig_kinds[i].name);
	}
	fix_case(test_unchanged, NULL, "nothing changed, nothing flushed");
	for (i = 1; i <= 4; i++)
		fix_case(test_one_word_failed, (void *)(uintptr_t)i,
			 "C16 one word changed, refused at descriptor %u", i);
	fix_case(test_alias_failed, NULL, "C34 one alias of three is refused");
	fix_case(test_no_memory_for_table, NULL,
		 "no memory for a context table changes nothing");
	fix_case(test_block_needs_no_memory, NULL, "blocking needs no memory");
	fix_case(test_peek, NULL, "an entry is read for reports");
	for (i = 1; i <= 4; i++)
		fix_case(test_failed_then_asked_again, (void *)(uintptr_t)i,
			 "C16 a flush refused at descriptor %u is made up for",
			 i);
	for (i = 1; i <= 4; i++)
		fix_case(
			test_failed_then_published, (void *)(uintptr_t)i,
			"C16 a flush refused at descriptor %u, then another entry",
			i);
	for (i = 1; i <= 4; i++)
		fix_case(
			test_publish_failed, (void *)(uintptr_t)i,
			"C16/C46 a new entry whose flush is refused at descriptor %u",
			i);
	fix_case(test_dead_unit, NULL, "L3 context entries of a dead unit");
}
