// SPDX-License-Identifier: GPL-2.0
/*
 * The software unit's entries of scalable mode against the specification, up to
 * the PASID's: where they are, what is reserved in them, what a unit may lack,
 * and the reason of every fault.  All entries are literal.
 *
 * SRCS: kunit/model/model.c selftests/native/model_fixture.c
 * SRCS: selftests/native/model_scalable.c
 * CFLAGS: -DVTD_OBSERVER
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "iommu-pages.h"
#include <vtd/observe.h>

#include "model_scalable.h"

static void start(void)
{
	sm_start(SM_CAP, SM_ECAP, 0);
	fix.quiet = true;
}

/* Each half of a bus has a table of its own. */
static void test_halves(void **state)
{
	struct vtd_model_request request = { .sid = SM_HIGH };

	start();
	sm_use_first();
	assert_int_equal(sm_send(&request), 0);
	fix_store(&sm.root[3], 0);
	sm_forget();
	assert_int_equal(sm_send(&request), 0x39);
	request.sid = SM_SID;
	assert_int_equal(sm_send(&request), 0);
	request.sid = 0x0200;
	assert_int_equal(sm_send(&request), 0x39);
	request.sid = 0x0119;
	assert_int_equal(sm_send(&request), 0x41);
	sm_stop();
	assert_int_equal(fix_broken(), 0);
}

/* PASIDs have their own tables, found through directory and table. */
static void test_pasids(void **state)
{
	u64 *far;

	start();
	far = fix_page();
	fix_store(&sm.directory[127], virt_to_phys(far) | 1);
	sm_use_first();
	sm_set(63, SM_SECOND | sm_second_top(), SM_WALK(7), 0);
	fix_store(&far[63 * 8 + 1], SM_WALK(8));
	fix_store(&far[63 * 8], SM_PASS);
	sm_forget();
	assert_int_equal(sm_ask(0x1000, VTD_MODEL_READ), 0);
	assert_true(sm_result.phys == 0x100001000ULL);
	assert_int_equal(sm_ask_pasid(0, 0x1000, VTD_MODEL_READ), 0);
	assert_true(sm_result.phys == 0x100001000ULL);
	assert_int_equal(sm_ask_pasid(63, 0x1000, VTD_MODEL_READ), 0);
	assert_true(sm_result.phys == 0x200001000ULL);
	assert_int_equal(sm_result.did, 7);
	assert_int_equal(sm_result.pasid, 63);
	assert_int_equal(sm_ask_pasid(8191, 0x1000, VTD_MODEL_READ), 0);
	assert_true(sm_result.pass_through);
	assert_int_equal(sm_ask_pasid(64, 0x1000, VTD_MODEL_READ), 0x51);
	assert_int_equal(sm_ask_pasid(62, 0x1000, VTD_MODEL_READ), 0x59);
	assert_int_equal(sm_ask_pasid(8192, 0x1000, VTD_MODEL_READ), 0x46);
	fix_assert_good();
	fix_store(&sm.directory[127], 0);
	sm_forget();
	fix_page_free(far);
	sm_stop();
	assert_int_equal(fix_broken(), 0);
}

/* No PASID is wider than ECAP.PSS says. */
static void test_pasid_width(void **state)
{
	sm_start(SM_CAP, (SM_ECAP & ~VTDM_ECAP_PSS(32)) | VTDM_ECAP_PSS(6), 0);
	sm_set(63, SM_PASS, SM_DID, 0);
	assert_int_equal(sm_ask_pasid(63, 0, VTD_MODEL_READ), 0);
	assert_int_equal(sm_ask_pasid(64, 0, VTD_MODEL_READ), 0x46);
	sm_stop();
}

/* Requests without a PASID are those of RID_PASID. */
static void test_rid_pasid(void **state)
{
	start();
	sm_set(0, SM_PASS, SM_DID, 0);
	sm_set(9, SM_FIRST, SM_WALK(SM_DID), sm_first_top(4));
	sm_set_context(SM_SID, *sm_context(SM_SID), 9);
	assert_int_equal(sm_ask_fresh(0x1000, VTD_MODEL_READ), 0);
	assert_true(sm_result.phys == 0x100001000ULL);
	assert_int_equal(sm_result.pasid, 9);
	sm_stop();
	assert_int_equal(fix_broken(), 0);
}

