// SPDX-License-Identifier: GPL-2.0
/*
 * Suite vtd_races: two threads on a machine of software, with the kernel's own core
 * between them, and the unit's interrupts as a third.  What each may find is loose;
 * what the model's checker, the core's warnings and the sanitizers find is not.
 *
 * The same at each single moment, and without luck, is in native/test_*_windows.c.
 */
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/iommu.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>

#include "fault.h"
#include "machine.h"
#include "suites.h"

#define IOVA 0x40000000ULL

static unsigned int race_ms = 2000;
module_param(race_ms, uint, 0444);
MODULE_PARM_DESC(race_ms,
		 "For how long the threads of vtd_races run, each case");

/**
 * struct race - a case
 * @test: the test that runs
 * @m: its machine
 * @end: when it is over, in jiffies
 * @rounds: of the second thread
 * @wrong: what must not be, seen by any thread
 * @pdev: the device that both are about
 * @group: its group, when the case began
 * @d: the domain that both are about
 * @other: what the second thread does again and again
 * @done: the second thread is over
 */
struct race {
	struct kunit *test;
	struct machine *m;
	unsigned long end;
	unsigned int rounds;
	atomic_t wrong;
	struct pci_dev *pdev;
	struct iommu_group *group;
	struct iommu_domain *d;
	void (*other)(struct race *race);
	struct completion done;
};

static bool race_goes_on(const struct race *race)
{
	cond_resched();
	return time_before(jiffies, race->end);
}

static int race_thread(void *arg)
{
	struct race *race = arg;

	while (race_goes_on(race)) {
		race->other(race);
		race->rounds++;
	}
	complete(&race->done);
	return 0;
}

/* @one in this thread and @other in another, for as long as it goes on. */
static void race_run(struct race *race, void (*one)(struct race *race),
		     void (*other)(struct race *race))
{
	struct task_struct *thread;
	unsigned int rounds = 0;

	race->other = other;
	race->end = jiffies + msecs_to_jiffies(race_ms);
	init_completion(&race->done);
	thread = kthread_run(race_thread, race, "vtd_races");
	KUNIT_ASSERT_FALSE(race->test, IS_ERR(thread));
	while (race_goes_on(race)) {
		one(race);
		rounds++;
	}
	wait_for_completion(&race->done);
	kunit_info(race->test, "%u rounds against %u", rounds, race->rounds);
	KUNIT_EXPECT_GT(race->test, rounds, 0);
	KUNIT_EXPECT_GT(race->test, race->rounds, 0);
	KUNIT_EXPECT_EQ(race->test, atomic_read(&race->wrong), 0);
}

static void race_begin(struct kunit *test, struct race *race,
		       unsigned int index)
{
	race->test = test;
	race->m = machine_usual(test);
	KUNIT_ASSERT_EQ(test, machine_attach(race->m), 0);
	race->pdev = machine_dev(race->m, index);
	race->group = race->pdev->dev.iommu_group;
	KUNIT_ASSERT_NOT_NULL(test, race->group);
}

/* --- attach against unmap ------------------------------------------------------ */

static u64 *race_target;

static void maps_and_unmaps(struct race *race)
{
	u64 phys = virt_to_phys(race_target);

	if (iommu_map(race->d, IOVA, phys, SZ_4K, IOMMU_READ | IOMMU_WRITE,
		      GFP_KERNEL)) {
		atomic_inc(&race->wrong);
		return;
	}
	/* One stays in the domain; the other is in it, or in its own. */
	if (machine_write(race->m, B_ALONE, IOVA, race_target))
		atomic_inc(&race->wrong);
	machine_write(race->m, B_INTEGRATED, IOVA, race_target);
	if (iommu_unmap(race->d, IOVA, SZ_4K) != SZ_4K)
		atomic_inc(&race->wrong);
	if (!machine_write(race->m, B_ALONE, IOVA, race_target) ||
	    !machine_write(race->m, B_INTEGRATED, IOVA, race_target))
		atomic_inc(&race->wrong);
}

static void comes_and_goes(struct race *race)
{
	if (iommu_attach_group(race->d, race->group)) {
		atomic_inc(&race->wrong);
		return;
	}
	iommu_detach_group(race->d, race->group);
}

static void unmaps_while_another_is_attached(struct kunit *test)
{
	struct iommu_group *stays;
	struct race race = {};

	race_begin(test, &race, B_INTEGRATED);
	race_target = machine_page(race.m);
	stays = machine_group(race.m, B_ALONE);
	race.d = iommu_paging_domain_alloc(&machine_dev(race.m, B_ALONE)->dev);
	KUNIT_ASSERT_FALSE(test, IS_ERR_OR_NULL(race.d));
	KUNIT_ASSERT_EQ(test, iommu_attach_group(race.d, stays), 0);
	race_run(&race, maps_and_unmaps, comes_and_goes);
	iommu_detach_group(race.d, stays);
	iommu_domain_free(race.d);
	vtd_model_check_quiescent();
}

/* --- detach against fault ------------------------------------------------------ */

static int moves(struct pci_dev *pdev,
		 int (*move)(struct pci_dev *pdev, struct vtd_reply *reply))
{
	struct vtd_reply reply = {};
	int ret;

	mutex_lock(&vtd_control.lock);
	ret = move(pdev, &reply);
	mutex_unlock(&vtd_control.lock);
	vtd_reply_free(&reply);
	return ret;
}

