// SPDX-License-Identifier: GPL-2.0
/*
 * The checker at each store, scalable mode: PASID tables; and which
 * invalidations a changed PASID entry calls for (6.5.3.3).
 */
#include <linux/kernel.h>

#include "internal.h"

static u32 vtdm_first_pasid(const struct vtdm_page *page)
{
	const struct vtdm_page *directory = vtdm_page(page->up);

	if (!directory)
		return 0;
	return (directory->up_index * VTDM_WORDS + page->up_index) *
	       VTDM_PASIDS;
}

/* Would a unit find its entries, when it translates? */
static bool vtdm_table_led(const struct vtdm_page *page)
{
	const struct vtdm_page *directory = vtdm_page(page->up);
	u64 entry;

	if (!directory || directory->role != VTDM_DIRECTORY)
		return false;
	entry = directory->seen[page->up_index];
	return entry & VTDM_P && (entry & ~(VTDM_PAGE - 1)) == page->phys &&
	       vtdm_directory_led(page->unit,
				  directory->phys +
					  page->up_index * sizeof(u64));
}

static struct vtdm_pasid_live *vtdm_live_pasid(struct vtd_model_unit *u,
					       u64 table, unsigned int index)
{
	unsigned int i;

	for (i = 0; i < u->nr_live_pasid; i++)
		if (u->live_pasid[i].table == table &&
		    u->live_pasid[i].index == index)
			return &u->live_pasid[i];
	return NULL;
}

static void vtdm_live_pasid_remove(struct vtd_model_unit *u, u64 table,
				   unsigned int index)
{
	struct vtdm_pasid_live *live = vtdm_live_pasid(u, table, index);

	if (live)
		*live = u->live_pasid[--u->nr_live_pasid];
}

/**
 * vtdm_live_pasids_drop() - nothing leads to these PASID entries any more
 * @u: the unit
 * @directory: first page of the directory that led to them
 * @table: of these tables only this one, or 0 for all
 *
 * Context: the model's lock is held.
 */
void vtdm_live_pasids_drop(struct vtd_model_unit *u, u64 directory, u64 table)
{
	unsigned int i = 0;

	while (i < u->nr_live_pasid) {
		struct vtdm_pasid_live *live = &u->live_pasid[i];

		if (live->directory == directory &&
		    (!table || live->table == table))
			*live = u->live_pasid[--u->nr_live_pasid];
		else
			i++;
	}
}

/* Do two entries that use one domain-id disagree on what is cached under it? */
static void vtdm_check_shared(const struct vtd_model_unit *u,
			      const struct vtdm_pasid_live *mine,
			      const void *ptr, u64 value)
{
	const struct vtdm_path *path = &mine->path;
	unsigned int i;

	for (i = 0; i < u->nr_live_pasid; i++) {
		const struct vtdm_path *other = &u->live_pasid[i].path;

		if (&u->live_pasid[i] == mine || other->did != path->did)
			continue;
		if (path->second && other->second &&
		    path->second != other->second)
			vtdm_report(
				VTD_MODEL_DID, ptr, value,
				"domain-id %u stands for two second-stage tables",
				path->did);
		else if (path->first && vtdm_same_tag(path, other) &&
			 path->first != other->first)
			vtdm_report(
				VTD_MODEL_DID, ptr, value,
				"domain-id %u and PASID 0x%x stand for two first-stage tables",
				path->did, path->pasid);
	}
}

/*
 * A present PASID entry; @in_place when it was present before with the same
 * domain-id, and what is cached under that is still to be flushed.
 */
