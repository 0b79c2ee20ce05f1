// SPDX-License-Identifier: GPL-2.0
/*
 * Suite vtd_faults: DMA that a unit refuses, from the device's request through
 * a real interrupt to what the driver tells of it.
 */
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/iommu.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/sched/task.h>

#include <vtd/faults.h>

#include "fault.h"
#include "incident.h"
#include "machine.h"
#include "quarantine.h"
#include "suites.h"

static struct machine *attached(struct kunit *test, unsigned int records)
{
	struct machine *m = machine_new(test);

	machine_add_unit(m,
			 (FIX_CAP & ~VTDM_CAP_NFR(256)) | VTDM_CAP_NFR(records),
			 FIX_ECAP, 0);
	machine_build(m);
	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	return m;
}

static u64 seen(unsigned int unit)
{
	return atomic64_read(&machine_unit(unit)->faults);
}

/* Until the handler has taken @nr faults of a unit, or a second is over. */
static bool taken(unsigned int unit, u64 nr)
{
	unsigned int i;

	for (i = 0; i < 500 && seen(unit) < nr; i++)
		usleep_range(2000, 4000);
	synchronize_irq(machine_unit(unit)->irq);
	return seen(unit) >= nr;
}

static bool refused(struct machine *m, unsigned int index, u64 addr,
		    enum vtd_model_access access)
{
	struct vtd_model_result r;
	u64 data = 0;

	return !vtd_model_host_dma(m->host, index, m->unit[0], addr, access,
				   &data, sizeof(data), &r) &&
	       r.reason;
}

/* The last line of the report that is about the address. */
static bool reported(struct machine *m, const char *what)
{
	vtd_reply_free(&m->reply);
	vtd_fault_report(&m->reply, 0);
	return machine_said(m, what);
}

/* The same of the counters. */
static bool counted(struct machine *m, const char *what)
{
	vtd_reply_free(&m->reply);
	vtd_fault_report_sources(&m->reply);
	return machine_said(m, what);
}

struct access {
	const char *name;
	enum vtd_model_access access;
	u64 addr;
	const char *says;
};

static const struct access accesses[] = {
	{ "read", VTD_MODEL_READ, 0x123456000,
	  "address=0x123456000 access=read reason=0x06" },
	{ "write", VTD_MODEL_WRITE, 0x123457000,
	  "address=0x123457000 access=write reason=0x05" },
	{ "atomic", VTD_MODEL_ATOMIC, 0x123458000,
	  "address=0x123458000 access=atomic reason=0x05" },
	{ "beyond the width", VTD_MODEL_READ, 0x1000000000000,
	  "address=0x1000000000000 access=read reason=0x04" },
	{ "address 0", VTD_MODEL_WRITE, 0x0,
	  "address=0x0 access=write reason=0x05" },
};

KUNIT_ARRAY_PARAM_DESC(accesses, accesses, name);

static void fault_is_told_as_it_was(struct kunit *test)
{
	const struct access *a = test->param_value;
	struct machine *m = attached(test, 4);
	char line[100];

	KUNIT_ASSERT_TRUE(test, refused(m, B_ALONE, a->addr, a->access));
	KUNIT_ASSERT_TRUE(test, taken(0, 1));
	snprintf(line, sizeof(line), "unit=dmar0 device=%s %s",
		 pci_name(machine_dev(m, B_ALONE)), a->says);
	KUNIT_EXPECT_TRUE_MSG(test, reported(m, line), "%s: %.*s", line,
			      (int)m->reply.len, m->reply.text);
	KUNIT_EXPECT_EQ(test, seen(0), 1);
}

static void fault_of_a_blocked_device(struct kunit *test)
{
	struct machine *m = attached(test, 4);
	struct vtd_model_result r;
	char line[64];

	/* A bus without a table, and a function that nobody knows. */
	vtd_model_translate(m->unit[0], 0x3f08, 0x111000, VTD_MODEL_READ, &r);
	KUNIT_EXPECT_EQ(test, r.reason, 1);
	vtd_model_translate(m->unit[0],
			    vtd_model_host_sid(m->host, B_ALONE) + 3, 0x222000,
			    VTD_MODEL_WRITE, &r);
	KUNIT_EXPECT_EQ(test, r.reason, 2);
	KUNIT_ASSERT_TRUE(test, taken(0, 2));
	KUNIT_EXPECT_TRUE(
		test, reported(m, "address=0x111000 access=read reason=0x01"));
	KUNIT_EXPECT_TRUE(
		test, reported(m, "address=0x222000 access=write reason=0x02"));
	snprintf(line, sizeof(line), "device=%04x:3f:01.0", MACHINE_SEGMENT);
	KUNIT_EXPECT_TRUE(test, reported(m, line));
}

