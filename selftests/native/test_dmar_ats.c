// SPDX-License-Identifier: GPL-2.0
/*
 * Devices that keep translations (ATS), on the software unit with endpoints: what
 * they are told and when, in which size, and what becomes of one that does not
 * answer, in either mode.
 *
 * SRCS: dmar/quarantine.c dmar/incident.c
 * SRCS: dmar/nested.c dmar/user.c dmar/pgtable_dirty.c
 * SRCS: dmar/adapter.c dmar/paging.c dmar/device.c dmar/device_ats.c dmar/device_pasid.c dmar/pool.c
 * SRCS: dmar/history.c dmar/relax.c
 * SRCS: dmar/qi.c dmar/context.c dmar/unit.c dmar/domain.c dmar/flush.c
 * SRCS: dmar/pasid.c dmar/scalable.c dmar/devtlb.c
 * SRCS: dmar/pgtable.c dmar/identity.c dmar/reply.c kunit/model/model.c
 * SRCS: selftests/native/model_fixture.c selftests/native/rig.c
 * SRCS: selftests/native/core_rig.c
 * CFLAGS: -DVTD_OBSERVER
 */
#include <linux/ktime.h>
#include <linux/workqueue.h>

#include <linux/pci-ats.h>

#include "core_rig.h"

#include "../../dmar/scalable.h"
#include "../../kunit/model/endpoint.h"

#if __has_feature(address_sanitizer)
#include <sanitizer/lsan_interface.h>
#else
#define __lsan_disable()
#define __lsan_enable()
#endif

#define ATS_CAP 0x200
#define DEPTH 4
#define IOVA 0x40000000ULL
#define P 0x4321

#define SM(bits) (VTDM_ECAP_SMTS | VTDM_ECAP_PASID | VTDM_ECAP_PSS(bits))

/**
 * struct mode - how a device gets at memory
 * @ecap: of the unit, on top of FIX_ECAP
 * @pasid: of its requests, or VTD_NO_PASID
 * @first: by first-stage tables
 * @name: in words
 */
static const struct mode {
	u64 ecap;
	u32 pasid;
	bool first;
	const char *name;
} modes[] = {
	{ VTDM_ECAP_DT | VTDM_ECAP_PASID | VTDM_ECAP_PSS(20), VTD_NO_PASID,
	  false, "legacy mode" },
	{ VTDM_ECAP_DT | SM(16) | VTDM_ECAP_SSTS, VTD_NO_PASID, false,
	  "second stage" },
	{ VTDM_ECAP_DT | SM(16) | VTDM_ECAP_SSTS, P, false,
	  "second stage, by PASID" },
	{ VTDM_ECAP_DT | SM(20) | VTDM_ECAP_SMPWCS | VTDM_ECAP_FSTS,
	  VTD_NO_PASID, true, "first stage" },
	{ VTDM_ECAP_DT | SM(20) | VTDM_ECAP_SMPWCS | VTDM_ECAP_FSTS, P, true,
	  "first stage, by PASID" },
};

static const struct mode *mode;
static struct vtd_model_endpoint *ep[2];
static struct vtd_unit *unit;

static bool scalable(void)
{
	return mode->ecap & VTDM_ECAP_SMTS;
}

static u64 context_word(u16 sid)
{
	const struct vtd_sm_table *table;
	struct vtd_context_entry entry;

	if (!scalable())
		return vtd_context_peek(unit, sid, &entry) ? 0 : entry.w[0];
	table = unit->sm[sid / VTD_SM_CONTEXT_ENTRIES];
	return table ? table->entry[sid % VTD_SM_CONTEXT_ENTRIES].w[0] : 0;
}

/* How PASIDs and ATS were switched, and what the unit thought of it then. */
static struct {
	unsigned int nr;
	bool ats[8], pasid[8], switching[8];
	u64 context[8];
} steps;

static void switched(struct pci_dev *pdev)
{
	unsigned int i = pdev == &fn[1].pdev;

	if (!i && steps.nr < ARRAY_SIZE(steps.ats)) {
		steps.ats[steps.nr] = pdev->ats_enabled;
		steps.pasid[steps.nr] = pdev->pasid_enabled;
		if (managed(0))
			steps.switching[steps.nr] =
				managed(0)->devtlb.switching;
		steps.context[steps.nr++] = context_word(RIG_SID);
	}
	vtd_model_endpoint_enable(ep[i], pdev->ats_enabled, pdev->pasid_enabled,
				  false, 0);
}

