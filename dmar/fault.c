// SPDX-License-Identifier: GPL-2.0
/*
 * DMA and interrupts that a unit refused: read from its fault records, counted,
 * kept for /dev/vtd and, within limits, told in the log (VT-d 11.4.7).
 *
 * Runs in an interrupt thread and, when there is too much of it, in a work
 * item, never in hard interrupt context.  Must never loop for as long as a
 * device keeps faulting, and never leave records for which no interrupt comes.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/delay.h>
#include <linux/interrupt.h>
#include <linux/pci.h>
#include <linux/ratelimit.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/time64.h>
#include <linux/timekeeping.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "context.h"
#include "fault.h"
#include "incident.h"
#include "quarantine.h"
#include "reply.h"
#include "trace.h"
#include "unit.h"

/* Most records that one run takes; the rest waits for the work item. */
#define VTD_FAULT_BUDGET 256

/* When the work item looks again: at records; at what keeps interrupts away. */
#define VTD_FAULT_AGAIN msecs_to_jiffies(10)
#define VTD_FAULT_HELD_UP msecs_to_jiffies(200)

/* More than so many in so long is a storm: its interrupts are slowed down. */
#define VTD_FAULT_STORM 64
#define VTD_FAULT_STORM_NS (20 * NSEC_PER_MSEC)

/*
 * While a unit loses faults, a source that has been told of as often as is good
 * is not recorded for this long, so that those of others are.
 */
#define VTD_FAULT_SILENT msecs_to_jiffies(1000)
#define VTD_FAULT_SILENCED 8

/**
 * struct vtd_fault_listener - who reads the records of one unit
 * @unit: the unit (c)
 * @lock: one reader at a time
 * @again: reads what the interrupt thread left (c)
 * @hear: has the faults of @silent recorded again (c)
 * @silent: sources that are not recorded (l)
 * @nr_silent: how many (l)
 * @noisy: a source that was not described for its number of faults, or -1 (l)
 * @storming: @noisy is one whose faults are a storm (l)
 * @lossy: the unit has lost faults (l)
 * @errors: errors of its queue that have been told of; one run at a time
 * @since: when @taken was 0, since boot, in nanoseconds (l)
 * @taken: faults taken since then (l)
 * @fault: the one that is described just now (l)
 * @text: its sentence (l)
 *
 * (c) constant after set-up, (l) under @lock.
 */
struct vtd_fault_listener {
	struct vtd_unit *unit;
	struct mutex lock;
	struct delayed_work again;
	struct delayed_work hear;
	u16 silent[VTD_FAULT_SILENCED];
	unsigned int nr_silent;
	int noisy;
	bool storming;
	bool lossy;
	u64 errors;
	u64 since;
	unsigned int taken;
	struct vtd_fault_kept fault;
	char text[VTD_FAULT_SENTENCE];
};

static struct vtd_fault_store vtd_faults = {
	.lock = __SPIN_LOCK_UNLOCKED(vtd_faults.lock),
	.sources = LIST_HEAD_INIT(vtd_faults.sources),
	.kept = LIST_HEAD_INIT(vtd_faults.kept),
};

/* Woken for each fault that is kept. */
DECLARE_WAIT_QUEUE_HEAD(vtd_fault_wait);

/* A source has limits of its own; this one is for many sources. */
static DEFINE_RATELIMIT_STATE(vtd_faults_limit, 5 * HZ, 50);

static DEFINE_RATELIMIT_STATE(vtd_errors_limit, 60 * HZ, 5);

