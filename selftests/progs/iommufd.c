// SPDX-License-Identifier: GPL-2.0
/*
 * A program that has devices through VFIO's files and iommufd, on a kernel that
 * has iommufd: the suite vtd_iommufd of KUnit runs this, with the devices' DMA
 * behind /dev/vtd-iommufd-test.
 * Usage: iommufd basic|nested|dirty|migrate N|viommu|siov|mute|fuzz N [SEED]
 *
 * Each check is a line in the kernel's log; the status is 0 when none was wrong.
 * This file has what needs paging domains alone.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "iommufd_user.h"

#define IOVA 0x40000000ULL

/* --- hardware info ------------------------------------------------------------ */

static int hw_info(struct iodev *dev, struct iommu_hw_info *info,
		   struct iommu_hw_info_vtd *vtd, uint32_t bytes)
{
	*info = (struct iommu_hw_info){
		.size = sizeof(*info),
		.dev_id = dev->id,
		.data_len = bytes,
		.data_uptr = bytes ? (uintptr_t)vtd : 0,
	};
	return ask(dev->iommu, IOMMU_GET_HW_INFO, info);
}

static void info_of(struct iodev *dev, unsigned int pasid_bits)
{
	struct {
		struct iommu_hw_info_vtd vtd;
		uint64_t more[2];
	} data;
	struct iommu_hw_info info;

	memset(&data, 0xff, sizeof(data));
	is(hw_info(dev, &info, &data.vtd, sizeof(data)), 0,
	   "hardware info of device %u", dev->nr);
	check(info.out_data_type == IOMMU_HW_INFO_TYPE_INTEL_VTD &&
		      info.data_len == sizeof(data.vtd),
	      "it is VT-d's (type %u, %u bytes)", info.out_data_type,
	      info.data_len);
	check(data.vtd.cap_reg == machine.cap &&
		      data.vtd.ecap_reg == machine.ecap,
	      "with the unit's registers: %lx and %lx", (long)machine.cap,
	      (long)machine.ecap);
	check(!data.vtd.flags && !data.vtd.__reserved && !data.more[0] &&
		      !data.more[1],
	      "without an erratum, and with nothing behind it");
	check(info.out_max_pasid_log2 == pasid_bits, "PASIDs of %u bits: %u",
	      pasid_bits, info.out_max_pasid_log2);
	check(info.out_capabilities & IOMMU_HW_CAP_DIRTY_TRACKING,
	      "it can track what is dirty (0x%lx)",
	      (long)info.out_capabilities);
	is(hw_info(dev, &info, &data.vtd, 0), 0, "without data");
	is(hw_info(dev, &info, &data.vtd, 8), 0, "with a part of it");
	info.flags = IOMMU_HW_INFO_FLAG_INPUT_TYPE;
	info.in_data_type = IOMMU_HW_INFO_TYPE_AMD;
	is(ask(dev->iommu, IOMMU_GET_HW_INFO, &info), -EOPNOTSUPP,
	   "that of another vendor");
}

/* --- what may be asked for ---------------------------------------------------- */

static void flags_are_taken(struct iodev *dev)
{
	bool nests = (machine.ecap & ECAP_NEST) && (machine.ecap & ECAP_SSTS);
	const struct {
		uint32_t flags;
		int expected;
	} tries[] = {
		{ 0, 0 },
		{ IOMMU_HWPT_ALLOC_DIRTY_TRACKING, 0 },
		{ IOMMU_HWPT_ALLOC_PASID, 0 },
		{ IOMMU_HWPT_ALLOC_PASID | IOMMU_HWPT_ALLOC_DIRTY_TRACKING, 0 },
		{ IOMMU_HWPT_ALLOC_NEST_PARENT, nests ? 0 : -EOPNOTSUPP },
		{ IOMMU_HWPT_ALLOC_NEST_PARENT | IOMMU_HWPT_ALLOC_PASID,
		  nests ? 0 : -EOPNOTSUPP },
		{ IOMMU_HWPT_ALLOC_NEST_PARENT |
			  IOMMU_HWPT_ALLOC_DIRTY_TRACKING,
		  nests ? 0 : -EOPNOTSUPP },
		{ IOMMU_HWPT_ALLOC_NEST_PARENT | IOMMU_HWPT_FAULT_ID_VALID,
		  -EOPNOTSUPP },
		{ 1 << 4, -EOPNOTSUPP },
		{ 1U << 31, -EOPNOTSUPP },
	};
	uint32_t ioas = ioas_new(dev->iommu), id;
	unsigned int i;

	for (i = 0; i < sizeof(tries) / sizeof(*tries); i++) {
		int ret = hwpt_new(dev, ioas, tries[i].flags, &id);

		is(ret, tries[i].expected, "an HWPT with flags 0x%x",
		   tries[i].flags);
		if (!ret)
			is(destroy(dev->iommu, id), 0, "destroyed");
	}
	is(destroy(dev->iommu, ioas), 0, "the IOAS destroyed");
}