/* Two devices with ATS, and two without. */
static void machine(unsigned int which)
{
	unsigned int i;

	mode = &modes[which];
	rig_start();
	rig_add(FIX_CAP | VTDM_CAP_FL1GP, FIX_ECAP | mode->ecap,
		VTD_MODEL_EAGER, 3, 1);
	unit = &rig.unit[0];
	assert_int_equal(unit->scalable, scalable());
	functions();
	memset(&steps, 0, sizeof(steps));
	for (i = 0; i < FUNCTIONS; i++)
		fn[i].driver_leaves_dma = true;
	for (i = 0; i < 2; i++) {
		const struct vtd_model_endpoint_config config = {
			.sid = RIG_SID + i,
			.pfsid = RIG_SID + i,
			.qdep = DEPTH,
			.width = 20,
			.latency = 2,
			.seed = 7 + i,
		};

		fn[i].ats = VTD_ATS_ALLOWED;
		fn[i].pdev.ats_cap = ATS_CAP;
		fn[i].pdev.ats_word = PCI_ATS_CAP_PAGE_ALIGNED | DEPTH;
		fn[i].pdev.max_pasids = 1 << 20;
		fn[i].pdev.switched = switched;
		ep[i] = vtd_model_endpoint_create(rig.model[0], &config);
		assert_non_null(ep[i]);
	}
}

static void machine_gone(void)
{
	assert_int_equal(vtd_shim_work(), 0);
	vtd_model_endpoint_destroy(ep[0]);
	vtd_model_endpoint_destroy(ep[1]);
	rig_stop();
}

static int join(struct iommu_domain *domain, unsigned int i)
{
	return attach_as(domain, i, mode->pasid);
}

static int part(unsigned int i)
{
	return detach_as(i, mode->pasid);
}

static bool reaches(unsigned int i, u64 addr)
{
	const struct vtd_model_request request = {
		.with_pasid = mode->pasid != VTD_NO_PASID,
		.pasid = mode->pasid,
		.access = VTD_MODEL_WRITE,
		.addr = addr,
	};
	struct vtd_model_result r;

	return vtd_model_endpoint_dma(ep[i], &request, NULL, 1, &r);
}

/* Does the unit believe what the device says it was translated to? */
static bool believed(unsigned int i)
{
	const struct vtd_model_request request = {
		.access = VTD_MODEL_WRITE,
		.addr = ODD,
	};
	struct vtd_model_result r;

	return vtd_model_endpoint_spoof(ep[i], &request, NULL, 1, &r);
}

static struct iommu_domain *two(unsigned int which)
{
	struct iommu_domain *domain;

	machine(which);
	appear(0);
	appear(1);
	assert_true(managed(0)->has_devtlb && managed(1)->has_devtlb);
	domain = domain_for(0);
	assert_int_equal(join(domain, 0), 0);
	assert_int_equal(join(domain, 1), 0);
	assert_false(managed(0)->devtlb.switching);
	return domain;
}

static void two_gone(struct iommu_domain *domain)
{
	leave(0, true);
	leave(1, true);
	domain->ops->free(domain);
	machine_gone();
}

/* --- what they are told ----------------------------------------------------------- */

static u32 mark;
static u64 asked; /* invalidations that devices had got */
static bool detached;

static void from_now(void)
{
	mark = unit->qi.tail;
}

/* The @nth descriptor since then of a type; its upper word when @hi. */
static u64 given(unsigned int type, unsigned int nth, bool hi)
{
	const struct vtd_qi *qi = &unit->qi;
	u32 at;

	for (at = mark; at != qi->tail; at = (at + 1) & (qi->slots - 1)) {
		const struct vtd_qi_desc *desc = vtd_qi_at(qi, at);

		if ((desc->w[0] & 0xf) == type && !nth--)
			return desc->w[hi];
	}
	return 0;
}

static u32 place_of(unsigned int type)
{
	const struct vtd_qi *qi = &unit->qi;
	u32 n;

	for (n = 0; ((mark + n) & (qi->slots - 1)) != qi->tail; n++)
		if ((vtd_qi_at(qi, (mark + n) & (qi->slots - 1))->w[0] & 0xf) ==
		    type)
			return n;
	return U32_MAX;
}

