// SPDX-License-Identifier: GPL-2.0
/*
 * Suite vtd_pri: page requests of the endpoints of the software machine: more
 * than there is room for, one device that asks for too much, devices that go
 * while they wait.
 */
#include <linux/delay.h>
#include <linux/iommu.h>
#include <linux/kthread.h>
#include <linux/pci-ats.h>
#include <linux/slab.h>

#include "domain.h"
#include "machine.h"
#include "prq.h"
#include "suites.h"

#define PRI_ECAP                                                             \
	(FIX_ECAP | VTDM_ECAP_DT | VTDM_ECAP_PRS | VTDM_ECAP_PSS(20) |       \
	 VTDM_ECAP_PASID | VTDM_ECAP_SMTS | VTDM_ECAP_FSTS | VTDM_ECAP_PDS | \
	 VTDM_ECAP_SMPWCS)

#define PASID 0x99
#define IOVA 0x80000000UL
#define PAGES 96 /* that a device asks for, one after the other */
#define NR_ASKERS 4

/* Four devices: those that the board has, and two that are made to be such. */
static const unsigned int index_of[NR_ASKERS] = {
	B_SVA,
	B_SVA_2,
	B_INTEGRATED,
	B_ALONE,
};

/**
 * struct asker - a device and its domain
 * @pdev: the device
 * @ep: its endpoint
 * @domain: what its PASID is attached to; pages come when they are asked for
 * @handle: of the core
 * @page: that they all are
 * @hold: groups are kept without an answer
 * @held: how many were
 * @served: groups that were answered with a page
 * @task: the thread that has it read, page by page
 * @done: pages it has read
 * @err: what ended it
 */
struct asker {
	struct pci_dev *pdev;
	struct vtd_model_endpoint *ep;
	struct iommu_domain *domain;
	struct iommu_attach_handle handle;
	u64 *page;
	bool hold;
	atomic_t held;
	atomic_t served;
	struct task_struct *task;
	atomic_t done;
	int err;
};

static struct asker askers[NR_ASKERS];

static struct asker *asker_of(const struct iommu_domain *domain)
{
	unsigned int i;

	for (i = 0; i < NR_ASKERS; i++)
		if (askers[i].domain == domain)
			return &askers[i];
	return NULL;
}

/* The last request of the group says which page. */
static int serve(struct iopf_group *group)
{
	struct asker *a = asker_of(group->attach_handle->domain);
	u64 addr = group->last_fault.fault.prm.addr;
	int ret;

	if (a->hold) {
		atomic_inc(&a->held);
		return 0;
	}
	ret = iommu_map(a->domain, addr, virt_to_phys(a->page), PAGE_SIZE,
			IOMMU_READ | IOMMU_WRITE, GFP_KERNEL);
	if (!ret)
		atomic_inc(&a->served);
	iopf_group_response(group, ret && ret != -EADDRINUSE ?
					   IOMMU_PAGE_RESP_INVALID :
					   IOMMU_PAGE_RESP_SUCCESS);
	iopf_free_group(group);
	return 0;
}

/* The unit takes its time, in steps, before a request stands in its queue. */
static struct machine *start_slow(struct kunit *test, unsigned int prq_pages,
				  unsigned int steps)
{
	struct machine *m = machine_new(test);
	unsigned int i;

	m->page_latency = steps;
	memset(askers, 0, sizeof(askers));
	machine_add_unit(m, FIX_CAP | VTDM_CAP_FL1GP, PRI_ECAP, 0);
	for (i = 0; i < NR_ASKERS; i++) {
		struct vtd_model_function *f = &m->board[index_of[i]];

		f->ats = true;
		f->pasid_width = 20;
		f->prq = 64;
	}
	/* Between the root complex and one of them is a port. */
	dmar_begin(&m->table, 48, 0);
	dmar_drhd(&m->table, 1, 0, MACHINE_SEGMENT, MACHINE_BASE(0));
	dmar_atsr(&m->table, 1, MACHINE_SEGMENT);
	dmar_finish(&m->table);
	machine_build(m);
	vtd_prq_pages = prq_pages;
	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	vtd_prq_pages = 16;
	for (i = 0; i < NR_ASKERS; i++) {
		askers[i].pdev = machine_dev(m, index_of[i]);
		askers[i].ep = machine_endpoint(m, index_of[i]);
		askers[i].page = machine_page(m);
	}
	return m;
}