/* Data where none belongs, and none where it does. */
static void data_is_refused(struct iodev *dev)
{
	const struct iommu_hwpt_vtd_s1 data = { .addr_width = 48 };
	uint32_t ioas = ioas_new(dev->iommu), plain, id = 0;
	struct iommu_hwpt_alloc arg = {
		.size = sizeof(arg),
		.dev_id = dev->id,
		.pt_id = ioas,
		.data_type = IOMMU_HWPT_DATA_VTD_S1,
		.data_len = sizeof(data),
		.data_uptr = (uintptr_t)&data,
	};

	check(ask(dev->iommu, IOMMU_HWPT_ALLOC, &arg) < 0,
	      "a paging domain takes no data");
	arg.data_type = IOMMU_HWPT_DATA_ARM_SMMUV3;
	check(ask(dev->iommu, IOMMU_HWPT_ALLOC, &arg) < 0,
	      "nor that of another vendor");
	plain = hwpt(dev, ioas, 0);
	is(nested_new(dev, plain, 0, &data, &id), -EINVAL,
	   "a nested domain in one that is no parent");
	check(hwpt_new(dev, plain, 0, &id) < 0, "a nested domain without data");
	check(hwpt_new(dev, dev->id, 0, &id) < 0, "a domain of a device");
	check(hwpt_new(dev, 0xfffff, 0, &id) < 0, "a domain of nothing");
	is(destroy(dev->iommu, ioas), -EBUSY, "an IOAS that is in use");
	is(destroy(dev->iommu, plain), 0, "the HWPT destroyed");
	is(destroy(dev->iommu, ioas), 0, "the IOAS destroyed");
}

/* --- mappings that DMA sees --------------------------------------------------- */

static void mappings(struct iodev *dev, uint32_t pasid)
{
	uint32_t ioas = ioas_new(dev->iommu);
	uint32_t pt =
		hwpt(dev, ioas, pasid == NO_PASID ? 0 : IOMMU_HWPT_ALLOC_PASID);
	uint8_t *at = memory_new(64 * PAGE), *copy = malloc(16 * PAGE);
	volatile uint64_t *word = (void *)at;
	uint64_t seed = 7;
	unsigned int i;

	word[0] = 0x1234;
	is(attach(dev, pasid, pt), 0, "device %u attached", dev->nr);
	dma_refused(dev->nr, pasid, 0, IOVA, "nothing is mapped");
	is(map(dev->iommu, ioas, at, IOVA, 32 * PAGE), 0, "32 pages mapped");
	dma_reads(dev->nr, pasid, IOVA, 0x1234, "a page that is mapped");
	dma_writes(dev->nr, pasid, IOVA + 8, 0x5678, word + 1, "the same");
	dma_refused(dev->nr, pasid, IOTEST_WRITE, IOVA + 32 * PAGE,
		    "behind it");
	for (i = 0; i < 16 * PAGE / 8; i++)
		((uint64_t *)copy)[i] = random_of(&seed);
	check(dma(dev->nr, pasid, IOTEST_WRITE, IOVA + 8 * PAGE + 16, copy,
		  16 * PAGE, NULL) == IOTEST_DONE &&
		      !memcmp(at + 8 * PAGE + 16, copy, 16 * PAGE),
	      "16 pages at once arrive as they are");
	is(map_as(dev->iommu, ioas, at + 32 * PAGE, IOVA + 32 * PAGE, PAGE,
		  IOMMU_IOAS_MAP_READABLE),
	   0, "one page more, to be read");
	word[32 * PAGE / 8] = 0x99;
	dma_reads(dev->nr, pasid, IOVA + 32 * PAGE, 0x99, "it");
	dma_refused(dev->nr, pasid, IOTEST_WRITE, IOVA + 32 * PAGE,
		    "a write to it");
	is(unmap(dev->iommu, ioas, IOVA, 32 * PAGE), 0, "unmapped");
	word[0] = 0x4321;
	dma_refused(dev->nr, pasid, IOTEST_WRITE, IOVA,
		    "a write to what is gone");
	dma_refused(dev->nr, pasid, 0, IOVA + PAGE, "a read of what is gone");
	check(word[0] == 0x4321, "nothing was written");
	is(map(dev->iommu, ioas, at + 40 * PAGE, IOVA, 4 * PAGE), 0,
	   "others mapped there");
	dma_writes(dev->nr, pasid, IOVA, 0x777, word + 40 * PAGE / 8, "these");
	is(detach(dev, pasid), 0, "detached");
	dma_refused(dev->nr, pasid, 0, IOVA, "a device that is nowhere");
	is(destroy(dev->iommu, pt), 0, "the HWPT destroyed");
	is(destroy(dev->iommu, ioas), 0, "the IOAS destroyed");
	munmap(at, 64 * PAGE);
	free(copy);
	quiet("mappings");
}

