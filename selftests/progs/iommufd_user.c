// SPDX-License-Identifier: GPL-2.0
/*
 * What the parts of the program iommufd share; see iommufd_user.h.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "iommufd_user.h"

struct iotest_info machine;
int machine_fd = -1;

static unsigned int failed;
static const char *const no_name = "iommufd";

/* --- what was found ----------------------------------------------------------- */

static void log_line(const char *prefix, const char *format, va_list args)
{
	char text[400];
	int log, len;

	len = snprintf(text, sizeof(text), "# %s: %s", no_name, prefix);
	len += vsnprintf(text + len, sizeof(text) - len - 1, format, args);
	if (len > (int)sizeof(text) - 2)
		len = sizeof(text) - 2;
	text[len++] = '\n';
	log = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
	if (log < 0 || write(log, text, len) != len)
		fwrite(text, 1, len, stderr);
	if (log >= 0)
		close(log);
}

bool check(bool good, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_line(good ? "ok " : "WRONG ", format, args);
	va_end(args);
	if (!good)
		__atomic_add_fetch(&failed, 1, __ATOMIC_RELAXED);
	return good;
}

void say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_line("", format, args);
	va_end(args);
}

void must(bool good, const char *format, ...)
{
	va_list args;

	if (good)
		return;
	va_start(args, format);
	log_line("END ", format, args);
	va_end(args);
	exit(2);
}

bool is(long ret, long expected, const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (ret == expected)
		return check(true, "%s: %ld", text, ret);
	return check(false, "%s: %ld (%s) instead of %ld (%s)", text, ret,
		     strerror(-ret), expected, strerror(-expected));
}

unsigned int failures(void)
{
	return failed;
}

