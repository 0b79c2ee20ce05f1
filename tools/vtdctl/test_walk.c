// SPDX-License-Identifier: GPL-2.0
/*
 * Unit test of "vtdctl walk".
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

#define CONTEXT                                                                                                                                                                      \
	"context at=0x104d9180 low=0x10c48001 high=0x202 index=24 present=yes translation=second-stage levels=4 width=48 domain_id=2 faults=recorded table=0x10c48000 reserved=no\n" \
	"level at=0x10c48000 entry=0x10c49003 nr=4 index=0 leads=table to=0x10c49000 read=yes write=yes snoop=no reserved=0x0\n"                                                     \
	"level at=0x10c49018 entry=0x10c4a003 nr=3 index=3 leads=table to=0x10c4a000 read=yes write=yes snoop=no reserved=0x0\n"                                                     \
	"level at=0x10c4aff8 entry=0x4000881 nr=2 index=511 leads=page to=0x4000000 read=yes write=no snoop=yes reserved=0x0\n"

#define ROOT(index)                                               \
	"root at=0x10a3b000 low=0x104d9001 high=0x0 index=" index \
	" present=yes table=0x104d9000 reserved=no\n"

#define FATES \
	"read=translated read_reason=- read_text=\"\" write=blocked write_reason=0x05 write_text=\"the address is not mapped, or not for writing\" end=page phys=0x4001234 start=0xffe00000 bytes=2097152 text=\"maps to 0x4001234, read only, in a page of 2 MiB\" entries=5\n"

static const char walk_reply[] =
	"walk device=0000:00:03.0 sid=00:03.0 unit=dmar0 mode=legacy driver=nvme domain=DMA-FQ address=0xffe01234 " FATES
		ROOT("0") CONTEXT
	"walk device=0000:00:03.0 sid=01:03.0 unit=dmar0 mode=legacy driver=nvme domain=DMA-FQ address=0xffe01234 " FATES
		ROOT("1") CONTEXT
	"walk device=0000:00:03.0 sid=02:03.0 unit=dmar0 mode=legacy driver=nvme domain=DMA-FQ address=0xffe01234 read=blocked read_reason=0x01 read_text=\"no device of this bus may do DMA\" write=blocked write_reason=0x01 write_text=\"no device of this bus may do DMA\" end=root phys=- start=- bytes=0 text=\"the root entry of bus 02 is not present\" entries=1\n"
	"root at=0x10a3b020 low=0x0 high=0x0 index=2 present=no table=- reserved=no\n"
	"later what=ever\n";

void test_walk(void **state)
{
	struct fixture *fix = *state;

	fix->reply = walk_reply;
	assert_int_equal(run(fix, "walk 00:03.0 0xFFE01234"), 0);
	assert_string_equal(fix->sent, "walk 0000:00:03.0 0xffe01234");
	assert_columns(fix->out);
	assert_string_equal(
		fix->out,
		"0000:00:03.0 to 0xffe01234, requests as 00:03.0, driver nvme, domain DMA-FQ\n"
		"  dmar0, legacy mode\n"
		"  +- root entry 0x00 at 0x10a3b000\n"
		"  |    0x0000000000000000 0x00000000104d9001\n"
		"  |    present, context table at 0x104d9000\n"
		"  +- context entry 0x18 at 0x104d9180\n"
		"  |    0x0000000000000202 0x0000000010c48001\n"
		"  |    present, second-stage, 4 levels (48 bits), domain-id 2, table at\n"
		"  |    0x10c48000\n"
		"  +- level 4, entry 0x000 at 0x10c48000\n"
		"  |    0x0000000010c49003  read write, table at 0x10c49000\n"
		"  +- level 3, entry 0x003 at 0x10c49018\n"
		"  |    0x0000000010c4a003  read write, table at 0x10c4a000\n"
		"  +- level 2, entry 0x1ff at 0x10c4aff8\n"
		"       0x0000000004000881  read only, page at 0x4000000, snooped\n"
		"  maps to 0x4001234, read only, in a page of 2 MiB\n"
		"  a read:  translated, to 0x4001234\n"
		"  a write: blocked, fault reason 0x05: the address is not mapped, or not for\n"
		"           writing\n"
		"requests as 01:03.0: the same, by a context entry that says the same\n"
		"0000:00:03.0 to 0xffe01234, requests as 02:03.0, driver nvme, domain DMA-FQ\n"
		"  dmar0, legacy mode\n"
		"  +- root entry 0x02 at 0x10a3b020\n"
		"       0x0000000000000000 0x0000000000000000\n"
		"       not present\n"
		"  the root entry of bus 02 is not present\n"
		"  a read:  blocked, fault reason 0x01: no device of this bus may do DMA\n"
		"  a write: blocked, fault reason 0x01: no device of this bus may do DMA\n");
}

/* What is rare, and what may come from a module that is broken or newer. */
void test_walk_odd(void **state)
{
	struct fixture *fix = *state;

	fix->reply = "walk device=0000:00:03.0 sid=00:03.0 unit=dmar0 mode=legacy driver=- domain=- address=0x1000 read=passed-through read_reason=- read_text=\"\" write=passed-through write_reason=- write_text=\"\" end=pass-through phys=0x1000 start=- bytes=0 text=\"passes through to 0x1000\" entries=2\n" ROOT(
		"0") "context at=0x104d9180 low=0x9 high=0x102 index=24 present=yes translation=pass-through levels=4 width=48 domain_id=1 faults=not-recorded table=- reserved=yes\n";
	assert_int_equal(run(fix, "walk 00:03.0 4096"), 0);
	assert_string_equal(fix->sent, "walk 0000:00:03.0 0x1000");
	assert_columns(fix->out);
	assert_has(fix->out,
		   "present, pass-through, 4 levels (48 bits), domain-id 1,");
	assert_has(fix->out, "faults are not\n       recorded");
	assert_has(fix->out, "RESERVED BITS ARE SET");
	assert_has(fix->out, "a write: passed-through, to 0x1000\n");

	fix->reply =
		"walk device=0000:00:03.0 sid=00:03.0 unit=- mode=legacy driver=- domain=- address=0xfee00000 read=aborted read_reason=- read_text=\"\" write=interrupt write_reason=- write_text=\"\" end=interrupt phys=- start=- bytes=0 text=\"the interrupt range\" entries=0\n";
	assert_int_equal(run(fix, "walk 00:03.0 0xfee00000"), 0);
	assert_string_equal(
		fix->out,
		"0000:00:03.0 to 0xfee00000, requests as 00:03.0, driver -, domain -\n"
		"  the interrupt range\n"
		"  a read:  aborted\n"
		"  a write: interrupt\n");

	fix->reply = "walk device=0000:00:03.0 sid=00:03.0 address=0x1000 read=blocked read_reason=0x07 text=\"no memory\"\n" ROOT(
		"0") "context at=0x104d9180 low=- high=- index=24 present=-\n"
		     "level at=0x18 entry=- nr=4 index=3 leads=-\n"
		     "level at=0x18 entry=0x4000000000000003 nr=3 index=3 leads=table to=0x0 read=yes write=yes snoop=no reserved=0x4000000000000000\n";
	assert_int_equal(run(fix, "walk 00:03.0 0x1000"), 0);
	assert_columns(fix->out);
	assert_has(fix->out, "RESERVED BITS\n       0x4000000000000000\n");
	assert_lacks(fix->out, "mode");
	assert_has(fix->out, "  |    (cannot be read)\n");

	fix->reply = "later what=ever\n";
	assert_int_equal(run(fix, "walk 00:03.0 0x1000"), 2);
	assert_has(fix->err, "gave no answer");
}

