// SPDX-License-Identifier: GPL-2.0
/*
 * Units and their root and context tables on the software unit: set-up, the
 * order of switching on and off, and every change of a context entry.
 *
 * SRCS: dmar/qi.c dmar/context.c dmar/unit.c dmar/domain.c dmar/flush.c
 * SRCS: dmar/pgtable.c dmar/identity.c dmar/reply.c kunit/model/model.c
 * SRCS: kunit/model/memory.c kunit/model/regs.c kunit/model/fault.c
 * SRCS: kunit/model/walk.c kunit/model/cache.c kunit/model/queue.c
 * SRCS: kunit/model/device.c kunit/model/check.c kunit/model/quiescent.c
 * SRCS: kunit/model/intr.c kunit/model/check_intr.c
 * SRCS: selftests/native/model_fixture.c selftests/native/rig.c
 * CFLAGS: -DVTD_OBSERVER
 */
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/string.h>

#include "rig.h"

/* The hardware that each case is run on. */
static const struct {
	u64 cap;
	u64 ecap;
	unsigned int latency;
	const char *name;
} kinds[] = {
	{ 0, VTDM_ECAP_C, 0, "coherent" },
	{ 0, 0, 0, "not coherent" },
	{ VTDM_CAP_CM, VTDM_ECAP_C, 0, "caching mode" },
	{ VTDM_CAP_CM, 0, 5, "caching mode, not coherent, slow" },
	{ VTDM_CAP_RWBF, VTDM_ECAP_C, 3, "write buffer" },
	{ VTDM_CAP_RWBF, 0, 0, "write buffer, not coherent" },
};

static void start_kind(unsigned int i, u32 policy)
{
	rig_start();
	rig_add(FIX_CAP | kinds[i].cap,
		(FIX_ECAP & ~VTDM_ECAP_C) | kinds[i].ecap, policy, 3,
		kinds[i].latency);
}

static u32 gsts(void)
{
	return fix_read32(&rig.unit[0].regs, 0x1c);
}

static bool said(const char *text)
{
	char all[512] = "";

	if (rig.reply.text)
		memcpy(all, rig.reply.text,
		       rig.reply.len < 511 ? rig.reply.len : 511);
	return strstr(all, text);
}

static void test_on_and_off(void **state)
{
	unsigned int round;

	start_kind(fix_arg(state), VTD_MODEL_EAGER);
	assert_int_equal(gsts(), 0xc4000000);
	for (round = 0; round < 3; round++) {
		assert_int_equal(vtd_unit_disable(&rig.unit[0]), 0);
		assert_int_equal(gsts() & 0x84000000, 0);
		assert_int_equal(fix_read64(&rig.unit[0].regs, 0x20), 0);
		assert_int_equal(fix_read64(&rig.unit[0].regs, 0x90), 0);
		rig_enable(0);
		assert_int_equal(gsts(), 0xc4000000);
	}
	rig_stop();
}

static void test_nothing_on_by_setup(void **state)
{
	const struct vtd_model_config config = {
		.cap = FIX_CAP,
		.ecap = FIX_ECAP,
	};

	rig_start();
	assert_int_equal(rig_add_off(&config), 0);
	assert_int_equal(gsts(), 0);
	assert_int_equal(rig.unit[0].levels, 4);
	assert_int_equal(rig.unit[0].nr_did, 256);
	vtd_unit_teardown(&rig.unit[0]);
	rig.nr = 0;
	rig_stop();
}

static const struct {
	u64 cap;
	u64 ecap;
	int ret;
	const char *says;
} refused[] = {
	{ ~0ULL, ~0ULL, -ENODEV, "(CAP 0xffffffffffffffff)" },
	{ 0, 0, -ENODEV, "(CAP 0x0)" },
	{ FIX_CAP, FIX_ECAP & ~VTDM_ECAP_QI, -EOPNOTSUPP,
	  "no queued invalidation" },
	{ FIX_CAP & ~0x1f00ULL, FIX_ECAP, -EOPNOTSUPP, "3, 4 or 5 levels" },
};

/* A unit that answers, but with these capabilities. */
static u64 fake_cap, fake_ecap;
static u32 fake_gsts;

static u32 fake_read32(const struct vtd_regs *regs, u32 off)
{
	return off == 0x1c ? fake_gsts : 0x10;
}

static u64 fake_read64(const struct vtd_regs *regs, u32 off)
{
	return off == 0x08 ? fake_cap : off == 0x10 ? fake_ecap : 0;
}

