// SPDX-License-Identifier: GPL-2.0
/*
 * The software unit's translation against the specification: widths, page
 * sizes, permissions, and the reason of every fault.  All entries are literal.
 *
 * SRCS: kunit/model/model.c kunit/model/memory.c kunit/model/regs.c
 * SRCS: kunit/model/fault.c kunit/model/walk.c kunit/model/cache.c
 * SRCS: kunit/model/queue.c kunit/model/device.c kunit/model/check.c
 * SRCS: kunit/model/quiescent.c selftests/native/model_fixture.c
 * SRCS: kunit/model/intr.c kunit/model/check_intr.c
 * SRCS: selftests/native/model_tables.c
 * CFLAGS: -DVTD_OBSERVER
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "model_tables.h"

#define CAP5 \
	((FIX_CAP & ~(0x3fULL << 16)) | VTDM_CAP_SAGAW(0xe) | VTDM_CAP_MGAW(57))

static void start(void)
{
	tab_start(FIX_CAP, FIX_ECAP, 4, 0);
	fix.quiet = true;
}

static void assert_goes(u64 addr, u64 phys)
{
	assert_int_equal(tab_ask_fresh(addr, VTD_MODEL_READ), 0);
	assert_true(tab_result.phys == phys);
	/* and once more from the caches */
	assert_int_equal(tab_ask(addr, VTD_MODEL_WRITE), 0);
	assert_true(tab_result.cached);
	assert_true(tab_result.phys == phys);
}

static void test_levels(void **state)
{
	unsigned int levels = fix_arg(state);

	tab_start(CAP5, FIX_ECAP, levels, 0);
	assert_goes(0, 0x100000000ULL);
	assert_goes(0xfff, 0x100000fffULL);
	assert_goes(0x1ff123, 0x1001ff123ULL);
	assert_int_equal(tab_result.did, TAB_DID);
	assert_int_equal(tab_ask(0x200000, VTD_MODEL_READ), 6);
	tab_stop();
	assert_int_equal(fix_broken(), 0);
}

/* A leaf of a level, far up in the address space. */
static void test_leaf(void **state)
{
	unsigned int level = fix_arg(state);
	unsigned int shift = 12 + (level - 1) * 9;
	u64 at = 511ULL << shift;

	start();
	fix_store(&tab.table[level][511],
		  (7ULL << 30) | 3 | (level > 1 ? 0x80 : 0));
	assert_goes(at, 7ULL << 30);
	assert_goes(at + (1ULL << shift) - 1,
		    (7ULL << 30) + (1ULL << shift) - 1);
	tab_stop();
	assert_int_equal(fix_broken(), 0);
}

static const struct {
	u64 entry;
	unsigned int read, write, atomic;
	const char *name;
} permissions[] = {
	{ 0, 6, 5, 5, "none" },
	{ 1, 0, 5, 5, "R" },
	{ 2, 6, 0, 6, "W" },
	{ 3, 0, 0, 0, "RW" },
	{ 4, 6, 5, 5, "X alone is not present" },
};

static void test_permission(void **state)
{
	unsigned int i = fix_arg(state) / 4, level = fix_arg(state) % 4 + 1;
	u64 keep;

	start();
	keep = tab.table[level][0];
	fix_store(&tab.table[level][0], (keep & ~7ULL) | permissions[i].entry);
	assert_int_equal(tab_ask_fresh(0, VTD_MODEL_READ), permissions[i].read);
	assert_int_equal(tab_ask_fresh(0, VTD_MODEL_WRITE),
			 permissions[i].write);
	assert_int_equal(tab_ask_fresh(0, VTD_MODEL_ATOMIC),
			 permissions[i].atomic);
	tab_stop();
}

/* A cached pointer refuses what was not allowed on the way to it. */
static void test_permission_of_pointer(void **state)
{
	start();
	fix_store(&tab.table[3][0], virt_to_phys(tab.table[2]) | 2);
	fix_store(&tab.table[2][1], 0xabcdef000ULL | 3);
	assert_int_equal(tab_ask_fresh(0x200000, VTD_MODEL_WRITE), 7);
	assert_int_equal(tab_ask(0x200000, VTD_MODEL_READ), 6);
	tab_stop();
}

