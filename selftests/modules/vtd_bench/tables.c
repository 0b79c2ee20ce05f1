// SPDX-License-Identifier: GPL-2.0
/*
 * Which tables a device's requests without a PASID go through, read from memory
 * as the unit reads them: what is compared must be of one kind.
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/io.h>
#include <linux/mm.h>

#include "bench.h"

#define TABLES_AT GENMASK_ULL(51, 12)
#define TABLES_PRESENT BIT(0)
#define TABLES_SCALABLE BIT(10) /* root table address: VT-d 11.4.5 */
#define TABLES_RID_PASID GENMASK_ULL(19, 0) /* context entry: 9.4 */
#define TABLES_DIR_SHIFT 6 /* PASIDs of one entry of the directory: 9.5 */
#define TABLES_KIND(lo) ((lo) >> 6 & 7) /* PASID-table entry: 9.6 */

static u64 tables_read(u64 at)
{
	const u64 *word = memremap(at, sizeof(*word), MEMREMAP_WB);
	u64 value = 0;

	if (word) {
		value = READ_ONCE(*word);
		memunmap((void *)word);
	}
	return value;
}

/**
 * bench_tables() - print the line "tables mode=... stage=..."
 * @s: where to print
 * @pdev: attached to a paging domain
 * @root: the unit's root table address register
 *
 * Context: may sleep; the tables stay as they are.
 * Return: 0; -ENXIO when they lead nowhere.
 */
int bench_tables(struct seq_file *s, struct pci_dev *pdev, u64 root)
{
	static const char *const kinds[] = {
		[1] = "first",
		[2] = "second",
		[3] = "nested",
		[4] = "none",
	};
	u64 half, context, dir, table, entry, pasid;

	half = (root & TABLES_AT) + pdev->bus->number * 16;
	if (!(root & TABLES_SCALABLE)) {
		seq_puts(s, "tables mode=legacy stage=second\n");
		return 0;
	}
	half = tables_read(half + (pdev->devfn & 0x80 ? 8 : 0));
	if (!(half & TABLES_PRESENT))
		return -ENXIO;
	context = (half & TABLES_AT) + (pdev->devfn & 0x7f) * 32;
	pasid = tables_read(context + 8) & TABLES_RID_PASID;
	dir = tables_read(context);
	if (!(dir & TABLES_PRESENT))
		return -ENXIO;
	table = tables_read((dir & TABLES_AT) +
			    (pasid >> TABLES_DIR_SHIFT) * 8);
	if (!(table & TABLES_PRESENT))
		return -ENXIO;
	pasid &= BIT(TABLES_DIR_SHIFT) - 1;
	entry = tables_read((table & TABLES_AT) + pasid * 64);
	if (!(entry & TABLES_PRESENT) ||
	    TABLES_KIND(entry) >= ARRAY_SIZE(kinds) ||
	    !kinds[TABLES_KIND(entry)])
		return -ENXIO;
	seq_printf(s, "tables mode=scalable stage=%s\n",
		   kinds[TABLES_KIND(entry)]);
	return 0;
}
