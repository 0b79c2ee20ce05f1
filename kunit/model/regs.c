// SPDX-License-Identifier: GPL-2.0
/*
 * Registers: what can be read and written, and the global commands (11.4).
 *
 * Every write is checked against what the specification allows at that moment;
 * what it forbids has no effect and is reported.
 */
#include <linux/bitops.h>
#include <linux/kernel.h>

#include "ats.h"

/**
 * vtdm_get64() - read the register file
 * @u: the unit
 * @off: 8-byte aligned
 *
 * Return: 64 bits.
 */
u64 vtdm_get64(const struct vtd_model_unit *u, u32 off)
{
	return vtdm_get(u, off) | (u64)vtdm_get(u, off + 4) << 32;
}

/**
 * vtdm_put64() - write the register file
 * @u: the unit
 * @off: 8-byte aligned
 * @value: 64 bits
 */
void vtdm_put64(struct vtd_model_unit *u, u32 off, u64 value)
{
	vtdm_put(u, off, value);
	vtdm_put(u, off + 4, value >> 32);
}

/**
 * vtdm_regs_reset() - power-on values
 * @u: the unit
 */
void vtdm_regs_reset(struct vtd_model_unit *u)
{
	vtdm_put(u, VTDM_VER, u->config.version);
	vtdm_put64(u, VTDM_CAP, u->config.cap);
	vtdm_put64(u, VTDM_ECAP, u->config.ecap);
	vtdm_put(u, VTDM_FECTL, VTDM_E_IM);
	vtdm_put(u, VTDM_IECTL, VTDM_E_IM);
	if (vtdm_ecap(u, VTDM_ECAP_PRS))
		vtdm_put(u, VTDM_PECTL, VTDM_E_IM);
	vtdm_perf_reset(u);
}

static u32 vtdm_status(const struct vtd_model_unit *u)
{
	return vtdm_get(u, VTDM_GSTS);
}

static void vtdm_status_set(struct vtd_model_unit *u, u32 bit, bool on)
{
	vtdm_put(u, VTDM_GSTS,
		 on ? vtdm_status(u) | bit : vtdm_status(u) & ~bit);
}

static void vtdm_refused(u32 value, const char *why)
{
	vtdm_report(VTD_MODEL_COMMAND, NULL, value, "%s", why);
}

/* 5.1.4: a table, the queue, and nothing cached of what was before. */
static bool vtdm_remapping_allowed(const struct vtd_model_unit *u)
{
	if (!u->irt_entries) {
		vtdm_refused(VTDM_G_IRE, "IRE without a table");
		return false;
	}
	if (!(vtdm_status(u) & VTDM_G_QIE)) {
		vtdm_refused(
			VTDM_G_IRE,
			"IRE without a queue to invalidate entries through");
		return false;
	}
	if (u->flush_irtes)
		vtdm_refused(
			VTDM_G_IRE,
			"IRE before global invalidation of interrupt entries");
	return true;
}

/* The mode that RTADDR asks for. */
static u32 vtdm_mode(const struct vtd_model_unit *u)
{
	return vtdm_get(u, VTDM_RTADDR) & VTDM_TTM;
}

static bool vtdm_has_mode(const struct vtd_model_unit *u)
{
	return vtdm_mode(u) == VTDM_TTM_LEGACY ||
	       (vtdm_mode(u) == VTDM_TTM_SCALABLE &&
		vtdm_ecap(u, VTDM_ECAP_SMTS));
}