/* Pages of 2 MiB, and what iommufd lets be unmapped of them. */
static void huge_mappings(struct iodev *dev)
{
	uint32_t ioas = ioas_new(dev->iommu);
	volatile uint64_t *at = memory_huge(2 * HUGE);

	is(map(dev->iommu, ioas, (void *)at, IOVA, 2 * HUGE), 0,
	   "two huge pages mapped");
	is(attach(dev, NO_PASID, ioas), 0, "attached to the IOAS");
	dma_writes(dev->nr, NO_PASID, IOVA + HUGE - 8, 1, at + HUGE / 8 - 1,
		   "the end of the first");
	dma_writes(dev->nr, NO_PASID, IOVA + HUGE, 2, at + HUGE / 8,
		   "the beginning of the second");
	is(unmap(dev->iommu, ioas, IOVA, HUGE), -ENOENT, "a half unmapped");
	is(unmap(dev->iommu, ioas, 0, ~0ULL), 0, "all unmapped");
	dma_refused(dev->nr, NO_PASID, IOTEST_WRITE, IOVA + HUGE,
		    "what was there");
	is(detach(dev, NO_PASID), 0, "detached");
	is(destroy(dev->iommu, ioas), 0, "the IOAS destroyed");
	munmap((void *)at, 2 * HUGE);
	quiet("huge pages");
}

/* --- replaced under DMA ------------------------------------------------------- */

#define SPAN (16 * PAGE)

static void replaced(struct iodev *dev, uint32_t pasid)
{
	uint32_t flags = pasid == NO_PASID ? 0 : IOMMU_HWPT_ALLOC_PASID;
	uint32_t ioas[2], pt[2], w;
	uint8_t *at[2], *copy = malloc(SPAN);
	unsigned int i, wrong = 0;
	struct iotest_log log;

	for (i = 0; i < 2; i++) {
		ioas[i] = ioas_new(dev->iommu);
		pt[i] = hwpt(dev, ioas[i], flags);
		at[i] = memory_new(SPAN);
		is(map(dev->iommu, ioas[i], at[i], IOVA, SPAN), 0, "mapped");
	}
	is(attach(dev, pasid, pt[0]), 0, "attached");
	w = writer_new(dev->nr, pasid, IOVA, SPAN / PAGE, 1);
	for (i = 0; i < 50; i++) {
		int ret = attach(dev, pasid, pt[~i & 1]);

		if (ret && wrong++ < 3)
			is(ret, 0, "replace %u", i);
		/* What was under way has arrived; nothing comes after it. */
		memcpy(copy, at[i & 1], SPAN);
		writer_wait(w);
		if (memcmp(copy, at[i & 1], SPAN) && wrong++ < 3)
			check(false, "replace %u: the old memory is written to",
			      i);
		memset(at[~i & 1], 0, SPAN);
		for (ret = 0; ret < 3; ret++)
			writer_wait(w);
		memset(copy, 0, SPAN);
		if (!memcmp(copy, at[~i & 1], SPAN) && wrong++ < 3)
			check(false, "replace %u: the new memory is not", i);
	}
	log = writer_log(w, false, NULL);
	check(!log.refused && log.done,
	      "50 replacements of a domain under DMA: %lu writes, %lu refused (the last at 0x%lx, reason 0x%x)",
	      (long)log.done, (long)log.refused, (long)log.addr, log.reason);
	writer_stop(w);
	check(!wrong, "each went to the new one (%u did not)", wrong);
	is(detach(dev, pasid), 0, "detached");
	for (i = 0; i < 2; i++) {
		is(destroy(dev->iommu, pt[i]), 0, "HWPT destroyed");
		is(destroy(dev->iommu, ioas[i]), 0, "IOAS destroyed");
		munmap(at[i], SPAN);
	}
	free(copy);
	quiet("replacements");
}

