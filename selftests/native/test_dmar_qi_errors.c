// SPDX-License-Identifier: GPL-2.0
/*
 * Errors of the queue (VT-d 6.5.2.10) two and three at a time, at every pair of
 * descriptors and for every length, with one submitter and with several; and a
 * unit that goes: its registers read as all ones.
 *
 * SRCS: dmar/qi.c dmar/context.c dmar/unit.c dmar/domain.c dmar/flush.c
 * SRCS: dmar/pasid.c dmar/scalable.c dmar/devtlb.c dmar/fault_read.c
 * SRCS: dmar/pgtable.c dmar/identity.c dmar/reply.c kunit/model/model.c
 * SRCS: selftests/native/model_fixture.c selftests/native/rig.c
 * CFLAGS: -DVTD_OBSERVER
 */
#include <linux/kernel.h>
#include <linux/ktime.h>

#include "rig.h"

#include "../../dmar/fault.h"

#if VTD_USER_SPACE && __has_feature(address_sanitizer)
#include <sanitizer/lsan_interface.h>
#else
#define __lsan_disable()
#define __lsan_enable()
#endif

/* Who is said to be at fault: bits 47:32 and 63:48 of IQERCD. */
#define GUILTY 0x0118

static struct vtd_qi *qi;

static void start(unsigned int latency)
{
	rig_start();
	rig_add(FIX_CAP, FIX_ECAP, 0, 7, latency);
	qi = &rig.unit[0].qi;
}

static struct vtd_model_stats stats(void)
{
	return vtd_model_stats(rig.model[0]);
}

static void fill(struct vtd_qi_desc *desc, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		desc[i] = vtd_qi_iotlb_domain(i + 2, 0);
}

/* A unit that has stopped need not be stepped between two looks at it. */
static unsigned int polls;

static void sparing_relax(void)
{
	if (polls++ % 256 < 60)
		vtd_model_tick();
}

static int submit(unsigned int nr)
{
	struct vtd_qi_desc desc[VTD_QI_BATCH];

	polls = 0;
	fill(desc, nr);
	return vtd_qi_submit(qi, desc, nr);
}

static u32 status(void)
{
	return fix_read32(&rig.unit[0].regs, 0x34) & 0x70;
}

/* --- two or three at a time ----------------------------------------------------- */

static const struct {
	enum vtd_model_error error[3];
	unsigned int nr;
	const char *name;
} mixes[] = {
	{ { VTD_MODEL_IQE, VTD_MODEL_ITE }, 2, "IQE and ITE" },
	{ { VTD_MODEL_ITE, VTD_MODEL_IQE }, 2, "ITE and IQE" },
	{ { VTD_MODEL_ICE, VTD_MODEL_IQE }, 2, "ICE and IQE" },
	{ { VTD_MODEL_IQE, VTD_MODEL_ICE }, 2, "IQE and ICE" },
	{ { VTD_MODEL_ICE, VTD_MODEL_ITE }, 2, "ICE and ITE" },
	{ { VTD_MODEL_IQE, VTD_MODEL_IQE }, 2, "IQE twice" },
	{ { VTD_MODEL_ITE, VTD_MODEL_ITE }, 2, "ITE twice" },
	{ { VTD_MODEL_ICE, VTD_MODEL_ICE }, 2, "ICE twice" },
	{ { VTD_MODEL_ICE, VTD_MODEL_ITE, VTD_MODEL_IQE }, 3, "all three" },
	{ { VTD_MODEL_IQE, VTD_MODEL_ICE, VTD_MODEL_ITE },
	  3,
	  "all three, otherwise" },
};

/* The first at @at, the others @step behind each other. */
static void go_wrong(unsigned int mix, unsigned int at, unsigned int step)
{
	unsigned int i;

	for (i = 0; i < mixes[mix].nr; i++)
		vtd_model_inject(rig.model[0], mixes[mix].error[i],
				 at + i * step, GUILTY);
}

/* Nobody else is hit by what follows, and the unit works. */
static void is_well(unsigned int nr)
{
	u64 before;

	vtd_model_revive(rig.model[0]);
	before = stats().iotlbs;
	assert_int_equal(submit(nr), 0);
	assert_int_equal(stats().iotlbs, before + nr);
	assert_int_equal(status() & 0x50, 0);
	assert_false(qi->dead);
	assert_int_equal(rig.unit[0].health, VTD_HEALTH_OK);
}