/* Behind a bridge: the source-id is all that is known. */
static void fault_behind_a_bridge_names_the_bridge(struct kunit *test)
{
	struct machine *m = attached(test, 4);
	u16 sid = vtd_model_host_sid(m->host, B_OLD_1);
	char line[64];

	KUNIT_ASSERT_TRUE(test, refused(m, B_OLD_1, 0x333000, VTD_MODEL_READ));
	KUNIT_ASSERT_TRUE(test, taken(0, 1));
	snprintf(line, sizeof(line), "device=%04x:%02x:00.0 address=0x333000",
		 MACHINE_SEGMENT, sid >> 8);
	KUNIT_EXPECT_TRUE(test, reported(m, line));
}

static void each_of_many_faults_is_taken(struct kunit *test)
{
	struct machine *m = attached(test, 4);
	unsigned int i;

	for (i = 1; i <= 40; i++) {
		KUNIT_ASSERT_TRUE(test,
				  refused(m, B_ALONE, i << 12, VTD_MODEL_READ));
		KUNIT_ASSERT_TRUE(test, taken(0, i));
	}
	KUNIT_EXPECT_EQ(test, vtd_model_stats(m->unit[0]).recorded, 40);
}

static const unsigned int records[] = { 1, 2, 8 };

static void records_desc(const unsigned int *nr, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%u records", *nr);
}

KUNIT_ARRAY_PARAM(records, records, records_desc);

/* 7.3.1: nothing is recorded until PFO is cleared. */
static void faults_are_recorded_again_after_an_overflow(struct kunit *test)
{
	unsigned int nr = *(const unsigned int *)test->param_value, i;
	struct machine *m = attached(test, nr);
	struct vtd_regs regs;
	u64 before;

	vtd_model_plug(m->unit[0], &regs);
	/* Masked for as long as it takes to overflow. */
	fix_write32(&regs, 0x38, 0x80000000);
	for (i = 0; i <= nr; i++)
		refused(m, B_ALONE, 0x1000, VTD_MODEL_READ);
	KUNIT_ASSERT_EQ(test, fix_read32(&regs, 0x34) & 3, 3);
	fix_write32(&regs, 0x38, 0);
	KUNIT_ASSERT_TRUE(test, taken(0, nr));
	KUNIT_EXPECT_EQ(test, fix_read32(&regs, 0x34) & 3, 0);
	before = seen(0);
	KUNIT_EXPECT_TRUE(test, refused(m, B_ALONE, 0x2000, VTD_MODEL_READ));
	KUNIT_EXPECT_TRUE(test, taken(0, before + 1));
}

static int storm(void *data)
{
	struct machine *m = data;

	while (!kthread_should_stop()) {
		refused(m, B_ALONE, 0x1000, VTD_MODEL_READ);
		cond_resched();
	}
	return 0;
}

/* L11: a device that never stops keeps nobody from anything else. */
static void handler_ends_while_a_device_keeps_faulting(struct kunit *test)
{
	struct machine *m = attached(test, 8);
	struct task_struct *task;
	unsigned int i;

	task = kthread_run(storm, m, "vtd_kunit_storm");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, task);
	for (i = 0; i < 20; i++) {
		usleep_range(5000, 6000);
		synchronize_irq(machine_unit(0)->irq);
	}
	/* Map and unmap, attach and detach go on. */
	KUNIT_EXPECT_EQ(test, machine_bind(m, B_BEHIND_1), 0);
	machine_unbind(m, B_BEHIND_1);
	kthread_stop(task);
	KUNIT_EXPECT_GT(test, seen(0), 0);
}

