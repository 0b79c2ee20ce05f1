// SPDX-License-Identifier: GPL-2.0
/*
 * What the iommu core calls, on the software unit: devices that come and go,
 * domains mapped by pages and by ranges, flushed at once or later, and who may
 * be assigned.
 *
 * SRCS: dmar/quarantine.c dmar/incident.c
 * SRCS: dmar/nested.c dmar/user.c dmar/pgtable_dirty.c
 * SRCS: dmar/adapter.c dmar/paging.c dmar/device.c dmar/device_ats.c dmar/device_pasid.c dmar/pool.c
 * SRCS: dmar/history.c dmar/relax.c
 * SRCS: dmar/qi.c dmar/context.c dmar/unit.c dmar/domain.c dmar/flush.c
 * SRCS: dmar/pasid.c dmar/scalable.c dmar/devtlb.c
 * SRCS: dmar/pgtable.c dmar/identity.c dmar/reply.c kunit/model/model.c
 * SRCS: kunit/model/memory.c kunit/model/regs.c kunit/model/fault.c
 * SRCS: kunit/model/walk.c kunit/model/cache.c kunit/model/queue.c
 * SRCS: kunit/model/device.c kunit/model/check.c kunit/model/quiescent.c
 * SRCS: kunit/model/intr.c kunit/model/check_intr.c
 * SRCS: selftests/native/model_fixture.c selftests/native/rig.c
 * SRCS: selftests/native/core_rig.c
 * CFLAGS: -DVTD_OBSERVER
 */
#include <linux/module.h>

#include "core_rig.h"

#include "../../dmar/quarantine.h"

#if __has_feature(address_sanitizer)
#include <sanitizer/lsan_interface.h>
#else
#define __lsan_disable()
#define __lsan_enable()
#endif

/* --- map and unmap ------------------------------------------------------------- */

static void test_sizes(void **state)
{
	static const struct {
		u64 pgsize;
		size_t count;
	} runs[] = {
		{ SZ_4K, 1 },	 { SZ_4K, 7 }, { SZ_4K, 512 },
		{ SZ_4K, 1100 }, { SZ_2M, 1 }, { SZ_2M, 3 },
		{ SZ_2M, 513 },	 { SZ_1G, 1 }, { SZ_1G, 2 },
	};
	struct iommu_domain *domain;
	unsigned int i;

	by_ranges = fix_arg(state) & 16;
	domain = begin(fix_arg(state) & 15);
	for (i = 0; i < ARRAY_SIZE(runs); i++) {
		u64 size = runs[i].pgsize, bytes = size * runs[i].count;
		u64 iova = 4ULL * SZ_1G, paddr = 2ULL * SZ_1G;

		assert_nothing(iova);
		assert_nothing(iova + bytes - 1);
		assert_int_equal(
			map(domain, iova, paddr, size, runs[i].count, RW), 0);
		assert_maps(iova, paddr);
		assert_maps(iova + bytes - 1, paddr + bytes - 1);
		assert_nothing(iova + bytes);
		assert_true(
			domain->ops->iova_to_phys(domain, iova + bytes / 2) ==
			paddr + bytes / 2);
		assert_int_equal(unmap(domain, iova, size, runs[i].count),
				 bytes);
		assert_nothing(iova);
		assert_nothing(iova + bytes / 2);
		assert_nothing(iova + bytes - 1);
		assert_true(domain->ops->iova_to_phys(domain, iova) == 0);
	}
	end(domain);
}

static void test_rights(void **state)
{
	struct iommu_domain *domain;

	by_ranges = fix_arg(state) & 16;
	domain = begin(fix_arg(state) & 15);
	assert_int_equal(map(domain, 0x1000, 0x5000, SZ_4K, 1, IOMMU_READ), 0);
	assert_int_equal(map(domain, 0x2000, 0x6000, SZ_4K, 1, IOMMU_WRITE), 0);
	assert_int_equal(map(domain, 0x3000, 0x7000, SZ_4K, 1, 0), -EINVAL);
	assert_int_equal(ask(0, 0x1000, VTD_MODEL_READ, 0x5000), 0);
	assert_int_equal(ask(0, 0x1000, VTD_MODEL_WRITE, 0), NO_WRITE);
	assert_int_equal(ask(0, 0x2000, VTD_MODEL_READ, 0), NO_READ);
	assert_int_equal(ask(0, 0x2000, VTD_MODEL_WRITE, 0x6000), 0);
	assert_nothing(0x3000);
	end(domain);
}

