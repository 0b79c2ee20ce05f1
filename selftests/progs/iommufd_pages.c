// SPDX-License-Identifier: GPL-2.0
/*
 * Page requests that a program answers, through a fault queue of iommufd: pages
 * that come when they are asked for, refusals, and requests that are under way
 * when a device is detached, reset or closed; see iommufd.c.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "iommufd_user.h"

#define IOVA 0x40000000ULL
#define PASID 0x31
#define VA 0x7f0012345000ULL
#define GUEST 0x100000000ULL

/**
 * struct asked - a device that reads, and waits for the page
 * @thread: that has it read
 * @dma: what it asked for, and what came of it
 * @data: what it read
 * @ret: 0, or -ETIMEDOUT when its request was never answered
 */
struct asked {
	pthread_t thread;
	struct iotest_dma dma;
	uint64_t data;
	int ret;
};

/**
 * struct queue - a fault queue, and an HWPT whose faults come to it
 * @id: of the queue
 * @fd: to be read and written
 * @pt: the HWPT
 */
struct queue {
	uint32_t id;
	int fd;
	uint32_t pt;
};

static void *ask_thread(void *arg)
{
	struct asked *a = arg;

	a->ret = ioctl(machine_fd, IOTEST_DMA, &a->dma) ? -errno : 0;
	return NULL;
}

static void begin(struct asked *a, unsigned int nr, uint32_t pasid,
		  uint64_t addr)
{
	memset(a, 0, sizeof(*a));
	a->dma = (struct iotest_dma){
		.addr = addr,
		.data = (uintptr_t)&a->data,
		.bytes = sizeof(a->data),
		.device = nr,
		.flags = pasid == NO_PASID ? 0 : IOTEST_PASID,
		.pasid = pasid == NO_PASID ? 0 : pasid,
	};
	must(!pthread_create(&a->thread, NULL, ask_thread, a), "no thread");
}

static void ends(struct asked *a, uint32_t outcome, const char *what)
{
	pthread_join(a->thread, NULL);
	check(!a->ret && a->dma.outcome == outcome,
	      "%s: outcome %u, reason 0x%x (%d)", what, a->dma.outcome,
	      a->dma.reason, a->ret);
}

/* --- queues ------------------------------------------------------------------- */

static struct queue queue_new(int iommu)
{
	struct iommu_fault_alloc a = { .size = sizeof(a) };

	must(!ask(iommu, IOMMU_FAULT_QUEUE_ALLOC, &a), "no fault queue");
	return (struct queue){ .id = a.out_fault_id, .fd = a.out_fault_fd };
}

static void queue_hwpt(struct queue *q, struct iodev *dev, uint32_t pt,
		       uint32_t pasid, const struct iommu_hwpt_vtd_s1 *data)
{
	struct iommu_hwpt_alloc arg = {
		.size = sizeof(arg),
		.flags = IOMMU_HWPT_FAULT_ID_VALID |
			 (pasid == NO_PASID ? 0 : IOMMU_HWPT_ALLOC_PASID),
		.dev_id = dev->id,
		.pt_id = pt,
		.fault_id = q->id,
	};

	if (data) {
		arg.data_type = IOMMU_HWPT_DATA_VTD_S1;
		arg.data_len = sizeof(*data);
		arg.data_uptr = (uintptr_t)data;
	}
	is(ask(dev->iommu, IOMMU_HWPT_ALLOC, &arg), 0,
	   "an HWPT whose faults come to a queue");
	q->pt = arg.out_hwpt_id;
}

static void queue_end(struct queue *q, int iommu)
{
	is(destroy(iommu, q->pt), 0, "the HWPT destroyed");
	is(destroy(iommu, q->id), -EBUSY, "the queue is open");
	close(q->fd);
	is(destroy(iommu, q->id), 0, "the queue destroyed");
}

/* The request that comes, within ten seconds. */
static struct iommu_hwpt_pgfault next(struct queue *q)
{
	struct pollfd p = { .fd = q->fd, .events = POLLIN };
	struct iommu_hwpt_pgfault f = { 0 };

	check(poll(&p, 1, 10000) == 1 &&
		      read(q->fd, &f, sizeof(f)) == sizeof(f),
	      "a page request comes");
	return f;
}

static int answer(struct queue *q, uint32_t cookie, uint32_t code)
{
	struct iommu_hwpt_page_response r = { .cookie = cookie, .code = code };

	return write(q->fd, &r, sizeof(r)) == sizeof(r) ? 0 : -errno;
}

