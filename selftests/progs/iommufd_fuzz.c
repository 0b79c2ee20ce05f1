// SPDX-License-Identifier: GPL-2.0
/*
 * Calls of iommufd and of VFIO's files that are valid, nearly valid or garbage,
 * from several threads, while devices do DMA: nobody may crash, hang or leak.
 * See iommufd.c.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "iommufd_user.h"

#define THREADS 4
#define IDS 64
#define FILES 8
#define BYTES (256 * PAGE)
#define IOVA 0x40000000ULL

/* Shared, and changed by whoever likes: what is in them may be gone. */
static atomic_int iommu[2], device[IOTEST_DEVICES];
static atomic_uint device_id[IOTEST_DEVICES], id[IDS], next_id;
static atomic_int file[FILES];
static uint8_t *space;
static int memory_file;
static atomic_uint left;
static atomic_ulong done[32], good[32];
static atomic_bool over;

/*
 * While a device is being reset, which its file's end does, too, the kernel's own
 * answer to GET_HW_INFO warns that PASIDs are off.  So nobody may ask meanwhile,
 * and only for that: calls that use a device's file, and may be its last users,
 * go side by side.
 */
static pthread_rwlock_t resets = PTHREAD_RWLOCK_INITIALIZER;

/**
 * struct one - a call in the making
 * @seed: of all that is at random
 * @ret: what came of it
 */
struct one {
	uint64_t seed;
	int ret;
};

static uint64_t any(struct one *o, uint64_t below)
{
	return random_of(&o->seed) % below;
}

static bool rarely(struct one *o, unsigned int one_in)
{
	return !any(o, one_in);
}

static void keep(uint32_t new_id)
{
	id[next_id++ % IDS] = new_id;
}

/* Of an object that was made once, mostly. */
static uint32_t an_id(struct one *o)
{
	if (rarely(o, 50))
		return random_of(&o->seed);
	if (rarely(o, 20))
		return any(o, 40);
	return id[any(o, IDS)];
}

static int an_iommu(struct one *o)
{
	return iommu[any(o, 2)];
}

static uint64_t an_iova(struct one *o)
{
	uint64_t iova = IOVA + any(o, 64) * PAGE;

	if (rarely(o, 40))
		return random_of(&o->seed);
	return rarely(o, 40) ? iova + any(o, PAGE) : iova;
}

static uint64_t a_length(struct one *o)
{
	if (rarely(o, 40))
		return random_of(&o->seed);
	return rarely(o, 40) ? any(o, PAGE) : (1 + any(o, 32)) * PAGE;
}

static uint32_t flags_of(struct one *o, uint32_t valid)
{
	if (rarely(o, 50))
		return random_of(&o->seed);
	return random_of(&o->seed) & valid;
}

static void with_device(struct one *o, void (*call)(struct one *o))
{
	pthread_rwlock_rdlock(&resets);
	call(o);
	pthread_rwlock_unlock(&resets);
}

static void send(struct one *o, int fd, unsigned long request, void *arg)
{
	/* The size comes first: too small, too large, or as it should be. */
	if (rarely(o, 100))
		*(uint32_t *)arg = any(o, 4096);
	o->ret = ask(fd, request, arg);
}

static void keep_file(int fd)
{
	int old = atomic_exchange(&file[next_id % FILES], fd);

	if (old > 0)
		close(old);
}

/* --- iommufd ------------------------------------------------------------------ */

static void ioas_alloc(struct one *o)
{
	struct iommu_ioas_alloc a = { .size = sizeof(a) };

	a.flags = flags_of(o, 0);
	send(o, an_iommu(o), IOMMU_IOAS_ALLOC, &a);
	if (!o->ret)
		keep(a.out_ioas_id);
}

static void object_destroy(struct one *o)
{
	struct iommu_destroy a = { .size = sizeof(a), .id = an_id(o) };

	send(o, an_iommu(o), IOMMU_DESTROY, &a);
}

static void ioas_map(struct one *o)
{
	struct iommu_ioas_map a = { .size = sizeof(a) };

	a.flags = flags_of(o, 7) | (rarely(o, 4) ? 0 : 7);
	a.ioas_id = an_id(o);
	a.user_va = (uintptr_t)space + any(o, 128) * PAGE;
	if (rarely(o, 50))
		a.user_va = random_of(&o->seed);
	a.length = a_length(o);
	a.iova = an_iova(o);
	send(o, an_iommu(o), IOMMU_IOAS_MAP, &a);
}