/* Another page at an address that was just used. */
static void test_again(void **state)
{
	struct iommu_domain *domain;
	u64 i;

	by_ranges = fix_arg(state) & 16;
	domain = begin(fix_arg(state) & 15);
	for (i = 1; i < 40; i++) {
		u64 phys = i * SZ_2M + i * SZ_4K;

		assert_int_equal(map(domain, 0x7000, phys, SZ_4K, i, RW), 0);
		assert_maps(0x7000, phys);
		assert_int_equal(map(domain, 0x7000, SZ_1G, SZ_4K, 1, RW),
				 -EEXIST);
		assert_maps(0x7000, phys);
		assert_int_equal(unmap(domain, 0x7000, SZ_4K, i), i * SZ_4K);
		assert_int_equal(unmap(domain, 0x7000, SZ_4K, i), 0);
		assert_nothing(0x7000);
	}
	end(domain);
}

/* Tables that unmapping left empty go when a superpage comes. */
static void test_over_tables(void **state)
{
	struct iommu_domain *domain;
	long tables;

	by_ranges = fix_arg(state) & 16;
	domain = begin(fix_arg(state) & 15);
	assert_int_equal(map(domain, SZ_1G, 0x5000, SZ_4K, 3, RW), 0);
	assert_maps(SZ_1G, 0x5000);
	assert_int_equal(unmap(domain, SZ_1G, SZ_4K, 3), 3 * SZ_4K);
	assert_nothing(SZ_1G);
	tables = vtd_shim_live_tables();
	assert_int_equal(map(domain, SZ_1G, SZ_2M, SZ_2M, 2, RW), 0);
	assert_int_equal(vtd_shim_live_tables(), tables - 1);
	assert_maps(SZ_1G, SZ_2M);
	assert_maps(SZ_1G + SZ_2M + 0x123, 2 * SZ_2M + 0x123);
	assert_int_equal(unmap(domain, SZ_1G, SZ_2M, 2), 2 * SZ_2M);
	assert_int_equal(map(domain, SZ_1G, SZ_1G, SZ_1G, 1, RW), 0);
	assert_int_equal(vtd_shim_live_tables(), tables - 2);
	assert_maps(SZ_1G + 0x123, SZ_1G + 0x123);
	end(domain);
}

/* A superpage in whose way one page still is: nothing of it changes. */
static void test_over_pages(void **state)
{
	struct iommu_domain *domain;

	by_ranges = fix_arg(state) & 16;
	domain = begin(fix_arg(state) & 15);
	assert_int_equal(map(domain, SZ_2M + 0x5000, 0x5000, SZ_4K, 1, RW), 0);
	assert_int_equal(map(domain, 0, SZ_1G, SZ_2M, 2, RW), -EEXIST);
	assert_maps(SZ_2M + 0x5000, 0x5000);
	assert_nothing(0);
	end(domain);
}

/* Several unmaps, one flush. */
static void test_gather(void **state)
{
	struct iommu_iotlb_gather gather;
	struct iommu_domain *domain;

	by_ranges = fix_arg(state) & 16;
	domain = begin(fix_arg(state) & 15);
	assert_int_equal(map(domain, 0x1000, 0x5000, SZ_4K, 1, RW), 0);
	assert_int_equal(map(domain, SZ_2M, ODD, SZ_4K, 512, RW), 0);
	assert_int_equal(map(domain, SZ_1G, SZ_1G, SZ_4K, 9, RW), 0);
	assert_maps(0x1000, 0x5000);
	assert_maps(SZ_2M, ODD);
	assert_maps(SZ_1G, SZ_1G);
	iommu_iotlb_gather_init(&gather);
	assert_int_equal(unmap_later(domain, SZ_1G, SZ_4K, 9, &gather),
			 9 * SZ_4K);
	assert_int_equal(unmap_later(domain, SZ_2M, SZ_4K, 512, &gather),
			 SZ_2M);
	assert_int_equal(unmap_later(domain, 0x1000, SZ_4K, 1, &gather), SZ_4K);
	assert_int_equal(gather.start, 0x1000);
	assert_int_equal(gather.end, SZ_1G + 9 * SZ_4K - 1);
	assert_false(iommu_pages_list_empty(&gather.freelist));
	domain->ops->iotlb_sync(domain, &gather);
	assert_nothing(0x1000);
	assert_nothing(SZ_2M);
	assert_nothing(SZ_1G);
	/* an empty one does no harm */
	iommu_iotlb_gather_init(&gather);
	domain->ops->iotlb_sync(domain, &gather);
	end(domain);
}

/* As the core wants it, but in caching mode, until somebody asks for it there. */
static void lazy_at_first(unsigned int kind)
{
	bool caching = kinds[kind].cap & VTDM_CAP_CM;

	assert_int_equal(vtd_device_lazy(managed(0)), !caching);
	if (caching)
		assert_int_equal(vtd_device_set_strict(managed(0), false), 0);
	assert_false(static_key_enabled(&vtd_strict_used));
}

