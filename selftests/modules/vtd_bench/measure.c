// SPDX-License-Identifier: GPL-2.0
/*
 * Measures the steps of a case and prints one row for each.
 *
 * Owns the clock: the time stamp counter, which counts instructions when QEMU
 * runs with -icount shift=0.  Must never observe and measure in one pass, for
 * the probe that observes costs instructions itself.
 */
#include <linux/errno.h>
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>
#include <linux/timex.h>

#include "bench.h"

/* Rounds before the one that is observed, so that tables are there. */
#define BENCH_WARM 2

static bool bench_nothing(const struct bench_case *c, unsigned int i)
{
	return true;
}

/* Not inlined, so that each step costs the same to reach. */
static noinline bool bench_step(const struct bench_case *c, unsigned int step,
				unsigned int i, u64 *ticks)
{
	unsigned long flags = 0;
	u64 since;
	bool done;

	if (!c->sleeps)
		local_irq_save(flags);
	since = get_cycles();
	done = c->step[step](c, i);
	*ticks = get_cycles() - since;
	if (!c->sleeps)
		local_irq_restore(flags);
	return done;
}

/* What reading the clock and reaching an empty step cost. */
static u64 bench_overhead(void)
{
	const struct bench_case empty = { .step = { bench_nothing } };
	u64 ticks, least = U64_MAX;
	unsigned int i;

	for (i = 0; i < 16; i++) {
		bench_step(&empty, 0, i, &ticks);
		least = min(least, ticks);
	}
	return least;
}

static int bench_compare(const void *a, const void *b)
{
	u64 x = *(const u64 *)a;
	u64 y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

static int bench_measure(const struct bench_case *c, u64 *ticks[BENCH_STEPS])
{
	unsigned int i, step;

	for (i = 0; i < c->rounds; i++) {
		for (step = 0; step < BENCH_STEPS; step++) {
			if (!c->step[step])
				continue;
			if (!bench_step(c, step, i, &ticks[step][i]))
				return -EIO;
		}
	}
	return 0;
}

static int bench_observe(const struct bench_case *c,
			 struct bench_seen seen[BENCH_STEPS])
{
	struct bench_seen now;
	unsigned int i, step;
	int ret;
	u64 ticks;

	ret = bench_observe_start();
	if (ret)
		return ret;
	for (i = 0; i <= BENCH_WARM; i++) {
		for (step = 0; step < BENCH_STEPS; step++) {
			if (!c->step[step])
				continue;
			bench_observe_begin();
			if (!bench_step(c, step, i, &ticks))
				ret = -EIO;
			now = bench_observe_end();
			/* The others are of the last round, when all is warm. */
			now.irqs_off = max(now.irqs_off, seen[step].irqs_off);
			seen[step] = now;
		}
	}
	bench_observe_stop();
	return ret;
}

static void bench_print(struct seq_file *s, const struct bench_case *c,
			unsigned int step, u64 *ticks,
			const struct bench_seen *seen)
{
	u64 overhead = bench_overhead();

	sort(ticks, c->rounds, sizeof(*ticks), bench_compare, NULL);
	seq_printf(s, "row op=%s size=%s rounds=%u median=%llu min=%llu ",
		   c->name[step], c->size, c->rounds,
		   ticks[c->rounds / 2] - overhead, ticks[0] - overhead);
	seq_printf(s, "descriptors=%llu waits=%llu lines=%llu irqs_off=%llu\n",
		   seen->descriptors, seen->waits, seen->lines, seen->irqs_off);
}

/**
 * bench_run() - do a case, and print a row for each step that has a name
 * @s: where to print
 * @c: the case
 *
 * Context: may sleep.
 * Return: 0; -ENOMEM; -EIO when a step failed; an error of the probe.
 */
int bench_run(struct seq_file *s, const struct bench_case *c)
{
	struct bench_seen seen[BENCH_STEPS] = {};
	u64 *ticks[BENCH_STEPS];
	unsigned int step;
	u64 *all;
	int ret;

	all = kvcalloc(BENCH_STEPS * c->rounds, sizeof(*all), GFP_KERNEL);
	if (!all)
		return -ENOMEM;
	for (step = 0; step < BENCH_STEPS; step++)
		ticks[step] = all + step * c->rounds;
	ret = bench_measure(c, ticks);
	if (!ret)
		ret = bench_observe(c, seen);
	for (step = 0; !ret && step < BENCH_STEPS; step++)
		if (c->step[step] && c->name[step])
			bench_print(s, c, step, ticks[step], &seen[step]);
	kvfree(all);
	return ret;
}
