// SPDX-License-Identifier: GPL-2.0
/*
 * Unit test of "vtdctl strict".
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "test.h"
#include "vtdctl.h"

void test_strict(void **state)
{
	struct fixture *fix = *state;

	fix->reply =
		"strict device=0000:00:03.0 group=5 members=1 domain=DMA-FQ asked=on unmaps=strict later=on\n";
	assert_int_equal(run(fix, "strict 00:03.0 on"), 0);
	assert_string_equal(fix->sent, "strict 0000:00:03.0 on");
	assert_string_equal(
		fix->out,
		"0000:00:03.0 (group 5, type DMA-FQ): unmaps are flushed at once\n");
	fix->reply =
		"strict device=0000:00:03.0 group=5 members=3 domain=DMA-FQ asked=on unmaps=strict\n";
	assert_int_equal(run(fix, "strict 00:03.0 on"), 0);
	assert_has(fix->out, "as those of all 3 devices of the group\n");
	fix->reply =
		"strict device=0000:00:03.0 group=5 members=2 domain=DMA-FQ asked=off unmaps=lazy\n";
	assert_int_equal(run(fix, "strict 0000:00:03.0 off"), 0);
	assert_string_equal(fix->sent, "strict 0000:00:03.0 off");
	assert_string_equal(
		fix->out,
		"0000:00:03.0 (group 5, type DMA-FQ): unmaps are flushed later\n");
	fix->reply =
		"strict device=0000:00:03.0 group=5 members=1 domain=DMA asked=off unmaps=strict\n";
	assert_int_equal(run(fix, "strict 0000:00:03.0 off"), 0);
	assert_has(fix->out, "the type of its group makes it so");
}

void test_strict_refused(void **state)
{
	static const char *const wrong[] = {
		"strict",
		"strict 00:03.0",
		"strict 00:03.0 yes",
		"strict 00:03.0 on on",
		"strict on 00:03.0",
		"strict --json on",
		"strict 00:20.0 off",
	};
	struct fixture *fix = *state;

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		assert_int_equal(run(fix, wrong[i]), 1);
		assert_string_equal(fix->sent, "");
	}
	fix->write_error = -EPERM;
	fix->reply =
		"0000:00:03.0: 0000:00:03.0 can be plugged in from outside: its unmaps are always flushed at once\n";
	assert_int_equal(run(fix, "strict 00:03.0 off"), 2);
	assert_has(fix->err, "plugged in from outside");
	fix->write_error = 0;
	fix->reply = "later what=ever\n";
	assert_int_equal(run(fix, "strict 00:03.0 off"), 2);
	assert_has(fix->err, "gave no answer");
}
