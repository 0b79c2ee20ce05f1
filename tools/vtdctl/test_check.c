// SPDX-License-Identifier: GPL-2.0
/*
 * Unit test of "vtdctl recover", "vtdctl check" and of the incidents of "status".
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

void test_recover(void **state)
{
	static const char *const wrong[] = {
		"recover",
		"recover 00:20.0",
		"recover --json 00:03.0",
		"recover 00:03.0 00:04.0",
	};
	struct fixture *fix = *state;

	fix->reply =
		"recover device=0000:00:03.0 was=\"it faulted on and on\" bus_master=on ats=off later=on\n";
	assert_int_equal(run(fix, "recover 00:03.0"), 0);
	assert_string_equal(fix->sent, "recover 0000:00:03.0");
	assert_has(fix->out, "0000:00:03.0: out of quarantine");
	assert_has(fix->out, "it faulted on and on");
	assert_has(fix->out, "bus mastering is on");
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		assert_int_equal(run(fix, wrong[i]), 1);
		assert_string_equal(fix->sent, "");
	}
	fix->reply = "later what=ever\n";
	assert_int_equal(run(fix, "recover 00:03.0"), 2);
	assert_has(fix->err, "gave no answer");
	fix->write_error = -ENOENT;
	fix->reply = "0000:00:03.0 is not in quarantine\n";
	assert_int_equal(run(fix, "recover 00:03.0"), 2);
	assert_has(fix->err, "is not in quarantine");
}

static const char well[] =
	"check units=1 registers=12 entries=300 devices=4 findings=0\n";
static const char not_well[] =
	"finding unit=dmar0 device=- what=register entry=RTADDR expected=0x1000 found=0x2000 text=\"the root table\"\n"
	"check units=1 registers=12 entries=300 devices=4 findings=1\n";

void test_check(void **state)
{
	struct fixture *fix = *state;

	fix->reply = well;
	assert_int_equal(run(fix, "check"), 0);
	assert_string_equal(fix->sent, "check");
	assert_has(fix->out, "all is well: 1 units, 12 registers");
	fix->reply = not_well;
	assert_int_equal(run(fix, "check"), 1);
	assert_has(fix->out, "WRONG dmar0, register RTADDR: the root table");
	assert_has(fix->out, "expected 0x1000");
	assert_has(fix->out, "not well");
	assert_int_equal(run(fix, "check now"), 1);
	assert_string_equal(fix->sent, "");
	fix->reply = "later what=ever\n";
	assert_int_equal(run(fix, "check"), 2);
	assert_has(fix->err, "gave no answer");
	fix->write_error = -ENODEV;
	fix->reply = "not attached\n";
	assert_int_equal(run(fix, "check"), 2);
}

void test_check_json(void **state)
{
	struct json_object *top, *list, *one;
	struct fixture *fix = *state;

	fix->reply = not_well;
	assert_int_equal(run(fix, "check --json"), 1);
	top = json_tokener_parse(fix->out);
	assert_non_null(top);
	assert_true(json_object_object_get_ex(top, "findings", &list));
	assert_int_equal(json_object_array_length(list), 1);
	one = json_object_array_get_idx(list, 0);
	assert_string_equal(member_text(one, "entry"), "RTADDR");
	assert_string_equal(member_text(one, "found"), "0x2000");
	json_object_put(top);
	fix->reply = well;
	assert_int_equal(run(fix, "check --json"), 0);
}

void test_incidents(void **state)
{
	static char text[8192];
	struct json_object *top, *list;
	struct fixture *fix = *state;
	size_t used;

	used = (size_t)snprintf(text, sizeof(text),
				"vtd version=0.1 state=attached\n");
	for (int i = 1; i <= 15; i++)
		used += (size_t)snprintf(
			text + used, sizeof(text) - used,
			"incident seq=%d time=%d.000000 what=quarantine unit=dmar0 device=0000:00:03.0 text=\"it faulted, %d\"\n",
			i, i, i);
	snprintf(
		text + used, sizeof(text) - used,
		"device name=0000:00:03.0 unit=- state=quarantined driver=- reason=\"it faulted on and on\"\n");
	fix->reply = text;
	assert_int_equal(run(fix, "status"), 0);
	assert_has(fix->out, "1 quarantined");
	/* The last ten, the oldest of them first. */
	assert_null(strstr(fix->out, "it faulted, 5"));
	assert_has(fix->out,
		   "quarantine [6.000000] dmar0 0000:00:03.0: it faulted, 6");
	assert_has(fix->out, "it faulted, 15");
	assert_int_equal(run(fix, "status --json"), 0);
	top = json_tokener_parse(fix->out);
	assert_non_null(top);
	assert_true(json_object_object_get_ex(top, "incidents", &list));
	assert_int_equal(json_object_array_length(list), 15);
	json_object_put(top);
}
