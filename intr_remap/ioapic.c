// SPDX-License-Identifier: GPL-2.0
/*
 * The pins of the I/O APICs.
 *
 * Owns which domain an I/O APIC's domain has as its parent, and the chip of
 * its pins: a copy of the kernel's that ends level interrupts by the pin's
 * number, which is what the register has for a vector now (5.1.2.3).  Must
 * never use an I/O APIC's index register while the kernel might.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/acpi.h>
#include <linux/io.h>
#include <linux/irq.h>
#include <linux/printk.h>
#include <linux/stop_machine.h>
#include <linux/string.h>

#include <asm/irqdomain.h>

#include <vtd/hw/dmar_table.h>
#include "irq.h"
#include "remap.h"
#include "slab.h"

/* Registers of an I/O APIC, in bytes. */
#define VTD_IOAPIC_INDEX 0x00
#define VTD_IOAPIC_WINDOW 0x10
#define VTD_IOAPIC_EOI 0x40
#define VTD_IOAPIC_BYTES 0x44
#define VTD_IOAPIC_REG_VERSION 1
/* The first version with an EOI register. */
#define VTD_IOAPIC_VERSION_EOI 0x20

/**
 * struct vtd_ioapic - one I/O APIC
 * @node: in the list of all
 * @id: as firmware numbered it
 * @base: its registers
 * @version: its version
 */
struct vtd_ioapic {
	struct list_head node;
	u8 id;
	void __iomem *base;
	u8 version;
};

/* Constant between init and exit. */
static LIST_HEAD(vtd_ioapics);

/* The kernel's chip for pins, once one was seen, and ours in its place. */
static struct irq_chip *vtd_ioapic_kernel_chip;
static struct irq_chip vtd_ioapic_chip;

static void vtd_ioapic_eoi(struct irq_data *data)
{
	struct irq_data *level = data->parent_data;
	struct vtd_ir_irq *irq = level->chip_data;

	/* Its flow handler looked for the chip before it was given back. */
	if (unlikely(!vtd_ir_is_domain(level->domain))) {
		vtd_ioapic_kernel_chip->irq_eoi(data);
		return;
	}
	irq_chip_ack_parent(data);
	writel(irq->data, irq->eoi);
}

static struct vtd_ioapic *vtd_ioapic_find(u32 id)
{
	struct vtd_ioapic *ioapic;

	list_for_each_entry(ioapic, &vtd_ioapics, node)
		if (ioapic->id == id)
			return ioapic;
	return NULL;
}

/**
 * vtd_ir_ioapic_eoi_reg() - where a level interrupt is ended
 * @id: of the I/O APIC
 *
 * Context: any.
 * Return: the register, or NULL when the I/O APIC came later.
 */
void __iomem *vtd_ir_ioapic_eoi_reg(u32 id)
{
	struct vtd_ioapic *ioapic = vtd_ioapic_find(id);

	return ioapic ? ioapic->base + VTD_IOAPIC_EOI : NULL;
}

/**
 * vtd_ir_ioapic_use_chip() - have a pin use our chip
 * @outer: top level of the pin's interrupt, of one of our domains
 *
 * Context: any.
 */
void vtd_ir_ioapic_use_chip(struct irq_data *outer)
{
	if (outer && vtd_ioapic_kernel_chip)
		outer->chip = &vtd_ioapic_chip;
}

static int vtd_ioapic_add(const struct acpi_madt_io_apic *entry)
{
	struct vtd_ioapic *ioapic = kzalloc_obj(*ioapic);

	if (!ioapic)
		return -ENOMEM;
	ioapic->id = entry->id;
	ioapic->base = ioremap(entry->address, VTD_IOAPIC_BYTES);
	if (!ioapic->base) {
		kfree(ioapic);
		return -ENOMEM;
	}
	list_add_tail(&ioapic->node, &vtd_ioapics);
	return 0;
}

static int vtd_ioapic_read_madt(const struct acpi_table_madt *madt)
{
	const void *at = madt + 1, *end = (void *)madt + madt->header.length;
	int ret;

	while (end - at >= sizeof(struct acpi_subtable_header)) {
		const struct acpi_subtable_header *entry = at;

		if (entry->length < sizeof(*entry) || entry->length > end - at)
			return -EINVAL;
		if (entry->type == ACPI_MADT_TYPE_IO_APIC) {
			if (entry->length < sizeof(struct acpi_madt_io_apic))
				return -EINVAL;
			ret = vtd_ioapic_add(at);
			if (ret)
				return ret;
		}
		at += entry->length;
	}
	return 0;
}