static void vtd_fault_log(struct vtd_fault_listener *l, u64 untold)
{
	const struct vtd_fault_kept *fault = &l->fault;
	struct vtd_fault_request r = vtd_fault_decode(&fault->record);

	if (!__ratelimit(&vtd_faults_limit))
		return;
	vtd_fault_sentence(fault->segment, &fault->record, &fault->facts,
			   l->text, sizeof(l->text));
	if (untold)
		pr_warn("%s: %llu faults of %04x:%02x:%02x.%u were not told here, see 'vtdctl faults'\n",
			fault->unit, untold, fault->segment, r.sid >> 8,
			PCI_SLOT(r.sid & 0xff), PCI_FUNC(r.sid & 0xff));
	pr_warn("%s: %s. Likely remedy: %s\n", fault->unit, l->text,
		vtd_fault_remedy(vtd_fault_reason(r.reason),
				 vtd_fault_assigned(&fault->facts)));
}

/*
 * A source faults on and on.  Not recorded, it costs the host nothing; after some
 * time of that it is stopped, if the administrator wants such devices to be.  Bus
 * mastering is all that stops a storm of interrupts: no context entry says anything
 * of them.
 */
static void vtd_fault_stormed(struct vtd_fault_listener *l,
			      const struct vtd_fault_request *request,
			      enum vtd_storm_verdict verdict)
{
	enum vtd_storm_whom whom = READ_ONCE(vtd_storm_policy.whom);

	lockdep_assert_held(&l->lock);
	if (request->access != VTD_ACCESS_INTERRUPT) {
		l->noisy = request->sid;
		l->storming = true;
	}
	if (verdict == VTD_STORM_STOP && whom != VTD_STORM_NOBODY)
		vtd_devices_storm(l->unit, request->sid,
				  whom == VTD_STORM_ASSIGNED);
}

static void vtd_fault_take(void *data, const struct vtd_fault_record *record)
{
	struct vtd_fault_listener *l = data;
	struct vtd_fault_request request = vtd_fault_decode(record);
	struct vtd_fault_kept *fault = &l->fault;
	struct vtd_unit *unit = l->unit;
	struct vtd_fault_verdict verdict;

	lockdep_assert_held(&l->lock);
	memset(fault, 0, sizeof(*fault));
	fault->ns = ktime_get_boottime_ns();
	fault->segment = unit->drhd->segment;
	fault->record = *record;
	strscpy(fault->unit, unit->name);
	vtd_fault_tell(fault->ns, fault->segment, &request);
	vtd_fault_count(&vtd_faults, unit->name, fault->segment, request.sid,
			fault->ns, l->lossy, &verdict);
	fault->seq = verdict.seq;
	trace_vtd_fault(unit->name, fault->segment, &request, verdict.seq);
	if (verdict.describe) {
		vtd_fault_look(unit, &request, &fault->facts);
		vtd_fault_keep(&vtd_faults, fault);
		wake_up_interruptible(&vtd_fault_wait);
	} else if (request.access != VTD_ACCESS_INTERRUPT && !l->storming) {
		/* The context entry says nothing of interrupts. */
		l->noisy = request.sid;
	}
	if (verdict.storm != VTD_STORM_CALM)
		vtd_fault_stormed(l, &request, verdict.storm);
	if (verdict.log)
		vtd_fault_log(l, verdict.untold);
	/* Last: who waits for the count finds the report. */
	atomic64_inc(&unit->faults);
	cond_resched();
}

/* Is it a storm, with @found more? */
static bool vtd_fault_storms(struct vtd_fault_listener *l, unsigned int found)
{
	u64 now = ktime_get_boottime_ns();

	if (now - l->since > VTD_FAULT_STORM_NS) {
		l->since = now;
		l->taken = 0;
	}
	l->taken += found;
	return l->taken > VTD_FAULT_STORM;
}

/* Note who is to be silent; his source-id, or -1. */
static int vtd_fault_choose_silent(struct vtd_fault_listener *l)
{
	unsigned int i;

	lockdep_assert_held(&l->lock);
	if (l->noisy < 0)
		return -1;
	for (i = 0; i < l->nr_silent; i++)
		if (l->silent[i] == l->noisy)
			return l->noisy;
	if (l->nr_silent == VTD_FAULT_SILENCED)
		return -1;
	l->silent[l->nr_silent++] = l->noisy;
	return l->noisy;
}

