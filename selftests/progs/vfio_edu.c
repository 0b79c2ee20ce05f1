// SPDX-License-Identifier: GPL-2.0
/*
 * DMA by QEMU's edu device on behalf of user space, through VFIO: what is
 * mapped is reached, what is not mapped is not, and each refusal is reported
 * once.
 *
 * Usage: vfio_edu BDF type1|type1v2 [SOURCE [COHERENT]]
 * SOURCE is the device that reports name, where it is not BDF itself (behind a
 * bridge); COHERENT (0 or 1) is what VFIO shall say to DMA_CC_IOMMU.
 * The device's group must be bound to vfio-pci; a huge page must be free.
 * Prints KTAP.  Never starts a DMA whose device side leaves edu's own buffer:
 * QEMU would end.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define EDU_ID 0x00
#define EDU_DMA_SRC 0x80
#define EDU_DMA_DST 0x88
#define EDU_DMA_COUNT 0x90
#define EDU_DMA_CMD 0x98
#define EDU_BUFFER 0x40000
#define EDU_START 1
#define EDU_TO_RAM 2

#define PAGE 4096UL
#define MIB (1UL << 20)
#define HUGE_PAGE (2 * MIB)

/* All below 2^28, which is as far as edu reaches unless told otherwise. */
#define IOVA_RO 0x200000UL
#define IOVA_WO 0x300000UL
#define IOVA_HUGE 0x4000000UL
#define IOVA_UNMAPPED 0x8000000UL
#define IOVA_MSI 0xfee00000UL

static int container, group, device, control;
static volatile uint8_t *bar;
static uint8_t *ram;
static uint8_t shadow[MIB];
static const char *bdf, *source;
static int checks, failures;

static bool check(bool good, const char *format, ...)
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

static void must(bool good, const char *what)
{
	if (good)
		return;
	printf("# errno %d: %s\n", errno, strerror(errno));
	check(false, "%s", what);
	exit(1);
}

static void pause_ms(long ms)
{
	struct timespec t = { .tv_sec = ms / 1000,
			      .tv_nsec = ms % 1000 * 1000000 };

	nanosleep(&t, NULL);
}

/* --- faults ------------------------------------------------------------- */

struct fault {
	unsigned long seq;
	char device[32], access[16];
	unsigned long address;
};

/* The last fault that the module reported; seq 0 for none. */
static struct fault last_fault(void)
{
	static char text[256 * 1024];
	struct fault f = { 0 };
	size_t len = 0;
	ssize_t n;
	char *line, *p;

	must(write(control, "faults", 6) == 6, "/dev/vtd takes 'faults'");
	while ((n = read(control, text + len, sizeof(text) - 1 - len)) > 0)
		len += n;
	text[len] = '\0';
	line = strrchr(text, '\n');
	if (!line)
		return f;
	*line = '\0';
	line = strrchr(text, '\n');
	line = line ? line + 1 : text;
	p = strstr(line, " seq=");
	if (p)
		f.seq = strtoul(p + 5, NULL, 10);
	p = strstr(line, " device=");
	if (p)
		sscanf(p, " device=%31s", f.device);
	p = strstr(line, " access=");
	if (p)
		sscanf(p, " access=%15s", f.access);
	p = strstr(line, " address=");
	if (p)
		f.address = strtoul(p + 9, NULL, 16);
	return f;
}

/* Exactly one fault more than @before, and of this kind? */
static void check_one_fault(unsigned long before, const char *access,
			    unsigned long iova, const char *what)
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

/* --- edu ---------------------------------------------------------------- */

static void edu_write(unsigned int off, uint64_t val)
{
	*(volatile uint64_t *)(bar + off) = val;
}

