// SPDX-License-Identifier: GPL-2.0
/*
 * The queue engine on the software unit: every slot, every length, every error
 * at every descriptor, several submitters, a unit that is dead.
 *
 * SRCS: dmar/qi.c dmar/context.c dmar/unit.c dmar/domain.c dmar/flush.c
 * SRCS: dmar/pasid.c dmar/scalable.c dmar/devtlb.c
 * SRCS: dmar/pgtable.c dmar/identity.c dmar/reply.c kunit/model/model.c
 * SRCS: kunit/model/memory.c kunit/model/regs.c kunit/model/fault.c
 * SRCS: kunit/model/walk.c kunit/model/cache.c kunit/model/queue.c
 * SRCS: kunit/model/device.c kunit/model/check.c kunit/model/quiescent.c
 * SRCS: kunit/model/intr.c kunit/model/check_intr.c
 * SRCS: selftests/native/model_fixture.c selftests/native/rig.c
 * CFLAGS: -DVTD_OBSERVER
 */
#include <linux/kernel.h>
#include <linux/ktime.h>

#include "rig.h"

static struct vtd_qi *qi;

static void start_with(u64 ecap, u32 policy, unsigned int latency)
{
	rig_start();
	rig_add(FIX_CAP, ecap, policy, 7, latency);
	qi = &rig.unit[0].qi;
}

static void start(void)
{
	start_with(FIX_ECAP, 0, 0);
}

static struct vtd_model_stats stats(void)
{
	return vtd_model_stats(rig.model[0]);
}

static void fill(struct vtd_qi_desc *desc, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		desc[i] = vtd_qi_iotlb_domain(i + 2, 0);
}

/*
 * The driver polls 256 times between two looks at the fault status; a unit
 * that has stopped need not be stepped all that time.
 */
static unsigned int polls;

static void sparing_relax(void)
{
	if (polls++ % 256 < 40)
		vtd_model_tick();
}

static int submit(unsigned int nr)
{
	struct vtd_qi_desc desc[VTD_QI_BATCH];

	polls = 0;
	fill(desc, nr);
	return vtd_qi_submit(qi, desc, nr);
}

/* Bring the tail to a slot; 255 of 256 are free then. */
static void go_to(u32 slot)
{
	while (qi->tail != slot) {
		u32 ahead = (slot - qi->tail) & 255;

		if (ahead == 1)
			assert_int_equal(submit(2), 0);
		else
			assert_int_equal(submit(ahead > 17 ? 15 : ahead - 1),
					 0);
	}
}

static void test_lengths(void **state)
{
	unsigned int nr = fix_arg(state);
	unsigned int slot;

	start();
	for (slot = 0; slot < 256; slot++) {
		u64 before;

		go_to(slot);
		before = stats().iotlbs;
		assert_int_equal(submit(nr), 0);
		assert_int_equal(stats().iotlbs, before + nr);
		assert_int_equal(qi->tail, (slot + nr + 1) & 255);
	}
	rig_stop();
}

/*
 * After two submissions of one length: go on by an odd number of slots in all,
 * so that 256 rounds begin at each slot once.
 */
static void odd_way(void)
{
	assert_int_equal(submit(2), 0);
}

/* Refused at each descriptor, the wait included, at each slot. */
static void test_iqe(void **state)
{
	unsigned int nr = fix_arg(state);
	unsigned int slot, nth;
	u64 began;

	start();
	fix_relax(sparing_relax);
	began = ktime_get_ns();
	for (nth = 1; nth <= nr + 1; nth++) {
		for (slot = 0; slot < 256; slot++) {
			u64 waits;

			vtd_model_inject(rig.model[0], VTD_MODEL_IQE, nth, 0);
			assert_int_equal(submit(nr), -EINVAL);
			waits = stats().waits;
			assert_int_equal(submit(nr), 0);
			assert_int_equal(stats().waits, waits + 1);
			odd_way();
		}
	}
	assert_int_equal(fix_read32(&rig.unit[0].regs, 0x34) & 0x70, 0);
	/* an error is looked for every 256 polls of 10 us */
	assert_true(ktime_get_ns() - began <
		    (nr + 1) * 256 * 3 * NSEC_PER_MSEC);
	assert_false(qi->dead);
	rig_stop();
}

