// SPDX-License-Identifier: GPL-2.0
/*
 * Page requests on the software unit, against the specification: the queue and
 * its registers, who may ask, what becomes of requests when it overflows, and
 * what a device makes of the responses.  Literal descriptors.
 *
 * SRCS: kunit/model/model.c selftests/native/model_fixture.c
 * SRCS: selftests/native/model_scalable.c
 * CFLAGS: -DVTD_OBSERVER
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "../../kunit/model/endpoint.h"
#include "iommu-pages.h"
#include "model_scalable.h"

#define ECAP (SM_ECAP | VTDM_ECAP_PDS)
#define PASID 5
#define ALLOWED 0x1d /* present, device TLBs, PASIDs, page requests */
#define PLACES 128 /* in a queue of one page */

static struct vtd_model_endpoint *ep;
static u64 *prq;

static struct {
	unsigned int nr;
	u32 pasid;
	bool with_pasid;
	unsigned int group;
	unsigned int code;
} heard;

static void responded(void *data, u32 pasid, bool with_pasid,
		      unsigned int group, unsigned int code)
{
	assert_ptr_equal(data, &heard);
	heard.nr++;
	heard.pasid = pasid;
	heard.with_pasid = with_pasid;
	heard.group = group;
	heard.code = code;
}

static void prq_place(u64 phys)
{
	fix_write64(&sm.regs, 0xc0, 0);
	fix_write64(&sm.regs, 0xc8, 0);
	fix_write64(&sm.regs, 0xd0, phys);
}

static void start_with(u64 ecap, unsigned int page_latency)
{
	const struct vtd_model_config config = {
		.cap = SM_CAP,
		.ecap = ecap,
		.haw = 52,
		.seed = 1,
		.page_latency = page_latency,
	};
	const struct vtd_model_endpoint_config device = {
		.sid = SM_SID,
		.pfsid = SM_SID,
		.width = 20,
		.prq = 200,
		.responded = responded,
		.data = &heard,
	};

	sm_start_as(config);
	fix.quiet = true;
	memset(&heard, 0, sizeof(heard));
	prq = fix_page();
	prq_place(virt_to_phys(prq));
	fix_write32(&sm.regs, 0xe4, 0x4d);
	fix_write32(&sm.regs, 0xe8, 0xfee01000);
	fix_write32(&sm.regs, 0xe0, 0);
	sm_set(PASID, SM_FIRST, SM_WALK(SM_DID), sm_first_top(4));
	sm_set_context(SM_SID, virt_to_phys(sm.directory) | ALLOWED, 0);
	ep = vtd_model_endpoint_create(sm.unit, &device);
	assert_non_null(ep);
	vtd_model_endpoint_enable(ep, true, true, true, 8);
	assert_int_equal(fix_broken(), 0);
}

static void start(void)
{
	start_with(ECAP, 0);
}

static void stop(void)
{
	u64 *keep = prq;

	fix_write64(&sm.regs, 0xd0, 0);
	fix_page_free(keep);
	sm_stop();
}

static void assert_told(enum vtd_model_rule rule)
{
	assert_true(fix.broken[rule] > 0);
	assert_int_equal(fix.broken[rule], fix_broken());
	fix_forget();
}

static u32 head(void)
{
	return fix_read64(&sm.regs, 0xc0);
}

static u32 tail(void)
{
	return fix_read64(&sm.regs, 0xc8);
}

static u32 prs(void)
{
	return fix_read32(&sm.regs, 0xdc);
}

static void clear(u32 bits)
{
	fix_write32(&sm.regs, 0xdc, bits);
}

static void take_all(void)
{
	fix_write64(&sm.regs, 0xc0, tail());
}

static bool asks_as(struct vtd_model_page_request request)
{
	return vtd_model_endpoint_ask(ep, &request);
}

/* One page for reading, of the PASID. */
static bool asks(u16 group, bool last)
{
	return asks_as((struct vtd_model_page_request){
		.with_pasid = true,
		.pasid = PASID,
		.read = true,
		.last = last,
		.group = group,
		.addr = 0x7000,
	});
}

