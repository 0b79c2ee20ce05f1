// SPDX-License-Identifier: GPL-2.0
/*
 * A remapping unit at work: capabilities checked, tables and queue given to
 * it, translation switched on and off (VT-d chapter 11).
 *
 * Owns the global command register.  Must never switch translation on before
 * every source-id in use has an entry, or wait for hardware without a bound.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/atomic.h>
#include <linux/delay.h>
#include <linux/mm.h>
#include <linux/printk.h>

#include "context.h"
#include "reply.h"
#include "unit.h"

/* A unit drains what is in flight before it answers a command. */
#define VTD_GCMD_TIMEOUT_US 1000000

DEFINE_STATIC_KEY_FALSE(vtd_soft_regs);

bool vtd_want_scalable = true;

/* Until @bits of a status register are all 0, or all 1 with @on. */
static int vtd_unit_await(const struct vtd_unit *unit, u32 off, u32 bits,
			  bool on, unsigned int timeout_us)
{
	unsigned int us;

	for (us = 0; us < timeout_us; us++) {
		u32 status = vtd_read32(&unit->regs, off);

		/* Or it would look like every bit that is waited for. */
		if (vtd_regs_gone(status))
			return -ENXIO;
		if ((status & bits) == (on ? bits : 0))
			return 0;
		udelay(1);
	}
	return -ETIMEDOUT;
}

/**
 * vtd_unit_command() - give one global command and wait for its status bit
 * @unit: which
 * @bit: of GCMD, and of GSTS (11.4.4)
 * @on: set it
 * @timeout_us: how long to wait, microseconds
 *
 * Context: any, also at suspend and shutdown with interrupts off; the caller
 * keeps other commands out.
 * Return: 0; -ETIMEDOUT; -ENXIO when the unit has gone: its registers read as
 * all ones, and nothing was written.
 */
int vtd_unit_command(struct vtd_unit *unit, u32 bit, bool on,
		     unsigned int timeout_us)
{
	u32 status = vtd_read32(&unit->regs, VTD_GSTS);
	u32 lasting = status & VTD_GCMD_LASTING;

	if (vtd_regs_gone(status))
		return -ENXIO;
	vtd_write32(&unit->regs, VTD_GCMD, on ? lasting | bit : lasting & ~bit);
	return vtd_unit_await(unit, VTD_GSTS, bit, on, timeout_us);
}

/*
 * One that takes no second of ours, or it fails; callable with interrupts off.
 */
static int vtd_gcmd(struct vtd_unit *unit, u32 bit, bool on)
{
	int ret = vtd_unit_command(unit, bit, on, VTD_GCMD_TIMEOUT_US);

	if (ret == -ENXIO)
		pr_err("%s: global command 0x%08x (%s): its registers read as all ones, it has gone\n",
		       unit->name, bit, on ? "on" : "off");
	else if (ret)
		pr_err("%s: global command 0x%08x (%s) not answered within 1 s, status 0x%08x\n",
		       unit->name, bit, on ? "on" : "off",
		       vtd_read32(&unit->regs, VTD_GSTS));
	return ret;
}

/**
 * vtd_unit_flush_write_buffer() - write internal buffers back to memory
 * @unit: only does something where CAP.RWBF asks for it
 *
 * VT-d 6.8.
 *
 * Context: any but hard interrupt; spins up to a second for the hardware, once:
 * a unit that does not answer counts as failed.
 * Return: 0, -ETIMEDOUT, or -ENXIO when the unit has gone; -EIO when it was waited
 * for in vain before.
 */
int vtd_unit_flush_write_buffer(struct vtd_unit *unit)
{
	u32 status;
	int ret;

	if (likely(!(unit->cap & VTD_CAP_RWBF)))
		return 0;
	if (READ_ONCE(unit->buffer_stuck))
		return -EIO;
	status = vtd_read32(&unit->regs, VTD_GSTS);
	if (!vtd_regs_gone(status))
		vtd_write32(&unit->regs, VTD_GCMD,
			    (status & VTD_GCMD_LASTING) | VTD_GCMD_WBF);
	ret = vtd_unit_await(unit, VTD_GSTS, VTD_GCMD_WBF, false,
			     VTD_GCMD_TIMEOUT_US);
	if (ret) {
		WRITE_ONCE(unit->buffer_stuck, true);
		vtd_unit_failed(unit, "flushing the write buffer", ret);
	}
	return ret;
}

