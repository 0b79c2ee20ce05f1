/* SPDX-License-Identifier: GPL-2.0 */
/* Native build: what is needed of it is in linux/iommu.h. */
#include <linux/iommu.h>