static struct machine *start(struct kunit *test, unsigned int prq_pages)
{
	return start_slow(test, prq_pages, 0);
}

static void join(struct kunit *test, struct asker *a)
{
	a->domain = iommu_paging_domain_alloc(&a->pdev->dev);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, a->domain);
	a->domain->iopf_handler = serve;
	KUNIT_ASSERT_EQ(test,
			iommu_attach_device_pasid(a->domain, &a->pdev->dev,
						  PASID, &a->handle),
			0);
	KUNIT_EXPECT_TRUE(test, a->pdev->pri_enabled);
}

static void leave(struct kunit *test, struct asker *a)
{
	iommu_detach_device_pasid(a->domain, &a->pdev->dev, PASID);
	KUNIT_EXPECT_FALSE(test, a->pdev->pri_enabled);
	iommu_domain_free(a->domain);
	a->domain = NULL;
}

/* One page: 0 when it was read. */
static int read_page(struct asker *a, u64 addr)
{
	const struct vtd_model_request request = {
		.with_pasid = true,
		.pasid = PASID,
		.access = VTD_MODEL_READ,
		.addr = addr,
	};
	unsigned long deadline = jiffies + 20 * HZ;
	struct vtd_model_result r;
	u64 value;
	int code;

	while (!vtd_model_endpoint_dma(a->ep, &request, &value, sizeof(value),
				       &r)) {
		if (!r.pending)
			return -EFAULT;
		code = -EINPROGRESS;
		while (r.group != VTD_MODEL_NO_GROUP && code == -EINPROGRESS) {
			vtd_model_tick();
			usleep_range(20, 60);
			code = vtd_model_endpoint_answer(a->ep, r.group);
			if (time_after(jiffies, deadline))
				return -ETIMEDOUT;
		}
		if (code > 0)
			return -EACCES;
		if (time_after(jiffies, deadline))
			return -ETIMEDOUT;
		vtd_model_tick();
	}
	return 0;
}

static int read_all(void *data)
{
	struct asker *a = data;
	unsigned int i;

	for (i = 0; i < PAGES && !a->err; i++) {
		a->err = read_page(a, IOVA + i * PAGE_SIZE);
		if (!a->err)
			atomic_inc(&a->done);
		cond_resched();
	}
	while (!kthread_should_stop())
		usleep_range(1000, 2000);
	return 0;
}

static void begin(struct kunit *test, struct asker *a)
{
	a->task = kthread_run(read_all, a, "vtd-pri");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, a->task);
}

/* All pages, or whatever ended it, within a minute. */
static void finish(struct kunit *test, struct asker *a)
{
	unsigned long deadline = jiffies + 60 * HZ;

	while (atomic_read(&a->done) < PAGES && !READ_ONCE(a->err) &&
	       time_before(jiffies, deadline))
		usleep_range(1000, 2000);
	kthread_stop(a->task);
	KUNIT_EXPECT_EQ(test, a->err, 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&a->done), PAGES);
	KUNIT_EXPECT_GE(test, atomic_read(&a->served), PAGES);
}

static struct vtd_model_page_request first_of_flood(void)
{
	return (struct vtd_model_page_request){
		.with_pasid = true,
		.pasid = PASID,
		.read = true,
		.last = true,
		.addr = IOVA + SZ_64M,
	};
}

/* Until the queue has been looked at to its end. */
static void settle(void)
{
	unsigned int i;

	for (i = 0; i < 200; i++) {
		vtd_model_tick();
		usleep_range(100, 300);
	}
}