/* Maps and unmaps beside a device that writes all the time. */
static void mapped_under_dma(struct iodev *dev)
{
	uint32_t ioas = ioas_new(dev->iommu);
	uint8_t *at = memory_new(32 * PAGE);
	struct iotest_log log;
	unsigned int i, wrong = 0;
	uint32_t w;

	is(map(dev->iommu, ioas, at, IOVA, 16 * PAGE), 0, "mapped");
	is(attach(dev, NO_PASID, ioas), 0, "attached");
	w = writer_new(dev->nr, NO_PASID, IOVA, 16, 2);
	for (i = 0; i < 50; i++) {
		uint64_t other = IOVA + (16 + i % 8) * PAGE;

		wrong += map(dev->iommu, ioas, at + 16 * PAGE, other, PAGE) !=
			 0;
		wrong += unmap(dev->iommu, ioas, other, PAGE) != 0;
	}
	writer_wait(w);
	log = writer_log(w, false, NULL);
	check(!log.refused && !wrong,
	      "50 mappings beside DMA: %lu writes, %lu refused, %u failed",
	      (long)log.done, (long)log.refused, wrong);
	writer_stop(w);
	is(detach(dev, NO_PASID), 0, "detached");
	is(destroy(dev->iommu, ioas), 0, "IOAS destroyed");
	munmap(at, 32 * PAGE);
}

/* Two devices in one domain, of which one goes. */
static void shared_domain(struct iodev *a, struct iodev *b)
{
	uint32_t ioas = ioas_new(a->iommu), pt = hwpt(a, ioas, 0);
	volatile uint64_t *at = memory_new(PAGE);

	is(map(a->iommu, ioas, (void *)at, IOVA, PAGE), 0, "mapped");
	is(attach(a, NO_PASID, pt), 0, "one device attached");
	is(attach(b, NO_PASID, pt), 0, "another attached");
	dma_writes(a->nr, NO_PASID, IOVA, 1, at, "the one");
	dma_writes(b->nr, NO_PASID, IOVA, 2, at, "the other");
	is(destroy(a->iommu, pt), -EBUSY, "a domain in use");
	is(detach(a, NO_PASID), 0, "the one detached");
	dma_refused(a->nr, NO_PASID, IOTEST_WRITE, IOVA, "the one now");
	dma_writes(b->nr, NO_PASID, IOVA, 3, at, "the other now");
	is(unmap(a->iommu, ioas, IOVA, PAGE), 0, "unmapped");
	dma_refused(b->nr, NO_PASID, IOTEST_WRITE, IOVA, "the other then");
	is(detach(b, NO_PASID), 0, "the other detached");
	is(destroy(a->iommu, pt), 0, "HWPT destroyed");
	is(destroy(a->iommu, ioas), 0, "IOAS destroyed");
	munmap((void *)at, PAGE);
}

