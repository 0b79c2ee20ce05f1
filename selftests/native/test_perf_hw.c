// SPDX-License-Identifier: GPL-2.0
/*
 * Performance counters on the software unit: what is there, what can count
 * what, filters, the exact count of counters that go round, and a unit that does
 * not answer.
 *
 * SRCS: dmar/perf_hw.c
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
#include <linux/string.h>

#include "rig.h"

#include "../../dmar/perf_hw.h"

#define PMS_CAP (FIX_CAP | VTDM_CAP_ECMDS)
#define PMS_ECAP (FIX_ECAP | VTDM_ECAP_PMS)

static struct vtd_perf_hw hw;
static struct vtd_domain *domain;

static const u16 sid_a[] = { RIG_SID };

static struct vtd_model_config config_of(unsigned int counters,
					 unsigned int width)
{
	return (struct vtd_model_config){
		.version = 0x40,
		.cap = PMS_CAP,
		.ecap = PMS_ECAP,
		.perf_counters = counters,
		.perf_width = width,
	};
}

static const char *found(void)
{
	return vtd_perf_hw_init(&hw, &rig.unit[0].regs, rig.unit[0].cap);
}

/* A unit with counters, and a page mapped at 0x10000 for one device. */
static void start_config(const struct vtd_model_config *config)
{
	rig_start();
	assert_int_equal(rig_add_off(config), 0);
	rig_enable(0);
	assert_null(found());
	domain = rig_domain(0);
	assert_int_equal(vtd_domain_attach(domain, &rig.unit[0], VTD_NO_PASID,
					   sid_a, 1),
			 0);
	assert_int_equal(rig_map(domain, 0x10000, 0x5000000, SZ_4K, 4, RIG_RW),
			 0);
}

static void start(unsigned int counters, unsigned int width)
{
	const struct vtd_model_config config = config_of(counters, width);

	start_config(&config);
}

static void end(void)
{
	const struct vtd_translation none = {};

	vtd_context_set(&rig.unit[0], sid_a, 1, VTD_NO_PASID, &none);
	vtd_domain_detach(domain, &rig.unit[0], VTD_NO_PASID, RIG_SID, true);
	vtd_domain_free(domain);
	rig_stop();
}

static void ask(unsigned int times)
{
	while (times--)
		assert_int_equal(
			rig_ask(0, RIG_SID, 0x10000, VTD_MODEL_READ, NULL), 0);
}

static u32 reg32(u32 off)
{
	return fix_read32(&rig.unit[0].regs, off);
}

static void test_found(void **state)
{
	start(8, 48);
	assert_int_equal(hw.nr, 8);
	assert_int_equal(hw.width, 48);
	assert_int_equal(hw.groups, 5);
	assert_int_equal(hw.filters, 0x1f);
	assert_true(hw.interrupts);
	assert_int_equal(hw.config, 0x1800);
	assert_int_equal(hw.overflow, 0x1400);
	assert_int_equal(hw.counters, 0x2000);
	assert_int_equal(hw.stride, 0x400);
	assert_int_equal(hw.events[0], 0x3);
	assert_int_equal(hw.events[1], 0x41);
	assert_int_equal(hw.events[2], 0xff);
	assert_int_equal(hw.events[3], 0x3);
	assert_int_equal(hw.events[4], 0x7);
	end();
}

static void test_without_commands(void **state)
{
	struct vtd_model_config config = config_of(8, 48);

	config.cap = FIX_CAP;
	rig_start();
	assert_int_equal(rig_add_off(&config), 0);
	assert_string_equal(found(), "it has no enhanced commands");
	rig_stop();
}

static void test_none(void **state)
{
	const struct vtd_model_config config = config_of(0, 48);

	rig_start();
	assert_int_equal(rig_add_off(&config), 0);
	assert_string_equal(found(), "it tells of no counter, or of no event");
	rig_stop();
}

