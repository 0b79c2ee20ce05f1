// SPDX-License-Identifier: GPL-2.0
/*
 * The software unit against QEMU's in scalable mode: first stage or second
 * stage, drawn from a seed; the same tables and requests must come to the same
 * end on both.
 *
 *	VTD_QEMU_TRANSLATIONS	that must agree (2,000)
 *	VTD_QEMU_FAULTS		that must agree (500)
 *	VTD_QEMU_SEED		first seed (1)
 *
 * Where the two may differ is a list of rules, each of which says what QEMU must
 * do instead; Documentation/model-against-qemu.rst has the reasons.
 *
 * SRCS: kunit/model/model.c selftests/native/model_fixture.c
 * SRCS: selftests/native/qemu.c selftests/native/twin.c
 * CFLAGS: -DVTD_OBSERVER -DVTD_SHIM_PHYS_BASE=0x200000000000UL
 */
#include <stdio.h>
#include <string.h>

#include <linux/kernel.h>
#include <linux/mm.h>

#include "twin.h"

#define MACHINES 6
#define DOMAINS 3
#define IOVAS 40
#define F_P 1ULL
#define F_RW 2ULL
#define F_US 4ULL
#define F_A 0x20ULL
#define F_D 0x40ULL
#define PS 0x80ULL
#define ADDR 0xffffffffff000ULL

/**
 * struct domain - a PASID directory and what its PASID 0 leads to
 * @did: domain-id
 * @directory: with one PASID table
 * @pasids: that table
 * @top: of the page tables
 * @pass: pass-through
 * @window: address that leads to twin.scratch, whatever was drawn
 * @iova: addresses that something was drawn for
 * @nr: how many
 */
struct domain {
	u16 did;
	u64 *directory;
	u64 *pasids;
	u64 *top;
	bool pass;
	u64 window;
	u64 iova[IOVAS];
	unsigned int nr;
};

struct shown {
	u32 status;
	u64 lo;
	u64 hi;
};

struct request {
	const struct twin_device *dev;
	unsigned int device;
	u64 addr;
	bool write;
	bool ok;
	struct vtd_model_result result;
	struct shown model;
	bool arrived;
	bool refused;
	struct shown qemu;
};

static u64 seed;
static bool first; /* of two stages, which one */
static u64 *root;
static u64 *context[3][2];
static struct domain domain[DOMAINS];
static int user[TWIN_DEVICES];
static u64 holds[TWIN_DEVICES];
static bool holding[TWIN_DEVICES];
static struct {
	unsigned int device;
	u64 addr;
} passed[512];
static unsigned int nr_passed, translations, faults, asked;
static unsigned int told[256];

static u64 below(u64 n)
{
	return vtd_rand(&seed) % n;
}

static bool one_in(unsigned int n)
{
	return !below(n);
}

/* Drawing. */

static unsigned int shift_of(unsigned int level)
{
	return 12 + (level - 1) * 9;
}

/* A flag that is there mostly. */
static u64 mostly(u64 flag, unsigned int n)
{
	return one_in(n) ? 0 : flag;
}

/* Bits that say nothing. */
static u64 noise(void)
{
	if (first)
		return below(1 << 11) << 52 | below(2) << 63 |
		       (one_in(2) ? 0x18 : 0) | below(2) << 9;
	return below(1 << 10) << 52 | below(8) << 8;
}

static u64 rights(bool leaf)
{
	if (!first)
		return one_in(10) ? below(4) : 3;
	return mostly(F_P, 20) | mostly(F_RW, 8) | mostly(F_US, 20) |
	       mostly(F_A, 20) | (leaf ? mostly(F_D, 10) : 0);
}

/* Something is wrong with an entry, that the specification reserves. */
static u64 defect(unsigned int level)
{
	if (!one_in(25))
		return 0;
	if (level == 4)
		return PS;
	return one_in(2) || level == 1 ? 1ULL << 48 << below(4) :
					 PS | 1ULL << (13 + below(8));
}

static u64 leaf(unsigned int level)
{
	u64 phys = (one_in(2) ? 0x10000000 : 0x200000000ULL) +
		   (below(1 << 27) & ~0xfffULL);

	if (level == 3)
		phys = one_in(2) ? 0 : 0x200000000ULL;
	if (one_in(30))
		phys = 0xfee00000;
	phys &= ~((1ULL << shift_of(level)) - 1);
	return phys | rights(true) | (level > 1 ? PS : 0) | noise() |
	       defect(level);
}

