/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Paging domains: an address space, and the units that translate with it.
 */
#ifndef VTD_DOMAIN_H
#define VTD_DOMAIN_H

#include <linux/iommu.h>
#include <linux/jump_label.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/types.h>

#include "devtlb.h"
#include "iommu.h"
#include "pgtable.h"
#include "pool.h"
#include "translation.h"
#include "unit.h"

struct module;
struct vtd_guest;

/**
 * struct vtd_domain_counts - what a domain's flushes were, by CPU
 * @flushes: invalidations of its translations, each with a round trip
 * @all: of those, such that took in all of the domain
 * @queue: times that the core flushed what it had put off
 */
struct vtd_domain_counts {
	u64 flushes;
	u64 all;
	u64 queue;
};

/**
 * struct vtd_domain_user - what is attached to a domain through a unit
 * @node: in the @users of struct vtd_domain_unit
 * @caching: in its @caching, where the device keeps translations; RCU
 * @rcu: for freeing
 * @devtlb: where it keeps them, or NULL (c)
 * @shadow: nested: the same in the shadow of the struct vtd_domain_unit (c)
 * @pasid: the PASID of its requests, or VTD_NO_PASID
 * @whole: it keeps them by other addresses than the domain's (c)
 * @nr: source-ids
 * @sid: those of one device; the first is its own
 *
 * Under the domain's lock, but for (c), constant.
 */
struct vtd_domain_user {
	struct list_head node;
	struct list_head caching;
	struct rcu_head rcu;
	struct vtd_devtlb *devtlb;
	struct vtd_domain_user *shadow;
	u32 pasid;
	bool whole;
	unsigned int nr;
	u16 sid[] __counted_by(nr);
};

/**
 * struct vtd_domain_unit - one unit that translates with a domain; in the first
 *	stage, with one PASID: caches are tagged with it as well
 * @node: in the domain's @units; RCU
 * @unit: the unit (c)
 * @guest: of a shadow: whose it is (c)
 * @shadow: nested: its own in the list of the parent, for which the unit caches
 *	under the same domain-id (c)
 * @pasid: see there; VTD_NO_PASID in the second stage (c)
 * @did: the domain-id that the unit tags its caches with (c)
 * @max_order: most pages that one page-selective invalidation takes, as a
 *	power of two; -1 when the unit has none (c)
 * @iotlb_pages: low half of such an invalidation for this domain (c)
 * @iotlb_all: low half of one of all that the domain has in the unit; the other
 *	is 0 (c)
 * @counts: of the domain (c)
 * @users: struct vtd_domain_user (d)
 * @plain: devices that are attached and have none: in legacy mode, and keeping no
 *	translations, there is nothing to know of them (d)
 * @caching: those of them that keep translations; RCU
 * @stale: the unit did not forget the entries of one that left (d)
 * @rcu: for freeing
 *
 * (c) constant once in the list, (d) under the domain's lock.
 */
struct vtd_domain_unit {
	struct list_head node;
	struct vtd_unit *unit;
	const struct vtd_guest *guest;
	struct vtd_domain_unit *shadow;
	u32 pasid;
	u16 did;
	s8 max_order;
	u64 iotlb_pages;
	u64 iotlb_all;
	struct vtd_domain_counts __percpu *counts;
	struct list_head users;
	struct list_head caching;
	unsigned int plain;
	bool stale;
	struct rcu_head rcu;
};

/**
 * enum vtd_strict - are unmaps flushed at once that the core would put off?
 * @VTD_STRICT_OFF: no
 * @VTD_STRICT_TURNING: yes, and all of the domain: a part of the same unmap may
 *	have been put off
 * @VTD_STRICT_ON: yes
 */
enum vtd_strict {
	VTD_STRICT_OFF,
	VTD_STRICT_TURNING,
	VTD_STRICT_ON,
};

/**
 * struct vtd_domain - a paging domain
 * @domain: what the iommu core sees
 * @iommu: the same, for a core that leaves the choice of page sizes to us
 * @pt: its tables; callers own disjoint ranges, no lock
 * @lock: attaching and detaching
 * @units: struct vtd_domain_unit; read under RCU, written under @lock
 * @sync_map: some unit must be told of new mappings (caching mode or RWBF);
 *	only ever set, before the unit is in @units
 * @mapped: something has been mapped; only ever set
 * @can_snoop: the unit that it was made for can enforce snooping (c)
 * @snoops: it is enforced, in first-stage tables: by their PASID entries (d)
 * @long_way: some device keeps translations, some unit is in caching mode, or
 *	another domain is nested in it; only ever set, before the device may or the
 *	unit walks
 * @foreign: the tables are not ours: those of a process or a guest (c)
 * @dirty: its tables tell what was written to (c)
 * @nest_parent: others may be nested in it (c)
 * @tracks: it is asked to mark what is written to (d)
 * @guest: nested: in what, and with which tables (c)
 * @owner: the module that user space has it through, or NULL (c)
 * @dead: the tables are given up: nothing is attached any more (d)
 * @leaked: a flush failed on the way out: the tables are never freed (d)
 * @strict: enum vtd_strict; looked at without @lock, and only where
 *	vtd_strict_used says that there is such a domain (d)
 * @counts: see there
 * @number: tells domains apart in trace events, from 1 (c)
 * @rcu: for freeing: reports look at a domain without a lock; the tables and
 *	@counts go at once
 */