static void is_of(const struct iommu_hwpt_pgfault *f, struct iodev *dev,
		  uint32_t pasid, uint64_t addr)
{
	bool with = f->flags & IOMMU_PGFAULT_FLAGS_PASID_VALID;

	check(f->dev_id == dev->id && f->addr == addr &&
		      f->perm == IOMMU_PGFAULT_PERM_READ &&
		      f->flags & IOMMU_PGFAULT_FLAGS_LAST_PAGE &&
		      with == (pasid != NO_PASID) &&
		      (!with || f->pasid == pasid),
	      "it says who asks for what: device %u, 0x%lx, flags 0x%x",
	      f->dev_id, (long)f->addr, f->flags);
}

/* --- what becomes of requests -------------------------------------------------- */

static void serve(struct iodev *dev, uint32_t ioas, struct queue *q,
		  uint32_t pasid, uint64_t *page)
{
	struct iommu_hwpt_pgfault f;
	struct asked a;

	*page = 0x5a5a;
	is(attach(dev, pasid, q->pt), 0, "attached");
	begin(&a, dev->nr, pasid, IOVA);
	f = next(q);
	is_of(&f, dev, pasid, IOVA);
	is(map(dev->iommu, ioas, page, IOVA, PAGE), 0, "the page mapped");
	is(answer(q, f.cookie, IOMMUFD_PAGE_RESP_SUCCESS), 0, "answered");
	ends(&a, IOTEST_DONE, "it reads");
	check(a.data == 0x5a5a, "what is there: 0x%lx", (long)a.data);
	is(answer(q, f.cookie, IOMMUFD_PAGE_RESP_SUCCESS), -EINVAL,
	   "answered twice");
	is(unmap(dev->iommu, ioas, IOVA, PAGE), 0, "unmapped");

	/* It asks three times. */
	begin(&a, dev->nr, pasid, IOVA);
	f = next(q);
	is(answer(q, f.cookie, 0x77), -EINVAL, "a wrong answer");
	is(answer(q, f.cookie, IOMMUFD_PAGE_RESP_INVALID), 0, "refused");
	f = next(q);
	answer(q, f.cookie, IOMMUFD_PAGE_RESP_INVALID);
	f = next(q);
	answer(q, f.cookie, IOMMUFD_PAGE_RESP_INVALID);
	ends(&a, IOTEST_ABORTED, "it is refused");
	is(detach(dev, pasid), 0, "detached");
	quiet("answered");
}

/* Requests under way, read by nobody or read and not answered, at a detach. */
static void detach_asking(struct iodev *dev, struct queue *q, uint32_t pasid,
			  bool is_read)
{
	struct iommu_hwpt_pgfault f = { 0 };
	struct pollfd p = { .fd = q->fd, .events = POLLIN };
	struct asked a;

	is(attach(dev, pasid, q->pt), 0, "attached");
	begin(&a, dev->nr, pasid, IOVA + PAGE);
	check(poll(&p, 1, 10000) == 1, "a page request comes");
	if (is_read)
		f = next(q);
	is(detach(dev, pasid), 0, "detached with a request under way");
	pthread_join(a.thread, NULL);
	check(!a.ret && a.dma.outcome != IOTEST_DONE,
	      "it is refused: outcome %u (%d)", a.dma.outcome, a.ret);
	if (is_read)
		is(answer(q, f.cookie, IOMMUFD_PAGE_RESP_SUCCESS), -EINVAL,
		   "an answer that is too late");
	quiet("detached");
}

/* The device forgets what it asked for; who answers later does no harm. */
static void reset_asking(struct iodev *dev, uint32_t ioas, struct queue *q,
			 uint32_t pasid, uint64_t *page)
{
	struct iommu_hwpt_pgfault old, f;
	struct asked a, b;

	*page = 0xa5a5;
	is(attach(dev, pasid, q->pt), 0, "attached");
	begin(&a, dev->nr, pasid, IOVA);
	old = next(q);
	is(ask(dev->fd, VFIO_DEVICE_RESET, NULL), 0,
	   "reset with a request under way");
	quiet("reset");
	/* Asked for anew, by a device that is bus master again. */
	is(device_master(dev), 0, "bus master again");
	begin(&b, dev->nr, pasid, IOVA);
	f = next(q);
	is_of(&f, dev, pasid, IOVA);
	is(answer(q, old.cookie, IOMMUFD_PAGE_RESP_INVALID), 0,
	   "the one from before the reset answered");
	pause_us(100000);
	quiet("an old answer");
	is(map(dev->iommu, ioas, page, IOVA, PAGE), 0, "the page mapped");
	is(answer(q, f.cookie, IOMMUFD_PAGE_RESP_SUCCESS), 0, "answered");
	ends(&b, IOTEST_DONE, "it reads");
	check(b.data == 0xa5a5, "what is there: 0x%lx", (long)b.data);
	pthread_join(a.thread, NULL);
	is(unmap(dev->iommu, ioas, IOVA, PAGE), 0, "unmapped");
	is(detach(dev, pasid), 0, "detached");
	quiet("after a reset");
}

