// SPDX-License-Identifier: GPL-2.0
/*
 * The driver's interrupt remapping table and its operations on descriptors, on
 * a software unit that posts: entries change between remapped and posted while
 * requests come, and hypervisors use descriptors as 5.2 says they do.
 *
 * SRCS: intr_remap/table.c posted_intr/desc.c
 * SRCS: dmar/qi.c dmar/context.c dmar/unit.c dmar/domain.c
 * SRCS: dmar/pasid.c dmar/scalable.c dmar/devtlb.c
 * SRCS: dmar/flush.c dmar/pgtable.c dmar/identity.c dmar/reply.c
 * SRCS: kunit/model/model.c kunit/model/memory.c kunit/model/regs.c
 * SRCS: kunit/model/fault.c kunit/model/walk.c kunit/model/cache.c
 * SRCS: kunit/model/queue.c kunit/model/device.c kunit/model/check.c
 * SRCS: kunit/model/quiescent.c kunit/model/intr.c kunit/model/check_intr.c
 * SRCS: selftests/native/model_fixture.c selftests/native/rig.c
 * SRCS: selftests/native/ir_rig.c
 * CFLAGS: -DVTD_OBSERVER
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/processor.h>
#include <linux/string.h>

#include "ir_rig.h"

#include "../../posted_intr/desc.h"

#define MINE 0x0118
#define THEIRS 0x0208
#define CAP (FIX_CAP | VTDM_CAP_PI)
#define DESCS 64 /* of a page */

/* Vectors of notifications: to a virtual CPU that runs, and that is halted. */
#define RUNS 0xf2
#define WAKES 0xf1

static const struct {
	u64 cap, ecap;
	u32 policy;
	unsigned int latency;
	bool eim;
	const char *name;
} kinds[] = {
	{ CAP, IR_ECAP, VTD_MODEL_EAGER, 3, false, "coherent" },
	{ CAP, IR_ECAP | VTDM_ECAP_EIM, VTD_MODEL_EAGER, 3, true,
	  "32-bit APIC ids" },
	{ CAP, IR_ECAP & ~VTDM_ECAP_C, VTD_MODEL_EAGER, 3, false,
	  "not coherent" },
	{ CAP | VTDM_CAP_CM, IR_ECAP, VTD_MODEL_EAGER, 3, false,
	  "caching mode" },
	{ CAP | VTDM_CAP_CM, (IR_ECAP & ~VTDM_ECAP_C) | VTDM_ECAP_EIM,
	  VTD_MODEL_EAGER | VTD_MODEL_PREFETCH, 5, true,
	  "caching mode, not coherent, 32-bit APIC ids" },
	{ CAP, IR_ECAP,
	  VTD_MODEL_EAGER | VTD_MODEL_PREFETCH | VTD_MODEL_EVICT |
		  VTD_MODEL_REORDER,
	  17, false, "slow, in any order" },
};

static struct vtd_pi_desc *desc;
static bool wide;
static u64 pir[4];

static struct vtd_pi_desc *page_of_descs(void)
{
	return (void *)fix_page();
}

static void start_with(u64 cap, u64 ecap, u32 policy, unsigned int latency,
		       u32 entries, bool eim)
{
	rig_start();
	rig_add(cap, ecap, policy, 1, latency);
	ir_on(entries, eim);
	wide = eim;
	desc = page_of_descs();
}

static void start(void **state)
{
	unsigned int i = fix_arg(state);

	start_with(kinds[i].cap, kinds[i].ecap, kinds[i].policy,
		   kinds[i].latency, 256, kinds[i].eim);
}

static void start_plain(u32 entries)
{
	start_with(CAP, IR_ECAP, VTD_MODEL_EAGER, 0, entries, false);
}

static void stop(void)
{
	fix_relax(NULL);
	fix_assert_good();
	ir_off();
	fix_page_free((u64 *)desc);
	rig_stop();
}

static struct vtd_pi_target place(u8 vector, u32 apic_id)
{
	return (struct vtd_pi_target){ vector, apic_id, wide };
}

