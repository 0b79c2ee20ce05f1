// SPDX-License-Identifier: GPL-2.0
/* The core tells of kernel mappings that went away, so it allows SVA (6.19). */
#include <linux/iommu.h>

static void __maybe_unused vtd_probe(void)
{
	iommu_sva_invalidate_kva_range(0, 4096);
}