/* No CPU is between the kernel's two accesses while all others stand still. */
static int vtd_ioapic_read_versions(void *data)
{
	struct vtd_ioapic *ioapic;

	list_for_each_entry(ioapic, &vtd_ioapics, node) {
		writel(VTD_IOAPIC_REG_VERSION, ioapic->base + VTD_IOAPIC_INDEX);
		ioapic->version = readl(ioapic->base + VTD_IOAPIC_WINDOW);
	}
	return 0;
}

static int vtd_ioapic_check(void)
{
	struct vtd_ioapic *ioapic;
	u16 sid;

	list_for_each_entry(ioapic, &vtd_ioapics, node) {
		if (vtd_units_of_scope(DMAR_SCOPE_IOAPIC, ioapic->id, &sid) <
		    0) {
			pr_err("I/O APIC %u is in no unit's scope: the firmware's DMAR table is wrong\n",
			       ioapic->id);
			return -ENODEV;
		}
		if (ioapic->version < VTD_IOAPIC_VERSION_EOI) {
			pr_err("I/O APIC %u has version 0x%02x and no EOI register: not supported\n",
			       ioapic->id, ioapic->version);
			return -EOPNOTSUPP;
		}
	}
	return 0;
}

/**
 * vtd_ir_ioapic_init() - find the I/O APICs, and whether all can be adopted
 *
 * Context: may sleep; the units are held.
 * Return: 0; -ENODEV or -EOPNOTSUPP with the reason in the log; -EINVAL when
 * the MADT table is malformed; -ENOMEM.  vtd_ir_ioapic_exit() is due in any
 * case.
 */
int vtd_ir_ioapic_init(void)
{
	struct acpi_table_header *madt;
	int ret;

	if (ACPI_FAILURE(acpi_get_table(ACPI_SIG_MADT, 0, &madt))) {
		pr_err("no MADT table: the I/O APICs cannot be found\n");
		return -ENODEV;
	}
	ret = vtd_ioapic_read_madt((struct acpi_table_madt *)madt);
	acpi_put_table(madt);
	if (ret) {
		pr_err("the MADT table cannot be read (error %d)\n", ret);
		return ret;
	}
	ret = stop_machine(vtd_ioapic_read_versions, NULL, NULL);
	return ret ?: vtd_ioapic_check();
}

/**
 * vtd_ir_ioapic_exit() - undo vtd_ir_ioapic_init()
 *
 * Context: may sleep; no pin uses our chip.
 */
void vtd_ir_ioapic_exit(void)
{
	struct vtd_ioapic *ioapic, *next;

	list_for_each_entry_safe(ioapic, next, &vtd_ioapics, node) {
		list_del(&ioapic->node);
		iounmap(ioapic->base);
		kfree(ioapic);
	}
}

/* The kernel names the domains by the ids. */
static bool vtd_ioapic_is_domain(struct irq_domain *domain, const void *data)
{
	const struct vtd_ioapic *ioapic = data;
	unsigned int id;

	return domain->name && sscanf(domain->name, "IO-APIC-%u", &id) == 1 &&
	       id == ioapic->id &&
	       (domain->parent == x86_vector_domain ||
		vtd_ir_is_domain(domain->parent));
}

static void vtd_ioapic_copy_chip(struct irq_chip *chip)
{
	if (vtd_ioapic_kernel_chip)
		return;
	vtd_ioapic_chip = *chip;
	vtd_ioapic_chip.name = "IR-IO-APIC";
	vtd_ioapic_chip.irq_eoi = vtd_ioapic_eoi;
	vtd_chip_defer_moves(&vtd_ioapic_chip, false);
	vtd_ioapic_kernel_chip = chip;
}

/* Top level of a pin's interrupt, whose number may be 0, or NULL. */
static struct irq_data *vtd_ioapic_pin(struct irq_domain *domain,
				       unsigned int pin)
{
	struct irq_desc *desc = irq_resolve_mapping(domain, pin);

	return desc ? irq_desc_get_irq_data(desc) : NULL;
}

