// SPDX-License-Identifier: GPL-2.0
/*
 * Unmaps and maps of another CPU at each moment of an attach and of a detach: what
 * is unmapped is out of every device's reach when that returns, and stays so.
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
 * SRCS: selftests/native/core_rig.c selftests/native/windows.c
 * CFLAGS: -DVTD_OBSERVER
 */
#include "core_rig.h"
#include "windows.h"

#define IOVA 0x40000000ULL
#define PHYS 0x7000ULL
#define ELSEWHERE 0x9000ULL

static uintptr_t kind;
/* In both domains IOVA is mapped: here to PHYS, there to ELSEWHERE. */
static struct iommu_domain *here, *there;
/* Device 1 is in none, is @here, is @there before; device 0 is, or is not, here. */
static bool alone;
static bool gone;

/* Where a request of device 1 goes: 0 when nowhere. */
static u64 goes(void)
{
	u64 at;

	return rig_ask(0, RIG_SID + 1, IOVA, VTD_MODEL_READ, &at) ? 0 : at;
}

static void begin_in(struct iommu_domain **first)
{
	by_ranges = false;
	gone = false;
	start(kind);
	appear(0);
	appear(1);
	here = domain_for(0);
	there = domain_for(1);
	if (!alone)
		assert_int_equal(attach(here, 0), 0);
	if (first)
		assert_int_equal(attach(*first, 1), 0);
	else
		assert_int_equal(vtd_device_block(managed(1)), 0);
	assert_int_equal(map(here, IOVA, PHYS, SZ_4K, 1, RW), 0);
	assert_int_equal(map(there, IOVA, ELSEWHERE, SZ_4K, 1, RW), 0);
}

static void begin_blocked(void)
{
	begin_in(NULL);
}

static void begin_here(void)
{
	begin_in(&here);
}

static void begin_there(void)
{
	begin_in(&there);
}

static void finish(void)
{
	fix_assert_good();
	if (!gone)
		leave(1, true);
	leave(0, true);
	here->ops->free(here);
	there->ops->free(there);
	rig_stop();
}

/* It is translated, and what comes of that cached; then it is unmapped. */
static void unmaps(void)
{
	goes();
	assert_int_equal(unmap(here, IOVA, SZ_4K, 1), SZ_4K);
	assert_true(goes() != PHYS);
}

static void not_mapped(void)
{
	assert_true(goes() != PHYS);
}

/* The table goes with its last page: a stale one would lead into free memory. */
static void maps_again(void)
{
	unmaps();
	assert_int_equal(map(here, IOVA, PHYS + SZ_4K, SZ_4K, 1, RW), 0);
	assert_true(goes() != PHYS);
}

static void mapped_again(void)
{
	u64 at;

	assert_true(goes() != PHYS);
	/* Nothing that a device was told is not there is remembered. */
	if (!alone)
		assert_int_equal(rig_ask(0, RIG_SID, IOVA, VTD_MODEL_READ, &at),
				 0);
}

static void attach_here(void)
{
	assert_int_equal(attach(here, 1), 0);
}

static void attach_there(void)
{
	assert_int_equal(attach(there, 1), 0);
}

static void block(void)
{
	assert_int_equal(vtd_device_block(managed(1)), 0);
}

static void go_away(void)
{
	gone = true;
	leave(1, true);
}

static const struct {
	struct windows windows;
	const char *name;
} changes[] = {
	{ { begin_blocked, attach_here, unmaps, not_mapped, finish, 6 },
	  "attach against unmap" },
	{ { begin_there, attach_here, unmaps, not_mapped, finish, 6 },
	  "change of domain, to, against unmap" },
	{ { begin_here, attach_there, unmaps, not_mapped, finish, 6 },
	  "change of domain, from, against unmap" },
	{ { begin_here, block, unmaps, not_mapped, finish, 6 },
	  "block against unmap" },
	{ { begin_here, go_away, unmaps, not_mapped, finish, 6 },
	  "removal against unmap" },
	{ { begin_blocked, attach_here, maps_again, mapped_again, finish, 6 },
	  "attach against unmap and map" },
	{ { begin_here, attach_there, maps_again, mapped_again, finish, 6 },
	  "change of domain against unmap and map" },
};

static void test_change(void **state)
{
	uintptr_t arg = fix_arg(state);

	kind = arg & 15;
	alone = arg & 16;
	windows(&changes[arg >> 5].windows);
}

int main(void)
{
	uintptr_t i, k;

	for (i = 0; i < ARRAY_SIZE(changes); i++)
		for (k = 0; k < KINDS * 2; k++)
			fix_case(test_change,
				 (void *)(i << 5 | (k & 1) << 4 | k >> 1),
				 "C45/L5 %s, %s%s", changes[i].name,
				 kinds[k >> 1].name,
				 k & 1 ? ", first of its domain" : "");
	return fix_run("dmar-windows");
}
