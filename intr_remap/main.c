// SPDX-License-Identifier: GPL-2.0
/*
 * vtd_intr_remap: load and unload.
 *
 * Owns the order of the takeover: remapping on while everything still comes in
 * compatibility format, then the interrupts one by one, then, when nothing is
 * left, extended mode where the CPUs are in x2APIC mode, and compatibility format
 * off.  Back in the reverse order.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/module.h>
#include <linux/pci.h>

#include <asm/apic.h>
#include <asm/cmpxchg.h>
#include <asm/irqdomain.h>

#include "remap.h"

static int vtd_ir_check_cpu(void)
{
	if (!system_has_cmpxchg128()) {
		pr_err("this CPU cannot store 128 bits at once (CMPXCHG16B)\n");
		return -EOPNOTSUPP;
	}
	return 0;
}

/* Somebody's live interrupts that do not go through us? */
static bool vtd_ir_count_left(struct irq_domain *domain, const void *data)
{
	if (domain->parent != x86_vector_domain || !domain->mapcount ||
	    vtd_ir_is_domain(domain) ||
	    /* A unit's own interrupt is not remapped (5.1.7). */
	    (domain->name && !strcmp(domain->name, VTD_IR_FAULT_DOMAIN)))
		return false;
	pr_warn("%u interrupt(s) of %s stay in compatibility format\n",
		domain->mapcount, domain->name ?: "an unnamed domain");
	vtd_ir.left++;
	return false;
}

static void vtd_ir_give_back(void)
{
	LIST_HEAD(gone);

	vtd_ir_units_block(false);
	vtd_ir_units_extend(false);
	vtd_ir_msi_give_back(&gone);
	pci_lock_rescan_remove();
	vtd_ir_ioapic_give_back(&gone);
	pci_unlock_rescan_remove();
	vtd_ir_finish(&gone);
}

static int vtd_ir_take_over(void)
{
	int ret;

	vtd_ir_msi_adopt();
	pci_lock_rescan_remove();
	ret = vtd_ir_ioapic_adopt();
	pci_unlock_rescan_remove();
	if (ret)
		return ret;
	vtd_ir_find_domain(vtd_ir_count_left, NULL);
	if (vtd_ir.left && x2apic_enabled()) {
		pr_err("in x2APIC mode hardware would block what the lines before name: boot with nox2apic\n");
		return -EBUSY;
	}
	if (vtd_ir.left) {
		pr_warn("compatibility format is not blocked, interrupts are not isolated\n");
		return 0;
	}
	ret = vtd_ir_units_extend(true);
	if (!ret)
		vtd_ir_units_block(true);
	return ret;
}

static int __init vtd_intr_remap_init(void)
{
	int ret;

	ret = vtd_ir_check_cpu()	   ?:
		      vtd_ir_hidden_init() ?:
					     vtd_ir_units_create();
	if (ret)
		return ret;
	vtd_ir_crash_add();
	ret = vtd_ir_ioapic_init() ?: vtd_ir_units_on();
	if (ret)
		goto destroy;
	ret = vtd_ir_msi_init();
	if (ret)
		goto off;
	ret = vtd_ir_take_over();
	if (ret)
		goto give_back;
	vtd_ir_syscore_add();
	vtd_ir_report_add();
	vtd_ir_check_add();
	vtd_ir_hold_add();
	if (vtd_ir.isolated)
		vtd_units_isolate(THIS_MODULE);
	pr_info("%u unit(s) remap interrupts%s%s\n", vtd_ir.nr,
		x2apic_enabled() ? " to 32-bit APIC ids" : "",
		vtd_ir.isolated ? "; all others are blocked" : "");
	return 0;

give_back:
	vtd_ir_give_back();
off:
	vtd_ir_units_off();
destroy:
	vtd_ir_crash_remove();
	vtd_ir_ioapic_exit();
	vtd_ir_units_destroy();
	return ret;
}

static void __exit vtd_intr_remap_exit(void)
{
	vtd_units_isolate(NULL);
	vtd_ir_hold_remove();
	vtd_ir_check_remove();
	vtd_ir_report_remove();
	vtd_ir_syscore_remove();
	vtd_ir_give_back();
	vtd_ir_units_off();
	vtd_ir_crash_remove();
	vtd_ir_ioapic_exit();
	vtd_ir_units_destroy();
	pr_info("interrupts are not remapped\n");
}

module_init(vtd_intr_remap_init);
module_exit(vtd_intr_remap_exit);

MODULE_DESCRIPTION("Intel VT-d: interrupt remapping as a module");
MODULE_AUTHOR("The vtd-kmod authors");
MODULE_LICENSE("GPL");
MODULE_VERSION("0.1");
