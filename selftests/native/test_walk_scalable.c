// SPDX-License-Identifier: GPL-2.0
/*
 * The walk of the tables of scalable mode: what becomes of a request by entries
 * that are made by hand, as the specification has it; and what is said of it,
 * records and sentences, against walk.golden.  VTD_GOLDEN=FILE writes them there
 * instead.
 *
 * SRCS: dmar/walk_cmd.c dmar/walk_say.c dmar/walk_judge.c dmar/walk_scalable.c
 * SRCS: dmar/fault_walk.c dmar/fault_say.c dmar/fault_reason.c dmar/reply.c
 * CFLAGS: -Wno-missing-field-initializers
 */
#include <stdio.h>
#include <stdlib.h>

#include <linux/ioport.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "vtd_test.h"

#include "../../dmar/control.h"
#include "../../dmar/device.h"
#include "../../dmar/walk.h"

struct vtd_control vtd_control;
struct resource iomem_resource;

/* --- a machine of a few pages --------------------------------------------------- */

enum page {
	ROOT,
	CONTEXT, /* of devices 0 to 15 of bus 1 */
	CONTEXT_UPPER,
	DIRECTORY,
	PASIDS,
	FIRST_1,
	FIRST_2,
	FIRST_3,
	FIRST_4,
	FIRST_5,
	SECOND_1,
	SECOND_2,
	SECOND_3,
	SECOND_4,
	PAGES,
	NONE = PAGES,
};

#define AT(page) (0x100000ULL + (page) * 0x1000ULL)
#define SID 0x0118 /* 01:03.0 */
#define UPPER 0x0198 /* 01:13.0 */
#define NOBODY 0x0230
#define NO_PASID (~0U)

/* What a unit has: 4 and 5 levels of both, all page sizes, all else but nesting. */
#define CAP 0x1100000c002f0c00ULL
#define ECAP 0x0003e99cc00000dfULL

static u64 memory[PAGES][512];
static bool unreadable[PAGES];

bool vtd_fault_peek_memory(u64 phys, u64 *value)
{
	u64 page = (phys - AT(0)) / 0x1000;

	if (phys < AT(0) || page >= PAGES || unreadable[page])
		return false;
	*value = memory[page][phys % 0x1000 / 8];
	return true;
}

static void put_pasid(u32 pasid, u64 w0, u64 w1, u64 w2)
{
	u64 *entry = &memory[PASIDS][pasid * 8];

	entry[0] = w0;
	entry[1] = w1;
	entry[2] = w2;
}

static void build(void)
{
	unsigned int i;

	memset(memory, 0, sizeof(memory));
	memset(unreadable, 0, sizeof(unreadable));
	memory[ROOT][2] = AT(CONTEXT) | 1;
	memory[ROOT][3] = AT(CONTEXT_UPPER) | 1;
	/* With PASIDs; 256 directory entries. */
	memory[CONTEXT][0x18 * 4] = AT(DIRECTORY) | 0x209;
	/* Without; requests without one are under PASID 5. */
	memory[CONTEXT_UPPER][0x18 * 4] = AT(DIRECTORY) | 1;
	memory[CONTEXT_UPPER][0x18 * 4 + 1] = 5;
	memory[DIRECTORY][0] = AT(PASIDS) | 1;
	put_pasid(0, 0x49, 0x800005, AT(FIRST_4));
	put_pasid(5, AT(SECOND_4) | 0x89, 0x800006, 0);
	put_pasid(7, 0x109, 1, 0);
	put_pasid(9, AT(SECOND_4) | 0xc9, 0x800007, AT(FIRST_4));
	put_pasid(11, 0x4d, 0x1800008, AT(FIRST_5) | 0x34);
	put_pasid(13, 1, 0, 0);
	for (i = 0; i < 8; i++) {
		memory[FIRST_1][i] = 0x100000067ULL + i * 0x1000;
		memory[SECOND_1][i] = 0x200000003ULL + i * 0x1000;
	}
	for (i = FIRST_2; i <= FIRST_5; i++)
		memory[i][0] = AT(i - 1) | 0x27;
	for (i = SECOND_2; i <= SECOND_4; i++)
		memory[i][0] = AT(i - 1) | 3;
}

