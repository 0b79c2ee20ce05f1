// SPDX-License-Identifier: GPL-2.0
/*
 * Descriptors as a VMM uses them: some threads post, some are virtual CPUs that
 * run, are preempted, halt and move, on all CPUs.  Every post of a vector is
 * one number; it is taken before the vector is posted again.
 */
#include <linux/completion.h>
#include <linux/cpumask.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/wait.h>

#include <vtd/posted.h>
#include "posted_test.h"

#define VCPUS 64
#define POSTERS 2

struct vcpu {
	struct vtd_posted *posted;
	wait_queue_head_t wait;
	bool told;
	atomic_t busy[256]; /* posted and not taken yet */
	u64 taken;
};

static struct vcpu *vcpu;
static atomic_t left, doubled, stuck;

static void tell(struct vtd_posted *p, void *data)
{
	struct vcpu *v = data;

	WRITE_ONCE(v->told, true);
	wake_up(&v->wait);
}

static const struct vtd_posted_ops ops = { .notify = tell, .wake = tell };

static void take(struct vcpu *v)
{
	u64 pir[VTD_POSTED_WORDS];
	unsigned int i;

	WRITE_ONCE(v->told, false);
	v->taken += vtd_posted_harvest(v->posted, pir);
	for (i = 0; i < 256; i++)
		if (pir[i / 64] >> (i % 64) & 1 && !atomic_xchg(&v->busy[i], 0))
			atomic_inc(&doubled);
}

static unsigned int any_cpu(void)
{
	return cpumask_nth(get_random_u32_below(num_online_cpus()),
			   cpu_online_mask);
}

/* One step of a virtual CPU's life; only a notification ends the wait. */
static void live(struct vcpu *v)
{
	int pending, told;

	switch (get_random_u32_below(3)) {
	case 0:
		vtd_posted_preempt(v->posted);
		schedule_timeout_idle(1);
		pending = vtd_posted_run(v->posted, any_cpu());
		break;
	case 1:
		pending = vtd_posted_halt(v->posted, any_cpu());
		break;
	default:
		pending = vtd_posted_run(v->posted, any_cpu());
		break;
	}
	if (pending <= 0) {
		told = wait_event_timeout(v->wait, READ_ONCE(v->told), HZ / 4);
		/* Posted just now?  Then it is on its way. */
		if (!told && vtd_posted_pending(v->posted))
			told = wait_event_timeout(v->wait, READ_ONCE(v->told),
						  5 * HZ);
		else
			told = true;
		if (!told)
			atomic_inc(&stuck);
	}
	take(v);
}

static int live_on(void *data)
{
	while (!kthread_should_stop())
		live(data);
	take(data);
	return 0;
}

static int poster(void *data)
{
	while (!kthread_should_stop() && atomic_dec_return(&left) >= 0) {
		struct vcpu *v = &vcpu[get_random_u32_below(VCPUS)];
		unsigned int vector = get_random_u32_below(256), i;

		for (i = 0; i < 256; i++, vector = (vector + 1) % 256)
			if (!atomic_xchg(&v->busy[vector], 1))
				break;
		if (i < 256)
			vtd_posted_post(v->posted, vector, !(vector % 16));
		else
			atomic_inc(&left);
		if (!(vector % 8))
			cond_resched();
	}
	while (!kthread_should_stop())
		schedule_timeout_idle(1);
	return 0;
}

static void report(struct answer *answer, unsigned int posts)
{
	u64 taken = 0, wakeups = 0, notifications = 0, suppressed = 0;
	unsigned int i, j, lost = 0;

	for (i = 0; i < VCPUS; i++) {
		struct vtd_posted_stats s = vtd_posted_stats(vcpu[i].posted);

		taken += vcpu[i].taken;
		wakeups += s.wakeups;
		notifications += s.notifications;
		suppressed += s.suppressed;
		for (j = 0; j < 256; j++)
			lost += atomic_read(&vcpu[i].busy[j]);
	}
	snprintf(answer->text, sizeof(answer->text),
		 "posts=%u taken=%llu lost=%u doubled=%d stuck=%d notifications=%llu wakeups=%llu suppressed=%llu\n",
		 posts, taken, lost, atomic_read(&doubled), atomic_read(&stuck),
		 notifications, wakeups, suppressed);
}

static int run_threads(unsigned int posts)
{
	struct task_struct *task[VCPUS + POSTERS] = {};
	unsigned int i;
	int ret = 0;

	atomic_set(&left, posts);
	for (i = 0; i < ARRAY_SIZE(task) && !ret; i++) {
		bool is_vcpu = i < VCPUS;

		task[i] = kthread_run(is_vcpu ? live_on : poster,
				      is_vcpu ? &vcpu[i] : NULL, "posted-%u",
				      i);
		if (IS_ERR(task[i])) {
			ret = PTR_ERR(task[i]);
			task[i] = NULL;
		}
	}
	while (!ret && atomic_read(&left) > 0)
		schedule_timeout_idle(1);
	/* Those who post first: the others take what is there. */
	for (i = ARRAY_SIZE(task); i-- > 0;)
		if (task[i])
			kthread_stop(task[i]);
	return ret;
}

int user_run(struct answer *answer, unsigned int posts)
{
	unsigned int i;
	int ret = 0;

	atomic_set(&doubled, 0);
	atomic_set(&stuck, 0);
	vcpu = kvcalloc(VCPUS, sizeof(*vcpu), GFP_KERNEL);
	if (!vcpu)
		return -ENOMEM;
	for (i = 0; i < VCPUS && !ret; i++) {
		init_waitqueue_head(&vcpu[i].wait);
		vcpu[i].posted = vtd_posted_alloc("test", &ops, &vcpu[i]);
		if (IS_ERR(vcpu[i].posted)) {
			ret = PTR_ERR(vcpu[i].posted);
			vcpu[i].posted = NULL;
		}
	}
	if (!ret)
		ret = run_threads(posts);
	if (!ret)
		report(answer, posts);
	for (i = 0; i < VCPUS; i++)
		vtd_posted_free(vcpu[i].posted);
	kvfree(vcpu);
	return ret;
}