/* A unit whose registers end before the counters: 8 KiB, 6 KiB, 1 KiB. */
static void test_outside(void **state)
{
	static const u64 bytes[] = { 0x3c00, 0x2000, 0x1800,
				     0x1400, 0x450,  0x400 };
	const struct vtd_model_config config = config_of(8, 48);
	unsigned int i;

	rig_start();
	assert_int_equal(rig_add_off(&config), 0);
	for (i = 0; i < ARRAY_SIZE(bytes); i++) {
		rig.unit[0].regs.bytes = bytes[i];
		assert_string_equal(
			found(),
			bytes[i] > 0x450 - 1 ?
				"their registers lie outside of its register space" :
				"its register space ends before them");
	}
	rig.unit[0].regs.bytes = 0x3c08;
	assert_null(found());
	rig.unit[0].regs.bytes = 0x4000;
	rig_stop();
}

/* The last counter can do less: it is taken first for what it can. */
static void test_pick(void **state)
{
	const struct vtd_perf_want iotlb = { .group = 3, .events = 3 };
	const struct vtd_perf_want clocks = { .group = 0, .events = 1 };
	const struct vtd_perf_want both = { .group = 0, .events = 0x5 };
	const struct vtd_perf_want filtered = { .group = 3,
						.events = 1,
						.filters = 0x20 };
	struct vtd_model_config config = config_of(3, 48);

	config.perf_limited = true;
	start_config(&config);
	assert_int_equal(vtd_perf_hw_pick(&hw, 0, &iotlb), 2);
	assert_int_equal(vtd_perf_hw_pick(&hw, 4, &iotlb), 0);
	assert_int_equal(vtd_perf_hw_pick(&hw, 7, &iotlb), -EBUSY);
	assert_int_equal(vtd_perf_hw_pick(&hw, 0, &clocks), 0);
	assert_int_equal(vtd_perf_hw_pick(&hw, 1, &clocks), 1);
	assert_int_equal(vtd_perf_hw_pick(&hw, 3, &clocks), -EBUSY);
	assert_int_equal(vtd_perf_hw_pick(&hw, 0, &both), -EOPNOTSUPP);
	assert_int_equal(vtd_perf_hw_pick(&hw, 0, &filtered), -EOPNOTSUPP);
	assert_int_equal(vtd_perf_hw_pick(&hw, 0,
					  &(struct vtd_perf_want){
						  .group = 15, .events = 1 }),
			 -EOPNOTSUPP);
	assert_int_equal(vtd_perf_hw_pick(&hw, 0,
					  &(struct vtd_perf_want){
						  .group = 16, .events = 1 }),
			 -EOPNOTSUPP);
	assert_int_equal(
		vtd_perf_hw_pick(&hw, 0, &(struct vtd_perf_want){ .group = 0 }),
		-EOPNOTSUPP);
	end();
}

/* What the last counter says of itself, with some bits the other way round. */
static u32 odd;
static u32 (*plain_read32)(const struct vtd_regs *regs, u32 off);

static u32 odd_read32(const struct vtd_regs *regs, u32 off)
{
	return plain_read32(regs, off) ^ (off == 0x1980 ? odd : 0);
}

/* A counter that is unlike the others in width or interrupt is left alone. */
static void test_odd_counter(void **state)
{
	static const u32 odds[] = { 0, 0x1000, 0x10000 };
	const struct vtd_perf_want iotlb = { .group = 3, .events = 1 };
	struct vtd_model_config config = config_of(2, 48);
	struct vtd_reg_ops ops;
	unsigned int i;

	config.perf_limited = true;
	start_config(&config);
	ops = *rig.unit[0].regs.ops;
	plain_read32 = ops.read32;
	ops.read32 = odd_read32;
	rig.unit[0].regs.ops = &ops;
	for (i = 0; i < ARRAY_SIZE(odds); i++) {
		odd = odds[i];
		assert_null(found());
		assert_int_equal(vtd_perf_hw_pick(&hw, 0, &iotlb), !odd);
		assert_int_equal(vtd_perf_hw_pick(&hw, 1, &iotlb),
				 odd ? -EBUSY : 1);
	}
	vtd_model_plug(rig.model[0], &rig.unit[0].regs);
	end();
}

