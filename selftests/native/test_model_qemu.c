// SPDX-License-Identifier: GPL-2.0
/*
 * The software unit against QEMU's, which nobody here wrote: the same tables and
 * requests, drawn from a seed, must come to the same end on both.
 *
 *	VTD_QEMU_TRANSLATIONS	that must agree (2,000)
 *	VTD_QEMU_FAULTS		that must agree (500)
 *	VTD_QEMU_SEED		first seed (1)
 *
 * Where the two may differ is a list of rules, each of which says what QEMU must
 * do instead; Documentation/model-against-qemu.rst has the reasons.
 *
 * SRCS: kunit/model/model.c kunit/model/memory.c kunit/model/regs.c
 * SRCS: kunit/model/fault.c kunit/model/walk.c kunit/model/cache.c
 * SRCS: kunit/model/queue.c kunit/model/device.c kunit/model/check.c
 * SRCS: kunit/model/quiescent.c selftests/native/model_fixture.c
 * SRCS: kunit/model/intr.c kunit/model/check_intr.c
 * SRCS: selftests/native/qemu.c selftests/native/twin.c
 * SRCS: selftests/native/twin_draw.c
 * CFLAGS: -DVTD_OBSERVER -DVTD_SHIM_PHYS_BASE=0x200000000000UL
 */
#include <stdio.h>
#include <string.h>

#include <linux/kernel.h>
#include <linux/mm.h>

#include "twin_draw.h"

#define MACHINES 8
#define PER_MACHINE 2500 /* translations, at most */

/* What the fault registers show. */
struct shown {
	u32 status;
	u32 control;
	u64 lo;
	u64 hi;
};

struct request {
	const struct twin_device *dev;
	unsigned int device;
	u64 addr;
	bool write;
	struct path path;
	/* the software unit's word */
	bool ok;
	struct vtd_model_result result;
	struct shown model;
	/* QEMU's */
	bool arrived; /* data is where the software unit says it goes */
	bool refused; /* its device was told so; false when it is not told */
	struct shown qemu;
	/* a record of the same source-id was left from before */
	bool left;
};

/* Requests that went through since everything was invalidated. */
static struct {
	unsigned int device;
	u64 addr;
} passed[512];
static unsigned int nr_passed;

static u64 holds[TWIN_DEVICES]; /* what an edu read last */
static bool holding[TWIN_DEVICES];
static unsigned int translations, faults, asked;
static bool left; /* a fault record was left on purpose */
static u16 left_sid;
static const struct twin_config *config;

/* The rules. */

static bool passes_through(const struct request *r)
{
	return r->path.context[0] & 1 && (r->path.context[0] >> 2 & 3) == 2;
}

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

static bool rule_pass_width(const struct request *r)
{
	return passes_through(r) && r->result.reason == 4 && qemu_silent(r);
}

static bool rule_pass_pointer(const struct request *r)
{
	return passes_through(r) && r->path.context[0] >> twin.config.aw &&
	       (r->ok || r->result.reason == 4) && qemu_said(r, 0xb);
}

static bool rule_context_silent(const struct request *r)
{
	return r->path.context[0] & 2 && r->result.reason == 0xb &&
	       !r->model.status && qemu_said(r, 0xb);
}

static u64 leaf_span(const struct request *r)
{
	return 1ULL << (12 + (r->path.level - 1) * 9);
}

static bool rule_superpage_interrupt(const struct request *r)
{
	u64 first = r->path.entry[r->path.level] & 0xffffffffff000ULL;
	bool fpd = r->path.context[0] & 2;

	return r->path.top && r->path.level > 1 && r->ok &&
	       first <= 0xfeefffff && first + leaf_span(r) > 0xfee00000 &&
	       (fpd ? qemu_silent(r) : qemu_said(r, 0xe));
}

static bool rule_cached_permission(const struct request *r)
{
	unsigned int i;

	if (!r->path.top || !qemu_silent(r) || r->arrived ||
	    (r->result.reason != 5 && r->result.reason != 6))
		return false;
	for (i = 0; i < nr_passed; i++)
		if (passed[i].device == r->device &&
		    !((passed[i].addr ^ r->addr) & ~(leaf_span(r) - 1)))
			return true;
	return false;
}

