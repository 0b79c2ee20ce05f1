// SPDX-License-Identifier: GPL-2.0
/*
 * Random damage to DMAR tables, for the fuzzers.
 *
 * Knows just enough of the table to reach deep code: where its structures
 * start, and how to put header length and checksum right.
 */
#include <string.h>

#include "dmar_build.h"
#include "dmar_mutate.h"
#include "vtd_test.h"

#define HEADER 48

static u32 below(u64 *seed, u32 n)
{
	return n ? vtd_rand(seed) % n : 0;
}

/* Where a random structure starts, as far as lengths can be believed. */
static u32 pick_structure(const u8 *table, u32 len, u64 *seed)
{
	u32 at[64], nr = 0, offset = HEADER, length;

	while (nr < 64 && offset + 4 <= len) {
		at[nr++] = offset;
		length = table[offset + 2] | table[offset + 3] << 8;
		if (length < 4)
			break;
		offset += length;
	}
	return nr ? at[below(seed, nr)] : below(seed, len);
}

static u32 pick_byte(const u8 *table, u32 len, u64 *seed)
{
	u32 at;

	switch (below(seed, 3)) {
	case 0:
		/* In the fixed part of a structure. */
		at = pick_structure(table, len, seed) + below(seed, 24);
		break;
	case 1:
		at = 36 + below(seed, 2);
		break;
	default:
		at = below(seed, len);
	}
	return at < len ? at : len - 1;
}

static void poke(u8 *table, u32 len, u64 *seed)
{
	static const u8 values[] = { 0, 1,  2,	  3,	4,    5,    6,	  7,
				     8, 16, 0x1f, 0x20, 0x7f, 0x80, 0xfe, 0xff };
	u32 at = pick_byte(table, len, seed);

	switch (below(seed, 4)) {
	case 0:
		table[at] ^= 1 << below(seed, 8);
		break;
	case 1:
		table[at] = values[below(seed, sizeof(values))];
		break;
	case 2:
		table[at] += below(seed, 9) - 4;
		break;
	default:
		table[at] = vtd_rand(seed);
	}
}

static u32 cut_out(u8 *table, u32 len, u64 *seed)
{
	u32 at = HEADER + below(seed, len - HEADER);
	u32 n = below(seed, len - at + 1);

	if (below(seed, 2) && n > 8)
		n = 1 + below(seed, 8);
	memmove(table + at, table + at + n, len - at - n);
	return len - n;
}

/* Insert a copy of another stretch, often a whole structure. */
static u32 copy_in(u8 *table, u32 len, u32 max, u64 *seed)
{
	u8 piece[256];
	u32 from = pick_structure(table, len, seed);
	u32 to = pick_structure(table, len, seed);
	u32 n = 1 + below(seed, 32);

	if (below(seed, 2) && from + 4 <= len)
		n = table[from + 2] | table[from + 3] << 8;
	if (n > sizeof(piece))
		n = sizeof(piece);
	if (n > len - from)
		n = len - from;
	if (n > max - len)
		n = max - len;
	memcpy(piece, table + from, n);
	memmove(table + to + n, table + to, len - to);
	memcpy(table + to, piece, n);
	return len + n;
}

static u32 damage(u8 *table, u32 len, u32 max, u64 *seed)
{
	if (len <= HEADER) {
		if (len)
			table[below(seed, len)] = vtd_rand(seed);
		return len;
	}
	switch (below(seed, 8)) {
	case 0:
		return cut_out(table, len, seed);
	case 1:
		return copy_in(table, len, max, seed);
	default:
		poke(table, len, seed);
		return len;
	}
}

u32 dmar_mutate(u8 *table, u32 len, u32 max, u64 *seed)
{
	u32 n = 1 + below(seed, below(seed, 4) ? 2 : 8);

	while (n--)
		len = damage(table, len, max, seed);
	if (below(seed, 32))
		dmar_fix_length(table, len);
	if (below(seed, 32))
		dmar_fix_checksum(table, len);
	/* Now and then the caller has less than, or more than, the table. */
	if (!below(seed, 64))
		len = below(seed, len + 1);
	else if (!below(seed, 64) && len + 8 <= max)
		len += 8;
	return len;
}
