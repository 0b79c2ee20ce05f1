// SPDX-License-Identifier: GPL-2.0
/*
 * The checker at each store: what the driver writes into tables, entry by
 * entry, against what hardware could make of it at that very moment.
 *
 * Pages become known as tables when an entry that hardware reads points to
 * them.  Also plays hardware that had cached an entry just before it changed.
 */
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/mm.h>

#include "ats.h"

/**
 * vtdm_where() - the driver's address of a word
 * @page: the page
 * @index: word of it
 *
 * Return: the address.
 */
const void *vtdm_where(const struct vtdm_page *page, unsigned int index)
{
	return phys_to_virt(page->phys + index * sizeof(u64));
}

/**
 * vtdm_check_visible() - may hardware be pointed to a page?
 * @u: the unit
 * @page: the page
 * @ptr: what points to it, or NULL
 * @value: the pointer
 *
 * Context: the model's lock is held.
 */
void vtdm_check_visible(const struct vtd_model_unit *u,
			const struct vtdm_page *page, const void *ptr,
			u64 value)
{
	unsigned int index;

	if (vtdm_ecap(u, VTDM_ECAP_C) || vtdm_visible(page, &index))
		return;
	vtdm_report(
		VTD_MODEL_INVISIBLE, ptr, value,
		"entry published before word %u of the page it points to is in memory",
		index);
}

/**
 * vtdm_target() - the page that hardware is pointed to
 * @phys: where it is
 * @ptr: what points to it, or NULL
 * @value: the pointer
 *
 * Context: the model's lock is held.
 * Return: the page or NULL, which is told.
 */
struct vtdm_page *vtdm_target(u64 phys, const void *ptr, u64 value)
{
	struct vtdm_page *page = vtdm_page(phys);

	if (!page)
		vtdm_report(VTD_MODEL_WILD, ptr, value,
			    "entry points to 0x%llx, where no memory is", phys);
	return page;
}

static bool vtdm_is_pointer(unsigned int level, u64 entry)
{
	return entry & VTDM_S_RW && level > 1 && !(entry & VTDM_S_PS);
}

/* A table of second-stage entries and all below it, at depth level - 1. */
static void vtdm_adopt_table(struct vtd_model_unit *u, u64 phys,
			     unsigned int level, u64 up, unsigned int up_index,
			     const void *ptr, u64 value)
{
	struct vtdm_page *page = vtdm_target(phys, ptr, value);
	unsigned int i;
	bool known;

	if (!page)
		return;
	known = page->role == VTDM_TABLE;
	if (!known || !vtdm_ecap(u, VTDM_ECAP_C))
		page->unit = u;
	page->role = VTDM_TABLE;
	page->level = level;
	page->up = up;
	page->up_index = up_index;
	/* In a table that was known before, another CPU may be at work. */
	if (!known)
		vtdm_check_visible(u, page, ptr, value);
	for (i = 0; i < VTDM_WORDS; i++) {
		u64 entry = page->seen[i];

		if (!(entry & VTDM_S_RW))
			continue;
		if (vtdm_table_reserved(u, level, entry))
			vtdm_report(VTD_MODEL_RESERVED, vtdm_where(page, i),
				    entry, "reserved bits 0x%llx at level %u",
				    vtdm_table_reserved(u, level, entry),
				    level);
		if (vtdm_is_pointer(level, entry))
			vtdm_adopt_table(u, entry & VTDM_S_ADDR, level - 1,
					 page->phys, i, vtdm_where(page, i),
					 entry);
	}
}

static void vtdm_live_set(struct vtd_model_unit *u, u16 sid, u64 lo, u64 hi)
{
	unsigned int i;

	for (i = 0; i < u->nr_live; i++)
		if (u->live[i].sid == sid)
			break;
	if (lo & VTDM_P) {
		if (i == VTDM_LIVE)
			return;
		u->live[i] = (struct vtdm_context){
			.valid = true,
			.sid = sid,
			.did = hi >> 8,
			.lo = lo,
			.hi = hi,
		};
		u->nr_live += i == u->nr_live;
	} else if (i < u->nr_live) {
		u->live[i] = u->live[--u->nr_live];
	}
}

static bool vtdm_passes(u64 lo)
{
	return (lo >> VTDM_CTX_TT_SHIFT & 3) == VTDM_TT_PASS;
}

