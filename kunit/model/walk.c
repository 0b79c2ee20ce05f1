// SPDX-License-Identifier: GPL-2.0
/*
 * The walk of legacy mode: root entry, context entry (3.4, 9.1, 9.3); and of
 * second-stage tables in both modes (3.7, 9.8), with the reason of each
 * failure (7.1.3).
 */
#include <linux/bits.h>
#include <linux/kernel.h>

#include "internal.h"

/**
 * vtdm_levels() - the levels that a context entry's AW field stands for
 * @hi: upper half of the entry
 *
 * Return: 2 to 9; those that hardware has are 3 to 5.
 */
unsigned int vtdm_levels(u64 hi)
{
	return (hi & 7) + 2;
}

/**
 * vtdm_above_haw() - address bits that the host has not
 * @u: the unit
 *
 * Return: a mask, reserved wherever an address stands.
 */
u64 vtdm_above_haw(const struct vtd_model_unit *u)
{
	return ~0ULL << u->config.haw;
}

static u8 vtdm_context_check(const struct vtd_model_unit *u, u64 lo, u64 hi)
{
	unsigned int sagaw = u->config.cap >> 8 & 0x1f;
	unsigned int tt = lo >> VTDM_CTX_TT_SHIFT & 3;

	if (lo & VTDM_CTX_RSVD || hi & VTDM_CTX_HI_RSVD)
		return VTDM_FR_CONTEXT_RESERVED;
	/* Pass-through ignores the pointer. */
	if (tt != VTDM_TT_PASS && lo & vtdm_above_haw(u))
		return VTDM_FR_CONTEXT_RESERVED;
	if ((hi & 7) > 3 || !(sagaw >> (hi & 7) & 1))
		return VTDM_FR_CONTEXT_BAD;
	if (tt == 3 || (tt == VTDM_TT_ALL && !vtdm_ecap(u, VTDM_ECAP_DT)) ||
	    (tt == VTDM_TT_PASS && !vtdm_ecap(u, VTDM_ECAP_PT)))
		return VTDM_FR_CONTEXT_BAD;
	return VTDM_FR_NONE;
}

/**
 * vtdm_context_read() - find a device's context entry in memory
 * @u: the unit, with a root table
 * @sid: source-id
 * @context: filled in, with what could be read
 *
 * Return: 0 or the reason it cannot be used.
 */
u8 vtdm_context_read(struct vtd_model_unit *u, u16 sid,
		     struct vtdm_context *context)
{
	u64 at = u->root + (sid >> 8) * 16;
	u64 lo, hi;

	if (u->scalable)
		return vtdm_scalable_context_read(u, sid, context);
	*context = (struct vtdm_context){ .sid = sid };
	if (!vtdm_read(u, at, &lo) || !vtdm_read(u, at + 8, &hi))
		return VTDM_FR_ROOT_ERROR;
	if (!(lo & VTDM_P))
		return VTDM_FR_ROOT_ABSENT;
	if (lo & (VTDM_ROOT_RSVD | vtdm_above_haw(u)) || hi)
		return VTDM_FR_ROOT_RESERVED;
	at = (lo & ~(VTDM_PAGE - 1)) + (sid & 0xff) * 16;
	if (!vtdm_read(u, at, &context->lo) ||
	    !vtdm_read(u, at + 8, &context->hi))
		return VTDM_FR_CONTEXT_ERROR;
	if (!(context->lo & VTDM_P))
		return VTDM_FR_CONTEXT_ABSENT;
	context->did = context->hi >> 8;
	return vtdm_context_check(u, context->lo, context->hi);
}

/**
 * vtdm_context_lookup() - a device's context entry, cached or not
 * @u: the unit, translating
 * @sid: source-id
 * @context: filled in
 *
 * In caching mode an entry that leads to a fault is cached too, under
 * domain-id 0 (6.1).
 *
 * Return: 0 or the reason.
 */