static unsigned int fake_writes;

static void fake_write32(const struct vtd_regs *regs, u32 off, u32 value)
{
	fake_writes++;
}

static void fake_write64(const struct vtd_regs *regs, u32 off, u64 value)
{
	fake_writes++;
}

static const struct vtd_reg_ops fake_ops = {
	fake_read32,
	fake_read64,
	fake_write32,
	fake_write64,
};

static void assert_refused(u64 cap, u64 ecap, u32 status, int ret,
			   const char *says)
{
	struct vtd_unit *unit = &rig.unit[0];
	static const struct vtd_drhd drhd = { .base = 0xfed90000 };

	rig_start();
	fake_cap = cap;
	fake_ecap = ecap;
	fake_gsts = status;
	fake_writes = 0;
	unit->drhd = &drhd;
	unit->regs.ops = &fake_ops;
	unit->regs.bytes = 4096;
	strscpy(unit->name, "dmar0");
	assert_int_equal(vtd_unit_setup(unit, &rig.reply), ret);
	assert_true(said(says));
	assert_true(said("dmar0"));
	assert_int_equal(fake_writes, 0);
	vtd_unit_teardown(unit);
	rig_stop();
}

static void test_refused(void **state)
{
	unsigned int i = fix_arg(state);

	assert_refused(refused[i].cap, refused[i].ecap, 0, refused[i].ret,
		       refused[i].says);
}

static void test_in_use(void **state)
{
	assert_refused(FIX_CAP, FIX_ECAP, fix_arg(state), -EBUSY,
		       "intremap=off");
}

static void test_translating_already(void **state)
{
	assert_refused(FIX_CAP, FIX_ECAP, 0x80000000, -EBUSY,
		       "intel_iommu=off");
}

static void test_records_beyond(void **state)
{
	assert_refused((FIX_CAP & ~(0x3ffULL << 24)) | 0x100ULL << 24, FIX_ECAP,
		       0, -EINVAL, "fault records end at");
}

static const struct {
	unsigned int sagaw, mgaw, levels;
} smallest[] = {
	{ 2, 39, 3 },	{ 6, 39, 3 },	{ 4, 39, 4 }, { 6, 48, 4 },
	{ 4, 48, 4 },	{ 0xe, 57, 4 }, { 8, 57, 5 }, { 8, 39, 5 },
	{ 0xc, 48, 4 }, { 0xa, 48, 5 }, { 2, 48, 3 }, { 0xe, 39, 3 },
};

static void test_levels(void **state)
{
	unsigned int i = fix_arg(state);
	const struct vtd_model_config config = {
		.cap = (FIX_CAP & ~0x3f1f00ULL) |
		       VTDM_CAP_SAGAW(smallest[i].sagaw) |
		       VTDM_CAP_MGAW(smallest[i].mgaw),
		.ecap = FIX_ECAP,
	};

	rig_start();
	assert_int_equal(rig_add_off(&config), 0);
	assert_int_equal(rig.unit[0].levels, smallest[i].levels);
	rig_enable(0);
	rig_stop();
}

static void test_no_memory(void **state)
{
	const struct vtd_model_config config = {
		.cap = FIX_CAP,
		.ecap = FIX_ECAP,
		.policy = VTD_MODEL_MANUAL,
	};
	struct vtd_model_unit *model;
	unsigned int nth;

	rig_start();
	model = vtd_model_unit_create(&config);
	for (nth = 1; nth <= 4; nth++) {
		struct vtd_unit unit = {
			.drhd = rig.unit[0].drhd,
			.name = "dmar9",
		};

		vtd_model_plug(model, &unit.regs);
		vtd_shim_hook(&(struct vtd_shim_hooks){});
		vtd_shim_fail_alloc(nth);
		assert_int_equal(vtd_unit_setup(&unit, &rig.reply), -ENOMEM);
		vtd_shim_fail_alloc(0);
		vtd_unit_teardown(&unit);
	}
	rig_stop();
}

static void test_firmware_pmr(void **state)
{
	const struct vtd_model_config config = {
		.cap = FIX_CAP | VTDM_CAP_PHMR | VTDM_CAP_PLMR,
		.ecap = FIX_ECAP,
		.command_latency = 4,
	};
	static const u16 sid[] = { RIG_SID };
	struct vtd_context_entry entry;

	rig_start();
	assert_int_equal(rig_add_off(&config), 0);
	vtd_model_firmware_pmr(rig.model[0], 0x100000000ULL, 0x1ffffffffULL);
	rig_enable(0);
	assert_int_equal(fix_read32(&rig.unit[0].regs, 0x64), 0);
	entry = vtd_identity_entry(&rig.unit[0]);
	assert_int_equal(vtd_context_set(&rig.unit[0], sid, 1, &entry), 0);
	assert_int_equal(
		rig_ask(0, RIG_SID, 0x100000000ULL, VTD_MODEL_WRITE, NULL), 0);
	rig_stop();
}