static void everybody_gets_what_he_asks_for(struct kunit *test)
{
	struct machine *m = start(test, 16);
	unsigned int i;

	for (i = 0; i < NR_ASKERS; i++)
		join(test, &askers[i]);
	for (i = 0; i < NR_ASKERS; i++)
		begin(test, &askers[i]);
	for (i = 0; i < NR_ASKERS; i++)
		finish(test, &askers[i]);
	for (i = 0; i < NR_ASKERS; i++)
		leave(test, &askers[i]);
	KUNIT_EXPECT_EQ(test, machine_unit(0)->prq->granted, 0);
	KUNIT_EXPECT_EQ(test, machine_detach(m), 0);
}

/* One asks for everything at once, with no regard for what it was granted. */
static void one_is_greedy(struct kunit *test)
{
	struct vtd_model_page_request flood = first_of_flood();
	struct machine *m = start(test, 16);
	unsigned int i, n, sent = 0;

	for (i = 0; i < NR_ASKERS; i++)
		join(test, &askers[i]);
	askers[0].hold = true;
	for (i = 1; i < NR_ASKERS; i++)
		begin(test, &askers[i]);
	for (n = 0; n < 8; n++) {
		sent += vtd_model_endpoint_flood(askers[0].ep, &flood, 400,
						 true);
		settle();
	}
	for (i = 1; i < NR_ASKERS; i++)
		finish(test, &askers[i]);
	kunit_info(test, "%u requests of one, %d of them held", sent,
		   atomic_read(&askers[0].held));
	KUNIT_EXPECT_GT(test, sent, 200);
	/* It was told to stop, and what it had is answered when it leaves. */
	KUNIT_EXPECT_FALSE(test, askers[0].pdev->pri_enabled);
	KUNIT_EXPECT_LE(test, atomic_read(&askers[0].held), 128);
	for (i = 0; i < NR_ASKERS; i++)
		leave(test, &askers[i]);
	KUNIT_EXPECT_EQ(test, machine_detach(m), 0);
}

/* A ring of one page: it overflows, and nobody is forgotten. */
static void the_queue_overflows(struct kunit *test)
{
	struct vtd_model_page_request flood = first_of_flood();
	struct machine *m = start(test, 1);
	unsigned int i, n;

	for (i = 0; i < 2; i++)
		join(test, &askers[i]);
	begin(test, &askers[1]);
	for (n = 0; n < 4; n++) {
		vtd_model_endpoint_flood(askers[0].ep, &flood, 300, true);
		settle();
	}
	finish(test, &askers[1]);
	KUNIT_EXPECT_GT(test, machine_unit(0)->prq->stats.overflows, 0);
	for (i = 0; i < 2; i++)
		leave(test, &askers[i]);
	KUNIT_EXPECT_EQ(test, machine_detach(m), 0);
}

static int ats(struct machine *m, const struct asker *a, bool on)
{
	return machine_command(m, vtd_ats_command(a->pdev, on, &m->reply));
}

/* PCIe has page requests with ATS only. */
static void ats_ends_after_page_requests(struct kunit *test)
{
	struct machine *m = start(test, 16);
	struct iommu_attach_handle handle = {};
	struct asker *a = &askers[0];
	struct iommu_domain *domain;

	join(test, a);
	KUNIT_EXPECT_EQ(test, ats(m, a, false), -EBUSY);
	KUNIT_EXPECT_TRUE(test, machine_said(m, "asks for pages"));
	KUNIT_EXPECT_TRUE(test, a->pdev->ats_enabled && a->pdev->pri_enabled);
	begin(test, a);
	finish(test, a);
	leave(test, a);
	KUNIT_EXPECT_EQ(test, ats(m, a, false), 0);
	KUNIT_EXPECT_FALSE(test, a->pdev->ats_enabled);
	domain = iommu_paging_domain_alloc(&a->pdev->dev);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, domain);
	domain->iopf_handler = serve;
	KUNIT_EXPECT_EQ(test,
			iommu_attach_device_pasid(domain, &a->pdev->dev, PASID,
						  &handle),
			-EOPNOTSUPP);
	iommu_domain_free(domain);
	KUNIT_EXPECT_EQ(test, ats(m, a, true), 0);
	join(test, a);
	leave(test, a);
	KUNIT_EXPECT_EQ(test, machine_detach(m), 0);
}

