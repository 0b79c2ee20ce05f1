// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/vtd-posted: descriptors of programs that drive devices through VFIO.
 *
 * Owns what an open file has bound.  A program names an interrupt by the
 * eventfd that it gave to VFIO, which only the device's owner has; the kernel's
 * IRQ bypass manager finds the interrupt that belongs to it, as for KVM.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bitops.h>
#include <linux/err.h>
#include <linux/eventfd.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/sched.h>
#include <linux/uaccess.h>
#include <linux/wait.h>

#include <vtd/uapi/posted.h>
#include "posted_intr.h"
#include "posting.h"
#include "slab.h"

/**
 * struct vtd_pi_file - an open file
 * @posted: its descriptor (c)
 * @wait: who reads or polls
 * @lock: of @consumers, and of one ioctl() at a time
 * @consumers: what is bound (m)
 * @nr: how many (m)
 *
 * (c) constant, (m) under @lock.
 */
struct vtd_pi_file {
	struct vtd_posted *posted;
	wait_queue_head_t wait;
	struct mutex lock;
	struct list_head consumers;
	unsigned int nr;
};

/**
 * struct vtd_pi_consumer - a bound eventfd
 * @bypass: for the IRQ bypass manager
 * @node: in the file's list
 * @file: whose
 * @eventfd: held
 * @vector: its bit
 * @urgent: it wakes while suspended
 * @connected: it is posted; under the bypass manager's lock
 */
struct vtd_pi_consumer {
	struct irq_bypass_consumer bypass;
	struct list_head node;
	struct vtd_pi_file *file;
	struct eventfd_ctx *eventfd;
	u8 vector;
	bool urgent;
	bool connected;
};

static struct vtd_pi_consumer *
vtd_pi_consumer_of(struct irq_bypass_consumer *bypass)
{
	return container_of(bypass, struct vtd_pi_consumer, bypass);
}

static int vtd_pi_add_producer(struct irq_bypass_consumer *bypass,
			       struct irq_bypass_producer *producer)
{
	struct vtd_pi_consumer *c = vtd_pi_consumer_of(bypass);
	int ret = vtd_posted_bind(c->file->posted, producer->irq, c->vector,
				  c->urgent);

	/* Then it is signalled as if we were not there. */
	WRITE_ONCE(c->connected, !ret);
	return ret;
}

static void vtd_pi_del_producer(struct irq_bypass_consumer *bypass,
				struct irq_bypass_producer *producer)
{
	struct vtd_pi_consumer *c = vtd_pi_consumer_of(bypass);

	vtd_posted_unbind(c->file->posted, producer->irq);
	WRITE_ONCE(c->connected, false);
}

static void vtd_pi_wake(struct vtd_posted *p, void *data)
{
	struct vtd_pi_file *file = data;

	wake_up_interruptible_poll(&file->wait, EPOLLIN | EPOLLRDNORM);
}

static const struct vtd_posted_ops vtd_pi_file_ops = {
	.notify = vtd_pi_wake,
	.wake = vtd_pi_wake,
};

/* Be woken from now on, here or anywhere. */
static int vtd_pi_wait_for(struct vtd_pi_file *file)
{
	int ret = vtd_posted_halt(file->posted, raw_smp_processor_id());
	unsigned int cpu;

	if (ret < 0)
		for_each_online_cpu(cpu) {
			ret = vtd_posted_halt(file->posted, cpu);
			if (ret >= 0)
				break;
		}
	if (ret > 0)
		vtd_pi_wake(file->posted, file);
	return min(ret, 0);
}

