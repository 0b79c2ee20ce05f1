/* SPDX-License-Identifier: GPL-2.0 */
/* Native build: work is done where it is scheduled, delayed work by nobody. */
#ifndef VTD_SHIM_WORKQUEUE_H
#define VTD_SHIM_WORKQUEUE_H

struct work_struct {
	void (*func)(struct work_struct *work);
};

struct delayed_work {
	int pending;
};

#define INIT_WORK(work, fn) ((work)->func = (fn))

static inline void schedule_work(struct work_struct *work)
{
	work->func(work);
}

static inline void cancel_work_sync(struct work_struct *work)
{
}

#endif /* VTD_SHIM_WORKQUEUE_H */
