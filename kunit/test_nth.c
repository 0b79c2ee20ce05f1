// SPDX-License-Identifier: GPL-2.0
/*
 * Suite vtd_nth: each allocation of an operation fails, one after the other, by
 * the kernel's own fault injection (Documentation/fault-injection): those of the
 * driver, and those that the kernel's core makes for it. What is refused leaves
 * all as it was, and goes well the next time.
 *
 * Only where the kernel has it, and debugfs says that an allocation which may wait
 * can fail: failslab/ignore-gfp-wait and fail_page_alloc/ignore-gfp-wait are N.
 */
#include <linux/iommu.h>
#include <linux/slab.h>

#include "device.h"
#include "domain.h"
#include "machine.h"
#include "suites.h"

#ifdef VTD_KUNIT_NTH

#define IOVA 0x40000000UL
#define FAR 0x7f0000000000UL
#define PASID 0x155
/* Of one operation; more than any makes. */
#define MOST 5000

#define NTH_CAP (FIX_CAP | VTDM_CAP_FL1GP | VTDM_CAP_FL5LP)
#define NTH_ECAP                                                       \
	(FIX_ECAP | VTDM_ECAP_DT | VTDM_ECAP_PRS | VTDM_ECAP_PSS(20) | \
	 VTDM_ECAP_PASID | VTDM_ECAP_SMTS | VTDM_ECAP_FSTS | VTDM_ECAP_SMPWCS)

/**
 * struct nth - what the operations work on
 * @m: the machine
 * @dev: a device that can all of it
 * @page: mapped
 * @domain: that an operation made, or is to attach
 * @sva: the same
 * @handle: of @domain's PASID
 */
struct nth {
	struct machine *m;
	struct device *dev;
	u64 *page;
	struct iommu_domain *domain;
	struct iommu_sva *sva;
	struct iommu_attach_handle handle;
};

/**
 * struct operation - to be exhausted
 * @name: for the results
 * @attached: wants a machine that is attached
 * @prepare: once, before all; may be NULL
 * @make: 0, or a negative errno when it was refused
 * @undo: after @make went well
 * @finish: once, after all; may be NULL
 */
struct operation {
	const char *name;
	bool attached;
	void (*prepare)(struct nth *t);
	int (*make)(struct nth *t);
	void (*undo)(struct nth *t);
	void (*finish)(struct nth *t);
};

static int map_at(struct iommu_domain *domain, unsigned long iova, u64 *page)
{
	return iommu_map(domain, iova, virt_to_phys(page), PAGE_SIZE,
			 IOMMU_READ | IOMMU_WRITE, GFP_KERNEL);
}

static void make_domain(struct nth *t)
{
	t->domain = iommu_paging_domain_alloc(t->dev);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(t->m->test, t->domain);
	KUNIT_ASSERT_EQ(t->m->test, map_at(t->domain, IOVA, t->page), 0);
}

static void free_domain(struct nth *t)
{
	iommu_domain_free(t->domain);
	t->domain = NULL;
}

/* --- the operations ---------------------------------------------------------- */

static int attach(struct nth *t)
{
	return machine_attach(t->m);
}

static void detach(struct nth *t)
{
	KUNIT_EXPECT_EQ(t->m->test, machine_detach(t->m), 0);
	machine_expect_untouched(t->m);
}

static int adopt(struct nth *t)
{
	struct machine *m = t->m;

	return machine_command(m, vtd_adopt(to_pci_dev(t->dev), &m->reply));
}

static void release(struct nth *t)
{
	struct machine *m = t->m;
	int ret =
		machine_command(m, vtd_release(to_pci_dev(t->dev), &m->reply));

	KUNIT_EXPECT_EQ(m->test, ret, 0);
}

/* Tables of every level, at both ends. */
static int fill_domain(struct nth *t)
{
	struct iommu_domain *domain = iommu_paging_domain_alloc(t->dev);
	int ret;

	if (IS_ERR_OR_NULL(domain))
		return -ENOMEM;
	ret = map_at(domain, IOVA, t->page);
	if (!ret)
		ret = map_at(domain, FAR, t->page);
	if (ret)
		iommu_domain_free(domain);
	else
		t->domain = domain;
	return ret;
}

static void claim(struct nth *t)
{
	KUNIT_ASSERT_EQ(t->m->test,
			iommu_group_claim_dma_owner(t->dev->iommu_group, t), 0);
	make_domain(t);
}

static int assign(struct nth *t)
{
	return iommu_attach_group(t->domain, t->dev->iommu_group);
}

static void unassign(struct nth *t)
{
	iommu_detach_group(t->domain, t->dev->iommu_group);
}

static void unclaim(struct nth *t)
{
	free_domain(t);
	iommu_group_release_dma_owner(t->dev->iommu_group);
}

static int set_pasid(struct nth *t)
{
	return iommu_attach_device_pasid(t->domain, t->dev, PASID, &t->handle);
}