#define RESPONSE(code) \
	(0x19ULL | (u64)SM_SID << 16 | (u64)PASID << 32 | (u64)(code) << 12)

static void answer(unsigned int code, unsigned int group)
{
	sm_do(RESPONSE(code), group << 3);
	assert_int_equal(fix_read32(&sm.regs, 0x34), 0);
}

static u32 sm_status(void)
{
	return READ_ONCE(*(u32 *)sm.status);
}

/* --- registers ------------------------------------------------------------- */

static const struct {
	u32 off;
	u32 first;
	u32 after; /* all ones were written */
	const char *name;
} registers[] = {
	{ 0xc0, 0, 0x7ffe0, "head" },
	{ 0xc4, 0, 0, "head, upper half" },
	{ 0xc8, 0, 0x7ffe0, "tail" },
	{ 0xcc, 0, 0, "tail, upper half" },
	{ 0xd0, 0, 0xfffff007, "address" },
	{ 0xd4, 0, 0xffffffff, "address, upper half" },
	{ 0xdc, 0, 0, "status" },
	{ 0xe0, 0x80000000, 0x80000000, "event control" },
	{ 0xe4, 0, 0xffff, "event data" },
	{ 0xe8, 0, 0xfffffffc, "event address" },
	{ 0xec, 0, 0, "event address, upper half" },
};

static void test_register(void **state)
{
	unsigned int i = fix_arg(state) / 2;
	bool there = fix_arg(state) & 1;

	sm_start(SM_CAP, there ? SM_ECAP : SM_ECAP & ~VTDM_ECAP_PRS, 0);
	assert_int_equal(fix_read32(&sm.regs, registers[i].off),
			 there ? registers[i].first : 0);
	fix_write32(&sm.regs, registers[i].off, 0xffffffff);
	assert_int_equal(fix_read32(&sm.regs, registers[i].off),
			 there ? registers[i].after : 0);
	assert_int_equal(fix_broken(), 0);
	fix_write64(&sm.regs, 0xd0, 0);
	sm_stop();
}

/* --- the queue -------------------------------------------------------------- */

static const struct {
	struct vtd_model_page_request request;
	u64 lo;
	u64 hi;
	const char *name;
} descriptors[] = {
	{ { .read = true }, 0x1180001, 1, "read" },
	{ { .write = true }, 0x1180001, 2, "write" },
	{ { .read = true, .last = true }, 0x1180001, 5, "last" },
	{ { .read = true, .group = 0x1ff }, 0x1180001, 0xff9, "group 511" },
	{ { .write = true, .addr = 0xfffffffffffff123 },
	  0x1180001,
	  0xfffffffffffff002,
	  "address" },
	{ { .with_pasid = true, .pasid = 0xabcde, .read = true },
	  0xabcde01180101,
	  1,
	  "PASID" },
	{ { .with_pasid = true, .pasid = 5, .read = true, .execute = true },
	  0x10000501180101,
	  1,
	  "execute" },
	{ { .with_pasid = true, .pasid = 5, .read = true, .privileged = true },
	  0x20000501180101,
	  1,
	  "privileged" },
	{ { .pasid = 7, .privileged = true, .execute = true, .read = true },
	  0x1180001,
	  1,
	  "nothing of a PASID without one" },
	{ { .with_pasid = true, .pasid = 5, .last = true, .group = 3 },
	  0x501180101,
	  0x1c,
	  "stop marker" },
};

static void test_descriptor(void **state)
{
	unsigned int i = fix_arg(state);

	start();
	assert_true(asks_as(descriptors[i].request));
	assert_int_equal(tail(), 0x20);
	assert_true(prq[0] == descriptors[i].lo);
	assert_true(prq[1] == descriptors[i].hi);
	assert_int_equal(prq[2], 0);
	assert_int_equal(prq[3], 0);
	assert_int_equal(vtd_model_stats(sm.unit).page_queued, 1);
	fix_assert_good();
	stop();
}