#define SM_FATES(what, end, entries)                                                                                                      \
	"read=" what " read_reason=- read_text=\"\" write=" what                                                                          \
	" write_reason=- write_text=\"\" end=" end                                                                                        \
	" phys=0x4001234 start=0x7f0000001000 bytes=4096 text=\"maps to 0x4001234, read and write, in a page of 4 KiB\" entries=" entries \
	"\n"

#define SM_CONTEXT                                                                                                                                                                                 \
	"root at=0x10a3b000 low=0x104d9001 high=0x104da001 index=0 half=lower present=yes table=0x104d9000 reserved=no\n"                                                                          \
	"context at=0x104d9300 low=0x10c48209 high=0x0 index=24 present=yes directory=0x10c48000 pasids=16384 rid_pasid=0x0 with_pasid=yes ats=no page_requests=yes faults=recorded reserved=no\n" \
	"directory at=0x10c48000 entry=0x10c49001 index=0 present=yes table=0x10c49000 faults=recorded reserved=no\n"

static const char pasid_reply[] =
	"walk device=0000:00:03.0 sid=00:03.0 unit=dmar0 mode=scalable driver=idxd domain=SVA pasid=0x2a address=0x7f0000001234 " SM_FATES(
		"translated", "page", "6") SM_CONTEXT
	"pasid at=0x10c49a80 low=0x49 high=0x1800005 third=0x10c50030 index=42 pasid=0x2a present=yes translation=first-stage domain_id=5 first_table=0x10c50000 first_levels=4 second_table=- second_levels=- snoop=yes walks_snoop=yes supervisor=no faults=recorded reserved=no\n"
	"level at=0x10c507f0 entry=0x10c51027 stage=first nr=4 index=254 leads=table to=0x10c51000 read=yes write=yes user=yes execute=yes reserved=0x0\n"
	"level at=0x10c51008 entry=0x8000000004001063 stage=first nr=1 index=1 leads=page to=0x4001000 read=yes write=yes user=no execute=no reserved=0x0\n"
	"walk device=0000:00:03.0 sid=01:03.0 unit=dmar0 mode=scalable driver=idxd domain=SVA pasid=- address=0x1000 read=unknown read_reason=- read_text=\"\" write=unknown write_reason=- write_text=\"\" end=nested phys=- start=- bytes=0 text=\"nested\" entries=4\n"
	"root at=0x10a3b000 low=0x104d9001 high=0x0 index=1 half=upper present=no table=- reserved=no\n"
	"directory at=0x10c48000 entry=- index=0 present=-\n"
	"pasid at=0x10c49000 low=0xc9 high=0x5 third=0x1000 index=0 pasid=0x0 present=yes translation=nested domain_id=5 first_table=0x1000 first_levels=5 second_table=0x2000 second_levels=4 snoop=no walks_snoop=yes supervisor=yes faults=not-recorded reserved=yes\n"
	"pasid at=0x10c49000 low=0x0 high=0x0 third=0x0 index=0 pasid=0x0 present=no\n";

