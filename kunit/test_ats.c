// SPDX-License-Identifier: GPL-2.0
/*
 * Suite vtd_ats: endpoints of the software machine that keep translations: one
 * that comes later, one that does not answer, one that cannot ask for pages.
 */
#include <linux/delay.h>
#include <linux/iommu.h>
#include <linux/ktime.h>
#include <linux/workqueue.h>

#include "domain.h"
#include "machine.h"
#include "suites.h"

#define ATS_ECAP                                                       \
	(FIX_ECAP | VTDM_ECAP_DT | VTDM_ECAP_PRS | VTDM_ECAP_PSS(20) | \
	 VTDM_ECAP_PASID | VTDM_ECAP_SMTS | VTDM_ECAP_FSTS | VTDM_ECAP_SMPWCS)

#define PASID 0x155
#define IOVA 0x40000000UL

static struct vtd_model_endpoint *ep[B_NR];

static struct machine *start(struct kunit *test)
{
	struct machine *m = machine_new(test);

	machine_add_unit(m, FIX_CAP, ATS_ECAP, VTD_MODEL_EAGER);
	m->board[B_SVA_2].prq = 0;
	machine_build(m);
	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	ep[B_SVA] = machine_endpoint(m, B_SVA);
	ep[B_SVA_2] = machine_endpoint(m, B_SVA_2);
	return m;
}

static struct vtd_device *managed(struct machine *m, unsigned int index)
{
	return dev_iommu_priv_get(&machine_dev(m, index)->dev);
}

static bool reaches(unsigned int index, u64 addr)
{
	const struct vtd_model_request request = {
		.with_pasid = true,
		.pasid = PASID,
		.access = VTD_MODEL_WRITE,
		.addr = addr,
	};
	struct vtd_model_result r;
	u64 value = 1;

	return vtd_model_endpoint_dma(ep[index], &request, &value,
				      sizeof(value), &r);
}

static struct iommu_domain *join(struct kunit *test, struct machine *m,
				 unsigned int index)
{
	static struct iommu_attach_handle handle[B_NR];
	struct device *dev = &machine_dev(m, index)->dev;
	struct iommu_domain *domain = iommu_paging_domain_alloc(dev);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, domain);
	KUNIT_ASSERT_EQ(test,
			iommu_map(domain, IOVA, virt_to_phys(machine_page(m)),
				  PAGE_SIZE, IOMMU_READ | IOMMU_WRITE,
				  GFP_KERNEL),
			0);
	KUNIT_ASSERT_EQ(test,
			iommu_attach_device_pasid(domain, dev, PASID,
						  &handle[index]),
			0);
	return domain;
}

static void part(struct machine *m, unsigned int index,
		 struct iommu_domain *domain)
{
	iommu_detach_device_pasid(domain, &machine_dev(m, index)->dev, PASID);
	iommu_domain_free(domain);
}

/* It is told nothing before its ATS is on, and all from then on. */
static void comes_while_its_unit_translates(struct kunit *test)
{
	struct machine *m = start(test);
	struct iommu_domain *domain;
	unsigned int round;

	for (round = 0; round < 3; round++) {
		vtd_model_host_unplug(m->host, B_SVA);
		vtd_model_host_plug(m->host, B_SVA);
		machine_enable(m, B_SVA);
		KUNIT_ASSERT_TRUE(test, machine_managed(m, B_SVA));
		KUNIT_EXPECT_TRUE(test, machine_dev(m, B_SVA)->ats_enabled);
		KUNIT_EXPECT_FALSE(test, managed(m, B_SVA)->devtlb.mute);
		KUNIT_EXPECT_FALSE(test, managed(m, B_SVA)->devtlb.idle);
		domain = join(test, m, B_SVA);
		KUNIT_EXPECT_TRUE(test, reaches(B_SVA, IOVA));
		KUNIT_EXPECT_EQ(test, iommu_unmap(domain, IOVA, PAGE_SIZE),
				PAGE_SIZE);
		KUNIT_EXPECT_FALSE(test, reaches(B_SVA, IOVA));
		part(m, B_SVA, domain);
	}
	KUNIT_EXPECT_EQ(test, vtd_model_stats(m->unit[0]).timeouts, 0);
	KUNIT_EXPECT_EQ(test, machine_detach(m), 0);
}