/* PASIDs beside each other, and beside requests without one. */
static void pasids(struct iodev *dev, unsigned int bits)
{
	uint32_t last = (1U << bits) - 1, ioas[3], pt[3];
	const uint32_t pasid[3] = { NO_PASID, 1, last };
	volatile uint64_t *at[3];
	unsigned int i;

	for (i = 0; i < 3; i++) {
		ioas[i] = ioas_new(dev->iommu);
		pt[i] = hwpt(dev, ioas[i], IOMMU_HWPT_ALLOC_PASID);
		at[i] = memory_new(PAGE);
		is(map(dev->iommu, ioas[i], (void *)at[i], IOVA, PAGE), 0,
		   "mapped");
		is(attach(dev, pasid[i], pt[i]), 0, "PASID 0x%x attached",
		   pasid[i]);
	}
	check(attach(dev, last + 1, pt[1]) < 0, "PASID 0x%x refused", last + 1);
	for (i = 0; i < 3; i++)
		dma_writes(dev->nr, pasid[i], IOVA, 0x10 + i, at[i], "its own");
	dma_refused(dev->nr, 2, 0, IOVA, "a PASID that nobody has");
	is(detach(dev, pasid[1]), 0, "PASID detached");
	dma_refused(dev->nr, pasid[1], 0, IOVA, "it then");
	dma_reads(dev->nr, pasid[2], IOVA, 0x12, "another");
	dma_reads(dev->nr, NO_PASID, IOVA, 0x10, "none");
	is(detach(dev, NO_PASID), 0, "without PASID detached");
	dma_refused(dev->nr, NO_PASID, 0, IOVA, "none then");
	dma_reads(dev->nr, pasid[2], IOVA, 0x12, "the other still");
	is(detach(dev, pasid[2]), 0, "the other detached");
	for (i = 0; i < 3; i++) {
		is(destroy(dev->iommu, pt[i]), 0, "HWPT destroyed");
		is(destroy(dev->iommu, ioas[i]), 0, "IOAS destroyed");
		munmap((void *)at[i], PAGE);
	}
	quiet("PASIDs");
}

/* Whatever is left when files are closed, in any order. */
static void left_behind(unsigned int order)
{
	int iommu = iommu_new();
	struct iodev dev = take(ATS, iommu);
	uint32_t ioas = ioas_new(iommu);
	uint32_t pt = hwpt(&dev, ioas, IOMMU_HWPT_ALLOC_PASID);
	void *at = memory_new(4 * PAGE);

	is(map(iommu, ioas, at, IOVA, 4 * PAGE), 0, "mapped");
	is(attach(&dev, NO_PASID, pt), 0, "attached");
	is(attach(&dev, 9, pt), 0, "its PASID, too");
	dma_writes(ATS, 9, IOVA, order, at, "before it is closed");
	if (order & 2)
		munmap(at, 4 * PAGE);
	if (order & 1)
		close(iommu);
	give(&dev);
	if (!(order & 1))
		close(iommu);
	if (!(order & 2))
		munmap(at, 4 * PAGE);
}

void run_basic(void)
{
	static const unsigned int bits[IOTEST_DEVICES] = { 20, 16, 0 };
	int iommu = iommu_new();
	struct iodev dev[IOTEST_DEVICES];
	unsigned int i;

	for (i = 0; i < IOTEST_DEVICES; i++) {
		dev[i] = take(i, iommu);
		info_of(&dev[i], bits[i]);
		mappings(&dev[i], NO_PASID);
	}
	flags_are_taken(&dev[ATS]);
	data_is_refused(&dev[ATS]);
	huge_mappings(&dev[ATS]);
	for (i = 0; i < IOTEST_DEVICES; i++)
		replaced(&dev[i], NO_PASID);
	mapped_under_dma(&dev[ATS]);
	shared_domain(&dev[ATS_2], &dev[PLAIN]);
	mappings(&dev[ATS], 0x123);
	replaced(&dev[ATS], 0x123);
	pasids(&dev[ATS], 20);
	pasids(&dev[ATS_2], 16);
	for (i = 0; i < IOTEST_DEVICES; i++)
		give(&dev[i]);
	close(iommu);
	for (i = 0; i < 4; i++)
		left_behind(i);
	quiet("basic");
}

/* --- interfaces of several processes ------------------------------------------ */

#define INTERFACES 16
#define FIRST_PASID 0x80

/**
 * struct owner - a process that an interface belongs to
 * @pid: the process
 * @ask: it is asked to look
 * @answer: and says what is in its memory
 */
struct owner {
	pid_t pid;
	int ask;
	int answer;
	int memory;
	uint32_t ioas;
	uint32_t pt;
};

/* A process with memory of its own; tells which file it is, then what is there. */
static void own(int asked, int answer)
{
	int fd = memfd_create("interface", 0);
	volatile uint64_t *at;
	uint64_t seen = fd;
	char c;

	if (fd < 0 || ftruncate(fd, 2 * PAGE))
		_exit(1);
	at = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (at == MAP_FAILED)
		_exit(1);
	do {
		if (write(answer, &seen, sizeof(seen)) != sizeof(seen) ||
		    read(asked, &c, 1) != 1)
			_exit(0);
		seen = at[0];
	} while (1);
}

