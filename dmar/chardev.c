// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/vtd: one command a write, its answer in the reads that follow
 * (Documentation/control.rst).
 *
 * Owns the words of the commands.  Must never act on a command that it does
 * not understand to the last character.
 */
#include <linux/capability.h>
#include <linux/ctype.h>
#include <linux/fs.h>
#include <linux/kstrtox.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/poll.h>
#include "slab.h"
#include <linux/string.h>
#include <linux/uaccess.h>

#include "check.h"
#include "control.h"
#include "fault.h"
#include "latency.h"
#include "walk.h"

/* Longest command, with its argument. */
#define VTD_COMMAND_MAX 127

/* 20 bits, PCI Express 6.20. */
#define VTD_PASID_MAX 0xfffff

#define VTD_TRIAL_MIN 5
#define VTD_TRIAL_MAX 3600

/**
 * struct vtd_session - one open file
 * @lock: a write and the reads of its answer
 * @reply: answer to the last command
 * @told: number of the last fault that was told
 */
struct vtd_session {
	struct mutex lock;
	struct vtd_reply reply;
	u64 told;
};

/* Half an answer would look like a whole one. */
static int vtd_whole(struct vtd_reply *reply)
{
	if (!reply->cut)
		return 0;
	vtd_reply_free(reply);
	return -ENOMEM;
}

static int vtd_cmd_status(const char *arg, struct vtd_reply *reply)
{
	vtd_status(reply);
	return vtd_whole(reply);
}

static int vtd_cmd_attach(const char *arg, struct vtd_reply *reply)
{
	unsigned int seconds;

	if (!*arg)
		return vtd_attach(reply);
	if (!strcmp(arg, "dry-run"))
		return vtd_attach_plan(reply);
	if (!strncmp(arg, "try=", 4) && !kstrtouint(arg + 4, 10, &seconds) &&
	    seconds >= VTD_TRIAL_MIN && seconds <= VTD_TRIAL_MAX)
		return vtd_attach_trial(seconds, reply);
	vtd_say(reply,
		"attach takes nothing, dry-run, or try=SECONDS with %u to %u seconds\n",
		VTD_TRIAL_MIN, VTD_TRIAL_MAX);
	return -EINVAL;
}

static int vtd_cmd_confirm(const char *arg, struct vtd_reply *reply)
{
	return vtd_confirm(reply);
}

static int vtd_cmd_detach(const char *arg, struct vtd_reply *reply)
{
	if (!*arg)
		return vtd_detach(reply);
	if (!strcmp(arg, "hold"))
		return vtd_hold(false, reply);
	if (!strcmp(arg, "hold dry-run"))
		return vtd_hold(true, reply) ?: vtd_whole(reply);
	vtd_say(reply, "detach takes nothing, hold, or hold dry-run\n");
	return -EINVAL;
}

static int vtd_cmd_held(const char *arg, struct vtd_reply *reply)
{
	vtd_hold_report(reply);
	return vtd_whole(reply);
}

static int vtd_cmd_faults(const char *arg, struct vtd_reply *reply)
{
	/* Every reply to a command is that of a session. */
	struct vtd_session *session =
		container_of(reply, struct vtd_session, reply);
	u64 after = 0, told;

	if (!strcmp(arg, "sources")) {
		vtd_fault_report_sources(reply);
		return vtd_whole(reply);
	}
	if (*arg &&
	    (strncmp(arg, "after=", 6) || kstrtou64(arg + 6, 10, &after))) {
		vtd_say(reply,
			"faults takes nothing, sources, or after=NUMBER with the seq of a fault\n");
		return -EINVAL;
	}
	told = vtd_fault_report(reply, after);
	if (!reply->cut)
		WRITE_ONCE(session->told, told);
	return vtd_whole(reply);
}

