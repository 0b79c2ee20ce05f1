// SPDX-License-Identifier: GPL-2.0
/*
 * The machine that the software units stand in: its lock, its time, its seed,
 * and the way a broken rule is told.
 *
 * Must never sleep under the lock, and never call the driver.
 */
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/stdarg.h>
#include <linux/string.h>

#include <vtd/observe.h>

#include "ats.h"

struct vtdm_machine vtd_model;

/**
 * vtd_model_start() - an empty machine
 * @sink: who is told of what happens
 *
 * Context: may sleep; nothing else of the model is in use.
 * Return: 0, or -EBUSY when it is started already.
 */
int vtd_model_start(const struct vtd_model_sink *sink)
{
	if (vtd_model.running)
		return -EBUSY;
	memset(&vtd_model, 0, sizeof(vtd_model));
	raw_spin_lock_init(&vtd_model.lock);
	vtd_model.sink = *sink;
	vtd_model.running = true;
	return 0;
}
EXPORT_SYMBOL_GPL(vtd_model_start);

/**
 * vtd_model_stop() - forget all units, endpoints and pages
 *
 * Context: may sleep; nothing else of the model is in use.
 */
void vtd_model_stop(void)
{
	while (vtd_model.nr_endpoints)
		vtd_model_endpoint_destroy(vtd_model.endpoint[0]);
	while (vtd_model.nr_units)
		vtd_model_unit_destroy(vtd_model.unit[0]);
	vtdm_memory_stop();
	vtd_model.running = false;
}
EXPORT_SYMBOL_GPL(vtd_model_stop);

/**
 * vtdm_random() - a number that looks random
 * @u: unit, with a seed
 *
 * Context: the model's lock is held.
 * Return: 64 bits, the same sequence for each seed.
 */
u64 vtdm_random(struct vtd_model_unit *u)
{
	/* xorshift64*; a seed of 0 would stay 0 */
	u64 x = u->seed ?: 0x9e3779b97f4a7c15ULL;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	u->seed = x;
	return x * 0x2545f4914f6cdd1dULL;
}

/**
 * vtdm_report() - a rule was broken
 * @rule: which
 * @ptr: the word concerned, or NULL
 * @value: what is there
 * @fmt: a sentence, as for printf()
 *
 * Context: the model's lock is held.
 */
void vtdm_report(enum vtd_model_rule rule, const void *ptr, u64 value,
		 const char *fmt, ...)
{
	struct vtd_model_report report = {
		.rule = rule,
		.ptr = ptr,
		.value = value,
		.seq = vtd_model.seq,
	};
	va_list args;

	va_start(args, fmt);
	vscnprintf(report.text, sizeof(report.text), fmt, args);
	va_end(args);
	vtd_model.broken++;
	if (vtd_model.sink.report)
		vtd_model.sink.report(vtd_model.sink.data, &report);
}

/**
 * vtd_model_unit_create() - put a unit into the machine
 * @config: what it is like
 *
 * All units are put in before the first page is made known.
 *
 * Context: may sleep.
 * Return: the unit; NULL without memory, when there are too many, or when the
 * fault records lie beyond 16 KiB of registers.
 */
