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
 * @coherent: it reads the page from the CPUs' caches
 * @page: the page
 * @ptr: what points to it, or NULL
 * @value: the pointer
 *
 * Context: the model's lock is held.
 */
void vtdm_check_visible(bool coherent, const struct vtdm_page *page,
			const void *ptr, u64 value)
{
	unsigned int index;

	if (coherent || vtdm_visible(page, &index))
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

/**
 * vtdm_is_pointer() - does a second-stage entry lead to another table?
 * @level: of its table
 * @entry: the entry
 *
 * Return: true when it does.
 */
bool vtdm_is_pointer(unsigned int level, u64 entry)
{
	return entry & VTDM_S_RW && level > 1 && !(entry & VTDM_S_PS);
}

/**
 * vtdm_adopt_table() - a table of second-stage entries comes into use
 * @u: the unit
 * @phys: where it is
 * @level: of it
 * @snoops: the unit reads it from the CPUs' caches
 * @up: table whose entry points to it, 0 for a top table
 * @up_index: that entry
 * @ptr: the same in the driver's memory
 * @value: the pointer
 *
 * And all tables below it, at depth @level - 1.  Of units that walk it, one
 * that does not snoop decides.
 *
 * Context: the model's lock is held.
 */
void vtdm_adopt_table(struct vtd_model_unit *u, u64 phys, unsigned int level,
		      bool snoops, u64 up, unsigned int up_index,
		      const void *ptr, u64 value)
{
	struct vtdm_page *page = vtdm_target(phys, ptr, value);
	unsigned int i;
	bool known;

	if (!page)
		return;
	known = page->role == VTDM_TABLE;
	if (!known || !snoops) {
		page->unit = u;
		page->snooped = snoops;
	}
	page->role = VTDM_TABLE;
	page->level = level;
	page->up = up;
	page->up_index = up_index;
	/* In a table that was known before, another CPU may be at work. */
	if (!known)
		vtdm_check_visible(snoops, page, ptr, value);
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
					 snoops, page->phys, i,
					 vtdm_where(page, i), entry);
	}
}

/**
 * vtdm_live_set() - a context entry is present, or no longer
 * @u: the unit
 * @sid: whose
 * @lo: first word, as stored
 * @hi: second word
 *
 * Context: the model's lock is held.
 */
void vtdm_live_set(struct vtd_model_unit *u, u16 sid, u64 lo, u64 hi)
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
			.did = u->scalable ? 0 : hi >> 8,
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

/* What hardware would take for cached of @path, and is of other tables. */
static bool vtdm_left_over(const struct vtdm_path *cached,
			   const struct vtdm_path *path)
{
	if (cached->did != path->did)
		return false;
	/* A second stage is walked by nested requests too. */
	if (cached->kind == VTDM_SECOND && path->kind != VTDM_FIRST)
		return cached->second != path->second;
	return vtdm_same_tag(cached, path) && !vtdm_same_tables(cached, path);
}

/**
 * vtdm_check_did() - may a domain-id be used for these tables?
 * @u: the unit
 * @path: what an entry that is published now translates by
 * @ptr: the entry
 * @value: its first word
 *
 * Not while something is cached under it that came from others.
 *
 * Context: the model's lock is held.
 */
void vtdm_check_did(struct vtd_model_unit *u, const struct vtdm_path *path,
		    const void *ptr, u64 value)
{
	u16 did = path->did;
	bool left = false;
	unsigned int i;

	if (did >= 1U << (4 + 2 * (u->config.cap & 7)))
		vtdm_report(VTD_MODEL_RESERVED, ptr, value,
			    "domain-id %u is more than the unit has", did);
	if (!did && vtdm_cap(u, VTDM_CAP_CM))
		vtdm_report(VTD_MODEL_DID, ptr, value,
			    "domain-id 0 in caching mode");
	for (i = 0; i < VTDM_IOTLBS && !left; i++)
		left = u->iotlbs[i].valid &&
		       vtdm_left_over(&u->iotlbs[i].path, path);
	for (i = 0; i < VTDM_POINTERS && !left; i++)
		left = u->pointers[i].valid &&
		       vtdm_left_over(&u->pointers[i].path, path);
	if (left)
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
	struct vtdm_path path;

	vtdm_legacy_path(u, hi >> 8, lo, hi, &path);
	if (lo & VTDM_CTX_RSVD || hi & VTDM_CTX_HI_RSVD ||
	    (!passes && lo & vtdm_above_haw(u)))
		vtdm_report(VTD_MODEL_RESERVED, ptr, lo,
			    "reserved bits in a context entry");
	if (!in_place)
		vtdm_check_did(u, &path, ptr, lo);
	vtdm_live_set(u, page->bus << 8 | devfn, lo, hi);
	if (!passes)
		vtdm_adopt_table(u, path.second, path.levels, path.snoops, 0, 0,
				 ptr, lo);
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
	page->wide = false;
	page->bus = bus;
	page->up = root->phys;
	page->up_index = 2 * bus;
	vtdm_check_visible(vtdm_ecap(u, VTDM_ECAP_C), page, ptr, entry);
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
	u->nr_live_pasid = 0;
	if (!page)
		return;
	page->role = VTDM_ROOT;
	page->unit = u;
	vtdm_check_visible(vtdm_ecap(u, VTDM_ECAP_C), page, NULL, u->root);
	if (u->scalable) {
		vtdm_check_scalable_root(u, page);
		return;
	}
	for (bus = 0; bus < 256; bus++)
		if (page->seen[2 * bus] & VTDM_P)
			vtdm_adopt_context_table(u, page, bus);
}

