// SPDX-License-Identifier: GPL-2.0
/*
 * The endpoint of the software machine: DMA through its device TLB, and how
 * it is switched, in the order that PCI Express wants and in all others.
 *
 * SRCS: kunit/model/model.c selftests/native/model_fixture.c
 * SRCS: selftests/native/model_tables.c
 * CFLAGS: -DVTD_OBSERVER
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "../../kunit/model/endpoint.h"
#include "model_tables.h"

#define ECAP (FIX_ECAP | VTDM_ECAP_DT | VTDM_ECAP_IR)

static struct vtd_model_endpoint *ep;
static u64 *page[2];

static struct vtd_model_endpoint *make(u16 sid)
{
	const struct vtd_model_endpoint_config config = {
		.sid = sid,
		.pfsid = sid,
		.width = 20,
		.prq = 4,
		.seed = 1,
	};

	return vtd_model_endpoint_create(tab.unit, &config);
}

/* Two pages of memory at 0x4000, and a device that is off. */
static void start_with(u32 policy, bool may)
{
	unsigned int i;

	tab_start(FIX_CAP, ECAP, 4, policy);
	fix.quiet = true;
	for (i = 0; i < 2; i++) {
		page[i] = fix_page();
		fix_store(&tab.table[1][4 + i], virt_to_phys(page[i]) | 3);
	}
	if (may) {
		tab_set_context(tab.context[0x30] | 4, tab.context[0x31]);
		tab_do(TAB_CONTEXT_DEVICE(TAB_DID, TAB_SID, 0), 0);
		tab_do(TAB_WAIT(1), virt_to_phys(tab.status));
	}
	tab_do(TAB_IOTLB_DOMAIN(TAB_DID), 0);
	ep = make(TAB_SID);
	assert_non_null(ep);
	fix_forget();
}

static void start(void)
{
	start_with(0, true);
}

static void stop(void)
{
	unsigned int i;

	vtd_model_endpoint_destroy(ep);
	for (i = 0; i < 2; i++) {
		fix_store(&tab.table[1][4 + i], 0);
		fix_page_free(page[i]);
	}
	tab_stop();
}

static void ats(void)
{
	vtd_model_endpoint_enable(ep, true, false, false, 0);
}

static bool dma(u64 addr, enum vtd_model_access access, void *data,
		size_t bytes)
{
	const struct vtd_model_request request = {
		.sid = 0xffff, /* of no account */
		.access = access,
		.addr = addr,
	};

	return vtd_model_endpoint_dma(ep, &request, data, bytes, &tab_result);
}

static void assert_told(enum vtd_model_rule rule)
{
	assert_true(fix.broken[rule] > 0);
	assert_int_equal(fix.broken[rule], fix_broken());
	fix_forget();
}

static struct vtd_model_endpoint_stats stats(void)
{
	return vtd_model_endpoint_stats(ep);
}

static void test_without_ats(void **state)
{
	u64 word = 0x1122334455667788ULL;

	start();
	assert_true(dma(0x4008, VTD_MODEL_WRITE, &word, sizeof(word)));
	assert_true(page[0][1] == word);
	assert_int_equal(stats().asked, 0);
	assert_int_equal(vtd_model_stats(tab.unit).believed, 0);
	assert_int_equal(vtd_model_endpoint_cached(ep), 0);
	/* refused as any other device is */
	assert_false(dma(0x400000, VTD_MODEL_READ, &word, sizeof(word)));
	assert_int_equal(tab_result.reason, 6);
	stop();
}

static void test_with_ats(void **state)
{
	u64 word = 0x1122334455667788ULL;
	unsigned int i;

	start();
	ats();
	for (i = 0; i < 3; i++) {
		word++;
		assert_true(dma(0x4008, VTD_MODEL_WRITE, &word, sizeof(word)));
		assert_true(page[0][1] == word);
		assert_int_equal(tab_result.cached, i > 0);
	}
	assert_int_equal(stats().asked, 1);
	assert_int_equal(stats().hits, 2);
	assert_int_equal(vtd_model_stats(tab.unit).asked, 1);
	assert_int_equal(vtd_model_stats(tab.unit).believed, 3);
	/* read back, and add to it */
	word = 0;
	assert_true(dma(0x4008, VTD_MODEL_READ, &word, sizeof(word)));
	assert_true(word == 0x112233445566778bULL);
	word = 5;
	assert_true(dma(0x4008, VTD_MODEL_ATOMIC, &word, sizeof(word)));
	assert_true(word == 0x112233445566778bULL);
	assert_true(page[0][1] == 0x1122334455667790ULL);
	assert_int_equal(stats().asked, 1);
	assert_int_equal(fix_broken(), 0);
	stop();
}

