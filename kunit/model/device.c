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

static unsigned int vtdm_need(const struct vtd_model_request *request,
			      bool privileged)
{
	unsigned int need = 0;

	switch (request->access) {
	case VTD_MODEL_ASK:
		break; /* it is told what is there */
	case VTD_MODEL_READ:
		need = VTDM_L_R;
		break;
	case VTD_MODEL_ATOMIC:
		need = VTDM_L_R | VTDM_L_W;
		break;
	default:
		need = VTDM_L_W;
	}
	if (request->with_pasid && request->execute &&
	    request->access != VTD_MODEL_ASK)
		need |= VTDM_NEED_EXECUTE;
	return privileged ? need | VTDM_NEED_SUPERVISOR : need;
}

/* Why tables are not even looked at, or 0. */
static u8 vtdm_out_of_range(const struct vtd_model_unit *u,
			    const struct vtdm_path *path, u64 addr)
{
	if (path->kind == VTDM_FIRST || path->kind == VTDM_NESTED)
		return vtdm_canonical(path, addr) ? VTDM_FR_NONE :
						    VTDM_FR_SGN_CANONICAL;
	if (addr >> vtdm_width(u, path))
		return path->scalable ? VTDM_FR_SGN_WIDTH : VTDM_FR_WIDTH;
	return VTDM_FR_NONE;
}

/* A neighbour of what was used, as a prefetcher would bring it in. */
static void vtdm_prefetch(struct vtd_model_unit *u,
			  const struct vtdm_path *path, u64 addr)
{
	struct vtdm_iotlb leaf;

	addr += ((vtdm_random(u) & 7) - 3) * VTDM_PAGE;
	if (vtdm_out_of_range(u, path, addr) || vtdm_find_iotlb(u, path, addr))
		return;
	if (!vtdm_walk(u, path, addr, 0, VTDM_WALK_CACHES | VTDM_WALK_SETS,
		       &leaf))
		vtdm_cache_iotlb(u, &leaf);
}

/*
 * 6.1: in caching mode what faults is cached as well; what is not there for
 * nobody, and not what this request is not allowed.
 */
static void vtdm_cache_fault(struct vtd_model_unit *u,
			     const struct vtdm_path *path, u64 addr)
{
	struct vtdm_iotlb leaf;
	u8 wrong = vtdm_walk(u, path, addr, 0, 0, &leaf);

	leaf.reason = wrong == VTDM_FR_READ ? 0 : wrong;
	if (wrong)
		vtdm_cache_iotlb(u, &leaf);
}

/* What an ATS completion would say of it. */
static u8 vtdm_rights(const struct vtdm_path *path, u8 rw, unsigned int need)
{
	bool supervisor = need & VTDM_NEED_SUPERVISOR;
	u8 rights = rw & VTDM_L_R ? VTD_MODEL_RIGHT_READ : 0;
	bool writes = rw & VTDM_L_W;

	if (path->kind == VTDM_FIRST || path->kind == VTDM_NESTED) {
		if (!supervisor && !(rw & VTDM_L_USER))
			return 0;
		if (supervisor && !(path->flags & VTDM_PE2_WPE))
			writes = true;
		if (rw & VTDM_L_X && path->flags & VTDM_PE2_ERE)
			rights |= VTD_MODEL_RIGHT_EXECUTE;
		if (supervisor && path->flags & VTDM_PE2_SMEP &&
		    rw & VTDM_L_USER)
			rights &= ~VTD_MODEL_RIGHT_EXECUTE;
	}
	if (writes && rw & VTDM_L_HOST_W)
		rights |= VTD_MODEL_RIGHT_WRITE;
	return supervisor ? rights | VTD_MODEL_RIGHT_PRIVILEGED : rights;
}

/*
 * What a translation request is told of them: no writing without a dirty bit
 * that is set, no execution that was not asked for.
 */
static u8 vtdm_told(const struct vtd_model_request *request,
		    const struct vtdm_path *path, u8 rw, bool privileged)
{
	u8 rights =
		vtdm_rights(path, rw, privileged ? VTDM_NEED_SUPERVISOR : 0);

	if (!(rw & VTDM_L_DIRTY))
		rights &= ~VTD_MODEL_RIGHT_WRITE;
	if (!request->execute)
		rights &= ~VTD_MODEL_RIGHT_EXECUTE;
	return rights;
}