/* What is cached of an entry in error tells permissions first. */
static void test_permission_of_error(void **state)
{
	tab_start(FIX_CAP | VTDM_CAP_CM, FIX_ECAP, 4, 0);
	fix.quiet = true;
	fix_store(&tab.table[2][1], 0x800 | 2);
	assert_int_equal(tab_ask_fresh(0x200000, VTD_MODEL_READ), 6);
	assert_int_equal(tab_ask(0x200000, VTD_MODEL_WRITE), 0xc);
	assert_int_equal(tab_ask(0x200000, VTD_MODEL_READ), 6);
	tab_stop();
}

/* A cached leaf refuses what it does not allow. */
static void test_permission_cached(void **state)
{
	start();
	fix_store(&tab.table[1][0], 0x100000001ULL);
	assert_int_equal(tab_ask_fresh(0, VTD_MODEL_READ), 0);
	assert_int_equal(tab_ask(0, VTD_MODEL_WRITE), 5);
	assert_true(tab_result.cached);
	tab_stop();
}

static void test_zero_bus(void **state)
{
	struct vtd_model_result r;

	start();
	assert_false(
		vtd_model_translate(tab.unit, 0x0018, 0, VTD_MODEL_READ, &r));
	assert_int_equal(r.reason, 1);
	assert_false(
		vtd_model_translate(tab.unit, 0x0119, 0, VTD_MODEL_READ, &r));
	assert_int_equal(r.reason, 2);
	tab_stop();
}

static void test_root_reserved(void **state)
{
	unsigned int bit = fix_arg(state);

	start();
	if (bit < 64)
		fix_store(&tab.root[2], tab.root[2] | 1ULL << bit);
	else
		fix_store(&tab.root[3], 1ULL << (bit - 64));
	assert_int_equal(tab_ask_fresh(0, VTD_MODEL_READ), 0xa);
	assert_true(fix.broken[VTD_MODEL_RESERVED] > 0);
	tab_stop();
}

static void test_context_reserved(void **state)
{
	unsigned int bit = fix_arg(state);
	u64 lo, hi;

	start();
	lo = tab.context[0x30];
	hi = tab.context[0x31];
	if (bit < 64)
		lo |= 1ULL << bit;
	else
		hi |= 1ULL << (bit - 64);
	tab_set_context(lo, hi);
	assert_int_equal(tab_ask_fresh(0, VTD_MODEL_READ), 0xb);
	assert_true(fix.broken[VTD_MODEL_RESERVED] > 0);
	tab_stop();
}

/* Bits 70:67 of a context entry are ignored. */
static void test_context_ignored(void **state)
{
	start();
	tab_set_context(tab.context[0x30], tab.context[0x31] | 0x78);
	assert_int_equal(tab_ask_fresh(0, VTD_MODEL_READ), 0);
	tab_stop();
}

static const struct {
	u64 lo;
	u64 hi;
	u64 ecap;
	unsigned int reason;
	const char *name;
} contexts[] = {
	{ 0, 0, 0, 3, "AW 000, 30 bits" },
	{ 0, 3, 0, 3, "AW 011 without 5 levels" },
	{ 0, 4, 0, 3, "AW 100" },
	{ 0, 7, 0, 3, "AW 111" },
	{ 0, 2, 0, 0, "AW 010" },
	{ 0x4, 2, 0, 3, "TT 01 without device TLBs" },
	{ 0x4, 2, VTDM_ECAP_DT, 0, "TT 01 with device TLBs" },
	{ 0xc, 2, 0, 3, "TT 11" },
	{ 0x8, 2, 0, 0, "TT 10" },
	{ 0x8, 3, 0, 3, "TT 10 with an AW that the unit has not" },
};

static void test_context(void **state)
{
	unsigned int i = fix_arg(state);

	tab_start(FIX_CAP, FIX_ECAP | contexts[i].ecap, 4, 0);
	fix.quiet = true;
	tab_set_context((tab.context[0x30] & ~0xcULL) | contexts[i].lo,
			TAB_DID << 8 | contexts[i].hi);
	assert_int_equal(tab_ask_fresh(0, VTD_MODEL_READ), contexts[i].reason);
	tab_stop();
}

