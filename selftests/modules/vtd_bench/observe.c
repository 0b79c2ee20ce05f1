// SPDX-License-Identifier: GPL-2.0
/*
 * Observes, from outside the driver, what one operation makes of the unit.
 *
 * Owns a read-only look at the registers and the invalidation queue of the
 * first unit in the DMAR table, and probes on what writes cache lines back and
 * what our modules switch interrupts off with.  Must never write to the unit.
 * Works the same for any driver.
 */
#include <linux/acpi.h>
#include <linux/array_size.h>
#include <linux/errno.h>
#include <linux/io.h>
#include <linux/kallsyms.h>
#include <linux/kprobes.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/sizes.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timex.h>

#include "bench.h"

#define OBSERVE_RTADDR 0x20 /* VT-d 11.4.5 */
#define OBSERVE_IQT 0x88 /* VT-d 11.4.9.2 */
#define OBSERVE_IQA 0x90 /* VT-d 11.4.9.3 */
#define OBSERVE_IQA_SIZE 0x7
#define OBSERVE_IQA_WIDE BIT(11) /* descriptors of 256 bits, not 128 */
#define OBSERVE_TYPE 0xf
#define OBSERVE_WAIT 5 /* VT-d 6.5.2.8 */

/* Of every CPU that this module is made for. */
#define OBSERVE_LINE 64

static void __iomem *observe_regs;
static const u64 *observe_ring;
static u64 observe_ring_at;
static u64 observe_slot; /* bytes */
static u64 observe_slots;
static u64 observe_tail;
static u64 observe_lines;
static unsigned long observe_off_lock;
static u64 observe_off_since;
static u64 observe_off_longest;
static u64 observe_off_nothing;

static int observe_flush(struct kprobe *p, struct pt_regs *regs)
{
	unsigned long first = regs->di / OBSERVE_LINE;
	unsigned long last = (regs->di + regs->si - 1) / OBSERVE_LINE;

	if (regs->si)
		observe_lines += last - first + 1;
	return 0;
}

static int observe_line(struct kprobe *p, struct pt_regs *regs)
{
	observe_lines++;
	return 0;
}

static bool observe_is_ours(const struct pt_regs *regs)
{
	unsigned long caller = *(unsigned long *)regs->sp;
	char name[KSYM_SYMBOL_LEN];

	if (!is_vmalloc_or_module_addr((void *)caller))
		return false;
	sprint_symbol(name, caller);
	return strstr(name, "[vtd_");
}

/* Which of them are followed until they return; the data is the lock. */
static int observe_takes(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	*(unsigned long *)ri->data = regs->di;
	return !observe_is_ours(regs);
}

/* Only now interrupts are off for certain. */
static int observe_taken(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	observe_off_lock = *(unsigned long *)ri->data;
	observe_off_since = get_cycles();
	return 0;
}

static int observe_gives(struct kprobe *p, struct pt_regs *regs)
{
	u64 now = get_cycles();

	if (regs->di != observe_off_lock)
		return 0;
	observe_off_longest = max(observe_off_longest, now - observe_off_since);
	observe_off_lock = 0;
	return 0;
}

static struct kretprobe observe_lock;

/* Those of modules are there for ours only, which writes single lines back. */
static struct {
	struct kprobe probe;
	const char *symbol;
	bool on;
} observe_probes[] = {
	{ { .pre_handler = observe_flush }, "clflush_cache_range" },
	{ { .pre_handler = observe_line }, "vtd_dmar:vtd_write_back_line" },
	{ { .pre_handler = observe_line }, "vtd_bench:vtd_write_back_line" },
	{ { .pre_handler = observe_gives }, "_raw_spin_unlock_irqrestore" },
};

/* What taking a lock and letting go of it costs when it is watched. */
static void observe_nothing(void)
{
	static DEFINE_RAW_SPINLOCK(lock);
	unsigned long flags;

	observe_off_longest = 0;
	raw_spin_lock_irqsave(&lock, flags);
	raw_spin_unlock_irqrestore(&lock, flags);
	observe_off_nothing = observe_off_longest;
}

/* Where the first unit's registers are, or 0. */
static u64 observe_find_unit(void)
{
	struct acpi_table_header *table;
	struct acpi_dmar_hardware_unit *unit;
	u64 found = 0;

	if (ACPI_FAILURE(acpi_get_table(ACPI_SIG_DMAR, 0, &table)))
		return 0;
	unit = (void *)table + sizeof(struct acpi_table_dmar);
	if (table->length >= sizeof(struct acpi_table_dmar) + sizeof(*unit) &&
	    unit->header.type == ACPI_DMAR_TYPE_HARDWARE_UNIT)
		found = unit->address;
	acpi_put_table(table);
	return found;
}