u8 vtdm_context_lookup(struct vtd_model_unit *u, u16 sid,
		       struct vtdm_context *context)
{
	struct vtdm_context *cached = vtdm_find_context(u, sid);
	u8 reason;

	vtdm_count(u, 2, VTDM_EV2_CONTEXT);
	if (cached) {
		vtdm_count(u, 2, VTDM_EV2_CONTEXT_HIT);
		*context = *cached;
		return cached->reason;
	}
	reason = vtdm_context_read(u, sid, context);
	context->reason = reason;
	if (reason)
		context->did = 0;
	if (!reason || vtdm_cap(u, VTDM_CAP_CM))
		vtdm_cache_context(u, context);
	return reason;
}

/**
 * vtdm_table_reserved() - reserved bits that are set in a present entry
 * @u: the unit
 * @level: of the table it stands in
 * @entry: the entry
 *
 * Return: those bits, 0 for a good entry.
 */
u64 vtdm_table_reserved(const struct vtd_model_unit *u, unsigned int level,
			u64 entry)
{
	u64 reserved = (vtdm_above_haw(u) & VTDM_S_ADDR) | VTDM_S_BIT62;
	unsigned int sizes = u->config.cap >> 34 & 0xf;

	if (level > 3 || (level > 1 && !(sizes >> (level - 2) & 1)))
		reserved |= VTDM_S_PS;
	if (level == 1 || (level <= 3 && entry & VTDM_S_PS)) {
		/* a leaf: its address is aligned to its size */
		reserved |= GENMASK_ULL(12 + (level - 1) * 9, 12) &
			    ~(1ULL << (12 + (level - 1) * 9));
		if (!vtdm_ecap(u, VTDM_ECAP_SC))
			reserved |= VTDM_S_BIT11;
	} else {
		reserved |= VTDM_S_BIT11;
	}
	return entry & reserved;
}

/**
 * vtdm_legacy_path() - what a context entry of legacy mode translates by
 * @u: the unit
 * @did: domain-id
 * @lo: lower half of the entry
 * @hi: upper half
 * @path: filled in
 */
void vtdm_legacy_path(const struct vtd_model_unit *u, u16 did, u64 lo, u64 hi,
		      struct vtdm_path *path)
{
	bool passes = (lo >> VTDM_CTX_TT_SHIFT & 3) == VTDM_TT_PASS;

	*path = (struct vtdm_path){
		.kind = passes ? VTDM_PASS : VTDM_SECOND,
		.snoops = vtdm_ecap(u, VTDM_ECAP_C),
		.did = did,
		.levels = vtdm_levels(hi),
		.second = passes ? 0 : lo & ~(VTDM_PAGE - 1),
	};
}

/**
 * vtdm_width() - of addresses that the second stage takes
 * @u: the unit
 * @path: what the request is translated by
 *
 * Return: bits.
 */
unsigned int vtdm_width(const struct vtd_model_unit *u,
			const struct vtdm_path *path)
{
	unsigned int mgaw = (u->config.cap >> 16 & 0x3f) + 1;
	unsigned int aw = 12 + 9 * path->levels;

	return mgaw < aw ? mgaw : aw;
}

/**
 * vtdm_denied() - why a request may not use a page
 * @path: what it is translated by
 * @rw: rights of it, VTDM_L_*
 * @need: what it needs
 *
 * Return: 0 or the reason.
 */
u8 vtdm_denied(const struct vtdm_path *path, u8 rw, unsigned int need)
{
	unsigned int missing = need & ~rw & (VTDM_L_R | VTDM_L_W);

	if (path->kind == VTDM_FIRST || path->kind == VTDM_NESTED)
		return vtdm_first_denied(path, rw, need) ?:
			       vtdm_page_denied(path, rw, need);
	if (!missing)
		return VTDM_FR_NONE;
	if (missing & VTDM_L_W)
		return path->scalable ? VTDM_FR_SGN_WRITE : VTDM_FR_WRITE;
	return path->scalable ? VTDM_FR_SGN_READ : VTDM_FR_READ;
}

