// SPDX-License-Identifier: GPL-2.0
/* See vfio_user.h. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#include "vfio_user.h"

#ifndef MFD_HUGE_2MB
#define MFD_HUGE_2MB (21U << 26)
#define MFD_HUGE_1GB (30U << 26)
#endif

#define EDU_ID 0x00
#define EDU_DMA_SRC 0x80
#define EDU_DMA_DST 0x88
#define EDU_DMA_COUNT 0x90
#define EDU_DMA_CMD 0x98
#define EDU_BUFFER 0x40000
#define EDU_START 1
#define EDU_TO_RAM 2

static int checks, failures;

bool check(bool good, const char *format, ...)
{
	va_list args;

	printf("%sok %d - ", good ? "" : "not ", ++checks);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	fflush(stdout);
	failures += !good;
	return good;
}

void must(bool good, const char *what)
{
	if (good)
		return;
	printf("# errno %d: %s\n", errno, strerror(errno));
	check(false, "%s", what);
	exit(1);
}

int checks_end(void)
{
	printf("1..%d\n", checks);
	return failures ? 1 : 0;
}

void pause_ms(long ms)
{
	struct timespec t = { .tv_sec = ms / 1000,
			      .tv_nsec = ms % 1000 * 1000000 };

	nanosleep(&t, NULL);
}

void fill(uint8_t *p, unsigned long bytes, unsigned int seed)
{
	while (bytes--) {
		seed = seed * 1103515245 + 12345;
		*p++ = seed >> 16;
	}
}

/* --- memory ------------------------------------------------------------- */

const struct pages page_kinds[PAGE_KINDS] = {
	{ "4K", 0, PAGE, 16 * MIB },
	{ "2M", MFD_HUGETLB | MFD_HUGE_2MB, 2 * MIB, 16 * MIB },
	{ "1G", MFD_HUGETLB | MFD_HUGE_1GB, GIB, GIB },
};

/* The kernel hands out memory in order: the file takes it out of order. */
static void scatter(int fd, unsigned long bytes)
{
	unsigned long nr = bytes / PAGE, i;

	for (i = 0; i < nr; i++)
		must(pwrite(fd, "x", 1, i * 1021 % nr * PAGE) == 1,
		     "memory for the pages");
}

uint8_t *gigabyte_of(const struct pages *kind)
{
	int fd = memfd_create(kind->name, kind->flags);
	uint8_t *room, *base;
	unsigned long at;

	must(fd >= 0 && !ftruncate(fd, kind->bytes), "a file in memory");
	if (!kind->flags)
		scatter(fd, kind->bytes);
	room = mmap(NULL, 2 * GIB, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		    0);
	must(room != MAP_FAILED, "room for it");
	base = (uint8_t *)(((uintptr_t)room + GIB - 1) & ~(GIB - 1));
	for (at = 0; at < GIB; at += kind->bytes)
		must(mmap(base + at, kind->bytes, PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_FIXED | MAP_POPULATE, fd,
			  0) != MAP_FAILED,
		     "pages of this size");
	close(fd);
	/* Only the gigabyte stays. */
	if (base > room)
		munmap(room, base - room);
	if (base < room + GIB)
		munmap(base + GIB, room + GIB - base);
	return base;
}

/* --- VFIO --------------------------------------------------------------- */

static int open_group(const char *bdf)
{
	char path[128], target[256], *number;
	ssize_t n;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/iommu_group",
		 bdf);
	n = readlink(path, target, sizeof(target) - 1);
	must(n > 0, "the device has a group");
	target[n] = '\0';
	number = strrchr(target, '/') + 1;
	snprintf(path, sizeof(path), "/dev/vfio/%.32s", number);
	return open(path, O_RDWR);
}

