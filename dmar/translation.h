/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What becomes of a source's addresses: what the entries of either mode say, in
 * terms of neither.
 */
#ifndef VTD_TRANSLATION_H
#define VTD_TRANSLATION_H

#include <linux/types.h>

/**
 * enum vtd_translate - how addresses are translated
 * @VTD_BLOCKED: not at all; requests are refused
 * @VTD_PASS_THROUGH: they are not changed
 * @VTD_SECOND_STAGE: by second-stage tables
 * @VTD_FIRST_STAGE: by first-stage tables; in scalable mode only
 * @VTD_NESTED: by a guest's first-stage tables, and what these say by
 *	second-stage tables; in scalable mode only
 */
enum vtd_translate {
	VTD_BLOCKED,
	VTD_PASS_THROUGH,
	VTD_SECOND_STAGE,
	VTD_FIRST_STAGE,
	VTD_NESTED,
};

/**
 * struct vtd_translation - what becomes of a source's addresses
 * @kind: see there
 * @levels: of the tables, nested: of the second stage; for pass-through the
 *	most that the unit has
 * @guest_levels: nested: of the guest's tables
 * @snoop: requests snoop CPU caches whatever they say; of the first stage, the
 *	second has it in its leaves
 * @dirty: accessed and dirty bits are set in second-stage tables
 * @process: the tables are those of a process: pages may be not for execution,
 *	or only to be read even by a supervisor
 * @did: domain-id
 * @table: physical address of the top table
 * @guest: nested: guest-physical address of the guest's top table, and the bits
 *	VTD_PASID_SRE, _WPE and _EAFE as the guest wants them
 *
 * All zero is blocked.
 */
struct vtd_translation {
	enum vtd_translate kind;
	u8 levels;
	u8 guest_levels;
	bool snoop;
	bool dirty;
	bool process;
	u16 did;
	u64 table;
	u64 guest;
};

static inline struct vtd_translation
vtd_translation_second_stage(u64 table, unsigned int levels, u16 did)
{
	return (struct vtd_translation){
		.kind = VTD_SECOND_STAGE,
		.levels = levels,
		.did = did,
		.table = table,
	};
}

#endif /* VTD_TRANSLATION_H */