/* Neither R nor W: in legacy mode it is just not allowed. */
static u8 vtdm_absent(const struct vtdm_path *path, unsigned int need,
		      struct vtdm_iotlb *leaf)
{
	if (path->scalable)
		return VTDM_FR_SSS_ABSENT;
	leaf->rw = 0;
	return need & VTDM_L_W ? VTDM_FR_WRITE : VTDM_FR_READ;
}

/* The reason, when the top table or another cannot be read (7.1.3). */
static u8 vtdm_unreadable(const struct vtdm_path *path, bool top)
{
	if (path->scalable)
		return top ? VTDM_FR_SSS_TOP_ERROR : VTDM_FR_SSS_ERROR;
	return top ? VTDM_FR_CONTEXT_BAD : VTDM_FR_TABLE_ERROR;
}

/*
 * Accessed, and dirty for a write to a page: 3.7.2.  Return: false when the
 * entry has changed meanwhile.
 */
static bool vtdm_second_set(const struct vtdm_path *path, u64 at, u64 entry,
			    u64 bits, u8 *reason)
{
	*reason = VTDM_FR_NONE;
	bits &= ~entry;
	if (!path->ssade || !bits)
		return true;
	if (path->snoops)
		return vtdm_set_bits(at, entry, bits);
	*reason = VTDM_FR_SSS_NO_SNOOP;
	return true;
}

static bool vtdm_second_is_leaf(unsigned int level, u64 entry)
{
	return level == 1 || entry & VTDM_S_PS;
}

/* One entry: checked, marked, and what it allows taken into account. */
static u8 vtdm_second_entry(struct vtd_model_unit *u,
			    const struct vtdm_path *path, u64 at,
			    unsigned int level, unsigned int need,
			    unsigned int how, u8 *rw, struct vtdm_iotlb *leaf,
			    u64 *entry)
{
	unsigned int tries;
	u8 reason;

	for (tries = 0; tries < VTDM_TRIES; tries++) {
		u64 bits = VTDM_S_A;

		if (how & VTDM_WALK_CACHES)
			vtdm_count(u, 1, VTDM_EV1_READS);
		leaf->rw = *rw;
		if (!vtdm_read_table(u, path, at, entry))
			return vtdm_unreadable(path, level == path->levels);
		if (!(*entry & VTDM_S_RW))
			return vtdm_absent(path, need, leaf);
		leaf->rw = *rw & ((*entry & VTDM_S_RW) | ~VTDM_S_RW);
		reason = vtdm_denied(path, leaf->rw, need);
		if (reason)
			return reason;
		if (vtdm_table_reserved(u, level, *entry))
			return path->scalable ? VTDM_FR_SSS_RESERVED :
						VTDM_FR_TABLE_RESERVED;
		if (vtdm_second_is_leaf(level, *entry) && need & VTDM_L_W)
			bits |= VTDM_S_D;
		if (!(how & VTDM_WALK_SETS) ||
		    vtdm_second_set(path, at, *entry, bits, &reason)) {
			if (how & VTDM_WALK_SETS && !reason)
				*entry |= path->ssade ? bits : 0;
			*rw = leaf->rw;
			return reason;
		}
	}
	return VTDM_FR_SSS_NOT_SET;
}

/**
 * vtdm_walk_second() - second-stage translation
 * @u: the unit
 * @path: what the request is translated by; of a nested one its second stage
 * @addr: input address
 * @need: R and W that the request needs; 0 to see what is there
 * @how: VTDM_WALK_*
 * @leaf: filled in; its @rw is what was allowed on the way to a fault:
 *	permissions are judged first; in legacy mode 0 when nothing is mapped
 *
 * Context: the model's lock is held.
 * Return: 0 or the reason.
 */
