/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Native build: PCI devices as far as the iommu side of the driver looks at
 * them.  A test makes its own; vtd_shim_pci_devices holds all there are.
 */
#ifndef VTD_SHIM_PCI_H
#define VTD_SHIM_PCI_H

#include <linux/container_of.h>
#include <linux/iommu.h>
#include <linux/list.h>
#include <linux/printk.h>
#include <linux/types.h>

#define PCI_BASE_CLASS_DISPLAY 0x03
#define PCI_CLASS_SERIAL_USB 0x0c03

#define PCI_BUS_NUM(sid) ((sid) >> 8 & 0xff)
#define PCI_SLOT(devfn) ((devfn) >> 3 & 0x1f)
#define PCI_FUNC(devfn) ((devfn) & 7)

struct device_driver {
	const char *name;
};

struct device {
	struct device_driver *driver;
	struct iommu_group *iommu_group;
	void *iommu_priv;
	bool is_pci;
};

/**
 * struct pci_dev - a device
 * @dev: what it is to the core
 * @class: class code, 24 bits
 * @name: for the log
 * @refs: references taken and not given back
 * @master: it may do DMA
 * @all: in vtd_shim_pci_devices
 */
struct pci_dev {
	struct device dev;
	unsigned int class;
	const char *name;
	int refs;
	bool master;
	struct list_head all;
};

/* Defined by the test that has devices. */
extern struct list_head vtd_shim_pci_devices;

#define to_pci_dev(d) container_of(d, struct pci_dev, dev)
#define dev_is_pci(d) ((d)->is_pci)

static inline const char *pci_name(const struct pci_dev *pdev)
{
	return pdev->name;
}

static inline struct pci_dev *pci_dev_get(struct pci_dev *pdev)
{
	if (pdev)
		pdev->refs++;
	return pdev;
}

static inline void pci_dev_put(struct pci_dev *pdev)
{
	if (pdev)
		pdev->refs--;
}

static inline void pci_clear_master(struct pci_dev *pdev)
{
	pdev->master = false;
}

/* The next one, referenced; the one before is given back. */
static inline struct pci_dev *vtd_shim_next_pci_dev(struct pci_dev *from)
{
	struct list_head *next = from ? from->all.next :
					vtd_shim_pci_devices.next;

	pci_dev_put(from);
	if (next == &vtd_shim_pci_devices)
		return NULL;
	return pci_dev_get(list_entry(next, struct pci_dev, all));
}

#define for_each_pci_dev(d) while ((d = vtd_shim_next_pci_dev(d)))

static inline void *dev_iommu_priv_get(struct device *dev)
{
	return dev->iommu_priv;
}

static inline void dev_iommu_priv_set(struct device *dev, void *priv)
{
	dev->iommu_priv = priv;
}

struct iommu_group *pci_device_group(struct device *dev);

#define dev_err(dev, ...) pr_err(__VA_ARGS__)
#define dev_err_ratelimited(dev, ...) pr_err(__VA_ARGS__)
#define pci_err(pdev, ...) pr_err(__VA_ARGS__)

#endif /* VTD_SHIM_PCI_H */