/* Empty, and notified at once. */
static void runs_at(struct vtd_pi_desc *d, u32 apic_id)
{
	vtd_pi_init(d, place(RUNS, apic_id));
	assert_false(vtd_pi_resume(d, place(RUNS, apic_id)));
}

static void post(u32 index, u16 sid, struct vtd_pi_desc *d, u8 vector,
		 bool urgent)
{
	struct vtd_irte irte = vtd_irte_posted(virt_to_phys(d), vector, urgent,
					       vtd_irte_from_sid(sid));

	assert_int_equal(vtd_ir_table_set(&ir.table, index, irte), 0);
}

static bool posted_at(const struct vtd_pi_desc *d, u8 vector)
{
	return d->pir[vector / 64] >> vector % 64 & 1;
}

/* The last request went there. */
static void is_posted(struct vtd_pi_desc *d, u8 vector)
{
	assert_int_equal(ir.got.reason, 0);
	assert_true(ir.got.posted);
	assert_false(ir.got.remapped);
	assert_int_equal(ir.got.descriptor, virt_to_phys(d));
	assert_int_equal(ir.got.vector, vector);
	assert_true(posted_at(d, vector));
}

/* A request is posted there, and nobody is told. */
static void posts_silently(u16 sid, u32 index, struct vtd_pi_desc *d, u8 vector)
{
	unsigned int messages = fix.messages;

	ir_ask(sid, index);
	is_posted(d, vector);
	assert_false(ir.got.notified);
	assert_int_equal(fix.messages, messages);
}

/* A request is posted there, and that CPU is told. */
static void posts_and_tells(u16 sid, u32 index, struct vtd_pi_desc *d,
			    u8 vector, u8 by, u32 apic_id)
{
	unsigned int messages = fix.messages;

	ir_ask(sid, index);
	is_posted(d, vector);
	assert_true(ir.got.notified);
	assert_true(d->control & 1);
	assert_int_equal(ir.got.notify, by);
	assert_int_equal(ir.got.dest, apic_id);
	assert_int_equal(fix.messages, messages + 1);
	assert_int_equal(fix.data, by);
	assert_int_equal(fix.addr, 0xfee00000 | (apic_id & 0xff) << 12 |
					   (u64)(apic_id & ~0xffU) << 32);
}

/* It holds this vector and nothing else; and is empty again. */
static void takes(struct vtd_pi_desc *d, u8 vector)
{
	assert_int_equal(vtd_pi_harvest(d, pir), 1);
	assert_int_equal(pir[vector / 64], 1ULL << vector % 64);
}

/* --- entries ---------------------------------------------------------------- */

static void test_vectors(void **state)
{
	unsigned int v;
	u32 at;

	start(state);
	runs_at(&desc[0], 5);
	runs_at(&desc[63], 6);
	at = ir_alloc(1);
	for (v = 0; v < 256; v++) {
		struct vtd_pi_desc *d = v & 1 ? &desc[63] : &desc[0];

		post(at, MINE, d, v, false);
		posts_and_tells(MINE, at, d, v, RUNS, v & 1 ? 6 : 5);
		posts_silently(MINE, at, d, v);
		assert_int_equal(ir_ask(THEIRS, at), 0x26);
		takes(d, v);
	}
	assert_int_equal(vtd_model_stats(rig.model[0]).posted, 512);
	assert_int_equal(vtd_model_stats(rig.model[0]).notifications, 256);
	assert_int_equal(vtd_model_stats(rig.model[0]).pending, 256);
	stop();
}

/* What a request between two forms of an entry may come to. */
struct form {
	struct vtd_pi_desc *d; /* NULL: remapped */
	u8 vector;
	u32 dest;
};

static struct form was, becomes;
static u32 changing;
static unsigned int in_between, in_old;

static bool is_form(const struct form *f)
{
	if (!f->d)
		return ir.got.remapped && ir.got.vector == f->vector &&
		       ir.got.dest == f->dest;
	return ir.got.posted && ir.got.vector == f->vector &&
	       ir.got.descriptor == virt_to_phys(f->d);
}

static void ask_between(void)
{
	if (changing != ~0U) {
		assert_int_equal(ir_ask(MINE, changing), 0);
		assert_true(is_form(&was) || is_form(&becomes));
		in_between++;
		in_old += is_form(&was);
	}
	vtd_model_tick();
}