static void test_unmap(void **state)
{
	static const unsigned int pages[] = { 1, 4, 7, 512, 600 };
	struct iommu_domain *domain = two(fix_arg(state));
	bool pasid = mode->pasid != VTD_NO_PASID;
	unsigned int i, n, dev;

	for (i = 0; i < ARRAY_SIZE(pages); i++) {
		u64 told[2], bytes = pages[i] * SZ_4K;

		assert_int_equal(
			map(domain, IOVA, ODD, SZ_4K, pages[i] + 1, RW), 0);
		for (dev = 0; dev < 2; dev++) {
			for (n = 0; n < pages[i]; n += 1 + pages[i] / 8)
				assert_true(reaches(dev, IOVA + n * SZ_4K));
			assert_true(reaches(dev, IOVA + bytes));
			told[dev] =
				vtd_model_endpoint_stats(ep[dev]).invalidations;
			assert_true(vtd_model_endpoint_cached(ep[dev]) > 1);
		}
		from_now();
		assert_int_equal(unmap(domain, IOVA, SZ_4K, pages[i]), bytes);
		/* the unit first, and each of them once */
		assert_true(place_of(mode->first ? 6 : 2) <
			    place_of(pasid ? 8 : 3));
		assert_true(given(pasid ? 8 : 3, 1, false));
		assert_true(!given(pasid ? 8 : 3, 2, false));
		assert_true(!given(pasid ? 3 : 8, 0, false));
		for (dev = 0; dev < 2; dev++) {
			assert_int_equal(
				vtd_model_endpoint_stats(ep[dev]).invalidations,
				told[dev] + 1);
			assert_false(reaches(dev, IOVA));
			assert_false(reaches(dev, IOVA + bytes - 1));
			assert_true(reaches(dev, IOVA + bytes));
		}
		assert_int_equal(unmap(domain, IOVA + bytes, SZ_4K, 1), SZ_4K);
		fix_assert_good();
	}
	two_gone(domain);
}

/* Another domain, none, all of it flushed: by PASID where it has one. */
static void test_change(void **state)
{
	struct iommu_domain *domain = two(fix_arg(state)), *other;
	bool pasid = mode->pasid != VTD_NO_PASID;
	u64 forgotten,
		all = pasid ? 0x7ffffffffffff800ULL : 0x7ffffffffffff001ULL;

	other = domain_for(0);
	assert_int_equal(map(domain, IOVA, ODD, SZ_4K, 4, RW), 0);
	assert_int_equal(map(other, IOVA, ODD, SZ_4K, 1, RW), 0);
	assert_true(reaches(0, IOVA) && reaches(0, IOVA + SZ_4K));
	assert_true(reaches(1, IOVA + SZ_4K));
	forgotten = vtd_model_endpoint_stats(ep[0]).forgotten;
	from_now();
	domain->ops->flush_iotlb_all(domain);
	assert_true(given(pasid ? 8 : 3, 0, true) == all);
	assert_true(given(pasid ? 8 : 3, 1, true) == all);
	if (pasid)
		assert_int_equal(given(8, 0, false) >> 32 & 0xfffff, P);
	if (mode->first)
		assert_int_equal(given(6, 0, false) >> 32 & 0xfffff,
				 pasid ? P : 0);
	assert_int_equal(vtd_model_endpoint_stats(ep[0]).forgotten - forgotten,
			 2);
	assert_true(reaches(0, IOVA + SZ_4K));
	assert_int_equal(join(other, 0), 0);
	assert_false(reaches(0, IOVA + SZ_4K));
	assert_true(reaches(0, IOVA));
	assert_true(reaches(1, IOVA + SZ_4K));
	assert_int_equal(part(0), 0);
	assert_false(reaches(0, IOVA));
	assert_true(reaches(1, IOVA + SZ_4K));
	fix_assert_good();
	/* who has left is told nothing more */
	from_now();
	domain->ops->flush_iotlb_all(domain);
	assert_true(!given(pasid ? 8 : 3, 1, false));
	other->ops->free(other);
	two_gone(domain);
}

static void detach_relax(void)
{
	if (vtd_model_stats(rig.model[0]).device_tlbs != asked && !detached) {
		detached = true;
		assert_int_equal(part(0), 0);
	}
	vtd_model_tick();
}

/* It leaves while it is told: those after it are told all the same. */
static void test_detached(void **state)
{
	struct iommu_domain *domain = two(fix_arg(state));

	assert_int_equal(map(domain, IOVA, ODD, SZ_4K, 1, RW), 0);
	assert_true(reaches(0, IOVA) && reaches(1, IOVA));
	asked = vtd_model_stats(rig.model[0]).device_tlbs;
	detached = false;
	fix_relax(detach_relax);
	assert_int_equal(unmap(domain, IOVA, SZ_4K, 1), SZ_4K);
	fix_relax(NULL);
	assert_true(detached);
	assert_false(reaches(0, IOVA) || reaches(1, IOVA));
	two_gone(domain);
}