static void test_pass_through(void **state)
{
	start();
	/* the pointer is ignored, also beyond the host's addresses */
	tab_set_context(0xfff0000000000009ULL, 7 << 8 | 2);
	assert_int_equal(tab_ask_fresh(0x7654321, VTD_MODEL_WRITE), 0);
	assert_true(tab_result.phys == 0x7654321);
	assert_int_equal(tab_result.did, 7);
	assert_int_equal(tab_ask(1ULL << 48, VTD_MODEL_WRITE), 4);
	tab_stop();
}

static void test_pass_through_absent(void **state)
{
	tab_start(FIX_CAP, FIX_ECAP & ~VTDM_ECAP_PT, 4, 0);
	tab_set_context(0x9, 7 << 8 | 2);
	assert_int_equal(tab_ask_fresh(0, VTD_MODEL_WRITE), 3);
	tab_stop();
}

static const struct {
	u64 mgaw;
	unsigned int levels;
	unsigned int bits;
} widths[] = {
	{ 39, 3, 39 }, { 48, 3, 39 }, { 48, 4, 48 }, { 39, 4, 39 },
	{ 57, 5, 57 }, { 57, 4, 48 }, { 52, 5, 52 }, { 46, 4, 46 },
};

static void test_width(void **state)
{
	unsigned int i = fix_arg(state);
	u64 end = 1ULL << widths[i].bits;

	tab_start((CAP5 & ~(0x3fULL << 16)) | VTDM_CAP_MGAW(widths[i].mgaw),
		  FIX_ECAP, widths[i].levels, 0);
	assert_int_equal(tab_ask(end - 1, VTD_MODEL_READ), 6);
	assert_int_equal(tab_ask(end, VTD_MODEL_READ), 4);
	assert_int_equal(tab_ask(~0ULL, VTD_MODEL_WRITE), 4);
	tab_stop();
}

static const struct {
	unsigned int level;
	u64 bits;
	u64 ecap;
	u64 cap;
	unsigned int reason;
	const char *name;
} entries[] = {
	{ 1, 0x800, 0, 0, 0xc, "SNP without SC" },
	{ 1, 0x800, VTDM_ECAP_SC, 0, 0, "SNP with SC" },
	{ 1, 1ULL << 62, 0, 0, 0xc, "bit 62 without DT" },
	{ 1, 1ULL << 62, VTDM_ECAP_DT, 0, 0xc, "bit 62 with DT" },
	{ 1, 0x80, 0, 0, 0, "bit 7 at level 1 is ignored" },
	{ 1, 0x778, 0, 0, 0, "memory type, A and D are ignored" },
	{ 1, 0x3ff0000000000000ULL, 0, 0, 0, "bits 61:52 are ignored" },
	{ 1, 1ULL << 63, 0, 0, 0, "bit 63 is ignored" },
	{ 2, 0x800, VTDM_ECAP_SC, 0, 0xc, "bit 11 in a pointer" },
	{ 2, 1ULL << 62, VTDM_ECAP_DT, 0, 0xc, "bit 62 in a pointer" },
	{ 2, 0x3ff0000000000000ULL, 0, 0, 0, "bits 61:52 in a pointer" },
	{ 3, 0x800, VTDM_ECAP_SC, 0, 0xc, "bit 11 in a pointer at level 3" },
	{ 4, 0x80, 0, 0, 0xc, "PS at level 4" },
	{ 4, 0x800, VTDM_ECAP_SC, 0, 0xc, "bit 11 at level 4" },
	{ 2, 0x80, 0, 3ULL << 34, 0xc, "2 MiB page without SLLPS" },
	{ 3, 0x80, 0, 2ULL << 34, 0xc, "1 GiB page without SLLPS" },
};

static void test_entry(void **state)
{
	unsigned int i = fix_arg(state);
	u64 *at;

	tab_start(FIX_CAP & ~entries[i].cap,
		  (FIX_ECAP & ~VTDM_ECAP_SC) | entries[i].ecap, 4, 0);
	fix.quiet = true;
	at = &tab.table[entries[i].level][0];
	fix_store(at, *at | entries[i].bits);
	assert_int_equal(tab_ask_fresh(0, VTD_MODEL_READ), entries[i].reason);
	assert_int_equal(fix.broken[VTD_MODEL_RESERVED],
			 entries[i].reason != 0);
	tab_stop();
}