void vfio_join(struct vfio_user *u, unsigned long type)
{
	struct vfio_group_status status = { .argsz = sizeof(status) };

	u->device = -1;
	u->container = open("/dev/vfio/vfio", O_RDWR);
	must(u->container >= 0, "/dev/vfio/vfio opens");
	must(ioctl(u->container, VFIO_GET_API_VERSION) == VFIO_API_VERSION &&
		     ioctl(u->container, VFIO_CHECK_EXTENSION, type) == 1,
	     "VFIO offers this type of IOMMU");
	u->group = open_group(u->bdf);
	must(u->group >= 0, "the group opens");
	must(!ioctl(u->group, VFIO_GROUP_GET_STATUS, &status) &&
		     status.flags & VFIO_GROUP_FLAGS_VIABLE,
	     "the group is viable");
	must(!ioctl(u->group, VFIO_GROUP_SET_CONTAINER, &u->container),
	     "the group joins the container");
	must(!ioctl(u->container, VFIO_SET_IOMMU, type), "SET_IOMMU");
}

bool vfio_master(struct vfio_user *u)
{
	struct vfio_region_info config = {
		.argsz = sizeof(config),
		.index = VFIO_PCI_CONFIG_REGION_INDEX,
	};
	uint16_t command = 0;

	if (ioctl(u->device, VFIO_DEVICE_GET_REGION_INFO, &config) ||
	    pread(u->device, &command, 2, config.offset + 4) != 2)
		return false;
	/* Memory decoding and bus mastering. */
	command |= 6;
	return pwrite(u->device, &command, 2, config.offset + 4) == 2;
}

void vfio_take(struct vfio_user *u)
{
	struct vfio_region_info info = {
		.argsz = sizeof(info),
		.index = VFIO_PCI_BAR0_REGION_INDEX,
	};

	u->device = ioctl(u->group, VFIO_GROUP_GET_DEVICE_FD, u->bdf);
	must(u->device >= 0, "VFIO gives the device");
	must(!ioctl(u->device, VFIO_DEVICE_GET_REGION_INFO, &info), "BAR 0");
	must(vfio_master(u), "bus mastering");
	u->bar_bytes = info.size;
	u->bar = mmap(NULL, info.size, PROT_READ | PROT_WRITE, MAP_SHARED,
		      u->device, info.offset);
	must(u->bar != MAP_FAILED, "BAR 0 is mapped");
}

void vfio_put(struct vfio_user *u, unsigned int at, uint32_t value)
{
	*(volatile uint32_t *)(u->bar + at) = value;
}

int vfio_event(struct vfio_user *u, unsigned int index)
{
	char room[sizeof(struct vfio_irq_set) + sizeof(int)] = { 0 };
	struct vfio_irq_set *set = (void *)room;
	int fd = eventfd(0, EFD_CLOEXEC);

	must(fd >= 0, "an eventfd");
	set->argsz = sizeof(room);
	set->flags = VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER;
	set->index = index;
	set->count = 1;
	memcpy(set->data, &fd, sizeof(fd));
	must(!ioctl(u->device, VFIO_DEVICE_SET_IRQS, set),
	     "an event for an interrupt");
	return fd;
}

int vfio_map(struct vfio_user *u, const void *va, unsigned long iova,
	     unsigned long size, unsigned int flags)
{
	struct vfio_iommu_type1_dma_map arg = {
		.argsz = sizeof(arg),
		.flags = flags,
		.vaddr = (uintptr_t)va,
		.iova = iova,
		.size = size,
	};

	return ioctl(u->container, VFIO_IOMMU_MAP_DMA, &arg) ? -errno : 0;
}

long vfio_unmap(struct vfio_user *u, unsigned long iova, unsigned long size,
		unsigned int flags)
{
	struct vfio_iommu_type1_dma_unmap arg = {
		.argsz = sizeof(arg),
		.flags = flags,
		.iova = iova,
		.size = size,
	};

	return ioctl(u->container, VFIO_IOMMU_UNMAP_DMA, &arg) ? -errno :
								 (long)arg.size;
}

/* --- edu ---------------------------------------------------------------- */

bool edu_is(struct vfio_user *u)
{
	return (*(volatile uint32_t *)(u->bar + EDU_ID) & 0xff) == 0xed;
}

static void edu_write(struct vfio_user *u, unsigned int off, uint64_t val)
{
	*(volatile uint64_t *)(u->bar + off) = val;
}

