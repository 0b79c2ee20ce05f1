// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/vtd-vfio: faults of a group of devices, for the program that owns it.
 *
 * Anybody may open it; who has no open group of VFIO's gets nothing out of it.
 * Owns the queue of each watch, which is bounded: a fault costs the thread that
 * reads it no more than a place in it, or a count.
 */
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/poll.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/uaccess.h>
#include <linux/wait.h>

#include <vtd/faults.h>
#include <vtd/uapi/vfio.h>
#include "vfio_glue.h"

/**
 * struct vtd_watch - an open file
 * @faults: tells us, once @group is set
 * @wait: who reads or polls
 * @mutex: one ioctl() or taker at a time
 * @group: what is watched, or NULL; set once (m)
 * @lock: of the queue
 * @queue: faults that wait; a ring of VTD_VFIO_QUEUE (q)
 * @first: index of the oldest (q)
 * @nr: how many (q)
 * @seq: faults so far (q)
 * @lost: of them, how many found no room (q)
 *
 * (m) under @mutex, (q) under @lock; written under both where it is read with
 * @mutex alone: @first.
 */
struct vtd_watch {
	struct vtd_fault_watch faults;
	wait_queue_head_t wait;
	struct mutex mutex;
	struct vtd_group *group;
	spinlock_t lock;
	struct vtd_vfio_fault *queue;
	unsigned int first;
	unsigned int nr;
	u64 seq;
	u64 lost;
};

static u32 vtd_watch_flags(const struct vtd_fault_event *event)
{
	u32 flags = 0;

	if (event->write)
		flags |= VTD_VFIO_FAULT_WRITE;
	if (event->execute)
		flags |= VTD_VFIO_FAULT_EXEC;
	if (event->privileged)
		flags |= VTD_VFIO_FAULT_PRIV;
	if (event->has_pasid)
		flags |= VTD_VFIO_FAULT_PASID;
	if (event->interrupt)
		flags |= VTD_VFIO_FAULT_INTERRUPT;
	return flags;
}

static void vtd_watch_fault(struct vtd_fault_watch *faults,
			    const struct vtd_fault_event *event)
{
	struct vtd_watch *w = container_of(faults, struct vtd_watch, faults);
	struct vtd_vfio_fault *fault;
	bool queued = false;

	if (!vtd_group_sends(w->group, event->segment, event->sid))
		return;
	spin_lock(&w->lock);
	w->seq++;
	if (w->nr < VTD_VFIO_QUEUE) {
		fault = &w->queue[(w->first + w->nr) % VTD_VFIO_QUEUE];
		*fault = (struct vtd_vfio_fault){
			.seq = w->seq,
			.ns = event->ns,
			.addr = event->addr,
			.segment = event->segment,
			.bdf = event->sid,
			.pasid = event->pasid,
			.flags = vtd_watch_flags(event),
			.reason = event->reason,
		};
		w->nr++;
		queued = true;
	} else {
		w->lost++;
	}
	spin_unlock(&w->lock);
	if (queued)
		wake_up_interruptible_poll(&w->wait, EPOLLIN | EPOLLRDNORM);
}

static int vtd_watch_open(struct inode *inode, struct file *filp)
{
	struct vtd_watch *w = kzalloc(sizeof(*w), GFP_KERNEL_ACCOUNT);

	if (!w)
		return -ENOMEM;
	w->faults.fault = vtd_watch_fault;
	init_waitqueue_head(&w->wait);
	mutex_init(&w->mutex);
	spin_lock_init(&w->lock);
	filp->private_data = w;
	return stream_open(inode, filp);
}

static int vtd_watch_release(struct inode *inode, struct file *filp)
{
	struct vtd_watch *w = filp->private_data;

	if (w->group) {
		vtd_faults_unwatch(&w->faults);
		vtd_group_put(w->group);
	}
	kfree(w->queue);
	mutex_destroy(&w->mutex);
	kfree(w);
	return 0;
}

static bool vtd_watch_pending(struct vtd_watch *w)
{
	return READ_ONCE(w->nr);
}

/* The oldest fault that waits, which stays where it is; false for none. */
static bool vtd_watch_peek(struct vtd_watch *w, struct vtd_vfio_fault *fault)
{
	bool there;

	lockdep_assert_held(&w->mutex);
	spin_lock(&w->lock);
	there = w->nr;
	if (there) {
		*fault = w->queue[w->first];
		fault->lost = w->lost;
	}
	spin_unlock(&w->lock);
	return there;
}

static void vtd_watch_pop(struct vtd_watch *w)
{
	lockdep_assert_held(&w->mutex);
	spin_lock(&w->lock);
	w->first = (w->first + 1) % VTD_VFIO_QUEUE;
	w->nr--;
	spin_unlock(&w->lock);
}