static void test_across(void **state)
{
	char bytes[64];

	start();
	ats();
	memset(bytes, 0x5a, sizeof(bytes));
	assert_true(dma(0x4fe0, VTD_MODEL_WRITE, bytes, sizeof(bytes)));
	assert_int_equal(stats().asked, 2);
	assert_int_equal(((u8 *)page[0])[4095], 0x5a);
	assert_int_equal(((u8 *)page[1])[31], 0x5a);
	assert_int_equal(((u8 *)page[1])[32], 0);
	/* as far as it goes */
	fix_store(&tab.table[1][5], 0);
	tab_do(TAB_IOTLB_DOMAIN(TAB_DID), 0);
	tab_do(0x3 | (u64)TAB_SID << 32, 0x5000);
	memset(bytes, 0xa5, sizeof(bytes));
	assert_false(dma(0x4fe0, VTD_MODEL_WRITE, bytes, sizeof(bytes)));
	assert_int_equal(((u8 *)page[0])[4095], 0xa5);
	assert_int_equal(((u8 *)page[1])[0], 0x5a);
	stop();
}

/* One translation is enough for all of a large page. */
static void test_superpage(void **state)
{
	start();
	ats();
	fix_store(&tab.table[2][1], 0x40000083);
	assert_true(dma(0x3ff000, VTD_MODEL_WRITE, NULL, 1));
	assert_true(tab_result.phys == 0x401ff000);
	assert_true(dma(0x200123, VTD_MODEL_READ, NULL, 1));
	assert_true(tab_result.phys == 0x40000123);
	assert_int_equal(stats().asked, 1);
	assert_int_equal(vtd_model_endpoint_cached(ep), 1);
	fix_store(&tab.table[2][1], 0);
	stop();
}

/* What is refused is asked again, and what it was given too little of. */
static void test_rights(void **state)
{
	start();
	ats();
	fix_store(&tab.table[1][9], 0x500000001);
	assert_true(dma(0x9000, VTD_MODEL_READ, NULL, 1));
	assert_false(dma(0x9000, VTD_MODEL_WRITE, NULL, 1));
	assert_true(tab_result.aborted);
	assert_int_equal(tab_result.reason, 0);
	assert_false(tab_result.pending);
	assert_false(dma(0x9000, VTD_MODEL_ATOMIC, NULL, 1));
	assert_int_equal(stats().asked, 3);
	/* it need not be told of a right that is given */
	fix_store(&tab.table[1][9], 0x500000003);
	tab_do(TAB_IOTLB_PAGES(TAB_DID), 0x9000);
	assert_true(dma(0x9000, VTD_MODEL_WRITE, NULL, 1));
	assert_int_equal(vtd_model_stats(tab.unit).faults, 0);
	assert_int_equal(fix_broken(), 0);
	fix_store(&tab.table[1][9], 0);
	stop();
}

/* The context entry does not let it ask: a fault, and nothing is kept. */
static void test_may_not(void **state)
{
	start_with(0, false);
	ats();
	assert_false(dma(0x4000, VTD_MODEL_READ, NULL, 1));
	assert_int_equal(tab_result.reason, 0xd);
	assert_int_equal(vtd_model_endpoint_cached(ep), 0);
	assert_int_equal(vtd_model_stats(tab.unit).faults, 1);
	stop();
}

/* Interrupts are not translated. */
static void test_interrupt(void **state)
{
	u32 message = 0x41;

	start();
	ats();
	assert_true(dma(0xfee01000, VTD_MODEL_WRITE, &message, 4));
	assert_int_equal(fix.messages, 1);
	assert_int_equal(fix.data, 0x41);
	assert_int_equal(stats().asked, 0);
	stop();
}

/* A translated address of its own invention: believed where ATS is allowed. */
static void test_spoof(void **state)
{
	bool may = fix_arg(state);
	struct vtd_model_request request = { .access = VTD_MODEL_WRITE };
	u64 word = 77, *secret;

	start_with(0, may);
	secret = fix_page();
	request.addr = virt_to_phys(secret);
	assert_int_equal(vtd_model_endpoint_spoof(ep, &request, &word,
						  sizeof(word), &tab_result),
			 may);
	assert_int_equal(*secret, may ? 77 : 0);
	assert_int_equal(tab_result.reason, may ? 0 : 0xd);
	if (may) {
		request.access = VTD_MODEL_READ;
		word = 0;
		assert_true(vtd_model_endpoint_spoof(
			ep, &request, &word, sizeof(word), &tab_result));
		assert_int_equal(word, 77);
	}
	fix_page_free(secret);
	stop();
}

