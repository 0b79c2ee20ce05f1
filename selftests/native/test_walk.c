// SPDX-License-Identifier: GPL-2.0
/*
 * "walk": what it says of a request against what becomes of the request on the
 * software unit, with tables made by hand that are broken in every way, and
 * with those of the driver.
 *
 * SRCS: dmar/quarantine.c dmar/incident.c
 * SRCS: dmar/walk_cmd.c dmar/walk_say.c dmar/walk_judge.c dmar/walk_scalable.c
 * SRCS: dmar/fault_walk.c dmar/nested.c dmar/user.c dmar/pgtable_dirty.c
 * SRCS: dmar/fault_reason.c dmar/adapter.c dmar/paging.c dmar/device.c dmar/device_ats.c dmar/device_pasid.c
 * SRCS: dmar/pool.c dmar/history.c dmar/relax.c dmar/qi.c dmar/context.c
 * SRCS: dmar/pasid.c dmar/scalable.c dmar/devtlb.c
 * SRCS: dmar/unit.c dmar/domain.c dmar/flush.c dmar/pgtable.c
 * SRCS: dmar/identity.c dmar/reply.c
 * SRCS: kunit/model/model.c kunit/model/memory.c kunit/model/regs.c
 * SRCS: kunit/model/fault.c kunit/model/walk.c kunit/model/cache.c
 * SRCS: kunit/model/queue.c kunit/model/device.c kunit/model/check.c
 * SRCS: kunit/model/quiescent.c kunit/model/intr.c kunit/model/check_intr.c
 * SRCS: selftests/native/model_fixture.c selftests/native/rig.c
 * SRCS: selftests/native/model_tables.c selftests/native/core_rig.c
 * CFLAGS: -DVTD_OBSERVER
 */
#include <stdio.h>
#include <stdlib.h>

#include <linux/ioport.h>

#include "core_rig.h"
#include "model_tables.h"

#include "../../dmar/control.h"
#include "../../dmar/walk.h"

struct vtd_control vtd_control;
struct resource iomem_resource;

static u32 seed;

static u32 draw(u32 below)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % below;
}

/* --- the judge, on tables that are broken ---------------------------------------- */

static bool is_memory(u64 phys)
{
	const void *page = phys_to_virt(phys & ~0xfffULL);
	unsigned int i;

	for (i = 1; i <= tab.levels; i++)
		if (page == tab.table[i])
			return true;
	return page == tab.root || page == tab.context || page == tab.ring ||
	       page == tab.status;
}

static bool peek(u64 phys, u64 *value)
{
	if (!is_memory(phys))
		return false;
	*value = *(const u64 *)phys_to_virt(phys);
	return true;
}

/* The tables' own answer. */
static void walk_here(u64 addr, struct vtd_walk *w)
{
	const struct vtd_fault_way way = {
		.root = virt_to_phys(tab.root),
		.sid = TAB_SID,
		.addr = addr,
	};

	vtd_walk_tables(&way, peek, w);
}

static const struct kind_of_unit {
	const char *name;
	u64 cap_off, cap_on, ecap_off, ecap_on;
	unsigned int levels;
} units[] = {
	{ "4 levels", 0, 0, 0, 0, 4 },
	{ "3 levels, of 39 bits", 0x3fULL << 16, VTDM_CAP_MGAW(39), 0, 0, 3 },
	{ "5 levels", 0x3fULL << 16, VTDM_CAP_SAGAW(0xe) | VTDM_CAP_MGAW(57), 0,
	  0, 5 },
	{ "fewer bits than the tables", 0x3fULL << 16, VTDM_CAP_MGAW(42), 0, 0,
	  4 },
	{ "no superpages", VTDM_CAP_SLLPS(3), 0, 0, 0, 4 },
	{ "superpages of 2 MiB", VTDM_CAP_SLLPS(2), 0, 0, 0, 4 },
	{ "no snoop control, no pass-through", 0, 0,
	  VTDM_ECAP_SC | VTDM_ECAP_PT, 0, 4 },
	{ "device TLBs", 0, 0, 0, VTDM_ECAP_DT, 4 },
};

