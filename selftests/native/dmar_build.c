// SPDX-License-Identifier: GPL-2.0
/*
 * Builder of DMAR tables, and a corpus of good ones.
 *
 * Owns no check: a test may build nonsense with it.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <linux/kernel.h>

#include "dmar_build.h"

static void put(struct dmar_image *img, u64 value, unsigned int bytes)
{
	assert(img->len + bytes <= DMAR_IMAGE_MAX);
	for (; bytes--; value >>= 8)
		img->bytes[img->len++] = value;
}

/* Structures have their length in bytes 2 and 3. */
static void close_length(struct dmar_image *img)
{
	u32 length = img->len - img->open;

	img->bytes[img->open + 2] = length;
	img->bytes[img->open + 3] = length >> 8;
}

static u32 begin(struct dmar_image *img, u16 type)
{
	img->open = img->len;
	put(img, type, 2);
	put(img, 0, 2);
	return img->open;
}

static u32 end(struct dmar_image *img)
{
	close_length(img);
	return img->open;
}

void dmar_begin(struct dmar_image *img, unsigned int width, u8 flags)
{
	memset(img, 0, sizeof(*img));
	memcpy(img->bytes, "DMAR\0\0\0\0\1\0TESTERVTD-KMOD", 24);
	img->len = 24;
	put(img, 2, 4);
	put(img, 0x44544556, 4);
	put(img, 1, 4);
	put(img, width - 1, 1);
	put(img, flags, 1);
	put(img, 0, 8);
	put(img, 0, 2);
}

u32 dmar_drhd(struct dmar_image *img, u8 flags, u8 size, u16 segment, u64 base)
{
	begin(img, 0);
	put(img, flags, 1);
	put(img, size, 1);
	put(img, segment, 2);
	put(img, base, 8);
	return end(img);
}

u32 dmar_rmrr(struct dmar_image *img, u16 segment, u64 base, u64 limit)
{
	begin(img, 1);
	put(img, 0, 2);
	put(img, segment, 2);
	put(img, base, 8);
	put(img, limit, 8);
	return end(img);
}

u32 dmar_atsr(struct dmar_image *img, u8 flags, u16 segment)
{
	begin(img, 2);
	put(img, flags, 1);
	put(img, 0, 1);
	put(img, segment, 2);
	return end(img);
}

u32 dmar_rhsa(struct dmar_image *img, u64 base, u32 domain)
{
	begin(img, 3);
	put(img, 0, 4);
	put(img, base, 8);
	put(img, domain, 4);
	return end(img);
}

u32 dmar_andd(struct dmar_image *img, u8 number, const char *name)
{
	begin(img, 4);
	put(img, 0, 3);
	put(img, number, 1);
	do
		put(img, *name, 1);
	while (*name++);
	return end(img);
}

u32 dmar_satc(struct dmar_image *img, u8 flags, u16 segment)
{
	begin(img, 5);
	put(img, flags, 1);
	put(img, 0, 1);
	put(img, segment, 2);
	return end(img);
}

u32 dmar_sidp(struct dmar_image *img, u16 segment)
{
	begin(img, 6);
	put(img, 0, 2);
	put(img, segment, 2);
	return end(img);
}

u32 dmar_other(struct dmar_image *img, u16 type, u16 payload)
{
	begin(img, type);
	while (payload--)
		put(img, 0xa5, 1);
	return end(img);
}

static u32 add_scope(struct dmar_image *img, u8 type, u8 flags, u8 id, u8 bus,
		     const char *path)
{
	u32 at = img->len;
	char *next;

	put(img, type, 1);
	put(img, 0, 1);
	put(img, flags, 1);
	put(img, 0, 1);
	put(img, id, 1);
	put(img, bus, 1);
	for (;; path = next + 1) {
		put(img, strtoul(path, &next, 16), 1);
		assert(*next == '.');
		put(img, strtoul(next + 1, &next, 16), 1);
		if (!*next)
			break;
	}
	img->bytes[at + 1] = img->len - at;
	close_length(img);
	return at;
}

