// SPDX-License-Identifier: GPL-2.0
/*
 * The units' interrupt half: tables given to the hardware, remapping switched
 * on and off (VT-d 5.1, 11.4.4).
 *
 * Owns the order of commands.  Must never block compatibility format while an
 * interrupt may come in it, unless the hardware gives no choice.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/mm.h>
#include <linux/pci.h>
#include <linux/printk.h>

#include <asm/apic.h>

#include <vtd/hw/regs.h>
#include "mode.h"
#include "remap.h"
#include "slab.h"
#include "syscore.h"

/* A unit drains what is in flight before it answers a command. */
#define VTD_IR_TIMEOUT_US 1000000

/* Some emulators never show this status: not worth more than a moment. */
#define VTD_IR_CFI_TIMEOUT_US 1000

#define VTD_IR_CRASH_TIMEOUT_US 100000

/* Room for what is added later. */
#define VTD_IR_SPARE 1024

struct vtd_ir vtd_ir;

static int vtd_ir_invalidate(void *data, struct vtd_qi_desc desc)
{
	struct vtd_ir_unit *iru = data;
	int ret = vtd_units_invalidate(iru->unit, desc);

	if (ret)
		pr_err_ratelimited(
			"%s: invalidation of interrupt entries failed (%d): an interrupt may still go where it went before\n",
			iru->info.name, ret);
	return ret;
}

static int vtd_ir_check(const struct vtd_ir_unit *iru)
{
	const struct vtd_unit_info *info = &iru->info;

	if (!info->translating) {
		pr_err("%s is not at work (see 'vtdctl status'): its devices' interrupts could not be remapped\n",
		       info->name);
		return -EBUSY;
	}
	if (!(info->ecap & VTD_ECAP_IR)) {
		pr_err("%s cannot remap interrupts (ECAP 0x%llx)\n", info->name,
		       info->ecap);
		return -EOPNOTSUPP;
	}
	if (info->cap & VTD_CAP_RWBF) {
		pr_err("%s needs its write buffer flushed (CAP 0x%llx): too old, not supported\n",
		       info->name, info->cap);
		return -EOPNOTSUPP;
	}
	return 0;
}

/* Every vector that a present device could have, and then some. */
static u32 vtd_ir_entries_wanted(void)
{
	struct pci_dev *pdev = NULL;
	u32 want = VTD_IR_SPARE;

	for_each_pci_dev(pdev) {
		int msix = pci_msix_vec_count(pdev);
		int msi = pci_msi_vec_count(pdev);

		want += max3(msix, msi, 0);
	}
	return clamp_t(u32, roundup_pow_of_two(want), VTD_IR_ENTRIES_MIN,
		       VTD_IR_ENTRIES_MAX);
}

static int vtd_ir_unit_init(struct vtd_ir_unit *iru, unsigned int index)
{
	int ret;

	iru->index = index;
	iru->unit = vtd_units_get(index, &iru->info);
	ret = vtd_ir_check(iru);
	if (ret)
		return ret;
	iru->table.coherent = iru->info.ecap & VTD_ECAP_C;
	iru->table.caching_mode = iru->info.cap & VTD_CAP_CM;
	iru->table.mask_max = FIELD_GET(VTD_ECAP_MHMV, iru->info.ecap);
	iru->table.invalidate = vtd_ir_invalidate;
	iru->table.data = iru;
	/* Until every interrupt is adopted; see mode.c. */
	iru->table.narrow = true;
	ret = vtd_ir_table_init(&iru->table, vtd_ir_entries_wanted(),
				iru->info.nid);
	return ret ?: vtd_ir_domain_create(iru);
}

static int vtd_ir_check_mode(void)
{
	struct vtd_ir_mode mode = {
		.x2apic = x2apic_enabled(),
		.opt_out = vtd_ir.platform.x2apic_opt_out,
		.eim = true,
		.logical = apic->dest_mode_logical,
	};
	const char *refusal;
	unsigned int i;
	int cpu;

	for (i = 0; i < vtd_ir.nr; i++)
		mode.eim &= !!(vtd_ir.unit[i].info.ecap & VTD_ECAP_EIM);
	for_each_present_cpu(cpu)
		mode.id_max = max(mode.id_max, cpu_physical_id(cpu));
	refusal = vtd_ir_mode_refusal(&mode);
	if (!refusal)
		return 0;
	pr_err("%s\n", refusal);
	return -EOPNOTSUPP;
}

/**
 * vtd_ir_units_create() - hold the units, allocate tables and domains
 *
 * Changes nothing in hardware.
 *
 * Context: may sleep.
 * Return: 0; -ENODEV, -EBUSY or -EOPNOTSUPP with the reason in the log;
 * -ENOMEM.  After an error nothing is held or allocated.
 */