/* Is anything cached under the domain-id that came from other tables? */
static void vtdm_check_did(struct vtd_model_unit *u, u16 did, u64 root,
			   const void *ptr, u64 value)
{
	unsigned int i;

	if (did >= 1U << (4 + 2 * (u->config.cap & 7)))
		vtdm_report(VTD_MODEL_RESERVED, ptr, value,
			    "domain-id %u is more than the unit has", did);
	if (!did && vtdm_cap(u, VTDM_CAP_CM))
		vtdm_report(VTD_MODEL_DID, ptr, value,
			    "domain-id 0 in caching mode");
	for (i = 0; i < VTDM_IOTLBS; i++)
		if (u->iotlbs[i].valid && u->iotlbs[i].did == did &&
		    u->iotlbs[i].root != root)
			break;
	if (i == VTDM_IOTLBS)
		for (i = 0; i < VTDM_POINTERS; i++)
			if (u->pointers[i].valid && u->pointers[i].did == did &&
			    u->pointers[i].root != root)
				break;
	if (i != VTDM_POINTERS)
		vtdm_report(
			VTD_MODEL_DID, ptr, value,
			"domain-id %u used again while translations of its last owner are cached",
			did);
}

/*
 * A present context entry; @in_place when it was present before, so that its
 * domain-id goes on and what is cached under it is still to be flushed.
 */
static void vtdm_check_entry(struct vtd_model_unit *u, struct vtdm_page *page,
			     unsigned int devfn, bool in_place)
{
	u64 lo = page->seen[2 * devfn], hi = page->seen[2 * devfn + 1];
	const void *ptr = vtdm_where(page, 2 * devfn);
	bool passes = vtdm_passes(lo);

	if (lo & VTDM_CTX_RSVD || hi & VTDM_CTX_HI_RSVD ||
	    (!passes && lo & vtdm_above_haw(u)))
		vtdm_report(VTD_MODEL_RESERVED, ptr, lo,
			    "reserved bits in a context entry");
	if (!in_place)
		vtdm_check_did(u, hi >> 8, passes ? 0 : lo & ~(VTDM_PAGE - 1),
			       ptr, lo);
	vtdm_live_set(u, page->bus << 8 | devfn, lo, hi);
	if (!passes)
		vtdm_adopt_table(u, lo & ~(VTDM_PAGE - 1), vtdm_levels(hi), 0,
				 0, ptr, lo);
}

static void vtdm_adopt_context_table(struct vtd_model_unit *u,
				     const struct vtdm_page *root,
				     unsigned int bus)
{
	u64 entry = root->seen[2 * bus];
	const void *ptr = vtdm_where(root, 2 * bus);
	struct vtdm_page *page;
	unsigned int i;

	if (entry & VTDM_ROOT_RSVD || entry & vtdm_above_haw(u) ||
	    root->seen[2 * bus + 1])
		vtdm_report(VTD_MODEL_RESERVED, ptr, entry,
			    "reserved bits in a root entry");
	page = vtdm_target(entry & ~(VTDM_PAGE - 1), ptr, entry);
	if (!page)
		return;
	page->role = VTDM_CONTEXT;
	page->unit = u;
	page->bus = bus;
	page->up = root->phys;
	page->up_index = 2 * bus;
	vtdm_check_visible(u, page, ptr, entry);
	for (i = 0; i < 256; i++)
		if (page->seen[2 * i] & VTDM_P)
			vtdm_check_entry(u, page, i, false);
}

/**
 * vtdm_check_root() - a root table comes into force
 * @u: the unit
 *
 * Context: the model's lock is held.
 */
void vtdm_check_root(struct vtd_model_unit *u)
{
	struct vtdm_page *page = vtdm_target(u->root, NULL, u->root);
	unsigned int bus;

	u->nr_live = 0;
	if (!page)
		return;
	page->role = VTDM_ROOT;
	page->unit = u;
	vtdm_check_visible(u, page, NULL, u->root);
	for (bus = 0; bus < 256; bus++)
		if (page->seen[2 * bus] & VTDM_P)
			vtdm_adopt_context_table(u, page, bus);
}

static struct vtdm_due *vtdm_due(struct vtd_model_unit *u, u16 sid)
{
	unsigned int i;

	for (i = 0; i < VTDM_DUES; i++)
		if (u->due[i].valid && u->due[i].sid == sid)
			return &u->due[i];
	return NULL;
}