/* 6.5.2.5: S, and then the lowest 0 bit from bit 12 on tells the size. */
static void test_size(void **state)
{
	static const struct {
		unsigned int order;
		u64 start, addr;
	} golden[] = {
		{ 0, 0x123456000, 0x123456000 },
		{ 1, 0x123456000, 0x123456000 },
		{ 2, 0x123454000, 0x123455000 },
		{ 3, 0x123450000, 0x123453000 },
		{ 4, 0x123450000, 0x123457000 },
		{ 9, 0x123400000, 0x1234ff000 },
		{ 18, 0x140000000, 0x15ffff000 },
		{ 27, 0x8000000000, 0xbffffff000 },
		{ 36, 0x1000000000000, 0x17ffffffff000 },
		{ 51, 0x8000000000000000, 0xbffffffffffff000 },
		{ 52, 0, 0x7ffffffffffff000 },
	};
	bool pasid = fix_arg(state);
	struct vtd_devtlb tlb = { .sid = RIG_SID, .pfsid = 0x1234, .depth = 5 };
	unsigned int i;
	u64 s = pasid ? 0x800 : 1;

	machine(fix_arg(state));
	appear(0);
	vtd_model_endpoint_destroy(ep[0]);
	vtd_model_endpoint_destroy(ep[1]);
	fix.quiet = true;
	for (i = 0; i < ARRAY_SIZE(golden); i++) {
		u64 last = golden[i].order == 52 ?
				   U64_MAX :
				   golden[i].start +
					   ((u64)SZ_4K << golden[i].order) - 1;

		from_now();
		assert_int_equal(vtd_devtlb_flush(unit, &tlb,
						  pasid ? P : VTD_NO_PASID,
						  golden[i].start, last),
				 0);
		assert_true(given(pasid ? 8 : 3, 0, true) ==
			    (golden[i].addr | (golden[i].order ? s : 0)));
		/* any two addresses of the block that no smaller one holds */
		if (!golden[i].order || golden[i].order == 52)
			continue;
		from_now();
		vtd_devtlb_flush(unit, &tlb, pasid ? P : VTD_NO_PASID,
				 golden[i].start +
					 ((u64)SZ_4K << (golden[i].order - 1)) -
					 1,
				 golden[i].start +
					 ((u64)SZ_4K << (golden[i].order - 1)));
		assert_true(given(pasid ? 8 : 3, 0, true) ==
			    (golden[i].addr | s));
	}
	leave(0, true);
	rig_stop_broken();
}

/* Each one as a device reads it, and who, and how many at a time. */
static void test_size_read(void **state)
{
	bool pasid = fix_arg(state);
	struct vtd_devtlb tlb = { .sid = RIG_SID, .pfsid = 0x1234, .depth = 5 };
	u64 s = pasid ? 0x800 : 1;
	unsigned int order;

	machine(fix_arg(state));
	vtd_model_endpoint_destroy(ep[0]);
	vtd_model_endpoint_destroy(ep[1]);
	for (order = 0; order <= 52; order++) {
		u64 start = order < 44 ? 0xabcULL << (order + 12) : 0, hi;
		u64 last = order < 52 ? start + ((u64)SZ_4K << order) - 1 :
					U64_MAX;
		unsigned int size = 0;

		from_now();
		vtd_devtlb_flush(unit, &tlb, pasid ? P : VTD_NO_PASID, start,
				 last);
		hi = given(pasid ? 8 : 3, 0, true);
		assert_int_equal(hi & 0xfff, order ? s : 0);
		if (order)
			for (size = 1; size < 52 && hi >> (size + 11) & 1;)
				size++;
		assert_int_equal(size, order);
		if (order < 52)
			assert_true((hi & ~0ULL << (12 + order)) == start);
	}
	/* no PFSID where the unit has no DIT */
	if (pasid)
		assert_true(given(8, 0, false) ==
			    (0x8ULL | 5 << 4 | RIG_SID << 16 | (u64)P << 32));
	else
		assert_true(given(3, 0, false) ==
			    (0x3ULL | 5 << 16 | (u64)RIG_SID << 32));
	rig_stop();
}

/* The function whose queue it is, where the unit counts what is under way. */
static void test_pfsid(void **state)
{
	bool pasid = fix_arg(state);
	struct vtd_devtlb tlb = { .sid = RIG_SID, .pfsid = 0x1234, .depth = 5 };

	mode = &modes[fix_arg(state)];
	rig_start();
	rig_add(FIX_CAP, FIX_ECAP | mode->ecap | VTDM_ECAP_DIT, 0, 3, 1);
	unit = &rig.unit[0];
	from_now();
	assert_int_equal(vtd_devtlb_flush(unit, &tlb, pasid ? P : VTD_NO_PASID,
					  0, 0),
			 0);
	assert_true((given(pasid ? 8 : 3, 0, false) & 0xfff000000000f000) ==
		    (4ULL << 12 | 0x123ULL << 52));
	rig_stop();
}

/* --- one that does not answer ------------------------------------------------------- */

/*
 * The unit says that a device did not answer, once for each of @times tries:
 * the one that was asked, another, or it cannot say which.
 */
