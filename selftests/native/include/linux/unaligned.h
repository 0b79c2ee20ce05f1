/* SPDX-License-Identifier: GPL-2.0 */
/* Native build: little-endian numbers at any alignment. */
#ifndef VTD_SHIM_UNALIGNED_H
#define VTD_SHIM_UNALIGNED_H

#include <linux/types.h>
#include <string.h>

static inline u64 vtd_shim_get_le(const void *p, unsigned int bytes)
{
	const u8 *b = p;
	u64 v = 0;

	while (bytes--)
		v = v << 8 | b[bytes];
	return v;
}

static inline void vtd_shim_put_le(u64 v, void *p, unsigned int bytes)
{
	u8 *b = p;

	for (; bytes--; v >>= 8)
		*b++ = v;
}

#define get_unaligned_le16(p) ((u16)vtd_shim_get_le(p, 2))
#define get_unaligned_le32(p) ((u32)vtd_shim_get_le(p, 4))
#define get_unaligned_le64(p) vtd_shim_get_le(p, 8)
#define put_unaligned_le16(v, p) vtd_shim_put_le(v, p, 2)
#define put_unaligned_le32(v, p) vtd_shim_put_le(v, p, 4)
#define put_unaligned_le64(v, p) vtd_shim_put_le(v, p, 8)

#endif /* VTD_SHIM_UNALIGNED_H */