/* Translation through the IOTLB, as far as @need goes. */
static u8 vtdm_by_tables(struct vtd_model_unit *u,
			 const struct vtd_model_request *request,
			 const struct vtdm_path *path, bool privileged,
			 unsigned int need, struct vtd_model_result *result)
{
	struct vtdm_iotlb leaf, *hit;
	u64 addr = request->addr;
	u8 reason;

	hit = vtdm_find_iotlb(u, path, addr);
	vtdm_count(u, 3, VTDM_EV3_IOTLB);
	/* A write that has a dirty bit to set goes to the tables once more. */
	if (hit && need & VTDM_L_W && !hit->reason &&
	    !(hit->rw & VTDM_L_DIRTY) && !vtdm_denied(path, hit->rw, need))
		hit = NULL;
	if (hit) {
		result->cached = true;
		u->stats.hits++;
		vtdm_count(u, 3, VTDM_EV3_IOTLB_HIT);
		leaf = *hit;
		/* Permissions come before what is wrong further on. */
		reason = vtdm_denied(path, hit->rw, need) ?: hit->reason;
	} else {
		reason = vtdm_walk(u, path, addr, need,
				   VTDM_WALK_CACHES | VTDM_WALK_SETS, &leaf);
		if (!reason)
			vtdm_cache_iotlb(u, &leaf);
		else if (vtdm_cap(u, VTDM_CAP_CM))
			vtdm_cache_fault(u, path, addr);
		if (u->config.policy & VTD_MODEL_PREFETCH)
			vtdm_prefetch(u, path, addr);
	}
	if (reason)
		return reason;
	result->rw = request->access == VTD_MODEL_ASK ?
			     vtdm_told(request, path, leaf.rw, privileged) :
			     vtdm_rights(path, leaf.rw, need);
	result->size = vtdm_level_bytes(leaf.level);
	result->phys = leaf.phys | (addr & (result->size - 1));
	if (result->phys >= VTDM_MSI_FIRST && result->phys <= VTDM_MSI_LAST)
		return path->scalable ? VTDM_FR_SGN_INTERRUPT_RANGE :
					VTDM_FR_INTERRUPT_RANGE;
	return VTDM_FR_NONE;
}

/* By what the entries say: tables, or none. */
static u8 vtdm_by_path(struct vtd_model_unit *u,
		       const struct vtd_model_request *request,
		       const struct vtdm_path *path, bool privileged,
		       struct vtd_model_result *result)
{
	unsigned int need = vtdm_need(request, privileged);
	u64 addr = request->addr;
	u8 reason = vtdm_out_of_range(u, path, addr);

	vtdm_perf_path(u, path);
	if (reason)
		return reason;
	/* A device that may write is told so, and the page is dirty at once. */
	if (path->kind != VTDM_PASS && request->access == VTD_MODEL_ASK &&
	    !request->no_write &&
	    !vtdm_by_tables(u, request, path, privileged, need | VTDM_L_W,
			    result))
		return VTDM_FR_NONE;
	if (path->kind != VTDM_PASS)
		return vtdm_by_tables(u, request, path, privileged, need,
				      result);
	result->phys = addr;
	result->size = VTDM_PAGE;
	result->rw = vtdm_rights(path, VTDM_L_ALL, need);
	result->pass_through = true;
	if (request->with_pasid && addr >= VTDM_MSI_FIRST &&
	    addr <= VTDM_MSI_LAST)
		return VTDM_FR_SGN_INTERRUPT_RANGE;
	return VTDM_FR_NONE;
}

/**
 * struct vtdm_found - the entries on the way of a request
 * @context: context entry, as far as it was read
 * @pasid: PASID entry, likewise
 */
struct vtdm_found {
	struct vtdm_context context;
	struct vtdm_pasid pasid;
};

static u8 vtdm_translate_legacy(struct vtd_model_unit *u,
				const struct vtd_model_request *request,
				struct vtdm_found *found,
				struct vtd_model_result *result)
{
	struct vtdm_context *context = &found->context;
	struct vtdm_path path;
	unsigned int tt;
	u8 reason;

	if (request->with_pasid)
		return VTDM_FR_PASID_IN_LEGACY;
	reason = vtdm_context_lookup(u, request->sid, context);
	if (reason)
		return reason;
	tt = context->lo >> VTDM_CTX_TT_SHIFT & 3;
	result->did = context->did;
	if (request->access >= VTD_MODEL_TRANSLATED && tt != VTDM_TT_ALL)
		return VTDM_FR_TRANSLATED;
	if (request->access == VTD_MODEL_TRANSLATED)
		return VTDM_FR_NONE;
	vtdm_legacy_path(u, context->did, context->lo, context->hi, &path);
	return vtdm_by_path(u, request, &path, false, result);
}