static void unit_on(const struct kind_of_unit *k, struct vtd_walk_unit *has)
{
	has->cap = (FIX_CAP & ~k->cap_off) | k->cap_on;
	has->ecap = (FIX_ECAP & ~k->ecap_off) | k->ecap_on;
	has->host_bits = 52;
	tab_start(has->cap, has->ecap, k->levels, 0);
	fix.quiet = true;
}

static void assert_judged(const struct vtd_walk_unit *has, u64 addr)
{
	static const enum vtd_model_access access[] = { VTD_MODEL_READ,
							VTD_MODEL_WRITE };
	struct vtd_walk w;
	unsigned int i;

	walk_here(addr, &w);
	assert_int_not_equal(w.tables.end, VTD_END_CHANGED);
	for (i = 0; i < 2; i++) {
		unsigned int reason = tab_ask_fresh(addr, access[i]);
		unsigned int judged = vtd_walk_judge(&w, has, i);

		if (reason != judged)
			fail_msg(
				"0x%llx: fault 0x%x, judged 0x%x, end %u at %u",
				addr, reason, judged, w.tables.end,
				w.tables.level);
		if (reason)
			continue;
		if (w.tables.end == VTD_END_PASS_THROUGH)
			assert_true(tab_result.phys == addr);
		else
			assert_true(w.tables.end == VTD_END_LEAF &&
				    w.tables.phys == tab_result.phys);
	}
}

/* Where a request of the cases goes: mapped, unmapped, on every level, far. */
static u64 some_address(void)
{
	static const u64 base[] = {
		0x5000,	    0x1ff000,	0x200000,	  0x40000000,
		0x40200000, 1ULL << 39, (1ULL << 42) + 5, 1ULL << 47,
		1ULL << 48, 1ULL << 57,
	};

	return base[draw(ARRAY_SIZE(base))] + draw(0x1000);
}

/* One of the words on the way of an address. */
static u64 *some_word(u64 addr)
{
	unsigned int level = 1 + draw(tab.levels + 2);

	if (level == tab.levels + 1)
		return &tab.context[0x30 + draw(2)];
	if (level == tab.levels + 2)
		return &tab.root[2 + draw(2)];
	return &tab.table[level][addr >> (12 + (level - 1) * 9) & 511];
}

static void test_judge(void **state)
{
	const struct kind_of_unit *k = &units[fix_arg(state)];
	struct vtd_walk_unit has;
	unsigned int i, bits;

	seed = fix_arg(state) + 1;
	unit_on(k, &has);
	for (i = 0; i < 1500; i++) {
		u64 addr = some_address(), *word = some_word(addr);
		u64 before = *word, value = before;

		if (i % 3 == 0) {
			/* a page, perhaps one of the interrupt range */
			value = (draw(2) ? 0xfee00000 : 0x80000000) | draw(4) |
				(draw(2) ? 0x80 : 0) | (draw(2) ? 0x800 : 0);
		} else {
			for (bits = 1 + draw(2); bits; bits--)
				value ^= 1ULL << draw(i % 3 == 1 ? 12 : 64);
		}
		fix_store(word, value);
		assert_judged(&has, addr);
		fix_store(word, before);
	}
	assert_judged(&has, 0x5000);
	fix_forget();
	tab_stop();
}