/* A directory of several pages. */
static void test_large_directory(void **state)
{
	u64 *pages, *table;

	start();
	pages = iommu_alloc_pages_node_sz(NUMA_NO_NODE, GFP_KERNEL, 131072);
	assert_non_null(pages);
	vtd_flush_cache(pages, 131072);
	table = fix_page();
	fix_store(&pages[16383], virt_to_phys(table) | 1);
	fix_store(&table[63 * 8 + 1], SM_DID);
	fix_store(&table[63 * 8], SM_PASS);
	sm_set_context(SM_SID, virt_to_phys(pages) | 0xe09, 0);
	sm_forget();
	assert_int_equal(sm_ask_pasid(0xfffff, 0x1000, VTD_MODEL_READ), 0);
	assert_true(sm_result.pass_through);
	assert_int_equal(sm_ask_pasid(0xfffbf, 0x1000, VTD_MODEL_READ), 0x51);
	fix_assert_good();
	sm_set_context(SM_SID, 0, 0);
	sm_forget();
	fix_page_free(pages);
	fix_page_free(table);
	sm_stop();
	assert_int_equal(fix_broken(), 0);
}

static const struct {
	u64 w0, w1, ecap;
	unsigned int reason;
	bool with_pasid;
	enum vtd_model_access access;
	const char *name;
} contexts[] = {
	{ 1, 0, 0, 0, false, VTD_MODEL_READ, "plain" },
	{ 0, 0, 0, 0x41, false, VTD_MODEL_READ, "not present" },
	{ 1, 0, 0, 0x45, true, VTD_MODEL_READ, "PASID without PASIDE" },
	{ 9, 0, 0, 0, true, VTD_MODEL_READ, "PASID with PASIDE" },
	{ 9, 0, VTDM_ECAP_PASID, 0x42, true, VTD_MODEL_READ,
	  "PASIDE without PASID support" },
	{ 1, 0, 0, 0x44, false, VTD_MODEL_ASK, "translation without DTE" },
	{ 1, 0, 0, 0x44, false, VTD_MODEL_TRANSLATED,
	  "translated request without DTE" },
	{ 5, 0, 0, 0, false, VTD_MODEL_ASK, "translation with DTE" },
	{ 5, 0, 0, 0, false, VTD_MODEL_TRANSLATED,
	  "translated request with DTE" },
	{ 5, 0, VTDM_ECAP_DT, 0x42, false, VTD_MODEL_READ, "DTE without DT" },
	{ 0x11, 0, 0, 0, false, VTD_MODEL_READ, "PRE" },
	{ 0x11, 0, VTDM_ECAP_PRS, 0x42, false, VTD_MODEL_READ,
	  "PRE without PRS" },
	{ 1, 1ULL << 20, 0, 0x5d, false, VTD_MODEL_READ,
	  "RID_PRIV, of a PASID without SRE" },
	{ 1, 1ULL << 20, VTDM_ECAP_SRS, 0x42, false, VTD_MODEL_READ,
	  "RID_PRIV without SRS" },
	{ 1, 5, VTDM_ECAP_RPS, 0x42, false, VTD_MODEL_READ,
	  "RID_PASID without RPS" },
	{ 1, 5, 0, 0x59, false, VTD_MODEL_READ, "RID_PASID not in use" },
	{ 1, 8192, 0, 0x48, false, VTD_MODEL_READ,
	  "RID_PASID beyond the directory" },
	{ 0x201, 8192, 0, 0x51, false, VTD_MODEL_READ,
	  "RID_PASID in a larger directory" },
	{ 0x21, 0, 0, 0x42, false, VTD_MODEL_READ, "bit 5" },
	{ 0x101, 0, 0, 0x42, false, VTD_MODEL_READ, "bit 8" },
	{ 1 | 1ULL << 52, 0, 0, 0x42, false, VTD_MODEL_READ, "bit 52" },
	{ 1, 1ULL << 21, 0, 0x42, false, VTD_MODEL_READ, "bit 85" },
	{ 1, 1ULL << 63, 0, 0x42, false, VTD_MODEL_READ, "bit 127" },
};