static unsigned int lines(const struct machine *m)
{
	unsigned int nr = 0;
	size_t at;

	for (at = 0; at < m->reply.len; at++)
		nr += m->reply.text[at] == '\n';
	return nr;
}

static void only_the_last_faults_are_kept(struct kunit *test)
{
	struct machine *m = attached(test, 8);
	char line[80];
	unsigned int i;
	u64 told;

	for (i = 1; i <= 60; i++) {
		refused(m, B_ALONE, i << 12, VTD_MODEL_READ);
		KUNIT_ASSERT_TRUE(test, taken(0, i));
	}
	KUNIT_EXPECT_TRUE(test, reported(m, "address=0x3c000 "));
	KUNIT_EXPECT_FALSE(test, machine_said(m, "address=0x1c000 "));
	KUNIT_EXPECT_EQ(test, lines(m), 32);
	snprintf(line, sizeof(line), "device=%s faults=60 at_least=no",
		 pci_name(machine_dev(m, B_ALONE)));
	KUNIT_EXPECT_TRUE_MSG(test, counted(m, line), "%s: %.*s", line,
			      (int)m->reply.len, m->reply.text);
	/* Only what came after the last that was told. */
	told = vtd_fault_newest();
	refused(m, B_ALONE, 0x77000, VTD_MODEL_READ);
	KUNIT_ASSERT_TRUE(test, taken(0, 61));
	vtd_reply_free(&m->reply);
	KUNIT_EXPECT_EQ(test, vtd_fault_report(&m->reply, told),
			vtd_fault_newest());
	KUNIT_EXPECT_EQ(test, lines(m), 1);
	KUNIT_EXPECT_TRUE(test, machine_said(m, "address=0x77000 "));
}

/* What is said of the device and of the tables is as it was. */
static void fault_is_told_with_the_tables(struct kunit *test)
{
	struct machine *m = attached(test, 4);
	struct iommu_domain *domain;

	KUNIT_ASSERT_EQ(test, machine_bind(m, B_ALONE), 0);
	domain = iommu_get_domain_for_dev(&machine_dev(m, B_ALONE)->dev);
	KUNIT_ASSERT_NOT_NULL(test, domain);
	KUNIT_ASSERT_EQ(test,
			iommu_map(domain, 0x40000000, 0x12345000, 0x1000,
				  IOMMU_READ, GFP_KERNEL),
			0);
	refused(m, B_ALONE, 0x40000000, VTD_MODEL_WRITE);
	refused(m, B_ALONE, 0x40001000, VTD_MODEL_READ);
	KUNIT_ASSERT_TRUE(test, taken(0, 2));
	KUNIT_EXPECT_TRUE_MSG(
		test,
		reported(
			m,
			"tables=\"mapped to 0x12345000 for reading only, in a page of 4 KiB\""),
		"%.*s", (int)m->reply.len, m->reply.text);
	KUNIT_EXPECT_TRUE(
		test,
		machine_said(
			m,
			"tables=\"nothing is mapped, the walk ends at level 1 of 4\""));
	KUNIT_EXPECT_TRUE(test,
			  machine_said(m, "(driver vtd_kunit_dma, domain DMA"));
	KUNIT_EXPECT_EQ(test, iommu_unmap(domain, 0x40000000, 0x1000), 0x1000);
	machine_unbind(m, B_ALONE);
}

#define STORM_FAULTS 100000

/*
 * Faults in one go: what two runs of the driver may take, its thread's and its
 * work item's, and as much again.
 */
#define STORM_AT_ONCE 1024

/* How often another device may ask in vain while the storm goes on. */
#define STORM_TRIES 10

static bool storm_over, storm_heard;

static int whole_storm(void *data)
{
	struct machine *m = data;
	unsigned int i = 0;

	while (!kthread_should_stop() &&
	       (i++ < STORM_FAULTS || !READ_ONCE(storm_heard))) {
		refused(m, B_ALONE, 0x1000, VTD_MODEL_READ);
		cond_resched();
	}
	WRITE_ONCE(storm_over, true);
	return 0;
}

/*
 * How late a thread was that wants to run each millisecond, and how many faults
 * were taken meanwhile.  On the CPU that takes them, only the handler makes
 * both large: when the host has no time for us, nothing is taken either.
 */
static s64 worst_us;
static u64 worst_taken;