static bool rule_collapse(const struct request *r)
{
	return r->left && r->model.status == 3 && r->qemu.status == 2 &&
	       r->model.lo == r->qemu.lo && r->model.hi == r->qemu.hi;
}

static struct {
	const char *name;
	bool (*fits)(const struct request *r);
	unsigned int used;
} rules[] = {
	{ "collapse", rule_collapse, 0 },
	{ "pass-through-width", rule_pass_width, 0 },
	{ "pass-through-pointer", rule_pass_pointer, 0 },
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
		.control = read32(TWIN_FECTL),
		.lo = read64(twin.records),
		.hi = read64(twin.records + 8),
	};
}

static void clear_faults(void)
{
	twin_write32(twin.records + 12, 1u << 31);
	twin_write32(TWIN_FSTS, 1);
	assert_int_equal(twin_read32(TWIN_FSTS, 0), 0);
	twin_read32(TWIN_FECTL, 0);
	left = false;
}

static void forgotten(void)
{
	nr_passed = 0;
}

static bool in_memory(const struct request *r)
{
	return r->ok && !r->result.interrupt && qemu_is_ram(r->result.phys, 8);
}

static void ask_edu(struct request *r, void *at)
{
	u64 value = vtd_rand(&draw.seed), back = 0;
	bool *hold = &holding[r->device];
	u64 window = twin.scratch;

	if (r->write) {
		if (at)
			memset(at, 0, 8);
		twin_edu_write(r->dev, r->addr);
		r->arrived = at && *hold && !memcmp(at, &holds[r->device], 8);
		return;
	}
	*hold = false;
	if (at)
		memcpy(at, &value, 8);
	twin_edu_read(r->dev, r->addr);
	r->qemu = show(twin_qemu32, twin_qemu64);
	if (!at)
		return;
	/* What it read shows where it can write. */
	if (r->path.top)
		window = draw.tree[draw.user[r->device]].window;
	memset(phys_to_virt(twin.scratch), 0, 8);
	twin_edu_write(r->dev, window);
	memcpy(&back, phys_to_virt(twin.scratch), 8);
	r->arrived = back == value;
	*hold = r->arrived;
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
	if (r->model.status != r->qemu.status ||
	    r->model.control != r->qemu.control)
		return false;
	/* A record says something while it is pending only. */
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
	const struct path *p = &r->path;

	fprintf(stderr,
		"# seed %llu: device %04x %s %llx: model %s, reason %x, to %llx; QEMU's data %s, %s\n",
		config->seed, r->dev->sid, r->write ? "writes" : "reads",
		r->addr, r->ok ? "lets it" : "refuses", r->result.reason,
		r->result.phys, r->arrived ? "there" : "not there",
		r->refused ? "refused" : "not refused");
	fprintf(stderr, "# model FSTS %x FECTL %x record %llx %llx\n",
		r->model.status, r->model.control, r->model.hi, r->model.lo);
	fprintf(stderr, "# QEMU  FSTS %x FECTL %x record %llx %llx\n",
		r->qemu.status, r->qemu.control, r->qemu.hi, r->qemu.lo);
	fprintf(stderr,
		"# root %llx %llx context %llx %llx, tables by level %llx %llx %llx %llx, ends at %u of %u\n",
		p->root[1], p->root[0], p->context[1], p->context[0],
		p->entry[4], p->entry[3], p->entry[2], p->entry[1], p->level,
		p->top);
}

static void count(const struct request *r)
{
	if (in_memory(r))
		translations++;
	if (r->result.reason && r->model.hi >> 63 && !r->left)
		faults++;
}