struct vtd_model_unit *
vtd_model_unit_create(const struct vtd_model_config *config)
{
	struct vtd_model_unit *u = kvzalloc(sizeof(*u), GFP_KERNEL);
	unsigned long flags;

	if (!u || vtd_model.nr_units == VTDM_UNITS) {
		kvfree(u);
		return NULL;
	}
	u->config = *config;
	if (!u->config.haw)
		u->config.haw = 52;
	if (!u->config.fetch || u->config.fetch > VTDM_WINDOW)
		u->config.fetch = 8;
	if (!u->config.device_timeout)
		u->config.device_timeout = VTDM_DEVICE_TIMEOUT;
	u->seed = config->seed;
	u->bytes = 4 * VTDM_PAGE;
	u->reg = kzalloc(u->bytes, GFP_KERNEL);
	if (!u->reg || vtdm_record_offset(u, vtdm_nr_records(u)) > u->bytes) {
		kfree(u->reg);
		kvfree(u);
		return NULL;
	}
	if (u->config.perf_counters > VTDM_COUNTERS)
		u->config.perf_counters = VTDM_COUNTERS;
	vtdm_regs_reset(u);

	raw_spin_lock_irqsave(&vtd_model.lock, flags);
	vtd_model.unit[vtd_model.nr_units++] = u;
	/* In scalable mode PASID entries may say that tables are not snooped. */
	if (!vtdm_ecap(u, VTDM_ECAP_C) || vtdm_ecap(u, VTDM_ECAP_SMTS))
		vtd_model.some_stale = true;
	if (vtdm_cap(u, VTDM_CAP_RWBF))
		vtd_model.some_wbuf = true;
	raw_spin_unlock_irqrestore(&vtd_model.lock, flags);
	return u;
}
EXPORT_SYMBOL_GPL(vtd_model_unit_create);

/**
 * vtd_model_unit_destroy() - take a unit out of the machine
 * @u: nobody uses its registers any more
 *
 * Endpoints that are behind it stay, and reach nothing any more.
 *
 * Context: may sleep.
 */
void vtd_model_unit_destroy(struct vtd_model_unit *u)
{
	unsigned long flags;
	unsigned int i;

	raw_spin_lock_irqsave(&vtd_model.lock, flags);
	for (i = 0; i < vtd_model.nr_units; i++)
		if (vtd_model.unit[i] == u)
			break;
	if (i < vtd_model.nr_units)
		vtd_model.unit[i] = vtd_model.unit[--vtd_model.nr_units];
	for (i = 0; i < vtd_model.nr_endpoints; i++)
		if (vtd_model.endpoint[i]->unit == u)
			vtd_model.endpoint[i]->unit = NULL;
	raw_spin_unlock_irqrestore(&vtd_model.lock, flags);
	kfree(u->reg);
	kvfree(u);
}
EXPORT_SYMBOL_GPL(vtd_model_unit_destroy);

/**
 * vtd_model_plug() - the registers of a unit, for its driver
 * @u: the unit
 * @regs: filled in
 *
 * The driver's static key is the caller's business.
 *
 * Context: any.
 */
void vtd_model_plug(struct vtd_model_unit *u, struct vtd_regs *regs)
{
	memset(regs, 0, sizeof(*regs));
	regs->bytes = u->bytes;
	regs->ops = &vtdm_ops;
	regs->data = u;
}
EXPORT_SYMBOL_GPL(vtd_model_plug);

/**
 * vtdm_step() - one step of time in one unit
 * @u: the unit
 *
 * Context: the model's lock is held.
 */
void vtdm_step(struct vtd_model_unit *u)
{
	unsigned int i;

	u->now++;
	vtdm_regs_step(u);
	vtdm_queue_step(u);
	vtdm_pages_step(u);
	if (!(u->config.policy & VTD_MODEL_EVICT))
		return;
	vtdm_evict(u);
	for (i = 0; i < vtd_model.nr_endpoints; i++)
		if (vtd_model.endpoint[i]->unit == u)
			vtdm_evict_devtlb(vtd_model.endpoint[i]);
}

/**
 * vtd_model_run() - let a unit work
 * @u: the unit
 * @steps: how long
 *
 * Context: any.
 */
void vtd_model_run(struct vtd_model_unit *u, unsigned int steps)
{
	unsigned long flags;

	while (steps--) {
		raw_spin_lock_irqsave(&vtd_model.lock, flags);
		vtdm_step(u);
		raw_spin_unlock_irqrestore(&vtd_model.lock, flags);
	}
}
EXPORT_SYMBOL_GPL(vtd_model_run);

