// SPDX-License-Identifier: GPL-2.0
/*
 * MSI and MSI-X of PCI devices: those that exist, and those to come.
 *
 * Owns which domain a device's MSI domain has as its parent.  A device's
 * domain and all its interrupts change hands in one critical section, under
 * the device's lock, so that no driver comes or goes, and the lock of its
 * descriptors.  Must never keep a pointer to a device's domain: the PCI core
 * replaces it when a driver changes from MSI-X to MSI.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/delay.h>
#include <linux/msi.h>
#include <linux/pci.h>
#include <linux/printk.h>

#include <asm/irqdomain.h>
#include <asm/msi.h>

#include "irq.h"
#include "remap.h"

/* A plain MSI's data is a vector: indexes from here on can keep it. */
#define VTD_IR_MSI_FIRST 256

/* What is created while a pass goes by is found by the next one. */
#define VTD_IR_PASSES 3

/* The same on the way back, where nothing may be left behind. */
#define VTD_IR_PASSES_BACK 40

/*
 * A driver may set up its interrupts outside of its probe: it has read which
 * domain is the parent, and will in a moment have made a child of it.
 */
#define VTD_IR_SETTLE_MS 50

/* A driver that is being bound may take its time: up to 30 seconds. */
#define VTD_IR_LOCK_TRIES 3000
#define VTD_IR_LOCK_WAIT_MS 10

/* As the core does it for MSI domains whose parent may want a new message. */
static int vtd_ir_msi_set_affinity(struct irq_data *data,
				   const struct cpumask *mask, bool force)
{
	struct irq_data *level = data->parent_data;
	struct msi_msg msg[2] = {};
	int ret = level->chip->irq_set_affinity(level, mask, force);

	if (ret < 0 || ret == IRQ_SET_MASK_OK_DONE)
		return ret;
	while (!level->chip->irq_compose_msi_msg)
		level = level->parent_data;
	level->chip->irq_compose_msi_msg(level, msg);
	data->chip->irq_write_msi_msg(data, msg);
	return ret;
}

static bool vtd_ir_is_msi_domain_of(struct irq_domain *domain, const void *data)
{
	return domain->dev == data &&
	       domain->flags & IRQ_DOMAIN_FLAG_MSI_DEVICE;
}

static bool vtd_ir_is_unadopted_of(struct irq_domain *domain, const void *data)
{
	return domain->parent == x86_vector_domain &&
	       vtd_ir_is_msi_domain_of(domain, data);
}

static bool vtd_ir_is_adopted_of(struct irq_domain *domain, const void *data)
{
	return vtd_ir_is_domain(domain->parent) &&
	       vtd_ir_is_msi_domain_of(domain, data);
}

/* Chip and names are the device's own copy, made from a template. */
static void vtd_ir_take_domain(struct irq_domain *domain,
			       struct irq_domain *parent)
{
	struct msi_domain_info *info = domain->host_data;
	struct msi_domain_template *own =
		container_of(info, struct msi_domain_template, info);
	char name[sizeof(own->name) - 3];

	domain->parent = parent;
	info->chip->irq_set_affinity = vtd_ir_msi_set_affinity;
	vtd_chip_defer_moves(info->chip, false);
	if (info->bus_token == DOMAIN_BUS_PCI_DEVICE_MSI)
		info->flags |= MSI_FLAG_MULTI_PCI_MSI;
	strscpy(name, own->name);
	if (strncmp(name, "IR-", 3))
		snprintf(own->name, sizeof(own->name), "IR-%s", name);
}

static void vtd_ir_return_domain(struct irq_domain *domain)
{
	struct msi_domain_info *info = domain->host_data;
	struct msi_domain_template *own =
		container_of(info, struct msi_domain_template, info);

	domain->parent = x86_vector_domain;
	info->chip->irq_set_affinity = vtd_ir.msi_set_affinity;
	vtd_chip_defer_moves(info->chip, true);
	info->flags &= ~MSI_FLAG_MULTI_PCI_MSI;
	if (!strncmp(own->name, "IR-", 3))
		memmove(own->name, own->name + 3, sizeof(own->name) - 3);
}

/* Everything that can fail, for all interrupts of a device. */
static int vtd_ir_prepare_all(struct pci_dev *pdev, struct vtd_ir_unit *iru,
			      u64 source, struct list_head *ready)
{
	struct msi_desc *desc;

	msi_for_each_desc(desc, &pdev->dev, MSI_DESC_ASSOCIATED) {
		bool keep = !desc->pci.msi_attrib.is_msix;
		struct vtd_ir_irq *irq;
		struct irq_data *outer = irq_get_irq_data(desc->irq);

		/* The CPU vectors give a device no more than one plain MSI. */
		if (!outer || !outer->parent_data || desc->nvec_used != 1 ||
		    outer->parent_data->domain != x86_vector_domain)
			return -EINVAL;
		irq = vtd_ir_prepare(outer, iru, source,
				     keep ? VTD_IR_MSI_FIRST : 0);
		if (IS_ERR(irq))
			return PTR_ERR(irq);
		irq->shv = keep;
		list_add_tail(&irq->node, ready);
	}
	return 0;
}

