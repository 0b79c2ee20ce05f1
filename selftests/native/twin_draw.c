// SPDX-License-Identifier: GPL-2.0
/*
 * Tables at random: root and context entries, second-stage tables of all widths
 * and page sizes, with defects.
 *
 * Addresses in them are of three kinds: tables, which are both machines' to
 * read; data, which QEMU's devices may overwrite; and places where nothing is.
 * An entry never leads a request to anything else.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "twin_draw.h"

struct draw draw;

u64 draw_below(u64 n)
{
	return vtd_rand(&draw.seed) % n;
}

bool draw_one_in(unsigned int n)
{
	return !draw_below(n);
}

static unsigned int shift_of(unsigned int level)
{
	return 12 + (level - 1) * 9;
}

/* Addresses. */

/* Beyond memory, and within what the unit can address. */
static u64 nowhere(void)
{
	return (16 + draw_below((1ULL << (twin.config.aw - 30)) - 17)) << 30 |
	       draw_below(1 << 18) << 12;
}

static u64 data(unsigned int level)
{
	u64 high = (6 + draw_below(8)) << 30;

	if (level == 3)
		return high;
	if (draw_one_in(2))
		high = (16 + draw_below(496)) << 21;
	else
		high |= draw_below(512) << 21;
	return level == 2 ? high : high | draw_below(512) << 12;
}

static u64 interrupt_range(unsigned int level)
{
	static const u64 edges[] = { 0xfedff000, 0xfee00000, 0xfeeff000,
				     0xfef00000 };

	if (level == 3)
		return 0xc0000000;
	if (level == 2)
		return 0xfee00000;
	if (draw_one_in(2))
		return edges[draw_below(4)];
	return 0xfee00000 + draw_below(256) * 0x1000;
}

static u64 target(unsigned int level)
{
	u64 phys = data(level);

	if (draw_one_in(20))
		phys = nowhere() >> shift_of(level) << shift_of(level);
	else if (draw_one_in(20))
		phys = interrupt_range(level);
	return phys;
}

/* Second-stage entries. */

/* Bits that say nothing in any entry (9.8). */
static u64 ignored_bits(void)
{
	if (!draw_one_in(5))
		return 0;
	return vtd_rand(&draw.seed) & (0xbff000000000077cULL);
}

static u64 permissions(bool leaf)
{
	unsigned int dice = draw_below(leaf ? 12 : 24);

	return dice < 3 ? dice : 3;
}

/* One of a row of bits, its ends more often than the others. */
static u64 some_bit(unsigned int first, unsigned int end)
{
	switch (draw_below(4)) {
	case 0:
		return 1ULL << first;
	case 1:
		return 1ULL << (end - 1);
	default:
		return 1ULL << (first + draw_below(end - first));
	}
}

/* A bit that must be 0, at least on some units. */
static u64 bad_bit(unsigned int level, bool leaf)
{
	if (leaf && level > 1 && draw_one_in(2))
		return some_bit(12, shift_of(level));
	if ((level == 1 || level == 4) && draw_one_in(2))
		return 0x80;
	switch (draw_below(3)) {
	case 0:
		return 1ULL << 11;
	case 1:
		return 1ULL << 62;
	default:
		return some_bit(twin.config.aw, 52);
	}
}

static u64 draw_leaf(unsigned int level)
{
	u64 entry = target(level) | permissions(true) | ignored_bits();

	if (level > 1)
		entry |= 0x80;
	if (draw_one_in(8))
		entry |= bad_bit(level, true);
	return entry;
}

static u64 draw_pointer(unsigned int level, const u64 *table)
{
	u64 entry = virt_to_phys(table);

	if (draw_one_in(60))
		entry = nowhere();
	entry |= permissions(false) | ignored_bits();
	if (draw_one_in(24))
		entry |= bad_bit(level, false);
	return entry;
}

static bool is_leaf(unsigned int level, u64 entry)
{
	return level == 1 || (level < 4 && entry & 0x80);
}

/* The table behind an entry, if it is one of ours. */
static u64 *table_of(u64 entry)
{
	u64 *page = phys_to_virt(entry & ((1ULL << twin.config.aw) - 1) &
				 ~0xfffULL);
	unsigned int i;

	for (i = 0; i < twin.used; i++)
		if (twin.table[i] == page)
			return page;
	return NULL;
}

static void note(struct tree *t, u64 iova)
{
	if (t->nr < DRAW_IOVAS)
		t->iova[t->nr++] = iova;
}