/**
 * vtd_model_tick() - let all units work for one step
 *
 * For the harness: once for each turn of a polling loop.  Units that are
 * stepped by hand stand still.
 *
 * Context: any.
 */
void vtd_model_tick(void)
{
	unsigned long flags;
	unsigned int i;

	if (!vtd_model.running)
		return;
	raw_spin_lock_irqsave(&vtd_model.lock, flags);
	for (i = 0; i < vtd_model.nr_units; i++)
		if (!(vtd_model.unit[i]->config.policy & VTD_MODEL_MANUAL))
			vtdm_step(vtd_model.unit[i]);
	raw_spin_unlock_irqrestore(&vtd_model.lock, flags);
}
EXPORT_SYMBOL_GPL(vtd_model_tick);

/**
 * vtd_model_inject() - make something go wrong
 * @u: the unit
 * @error: what
 * @nth: at which descriptor fetched from now on, 1 is the next
 * @sid: source-id that is blamed, for ITE and ICE
 *
 * Up to VTDM_INJECTED at a time; more are ignored.
 *
 * Context: any.
 */
void vtd_model_inject(struct vtd_model_unit *u, enum vtd_model_error error,
		      unsigned int nth, u16 sid)
{
	unsigned long flags;
	unsigned int i;

	raw_spin_lock_irqsave(&vtd_model.lock, flags);
	for (i = 0; i < VTDM_INJECTED; i++) {
		if (u->injected[i].armed)
			continue;
		u->injected[i] = (struct vtdm_injected){
			.armed = true,
			.error = error,
			.nth = nth,
			.sid = sid,
		};
		break;
	}
	raw_spin_unlock_irqrestore(&vtd_model.lock, flags);
}
EXPORT_SYMBOL_GPL(vtd_model_inject);

/**
 * vtd_model_foreign_tables() - first-stage tables may belong to somebody else
 * @u: the unit
 * @on: they may
 *
 * Tables of a process are changed by who does not tell the observer.  While
 * this is on, first-stage tables in memory that was not made known are read,
 * and their accessed and dirty bits set, where they lie: nothing is remembered
 * of what they held, and no store to them is checked.  They must be memory
 * while PASID entries, or caches, lead to them.  The same holds for the tables of
 * a guest, whose memory is found by a second stage that is known.  Requests may
 * reach memory that was not made known, too.
 *
 * Context: any.
 */
void vtd_model_foreign_tables(struct vtd_model_unit *u, bool on)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&vtd_model.lock, flags);
	u->foreign = on;
	raw_spin_unlock_irqrestore(&vtd_model.lock, flags);
}
EXPORT_SYMBOL_GPL(vtd_model_foreign_tables);

/**
 * vtd_model_perf_stuck() - enhanced commands are not answered, or are again
 * @u: the unit
 * @on: they are not
 *
 * Context: any.
 */
void vtd_model_perf_stuck(struct vtd_model_unit *u, bool on)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&vtd_model.lock, flags);
	u->perf_stuck = on;
	if (!on)
		vtdm_put64(u, VTDM_ECRSP, 0);
	raw_spin_unlock_irqrestore(&vtd_model.lock, flags);
}
EXPORT_SYMBOL_GPL(vtd_model_perf_stuck);

/**
 * vtd_model_perf_lost() - performance monitoring forgets all, as in a suspend
 * @u: the unit
 *
 * Context: any.
 */
void vtd_model_perf_lost(struct vtd_model_unit *u)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&vtd_model.lock, flags);
	vtdm_perf_lost(u);
	raw_spin_unlock_irqrestore(&vtd_model.lock, flags);
}
EXPORT_SYMBOL_GPL(vtd_model_perf_lost);

/**
 * vtd_model_gone() - a unit goes: its registers read as all ones
 * @u: the unit; what it has in its registers, tables and caches stays in force
 *
 * Context: any.
 */
