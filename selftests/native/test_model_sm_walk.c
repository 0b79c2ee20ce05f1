// SPDX-License-Identifier: GPL-2.0
/*
 * The software unit's page tables in scalable mode against the specification:
 * both stages and nested ones, rights, accessed and dirty bits, and the reason
 * of every fault.  All entries are literal.
 *
 * SRCS: kunit/model/model.c selftests/native/model_fixture.c
 * SRCS: selftests/native/model_scalable.c
 * CFLAGS: -DVTD_OBSERVER
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "model_scalable.h"

static void start(void)
{
	sm_start(SM_CAP, SM_ECAP, 0);
	fix.quiet = true;
}

static void assert_goes(u64 addr, u64 phys)
{
	assert_int_equal(sm_ask_fresh(addr, VTD_MODEL_READ), 0);
	assert_false(sm_result.cached);
	assert_true(sm_result.phys == phys);
	/* and once more from the caches */
	assert_int_equal(sm_ask(addr, VTD_MODEL_WRITE), 0);
	assert_true(sm_result.cached);
	assert_true(sm_result.phys == phys);
}

static void test_first(void **state)
{
	unsigned int levels = fix_arg(state);

	start();
	sm_set(0, SM_FIRST, SM_WALK(SM_DID), sm_first_top(levels));
	assert_goes(0, 0x100000000ULL);
	assert_goes(0x1ff123, 0x1001ff123ULL);
	assert_int_equal(sm_result.did, SM_DID);
	assert_int_equal(sm_result.pasid, 0);
	assert_int_equal(sm_result.size, 4096);
	assert_int_equal(sm_result.rw,
			 VTD_MODEL_RIGHT_READ | VTD_MODEL_RIGHT_WRITE);
	assert_int_equal(sm_ask(0x200000, VTD_MODEL_READ), 0x71);
	fix_assert_good();
	sm_stop();
	assert_int_equal(fix_broken(), 0);
}

static void test_second(void **state)
{
	start();
	sm_use_second();
	assert_goes(0x1ff123, 0x2001ff123ULL);
	assert_int_equal(sm_result.rw,
			 VTD_MODEL_RIGHT_READ | VTD_MODEL_RIGHT_WRITE);
	assert_int_equal(sm_ask(0x200000, VTD_MODEL_READ), 0x79);
	fix_assert_good();
	sm_stop();
	assert_int_equal(fix_broken(), 0);
}

static void test_nested(void **state)
{
	start();
	sm_use_nested();
	assert_goes(0, 0x200000000ULL);
	assert_goes(0xf123, 0x20000f123ULL);
	assert_int_equal(sm_result.size, 4096);
	/* in the first stage, but not in the second */
	assert_int_equal(sm_ask(0x10000, VTD_MODEL_READ), 0x79);
	assert_int_equal(sm_ask(0x200000, VTD_MODEL_READ), 0x71);
	fix_assert_good();
	sm_stop();
	assert_int_equal(fix_broken(), 0);
}

static void test_pass(void **state)
{
	start();
	sm_set(0, SM_PASS, SM_DID, 0);
	assert_int_equal(sm_ask_fresh(0x12345678, VTD_MODEL_WRITE), 0);
	assert_true(sm_result.phys == 0x12345678);
	assert_true(sm_result.pass_through);
	assert_int_equal(sm_result.did, SM_DID);
	assert_int_equal(sm_ask((1ULL << 48) - 1, VTD_MODEL_READ), 0);
	assert_int_equal(sm_ask(1ULL << 48, VTD_MODEL_READ), 0x83);
	fix_assert_good();
	sm_stop();
}

/* A leaf of a level of the first stage, in the upper half of the addresses. */
static void test_first_leaf(void **state)
{
	unsigned int level = fix_arg(state);
	unsigned int shift = 12 + (level - 1) * 9;
	u64 at = level == 1 ? 511ULL << 12 : 510ULL << shift;

	start();
	sm_use_first();
	/* PAT of a page larger than 4 KiB is no part of its address */
	fix_store(&sm.first[level][at >> shift & 511],
		  7ULL << 30 | 0x67 | (level > 1 ? 0x1080 : 0));
	assert_goes(at, 7ULL << 30);
	assert_goes(at + (1ULL << shift) - 1,
		    (7ULL << 30) + (1ULL << shift) - 1);
	assert_true(sm_result.size == 1ULL << shift);
	sm_stop();
	assert_int_equal(fix_broken(), 0);
}