/**
 * vtdm_due() - what is due for a device's context entry
 * @u: the unit
 * @sid: source-id
 *
 * Context: the model's lock is held.
 * Return: that, or NULL.
 */
struct vtdm_due *vtdm_due(struct vtd_model_unit *u, u16 sid)
{
	unsigned int i;

	for (i = 0; i < VTDM_DUES; i++)
		if (u->due[i].valid && u->due[i].sid == sid)
			return &u->due[i];
	return NULL;
}

/**
 * vtdm_due_set() - a device's context entry has changed
 * @u: the unit
 * @sid: source-id
 * @did: domain-id before
 *
 * Context: the model's lock is held.
 * Return: what is due, NULL when there are too many.
 */
struct vtdm_due *vtdm_due_set(struct vtd_model_unit *u, u16 sid, u16 did)
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
	return due;
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
		.rw = VTDM_L_ALL,
	};
	struct vtdm_page *top;
	unsigned int i;

	vtdm_legacy_path(u, hi >> 8, lo, hi, &pointer.path);
	top = vtdm_page(pointer.path.second);
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
	if (page->unit->scalable)
		vtdm_scalable_root_stored(page, index, now);
	else if (index & 1)
		vtdm_report(VTD_MODEL_RESERVED, vtdm_where(page, index), now,
			    "upper half of a root entry is reserved");
	else if (now & VTDM_P)
		vtdm_adopt_context_table(page->unit, page, index / 2);
}

/**
 * vtdm_climb() - input address of an entry
 * @page: table
 * @index: entry of it
 * @root: the top table it hangs from, 0 when there is none
 *
 * Context: the model's lock is held.
 * Return: the address, not sign-extended.
 */
u64 vtdm_climb(const struct vtdm_page *page, unsigned int index, u64 *root)
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

static void vtdm_eager_entry(struct vtd_model_unit *u,
			     const struct vtdm_path *path,
			     const struct vtdm_page *page, u64 iova, u64 old)
{
	u8 rw = (old & VTDM_S_RW) | (VTDM_L_ALL & ~VTDM_S_RW);
	struct vtdm_pointer pointer = {
		.level = page->level,
		.rw = rw,
		.iova = iova,
		.table = old & VTDM_S_ADDR,
		.path = *path,
	};
	struct vtdm_iotlb leaf = {
		.level = page->level,
		.rw = rw,
		.iova = iova,
		.phys = pointer.table,
		.path = *path,
	};
	bool pointed = vtdm_is_pointer(page->level, old);

	/* What is cached has its bits set. */
	if (path->ssade && old & VTDM_S_RW && !(old & VTDM_S_A))
		return;
	if (path->ssade && !(old & VTDM_S_D))
		leaf.rw &= ~VTDM_L_DIRTY;
	if (pointed) {
		vtdm_cache_pointer(u, &pointer);
	} else if (old & VTDM_S_RW) {
		vtdm_cache_iotlb(u, &leaf);
		vtdm_eager_devtlbs(u, path, iova);
	} else if (vtdm_cap(u, VTDM_CAP_CM)) {
		leaf.level = 1;
		leaf.phys = 0;
		leaf.rw = path->scalable ? VTDM_L_ALL : 0;
		leaf.reason = path->scalable ? VTDM_FR_SSS_ABSENT : 0;
		vtdm_cache_iotlb(u, &leaf);
	}
}

