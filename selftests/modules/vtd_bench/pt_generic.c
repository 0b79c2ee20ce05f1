// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's own page-table code for second-stage tables, which the built-in
 * driver uses.
 */
#include <linux/bits.h>
#include <linux/device.h>
#include <linux/generic_pt/iommu.h>
#include <linux/iommu.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/numa.h>
#include <linux/string.h>

#include "pt.h"

/* Exported, but declared only in the core's own headers. */
void iommu_put_pages_list(struct iommu_pages_list *list);

static struct pt_iommu_vtdss pt_generic;

/* Asked for where walks do not snoop; x86 flushes without its help. */
static struct device pt_generic_device;

/* Nothing walks the table, so there is nothing to invalidate. */
static void pt_generic_sync(struct iommu_domain *domain,
			    struct iommu_iotlb_gather *gather)
{
}

static const struct iommu_domain_ops pt_generic_ops = {
	.iotlb_sync = pt_generic_sync,
};

static int pt_generic_init(bool coherent)
{
	struct pt_iommu_vtdss_cfg cfg = {
		.common = {
			.features = BIT(PT_FEAT_FLUSH_RANGE),
			.hw_max_vasz_lg2 = 48,
			.hw_max_oasz_lg2 = 52,
		},
		.top_level = 3,
	};

	if (!coherent)
		cfg.common.features |= BIT(PT_FEAT_DMA_INCOHERENT);
	memset(&pt_generic, 0, sizeof(pt_generic));
	pt_generic.iommu.nid = NUMA_NO_NODE;
	pt_generic.iommu.iommu_device = &pt_generic_device;
	pt_generic.iommu.domain.ops = &pt_generic_ops;
	return pt_iommu_vtdss_init(&pt_generic, &cfg, GFP_KERNEL);
}

static void pt_generic_destroy(void)
{
	pt_iommu_deinit(&pt_generic.iommu);
}

static bool pt_generic_map(u64 iova, u64 paddr, u64 pgsize, u64 bytes)
{
	size_t mapped = 0;

	return !pt_generic.iommu.ops->map_range(&pt_generic.iommu, iova, paddr,
						bytes, IOMMU_READ | IOMMU_WRITE,
						GFP_ATOMIC, &mapped);
}

static bool pt_generic_unmap(u64 iova, u64 pgsize, u64 bytes)
{
	struct iommu_iotlb_gather gather;
	size_t done;

	iommu_iotlb_gather_init(&gather);
	done = pt_generic.iommu.ops->unmap_range(&pt_generic.iommu, iova, bytes,
						 &gather);
	if (!list_empty(&gather.freelist.pages))
		iommu_put_pages_list(&gather.freelist);
	return done == bytes;
}

static u64 pt_generic_phys(u64 iova)
{
	return pt_iommu_vtdss_iova_to_phys(&pt_generic.iommu.domain, iova);
}

const struct bench_pt bench_pt_generic = {
	.init = pt_generic_init,
	.destroy = pt_generic_destroy,
	.map = pt_generic_map,
	.unmap = pt_generic_unmap,
	.phys = pt_generic_phys,
};

MODULE_IMPORT_NS("GENERIC_PT_IOMMU");
