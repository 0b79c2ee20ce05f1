// SPDX-License-Identifier: GPL-2.0
/*
 * What devices do: reads, writes, atomics and interrupts, each request
 * translated or refused as the unit sees it at that moment.
 */
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "internal.h"

static bool vtdm_protected(const struct vtd_model_unit *u, u64 phys)
{
	if (!(vtdm_get(u, VTDM_PMEN) & VTDM_P_PRS))
		return false;
	if (vtdm_cap(u, VTDM_CAP_PLMR) && phys >= vtdm_get(u, VTDM_PLMBASE) &&
	    phys <= (vtdm_get(u, VTDM_PLMLIMIT) | 0x1fffffU))
		return true;
	return vtdm_cap(u, VTDM_CAP_PHMR) &&
	       phys >= vtdm_get64(u, VTDM_PHMBASE) &&
	       phys <= (vtdm_get64(u, VTDM_PHMLIMIT) | 0x1fffffU);
}

static unsigned int vtdm_width(const struct vtd_model_unit *u, u64 hi)
{
	unsigned int mgaw = (u->config.cap >> 16 & 0x3f) + 1;
	unsigned int aw = 12 + 9 * vtdm_levels(hi);

	return mgaw < aw ? mgaw : aw;
}

static unsigned int vtdm_need(enum vtd_model_access access)
{
	switch (access) {
	case VTD_MODEL_READ:
		return VTDM_S_R;
	case VTD_MODEL_ATOMIC:
		return VTDM_S_RW;
	case VTD_MODEL_ASK:
		return 0; /* it is told what is there */
	default:
		return VTDM_S_W;
	}
}

/* A neighbour of what was used, as a prefetcher would bring it in. */
static void vtdm_prefetch(struct vtd_model_unit *u,
			  const struct vtdm_context *context, u64 addr)
{
	struct vtdm_iotlb leaf;

	addr += ((vtdm_random(u) & 7) - 3) * VTDM_PAGE;
	if (addr >> vtdm_width(u, context->hi) ||
	    vtdm_find_iotlb(u, context->did, addr))
		return;
	if (!vtdm_walk(u, context, addr, 0, true, &leaf))
		vtdm_cache_iotlb(u, &leaf);
}

/* Second-stage translation through the IOTLB. */
static u8 vtdm_second_stage(struct vtd_model_unit *u,
			    const struct vtdm_context *context, u64 addr,
			    unsigned int need, struct vtd_model_result *result)
{
	struct vtdm_iotlb leaf, *hit;
	u8 reason;

	hit = vtdm_find_iotlb(u, context->did, addr);
	if (hit) {
		result->cached = true;
		u->stats.hits++;
		leaf = *hit;
		reason = hit->reason;
		/* Permissions come before what is wrong further on. */
		if ((hit->rw & need) != need)
			reason = need & ~hit->rw & VTDM_S_W ? VTDM_FR_WRITE :
							      VTDM_FR_READ;
	} else {
		reason = vtdm_walk(u, context, addr, need, true, &leaf);
		/* 6.1: in caching mode what faults is cached as well. */
		if (!reason) {
			vtdm_cache_iotlb(u, &leaf);
		} else if (vtdm_cap(u, VTDM_CAP_CM)) {
			u8 wrong = vtdm_walk(u, context, addr, 0, false, &leaf);

			leaf.reason = wrong == VTDM_FR_READ ? 0 : wrong;
			if (wrong)
				vtdm_cache_iotlb(u, &leaf);
		}
		if (u->config.policy & VTD_MODEL_PREFETCH)
			vtdm_prefetch(u, context, addr);
	}
	/* The rights are found before what is wrong further on. */
	result->rw = leaf.rw;
	if (reason)
		return reason;
	result->size = 1ULL << (12 + (leaf.level - 1) * 9);
	result->phys = leaf.phys | (addr & (result->size - 1));
	if (result->phys >= VTDM_MSI_FIRST && result->phys <= VTDM_MSI_LAST)
		return VTDM_FR_INTERRUPT_RANGE;
	return VTDM_FR_NONE;
}

/* The address stays as it is, and everything is allowed. */
static void vtdm_as_it_is(const struct vtd_model_request *request,
			  struct vtd_model_result *result)
{
	result->phys = request->addr;
	result->size = VTDM_PAGE;
	result->rw = VTD_MODEL_RIGHT_READ | VTD_MODEL_RIGHT_WRITE;
	result->pass_through = true;
}