/* Lazy: the core flushes all later, and frees the tables itself. */
static void test_queued(void **state)
{
	struct iommu_iotlb_gather gather;
	struct iommu_domain *domain;

	by_ranges = fix_arg(state) & 16;
	domain = begin(fix_arg(state) & 15);
	domain->type = IOMMU_DOMAIN_DMA_FQ;
	lazy_at_first(fix_arg(state) & 15);
	assert_int_equal(map(domain, SZ_2M, ODD, SZ_4K, 513, RW), 0);
	assert_maps(SZ_2M, ODD);
	assert_maps(2 * SZ_2M, ODD + SZ_2M);
	iommu_iotlb_gather_init(&gather);
	gather.queued = true;
	assert_int_equal(unmap_later(domain, SZ_2M, SZ_4K, 513, &gather),
			 513 * SZ_4K);
	assert_true(gather.start > gather.end);
	domain->ops->flush_iotlb_all(domain);
	iommu_put_pages_list(&gather.freelist);
	assert_nothing(SZ_2M);
	assert_nothing(2 * SZ_2M);
	end(domain);
}

/* A unit that does not answer may still walk what was unmapped. */
static void test_dead(void **state)
{
	struct iommu_iotlb_gather gather;
	struct iommu_domain *domain;
	long tables;

	by_ranges = fix_arg(state) & 16;
	domain = begin(fix_arg(state) & 15);
	assert_int_equal(map(domain, SZ_2M, ODD, SZ_4K, 512, RW), 0);
	assert_maps(SZ_2M, ODD);
	tables = vtd_shim_live_tables();
	vtd_model_inject(rig.model[0], VTD_MODEL_DEAD, 1, 0);
	iommu_iotlb_gather_init(&gather);
	assert_int_equal(unmap_later(domain, SZ_2M, SZ_4K, 512, &gather),
			 SZ_2M);
	domain->ops->iotlb_sync(domain, &gather);
	assert_int_equal(vtd_shim_live_tables(), tables);
	assert_int_equal(rig.failed, 1);
	/* what is given up on is never freed: here, for the test's own sake */
	iommu_put_pages_list(&gather.freelist);
	leave(0, true);
	assert_true(to_vtd_domain(domain)->leaked);
	vtd_pt_destroy(&to_vtd_domain(domain)->pt);
	domain->ops->free(domain);
	rig_stop_broken();
}

/* The same with tables that a superpage replaces: their list is lost too. */
static void test_dead_over_tables(void **state)
{
	bool caching_mode = kinds[fix_arg(state) & 15].cap & VTDM_CAP_CM;
	struct iommu_domain *domain;
	struct vtd_pt_walk walk;
	long tables;
	void *lost;
	int ret;

	by_ranges = fix_arg(state) & 16;
	domain = begin(fix_arg(state) & 15);
	assert_int_equal(map(domain, SZ_2M, 0x5000, SZ_4K, 1, RW), 0);
	assert_int_equal(unmap(domain, SZ_2M, SZ_4K, 1), SZ_4K);
	vtd_pt_walk(&to_vtd_domain(domain)->pt, SZ_2M, &walk);
	lost = phys_to_virt(vtd_pte_addr(walk.entry[2]));
	tables = vtd_shim_live_tables();
	vtd_model_inject(rig.model[0], VTD_MODEL_DEAD, 1, 0);
	__lsan_disable();
	ret = map(domain, SZ_2M, SZ_1G, SZ_2M, 1, RW);
	__lsan_enable();
	assert_int_equal(ret, caching_mode ? -EIO : 0);
	assert_int_equal(vtd_shim_live_tables(), tables);
	iommu_free_pages(lost);
	leave(0, true);
	vtd_pt_destroy(&to_vtd_domain(domain)->pt);
	domain->ops->free(domain);
	rig_stop_broken();
}

/* C27: once something is mapped without it, snooping cannot be promised. */
static void test_snoop(void **state)
{
	struct iommu_domain *domain;

	by_ranges = fix_arg(state) & 16;
	domain = begin(fix_arg(state) & 15);
	assert_true(domain->ops->enforce_cache_coherency(domain));
	assert_int_equal(map(domain, 0x1000, 0x5000, SZ_4K, 1, RW), 0);
	assert_maps(0x1000, 0x5000);
	assert_true(domain->ops->enforce_cache_coherency(domain));
	end(domain);

	domain = begin(fix_arg(state) & 15);
	assert_int_equal(map(domain, 0x1000, 0x5000, SZ_4K, 1, RW), 0);
	assert_false(domain->ops->enforce_cache_coherency(domain));
	end(domain);

	/* a page of one size among those there are, in a table that is there */
	domain = begin(fix_arg(state) & 15);
	assert_int_equal(map(domain, SZ_2M, SZ_2M, SZ_2M, 1, RW), 0);
	assert_int_equal(unmap(domain, SZ_2M, SZ_2M, 1), SZ_2M);
	assert_false(domain->ops->enforce_cache_coherency(domain));
	end(domain);
}

static struct iommu_domain *attached;
static unsigned int grace_periods;

static void grace_period(void)
{
	assert_true(to_vtd_domain(attached)->sync_map);
	assert_true(list_empty(&to_vtd_domain(attached)->units));
	grace_periods++;
}

