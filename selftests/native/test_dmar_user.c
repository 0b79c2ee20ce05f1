// SPDX-License-Identifier: GPL-2.0
/*
 * What user space asks of domains by way of a module of its own: who that is and
 * for how long it stays, what it gets and what it is refused; nested domains of
 * devices that keep translations.
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
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/pci-ats.h>
#include <linux/workqueue.h>

#include <vtd/hw/pasid.h>
#include <vtd/nested.h>

#include "core_rig.h"

#include "../../dmar/scalable.h"
#include "../../dmar/user.h"
#include "../../kunit/model/endpoint.h"

#define P 0x4321
#define AT 0x10000ULL
#define PAGES 4
#define DEPTH 4
#define ATS_CAP 0x200

#define NEST IOMMU_HWPT_ALLOC_NEST_PARENT
#define DIRTY IOMMU_HWPT_ALLOC_DIRTY_TRACKING

#define SCALABLE                                                               \
	(VTDM_ECAP_DT | VTDM_ECAP_SMTS | VTDM_ECAP_PASID | VTDM_ECAP_PSS(20) | \
	 VTDM_ECAP_C)
#define ALL                                                            \
	(SCALABLE | VTDM_ECAP_FSTS | VTDM_ECAP_SSTS | VTDM_ECAP_NEST | \
	 VTDM_ECAP_SMPWCS | VTDM_ECAP_SSADS | VTDM_ECAP_SRS | VTDM_ECAP_EAFS)

/* --- the module -------------------------------------------------------------------- */

static struct module module;
static const struct iommu_dirty_ops *const dirty = (void *)0x1000;

static struct {
	unsigned int nr;
	struct device *dev;
	int refs;
} failed;

static void device_failed(struct device *dev)
{
	failed.nr++;
	failed.dev = dev;
	failed.refs = module.refs;
}

static struct vtd_user_ops user = {
	.owner = &module,
	.device_failed = device_failed,
};

static const struct iommu_domain_ops nested_ops = {
	.attach_dev = vtd_attach_paging,
	.set_dev_pasid = vtd_set_pasid_paging,
	.free = vtd_nested_free,
};

static void module_loaded(void)
{
	memset(&module, 0, sizeof(module));
	memset(&failed, 0, sizeof(failed));
	user.dirty_ops = dirty;
	vtd_user_unregister(); /* a test that failed left it there */
	assert_int_equal(vtd_user_register(&user), 0);
}

/* Nothing that was made through it is left. */
static void module_gone(void)
{
	assert_int_equal(module.refs, 0);
	vtd_user_unregister();
}

/* --- a machine with two devices that keep translations ------------------------------ */

static struct vtd_model_endpoint *ep[2];

static void switched(struct pci_dev *pdev)
{
	vtd_model_endpoint_enable(ep[pdev == &fn[1].pdev], pdev->ats_enabled,
				  pdev->pasid_enabled, false, 0);
}

static void device(unsigned int i, bool ats)
{
	const struct vtd_model_endpoint_config config = {
		.sid = RIG_SID + i,
		.pfsid = RIG_SID + i,
		.qdep = DEPTH,
		.width = 20,
		.latency = 2,
		.seed = 7 + i,
	};

	fn[i].driver_leaves_dma = true;
	fn[i].pdev.max_pasids = 1 << 20;
	fn[i].pdev.switched = switched;
	if (ats) {
		fn[i].ats = VTD_ATS_ALLOWED;
		fn[i].pdev.ats_cap = ATS_CAP;
		fn[i].pdev.ats_word = PCI_ATS_CAP_PAGE_ALIGNED | DEPTH;
	}
	ep[i] = vtd_model_endpoint_create(rig.model[0], &config);
	assert_non_null(ep[i]);
	appear(i);
	assert_int_equal(managed(i)->has_devtlb, ats);
}