static void faults(struct race *race)
{
	struct vtd_reply reply = {};

	/* A page that is there while its DMA passes through. */
	machine_write(race->m, B_INTEGRATED, virt_to_phys(race_target),
		      race_target);
	vtd_fault_report(&reply, vtd_fault_newest() - 1);
	vtd_reply_free(&reply);
	usleep_range(50, 100);
}

static void is_released_and_adopted(struct race *race)
{
	if (moves(race->pdev, vtd_release) || moves(race->pdev, vtd_adopt))
		atomic_inc(&race->wrong);
}

static void faults_while_its_device_leaves(struct kunit *test)
{
	struct race race = {};

	race_begin(test, &race, B_INTEGRATED);
	race_target = machine_page(race.m);
	race_run(&race, faults, is_released_and_adopted);
	KUNIT_EXPECT_GT(test, atomic64_read(&machine_unit(0)->faults), 0);
}

/* --- adopt against bind -------------------------------------------------------- */

static struct race *race_now;
static struct iommu_domain *race_domain;

/* What a driver is given is what it has to its end. */
static int race_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct race *race = READ_ONCE(race_now);

	if (!race || pdev != race->pdev)
		return -ENODEV;
	race_domain = iommu_get_domain_for_dev(&pdev->dev);
	return 0;
}

static void race_remove(struct pci_dev *pdev)
{
	struct race *race = READ_ONCE(race_now);

	if (race && race_domain != iommu_get_domain_for_dev(&pdev->dev)) {
		kunit_info(race->test, "its driver's domain was changed");
		atomic_inc(&race->wrong);
	}
}

static const struct pci_device_id race_ids[] = {
	{ PCI_DEVICE(VTD_MODEL_VENDOR, PCI_ANY_ID) },
	{},
};

static struct pci_driver race_driver = {
	.name = "vtd_kunit_race",
	.id_table = race_ids,
	.probe = race_probe,
	.remove = race_remove,
};

static void is_bound_and_unbound(struct race *race)
{
	if (device_attach(&race->pdev->dev) < 0)
		atomic_inc(&race->wrong);
	usleep_range(50, 200);
	device_release_driver(&race->pdev->dev);
}

/* Refused while a driver is there that came meanwhile; then it stays as it was. */
static void is_moved(struct race *race)
{
	int ret = moves(race->pdev, vtd_release);

	if (ret && ret != -EBUSY && ret != -ENODEV) {
		kunit_info(race->test, "release: error %d", ret);
		atomic_inc(&race->wrong);
	}
	ret = moves(race->pdev, vtd_adopt);
	if (ret && ret != -EBUSY) {
		kunit_info(race->test, "adopt: error %d", ret);
		atomic_inc(&race->wrong);
	}
}

static void is_adopted_while_drivers_come_and_go(struct kunit *test)
{
	struct race race = {};

	race_begin(test, &race, B_INTEGRATED);
	WRITE_ONCE(race_now, &race);
	race_run(&race, is_moved, is_bound_and_unbound);
	device_release_driver(&race.pdev->dev);
	WRITE_ONCE(race_now, NULL);
	/* And is what it was, in the end. */
	moves(race.pdev, vtd_release);
	KUNIT_EXPECT_EQ(test, moves(race.pdev, vtd_adopt), 0);
	KUNIT_EXPECT_TRUE(test, machine_managed(race.m, B_INTEGRATED));
}

/* --- faults that are read while they come ----------------------------------------- */

static void reads(struct race *race)
{
	struct vtd_reply reply = {};

	mutex_lock(&vtd_control.lock);
	vtd_status(&reply);
	vtd_stats(race->pdev, &reply);
	mutex_unlock(&vtd_control.lock);
	vtd_fault_report_sources(&reply);
	vtd_fault_report(&reply, 0);
	vtd_reply_free(&reply);
}

static void is_reported_while_it_changes(struct kunit *test)
{
	struct race race = {};

	race_begin(test, &race, B_INTEGRATED);
	race_target = machine_page(race.m);
	race.d = iommu_paging_domain_alloc(&race.pdev->dev);
	KUNIT_ASSERT_FALSE(test, IS_ERR_OR_NULL(race.d));
	race_run(&race, reads, comes_and_goes);
	iommu_domain_free(race.d);
}

static int races_init(struct kunit_suite *suite)
{
	return machine_suite_init(suite) ?: pci_register_driver(&race_driver);
}

static void races_exit(struct kunit_suite *suite)
{
	pci_unregister_driver(&race_driver);
	machine_suite_exit(suite);
}

static struct kunit_case cases[] = {
	KUNIT_CASE_SLOW(unmaps_while_another_is_attached),
	KUNIT_CASE_SLOW(faults_while_its_device_leaves),
	KUNIT_CASE_SLOW(is_adopted_while_drivers_come_and_go),
	KUNIT_CASE_SLOW(is_reported_while_it_changes),
	{}
};

struct kunit_suite vtd_races_suite = {
	.name = "vtd_races",
	.suite_init = races_init,
	.suite_exit = races_exit,
	.test_cases = cases,
};
