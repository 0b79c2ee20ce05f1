// SPDX-License-Identifier: GPL-2.0
/*
 * The walk of first-stage tables, alone and nested in a second stage (3.6, 3.8,
 * 9.7), with the reason of each failure (7.1.3).
 *
 * Accessed and dirty bits are set in memory as the unit sets them: atomically,
 * and only where it snoops.
 */
#include <linux/bits.h>
#include <linux/kernel.h>

#include "internal.h"

/**
 * vtdm_first_reserved() - reserved bits that are set in a present entry
 * @u: the unit
 * @level: of the table it stands in
 * @entry: the entry
 *
 * Return: those bits, 0 for a good entry.
 */
u64 vtdm_first_reserved(const struct vtd_model_unit *u, unsigned int level,
			u64 entry)
{
	u64 reserved = vtdm_above_haw(u) & VTDM_F_ADDR;

	if (level > 3 || (level == 3 && !vtdm_cap(u, VTDM_CAP_FL1GP)))
		reserved |= VTDM_F_PS;
	/* PS is PAT at level 1; that of a larger page is its lowest bit. */
	if ((level == 2 || level == 3) && entry & VTDM_F_PS)
		reserved |= GENMASK_ULL(12 + (level - 1) * 9 - 1, 13);
	return entry & reserved;
}

/**
 * vtdm_canonical() - may the first stage be asked for an address?
 * @path: with a first stage
 * @addr: any address
 *
 * Return: true when all bits above the highest that is translated are equal to
 * it.
 */
bool vtdm_canonical(const struct vtdm_path *path, u64 addr)
{
	u64 upper = ~0ULL << (11 + 9 * path->first_levels);

	return !(addr & upper) || (addr & upper) == upper;
}

/**
 * vtdm_first_denied() - why a request may not use an address (3.6.1)
 * @path: what it is translated by
 * @rw: rights there, VTDM_L_*
 * @need: what it needs
 *
 * Return: 0 or the reason.
 */
u8 vtdm_first_denied(const struct vtdm_path *path, u8 rw, unsigned int need)
{
	bool supervisor = need & VTDM_NEED_SUPERVISOR;

	if (!need) /* nobody asks: it is looked at */
		return VTDM_FR_NONE;
	if (!supervisor && !(rw & VTDM_L_USER))
		return VTDM_FR_SGN_USER;
	if (need & VTDM_L_W && !(rw & VTDM_L_W) &&
	    (!supervisor || path->flags & VTDM_PE2_WPE))
		return VTDM_FR_SGN_WRITE;
	if (need & VTDM_NEED_EXECUTE && !(rw & VTDM_L_X))
		return VTDM_FR_SGN_EXECUTE;
	if (need & VTDM_L_W && !(rw & VTDM_L_HOST_W))
		return VTDM_FR_SGN_WRITE;
	return need & VTDM_L_R && !(rw & VTDM_L_R) ? VTDM_FR_SGN_READ :
						     VTDM_FR_NONE;
}

/**
 * vtdm_page_denied() - why a request may not use a page, besides
 * @path: what it is translated by
 * @rw: rights of the page, VTDM_L_*
 * @need: what it needs
 *
 * SMEP looks at all entries at once: one of them may be for supervisors.
 *
 * Return: 0 or the reason.
 */
u8 vtdm_page_denied(const struct vtdm_path *path, u8 rw, unsigned int need)
{
	unsigned int both = VTDM_NEED_SUPERVISOR | VTDM_NEED_EXECUTE;

	if ((need & both) == both && path->flags & VTDM_PE2_SMEP &&
	    rw & VTDM_L_USER)
		return VTDM_FR_SGN_EXECUTE;
	return VTDM_FR_NONE;
}

/* What an entry takes away. */
static u8 vtdm_first_rights(const struct vtdm_path *path, u64 entry, u8 rw)
{
	if (!(entry & VTDM_F_RW))
		rw &= ~VTDM_L_W;
	if (!(entry & VTDM_F_US))
		rw &= ~VTDM_L_USER;
	if (entry & VTDM_F_XD && path->flags & VTDM_PE2_NXE)
		rw &= ~VTDM_L_X;
	return rw;
}

/**
 * vtdm_guest_table() - where a first-stage entry of a nested request lies
 * @u: the unit
 * @path: nested
 * @guest: its guest-physical address
 * @top: it stands in the top table
 * @sets: bits are to be set in it
 * @how: VTDM_WALK_*
 * @phys: filled in
 *
 * Context: the model's lock is held.
 * Return: 0 or the reason.
 */
