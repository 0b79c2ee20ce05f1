// SPDX-License-Identifier: GPL-2.0
/*
 * Suite vtd_iommufd: endpoints of the software machine are bound to the
 * kernel's vfio-pci, and a program has them through VFIO and iommufd
 * (selftests/progs/iommufd.c), one group of tests after another.
 *
 * Only what cannot be had from user space is here: the devices' DMA.
 */
#include <linux/delay.h>
#include <linux/fs.h>
#include <linux/glob.h>
#include <linux/iommu.h>
#include <linux/kmod.h>
#include <linux/kthread.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/pci-ats.h>
#include <linux/umh.h>
#include <linux/vmalloc.h>

#include "iommu.h"
#include "iommufd_device.h"
#include "machine.h"
#include "suites.h"
#include "../vfio_glue/iommufd.h"

#ifdef VTD_KUNIT_IOMMUFD

static unsigned int iommufd_fuzz = 20000;
module_param(iommufd_fuzz, uint, 0444);
MODULE_PARM_DESC(iommufd_fuzz, "Random calls of iommufd and VFIO");

static unsigned int iommufd_rounds = 50;
module_param(iommufd_rounds, uint, 0444);
MODULE_PARM_DESC(iommufd_rounds, "Rounds of the rehearsed migration");

static char *iommufd_programs = "";
module_param(iommufd_programs, charp, 0444);
MODULE_PARM_DESC(iommufd_programs, "Where the program iommufd is");

static char *iommufd_part = "*";
module_param(iommufd_part, charp, 0444);
MODULE_PARM_DESC(iommufd_part, "Run only cases whose name matches (a glob)");

#define CAP (FIX_CAP | VTDM_CAP_FL1GP | VTDM_CAP_FL5LP)
/* A unit that has a first stage only, and one that has all. */
#define ECAP_FIRST                                                     \
	(FIX_ECAP | VTDM_ECAP_DT | VTDM_ECAP_PRS | VTDM_ECAP_PSS(20) | \
	 VTDM_ECAP_PASID | VTDM_ECAP_SMTS | VTDM_ECAP_FSTS | VTDM_ECAP_SMPWCS)
#define ECAP_ALL \
	(ECAP_FIRST | VTDM_ECAP_NEST | VTDM_ECAP_SSADS | VTDM_ECAP_SSTS)

/**
 * struct writer - a device that writes all the time
 * @what: where
 * @task: the thread that does it
 * @lock: each write, and the following
 * @held: it rests
 * @tried: times that it tried
 * @log: what it has done; of @log.map there is only @map
 * @map: pages written
 */
struct writer {
	struct iotest_writer what;
	struct task_struct *task;
	struct mutex lock;
	bool held;
	unsigned long tried;
	struct iotest_log log;
	unsigned long *map;
};

/**
 * struct session - a program has the file open
 * @lock: its writers
 * @writer: by their numbers
 */
struct session {
	struct mutex lock;
	struct writer *writer[IOTEST_WRITERS];
};

static const unsigned int device_index[IOTEST_DEVICES] = { B_SVA, B_SVA_2,
							   B_ALONE };
static struct vtd_model_endpoint *device_endpoint[IOTEST_DEVICES];
static struct machine *rig;

/* --- one request ------------------------------------------------------------------ */

/*
 * What became of it is in @d.  The group of an answer may have become another's
 * page request: who is refused asks again.
 */
