/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Builds DMAR tables for tests, byte by byte from the spec's chapter 8.  Takes
 * nothing from the parser's headers, so that a wrong offset there is seen.
 */
#ifndef DMAR_BUILD_H
#define DMAR_BUILD_H

#include <linux/types.h>

#define DMAR_IMAGE_MAX 8192

/**
 * struct dmar_image - a table being built
 * @bytes: the table
 * @len: bytes used
 * @open: offset of the structure that scopes are added to
 */
struct dmar_image {
	u8 bytes[DMAR_IMAGE_MAX];
	u32 len;
	u32 open;
};

/* Header; @width in address bits. */
void dmar_begin(struct dmar_image *img, unsigned int width, u8 flags);

/* Each opens a structure and returns its offset. */
u32 dmar_drhd(struct dmar_image *img, u8 flags, u8 size, u16 segment, u64 base);
u32 dmar_rmrr(struct dmar_image *img, u16 segment, u64 base, u64 limit);
u32 dmar_atsr(struct dmar_image *img, u8 flags, u16 segment);
u32 dmar_rhsa(struct dmar_image *img, u64 base, u32 domain);
u32 dmar_andd(struct dmar_image *img, u8 number, const char *name);
u32 dmar_satc(struct dmar_image *img, u8 flags, u16 segment);
u32 dmar_sidp(struct dmar_image *img, u16 segment);
u32 dmar_other(struct dmar_image *img, u16 type, u16 payload);

/*
 * Adds a scope to the open structure and returns its offset.  @path is text:
 * "1c.0" or "1c.0/0.0/2.1", hexadecimal device and function.
 */
u32 dmar_scope(struct dmar_image *img, u8 type, u8 id, u8 bus,
	       const char *path);
u32 dmar_scope_flags(struct dmar_image *img, u8 flags, u8 bus,
		     const char *path);

/* Length and checksum of the header. */
void dmar_finish(struct dmar_image *img);
void dmar_fix_checksum(u8 *table, u32 len);
void dmar_fix_length(u8 *table, u32 len);

/* Good tables of many shapes; returns false when there is no @index. */
bool dmar_corpus(unsigned int index, struct dmar_image *img);

#endif /* DMAR_BUILD_H */