u32 dmar_scope(struct dmar_image *img, u8 type, u8 id, u8 bus, const char *path)
{
	return add_scope(img, type, 0, id, bus, path);
}

u32 dmar_scope_flags(struct dmar_image *img, u8 flags, u8 bus, const char *path)
{
	return add_scope(img, 1, flags, 0, bus, path);
}

void dmar_fix_checksum(u8 *table, u32 len)
{
	u8 sum = 0;
	u32 i;

	if (len <= 9)
		return;
	table[9] = 0;
	for (i = 0; i < len; i++)
		sum += table[i];
	table[9] = -sum;
}

void dmar_fix_length(u8 *table, u32 len)
{
	unsigned int i;

	if (len < 8)
		return;
	for (i = 0; i < 4; i++)
		table[4 + i] = len >> (8 * i);
}

void dmar_finish(struct dmar_image *img)
{
	dmar_fix_length(img->bytes, img->len);
	dmar_fix_checksum(img->bytes, img->len);
}

/* What an emulator's table looks like: one unit, I/O APIC, ATS ports. */
static void corpus_emulator(struct dmar_image *img)
{
	dmar_begin(img, 39, 1);
	dmar_drhd(img, 1, 0, 0, 0xfed90000);
	dmar_scope(img, 3, 0, 0xff, "0.0");
	dmar_atsr(img, 1, 0);
}

/* A laptop: a unit for graphics, one for the rest, reserved regions. */
static void corpus_laptop(struct dmar_image *img)
{
	dmar_begin(img, 39, 5);
	dmar_drhd(img, 0, 0, 0, 0xfed90000);
	dmar_scope(img, 1, 0, 0, "2.0");
	dmar_drhd(img, 1, 0, 0, 0xfed91000);
	dmar_scope(img, 3, 2, 0, "1e.7");
	dmar_scope(img, 4, 0, 0, "1e.6");
	dmar_rmrr(img, 0, 0x9d800000, 0x9fffffff);
	dmar_scope(img, 1, 0, 0, "2.0");
	dmar_rmrr(img, 0, 0x8f2de000, 0x8f2fdfff);
	dmar_scope(img, 1, 0, 0, "14.0");
	dmar_satc(img, 0, 0);
	dmar_scope(img, 1, 0, 0, "2.0");
	dmar_sidp(img, 0);
	dmar_scope_flags(img, 0x08, 0, "14.3");
	dmar_scope_flags(img, 0x1f, 0, "1f.3");
}

/* A server: several units, start buses of sockets, bridges, NUMA. */
static void corpus_server(struct dmar_image *img)
{
	unsigned int i;

	dmar_begin(img, 46, 1);
	for (i = 0; i < 3; i++) {
		dmar_drhd(img, 0, 0, 0, 0xc0000000 + i * 0x1000);
		dmar_scope(img, 2, 0, 0x17 + i, "0.0");
		dmar_scope(img, 2, 0, 0x17 + i, "2.0/0.0");
		dmar_scope(img, 3, 9 + i, 0x17 + i, "5.4");
	}
	dmar_drhd(img, 1, 1, 0, 0xd0000000);
	dmar_scope(img, 3, 8, 0xf0, "1f.7");
	dmar_scope(img, 4, 0, 0xf0, "1f.0");
	dmar_rmrr(img, 0, 0x6f3e8000, 0x6f3eafff);
	dmar_scope(img, 1, 0, 0, "1c.0/0.0/0.0/0.0/4.0");
	dmar_scope(img, 1, 0, 0, "14.0");
	dmar_atsr(img, 0, 0);
	dmar_scope(img, 2, 0, 0x17, "0.0");
	dmar_scope(img, 2, 0, 0x17, "2.0");
	for (i = 0; i < 3; i++)
		dmar_rhsa(img, 0xc0000000 + i * 0x1000, i);
}

