// SPDX-License-Identifier: GPL-2.0
/*
 * Page-table code alone, ours or the kernel's, on the same addresses.
 */
#include <linux/array_size.h>
#include <linux/errno.h>
#include <linux/sizes.h>

#include "bench.h"
#include "pt.h"

/**
 * struct bench_pt_area - what one case maps
 * @iova: of round 0, bytes
 * @paddr: of every round, bytes
 * @pgsize: bytes
 * @bytes: mapped in each round
 */
struct bench_pt_area {
	u64 iova;
	u64 paddr;
	u64 pgsize;
	u64 bytes;
};

static const struct bench_pt *bench_pt_now;

static bool bench_pt_map(const struct bench_case *c, unsigned int i)
{
	const struct bench_pt_area *a = c->arg;

	return bench_pt_now->map(a->iova + i * a->bytes, a->paddr, a->pgsize,
				 a->bytes);
}

static bool bench_pt_unmap(const struct bench_case *c, unsigned int i)
{
	const struct bench_pt_area *a = c->arg;

	return bench_pt_now->unmap(a->iova + i * a->bytes, a->pgsize, a->bytes);
}

static bool bench_pt_lookup(const struct bench_case *c, unsigned int i)
{
	const struct bench_pt_area *a = c->arg;

	return bench_pt_now->phys(a->iova + i * a->bytes) == a->paddr;
}

static const struct {
	const char *size;
	unsigned int rounds;
	struct bench_pt_area area;
} bench_pt_areas[] = {
	{ "4K", 512, { SZ_1G, SZ_2G, SZ_4K, SZ_4K } },
	{ "64K", 256, { 2ull * SZ_1G, SZ_2G + SZ_4K, SZ_4K, SZ_64K } },
	{ "2M", 256, { 4ull * SZ_1G, SZ_2G, SZ_2M, SZ_2M } },
	{ "1G", 64, { 64ull * SZ_1G, SZ_4G, SZ_1G, SZ_1G } },
	{ "2M-as-4K", 256, { 8ull * SZ_1G, SZ_2G + SZ_4K, SZ_4K, SZ_2M } },
	{ "1G-as-4K", 9, { 256ull * SZ_1G, SZ_4G + SZ_4K, SZ_4K, SZ_1G } },
};

static int bench_pt_rows(struct seq_file *s, bool coherent)
{
	struct bench_case c = {
		.name = { "pt-map-incoherent", "pt-lookup-incoherent",
			  "pt-unmap-incoherent" },
		.step = { bench_pt_map, bench_pt_lookup, bench_pt_unmap },
	};
	unsigned int i;
	int ret = 0;

	if (coherent) {
		c.name[0] = "pt-map-coherent";
		c.name[1] = "pt-lookup-coherent";
		c.name[2] = "pt-unmap-coherent";
	}
	for (i = 0; !ret && i < ARRAY_SIZE(bench_pt_areas); i++) {
		c.size = bench_pt_areas[i].size;
		c.rounds = bench_pt_areas[i].rounds;
		c.arg = &bench_pt_areas[i].area;
		ret = bench_run(s, &c);
	}
	return ret;
}

/**
 * bench_pt() - the rows of page-table code alone
 * @s: where to print
 * @ours: our code, otherwise the kernel's
 *
 * Context: may sleep; one at a time.
 * Return: 0 or an error.
 */
int bench_pt(struct seq_file *s, bool ours)
{
	int coherent, ret = 0;

	bench_pt_now = ours ? &bench_pt_ours : &bench_pt_generic;
	for (coherent = 1; !ret && coherent >= 0; coherent--) {
		ret = bench_pt_now->init(coherent);
		if (ret)
			break;
		ret = bench_pt_rows(s, coherent);
		bench_pt_now->destroy();
	}
	return ret;
}