/* Each table in turn cannot be read. */
static void test_judge_unreadable(void **state)
{
	struct vtd_walk_unit has;
	unsigned int i;

	for (i = 0; i < 6; i++) {
		u64 *page;

		unit_on(&units[0], &has);
		page = i < 4  ? tab.table[i + 1] :
		       i == 4 ? tab.context :
				tab.root;
		vtd_model_poison(virt_to_phys(page), true);
		/* what is_memory() knows is what can be read */
		if (i < 4)
			tab.table[i + 1] = NULL;
		else if (i == 4)
			tab.context = NULL;
		else
			tab.root = NULL;
		if (i == 5) {
			const struct vtd_fault_way way = {
				.root = virt_to_phys(page),
				.sid = TAB_SID,
				.addr = 0x5000,
			};
			struct vtd_walk w;

			vtd_walk_tables(&way, peek, &w);
			assert_int_equal(vtd_walk_judge(&w, &has, false), 8);
			assert_int_equal(tab_ask_fresh(0x5000, VTD_MODEL_READ),
					 8);
			tab.root = page;
		} else {
			assert_judged(&has, 0x5000);
		}
		if (i < 4)
			tab.table[i + 1] = page;
		else if (i == 4)
			tab.context = page;
		vtd_model_poison(virt_to_phys(page), false);
		tab_stop();
	}
}

/* --- where it ends, in words ------------------------------------------------------ */

static void assert_says(u64 addr, const char *what)
{
	char text[VTD_WALK_TEXT];
	struct vtd_walk w;

	walk_here(addr, &w);
	vtd_walk_say_end(&w, text, sizeof(text));
	assert_string_equal(text, what);
}

static void test_words(void **state)
{
	struct vtd_walk longest = { .way = { .addr = ~0ULL } };
	char text[VTD_WALK_TEXT];
	struct vtd_walk_unit has;
	u64 *page;

	unit_on(&units[0], &has);
	assert_says(0x5123,
		    "maps to 0x100005123, read and write, in a page of 4 KiB");
	assert_says(
		0x234567,
		"not present at level 2: the 2 MiB from 0x200000 on are not mapped");
	assert_says(
		0x7f12345678,
		"not present at level 3: the 1 GiB from 0x7f00000000 on are not mapped");
	assert_says(
		1ULL << 48,
		"beyond the tables, whose 4 levels end below 0x1000000000000");
	fix_store(&tab.table[2][3], 0x40000081);
	assert_says(0x612345,
		    "maps to 0x40012345, read only, in a page of 2 MiB");
	fix_store(&tab.table[3][2], 0x80000082);
	assert_says(0x80000001,
		    "maps to 0x80000001, write only, in a page of 1 GiB");
	fix_store(&tab.table[2][4], 0xabcdef000ULL | 3);
	assert_says(0x801000,
		    "no memory at 0xabcdef008, for a page-table entry");
	page = tab.context;
	tab.context = NULL;
	longest.nr = 2;
	snprintf(text, sizeof(text),
		 "no memory at 0x%llx, for the context entry",
		 virt_to_phys(page) + 0x18 * 16ULL);
	assert_says(0x5000, text);
	tab.context = page;
	tab_set_context(9, TAB_DID << 8 | 2);
	assert_says(0x5123, "passes through to 0x5123");
	tab_set_context(1, TAB_DID << 8 | 4);
	assert_says(0x5123, "the context entry is invalid");
	tab_set_context(0, 0);
	assert_says(0x5123, "the context entry is not present");
	fix_store(&tab.root[2], 0);
	assert_says(0x5123, "the root entry of bus 01 is not present");
	tab_stop();

	/* The longest of each kind fits. */
	longest.nr = 7;
	longest.entry[6].at = ~0ULL;
	longest.tables = (struct vtd_fault_tables){ .level = 4,
						    .levels = 5,
						    .read = true,
						    .write = true,
						    .phys = ~0ULL };
	for (longest.tables.end = 0; longest.tables.end <= VTD_END_LEAF;
	     longest.tables.end++) {
		vtd_walk_say_end(&longest, text, sizeof(text));
		assert_true(strlen(text) < sizeof(text) - 20);
		assert_true(*text);
	}
}

/* --- the command, on the driver's tables -------------------------------------------- */

