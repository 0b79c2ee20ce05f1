// SPDX-License-Identifier: GPL-2.0
/*
 * Virtual IOMMUs: a guest's devices by the numbers that the guest has for them,
 * what they did wrong, and what they are to forget; see iommufd.c.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "iommufd_user.h"

#define GUEST 0x100000000ULL
#define GUEST_BYTES (HUGE)
#define VA 0x7f0012345000ULL

/**
 * struct vm - a guest
 * @iommu: all that is its
 * @ioas: its memory
 * @parent: the HWPT of that
 * @viommu: its IOMMU
 * @queue: its queue of events, and the file of that
 * @events: the file
 * @g: its memory
 * @table: a first stage
 * @page: that this leads to, at VA
 * @id: nested domain with that
 */
struct vm {
	int iommu;
	uint32_t ioas;
	uint32_t parent;
	uint32_t viommu;
	uint32_t queue;
	int events;
	struct guest g;
	uint64_t table;
	uint64_t page;
	uint32_t id;
};

static int viommu_new(struct iodev *dev, uint32_t pt, uint32_t type,
		      uint32_t bytes, uint32_t *id)
{
	uint64_t data[2] = {};
	struct iommu_viommu_alloc arg = {
		.size = sizeof(arg),
		.type = type,
		.dev_id = dev->id,
		.hwpt_id = pt,
		.data_len = bytes,
		.data_uptr = bytes ? (uintptr_t)data : 0,
	};
	int ret = ask(dev->iommu, IOMMU_VIOMMU_ALLOC, &arg);

	*id = arg.out_viommu_id;
	return ret;
}

static int vdevice_new(struct iodev *dev, uint32_t viommu, uint64_t virt,
		       uint32_t *id)
{
	struct iommu_vdevice_alloc arg = {
		.size = sizeof(arg),
		.viommu_id = viommu,
		.dev_id = dev->id,
		.virt_id = virt,
	};
	int ret = ask(dev->iommu, IOMMU_VDEVICE_ALLOC, &arg);

	*id = arg.out_vdevice_id;
	return ret;
}

static int queue_new(int iommu, uint32_t viommu, uint32_t type, uint32_t depth,
		     uint32_t *id, int *fd)
{
	struct iommu_veventq_alloc arg = {
		.size = sizeof(arg),
		.viommu_id = viommu,
		.type = type,
		.veventq_depth = depth,
	};
	int ret = ask(iommu, IOMMU_VEVENTQ_ALLOC, &arg);

	*id = arg.out_veventq_id;
	*fd = arg.out_veventq_fd;
	return ret;
}

static struct vm vm_new(struct iodev *dev, uint32_t depth)
{
	struct vm vm = { .iommu = dev->iommu };
	int ret;

	vm.g = (struct guest){ .iova = GUEST, .bytes = GUEST_BYTES };
	vm.g.at = memory_new(GUEST_BYTES);
	vm.ioas = ioas_new(vm.iommu);
	is(map(vm.iommu, vm.ioas, vm.g.at, GUEST, GUEST_BYTES), 0,
	   "a guest's memory mapped");
	vm.parent = hwpt(dev, vm.ioas, IOMMU_HWPT_ALLOC_NEST_PARENT);
	ret = viommu_new(dev, vm.parent, VTD_VIOMMU_TYPE, 0, &vm.viommu);
	must(!ret, "no vIOMMU: %s", strerror(-ret));
	ret = queue_new(vm.iommu, vm.viommu, VTD_VEVENTQ_TYPE, depth, &vm.queue,
			&vm.events);
	must(!ret, "no queue of events: %s", strerror(-ret));
	vm.table = guest_table(&vm.g);
	vm.page = guest_page(&vm.g);
	guest_map(&vm.g, vm.table, VA, vm.page, G_RW);
	vm.id = nested_hwpt(dev, vm.viommu,
			    dev->nr == PLAIN ? 0 : IOMMU_HWPT_ALLOC_PASID,
			    vm.table);
	return vm;
}

static void vm_end(struct vm *vm)
{
	is(destroy(vm->iommu, vm->viommu), -EBUSY, "a vIOMMU with children");
	is(destroy(vm->iommu, vm->id), 0, "the nested domain destroyed");
	close(vm->events);
	is(destroy(vm->iommu, vm->queue), 0, "the queue destroyed");
	is(destroy(vm->iommu, vm->parent), -EBUSY, "a parent with a vIOMMU");
	is(destroy(vm->iommu, vm->viommu), 0, "the vIOMMU destroyed");
	is(destroy(vm->iommu, vm->parent), 0, "the parent destroyed");
	is(destroy(vm->iommu, vm->ioas), 0, "the IOAS destroyed");
	munmap(vm->g.at, GUEST_BYTES);
}

