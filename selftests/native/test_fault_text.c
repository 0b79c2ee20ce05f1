// SPDX-License-Identifier: GPL-2.0
/*
 * Faults in words: every fault that the software unit can raise, read from its
 * registers and told, against faults.golden; what is taken from a record; the
 * walk of the tables.  VTD_GOLDEN=FILE writes the sentences there instead.
 *
 * SRCS: dmar/fault_read.c dmar/fault_reason.c dmar/fault_say.c
 * SRCS: dmar/fault_walk.c dmar/history.c
 * SRCS: kunit/model/model.c kunit/model/memory.c kunit/model/regs.c
 * SRCS: kunit/model/fault.c kunit/model/walk.c kunit/model/cache.c
 * SRCS: kunit/model/queue.c kunit/model/device.c kunit/model/check.c
 * SRCS: kunit/model/quiescent.c selftests/native/model_fixture.c
 * SRCS: kunit/model/intr.c kunit/model/check_intr.c
 * SRCS: selftests/native/model_tables.c selftests/native/model_irt.c
 * CFLAGS: -DVTD_OBSERVER
 */
#include <stdio.h>
#include <stdlib.h>

#include <linux/jump_label.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "model_irt.h"
#include "model_tables.h"

#include "../../dmar/fault.h"

DEFINE_STATIC_KEY_FALSE(vtd_soft_regs);

static FILE *golden;
static const void *bad_page;

/* Only the pages of the tables are memory, and not the one that is bad. */
static bool peek(u64 phys, u64 *value)
{
	const void *page = phys_to_virt(phys & ~0xfffULL);
	bool known = page == tab.root || page == tab.context;
	unsigned int i;

	for (i = 1; i <= tab.levels; i++)
		known = known || page == tab.table[i];
	if (!known || page == bad_page)
		return false;
	*value = *(const u64 *)phys_to_virt(phys);
	return true;
}

static void walk(u16 sid, u64 addr, vtd_fault_peek look,
		 struct vtd_fault_tables *tables)
{
	const struct vtd_fault_way way = {
		.root = virt_to_phys(tab.root),
		.sid = sid,
		.addr = addr,
	};

	vtd_fault_walk(&way, look, tables);
}

static void take(void *data, const struct vtd_fault_record *record)
{
	*(struct vtd_fault_record *)data = *record;
}

static void told(const char *name, const char *sentence, const char *remedy)
{
	char line[1200], expected[1200] = "";

	snprintf(line, sizeof(line), "%s | %s | %s\n", name, sentence, remedy);
	if (getenv("VTD_GOLDEN")) {
		fputs(line, golden);
		return;
	}
	if (!fgets(expected, sizeof(expected), golden))
		fail_msg("faults.golden has no line for: %s", line);
	assert_string_equal(line, expected);
}

static void tell(const char *name, struct vtd_regs *regs, unsigned int reason,
		 struct vtd_fault_facts *facts)
{
	struct vtd_fault_record record = {};
	struct vtd_fault_reading reading;
	struct vtd_fault_request r;
	char text[VTD_FAULT_SENTENCE];

	vtd_fault_read(regs, FIX_CAP, 8, take, &record, &reading);
	assert_int_equal(reading.found, 1);
	r = vtd_fault_decode(&record);
	assert_int_equal(r.reason, reason);
	if (r.access != VTD_ACCESS_INTERRUPT)
		walk(r.sid, r.where, peek, &facts->tables);
	vtd_fault_sentence(0, &record, facts, text, sizeof(text));
	told(name, text,
	     vtd_fault_remedy(vtd_fault_reason(r.reason),
			      vtd_fault_assigned(facts)));
}