static int vtd_cmd_irqs(const char *arg, struct vtd_reply *reply)
{
	if (vtd_control.say_irqs)
		return vtd_control.say_irqs(reply) ?: vtd_whole(reply);
	vtd_say(reply,
		"interrupts are not remapped: 'modprobe vtd_intr_remap' takes them over\n");
	return -ENODEV;
}

/* Find the device that @arg names, as 0000:00:03.0, and nothing else. */
static struct pci_dev *vtd_find_device(const char *arg, struct vtd_reply *reply)
{
	unsigned int segment, bus, slot, fn;
	struct pci_dev *pdev;
	int end = 0;

	if (sscanf(arg, "%x:%x:%x.%u%n", &segment, &bus, &slot, &fn, &end) !=
		    4 ||
	    arg[end] || bus > 0xff || slot > 0x1f || fn > 7) {
		vtd_say(reply,
			"'%s' is not a PCI device: write it like 0000:00:03.0\n",
			arg);
		return NULL;
	}
	pdev = pci_get_domain_bus_and_slot(segment, bus, PCI_DEVFN(slot, fn));
	if (!pdev)
		vtd_say(reply, "there is no device %s: see lspci -D\n", arg);
	return pdev;
}

static int vtd_on_device(const char *arg, struct vtd_reply *reply,
			 int (*fn)(struct pci_dev *pdev,
				   struct vtd_reply *reply))
{
	struct pci_dev *pdev = vtd_find_device(arg, reply);
	int ret;

	if (!pdev)
		return -ENODEV;
	ret = fn(pdev, reply);
	pci_dev_put(pdev);
	return ret;
}

static int vtd_cmd_adopt(const char *arg, struct vtd_reply *reply)
{
	return vtd_on_device(arg, reply, vtd_adopt);
}

static int vtd_cmd_release(const char *arg, struct vtd_reply *reply)
{
	return vtd_on_device(arg, reply, vtd_release);
}

static int vtd_cmd_check(const char *arg, struct vtd_reply *reply)
{
	return vtd_check(reply) ?: vtd_whole(reply);
}

static int vtd_cmd_recover(const char *arg, struct vtd_reply *reply)
{
	return vtd_on_device(arg, reply, vtd_recover);
}

static int vtd_cmd_why(const char *arg, struct vtd_reply *reply)
{
	return vtd_on_device(arg, reply, vtd_why) ?: vtd_whole(reply);
}

static int vtd_cmd_stats(const char *arg, struct vtd_reply *reply)
{
	int ret = *arg ? vtd_on_device(arg, reply, vtd_stats) :
			 vtd_stats(NULL, reply);

	return ret ?: vtd_whole(reply);
}

/* BDF on|off: the device, and the word after it. */
static int
vtd_on_switch(const char *name, const char *arg, struct vtd_reply *reply,
	      int (*fn)(struct pci_dev *pdev, bool on, struct vtd_reply *reply))
{
	char device[sizeof("0000:00:00.0") + 4];
	const char *word = strchr(arg, ' ');
	struct pci_dev *pdev;
	bool on;
	int ret;

	if (!word || word - arg >= sizeof(device) ||
	    (strcmp(word, " on") && strcmp(word, " off"))) {
		vtd_say(reply,
			"%s takes a device and 'on' or 'off', as in: %s 0000:00:03.0 on\n",
			name, name);
		return -EINVAL;
	}
	on = !strcmp(word, " on");
	memcpy(device, arg, word - arg);
	device[word - arg] = '\0';
	pdev = vtd_find_device(device, reply);
	if (!pdev)
		return -ENODEV;
	ret = fn(pdev, on, reply);
	pci_dev_put(pdev);
	return ret;
}

static int vtd_cmd_strict(const char *arg, struct vtd_reply *reply)
{
	return vtd_on_switch("strict", arg, reply, vtd_strict);
}

static int vtd_cmd_ats(const char *arg, struct vtd_reply *reply)
{
	return vtd_on_switch("ats", arg, reply, vtd_ats_command);
}