/* --- the kernel, for the command -------------------------------------------------- */

static struct vtd_unit unit = {
	.name = "dmar0",
	.cap = CAP,
	.ecap = ECAP,
	.scalable = true,
	.translating = true,
};

static struct vtd_device device = { .type = IOMMU_DOMAIN_DMA };
static struct vtd_dmar dmar = { .address_width = 46 };
static struct pci_dev pci = { .name = "0000:01:03.0" };
static u16 pci_sid;
static bool no_unit;

struct vtd_unit *vtd_unit_of(struct pci_dev *pdev)
{
	return no_unit ? NULL : &unit;
}

struct vtd_device *vtd_device_find(const struct pci_dev *pdev)
{
	return pci_sid == NOBODY ? NULL : &device;
}

unsigned int vtd_device_pasid_type(struct vtd_device *vdev, u32 pasid,
				   struct vtd_domain **d)
{
	*d = NULL;
	return pasid == 5 ? IOMMU_DOMAIN_UNMANAGED : IOMMU_DOMAIN_BLOCKED;
}

int vtd_pci_sids(struct pci_dev *pdev, u16 *sid)
{
	*sid = pci_sid;
	return 1;
}

struct vtd_driver_name vtd_pci_driver_name(struct pci_dev *pdev)
{
	return (struct vtd_driver_name){ "idxd" };
}

const char *vtd_domain_type(unsigned int type)
{
	return type == IOMMU_DOMAIN_DMA	      ? "DMA" :
	       type == IOMMU_DOMAIN_UNMANAGED ? "unmanaged" :
						"blocked";
}

/* --- what becomes of requests ------------------------------------------------------- */

/**
 * struct walk_case - a request, and what is wrong
 * @name: in words
 * @sid: source-id
 * @pasid: PASID or NO_PASID
 * @addr: address
 * @page: page of the word that is not as build() has it, or NONE
 * @index: which of its words
 * @word: what it says
 * @read: what becomes of a read: 0 or the reason
 * @write: the same of a write
 */
struct walk_case {
	const char *name;
	u16 sid;
	u32 pasid;
	u64 addr;
	enum page page;
	unsigned int index;
	u64 word;
	u8 read;
	u8 write;
};

#define CE (0x18 * 4)
#define PE(pasid) ((pasid) * 8)

/* The first of them show all that there is. */
#define GOOD 6

