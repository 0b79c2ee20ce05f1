// SPDX-License-Identifier: GPL-2.0
/*
 * Suite vtd_qi: the invalidation queue against a unit of software, with the
 * errors of VT-d 6.5.2.10.
 */
#include <linux/completion.h>
#include <linux/kthread.h>

#include "soft_unit.h"
#include "suites.h"

static struct vtd_qi *queue_of(struct soft_unit *su)
{
	return &su->unit.qi;
}

static struct soft_unit *ready(struct kunit *test)
{
	return soft_unit_translating(test, SOFT_CAP, SOFT_ECAP);
}

/* What the tests submit: told apart by their domain-ids. */
static void fill(struct vtd_qi_desc *desc, unsigned int nr, u16 first)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		desc[i] = vtd_qi_iotlb_domain(first + i, 0);
}

static void batch_sizes_gen(const unsigned int *nr, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%u descriptors", *nr);
}

static const unsigned int batch_sizes[] = { 1, 2, 3, 7, 8, 15, 16 };

KUNIT_ARRAY_PARAM(batch_sizes, batch_sizes, batch_sizes_gen);

static void batch_executes_in_order(struct kunit *test)
{
	unsigned int nr = *(const unsigned int *)test->param_value, i;
	struct soft_unit *su = ready(test);
	struct vtd_qi_desc desc[VTD_QI_BATCH];

	fill(desc, nr, 100);
	KUNIT_EXPECT_EQ(test, vtd_qi_submit(queue_of(su), desc, nr), 0);
	KUNIT_EXPECT_EQ(test, su->nr, nr);
	KUNIT_EXPECT_EQ(test, su->waits, 1);
	for (i = 0; i < nr; i++)
		KUNIT_EXPECT_EQ(test, su->log[i].w[0] >> 16, 100 + i);
}

static void ring_wraps_at_every_offset(struct kunit *test)
{
	struct soft_unit *su = ready(test);
	struct vtd_qi_desc desc[VTD_QI_BATCH];
	unsigned int i, n = 0;

	for (i = 0; i < 2000; i++) {
		unsigned int nr = i % VTD_QI_BATCH + 1;

		fill(desc, nr, i);
		KUNIT_ASSERT_EQ(test, vtd_qi_submit(queue_of(su), desc, nr), 0);
		n += nr;
	}
	KUNIT_EXPECT_EQ(test, su->nr, n);
	KUNIT_EXPECT_EQ(test, su->waits, 2000);
}

static void sequence_number_wraps(struct kunit *test)
{
	struct soft_unit *su = ready(test);
	struct vtd_qi_desc desc = vtd_qi_context_global();
	unsigned int i;

	queue_of(su)->seq = U32_MAX - 100;
	for (i = 0; i < 300; i++)
		KUNIT_ASSERT_EQ(test, vtd_qi_submit(queue_of(su), &desc, 1), 0);
	KUNIT_EXPECT_EQ(test, su->nr, 300);
	KUNIT_EXPECT_LT(test, queue_of(su)->seq, 300);
}

static void registers_get_ring_and_tail(struct kunit *test)
{
	struct soft_unit *su = ready(test);
	struct vtd_qi_desc desc[3];

	/* IQA.QS 0: one page, 128-bit descriptors. */
	KUNIT_EXPECT_EQ(test, su->reg[0x90 / 8],
			virt_to_phys(queue_of(su)->ring));
	KUNIT_EXPECT_EQ(test, su->reg[0x90 / 8] & 0xfff, 0);
	fill(desc, 3, 0);
	su->reg[0x80 / 8] = 0;
	su->reg[0x88 / 8] = 0;
	vtd_qi_program(queue_of(su));
	KUNIT_ASSERT_EQ(test, vtd_qi_submit(queue_of(su), desc, 3), 0);
	KUNIT_EXPECT_EQ(test, su->reg[0x88 / 8], 4 * 16);
}