static void test_canonical(void **state)
{
	unsigned int levels = fix_arg(state);
	u64 half = 1ULL << (11 + 9 * levels);

	start();
	sm_set(0, SM_FIRST, SM_WALK(SM_DID), sm_first_top(levels));
	fix_store(&sm.first[levels][256],
		  virt_to_phys(sm.first[levels - 1]) | 0x27);
	assert_goes(-half + 0x1000, 0x100001000ULL);
	assert_int_equal(sm_ask(half, VTD_MODEL_READ), 0x80);
	assert_int_equal(sm_ask(-half - 1, VTD_MODEL_READ), 0x80);
	assert_int_equal(sm_ask(half - 1, VTD_MODEL_READ), 0x71);
	assert_int_equal(sm_ask(1ULL << 63, VTD_MODEL_READ), 0x80);
	/* the upper half leads to the same tables as the lower one */
	fix_assert_good();
	sm_stop();
	assert_int_equal(fix_broken(), 0);
}

static const struct {
	unsigned int level;
	u64 bits;
	u64 cap;
	unsigned int reason;
	const char *name;
} first_bits[] = {
	{ 1, 0x80, 0, 0, "PAT of a 4 KiB page" },
	{ 1, 0x118, 0, 0, "memory type, G" },
	{ 1, 0xa00, 0, 0, "ignored bits" },
	{ 1, 0x7ff0000000000000ULL, 0, 0, "bits 62:52" },
	{ 1, 1ULL << 63, 0, 0, "XD without NXE" },
	{ 2, 0x2080, 0, 0x72, "bit 13 of a 2 MiB page" },
	{ 2, 0x100080, 0, 0x72, "bit 20 of a 2 MiB page" },
	{ 3, 0x20000080, 0, 0x72, "bit 29 of a 1 GiB page" },
	{ 3, 0x80, VTDM_CAP_FL1GP, 0x72, "1 GiB page without FL1GP" },
	{ 4, 0x80, 0, 0x72, "PS at level 4" },
	{ 4, 0x100, 0, 0, "bit 8 at level 4" },
};

static void test_first_bits(void **state)
{
	unsigned int i = fix_arg(state);
	unsigned int level = first_bits[i].level;
	u64 *at, keep;

	sm_start(SM_CAP & ~first_bits[i].cap, SM_ECAP, 0);
	fix.quiet = true;
	sm_use_first();
	at = &sm.first[level][0];
	keep = *at;
	if (first_bits[i].bits & 0x80 && level > 1)
		keep = 0x67;
	fix_store(at, keep | first_bits[i].bits);
	assert_int_equal(sm_ask_fresh(0, VTD_MODEL_READ), first_bits[i].reason);
	assert_int_equal(fix.broken[VTD_MODEL_RESERVED],
			 first_bits[i].reason != 0);
	/* of what is not present, nothing is reserved */
	fix_store(at, (keep | first_bits[i].bits) & ~1ULL);
	assert_int_equal(sm_ask_fresh(0, VTD_MODEL_READ), 0x71);
	assert_int_equal(fix.broken[VTD_MODEL_RESERVED],
			 first_bits[i].reason != 0);
	sm_stop();
}

static void test_first_host_width(void **state)
{
	const struct vtd_model_config config = {
		.cap = SM_CAP,
		.ecap = SM_ECAP,
		.haw = 46,
		.policy = VTD_MODEL_MANUAL,
	};
	struct vtd_model_unit *narrow;

	start();
	sm_use_first();
	fix_store(&sm.first[1][0], 1ULL << 51 | 0x67);
	assert_int_equal(sm_ask_fresh(0, VTD_MODEL_READ), 0);
	assert_true(sm_result.phys == 1ULL << 51);
	narrow = vtd_model_unit_create(&config);
	assert_non_null(narrow);
	vtd_model_unit_destroy(narrow);
	sm_stop();
}

/*
 * Rights of the first stage: what the leaf says, what the PASID entry switches
 * on, who asks for what, and what comes of it.
 */
