// SPDX-License-Identifier: GPL-2.0
/*
 * Suite vtd_sva: PASIDs through the kernel's own core, on the endpoints of the
 * software machine: domains that come, are replaced and go under DMA; where the
 * core allows it, processes that share their memory with a device
 * (selftests/progs/sva.c).
 */
#include <linux/delay.h>
#include <linux/fs.h>
#include <linux/iommu.h>
#include <linux/kthread.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/pci-ats.h>
#include <linux/umh.h>

#include "iommu.h"
#include "domain.h"
#include "machine.h"
#include "prq.h"
#include "suites.h"
#include "sva_device.h"

static unsigned int pasid_cycles = 500;
module_param(pasid_cycles, uint, 0444);
MODULE_PARM_DESC(pasid_cycles,
		 "Times that a PASID is attached, replaced and detached");

static unsigned int processes = 50;
module_param(processes, uint, 0444);
MODULE_PARM_DESC(processes, "Processes that share their memory");

char *kunit_programs = "";
module_param_named(programs, kunit_programs, charp, 0444);
MODULE_PARM_DESC(programs, "Where the programs that tests run are");

#define SVA_CAP (FIX_CAP | VTDM_CAP_FL1GP | VTDM_CAP_FL5LP)
#define SVA_ECAP                                                       \
	(FIX_ECAP | VTDM_ECAP_DT | VTDM_ECAP_PRS | VTDM_ECAP_PSS(20) | \
	 VTDM_ECAP_PASID | VTDM_ECAP_SMTS | VTDM_ECAP_FSTS | VTDM_ECAP_SMPWCS)

static struct machine *start(struct kunit *test, u32 policy)
{
	struct machine *m = machine_new(test);

	machine_add_unit(m, SVA_CAP, SVA_ECAP, policy);
	machine_build(m);
	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	KUNIT_ASSERT_TRUE(test, machine_managed(m, B_SVA));
	return m;
}

/* --- one request ------------------------------------------------------------------ */

/*
 * The endpoint reads or writes 8 bytes: 0, -EFAULT when it is refused, -ETIMEDOUT
 * when nobody answers.  The group of an answer may have become another's page
 * request: who is refused asks again.
 */
static int dma(struct vtd_model_endpoint *ep, u32 pasid, u64 addr, bool write,
	       u64 *value)
{
	const struct vtd_model_request request = {
		.with_pasid = true,
		.pasid = pasid,
		.access = write ? VTD_MODEL_WRITE : VTD_MODEL_READ,
		.addr = addr,
	};
	unsigned int refused = 0, tries;

	for (tries = 0; tries < 10000; tries++) {
		struct vtd_model_result r;
		int again;

		if (vtd_model_endpoint_dma(ep, &request, value, sizeof(*value),
					   &r))
			return 0;
		again = machine_ask_again(ep, &r, &refused);
		if (again <= 0)
			return again ?: -EFAULT;
	}
	return -ETIMEDOUT;
}

/* --- PASIDs of paging domains -------------------------------------------------------- */

#define IOVA 0x40000000UL
#define PASID 0x155

/**
 * struct stream - a device that writes all the time
 * @ep: the device
 * @pasid: of its requests
 * @addr: where to
 * @task: the thread that does it
 * @done: writes let through
 * @refused: and not
 */
struct stream {
	struct vtd_model_endpoint *ep;
	u32 pasid;
	u64 addr;
	struct task_struct *task;
	atomic_t done;
	atomic_t refused;
};

static int stream_thread(void *data)
{
	struct stream *s = data;
	u64 value = 1;

	while (!kthread_should_stop()) {
		if (dma(s->ep, s->pasid, s->addr, true, &value))
			atomic_inc(&s->refused);
		else
			atomic_inc(&s->done);
		value++;
		cond_resched();
	}
	return 0;
}

static int stream_start(struct stream *s)
{
	s->task = kthread_run(stream_thread, s, "vtd-sva");
	return PTR_ERR_OR_ZERO(s->task);
}