/* A ring that is never taken back is full after 127 of them. */
static void slots_are_taken_back_in_time(struct kunit *test)
{
	struct soft_unit *su = ready(test);
	u64 start = ktime_get_mono_fast_ns();
	struct vtd_qi_desc desc[2];
	unsigned int i;

	fill(desc, 2, 0);
	for (i = 0; i < 1000; i++) {
		KUNIT_ASSERT_EQ(test, vtd_qi_submit_one(queue_of(su), desc[0]),
				0);
		KUNIT_ASSERT_EQ(test, vtd_qi_submit(queue_of(su), desc, 2), 0);
	}
	KUNIT_EXPECT_EQ(test, su->nr, 3000);
	KUNIT_EXPECT_FALSE(test, queue_of(su)->dead);
	KUNIT_EXPECT_LE(test, ktime_get_mono_fast_ns() - start,
			5000ULL * NSEC_PER_MSEC);
}

static void counts_what_it_did(struct kunit *test)
{
	struct soft_unit *su = ready(test);
	struct vtd_qi_stats before = queue_of(su)->stats;
	struct vtd_qi_desc desc[2];

	fill(desc, 2, 0);
	KUNIT_ASSERT_EQ(test, vtd_qi_submit(queue_of(su), desc, 2), 0);
	KUNIT_EXPECT_EQ(test, queue_of(su)->stats.descriptors,
			before.descriptors + 3);
	KUNIT_EXPECT_EQ(test, queue_of(su)->stats.doorbells,
			before.doorbells + 1);
	KUNIT_EXPECT_EQ(test, queue_of(su)->stats.errors, before.errors);
}

static const unsigned int refused_at[] = { 1, 2, 3, 4 };

static void refused_at_gen(const unsigned int *at, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "descriptor %u of 4", *at);
}

KUNIT_ARRAY_PARAM(refused_at, refused_at, refused_at_gen);

/* IQE: the submission it belongs to fails, whichever descriptor it was. */
static void refused_descriptor_fails_its_submission(struct kunit *test)
{
	unsigned int at = *(const unsigned int *)test->param_value;
	struct soft_unit *su = ready(test);
	struct vtd_qi_desc desc[4];

	fill(desc, 4, 0);
	su->refuse = at;
	KUNIT_EXPECT_EQ(test, vtd_qi_submit(queue_of(su), desc, 4), -EINVAL);
	KUNIT_EXPECT_EQ(test, queue_of(su)->stats.errors, 1);
	/* The others of it were executed, and the error is cleared. */
	KUNIT_EXPECT_EQ(test, su->nr, 3);
	KUNIT_EXPECT_EQ(test, su->reg[0x30 / 8] >> 32, 0);
}