static void vtd_fault_silence(struct vtd_fault_listener *l, u16 sid)
{
	struct vtd_unit *unit = l->unit;

	if (READ_ONCE(unit->health) != VTD_HEALTH_OK ||
	    vtd_context_silence(unit, sid, true))
		return;
	pr_notice_ratelimited(
		"%s: faults of %04x:%02x:%02x.%u are not recorded for a second: there are too many of them\n",
		unit->name, unit->drhd->segment, sid >> 8, PCI_SLOT(sid & 0xff),
		PCI_FUNC(sid & 0xff));
}

static void vtd_fault_hear(struct work_struct *work)
{
	struct vtd_fault_listener *l = container_of(
		to_delayed_work(work), struct vtd_fault_listener, hear);
	u16 silent[VTD_FAULT_SILENCED];
	unsigned int nr, i;

	mutex_lock(&l->lock);
	nr = l->nr_silent;
	memcpy(silent, l->silent, sizeof(silent));
	l->nr_silent = 0;
	mutex_unlock(&l->lock);
	for (i = 0; i < nr && READ_ONCE(l->unit->health) == VTD_HEALTH_OK; i++)
		vtd_context_silence(l->unit, silent[i], false);
}

/*
 * Errors of the queue raise the same interrupt.  Whose they are is told there, and
 * here what they were: a device that answers wrongly is otherwise nobody's.
 */
static void vtd_fault_tell_errors(struct vtd_fault_listener *l)
{
	const struct vtd_qi_stats *stats = &l->unit->qi.stats;
	const char *name = l->unit->name;
	u64 iqe = READ_ONCE(stats->iqe), ite = READ_ONCE(stats->ite);
	u64 ice = READ_ONCE(stats->ice), record = READ_ONCE(stats->last_error);
	u64 errors = iqe + ite + ice;
	char text[128];

	if (errors == l->errors)
		return;
	l->errors = errors;
	if (!__ratelimit(&vtd_errors_limit))
		return;
	snprintf(
		text, sizeof(text),
		"so far %llu invalidations refused, %llu not answered by a device in time, %llu answered wrongly; last record 0x%llx",
		iqe, ite, ice, record);
	pr_warn("%s: error of the invalidation queue: %s\n", name, text);
	vtd_incident(name, "-", "queue-error", text);
}

/* One bounded look at the records; true in a storm. */
static bool vtd_fault_run(struct vtd_fault_listener *l)
{
	struct vtd_unit *unit = l->unit;
	struct vtd_fault_reading reading;
	int silent = -1;
	bool storms;

	mutex_lock(&l->lock);
	l->noisy = -1;
	l->storming = false;
	vtd_fault_read(&unit->regs, unit->cap, VTD_FAULT_BUDGET, vtd_fault_take,
		       l, &reading);
	if (reading.overflow) {
		l->lossy = true;
		atomic64_inc(&unit->fault_overflows);
		vtd_fault_lost(&vtd_faults, unit->name);
		pr_warn_ratelimited(
			"%s: more faults than it can record: some are lost\n",
			unit->name);
	}
	if (reading.overflow || l->storming)
		silent = vtd_fault_choose_silent(l);
	storms = vtd_fault_storms(l, reading.found);
	mutex_unlock(&l->lock);

	if (reading.gone)
		vtd_unit_failed(unit, "reading its faults", -ENXIO);
	else if (reading.held_up)
		vtd_qi_tend(&unit->qi);
	vtd_fault_tell_errors(l);
	if (silent >= 0) {
		vtd_fault_silence(l, silent);
		queue_delayed_work(system_freezable_wq, &l->hear,
				   VTD_FAULT_SILENT);
	}
	if (reading.pending)
		queue_delayed_work(system_freezable_wq, &l->again,
				   VTD_FAULT_AGAIN);
	else if (reading.held_up && READ_ONCE(unit->health) == VTD_HEALTH_OK)
		queue_delayed_work(system_freezable_wq, &l->again,
				   VTD_FAULT_HELD_UP);
	return storms;
}