static void ioas_map_file(struct one *o)
{
	struct iommu_ioas_map_file a = { .size = sizeof(a) };

	a.flags = flags_of(o, 7) | (rarely(o, 4) ? 0 : 7);
	a.ioas_id = an_id(o);
	/*
	 * No other file: 7.2 holds whatever it is given, and a context that holds
	 * its own file is never freed.
	 */
	a.fd = rarely(o, 20) ? -1 - (int)any(o, 30) : memory_file;
	a.start = any(o, 64) * PAGE;
	a.length = a_length(o);
	a.iova = an_iova(o);
	send(o, an_iommu(o), IOMMU_IOAS_MAP_FILE, &a);
}

static void ioas_unmap(struct one *o)
{
	struct iommu_ioas_unmap a = { .size = sizeof(a) };

	a.ioas_id = an_id(o);
	a.iova = an_iova(o);
	a.length = a_length(o);
	if (rarely(o, 3)) {
		a.iova = 0;
		a.length = ~0ULL;
	}
	send(o, an_iommu(o), IOMMU_IOAS_UNMAP, &a);
}

static void ioas_copy(struct one *o)
{
	struct iommu_ioas_copy a = { .size = sizeof(a) };

	a.flags = flags_of(o, 7) | IOMMU_IOAS_MAP_FIXED_IOVA;
	a.dst_ioas_id = an_id(o);
	a.src_ioas_id = an_id(o);
	a.length = a_length(o);
	a.dst_iova = an_iova(o);
	a.src_iova = an_iova(o);
	send(o, an_iommu(o), IOMMU_IOAS_COPY, &a);
}

static void ioas_ranges(struct one *o)
{
	struct iommu_iova_range range[4];
	struct iommu_ioas_iova_ranges a = {
		.size = sizeof(a),
		.ioas_id = an_id(o),
		.num_iovas = any(o, 5),
		.allowed_iovas = (uintptr_t)range,
	};

	send(o, an_iommu(o), IOMMU_IOAS_IOVA_RANGES, &a);
}

static void option(struct one *o)
{
	struct iommu_option a = { .size = sizeof(a) };

	a.option_id = any(o, 3);
	a.op = any(o, 3);
	a.object_id = an_id(o);
	a.val64 = any(o, 3);
	send(o, an_iommu(o), IOMMU_OPTION, &a);
}

static void hwpt_alloc(struct one *o)
{
	struct iommu_hwpt_vtd_s1 data = { .addr_width = 48 };
	struct iommu_hwpt_alloc a = { .size = sizeof(a) };

	data.flags = flags_of(o, rarely(o, 4) ? 7 : 0);
	data.pgtbl_addr = rarely(o, 4) ? an_iova(o) : IOVA + any(o, 4) * PAGE;
	if (rarely(o, 10))
		data.addr_width = any(o, 66);
	a.flags = flags_of(o, rarely(o, 2) ? 0xf : 0xb);
	a.dev_id = device_id[any(o, IOTEST_DEVICES)];
	a.pt_id = an_id(o);
	a.fault_id = an_id(o);
	if (rarely(o, 2)) {
		a.flags &= ~3;
		a.data_type = rarely(o, 20) ? any(o, 5) :
					      IOMMU_HWPT_DATA_VTD_S1;
		a.data_len = rarely(o, 20) ? any(o, 64) : sizeof(data);
		a.data_uptr = (uintptr_t)&data;
	}
	send(o, an_iommu(o), IOMMU_HWPT_ALLOC, &a);
	if (!o->ret)
		keep(a.out_hwpt_id);
}

static void hw_info(struct one *o)
{
	struct iommu_hw_info_vtd vtd[4];
	struct iommu_hw_info a = { .size = sizeof(a) };

	a.flags = flags_of(o, 1);
	a.dev_id = rarely(o, 4) ? an_id(o) : device_id[any(o, 3)];
	a.data_len = any(o, sizeof(vtd));
	a.data_uptr = (uintptr_t)vtd;
	a.in_data_type = any(o, 4);
	pthread_rwlock_wrlock(&resets);
	send(o, an_iommu(o), IOMMU_GET_HW_INFO, &a);
	pthread_rwlock_unlock(&resets);
}