/* 11.4.4: a root table, and nothing cached of what was before. */
static bool vtdm_translation_allowed(const struct vtd_model_unit *u)
{
	static const char late_legacy[] =
		"TE before global invalidation of contexts, then IOTLB";
	static const char late_scalable[] =
		"TE before global invalidation of contexts, PASIDs, IOTLB";

	if (!u->rooted) {
		vtdm_refused(VTDM_G_TE, "TE without a root table");
		return false;
	}
	if (!vtdm_has_mode(u)) {
		vtdm_refused(VTDM_G_TE, "TE in a mode that the unit has not");
		return false;
	}
	if (u->scalable && !(vtdm_status(u) & VTDM_G_QIE))
		vtdm_refused(VTDM_G_TE, "TE in scalable mode without a queue");
	if (u->flush_context || u->flush_pasid || u->flush_iotlb)
		vtdm_refused(VTDM_G_TE,
			     u->scalable ? late_scalable : late_legacy);
	return true;
}

/* 6.5.2: scalable mode needs descriptors of 256 bits, and has them alone. */
static bool vtdm_width_allowed(const struct vtd_model_unit *u)
{
	bool wide = vtdm_get64(u, VTDM_IQA) & VTDM_IQA_DW;

	if (wide && !vtdm_ecap(u, VTDM_ECAP_SMTS)) {
		vtdm_refused(VTDM_G_QIE, "QIE with no queue in IQA");
		return false;
	}
	if (!wide && u->scalable)
		vtdm_refused(
			VTDM_G_QIE,
			"QIE with descriptors of 128 bits in scalable mode");
	return true;
}

static bool vtdm_root_allowed(const struct vtd_model_unit *u)
{
	bool scalable = vtdm_mode(u) == VTDM_TTM_SCALABLE;

	if (vtdm_status(u) & VTDM_G_TE && scalable != u->scalable) {
		vtdm_refused(VTDM_G_SRTP,
			     "SRTP with another mode while TE is on");
		return false;
	}
	if (scalable && vtdm_ecap(u, VTDM_ECAP_SMTS) &&
	    vtdm_status(u) & VTDM_G_QIE &&
	    !(vtdm_get64(u, VTDM_IQA) & VTDM_IQA_DW))
		vtdm_refused(
			VTDM_G_SRTP,
			"scalable mode with descriptors of 128 bits in the queue");
	return true;
}

/* May the command be given now? */
static bool vtdm_command_allowed(struct vtd_model_unit *u, u32 bit, bool on)
{
	u64 iqa = vtdm_get64(u, VTDM_IQA);
	unsigned int i;

	if (bit == VTDM_G_TE && on)
		return vtdm_translation_allowed(u);
	if (bit == VTDM_G_IRE && on)
		return vtdm_remapping_allowed(u);
	if (bit == VTDM_G_SRTP)
		return vtdm_root_allowed(u);
	if (bit != VTDM_G_QIE)
		return true;
	if (!vtdm_ecap(u, VTDM_ECAP_QI)) {
		vtdm_refused(bit, "QIE without ECAP.QI");
		return false;
	}
	if (!on) {
		if (vtdm_get(u, VTDM_IQH) != vtdm_get(u, VTDM_IQT) ||
		    u->nr_window)
			vtdm_refused(bit, "QIE off while the queue is at work");
		return true;
	}
	if (!vtdm_width_allowed(u))
		return false;
	for (i = 0; i < 1U << (iqa & VTDM_IQA_QS); i++) {
		if (!vtdm_page((iqa & ~(VTDM_PAGE - 1)) + i * VTDM_PAGE)) {
			vtdm_refused(bit, "QIE with no queue in IQA");
			return false;
		}
	}
	if (vtdm_get(u, VTDM_IQT))
		vtdm_refused(bit, "QIE with a tail other than 0");
	return true;
}

static void vtdm_ring_set(struct vtd_model_unit *u)
{
	u64 iqa = vtdm_get64(u, VTDM_IQA);
	unsigned int i;

	for (i = 0; i < 1U << (iqa & VTDM_IQA_QS); i++) {
		struct vtdm_page *page =
			vtdm_page((iqa & ~(VTDM_PAGE - 1)) + i * VTDM_PAGE);

		if (!page)
			continue;
		page->role = VTDM_RING;
		page->unit = u;
	}
}