/* Mappers that have not seen that they must tell end before the unit walks. */
static void test_sync_map_order(void **state)
{
	bool tells = kinds[fix_arg(state)].cap;

	start(fix_arg(state));
	appear(0);
	appear(1);
	attached = domain_for(0);
	grace_periods = 0;
	vtd_shim_on_grace_period(grace_period);
	assert_int_equal(attach(attached, 0), 0);
	assert_int_equal(attach(attached, 1), 0);
	assert_int_equal(grace_periods, tells);
	vtd_shim_on_grace_period(NULL);
	leave(1, true);
	end(attached);
}

/* --- lazy domains that are made strict ------------------------------------------- */

/* An unmap that the core means to flush later; what it then does with it. */
static void unmap_queued(struct iommu_domain *domain, u64 iova, size_t count,
			 struct iommu_iotlb_gather *gather)
{
	iommu_iotlb_gather_init(gather);
	gather->queued = true;
	assert_int_equal(unmap_later(domain, iova, SZ_4K, count, gather),
			 count * SZ_4K);
	if (!gather->queued)
		domain->ops->iotlb_sync(domain, gather);
}

static void map_used(struct iommu_domain *domain, u64 iova, size_t count)
{
	assert_int_equal(map(domain, iova, ODD, SZ_4K, count, RW), 0);
	assert_maps(iova, ODD);
}

static void test_strict(void **state)
{
	struct iommu_iotlb_gather gather;
	struct iommu_domain *domain;

	by_ranges = fix_arg(state) & 16;
	domain = begin(fix_arg(state) & 15);
	domain->type = IOMMU_DOMAIN_DMA_FQ;
	lazy_at_first(fix_arg(state) & 15);
	map_used(domain, 0x1000, 2);
	unmap_queued(domain, 0x1000, 2, &gather);
	assert_true(gather.queued);
	assert_true(gather.start > gather.end);
	/* that is what lazy means; what was put off is not, once it is strict */
	assert_int_equal(ask(0, 0x1000, VTD_MODEL_READ, ODD), 0);
	assert_int_equal(vtd_device_set_strict(managed(0), true), 0);
	assert_nothing(0x1000);
	assert_false(vtd_device_lazy(managed(0)));
	map_used(domain, 0x5000, 3);
	unmap_queued(domain, 0x5000, 3, &gather);
	assert_false(gather.queued);
	assert_int_equal(gather.start, 0x5000);
	assert_int_equal(gather.end, 0x7fff);
	assert_nothing(0x5000);
	/* again is no second time */
	assert_int_equal(vtd_device_set_strict(managed(0), true), 0);
	assert_int_equal(vtd_device_set_strict(managed(0), false), 0);
	assert_true(vtd_device_lazy(managed(0)));
	assert_false(static_key_enabled(&vtd_strict_used));
	map_used(domain, 0x9000, 1);
	unmap_queued(domain, 0x9000, 1, &gather);
	assert_true(gather.queued);
	domain->ops->flush_iotlb_all(domain);
	assert_nothing(0x9000);
	assert_int_equal(vtd_device_set_strict(managed(0), true), 0);
	end(domain);
	assert_false(static_key_enabled(&vtd_strict_used));
}

/* An unmap half of which was put off before it was strict. */
static void strict_turns(void)
{
	struct iommu_iotlb_gather gather;

	grace_periods++;
	assert_int_equal(to_vtd_domain(attached)->strict, VTD_STRICT_TURNING);
	unmap_queued(attached, SZ_1G, 1, &gather);
	assert_false(gather.queued);
	assert_nothing(SZ_1G);
	assert_nothing(0x1000);
}

static void test_strict_turning(void **state)
{
	struct iommu_iotlb_gather gather;

	by_ranges = false;
	attached = begin(fix_arg(state));
	attached->type = IOMMU_DOMAIN_DMA_FQ;
	lazy_at_first(fix_arg(state));
	map_used(attached, 0x1000, 1);
	map_used(attached, SZ_1G, 1);
	unmap_queued(attached, 0x1000, 1, &gather);
	grace_periods = 0;
	vtd_shim_on_grace_period(strict_turns);
	assert_int_equal(vtd_device_set_strict(managed(0), true), 0);
	vtd_shim_on_grace_period(NULL);
	assert_int_equal(grace_periods, 1);
	end(attached);
}

/* It is the device that was made strict: whatever it is attached to next is. */
static void test_strict_stays(void **state)
{
	struct iommu_domain *domain, *other;

	domain = begin(0);
	other = domain_for(0);
	appear(1);
	assert_int_equal(vtd_device_set_strict(managed(1), true), 0);
	assert_int_equal(to_vtd_domain(domain)->strict, VTD_STRICT_OFF);
	assert_int_equal(attach(domain, 1), 0);
	assert_int_equal(to_vtd_domain(domain)->strict, VTD_STRICT_ON);
	assert_int_equal(attach(other, 1), 0);
	assert_int_equal(to_vtd_domain(other)->strict, VTD_STRICT_ON);
	leave(1, true);
	other->ops->free(other);
	end(domain);
	assert_false(static_key_enabled(&vtd_strict_used));
}

