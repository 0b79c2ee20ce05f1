// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel that dumps a crashed one expects interrupts as they are at boot.
 *
 * Nothing of a module is called on the way there: panic notifiers come too
 * late, when the other kernel has not started.  So the step that stops the
 * machine is probed.  Must never take a lock or wait without a bound: the
 * crash may have happened anywhere.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kprobes.h>
#include <linux/printk.h>

#include "remap.h"

static int vtd_ir_crashing(struct kprobe *probe, struct pt_regs *regs)
{
	vtd_ir_units_crash();
	return 0;
}

static struct kprobe vtd_ir_crash_probe = {
	.symbol_name = "machine_crash_shutdown",
	.pre_handler = vtd_ir_crashing,
};

static bool vtd_ir_crash_probed;

/**
 * vtd_ir_crash_add() - be told of a crash
 *
 * Context: may sleep; the units are not on yet.
 */
void vtd_ir_crash_add(void)
{
	int ret = register_kprobe(&vtd_ir_crash_probe);

	vtd_ir_crash_probed = !ret;
	/* A kernel that starts no other when it crashes has no such step. */
	if (ret && ret != -ENOENT)
		pr_warn("remapping stays on in a crash (error %d): a kernel that dumps memory may not get its interrupts\n",
			ret);
}

/**
 * vtd_ir_crash_remove() - undo vtd_ir_crash_add()
 *
 * Context: may sleep; the units are off.
 */
void vtd_ir_crash_remove(void)
{
	if (vtd_ir_crash_probed)
		unregister_kprobe(&vtd_ir_crash_probe);
	vtd_ir_crash_probed = false;
}