static void test_iqe_real(void **state)
{
	unsigned int nr = 16, at;

	start_with(fix_arg(state) & 128 ? FIX_ECAP & ~VTDM_ECAP_C : FIX_ECAP, 0,
		   0);
	for (at = 0; at < nr; at++) {
		struct vtd_qi_desc desc[VTD_QI_BATCH];

		fill(desc, nr);
		desc[at].w[fix_arg(state) / 64 & 1] |= 1ULL
						       << fix_arg(state) % 64;
		assert_int_equal(vtd_qi_submit(qi, desc, nr), -EINVAL);
		assert_int_equal(submit(nr), 0);
	}
	rig_stop();
}

/* A time-out at each descriptor: all is given again, and done. */
static void test_ite(void **state)
{
	unsigned int nr = fix_arg(state);
	unsigned int slot, nth;

	start();
	fix_relax(sparing_relax);
	for (nth = 1; nth <= nr + 1; nth++) {
		for (slot = 0; slot < 256; slot++) {
			u64 before = stats().iotlbs;
			u32 from = qi->tail;

			vtd_model_inject(rig.model[0], VTD_MODEL_ITE, nth,
					 0x100);
			assert_int_equal(submit(nr), 0);
			assert_true(stats().iotlbs >= before + nr);
			if (!((qi->tail - from) & 1))
				odd_way();
		}
	}
	assert_false(qi->dead);
	rig_stop();
}

static void test_ite_sid(void **state)
{
	static const u16 sid[] = { RIG_SID, 0x7700, 0 };

	start();
	vtd_model_inject(rig.model[0], VTD_MODEL_ITE, 2, sid[fix_arg(state)]);
	assert_int_equal(submit(1), 0);
	assert_int_equal(submit(4), 0);
	rig_stop();
}

static void test_ice(void **state)
{
	unsigned int nth;

	start();
	for (nth = 1; nth <= 5; nth++) {
		vtd_model_inject(rig.model[0], VTD_MODEL_ICE, nth, 0x100);
		assert_int_equal(submit(4), 0);
	}
	/* seen and cleared when something else needs looking at */
	vtd_model_inject(rig.model[0], VTD_MODEL_ITE, 5, 0x100);
	assert_int_equal(submit(4), 0);
	assert_int_equal(fix_read32(&rig.unit[0].regs, 0x34) & 0x70, 0);
	rig_stop();
}

/* A second submitter comes while the first one polls. */
static struct nested {
	unsigned int depth, deepest, nr;
	unsigned int hold; /* the unit stands still until so many are in */
	int ret[32];
	u64 effect[32];
} nested;

/* All counters would be on the stack, for each of those who are in. */
static noinline u64 nested_effect(void)
{
	return stats().iotlbs;
}

static void nested_relax(void)
{
	if (nested.depth < nested.deepest) {
		unsigned int at = nested.depth++;
		struct vtd_qi_desc desc[VTD_QI_BATCH];

		fill(desc, nested.nr);
		nested.ret[at] = vtd_qi_submit(qi, desc, nested.nr);
		nested.effect[at] = nested_effect();
		return;
	}
	if (nested.depth >= nested.hold)
		vtd_model_tick();
}

static void nest(unsigned int deepest, unsigned int nr)
{
	nested = (struct nested){ .deepest = deepest, .nr = nr };
	fix_relax(nested_relax);
}

static void unnest(void)
{
	fix_relax(NULL);
}

/* Both have descriptors in the unit when it hits either of them. */
static void test_two_submitters_ite(void **state)
{
	unsigned int nth;

	start_with(FIX_ECAP, 0, 12);
	for (nth = 1; nth <= 8; nth++) {
		u64 before = stats().iotlbs;

		nest(1, 3);
		vtd_model_inject(rig.model[0], VTD_MODEL_ITE, nth,
				 fix_arg(state));
		assert_int_equal(submit(3), 0);
		unnest();
		assert_int_equal(nested.ret[0], 0);
		assert_true(stats().iotlbs >= before + 6);
		assert_false(qi->dead);
	}
	rig_stop();
}