static void vtdm_due_set(struct vtd_model_unit *u, u16 sid, u16 did)
{
	struct vtdm_due *due = vtdm_due(u, sid);
	unsigned int i;

	for (i = 0; !due && i < VTDM_DUES; i++)
		if (!u->due[i].valid)
			due = &u->due[i];
	if (due)
		*due = (struct vtdm_due){ .valid = true,
					  .sid = sid,
					  .did = did };
}

/* Hardware had cached what the entry said, and a pointer of its tables. */
static void vtdm_eager_context(struct vtd_model_unit *u, u16 sid, u64 lo,
			       u64 hi)
{
	struct vtdm_context old = {
		.sid = sid,
		.did = hi >> 8,
		.lo = lo,
		.hi = hi,
	};
	struct vtdm_pointer pointer = {
		.level = vtdm_levels(hi),
		.levels = vtdm_levels(hi),
		.rw = VTDM_S_RW,
		.did = hi >> 8,
		.root = lo & ~(VTDM_PAGE - 1),
	};
	struct vtdm_page *top = vtdm_page(pointer.root);
	unsigned int i;

	if (!(lo & VTDM_P)) {
		old = (struct vtdm_context){
			.sid = sid,
			.reason = VTDM_FR_CONTEXT_ABSENT,
		};
		if (vtdm_cap(u, VTDM_CAP_CM))
			vtdm_cache_context(u, &old);
		return;
	}
	vtdm_cache_context(u, &old);
	for (i = 0; top && !vtdm_passes(lo) && i < VTDM_WORDS; i++) {
		if (!vtdm_is_pointer(pointer.level, top->seen[i]))
			continue;
		pointer.iova = (u64)i << (12 + (pointer.level - 1) * 9);
		pointer.table = top->seen[i] & VTDM_S_ADDR;
		vtdm_cache_pointer(u, &pointer);
		return;
	}
}

static void vtdm_context_stored(struct vtdm_page *page, unsigned int index,
				u64 old, u64 now)
{
	struct vtd_model_unit *u = page->unit;
	unsigned int devfn = index / 2;
	u16 sid = page->bus << 8 | devfn;
	struct vtdm_due *due = vtdm_due(u, sid);
	u64 hi = page->seen[2 * devfn + 1];
	const void *ptr = vtdm_where(page, index);

	if (due && due->done)
		due = NULL;
	if (index & 1) {
		if (page->seen[2 * devfn] & VTDM_P)
			vtdm_report(
				VTD_MODEL_TORN, ptr, now,
				"upper half of a present context entry changed");
		else if (due)
			vtdm_report(
				VTD_MODEL_TORN, ptr, now,
				"context entry rewritten before the context cache was told");
		return;
	}
	if (vtdm_on(u) && u->config.policy & VTD_MODEL_EAGER &&
	    (old & VTDM_P || now & VTDM_P))
		vtdm_eager_context(u, sid, old, hi);
	if (!(old & VTDM_P) && now & VTDM_P && due)
		vtdm_report(
			VTD_MODEL_ORDER, ptr, now,
			"context entry published again before the context cache was told");
	if (old & VTDM_P && vtdm_on(u))
		vtdm_due_set(u, sid, hi >> 8);
	if (now & VTDM_P)
		vtdm_check_entry(u, page, devfn, old & VTDM_P);
	else
		vtdm_live_set(u, sid, 0, 0);
}

static void vtdm_root_stored(struct vtdm_page *page, unsigned int index,
			     u64 now)
{
	if (index & 1)
		vtdm_report(VTD_MODEL_RESERVED, vtdm_where(page, index), now,
			    "upper half of a root entry is reserved");
	else if (now & VTDM_P)
		vtdm_adopt_context_table(page->unit, page, index / 2);
}

/* Input address of an entry, and the top table it hangs from. */
static u64 vtdm_climb(const struct vtdm_page *page, unsigned int index,
		      u64 *root)
{
	u64 iova = 0;
	unsigned int depth;

	for (depth = 0; page && depth < 5; depth++) {
		iova += (u64)index << (12 + (page->level - 1) * 9);
		*root = page->phys;
		if (!page->up)
			return iova;
		index = page->up_index;
		page = vtdm_page(page->up);
	}
	*root = 0;
	return iova;
}