static int dma(struct iotest_dma *d, void *data)
{
	const struct vtd_model_request request = {
		.with_pasid = d->flags & IOTEST_PASID,
		.pasid = d->pasid,
		.privileged = d->flags & IOTEST_PRIV,
		.execute = d->flags & IOTEST_EXEC,
		.access = d->flags & IOTEST_WRITE ? VTD_MODEL_WRITE :
						    VTD_MODEL_READ,
		.addr = d->addr,
	};
	unsigned int refused = 0, tries;

	for (tries = 0; tries < 10000; tries++) {
		struct vtd_model_result r;
		int again;

		d->reason = 0;
		d->outcome = IOTEST_DONE;
		if (vtd_model_host_request(rig->host, device_index[d->device],
					   rig->unit[0], &request, data,
					   d->bytes, &r))
			return 0;
		d->reason = r.reason;
		d->outcome = r.reason ? IOTEST_REFUSED : IOTEST_ABORTED;
		again = machine_ask_again(device_endpoint[d->device], &r,
					  &refused);
		if (again <= 0)
			return again;
	}
	return -ETIMEDOUT;
}

static int dma_of_user(void __user *arg)
{
	struct iotest_dma d;
	void *data;
	int ret;

	if (copy_from_user(&d, arg, sizeof(d)))
		return -EFAULT;
	if (d.device >= IOTEST_DEVICES || !d.bytes || d.bytes > IOTEST_DMA_MAX)
		return -EINVAL;
	data = kvzalloc(d.bytes, GFP_KERNEL);
	if (!data)
		return -ENOMEM;
	ret = d.flags & IOTEST_WRITE &&
			      copy_from_user(data, u64_to_user_ptr(d.data),
					     d.bytes) ?
		      -EFAULT :
		      dma(&d, data);
	if (!ret && !(d.flags & IOTEST_WRITE) && d.outcome == IOTEST_DONE &&
	    copy_to_user(u64_to_user_ptr(d.data), data, d.bytes))
		ret = -EFAULT;
	kvfree(data);
	if (!ret && copy_to_user(arg, &d, sizeof(d)))
		ret = -EFAULT;
	return ret;
}

/* --- writers ------------------------------------------------------------------------ */

static void write_once(struct writer *w, u64 *seed)
{
	u64 random = vtd_rand(seed);
	u64 page = (random >> 16) % w->what.pages;
	struct iotest_dma d = {
		.addr = w->what.addr + page * PAGE_SIZE + (random & 511) * 8,
		.bytes = sizeof(random),
		.device = w->what.device,
		.flags = w->what.flags | IOTEST_WRITE,
		.pasid = w->what.pasid,
	};
	int ret = dma(&d, &random);

	if (!ret && d.outcome == IOTEST_DONE) {
		w->log.done++;
		__set_bit(page, w->map);
		return;
	}
	w->log.refused++;
	w->log.addr = d.addr;
	w->log.reason = ret ? 0xff : d.reason;
}

static int writer_thread(void *data)
{
	struct writer *w = data;
	u64 seed = w->what.seed;

	while (!kthread_should_stop()) {
		mutex_lock(&w->lock);
		if (!w->held)
			write_once(w, &seed);
		WRITE_ONCE(w->tried, w->tried + !w->held);
		mutex_unlock(&w->lock);
		if (w->what.pause_us || w->held)
			usleep_range(w->what.pause_us ?: 100,
				     2 * w->what.pause_us ?: 200);
		else
			cond_resched();
	}
	return 0;
}

static void writer_free(struct writer *w)
{
	if (!w)
		return;
	if (w->task)
		kthread_stop(w->task);
	kvfree(w->map);
	kfree(w);
}

static int writer_start(struct session *s, void __user *arg)
{
	struct writer *w = kzalloc(sizeof(*w), GFP_KERNEL);
	int ret = -EFAULT;
	unsigned int id;

	if (!w)
		return -ENOMEM;
	mutex_init(&w->lock);
	if (copy_from_user(&w->what, arg, sizeof(w->what)))
		goto free;
	ret = -EINVAL;
	if (w->what.device >= IOTEST_DEVICES || !w->what.pages ||
	    w->what.pages > IOTEST_WRITER_PAGES || w->what.pause_us > 100000)
		goto free;
	for (id = 0; id < IOTEST_WRITERS && s->writer[id]; id++)
		;
	ret = -EBUSY;
	if (id == IOTEST_WRITERS)
		goto free;
	ret = -ENOMEM;
	w->map = kvcalloc(BITS_TO_LONGS(w->what.pages), sizeof(long),
			  GFP_KERNEL);
	if (!w->map)
		goto free;
	w->what.id = id;
	ret = -EFAULT;
	if (copy_to_user(arg, &w->what, sizeof(w->what)))
		goto free;
	w->task = kthread_run(writer_thread, w, "vtd-iommufd");
	ret = PTR_ERR_OR_ZERO(w->task);
	if (!ret) {
		s->writer[id] = w;
		return 0;
	}
	w->task = NULL;
free:
	writer_free(w);
	return ret;
}

