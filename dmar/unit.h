/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One remapping unit: its registers, tables, queue and fault interrupt.
 */
#ifndef VTD_UNIT_H
#define VTD_UNIT_H

#include <linux/idr.h>
#include <linux/iommu.h>
#include <linux/mutex.h>
#include <linux/types.h>
#include <linux/xarray.h>

#include <vtd/hw/context.h>
#include <vtd/hw/regs.h>
#include <vtd/regs_io.h>
#include "dmar_parse.h"
#include "pgtable.h"
#include "qi.h"

struct vtd_fault_listener;
struct vtd_pasid_dir;
struct vtd_pmu;
struct vtd_prq;
struct vtd_reply;
struct vtd_sm_table;

/* Domain-ids: 0 is what hardware tags non-present entries with (6.1). */
#define VTD_DID_PASS_THROUGH 1
#define VTD_DID_FIRST 2

/* Requests without a PASID, where one is asked for: RID_PASID is 0 (9.4). */
#define VTD_NO_PASID 0

/* Context tables of a unit in scalable mode, two a bus. */
#define VTD_SM_TABLES (2 * VTD_ROOT_ENTRIES)

/**
 * enum vtd_health - can the unit be relied on?
 * @VTD_HEALTH_OK: yes
 * @VTD_HEALTH_FAILED: an invalidation failed; what it covered is never freed
 */
enum vtd_health {
	VTD_HEALTH_OK,
	VTD_HEALTH_FAILED,
};

/* What a unit interrupts a CPU for. */
enum {
	VTD_EVENT_FAULT,
	VTD_EVENT_PAGE_REQUEST,
	VTD_EVENT_PERF,
	VTD_EVENTS,
};

/**
 * struct vtd_event - an interrupt that a unit itself raises
 * @unit: the unit
 * @base: its registers: control, data, address and upper address in a row, as
 *	VTD_FECTL and VTD_PECTL
 */
struct vtd_event {
	struct vtd_unit *unit;
	u32 base;
};

/**
 * struct vtd_unit - one remapping unit
 * @regs: registers (c)
 * @drhd: its structure in the DMAR table (c)
 * @index: its place among the units; its name is dmar<index> (c)
 * @name: as in /sys/class/iommu and in the log (c)
 * @version: version register (c)
 * @cap: capability register (c)
 * @ecap: extended capability register (c)
 * @nid: NUMA node, or NUMA_NO_NODE (c)
 * @scalable: works in scalable mode (c)
 * @first_stage: domains on it get first-stage tables (c)
 * @levels: of the tables that domains on it get (c)
 * @nr_did: domain-ids that hardware has (c)
 * @off_reason: why the unit stays off, or NULL (c)
 * @region: its claim on the register space (c)
 * @lock: registers with more than one writer; context tables; tables' users
 * @root: root table, VTD_ROOT_ENTRIES entries (l)
 * @context: context tables by bus, NULL where none was needed yet (l)
 * @sm: the same in scalable mode, by half a bus (l)
 * @same: in scalable mode, the PASID directory of source-ids whose addresses are
 *	not changed (l)
 * @held: source-ids of which nothing is let through, whatever they are attached to
 * @devtlbs: by source-id, the struct vtd_devtlb of functions with ATS on
 * @identity: 1:1 table for units without pass-through (c while translating)
 * @between: PASID entries that are between two domains: what the unit caches for
 *	them is tagged with the spare domain-id; written under @lock (l)
 * @qi: invalidation queue
 * @dids: domain-ids in use
 * @nr_did_used: how many
 * @irta: what the register of the interrupt remapping table was given
 * @remapping: interrupts are remapped
 * @translating: the tables are in force (l)
 * @health: see there; leaves VTD_HEALTH_OK once
 * @buffer_stuck: its write buffer was waited for in vain
 * @failed: told when it does, or NULL (c)
 * @iommu: its face in sysfs and to the iommu core
 * @in_sysfs: @iommu has been added (m)
 * @registered: @iommu is known to the core (m)
 * @event: the interrupts that it raises itself (c)
 * @prq: its page request queue, or NULL (c while translating)
 * @requesters: by source-id, the struct vtd_device that may send page requests
 * @irq: Linux number of the fault interrupt, 0 if none (m)
 * @listener: reads its faults, NULL if nobody does (m)
 * @pmu: its counters, as perf has them, or NULL (m)
 * @faults: faults read from it
 * @fault_overflows: times that it had more faults than room for them
 *
 * (c) constant after set-up, (l) under @lock, (m) under the control mutex.
 */
