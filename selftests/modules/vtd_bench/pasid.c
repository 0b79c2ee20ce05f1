// SPDX-License-Identifier: GPL-2.0
/*
 * Address spaces of PASIDs: what it costs to give a device one that we made, and
 * that of the process which reads the file.
 *
 * No unit of QEMU's says that it snoops when it walks tables, so that no driver
 * lets it walk those of a process.  While that is measured, the driver is made
 * to believe it does.
 */
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/iommu.h>
#include <linux/moduleparam.h>
#include <linux/pci.h>
#include <linux/sched.h>

#include "bench.h"
#include "pasid.h"

static unsigned int snoops[3];
static unsigned int nr_snoops;
module_param_array(snoops, uint, &nr_snoops, 0400);
MODULE_PARM_DESC(
	snoops,
	"where the driver has that a unit snoops: offset of the unit, of the byte, bit; our driver's when not given");

#define PASID_ATTACHED 5

static struct device *pasid_dev;
static struct iommu_domain *pasid_domain;
static struct iommu_sva *pasid_bond;

static bool pasid_attach(const struct bench_case *c, unsigned int i)
{
	return !iommu_attach_device_pasid(pasid_domain, pasid_dev,
					  PASID_ATTACHED, NULL);
}

static bool pasid_detach(const struct bench_case *c, unsigned int i)
{
	iommu_detach_device_pasid(pasid_domain, pasid_dev, PASID_ATTACHED);
	return true;
}

static bool pasid_bind(const struct bench_case *c, unsigned int i)
{
	pasid_bond = iommu_sva_bind_device(pasid_dev, current->mm);
	return !IS_ERR(pasid_bond);
}

static bool pasid_unbind(const struct bench_case *c, unsigned int i)
{
	iommu_sva_unbind_device(pasid_bond);
	return true;
}

static const struct bench_case pasid_attach_case = {
	.size = "-",
	.rounds = 64,
	.name = { "pasid-attach", "pasid-detach" },
	.step = { pasid_attach, pasid_detach },
	.sleeps = true,
};

static const struct bench_case pasid_bind_case = {
	.size = "-",
	.rounds = 64,
	.name = { "sva-bind", "sva-unbind" },
	.step = { pasid_bind, pasid_unbind },
	.sleeps = true,
};

/* The byte that the driver has it in, or NULL where that is not known. */
static u8 *pasid_snoops(unsigned int *bit)
{
	struct bench_bit at = { snoops[0], snoops[1], snoops[2] };

	if (!nr_snoops)
		at = bench_bit_ours();
	*bit = at.bit;
	if (!at.byte)
		return NULL;
	return *(u8 **)((u8 *)dev_iommu_priv_get(pasid_dev) + at.unit) +
	       at.byte;
}

/* Where the core refuses, as that of 6.12 does, there are no rows. */
static int pasid_run_bind(struct seq_file *s)
{
	unsigned int bit;
	u8 *byte = pasid_snoops(&bit);
	u8 was = byte ? *byte : 0;
	int ret = 0;

	if (byte)
		*byte |= BIT(bit);
	if (pasid_bind(NULL, 0)) {
		pasid_unbind(NULL, 0);
		ret = bench_run(s, &pasid_bind_case);
	} else {
		seq_printf(s, "bind error=%ld\n", PTR_ERR(pasid_bond));
	}
	if (byte)
		*byte = was;
	return ret;
}

/**
 * bench_pasid() - the rows of PASIDs
 * @s: where to print
 * @pdev: a device without a driver, alone in its group, with PASIDs
 *
 * Context: may sleep; one at a time.
 * Return: 0; an error of the core or of bench_run().
 */
int bench_pasid(struct seq_file *s, struct pci_dev *pdev)
{
	int ret;

	pasid_dev = &pdev->dev;
	pasid_domain = iommu_paging_domain_alloc(pasid_dev);
	if (IS_ERR(pasid_domain))
		return PTR_ERR(pasid_domain);
	ret = bench_run(s, &pasid_attach_case);
	if (!ret)
		ret = pasid_run_bind(s);
	iommu_domain_free(pasid_domain);
	return ret;
}