static void vtdm_set_irt(struct vtd_model_unit *u)
{
	u64 irta = vtdm_get64(u, VTDM_IRTA);

	u->irt = irta & ~(VTDM_PAGE - 1);
	u->irt_entries = 2U << (irta & VTDM_IRTA_S);
	u->eime = irta & VTDM_IRTA_EIME;
	if (vtdm_cap(u, VTDM_CAP_ESIRTPS)) {
		vtdm_forget_irtes(u, false, 0, 0);
		vtdm_check_forgot_irtes(u, false, 0, 0, ~0ULL);
	} else {
		u->flush_irtes = true;
	}
	vtdm_check_irt(u);
}

static void vtdm_set_root(struct vtd_model_unit *u)
{
	u->root = vtdm_get64(u, VTDM_RTADDR) & ~(VTDM_PAGE - 1);
	u->rooted = true;
	u->scalable = vtdm_ecap(u, VTDM_ECAP_SMTS) &&
		      vtdm_mode(u) == VTDM_TTM_SCALABLE;
	if (!vtdm_cap(u, VTDM_CAP_ESRTPS)) {
		u->flush_context = true;
		u->flush_pasid = u->scalable;
		u->flush_iotlb = true;
	} else {
		vtdm_forget_contexts(u, VTDM_D_GLOBAL, 0, 0, 0);
		vtdm_forget_pasids(u, VTDM_D_PC_GLOBAL, 0, 0);
		vtdm_forget_iotlb(u, VTDM_D_GLOBAL, 0, 0, 0, false);
	}
	vtdm_check_root(u);
}

static void vtdm_command_done(struct vtd_model_unit *u)
{
	u32 bit = u->command;

	u->command = 0;
	switch (bit) {
	case VTDM_G_WBF:
		vtdm_drain();
		u->stats.write_buffer++;
		vtdm_status_set(u, VTDM_G_WBF, false);
		return;
	case VTDM_G_SRTP:
		vtdm_set_root(u);
		break;
	case VTDM_G_SIRTP:
		vtdm_set_irt(u);
		break;
	case VTDM_G_QIE:
		if (u->command_on)
			vtdm_ring_set(u);
		else
			vtdm_queue_off(u);
		vtdm_put64(u, VTDM_IQH, 0);
		break;
	}
	vtdm_status_set(u, bit, bit & VTDM_G_ONESHOT ? true : u->command_on);
}

static bool vtdm_command_known(const struct vtd_model_unit *u, u32 bit)
{
	switch (bit) {
	case VTDM_G_WBF:
		return vtdm_cap(u, VTDM_CAP_RWBF);
	case VTDM_G_IRE:
	case VTDM_G_SIRTP:
	case VTDM_G_CFI:
		return vtdm_ecap(u, VTDM_ECAP_IR);
	case VTDM_G_EAFL:
	case VTDM_G_SFL:
		return false;
	default:
		return true;
	}
}

static void vtdm_command(struct vtd_model_unit *u, u32 value)
{
	u32 changed = (value ^ vtdm_status(u)) & VTDM_G_LASTING;
	u32 bits = changed | (value & VTDM_G_ONESHOT);
	bool on;

	if (u->command) {
		vtdm_refused(
			value,
			"GCMD written before the last command was answered");
		return;
	}
	if (!bits)
		return;
	if (bits & (bits - 1)) {
		vtdm_refused(value, "GCMD changes more than one thing");
		return;
	}
	on = value & bits;
	if (!vtdm_command_known(u, bits) || !vtdm_command_allowed(u, bits, on))
		return;
	u->command = bits;
	u->command_on = on;
	u->command_wait = u->config.command_latency;
	if (bits & VTDM_G_ONESHOT)
		vtdm_status_set(u, bits, bits == VTDM_G_WBF);
	if (!u->command_wait)
		vtdm_command_done(u);
}