void edu_dma(struct vfio_user *u, unsigned long iova, unsigned long at,
	     unsigned int bytes, bool to_ram)
{
	int i;

	must(at + bytes <= PAGE, "a DMA inside edu's buffer");
	edu_write(u, EDU_DMA_SRC, to_ram ? EDU_BUFFER + at : iova);
	edu_write(u, EDU_DMA_DST, to_ram ? iova : EDU_BUFFER + at);
	edu_write(u, EDU_DMA_COUNT, bytes);
	edu_write(u, EDU_DMA_CMD, EDU_START | (to_ram ? EDU_TO_RAM : 0));
	for (i = 0; i < 1000; i++) {
		if (!(*(volatile uint64_t *)(u->bar + EDU_DMA_CMD) & EDU_START))
			return;
		pause_ms(10);
	}
	must(false, "edu ends its DMA");
}

/* --- /dev/vtd ----------------------------------------------------------- */

const char *vtd_ask(const char *command)
{
	static char text[256 * 1024];
	static int control = -1;
	size_t len = 0, size = strlen(command);
	ssize_t n;

	if (control < 0)
		control = open("/dev/vtd", O_RDWR);
	must(control >= 0, "/dev/vtd opens");
	must(write(control, command, size) == (ssize_t)size,
	     "/dev/vtd takes the command");
	while ((n = read(control, text + len, sizeof(text) - 1 - len)) > 0)
		len += n;
	text[len] = '\0';
	return text;
}

/* What is behind the first " KEY=" of @text, or nothing. */
static const char *value_of(const char *text, const char *key)
{
	char pattern[40];
	const char *p;

	snprintf(pattern, sizeof(pattern), " %s=", key);
	p = strstr(text, pattern);
	return p ? p + strlen(pattern) : "";
}

unsigned long number_of(const char *text, const char *key)
{
	return strtoul(value_of(text, key), NULL, 0);
}

static void word_of(const char *text, const char *key, char *to, size_t size)
{
	const char *p = value_of(text, key);

	snprintf(to, size, "%.*s", (int)strcspn(p, "\n "), p);
}

struct fault last_fault(void)
{
	const char *text = vtd_ask("faults"), *line, *end;
	struct fault f = { 0 };

	end = strrchr(text, '\n');
	if (!end)
		return f;
	for (line = end; line > text && line[-1] != '\n'; line--)
		;
	f.seq = number_of(line, "seq");
	word_of(line, "device", f.device, sizeof(f.device));
	word_of(line, "access", f.access, sizeof(f.access));
	f.address = number_of(line, "address");
	return f;
}

void check_one_fault(unsigned long before, const char *source,
		     const char *access, unsigned long iova, const char *what)
{
	struct fault f = last_fault();
	int i;

	for (i = 0; i < 50 && f.seq == before; i++) {
		pause_ms(50);
		f = last_fault();
	}
	/* Time for a second one, which must not come. */
	pause_ms(150);
	f = last_fault();
	if (!check(f.seq == before + 1 && !strcmp(f.device, source) &&
			   !strcmp(f.access, access) &&
			   f.address == (iova & ~(PAGE - 1)),
		   "%s: exactly one report, of a %s to 0x%lx", what, access,
		   iova))
		printf("# %lu reports, the last: device %s access %s address 0x%lx\n",
		       f.seq - before, f.device, f.access, f.address);
}

struct walked walk_to(const char *bdf, unsigned long iova)
{
	struct walked w = { 0 };
	char command[80];
	const char *text;

	snprintf(command, sizeof(command), "walk %s 0x%lx", bdf, iova);
	text = vtd_ask(command);
	word_of(text, "end", w.end, sizeof(w.end));
	word_of(text, "domain", w.domain, sizeof(w.domain));
	if (strcmp(w.end, "page"))
		return w;
	w.phys = number_of(text, "phys");
	w.start = number_of(text, "start");
	w.bytes = number_of(text, "bytes");
	return w;
}

unsigned long physical(const void *va)
{
	static int map = -1;
	uint64_t entry = 0;

	if (map < 0)
		map = open("/proc/self/pagemap", O_RDONLY);
	must(pread(map, &entry, 8, (uintptr_t)va / PAGE * 8) == 8 &&
		     entry >> 63,
	     "the page is in memory");
	return (entry & ((1UL << 55) - 1)) * PAGE + (uintptr_t)va % PAGE;
}