/**
 * vtd_unit_failed() - the unit can no longer be relied on
 * @unit: which
 * @what: what failed, for the log
 * @err: negative errno
 *
 * Said once; what the unit's owner put in @unit->failed is called once.
 *
 * Context: any but hard interrupt.
 */
void vtd_unit_failed(struct vtd_unit *unit, const char *what, int err)
{
	if (cmpxchg(&unit->health, VTD_HEALTH_OK, VTD_HEALTH_FAILED) !=
	    VTD_HEALTH_OK)
		return;
	pr_err("%s: %s failed (%d%s): stale translations may live on; its devices are stopped, save your work and reboot\n",
	       unit->name, what, err,
	       err == -ENXIO ? ", its registers read as all ones: it has gone" :
			       "");
	if (unit->failed)
		unit->failed(unit);
}

static int vtd_unit_check_caps(struct vtd_unit *unit, struct vtd_reply *reply)
{
	u64 fro = FIELD_GET(VTD_CAP_FRO, unit->cap) * 16;
	u64 nfr = FIELD_GET(VTD_CAP_NFR, unit->cap) + 1;
	u64 end = fro + nfr * VTD_FRCD_BYTES;

	/* What nothing answers reads as all ones, or in emulators as 0. */
	if ((unit->cap & unit->ecap) == VTD_REG64_ABSENT ||
	    !(unit->cap | unit->ecap)) {
		vtd_say(reply,
			"%s: no unit answers at 0x%llx (CAP 0x%llx): the firmware's DMAR table is wrong; switch VT-d on in the firmware's set-up or update the firmware\n",
			unit->name, unit->drhd->base, unit->cap);
		return -ENODEV;
	}
	if (!(unit->ecap & VTD_ECAP_QI)) {
		vtd_say(reply,
			"%s: has no queued invalidation (ECAP 0x%llx): too old, not supported\n",
			unit->name, unit->ecap);
		return -EOPNOTSUPP;
	}
	if (!unit->scalable &&
	    !(unit->cap &
	      (VTD_CAP_SAGAW_3LVL | VTD_CAP_SAGAW_4LVL | VTD_CAP_SAGAW_5LVL))) {
		vtd_say(reply,
			"%s: supports no second-stage table of 3, 4 or 5 levels (CAP 0x%llx): not supported in legacy mode\n",
			unit->name, unit->cap);
		return -EOPNOTSUPP;
	}
	if (end > unit->regs.bytes) {
		vtd_say(reply,
			"%s: fault records end at 0x%llx, past its register space of 0x%llx bytes\n",
			unit->name, end, unit->regs.bytes);
		return -EINVAL;
	}
	return 0;
}

/*
 * Refuse a unit that translates.  Whoever uses one in this kernel has its register
 * space; but what the kernel before a kexec translates for may be busy.
 */
static int vtd_unit_check_unused(struct vtd_unit *unit, struct vtd_reply *reply)
{
	if (!(vtd_read32(&unit->regs, VTD_GSTS) & VTD_GCMD_TE))
		return 0;
	vtd_say(reply,
		"%s: translation is on already: the built-in driver, or the kernel before a kexec, has the unit; boot with intel_iommu=off\n",
		unit->name);
	return -EBUSY;
}

/*
 * Scalable mode where the unit has it with a stage to translate by.  Entries are
 * then changed 128 bits at a time.
 */
static void vtd_unit_choose_mode(struct vtd_unit *unit)
{
	unit->scalable = READ_ONCE(vtd_want_scalable) &&
			 unit->ecap & VTD_ECAP_SMTS &&
			 unit->ecap & (VTD_ECAP_FSTS | VTD_ECAP_SSTS) &&
			 system_has_cmpxchg128();
	unit->first_stage = unit->scalable && unit->ecap & VTD_ECAP_FSTS;
}

/**
 * vtd_unit_levels() - of tables that a unit walks
 * @unit: its capabilities are known
 * @first: of the first stage
 *
 * Context: any.
 * Return: the least that cover what devices can address through the unit.
 */
unsigned int vtd_unit_levels(const struct vtd_unit *unit, bool first)
{
	unsigned int bits = vtd_unit_address_bits(unit);

	/* All that a process, or memory, may need; 5 levels are for more. */
	if (first)
		return 4;

	if (unit->cap & VTD_CAP_SAGAW_3LVL && bits <= 39)
		return 3;
	if (unit->cap & VTD_CAP_SAGAW_4LVL)
		return 4;
	if (unit->cap & VTD_CAP_SAGAW_5LVL)
		return 5;
	return 3;
}

