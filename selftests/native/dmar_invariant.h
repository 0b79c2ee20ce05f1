/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What must hold for every topology that the parser hands out.
 */
#ifndef DMAR_INVARIANT_H
#define DMAR_INVARIANT_H

#include "../../dmar/dmar_parse.h"

/* Returns NULL, or what is wrong. */
const char *dmar_topology_wrong(const struct vtd_dmar *dmar, u32 table_len);

/* What is wrong with an error, or NULL. */
const char *dmar_error_wrong(int ret, const struct vtd_parse_error *err,
			     size_t len);

/*
 * Parses, checks the outcome, tries some look-ups, frees.  Returns what the
 * parser returned; aborts with a message when something is wrong.
 */
int dmar_try(const u8 *table, size_t len);

#endif /* DMAR_INVARIANT_H */
