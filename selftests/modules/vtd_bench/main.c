// SPDX-License-Identifier: GPL-2.0
/*
 * Benchmark of whatever driver translates, through the kernel's own APIs.
 *
 * Owns the debugfs directory vtd_bench: reading "iommu" and "pasid" works on the
 * devices that the parameters bdf and pasid_bdf name, which then have no driver;
 * reading "dma" and "irq" works on the device bound to this driver; "pt-ours" and "pt-built-in" on tables
 * that no device uses.  Must never start a DMA.
 */
#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/seq_file.h>
#include <linux/sizes.h>

#include "bench.h"

static char *bdf;
module_param(bdf, charp, 0400);
MODULE_PARM_DESC(bdf, "the device to work with, as in 0000:00:03.0");

static char *pasid_bdf;
module_param(pasid_bdf, charp, 0400);
MODULE_PARM_DESC(pasid_bdf, "a device with PASIDs to work with");

/* Rows of a device without a driver. */
struct bench_unbound {
	char **bdf;
	int (*bench)(struct seq_file *s, struct pci_dev *pdev);
};

static struct bench_unbound bench_iommu_rows = { &bdf, bench_iommu };
static struct bench_unbound bench_pasid_rows = { &pasid_bdf, bench_pasid };

static struct dentry *bench_dir;
static struct pci_dev *bench_bound;
/* One run at a time; bench_bound. */
static DEFINE_MUTEX(bench_lock);

static struct pci_dev *bench_find(const char *bdf)
{
	unsigned int segment, bus, slot, fn;

	if (!bdf || sscanf(bdf, "%x:%x:%x.%u", &segment, &bus, &slot, &fn) != 4)
		return NULL;
	return pci_get_domain_bus_and_slot(segment, bus, PCI_DEVFN(slot, fn));
}

static int bench_unbound_show(struct seq_file *s, void *unused)
{
	const struct bench_unbound *rows = s->private;
	struct pci_dev *pdev = bench_find(*rows->bdf);
	int ret = -ENODEV;

	if (!pdev)
		return ret;
	mutex_lock(&bench_lock);
	if (!pdev->dev.driver)
		ret = rows->bench(s, pdev);
	mutex_unlock(&bench_lock);
	pci_dev_put(pdev);
	return ret;
}

static int bench_bound_show(struct seq_file *s, void *unused)
{
	int (*bench)(struct seq_file *s, struct pci_dev *pdev) = s->private;
	int ret = -ENODEV;

	mutex_lock(&bench_lock);
	if (bench_bound)
		ret = bench(s, bench_bound);
	mutex_unlock(&bench_lock);
	return ret;
}

static int bench_pt_show(struct seq_file *s, void *unused)
{
	int ret;

	mutex_lock(&bench_lock);
	ret = bench_pt(s, s->private);
	mutex_unlock(&bench_lock);
	return ret;
}

/* A buffer that holds all rows: a second try would be a second run. */
static int bench_unbound_open(struct inode *inode, struct file *file)
{
	return single_open_size(file, bench_unbound_show, inode->i_private,
				SZ_32K);
}

static int bench_bound_open(struct inode *inode, struct file *file)
{
	return single_open_size(file, bench_bound_show, inode->i_private,
				SZ_32K);
}

static int bench_pt_open(struct inode *inode, struct file *file)
{
	return single_open_size(file, bench_pt_show, inode->i_private, SZ_32K);
}

static const struct file_operations bench_unbound_fops = {
	.owner = THIS_MODULE,
	.open = bench_unbound_open,
	.read = seq_read,
	.release = single_release,
};

static const struct file_operations bench_bound_fops = {
	.owner = THIS_MODULE,
	.open = bench_bound_open,
	.read = seq_read,
	.release = single_release,
};

static const struct file_operations bench_pt_fops = {
	.owner = THIS_MODULE,
	.open = bench_pt_open,
	.read = seq_read,
	.release = single_release,
};

static int bench_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	int ret = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(64));

	if (ret)
		return ret;
	mutex_lock(&bench_lock);
	bench_bound = pdev;
	mutex_unlock(&bench_lock);
	return 0;
}

static void bench_remove(struct pci_dev *pdev)
{
	mutex_lock(&bench_lock);
	bench_bound = NULL;
	mutex_unlock(&bench_lock);
}

/* Only what driver_override gives us. */
static const struct pci_device_id bench_ids[] = {
	{ PCI_DEVICE_DRIVER_OVERRIDE(PCI_ANY_ID, PCI_ANY_ID, 1) },
	{}
};

static struct pci_driver bench_driver = {
	.name = "vtd_bench",
	.id_table = bench_ids,
	.probe = bench_probe,
	.remove = bench_remove,
};

static int __init bench_init(void)
{
	int ret = bench_observe_init();

	if (ret)
		return ret;
	ret = pci_register_driver(&bench_driver);
	if (ret) {
		bench_observe_exit();
		return ret;
	}
	bench_dir = debugfs_create_dir("vtd_bench", NULL);
	debugfs_create_file("iommu", 0400, bench_dir, &bench_iommu_rows,
			    &bench_unbound_fops);
	debugfs_create_file("pasid", 0400, bench_dir, &bench_pasid_rows,
			    &bench_unbound_fops);
	debugfs_create_file("dma", 0400, bench_dir, bench_dma,
			    &bench_bound_fops);
	debugfs_create_file("irq", 0400, bench_dir, bench_irq,
			    &bench_bound_fops);
	debugfs_create_file("pt-built-in", 0400, bench_dir, NULL,
			    &bench_pt_fops);
	debugfs_create_file("pt-ours", 0400, bench_dir, &bench_dir,
			    &bench_pt_fops);
	return 0;
}

static void __exit bench_exit(void)
{
	debugfs_remove(bench_dir);
	pci_unregister_driver(&bench_driver);
	bench_observe_exit();
}

module_init(bench_init);
module_exit(bench_exit);

MODULE_DESCRIPTION("Benchmark of the IOMMU and DMA APIs");
MODULE_LICENSE("GPL");