static int blamed(u16 sid, unsigned int times)
{
	struct vtd_devtlb tlb = { .sid = RIG_SID, .depth = DEPTH };
	unsigned int i;

	for (i = 0; i < times; i++)
		vtd_model_inject(rig.model[0], VTD_MODEL_ITE, 2 + 2 * i, sid);
	return vtd_devtlb_flush(unit, &tlb, VTD_NO_PASID, 0, 0xfff);
}

static void test_blame(void **state)
{
	struct iommu_domain *domain = two(fix_arg(state));
	u64 began;

	/* mended by the second try, whoever it was */
	assert_int_equal(blamed(RIG_SID, 1), 0);
	assert_int_equal(blamed(0, 1), 0);
	assert_int_equal(blamed(0x7700, 5), 0);
	began = ktime_get_ns();
	assert_int_equal(blamed(RIG_SID, 2), -ETIME);
	assert_int_equal(blamed(0, 2), -ETIME);
	assert_true(ktime_get_ns() - began < 10ULL * NSEC_PER_SEC);
	assert_int_equal(unit->health, VTD_HEALTH_OK);
	assert_false(unit->qi.dead);
	two_gone(domain);
}

static struct {
	bool done;
	int iotlb, devtlb;
} innocent;

static void innocent_relax(void)
{
	struct vtd_qi_desc desc = vtd_qi_iotlb_domain(7, 0);

	if (!innocent.done) {
		innocent.done = true;
		innocent.iotlb = vtd_qi_submit(&unit->qi, &desc, 1);
		innocent.devtlb = vtd_devtlb_flush(unit, &managed(1)->devtlb,
						   mode->pasid, 0, U64_MAX);
	}
	vtd_model_tick();
}

/* Before it is blocked no flush may count as done. */
static void contain_relax(void)
{
	assert_false(managed(0)->devtlb.idle);
	vtd_model_tick();
}

static void test_mute(void **state)
{
	struct iommu_domain *domain = two(fix_arg(state)), *other;
	struct vtd_domain *d = to_vtd_domain(domain);
	u64 began, sent;
	long tables;
	void *kept;

	assert_int_equal(map(domain, IOVA, ODD, SZ_4K, 512, RW), 0);
	assert_int_equal(map(domain, IOVA + SZ_1G, ODD, SZ_4K, 1, RW), 0);
	assert_true(reaches(0, IOVA) && reaches(1, IOVA));
	vtd_model_endpoint_mute(ep[0], true);
	fn[0].pdev.master = true;
	tables = vtd_shim_live_tables();
	kept = rig_leaf_table(&d->pt, IOVA);
	innocent.done = false;
	fix_relax(innocent_relax);
	began = ktime_get_ns();
	/* the table that goes with it is kept, for good, and so is its list */
	__lsan_disable();
	assert_int_equal(unmap(domain, IOVA, SZ_4K, 512), 512 * SZ_4K);
	__lsan_enable();
	fix_relax(NULL);
	assert_true(ktime_get_ns() - began < 15ULL * NSEC_PER_SEC);
	assert_int_equal(vtd_shim_live_tables(), tables);
	assert_true(innocent.done);
	assert_int_equal(innocent.iotlb, 0);
	assert_int_equal(innocent.devtlb, 0);
	assert_false(reaches(1, IOVA));
	assert_true(reaches(1, IOVA + SZ_1G));
	/* of the unit nothing is wrong; the device is stopped, and told of once */
	assert_int_equal(unit->health, VTD_HEALTH_OK);
	assert_int_equal(rig.failed, 0);
	assert_false(fn[0].pdev.master);
	assert_true(fn[1].pdev.master);
	assert_true(managed(0)->devtlb.mute);
	/* until it is contained, each flush with a part of it fails at once */
	sent = vtd_model_stats(rig.model[0]).device_tlbs;
	assert_int_equal(vtd_devtlb_flush(unit, &managed(0)->devtlb,
					  mode->pasid, 0, 0xfff),
			 -ETIME);
	assert_int_equal(vtd_flush_all(d), -ETIME);
	assert_int_equal(vtd_model_stats(rig.model[0]).device_tlbs, sent + 1);
	assert_int_equal(vtd_device_set_ats(managed(0), false), -EIO);
	fix_forget(); /* the checker knows what it still has */
	fix_relax(contain_relax);
	assert_int_equal(vtd_shim_work(), 1);
	fix_relax(NULL);
	assert_true(managed(0)->devtlb.idle);
	assert_false(reaches(0, IOVA) || reaches(0, IOVA + SZ_1G));
	assert_false(believed(0));
	assert_int_equal(vtd_flush_all(d), 0);
	/* nobody else is in the way of it */
	other = domain_for(1);
	assert_int_equal(map(other, IOVA, ODD, SZ_4K, 1, RW), 0);
	assert_int_equal(join(other, 1), 0);
	assert_true(reaches(1, IOVA));
	/* who attaches it again gets no device that is believed */
	assert_int_equal(part(0), 0);
	assert_int_equal(join(other, 0), 0);
	assert_false(believed(0));
	if (!scalable())
		assert_int_equal(context_word(RIG_SID) >> 2 & 3, 0);
	assert_int_equal(vtd_device_set_ats(managed(0), true), -EIO);
	assert_int_equal(unit->health, VTD_HEALTH_OK);
	leave(0, true);
	leave(1, true);
	other->ops->free(other);
	domain->ops->free(domain);
	iommu_free_pages(kept); /* only the test may */
	assert_int_equal(vtd_shim_work(), 0);
	vtd_model_endpoint_destroy(ep[0]);
	vtd_model_endpoint_destroy(ep[1]);
	assert_int_equal(rig.failed, 0);
	rig_stop_broken();
}

