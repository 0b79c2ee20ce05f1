// SPDX-License-Identifier: GPL-2.0
/*
 * What devices have written to, in the bitmaps of iommufd.
 */
#include <linux/iommu.h>

#include <vtd/nested.h>

#include "iommufd.h"

static int vtd_dirty_track(struct iommu_domain *domain, bool on)
{
	return vtd_iommufd_errno(vtd_user_dirty_track(domain, on));
}

static void vtd_dirty_record(void *data, u64 iova, u64 bytes)
{
	iommu_dirty_bitmap_record(data, iova, bytes);
}

static int vtd_dirty_read(struct iommu_domain *domain, unsigned long iova,
			  size_t size, unsigned long flags,
			  struct iommu_dirty_bitmap *dirty)
{
	vtd_user_dirty_read(domain, iova, size, !(flags & IOMMU_DIRTY_NO_CLEAR),
			    vtd_dirty_record, dirty);
	return 0;
}

const struct iommu_dirty_ops vtd_dirty_ops = {
	.set_dirty_tracking = vtd_dirty_track,
	.read_and_clear_dirty = vtd_dirty_read,
};
