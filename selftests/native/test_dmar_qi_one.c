// SPDX-License-Identifier: GPL-2.0
/*
 * The queue's shortest way, for one descriptor: every slot, every error, a
 * unit that is slow, full or dead.
 *
 * SRCS: dmar/qi.c dmar/context.c dmar/unit.c dmar/domain.c dmar/flush.c
 * SRCS: dmar/pasid.c dmar/scalable.c dmar/devtlb.c
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

#include "rig.h"

static struct vtd_qi *qi;

static void start(u64 ecap, u32 policy, unsigned int latency)
{
	rig_start();
	rig_add(FIX_CAP, ecap, policy, 7, latency);
	qi = &rig.unit[0].qi;
}

static u64 done(void)
{
	return vtd_model_stats(rig.model[0]).iotlbs;
}

static int submit(void)
{
	return vtd_qi_submit_one(qi, vtd_qi_iotlb_domain(2, 0));
}

/* It returns when the unit has done it, and not before. */
static void submit_well(void)
{
	u64 before = done();

	assert_int_equal(submit(), 0);
	assert_int_equal(done(), before + 1);
}

static void test_every_slot(void **state)
{
	struct vtd_qi_desc two[2] = {
		vtd_qi_iotlb_domain(3, 0),
		vtd_qi_iotlb_domain(4, 0),
	};
	unsigned int i;

	start(fix_arg(state) & 1 ? FIX_ECAP : FIX_ECAP & ~VTDM_ECAP_C,
	      fix_arg(state) & 2 ? VTD_MODEL_REORDER : 0, 0);
	for (i = 0; i < 300; i++)
		submit_well();
	/* three slots once: from now on the others */
	assert_int_equal(vtd_qi_submit(qi, two, 2), 0);
	for (i = 0; i < 300; i++)
		submit_well();
	rig_stop();
}

/* Beyond what is polled at first, and up to where it is just noticed. */
static void test_slow(void **state)
{
	unsigned int i;

	start(FIX_ECAP, 0, fix_arg(state));
	for (i = 0; i < 20; i++)
		submit_well();
	rig_stop();
}

static void test_refused(void **state)
{
	unsigned int i;

	start(FIX_ECAP, 0, fix_arg(state));
	for (i = 0; i < 140; i++) {
		vtd_model_inject(rig.model[0], VTD_MODEL_IQE, 1 + i % 2, 0);
		assert_int_equal(submit(), -EINVAL);
		submit_well();
	}
	rig_stop();
}

static void test_refused_bit(void **state)
{
	struct vtd_qi_desc desc = vtd_qi_iotlb_domain(2, 0);

	start(FIX_ECAP & ~VTDM_ECAP_C, 0, 0);
	desc.w[0] |= 1ULL << 8;
	assert_int_equal(vtd_qi_submit_one(qi, desc), -EINVAL);
	submit_well();
	rig_stop();
}

/*
 * Dropped for a device's fault: given to the unit again, and only a wait that
 * the unit has completed says that it is done.
 */
static void test_dropped(void **state)
{
	unsigned int i;

	start(FIX_ECAP, 0, fix_arg(state));
	for (i = 0; i < 140; i++) {
		u64 before = done();
		u64 waits = vtd_model_stats(rig.model[0]).waits;

		vtd_model_inject(rig.model[0], VTD_MODEL_ITE, 1 + i % 2, 0x100);
		assert_int_equal(submit(), 0);
		assert_true(done() > before);
		assert_int_equal(vtd_model_stats(rig.model[0]).waits,
				 waits + 1);
		submit_well();
	}
	assert_false(qi->dead);
	rig_stop();
}

static void test_dead(void **state)
{
	u64 began;

	start(FIX_ECAP, 0, 0);
	submit_well();
	vtd_model_inject(rig.model[0], VTD_MODEL_DEAD, fix_arg(state), 0);
	began = ktime_get_ns();
	assert_int_equal(submit(), -ETIMEDOUT);
	assert_true(ktime_get_ns() - began < 1100 * NSEC_PER_MSEC);
	began = ktime_get_ns();
	assert_int_equal(submit(), -EIO);
	assert_true(ktime_get_ns() - began < NSEC_PER_MSEC);
	rig_stop_broken();
}

/* Given up once, and answering after all: not until it is set up again. */
static void test_dead_comes_back(void **state)
{
	u64 before;

	start(FIX_ECAP, 0, 0);
	vtd_model_inject(rig.model[0], VTD_MODEL_DEAD, 2, 0);
	assert_int_equal(submit(), -ETIMEDOUT);
	vtd_model_revive(rig.model[0]);
	vtd_model_run(rig.model[0], 100);
	before = done();
	assert_int_equal(submit(), -EIO);
	assert_int_equal(done(), before);
	rig_stop_broken();
}

/* Others come while the first one polls; the unit stands still until all are. */
static struct {
	unsigned int depth, deepest;
	int ret[200];
} nested;

static void nested_relax(void)
{
	if (nested.depth < nested.deepest) {
		unsigned int at = nested.depth++;

		nested.ret[at] = submit();
		return;
	}
	vtd_model_tick();
}

static void test_nested(void **state)
{
	unsigned int i, deep = fix_arg(state);
	u64 before;

	start(FIX_ECAP, 0, 0);
	before = done();
	nested.depth = 0;
	nested.deepest = deep;
	fix_relax(nested_relax);
	assert_int_equal(submit(), 0);
	fix_relax(NULL);
	assert_int_equal(nested.depth, deep);
	for (i = 0; i < deep; i++)
		assert_int_equal(nested.ret[i], 0);
	assert_int_equal(done(), before + deep + 1);
	rig_stop();
}

int main(void)
{
	uintptr_t i;

	for (i = 0; i < 4; i++)
		fix_case(test_every_slot, (void *)i, "every slot%s%s",
			 i & 1 ? "" : ", not coherent",
			 i & 2 ? ", any order" : "");
	fix_case(test_slow, (void *)100, "a slow unit");
	fix_case(test_slow, (void *)250, "a unit that answers just in time");
	fix_case(test_slow, (void *)300, "a unit that answers too late");
	fix_case(test_slow, (void *)900, "a very slow unit");
	fix_case(test_refused, (void *)0, "C05/L2 refused");
	fix_case(test_refused, (void *)30, "C05/L2 refused, slow");
	fix_case(test_refused_bit, NULL, "C05/C10 a reserved bit");
	fix_case(test_dropped, (void *)0, "C01 dropped");
	fix_case(test_dropped, (void *)30, "C01 dropped, slow");
	fix_case(test_dead, (void *)1, "C02/L3 a unit that dies at once");
	fix_case(test_dead, (void *)2, "C02/L3 a unit that dies at the wait");
	fix_case(test_dead_comes_back, NULL,
		 "C02/L3 a unit that was given up and comes back");
	fix_case(test_nested, (void *)3, "C25 several at once");
	fix_case(test_nested, (void *)127, "C06 queue full");
	fix_case(test_nested, (void *)190, "C06 queue more than full");
	return fix_run("dmar-qi-one");
}
