// SPDX-License-Identifier: GPL-2.0
/*
 * One machine twice: the software unit and QEMU's, over the same memory.
 *
 * Owns the PCI set-up of the guest that is not there, the pages for tables and
 * the queue.  Must never let the two drift apart: every register write goes to
 * both.
 */
#include <stdio.h>
#include <stdlib.h>

#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>

#include <vtd/observe.h>

#include "twin.h"

#define BASE 0xfed90000ULL /* of QEMU's unit */
#define BARS 0xe0000000u
#define RING_BYTES 4096
#define STEPS 64

/* iommu-testdev's registers, and edu's. */
enum {
	TESTDEV_FIRE = 0x00,
	TESTDEV_ADDR = 0x04,
	TESTDEV_BYTES = 0x0c,
	TESTDEV_RESULT = 0x10,
	TESTDEV_ARM = 0x14,
	TESTDEV_PHYS = 0x1c,
	EDU_FROM = 0x80,
	EDU_TO = 0x88,
	EDU_COUNT = 0x90,
	EDU_COMMAND = 0x98,
};

#define TESTDEV_REFUSED 0xdead0002u
#define EDU_BUFFER 0x40000
#define EDU_GO 1
#define EDU_WRITES 2
#define EDU_NS 101000000ULL /* a transfer takes 100 ms of its time */

struct twin twin;

/* Registers. */

static void settle(void)
{
	vtd_model_run(twin.unit, STEPS);
}

u32 twin_model32(u32 off)
{
	return fix_read32(&twin.regs, off);
}

u64 twin_model64(u32 off)
{
	return fix_read64(&twin.regs, off);
}

u32 twin_qemu32(u32 off)
{
	return qemu_read32(BASE + off);
}

u64 twin_qemu64(u32 off)
{
	return qemu_read64(BASE + off);
}

void twin_write32(u32 off, u32 value)
{
	qemu_write32(BASE + off, value);
	fix_write32(&twin.regs, off, value);
	settle();
}

void twin_write64(u32 off, u64 value)
{
	qemu_write64(BASE + off, value);
	fix_write64(&twin.regs, off, value);
	settle();
}

static u64 same(u32 off, u64 model, u64 qemu, u64 ignore)
{
	if ((model ^ qemu) & ~ignore) {
		fprintf(stderr, "# register 0x%x: model 0x%llx, QEMU 0x%llx\n",
			off, model, qemu);
		fail();
	}
	return model;
}

u32 twin_read32(u32 off, u32 ignore)
{
	return same(off, twin_model32(off), twin_qemu32(off), ignore);
}

u64 twin_read64(u32 off, u64 ignore)
{
	return same(off, twin_model64(off), twin_qemu64(off), ignore);
}

void twin_command(u32 bit, bool on)
{
	u32 lasting = twin_read32(TWIN_GSTS, 0) & 0x96800000;

	twin_write32(TWIN_GCMD, on ? lasting | bit : lasting & ~bit);
	lasting = twin_read32(TWIN_GSTS, 0);
	assert_int_equal(!!(lasting & bit), on);
}

/* Memory. */

u64 *twin_table(void)
{
	assert_true(twin.used < TWIN_TABLES);
	return twin.table[twin.used++];
}

void twin_recycle(void)
{
	while (twin.used) {
		u64 *page = twin.table[--twin.used];

		memset(page, 0, PAGE_SIZE);
		vtd_flush_cache(page, PAGE_SIZE);
	}
}

void twin_store(u64 *at, u64 value)
{
	WRITE_ONCE(*at, value);
	vtd_flush_cache(at, sizeof(*at));
}

/*
 * Tables lie in gigabytes of their own, so that no DMA hits one: 1, and 4 and 5
 * above the hole.
 */
static u64 *table_page(u64 *seed)
{
	static const u8 where[] = { 1, 4, 5 };
	u64 phys = (u64)where[vtd_rand(seed) % 3] << 30;
	u64 *page;
	unsigned int i;

	phys |= (vtd_rand(seed) & 0x3ffff) << 12;
	page = phys_to_virt(phys);
	for (i = 0; i < TWIN_TABLES; i++)
		if (page == twin.table[i])
			return table_page(seed);
	if (page == twin.ring || (void *)page == (void *)twin.status)
		return table_page(seed);
	assert_int_equal(vtd_model_page_made(page, PAGE_SIZE), 0);
	vtd_flush_cache(page, PAGE_SIZE);
	return page;
}

static void make_tables(u64 *seed)
{
	unsigned int i;

	for (i = 0; i < TWIN_TABLES; i++)
		twin.table[i] = table_page(seed);
	twin.ring = table_page(seed);
	twin.status = (u32 *)table_page(seed);
	twin.scratch = 0x4000000;
}

/* PCI. */

static void place_bar(u16 sid, unsigned int off, u64 bar)
{
	qemu_config_write(sid, off, bar);
	qemu_config_write(sid, 4, qemu_config_read(sid, 4) | 6);
}