static u64 pointer(u64 *table)
{
	return virt_to_phys(table) | rights(false) | noise();
}

/* Like pointer(), without a flaw. */
static u64 good_pointer(u64 *table)
{
	return virt_to_phys(table) | (first ? F_P | F_RW | F_US | F_A : 3);
}

static u64 *below_entry(u64 *at)
{
	return phys_to_virt(*at & ADDR);
}

static bool leads_on(u64 entry)
{
	return entry & (first ? F_P : 3) && !(entry & PS) && entry & ADDR &&
	       !(entry & ADDR & ~0xffffffffffffULL);
}

/* One address: tables down to a level, and what stands there. */
static void draw_iova(struct domain *d, u64 iova, bool window)
{
	unsigned int others = DOMAINS - 1 - (d - domain);
	unsigned int end = window ? 1 : 1 + below(3), level;
	u64 *table = d->top;

	if (!window && one_in(3))
		end = 1;
	for (level = 4; level > end; level--) {
		u64 *at = &table[iova >> shift_of(level) & 511];

		if (!leads_on(*at)) {
			if (*at && !window)
				return;
			/* tables without which there is no domain */
			if (!window && twin.used + 6 * others >= TWIN_TABLES)
				return;
			twin_store(at, window ? good_pointer(twin_table()) :
						pointer(twin_table()));
			if (!leads_on(*at))
				return;
		}
		table = below_entry(at);
	}
	if (window)
		twin_store(&table[iova >> 12 & 511],
			   twin.scratch | (first ? 0x67 : 3));
	else
		twin_store(&table[iova >> shift_of(end) & 511], leaf(end));
}

static u64 some_address(void)
{
	u64 at = below(4) << 39 | below(4) << 30 | below(4) << 21 |
		 below(8) << 12;

	return first && one_in(4) ? at | 0xffff800000000000ULL : at;
}

static void draw_domain(unsigned int i)
{
	struct domain *d = &domain[i];
	u64 w0, w2 = 0;

	*d = (struct domain){ .did = 100 + below(1000) * DOMAINS + i };
	d->directory = twin_table();
	d->pasids = twin_table();
	d->top = twin_table();
	d->pass = one_in(8);
	/* no other address shares its way but the top */
	d->window = 300ULL << 39 | below(8) << 12;
	if (first)
		d->window |= 0xffff000000000000ULL;
	draw_iova(d, d->window, true);
	for (d->nr = 0; d->nr < IOVAS; d->nr++) {
		d->iova[d->nr] = some_address();
		draw_iova(d, d->iova[d->nr], false);
	}
	if (d->pass)
		w0 = 0x109;
	else if (first)
		w0 = 0x49; /* QEMU looks at AW of a first stage too */
	else
		w0 = 0x89 | virt_to_phys(d->top);
	if (first && !d->pass)
		w2 = virt_to_phys(d->top);
	if (one_in(6))
		w0 |= 2;
	if (one_in(16))
		w0 ^= 1;
	else if (one_in(16))
		w0 |= 0x140; /* no such PGTT */
	twin_store(&d->pasids[1], d->did);
	twin_store(&d->pasids[2], w2);
	twin_store(&d->pasids[0], w0);
	twin_store(&d->directory[0], virt_to_phys(d->pasids) | mostly(1, 16));
}

static u64 *context_of(unsigned int device)
{
	u16 sid = twin.device[device].sid;
	unsigned int bus = 0;

	while (twin.bus[bus] != sid >> 8)
		bus++;
	return &context[bus][sid >> 7 & 1][(sid & 0x7f) * 4];
}

static void draw_context(unsigned int device)
{
	u64 *at = context_of(device);
	u64 lo, hi = 0;

	user[device] = below(DOMAINS);
	lo = virt_to_phys(domain[user[device]].directory) | mostly(1, 16) |
	     below(3) << 9;
	if (one_in(8))
		lo |= 2;
	if (one_in(20))
		hi = 1ULL << (21 + below(40));
	if (one_in(20))
		lo |= 1ULL << 48;
	twin_store(&at[0], 0);
	twin_store(&at[1], hi);
	twin_store(&at[0], lo);
}

