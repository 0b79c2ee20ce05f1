/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Native tests of the driver's interrupt remapping table on a software unit:
 * invalidations go through the driver's own queue.
 */
#ifndef VTD_IR_RIG_H
#define VTD_IR_RIG_H

#include "rig.h"

#include "../../intr_remap/table.h"

#define IR_ECAP (FIX_ECAP | VTDM_ECAP_IR | VTDM_ECAP_MHMV(15))

/**
 * struct ir_rig - a unit that remaps interrupts, as rig.unit[0]
 * @table: its table
 * @got: what the last request came to
 */
struct ir_rig {
	struct vtd_ir_table table;
	struct vtd_model_interrupt got;
};

extern struct ir_rig ir;

/* Switch remapping on, with @nr entries; @eim: 32-bit APIC ids. */
void ir_on(u32 nr, bool eim);
/* Off, and the table freed. */
void ir_off(void);

/* A machine with one unit, remapping through 256 entries. */
void ir_start(u64 cap, u64 ecap, u32 policy, unsigned int latency);
/* Everything off and freed; the checker's last word. */
void ir_stop(void);
/* The same, when things were made to go wrong. */
void ir_stop_broken(void);

/* Take a run of @nr, which must succeed. */
u32 ir_alloc(unsigned int nr);
/* Write an entry for a source-id, which must succeed. */
void ir_set(u32 index, u8 vector, u32 dest, u16 sid);

/* What a request for an entry comes to: 0 or the reason. */
unsigned int ir_ask(u16 sid, u32 index);
/* The same as multi-MSI: the run's first index, and which of them. */
unsigned int ir_ask_of(u16 sid, u32 first, u16 nth);
/* A request goes there. */
void ir_goes(u16 sid, u32 index, u8 vector, u32 dest);

#endif /* VTD_IR_RIG_H */
