/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Domains whose tables are those of a process.
 */
#ifndef VTD_SVA_H
#define VTD_SVA_H

struct device;
struct iommu_domain;
struct mm_struct;

struct iommu_domain *vtd_sva_alloc(struct device *dev, struct mm_struct *mm);
void vtd_sva_exit(void);

#endif /* VTD_SVA_H */
