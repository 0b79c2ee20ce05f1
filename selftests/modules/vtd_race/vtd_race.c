// SPDX-License-Identifier: GPL-2.0
/*
 * Test module: a data race that is to be seen.
 *
 * For as many seconds as wanted two threads count in one plain variable, each on a
 * CPU of its own; or, with marked=1, by marked accesses, which is no race.
 */
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/module.h>

static unsigned int seconds = 2;
module_param(seconds, uint, 0444);
MODULE_PARM_DESC(seconds, "how long the threads run");

static bool marked;
module_param(marked, bool, 0444);
MODULE_PARM_DESC(marked, "all accesses are marked, so that there is no race");

static unsigned long count;

static noinline void vtd_race_counts(void)
{
	if (marked)
		WRITE_ONCE(count, READ_ONCE(count) + 1);
	else
		count++;
}

static int vtd_race_thread(void *arg)
{
	unsigned long end = jiffies + seconds * HZ;

	while (time_before(jiffies, end) && !kthread_should_stop()) {
		vtd_race_counts();
		cond_resched();
	}
	while (!kthread_should_stop())
		msleep(20);
	return 0;
}

static int __init vtd_race_init(void)
{
	struct task_struct *thread[2];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(thread); i++) {
		thread[i] =
			kthread_create(vtd_race_thread, NULL, "vtd_race/%u", i);
		if (IS_ERR(thread[i]))
			break;
		kthread_bind(thread[i], i);
		wake_up_process(thread[i]);
	}
	if (i == ARRAY_SIZE(thread))
		msleep(seconds * MSEC_PER_SEC);
	while (i--)
		kthread_stop(thread[i]);
	return 0;
}
module_init(vtd_race_init);

static void __exit vtd_race_exit(void)
{
}
module_exit(vtd_race_exit);

MODULE_DESCRIPTION("vtd-kmod test: a data race");
MODULE_LICENSE("GPL");