static void edu_dma(unsigned long iova, unsigned long at, unsigned int bytes,
		    bool to_ram)
{
	int i;

	must(at + bytes <= PAGE, "a DMA inside edu's buffer");
	edu_write(EDU_DMA_SRC, to_ram ? EDU_BUFFER + at : iova);
	edu_write(EDU_DMA_DST, to_ram ? iova : EDU_BUFFER + at);
	edu_write(EDU_DMA_COUNT, bytes);
	edu_write(EDU_DMA_CMD, EDU_START | (to_ram ? EDU_TO_RAM : 0));
	for (i = 0; i < 1000; i++) {
		if (!(*(volatile uint64_t *)(bar + EDU_DMA_CMD) & EDU_START))
			return;
		pause_ms(10);
	}
	must(false, "edu ends its DMA");
}

/* --- VFIO --------------------------------------------------------------- */

static int map(void *va, unsigned long iova, unsigned long size,
	       unsigned int flags)
{
	struct vfio_iommu_type1_dma_map arg = {
		.argsz = sizeof(arg),
		.flags = flags,
		.vaddr = (uintptr_t)va,
		.iova = iova,
		.size = size,
	};

	return ioctl(container, VFIO_IOMMU_MAP_DMA, &arg) ? -errno : 0;
}

/* Bytes that were unmapped, or a negative errno. */
static long unmap(unsigned long iova, unsigned long size)
{
	struct vfio_iommu_type1_dma_unmap arg = {
		.argsz = sizeof(arg),
		.iova = iova,
		.size = size,
	};

	return ioctl(container, VFIO_IOMMU_UNMAP_DMA, &arg) ? -errno :
							      (long)arg.size;
}

#define RW (VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE)

static int open_group(void)
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

static void open_device(void)
{
	struct vfio_region_info config = {
		.argsz = sizeof(config),
		.index = VFIO_PCI_CONFIG_REGION_INDEX,
	};
	struct vfio_region_info info = {
		.argsz = sizeof(info),
		.index = VFIO_PCI_BAR0_REGION_INDEX,
	};
	uint16_t command = 0;

	device = ioctl(group, VFIO_GROUP_GET_DEVICE_FD, bdf);
	must(device >= 0, "VFIO gives the device");
	must(!ioctl(device, VFIO_DEVICE_GET_REGION_INFO, &info), "BAR 0");
	must(!ioctl(device, VFIO_DEVICE_GET_REGION_INFO, &config), "config");
	/* Memory decoding and bus mastering. */
	must(pread(device, &command, 2, config.offset + 4) == 2, "command");
	command |= 6;
	must(pwrite(device, &command, 2, config.offset + 4) == 2, "command");
	bar = mmap(NULL, info.size, PROT_READ | PROT_WRITE, MAP_SHARED, device,
		   info.offset);
	must(bar != MAP_FAILED, "BAR 0 is mapped");
}

static void set_up(unsigned long type)
{
	struct vfio_group_status status = { .argsz = sizeof(status) };

	control = open("/dev/vtd", O_RDWR);
	must(control >= 0, "/dev/vtd opens");
	container = open("/dev/vfio/vfio", O_RDWR);
	must(container >= 0, "/dev/vfio/vfio opens");
	must(ioctl(container, VFIO_GET_API_VERSION) == VFIO_API_VERSION &&
		     ioctl(container, VFIO_CHECK_EXTENSION, type) == 1,
	     "VFIO offers this type of IOMMU");
	group = open_group();
	must(group >= 0, "the group opens");
	must(!ioctl(group, VFIO_GROUP_GET_STATUS, &status) &&
		     status.flags & VFIO_GROUP_FLAGS_VIABLE,
	     "the group is viable");
	must(!ioctl(group, VFIO_GROUP_SET_CONTAINER, &container),
	     "the group joins the container");
	must(!ioctl(container, VFIO_SET_IOMMU, type), "SET_IOMMU");
	check(true, "container, group and SET_IOMMU");
	open_device();
	must((*(volatile uint32_t *)(bar + EDU_ID) & 0xff) == 0xed,
	     "BAR 0 is edu's");
	check(true, "the device, its BAR 0 and bus mastering");
}

/* --- the checks --------------------------------------------------------- */

