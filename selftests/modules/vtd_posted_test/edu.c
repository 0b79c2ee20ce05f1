// SPDX-License-Identifier: GPL-2.0
/*
 * QEMU's unit knows no posting: of an entry in posted format it takes the
 * vector for a CPU's, and bits 15:8 of the descriptor's address for an APIC id.
 * With a CPU vector of ours, and a descriptor at the right place, what it would
 * have posted comes to a handler of ours, and can be counted.
 */
#include <linux/delay.h>
#include <linux/gfp.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/irq.h>
#include <linux/irqdomain.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/pci.h>

#include <asm/hw_irq.h>
#include <asm/irqdomain.h>

#include "posting.h"
#include "posted_test.h"

#define EDU_RAISE 0x60
#define EDU_ACKNOWLEDGE 0x64

/* 64 KiB: an address for each of 256 APIC ids. */
#define PLACES_ORDER 4

#define CPUS 2

static struct pci_dev *edu;
static void __iomem *regs;
static unsigned int irq;
static unsigned long places;
static unsigned int arrival[CPUS];
static atomic_t to_host, to_posted;

static irqreturn_t host_handler(int nr, void *data)
{
	atomic_inc(&to_host);
	writel(1, regs + EDU_ACKNOWLEDGE);
	return IRQ_HANDLED;
}

static irqreturn_t posted_handler(int nr, void *data)
{
	atomic_inc(&to_posted);
	writel(1, regs + EDU_ACKNOWLEDGE);
	return IRQ_HANDLED;
}

/* An interrupt right on the vectors of @cpu. */
static int arrival_alloc(unsigned int cpu)
{
	struct irq_alloc_info info = { .mask = cpumask_of(cpu) };
	int nr = irq_domain_alloc_irqs(x86_vector_domain, 1, NUMA_NO_NODE,
				       &info);
	int ret;

	if (nr < 0)
		return nr;
	irq_set_handler(nr, handle_edge_irq);
	ret = request_irq(nr, posted_handler, IRQF_NOBALANCING,
			  "vtd-posted-test", &arrival[cpu]);
	if (ret) {
		irq_dispose_mapping(nr);
		return ret;
	}
	arrival[cpu] = nr;
	return 0;
}

static void arrival_free(unsigned int cpu)
{
	if (!arrival[cpu])
		return;
	free_irq(arrival[cpu], &arrival[cpu]);
	irq_dispose_mapping(arrival[cpu]);
	arrival[cpu] = 0;
}

static int post(unsigned int nr, unsigned int cpu)
{
	struct intel_iommu_pi_data data = {
		.pi_desc_addr = virt_to_phys((void *)places) + cpu * 0x100,
	};

	if (cpu >= CPUS || !arrival[cpu])
		return -EINVAL;
	data.vector = irqd_cfg(irq_get_irq_data(arrival[cpu]))->vector;
	return irq_set_vcpu_affinity(nr, &data);
}

int edu_post(struct answer *answer, unsigned int nr, unsigned int cpu)
{
	int ret = post(nr, cpu);

	snprintf(answer->text, sizeof(answer->text), "post=%d\n", ret);
	return ret;
}

int edu_unpost(unsigned int nr)
{
	struct irq_data *data = irq_get_irq_data(nr);
	int ret = irq_set_vcpu_affinity(nr, NULL);

	/* As who posted does: what came meanwhile is handed on. */
	if (!ret && nr != irq && data->chip->irq_retrigger)
		data->chip->irq_retrigger(data);
	return ret;
}

unsigned int edu_irq(void)
{
	return irq;
}

int edu_bad(struct answer *answer)
{
	phys_addr_t good = virt_to_phys((void *)places);
	struct intel_iommu_pi_data bad[] = {
		{ .pi_desc_addr = 0, .vector = 0x40 },
		{ .pi_desc_addr = good + 32, .vector = 0x40 },
		{ .pi_desc_addr = good, .vector = 256 },
		{ .pi_desc_addr = 1ULL << 51, .vector = 0x40 },
	};
	int ret[ARRAY_SIZE(bad)];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		ret[i] = irq_set_vcpu_affinity(irq, &bad[i]);
	snprintf(answer->text, sizeof(answer->text),
		 "null=%d misaligned=%d vector=%d beyond=%d\n", ret[0], ret[1],
		 ret[2], ret[3]);
	return 0;
}