/* The address of a superpage has zeros below its size. */
static void test_superpage_low_bits(void **state)
{
	unsigned int bit = fix_arg(state);
	unsigned int level = bit < 21 ? 2 : 3;

	start();
	fix_store(&tab.table[level][5], 0x40000083ULL | 1ULL << bit);
	assert_int_equal(tab_ask_fresh(5ULL << (level == 2 ? 21 : 30),
				       VTD_MODEL_READ),
			 0xc);
	tab_stop();
}

/* Reserved bits of an entry that is not present say nothing. */
static void test_reserved_not_present(void **state)
{
	start();
	fix_store(&tab.table[1][0], 0x4000000000000800ULL);
	assert_int_equal(tab_ask_fresh(0, VTD_MODEL_READ), 6);
	assert_int_equal(fix_broken(), 0);
	tab_stop();
}

static void test_host_width(void **state)
{
	const struct vtd_model_config config = {
		.cap = FIX_CAP,
		.ecap = FIX_ECAP,
		.haw = 39,
		.policy = VTD_MODEL_MANUAL,
	};
	struct vtd_model_unit *narrow;

	start();
	narrow = vtd_model_unit_create(&config);
	assert_non_null(narrow);
	fix_store(&tab.table[1][0], 1ULL << 51 | 3);
	assert_int_equal(tab_ask_fresh(0, VTD_MODEL_READ), 0);
	assert_true(tab_result.phys == 1ULL << 51);
	vtd_model_unit_destroy(narrow);
	tab_stop();
}

static void test_unreadable(void **state)
{
	static const unsigned int reason[] = { 7, 7, 7, 3, 9, 8 };
	unsigned int i = fix_arg(state);
	u64 *page;

	start();
	page = i < 4 ? tab.table[i + 1] : i == 4 ? tab.context : tab.root;
	vtd_model_poison(virt_to_phys(page), true);
	assert_int_equal(tab_ask_fresh(0, VTD_MODEL_READ), reason[i]);
	vtd_model_poison(virt_to_phys(page), false);
	assert_int_equal(tab_ask_fresh(0, VTD_MODEL_READ), 0);
	tab_stop();
}

static void test_wild_pointer(void **state)
{
	start();
	fix_store(&tab.table[2][1], 0xabcdef000ULL | 3);
	assert_int_equal(tab_ask_fresh(0x200000, VTD_MODEL_READ), 7);
	assert_int_equal(fix.broken[VTD_MODEL_WILD], 1);
	tab_stop();
}

static void test_translated(void **state)
{
	unsigned int i;

	for (i = 0; i < 2; i++) {
		tab_start(FIX_CAP, FIX_ECAP | VTDM_ECAP_DT, 4, 0);
		tab_set_context(tab.context[0x30] | (i ? 4 : 0),
				TAB_DID << 8 | 2);
		assert_int_equal(tab_ask_fresh(0x1000, VTD_MODEL_TRANSLATED),
				 i ? 0 : 0xd);
		assert_int_equal(tab_ask_fresh(0x1000, VTD_MODEL_ASK),
				 i ? 0 : 0xd);
		tab_stop();
	}
}

static void test_to_interrupt_range(void **state)
{
	start();
	fix_store(&tab.table[1][0], 0xfee00003);
	assert_int_equal(tab_ask_fresh(0x10, VTD_MODEL_WRITE), 0xe);
	fix_store(&tab.table[1][0], 0xfeeff003);
	assert_int_equal(tab_ask_fresh(0x10, VTD_MODEL_WRITE), 0xe);
	fix_store(&tab.table[1][0], 0xfef00003);
	assert_int_equal(tab_ask_fresh(0x10, VTD_MODEL_WRITE), 0);
	tab_stop();
}