static void draw_all(void)
{
	unsigned int i, half;

	twin_recycle();
	root = twin_table();
	for (i = 0; i < 3; i++) {
		for (half = 0; half < 2; half++) {
			context[i][half] = twin_table();
			twin_store(&root[twin.bus[i] * 2 + half],
				   virt_to_phys(context[i][half]) |
					   mostly(1, 12) |
					   (one_in(20) ? 1 << 5 : 0));
		}
	}
	for (i = 0; i < DOMAINS; i++)
		draw_domain(i);
	for (i = 0; i < TWIN_DEVICES; i++)
		draw_context(i);
	memset(holding, 0, sizeof(holding));
}

/* What stands at the end of the way of a request. */
static u64 *last_entry(const struct request *r, unsigned int *level)
{
	u64 *at, *table = domain[user[r->device]].top;

	for (*level = 4;; (*level)--) {
		at = &table[r->addr >> shift_of(*level) & 511];
		if (*level == 1 || !leads_on(*at))
			return at;
		table = below_entry(at);
	}
}

/* The rules. */

static bool qemu_silent(const struct request *r)
{
	return !(r->qemu.status & 3);
}

static bool qemu_said(const struct request *r, unsigned int reason)
{
	return r->qemu.status == 2 && r->qemu.hi >> 63 &&
	       (r->qemu.hi >> 32 & 0xff) == reason &&
	       (r->qemu.hi & 0xffff) == r->dev->sid;
}

/*
 * Tables that are not snooped: QEMU marks them and goes on, whatever comes then.
 * The request is made once more when software has marked them.
 */
static bool rule_unsnooped(const struct request *r)
{
	return r->result.reason == 0x90;
}

/* FPD of a PASID entry that is not present, or is invalid. */
static bool rule_pasid_silent(const struct request *r)
{
	unsigned int reason = r->result.reason;

	return domain[user[r->device]].pasids[0] & 2 && !r->model.status &&
	       (reason == 0x59 || reason == 0x5b) && qemu_said(r, reason);
}

/* Root and context entries: the reasons of legacy mode. */
static bool rule_legacy_reason(const struct request *r)
{
	static const u8 pairs[][2] = {
		{ 0x38, 8 }, { 0x39, 1 }, { 0x3a, 0xa },
		{ 0x40, 9 }, { 0x41, 2 }, { 0x42, 0xb },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(pairs); i++)
		if (r->result.reason == pairs[i][0])
			return r->model.status == r->qemu.status &&
			       qemu_said(r, pairs[i][1]);
	return false;
}

/* QEMU does not look at the width of a pass-through request. */
static bool rule_pass_width(const struct request *r)
{
	return domain[user[r->device]].pass && r->result.reason == 0x83 &&
	       qemu_silent(r);
}

/* And of second-stage tables. */
static bool rule_second_reason(const struct request *r)
{
	unsigned int said = r->write ? 5 : 6;

	if (first || !r->model.status)
		return false;
	switch (r->result.reason) {
	case 0x79:
	case 0x85:
	case 0x86:
		return qemu_said(r, said);
	case 0x7a:
		return qemu_said(r, 0xc);
	case 0x83:
		return qemu_said(r, 4);
	}
	return false;
}

/* Reserved bits in the half of a root entry that is not used. */
static bool rule_other_half(const struct request *r)
{
	const u64 *both = &root[(r->dev->sid >> 8) * 2];

	return (both[0] | both[1]) & 0x20 && r->result.reason != 0x3a &&
	       qemu_said(r, 0xa);
}

static bool rule_context_silent(const struct request *r)
{
	return r->result.reason == 0x42 && !r->model.status &&
	       qemu_said(r, 0xb);
}

/* A page that touches the interrupt range. */
static bool rule_superpage_interrupt(const struct request *r)
{
	unsigned int level;
	u64 *at = last_entry(r, &level);
	u64 bytes = 1ULL << shift_of(level), phys = *at & ADDR & ~(bytes - 1);

	return r->ok && level > 1 && phys <= 0xfeefffff &&
	       phys + bytes > 0xfee00000 &&
	       (qemu_said(r, 0x87) || qemu_silent(r));
}

