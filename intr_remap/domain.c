// SPDX-License-Identifier: GPL-2.0
/*
 * One interrupt domain for each unit, between the CPU vectors and the devices.
 *
 * Owns what an interrupt has at this level: its entry, and the message that
 * names it.  An interrupt moves by its entry alone; the device is not touched.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>
#include <linux/msi.h>
#include <linux/pci.h>
#include <linux/printk.h>
#include <linux/radix-tree.h>

#include <asm/apic.h>
#include <asm/hw_irq.h>
#include <asm/irqdomain.h>

#include <vtd/hw/dmar_table.h>
#include "irq.h"
#include "remap.h"
#include "slab.h"

static struct vtd_ir_irq *vtd_ir_irq_of(const struct irq_data *data)
{
	return data->chip_data;
}

/**
 * vtd_ir_program() - have an interrupt sent to where the vector domain has it
 * @data: level of the interrupt that is ours
 *
 * Context: the interrupt's descriptor lock is held.
 * Return: as vtd_ir_table_set().
 */
int vtd_ir_program(struct irq_data *data)
{
	struct vtd_ir_irq *irq = vtd_ir_irq_of(data);
	const struct irq_cfg *cfg = irqd_cfg(data);

	return vtd_ir_table_set(&irq->iru->table, irq->index,
				vtd_irte_remapped(cfg->vector, cfg->dest_apicid,
						  true, apic->dest_mode_logical,
						  irq->source));
}

static int vtd_ir_set_affinity(struct irq_data *data,
			       const struct cpumask *mask, bool force)
{
	struct vtd_ir_irq *irq = vtd_ir_irq_of(data);
	struct irq_data *vector = data->parent_data;
	int ret;

	lockdep_assert_held(&irq_data_to_desc(data)->lock);
	/* Nothing moves: have the outer level write its message again. */
	if (irq->rewrite)
		return IRQ_SET_MASK_OK;
	ret = vector->chip->irq_set_affinity(vector, mask, force);
	if (ret < 0 || ret == IRQ_SET_MASK_OK_DONE)
		return ret;
	/*
	 * Until the unit has forgotten, the old vector is still ours.  One that
	 * is posted comes to no vector; it may come back to the new one.
	 */
	if (!irq->poster)
		vtd_ir_program(data);
	return IRQ_SET_MASK_OK_DONE;
}

static void vtd_ir_compose(struct irq_data *data, struct msi_msg *msg)
{
	struct vtd_ir_irq *irq = vtd_ir_irq_of(data);
	struct irq_data *vector = data->parent_data;

	if (irq->compat) {
		vector->chip->irq_compose_msi_msg(vector, msg);
		return;
	}
	msg->address_hi = 0;
	msg->address_lo = vtd_msi_addr(irq->handle, irq->shv);
	msg->data = irq->data;
}

struct irq_chip vtd_ir_chip = {
	.name = "VTD-IR",
	.irq_ack = irq_chip_ack_parent,
	.irq_set_affinity = vtd_ir_set_affinity,
	.irq_set_vcpu_affinity = vtd_ir_set_vcpu_affinity,
	.irq_compose_msi_msg = vtd_ir_compose,
};

/**
 * vtd_ir_irq_free() - give an interrupt's entry back, and what we know of it
 * @irq: nothing sends it any more
 *
 * Context: may sleep.
 */
void vtd_ir_irq_free(struct vtd_ir_irq *irq)
{
	if (irq->run)
		vtd_ir_table_free(&irq->iru->table, irq->index, irq->run);
	vtd_ir_posted_gone(irq);
	/* Its device's messages cannot be given back one by one. */
	if (irq->run > 1)
		module_put(THIS_MODULE);
	kfree(irq);
}

static int vtd_ir_msi_source(struct vtd_ir_unit *iru, struct msi_desc *desc,
			     u64 *source)
{
	u16 sid[VTD_UNITS_SIDS_MAX];
	unsigned int nr;
	int index;

	if (!desc || !dev_is_pci(desc->dev))
		return -EINVAL;
	index = vtd_units_of_device(to_pci_dev(desc->dev), sid, &nr);
	if (index < 0)
		return index;
	if (index != iru->index)
		return -EINVAL;
	*source = vtd_ir_source(sid, nr);
	return 0;
}