static const struct walk_case cases[] = {
	{ "first stage", SID, NO_PASID, 0x1234, NONE, 0, 0, 0, 0 },
	{ "second stage, by RID_PASID", UPPER, NO_PASID, 0x5123, NONE, 0, 0, 0,
	  0 },
	{ "second stage, by a PASID", SID, 5, 0x5123, NONE, 0, 0, 0, 0 },
	{ "pass-through", SID, 7, 0xabc123, NONE, 0, 0, 0, 0 },
	{ "nested", SID, 9, 0x1000, NONE, 0, 0, 0x5b, 0x5b },
	{ "five levels", SID, 11, 0x3000, NONE, 0, 0, 0, 0 },

	{ "root entry absent", NOBODY, NO_PASID, 0, NONE, 0, 0, 0x39, 0x39 },
	{ "half of a root entry absent", UPPER, NO_PASID, 0, ROOT, 3, 0, 0x39,
	  0x39 },
	{ "root entry reserved", SID, NO_PASID, 0x1000, ROOT, 2,
	  AT(CONTEXT) | 3, 0x3a, 0x3a },
	{ "the other half reserved", SID, NO_PASID, 0x1000, ROOT, 3, 3, 0, 0 },
	{ "context table nowhere", SID, NO_PASID, 0x1000, ROOT, 2, 0x5000001,
	  0x40, 0x40 },
	{ "context entry absent", SID, NO_PASID, 0x1000, CONTEXT, CE, 0, 0x41,
	  0x41 },
	{ "context entry reserved", SID, NO_PASID, 0x1000, CONTEXT, CE,
	  AT(DIRECTORY) | 0x21, 0x42, 0x42 },
	{ "context entry reserved above", SID, NO_PASID, 0x1000, CONTEXT,
	  CE + 3, 1, 0x42, 0x42 },
	{ "context entry, page requests of no unit", SID, NO_PASID, 0x1000,
	  CONTEXT, CE, AT(DIRECTORY) | 0x11, 0x42, 0x42 },
	{ "no PASIDs allowed", UPPER, 5, 0x1000, NONE, 0, 0, 0x45, 0x45 },
	{ "PASID beyond the directory", SID, 0x4000, 0x1000, NONE, 0, 0, 0x46,
	  0x46 },
	{ "RID_PASID beyond the directory", UPPER, NO_PASID, 0x1000,
	  CONTEXT_UPPER, CE + 1, 0x2000, 0x48, 0x48 },
	{ "directory nowhere", SID, NO_PASID, 0x1000, CONTEXT, CE, 0x5000001,
	  0x50, 0x50 },
	{ "directory entry absent", SID, 0x3fff, 0x1000, NONE, 0, 0, 0x51,
	  0x51 },
	{ "directory entry reserved", SID, 5, 0x1000, DIRECTORY, 0,
	  AT(PASIDS) | 5, 0x52, 0x52 },
	{ "PASID table nowhere", SID, 5, 0x1000, DIRECTORY, 0, 0x5000001, 0x58,
	  0x58 },
	{ "PASID entry absent", SID, 6, 0x1000, NONE, 0, 0, 0x59, 0x59 },
	{ "none without a PASID", SID, NO_PASID, 0x1000, PASIDS, PE(0), 0, 0x59,
	  0x59 },
	{ "PASID entry reserved", SID, 5, 0x1000, PASIDS, PE(5),
	  AT(SECOND_4) | 0xa9, 0x5a, 0x5a },
	{ "PASID entry reserved, middle", SID, 5, 0x1000, PASIDS, PE(5) + 1,
	  0x10006, 0x5a, 0x5a },
	{ "PASID entry reserved, first stage", SID, 0, 0x1000, PASIDS,
	  PE(0) + 2, AT(FIRST_4) | 0x100, 0x5a, 0x5a },
	{ "PASID entry reserved, last word", SID, 5, 0x1000, PASIDS, PE(5) + 7,
	  1, 0x5a, 0x5a },
	{ "PASID entry reserved, fifth word", SID, 5, 0x1000, PASIDS, PE(5) + 4,
	  8, 0x5a, 0x5a },
	{ "PASID of another table", SID, 64 + 5, 0x5123, DIRECTORY, 1,
	  AT(PASIDS) | 1, 0, 0 },
	{ "nested, of a guest's width", SID, 9, 0x1000, PASIDS, PE(9) + 2,
	  AT(FIRST_4) | 1ULL << 50, 0x5b, 0x5b },
	{ "PASID entry, a width no host has", SID, 0, 0x1000, PASIDS, PE(0) + 2,
	  AT(FIRST_4) | 1ULL << 50, 0x5a, 0x5a },
	{ "PASID entry, memory types of no unit", SID, 5, 0x1000, PASIDS,
	  PE(5) + 1, 1ULL << 40 | 6, 0x5a, 0x5a },
	{ "type reserved", SID, 13, 0x1000, NONE, 0, 0, 0x5b, 0x5b },
	{ "levels of no unit", SID, 5, 0x1000, PASIDS, PE(5),
	  AT(SECOND_4) | 0x81, 0x5b, 0x5b },
	{ "first stage of no format", SID, 0, 0x1000, PASIDS, PE(0) + 2,
	  AT(FIRST_4) | 8, 0x5b, 0x5b },
	{ "pass-through of no width", SID, 7, 0x1000, PASIDS, PE(7), 0x101,
	  0x5b, 0x5b },

	{ "first stage, top nowhere", SID, 0, 0x1000, PASIDS, PE(0) + 2,
	  0x5000000, 0x73, 0x73 },
	{ "first stage, table nowhere", SID, 0, 0x1000, FIRST_2, 0, 0x5000027,
	  0x70, 0x70 },
	{ "first stage, page absent", SID, 0, 0x9000, NONE, 0, 0, 0x71, 0x71 },
	{ "first stage, table absent", SID, 0, 0x1000, FIRST_4, 0,
	  AT(FIRST_3) | 0x26, 0x71, 0x71 },
	{ "first stage, read only", SID, 0, 0x5000, FIRST_1, 5, 0x100005065, 0,
	  0x85 },
	{ "first stage, table read only", SID, 0, 0x5000, FIRST_3, 0,
	  AT(FIRST_2) | 0x25, 0, 0x85 },
	{ "first stage, supervisor", SID, 0, 0x5000, FIRST_1, 5, 0x100005063,
	  0x81, 0x81 },
	{ "first stage, table of a supervisor", SID, 0, 0x5000, FIRST_3, 0,
	  AT(FIRST_2) | 0x23, 0x81, 0x81 },
	{ "first stage, supervisor and read only", SID, 0, 0x5000, FIRST_1, 5,
	  0x100005061, 0x81, 0x81 },
	{ "first stage, reserved", SID, 0, 0x5000, FIRST_1, 5, 0x8000100005067,
	  0x72, 0x72 },
	{ "first stage, reserved and read only", SID, 0, 0x5000, FIRST_1, 5,
	  0x8000100005065, 0x72, 0x85 },
	{ "first stage, PS too high", SID, 0, 0x5000, FIRST_4, 0,
	  AT(FIRST_3) | 0xa7, 0x72, 0x72 },
	{ "first stage, 2 MiB", SID, 0, 0x212345, FIRST_2, 1, 0x400010e7, 0,
	  0 },
	{ "first stage, 2 MiB not aligned", SID, 0, 0x212345, FIRST_2, 1,
	  0x400020e7, 0x72, 0x72 },
	{ "first stage, 1 GiB", SID, 0, 0x40001234, FIRST_3, 1, 0x800000e7, 0,
	  0 },
	{ "first stage, execute disabled", SID, 11, 0x1000, FIRST_1, 1,
	  0x8000000100001067, 0, 0 },
	{ "first stage, nothing to be set", SID, 0, 0x1000, PASIDS, PE(0) + 1,
	  5, 0, 0 },
	{ "first stage, not canonical", SID, 0, 1ULL << 47, NONE, 0, 0, 0x80,
	  0x80 },
	{ "first stage, upper half", SID, 0, ~0ULL << 47, NONE, 0, 0, 0x71,
	  0x71 },
	{ "five levels, not canonical", SID, 11, 1ULL << 56, NONE, 0, 0, 0x80,
	  0x80 },
	{ "first stage, into the interrupt range", SID, 0, 0x5000, FIRST_1, 5,
	  0xfee00067, 0x87, 0x87 },

	{ "second stage, top nowhere", SID, 5, 0x1000, PASIDS, PE(5), 0x5000089,
	  0x7b, 0x7b },
	{ "second stage, table nowhere", SID, 5, 0x1000, SECOND_2, 0, 0x5000003,
	  0x78, 0x78 },
	{ "second stage, page absent", SID, 5, 0x9000, NONE, 0, 0, 0x79, 0x79 },
	{ "second stage, read only", SID, 5, 0x5000, SECOND_1, 5, 0x200005001,
	  0, 0x85 },
	{ "second stage, write only", SID, 5, 0x5000, SECOND_1, 5, 0x200005002,
	  0x86, 0 },
	{ "second stage, reserved", SID, 5, 0x5000, SECOND_1, 5,
	  0x4000000200005003, 0x7a, 0x7a },
	{ "second stage, 2 MiB", SID, 5, 0x212345, SECOND_2, 1, 0x40000083, 0,
	  0 },
	{ "second stage, beyond", SID, 5, 1ULL << 48, NONE, 0, 0, 0x83, 0x83 },
	{ "second stage, into the interrupt range", SID, 5, 0x5000, SECOND_1, 5,
	  0xfee00003, 0x87, 0x87 },
	{ "second stage, accessed bits", SID, 5, 0x5000, PASIDS, PE(5),
	  AT(SECOND_4) | 0x289, 0, 0 },
	{ "pass-through, beyond", SID, 7, 1ULL << 48, NONE, 0, 0, 0x83, 0x83 },
	{ "pass-through, interrupt range", SID, 7, 0xfee00000, NONE, 0, 0, 0x87,
	  0x87 },
};

