// SPDX-License-Identifier: GPL-2.0
/*
 * Suite vtd_unit: a unit looked at, switched on and off, against registers of
 * software.  Also the register operations themselves.
 */
#include <linux/mm.h>

#include "reply.h"
#include "soft_unit.h"
#include "suites.h"

#define GCMD_TE 0x80000000u
#define GCMD_SRTP 0x40000000u
#define GCMD_WBF 0x8000000u
#define GCMD_QIE 0x4000000u

/* What the driver says of a unit that is made in one way. */
struct verdict {
	const char *name;
	u64 cap;
	u64 ecap;
	u32 gsts;
	int ret;
	const char *says;
};

static const struct verdict verdicts[] = {
	{ "sound", SOFT_CAP, SOFT_ECAP, 0, 0, NULL },
	{ "all ones", ~0ULL, ~0ULL, 0, -ENODEV, "no unit answers" },
	{ "no queued invalidation", SOFT_CAP, SOFT_ECAP & ~2ULL, 0, -EOPNOTSUPP,
	  "queued invalidation" },
	{ "no width", SOFT_CAP & ~0x1f00ULL, SOFT_ECAP, 0, -EOPNOTSUPP,
	  "3, 4 or 5 levels" },
	{ "fault records outside", SOFT_CAP | 0x3ff000000ULL, SOFT_ECAP, 0,
	  -EINVAL, "fault records" },
	{ "translating", SOFT_CAP, SOFT_ECAP, 0x80000000, -EBUSY,
	  "intel_iommu=off" },
	{ "interrupt remapping left on", SOFT_CAP, SOFT_ECAP, 0x02000000, 0,
	  NULL },
	{ "queue left on", SOFT_CAP, SOFT_ECAP, 0x04000000, 0, NULL },
	{ "root pointer left over", SOFT_CAP, SOFT_ECAP, 0x40000000, 0, NULL },
};

KUNIT_ARRAY_PARAM_DESC(verdicts, verdicts, name);

static void unit_is_judged(struct kunit *test)
{
	const struct verdict *v = test->param_value;
	struct soft_unit *su = soft_unit_new(test, v->cap, v->ecap);
	struct vtd_drhd drhd = { .base = 0xfed90000, .size = 4096 };
	struct vtd_reply reply = {};
	char *said;

	su->unit.drhd = &drhd;
	su->reg[0x18 / 8] = (u64)v->gsts << 32;
	KUNIT_EXPECT_EQ(test, vtd_unit_setup(&su->unit, &reply), v->ret);
	said = kunit_kzalloc(test, reply.len + 1, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, said);
	if (reply.len)
		memcpy(said, reply.text, reply.len);
	if (v->says)
		KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(said, v->says), "%s",
					  said);
	else
		KUNIT_EXPECT_EQ_MSG(test, reply.len, 0, "%s", said);
	/* A look changes nothing. */
	KUNIT_EXPECT_EQ(test, su->nr_gcmd, 0);
	KUNIT_EXPECT_EQ(test, su->reg[0x20 / 8], 0);
	vtd_reply_free(&reply);
	vtd_unit_teardown(&su->unit);
	su->unit.drhd = NULL;
}

struct width {
	const char *name;
	u64 sagaw;
	u64 mgaw;
	unsigned int levels;
};

static const struct width widths[] = {
	{ "39 of 39 bits", 0x200, 38, 3 },
	{ "48 of 48 bits", 0x400, 47, 4 },
	{ "48 bits, 39 would do for 36", 0x600, 35, 3 },
	{ "39 would not do for 48", 0x600, 47, 4 },
	{ "57 bits", 0x800, 56, 5 },
	{ "57 and 48 for 48", 0xc00, 47, 4 },
	{ "39 alone for 48", 0x200, 47, 3 },
};

KUNIT_ARRAY_PARAM_DESC(widths, widths, name);

static void levels_follow_the_width(struct kunit *test)
{
	const struct width *w = test->param_value;
	u64 cap = (SOFT_CAP & ~0x3f1f00ULL) | w->sagaw | w->mgaw << 16;
	struct soft_unit *su = soft_unit_ready(test, cap, SOFT_ECAP);

	KUNIT_EXPECT_EQ(test, su->unit.levels, w->levels);
}

static const unsigned int nds[] = { 0, 1, 2, 3, 4, 5, 6 };

static void nds_desc(const unsigned int *nd, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "ND %u", *nd);
}

KUNIT_ARRAY_PARAM(nds, nds, nds_desc);

static void domain_ids_follow_nd(struct kunit *test)
{
	static const u32 want[] = { 16, 64, 256, 1024, 4096, 16384, 65536 };
	unsigned int nd = *(const unsigned int *)test->param_value;
	struct soft_unit *su =
		soft_unit_ready(test, (SOFT_CAP & ~7ULL) | nd, SOFT_ECAP);

	KUNIT_EXPECT_EQ(test, su->unit.nr_did, want[nd]);
}

