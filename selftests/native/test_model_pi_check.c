// SPDX-License-Identifier: GPL-2.0
/*
 * The software unit's posted entries when they change, cached or not, and the
 * checker of posting: it tells of what is named and is not there, of what is
 * freed too early, and of interrupts that nobody knows of.  All numbers are
 * literal.
 *
 * SRCS: kunit/model/model.c kunit/model/memory.c kunit/model/regs.c
 * SRCS: kunit/model/fault.c kunit/model/walk.c kunit/model/cache.c
 * SRCS: kunit/model/queue.c kunit/model/device.c kunit/model/check.c
 * SRCS: kunit/model/quiescent.c selftests/native/model_fixture.c
 * SRCS: kunit/model/intr.c kunit/model/check_intr.c
 * SRCS: selftests/native/model_irt.c
 * CFLAGS: -DVTD_OBSERVER
 */
#include <linux/kernel.h>
#include <linux/mm.h>

#include <vtd/observe.h>

#include "model_irt.h"

/* --- changes ---------------------------------------------------------------- */

static const u32 policies[] = {
	0,
	VTD_MODEL_EAGER,
	VTD_MODEL_EVICT,
	VTD_MODEL_PREFETCH,
	VTD_MODEL_REORDER,
	VTD_MODEL_EAGER | VTD_MODEL_EVICT | VTD_MODEL_PREFETCH |
		VTD_MODEL_REORDER,
};

/* The last request went where the entry in this format says. */
static void went(bool posted)
{
	assert_int_equal(irt.got.posted, posted);
	assert_int_equal(irt.got.remapped, !posted);
	if (posted)
		irt_goes_to(0x61, 5);
	else
		irt_goes_to(0x41, 3);
}

/*
 * Over and back, each time by one store: until the unit was told the one or the
 * other, and nothing else; then the new one.
 */
static void test_hitless(void **state)
{
	u32 policy = policies[fix_arg(state)];
	unsigned int round, i;

	irt_post_start_with(IRT_PI_CAP, IRT_ECAP, 7, policy);
	irt_control(0, IRT_CONTROL);
	irt_put(5, IRT_ENTRY, IRT_MINE);
	assert_int_equal(irt_ask(IRT_AT(5), 0), 0);
	went(false);
	for (round = 0; round < 40; round++) {
		bool posted = !(round & 1);

		if (posted)
			irt_put_posted(5, 0, IRT_POSTED, IRT_MINE);
		else
			irt_put(5, IRT_ENTRY, IRT_MINE);
		for (i = 0; i < 5; i++) {
			assert_int_equal(irt_ask(IRT_AT(5), 0), 0);
			went(irt.got.posted);
			vtd_model_run(irt.unit, 3);
		}
		irt_do(IRT_IEC_INDEX(5, 0));
		assert_int_equal(irt_ask(IRT_AT(5), 0), 0);
		went(posted);
		assert_int_equal(fix_broken(), 0);
	}
	irt_post_stop_good();
}

/* What was cached posts on until the unit is told: that is legal, no more. */
static void test_cached(void **state)
{
	irt_post_start();
	irt_control(0, IRT_CONTROL);
	irt_control(1, IRT_CONTROL);
	irt_put_posted(5, 0, IRT_POSTED, IRT_MINE);
	assert_int_equal(irt_ask(IRT_AT(5), 0), 0);
	assert_false(irt.got.cached);
	irt_put_posted(5, 1, IRT_POSTED, IRT_MINE);
	assert_int_equal(irt_ask(IRT_AT(5), 0), 0);
	assert_true(irt.got.cached);
	assert_true(irt.got.descriptor == virt_to_phys(irt_desc(0)));
	assert_true(irt_desc(1)[1] == 0);
	irt_do(IRT_IEC_INDEX(5, 0));
	assert_int_equal(irt_ask(IRT_AT(5), 0), 0);
	assert_true(irt.got.descriptor == virt_to_phys(irt_desc(1)));
	assert_true(irt.got.notified);
	assert_true(irt_desc(1)[1] == 0x200000000);
	irt_post_stop_good();
}

static void change_cases(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(policies); i++)
		fix_case(test_hitless, (void *)(uintptr_t)i,
			 "remapped to posted and back, policy 0x%x",
			 policies[i]);
	fix_case(test_cached, NULL, "posted entries are cached");
}

