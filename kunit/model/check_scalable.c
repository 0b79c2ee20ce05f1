// SPDX-License-Identifier: GPL-2.0
/*
 * The checker at each store, scalable mode: root tables, context tables and
 * PASID directories; and when hardware sees a wide entry whole.
 *
 * A wide entry, of 256 or 512 bits, is read in pieces of 128 bits in any order,
 * and slowly.  So, while it is present, it may be changed by one store of 64 or
 * 128 bits that makes another good entry of it; the next such store must wait
 * until the cache that holds such entries was invalidated, because a read that
 * began before may have taken the other pieces.  P may be cleared at any time,
 * and what is behind it stays as it is until that invalidation too.
 */
#include <linux/kernel.h>

#include "internal.h"

/**
 * vtdm_check_whole() - does hardware see a wide entry whole?
 * @ptr: the entry
 * @value: its first word
 * @what: "context" or "PASID", whose entry and cache it is
 * @was: it was present
 * @is: it is present
 * @due: its cache has not been told of the last change
 * @at_once: one store made the change
 *
 * Context: the model's lock is held.
 */
void vtdm_check_whole(const void *ptr, u64 value, const char *what, bool was,
		      bool is, bool due, bool at_once)
{
	if ((was || is) && !at_once)
		vtdm_report(VTD_MODEL_TORN, ptr, value,
			    "present %s entry written by more than one store",
			    what);
	if (!due)
		return;
	if (was && is)
		vtdm_report(
			VTD_MODEL_TORN, ptr, value,
			"present %s entry changed again before the %s cache was told",
			what, what);
	else if (is)
		vtdm_report(
			VTD_MODEL_ORDER, ptr, value,
			"%s entry published again before the %s cache was told",
			what, what);
	else if (!was)
		vtdm_report(VTD_MODEL_TORN, ptr, value,
			    "%s entry rewritten before the %s cache was told",
			    what, what);
}

static u32 vtdm_directory_bytes(u64 lo)
{
	return vtdm_directory_entries(lo) * sizeof(u64);
}

/* Entries of the directory that stand in one page of it. */
static unsigned int vtdm_part_entries(u64 lo, unsigned int part)
{
	u32 left = vtdm_directory_entries(lo) - part * VTDM_WORDS;

	return left < VTDM_WORDS ? left : VTDM_WORDS;
}

static void vtdm_adopt_directory(struct vtd_model_unit *u, u64 lo,
				 const void *ptr)
{
	u64 base = lo & ~(VTDM_PAGE - 1);
	unsigned int part, i;

	for (part = 0; part * VTDM_PAGE < vtdm_directory_bytes(lo); part++) {
		struct vtdm_page *page =
			vtdm_target(base + part * VTDM_PAGE, ptr, lo);
		bool known;

		if (!page)
			return;
		known = page->role == VTDM_DIRECTORY && page->up == base;
		page->role = VTDM_DIRECTORY;
		page->unit = u;
		page->up = base;
		page->up_index = part;
		if (!known)
			vtdm_check_visible(vtdm_ecap(u, VTDM_ECAP_C), page, ptr,
					   lo);
		for (i = 0; i < vtdm_part_entries(lo, part); i++)
			if (page->seen[i] & VTDM_P)
				vtdm_pasid_table_adopt(page, i);
	}
}

static u16 vtdm_wide_sid(const struct vtdm_page *page, unsigned int entry)
{
	return page->bus << 8 | (page->upper ? VTDM_SM_CONTEXTS : 0) | entry;
}

/* A present context entry. */
static void vtdm_wide_published(struct vtdm_page *page, unsigned int entry)
{
	const u64 *word = &page->seen[entry * VTDM_SM_CONTEXT_WORDS];
	const void *ptr = vtdm_where(page, entry * VTDM_SM_CONTEXT_WORDS);
	struct vtd_model_unit *u = page->unit;
	u32 nr = vtdm_directory_entries(word[0]) * VTDM_PASIDS;

	if (vtdm_scalable_context_reserved(u, word))
		vtdm_report(VTD_MODEL_RESERVED, ptr, word[0],
			    "reserved bits in a context entry");
	else if ((word[1] & VTDM_SC_RID_PASID) >= nr)
		vtdm_report(VTD_MODEL_RESERVED, ptr, word[1],
			    "RID_PASID beyond the PASID directory");
	vtdm_live_set(u, vtdm_wide_sid(page, entry), word[0], word[1]);
	vtdm_adopt_directory(u, word[0], ptr);
}