/* --- events ------------------------------------------------------------------- */

/**
 * struct event - one that was read
 * @header: of it
 * @event: nothing in it, when events were lost
 */
struct event {
	struct iommufd_vevent_header header;
	struct vtd_vevent event;
};

/* 0 when there was none for so long. */
static int event_read(int fd, struct event *e, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	ssize_t got;

	memset(e, 0, sizeof(*e));
	if (poll(&p, 1, ms) != 1)
		return 0;
	got = read(fd, e, sizeof(*e));
	if (got == sizeof(e->header))
		return e->header.flags & IOMMU_VEVENTQ_FLAG_LOST_EVENTS ? 1 :
									  -1;
	return got == sizeof(*e) ? 1 : -1;
}

/* What the guest must be told of a request that was refused. */
static void guest_told(struct vm *vm, unsigned int nr, uint32_t pasid,
		       uint32_t flags, uint64_t addr, uint64_t virt,
		       const char *what)
{
	uint32_t expected = (pasid != NO_PASID ? VTD_VEVENT_PASID : 0) |
			    (flags & IOTEST_WRITE ? VTD_VEVENT_WRITE : 0);
	uint64_t value = 0;
	struct event e;
	uint32_t reason;
	int outcome = dma(nr, pasid, flags, addr, &value, 8, &reason);

	/* It was a request for a translation, which is none for writing. */
	if (machine.ats >> nr & 1)
		expected &= ~VTD_VEVENT_WRITE;

	if (!check(outcome == IOTEST_REFUSED,
		   "%s: refused with a fault (outcome %d, reason 0x%x)", what,
		   outcome, reason))
		return;
	if (!check(event_read(vm->events, &e, 10000) == 1,
		   "%s: the guest is told", what))
		return;
	check(e.event.kind == VTD_VEVENT_FAULT && e.event.virt_id == virt &&
		      e.event.addr == (addr & ~(PAGE - 1)) &&
		      e.event.flags == expected &&
		      (pasid == NO_PASID || e.event.pasid == pasid) &&
		      e.event.reason == reason,
	      "%s: kind %u, flags 0x%x (0x%x), device 0x%lx (0x%lx), address 0x%lx (0x%lx), PASID 0x%x, reason 0x%x (0x%x)",
	      what, e.event.kind, e.event.flags, expected,
	      (long)e.event.virt_id, (long)virt, (long)e.event.addr, (long)addr,
	      e.event.pasid, e.event.reason, reason);
}

static void guest_not_told(struct vm *vm, const char *what)
{
	struct event e;
	int got = event_read(vm->events, &e, 500);

	check(!got, "%s: the guest is told nothing (kind %u, device 0x%lx)",
	      what, e.event.kind, (long)e.event.virt_id);
}

/* An entry with a bit that is reserved: no device may recover from that. */
static void spoil(struct vm *vm, uint64_t va)
{
	*guest_entry(&vm->g, vm->table, va, 4) = vm->page | G_RW | G_PS;
}

#define VA_BAD 0x123456789000ULL

/* --- objects ------------------------------------------------------------------ */