/* Change an entry; from then on everything goes where it says. */
static void change(u32 index, struct form to)
{
	unsigned int i;

	becomes = to;
	changing = index;
	if (to.d)
		post(index, MINE, to.d, to.vector, false);
	else
		ir_set(index, to.vector, to.dest, MINE);
	changing = ~0U;
	was = to;
	if (to.d)
		vtd_pi_harvest(to.d, pir);
	for (i = 0; i < 3; i++) {
		assert_int_equal(ir_ask(MINE, index), 0);
		assert_true(is_form(&to));
	}
	if (to.d)
		takes(to.d, to.vector);
}

static const struct {
	int nth; /* descriptor, or -1: remapped */
	u8 vector;
	u32 dest;
} forms[] = {
	{ -1, 0x41, 3 }, { 1, 0x41, 0 }, { 2, 0x41, 0 },  { 2, 0x99, 0 },
	{ -1, 0x41, 3 }, { 1, 0xff, 0 }, { -1, 0x52, 7 }, { -1, 0x52, 8 },
	{ 62, 0, 0 },	 { 1, 0, 0 },	 { 1, 0x41, 0 },
};

static void test_changes(void **state)
{
	unsigned int i, round, n = ARRAY_SIZE(forms);
	u32 at;

	start(state);
	for (i = 0; i < DESCS; i++)
		runs_at(&desc[i], 5);
	at = ir_alloc(1);
	was = (struct form){ NULL, 0x41, 3 };
	ir_set(at, 0x41, 3, MINE);
	changing = ~0U;
	in_between = 0;
	in_old = 0;
	fix_relax(ask_between);
	for (round = 0; round < 20; round++)
		for (i = 0; i < n; i++) {
			unsigned int k = i * (round + 1) % n;

			change(at,
			       (struct form){ forms[k].nth < 0 ?
						      NULL :
						      &desc[forms[k].nth],
					      forms[k].vector, forms[k].dest });
		}
	assert_true(in_between > 100);
	assert_true(in_old > 0);
	fix_relax(NULL);
	stop();
}

/* The unit is not asked to forget what it knows rightly. */
static void test_unchanged(void **state)
{
	u64 before;
	u32 at;

	start(state);
	runs_at(&desc[0], 5);
	at = ir_alloc(1);
	post(at, MINE, &desc[0], 0x41, false);
	posts_and_tells(MINE, at, &desc[0], 0x41, RUNS, 5);
	before = vtd_model_stats(rig.model[0]).iecs;
	post(at, MINE, &desc[0], 0x41, false);
	assert_int_equal(vtd_model_stats(rig.model[0]).iecs, before);
	/* Another descriptor is a change of either half alone. */
	post(at, MINE, &desc[1], 0x41, false);
	assert_int_equal(vtd_model_stats(rig.model[0]).iecs, before + 1);
	post(at, THEIRS, &desc[1], 0x41, false);
	assert_int_equal(vtd_model_stats(rig.model[0]).iecs, before + 2);
	stop();
}

/* @nr messages of one device, all posted, with another's on both sides. */
static void test_multi(void **state)
{
	unsigned int nr = fix_arg(state), run = 1, i;
	u32 at;
	u64 iecs;

	start_plain(256);
	for (i = 0; i < DESCS; i++)
		runs_at(&desc[i], i);
	while (run < nr)
		run *= 2;
	ir_alloc(run);
	at = ir_alloc(run);
	post(at - 1, THEIRS, &desc[60], 0x30, false);
	post(ir_alloc(run), THEIRS, &desc[61], 0x31, false);
	for (i = 0; i < nr; i++)
		post(at + i, MINE, &desc[i], 0xc0 - i, false);
	for (i = 0; i < nr; i++) {
		assert_int_equal(ir_ask_of(MINE, at, i), 0);
		is_posted(&desc[i], 0xc0 - i);
		takes(&desc[i], 0xc0 - i);
		assert_int_equal(ir_ask_of(THEIRS, at, i), 0x26);
	}
	for (; i < run; i++)
		assert_int_equal(ir_ask_of(MINE, at, i), 0x22);
	assert_int_equal(ir_ask_of(MINE, at, run), 0x26);
	assert_int_equal(ir_ask_of(MINE, at, 0xffff), 0x21);
	/* Every other one is taken back: the rest stays posted. */
	for (i = 0; i < nr; i += 2)
		ir_set(at + i, 0x41, 3, MINE);
	for (i = 0; i < nr; i++) {
		assert_int_equal(ir_ask_of(MINE, at, i), 0);
		if (i & 1)
			is_posted(&desc[i], 0xc0 - i);
		else
			assert_true(ir.got.remapped && ir.got.dest == 3);
	}
	iecs = vtd_model_stats(rig.model[0]).iecs;
	assert_int_equal(vtd_ir_table_free(&ir.table, at, run), 0);
	assert_int_equal(vtd_model_stats(rig.model[0]).iecs, iecs + 1);
	for (i = 0; i < run; i++)
		assert_int_equal(ir_ask_of(MINE, at, i), 0x22);
	assert_false(desc[60].pir[0] || desc[61].pir[0]);
	stop();
}

