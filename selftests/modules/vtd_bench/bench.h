/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Benchmark module: what its files share.
 */
#ifndef VTD_BENCH_H
#define VTD_BENCH_H

#include <linux/pci.h>
#include <linux/seq_file.h>
#include <linux/types.h>

/* Steps of one round; each is measured by itself. */
#define BENCH_STEPS 3

/* Most rounds of one case. */
#define BENCH_ROUNDS 512

/**
 * struct bench_case - operations that are done round after round
 * @size: what goes into the column "size"
 * @name: of each step, NULL: done but not reported
 * @step: does one step of round @i; false when the operation failed
 * @rounds: how many, at most BENCH_ROUNDS
 * @sleeps: the steps may sleep, so interrupts stay on
 * @arg: for the steps
 */
struct bench_case {
	const char *size;
	const char *name[BENCH_STEPS];
	bool (*step[BENCH_STEPS])(const struct bench_case *c, unsigned int i);
	unsigned int rounds;
	bool sleeps;
	const void *arg;
};

/**
 * struct bench_seen - what the unit was asked to do in between
 * @descriptors: put into the invalidation queue, wait descriptors included
 * @waits: wait descriptors among them
 * @lines: cache lines that were written back
 * @irqs_off: instructions of the longest section of our modules that keeps
 *	interrupts off by a spin lock
 */
struct bench_seen {
	u64 descriptors;
	u64 waits;
	u64 lines;
	u64 irqs_off;
};

int bench_run(struct seq_file *s, const struct bench_case *c);

int bench_observe_init(void);
void bench_observe_exit(void);
int bench_observe_start(void);
void bench_observe_stop(void);
void bench_observe_begin(void);
struct bench_seen bench_observe_end(void);
int bench_tables(struct seq_file *s, struct pci_dev *pdev, u64 root);
int bench_observe_tables(struct seq_file *s, struct pci_dev *pdev);

int bench_iommu(struct seq_file *s, struct pci_dev *pdev);
int bench_dma(struct seq_file *s, struct pci_dev *pdev);
int bench_irq(struct seq_file *s, struct pci_dev *pdev);
int bench_pasid(struct seq_file *s, struct pci_dev *pdev);

#ifdef BENCH_PT
int bench_pt(struct seq_file *s, bool ours);
#else
/* The kernel's page-table code cannot be called. */
static inline int bench_pt(struct seq_file *s, bool ours)
{
	return 0;
}
#endif

#endif /* VTD_BENCH_H */