/* --- the checker ------------------------------------------------------------ */

/* From one format to the other in halves: no device sees a mix. */
static void test_torn(void **state)
{
	u64 phys;

	irt_post_start();
	phys = virt_to_phys(irt.descs);
	switch (fix_arg(state)) {
	case 0:
		irt_put(5, IRT_ENTRY, IRT_MINE);
		fix_store(&irt.table[10], IRT_POSTED | (phys & 0xffffffc0)
							       << 32);
		break;
	case 1:
		irt_put_posted(5, 0, IRT_POSTED, IRT_MINE);
		fix_store(&irt.table[10], IRT_ENTRY);
		break;
	case 2:
		irt_put_posted(5, 0, IRT_POSTED, IRT_MINE);
		fix_store(&irt.table[11], 0x40119 | (phys & ~0xffffffffULL));
		break;
	}
	assert_true(fix.broken[VTD_MODEL_TORN] == 1);
	irt_post_stop();
}

/* Never invalidated, and used since: from the one format to the other. */
static void test_stale(void **state)
{
	unsigned int i = fix_arg(state);

	irt_post_start();
	irt_control(0, IRT_CONTROL);
	if (i & 1)
		irt_put(5, IRT_ENTRY, IRT_MINE);
	else
		irt_put_posted(5, 0, IRT_POSTED, IRT_MINE);
	if (i & 2)
		assert_int_equal(irt_ask(IRT_AT(5), 0), 0);
	if (i & 1)
		irt_put_posted(5, 0, IRT_POSTED, IRT_MINE);
	else
		irt_put(5, IRT_ENTRY, IRT_MINE);
	if (i & 2)
		assert_int_equal(irt_ask(IRT_AT(5), 0), 0);
	vtd_model_check_quiescent();
	irt_told(i & 2 ? VTD_MODEL_STALE : VTD_MODEL_ORDER, NULL);
	irt_do(IRT_IEC_INDEX(5, 0));
	irt_post_stop_good();
}

static void test_used_again(void **state)
{
	irt_post_start();
	irt_put_posted(5, 0, IRT_POSTED, IRT_MINE);
	irt_put(5, 0, 0);
	irt_put_posted(5, 1, IRT_POSTED, IRT_MINE);
	irt_told(VTD_MODEL_ORDER, &irt.table[10]);
	irt_do(IRT_IEC_INDEX(5, 0));
	irt_post_stop_good();
}

static void test_bad_descriptor(void **state)
{
	irt_post_start();
	irt_desc(2)[4] = 0x0000050001f20000;
	irt_put_posted(5, 2, IRT_POSTED, IRT_MINE);
	assert_true(fix.last.value == 0x1000000);
	irt_told(VTD_MODEL_RESERVED, &irt_desc(2)[4]);
	irt_desc(2)[4] = IRT_CONTROL;
	irt_post_stop_good();
}

/* Descriptors are in memory of their own, not in what hardware reads. */
static void test_in_table(void **state)
{
	irt_post_start();
	irt_put_at(5, virt_to_phys(&irt.table[64]), IRT_POSTED, IRT_MINE);
	irt_told(VTD_MODEL_WILD, &irt.table[10]);
	irt_post_stop();
}

/* With SIRTP a table comes into force, and with it all it names. */
static void test_at_sirtp(void **state)
{
	irt.haw = 52;
	irt_start_off(IRT_PI_CAP, IRT_ECAP, 0, 0);
	fix.quiet = true;
	irt.descs = fix_page();
	irt_put_at(5, 0x7777000, IRT_POSTED, IRT_MINE);
	assert_int_equal(fix_broken(), 0);
	fix_write64(&irt.regs, 0xb8, virt_to_phys(irt.table) | 7);
	irt_command(IRT_SIRTP, true);
	irt_told(VTD_MODEL_WILD, &irt.table[10]);
	irt_desc(1)[5] = 1;
	irt_put_posted(5, 1, IRT_POSTED, IRT_MINE);
	irt_told(VTD_MODEL_RESERVED, &irt_desc(1)[5]);
	irt_command(IRT_SIRTP, true);
	irt_told(VTD_MODEL_RESERVED, &irt_desc(1)[5]);
	irt_post_stop();
}