static void test_unanswered_command(void **state)
{
	const struct vtd_model_config config = {
		.cap = FIX_CAP,
		.ecap = FIX_ECAP,
		.command_latency = 100000000,
	};
	u64 began;

	rig_start();
	assert_int_equal(rig_add_off(&config), 0);
	began = ktime_get_ns();
	fix.quiet = true;
	assert_int_equal(vtd_unit_enable(&rig.unit[0], &rig.reply), -ETIMEDOUT);
	assert_true(ktime_get_ns() - began < 3ULL * NSEC_PER_SEC);
	assert_false(rig.unit[0].translating);
	assert_true(said("translation stays off"));
	rig_stop_broken();
}

static void test_dead_at_enable(void **state)
{
	const struct vtd_model_config config = {
		.cap = FIX_CAP,
		.ecap = FIX_ECAP,
	};

	rig_start();
	assert_int_equal(rig_add_off(&config), 0);
	vtd_model_inject(rig.model[0], VTD_MODEL_DEAD, fix_arg(state), 0);
	fix.quiet = true;
	assert_int_equal(vtd_unit_enable(&rig.unit[0], &rig.reply), -ETIMEDOUT);
	assert_int_equal(gsts() & 0x80000000, 0);
	assert_false(rig.unit[0].translating);
	rig_stop_broken();
}

/* Context entries. */

static const u16 one_sid[] = { RIG_SID };

static struct vtd_context_entry blocked(void)
{
	return (struct vtd_context_entry){};
}

static int set(const u16 *sid, unsigned int nr, struct vtd_context_entry entry)
{
	return vtd_context_set(&rig.unit[0], sid, nr, &entry);
}

static struct vtd_pgtable pts[3];

static struct vtd_context_entry paging(unsigned int i)
{
	return vtd_context_second_stage(virt_to_phys(pts[i].root),
					pts[i].levels, 10 + i);
}