static void corpus_segments(struct dmar_image *img)
{
	dmar_begin(img, 52, 7);
	dmar_drhd(img, 0, 0, 0, 0xa0000000);
	dmar_scope(img, 1, 0, 0, "4.0");
	dmar_drhd(img, 1, 0, 0, 0xa0010000);
	dmar_drhd(img, 0, 2, 1, 0x2000a0000000);
	dmar_scope(img, 2, 0, 0x80, "1.0");
	dmar_drhd(img, 1, 15, 1, 0x2000b0000000);
	dmar_rmrr(img, 1, 0x1000, 0x1fff);
	dmar_scope(img, 1, 0, 0, "4.0");
	dmar_atsr(img, 1, 0);
	dmar_atsr(img, 0, 1);
	dmar_scope(img, 2, 0, 0x80, "1.0");
	dmar_satc(img, 1, 1);
	dmar_scope(img, 1, 0, 0x80, "2.0");
}

/* Devices of the ACPI name space. */
static void corpus_acpi(struct dmar_image *img)
{
	dmar_begin(img, 42, 3);
	dmar_drhd(img, 1, 0, 0, 0xfed90000);
	dmar_scope(img, 5, 1, 0, "15.0");
	dmar_scope(img, 5, 2, 0, "15.1");
	dmar_rmrr(img, 0, 0x7b000000, 0x7b7fffff);
	dmar_scope(img, 5, 1, 0, "15.0");
	dmar_andd(img, 1, "\\_SB.PCI0.I2C0");
	dmar_andd(img, 2, "\\_SB.PCI0.I2C1.TPD0");
}

/* All that is noted: odd, but sound. */
static void corpus_odd(struct dmar_image *img)
{
	dmar_begin(img, 64, 0xf8);
	dmar_drhd(img, 1, 0xf0, 0, 0xfffffffffffff000 - 0x1000);
	dmar_scope(img, 1, 0, 0, "1.0");
	dmar_drhd(img, 0, 0, 0, 0xfed91000);
	dmar_drhd(img, 0xfe, 0, 0, 0xfed92000);
	dmar_scope(img, 1, 0, 0, "1.0");
	dmar_scope(img, 5, 77, 0, "1.0");
	dmar_rhsa(img, 0x123, 7);
	dmar_rmrr(img, 0, 0x10001, 0x20001);
	dmar_atsr(img, 1, 0);
	dmar_scope(img, 2, 0, 0, "1c.0");
	dmar_atsr(img, 0, 0);
	dmar_scope(img, 3, 0, 0, "1c.0");
	dmar_atsr(img, 0, 0);
	dmar_andd(img, 9, "A");
	dmar_andd(img, 9, "\\B");
	dmar_satc(img, 0, 0);
	dmar_sidp(img, 0);
	dmar_other(img, 7, 12);
	dmar_other(img, 0xffff, 0);
}

/* The deepest path that a scope's length can hold, and many scopes. */
static void corpus_deep(struct dmar_image *img)
{
	char path[124 * 4];
	unsigned int i;

	for (i = 0; i < 124; i++)
		memcpy(path + 4 * i, "0.0/", 4);
	path[sizeof(path) - 1] = 0;
	dmar_begin(img, 39, 0);
	dmar_drhd(img, 0, 0, 0, 0x1000);
	dmar_scope(img, 2, 0, 0, path);
	for (i = 0; i < 32; i++)
		dmar_scope(img, 1, 0, i, "1f.7");
}

static void corpus_smallest(struct dmar_image *img)
{
	dmar_begin(img, 32, 0);
	dmar_drhd(img, 1, 0, 0, 0xfffff000);
}

bool dmar_corpus(unsigned int index, struct dmar_image *img)
{
	static void (*const make[])(struct dmar_image *img) = {
		corpus_emulator, corpus_laptop, corpus_server, corpus_segments,
		corpus_acpi,	 corpus_odd,	corpus_deep,   corpus_smallest,
	};

	if (index >= ARRAY_SIZE(make))
		return false;
	make[index](img);
	dmar_finish(img);
	return true;
}