static void remove_pasid(struct nth *t)
{
	iommu_detach_device_pasid(t->domain, t->dev, PASID);
}

static void foreign_tables(struct nth *t)
{
	vtd_model_foreign_tables(t->m->unit[0], true);
}

static int bind_sva(struct nth *t)
{
	struct iommu_sva *sva = iommu_sva_bind_device(t->dev, kunit_loader_mm);

	if (IS_ERR(sva))
		return PTR_ERR(sva);
	t->sva = sva;
	return 0;
}

static void unbind_sva(struct nth *t)
{
	iommu_sva_unbind_device(t->sva);
}

static int ats(struct nth *t, bool on)
{
	struct machine *m = t->m;

	return machine_command(m, vtd_ats_command(to_pci_dev(t->dev), on,
						  &m->reply));
}

static int ats_off_and_on(struct nth *t)
{
	return ats(t, false) ?: ats(t, true);
}

static void ats_on(struct nth *t)
{
	KUNIT_EXPECT_EQ(t->m->test, ats(t, true), 0);
}

static const struct operation operations[] = {
	{ "adopt", true, release, adopt, release, NULL },
	{ "domain", true, NULL, fill_domain, free_domain, NULL },
	{ "assign", true, claim, assign, unassign, unclaim },
	{ "pasid", true, make_domain, set_pasid, remove_pasid, free_domain },
#ifdef VTD_HAVE_SVA_KERNEL_FLUSH
	{ "sva", true, foreign_tables, bind_sva, unbind_sva, NULL },
#endif
	{ "ats", true, NULL, ats_off_and_on, ats_on, NULL },
	{ "attach", false, NULL, attach, detach, NULL },
};

KUNIT_ARRAY_PARAM_DESC(operations, operations, name);

/* --- one after the other ------------------------------------------------------ */

/* What is left of @n when @make has come back: 0 when one failed. */
static unsigned int fail_nth(unsigned int n, int (*make)(struct nth *t),
			     struct nth *t, int *ret)
{
	machine_fail_nth(n);
	*ret = make(t);
	return machine_fail_nth(0);
}

static int one_allocation(struct nth *t)
{
	void *p = kmalloc(64, GFP_KERNEL);

	kfree(p);
	return p ? 0 : -ENOMEM;
}

static unsigned int dids_used(const struct operation *op)
{
	return op->attached ? atomic_read(&machine_unit(0)->nr_did_used) : 0;
}

static void each_allocation_fails(struct kunit *test)
{
	const struct operation *op = test->param_value;
	unsigned int n, left = 0, refused = 0, dids;
	struct nth t = { .m = machine_new(test) };
	int ret;

	fail_nth(1, one_allocation, &t, &ret);
	if (!ret)
		kunit_skip(test, "ignore-gfp-wait is Y in debugfs");
	/* One device: the core makes some 600 allocations for each. */
	for (n = 0; n < B_NR; n++)
		t.m->board[n].absent = n != B_SVA;
	machine_add_unit(t.m, NTH_CAP, NTH_ECAP, VTD_MODEL_EAGER);
	machine_build(t.m);
	t.dev = &machine_dev(t.m, B_SVA)->dev;
	t.page = machine_page(t.m);
	if (op->attached)
		KUNIT_ASSERT_EQ(test, machine_attach(t.m), 0);
	if (op->prepare)
		op->prepare(&t);
	dids = dids_used(op);
	for (n = 1; n < MOST && !left; n++) {
		left = fail_nth(n, op->make, &t, &ret);
		if (!ret)
			op->undo(&t);
		else
			refused++;
		if (ret && !op->attached)
			machine_expect_untouched(t.m);
		KUNIT_EXPECT_EQ_MSG(test, dids_used(op), dids, "%u failed", n);
		vtd_model_check_quiescent();
		cond_resched();
	}
	/* The last time none failed. */
	KUNIT_EXPECT_EQ(test, ret, 0);
	KUNIT_EXPECT_NE(test, left, 0);
	KUNIT_EXPECT_GT(test, n, 2);
	kunit_info(test, "%s: %u allocations failed, %u times it was refused",
		   op->name, n - 2, refused);
	if (op->finish)
		op->finish(&t);
	KUNIT_EXPECT_EQ(test, machine_detach(t.m), 0);
	machine_expect_untouched(t.m);
}

static const struct kunit_attributes slow = {
	.speed = KUNIT_SPEED_VERY_SLOW,
};

static struct kunit_case cases[] = { KUNIT_CASE_PARAM_ATTR(
					     each_allocation_fails,
					     operations_gen_params, slow),
				     {} };

struct kunit_suite vtd_nth_suite = {
	.name = "vtd_nth",
	.suite_init = machine_suite_init,
	.suite_exit = machine_suite_exit,
	.test_cases = cases,
};

#endif /* VTD_KUNIT_NTH */