static struct vtd_dmar dmar = { .address_width = 48 };
static struct vtd_reply reply;
static unsigned int changes;
static u64 changing_at;

struct vtd_unit *vtd_unit_of(struct pci_dev *pdev)
{
	return container_of(pdev, struct function, pdev)->unit;
}

const char *vtd_domain_type(unsigned int type)
{
	return type == IOMMU_DOMAIN_DMA ? "DMA" : "other";
}

bool vtd_fault_peek_memory(u64 phys, u64 *value)
{
	*value = *(const u64 *)phys_to_virt(phys);
	if (phys == changing_at && changes) {
		*value += changes * 0x1000ULL;
		changes--;
	}
	return true;
}

/* Besides those of core_rig.h: units in scalable mode. */
static const struct kind scalable[] = {
	{ VTDM_CAP_FL1GP, VTDM_ECAP_FSTS | VTDM_ECAP_SMPWCS,
	  "scalable mode, first stage" },
	{ 0, VTDM_ECAP_SSTS, "scalable mode, second stage" },
	{ VTDM_CAP_CM, VTDM_ECAP_FSTS | VTDM_ECAP_SSTS,
	  "scalable mode, caching mode, walks not snooped" },
};

static void machine(uintptr_t kind)
{
	if (kind < KINDS)
		start(kind);
	else
		start_unit(FIX_CAP | scalable[kind - KINDS].cap,
			   FIX_ECAP | VTDM_ECAP_SMTS | VTDM_ECAP_PASID |
				   VTDM_ECAP_PSS(20) |
				   scalable[kind - KINDS].ecap);
	assert_int_equal(rig.unit[0].scalable, kind >= KINDS);
	vtd_control.state = VTD_ATTACHED;
	/* As whoever gives a command has it. */
	mutex_init(&vtd_control.lock);
	mutex_lock(&vtd_control.lock);
	vtd_control.dmar = &dmar;
	/* 46 bits */
	iomem_resource.end = 0x3fffffffffff;
}

static const char *told(int ret)
{
	static char text[8192];

	assert_int_equal(ret, 0);
	assert_true(reply.len < sizeof(text) && !reply.cut);
	memcpy(text, reply.text, reply.len);
	text[reply.len] = '\0';
	vtd_reply_free(&reply);
	return text;
}

static const char *walk(unsigned int i, u64 addr)
{
	vtd_reply_free(&reply);
	return told(vtd_walk(&fn[i].pdev, addr, &reply));
}

static void assert_has(const char *text, const char *what)
{
	if (!strstr(text, what))
		fail_msg("\"%s\" is not in:\n%s", what, text);
}

/* The first value of a key. */
static const char *value(const char *text, const char *key)
{
	static char val[256];
	char word[32];
	const char *at;

	snprintf(word, sizeof(word), " %s=", key);
	at = strstr(text, word);
	if (!at)
		fail_msg("no %s in %s", key, text);
	at += strlen(word);
	if (*at == '"')
		snprintf(val, sizeof(val), "%.*s", (int)strcspn(at + 1, "\""),
			 at + 1);
	else
		snprintf(val, sizeof(val), "%.*s", (int)strcspn(at, "\n "), at);
	return val;
}

static u64 number(const char *text, const char *key)
{
	return strtoull(value(text, key), NULL, 0);
}

/* What becomes of a request, of a PASID unless it is VTD_NO_PASID. */
static unsigned int request(u32 pasid, u64 addr, enum vtd_model_access access,
			    u64 *phys)
{
	const struct vtd_model_request r = {
		.sid = RIG_SID,
		.with_pasid = pasid != VTD_NO_PASID,
		.pasid = pasid,
		.access = access,
		.addr = addr,
	};
	struct vtd_model_result result;

	vtd_model_request(rig.model[0], &r, NULL, 0, &result);
	*phys = result.phys;
	return result.reason;
}