static void test_context(void **state)
{
	unsigned int i = fix_arg(state);
	struct vtd_model_request request = {
		.sid = SM_SID,
		.addr = 0x1000,
		.with_pasid = contexts[i].with_pasid,
		.access = contexts[i].access,
	};

	sm_start(SM_CAP, SM_ECAP & ~contexts[i].ecap, 0);
	fix.quiet = true;
	sm_use_first();
	sm_set_context(SM_SID, virt_to_phys(sm.directory) | contexts[i].w0,
		       contexts[i].w1);
	sm_forget();
	assert_int_equal(sm_send(&request), contexts[i].reason);
	assert_int_equal(fix.broken[VTD_MODEL_RESERVED],
			 contexts[i].reason == 0x42 ||
				 contexts[i].reason == 0x48);
	sm_stop();
}

/* Upper words are reserved as a whole. */
static void test_context_words(void **state)
{
	unsigned int word = fix_arg(state);

	start();
	sm_use_first();
	fix_store(&sm_context(SM_SID)[word], 1ULL << 40);
	assert_int_equal(sm_ask_fresh(0, VTD_MODEL_READ), 0x42);
	assert_int_equal(fix.broken[VTD_MODEL_RESERVED], 1);
	sm_stop();
}

static void test_root_reserved(void **state)
{
	unsigned int bit = fix_arg(state);

	start();
	sm_use_first();
	fix_store(&sm.root[2], sm.root[2] | 1ULL << bit);
	assert_int_equal(sm_ask_fresh(0, VTD_MODEL_READ), 0x3a);
	assert_int_equal(fix.broken[VTD_MODEL_RESERVED], 1);
	fix_store(&sm.root[2], sm.root[2] & ~(1ULL << bit));
	sm_stop();
}

static void test_directory(void **state)
{
	static const u8 bits[] = { 2, 11, 52, 63 };
	unsigned int i;

	start();
	sm_use_first();
	for (i = 0; i < ARRAY_SIZE(bits); i++) {
		fix_store(&sm.directory[0],
			  virt_to_phys(sm.pasids) | 1 | 1ULL << bits[i]);
		assert_int_equal(sm_ask_fresh(0, VTD_MODEL_READ), 0x52);
	}
	assert_true(fix.broken[VTD_MODEL_RESERVED] >= ARRAY_SIZE(bits));
	fix_store(&sm.directory[0], virt_to_phys(sm.pasids) | 1);
	assert_int_equal(sm_ask_fresh(0, VTD_MODEL_READ), 0);
	sm_stop();
}

static const struct {
	u64 w0, w1, w2, ecap, cap;
	unsigned int reason;
	const char *name;
} entries[] = {
	{ 0x41, 0, 0, 0, 0, 0, "first stage" },
	{ 0x41, 0, 0, VTDM_ECAP_FSTS, 0, 0x5b, "first stage without FSTS" },
	{ 0x89, 0, 0, 0, 0, 0, "second stage" },
	{ 0x89, 0, 0, VTDM_ECAP_SSTS, 0, 0x5b, "second stage without SSTS" },
	{ 0xc9, 0, 0, VTDM_ECAP_NEST, 0, 0x5b, "nested without NEST" },
	{ 0x109, 0, 0, 0, 0, 0, "pass-through" },
	{ 0x109, 0, 0, VTDM_ECAP_PT, 0, 0x5b, "pass-through without PT" },
	{ 0x101, 0, 0, 0, 0, 0x5b, "pass-through with a width of 30 bits" },
	{ 0x01, 0, 0, 0, 0, 0x5b, "PGTT 0" },
	{ 0x141, 0, 0, 0, 0, 0x5b, "PGTT 5" },
	{ 0x1c1, 0, 0, 0, 0, 0x5b, "PGTT 7" },
	{ 0x85, 0, 0, 0, 0, 0, "3 levels" },
	{ 0x8d, 0, 0, 0, 0, 0x5b, "5 levels without SAGAW" },
	{ 0x91, 0, 0, 0, 0, 0x5b, "AW 4" },
	{ 0x41, 0, 4, 0, 0, 0, "first stage of 5 levels" },
	{ 0x41, 0, 4, 0, VTDM_CAP_FL5LP, 0x5b, "5 levels without FL5LP" },
	{ 0x41, 0, 8, 0, 0, 0x5b, "FSPM 2" },
	{ 0x61, 0, 0, 0, 0, 0x5a, "bit 5" },
	{ 0x441, 0, 0, 0, 0, 0x5a, "bit 10" },
	{ 0x289, 0, 0, 0, 0, 0, "SSADE" },
	{ 0x289, 0, 0, VTDM_ECAP_SSADS, 0, 0x5a, "SSADE without SSADS" },
	{ 0x89 | 1ULL << 52, 0, 0, 0, 0, 0x5a, "second stage beyond HAW" },
	{ 0x41, 1 << 16, 0, 0, 0, 0x5a, "bit 80" },
	{ 0x41, 1 << 22, 0, 0, 0, 0x5a, "bit 86" },
	{ 0x41, 1 << 23, 0, VTDM_ECAP_SMPWCS, 0, 0x5a, "PWSNP without SMPWCS" },
	{ 0x41, 1 << 24, 0, 0, 0, 0, "PGSNP" },
	{ 0x41, 1 << 24, 0, VTDM_ECAP_SC, 0, 0x5a, "PGSNP without SC" },
	{ 0x41, 1 << 26, 0, 0, 0, 0x5a, "EMTE without MTS" },
	{ 0x41, 1ULL << 40, 0, 0, 0, 0x5a, "PAT without MTS" },
	{ 0x41, 0, 1, 0, 0, 0, "SRE" },
	{ 0x41, 0, 1, VTDM_ECAP_SRS, 0, 0x5a, "SRE without SRS" },
	{ 0x41, 0, 2, 0, 0, 0, "ERE" },
	{ 0x41, 0, 2, VTDM_ECAP_ERS, 0, 0x5a, "ERE without ERS" },
	{ 0x41, 0, 0x80, 0, 0, 0, "EAFE" },
	{ 0x41, 0, 0x80, VTDM_ECAP_EAFS, 0, 0x5a, "EAFE without EAFS" },
	{ 0x41, 0, 0x70, 0, 0, 0, "WPE, NXE, SMEP" },
	{ 0x41, 0, 0x100, 0, 0, 0x5a, "bit 136" },
	{ 0x41, 0, 1ULL << 52, 0, 0, 0x5a, "first stage beyond HAW" },
};

