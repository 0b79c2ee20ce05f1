// SPDX-License-Identifier: GPL-2.0
/*
 * Interrupt requests: formats, the table and the cache of its entries, who may
 * use an entry, and where an interrupt goes (5.1, 9.9): to the CPUs, or into a
 * posted interrupt descriptor (5.2, 9.10, 9.11).
 *
 * To a unit without CAP.PI an entry in posted format has a reserved bit set.
 */
#include <linux/atomic.h>
#include <linux/kernel.h>

#include "internal.h"

/**
 * vtdm_posts() - is an entry in posted format?
 * @u: the unit
 * @lo: bits 63:0
 *
 * Return: true when it is, and the unit knows that format.
 */
bool vtdm_posts(const struct vtd_model_unit *u, u64 lo)
{
	return vtdm_cap(u, VTDM_CAP_PI) && lo & VTDM_I_IM;
}

/**
 * vtdm_descriptor() - what an entry in posted format names
 * @lo: bits 63:0
 * @hi: bits 127:64
 *
 * Return: the physical address of the descriptor.
 */
u64 vtdm_descriptor(u64 lo, u64 hi)
{
	return (hi & VTDM_IP_PDAH) | lo >> VTDM_IP_PDAL_SHIFT << 6;
}

/**
 * vtdm_irte_reserved() - does a present entry have reserved bits set?
 * @u: the unit
 * @lo: bits 63:0
 * @hi: bits 127:64
 *
 * Codes that mean nothing count as well.
 *
 * Return: true when it does.
 */
bool vtdm_irte_reserved(const struct vtd_model_unit *u, u64 lo, u64 hi)
{
	unsigned int delivery = lo >> VTDM_I_DLM_SHIFT & 7;

	if (vtdm_posts(u, lo))
		return lo & VTDM_IP_RSVD || hi & VTDM_IP_HI_RSVD ||
		       (hi >> VTDM_I_SVT_SHIFT & 3) == 3;
	if (lo & VTDM_I_RSVD || hi & VTDM_I_HI_RSVD ||
	    (!u->eime && lo & VTDM_I_XAPIC_RSVD))
		return true;
	return delivery == 3 || delivery == 6 ||
	       (hi >> VTDM_I_SVT_SHIFT & 3) == 3;
}

/**
 * vtdm_find_irte() - what is cached of an entry
 * @u: the unit
 * @index: of the entry
 *
 * Return: the cached entry or NULL.
 */
struct vtdm_irte *vtdm_find_irte(struct vtd_model_unit *u, u32 index)
{
	unsigned int i;

	for (i = 0; i < VTDM_IRTES; i++)
		if (u->irtes[i].valid && u->irtes[i].index == index)
			return &u->irtes[i];
	return NULL;
}

/**
 * vtdm_cache_irte() - remember an entry, unless it is known already
 * @u: the unit
 * @index: of the entry
 * @lo: bits 63:0
 * @hi: bits 127:64
 *
 * One that leads to a fault is remembered in caching mode only (6.1).
 */
void vtdm_cache_irte(struct vtd_model_unit *u, u32 index, u64 lo, u64 hi)
{
	bool good = lo & VTDM_I_P && !vtdm_irte_reserved(u, lo, hi);

	if (!good && !vtdm_cap(u, VTDM_CAP_CM))
		return;
	/* What is cached stays: hardware need not replace it. */
	if (vtdm_find_irte(u, index))
		return;
	u->irtes[u->next_irte++ % VTDM_IRTES] = (struct vtdm_irte){
		.valid = true,
		.index = index,
		.lo = lo,
		.hi = hi,
	};
}

/**
 * vtdm_forget_irtes() - an invalidation of the interrupt entry cache (6.5.2.7)
 * @u: the unit
 * @selective: not of all
 * @index: first entry
 * @im: 2^im entries are meant
 */
void vtdm_forget_irtes(struct vtd_model_unit *u, bool selective, u32 index,
		       unsigned int im)
{
	unsigned int i;

	for (i = 0; i < VTDM_IRTES; i++)
		if (!selective || u->irtes[i].index >> im == index >> im)
			u->irtes[i].valid = false;
}

/* A neighbour of what was used, out of the same cache line. */
static void vtdm_prefetch_irte(struct vtd_model_unit *u, u32 index)
{
	u64 entry[2];

	index ^= vtdm_random(u) & 3;
	if (index < u->irt_entries &&
	    vtdm_read128(u, u->irt + index * 16ULL, entry))
		vtdm_cache_irte(u, index, entry[0], entry[1]);
}

/* The entry of an index, cached or not; 0 or the reason. */
static u8 vtdm_irte_lookup(struct vtd_model_unit *u, u32 index, u64 *entry,
			   struct vtd_model_interrupt *result)
{
	struct vtdm_irte *cached = vtdm_find_irte(u, index);