static void ask_at(unsigned int device, u64 addr)
{
	const struct twin_device *dev = &twin.device[device];
	struct request r = {
		.dev = dev,
		.device = device,
		.addr = addr,
		.write = !dev->edu || (holding[device] && draw_one_in(3)),
		.path = draw_path(dev, addr),
		.left = left && left_sid == dev->sid,
	};
	bool had = left;

	asked++;
	ask_both(&r);
	if (agrees(&r)) {
		count(&r);
	} else if (had && !rule_collapse(&r)) {
		/* once more, without the one from before */
		clear_faults();
		ask_at(device, addr);
		return;
	} else if (!excused(&r)) {
		tell(&r);
		fail();
	}
	if (r.ok && nr_passed < ARRAY_SIZE(passed)) {
		passed[nr_passed].device = device;
		passed[nr_passed++].addr = addr;
	}
	if (!r.model.status && !r.qemu.status)
		return;
	left = !had && agrees(&r) && draw_one_in(8);
	left_sid = dev->sid;
	if (!left)
		clear_faults();
}

/* Rounds. */

static bool hopeless(unsigned int device)
{
	struct path path = draw_path(&twin.device[device], 0);

	return !passes_through(&(struct request){ .path = path }) && !path.top;
}

static void ask_some(unsigned int nr)
{
	while (nr--) {
		unsigned int device = draw_below(TWIN_DEVICES);

		if (hopeless(device) && !draw_one_in(4))
			device = draw_below(TWIN_DEVICES);
		ask_at(device, draw_address(device));
	}
}

static void enable(void)
{
	twin_write64(TWIN_RTADDR, virt_to_phys(draw.root));
	twin_command(0x40000000, true);
	twin_forget_all();
	twin_command(0x80000000, true);
}

/* New tables come into force; CAP.ESRTPS says that SRTP forgets all (6.6). */
static void new_tables(void)
{
	draw_all();
	if (draw_one_in(2)) {
		twin_write64(TWIN_RTADDR, virt_to_phys(draw.root));
		twin_command(0x40000000, true);
	} else {
		twin_forget_all();
	}
	forgotten();
}

static void change_table(void)
{
	unsigned int which = draw_below(DRAW_TREES), am = 0, i;
	struct tree *t = &draw.tree[which];
	u64 iova = t->iova[draw_below(t->nr)];
	unsigned int level;
	bool leaf;

	level = draw_change(t, iova, &leaf);
	if (level < 4)
		am = (level - 1) * 9;
	if (draw_one_in(4) && am < 18)
		am += draw_below(19 - am);
	if (level == 4 || draw_one_in(4))
		twin_forget_iotlb(1 + draw_below(2), t->did, 0, 0, false);
	else
		twin_forget_iotlb(3, t->did, iova >> (12 + am) << (12 + am), am,
				  leaf && draw_one_in(2));
	for (i = 0; i < TWIN_DEVICES; i++)
		if (draw.user[i] == (int)which && draw_one_in(2))
			ask_at(i, iova | draw_below(1022) * 4);
}

static u16 did_of(unsigned int device)
{
	struct path path = draw_path(&twin.device[device], 0);

	return path.context[1] >> 8;
}

static void change_context(void)
{
	static const u8 masks[] = { 0, 4, 6, 7 };
	unsigned int device = draw_below(TWIN_DEVICES), fm = draw_below(4);
	u16 sid = twin.device[device].sid, old = did_of(device), did;

	draw_context(device);
	did = did_of(device);
	sid ^= draw_below(8) & masks[fm];
	switch (draw_below(3)) {
	case 0:
		twin_forget_contexts(1, 0, 0, 0);
		break;
	case 1:
		twin_forget_contexts(2, old, 0, 0);
		twin_forget_contexts(2, 0, 0, 0); /* what faulted (6.1) */
		break;
	default:
		twin_forget_contexts(3, old, sid, fm);
		twin_forget_contexts(3, 0, sid, fm);
	}
	twin_forget_iotlb(2, old, 0, 0, false);
	twin_forget_iotlb(2, did, 0, 0, false);
	ask_at(device, draw_address(device));
}