static void objects(struct iodev *dev)
{
	struct vm vm = vm_new(dev, 8);
	uint32_t id, other, plain = hwpt(dev, vm.ioas, 0);
	int fd;

	is(viommu_new(dev, vm.parent, IOMMU_VIOMMU_TYPE_ARM_SMMUV3, 0, &id),
	   -EOPNOTSUPP, "a vIOMMU of another vendor");
	is(viommu_new(dev, vm.parent, VTD_VIOMMU_TYPE + 9, 0, &id), -EOPNOTSUPP,
	   "a type that nobody knows");
	is(viommu_new(dev, plain, VTD_VIOMMU_TYPE, 0, &id), -EINVAL,
	   "in a domain that is no parent");
	check(viommu_new(dev, vm.parent, VTD_VIOMMU_TYPE, 16, &id) < 0,
	      "with data, which it does not take");
	is(viommu_new(dev, vm.parent, VTD_VIOMMU_TYPE, 0, &other), 0,
	   "a second of the same guest");
	is(queue_new(vm.iommu, vm.viommu, VTD_VEVENTQ_TYPE, 8, &id, &fd),
	   -EEXIST, "a second queue");
	is(queue_new(vm.iommu, vm.viommu, VTD_VEVENTQ_TYPE, 0, &id, &fd),
	   -EINVAL, "a queue of nothing");
	is(vdevice_new(dev, vm.viommu, 0x100, &id), 0, "a vDEVICE");
	is(vdevice_new(dev, vm.viommu, 0x101, &other), -EEXIST,
	   "a second of the same device");
	is(destroy(vm.iommu, id), 0, "destroyed");
	is(vdevice_new(dev, vm.viommu, 0x101, &id), 0, "another");
	/* It may go while the device is attached. */
	is(attach(dev, NO_PASID, vm.id), 0, "attached");
	dma_reads(dev->nr, NO_PASID, VA, 0, "through the guest's tables");
	is(destroy(vm.iommu, id), 0, "destroyed while attached");
	dma_reads(dev->nr, NO_PASID, VA, 0, "still");
	dma_refused(dev->nr, NO_PASID, IOTEST_WRITE, VA + PAGE,
		    "without vDEVICE");
	is(detach(dev, NO_PASID), 0, "detached");
	is(destroy(vm.iommu, plain), 0, "destroyed");
	/* The second vIOMMU goes with the file. */
	close(vm.events);
	munmap(vm.g.at, GUEST_BYTES);
}

static void faults(struct iodev *dev, uint32_t pasid, uint64_t virt)
{
	struct vm vm = vm_new(dev, 8);
	uint32_t id;

	spoil(&vm, VA_BAD);
	is(vdevice_new(dev, vm.viommu, virt, &id), 0, "device 0x%lx",
	   (long)virt);
	is(attach(dev, pasid, vm.id), 0, "attached");
	dma_writes(dev->nr, pasid, VA, 0x55, guest_at(&vm.g, vm.page),
		   "before");
	guest_not_told(&vm, "nothing is wrong");
	guest_told(&vm, dev->nr, pasid, IOTEST_WRITE, VA_BAD + 0x128, virt,
		   "a write by a bad entry");
	guest_told(&vm, dev->nr, pasid, 0, VA_BAD + PAGE, virt,
		   "a read by a bad entry");
	if (!(machine.ats >> dev->nr & 1)) {
		guest_told(&vm, dev->nr, pasid, IOTEST_WRITE, VA + PAGE, virt,
			   "a page that is not there");
		guest_map(&vm.g, vm.table, VA + 2 * PAGE, vm.page, G_P | G_U);
		guest_told(&vm, dev->nr, pasid, IOTEST_WRITE, VA + 2 * PAGE + 8,
			   virt, "a write to a page that is read only");
		guest_map(&vm.g, vm.table, VA + 3 * PAGE, GUEST + GUEST_BYTES,
			  G_RW);
		guest_told(&vm, dev->nr, pasid, 0, VA + 3 * PAGE, virt,
			   "a page that the guest has not");
	}
	guest_not_told(&vm, "afterwards");
	is(detach(dev, pasid), 0, "detached");
	is(destroy(vm.iommu, id), 0, "the vDEVICE destroyed");
	vm_end(&vm);
	quiet("events");
}

/* More than the queue holds: the guest must know that some are lost. */
static void overflow(struct iodev *dev)
{
	struct vm vm = vm_new(dev, 4);
	unsigned int i, events = 0, lost = 0;
	uint64_t value = 0;
	struct event e;
	uint32_t id;

	spoil(&vm, VA_BAD);
	is(vdevice_new(dev, vm.viommu, 7, &id), 0, "device 7");
	is(attach(dev, NO_PASID, vm.id), 0, "attached");
	for (i = 0; i < 12; i++) {
		dma(dev->nr, NO_PASID, IOTEST_WRITE, VA_BAD + i * PAGE, &value,
		    8, NULL);
		pause_us(50000);
	}
	while (event_read(vm.events, &e, 1000) == 1) {
		if (e.header.flags & IOMMU_VEVENTQ_FLAG_LOST_EVENTS)
			lost++;
		else
			events++;
	}
	check(events == 4 && lost == 1,
	      "of 12 events in a queue of 4 %u came, %u times it was said that more are lost",
	      events, lost);
	guest_told(&vm, dev->nr, NO_PASID, 0, VA_BAD + 20 * PAGE, 7,
		   "when there is room again");
	is(detach(dev, NO_PASID), 0, "detached");
	is(destroy(vm.iommu, id), 0, "the vDEVICE destroyed");
	vm_end(&vm);
}