static void vtdm_pmen(struct vtd_model_unit *u, u32 value)
{
	if (!vtdm_cap(u, VTDM_CAP_PLMR | VTDM_CAP_PHMR))
		return;
	vtdm_put(u, VTDM_PMEN,
		 (vtdm_get(u, VTDM_PMEN) & VTDM_P_PRS) | (value & VTDM_P_EPM));
	u->pmr_busy = true;
	u->pmr_wait = u->config.command_latency;
}

/**
 * vtdm_regs_step() - a step of what registers have started
 * @u: the unit
 *
 * Context: the model's lock is held.
 */
void vtdm_regs_step(struct vtd_model_unit *u)
{
	vtdm_perf_step(u);
	if (u->command && !u->command_wait--)
		vtdm_command_done(u);
	if (u->pmr_busy && !u->pmr_wait--) {
		u32 on = vtdm_get(u, VTDM_PMEN) & VTDM_P_EPM;

		u->pmr_busy = false;
		vtdm_put(u, VTDM_PMEN, on ? VTDM_P_EPM | VTDM_P_PRS : 0);
	}
}

/* Software must not invalidate through registers once the queue is on. */
static void vtdm_by_register(struct vtd_model_unit *u, u32 off)
{
	u64 value = vtdm_get64(u, off);
	unsigned int what = value >> (off == VTDM_CCMD ? 61 : 60) & 3;

	if (vtdm_status(u) & VTDM_G_QIE) {
		vtdm_refused(off, "invalidation by register while QIE is on");
		return;
	}
	vtdm_drain();
	if (off == VTDM_CCMD) {
		vtdm_forget_contexts(u, what, value, value >> 16,
				     value >> 32 & 3);
		vtdm_check_forgot_context(u, what, value, value >> 16,
					  value >> 32 & 3);
		/* ICC clears; CAIG tells what was done. */
		value = (value & ~(1ULL << 63 | 3ULL << 59)) | (u64)what << 59;
	} else {
		u64 iva = vtdm_get64(u, off - 8);

		vtdm_forget_iotlb(u, what, value >> 32, iva, iva & 0x3f,
				  iva >> 6 & 1);
		vtdm_check_forgot_iotlb(u, what, value >> 32, ~0ULL);
		value = (value & ~(1ULL << 63 | 3ULL << 57)) | (u64)what << 57;
	}
	vtdm_put64(u, off, value);
}

static bool vtdm_is_record(const struct vtd_model_unit *u, u32 off)
{
	return off >= vtdm_record_offset(u, 0) &&
	       off < vtdm_record_offset(u, vtdm_nr_records(u));
}

static u32 vtdm_iotlb_offset(const struct vtd_model_unit *u)
{
	return (u->config.ecap >> 8 & 0x3ff) * 16 + 8;
}

/* Bits that software can write, of registers that only hold a value. */
static u32 vtdm_writable(const struct vtd_model_unit *u, u32 off)
{
	bool eim = vtdm_ecap(u, VTDM_ECAP_EIM);
	bool ir = vtdm_ecap(u, VTDM_ECAP_IR);
	bool prs = vtdm_ecap(u, VTDM_ECAP_PRS);
	u32 iotlb = vtdm_iotlb_offset(u);

	switch (off) {
	case VTDM_RTADDR:
		return 0xfffffc00;
	case VTDM_IQA:
		return 0xfffff807;
	case VTDM_IQT:
		return 0x0007fff0;
	case VTDM_FEDATA:
	case VTDM_IEDATA:
		return eim ? 0xffffffff : 0xffff;
	case VTDM_FEADDR:
	case VTDM_IEADDR:
		return 0xfffffffc;
	case VTDM_FEUADDR:
	case VTDM_IEUADDR:
		return eim ? 0xffffffff : 0;
	case VTDM_PEDATA:
		return !prs ? 0 : eim ? 0xffffffff : 0xffff;
	case VTDM_PEADDR:
		return prs ? 0xfffffffc : 0;
	case VTDM_PEUADDR:
		return prs && eim ? 0xffffffff : 0;
	case VTDM_RTADDR + 4:
	case VTDM_IQA + 4:
	case VTDM_CCMD:
	case VTDM_CCMD + 4:
	case VTDM_PHMBASE + 4:
	case VTDM_PHMLIMIT + 4:
		return 0xffffffff;
	case VTDM_IRTA + 4:
		return ir ? 0xffffffff : 0;
	case VTDM_IRTA:
		return !ir ? 0 : eim ? 0xfffff80f : 0xfffff00f;
	case VTDM_PLMBASE:
	case VTDM_PLMLIMIT:
	case VTDM_PHMBASE:
	case VTDM_PHMLIMIT:
		return 0xffe00000;
	}
	return off >= iotlb - 8 && off < iotlb + 8 ? 0xffffffff : 0;
}

