/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How large the APIC ids in the tables are (VT-d 5.1.4.1, 5.1.4.2).
 */
#ifndef VTD_IR_MODE_H
#define VTD_IR_MODE_H

#include <linux/types.h>

/**
 * struct vtd_ir_mode - what decides about it
 * @x2apic: the CPUs are in x2APIC mode
 * @opt_out: firmware asks not to use it (8.1)
 * @eim: every unit has extended interrupt mode
 * @logical: interrupts go to logical destinations
 * @id_max: highest APIC id of a CPU
 */
struct vtd_ir_mode {
	bool x2apic;
	bool opt_out;
	bool eim;
	bool logical;
	u32 id_max;
};

const char *vtd_ir_mode_refusal(const struct vtd_ir_mode *mode);

#endif /* VTD_IR_MODE_H */