/**
 * vtd_unit_setup() - look at a unit, allocate what it needs
 * @unit: with @regs, @drhd, @name and @nid; the rest zero
 * @reply: told why not
 *
 * Changes nothing in hardware.
 *
 * Context: may sleep.
 * Return: 0; -EBUSY when somebody uses it, -ENODEV when nothing answers,
 * -EOPNOTSUPP, -EINVAL, -ENOMEM.  vtd_unit_teardown() is due in any case.
 */
int vtd_unit_setup(struct vtd_unit *unit, struct vtd_reply *reply)
{
	int ret;

	mutex_init(&unit->lock);
	ida_init(&unit->dids);
	xa_init(&unit->held);
	xa_init(&unit->devtlbs);
	xa_init(&unit->requesters);
	unit->version = vtd_read32(&unit->regs, VTD_VER);
	unit->cap = vtd_read64(&unit->regs, VTD_CAP);
	unit->ecap = vtd_read64(&unit->regs, VTD_ECAP);
	vtd_unit_choose_mode(unit);
	ret = vtd_unit_check_caps(unit, reply) ?:
		      vtd_unit_check_unused(unit, reply);
	if (ret)
		return ret;
	unit->levels = vtd_unit_levels(unit, unit->first_stage);
	unit->nr_did = 1U << (4 + 2 * FIELD_GET(VTD_CAP_ND, unit->cap));
	unit->qi.name = unit->name;
	ret = vtd_qi_init(&unit->qi, &unit->regs, unit->nid,
			  vtd_unit_coherent(unit), unit->scalable);
	if (!ret)
		ret = vtd_context_init(unit);
	if (ret)
		vtd_say(reply, "%s: out of memory\n", unit->name);
	return ret;
}

/**
 * vtd_unit_teardown() - free what vtd_unit_setup() allocated
 * @unit: switched off
 *
 * Context: may sleep.
 */
void vtd_unit_teardown(struct vtd_unit *unit)
{
	vtd_context_destroy(unit);
	vtd_qi_destroy(&unit->qi);
	xa_destroy(&unit->held);
	xa_destroy(&unit->devtlbs);
	xa_destroy(&unit->requesters);
	ida_destroy(&unit->dids);
	mutex_destroy(&unit->lock);
}

/* Firmware's protected memory would stop DMA that our tables allow: 11.4.8. */
static int vtd_unit_release_pmr(struct vtd_unit *unit)
{
	u32 pmen;

	if (!(unit->cap & (VTD_CAP_PLMR | VTD_CAP_PHMR)))
		return 0;
	pmen = vtd_read32(&unit->regs, VTD_PMEN);
	if (!(pmen & (VTD_PMEN_EPM | VTD_PMEN_PRS)))
		return 0;
	vtd_write32(&unit->regs, VTD_PMEN, pmen & ~VTD_PMEN_EPM);
	return vtd_unit_await(unit, VTD_PMEN, VTD_PMEN_PRS, false,
			      VTD_GCMD_TIMEOUT_US);
}

static int vtd_unit_flush_everything(struct vtd_unit *unit)
{
	int ret;

	/* One at a time: a cache must not refill from old entries of another. */
	ret = vtd_qi_submit_one(&unit->qi, vtd_qi_context_global());
	if (!ret && unit->scalable)
		ret = vtd_qi_submit_one(&unit->qi, vtd_qi_pasid_global());
	if (ret)
		return ret;
	return vtd_qi_submit_one(&unit->qi,
				 vtd_qi_iotlb_global(vtd_unit_drain(unit)));
}

/**
 * vtd_unit_reenable() - give queue and tables to the hardware, translate
 * @unit: with an entry for every source-id in use; off in hardware
 *
 * The order of VT-d 11.4.5 and 6.5.2: queue, root table, global invalidation,
 * translation, and only then the end of firmware's protection.
 *
 * Context: any but hard interrupt, also at resume with interrupts off; spins
 * for the hardware up to a second a step.
 * Return: 0, or a negative errno with whatever was reached left as it is.
 */
