/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Root and context tables of a unit, and the one writer of their entries.
 */
#ifndef VTD_CONTEXT_H
#define VTD_CONTEXT_H

#include <linux/types.h>

#include <vtd/hw/context.h>

struct vtd_unit;

int vtd_context_init(struct vtd_unit *unit);
void vtd_context_destroy(struct vtd_unit *unit);
int vtd_context_set(struct vtd_unit *unit, const u16 *sid, unsigned int nr,
		    const struct vtd_context_entry *entry);
int vtd_context_silence(struct vtd_unit *unit, u16 sid, bool silent);
int vtd_context_peek(struct vtd_unit *unit, u16 sid,
		     struct vtd_context_entry *entry);

#endif /* VTD_CONTEXT_H */