static void machine(u64 cap, u64 ecap, bool ats)
{
	start_unit(FIX_CAP | cap, (FIX_ECAP & ~VTDM_ECAP_C) | ecap);
	device(0, ats);
	device(1, ats);
}

static void machine_gone(void)
{
	leave(0, true);
	leave(1, true);
	assert_int_equal(vtd_shim_work(), 0);
	vtd_model_endpoint_destroy(ep[0]);
	vtd_model_endpoint_destroy(ep[1]);
	rig_stop();
}

static struct iommu_domain *want(u32 flags)
{
	return vtd_iommu_ops.domain_alloc_paging_flags(dev(0), flags, NULL);
}

static struct iommu_domain *get(u32 flags)
{
	struct iommu_domain *domain = want(flags);

	assert_false(IS_ERR(domain));
	return domain;
}

static bool can_track(void)
{
	return vtd_iommu_ops.capable(dev(0), IOMMU_CAP_DIRTY_TRACKING);
}

/* --- who the module is --------------------------------------------------------------- */

static void test_module(void **state)
{
	static const struct vtd_user_ops other = { .owner = &module };
	struct iommu_domain *a, *b;
	unsigned int n;

	machine(0, ALL, false);
	assert_false(can_track());
	assert_int_equal(PTR_ERR(want(NEST)), -EOPNOTSUPP);
	module_loaded();
	assert_int_equal(vtd_user_register(&other), -EBUSY);
	assert_int_equal(vtd_user_register(&user), -EBUSY);
	assert_true(can_track());
	a = get(NEST);
	assert_int_equal(module.refs, 1);
	b = get(DIRTY);
	assert_int_equal(module.refs, 2);
	/* what the core asks for is nothing of it */
	assert_int_equal(PTR_ERR(want(1 << 7)), -EOPNOTSUPP);
	assert_int_equal(PTR_ERR(want(NEST | 1 << 7)), -EOPNOTSUPP);
	assert_int_equal(PTR_ERR(vtd_iommu_ops.domain_alloc_paging_flags(
				 dev(0), NEST,
				 (const struct iommu_user_data *)(uintptr_t)8)),
			 -EOPNOTSUPP);
	assert_int_equal(module.refs, 2);
	a->ops->free(a);
	assert_int_equal(module.refs, 1);
	b->ops->free(b);
	assert_int_equal(module.refs, 0);
	a = get(IOMMU_HWPT_ALLOC_PASID);
	assert_int_equal(module.refs, 0);
	assert_ptr_equal(a->dirty_ops, NULL);
	assert_false(to_vtd_domain(a)->nest_parent);
	a->ops->free(a);
	for (n = 1; n <= 3; n++) {
		vtd_shim_fail_alloc(n);
		assert_int_equal(PTR_ERR(want(NEST)), -ENOMEM);
		assert_int_equal(vtd_shim_alloc_failures(), 1);
		vtd_shim_fail_alloc(0);
		assert_int_equal(module.refs, 0);
	}
	/* about to be taken out */
	module.leaves = true;
	assert_int_equal(PTR_ERR(want(NEST)), -EOPNOTSUPP);
	module.leaves = false;
	module_gone();
	assert_int_equal(PTR_ERR(want(NEST)), -EOPNOTSUPP);
	module_loaded();
	module_gone();
	machine_gone();
}

/* --- what each unit can ---------------------------------------------------------------- */

#define NONE 2 /* no stage */
#define FIRST VTD_PT_FIRST
#define SECOND VTD_PT_SECOND