/* What was put off may live on: it is said, and all later ones are flushed. */
static void test_strict_dead(void **state)
{
	struct iommu_domain *domain = begin(0);

	vtd_model_inject(rig.model[0], VTD_MODEL_DEAD, 1, 0);
	assert_int_not_equal(vtd_device_set_strict(managed(0), true), 0);
	assert_int_equal(to_vtd_domain(domain)->strict, VTD_STRICT_ON);
	assert_int_equal(rig.failed, 1);
	leave(0, true);
	vtd_pt_destroy(&to_vtd_domain(domain)->pt);
	domain->ops->free(domain);
	rig_stop_broken();
}

static void test_untrusted(void **state)
{
	struct iommu_domain *domain;
	struct vtd_context_entry entry;

	start(fix_arg(state));
	fn[0].pdev.untrusted = true;
	appear(0);
	domain = domain_for(0);
	assert_int_equal(attach(domain, 0), 0);
	assert_int_equal(to_vtd_domain(domain)->strict, VTD_STRICT_ON);
	/* the core makes it lazy without a word */
	domain->type = IOMMU_DOMAIN_DMA_FQ;
	assert_int_equal(vtd_device_type(managed(0)), IOMMU_DOMAIN_DMA_FQ);
	assert_false(vtd_device_lazy(managed(0)));
	assert_int_equal(vtd_device_set_strict(managed(0), false), -EPERM);
	assert_int_equal(attach(vtd_iommu_ops.identity_domain, 0), -EPERM);
	assert_int_equal(vtd_device_type(managed(0)), IOMMU_DOMAIN_DMA_FQ);
	assert_int_equal(vtd_context_peek(&rig.unit[0], RIG_SID, &entry), 0);
	/* translated: neither passed through nor with a device TLB */
	assert_int_equal(entry.w[0] & 0xf, 1);
	assert_int_equal(attach(vtd_iommu_ops.blocked_domain, 0), 0);
	leave(0, true);
	domain->ops->free(domain);
	rig_stop();
}

/* --- devices that come and go ---------------------------------------------------- */

static void test_states(void **state)
{
	struct iommu_domain *identity = vtd_iommu_ops.identity_domain;
	struct iommu_domain *blocked = vtd_iommu_ops.blocked_domain;
	struct iommu_domain *domain, *other;
	struct vtd_context_entry entry;

	by_ranges = false;
	domain = begin(fix_arg(state));
	other = domain_for(0);
	assert_int_equal(map(domain, 0x1000, 0x5000, SZ_4K, 1, RW), 0);
	assert_int_equal(map(other, 0x1000, 0x6000, SZ_4K, 1, RW), 0);
	assert_maps(0x1000, 0x5000);
	assert_int_equal(managed(0)->type, IOMMU_DOMAIN_DMA);
	assert_int_equal(attach(domain, 0), 0);
	assert_maps(0x1000, 0x5000);
	assert_int_equal(attach(other, 0), 0);
	assert_maps(0x1000, 0x6000);
	assert_true(list_empty(&to_vtd_domain(domain)->units));
	assert_int_equal(attach(identity, 0), 0);
	assert_maps(0x1000, 0x1000);
	assert_int_equal(managed(0)->type, IOMMU_DOMAIN_IDENTITY);
	assert_true(list_empty(&to_vtd_domain(other)->units));
	assert_int_equal(attach(blocked, 0), 0);
	assert_int_equal(ask(0, 0x1000, VTD_MODEL_READ, 0), BLOCKED);
	assert_int_equal(managed(0)->type, IOMMU_DOMAIN_BLOCKED);
	assert_int_equal(vtd_context_peek(&rig.unit[0], RIG_SID, &entry), 0);
	assert_true(entry.w[0] == 0 && entry.w[1] == 0);
	assert_int_equal(attach(other, 0), 0);
	assert_maps(0x1000, 0x6000);
	other->ops->flush_iotlb_all(other);
	/* it stays in the machine: its addresses pass unchanged */
	leave(0, false);
	assert_maps(0x1000, 0x1000);
	assert_null(vtd_device_find(&fn[0].pdev));
	assert_true(list_empty(&to_vtd_domain(other)->units));
	other->ops->free(other);
	domain->ops->free(domain);
	rig_stop();
}

static void test_removed(void **state)
{
	struct iommu_domain *domain = begin(fix_arg(state));

	by_ranges = false;
	appear(1);
	assert_int_equal(attach(domain, 1), 0);
	assert_int_equal(map(domain, 0x1000, 0x5000, SZ_4K, 1, RW), 0);
	assert_maps(0x1000, 0x5000);
	leave(1, true);
	assert_int_equal(ask(1, 0x1000, VTD_MODEL_READ, 0), BLOCKED);
	assert_maps(0x1000, 0x5000);
	assert_int_equal(unmap(domain, 0x1000, SZ_4K, 1), SZ_4K);
	assert_nothing(0x1000);
	end(domain);
}

