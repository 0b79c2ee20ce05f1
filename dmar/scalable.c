// SPDX-License-Identifier: GPL-2.0
/*
 * Context tables of scalable mode (VT-d 9.2, 9.4), and which PASID directory
 * each source-id has.
 *
 * A source-id whose addresses are not changed shares one directory with all
 * such; one that is translated, or may send PASIDs, has its own.  Owns every
 * store into context entries and the life of directories.
 */
#include <linux/mm.h>
#include <linux/slab.h>

#include <vtd/observe.h>
#include "context.h"
#include "domain.h"
#include "iommu-pages.h"
#include "scalable.h"
#include "slab.h"
#include "unit.h"

static_assert(VTD_SM_CONTEXT_ENTRIES * sizeof(struct vtd_sm_context_entry) ==
	      PAGE_SIZE);

static unsigned int vtd_sm_table_of(u16 sid)
{
	return sid / VTD_SM_CONTEXT_ENTRIES;
}

static unsigned int vtd_sm_index(u16 sid)
{
	return sid % VTD_SM_CONTEXT_ENTRIES;
}

/* The table of a source-id, made when there was none. */
static struct vtd_sm_table *vtd_sm_table(struct vtd_unit *unit, u16 sid)
{
	unsigned int nr = vtd_sm_table_of(sid);
	struct vtd_sm_table *table = unit->sm[nr];
	u64 *root;

	if (table)
		return table;
	table = kzalloc_obj(*table);
	if (!table)
		return NULL;
	table->entry =
		iommu_alloc_pages_node_sz(unit->nid, GFP_KERNEL, PAGE_SIZE);
	if (!table->entry) {
		kfree(table);
		return NULL;
	}
	vtd_context_written(unit, table->entry, PAGE_SIZE);
	dma_wmb();
	root = &unit->root[vtd_sid_bus(sid)].w[nr & 1];
	vtd_hw_store64(root, virt_to_phys(table->entry) | VTD_SM_ROOT_P);
	vtd_context_written(unit, root, sizeof(*root));
	WRITE_ONCE(unit->sm[nr], table);
	return table;
}

static void vtd_sm_table_destroy(struct vtd_sm_table *table)
{
	unsigned int i;

	for (i = 0; i < VTD_SM_CONTEXT_ENTRIES; i++)
		if (table->dir[i])
			vtd_pasid_dir_destroy(table->dir[i]);
	iommu_free_pages(table->entry);
	kfree(table);
}

/**
 * vtd_sm_destroy() - free the tables but the root
 * @unit: no longer translating
 *
 * Context: may sleep.
 */
void vtd_sm_destroy(struct vtd_unit *unit)
{
	unsigned int i;

	for (i = 0; i < VTD_SM_TABLES; i++) {
		if (unit->sm[i])
			vtd_sm_table_destroy(unit->sm[i]);
		unit->sm[i] = NULL;
	}
	if (unit->same)
		vtd_pasid_dir_destroy(unit->same);
	unit->same = NULL;
}

/* A directory under which addresses are not changed, for nobody yet. */
static struct vtd_pasid_dir *vtd_sm_dir_same(struct vtd_unit *unit)
{
	const struct vtd_translation same = vtd_identity(unit);
	struct vtd_pasid_dir *dir = vtd_pasid_dir_create(unit, 0);

	if (!dir)
		return NULL;
	if (vtd_pasid_prepare(unit, dir, VTD_NO_PASID)) {
		vtd_pasid_dir_destroy(dir);
		return NULL;
	}
	vtd_pasid_write(unit, 0, dir, VTD_NO_PASID, &same, false);
	return dir;
}

/* The one of all that have none of their own, made at first use. */
static struct vtd_pasid_dir *vtd_sm_same(struct vtd_unit *unit)
{
	if (!unit->same)
		unit->same = vtd_sm_dir_same(unit);
	return unit->same;
}

static u64 vtd_sm_context_of(const struct vtd_pasid_dir *dir)
{
	return virt_to_phys(dir->entry) | VTD_SM_CONTEXT_P | dir->features |
	       FIELD_PREP(VTD_SM_CONTEXT_PDTS,
			  dir->order - VTD_PASID_DIR_MIN_ORDER);
}