/* Leaves beside the one that a path came to. */
static void draw_neighbours(struct tree *t, u64 *table, unsigned int level,
			    u64 iova)
{
	unsigned int i, nr = draw_below(6);

	for (i = 0; i < nr; i++) {
		unsigned int index = draw_below(level == t->levels ? 511 : 512);
		u64 at = iova & ~(511ULL << shift_of(level));

		if (table[index])
			continue;
		twin_store(&table[index], draw_leaf(level));
		note(t, at | (u64)index << shift_of(level));
	}
}

static void draw_way(struct tree *t, u64 iova)
{
	unsigned int level = t->levels;
	u64 *table = t->top;

	for (; table; level--) {
		u64 *at = &table[iova >> shift_of(level) & 511];

		if (level == 1 || (level < 4 && !*at && draw_one_in(3))) {
			if (!*at)
				twin_store(at, draw_leaf(level));
			draw_neighbours(t, table, level, iova);
			break;
		}
		if (!*at)
			twin_store(at, draw_pointer(level, twin_table()));
		if (is_leaf(level, *at))
			break;
		table = table_of(*at);
	}
	note(t, iova);
}

/* A way that is always good, at the end of the address space. */
static void draw_window(struct tree *t)
{
	unsigned int level = t->levels;
	u64 *table = t->top;

	for (; level > 1; level--) {
		u64 *next = twin_table();

		twin_store(&table[511], virt_to_phys(next) | 3);
		table = next;
	}
	twin_store(&table[511], twin.scratch | 3);
	t->window = (1ULL << shift_of(t->levels + 1)) - 4096;
}

static void draw_tree(struct tree *t, u16 did)
{
	const struct tree old = *t;
	unsigned int i;

	*t = (struct tree){ .did = did };
	t->levels = twin.config.aw == 48 && !draw_one_in(3) ? 4 : 3;
	t->top = twin_table();
	draw_window(t);
	for (i = 0; i < 4; i++) {
		u64 iova = draw_below(1ULL << shift_of(t->levels + 1));

		/* Others lead where something is cached from before. */
		if (old.nr && draw_one_in(2))
			iova = old.iova[i] &
			       ((1ULL << shift_of(t->levels + 1)) - 1);
		/* Some ways have their beginning in common. */
		if (i && draw_one_in(2)) {
			unsigned int low = shift_of(1 + draw_below(t->levels));

			iova = (t->iova[0] >> low << low) |
			       (iova & ((1ULL << low) - 1));
		}
		if ((iova >> shift_of(t->levels)) == 511)
			iova ^= 1ULL << shift_of(t->levels);
		draw_way(t, iova & ~0xfffULL);
	}
}

unsigned int draw_change(struct tree *t, u64 iova, bool *leaf)
{
	unsigned int level = t->levels;
	u64 *table = t->top, *next, *at;

	/* Go down some way, and never touch the window's. */
	for (;; level--) {
		at = &table[iova >> shift_of(level) & 511];
		next = table_of(*at);
		if (level == 1 || is_leaf(level, *at) || !next || !(*at & 3) ||
		    draw_one_in(8))
			break;
		table = next;
	}
	*leaf = is_leaf(level, *at) || !(*at & 3);
	if (draw_one_in(4))
		twin_store(at, 0);
	else if (level < 4 && *leaf)
		twin_store(at, draw_leaf(level));
	else if (next)
		twin_store(at, draw_pointer(level, next));
	else
		twin_store(at, 0);
	return level;
}

/* Context and root entries. */

static unsigned int bus_index(const struct twin_device *dev)
{
	unsigned int i;

	for (i = 0; i < 3; i++)
		if (twin.bus[i] == dev->sid >> 8)
			break;
	return i;
}

static void spoil_context(unsigned int device, u64 *lo, u64 *hi)
{
	static const u8 widths[] = { 0, 3, 4, 5, 6, 7 };

	switch (draw_below(8)) {
	case 0:
	case 1:
		*lo &= ~1ULL;
		break;
	case 2:
		*lo |= some_bit(4, 12);
		break;
	case 3:
		*hi |= draw_one_in(2) ? 0x80 : some_bit(24, 64);
		break;
	case 4:
		*hi = (*hi & ~7ULL) | widths[draw_below(6)];
		break;
	case 5:
		*lo |= draw_one_in(2) ? 0xc : 0x4;
		break;
	case 6:
		*lo |= 1ULL
		       << (twin.config.aw + draw_below(64 - twin.config.aw));
		break;
	default:
		/* other tables: under a domain-id of their own */
		*lo = nowhere() | (*lo & 0xfff);
		*hi = (*hi & 0xff) | (u64)(0x200 + device) << 8;
	}
}