static int vtd_cmd_latency(const char *arg, struct vtd_reply *reply)
{
	if (!strcmp(arg, "on") || !strcmp(arg, "off"))
		return vtd_latency_switch(!strcmp(arg, "on"), reply);
	if (*arg) {
		vtd_say(reply, "latency takes nothing, on, or off\n");
		return -EINVAL;
	}
	vtd_latency_say(reply);
	return vtd_whole(reply);
}

/* A number that takes all of @word: hexadecimal with 0x, else decimal. */
static int vtd_number(const char *word, u64 *value)
{
	bool hex = word[0] == '0' && word[1] == 'x';

	/* kstrto takes signs, and 017 for 15 where it may choose the base. */
	if (!isxdigit(word[hex ? 2 : 0]))
		return -EINVAL;
	return kstrtou64(word, hex ? 16 : 10, value);
}

static int vtd_walk_words(const char *address, const char *pasid, u64 *addr,
			  u64 *number, struct vtd_reply *reply)
{
	if (!address || vtd_number(address, addr)) {
		vtd_say(reply,
			"'%s' is not an address of up to 64 bits: write 0x1000 or 4096\n",
			address ?: "");
		return -EINVAL;
	}
	if (pasid && (vtd_number(pasid, number) || *number > VTD_PASID_MAX)) {
		vtd_say(reply, "'%s' is not a PASID: it has at most 20 bits\n",
			pasid);
		return -EINVAL;
	}
	return 0;
}

/* BDF IOVA [PASID] */
static int vtd_cmd_walk(const char *arg, struct vtd_reply *reply)
{
	char words[VTD_COMMAND_MAX + 1], *next = words;
	const char *device, *address, *pasid;
	struct pci_dev *pdev;
	u64 addr, number;
	int ret;

	strscpy(words, arg);
	device = strsep(&next, " ");
	address = strsep(&next, " ");
	pasid = strsep(&next, " ");
	if (next) {
		vtd_say(reply, "walk takes a device, an address and a PASID\n");
		return -EINVAL;
	}
	ret = vtd_walk_words(address, pasid, &addr, &number, reply);
	if (ret)
		return ret;
	pdev = vtd_find_device(device, reply);
	if (!pdev)
		return -ENODEV;
	ret = pasid ? vtd_walk_pasid(pdev, addr, number, reply) :
		      vtd_walk(pdev, addr, reply);
	pci_dev_put(pdev);
	return ret ?: vtd_whole(reply);
}

/**
 * struct vtd_command - a word and what it does
 * @name: the word
 * @takes_arg: it may be followed by an argument
 * @fn: does it; called with the control mutex held
 */
struct vtd_command {
	const char *name;
	bool takes_arg;
	int (*fn)(const char *arg, struct vtd_reply *reply);
};

static const struct vtd_command vtd_commands[] = {
	{ "status", false, vtd_cmd_status },
	{ "attach", true, vtd_cmd_attach },
	{ "confirm", false, vtd_cmd_confirm },
	{ "detach", true, vtd_cmd_detach },
	{ "held", false, vtd_cmd_held },
	{ "adopt", true, vtd_cmd_adopt },
	{ "release", true, vtd_cmd_release },
	{ "recover", true, vtd_cmd_recover },
	{ "check", false, vtd_cmd_check },
	{ "why", true, vtd_cmd_why },
	{ "walk", true, vtd_cmd_walk },
	{ "faults", true, vtd_cmd_faults },
	{ "irqs", false, vtd_cmd_irqs },
	{ "stats", true, vtd_cmd_stats },
	{ "latency", true, vtd_cmd_latency },
	{ "strict", true, vtd_cmd_strict },
	{ "ats", true, vtd_cmd_ats },
};

