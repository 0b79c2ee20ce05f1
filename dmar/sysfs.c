// SPDX-License-Identifier: GPL-2.0
/*
 * /sys/class/iommu/dmarN: the units' public capabilities, in the files that
 * tools know from the built-in driver (Documentation/ABI).
 */
#include <linux/device.h>
#include <linux/idr.h>
#include <linux/iommu.h>
#include <linux/sysfs.h>

#include "control.h"
#include "unit.h"

static struct vtd_unit *vtd_unit_of_dev(struct device *dev)
{
	struct iommu_device *iommu = dev_to_iommu_device(dev);

	return container_of(iommu, struct vtd_unit, iommu);
}

static ssize_t version_show(struct device *dev, struct device_attribute *attr,
			    char *buf)
{
	u32 version = vtd_unit_of_dev(dev)->version;

	return sysfs_emit(buf, "%lu:%lu\n", FIELD_GET(VTD_VER_MAJOR, version),
			  FIELD_GET(VTD_VER_MINOR, version));
}
static DEVICE_ATTR_RO(version);

static ssize_t address_show(struct device *dev, struct device_attribute *attr,
			    char *buf)
{
	return sysfs_emit(buf, "%llx\n", vtd_unit_of_dev(dev)->drhd->base);
}
static DEVICE_ATTR_RO(address);

static ssize_t cap_show(struct device *dev, struct device_attribute *attr,
			char *buf)
{
	return sysfs_emit(buf, "%llx\n", vtd_unit_of_dev(dev)->cap);
}
static DEVICE_ATTR_RO(cap);

static ssize_t ecap_show(struct device *dev, struct device_attribute *attr,
			 char *buf)
{
	return sysfs_emit(buf, "%llx\n", vtd_unit_of_dev(dev)->ecap);
}
static DEVICE_ATTR_RO(ecap);

static ssize_t domains_supported_show(struct device *dev,
				      struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", vtd_unit_of_dev(dev)->nr_did);
}
static DEVICE_ATTR_RO(domains_supported);

static ssize_t domains_used_show(struct device *dev,
				 struct device_attribute *attr, char *buf)
{
	struct vtd_unit *unit = vtd_unit_of_dev(dev);

	return sysfs_emit(buf, "%u\n", atomic_read(&unit->nr_did_used));
}
static DEVICE_ATTR_RO(domains_used);

static struct attribute *vtd_unit_attrs[] = {
	&dev_attr_version.attr,
	&dev_attr_address.attr,
	&dev_attr_cap.attr,
	&dev_attr_ecap.attr,
	&dev_attr_domains_supported.attr,
	&dev_attr_domains_used.attr,
	NULL,
};

/* The group's name is an interface: tools look for it. */
static const struct attribute_group vtd_unit_group = {
	.name = "intel-iommu",
	.attrs = vtd_unit_attrs,
};

static const struct attribute_group *vtd_unit_groups[] = {
	&vtd_unit_group,
	NULL,
};

/**
 * vtd_sysfs_add() - show a unit
 * @unit: not shown yet
 *
 * Context: may sleep.
 * Return: 0 or a negative errno.
 */
int vtd_sysfs_add(struct vtd_unit *unit)
{
	int ret = iommu_device_sysfs_add(&unit->iommu, NULL, vtd_unit_groups,
					 "%s", unit->name);

	unit->in_sysfs = !ret;
	return ret;
}

/**
 * vtd_sysfs_remove() - undo vtd_sysfs_add()
 * @unit: shown, or not
 *
 * Context: may sleep; the unit is no longer registered.
 */
void vtd_sysfs_remove(struct vtd_unit *unit)
{
	if (unit->in_sysfs)
		iommu_device_sysfs_remove(&unit->iommu);
	unit->in_sysfs = false;
}