static struct writer *writer_of(struct session *s, unsigned long id)
{
	return id < IOTEST_WRITERS ? s->writer[id] : NULL;
}

static int writer_log(struct session *s, void __user *arg)
{
	struct iotest_log log;
	struct writer *w;
	int ret = 0;

	if (copy_from_user(&log, arg, sizeof(log)))
		return -EFAULT;
	w = writer_of(s, log.id);
	if (!w)
		return -ENOENT;
	mutex_lock(&w->lock);
	w->held = log.hold;
	if (log.map &&
	    copy_to_user(u64_to_user_ptr(log.map), w->map,
			 BITS_TO_LONGS(w->what.pages) * sizeof(long)))
		ret = -EFAULT;
	if (log.clear)
		bitmap_zero(w->map, w->what.pages);
	log.done = w->log.done;
	log.refused = w->log.refused;
	log.addr = w->log.addr;
	log.reason = w->log.reason;
	mutex_unlock(&w->lock);
	if (!ret && copy_to_user(arg, &log, sizeof(log)))
		ret = -EFAULT;
	return ret;
}

/* It has tried again since: twice, for the first may have begun before. */
static int writer_wait(struct session *s, unsigned long id)
{
	unsigned long deadline = jiffies + 30 * HZ;
	struct writer *w = writer_of(s, id);
	unsigned long before;

	if (!w)
		return -ENOENT;
	before = READ_ONCE(w->tried);
	while (READ_ONCE(w->tried) - before < 2) {
		if (time_after(jiffies, deadline))
			return -ETIMEDOUT;
		usleep_range(20, 100);
	}
	return 0;
}

static int writer_stop(struct session *s, unsigned long id)
{
	struct writer *w = writer_of(s, id);

	if (!w)
		return -ENOENT;
	s->writer[id] = NULL;
	writer_free(w);
	return 0;
}

/* --- the file ----------------------------------------------------------------------- */

static int session_open(struct inode *inode, struct file *file)
{
	struct session *s = kzalloc(sizeof(*s), GFP_KERNEL);

	file->private_data = s;
	if (s)
		mutex_init(&s->lock);
	return s ? 0 : -ENOMEM;
}

static int session_release(struct inode *inode, struct file *file)
{
	struct session *s = file->private_data;
	unsigned int i;

	for (i = 0; i < IOTEST_WRITERS; i++)
		writer_free(s->writer[i]);
	kfree(s);
	return 0;
}

static int info(void __user *arg)
{
	struct iotest_info info = { .broken = READ_ONCE(rig->broken) };
	struct vtd_regs regs;
	unsigned int i;

	vtd_model_plug(rig->unit[0], &regs);
	info.cap = fix_read64(&regs, VTDM_CAP);
	info.ecap = fix_read64(&regs, VTDM_ECAP);
	for (i = 0; i < IOTEST_DEVICES; i++) {
		struct pci_dev *pdev =
			vtd_model_host_dev(rig->host, device_index[i]);

		if (!pdev)
			return -ENODEV;
		strscpy(info.name[i], pci_name(pdev));
		info.ats |= pdev->ats_enabled << i;
		pci_dev_put(pdev);
	}
	return copy_to_user(arg, &info, sizeof(info)) ? -EFAULT : 0;
}

