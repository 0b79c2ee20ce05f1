/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Just enough of a unit behind register operations to answer the driver:
 * global commands, the invalidation queue and its errors.  It executes the
 * queue in the write of the tail register and translates nothing; that is the
 * model's part.
 */
#ifndef VTD_KUNIT_SOFT_UNIT_H
#define VTD_KUNIT_SOFT_UNIT_H

#include <kunit/test.h>
#include <linux/irq_work.h>

#include "unit.h"

/* Descriptors and global commands that are remembered. */
#define SOFT_LOG 4096

/**
 * struct soft_unit - a unit of software
 * @unit: what the driver knows of it
 * @reg: register space, 64-bit registers by offset / 8
 * @ignore: global commands that it does not answer
 * @stopped: it takes descriptors and executes none
 * @late: it executes them only when an interrupt comes to the CPU that gave
 *	them
 * @answer: that interrupt
 * @refuse: number, from 1, of the descriptor that is refused (IQE); 0: none
 * @time_out: number of the descriptor at which a device does not answer (ITE):
 *	it drops all wait descriptors that are queued; 0: none
 * @seen: descriptors met so far
 * @nr: descriptors executed, the wait descriptors not counted
 * @log: the first SOFT_LOG of them
 * @waits: wait descriptors executed
 * @nr_gcmd: global commands given
 * @gcmd: the first of them
 * @lock: the queue and the logs
 */
struct soft_unit {
	struct vtd_unit unit;
	u64 reg[512];
	u32 ignore;
	bool stopped;
	bool late;
	struct irq_work answer;
	u32 refuse;
	u32 time_out;
	u32 seen;
	u32 nr;
	struct vtd_qi_desc log[SOFT_LOG];
	u32 waits;
	u32 nr_gcmd;
	u32 gcmd[16];
	raw_spinlock_t lock;
};

/* A unit as QEMU shows it: 4 levels, 2 MiB and 1 GiB, PSI, MAMV 18, PT. */
#define SOFT_CAP 0x00d2008c222f0606ULL
#define SOFT_ECAP 0x0000000000f00f5aULL

struct soft_unit *soft_unit_new(struct kunit *test, u64 cap, u64 ecap);
struct soft_unit *soft_unit_ready(struct kunit *test, u64 cap, u64 ecap);
struct soft_unit *soft_unit_translating(struct kunit *test, u64 cap, u64 ecap);
void soft_unit_forget(struct soft_unit *su);
int soft_unit_suite_init(struct kunit_suite *suite);
void soft_unit_suite_exit(struct kunit_suite *suite);

static inline void soft_unit_expect(struct kunit *test,
				    const struct soft_unit *su, unsigned int at,
				    u64 lo, u64 hi)
{
	KUNIT_ASSERT_GT(test, su->nr, at);
	KUNIT_EXPECT_EQ(test, su->log[at].w[0], lo);
	KUNIT_EXPECT_EQ(test, su->log[at].w[1], hi);
}

#endif /* VTD_KUNIT_SOFT_UNIT_H */
