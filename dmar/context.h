/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Root and context tables of a unit, of either mode, and the one writer of
 * their entries.
 */
#ifndef VTD_CONTEXT_H
#define VTD_CONTEXT_H

#include <linux/types.h>

#include <vtd/hw/context.h>
#include <vtd/hw/qi.h>

#include "translation.h"

struct vtd_unit;

int vtd_context_init(struct vtd_unit *unit);
void vtd_context_destroy(struct vtd_unit *unit);
int vtd_context_set(struct vtd_unit *unit, const u16 *sid, unsigned int nr,
		    u32 pasid, const struct vtd_translation *to);
int vtd_context_hold(struct vtd_unit *unit, const u16 *sid, unsigned int nr,
		     bool on);
bool vtd_context_held(struct vtd_unit *unit, u16 sid);
int vtd_context_silence(struct vtd_unit *unit, u16 sid, bool silent);
struct vtd_context_entry vtd_context_says(struct vtd_unit *unit, u16 sid,
					  const struct vtd_translation *to);
int vtd_context_peek(struct vtd_unit *unit, u16 sid,
		     struct vtd_context_entry *entry);

/* For the writers of entries: context.c, scalable.c, pasid.c */
void vtd_context_written(const struct vtd_unit *unit, void *entry,
			 size_t bytes);
int vtd_context_submit(struct vtd_unit *unit, const struct vtd_qi_desc *desc,
		       unsigned int nr);

int vtd_context_forget_device(struct vtd_unit *unit, u16 sid, u32 pasid);

static inline u8 vtd_sid_bus(u16 sid)
{
	return sid >> 8;
}

static inline u8 vtd_sid_devfn(u16 sid)
{
	return sid & 0xff;
}

#endif /* VTD_CONTEXT_H */