void draw_context(unsigned int device)
{
	const struct twin_device *dev = &twin.device[device];
	unsigned int which = draw_below(DRAW_TREES);
	const struct tree *t = &draw.tree[which];
	u64 *at = &draw.context[bus_index(dev)][(dev->sid & 0xff) * 2];
	u64 lo = virt_to_phys(t->top) | 1;
	u64 hi = (u64)t->did << 8 | (t->levels - 2);

	draw.user[device] = which;
	if (draw_one_in(9)) {
		lo = 9;
		hi = (u64)(0x100 + device) << 8 |
		     (twin.config.aw == 48 ? 2 : 1);
		draw.user[device] = -1;
	}
	if (draw_one_in(6))
		lo |= 2; /* FPD */
	if (draw_one_in(5))
		hi |= draw_below(16) << 3; /* ignored */
	if (draw_one_in(7))
		spoil_context(device, &lo, &hi);
	twin_store(&at[0], 0);
	twin_store(&at[1], hi);
	twin_store(&at[0], lo);
}

static void draw_root(unsigned int bus)
{
	u64 *at = &draw.root[twin.bus[bus] * 2];
	u64 lo = virt_to_phys(draw.context[bus]) | 1, hi = 0;

	if (draw_one_in(12)) {
		switch (draw_below(5)) {
		case 0:
			lo &= ~1ULL;
			break;
		case 1:
			lo |= some_bit(1, 12);
			break;
		case 2:
			hi = some_bit(0, 64);
			break;
		case 3:
			lo |= some_bit(twin.config.aw, 64);
			break;
		default:
			lo = nowhere() | 1;
		}
	}
	twin_store(&at[1], hi);
	twin_store(&at[0], lo);
}

void draw_all(void)
{
	unsigned int i;

	twin_recycle();
	draw.root = twin_table();
	for (i = 0; i < 3; i++)
		draw.context[i] = twin_table();
	for (i = 0; i < DRAW_TREES; i++)
		draw_tree(&draw.tree[i], 1 + i + DRAW_TREES * draw_below(3));
	for (i = 0; i < TWIN_DEVICES; i++)
		draw_context(i);
	for (i = 0; i < 3; i++)
		draw_root(i);
}

/* Requests. */

u64 draw_address(unsigned int device)
{
	const struct twin_device *dev = &twin.device[device];
	unsigned int dice = draw_below(40);
	const struct tree *t;
	struct path path;
	u64 addr;

	if (dice == 0)
		return 0xfee00000 + draw_below(1 << 17) * 8;
	if (dice == 1)
		return 1ULL << (39 + draw_below(25)) | draw_below(1 << 20) * 4;
	if (draw.user[device] < 0)
		return data(1) | draw_below(1022) * 4;
	t = &draw.tree[draw.user[device]];
	addr = t->iova[draw_below(t->nr)];
	if (dice < 5)
		addr ^= 1ULL << (12 + draw_below(twin.config.aw - 12));
	/* somewhere in the page, whatever its size */
	path = draw_path(dev, addr);
	if (path.top && is_leaf(path.level, path.entry[path.level]))
		addr ^= draw_below(1ULL << (shift_of(path.level) - 12)) << 12;
	return (addr & ~0xfffULL) | draw_below(1022) * 4;
}

struct path draw_path(const struct twin_device *dev, u64 addr)
{
	struct path path = {};
	u64 *table;

	memcpy(path.root, &draw.root[(dev->sid >> 8) * 2], 16);
	table = path.root[0] & 1 ? table_of(path.root[0]) : NULL;
	if (!table)
		return path;
	memcpy(path.context, &table[(dev->sid & 0xff) * 2], 16);
	if (!(path.context[0] & 1) || (path.context[0] >> 2 & 3) == 2)
		return path;
	path.top = (path.context[1] & 7) + 2;
	if (path.top > 4) {
		path.top = 0;
		return path;
	}
	path.level = path.top;
	table = table_of(path.context[0]);
	while (table) {
		u64 entry = table[addr >> shift_of(path.level) & 511];

		path.entry[path.level] = entry;
		if (!(entry & 3) || is_leaf(path.level, entry))
			break;
		path.level--;
		table = table_of(entry);
	}
	return path;
}