/* Does the entry lead to the directory, or may the unit believe so? */
static bool vtd_sm_leads_to(const struct vtd_sm_context_entry *ce,
			    const struct vtd_pasid_dir *dir)
{
	return (ce->w[0] & VTD_SM_CONTEXT_DIR) == virt_to_phys(dir->entry);
}

/* The unit forgets an entry, and what it reached through @dir without PASID. */
static int vtd_sm_forget(struct vtd_unit *unit, u16 sid,
			 struct vtd_pasid_dir *dir)
{
	/* Hardware has no domain-id for it: none is in the entry (6.5.2.1). */
	struct vtd_qi_desc desc = vtd_qi_context_device(0, sid);
	const struct vtd_pasid_entry none = {}, *pe = NULL;
	int ret = vtd_context_submit(unit, &desc, 1);

	if (dir)
		pe = vtd_pasid_slot(dir, VTD_NO_PASID);
	/* What it has of the directory itself has no domain-id to go by. */
	if (!ret && dir && dir != unit->same)
		ret = vtd_pasid_forget_all(unit, sid, dir);
	return ret ?: vtd_pasid_forget(unit, sid, VTD_NO_PASID, pe ?: &none);
}

/*
 * Change the entry of a source-id, all of which is in one word.  @old is the
 * directory that it leads to now, or NULL.  @pe is an entry of its own one that
 * has changed, too, or NULL: after a failure it must not come into force later.
 */
static int vtd_sm_change(struct vtd_unit *unit, u16 sid,
			 struct vtd_pasid_dir *old, u64 lo,
			 struct vtd_pasid_entry *pe)
{
	struct vtd_sm_table *table = unit->sm[vtd_sm_table_of(sid)];
	struct vtd_sm_context_entry *ce = &table->entry[vtd_sm_index(sid)];
	bool was = ce->w[0];
	int ret = 0;

	if (ce->w[0] == lo)
		return 0;
	/* Absent, it still says what is to be forgotten, until that is. */
	vtd_hw_store64(&ce->w[0], lo ?: ce->w[0] & ~VTD_SM_CONTEXT_P);
	vtd_context_written(unit, ce, sizeof(*ce));
	if (unit->translating) {
		if (was || vtd_unit_caching_mode(unit))
			ret = vtd_sm_forget(unit, sid, old);
		else
			ret = vtd_unit_flush_write_buffer(unit);
	}
	if (!ret && lo)
		return 0;
	if (ret && pe)
		vtd_pasid_withdraw(unit, table->dir[vtd_sm_index(sid)], pe);
	vtd_hw_store64(&ce->w[0], ret ? ce->w[0] & ~VTD_SM_CONTEXT_P : 0);
	vtd_context_written(unit, ce, sizeof(*ce));
	return ret;
}

/* The directory that a source-id's entry leads to, as far as the unit knows. */
static struct vtd_pasid_dir *vtd_sm_present_dir(struct vtd_unit *unit, u16 sid)
{
	struct vtd_sm_table *table = unit->sm[vtd_sm_table_of(sid)];
	struct vtd_sm_context_entry *ce = &table->entry[vtd_sm_index(sid)];
	struct vtd_pasid_dir *own = table->dir[vtd_sm_index(sid)];

	if (own && vtd_sm_leads_to(ce, own))
		return own;
	return unit->same && vtd_sm_leads_to(ce, unit->same) ? unit->same :
							       NULL;
}

/*
 * After a failure the unit may know the entry as it was before, or as it was to
 * be: all that either led to is forgotten before it is changed again.
 */