/* FPD silences what comes from the context entry on, and nothing before it. */
static const struct {
	unsigned int reason;
	bool silent;
	const char *name;
} fpd[] = {
	{ 0x2, true, "context not present" },
	{ 0x3, true, "context invalid" },
	{ 0x4, true, "beyond width" },
	{ 0x5, true, "write denied" },
	{ 0x6, true, "read denied" },
	{ 0x7, true, "table unreadable" },
	{ 0x8, false, "root unreadable" },
	{ 0x9, false, "context unreadable" },
	{ 0xa, false, "root reserved" },
	{ 0xb, true, "context reserved" },
	{ 0xc, true, "table reserved" },
	{ 0xd, true, "translated request" },
	{ 0x1, false, "root not present" },
};

static unsigned int provoke(unsigned int reason)
{
	u64 lo = tab.context[0x30] | 2, hi = tab.context[0x31];
	enum vtd_model_access access = VTD_MODEL_READ;
	u64 addr = 0x200000;

	if (reason == 0x2)
		lo &= ~1ULL;
	if (reason == 0x3)
		hi |= 7;
	if (reason == 0xb)
		hi |= 1ULL << 40;
	tab_set_context(lo, hi);
	if (reason == 0x4)
		addr = 1ULL << 50;
	if (reason == 0x5)
		access = VTD_MODEL_WRITE;
	if (reason == 0x7)
		vtd_model_poison(virt_to_phys(tab.table[2]), true);
	if (reason == 0x8)
		vtd_model_poison(virt_to_phys(tab.root), true);
	if (reason == 0x9)
		vtd_model_poison(virt_to_phys(tab.context), true);
	if (reason == 0xa)
		fix_store(&tab.root[2], tab.root[2] | 2);
	if (reason == 0x1)
		fix_store(&tab.root[2], tab.root[2] & ~1ULL);
	if (reason == 0xc)
		fix_store(&tab.table[2][1], 0x800 | 3);
	if (reason == 0xd)
		access = VTD_MODEL_TRANSLATED;
	return tab_ask_fresh(addr, access);
}

static void test_fpd(void **state)
{
	unsigned int i = fix_arg(state);

	start();
	assert_int_equal(provoke(fpd[i].reason), fpd[i].reason);
	assert_int_equal(fix_read32(&tab.regs, 0x34) & 2,
			 fpd[i].silent ? 0 : 2);
	assert_int_equal(vtd_model_stats(tab.unit).faults, 1);
	tab_stop();
}

static void test_untranslated(void **state)
{
	start();
	fix_write32(&tab.regs, 0x18, 0x04000000);
	assert_int_equal(tab_ask(0x12345678, VTD_MODEL_WRITE), 0);
	assert_true(tab_result.phys == 0x12345678);
	tab_stop();
}

static void test_dma(void **state)
{
	u64 *memory, *other;
	u64 value = 0x1122334455667788ULL, back = 0;
	char text[32] = "a word across two pages", got[32] = "";

	start();
	memory = fix_page();
	other = fix_page();
	fix_store(&tab.table[1][0], virt_to_phys(memory) | 3);
	fix_store(&tab.table[1][1], virt_to_phys(other) | 3);
	tab_ask_fresh(0, VTD_MODEL_READ);
	assert_true(vtd_model_dma(tab.unit, TAB_SID, 0x40, VTD_MODEL_WRITE,
				  &value, 8, &tab_result));
	assert_true(memory[8] == value);
	value = 1;
	assert_true(vtd_model_dma(tab.unit, TAB_SID, 0x40, VTD_MODEL_ATOMIC,
				  &value, 8, &tab_result));
	assert_true(value == 0x1122334455667788ULL);
	assert_true(vtd_model_dma(tab.unit, TAB_SID, 0x40, VTD_MODEL_READ,
				  &back, 8, &tab_result));
	assert_true(back == 0x1122334455667789ULL);
	assert_true(vtd_model_dma(tab.unit, TAB_SID, 0xff0, VTD_MODEL_WRITE,
				  text, 32, &tab_result));
	assert_memory_equal(other, text + 16, 16);
	assert_true(vtd_model_dma(tab.unit, TAB_SID, 0xff0, VTD_MODEL_READ, got,
				  32, &tab_result));
	assert_string_equal(got, text);
	fix_store(&tab.table[1][0], 0);
	fix_store(&tab.table[1][1], 0);
	assert_int_equal(tab_ask_fresh(0, VTD_MODEL_READ), 6);
	fix_page_free(memory);
	fix_page_free(other);
	assert_int_equal(fix_broken(), 0);
	tab_stop();
}