static const struct {
	u64 leaf; /* bits taken out of, or XD put into, the leaf */
	u64 flags; /* of the PASID entry */
	enum vtd_model_access access;
	bool privileged, execute;
	unsigned int reason;
	const char *name;
} rights[] = {
	{ 0, 0, VTD_MODEL_READ, false, false, 0, "user reads" },
	{ 0, 0, VTD_MODEL_WRITE, false, false, 0, "user writes" },
	{ 2, 0, VTD_MODEL_READ, false, false, 0,
	  "user reads a read-only page" },
	{ 2, 0, VTD_MODEL_WRITE, false, false, 0x85,
	  "user writes to a read-only page" },
	{ 2, 0, VTD_MODEL_ATOMIC, false, false, 0x85,
	  "atomic to a read-only page" },
	{ 4, 0, VTD_MODEL_READ, false, false, 0x81,
	  "user reads a supervisor page" },
	{ 6, 0, VTD_MODEL_WRITE, false, false, 0x81,
	  "user writes to a supervisor page" },
	{ 0, 0, VTD_MODEL_READ, true, false, 0x5d, "supervisor without SRE" },
	{ 0, 1, VTD_MODEL_READ, true, false, 0,
	  "supervisor reads a user page" },
	{ 4, 1, VTD_MODEL_READ, true, false, 0,
	  "supervisor reads a supervisor page" },
	{ 6, 1, VTD_MODEL_WRITE, true, false, 0,
	  "supervisor writes, read-only, no WPE" },
	{ 6, 0x11, VTD_MODEL_WRITE, true, false, 0x85,
	  "supervisor writes with WPE" },
	{ 0, 0, VTD_MODEL_READ, false, true, 0x5c, "execute without ERE" },
	{ 0, 2, VTD_MODEL_READ, false, true, 0, "execute" },
	{ 1ULL << 63, 2, VTD_MODEL_READ, false, true, 0,
	  "execute, XD without NXE" },
	{ 1ULL << 63, 0x22, VTD_MODEL_READ, false, true, 0x82,
	  "execute, XD with NXE" },
	{ 1ULL << 63, 0x20, VTD_MODEL_READ, false, false, 0,
	  "read, XD with NXE" },
	{ 0, 0x43, VTD_MODEL_READ, true, true, 0x82,
	  "supervisor executes, SMEP" },
	{ 4, 0x43, VTD_MODEL_READ, true, true, 0,
	  "supervisor executes its own, SMEP" },
	{ 0, 0x03, VTD_MODEL_READ, true, true, 0,
	  "supervisor executes, no SMEP" },
};

static void set_right(unsigned int level, u64 bits)
{
	u64 *at = &sm.first[level][0];

	fix_store(at, (*at & ~(bits & 7)) | (bits & ~7ULL));
}

static void test_right(void **state)
{
	unsigned int i = fix_arg(state) / 5, level = fix_arg(state) % 5;
	struct vtd_model_request request = {
		.sid = SM_SID,
		.with_pasid = true,
		.privileged = rights[i].privileged,
		.execute = rights[i].execute,
		.access = rights[i].access,
	};

	if (!level)
		return; /* SMEP is of all levels at once */
	start();
	sm_set(0, SM_FIRST, SM_WALK(SM_DID), sm_first_top(4) | rights[i].flags);
	set_right(level, rights[i].leaf);
	sm_forget();
	assert_int_equal(sm_send(&request), rights[i].reason);
	/* what is cached says the same, in the same words */
	sm_forget();
	request.execute = false;
	request.access = VTD_MODEL_READ;
	request.privileged = rights[i].flags & 1;
	sm_send(&request);
	request.execute = rights[i].execute;
	request.access = rights[i].access;
	request.privileged = rights[i].privileged;
	assert_int_equal(sm_send(&request), rights[i].reason);
	assert_int_equal(fix_broken(), 0);
	sm_stop();
}

/* Rights that a translation completion would carry. */
static void test_rights_found(void **state)
{
	struct vtd_model_request request = {
		.sid = SM_SID,
		.with_pasid = true,
		.execute = true,
		.access = VTD_MODEL_ASK,
	};

	start();
	sm_set(0, SM_FIRST, SM_WALK(SM_DID), sm_first_top(4) | 0x23);
	set_right(1, 1ULL << 63);
	sm_forget();
	assert_int_equal(sm_send(&request), 0);
	assert_int_equal(sm_result.rw, 3);
	request.addr = 0x1000;
	assert_int_equal(sm_send(&request), 0);
	assert_int_equal(sm_result.rw, 7);
	request.privileged = true;
	assert_int_equal(sm_send(&request), 0);
	assert_int_equal(sm_result.rw, 0xf);
	set_right(1, 2);
	sm_forget();
	request.addr = 0;
	assert_int_equal(sm_send(&request), 0);
	/* a supervisor without WPE may write */
	assert_int_equal(sm_result.rw, 0xb);
	request.privileged = false;
	assert_int_equal(sm_send(&request), 0);
	assert_int_equal(sm_result.rw, 1);
	/* without a PASID, nobody asks with privilege or to execute */
	sm_set(0, SM_FIRST, SM_WALK(SM_DID), sm_first_top(4));
	request.with_pasid = false;
	request.privileged = true;
	request.execute = true;
	assert_int_equal(sm_send(&request), 0);
	assert_int_equal(sm_result.rw, 1);
	sm_stop();
}

