// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's DMA API on a device whose driver we are.
 *
 * Whether unmapping is strict or lazy is the type of the device's group, which
 * the caller has chosen before the device was bound.
 */
#include <linux/dma-mapping.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/iommu.h>
#include <linux/mm.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>

#include "bench.h"

#define BENCH_SG 16

static struct device *bench_dev;
static struct page *bench_page[BENCH_SG];
static struct scatterlist bench_sg[BENCH_SG];
static dma_addr_t bench_addr;

static bool bench_map_one(const struct bench_case *c, unsigned int i)
{
	bench_addr = dma_map_page(bench_dev, bench_page[0], 0, PAGE_SIZE,
				  DMA_BIDIRECTIONAL);
	return !dma_mapping_error(bench_dev, bench_addr);
}

static bool bench_unmap_one(const struct bench_case *c, unsigned int i)
{
	dma_unmap_page(bench_dev, bench_addr, PAGE_SIZE, DMA_BIDIRECTIONAL);
	return true;
}

static bool bench_map_sg(const struct bench_case *c, unsigned int i)
{
	return dma_map_sg(bench_dev, bench_sg, BENCH_SG, DMA_BIDIRECTIONAL) > 0;
}

static bool bench_unmap_sg(const struct bench_case *c, unsigned int i)
{
	dma_unmap_sg(bench_dev, bench_sg, BENCH_SG, DMA_BIDIRECTIONAL);
	return true;
}

static const struct bench_case bench_strict[] = {
	{
		.size = "4K",
		.rounds = 512,
		.name = { "dma_map-strict", "dma_unmap-strict" },
		.step = { bench_map_one, bench_unmap_one },
	},
	{
		.size = "16x4K",
		.rounds = 256,
		.name = { "dma_map_sg-strict", "dma_unmap_sg-strict" },
		.step = { bench_map_sg, bench_unmap_sg },
	},
};

static const struct bench_case bench_lazy[] = {
	{
		.size = "4K",
		.rounds = 512,
		.name = { "dma_map-lazy", "dma_unmap-lazy" },
		.step = { bench_map_one, bench_unmap_one },
	},
	{
		.size = "16x4K",
		.rounds = 256,
		.name = { "dma_map_sg-lazy", "dma_unmap_sg-lazy" },
		.step = { bench_map_sg, bench_unmap_sg },
	},
};

/* Every other page of a block: no two lie side by side. */
static void bench_fill_sg(struct page *block)
{
	unsigned int i;

	sg_init_table(bench_sg, BENCH_SG);
	for (i = 0; i < BENCH_SG; i++) {
		bench_page[i] = block + 2 * i;
		sg_set_page(&bench_sg[i], bench_page[i], PAGE_SIZE, 0);
	}
}

/**
 * bench_dma() - the rows of the DMA API
 * @s: where to print
 * @pdev: bound to our driver
 *
 * Context: may sleep; one at a time.
 * Return: 0; -ENODEV when the DMA API does not go through an IOMMU; -ENOMEM;
 * an error of bench_run().
 */
int bench_dma(struct seq_file *s, struct pci_dev *pdev)
{
	struct iommu_domain *domain = iommu_get_domain_for_dev(&pdev->dev);
	const struct bench_case *todo;
	unsigned int order = get_order(2 * BENCH_SG * PAGE_SIZE);
	struct page *block;
	unsigned int i;
	int ret = 0;

	if (!domain || !(domain->type & __IOMMU_DOMAIN_DMA_API))
		return -ENODEV;
	todo = domain->type == IOMMU_DOMAIN_DMA ? bench_strict : bench_lazy;
	block = alloc_pages(GFP_KERNEL, order);
	if (!block)
		return -ENOMEM;
	bench_dev = &pdev->dev;
	bench_fill_sg(block);
	for (i = 0; !ret && i < ARRAY_SIZE(bench_strict); i++)
		ret = bench_run(s, &todo[i]);
	__free_pages(block, order);
	return ret;
}