static void test_dma_refused(void **state)
{
	u64 *memory, value = 7;

	start();
	memory = fix_page();
	fix_store(&tab.table[1][0], virt_to_phys(memory) | 1);
	tab_ask_fresh(0x1000, VTD_MODEL_READ);
	assert_false(vtd_model_dma(tab.unit, TAB_SID, 0, VTD_MODEL_WRITE,
				   &value, 8, &tab_result));
	assert_int_equal(tab_result.reason, 5);
	assert_int_equal(memory[0], 0);
	assert_false(vtd_model_dma(tab.unit, TAB_SID, 0x200000, VTD_MODEL_WRITE,
				   &value, 8, &tab_result));
	fix_store(&tab.table[1][0], 0);
	tab_ask_fresh(0, VTD_MODEL_READ);
	fix_page_free(memory);
	tab_stop();
}

static void test_dma_wild(void **state)
{
	u64 value = 7;

	start();
	assert_false(vtd_model_dma(tab.unit, TAB_SID, 0, VTD_MODEL_WRITE,
				   &value, 8, &tab_result));
	assert_int_equal(fix.broken[VTD_MODEL_WILD], 1);
	tab_stop();
}

static void test_msi(void **state)
{
	u32 data = 0x4055, more[2] = {};

	start();
	assert_true(vtd_model_dma(tab.unit, TAB_SID, 0xfee01004,
				  VTD_MODEL_WRITE, &data, 4, &tab_result));
	assert_true(tab_result.interrupt);
	assert_int_equal(fix.messages, 1);
	assert_true(fix.addr == 0xfee01004);
	assert_int_equal(fix.data, 0x4055);
	/* what is not one aligned dword is no interrupt and no memory access */
	assert_false(vtd_model_dma(tab.unit, TAB_SID, 0xfee01002,
				   VTD_MODEL_WRITE, &data, 4, &tab_result));
	assert_true(tab_result.aborted);
	assert_false(vtd_model_dma(tab.unit, TAB_SID, 0xfee01000,
				   VTD_MODEL_WRITE, more, 8, &tab_result));
	assert_false(vtd_model_dma(tab.unit, TAB_SID, 0xfee01000,
				   VTD_MODEL_READ, &data, 4, &tab_result));
	assert_int_equal(fix.messages, 1);
	assert_int_equal(fix_read32(&tab.regs, 0x34), 0);
	tab_stop();
}

/* A request says all that a device can say; legacy mode knows no PASID. */
static void test_request(void **state)
{
	struct vtd_model_request request = {
		.sid = TAB_SID,
		.addr = 0x1234,
		.privileged = true, /* of no account without a PASID */
		.execute = true,
	};

	tab_start(FIX_CAP, FIX_ECAP | VTDM_ECAP_PT, 4, 0);
	assert_true(
		vtd_model_request(tab.unit, &request, NULL, 0, &tab_result));
	assert_true(tab_result.phys == 0x100001234ULL);
	assert_int_equal(tab_result.size, 4096);
	assert_int_equal(tab_result.rw,
			 VTD_MODEL_RIGHT_READ | VTD_MODEL_RIGHT_WRITE);
	assert_false(tab_result.pass_through);
	request.with_pasid = true;
	request.pasid = 7;
	assert_false(
		vtd_model_request(tab.unit, &request, NULL, 0, &tab_result));
	assert_int_equal(tab_result.reason, 0x31);
	assert_true(fix_read64(&tab.regs, 0x228) ==
		    (0xc000000000000000ULL | 7ULL << 40 | 0x31ULL << 32 |
		     0xe0000000 | TAB_SID));
	tab_set_context(9, TAB_DID << 8 | 2);
	request.with_pasid = false;
	tab_ask_fresh(0, VTD_MODEL_READ);
	fix_forget();
	assert_true(
		vtd_model_request(tab.unit, &request, NULL, 0, &tab_result));
	assert_true(tab_result.pass_through);
	assert_true(tab_result.phys == 0x1234);
	tab_stop();
}