static u8 vtdm_translate(struct vtd_model_unit *u,
			 const struct vtd_model_request *request,
			 struct vtdm_context *context,
			 struct vtd_model_result *result)
{
	enum vtd_model_access access = request->access;
	unsigned int tt;
	u8 reason;

	if (request->with_pasid)
		return VTDM_FR_PASID_IN_LEGACY;
	reason = vtdm_context_lookup(u, request->sid, context);
	if (reason)
		return reason;
	tt = context->lo >> VTDM_CTX_TT_SHIFT & 3;
	result->did = context->did;
	if (access >= VTD_MODEL_TRANSLATED && tt != VTDM_TT_ALL)
		return VTDM_FR_TRANSLATED;
	if (access == VTD_MODEL_TRANSLATED) {
		result->phys = request->addr;
		return VTDM_FR_NONE;
	}
	if (request->addr >> vtdm_width(u, context->hi))
		return VTDM_FR_WIDTH;
	if (tt == VTDM_TT_PASS) {
		vtdm_as_it_is(request, result);
		return VTDM_FR_NONE;
	}
	return vtdm_second_stage(u, context, request->addr, vtdm_need(access),
				 result);
}

/* Of reasons that precede the context entry, FPD says nothing (7.1.3). */
static bool vtdm_silent(const struct vtdm_context *context, u8 reason)
{
	return context->lo & VTDM_CTX_FPD && reason != VTDM_FR_ROOT_ABSENT &&
	       reason != VTDM_FR_ROOT_ERROR &&
	       reason != VTDM_FR_CONTEXT_ERROR &&
	       reason != VTDM_FR_ROOT_RESERVED;
}

/*
 * A page that is not there, or that nobody may touch, is an answer to a
 * translation request: success, without any right (4.1.3, 7.1.3).
 */
static bool vtdm_recoverable(u8 reason)
{
	return reason == VTDM_FR_WIDTH || reason == VTDM_FR_WRITE ||
	       reason == VTDM_FR_READ;
}

static void vtdm_no_rights(const struct vtd_model_request *request,
			   struct vtd_model_result *result)
{
	result->reason = 0;
	result->rw = 0;
	result->phys = request->addr;
	result->size = VTDM_PAGE;
}

/**
 * vtdm_ask_quietly() - a translation request that leaves no trace of a refusal
 * @u: the unit
 * @request: a VTD_MODEL_ASK
 * @result: filled in
 *
 * Context: the model's lock is held.
 * Return: true when it was answered, be it without any right.
 */
bool vtdm_ask_quietly(struct vtd_model_unit *u,
		      const struct vtd_model_request *request,
		      struct vtd_model_result *result)
{
	struct vtdm_context context = {};

	*result = (struct vtd_model_result){ .phys = request->addr };
	if (!vtdm_on(u))
		return false;
	result->reason = vtdm_translate(u, request, &context, result);
	if (vtdm_recoverable(result->reason) ||
	    (!result->reason && !result->rw))
		vtdm_no_rights(request, result);
	return !result->reason;
}

/**
 * vtdm_ask_tables() - what the tables say now, whatever is cached
 * @u: the unit
 * @request: a VTD_MODEL_ASK
 * @result: filled in
 *
 * Context: the model's lock is held.
 * Return: true when the device may ask, and would get some right.
 */
bool vtdm_ask_tables(struct vtd_model_unit *u,
		     const struct vtd_model_request *request,
		     struct vtd_model_result *result)
{
	struct vtdm_context context;
	struct vtdm_iotlb leaf;

	*result = (struct vtd_model_result){ .phys = request->addr };
	if (!vtdm_on(u) || request->with_pasid ||
	    vtdm_context_read(u, request->sid, &context) ||
	    (context.lo >> VTDM_CTX_TT_SHIFT & 3) != VTDM_TT_ALL ||
	    request->addr >> vtdm_width(u, context.hi) ||
	    vtdm_walk(u, &context, request->addr, 0, false, &leaf))
		return false;
	result->rw = leaf.rw;
	result->size = 1ULL << (12 + (leaf.level - 1) * 9);
	result->phys = leaf.phys | (request->addr & (result->size - 1));
	return leaf.rw;
}

/* 6.5.2.5: while a unit does not translate it knows of no translations. */
static bool vtdm_off_refuses(const struct vtd_model_unit *u,
			     const struct vtd_model_request *request)
{
	return !vtdm_on(u) && request->access >= VTD_MODEL_TRANSLATED;
}

/**
 * vtdm_request() - one request within a page
 * @u: the unit
 * @request: the request
 * @result: filled in
 *
 * Context: the model's lock is held.
 * Return: true when it may go on to @result->phys.
 */
