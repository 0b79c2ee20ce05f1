// SPDX-License-Identifier: GPL-2.0
/*
 * Every interrupt, as records for /dev/vtd (Documentation/control.rst).
 *
 * Only looks.  Shows what stands in the tables and in the kernel's own
 * structures, not what we meant to put there.
 */
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/msi.h>
#include <linux/pci.h>
#include <linux/string.h>

#include <asm/apic.h>
#include <asm/hw_irq.h>
#include <asm/irqdomain.h>

#include <vtd/report.h>
#include "remap.h"

#define VTD_IR_NAME_MAX 40

/**
 * struct vtd_ir_seen - an interrupt, as it was at one moment
 * @iru: the unit that remaps it, or NULL
 * @index: of its entry
 * @irte: its entry
 * @vector: of the CPU; 0 while nobody uses the interrupt
 * @dest: id of the local APIC, or of several in logical mode
 * @cpu: number of the CPU, or nr_cpu_ids
 * @name: of its first handler
 */
struct vtd_ir_seen {
	const struct vtd_ir_unit *iru;
	u32 index;
	struct vtd_irte irte;
	unsigned int vector;
	u32 dest;
	unsigned int cpu;
	char name[VTD_IR_NAME_MAX];
};

/* A driver's words must not look like the record's. */
static void vtd_ir_copy_name(char *to, const char *from)
{
	char *at;

	strscpy(to, from, VTD_IR_NAME_MAX);
	for (at = to; *at; at++) {
		if (*at == '"')
			*at = '\'';
		else if (*at < ' ' || *at > '~')
			*at = '?';
	}
}

/* The vector domain's mutex is held, so that the levels stay. */
static void vtd_ir_look(struct irq_desc *desc, struct vtd_ir_seen *seen)
{
	struct irq_data *outer = irq_desc_get_irq_data(desc), *level;
	const struct irq_cfg *cfg;
	unsigned long flags;

	memset(seen, 0, sizeof(*seen));
	raw_spin_lock_irqsave(&desc->lock, flags);
	for (level = outer; level; level = level->parent_data) {
		struct vtd_ir_irq *irq = level->chip_data;

		if (!vtd_ir_is_domain(level->domain) || !irq || irq->compat)
			continue;
		seen->iru = irq->iru;
		seen->index = irq->index;
		seen->irte = vtd_ir_table_get(&irq->iru->table, irq->index);
		break;
	}
	cfg = irqd_cfg(outer);
	/* Without a user it has a vector that stands for none. */
	if (cfg && irqd_is_activated(outer)) {
		seen->vector = cfg->vector;
		seen->dest = cfg->dest_apicid;
	}
	seen->cpu = cpumask_first(irq_data_get_effective_affinity_mask(outer));
	if (desc->action && desc->action->name)
		vtd_ir_copy_name(seen->name, desc->action->name);
	raw_spin_unlock_irqrestore(&desc->lock, flags);
}

static u64 vtd_ir_count(struct irq_desc *desc)
{
	unsigned int cpu;
	u64 count = 0;

	for_each_possible_cpu(cpu)
		count += irq_desc_kstat_cpu(desc, cpu);
	return count;
}

static bool vtd_ir_is_unit_fault(const struct irq_domain *domain)
{
	return domain->name && !strcmp(domain->name, VTD_IR_FAULT_DOMAIN);
}

/* Why an interrupt is not remapped; @pdev: whose it is, or NULL. */
static const char *vtd_ir_why_left(const struct irq_data *outer,
				   struct pci_dev *pdev)
{
	u16 sid[VTD_UNITS_SIDS_MAX];
	unsigned int nr;

	if (vtd_ir_is_unit_fault(outer->domain))
		return "a unit's own interrupts do not go through it";
	if (outer->domain->name && !strncmp(outer->domain->name, "HPET", 4))
		return "the HPET's MSIs are not taken over: boot with hpet=disable";
	if (outer->domain == x86_vector_domain)
		return "it is for notifications of posted interrupts";
	if (!pdev)
		return "it is neither a PCI device's nor an I/O APIC's";
	if (vtd_units_of_device(pdev, sid, &nr) < 0)
		return "no unit of the DMAR table has the device";
	return "it could not be adopted; the kernel's log says why";
}

/* What raises it: a device's name, and the pin where that is an I/O APIC. */
static struct pci_dev *vtd_ir_origin(struct irq_data *outer, char *text,
				     size_t size, const char **kind)
{
	struct msi_desc *msi = irq_data_get_msi_desc(outer);
	const char *domain = outer->domain->name ?: "";
	unsigned int id;

	*kind = "other";
	if (msi && msi->dev) {
		strscpy(text, dev_name(msi->dev), size);
		if (!dev_is_pci(msi->dev))
			return NULL;
		*kind = msi->pci.msi_attrib.is_msix ? "msi-x" : "msi";
		return to_pci_dev(msi->dev);
	}
	if (vtd_ir_is_unit_fault(outer->domain) && outer->hwirq < vtd_ir.nr) {
		strscpy(text, vtd_ir.unit[outer->hwirq].info.name, size);
	} else if (sscanf(domain, "IO-APIC-%u", &id) == 1) {
		*kind = "pin";
		snprintf(text, size, "ioapic%u.%lu", id, outer->hwirq);
	} else {
		snprintf(text, size, "%s.%lu", domain, outer->hwirq);
	}
	return NULL;
}