static int vtd_sm_make_up(struct vtd_unit *unit, u16 sid)
{
	struct vtd_sm_table *table = unit->sm[vtd_sm_table_of(sid)];
	struct vtd_sm_context_entry *ce;
	struct vtd_pasid_dir *own;
	int ret = 0;

	if (!table)
		return 0;
	ce = &table->entry[vtd_sm_index(sid)];
	own = table->dir[vtd_sm_index(sid)];
	if (ce->w[0] & VTD_SM_CONTEXT_P || !(ce->w[0] & VTD_SM_CONTEXT_DIR))
		return 0;
	if (unit->translating)
		ret = vtd_sm_forget(unit, sid,
				    own ?: vtd_sm_present_dir(unit, sid));
	if (!ret) {
		vtd_hw_store64(&ce->w[0], 0);
		vtd_context_written(unit, ce, sizeof(*ce));
	}
	return ret;
}

/* Is it to have the entry of a source-id that has nothing of its own? */
static bool vtd_sm_plain(const struct vtd_translation *to,
			 const struct vtd_pasid_dir *own)
{
	return (to->kind == VTD_BLOCKED || to->did == VTD_DID_PASS_THROUGH) &&
	       !(own && (own->used || own->features));
}

/* The directory @own, made where there is none, with room for a PASID. */
static int vtd_sm_make_room(struct vtd_unit *unit, struct vtd_pasid_dir **own,
			    u32 pasid, unsigned int pasid_bits)
{
	if (!*own)
		*own = vtd_pasid_dir_create(unit, pasid_bits);
	return *own ? vtd_pasid_prepare(unit, *own, pasid) : -ENOMEM;
}

/*
 * All that may fail for want of memory.  A directory that no entry leads to
 * yet does no harm, should another source-id have none.
 */
static int vtd_sm_prepare(struct vtd_unit *unit, u16 sid, u32 pasid,
			  const struct vtd_translation *to)
{
	struct vtd_sm_table *table = vtd_sm_table(unit, sid);
	struct vtd_pasid_dir **own;

	if (!table || !vtd_sm_same(unit))
		return -ENOMEM;
	own = &table->dir[vtd_sm_index(sid)];
	if (pasid == VTD_NO_PASID && vtd_sm_plain(to, *own))
		return 0;
	return vtd_sm_make_room(unit, own, pasid, 0);
}

/* To the directory of all whose addresses are not changed, or to none. */
static int vtd_sm_set_plain(struct vtd_unit *unit, u16 sid,
			    const struct vtd_translation *to)
{
	struct vtd_pasid_dir **own =
		&unit->sm[vtd_sm_table_of(sid)]->dir[vtd_sm_index(sid)];
	int ret = vtd_sm_change(
		unit, sid, vtd_sm_present_dir(unit, sid),
		to->kind == VTD_BLOCKED ? 0 : vtd_sm_context_of(unit->same),
		NULL);

	/* Kept for good when the unit may still know it. */
	if (ret || !*own)
		return ret;
	vtd_pasid_dir_destroy(*own);
	*own = NULL;
	return 0;
}

/* Without its own directory the source-id gets one that begins with @to. */
static int vtd_sm_set_own(struct vtd_unit *unit, u16 sid, u32 pasid,
			  const struct vtd_translation *to)
{
	struct vtd_pasid_dir *dir =
		unit->sm[vtd_sm_table_of(sid)]->dir[vtd_sm_index(sid)];
	struct vtd_pasid_dir *old = vtd_sm_present_dir(unit, sid);
	struct vtd_pasid_entry *pe = vtd_pasid_slot(dir, pasid);
	int ret;

	if (pe && pasid != VTD_NO_PASID && vtd_pasid_present(pe))
		dir->used--;
	ret = vtd_pasid_write(unit, sid, dir, pasid, to, old == dir) ?:
		      vtd_sm_change(unit, sid, old, vtd_sm_context_of(dir), pe);
	if (pe && pasid != VTD_NO_PASID && vtd_pasid_present(pe))
		dir->used++;
	return ret;
}

/**
 * vtd_sm_set() - make the PASID entries of some source-ids say something else
 * @unit: the unit they belong to, in scalable mode
 * @sid: @nr source-ids
 * @nr: how many
 * @pasid: a PASID, or VTD_NO_PASID for requests without one
 * @to: what becomes of their addresses
 *
 * Context: may sleep; @unit->lock is held.
 * Return: as vtd_context_set(); -ERANGE for a PASID that there is no room for.
 */