/* Scalable mode. */
void test_walk_pasid(void **state)
{
	struct fixture *fix = *state;
	struct json_object *top, *one, *list;

	fix->reply = pasid_reply;
	assert_int_equal(run(fix, "walk 00:03.0 0x7f0000001234 42"), 0);
	assert_string_equal(fix->sent, "walk 0000:00:03.0 0x7f0000001234 0x2a");
	assert_columns(fix->out);
	assert_string_equal(
		fix->out,
		"0000:00:03.0 to 0x7f0000001234 with PASID 0x2a, requests as 00:03.0, driver\n"
		"  idxd, domain SVA\n"
		"  dmar0, scalable mode\n"
		"  +- root entry 0x00 at 0x10a3b000\n"
		"  |    0x00000000104da001 0x00000000104d9001\n"
		"  |    lower half: present, context table at 0x104d9000\n"
		"  +- context entry 0x18 at 0x104d9300\n"
		"  |    0x0000000000000000 0x0000000010c48209\n"
		"  |    present, directory of 16384 PASIDs at 0x10c48000, PASID 0x0 for requests\n"
		"  |    without, requests with PASID allowed, page requests allowed\n"
		"  +- PASID directory entry 0x0 at 0x10c48000\n"
		"  |    0x0000000010c49001  present, PASID table at 0x10c49000\n"
		"  +- PASID 0x2a, entry 0x2a at 0x10c49a80\n"
		"  |    0x0000000010c50030 0x0000000001800005 0x0000000000000049\n"
		"  |    present, first-stage, domain-id 5, 4 levels at 0x10c50000, snooped\n"
		"  +- first stage, level 4, entry 0x0fe at 0x10c507f0\n"
		"  |    0x0000000010c51027  read write, table at 0x10c51000\n"
		"  +- first stage, level 1, entry 0x001 at 0x10c51008\n"
		"       0x8000000004001063  read write, page at 0x4001000, supervisor only, no\n"
		"       execution\n"
		"  maps to 0x4001234, read and write, in a page of 4 KiB\n"
		"  a read:  translated, to 0x4001234\n"
		"  a write: translated, to 0x4001234\n"
		"0000:00:03.0 to 0x1000, requests as 01:03.0, driver idxd, domain SVA\n"
		"  dmar0, scalable mode\n"
		"  +- root entry 0x01 at 0x10a3b000\n"
		"  |    0x0000000000000000 0x00000000104d9001\n"
		"  |    upper half: not present\n"
		"  +- PASID directory entry 0x0 at 0x10c48000\n"
		"  |    (cannot be read)\n"
		"  +- PASID 0x0, entry 0x00 at 0x10c49000\n"
		"  |    0x0000000000001000 0x0000000000000005 0x00000000000000c9\n"
		"  |    present, nested, domain-id 5, 5 levels of the first stage at 0x1000, 4\n"
		"  |    levels of the second at 0x2000, supervisors allowed, faults are not\n"
		"  |    recorded, RESERVED BITS ARE SET\n"
		"  +- PASID 0x0, entry 0x00 at 0x10c49000\n"
		"       0x0000000000000000 0x0000000000000000 0x0000000000000000\n"
		"       not present\n"
		"  nested\n"
		"  a read:  unknown\n"
		"  a write: unknown\n");
	fix->reply = pasid_reply;
	assert_int_equal(run(fix, "walk --json 00:03.0 0x7f0000001234 42"), 0);
	top = json_tokener_parse(fix->out);
	assert_non_null(top);
	one = json_object_array_get_idx(member(top, "walks"), 0);
	assert_string_equal(member_text(one, "pasid"), "0x2a");
	list = member(one, "entries");
	assert_int_equal(json_object_array_length(list), 6);
	one = json_object_array_get_idx(list, 1);
	assert_int_equal(json_object_get_int(member(one, "pasids")), 16384);
	one = json_object_array_get_idx(list, 3);
	assert_string_equal(member_text(one, "table_kind"), "pasid");
	assert_int_equal(json_object_get_int(member(one, "first_levels")), 4);
	assert_null(member(one, "second_levels"));
	one = json_object_array_get_idx(list, 4);
	assert_string_equal(member_text(one, "stage"), "first");
	json_object_put(top);
}