static int vtd_pi_open(struct inode *inode, struct file *filp)
{
	struct vtd_pi_file *file = kzalloc_obj(*file);
	int ret;

	if (!file)
		return -ENOMEM;
	init_waitqueue_head(&file->wait);
	mutex_init(&file->lock);
	INIT_LIST_HEAD(&file->consumers);
	file->posted = vtd_posted_alloc(current->comm, &vtd_pi_file_ops, file);
	if (IS_ERR(file->posted)) {
		ret = PTR_ERR(file->posted);
		goto free;
	}
	ret = vtd_pi_wait_for(file);
	if (ret)
		goto free_posted;
	filp->private_data = file;
	return stream_open(inode, filp);

free_posted:
	vtd_posted_free(file->posted);
free:
	kfree(file);
	return ret;
}

static void vtd_pi_drop(struct vtd_pi_file *file, struct vtd_pi_consumer *c)
{
	irq_bypass_unregister_consumer(&c->bypass);
	eventfd_ctx_put(c->eventfd);
	list_del(&c->node);
	file->nr--;
	kfree(c);
}

static int vtd_pi_release(struct inode *inode, struct file *filp)
{
	struct vtd_pi_file *file = filp->private_data;
	struct vtd_pi_consumer *c, *next;

	list_for_each_entry_safe(c, next, &file->consumers, node)
		vtd_pi_drop(file, c);
	vtd_posted_free(file->posted);
	kfree(file);
	return 0;
}

/* It could not be handed over: as if it had never been taken. */
static void vtd_pi_put_back(struct vtd_posted *p, const u64 *pir)
{
	unsigned int vector;

	for_each_set_bit(vector, (const unsigned long *)pir, VTD_PI_VECTORS)
		vtd_posted_post(p, vector, false);
}

static ssize_t vtd_pi_read(struct file *filp, char __user *to, size_t size,
			   loff_t *pos)
{
	struct vtd_pi_file *file = filp->private_data;
	u64 pir[VTD_POSTED_WORDS];
	int ret;

	if (size < sizeof(pir))
		return -EINVAL;
	while (!vtd_posted_harvest(file->posted, pir)) {
		if (filp->f_flags & O_NONBLOCK)
			return -EAGAIN;
		ret = wait_event_interruptible(
			file->wait, vtd_posted_pending(file->posted));
		if (ret)
			return ret;
	}
	if (!copy_to_user(to, pir, sizeof(pir)))
		return sizeof(pir);
	vtd_pi_put_back(file->posted, pir);
	return -EFAULT;
}

static __poll_t vtd_pi_poll(struct file *filp, poll_table *table)
{
	struct vtd_pi_file *file = filp->private_data;

	poll_wait(filp, &file->wait, table);
	return vtd_posted_pending(file->posted) ? EPOLLIN | EPOLLRDNORM : 0;
}

static struct vtd_pi_consumer *vtd_pi_find_consumer(struct vtd_pi_file *file,
						    struct eventfd_ctx *eventfd)
{
	struct vtd_pi_consumer *c;

	list_for_each_entry(c, &file->consumers, node)
		if (c->eventfd == eventfd)
			return c;
	return NULL;
}

static int vtd_pi_add(struct vtd_pi_file *file, struct eventfd_ctx *eventfd,
		      struct vtd_posted_bind *bind)
{
	struct vtd_pi_consumer *c;
	int ret;

	if (vtd_pi_find_consumer(file, eventfd))
		return -EEXIST;
	if (file->nr == VTD_PI_VECTORS)
		return -ENOSPC;
	c = kzalloc_obj(*c);
	if (!c)
		return -ENOMEM;
	c->file = file;
	c->eventfd = eventfd;
	c->vector = bind->vector;
	c->urgent = bind->flags & VTD_POSTED_URGENT;
	c->bypass.add_producer = vtd_pi_add_producer;
	c->bypass.del_producer = vtd_pi_del_producer;
	ret = irq_bypass_register_consumer(&c->bypass, eventfd);
	if (ret) {
		kfree(c);
		return ret;
	}
	list_add_tail(&c->node, &file->consumers);
	file->nr++;
	bind->connected = READ_ONCE(c->connected);
	return 0;
}

