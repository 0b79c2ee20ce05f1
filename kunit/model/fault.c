// SPDX-License-Identifier: GPL-2.0
/*
 * Primary faults: records, their overflow, the fault event (7.3, 11.4.7).
 */
#include <linux/kernel.h>

#include "internal.h"

/**
 * vtdm_nr_records() - CAP.NFR
 * @u: the unit
 *
 * Return: fault records, 1 to 256.
 */
unsigned int vtdm_nr_records(const struct vtd_model_unit *u)
{
	return (u->config.cap >> 40 & 0xff) + 1;
}

/**
 * vtdm_record_offset() - CAP.FRO
 * @u: the unit
 * @index: which record
 *
 * Return: its register offset, bytes.
 */
u32 vtdm_record_offset(const struct vtd_model_unit *u, unsigned int index)
{
	return (u->config.cap >> 24 & 0x3ff) * 16 + index * 16;
}

static void vtdm_message(struct vtd_model_unit *u, u32 control)
{
	u64 addr = vtdm_get(u, control + 8) | (u64)vtdm_get(u, control + 12)
						      << 32;

	if (vtd_model.sink.interrupt)
		vtd_model.sink.interrupt(vtd_model.sink.data, addr,
					 vtdm_get(u, control + 4));
}

/**
 * vtdm_event() - an interrupt condition has come up
 * @u: the unit
 * @control: offset of FECTL or IECTL
 *
 * Sent, or held back as pending while masked (11.4.7.2, 11.4.9.5).
 *
 * Context: the model's lock is held.
 */
void vtdm_event(struct vtd_model_unit *u, u32 control)
{
	u32 value = vtdm_get(u, control);

	if (value & VTDM_E_IM)
		vtdm_put(u, control, value | VTDM_E_IP);
	else
		vtdm_message(u, control);
}

/**
 * vtdm_event_unmasked() - the mask was taken off
 * @u: the unit
 * @control: offset of FECTL or IECTL
 *
 * Context: the model's lock is held.
 */
void vtdm_event_unmasked(struct vtd_model_unit *u, u32 control)
{
	u32 value = vtdm_get(u, control);

	if (!(value & VTDM_E_IP))
		return;
	vtdm_put(u, control, value & ~VTDM_E_IP);
	vtdm_message(u, control);
}

/**
 * vtdm_fault_status() - set status bits, with the event if they are the first
 * @u: the unit
 * @bits: of FSTS
 *
 * Context: the model's lock is held.
 */
void vtdm_fault_status(struct vtd_model_unit *u, u32 bits)
{
	u32 all = VTDM_F_RW1C | VTDM_F_PPF;
	u32 old = vtdm_get(u, VTDM_FSTS);

	vtdm_put(u, VTDM_FSTS, old | bits);
	if (!(old & all))
		vtdm_event(u, VTDM_FECTL);
}

/**
 * vtdm_fault_cleared() - software cleared a record or status bits
 * @u: the unit
 *
 * PPF says whether any record is pending; an event that is held back goes with
 * the last thing it stood for.
 *
 * Context: the model's lock is held.
 */
void vtdm_fault_cleared(struct vtd_model_unit *u)
{
	u32 status = vtdm_get(u, VTDM_FSTS);
	bool pending = false;
	unsigned int i;

	for (i = 0; i < vtdm_nr_records(u); i++)
		pending |= vtdm_get64(u, vtdm_record_offset(u, i) + 8) &
			   VTDM_R_F;
	if (!pending)
		status &= ~VTDM_F_PPF;
	vtdm_put(u, VTDM_FSTS, status);
	if (!(status & (VTDM_F_RW1C | VTDM_F_PPF)))
		vtdm_put(u, VTDM_FECTL, vtdm_get(u, VTDM_FECTL) & ~VTDM_E_IP);
}

/* T2 and T1 of a record: write, page request, read, atomic. */
static u64 vtdm_fault_type(enum vtd_model_access access)
{
	switch (access) {
	case VTD_MODEL_READ:
	case VTD_MODEL_ASK:
		return VTDM_R_T1;
	case VTD_MODEL_ATOMIC:
		return VTDM_R_T1 | VTDM_R_T2;
	case VTD_MODEL_PAGE:
		return VTDM_R_T2;
	default:
		return 0;
	}
}

/* What a record says of a PASID; none without one (11.4.7.6). */
static u64 vtdm_fault_pasid(const struct vtd_model_request *request)
{
	if (!request->with_pasid)
		return 0;
	return VTDM_R_PP | (u64)request->pasid << VTDM_R_PASID_SHIFT |
	       (request->privileged ? VTDM_R_PRIV : 0) |
	       (request->execute ? VTDM_R_EXE : 0);
}

/**
 * vtdm_fault() - record a fault
 * @u: the unit
 * @request: what was refused; the address of an interrupt request is the
 *	index, in bits 63:48
 * @reason: why
 *
 * Lost while PFO is set, and when the record in turn is still in use; the
 * latter sets PFO (7.3.1).
 *
 * Context: the model's lock is held.
 */
void vtdm_fault(struct vtd_model_unit *u,
		const struct vtd_model_request *request, u8 reason)
{
	u32 status = vtdm_get(u, VTDM_FSTS);
	u32 off = vtdm_record_offset(u, u->next_record);

	if (status & VTDM_F_PFO)
		return;
	if (vtdm_get64(u, off + 8) & VTDM_R_F) {
		vtdm_fault_status(u, VTDM_F_PFO);
		return;
	}
	vtdm_put64(u, off, request->addr & ~(VTDM_PAGE - 1));
	vtdm_put64(u, off + 8,
		   VTDM_R_F | vtdm_fault_type(request->access) |
			   vtdm_fault_pasid(request) |
			   (u64)reason << VTDM_R_FR_SHIFT | request->sid);
	if (!(status & VTDM_F_PPF)) {
		status &= ~(0xffU << VTDM_F_FRI_SHIFT);
		vtdm_put(u, VTDM_FSTS,
			 status | u->next_record << VTDM_F_FRI_SHIFT);
	}
	u->stats.recorded++;
	u->next_record = (u->next_record + 1) % vtdm_nr_records(u);
	vtdm_fault_status(u, VTDM_F_PPF);
}