/* Refused from the IOTLB without a record. */
static bool rule_cached_permission(const struct request *r)
{
	unsigned int i, level;

	if (!qemu_silent(r) || r->arrived ||
	    (r->result.reason != 0x85 && r->result.reason != 0x86))
		return false;
	last_entry(r, &level);
	for (i = 0; i < nr_passed; i++)
		if (passed[i].device == r->device &&
		    (passed[i].addr ^ r->addr) >> shift_of(level) == 0)
			return true;
	return false;
}

static struct {
	const char *name;
	bool (*fits)(const struct request *r);
	unsigned int used;
} rules[] = {
	{ "unsnooped", rule_unsnooped, 0 },
	{ "pasid-fpd", rule_pasid_silent, 0 },
	{ "pass-through-width", rule_pass_width, 0 },
	{ "legacy-reason", rule_legacy_reason, 0 },
	{ "second-stage-reason", rule_second_reason, 0 },
	{ "root-other-half", rule_other_half, 0 },
	{ "context-reserved-fpd", rule_context_silent, 0 },
	{ "superpage-interrupt", rule_superpage_interrupt, 0 },
	{ "cached-permission", rule_cached_permission, 0 },
};

static bool excused(const struct request *r)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rules); i++) {
		if (!rules[i].fits(r))
			continue;
		rules[i].used++;
		return true;
	}
	return false;
}

/* One request, on both. */

static struct shown show(u32 (*read32)(u32 off), u64 (*read64)(u32 off))
{
	return (struct shown){
		.status = read32(TWIN_FSTS),
		.lo = read64(twin.records),
		.hi = read64(twin.records + 8),
	};
}

static void clear_faults(void)
{
	twin_write32(twin.records + 12, 1u << 31);
	twin_write32(TWIN_FSTS, 1);
	assert_int_equal(twin_read32(TWIN_FSTS, 0), 0);
}

static bool in_memory(const struct request *r)
{
	return r->ok && !r->result.interrupt && qemu_is_ram(r->result.phys, 8);
}

static void ask_edu(struct request *r, void *at)
{
	u64 value = vtd_rand(&seed), back = 0, window = twin.scratch;

	if (r->write) {
		if (at)
			memset(at, 0, 8);
		twin_edu_write(r->dev, r->addr);
		r->arrived = at && !memcmp(at, &holds[r->device], 8);
		return;
	}
	holding[r->device] = false;
	if (at)
		memcpy(at, &value, 8);
	twin_edu_read(r->dev, r->addr);
	r->qemu = show(twin_qemu32, twin_qemu64);
	if (!at)
		return;
	/* What it read shows where it can write. */
	if (!domain[user[r->device]].pass)
		window = domain[user[r->device]].window;
	memset(phys_to_virt(twin.scratch), 0, 8);
	twin_edu_write(r->dev, window);
	memcpy(&back, phys_to_virt(twin.scratch), 8);
	r->arrived = back == value;
	holding[r->device] = r->arrived;
	holds[r->device] = value;
}

static void ask_both(struct request *r)
{
	void *at = NULL;

	r->ok = vtd_model_translate(twin.unit, r->dev->sid, r->addr,
				    r->write ? VTD_MODEL_WRITE : VTD_MODEL_READ,
				    &r->result);
	r->model = show(twin_model32, twin_model64);
	if (in_memory(r))
		at = phys_to_virt(r->result.phys);
	if (r->dev->edu) {
		ask_edu(r, at);
	} else {
		u32 value = TWIN_TESTER_VALUE;

		if (at)
			memset(at, 0, 4);
		r->refused = !twin_tester_write(r->dev, r->addr);
		r->arrived = at && !memcmp(at, &value, 4);
	}
	r->qemu = show(twin_qemu32, twin_qemu64);
}

static bool agrees(const struct request *r)
{
	if (r->model.status != r->qemu.status)
		return false;
	if (r->model.status & 2 &&
	    (r->model.lo != r->qemu.lo || r->model.hi != r->qemu.hi))
		return false;
	if (in_memory(r))
		return r->arrived;
	if (r->dev->edu)
		return true;
	return r->refused == !r->result.interrupt;
}