/* What is there and fits; a fault that cannot be copied is not lost. */
static ssize_t vtd_watch_take(struct vtd_watch *w, char __user *to, size_t size)
{
	struct vtd_vfio_fault fault;
	size_t done = 0;

	lockdep_assert_held(&w->mutex);
	if (!w->group)
		return -EPERM;
	/* Faults may come as fast as they are read: no more than all. */
	size = min(size, VTD_VFIO_QUEUE * sizeof(fault));
	while (size - done >= sizeof(fault) && vtd_watch_peek(w, &fault)) {
		if (copy_to_user(to + done, &fault, sizeof(fault)))
			return done ?: -EFAULT;
		vtd_watch_pop(w);
		done += sizeof(fault);
	}
	return done;
}

static ssize_t vtd_watch_read(struct file *filp, char __user *to, size_t size,
			      loff_t *pos)
{
	struct vtd_watch *w = filp->private_data;
	ssize_t ret;

	if (size < sizeof(struct vtd_vfio_fault))
		return -EINVAL;
	for (;;) {
		ret = mutex_lock_interruptible(&w->mutex);
		if (ret)
			return ret;
		ret = vtd_watch_take(w, to, size);
		mutex_unlock(&w->mutex);
		if (ret)
			return ret;
		if (filp->f_flags & O_NONBLOCK)
			return -EAGAIN;
		ret = wait_event_interruptible(w->wait, vtd_watch_pending(w));
		if (ret)
			return ret;
	}
}

static __poll_t vtd_watch_poll(struct file *filp, poll_table *table)
{
	struct vtd_watch *w = filp->private_data;

	poll_wait(filp, &w->wait, table);
	if (!READ_ONCE(w->group))
		return EPOLLERR;
	return vtd_watch_pending(w) ? EPOLLIN | EPOLLRDNORM : 0;
}

static int vtd_watch_begin(struct vtd_watch *w, const void __user *arg)
{
	struct vtd_vfio_watch watch;
	struct vtd_group *group;

	if (copy_from_user(&watch, arg, sizeof(watch)))
		return -EFAULT;
	if (watch.flags)
		return -EINVAL;
	if (w->group)
		return -EBUSY;
	if (!w->queue)
		w->queue = kcalloc(VTD_VFIO_QUEUE, sizeof(*w->queue),
				   GFP_KERNEL_ACCOUNT);
	if (!w->queue)
		return -ENOMEM;
	group = vtd_group_get(watch.group);
	if (IS_ERR(group))
		return PTR_ERR(group);
	WRITE_ONCE(w->group, group);
	vtd_faults_watch(&w->faults);
	return 0;
}

static int vtd_watch_info(struct vtd_watch *w, void __user *arg)
{
	struct vtd_vfio_info info = {};
	int ret;

	if (copy_from_user(&info.argsz, arg, sizeof(info.argsz)))
		return -EFAULT;
	if (info.argsz < sizeof(info))
		return -EINVAL;
	if (!w->group)
		return -EPERM;
	ret = vtd_group_tell(w->group, &info);
	if (ret)
		return ret;
	info.argsz = sizeof(info);
	spin_lock(&w->lock);
	info.queued = w->nr;
	info.seq = w->seq;
	info.lost = w->lost;
	spin_unlock(&w->lock);
	return copy_to_user(arg, &info, sizeof(info)) ? -EFAULT : 0;
}

static long vtd_watch_ioctl(struct file *filp, unsigned int cmd,
			    unsigned long arg)
{
	struct vtd_watch *w = filp->private_data;
	void __user *user = (void __user *)arg;
	long ret;

	ret = mutex_lock_interruptible(&w->mutex);
	if (ret)
		return ret;
	switch (cmd) {
	case VTD_VFIO_WATCH:
		ret = vtd_watch_begin(w, user);
		break;
	case VTD_VFIO_INFO:
		ret = vtd_watch_info(w, user);
		break;
	default:
		ret = -ENOTTY;
	}
	mutex_unlock(&w->mutex);
	return ret;
}

static const struct file_operations vtd_watch_fops = {
	.owner = THIS_MODULE,
	.open = vtd_watch_open,
	.release = vtd_watch_release,
	.read = vtd_watch_read,
	.poll = vtd_watch_poll,
	.unlocked_ioctl = vtd_watch_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

/* For everybody: what counts is who has the group. */
static struct miscdevice vtd_watch_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "vtd-vfio",
	.fops = &vtd_watch_fops,
	.mode = 0666,
};

/**
 * vtd_watch_create() - let programs watch what is theirs
 *
 * Context: may sleep.
 * Return: 0 or a negative errno.
 */
int vtd_watch_create(void)
{
	return misc_register(&vtd_watch_device);
}

/**
 * vtd_watch_destroy() - undo vtd_watch_create()
 *
 * Context: may sleep; no file is open.
 */
void vtd_watch_destroy(void)
{
	misc_deregister(&vtd_watch_device);
}
