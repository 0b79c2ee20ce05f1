/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Random damage to DMAR tables.
 */
#ifndef DMAR_MUTATE_H
#define DMAR_MUTATE_H

#include <linux/types.h>

/*
 * Damages @table in place and returns its new length, at most @max.  Most of
 * the time length and checksum of the header are right again afterwards.
 */
u32 dmar_mutate(u8 *table, u32 len, u32 max, u64 *seed);

#endif /* DMAR_MUTATE_H */
