/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The way of a request through the tables in memory, entry by entry, and what
 * becomes of the request.
 *
 * fault_walk.c reads the entries, walk_judge.c judges them; both are pure.
 * walk_cmd.c says them to the one who asked.
 */
#ifndef VTD_WALK_H
#define VTD_WALK_H

#include <linux/types.h>

#include <vtd/hw/pte.h>

#include "fault.h"

struct pci_dev;
struct vtd_reply;

/* Root entry, context entry, one entry for each level. */
#define VTD_WALK_ROOT 0
#define VTD_WALK_CONTEXT 1
#define VTD_WALK_LEVEL 2
#define VTD_WALK_ENTRIES (VTD_WALK_LEVEL + VTD_PTE_MAX_LEVELS)

/* 3.14: requests to it are no accesses to memory, and are not translated. */
#define VTD_INTERRUPT_FIRST 0xfee00000ULL
#define VTD_INTERRUPT_LAST 0xfeefffffULL

/**
 * struct vtd_walk_entry - one entry on the way
 * @at: physical address of it
 * @w: what it said; @w[1] is 0 for an entry of one word
 * @read: it could be read
 */
struct vtd_walk_entry {
	u64 at;
	u64 w[2];
	bool read;
};

/**
 * struct vtd_walk - a walk
 * @sid: source-id of the request
 * @addr: its address, bytes
 * @tables: where the walk came to its end
 * @nr: entries of @entry that were looked at
 * @entry: by VTD_WALK_*; those of the levels follow from the top down
 */
struct vtd_walk {
	u16 sid;
	u64 addr;
	struct vtd_fault_tables tables;
	unsigned int nr;
	struct vtd_walk_entry entry[VTD_WALK_ENTRIES];
};

/**
 * struct vtd_walk_unit - what a judgement depends on
 * @cap: capability register
 * @ecap: extended capability register
 * @host_bits: bits of a physical address, at most 52
 */
struct vtd_walk_unit {
	u64 cap;
	u64 ecap;
	unsigned int host_bits;
};

/* fault_walk.c */
void vtd_walk_tables(u64 root, u16 sid, u64 addr, vtd_fault_peek peek,
		     struct vtd_walk *walk);

/* walk_judge.c */
void vtd_walk_reserved(const struct vtd_walk *walk, unsigned int index,
		       const struct vtd_walk_unit *unit, u64 reserved[2]);
u8 vtd_walk_judge(const struct vtd_walk *walk, const struct vtd_walk_unit *unit,
		  bool write);
u64 vtd_walk_covers(const struct vtd_walk *walk, u64 *start);
void vtd_walk_say_end(const struct vtd_walk *walk, char *text, size_t size);

/* Room for vtd_walk_say_end() with the longest of everything. */
#define VTD_WALK_TEXT 160

/* walk_cmd.c */
int vtd_walk(struct pci_dev *pdev, u64 addr, struct vtd_reply *reply);
int vtd_walk_pasid(struct pci_dev *pdev, u32 pasid, struct vtd_reply *reply);

#endif /* VTD_WALK_H */