/* Bug classes 2 and 3: it is stopped, and nobody else. */
static void who_does_not_answer_is_blocked(struct kunit *test)
{
	struct machine *m = start(test);
	struct iommu_domain *domain = join(test, m, B_SVA);
	struct iommu_domain *other = join(test, m, B_SVA_2);
	struct vtd_device *vdev = managed(m, B_SVA);
	u64 began;
	u16 command;

	KUNIT_EXPECT_TRUE(test, reaches(B_SVA, IOVA));
	vtd_model_endpoint_mute(ep[B_SVA], true);
	m->expect_broken = true;
	began = ktime_get_ns();
	KUNIT_EXPECT_EQ(test, iommu_unmap(domain, IOVA, PAGE_SIZE), PAGE_SIZE);
	KUNIT_EXPECT_LT(test, ktime_get_ns() - began, 30ULL * NSEC_PER_SEC);
	flush_work(&vdev->contain);
	KUNIT_EXPECT_TRUE(test, vdev->devtlb.mute);
	KUNIT_EXPECT_TRUE(test, vdev->devtlb.idle);
	pci_read_config_word(machine_dev(m, B_SVA), PCI_COMMAND, &command);
	KUNIT_EXPECT_FALSE(test, command & PCI_COMMAND_MASTER);
	KUNIT_EXPECT_FALSE(test, reaches(B_SVA, IOVA));
	KUNIT_EXPECT_FALSE(test, machine_dev(m, B_SVA)->ats_enabled);
	KUNIT_EXPECT_EQ(test, machine_unit(0)->health, VTD_HEALTH_OK);
	KUNIT_EXPECT_EQ(test, vtd_device_set_ats(vdev, true), -EIO);
	/* The other one notices nothing, now and later. */
	KUNIT_EXPECT_TRUE(test, reaches(B_SVA_2, IOVA));
	part(m, B_SVA_2, other);
	other = join(test, m, B_SVA_2);
	KUNIT_EXPECT_TRUE(test, reaches(B_SVA_2, IOVA));
	KUNIT_EXPECT_EQ(test, iommu_unmap(other, IOVA, PAGE_SIZE), PAGE_SIZE);
	KUNIT_EXPECT_FALSE(test, reaches(B_SVA_2, IOVA));
	part(m, B_SVA_2, other);
	part(m, B_SVA, domain);
	/* Only the administrator brings it back. */
	domain = join(test, m, B_SVA);
	KUNIT_EXPECT_FALSE(test, reaches(B_SVA, IOVA));
	vtd_model_endpoint_mute(ep[B_SVA], false);
	KUNIT_EXPECT_FALSE(test, reaches(B_SVA, IOVA));
	KUNIT_EXPECT_EQ(test,
			machine_command(m, vtd_recover(machine_dev(m, B_SVA),
						       &m->reply)),
			0);
	KUNIT_EXPECT_TRUE(test, machine_said(m, "bus_master=on ats=on"));
	KUNIT_EXPECT_TRUE(test, reaches(B_SVA, IOVA));
	KUNIT_EXPECT_EQ(test, iommu_unmap(domain, IOVA, PAGE_SIZE), PAGE_SIZE);
	KUNIT_EXPECT_FALSE(test, reaches(B_SVA, IOVA));
	part(m, B_SVA, domain);
	KUNIT_EXPECT_EQ(test, machine_detach(m), 0);
}

static int no_group(struct iopf_group *group)
{
	return -ENODEV;
}

/* Bug class 44: a device that asks in its own way takes such a domain, too. */
static void who_has_no_pri_takes_a_domain_with_faults(struct kunit *test)
{
	struct machine *m = start(test);
	struct pci_dev *pdev = machine_dev(m, B_SVA_2);
	struct iommu_attach_handle handle = {};
	struct iommu_domain *domain;
	unsigned int round;

	KUNIT_EXPECT_EQ(test, pdev->pri_cap, 0);
	domain = iommu_paging_domain_alloc(&pdev->dev);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, domain);
	domain->iopf_handler = no_group;
	for (round = 0; round < 2; round++) {
		KUNIT_ASSERT_EQ(test,
				iommu_attach_device_pasid(domain, &pdev->dev,
							  PASID, &handle),
				0);
		KUNIT_EXPECT_FALSE(test, pdev->pri_enabled);
		KUNIT_EXPECT_FALSE(test, reaches(B_SVA_2, IOVA));
		KUNIT_EXPECT_EQ(test,
				iommu_map(domain, IOVA,
					  virt_to_phys(machine_page(m)),
					  PAGE_SIZE, IOMMU_READ | IOMMU_WRITE,
					  GFP_KERNEL),
				0);
		KUNIT_EXPECT_TRUE(test, reaches(B_SVA_2, IOVA));
		KUNIT_EXPECT_EQ(test, iommu_unmap(domain, IOVA, PAGE_SIZE),
				PAGE_SIZE);
		/* Without ATS, too: it has nothing to do with it. */
		iommu_detach_device_pasid(domain, &pdev->dev, PASID);
		KUNIT_EXPECT_EQ(test,
				vtd_device_set_ats(managed(m, B_SVA_2), false),
				0);
	}
	iommu_domain_free(domain);
	/* One that has PRI cannot use it without ATS. */
	pdev = machine_dev(m, B_SVA);
	KUNIT_EXPECT_EQ(test, vtd_device_set_ats(managed(m, B_SVA), false), 0);
	domain = iommu_paging_domain_alloc(&pdev->dev);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, domain);
	domain->iopf_handler = no_group;
	KUNIT_EXPECT_EQ(test,
			iommu_attach_device_pasid(domain, &pdev->dev, PASID,
						  &handle),
			-EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, vtd_device_set_ats(managed(m, B_SVA), true), 0);
	KUNIT_EXPECT_EQ(test,
			iommu_attach_device_pasid(domain, &pdev->dev, PASID,
						  &handle),
			0);
	KUNIT_EXPECT_TRUE(test, pdev->pri_enabled);
	iommu_detach_device_pasid(domain, &pdev->dev, PASID);
	iommu_domain_free(domain);
	KUNIT_EXPECT_EQ(test, machine_detach(m), 0);
}

static void stats_tell_of_page_requests(struct kunit *test)
{
	struct machine *m = start(test);

	KUNIT_EXPECT_EQ(
		test,
		machine_command(m, vtd_stats(machine_dev(m, B_SVA), &m->reply)),
		0);
	KUNIT_EXPECT_TRUE(test, machine_said(m, "requests unit=dmar0 pages="));
	KUNIT_EXPECT_TRUE(test, machine_said(m, " taken=0 responses=0 "));
	KUNIT_EXPECT_EQ(test, machine_detach(m), 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(comes_while_its_unit_translates),
	KUNIT_CASE_SLOW(who_does_not_answer_is_blocked),
	KUNIT_CASE(who_has_no_pri_takes_a_domain_with_faults),
	KUNIT_CASE(stats_tell_of_page_requests),
	{}
};

struct kunit_suite vtd_ats_suite = {
	.name = "vtd_ats",
	.suite_init = machine_suite_init,
	.suite_exit = machine_suite_exit,
	.test_cases = cases,
};