static uint64_t look(struct owner *o)
{
	uint64_t seen = ~0ULL;

	must(write(o->ask, "?", 1) == 1 &&
		     read(o->answer, &seen, sizeof(seen)) == sizeof(seen),
	     "a process has gone");
	return seen;
}

static void owner_start(struct owner *o)
{
	int down[2], up[2];
	uint64_t fd;
	char path[64];

	must(!pipe2(down, O_CLOEXEC) && !pipe2(up, O_CLOEXEC), "no pipe");
	o->pid = fork();
	must(o->pid >= 0, "no process");
	if (!o->pid) {
		int i;

		/* Nothing of what belongs to others. */
		for (i = 3; i < 256; i++)
			if (i != down[0] && i != up[1])
				close(i);
		own(down[0], up[1]);
	}
	close(down[0]);
	close(up[1]);
	o->ask = down[1];
	o->answer = up[0];
	must(read(o->answer, &fd, sizeof(fd)) == sizeof(fd), "no answer");
	snprintf(path, sizeof(path), "/proc/%d/fd/%d", o->pid, (int)fd);
	o->memory = open(path, O_RDWR | O_CLOEXEC);
	must(o->memory >= 0, "%s: %s", path, strerror(errno));
}

static void owner_stop(struct owner *o)
{
	close(o->ask);
	close(o->answer);
	close(o->memory);
	waitpid(o->pid, NULL, 0);
}

static void interface_open(struct iodev *dev, struct owner *o, uint32_t pasid)
{
	owner_start(o);
	o->ioas = ioas_new(dev->iommu);
	o->pt = hwpt(dev, o->ioas, IOMMU_HWPT_ALLOC_PASID);
	is(map_file(dev->iommu, o->ioas, o->memory, IOVA, 2 * PAGE), 0,
	   "memory of process %d mapped", o->pid);
	is(attach(dev, pasid, o->pt), 0, "PASID 0x%x attached", pasid);
}

static void interface_close(struct iodev *dev, struct owner *o, uint32_t pasid)
{
	is(detach(dev, pasid), 0, "PASID 0x%x detached", pasid);
	is(destroy(dev->iommu, o->pt), 0, "its HWPT destroyed");
	is(destroy(dev->iommu, o->ioas), 0, "its IOAS destroyed");
}

/* Each open interface writes; each process sees its own, and nothing else. */
static void all_write(unsigned int nr, struct owner *o, uint32_t gone,
		      uint64_t value)
{
	unsigned int i, wrong = 0;

	for (i = 0; i < INTERFACES; i++) {
		uint64_t mine = value + i;
		int outcome = dma(nr, FIRST_PASID + i, IOTEST_WRITE, IOVA,
				  &mine, sizeof(mine), NULL);

		wrong += (outcome == IOTEST_DONE) == (gone >> i & 1);
	}
	for (i = 0; i < INTERFACES; i++)
		wrong += (look(&o[i]) == value + i) == (gone >> i & 1);
	check(!wrong, "%u interfaces, closed 0x%x: %u went wrong", INTERFACES,
	      gone, wrong);
}

void run_siov(void)
{
	struct owner o[INTERFACES];
	int iommu = iommu_new();
	struct iodev dev = take(ATS, iommu);
	uint32_t w[INTERFACES], i;
	struct iotest_log log;

	for (i = 0; i < INTERFACES; i++)
		interface_open(&dev, &o[i], FIRST_PASID + i);
	all_write(ATS, o, 0, 0x1000);
	for (i = 0; i < INTERFACES; i++) {
		dma_refused(ATS, FIRST_PASID + i, IOTEST_WRITE, IOVA + 2 * PAGE,
			    "behind the memory of an interface");
		w[i] = writer_new(ATS, FIRST_PASID + i, IOVA + PAGE, 1, i);
	}
	/* One goes while all write: its own is refused from then on. */
	interface_close(&dev, &o[3], FIRST_PASID + 3);
	for (i = 0; i < INTERFACES; i++) {
		writer_wait(w[i]);
		log = writer_log(w[i], false, NULL);
		check(!log.refused == (i != 3),
		      "interface %u: %lu writes, %lu refused", i,
		      (long)log.done, (long)log.refused);
	}
	writer_stop(w[3]);
	all_write(ATS, o, 1 << 3, 0x2000);
	/* Its process ends, then others with their interfaces open. */
	owner_stop(&o[3]);
	interface_open(&dev, &o[3], FIRST_PASID + 3);
	all_write(ATS, o, 0, 0x3000);
	for (i = 0; i < INTERFACES; i++) {
		owner_stop(&o[i]);
		if (i != 3)
			writer_stop(w[i]);
		if (i % 3)
			interface_close(&dev, &o[i], FIRST_PASID + i);
	}
	give(&dev);
	close(iommu);
	quiet("interfaces");
}