static const struct {
	const char *name;
	u64 ecap;
	unsigned int nest, dirty, both;
} units[] = {
	{ "all of it", ALL, SECOND, FIRST, SECOND },
	{ "no SSADS", ALL & ~VTDM_ECAP_SSADS, SECOND, FIRST, NONE },
	{ "not nested", ALL & ~VTDM_ECAP_NEST, NONE, FIRST, NONE },
	{ "second stage only", ALL & ~(VTDM_ECAP_NEST | VTDM_ECAP_FSTS), NONE,
	  SECOND, NONE },
	{ "second stage only, no SSADS",
	  ALL & ~(VTDM_ECAP_NEST | VTDM_ECAP_FSTS | VTDM_ECAP_SSADS), NONE,
	  NONE, NONE },
	{ "first stage only", ALL & ~(VTDM_ECAP_NEST | VTDM_ECAP_SSTS), NONE,
	  FIRST, NONE },
	{ "walks that do not snoop", ALL & ~VTDM_ECAP_SMPWCS, SECOND, NONE,
	  NONE },
	{ "legacy mode", VTDM_ECAP_C | VTDM_ECAP_DT, NONE, NONE, NONE },
};

static void assert_stage(u32 flags, unsigned int stage)
{
	struct iommu_domain *domain = want(flags);
	struct vtd_domain *d;

	if (stage == NONE) {
		assert_int_equal(PTR_ERR(domain), -EOPNOTSUPP);
		return;
	}
	assert_false(IS_ERR(domain));
	d = to_vtd_domain(domain);
	assert_int_equal(d->pt.stage, stage);
	assert_int_equal(d->nest_parent, !!(flags & NEST));
	assert_int_equal(d->dirty, !!(flags & DIRTY));
	assert_ptr_equal(domain->dirty_ops, flags & DIRTY ? dirty : NULL);
	/* A and D of leaves are hardware's where it is to tell of writes */
	assert_int_equal(map(domain, AT, SZ_1G, SZ_4K, 1, RW), 0);
	assert_int_equal(attach(domain, 0), 0);
	assert_int_equal(rig_ask(0, RIG_SID, AT, VTD_MODEL_WRITE, NULL), 0);
	assert_int_equal(vtd_device_block(managed(0)), 0);
	domain->ops->free(domain);
}

static void test_units(void **state)
{
	unsigned int i = fix_arg(state);

	machine(0, units[i].ecap, false);
	module_loaded();
	assert_stage(NEST, units[i].nest);
	assert_stage(DIRTY, units[i].dirty);
	assert_stage(NEST | DIRTY, units[i].both);
	assert_int_equal(can_track(), units[i].dirty != NONE);
	module_gone();
	assert_false(can_track());
	machine_gone();
}

/* --- what is refused --------------------------------------------------------------------- */

static int try(struct device *d, struct iommu_domain *parent, u64 table,
	       u64 flags, unsigned int levels)
{
	const struct vtd_guest_stage stage = { table, flags, levels };
	struct iommu_domain *domain =
		vtd_nested_alloc(d, parent, &stage, &nested_ops);

	if (IS_ERR(domain))
		return PTR_ERR(domain);
	assert_int_equal(domain->type, IOMMU_DOMAIN_NESTED);
	assert_ptr_equal(domain->ops, &nested_ops);
	assert_true(to_vtd_domain(domain)->guest->parent ==
		    to_vtd_domain(parent));
	vtd_nested_free(domain);
	return 0;
}