static void dirty_set(struct one *o)
{
	struct iommu_hwpt_set_dirty_tracking a = { .size = sizeof(a) };

	a.flags = flags_of(o, 1);
	a.hwpt_id = an_id(o);
	send(o, an_iommu(o), IOMMU_HWPT_SET_DIRTY_TRACKING, &a);
}

static void dirty_get(struct one *o)
{
	uint64_t bits[1024];
	struct iommu_hwpt_get_dirty_bitmap a = { .size = sizeof(a) };

	a.hwpt_id = an_id(o);
	a.flags = flags_of(o, 1);
	a.iova = an_iova(o);
	a.length = (1 + any(o, 64)) * PAGE;
	a.page_size = rarely(o, 10) ? any(o, 3 * PAGE) : PAGE;
	a.data = rarely(o, 20) ? random_of(&o->seed) : (uintptr_t)bits;
	send(o, an_iommu(o), IOMMU_HWPT_GET_DIRTY_BITMAP, &a);
}

static void forget_some(struct one *o)
{
	union {
		struct iommu_hwpt_vtd_s1_invalidate s1[8];
		struct vtd_viommu_invalidate v[8];
	} e;
	struct iommu_hwpt_invalidate a = { .size = sizeof(a) };
	bool viommu = rarely(o, 2);
	unsigned int i;

	memset(&e, 0, sizeof(e));
	for (i = 0; i < 8 && !viommu; i++) {
		e.s1[i].addr = an_iova(o);
		e.s1[i].npages = rarely(o, 10) ? random_of(&o->seed) :
						 any(o, 1024);
		e.s1[i].flags = flags_of(o, 1);
	}
	for (i = 0; i < 8 && viommu; i++) {
		e.v[i].scope = 1 + any(o, rarely(o, 10) ? 9 : 2);
		e.v[i].virt_id = any(o, 4);
		e.v[i].pasid = any(o, 4);
		e.v[i].addr = an_iova(o);
		e.v[i].npages = rarely(o, 10) ? random_of(&o->seed) :
						any(o, 1024);
		e.v[i].flags = flags_of(o, 0);
	}
	a.hwpt_id = an_id(o);
	a.data_type = rarely(o, 20) ? random_of(&o->seed) :
		      viommu	    ? VTD_VIOMMU_INVALIDATE :
				      IOMMU_HWPT_INVALIDATE_DATA_VTD_S1;
	a.entry_len = viommu ? sizeof(*e.v) : sizeof(*e.s1);
	if (rarely(o, 30))
		a.entry_len = any(o, 128);
	a.entry_num = any(o, rarely(o, 100) ? 64 : 9);
	if (a.entry_num * a.entry_len > sizeof(e))
		a.entry_num = sizeof(e) / a.entry_len;
	a.data_uptr = rarely(o, 50) ? random_of(&o->seed) : (uintptr_t)&e;
	send(o, an_iommu(o), IOMMU_HWPT_INVALIDATE, &a);
}

static void fault_queue(struct one *o)
{
	struct iommu_fault_alloc a = { .size = sizeof(a) };

	a.flags = flags_of(o, 0);
	send(o, an_iommu(o), IOMMU_FAULT_QUEUE_ALLOC, &a);
	if (o->ret)
		return;
	keep(a.out_fault_id);
	keep_file(a.out_fault_fd);
}

static void viommu(struct one *o)
{
	struct iommu_viommu_alloc a = { .size = sizeof(a) };
	uint64_t data[4] = {};

	a.type = rarely(o, 20) ? any(o, 4) : VTD_VIOMMU_TYPE;
	a.dev_id = device_id[any(o, IOTEST_DEVICES)];
	a.hwpt_id = an_id(o);
	if (rarely(o, 20)) {
		a.data_len = any(o, 32);
		a.data_uptr = (uintptr_t)data;
	}
	send(o, an_iommu(o), IOMMU_VIOMMU_ALLOC, &a);
	if (!o->ret)
		keep(a.out_viommu_id);
}

static void vdevice(struct one *o)
{
	struct iommu_vdevice_alloc a = { .size = sizeof(a) };

	a.viommu_id = an_id(o);
	a.dev_id = device_id[any(o, IOTEST_DEVICES)];
	a.virt_id = rarely(o, 20) ? random_of(&o->seed) : any(o, 4);
	send(o, an_iommu(o), IOMMU_VDEVICE_ALLOC, &a);
	if (!o->ret)
		keep(a.out_vdevice_id);
}