struct vtd_unit {
	struct vtd_regs regs;
	const struct vtd_drhd *drhd;
	unsigned int index;
	char name[16];
	u32 version;
	u64 cap;
	u64 ecap;
	int nid;
	bool scalable;
	bool first_stage;
	unsigned int levels;
	u32 nr_did;
	const char *off_reason;
	struct resource *region;
	struct mutex lock;
	struct vtd_root_entry *root;
	union {
		struct vtd_context_entry *context[VTD_ROOT_ENTRIES];
		struct vtd_sm_table *sm[VTD_SM_TABLES];
	};
	struct vtd_pasid_dir *same;
	struct xarray held;
	struct xarray devtlbs;
	struct vtd_pgtable identity;
	unsigned int between;
	struct vtd_qi qi;
	struct ida dids;
	atomic_t nr_did_used;
	u64 irta;
	bool remapping;
	bool translating;
	enum vtd_health health;
	bool buffer_stuck;
	void (*failed)(const struct vtd_unit *unit);
	struct iommu_device iommu;
	bool in_sysfs;
	bool registered;
	struct vtd_event event[VTD_EVENTS];
	struct vtd_prq *prq;
	struct xarray requesters;
	unsigned int irq;
	struct vtd_fault_listener *listener;
	struct vtd_pmu *pmu;
	atomic64_t faults;
	atomic64_t fault_overflows;
};

static inline bool vtd_unit_coherent(const struct vtd_unit *unit)
{
	return unit->ecap & VTD_ECAP_C;
}

/* Do walks of page tables snoop?  Those of the other tables: vtd_unit_coherent(). */
static inline bool vtd_unit_walks_coherent(const struct vtd_unit *unit)
{
	return unit->ecap & (unit->scalable ? VTD_ECAP_SMPWCS : VTD_ECAP_C);
}

static inline bool vtd_unit_caching_mode(const struct vtd_unit *unit)
{
	return unit->cap & VTD_CAP_CM;
}

/**
 * vtd_needs_sync_map() - must a unit be told of each new mapping?
 * @unit: the unit
 *
 * See VT-d 6.1 (caching mode) and 6.8 (write buffers).
 *
 * Context: any.
 * Return: true when it must.
 */
static inline bool vtd_needs_sync_map(const struct vtd_unit *unit)
{
	return vtd_unit_caching_mode(unit) || unit->cap & VTD_CAP_RWBF;
}

static inline bool vtd_unit_pass_through(const struct vtd_unit *unit)
{
	return unit->ecap & VTD_ECAP_PT;
}

static inline unsigned int vtd_unit_address_bits(const struct vtd_unit *unit)
{
	return FIELD_GET(VTD_CAP_MGAW, unit->cap) + 1;
}

/* Domain-ids from VTD_DID_FIRST on that domains may have. */
static inline u32 vtd_unit_last_did(const struct vtd_unit *unit)
{
	return unit->nr_did - (unit->scalable ? 2 : 1);
}

/* In scalable mode: for an entry that is between two domains; see @between. */
static inline u16 vtd_unit_spare_did(const struct vtd_unit *unit)
{
	return unit->nr_did - 1;
}

/* Drain bits of an IOTLB invalidation, as far as the unit knows them. */
static inline u64 vtd_unit_drain(const struct vtd_unit *unit)
{
	return (unit->cap & VTD_CAP_DWD ? VTD_QI_IOTLB_DW : 0) |
	       (unit->cap & VTD_CAP_DRD ? VTD_QI_IOTLB_DR : 0);
}

/* Scalable mode for the units that are set up from now on and have it. */
extern bool vtd_want_scalable;

struct vtd_unit *vtd_unit_create(const struct vtd_dmar *dmar,
				 unsigned int index, struct vtd_reply *reply);
void vtd_unit_destroy(struct vtd_unit *unit);
int vtd_unit_setup(struct vtd_unit *unit, struct vtd_reply *reply);
void vtd_unit_teardown(struct vtd_unit *unit);
unsigned int vtd_unit_levels(const struct vtd_unit *unit, bool first);
int vtd_unit_enable(struct vtd_unit *unit, struct vtd_reply *reply);
int vtd_unit_reenable(struct vtd_unit *unit);
int vtd_unit_disable(struct vtd_unit *unit);
int vtd_unit_command(struct vtd_unit *unit, u32 bit, bool on,
		     unsigned int timeout_us);
int vtd_unit_flush_write_buffer(struct vtd_unit *unit);
void vtd_unit_failed(struct vtd_unit *unit, const char *what, int err);

#endif /* VTD_UNIT_H */