void test_walk_json(void **state)
{
	struct fixture *fix = *state;
	struct json_object *top, *walks, *one, *list;

	fix->reply = walk_reply;
	assert_int_equal(run(fix, "walk --json 00:03.0 0xffe01234"), 0);
	top = json_tokener_parse(fix->out);
	assert_non_null(top);
	walks = member(top, "walks");
	assert_int_equal(json_object_array_length(walks), 3);
	one = json_object_array_get_idx(walks, 0);
	assert_string_equal(member_text(one, "write_reason"), "0x05");
	assert_true(json_object_is_type(member(one, "read_reason"),
					json_type_null));
	assert_int_equal(json_object_get_int(member(one, "bytes")), 2097152);
	list = member(one, "entries");
	assert_int_equal(json_object_array_length(list), 5);
	one = json_object_array_get_idx(list, 1);
	assert_string_equal(member_text(one, "table_kind"), "context");
	assert_int_equal(json_object_get_int(member(one, "domain_id")), 2);
	one = json_object_array_get_idx(list, 4);
	assert_string_equal(member_text(one, "table_kind"), "level");
	assert_string_equal(member_text(one, "entry"), "0x4000881");
	assert_int_equal(json_object_get_int(member(one, "index")), 511);
	one = json_object_array_get_idx(walks, 2);
	assert_int_equal(json_object_array_length(member(one, "entries")), 1);
	json_object_put(top);
}

void test_walk_refused(void **state)
{
	static const struct {
		const char *line, *says;
	} cases[] = {
		{ "walk", "which device?" },
		{ "walk 00:03.0", "which address?" },
		{ "walk 00:03.0 --json", "which address?" },
		{ "walk 00:03.8 0x1000", "the function number goes from 0" },
		{ "walk nonsense 0x1000", "device \"nonsense\" is wrong" },
		{ "walk 00:03.0 fffff000", "in hexadecimal with 0x" },
		{ "walk 00:03.0 0x", "in hexadecimal with 0x" },
		{ "walk 00:03.0 0xg", "in hexadecimal with 0x" },
		{ "walk 00:03.0 0x1000k", "in hexadecimal with 0x" },
		{ "walk 00:03.0 +1", "in hexadecimal with 0x" },
		{ "walk 00:03.0 1e6", "in hexadecimal with 0x" },
		{ "walk 00:03.0 010", "a leading 0 is not clear" },
		{ "walk 00:03.0 -1", "it is negative" },
		{ "walk 00:03.0 0x10000000000000000", "more than 64 bits" },
		{ "walk 00:03.0 18446744073709551616", "more than 64 bits" },
		{ "walk 00:03.0 0x1000 0x100000", "more than 20 bits" },
		{ "walk 00:03.0 0x1000 abc", "PASID \"abc\" is wrong" },
		{ "walk 00:03.0 0x1000 1 2", "\"2\" is one too many" },
		{ "walk 00:03.0 0x1000 --jason", "\"--jason\" is unknown" },
	};
	struct fixture *fix = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(run(fix, cases[i].line), 1);
		assert_has(fix->err, "Error: walk: ");
		assert_has(fix->err, cases[i].says);
		assert_string_equal(fix->sent, "");
		assert_string_equal(fix->out, "");
	}
	assert_int_equal(fix->opened, 0);
	fix->write_error = -EOPNOTSUPP;
	fix->reply =
		"0000:00:03.0: no tables for PASID 0x5: dmar0 is in legacy mode\n";
	assert_int_equal(run(fix, "walk 00:03.0 0 5"), 2);
	assert_string_equal(fix->sent, "walk 0000:00:03.0 0x0 0x5");
	assert_has(fix->err, "legacy mode");
	assert_int_equal(run(fix, "walk 00:03.0 0xffffffffffffffff 0xfffff"),
			 2);
	assert_string_equal(fix->sent,
			    "walk 0000:00:03.0 0xffffffffffffffff 0xfffff");
}
