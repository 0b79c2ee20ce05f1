// SPDX-License-Identifier: GPL-2.0
/*
 * Units on the software unit: set-up, the order of switching on and off, what
 * passes through.  Changes of context entries are in unit_context.c.
 *
 * SRCS: dmar/qi.c dmar/context.c dmar/unit.c dmar/domain.c dmar/flush.c
 * SRCS: dmar/pasid.c dmar/scalable.c dmar/devtlb.c
 * SRCS: dmar/pgtable.c dmar/identity.c dmar/reply.c kunit/model/model.c
 * SRCS: kunit/model/memory.c kunit/model/regs.c kunit/model/fault.c
 * SRCS: kunit/model/walk.c kunit/model/cache.c kunit/model/queue.c
 * SRCS: kunit/model/device.c kunit/model/check.c kunit/model/quiescent.c
 * SRCS: kunit/model/intr.c kunit/model/check_intr.c
 * SRCS: selftests/native/model_fixture.c selftests/native/rig.c
 * SRCS: selftests/native/unit_context.c
 * CFLAGS: -DVTD_OBSERVER
 */
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/string.h>

#include "rig.h"

/* Changes of context entries. */
void context_cases(void);

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

	u64 drained = rig_kinds[fix_arg(state)].cap & VTDM_CAP_RWBF ? 1 : 0;

	rig_start_kind(fix_arg(state), VTD_MODEL_EAGER);
	assert_int_equal(gsts(), 0xc4000000);
	for (round = 0; round < 3; round++) {
		u64 before = vtd_model_stats(rig.model[0]).write_buffer;

		assert_int_equal(vtd_unit_disable(&rig.unit[0]), 0);
		assert_int_equal(gsts() & 0x84000000, 0);
		assert_int_equal(fix_read64(&rig.unit[0].regs, 0x20), 0);
		assert_int_equal(fix_read64(&rig.unit[0].regs, 0x90), 0);
		rig_enable(0);
		assert_int_equal(gsts(), 0xc4000000);
		/* 6.8: the tables are in memory before the unit looks */
		assert_int_equal(vtd_model_stats(rig.model[0]).write_buffer,
				 before + drained);
	}
	rig_stop();
}

/* Registers that somebody looks at, and that can get stuck. */
static struct {
	const struct vtd_reg_ops *ops;
	bool stuck; /* translation does not go off */
	unsigned int too_early; /* the queue went off under translation */
} spy;

static u32 spy_read32(const struct vtd_regs *regs, u32 off)
{
	return spy.ops->read32(regs, off);
}

static u64 spy_read64(const struct vtd_regs *regs, u32 off)
{
	return spy.ops->read64(regs, off);
}

static void spy_write32(const struct vtd_regs *regs, u32 off, u32 value)
{
	if (off == 0x18 && !(value & 0x80000000) && spy.stuck)
		return;
	if (off == 0x18 && !(value & 0x04000000) && gsts() & 0x80000000)
		spy.too_early++;
	spy.ops->write32(regs, off, value);
}

static void spy_write64(const struct vtd_regs *regs, u32 off, u64 value)
{
	spy.ops->write64(regs, off, value);
}

static const struct vtd_reg_ops spy_ops = {
	spy_read32,
	spy_read64,
	spy_write32,
	spy_write64,
};

/* Off in order; what does not go off keeps its queue and its tables. */
static void test_stuck_on(void **state)
{
	u64 root;

	rig_start_kind(0, VTD_MODEL_EAGER);
	spy.ops = rig.unit[0].regs.ops;
	spy.too_early = 0;
	spy.stuck = true;
	rig.unit[0].regs.ops = &spy_ops;
	root = fix_read64(&rig.unit[0].regs, 0x20);
	assert_int_not_equal(root, 0);
	assert_int_equal(vtd_unit_disable(&rig.unit[0]), -ETIMEDOUT);
	assert_int_equal(gsts(), 0xc4000000);
	assert_true(fix_read64(&rig.unit[0].regs, 0x20) == root);
	spy.stuck = false;
	assert_int_equal(vtd_unit_disable(&rig.unit[0]), 0);
	assert_int_equal(gsts() & 0x84000000, 0);
	assert_int_equal(spy.too_early, 0);
	rig.unit[0].regs.ops = spy.ops;
	rig_stop();
}