static void fill(uint8_t *p, unsigned long bytes, unsigned int seed)
{
	while (bytes--) {
		seed = seed * 1103515245 + 12345;
		*p++ = seed >> 16;
	}
}

static bool ram_is_untouched(void)
{
	return !memcmp(ram, shadow, MIB);
}

/* From one iova to another through edu, whole pages. */
static bool copy(unsigned long from, unsigned long to)
{
	edu_dma(from, 0, PAGE, false);
	edu_dma(to, 0, PAGE, true);
	return !memcmp(ram + from, ram + to, PAGE);
}

static void test_mapped(void)
{
	struct fault before = last_fault();

	check(!map(ram, 0, MIB, RW), "MAP_DMA of 1 MiB at iova 0");
	check(copy(0, 16 * PAGE), "the first page comes back as it went");
	check(copy(MIB - PAGE, PAGE), "and so does the last");
	memcpy(shadow + 16 * PAGE, shadow, PAGE);
	memcpy(shadow + PAGE, shadow + MIB - PAGE, PAGE);
	check(ram_is_untouched(), "nothing else was written");
	check(last_fault().seq == before.seq, "and nothing was reported");
}

static void test_refused_maps(void *other)
{
	check(map(other, IOVA_MSI, PAGE, RW) == -EINVAL,
	      "MAP_DMA over the interrupt window is EINVAL");
	check(map(other, MIB - PAGE, PAGE, RW) == -EEXIST,
	      "MAP_DMA over another mapping is EEXIST");
	check(map(other, 1UL << 60, PAGE, RW) == -EINVAL,
	      "MAP_DMA beyond the width is EINVAL");
}

/* A blocked write: @iova must not be reached, nothing of ours may change. */
static void test_write_blocked(unsigned long iova, const char *what)
{
	struct fault before = last_fault();

	edu_dma(iova, 0, 4, true);
	check(ram_is_untouched(), "%s: memory is untouched", what);
	check_one_fault(before.seq, "write", iova, what);
}

/* A blocked read: what is at @secret must not get into the device. */
static void test_read_blocked(unsigned long iova, const uint8_t *secret,
			      const char *what)
{
	struct fault before;

	/* What edu holds there is known before. */
	edu_dma(2 * PAGE, 64, 4, false);
	before = last_fault();
	edu_dma(iova, 64, 4, false);
	check_one_fault(before.seq, "read", iova, what);
	edu_dma(3 * PAGE, 64, 4, true);
	check(memcmp(ram + 3 * PAGE, secret, 4),
	      "%s: the device did not get the data", what);
	memcpy(shadow + 3 * PAGE, ram + 3 * PAGE, 4);
}

/*
 * The refused access comes first each time: QEMU 11 reports one only while it
 * has to walk the tables, and not when its IOTLB knows the page.
 */
static void test_access(uint8_t *page)
{
	uint8_t copy[PAGE];

	fill(page, PAGE, 77);
	memcpy(copy, page, PAGE);
	check(!map(page, IOVA_RO, PAGE, VFIO_DMA_MAP_FLAG_READ),
	      "MAP_DMA for reading only");
	/* Other data than the page holds, so that a write would show. */
	edu_dma(5 * PAGE, 0, 4, false);
	test_write_blocked(IOVA_RO, "write to a read-only page");
	check(!memcmp(page, copy, PAGE), "the page is as it was");
	edu_dma(IOVA_RO, 0, PAGE, false);
	edu_dma(4 * PAGE, 0, PAGE, true);
	memcpy(shadow + 4 * PAGE, copy, PAGE);
	check(ram_is_untouched(), "it can be read");
	edu_dma(5 * PAGE, 0, PAGE, false);
	edu_dma(IOVA_RO, 0, PAGE, true);
	check(!memcmp(page, copy, PAGE), "and not be written after that");
	check(unmap(IOVA_RO, PAGE) == (long)PAGE, "UNMAP_DMA returns its size");

	check(!map(page, IOVA_WO, PAGE, VFIO_DMA_MAP_FLAG_WRITE),
	      "MAP_DMA for writing only");
	test_read_blocked(IOVA_WO, page, "read from a write-only page");
	edu_dma(6 * PAGE, 0, PAGE, false);
	edu_dma(IOVA_WO, 0, PAGE, true);
	check(!memcmp(page, ram + 6 * PAGE, PAGE), "it can be written");
	check(unmap(IOVA_WO, PAGE) == (long)PAGE, "UNMAP_DMA returns its size");
}

