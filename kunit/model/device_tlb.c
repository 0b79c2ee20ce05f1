// SPDX-License-Identifier: GPL-2.0
/*
 * The device TLB of an endpoint: what it keeps of the answers to its
 * translation requests, what each invalidation takes out of it (PCI Express
 * 10.3), and the checker: none of it may say other than the tables.
 */
#include <linux/kernel.h>

#include "ats.h"

static u64 vtdm_endpoint_random(struct vtd_model_endpoint *ep)
{
	u64 x = ep->seed ?: 0x9e3779b97f4a7c15ULL;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	ep->seed = x;
	return x * 0x2545f4914f6cdd1dULL;
}

static bool vtdm_devtlb_is(const struct vtdm_devtlb *t, bool with_pasid,
			   u32 pasid)
{
	return t->with_pasid == with_pasid &&
	       (!with_pasid || t->pasid == pasid);
}

/**
 * vtdm_find_devtlb() - the cached translation for a request
 * @ep: the endpoint
 * @request: whose address, PASID and mode are looked for
 *
 * Return: the translation or NULL.
 */
struct vtdm_devtlb *vtdm_find_devtlb(struct vtd_model_endpoint *ep,
				     const struct vtd_model_request *request)
{
	unsigned int i;

	for (i = 0; i < VTDM_DEVTLBS; i++) {
		struct vtdm_devtlb *t = &ep->tlb[i];

		if (t->valid && t->privileged == request->privileged &&
		    vtdm_devtlb_is(t, request->with_pasid, request->pasid) &&
		    request->addr - t->iova < t->size)
			return t;
	}
	return NULL;
}

/**
 * vtdm_cache_devtlb() - keep the answer to a translation request
 * @ep: the endpoint
 * @request: what was asked
 * @result: the answer, with some right
 */
void vtdm_cache_devtlb(struct vtd_model_endpoint *ep,
		       const struct vtd_model_request *request,
		       const struct vtd_model_result *result)
{
	struct vtdm_devtlb *at = vtdm_find_devtlb(ep, request);

	/* One that was there gave too few rights. */
	if (!at)
		at = &ep->tlb[ep->next++ % VTDM_DEVTLBS];
	*at = (struct vtdm_devtlb){
		.valid = true,
		.with_pasid = request->with_pasid,
		.privileged = request->privileged,
		.rw = result->rw,
		.pasid = request->pasid,
		.iova = request->addr & ~(result->size - 1),
		.phys = result->phys & ~(result->size - 1),
		.size = result->size,
	};
}

/*
 * Ask as if by the device, without a fault if it is refused, and without a
 * dirty bit: writing comes back where it is set already.
 */
static bool vtdm_ask_again(struct vtd_model_endpoint *ep,
			   const struct vtdm_devtlb *t)
{
	const struct vtd_model_request request = {
		.sid = ep->config.sid,
		.with_pasid = t->with_pasid,
		.pasid = t->pasid,
		.privileged = t->privileged,
		.execute = t->rw & VTD_MODEL_RIGHT_EXECUTE,
		.no_write = true,
		.access = VTD_MODEL_ASK,
		.addr = t->iova,
	};
	struct vtd_model_result result;

	if (!vtdm_ask_quietly(ep->unit, &request, &result) || !result.rw)
		return false;
	vtdm_cache_devtlb(ep, &request, &result);
	return true;
}

static bool vtdm_devtlb_meant(const struct vtd_model_endpoint *ep,
			      const struct vtdm_devtlb *t,
			      const struct vtdm_range *range)
{
	bool all = range->global && ep->config.global && t->with_pasid;

	return t->valid && range->last >= range->first &&
	       (all || vtdm_devtlb_is(t, range->with_pasid, range->pasid)) &&
	       t->iova <= range->last &&
	       t->iova + (t->size - 1) >= range->first;
}

/**
 * vtdm_forget_devtlb() - an invalidation (PCI Express 10.3.1, 10.3.8)
 * @ep: the endpoint
 * @range: what of it
 *
 * One without a PASID leaves alone what was cached of a PASID, and the other
 * way round.  A device of an eager unit asks again at once for what it lost.
 */
void vtdm_forget_devtlb(struct vtd_model_endpoint *ep,
			const struct vtdm_range *range)
{
	struct vtdm_devtlb lost[VTDM_REFILLS];
	unsigned int i, nr = 0;

	for (i = 0; i < VTDM_DEVTLBS; i++) {
		struct vtdm_devtlb *t = &ep->tlb[i];

		if (!vtdm_devtlb_meant(ep, t, range))
			continue;
		ep->stats.forgotten++;
		t->valid = false;
		if (nr < VTDM_REFILLS)
			lost[nr++] = *t;
	}
	if (!(ep->unit->config.policy & VTD_MODEL_EAGER))
		return;
	for (i = 0; i < nr; i++)
		vtdm_ask_again(ep, &lost[i]);
}

/**
 * vtdm_empty_devtlb() - nothing is cached any more: ATS was switched
 * @ep: the endpoint
 */
