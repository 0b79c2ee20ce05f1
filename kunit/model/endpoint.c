// SPDX-License-Identifier: GPL-2.0
/*
 * An endpoint with a device TLB: how it is switched, and what it does by DMA
 * (PCI Express 10.2).  Page requests are in endpoint_pages.c.
 *
 * Tells when it is switched in an order that PCI Express forbids.
 */
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "ats.h"

/**
 * vtd_model_endpoint_create() - put an endpoint behind a unit
 * @u: the unit
 * @config: what it is like
 *
 * Everything is off.  Stays until it is destroyed or the machine is stopped.
 *
 * Context: may sleep.
 * Return: the endpoint; NULL without memory, when there are too many, or when
 * there is one with that source-id.
 */
struct vtd_model_endpoint *
vtd_model_endpoint_create(struct vtd_model_unit *u,
			  const struct vtd_model_endpoint_config *config)
{
	struct vtd_model_endpoint *ep = kzalloc(sizeof(*ep), GFP_KERNEL);
	unsigned long flags;
	bool ok;

	if (!ep)
		return NULL;
	ep->config = *config;
	ep->unit = u;
	ep->seed = config->seed;
	memset(ep->answer, -1, sizeof(ep->answer));
	raw_spin_lock_irqsave(&vtd_model.lock, flags);
	ok = vtd_model.nr_endpoints < VTDM_ENDPOINTS &&
	     !vtdm_endpoint(u, config->sid);
	if (ok)
		vtd_model.endpoint[vtd_model.nr_endpoints++] = ep;
	raw_spin_unlock_irqrestore(&vtd_model.lock, flags);
	if (ok)
		return ep;
	kfree(ep);
	return NULL;
}
EXPORT_SYMBOL_GPL(vtd_model_endpoint_create);

/**
 * vtd_model_endpoint_destroy() - take an endpoint out of the machine
 * @ep: the endpoint, or NULL
 *
 * Context: may sleep.
 */
void vtd_model_endpoint_destroy(struct vtd_model_endpoint *ep)
{
	unsigned long flags;
	unsigned int i;

	if (!ep)
		return;
	raw_spin_lock_irqsave(&vtd_model.lock, flags);
	for (i = 0; i < vtd_model.nr_endpoints; i++)
		if (vtd_model.endpoint[i] == ep)
			break;
	if (i < vtd_model.nr_endpoints)
		vtd_model.endpoint[i] =
			vtd_model.endpoint[--vtd_model.nr_endpoints];
	raw_spin_unlock_irqrestore(&vtd_model.lock, flags);
	kfree(ep);
}
EXPORT_SYMBOL_GPL(vtd_model_endpoint_destroy);

static void vtdm_misused(const struct vtd_model_endpoint *ep, const char *what)
{
	vtdm_report(VTD_MODEL_ORDER, NULL, ep->config.sid,
		    "source-id 0x%04x: %s", ep->config.sid, what);
}

static void vtdm_switch_pasid(struct vtd_model_endpoint *ep, bool on)
{
	if (ep->pasid != on && ep->ats)
		vtdm_misused(ep, "PASID switched while ATS is on");
	ep->pasid = on && ep->config.width;
}

static void vtdm_switch_ats(struct vtd_model_endpoint *ep, bool on)
{
	if (ep->ats == on)
		return;
	if (!on && ep->pri)
		vtdm_misused(ep, "ATS switched off while PRI is on");
	ep->ats = on;
	ep->restored = false;
	vtdm_empty_devtlb(ep);
}

static void vtdm_switch_pri(struct vtd_model_endpoint *ep, bool on,
			    u32 allocation)
{
	on = on && ep->config.prq;
	if (!on && ep->pri)
		vtdm_endpoint_part(ep);
	if (on && !ep->pri) {
		if (!ep->ats && !ep->restored)
			vtdm_misused(ep, "PRI switched on while ATS is off");
		if (ep->nr_asked)
			vtdm_misused(ep, "PRI switched on before it stopped");
		if (!allocation || allocation > ep->config.prq)
			vtdm_misused(
				ep,
				"PRI with more page requests than it can have, or none");
	}
	if (on && ep->pri && allocation != ep->allocation)
		vtdm_misused(ep, "allocation changed while PRI is on");
	if (on != ep->pri)
		ep->failed = false;
	ep->pri = on;
	ep->allocation = allocation;
}

/**
 * vtd_model_endpoint_enable() - switch ATS, PASIDs and PRI
 * @ep: the endpoint
 * @ats: ATS
 * @pasid: PASIDs; of no account when it has none
 * @pri: PRI; of no account when it has none
 * @allocation: page requests that it may have outstanding
 *
 * What goes off goes off in the right order, and then what comes on; what must
 * not change while another is on is told (VTD_MODEL_ORDER): PASID with ATS,
 * ATS off with PRI, PRI on without ATS or before it has stopped, and the
 * allocation with PRI.  A device TLB is empty when ATS comes on.
 *
 * Context: any.
 */