int vtd_ir_units_create(void)
{
	unsigned int i;
	int ret, nr;

	nr = vtd_units_hold(KBUILD_MODNAME);
	if (nr < 0) {
		pr_err("%s\n",
		       nr == -ENODEV ?
			       "vtd_dmar is not attached: run 'vtdctl attach' first" :
			       "the units are on trial: run 'vtdctl confirm' first");
		return nr;
	}
	vtd_units_platform(&vtd_ir.platform);
	if (!vtd_ir.platform.intr_remap) {
		pr_err("the firmware says that this machine cannot remap interrupts (DMAR table, flag INTR_REMAP)\n");
		ret = -EOPNOTSUPP;
		goto release;
	}
	if (vtd_ir.platform.broken) {
		pr_err("not on this machine: %s\n", vtd_ir.platform.broken);
		ret = -EOPNOTSUPP;
		goto release;
	}
	vtd_ir.unit = kcalloc(nr, sizeof(*vtd_ir.unit), GFP_KERNEL);
	if (!vtd_ir.unit) {
		ret = -ENOMEM;
		goto release;
	}
	vtd_ir.nr = nr;
	for (i = 0; i < vtd_ir.nr; i++) {
		ret = vtd_ir_unit_init(&vtd_ir.unit[i], i);
		if (ret) {
			vtd_ir_units_destroy();
			return ret;
		}
	}
	ret = vtd_ir_check_mode();
	if (ret)
		vtd_ir_units_destroy();
	return ret;

release:
	vtd_units_release();
	return ret;
}

/**
 * vtd_ir_units_destroy() - undo vtd_ir_units_create()
 *
 * Context: may sleep; the units are off and no interrupt is left.
 */
void vtd_ir_units_destroy(void)
{
	unsigned int i;

	for (i = 0; i < vtd_ir.nr; i++) {
		struct vtd_ir_unit *iru = &vtd_ir.unit[i];

		vtd_ir_domain_destroy(iru);
		/* Hardware that did not switch off may still read it. */
		if (!iru->on)
			vtd_ir_table_destroy(&iru->table);
	}
	kfree(vtd_ir.unit);
	vtd_ir.unit = NULL;
	vtd_ir.nr = 0;
	vtd_units_release();
}

/*
 * Table, its command, invalidation, then remapping: 5.1.4.  Compatibility
 * format goes on being delivered unless @iru->blocking.
 */
static int vtd_ir_unit_on(struct vtd_ir_unit *iru)
{
	u64 phys = virt_to_phys(iru->table.entry);
	int ret;

	vtd_units_set_table(iru->unit, vtd_ir_table_reg(&iru->table, phys,
							!iru->table.narrow));
	ret = vtd_units_command(iru->unit, VTD_GCMD_SIRTP, true,
				VTD_IR_TIMEOUT_US);
	if (ret)
		return ret;
	ret = vtd_ir_invalidate(iru, vtd_qi_iec_global());
	if (ret)
		return ret;
	if (vtd_units_command(iru->unit, VTD_GCMD_CFI, !iru->blocking,
			      VTD_IR_CFI_TIMEOUT_US))
		pr_debug(
			"%s: does not show whether it blocks compatibility format\n",
			iru->info.name);
	return vtd_units_command(iru->unit, VTD_GCMD_IRE, true,
				 VTD_IR_TIMEOUT_US);
}

/*
 * The unit changes over from one table to the other while requests come in.
 * Each is remapped by the old one or the new one; what it remembers of the old
 * one is gone after the invalidation (11.4.4, SIRTP).
 */
static int vtd_ir_unit_switch(struct vtd_ir_unit *iru)
{
	struct vtd_ir_table *table = &iru->table;
	int ret = vtd_ir_table_stage(table, iru->info.nid);

	if (ret)
		return ret;
	vtd_units_set_table(iru->unit,
			    vtd_ir_table_reg(table, virt_to_phys(table->twin),
					     table->narrow));
	ret = vtd_units_command(iru->unit, VTD_GCMD_SIRTP, true,
				VTD_IR_TIMEOUT_US);
	ret = ret ?: vtd_ir_invalidate(iru, vtd_qi_iec_global());
	/* Otherwise it may use either: both stay, and both are kept right. */
	if (!ret)
		vtd_ir_table_commit(table);
	return ret;
}

/* Any context: also at shutdown. */
static int vtd_ir_unit_off(struct vtd_ir_unit *iru)
{
	int ret = vtd_units_command(iru->unit, VTD_GCMD_IRE, false,
				    VTD_IR_TIMEOUT_US);

	if (ret) {
		pr_err("%s: interrupt remapping does not switch off\n",
		       iru->info.name);
		return ret;
	}
	vtd_units_command(iru->unit, VTD_GCMD_CFI, false,
			  VTD_IR_CFI_TIMEOUT_US);
	vtd_units_set_table(iru->unit, 0);
	iru->on = false;
	return 0;
}

/**
 * vtd_ir_units_on() - switch remapping on; interrupts go on as they are
 *
 * Context: may sleep; spins for the hardware up to a second a step.
 * Return: 0; on error everything is off again.
 */