static void test_event(void **state)
{
	start();
	asks(0, true);
	assert_int_equal(prs(), 1);
	assert_int_equal(fix.messages, 1);
	assert_int_equal(fix.addr, 0xfee01000);
	assert_int_equal(fix.data, 0x4d);
	/* pending already: no other */
	asks(1, true);
	assert_int_equal(fix.messages, 1);
	clear(1);
	assert_int_equal(prs(), 0);
	asks(2, true);
	assert_int_equal(fix.messages, 2);
	clear(2);
	assert_int_equal(prs(), 1);
	stop();
}

static void test_event_masked(void **state)
{
	start();
	fix_write32(&sm.regs, 0xe0, 0x80000000);
	asks(0, true);
	assert_int_equal(fix.messages, 0);
	assert_int_equal(fix_read32(&sm.regs, 0xe0), 0xc0000000);
	fix_write32(&sm.regs, 0xe0, 0);
	assert_int_equal(fix.messages, 1);
	assert_int_equal(fix_read32(&sm.regs, 0xe0), 0);
	/* what it stood for is gone */
	clear(1);
	fix_write32(&sm.regs, 0xe0, 0x80000000);
	asks(1, true);
	clear(1);
	assert_int_equal(fix_read32(&sm.regs, 0xe0), 0x80000000);
	fix_write32(&sm.regs, 0xe0, 0);
	assert_int_equal(fix.messages, 1);
	stop();
}

static void test_wraps(void **state)
{
	unsigned int i;

	start();
	for (i = 0; i < 300; i++) {
		assert_true(asks(i % 512, true));
		assert_int_equal(tail(), (i + 1) * 32 % 4096);
		assert_true((prq[i % PLACES * 4 + 1] >> 3 & 511) == i % 512);
		take_all();
		answer(0, i % 512);
	}
	assert_int_equal(prs(), 1);
	fix_assert_good();
	stop();
}

static void test_size(void **state)
{
	u64 *two;

	start();
	two = iommu_alloc_pages_node_sz(NUMA_NO_NODE, GFP_KERNEL, 8192);
	assert_non_null(two);
	sm_set_context(SM_SID, virt_to_phys(sm.directory) | 0xd, 0);
	prq_place(virt_to_phys(two) | 1);
	sm_set_context(SM_SID, virt_to_phys(sm.directory) | ALLOWED, 0);
	vtd_model_endpoint_flood(
		ep, &(struct vtd_model_page_request){ .read = true }, 250,
		true);
	assert_int_equal(tail(), 250 * 32);
	assert_int_equal(prs(), 1);
	assert_true(two[249 * 4 + 1] == (249 << 12 | 249 << 3 | 5));
	sm_set_context(SM_SID, virt_to_phys(sm.directory) | 0xd, 0);
	fix_assert_good();
	fix_write64(&sm.regs, 0xd0, 0);
	iommu_free_pages(two);
	stop();
}

/* Full: one place stays free.  The last of a group is answered, to retry. */
static void test_overflow(void **state)
{
	unsigned int i, messages;

	start();
	fix.quiet = true;
	assert_int_equal(
		vtd_model_endpoint_flood(
			ep, &(struct vtd_model_page_request){ .read = true },
			PLACES - 1, true),
		PLACES - 1);
	assert_int_equal(prs(), 1);
	messages = fix.messages;
	vtd_model_endpoint_enable(ep, true, true, true, 200);
	fix_forget(); /* its allocation was changed in full flight */
	assert_true(asks(300, false));
	assert_int_equal(prs(), 3);
	assert_int_equal(fix.messages, messages);
	assert_int_equal(heard.nr, 0);
	assert_true(asks(300, true));
	assert_int_equal(heard.nr, 1);
	assert_int_equal(heard.group, 300);
	assert_int_equal(heard.code, 0);
	assert_int_equal(vtd_model_endpoint_answer(ep, 300), 0);
	/* there is room again, but it takes nothing until PRO is cleared */
	take_all();
	assert_true(asks(301, true));
	assert_int_equal(heard.nr, 2);
	assert_int_equal(tail(), head());
	clear(2);
	assert_int_equal(prs(), 1);
	assert_true(asks(302, true));
	assert_int_equal(heard.nr, 2);
	assert_int_equal(tail(), 0);
	assert_int_equal(vtd_model_stats(sm.unit).page_overflows, 3);
	assert_int_equal(vtd_model_stats(sm.unit).page_answers, 2);
	assert_int_equal(vtd_model_stats(sm.unit).page_queued, PLACES);
	for (i = 0; i < PLACES - 1; i++)
		assert_int_equal(vtd_model_endpoint_answer(ep, i),
				 -EINPROGRESS);
	fix_assert_good();
	stop();
}