/* Only the one who queued the descriptor is told of its refusal. */
static void test_two_submitters_iqe(void **state)
{
	unsigned int nth;

	for (nth = 1; nth <= 8; nth++) {
		int ret;

		start_with(FIX_ECAP, 0, 3);
		nest(1, 3);
		vtd_model_inject(rig.model[0], VTD_MODEL_IQE, nth, 0);
		ret = submit(3);
		unnest();
		assert_int_equal(ret, nth <= 4 ? -EINVAL : 0);
		assert_int_equal(nested.ret[0], nth > 4 ? -EINVAL : 0);
		rig_stop();
	}
}

/*
 * Three who come while the unit is at work share a doorbell and a wait
 * descriptor; who began the batch cannot run, and the last one does it all.
 */
static void share(enum vtd_model_error error, unsigned int nth)
{
	start();
	nest(3, 2);
	nested.hold = 3;
	if (nth)
		vtd_model_inject(rig.model[0], error, nth, 0x100);
}

static void test_shared(void **state)
{
	struct vtd_qi_stats before;
	unsigned int i;

	share(0, 0);
	before = qi->stats;
	assert_int_equal(submit(2), 0);
	unnest();
	for (i = 0; i < 3; i++)
		assert_int_equal(nested.ret[i], 0);
	assert_int_equal(qi->stats.submissions - before.submissions, 4);
	assert_int_equal(qi->stats.doorbells - before.doorbells, 2);
	assert_int_equal(qi->stats.descriptors - before.descriptors, 10);
	for (i = 0; i < 200; i++)
		assert_int_equal(submit(i % 16 + 1), 0);
	rig_stop();
}

/* Of those who share a batch only the one who is refused is told so. */
static void test_shared_iqe(void **state)
{
	/* by descriptor: 0 the first submitter, 1 to 3 those who share */
	static const unsigned int owner[] = { 0, 0, 0, 1, 1, 2, 2, 3, 3, 1 };
	unsigned int nth, i;

	for (nth = 1; nth <= ARRAY_SIZE(owner); nth++) {
		unsigned int blamed = owner[nth - 1];

		share(VTD_MODEL_IQE, nth);
		assert_int_equal(submit(2), blamed ? 0 : -EINVAL);
		unnest();
		for (i = 0; i < 3; i++)
			assert_int_equal(nested.ret[i],
					 blamed == i + 1 ? -EINVAL : 0);
		assert_int_equal(submit(2), 0);
		rig_stop();
	}
}

/* A time-out has all of a batch start again. */
static void test_shared_ite(void **state)
{
	unsigned int nth, i;

	for (nth = 1; nth <= 10; nth++) {
		u64 before;

		share(VTD_MODEL_ITE, nth);
		before = stats().iotlbs;
		assert_int_equal(submit(2), 0);
		unnest();
		for (i = 0; i < 3; i++)
			assert_int_equal(nested.ret[i], 0);
		assert_true(stats().iotlbs >= before + 8);
		assert_int_equal(submit(2), 0);
		rig_stop();
	}
}

/* A first submission of 16, then @deep of @nr while the unit stands still. */
static void test_full(void **state)
{
	unsigned int i, deep = fix_arg(state) & 0xff;
	unsigned int nr = fix_arg(state) >> 8 ?: 16;
	u64 before;

	start();
	before = stats().iotlbs;
	nest(deep, nr);
	nested.hold = deep;
	assert_int_equal(submit(16), 0);
	unnest();
	for (i = 0; i < deep; i++)
		assert_int_equal(nested.ret[i], 0);
	assert_int_equal(stats().iotlbs, before + 16 + nr * deep);
	rig_stop();
}

/*
 * 17 and 16 times 14 leave room for 14 more, but not for their wait descriptor.
 * Were they let in, the ring would look empty, and those who come while the
 * unit is at work on the batch would write over it.
 */
static void room_relax(void)
{
	if (nested.depth < 17 ||
	    (qi->stats.doorbells - nested.hold >= 2 && nested.depth < 20)) {
		unsigned int at = nested.depth++;

		nested.ret[at] = submit(at < 17 ? 14 : 16);
		return;
	}
	vtd_model_tick();
}