static void event_queue(struct one *o)
{
	struct iommu_veventq_alloc a = { .size = sizeof(a) };

	a.viommu_id = an_id(o);
	a.type = rarely(o, 20) ? any(o, 4) : VTD_VEVENTQ_TYPE;
	a.veventq_depth = any(o, rarely(o, 20) ? 1 << 20 : 16);
	send(o, an_iommu(o), IOMMU_VEVENTQ_ALLOC, &a);
	if (o->ret)
		return;
	keep(a.out_veventq_id);
	keep_file(a.out_veventq_fd);
}

static void hw_queue(struct one *o)
{
	struct iommu_hw_queue_alloc a = { .size = sizeof(a) };

	a.viommu_id = an_id(o);
	a.type = any(o, 3);
	a.nesting_parent_iova = an_iova(o);
	a.length = a_length(o);
	send(o, an_iommu(o), IOMMU_HW_QUEUE_ALLOC, &a);
}

/* --- VFIO --------------------------------------------------------------------- */

static uint32_t a_pasid(struct one *o)
{
	return rarely(o, 20) ? random_of(&o->seed) : any(o, 5);
}

static void attach_any_now(struct one *o)
{
	struct vfio_device_attach_iommufd_pt a = { .argsz = sizeof(a) };

	a.flags = flags_of(o, 1);
	a.pt_id = an_id(o);
	a.pasid = a_pasid(o);
	send(o, device[any(o, IOTEST_DEVICES)], VFIO_DEVICE_ATTACH_IOMMUFD_PT,
	     &a);
	if (!o->ret)
		keep(a.pt_id);
}

static void detach_any_now(struct one *o)
{
	struct vfio_device_detach_iommufd_pt a = { .argsz = sizeof(a) };

	a.flags = flags_of(o, 1);
	a.pasid = a_pasid(o);
	send(o, device[any(o, IOTEST_DEVICES)], VFIO_DEVICE_DETACH_IOMMUFD_PT,
	     &a);
}

/* Closed, taken again, perhaps by the other iommufd; or reset. */
static void device_again_now(struct one *o)
{
	unsigned int nr = any(o, IOTEST_DEVICES);
	struct iodev dev;
	int old;

	if (!rarely(o, 20))
		return;
	if (rarely(o, 2)) {
		o->ret = ask(device[nr], VFIO_DEVICE_RESET, NULL);
		return;
	}
	old = atomic_exchange(&device[nr], -1);
	if (old >= 0)
		close(old);
	o->ret = try_take(nr, an_iommu(o), &dev);
	if (o->ret)
		return;
	device_id[nr] = dev.id;
	old = atomic_exchange(&device[nr], dev.fd);
	if (old >= 0)
		close(old);
}

static void attach_any(struct one *o)
{
	with_device(o, attach_any_now);
}

static void detach_any(struct one *o)
{
	with_device(o, detach_any_now);
}

static void device_again(struct one *o)
{
	with_device(o, device_again_now);
}

static void iommu_again(struct one *o)
{
	unsigned int nr = any(o, 2);
	int old;

	if (!rarely(o, 50))
		return;
	old = atomic_exchange(&iommu[nr], iommu_new());
	close(old);
}

static void some_dma(struct one *o)
{
	uint64_t data[64];
	struct iotest_dma d = {
		.addr = an_iova(o),
		.data = (uintptr_t)data,
		.bytes = 1 + any(o, sizeof(data)),
		.device = rarely(o, 8) ? any(o, IOTEST_DEVICES) : PLAIN,
		.flags = flags_of(o, 3) & 3,
		.pasid = any(o, 5),
	};

	memset(data, 0x67, sizeof(data));
	o->ret = ask(machine_fd, IOTEST_DMA, &d);
}

/* What a guest does to its tables. */
static void scribble(struct one *o)
{
	uint64_t *at = (uint64_t *)space + any(o, BYTES / 8);

	if (rarely(o, 4))
		*at = random_of(&o->seed);
	else
		*at = (IOVA + any(o, 64) * PAGE) | (any(o, 0x80) | 5);
}