static void find_devices(void)
{
	static const struct {
		u8 bus, devfn;
		bool edu;
	} all[TWIN_DEVICES] = {
		{ 0, 0x20, false }, { 0, 0x21, true },	{ 0, 0x2b, false },
		{ 0, 0x2f, true },  { 1, 0x00, false }, { 1, 0x01, false },
		{ 1, 0x02, true },  { 2, 0x00, false }, { 2, 0x07, true },
	};
	unsigned int i;

	for (i = 0; i < TWIN_DEVICES; i++) {
		struct twin_device *dev = &twin.device[i];

		dev->sid = twin.bus[all[i].bus] << 8 | all[i].devfn;
		dev->edu = all[i].edu;
		dev->bar = BARS + (all[i].bus << 24) + (i << 20);
		assert_int_equal(qemu_config_read(dev->sid, 0),
				 dev->edu ? 0x11e81234 : 0x00051b36);
		place_bar(dev->sid, 0x10, dev->bar);
	}
}

/* A root port passes on to a bus, and what lies behind it. */
static void open_port(u16 sid, unsigned int i)
{
	u32 first = (BARS + (i << 24)) >> 16;

	qemu_config_write(sid, 0x18, twin.bus[i] << 16 | twin.bus[i] << 8);
	qemu_config_write(sid, 0x20, (first | 0xf0) << 16 | first);
	qemu_config_write(sid, 4, 6);
}

static void launch(const struct twin_config *c)
{
	static const char *const modes[] = {
		[TWIN_LEGACY] = "",
		[TWIN_FIRST_STAGE] = ",scalable-mode=on,fsts=on,fs1gp=on",
		[TWIN_SECOND_STAGE] = ",scalable-mode=on",
	};
	static char unit[200];
	static const char *const options[] = {
		"-device", unit,
		"-device", "pcie-root-port,id=a,addr=8.0,chassis=1,slot=1",
		"-device", "pcie-root-port,id=b,addr=9.0,chassis=2,slot=2",
		"-device", "iommu-testdev,addr=4.0,multifunction=on",
		"-device", "edu,addr=4.1,dma_mask=0xffffffffffffffff",
		"-device", "iommu-testdev,addr=5.3",
		"-device", "edu,addr=5.7,dma_mask=0xffffffffffffffff",
		"-device", "iommu-testdev,addr=5.0,multifunction=on",
		"-device", "iommu-testdev,bus=a,addr=0.0,multifunction=on",
		"-device", "iommu-testdev,bus=a,addr=0.1",
		"-device", "edu,bus=a,addr=0.2,dma_mask=0xffffffffffffffff",
		"-device", "iommu-testdev,bus=b,addr=0.0,multifunction=on",
		"-device", "edu,bus=b,addr=0.7,dma_mask=0xffffffffffffffff",
		NULL,
	};

	snprintf(
		unit, sizeof(unit),
		"intel-iommu,aw-bits=%u,caching-mode=%s,snoop-control=%s,device-iotlb=%s,intremap=%s,eim=%s%s",
		c->aw, c->caching ? "on" : "off", c->snoop ? "on" : "off",
		c->dt ? "on" : "off", c->remap ? "on" : "off",
		c->remap ? "on" : "off", modes[c->mode]);
	qemu_start(options);
}

static void other_unit(const struct twin_config *c)
{
	struct vtd_model_config config = {
		.haw = c->aw,
		.policy = c->policy | VTD_MODEL_MANUAL,
		.seed = c->seed,
	};

	config.version = twin_qemu32(0);
	config.cap = twin_qemu64(TWIN_CAP);
	config.ecap = twin_qemu64(TWIN_ECAP);
	twin.cap = config.cap;
	twin.ecap = config.ecap;
	twin.records = (config.cap >> 24 & 0x3ff) * 16;
	twin.unit = vtd_model_unit_create(&config);
	assert_non_null(twin.unit);
	vtd_model_plug(twin.unit, &twin.regs);
}

void twin_start(const struct twin_config *config)
{
	u64 seed = config->seed;

	fix_start();
	fix.quiet = true; /* tables are wrong on purpose */
	memset(&twin, 0, sizeof(twin));
	twin.config = *config;
	launch(config);
	other_unit(config);
	make_tables(&seed);
	twin.bus[1] = vtd_rand(&seed) % 100 + 1;
	twin.bus[2] = vtd_rand(&seed) % 100 + 101;
	open_port(0x0040, 1);
	open_port(0x0048, 2);
	find_devices();
}

void twin_stop(void)
{
	qemu_stop();
	fix_stop();
}

/* The queue. */

void twin_queue(u64 lo, u64 hi)
{
	twin_store(&twin.ring[twin.tail / 8], lo);
	twin_store(&twin.ring[twin.tail / 8 + 1], hi);
	twin.tail += 16;
	if (twin.config.mode != TWIN_LEGACY) { /* 256 bits */
		twin_store(&twin.ring[twin.tail / 8], 0);
		twin_store(&twin.ring[twin.tail / 8 + 1], 0);
		twin.tail += 16;
	}
	twin.tail %= RING_BYTES;
}

