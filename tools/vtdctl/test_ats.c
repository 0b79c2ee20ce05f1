// SPDX-License-Identifier: GPL-2.0
/*
 * Unit test of "vtdctl ats".
 */
#include <errno.h>
#include <json-c/json.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "test.h"
#include "vtdctl.h"

static const char on_reply[] =
	"ats device=0000:00:03.0 asked=on ats=on reason=\"\" later=on\n";
static const char never_reply[] =
	"later what=ever\nats device=0000:00:03.0 asked=off ats=never reason=\"it can be plugged in from outside\"\n";

void test_ats(void **state)
{
	struct fixture *fix = *state;

	fix->reply = on_reply;
	assert_int_equal(run(fix, "ats 00:03.0 on"), 0);
	assert_string_equal(fix->sent, "ats 0000:00:03.0 on");
	assert_string_equal(fix->out, "0000:00:03.0: ATS is on\n");
	fix->reply = "ats device=0000:00:03.0 asked=off ats=off reason=\"\"\n";
	assert_int_equal(run(fix, "ats 0000:00:03.0 off"), 0);
	assert_string_equal(fix->sent, "ats 0000:00:03.0 off");
	assert_string_equal(fix->out, "0000:00:03.0: ATS is off\n");
	fix->reply = never_reply;
	assert_int_equal(run(fix, "ats 00:03.0 off"), 0);
	assert_string_equal(
		fix->out,
		"0000:00:03.0: ATS is never on: it can be plugged in from outside\n");
	/* The longest words there are. */
	assert_int_equal(run(fix, "ats ffff:ff:1f.7 off"), 0);
	assert_string_equal(fix->sent, "ats ffff:ff:1f.7 off");
}

void test_ats_json(void **state)
{
	struct fixture *fix = *state;
	struct json_object *top;

	fix->reply = never_reply;
	assert_int_equal(run(fix, "ats 00:03.0 off --json"), 0);
	assert_string_equal(fix->sent, "ats 0000:00:03.0 off");
	top = json_tokener_parse(fix->out);
	assert_non_null(top);
	assert_string_equal(member_text(top, "device"), "0000:00:03.0");
	assert_string_equal(member_text(top, "asked"), "off");
	assert_string_equal(member_text(top, "ats"), "never");
	assert_string_equal(member_text(top, "reason"),
			    "it can be plugged in from outside");
	json_object_put(top);
	fix->reply = on_reply;
	assert_int_equal(run(fix, "ats --json 00:03.0 on"), 0);
	assert_has(fix->out, "on");
	top = json_tokener_parse(fix->out);
	assert_non_null(top);
	assert_string_equal(member_text(top, "ats"), "on");
	json_object_put(top);
}

void test_ats_refused(void **state)
{
	static const char *const wrong[] = {
		"ats",
		"ats 00:03.0",
		"ats 00:03.0 yes",
		"ats 00:03.0 on on",
		"ats on 00:03.0",
		"ats --json on",
		"ats 00:03.0 --json",
		"ats 00:20.0 off",
	};
	struct fixture *fix = *state;

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		assert_int_equal(run(fix, wrong[i]), 1);
		assert_string_equal(fix->sent, "");
	}
	fix->write_error = -EBUSY;
	fix->reply =
		"0000:00:03.0: ATS stays on while it asks for pages (PRI)\n";
	assert_int_equal(run(fix, "ats 00:03.0 off"), 2);
	assert_has(fix->err, "asks for pages");
	assert_int_equal(run(fix, "ats 00:03.0 off --json"), 2);
	assert_string_equal(fix->out, "");
	fix->write_error = 0;
	fix->reply = "later what=ever\n";
	assert_int_equal(run(fix, "ats 00:03.0 off"), 2);
	assert_has(fix->err, "gave no answer");
}