void vtd_model_gone(struct vtd_model_unit *u)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&vtd_model.lock, flags);
	u->gone = true;
	raw_spin_unlock_irqrestore(&vtd_model.lock, flags);
}
EXPORT_SYMBOL_GPL(vtd_model_gone);

/**
 * vtd_model_corrupt() - a register says something else, as no write made it
 * @u: the unit
 * @off: of a register of 32 bits, or of half of one
 * @value: what it says
 *
 * Context: any.
 */
void vtd_model_corrupt(struct vtd_model_unit *u, u32 off, u32 value)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&vtd_model.lock, flags);
	vtdm_put(u, off, value);
	raw_spin_unlock_irqrestore(&vtd_model.lock, flags);
}
EXPORT_SYMBOL_GPL(vtd_model_corrupt);

/**
 * vtd_model_revive() - a unit that is dead or gone works again, and nothing more
 * goes wrong
 * @u: the unit
 *
 * Context: any.
 */
void vtd_model_revive(struct vtd_model_unit *u)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&vtd_model.lock, flags);
	u->dead = false;
	u->gone = false;
	memset(u->injected, 0, sizeof(u->injected));
	raw_spin_unlock_irqrestore(&vtd_model.lock, flags);
}
EXPORT_SYMBOL_GPL(vtd_model_revive);

/**
 * vtd_model_firmware_pmr() - leave protected memory on, as firmware does
 * @u: the unit, with PHMR
 * @base: first byte, 2 MiB aligned
 * @limit: last byte
 *
 * Context: any.
 */
void vtd_model_firmware_pmr(struct vtd_model_unit *u, u64 base, u64 limit)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&vtd_model.lock, flags);
	vtdm_put64(u, VTDM_PHMBASE, base);
	vtdm_put64(u, VTDM_PHMLIMIT, limit);
	vtdm_put(u, VTDM_PMEN, VTDM_P_EPM | VTDM_P_PRS);
	raw_spin_unlock_irqrestore(&vtd_model.lock, flags);
}
EXPORT_SYMBOL_GPL(vtd_model_firmware_pmr);

/**
 * vtd_model_stats() - what a unit has done
 * @u: the unit
 *
 * Context: any.
 * Return: the counters.
 */
struct vtd_model_stats vtd_model_stats(struct vtd_model_unit *u)
{
	struct vtd_model_stats stats;
	unsigned long flags;

	raw_spin_lock_irqsave(&vtd_model.lock, flags);
	stats = u->stats;
	raw_spin_unlock_irqrestore(&vtd_model.lock, flags);
	return stats;
}
EXPORT_SYMBOL_GPL(vtd_model_stats);

/**
 * vtd_model_cached() - how much a unit has cached
 * @u: the unit
 *
 * Context: any.
 * Return: entries in all its caches.
 */
unsigned int vtd_model_cached(struct vtd_model_unit *u)
{
	unsigned int i, nr = 0;
	unsigned long flags;

	raw_spin_lock_irqsave(&vtd_model.lock, flags);
	for (i = 0; i < VTDM_CONTEXTS; i++)
		nr += u->contexts[i].valid;
	for (i = 0; i < VTDM_PASID_CACHE; i++)
		nr += u->pasids[i].valid;
	for (i = 0; i < VTDM_IOTLBS; i++)
		nr += u->iotlbs[i].valid;
	for (i = 0; i < VTDM_POINTERS; i++)
		nr += u->pointers[i].valid;
	for (i = 0; i < VTDM_IRTES; i++)
		nr += u->irtes[i].valid;
	raw_spin_unlock_irqrestore(&vtd_model.lock, flags);
	return nr;
}
EXPORT_SYMBOL_GPL(vtd_model_cached);

#ifndef __KERNEL__
/* In a program the model is the driver's only observer. */
void vtd_observe_store(const void *ptr, size_t bytes)
{
	vtd_model_stored(ptr, bytes);
}

void vtd_observe_flush(const void *ptr, size_t bytes)
{
	vtd_model_flushed(ptr, bytes);
}
#endif
