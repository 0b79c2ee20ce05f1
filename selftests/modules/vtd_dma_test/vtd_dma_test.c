// SPDX-License-Identifier: GPL-2.0
/*
 * Test driver: DMA by QEMU's edu device through the kernel's DMA API, and a
 * look at where any device's domain leads.
 *
 * Owns every edu device, and the debugfs directory vtd_dma_test: a command is
 * written to "cmd", the answer read from there, one line of key=value tokens.
 * Must never start a DMA whose device side leaves edu's buffer, and never one
 * without a domain in between that is meant to be refused.
 *
 *   copy           a page above 4 GiB to the device and another back
 *   unmapped       a write to an address that was never mapped
 *   unmap          a write to an address after it was unmapped
 *   readonly       a write to a page mapped DMA_TO_DEVICE
 *   raise [N]      an interrupt, or N of them as fast as it can
 *   churn N        a page mapped and unmapped N times; without a DMA
 *   caps BDF       what is promised of a device's domains
 *   snoop BDF      whether a domain for it takes the demand to snoop: before it
 *                  is attached to anything, and once something is mapped
 *   untrust BDF    the kernel holds a device for one plugged in from outside
 *   phys BDF IOVA  what the domain of a device says to an address
 */
#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/io.h>
#include <linux/iommu.h>
#include <linux/iopoll.h>
#include <linux/kstrtox.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/sizes.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#define EDU_ID 0x00
#define EDU_RAISE 0x60
#define EDU_ACKNOWLEDGE 0x64
#define EDU_DMA_SRC 0x80
#define EDU_DMA_DST 0x88
#define EDU_DMA_COUNT 0x90
#define EDU_DMA_CMD 0x98
#define EDU_BUFFER 0x40000
#define EDU_START 1
#define EDU_TO_RAM 2

/* What edu reaches unless QEMU is told otherwise. */
#define EDU_BITS 28

/* Nothing the DMA API hands out under the mask comes from down here. */
#define EDU_NEVER_MAPPED SZ_1M

/* Pages tried until one lies above 4 GiB. */
#define EDU_TRIES 64

static struct pci_dev *edu_pdev;
static void __iomem *edu_regs;
static struct dentry *edu_dir;
static char edu_answer[256];
/* All of the above. */
static DEFINE_MUTEX(edu_lock);

static int edu_dma(dma_addr_t addr, unsigned int bytes, bool to_ram)
{
	u64 src = to_ram ? EDU_BUFFER : addr;
	u64 dst = to_ram ? addr : EDU_BUFFER;
	u64 cmd;

	writeq(src, edu_regs + EDU_DMA_SRC);
	writeq(dst, edu_regs + EDU_DMA_DST);
	writeq(bytes, edu_regs + EDU_DMA_COUNT);
	writeq(EDU_START | (to_ram ? EDU_TO_RAM : 0), edu_regs + EDU_DMA_CMD);
	return readq_poll_timeout(edu_regs + EDU_DMA_CMD, cmd,
				  !(cmd & EDU_START), 1000, 10 * USEC_PER_SEC);
}

/* A page above 4 GiB, or NULL. */
static struct page *edu_high_page(void)
{
	struct page *page, *low[EDU_TRIES];
	int n = 0;

	do {
		page = alloc_page(GFP_KERNEL);
		if (!page || page_to_phys(page) >= SZ_4G)
			break;
		low[n++] = page;
		page = NULL;
	} while (n < EDU_TRIES);
	while (n)
		__free_page(low[--n]);
	return page;
}