static void test_refusals(void **state)
{
	struct iommu_domain *parent, *plain, *first;
	u64 last;

	machine(0, ALL, false);
	module_loaded();
	parent = get(NEST);
	plain = get(DIRTY);
	first = domain_for(0);
	last = to_vtd_domain(parent)->pt.last_iova;
	assert_true(last == (1ULL << 48) - 1);
	assert_int_equal(try(dev(0), parent, 0, 0, 4), 0);
	assert_int_equal(try(NULL, parent, 0, 0, 4), 0);
	assert_int_equal(try(dev(0), plain, 0x1000, 0, 4), -EINVAL);
	assert_int_equal(try(NULL, first, 0x1000, 0, 4), -EINVAL);
	assert_int_equal(try(dev(0), parent, last & ~0xfffULL, 0, 4), 0);
	assert_int_equal(try(dev(0), parent, last + 1, 0, 4), -EINVAL);
	assert_int_equal(try(NULL, parent, 1ULL << 63, 0, 4), -EINVAL);
	assert_int_equal(try(dev(0), parent, 0x1800, 0, 4), -EINVAL);
	assert_int_equal(try(dev(0), parent, 0x1001, 0, 4), -EINVAL);
	assert_int_equal(try(dev(0), parent, 0x1000,
			     VTD_PASID_SRE | VTD_PASID_WPE | VTD_PASID_EAFE, 4),
			 0);
	assert_int_equal(try(dev(0), parent, 0x1000, VTD_PASID_NXE, 4),
			 -EOPNOTSUPP);
	assert_int_equal(try(NULL, parent, 0x1000, 1ULL << 40, 4), -EOPNOTSUPP);
	/* five levels are not for this unit */
	assert_int_equal(try(dev(0), parent, 0x1000, 0, 5), -EOPNOTSUPP);
	assert_int_equal(try(NULL, parent, 0x1000, 0, 5), 0);
	first->ops->free(first);
	plain->ops->free(plain);
	parent->ops->free(parent);
	module_gone();
	machine_gone();
}

static const struct {
	const char *name;
	u64 cap, without, flags;
	unsigned int levels;
	int ret;
} lacks[] = {
	{ "nested translation", 0, VTDM_ECAP_NEST, 0, 4, -EOPNOTSUPP },
	{ "second stage", 0, VTDM_ECAP_SSTS, 0, 4, -EOPNOTSUPP },
	{ "SRE", 0, VTDM_ECAP_SRS, VTD_PASID_SRE, 4, -EOPNOTSUPP },
	{ "EAFE", 0, VTDM_ECAP_EAFS, VTD_PASID_EAFE, 4, -EOPNOTSUPP },
	{ "EAFE where SRE is not there", 0, VTDM_ECAP_SRS, VTD_PASID_EAFE, 4,
	  0 },
	{ "SRE where EAFE is not there", 0, VTDM_ECAP_EAFS, VTD_PASID_SRE, 4,
	  0 },
	{ "neither, asked for neither", 0, VTDM_ECAP_SRS | VTDM_ECAP_EAFS,
	  VTD_PASID_WPE, 4, 0 },
	{ "five levels", 0, 0, 0, 5, -EOPNOTSUPP },
	{ "nothing, with five levels", VTDM_CAP_FL5LP, 0, 0, 5, 0 },
	{ "nothing, with four", VTDM_CAP_FL5LP, 0, 0, 4, 0 },
};

/* A second unit, which has not all that the parent's has. */
static void test_lacks(void **state)
{
	unsigned int i = fix_arg(state);
	const struct vtd_guest_stage stage = { 0x1000, lacks[i].flags,
					       lacks[i].levels };
	struct iommu_domain *parent, *domain;

	machine(VTDM_CAP_FL5LP, ALL, false);
	rig_add(FIX_CAP | lacks[i].cap,
		(FIX_ECAP & ~VTDM_ECAP_C) | (ALL & ~lacks[i].without),
		VTD_MODEL_EAGER, 5, 0);
	fn[2].unit = &rig.unit[1];
	appear(2);
	module_loaded();
	parent = get(NEST);
	assert_int_equal(try(dev(0), parent, 0x1000, lacks[i].flags,
			     lacks[i].levels),
			 0);
	assert_int_equal(try(dev(2), parent, 0x1000, lacks[i].flags,
			     lacks[i].levels),
			 lacks[i].ret);
	/* nothing said of the unit: found out when it is attached */
	domain = vtd_nested_alloc(NULL, parent, &stage, &nested_ops);
	assert_false(IS_ERR(domain));
	assert_int_equal(attach(domain, 2), lacks[i].ret ? -EINVAL : 0);
	assert_int_equal(attach(domain, 0), 0);
	leave(2, true);
	assert_int_equal(vtd_device_block(managed(0)), 0);
	domain->ops->free(domain);
	parent->ops->free(parent);
	module_gone();
	machine_gone();
}