/* The device had asked for it too. */
static void vtdm_eager_leaf(struct vtd_model_unit *u, u16 sid,
			    const struct vtdm_iotlb *leaf)
{
	const struct vtd_model_request request = {
		.sid = sid,
		.access = VTD_MODEL_ASK,
		.addr = leaf->iova,
	};
	struct vtd_model_result result = {
		.rw = leaf->rw,
		.phys = leaf->phys,
		.size = 1ULL << (12 + (leaf->level - 1) * 9),
	};

	/* Whether it may ask, and with which rights above this entry. */
	if (vtdm_ask_quietly(u, &request, &result) && result.rw)
		vtdm_eager_devtlb(u, &request, &result);
}

static void vtdm_eager_entry(struct vtd_model_unit *u,
			     const struct vtdm_context *context,
			     const struct vtdm_page *page, u64 iova, u64 old)
{
	struct vtdm_pointer pointer = {
		.level = page->level,
		.levels = vtdm_levels(context->hi),
		.rw = old & VTDM_S_RW,
		.did = context->did,
		.iova = iova,
		.table = old & VTDM_S_ADDR,
		.root = context->lo & ~(VTDM_PAGE - 1),
	};
	struct vtdm_iotlb leaf = {
		.level = page->level,
		.levels = pointer.levels,
		.rw = pointer.rw,
		.did = context->did,
		.iova = iova,
		.phys = pointer.table,
		.root = pointer.root,
	};

	if (vtdm_is_pointer(page->level, old)) {
		vtdm_cache_pointer(u, &pointer);
	} else if (old & VTDM_S_RW) {
		vtdm_cache_iotlb(u, &leaf);
		vtdm_eager_leaf(u, context->sid, &leaf);
	} else if (vtdm_cap(u, VTDM_CAP_CM)) {
		leaf.level = 1;
		leaf.phys = 0;
		vtdm_cache_iotlb(u, &leaf);
	}
}

/* Hardware had cached the entry that is being changed. */
static void vtdm_eager(const struct vtdm_page *page, unsigned int index,
		       u64 old)
{
	unsigned int i, j;
	u64 root, iova = vtdm_climb(page, index, &root);

	for (i = 0; i < vtd_model.nr_units; i++) {
		struct vtd_model_unit *u = vtd_model.unit[i];

		if (!(u->config.policy & VTD_MODEL_EAGER) || !vtdm_on(u))
			continue;
		for (j = 0; j < u->nr_live; j++) {
			const struct vtdm_context *c = &u->live[j];

			if ((c->lo & ~(VTDM_PAGE - 1)) == root &&
			    !vtdm_passes(c->lo))
				vtdm_eager_entry(u, c, page, iova, old);
		}
	}
}

static void vtdm_table_stored(struct vtdm_page *page, unsigned int index,
			      u64 old, u64 now)
{
	const void *ptr = vtdm_where(page, index);
	u64 reserved = vtdm_table_reserved(page->unit, page->level, now);

	if ((old ^ now) & ~VTDM_S_IGNORED && vtdm_reachable(page))
		vtdm_eager(page, index, old);
	if (!(now & VTDM_S_RW))
		return;
	if (reserved)
		vtdm_report(VTD_MODEL_RESERVED, ptr, now,
			    "reserved bits 0x%llx at level %u", reserved,
			    page->level);
	if (vtdm_is_pointer(page->level, now) && (old ^ now) & ~VTDM_S_IGNORED)
		vtdm_adopt_table(page->unit, now & VTDM_S_ADDR, page->level - 1,
				 page->phys, index, ptr, now);
}

static void vtdm_ring_stored(struct vtdm_page *page, unsigned int index,
			     u64 now)
{
	struct vtd_model_unit *u = page->unit;
	u64 iqa = vtdm_get64(u, VTDM_IQA);
	u32 bytes = VTDM_PAGE << (iqa & VTDM_IQA_QS);
	u32 at = page->phys + index * 8 - (iqa & ~(VTDM_PAGE - 1));
	u32 head = vtdm_get(u, VTDM_IQH), tail = vtdm_get(u, VTDM_IQT);

	if (!(vtdm_get(u, VTDM_GSTS) & VTDM_G_QIE) ||
	    vtdm_get(u, VTDM_FSTS) & VTDM_F_STOPS)
		return;
	at &= ~15U;
	if ((at - head) % bytes < (tail - head) % bytes)
		vtdm_report(
			VTD_MODEL_QUEUE, vtdm_where(page, index), now,
			"descriptor at 0x%x changed between head 0x%x and tail 0x%x",
			at, head, tail);
}