static void test_room_for_wait(void **state)
{
	unsigned int i;
	u64 before;

	start();
	before = stats().iotlbs;
	nested = (struct nested){ .hold = qi->stats.doorbells };
	fix_relax(room_relax);
	assert_int_equal(submit(16), 0);
	unnest();
	assert_int_equal(nested.depth, 20);
	for (i = 0; i < 20; i++)
		assert_int_equal(nested.ret[i], 0);
	assert_int_equal(stats().iotlbs, before + 16 + 17 * 14 + 3 * 16);
	rig_stop();
}

static void test_dead(void **state)
{
	u64 began;

	start();
	assert_int_equal(submit(3), 0);
	vtd_model_inject(rig.model[0], VTD_MODEL_DEAD, fix_arg(state), 0);
	began = ktime_get_ns();
	assert_int_equal(submit(3), -ETIMEDOUT);
	assert_true(ktime_get_ns() - began < 1100 * NSEC_PER_MSEC);
	began = ktime_get_ns();
	assert_int_equal(submit(1), -EIO);
	assert_true(ktime_get_ns() - began < NSEC_PER_MSEC);
	rig_stop_broken();
}

static void test_dead_with_many(void **state)
{
	unsigned int i;
	u64 began;

	start();
	vtd_model_inject(rig.model[0], VTD_MODEL_DEAD, 1, 0);
	nest(20, 16);
	began = ktime_get_ns();
	assert_int_not_equal(submit(16), 0);
	unnest();
	for (i = 0; i < 20; i++)
		assert_int_not_equal(nested.ret[i], 0);
	assert_true(ktime_get_ns() - began < 2100 * NSEC_PER_MSEC);
	rig_stop_broken();
}

static void test_ite_forever(void **state)
{
	unsigned int i;
	u64 began;

	start();
	began = ktime_get_ns();
	/* the wait of each try is dropped: 8 tries of 2 descriptors */
	for (i = 1; i <= 8; i++)
		vtd_model_inject(rig.model[0], VTD_MODEL_ITE, 2 * i, 0x100);
	assert_int_equal(submit(1), -EIO);
	assert_true(ktime_get_ns() - began < 10ULL * NSEC_PER_SEC);
	rig_stop_broken();
}

static void test_reprogrammed(void **state)
{
	struct vtd_model_stats before;

	start();
	vtd_model_inject(rig.model[0], VTD_MODEL_DEAD, 2, 0);
	assert_int_equal(submit(5), -ETIMEDOUT);
	vtd_model_revive(rig.model[0]);
	vtd_model_run(rig.model[0], 100);
	assert_int_equal(vtd_unit_disable(&rig.unit[0]), 0);
	before = stats();
	rig_enable(0);
	/* nothing that stood in the ring is executed once more */
	assert_int_equal(stats().contexts, before.contexts + 1);
	assert_int_equal(stats().iotlbs, before.iotlbs + 1);
	assert_int_equal(stats().waits, before.waits + 2);
	assert_int_equal(submit(5), 0);
	fix_forget();
	rig.failed = 0;
	rig_stop();
}

/* As if this had been the number of the last batch, which is complete. */
static void renumber(u32 seq)
{
	qi->seq = seq;
	qi->slot[qi->last].expect = seq;
	qi->line[qi->last].done = seq;
}

/* Numbers of submissions wrap, whatever the slots held before. */
static void test_sequence(void **state)
{
	static const u32 from[] = { 0x7ffffff0, 0x80000000, 0xfffffff0 };
	unsigned int i;

	start();
	for (i = 0; i < 40; i++)
		assert_int_equal(submit(1), 0);
	renumber(from[fix_arg(state)]);
	for (i = 0; i < 600; i++) {
		u64 before = stats().iotlbs;

		assert_int_equal(submit(i % 16 + 1), 0);
		assert_int_equal(stats().iotlbs, before + i % 16 + 1);
	}
	rig_stop();
}

/*
 * A slot that no wait stood in for 2^31 submissions holds a number that looks
 * as if it lay ahead.
 */