/* May a device send this at all, and under which PASID is it translated? */
static u8 vtdm_scalable_allowed(const struct vtd_model_unit *u,
				const struct vtd_model_request *request,
				const struct vtdm_context *context, u32 *pasid)
{
	u32 nr = vtdm_directory_entries(context->lo) * VTDM_PASIDS;
	unsigned int bits = (u->config.ecap >> 35 & 0x1f) + 1; /* PSS */

	*pasid = context->hi & VTDM_SC_RID_PASID;
	if (request->access >= VTD_MODEL_TRANSLATED &&
	    !(context->lo & VTDM_SC_DTE))
		return VTDM_FR_SCT_TRANSLATED;
	if (!request->with_pasid)
		return *pasid < nr ? VTDM_FR_NONE : VTDM_FR_SCT_RID_PASID;
	*pasid = request->pasid;
	if (!(context->lo & VTDM_SC_PASIDE))
		return VTDM_FR_SCT_PASID;
	return *pasid < nr && !(*pasid >> bits) ? VTDM_FR_NONE :
						  VTDM_FR_SCT_PASID_LARGE;
}

/* May it ask with this privilege, or to execute?  A first stage says (9.6). */
static u8 vtdm_pasid_allowed(const struct vtd_model_request *request,
			     const struct vtdm_path *path, bool privileged)
{
	if (path->kind != VTDM_FIRST && path->kind != VTDM_NESTED)
		return VTDM_FR_NONE;
	if (request->with_pasid && request->execute &&
	    !(path->flags & VTDM_PE2_ERE))
		return VTDM_FR_SPT_EXECUTE;
	if (privileged && !(path->flags & VTDM_PE2_SRE))
		return VTDM_FR_SPT_SUPERVISOR;
	return VTDM_FR_NONE;
}

static u8 vtdm_translate_scalable(struct vtd_model_unit *u,
				  const struct vtd_model_request *request,
				  struct vtdm_found *found,
				  struct vtd_model_result *result)
{
	struct vtdm_context *context = &found->context;
	struct vtdm_path path;
	bool privileged;
	u8 reason;

	reason = vtdm_context_lookup(u, request->sid, context);
	if (!reason)
		reason = vtdm_scalable_allowed(u, request, context,
					       &result->pasid);
	if (reason || request->access == VTD_MODEL_TRANSLATED)
		return reason;
	reason = vtdm_pasid_lookup(u, context, result->pasid, &found->pasid);
	if (reason)
		return reason;
	vtdm_pasid_path(u, result->pasid, found->pasid.word, &path);
	result->did = path.did;
	privileged = request->with_pasid ? request->privileged :
					   context->hi & VTDM_SC_RID_PRIV;
	reason = vtdm_pasid_allowed(request, &path, privileged);
	if (reason)
		return reason;
	return vtdm_by_path(u, request, &path, privileged, result);
}

static u8 vtdm_translate(struct vtd_model_unit *u,
			 const struct vtd_model_request *request,
			 struct vtdm_found *found,
			 struct vtd_model_result *result)
{
	u8 reason;

	vtdm_perf_request(u, request);
	reason = u->scalable ?
			 vtdm_translate_scalable(u, request, found, result) :
			 vtdm_translate_legacy(u, request, found, result);
	vtdm_count(u, 0, VTDM_EV0_REQUESTS);
	return reason;
}

/* Of reasons that precede the entry it stands in, FPD says nothing (7.1.3). */
static bool vtdm_silent(const struct vtdm_found *found, u8 reason)
{
	/* In scalable mode, what was not read yet says nothing by itself. */
	return (found->context.lo & VTDM_CTX_FPD &&
		reason != VTDM_FR_ROOT_ABSENT && reason != VTDM_FR_ROOT_ERROR &&
		reason != VTDM_FR_CONTEXT_ERROR &&
		reason != VTDM_FR_ROOT_RESERVED) ||
	       found->pasid.silent;
}

/*
 * A page that is not there, or that nobody may touch, is an answer to a
 * translation request: success, without any right (4.1.3, 7.1.3).
 */