static int mute(unsigned long arg)
{
	struct vtd_model_endpoint *ep = (arg & 0xff) < IOTEST_DEVICES ?
						device_endpoint[arg & 0xff] :
						NULL;

	if (!ep)
		return -ENODEV;
	vtd_model_endpoint_mute(ep, arg & 0x100);
	return 0;
}

static int check_now(void)
{
	vtd_model_check_quiescent();
	return READ_ONCE(rig->broken);
}

static long session_ioctl(struct file *file, unsigned int cmd,
			  unsigned long arg)
{
	struct session *s = file->private_data;
	void __user *user = (void __user *)arg;
	long ret = -ENOTTY;

	/* Neither needs the writers: those of other threads go on. */
	switch (cmd) {
	case IOTEST_INFO:
		return info(user);
	case IOTEST_DMA:
		return dma_of_user(user);
	case IOTEST_MUTE:
		return mute(arg);
	case IOTEST_CHECK:
		return check_now();
	}
	mutex_lock(&s->lock);
	switch (cmd) {
	case IOTEST_WRITER:
		ret = writer_start(s, user);
		break;
	case IOTEST_LOG:
		ret = writer_log(s, user);
		break;
	case IOTEST_WAIT:
		ret = writer_wait(s, arg);
		break;
	case IOTEST_STOP:
		ret = writer_stop(s, arg);
		break;
	}
	mutex_unlock(&s->lock);
	return ret;
}

static const struct file_operations session_fops = {
	.owner = THIS_MODULE,
	.open = session_open,
	.release = session_release,
	.unlocked_ioctl = session_ioctl,
};

static struct miscdevice session_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "vtd-iommufd-test",
	.fops = &session_fops,
};

/* --- the program -------------------------------------------------------------------- */

static void unbind(void *pdev)
{
	device_release_driver(&((struct pci_dev *)pdev)->dev);
}

/* By vfio-pci, and until the end of the test. */
static void bind_to_vfio(struct kunit *test, struct pci_dev *pdev)
{
	KUNIT_ASSERT_EQ(test,
			device_set_driver_override(&pdev->dev, "vfio-pci"), 0);
	KUNIT_ASSERT_EQ(test, device_attach(&pdev->dev), 1);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, unbind, pdev), 0);
}

static void away(void *misc)
{
	misc_deregister(misc);
}

static void start(struct kunit *test, u64 ecap, bool ats)
{
	unsigned int i;

	rig = machine_new(test);
	machine_add_unit(rig, CAP, ecap, VTD_MODEL_EAGER);
	machine_build(rig);
	KUNIT_ASSERT_EQ(test, machine_attach(rig), 0);
	vtd_model_foreign_tables(rig->unit[0], true);
	request_module("vfio-pci");
	for (i = 0; i < IOTEST_DEVICES; i++) {
		struct pci_dev *pdev = machine_dev(rig, device_index[i]);
		struct vtd_device *vdev = vtd_device_find(pdev);

		KUNIT_ASSERT_NOT_NULL(test, vdev);
		device_endpoint[i] =
			pdev->ats_cap ? machine_endpoint(rig, device_index[i]) :
					NULL;
		if (!ats && pdev->ats_cap) {
			KUNIT_ASSERT_EQ(test, vtd_device_set_ats(vdev, false),
					0);
			pdev->pri_cap = 0;
		}
		bind_to_vfio(test, pdev);
	}
	KUNIT_ASSERT_EQ(test, misc_register(&session_misc), 0);
	KUNIT_ASSERT_EQ(
		test, kunit_add_action_or_reset(test, away, &session_misc), 0);
}

