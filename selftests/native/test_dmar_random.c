// SPDX-License-Identifier: GPL-2.0
/*
 * The driver on software units, at random: domains mapped, unmapped, attached
 * and detached while devices translate, against a plain reference map.  Each
 * seed is a machine of its own kind.
 *
 *	VTD_RANDOM_OPS	operations in all (200,000)
 *	VTD_RANDOM_SEED	first seed (1)
 *
 * SRCS: dmar/qi.c dmar/context.c dmar/unit.c dmar/domain.c dmar/flush.c
 * SRCS: dmar/pasid.c dmar/scalable.c dmar/devtlb.c
 * SRCS: dmar/pgtable.c dmar/identity.c dmar/reply.c kunit/model/model.c
 * SRCS: kunit/model/memory.c kunit/model/regs.c kunit/model/fault.c
 * SRCS: kunit/model/walk.c kunit/model/cache.c kunit/model/queue.c
 * SRCS: kunit/model/device.c kunit/model/check.c kunit/model/quiescent.c
 * SRCS: kunit/model/intr.c kunit/model/check_intr.c
 * SRCS: selftests/native/model_fixture.c selftests/native/rig.c
 * CFLAGS: -DVTD_OBSERVER
 */
#include <stdio.h>

#include <linux/kernel.h>
#include <linux/string.h>

#include "rig.h"

#define CASES 20
#define OPS 500 /* of one machine */
#define DOMAINS 3
#define DEVICES 5
#define REGIONS 4
#define PAGES 1536 /* of a region: three 2 MiB pages */

/* What one 4 KiB page of a domain translates to. */
struct cell {
	u64 phys;
	u8 prot;
	u16 in_leaf; /* 4 KiB pages before it in its leaf */
	u16 leaf; /* 4 KiB pages of its leaf, 0 when nothing is mapped */
};

struct space {
	struct vtd_domain *d;
	unsigned int users;
	struct cell page[REGIONS][PAGES];
};

enum what { NOTHING, IDENTITY, PAGING };

struct client {
	unsigned int unit;
	u16 sid[2];
	unsigned int nr;
	enum what what;
	unsigned int space;
	bool bus_seen[2];
};

static struct space space[DOMAINS];
static struct client device[DEVICES];
static u64 seed;
static unsigned int machine;

static u64 pick(u64 below)
{
	return vtd_rand(&seed) % below;
}

static bool one_in(unsigned int n)
{
	return !pick(n);
}

/* Where a region begins: at 0, across 1 GiB, across 512 GiB or near the end. */
static u64 base(const struct space *s, unsigned int region)
{
	switch (region) {
	case 0:
		return 0;
	case 1:
		return SZ_1G - 2 * SZ_2M;
	case 2:
		return s->d->pt.last_iova >= 2 * SZ_512G ?
			       SZ_512G - SZ_2M :
			       3 * (u64)SZ_1G - SZ_2M;
	default:
		return s->d->pt.last_iova + 1 - PAGES * SZ_4K;
	}
}

static void new_space(unsigned int i)
{
	const struct vtd_unit *unit = &rig.unit[pick(rig.nr)];

	memset(&space[i], 0, sizeof(space[i]));
	space[i].d = vtd_domain_alloc(unit, vtd_unit_usual(unit));
	assert_false(IS_ERR(space[i].d));
}

static void build(u64 from)
{
	static const u8 sagaw[] = { 2, 4, 6, 12, 14, 6 };
	static const u8 mgaw[] = { 39, 48, 57, 46 };
	unsigned int i, j, units;
	/* all units of a machine are alike in what a domain depends on */
	u64 common, ecap;

	seed = from;
	rig_start();
	common = VTDM_CAP_SAGAW(sagaw[pick(6)]) | VTDM_CAP_MGAW(mgaw[pick(4)]) |
		 VTDM_CAP_SLLPS(pick(2) ? 3 : pick(2)) |
		 (one_in(3) ? VTDM_CAP_CM : 0) |
		 (one_in(4) ? VTDM_CAP_RWBF : 0);
	ecap = one_in(2) ? VTDM_ECAP_C : 0;
	units = pick(3) + 1;
	for (i = 0; i < units; i++)
		rig_add((FIX_CAP & 0xff00000ff000000ULL) | common |
				VTDM_CAP_ND(pick(3)) | VTDM_CAP_FRO(0x220) |
				(one_in(4) ? 0 : VTDM_CAP_PSI) |
				VTDM_CAP_MAMV(pick(20)),
			(FIX_ECAP & ~VTDM_ECAP_C) | ecap, pick(16),
			vtd_rand(&seed), pick(6));
	for (i = 0; i < DEVICES; i++) {
		device[i] = (struct client){
			.unit = pick(units),
			.nr = one_in(3) ? 2 : 1,
		};
		for (j = 0; j < 2; j++)
			device[i].sid[j] = (2 * i + j) << 8 | pick(256);
	}
	for (i = 0; i < DOMAINS; i++)
		new_space(i);
}

