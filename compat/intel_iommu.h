/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the built-in driver exports but declares only in its own headers.
 */
#ifndef VTD_COMPAT_INTEL_IOMMU_H
#define VTD_COMPAT_INTEL_IOMMU_H

/* Non-zero when the built-in driver translates DMA. */
extern int intel_iommu_enabled;

#endif /* VTD_COMPAT_INTEL_IOMMU_H */