/* RID_PRIV: requests without a PASID are the supervisor's. */
static void test_rid_priv(void **state)
{
	start();
	sm_set(0, SM_FIRST, SM_WALK(SM_DID), sm_first_top(4) | 1);
	set_right(1, 4);
	assert_int_equal(sm_ask_fresh(0, VTD_MODEL_READ), 0x81);
	sm_set_context(SM_SID, *sm_context(SM_SID), 1ULL << 20);
	assert_int_equal(sm_ask_fresh(0, VTD_MODEL_READ), 0);
	assert_int_equal(sm_ask_pasid(0, 0, VTD_MODEL_READ), 0x81);
	sm_stop();
}

static const struct {
	u64 entry;
	unsigned int read, write, atomic;
	const char *name;
} permissions[] = {
	{ 0, 0x79, 0x79, 0x79, "none" },
	{ 1, 0, 0x85, 0x85, "R" },
	{ 2, 0x86, 0, 0x86, "W" },
	{ 3, 0, 0, 0, "RW" },
};

static void test_second_permission(void **state)
{
	unsigned int i = fix_arg(state) / 4, level = fix_arg(state) % 4 + 1;
	u64 keep;

	start();
	sm_use_second();
	keep = sm.second[level][0];
	fix_store(&sm.second[level][0], (keep & ~7ULL) | permissions[i].entry);
	assert_int_equal(sm_ask_fresh(0, VTD_MODEL_READ), permissions[i].read);
	assert_int_equal(sm_ask_fresh(0, VTD_MODEL_WRITE),
			 permissions[i].write);
	assert_int_equal(sm_ask_fresh(0, VTD_MODEL_ATOMIC),
			 permissions[i].atomic);
	sm_stop();
}

static void test_second_rest(void **state)
{
	start();
	sm_use_second();
	fix_store(&sm.second[1][0], 0x200000003ULL | 1ULL << 62);
	assert_int_equal(sm_ask_fresh(0, VTD_MODEL_READ), 0x7a);
	assert_int_equal(fix.broken[VTD_MODEL_RESERVED], 1);
	fix_store(&sm.second[1][0], 0xfee00003);
	assert_int_equal(sm_ask_fresh(0, VTD_MODEL_WRITE), 0x87);
	assert_int_equal(sm_ask(1ULL << 48, VTD_MODEL_READ), 0x83);
	assert_int_equal(sm_ask((1ULL << 48) - 1, VTD_MODEL_READ), 0x79);
	sm_set(0, 0x85 | virt_to_phys(sm.second[3]), SM_WALK(SM_DID), 0);
	assert_int_equal(sm_ask_fresh(1ULL << 39, VTD_MODEL_READ), 0x83);
	assert_int_equal(sm_ask_fresh(0x1000, VTD_MODEL_READ), 0);
	sm_stop();
}

/* What nested translation adds. */
static void test_nested_faults(void **state)
{
	u64 *leaf, *table, top;

	start();
	sm_use_nested();
	assert_int_equal(sm_ask_fresh(0, VTD_MODEL_READ), 0);
	/* the second stage of the first stage's tables */
	for (top = 1; top <= 4; top += 3) {
		u64 guest = virt_to_phys(sm.first[top]), keep;
		unsigned int level;

		table = sm.second[4];
		for (level = 4; level > 1; level--)
			table = phys_to_virt(
				table[guest >> (12 + (level - 1) * 9) & 511] &
				~0xfffULL);
		leaf = &table[guest >> 12 & 511];
		keep = *leaf;
		fix_store(leaf, 0);
		assert_int_equal(sm_ask_fresh(0, VTD_MODEL_READ),
				 top == 4 ? 0x75 : 0x76);
		fix_store(leaf, keep & ~1ULL);
		assert_int_equal(sm_ask_fresh(0, VTD_MODEL_READ),
				 top == 4 ? 0x75 : 0x76);
		/* without W it may be read, but not marked */
		fix_store(leaf, keep & ~2ULL);
		assert_int_equal(sm_ask_fresh(0, VTD_MODEL_READ), 0);
		fix_store(&sm.first[top][0], sm.first[top][0] & ~0x20ULL);
		assert_int_equal(sm_ask_fresh(0, VTD_MODEL_READ), 0x77);
		fix_store(leaf, keep);
		assert_int_equal(sm_ask_fresh(0, VTD_MODEL_READ), 0);
	}
	fix_store(&sm.first[1][0], 1ULL << 48 | 0x67);
	assert_int_equal(sm_ask_fresh(0, VTD_MODEL_READ), 0x84);
	fix_store(&sm.first[1][0], 0x100000067ULL);
	fix_store(&sm.first[2][1], 1ULL << 48 | 0x67);
	assert_int_equal(sm_ask_fresh(0x200000, VTD_MODEL_READ), 0x74);
	sm_set(0, SM_NESTED | sm_second_top(), SM_WALK(SM_DID), 1ULL << 48);
	assert_int_equal(sm_ask_fresh(0, VTD_MODEL_READ), 0x74);
	assert_int_equal(fix_broken(), 0);
	sm_stop();
}