static void vtd_fault_work(struct work_struct *work)
{
	vtd_fault_run(container_of(to_delayed_work(work),
				   struct vtd_fault_listener, again));
}

static irqreturn_t vtd_fault_thread(int irq, void *data)
{
	/*
	 * The interrupt is masked for as long as this takes, and the thread is
	 * one of those that go before all others: in a storm it sleeps, and
	 * the unit's records overflow meanwhile.
	 */
	if (vtd_fault_run(data))
		usleep_range(4000, 6000);
	return IRQ_HANDLED;
}

/**
 * vtd_fault_start() - listen to a unit's faults
 * @unit: about to translate
 *
 * Context: may sleep.
 * Return: 0 or a negative errno.
 */
int vtd_fault_start(struct vtd_unit *unit)
{
	struct vtd_fault_listener *l = kzalloc(sizeof(*l), GFP_KERNEL);
	int irq, ret;

	if (!l)
		return -ENOMEM;
	l->unit = unit;
	mutex_init(&l->lock);
	INIT_DELAYED_WORK(&l->again, vtd_fault_work);
	INIT_DELAYED_WORK(&l->hear, vtd_fault_hear);
	irq = vtd_irq_alloc(unit, VTD_EVENT_FAULT);
	if (irq < 0) {
		ret = irq;
		goto free;
	}
	/* Masked while the thread runs: a storm cannot starve the CPU. */
	ret = request_threaded_irq(irq, NULL, vtd_fault_thread, IRQF_ONESHOT,
				   unit->name, l);
	if (ret)
		goto free_irq;
	unit->irq = irq;
	unit->listener = l;
	return 0;

free_irq:
	vtd_irq_free(irq);
free:
	mutex_destroy(&l->lock);
	kfree(l);
	return ret;
}

/**
 * vtd_fault_stop() - undo vtd_fault_start()
 * @unit: about to be switched off: the listener uses its queue
 *
 * Context: may sleep; not under @unit->lock.
 */
void vtd_fault_stop(struct vtd_unit *unit)
{
	struct vtd_fault_listener *l = unit->listener;

	if (!unit->irq)
		return;
	free_irq(unit->irq, l);
	/* Nobody queues it any more but itself. */
	cancel_delayed_work_sync(&l->again);
	cancel_delayed_work_sync(&l->hear);
	vtd_irq_free(unit->irq);
	unit->irq = 0;
	unit->listener = NULL;
	mutex_destroy(&l->lock);
	kfree(l);
}

/**
 * vtd_fault_exit() - forget all faults
 *
 * Context: may sleep; no unit is listened to.
 */
void vtd_fault_exit(void)
{
	vtd_fault_store_empty(&vtd_faults);
}

/**
 * vtd_fault_newest() - number of the last fault that is kept
 *
 * Context: any.
 * Return: the number, 0 before the first.
 */
u64 vtd_fault_newest(void)
{
	return READ_ONCE(vtd_faults.newest);
}

/* Seconds and microseconds of a time since boot. */
static u64 vtd_fault_seconds(u64 ns, u32 *us)
{
	u32 rest;
	u64 seconds = div_u64_rem(ns, NSEC_PER_SEC, &rest);

	*us = rest / NSEC_PER_USEC;
	return seconds;
}