/* As domain.c: the vector domain moves it, the entry is left alone. */
struct line {
	u32 index;
	bool is_posted;
	u8 vector;
	u32 dest;
};

static void set_affinity(struct line *line, u8 vector, u32 dest)
{
	line->vector = vector;
	line->dest = dest;
	if (!line->is_posted)
		ir_set(line->index, vector, dest, MINE);
}

static void test_affinity(void **state)
{
	struct line line = { .vector = 0x41, .dest = 3 };
	struct vtd_irte before;
	unsigned int i;
	u64 iecs;

	start(state);
	runs_at(&desc[0], 5);
	line.index = ir_alloc(1);
	set_affinity(&line, 0x41, 3);
	post(line.index, MINE, &desc[0], 0x80, false);
	line.is_posted = true;
	before = vtd_ir_table_get(&ir.table, line.index);
	iecs = vtd_model_stats(rig.model[0]).iecs;
	for (i = 0; i < 50; i++) {
		set_affinity(&line, 0x20 + i, i);
		posts_and_tells(MINE, line.index, &desc[0], 0x80, RUNS, 5);
		takes(&desc[0], 0x80);
	}
	assert_int_equal(vtd_ir_table_get(&ir.table, line.index).w[0],
			 before.w[0]);
	assert_int_equal(vtd_ir_table_get(&ir.table, line.index).w[1],
			 before.w[1]);
	assert_int_equal(vtd_model_stats(rig.model[0]).iecs, iecs);
	/* Remapped again, it goes where it was moved last. */
	line.is_posted = false;
	set_affinity(&line, line.vector, line.dest);
	ir_goes(MINE, line.index, 0x20 + 49, 49);
	assert_false(vtd_pi_pending(&desc[0]));
	stop();
}

/* The device goes while the virtual CPU is still connected. */
static void test_device_gone(void **state)
{
	struct vtd_pi_desc *page;
	u32 at;

	start(state);
	page = page_of_descs();
	runs_at(&page[7], 5);
	at = ir_alloc(4);
	post(at + 1, MINE, &page[7], 0x41, false);
	posts_and_tells(MINE, at + 1, &page[7], 0x41, RUNS, 5);
	assert_int_equal(vtd_ir_table_clear(&ir.table, at, 4), 0);
	assert_int_equal(ir_ask(MINE, at + 1), 0x22);
	/* What came before is still there for the virtual CPU. */
	vtd_pi_suspend(&page[7]);
	assert_true(vtd_pi_resume(&page[7], place(RUNS, 2)));
	takes(&page[7], 0x41);
	assert_int_equal(vtd_ir_table_free(&ir.table, at, 4), 0);
	fix_page_free((u64 *)page);
	assert_int_equal(ir_ask(MINE, at + 1), 0x22);
	fix_assert_good();
	stop();
}