/* Rights are those of both stages. */
static void test_nested_rights(void **state)
{
	u64 *table;
	unsigned int level;

	start();
	sm_use_nested();
	table = sm.second[4];
	for (level = 4; level > 1; level--)
		table = phys_to_virt(
			table[0x100000000ULL >> (12 + (level - 1) * 9) & 511] &
			~0xfffULL);
	fix_store(&table[0], 0x200000001ULL);
	assert_int_equal(sm_ask_fresh(0, VTD_MODEL_READ), 0);
	assert_int_equal(sm_result.rw, VTD_MODEL_RIGHT_READ);
	assert_int_equal(sm_ask(0, VTD_MODEL_WRITE), 0x85);
	assert_int_equal(sm_ask_fresh(0, VTD_MODEL_WRITE), 0x85);
	/* nor may a supervisor, who needs no W of the first stage */
	sm_set(0, SM_NESTED | sm_second_top(), SM_WALK(SM_DID),
	       sm_first_top(4) | 1);
	sm_set_context(SM_SID, *sm_context(SM_SID), 1ULL << 20);
	assert_int_equal(sm_ask_fresh(0, VTD_MODEL_READ), 0);
	assert_int_equal(sm_ask(0, VTD_MODEL_WRITE), 0x85);
	fix_store(&table[0], 0x200000002ULL);
	assert_int_equal(sm_ask_fresh(0, VTD_MODEL_READ), 0x86);
	assert_int_equal(sm_ask_fresh(0, VTD_MODEL_WRITE), 0);
	assert_int_equal(sm_ask(0, VTD_MODEL_READ), 0x86);
	sm_stop();
}

/* A large page of the one stage in small ones of the other, both ways. */
static void test_nested_sizes(void **state)
{
	u64 *table;

	start();
	sm_use_nested();
	/* guest: 2 MiB page at 4 GiB; host: 4 KiB pages */
	fix_store(&sm.first[2][1], 0x1000000e7ULL);
	assert_goes(0x205678, 0x200005678ULL);
	assert_int_equal(sm_result.size, 4096);
	assert_int_equal(sm_ask(0x210000, VTD_MODEL_READ), 0x79);
	/* guest: 4 KiB page at 5 GiB + 20 KiB; host: 1 GiB page at 16 GiB */
	table = phys_to_virt(sm.second[4][0] & ~0xfffULL);
	fix_store(&table[5], 0x400000083ULL);
	fix_store(&sm.first[1][1], 0x140005067ULL);
	assert_goes(0x1234, 0x400005234ULL);
	assert_int_equal(sm_result.size, 4096);
	/* guest: 1 GiB at 5 GiB */
	fix_store(&sm.first[3][3], 0x1400000e7ULL);
	assert_goes(0xc0000000ULL + 0x12345678, 0x412345678ULL);
	assert_true(sm_result.size == 1ULL << 30);
	fix_assert_good();
	fix_store(&table[5], 0);
	sm_stop();
}

/* Accessed and dirty bits of the first stage. */
static void test_first_marks(void **state)
{
	bool extended = fix_arg(state);
	u64 a = extended ? 0x420 : 0x20;
	unsigned int i;

	start();
	sm_set(0, SM_FIRST, SM_WALK(SM_DID),
	       sm_first_top(4) | (extended ? 0x80 : 0));
	for (i = 1; i <= 4; i++)
		fix_store(&sm.first[i][0], sm.first[i][0] & ~0x460ULL);
	sm_forget();
	assert_int_equal(sm_ask(0x40, VTD_MODEL_READ), 0);
	for (i = 1; i <= 4; i++)
		assert_int_equal(sm.first[i][0] & 0x460, a);
	/* a write sets D, although the page is cached */
	assert_int_equal(sm_ask(0x40, VTD_MODEL_WRITE), 0);
	assert_int_equal(sm.first[1][0] & 0x460, a | 0x40);
	for (i = 2; i <= 4; i++)
		assert_int_equal(sm.first[i][0] & 0x460, a);
	assert_int_equal(sm_ask(0x40, VTD_MODEL_WRITE), 0);
	assert_true(sm_result.cached);
	/* what hardware stored is not taken for the driver's */
	fix_assert_good();
	/* what is refused marks nothing */
	fix_store(&sm.first[1][1], 0x100001000ULL | 0x25);
	fix_store(&sm.first[2][1], virt_to_phys(sm.first[1]) | 7);
	sm_forget();
	assert_int_equal(sm_ask(0x1000, VTD_MODEL_WRITE), 0x85);
	assert_int_equal(sm.first[1][1] & 0x460, 0x20);
	sm_stop();
}

