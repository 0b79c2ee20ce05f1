// SPDX-License-Identifier: GPL-2.0
/*
 * The interrupts that a unit itself raises, for faults (VT-d 11.4.7.2 to
 * 11.4.7.5), for page requests (11.4.10.5 to 11.4.10.8), and for performance
 * counters that go round.
 *
 * With the built-in driver off nothing in the kernel allocates these, so we
 * have an interrupt domain of our own on top of the CPU vectors.  Owns the
 * registers of the events.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/irqdomain.h>
#include <linux/msi.h>

#include <asm/hw_irq.h>
#include <asm/irqdomain.h>

#include <vtd/hw/perf.h>

#include "fault.h"
#include "unit.h"

static struct irq_domain *vtd_irq_domain;
static struct fwnode_handle *vtd_irq_fwnode;

/* All events have their registers in the order of the fault event's. */
static u32 vtd_irq_reg(const struct vtd_event *event, u32 reg)
{
	return event->base + (reg - VTD_FECTL);
}

static void vtd_irq_control(struct irq_data *data, u32 value)
{
	const struct vtd_event *event = data->chip_data;

	vtd_write32(&event->unit->regs, event->base, value);
	/* Read back: posted writes reach the unit before we go on. */
	vtd_read32(&event->unit->regs, event->base);
}

static void vtd_irq_mask(struct irq_data *data)
{
	vtd_irq_control(data, VTD_FECTL_IM);
}

static void vtd_irq_unmask(struct irq_data *data)
{
	vtd_irq_control(data, 0);
}

/*
 * Data, address and upper address.  Destination ids above 255 have their upper bits
 * in the last (11.4.7.5).
 */
static void vtd_irq_compose(struct irq_data *data, u32 message[3])
{
	struct irq_data *vector = data->parent_data;
	struct msi_msg msg = {};

	vector->chip->irq_compose_msi_msg(vector, &msg);
	message[0] = msg.data;
	message[1] = msg.address_lo;
	message[2] = irqd_cfg(vector)->dest_apicid & ~0xffU;
}

static void vtd_irq_write_msg(struct irq_data *data)
{
	const struct vtd_event *event = data->chip_data;
	const struct vtd_regs *regs = &event->unit->regs;
	u32 message[3];

	vtd_irq_compose(data, message);
	vtd_write32(regs, vtd_irq_reg(event, VTD_FEDATA), message[0]);
	vtd_write32(regs, vtd_irq_reg(event, VTD_FEADDR), message[1]);
	vtd_write32(regs, vtd_irq_reg(event, VTD_FEUADDR), message[2]);
}

static int vtd_irq_set_affinity(struct irq_data *data,
				const struct cpumask *mask, bool force)
{
	struct irq_data *vector = data->parent_data;
	int ret = vector->chip->irq_set_affinity(vector, mask, force);

	if (ret >= 0 && ret != IRQ_SET_MASK_OK_DONE)
		vtd_irq_write_msg(data);
	return ret;
}

static struct irq_chip vtd_irq_chip = {
	.name = "VTD-FAULT",
	.irq_mask = vtd_irq_mask,
	.irq_unmask = vtd_irq_unmask,
	.irq_ack = irq_chip_ack_parent,
	.irq_set_affinity = vtd_irq_set_affinity,
	.irq_retrigger = irq_chip_retrigger_hierarchy,
	.flags = IRQCHIP_SKIP_SET_WAKE,
};

static int vtd_irq_domain_alloc(struct irq_domain *domain, unsigned int virq,
				unsigned int nr, void *arg)
{
	struct irq_alloc_info *info = arg;
	int ret;

	if (nr != 1)
		return -EINVAL;
	ret = irq_domain_alloc_irqs_parent(domain, virq, nr, arg);
	if (ret < 0)
		return ret;
	irq_domain_set_info(domain, virq, info->devid, &vtd_irq_chip,
			    info->data, handle_edge_irq, NULL, "edge");
	return 0;
}

static void vtd_irq_domain_free(struct irq_domain *domain, unsigned int virq,
				unsigned int nr)
{
	irq_domain_reset_irq_data(irq_domain_get_irq_data(domain, virq));
	irq_domain_free_irqs_parent(domain, virq, nr);
}

static int vtd_irq_domain_activate(struct irq_domain *domain,
				   struct irq_data *data, bool reserve)
{
	vtd_irq_write_msg(data);
	return 0;
}