static int vtd_pi_bind(struct vtd_pi_file *file, void __user *arg)
{
	struct vtd_posted_bind bind;
	struct eventfd_ctx *eventfd;
	int ret;

	if (copy_from_user(&bind, arg, sizeof(bind)))
		return -EFAULT;
	if (bind.vector >= VTD_PI_VECTORS || bind.flags & ~VTD_POSTED_URGENT)
		return -EINVAL;
	eventfd = eventfd_ctx_fdget(bind.eventfd);
	if (IS_ERR(eventfd))
		return PTR_ERR(eventfd);
	bind.connected = 0;
	ret = vtd_pi_add(file, eventfd, &bind);
	if (ret)
		eventfd_ctx_put(eventfd);
	else if (copy_to_user(arg, &bind, sizeof(bind)))
		/* It is bound; closing the file, or unbinding, undoes it. */
		ret = -EFAULT;
	return ret;
}

static int vtd_pi_unbind_fd(struct vtd_pi_file *file, void __user *arg)
{
	struct eventfd_ctx *eventfd;
	struct vtd_pi_consumer *c;
	__s32 fd;

	if (copy_from_user(&fd, arg, sizeof(fd)))
		return -EFAULT;
	eventfd = eventfd_ctx_fdget(fd);
	if (IS_ERR(eventfd))
		return PTR_ERR(eventfd);
	c = vtd_pi_find_consumer(file, eventfd);
	if (c)
		vtd_pi_drop(file, c);
	eventfd_ctx_put(eventfd);
	return c ? 0 : -ENOENT;
}

static int vtd_pi_post_one(struct vtd_pi_file *file, void __user *arg)
{
	__u32 what;

	if (copy_from_user(&what, arg, sizeof(what)))
		return -EFAULT;
	if ((what & ~VTD_POSTED_POST_URGENT) >= VTD_PI_VECTORS)
		return -EINVAL;
	vtd_posted_post(file->posted, what & ~VTD_POSTED_POST_URGENT,
			what & VTD_POSTED_POST_URGENT);
	return 0;
}

static long vtd_pi_ioctl(struct file *filp, unsigned int cmd, unsigned long arg)
{
	struct vtd_pi_file *file = filp->private_data;
	void __user *user = (void __user *)arg;
	long ret = 0;

	mutex_lock(&file->lock);
	switch (cmd) {
	case VTD_POSTED_BIND:
		ret = vtd_pi_bind(file, user);
		break;
	case VTD_POSTED_UNBIND:
		ret = vtd_pi_unbind_fd(file, user);
		break;
	case VTD_POSTED_POST:
		ret = vtd_pi_post_one(file, user);
		break;
	case VTD_POSTED_SUSPEND:
		vtd_posted_preempt(file->posted);
		break;
	case VTD_POSTED_RESUME:
		ret = vtd_pi_wait_for(file);
		break;
	default:
		ret = -ENOTTY;
	}
	mutex_unlock(&file->lock);
	return ret;
}

static const struct file_operations vtd_pi_fops = {
	.owner = THIS_MODULE,
	.open = vtd_pi_open,
	.release = vtd_pi_release,
	.read = vtd_pi_read,
	.poll = vtd_pi_poll,
	.unlocked_ioctl = vtd_pi_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static struct miscdevice vtd_pi_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "vtd-posted",
	.fops = &vtd_pi_fops,
	.mode = 0600,
};

/**
 * vtd_pi_user_create() - let programs have descriptors
 *
 * Context: may sleep.
 * Return: 0 or a negative errno.
 */
int vtd_pi_user_create(void)
{
	return misc_register(&vtd_pi_device);
}

/**
 * vtd_pi_user_destroy() - undo vtd_pi_user_create()
 *
 * Context: may sleep; no file is open.
 */
void vtd_pi_user_destroy(void)
{
	misc_deregister(&vtd_pi_device);
}