/* Devices. */

static int set_entry(struct client *dev, struct vtd_translation entry)
{
	return vtd_context_set(&rig.unit[dev->unit], dev->sid, dev->nr,
			       VTD_NO_PASID, &entry);
}

static void leave(struct client *dev)
{
	if (dev->what != PAGING)
		return;
	vtd_domain_detach(space[dev->space].d, &rig.unit[dev->unit],
			  VTD_NO_PASID, dev->sid[0], true);
	space[dev->space].users--;
}

static void op_attach(struct client *dev)
{
	unsigned int to = pick(DOMAINS);
	struct space *s = &space[to];
	int ret;

	if (dev->what == PAGING && dev->space == to)
		return;
	ret = vtd_domain_attach(s->d, &rig.unit[dev->unit], VTD_NO_PASID,
				dev->sid, dev->nr);
	assert_int_equal(ret, 0);
	leave(dev);
	dev->what = PAGING;
	dev->space = to;
	s->users++;
}

static void op_detach(struct client *dev)
{
	bool identity = one_in(3);
	struct vtd_translation entry = {};

	if (identity)
		entry = vtd_identity(&rig.unit[dev->unit]);
	assert_int_equal(set_entry(dev, entry), 0);
	leave(dev);
	dev->what = identity ? IDENTITY : NOTHING;
}

static void op_renew(void)
{
	unsigned int i = pick(DOMAINS);

	if (space[i].users)
		return;
	vtd_domain_free(space[i].d);
	new_space(i);
}

/* Mappings. */

static unsigned int empty_run(const struct cell *p, unsigned int at)
{
	unsigned int n;

	for (n = 0; at + n < PAGES && !p[at + n].leaf; n++)
		;
	return n;
}

static void note_map(struct cell *p, u64 phys, unsigned int leaf,
		     unsigned int count, u8 prot)
{
	unsigned int i;

	for (i = 0; i < count * leaf; i++)
		p[i] = (struct cell){ phys + i * SZ_4K, prot, i % leaf, leaf };
}

static void map_at(struct space *s, unsigned int region, unsigned int at,
		   unsigned int leaf, unsigned int count)
{
	static const u8 prots[] = { 1, 2, 3, 3, 3 };
	u64 phys = (pick(1 << 20) + 1) * SZ_2M, prot = prots[pick(5)];

	if (leaf == 1)
		phys += pick(512) * SZ_4K;
	assert_int_equal(rig_map(s->d, base(s, region) + at * SZ_4K, phys,
				 leaf * SZ_4K, count, prot),
			 0);
	note_map(&s->page[region][at], phys, leaf, count, prot);
}

static void op_map(void)
{
	struct space *s = &space[pick(DOMAINS)];
	unsigned int region = pick(REGIONS), at = pick(PAGES), run;
	bool large = s->d->pt.pgsize_bitmap & SZ_2M && one_in(4);

	if (large)
		at = ALIGN_DOWN(at, 512);
	run = empty_run(s->page[region], at);
	if (large && run >= 512)
		map_at(s, region, at, 512, pick(run / 512) + 1);
	else if (run && !large)
		map_at(s, region, at, 1,
		       pick(one_in(8) ? run : min(run, 20U)) + 1);
}

static unsigned int full_run(const struct cell *p, unsigned int at)
{
	unsigned int n;

	for (n = 0; at + n < PAGES && p[at + n].leaf; n++)
		;
	return n;
}

/* Unmap some of a run; the last leaf goes as a whole. */
static unsigned int unmap_at(struct space *s, unsigned int region,
			     unsigned int at, unsigned int count)
{
	struct cell *p = s->page[region];
	unsigned int end = at + count;
	size_t bytes;

	while (end < PAGES && p[end].in_leaf)
		end++;
	bytes = rig_unmap(s->d, base(s, region) + at * SZ_4K, SZ_4K, count);
	assert_int_equal(bytes, (end - at) * SZ_4K);
	memset(&p[at], 0, (end - at) * sizeof(*p));
	return end - at;
}

static void op_unmap(bool again)
{
	struct space *s = &space[pick(DOMAINS)];
	unsigned int region = pick(REGIONS), at = pick(PAGES), run, gone;
	struct cell *p = s->page[region];

	at -= p[at].in_leaf;
	run = full_run(p, at);
	if (!run)
		return;
	gone = unmap_at(s, region, at,
			pick(one_in(4) ? run : min(run, 20U)) + 1);
	/* something else at the same place */
	if (again && at % 512 == 0 && gone >= 512 &&
	    s->d->pt.pgsize_bitmap & SZ_2M)
		map_at(s, region, at, 512, 1);
	else if (again)
		map_at(s, region, at, 1, gone);
}