/* The driver may have made its queue only now. */
static int observe_find_ring(void)
{
	u64 iqa = readq(observe_regs + OBSERVE_IQA);
	u64 at = iqa & ~(u64)(SZ_4K - 1);

	if (at == observe_ring_at)
		return observe_ring ? 0 : -ENXIO;
	if (observe_ring)
		memunmap((void *)observe_ring);
	observe_ring_at = at;
	observe_slot = iqa & OBSERVE_IQA_WIDE ? 32 : 16;
	observe_slots = (SZ_4K << (iqa & OBSERVE_IQA_SIZE)) / observe_slot;
	observe_ring = memremap(at, observe_slots * observe_slot, MEMREMAP_WB);
	return observe_ring ? 0 : -ENOMEM;
}

/**
 * bench_observe_init() - find the unit
 *
 * Context: may sleep.
 * Return: 0; -ENODEV without a DMAR table; -ENOMEM.
 */
int bench_observe_init(void)
{
	u64 base = observe_find_unit();

	if (!base)
		return -ENODEV;
	observe_regs = ioremap(base, SZ_4K);
	return observe_regs ? 0 : -ENOMEM;
}

/**
 * bench_observe_tables() - print which tables a device goes through
 * @s: where to print
 * @pdev: attached to a paging domain, behind the first unit
 *
 * Context: may sleep.
 * Return: as bench_tables().
 */
int bench_observe_tables(struct seq_file *s, struct pci_dev *pdev)
{
	return bench_tables(s, pdev, readq(observe_regs + OBSERVE_RTADDR));
}

/**
 * bench_observe_exit() - let go of the unit
 *
 * Context: may sleep.
 */
void bench_observe_exit(void)
{
	if (observe_ring)
		memunmap((void *)observe_ring);
	iounmap(observe_regs);
}

/**
 * bench_observe_start() - put the probe in place
 *
 * Context: may sleep.
 * Return: 0, or why there is no queue or no probe.
 */
int bench_observe_start(void)
{
	int ret = observe_find_ring();
	unsigned int i;

	if (ret)
		return ret;
	for (i = 0; i < ARRAY_SIZE(observe_probes); i++) {
		struct kprobe *probe = &observe_probes[i].probe;

		probe->addr = NULL;
		probe->flags = 0;
		probe->symbol_name = observe_probes[i].symbol;
		ret = register_kprobe(probe);
		observe_probes[i].on = !ret;
		if (ret && !i)
			return ret;
	}
	observe_lock = (struct kretprobe){
		.kp.symbol_name = "_raw_spin_lock_irqsave",
		.entry_handler = observe_takes,
		.handler = observe_taken,
		.data_size = sizeof(unsigned long),
	};
	ret = register_kretprobe(&observe_lock);
	if (ret) {
		observe_lock.kp.addr = NULL;
		bench_observe_stop();
		return ret;
	}
	observe_nothing();
	return 0;
}

/**
 * bench_observe_stop() - take the probe away
 *
 * Context: may sleep.
 */
void bench_observe_stop(void)
{
	unsigned int i;

	if (observe_lock.kp.addr)
		unregister_kretprobe(&observe_lock);
	observe_lock.kp.addr = NULL;
	for (i = 0; i < ARRAY_SIZE(observe_probes); i++)
		if (observe_probes[i].on)
			unregister_kprobe(&observe_probes[i].probe);
}

/**
 * bench_observe_begin() - from here on
 *
 * Context: between bench_observe_start() and bench_observe_stop().
 */
void bench_observe_begin(void)
{
	observe_lines = 0;
	observe_off_lock = 0;
	observe_off_longest = 0;
	observe_tail = readq(observe_regs + OBSERVE_IQT) / observe_slot;
}

/**
 * bench_observe_end() - up to here
 *
 * Less than one turn of the queue may have been used in between.
 *
 * Context: as bench_observe_begin().
 * Return: what was seen since bench_observe_begin().
 */
struct bench_seen bench_observe_end(void)
{
	u64 tail = readq(observe_regs + OBSERVE_IQT) / observe_slot;
	struct bench_seen seen = { .lines = observe_lines };
	u64 at;

	if (observe_off_longest > observe_off_nothing)
		seen.irqs_off = observe_off_longest - observe_off_nothing;

	for (at = observe_tail; at != tail; at = (at + 1) % observe_slots) {
		const u64 *slot = observe_ring + observe_slot / 8 * at;

		seen.descriptors++;
		if ((READ_ONCE(*slot) & OBSERVE_TYPE) == OBSERVE_WAIT)
			seen.waits++;
	}
	return seen;
}