int vtd_sm_set(struct vtd_unit *unit, const u16 *sid, unsigned int nr,
	       u32 pasid, const struct vtd_translation *to)
{
	unsigned int i;
	int ret = 0;

	lockdep_assert_held(&unit->lock);

	for (i = 0; i < nr && to->kind != VTD_BLOCKED; i++) {
		ret = vtd_sm_prepare(unit, sid[i], pasid, to);
		if (ret)
			return ret;
	}
	for (i = 0; i < nr; i++) {
		struct vtd_sm_table *table = unit->sm[vtd_sm_table_of(sid[i])];
		struct vtd_pasid_dir *own;
		int err;

		/* Where there is no table all is blocked. */
		if (!table)
			continue;
		own = table->dir[vtd_sm_index(sid[i])];
		err = vtd_sm_make_up(unit, sid[i]);
		if (!err && pasid == VTD_NO_PASID && vtd_sm_plain(to, own))
			err = vtd_sm_set_plain(unit, sid[i], to);
		else if (!err && own)
			err = vtd_sm_set_own(unit, sid[i], pasid, to);
		/* Go on: the others must not keep their old entries. */
		if (err && !ret)
			ret = err;
	}
	return ret;
}

/* A directory of its own with room for requests without PASID, at least. */
static struct vtd_pasid_dir *vtd_sm_own_dir(struct vtd_unit *unit, u16 sid,
					    unsigned int pasid_bits)
{
	struct vtd_sm_table *table = vtd_sm_table(unit, sid);
	struct vtd_pasid_dir **own;

	if (!table || !vtd_sm_same(unit))
		return NULL;
	own = &table->dir[vtd_sm_index(sid)];
	return vtd_sm_make_room(unit, own, VTD_NO_PASID, pasid_bits) ? NULL :
								       *own;
}

/**
 * vtd_sm_reserve() - have the memory for the first entries of some source-ids
 * @unit: the unit they belong to, in scalable mode
 * @sid: @nr source-ids
 * @nr: how many
 * @pasid_bits: width of the PASIDs that they may use
 *
 * The first domain that requests without PASID are given to cannot fail for want
 * of it then.  It is given back when they are told to leave addresses as they are.
 *
 * Context: may sleep; takes @unit->lock.
 * Return: 0; -ENOMEM, also where a directory was made for fewer PASIDs.
 */
int vtd_sm_reserve(struct vtd_unit *unit, const u16 *sid, unsigned int nr,
		   unsigned int pasid_bits)
{
	const struct vtd_pasid_dir *dir;
	unsigned int i;
	int ret = 0;

	mutex_lock(&unit->lock);
	for (i = 0; i < nr && !ret; i++) {
		dir = vtd_sm_own_dir(unit, sid[i], pasid_bits);
		if (!dir || dir->order + VTD_PASID_TABLE_ORDER < pasid_bits)
			ret = -ENOMEM;
	}
	mutex_unlock(&unit->lock);
	return ret;
}

/**
 * vtd_sm_features() - what requests a source-id may make
 * @unit: the unit it belongs to, in scalable mode
 * @sid: source-id
 * @features: VTD_SM_CONTEXT_DTE, _PASIDE and _PRE; replaces those from before
 * @pasid_bits: width of the PASIDs it may use; counts where none is reserved
 *
 * Context: may sleep; takes @unit->lock.
 * Return: 0, -ENOMEM with nothing changed, or the error of an invalidation.
 */
int vtd_sm_features(struct vtd_unit *unit, u16 sid, u64 features,
		    unsigned int pasid_bits)
{
	const struct vtd_translation same = vtd_identity(unit);
	struct vtd_pasid_dir *dir, *old;
	int ret;

	mutex_lock(&unit->lock);
	ret = vtd_sm_make_up(unit, sid);
	if (ret)
		goto unlock;
	dir = vtd_sm_own_dir(unit, sid, pasid_bits);
	if (!dir) {
		ret = -ENOMEM;
		goto unlock;
	}
	old = vtd_sm_present_dir(unit, sid);
	/* It says what the present one does. */
	if (old == unit->same)
		vtd_pasid_write(unit, sid, dir, VTD_NO_PASID, &same, false);
	dir->features = features;
	ret = vtd_sm_change(unit, sid, old, vtd_sm_context_of(dir), NULL);
unlock:
	mutex_unlock(&unit->lock);
	return ret;
}

