// SPDX-License-Identifier: GPL-2.0
/*
 * vtd_dmar: load and unload.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/kstrtox.h>
#include <linux/module.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "check.h"
#include "control.h"
#include "fault.h"
#include "latency.h"
#include "pmu.h"
#include "pool.h"
#include "prq.h"
#include "rmrr.h"
#include "selftest.h"
#include "storm.h"
#include "sva.h"
#include "unit.h"

static bool attach = true;
module_param(attach, bool, 0444);
MODULE_PARM_DESC(
	attach,
	"take the units over at load (default: yes); otherwise wait for 'vtdctl attach'");

module_param_named(scalable, vtd_want_scalable, bool, 0444);
MODULE_PARM_DESC(
	scalable,
	"scalable mode on units that have it (default: yes); otherwise legacy mode");

module_param_named(prq_pages, vtd_prq_pages, uint, 0444);
MODULE_PARM_DESC(
	prq_pages,
	"pages of each unit's page request queue, 1 to 128 (default: 16)");

module_param_named(selftest, vtd_want_selftest, bool, 0444);
MODULE_PARM_DESC(
	selftest,
	"test each unit when it is attached to, and refuse one that fails (default: no)");

module_param_named(storm_rate, vtd_storm_policy.rate, uint, 0644);
MODULE_PARM_DESC(
	storm_rate,
	"faults of one device in a second that are a storm, after which they are not recorded for a second (default: 200; 0: none is)");

module_param_named(storm_seconds, vtd_storm_policy.seconds, uint, 0644);
MODULE_PARM_DESC(
	storm_seconds,
	"seconds of a storm after which the device is put in quarantine (default: 30; 0: never)");

static const char *const vtd_whom[] = {
	[VTD_STORM_NOBODY] = "nobody",
	[VTD_STORM_ASSIGNED] = "assigned",
	[VTD_STORM_ALL] = "all",
};

static int vtd_set_whom(const char *word, const struct kernel_param *kp)
{
	int whom = sysfs_match_string(vtd_whom, word);

	if (whom < 0) {
		pr_err("storm_quarantine is nobody, assigned or all\n");
		return whom;
	}
	WRITE_ONCE(vtd_storm_policy.whom, whom);
	return 0;
}

static int vtd_get_whom(char *buf, const struct kernel_param *kp)
{
	return sysfs_emit(buf, "%s\n",
			  vtd_whom[READ_ONCE(vtd_storm_policy.whom)]);
}

static const struct kernel_param_ops vtd_whom_ops = {
	.set = vtd_set_whom,
	.get = vtd_get_whom,
};

module_param_cb(storm_quarantine, &vtd_whom_ops, NULL, 0644);
MODULE_PARM_DESC(
	storm_quarantine,
	"whom a storm puts in quarantine: nobody, assigned (default: devices of user space and guests) or all");

static int vtd_set_interval(const char *word, const struct kernel_param *kp)
{
	unsigned int seconds;
	int ret = kstrtouint(word, 0, &seconds);

	ret = ret ?: vtd_check_set_interval(seconds);
	if (ret)
		pr_err("check_interval is a number of seconds, 0 to 86400\n");
	return ret;
}

static const struct kernel_param_ops vtd_interval_ops = {
	.set = vtd_set_interval,
	.get = param_get_uint,
};

module_param_cb(check_interval, &vtd_interval_ops, &vtd_check_interval, 0644);
MODULE_PARM_DESC(
	check_interval,
	"seconds between two rounds of 'vtdctl check' by a timer (default: 0, none)");

static int __init vtd_attach_at_load(void)
{
	struct vtd_reply reply = {};
	int ret;

	mutex_lock(&vtd_control.lock);
	ret = vtd_attach(&reply);
	mutex_unlock(&vtd_control.lock);
	if (ret)
		vtd_reply_log(&reply);
	vtd_reply_free(&reply);
	return ret;
}

static int __init vtd_check_parameters(void)
{
	struct vtd_reply reply = {};
	int ret = vtd_relax_check(vtd_relax_list, &reply);

	if (ret)
		vtd_reply_log(&reply);
	vtd_reply_free(&reply);
	return ret;
}

static int __init vtd_dmar_init(void)
{
	int ret = vtd_check_parameters();

	if (ret)
		return ret;
	vtd_manage_init();
	ret = vtd_pools_create();
	if (ret)
		return ret;
	ret = vtd_irq_domain_create();
	if (ret)
		goto pools;
	vtd_control_init();
	vtd_perf_sw_init();
	if (attach) {
		ret = vtd_attach_at_load();
		if (ret)
			goto exit;
	}
	ret = vtd_chardev_add();
	if (ret)
		goto detach;
	vtd_check_start();
	return 0;

detach:
	mutex_lock(&vtd_control.lock);
	vtd_release_all(&(struct vtd_reply){});
	WARN_ON(vtd_detach(&(struct vtd_reply){}));
	mutex_unlock(&vtd_control.lock);
exit:
	vtd_latency_exit();
	vtd_perf_exit();
	vtd_perf_sw_exit();
	vtd_control_exit();
	vtd_hold_exit();
	vtd_fault_exit();
	vtd_irq_domain_destroy();
pools:
	vtd_pools_destroy();
	return ret;
}

/* Only reached when no device is managed: each holds a reference. */
static void __exit vtd_dmar_exit(void)
{
	struct vtd_reply reply = {};

	vtd_chardev_remove();
	vtd_check_exit();
	vtd_sva_exit();
	mutex_lock(&vtd_control.lock);
	WARN_ON(vtd_detach(&reply));
	mutex_unlock(&vtd_control.lock);
	vtd_reply_free(&reply);
	vtd_latency_exit();
	vtd_perf_exit();
	vtd_perf_sw_exit();
	vtd_control_exit();
	vtd_hold_exit();
	vtd_fault_exit();
	vtd_irq_domain_destroy();
	vtd_pools_destroy();
}

module_init(vtd_dmar_init);
module_exit(vtd_dmar_exit);

MODULE_DESCRIPTION("Intel VT-d: DMA remapping as a module");
MODULE_AUTHOR("The vtd-kmod authors");
MODULE_LICENSE("GPL");
MODULE_VERSION("0.1");
