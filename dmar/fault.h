/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Primary faults of the units (VT-d 7.2).
 */
#ifndef VTD_FAULT_H
#define VTD_FAULT_H

#include <linux/types.h>

struct vtd_reply;
struct vtd_unit;

/**
 * struct vtd_fault_record - what a unit recorded of one fault (11.4.7.6)
 * @lo: bits 63:0 of the fault record
 * @hi: bits 127:64 of the fault record
 */
struct vtd_fault_record {
	u64 lo;
	u64 hi;
};

int vtd_fault_start(struct vtd_unit *unit);
void vtd_fault_stop(struct vtd_unit *unit);
void vtd_fault_report(struct vtd_reply *reply);

/* irq.c */
int vtd_irq_domain_create(void);
void vtd_irq_domain_destroy(void);
int vtd_irq_alloc(struct vtd_unit *unit);
void vtd_irq_free(unsigned int irq);
void vtd_irq_restore(struct vtd_unit *unit);

#endif /* VTD_FAULT_H */