static const struct {
	const char *name;
	unsigned int reason;
	u64 addr;
	enum vtd_model_access access;
} cases[] = {
	{ "root entry not present", 0x1, 0x200000, VTD_MODEL_READ },
	{ "context entry not present", 0x2, 0x200000, VTD_MODEL_WRITE },
	{ "context entry invalid", 0x3, 0x200000, VTD_MODEL_READ },
	{ "beyond the width", 0x4, 1ULL << 50, VTD_MODEL_READ },
	{ "write, not mapped", 0x5, 0x234000, VTD_MODEL_WRITE },
	{ "write, read-only page", 0x5, 0x5000, VTD_MODEL_WRITE },
	{ "write, table read-only", 0x5, 0x5000, VTD_MODEL_WRITE },
	{ "atomic, read-only page", 0x5, 0x5000, VTD_MODEL_ATOMIC },
	{ "read, not mapped", 0x6, 0x234000, VTD_MODEL_READ },
	{ "read, nothing for far", 0x6, 1ULL << 40, VTD_MODEL_READ },
	{ "read, write-only page", 0x6, 0x5000, VTD_MODEL_READ },
	{ "read, mapped since", 0x6, 0x5000, VTD_MODEL_READ },
	{ "table unreadable", 0x7, 0x5000, VTD_MODEL_READ },
	{ "pointer to nowhere", 0x7, 0x200000, VTD_MODEL_READ },
	{ "root table unreadable", 0x8, 0x5000, VTD_MODEL_READ },
	{ "context table unreadable", 0x9, 0x5000, VTD_MODEL_READ },
	{ "root entry reserved", 0xa, 0x5000, VTD_MODEL_READ },
	{ "context entry reserved", 0xb, 0x5000, VTD_MODEL_READ },
	{ "page-table entry reserved", 0xc, 0x5000, VTD_MODEL_READ },
	{ "translated request", 0xd, 0x5000, VTD_MODEL_TRANSLATED },
	{ "into the interrupt range", 0xe, 0x5000, VTD_MODEL_WRITE },
};

static u64 *poison(u64 *page)
{
	vtd_model_poison(virt_to_phys(page), true);
	bad_page = page;
	return page;
}

/* What makes the case's request fail. */
static void spoil(const char *name)
{
	u64 lo = tab.context[0x30], hi = tab.context[0x31];
	u64 *entry = &tab.table[1][5];

	if (!strcmp(name, "root entry not present"))
		fix_store(&tab.root[2], tab.root[2] & ~1ULL);
	else if (!strcmp(name, "context entry not present"))
		tab_set_context(0, 0);
	else if (!strcmp(name, "context entry invalid"))
		tab_set_context(lo, hi | 7);
	else if (strstr(name, "read-only page"))
		fix_store(entry, *entry & ~2ULL);
	else if (!strcmp(name, "write, table read-only"))
		fix_store(&tab.table[2][0], tab.table[2][0] & ~2ULL);
	else if (!strcmp(name, "read, write-only page"))
		fix_store(entry, *entry & ~1ULL);
	else if (!strcmp(name, "read, mapped since"))
		fix_store(entry, 0);
	else if (!strcmp(name, "table unreadable"))
		poison(tab.table[2]);
	else if (!strcmp(name, "pointer to nowhere"))
		fix_store(&tab.table[2][1], 0xabcdef000ULL | 3);
	else if (!strcmp(name, "root table unreadable"))
		poison(tab.root);
	else if (!strcmp(name, "context table unreadable"))
		poison(tab.context);
	else if (!strcmp(name, "root entry reserved"))
		fix_store(&tab.root[2], tab.root[2] | 2);
	else if (!strcmp(name, "context entry reserved"))
		tab_set_context(lo, hi | 1ULL << 40);
	else if (!strcmp(name, "page-table entry reserved"))
		fix_store(entry, *entry | 1ULL << 62);
	else if (!strcmp(name, "into the interrupt range"))
		fix_store(entry, 0xfee00003);
}

static void test_golden_dma(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct vtd_fault_facts facts = {
			.driver = "edu",
			.domain = "DMA-FQ",
			.present = true,
		};

		tab_start(FIX_CAP, FIX_ECAP, 4, 0);
		fix.quiet = true;
		bad_page = NULL;
		spoil(cases[i].name);
		assert_int_equal(tab_ask_fresh(cases[i].addr, cases[i].access),
				 cases[i].reason);
		if (strstr(cases[i].name, "since"))
			fix_store(&tab.table[1][5], 0x100005003ULL);
		/* Faults 1 and 2 are those of devices that nobody has. */
		if (cases[i].reason == 1)
			facts = (struct vtd_fault_facts){};
		if (cases[i].reason == 2)
			facts.domain[0] = '\0';
		tell(cases[i].name, &tab.regs, cases[i].reason, &facts);
		tab_stop();
	}
}