static void tell(const struct request *r)
{
	const struct domain *d = &domain[user[r->device]];
	const u64 *ce = context_of(r->device);
	unsigned int level;
	u64 *at = last_entry(r, &level);

	fprintf(stderr,
		"# device %04x %s %llx: model %s, reason %x, to %llx; QEMU's data %s, %s\n",
		r->dev->sid, r->write ? "writes" : "reads", r->addr,
		r->ok ? "lets it" : "refuses", r->result.reason, r->result.phys,
		r->arrived ? "there" : "not there",
		r->refused ? "refused" : "not refused");
	fprintf(stderr, "# model FSTS %x record %llx %llx\n", r->model.status,
		r->model.hi, r->model.lo);
	fprintf(stderr, "# QEMU  FSTS %x record %llx %llx\n", r->qemu.status,
		r->qemu.hi, r->qemu.lo);
	fprintf(stderr,
		"# root %llx context %llx %llx directory %llx PASID %llx %llx %llx, level %u holds %llx\n",
		root[(r->dev->sid >> 8) * 2 + (r->dev->sid >> 7 & 1)], ce[1],
		ce[0], d->directory[0], d->pasids[2], d->pasids[1],
		d->pasids[0], level, *at);
}

/* As software would that knows its tables are not snooped. */
static void mark_way(const struct request *r)
{
	u64 *at, *table = domain[user[r->device]].top;
	unsigned int level;

	for (level = 4;; level--) {
		at = &table[r->addr >> shift_of(level) & 511];
		if (level == 1 || !leads_on(*at))
			break;
		twin_store(at, *at | F_A);
		table = below_entry(at);
	}
	twin_store(at, *at | F_A | F_D);
	twin_forget_iotlb(1, 0, 0, 0, false);
	nr_passed = 0;
}

static void remember(const struct request *r)
{
	if (!r->ok || nr_passed == ARRAY_SIZE(passed))
		return;
	passed[nr_passed].device = r->device;
	passed[nr_passed++].addr = r->addr;
}

static void ask_at(unsigned int device, u64 addr)
{
	const struct twin_device *dev = &twin.device[device];
	struct request r = {
		.dev = dev,
		.device = device,
		.addr = addr,
		.write = !dev->edu || (holding[device] && one_in(3)),
	};

	asked++;
	ask_both(&r);
	told[r.result.reason]++;
	if (agrees(&r)) {
		translations += in_memory(&r);
		faults += r.result.reason && r.model.status & 2;
	} else if (!excused(&r)) {
		tell(&r);
		fail();
	} else if (r.result.reason && r.model.status & 2) {
		faults += !rule_unsnooped(&r);
	}
	remember(&r);
	if (r.model.status || r.qemu.status)
		clear_faults();
	if (r.result.reason != 0x90)
		return;
	mark_way(&r);
	ask_both(&r);
	if (rule_unsnooped(&r) || (!agrees(&r) && !excused(&r))) {
		tell(&r);
		fail();
	}
	remember(&r);
	if (r.model.status || r.qemu.status)
		clear_faults();
}

static u64 address_of(unsigned int device)
{
	const struct domain *d = &domain[user[device]];
	u64 at = d->iova[below(d->nr)] | below(1022) * 4;

	if (d->pass && !one_in(8))
		return 0x10000000 + below(1 << 20) * 8;
	switch (below(24)) {
	case 0: /* not canonical, or beyond the width */
		return at ^ 1ULL << (48 + below(16));
	case 1:
		return some_address();
	case 2:
		return at ^ 1ULL << (12 + below(27));
	}
	return at;
}

static void ask_some(unsigned int nr)
{
	while (nr--) {
		unsigned int device = below(TWIN_DEVICES);
		u64 addr = address_of(device);

		ask_at(device, addr);
		if (holding[device] && one_in(3))
			ask_at(device, addr);
	}
}