static const struct vtd_walk_unit has = { CAP, ECAP, 46 };

static void spoil(const struct walk_case *c)
{
	build();
	if (c->page != NONE)
		memory[c->page][c->index] = c->word;
}

static void look(const struct walk_case *c, struct vtd_walk *w)
{
	const struct vtd_fault_way way = {
		.root = AT(ROOT),
		.addr = c->addr,
		.pasid = c->pasid == NO_PASID ? 0 : c->pasid,
		.sid = c->sid,
		.scalable = true,
		.has_pasid = c->pasid != NO_PASID,
	};

	vtd_walk_tables(&way, vtd_fault_peek_memory, w);
}

static void test_judge(void **state)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct vtd_walk w;
		u8 read, write;

		spoil(&cases[i]);
		look(&cases[i], &w);
		read = vtd_walk_judge(&w, &has, false);
		write = vtd_walk_judge(&w, &has, true);
		if (read != cases[i].read || write != cases[i].write)
			fail_msg("%s: judged 0x%x and 0x%x, not 0x%x and 0x%x",
				 cases[i].name, read, write, cases[i].read,
				 cases[i].write);
	}
}

/* One case, on a unit that has something else. */
static void assert_judged(const char *name, u64 cap, u64 ecap, u8 read,
			  u8 write)
{
	const struct vtd_walk_unit other = { cap, ecap, 46 };
	struct vtd_walk w;
	unsigned int i;

	for (i = 0; strcmp(cases[i].name, name); i++)
		assert_true(i + 1 < ARRAY_SIZE(cases));
	spoil(&cases[i]);
	look(&cases[i], &w);
	assert_int_equal(vtd_walk_judge(&w, &other, false), read);
	assert_int_equal(vtd_walk_judge(&w, &other, true), write);
}

