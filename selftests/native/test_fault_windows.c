// SPDX-License-Identifier: GPL-2.0
/*
 * A fault is looked into while its device leaves, and its domain with it, or while
 * its page is unmapped, at each moment; and the other way round.
 *
 * SRCS: dmar/fault_look.c dmar/fault_walk.c
 * SRCS: dmar/quarantine.c dmar/incident.c
 * SRCS: dmar/nested.c dmar/user.c dmar/pgtable_dirty.c
 * SRCS: dmar/adapter.c dmar/paging.c dmar/device.c dmar/device_ats.c dmar/device_pasid.c dmar/pool.c
 * SRCS: dmar/relax.c
 * SRCS: dmar/qi.c dmar/context.c dmar/unit.c dmar/domain.c dmar/flush.c
 * SRCS: dmar/pasid.c dmar/scalable.c dmar/devtlb.c
 * SRCS: dmar/pgtable.c dmar/identity.c dmar/reply.c kunit/model/model.c
 * SRCS: kunit/model/memory.c kunit/model/regs.c kunit/model/fault.c
 * SRCS: kunit/model/walk.c kunit/model/cache.c kunit/model/queue.c
 * SRCS: kunit/model/device.c kunit/model/check.c kunit/model/quiescent.c
 * SRCS: kunit/model/intr.c kunit/model/check_intr.c
 * SRCS: selftests/native/model_fixture.c selftests/native/rig.c
 * SRCS: selftests/native/core_rig.c selftests/native/windows.c
 * CFLAGS: -DVTD_OBSERVER
 */
#include "core_rig.h"
#include "windows.h"

#include "../../dmar/control.h"
#include "../../dmar/fault.h"

/* Its parameter is static. */
#include "../../dmar/history.c"

#define IOVA 0x40000000ULL

static uintptr_t kind;
static struct vtd_fault_facts facts;
static struct iommu_domain *here;
static unsigned int reported;
static bool gone;

const char *vtd_domain_type(unsigned int type)
{
	vtd_shim_point();
	switch (type) {
	case IOMMU_DOMAIN_DMA:
		return "DMA";
	case IOMMU_DOMAIN_IDENTITY:
		return "identity";
	case IOMMU_DOMAIN_BLOCKED:
		return "blocked";
	}
	return "?";
}

/* Whoever made the domain is asked: it is there. */
int report_iommu_fault(struct iommu_domain *domain, struct device *dev,
		       unsigned long iova, int flags)
{
	vtd_shim_point();
	assert_int_equal(domain->type, IOMMU_DOMAIN_DMA);
	reported++;
	return 0;
}

static void begin_here(void)
{
	static struct device_driver driver = { .name = "some" };

	by_ranges = false;
	gone = false;
	vtd_history = true;
	reported = 0;
	start(kind);
	appear(0);
	appear(1);
	appear(2);
	fn[1].pdev.dev.driver = &driver;
	here = domain_for(1);
	assert_int_equal(attach(here, 1), 0);
	assert_int_equal(map(here, IOVA, SZ_1G, SZ_4K, 1, RW), 0);
}

static void leaves(void)
{
	/* Whoever looks holds the PCI device, and nothing else. */
	managed(1)->removed = true;
	vtd_iommu_ops.release_device(dev(1));
	here->ops->free(here);
	gone = true;
}

static void finish(void)
{
	if (!gone)
		leaves();
	assert_int_equal(fn[1].pdev.refs, 0);
	assert_null(vtd_device_find(&fn[1].pdev));
	leave(0, true);
	leave(2, true);
	rig_stop();
}

static void look(void)
{
	const struct vtd_fault_request request = {
		.sid = RIG_SID + 1,
		.where = IOVA,
		.access = VTD_ACCESS_WRITE,
		.reason = 5,
	};

	vtd_fault_look(&rig.unit[0], &request, &facts);
	assert_true(facts.present);
	assert_string_equal(facts.driver, "some");
	assert_true(facts.domain[0] != '?');
}

static void looks(void)
{
	look();
	if (gone)
		return;
	assert_string_equal(facts.domain, "DMA");
	assert_true(reported > 0);
}

/* Tables that lead nowhere, of a page that no one unmapped, would be a riddle. */
static void explains(void)
{
	look();
	if (facts.tables.end == VTD_END_ABSENT)
		assert_int_equal(facts.last.state, VTD_LAST_UNMAPPED);
	else if (facts.tables.end != VTD_END_CHANGED)
		assert_int_equal(facts.tables.end, VTD_END_LEAF);
	assert_int_not_equal(facts.last.state, VTD_LAST_NONE);
}

static void unmaps(void)
{
	assert_int_equal(unmap(here, IOVA, SZ_4K, 1), SZ_4K);
}

static const struct {
	struct windows windows;
	const char *name;
} changes[] = {
	{ { begin_here, looks, leaves, NULL, finish, 5 },
	  "fault against detach" },
	{ { begin_here, leaves, look, NULL, finish, 8 },
	  "detach against fault" },
	{ { begin_here, explains, unmaps, NULL, finish, 5 },
	  "fault against unmap" },
	{ { begin_here, unmaps, explains, NULL, finish, 5 },
	  "unmap against fault" },
};

static void test_change(void **state)
{
	kind = fix_arg(state) & 15;
	windows(&changes[fix_arg(state) >> 4].windows);
}

int main(void)
{
	uintptr_t i, k;

	for (i = 0; i < ARRAY_SIZE(changes); i++)
		for (k = 0; k < KINDS; k++)
			fix_case(test_change, (void *)(i << 4 | k), "%s, %s",
				 changes[i].name, kinds[k].name);
	return fix_run("fault-windows");
}
