// SPDX-License-Identifier: GPL-2.0
/*
 * Unit test of "vtdctl why".
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

static const char why_reply[] =
	"why device=0000:01:00.0 assignable=no unit=dmar0 managed=yes driver=e1000e group=5 sid=01:00.0,01:00.4 reasons=4\n"
	"reason code=acs weight=note device=0000:00:1c.0 driver=pcieport capability=yes missing=SV,RR text=\"root port 0000:00:1c.0 has ACS, but SV,RR is off\" remedy=\"switch them on\"\n"
	"reason code=bound weight=todo device=0000:01:00.0 driver=e1000e text=\"the host's driver e1000e has it\" remedy=\"unbind it\"\n"
	"reason code=rmrr weight=never device=0000:01:00.0 driver=e1000e start=0x8f2de000 end=0x8f2fdfff relaxable=no relaxed=no ram=no text=\"firmware reserved 0x8f2de000-0x8f2fdfff for 0000:01:00.0 (RMRR at offset 64 of the DMAR table)\" remedy=\"load vtd_dmar with relax_rmrr=0000:01:00.0\"\n"
	"reason code=aliases weight=note device=0000:01:00.0 driver=e1000e text=\"any of 01:00.0,01:00.4\" remedy=\"\"\n"
	"later what=ever\n";

void test_why(void **state)
{
	struct fixture *fix = *state;

	fix->reply = why_reply;
	assert_int_equal(run(fix, "why 01:00.0"), 0);
	assert_string_equal(fix->sent, "why 0000:01:00.0");
	assert_columns(fix->out);
	assert_string_equal(
		fix->out,
		"0000:01:00.0 cannot be assigned:\n"
		"  unit dmar0, group 5, driver e1000e, requests as 01:00.0,01:00.4\n"
		"  never firmware reserved 0x8f2de000-0x8f2fdfff for 0000:01:00.0 (RMRR at offset\n"
		"        64 of the DMAR table)\n"
		"        -> load vtd_dmar with relax_rmrr=0000:01:00.0\n"
		"  to do the host's driver e1000e has it\n"
		"        -> unbind it\n"
		"  note  root port 0000:00:1c.0 has ACS, but SV,RR is off\n"
		"        -> switch them on\n"
		"  note  any of 01:00.0,01:00.4\n");
}

void test_why_verdicts(void **state)
{
	struct fixture *fix = *state;

	fix->reply =
		"why device=0000:01:00.0 assignable=yes unit=dmar0 managed=yes driver=- group=5 sid=01:00.0 reasons=0\n";
	assert_int_equal(run(fix, "why 0000:01:00.0"), 0);
	assert_has(fix->out, "0000:01:00.0 can be assigned\n");
	fix->reply =
		"why device=0000:01:00.0 assignable=after unit=dmar0 managed=no driver=- group=- sid=01:00.0 reasons=0\n";
	assert_int_equal(run(fix, "why 01:00.0"), 0);
	assert_has(fix->out, "can be assigned once this is done:\n");
	/* A verdict that is not known is no permission. */
	fix->reply = "why device=0000:01:00.0 assignable=perhaps\n";
	assert_int_equal(run(fix, "why 01:00.0"), 0);
	assert_has(fix->out, "cannot be assigned:\n");
	fix->reply = "later what=ever\n";
	assert_int_equal(run(fix, "why 01:00.0"), 2);
	assert_has(fix->err, "gave no answer");
}

void test_why_json(void **state)
{
	struct fixture *fix = *state;
	struct json_object *top, *list, *one;

	fix->reply = why_reply;
	assert_int_equal(run(fix, "why --json 01:00.0"), 0);
	top = json_tokener_parse(fix->out);
	assert_non_null(top);
	assert_string_equal(member_text(top, "device"), "0000:01:00.0");
	assert_string_equal(member_text(top, "assignable"), "no");
	assert_true(json_object_get_boolean(member(top, "managed")));
	assert_int_equal(json_object_get_int(member(top, "group")), 5);
	list = member(top, "sid");
	assert_int_equal(json_object_array_length(list), 2);
	list = member(top, "reasons");
	assert_int_equal(json_object_array_length(list), 4);
	one = json_object_array_get_idx(list, 2);
	assert_string_equal(member_text(one, "code"), "rmrr");
	assert_string_equal(member_text(one, "start"), "0x8f2de000");
	one = json_object_array_get_idx(list, 0);
	assert_string_equal(member_text(one, "missing"), "SV,RR");
	json_object_put(top);
}

void test_why_refused(void **state)
{
	struct fixture *fix = *state;

	fix->write_error = -ENODEV;
	fix->reply = "there is no device 0000:01:00.0: see lspci -D\n";
	assert_int_equal(run(fix, "why 01:00.0 --json"), 2);
	assert_has(fix->err, "there is no device");
	assert_string_equal(fix->out, "");
}