static int vtd_ioapic_prepare(struct irq_domain *domain,
			      struct vtd_ir_unit *iru, u16 sid,
			      void __iomem *eoi, struct list_head *ready)
{
	unsigned int pin;

	for (pin = 0; pin < domain->hwirq_max; pin++) {
		struct irq_data *outer = vtd_ioapic_pin(domain, pin);
		struct vtd_ir_irq *irq;

		if (!outer)
			continue;
		/* Pins that take another way to the CPU are not known here. */
		if (!outer->parent_data ||
		    outer->parent_data->domain != x86_vector_domain ||
		    strcmp(outer->chip->name, "IO-APIC"))
			return -EOPNOTSUPP;
		irq = vtd_ir_prepare(outer, iru, vtd_irte_from_sid(sid), 0);
		if (IS_ERR(irq))
			return PTR_ERR(irq);
		irq->data = pin;
		irq->eoi = eoi;
		list_add_tail(&irq->node, ready);
	}
	return 0;
}

static int vtd_ioapic_adopt(struct vtd_ioapic *ioapic)
{
	struct vtd_ir_irq *irq, *next;
	struct irq_domain *domain;
	struct vtd_ir_unit *iru;
	LIST_HEAD(ready);
	u16 sid;
	int ret;

	domain = vtd_ir_find_domain(vtd_ioapic_is_domain, ioapic);
	if (!domain)
		return 0;
	ret = vtd_units_of_scope(DMAR_SCOPE_IOAPIC, ioapic->id, &sid);
	if (ret < 0)
		return ret;
	iru = &vtd_ir.unit[ret];
	ret = vtd_ioapic_prepare(domain, iru, sid,
				 ioapic->base + VTD_IOAPIC_EOI, &ready);
	if (!ret)
		domain->parent = iru->domain;
	list_for_each_entry_safe(irq, next, &ready, node) {
		struct irq_data *outer = irq_get_irq_data(irq->irqd->irq);

		list_del(&irq->node);
		if (ret) {
			vtd_ir_unprepare(irq);
			continue;
		}
		vtd_ioapic_copy_chip(outer->chip);
		vtd_ir_splice(irq, outer, &vtd_ioapic_chip);
	}
	return ret;
}

/**
 * vtd_ir_ioapic_adopt() - adopt every pin of every I/O APIC
 *
 * Context: may sleep; pci_lock_rescan_remove() is held.
 * Return: 0; -EOPNOTSUPP when a pin is not routed as usual; -ENOMEM or -ENOSPC.
 * After an error some I/O APICs are adopted.
 */
int vtd_ir_ioapic_adopt(void)
{
	struct vtd_ioapic *ioapic;
	int ret = 0;

	mutex_lock(&x86_vector_domain->mutex);
	list_for_each_entry(ioapic, &vtd_ioapics, node) {
		ret = vtd_ioapic_adopt(ioapic);
		if (ret)
			break;
	}
	mutex_unlock(&x86_vector_domain->mutex);
	if (ret)
		pr_err("the pins of an I/O APIC cannot be adopted (error %d)\n",
		       ret);
	return ret;
}

/**
 * vtd_ir_ioapic_give_back() - undo vtd_ir_ioapic_adopt()
 * @gone: gets what vtd_ir_finish() is to free
 *
 * Context: may sleep; pci_lock_rescan_remove() is held.
 */
void vtd_ir_ioapic_give_back(struct list_head *gone)
{
	struct vtd_ioapic *ioapic;
	unsigned int pin;

	mutex_lock(&x86_vector_domain->mutex);
	list_for_each_entry(ioapic, &vtd_ioapics, node) {
		struct irq_domain *domain =
			vtd_ir_find_domain(vtd_ioapic_is_domain, ioapic);

		if (!domain || !vtd_ir_is_domain(domain->parent))
			continue;
		for (pin = 0; pin < domain->hwirq_max; pin++) {
			struct irq_data *outer = vtd_ioapic_pin(domain, pin);
			struct vtd_ir_irq *irq;

			if (!outer)
				continue;
			irq = vtd_ir_unsplice(outer, vtd_ioapic_kernel_chip);
			if (irq)
				list_add_tail(&irq->node, gone);
		}
		domain->parent = x86_vector_domain;
	}
	mutex_unlock(&x86_vector_domain->mutex);
}
