/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Native build: work is done when the test calls vtd_shim_work(), delayed work by
 * nobody.
 */
#ifndef VTD_SHIM_WORKQUEUE_H
#define VTD_SHIM_WORKQUEUE_H

#include <linux/types.h>

struct work_struct {
	void (*func)(struct work_struct *work);
	struct work_struct *next;
	bool pending;
};

__attribute__((weak)) struct work_struct *vtd_shim_scheduled;

struct delayed_work {
	int pending;
};

#define INIT_WORK(work, fn) (*(work) = (struct work_struct){ .func = (fn) })

static inline void schedule_work(struct work_struct *work)
{
	if (work->pending)
		return;
	work->pending = true;
	work->next = vtd_shim_scheduled;
	vtd_shim_scheduled = work;
}

static inline void cancel_work_sync(struct work_struct *work)
{
	struct work_struct **at = &vtd_shim_scheduled;

	while (*at && *at != work)
		at = &(*at)->next;
	if (*at)
		*at = work->next;
	work->pending = false;
}

/* Do what has been scheduled; returns how many. */
/* Never again: it stays pending. */
static inline void disable_work_sync(struct work_struct *work)
{
	cancel_work_sync(work);
	work->pending = true;
}

static inline unsigned int vtd_shim_work(void)
{
	unsigned int nr = 0;

	for (; vtd_shim_scheduled; nr++) {
		struct work_struct *work = vtd_shim_scheduled;

		cancel_work_sync(work);
		work->func(work);
	}
	return nr;
}

#endif /* VTD_SHIM_WORKQUEUE_H */
