/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Native tests on the software unit: a translating unit with tables that are
 * made by hand, of literal entries, and an invalidation queue.
 */
#ifndef VTD_MODEL_TABLES_H
#define VTD_MODEL_TABLES_H

#include "model_fixture.h"

#define TAB_SID 0x0118 /* 01:03.0 */
#define TAB_DID 5

/**
 * struct tab - a unit and its tables
 * @unit: translating
 * @regs: its registers
 * @root: root table
 * @context: context table of bus 1
 * @ring: invalidation queue, one page
 * @status: where wait descriptors write
 * @table: second-stage tables by level; @table[@levels] is in the context entry
 * @levels: 3, 4 or 5
 * @tail: of the ring, bytes
 */
struct tab {
	struct vtd_model_unit *unit;
	struct vtd_regs regs;
	u64 *root;
	u64 *context;
	u64 *ring;
	u64 *status;
	u64 *table[6];
	unsigned int levels;
	u32 tail;
};

extern struct tab tab;

/*
 * Start a machine with one unit: address 0 up to 512 pages through a table at
 * level 1, 2 MiB to 4 MiB empty; TAB_SID translated under TAB_DID; on, with
 * nothing cached.
 */
void tab_start(u64 cap, u64 ecap, unsigned int levels, u32 policy);
void tab_stop(void);

/* The entry of TAB_SID, raw. */
void tab_set_context(u64 lo, u64 hi);

/* What a request of TAB_SID comes to; 0 or the reason. */
unsigned int tab_ask(u64 addr, enum vtd_model_access access);
/* The same, from nothing cached before it. */
unsigned int tab_ask_fresh(u64 addr, enum vtd_model_access access);
/* The last result. */
extern struct vtd_model_result tab_result;

/* Put a descriptor on the ring; ring the doorbell; let the unit work. */
void tab_queue(u64 lo, u64 hi);
void tab_doorbell(void);
void tab_run(void);
/* All of it, for one descriptor. */
void tab_do(u64 lo, u64 hi);

/* Literal descriptors. */
#define TAB_CONTEXT_GLOBAL 0x11ULL
#define TAB_CONTEXT_DOMAIN(did) (0x21ULL | (u64)(did) << 16)
#define TAB_CONTEXT_DEVICE(did, sid, fm) \
	(0x31ULL | (u64)(did) << 16 | (u64)(sid) << 32 | (u64)(fm) << 48)
#define TAB_IOTLB_GLOBAL 0x12ULL
#define TAB_IOTLB_DOMAIN(did) (0x22ULL | (u64)(did) << 16)
#define TAB_IOTLB_PAGES(did) (0x32ULL | (u64)(did) << 16)
#define TAB_WAIT(value) (0x25ULL | (u64)(value) << 32)

#endif /* VTD_MODEL_TABLES_H */