static void vtd_fault_say(struct vtd_reply *reply,
			  const struct vtd_fault_kept *kept, char *text)
{
	struct vtd_fault_request r = vtd_fault_decode(&kept->record);
	const struct vtd_fault_reason *reason = vtd_fault_reason(r.reason);
	const struct vtd_fault_facts *facts = &kept->facts;
	bool interrupt = r.access == VTD_ACCESS_INTERRUPT;
	u32 us;
	u64 seconds = vtd_fault_seconds(kept->ns, &us);

	vtd_say(reply,
		"fault seq=%llu time=%llu.%06u unit=%s device=%04x:%02x:%02x.%u address=0x%llx access=%s reason=0x%02x text=\"%s\"",
		kept->seq, seconds, us, kept->unit, kept->segment, r.sid >> 8,
		PCI_SLOT(r.sid & 0xff), PCI_FUNC(r.sid & 0xff), r.where,
		vtd_fault_access_name(r.access), r.reason, reason->text);
	vtd_say(reply, " name=%s more=%llu driver=%s domain=%s behind=%s",
		reason->name, kept->more,
		facts->driver[0] ? facts->driver : "-",
		facts->domain[0] ? facts->domain : "-",
		facts->behind[0] ? facts->behind : "-");
	if (r.has_pasid)
		vtd_say(reply, " pasid=0x%x", r.pasid);
	vtd_fault_say_tables(&r, &facts->tables, text, VTD_FAULT_SENTENCE);
	vtd_say(reply, " tables=\"%s\"", text);
	vtd_fault_say_last(&facts->last, text, VTD_FAULT_SENTENCE);
	vtd_say(reply, " last=\"%s\" remedy=\"%s\"", interrupt ? "" : text,
		vtd_fault_remedy(reason, vtd_fault_assigned(facts)));
	vtd_fault_sentence(kept->segment, &kept->record, facts, text,
			   VTD_FAULT_SENTENCE);
	vtd_say(reply, " sentence=\"%s\"\n", text);
}

/**
 * vtd_fault_report() - the faults that are remembered, oldest first
 * @reply: one record a line
 * @after: number of a fault; only later ones are told
 *
 * Context: may sleep.
 * Return: the number of the last one told, or @after.
 */
u64 vtd_fault_report(struct vtd_reply *reply, u64 after)
{
	/* Faults that come meanwhile wait for the next report. */
	u64 newest = vtd_fault_newest();
	struct vtd_fault_kept *kept = kzalloc(sizeof(*kept), GFP_KERNEL);
	char *text = kzalloc(VTD_FAULT_SENTENCE, GFP_KERNEL);

	if (!kept || !text) {
		reply->cut = true;
		goto free;
	}
	while (after < newest && vtd_fault_next(&vtd_faults, after, kept)) {
		vtd_fault_say(reply, kept, text);
		after = kept->seq;
		cond_resched();
	}
free:
	kfree(text);
	kfree(kept);
	return after;
}

/**
 * vtd_fault_report_sources() - how many faults each source had
 * @reply: one record a line, the latest to fault first
 *
 * Context: may sleep.
 */
void vtd_fault_report_sources(struct vtd_reply *reply)
{
	struct vtd_fault_source *source = kzalloc(sizeof(*source), GFP_KERNEL);
	unsigned int i;
	u32 first, last;

	if (!source) {
		reply->cut = true;
		return;
	}
	for (i = 0; i < VTD_FAULT_SOURCES; i++) {
		u64 first_s, last_s;

		if (!vtd_fault_next_source(&vtd_faults, i, source))
			break;
		first_s = vtd_fault_seconds(source->first_ns, &first);
		last_s = vtd_fault_seconds(source->last_ns, &last);
		vtd_say(reply,
			"source unit=%s device=%04x:%02x:%02x.%u faults=%llu at_least=%s described=%llu first=%llu.%06u last=%llu.%06u\n",
			source->unit, source->segment, source->sid >> 8,
			PCI_SLOT(source->sid & 0xff),
			PCI_FUNC(source->sid & 0xff), source->count,
			source->partial ? "yes" : "no", source->described,
			first_s, first, last_s, last);
	}
	if (READ_ONCE(vtd_faults.forgotten))
		vtd_say(reply, "forgotten faults=%llu\n",
			READ_ONCE(vtd_faults.forgotten));
	kfree(source);
}