static void test_entry(void **state)
{
	unsigned int i = fix_arg(state);
	u64 w0 = entries[i].w0, w1 = entries[i].w1 | SM_DID, w2 = entries[i].w2;

	sm_start(SM_CAP & ~entries[i].cap, SM_ECAP & ~entries[i].ecap, 0);
	fix.quiet = true;
	if (!(entries[i].ecap & VTDM_ECAP_SMPWCS))
		w1 |= 0x800000;
	if ((w0 & 0x1c0) == 0x40)
		w2 |= virt_to_phys(sm.first[w2 & 4 ? 5 : 4]);
	else if ((w0 & 0x1c0) == 0x80)
		w0 |= virt_to_phys(sm.second[w0 & 8 ? 4 : 3]);
	sm_set(0, w0, w1, w2);
	assert_int_equal(sm_ask_fresh(0x1000, VTD_MODEL_READ),
			 entries[i].reason);
	assert_int_equal(fix.broken[VTD_MODEL_RESERVED],
			 entries[i].reason != 0);
	sm_stop();
}

static void test_entry_words(void **state)
{
	unsigned int word = fix_arg(state);

	start();
	sm_use_first();
	fix_store(&sm_entry(0)[word], 1ULL << 63);
	assert_int_equal(sm_ask_fresh(0, VTD_MODEL_READ), 0x5a);
	assert_int_equal(fix.broken[VTD_MODEL_RESERVED], 1);
	sm_stop();
}

static void test_unreadable(void **state)
{
	static const unsigned int first[] = { 0x38, 0x40, 0x50, 0x58,
					      0x73, 0x70, 0x70, 0x70 };
	static const unsigned int second[] = { 0x7b, 0x78, 0x78, 0x78 };
	unsigned int i;

	start();
	for (i = 0; i < 12; i++) {
		u64 *const page[] = {
			sm.root,      sm.context[0], sm.directory, sm.pasids,
			sm.first[4],  sm.first[3],   sm.first[2],  sm.first[1],
			sm.second[4], sm.second[3],  sm.second[2], sm.second[1],
		};

		if (i < 8)
			sm_use_first();
		else
			sm_use_second();
		vtd_model_poison(virt_to_phys(page[i]), true);
		assert_int_equal(sm_ask_fresh(0, VTD_MODEL_READ),
				 i < 8 ? first[i] : second[i - 8]);
		vtd_model_poison(virt_to_phys(page[i]), false);
		assert_int_equal(sm_ask_fresh(0, VTD_MODEL_READ), 0);
	}
	sm_stop();
}

