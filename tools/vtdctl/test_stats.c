// SPDX-License-Identifier: GPL-2.0
/*
 * Unit test of "vtdctl stats".
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

static const char stats_reply[] =
	"queue unit=dmar0 submissions=1290 descriptors=2500 waits=1250 context_global=1 context_domain=0 context_device=12 iotlb_global=2 iotlb_domain=40 iotlb_page=1200 interrupt_global=3 interrupt_index=35 timed=20 avg_ns=2100 max_ns=14999 slow=4 errors=5 refused=6 retries=7 faults=8 overflows=9\n"
	"cost device=0000:00:03.0 unit=dmar0 group=5 domain=DMA-FQ unmaps=strict sharing=1 flushes=1240 page=1200 all=40 queue=39\n"
	"later what=ever\n"
	"cost device=0000:00:04.0 unit=dmar0 group=6 domain=identity unmaps=- sharing=0 flushes=0 page=0 all=0 queue=0\n";

void test_stats(void **state)
{
	struct fixture *fix = *state;

	fix->reply = stats_reply;
	assert_int_equal(run(fix, "stats"), 0);
	assert_string_equal(fix->sent, "stats");
	assert_columns(fix->out);
	assert_string_equal(
		fix->out,
		"dmar0: 1290 invalidations in 1250 round trips\n"
		"  IOTLB       page 1200, domain 40, global 2\n"
		"  context     device 12, domain 0, global 1\n"
		"  interrupts  index 35, global 3\n"
		"  waited      2100 ns on average, 14 us at most, 4 slow\n"
		"  errors      5, refused 6, retries 7; faults 8\n"
		"DEVICE       UNIT   GROUP TYPE      UNMAPS   FLUSHES      PAGE      ALL    QUEUE\n"
		"0000:00:03.0 dmar0      5 DMA-FQ    strict      1240      1200       40       39\n"
		"0000:00:04.0 dmar0      6 identity  -              0         0        0        0\n");
	fix->reply =
		"requests unit=dmar0 pages=16 granted=256 taken=120 responses=118 failed=3 refused=2 overflows=1 max_ns=52000\n";
	assert_int_equal(run(fix, "stats"), 0);
	assert_string_equal(
		fix->out,
		"dmar0: 120 page requests, 118 responses, 3 of them not with success\n"
		"  refused     2; overflows 1; answered within 52 us at most\n");
	assert_int_equal(run(fix, "stats --json"), 0);
	assert_has(fix->out, "\"taken\": 120");
	/* Kinds that only some units are given. */
	fix->reply =
		"queue unit=dmar0 submissions=9 waits=9 iotlb_page=1 pasid_cache_global=2 pasid_cache_domain=3 pasid_cache_one=4 piotlb_pasid=5 piotlb_page=60000000 devtlb=7 devtlb_pasid=8 page_response=9\n";
	assert_int_equal(run(fix, "stats"), 0);
	assert_columns(fix->out);
	assert_has(
		fix->out,
		"  by PASID    IOTLB page 60000000, all 5; cache one 4, domain 3, global 2\n"
		"  devices     TLB 7, of a PASID 8, page responses 9\n");
	fix->reply = stats_reply;
	assert_int_equal(run(fix, "stats 00:03.0"), 0);
	assert_string_equal(fix->sent, "stats 0000:00:03.0");
}

void test_stats_json(void **state)
{
	struct fixture *fix = *state;
	struct json_object *top, *list, *one;

	fix->reply = stats_reply;
	assert_int_equal(run(fix, "stats --json"), 0);
	top = json_tokener_parse(fix->out);
	assert_non_null(top);
	list = member(top, "units");
	assert_int_equal(json_object_array_length(list), 1);
	one = json_object_array_get_idx(list, 0);
	assert_string_equal(json_object_get_string(member(one, "unit")),
			    "dmar0");
	assert_true(json_object_is_type(member(one, "waits"), json_type_int));
	assert_int_equal(json_object_get_int(member(one, "waits")), 1250);
	assert_int_equal(json_object_get_int(member(one, "max_ns")), 14999);
	list = member(top, "devices");
	assert_int_equal(json_object_array_length(list), 2);
	one = json_object_array_get_idx(list, 0);
	assert_string_equal(json_object_get_string(member(one, "unmaps")),
			    "strict");
	assert_int_equal(json_object_get_int(member(one, "queue")), 39);
	one = json_object_array_get_idx(list, 1);
	assert_null(member(one, "unmaps"));
	json_object_put(top);
}

void test_stats_refused(void **state)
{
	static const char *const wrong[] = { "stats --all", "stats 00:20.0",
					     "stats 00:03.0 00:04.0" };
	struct fixture *fix = *state;

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		assert_int_equal(run(fix, wrong[i]), 1);
		assert_string_equal(fix->sent, "");
	}
	fix->write_error = -ENODEV;
	fix->reply = "not attached: run 'vtdctl attach' first\n";
	assert_int_equal(run(fix, "stats"), 2);
	assert_has(fix->err, "not attached");
	assert_string_equal(fix->out, "");
}

#define TEN_ZEROS "0,0,0,0,0,0,0,0,0,0"