/* --- a guest's tables ------------------------------------------------------------ */

static void serve_nested(struct iodev *dev)
{
	struct guest g = { .iova = GUEST, .bytes = HUGE };
	struct iommu_hwpt_vtd_s1 data = { .addr_width = 48 };
	struct queue q = queue_new(dev->iommu);
	struct iommu_hwpt_pgfault f;
	uint32_t ioas, parent;
	uint64_t table, page;
	struct asked a;

	g.at = memory_new(HUGE);
	ioas = ioas_new(dev->iommu);
	is(map(dev->iommu, ioas, g.at, GUEST, HUGE), 0, "a guest's memory");
	parent = hwpt(dev, ioas, IOMMU_HWPT_ALLOC_NEST_PARENT);
	table = guest_table(&g);
	page = guest_page(&g);
	*guest_at(&g, page) = 0x77;
	data.pgtbl_addr = table;
	queue_hwpt(&q, dev, parent, NO_PASID, &data);
	is(attach(dev, NO_PASID, q.pt), 0, "a nested domain attached");
	begin(&a, dev->nr, NO_PASID, VA);
	f = next(&q);
	is_of(&f, dev, NO_PASID, VA);
	guest_map(&g, table, VA, page, G_RW);
	is(answer(&q, f.cookie, IOMMUFD_PAGE_RESP_SUCCESS), 0,
	   "answered by the guest");
	ends(&a, IOTEST_DONE, "it reads");
	check(a.data == 0x77, "what the guest has there: 0x%lx", (long)a.data);
	is(detach(dev, NO_PASID), 0, "detached");
	queue_end(&q, dev->iommu);
	is(destroy(dev->iommu, parent), 0, "the parent destroyed");
	is(destroy(dev->iommu, ioas), 0, "its IOAS destroyed");
	munmap(g.at, HUGE);
	quiet("nested");
}

/* Its file is closed with a request under way, and then that of the queue. */
static void close_asking(int iommu)
{
	struct iodev dev = take(ATS_2, iommu);
	struct queue q = queue_new(iommu);
	uint32_t ioas = ioas_new(iommu);
	struct asked a;

	queue_hwpt(&q, &dev, ioas, NO_PASID, NULL);
	is(attach(&dev, NO_PASID, q.pt), 0, "attached");
	begin(&a, ATS_2, NO_PASID, IOVA);
	next(&q);
	give(&dev);
	say("closed with a request under way");
	pthread_join(a.thread, NULL);
	check(a.ret || a.dma.outcome != IOTEST_DONE, "it reads nothing");
	queue_end(&q, iommu);
	is(destroy(iommu, ioas), 0, "the IOAS destroyed");
	quiet("closed");
}

void run_pages(void)
{
	int iommu = iommu_new();
	struct iodev dev = take(ATS, iommu);
	uint32_t ioas = ioas_new(iommu);
	uint64_t *page = memory_new(PAGE);
	const uint32_t pasids[] = { NO_PASID, PASID };
	unsigned int i;

	for (i = 0; i < 2; i++) {
		struct queue q = queue_new(iommu);

		say("%s a PASID", i ? "with" : "without");
		queue_hwpt(&q, &dev, ioas, pasids[i], NULL);
		serve(&dev, ioas, &q, pasids[i], page);
		detach_asking(&dev, &q, pasids[i], false);
		detach_asking(&dev, &q, pasids[i], true);
		reset_asking(&dev, ioas, &q, pasids[i], page);
		queue_end(&q, iommu);
	}
	serve_nested(&dev);
	close_asking(iommu);
	give(&dev);
	is(destroy(iommu, ioas), 0, "the IOAS destroyed");
	close(iommu);
	quiet("pages");
}