/* A descriptor whose last interrupt is taken back is nobody's any more. */
static void test_disconnected(void **state)
{
	struct vtd_pi_desc *page;
	unsigned int i;
	u32 at;

	start(state);
	page = page_of_descs();
	runs_at(&page[0], 5);
	at = ir_alloc(1);
	ir_set(at, 0x41, 3, MINE);
	was = (struct form){ NULL, 0x41, 3 };
	changing = ~0U;
	fix_relax(ask_between);
	change(at, (struct form){ &page[0], 0x80, 0 });
	change(at, (struct form){ NULL, 0x41, 3 });
	fix_relax(NULL);
	memset(page, 0xa5, PAGE_SIZE);
	for (i = 0; i < 100; i++)
		ir_goes(MINE, at, 0x41, 3);
	for (i = 0; i < PAGE_SIZE; i++)
		assert_int_equal(((u8 *)page)[i], 0xa5);
	fix_page_free((u64 *)page);
	ir_goes(MINE, at, 0x41, 3);
	stop();
}

static void test_no_posting(void **state)
{
	u32 at;

	start_with(FIX_CAP, IR_ECAP, VTD_MODEL_EAGER, 0, 256, false);
	runs_at(&desc[0], 5);
	at = ir_alloc(1);
	fix.quiet = true;
	post(at, MINE, &desc[0], 0x41, false);
	assert_int_equal(fix.broken[VTD_MODEL_RESERVED], 1);
	assert_int_equal(ir_ask(MINE, at), 0x24);
	assert_false(ir.got.posted);
	assert_false(vtd_pi_pending(&desc[0]));
	assert_int_equal(fix.messages, 0);
	assert_true(fix_read64(&rig.unit[0].regs, 0x228) ==
		    0x8000002400000118ULL);
	assert_int_equal(vtd_ir_table_clear(&ir.table, at, 1), 0);
	fix_page_free((u64 *)desc);
	ir_stop_broken();
}

/* Entries of both forms, while the table changes to ids of another size. */
static void test_change_over(void **state)
{
	struct vtd_regs *regs = &rig.unit[0].regs;
	u32 at[2];

	start_with(CAP, IR_ECAP | VTDM_ECAP_EIM, VTD_MODEL_EAGER, 0, 256,
		   false);
	ir.table.narrow = true;
	vtd_pi_init(&desc[9], place(RUNS, 5));
	at[0] = ir_alloc(1);
	at[1] = ir_alloc(1);
	post(at[0], MINE, &desc[9], 0x41, false);
	assert_int_equal(vtd_ir_table_stage(&ir.table, NUMA_NO_NODE), 0);
	post(at[1], MINE, &desc[9], 0x42, false);
	posts_silently(MINE, at[0], &desc[9], 0x41);
	posts_silently(MINE, at[1], &desc[9], 0x42);
	assert_int_equal(vtd_pi_harvest(&desc[9], pir), 2);
	fix_write64(regs, 0xb8,
		    vtd_ir_table_reg(&ir.table, virt_to_phys(ir.table.twin),
				     true));
	fix_write32(regs, 0x18,
		    (fix_read32(regs, 0x1c) & 0x96800000) | 0x01000000);
	while (!(fix_read32(regs, 0x1c) & 0x01000000))
		cpu_relax();
	assert_int_equal(vtd_qi_submit_one(ir.table.data, vtd_qi_iec_global()),
			 0);
	vtd_ir_table_commit(&ir.table);
	posts_silently(MINE, at[0], &desc[9], 0x41);
	posts_silently(MINE, at[1], &desc[9], 0x42);
	stop();
}

/* --- what hypervisors do with it -------------------------------------------- */

#define VCPUS 16

