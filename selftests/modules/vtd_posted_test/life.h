/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Virtual CPUs that run, are preempted, halt and move, on all CPUs, while
 * interrupts are posted to them.  What raises those, the user says.
 */
#ifndef POSTED_LIFE_H
#define POSTED_LIFE_H

#include <linux/atomic.h>
#include <linux/types.h>
#include <linux/wait.h>

#include <vtd/posted.h>

#define LIFE_VCPUS 64

/**
 * struct life_vcpu - a virtual CPU
 * @posted: its descriptor
 * @wait: where it waits to be told
 * @told: it was
 * @busy: vectors that were raised and have not been taken
 * @taken: how many were
 */
struct life_vcpu {
	struct vtd_posted *posted;
	wait_queue_head_t wait;
	bool told;
	atomic_t busy[256];
	u64 taken;
};

/**
 * struct life - all of them, and what became of the interrupts
 * @raise: raises interrupt @vector of a virtual CPU; by several threads at
 *	once, but never for one that has not been taken
 * @vectors: how many of each virtual CPU's are used
 * @vcpu: LIFE_VCPUS of them
 * @left: to be raised
 * @raised: how many were
 * @taken: and arrived
 * @lost: and did not
 * @doubled: taken more often than raised
 * @stuck: were there, and the virtual CPU was not told
 * @stats: sums of all descriptors
 */
struct life {
	void (*raise)(struct life *life, unsigned int vcpu, u8 vector);
	unsigned int vectors;
	struct life_vcpu *vcpu;
	atomic_t left;
	u64 raised;
	u64 taken;
	unsigned int lost;
	atomic_t doubled;
	atomic_t stuck;
	struct vtd_posted_stats stats;
};

int life_begin(struct life *life);
int life_run(struct life *life, unsigned int interrupts);
void life_end(struct life *life);

#endif /* POSTED_LIFE_H */