static bool vtdm_recoverable(u8 reason)
{
	switch (reason) {
	case VTDM_FR_WIDTH:
	case VTDM_FR_WRITE:
	case VTDM_FR_READ:
	case VTDM_FR_SFS_ABSENT:
	case VTDM_FR_SFS_TOP_READ:
	case VTDM_FR_SFS_READ:
	case VTDM_FR_SFS_WRITE:
	case VTDM_FR_SSS_ABSENT:
	case VTDM_FR_SGN_CANONICAL:
	case VTDM_FR_SGN_USER:
	case VTDM_FR_SGN_EXECUTE:
	case VTDM_FR_SGN_WIDTH:
	case VTDM_FR_SGN_NESTED_WIDTH:
	case VTDM_FR_SGN_WRITE:
	case VTDM_FR_SGN_READ:
		return true;
	}
	return false;
}

/* Of what is refused like that nothing is told. */
static void vtdm_recover(const struct vtd_model_request *request,
			 struct vtd_model_result *result)
{
	u8 rights = VTD_MODEL_RIGHT_READ | VTD_MODEL_RIGHT_WRITE |
		    VTD_MODEL_RIGHT_EXECUTE;

	if (vtdm_recoverable(result->reason)) {
		result->reason = 0;
		result->rw = 0;
	}
	if (result->reason || result->rw & rights)
		return;
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
	struct vtdm_found found = {};

	*result = (struct vtd_model_result){ .phys = request->addr };
	if (!vtdm_on(u))
		return false;
	result->reason = vtdm_translate(u, request, &found, result);
	vtdm_recover(request, result);
	return !result->reason;
}

/* The same as for a request, from the tables alone. */
static bool vtdm_path_in_tables(struct vtd_model_unit *u,
				const struct vtd_model_request *request,
				struct vtdm_path *path, bool *privileged)
{
	struct vtdm_context context;
	struct vtdm_pasid entry;
	u32 pasid;

	*privileged = false;
	if (vtdm_context_read(u, request->sid, &context))
		return false;
	if (!u->scalable) {
		vtdm_legacy_path(u, context.did, context.lo, context.hi, path);
		return !request->with_pasid &&
		       (context.lo >> VTDM_CTX_TT_SHIFT & 3) == VTDM_TT_ALL;
	}
	if (vtdm_scalable_allowed(u, request, &context, &pasid) ||
	    vtdm_pasid_read(u, &context, pasid, false, &entry))
		return false;
	vtdm_pasid_path(u, pasid, entry.word, path);
	*privileged = request->with_pasid ? request->privileged :
					    context.hi & VTDM_SC_RID_PRIV;
	return !vtdm_pasid_allowed(request, path, *privileged);
}

/**
 * vtdm_ask_tables() - what the tables say now, whatever is cached
 * @u: the unit
 * @request: a VTD_MODEL_ASK
 * @result: filled in
 *
 * Sets no bits in them.
 *
 * Context: the model's lock is held.
 * Return: true when the device may ask, and would get some right.
 */
bool vtdm_ask_tables(struct vtd_model_unit *u,
		     const struct vtd_model_request *request,
		     struct vtd_model_result *result)
{
	struct vtdm_iotlb leaf;
	struct vtdm_path path;
	bool privileged;

	*result = (struct vtd_model_result){
		.phys = request->addr,
		.size = VTDM_PAGE,
	};
	if (!vtdm_on(u) ||
	    !vtdm_path_in_tables(u, request, &path, &privileged) ||
	    vtdm_out_of_range(u, &path, request->addr))
		return false;
	if (path.kind == VTDM_PASS) {
		leaf.rw = VTDM_L_ALL;
	} else {
		if (vtdm_walk(u, &path, request->addr,
			      vtdm_need(request, privileged), 0, &leaf))
			return false;
		result->size = vtdm_level_bytes(leaf.level);
		result->phys = leaf.phys | (request->addr & (result->size - 1));
	}
	result->rw = vtdm_told(request, &path, leaf.rw, privileged);
	return result->rw;
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
	struct vtdm_found found = {};

	*result = (struct vtd_model_result){ .phys = request->addr };
	u->stats.asked += ask;
	if (vtdm_off_refuses(u, request)) {
		result->aborted = true;
		return false;
	}
	if (vtdm_on(u)) {
		u->stats.translated++;
		result->reason = vtdm_translate(u, request, &found, result);
	}
	if (ask)
		vtdm_recover(request, result);
	if (result->reason) {
		u->stats.faults++;
		if (!vtdm_silent(&found, result->reason))
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

	if (!vtdm_page(phys) && !vtdm_foreign(u, phys)) {
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
