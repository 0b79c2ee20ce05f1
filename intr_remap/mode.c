// SPDX-License-Identifier: GPL-2.0
/*
 * Whether this machine's CPUs and units go together.
 *
 * Extended interrupt mode is on exactly when the CPUs are in x2APIC mode.  In
 * it hardware blocks compatibility format at once, so that interrupts cannot
 * be adopted one by one.  They are adopted before it, with 8-bit ids, as the
 * interrupts have them until then; and only then it is switched on.  Pure:
 * knows no register.
 */
#include <linux/stddef.h>

#include "mode.h"

/* The highest id that one CPU alone answers to in 8 bits. */
#define VTD_IR_ID_8_BIT_MAX 254

/**
 * vtd_ir_mode_refusal() - what stands against remapping on this machine
 * @mode: how it is
 *
 * Context: any.
 * Return: NULL for nothing, or a sentence with the remedy.
 */
const char *vtd_ir_mode_refusal(const struct vtd_ir_mode *mode)
{
	if (!mode->x2apic)
		return NULL;
	if (mode->opt_out)
		return "the firmware asks not to use x2APIC mode (DMAR table, flag X2APIC_OPT_OUT), but the CPUs are in it: boot with nox2apic";
	if (!mode->eim)
		return "the CPUs are in x2APIC mode, and a unit has no extended interrupt mode for it (ECAP.EIM): boot with nox2apic";
	if (mode->logical)
		return "the CPUs are in x2APIC mode with logical destinations, which no 8 bits can name: boot with x2apic_phys";
	if (mode->id_max > VTD_IR_ID_8_BIT_MAX)
		return "a CPU's APIC id is above 254: its interrupts cannot be taken over while they come in";
	return NULL;
}
