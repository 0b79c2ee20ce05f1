// SPDX-License-Identifier: GPL-2.0
/*
 * DMA and interrupts that a unit refused: read from its fault records, counted,
 * kept for /dev/vtd and, within limits, told in the log (VT-d 7.2, 11.4.7).
 *
 * Runs in an interrupt thread, never in hard interrupt context.  Must never
 * loop for as long as a device keeps faulting.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/interrupt.h>
#include <linux/pci.h>
#include <linux/ratelimit.h>
#include <linux/spinlock.h>
#include <linux/time64.h>
#include <linux/timekeeping.h>

#include <vtd/hw/fault.h>
#include <vtd/hw/ir.h>
#include "fault.h"
#include "reply.h"
#include "unit.h"

/* Faults kept for /dev/vtd; older ones are overwritten. */
#define VTD_FAULTS_KEPT 256

/* Passes over the records before the interrupt is let go and comes again. */
#define VTD_FAULT_PASSES 4

/**
 * struct vtd_fault_kept - a fault as it is remembered
 * @seq: number of the fault since load, from 1; 0 for an unused place
 * @ns: when it was read, since boot
 * @unit: name of the unit
 * @segment: of the device
 * @record: what the unit recorded
 */
struct vtd_fault_kept {
	u64 seq;
	u64 ns;
	char unit[16];
	u16 segment;
	struct vtd_fault_record record;
};

/* Under vtd_faults_lock, taken in process context only. */
static struct vtd_fault_kept vtd_faults[VTD_FAULTS_KEPT];
static u64 vtd_faults_seq;
static DEFINE_SPINLOCK(vtd_faults_lock);

static DEFINE_RATELIMIT_STATE(vtd_faults_limit, 5 * HZ, 10);

static const char *vtd_fault_text(unsigned int reason)
{
	static const char *const text[] = {
		[VTD_FAULT_ROOT_NOT_PRESENT] =
			"no device of this bus may do DMA",
		[VTD_FAULT_CONTEXT_NOT_PRESENT] =
			"the device is blocked: it is attached to nothing",
		[VTD_FAULT_CONTEXT_INVALID] =
			"the device's context entry is invalid",
		[VTD_FAULT_BEYOND_WIDTH] =
			"the address is beyond the width of the domain",
		[VTD_FAULT_WRITE_DENIED] =
			"the address is not mapped, or not for writing",
		[VTD_FAULT_READ_DENIED] =
			"the address is not mapped, or not for reading",
		[VTD_FAULT_TABLE_UNREADABLE] = "a page table could not be read",
		[VTD_FAULT_ROOT_UNREADABLE] =
			"the root table could not be read",
		[VTD_FAULT_CONTEXT_UNREADABLE] =
			"a context table could not be read",
		[VTD_FAULT_ROOT_RESERVED] =
			"reserved bits are set in a root entry",
		[VTD_FAULT_CONTEXT_RESERVED] =
			"reserved bits are set in a context entry",
		[VTD_FAULT_TABLE_RESERVED] =
			"reserved bits are set in a page-table entry",
		[VTD_FAULT_TRANSLATED_BLOCKED] =
			"the device may not send translated requests",
		[VTD_FAULT_IR_RESERVED_REQUEST] =
			"interrupt request with reserved bits set",
		[VTD_FAULT_IR_INDEX_TOO_LARGE] =
			"interrupt index beyond the remapping table",
		[VTD_FAULT_IR_NOT_PRESENT] = "interrupt index without an entry",
		[VTD_FAULT_IR_TABLE_UNREADABLE] =
			"the interrupt remapping table could not be read",
		[VTD_FAULT_IR_RESERVED_ENTRY] =
			"reserved bits are set in an interrupt entry",
		[VTD_FAULT_IR_COMPATIBILITY_BLOCKED] =
			"compatibility-format interrupt blocked",
		[VTD_FAULT_IR_SOURCE_REFUSED] =
			"interrupt from a source-id that does not own the entry",
	};

	if (reason < ARRAY_SIZE(text) && text[reason])
		return text[reason];
	return "reason not known in legacy mode";
}

static bool vtd_fault_is_interrupt(u64 hi)
{
	unsigned int reason = FIELD_GET(VTD_FRCD_HI_FR, hi);

	return reason >= VTD_FAULT_IR_RESERVED_REQUEST &&
	       reason <= VTD_FAULT_IR_SOURCE_REFUSED;
}

static const char *vtd_fault_access(u64 hi)
{
	if (vtd_fault_is_interrupt(hi))
		return "interrupt";
	if (hi & VTD_FRCD_HI_T2)
		return hi & VTD_FRCD_HI_T1 ? "atomic" : "page-request";
	return hi & VTD_FRCD_HI_T1 ? "read" : "write";
}

/* The address of DMA in bytes; of an interrupt the index in its table. */
static u64 vtd_fault_where(const struct vtd_fault_record *record)
{
	if (vtd_fault_is_interrupt(record->hi))
		return FIELD_GET(VTD_FRCD_LO_INDEX, record->lo);
	return record->lo & VTD_FRCD_LO_FI;
}