bool vtdm_request(struct vtd_model_unit *u,
		  const struct vtd_model_request *request,
		  struct vtd_model_result *result)
{
	bool ask = request->access == VTD_MODEL_ASK;
	struct vtdm_context context = {};

	*result = (struct vtd_model_result){ .phys = request->addr };
	u->stats.asked += ask;
	if (vtdm_off_refuses(u, request)) {
		result->aborted = true;
		return false;
	}
	if (vtdm_on(u)) {
		u->stats.translated++;
		result->reason = vtdm_translate(u, request, &context, result);
	}
	if (ask && (vtdm_recoverable(result->reason) ||
		    (!result->reason && !result->rw)))
		vtdm_no_rights(request, result);
	if (result->reason) {
		u->stats.faults++;
		if (!vtdm_silent(&context, result->reason))
			vtdm_fault(u, request, result->reason);
		return false;
	}
	u->stats.believed += request->access == VTD_MODEL_TRANSLATED;
	if (ask)
		return true;
	result->aborted = vtdm_protected(u, result->phys);
	return !result->aborted;
}

static bool vtdm_in_msi_range(u64 addr, enum vtd_model_access access)
{
	return addr >= VTDM_MSI_FIRST && addr <= VTDM_MSI_LAST &&
	       access < VTD_MODEL_TRANSLATED;
}

/**
 * vtdm_is_msi() - is it an interrupt, not a memory request? (3.14)
 * @request: the request
 *
 * Return: true for one to the interrupt range without a PASID.
 */
bool vtdm_is_msi(const struct vtd_model_request *request)
{
	return !request->with_pasid &&
	       vtdm_in_msi_range(request->addr, request->access);
}

/**
 * vtdm_move() - memory is read or written
 * @u: the unit that let it through
 * @phys: first byte
 * @access: what is done
 * @data: from or to where
 * @bytes: length, within a page
 *
 * Context: the model's lock is held.
 * Return: false, with a report, where no memory is.
 */
bool vtdm_move(struct vtd_model_unit *u, u64 phys, enum vtd_model_access access,
	       void *data, size_t bytes)
{
	void *memory = phys_to_virt(phys);
	u64 sum = 0, add = 0;

	if (!vtdm_page(phys)) {
		vtdm_report(VTD_MODEL_WILD, NULL, phys,
			    "DMA to 0x%llx, where no memory is", phys);
		return false;
	}
	switch (access) {
	case VTD_MODEL_READ:
		memcpy(data, memory, bytes);
		break;
	case VTD_MODEL_ATOMIC:
		memcpy(&sum, memory, bytes);
		memcpy(&add, data, bytes);
		memcpy(data, &sum, bytes);
		sum += add;
		memcpy(memory, &sum, bytes);
		break;
	default:
		memcpy(memory, data, bytes);
	}
	return true;
}

/* A request to the interrupt range: a write of 4 aligned bytes, or nothing. */
static bool vtdm_dma_interrupt(struct vtd_model_unit *u,
			       const struct vtd_model_request *request,
			       const void *data, size_t bytes,
			       struct vtd_model_result *result)
{
	struct vtd_model_interrupt interrupt;
	u32 message;
	bool ok;

	*result = (struct vtd_model_result){ .phys = request->addr };
	result->interrupt = request->access == VTD_MODEL_WRITE && bytes == 4 &&
			    !(request->addr & 3);
	result->aborted = !result->interrupt;
	if (result->aborted)
		return false;
	memcpy(&message, data, sizeof(message));
	ok = vtdm_interrupt(u, request->sid, request->addr, message,
			    &interrupt);
	result->reason = interrupt.reason;
	return ok;
}

/* Where would it lead?  Memory is not touched. */
static bool vtdm_only_ask(struct vtd_model_unit *u,
			  const struct vtd_model_request *request,
			  struct vtd_model_result *result)
{
	if (!vtdm_is_msi(request))
		return vtdm_request(u, request, result);
	*result = (struct vtd_model_result){
		.phys = request->addr,
		.interrupt = request->access == VTD_MODEL_WRITE,
		.aborted = request->access != VTD_MODEL_WRITE,
	};
	return result->interrupt;
}

/**
 * vtdm_dma() - a request of any length
 * @u: the unit
 * @request: the request
 * @data: from or to where
 * @bytes: length
 * @result: filled in, for the last page reached
 *
 * Context: the model's lock is held.
 * Return: true when all of it was done.
 */