static int vtd_ir_adopt_domain(struct pci_dev *pdev, struct vtd_ir_unit *iru,
			       u64 source, struct irq_domain *domain)
{
	struct vtd_ir_irq *irq, *next;
	LIST_HEAD(ready);
	int ret = vtd_ir_prepare_all(pdev, iru, source, &ready);

	if (!ret)
		vtd_ir_take_domain(domain, iru->domain);
	list_for_each_entry_safe(irq, next, &ready, node) {
		list_del(&irq->node);
		if (ret)
			vtd_ir_unprepare(irq);
		else
			vtd_ir_splice(irq, irq_get_irq_data(irq->irqd->irq),
				      NULL);
	}
	return ret;
}

static bool vtd_ir_shall_have(const struct pci_dev *pdev)
{
	return dev_get_msi_domain(&pdev->dev) == x86_vector_domain;
}

/*
 * Keep drivers, and the device itself, from coming and going.  A probe may wait
 * for the lock of the PCI bus, so that one is not held while waiting for it.
 */
static bool vtd_ir_lock_device(struct pci_dev *pdev)
{
	unsigned int tries;

	for (tries = 0; tries < VTD_IR_LOCK_TRIES; tries++) {
		pci_lock_rescan_remove();
		if (device_trylock(&pdev->dev))
			return true;
		pci_unlock_rescan_remove();
		msleep(VTD_IR_LOCK_WAIT_MS);
	}
	return false;
}

static void vtd_ir_unlock_device(struct pci_dev *pdev)
{
	device_unlock(&pdev->dev);
	pci_unlock_rescan_remove();
}

/* 0, also when there was nothing to do; vtd_ir_lock_device() is held. */
static int vtd_ir_adopt_locked(struct pci_dev *pdev)
{
	u16 sid[VTD_UNITS_SIDS_MAX];
	struct irq_domain *domain;
	struct vtd_ir_unit *iru;
	unsigned int nr;
	int ret;

	ret = vtd_units_of_device(pdev, sid, &nr);
	if (ret < 0)
		return vtd_ir_shall_have(pdev) ? ret : 0;
	iru = &vtd_ir.unit[ret];
	if (!pdev->dev.msi.data) {
		if (vtd_ir_shall_have(pdev))
			dev_set_msi_domain(&pdev->dev, iru->domain);
		return 0;
	}
	ret = 0;
	__msi_lock_descs(&pdev->dev);
	mutex_lock(&x86_vector_domain->mutex);
	domain = vtd_ir_find_domain(vtd_ir_is_unadopted_of, &pdev->dev);
	if (domain)
		ret = vtd_ir_adopt_domain(pdev, iru, vtd_ir_source(sid, nr),
					  domain);
	if (!ret && vtd_ir_shall_have(pdev))
		dev_set_msi_domain(&pdev->dev, iru->domain);
	mutex_unlock(&x86_vector_domain->mutex);
	__msi_unlock_descs(&pdev->dev);
	return ret;
}

static int vtd_ir_adopt_device(struct pci_dev *pdev)
{
	int ret;

	if (!vtd_ir_lock_device(pdev))
		return -EBUSY;
	ret = vtd_ir_adopt_locked(pdev);
	vtd_ir_unlock_device(pdev);
	return ret;
}

/**
 * vtd_ir_msi_adopt() - adopt the interrupts of every PCI device
 *
 * What cannot be adopted stays as it is, is named in the log and counted in
 * vtd_ir.left.
 *
 * Context: may sleep; takes pci_lock_rescan_remove() and each device's lock.
 */
void vtd_ir_msi_adopt(void)
{
	struct pci_dev *pdev;
	unsigned int pass;

	for (pass = 0; pass < VTD_IR_PASSES; pass++) {
		if (pass)
			msleep(VTD_IR_SETTLE_MS);
		vtd_ir.left = 0;
		pdev = NULL;
		for_each_pci_dev(pdev) {
			int ret = vtd_ir_adopt_device(pdev);

			if (!ret)
				continue;
			vtd_ir.left++;
			if (pass == VTD_IR_PASSES - 1)
				pci_warn(
					pdev,
					"its interrupts stay in compatibility format: %s (error %d)\n",
					ret == -ENODEV ?
						"no unit of the DMAR table has the device" :
						"they cannot be adopted",
					ret);
		}
	}
}

/* vtd_ir_lock_device() is held. */
static void vtd_ir_give_back_locked(struct pci_dev *pdev,
				    struct list_head *gone)
{
	struct irq_domain *domain;
	struct msi_desc *desc;
	unsigned int i;