static int edu_copy(struct device *dev, struct page *from, struct page *to)
{
	dma_addr_t src, dst;
	int ret = -EIO;

	src = dma_map_page(dev, from, 0, PAGE_SIZE, DMA_TO_DEVICE);
	if (dma_mapping_error(dev, src))
		return -ENOMEM;
	dst = dma_map_page(dev, to, 0, PAGE_SIZE, DMA_FROM_DEVICE);
	if (dma_mapping_error(dev, dst)) {
		dma_unmap_page(dev, src, PAGE_SIZE, DMA_TO_DEVICE);
		return -ENOMEM;
	}
	if (!edu_dma(src, PAGE_SIZE, false) && !edu_dma(dst, PAGE_SIZE, true))
		ret = 0;
	snprintf(edu_answer, sizeof(edu_answer),
		 "from=%pad phys=%pap to=%pad phys_to=%pap below_mask=%d\n",
		 &src, &(phys_addr_t){ page_to_phys(from) }, &dst,
		 &(phys_addr_t){ page_to_phys(to) },
		 (src | dst) >> EDU_BITS == 0);
	dma_unmap_page(dev, dst, PAGE_SIZE, DMA_FROM_DEVICE);
	dma_unmap_page(dev, src, PAGE_SIZE, DMA_TO_DEVICE);
	return ret;
}

static int edu_cmd_copy(struct device *dev)
{
	struct page *from = edu_high_page();
	struct page *to = edu_high_page();
	int ret = -ENOMEM;

	if (!from || !to)
		goto free;
	get_random_bytes(page_address(from), PAGE_SIZE);
	memset(page_address(to), 0, PAGE_SIZE);
	ret = edu_copy(dev, from, to);
	if (!ret && memcmp(page_address(from), page_address(to), PAGE_SIZE))
		ret = -EILSEQ;
free:
	if (to)
		__free_page(to);
	if (from)
		__free_page(from);
	return ret;
}

/* Give edu something to write that no page of ours holds. */
static int edu_prime(struct device *dev, struct page *page)
{
	dma_addr_t addr;
	int ret;

	memset(page_address(page), 0xa5, PAGE_SIZE);
	addr = dma_map_page(dev, page, 0, PAGE_SIZE, DMA_TO_DEVICE);
	if (dma_mapping_error(dev, addr))
		return -ENOMEM;
	ret = edu_dma(addr, PAGE_SIZE, false);
	dma_unmap_page(dev, addr, PAGE_SIZE, DMA_TO_DEVICE);
	memset(page_address(page), 0x3c, PAGE_SIZE);
	return ret;
}

/*
 * A write that must be refused, to @page mapped for @dir, before or after it
 * is unmapped; or, without a mapping, to an address of its own.
 */
static int edu_forbidden(struct device *dev, bool mapped, bool after)
{
	struct page *page = edu_high_page();
	dma_addr_t addr = EDU_NEVER_MAPPED;
	int ret;

	if (!page)
		return -ENOMEM;
	ret = edu_prime(dev, page);
	if (ret)
		goto free;
	if (mapped) {
		enum dma_data_direction dir = after ? DMA_FROM_DEVICE :
						      DMA_TO_DEVICE;

		addr = dma_map_page(dev, page, 0, PAGE_SIZE, dir);
		ret = dma_mapping_error(dev, addr);
		if (ret)
			goto free;
		if (after)
			dma_unmap_page(dev, addr, PAGE_SIZE, dir);
		/* One small access: QEMU splits others into several. */
		ret = edu_dma(addr, 4, true);
		if (!after)
			dma_unmap_page(dev, addr, PAGE_SIZE, dir);
	} else {
		ret = edu_dma(addr, 4, true);
	}
	snprintf(edu_answer, sizeof(edu_answer), "addr=%pad untouched=%d\n",
		 &addr, !memchr_inv(page_address(page), 0x3c, PAGE_SIZE));
free:
	__free_page(page);
	return ret;
}

static int edu_cmd_phys(const char *arg)
{
	unsigned int segment, bus, slot, fn;
	unsigned long long iova;
	struct iommu_domain *domain;
	struct pci_dev *pdev;
	phys_addr_t phys;

	if (sscanf(arg, "%x:%x:%x.%u %llx", &segment, &bus, &slot, &fn,
		   &iova) != 5)
		return -EINVAL;
	pdev = pci_get_domain_bus_and_slot(segment, bus, PCI_DEVFN(slot, fn));
	if (!pdev)
		return -ENODEV;
	domain = iommu_get_domain_for_dev(&pdev->dev);
	if (domain) {
		phys = iommu_iova_to_phys(domain, iova);
		snprintf(edu_answer, sizeof(edu_answer),
			 "type=0x%x phys=%pap\n", domain->type, &phys);
	}
	pci_dev_put(pdev);
	return domain ? 0 : -ENXIO;
}