/* Behind a bridge, a source-id that another device uses too is left alone. */
static void test_shared_sid(void **state)
{
	struct iommu_domain *domain;

	start(fix_arg(state));
	by_ranges = false;
	fn[0].sid[1] = 0x0200;
	fn[0].nr_sids = 2;
	fn[1].sid[1] = 0x0200;
	fn[1].nr_sids = 2;
	appear(0);
	appear(1);
	domain = domain_for(0);
	assert_int_equal(attach(domain, 0), 0);
	assert_int_equal(attach(domain, 1), 0);
	assert_int_equal(map(domain, 0x1000, 0x5000, SZ_4K, 1, RW), 0);
	leave(1, true);
	assert_int_equal(ask(1, 0x1000, VTD_MODEL_READ, 0), BLOCKED);
	assert_int_equal(rig_ask(0, 0x0200, 0x1000, VTD_MODEL_READ, NULL), 0);
	assert_maps(0x1000, 0x5000);
	leave(0, true);
	assert_int_equal(rig_ask(0, 0x0200, 0x1000, VTD_MODEL_READ, NULL),
			 BLOCKED);
	domain->ops->free(domain);
	rig_stop();
}

static void test_leave_dead(void **state)
{
	struct iommu_domain *domain = begin(0);

	vtd_model_inject(rig.model[0], VTD_MODEL_DEAD, 1, 0);
	assert_int_not_equal(attach(vtd_iommu_ops.blocked_domain, 0), 0);
	assert_int_equal(managed(0)->type, IOMMU_DOMAIN_DMA);
	assert_true(to_vtd_domain(domain)->leaked);
	leave(0, true);
	vtd_pt_destroy(&to_vtd_domain(domain)->pt);
	domain->ops->free(domain);
	rig_stop_broken();
}

static int refused(unsigned int i)
{
	int ret = PTR_ERR(vtd_iommu_ops.probe_device(dev(i)));

	assert_int_equal(fn[i].pdev.refs, 0);
	assert_null(vtd_device_find(&fn[i].pdev));
	return ret;
}

/* Any error but -ENODEV would end the registration of all devices. */
static void test_probe(void **state)
{
	start(0);
	fn[0].pdev.dev.is_pci = false;
	assert_int_equal(refused(0), -ENODEV);
	fn[1].unit = NULL;
	assert_int_equal(refused(1), -ENODEV);
	fn[2].nr_sids = -E2BIG;
	assert_int_equal(refused(2), -ENODEV);
	vtd_shim_fail_alloc(1);
	assert_int_equal(refused(3), -ENODEV);
	vtd_shim_fail_alloc(0);
	appear(3);
	assert_ptr_equal(vtd_device_find(&fn[3].pdev), managed(3));
	assert_ptr_equal(managed(3)->unit, &rig.unit[0]);
	/* the core still looks at it when we were the one to let go */
	managed(3)->releasing = true;
	vtd_iommu_ops.release_device(dev(3));
	assert_ptr_equal(vtd_device_find(&fn[3].pdev), managed(3));
	vtd_device_free(managed(3));
	assert_int_equal(fn[3].pdev.refs, 0);
	assert_true(vtd_iommu_ops.domain_alloc_paging_flags(NULL, 0, NULL) ==
		    ERR_PTR(-EINVAL));
	rig_stop();
}

static void test_no_domain(void **state)
{
	start(0);
	appear(0);
	vtd_shim_fail_alloc(fix_arg(state));
	assert_true(vtd_iommu_ops.domain_alloc_paging_flags(dev(0), 0, NULL) ==
		    ERR_PTR(-ENOMEM));
	vtd_shim_fail_alloc(0);
	leave(0, true);
	rig_stop();
}

static void test_quarantine(void **state)
{
	start(0);
	rig_add(FIX_CAP, FIX_ECAP, 0, 3, 0);
	fn[1].unit = &rig.unit[1];
	appear(0);
	appear(1);
	appear(2);
	vtd_devices_quarantine(&rig.unit[0]);
	assert_false(fn[0].pdev.master);
	assert_true(fn[1].pdev.master);
	assert_false(fn[2].pdev.master);
	leave(0, true);
	leave(1, true);
	leave(2, true);
	rig_stop();
}

/* --- who may be assigned --------------------------------------------------------- */

static struct device_driver some_driver = { "some" };

enum neighbour {
	ALONE,
	NOT_MANAGED,
	BRIDGE,
	MANAGED_UNBOUND,
	MANAGED_BOUND,
	MANAGED_BOUND_HARMLESS,
	SAME_GROUP,
	OTHER_SET,
	NR_NEIGHBOURS,
};