	if (vtd_ir_is_domain(dev_get_msi_domain(&pdev->dev)))
		dev_set_msi_domain(&pdev->dev, x86_vector_domain);
	if (!pdev->dev.msi.data)
		return;
	__msi_lock_descs(&pdev->dev);
	mutex_lock(&x86_vector_domain->mutex);
	msi_for_each_desc(desc, &pdev->dev, MSI_DESC_ASSOCIATED) {
		for (i = 0; i < desc->nvec_used; i++) {
			struct irq_data *outer =
				irq_get_irq_data(desc->irq + i);
			struct vtd_ir_irq *irq = vtd_ir_unsplice(outer, NULL);

			if (irq)
				list_add_tail(&irq->node, gone);
		}
	}
	domain = vtd_ir_find_domain(vtd_ir_is_adopted_of, &pdev->dev);
	if (domain)
		vtd_ir_return_domain(domain);
	mutex_unlock(&x86_vector_domain->mutex);
	__msi_unlock_descs(&pdev->dev);
}

static void vtd_ir_give_back_device(struct pci_dev *pdev,
				    struct list_head *gone)
{
	bool locked = vtd_ir_lock_device(pdev);

	/* There is no way to refuse any more. */
	if (!locked)
		pci_warn(
			pdev,
			"its driver has been busy for 30 seconds; its interrupts are given back all the same\n");
	vtd_ir_give_back_locked(pdev, gone);
	if (locked)
		vtd_ir_unlock_device(pdev);
}

static int vtd_ir_pci_notify(struct notifier_block *nb, unsigned long action,
			     void *data)
{
	struct pci_dev *pdev = to_pci_dev(data);
	u16 sid[VTD_UNITS_SIDS_MAX];
	unsigned int nr;
	int index;

	/* The PCI core has put the vector domain there; no driver yet. */
	if (action != BUS_NOTIFY_ADD_DEVICE || !vtd_ir_shall_have(pdev))
		return NOTIFY_DONE;
	index = vtd_units_of_device(pdev, sid, &nr);
	if (index < 0)
		pci_warn(
			pdev,
			"no unit of the DMAR table has the device: its interrupts are not remapped\n");
	else
		dev_set_msi_domain(&pdev->dev, vtd_ir.unit[index].domain);
	return NOTIFY_DONE;
}

static struct notifier_block vtd_ir_pci_nb = {
	.notifier_call = vtd_ir_pci_notify,
};

/**
 * vtd_ir_msi_init() - get ready to adopt, and learn of devices to come
 *
 * Context: may sleep.
 * Return: 0; -EOPNOTSUPP when this kernel does MSI another way.
 */
int vtd_ir_msi_init(void)
{
	struct irq_chip chip = {};
	struct msi_domain_ops ops = {};
	struct msi_domain_info info = {
		.bus_token = DOMAIN_BUS_PCI_DEVICE_MSIX,
		.chip = &chip,
		.ops = &ops,
	};
	const struct msi_parent_ops *parent =
		x86_vector_domain ? x86_vector_domain->msi_parent_ops : NULL;

	/* Ask for what a chip on the CPU vectors gets: it is not exported. */
	if (!parent ||
	    !parent->init_dev_msi_info(NULL, x86_vector_domain,
				       x86_vector_domain, &info) ||
	    !chip.irq_set_affinity) {
		pr_err("this kernel's MSI domains are not as expected\n");
		return -EOPNOTSUPP;
	}
	vtd_ir.msi_set_affinity = chip.irq_set_affinity;
	return bus_register_notifier(&pci_bus_type, &vtd_ir_pci_nb);
}

static bool vtd_ir_is_child(struct irq_domain *domain, const void *data)
{
	return vtd_ir_is_domain(domain->parent) &&
	       domain->flags & IRQ_DOMAIN_FLAG_MSI_DEVICE;
}

/**
 * vtd_ir_msi_give_back() - undo vtd_ir_msi_adopt() and vtd_ir_msi_init()
 * @gone: gets what vtd_ir_finish() is to free
 *
 * Context: may sleep; takes pci_lock_rescan_remove() and each device's lock.
 */
void vtd_ir_msi_give_back(struct list_head *gone)
{
	unsigned int pass, quiet = 0;
	struct pci_dev *pdev;

	bus_unregister_notifier(&pci_bus_type, &vtd_ir_pci_nb);
	for (pass = 0; pass < VTD_IR_PASSES_BACK && quiet < 2; pass++) {
		pdev = NULL;
		for_each_pci_dev(pdev)
			vtd_ir_give_back_device(pdev, gone);
		msleep(VTD_IR_SETTLE_MS);
		quiet = vtd_ir_find_domain(vtd_ir_is_child, NULL) ? 0 :
								    quiet + 1;
	}
	WARN_ON(vtd_ir_find_domain(vtd_ir_is_child, NULL));
}