uint64_t random_of(uint64_t *seed)
{
	uint64_t z = (*seed += 0x9e3779b97f4a7c15ULL);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

void pause_us(long us)
{
	struct timespec t = { us / 1000000, us % 1000000 * 1000 };

	nanosleep(&t, NULL);
}

void quiet(const char *what)
{
	int broken = ioctl(machine_fd, IOTEST_CHECK);

	check(broken == (int)machine.broken,
	      "%s: the software VT-d finds %d rules broken", what,
	      broken - (int)machine.broken);
	machine.broken = broken;
}

/* --- VFIO --------------------------------------------------------------------- */

static int open_device(const char *bdf)
{
	char path[600];
	struct dirent *entry;
	int fd = -ENOENT;
	DIR *dir;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/vfio-dev", bdf);
	dir = opendir(path);
	if (!dir)
		return -errno;
	while ((entry = readdir(dir))) {
		if (strncmp(entry->d_name, "vfio", 4))
			continue;
		snprintf(path, sizeof(path), "/dev/vfio/devices/%s",
			 entry->d_name);
		fd = open(path, O_RDWR | O_CLOEXEC);
		if (fd < 0)
			fd = -errno;
	}
	closedir(dir);
	return fd;
}

static int be_master(int fd)
{
	struct vfio_region_info region = {
		.argsz = sizeof(region),
		.index = VFIO_PCI_CONFIG_REGION_INDEX,
	};
	uint16_t command = 0;

	if (ioctl(fd, VFIO_DEVICE_GET_REGION_INFO, &region))
		return -errno;
	if (pread(fd, &command, 2, region.offset + 4) != 2)
		return -EIO;
	command |= 4;
	return pwrite(fd, &command, 2, region.offset + 4) == 2 ? 0 : -EIO;
}

int try_take(unsigned int nr, int iommu, struct iodev *dev)
{
	struct vfio_device_bind_iommufd bind = {
		.argsz = sizeof(bind),
		.iommufd = iommu,
	};
	int ret;

	*dev = (struct iodev){ .nr = nr, .iommu = iommu };
	dev->fd = open_device(machine.name[nr]);
	if (dev->fd < 0)
		return dev->fd;
	ret = ioctl(dev->fd, VFIO_DEVICE_BIND_IOMMUFD, &bind) ? -errno : 0;
	dev->id = bind.out_devid;
	if (!ret)
		ret = be_master(dev->fd);
	if (ret)
		close(dev->fd);
	return ret;
}

struct iodev take(unsigned int nr, int iommu)
{
	struct iodev dev;
	int ret = try_take(nr, iommu, &dev);

	must(!ret, "%s cannot be taken: %s", machine.name[nr], strerror(-ret));
	return dev;
}

int device_master(struct iodev *dev)
{
	return be_master(dev->fd);
}

void give(struct iodev *dev)
{
	close(dev->fd);
	dev->fd = -1;
}

int attach(struct iodev *dev, uint32_t pasid, uint32_t pt)
{
	struct vfio_device_attach_iommufd_pt arg = {
		.argsz = sizeof(arg),
		.pt_id = pt,
	};

	if (pasid != NO_PASID) {
		arg.flags = VFIO_DEVICE_ATTACH_PASID;
		arg.pasid = pasid;
	}
	return ioctl(dev->fd, VFIO_DEVICE_ATTACH_IOMMUFD_PT, &arg) ? -errno : 0;
}

int detach(struct iodev *dev, uint32_t pasid)
{
	struct vfio_device_detach_iommufd_pt arg = { .argsz = sizeof(arg) };

	if (pasid != NO_PASID) {
		arg.flags = VFIO_DEVICE_DETACH_PASID;
		arg.pasid = pasid;
	}
	return ioctl(dev->fd, VFIO_DEVICE_DETACH_IOMMUFD_PT, &arg) ? -errno : 0;
}

/* --- iommufd ------------------------------------------------------------------ */

int iommu_new(void)
{
	int fd = open("/dev/iommu", O_RDWR | O_CLOEXEC);

	must(fd >= 0, "/dev/iommu: %s", strerror(errno));
	return fd;
}

int ask(int fd, unsigned long request, void *arg)
{
	int ret = ioctl(fd, request, arg);

	return ret < 0 ? -errno : ret;
}

uint32_t ioas_new(int iommu)
{
	struct iommu_ioas_alloc arg = { .size = sizeof(arg) };
	int ret = ask(iommu, IOMMU_IOAS_ALLOC, &arg);

	must(!ret, "no IOAS: %s", strerror(-ret));
	return arg.out_ioas_id;
}

uint32_t ioas_new_small(int iommu)
{
	uint32_t id = ioas_new(iommu);
	struct iommu_option arg = {
		.size = sizeof(arg),
		.option_id = IOMMU_OPTION_HUGE_PAGES,
		.op = IOMMU_OPTION_OP_SET,
		.object_id = id,
	};
	int ret = ask(iommu, IOMMU_OPTION, &arg);

	must(!ret, "an IOAS that combines no pages: %s", strerror(-ret));
	return id;
}

int map_as(int iommu, uint32_t ioas, void *at, uint64_t iova, uint64_t bytes,
	   uint32_t flags)
{
	struct iommu_ioas_map arg = {
		.size = sizeof(arg),
		.flags = flags | IOMMU_IOAS_MAP_FIXED_IOVA,
		.ioas_id = ioas,
		.user_va = (uintptr_t)at,
		.length = bytes,
		.iova = iova,
	};

	return ask(iommu, IOMMU_IOAS_MAP, &arg);
}

int map(int iommu, uint32_t ioas, void *at, uint64_t iova, uint64_t bytes)
{
	return map_as(iommu, ioas, at, iova, bytes,
		      IOMMU_IOAS_MAP_READABLE | IOMMU_IOAS_MAP_WRITEABLE);
}

int map_file(int iommu, uint32_t ioas, int fd, uint64_t iova, uint64_t bytes)
{
	struct iommu_ioas_map_file arg = {
		.size = sizeof(arg),
		.flags = IOMMU_IOAS_MAP_FIXED_IOVA | IOMMU_IOAS_MAP_READABLE |
			 IOMMU_IOAS_MAP_WRITEABLE,
		.ioas_id = ioas,
		.fd = fd,
		.length = bytes,
		.iova = iova,
	};

	return ask(iommu, IOMMU_IOAS_MAP_FILE, &arg);
}

int unmap(int iommu, uint32_t ioas, uint64_t iova, uint64_t bytes)
{
	struct iommu_ioas_unmap arg = {
		.size = sizeof(arg),
		.ioas_id = ioas,
		.iova = iova,
		.length = bytes,
	};

	return ask(iommu, IOMMU_IOAS_UNMAP, &arg);
}

int destroy(int iommu, uint32_t id)
{
	struct iommu_destroy arg = { .size = sizeof(arg), .id = id };

	return ask(iommu, IOMMU_DESTROY, &arg);
}

int hwpt_new(struct iodev *dev, uint32_t pt, uint32_t flags, uint32_t *id)
{
	struct iommu_hwpt_alloc arg = {
		.size = sizeof(arg),
		.flags = flags,
		.dev_id = dev->id,
		.pt_id = pt,
	};
	int ret = ask(dev->iommu, IOMMU_HWPT_ALLOC, &arg);

	*id = arg.out_hwpt_id;
	return ret;
}

uint32_t hwpt(struct iodev *dev, uint32_t pt, uint32_t flags)
{
	uint32_t id;
	int ret = hwpt_new(dev, pt, flags, &id);

	must(!ret, "no HWPT with flags 0x%x: %s", flags, strerror(-ret));
	return id;
}

int nested_new(struct iodev *dev, uint32_t pt, uint32_t flags,
	       const struct iommu_hwpt_vtd_s1 *data, uint32_t *id)
{
	struct iommu_hwpt_alloc arg = {
		.size = sizeof(arg),
		.flags = flags,
		.dev_id = dev->id,
		.pt_id = pt,
		.data_type = IOMMU_HWPT_DATA_VTD_S1,
		.data_len = sizeof(*data),
		.data_uptr = (uintptr_t)data,
	};
	int ret = ask(dev->iommu, IOMMU_HWPT_ALLOC, &arg);

	*id = arg.out_hwpt_id;
	return ret;
}

uint32_t nested_hwpt(struct iodev *dev, uint32_t pt, uint32_t flags,
		     uint64_t table)
{
	const struct iommu_hwpt_vtd_s1 data = {
		.pgtbl_addr = table,
		.addr_width = 48,
	};
	uint32_t id;
	int ret = nested_new(dev, pt, flags, &data, &id);

	must(!ret, "no nested HWPT: %s", strerror(-ret));
	return id;
}

int invalidate(int iommu, uint32_t id, uint32_t type, void *entries,
	       uint32_t bytes, uint32_t *nr)
{
	struct iommu_hwpt_invalidate arg = {
		.size = sizeof(arg),
		.hwpt_id = id,
		.data_uptr = (uintptr_t)entries,
		.data_type = type,
		.entry_len = bytes,
		.entry_num = *nr,
	};
	int ret = ask(iommu, IOMMU_HWPT_INVALIDATE, &arg);

	*nr = arg.entry_num;
	return ret;
}

void forget(int iommu, uint32_t id, uint64_t addr, uint64_t pages)
{
	struct iommu_hwpt_vtd_s1_invalidate entry = {
		.addr = addr,
		.npages = pages,
	};
	uint32_t nr = 1;
	int ret = invalidate(iommu, id, IOMMU_HWPT_INVALIDATE_DATA_VTD_S1,
			     &entry, sizeof(entry), &nr);

	if (ret || nr != 1)
		check(false, "invalidation of 0x%lx, %ld pages: %s, %u done",
		      (long)addr, (long)pages, strerror(-ret), nr);
}

int set_dirty(int iommu, uint32_t id, bool on)
{
	struct iommu_hwpt_set_dirty_tracking arg = {
		.size = sizeof(arg),
		.flags = on ? IOMMU_HWPT_DIRTY_TRACKING_ENABLE : 0,
		.hwpt_id = id,
	};

	return ask(iommu, IOMMU_HWPT_SET_DIRTY_TRACKING, &arg);
}

int get_dirty(int iommu, uint32_t id, uint32_t flags, uint64_t iova,
	      uint64_t bytes, uint64_t page, void *bits)
{
	struct iommu_hwpt_get_dirty_bitmap arg = {
		.size = sizeof(arg),
		.hwpt_id = id,
		.flags = flags,
		.iova = iova,
		.length = bytes,
		.page_size = page,
		.data = (uintptr_t)bits,
	};

	return ask(iommu, IOMMU_HWPT_GET_DIRTY_BITMAP, &arg);
}

/* --- DMA ---------------------------------------------------------------------- */

int dma(unsigned int nr, uint32_t pasid, uint32_t flags, uint64_t addr,
	void *data, uint32_t bytes, uint32_t *reason)
{
	struct iotest_dma arg = {
		.addr = addr,
		.data = (uintptr_t)data,
		.bytes = bytes,
		.device = nr,
		.flags = flags | (pasid != NO_PASID ? IOTEST_PASID : 0),
		.pasid = pasid != NO_PASID ? pasid : 0,
	};
	int ret = ioctl(machine_fd, IOTEST_DMA, &arg);

	must(!ret, "DMA of device %u to 0x%lx: %s", nr, (long)addr,
	     strerror(errno));
	if (reason)
		*reason = arg.reason;
	return arg.outcome;
}

bool dma_reads(unsigned int nr, uint32_t pasid, uint64_t addr, uint64_t value,
	       const char *what)
{
	uint64_t got = ~value;
	uint32_t reason;
	int outcome = dma(nr, pasid, 0, addr, &got, sizeof(got), &reason);

	return check(
		outcome == IOTEST_DONE && got == value,
		"%s: device %u reads 0x%lx at 0x%lx, 0x%lx expected (outcome %d, reason 0x%x)",
		what, nr, (long)got, (long)addr, (long)value, outcome, reason);
}

bool dma_writes(unsigned int nr, uint32_t pasid, uint64_t addr, uint64_t value,
		volatile uint64_t *at, const char *what)
{
	uint32_t reason;
	int outcome = dma(nr, pasid, IOTEST_WRITE, addr, &value, sizeof(value),
			  &reason);

	return check(
		outcome == IOTEST_DONE && *at == value,
		"%s: device %u writes 0x%lx at 0x%lx, 0x%lx arrives (outcome %d, reason 0x%x)",
		what, nr, (long)value, (long)addr, (long)*at, outcome, reason);
}

bool dma_refused(unsigned int nr, uint32_t pasid, uint32_t flags, uint64_t addr,
		 const char *what)
{
	uint64_t value = 0x6666;
	uint32_t reason;
	int outcome =
		dma(nr, pasid, flags, addr, &value, sizeof(value), &reason);

	return check(outcome != IOTEST_DONE,
		     "%s: device %u is refused 0x%lx (outcome %d, reason 0x%x)",
		     what, nr, (long)addr, outcome, reason);
}

uint32_t writer_new(unsigned int nr, uint32_t pasid, uint64_t addr,
		    uint64_t pages, uint64_t seed)
{
	struct iotest_writer arg = {
		.device = nr,
		.flags = pasid != NO_PASID ? IOTEST_PASID : 0,
		.pasid = pasid != NO_PASID ? pasid : 0,
		.addr = addr,
		.pages = pages,
		.seed = seed,
		/* Or several would leave little time to anybody else. */
		.pause_us = 50,
	};

	must(!ioctl(machine_fd, IOTEST_WRITER, &arg), "no writer: %s",
	     strerror(errno));
	return arg.id;
}

struct iotest_log writer_log(uint32_t id, bool hold, uint64_t *bits)
{
	struct iotest_log arg = {
		.id = id,
		.hold = hold,
		.clear = !!bits,
		.map = (uintptr_t)bits,
	};

	must(!ioctl(machine_fd, IOTEST_LOG, &arg), "no log of a writer: %s",
	     strerror(errno));
	return arg;
}

void writer_wait(uint32_t id)
{
	must(!ioctl(machine_fd, IOTEST_WAIT, id), "a writer has stopped: %s",
	     strerror(errno));
}

void writer_stop(uint32_t id)
{
	must(!ioctl(machine_fd, IOTEST_STOP, id), "no such writer: %s",
	     strerror(errno));
}

/* --- memory ------------------------------------------------------------------- */

void *memory_new(uint64_t bytes)
{
	uint8_t *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	must(at != MAP_FAILED, "no memory: %s", strerror(errno));
	madvise(at, bytes, MADV_NOHUGEPAGE);
	memset(at, 0, bytes);
	return at;
}

void *memory_huge(uint64_t bytes)
{
	void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);

	must(at != MAP_FAILED, "no huge pages (vm.nr_hugepages): %s",
	     strerror(errno));
	memset(at, 0, bytes);
	return at;
}

uint64_t guest_page(struct guest *g)
{
	uint64_t at = g->next;

	must(at < g->bytes, "the guest is too small");
	g->next += PAGE;
	memset(g->at + at, 0, PAGE);
	return g->iova + at;
}

volatile uint64_t *guest_at(struct guest *g, uint64_t addr)
{
	must(addr - g->iova < g->bytes, "0x%lx is not the guest's", (long)addr);
	return (volatile uint64_t *)(g->at + (addr - g->iova));
}

uint64_t guest_table(struct guest *g)
{
	return guest_page(g);
}

volatile uint64_t *guest_entry(struct guest *g, uint64_t table, uint64_t addr,
			       unsigned int level)
{
	unsigned int at;

	for (at = 4;; at--) {
		volatile uint64_t *entry =
			guest_at(g, table + (addr >> (3 + at * 9) & 511) * 8);

		if (at == level)
			return entry;
		if (!(*entry & G_P))
			*entry = guest_page(g) | G_RW;
		table = *entry & ~0xfffULL;
	}
}

void guest_map(struct guest *g, uint64_t table, uint64_t addr, uint64_t to,
	       uint64_t bits)
{
	*guest_entry(g, table, addr, bits & G_PS ? 2 : 1) = to | bits;
}