static void vtd_ir_say_irq(struct irq_desc *desc, void *data)
{
	struct vtd_reply *reply = data;
	struct irq_data *outer = irq_desc_get_irq_data(desc);
	char device[64], where[128], to[64] = "vector=- cpu=- dest=-";
	char post[64] = "descriptor=- posted_vector=-";
	struct vtd_ir_seen seen;
	const char *format = "compatibility", *kind, *reason = "";
	struct pci_dev *pdev;

	vtd_ir_look(desc, &seen);
	pdev = vtd_ir_origin(outer, device, sizeof(device), &kind);
	strscpy(where, "unit=- index=- entry=-");
	if (seen.iru) {
		format = "remapped";
		if (vtd_ir_held(seen.irte))
			reason =
				"its device is in quarantine: it is not let through";
		snprintf(where, sizeof(where),
			 "unit=%s index=0x%x entry=0x%016llx%016llx",
			 seen.iru->info.name, seen.index, seen.irte.w[1],
			 seen.irte.w[0]);
	} else {
		reason = vtd_ir_why_left(outer, pdev);
	}
	if (seen.irte.w[0] & VTD_IRTE_IM) {
		format = "posted";
		snprintf(post, sizeof(post),
			 "descriptor=0x%llx posted_vector=0x%02llx",
			 vtd_irte_pda(seen.irte),
			 FIELD_GET(VTD_IRTE_V, seen.irte.w[0]));
	}
	if (seen.vector && seen.cpu < nr_cpu_ids)
		snprintf(to, sizeof(to), "vector=0x%02x cpu=%u dest=0x%x",
			 seen.vector, seen.cpu, seen.dest);
	vtd_say(reply,
		"irq nr=%u device=%s kind=%s format=%s %s %s %s count=%llu name=\"%s\" reason=\"%s\"\n",
		outer->irq, device, kind, format, where, to, post,
		vtd_ir_count(desc), seen.name, reason);
}

static void vtd_ir_say_unit(struct vtd_ir_unit *iru, struct vtd_reply *reply)
{
	u32 lost, used = vtd_ir_table_used(&iru->table, &lost);

	vtd_say(reply,
		"table unit=%s address=0x%llx entries=%u used=%u lost=%u ids=%s compatibility=%s\n",
		iru->info.name, (u64)virt_to_phys(iru->table.entry),
		iru->table.nr, used, lost,
		iru->table.narrow ? "8-bit" : "32-bit",
		iru->blocking || !iru->table.narrow ? "blocked" : "delivered");
}

/* Devices whose interrupts, when they have some, will not be remapped. */
static void vtd_ir_say_left(struct vtd_reply *reply)
{
	struct pci_dev *pdev = NULL;
	u16 sid[VTD_UNITS_SIDS_MAX];
	unsigned int nr;

	pci_lock_rescan_remove();
	for_each_pci_dev(pdev) {
		if (dev_get_msi_domain(&pdev->dev) != x86_vector_domain)
			continue;
		vtd_say(reply, "left device=%s reason=\"%s\"\n", pci_name(pdev),
			vtd_units_of_device(pdev, sid, &nr) < 0 ?
				"no unit of the DMAR table has the device" :
				"it could not be adopted; the kernel's log says why");
	}
	pci_unlock_rescan_remove();
}

static int vtd_ir_say(struct vtd_reply *reply)
{
	unsigned int i;

	vtd_say(reply, "remapping isolated=%s x2apic=%s x2apic_opt_out=%s\n",
		vtd_ir.isolated ? "yes" : "no", x2apic_enabled() ? "on" : "off",
		vtd_ir.platform.x2apic_opt_out ? "yes" : "no");
	for (i = 0; i < vtd_ir.nr; i++)
		vtd_ir_say_unit(&vtd_ir.unit[i], reply);
	vtd_ir_irqs_each(reply, vtd_ir_say_irq);
	vtd_ir_poster_say(reply);
	vtd_ir_say_left(reply);
	return 0;
}

/**
 * vtd_ir_report_add() - answer "irqs"
 *
 * Context: may sleep; the takeover is complete.
 */
void vtd_ir_report_add(void)
{
	vtd_report_irqs(vtd_ir_say);
}

/**
 * vtd_ir_report_remove() - undo vtd_ir_report_add()
 *
 * Context: may sleep.
 */
void vtd_ir_report_remove(void)
{
	vtd_report_irqs(NULL);
}