static void vtdm_adopt_half(struct vtd_model_unit *u,
			    const struct vtdm_page *root, unsigned int index)
{
	u64 word = root->seen[index];
	const void *ptr = vtdm_where(root, index);
	struct vtdm_page *page;
	unsigned int i;

	if (vtdm_root_reserved(u, word))
		vtdm_report(VTD_MODEL_RESERVED, ptr, word,
			    "reserved bits in a root entry");
	page = vtdm_target(word & ~(VTDM_PAGE - 1), ptr, word);
	if (!page)
		return;
	page->role = VTDM_CONTEXT;
	page->unit = u;
	page->wide = true;
	page->upper = index & 1;
	page->bus = index / 2;
	page->up = root->phys;
	page->up_index = index;
	vtdm_check_visible(vtdm_ecap(u, VTDM_ECAP_C), page, ptr, word);
	for (i = 0; i < VTDM_SM_CONTEXTS; i++)
		if (page->seen[i * VTDM_SM_CONTEXT_WORDS] & VTDM_P)
			vtdm_wide_published(page, i);
}

/**
 * vtdm_check_scalable_root() - a root table of scalable mode comes into force
 * @u: the unit
 * @page: the table
 *
 * Context: the model's lock is held.
 */
void vtdm_check_scalable_root(struct vtd_model_unit *u, struct vtdm_page *page)
{
	unsigned int i;

	for (i = 0; i < VTDM_WORDS; i++)
		if (page->seen[i] & VTDM_P)
			vtdm_adopt_half(u, page, i);
}

/**
 * vtdm_scalable_root_stored() - half of a root entry was stored
 * @page: root table
 * @index: word of it
 * @now: what it holds
 *
 * Context: the model's lock is held.
 */
void vtdm_scalable_root_stored(struct vtdm_page *page, unsigned int index,
			       u64 now)
{
	if (now & VTDM_P)
		vtdm_adopt_half(page->unit, page, index);
}

static bool vtdm_directory_used(const struct vtd_model_unit *u, u64 base)
{
	unsigned int i;

	for (i = 0; i < u->nr_live; i++)
		if ((u->live[i].lo & ~(VTDM_PAGE - 1)) == base)
			return true;
	return false;
}

/* What is cached of the entry's PASIDs must go too (6.5.3.3). */
static void vtdm_wide_due(struct vtd_model_unit *u, u16 sid, u64 lo,
			  bool pasids)
{
	struct vtdm_due *due = vtdm_due_set(u, sid, 0);
	unsigned int i;

	if (due) {
		due->directory = lo & ~(VTDM_PAGE - 1);
		due->bytes = vtdm_directory_bytes(lo);
	}
	for (i = 0; pasids && i < u->nr_live_pasid; i++)
		if (u->live_pasid[i].directory == (lo & ~(VTDM_PAGE - 1)))
			vtdm_pasid_due_set(u, &u->live_pasid[i], true, &sid);
}

static void vtdm_eager_wide(struct vtd_model_unit *u, u16 sid, const u64 *old)
{
	struct vtdm_context context = {
		.sid = sid,
		.lo = old[0],
		.hi = old[1],
	};

	if (!(old[0] & VTDM_P)) {
		if (!vtdm_cap(u, VTDM_CAP_CM))
			return;
		context.reason = VTDM_FR_SCT_ABSENT;
	}
	vtdm_cache_context(u, &context);
	if (old[0] & VTDM_P)
		vtdm_eager_pasids(u, sid, old[0] & ~(VTDM_PAGE - 1));
}

static void vtdm_wide_changed(struct vtdm_page *page, unsigned int entry,
			      const u64 *old, bool at_once)
{
	const u64 *now = &page->seen[entry * VTDM_SM_CONTEXT_WORDS];
	bool was = old[0] & VTDM_P, is = now[0] & VTDM_P;
	struct vtd_model_unit *u = page->unit;
	u16 sid = vtdm_wide_sid(page, entry);
	u64 base = old[0] & ~(VTDM_PAGE - 1);

	vtdm_check_whole(vtdm_where(page, entry * VTDM_SM_CONTEXT_WORDS),
			 now[0], "context", was, is, vtdm_due(u, sid), at_once);
	if (vtdm_on(u) && u->config.policy & VTD_MODEL_EAGER && (was || is))
		vtdm_eager_wide(u, sid, old);
	/* Switches of the device alone leave its PASIDs as they are. */
	if (was && vtdm_on(u))
		vtdm_wide_due(u, sid, old[0],
			      !is || old[1] != now[1] ||
				      (old[0] ^ now[0]) & (~(VTDM_PAGE - 1) |
							   VTDM_SC_PDTS));
	if (is)
		vtdm_wide_published(page, entry);
	else
		vtdm_live_set(u, sid, 0, 0);
	if (was && !vtdm_directory_used(u, base))
		vtdm_live_pasids_drop(u, base, 0);
}

/**
 * vtdm_wide_stored() - words of a context table of scalable mode were stored
 * @page: the table
 * @index: first word
 * @words: how many
 *
 * Context: the model's lock is held.
 */
