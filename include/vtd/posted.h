/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Posted interrupts for users other than KVM.
 *
 * A user has a descriptor for each of what it takes for a CPU: a virtual one, a
 * queue, a thread.  Interrupts of devices that are bound to it set a bit there;
 * one notification says that there is something to harvest.
 */
#ifndef VTD_POSTED_H
#define VTD_POSTED_H

#include <linux/types.h>

struct vtd_posted;

#define VTD_POSTED_WORDS 4 /* 256 vectors */
#define VTD_POSTED_NAME_MAX 32

/**
 * struct vtd_posted_ops - how a user is told
 * @notify: something was posted while running, or something urgent at any time
 * @wake: something was posted while halted
 *
 * Called where interrupts are off, with a lock held: must not sleep, nor call
 * anything of this header but vtd_posted_harvest(), vtd_posted_pending() and
 * vtd_posted_post().  Called once until the user harvests; may be called
 * when there is nothing to harvest.
 */
struct vtd_posted_ops {
	void (*notify)(struct vtd_posted *p, void *data);
	void (*wake)(struct vtd_posted *p, void *data);
};

/**
 * struct vtd_posted_stats - counts since a descriptor was allocated
 * @posts: vectors harvested; the same one posted twice between is one
 * @notifications: calls of &struct vtd_posted_ops.notify
 * @wakeups: calls of &struct vtd_posted_ops.wake
 * @suppressed: vectors that had accumulated without a notification
 */
struct vtd_posted_stats {
	u64 posts;
	u64 notifications;
	u64 wakeups;
	u64 suppressed;
};

/**
 * vtd_posted_alloc() - get a descriptor
 * @name: for people; copied
 * @ops: how the user is told; stays valid until vtd_posted_free()
 * @data: for @ops
 *
 * It is preempted: interrupts accumulate.
 *
 * Context: may sleep.
 * Return: the descriptor, or an error pointer: -ENOMEM; -ENOSPC when no CPU
 * has a vector left for notifications.
 */
struct vtd_posted *vtd_posted_alloc(const char *name,
				    const struct vtd_posted_ops *ops,
				    void *data);

/**
 * vtd_posted_free() - give it back
 * @p: from vtd_posted_alloc(), or NULL
 *
 * What is still bound is unbound.  When it returns @ops are not called any
 * more.
 *
 * Context: may sleep.
 */
void vtd_posted_free(struct vtd_posted *p);

/**
 * vtd_posted_bind() - have an interrupt posted
 * @p: to where
 * @irq: Linux interrupt number, of a PCI device's MSI or MSI-X; the caller
 *	owns it and keeps it requested
 * @vector: its bit
 * @urgent: it notifies also while @p is preempted
 *
 * Its handler is not called while it is bound.  Binding again changes @vector
 * or @urgent without an interrupt being lost; to have it go to another
 * descriptor, unbind it first.
 *
 * Context: may sleep.
 * Return: 0; -ENOMEM; otherwise as vtd_remap_post().
 */
int vtd_posted_bind(struct vtd_posted *p, unsigned int irq, u8 vector,
		    bool urgent);

/**
 * vtd_posted_unbind() - have its handler called again
 * @p: where it is posted
 * @irq: from vtd_posted_bind()
 *
 * What was posted before can still be harvested.
 *
 * Context: may sleep.
 * Return: 0; -ENOENT when it is not bound there; what the unit failed with:
 * then it may go on posting, and @p's memory is never used for anything else.
 */
int vtd_posted_unbind(struct vtd_posted *p, unsigned int irq);

/**
 * vtd_posted_post() - post an interrupt that no device has sent
 * @p: to where
 * @vector: its bit
 * @urgent: also while @p is preempted
 *
 * Context: any.
 */
void vtd_posted_post(struct vtd_posted *p, u8 vector, bool urgent);

/**
 * vtd_posted_pending() - is there something to harvest?
 * @p: where
 *
 * Context: any.
 * Return: true when there is.
 */
bool vtd_posted_pending(const struct vtd_posted *p);

/**
 * vtd_posted_harvest() - take what was posted
 * @p: from where
 * @pir: of VTD_POSTED_WORDS; bit n of all is vector n
 *
 * Context: any.
 * Return: how many vectors.
 */
unsigned int vtd_posted_harvest(struct vtd_posted *p, u64 *pir);

/**
 * vtd_posted_run() - it runs: notify at once
 * @p: which
 * @cpu: where notifications go; online
 *
 * Context: any.
 * Return: 0; 1 when something has accumulated that is to be harvested: nothing
 * else says so; -EINVAL for a CPU that is not online, or had no vector left for
 * notifications: then @p is as it was.
 */
int vtd_posted_run(struct vtd_posted *p, unsigned int cpu);

/**
 * vtd_posted_halt() - it waits for an interrupt: wake it
 * @p: which
 * @cpu: where &struct vtd_posted_ops.wake shall be called; online
 *
 * Context: any.
 * Return: as vtd_posted_run(); with 1 it need not wait.
 */
int vtd_posted_halt(struct vtd_posted *p, unsigned int cpu);

/**
 * vtd_posted_preempt() - it does not run: only what is urgent notifies
 * @p: which
 *
 * Context: any.
 */
void vtd_posted_preempt(struct vtd_posted *p);

/**
 * vtd_posted_stats() - what has happened so far
 * @p: to which
 *
 * Context: any.
 * Return: the counts.
 */
struct vtd_posted_stats vtd_posted_stats(const struct vtd_posted *p);

#endif /* VTD_POSTED_H */