/* What devices may have under way fits into the ring, whoever comes. */
static void no_more_is_granted_than_fits(struct kunit *test)
{
	struct machine *m = start(test, 1);
	struct iommu_attach_handle handle = {};
	struct iommu_domain *domain;
	unsigned int i;

	for (i = 0; i < 2; i++)
		join(test, &askers[i]);
	KUNIT_EXPECT_LT(test, machine_unit(0)->prq->granted, 128);
	domain = iommu_paging_domain_alloc(&askers[2].pdev->dev);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, domain);
	domain->iopf_handler = serve;
	KUNIT_EXPECT_EQ(test,
			iommu_attach_device_pasid(domain, &askers[2].pdev->dev,
						  PASID, &handle),
			-ENOSPC);
	leave(test, &askers[0]);
	KUNIT_EXPECT_EQ(test,
			iommu_attach_device_pasid(domain, &askers[2].pdev->dev,
						  PASID, &handle),
			0);
	iommu_detach_device_pasid(domain, &askers[2].pdev->dev, PASID);
	iommu_domain_free(domain);
	leave(test, &askers[1]);
	KUNIT_EXPECT_EQ(test, machine_detach(m), 0);
}

/* Bug class 13: with the same PASID, another's requests are not waited for. */
static void who_leaves_waits_for_his_own(struct kunit *test)
{
	struct machine *m = start(test, 16);
	struct vtd_model_page_request one = first_of_flood();
	unsigned int i;

	for (i = 0; i < 2; i++) {
		join(test, &askers[i]);
		askers[i].hold = true;
		vtd_model_endpoint_flood(askers[i].ep, &one, 5, false);
	}
	settle();
	KUNIT_EXPECT_EQ(test, atomic_read(&askers[0].held), 5);
	KUNIT_EXPECT_EQ(test, atomic_read(&askers[1].held), 5);
	leave(test, &askers[0]);
	/* All of one have their answer, none of the other. */
	KUNIT_EXPECT_EQ(test, vtd_model_endpoint_stats(askers[0].ep).responses,
			5);
	KUNIT_EXPECT_EQ(test, vtd_model_endpoint_stats(askers[1].ep).responses,
			0);
	leave(test, &askers[1]);
	KUNIT_EXPECT_EQ(test, vtd_model_endpoint_stats(askers[1].ep).responses,
			5);
	KUNIT_EXPECT_EQ(test, machine_detach(m), 0);
}

/* Bug class 12: what is in the ring, taken by nobody yet, is not lost. */
static void what_is_in_the_ring_is_served_first(struct kunit *test)
{
	struct machine *m = start(test, 16);
	struct vtd_model_page_request some = first_of_flood();

	join(test, &askers[0]);
	disable_irq(machine_unit(0)->prq->irq);
	vtd_model_endpoint_flood(askers[0].ep, &some, 7, false);
	settle();
	KUNIT_EXPECT_EQ(test, atomic_read(&askers[0].served), 0);
	leave(test, &askers[0]);
	KUNIT_EXPECT_EQ(test, atomic_read(&askers[0].served), 7);
	KUNIT_EXPECT_EQ(test, vtd_model_endpoint_stats(askers[0].ep).responses,
			7);
	enable_irq(machine_unit(0)->prq->irq);
	KUNIT_EXPECT_EQ(test, machine_detach(m), 0);
}