static void vtdm_pasid_published(struct vtdm_page *page, unsigned int index,
				 bool in_place)
{
	const u64 *word = &page->seen[index * VTDM_PASID_WORDS];
	const void *ptr = vtdm_where(page, index * VTDM_PASID_WORDS);
	const struct vtdm_page *directory = vtdm_page(page->up);
	struct vtd_model_unit *u = page->unit;
	struct vtdm_pasid_live *live;
	struct vtdm_path path;

	vtdm_live_pasid_remove(u, page->phys, index);
	switch (vtdm_pasid_check(u, word)) {
	case VTDM_FR_SPT_RESERVED:
		vtdm_report(VTD_MODEL_RESERVED, ptr, word[0],
			    "reserved bits in a PASID entry");
		return;
	case VTDM_FR_SPT_BAD:
		vtdm_report(VTD_MODEL_RESERVED, ptr, word[0],
			    "PASID entry asks for what the unit has not");
		return;
	}
	vtdm_pasid_path(u, vtdm_first_pasid(page) + index, word, &path);
	if (!in_place)
		vtdm_check_did(u, &path, ptr, word[0]);
	/* Of more, nothing is said any more of what nobody uses. */
	if (directory && u->nr_live_pasid < VTDM_PASID_LIVE) {
		live = &u->live_pasid[u->nr_live_pasid++];
		*live = (struct vtdm_pasid_live){
			.directory = directory->up,
			.table = page->phys,
			.index = index,
			.path = path,
		};
		vtdm_check_shared(u, live, ptr, word[0]);
	}
	if (path.kind == VTDM_SECOND || path.kind == VTDM_NESTED)
		vtdm_adopt_table(u, path.second, path.levels, path.snoops, 0, 0,
				 ptr, word[0]);
	if (path.kind == VTDM_FIRST)
		vtdm_adopt_first(u, path.first, path.first_levels, path.snoops,
				 0, 0, ptr + 2 * sizeof(u64), word[2]);
}

/**
 * vtdm_pasid_table_adopt() - a PASID table comes into use
 * @directory: page of a PASID directory
 * @index: present entry of it
 *
 * Context: the model's lock is held.
 */
void vtdm_pasid_table_adopt(struct vtdm_page *directory, unsigned int index)
{
	u64 entry = directory->seen[index];
	const void *ptr = vtdm_where(directory, index);
	struct vtd_model_unit *u = directory->unit;
	struct vtdm_page *page;
	unsigned int i;
	bool known;

	if (entry & (VTDM_DE_RSVD | vtdm_above_haw(u)))
		vtdm_report(VTD_MODEL_RESERVED, ptr, entry,
			    "reserved bits in a PASID directory entry");
	page = vtdm_target(entry & ~(VTDM_PAGE - 1), ptr, entry);
	if (!page)
		return;
	known = page->role == VTDM_PASID_TABLE && page->up == directory->phys &&
		page->up_index == index;
	page->role = VTDM_PASID_TABLE;
	page->unit = u;
	page->up = directory->phys;
	page->up_index = index;
	if (!known)
		vtdm_check_visible(vtdm_ecap(u, VTDM_ECAP_C), page, ptr, entry);
	for (i = 0; i < VTDM_PASIDS; i++)
		if (page->seen[i * VTDM_PASID_WORDS] & VTDM_P)
			vtdm_pasid_published(page, i, false);
}

/* What is due for an entry, and of which the PASID cache does not know yet. */
static struct vtdm_pasid_due *vtdm_pasid_due(struct vtd_model_unit *u,
					     u64 table, unsigned int index)
{
	unsigned int i;

	for (i = 0; i < VTDM_PASID_DUES; i++) {
		struct vtdm_pasid_due *due = &u->pasid_due[i];

		if (due->valid && !due->told && due->table == table &&
		    due->index == index)
			return due;
	}
	return NULL;
}

/**
 * vtdm_pasid_due_set() - what is cached of a PASID entry is no longer right
 * @u: the unit
 * @live: the entry as it was
 * @domain: the IOTLB must forget all of its domain-id, not only of its PASID,
 *	if it translates by a second stage
 * @sid: device whose context entry has changed; NULL: the entry itself has
 *
 * Context: the model's lock is held.
 */