static const struct {
	const char *name;
	u8 group;
	u32 events;
	unsigned int of_first, of_next;
} counts[] = {
	{ "requests", 0, 0x2, 1, 1 },
	{ "reads of tables", 1, 0x1, 4, 0 },
	{ "context lookups", 2, 0x1, 1, 1 },
	{ "context hits", 2, 0x2, 0, 1 },
	{ "second-stage lookups", 2, 0x10, 1, 0 },
	{ "second-stage hits", 2, 0x20, 0, 0 },
	{ "PASID lookups", 2, 0x4, 0, 0 },
	{ "IOTLB lookups", 3, 0x1, 1, 1 },
	{ "IOTLB hits", 3, 0x2, 0, 1 },
	{ "IOTLB lookups and hits", 3, 0x3, 1, 2 },
	{ "interrupts", 4, 0x7, 0, 0 },
};

static void test_counts(void **state)
{
	const struct vtd_perf_want want = {
		.group = counts[fix_arg(state)].group,
		.events = counts[fix_arg(state)].events,
	};

	start(8, 48);
	ask(3);
	assert_int_equal(
		vtd_qi_submit_one(&rig.unit[0].qi, vtd_qi_context_global()), 0);
	assert_int_equal(vtd_flush_all(domain), 0);
	assert_int_equal(vtd_perf_hw_start(&hw, 5, &want), 0);
	assert_int_equal(vtd_perf_hw_read(&hw, 5), 0);
	ask(1);
	assert_int_equal(vtd_perf_hw_read(&hw, 5),
			 counts[fix_arg(state)].of_first);
	ask(7);
	assert_int_equal(vtd_perf_hw_read(&hw, 5),
			 7 * counts[fix_arg(state)].of_next);
	assert_int_equal(vtd_perf_hw_stop(&hw, 5), 0);
	ask(1);
	assert_int_equal(vtd_perf_hw_read(&hw, 5), 0);
	end();
}

static const struct {
	const char *name;
	u8 filters;
	u32 value;
	unsigned int passes;
} filters[] = {
	{ "source-id", 0x01, RIG_SID, 1 },
	{ "another source-id", 0x01, RIG_SID + 1, 0 },
	{ "source-id 0", 0x01, 0, 0 },
	{ "domain-id", 0x02, 2, 1 },
	{ "another domain-id", 0x02, 3, 0 },
	{ "PASID of a request without", 0x04, 0, 0 },
	{ "untranslated", 0x08, 1, 1 },
	{ "translated", 0x08, 4, 0 },
	{ "legacy tables", 0x10, 1, 1 },
	{ "first-stage tables", 0x10, 2, 0 },
};

static void test_filter(void **state)
{
	struct vtd_perf_want want = {
		.group = 0,
		.events = 2,
		.filters = filters[fix_arg(state)].filters,
	};
	unsigned int i;

	for (i = 0; i < VTD_PERF_FILTERS; i++)
		want.filter[i] = filters[fix_arg(state)].value;
	start(8, 48);
	assert_int_equal(vtd_perf_hw_start(&hw, 0, &want), 0);
	ask(5);
	assert_int_equal(vtd_perf_hw_read(&hw, 0),
			 5 * filters[fix_arg(state)].passes);
	assert_int_equal(vtd_perf_hw_stop(&hw, 0), 0);
	/* The next use of the counter has no filter. */
	want.filters = 0;
	assert_int_equal(vtd_perf_hw_start(&hw, 0, &want), 0);
	ask(2);
	assert_int_equal(vtd_perf_hw_read(&hw, 0), 2);
	assert_int_equal(vtd_perf_hw_stop(&hw, 0), 0);
	end();
}

static void test_freeze(void **state)
{
	const struct vtd_perf_want want = { .group = 0, .events = 2 };

	start(2, 48);
	assert_int_equal(vtd_perf_hw_freeze(&hw, true), 0);
	assert_int_equal(vtd_perf_hw_start(&hw, 0, &want), 0);
	assert_int_equal(vtd_perf_hw_start(&hw, 1, &want), 0);
	ask(3);
	assert_int_equal(vtd_perf_hw_read(&hw, 0), 0);
	assert_int_equal(vtd_perf_hw_freeze(&hw, false), 0);
	ask(4);
	assert_int_equal(vtd_perf_hw_freeze(&hw, true), 0);
	ask(5);
	assert_int_equal(vtd_perf_hw_read(&hw, 0), 4);
	assert_int_equal(vtd_perf_hw_read(&hw, 1), 4);
	assert_int_equal(vtd_perf_hw_stop(&hw, 0), 0);
	assert_int_equal(vtd_perf_hw_stop(&hw, 1), 0);
	end();
}