static void test_freed_named(void **state)
{
	u64 *other;

	irt_post_start();
	other = fix_page();
	irt_put_at(5, virt_to_phys(other) + 0xfc0, IRT_POSTED, IRT_MINE);
	fix_page_free(other);
	assert_int_equal(fix.broken[VTD_MODEL_FREED], 1);
	irt_told(VTD_MODEL_FREED, NULL);
	/* hardware goes on to write there */
	assert_int_equal(irt_ask(IRT_AT(5), 0), 0x27);
	vtd_model_check_quiescent();
	irt_told(VTD_MODEL_WILD, &irt.table[10]);
	irt_post_stop();
}

/* What the table no longer says a unit may still have cached. */
static void test_freed_untold(void **state)
{
	unsigned int way = fix_arg(state);
	u64 *other;

	irt_post_start_with(IRT_PI_CAP, IRT_ECAP, 7,
			    way & 1 ? VTD_MODEL_EAGER : 0);
	other = fix_page();
	irt_put_at(5, virt_to_phys(other), IRT_POSTED, IRT_MINE);
	if (way & 2)
		irt_put(5, IRT_ENTRY, IRT_MINE);
	else
		irt_put(5, 0, 0);
	/* of another index, and of this one but for an older change */
	irt_do(IRT_IEC_INDEX(9, 0));
	fix_page_free(other);
	assert_int_equal(fix.broken[VTD_MODEL_FREED], 1);
	irt_told(VTD_MODEL_FREED, NULL);
	irt_do(IRT_IEC_INDEX(5, 0));
	irt_post_stop_good();
}

/* Another table is in force; what is cached of the last one is not gone. */
static void test_freed_cached(void **state)
{
	u64 *other, *last;

	irt_post_start();
	other = fix_page();
	irt_put_at(5, virt_to_phys(other), IRT_POSTED, IRT_MINE);
	assert_int_equal(irt_ask(IRT_AT(5), 0), 0);
	last = irt.table;
	irt.table = fix_page();
	fix_write64(&irt.regs, 0xb8, virt_to_phys(irt.table) | 7);
	irt_command(IRT_SIRTP, true);
	fix_page_free(last);
	assert_int_equal(fix_broken(), 0);
	fix_page_free(other);
	irt_told(VTD_MODEL_FREED, NULL);
	irt_do(IRT_IEC_GLOBAL);
	irt_post_stop_good();
}

/* An invalidation that was fetched before the change does not count. */
static void test_freed_told_early(void **state)
{
	u64 *other;

	irt.latency = 50;
	irt_post_start();
	other = fix_page();
	irt_put_at(5, virt_to_phys(other), IRT_POSTED, IRT_MINE);
	irt_queue(IRT_IEC_INDEX(5, 0), 0);
	vtd_model_run(irt.unit, 10);
	irt_put(5, IRT_ENTRY, IRT_MINE);
	irt_run();
	fix_page_free(other);
	irt_told(VTD_MODEL_FREED, NULL);
	irt_do(IRT_IEC_INDEX(5, 0));
	irt_post_stop_good();
}

/* Each of two changes is done with by its own invalidation. */
static void test_freed_right(void **state)
{
	u64 *first, *second;

	irt_post_start_with(IRT_PI_CAP, IRT_ECAP, 7, VTD_MODEL_EAGER);
	first = fix_page();
	second = fix_page();
	irt_put_at(5, virt_to_phys(first), IRT_POSTED, IRT_MINE);
	irt_put_at(5, virt_to_phys(second), IRT_POSTED, IRT_MINE);
	irt_do(IRT_IEC_INDEX(5, 0));
	irt_put(5, IRT_ENTRY, IRT_MINE);
	fix_page_free(first);
	assert_int_equal(fix_broken(), 0);
	irt_do(IRT_IEC_GLOBAL);
	fix_page_free(second);
	irt_post_stop_good();
}

static void test_freed_off(void **state)
{
	u64 *other;

	irt_post_start();
	other = fix_page();
	irt_put_at(5, virt_to_phys(other), IRT_POSTED, IRT_MINE);
	irt_command(IRT_IRE, false);
	fix_page_free(other);
	assert_int_equal(fix_broken(), 0);
	irt_put(5, 0, 0);
	irt_do(IRT_IEC_GLOBAL);
	irt_command(IRT_IRE, true);
	irt_post_stop_good();
}

