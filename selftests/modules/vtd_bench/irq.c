// SPDX-License-Identifier: GPL-2.0
/*
 * Interrupt remapping: what it costs to change an entry, as a new affinity does.
 *
 * In each round the CPU vector moves to the other CPU first, which is the
 * kernel's part and the same with any driver.  Then the entry follows it.  The
 * step "irq-vector" finds nothing more to move; report.py takes it away from
 * "irq-affinity", which does that and writes the entry.
 */
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/irqdesc.h>
#include <linux/irqdomain.h>
#include <linux/pci.h>

#include <asm/irqdomain.h>

#include "bench.h"

/* The level of the interrupt that remaps it. */
static struct irq_data *bench_irq_level;

static bool bench_irq_set(struct irq_data *level, unsigned int i)
{
	return level->chip->irq_set_affinity(level, cpumask_of(i % 2), false) >=
	       0;
}

/* A vector is free to move again once an interrupt has come to it. */
static bool bench_irq_move(const struct bench_case *c, unsigned int i)
{
	struct irq_data *vector = bench_irq_level->parent_data;

	vector->chip->irq_retrigger(vector);
	msleep(20);
	return bench_irq_set(vector, i);
}

static bool bench_irq_vector(const struct bench_case *c, unsigned int i)
{
	return bench_irq_set(bench_irq_level->parent_data, i);
}

static bool bench_irq_affinity(const struct bench_case *c, unsigned int i)
{
	return bench_irq_set(bench_irq_level, i);
}

static const struct bench_case bench_irq_case = {
	.size = "-",
	.rounds = 64,
	.name = { NULL, "irq-vector", "irq-affinity" },
	.step = { bench_irq_move, bench_irq_vector, bench_irq_affinity },
	.sleeps = true,
};

static irqreturn_t bench_irq_handler(int irq, void *data)
{
	return IRQ_HANDLED;
}

/* Not the device's own level, and not that of the CPU vectors. */
static struct irq_data *bench_irq_find(unsigned int irq)
{
	struct irq_data *level = irq_get_irq_data(irq);

	while (level && level->domain->parent != x86_vector_domain)
		level = level->parent_data;
	return level && level != irq_get_irq_data(irq) ? level : NULL;
}

/**
 * bench_irq() - the rows of interrupt remapping
 * @s: where to print
 * @pdev: bound to our driver, with MSI
 *
 * Context: may sleep; one at a time; CPUs 0 and 1 are on.
 * Return: 0; -ENODEV when nothing remaps @pdev's interrupts; an error of the
 * core or of bench_run().
 */
int bench_irq(struct seq_file *s, struct pci_dev *pdev)
{
	int irq, ret;

	ret = pci_enable_device(pdev);
	if (ret)
		return ret;
	ret = pci_alloc_irq_vectors(pdev, 1, 1, PCI_IRQ_MSI);
	if (ret < 0)
		goto disable;
	irq = pci_irq_vector(pdev, 0);
	ret = request_irq(irq, bench_irq_handler, 0, "vtd_bench", pdev);
	if (ret)
		goto free_vectors;
	bench_irq_level = bench_irq_find(irq);
	ret = bench_irq_level ? bench_run(s, &bench_irq_case) : -ENODEV;
	free_irq(irq, pdev);
free_vectors:
	pci_free_irq_vectors(pdev);
disable:
	pci_disable_device(pdev);
	return ret;
}