/* Requests. */

static unsigned int expected(const struct client *dev, u64 addr,
			     enum vtd_model_access access, u64 *phys)
{
	const struct space *s = &space[dev->space];
	const struct vtd_unit *unit = &rig.unit[dev->unit];
	unsigned int need = access == VTD_MODEL_READ  ? 1 :
			    access == VTD_MODEL_WRITE ? 2 :
							3;
	unsigned int region;

	*phys = addr;
	if (dev->what == IDENTITY)
		return addr >> vtd_unit_address_bits(unit) ||
				       addr >> (12 + 9 * (fls64(unit->cap >> 8 &
								0x1f) +
							  1)) ?
			       4 :
			       0;
	if (addr > s->d->pt.last_iova)
		return 4;
	for (region = 0; region < REGIONS; region++) {
		const struct cell *p;
		u64 at = (addr - base(s, region)) / SZ_4K;

		if (addr < base(s, region) || at >= PAGES)
			continue;
		p = &s->page[region][at];
		*phys = p->phys + (addr & 0xfff);
		if (p->leaf && (p->prot & need) == need)
			return 0;
		return need & 2 & ~(p->leaf ? p->prot : 0) ? 5 : 6;
	}
	return need & 2 ? 5 : 6;
}

static u64 some_address(const struct client *dev)
{
	const struct space *s = &space[dev->what == PAGING ? dev->space : 0];

	if (one_in(20))
		return vtd_rand(&seed) >> pick(40) & ~0xfff00000ULL;
	return base(s, pick(REGIONS)) + pick(PAGES * SZ_4K);
}

static void op_dma(struct client *dev)
{
	static const enum vtd_model_access kinds[] = {
		VTD_MODEL_READ,
		VTD_MODEL_WRITE,
		VTD_MODEL_ATOMIC,
	};
	enum vtd_model_access access = kinds[pick(3)];
	u64 addr = some_address(dev), phys, want;
	unsigned int reason, wanted;

	reason = rig_ask(dev->unit, dev->sid[pick(dev->nr)], addr, access,
			 &phys);
	if (dev->what == NOTHING) {
		assert_true(reason == 1 || reason == 2);
		return;
	}
	wanted = expected(dev, addr, access, &want);
	if (reason != wanted || (!reason && phys != want))
		fprintf(stderr,
			"# machine %u: %llx access %u: %u %llx, expected %u %llx\n",
			machine, addr, access, reason, phys, wanted, want);
	assert_int_equal(reason, wanted);
	if (!reason)
		assert_true(phys == want);
}

static void operate(void)
{
	struct client *dev = &device[pick(DEVICES)];

	switch (pick(32)) {
	case 0:
	case 1:
		op_attach(dev);
		break;
	case 2:
		op_detach(dev);
		break;
	case 3:
		op_renew();
		break;
	case 4 ... 10:
		op_map();
		break;
	case 11 ... 16:
		op_unmap(false);
		break;
	case 17 ... 18:
		op_unmap(true);
		break;
	default:
		op_dma(dev);
	}
	vtd_model_tick();
}

static void tear_down(void)
{
	unsigned int i;

	for (i = 0; i < DEVICES; i++) {
		assert_int_equal(
			set_entry(&device[i], (struct vtd_translation){}), 0);
		leave(&device[i]);
	}
	fix_assert_good();
	for (i = 0; i < DOMAINS; i++)
		vtd_domain_free(space[i].d);
	rig_stop();
}

static void test_random(void **state)
{
	u64 machines = (vtd_env("VTD_RANDOM_OPS", 200000) + OPS * CASES - 1) /
		       (OPS * CASES);
	u64 first = vtd_env("VTD_RANDOM_SEED", 1) + fix_arg(state) * machines;
	unsigned int op;
	u64 i;

	for (i = 0; i < machines; i++) {
		u64 from = first + i;

		machine = from;
		build(vtd_rand(
			&from)); /* else machines would run into each other */
		for (op = 0; op < OPS; op++) {
			operate();
			if (op % 25 == 0) {
				vtd_model_check_quiescent();
				if (fix_broken())
					fprintf(stderr,
						"# machine %u, operation %u\n",
						machine, op);
				assert_int_equal(fix_broken(), 0);
			}
		}
		tear_down();
		rcu_barrier();
	}
}

int main(void)
{
	unsigned int i;

	for (i = 0; i < CASES; i++)
		fix_case(test_random, (void *)(uintptr_t)i,
			 "random operations, part %u of %u", i + 1, CASES);
	return fix_run("dmar-random");
}
