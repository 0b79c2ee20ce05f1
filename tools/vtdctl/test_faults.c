// SPDX-License-Identifier: GPL-2.0
/*
 * Unit test of "vtdctl faults".
 */
#include <json-c/json.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "test.h"
#include "vtdctl.h"

/* As a module of before the sentences says it. */
#define OLD \
	"fault seq=12 time=123.456789 unit=dmar0 device=0000:00:04.0 address=0xdead000 access=read reason=0x06 text=\"the page is not readable\"\n"

#define FIRST                                                                                                                                                                                            \
	"fault seq=12 time=123.456789 unit=dmar0 device=0000:00:04.0 address=0xdead000 access=read reason=0x06 text=\"not mapped\" name=LGN.3 more=7 driver=edu domain=DMA behind=- tables=\"nothing\" " \
	"last=\"not noted\" remedy=\"suspect the driver\" sentence=\"DMA read by 0000:00:04.0 (driver edu, domain DMA) to 0xdead000 blocked: reason 0x06, not mapped\"\n"

#define SECOND \
	"fault seq=99 time=124.000000 unit=dmar1 device=0000:00:05.0 address=0x5 access=interrupt reason=0x22 text=\"no entry\" more=0 pasid=0x7 remedy=\"reload it\" sentence=\"interrupt by 0000:00:05.0 (driver -) to index 0x5 blocked: reason 0x22, no entry\"\n"

#define SOURCES                                                                                                        \
	"source unit=dmar0 device=0000:00:04.0 faults=100000 at_least=yes described=68 first=1.000000 last=2.500000\n" \
	"source unit=dmar1 device=0000:00:05.0 faults=1 at_least=no described=1 first=124.000000 last=124.000000\n"    \
	"forgotten faults=3\n"

void test_faults(void **state)
{
	struct fixture *fix = *state;

	assert_int_equal(run(fix, "faults"), 0);
	assert_string_equal(fix->out, "no faults\n");
	assert_string_equal(fix->sent, "faults sources");
	fix->reply = OLD;
	assert_int_equal(run(fix, "faults"), 0);
	assert_columns(fix->out);
	assert_has(fix->out, "0000:00:04.0");
	assert_has(fix->out, "0xdead000");
	fix->reply = FIRST SECOND SOURCES "later what=ever\n";
	assert_int_equal(run(fix, "faults"), 0);
	assert_columns(fix->out);
	assert_has(fix->out,
		   "#12  123.456789  dmar0  DMA read by 0000:00:04.0");
	assert_has(fix->out, "-> suspect the driver");
	assert_has(fix->out, "and 7 more of it");
	assert_lacks(fix->out, "and 0 more");
	assert_has(fix->out, "(dmar0): at least 100000 faults, 68 of them");
	assert_has(fix->out, "(dmar1): 1 faults, 1 of them");
	assert_has(fix->out, "more sources than can be told apart");
}

void test_faults_json(void **state)
{
	struct fixture *fix = *state;
	struct json_object *top, *list, *one;

	fix->reply = FIRST SECOND SOURCES;
	assert_int_equal(run(fix, "faults --json"), 0);
	top = json_tokener_parse(fix->out);
	assert_non_null(top);
	list = member(top, "faults");
	assert_int_equal(json_object_array_length(list), 2);
	one = json_object_array_get_idx(list, 0);
	assert_int_equal(json_object_get_int(member(one, "seq")), 12);
	assert_int_equal(json_object_get_int(member(one, "more")), 7);
	assert_string_equal(json_object_get_string(member(one, "driver")),
			    "edu");
	assert_string_equal(json_object_get_string(member(one, "time")),
			    "123.456789");
	assert_false(json_object_object_get_ex(one, "pasid", NULL));
	one = json_object_array_get_idx(list, 1);
	assert_string_equal(json_object_get_string(member(one, "pasid")),
			    "0x7");
	list = member(top, "sources");
	assert_int_equal(json_object_array_length(list), 2);
	one = json_object_array_get_idx(list, 0);
	assert_int_equal(json_object_get_int(member(one, "faults")), 100000);
	assert_true(json_object_get_boolean(member(one, "at_least")));
	assert_int_equal(json_object_get_int(member(top, "forgotten")), 3);
	json_object_put(top);
}

/* What is there, then what comes, each once; until waiting fails. */
void test_faults_follow(void **state)
{
	struct fixture *fix = *state;
	struct json_object *one;
	char *line;

	fix->reply = FIRST;
	fix->next = SECOND;
	fix->waits = 1;
	assert_int_equal(run(fix, "faults --follow"), 2);
	assert_string_equal(fix->sent, "faults after=12");
	assert_int_equal(fix->opened, 1);
	assert_has(fix->out, "#12 ");
	assert_has(fix->out, "#99 ");
	assert_has(fix->err, "waiting for faults");

	/* Nothing new keeps the place. */
	fix->reply = FIRST;
	fix->next = "";
	fix->waits = 2;
	assert_int_equal(run(fix, "faults --json --follow"), 2);
	assert_string_equal(fix->sent, "faults after=12");
	line = strchr(fix->out, '\n');
	assert_non_null(line);
	*line = '\0';
	one = json_tokener_parse(fix->out);
	assert_non_null(one);
	assert_int_equal(json_object_get_int(member(one, "seq")), 12);
	assert_int_equal(line[1], 0);
	json_object_put(one);
}