/* PRO alone raises the event too. */
static void test_overflow_event(void **state)
{
	start();
	vtd_model_endpoint_flood(
		ep, &(struct vtd_model_page_request){ .read = true },
		PLACES - 1, true);
	clear(1);
	assert_int_equal(fix.messages, 1);
	vtd_model_endpoint_flood(
		ep, &(struct vtd_model_page_request){ .read = true }, 1, true);
	assert_int_equal(prs(), 2);
	assert_int_equal(fix.messages, 2);
	stop();
}

/* A stop marker is nothing to be answered, and takes no place of the device. */
static void test_marker(void **state)
{
	const struct vtd_model_page_request marker = {
		.with_pasid = true,
		.pasid = PASID,
		.last = true,
		.group = 3,
	};
	unsigned int i;

	start();
	for (i = 0; i < 20; i++)
		assert_true(asks_as(marker));
	assert_int_equal(tail(), 20 * 32);
	assert_true(asks(4, true));
	vtd_model_endpoint_flood(
		ep, &(struct vtd_model_page_request){ .read = true }, PLACES,
		true);
	assert_int_equal(prs(), 3);
	heard.nr = 0;
	assert_true(asks_as(marker));
	assert_int_equal(heard.nr, 0);
	assert_int_equal(fix_broken(), 0);
	/* an answer to one is unexpected */
	answer(0, 3);
	assert_told(VTD_MODEL_ORDER);
	stop();
}

/* A request on its way, and a wait that drains or does not. */
static void test_drain(void **state)
{
	bool drains = fix_arg(state);

	start_with(ECAP, 50);
	asks(0, true);
	asks(1, true);
	assert_int_equal(tail(), 0);
	sm_queue(SM_WAIT(2) | (drains ? 0x80 : 0), virt_to_phys(sm.status));
	sm_doorbell();
	vtd_model_run(sm.unit, 20);
	assert_int_equal(sm_status(), 2);
	assert_int_equal(tail(), drains ? 0x40 : 0);
	vtd_model_run(sm.unit, 50);
	assert_int_equal(tail(), 0x40);
	assert_int_equal(vtd_model_stats(sm.unit).page_queued, 2);
	stop();
}

/* More are on their way than there is room for: in order all the same. */
static void test_many_on_their_way(void **state)
{
	unsigned int i;

	start_with(ECAP, 50);
	vtd_model_endpoint_flood(
		ep, &(struct vtd_model_page_request){ .read = true }, 100,
		true);
	assert_int_equal(tail(), 36 * 32);
	vtd_model_run(sm.unit, 60);
	assert_int_equal(tail(), 100 * 32);
	for (i = 0; i < 100; i++)
		assert_true(prq[i * 4 + 1] >> 12 == i);
	stop();
}

/* --- who may ask ------------------------------------------------------------ */

enum {
	WHO_ALLOWED,
	WHO_NO_PRE,
	WHO_NO_PRE_SILENT, /* FPD */
	WHO_NO_CONTEXT,
	WHO_NO_ROOT,
	WHO_RESERVED,
	WHO_OFF,
	WHO_NR
};