/* All the files are closed, though their processes may be gone for longer. */
static void run(struct kunit *test, u64 ecap, bool ats, const char *what,
		unsigned int number)
{
	char path[128], count[16];
	char *argv[4] = { path, (char *)what, number ? count : NULL };
	char *envp[2] = { "PATH=/bin:/usr/bin" };

	if (!*iommufd_programs)
		kunit_skip(test, "the parameter iommufd_programs says nothing");
	snprintf(path, sizeof(path), "%s/iommufd", iommufd_programs);
	snprintf(count, sizeof(count), "%u", number);
	if (!glob_match(iommufd_part, test->name))
		kunit_skip(test, "another part was asked for");
	start(test, ecap, ats);
	KUNIT_EXPECT_EQ(
		test, call_usermodehelper(path, argv, envp, UMH_WAIT_PROC), 0);
	KUNIT_EXPECT_EQ(test, check_now(), 0);
}

#define RUN(name, ecap, ats, what, number)          \
	static void name(struct kunit *test)        \
	{                                           \
		run(test, ecap, ats, what, number); \
	}

RUN(basic, ECAP_ALL, true, "basic", 0)
RUN(basic_without_ats, ECAP_ALL, false, "basic", 0)
RUN(basic_of_a_first_stage, ECAP_FIRST, true, "basic", 0)
RUN(nested, ECAP_ALL, true, "nested", 0)
RUN(nested_without_ats, ECAP_ALL, false, "nested", 0)
RUN(dirty, ECAP_ALL, true, "dirty", 0)
RUN(dirty_without_ats, ECAP_ALL, false, "dirty", 0)
RUN(dirty_of_a_first_stage, ECAP_FIRST, true, "dirty", 0)
RUN(migrate, ECAP_ALL, true, "migrate", iommufd_rounds)
RUN(migrate_of_a_first_stage, ECAP_FIRST, false, "migrate", iommufd_rounds)
RUN(pages, ECAP_ALL, true, "pages", 0)
RUN(viommu, ECAP_ALL, true, "viommu", 0)
RUN(viommu_without_ats, ECAP_ALL, false, "viommu", 0)
RUN(siov, ECAP_ALL, true, "siov", 0)
RUN(mute_device, ECAP_ALL, true, "mute", 0)
RUN(mute_device_nested, ECAP_ALL, true, "mute-nested", 0)
RUN(mute_device_viommu, ECAP_ALL, true, "mute-viommu", 0)
RUN(fuzz, ECAP_ALL, true, "fuzz", iommufd_fuzz)

/* The kernel's core and VFIO alone. */
static void vfio_binds(struct kunit *test)
{
	unsigned int i;

	start(test, ECAP_ALL, true);
	for (i = 0; i < IOTEST_DEVICES; i++)
		KUNIT_EXPECT_STREQ(
			test,
			machine_dev(rig, device_index[i])->dev.driver->name,
			"vfio-pci");
}

#define CASE(name)                                        \
	KUNIT_CASE_ATTR(name, ((struct kunit_attributes){ \
				      .speed = KUNIT_SPEED_VERY_SLOW }))

static struct kunit_case cases[] = { KUNIT_CASE(vfio_binds),
				     CASE(basic),
				     CASE(basic_without_ats),
				     CASE(basic_of_a_first_stage),
				     CASE(nested),
				     CASE(nested_without_ats),
				     CASE(dirty),
				     CASE(dirty_without_ats),
				     CASE(dirty_of_a_first_stage),
				     CASE(migrate),
				     CASE(migrate_of_a_first_stage),
				     CASE(pages),
				     CASE(viommu),
				     CASE(viommu_without_ats),
				     CASE(siov),
				     CASE(mute_device),
				     CASE(mute_device_nested),
				     CASE(mute_device_viommu),
				     CASE(fuzz),
				     {} };

static int suite_init(struct kunit_suite *suite)
{
	return machine_suite_init(suite) ?: vtd_iommufd_start();
}

static void suite_exit(struct kunit_suite *suite)
{
	vtd_iommufd_stop();
	machine_suite_exit(suite);
}

struct kunit_suite vtd_iommufd_suite = {
	.name = "vtd_iommufd",
	.suite_init = suite_init,
	.suite_exit = suite_exit,
	.test_cases = cases,
};

#endif