/* Without snooping they cannot be set. */
static void test_marks_unsnooped(void **state)
{
	start();
	sm_set(0, SM_FIRST, SM_DID, sm_first_top(4));
	assert_int_equal(sm_ask_fresh(0, VTD_MODEL_WRITE), 0);
	fix_store(&sm.first[1][0], sm.first[1][0] & ~0x40ULL);
	assert_int_equal(sm_ask_fresh(0, VTD_MODEL_READ), 0);
	assert_int_equal(sm_ask_fresh(0, VTD_MODEL_WRITE), 0x90);
	fix_store(&sm.first[3][0], sm.first[3][0] & ~0x20ULL);
	assert_int_equal(sm_ask_fresh(0, VTD_MODEL_READ), 0x90);
	assert_int_equal(sm.first[3][0] & 0x20, 0);
	sm_set(0, SM_SECOND | 0x200 | sm_second_top(), SM_DID, 0);
	assert_int_equal(sm_ask_fresh(0, VTD_MODEL_READ), 0x7c);
	fix_assert_good();
	sm_stop();
}

static void test_second_marks(void **state)
{
	unsigned int i;

	start();
	sm_use_second();
	assert_int_equal(sm_ask_fresh(0, VTD_MODEL_WRITE), 0);
	assert_int_equal(sm.second[1][0] & 0x300, 0);
	sm_set(0, SM_SECOND | 0x200 | sm_second_top(), SM_WALK(SM_DID), 0);
	assert_int_equal(sm_ask_fresh(0, VTD_MODEL_READ), 0);
	for (i = 1; i <= 4; i++)
		assert_int_equal(sm.second[i][0] & 0x300, 0x100);
	assert_int_equal(sm_ask(0, VTD_MODEL_WRITE), 0);
	assert_int_equal(sm.second[1][0] & 0x300, 0x300);
	assert_int_equal(sm.second[2][0] & 0x300, 0x100);
	fix_assert_good();
	sm_stop();
}

/* Nested: writing a mark into a guest's table dirties the table's page. */
static void test_nested_marks(void **state)
{
	u64 guest, *table;
	unsigned int level;

	start();
	sm_use_nested();
	sm_set(0, SM_NESTED | 0x200 | sm_second_top(), SM_WALK(SM_DID),
	       sm_first_top(4));
	guest = virt_to_phys(sm.first[1]);
	table = sm.second[4];
	for (level = 4; level > 1; level--)
		table = phys_to_virt(
			table[guest >> (12 + (level - 1) * 9) & 511] &
			~0xfffULL & ~(1ULL << 63));
	assert_int_equal(sm_ask_fresh(0, VTD_MODEL_READ), 0);
	assert_int_equal(table[guest >> 12 & 511] & 0x300, 0x100);
	fix_store(&sm.first[1][0], sm.first[1][0] & ~0x20ULL);
	assert_int_equal(sm_ask_fresh(0, VTD_MODEL_READ), 0);
	assert_int_equal(table[guest >> 12 & 511] & 0x300, 0x300);
	assert_int_equal(sm.first[1][0] & 0x20, 0x20);
	fix_assert_good();
	sm_stop();
}

/* Memory is moved, under a PASID too. */
static void test_dma(void **state)
{
	u64 value = 0x1122334455667788ULL, back = 0, *memory;
	struct vtd_model_request request = {
		.sid = SM_SID,
		.with_pasid = true,
		.pasid = 3,
		.access = VTD_MODEL_WRITE,
		.addr = 0x40,
	};

	start();
	memory = fix_page();
	sm_set(3, SM_FIRST, SM_WALK(SM_DID), sm_first_top(4));
	fix_store(&sm.first[1][0], virt_to_phys(memory) | 7);
	sm_forget();
	assert_true(
		vtd_model_request(sm.unit, &request, &value, 8, &sm_result));
	assert_true(memory[8] == value);
	assert_int_equal(sm.first[1][0] & 0x60, 0x60);
	request.access = VTD_MODEL_READ;
	assert_true(vtd_model_request(sm.unit, &request, &back, 8, &sm_result));
	assert_true(back == value);
	request.pasid = 4;
	assert_false(
		vtd_model_request(sm.unit, &request, &back, 8, &sm_result));
	assert_int_equal(sm_result.reason, 0x59);
	fix_store(&sm.first[1][0], 0);
	sm_forget();
	fix_page_free(memory);
	sm_stop();
	assert_int_equal(fix_broken(), 0);
}