int vtd_unit_reenable(struct vtd_unit *unit)
{
	int ret;

	vtd_unit_flush_write_buffer(unit);
	vtd_write32(&unit->regs, VTD_FSTS,
		    VTD_FSTS_PFO | VTD_FSTS_IQE | VTD_FSTS_ICE | VTD_FSTS_ITE);
	vtd_qi_program(&unit->qi);
	ret = vtd_gcmd(unit, VTD_GCMD_QIE, true);
	if (ret)
		return ret;
	vtd_write64(&unit->regs, VTD_RTADDR,
		    virt_to_phys(unit->root) |
			    FIELD_PREP(VTD_RTADDR_TTM,
				       unit->scalable ?
					       VTD_RTADDR_TTM_SCALABLE :
					       VTD_RTADDR_TTM_LEGACY));
	ret = vtd_gcmd(unit, VTD_GCMD_SRTP, true);
	if (ret)
		return ret;
	ret = vtd_unit_flush_everything(unit);
	if (ret)
		return ret;
	ret = vtd_gcmd(unit, VTD_GCMD_TE, true);
	if (ret)
		return ret;
	return vtd_unit_release_pmr(unit);
}

/*
 * The queue goes only when it is empty (VT-d 6.5.2); one that was given up on
 * never will be.
 */
static void vtd_unit_drain_queue(const struct vtd_unit *unit)
{
	unsigned int us;

	for (us = 0; us < VTD_GCMD_TIMEOUT_US && !READ_ONCE(unit->qi.dead);
	     us++) {
		if (vtd_read64(&unit->regs, VTD_IQH) ==
		    vtd_read64(&unit->regs, VTD_IQT))
			return;
		udelay(1);
	}
}

/*
 * Off with what the kernel before a kexec left on: the built-in driver does not
 * switch interrupt remapping off for the next one.
 */
static int vtd_unit_quiet(struct vtd_unit *unit)
{
	u32 left = vtd_read32(&unit->regs, VTD_GSTS) &
		   (VTD_GCMD_IRE | VTD_GCMD_QIE);
	int ret = 0;

	if (!left)
		return 0;
	pr_info("%s: the kernel before this one left %s on: switched off\n",
		unit->name,
		left & VTD_GCMD_IRE ? "interrupt remapping" :
				      "the invalidation queue");
	if (left & VTD_GCMD_IRE)
		ret = vtd_gcmd(unit, VTD_GCMD_IRE, false);
	if (!ret && left & VTD_GCMD_QIE) {
		vtd_unit_drain_queue(unit);
		ret = vtd_gcmd(unit, VTD_GCMD_QIE, false);
	}
	return ret;
}

/**
 * vtd_unit_enable() - switch translation on
 * @unit: as for vtd_unit_reenable()
 * @reply: told what failed
 *
 * Context: may sleep; takes @unit->lock.
 * Return: 0; on error the unit is off again.
 */
int vtd_unit_enable(struct vtd_unit *unit, struct vtd_reply *reply)
{
	int ret;

	mutex_lock(&unit->lock);
	WRITE_ONCE(unit->health, VTD_HEALTH_OK);
	unit->buffer_stuck = false;
	ret = vtd_unit_quiet(unit) ?: vtd_unit_reenable(unit);
	unit->translating = !ret;
	mutex_unlock(&unit->lock);
	if (ret) {
		vtd_say(reply,
			"%s: the hardware did not take its tables or queue (error %d), translation stays off\n",
			unit->name, ret);
		vtd_unit_disable(unit);
	}
	return ret;
}

/**
 * vtd_unit_disable() - switch translation and the queue off
 * @unit: DMA that is in flight goes on untranslated
 *
 * Context: any but hard interrupt, also at shutdown with interrupts off.  The
 * caller keeps other users of @unit out.
 * Return: 0, or -ETIMEDOUT or -ENXIO when the hardware may still use the tables.
 */
int vtd_unit_disable(struct vtd_unit *unit)
{
	int ret = vtd_gcmd(unit, VTD_GCMD_TE, false);

	unit->translating = false;
	if (ret)
		return ret;
	vtd_unit_drain_queue(unit);
	ret = vtd_gcmd(unit, VTD_GCMD_QIE, false);
	if (ret)
		return ret;
	vtd_write64(&unit->regs, VTD_RTADDR, 0);
	vtd_write64(&unit->regs, VTD_IQA, 0);
	return 0;
}