void vtd_model_endpoint_enable(struct vtd_model_endpoint *ep, bool ats,
			       bool pasid, bool pri, u32 allocation)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&vtd_model.lock, flags);
	if (!pri)
		vtdm_switch_pri(ep, false, allocation);
	if (!ats)
		vtdm_switch_ats(ep, false);
	vtdm_switch_pasid(ep, pasid);
	if (ats)
		vtdm_switch_ats(ep, true);
	if (pri)
		vtdm_switch_pri(ep, true, allocation);
	raw_spin_unlock_irqrestore(&vtd_model.lock, flags);
}
EXPORT_SYMBOL_GPL(vtd_model_endpoint_enable);

/**
 * vtd_model_endpoint_reset() - function level reset: all is off and forgotten
 * @ep: the endpoint
 *
 * Who restores configuration space afterwards may switch PRI on before ATS, as
 * the kernel's PCI core does.
 *
 * Context: any.
 */
void vtd_model_endpoint_reset(struct vtd_model_endpoint *ep)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&vtd_model.lock, flags);
	ep->ats = false;
	ep->pasid = false;
	ep->pri = false;
	ep->allocation = 0;
	ep->restored = true;
	ep->failed = false;
	ep->status = 0;
	ep->nr_asked = 0;
	memset(ep->answer, -1, sizeof(ep->answer));
	vtdm_empty_devtlb(ep);
	raw_spin_unlock_irqrestore(&vtd_model.lock, flags);
}
EXPORT_SYMBOL_GPL(vtd_model_endpoint_reset);

/**
 * vtd_model_endpoint_mute() - an endpoint falls silent, or speaks again
 * @ep: the endpoint
 * @mute: it answers no invalidation and takes no response
 *
 * As one that hangs, or that is being reset or pulled out.
 *
 * Context: any.
 */
void vtd_model_endpoint_mute(struct vtd_model_endpoint *ep, bool mute)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&vtd_model.lock, flags);
	ep->mute = mute;
	raw_spin_unlock_irqrestore(&vtd_model.lock, flags);
}
EXPORT_SYMBOL_GPL(vtd_model_endpoint_mute);

/**
 * vtd_model_endpoint_stats() - what an endpoint has done
 * @ep: the endpoint
 *
 * Context: any.
 * Return: the counters.
 */
struct vtd_model_endpoint_stats
vtd_model_endpoint_stats(struct vtd_model_endpoint *ep)
{
	struct vtd_model_endpoint_stats stats;
	unsigned long flags;

	raw_spin_lock_irqsave(&vtd_model.lock, flags);
	stats = ep->stats;
	raw_spin_unlock_irqrestore(&vtd_model.lock, flags);
	return stats;
}
EXPORT_SYMBOL_GPL(vtd_model_endpoint_stats);

/**
 * vtd_model_endpoint_cached() - how much an endpoint has cached
 * @ep: the endpoint
 *
 * Context: any.
 * Return: entries of its device TLB.
 */
unsigned int vtd_model_endpoint_cached(struct vtd_model_endpoint *ep)
{
	unsigned int i, nr = 0;
	unsigned long flags;

	raw_spin_lock_irqsave(&vtd_model.lock, flags);
	for (i = 0; i < VTDM_DEVTLBS; i++)
		nr += ep->tlb[i].valid;
	raw_spin_unlock_irqrestore(&vtd_model.lock, flags);
	return nr;
}
EXPORT_SYMBOL_GPL(vtd_model_endpoint_cached);

/* Rights that a request needs. */
static u8 vtdm_rights(const struct vtd_model_request *request)
{
	u8 need = 0;

	if (request->access != VTD_MODEL_WRITE)
		need |= VTD_MODEL_RIGHT_READ;
	if (request->access != VTD_MODEL_READ)
		need |= VTD_MODEL_RIGHT_WRITE;
	if (request->execute)
		need |= VTD_MODEL_RIGHT_EXECUTE;
	return need;
}

/* Move what the unit lets through with a translated address. */
static bool vtdm_translated(struct vtd_model_endpoint *ep,
			    const struct vtd_model_request *request, u64 phys,
			    void *data, size_t bytes,
			    struct vtd_model_result *result)
{
	const struct vtd_model_request translated = {
		.sid = ep->config.sid,
		.access = VTD_MODEL_TRANSLATED,
		.addr = phys,
	};