static const struct {
	const char *name;
	unsigned int reason;
	u64 lo, hi, addr;
	u32 data;
} interrupts[] = {
	{ "interrupt: reserved bits in the request", 0x20, IRT_ENTRY, IRT_MINE,
	  0xfee00018, 0x10005 },
	{ "interrupt: index at the end", 0x21, IRT_ENTRY, IRT_MINE, 0xfee02010,
	  0 },
	{ "interrupt: no entry", 0x22, 0, 0, 0xfee000b0, 0 },
	{ "interrupt: table unreadable", 0x23, IRT_ENTRY, IRT_MINE, 0xfee000b0,
	  0 },
	{ "interrupt: reserved bits in the entry", 0x24, IRT_ENTRY | 0x1000,
	  IRT_MINE, 0xfee000b0, 0 },
	{ "interrupt: compatibility format", 0x25, IRT_ENTRY, IRT_MINE,
	  0xfee00000, 0x41 },
	{ "interrupt: another's entry", 0x26, IRT_ENTRY, 0x40119, 0xfee000b0,
	  0 },
};

static void test_golden_interrupts(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(interrupts); i++) {
		struct vtd_fault_facts facts = {
			.driver = "edu",
			.domain = "DMA",
			.present = true,
		};

		irt_start();
		fix.quiet = true;
		irt_put(5, interrupts[i].lo, interrupts[i].hi);
		if (interrupts[i].reason == 0x23)
			vtd_model_poison(virt_to_phys(irt.table), true);
		assert_int_equal(irt_ask(interrupts[i].addr,
					 interrupts[i].data),
				 interrupts[i].reason);
		tell(interrupts[i].name, &irt.regs, interrupts[i].reason,
		     &facts);
		irt_stop();
	}
}

/* What the model cannot raise, and the rest of what a sentence may have. */
static const struct {
	const char *name;
	struct vtd_fault_record record;
	struct vtd_fault_facts facts;
} made_up[] = {
	{ "with a PASID, to execute",
	  { 0x7f0000001000, 0xc001235ce0000118 },
	  { .driver = "idxd", .domain = "DMA", .present = true } },
	{ "page request",
	  { 0x7f0000001000, 0x8000004710000118 },
	  { .driver = "idxd", .domain = "DMA", .present = true } },
	{ "translation request",
	  { 0x1000, 0xd000000d00000118 },
	  { .driver = "mlx5_core", .domain = "DMA", .present = true } },
	{ "behind a bridge",
	  { 0x1000, 0xc000000600000500 },
	  { .driver = "snd", .domain = "DMA", .behind = "0010:06:01.0" } },
	{ "unmapped before",
	  { 0x1000, 0xc000000600000118 },
	  { .driver = "nvme",
	    .domain = "DMA",
	    .present = true,
	    .last = { VTD_LAST_UNMAPPED, 0, 0x2000, 37 } } },
	{ "mapped before",
	  { 0x1000, 0xc000000600000118 },
	  { .driver = "nvme",
	    .domain = "DMA",
	    .present = true,
	    .last = { VTD_LAST_MAPPED, 0x1000, 0x1000, 1234567 } } },
	{ "nothing noted",
	  { 0x1000, 0xc000000600000118 },
	  { .domain = "unmanaged",
	    .present = true,
	    .last = { VTD_LAST_NONE, 0, 0, 0 } } },
	{ "a reason of the future",
	  { 0x1000, 0xc00000f500000118 },
	  { .present = true } },
	{ "untranslated device",
	  { 0x1000, 0xc000000600000118 },
	  { .present = true, .tables = { .end = VTD_END_PASS_THROUGH } } },
	{ "a page of 1 GiB",
	  { 0x40001000, 0x8000000500000118 },
	  { .present = true,
	    .tables = { .end = VTD_END_LEAF,
			.level = 3,
			.levels = 3,
			.read = true,
			.phys = 0x80001000,
			.bytes = 0x40000000 } } },
};

static void test_golden_made_up(void)
{
	char text[VTD_FAULT_SENTENCE];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(made_up); i++) {
		vtd_fault_sentence(0x10, &made_up[i].record, &made_up[i].facts,
				   text, sizeof(text));
		told(made_up[i].name, text,
		     vtd_fault_remedy(
			     vtd_fault_reason(made_up[i].record.hi >> 32 & 0xff),
			     vtd_fault_assigned(&made_up[i].facts)));
	}
}

static void test_golden(void **state)
{
	const char *to = getenv("VTD_GOLDEN");
	const char *end;
	char path[512];

	end = strrchr(__FILE__, '/');
	assert_non_null(end);
	snprintf(path, sizeof(path), "%.*s/faults.golden",
		 (int)(end - __FILE__), __FILE__);
	golden = fopen(to ?: path, to ? "w" : "r");
	if (!golden)
		fail_msg("cannot open %s", to ?: path);
	static_branch_enable(&vtd_soft_regs);
	test_golden_dma();
	test_golden_interrupts();
	test_golden_made_up();
	static_branch_disable(&vtd_soft_regs);
	assert_true(to || fgetc(golden) == EOF);
	fclose(golden);
}