static void walk_cases(void)
{
	unsigned int i;

	for (i = 3; i <= 5; i++)
		fix_case(test_levels, (void *)(uintptr_t)i, "%u levels", i);
	for (i = 1; i <= 3; i++)
		fix_case(test_leaf, (void *)(uintptr_t)i, "a leaf at level %u",
			 i);
	for (i = 0; i < ARRAY_SIZE(permissions) * 4; i++)
		fix_case(test_permission, (void *)(uintptr_t)i,
			 "permission %s at level %u", permissions[i / 4].name,
			 i % 4 + 1);
	fix_case(test_permission_cached, NULL, "permission from the IOTLB");
	fix_case(test_permission_of_pointer, NULL,
		 "permission from a cached pointer");
	fix_case(test_permission_of_error, NULL,
		 "permission before a cached error");
	for (i = 0; i < ARRAY_SIZE(widths); i++)
		fix_case(test_width, (void *)(uintptr_t)i,
			 "fault 4: MGAW %llu, %u levels end at %u bits",
			 widths[i].mgaw, widths[i].levels, widths[i].bits);
	fix_case(test_host_width, NULL, "host addresses up to 52 bits");
	fix_case(test_pass_through, NULL, "pass-through");
	fix_case(test_pass_through_absent, NULL,
		 "fault 3: pass-through without PT");
	fix_case(test_request, NULL, "a request as a whole");
	fix_case(test_untranslated, NULL, "TE off: nothing is translated");
	fix_case(test_dma, NULL, "DMA: write, atomic, read, across pages");
	fix_case(test_dma_refused, NULL, "DMA that is refused reaches nothing");
	fix_case(test_dma_wild, NULL, "DMA to no memory is told");
	fix_case(test_msi, NULL, "interrupt range");
}

static void fault_cases(void)
{
	static const u8 root_bits[] = { 1, 5, 11, 52, 63, 64, 127 };
	static const u8 context_bits[] = { 4, 8, 11, 52, 63, 71, 88, 100, 127 };
	static const u8 low_bits[] = { 12, 16, 20, 21, 29 };
	unsigned int i;

	fix_case(test_zero_bus, NULL,
		 "faults 1 and 2: no root entry, no context entry");
	for (i = 0; i < ARRAY_SIZE(contexts); i++)
		fix_case(test_context, (void *)(uintptr_t)i, "fault %u: %s",
			 contexts[i].reason, contexts[i].name);
	for (i = 0; i < 6; i++)
		fix_case(test_unreadable, (void *)(uintptr_t)i,
			 "faults 7, 3, 8, 9: unreadable, %u", i);
	fix_case(test_wild_pointer, NULL, "fault 7: pointer to nowhere");
	for (i = 0; i < ARRAY_SIZE(root_bits); i++)
		fix_case(test_root_reserved, (void *)(uintptr_t)root_bits[i],
			 "fault a: bit %u of a root entry", root_bits[i]);
	for (i = 0; i < ARRAY_SIZE(context_bits); i++)
		fix_case(test_context_reserved,
			 (void *)(uintptr_t)context_bits[i],
			 "fault b: bit %u of a context entry", context_bits[i]);
	fix_case(test_context_ignored, NULL,
		 "bits 70:67 of a context entry are ignored");
	for (i = 0; i < ARRAY_SIZE(entries); i++)
		fix_case(test_entry, (void *)(uintptr_t)i, "fault %x: %s",
			 entries[i].reason, entries[i].name);
	for (i = 0; i < ARRAY_SIZE(low_bits); i++)
		fix_case(test_superpage_low_bits,
			 (void *)(uintptr_t)low_bits[i],
			 "fault c: address bit %u of a superpage", low_bits[i]);
	fix_case(test_reserved_not_present, NULL,
		 "reserved bits of an entry that is not present");
	fix_case(test_translated, NULL, "fault d: requests of a device TLB");
	fix_case(test_to_interrupt_range, NULL,
		 "fault e: translated into the interrupt range");
	for (i = 0; i < ARRAY_SIZE(fpd); i++)
		fix_case(test_fpd, (void *)(uintptr_t)i, "FPD %s fault %x, %s",
			 fpd[i].silent ? "silences" : "says nothing of",
			 fpd[i].reason, fpd[i].name);
}

int main(void)
{
	walk_cases();
	fault_cases();
	return fix_run("model-walk");
}