/* Two virtual machines: nothing of one reaches the other. */
static void test_isolation(void **state)
{
	struct vtd_pi_desc *theirs;
	static u8 before[4096];
	unsigned int i, nth;

	start(state);
	theirs = page_of_descs();
	for (i = 0; i < DESCS; i++) {
		runs_at(&desc[i], 5);
		runs_at(&theirs[i], 6);
	}
	for (i = 0; i < 2 * VCPUS; i++) {
		bool own = i % 2;

		post(ir_alloc(1), own ? MINE : THEIRS,
		     own ? &desc[i / 2] : &theirs[i / 2], 0x80 + i, false);
	}
	memcpy(before, theirs, sizeof(before));
	for (i = 0; i < 300; i++)
		for (nth = 0; nth < 4; nth++) {
			unsigned int own = 0;

			ir_ask_of(MINE, i, nth);
			if (!ir.got.reason) {
				own = ir.got.index;
				assert_true(own % 2 && own < 2 * VCPUS);
				assert_int_equal(ir.got.descriptor,
						 virt_to_phys(&desc[own / 2]));
			}
		}
	assert_memory_equal(before, theirs, sizeof(before));
	assert_int_equal(vtd_model_stats(rig.model[0]).notifications, VCPUS);
	for (i = 0; i < VCPUS; i++)
		takes(&desc[i], 0x80 + 2 * i + 1);
	fix_assert_good();
	/* The last entries that lead to them go with the table. */
	ir_off();
	fix_page_free((u64 *)theirs);
	fix_page_free((u64 *)desc);
	rig_stop();
}

/* A virtual CPU moves, and with it all of its interrupts, by one change. */
static void test_migration(void **state)
{
	u64 iecs, seen[4] = {};
	unsigned int v, i;
	u32 at[256];

	start(state);
	runs_at(&desc[0], 5);
	for (v = 0; v < 200; v++) {
		at[v] = ir_alloc(1);
		post(at[v], MINE, &desc[0], v, false);
	}
	posts_and_tells(MINE, at[0], &desc[0], 0, RUNS, 5);
	for (v = 1; v < 100; v++)
		posts_silently(MINE, at[v], &desc[0], v);
	iecs = vtd_model_stats(rig.model[0]).iecs;
	/* The notification went to where it was: whoever moves it takes. */
	assert_true(vtd_pi_move(&desc[0], place(RUNS, 9)));
	for (v = 100; v < 150; v++)
		posts_silently(MINE, at[v], &desc[0], v);
	assert_int_equal(vtd_pi_harvest(&desc[0], pir), 150);
	for (i = 0; i < 4; i++)
		seen[i] |= pir[i];
	posts_and_tells(MINE, at[150], &desc[0], 150, RUNS, 9);
	for (v = 151; v < 200; v++)
		posts_silently(MINE, at[v], &desc[0], v);
	assert_int_equal(vtd_pi_harvest(&desc[0], pir), 50);
	for (i = 0; i < 4; i++) {
		assert_int_equal(seen[i] & pir[i], 0);
		seen[i] |= pir[i];
	}
	for (v = 0; v < 200; v++)
		assert_true(seen[v / 64] >> v % 64 & 1);
	assert_false(vtd_pi_move(&desc[0], place(RUNS, 5)));
	assert_int_equal(vtd_model_stats(rig.model[0]).iecs, iecs);
	stop();
}

/* 4096 interrupts of 64 virtual CPUs: of real vectors they need two. */
static void test_scalability(void **state)
{
	unsigned int i, told[256] = {}, sum = 0;
	u64 before;

	start_plain(4096);
	for (i = 0; i < DESCS; i++) {
		vtd_pi_init(&desc[i], place(RUNS, i));
		assert_false(vtd_pi_resume(&desc[i],
					   place(i % 4 ? RUNS : WAKES, i % 8)));
	}
	for (i = 0; i < 4096; i++)
		post(ir_alloc(1), MINE, &desc[i % DESCS], i / DESCS * 4 + 1,
		     false);
	for (i = 0; i < 4096; i++) {
		before = fix.messages;
		assert_int_equal(ir_ask(MINE, i), 0);
		is_posted(&desc[i % DESCS], i / DESCS * 4 + 1);
		if (fix.messages != before)
			told[fix.data & 0xff]++;
	}
	for (i = 0; i < DESCS; i++)
		sum += vtd_pi_harvest(&desc[i], pir);
	assert_int_equal(sum, 4096);
	assert_int_equal(told[RUNS], 48);
	assert_int_equal(told[WAKES], 16);
	assert_int_equal(fix.messages, 64);
	stop();
}