void vtdm_pasid_due_set(struct vtd_model_unit *u,
			const struct vtdm_pasid_live *live, bool domain,
			const u16 *sid)
{
	struct vtdm_pasid_due *due =
		vtdm_pasid_due(u, live->table, live->index);
	bool before = due && due->domain;
	unsigned int i;

	for (i = 0; !due && i < VTDM_PASID_DUES; i++)
		if (!u->pasid_due[i].valid)
			due = &u->pasid_due[i];
	if (!due)
		return;
	*due = (struct vtdm_pasid_due){
		.valid = true,
		.domain = before || (domain && live->path.second),
		.context = sid,
		.sid = sid ? *sid : 0,
		.table = live->table,
		.index = live->index,
		.path = live->path,
	};
}

/* A pointer that hardware could have cached: its accessed bit is set. */
static bool vtdm_cacheable(const struct vtdm_path *path, unsigned int level,
			   u64 entry)
{
	if (path->kind == VTDM_FIRST)
		return entry & VTDM_F_P && entry & VTDM_F_A &&
		       entry & VTDM_F_US;
	return vtdm_is_pointer(level, entry) &&
	       (!path->ssade || entry & VTDM_S_A);
}

/* Something below the entry was cached too. */
static void vtdm_eager_top(struct vtd_model_unit *u, struct vtdm_path path)
{
	bool second = path.kind != VTDM_FIRST;
	struct vtdm_pointer pointer = {
		.level = second ? path.levels : path.first_levels,
		.rw = VTDM_L_ALL,
	};
	struct vtdm_page *top = vtdm_page(second ? path.second : path.first);
	unsigned int i;

	if (second)
		path.kind = VTDM_SECOND;
	pointer.path = path;
	for (i = 0; top && i < VTDM_WORDS / 2; i++) {
		u64 entry = top->seen[i];

		if (!vtdm_cacheable(&path, pointer.level, entry))
			continue;
		if (!second && !(entry & VTDM_F_RW))
			pointer.rw &= ~VTDM_L_W;
		if (!second && entry & VTDM_F_XD && path.flags & VTDM_PE2_NXE)
			pointer.rw &= ~VTDM_L_X;
		pointer.iova = (u64)i << (12 + (pointer.level - 1) * 9);
		pointer.table = entry & VTDM_S_ADDR;
		vtdm_cache_pointer(u, &pointer);
		return;
	}
}

static void vtdm_eager_pasid(struct vtd_model_unit *u, u16 sid, u32 pasid,
			     const u64 *old)
{
	struct vtdm_pasid entry = {
		.sid = sid,
		.pasid = pasid,
		.did = old[1] & VTDM_PE1_DID,
		.silent = old[0] & VTDM_PE_FPD,
		.word = { old[0], old[1], old[2] },
	};
	struct vtdm_path path;

	if (!(old[0] & VTDM_P)) {
		entry.reason = VTDM_FR_SPT_ABSENT;
		entry.did = 0;
		if (vtdm_cap(u, VTDM_CAP_CM))
			vtdm_cache_pasid(u, &entry);
		return;
	}
	if (vtdm_pasid_check(u, old))
		return;
	vtdm_cache_pasid(u, &entry);
	vtdm_pasid_path(u, pasid, old, &path);
	if (path.kind != VTDM_PASS)
		vtdm_eager_top(u, path);
}

/**
 * vtdm_eager_pasids() - hardware had cached the PASID entries of a device
 * @u: the unit
 * @sid: the device
 * @directory: its PASID directory
 *
 * Context: the model's lock is held.
 */
void vtdm_eager_pasids(struct vtd_model_unit *u, u16 sid, u64 directory)
{
	unsigned int i;

	for (i = 0; i < u->nr_live_pasid; i++) {
		const struct vtdm_pasid_live *live = &u->live_pasid[i];
		const struct vtdm_page *page = vtdm_page(live->table);

		if (page && live->directory == directory)
			vtdm_eager_pasid(
				u, sid, live->path.pasid,
				&page->seen[live->index * VTDM_PASID_WORDS]);
	}
}