/* Switched off in the middle of a submission: not before the queue is empty. */
static bool off_now;

static void off_relax(void)
{
	if (off_now) {
		off_now = false;
		assert_int_equal(vtd_unit_disable(&rig.unit[0]), 0);
		fix_assert_good();
	}
	vtd_model_tick();
}

static void test_off_at_work(void **state)
{
	struct vtd_qi_desc desc[VTD_QI_BATCH];
	unsigned int i;

	rig_start_kind(0, VTD_MODEL_EAGER);
	for (i = 0; i < ARRAY_SIZE(desc); i++)
		desc[i] = vtd_qi_iotlb_domain(i + 2, 0);
	off_now = true;
	fix_relax(off_relax);
	assert_int_equal(vtd_qi_submit(&rig.unit[0].qi, desc, VTD_QI_BATCH), 0);
	fix_relax(NULL);
	assert_false(off_now);
	rig_stop();
}

/* A refusal that its owner left in the fault status is not taken for ours. */
static void test_old_errors(void **state)
{
	struct vtd_regs *regs = &rig.unit[0].regs;

	rig_start_kind(0, 0);
	fix.quiet = true;
	/* the doorbell, for a slot in which nothing stands */
	fix_write64(regs, 0x88, fix_read64(regs, 0x88) + 16);
	vtd_model_run(rig.model[0], 10);
	assert_int_equal(fix_read32(regs, 0x34) & 0x10, 0x10);
	assert_int_equal(vtd_unit_disable(&rig.unit[0]), 0);
	fix_forget();
	fix.quiet = false;
	rig_enable(0);
	assert_int_equal(fix_read32(regs, 0x34) & 0x10, 0);
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

static void test_queue_left_on(void **state)
{
	struct vtd_unit *unit = &rig.unit[0];

	rig_start_kind(0, VTD_MODEL_EAGER);
	fix_write32(&unit->regs, 0x18, 0x04000000);
	assert_int_equal(gsts() & 0x86000000, 0x04000000);
	rig_enable(0);
	assert_int_equal(gsts() & 0x86000000, 0x84000000);
	rig_stop();
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
	/* by one */
	assert_refused((FIX_CAP & ~VTDM_CAP_FRO(0x3ff0)) | VTDM_CAP_FRO(0xfd0),
		       FIX_ECAP, 0, -EINVAL, "fault records end at 0x1010");
}

/* What a unit may look like that only just is one. */
static void start_fake(u64 cap)
{
	static const struct vtd_drhd drhd = { .base = 0xfed90000 };
	struct vtd_unit *unit = &rig.unit[0];

	rig_start();
	fake_cap = cap;
	fake_ecap = FIX_ECAP;
	fake_gsts = 0;
	fake_writes = 0;
	unit->drhd = &drhd;
	unit->regs.ops = &fake_ops;
	unit->regs.bytes = 4096;
	assert_int_equal(vtd_unit_setup(unit, &rig.reply), 0);
}

static void test_records_at_end(void **state)
{
	start_fake((FIX_CAP & ~VTDM_CAP_FRO(0x3ff0)) | VTDM_CAP_FRO(0xfc0));
	vtd_unit_teardown(&rig.unit[0]);
	rig_stop();
}

/* CAP.RWBF is 0: the command does not exist (11.4.4.1). */
static void test_no_write_buffer(void **state)
{
	start_fake(FIX_CAP);
	assert_int_equal(vtd_unit_flush_write_buffer(&rig.unit[0]), 0);
	assert_int_equal(fake_writes, 0);
	vtd_unit_teardown(&rig.unit[0]);
	rig_stop();
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

/* It is in force as long as the unit does not translate. */
static unsigned int protected;

static void pmr_relax(void)
{
	if (!(gsts() & 0x80000000)) {
		assert_int_equal(fix_read32(&rig.unit[0].regs, 0x64) & 1, 1);
		protected++;
	}
	vtd_model_tick();
}

static void test_firmware_pmr(void **state)
{
	static const u64 cap[] = {
		VTDM_CAP_PHMR | VTDM_CAP_PLMR,
		VTDM_CAP_PHMR,
		VTDM_CAP_PLMR,
	};
	const struct vtd_model_config config = {
		.cap = FIX_CAP | cap[fix_arg(state)],
		.ecap = FIX_ECAP,
		.command_latency = 4,
	};
	static const u16 sid[] = { RIG_SID };
	struct vtd_translation entry;

	rig_start();
	assert_int_equal(rig_add_off(&config), 0);
	vtd_model_firmware_pmr(rig.model[0], 0x100000000ULL, 0x1ffffffffULL);
	protected = 0;
	fix_relax(pmr_relax);
	rig_enable(0);
	fix_relax(NULL);
	assert_int_not_equal(protected, 0);
	assert_int_equal(fix_read32(&rig.unit[0].regs, 0x64), 0);
	entry = vtd_identity(&rig.unit[0]);
	assert_int_equal(
		vtd_context_set(&rig.unit[0], sid, 1, VTD_NO_PASID, &entry), 0);
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
	/* the first step has its second, none comes after it */
	assert_true(ktime_get_ns() - began < 1500ULL * NSEC_PER_MSEC);
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
	assert_int_equal(gsts() & 0x84000000, 0);
	assert_int_equal(fix_read64(&rig.unit[0].regs, 0x20), 0);
	assert_int_equal(fix_read64(&rig.unit[0].regs, 0x90), 0);
	assert_false(rig.unit[0].translating);
	rig_stop_broken();
}

static int set(struct vtd_translation entry)
{
	static const u16 sid[] = { RIG_SID };

	return vtd_context_set(&rig.unit[0], sid, 1, VTD_NO_PASID, &entry);
}

/* Pass-through wants the largest width of the unit, not that of its tables. */
static void test_identity_width(void **state)
{
	struct vtd_translation e;

	rig_start();
	rig_add((FIX_CAP & ~VTDM_CAP_MGAW(64)) | VTDM_CAP_MGAW(39), FIX_ECAP,
		VTD_MODEL_EAGER, 1, 0);
	assert_int_equal(rig.unit[0].levels, 3);
	e = vtd_identity(&rig.unit[0]);
	assert_int_equal(e.kind, VTD_PASS_THROUGH);
	assert_int_equal(e.levels, 4);
	assert_int_equal(e.did, 1);
	rig_stop();
}

/* Without memory for all of the tables there are none. */
static void test_identity_no_memory(void **state)
{
	unsigned int nth;
	long tables;
	int ret;

	rig_start();
	rig_add((FIX_CAP & ~(3ULL << 34)) | VTDM_CAP_SLLPS(1),
		FIX_ECAP & ~VTDM_ECAP_PT, 0, 1, 0);
	vtd_shim_set_ram(SZ_16M);
	/* the model is not told: what it allocates must not fail */
	vtd_shim_hook(&(struct vtd_shim_hooks){});
	tables = vtd_shim_live_tables();
	for (nth = 1;; nth++) {
		vtd_shim_fail_alloc(nth);
		ret = vtd_identity_init(&rig.unit[0]);
		vtd_shim_fail_alloc(0);
		if (!ret)
			break;
		assert_int_equal(ret, -ENOMEM);
		assert_null(rig.unit[0].identity.root);
		assert_int_equal(vtd_shim_live_tables(), tables);
	}
	assert_true(nth > 3);
	vtd_identity_destroy(&rig.unit[0]);
	fix_relax(NULL);
	rig_stop();
}

static void test_identity_tables(void **state)
{
	u64 ram = fix_arg(state) ? 6 * SZ_1G + 0x5000 : SZ_16M, at;
	struct vtd_translation entry, blocked = {};
	void *root;

	rig_start();
	rig_add((FIX_CAP & ~(3ULL << 34)) | VTDM_CAP_SLLPS(fix_arg(state)),
		FIX_ECAP & ~VTDM_ECAP_PT, VTD_MODEL_EAGER, 1, 0);
	vtd_shim_set_ram(ram);
	assert_int_equal(vtd_identity_init(&rig.unit[0]), 0);
	/* once is enough */
	root = rig.unit[0].identity.root;
	assert_int_equal(vtd_identity_init(&rig.unit[0]), 0);
	assert_ptr_equal(rig.unit[0].identity.root, root);
	entry = vtd_identity(&rig.unit[0]);
	assert_int_equal(entry.kind, VTD_SECOND_STAGE);
	assert_true(entry.table == virt_to_phys(root));
	assert_int_equal(entry.levels, 4);
	assert_int_equal(entry.did, 1);
	assert_int_equal(set(entry), 0);
	assert_int_equal(rig_ask(0, RIG_SID, 0x12345678, VTD_MODEL_WRITE, &at),
			 0);
	assert_true(at == 0x12345678);
	/* the last byte, in a superpage that memory fills in part */
	assert_int_equal(rig_ask(0, RIG_SID, ram - 1, VTD_MODEL_WRITE, &at), 0);
	assert_true(at == ram - 1);
	assert_int_equal(set(blocked), 0);
	rig_stop();
}

/* 8.6: what the unit reads in memory is near to it. */
static void test_node(void **state)
{
	const struct vtd_model_config config = {
		.version = 0x10,
		.cap = FIX_CAP,
		.ecap = FIX_ECAP,
		.seed = 1,
	};
	struct vtd_translation entry;
	struct vtd_pgtable pt;
	size_t mapped;

	rig_start();
	rig.nid = 0;
	vtd_shim_expect_node(0);
	assert_int_equal(rig_add_off(&config), 0);
	rig_enable(0);
	assert_int_equal(vtd_unit_pt_init(&rig.unit[0],
					  vtd_unit_usual(&rig.unit[0]), &pt),
			 0);
	assert_int_equal(vtd_pt_map(&pt, 0, SZ_1G, SZ_4K, 4, RIG_RW, GFP_KERNEL,
				    NULL, &mapped),
			 0);
	entry = vtd_translation_second_stage(virt_to_phys(pt.root), pt.levels,
					     2);
	assert_int_equal(set(entry), 0);
	assert_int_equal(vtd_shim_of_other_nodes(), 0);
	/* It is the node of the unit that is asked. */
	vtd_shim_expect_node(1);
	entry = (struct vtd_translation){};
	assert_int_equal(set(entry), 0);
	vtd_pt_destroy(&pt);
	assert_int_equal(vtd_unit_pt_init(&rig.unit[0],
					  vtd_unit_usual(&rig.unit[0]), &pt),
			 0);
	assert_int_equal(vtd_shim_of_other_nodes(), 1);
	vtd_pt_destroy(&pt);
	rig_stop();
}

static u64 ask_there(u64 addr)
{
	u64 at = 0;

	return rig_ask(0, RIG_SID, addr, VTD_MODEL_WRITE, &at) ? 0 : at;
}

/* Reserved memory beyond RAM: in two that overlap, in part, in no order. */
static void test_identity_regions(void **state)
{
	static const struct vtd_rmrr rmrr[] = {
		{ .base = 9ULL * SZ_1G + SZ_4K,
		  .limit = 9ULL * SZ_1G + 0x2fff },
		{ .base = 4ULL * SZ_1G - SZ_4K,
		  .limit = 4ULL * SZ_1G + 0x1fff },
		{ .base = 9ULL * SZ_1G, .limit = 9ULL * SZ_1G + 0x1fff },
		{ .base = 9ULL * SZ_1G, .limit = 9ULL * SZ_1G + 0x3fff },
		{ .base = 10ULL * SZ_1G,
		  .limit = 10ULL * SZ_1G + 0xfff,
		  .segment = 1 },
		{ .base = SZ_1M, .limit = SZ_1M + 0xfff },
		{ .base = 1ULL << 47, .limit = (1ULL << 47) + 0xfff },
		{ .base = 1ULL << 49, .limit = (1ULL << 49) + 0xfff },
	};
	struct vtd_dmar dmar = { .nr_rmrr = ARRAY_SIZE(rmrr), .rmrr = rmrr };
	struct vtd_translation entry, blocked = {};

	rig_start();
	rig_add((FIX_CAP & ~(3ULL << 34)) | VTDM_CAP_SLLPS(fix_arg(state)),
		FIX_ECAP & ~VTDM_ECAP_PT, VTD_MODEL_EAGER, 1, 0);
	/* Without tables there is nothing to put them in. */
	assert_int_equal(vtd_identity_regions(&rig.unit[0], &dmar), 0);
	assert_null(rig.unit[0].identity.root);
	vtd_shim_set_ram(SZ_16M);
	assert_int_equal(vtd_identity_init(&rig.unit[0]), 0);
	assert_int_equal(vtd_identity_regions(&rig.unit[0], &dmar), 0);
	entry = vtd_identity(&rig.unit[0]);
	assert_int_equal(set(entry), 0);
	assert_int_equal(ask_there(0x100000), 0x100000);
	assert_int_equal(ask_there(0x100001fff), 0x100001fff);
	assert_int_equal(ask_there(0x100002000), 0);
	assert_int_equal(ask_there(0x240000000), 0x240000000);
	assert_int_equal(ask_there(0x240002fff), 0x240002fff);
	assert_int_equal(ask_there(0x240003fff), 0x240003fff);
	assert_int_equal(ask_there(0x240004000), 0);
	assert_int_equal(ask_there(0x280000000), 0);
	assert_int_equal(ask_there(0x800000000000), 0x800000000000);
	assert_int_equal(set(blocked), 0);
	rig_stop();
}

static void unit_cases(void)
{
	unsigned int i;

	fix_case(test_nothing_on_by_setup, NULL,
		 "set-up changes nothing in hardware");
	for (i = 0; i < RIG_KINDS; i++)
		fix_case(test_on_and_off, (void *)(uintptr_t)i,
			 "on, off and on again, %s", rig_kinds[i].name);
	fix_case(test_stuck_on, NULL, "translation that does not go off");
	fix_case(test_off_at_work, NULL, "off while the queue is at work");
	fix_case(test_old_errors, NULL, "an error from before");
	for (i = 0; i < ARRAY_SIZE(refused); i++)
		fix_case(test_refused, (void *)(uintptr_t)i, "C56 refused: %s",
			 refused[i].says);
	fix_case(test_queue_left_on, NULL,
		 "the kernel before left the queue on");
	fix_case(test_translating_already, NULL, "refused: translation is on");
	fix_case(test_records_beyond, NULL,
		 "refused: fault records beyond the registers");
	fix_case(test_records_at_end, NULL, "fault records up to the end");
	fix_case(test_no_write_buffer, NULL,
		 "no write buffer, and none flushed");
	for (i = 0; i < ARRAY_SIZE(smallest); i++)
		fix_case(test_levels, (void *)(uintptr_t)i,
			 "C27 SAGAW %x, MGAW %u: %u levels", smallest[i].sagaw,
			 smallest[i].mgaw, smallest[i].levels);
	fix_case(test_no_memory, NULL, "no memory for a unit, at each step");
	for (i = 0; i < 3; i++)
		fix_case(test_firmware_pmr, (void *)(uintptr_t)i,
			 "C55 firmware's protected memory is released, %u", i);
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
	fix_case(test_node, NULL, "memory of the unit's node");
	fix_case(test_identity_regions, (void *)1,
		 "C31: identity through tables, reserved memory");
	fix_case(test_identity_regions, (void *)3,
		 "C31: identity through tables, reserved memory, large pages");
	fix_case(test_identity_width, NULL, "pass-through's width");
	fix_case(test_identity_no_memory, NULL,
		 "identity through tables, no memory");
}

int main(void)
{
	unit_cases();
	context_cases();
	return fix_run("dmar-unit");
}