/* One more interrupt; false when it comes to no handler within a second. */
static bool raise_one(void)
{
	int before = atomic_read(&to_host) + atomic_read(&to_posted);
	unsigned int i;

	writel(1, regs + EDU_RAISE);
	for (i = 0; i < 20000; i++) {
		if (atomic_read(&to_host) + atomic_read(&to_posted) > before)
			return true;
		usleep_range(20, 50);
	}
	return false;
}

static void raise_all(unsigned int times, unsigned int pause_us,
		      unsigned int *lost)
{
	unsigned int i;

	atomic_set(&to_host, 0);
	atomic_set(&to_posted, 0);
	*lost = 0;
	for (i = 0; i < times; i++) {
		*lost += !raise_one();
		if (pause_us)
			usleep_range(pause_us, 3 * pause_us);
	}
}

int edu_raise(struct answer *answer, unsigned int times)
{
	unsigned int lost;

	raise_all(times, 0, &lost);
	snprintf(answer->text, sizeof(answer->text),
		 "raised=%u host=%d posted=%d lost=%u\n", times,
		 atomic_read(&to_host), atomic_read(&to_posted), lost);
	return 0;
}

static unsigned int flips, errors;

static int flipper(void *data)
{
	while (!kthread_should_stop()) {
		errors += !!post(irq, 0);
		usleep_range(50, 200);
		errors += !!post(irq, 1);
		usleep_range(50, 200);
		errors += !!edu_unpost(irq);
		usleep_range(50, 200);
		flips++;
	}
	return 0;
}

int edu_flip(struct answer *answer, unsigned int times)
{
	struct task_struct *task;
	unsigned int lost;

	flips = 0;
	errors = 0;
	task = kthread_run(flipper, NULL, "posted-flip");
	if (IS_ERR(task))
		return PTR_ERR(task);
	raise_all(times, 50, &lost);
	kthread_stop(task);
	snprintf(answer->text, sizeof(answer->text),
		 "raised=%u host=%d posted=%d lost=%u flips=%u errors=%u\n",
		 times, atomic_read(&to_host), atomic_read(&to_posted), lost,
		 flips, errors);
	return 0;
}

static int edu_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	int ret;

	if (edu)
		return -EBUSY;
	ret = pcim_enable_device(pdev);
	if (ret)
		return ret;
	pci_set_master(pdev);
	regs = pcim_iomap(pdev, 0, 0);
	if (!regs)
		return -ENOMEM;
	ret = pci_alloc_irq_vectors(pdev, 1, 1, PCI_IRQ_MSI);
	if (ret < 0)
		return ret;
	ret = request_irq(pci_irq_vector(pdev, 0), host_handler, 0, "edu",
			  pdev);
	if (ret) {
		pci_free_irq_vectors(pdev);
		return ret;
	}
	irq = pci_irq_vector(pdev, 0);
	edu = pdev;
	return 0;
}

/* As a device that goes while it is posted. */
static void edu_remove(struct pci_dev *pdev)
{
	free_irq(irq, pdev);
	pci_free_irq_vectors(pdev);
	irq = 0;
	edu = NULL;
}

static const struct pci_device_id edu_ids[] = {
	{ PCI_DEVICE(0x1234, 0x11e8) },
	{},
};

static struct pci_driver edu_driver = {
	.name = "vtd_posted_test",
	.id_table = edu_ids,
	.probe = edu_probe,
	.remove = edu_remove,
};

int edu_create(void)
{
	unsigned int cpu;
	int ret = 0;

	/* Above 4 GiB QEMU takes the rest of the address for reserved bits. */
	places = __get_free_pages(GFP_KERNEL | GFP_DMA32 | __GFP_ZERO,
				  PLACES_ORDER);
	if (!places)
		return -ENOMEM;
	for (cpu = 0; cpu < CPUS && !ret; cpu++)
		ret = arrival_alloc(cpu);
	if (!ret)
		ret = pci_register_driver(&edu_driver);
	if (ret)
		goto free;
	if (edu)
		return 0;
	pci_unregister_driver(&edu_driver);
	ret = -ENODEV;
free:
	for (cpu = 0; cpu < CPUS; cpu++)
		arrival_free(cpu);
	free_pages(places, PLACES_ORDER);
	return ret;
}

void edu_destroy(void)
{
	unsigned int cpu;

	pci_unregister_driver(&edu_driver);
	for (cpu = 0; cpu < CPUS; cpu++)
		arrival_free(cpu);
	free_pages(places, PLACES_ORDER);
}