/* A record against what becomes of the request. */
static void assert_walked(u32 pasid, u64 addr)
{
	static const enum vtd_model_access access[] = { VTD_MODEL_READ,
							VTD_MODEL_WRITE };
	static const char *const what[] = { "read", "write" };
	static const char *const why[] = { "read_reason", "write_reason" };
	const char *text =
		pasid == VTD_NO_PASID ?
			walk(0, addr) :
			told(vtd_walk_pasid(&fn[0].pdev, addr, pasid, &reply));
	unsigned int i;
	u64 phys;

	for (i = 0; i < 2; i++) {
		unsigned int reason = request(pasid, addr, access[i], &phys);

		if (reason) {
			assert_string_equal(value(text, what[i]), "blocked");
			assert_int_equal(number(text, why[i]), reason);
		} else {
			assert_string_equal(value(text, what[i]), "translated");
			assert_string_equal(value(text, why[i]), "-");
			assert_true(number(text, "phys") == phys);
		}
	}
}

/* Records as control.rst has them; every entry is where it is said to be. */
static void assert_records(const char *text)
{
	while (*text) {
		size_t length = strcspn(text, "\n");
		char line[1024];
		unsigned int i, quotes = 0;

		assert_true(length < sizeof(line) && text[length] == '\n');
		memcpy(line, text, length);
		line[length] = '\0';
		for (i = 0; i < length; i++) {
			quotes += line[i] == '"';
			assert_true(line[i] >= ' ' && line[i] <= '~');
		}
		assert_int_equal(quotes % 2, 0);
		if (!strncmp(line, "level ", 6) ||
		    !strncmp(line, "directory ", 10))
			assert_true(number(line, "entry") ==
				    *(u64 *)phys_to_virt(number(line, "at")));
		else if (strncmp(line, "walk ", 5))
			assert_true(number(line, "low") ==
				    *(u64 *)phys_to_virt(number(line, "at")));
		text += length + 1;
	}
}

static void test_random(void **state)
{
	static const int prots[] = { RW, IOMMU_READ, IOMMU_WRITE };
	bool pasids = fix_arg(state) >= KINDS;
	struct iommu_domain *domain;
	unsigned int i;

	seed = fix_arg(state) + 7;
	machine(fix_arg(state));
	fn[0].pdev.max_pasids = pasids ? 1 << 16 : 0;
	appear(0);
	domain = domain_for(0);
	assert_int_equal(attach(domain, 0), 0);
	if (pasids)
		assert_int_equal(vtd_device_set_pasid(managed(0), 0x1234,
						      to_vtd_domain(domain)),
				 0);
	for (i = 0; i < 40; i++) {
		u64 size = i % 8 == 0 ? SZ_1G : i % 2 ? SZ_2M : SZ_4K;
		u64 iova = draw(64) * SZ_1G + draw(4) * SZ_2M + draw(4) * SZ_4K;
		u64 phys = (1ULL << 33) + draw(32) * SZ_1G;

		map(domain, iova & ~(size - 1), phys & ~(size - 1), size, 1,
		    prots[draw(3)]);
	}
	for (i = 0; i < 400; i++)
		assert_walked(pasids && draw(2) ? 0x1234 : VTD_NO_PASID,
			      draw(64) * SZ_1G + draw(5) * SZ_2M +
				      draw(5) * SZ_4K + draw(SZ_4K));
	assert_walked(VTD_NO_PASID, 1ULL << 50);
	assert_walked(VTD_NO_PASID, ~0ULL);
	assert_records(walk(0, 0x1234));
	if (pasids) {
		assert_walked(0x1235, 0x1000); /* of nothing */
		assert_walked(0x8000, 0x1000);
		assert_walked(0x10000, 0x1000);
		assert_has(told(vtd_walk_pasid(&fn[0].pdev, 0, 0x1234, &reply)),
			   " mode=scalable driver=- domain=DMA pasid=0x1234 ");
	}
	end(domain);
}

