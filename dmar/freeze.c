// SPDX-License-Identifier: GPL-2.0
/*
 * A driver made to stand still, as for the image of a hibernation, with its
 * device left as it is: no DMA is under way, none begins, and whoever wants
 * something of the device waits.
 *
 * Only drivers that are known to bear it alone, without the rest of the
 * machine: see vtd_freezable.
 */
#include <linux/device.h>
#include <linux/pci.h>
#include <linux/pm.h>
#include <linux/pm_runtime.h>
#include <linux/string.h>

#include "handover.h"
#include "pci.h"

/*
 * Tried under load.  What a driver must do: end all DMA and give back what it
 * mapped for a while, let requests wait rather than fail, and neither need its
 * children frozen before nor use what only runs in a suspend.
 */
static const char *const vtd_freezable[] = {
	"e1000e",
	"nvme",
};

static const struct dev_pm_ops *vtd_pm_of(const struct pci_dev *pdev)
{
	return pdev->dev.bus->pm;
}

/**
 * vtd_freeze_obstacle() - why a device's driver cannot be frozen
 * @pdev: a device with a driver
 *
 * Context: may sleep; the device's lock is held, or the answer may be stale.
 * Return: words that follow the driver's name, or NULL when it can be.
 */
const char *vtd_freeze_obstacle(struct pci_dev *pdev)
{
	const struct vtd_driver_name name = vtd_pci_driver_name(pdev);
	const struct dev_pm_ops *pm = vtd_pm_of(pdev);
	unsigned int i;

	if (!pm || !pm->freeze || !pm->thaw)
		return "cannot be frozen: this kernel has no hibernation";
	if (pci_num_vf(pdev))
		return "cannot be frozen while the device has virtual functions";
	for (i = 0; i < ARRAY_SIZE(vtd_freezable); i++)
		if (!strcmp(name.text, vtd_freezable[i]))
			return NULL;
	return "is not known to bear being frozen";
}

/**
 * vtd_freeze() - have a device's driver stand still
 * @pdev: vtd_freeze_obstacle() had nothing against it
 *
 * Context: may sleep; the device's lock is held.
 * Return: 0, or what the driver failed with, and then it goes on.
 */
int vtd_freeze(struct pci_dev *pdev)
{
	int ret;

	device_lock_assert(&pdev->dev);
	/* Without runtime power management it is awake anyway. */
	pm_runtime_get_sync(&pdev->dev);
	ret = vtd_pm_of(pdev)->freeze(&pdev->dev);
	if (ret)
		pm_runtime_put(&pdev->dev);
	return ret;
}

/**
 * vtd_thaw() - undo vtd_freeze()
 * @pdev: frozen, perhaps by another build of this module
 *
 * What the driver maps from now on is translated as the device is.
 *
 * Context: as vtd_freeze().
 */
void vtd_thaw(struct pci_dev *pdev)
{
	int ret;

	device_lock_assert(&pdev->dev);
	ret = vtd_pm_of(pdev)->thaw(&pdev->dev);
	if (ret)
		pci_err(pdev, "its driver %s did not go on: error %d\n",
			vtd_pci_driver_name(pdev).text, ret);
	pm_runtime_put(&pdev->dev);
}
