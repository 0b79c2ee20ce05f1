/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Native tests on the software unit: a unit that remaps interrupts, with a
 * table that is made by hand, of literal entries, and an invalidation queue.
 */
#ifndef VTD_MODEL_IRT_H
#define VTD_MODEL_IRT_H

#include "model_fixture.h"

#define IRT_ECAP (FIX_ECAP | VTDM_ECAP_IR | VTDM_ECAP_MHMV(15))
#define IRT_ECAP_EIM (IRT_ECAP | VTDM_ECAP_EIM)

/* Global commands and their status. */
#define IRT_QIE 0x04000000U
#define IRT_IRE 0x02000000U
#define IRT_SIRTP 0x01000000U
#define IRT_CFI 0x00800000U

#define IRT_SID 0x0118 /* 01:03.0 */
#define IRT_MINE 0x40118ULL /* upper half of an entry: exactly IRT_SID */

/* Present entries: vector 0x41 to APIC id 3, vector 0x52 to APIC id 7. */
#define IRT_ENTRY 0x0000030000410001ULL
#define IRT_OTHER 0x0000070000520001ULL

/* Posting: entries for virtual vector 0x61, to be completed by an address. */
#define IRT_PI_CAP (FIX_CAP | VTDM_CAP_PI)
#define IRT_POSTED 0x0000000000618001ULL

/* Notifications with vector 0xf2 to APIC id 5: bits 319:256 of a descriptor. */
#define IRT_CONTROL 0x0000050000f20000ULL
#define IRT_FAR_CONTROL 0x0000000500f20000ULL /* the same with EIME */
#define IRT_ON 1ULL
#define IRT_SN 2ULL

/* Address of a request in remappable format, for index 0 to 0x7fff. */
#define IRT_AT(index) (0xfee00010ULL | (u64)(index) << 5)

/* Literal descriptors. */
#define IRT_IEC_GLOBAL 0x4ULL
#define IRT_IEC_INDEX(index, im) \
	(0x14ULL | (u64)(index) << 32 | (u64)(im) << 27)

/**
 * struct irt - a unit and its table
 * @unit: the unit
 * @regs: its registers
 * @ring: invalidation queue, one page
 * @table: interrupt remapping table, one page of 256 entries
 * @descs: posted interrupt descriptors, one page of 64; of irt_post_start()
 * @tail: of the ring, bytes
 * @latency: of the queue of the next unit that is started
 * @haw: host address width of the next unit; 0 for 46 bits
 * @got: what the last request came to
 */
struct irt {
	struct vtd_model_unit *unit;
	struct vtd_regs regs;
	u64 *ring;
	u64 *table;
	u64 *descs;
	u32 tail;
	unsigned int latency;
	u8 haw;
	struct vtd_model_interrupt got;
};

extern struct irt irt;

/* Start a machine with one unit, nothing on; commands take @latency steps. */
void irt_start_off(u64 cap, u64 ecap, u32 policy, unsigned int latency);
/* Queue and remapping on; IRTA has the bits @irta besides the address. */
void irt_on(u64 irta);
/* Both of it, with 256 entries; what breaks a rule is expected. */
void irt_start_with(u64 cap, u64 ecap, u32 policy);
void irt_start(void);
void irt_stop(void);
/* The same when no rule was broken. */
void irt_stop_good(void);

/* A global command, that leaves what else is on as it is. */
void irt_command(u32 bit, bool on);

/* Put a descriptor on the ring and ring the doorbell; let the unit work. */
void irt_queue(u64 lo, u64 hi);
void irt_run(void);
/* All of it. */
void irt_do(u64 lo);

/* Write an entry by one store of 128 bits, and write it back. */
void irt_put(unsigned int index, u64 lo, u64 hi);

/*
 * All of it, with IRTA's other bits, and a page of descriptors; at the end
 * nothing is remapped any more when the page is freed.
 */
void irt_post_start_with(u64 cap, u64 ecap, u64 irta, u32 policy);
void irt_post_start(void);
void irt_post_stop(void);
void irt_post_stop_good(void);

/* Descriptor @nr of the page; its bits 319:256. */
u64 *irt_desc(unsigned int nr);
void irt_control(unsigned int nr, u64 control);

/* Write an entry that names an address or descriptor @nr, other bits besides. */
void irt_put_at(unsigned int index, u64 phys, u64 lo, u64 hi);
void irt_put_posted(unsigned int index, unsigned int nr, u64 lo, u64 hi);

/* What a request comes to: 0 or the reason. */
unsigned int irt_ask_from(u16 sid, u64 addr, u32 data);
unsigned int irt_ask(u64 addr, u32 data);
/* The last one went there. */
void irt_goes_to(u8 vector, u32 dest);

/* Exactly this rule was broken, once or more, by this word. */
void irt_told(enum vtd_model_rule rule, const void *ptr);

#endif /* VTD_MODEL_IRT_H */