static void test_command(void **state)
{
	struct iommu_domain *domain;
	const char *text;

	machine(0);
	appear(0);
	domain = domain_for(0);
	assert_int_equal(attach(domain, 0), 0);
	assert_int_equal(map(domain, 0x200000, ODD, SZ_4K, 1, IOMMU_READ), 0);
	assert_int_equal(map(domain, SZ_1G, SZ_1G, SZ_2M, 1, RW), 0);

	text = walk(0, 0x200abc);
	assert_records(text);
	assert_has(
		text,
		"walk device=device sid=01:03.0 unit=dmar0 mode=legacy driver=- domain=DMA address=0x200abc read=translated read_reason=- read_text=\"\" write=blocked write_reason=0x05 write_text=\"the address is not mapped, or not for writing\" end=page phys=0x40001abc start=0x200000 bytes=4096 text=\"maps to 0x40001abc, read only, in a page of 4 KiB\" entries=6\n");
	assert_has(text, " index=1 present=yes table=0x");
	assert_has(
		text,
		" index=24 present=yes translation=second-stage levels=4 width=48 domain_id=2 faults=recorded table=0x");
	assert_has(text, " nr=4 index=0 leads=table to=0x");
	assert_has(
		text,
		" entry=0x40001001 nr=1 index=0 leads=page to=0x40001000 read=yes write=no snoop=no reserved=0x0\n");
	text = walk(0, SZ_1G + 5);
	assert_has(text, " start=0x40000000 bytes=2097152 ");
	assert_has(text, " nr=2 index=0 leads=page to=0x40000000 ");
	assert_has(text, " entries=5\n");
	text = walk(0, 0x400000);
	assert_has(text, "end=absent phys=- start=0x400000 bytes=2097152 ");
	assert_has(text, " entry=0x0 nr=2 index=2 leads=nowhere\n");

	/* The range of interrupts has no tables. */
	text = walk(0, 0xfee00000);
	assert_has(
		text,
		" read=aborted read_reason=- read_text=\"\" write=interrupt ");
	assert_has(text, " entries=0\n");
	assert_has(walk(0, 0xfeefffff), " write=interrupt ");
	assert_has(walk(0, 0xfedfffff), " write=blocked ");
	assert_has(walk(0, 0xfef00000), " write=blocked ");

	/* A function that nobody manages is blocked here. */
	text = walk(1, 0x1000);
	assert_has(text, " domain=- ");
	assert_has(text, "read=blocked read_reason=0x02 ");
	assert_has(text, " index=25 present=no\n");
	fn[1].sid[0] = 0x4200;
	text = walk(1, 0x1000);
	assert_has(text, "read=blocked read_reason=0x01 ");
	assert_has(text, "root at=0x");
	assert_has(text, " present=no table=- reserved=no\n");
	end(domain);
}