static void test_huge(void)
{
	uint8_t *huge, *at;

	huge = mmap(NULL, HUGE_PAGE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);
	must(huge != MAP_FAILED, "a huge page is free");
	fill(huge, HUGE_PAGE, 99);
	check(!map(huge, IOVA_HUGE, HUGE_PAGE, RW), "MAP_DMA of a 2 MiB page");
	at = huge + HUGE_PAGE - PAGE;
	edu_dma(IOVA_HUGE + HUGE_PAGE - PAGE, 0, PAGE, false);
	edu_dma(7 * PAGE, 0, PAGE, true);
	check(!memcmp(ram + 7 * PAGE, at, PAGE), "its end can be read");
	edu_dma(8 * PAGE, 0, PAGE, false);
	edu_dma(IOVA_HUGE + MIB, 0, PAGE, true);
	check(!memcmp(huge + MIB, ram + 8 * PAGE, PAGE),
	      "its middle can be written");
	memcpy(shadow + 7 * PAGE, at, PAGE);
	check(unmap(IOVA_HUGE, HUGE_PAGE) == (long)HUGE_PAGE,
	      "UNMAP_DMA returns 2 MiB");
	test_write_blocked(IOVA_HUGE + MIB, "write to the unmapped huge page");
}

static void test_unmap(bool v2)
{
	long half = unmap(0, MIB / 2);

	if (v2) {
		check(half == -EINVAL, "half a mapping cannot be unmapped");
		check(unmap(0, MIB) == (long)MIB, "UNMAP_DMA returns 1 MiB");
	} else {
		check(half == (long)MIB, "UNMAP_DMA of half takes it whole");
		check(unmap(0, MIB) == 0, "UNMAP_DMA again returns nothing");
	}
	test_write_blocked(0, "write after UNMAP_DMA");
	test_write_blocked(MIB - PAGE, "write to its end after UNMAP_DMA");
	check(!map(ram, 0, MIB, RW), "MAP_DMA again");
	check(copy(9 * PAGE, 10 * PAGE), "is reached again");
}

int main(int argc, char **argv)
{
	bool v2 = argc >= 3 && !strcmp(argv[2], "type1v2");
	uint8_t *page;

	if (argc < 3 || argc > 5 || (!v2 && strcmp(argv[2], "type1"))) {
		fprintf(stderr,
			"usage: vfio_edu BDF type1|type1v2 [SOURCE [COHERENT]]\n");
		return 2;
	}
	bdf = argv[1];
	source = argc > 3 ? argv[3] : bdf;
	ram = mmap(NULL, MIB + PAGE, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	must(ram != MAP_FAILED, "memory");
	page = ram + MIB;
	fill(ram, MIB, 1);
	memcpy(shadow, ram, MIB);

	set_up(v2 ? VFIO_TYPE1v2_IOMMU : VFIO_TYPE1_IOMMU);
	if (argc > 4)
		check(ioctl(container, VFIO_CHECK_EXTENSION,
			    VFIO_DMA_CC_IOMMU) == atoi(argv[4]),
		      "DMA_CC_IOMMU is %s", argv[4]);
	test_mapped();
	test_refused_maps(page);
	test_write_blocked(IOVA_UNMAPPED, "write to an unmapped address");
	/* What a device that is not translated would read there. */
	test_read_blocked(IOVA_UNMAPPED, ram + 2 * PAGE + 4,
			  "read from an unmapped address");
	test_access(page);
	test_huge();
	test_unmap(v2);
	printf("1..%d\n", checks);
	/* Whatever is still mapped goes with the files. */
	return failures ? 1 : 0;
}