	return vtdm_request(ep->unit, &translated, result) &&
	       (!data || vtdm_move(ep->unit, result->phys, request->access,
				   data, bytes));
}

/* One request within a page, by a device with ATS. */
static bool vtdm_endpoint_page(struct vtd_model_endpoint *ep,
			       const struct vtd_model_request *request,
			       void *data, size_t bytes,
			       struct vtd_model_result *result)
{
	struct vtd_model_request ask = *request;
	u8 need = vtdm_rights(request);
	struct vtdm_devtlb *t;

	t = vtdm_find_devtlb(ep, request);
	if (t && !(need & ~t->rw)) {
		bool ok = vtdm_translated(ep, request,
					  t->phys + (request->addr - t->iova),
					  data, bytes, result);

		ep->stats.hits++;
		result->cached = true;
		return ok;
	}
	ask.access = VTD_MODEL_ASK;
	ask.no_write = request->access == VTD_MODEL_READ;
	ep->stats.asked++;
	if (!vtdm_request(ep->unit, &ask, result))
		return false;
	if (result->rw)
		vtdm_cache_devtlb(ep, request, result);
	if (!(need & ~result->rw))
		return vtdm_translated(ep, request, result->phys, data, bytes,
				       result);
	result->pending = vtdm_may_ask(ep);
	result->aborted = !result->pending;
	if (result->pending)
		result->group = vtdm_endpoint_wants(ep, request);
	return false;
}

/**
 * vtd_model_endpoint_dma() - an endpoint reads or writes memory
 * @ep: the endpoint
 * @request: as for vtd_model_request(), but that the source-id is its own;
 *	VTD_MODEL_READ, VTD_MODEL_WRITE or VTD_MODEL_ATOMIC
 * @data: as for vtd_model_request()
 * @bytes: as for vtd_model_request(); 1 at least
 * @result: filled in, for the last page reached
 *
 * With ATS it looks in its device TLB, asks for a translation of what is not
 * there, keeps it, and sends a translated request.  When the translation gives
 * too few rights it asks for the page if PRI is on: @result->pending is set and
 * @result->group is the group of the page request, to be answered before the
 * same is tried again; VTD_MODEL_NO_GROUP when as many as it may have are
 * outstanding.  Without PRI @result->aborted is set.
 *
 * Without ATS the request goes out untranslated.  A write to the interrupt
 * range without a PASID always does.
 *
 * Context: any.
 * Return: true when all of it was done.
 */
bool vtd_model_endpoint_dma(struct vtd_model_endpoint *ep,
			    const struct vtd_model_request *request, void *data,
			    size_t bytes, struct vtd_model_result *result)
{
	struct vtd_model_request r = *request;
	unsigned long flags;
	bool ok = true;

	r.sid = ep->config.sid;
	raw_spin_lock_irqsave(&vtd_model.lock, flags);
	*result = (struct vtd_model_result){ .aborted = true };
	if (!ep->unit || (r.with_pasid && !ep->pasid)) {
		ok = false;
	} else if (!ep->ats || vtdm_is_msi(&r)) {
		ok = data ? vtdm_dma(ep->unit, r, data, bytes, result) :
			    vtdm_request(ep->unit, &r, result);
	} else {
		while (ok && bytes) {
			size_t part = VTDM_PAGE - (r.addr & (VTDM_PAGE - 1));

			part = bytes < part ? bytes : part;
			ok = vtdm_endpoint_page(ep, &r, data, part, result);
			r.addr += part;
			data = data ? data + part : NULL;
			bytes -= part;
		}
	}
	raw_spin_unlock_irqrestore(&vtd_model.lock, flags);
	return ok;
}
EXPORT_SYMBOL_GPL(vtd_model_endpoint_dma);

/**
 * vtd_model_endpoint_spoof() - a translated request that was never translated
 * @ep: the endpoint, whatever is on
 * @request: its address is that of memory
 * @data: as for vtd_model_request()
 * @bytes: length, within a page
 * @result: filled in
 *
 * Context: any.
 * Return: true when the unit believed it.
 */
bool vtd_model_endpoint_spoof(struct vtd_model_endpoint *ep,
			      const struct vtd_model_request *request,
			      void *data, size_t bytes,
			      struct vtd_model_result *result)
{
	unsigned long flags;
	bool ok = false;

	raw_spin_lock_irqsave(&vtd_model.lock, flags);
	*result = (struct vtd_model_result){ .aborted = true };
	if (ep->unit)
		ok = vtdm_translated(ep, request, request->addr, data, bytes,
				     result);
	raw_spin_unlock_irqrestore(&vtd_model.lock, flags);
	return ok;
}
EXPORT_SYMBOL_GPL(vtd_model_endpoint_spoof);