static int enable(struct soft_unit *su)
{
	struct vtd_reply reply = {};
	int ret = vtd_unit_enable(&su->unit, &reply);

	vtd_reply_free(&reply);
	return ret;
}

/* 11.4.5, 6.5.2: queue, root table, global invalidations, translation. */
static void switched_on_in_the_order_of_the_specification(struct kunit *test)
{
	struct soft_unit *su = soft_unit_ready(test, SOFT_CAP, SOFT_ECAP);

	KUNIT_ASSERT_EQ(test, enable(su), 0);
	KUNIT_EXPECT_EQ(test, su->nr_gcmd, 3);
	KUNIT_EXPECT_EQ(test, su->gcmd[0], GCMD_QIE);
	KUNIT_EXPECT_EQ(test, su->gcmd[1], GCMD_QIE | GCMD_SRTP);
	/* One-shot commands are not repeated. */
	KUNIT_EXPECT_EQ(test, su->gcmd[2], GCMD_QIE | GCMD_TE);
	KUNIT_EXPECT_EQ(test, su->reg[0x20 / 8], virt_to_phys(su->unit.root));
	KUNIT_EXPECT_EQ(test, su->nr, 2);
	soft_unit_expect(test, su, 0, 0x11, 0);
	soft_unit_expect(test, su, 1, 0xd2, 0);
	KUNIT_EXPECT_EQ(test, su->waits, 2);
}

static void switched_off_again(struct kunit *test)
{
	struct soft_unit *su = soft_unit_translating(test, SOFT_CAP, SOFT_ECAP);

	KUNIT_EXPECT_EQ(test, vtd_unit_disable(&su->unit), 0);
	KUNIT_EXPECT_EQ(test, su->nr_gcmd, 2);
	/* Translation first, the queue after it. */
	KUNIT_EXPECT_EQ(test, su->gcmd[0], GCMD_QIE);
	KUNIT_EXPECT_EQ(test, su->gcmd[1], 0);
	KUNIT_EXPECT_EQ(test, su->reg[0x20 / 8], 0);
	KUNIT_EXPECT_EQ(test, su->reg[0x90 / 8], 0);
	KUNIT_EXPECT_FALSE(test, su->unit.translating);
}

static void on_and_off_ten_times(struct kunit *test)
{
	struct soft_unit *su = soft_unit_ready(test, SOFT_CAP, SOFT_ECAP);
	unsigned int i;

	for (i = 0; i < 10; i++) {
		KUNIT_ASSERT_EQ(test, enable(su), 0);
		KUNIT_ASSERT_EQ(test, vtd_unit_disable(&su->unit), 0);
	}
}

static const u32 commands[] = { GCMD_QIE, GCMD_SRTP, GCMD_TE };

static void commands_desc(const u32 *bit, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "GCMD bit 0x%x", *bit);
}

KUNIT_ARRAY_PARAM(commands, commands, commands_desc);

static void unanswered_command_leaves_translation_off(struct kunit *test)
{
	struct soft_unit *su = soft_unit_ready(test, SOFT_CAP, SOFT_ECAP);

	su->ignore = *(const u32 *)test->param_value;
	KUNIT_EXPECT_EQ(test, enable(su), -ETIMEDOUT);
	KUNIT_EXPECT_FALSE(test, su->unit.translating);
	KUNIT_EXPECT_EQ(test, su->reg[0x18 / 8] >> 32 & GCMD_TE, 0);
}

static void dead_queue_leaves_translation_off(struct kunit *test)
{
	struct soft_unit *su = soft_unit_ready(test, SOFT_CAP, SOFT_ECAP);

	su->stopped = true;
	KUNIT_EXPECT_EQ(test, enable(su), -ETIMEDOUT);
	KUNIT_EXPECT_FALSE(test, su->unit.translating);
	KUNIT_EXPECT_EQ(test, su->reg[0x18 / 8] >> 32 & (GCMD_TE | GCMD_QIE),
			0);
}

static void old_queue_errors_are_cleared_first(struct kunit *test)
{
	struct soft_unit *su = soft_unit_ready(test, SOFT_CAP, SOFT_ECAP);

	su->reg[0x30 / 8] = 0x71ULL << 32;
	KUNIT_EXPECT_EQ(test, enable(su), 0);
	KUNIT_EXPECT_EQ(test, su->reg[0x30 / 8] >> 32, 0);
}

/* 11.4.8: firmware's protected memory ends, after translation has begun. */
static void protected_memory_is_released(struct kunit *test)
{
	struct soft_unit *su =
		soft_unit_ready(test, SOFT_CAP | 0x60, SOFT_ECAP);

	su->reg[0x60 / 8] = 0x80000000ULL << 32;
	KUNIT_EXPECT_EQ(test, enable(su), 0);
	KUNIT_EXPECT_EQ(test, su->reg[0x60 / 8] >> 32, 0);
}