static void refused_wait_descriptor_is_survived(struct kunit *test)
{
	struct soft_unit *su = ready(test);
	struct vtd_qi_desc desc = vtd_qi_context_global();

	su->refuse = 2;
	KUNIT_EXPECT_EQ(test, vtd_qi_submit(queue_of(su), &desc, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, vtd_qi_submit(queue_of(su), &desc, 1), 0);
}

static void queue_works_after_a_refusal(struct kunit *test)
{
	struct soft_unit *su = ready(test);
	struct vtd_qi_desc desc[2];
	unsigned int i;

	fill(desc, 2, 0);
	for (i = 0; i < 600; i++) {
		/* Every third submission is refused, all round the ring. */
		su->refuse = i % 3 ? 0 : su->seen + 1 + i % 2;
		KUNIT_ASSERT_EQ(test, vtd_qi_submit(queue_of(su), desc, 2),
				i % 3 ? 0 : -EINVAL);
	}
}

/* ITE: wait descriptors are dropped, and given to the unit again. */
static void dropped_submission_is_given_again(struct kunit *test)
{
	struct soft_unit *su = ready(test);
	struct vtd_qi_desc desc[3];

	fill(desc, 3, 50);
	su->time_out = 2;
	KUNIT_EXPECT_EQ(test, vtd_qi_submit(queue_of(su), desc, 3), 0);
	KUNIT_EXPECT_EQ(test, su->nr, 6);
	KUNIT_EXPECT_EQ(test, su->waits, 1);
	KUNIT_EXPECT_EQ(test, queue_of(su)->stats.errors, 1);
	KUNIT_EXPECT_FALSE(test, queue_of(su)->dead);
}

static void queue_works_after_time_outs(struct kunit *test)
{
	struct soft_unit *su = ready(test);
	struct vtd_qi_desc desc[2];
	unsigned int i;

	fill(desc, 2, 0);
	for (i = 0; i < 600; i++) {
		su->time_out = i % 5 ? 0 : su->seen + 1;
		KUNIT_ASSERT_EQ(test, vtd_qi_submit(queue_of(su), desc, 2), 0);
	}
	KUNIT_EXPECT_EQ(test, su->waits, 600);
}

static void dead_unit_is_given_up_in_time(struct kunit *test)
{
	struct soft_unit *su = ready(test);
	struct vtd_qi_desc desc = vtd_qi_context_global();
	u64 start = ktime_get_mono_fast_ns(), took;

	su->stopped = true;
	KUNIT_EXPECT_EQ(test, vtd_qi_submit(queue_of(su), &desc, 1),
			-ETIMEDOUT);
	took = ktime_get_mono_fast_ns() - start;
	KUNIT_EXPECT_GE(test, took, 900 * NSEC_PER_MSEC);
	KUNIT_EXPECT_LE(test, took, 10000 * NSEC_PER_MSEC);
	/* From then on nobody waits. */
	start = ktime_get_mono_fast_ns();
	KUNIT_EXPECT_EQ(test, vtd_qi_submit(queue_of(su), &desc, 1), -EIO);
	took = ktime_get_mono_fast_ns() - start;
	KUNIT_EXPECT_LE(test, took, 500 * NSEC_PER_MSEC);
}

static void programming_it_again_revives_it(struct kunit *test)
{
	struct soft_unit *su = ready(test);
	struct vtd_qi_desc desc = vtd_qi_context_global();

	queue_of(su)->dead = true;
	KUNIT_EXPECT_EQ(test, vtd_qi_submit(queue_of(su), &desc, 1), -EIO);
	su->reg[0x80 / 8] = 0;
	vtd_qi_program(queue_of(su));
	KUNIT_EXPECT_EQ(test, vtd_qi_submit(queue_of(su), &desc, 1), 0);
}

static void no_interrupts_off_is_needed(struct kunit *test)
{
	struct soft_unit *su = ready(test);
	struct vtd_qi_desc desc = vtd_qi_context_global();
	unsigned long flags;
	int ret;

	local_irq_save(flags);
	ret = vtd_qi_submit(queue_of(su), &desc, 1);
	KUNIT_EXPECT_TRUE(test, irqs_disabled());
	local_irq_restore(flags);
	KUNIT_EXPECT_EQ(test, ret, 0);
	KUNIT_EXPECT_FALSE(test, irqs_disabled());
}

/* The unit answers in an interrupt: one that is off is never answered. */
static void interrupts_stay_on_while_it_waits(struct kunit *test)
{
	struct soft_unit *su = ready(test);
	struct vtd_qi_desc desc[3];
	u64 start = ktime_get_mono_fast_ns(), took;

	fill(desc, ARRAY_SIZE(desc), 100);
	su->late = true;
	KUNIT_EXPECT_EQ(test, vtd_qi_submit_one(queue_of(su), desc[0]), 0);
	KUNIT_EXPECT_EQ(test, vtd_qi_submit(queue_of(su), desc, 1), 0);
	KUNIT_EXPECT_EQ(test, vtd_qi_submit(queue_of(su), desc, 3), 0);
	irq_work_sync(&su->answer);
	took = ktime_get_mono_fast_ns() - start;
	KUNIT_EXPECT_LE(test, took, 900 * NSEC_PER_MSEC);
	KUNIT_EXPECT_EQ(test, su->nr, 5);
}

/* Several submitters at once, with errors among them. */
struct submitter {
	struct soft_unit *su;
	u16 first;
	unsigned int ok;
	unsigned int refused;
	unsigned int other;
	struct completion done;
};

#define SUBMITTERS 4
#define SUBMISSIONS 400

static int submit_many(void *data)
{
	struct submitter *s = data;
	struct vtd_qi_desc desc[VTD_QI_BATCH];
	unsigned int i;

	for (i = 0; i < SUBMISSIONS; i++) {
		unsigned int nr = i % 5 + 1;

		fill(desc, nr, s->first);
		switch (vtd_qi_submit(queue_of(s->su), desc, nr)) {
		case 0:
			s->ok++;
			break;
		case -EINVAL:
			s->refused++;
			break;
		default:
			s->other++;
		}
		cond_resched();
	}
	complete(&s->done);
	return 0;
}

static void run_submitters(struct kunit *test, struct soft_unit *su,
			   struct submitter *s)
{
	unsigned int i;

	for (i = 0; i < SUBMITTERS; i++) {
		struct task_struct *task;

		s[i].su = su;
		s[i].first = i * 1000;
		init_completion(&s[i].done);
		task = kthread_run(submit_many, &s[i], "vtd_kunit/%u", i);
		if (IS_ERR(task)) {
			complete(&s[i].done);
			KUNIT_FAIL(test, "no thread");
		}
	}
	for (i = 0; i < SUBMITTERS; i++)
		wait_for_completion(&s[i].done);
}

static void submitters_do_not_disturb_each_other(struct kunit *test)
{
	struct soft_unit *su = ready(test);
	struct submitter *s;
	unsigned int i;

	s = kunit_kcalloc(test, SUBMITTERS, sizeof(*s), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, s);
	run_submitters(test, su, s);
	for (i = 0; i < SUBMITTERS; i++)
		KUNIT_EXPECT_EQ(test, s[i].ok, SUBMISSIONS);
	KUNIT_EXPECT_EQ(test, su->nr, SUBMITTERS * SUBMISSIONS * 3);
}

static void one_refusal_fails_one_submission(struct kunit *test)
{
	struct soft_unit *su = ready(test);
	struct submitter *s;
	unsigned int i, refused = 0, ok = 0;

	s = kunit_kcalloc(test, SUBMITTERS, sizeof(*s), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, s);
	su->refuse = 1234;
	run_submitters(test, su, s);
	for (i = 0; i < SUBMITTERS; i++) {
		refused += s[i].refused;
		ok += s[i].ok;
	}
	KUNIT_EXPECT_EQ(test, refused, 1);
	KUNIT_EXPECT_EQ(test, ok, SUBMITTERS * SUBMISSIONS - 1);
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(batch_executes_in_order, batch_sizes_gen_params),
	KUNIT_CASE(ring_wraps_at_every_offset),
	KUNIT_CASE(sequence_number_wraps),
	KUNIT_CASE(registers_get_ring_and_tail),
	KUNIT_CASE(slots_are_taken_back_in_time),
	KUNIT_CASE(counts_what_it_did),
	KUNIT_CASE_PARAM(refused_descriptor_fails_its_submission,
			 refused_at_gen_params),
	KUNIT_CASE(refused_wait_descriptor_is_survived),
	KUNIT_CASE(queue_works_after_a_refusal),
	KUNIT_CASE(dropped_submission_is_given_again),
	KUNIT_CASE(queue_works_after_time_outs),
	KUNIT_CASE_SLOW(dead_unit_is_given_up_in_time),
	KUNIT_CASE(programming_it_again_revives_it),
	KUNIT_CASE(no_interrupts_off_is_needed),
	KUNIT_CASE(interrupts_stay_on_while_it_waits),
	KUNIT_CASE_SLOW(submitters_do_not_disturb_each_other),
	KUNIT_CASE_SLOW(one_refusal_fails_one_submission),
	{}
};

struct kunit_suite vtd_qi_suite = {
	.name = "vtd_qi",
	.suite_init = soft_unit_suite_init,
	.suite_exit = soft_unit_suite_exit,
	.test_cases = cases,
};
