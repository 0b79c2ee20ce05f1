/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Callbacks of the iommu core, by the newest kernel's prototypes.
 */
#ifndef VTD_COMPAT_IOMMU_H
#define VTD_COMPAT_IOMMU_H

#include <linux/iommu.h>

#include "vtd_probed.h"

/*
 * VTD_ATTACH_OP(fn) makes fn(domain, dev, old) usable as attach_dev;
 * vtd_attach_op(fn) names it in the table.  An older core does not tell which
 * domain is attached: there @old is NULL.
 */
#ifdef VTD_HAVE_ATTACH_DEV_OLD
#define VTD_ATTACH_OP(fn)
#define vtd_attach_op(fn) fn
#else
#define VTD_ATTACH_OP(fn)                                                   \
	static int fn##_op(struct iommu_domain *domain, struct device *dev) \
	{                                                                   \
		return fn(domain, dev, NULL);                               \
	}
#define vtd_attach_op(fn) fn##_op
#endif

#endif /* VTD_COMPAT_IOMMU_H */