/* Preempted: interrupts accumulate, nobody is told, none is lost. */
static void test_preempted(void **state)
{
	u32 at[100];
	unsigned int i;

	start(state);
	runs_at(&desc[0], 5);
	for (i = 0; i < 100; i++) {
		at[i] = ir_alloc(1);
		post(at[i], MINE, &desc[0], 100 + i, false);
	}
	vtd_pi_suspend(&desc[0]);
	for (i = 0; i < 300; i++)
		posts_silently(MINE, at[i % 100], &desc[0], 100 + i % 100);
	assert_int_equal(fix.messages, 0);
	assert_int_equal(vtd_model_stats(rig.model[0]).suppressed, 300);
	assert_int_equal(desc[0].control & 3, 2);
	assert_true(vtd_pi_resume(&desc[0], place(RUNS, 7)));
	assert_int_equal(vtd_pi_harvest(&desc[0], pir), 100);
	posts_and_tells(MINE, at[0], &desc[0], 100, RUNS, 7);
	stop();
}

/* Halted: the first interrupt calls the hypervisor, which lets it run. */
static void test_halted(void **state)
{
	u32 at;

	start(state);
	runs_at(&desc[0], 5);
	at = ir_alloc(1);
	post(at, MINE, &desc[0], 0x41, false);
	assert_false(vtd_pi_resume(&desc[0], place(WAKES, 6)));
	posts_and_tells(MINE, at, &desc[0], 0x41, WAKES, 6);
	posts_silently(MINE, at, &desc[0], 0x41);
	assert_true(vtd_pi_resume(&desc[0], place(RUNS, 2)));
	takes(&desc[0], 0x41);
	posts_and_tells(MINE, at, &desc[0], 0x41, RUNS, 2);
	/* It came just before the virtual CPU went to sleep: it must not. */
	assert_true(vtd_pi_resume(&desc[0], place(WAKES, 2)));
	takes(&desc[0], 0x41);
	stop();
}

/* Real time: what is urgent is told also while the rest waits. */
static void test_real_time(void **state)
{
	u32 plain, urgent;

	start(state);
	runs_at(&desc[0], 5);
	plain = ir_alloc(1);
	urgent = ir_alloc(1);
	post(plain, MINE, &desc[0], 0x41, false);
	post(urgent, MINE, &desc[0], 0xe0, true);
	vtd_pi_suspend(&desc[0]);
	assert_false(vtd_pi_move(&desc[0], place(WAKES, 4)));
	posts_silently(MINE, plain, &desc[0], 0x41);
	posts_and_tells(MINE, urgent, &desc[0], 0xe0, WAKES, 4);
	assert_true(ir.got.urgent);
	posts_silently(MINE, urgent, &desc[0], 0xe0);
	assert_int_equal(desc[0].control & 3, 3);
	assert_int_equal(vtd_pi_harvest(&desc[0], pir), 2);
	assert_int_equal(desc[0].control & 3, 2);
	posts_silently(MINE, plain, &desc[0], 0x41);
	posts_and_tells(MINE, urgent, &desc[0], 0xe0, WAKES, 4);
	stop();
}

static void each_kind(fix_fn fn, const char *what)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		fix_case(fn, (void *)(uintptr_t)i, "%s, %s", what,
			 kinds[i].name);
}

int main(void)
{
	unsigned int i;

	each_kind(test_vectors, "all vectors are posted");
	each_kind(test_changes, "C53 remapped, posted, elsewhere, and back");
	each_kind(test_unchanged, "a posted entry written again as it was");
	for (i = 1; i <= 32; i++)
		fix_case(test_multi, (void *)(uintptr_t)i,
			 "C39/XSA-237 multi-MSI of %u, posted", i);
	each_kind(test_affinity, "C38 affinity of a posted interrupt");
	each_kind(test_device_gone, "C53 the device goes while posted");
	each_kind(test_disconnected, "C53 a descriptor is disconnected");
	fix_case(test_no_posting, NULL, "a unit that cannot post");
	fix_case(test_change_over, NULL, "C40 posted, over to 32-bit ids");
	each_kind(test_isolation, "usage: isolation");
	each_kind(test_migration, "usage: a virtual CPU moves");
	fix_case(test_scalability, NULL, "usage: 4096 interrupts, 2 vectors");
	each_kind(test_preempted, "usage: preempted");
	each_kind(test_halted, "usage: halted");
	each_kind(test_real_time, "usage: real time");
	return fix_run("pi-model");
}