static int edu_cmd_churn(struct device *dev, unsigned int times)
{
	struct page *page = alloc_page(GFP_KERNEL);
	dma_addr_t addr;
	int ret = 0;

	if (!page)
		return -ENOMEM;
	while (times-- && !ret) {
		addr = dma_map_page(dev, page, 0, PAGE_SIZE, DMA_FROM_DEVICE);
		ret = dma_mapping_error(dev, addr);
		if (!ret)
			dma_unmap_page(dev, addr, PAGE_SIZE, DMA_FROM_DEVICE);
		cond_resched();
	}
	__free_page(page);
	return ret;
}

static struct pci_dev *edu_find(const char *arg)
{
	unsigned int segment, bus, slot, fn;

	if (sscanf(arg, "%x:%x:%x.%u", &segment, &bus, &slot, &fn) != 4)
		return NULL;
	return pci_get_domain_bus_and_slot(segment, bus, PCI_DEVFN(slot, fn));
}

static int edu_cmd_caps(const char *arg)
{
	struct pci_dev *pdev = edu_find(arg);
	struct device *dev;

	if (!pdev)
		return -ENODEV;
	dev = &pdev->dev;
	snprintf(
		edu_answer, sizeof(edu_answer),
		"cache=%d enforce=%d deferred=%d noexec=%d dirty=%d preboot=%d\n",
		device_iommu_capable(dev, IOMMU_CAP_CACHE_COHERENCY),
		device_iommu_capable(dev, IOMMU_CAP_ENFORCE_CACHE_COHERENCY),
		device_iommu_capable(dev, IOMMU_CAP_DEFERRED_FLUSH),
		device_iommu_capable(dev, IOMMU_CAP_NOEXEC),
		device_iommu_capable(dev, IOMMU_CAP_DIRTY_TRACKING),
		device_iommu_capable(dev, IOMMU_CAP_PRE_BOOT_PROTECTION));
	pci_dev_put(pdev);
	return 0;
}

static int edu_cmd_snoop(const char *arg)
{
	struct pci_dev *pdev = edu_find(arg);
	struct iommu_domain *domain;
	int before, again, late = -1;
	int ret;

	if (!pdev)
		return -ENODEV;
	domain = iommu_paging_domain_alloc(&pdev->dev);
	if (IS_ERR(domain)) {
		ret = PTR_ERR(domain);
		goto put;
	}
	before = domain->ops->enforce_cache_coherency(domain);
	ret = iommu_map(domain, SZ_1G, SZ_1G, SZ_4K, IOMMU_READ, GFP_KERNEL);
	again = domain->ops->enforce_cache_coherency(domain);
	iommu_domain_free(domain);
	if (ret)
		goto put;
	domain = iommu_paging_domain_alloc(&pdev->dev);
	if (IS_ERR(domain)) {
		ret = PTR_ERR(domain);
		goto put;
	}
	ret = iommu_map(domain, SZ_1G, SZ_1G, SZ_4K, IOMMU_READ, GFP_KERNEL);
	late = domain->ops->enforce_cache_coherency(domain);
	iommu_domain_free(domain);
	snprintf(edu_answer, sizeof(edu_answer), "before=%d again=%d late=%d\n",
		 before, again, late);
put:
	pci_dev_put(pdev);
	return ret;
}

/* As the firmware does with a property of the root port above it. */
static int edu_cmd_untrust(const char *arg)
{
	struct pci_dev *pdev = edu_find(arg);

	if (!pdev)
		return -ENODEV;
	pdev->untrusted = true;
	pci_dev_put(pdev);
	return 0;
}

/* Whatever its MSI capability says is sent; nobody waits for it. */
static int edu_cmd_raise(unsigned int times)
{
	while (times--) {
		writel(1, edu_regs + EDU_RAISE);
		writel(1, edu_regs + EDU_ACKNOWLEDGE);
		cond_resched();
	}
	return 0;
}