static void test_alone(void **state)
{
	unsigned int mix = fix_arg(state), nr, at, step;

	start(0);
	fix_relax(sparing_relax);
	for (nr = 1; nr <= VTD_QI_BATCH; nr++) {
		for (at = 1; at <= nr + 1; at++) {
			for (step = 1; at + step <= nr + 1; step++) {
				u64 refused = qi->stats.iqe;
				u64 began = ktime_get_ns(), did;
				int ret;

				did = stats().iotlbs;
				go_wrong(mix, at, step);
				ret = submit(nr);
				refused = qi->stats.iqe - refused;
				did = stats().iotlbs - did;
				assert_int_equal(ret, refused ? -EINVAL : 0);
				/* all but what was refused has been done */
				assert_true(did + refused >= nr);
				assert_true(ktime_get_ns() - began <
					    50 * NSEC_PER_MSEC);
				is_well(nr);
			}
		}
	}
	rig_stop();
}

/* An ICE at each descriptor of each length: nobody's, and not the end of it. */
static void test_ice(void **state)
{
	unsigned int nr, nth;

	start(0);
	fix_relax(sparing_relax);
	for (nr = 1; nr <= VTD_QI_BATCH; nr++) {
		for (nth = 1; nth <= nr + 1; nth++) {
			u64 before = stats().iotlbs;

			vtd_model_inject(rig.model[0], VTD_MODEL_ICE, nth,
					 GUILTY);
			assert_int_equal(submit(nr), 0);
			assert_int_equal(stats().iotlbs, before + nr);
		}
	}
	assert_false(qi->dead);
	rig_stop();
}

/* What was wrong is counted by kind, and whom the unit named is kept. */
static void test_counted(void **state)
{
	start(0);
	vtd_model_inject(rig.model[0], VTD_MODEL_IQE, 2, 0);
	assert_int_equal(submit(3), -EINVAL);
	assert_int_equal(qi->stats.iqe, 1);
	assert_int_equal(qi->stats.last_error & 0xf, 4);
	vtd_model_inject(rig.model[0], VTD_MODEL_ITE, 2, GUILTY);
	assert_int_equal(submit(3), 0);
	assert_int_equal(qi->stats.ite, 1);
	assert_int_equal(qi->stats.last_error >> 32 & 0xffff, GUILTY);
	assert_int_equal(qi->timed_out, GUILTY);
	vtd_model_inject(rig.model[0], VTD_MODEL_ICE, 1, GUILTY + 1);
	vtd_model_inject(rig.model[0], VTD_MODEL_IQE, 3, 0);
	assert_int_equal(submit(3), -EINVAL);
	assert_int_equal(qi->stats.ice, 1);
	assert_int_equal(qi->stats.iqe, 2);
	assert_int_equal(qi->stats.errors, 3);
	rig_stop();
}

/* --- several submitters ---------------------------------------------------------- */

#define OTHERS 3

static struct {
	unsigned int depth, hold;
	int ret[OTHERS];
} others;

static void others_relax(void)
{
	if (others.depth < OTHERS) {
		unsigned int at = others.depth++;
		struct vtd_qi_desc desc[VTD_QI_BATCH];

		fill(desc, 2);
		others.ret[at] = vtd_qi_submit(qi, desc, 2);
		return;
	}
	vtd_model_tick();
}

/*
 * One is at work, three share the batch behind it.  Whatever comes together, just
 * as many are told of a refusal as there were descriptors refused, and what the
 * others submitted has been done.
 */
static void test_several(void **state)
{
	unsigned int mix = fix_arg(state), at, step, i;

	for (at = 1; at <= 10; at++) {
		for (step = 1; at + step <= 11; step++) {
			unsigned int told = 0;
			u64 did;
			int ret;

			start(at % 3 * 3);
			did = stats().iotlbs;
			others.depth = 0;
			fix_relax(others_relax);
			go_wrong(mix, at, step);
			ret = submit(2);
			fix_relax(NULL);
			told += ret == -EINVAL;
			assert_true(!ret || ret == -EINVAL);
			for (i = 0; i < OTHERS; i++) {
				told += others.ret[i] == -EINVAL;
				assert_true(!others.ret[i] ||
					    others.ret[i] == -EINVAL);
			}
			/* two refused in one submission are told once */
			assert_true(told <= qi->stats.iqe);
			assert_int_equal(!told, !qi->stats.iqe);
			did = stats().iotlbs - did;
			assert_true(did + qi->stats.iqe >= 2 + 2 * OTHERS);
			is_well(5);
			rig_stop();
		}
	}
}