/* Detached before it is contained: what it may still use is never freed. */
static void test_mute_detached(void **state)
{
	struct iommu_domain *domain = two(fix_arg(state));
	struct vtd_domain *d = to_vtd_domain(domain);

	assert_int_equal(map(domain, IOVA, ODD, SZ_4K, 1, RW), 0);
	assert_true(reaches(0, IOVA));
	vtd_model_endpoint_mute(ep[0], true);
	/* in legacy mode its ATS goes off before, with all that it kept */
	assert_int_equal(part(0), scalable() ? -ETIME : 0);
	assert_int_equal(fn[0].pdev.master, !scalable());
	assert_int_equal(unit->health, VTD_HEALTH_OK);
	assert_int_equal(vtd_shim_work(), scalable());
	assert_int_equal(part(1), 0);
	assert_int_equal(d->leaked, scalable());
	leave(0, true);
	leave(1, true);
	if (d->leaked)
		vtd_pt_destroy(&d->pt); /* only the test may */
	domain->ops->free(domain);
	vtd_model_endpoint_destroy(ep[0]);
	vtd_model_endpoint_destroy(ep[1]);
	rig_stop_broken();
}

/* It leaves while it is about to be contained. */
static void test_mute_leaves(void **state)
{
	struct iommu_domain *domain = two(fix_arg(state));
	struct vtd_domain *d = to_vtd_domain(domain);

	assert_int_equal(map(domain, IOVA, ODD, SZ_4K, 1, RW), 0);
	assert_true(reaches(0, IOVA));
	vtd_model_endpoint_mute(ep[0], true);
	assert_int_equal(vtd_flush_all(d), -ETIME);
	leave(0, true);
	/* what was scheduled went with it */
	assert_int_equal(vtd_shim_work(), 0);
	assert_int_equal(vtd_flush_all(d), 0);
	assert_true(reaches(1, IOVA));
	leave(1, true);
	/* a PASID that its driver has left attached it was asked to forget */
	assert_int_equal(d->leaked, mode->pasid != VTD_NO_PASID);
	if (d->leaked)
		vtd_pt_destroy(&d->pt);
	domain->ops->free(domain);
	vtd_model_endpoint_destroy(ep[0]);
	vtd_model_endpoint_destroy(ep[1]);
	assert_int_equal(rig.failed, 0);
	rig_stop_broken();
}

/* --- when they begin, and end ------------------------------------------------------- */

static void test_order(void **state)
{
	struct iommu_domain *domain;
	bool sm;

	machine(fix_arg(state));
	sm = scalable();
	appear(0);
	/* as wide as both can */
	assert_int_equal(managed(0)->pasid_bits, !sm	     ? 0 :
						 mode->first ? 20 :
							       16);
	assert_int_equal(steps.nr, sm ? 2 : 0);
	if (sm) {
		assert_true(steps.pasid[0] && !steps.ats[0]);
		assert_true(steps.pasid[1]);
		/* the unit takes its requests before it makes any */
		assert_int_equal(steps.context[1] & 0xd, 0xd);
	}
	domain = domain_for(0);
	assert_int_equal(join(domain, 0), 0);
	/* in legacy mode when it is translated, not before */
	assert_int_equal(steps.nr, sm ? 2 : 1);
	assert_true(steps.ats[sm]);
	if (!sm)
		assert_int_equal(steps.context[0] & 0xf, 0x5);
	assert_int_equal(map(domain, IOVA, ODD, SZ_4K, 1, RW), 0);
	assert_true(reaches(0, IOVA));
	assert_int_equal(vtd_model_endpoint_cached(ep[0]), 1);
	steps.nr = 0;
	/* back in reverse: what its driver left attached, ATS, PASIDs */
	leave(0, false);
	assert_int_equal(steps.nr, sm ? 2 : 1);
	assert_false(steps.ats[0]);
	assert_int_equal(steps.pasid[0], sm);
	if (sm) {
		assert_false(steps.pasid[1]);
		assert_int_equal(context_word(RIG_SID) & 0x1c, 0);
		assert_int_equal(steps.context[1] & 4, 0);
	}
	assert_null(vtd_devtlb_find(unit, RIG_SID));
	assert_int_equal(vtd_model_stats(rig.model[0]).timeouts, 0);
	domain->ops->free(domain);
	machine_gone();
}