/* What a record says of a PASID. */
static void test_record(void **state)
{
	struct vtd_model_request request = {
		.sid = SM_SID,
		.with_pasid = true,
		.pasid = 0x12345,
		.privileged = true,
		.execute = true,
		.addr = 0x7000,
	};

	start();
	sm_send(&request);
	assert_true(fix_read64(&sm.regs, 0x220) == 0x7000);
	assert_true(fix_read64(&sm.regs, 0x228) ==
		    (0xc000000000000000ULL | 0x12345ULL << 40 | 0x46ULL << 32 |
		     0xe0000000 | SM_SID));
	fix_write32(&sm.regs, 0x22c, 0x80000000);
	request.with_pasid = false;
	sm_send(&request);
	assert_true(fix_read64(&sm.regs, 0x238) ==
		    (0xc000000000000000ULL | 0x59ULL << 32 | SM_SID));
	sm_stop();
}

/* FPD of each entry silences what comes of it and of what is behind it. */
static void test_fpd(void **state)
{
	static const struct {
		unsigned int of; /* 0 context, 1 directory, 2 PASID entry */
		u32 pasid;
		unsigned int reason;
		bool silent;
	} tried[] = {
		{ 0, 0, 0x71, true },	{ 0, 1, 0x59, true },
		{ 0, 64, 0x51, true },	{ 1, 0, 0x71, true },
		{ 1, 1, 0x59, true },	{ 1, 64, 0x51, false },
		{ 2, 0, 0x71, true },	{ 2, 1, 0x59, false },
		{ 2, 64, 0x51, false },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(tried); i++) {
		start();
		sm_set(0, SM_FIRST | (tried[i].of == 2 ? 2 : 0),
		       SM_WALK(SM_DID), sm_first_top(4));
		if (tried[i].of == 1)
			fix_store(&sm.directory[0], sm.directory[0] | 2);
		if (tried[i].of == 0)
			sm_set_context(SM_SID, *sm_context(SM_SID) | 2, 0);
		sm_forget();
		assert_int_equal(sm_ask_pasid(tried[i].pasid, 0x200000,
					      VTD_MODEL_READ),
				 tried[i].reason);
		assert_int_equal(fix_read32(&sm.regs, 0x34) & 2,
				 tried[i].silent ? 0 : 2);
		/* and from the caches */
		fix_write32(&sm.regs, 0x22c, 0x80000000);
		sm_ask_pasid(tried[i].pasid, 0x200000, VTD_MODEL_READ);
		assert_int_equal(fix_read32(&sm.regs, 0x34) & 2,
				 tried[i].silent ? 0 : 2);
		sm_stop();
	}
}

static void entry_cases(void)
{
	static const u8 root_bits[] = { 1, 11, 52, 63 };
	unsigned int i;

	fix_case(test_halves, NULL, "each half of a bus has its table");
	fix_case(test_pasids, NULL, "PASIDs up to the end of the directory");
	fix_case(test_large_directory, NULL, "a directory of 32 pages");
	fix_case(test_rid_pasid, NULL, "RID_PASID");
	fix_case(test_pasid_width, NULL, "PASIDs beyond PSS");
	for (i = 0; i < ARRAY_SIZE(contexts); i++)
		fix_case(test_context, (void *)(uintptr_t)i,
			 "context entry, %x: %s", contexts[i].reason,
			 contexts[i].name);
	for (i = 2; i < 4; i++)
		fix_case(test_context_words, (void *)(uintptr_t)i,
			 "context entry: word %u is reserved", i);
	for (i = 0; i < ARRAY_SIZE(root_bits); i++)
		fix_case(test_root_reserved, (void *)(uintptr_t)root_bits[i],
			 "root entry: bit %u is reserved", root_bits[i]);
	fix_case(test_directory, NULL, "directory entry: reserved bits");
	for (i = 0; i < ARRAY_SIZE(entries); i++)
		fix_case(test_entry, (void *)(uintptr_t)i,
			 "PASID entry, %x: %s", entries[i].reason,
			 entries[i].name);
	for (i = 3; i < 8; i++)
		fix_case(test_entry_words, (void *)(uintptr_t)i,
			 "PASID entry: word %u is reserved", i);
	fix_case(test_unreadable, NULL, "tables that cannot be read");
	fix_case(test_fpd, NULL, "FPD of each entry");
	fix_case(test_record, NULL, "a record with a PASID, and one without");
}

int main(void)
{
	entry_cases();
	return fix_run("model-sm-entry");
}