void vtdm_wide_stored(struct vtdm_page *page, unsigned int index,
		      unsigned int words)
{
	unsigned int end = index + words, i;
	u64 old[VTDM_SM_CONTEXT_WORDS];

	while (index < end) {
		unsigned int entry = index / VTDM_SM_CONTEXT_WORDS;
		unsigned int last = (entry + 1) * VTDM_SM_CONTEXT_WORDS;
		bool changed = vtdm_take(page, entry * VTDM_SM_CONTEXT_WORDS,
					 VTDM_SM_CONTEXT_WORDS, index, end,
					 old);

		i = last < end ? last : end;
		if (changed)
			vtdm_wide_changed(page, entry, old, words <= 2);
		index = i;
	}
}

/**
 * vtdm_take() - take stores to a wide entry notice of
 * @page: its table
 * @first: first word of the entry
 * @nr: words of it
 * @from: first word that was stored
 * @to: the word behind the last one
 * @old: filled in: what all the words of the entry held
 *
 * Context: the model's lock is held.
 * Return: true when one changed.
 */
bool vtdm_take(struct vtdm_page *page, unsigned int first, unsigned int nr,
	       unsigned int from, unsigned int to, u64 *old)
{
	bool changed = false;
	unsigned int i;

	for (i = first; i < first + nr; i++) {
		old[i - first] = page->seen[i];
		if (i < from || i >= to)
			continue;
		page->seen[i] = vtdm_now_in_memory(page, i);
		changed |= page->seen[i] != old[i - first];
	}
	vtdm_buffered(page);
	return changed;
}

/**
 * vtdm_directory_led() - does a context entry lead to this?
 * @u: unit that would follow it, or will when it is switched on
 * @phys: page of a PASID directory, or entry of it
 *
 * Context: the model's lock is held.
 * Return: true when it does.
 */
bool vtdm_directory_led(const struct vtd_model_unit *u, u64 phys)
{
	unsigned int i;

	for (i = 0; u->scalable && i < u->nr_live; i++) {
		u64 lo = u->live[i].lo;

		if (phys - (lo & ~(VTDM_PAGE - 1)) < vtdm_directory_bytes(lo))
			return true;
	}
	return false;
}

/**
 * vtdm_directory_reachable() - does a unit that translates find this?
 * @phys: page of a PASID directory, or entry of it
 *
 * Context: the model's lock is held.
 * Return: true when it does.
 */
bool vtdm_directory_reachable(u64 phys)
{
	unsigned int i;

	for (i = 0; i < vtd_model.nr_units; i++)
		if (vtdm_on(vtd_model.unit[i]) &&
		    vtdm_directory_led(vtd_model.unit[i], phys))
			return true;
	return false;
}

/* Devices whose PASIDs are found here had cached the entry. */
static void vtdm_eager_directory(const struct vtdm_page *page,
				 unsigned int index, u64 old)
{
	struct vtd_model_unit *u = page->unit;
	struct vtdm_pasid entry = {
		.directory = true,
		.pasid = (page->up_index * VTDM_WORDS + index) * VTDM_PASIDS,
		.silent = old & VTDM_DE_FPD,
		.table = old & ~(VTDM_PAGE - 1),
	};
	unsigned int i;

	if (!vtdm_on(u) || !(u->config.policy & VTD_MODEL_EAGER) ||
	    !(old & VTDM_P))
		return;
	for (i = 0; i < u->nr_live; i++) {
		if ((u->live[i].lo & ~(VTDM_PAGE - 1)) != page->up)
			continue;
		entry.sid = u->live[i].sid;
		vtdm_cache_pasid(u, &entry);
	}
}

/**
 * vtdm_directory_stored() - an entry of a PASID directory was stored
 * @page: of the directory
 * @index: word of it
 * @old: what it held
 * @now: what it holds
 *
 * Context: the model's lock is held.
 */
void vtdm_directory_stored(struct vtdm_page *page, unsigned int index, u64 old,
			   u64 now)
{
	struct vtd_model_unit *u = page->unit;
	u64 table = old & ~(VTDM_PAGE - 1);
	unsigned int i;

	if (!vtdm_directory_led(u, page->phys + index * sizeof(u64)))
		return;
	vtdm_eager_directory(page, index, old);
	if (old & VTDM_P &&
	    (!(now & VTDM_P) || (old ^ now) & ~(VTDM_PAGE - 1))) {
		for (i = 0; i < u->nr_live_pasid; i++)
			if (u->live_pasid[i].directory == page->up &&
			    u->live_pasid[i].table == table)
				vtdm_pasid_due_set(u, &u->live_pasid[i], true,
						   NULL);
		vtdm_live_pasids_drop(u, page->up, table);
	}
	if (now & VTDM_P)
		vtdm_pasid_table_adopt(page, index);
}