	vtdm_count(u, 4, VTDM_EV4_IRTE);
	if (cached) {
		vtdm_count(u, 4,
			   vtdm_posts(u, cached->lo) ? VTDM_EV4_POSTED_HIT :
						       VTDM_EV4_IRTE_HIT);
		result->cached = true;
		entry[0] = cached->lo;
		entry[1] = cached->hi;
		vtdm_check_irte_used(u, cached);
		return VTDM_FR_NONE;
	}
	if (!vtdm_read128(u, u->irt + index * 16ULL, entry))
		return VTDM_FR_IR_ERROR;
	vtdm_cache_irte(u, index, entry[0], entry[1]);
	if (u->config.policy & VTD_MODEL_PREFETCH)
		vtdm_prefetch_irte(u, index);
	return VTDM_FR_NONE;
}

/* Does the entry let this source-id through? (SVT, SQ, SID) */
static bool vtdm_source_valid(u16 sid, u64 hi)
{
	static const u16 ignored[] = { 0, 4, 6, 7 };
	u16 wanted = hi;

	switch (hi >> VTDM_I_SVT_SHIFT & 3) {
	case VTDM_SVT_ALL:
		return true;
	case VTDM_SVT_SID:
		return !((sid ^ wanted) & ~ignored[hi >> VTDM_I_SQ_SHIFT & 3]);
	case VTDM_SVT_BUS:
		return sid >> 8 >= wanted >> 8 && sid >> 8 <= (wanted & 0xff);
	}
	return false;
}

/* What the entry says, once it is known to be good. */
static void vtdm_remapped(const struct vtd_model_unit *u, u64 lo,
			  struct vtd_model_interrupt *result)
{
	result->remapped = true;
	result->vector = lo >> VTDM_I_V_SHIFT;
	result->dest = u->eime ? lo >> VTDM_I_DST_SHIFT :
				 lo >> VTDM_I_XAPIC_SHIFT & 0xff;
	result->delivery = lo >> VTDM_I_DLM_SHIFT & 7;
	result->logical = lo & VTDM_I_DM;
	result->redirect = lo & VTDM_I_RH;
	result->level = lo & VTDM_I_TM;
}

/**
 * vtdm_descriptor_reserved() - reserved bits set in a descriptor
 * @u: the unit
 * @phys: the descriptor, in a page that is known
 * @index: of the first word that has any, unless it is NULL
 *
 * Return: those bits of that word; 0 for none.
 */
u64 vtdm_descriptor_reserved(const struct vtd_model_unit *u, u64 phys,
			     unsigned int *index)
{
	const struct vtdm_page *page = vtdm_page(phys);
	unsigned int at = (phys & (VTDM_PAGE - 1)) / sizeof(u64);
	u64 mask = VTDM_PD_RSVD | (u->eime ? 0 : VTDM_PD_XAPIC_RSVD);
	unsigned int i;

	for (i = VTDM_PD_CONTROL; i < VTDM_PD_WORDS; i++, mask = ~0ULL) {
		u64 bits = vtdm_now_in_memory(page, at + i) & mask;

		if (!bits)
			continue;
		if (index)
			*index = at + i;
		return bits;
	}
	return 0;
}

/*
 * Set ON if a notification is called for.  CPUs that clear ON, or set or clear
 * SN meanwhile, come before or after: the value returned is what was found.
 */
static u64 vtdm_claim_on(u64 *control, bool urgent, bool *notify)
{
	u64 old = READ_ONCE(*control);

	do {
		*notify = !(old & VTDM_PD_ON) &&
			  (urgent || !(old & VTDM_PD_SN));
	} while (!try_cmpxchg64(control, &old,
				*notify ? old | VTDM_PD_ON : old));
	return old;
}

static void vtdm_notify(const struct vtd_model_interrupt *result)
{
	u64 addr = VTDM_MSI_FIRST | (result->dest & 0xff) << VTDM_Q_DST_SHIFT |
		   (u64)(result->dest & ~0xffU) << 32;

	/* Fixed, edge, physical: nothing else is set. */
	if (vtd_model.sink.interrupt)
		vtd_model.sink.interrupt(vtd_model.sink.data, addr,
					 result->notify);
}

/* Into the descriptor that a good entry names (5.2.5); 0 or the reason. */
static u8 vtdm_post(struct vtd_model_unit *u, u64 lo, u64 hi,
		    struct vtd_model_interrupt *result)
{
	u8 vector = lo >> VTDM_I_V_SHIFT;
	u64 *desc, *word, old;

	result->descriptor = vtdm_descriptor(lo, hi);
	result->urgent = lo & VTDM_IP_URG;
	desc = result->descriptor & vtdm_above_haw(u) ?
		       NULL :
		       vtdm_claim(result->descriptor);
	if (!desc)
		return VTDM_FR_PD_ERROR;
	if (vtdm_descriptor_reserved(u, result->descriptor, NULL))
		return VTDM_FR_PD_RESERVED;
	/* First the bit, so that who sees ON finds it. */
	word = &desc[vector / 64];
	old = READ_ONCE(*word);
	while (!try_cmpxchg64(word, &old, old | 1ULL << vector % 64))
		;
	old = vtdm_claim_on(&desc[VTDM_PD_CONTROL], result->urgent,
			    &result->notified);
	result->posted = true;
	result->vector = vector;
	result->notify = old >> VTDM_PD_NV_SHIFT;
	result->dest = u->eime ? old >> VTDM_PD_NDST_SHIFT :
				 old >> VTDM_PD_XAPIC_SHIFT & 0xff;
	u->stats.posted++;
	u->stats.notifications += result->notified;
	u->stats.suppressed += old & VTDM_PD_SN && !result->urgent;
	u->stats.pending += old & VTDM_PD_ON;
	return VTDM_FR_NONE;
}