/* The other way round: memory that is not there. */
static void test_spoof_nowhere(void **state)
{
	const struct vtd_model_request request = {
		.access = VTD_MODEL_WRITE,
		.addr = 0x123456789000,
	};
	u64 word = 1;

	start();
	assert_false(vtd_model_endpoint_spoof(ep, &request, &word, sizeof(word),
					      &tab_result));
	assert_told(VTD_MODEL_WILD);
	stop();
}

static void test_pasid_off(void **state)
{
	const struct vtd_model_request request = {
		.with_pasid = true,
		.pasid = 5,
		.addr = 0x4000,
	};

	start();
	ats();
	assert_false(
		vtd_model_endpoint_dma(ep, &request, NULL, 1, &tab_result));
	assert_true(tab_result.aborted);
	assert_int_equal(stats().asked, 0);
	/* and on, the unit has its say: no PASIDs in legacy mode */
	vtd_model_endpoint_enable(ep, false, true, false, 0);
	vtd_model_endpoint_enable(ep, true, true, false, 0);
	assert_false(
		vtd_model_endpoint_dma(ep, &request, NULL, 1, &tab_result));
	assert_int_equal(tab_result.reason, 0x31);
	stop();
}

enum { A = 1, P = 2, R = 4 };

static const struct {
	u8 from;
	u8 to;
	bool bad;
	const char *name;
} switches[] = {
	{ 0, A | P | R, false, "all on" },
	{ A | P | R, 0, false, "all off" },
	{ 0, P, false, "PASID on" },
	{ P, P | A, false, "then ATS" },
	{ P | A, P | A | R, false, "then PRI" },
	{ A | P | R, A | P, false, "PRI off" },
	{ A | P, P, false, "then ATS" },
	{ P, 0, false, "then PASID" },
	{ A, A | R, false, "PRI without PASID" },
	{ A, A | P, true, "PASID on with ATS" },
	{ A | P, A, true, "PASID off with ATS" },
	{ A | R, R, true, "ATS off with PRI" },
	{ 0, R, true, "PRI on without ATS" },
	{ P, P | R, true, "PRI on without ATS, with PASID" },
};

static void test_switch(void **state)
{
	unsigned int i = fix_arg(state);
	u8 from = switches[i].from, to = switches[i].to;

	start();
	vtd_model_endpoint_enable(ep, from & A, from & P, from & R, 4);
	assert_int_equal(fix_broken(), 0);
	vtd_model_endpoint_enable(ep, to & A, to & P, to & R, 4);
	if (switches[i].bad)
		assert_told(VTD_MODEL_ORDER);
	assert_int_equal(fix_broken(), 0);
	stop();
}

static void test_allocation(void **state)
{
	static const struct {
		u32 allocation;
		bool bad;
	} given[] = { { 1, false }, { 4, false }, { 0, true }, { 5, true } };
	unsigned int i;

	start();
	for (i = 0; i < ARRAY_SIZE(given); i++) {
		vtd_model_endpoint_enable(ep, true, false, true,
					  given[i].allocation);
		if (given[i].bad)
			assert_told(VTD_MODEL_ORDER);
		assert_int_equal(fix_broken(), 0);
		vtd_model_endpoint_enable(ep, false, false, false, 0);
	}
	vtd_model_endpoint_enable(ep, true, false, true, 2);
	vtd_model_endpoint_enable(ep, true, false, true, 3);
	assert_told(VTD_MODEL_ORDER);
	stop();
}

/* ATS off and on again: the device TLB is empty. */
static void test_off_forgets(void **state)
{
	start();
	ats();
	dma(0x4000, VTD_MODEL_READ, NULL, 1);
	assert_int_equal(vtd_model_endpoint_cached(ep), 1);
	vtd_model_endpoint_enable(ep, false, false, false, 0);
	assert_int_equal(vtd_model_endpoint_cached(ep), 0);
	ats();
	assert_int_equal(vtd_model_endpoint_cached(ep), 0);
	stop();
}