static int each_millisecond(void *data)
{
	while (!kthread_should_stop()) {
		ktime_t start = ktime_get();
		u64 before = seen(0);

		usleep_range(1000, 1100);
		worst_us = max(worst_us,
			       ktime_us_delta(ktime_get(), start) - 1100);
		worst_taken = max(worst_taken, seen(0) - before);
	}
	return 0;
}

/* The CPU that the unit's interrupt comes to. */
static unsigned int fault_cpu(void)
{
	return cpumask_first(
		irq_get_effective_affinity_mask(machine_unit(0)->irq));
}

static struct task_struct *start(int (*fn)(void *data), struct machine *m,
				 unsigned int cpu)
{
	struct task_struct *task = kthread_create(fn, m, "vtd_kunit_storm");

	if (IS_ERR(task))
		return NULL;
	kthread_bind(task, cpu);
	get_task_struct(task);
	wake_up_process(task);
	return task;
}

static void stop(struct task_struct *task)
{
	if (!task)
		return;
	kthread_stop(task);
	put_task_struct(task);
}

/*
 * A storm of 100,000: another device's report is there, before and after, the
 * count is a lower bound where it must be, a timer is on time, and the last
 * records are read although the storm is over.
 */
static void storm_hides_nobody(struct kunit *test)
{
	struct machine *m = attached(test, 8);
	struct task_struct *device, *timer;
	struct vtd_regs regs;
	unsigned int i, cpu, tries = 0;

	refused(m, B_BEHIND_1, 0x111000, VTD_MODEL_WRITE);
	KUNIT_ASSERT_TRUE(test, taken(0, 1));
	worst_us = 0;
	worst_taken = 0;
	storm_over = false;
	storm_heard = false;
	cpu = fault_cpu();
	timer = start(each_millisecond, m, cpu);
	/* A device is no load of that CPU, where there are two. */
	device = start(whole_storm, m,
		       cpumask_any_but(cpu_online_mask, cpu) < nr_cpu_ids ?
			       cpumask_any_but(cpu_online_mask, cpu) :
			       cpu);
	for (i = 0; device && i < 12000 && !READ_ONCE(storm_over); i++) {
		usleep_range(10000, 11000);
		/* Soon after the storm has begun, others are recorded. */
		if (storm_heard || i % 10 != 9)
			continue;
		if (i > 50)
			tries++;
		refused(m, B_BEHIND_2, 0x222000, VTD_MODEL_WRITE);
		usleep_range(10000, 11000);
		WRITE_ONCE(storm_heard,
			   reported(m, "address=0x222000 access=write"));
	}
	stop(device);
	stop(timer);
	KUNIT_ASSERT_NOT_NULL(test, device);
	KUNIT_ASSERT_NOT_NULL(test, timer);
	KUNIT_EXPECT_TRUE(test, storm_over);
	kunit_info(
		test,
		"%llu of %u taken, at most %llu in one millisecond of a timer that was at most %lld us late\n",
		seen(0), STORM_FAULTS, worst_taken, worst_us);
	KUNIT_EXPECT_LE(test, worst_taken, STORM_AT_ONCE);
	KUNIT_EXPECT_LE(test, tries, STORM_TRIES);

	vtd_model_plug(m->unit[0], &regs);
	for (i = 0; i < 200 && fix_read32(&regs, 0x34) & 3; i++)
		usleep_range(5000, 6000);
	KUNIT_EXPECT_EQ(test, fix_read32(&regs, 0x34) & 3, 0);
	refused(m, B_BEHIND_3, 0x333000, VTD_MODEL_WRITE);
	for (i = 0; i < 200 && !reported(m, "address=0x333000 access=write");
	     i++)
		usleep_range(5000, 6000);
	KUNIT_EXPECT_TRUE(test,
			  machine_said(m, "address=0x111000 access=write"));
	KUNIT_EXPECT_TRUE(test,
			  machine_said(m, "address=0x222000 access=write"));
	KUNIT_EXPECT_TRUE(test,
			  machine_said(m, "address=0x333000 access=write"));
	KUNIT_EXPECT_LE(test, lines(m), 4 * 32);
	if (atomic64_read(&machine_unit(0)->fault_overflows))
		KUNIT_EXPECT_TRUE(test, counted(m, "at_least=yes"));
}

