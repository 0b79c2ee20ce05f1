/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What software does with a posted-interrupt descriptor (VT-d 5.2.3).
 */
#ifndef VTD_PI_DESC_H
#define VTD_PI_DESC_H

#include <vtd/hw/pi.h>

/**
 * struct vtd_pi_target - where notifications go
 * @vector: of the CPU
 * @apic_id: of the CPU's local APIC
 * @wide: ids have 32 bits: the CPUs are in x2APIC mode
 */
struct vtd_pi_target {
	u8 vector;
	u32 apic_id;
	bool wide;
};

void vtd_pi_init(struct vtd_pi_desc *desc, struct vtd_pi_target to);
bool vtd_pi_post(struct vtd_pi_desc *desc, u8 vector, bool urgent);
bool vtd_pi_pending(const struct vtd_pi_desc *desc);
unsigned int vtd_pi_harvest(struct vtd_pi_desc *desc, u64 *pir);
void vtd_pi_suspend(struct vtd_pi_desc *desc);
bool vtd_pi_resume(struct vtd_pi_desc *desc, struct vtd_pi_target to);
bool vtd_pi_move(struct vtd_pi_desc *desc, struct vtd_pi_target to);

#endif /* VTD_PI_DESC_H */