static int edu_run(const char *line)
{
	unsigned int times;
	struct device *dev;

	if (!strncmp(line, "phys ", 5))
		return edu_cmd_phys(line + 5);
	if (!strncmp(line, "caps ", 5))
		return edu_cmd_caps(line + 5);
	if (!strncmp(line, "snoop ", 6))
		return edu_cmd_snoop(line + 6);
	if (!strncmp(line, "untrust ", 8))
		return edu_cmd_untrust(line + 8);
	if (!edu_pdev)
		return -ENODEV;
	dev = &edu_pdev->dev;
	if (!strcmp(line, "copy"))
		return edu_cmd_copy(dev);
	if (!strcmp(line, "raise"))
		return edu_cmd_raise(1);
	if (!strncmp(line, "raise ", 6))
		return kstrtouint(line + 6, 10, &times) ?: edu_cmd_raise(times);
	if (!strncmp(line, "churn ", 6))
		return kstrtouint(line + 6, 10, &times) ?:
			       edu_cmd_churn(dev, times);
	if (!strcmp(line, "unmapped"))
		return edu_forbidden(dev, false, false);
	if (!strcmp(line, "unmap"))
		return edu_forbidden(dev, true, true);
	if (!strcmp(line, "readonly"))
		return edu_forbidden(dev, true, false);
	return -EINVAL;
}

static ssize_t edu_cmd_write(struct file *file, const char __user *buf,
			     size_t count, loff_t *pos)
{
	char line[64];
	int ret;

	if (count >= sizeof(line))
		return -EINVAL;
	if (copy_from_user(line, buf, count))
		return -EFAULT;
	line[count] = '\0';
	mutex_lock(&edu_lock);
	edu_answer[0] = '\0';
	ret = edu_run(strim(line));
	mutex_unlock(&edu_lock);
	return ret ?: count;
}

static ssize_t edu_cmd_read(struct file *file, char __user *buf, size_t count,
			    loff_t *pos)
{
	ssize_t ret;

	mutex_lock(&edu_lock);
	ret = simple_read_from_buffer(buf, count, pos, edu_answer,
				      strlen(edu_answer));
	mutex_unlock(&edu_lock);
	return ret;
}

static const struct file_operations edu_cmd_fops = {
	.owner = THIS_MODULE,
	.read = edu_cmd_read,
	.write = edu_cmd_write,
};

static int edu_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	int ret;

	ret = pcim_enable_device(pdev);
	if (ret)
		return ret;
	ret = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(EDU_BITS));
	if (ret)
		return ret;
	mutex_lock(&edu_lock);
	if (edu_pdev) {
		ret = -EBUSY;
		goto unlock;
	}
	edu_regs = pcim_iomap(pdev, 0, 0);
	if (!edu_regs || (readl(edu_regs + EDU_ID) & 0xff) != 0xed) {
		ret = -ENODEV;
		goto unlock;
	}
	pci_set_master(pdev);
	edu_pdev = pdev;
unlock:
	mutex_unlock(&edu_lock);
	return ret;
}

static void edu_remove(struct pci_dev *pdev)
{
	mutex_lock(&edu_lock);
	edu_pdev = NULL;
	pci_clear_master(pdev);
	mutex_unlock(&edu_lock);
}

static const struct pci_device_id edu_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) },
						{} };

static struct pci_driver edu_driver = {
	.name = "vtd_dma_test",
	.id_table = edu_ids,
	.probe = edu_probe,
	.remove = edu_remove,
};

static int __init edu_init(void)
{
	int ret = pci_register_driver(&edu_driver);

	if (ret)
		return ret;
	edu_dir = debugfs_create_dir("vtd_dma_test", NULL);
	debugfs_create_file("cmd", 0600, edu_dir, NULL, &edu_cmd_fops);
	return 0;
}

static void __exit edu_exit(void)
{
	debugfs_remove(edu_dir);
	pci_unregister_driver(&edu_driver);
}

module_init(edu_init);
module_exit(edu_exit);

MODULE_DESCRIPTION("Test driver for DMA through VT-d");
MODULE_LICENSE("GPL");