static int vtd_ir_source_of(struct vtd_ir_unit *iru,
			    const struct irq_alloc_info *info, u64 *source)
{
	u16 sid;
	int index;

	switch (info->type) {
	case X86_IRQ_ALLOC_TYPE_PCI_MSI:
	case X86_IRQ_ALLOC_TYPE_PCI_MSIX:
		return vtd_ir_msi_source(iru, info->desc, source);
	case X86_IRQ_ALLOC_TYPE_IOAPIC:
		index = vtd_units_of_scope(DMAR_SCOPE_IOAPIC, info->devid,
					   &sid);
		if (index < 0)
			return index;
		if (index != iru->index)
			return -EINVAL;
		*source = vtd_irte_from_sid(sid);
		return 0;
	default:
		return -EINVAL;
	}
}

/* One interrupt of a run: its message is @number further than the first's. */
static int vtd_ir_add(struct irq_domain *domain, unsigned int virq,
		      const struct irq_alloc_info *info, u64 source, u32 first,
		      unsigned int number, unsigned int run)
{
	struct irq_data *data = irq_domain_get_irq_data(domain, virq);
	struct vtd_ir_irq *irq = kzalloc_obj(*irq);

	if (!irq || !data) {
		kfree(irq);
		return -ENOMEM;
	}
	irq->iru = domain->host_data;
	irq->index = first + number;
	irq->run = number ? 0 : run;
	irq->source = source;
	irq->handle = first;
	irq->shv = run > 1;
	irq->data = number;
	if (info->type == X86_IRQ_ALLOC_TYPE_IOAPIC) {
		irq->data = info->ioapic.pin;
		irq->eoi = vtd_ir_ioapic_eoi_reg(info->devid);
	}
	data->hwirq = irq->index;
	data->chip = &vtd_ir_chip;
	data->chip_data = irq;
	vtd_irq_defer_moves(virq, false);
	return 0;
}

static void vtd_ir_domain_free(struct irq_domain *domain, unsigned int virq,
			       unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		struct irq_data *data =
			irq_domain_get_irq_data(domain, virq + i);

		if (!data || !data->chip_data)
			continue;
		vtd_ir_irq_free(vtd_ir_irq_of(data));
		data->chip_data = NULL;
	}
	irq_domain_free_irqs_common(domain, virq, nr);
}

static int vtd_ir_domain_alloc(struct irq_domain *domain, unsigned int virq,
			       unsigned int nr, void *arg)
{
	struct vtd_ir_unit *iru = domain->host_data;
	const struct irq_alloc_info *info = arg;
	unsigned int run = roundup_pow_of_two(nr), i;
	u64 source;
	int ret, first;

	if (!info)
		return -EINVAL;
	ret = vtd_ir_source_of(iru, info, &source);
	if (ret)
		return ret;
	if (run > 1 && !try_module_get(THIS_MODULE))
		return -ENODEV;
	first = vtd_ir_table_alloc(&iru->table, run, 0);
	if (first < 0) {
		ret = first;
		goto put;
	}
	ret = irq_domain_alloc_irqs_parent(domain, virq, nr, arg);
	if (ret < 0)
		goto free;
	for (i = 0; i < nr; i++) {
		ret = vtd_ir_add(domain, virq + i, info, source, first, i, run);
		if (!ret)
			continue;
		if (i) {
			/* The first one takes run and reference with it. */
			vtd_ir_domain_free(domain, virq, nr);
			return ret;
		}
		irq_domain_free_irqs_common(domain, virq, nr);
		goto free;
	}
	return 0;

free:
	vtd_ir_table_free(&iru->table, first, run);
put:
	if (run > 1)
		module_put(THIS_MODULE);
	return ret;
}

static int vtd_ir_domain_activate(struct irq_domain *domain,
				  struct irq_data *data, bool reserve)
{
	/* A pin that was allocated under us has the kernel's own chip. */
	if (vtd_ir_irq_of(data)->eoi)
		vtd_ir_ioapic_use_chip(irq_get_irq_data(data->irq));
	return vtd_ir_program(data);
}

static void vtd_ir_domain_deactivate(struct irq_domain *domain,
				     struct irq_data *data)
{
	struct vtd_ir_irq *irq = vtd_ir_irq_of(data);

	vtd_ir_table_clear(&irq->iru->table, irq->index, 1);
	vtd_ir_posted_gone(irq);
}

/* I/O APICs that are added later look for a parent. */
static int vtd_ir_domain_select(struct irq_domain *domain,
				struct irq_fwspec *fwspec,
				enum irq_domain_bus_token token)
{
	struct vtd_ir_unit *iru = domain->host_data;
	const char *name;
	u16 sid;

