// SPDX-License-Identifier: GPL-2.0
/*
 * The walk: root entry, context entry, second-stage tables (3.4, 3.7, 9.1,
 * 9.3, 9.8), with the reason of each failure (7.1.3).
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

	if (cached) {
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

static u8 vtdm_denied(unsigned int need)
{
	return need & VTDM_S_W ? VTDM_FR_WRITE : VTDM_FR_READ;
}

/**
 * vtdm_walk() - second-stage translation
 * @u: the unit
 * @context: a good context entry, not pass-through
 * @addr: input address
 * @need: R and W bits that the request needs; 0 to see what is there
 * @use_caches: start from cached pointers, and cache those that are read
 * @leaf: filled in; its @rw is 0 when nothing is mapped, and for another
 *	fault what was allowed on the way to it: permissions are judged first
 *
 * Return: 0 or the reason.
 */
u8 vtdm_walk(struct vtd_model_unit *u, const struct vtdm_context *context,
	     u64 addr, unsigned int need, bool use_caches,
	     struct vtdm_iotlb *leaf)
{
	struct vtdm_pointer pointer = {
		.did = context->did,
		.levels = vtdm_levels(context->hi),
		.root = context->lo & ~(VTDM_PAGE - 1),
		.iova = addr,
		.rw = VTDM_S_RW,
		.table = context->lo & ~(VTDM_PAGE - 1),
		.level = vtdm_levels(context->hi) + 1,
	};
	struct vtdm_pointer *cached = NULL;

	*leaf = (struct vtdm_iotlb){
		.did = context->did,
		.levels = pointer.levels,
		.level = 1,
		.iova = addr,
		.root = pointer.root,
	};
	if (use_caches)
		cached = vtdm_find_pointer(u, context->did, addr);
	if (cached) {
		pointer = *cached;
		pointer.iova = addr;
		if ((pointer.rw & need) != need)
			return vtdm_denied(need & ~pointer.rw);
	}
	for (;;) {
		unsigned int level = --pointer.level;
		unsigned int shift = 12 + (level - 1) * 9;
		u64 entry;

		leaf->rw = pointer.rw;
		/* The top table is the context entry's fault (7.1.3). */
		if (!vtdm_read(u, pointer.table + (addr >> shift & 511) * 8,
			       &entry))
			return level == leaf->levels ? VTDM_FR_CONTEXT_BAD :
						       VTDM_FR_TABLE_ERROR;
		pointer.rw &= entry & VTDM_S_RW;
		leaf->rw = pointer.rw;
		if (!(entry & VTDM_S_RW)) {
			leaf->rw = 0;
			return vtdm_denied(need);
		}
		if ((pointer.rw & need) != need)
			return vtdm_denied(need & ~pointer.rw);
		if (vtdm_table_reserved(u, level, entry))
			return VTDM_FR_TABLE_RESERVED;
		if (level == 1 || entry & VTDM_S_PS) {
			leaf->level = level;
			leaf->phys = entry & VTDM_S_ADDR;
			return VTDM_FR_NONE;
		}
		pointer.table = entry & VTDM_S_ADDR;
		if (use_caches)
			vtdm_cache_pointer(u, &pointer);
	}
}
