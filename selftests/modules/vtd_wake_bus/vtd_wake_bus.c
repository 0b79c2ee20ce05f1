// SPDX-License-Identifier: GPL-2.0
/*
 * Does what the firmware of the emulated machine forgets after a suspend to RAM:
 * puts the base of the memory-mapped configuration space back (PCIEXBAR of the
 * host bridge), before any other device is resumed. Without it nothing can reach
 * a capability beyond byte 256.
 */
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/pm.h>

#define PCIEXBAR 0x60

static u32 base[2];

static int wake_bus_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	return 0;
}

static int wake_bus_suspend(struct device *dev)
{
	struct pci_dev *pdev = to_pci_dev(dev);

	pci_read_config_dword(pdev, PCIEXBAR, &base[0]);
	pci_read_config_dword(pdev, PCIEXBAR + 4, &base[1]);
	return 0;
}

static int wake_bus_resume(struct device *dev)
{
	struct pci_dev *pdev = to_pci_dev(dev);
	u32 now;

	pci_read_config_dword(pdev, PCIEXBAR, &now);
	pci_info(pdev, "configuration space was at 0x%x, now 0x%x\n", base[0],
		 now);
	pci_write_config_dword(pdev, PCIEXBAR + 4, base[1]);
	pci_write_config_dword(pdev, PCIEXBAR, base[0]);
	return 0;
}

static const struct dev_pm_ops wake_bus_pm = {
	.suspend_noirq = wake_bus_suspend,
	.resume_noirq = wake_bus_resume,
};

static const struct pci_device_id wake_bus_ids[] = {
	{ PCI_DEVICE(PCI_VENDOR_ID_INTEL, 0x29c0) },
	{}
};

static struct pci_driver wake_bus_driver = {
	.name = "vtd_wake_bus",
	.id_table = wake_bus_ids,
	.probe = wake_bus_probe,
	.driver.pm = &wake_bus_pm,
};

module_pci_driver(wake_bus_driver);

MODULE_DESCRIPTION("Test: the emulated machine's configuration space after S3");
MODULE_LICENSE("GPL");
