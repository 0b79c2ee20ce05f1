/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One machine twice: the software unit and QEMU's, over the same memory.  What
 * is done to the one is done to the other, and what they show is compared.
 */
#ifndef VTD_TWIN_H
#define VTD_TWIN_H

#include "model_fixture.h"
#include "qemu.h"

#define TWIN_DEVICES 9
#define TWIN_TABLES 64

/* Register offsets, bytes; those that CAP and ECAP place come from there. */
enum {
	TWIN_CAP = 0x08,
	TWIN_ECAP = 0x10,
	TWIN_GCMD = 0x18,
	TWIN_GSTS = 0x1c,
	TWIN_RTADDR = 0x20,
	TWIN_CCMD = 0x28,
	TWIN_FSTS = 0x34,
	TWIN_FECTL = 0x38,
	TWIN_IQH = 0x80,
	TWIN_IQT = 0x88,
	TWIN_IQA = 0x90,
	TWIN_ICS = 0x9c,
	TWIN_IECTL = 0xa0,
};

/* Which mode the unit has, and in scalable mode which stage: QEMU has one. */
enum twin_mode {
	TWIN_LEGACY,
	TWIN_FIRST_STAGE,
	TWIN_SECOND_STAGE,
};

/**
 * struct twin_config - what the unit is like
 * @mode: which mode
 * @aw: address width, 39 or 48
 * @caching: caching mode
 * @snoop: snoop control
 * @dt: device TLBs
 * @remap: interrupt remapping, with extended destinations
 * @by_register: invalidate by register, not by queue
 * @policy: VTD_MODEL_* bits for the software unit
 * @seed: of what else there is to choose
 */
struct twin_config {
	enum twin_mode mode;
	unsigned int aw;
	bool caching;
	bool snoop;
	bool dt;
	bool remap;
	bool by_register;
	u32 policy;
	u64 seed;
};

/**
 * struct twin_device - a device
 * @sid: source-id
 * @edu: an edu, or else an iommu-testdev
 * @bar: where its registers are
 */
struct twin_device {
	u16 sid;
	bool edu;
	u64 bar;
};

/**
 * struct twin - the machine
 * @config: what the unit is like
 * @unit: the software unit
 * @regs: its registers
 * @cap: capability register, of both
 * @ecap: extended capability register, of both
 * @records: offset of the fault record
 * @device: the devices
 * @bus: the buses they are on
 * @table: pages for tables
 * @used: tables handed out since twin_recycle()
 * @ring: invalidation queue
 * @status: where waits write
 * @tail: of the queue, bytes
 * @scratch: a page of guest memory that is nothing else, guest-physical
 */
struct twin {
	struct twin_config config;
	struct vtd_model_unit *unit;
	struct vtd_regs regs;
	u64 cap;
	u64 ecap;
	u32 records;
	struct twin_device device[TWIN_DEVICES];
	u8 bus[3];
	u64 *table[TWIN_TABLES];
	unsigned int used;
	u64 *ring;
	u32 *status;
	u32 tail;
	u64 scratch;
};

extern struct twin twin;

void twin_start(const struct twin_config *config);
void twin_stop(void);

/* Registers: write both; read both, which must be the same but in @ignore. */
void twin_write32(u32 off, u32 value);
void twin_write64(u32 off, u64 value);
u32 twin_read32(u32 off, u32 ignore);
u64 twin_read64(u32 off, u64 ignore);

/* Each alone. */
u32 twin_model32(u32 off);
u32 twin_qemu32(u32 off);
u64 twin_model64(u32 off);
u64 twin_qemu64(u32 off);

/* A global command, given and answered; @bit of GCMD. */
void twin_command(u32 bit, bool on);

/* A zeroed page for a table; all pages back. */
u64 *twin_table(void);
void twin_recycle(void);
/* Store as a careful driver does. */
void twin_store(u64 *at, u64 value);

/* Queue a descriptor; let both work, and wait for the end of it. */
void twin_queue(u64 lo, u64 hi);
void twin_doorbell(void);
void twin_wait(void);

/* Invalidations, by queue or register, done when they return. */
void twin_forget_contexts(unsigned int granularity, u16 did, u16 sid,
			  unsigned int fm);
void twin_forget_iotlb(unsigned int granularity, u16 did, u64 addr,
		       unsigned int am, bool hint);
void twin_forget_all(void);
/* Of scalable mode: all that is cached of PASID entries. */
void twin_forget_pasids(void);

/*
 * QEMU's devices make requests: a tester of iommu-testdev writes 4 bytes of a
 * set value, and says whether it was let; an edu reads 8 bytes into itself, or
 * writes what it read.
 */
#define TWIN_TESTER_VALUE 0x12345678u
bool twin_tester_write(const struct twin_device *dev, u64 addr);
void twin_edu_read(const struct twin_device *dev, u64 addr);
void twin_edu_write(const struct twin_device *dev, u64 addr);

#endif /* VTD_TWIN_H */