/* Vector 0x61 was posted; then software did this, and came to rest. */
static const struct {
	u64 before;
	u64 control;
	bool taken, lost;
	const char *name;
} rests[] = {
	{ IRT_CONTROL, IRT_CONTROL | IRT_ON, false, false,
	  "notified, and not taken yet" },
	{ IRT_CONTROL, IRT_CONTROL, true, false, "IRT_ON cleared, PIR taken" },
	{ IRT_CONTROL, IRT_CONTROL, false, true,
	  "IRT_ON cleared, PIR read before" },
	{ IRT_CONTROL | IRT_SN, IRT_CONTROL | IRT_SN, false, false,
	  "suppressed" },
	{ IRT_CONTROL | IRT_SN, IRT_CONTROL, false, true,
	  "SN cleared, PIR not looked at" },
	{ IRT_CONTROL | IRT_SN, IRT_CONTROL | IRT_ON, false, false,
	  "SN cleared, notified by software" },
	{ IRT_CONTROL | IRT_SN, IRT_CONTROL, true, false,
	  "SN cleared, PIR taken" },
};

static void test_at_rest(void **state)
{
	unsigned int i = fix_arg(state);

	irt_post_start();
	irt_control(4, rests[i].before);
	irt_put_posted(5, 4, IRT_POSTED, IRT_MINE);
	assert_int_equal(irt_ask(IRT_AT(5), 0), 0);
	irt_control(4, rests[i].control);
	if (rests[i].taken)
		irt_desc(4)[1] = 0;
	assert_int_equal(vtd_model_check_descriptor(virt_to_phys(irt_desc(4))),
			 rests[i].lost);
	if (rests[i].lost) {
		assert_true(fix.last.value == 0x200000000);
		irt_told(VTD_MODEL_ORDER, &irt_desc(4)[1]);
	}
	/* what is the driver's is in order */
	irt_post_stop_good();
}

static void test_no_descriptor(void **state)
{
	irt_post_start();
	assert_int_equal(vtd_model_check_descriptor(0), 1);
	irt_told(VTD_MODEL_WILD, NULL);
	assert_int_equal(
		vtd_model_check_descriptor(virt_to_phys(irt.descs) + 32), 1);
	irt_told(VTD_MODEL_WILD, NULL);
	irt_post_stop_good();
}

static void checker_cases(void)
{
	unsigned int i;

	for (i = 0; i < 3; i++)
		fix_case(test_torn, (void *)(uintptr_t)i,
			 "torn between formats, %u", i);
	for (i = 0; i < 4; i++)
		fix_case(test_stale, (void *)(uintptr_t)i, "%s%s, no telling",
			 i & 1 ? "remapped to posted" : "posted to remapped",
			 i & 2 ? " and used" : "");
	fix_case(test_used_again, NULL, "an index used again at once");
	fix_case(test_bad_descriptor, NULL,
		 "an entry that names a bad descriptor");
	fix_case(test_in_table, NULL, "a descriptor in a table");
	fix_case(test_at_sirtp, NULL, "what a table names, at SIRTP");
	fix_case(test_freed_named, NULL, "freed while an entry names it");
	for (i = 0; i < 4; i++)
		fix_case(test_freed_untold, (void *)(uintptr_t)i,
			 "freed before the invalidation%s, %s",
			 i & 1 ? ", cached" : "",
			 i & 2 ? "remapped" : "not present");
	fix_case(test_freed_cached, NULL,
		 "freed while an entry of the last table is cached");
	fix_case(test_freed_told_early, NULL,
		 "freed after an invalidation that came too early");
	fix_case(test_freed_right, NULL, "freed when the unit was told");
	fix_case(test_freed_off, NULL, "freed while remapping is off");
	for (i = 0; i < ARRAY_SIZE(rests); i++)
		fix_case(test_at_rest, (void *)(uintptr_t)i, "at rest: %s",
			 rests[i].name);
	fix_case(test_no_descriptor, NULL, "at rest: no descriptor there");
}

int main(void)
{
	change_cases();
	checker_cases();
	return fix_run("model-pi-check");
}