static const char latency_reply[] =
	"latencies on=yes\n"
	"latency unit=dmar0 domain=- device=- what=wait count=6 avg_ns=2100 max_ns=600000000 log2=0,0,1,2,0,0," TEN_ZEROS
	",0,0,0,0,0,0,0,3\n"
	"latency unit=- domain=5 device=0000:00:03.0 what=map count=90 avg_ns=90 max_ns=100 log2=10,80," TEN_ZEROS
	"," TEN_ZEROS ",0,0\n"
	"latency unit=- domain=7 device=- what=flush count=1 avg_ns=20000 max_ns=20000 log2=0,0,0,0,0,0,0,0,0,1," TEN_ZEROS
	",0,0,0,0\n"
	"latency unit=- domain=0 device=- what=unmap count=1 avg_ns=1 max_ns=1 log2=1,0,0,0," TEN_ZEROS
	"," TEN_ZEROS "\n"
	"later what=ever\n";

void test_stats_latency(void **state)
{
	static const char bar[] = "########################################";
	struct fixture *fix = *state;
	char want[200];

	fix->reply = latency_reply;
	assert_int_equal(run(fix, "stats --latency"), 0);
	assert_string_equal(fix->sent, "latency");
	assert_columns(fix->out);
	assert_has(fix->out,
		   "dmar0: 6 waits, 2100 ns on average, 600000000 ns at most\n"
		   "     128 ns to  256 ns            1 #\n"
		   "     256 ns to  512 ns            2 ##\n"
		   "     512 ns to  1024 ns           0\n");
	assert_has(fix->out, "     268 ms and more              3 ###\n");
	snprintf(
		want, sizeof(want),
		"0000:00:03.0 (domain 5): 90 maps, 90 ns on average, 100 ns at most\n"
		"       0 ns to  64 ns            10 #####\n"
		"      64 ns to  128 ns           80 %.*s\n",
		40, bar);
	assert_has(fix->out, want);
	assert_has(
		fix->out,
		"domain 7: 1 flushes, 20000 ns on average, 20000 ns at most\n"
		"      16 us to  32 us             1 #\n");
	assert_has(fix->out, "other domains: 1 unmaps, 1 ns on average");
	assert_null(strstr(fix->out, "no longer"));
	fix->reply = "latencies on=no\n";
	assert_int_equal(run(fix, "stats --latency"), 0);
	assert_string_equal(
		fix->out,
		"latencies are not noted: \"vtdctl stats --latency on\" begins it\n");
	fix->reply = "latencies on=yes\n";
	assert_int_equal(run(fix, "stats --latency"), 0);
	assert_string_equal(fix->out, "nothing took any time yet\n");
	/* What is no list of numbers is not drawn. */
	fix->reply =
		"latencies on=no\n"
		"latency unit=dmar0 domain=- device=- what=wait count=1 avg_ns=1 max_ns=1 log2=1,x\n";
	assert_int_equal(run(fix, "stats --latency"), 0);
	assert_string_equal(fix->out,
			    "dmar0: 1 waits, 1 ns on average, 1 ns at most\n"
			    "latencies are no longer noted\n");
}

void test_stats_latency_json(void **state)
{
	struct fixture *fix = *state;
	struct json_object *top, *list, *one;

	fix->reply = latency_reply;
	assert_int_equal(run(fix, "stats --latency --json"), 0);
	top = json_tokener_parse(fix->out);
	assert_non_null(top);
	assert_true(json_object_get_boolean(member(top, "on")));
	list = member(top, "latencies");
	assert_int_equal(json_object_array_length(list), 4);
	one = json_object_array_get_idx(list, 0);
	assert_null(member(one, "domain"));
	assert_null(member(one, "device"));
	assert_int_equal(json_object_get_int(member(one, "max_ns")), 600000000);
	one = json_object_array_get_idx(list, 1);
	assert_int_equal(json_object_get_int(member(one, "domain")), 5);
	assert_null(member(one, "unit"));
	one = member(one, "log2");
	assert_int_equal(json_object_array_length(one), 24);
	assert_int_equal(json_object_get_int(json_object_array_get_idx(one, 1)),
			 80);
	json_object_put(top);
}

void test_stats_latency_switch(void **state)
{
	static const char *const wrong[] = {
		"stats --latency maybe",   "stats --latency on off",
		"stats --latency 00:03.0", "stats --latency on --json",
		"stats 00:03.0 --latency", "stats --latency --all",
		"stats on --latency",
	};
	struct fixture *fix = *state;

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		assert_int_equal(run(fix, wrong[i]), 1);
		assert_string_equal(fix->sent, "");
		assert_string_equal(fix->out, "");
	}
	fix->reply = "";
	assert_int_equal(run(fix, "stats --latency on"), 0);
	assert_string_equal(fix->sent, "latency on");
	assert_columns(fix->out);
	assert_has(fix->out, "from now on");
	assert_int_equal(run(fix, "stats --latency off"), 0);
	assert_string_equal(fix->sent, "latency off");
	fix->write_error = -ENOMEM;
	fix->reply = "latencies cannot be noted (error -12): out of memory\n";
	assert_int_equal(run(fix, "stats --latency on"), 2);
	assert_has(fix->err, "out of memory");
	assert_string_equal(fix->out, "");
}