/* Units that must be told of mappings, and a parent that would not tell them. */
static void test_untold(void **state)
{
	const struct vtd_guest_stage stage = { 0x1000, 0, 4 };
	struct iommu_domain *parent, *domain;

	machine(0, ALL, false);
	rig_add(FIX_CAP | VTDM_CAP_CM, (FIX_ECAP & ~VTDM_ECAP_C) | ALL,
		VTD_MODEL_EAGER, 5, 0);
	fn[2].unit = &rig.unit[1];
	appear(2);
	module_loaded();
	parent = get(NEST);
	domain = vtd_nested_alloc(NULL, parent, &stage, &nested_ops);
	assert_false(IS_ERR(domain));
	assert_int_equal(attach(domain, 2), -EINVAL);
	assert_int_equal(vtd_set_pasid_paging(domain, dev(2), P, NULL),
			 -EINVAL);
	assert_int_equal(attach(parent, 2), -EINVAL);
	leave(2, true);
	domain->ops->free(domain);
	parent->ops->free(parent);
	module_gone();
	machine_gone();
}

/* A guest's device is user space's: nobody else may be with it in a set. */
static void test_assigned(void **state)
{
	static struct module remapper;
	const struct vtd_guest_stage stage = { 0x1000, 0, 4 };
	struct iommu_domain *parent, *domain;

	machine(0, ALL, false);
	module_loaded();
	parent = get(NEST);
	domain = vtd_nested_alloc(dev(0), parent, &stage, &nested_ops);
	assert_false(IS_ERR(domain));
	fn[3].set = fn[0].set;
	assert_int_equal(attach(domain, 0), -EBUSY);
	assert_int_equal(vtd_set_pasid_paging(domain, dev(0), P, NULL), -EBUSY);
	fn[3].set = 3;
	/* nor may interrupts cease to be remapped */
	vtd_device_isolated_by(&remapper);
	assert_int_equal(attach(domain, 0), 0);
	assert_int_equal(remapper.refs, 1);
	assert_int_equal(vtd_device_block(managed(0)), 0);
	assert_int_equal(remapper.refs, 0);
	vtd_device_isolated_by(NULL);
	domain->ops->free(domain);
	parent->ops->free(parent);
	module_gone();
	machine_gone();
}

/* --- a guest, and devices that keep translations ----------------------------------------- */

static struct vm {
	struct iommu_domain *parent, *nested;
	u64 *table[5];
} vm;

#define TABLE(level) (0x100000000ULL + (level) * 0x3000ULL)
#define DATA 0x40000000ULL
#define LEAF 0x67ULL

static void vm_make(u32 flags)
{
	const struct vtd_guest_stage stage = { TABLE(4), 0, 4 };
	unsigned int level, i;

	vm.parent = get(NEST | flags);
	for (level = 1; level <= 4; level++) {
		vm.table[level] = fix_page();
		assert_int_equal(map(vm.parent, TABLE(level),
				     virt_to_phys(vm.table[level]), SZ_4K, 1,
				     RW),
				 0);
		if (level > 1)
			fix_store(&vm.table[level][0], TABLE(level - 1) | 0x27);
	}
	for (i = 0; i < PAGES; i++)
		fix_store(&vm.table[1][AT / SZ_4K + i],
			  (DATA + i * SZ_4K) | LEAF);
	assert_int_equal(map(vm.parent, DATA, ODD, SZ_4K, PAGES, RW), 0);
	vm.nested = vtd_nested_alloc(dev(0), vm.parent, &stage, &nested_ops);
	assert_false(IS_ERR(vm.nested));
}