u8 vtdm_guest_table(struct vtd_model_unit *u, const struct vtdm_path *path,
		    u64 guest, bool top, bool sets, unsigned int how, u64 *phys)
{
	unsigned int need = VTDM_L_R | (sets ? VTDM_L_W : 0);
	struct vtdm_path second = *path;
	struct vtdm_iotlb leaf;
	u8 reason;

	if (guest >> vtdm_width(u, path))
		return VTDM_FR_SFS_BEYOND;
	second.kind = VTDM_SECOND;
	reason = vtdm_walk_second(u, &second, guest, need, how, &leaf);
	if (reason == VTDM_FR_SSS_ABSENT || reason == VTDM_FR_SGN_READ)
		return top ? VTDM_FR_SFS_TOP_READ : VTDM_FR_SFS_READ;
	if (reason == VTDM_FR_SGN_WRITE)
		return VTDM_FR_SFS_WRITE;
	if (reason)
		return reason;
	*phys = leaf.phys | (guest & (vtdm_level_bytes(leaf.level) - 1));
	return VTDM_FR_NONE;
}

/* Bits that are still to be set in an entry on the way of a request. */
static u64 vtdm_first_bits(const struct vtdm_path *path, unsigned int level,
			   u64 entry, unsigned int need)
{
	u64 bits = VTDM_F_A;

	if (path->flags & VTDM_PE2_EAFE)
		bits |= VTDM_F_EA;
	if (need & VTDM_L_W && (level == 1 || entry & VTDM_F_PS))
		bits |= VTDM_F_D;
	return bits & ~entry;
}

/* false: the entry has changed meanwhile. */
static bool vtdm_first_set(struct vtd_model_unit *u,
			   const struct vtdm_path *path, u64 at, u64 guest,
			   bool top, unsigned int how, u64 entry, u64 bits,
			   u8 *reason)
{
	u64 phys = at;

	*reason = VTDM_FR_NONE;
	if (!bits)
		return true;
	if (path->kind == VTDM_NESTED)
		*reason =
			vtdm_guest_table(u, path, guest, top, true, how, &phys);
	if (!*reason && !path->snoops)
		*reason = VTDM_FR_SFS_NO_SNOOP;
	return *reason || vtdm_set_bits(phys, entry, bits);
}

/*
 * One entry: found, checked, marked, and what it allows taken into account.
 * Of each level the order is: present, rights, reserved bits.
 */
static u8 vtdm_first_entry(struct vtd_model_unit *u,
			   const struct vtdm_path *path, u64 table, u64 addr,
			   unsigned int level, unsigned int need,
			   unsigned int how, u8 *rw, struct vtdm_iotlb *leaf,
			   u64 *entry)
{
	u64 guest = table + (addr >> (12 + (level - 1) * 9) & 511) * 8;
	bool top = level == path->first_levels;
	unsigned int tries;
	u64 at = guest;
	u8 reason;

	for (tries = 0; tries < VTDM_TRIES; tries++) {
		u64 bits;

		leaf->rw = *rw;
		if (how & VTDM_WALK_CACHES)
			vtdm_count(u, 1, VTDM_EV1_READS);
		if (path->kind == VTDM_NESTED) {
			reason = vtdm_guest_table(u, path, guest, top, false,
						  how, &at);
			if (reason)
				return reason;
		}
		if (!vtdm_read_table(u, path, at, entry))
			return top ? VTDM_FR_SFS_TOP_ERROR : VTDM_FR_SFS_ERROR;
		if (!(*entry & VTDM_F_P))
			return VTDM_FR_SFS_ABSENT;
		leaf->rw = vtdm_first_rights(path, *entry, *rw);
		reason = vtdm_first_denied(path, leaf->rw, need);
		if (!reason && (level == 1 || *entry & VTDM_F_PS))
			reason = vtdm_page_denied(path, leaf->rw, need);
		if (reason)
			return reason;
		if (vtdm_first_reserved(u, level, *entry))
			return VTDM_FR_SFS_RESERVED;
		bits = vtdm_first_bits(path, level, *entry, need);
		if (!(how & VTDM_WALK_SETS) ||
		    vtdm_first_set(u, path, at, guest, top, how, *entry, bits,
				   &reason)) {
			if (how & VTDM_WALK_SETS && !reason)
				*entry |= bits;
			*rw = leaf->rw;
			return reason;
		}
	}
	return VTDM_FR_SFS_NOT_SET;
}