bool vtdm_dma(struct vtd_model_unit *u, struct vtd_model_request request,
	      void *data, size_t bytes, struct vtd_model_result *result)
{
	bool ok = true;

	while (ok && bytes) {
		size_t part = VTDM_PAGE - (request.addr & (VTDM_PAGE - 1));

		part = bytes < part ? bytes : part;
		if (vtdm_is_msi(&request))
			return vtdm_dma_interrupt(u, &request, data, bytes,
						  result);
		ok = vtdm_request(u, &request, result) &&
		     vtdm_move(u, result->phys, request.access, data, part);
		request.addr += part;
		data += part;
		bytes -= part;
	}
	return ok;
}

/**
 * vtd_model_request() - a device sends a request
 * @u: the unit
 * @request: what it sends; an atomic one does not cross a page
 * @data: from or to where memory is moved; an atomic one adds and gives back
 *	the old value; NULL: the request is translated only
 * @bytes: length, 1 to 8 for an atomic one; of no account without @data
 * @result: filled in, for the last page reached
 *
 * It fills caches, sets accessed and dirty bits, and records faults.  A
 * request of several pages ends at the first that is refused.  A write of 4
 * aligned bytes to the interrupt range, without a PASID, is an interrupt, as
 * vtd_model_msi(); with one it is a memory request like any other.
 *
 * VTD_MODEL_ASK is never with @data.
 *
 * Context: any.
 * Return: true when it is let through, and all of it was done.
 */
bool vtd_model_request(struct vtd_model_unit *u,
		       const struct vtd_model_request *request, void *data,
		       size_t bytes, struct vtd_model_result *result)
{
	unsigned long flags;
	bool ok;

	raw_spin_lock_irqsave(&vtd_model.lock, flags);
	if (data)
		ok = vtdm_dma(u, *request, data, bytes, result);
	else
		ok = vtdm_only_ask(u, request, result);
	raw_spin_unlock_irqrestore(&vtd_model.lock, flags);
	return ok;
}
EXPORT_SYMBOL_GPL(vtd_model_request);

/**
 * vtd_model_translate() - where would a request without a PASID lead?
 * @u: the unit
 * @sid: who asks
 * @addr: any address
 * @access: what for
 * @result: filled in
 *
 * A request like any other: it fills caches and records faults.  Only memory
 * itself is not touched.
 *
 * Context: any.
 * Return: true when it is let through.
 */
bool vtd_model_translate(struct vtd_model_unit *u, u16 sid, u64 addr,
			 enum vtd_model_access access,
			 struct vtd_model_result *result)
{
	const struct vtd_model_request request = {
		.sid = sid,
		.addr = addr,
		.access = access,
	};

	return vtd_model_request(u, &request, NULL, 0, result);
}
EXPORT_SYMBOL_GPL(vtd_model_translate);

/**
 * vtd_model_dma() - a device reads or writes memory, without a PASID
 * @u: the unit
 * @sid: who
 * @addr: first byte; an atomic one does not cross a page
 * @access: anything but VTD_MODEL_ASK
 * @data: from or to where; an atomic one adds and gives back the old value
 * @bytes: length, 1 to 8 for an atomic one
 * @result: filled in, for the last page reached
 *
 * As vtd_model_request().
 *
 * Context: any.
 * Return: true when all of it was done.
 */
bool vtd_model_dma(struct vtd_model_unit *u, u16 sid, u64 addr,
		   enum vtd_model_access access, void *data, size_t bytes,
		   struct vtd_model_result *result)
{
	const struct vtd_model_request request = {
		.sid = sid,
		.addr = addr,
		.access = access,
	};

	return vtd_model_request(u, &request, data, bytes, result);
}
EXPORT_SYMBOL_GPL(vtd_model_dma);

/**
 * vtd_model_msi() - a device raises an interrupt
 * @u: the unit
 * @sid: who
 * @addr: of the message
 * @data: of the message
 * @result: filled in: where it goes, or why it does not
 *
 * Context: any.
 * Return: true when it is delivered, or posted into a descriptor, with a
 * notification or without one.
 */
bool vtd_model_msi(struct vtd_model_unit *u, u16 sid, u64 addr, u32 data,
		   struct vtd_model_interrupt *result)
{
	unsigned long flags;
	bool ok = false;

	raw_spin_lock_irqsave(&vtd_model.lock, flags);
	if (vtdm_in_msi_range(addr, VTD_MODEL_WRITE) && !(addr & 3))
		ok = vtdm_interrupt(u, sid, addr, data, result);
	else
		*result = (struct vtd_model_interrupt){ .aborted = true };
	raw_spin_unlock_irqrestore(&vtd_model.lock, flags);
	return ok;
}
EXPORT_SYMBOL_GPL(vtd_model_msi);