/*
 * What it sent while it was being told to stop has its answer by then: later, it
 * may have been reset, and take that for another's.
 */
static void the_last_word_is_answered(struct kunit *test)
{
	struct machine *m = start_slow(test, 16, 100000);
	struct vtd_model_page_request last = first_of_flood();
	int group;

	join(test, &askers[0]);
	group = vtd_model_endpoint_group(askers[0].ep);
	KUNIT_ASSERT_GE(test, group, 0);
	last.group = group;
	vtd_model_endpoint_parting(askers[0].ep, &last);
	disable_irq(machine_unit(0)->prq->irq);
	leave(test, &askers[0]);
	KUNIT_EXPECT_GE(test, vtd_model_endpoint_answer(askers[0].ep, group),
			0);
	vtd_model_endpoint_pri_reset(askers[0].ep);
	enable_irq(machine_unit(0)->prq->irq);
	settle();
	KUNIT_EXPECT_EQ(test, vtd_model_endpoint_stats(askers[0].ep).responses,
			1);
	KUNIT_EXPECT_EQ(test, machine_detach(m), 0);
}

/* It is pulled out while it waits for pages. */
static void removed_with_requests_under_way(struct kunit *test)
{
	struct machine *m = start(test, 16);
	struct vtd_model_page_request some = first_of_flood();

	join(test, &askers[0]);
	join(test, &askers[3]);
	begin(test, &askers[0]);
	askers[3].hold = true;
	vtd_model_endpoint_flood(askers[3].ep, &some, 9, false);
	settle();
	KUNIT_EXPECT_EQ(test, atomic_read(&askers[3].held), 9);
	/* Its driver would detach the PASID first. */
	leave(test, &askers[3]);
	vtd_model_host_unplug(m->host, B_ALONE);
	finish(test, &askers[0]);
	leave(test, &askers[0]);
	KUNIT_EXPECT_EQ(test, machine_unit(0)->prq->granted, 0);
	KUNIT_EXPECT_EQ(test, machine_detach(m), 0);
}

/* L7, bug class 41: firmware has reset the unit, as in a suspend to memory. */
static void the_queue_is_there_after_a_suspend(struct kunit *test)
{
	struct machine *m = start(test, 16);
	struct vtd_unit *unit = machine_unit(0);

	join(test, &askers[0]);
	KUNIT_ASSERT_EQ(test, vtd_unit_disable(unit), 0);
	vtd_write64(&unit->regs, VTD_PQA, 0);
	vtd_write32(&unit->regs, VTD_PECTL, VTD_FECTL_IM);
	vtd_write32(&unit->regs, VTD_PEDATA, 0);
	vtd_write32(&unit->regs, VTD_PEADDR, 0);
	vtd_prq_restore(unit);
	KUNIT_ASSERT_EQ(test, vtd_unit_reenable(unit), 0);
	unit->translating = true;
	begin(test, &askers[0]);
	finish(test, &askers[0]);
	leave(test, &askers[0]);
	KUNIT_EXPECT_EQ(test, machine_detach(m), 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE_SLOW(everybody_gets_what_he_asks_for),
	KUNIT_CASE_SLOW(one_is_greedy),
	KUNIT_CASE_SLOW(the_queue_overflows),
	KUNIT_CASE(ats_ends_after_page_requests),
	KUNIT_CASE(no_more_is_granted_than_fits),
	KUNIT_CASE(who_leaves_waits_for_his_own),
	KUNIT_CASE(what_is_in_the_ring_is_served_first),
	KUNIT_CASE(the_last_word_is_answered),
	KUNIT_CASE_SLOW(removed_with_requests_under_way),
	KUNIT_CASE(the_queue_is_there_after_a_suspend),
	{}
};

struct kunit_suite vtd_pri_suite = {
	.name = "vtd_pri",
	.suite_init = machine_suite_init,
	.suite_exit = machine_suite_exit,
	.test_cases = cases,
};
