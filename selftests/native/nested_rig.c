// SPDX-License-Identifier: GPL-2.0
/*
 * Native tests of nested domains: what they share.
 */
#include <linux/mm.h>
#include <linux/string.h>

#include "nested_rig.h"

struct vtd_domain *parent[PARENTS];
struct guest guest[GUESTS];

const struct rig_kind nest_kinds[NEST_KINDS] = {
	{ VTDM_CAP_FL1GP | VTDM_CAP_FL5LP, NEST_COHERENT, 0, "coherent" },
	{ VTDM_CAP_CM, NEST_COHERENT, 0, "caching mode" },
	{ 0, VTDM_ECAP_C, 4, "walks not coherent, slow" },
	{ 0, 0, 0, "not coherent" },
	{ VTDM_CAP_CM, VTDM_ECAP_SMPWCS, 3,
	  "caching mode, entries not coherent, slow" },
};

void nest_start(unsigned int kind, u32 policy, u64 seed, unsigned int nr,
		bool dirty)
{
	const struct vtd_domain_want want = { VTD_PT_SECOND, dirty };
	unsigned int i;

	memset(guest, 0, sizeof(guest));
	rig_start();
	for (i = 0; i < nr; i++) {
		rig_add(FIX_CAP | nest_kinds[kind].cap,
			NEST_BASE | nest_kinds[kind].ecap, policy, seed + i,
			nest_kinds[kind].latency);
		assert_true(rig.unit[i].scalable && rig.unit[i].first_stage);
	}
	for (i = 0; i < PARENTS; i++) {
		parent[i] = vtd_domain_alloc(&rig.unit[0], want);
		assert_false(IS_ERR(parent[i]));
		parent[i]->nest_parent = true;
	}
}

static void guest_free(struct guest *g)
{
	unsigned int level;

	if (g->d)
		vtd_nested_free(&g->d->domain);
	for (level = 1; level <= 4; level++)
		if (g->table[level])
			fix_page_free(g->table[level]);
}

static void all_gone(void)
{
	unsigned int i;

	for (i = 0; i < GUESTS; i++)
		guest_free(&guest[i]);
	for (i = 0; i < PARENTS; i++) {
		if (parent[i]->leaked)
			/* only the test knows that all is forgotten by now */
			vtd_pt_destroy(&parent[i]->pt);
		vtd_domain_free(parent[i]);
	}
}

void nest_stop(void)
{
	unsigned int i;

	for (i = 0; i < PARENTS; i++)
		assert_false(parent[i]->leaked);
	fix_assert_good();
	all_gone();
	rig_stop();
}

void nest_stop_broken(void)
{
	all_gone();
	assert_int_equal(fix_broken(), 0);
	rig_stop_broken();
}

/* The guest has its tables where it likes. */
static u64 guest_address(unsigned int i, unsigned int level)
{
	return 0x100000000ULL + ((u64)i << 20) + level * 0x3000;
}

void guest_store(u64 *at, u64 value)
{
	fix_store(at, value);
}

static void guest_tables(unsigned int i, u64 leaf)
{
	struct guest *g = &guest[i];
	unsigned int level, n;

	for (level = 1; level <= 4; level++) {
		u64 at = level == 4 ? g->top : guest_address(i, level);

		g->table[level] = fix_page();
		assert_int_equal(rig_map(parent[g->parent], at,
					 virt_to_phys(g->table[level]), SZ_4K,
					 1, RIG_RW),
				 0);
	}
	for (n = 0; n < PAGES; n++)
		guest_store(&g->table[1][AT / SZ_4K + n],
			    (g->data + n * SZ_4K) | leaf);
	for (level = 2; level <= 4; level++)
		guest_store(&g->table[level][0],
			    guest_address(i, level - 1) | 0x27);
}

static void guest_domain(unsigned int i)
{
	const struct vtd_guest_stage stage = {
		.table = guest[i].top,
		.levels = 4,
	};
	struct iommu_domain *domain = vtd_nested_alloc(
		NULL, &parent[guest[i].parent]->domain, &stage, NULL);

	assert_false(IS_ERR(domain));
	assert_int_equal(domain->type, IOMMU_DOMAIN_NESTED);
	guest[i].d = to_vtd_domain(domain);
}

void guest_make(unsigned int i, unsigned int at, u64 top, u64 leaf)
{
	struct guest *g = &guest[i];

	g->parent = at;
	g->top = top ?: guest_address(i, 4);
	g->data = 0x40000000ULL + i * 0x10000ULL;
	g->phys = (16 + i) * (u64)SZ_1G;
	guest_tables(i, leaf);
	assert_int_equal(
		rig_map(parent[at], g->data, g->phys, SZ_4K, PAGES, RIG_RW), 0);
	guest_domain(i);
}

void guest_share(unsigned int i, unsigned int of)
{
	guest[i].parent = guest[of].parent;
	guest[i].top = guest[of].top;
	guest[i].data = guest[of].data;
	guest[i].phys = guest[of].phys;
	guest_domain(i);
}

int join(struct vtd_domain *d, unsigned int unit, u16 sid, u32 pasid)
{
	return vtd_domain_attach(d, &rig.unit[unit], pasid, &sid, 1);
}

int cut(unsigned int unit, u16 sid, u32 pasid)
{
	const struct vtd_translation none = {};

	return vtd_context_set(&rig.unit[unit], &sid, 1, pasid, &none);
}

void part(struct vtd_domain *d, unsigned int unit, u16 sid, u32 pasid)
{
	assert_int_equal(cut(unit, sid, pasid), 0);
	vtd_domain_detach(d, &rig.unit[unit], pasid, sid, true);
}

void allow(unsigned int unit, u16 sid)
{
	assert_int_equal(vtd_sm_features(&rig.unit[unit], sid,
					 VTD_SM_CONTEXT_PASIDE, 20),
			 0);
}

unsigned int ask(unsigned int unit, u16 sid, u32 pasid, u64 addr,
		 enum vtd_model_access access, u64 *phys)
{
	const struct vtd_model_request request = {
		.sid = sid,
		.with_pasid = pasid != VTD_NO_PASID,
		.pasid = pasid,
		.access = access,
		.addr = addr,
	};
	struct vtd_model_result r;

	vtd_model_request(rig.model[unit], &request, NULL, 0, &r);
	if (phys)
		*phys = r.phys;
	return r.reason;
}

void assert_at(u16 sid, u32 pasid, u64 addr, u64 phys)
{
	u64 at;

	assert_int_equal(ask(0, sid, pasid, addr + 0x123, VTD_MODEL_WRITE, &at),
			 0);
	assert_true(at == phys + 0x123);
	assert_int_equal(ask(0, sid, pasid, addr, VTD_MODEL_READ, &at), 0);
	assert_true(at == phys);
}

void assert_refused(u16 sid, u32 pasid, u64 addr)
{
	assert_int_not_equal(ask(0, sid, pasid, addr, VTD_MODEL_READ, NULL), 0);
	assert_int_not_equal(ask(0, sid, pasid, addr, VTD_MODEL_WRITE, NULL),
			     0);
}

struct vtd_pasid_entry entry_of(unsigned int unit, u16 sid, u32 pasid)
{
	struct vtd_sm_context_entry ce;
	struct vtd_pasid_entry pe = {};

	vtd_sm_peek(&rig.unit[unit], sid, pasid, &ce, &pe);
	return pe;
}