/**
 * vtd_sm_silence() - have no faults of a source-id recorded, or all again
 * @unit: the unit, in scalable mode
 * @sid: source-id
 * @silent: none, by the context entry's bit FPD (9.4)
 *
 * Context: may sleep; @unit->lock is held.
 * Return: as vtd_context_silence().
 */
int vtd_sm_silence(struct vtd_unit *unit, u16 sid, bool silent)
{
	struct vtd_sm_table *table = unit->sm[vtd_sm_table_of(sid)];
	struct vtd_pasid_dir *dir;
	u64 lo;

	lockdep_assert_held(&unit->lock);
	if (!table)
		return -ENOENT;
	dir = vtd_sm_present_dir(unit, sid);
	lo = table->entry[vtd_sm_index(sid)].w[0] & ~VTD_SM_CONTEXT_FPD;
	if (silent)
		lo |= VTD_SM_CONTEXT_FPD;
	return vtd_sm_change(unit, sid, dir, lo, NULL);
}

/**
 * vtd_sm_peek() - read the entries of a PASID, for reports
 * @unit: a unit in scalable mode that stays attached meanwhile
 * @sid: source-id
 * @pasid: a PASID, or VTD_NO_PASID for requests without one
 * @ce: filled in
 * @pe: filled in; all zero where there is none
 *
 * Context: may sleep; takes @unit->lock.
 * Return: 0, or -ENOENT where there is no context table.
 */
int vtd_sm_peek(struct vtd_unit *unit, u16 sid, u32 pasid,
		struct vtd_sm_context_entry *ce, struct vtd_pasid_entry *pe)
{
	const struct vtd_pasid_entry *slot = NULL;
	struct vtd_sm_table *table;
	struct vtd_pasid_dir *dir;
	int ret = -ENOENT;

	mutex_lock(&unit->lock);
	table = unit->sm[vtd_sm_table_of(sid)];
	if (table) {
		*ce = table->entry[vtd_sm_index(sid)];
		dir = vtd_sm_present_dir(unit, sid);
		if (dir)
			slot = vtd_pasid_slot(dir, pasid);
		*pe = slot ? *slot : (struct vtd_pasid_entry){};
		ret = 0;
	}
	mutex_unlock(&unit->lock);
	return ret;
}

/**
 * vtd_sm_next() - read the next PASID entry that is present, for reports
 * @unit: a unit in scalable mode that stays attached meanwhile
 * @sid: source-id
 * @pasid: the first PASID of interest; set to that of the entry
 * @pe: filled in
 *
 * Context: may sleep; takes @unit->lock.
 * Return: false when no PASID from @pasid on has one.
 */
bool vtd_sm_next(struct vtd_unit *unit, u16 sid, u32 *pasid,
		 struct vtd_pasid_entry *pe)
{
	const struct vtd_pasid_entry *slot;
	struct vtd_pasid_dir *dir = NULL;
	bool found = false;
	u32 nr = *pasid;

	mutex_lock(&unit->lock);
	if (unit->sm[vtd_sm_table_of(sid)])
		dir = vtd_sm_present_dir(unit, sid);
	while (dir && !found && nr >> VTD_PASID_TABLE_ORDER < BIT(dir->order)) {
		slot = vtd_pasid_slot(dir, nr);
		found = slot && vtd_pasid_present(slot);
		if (found)
			*pe = *slot;
		else if (slot)
			nr++;
		else
			nr = (nr | (VTD_PASID_TABLE_ENTRIES - 1)) + 1;
	}
	mutex_unlock(&unit->lock);
	*pasid = nr;
	return found;
}

