// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's IOMMU API: map, look up and unmap in a domain of our own, and
 * attach and detach it.
 *
 * The domain is attached to a device of the unit while it is worked on, so
 * that every invalidation really happens; no address in it is ever used.
 */
#include <linux/err.h>
#include <linux/iommu.h>
#include <linux/sizes.h>

#include "bench.h"

/**
 * struct bench_area - what one case maps
 * @iova: of round 0, bytes
 * @paddr: of every round, bytes; need not be memory, for nothing goes there
 * @bytes: mapped in each round; round i is at @iova + i * @bytes
 */
struct bench_area {
	u64 iova;
	u64 paddr;
	u64 bytes;
};

static struct iommu_domain *bench_domain;
static struct iommu_group *bench_group;

static bool bench_map(const struct bench_case *c, unsigned int i)
{
	const struct bench_area *a = c->arg;

	return !iommu_map(bench_domain, a->iova + i * a->bytes, a->paddr,
			  a->bytes, IOMMU_READ | IOMMU_WRITE, GFP_ATOMIC);
}

static bool bench_unmap(const struct bench_case *c, unsigned int i)
{
	const struct bench_area *a = c->arg;

	return iommu_unmap(bench_domain, a->iova + i * a->bytes, a->bytes) ==
	       a->bytes;
}

static bool bench_lookup(const struct bench_case *c, unsigned int i)
{
	const struct bench_area *a = c->arg;

	return iommu_iova_to_phys(bench_domain, a->iova + i * a->bytes) ==
	       a->paddr;
}

static bool bench_attach(const struct bench_case *c, unsigned int i)
{
	return !iommu_attach_group(bench_domain, bench_group);
}

static bool bench_detach(const struct bench_case *c, unsigned int i)
{
	iommu_detach_group(bench_domain, bench_group);
	return true;
}

#define BENCH_MAP(what, n, at, to, length)                            \
	{                                                             \
		.size = what,                                         \
		.rounds = n,                                          \
		.name = { "map", "iova_to_phys", "unmap" },           \
		.step = { bench_map, bench_lookup, bench_unmap },     \
		.arg = &(const struct bench_area){ .iova = at,        \
						   .paddr = to,       \
						   .bytes = length }, \
	}

/* A physical address that is off by a page leaves only pages of 4K. */
static const struct bench_case bench_cases[] = {
	BENCH_MAP("4K", 512, SZ_1G, SZ_2G, SZ_4K),
	BENCH_MAP("64K", 256, 2ull * SZ_1G, SZ_2G + SZ_4K, SZ_64K),
	BENCH_MAP("2M", 256, 4ull * SZ_1G, SZ_2G, SZ_2M),
	BENCH_MAP("1G", 64, 64ull * SZ_1G, SZ_4G, SZ_1G),
	BENCH_MAP("2M-as-4K", 256, 8ull * SZ_1G, SZ_2G + SZ_4K, SZ_2M),
	BENCH_MAP("1G-as-4K", 9, 256ull * SZ_1G, SZ_4G + SZ_4K, SZ_1G),
};

static const struct bench_case bench_attach_case = {
	.size = "-",
	.rounds = 64,
	.name = { "attach", "detach" },
	.step = { bench_attach, bench_detach },
	.sleeps = true,
};

static int bench_mapping(struct seq_file *s, struct pci_dev *pdev)
{
	unsigned int i;
	int ret;

	ret = iommu_attach_group(bench_domain, bench_group);
	if (ret)
		return ret;
	ret = bench_observe_tables(s, pdev);
	for (i = 0; !ret && i < ARRAY_SIZE(bench_cases); i++)
		ret = bench_run(s, &bench_cases[i]);
	iommu_detach_group(bench_domain, bench_group);
	return ret;
}

/**
 * bench_iommu() - the rows of the IOMMU API
 * @s: where to print
 * @pdev: a device without a driver, alone in its group
 *
 * Context: may sleep; one at a time.
 * Return: 0; -ENODEV when no IOMMU translates @pdev; an error of the core.
 */
int bench_iommu(struct seq_file *s, struct pci_dev *pdev)
{
	int ret;

	bench_group = iommu_group_get(&pdev->dev);
	if (!bench_group)
		return -ENODEV;
	bench_domain = iommu_paging_domain_alloc(&pdev->dev);
	if (IS_ERR(bench_domain)) {
		ret = PTR_ERR(bench_domain);
		goto put_group;
	}
	ret = bench_mapping(s, pdev);
	if (!ret)
		ret = bench_run(s, &bench_attach_case);
	iommu_domain_free(bench_domain);
put_group:
	iommu_group_put(bench_group);
	return ret;
}
