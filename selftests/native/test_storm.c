// SPDX-License-Identifier: GPL-2.0
/*
 * When the faults of a source are a storm, and when it has gone on for long.
 *
 * SRCS: dmar/storm.c
 */
#include <linux/ktime.h>

#include "vtd_test.h"

#include "../../dmar/storm.h"

#define MS(n) ((n) * (u64)NSEC_PER_MSEC)

static const struct vtd_storm_policy policy = { .rate = 100, .seconds = 10 };

static u64 now;

static u64 seconds(u64 n)
{
	return n * NSEC_PER_SEC;
}

/* @nr faults, @each apart; how often they were more than calm, and the worst. */
static unsigned int faults(struct vtd_storm *storm, unsigned int nr, u64 each,
			   enum vtd_storm_verdict *worst,
			   const struct vtd_storm_policy *p)
{
	unsigned int told = 0, i;

	*worst = VTD_STORM_CALM;
	for (i = 0; i < nr; i++) {
		enum vtd_storm_verdict v = vtd_storm_count(storm, now, p);

		told += v != VTD_STORM_CALM;
		if (v > *worst)
			*worst = v;
		now += each;
	}
	return told;
}

static void test_rate(void **state)
{
	struct vtd_storm storm = {};
	enum vtd_storm_verdict worst;

	now = seconds(5);
	/* fewer in a second, for ever */
	assert_int_equal(faults(&storm, 5000, seconds(1) / 98, &worst, &policy),
			 0);
	now += seconds(1);
	assert_int_equal(faults(&storm, 99, 1, &worst, &policy), 0);
	/* the hundredth is, and it is said once in that second */
	assert_int_equal(faults(&storm, 1, 1, &worst, &policy), 1);
	assert_int_equal(worst, VTD_STORM_THROTTLE);
	assert_int_equal(faults(&storm, 100000, 1, &worst, &policy), 0);
	now += seconds(1);
	assert_int_equal(faults(&storm, 100, 1, &worst, &policy), 1);
}

static void test_first(void **state)
{
	struct vtd_storm storm = {};
	enum vtd_storm_verdict worst;

	/* all as soon as the machine is up */
	now = 1;
	assert_int_equal(faults(&storm, 100, 1, &worst, &policy), 1);
	assert_int_equal(worst, VTD_STORM_THROTTLE);
}

/* As it is seen when it is not recorded for a second each time. */
static unsigned int until_stopped(struct vtd_storm *storm, u64 pause,
				  unsigned int most,
				  const struct vtd_storm_policy *p)
{
	enum vtd_storm_verdict worst;
	unsigned int i;

	for (i = 1; i <= most; i++) {
		faults(storm, 150, MS(1), &worst, p);
		if (worst == VTD_STORM_STOP)
			return i;
		now += pause;
	}
	return 0;
}

static void test_long(void **state)
{
	struct vtd_storm storm = {};
	u64 began;

	began = seconds(1000);
	now = began;
	assert_true(until_stopped(&storm, seconds(1), 100, &policy) > 0);
	assert_true(now - began >= seconds(10));
	assert_true(now - began <= seconds(12));
	/* and again, as long as it goes on */
	now += seconds(1);
	assert_int_equal(until_stopped(&storm, seconds(1), 2, &policy), 1);
	/* after a calm it begins anew */
	now += seconds(6);
	began = now;
	assert_true(until_stopped(&storm, seconds(1), 100, &policy) > 0);
	assert_true(now - began >= seconds(10));
	/* with a calm after each it is never a long one */
	assert_int_equal(until_stopped(&storm, seconds(6), 1000, &policy), 0);
}

static void test_never(void **state)
{
	struct vtd_storm_policy p = { .rate = 0, .seconds = 1 };
	struct vtd_storm storm = {};
	enum vtd_storm_verdict worst;

	now = seconds(3);
	assert_int_equal(faults(&storm, 100000, 1, &worst, &p), 0);
	p = (struct vtd_storm_policy){ .rate = 100, .seconds = 0 };
	assert_int_equal(until_stopped(&storm, seconds(1), 1000, &p), 0);
	/* it is throttled all the same */
	assert_int_equal(faults(&storm, 150, MS(1), &worst, &p), 1);
}

/* The policy changes in the middle of it. */
static void test_changed(void **state)
{
	struct vtd_storm_policy p = policy;
	struct vtd_storm storm = {};
	enum vtd_storm_verdict worst;

	now = seconds(3);
	assert_int_equal(faults(&storm, 50, 1, &worst, &p), 0);
	p.rate = 10;
	assert_int_equal(faults(&storm, 1, 1, &worst, &p), 1);
	p.rate = 1;
	assert_int_equal(faults(&storm, 10, 1, &worst, &p), 0);
	p.seconds = 1;
	now += seconds(2);
	assert_int_equal(faults(&storm, 1, 1, &worst, &p), 1);
	assert_int_equal(worst, VTD_STORM_STOP);
	/* a time that does not fit into 32 bits */
	p.seconds = ~0U;
	now += seconds(2);
	assert_int_equal(faults(&storm, 1, 1, &worst, &p), 1);
	assert_int_equal(worst, VTD_STORM_THROTTLE);
}

static void test_usual(void **state)
{
	assert_int_equal(vtd_storm_policy.rate, 200);
	assert_int_equal(vtd_storm_policy.seconds, 30);
	assert_int_equal(vtd_storm_policy.whom, VTD_STORM_ASSIGNED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rate),	cmocka_unit_test(test_first),
		cmocka_unit_test(test_long),	cmocka_unit_test(test_never),
		cmocka_unit_test(test_changed), cmocka_unit_test(test_usual),
	};

	return cmocka_run_group_tests_name("storm", tests, NULL, NULL);
}