/* Devices whose PASIDs are found here had cached the entry. */
static void vtdm_eager_entries(struct vtdm_page *page, unsigned int index,
			       const u64 *old)
{
	const struct vtdm_page *directory = vtdm_page(page->up);
	struct vtd_model_unit *u = page->unit;
	unsigned int i;

	if (!directory || !vtdm_on(u) || !(u->config.policy & VTD_MODEL_EAGER))
		return;
	for (i = 0; i < u->nr_live; i++)
		if ((u->live[i].lo & ~(VTDM_PAGE - 1)) == directory->up)
			vtdm_eager_pasid(u, u->live[i].sid,
					 vtdm_first_pasid(page) + index, old);
}

static void vtdm_pasid_changed(struct vtdm_page *page, unsigned int index,
			       const u64 *old, bool at_once)
{
	const u64 *now = &page->seen[index * VTDM_PASID_WORDS];
	bool was = old[0] & VTDM_P, is = now[0] & VTDM_P;
	struct vtd_model_unit *u = page->unit;
	struct vtdm_pasid_live *live = vtdm_live_pasid(u, page->phys, index);
	bool led = vtdm_table_led(page);
	bool same_did = !((old[1] ^ now[1]) & VTDM_PE1_DID);

	/* What cannot be found can be in the caches still. */
	vtdm_check_whole(vtdm_where(page, index * VTDM_PASID_WORDS), now[0],
			 "PASID", was && led, is && led,
			 vtdm_pasid_due(u, page->phys, index), at_once);
	if (led)
		vtdm_eager_entries(page, index, old);
	if (was && live && vtdm_on(u))
		vtdm_pasid_due_set(u, live,
				   !is || !same_did ||
					   (old[0] ^ now[0]) & ~VTDM_PE_FPD,
				   NULL);
	if (is && led)
		vtdm_pasid_published(page, index, was && same_did);
	else
		vtdm_live_pasid_remove(u, page->phys, index);
}

/**
 * vtdm_pasid_stored() - words of a PASID table were stored
 * @page: the table
 * @index: first word
 * @words: how many
 *
 * Context: the model's lock is held.
 */
void vtdm_pasid_stored(struct vtdm_page *page, unsigned int index,
		       unsigned int words)
{
	unsigned int end = index + words;
	u64 old[VTDM_PASID_WORDS];

	while (index < end) {
		unsigned int entry = index / VTDM_PASID_WORDS;
		unsigned int last = (entry + 1) * VTDM_PASID_WORDS;

		if (vtdm_take(page, entry * VTDM_PASID_WORDS, VTDM_PASID_WORDS,
			      index, end, old))
			vtdm_pasid_changed(page, entry, old, words <= 2);
		index = last < end ? last : end;
	}
}

/**
 * vtdm_pasid_dues_context() - the context cache forgot a device
 * @u: the unit
 * @sid: the device
 *
 * The PASID cache comes next, when a wait has shown that it did.
 *
 * Context: the model's lock is held.
 */
void vtdm_pasid_dues_context(struct vtd_model_unit *u, u16 sid)
{
	unsigned int i;

	for (i = 0; i < VTDM_PASID_DUES; i++) {
		struct vtdm_pasid_due *due = &u->pasid_due[i];

		if (!due->valid || !due->context || due->sid != sid)
			continue;
		due->context = false;
		due->since = u->stats.waits + 1;
	}
}

/**
 * vtdm_check_forgot_pasids() - the PASID cache was invalidated
 * @u: the unit
 * @granularity: VTDM_D_PC_*
 * @did: domain-id
 * @pasid: for the selective one
 * @started: waits completed when the descriptor was fetched
 *
 * Context: the model's lock is held.
 */
void vtdm_check_forgot_pasids(struct vtd_model_unit *u,
			      unsigned int granularity, u16 did, u32 pasid,
			      u64 started)
{
	unsigned int i;

	if (granularity == VTDM_D_PC_GLOBAL && !u->flush_context &&
	    started > u->flushed_at) {
		u->flush_pasid = false;
		u->flushed_at = u->stats.waits;
	}
	for (i = 0; i < VTDM_PASID_DUES; i++) {
		struct vtdm_pasid_due *due = &u->pasid_due[i];

		if (!due->valid || due->told || due->context ||
		    started < due->since)
			continue;
		if (granularity != VTDM_D_PC_GLOBAL && due->path.did != did)
			continue;
		if (granularity == VTDM_D_PC_SELECTIVE &&
		    due->path.pasid != pasid)
			continue;
		due->told = true;
		due->since = u->stats.waits + 1;
	}
}