/* --- a storm, and what becomes of who raises it --------------------------------- */

static struct vtd_storm_policy usual;

/* A policy for as long as a test takes. */
static void put_back(void *data)
{
	vtd_storm_policy = usual;
}

static void storms_are(struct kunit *test, unsigned int rate,
		       unsigned int seconds, enum vtd_storm_whom whom)
{
	usual = vtd_storm_policy;
	vtd_storm_policy = (struct vtd_storm_policy){ rate, seconds, whom };
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, put_back, NULL),
			0);
}

static struct vtd_device *vdev_of(struct machine *m, unsigned int index)
{
	return vtd_device_find(machine_dev(m, index));
}

static bool master(struct machine *m, unsigned int index)
{
	return vtd_pci_is_master(machine_dev(m, index));
}

static bool incident(struct machine *m, const char *what)
{
	vtd_reply_free(&m->reply);
	vtd_incidents_say(&m->reply);
	return machine_said(m, what);
}

static int recover(struct machine *m, unsigned int index)
{
	return machine_command(m,
			       vtd_recover(machine_dev(m, index), &m->reply));
}

/* Faults of a device without end, until it is in quarantine or so long is over. */
static bool storms_until_stopped(struct machine *m, unsigned int index,
				 unsigned int ms)
{
	unsigned long deadline = jiffies + msecs_to_jiffies(ms);

	while (time_before(jiffies, deadline)) {
		refused(m, index, 0x1000, VTD_MODEL_READ);
		usleep_range(200, 400);
		if (vdev_of(m, index)->quarantine) {
			flush_work(&vdev_of(m, index)->contain);
			return true;
		}
	}
	return false;
}

/* Not recorded while it lasts: its faults cost nothing; and heard of after it. */
static void storm_is_throttled(struct kunit *test)
{
	struct machine *m = attached(test, 8);
	u64 recorded, faulted;
	unsigned int i;

	storms_are(test, 50, 0, VTD_STORM_ALL);
	KUNIT_EXPECT_FALSE(test, storms_until_stopped(m, B_ALONE, 3000));
	recorded = vtd_model_stats(m->unit[0]).recorded;
	faulted = vtd_model_stats(m->unit[0]).faults;
	kunit_info(test, "%llu of %llu faults recorded\n", recorded, faulted);
	/* 50 in a second, for 3 seconds: with KCSAN on a busy host it may not be. */
	if (faulted < 150)
		kunit_skip(test, "too slow for a storm");
	KUNIT_EXPECT_LT(test, recorded * 2, faulted);
	KUNIT_EXPECT_TRUE(test, master(m, B_ALONE));
	/* Others are heard of meanwhile. */
	for (i = 0; i < 100; i++) {
		refused(m, B_ALONE, 0x1000, VTD_MODEL_READ);
		refused(m, B_BEHIND_1, 0x222000, VTD_MODEL_WRITE);
		usleep_range(1000, 2000);
		if (reported(m, "address=0x222000 access=write"))
			break;
	}
	KUNIT_EXPECT_LT(test, i, 100);
	msleep(1300);
	refused(m, B_ALONE, 0x333000, VTD_MODEL_WRITE);
	msleep(100);
	refused(m, B_ALONE, 0x333000, VTD_MODEL_WRITE);
	msleep(100);
	KUNIT_EXPECT_GT(test, vtd_model_stats(m->unit[0]).recorded, recorded);
}