static void protected_memory_that_is_absent_is_left_alone(struct kunit *test)
{
	struct soft_unit *su = soft_unit_ready(test, SOFT_CAP, SOFT_ECAP);

	su->reg[0x60 / 8] = 0x80000000ULL << 32;
	KUNIT_EXPECT_EQ(test, enable(su), 0);
	KUNIT_EXPECT_EQ(test, su->reg[0x60 / 8] >> 32, 0x80000000);
}

static void write_buffer_flush_waits_for_its_end(struct kunit *test)
{
	struct soft_unit *su =
		soft_unit_translating(test, SOFT_CAP | 0x10, SOFT_ECAP);

	KUNIT_EXPECT_EQ(test, vtd_unit_flush_write_buffer(&su->unit), 0);
	KUNIT_EXPECT_EQ(test, su->gcmd[0], GCMD_WBF | GCMD_QIE | GCMD_TE);
	su->ignore = GCMD_WBF;
	KUNIT_EXPECT_EQ(test, vtd_unit_flush_write_buffer(&su->unit),
			-ETIMEDOUT);
}

static void write_buffer_flush_is_free_where_there_is_none(struct kunit *test)
{
	struct soft_unit *su = soft_unit_translating(test, SOFT_CAP, SOFT_ECAP);

	KUNIT_EXPECT_EQ(test, vtd_unit_flush_write_buffer(&su->unit), 0);
	KUNIT_EXPECT_EQ(test, su->nr_gcmd, 0);
}

static unsigned int told;

static void count_failures(const struct vtd_unit *unit)
{
	told++;
}

static void failure_is_told_once(struct kunit *test)
{
	struct soft_unit *su = soft_unit_ready(test, SOFT_CAP, SOFT_ECAP);

	told = 0;
	su->unit.failed = count_failures;
	vtd_unit_failed(&su->unit, "testing", -EIO);
	vtd_unit_failed(&su->unit, "testing", -EIO);
	KUNIT_EXPECT_EQ(test, told, 1);
	KUNIT_EXPECT_EQ(test, su->unit.health, VTD_HEALTH_FAILED);
}

/* With the static key on, a unit without operations is memory as ever. */
static void hardware_registers_stay_reachable(struct kunit *test)
{
	u64 *space = kunit_kzalloc(test, 4096, GFP_KERNEL);
	struct vtd_regs regs = { .bytes = 4096 };

	KUNIT_ASSERT_NOT_NULL(test, space);
	regs.base = (void __iomem *)space;
	space[1] = 0x1122334455667788;
	KUNIT_EXPECT_EQ(test, vtd_read64(&regs, 8), 0x1122334455667788);
	KUNIT_EXPECT_EQ(test, vtd_read32(&regs, 8), 0x55667788);
	KUNIT_EXPECT_EQ(test, vtd_read32(&regs, 12), 0x11223344);
	vtd_write64(&regs, 16, 0xaabbccddeeff0011);
	KUNIT_EXPECT_EQ(test, space[2], 0xaabbccddeeff0011);
	vtd_write32(&regs, 20, 0x12345678);
	KUNIT_EXPECT_EQ(test, space[2], 0x12345678eeff0011);
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(unit_is_judged, verdicts_gen_params),
	KUNIT_CASE_PARAM(levels_follow_the_width, widths_gen_params),
	KUNIT_CASE_PARAM(domain_ids_follow_nd, nds_gen_params),
	KUNIT_CASE(switched_on_in_the_order_of_the_specification),
	KUNIT_CASE(switched_off_again),
	KUNIT_CASE(on_and_off_ten_times),
	KUNIT_CASE_PARAM_ATTR(unanswered_command_leaves_translation_off,
			      commands_gen_params,
			      { .speed = KUNIT_SPEED_SLOW }),
	KUNIT_CASE_SLOW(dead_queue_leaves_translation_off),
	KUNIT_CASE(old_queue_errors_are_cleared_first),
	KUNIT_CASE(protected_memory_is_released),
	KUNIT_CASE(protected_memory_that_is_absent_is_left_alone),
	KUNIT_CASE_SLOW(write_buffer_flush_waits_for_its_end),
	KUNIT_CASE(write_buffer_flush_is_free_where_there_is_none),
	KUNIT_CASE(failure_is_told_once),
	KUNIT_CASE(hardware_registers_stay_reachable),
	{}
};

struct kunit_suite vtd_unit_suite = {
	.name = "vtd_unit",
	.suite_init = soft_unit_suite_init,
	.suite_exit = soft_unit_suite_exit,
	.test_cases = cases,
};