/* With a PASID, the interrupt range is an address like others. */
static void test_interrupt_range(void **state)
{
	u64 *far;
	u32 message = 0x31;
	struct vtd_model_request request = {
		.sid = SM_SID,
		.access = VTD_MODEL_WRITE,
		.addr = 0xfee00000,
	};

	start();
	sm_set(0, SM_PASS, SM_DID, 0);
	assert_true(
		vtd_model_request(sm.unit, &request, &message, 4, &sm_result));
	assert_true(sm_result.interrupt);
	request.with_pasid = true;
	assert_int_equal(sm_send(&request), 0x87);
	assert_false(sm_result.interrupt);
	far = fix_page();
	sm_use_first();
	fix_store(&sm.first[3][3], virt_to_phys(far) | 0x27);
	fix_store(&far[503], 0x1400000e7ULL);
	sm_forget();
	assert_int_equal(sm_send(&request), 0);
	assert_true(sm_result.phys == 0x140000000ULL);
	fix_store(&far[503], 0xfee000e7ULL & ~0x1fe000ULL);
	sm_forget();
	request.addr = 0xfee00000;
	assert_int_equal(sm_send(&request), 0x87);
	fix_store(&sm.first[3][3], 0);
	sm_forget();
	fix_page_free(far);
	sm_stop();
}

/* A page that the model has never heard of. */
static u64 *foreign_page(void)
{
	u64 *page = fix_page();

	vtd_model_page_freed(page);
	return page;
}

/* Tables of somebody else: read and marked where they lie. */
static void test_foreign(void **state)
{
	u64 *tables[4], *memory;
	const struct vtd_model_request request = {
		.sid = SM_SID,
		.access = VTD_MODEL_WRITE,
		.addr = 0x2010,
	};
	u64 value = 0x123456789abcdef;
	unsigned int i;

	start();
	memory = foreign_page();
	for (i = 0; i < 4; i++)
		tables[i] = foreign_page();
	for (i = 0; i < 3; i++)
		tables[i][0] = virt_to_phys(tables[i + 1]) | 7;
	tables[3][1] = 0x123456000ULL | 7;
	vtd_model_foreign_tables(sm.unit, true);
	sm_set(0, SM_FIRST, SM_WALK(SM_DID), virt_to_phys(tables[0]));
	assert_int_equal(sm_ask_fresh(0x1008, VTD_MODEL_READ), 0);
	assert_true(sm_result.phys == 0x123456008ULL);
	assert_int_equal(tables[3][1] & 0x60, 0x20);
	assert_int_equal(sm_ask(0x1008, VTD_MODEL_WRITE), 0);
	assert_int_equal(tables[3][1] & 0x60, 0x60);
	for (i = 0; i < 3; i++)
		assert_int_equal(tables[i][0] & 0x60, 0x20);
	/* and so does the memory they lead to */
	tables[3][2] = virt_to_phys(memory) | 7;
	assert_true(
		vtd_model_request(sm.unit, &request, &value, 8, &sm_result));
	assert_true(memory[2] == value);
	fix_assert_good();
	vtd_model_foreign_tables(sm.unit, false);
	assert_false(
		vtd_model_request(sm.unit, &request, &value, 8, &sm_result));
	assert_int_equal(fix.broken[VTD_MODEL_WILD], 1);
	fix_forget();
	vtd_model_foreign_tables(sm.unit, true);
	/* a store that nobody tells, and that the caches still deny */
	tables[3][1] = 0;
	vtd_model_check_quiescent();
	assert_int_equal(fix.broken[VTD_MODEL_STALE], 1);
	assert_int_equal(fix_broken(), 1);
	fix_forget();
	assert_int_equal(sm_ask_fresh(0x1008, VTD_MODEL_READ), 0x71);
	/* nobody else's: it is not there */
	vtd_model_foreign_tables(sm.unit, false);
	assert_int_equal(sm_ask_fresh(0x1008, VTD_MODEL_READ), 0x73);
	sm_set(0, SM_FIRST, SM_WALK(SM_DID), virt_to_phys(tables[0]));
	assert_int_equal(fix.broken[VTD_MODEL_WILD], 1);
	fix_page_free(memory);
	for (i = 0; i < 4; i++)
		fix_page_free(tables[i]);
	sm_stop();
}

