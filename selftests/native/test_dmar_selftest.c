// SPDX-License-Identifier: GPL-2.0
/*
 * The self-test of a unit: units of every kind pass, and touch nothing; one that
 * fails in any of its parts is named, with what it was.
 *
 * SRCS: dmar/selftest.c dmar/check.c dmar/fault_walk.c
 * SRCS: dmar/qi.c dmar/context.c dmar/unit.c dmar/domain.c dmar/flush.c
 * SRCS: dmar/pasid.c dmar/scalable.c dmar/devtlb.c
 * SRCS: dmar/pgtable.c dmar/identity.c dmar/reply.c kunit/model/model.c
 * SRCS: selftests/native/model_fixture.c selftests/native/rig.c
 * CFLAGS: -DVTD_OBSERVER
 */
#include <linux/kernel.h>
#include <linux/string.h>

#include "rig.h"

#include "../../dmar/fault.h"
#include "../../dmar/selftest.h"

#define SM(bits) (VTDM_ECAP_SMTS | VTDM_ECAP_PASID | VTDM_ECAP_PSS(bits))

static const struct {
	u64 cap;
	u64 ecap;
	const char *name;
} units[] = {
	{ FIX_CAP, FIX_ECAP, "legacy mode" },
	{ FIX_CAP, FIX_ECAP & ~VTDM_ECAP_C, "not coherent" },
	{ FIX_CAP | VTDM_CAP_CM, FIX_ECAP, "caching mode" },
	{ FIX_CAP | VTDM_CAP_RWBF, FIX_ECAP, "write buffer" },
	{ FIX_CAP, FIX_ECAP & ~VTDM_ECAP_PT, "without pass-through" },
	{ FIX_CAP, FIX_ECAP | SM(16) | VTDM_ECAP_SSTS, "second stage" },
	{ FIX_CAP | VTDM_CAP_FL1GP,
	  FIX_ECAP | SM(20) | VTDM_ECAP_SMPWCS | VTDM_ECAP_FSTS,
	  "first stage" },
};

static struct vtd_reply reply;

static bool peeks = true;

bool vtd_fault_peek_memory(u64 phys, u64 *value)
{
	if (peeks)
		*value = *(u64 *)phys_to_virt(phys);
	return peeks;
}

static struct vtd_unit *unit(unsigned int which)
{
	rig_start();
	rig_add(units[which].cap, units[which].ecap, 0, 7, 1);
	peeks = true;
	return &rig.unit[0];
}

static void gone(void)
{
	vtd_reply_free(&reply);
}

static void test_passes(void **state)
{
	struct vtd_unit *u = unit(fix_arg(state));
	struct vtd_model_stats before = vtd_model_stats(rig.model[0]);
	struct vtd_model_stats after;
	long tables = vtd_shim_live_tables();

	assert_int_equal(vtd_selftest(u, &reply), 0);
	assert_int_equal(reply.len, 0);
	after = vtd_model_stats(rig.model[0]);
	/* 32 times 1 to 16, each answered */
	assert_true(after.waits - before.waits >= 32 * (136 + 16));
	assert_true(after.contexts > before.contexts);
	assert_true(after.iotlbs >= before.iotlbs + 2);
	assert_int_equal(after.pasids > before.pasids, u->scalable);
	assert_int_equal(vtd_shim_live_tables(), tables);
	/* of what devices go by, nothing was touched */
	assert_int_equal(u->nr_did_used.counter, 0);
	assert_null(u->context[0x12]);
	rig_stop();
	gone();
}

/* Whatever descriptor the unit does not take, or does not answer. */
static void test_queue(void **state)
{
	static const unsigned int nth[] = { 1, 2, 3, 100, 2600, 4863 };
	enum vtd_model_error error = fix_arg(state);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(nth); i++) {
		struct vtd_unit *u = unit(0);

		vtd_model_inject(rig.model[0], error, nth[i], 0x100);
		assert_int_not_equal(vtd_selftest(u, &reply), 0);
		assert_non_null(strstr(
			reply.text,
			"dmar0: self-test: the invalidation queue failed"));
		vtd_model_revive(rig.model[0]);
		gone();
		rig_stop_broken();
	}
}

static void test_flush(void **state)
{
	unsigned int nth;

	/* after 4864 descriptors of the queue's part, each with one that waits */
	for (nth = 0; nth < 3; nth++) {
		struct vtd_unit *u = unit(0);

		vtd_model_inject(rig.model[0], VTD_MODEL_IQE,
				 32 * (136 + 16) + 1 + 2 * nth, 0);
		assert_int_equal(vtd_selftest(u, &reply), -EINVAL);
		assert_non_null(
			strstr(reply.text, "does not execute an invalidation"));
		vtd_model_revive(rig.model[0]);
		gone();
		rig_stop_broken();
	}
}

static void test_register(void **state)
{
	static const u32 off[] = { 0x20, 0x1c, 0x08, 0x34 };
	static const char *const name[] = { "RTADDR", "GSTS", "CAP", "FSTS" };
	static const u32 flip[] = { 1 << 12, 1 << 30, 1 << 4, 1 << 4 };
	unsigned int i = fix_arg(state);
	struct vtd_unit *u = unit(0);
	u32 before = fix_read32(&u->regs, off[i]);

	vtd_model_corrupt(rig.model[0], off[i], before ^ flip[i]);
	assert_int_equal(vtd_selftest(u, &reply), -EIO);
	assert_non_null(strstr(reply.text, "does not keep what it was given"));
	assert_non_null(strstr(reply.text, name[i]));
	vtd_model_corrupt(rig.model[0], off[i], before);
	gone();
	rig_stop_broken();
}

static void test_entries(void **state)
{
	struct vtd_unit *u = unit(fix_arg(state));

	peeks = false;
	assert_int_equal(vtd_selftest(u, &reply), -EIO);
	assert_non_null(strstr(reply.text,
			       "entries are not read as they were written"));
	rig_stop();
	gone();
}

static void test_no_memory(void **state)
{
	unsigned int nth;
	int ret;

	for (nth = 1; nth < 20; nth++) {
		struct vtd_unit *u = unit(fix_arg(state));

		vtd_shim_fail_alloc(nth);
		ret = vtd_selftest(u, &reply);
		vtd_shim_fail_alloc(0);
		rig_stop();
		gone();
		if (!ret)
			break;
		assert_int_equal(ret, -ENOMEM);
	}
	assert_true(nth > 3 && nth < 20);
}

int main(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(units); i++) {
		void *which = (void *)(uintptr_t)i;

		fix_case(test_passes, which, "%s passes", units[i].name);
		fix_case(test_entries, which, "entries, %s", units[i].name);
		fix_case(test_no_memory, which, "no memory, %s", units[i].name);
	}
	fix_case(test_queue, (void *)VTD_MODEL_IQE, "a descriptor is refused");
	fix_case(test_queue, (void *)VTD_MODEL_ITE, "a descriptor is dropped");
	fix_case(test_queue, (void *)VTD_MODEL_DEAD, "no answer");
	fix_case(test_flush, NULL, "an invalidation is refused");
	for (i = 0; i < 4; i++)
		fix_case(test_register, (void *)(uintptr_t)i,
			 "a register that says something else, %u", i);
	return fix_run("dmar-selftest");
}