/* Who of a unit walks these second-stage tables, had cached the entry. */
static void vtdm_eager_unit(struct vtd_model_unit *u,
			    const struct vtdm_page *page, u64 iova, u64 root,
			    u64 old)
{
	struct vtdm_path path;
	unsigned int j;

	for (j = 0; !u->scalable && j < u->nr_live; j++) {
		const struct vtdm_context *c = &u->live[j];

		vtdm_legacy_path(u, c->did, c->lo, c->hi, &path);
		if (path.kind == VTDM_SECOND && path.second == root)
			vtdm_eager_entry(u, &path, page, iova, old);
	}
	for (j = 0; j < u->nr_live_pasid; j++) {
		path = u->live_pasid[j].path;
		if (path.second != root || path.kind == VTDM_FIRST)
			continue;
		/* Leaves of a nested one are cached as what they lead to. */
		if (path.kind == VTDM_NESTED &&
		    !vtdm_is_pointer(page->level, old))
			continue;
		path.kind = VTDM_SECOND;
		vtdm_eager_entry(u, &path, page, iova, old);
	}
}

/* Hardware had cached the entry that is being changed. */
static void vtdm_eager(const struct vtdm_page *page, unsigned int index,
		       u64 old)
{
	u64 root, iova = vtdm_climb(page, index, &root);
	unsigned int i;

	for (i = 0; i < vtd_model.nr_units; i++) {
		struct vtd_model_unit *u = vtd_model.unit[i];

		if (u->config.policy & VTD_MODEL_EAGER && vtdm_on(u))
			vtdm_eager_unit(u, page, iova, root, old);
	}
}

static void vtdm_table_stored(struct vtdm_page *page, unsigned int index,
			      u64 old, u64 now)
{
	const void *ptr = vtdm_where(page, index);
	u64 reserved = vtdm_table_reserved(page->unit, page->level, now);

	/* A dirty bit that is taken away is to be set again: with SSADE. */
	if (((old ^ now) & ~VTDM_S_IGNORED || old & ~now & VTDM_S_D) &&
	    vtdm_reachable(page))
		vtdm_eager(page, index, old);
	if (!(now & VTDM_S_RW))
		return;
	if (reserved)
		vtdm_report(VTD_MODEL_RESERVED, ptr, now,
			    "reserved bits 0x%llx at level %u", reserved,
			    page->level);
	if (vtdm_is_pointer(page->level, now) && (old ^ now) & ~VTDM_S_IGNORED)
		vtdm_adopt_table(page->unit, now & VTDM_S_ADDR, page->level - 1,
				 page->snooped, page->phys, index, ptr, now);
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
	at &= ~(vtdm_descriptor_bytes(u) - 1);
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
	case VTDM_DIRECTORY:
		vtdm_directory_stored(page, index, old, now);
		break;
	case VTDM_TABLE:
		vtdm_table_stored(page, index, old, now);
		break;
	case VTDM_FIRST_TABLE:
		vtdm_first_stored(page, index, old, now);
		break;
	case VTDM_RING:
		vtdm_ring_stored(page, index, now);
		break;
	default:
		break;
	}
}

/* Words of one page, in one store or in what the driver calls one. */
static void vtdm_words_stored(struct vtdm_page *page, unsigned int index,
			      unsigned int words)
{
	if (page->role == VTDM_PASID_TABLE) {
		vtdm_pasid_stored(page, index, words);
	} else if (page->role == VTDM_CONTEXT && page->wide) {
		vtdm_wide_stored(page, index, words);
	} else {
		while (words--)
			vtdm_stored(page, index++);
	}
}

/**
 * vtd_model_stored() - the driver stored something that hardware can see
 * @ptr: where
 * @bytes: how many bytes: 4, 8 or 16 in one store; more of a multiple of 8, in
 *	one page, when they were written by several
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
		vtdm_words_stored(page, index,
				  bytes <= sizeof(u64) ? 1 :
							 bytes / sizeof(u64));
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
		    (u->scalable && granularity == VTDM_D_DOMAIN) ||
		    (!u->scalable && granularity != VTDM_D_GLOBAL &&
		     due->did != did) ||
		    (granularity == VTDM_D_SELECTIVE &&
		     (due->sid ^ sid) & ~mask[fm]))
			continue;
		due->done = true;
		due->forgot = u->stats.waits;
		/* What must follow is due for each PASID. */
		due->valid = !u->scalable;
		vtdm_pasid_dues_context(u, due->sid);
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
	    !u->flush_pasid && started > u->flushed_at)
		u->flush_iotlb = false;
	vtdm_check_pasid_dues_iotlb(u, granularity, did, started);
	for (i = 0; i < VTDM_DUES; i++) {
		struct vtdm_due *due = &u->due[i];

		if (due->valid && due->done && started > due->forgot &&
		    (granularity == VTDM_D_GLOBAL ||
		     (granularity == VTDM_D_DOMAIN && due->did == did)))
			due->valid = false;
	}
}