/* A device of user space: stopped, whatever its user does, until it is lifted. */
static void storm_ends_in_quarantine(struct kunit *test)
{
	struct machine *m = attached(test, 8);
	struct pci_dev *pdev = machine_dev(m, B_ALONE);
	u64 *page = machine_page(m);
	struct iommu_domain *d;
	u64 recorded;

	storms_are(test, 20, 2, VTD_STORM_ASSIGNED);
	KUNIT_ASSERT_EQ(
		test, iommu_group_claim_dma_owner(pdev->dev.iommu_group, m), 0);
	d = iommu_paging_domain_alloc(&pdev->dev);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, d);
	KUNIT_ASSERT_EQ(test, iommu_attach_group(d, pdev->dev.iommu_group), 0);
	KUNIT_ASSERT_EQ(test,
			iommu_map(d, 0x40000000, virt_to_phys(page), PAGE_SIZE,
				  IOMMU_READ | IOMMU_WRITE, GFP_KERNEL),
			0);
	KUNIT_EXPECT_EQ(test, machine_write(m, B_ALONE, 0x40000000, page), 0);
	KUNIT_EXPECT_TRUE(test, storms_until_stopped(m, B_ALONE, 20000));
	KUNIT_EXPECT_FALSE(test, master(m, B_ALONE));
	KUNIT_EXPECT_TRUE(test, incident(m, "what=quarantine unit=dmar0"));
	KUNIT_EXPECT_TRUE(test, machine_said(m, pci_name(pdev)));
	/* Its user may let it begin again: nothing comes of it, and none hears. */
	pci_set_master(pdev);
	recorded = vtd_model_stats(m->unit[0]).recorded;
	KUNIT_EXPECT_NE(test, machine_write(m, B_ALONE, 0x40000000, page), 0);
	KUNIT_EXPECT_TRUE(test, refused(m, B_ALONE, 0x1000, VTD_MODEL_READ));
	KUNIT_EXPECT_EQ(test, vtd_model_stats(m->unit[0]).recorded, recorded);
	iommu_detach_group(d, pdev->dev.iommu_group);
	KUNIT_EXPECT_EQ(test, iommu_attach_group(d, pdev->dev.iommu_group), 0);
	KUNIT_EXPECT_NE(test, machine_write(m, B_ALONE, 0x40000000, page), 0);
	/* Others go on. */
	KUNIT_EXPECT_EQ(test, machine_bind(m, B_BEHIND_1), 0);
	machine_unbind(m, B_BEHIND_1);
	KUNIT_EXPECT_EQ(test, recover(m, B_BEHIND_1), -ENOENT);
	KUNIT_EXPECT_EQ(test, recover(m, B_ALONE), 0);
	KUNIT_EXPECT_TRUE(test, machine_said(m, "bus_master=on"));
	KUNIT_EXPECT_EQ(test, machine_write(m, B_ALONE, 0x40000000, page), 0);
	KUNIT_EXPECT_EQ(test, recover(m, B_ALONE), -ENOENT);
	iommu_detach_group(d, pdev->dev.iommu_group);
	iommu_domain_free(d);
	iommu_group_release_dma_owner(pdev->dev.iommu_group);
}

static void storm_of_the_hosts_is_not_stopped(struct kunit *test)
{
	struct machine *m = attached(test, 8);

	storms_are(test, 20, 1, VTD_STORM_ASSIGNED);
	KUNIT_ASSERT_EQ(test, machine_bind(m, B_ALONE), 0);
	KUNIT_EXPECT_FALSE(test, storms_until_stopped(m, B_ALONE, 6000));
	KUNIT_EXPECT_TRUE(test, master(m, B_ALONE));
	/* Unless the administrator wants it. */
	vtd_storm_policy.whom = VTD_STORM_ALL;
	KUNIT_EXPECT_TRUE(test, storms_until_stopped(m, B_ALONE, 20000));
	KUNIT_EXPECT_FALSE(test, master(m, B_ALONE));
	KUNIT_EXPECT_EQ(test, recover(m, B_ALONE), 0);
	machine_unbind(m, B_ALONE);
}

/**
 * struct listener - one who is told
 * @watch: for the driver
 * @nr: how often
 * @last: of what
 */
struct listener {
	struct vtd_fault_watch watch;
	unsigned int nr;
	struct vtd_fault_event last;
};

static void hear(struct vtd_fault_watch *watch,
		 const struct vtd_fault_event *event)
{
	struct listener *l = container_of(watch, struct listener, watch);

	l->nr++;
	l->last = *event;
}

/* As many as are not described any more. */
#define TOLD (VTD_FAULT_BURST + 20)