u8 vtdm_walk_second(struct vtd_model_unit *u, const struct vtdm_path *path,
		    u64 addr, unsigned int need, unsigned int how,
		    struct vtdm_iotlb *leaf)
{
	struct vtdm_pointer pointer = {
		.path = *path,
		.iova = addr,
		.rw = VTDM_L_ALL,
		.table = path->second,
		.level = path->levels + 1,
	};
	struct vtdm_pointer *cached = NULL;
	u8 reason;

	*leaf = (struct vtdm_iotlb){ .level = 1, .iova = addr, .path = *path };
	if (how & VTDM_WALK_CACHES) {
		cached = vtdm_find_pointer(u, path, addr);
		vtdm_count(u, 2, VTDM_EV2_SECOND);
	}
	if (cached) {
		vtdm_count(u, 2, VTDM_EV2_SECOND_HIT);
		pointer = *cached;
		pointer.iova = addr;
		leaf->rw = pointer.rw;
		reason = vtdm_denied(path, pointer.rw, need);
		if (reason)
			return reason;
	}
	for (;;) {
		unsigned int level = --pointer.level;
		unsigned int shift = 12 + (level - 1) * 9;
		u64 entry;

		reason = vtdm_second_entry(
			u, path, pointer.table + (addr >> shift & 511) * 8,
			level, need, how, &pointer.rw, leaf, &entry);
		if (reason)
			return reason;
		if (vtdm_second_is_leaf(level, entry)) {
			leaf->level = level;
			leaf->phys = entry & VTDM_S_ADDR;
			if (path->ssade && !(entry & VTDM_S_D))
				leaf->rw &= ~VTDM_L_DIRTY;
			return VTDM_FR_NONE;
		}
		pointer.table = entry & VTDM_S_ADDR;
		if (how & VTDM_WALK_CACHES)
			vtdm_cache_pointer(u, &pointer);
	}
}

/**
 * vtdm_walk() - translation by tables, whichever they are
 * @u: the unit
 * @path: what the request is translated by, not pass-through
 * @addr: input address
 * @need: what the request needs; 0 to see what is there
 * @how: VTDM_WALK_*
 * @leaf: filled in
 *
 * Context: the model's lock is held.
 * Return: 0 or the reason.
 */
u8 vtdm_walk(struct vtd_model_unit *u, const struct vtdm_path *path, u64 addr,
	     unsigned int need, unsigned int how, struct vtdm_iotlb *leaf)
{
	if (path->kind == VTDM_SECOND)
		return vtdm_walk_second(u, path, addr, need, how, leaf);
	return vtdm_walk_first(u, path, addr, need, how, leaf);
}

static bool vtdm_leads_on(const struct vtdm_path *path, u64 entry)
{
	u64 present = path->kind == VTDM_SECOND ? VTDM_S_RW : VTDM_F_P;

	return entry & present && !(entry & VTDM_S_PS);
}

/**
 * vtdm_peek() - the entry of some level that the tables have for an address
 * @u: the unit
 * @path: which tables
 * @iova: input address
 * @level: which
 * @entry: that
 *
 * Nothing is set and nothing cached.  PS and the address are in the same bits
 * of both stages.
 *
 * Context: the model's lock is held.
 * Return: false when there is none.
 */
bool vtdm_peek(struct vtd_model_unit *u, const struct vtdm_path *path, u64 iova,
	       unsigned int level, u64 *entry)
{
	bool first = path->kind != VTDM_SECOND;
	unsigned int at = first ? path->first_levels : path->levels;
	u64 table = first ? path->first : path->second;

	for (;; at--) {
		u64 phys = table + (iova >> (12 + (at - 1) * 9) & 511) * 8;

		if (path->kind == VTDM_NESTED &&
		    vtdm_guest_table(u, path, phys, false, false, 0, &phys))
			return false;
		if (!vtdm_read_table(u, path, phys, entry))
			return false;
		if (at == level)
			return true;
		if (!vtdm_leads_on(path, *entry))
			return false;
		table = *entry & VTDM_S_ADDR;
	}
}