static void vm_gone(void)
{
	unsigned int level;

	vm.nested->ops->free(vm.nested);
	vm.parent->ops->free(vm.parent);
	for (level = 1; level <= 4; level++)
		fix_page_free(vm.table[level]);
}

static bool reaches(unsigned int i, u32 pasid, u64 addr, u64 phys)
{
	const struct vtd_model_request request = {
		.with_pasid = pasid != VTD_NO_PASID,
		.pasid = pasid,
		.access = VTD_MODEL_WRITE,
		.addr = addr,
	};
	struct vtd_model_result r;

	if (!vtd_model_endpoint_dma(ep[i], &request, NULL, 1, &r))
		return false;
	assert_true(r.phys == phys);
	return true;
}

static u64 forgotten(unsigned int i)
{
	return vtd_model_endpoint_stats(ep[i]).forgotten;
}

static void with_devices(u32 flags)
{
	machine(0, ALL, true);
	module_loaded();
	vm_make(flags);
	assert_int_equal(attach(vm.nested, 0), 0);
	assert_int_equal(vtd_set_pasid_paging(vm.nested, dev(1), P, NULL), 0);
	assert_true(reaches(0, VTD_NO_PASID, AT, ODD));
	assert_true(reaches(1, P, AT, ODD));
	assert_true(reaches(0, VTD_NO_PASID, AT + SZ_4K, ODD + SZ_4K));
	assert_true(reaches(1, P, AT + SZ_4K, ODD + SZ_4K));
	fix_assert_good();
}

static void without_devices(void)
{
	assert_int_equal(vtd_device_block(managed(0)), 0);
	assert_int_equal(vtd_device_clear_pasid(managed(1), P), 0);
	assert_true(list_empty(&to_vtd_domain(vm.parent)->units));
	vm_gone();
	module_gone();
	machine_gone();
}

/* Nobody knows under which addresses a device has it: all of them go. */
static void test_devices_below(void **state)
{
	u64 before[2];
	unsigned int i;

	with_devices(0);
	for (i = 0; i < 2; i++)
		before[i] = forgotten(i);
	assert_int_equal(unmap(vm.parent, DATA, SZ_4K, 1), SZ_4K);
	for (i = 0; i < 2; i++)
		assert_int_equal(forgotten(i) - before[i], 2);
	assert_false(reaches(0, VTD_NO_PASID, AT, 0));
	assert_false(reaches(1, P, AT, 0));
	assert_true(reaches(0, VTD_NO_PASID, AT + SZ_4K, ODD + SZ_4K));
	assert_true(reaches(1, P, AT + SZ_4K, ODD + SZ_4K));
	fix_assert_good();
	without_devices();
}

/* A guest's own flush takes what it names. */
static void test_devices_above(void **state)
{
	u64 before[2];
	unsigned int i;

	with_devices(0);
	for (i = 0; i < 2; i++)
		before[i] = forgotten(i);
	fix_store(&vm.table[1][AT / SZ_4K], (DATA + 2 * SZ_4K) | LEAF);
	assert_int_equal(vtd_nested_flush(vm.nested, AT, AT + SZ_4K - 1, true),
			 0);
	for (i = 0; i < 2; i++)
		assert_int_equal(forgotten(i) - before[i], 1);
	assert_true(reaches(0, VTD_NO_PASID, AT, ODD + 2 * SZ_4K));
	assert_true(reaches(1, P, AT, ODD + 2 * SZ_4K));
	/* by way of the parent, too */
	fix_store(&vm.table[1][AT / SZ_4K], (DATA + 3 * SZ_4K) | LEAF);
	assert_int_equal(vtd_nested_flush(vm.parent, 0, ~0ULL, false), 0);
	assert_true(reaches(0, VTD_NO_PASID, AT, ODD + 3 * SZ_4K));
	assert_true(reaches(1, P, AT, ODD + 3 * SZ_4K));
	fix_assert_good();
	without_devices();
}