static int vtd_run(char *line, bool whole, struct vtd_reply *reply)
{
	char *arg = strim(line);
	char *word = strsep(&arg, " ");
	unsigned int i;
	int ret;

	if (!whole) {
		vtd_say(reply, "a command has no zero bytes\n");
		return -EINVAL;
	}
	arg = arg ? skip_spaces(arg) : "";
	for (i = 0; i < ARRAY_SIZE(vtd_commands); i++) {
		const struct vtd_command *command = &vtd_commands[i];

		if (strcmp(word, command->name))
			continue;
		if (*arg && !command->takes_arg) {
			vtd_say(reply, "%s takes no argument\n", word);
			return -EINVAL;
		}
		if (mutex_lock_interruptible(&vtd_control.lock))
			return -EINTR;
		ret = command->fn(arg, reply);
		mutex_unlock(&vtd_control.lock);
		if (ret && !reply->len)
			vtd_say(reply, "%s failed: error %d\n", word, ret);
		return ret;
	}
	vtd_say(reply, "'%s' is not a command\n", word);
	return -EINVAL;
}

static ssize_t vtd_write(struct file *file, const char __user *buf,
			 size_t count, loff_t *pos)
{
	struct vtd_session *session = file->private_data;
	char line[VTD_COMMAND_MAX + 1];
	int ret;

	mutex_lock(&session->lock);
	vtd_reply_free(&session->reply);
	*pos = 0;
	if (count > VTD_COMMAND_MAX) {
		vtd_say(&session->reply, "a command has at most %u bytes\n",
			VTD_COMMAND_MAX);
		ret = -EINVAL;
	} else if (copy_from_user(line, buf, count)) {
		ret = -EFAULT;
	} else {
		line[count] = '\0';
		ret = vtd_run(line, strlen(line) == count, &session->reply);
	}
	mutex_unlock(&session->lock);
	return ret ?: count;
}

static ssize_t vtd_read(struct file *file, char __user *buf, size_t count,
			loff_t *pos)
{
	struct vtd_session *session = file->private_data;
	ssize_t ret;

	mutex_lock(&session->lock);
	ret = simple_read_from_buffer(buf, count, pos, session->reply.text,
				      session->reply.len);
	mutex_unlock(&session->lock);
	return ret;
}

/* Reading and writing never wait; what is waited for are faults. */
static __poll_t vtd_poll(struct file *file, struct poll_table_struct *wait)
{
	struct vtd_session *session = file->private_data;
	__poll_t mask = EPOLLIN | EPOLLRDNORM | EPOLLOUT | EPOLLWRNORM;

	poll_wait(file, &vtd_fault_wait, wait);
	if (vtd_fault_newest() > READ_ONCE(session->told))
		mask |= EPOLLPRI;
	return mask;
}

static int vtd_open(struct inode *inode, struct file *file)
{
	struct vtd_session *session;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	session = kzalloc_obj(*session);
	if (!session)
		return -ENOMEM;
	mutex_init(&session->lock);
	file->private_data = session;
	return 0;
}

static int vtd_close(struct inode *inode, struct file *file)
{
	struct vtd_session *session = file->private_data;

	vtd_reply_free(&session->reply);
	mutex_destroy(&session->lock);
	kfree(session);
	return 0;
}

static const struct file_operations vtd_fops = {
	.owner = THIS_MODULE,
	.open = vtd_open,
	.release = vtd_close,
	.read = vtd_read,
	.write = vtd_write,
	.poll = vtd_poll,
	.llseek = noop_llseek,
};

static struct miscdevice vtd_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "vtd",
	.fops = &vtd_fops,
	.mode = 0600,
};

/**
 * vtd_chardev_add() - take commands
 *
 * Context: may sleep.
 * Return: 0 or a negative errno.
 */
int vtd_chardev_add(void)
{
	return misc_register(&vtd_misc);
}

/**
 * vtd_chardev_remove() - undo vtd_chardev_add()
 *
 * Context: may sleep.
 */
void vtd_chardev_remove(void)
{
	misc_deregister(&vtd_misc);
}