static void tables(void)
{
	unsigned int i;
	size_t mapped;

	for (i = 0; i < 3; i++) {
		assert_int_equal(vtd_unit_pt_init(&rig.unit[0], &pts[i]), 0);
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
	start_kind(fix_arg(state), VTD_MODEL_EAGER);
	tables();
	assert_int_equal(rig_ask(0, RIG_SID, 0x10123, VTD_MODEL_READ, NULL), 1);
	assert_int_equal(set(one_sid, 1, paging(0)), 0);
	assert_at(RIG_SID, SZ_1G);
	fix_assert_good();
	assert_int_equal(set(one_sid, 1, paging(1)), 0);
	assert_at(RIG_SID, 2 * SZ_1G);
	fix_assert_good();
	assert_int_equal(set(one_sid, 1, vtd_identity_entry(&rig.unit[0])), 0);
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

/* One word differs: the device is translated all the time. */
static void test_one_word(void **state)
{
	struct vtd_context_entry entry;

	start_kind(fix_arg(state), VTD_MODEL_EAGER);
	tables();
	assert_int_equal(set(one_sid, 1, paging(0)), 0);
	assert_at(RIG_SID, SZ_1G);
	entry = paging(1);
	entry.w[1] = paging(0).w[1];
	assert_int_equal(set(one_sid, 1, entry), 0);
	assert_at(RIG_SID, 2 * SZ_1G);
	fix_assert_good();
	assert_int_equal(set(one_sid, 1, blocked()), 0);
	tables_gone();
	rig_stop();
}

static void test_unchanged(void **state)
{
	struct vtd_model_stats before;

	start_kind(0, VTD_MODEL_EAGER);
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

	start_kind(fix_arg(state), VTD_MODEL_EAGER);
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

	start_kind(fix_arg(state), VTD_MODEL_EAGER);
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
		.cap = FIX_CAP | kinds[fix_arg(state)].cap,
		.ecap = (FIX_ECAP & ~VTDM_ECAP_C) | kinds[fix_arg(state)].ecap,
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

	start_kind(0, VTD_MODEL_EAGER);
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

	start_kind(0, VTD_MODEL_EAGER);
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

	start_kind(0, 0);
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
	start_kind(0, 0);
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
	start_kind(0, 0);
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

	start_kind(0, 0);
	tables();
	assert_int_equal(set(one_sid, 1, paging(0)), 0);
	vtd_model_inject(rig.model[0], VTD_MODEL_DEAD, 1, 0);
	began = ktime_get_ns();
	assert_int_equal(set(one_sid, 1, blocked()), -ETIMEDOUT);
	assert_int_equal(set(one_sid, 1, paging(1)), -EIO);
	assert_true(ktime_get_ns() - began < 2ULL * NSEC_PER_SEC);
	assert_int_equal(rig.failed, 1);
	assert_int_equal(rig.unit[0].health, VTD_HEALTH_FAILED);
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

static void test_identity_tables(void **state)
{
	u64 at;

	rig_start();
	rig_add((FIX_CAP & ~(3ULL << 34)) | VTDM_CAP_SLLPS(fix_arg(state)),
		FIX_ECAP & ~VTDM_ECAP_PT, VTD_MODEL_EAGER, 1, 0);
	vtd_shim_set_ram(fix_arg(state) ? 6 * SZ_1G + 0x5000 : SZ_16M);
	assert_int_equal(vtd_identity_init(&rig.unit[0]), 0);
	assert_int_equal(set(one_sid, 1, vtd_identity_entry(&rig.unit[0])), 0);
	assert_int_equal(rig_ask(0, RIG_SID, 0x12345678, VTD_MODEL_WRITE, &at),
			 0);
	assert_true(at == 0x12345678);
	assert_int_equal(set(one_sid, 1, blocked()), 0);
	rig_stop();
}

static void unit_cases(void)
{
	unsigned int i;

	fix_case(test_nothing_on_by_setup, NULL,
		 "set-up changes nothing in hardware");
	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		fix_case(test_on_and_off, (void *)(uintptr_t)i,
			 "on, off and on again, %s", kinds[i].name);
	for (i = 0; i < ARRAY_SIZE(refused); i++)
		fix_case(test_refused, (void *)(uintptr_t)i, "C56 refused: %s",
			 refused[i].says);
	fix_case(test_in_use, (void *)0x02000000,
		 "refused: interrupt remapping is on");
	fix_case(test_in_use, (void *)0x04000000, "refused: the queue is on");
	fix_case(test_translating_already, NULL, "refused: translation is on");
	fix_case(test_records_beyond, NULL,
		 "refused: fault records beyond the registers");
	for (i = 0; i < ARRAY_SIZE(smallest); i++)
		fix_case(test_levels, (void *)(uintptr_t)i,
			 "C27 SAGAW %x, MGAW %u: %u levels", smallest[i].sagaw,
			 smallest[i].mgaw, smallest[i].levels);
	fix_case(test_no_memory, NULL, "no memory for a unit, at each step");
	fix_case(test_firmware_pmr, NULL,
		 "C55 firmware's protected memory is released");
	fix_case(test_unanswered_command, NULL,
		 "a command that is never answered");
	for (i = 1; i <= 4; i++)
		fix_case(test_dead_at_enable, (void *)(uintptr_t)i,
			 "dead at descriptor %u of switching on", i);
	for (i = 1; i <= 2; i++)
		fix_case(test_identity_tables, (void *)(uintptr_t)(i * 2 - 1),
			 "identity through tables, page sizes %u", i * 2 - 1);
	fix_case(test_identity_tables, (void *)0,
		 "identity through tables, 4 KiB pages");
}

static void context_cases(void)
{
	unsigned int i;

	fix_case(test_layout, NULL, "entries, literally");
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		void *arg = (void *)(uintptr_t)i;

		fix_case(test_transitions, arg,
			 "C08/C11 every transition of a context entry, %s",
			 kinds[i].name);
		fix_case(test_one_word, arg,
			 "C08/C11 one word changed in place, %s",
			 kinds[i].name);
		fix_case(test_aliases, arg,
			 "C34 aliases are told each for itself, %s",
			 kinds[i].name);
		fix_case(test_neighbours, arg, "C10 neighbours stay, %s",
			 kinds[i].name);
		fix_case(test_before_translation, arg,
			 "entries before translation, %s", kinds[i].name);
	}
	fix_case(test_unchanged, NULL, "nothing changed, nothing flushed");
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

int main(void)
{
	unit_cases();
	context_cases();
	return fix_run("dmar-unit");
}