static void test_units(void **state)
{
	/* Each stage, pass-through, nesting */
	assert_judged("first stage", CAP, ECAP & ~(1ULL << 47), 0x5b, 0x5b);
	assert_judged("second stage, by a PASID", CAP, ECAP & ~(1ULL << 46),
		      0x5b, 0x5b);
	assert_judged("pass-through", CAP, ECAP & ~(1ULL << 6), 0x5b, 0x5b);
	assert_judged("nested", CAP, ECAP | 1ULL << 26, 0, 0);
	/* 5 levels of either; pages of 1 GiB and 2 MiB */
	assert_judged("five levels", CAP & ~(1ULL << 60), ECAP, 0x5b, 0x5b);
	assert_judged("second stage, by a PASID", CAP & ~(1ULL << 10), ECAP,
		      0x5b, 0x5b);
	assert_judged("first stage, 1 GiB", CAP & ~(1ULL << 56), ECAP, 0x72,
		      0x72);
	assert_judged("second stage, 2 MiB", CAP & ~(1ULL << 34), ECAP, 0x7a,
		      0x7a);
	/* PASIDs, and as many; RID_PASID; what walks of tables do */
	assert_judged("first stage", CAP, ECAP & ~(1ULL << 40), 0x42, 0x42);
	assert_judged("directory entry absent", CAP,
		      (ECAP & ~(0x1fULL << 35)) | 12ULL << 35, 0x46, 0x46);
	assert_judged("first stage", CAP, ECAP & ~(0x1fULL << 35), 0, 0);
	assert_judged("second stage, by RID_PASID", CAP, ECAP & ~(1ULL << 49),
		      0x42, 0x42);
	assert_judged("first stage", CAP, ECAP & ~(1ULL << 48), 0x5a, 0x5a);
	assert_judged("five levels", CAP, ECAP & ~(1ULL << 7), 0x5a, 0x5a);
	assert_judged("second stage, accessed bits", CAP, ECAP & ~(1ULL << 45),
		      0x5a, 0x5a);
	assert_judged("context entry, page requests of no unit", CAP,
		      ECAP | 1ULL << 29, 0, 0);
	assert_judged("PASID entry, memory types of no unit", CAP,
		      ECAP | 1ULL << 25, 0, 0);
	/* 39 bits */
	assert_judged("second stage, beyond",
		      (CAP & ~(0x3fULL << 16)) | 38ULL << 16, ECAP, 0x83, 0x83);
}