struct vtd_domain {
	union {
		struct iommu_domain domain;
		struct pt_iommu iommu;
	};
	struct vtd_pgtable pt;
	struct mutex lock;
	struct list_head units;
	bool sync_map;
	bool mapped;
	bool can_snoop;
	bool snoops;
	bool long_way;
	bool foreign;
	bool dirty;
	bool nest_parent;
	bool tracks;
	bool dead;
	bool leaked;
	u8 strict;
	const struct vtd_guest *guest;
	struct module *owner;
	struct vtd_domain_counts __percpu *counts;
	u32 number;
	struct rcu_head rcu;
};

/**
 * struct vtd_guest - what makes a domain a nested one
 * @parent: domain of the second stage
 * @table: guest-physical address of the top table, and the flags of the entry
 * @levels: of the guest's tables
 */
struct vtd_guest {
	struct vtd_domain *parent;
	u64 table;
	u8 levels;
};

/**
 * struct vtd_domain_want - what a domain is made for
 * @stage: of its tables
 * @dirty: they are to tell what was written to
 */
struct vtd_domain_want {
	enum vtd_pt_stage stage;
	bool dirty;
};

static inline struct vtd_domain *to_vtd_domain(struct iommu_domain *domain)
{
	return container_of(domain, struct vtd_domain, domain);
}

/* Has user space, or a guest, what is attached to a domain of this type? */
static inline bool vtd_type_assigned(unsigned int type)
{
	return type == IOMMU_DOMAIN_UNMANAGED || type == IOMMU_DOMAIN_NESTED;
}

static inline bool vtd_domain_assigned(const struct vtd_domain *d)
{
	return vtd_type_assigned(d->domain.type);
}

/* Some domain is strict that the core holds to be lazy. */
DECLARE_STATIC_KEY_FALSE(vtd_strict_used);

/* By node; NULL where tables are not kept for later. */
extern struct vtd_pool *vtd_pools;

void vtd_domain_init(struct vtd_domain *d);
struct vtd_domain *vtd_domain_alloc(const struct vtd_unit *unit,
				    struct vtd_domain_want want);
void vtd_domain_free(struct vtd_domain *d);
int vtd_domain_attach(struct vtd_domain *d, struct vtd_unit *unit, u32 pasid,
		      const u16 *sid, unsigned int nr);
void vtd_domain_detach(struct vtd_domain *d, struct vtd_unit *unit, u32 pasid,
		       u16 sid, bool forgotten);
int vtd_domain_renew(struct vtd_domain *d, struct vtd_unit *unit,
		     const u16 *sid, unsigned int nr);
bool vtd_domain_says(struct vtd_domain *d, const struct vtd_unit *unit,
		     u32 pasid, struct vtd_translation *to);
void vtd_domain_block(struct vtd_domain *d);
bool vtd_domain_enforce_snoop(struct vtd_domain *d);
int vtd_domain_track(struct vtd_domain *d, bool on);
bool vtd_domain_suits(const struct vtd_domain *d, const struct vtd_unit *unit);
void vtd_domain_count(const struct vtd_domain *d,
		      struct vtd_domain_counts *sum);

int vtd_flush_range(struct vtd_domain *d, u64 start, u64 last, bool leaf_only);
int vtd_flush_all(struct vtd_domain *d);
int vtd_flush_mapped(struct vtd_domain *d, u64 start, u64 last);
int vtd_domain_set_strict(struct vtd_domain *d, bool on);

struct vtd_domain_want vtd_unit_usual(const struct vtd_unit *unit);
int vtd_unit_pt_init(const struct vtd_unit *unit, struct vtd_domain_want want,
		     struct vtd_pgtable *pt);
struct vtd_translation vtd_pt_translation(const struct vtd_pgtable *pt,
					  u16 did);

int vtd_identity_init(struct vtd_unit *unit);
int vtd_identity_regions(struct vtd_unit *unit, const struct vtd_dmar *dmar);
void vtd_identity_destroy(struct vtd_unit *unit);
struct vtd_translation vtd_identity(const struct vtd_unit *unit);

#endif /* VTD_DOMAIN_H */