/* It has tried again since: twice, for the first may have begun before. */
static bool stream_tried(struct stream *s)
{
	unsigned long deadline = jiffies + 10 * HZ;
	int before = atomic_read(&s->done) + atomic_read(&s->refused);

	while (atomic_read(&s->done) + atomic_read(&s->refused) - before < 2) {
		if (time_after(jiffies, deadline))
			return false;
		usleep_range(20, 100);
	}
	return true;
}

static struct iommu_domain *domain_to(struct kunit *test, struct pci_dev *pdev,
				      u64 *page)
{
	struct iommu_domain *domain = iommu_paging_domain_alloc(&pdev->dev);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, domain);
	KUNIT_ASSERT_EQ(test,
			iommu_map(domain, IOVA, virt_to_phys(page), PAGE_SIZE,
				  IOMMU_READ | IOMMU_WRITE, GFP_KERNEL),
			0);
	return domain;
}

/* As iommu_replace_device_pasid() does it, which not every core has. */
static int replace(struct pci_dev *pdev, struct iommu_domain *domain,
		   struct iommu_domain *old)
{
	return vtd_device_set_pasid(dev_iommu_priv_get(&pdev->dev), PASID,
				    to_vtd_domain(domain));
}

static void cycle(struct kunit *test, struct pci_dev *pdev, struct stream *s,
		  struct iommu_domain **domain, u64 **page)
{
	struct iommu_attach_handle handle = {};
	int refused;

	KUNIT_ASSERT_EQ(test,
			iommu_attach_device_pasid(domain[0], &pdev->dev, PASID,
						  &handle),
			0);
	KUNIT_ASSERT_TRUE(test, stream_tried(s));
	KUNIT_EXPECT_NE(test, READ_ONCE(*page[0]), 0);
	/* Replaced: nothing is refused, and nothing goes to the old page. */
	refused = atomic_read(&s->refused);
	KUNIT_ASSERT_EQ(test, replace(pdev, domain[1], domain[0]), 0);
	KUNIT_ASSERT_TRUE(test, stream_tried(s));
	WRITE_ONCE(*page[0], 0);
	KUNIT_ASSERT_TRUE(test, stream_tried(s));
	KUNIT_EXPECT_EQ(test, READ_ONCE(*page[0]), 0);
	KUNIT_EXPECT_NE(test, READ_ONCE(*page[1]), 0);
	KUNIT_ASSERT_EQ(test, replace(pdev, domain[0], domain[1]), 0);
	KUNIT_ASSERT_TRUE(test, stream_tried(s));
	KUNIT_EXPECT_EQ(test, atomic_read(&s->refused), refused);
	iommu_detach_device_pasid(domain[0], &pdev->dev, PASID);
	WRITE_ONCE(*page[0], 0);
	WRITE_ONCE(*page[1], 0);
	KUNIT_ASSERT_TRUE(test, stream_tried(s));
	KUNIT_EXPECT_EQ(test, READ_ONCE(*page[0]), 0);
	KUNIT_EXPECT_EQ(test, READ_ONCE(*page[1]), 0);
}

static void pasid_comes_and_goes(struct kunit *test, u32 policy, bool ats)
{
	struct machine *m = start(test, policy);
	struct pci_dev *pdev = machine_dev(m, B_SVA);
	struct vtd_device *vdev = dev_iommu_priv_get(&pdev->dev);
	struct stream s = {
		.ep = machine_endpoint(m, B_SVA),
		.pasid = PASID,
		.addr = IOVA,
	};
	struct iommu_domain *domain[2];
	u64 *page[2];
	unsigned int i;

	KUNIT_EXPECT_TRUE(test, pdev->ats_enabled);
	if (!ats)
		KUNIT_ASSERT_EQ(test, vtd_device_set_ats(vdev, false), 0);
	for (i = 0; i < 2; i++) {
		page[i] = machine_page(m);
		domain[i] = domain_to(test, pdev, page[i]);
	}
	KUNIT_ASSERT_EQ(test, stream_start(&s), 0);
	for (i = 0; i < pasid_cycles / 2; i++)
		cycle(test, pdev, &s, domain, page);
	kthread_stop(s.task);
	kunit_info(test, "%d writes, %d refused", atomic_read(&s.done),
		   atomic_read(&s.refused));
	for (i = 0; i < 2; i++) {
		iommu_unmap(domain[i], IOVA, PAGE_SIZE);
		iommu_domain_free(domain[i]);
	}
	KUNIT_EXPECT_EQ(test, machine_detach(m), 0);
}