static void neighbour(enum neighbour what)
{
	if (what == ALONE)
		return;
	fn[1].set = what == OTHER_SET ? 1 : 0;
	fn[1].bridge = what == BRIDGE;
	if (what >= MANAGED_UNBOUND && what <= SAME_GROUP)
		appear(1);
	if (what >= MANAGED_BOUND)
		fn[1].pdev.dev.driver = &some_driver;
	fn[1].driver_leaves_dma = what == MANAGED_BOUND_HARMLESS;
	if (what == SAME_GROUP)
		fn[1].pdev.dev.iommu_group = fn[0].pdev.dev.iommu_group;
}

static void test_assignment(void **state)
{
	enum neighbour what = fix_arg(state);
	int expected = what == NOT_MANAGED || what == MANAGED_BOUND ? -EBUSY :
								      0;
	struct iommu_domain *domain, *blocked;

	domain = begin(0);
	blocked = vtd_iommu_ops.blocked_domain;
	neighbour(what);
	/* the kernel's own drivers may have it in any case */
	assert_int_equal(attach(domain, 0), 0);
	assert_int_equal(attach(blocked, 0), 0);
	assert_int_equal(attach(domain, 0), 0);
	/* user space may not */
	domain->type = IOMMU_DOMAIN_UNMANAGED;
	assert_int_equal(attach(domain, 0), expected);
	fn[0].driver_leaves_dma = true;
	assert_int_equal(attach(blocked, 0), expected);
	assert_int_equal(fn[0].pdev.refs, 1);
	assert_int_equal(fn[1].pdev.refs, managed(1) ? 1 : 0);
	if (managed(1))
		leave(1, true);
	end(domain);
}

/* Who has a device was told that interrupts are isolated. */
static void test_isolation(void **state)
{
	struct iommu_domain *domain = begin(0), *other = domain_for(0);
	struct iommu_domain *blocked = vtd_iommu_ops.blocked_domain;
	struct module who = {};

	vtd_device_isolated_by(&who);
	assert_int_equal(attach(blocked, 0), 0);
	assert_int_equal(attach(domain, 0), 0);
	assert_int_equal(who.refs, 0);
	/* from user to user, and back to the host, in each way */
	other->type = IOMMU_DOMAIN_UNMANAGED;
	assert_int_equal(attach(other, 0), 0);
	assert_int_equal(attach(other, 0), 0);
	assert_int_equal(who.refs, 1);
	assert_int_equal(attach(domain, 0), 0);
	assert_int_equal(who.refs, 0);
	assert_int_equal(attach(other, 0), 0);
	domain->type = IOMMU_DOMAIN_UNMANAGED;
	assert_int_equal(attach(domain, 0), 0);
	assert_int_equal(who.refs, 1);
	assert_int_equal(attach(blocked, 0), 0);
	assert_int_equal(who.refs, 0);
	assert_int_equal(attach(domain, 0), 0);
	assert_int_equal(attach(vtd_iommu_ops.identity_domain, 0), 0);
	assert_int_equal(who.refs, 0);
	/* what fails changes nothing */
	vtd_shim_fail_alloc(1);
	assert_int_equal(attach(domain, 0), -ENOMEM);
	vtd_shim_fail_alloc(0);
	assert_int_equal(who.refs, 0);
	assert_int_equal(attach(domain, 0), 0);
	vtd_shim_fail_alloc(1);
	assert_int_equal(attach(other, 0), -ENOMEM);
	vtd_shim_fail_alloc(0);
	assert_int_equal(who.refs, 1);
	/* who is about to leave is not relied on */
	who.leaves = true;
	assert_int_equal(attach(blocked, 0), 0);
	assert_int_equal(attach(domain, 0), -EBUSY);
	assert_int_equal(who.refs, 0);
	/* nobody does: VFIO knows, and refuses unless told otherwise */
	vtd_device_isolated_by(NULL);
	assert_int_equal(attach(domain, 0), 0);
	who.leaves = false;
	vtd_device_isolated_by(&who);
	assert_int_equal(attach(blocked, 0), 0);
	assert_int_equal(who.refs, 0);
	/* it is pulled out of the hands of its user */
	assert_int_equal(attach(domain, 0), 0);
	assert_int_equal(who.refs, 1);
	other->ops->free(other);
	end(domain);
	assert_int_equal(who.refs, 0);
	vtd_device_isolated_by(NULL);
}

/* --- what the core asks ------------------------------------------------------------ */