static void test_status_reused(void **state)
{
	unsigned int i;
	u64 before;

	start_with(FIX_ECAP, 0, 50);
	/* two slots each: waits stand in every other slot only */
	for (i = 0; i < 256; i++)
		assert_int_equal(submit(1), 0);
	renumber(0x80000000 + fix_arg(state));
	before = stats().iotlbs;
	assert_int_equal(submit(2), 0);
	assert_int_equal(stats().iotlbs, before + 2);
	rig_stop();
}

/*
 * An open batch so long that it reaches round the ring to the slot of the last
 * one: the unit is idle all the same, or nobody would ever ring for it.
 */
static void test_last_slot_reused(void **state)
{
	start();
	assert_int_equal(submit(2), 0);
	qi->slot[qi->last].expect = qi->seq + 1;
	qi->line[qi->last].done = qi->seq;
	assert_int_equal(submit(2), 0);
	rig_stop();
}

static void test_not_coherent(void **state)
{
	unsigned int slot;

	start_with(FIX_ECAP & ~VTDM_ECAP_C, 0, 0);
	for (slot = 0; slot < 256; slot++) {
		go_to(slot);
		assert_int_equal(submit(fix_arg(state)), 0);
	}
	rig_stop();
}

static void test_latency(void **state)
{
	unsigned int i;

	start_with(FIX_ECAP, VTD_MODEL_REORDER, fix_arg(state));
	for (i = 0; i < 300; i++) {
		u64 before = stats().iotlbs;

		assert_int_equal(submit(i % 16 + 1), 0);
		assert_int_equal(stats().iotlbs, before + i % 16 + 1);
	}
	rig_stop();
}

/* Other errors in the fault status stay for those whom they concern. */
static void test_keeps_overflow(void **state)
{
	unsigned int i;

	start();
	for (i = 0; i < 6; i++)
		rig_ask(0, RIG_SID, 0, VTD_MODEL_READ, NULL);
	assert_int_equal(fix_read32(&rig.unit[0].regs, 0x34), 3);
	vtd_model_inject(rig.model[0], VTD_MODEL_IQE, 1, 0);
	assert_int_equal(submit(1), -EINVAL);
	assert_int_equal(fix_read32(&rig.unit[0].regs, 0x34), 3);
	rig_stop();
}

static void test_bad_arguments(void **state)
{
	struct vtd_qi_desc desc[VTD_QI_BATCH + 1] = {};

	start();
	assert_int_equal(vtd_qi_submit(qi, desc, 0), -EINVAL);
	assert_int_equal(vtd_qi_submit(qi, desc, 17), -EINVAL);
	assert_int_equal(vtd_shim_warnings(), 2);
	rig_stop();
}

static void test_no_memory(void **state)
{
	struct vtd_regs regs = {};
	struct vtd_qi q = {};
	unsigned int nth;

	for (nth = 1; nth <= 3; nth++) {
		vtd_shim_fail_alloc(nth);
		assert_int_equal(vtd_qi_init(&q, &regs, 0, true, false),
				 -ENOMEM);
	}
	vtd_shim_fail_alloc(0);
	assert_int_equal(vtd_qi_init(&q, &regs, 0, true, false), 0);
	vtd_qi_destroy(&q);
}

/* The layout of descriptors, literally (6.5.2). */
static void test_layout(void **state)
{
	struct vtd_qi_desc d;

	d = vtd_qi_context_global();
	assert_true(d.w[0] == 0x11 && d.w[1] == 0);
	d = vtd_qi_context_device(0x1234, 0x5678);
	assert_true(d.w[0] == 0x567812340031ULL && d.w[1] == 0);
	d = vtd_qi_iotlb_global(0);
	assert_true(d.w[0] == 0x12 && d.w[1] == 0);
	d = vtd_qi_iotlb_domain(0x1234, 0xc0);
	assert_true(d.w[0] == 0x123400e2 && d.w[1] == 0);
	d = vtd_qi_iotlb_pages(0x1234, 0xabcdef000ULL, 9, false, 0);
	assert_true(d.w[0] == 0x12340032 && d.w[1] == 0xabcdef009ULL);
	d = vtd_qi_iotlb_pages(1, 0xfffffffffffff000ULL, 63, true, 0);
	assert_true(d.w[1] == 0xfffffffffffff07fULL);
	d = vtd_qi_wait(0x1122334455667788ULL, 0xdeadbeef);
	assert_true(d.w[0] == 0xdeadbeef00000025ULL);
	assert_true(d.w[1] == 0x1122334455667788ULL);
}