/* Registers that must not change while hardware uses them. */
static bool vtdm_guarded(struct vtd_model_unit *u, u32 off)
{
	switch (off) {
	case VTDM_IQA:
	case VTDM_IQA + 4:
		if (!(vtdm_status(u) & VTDM_G_QIE))
			return false;
		vtdm_refused(off, "IQA written while QIE is on");
		return true;
	case VTDM_RTADDR:
	case VTDM_RTADDR + 4:
		if (u->command != VTDM_G_SRTP)
			return false;
		vtdm_refused(off, "RTADDR written while SRTP is at work");
		return true;
	case VTDM_IRTA:
	case VTDM_IRTA + 4:
		if (u->command != VTDM_G_SIRTP)
			return false;
		vtdm_refused(off, "IRTA written while SIRTP is at work");
		return true;
	case VTDM_PLMBASE:
	case VTDM_PLMLIMIT:
	case VTDM_PHMBASE:
	case VTDM_PHMBASE + 4:
	case VTDM_PHMLIMIT:
	case VTDM_PHMLIMIT + 4:
		if (!(vtdm_get(u, VTDM_PMEN) & VTDM_P_PRS))
			return false;
		vtdm_refused(off, "protected memory changed while in force");
		return true;
	}
	return false;
}

static void vtdm_event_control(struct vtd_model_unit *u, u32 off, u32 value)
{
	vtdm_put(u, off, (vtdm_get(u, off) & VTDM_E_IP) | (value & VTDM_E_IM));
	if (!(value & VTDM_E_IM))
		vtdm_event_unmasked(u, off);
}

static void vtdm_write_plain(struct vtd_model_unit *u, u32 off, u32 value)
{
	u32 mask = vtdm_writable(u, off);

	if (!mask || vtdm_guarded(u, off))
		return;
	vtdm_put(u, off, (vtdm_get(u, off) & ~mask) | (value & mask));
	if (off == VTDM_CCMD + 4 || off == vtdm_iotlb_offset(u) + 4)
		if (value & 1U << 31)
			vtdm_by_register(u, off - 4);
}

static void vtdm_write(struct vtd_model_unit *u, u32 off, u32 value)
{
	if (u->gone)
		return;
	if (off & 3 || off >= u->bytes) {
		vtdm_refused(
			off,
			"register access that is not aligned, or beyond the registers");
		return;
	}
	if (vtdm_is_record(u, off)) {
		if (off % 16 == 12 && value & 1U << 31) {
			vtdm_put(u, off, vtdm_get(u, off) & ~(1U << 31));
			vtdm_fault_cleared(u);
		}
		return;
	}
	if (vtdm_pages_write(u, off, value) || vtdm_perf_write(u, off, value))
		return;
	switch (off) {
	case VTDM_GCMD:
		vtdm_command(u, value);
		return;
	case VTDM_PECTL:
		if (vtdm_ecap(u, VTDM_ECAP_PRS))
			vtdm_event_control(u, off, value);
		return;
	case VTDM_FSTS:
		vtdm_put(u, off, vtdm_get(u, off) & ~(value & VTDM_F_RW1C));
		vtdm_fault_cleared(u);
		return;
	case VTDM_PERFINTRCTL:
		if (vtdm_ecap(u, VTDM_ECAP_PMS))
			vtdm_event_control(u, off, value);
		return;
	case VTDM_FECTL:
	case VTDM_IECTL:
		vtdm_event_control(u, off, value);
		return;
	case VTDM_ICS:
		vtdm_put(u, off, vtdm_get(u, off) & ~(value & VTDM_ICS_IWC));
		if (value & VTDM_ICS_IWC)
			vtdm_put(u, VTDM_IECTL,
				 vtdm_get(u, VTDM_IECTL) & ~VTDM_E_IP);
		return;
	case VTDM_PMEN:
		vtdm_pmen(u, value);
		return;
	}
	vtdm_write_plain(u, off, value);
}