static const struct {
	unsigned int reason;
	int code;
	const char *name;
} who[] = {
	[WHO_ALLOWED] = { 0, -EINPROGRESS, "PRE" },
	[WHO_NO_PRE] = { 0x47, 1, "no PRE" },
	[WHO_NO_PRE_SILENT] = { 0, 1, "no PRE, FPD" },
	[WHO_NO_CONTEXT] = { 0x41, 1, "no context entry" },
	[WHO_NO_ROOT] = { 0x39, 1, "no root entry" },
	[WHO_RESERVED] = { 0x42, 15, "reserved bits" },
	[WHO_OFF] = { 0, 1, "translation off" },
};

static void test_who(void **state)
{
	unsigned int i = fix_arg(state);
	u64 directory, record;

	start();
	directory = virt_to_phys(sm.directory);
	switch (i) {
	case WHO_NO_PRE:
		sm_set_context(SM_SID, directory | 0xd, 0);
		break;
	case WHO_NO_PRE_SILENT:
		sm_set_context(SM_SID, directory | 0xf, 0);
		break;
	case WHO_NO_CONTEXT:
		sm_set_context(SM_SID, 0, 0);
		sm_forget();
		break;
	case WHO_NO_ROOT:
		fix_store(&sm.root[2], 0);
		sm_forget();
		break;
	case WHO_RESERVED:
		sm_set_context(SM_SID, directory | ALLOWED | 0x20, 0);
		break;
	case WHO_OFF:
		fix_write32(&sm.regs, 0x18, 0x04000000);
		break;
	}
	fix_forget();
	assert_true(asks(9, false));
	assert_int_equal(vtd_model_endpoint_answer(ep, 9), -EINPROGRESS);
	assert_true(asks(9, true));
	assert_int_equal(vtd_model_endpoint_answer(ep, 9), who[i].code);
	assert_int_equal(tail(), i == WHO_ALLOWED ? 0x40 : 0);
	record = fix_read64(&sm.regs, 0x228);
	assert_int_equal(record >> 32 & 0xff, who[i].reason);
	if (who[i].reason) {
		/* page request: T1 clear, T2 set; the PASID, the page */
		assert_true((record & ~(0xffULL << 32)) ==
			    (1ULL << 63 | 5ULL << 40 | 0x90000118));
		assert_true(fix_read64(&sm.regs, 0x220) == 0x7000);
	}
	assert_int_equal(vtd_model_stats(sm.unit).page_refused,
			 i == WHO_ALLOWED ? 0 : 2);
	assert_int_equal(fix_broken(), 0);
	stop();
}

/* A record says what was asked for. */
static void test_record(void **state)
{
	start();
	sm_set_context(SM_SID, virt_to_phys(sm.directory) | 0xd, 0);
	asks_as((struct vtd_model_page_request){ .with_pasid = true,
						 .pasid = PASID,
						 .read = true,
						 .execute = true,
						 .addr = 0x1234567 });
	assert_true(fix_read64(&sm.regs, 0x228) ==
		    (1ULL << 63 | 5ULL << 40 | 0x47ULL << 32 | 0xd0000118));
	assert_true(fix_read64(&sm.regs, 0x220) == 0x1234000);
	asks_as((struct vtd_model_page_request){
		.with_pasid = true, .read = true, .privileged = true });
	assert_true(fix_read64(&sm.regs, 0x238) ==
		    (1ULL << 63 | 0x47ULL << 32 | 0xb0000118));
	asks_as((struct vtd_model_page_request){ .read = true });
	assert_true(fix_read64(&sm.regs, 0x248) ==
		    (1ULL << 63 | 0x47ULL << 32 | 0x10000118));
	stop();
}

/* In legacy mode nobody may ask. */
static void test_legacy(void **state)
{
	const struct vtd_model_config config = {
		.cap = SM_CAP,
		.ecap = SM_ECAP,
		.policy = VTD_MODEL_MANUAL,
	};
	const struct vtd_model_endpoint_config device = {
		.sid = 1,
		.prq = 1,
	};
	struct vtd_model_unit *u;

	start();
	u = vtd_model_unit_create(&config);
	assert_non_null(u);
	ep = vtd_model_endpoint_create(u, &device);
	vtd_model_endpoint_enable(ep, true, false, true, 1);
	assert_true(asks_as(
		(struct vtd_model_page_request){ .read = true, .last = true }));
	assert_int_equal(vtd_model_endpoint_answer(ep, 0), 1);
	stop();
}