/* Two guests with the same numbers for their devices. */
static void two_guests(void)
{
	int first = iommu_new(), second = iommu_new();
	struct iodev a = take(PLAIN, first), b = take(ATS_2, second);
	struct vm va = vm_new(&a, 8), vb = vm_new(&b, 8);
	uint32_t ida, idb;

	spoil(&va, VA_BAD);
	spoil(&vb, VA_BAD);
	is(vdevice_new(&a, va.viommu, 0x10, &ida), 0, "one guest's device");
	is(vdevice_new(&b, vb.viommu, 0x10, &idb), 0, "the other guest's");
	is(attach(&a, NO_PASID, va.id), 0, "attached");
	is(attach(&b, NO_PASID, vb.id), 0, "attached");
	guest_told(&va, PLAIN, NO_PASID, IOTEST_WRITE, VA_BAD, 0x10,
		   "one guest");
	guest_not_told(&vb, "the other guest");
	guest_told(&vb, ATS_2, NO_PASID, 0, VA_BAD + PAGE, 0x10,
		   "the other guest");
	guest_not_told(&va, "the one guest");
	*guest_at(&va.g, va.page) = 1;
	*guest_at(&vb.g, vb.page) = 2;
	dma_reads(PLAIN, NO_PASID, VA, 1, "one guest's memory");
	dma_reads(ATS_2, NO_PASID, VA, 2, "the other's");
	give(&a);
	close(va.events);
	close(first);
	munmap(va.g.at, GUEST_BYTES);
	dma_reads(ATS_2, NO_PASID, VA, 2, "the other's, alone");
	guest_told(&vb, ATS_2, NO_PASID, 0, VA_BAD, 0x10, "the other, alone");
	is(detach(&b, NO_PASID), 0, "detached");
	is(destroy(second, idb), 0, "destroyed");
	vm_end(&vb);
	give(&b);
	close(second);
	quiet("two guests");
}

/* --- invalidation ------------------------------------------------------------- */

static struct vtd_viommu_invalidate entries[4];

static void fill(uint64_t virt, uint32_t pasid)
{
	unsigned int i;

	for (i = 0; i < 4; i++)
		entries[i] = (struct vtd_viommu_invalidate){
			.scope = VTD_INVALIDATE_DEVICE_TLB,
			.error = 0x5555,
			.virt_id = virt,
			.pasid = pasid,
			.addr = VA + i * PAGE,
			.npages = 1,
		};
}

/* @done go well, then one fails with @error. */
static void invalidates(struct vm *vm, uint32_t done, uint32_t error,
			const char *what)
{
	uint32_t nr = 4, i;
	int ret = invalidate(vm->iommu, vm->viommu, VTD_VIOMMU_INVALIDATE,
			     entries, sizeof(*entries), &nr);
	bool good = nr == done && !ret == (done == 4);

	for (i = 0; i < done; i++)
		good = good && entries[i].error == VTD_INVALIDATE_DONE;
	if (done < 4)
		good = good && entries[done].error == error;
	check(good, "%s: %d, %u done (%u), then error %u (%u)", what, ret, nr,
	      done, done < 4 ? entries[done].error : 0, error);
}