static void vtdm_stored(struct vtdm_page *page, unsigned int index)
{
	u64 old = page->seen[index];
	u64 now = vtdm_now_in_memory(page, index);

	page->seen[index] = now;
	vtdm_buffered(page);
	if (old == now)
		return;
	switch (page->role) {
	case VTDM_ROOT:
		vtdm_root_stored(page, index, now);
		break;
	case VTDM_CONTEXT:
		vtdm_context_stored(page, index, old, now);
		break;
	case VTDM_TABLE:
		vtdm_table_stored(page, index, old, now);
		break;
	case VTDM_RING:
		vtdm_ring_stored(page, index, now);
		break;
	default:
		break;
	}
}

/**
 * vtd_model_stored() - the driver stored something that hardware can see
 * @ptr: where
 * @bytes: how many bytes, 4, 8 or 16
 *
 * Context: any.
 */
void vtd_model_stored(const void *ptr, size_t bytes)
{
	struct vtdm_page *page;
	unsigned long flags;
	unsigned int index;
	u64 phys;

	if (!vtd_model.running)
		return;
	phys = virt_to_phys((void *)ptr);
	index = (phys & (VTDM_PAGE - 1)) / sizeof(u64);
	raw_spin_lock_irqsave(&vtd_model.lock, flags);
	vtd_model.seq++;
	page = vtdm_page(phys);
	if (page && page->role == VTDM_IRT) {
		vtdm_irte_stored(page, index, bytes);
	} else if (page) {
		if (bytes < sizeof(u64) && page->role != VTDM_PLAIN &&
		    page->role != VTDM_DESCRIPTORS)
			vtdm_report(VTD_MODEL_TORN, ptr, *(const u32 *)ptr,
				    "an entry stored in parts of %zu bytes",
				    bytes);
		vtdm_stored(page, index);
		if (bytes > sizeof(u64))
			vtdm_stored(page, index + 1);
	}
	raw_spin_unlock_irqrestore(&vtd_model.lock, flags);
}
EXPORT_SYMBOL_GPL(vtd_model_stored);

/**
 * vtdm_check_forgot_context() - the context cache was invalidated
 * @u: the unit
 * @granularity: global, domain or device
 * @did: domain-id
 * @sid: source-id
 * @fm: function mask
 *
 * Context: the model's lock is held.
 */
void vtdm_check_forgot_context(struct vtd_model_unit *u,
			       unsigned int granularity, u16 did, u16 sid,
			       unsigned int fm)
{
	static const u16 mask[] = { 0, 4, 6, 7 };
	unsigned int i;

	if (granularity == VTDM_D_GLOBAL) {
		u->flush_context = false;
		u->flushed_at = u->stats.waits;
	}
	for (i = 0; i < VTDM_DUES; i++) {
		struct vtdm_due *due = &u->due[i];

		if (!due->valid ||
		    (granularity != VTDM_D_GLOBAL && due->did != did) ||
		    (granularity == VTDM_D_SELECTIVE &&
		     (due->sid ^ sid) & ~mask[fm]))
			continue;
		due->done = true;
		due->forgot = u->stats.waits;
	}
}

/**
 * vtdm_check_forgot_iotlb() - the IOTLB was invalidated
 * @u: the unit
 * @granularity: global, domain or pages
 * @did: domain-id
 * @started: waits completed when the descriptor was fetched
 *
 * Counts only for what the context cache was known to have forgotten by then:
 * a wait must have come between.
 *
 * Context: the model's lock is held.
 */
void vtdm_check_forgot_iotlb(struct vtd_model_unit *u, unsigned int granularity,
			     u16 did, u64 started)
{
	unsigned int i;

	if (granularity == VTDM_D_GLOBAL && !u->flush_context &&
	    started > u->flushed_at)
		u->flush_iotlb = false;
	for (i = 0; i < VTDM_DUES; i++) {
		struct vtdm_due *due = &u->due[i];

		if (due->valid && due->done && started > due->forgot &&
		    (granularity == VTDM_D_GLOBAL ||
		     (granularity == VTDM_D_DOMAIN && due->did == did)))
			due->valid = false;
	}
}
