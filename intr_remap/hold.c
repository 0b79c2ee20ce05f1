// SPDX-License-Identifier: GPL-2.0
/*
 * Interrupts of devices in quarantine: the unit refuses them, whatever their drivers
 * go on to ask for, until vtd_dmar says otherwise.
 */
#include "remap.h"

static int vtd_ir_hold(const struct vtd_unit *unit, const u16 *sid,
		       unsigned int nr, bool on)
{
	unsigned int i;

	for (i = 0; i < vtd_ir.nr; i++)
		if (vtd_ir.unit[i].unit == unit)
			return vtd_ir_table_hold(&vtd_ir.unit[i].table, sid, nr,
						 on);
	return 0;
}

/**
 * vtd_ir_hold_add() - block the interrupts of devices in quarantine
 *
 * Context: may sleep; the takeover is complete.
 */
void vtd_ir_hold_add(void)
{
	vtd_units_contain(vtd_ir_hold);
}

/**
 * vtd_ir_hold_remove() - undo vtd_ir_hold_add()
 *
 * Context: may sleep.
 */
void vtd_ir_hold_remove(void)
{
	vtd_units_contain(NULL);
}
