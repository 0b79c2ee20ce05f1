// SPDX-License-Identifier: GPL-2.0
/*
 * Native tests of the driver on the software unit.
 */
#include <stdio.h>

#include <linux/kernel.h>
#include <linux/string.h>

#include "rig.h"

struct rig rig;

static const struct vtd_drhd rig_drhd = { .base = 0xfed90000, .size = 4096 };

static void rig_failed(const struct vtd_unit *unit)
{
	rig.failed++;
}

void rig_start(void)
{
	fix_start();
	memset(&rig, 0, sizeof(rig));
	rig.nid = NUMA_NO_NODE;
	/* a poll costs 10 us: a time-out is 100,000 polls */
	vtd_shim_virtual_clock(1000000, 10000);
	static_branch_enable(&vtd_soft_regs);
}

int rig_add_off(const struct vtd_model_config *config)
{
	unsigned int i = rig.nr++;
	struct vtd_unit *unit = &rig.unit[i];

	rig.model[i] = vtd_model_unit_create(config);
	assert_non_null(rig.model[i]);
	vtd_model_plug(rig.model[i], &unit->regs);
	unit->drhd = &rig_drhd;
	unit->index = i;
	unit->nid = rig.nid;
	unit->failed = rig_failed;
	snprintf(unit->name, sizeof(unit->name), "dmar%u", i);
	return vtd_unit_setup(unit, &rig.reply);
}

void rig_enable(unsigned int i)
{
	assert_int_equal(vtd_unit_enable(&rig.unit[i], &rig.reply), 0);
}

void rig_add(u64 cap, u64 ecap, u32 policy, u64 seed, unsigned int latency)
{
	const struct vtd_model_config config = {
		.version = 0x10,
		.cap = cap,
		.ecap = ecap,
		.policy = policy,
		.seed = seed,
		.latency = latency,
		.command_latency = latency,
	};

	assert_int_equal(rig_add_off(&config), 0);
	rig_enable(rig.nr - 1);
}

void rig_one(u64 cap, u64 ecap, u32 policy)
{
	rig_start();
	rig_add(cap, ecap, policy, 1, 0);
}

const struct rig_kind rig_kinds[RIG_KINDS] = {
	{ 0, VTDM_ECAP_C, 0, "coherent" },
	{ 0, 0, 0, "not coherent" },
	{ VTDM_CAP_CM, VTDM_ECAP_C, 0, "caching mode" },
	{ VTDM_CAP_CM, 0, 5, "caching mode, not coherent, slow" },
	{ VTDM_CAP_RWBF, VTDM_ECAP_C, 3, "write buffer" },
	{ VTDM_CAP_RWBF, 0, 0, "write buffer, not coherent" },
};

void rig_start_kind(unsigned int i, u32 policy)
{
	rig_start();
	rig_add(FIX_CAP | rig_kinds[i].cap,
		(FIX_ECAP & ~VTDM_ECAP_C) | rig_kinds[i].ecap, policy, 3,
		rig_kinds[i].latency);
}

static void rig_take_down(void)
{
	unsigned int i;

	for (i = 0; i < rig.nr; i++) {
		vtd_model_revive(rig.model[i]);
		vtd_unit_disable(&rig.unit[i]);
		vtd_identity_destroy(&rig.unit[i]);
		vtd_unit_teardown(&rig.unit[i]);
	}
	vtd_reply_free(&rig.reply);
	fix_stop();
	static_branch_disable(&vtd_soft_regs);
}

void rig_stop(void)
{
	fix_assert_good();
	rig_take_down();
	assert_int_equal(fix_broken(), 0);
	assert_int_equal(rig.failed, 0);
}

void rig_stop_broken(void)
{
	fix.quiet = true;
	rig_take_down();
}

int rig_map(struct vtd_domain *d, u64 iova, u64 paddr, size_t pgsize,
	    size_t count, u64 prot)
{
	struct iommu_pages_list replaced = IOMMU_PAGES_LIST_INIT(replaced);
	size_t mapped = 0;
	int ret;

	WRITE_ONCE(d->mapped, true);
	ret = vtd_pt_map(&d->pt, iova, paddr, pgsize, count, prot, GFP_ATOMIC,
			 &replaced, &mapped);
	if (!iommu_pages_list_empty(&replaced)) {
		if (!vtd_flush_range(d, iova, iova + mapped - 1, false))
			iommu_put_pages_list(&replaced);
	}
	if (mapped && READ_ONCE(d->sync_map))
		vtd_flush_mapped(d, iova, iova + mapped - 1);
	if (ret && mapped)
		rig_unmap(d, iova, SZ_4K, mapped / SZ_4K);
	return ret;
}

size_t rig_unmap(struct vtd_domain *d, u64 iova, size_t pgsize, size_t count)
{
	struct iommu_pages_list freed = IOMMU_PAGES_LIST_INIT(freed);
	bool tables = false;
	size_t bytes;

	bytes = vtd_pt_unmap(&d->pt, iova, pgsize, count, &freed, &tables);
	if (!bytes)
		return 0;
	if (!vtd_flush_range(d, iova, iova + bytes - 1,
			     iommu_pages_list_empty(&freed)))
		iommu_put_pages_list(&freed);
	return bytes;
}

unsigned int rig_ask(unsigned int i, u16 sid, u64 addr,
		     enum vtd_model_access access, u64 *phys)
{
	struct vtd_model_result r;

	vtd_model_translate(rig.model[i], sid, addr, access, &r);
	if (phys)
		*phys = r.phys;
	return r.reason;
}

void *rig_leaf_table(const struct vtd_pgtable *pt, u64 iova)
{
	u64 *table = pt->root;
	unsigned int level;

	for (level = pt->levels; level > 1; level--)
		table = phys_to_virt(table[iova >> (9 * level + 3) & 511] &
				     GENMASK_ULL(51, 12));
	return table;
}