static void vtd_fault_log(const struct vtd_unit *unit,
			  const struct vtd_fault_record *record)
{
	unsigned int reason = FIELD_GET(VTD_FRCD_HI_FR, record->hi);
	u16 sid = FIELD_GET(VTD_FRCD_HI_SID, record->hi);
	bool interrupt = vtd_fault_is_interrupt(record->hi);
	struct pci_dev *pdev;

	if (!__ratelimit(&vtd_faults_limit))
		return;
	pdev = pci_get_domain_bus_and_slot(unit->drhd->segment,
					   PCI_BUS_NUM(sid), sid & 0xff);
	pr_warn("%s: %s%s by %04x:%02x:%02x.%u (driver %s) to %s0x%llx blocked: reason 0x%02x, %s\n",
		unit->name, interrupt ? "" : "DMA ",
		vtd_fault_access(record->hi), unit->drhd->segment,
		PCI_BUS_NUM(sid), PCI_SLOT(sid & 0xff), PCI_FUNC(sid & 0xff),
		pdev && pdev->dev.driver ? pdev->dev.driver->name : "-",
		interrupt ? "index " : "", vtd_fault_where(record), reason,
		vtd_fault_text(reason));
	pci_dev_put(pdev);
}

static void vtd_fault_take(struct vtd_unit *unit,
			   const struct vtd_fault_record *record)
{
	struct vtd_fault_kept *kept;

	atomic64_inc(&unit->faults);
	spin_lock(&vtd_faults_lock);
	kept = &vtd_faults[vtd_faults_seq % VTD_FAULTS_KEPT];
	kept->seq = ++vtd_faults_seq;
	kept->ns = ktime_get_boottime_ns();
	strscpy(kept->unit, unit->name);
	kept->segment = unit->drhd->segment;
	kept->record = *record;
	spin_unlock(&vtd_faults_lock);
	vtd_fault_log(unit, record);
}

/* One pass over all records, from the oldest; how many were found. */
static unsigned int vtd_fault_pass(struct vtd_unit *unit)
{
	u32 nr = FIELD_GET(VTD_CAP_NFR, unit->cap) + 1;
	u32 base = FIELD_GET(VTD_CAP_FRO, unit->cap) * 16;
	u32 first = FIELD_GET(VTD_FSTS_FRI, vtd_read32(&unit->regs, VTD_FSTS));
	unsigned int found = 0, i;

	for (i = 0; i < nr; i++) {
		u32 off = base + (first + i) % nr * VTD_FRCD_BYTES;
		struct vtd_fault_record record;

		record.hi = vtd_read64(&unit->regs, off + 8);
		if (!(record.hi & VTD_FRCD_HI_F))
			break;
		record.lo = vtd_read64(&unit->regs, off);
		/* Clear only F: it is the one bit that takes a write. */
		vtd_write64(&unit->regs, off + 8, VTD_FRCD_HI_F);
		vtd_fault_take(unit, &record);
		found++;
	}
	return found;
}

static irqreturn_t vtd_fault_thread(int irq, void *data)
{
	struct vtd_unit *unit = data;
	unsigned int pass;
	u32 fsts;

	for (pass = 0; pass < VTD_FAULT_PASSES; pass++)
		if (!vtd_fault_pass(unit))
			break;
	fsts = vtd_read32(&unit->regs, VTD_FSTS);
	if (fsts & VTD_FSTS_PFO) {
		pr_warn_ratelimited(
			"%s: more faults than it can record: some are lost\n",
			unit->name);
		vtd_write32(&unit->regs, VTD_FSTS, VTD_FSTS_PFO);
	}
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
	int irq = vtd_irq_alloc(unit);
	int ret;

	if (irq < 0)
		return irq;
	/* Masked while the thread runs: a storm cannot starve the CPU. */
	ret = request_threaded_irq(irq, NULL, vtd_fault_thread, IRQF_ONESHOT,
				   unit->name, unit);
	if (ret) {
		vtd_irq_free(irq);
		return ret;
	}
	unit->irq = irq;
	return 0;
}

/**
 * vtd_fault_stop() - undo vtd_fault_start()
 * @unit: no longer translating
 *
 * Context: may sleep.
 */
void vtd_fault_stop(struct vtd_unit *unit)
{
	if (!unit->irq)
		return;
	free_irq(unit->irq, unit);
	vtd_irq_free(unit->irq);
	unit->irq = 0;
}

/**
 * vtd_fault_report() - the faults that are remembered, oldest first
 * @reply: one record a line
 *
 * Context: may sleep.
 */
void vtd_fault_report(struct vtd_reply *reply)
{
	unsigned int i;
	u64 next;

	spin_lock(&vtd_faults_lock);
	next = vtd_faults_seq;
	spin_unlock(&vtd_faults_lock);

	for (i = 0; i < VTD_FAULTS_KEPT; i++) {
		struct vtd_fault_kept kept;
		unsigned int reason;
		u64 sec, ns;
		u16 sid;

		spin_lock(&vtd_faults_lock);
		kept = vtd_faults[(next + i) % VTD_FAULTS_KEPT];
		spin_unlock(&vtd_faults_lock);
		if (!kept.seq)
			continue;
		reason = FIELD_GET(VTD_FRCD_HI_FR, kept.record.hi);
		sid = FIELD_GET(VTD_FRCD_HI_SID, kept.record.hi);
		sec = div64_u64_rem(kept.ns, NSEC_PER_SEC, &ns);
		vtd_say(reply,
			"fault seq=%llu time=%llu.%06llu unit=%s device=%04x:%02x:%02x.%u address=0x%llx access=%s reason=0x%02x text=\"%s\"\n",
			kept.seq, sec, ns / NSEC_PER_USEC, kept.unit,
			kept.segment, PCI_BUS_NUM(sid), PCI_SLOT(sid & 0xff),
			PCI_FUNC(sid & 0xff), vtd_fault_where(&kept.record),
			vtd_fault_access(kept.record.hi), reason,
			vtd_fault_text(reason));
	}
}