static void cycles_with_ats(struct kunit *test)
{
	pasid_comes_and_goes(test, VTD_MODEL_EAGER, true);
}

static void cycles_without_ats(struct kunit *test)
{
	pasid_comes_and_goes(test, VTD_MODEL_EAGER, false);
}

/* --- what that costs -------------------------------------------------------------- */

/**
 * struct cost - what the unit was asked to do for one step
 * @descriptors: of the queue, wait descriptors included
 * @trips: times that the unit was waited for
 */
struct cost {
	u64 descriptors;
	u64 trips;
};

static struct cost cost_so_far(void)
{
	const struct vtd_qi_stats *stats = &machine_unit(0)->qi.stats;

	return (struct cost){ READ_ONCE(stats->descriptors),
			      READ_ONCE(stats->doorbells) };
}

/* No step takes more than @most; benchmark.rst has the figures. */
static void expect_cost(struct kunit *test, const char *what,
			struct cost *before, struct cost most)
{
	struct cost now = cost_so_far();

	kunit_info(test, "%s: %llu descriptors, %llu round trips", what,
		   now.descriptors - before->descriptors,
		   now.trips - before->trips);
	KUNIT_EXPECT_LE(test, now.descriptors - before->descriptors,
			most.descriptors);
	KUNIT_EXPECT_LE(test, now.trips - before->trips, most.trips);
	*before = cost_so_far();
}

static void what_a_pasid_costs(struct kunit *test)
{
	/* Of a replace and a detach, without ATS and with. */
	static const struct cost most[2][2] = { { { 12, 6 }, { 4, 2 } },
						{ { 18, 9 }, { 6, 3 } } };
	struct machine *m = start(test, 0);
	struct pci_dev *pdev = machine_dev(m, B_SVA);
	struct vtd_device *vdev = dev_iommu_priv_get(&pdev->dev);
	struct iommu_domain *domain[2];
	struct cost before;
	unsigned int i;

	for (i = 0; i < 2; i++)
		domain[i] = domain_to(test, pdev, machine_page(m));
	for (i = 0; i < 4; i++) {
		bool ats = i < 2;
		struct iommu_attach_handle handle = {};

		KUNIT_ASSERT_EQ(test, vtd_device_set_ats(vdev, ats), 0);
		kunit_info(test, "ATS %s, time %u", ats ? "on" : "off", i % 2);
		before = cost_so_far();
		KUNIT_ASSERT_EQ(test,
				iommu_attach_device_pasid(domain[0], &pdev->dev,
							  PASID, &handle),
				0);
		expect_cost(test, "attach", &before, (struct cost){ 0, 0 });
		KUNIT_ASSERT_EQ(test, replace(pdev, domain[1], domain[0]), 0);
		expect_cost(test, "replace", &before, most[ats][0]);
		KUNIT_ASSERT_EQ(test, replace(pdev, domain[0], domain[1]), 0);
		expect_cost(test, "replace", &before, most[ats][0]);
		iommu_detach_device_pasid(domain[0], &pdev->dev, PASID);
		expect_cost(test, "detach", &before, most[ats][1]);
	}
	for (i = 0; i < 2; i++) {
		iommu_unmap(domain[i], IOVA, PAGE_SIZE);
		iommu_domain_free(domain[i]);
	}
}

