// SPDX-License-Identifier: GPL-2.0
/*
 * vtd_dmar: load and unload.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/module.h>

#include "control.h"
#include "fault.h"
#include "latency.h"
#include "pmu.h"
#include "pool.h"
#include "prq.h"
#include "rmrr.h"
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
	vtd_sva_exit();
	mutex_lock(&vtd_control.lock);
	WARN_ON(vtd_detach(&reply));
	mutex_unlock(&vtd_control.lock);
	vtd_reply_free(&reply);
	vtd_latency_exit();
	vtd_perf_exit();
	vtd_perf_sw_exit();
	vtd_control_exit();
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