/* A leaf anew, and the invalidation that belongs to it. */
static void change_leaf(void)
{
	unsigned int which = below(DOMAINS), level, i;
	struct domain *d = &domain[which];
	u64 iova = d->iova[below(d->nr)];
	struct request r = { .device = 0, .addr = iova };
	int keep = user[0];
	u64 *at;

	user[0] = which;
	at = last_entry(&r, &level);
	user[0] = keep;
	if (level > 3 || iova >> 39 == d->window >> 39)
		return;
	twin_store(at, one_in(4) ? 0 : leaf(level));
	if (first)
		twin_queue(0x36 | (u64)d->did << 16,
			   (iova >> shift_of(level) << shift_of(level)) |
				   (level - 1) * 9);
	else
		twin_queue(0x32 | (u64)d->did << 16,
			   (iova >> shift_of(level) << shift_of(level)) |
				   (level - 1) * 9);
	twin_wait();
	nr_passed = 0;
	for (i = 0; i < TWIN_DEVICES; i++)
		if (user[i] == (int)which && one_in(2))
			ask_at(i, iova | below(1022) * 4);
}

static void change_context(void)
{
	unsigned int device = below(TWIN_DEVICES);

	draw_context(device);
	twin_forget_all();
	nr_passed = 0;
	ask_at(device, address_of(device));
}

static void play_round(void)
{
	unsigned int i, changes = below(6);

	draw_all();
	if (one_in(2)) {
		twin_write64(TWIN_RTADDR, virt_to_phys(root) | 0x400);
		twin_command(0x40000000, true);
	}
	twin_forget_all();
	nr_passed = 0;
	twin_write64(TWIN_RTADDR, virt_to_phys(root) | 0x400);
	twin_command(0x40000000, true);
	twin_forget_all();
	ask_some(24);
	for (i = 0; i < changes; i++) {
		if (one_in(3))
			change_context();
		else
			change_leaf();
		ask_some(2);
	}
}

static u64 wanted(const char *name, u64 usual)
{
	u64 n = vtd_env(name, usual);

	return (n + MACHINES - 1) / MACHINES;
}

static void test_agree(void **state)
{
	u64 number = vtd_env("VTD_QEMU_SEED", 1) + fix_arg(state);
	u64 enough = wanted("VTD_QEMU_TRANSLATIONS", 2000);
	u64 bad_enough = wanted("VTD_QEMU_FAULTS", 500);
	const struct twin_config c = {
		.mode = number & 1 ? TWIN_FIRST_STAGE : TWIN_SECOND_STAGE,
		.aw = 48,
		.caching = number >> 1 & 1,
		.seed = number,
		.policy = number >> 2 & 1 ? VTD_MODEL_EVICT : 0,
	};
	unsigned int rounds = 0;

	seed = number;
	seed = vtd_rand(&seed);
	first = c.mode == TWIN_FIRST_STAGE;
	translations = 0;
	faults = 0;
	asked = 0;
	twin_start(&c);
	assert_true(twin.ecap & VTDM_ECAP_SMTS);
	assert_int_equal(!!(twin.ecap & VTDM_ECAP_FSTS), first);
	twin_write64(TWIN_IQT, 0);
	twin_write64(TWIN_IQA, virt_to_phys(twin.ring) | 0x800);
	twin_command(0x04000000, true);
	draw_all();
	twin_write64(TWIN_RTADDR, virt_to_phys(root) | 0x400);
	twin_command(0x40000000, true);
	twin_forget_all();
	twin_command(0x80000000, true);
	while (translations < enough || faults < bad_enough) {
		assert_true(++rounds < 2000);
		play_round();
	}
	twin_stop();
	printf("# seed %llu: %s stage%s: %u translations and %u faults agree, of %u requests, in %u rounds\n",
	       number, first ? "first" : "second",
	       c.caching ? ", caching mode" : "", translations, faults, asked,
	       rounds);
}

/* A rule that nothing needs hides a difference one day. */
static void test_rules(void **state)
{
	bool all = true;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rules); i++) {
		printf("# rule %s: %u times\n", rules[i].name, rules[i].used);
		all = all && rules[i].used;
	}
	for (i = 0; i < ARRAY_SIZE(told); i++)
		if (told[i])
			printf("# reason %x: %u times\n", i, told[i]);
	assert_true(all || vtd_env("VTD_QEMU_TRANSLATIONS", 2000) < 2000);
}

int main(void)
{
	unsigned int i;

	for (i = 0; i < MACHINES; i++)
		fix_case(test_agree, (void *)(uintptr_t)i,
			 "machine %u of %u: scalable mode agrees", i + 1,
			 MACHINES);
	fix_case(test_rules, NULL, "every rule is needed");
	return fix_run("model-qemu-sm");
}