/* Requests without a PASID, read and written, with some words changed. */
static void assert_asked(u64 addr, u8 read, u8 write)
{
	const struct walk_case c = { "", SID, NO_PASID, addr };
	struct vtd_walk w;

	look(&c, &w);
	assert_int_equal(vtd_walk_judge(&w, &has, false), read);
	assert_int_equal(vtd_walk_judge(&w, &has, true), write);
}

static void test_supervisor(void **state)
{
	const struct walk_case with = { "", SID, 0, 0x6000 };
	struct vtd_walk w;

	build();
	memory[FIRST_1][5] = 0x100005061; /* read only */
	memory[FIRST_1][6] = 0x100006063; /* both for supervisors */
	assert_asked(0x5000, 0x81, 0x81);
	memory[CONTEXT][CE + 1] = 1 << 20; /* RID_PRIV */
	assert_asked(0x5000, 0x5d, 0x5d);
	put_pasid(0, 0x49, 0x800005, AT(FIRST_4) | 1); /* SRE */
	assert_asked(0x5000, 0, 0);
	assert_asked(0x6000, 0, 0);
	put_pasid(0, 0x49, 0x800005, AT(FIRST_4) | 0x11); /* and WPE */
	assert_asked(0x5000, 0, 0x85);
	assert_asked(0x6000, 0, 0);
	/* One with a PASID has a privilege of its own. */
	look(&with, &w);
	assert_int_equal(vtd_walk_judge(&w, &has, false), 0x81);
}

static void test_accessed(void **state)
{
	build();
	/* A and D of a page of the first stage, A of a table, EA */
	memory[FIRST_1][5] = 0x100005027;
	memory[FIRST_1][6] = 0x100006007;
	assert_asked(0x5000, 0, 0);
	assert_asked(0x6000, 0, 0);
	put_pasid(0, 0x49, 5, AT(FIRST_4)); /* walks do not snoop */
	assert_asked(0x4000, 0, 0);
	assert_asked(0x5000, 0, 0x90);
	assert_asked(0x6000, 0x90, 0x90);
	memory[FIRST_3][0] &= ~0x20ULL;
	assert_asked(0x4000, 0x90, 0x90);
	memory[FIRST_3][0] |= 0x20;
	put_pasid(0, 0x49, 5, AT(FIRST_4) | 0x80);
	assert_asked(0x4000, 0x90, 0x90);
	/* The second stage has them with SSADE only. */
	put_pasid(0, AT(SECOND_4) | 0x89, 6, 0);
	assert_asked(0x4000, 0, 0);
	put_pasid(0, AT(SECOND_4) | 0x289, 6, 0);
	assert_asked(0x4000, 0x7c, 0x7c);
	memory[SECOND_4][0] |= 0x100;
	memory[SECOND_3][0] |= 0x100;
	memory[SECOND_2][0] |= 0x100;
	memory[SECOND_1][4] |= 0x100;
	assert_asked(0x4000, 0, 0x7c);
	memory[SECOND_1][4] |= 0x200;
	assert_asked(0x4000, 0, 0);
}

static u32 seed;

static u32 draw(u32 below)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % below;
}