/* What is not there is refused, and told as such. */
static void pasids_of_who_has_none(struct kunit *test)
{
	struct machine *m = start(test, 0);
	struct pci_dev *pdev = machine_dev(m, B_SVA);
	struct pci_dev *other = machine_dev(m, B_ALONE);
	struct iommu_domain *domain = domain_to(test, pdev, machine_page(m));
	struct iommu_attach_handle handle = {};

	/* The core does not ask for a device that it knows to have none. */
	KUNIT_EXPECT_EQ(test,
			vtd_device_set_pasid(dev_iommu_priv_get(&other->dev),
					     PASID, to_vtd_domain(domain)),
			-EOPNOTSUPP);
	KUNIT_EXPECT_NE(test,
			iommu_attach_device_pasid(domain, &pdev->dev, 1 << 20,
						  &handle),
			0);
	KUNIT_EXPECT_EQ(test,
			iommu_attach_device_pasid(domain, &pdev->dev,
						  (1 << 20) - 1, &handle),
			0);
	iommu_detach_device_pasid(domain, &pdev->dev, (1 << 20) - 1);
	iommu_domain_free(domain);
}

/* --- processes ---------------------------------------------------------------------- */

#ifdef VTD_HAVE_SVA_KERNEL_FLUSH

/**
 * struct bond - a process that is bound
 * @handle: what the core gave, for each endpoint
 * @stream: the device writes all the time
 */
struct bond {
	struct iommu_sva *handle[2];
	struct stream stream;
};

static const unsigned int sva_index[2] = { B_SVA, B_SVA_2 };
static struct pci_dev *sva_pdev[2];
static struct vtd_model_endpoint *sva_endpoint[2];

static int sva_open(struct inode *inode, struct file *file)
{
	struct bond *bond = kzalloc(sizeof(*bond), GFP_KERNEL);

	file->private_data = bond;
	return bond ? 0 : -ENOMEM;
}

static int sva_release(struct inode *inode, struct file *file)
{
	struct bond *bond = file->private_data;
	unsigned int i;

	if (bond->stream.task)
		kthread_stop(bond->stream.task);
	for (i = 0; i < 2; i++)
		if (bond->handle[i])
			iommu_sva_unbind_device(bond->handle[i]);
	kfree(bond);
	return 0;
}

static int sva_bind(struct bond *bond)
{
	unsigned int i;

	for (i = 0; i < 2; i++) {
		struct iommu_sva *handle =
			iommu_sva_bind_device(&sva_pdev[i]->dev, current->mm);

		if (IS_ERR(handle))
			return PTR_ERR(handle);
		bond->handle[i] = handle;
	}
	return 0;
}

static long sva_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct bond *bond = file->private_data;
	struct sva_dma d = {};
	u32 pasid;
	int ret;

	if (cmd == SVA_BIND)
		return bond->handle[0] ? -EBUSY : sva_bind(bond);
	if (!bond->handle[1])
		return -ENXIO;
	if (cmd == SVA_STREAM_WAIT)
		return bond->stream.task && stream_tried(&bond->stream) ?
			       0 :
			       -ETIMEDOUT;
	if (copy_from_user(&d, (void __user *)arg, sizeof(d)))
		return -EINVAL;
	pasid = iommu_sva_get_pasid(bond->handle[d.endpoint & 1]);
	if (cmd == SVA_STREAM) {
		if (bond->stream.task)
			return -EBUSY;
		bond->stream.ep = sva_endpoint[d.endpoint & 1];
		bond->stream.pasid = pasid;
		bond->stream.addr = d.addr;
		ret = stream_start(&bond->stream);
		if (ret)
			bond->stream.task = NULL;
		return ret;
	}
	ret = dma(sva_endpoint[d.endpoint & 1], pasid, d.addr, d.write,
		  &d.value);
	if (!ret && copy_to_user((void __user *)arg, &d, sizeof(d)))
		return -EINVAL;
	return ret;
}

static const struct file_operations sva_fops = {
	.owner = THIS_MODULE,
	.open = sva_open,
	.release = sva_release,
	.unlocked_ioctl = sva_ioctl,
};

static struct miscdevice sva_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "vtd-sva",
	.fops = &sva_fops,
};