static const struct irq_domain_ops vtd_irq_domain_ops = {
	.alloc = vtd_irq_domain_alloc,
	.free = vtd_irq_domain_free,
	.activate = vtd_irq_domain_activate,
};

/**
 * vtd_irq_domain_create() - make room for the units' own interrupts
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int vtd_irq_domain_create(void)
{
	struct irq_domain_info info = {
		.ops = &vtd_irq_domain_ops,
		.size = 0,
		.hwirq_max = U16_MAX,
		.parent = x86_vector_domain,
	};
	struct irq_domain *domain;

	vtd_irq_fwnode = irq_domain_alloc_named_fwnode("VTD-FAULT");
	if (!vtd_irq_fwnode)
		return -ENOMEM;
	info.fwnode = vtd_irq_fwnode;
	domain = irq_domain_instantiate(&info);
	if (IS_ERR(domain)) {
		irq_domain_free_fwnode(vtd_irq_fwnode);
		vtd_irq_fwnode = NULL;
		return PTR_ERR(domain);
	}
	vtd_irq_domain = domain;
	return 0;
}

/**
 * vtd_irq_domain_destroy() - undo vtd_irq_domain_create()
 *
 * Context: may sleep; all interrupts of the domain are freed.
 */
void vtd_irq_domain_destroy(void)
{
	if (!vtd_irq_domain)
		return;
	irq_domain_remove(vtd_irq_domain);
	irq_domain_free_fwnode(vtd_irq_fwnode);
	vtd_irq_domain = NULL;
	vtd_irq_fwnode = NULL;
}

/**
 * vtd_irq_alloc() - an interrupt for what a unit has to tell
 * @unit: whose
 * @which: VTD_EVENT_*
 *
 * Context: may sleep.
 * Return: the Linux interrupt number, or a negative errno.
 */
int vtd_irq_alloc(struct vtd_unit *unit, unsigned int which)
{
	static const u32 base[VTD_EVENTS] = {
		[VTD_EVENT_FAULT] = VTD_FECTL,
		[VTD_EVENT_PAGE_REQUEST] = VTD_PECTL,
		[VTD_EVENT_PERF] = VTD_PERFINTRCTL,
	};
	struct vtd_event *event = &unit->event[which];
	struct irq_alloc_info info = {
		.type = X86_IRQ_ALLOC_TYPE_DMAR,
		.devid = unit->index * VTD_EVENTS + which,
		.data = event,
	};

	event->unit = unit;
	event->base = base[which];

	return irq_domain_alloc_irqs(vtd_irq_domain, 1, unit->nid, &info);
}

/**
 * vtd_irq_free() - give an interrupt back
 * @irq: from vtd_irq_alloc(), without a handler
 *
 * Context: may sleep.
 */
void vtd_irq_free(unsigned int irq)
{
	irq_dispose_mapping(irq);
}

/**
 * vtd_irq_restore() - write the registers of an event again
 * @irq: from vtd_irq_alloc(), or 0; they were lost, in a suspend
 *
 * Context: any.
 */
void vtd_irq_restore(unsigned int irq)
{
	struct irq_data *data = irq ? irq_get_irq_data(irq) : NULL;

	if (!data)
		return;
	vtd_irq_write_msg(data);
	vtd_irq_unmask(data);
}

/**
 * vtd_irq_registers() - what the registers of an interrupt should hold
 * @irq: of vtd_irq_alloc()
 * @regs: set to control, of which the mask only, data, address and upper address
 *
 * Context: may sleep.
 * Return: false when it has no vector.
 */
bool vtd_irq_registers(unsigned int irq, u32 regs[VTD_IRQ_REGS])
{
	struct irq_data *data = irq_get_irq_data(irq);
	struct irq_desc *desc;
	unsigned long flags;
	bool has;

	if (!data)
		return false;
	desc = irq_data_to_desc(data);
	raw_spin_lock_irqsave(&desc->lock, flags);
	has = irqd_is_activated(data) && irqd_cfg(data);
	if (has) {
		/* Masked while its thread runs. */
		regs[0] = irqd_irq_masked(data) ? VTD_FECTL_IM : 0;
		vtd_irq_compose(data, &regs[1]);
	}
	raw_spin_unlock_irqrestore(&desc->lock, flags);
	return has;
}