/* With translation off every address leads to itself. */
static void ask_untranslated(void)
{
	unsigned int i;

	twin_command(0x80000000, false);
	for (i = 0; i < 3; i++) {
		unsigned int device = draw_below(TWIN_DEVICES / 2) * 2;
		const struct twin_device *dev = &twin.device[device];
		struct request r = {
			.dev = dev,
			.device = device,
			.addr = 0x10000000 + draw_below(1 << 20) * 8,
			.write = true,
		};

		if (dev->edu)
			continue;
		ask_both(&r);
		if (!agrees(&r))
			tell(&r);
		assert_true(agrees(&r));
		translations++;
	}
	twin_command(0x80000000, true);
	forgotten();
}

static void play_round(void)
{
	unsigned int i, changes = draw_below(6);

	new_tables();
	ask_some(24);
	for (i = 0; i < changes; i++) {
		if (draw_one_in(3))
			change_context();
		else
			change_table();
		ask_some(2);
	}
	if (draw_one_in(8))
		ask_untranslated();
	if (left)
		clear_faults();
}

/* Machines. */

static struct twin_config machine(u64 seed)
{
	u64 s = seed, dice = vtd_rand(&s);
	struct twin_config c = {
		.aw = seed & 1 ? 39 : 48,
		.caching = seed >> 1 & 1,
		.snoop = seed >> 2 & 1,
		.dt = (seed >> 1 & 3) == 1,
		.remap = dice & 1,
		.by_register = (dice >> 1 & 3) == 0,
		.policy = dice >> 3 & (VTD_MODEL_EVICT | VTD_MODEL_PREFETCH |
				       VTD_MODEL_REORDER),
		.seed = seed,
	};

	return c;
}

static void begin(const struct twin_config *c)
{
	config = c;
	draw.seed = c->seed;
	draw.seed =
		vtd_rand(&draw.seed); /* else seeds would run into each other */
	memset(draw.tree, 0, sizeof(draw.tree));
	memset(holding, 0, sizeof(holding));
	left = false;
	forgotten();
	twin_start(c);
	twin_write64(TWIN_IQT, 0);
	twin_write64(TWIN_IQA, virt_to_phys(twin.ring));
	if (!c->by_register)
		twin_command(0x04000000, true);
	draw_all();
}

static u64 wanted_translations(void)
{
	return vtd_env("VTD_QEMU_TRANSLATIONS", 2000);
}

static unsigned int machines(void)
{
	u64 n = wanted_translations() / PER_MACHINE;

	return n > MACHINES ? n : MACHINES;
}

static void test_agree(void **state)
{
	unsigned int n = machines(), part = fix_arg(state), rounds = 0;
	u64 seed = vtd_env("VTD_QEMU_SEED", 1) + part;
	u64 enough = (wanted_translations() + n - 1) / n;
	u64 bad_enough = (vtd_env("VTD_QEMU_FAULTS", 500) + n - 1) / n;
	const struct twin_config c = machine(seed);

	translations = 0;
	faults = 0;
	asked = 0;
	begin(&c);
	enable();
	while (translations < enough || faults < bad_enough) {
		assert_true(++rounds < 4000);
		play_round();
	}
	twin_stop();
	printf("# seed %llu: %u bits%s%s%s%s, invalidated by %s, policy %x\n",
	       seed, c.aw, c.caching ? ", caching mode" : "",
	       c.snoop ? ", snoop control" : "", c.dt ? ", device TLBs" : "",
	       c.remap ? ", remapping" : "",
	       c.by_register ? "register" : "queue", c.policy);
	printf("# seed %llu: %u translations and %u faults agree, of %u requests, in %u rounds\n",
	       seed, translations, faults, asked, rounds);
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
	assert_true(all || wanted_translations() < 2000);
}

int main(void)
{
	unsigned int i, n = machines();

	for (i = 0; i < n; i++)
		fix_case(test_agree, (void *)(uintptr_t)i,
			 "machine %u of %u: translations and faults agree",
			 i + 1, n);
	fix_case(test_rules, NULL, "every rule is needed");
	return fix_run("model-qemu");
}