/* One device by itself, by PASID or not; one that keeps nothing. */
static void test_one_device(void **state)
{
	u64 before[2];

	with_devices(0);
	before[0] = forgotten(0);
	before[1] = forgotten(1);
	assert_int_equal(vtd_nested_flush_device(dev(0), 0, AT, AT + SZ_4K - 1),
			 0);
	assert_int_equal(forgotten(0) - before[0], 1);
	assert_int_equal(vtd_nested_flush_device(dev(1), P + 1, 0, ~0ULL), 0);
	assert_int_equal(forgotten(1) - before[1], 0);
	assert_int_equal(vtd_nested_flush_device(dev(1), P, 0, ~0ULL), 0);
	assert_int_equal(forgotten(1) - before[1], 2);
	assert_int_equal(forgotten(0) - before[0], 1);
	appear(2);
	assert_int_equal(vtd_nested_flush_device(dev(2), 0, 0, ~0ULL), 0);
	leave(2, true);
	without_devices();
}

/* Of one that does not answer the module is told, once; it is held meanwhile. */
static void test_mute(void **state)
{
	with_devices(0);
	vtd_model_endpoint_mute(ep[0], true);
	assert_int_equal(vtd_nested_flush(vm.nested, AT, AT + SZ_4K - 1, true),
			 -ETIME);
	assert_int_equal(failed.nr, 0);
	fix_forget(); /* the checker knows what it still has */
	assert_int_equal(vtd_shim_work(), 1);
	assert_int_equal(failed.nr, 1);
	assert_ptr_equal(failed.dev, dev(0));
	/* the parent's, and its own */
	assert_int_equal(failed.refs, 2);
	assert_int_equal(module.refs, 1);
	assert_int_equal(rig.failed, 0);
	assert_int_equal(vtd_nested_flush_device(dev(0), 0, 0, ~0ULL), 0);
	leave(0, true);
	leave(1, true);
	assert_int_equal(vtd_shim_work(), 0);
	vtd_model_endpoint_destroy(ep[0]);
	vtd_model_endpoint_destroy(ep[1]);
	vm_gone();
	module_gone();
	rig_stop_broken();
}

/* --- what was written to --------------------------------------------------------------- */

static struct {
	u64 iova[8], bytes[8];
	unsigned int nr;
} told;

static void tell(void *data, u64 iova, u64 bytes)
{
	assert_ptr_equal(data, &told);
	assert_true(told.nr < ARRAY_SIZE(told.iova));
	told.iova[told.nr] = iova;
	told.bytes[told.nr++] = bytes;
}

static unsigned int read_dirty(struct iommu_domain *domain, u64 iova,
			       size_t size, bool clear)
{
	told.nr = 0;
	vtd_user_dirty_read(domain, iova, size, clear, tell, &told);
	return told.nr;
}

/* In devices, too, marks are hidden until the second stage is flushed. */
static void test_dirty(void **state)
{
	with_devices(DIRTY);
	assert_int_equal(read_dirty(vm.parent, 0, 1ULL << 48, false), 0);
	assert_int_equal(vtd_user_dirty_track(vm.parent, true), 0);
	assert_true(reaches(0, VTD_NO_PASID, AT, ODD));
	assert_true(reaches(1, P, AT + SZ_4K, ODD + SZ_4K));
	assert_int_equal(read_dirty(vm.parent, DATA, SZ_4K, false), 1);
	assert_int_equal(read_dirty(vm.parent, DATA + SZ_4K, SZ_4K, false), 1);
	assert_int_equal(read_dirty(vm.parent, DATA, 2 * SZ_4K, true), 2);
	assert_true(told.iova[0] == DATA && told.iova[1] == DATA + SZ_4K);
	assert_true(told.bytes[0] == SZ_4K && told.bytes[1] == SZ_4K);
	assert_int_equal(vtd_flush_range(to_vtd_domain(vm.parent), DATA,
					 DATA + 2 * SZ_4K - 1, true),
			 0);
	assert_int_equal(read_dirty(vm.parent, 0, 1ULL << 48, false), 0);
	assert_true(reaches(1, P, AT, ODD));
	assert_int_equal(read_dirty(vm.parent, 0, 1ULL << 48, true), 1);
	assert_true(told.iova[0] == DATA);
	assert_int_equal(vtd_user_dirty_track(vm.parent, false), 0);
	without_devices();
}