/* --- a device that does not answer -------------------------------------------- */

void run_mute(void)
{
	int iommu = iommu_new();
	struct iodev dev = take(ATS_2, iommu), other = take(ATS, iommu);
	uint32_t ioas = ioas_new(iommu), pt = hwpt(&dev, ioas, 0), w;
	volatile uint64_t *at = memory_new(20 * PAGE);
	struct iotest_log log;
	uint64_t before;

	is(map(iommu, ioas, (void *)at, IOVA, PAGE), 0, "mapped");
	is(map(iommu, ioas, (void *)(at + 512), IOVA + PAGE, 16 * PAGE), 0,
	   "more mapped");
	is(attach(&dev, NO_PASID, pt), 0, "attached");
	is(attach(&other, NO_PASID, pt), 0, "another attached");
	dma_writes(ATS_2, NO_PASID, IOVA, 1, at, "before it falls silent");
	w = writer_new(ATS, NO_PASID, IOVA + PAGE, 16, 1);
	writer_wait(w);
	must(!ioctl(machine_fd, IOTEST_MUTE, ATS_2 | 0x100), "no mute");
	unmap(iommu, ioas, IOVA, PAGE);
	say("unmapped with a device that does not answer");
	before = 0x1111;
	at[0] = before;
	dma_refused(ATS_2, NO_PASID, IOTEST_WRITE, IOVA, "what it still knows");
	dma_refused(ATS_2, NO_PASID, IOTEST_WRITE, IOVA + PAGE,
		    "anything else");
	check(at[0] == before, "the page that was unmapped is not written to");
	writer_wait(w);
	log = writer_log(w, false, NULL);
	check(!log.refused, "the other goes on: %lu writes, %lu refused",
	      (long)log.done, (long)log.refused);
	writer_stop(w);
	must(!ioctl(machine_fd, IOTEST_MUTE, ATS_2), "still mute");
	dma_refused(ATS_2, NO_PASID, IOTEST_WRITE, IOVA,
		    "when it speaks again");
	give(&dev);
	give(&other);
	close(iommu);
}

/* --- which part --------------------------------------------------------------- */

static int start(const char *what, unsigned int number, unsigned int seed)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} parts[] = {
		{ "basic", run_basic },
		{ "nested", run_nested },
		{ "dirty", run_dirty },
		{ "pages", run_pages },
		{ "viommu", run_viommu },
		{ "siov", run_siov },
		{ "mute", run_mute },
		{ "mute-nested", run_mute_nested },
		{ "mute-viommu", run_mute_viommu },
	};
	unsigned int i;

	if (!strcmp(what, "migrate")) {
		run_migrate(number);
		return 0;
	}
	if (!strcmp(what, "fuzz")) {
		run_fuzz(number, seed);
		return 0;
	}
	for (i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		if (strcmp(what, parts[i].name))
			continue;
		parts[i].run();
		return 0;
	}
	return -1;
}

int main(int argc, char **argv)
{
	unsigned int number = argc > 2 ? strtoul(argv[2], NULL, 0) : 50;
	int unsafe;

	if (argc < 2)
		return 2;
	/* The machine of software remaps no interrupts. */
	unsafe = open("/sys/module/iommufd/parameters/allow_unsafe_interrupts",
		      O_WRONLY);
	if (unsafe >= 0) {
		if (write(unsafe, "1", 1) != 1)
			perror("allow_unsafe_interrupts");
		close(unsafe);
	}
	machine_fd = open("/dev/vtd-iommufd-test", O_RDWR | O_CLOEXEC);
	must(machine_fd >= 0, "/dev/vtd-iommufd-test: %s", strerror(errno));
	must(!ioctl(machine_fd, IOTEST_INFO, &machine), "no machine: %s",
	     strerror(errno));
	must(!start(argv[1], number, argc > 3 ? strtoul(argv[3], NULL, 0) : 1),
	     "there is no part %s", argv[1]);
	say("%s: %u wrong", argv[1], failures());
	return failures() ? 1 : 0;
}
