/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tables of scalable mode: context entries, PASID directories and PASID tables.
 * context.h is what others use.
 */
#ifndef VTD_SCALABLE_H
#define VTD_SCALABLE_H

#include <linux/types.h>

#include <vtd/hw/pasid.h>

#include "translation.h"

struct vtd_unit;

/**
 * struct vtd_pasid_dir - the PASID tables of a source-id
 * @entry: the directory, 2^@order entries (9.5)
 * @order: see there
 * @used: PASIDs that are translated, other than VTD_NO_PASID
 * @unsure: an invalidation failed: what the unit has cached of it is not known
 * @features: bits DTE, PASIDE and PRE of the context entry
 *
 * All under the unit's lock.
 */
struct vtd_pasid_dir {
	u64 *entry;
	unsigned int order;
	unsigned int used;
	bool unsure;
	u64 features;
};

/**
 * struct vtd_sm_table - a context table and what hangs from it
 * @entry: VTD_SM_CONTEXT_ENTRIES entries, for hardware
 * @dir: for each: its own PASID directory, or NULL
 *
 * All under the unit's lock.
 */
struct vtd_sm_table {
	struct vtd_sm_context_entry *entry;
	struct vtd_pasid_dir *dir[VTD_SM_CONTEXT_ENTRIES];
};

/**
 * struct vtd_sm_belief - the entries of a source-id, as they are and should be
 * @expected: bits 63:0 of the context entry, but FPD
 * @found: bits 63:0 and 127:64 of it, as they are
 * @own: it has a directory of its own
 * @features: of that: what requests it may make
 * @dir: the directory that the context entry should lead to, or NULL
 */
struct vtd_sm_belief {
	u64 expected;
	u64 found[2];
	bool own;
	u64 features;
	struct vtd_pasid_dir *dir;
};

/* scalable.c */
void vtd_sm_believe(struct vtd_unit *unit, u16 sid,
		    const struct vtd_translation *to,
		    struct vtd_sm_belief *belief);
bool vtd_sm_dir_sound(struct vtd_unit *unit, u16 sid, bool (*memory)(u64 phys),
		      unsigned int *index, u64 *entry);
void vtd_sm_entry(struct vtd_unit *unit, const struct vtd_pasid_dir *dir,
		  u32 pasid, struct vtd_pasid_entry *pe);
void vtd_sm_destroy(struct vtd_unit *unit);
int vtd_sm_set(struct vtd_unit *unit, const u16 *sid, unsigned int nr,
	       u32 pasid, const struct vtd_translation *to);
int vtd_sm_reserve(struct vtd_unit *unit, const u16 *sid, unsigned int nr,
		   unsigned int pasid_bits);
int vtd_sm_features(struct vtd_unit *unit, u16 sid, u64 features,
		    unsigned int pasid_bits);
int vtd_sm_silence(struct vtd_unit *unit, u16 sid, bool silent);
int vtd_sm_peek(struct vtd_unit *unit, u16 sid, u32 pasid,
		struct vtd_sm_context_entry *ce, struct vtd_pasid_entry *pe);
bool vtd_sm_next(struct vtd_unit *unit, u16 sid, u32 *pasid,
		 struct vtd_pasid_entry *pe);

/* pasid.c */
struct vtd_pasid_dir *vtd_pasid_dir_create(const struct vtd_unit *unit,
					   unsigned int pasid_bits);
void vtd_pasid_dir_destroy(struct vtd_pasid_dir *dir);
int vtd_pasid_prepare(const struct vtd_unit *unit, struct vtd_pasid_dir *dir,
		      u32 pasid);
struct vtd_pasid_entry *vtd_pasid_slot(const struct vtd_pasid_dir *dir,
				       u32 pasid);
struct vtd_pasid_entry vtd_pasid_says(const struct vtd_unit *unit,
				      const struct vtd_translation *to);
int vtd_pasid_write(struct vtd_unit *unit, u16 sid, struct vtd_pasid_dir *dir,
		    u32 pasid, const struct vtd_translation *to, bool live);
void vtd_pasid_withdraw(const struct vtd_unit *unit, struct vtd_pasid_dir *dir,
			struct vtd_pasid_entry *pe);
int vtd_pasid_forget(struct vtd_unit *unit, u16 sid, u32 pasid,
		     const struct vtd_pasid_entry *old);
int vtd_pasid_forget_all(struct vtd_unit *unit, u16 sid,
			 struct vtd_pasid_dir *dir);

#endif /* VTD_SCALABLE_H */