static void viommu_invalidation(struct iodev *dev, uint32_t pasid)
{
	uint32_t number = pasid == NO_PASID ? 0 : pasid, id;
	struct vm vm = vm_new(dev, 8);
	uint64_t next = guest_page(&vm.g);

	*guest_at(&vm.g, vm.page) = 1;
	*guest_at(&vm.g, next) = 2;
	is(vdevice_new(dev, vm.viommu, 0x42, &id), 0, "device 0x42");
	is(attach(dev, pasid, vm.id), 0, "attached");
	dma_reads(dev->nr, pasid, VA, 1, "before");
	fill(0x42, number);
	invalidates(&vm, 4, 0, "four ranges");
	fill(0x42, number);
	entries[1].virt_id = 0x43;
	invalidates(&vm, 1, VTD_INVALIDATE_NO_DEVICE, "no such device");
	fill(0x42, number);
	entries[2].addr |= 4;
	invalidates(&vm, 2, VTD_INVALIDATE_BAD, "not aligned");
	fill(0x42, number);
	entries[0].scope = 9;
	invalidates(&vm, 0, VTD_INVALIDATE_BAD, "no such scope");
	fill(0x42, number);
	entries[3].flags = 1;
	invalidates(&vm, 3, VTD_INVALIDATE_BAD, "a flag");
	fill(0x42, number);
	entries[1].npages = ~0ULL - 4;
	invalidates(&vm, 1, VTD_INVALIDATE_BAD, "a range that wraps");
	fill(0x42, number);
	entries[0] = (struct vtd_viommu_invalidate){
		.scope = VTD_INVALIDATE_ALL,
		.npages = ~0ULL,
	};
	guest_map(&vm.g, vm.table, VA, next, G_RW);
	dma_reads(dev->nr, pasid, VA, 1, "cached");
	invalidates(&vm, 4, 0, "all, then ranges");
	dma_reads(dev->nr, pasid, VA, 2, "forgotten");
	fill(0x42, number);
	entries[0].addr = 0;
	entries[0].npages = ~0ULL;
	invalidates(&vm, 4, 0, "all of a device");
	/* The nested domain can still be told by itself. */
	guest_map(&vm.g, vm.table, VA, vm.page, G_RW);
	forget(vm.iommu, vm.id, VA, 1);
	dma_reads(dev->nr, pasid, VA, 1, "forgotten once more");
	is(destroy(vm.iommu, id), 0, "the vDEVICE destroyed");
	fill(0x42, number);
	invalidates(&vm, 0, VTD_INVALIDATE_NO_DEVICE, "the device has gone");
	is(detach(dev, pasid), 0, "detached");
	vm_end(&vm);
	quiet("invalidation by a vIOMMU");
}

/* --- the end ------------------------------------------------------------------ */

/* Whatever goes first: the device's file, the vDEVICE, or all of it. */
static void viommu_destroyed(unsigned int order)
{
	int iommu = iommu_new();
	struct iodev dev = take(ATS_2, iommu);
	struct vm vm = vm_new(&dev, 4);
	uint32_t id;

	is(vdevice_new(&dev, vm.viommu, order, &id), 0, "device %u", order);
	is(attach(&dev, NO_PASID, vm.id), 0, "attached");
	dma_reads(ATS_2, NO_PASID, VA, 0, "before the end");
	if (order & 1)
		give(&dev);
	if (order & 2)
		close(vm.events);
	if (order & 4)
		is(destroy(iommu, id), order & 1 ? -ENOENT : 0,
		   "the vDEVICE destroyed");
	close(iommu);
	if (!(order & 1))
		give(&dev);
	if (!(order & 2))
		close(vm.events);
	munmap(vm.g.at, GUEST_BYTES);
}

void run_viommu(void)
{
	int iommu = iommu_new();
	struct iodev dev = take(ATS, iommu), plain = take(PLAIN, iommu);
	unsigned int i;

	faults(&plain, NO_PASID, 0);
	faults(&plain, NO_PASID, 0xffff);
	faults(&dev, NO_PASID, 0x1234567890ULL);
	faults(&dev, 0x51, 3);
	overflow(&plain);
	viommu_invalidation(&plain, NO_PASID);
	viommu_invalidation(&dev, NO_PASID);
	viommu_invalidation(&dev, 0x52);
	objects(&plain);
	give(&dev);
	give(&plain);
	close(iommu);
	two_guests();
	for (i = 0; i < 8; i++)
		viommu_destroyed(i);
	quiet("vIOMMUs");
}

/* A device that does not answer: its guest is told. */
void run_mute_viommu(void)
{
	int iommu = iommu_new();
	struct iodev dev = take(ATS_2, iommu);
	struct vm vm = vm_new(&dev, 8);
	struct event e;
	uint32_t id;
	int got;

	is(vdevice_new(&dev, vm.viommu, 0x77, &id), 0, "device 0x77");
	is(attach(&dev, NO_PASID, vm.id), 0, "attached");
	dma_reads(ATS_2, NO_PASID, VA, 0, "it answers");
	must(!ioctl(machine_fd, IOTEST_MUTE, ATS_2 | 0x100), "no mute");
	fill(0x77, 0);
	invalidates(&vm, 0, VTD_INVALIDATE_TIMED_OUT, "without an answer");
	got = event_read(vm.events, &e, 10000);
	check(got == 1 && e.event.kind == VTD_VEVENT_DEVICE_TLB &&
		      e.event.virt_id == 0x77,
	      "the guest is told (kind %u, device 0x%lx)", e.event.kind,
	      (long)e.event.virt_id);
	dma_refused(ATS_2, NO_PASID, 0, VA, "the device from then on");
	must(!ioctl(machine_fd, IOTEST_MUTE, ATS_2), "still mute");
	give(&dev);
	close(vm.events);
	close(iommu);
}