/**
 * vtdm_check_forgot_first() - the IOTLB was invalidated, for one PASID
 * @u: the unit
 * @granularity: VTDM_D_PI_*
 * @did: domain-id
 * @pasid: that
 * @started: waits completed when the descriptor was fetched
 *
 * Context: the model's lock is held.
 */
void vtdm_check_forgot_first(struct vtd_model_unit *u, unsigned int granularity,
			     u16 did, u32 pasid, u64 started)
{
	unsigned int i;

	for (i = 0; granularity == VTDM_D_PI_ALL && i < VTDM_PASID_DUES; i++) {
		struct vtdm_pasid_due *due = &u->pasid_due[i];

		if (due->valid && due->told && !due->domain &&
		    started >= due->since && due->path.did == did &&
		    due->path.pasid == pasid)
			due->valid = false;
	}
}

/**
 * vtdm_check_pasid_dues_iotlb() - the IOTLB was invalidated
 * @u: the unit
 * @granularity: global, domain or pages
 * @did: domain-id
 * @started: waits completed when the descriptor was fetched
 *
 * Context: the model's lock is held.
 */
void vtdm_check_pasid_dues_iotlb(struct vtd_model_unit *u,
				 unsigned int granularity, u16 did, u64 started)
{
	unsigned int i;

	if (granularity == VTDM_D_SELECTIVE)
		return;
	for (i = 0; i < VTDM_PASID_DUES; i++) {
		struct vtdm_pasid_due *due = &u->pasid_due[i];

		if (due->valid && due->told && started >= due->since &&
		    (granularity == VTDM_D_GLOBAL || due->path.did == did))
			due->valid = false;
	}
}

static const char *vtdm_missing(const struct vtdm_pasid_due *due)
{
	if (!due->told)
		return "PASID cache not invalidated";
	return due->domain ?
		       "IOTLB not invalidated by domain after the PASID cache" :
		       "IOTLB not invalidated after the PASID cache";
}

/**
 * vtdm_check_pasid_dues() - the driver is at rest: nothing may be due
 * @u: the unit
 *
 * Context: the model's lock is held.
 */
void vtdm_check_pasid_dues(struct vtd_model_unit *u)
{
	unsigned int i;

	for (i = 0; i < VTDM_PASID_DUES; i++) {
		struct vtdm_pasid_due *due = &u->pasid_due[i];

		if (!due->valid)
			continue;
		vtdm_report(VTD_MODEL_ORDER, NULL, due->path.pasid,
			    "PASID 0x%x of domain-id %u: %s", due->path.pasid,
			    due->path.did, vtdm_missing(due));
		due->valid = false;
	}
}

/**
 * vtdm_due_names() - did an entry name a page that the caches may still name?
 * @u: the unit
 * @phys: of the page
 *
 * Context: the model's lock is held.
 * Return: what did, in words, or NULL.
 */
const char *vtdm_due_names(const struct vtd_model_unit *u, u64 phys)
{
	unsigned int i;

	for (i = 0; i < VTDM_PASID_DUES; i++) {
		const struct vtdm_pasid_due *due = &u->pasid_due[i];

		if (!due->valid)
			continue;
		if (due->table == phys || due->path.second == phys ||
		    (due->path.kind == VTDM_FIRST && due->path.first == phys))
			return "invalidations are due for a PASID entry that led to it";
	}
	for (i = 0; i < VTDM_DUES; i++)
		if (u->due[i].valid &&
		    phys - u->due[i].directory < u->due[i].bytes)
			return "invalidations are due for a context entry that led to it";
	return NULL;
}