/* 7.1.3, 7.2.3: the codes that the specification has. */
static const u8 codes[] = {
	0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b,
	0x0c, 0x0d, 0x0e, 0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27,
	0x28, 0x29, 0x30, 0x31, 0x32, 0x33, 0x38, 0x39, 0x3a, 0x40, 0x41,
	0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x50, 0x51, 0x52, 0x58,
	0x59, 0x5a, 0x5b, 0x5c, 0x5d, 0x70, 0x71, 0x72, 0x73, 0x74, 0x75,
	0x76, 0x77, 0x78, 0x79, 0x7a, 0x7b, 0x7c, 0x7d, 0x80, 0x81, 0x82,
	0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x90, 0x91,
};

static void test_reasons(void **state)
{
	const struct vtd_fault_reason *unknown = vtd_fault_reason(0);
	unsigned int code, i = 0, other;

	for (code = 0; code < 256; code++) {
		const struct vtd_fault_reason *r = vtd_fault_reason(code);

		assert_non_null(r->text);
		if (i == ARRAY_SIZE(codes) || code != codes[i]) {
			assert_ptr_equal(r, unknown);
			continue;
		}
		i++;
		assert_ptr_not_equal(r, unknown);
		assert_true(strlen(r->text) > 10 && strlen(r->text) < 90);
		assert_true(strlen(r->remedy) > 10);
		/* They go into records and one sentence. */
		assert_null(strpbrk(r->text, "\"\n."));
		assert_null(strpbrk(r->remedy, "\"\n"));
		assert_null(strpbrk(r->name, " \"\n"));
		for (other = 0; other < code; other++)
			assert_string_not_equal(vtd_fault_reason(other)->name,
						r->name);
	}
	assert_int_equal(i, ARRAY_SIZE(codes));
}

/* 11.4.7.6: each field of a record alone. */
static void test_decode(void **state)
{
	struct vtd_fault_request r;

	r = vtd_fault_decode(&(struct vtd_fault_record){ 0, 0xabcd });
	assert_int_equal(r.sid, 0xabcd);
	assert_int_equal(r.access, VTD_ACCESS_WRITE);
	r = vtd_fault_decode(
		&(struct vtd_fault_record){ 0xfffffffffffff000, 0x9100000000 });
	assert_int_equal(r.reason, 0x91);
	assert_true(r.where == 0xfffffffffffff000);
	r = vtd_fault_decode(
		&(struct vtd_fault_record){ 0x7fff0000abcd0000, 0x2980000000 });
	assert_int_equal(r.access, VTD_ACCESS_INTERRUPT);
	assert_false(r.has_pasid);
	assert_true(r.where == 0x7fff);
	r = vtd_fault_decode(
		&(struct vtd_fault_record){ 0, 0x4000000000000000 });
	assert_int_equal(r.access, VTD_ACCESS_READ);
	r = vtd_fault_decode(
		&(struct vtd_fault_record){ 0, 0x4000000010000000 });
	assert_int_equal(r.access, VTD_ACCESS_ATOMIC);
	r = vtd_fault_decode(&(struct vtd_fault_record){ 0, 0x10000000 });
	assert_int_equal(r.access, VTD_ACCESS_PAGE);
	r = vtd_fault_decode(
		&(struct vtd_fault_record){ 0, 0x0abcde0000000000 });
	assert_false(r.has_pasid);
	assert_int_equal(r.pasid, 0);
	r = vtd_fault_decode(
		&(struct vtd_fault_record){ 0, 0x0abcde0080000000 });
	assert_true(r.has_pasid);
	assert_int_equal(r.pasid, 0xabcde);
	assert_false(r.privileged);
	r = vtd_fault_decode(&(struct vtd_fault_record){ 0, 0xa0000000 });
	assert_true(r.privileged);
	/* Without a PASID there is no execute request. */
	r = vtd_fault_decode(
		&(struct vtd_fault_record){ 0, 0x4000000040000000 });
	assert_int_equal(r.access, VTD_ACCESS_READ);
	r = vtd_fault_decode(
		&(struct vtd_fault_record){ 0, 0x40000000c0000000 });
	assert_int_equal(r.access, VTD_ACCESS_EXECUTE);
	r = vtd_fault_decode(
		&(struct vtd_fault_record){ 0, 0x2000000000000000 });
	assert_int_equal(r.at, 2);
}

