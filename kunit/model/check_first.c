// SPDX-License-Identifier: GPL-2.0
/*
 * The checker at each store to first-stage tables that are known; those of
 * somebody else are left alone (vtd_model_foreign_tables()).
 */
#include <linux/kernel.h>

#include "ats.h"

static bool vtdm_first_is_pointer(unsigned int level, u64 entry)
{
	return entry & VTDM_F_P && level > 1 && !(entry & VTDM_F_PS);
}

/* One present entry of a table that hardware can find. */
static void vtdm_first_entry_check(struct vtdm_page *page, unsigned int index,
				   bool follow)
{
	u64 entry = page->seen[index];
	const void *ptr = vtdm_where(page, index);
	u64 reserved = vtdm_first_reserved(page->unit, page->level, entry);

	if (!(entry & VTDM_F_P))
		return;
	if (reserved)
		vtdm_report(VTD_MODEL_RESERVED, ptr, entry,
			    "reserved bits 0x%llx at level %u of a first stage",
			    reserved, page->level);
	if (follow && vtdm_first_is_pointer(page->level, entry))
		vtdm_adopt_first(page->unit, entry & VTDM_F_ADDR,
				 page->level - 1, page->snooped, page->phys,
				 index, ptr, entry);
}

/**
 * vtdm_adopt_first() - a table of first-stage entries comes into use
 * @u: the unit
 * @phys: where it is
 * @level: of it
 * @snoops: the unit reads it from the CPUs' caches
 * @up: table whose entry points to it, 0 for a top table
 * @up_index: that entry
 * @ptr: the same in the driver's memory
 * @value: the pointer
 *
 * And all tables below it, at depth @level - 1.
 *
 * Context: the model's lock is held.
 */
void vtdm_adopt_first(struct vtd_model_unit *u, u64 phys, unsigned int level,
		      bool snoops, u64 up, unsigned int up_index,
		      const void *ptr, u64 value)
{
	struct vtdm_page *page;
	unsigned int i;
	bool known;

	if (vtdm_foreign(u, phys))
		return;
	page = vtdm_target(phys, ptr, value);
	if (!page)
		return;
	known = page->role == VTDM_FIRST_TABLE;
	if (!known || !snoops) {
		page->unit = u;
		page->snooped = snoops;
	}
	page->role = VTDM_FIRST_TABLE;
	page->level = level;
	page->up = up;
	page->up_index = up_index;
	/* In a table that was known before, another CPU may be at work. */
	if (!known)
		vtdm_check_visible(snoops, page, ptr, value);
	for (i = 0; i < VTDM_WORDS; i++)
		vtdm_first_entry_check(page, i, true);
}

/* Rights as an entry alone gives them; those above it are not looked at. */
static u8 vtdm_entry_rights(const struct vtdm_path *path, u64 entry)
{
	u8 rw = VTDM_L_ALL;

	if (!(entry & VTDM_F_RW))
		rw &= ~VTDM_L_W;
	if (!(entry & VTDM_F_US))
		rw &= ~VTDM_L_USER;
	if (entry & VTDM_F_XD && path->flags & VTDM_PE2_NXE)
		rw &= ~VTDM_L_X;
	return entry & VTDM_F_D ? rw : rw & ~VTDM_L_DIRTY;
}

/* And so had the devices. */
static void vtdm_eager_page(struct vtd_model_unit *u,
			    const struct vtdm_iotlb *leaf)
{
	vtdm_cache_iotlb(u, leaf);
	vtdm_eager_devtlbs(u, &leaf->path, leaf->iova);
}

static void vtdm_eager_first_entry(struct vtd_model_unit *u,
				   const struct vtdm_path *path,
				   const struct vtdm_page *page, u64 iova,
				   u64 old)
{
	unsigned int sign = 11 + 9 * path->first_levels;
	struct vtdm_iotlb leaf = {
		.level = page->level,
		.rw = vtdm_entry_rights(path, old),
		.phys = old & VTDM_F_ADDR &
			~(vtdm_level_bytes(page->level) - 1),
		.path = *path,
	};
	struct vtdm_pointer pointer = {
		.level = page->level,
		.rw = leaf.rw | VTDM_L_DIRTY,
		.table = old & VTDM_F_ADDR,
		.path = *path,
	};

	if (iova >> sign & 1)
		iova |= ~0ULL << sign;
	leaf.iova = iova;
	pointer.iova = iova;
	if (!(old & VTDM_F_P)) {
		if (!vtdm_cap(u, VTDM_CAP_CM))
			return;
		leaf.level = 1;
		leaf.phys = 0;
		leaf.rw = VTDM_L_ALL;
		leaf.reason = VTDM_FR_SFS_ABSENT;
		vtdm_cache_iotlb(u, &leaf);
	} else if (old & VTDM_F_A) {
		/* What is cached has its accessed bit. */
		if (vtdm_first_is_pointer(page->level, old))
			vtdm_cache_pointer(u, &pointer);
		else
			vtdm_eager_page(u, &leaf);
	}
}

/* Hardware had cached the entry that is being changed. */
static void vtdm_eager_first(const struct vtdm_page *page, unsigned int index,
			     u64 old)
{
	u64 root, iova = vtdm_climb(page, index, &root);
	unsigned int i, j;

	for (i = 0; i < vtd_model.nr_units; i++) {
		struct vtd_model_unit *u = vtd_model.unit[i];

		if (!(u->config.policy & VTD_MODEL_EAGER) || !vtdm_on(u))
			continue;
		for (j = 0; j < u->nr_live_pasid; j++) {
			const struct vtdm_path *path = &u->live_pasid[j].path;

			if (path->kind == VTDM_FIRST && path->first == root)
				vtdm_eager_first_entry(u, path, page, iova,
						       old);
		}
	}
}

/**
 * vtdm_first_stored() - an entry of a first-stage table was stored
 * @page: the table
 * @index: word of it
 * @old: what it held
 * @now: what it holds
 *
 * Bits that hardware sets, and those it ignores, change nothing.
 *
 * Context: the model's lock is held.
 */
void vtdm_first_stored(struct vtdm_page *page, unsigned int index, u64 old,
		       u64 now)
{
	u64 nothing = VTDM_F_IGNORED | (VTDM_F_SET & ~VTDM_F_D);
	bool changed = (old ^ now) & ~nothing;

	if (changed && vtdm_reachable(page))
		vtdm_eager_first(page, index, old);
	vtdm_first_entry_check(page, index, changed);
}