void twin_doorbell(void)
{
	qemu_write64(BASE + TWIN_IQT, twin.tail);
	twin_qemu32(TWIN_GSTS); /* it has done all when it answers again */
	fix_write64(&twin.regs, TWIN_IQT, twin.tail);
	vtd_model_run(twin.unit, 600);
}

/* The status word is one place for both: each writes it for itself. */
void twin_wait(void)
{
	static u32 number = 1;

	number++;
	twin_queue(0x25 | (u64)number << 32, virt_to_phys(twin.status));
	WRITE_ONCE(*twin.status, 0);
	qemu_write64(BASE + TWIN_IQT, twin.tail);
	twin_qemu32(TWIN_GSTS);
	assert_int_equal(READ_ONCE(*twin.status), number);
	WRITE_ONCE(*twin.status, 0);
	fix_write64(&twin.regs, TWIN_IQT, twin.tail);
	vtd_model_run(twin.unit, 600);
	assert_int_equal(READ_ONCE(*twin.status), number);
}

/* Invalidations. */

void twin_forget_contexts(unsigned int granularity, u16 did, u16 sid,
			  unsigned int fm)
{
	u64 value;

	if (!twin.config.by_register) {
		twin_queue(1 | granularity << 4 | (u64)did << 16 |
				   (u64)sid << 32 | (u64)fm << 48,
			   0);
		twin_wait();
		return;
	}
	twin_write64(TWIN_CCMD, 1ULL << 63 | (u64)granularity << 61 |
					(u64)fm << 32 | (u64)sid << 16 | did);
	/* CAIG: what was done may be more than was asked for (11.4.5) */
	value = twin_read64(TWIN_CCMD, 3ULL << 59);
	assert_false(value >> 63);
	value = twin_qemu64(TWIN_CCMD) >> 59 & 3;
	assert_in_range(value, 1, granularity);
	value = twin_model64(TWIN_CCMD) >> 59 & 3;
	assert_in_range(value, 1, granularity);
}

void twin_forget_iotlb(unsigned int granularity, u16 did, u64 addr,
		       unsigned int am, bool hint)
{
	u32 at = (twin.ecap >> 8 & 0x3ff) * 16;
	u64 value;

	addr = (addr & ~0xfffULL) | (hint ? 0x40 : 0) | am;
	if (granularity != 3)
		addr = 0;
	if (!twin.config.by_register) {
		twin_queue(0xc2 | granularity << 4 | (u64)did << 16, addr);
		twin_wait();
		return;
	}
	twin_write64(at, addr);
	twin_write64(at + 8,
		     1ULL << 63 | (u64)granularity << 60 | (u64)did << 32);
	value = twin_read64(at + 8, 3ULL << 57);
	assert_false(value >> 63);
	value = twin_qemu64(at + 8) >> 57 & 3;
	assert_in_range(value, 1, granularity);
	value = twin_model64(at + 8) >> 57 & 3;
	assert_in_range(value, 1, granularity);
}

void twin_forget_pasids(void)
{
	twin_queue(0x37, 0);
	twin_wait();
}

void twin_forget_all(void)
{
	twin_forget_contexts(1, 0, 0, 0);
	if (twin.config.mode != TWIN_LEGACY)
		twin_forget_pasids();
	twin_forget_iotlb(1, 0, 0, 0, false);
}

/* Requests. */

bool twin_tester_write(const struct twin_device *dev, u64 addr)
{
	qemu_write32(dev->bar + TESTDEV_ADDR, addr);
	qemu_write32(dev->bar + TESTDEV_ADDR + 4, addr >> 32);
	qemu_write32(dev->bar + TESTDEV_BYTES, 4);
	qemu_write32(dev->bar + TESTDEV_PHYS, twin.scratch);
	qemu_write32(dev->bar + TESTDEV_PHYS + 4, 0);
	qemu_write32(dev->bar + TESTDEV_ARM, 1);
	qemu_read32(dev->bar + TESTDEV_FIRE);
	return qemu_read32(dev->bar + TESTDEV_RESULT) != TESTDEV_REFUSED;
}

static void edu_transfer(const struct twin_device *dev, u64 from, u64 to,
			 u32 command)
{
	qemu_write64(dev->bar + EDU_FROM, from);
	qemu_write64(dev->bar + EDU_TO, to);
	qemu_write64(dev->bar + EDU_COUNT, 8);
	qemu_write64(dev->bar + EDU_COMMAND, command);
	qemu_pass_time(EDU_NS);
	assert_false(qemu_read64(dev->bar + EDU_COMMAND) & EDU_GO);
}

void twin_edu_read(const struct twin_device *dev, u64 addr)
{
	edu_transfer(dev, addr, EDU_BUFFER, EDU_GO);
}

void twin_edu_write(const struct twin_device *dev, u64 addr)
{
	edu_transfer(dev, EDU_BUFFER, addr, EDU_GO | EDU_WRITES);
}