/* In caching mode faults are cached, with what they were for. */
static void test_caching_mode(void **state)
{
	sm_start(SM_CAP | VTDM_CAP_CM, SM_ECAP, 0);
	fix.quiet = true;
	assert_int_equal(sm_ask(0, VTD_MODEL_READ), 0x59);
	sm_use_first();
	assert_int_equal(sm_ask(0, VTD_MODEL_READ), 0x59);
	sm_do(SM_PASIDS_ONE(SM_DID, 0), 0);
	assert_int_equal(sm_ask(0, VTD_MODEL_READ), 0);
	assert_int_equal(sm_ask(0x200000, VTD_MODEL_READ), 0x71);
	fix_store(&sm.first[2][1], 0x1000000e7ULL);
	assert_int_equal(sm_ask(0x200000, VTD_MODEL_READ), 0x71);
	assert_true(sm_result.cached);
	vtd_model_check_quiescent();
	assert_int_equal(fix.broken[VTD_MODEL_STALE], 1);
	sm_do(SM_PIOTLB_PAGES(SM_DID, 0), 0x200000);
	assert_int_equal(sm_ask(0x200000, VTD_MODEL_READ), 0);
	/* what is refused for want of rights is not */
	fix_store(&sm.first[2][2], 0x1000000e5ULL);
	assert_int_equal(sm_ask(0x400000, VTD_MODEL_WRITE), 0x85);
	fix_store(&sm.first[2][2], 0x1000000e7ULL);
	assert_int_equal(sm_ask(0x400000, VTD_MODEL_WRITE), 0);
	sm_use_second();
	sm_forget();
	assert_int_equal(sm_ask(0x200000, VTD_MODEL_WRITE), 0x79);
	fix_store(&sm.second[2][1], 0x100000083ULL);
	assert_int_equal(sm_ask(0x200000, VTD_MODEL_READ), 0x79);
	sm_do(SM_IOTLB_PAGES(SM_DID), 0x200000);
	assert_int_equal(sm_ask(0x200000, VTD_MODEL_READ), 0);
	sm_stop();
}

static void first_cases(void)
{
	unsigned int i, j;

	for (i = 4; i <= 5; i++)
		fix_case(test_first, (void *)(uintptr_t)i,
			 "first stage of %u levels", i);
	for (i = 1; i <= 3; i++)
		fix_case(test_first_leaf, (void *)(uintptr_t)i,
			 "first stage: a leaf at level %u", i);
	for (i = 4; i <= 5; i++)
		fix_case(test_canonical, (void *)(uintptr_t)i,
			 "first stage: canonical addresses of %u levels", i);
	for (i = 0; i < ARRAY_SIZE(first_bits); i++)
		fix_case(test_first_bits, (void *)(uintptr_t)i,
			 "first stage, %x: %s", first_bits[i].reason,
			 first_bits[i].name);
	fix_case(test_first_host_width, NULL,
		 "first stage: host addresses of 52 bits");
	for (i = 0; i < ARRAY_SIZE(rights); i++)
		for (j = 1; j <= 4; j++)
			fix_case(test_right, (void *)(uintptr_t)(i * 5 + j),
				 "rights at level %u, %x: %s", j,
				 rights[i].reason, rights[i].name);
	fix_case(test_rights_found, NULL, "rights that are found");
	fix_case(test_rid_priv, NULL, "RID_PRIV");
	for (i = 0; i < 2; i++)
		fix_case(test_first_marks, (void *)(uintptr_t)i,
			 "first stage: accessed and dirty%s",
			 i ? ", and extended accessed" : "");
	fix_case(test_foreign, NULL, "first-stage tables of somebody else");
}

static void rest_cases(void)
{
	unsigned int i;

	fix_case(test_second, NULL, "second stage");
	for (i = 0; i < ARRAY_SIZE(permissions) * 4; i++)
		fix_case(test_second_permission, (void *)(uintptr_t)i,
			 "second stage: permission %s at level %u",
			 permissions[i / 4].name, i % 4 + 1);
	fix_case(test_second_rest, NULL, "second stage: other faults");
	fix_case(test_second_marks, NULL, "second stage: accessed and dirty");
	fix_case(test_nested, NULL, "nested");
	fix_case(test_nested_faults, NULL, "nested: faults of the tables");
	fix_case(test_nested_rights, NULL, "nested: rights of both stages");
	fix_case(test_nested_sizes, NULL, "nested: sizes of both stages");
	fix_case(test_nested_marks, NULL, "nested: accessed and dirty");
	fix_case(test_marks_unsnooped, NULL,
		 "accessed and dirty without snooping");
	fix_case(test_pass, NULL, "pass-through");
	fix_case(test_dma, NULL, "DMA under a PASID");
	fix_case(test_interrupt_range, NULL,
		 "interrupt range, with a PASID and without");
	fix_case(test_caching_mode, NULL, "caching mode");
}

int main(void)
{
	first_cases();
	rest_cases();
	return fix_run("model-sm-walk");
}