/* Of 4 bits: 16 requests, and it is where it was. */
static void test_once_round(void **state)
{
	const struct vtd_perf_want want = { .group = 0, .events = 2 };
	unsigned int first, then;

	start(1, 4);
	assert_int_equal(vtd_perf_hw_start(&hw, 0, &want), 0);
	for (first = 0; first < 16; first++) {
		for (then = 0; then < 32 - 15; then++) {
			ask(first);
			assert_int_equal(vtd_perf_hw_read(&hw, 0), first);
			ask(then);
			assert_int_equal(vtd_perf_hw_read(&hw, 0), then);
			assert_int_equal(vtd_perf_hw_overflows(&hw), 0);
		}
	}
	assert_int_equal(vtd_perf_hw_stop(&hw, 0), 0);
	end();
}

/* What nobody read of the last event is none of the next one's. */
static void test_begins_anew(void **state)
{
	const struct vtd_perf_want want = { .group = 0, .events = 2 };
	unsigned int before;

	start(1, 4);
	for (before = 0; before < 32; before++) {
		assert_int_equal(vtd_perf_hw_start(&hw, 0, &want), 0);
		ask(before);
		assert_int_equal(vtd_perf_hw_stop(&hw, 0), 0);
		assert_int_equal(vtd_perf_hw_start(&hw, 0, &want), 0);
		assert_int_equal(vtd_perf_hw_read(&hw, 0), 0);
		ask(3);
		assert_int_equal(vtd_perf_hw_read(&hw, 0), 3);
		assert_int_equal(vtd_perf_hw_stop(&hw, 0), 0);
	}
	end();
}

/* What is counted while its driver reads it, at each of the looks. */
static unsigned int looks, at_look, at_once;
static u64 (*plain_read64)(const struct vtd_regs *regs, u32 off);

static u64 busy_read64(const struct vtd_regs *regs, u32 off)
{
	if (off == hw.overflow || off == hw.counters)
		if (++looks == at_look)
			ask(at_once);
	return plain_read64(regs, off);
}

static void test_read_while_counting(void **state)
{
	const struct vtd_perf_want want = { .group = 0, .events = 2 };
	struct vtd_reg_ops busy;
	u64 all, seen;
	unsigned int before;

	start(1, 4);
	busy = *rig.unit[0].regs.ops;
	plain_read64 = busy.read64;
	busy.read64 = busy_read64;
	rig.unit[0].regs.ops = &busy;
	assert_int_equal(vtd_perf_hw_start(&hw, 0, &want), 0);
	all = 0;
	seen = 0;
	at_look = 0;
	seen += vtd_perf_hw_read(&hw, 0);
	for (before = 0; before < 16; before++) {
		for (at_look = 1; at_look < 8; at_look++) {
			for (at_once = 1; at_once < 16; at_once++) {
				/* Twice round before it is looked at: no. */
				if (at_look < 4 &&
				    seen % 16 + before + at_once >= 32)
					continue;
				looks = 0;
				ask(before);
				seen += vtd_perf_hw_read(&hw, 0);
				all += before +
				       (looks >= at_look ? at_once : 0);
				looks = 100;
				seen += vtd_perf_hw_read(&hw, 0);
				assert_int_equal(seen, all);
			}
		}
	}
	vtd_model_plug(rig.model[0], &rig.unit[0].regs);
	assert_int_equal(vtd_perf_hw_stop(&hw, 0), 0);
	end();
}

