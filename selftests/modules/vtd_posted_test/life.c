// SPDX-License-Identifier: GPL-2.0
/*
 * Every interrupt of a vector is one number: it is taken before the vector is
 * raised again, so that each can be counted.
 */
#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "life.h"

#define DEVICES 2

struct life_thread {
	struct life *life;
	struct life_vcpu *vcpu;
};

static void tell(struct vtd_posted *p, void *data)
{
	struct life_vcpu *v = data;

	WRITE_ONCE(v->told, true);
	wake_up(&v->wait);
}

static const struct vtd_posted_ops ops = { .notify = tell, .wake = tell };

static void take(struct life *life, struct life_vcpu *v)
{
	u64 pir[VTD_POSTED_WORDS];
	unsigned int i;

	WRITE_ONCE(v->told, false);
	v->taken += vtd_posted_harvest(v->posted, pir);
	for (i = 0; i < 256; i++)
		if (pir[i / 64] >> (i % 64) & 1 && !atomic_xchg(&v->busy[i], 0))
			atomic_inc(&life->doubled);
}

static unsigned int any_cpu(void)
{
	return cpumask_nth(get_random_u32_below(num_online_cpus()),
			   cpu_online_mask);
}

static bool wait_for(struct life_vcpu *v)
{
	if (wait_event_timeout(v->wait,
			       READ_ONCE(v->told) || kthread_should_stop(),
			       HZ / 4) ||
	    !vtd_posted_pending(v->posted))
		return true;
	/* Posted just now?  Then somebody says so in a moment. */
	return wait_event_timeout(v->wait, READ_ONCE(v->told), 5 * HZ);
}

/* Some CPU or other; one that has just gone is none. */
static int settle(struct life_vcpu *v,
		  int (*fn)(struct vtd_posted *, unsigned int))
{
	int ret;

	do {
		ret = fn(v->posted, any_cpu());
	} while (ret < 0 && !kthread_should_stop());
	return ret;
}

/* One step; only a notification ends the wait. */
static void live(struct life *life, struct life_vcpu *v)
{
	int pending;

	switch (get_random_u32_below(3)) {
	case 0:
		vtd_posted_preempt(v->posted);
		schedule_timeout_idle(1);
		pending = settle(v, vtd_posted_run);
		break;
	case 1:
		pending = settle(v, vtd_posted_halt);
		break;
	default:
		pending = settle(v, vtd_posted_run);
		break;
	}
	if (!pending && !wait_for(v))
		atomic_inc(&life->stuck);
	take(life, v);
}

static int vcpu_thread(void *data)
{
	struct life_thread *t = data;

	while (!kthread_should_stop())
		live(t->life, t->vcpu);
	take(t->life, t->vcpu);
	return 0;
}

static bool raise_any(struct life *life)
{
	unsigned int at = get_random_u32_below(LIFE_VCPUS), i;
	u8 vector = get_random_u32_below(life->vectors);

	for (i = 0; i < life->vectors; i++) {
		if (!atomic_xchg(&life->vcpu[at].busy[vector], 1)) {
			life->raise(life, at, vector);
			return true;
		}
		vector = (vector + 1) % life->vectors;
	}
	return false;
}

static int device_thread(void *data)
{
	struct life_thread *t = data;
	unsigned int nr = 0;

	while (!kthread_should_stop() &&
	       atomic_dec_return(&t->life->left) >= 0) {
		/* The virtual CPUs live longer than this, and take some. */
		while (!raise_any(t->life))
			schedule_timeout_idle(1);
		if (++nr % 16 == 0)
			cond_resched();
	}
	while (!kthread_should_stop())
		schedule_timeout_idle(1);
	return 0;
}

static void count(struct life *life)
{
	unsigned int i, j;

	life->taken = 0;
	life->lost = 0;
	for (i = 0; i < LIFE_VCPUS; i++) {
		struct vtd_posted_stats s =
			vtd_posted_stats(life->vcpu[i].posted);

		life->taken += life->vcpu[i].taken;
		life->stats.posts += s.posts;
		life->stats.notifications += s.notifications;
		life->stats.wakeups += s.wakeups;
		life->stats.suppressed += s.suppressed;
		for (j = 0; j < 256; j++)
			life->lost += atomic_read(&life->vcpu[i].busy[j]);
	}
}

/* Raise so many, at random, while the virtual CPUs live. */
int life_run(struct life *life, unsigned int interrupts)
{
	struct task_struct *task[LIFE_VCPUS + DEVICES] = {};
	struct life_thread t[LIFE_VCPUS + DEVICES];
	unsigned int i;
	int ret = 0;

	atomic_set(&life->left, interrupts);
	life->raised = interrupts;
	for (i = 0; i < ARRAY_SIZE(task) && !ret; i++) {
		bool is_vcpu = i < LIFE_VCPUS;

		t[i].life = life;
		t[i].vcpu = is_vcpu ? &life->vcpu[i] : NULL;
		task[i] = kthread_run(is_vcpu ? vcpu_thread : device_thread,
				      &t[i], "posted-life-%u", i);
		if (IS_ERR(task[i])) {
			ret = PTR_ERR(task[i]);
			task[i] = NULL;
		}
	}
	while (!ret && atomic_read(&life->left) > 0)
		schedule_timeout_idle(1);
	/* Devices first: then the others take what is there. */
	for (i = ARRAY_SIZE(task); i-- > 0;)
		if (task[i])
			kthread_stop(task[i]);
	if (!ret)
		count(life);
	return ret;
}

int life_begin(struct life *life)
{
	unsigned int i;

	life->vcpu = kvcalloc(LIFE_VCPUS, sizeof(*life->vcpu), GFP_KERNEL);
	if (!life->vcpu)
		return -ENOMEM;
	for (i = 0; i < LIFE_VCPUS; i++) {
		struct life_vcpu *v = &life->vcpu[i];

		init_waitqueue_head(&v->wait);
		v->posted = vtd_posted_alloc("test", &ops, v);
		if (IS_ERR(v->posted)) {
			int ret = PTR_ERR(v->posted);

			v->posted = NULL;
			life_end(life);
			return ret;
		}
	}
	return 0;
}

void life_end(struct life *life)
{
	unsigned int i;

	for (i = 0; life->vcpu && i < LIFE_VCPUS; i++)
		vtd_posted_free(life->vcpu[i].posted);
	kvfree(life->vcpu);
	life->vcpu = NULL;
}
