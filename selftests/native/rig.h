/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Native tests of the driver on the software unit: the driver's own unit,
 * queue, tables and domains, with model registers behind them.
 */
#ifndef VTD_RIG_H
#define VTD_RIG_H

#include "model_fixture.h"

#include "../../dmar/context.h"
#include "../../dmar/domain.h"
#include "../../dmar/reply.h"
#include "../../dmar/unit.h"

#define RIG_UNITS 3

/**
 * struct rig - the units under test
 * @model: the hardware
 * @unit: the driver's side of it
 * @nr: how many
 * @nid: node of the next ones
 * @failed: how often a unit was given up
 * @reply: what the driver said last
 */
struct rig {
	struct vtd_model_unit *model[RIG_UNITS];
	struct vtd_unit unit[RIG_UNITS];
	unsigned int nr;
	int nid;
	unsigned int failed;
	struct vtd_reply reply;
};

extern struct rig rig;

/* A machine with virtual time; then units, set up and translating. */
void rig_start(void);
void rig_add(u64 cap, u64 ecap, u32 policy, u64 seed, unsigned int latency);
/* The last one added, set up only; what vtd_unit_setup() returned. */
int rig_add_off(const struct vtd_model_config *config);
void rig_enable(unsigned int i);
/* The table of the lowest level that an address is mapped by. */
void *rig_leaf_table(const struct vtd_pgtable *pt, u64 iova);
/* Everything off and freed; the checker's last word. */
void rig_stop(void);
/* The same, when things were made to go wrong. */
void rig_stop_broken(void);

/**
 * struct rig_kind - what a unit may be like
 * @cap: on top of FIX_CAP
 * @ecap: instead of coherency in FIX_ECAP
 * @latency: of descriptors and commands
 * @name: in words
 */
struct rig_kind {
	u64 cap;
	u64 ecap;
	unsigned int latency;
	const char *name;
};

#define RIG_KINDS 6

extern const struct rig_kind rig_kinds[RIG_KINDS];

/* A machine with one unit of a kind. */
void rig_start_kind(unsigned int i, u32 policy);

/* The usual: one unit. */
void rig_one(u64 cap, u64 ecap, u32 policy);

/* An empty domain that a unit can translate with. */
static inline struct vtd_domain *rig_domain(unsigned int unit)
{
	struct vtd_domain *d = vtd_domain_alloc(
		&rig.unit[unit], vtd_unit_usual(&rig.unit[unit]));

	assert_false(IS_ERR(d));
	return d;
}

/* What the adapter does, with its order of steps. */
int rig_map(struct vtd_domain *d, u64 iova, u64 paddr, size_t pgsize,
	    size_t count, u64 prot);
size_t rig_unmap(struct vtd_domain *d, u64 iova, size_t pgsize, size_t count);

/* What a request of a device comes to: 0 and where, or the reason. */
unsigned int rig_ask(unsigned int i, u16 sid, u64 addr,
		     enum vtd_model_access access, u64 *phys);

#define RIG_RW (VTD_PTE_R | VTD_PTE_W)

#define RIG_SID 0x0118

#endif /* VTD_RIG_H */