/* --- what a driver must not do ---------------------------------------------- */

enum {
	BAD_HEAD, /* past the tail */
	BAD_HEAD_BEYOND, /* of the queue */
	BAD_ADDRESS,
	BAD_TAIL,
	BAD_FREED,
	BAD_NOWHERE,
	BAD_NR
};

static void test_misuse(void **state)
{
	unsigned int how = fix_arg(state);
	u64 at, *page;

	start();
	at = virt_to_phys(prq);
	asks(0, true);
	asks(1, true);
	switch (how) {
	case BAD_HEAD:
		fix_write64(&sm.regs, 0xc0, 0x20);
		assert_int_equal(fix_broken(), 0);
		fix_write64(&sm.regs, 0xc0, 0x60);
		assert_told(VTD_MODEL_QUEUE);
		break;
	case BAD_HEAD_BEYOND:
		fix_write64(&sm.regs, 0xc0, 0x1020);
		assert_told(VTD_MODEL_QUEUE);
		break;
	case BAD_ADDRESS:
		fix_write64(&sm.regs, 0xd0, at + 0x1000);
		assert_told(VTD_MODEL_COMMAND);
		fix_write64(&sm.regs, 0xd0, at);
		break;
	case BAD_TAIL:
		fix_write64(&sm.regs, 0xc8, 0);
		assert_told(VTD_MODEL_COMMAND);
		break;
	case BAD_FREED:
		page = prq;
		prq = fix_page();
		fix_page_free(page);
		assert_told(VTD_MODEL_FREED);
		break;
	case BAD_NOWHERE:
		fix_write64(&sm.regs, 0xd0, 0x123456789000);
		fix_forget();
		asks(2, true);
		assert_told(VTD_MODEL_WILD);
		break;
	}
	sm_set_context(SM_SID, 0, 0);
	stop();
}

static void queue_cases(void)
{
	static const char *const misuse[] = {
		"head past the tail",	"head beyond the queue",
		"address while in use", "tail while in use",
		"freed while in use",	"where no memory is"
	};
	unsigned int i;

	for (i = 0; i < 2 * ARRAY_SIZE(registers); i++)
		fix_case(test_register, (void *)(uintptr_t)i, "register: %s%s",
			 registers[i / 2].name, i & 1 ? "" : ", without PRS");
	for (i = 0; i < ARRAY_SIZE(descriptors); i++)
		fix_case(test_descriptor, (void *)(uintptr_t)i,
			 "descriptor: %s", descriptors[i].name);
	fix_case(test_event, NULL, "event");
	fix_case(test_event_masked, NULL, "event, masked");
	fix_case(test_wraps, NULL, "the queue wraps around");
	fix_case(test_size, NULL, "a queue of two pages");
	fix_case(test_overflow, NULL, "overflow");
	fix_case(test_overflow_event, NULL, "overflow: event");
	fix_case(test_marker, NULL, "stop marker");
	fix_case(test_drain, (void *)0, "on its way, waited for");
	fix_case(test_drain, (void *)1, "on its way, drained");
	fix_case(test_many_on_their_way, NULL, "many on their way");
	for (i = 0; i < WHO_NR; i++)
		fix_case(test_who, (void *)(uintptr_t)i, "asked with: %s",
			 who[i].name);
	fix_case(test_record, NULL, "asked, and recorded");
	fix_case(test_legacy, NULL, "asked in legacy mode");
	for (i = 0; i < BAD_NR; i++)
		fix_case(test_misuse, (void *)(uintptr_t)i, "queue: %s",
			 misuse[i]);
}

int main(void)
{
	queue_cases();
	return fix_run("model-pri");
}
