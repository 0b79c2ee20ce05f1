/* SPDX-License-Identifier: GPL-2.0 */
/* Native build: fields of a word by mask. */
#ifndef VTD_SHIM_BITFIELD_H
#define VTD_SHIM_BITFIELD_H

#include <linux/bits.h>

#define __bf_shf(mask) (__builtin_ffsll(mask) - 1)
#define FIELD_MAX(mask) ((typeof(mask))((mask) >> __bf_shf(mask)))
#define FIELD_FIT(mask, val) \
	(!((((typeof(mask))(val)) << __bf_shf(mask)) & ~(mask)))
#define FIELD_PREP(mask, val) \
	((typeof(mask))(((typeof(mask))(val) << __bf_shf(mask)) & (mask)))
#define FIELD_PREP_CONST(mask, val) FIELD_PREP(mask, val)
#define FIELD_GET(mask, reg) \
	((typeof(mask))(((reg) & (mask)) >> __bf_shf(mask)))
#define FIELD_MODIFY(mask, regp, val) \
	(*(regp) = (*(regp) & ~(mask)) | FIELD_PREP(mask, val))

#endif /* VTD_SHIM_BITFIELD_H */