/* The second stage of what the first one led to. */
static u8 vtdm_nested_leaf(struct vtd_model_unit *u,
			   const struct vtdm_path *path, u64 guest,
			   unsigned int need, unsigned int how,
			   struct vtdm_iotlb *leaf)
{
	struct vtdm_path second = *path;
	struct vtdm_iotlb host;
	u64 bytes;
	u8 reason;

	if (guest >> vtdm_width(u, path))
		return VTDM_FR_SGN_NESTED_WIDTH;
	second.kind = VTDM_SECOND;
	reason = vtdm_walk_second(u, &second, guest,
				  need & (VTDM_L_R | VTDM_L_W), how, &host);
	leaf->rw &= host.rw | ~(VTDM_L_R | VTDM_L_DIRTY);
	if (!(host.rw & VTDM_L_W))
		leaf->rw &= ~VTDM_L_HOST_W;
	if (reason)
		return reason;
	if (host.level < leaf->level)
		leaf->level = host.level;
	bytes = vtdm_level_bytes(leaf->level);
	/* The page is that of the smaller of both; where it begins in the other. */
	leaf->phys =
		(host.phys | (guest & (vtdm_level_bytes(host.level) - 1))) &
		~(bytes - 1);
	return VTDM_FR_NONE;
}

static u8 vtdm_first_leaf(struct vtd_model_unit *u,
			  const struct vtdm_path *path, u64 entry,
			  unsigned int level, u64 addr, unsigned int need,
			  unsigned int how, struct vtdm_iotlb *leaf)
{
	u64 bytes = vtdm_level_bytes(level);
	u64 phys = entry & VTDM_F_ADDR & ~(bytes - 1);

	leaf->level = level;
	leaf->phys = phys;
	if (!(entry & VTDM_F_D))
		leaf->rw &= ~VTDM_L_DIRTY;
	if (path->kind != VTDM_NESTED)
		return VTDM_FR_NONE;
	return vtdm_nested_leaf(u, path, phys | (addr & (bytes - 1)), need, how,
				leaf);
}

/**
 * vtdm_walk_first() - first-stage translation, alone or nested
 * @u: the unit
 * @path: what the request is translated by
 * @addr: canonical address
 * @need: what the request needs; 0 to see what is there
 * @how: VTDM_WALK_*
 * @leaf: filled in; its @rw is what was allowed on the way to a fault
 *
 * Context: the model's lock is held.
 * Return: 0 or the reason.
 */
u8 vtdm_walk_first(struct vtd_model_unit *u, const struct vtdm_path *path,
		   u64 addr, unsigned int need, unsigned int how,
		   struct vtdm_iotlb *leaf)
{
	struct vtdm_pointer pointer = {
		.path = *path,
		.iova = addr,
		.rw = VTDM_L_ALL,
		.table = path->first,
		.level = path->first_levels + 1,
	};
	struct vtdm_pointer *cached = NULL;
	u8 reason;

	*leaf = (struct vtdm_iotlb){ .level = 1, .iova = addr, .path = *path };
	if (how & VTDM_WALK_CACHES) {
		cached = vtdm_find_pointer(u, path, addr);
		vtdm_count(u, 2, VTDM_EV2_FIRST);
	}
	if (cached) {
		vtdm_count(u, 2, VTDM_EV2_FIRST_HIT);
		pointer = *cached;
		pointer.iova = addr;
		leaf->rw = pointer.rw;
		reason = vtdm_first_denied(path, pointer.rw, need);
		if (reason)
			return reason;
	}
	for (;;) {
		unsigned int level = --pointer.level;
		u64 entry;

		reason = vtdm_first_entry(u, path, pointer.table, addr, level,
					  need, how, &pointer.rw, leaf, &entry);
		if (reason)
			return reason;
		if (level == 1 || entry & VTDM_F_PS)
			return vtdm_first_leaf(u, path, entry, level, addr,
					       need, how, leaf);
		pointer.table = entry & VTDM_F_ADDR;
		/* What is cached has its accessed bit. */
		if (how & VTDM_WALK_CACHES && entry & VTDM_F_A)
			vtdm_cache_pointer(u, &pointer);
	}
}