/* --- what is counted --------------------------------------------------------- */

static void test_counts(void **state)
{
	const struct vtd_qi_desc desc[] = {
		vtd_qi_context_device(2, 0x118),
		vtd_qi_iotlb_pages(2, 0x1000, 0, false, VTD_QI_IOTLB_DW),
		vtd_qi_iotlb_pages(7, 0x9000, 3, true, VTD_QI_IOTLB_DR),
		vtd_qi_iotlb_domain(0xffff, 0),
	};
	struct vtd_qi_stats before;
	unsigned int i, sum = 0;

	start();
	before = qi->stats;
	for (i = 0; i < 3; i++)
		assert_int_equal(vtd_qi_submit(qi, desc, 4), 0);
	assert_int_equal(vtd_qi_submit_one(qi, desc[1]), 0);
	assert_int_equal(qi->stats.submissions - before.submissions, 4);
	assert_int_equal(qi->stats.doorbells - before.doorbells, 4);
	assert_int_equal(vtd_qi_kind(qi, 0x31) - before.kind[0x31], 3);
	assert_int_equal(vtd_qi_kind(qi, 0x32) - before.kind[0x32], 7);
	assert_int_equal(vtd_qi_kind(qi, 0x22) - before.kind[0x22], 3);
	for (i = 0; i < VTD_QI_KINDS; i++)
		sum += vtd_qi_kind(qi, i) - before.kind[i];
	assert_int_equal(sum, 13);
	rig_stop();
}

/* One wait of 64 is timed, by each way to the queue, and all slow ones. */
static void test_timed(void **state)
{
	unsigned int latency = fix_arg(state), i;
	const struct vtd_qi_desc one = vtd_qi_iotlb_domain(2, 0);
	struct vtd_qi_stats before, *s;
	u64 began, took, in_buckets = 0;

	start_with(FIX_ECAP, 0, latency);
	s = &qi->stats;
	before = *s;
	began = ktime_get_ns();
	for (i = 0; i < 256; i++)
		assert_int_equal(
			i < 128 ? vtd_qi_submit_one(qi, one) : submit(1), 0);
	took = ktime_get_ns() - began;
	assert_int_equal(s->timed - before.timed, 4);
	assert_true(s->timed_ns - before.timed_ns <= took);
	assert_true(s->max_ns <= took);
	assert_true(!latency || s->timed_ns > before.timed_ns);
	for (i = 0; i < VTD_QI_BUCKETS; i++)
		in_buckets += s->bucket[i];
	assert_int_equal(in_buckets, s->timed);
	if (latency < 256) {
		assert_int_equal(s->slow, 0);
	} else {
		assert_true(s->slow - before.slow >= 250);
		assert_true(s->max_ns * 256 >= took / 2);
	}
	rig_stop();
}

static void test_counts_errors(void **state)
{
	struct vtd_qi_stats before;
	unsigned int nth;

	start();
	fix_relax(sparing_relax);
	before = qi->stats;
	vtd_model_inject(rig.model[0], VTD_MODEL_IQE, 1, 0);
	assert_int_equal(submit(3), -EINVAL);
	assert_int_equal(qi->stats.refused - before.refused, 1);
	assert_int_equal(qi->stats.retries - before.retries, 0);
	for (nth = 1; nth <= 4; nth++) {
		vtd_model_inject(rig.model[0], VTD_MODEL_ITE, nth, 0x118);
		assert_int_equal(submit(3), 0);
	}
	assert_true(qi->stats.retries > before.retries);
	assert_int_equal(qi->stats.submissions - before.submissions,
			 5 + qi->stats.retries - before.retries);
	assert_int_equal(qi->stats.refused - before.refused, 1);
	assert_true(qi->stats.errors - before.errors >= 2);
	rig_stop_broken();
}