/* --- pages of a flush that failed -------------------------------------------------- */

static void test_kept(void **state)
{
	static const enum vtd_model_error error[] = { VTD_MODEL_IQE,
						      VTD_MODEL_DEAD };
	struct vtd_translation none = {};
	const u16 sid = RIG_SID;
	struct vtd_domain *d;
	void *kept;
	long live;

	start(0);
	d = rig_domain(0);
	assert_int_equal(
		vtd_domain_attach(d, &rig.unit[0], VTD_NO_PASID, &sid, 1), 0);
	assert_int_equal(rig_map(d, 0, SZ_1G + SZ_4K, SZ_4K, 512, RIG_RW), 0);
	live = vtd_shim_live_tables();
	kept = rig_leaf_table(&d->pt, 0);
	vtd_model_inject(rig.model[0], error[fix_arg(state)], 1, 0);
	__lsan_disable(); /* the list of what is kept */
	assert_int_equal(rig_unmap(d, 0, SZ_4K, 512), 512 * SZ_4K);
	__lsan_enable();
	/* the table may still be walked: it is not given back */
	assert_int_equal(vtd_shim_live_tables(), live);
	assert_int_equal(rig.unit[0].health, VTD_HEALTH_FAILED);
	assert_int_equal(rig.failed, 1);
	vtd_model_revive(rig.model[0]);
	vtd_context_set(&rig.unit[0], &sid, 1, VTD_NO_PASID, &none);
	vtd_domain_detach(d, &rig.unit[0], VTD_NO_PASID, sid, false);
	assert_true(d->leaked);
	vtd_pt_destroy(&d->pt); /* only the test may */
	vtd_domain_free(d);
	iommu_free_pages(kept); /* only the test may */
	rig_stop_broken();
}

/* --- a unit that goes ----------------------------------------------------------------- */

#define AT_ONCE (20 * NSEC_PER_MSEC)

static unsigned int gone_after;

static void gone_relax(void)
{
	if (!gone_after--)
		vtd_model_gone(rig.model[0]);
	vtd_model_tick();
}

/* Whoever waits learns of it at once, also while a device is waited for. */
static void test_gone(void **state)
{
	struct vtd_qi_desc desc;
	u64 began;

	start(1000);
	atomic_set(&qi->devices, fix_arg(state) & 1);
	gone_after = fix_arg(state);
	fix_relax(gone_relax);
	began = ktime_get_ns();
	assert_int_equal(submit(3), -ENXIO);
	assert_true(ktime_get_ns() - began < AT_ONCE);
	assert_int_equal(submit(1), -ENXIO);
	desc = vtd_qi_iotlb_domain(2, 0);
	assert_int_equal(vtd_qi_submit_one(qi, desc), -ENXIO);
	assert_true(ktime_get_ns() - began < 2 * AT_ONCE);
	fix_relax(NULL);
	atomic_set(&qi->devices, 0);
	vtd_model_revive(rig.model[0]);
	rig_stop_broken();
}

/* The ring is full of what others wait for. */
static unsigned int deep;
static int deep_ret[40];

static void full_relax(void)
{
	if (deep < 30) {
		unsigned int at = deep++;

		deep_ret[at] = submit(16);
		return;
	}
	if (deep == 30) {
		deep++;
		vtd_model_gone(rig.model[0]);
	}
}

static void test_gone_full(void **state)
{
	unsigned int i;
	u64 began;

	start(0);
	deep = 0;
	fix_relax(full_relax);
	began = ktime_get_ns();
	assert_int_equal(submit(16), -ENXIO);
	fix_relax(NULL);
	for (i = 0; i < 30; i++)
		assert_int_equal(deep_ret[i], -ENXIO);
	assert_true(ktime_get_ns() - began < 30 * AT_ONCE);
	vtd_model_revive(rig.model[0]);
	rig_stop_broken();
}

static const struct vtd_reg_ops *real_ops;
static unsigned int commands;

