/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Parts of vtd_iommufd.
 */
#ifndef VTD_IOMMUFD_H
#define VTD_IOMMUFD_H

#include <linux/align.h>
#include <linux/errno.h>
#include <linux/iommu.h>
#include <linux/limits.h>
#include <linux/sizes.h>
#include <linux/types.h>

struct iommufd_viommu;
struct iommu_user_data;
struct iommu_user_data_array;

/* iommufd_nested.c */
struct iommu_domain *
vtd_iommufd_nested(struct device *dev, struct iommu_domain *parent, u32 flags,
		   const struct iommu_user_data *user_data);

/* iommufd_viommu.c */
size_t vtd_viommu_size(struct device *dev, unsigned int type);
int vtd_viommu_init(struct iommufd_viommu *viommu, struct iommu_domain *parent,
		    const struct iommu_user_data *user_data);
void vtd_viommu_gone(struct iommufd_viommu *viommu);

/* iommufd_event.c */
struct vtd_vdevice;
void vtd_event_add(struct vtd_vdevice *vdev);
void vtd_event_remove(struct vtd_vdevice *vdev);
void vtd_event_device_failed(struct device *dev);
void vtd_event_init(void);
void vtd_event_exit(void);

/* iommufd_dirty.c */
extern const struct iommu_dirty_ops vtd_dirty_ops;

/* iommufd.c */
int vtd_iommufd_start(void);
void vtd_iommufd_stop(void);

/**
 * vtd_iommufd_errno() - what a flush says, in terms that user space knows
 * @err: 0 or of vtd_nested_flush()
 *
 * Return: 0; -ETIMEDOUT when a device did not answer; -EIO when the unit did
 * not.
 */
static inline int vtd_iommufd_errno(int err)
{
	if (err == -ETIME)
		return -ETIMEDOUT;
	return err ? -EIO : 0;
}

/**
 * vtd_iommufd_range() - a range in pages as user space gives it
 * @addr: first byte
 * @npages: of 4096 bytes; ~0 with @addr 0: all
 * @last: set to the last byte
 *
 * Return: 0; -EINVAL when it is not aligned, empty, or goes beyond the end of all
 * addresses.
 */
static inline int vtd_iommufd_range(u64 addr, u64 npages, u64 *last)
{
	if (!IS_ALIGNED(addr, SZ_4K) || !npages)
		return -EINVAL;
	*last = U64_MAX;
	if (npages == U64_MAX)
		return addr ? -EINVAL : 0;
	if (npages - 1 > (U64_MAX - addr) >> 12)
		return -EINVAL;
	*last = addr + (npages << 12) - 1;
	return 0;
}

#endif /* VTD_IOMMUFD_H */