/* A request in remappable format; 0 or the reason, and whether FPD hides it. */
static u8 vtdm_remap(struct vtd_model_unit *u, u16 sid, u64 addr, u32 data,
		     struct vtd_model_interrupt *result, bool *silent)
{
	u32 index = (addr >> VTDM_Q_HANDLE_SHIFT & 0x7fff) |
		    (addr & VTDM_Q_HANDLE_15 ? 0x8000 : 0);
	u64 entry[2];
	u8 reason;

	if (addr & VTDM_Q_SHV) {
		if (data & VTDM_Q_DATA_RSVD)
			return VTDM_FR_IR_REQUEST;
		index += data;
	}
	result->index = index;
	if (index >= u->irt_entries)
		return VTDM_FR_IR_INDEX;
	reason = vtdm_irte_lookup(u, index, entry, result);
	if (reason)
		return reason;
	*silent = entry[0] & VTDM_I_FPD;
	if (!(entry[0] & VTDM_I_P))
		return VTDM_FR_IR_ABSENT;
	if (vtdm_irte_reserved(u, entry[0], entry[1]))
		return VTDM_FR_IR_RESERVED;
	if (!vtdm_source_valid(sid, entry[1]))
		return VTDM_FR_IR_SOURCE;
	if (vtdm_posts(u, entry[0]))
		return vtdm_post(u, entry[0], entry[1], result);
	vtdm_remapped(u, entry[0], result);
	return VTDM_FR_NONE;
}

/* Compatibility format, the message as CPUs take it. */
static void vtdm_compatible(u64 addr, u32 data,
			    struct vtd_model_interrupt *result)
{
	result->vector = data;
	result->dest = addr >> VTDM_Q_DST_SHIFT & 0xff;
	result->delivery = data >> VTDM_Q_DLM_SHIFT & 7;
	result->logical = addr & VTDM_Q_DM;
	result->redirect = addr & VTDM_Q_RH;
	result->level = data & VTDM_Q_TM;
}

static void vtdm_deliver(u64 addr, u32 data,
			 const struct vtd_model_interrupt *result)
{
	if (!vtd_model.sink.interrupt)
		return;
	if (result->remapped) {
		addr = VTDM_MSI_FIRST |
		       (result->dest & 0xff) << VTDM_Q_DST_SHIFT |
		       (result->redirect ? VTDM_Q_RH : 0) |
		       (result->logical ? VTDM_Q_DM : 0) |
		       (u64)(result->dest & ~0xffU) << 32;
		data = result->vector | result->delivery << VTDM_Q_DLM_SHIFT |
		       (result->level ? VTDM_Q_TM : 0);
	}
	vtd_model.sink.interrupt(vtd_model.sink.data, addr, data);
}

/**
 * vtdm_interrupt() - an interrupt request
 * @u: the unit
 * @sid: who made it
 * @addr: in the interrupt range
 * @data: what was written there
 * @result: filled in
 *
 * Context: the model's lock is held.
 * Return: true when it was delivered, or posted.
 */
bool vtdm_interrupt(struct vtd_model_unit *u, u16 sid, u64 addr, u32 data,
		    struct vtd_model_interrupt *result)
{
	bool silent = false;

	*result = (struct vtd_model_interrupt){};
	u->perf.tag = (struct vtdm_perf_tag){
		.sid = sid,
		.known = 1U << VTDM_PF_SID,
	};
	/* Without remapping the format bit means nothing. */
	if (!vtdm_remaps(u)) {
		vtdm_compatible(addr, data, result);
	} else if (addr & VTDM_Q_FORMAT) {
		result->reason =
			vtdm_remap(u, sid, addr, data, result, &silent);
	} else if (u->eime || !(vtdm_get(u, VTDM_GSTS) & VTDM_G_CFI)) {
		/* A destination of 8 bits means nothing with EIME. */
		result->reason = VTDM_FR_IR_COMPATIBILITY;
	} else {
		vtdm_compatible(addr, data, result);
	}
	if (result->reason) {
		const struct vtd_model_request request = {
			.sid = sid,
			.access = VTD_MODEL_WRITE,
			.addr = (u64)result->index << 48,
		};

		u->stats.blocked++;
		if (!silent)
			vtdm_fault(u, &request, result->reason);
		return false;
	}
	u->stats.interrupts++;
	if (!result->posted)
		vtdm_deliver(addr, data, result);
	else if (result->notified)
		vtdm_notify(result);
	return true;
}