static void who_watches_is_told_of_each_fault(struct kunit *test)
{
	struct listener a = { .watch.fault = hear };
	struct listener b = { .watch.fault = hear };
	struct machine *m = attached(test, 4);
	u64 before = ktime_get_boottime_ns();
	u16 sid = vtd_model_host_sid(m->host, B_ALONE);
	unsigned int i;

	vtd_faults_watch(&a.watch);
	vtd_faults_watch(&b.watch);
	KUNIT_EXPECT_TRUE(test, refused(m, B_ALONE, 0x5000, VTD_MODEL_WRITE));
	KUNIT_EXPECT_TRUE(test, taken(0, 1));
	KUNIT_EXPECT_EQ(test, a.nr, 1);
	KUNIT_EXPECT_EQ(test, b.nr, 1);
	KUNIT_EXPECT_EQ(test, a.last.segment, MACHINE_SEGMENT);
	KUNIT_EXPECT_EQ(test, a.last.sid, sid);
	KUNIT_EXPECT_EQ(test, a.last.addr, 0x5000);
	KUNIT_EXPECT_EQ(test, a.last.reason, 5);
	KUNIT_EXPECT_TRUE(test, a.last.write);
	KUNIT_EXPECT_FALSE(test, a.last.interrupt);
	KUNIT_EXPECT_FALSE(test, a.last.execute);
	KUNIT_EXPECT_FALSE(test, a.last.privileged);
	KUNIT_EXPECT_FALSE(test, a.last.has_pasid);
	KUNIT_EXPECT_GT(test, a.last.ns, before);
	vtd_faults_unwatch(&b.watch);
	for (i = 2; i <= TOLD; i++) {
		KUNIT_EXPECT_TRUE(test, refused(m, B_ALONE, (u64)i << 12,
						VTD_MODEL_READ));
		KUNIT_EXPECT_TRUE(test, taken(0, i));
	}
	vtd_faults_unwatch(&a.watch);
	KUNIT_EXPECT_EQ(test, a.nr, TOLD);
	KUNIT_EXPECT_EQ(test, b.nr, 1);
	KUNIT_EXPECT_EQ(test, a.last.addr, (u64)TOLD << 12);
	KUNIT_EXPECT_EQ(test, a.last.reason, 6);
	KUNIT_EXPECT_FALSE(test, a.last.write);
	KUNIT_EXPECT_TRUE(test, refused(m, B_ALONE, 0x5000, VTD_MODEL_WRITE));
	KUNIT_EXPECT_TRUE(test, taken(0, TOLD + 1));
	KUNIT_EXPECT_EQ(test, a.nr, TOLD);
}

static void interrupt_is_given_back(struct kunit *test)
{
	struct machine *m = attached(test, 4);
	unsigned int irq = machine_unit(0)->irq;
	struct vtd_regs regs;

	KUNIT_EXPECT_GT(test, irq, 0);
	KUNIT_EXPECT_EQ(test, machine_detach(m), 0);
	KUNIT_EXPECT_NULL(test, irq_get_irq_data(irq));
	vtd_model_plug(m->unit[0], &regs);
	/* Masked: nobody would answer. */
	KUNIT_EXPECT_EQ(test, fix_read32(&regs, 0x38) & 0x80000000, 0x80000000);
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(fault_is_told_as_it_was, accesses_gen_params),
	KUNIT_CASE(fault_of_a_blocked_device),
	KUNIT_CASE(fault_behind_a_bridge_names_the_bridge),
	KUNIT_CASE(each_of_many_faults_is_taken),
	KUNIT_CASE_PARAM(faults_are_recorded_again_after_an_overflow,
			 records_gen_params),
	KUNIT_CASE(handler_ends_while_a_device_keeps_faulting),
	KUNIT_CASE_SLOW(only_the_last_faults_are_kept),
	KUNIT_CASE(fault_is_told_with_the_tables),
	KUNIT_CASE_SLOW(storm_hides_nobody),
	KUNIT_CASE_SLOW(storm_is_throttled),
	KUNIT_CASE_SLOW(storm_ends_in_quarantine),
	KUNIT_CASE_SLOW(storm_of_the_hosts_is_not_stopped),
	KUNIT_CASE(who_watches_is_told_of_each_fault),
	KUNIT_CASE(interrupt_is_given_back),
	{}
};

struct kunit_suite vtd_faults_suite = {
	.name = "vtd_faults",
	.suite_init = machine_suite_init,
	.suite_exit = machine_suite_exit,
	.test_cases = cases,
};
