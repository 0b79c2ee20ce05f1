// SPDX-License-Identifier: GPL-2.0
/*
 * vtd_posted_intr: load and unload.
 *
 * While an interrupt is posted this module is in use and stays: KVM may have
 * left its descriptor in an entry.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/module.h>
#include <linux/moduleparam.h>

#include <asm/cpufeature.h>
#include <asm/posted_intr.h>

#include <vtd/remap.h>
#include "posted_intr.h"
#include "posting.h"

static bool kvm = true;
module_param(kvm, bool, 0444);
MODULE_PARM_DESC(kvm, "Tell KVM that interrupts can be posted (default Y)");

static bool test_posting;
module_param(test_posting, bool, 0400);
MODULE_PARM_DESC(
	test_posting,
	"For tests in emulators: as if every unit could post and the CPUs had VMX; interrupts get lost (default N)");

/* KVM's descriptor and ours are the same thing. */
static_assert(sizeof(struct pi_desc) == sizeof(struct vtd_pi_desc));
static_assert(offsetof(struct pi_desc, control) ==
	      offsetof(struct vtd_pi_desc, control));

static int vtd_posted_vcpu(const void *info, struct vtd_post *post)
{
	const struct intel_iommu_pi_data *data = info;

	if (data->vector >= VTD_PI_VECTORS)
		return -EINVAL;
	post->pda = data->pi_desc_addr;
	post->vector = data->vector;
	return 0;
}

static struct vtd_poster vtd_poster = {
	.owner = THIS_MODULE,
	.vcpu = vtd_posted_vcpu,
	.say = vtd_posted_say,
};

static int __init vtd_posted_intr_init(void)
{
	bool vmx = test_posting || boot_cpu_has(X86_FEATURE_VMX);
	int ret, units;

	ret = vtd_pi_slots_create();
	if (ret)
		return ret;
	vtd_poster.anyway = test_posting;
	units = vtd_remap_poster_add(&vtd_poster);
	if (units < 0) {
		ret = units;
		goto destroy;
	}
	ret = vtd_pi_user_create();
	if (ret)
		goto poster;
	if (test_posting)
		pr_warn("test_posting is set: for tests in emulators only\n");
	pr_info("%d unit(s) can post interrupts\n", units);
	if (kvm)
		vtd_kvm_on(test_posting ? 1 : units, vmx);
	return 0;

poster:
	vtd_remap_poster_remove(&vtd_poster);
destroy:
	vtd_pi_slots_destroy();
	return ret;
}

static void __exit vtd_posted_intr_exit(void)
{
	vtd_kvm_off();
	vtd_pi_user_destroy();
	vtd_remap_poster_remove(&vtd_poster);
	vtd_pi_slots_destroy();
}

module_init(vtd_posted_intr_init);
module_exit(vtd_posted_intr_exit);

MODULE_DESCRIPTION("Intel VT-d: posted interrupts as a module");
MODULE_AUTHOR("The vtd-kmod authors");
MODULE_LICENSE("GPL");
MODULE_VERSION("0.1");
