// SPDX-License-Identifier: GPL-2.0
/*
 * Test driver: interrupts that are posted, by the kernel's own call and by the
 * modules' interface.  Asks at load, as KVM does, whether that is possible.
 *
 * Owns every edu device, and the debugfs directory vtd_posted_test: a command is
 * written to "cmd", the answer read from there.
 *
 *   asked              what irq_remapping_cap() said at load, and says now
 *   raise N            N interrupts of edu, one after the other
 *   flip N             the same while its entry goes from one form to the other
 *   post IRQ CPU       by irq_set_vcpu_affinity(); IRQ 0 is edu's
 *   unpost IRQ         back
 *   bad                descriptors and vectors that are none
 *   user N             N posts to 64 descriptors that run, halt and move
 */
#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include <asm/irq_remapping.h>

#include "posted_test.h"

static struct dentry *dir;
static struct answer answer;
static bool asked;
static DEFINE_MUTEX(lock);

static int run(const char *line)
{
	unsigned int a = 0, b = 0;

	answer.text[0] = '\0';
	if (!strcmp(line, "asked")) {
		snprintf(answer.text, sizeof(answer.text),
			 "at-load=%d now=%d\n", asked,
			 irq_remapping_cap(IRQ_POSTING_CAP));
		return 0;
	}
	if (!strcmp(line, "bad"))
		return edu_bad(&answer);
	if (sscanf(line, "raise %u", &a) == 1)
		return edu_raise(&answer, a);
	if (sscanf(line, "flip %u", &a) == 1)
		return edu_flip(&answer, a);
	if (sscanf(line, "post %u %u", &a, &b) == 2)
		return edu_post(&answer, a ?: edu_irq(), b);
	if (sscanf(line, "unpost %u", &a) == 1)
		return edu_unpost(a ?: edu_irq());
	if (sscanf(line, "user %u", &a) == 1)
		return user_run(&answer, a);
	return -EINVAL;
}

static ssize_t cmd_write(struct file *file, const char __user *from,
			 size_t size, loff_t *pos)
{
	char line[64];
	int ret;

	if (size >= sizeof(line))
		return -EINVAL;
	if (copy_from_user(line, from, size))
		return -EFAULT;
	line[size] = '\0';
	mutex_lock(&lock);
	ret = run(strim(line));
	mutex_unlock(&lock);
	return ret ?: size;
}

static ssize_t cmd_read(struct file *file, char __user *to, size_t size,
			loff_t *pos)
{
	return simple_read_from_buffer(to, size, pos, answer.text,
				       strlen(answer.text));
}

static const struct file_operations cmd_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.read = cmd_read,
	.write = cmd_write,
};

static int __init posted_test_init(void)
{
	int ret = edu_create();

	if (ret)
		return ret;
	asked = irq_remapping_cap(IRQ_POSTING_CAP);
	dir = debugfs_create_dir("vtd_posted_test", NULL);
	debugfs_create_file("cmd", 0600, dir, NULL, &cmd_fops);
	return 0;
}

static void __exit posted_test_exit(void)
{
	debugfs_remove(dir);
	edu_destroy();
}

module_init(posted_test_init);
module_exit(posted_test_exit);

MODULE_DESCRIPTION("Test driver of posted interrupts");
MODULE_LICENSE("GPL");
