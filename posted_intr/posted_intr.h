/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Posted interrupts: what the files of the module share.
 */
#ifndef VTD_POSTED_INTR_H
#define VTD_POSTED_INTR_H

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include <vtd/posted.h>
#include "desc.h"

struct vtd_reply;

/**
 * struct vtd_pi_slot - a CPU's interrupt for notifications
 * @cpu: which (c)
 * @irq: Linux interrupt number, 0 while there is none (l)
 * @target: where a unit has to send them (l)
 * @lock: inside the lock of a descriptor; users are called under it
 * @list: descriptors whose notifications come here (l)
 *
 * (c) constant, (l) under @lock.
 */
struct vtd_pi_slot {
	unsigned int cpu;
	unsigned int irq;
	struct vtd_pi_target target;
	spinlock_t lock;
	struct list_head list;
};

/* What the virtual CPU of a descriptor does. */
enum vtd_pi_state {
	VTD_PI_PREEMPTED, /* interrupts accumulate */
	VTD_PI_RUNNING, /* a notification calls ->notify() */
	VTD_PI_HALTED, /* a notification calls ->wake() */
};

/**
 * struct vtd_posted - a descriptor and its user
 * @desc: what units see
 * @pda: its physical address, bytes (c)
 * @ops: of the user (c)
 * @data: for @ops (c)
 * @name: for people (c)
 * @lock: one change of @slot and @state at a time
 * @slot: where notifications come (l)
 * @node: in the slot's list, under its lock too
 * @state: see there; changed under the slot's lock too (l)
 * @told: the user was called and has not harvested since
 * @bound: interrupts that are posted here (b)
 * @bound_lock: of @bound
 * @lost: a unit may go on posting here: never freed (b)
 * @posts: see &struct vtd_posted_stats, as the next three
 * @notifications: calls
 * @wakeups: calls
 * @suppressed: vectors
 * @all: in the list of all, under its mutex
 *
 * (c) constant, (l) under @lock, (b) under @bound_lock.
 */
struct vtd_posted {
	struct vtd_pi_desc *desc;
	u64 pda;
	const struct vtd_posted_ops *ops;
	void *data;
	char name[VTD_POSTED_NAME_MAX];
	spinlock_t lock;
	struct vtd_pi_slot *slot;
	struct list_head node;
	enum vtd_pi_state state;
	int told;
	struct list_head bound;
	struct mutex bound_lock;
	bool lost;
	atomic64_t posts;
	atomic64_t notifications;
	atomic64_t wakeups;
	atomic64_t suppressed;
	struct list_head all;
};

/* notify.c */
int vtd_pi_slots_create(void);
void vtd_pi_slots_destroy(void);
int vtd_pi_slot_enter(struct vtd_posted *p);
void vtd_pi_slot_leave(struct vtd_posted *p);
int vtd_pi_slot_set(struct vtd_posted *p, unsigned int cpu,
		    enum vtd_pi_state state);
void vtd_pi_slot_suspend(struct vtd_posted *p);
void vtd_pi_slot_send(struct vtd_posted *p);

/* posted.c */
void vtd_posted_each(void (*fn)(struct vtd_posted *p, void *data), void *data);
void vtd_posted_say(struct vtd_reply *reply);

/* kvm.c */
bool vtd_kvm_on(unsigned int units, bool vmx);
void vtd_kvm_off(void);
bool vtd_kvm_is_on(void);

/* user.c */
int vtd_pi_user_create(void);
void vtd_pi_user_destroy(void);

#endif /* VTD_POSTED_INTR_H */
