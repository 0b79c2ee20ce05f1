// SPDX-License-Identifier: GPL-2.0
/* Descriptors of the module's own, posted to by software. */
#include <linux/kernel.h>

#include "life.h"
#include "posted_test.h"

static void post(struct life *life, unsigned int vcpu, u8 vector)
{
	vtd_posted_post(life->vcpu[vcpu].posted, vector, vector % 16 == 0);
}

int user_run(struct answer *answer, unsigned int posts)
{
	struct life life = { .raise = post, .vectors = 256 };
	int ret = life_begin(&life);

	if (ret)
		return ret;
	ret = life_run(&life, posts);
	snprintf(
		answer->text, sizeof(answer->text),
		"posts=%llu taken=%llu lost=%u doubled=%d stuck=%d notifications=%llu wakeups=%llu suppressed=%llu\n",
		life.raised, life.taken, life.lost, atomic_read(&life.doubled),
		atomic_read(&life.stuck), life.stats.notifications,
		life.stats.wakeups, life.stats.suppressed);
	life_end(&life);
	return ret;
}