int vtd_ir_units_on(void)
{
	unsigned int i;
	int ret;

	for (i = 0; i < vtd_ir.nr; i++) {
		struct vtd_ir_unit *iru = &vtd_ir.unit[i];

		/* From here on the hardware may have the table. */
		iru->on = true;
		ret = vtd_ir_unit_on(iru);
		if (ret) {
			pr_err("%s: the hardware did not take its interrupt remapping table (error %d)\n",
			       iru->info.name, ret);
			vtd_ir_units_off();
			return ret;
		}
	}
	return 0;
}

/**
 * vtd_ir_units_off() - switch remapping off
 *
 * Context: any; every interrupt comes in compatibility format.
 * Return: 0, or -ETIMEDOUT when a unit may still use its table.
 */
int vtd_ir_units_off(void)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < vtd_ir.nr; i++)
		if (vtd_ir.unit[i].on)
			ret = vtd_ir_unit_off(&vtd_ir.unit[i]) ?: ret;
	return ret;
}

/**
 * vtd_ir_units_crash() - switch remapping off, and no more
 *
 * What is on its way in remappable format arrives as something else, or not
 * at all; nobody is left to miss it.
 *
 * Context: any, in a crash: no lock is taken, and nothing is waited for long.
 */
void vtd_ir_units_crash(void)
{
	unsigned int i;

	for (i = 0; i < vtd_ir.nr; i++)
		if (vtd_ir.unit[i].on)
			vtd_units_command(vtd_ir.unit[i].unit, VTD_GCMD_IRE,
					  false, VTD_IR_CRASH_TIMEOUT_US);
}

/**
 * vtd_ir_units_block() - block compatibility format, or let it through
 * @block: block it
 *
 * Domains claim isolation exactly while it is blocked.
 *
 * Context: any.
 */
void vtd_ir_units_block(bool block)
{
	unsigned int i;

	for (i = 0; i < vtd_ir.nr; i++) {
		struct vtd_ir_unit *iru = &vtd_ir.unit[i];

		if (!block)
			iru->domain->flags &= ~IRQ_DOMAIN_FLAG_ISOLATED_MSI;
		vtd_units_command(iru->unit, VTD_GCMD_CFI, !block,
				  VTD_IR_CFI_TIMEOUT_US);
		iru->blocking = block;
	}
	vtd_ir.isolated = block;
	if (!block)
		return;
	for (i = 0; i < vtd_ir.nr; i++)
		vtd_ir.unit[i].domain->flags |= IRQ_DOMAIN_FLAG_ISOLATED_MSI;
}

/**
 * vtd_ir_units_extend() - to extended interrupt mode, or back
 * @extend: to it; every interrupt is adopted, since from then on the hardware
 *	blocks all others
 *
 * Nothing changes where the CPUs are not in x2APIC mode.
 *
 * Context: may sleep; the units are on.
 * Return: 0; -ENOMEM or what the hardware failed with, and then some units may
 * be in one mode and some in the other.
 */
int vtd_ir_units_extend(bool extend)
{
	unsigned int i, switched = 0;
	int ret = 0;

	if (!x2apic_enabled())
		return 0;
	for (i = 0; i < vtd_ir.nr; i++) {
		struct vtd_ir_unit *iru = &vtd_ir.unit[i];
		int err;

		if (iru->table.narrow != extend)
			continue;
		err = vtd_ir_unit_switch(iru);
		if (err)
			pr_err("%s: extended interrupt mode does not switch %s (error %d)\n",
			       iru->info.name, extend ? "on" : "off", err);
		ret = err ?: ret;
		switched++;
	}
	/* What was sent on by a destination of the other size is sent again. */
	if (switched)
		vtd_ir_irqs_each(NULL, vtd_ir_retrigger);
	return ret;
}

static int vtd_ir_suspend(void *data)
{
	return 0;
}

/* vtd_dmar has resumed before us: the queues are on. */
static void vtd_ir_resume(void *data)
{
	unsigned int i;

	for (i = 0; i < vtd_ir.nr; i++) {
		struct vtd_ir_unit *iru = &vtd_ir.unit[i];

		if (iru->on && vtd_ir_unit_on(iru))
			pr_err("%s: interrupts are lost: remapping does not switch on after suspend\n",
			       iru->info.name);
	}
}

/* The next kernel, or the firmware, expects interrupts as they are. */
static void vtd_ir_shutdown(void *data)
{
	vtd_ir_units_off();
}

VTD_SYSCORE(vtd_ir_syscore, vtd_ir_suspend, vtd_ir_resume, vtd_ir_shutdown);

/**
 * vtd_ir_syscore_add() - be told of suspend, resume and shutdown
 *
 * Context: may sleep; the units are on.
 */
void vtd_ir_syscore_add(void)
{
	vtd_register_syscore(vtd_ir_syscore);
}

/**
 * vtd_ir_syscore_remove() - undo vtd_ir_syscore_add()
 *
 * Context: may sleep.
 */
void vtd_ir_syscore_remove(void)
{
	vtd_unregister_syscore(vtd_ir_syscore);
}