/* Whatever is in memory, the answer is one, and is let through by its end. */
static void test_random(void **state)
{
	static const u32 pasids[] = { NO_PASID, 0, 5, 7, 9, 11, 13, 64, 0x4000 };
	struct vtd_walk_unit other = has;
	char text[VTD_WALK_TEXT];
	unsigned int i, k;

	seed = 11;
	for (i = 0; i < 30000; i++) {
		struct walk_case c = { "", draw(2) ? SID : UPPER,
				       pasids[draw(ARRAY_SIZE(pasids))],
				       (u64)draw(8) << 12 };
		struct vtd_walk w;

		build();
		for (k = draw(4); k; k--)
			memory[draw(PAGES)][draw(3) ? draw(16) : CE + draw(4)] ^=
				1ULL << draw(64);
		other.ecap = ECAP ^ (draw(4) ? 0 : 1ULL << draw(50));
		look(&c, &w);
		assert_int_not_equal(w.tables.end, VTD_END_CHANGED);
		assert_in_range(w.nr, 1, VTD_WALK_ENTRIES);
		vtd_walk_say_end(&w, text, sizeof(text));
		assert_true(*text && strlen(text) < sizeof(text) - 20);
		if (vtd_walk_judge(&w, &other, draw(2)))
			continue;
		assert_true(w.tables.end == VTD_END_LEAF ||
			    w.tables.end == VTD_END_PASS_THROUGH ||
			    w.tables.end == VTD_END_NESTED);
	}
}

/* --- what is said ------------------------------------------------------------------- */

static FILE *golden;

static void told(const char *line)
{
	char expected[1200] = "";

	if (getenv("VTD_GOLDEN")) {
		fputs(line, golden);
		return;
	}
	if (!fgets(expected, sizeof(expected), golden))
		fail_msg("walk.golden has no line for: %s", line);
	assert_string_equal(line, expected);
}

/* All records of a walk, or the first and the last. */
static void tell_records(const struct walk_case *c, bool all)
{
	struct vtd_reply reply = {};
	const char *at;
	char line[1200];
	int ret;

	pci_sid = c->sid;
	ret = c->pasid == NO_PASID ?
		      vtd_walk(&pci, c->addr, &reply) :
		      vtd_walk_pasid(&pci, c->addr, c->pasid, &reply);
	assert_int_equal(ret, 0);
	assert_false(reply.cut);
	snprintf(line, sizeof(line), "--- %s\n", c->name);
	told(line);
	for (at = reply.text; at < reply.text + reply.len; at += strlen(line)) {
		size_t left = reply.text + reply.len - at;
		const char *end = memchr(at, '\n', left);
		unsigned int keys = 0, i;

		assert_non_null(end);
		assert_true(end - at + 2 < sizeof(line));
		snprintf(line, sizeof(line), "%.*s", (int)(end - at + 1), at);
		for (i = 0; line[i]; i++)
			keys += line[i] == '=';
		/* control.rst promises it. */
		assert_true(keys <= 32);
		if (all || at == reply.text ||
		    at + strlen(line) == reply.text + reply.len)
			told(line);
	}
	vtd_reply_free(&reply);
}

/* The sentence of the fault that a write of the case raises. */
static void tell_fault(const struct walk_case *c)
{
	struct vtd_fault_record record = {
		.lo = c->addr & ~0xfffULL,
		.hi = 1ULL << 63 | (u64)c->write << 32 | c->sid |
		      (c->pasid == NO_PASID ? 0 :
					      1ULL << 31 | (u64)c->pasid << 40),
	};
	struct vtd_fault_facts facts = {
		.driver = "idxd",
		.domain = "DMA",
		.present = true,
	};
	char text[VTD_FAULT_SENTENCE], line[1200];
	struct vtd_walk w;

	look(c, &w);
	facts.tables = w.tables;
	vtd_fault_sentence(0, &record, &facts, text, sizeof(text));
	snprintf(line, sizeof(line), "%s\n", text);
	told(line);
}