void vtdm_empty_devtlb(struct vtd_model_endpoint *ep)
{
	unsigned int i;

	for (i = 0; i < VTDM_DEVTLBS; i++)
		ep->tlb[i].valid = false;
}

/**
 * vtdm_evict_devtlb() - drop something cached, or not
 * @ep: the endpoint
 */
void vtdm_evict_devtlb(struct vtd_model_endpoint *ep)
{
	u64 random = vtdm_endpoint_random(ep);

	if (!(random & 7))
		ep->tlb[(random >> 8) % VTDM_DEVTLBS].valid = false;
}

/* What the device had asked, if it is translated by @path. */
static void vtdm_eager_ask(struct vtd_model_endpoint *ep,
			   const struct vtd_model_request *request,
			   const struct vtdm_path *path,
			   struct vtd_model_result *result)
{
	if (vtdm_ask_quietly(ep->unit, request, result) && result->rw &&
	    result->did == path->did &&
	    (!path->scalable || result->pasid == path->pasid) &&
	    !vtdm_find_devtlb(ep, request))
		vtdm_cache_devtlb(ep, request, result);
}

/**
 * vtdm_eager_devtlbs() - devices had cached a page before it changes
 * @u: the unit; the page is in its IOTLB
 * @path: what it was translated by
 * @iova: of the page
 *
 * With the PASID only those that do not have it for requests without one.
 *
 * Context: the model's lock is held.
 */
void vtdm_eager_devtlbs(struct vtd_model_unit *u, const struct vtdm_path *path,
			u64 iova)
{
	unsigned int i;

	for (i = 0; i < vtd_model.nr_endpoints; i++) {
		struct vtd_model_endpoint *ep = vtd_model.endpoint[i];
		struct vtd_model_request request = {
			.sid = ep->config.sid,
			.no_write = true,
			.access = VTD_MODEL_ASK,
			.addr = iova,
		};
		struct vtd_model_result result;

		if (ep->unit != u || !ep->ats)
			continue;
		vtdm_eager_ask(ep, &request, path, &result);
		if (!path->scalable || !ep->pasid ||
		    result.pasid == path->pasid)
			continue;
		request.with_pasid = true;
		request.pasid = path->pasid;
		vtdm_eager_ask(ep, &request, path, &result);
	}
}

/* Do the tables say it still, and allow as much? */
static bool vtdm_devtlb_holds(struct vtd_model_endpoint *ep,
			      const struct vtdm_devtlb *t)
{
	const struct vtd_model_request request = {
		.sid = ep->config.sid,
		.with_pasid = t->with_pasid,
		.pasid = t->pasid,
		.privileged = t->privileged,
		.execute = t->rw & VTD_MODEL_RIGHT_EXECUTE,
		.access = VTD_MODEL_ASK,
		.addr = t->iova,
	};
	struct vtd_model_result now;

	return vtdm_ask_tables(ep->unit, &request, &now) &&
	       !(t->rw & ~now.rw) && now.phys == t->phys && now.size >= t->size;
}

static void vtdm_check_devtlb(struct vtd_model_endpoint *ep)
{
	unsigned int i;

	if (ep->pri && !ep->ats)
		vtdm_report(VTD_MODEL_ORDER, NULL, ep->config.sid,
			    "source-id 0x%04x: PRI is on without ATS",
			    ep->config.sid);
	for (i = 0; ep->ats && i < VTDM_DEVTLBS; i++) {
		const struct vtdm_devtlb *t = &ep->tlb[i];

		if (!t->valid || vtdm_devtlb_holds(ep, t))
			continue;
		vtdm_report(
			VTD_MODEL_STALE, NULL, t->phys,
			"stale device TLB: source-id 0x%04x, PASID %d, address 0x%llx, cached 0x%llx",
			ep->config.sid, t->with_pasid ? (int)t->pasid : -1,
			t->iova, t->phys);
	}
}

/**
 * vtdm_check_devtlbs() - the checker, when the driver is at rest
 * @u: the unit, translating
 *
 * Context: the model's lock is held.
 */
void vtdm_check_devtlbs(struct vtd_model_unit *u)
{
	unsigned int i;

	for (i = 0; i < vtd_model.nr_endpoints; i++)
		if (vtd_model.endpoint[i]->unit == u)
			vtdm_check_devtlb(vtd_model.endpoint[i]);
}

/**
 * vtdm_in_devtlbs() - does a device TLB translate to a page?
 * @u: the unit
 * @phys: of the page
 *
 * What is mapped 1:1 is not looked at: nothing is promised of it.
 *
 * Context: the model's lock is held.
 * Return: true when one does.
 */
bool vtdm_in_devtlbs(const struct vtd_model_unit *u, u64 phys)
{
	unsigned int i, j;

	for (i = 0; i < vtd_model.nr_endpoints; i++) {
		const struct vtd_model_endpoint *ep = vtd_model.endpoint[i];

		for (j = 0; ep->unit == u && j < VTDM_DEVTLBS; j++)
			if (ep->tlb[j].valid &&
			    ep->tlb[j].iova != ep->tlb[j].phys &&
			    phys - ep->tlb[j].phys < ep->tlb[j].size)
				return true;
	}
	return false;
}
