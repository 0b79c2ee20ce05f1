/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The way of a request through the tables in memory, entry by entry, and what
 * becomes of the request.
 *
 * fault_walk.c reads the entries, walk_judge.c and walk_scalable.c judge them;
 * all pure.  walk_cmd.c and walk_say.c answer the one who asked.
 */
#ifndef VTD_WALK_H
#define VTD_WALK_H

#include <linux/types.h>

#include <vtd/hw/pte.h>

#include "fault.h"

struct pci_dev;
struct vtd_device;
struct vtd_reply;
struct vtd_unit;

/*
 * Root entry and context entry; in scalable mode PASID directory entry and PASID
 * entry; then one entry for each level: see vtd_walk_top().
 */
#define VTD_WALK_ROOT 0
#define VTD_WALK_CONTEXT 1
#define VTD_WALK_DIRECTORY 2
#define VTD_WALK_PASID 3
#define VTD_WALK_ENTRIES (VTD_WALK_PASID + 1 + VTD_PTE_MAX_LEVELS)

/* Words of an entry that are kept apart. */
#define VTD_WALK_WORDS 4

/* 3.14: requests to it are no accesses to memory, and are not translated. */
#define VTD_INTERRUPT_FIRST 0xfee00000ULL
#define VTD_INTERRUPT_LAST 0xfeefffffULL

/**
 * struct vtd_walk_entry - one entry on the way
 * @at: physical address of it
 * @w: what it said, 0 beyond its end; of a PASID entry, whose words from the
 *	fourth on are reserved, the last has the bits of all those
 * @read: it could be read
 */
struct vtd_walk_entry {
	u64 at;
	u64 w[VTD_WALK_WORDS];
	bool read;
};

/**
 * struct vtd_walk - a walk
 * @way: the request
 * @pasid: in scalable mode, from the directory on: what it is translated under
 * @tables: where the walk came to its end
 * @nr: entries of @entry that were looked at
 * @entry: by VTD_WALK_*; those of the levels follow from the top down
 */
struct vtd_walk {
	struct vtd_fault_way way;
	u32 pasid;
	unsigned int nr;
	struct vtd_fault_tables tables;
	struct vtd_walk_entry entry[VTD_WALK_ENTRIES];
};

/* Where in @entry the levels begin. */
static inline unsigned int vtd_walk_top(const struct vtd_walk *walk)
{
	return (walk->way.scalable ? VTD_WALK_PASID : VTD_WALK_CONTEXT) + 1;
}

/* The level whose entry is @index in @entry. */
static inline unsigned int vtd_walk_level(const struct vtd_walk *walk,
					  unsigned int index)
{
	return walk->tables.levels - (index - vtd_walk_top(walk));
}

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
void vtd_walk_tables(const struct vtd_fault_way *way, vtd_fault_peek peek,
		     struct vtd_walk *walk);

/* walk_judge.c */
void vtd_walk_reserved(const struct vtd_walk *walk, unsigned int index,
		       const struct vtd_walk_unit *unit,
		       u64 reserved[VTD_WALK_WORDS]);
bool vtd_walk_is_reserved(const struct vtd_walk *walk, unsigned int index,
			  const struct vtd_walk_unit *unit);
u64 vtd_walk_second_reserved(u64 entry, unsigned int level,
			     const struct vtd_walk_unit *unit);
unsigned int vtd_walk_width(const struct vtd_walk *walk,
			    const struct vtd_walk_unit *unit);
u8 vtd_walk_judge(const struct vtd_walk *walk, const struct vtd_walk_unit *unit,
		  bool write);
u64 vtd_walk_covers(const struct vtd_walk *walk, u64 *start);
void vtd_walk_say_end(const struct vtd_walk *walk, char *text, size_t size);

/* walk_scalable.c, for walk_judge.c */
void vtd_walk_sm_reserved(const struct vtd_walk *walk, unsigned int index,
			  const struct vtd_walk_unit *unit,
			  u64 reserved[VTD_WALK_WORDS]);
u8 vtd_walk_sm_judge(const struct vtd_walk *walk,
		     const struct vtd_walk_unit *unit, bool write);

/* Room for vtd_walk_say_end() with the longest of everything. */
#define VTD_WALK_TEXT 160

/**
 * struct vtd_walk_ask - a question and what is known about it
 * @pdev: the device in question
 * @addr: the address, bytes
 * @pasid: the PASID
 * @has_pasid: @pasid is valid
 * @unit: what translates its requests, or NULL
 * @vdev: what it is to us when it is managed, or NULL
 * @has: what the unit has
 * @walk: what the tables say
 */
struct vtd_walk_ask {
	struct pci_dev *pdev;
	u64 addr;
	u32 pasid;
	bool has_pasid;
	struct vtd_unit *unit;
	struct vtd_device *vdev;
	struct vtd_walk_unit has;
	struct vtd_walk walk;
};

/* walk_say.c */
void vtd_walk_say_entries(const struct vtd_walk_ask *ask,
			  struct vtd_reply *reply);

/* walk_cmd.c */
int vtd_walk(struct pci_dev *pdev, u64 addr, struct vtd_reply *reply);
int vtd_walk_pasid(struct pci_dev *pdev, u64 addr, u32 pasid,
		   struct vtd_reply *reply);

#endif /* VTD_WALK_H */