static void test_reset(void **state)
{
	start();
	vtd_model_endpoint_enable(ep, true, true, true, 4);
	dma(0x4000, VTD_MODEL_READ, NULL, 1);
	vtd_model_endpoint_reset(ep);
	assert_int_equal(vtd_model_endpoint_cached(ep), 0);
	assert_int_equal(vtd_model_endpoint_pri_status(ep), 0x100);
	assert_true(dma(0x4000, VTD_MODEL_READ, NULL, 1));
	assert_int_equal(stats().asked, 1);
	/* restored as the kernel does it, with ATS last */
	vtd_model_endpoint_enable(ep, false, true, true, 4);
	vtd_model_endpoint_enable(ep, true, true, true, 4);
	fix_assert_good();
	/* once only */
	vtd_model_endpoint_enable(ep, false, false, false, 0);
	vtd_model_endpoint_enable(ep, false, false, true, 4);
	assert_told(VTD_MODEL_ORDER);
	stop();
}

/* A restore that forgot ATS. */
static void test_half_restored(void **state)
{
	start();
	vtd_model_endpoint_reset(ep);
	vtd_model_endpoint_enable(ep, false, false, true, 4);
	assert_int_equal(fix_broken(), 0);
	vtd_model_check_quiescent();
	assert_told(VTD_MODEL_ORDER);
	stop();
}

static void test_evict(void **state)
{
	unsigned int i;

	start_with(VTD_MODEL_EVICT, true);
	ats();
	for (i = 0; i < 300; i++)
		assert_true(dma(i * 4096, VTD_MODEL_READ, NULL, 1));
	/* 256 places */
	assert_int_equal(vtd_model_endpoint_cached(ep), 256);
	vtd_model_run(tab.unit, 2000);
	assert_true(vtd_model_endpoint_cached(ep) < 200);
	assert_true(vtd_model_endpoint_cached(ep) > 0);
	stop();
}

static void test_create(void **state)
{
	struct vtd_model_endpoint *more[16];
	unsigned int i;

	start();
	assert_null(make(TAB_SID));
	for (i = 0; i < 15; i++) {
		more[i] = make(0x200 + i);
		assert_non_null(more[i]);
	}
	assert_null(make(0x300));
	vtd_model_endpoint_destroy(more[0]);
	more[0] = make(0x300);
	assert_non_null(more[0]);
	vtd_shim_fail_alloc(1);
	assert_null(make(0x301));
	vtd_shim_fail_alloc(0);
	vtd_model_endpoint_destroy(NULL);
	/* those that are left go with the machine */
	stop();
}

/* The unit leaves first. */
static void test_unit_gone(void **state)
{
	const struct vtd_model_config config = {
		.cap = FIX_CAP,
		.ecap = ECAP,
	};
	const struct vtd_model_endpoint_config of = { .sid = 1, .prq = 1 };
	struct vtd_model_request request = { .addr = 0x4000 };
	struct vtd_model_endpoint *lost;
	struct vtd_model_unit *u;

	start();
	u = vtd_model_unit_create(&config);
	lost = vtd_model_endpoint_create(u, &of);
	vtd_model_endpoint_enable(lost, true, false, true, 1);
	vtd_model_unit_destroy(u);
	assert_false(
		vtd_model_endpoint_dma(lost, &request, NULL, 1, &tab_result));
	assert_true(tab_result.aborted);
	assert_false(
		vtd_model_endpoint_spoof(lost, &request, NULL, 1, &tab_result));
	vtd_model_endpoint_destroy(lost);
	stop();
}

static void dma_cases(void)
{
	fix_case(test_without_ats, NULL, "DMA without ATS");
	fix_case(test_with_ats, NULL, "DMA with ATS");
	fix_case(test_across, NULL, "DMA across pages");
	fix_case(test_superpage, NULL, "DMA in a superpage");
	fix_case(test_rights, NULL, "too few rights");
	fix_case(test_may_not, NULL, "it may not ask");
	fix_case(test_interrupt, NULL, "an interrupt");
	fix_case(test_spoof, (void *)0, "forged, refused");
	fix_case(test_spoof, (void *)1, "forged, believed");
	fix_case(test_spoof_nowhere, NULL, "forged, to nowhere");
	fix_case(test_pasid_off, NULL, "PASIDs are off");
}

int main(void)
{
	unsigned int i;

	dma_cases();
	for (i = 0; i < ARRAY_SIZE(switches); i++)
		fix_case(test_switch, (void *)(uintptr_t)i, "switched %u: %s",
			 i, switches[i].name);
	fix_case(test_allocation, NULL, "switched: allocation");
	fix_case(test_off_forgets, NULL, "ATS off and on");
	fix_case(test_reset, NULL, "reset");
	fix_case(test_half_restored, NULL, "reset, and half restored");
	fix_case(test_evict, NULL, "random eviction");
	fix_case(test_create, NULL, "made and destroyed");
	fix_case(test_unit_gone, NULL, "its unit is gone");
	return fix_run("model-endpoint");
}