	if (!is_fwnode_irqchip(fwspec->fwnode) || fwspec->param_count != 1)
		return 0;
	name = fwnode_get_name(fwspec->fwnode);
	return name && !strncmp(name, "IO-APIC-", 8) &&
	       vtd_units_of_scope(DMAR_SCOPE_IOAPIC, fwspec->param[0], &sid) ==
		       iru->index;
}

static const struct irq_domain_ops vtd_ir_domain_ops = {
	.select = vtd_ir_domain_select,
	.alloc = vtd_ir_domain_alloc,
	.free = vtd_ir_domain_free,
	.activate = vtd_ir_domain_activate,
	.deactivate = vtd_ir_domain_deactivate,
};

/* The kernel knows what it wants of an MSI domain on remapped vectors. */
static bool vtd_ir_init_dev_msi_info(struct device *dev,
				     struct irq_domain *domain,
				     struct irq_domain *real_parent,
				     struct msi_domain_info *info)
{
	struct irq_domain *vector = domain->parent;

	return vector->msi_parent_ops->init_dev_msi_info(dev, vector,
							 real_parent, info);
}

static const struct msi_parent_ops vtd_ir_msi_parent_ops = {
	.supported_flags = X86_VECTOR_MSI_FLAGS_SUPPORTED |
			   MSI_FLAG_MULTI_PCI_MSI,
	.bus_select_token = DOMAIN_BUS_DMAR,
	.prefix = "IR-",
	.init_dev_msi_info = vtd_ir_init_dev_msi_info,
};

/**
 * vtd_ir_domain_create() - the domain of a unit
 * @iru: the unit, with its table
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int vtd_ir_domain_create(struct vtd_ir_unit *iru)
{
	struct irq_domain_info info = {
		.ops = &vtd_ir_domain_ops,
		.parent = x86_vector_domain,
		.bus_token = DOMAIN_BUS_DMAR,
		.domain_flags = IRQ_DOMAIN_FLAG_MSI_PARENT,
		.size = 0,
		.hwirq_max = iru->table.nr,
		.host_data = iru,
	};
	struct irq_domain *domain;

	iru->fwnode = irq_domain_alloc_named_id_fwnode("VTD-IR", iru->index);
	if (!iru->fwnode)
		return -ENOMEM;
	info.fwnode = iru->fwnode;
	domain = irq_domain_instantiate(&info);
	if (IS_ERR(domain)) {
		irq_domain_free_fwnode(iru->fwnode);
		iru->fwnode = NULL;
		return PTR_ERR(domain);
	}
	domain->msi_parent_ops = &vtd_ir_msi_parent_ops;
	iru->domain = domain;
	return 0;
}

/**
 * vtd_ir_domain_destroy() - undo vtd_ir_domain_create()
 * @iru: the unit; its domain has no interrupt and no child
 *
 * Context: may sleep.
 */
void vtd_ir_domain_destroy(struct vtd_ir_unit *iru)
{
	if (!iru->domain)
		return;
	irq_domain_remove(iru->domain);
	irq_domain_free_fwnode(iru->fwnode);
	iru->domain = NULL;
	iru->fwnode = NULL;
}

/**
 * vtd_ir_is_domain() - is it the domain of a unit?
 * @domain: any, or NULL
 *
 * Context: any.
 * Return: true when it is.
 */
bool vtd_ir_is_domain(const struct irq_domain *domain)
{
	return domain && domain->ops == &vtd_ir_domain_ops;
}

/**
 * vtd_ir_irqs_each() - every interrupt that comes to a CPU by a vector
 * @data: for @fn
 * @fn: called for each, in the order of their numbers; may sleep
 *
 * Interrupts do not come, go or change their levels meanwhile.
 *
 * Context: may sleep; takes the vector domain's mutex.
 */
void vtd_ir_irqs_each(void *data, void (*fn)(struct irq_desc *desc, void *data))
{
	struct irq_data *irqd;
	unsigned long at = 0;

	mutex_lock(&x86_vector_domain->mutex);
	/* The vector domain numbers its interrupts as Linux does. */
	while (radix_tree_gang_lookup(&x86_vector_domain->revmap_tree,
				      (void **)&irqd, at, 1) == 1) {
		at = irqd->hwirq + 1;
		fn(irq_data_to_desc(irqd), data);
	}
	mutex_unlock(&x86_vector_domain->mutex);
}