static void test_refused(void **state)
{
	machine(fix_arg(state));
	fn[0].pdev.untrusted = true;
	appear(0);
	assert_false(managed(0)->has_devtlb || fn[0].pdev.ats_enabled);
	assert_int_equal(vtd_device_set_ats(managed(0), true), -EOPNOTSUPP);
	assert_int_equal(vtd_device_set_ats(managed(0), false), 0);
	leave(0, true);
	fn[0].pdev.untrusted = false;
	fn[0].pdev.ats_word &= ~PCI_ATS_CAP_PAGE_ALIGNED;
	appear(0);
	assert_false(managed(0)->has_devtlb || fn[0].pdev.ats_enabled);
	leave(0, true);
	fn[0].pdev.ats_word |= PCI_ATS_CAP_PAGE_ALIGNED;
	fn[0].ats = VTD_ATS_NO;
	appear(0);
	assert_false(managed(0)->has_devtlb || fn[0].pdev.ats_enabled);
	leave(0, true);
	/* 8.8: in legacy mode it has it by itself */
	fn[0].ats = VTD_ATS_REQUIRED;
	appear(0);
	assert_int_equal(managed(0)->has_devtlb, scalable());
	leave(0, false);
	fn[0].ats = VTD_ATS_ALLOWED;
	fn[0].sid[1] = RIG_SID + 9;
	fn[0].nr_sids = 2;
	appear(0);
	assert_false(managed(0)->has_devtlb || fn[0].pdev.ats_enabled);
	assert_int_equal(managed(0)->pasid_bits, 0);
	assert_int_equal(vtd_device_set_pasid(managed(0), 5, NULL),
			 -EOPNOTSUPP);
	leave(0, true);
	fn[0].nr_sids = 1;
	fn[0].pdev.ats_cap = 0;
	appear(0);
	assert_false(managed(0)->has_devtlb);
	leave(0, true);
	/* without memory for all its PASIDs it works without them */
	if (scalable()) {
		fn[0].pdev.max_pasids = 1 << 20;
		vtd_shim_fail_alloc(3);
		appear(0);
		assert_int_equal(vtd_shim_alloc_failures(), 1);
		vtd_shim_fail_alloc(0);
		assert_int_equal(managed(0)->pasid_bits, 0);
		leave(0, true);
		appear(0);
		assert_true(managed(0)->pasid_bits >= 16);
		leave(0, true);
	}
	/* without memory for what is to be known of it, it works without */
	fn[0].pdev.ats_cap = ATS_CAP;
	fn[0].pdev.max_pasids = 0;
	vtd_shim_fail_alloc(scalable() ? 5 : 2);
	appear(0);
	assert_int_equal(vtd_shim_alloc_failures(), 1);
	vtd_shim_fail_alloc(0);
	assert_false(managed(0)->has_devtlb || fn[0].pdev.ats_enabled);
	assert_null(vtd_devtlb_find(unit, RIG_SID));
	leave(0, true);
	machine_gone();
}

static void switch_off_relax(void)
{
	if (fn[0].pdev.ats_enabled &&
	    vtd_model_stats(rig.model[0]).device_tlbs != asked)
		assert_int_equal(vtd_device_set_ats(managed(0), false), 0);
	vtd_model_tick();
}