static void test_command_ways(void **state)
{
	struct vtd_translation entry;
	const char *text;
	u16 sid = RIG_SID + 1;

	machine(0);
	/* Passed through. */
	entry = vtd_identity(&rig.unit[0]);
	assert_int_equal(vtd_context_set(&rig.unit[0], &sid, 1, VTD_NO_PASID,
					 &entry),
			 0);
	text = walk(1, 0xabcdef123);
	assert_has(text, "read=passed-through read_reason=- ");
	assert_has(text, "end=pass-through phys=0xabcdef123 ");
	assert_has(text, "translation=pass-through levels=4 ");
	assert_has(text, " table=- reserved=no\n");
	assert_has(walk(1, 1ULL << 48), "write=blocked write_reason=0x04 ");
	/* Two source-ids, one of them blocked. */
	fn[1].nr_sids = 2;
	fn[1].sid[1] = 0x0200;
	text = walk(1, 0x1000);
	assert_has(
		text,
		"sid=01:03.1 unit=dmar0 mode=legacy driver=- domain=- address=0x1000 read=passed-through");
	assert_has(
		text,
		"sid=02:00.0 unit=dmar0 mode=legacy driver=- domain=- address=0x1000 read=blocked");
	fn[1].nr_sids = -E2BIG;
	assert_int_equal(vtd_walk(&fn[1].pdev, 0, &reply), -E2BIG);
	vtd_reply_free(&reply);
	/* No unit, and one that is off. */
	fn[1].nr_sids = 1;
	fn[1].unit = NULL;
	text = walk(1, 0x1234);
	assert_has(text, "unit=- ");
	assert_has(text, "read=untranslated ");
	assert_has(text, "end=no-unit phys=0x1234 ");
	fn[1].unit = &rig.unit[0];
	rig.unit[0].translating = false;
	assert_has(walk(1, 0x1234), "end=unit-off phys=0x1234 ");
	rig.unit[0].translating = true;

	/* No PASID in legacy mode. */
	assert_int_equal(vtd_walk_pasid(&fn[1].pdev, 0, 5, &reply),
			 -EOPNOTSUPP);
	assert_non_null(strstr(reply.text, "dmar0 is in legacy mode"));
	vtd_reply_free(&reply);
	fn[1].unit = NULL;
	assert_int_equal(vtd_walk_pasid(&fn[1].pdev, 0, 5, &reply),
			 -EOPNOTSUPP);
	vtd_reply_free(&reply);

	/* Without memory, and without units. */
	vtd_shim_fail_alloc(1);
	assert_int_equal(vtd_walk(&fn[1].pdev, 0, &reply), -ENOMEM);
	vtd_shim_fail_alloc(0);
	vtd_control.state = VTD_DETACHED;
	assert_int_equal(vtd_walk(&fn[1].pdev, 0, &reply), -ENODEV);
	vtd_reply_free(&reply);
	assert_int_equal(vtd_walk_pasid(&fn[1].pdev, 0, 0, &reply), -ENODEV);
	vtd_reply_free(&reply);
	entry = (struct vtd_translation){};
	assert_int_equal(vtd_context_set(&rig.unit[0], &sid, 1, VTD_NO_PASID,
					 &entry),
			 0);
	rig_stop();
}

static void test_changing(void **state)
{
	struct iommu_domain *domain;
	const char *text;

	machine(0);
	appear(0);
	domain = domain_for(0);
	assert_int_equal(attach(domain, 0), 0);
	changing_at = virt_to_phys(&rig.unit[0].root[1].w[1]);
	/* Twice a walk: in the third they are quiet. */
	changes = 4;
	assert_has(walk(0, 0x1000), "read=blocked read_reason=0x06 ");
	assert_int_equal(changes, 0);
	changes = 1000;
	text = walk(0, 0x1000);
	assert_has(text, "read=unknown ");
	assert_has(text, "end=changed ");
	assert_has(text, "entries=0\n");
	assert_null(strstr(text, "root at"));
	/* It gave up in time. */
	assert_in_range(changes, 900, 990);
	changes = 0;
	end(domain);
}

int main(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(units); i++)
		fix_case(test_judge, (void *)(uintptr_t)i, "broken entries, %s",
			 units[i].name);
	fix_case(test_judge_unreadable, NULL, "tables that cannot be read");
	fix_case(test_words, NULL, "where a walk ends, in words");
	for (i = 0; i < KINDS; i++)
		fix_case(test_random, (void *)(uintptr_t)i, "random maps, %s",
			 kinds[i].name);
	for (i = 0; i < ARRAY_SIZE(scalable); i++)
		fix_case(test_random, (void *)(uintptr_t)(KINDS + i),
			 "random maps, %s", scalable[i].name);
	fix_case(test_command, NULL, "records of a managed device");
	fix_case(test_command_ways, NULL,
		 "pass-through, several source-ids, no unit, PASID, no memory");
	fix_case(test_changing, NULL, "tables that change");
	return fix_run("walk");
}
