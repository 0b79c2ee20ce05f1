/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Native tests of nested domains: guests with first-stage tables of their own in
 * model memory, below second stages of the driver's.
 */
#ifndef VTD_NESTED_RIG_H
#define VTD_NESTED_RIG_H

#include <linux/kernel.h>
#include <linux/sizes.h>

#include <vtd/hw/pasid.h>
#include <vtd/nested.h>

#include "rig.h"

#include "../../dmar/scalable.h"

/* With all that nested translation takes; SSADS where walks snoop. */
#define NEST_BASE                                                    \
	((FIX_ECAP & ~VTDM_ECAP_C) | VTDM_ECAP_DT | VTDM_ECAP_SMTS | \
	 VTDM_ECAP_PASID | VTDM_ECAP_PSS(20) | VTDM_ECAP_FSTS |      \
	 VTDM_ECAP_SSTS | VTDM_ECAP_NEST | VTDM_ECAP_SRS | VTDM_ECAP_EAFS)
#define NEST_COHERENT (VTDM_ECAP_C | VTDM_ECAP_SMPWCS | VTDM_ECAP_SSADS)

#define NEST_KINDS 5

extern const struct rig_kind nest_kinds[NEST_KINDS];

#define P 0x4321 /* in the middle of the directory */
#define AT 0x10000ULL /* the first of PAGES that everybody has */
#define PAGES 4
#define OTHER 0x0200 /* another device */

/* Fault reasons. */
#define ABSENT 0x59 /* no PASID entry */

#define PARENTS 2
#define GUESTS 8

/**
 * struct guest - first-stage tables in a guest's memory
 * @parent: number of the second stage that its memory is in
 * @table: by level, as the test reaches them
 * @top: guest-physical address of the top one
 * @data: guest-physical address of what @AT leads to
 * @phys: where that is
 * @d: nested domain with them
 */
struct guest {
	unsigned int parent;
	u64 *table[5];
	u64 top;
	u64 data;
	u64 phys;
	struct vtd_domain *d;
};

extern struct vtd_domain *parent[PARENTS];
extern struct guest guest[GUESTS];

/*
 * A machine with a unit; with @nr - 1 more of them.  All have two second stages
 * that others may be nested in; @dirty: these are to tell of writes.
 */
void nest_start(unsigned int kind, u32 policy, u64 seed, unsigned int nr,
		bool dirty);
/* All domains go: attached to nothing. */
void nest_stop(void);
void nest_stop_broken(void);

/*
 * Guest @i in second stage @at: AT leads to a place of its own.  @top: where it
 * has its top table, 0 for where nobody else has one; @leaf: bits of its leaves.
 */
void guest_make(unsigned int i, unsigned int at, u64 top, u64 leaf);
/* Only a domain with these tables, of which another guest knows. */
void guest_share(unsigned int i, unsigned int of);
/* The same page of the guest's memory, for whoever stores to it. */
void guest_store(u64 *at, u64 value);

/* What a device is told apart by, and what it is translated by. */
int join(struct vtd_domain *d, unsigned int unit, u16 sid, u32 pasid);
int cut(unsigned int unit, u16 sid, u32 pasid);
/* cut(), and the domain knows it. */
void part(struct vtd_domain *d, unsigned int unit, u16 sid, u32 pasid);
void allow(unsigned int unit, u16 sid);

unsigned int ask(unsigned int unit, u16 sid, u32 pasid, u64 addr,
		 enum vtd_model_access access, u64 *phys);
void assert_at(u16 sid, u32 pasid, u64 addr, u64 phys);
void assert_refused(u16 sid, u32 pasid, u64 addr);

struct vtd_pasid_entry entry_of(unsigned int unit, u16 sid, u32 pasid);

#endif /* VTD_NESTED_RIG_H */