/**
 * vtd_sm_believe() - what the entries of a source-id should be, and are
 * @unit: the unit it belongs to, in scalable mode
 * @sid: source-id
 * @to: what becomes of its addresses without a PASID
 * @belief: filled in
 *
 * Context: may sleep; takes @unit->lock.
 */
void vtd_sm_believe(struct vtd_unit *unit, u16 sid,
		    const struct vtd_translation *to,
		    struct vtd_sm_belief *belief)
{
	struct vtd_pasid_dir *dir = NULL;
	struct vtd_sm_table *table;

	*belief = (struct vtd_sm_belief){};
	mutex_lock(&unit->lock);
	table = unit->sm[vtd_sm_table_of(sid)];
	if (table) {
		const struct vtd_sm_context_entry *ce =
			&table->entry[vtd_sm_index(sid)];

		belief->found[0] = READ_ONCE(ce->w[0]);
		belief->found[1] = READ_ONCE(ce->w[1]);
		dir = table->dir[vtd_sm_index(sid)];
		belief->own = dir;
		if (dir)
			belief->features = dir->features;
		else if (to->kind != VTD_BLOCKED)
			dir = unit->same;
		/* Blocked as a whole, its own directory waits for what comes. */
		if (dir && to->kind == VTD_BLOCKED && vtd_sm_plain(to, dir) &&
		    !(belief->found[0] & VTD_SM_CONTEXT_P))
			dir = NULL;
		if (dir)
			belief->expected = vtd_sm_context_of(dir);
		belief->dir = dir;
		/* One that leads nowhere may say anything else. */
		if (!dir && !(belief->found[0] & VTD_SM_CONTEXT_P))
			belief->found[0] = 0;
	}
	mutex_unlock(&unit->lock);
}

/* A directory entry leads to a table, or nowhere. */
static bool vtd_sm_dir_entry_sound(u64 entry, bool (*memory)(u64 phys))
{
	if (!entry)
		return true;
	return (entry & ~VTD_PASID_DIR_TABLE) == VTD_PASID_DIR_P &&
	       memory(entry & VTD_PASID_DIR_TABLE);
}

/**
 * vtd_sm_dir_sound() - does each entry of a directory lead to memory, or nowhere?
 * @unit: the unit, in scalable mode
 * @sid: source-id; without a directory of its own that of all such is looked at
 * @memory: is there memory at a physical address?
 * @index: set to the first that does not
 * @entry: set to what that says
 *
 * Nobody may follow one that does not.
 *
 * Context: may sleep; takes @unit->lock.
 * Return: true when they do.
 */
bool vtd_sm_dir_sound(struct vtd_unit *unit, u16 sid, bool (*memory)(u64 phys),
		      unsigned int *index, u64 *entry)
{
	struct vtd_pasid_dir *dir = unit->same;
	bool sound = true;
	unsigned int i;

	mutex_lock(&unit->lock);
	if (unit->sm[vtd_sm_table_of(sid)] &&
	    unit->sm[vtd_sm_table_of(sid)]->dir[vtd_sm_index(sid)])
		dir = unit->sm[vtd_sm_table_of(sid)]->dir[vtd_sm_index(sid)];
	for (i = 0; dir && sound && i < BIT(dir->order); i++) {
		*index = i;
		*entry = READ_ONCE(dir->entry[i]);
		sound = vtd_sm_dir_entry_sound(*entry, memory);
	}
	mutex_unlock(&unit->lock);
	return sound;
}

/**
 * vtd_sm_entry() - the entry of a PASID
 * @unit: the unit, in scalable mode
 * @dir: the directory, of vtd_sm_believe(); it is sound
 * @pasid: the PASID
 * @pe: filled in; all zero where there is none
 *
 * Context: may sleep; takes @unit->lock.
 */
void vtd_sm_entry(struct vtd_unit *unit, const struct vtd_pasid_dir *dir,
		  u32 pasid, struct vtd_pasid_entry *pe)
{
	const struct vtd_pasid_entry *slot;

	mutex_lock(&unit->lock);
	slot = vtd_pasid_slot(dir, pasid);
	*pe = slot ? *slot : (struct vtd_pasid_entry){};
	mutex_unlock(&unit->lock);
}