static void test_switch(void **state)
{
	struct iommu_domain *domain = two(fix_arg(state));
	struct vtd_device *vdev = managed(0);
	u64 told;

	assert_int_equal(map(domain, IOVA, ODD, SZ_4K, 2, RW), 0);
	assert_true(reaches(0, IOVA));
	assert_int_equal(vtd_device_set_ats(vdev, true), 0);
	assert_int_equal(vtd_device_set_ats(vdev, false), 0);
	assert_false(fn[0].pdev.ats_enabled);
	assert_int_equal(vtd_device_set_ats(vdev, false), 0);
	/* it works without, and is told nothing */
	assert_true(reaches(0, IOVA));
	assert_int_equal(vtd_model_endpoint_cached(ep[0]), 0);
	told = vtd_model_stats(rig.model[0]).device_tlbs;
	assert_int_equal(unmap(domain, IOVA, SZ_4K, 1), SZ_4K);
	assert_int_equal(vtd_model_stats(rig.model[0]).device_tlbs, told + 1);
	assert_false(reaches(0, IOVA));
	/* whoever flushes while it comes on waits for what becomes of it */
	steps.nr = 0;
	assert_int_equal(vtd_device_set_ats(vdev, true), 0);
	assert_true(steps.nr == 1 && steps.switching[0]);
	assert_false(vdev->devtlb.switching || vdev->devtlb.idle);
	assert_true(fn[0].pdev.ats_enabled);
	assert_true(reaches(0, IOVA + SZ_4K));
	assert_int_equal(vtd_model_endpoint_cached(ep[0]), 1);
	assert_int_equal(unmap(domain, IOVA + SZ_4K, SZ_4K, 1), SZ_4K);
	assert_false(reaches(0, IOVA + SZ_4K));
	/* it goes off while it is asked: then it has forgotten all */
	assert_int_equal(map(domain, IOVA, ODD, SZ_4K, 2, RW), 0);
	assert_true(reaches(0, IOVA));
	asked = vtd_model_stats(rig.model[0]).device_tlbs;
	fix_relax(switch_off_relax);
	assert_int_equal(unmap(domain, IOVA, SZ_4K, 2), 2 * SZ_4K);
	fix_relax(NULL);
	assert_false(vdev->devtlb.mute);
	assert_int_equal(vtd_shim_work(), 0);
	assert_false(reaches(0, IOVA));
	assert_int_equal(vtd_device_set_ats(vdev, true), 0);
	/* and one that can no longer */
	assert_int_equal(vtd_device_set_ats(vdev, false), 0);
	fn[0].pdev.ats_cap = 0;
	assert_int_equal(vtd_device_set_ats(vdev, true), -EINVAL);
	assert_true(vdev->devtlb.idle);
	two_gone(domain);
}

/*
 * A reset of the function, as the core does it: blocked before, attached again
 * after, and only then what its configuration space held is written back.
 */
static void test_reset(void **state)
{
	struct iommu_domain *domain = two(fix_arg(state));
	struct iommu_domain blocked = { .type = IOMMU_DOMAIN_BLOCKED };
	struct pci_dev *pdev = &fn[0].pdev;
	const struct iommu_domain_ops *ops = domain->ops;
	u32 pasid = mode->pasid;

	assert_int_equal(map(domain, IOVA, ODD, SZ_4K, 2, RW), 0);
	assert_true(reaches(0, IOVA));
	assert_int_equal(part(0), 0);
	pdev->ats_lost = true;
	vtd_model_endpoint_enable(ep[0], false, pdev->pasid_enabled, false, 0);
	assert_false(pasid ? ops->set_dev_pasid(domain, &pdev->dev, pasid,
						&blocked) :
			     ops->attach_dev(domain, &pdev->dev, &blocked));
	assert_int_equal(unmap(domain, IOVA, SZ_4K, 1), SZ_4K);
	assert_false(managed(0)->devtlb.mute || reaches(0, IOVA));
	assert_true(reaches(0, IOVA + SZ_4K));
	two_gone(domain);
}

int main(void)
{
	unsigned int i;

	fix_case(test_size, (void *)0, "C23 every size, without a PASID");
	fix_case(test_size, (void *)2, "C23 every size, by PASID");
	fix_case(test_size_read, (void *)0,
		 "C23 every size read, without a PASID");
	fix_case(test_size_read, (void *)2, "C23 every size read, by PASID");
	fix_case(test_pfsid, (void *)0, "C23 PFSID, without a PASID");
	fix_case(test_pfsid, (void *)2, "C23 PFSID, by PASID");
	for (i = 0; i < ARRAY_SIZE(modes); i++) {
		void *which = (void *)(uintptr_t)i;
		const char *name = modes[i].name;

		fix_case(test_unmap, which, "C23 unmap, %s", name);
		fix_case(test_change, which,
			 "C24 another domain, and all flushed, %s", name);
		fix_case(test_detached, which, "left while told, %s", name);
		fix_case(test_blame, which, "C03 who did not answer, %s", name);
		fix_case(test_mute, which, "C02/C03 a mute device, %s", name);
		fix_case(test_mute_detached, which,
			 "C02 a mute device is detached, %s", name);
		fix_case(test_mute_leaves, which,
			 "C02 a mute device leaves, %s", name);
		fix_case(test_order, which, "C54 begin and end, %s", name);
		fix_case(test_refused, which, "who may not, %s", name);
		fix_case(test_switch, which, "off and on again, %s", name);
		fix_case(test_reset, which, "reset, %s", name);
	}
	return fix_run("dmar-ats");
}
