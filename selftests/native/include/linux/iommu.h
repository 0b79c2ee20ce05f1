/* SPDX-License-Identifier: GPL-2.0 */
/* Native build: what the iommu core keeps inside of the driver's objects. */
#ifndef VTD_SHIM_IOMMU_H
#define VTD_SHIM_IOMMU_H

#include <linux/err.h>
#include <linux/list.h>
#include <linux/types.h>

#define IOMMU_READ (1 << 0)
#define IOMMU_WRITE (1 << 1)

struct iommu_domain_geometry {
	dma_addr_t aperture_start;
	dma_addr_t aperture_end;
	bool force_aperture;
};

struct iommu_domain {
	unsigned int type;
	unsigned long pgsize_bitmap;
	struct iommu_domain_geometry geometry;
};

struct iommu_device {
	struct list_head list;
};

#endif /* VTD_SHIM_IOMMU_H */
