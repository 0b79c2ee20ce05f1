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

#define VTD_IR_OPT_OUT                                                \
	"the firmware asks not to use x2APIC mode (DMAR table, flag " \
	"X2APIC_OPT_OUT), but the CPUs are in it: boot with nox2apic"
#define VTD_IR_NO_EIM                                              \
	"the CPUs are in x2APIC mode, and a unit has no extended " \
	"interrupt mode for it (ECAP.EIM): boot with nox2apic"
#define VTD_IR_LOGICAL                                                  \
	"the CPUs are in x2APIC mode with logical destinations, which " \
	"no 8 bits can name: boot with x2apic_phys"
#define VTD_IR_ID_TOO_HIGH                                              \
	"the CPUs are in x2APIC mode, and one's APIC id is above 254: " \
	"its interrupts cannot be taken over while they come in"

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
		return VTD_IR_OPT_OUT;
	if (!mode->eim)
		return VTD_IR_NO_EIM;
	if (mode->logical)
		return VTD_IR_LOGICAL;
	if (mode->id_max > VTD_IR_ID_8_BIT_MAX)
		return VTD_IR_ID_TOO_HIGH;
	return NULL;
}