static void test_golden(void **state)
{
	const char *to = getenv("VTD_GOLDEN");
	const char *end;
	char path[512];
	unsigned int i;

	end = strrchr(__FILE__, '/');
	assert_non_null(end);
	snprintf(path, sizeof(path), "%.*s/walk.golden", (int)(end - __FILE__),
		 __FILE__);
	golden = fopen(to ?: path, to ? "w" : "r");
	if (!golden)
		fail_msg("cannot open %s", to ?: path);
	unit.root = phys_to_virt(AT(ROOT));
	vtd_control.state = VTD_ATTACHED;
	/* As whoever gives a command has it. */
	mutex_init(&vtd_control.lock);
	mutex_lock(&vtd_control.lock);
	vtd_control.dmar = &dmar;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		spoil(&cases[i]);
		tell_records(&cases[i], i < GOOD);
		if (cases[i].write)
			tell_fault(&cases[i]);
	}
	assert_true(to || fgetc(golden) == EOF);
	fclose(golden);
}

/* Nested on a unit that nests, the interrupt range, no unit, legacy mode. */
static void test_odd(void **state)
{
	struct vtd_reply reply = {};

	build();
	pci_sid = SID;
	unit.ecap |= 1ULL << 26;
	assert_int_equal(vtd_walk_pasid(&pci, 0x1000, 9, &reply), 0);
	assert_non_null(strstr(reply.text, "read=unknown read_reason=- "));
	assert_non_null(strstr(reply.text, "end=nested phys=- "));
	vtd_reply_free(&reply);
	unit.ecap = ECAP;
	assert_int_equal(vtd_walk(&pci, 0xfee00000, &reply), 0);
	assert_non_null(strstr(reply.text, " pasid=- "));
	assert_non_null(strstr(reply.text, "write=interrupt "));
	vtd_reply_free(&reply);
	unit.translating = false;
	assert_int_equal(vtd_walk_pasid(&pci, 0x1000, 5, &reply), 0);
	assert_non_null(strstr(reply.text, "end=unit-off phys=0x1000 "));
	vtd_reply_free(&reply);
	unit.translating = true;
	unit.scalable = false;
	assert_int_equal(vtd_walk_pasid(&pci, 0x1000, 5, &reply), -EOPNOTSUPP);
	assert_non_null(strstr(reply.text, "dmar0 is in legacy mode"));
	vtd_reply_free(&reply);
	unit.scalable = true;
	no_unit = true;
	assert_int_equal(vtd_walk_pasid(&pci, 0x1000, 5, &reply), -EOPNOTSUPP);
	assert_non_null(strstr(reply.text, "no unit of the DMAR table"));
	vtd_reply_free(&reply);
	no_unit = false;
}

/* What a supervisor may, and what is allowed by now. */
static void test_allowed(void **state)
{
	struct vtd_fault_tables t = {
		.end = VTD_END_LEAF,
		.level = 1,
		.levels = 4,
		.read = true,
		.write = true,
		.first = true,
		.bytes = 4096,
		.phys = 0x5000,
	};
	struct vtd_fault_request r = {
		.reason = 0x81,
		.access = VTD_ACCESS_WRITE,
	};
	char text[VTD_FAULT_PART];

	vtd_fault_say_tables(&r, &t, text, sizeof(text));
	assert_string_equal(
		text,
		"mapped to 0x5000 for reading and writing, in a page of 4 KiB, by supervisors only");
	r.privileged = true;
	vtd_fault_say_tables(&r, &t, text, sizeof(text));
	assert_non_null(strstr(text, "supervisors only: allowed by now"));
	r.privileged = false;
	t.user = true;
	r.reason = 0x71;
	vtd_fault_say_tables(&r, &t, text, sizeof(text));
	assert_non_null(strstr(text, "of 4 KiB: allowed by now"));
	t.write = false;
	vtd_fault_say_tables(&r, &t, text, sizeof(text));
	assert_null(strstr(text, "allowed by now"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		VTD_TEST(test_judge),	   VTD_TEST(test_units),
		VTD_TEST(test_supervisor), VTD_TEST(test_accessed),
		VTD_TEST(test_random),	   VTD_TEST(test_golden),
		VTD_TEST(test_odd),	   VTD_TEST(test_allowed),
	};

	return cmocka_run_group_tests_name("walk-scalable", tests, NULL, NULL);
}