static void counting_write32(const struct vtd_regs *regs, u32 off, u32 value)
{
	commands += off == VTD_GCMD;
	real_ops->write32(regs, off, value);
}

/* Each command, and each other wait for a status register. */
static void test_gone_commands(void **state)
{
	struct vtd_reg_ops counting;
	struct vtd_unit *unit;
	u64 began;

	start(0);
	unit = &rig.unit[0];
	real_ops = unit->regs.ops;
	counting = *real_ops;
	counting.write32 = counting_write32;
	unit->regs.ops = &counting;
	commands = 0;
	vtd_model_gone(rig.model[0]);
	began = ktime_get_ns();
	/* a bit that is waited for to come is there, all of them are */
	assert_int_equal(vtd_unit_command(unit, VTD_GCMD_SRTP, true, 1000000),
			 -ENXIO);
	assert_int_equal(vtd_unit_command(unit, VTD_GCMD_IRE, false, 1000000),
			 -ENXIO);
	assert_int_equal(vtd_unit_reenable(unit), -ENXIO);
	assert_int_equal(vtd_unit_disable(unit), -ENXIO);
	assert_true(ktime_get_ns() - began < AT_ONCE);
	/* nothing that is there again later finds a command */
	assert_int_equal(commands, 0);
	unit->regs.ops = real_ops;
	vtd_model_revive(rig.model[0]);
	rig_stop_broken();
}

/* A unit that keeps its write buffer. */
static u32 full_read32(const struct vtd_regs *regs, u32 off)
{
	u32 value = real_ops->read32(regs, off);

	return off == VTD_GSTS ? value | VTD_GCMD_WBF : value;
}

static void test_gone_write_buffer(void **state)
{
	struct vtd_reg_ops full;
	struct vtd_domain *d;
	const u16 sid = RIG_SID;
	unsigned int i;
	u64 began;

	rig_start();
	rig_add(FIX_CAP | VTDM_CAP_RWBF, FIX_ECAP, 0, 7, 0);
	d = rig_domain(0);
	assert_int_equal(
		vtd_domain_attach(d, &rig.unit[0], VTD_NO_PASID, &sid, 1), 0);
	/* by going, or by answering nothing any more */
	real_ops = rig.unit[0].regs.ops;
	full = *real_ops;
	full.read32 = full_read32;
	if (fix_arg(state))
		vtd_model_gone(rig.model[0]);
	else
		rig.unit[0].regs.ops = &full;
	began = ktime_get_ns();
	for (i = 0; i < 10; i++)
		vtd_flush_mapped(d, i * SZ_4K, i * SZ_4K + SZ_4K - 1);
	/* no map waits for what the first has waited for in vain */
	assert_true(ktime_get_ns() - began <
		    (fix_arg(state) ? AT_ONCE : 1200 * NSEC_PER_MSEC));
	assert_int_equal(rig.unit[0].health, VTD_HEALTH_FAILED);
	assert_int_equal(rig.failed, 1);
	vtd_model_revive(rig.model[0]);
	rig.unit[0].health = VTD_HEALTH_OK;
	rig.unit[0].buffer_stuck = false;
	rig.unit[0].regs.ops = real_ops;
	vtd_context_set(&rig.unit[0], &sid, 1, VTD_NO_PASID,
			&(struct vtd_translation){});
	vtd_domain_detach(d, &rig.unit[0], VTD_NO_PASID, sid, true);
	vtd_domain_free(d);
	rig_stop_broken();
}

static unsigned int taken;

static void take(void *data, const struct vtd_fault_record *record)
{
	taken++;
}

static void test_gone_faults(void **state)
{
	struct vtd_fault_reading reading;

	start(0);
	vtd_model_gone(rig.model[0]);
	vtd_fault_read(&rig.unit[0].regs, rig.unit[0].cap, 100, take, NULL,
		       &reading);
	assert_true(reading.gone);
	assert_int_equal(taken, 0);
	assert_false(reading.pending || reading.held_up || reading.overflow);
	vtd_model_revive(rig.model[0]);
	vtd_fault_read(&rig.unit[0].regs, rig.unit[0].cap, 100, take, NULL,
		       &reading);
	assert_false(reading.gone);
	rig_stop();
}