/* Polling a register gives the unit time. */
static void vtdm_polled(struct vtd_model_unit *u, u32 off)
{
	if (u->config.policy & VTD_MODEL_MANUAL)
		return;
	if (off == VTDM_GSTS || off == VTDM_FSTS || off == VTDM_PMEN ||
	    off == VTDM_IQH || off == VTDM_ICS || off == VTDM_PQT ||
	    off == VTDM_PRS || off == VTDM_ECRSP)
		vtdm_step(u);
}

/* Bits that software can write but not read (11.4.4 to 11.4.6). */
static u32 vtdm_write_only(const struct vtd_model_unit *u, u32 off)
{
	u32 address = vtdm_iotlb_offset(u) - 8;

	switch (off) {
	case VTDM_GCMD:
		return ~0U;
	case VTDM_CCMD:
		return 0xffff0000; /* source-id */
	case VTDM_CCMD + 4:
		return 3; /* function mask */
	}
	return off == address || off == address + 4 ? ~0U : 0;
}

static u32 vtdm_read_one(struct vtd_model_unit *u, u32 off)
{
	if (off & 3 || off >= u->bytes || u->gone)
		return ~0U;
	return vtdm_get(u, off) & ~vtdm_write_only(u, off);
}

static u32 vtdm_op_read32(const struct vtd_regs *regs, u32 off)
{
	struct vtd_model_unit *u = regs->data;
	unsigned long flags;
	u32 value;

	raw_spin_lock_irqsave(&vtd_model.lock, flags);
	vtdm_polled(u, off);
	value = vtdm_read_one(u, off);
	raw_spin_unlock_irqrestore(&vtd_model.lock, flags);
	return value;
}

static u64 vtdm_op_read64(const struct vtd_regs *regs, u32 off)
{
	struct vtd_model_unit *u = regs->data;
	unsigned long flags;
	u64 value;

	raw_spin_lock_irqsave(&vtd_model.lock, flags);
	vtdm_polled(u, off);
	value = vtdm_read_one(u, off);
	value |= (u64)vtdm_read_one(u, off + 4) << 32;
	raw_spin_unlock_irqrestore(&vtd_model.lock, flags);
	return value;
}

static void vtdm_op_write32(const struct vtd_regs *regs, u32 off, u32 value)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&vtd_model.lock, flags);
	vtdm_write(regs->data, off, value);
	raw_spin_unlock_irqrestore(&vtd_model.lock, flags);
}

static void vtdm_op_write64(const struct vtd_regs *regs, u32 off, u64 value)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&vtd_model.lock, flags);
	vtdm_write(regs->data, off, value);
	vtdm_write(regs->data, off + 4, value >> 32);
	raw_spin_unlock_irqrestore(&vtd_model.lock, flags);
}

const struct vtd_reg_ops vtdm_ops = {
	.read32 = vtdm_op_read32,
	.read64 = vtdm_op_read64,
	.write32 = vtdm_op_write32,
	.write64 = vtdm_op_write64,
};