int main(void)
{
	unsigned int i;

	fix_case(test_layout, NULL, "descriptors, literally");
	for (i = 1; i <= 16; i++)
		fix_case(test_lengths, (void *)(uintptr_t)i,
			 "%u descriptors from every slot", i);
	for (i = 1; i <= 16; i++)
		fix_case(test_iqe, (void *)(uintptr_t)i,
			 "C05/L2 IQE at each descriptor of %u", i);
	fix_case(test_iqe_real, (void *)8,
		 "C05/L2 a reserved bit in descriptor n of 16");
	fix_case(test_iqe_real, (void *)75,
		 "C05/L2 a reserved upper bit in descriptor n of 16");
	fix_case(test_iqe_real, (void *)(128 + 8),
		 "C05/C10 a reserved bit in descriptor n of 16, not coherent");
	for (i = 1; i <= 16; i++)
		fix_case(test_ite, (void *)(uintptr_t)i,
			 "C01 ITE at each descriptor of %u", i);
	for (i = 0; i < 3; i++)
		fix_case(test_ite_sid, (void *)(uintptr_t)i,
			 "C03 ITE, source-id present, gone, 0: %u", i);
	fix_case(test_ice, NULL, "ICE stops nobody");
	fix_case(test_two_submitters_ite, (void *)0x118,
		 "C04/L1 ITE with two submitters, device present");
	fix_case(test_two_submitters_ite, (void *)0,
		 "C04/L1 ITE with two submitters, no device told");
	fix_case(test_two_submitters_iqe, NULL,
		 "C04 IQE with two submitters blames one");
	fix_case(test_shared, NULL, "three share a doorbell and a wait");
	fix_case(test_shared_iqe, NULL, "C04 IQE in a shared batch blames one");
	fix_case(test_shared_ite, NULL,
		 "C04/L1 ITE in a shared batch, all start again");
	fix_case(test_full, (void *)14, "C06 queue nearly full");
	fix_case(test_full, (void *)20, "C06 queue full");
	fix_case(test_full, (void *)(14 << 8 | 20),
		 "C06 queue full, with 14 at a time");
	fix_case(test_room_for_wait, NULL,
		 "C06 queue full but for the wait descriptor");
	/* one on top of the other, on one stack */
	if (VTD_USER_SPACE)
		fix_case(test_full, (void *)31, "C06 queue full twice over");
	for (i = 1; i <= 4; i++)
		fix_case(test_dead, (void *)(uintptr_t)i,
			 "C02/L3 a unit that dies at descriptor %u", i);
	if (VTD_USER_SPACE)
		fix_case(test_dead_with_many, NULL,
			 "C02/L3 a dead unit and a full queue");
	fix_case(test_ite_forever, NULL, "C02/L3 ITE without end is bounded");
	fix_case(test_reprogrammed, NULL,
		 "a queue that was dead is used again");
	for (i = 0; i < 3; i++)
		fix_case(test_sequence, (void *)(uintptr_t)i,
			 "C06 numbers wrap, %u", i);
	for (i = 0; i < 3; i++)
		fix_case(test_status_reused, (void *)(uintptr_t)i,
			 "C06 a status word from long ago, %u", i);
	fix_case(test_last_slot_reused, NULL,
		 "an open batch reaches the slot of the last one");
	fix_case(test_not_coherent, (void *)1,
		 "C10 queue not coherent, 1 descriptor");
	fix_case(test_not_coherent, (void *)16,
		 "C10 queue not coherent, 16 descriptors");
	for (i = 1; i < 60; i += 19)
		fix_case(test_latency, (void *)(uintptr_t)i,
			 "any order, latency %u", i);
	fix_case(test_keeps_overflow, NULL, "errors of others are left alone");
	fix_case(test_bad_arguments, NULL, "no descriptor, or too many");
	fix_case(test_no_memory, NULL, "no memory for a queue");
	fix_case(test_counts, NULL, "descriptors are counted by kind");
	fix_case(test_timed, (void *)0, "waits are timed, no latency");
	fix_case(test_timed, (void *)20, "waits are timed, latency 20");
	fix_case(test_timed, (void *)600, "waits are timed, latency 600");
	fix_case(test_counts_errors, NULL, "errors are counted");
	return fix_run("dmar-qi");
}