/* Marked once, and its devices stopped once, whoever finds out and how often. */
static void test_gone_told_once(void **state)
{
	struct vtd_domain *d;
	const u16 sid = RIG_SID;

	start(0);
	d = rig_domain(0);
	assert_int_equal(
		vtd_domain_attach(d, &rig.unit[0], VTD_NO_PASID, &sid, 1), 0);
	assert_int_equal(rig_map(d, 0, SZ_1G, SZ_4K, 4, RIG_RW), 0);
	vtd_model_gone(rig.model[0]);
	assert_int_equal(vtd_flush_range(d, 0, SZ_4K - 1, true), -ENXIO);
	assert_int_equal(vtd_flush_all(d), -ENXIO);
	assert_int_equal(rig.failed, 1);
	assert_int_equal(vtd_context_set(&rig.unit[0], &sid, 1, VTD_NO_PASID,
					 &(struct vtd_translation){}),
			 -ENXIO);
	assert_int_equal(rig.failed, 1);
	vtd_domain_detach(d, &rig.unit[0], VTD_NO_PASID, sid, false);
	assert_true(d->leaked);
	vtd_pt_destroy(&d->pt); /* only the test may */
	vtd_domain_free(d);
	vtd_model_revive(rig.model[0]);
	rig_stop_broken();
}

static bool tended;

static void tend_relax(void)
{
	if (!tended && status() & 0x40) {
		tended = true;
		assert_int_equal(vtd_qi_tend(qi), 0);
		assert_int_equal(status(), 0);
	}
	vtd_model_tick();
}

/* What nobody waits for is put right by who is told of it. */
static void test_tended(void **state)
{
	start(0);
	vtd_model_inject(rig.model[0], VTD_MODEL_ICE, 1, GUILTY);
	assert_int_equal(submit(1), 0);
	assert_int_equal(status(), 0x20);
	assert_int_equal(vtd_qi_tend(qi), 0);
	assert_int_equal(status(), 0);
	assert_int_equal(qi->stats.ice, 1);
	assert_int_equal(vtd_qi_tend(qi), 0);
	assert_int_equal(qi->stats.errors, 1);
	/* what a time-out dropped, all of it, before who waits has looked */
	tended = false;
	fix_relax(tend_relax);
	vtd_model_inject(rig.model[0], VTD_MODEL_ITE, 4, GUILTY);
	assert_int_equal(submit(3), 0);
	fix_relax(NULL);
	assert_true(tended);
	assert_int_equal(qi->stats.ite, 1);
	vtd_model_gone(rig.model[0]);
	assert_int_equal(vtd_qi_tend(qi), -ENXIO);
	vtd_model_revive(rig.model[0]);
	rig_stop();
}

int main(void)
{
	unsigned int i;

	fix_case(test_ice, NULL, "ICE at each descriptor of 1 to 16");
	fix_case(test_counted, NULL, "errors are counted by kind");
	fix_case(test_tended, NULL, "ICE that nobody waits for is put right");
	for (i = 0; i < ARRAY_SIZE(mixes); i++)
		fix_case(test_alone, (void *)(uintptr_t)i,
			 "%s at each two descriptors of 1 to 16",
			 mixes[i].name);
	for (i = 0; i < ARRAY_SIZE(mixes); i++)
		fix_case(test_several, (void *)(uintptr_t)i,
			 "C04 %s with four submitters", mixes[i].name);
	fix_case(test_kept, (void *)0, "a flush refused keeps the table");
	fix_case(test_kept, (void *)1,
		 "a flush never answered keeps the table");
	for (i = 0; i < 4; i++)
		fix_case(test_gone, (void *)(uintptr_t)(i * 7),
			 "L3 a unit goes while it is waited for, %u", i);
	/* one on top of the other, on one stack */
	if (VTD_USER_SPACE)
		fix_case(test_gone_full, NULL,
			 "L3 a unit goes while the queue is full");
	fix_case(test_gone_commands, NULL, "L3 a unit that has gone: commands");
	fix_case(test_gone_write_buffer, (void *)1,
		 "L3 a unit that has gone: write buffer");
	fix_case(test_gone_write_buffer, (void *)0,
		 "L3 a write buffer that is never flushed");
	fix_case(test_gone_faults, NULL, "L3 a unit that has gone: faults");
	fix_case(test_gone_told_once, NULL,
		 "L3 a unit that has gone: told once");
	return fix_run("dmar-qi-errors");
}