static void look_at_events(struct one *o)
{
	int fd = file[any(o, FILES)];
	uint64_t buffer[64];

	if (fd > 0)
		o->ret = read(fd, buffer, any(o, sizeof(buffer))) < 0 ? -errno :
									0;
}

static void (*const calls[])(struct one *) = {
	ioas_alloc,	object_destroy, ioas_map,    ioas_map_file,
	ioas_unmap,	ioas_copy,	ioas_ranges, option,
	hwpt_alloc,	hw_info,	dirty_set,   dirty_get,
	forget_some,	fault_queue,	viommu,	     vdevice,
	event_queue,	hw_queue,	attach_any,  detach_any,
	device_again,	iommu_again,	some_dma,    scribble,
	look_at_events, hwpt_alloc,	hwpt_alloc,  attach_any,
	attach_any,	viommu,		ioas_alloc,  ioas_map,
};

#define CALLS (sizeof(calls) / sizeof(*calls))

static void *fuzz_thread(void *seed)
{
	struct one o = { .seed = (uintptr_t)seed };

	while (atomic_fetch_sub(&left, 1) - 1 < 1U << 31) {
		unsigned int call = any(&o, CALLS);

		o.ret = 0;
		calls[call](&o);
		done[call]++;
		good[call] += !o.ret;
	}
	return NULL;
}

/* Page requests that came to a queue are answered, whichever it is. */
static void *answer_thread(void *arg)
{
	struct iommu_hwpt_pgfault f;
	unsigned int i;

	while (!over) {
		for (i = 0; i < FILES; i++) {
			struct iommu_hwpt_page_response r = {};

			if (file[i] <= 0 ||
			    read(file[i], &f, sizeof(f)) != sizeof(f))
				continue;
			r.cookie = f.cookie;
			r.code = f.grpid & 1;
			if (write(file[i], &r, sizeof(r)) < 0)
				continue;
		}
		pause_us(1000);
	}
	return arg;
}

static void begin(void)
{
	struct iodev dev;
	unsigned int i;

	for (i = 0; i < 2; i++)
		iommu[i] = iommu_new();
	for (i = 0; i < IOTEST_DEVICES; i++) {
		dev = take(i, iommu[0]);
		device[i] = dev.fd;
		device_id[i] = dev.id;
		keep(dev.id);
	}
	space = memory_new(BYTES);
	memory_file = memfd_create("fuzz", MFD_CLOEXEC);
	must(memory_file >= 0 && !ftruncate(memory_file, BYTES), "no memfd");
}

/* What is left must still be usable. */
static void end(void)
{
	volatile uint64_t *at = memory_new(PAGE);
	unsigned int i;

	for (i = 0; i < IOTEST_DEVICES; i++)
		if (device[i] >= 0)
			close(device[i]);
	for (i = 0; i < FILES; i++)
		if (file[i] > 0)
			close(file[i]);
	for (i = 0; i < 2; i++)
		close(iommu[i]);
	munmap(space, BYTES);
	close(memory_file);
	for (i = 0; i < IOTEST_DEVICES; i++) {
		int fd = iommu_new();
		struct iodev dev = take(i, fd);
		uint32_t ioas = ioas_new(fd);

		is(map(fd, ioas, (void *)at, IOVA, PAGE), 0, "mapped");
		is(attach(&dev, NO_PASID, ioas), 0, "attached");
		dma_writes(i, NO_PASID, IOVA, i + 1, at, "afterwards");
		give(&dev);
		close(fd);
	}
	quiet("after all that");
}

void run_fuzz(unsigned int nr, unsigned int seed)
{
	pthread_t thread[THREADS], answers;
	unsigned long most = 0;
	uintptr_t i;

	begin();
	left = nr;
	must(!pthread_create(&answers, NULL, answer_thread, NULL), "no thread");
	for (i = 0; i < THREADS; i++)
		must(!pthread_create(&thread[i], NULL, fuzz_thread,
				     (void *)(seed * 1000UL + i)),
		     "no thread");
	for (i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	over = true;
	pthread_join(answers, NULL);
	for (i = 0; i < CALLS; i++) {
		say("call %lu: %lu times, %lu went well", (long)i, done[i],
		    good[i]);
		most += good[i];
	}
	check(most > nr / 20, "%lu of %u calls went well", most, nr);
	end();
}