static void test_capable(void **state)
{
	start(0);
	appear(0);
	opt_in = false;
	assert_true(vtd_iommu_ops.capable(dev(0), IOMMU_CAP_CACHE_COHERENCY));
	assert_true(vtd_iommu_ops.capable(dev(0), IOMMU_CAP_DEFERRED_FLUSH));
	assert_false(vtd_iommu_ops.capable(dev(0), IOMMU_CAP_NOEXEC));
	assert_false(
		vtd_iommu_ops.capable(dev(0), IOMMU_CAP_PRE_BOOT_PROTECTION));
	opt_in = true;
	assert_true(
		vtd_iommu_ops.capable(dev(0), IOMMU_CAP_PRE_BOOT_PROTECTION));
	assert_true(vtd_iommu_ops.capable(dev(0),
					  IOMMU_CAP_ENFORCE_CACHE_COHERENCY));
	leave(0, true);
	rig_stop();
	rig_one(FIX_CAP, FIX_ECAP & ~VTDM_ECAP_SC, 0);
	appear(0);
	assert_false(vtd_iommu_ops.capable(dev(0),
					   IOMMU_CAP_ENFORCE_CACHE_COHERENCY));
	leave(0, true);
	rig_stop();
}

static void test_reserved(void **state)
{
	static const struct {
		unsigned int class;
		enum iommu_resv_type type;
	} class[] = {
		{ 0x020000, IOMMU_RESV_DIRECT },
		{ 0x0c0330, IOMMU_RESV_DIRECT_RELAXABLE },
		{ 0x030000, IOMMU_RESV_DIRECT_RELAXABLE },
		{ 0x0c0500, IOMMU_RESV_DIRECT },
	};
	unsigned int i;

	start(0);
	fn[0].rmrr = 0x7f000000;
	for (i = 0; i < ARRAY_SIZE(class); i++) {
		struct iommu_resv_region *region, *next;
		unsigned int nr = 0;
		LIST_HEAD(list);

		fn[0].pdev.class = class[i].class;
		vtd_iommu_ops.get_resv_regions(dev(0), &list);
		list_for_each_entry_safe(region, next, &list, list) {
			if (nr++) {
				assert_int_equal(region->type, IOMMU_RESV_MSI);
				assert_true(region->start == 0xfee00000);
				assert_int_equal(region->length, 0x100000);
			} else {
				assert_int_equal(region->type, class[i].type);
				assert_true(region->start == 0x7f000000);
				assert_int_equal(region->length, 0x3000);
				assert_int_equal(region->prot, RW);
			}
			kfree(region);
		}
		assert_int_equal(nr, 2);
	}
	rig_stop();
}

static void every_kind(fix_fn test, const char *what)
{
	uintptr_t i;

	for (i = 0; i < KINDS; i++) {
		fix_case(test, (void *)i, "%s, pages, %s", what, kinds[i].name);
		fix_case(test, (void *)(i + 16), "%s, ranges, %s", what,
			 kinds[i].name);
	}
}

int main(void)
{
	uintptr_t i;

	every_kind(test_sizes, "C46 every size");
	every_kind(test_rights, "rights");
	every_kind(test_again, "C16 another page at the same address");
	every_kind(test_over_tables, "superpages over empty tables");
	every_kind(test_over_pages, "superpages over pages");
	every_kind(test_gather, "several unmaps, one flush");
	every_kind(test_queued, "C17 flushed later");
	every_kind(test_dead, "C02/L3 tables and a dead unit");
	every_kind(test_dead_over_tables,
		   "C02/L3 replaced tables and a dead unit");
	every_kind(test_snoop, "snooping");
	for (i = 0; i < KINDS; i++) {
		fix_case(test_sync_map_order, (void *)i,
			 "C46 mappers and an attach, %s", kinds[i].name);
		fix_case(test_strict_turning, (void *)i,
			 "C16 an unmap while it becomes strict, %s",
			 kinds[i].name);
		fix_case(test_untrusted, (void *)i, "untrusted, %s",
			 kinds[i].name);
		fix_case(test_states, (void *)i, "every state, %s",
			 kinds[i].name);
		fix_case(test_removed, (void *)i, "removed, %s", kinds[i].name);
		fix_case(test_shared_sid, (void *)i, "a shared source-id, %s",
			 kinds[i].name);
	}
	every_kind(test_strict, "C16 a lazy domain made strict");
	fix_case(test_strict_stays, NULL, "a device that was made strict");
	fix_case(test_strict_dead, NULL, "C02/L3 made strict on a dead unit");
	fix_case(test_leave_dead, NULL, "C02/L3 leaving a dead unit");
	fix_case(test_probe, NULL, "who is managed");
	fix_case(test_no_domain, (void *)1, "no memory for a domain");
	fix_case(test_no_domain, (void *)2, "no memory for its counters");
	fix_case(test_no_domain, (void *)3, "no memory for its tables");
	fix_case(test_quarantine, NULL, "devices of a unit that failed");
	for (i = 0; i < NR_NEIGHBOURS; i++)
		fix_case(test_assignment, (void *)i, "assigned beside %u",
			 (unsigned int)i);
	fix_case(test_isolation, NULL, "isolated interrupts stay isolated");
	fix_case(test_capable, NULL, "capabilities");
	fix_case(test_reserved, NULL, "reserved regions");
	return fix_run("dmar-adapter");
}