/* An interrupt when it goes round, if the unit has such. */
static void test_interrupt(void **state)
{
	const struct vtd_perf_want want = { .group = 0, .events = 2 };
	struct vtd_model_config config = config_of(2, 4);
	unsigned int before;

	config.perf_silent = fix_arg(state);
	start_config(&config);
	assert_int_equal(hw.interrupts, !fix_arg(state));
	before = fix.messages;
	fix_write32(&rig.unit[0].regs, 0x32c, 0x77);
	fix_write32(&rig.unit[0].regs, 0x328, 0);
	assert_int_equal(vtd_perf_hw_start(&hw, 1, &want), 0);
	ask(15);
	assert_int_equal(fix.messages, before);
	ask(1);
	assert_int_equal(fix.messages, before + !fix_arg(state));
	assert_int_equal(reg32(0x324), !fix_arg(state));
	assert_int_equal(vtd_perf_hw_overflows(&hw), 2);
	assert_int_equal(vtd_perf_hw_read(&hw, 1), 16);
	assert_int_equal(vtd_perf_hw_overflows(&hw), 0);
	fix_write32(&rig.unit[0].regs, 0x324, 1);
	assert_int_equal(reg32(0x324), 0);
	assert_int_equal(vtd_perf_hw_stop(&hw, 1), 0);
	end();
}

/* A unit that does not answer is not asked again. */
static void test_stuck(void **state)
{
	const struct vtd_perf_want want = { .group = 0, .events = 2 };
	u64 before;

	start(2, 48);
	vtd_model_perf_stuck(rig.model[0], true);
	assert_int_equal(vtd_perf_hw_start(&hw, 0, &want), -ETIMEDOUT);
	before = vtd_model_stats(rig.model[0]).perf_commands;
	assert_int_equal(vtd_perf_hw_stop(&hw, 0), -ETIMEDOUT);
	assert_int_equal(vtd_perf_hw_freeze(&hw, true), -ETIMEDOUT);
	vtd_model_perf_stuck(rig.model[0], false);
	assert_int_equal(vtd_perf_hw_start(&hw, 0, &want), -ETIMEDOUT);
	assert_int_equal(vtd_model_stats(rig.model[0]).perf_commands, before);
	assert_true(hw.dead);
	end();
}

/* A slow one is waited for, and what it refuses is told. */
static void test_slow(void **state)
{
	const struct vtd_perf_want want = { .group = 0, .events = 2 };
	struct vtd_model_config config = config_of(2, 48);

	config.command_latency = 20;
	start_config(&config);
	assert_int_equal(vtd_perf_hw_start(&hw, 0, &want), 0);
	ask(2);
	assert_int_equal(vtd_perf_hw_read(&hw, 0), 2);
	assert_int_equal(vtd_perf_hw_stop(&hw, 7), -EIO);
	assert_int_equal(vtd_perf_hw_stop(&hw, 0), 0);
	assert_false(hw.dead);
	end();
}

int main(void)
{
	unsigned int i;

	fix_case(test_found, NULL, "what is there");
	fix_case(test_without_commands, NULL, "no enhanced commands");
	fix_case(test_none, NULL, "no counter");
	fix_case(test_outside, NULL, "registers that are not there");
	fix_case(test_pick, NULL, "which counter");
	fix_case(test_odd_counter, NULL, "a counter unlike the others");
	for (i = 0; i < ARRAY_SIZE(counts); i++)
		fix_case(test_counts, (void *)(uintptr_t)i, "counts %s",
			 counts[i].name);
	for (i = 0; i < ARRAY_SIZE(filters); i++)
		fix_case(test_filter, (void *)(uintptr_t)i, "filter: %s",
			 filters[i].name);
	fix_case(test_freeze, NULL, "all stand still and go on at once");
	fix_case(test_once_round, NULL, "goes round between two reads");
	fix_case(test_begins_anew, NULL, "begins anew");
	fix_case(test_read_while_counting, NULL, "goes round while it is read");
	fix_case(test_interrupt, (void *)0, "interrupt when it goes round");
	fix_case(test_interrupt, (void *)1, "no interrupt");
	fix_case(test_stuck, NULL, "a unit that does not answer");
	fix_case(test_slow, NULL, "a slow unit, and a command it refuses");
	return fix_run("perf-hw");
}