/* The longest of everything is not cut, and too little room is no overrun. */
static void test_longest(void **state)
{
	struct vtd_fault_facts facts = {
		.driver = "abcdefghijklmnopqrstuvw",
		.domain = "unmanagedxx",
		.behind = "ffff:ff:1f.7abc",
		.tables = { .end = VTD_END_LEAF,
			    .level = 5,
			    .levels = 5,
			    .read = true,
			    .write = true,
			    .first = true,
			    .entry = ~0ULL,
			    .phys = ~0ULL,
			    .bytes = SZ_2M },
		.last = { VTD_LAST_UNMAPPED, ~0ULL, ~0ULL, ~0ULL },
	};
	char text[VTD_FAULT_SENTENCE], small[20];
	size_t most = 0;
	unsigned int code;

	for (code = 0; code < 256; code++) {
		struct vtd_fault_record record = {
			~0ULL,
			0xafffff00f000ffff | (u64)code << 32,
		};

		memset(text, 'x', sizeof(text));
		vtd_fault_sentence(0xffff, &record, &facts, text, sizeof(text));
		if (strlen(text) > most)
			most = strlen(text);
		vtd_fault_sentence(0xffff, &record, &facts, small,
				   sizeof(small));
		assert_int_equal(strlen(small), sizeof(small) - 1);
		if (code < 0x20)
			assert_non_null(strstr(text, "us before"));
		else if (code < 0x2a)
			assert_null(strstr(text, "tables"));
	}
	assert_true(most < sizeof(text) - 20);
}

static void assert_walk(u64 addr, enum vtd_fault_end end, unsigned int level)
{
	struct vtd_fault_tables t;

	walk(TAB_SID, addr, peek, &t);
	assert_int_equal(t.end, end);
	assert_int_equal(t.level, level);
}

static void test_walk(void **state)
{
	unsigned int levels = fix_arg(state);
	u64 end = 1ULL << (12 + levels * 9);
	struct vtd_fault_tables t;

	tab_start((FIX_CAP & ~(0x3fULL << 16)) | VTDM_CAP_SAGAW(0xe) |
			  VTDM_CAP_MGAW(57),
		  FIX_ECAP, levels, 0);
	fix.quiet = true;
	bad_page = NULL;
	walk(TAB_SID, 0x1ff123, peek, &t);
	assert_int_equal(t.end, VTD_END_LEAF);
	assert_true(t.phys == 0x1001ff123);
	assert_true(t.bytes == 4096 && t.read && t.write);
	assert_int_equal(t.levels, levels);
	assert_walk(0x200000, VTD_END_ABSENT, 2);
	assert_walk(0x40000000, VTD_END_ABSENT, 3);
	assert_walk(end - 1, VTD_END_ABSENT, levels);
	assert_walk(end, VTD_END_BEYOND, 0);
	fix_store(&tab.table[2][3], 0x40000081);
	walk(TAB_SID, 0x612345, peek, &t);
	assert_int_equal(t.end, VTD_END_LEAF);
	assert_true(t.phys == 0x40012345 && t.bytes == 0x200000);
	assert_true(t.read && !t.write);
	tab_set_context(9, TAB_DID << 8 | (levels - 2));
	assert_walk(end, VTD_END_PASS_THROUGH, 0);
	tab_stop();
}

static unsigned int peeks;

/* An entry that is another each time it is read. */
static bool peek_changing(u64 phys, u64 *value)
{
	if (!peek(phys, value))
		return false;
	if (phys == virt_to_phys(&tab.table[1][7]))
		*value += 0x1000ULL * peeks++;
	return true;
}

static void test_walk_changing(void **state)
{
	struct vtd_fault_tables t;

	tab_start(FIX_CAP, FIX_ECAP, 4, 0);
	walk(TAB_SID, 0x7000, peek_changing, &t);
	assert_int_equal(t.end, VTD_END_CHANGED);
	walk(TAB_SID, 0x8000, peek_changing, &t);
	assert_int_equal(t.end, VTD_END_LEAF);
	tab_stop();
}

int main(void)
{
	unsigned int i;

	fix_case(test_golden, NULL,
		 "each fault of the software unit has its sentence");
	fix_case(test_reasons, NULL, "every reason of the specification");
	fix_case(test_decode, NULL, "the fields of a record");
	fix_case(test_longest, NULL, "the longest sentence");
	for (i = 3; i <= 5; i++)
		fix_case(test_walk, (void *)(uintptr_t)i, "walk, %u levels", i);
	fix_case(test_walk_changing, NULL, "walk, tables that change");
	return fix_run("fault-text");
}