/* In the first stage marks are made always. */
static void test_dirty_first(void **state)
{
	struct iommu_domain *domain;
	unsigned int round;

	machine(0, ALL, true);
	module_loaded();
	domain = get(DIRTY);
	assert_int_equal(to_vtd_domain(domain)->pt.stage, VTD_PT_FIRST);
	assert_int_equal(map(domain, AT, ODD, SZ_4K, 3, RW), 0);
	assert_int_equal(attach(domain, 0), 0);
	assert_int_equal(vtd_user_dirty_track(domain, true), 0);
	for (round = 0; round < 3; round++) {
		assert_true(reaches(0, VTD_NO_PASID, AT + SZ_4K, ODD + SZ_4K));
		assert_int_equal(read_dirty(domain, AT, 3 * SZ_4K, true), 1);
		assert_true(told.iova[0] == AT + SZ_4K);
		domain->ops->flush_iotlb_all(domain);
		assert_int_equal(read_dirty(domain, AT, 3 * SZ_4K, true), 0);
	}
	assert_int_equal(vtd_user_dirty_track(domain, false), 0);
	fix_assert_good();
	assert_int_equal(vtd_device_block(managed(0)), 0);
	domain->ops->free(domain);
	module_gone();
	machine_gone();
}

/* Where marks cannot be made a domain that is to have them is not attached. */
static void test_dirty_unit(void **state)
{
	struct iommu_domain *domain;

	machine(0, ALL & ~VTDM_ECAP_FSTS & ~VTDM_ECAP_NEST, false);
	rig_add(FIX_CAP, (FIX_ECAP & ~VTDM_ECAP_C) | (ALL & ~VTDM_ECAP_SSADS),
		VTD_MODEL_EAGER, 5, 0);
	fn[2].unit = &rig.unit[1];
	appear(2);
	module_loaded();
	domain = get(DIRTY);
	assert_int_equal(to_vtd_domain(domain)->pt.stage, VTD_PT_SECOND);
	assert_int_equal(attach(domain, 2), -EINVAL);
	assert_int_equal(attach(domain, 0), 0);
	leave(2, true);
	assert_int_equal(vtd_device_block(managed(0)), 0);
	domain->ops->free(domain);
	module_gone();
	machine_gone();
}

int main(void)
{
	unsigned int i;

	fix_case(test_module, NULL, "who the module is");
	for (i = 0; i < ARRAY_SIZE(units); i++)
		fix_case(test_units, (void *)(uintptr_t)i,
			 "what a unit can: %s", units[i].name);
	fix_case(test_refusals, NULL, "what is refused");
	for (i = 0; i < ARRAY_SIZE(lacks); i++)
		fix_case(test_lacks, (void *)(uintptr_t)i, "a unit lacks %s",
			 lacks[i].name);
	fix_case(test_untold, NULL, "units that are not told of mappings");
	fix_case(test_assigned, NULL, "devices that are assigned");
	fix_case(test_devices_below, NULL, "device TLBs, unmapped below");
	fix_case(test_devices_above, NULL, "device TLBs, flushed by the guest");
	fix_case(test_one_device, NULL, "one device TLB");
	fix_case(test_mute, NULL, "a device that does not answer");
	fix_case(test_dirty, NULL, "what was written to");
	fix_case(test_dirty_first, NULL, "what was written to, first stage");
	fix_case(test_dirty_unit, NULL, "a unit that cannot mark");
	return fix_run("dmar-user");
}