/* All the files are closed, though their processes may be gone for longer. */
static void run_processes(struct kunit *test, unsigned int nr,
			  unsigned int seed, bool ats)
{
	char path[128], count[16], first[16];
	char *argv[5] = { path, count, first, ats ? NULL : "touch" };
	char *envp[2] = { "PATH=/bin:/usr/bin" };

	if (!*kunit_programs)
		kunit_skip(test, "the parameter programs says nothing");
	snprintf(path, sizeof(path), "%s/sva", kunit_programs);
	snprintf(count, sizeof(count), "%u", nr);
	snprintf(first, sizeof(first), "%u", seed);
	KUNIT_ASSERT_EQ(test, misc_register(&sva_misc), 0);
	KUNIT_EXPECT_EQ(
		test, call_usermodehelper(path, argv, envp, UMH_WAIT_PROC), 0);
	misc_deregister(&sva_misc);
}

static void share(struct kunit *test, u32 policy, bool ats)
{
	struct machine *m = start(test, policy);
	struct vtd_prq_stats *stats = &machine_unit(0)->prq->stats;
	unsigned int i;

	vtd_model_foreign_tables(m->unit[0], true);
	for (i = 0; i < 2; i++) {
		sva_pdev[i] = machine_dev(m, sva_index[i]);
		sva_endpoint[i] = machine_endpoint(m, sva_index[i]);
		if (ats)
			continue;
		/* Then it cannot ask for pages, whatever the core would do. */
		KUNIT_ASSERT_EQ(test,
				vtd_device_set_ats(
					dev_iommu_priv_get(&sva_pdev[i]->dev),
					false),
				0);
		sva_pdev[i]->pri_cap = 0;
	}
	run_processes(test, processes / 2, 1 + !ats * 1000, ats);
	kunit_info(test, "%llu page requests, %lld answers, %lld of them no",
		   stats->requests, atomic64_read(&stats->responses),
		   atomic64_read(&stats->failed));
	KUNIT_EXPECT_EQ(test, stats->refused, 0);
	if (ats)
		KUNIT_EXPECT_NE(test, stats->requests, 0);
	KUNIT_EXPECT_EQ(test, machine_detach(m), 0);
}

static void processes_with_ats(struct kunit *test)
{
	share(test, 0, true);
}

static void processes_without_ats(struct kunit *test)
{
	share(test, 0, false);
}

#else

/* The core of this kernel refuses it on x86: see supported-kernels.rst. */
static void core_refuses_sva(struct kunit *test)
{
	struct machine *m = start(test, 0);
	struct pci_dev *pdev = machine_dev(m, B_SVA);

	KUNIT_EXPECT_TRUE(
		test, IS_ERR(iommu_sva_bind_device(&pdev->dev, current->mm)));
#ifdef VTD_HAVE_DEV_FEAT
	KUNIT_EXPECT_EQ(
		test, iommu_dev_enable_feature(&pdev->dev, IOMMU_DEV_FEAT_SVA),
		-EOPNOTSUPP);
	KUNIT_EXPECT_EQ(
		test, iommu_dev_enable_feature(&pdev->dev, IOMMU_DEV_FEAT_IOPF),
		-ENODEV);
#endif
}

#endif

static struct kunit_case cases[] = { KUNIT_CASE_SLOW(cycles_with_ats),
				     KUNIT_CASE_SLOW(cycles_without_ats),
				     KUNIT_CASE(what_a_pasid_costs),
				     KUNIT_CASE(pasids_of_who_has_none),
#ifdef VTD_HAVE_SVA_KERNEL_FLUSH
				     KUNIT_CASE_SLOW(processes_with_ats),
				     KUNIT_CASE_SLOW(processes_without_ats),
#else
				     KUNIT_CASE(core_refuses_sva),
#endif
				     {} };

struct kunit_suite vtd_sva_suite = {
	.name = "vtd_sva",
	.suite_init = machine_suite_init,
	.suite_exit = machine_suite_exit,
	.test_cases = cases,
};
