// SPDX-License-Identifier: GPL-2.0
/*
 * The software unit's registers, commands, queue and fault reporting against
 * QEMU's.
 *
 *	VTD_QEMU_SEED	seed of the random parts (1)
 *
 * Where the two differ, a case of its own says what each does: see
 * Documentation/model-against-qemu.rst.
 *
 * SRCS: kunit/model/model.c kunit/model/memory.c kunit/model/regs.c
 * SRCS: kunit/model/fault.c kunit/model/walk.c kunit/model/cache.c
 * SRCS: kunit/model/queue.c kunit/model/device.c kunit/model/check.c
 * SRCS: kunit/model/quiescent.c selftests/native/model_fixture.c
 * SRCS: kunit/model/intr.c kunit/model/check_intr.c
 * SRCS: selftests/native/qemu.c selftests/native/twin.c
 * CFLAGS: -DVTD_OBSERVER -DVTD_SHIM_PHYS_BASE=0x200000000000UL
 */
#include <stdio.h>

#include <linux/kernel.h>
#include <linux/mm.h>

#include "twin.h"

#define WAIT(flags, value) (5 | (flags) | (u64)(value) << 32)
#define SW 0x20
#define IF 0x10
#define FN 0x40

static const struct twin_config configs[] = {
	{ .aw = 48, .seed = 11 },
	{ .aw = 39, .caching = true, .remap = true, .seed = 12 },
	{ .aw = 48, .snoop = true, .dt = true, .seed = 13 },
};

static u64 seed;

static u64 below(u64 n)
{
	return vtd_rand(&seed) % n;
}

static void begin(void **state)
{
	seed = vtd_env("VTD_QEMU_SEED", 1);
	twin_start(&configs[fix_arg(state) % ARRAY_SIZE(configs)]);
}

static void begin_queue(void **state)
{
	begin(state);
	twin_write64(TWIN_IQT, 0);
	twin_write64(TWIN_IQA, virt_to_phys(twin.ring));
	twin_command(0x04000000, true);
}

/* Registers. */

static u32 iotlb(void)
{
	return (twin.ecap >> 8 & 0x3ff) * 16 + 8;
}

static void test_reset(void **state)
{
	static const u16 at[] = {
		0x00, 0x08, 0x0c, 0x10, 0x14, 0x18, 0x1c, 0x20,
		0x24, 0x28, 0x2c, 0x34, 0x38, 0x3c, 0x40, 0x44,
		0x64, 0x80, 0x84, 0x88, 0x8c, 0x90, 0x94, 0x9c,
		0xa0, 0xa4, 0xa8, 0xac, 0xb0, 0xb8, 0xbc,
	};
	unsigned int i;

	begin(state);
	for (i = 0; i < ARRAY_SIZE(at); i++)
		twin_read32(at[i], 0);
	for (i = 0; i < 4; i++) {
		twin_read32(iotlb() - 8 + i * 4, 0);
		twin_read32(twin.records + i * 4, 0);
	}
	twin_stop();
}

/*
 * What software may write there; what it reads back is the same.  Extended
 * interrupt mode widens data and address (11.4.7.3 to 11.4.7.5), which QEMU
 * has not: those bits are left alone.
 */
static void test_writable(void **state)
{
	static const struct {
		u16 off;
		u64 bits;
	} at[] = {
		{ TWIN_RTADDR, 0xfffffffffffffc00 },
		{ TWIN_CCMD, 0x600000030000ffff },
		{ TWIN_IQT, 0x7fff0 },
		{ 0x38, 0x80000000 }, /* FECTL */
		{ 0x3c, 0xffff }, /* FEDATA */
		{ 0x40, 0xfffffffc }, /* FEADDR */
		{ 0x64, 0x80000000 }, /* PMEN, which neither has */
		{ 0xa0, 0x80000000 }, /* IECTL */
		{ 0xa4, 0xffff }, /* IEDATA */
		{ 0xa8, 0xfffffffc }, /* IEADDR */
	};
	unsigned int i, n;

	begin(state);
	for (n = 0; n < 200; n++) {
		u64 value = vtd_rand(&seed);

		i = below(ARRAY_SIZE(at) + 2);
		if (i == ARRAY_SIZE(at)) {
			twin_write64(iotlb() - 8, value & ~0xf80ULL);
			twin_read64(iotlb() - 8, 0);
		} else if (i > ARRAY_SIZE(at)) {
			twin_write64(iotlb(), value & 0x3003ffff00000000);
			twin_read64(iotlb(), 0);
		} else if (at[i].bits >> 32) {
			twin_write64(at[i].off, value & at[i].bits);
			twin_read64(at[i].off, 0);
		} else {
			twin_write32(at[i].off, value & at[i].bits);
			twin_read32(at[i].off, 0);
		}
	}
	twin_stop();
}

/* Capabilities and status cannot be written. */
static void test_read_only(void **state)
{
	static const u16 at[] = { 0x00, 0x08, 0x0c, 0x10, 0x14, 0x1c, 0x80 };
	unsigned int i;

	begin(state);
	for (i = 0; i < ARRAY_SIZE(at); i++) {
		u32 value = twin_read32(at[i], 0);

		twin_write32(at[i], ~value);
		assert_int_equal(twin_read32(at[i], 0), value);
	}
	twin_stop();
}

static void test_commands(void **state)
{
	begin(state);
	twin_write64(TWIN_RTADDR, virt_to_phys(twin_table()));
	twin_command(0x40000000, true);
	twin_write64(TWIN_IQT, 0);
	twin_write64(TWIN_IQA, virt_to_phys(twin.ring));
	twin_command(0x04000000, true);
	twin_read64(TWIN_IQA, 0);
	twin_forget_all();
	twin_command(0x80000000, true);
	twin_command(0x40000000, true);
	/* without RWBF there is nothing to flush */
	twin_write32(TWIN_GCMD, 0x8c000000);
	twin_read32(TWIN_GSTS, 0);
	if (twin.config.remap) {
		twin_write64(0xb8, virt_to_phys(twin_table()) | 0x803);
		twin_read64(0xb8, 0);
		twin_command(0x01000000, true);
		twin_command(0x02000000, true);
		twin_command(0x02000000, false);
	}
	twin_command(0x80000000, false);
	twin_command(0x04000000, false);
	twin_read64(TWIN_IQH, 0);
	twin_stop();
}

/* The queue. */

static void test_queue(void **state)
{
	unsigned int i, n;

	begin_queue(state);
	for (n = 0; n < 150; n++) {
		for (i = below(6); i; i--) {
			u64 did = below(65536) << 16, lo = 0, hi = 0;

			switch (below(4)) {
			case 0:
				lo = 1 | (1 + below(3)) << 4 | did |
				     below(0x40000) << 32;
				break;
			case 1:
				lo = 0xc2 | (1 + below(2)) << 4 | did;
				break;
			case 2:
				lo = 0x32 | below(4) << 6 | did;
				hi = vtd_rand(&seed) & ~0xfbfULL;
				hi |= below(19);
				break;
			default:
				lo = WAIT(FN, 0);
			}
			twin_queue(lo, hi);
		}
		if (below(3))
			twin_wait();
		else
			twin_doorbell();
		assert_int_equal(twin_read64(TWIN_IQH, 0), twin.tail);
		assert_int_equal(twin_read32(TWIN_FSTS, 0), 0);
	}
	twin_stop();
}

/* A wait that interrupts: pending while masked, sent once it is not. */
static void test_wait_interrupt(void **state)
{
	unsigned int n;

	begin_queue(state);
	twin_write32(0xa4, 0x41);
	twin_write32(0xa8, 0xfee00000);
	for (n = 0; n < 100; n++) {
		switch (below(4)) {
		case 0:
			twin_write32(TWIN_IECTL, below(2) << 31);
			break;
		case 1:
			twin_write32(TWIN_ICS, below(2));
			break;
		default:
			twin_queue(WAIT(IF | (below(2) ? FN : 0), 0), 0);
			twin_doorbell();
		}
		twin_read32(TWIN_ICS, 0);
		twin_read32(TWIN_IECTL, 0);
	}
	twin_stop();
}

static const struct {
	u64 lo, hi;
	const char *name;
} bad[] = {
	{ 0x00, 0, "type 0" },
	{ 0x06, 0, "type 6" },
	{ 0x07, 0, "type 7" },
	{ 0x0f, 0, "type 15" },
	{ 0x01, 0, "context, granularity 0" },
	{ 0x51, 0, "context, bit 6" },
	{ 0x8011, 0, "context, bit 15" },
	{ 1ULL << 50 | 0x11, 0, "context, bit 50" },
	{ 1ULL << 63 | 0x31, 0, "context, bit 63" },
	{ 0x11, 1, "context, bit 64" },
	{ 0x21, 1ULL << 63, "context, bit 127" },
	{ 0x02, 0, "IOTLB, granularity 0" },
	{ 0x112, 0, "IOTLB, bit 8" },
	{ 0x8012, 0, "IOTLB, bit 15" },
	{ 1ULL << 32 | 0x22, 0, "IOTLB, bit 32" },
	{ 1ULL << 63 | 0x22, 0, "IOTLB, bit 63" },
	{ 0x32, 0x80, "IOTLB, bit 71" },
	{ 0x32, 0x800, "IOTLB, bit 75" },
	{ 0x32, 19, "IOTLB, AM beyond MAMV" },
	{ 0x32, 63, "IOTLB, AM 63" },
	{ WAIT(SW | 0x80, 7), 0x10000000, "wait, PD without PDS" },
	{ WAIT(SW | 0x100, 7), 0x10000000, "wait, bit 8" },
	{ WAIT(SW | 0x80000000, 7), 0x10000000, "wait, bit 31" },
	{ WAIT(SW, 7), 0x10000001, "wait, bit 64" },
	{ WAIT(SW, 7), 0x10000002, "wait, bit 65" },
};

/* A bad descriptor stops the queue where it stands (6.5.2.10, 11.4.9). */
static void test_bad_descriptor(void **state)
{
	unsigned int i = fix_arg(state), before, at;

	begin_queue(state);
	for (before = 0; before < 3; before++) {
		for (at = 0; at < before; at++)
			twin_queue(0x11, 0);
		at = twin.tail;
		twin_queue(bad[i].lo, bad[i].hi);
		twin_queue(WAIT(SW, 7), virt_to_phys(twin.status));
		WRITE_ONCE(*twin.status, 0);
		twin_doorbell();
		assert_int_equal(twin_read64(TWIN_IQH, 0), at);
		assert_int_equal(twin_read32(TWIN_FSTS, 0), 0x10);
		twin_read32(TWIN_FECTL, 0);
		assert_int_equal(READ_ONCE(*twin.status), 0);
		/* put right, and on */
		twin_store(&twin.ring[at / 8], 0x12);
		twin_store(&twin.ring[at / 8 + 1], 0);
		twin_write32(TWIN_FSTS, 0x10);
		twin_doorbell();
		assert_int_equal(twin_read64(TWIN_IQH, 0), twin.tail);
		assert_int_equal(twin_read32(TWIN_FSTS, 0), 0);
		twin_read32(TWIN_FECTL, 0);
		assert_int_equal(READ_ONCE(*twin.status), 7);
	}
	twin_wait();
	twin_stop();
}

static void test_bad_tail(void **state)
{
	begin_queue(state);
	twin_write64(TWIN_IQT, 0x1000);
	twin_read64(TWIN_IQH, 0);
	assert_int_equal(twin_read32(TWIN_FSTS, 0), 0x10);
	twin_stop();
}

/* Invalidation by register answers and clears itself (11.4.5, 11.4.6). */
static void test_by_register(void **state)
{
	unsigned int n;

	begin(state);
	twin.config.by_register = true;
	for (n = 0; n < 60; n++) {
		twin_forget_contexts(1 + below(3), below(65536), below(65536),
				     below(4));
		twin_forget_iotlb(1 + below(3), below(65536), vtd_rand(&seed),
				  below(19), below(2));
	}
	twin_stop();
}

/* Faults. */

static void fault_of(unsigned int i)
{
	struct vtd_model_result result;

	/* the root table is empty: reason 1 */
	vtd_model_translate(twin.unit, twin.device[i].sid, 0x1000,
			    VTD_MODEL_WRITE, &result);
	assert_int_equal(result.reason, 1);
	assert_false(twin_tester_write(&twin.device[i], 0x1000));
}

static void read_faults(void)
{
	u32 status = twin_read32(TWIN_FSTS, 0);

	twin_read32(TWIN_FECTL, 0);
	if (!(status & 2))
		return;
	twin_read64(twin.records, 0);
	twin_read64(twin.records + 8, 0);
}

/*
 * Records, overflow and the event, whatever software does with them and when
 * (7.3).  Never two faults of one device in turn: those QEMU may collapse.
 */
static void test_fault_events(void **state)
{
	static const u8 testers[] = { 0, 2, 4, 5, 7 };
	unsigned int n, last = 0;

	begin_queue(state);
	twin_write64(TWIN_RTADDR, virt_to_phys(twin_table()));
	twin_command(0x40000000, true);
	twin_forget_all();
	twin_command(0x80000000, true);
	twin_write32(0x3c, 0x41);
	twin_write32(0x40, 0xfee00000);
	for (n = 0; n < 400; n++) {
		unsigned int i = below(ARRAY_SIZE(testers));

		switch (below(6)) {
		case 0:
			twin_write32(twin.records + 12, 1u << 31);
			twin_write32(TWIN_FSTS, 0);
			break;
		case 1:
			twin_write32(TWIN_FSTS, below(2));
			break;
		case 2:
			twin_write32(TWIN_FECTL, below(2) << 31);
			break;
		default:
			if (testers[i] == last)
				break;
			if (!(twin_read32(TWIN_FSTS, 0) & 2))
				last = testers[i];
			fault_of(testers[i]);
		}
		read_faults();
	}
	twin_stop();
}

/* Where they differ. */

/* 6.5.2: a device-TLB descriptor on a unit without device TLBs. */
static void test_no_device_tlb(void **state)
{
	begin_queue(state);
	twin_queue(0x3 | 0x20ULL << 32, 0x1000);
	twin_doorbell();
	assert_int_equal(twin_model32(TWIN_FSTS), twin.config.dt ? 0 : 0x10);
	assert_int_equal(twin_qemu32(TWIN_FSTS), 0);
	twin_stop();
}

/* 6.5.2: an interrupt-entry descriptor on a unit that does not remap them. */
static void test_no_interrupt_entries(void **state)
{
	begin_queue(state);
	twin_queue(0x4, 0);
	twin_doorbell();
	assert_int_equal(twin_model32(TWIN_FSTS), twin.config.remap ? 0 : 0x10);
	assert_int_equal(twin_qemu32(TWIN_FSTS), 0);
	twin_stop();
}

/* 6.5.2.8: a wait that asks for nothing. */
static void test_empty_wait(void **state)
{
	begin_queue(state);
	twin_queue(WAIT(0, 0), 0);
	twin_doorbell();
	assert_int_equal(twin_model32(TWIN_FSTS), 0);
	assert_int_equal(twin_qemu32(TWIN_FSTS), 0x10);
	twin_stop();
}

/* 11.4.9.9: why the queue stopped. */
static void test_error_information(void **state)
{
	begin_queue(state);
	twin_queue(0xf, 0);
	twin_doorbell();
	assert_int_equal(twin_read32(TWIN_FSTS, 0), 0x10);
	assert_int_equal(twin_model64(0xb0) & 0xf, VTDM_IQEI_TYPE);
	assert_int_equal(twin_qemu64(0xb0), 0);
	twin_stop();
}

/* 6.5.2.10: once the error is cleared, the unit goes on by itself. */
static void test_goes_on(void **state)
{
	begin_queue(state);
	twin_queue(0xf, 0);
	twin_doorbell();
	twin_store(&twin.ring[0], 0x11);
	twin_write32(TWIN_FSTS, 0x10);
	vtd_model_run(twin.unit, 100);
	assert_int_equal(twin_model64(TWIN_IQH), 0x10);
	assert_int_equal(twin_qemu64(TWIN_IQH), 0);
	twin_stop();
}

/* 11.4.7.2: IP goes with the last thing it stood for. */
static void test_pending_goes(void **state)
{
	begin_queue(state);
	twin_write64(TWIN_RTADDR, virt_to_phys(twin_table()));
	twin_command(0x40000000, true);
	twin_forget_all();
	twin_command(0x80000000, true);
	fault_of(0);
	assert_int_equal(twin_read32(TWIN_FECTL, 0), 0xc0000000);
	twin_write32(twin.records + 12, 1u << 31);
	assert_int_equal(twin_model32(TWIN_FECTL), 0x80000000);
	assert_int_equal(twin_qemu32(TWIN_FECTL), 0xc0000000);
	twin_write32(TWIN_FSTS, 0);
	assert_int_equal(twin_read32(TWIN_FECTL, 0), 0x80000000);
	twin_stop();
}

/* 11.4.7.3, 11.4.7.5: what extended interrupt mode adds. */
static void test_extended_events(void **state)
{
	begin(state);
	twin_write32(0x3c, 0x12345678);
	twin_write32(0x44, 0x9abc);
	assert_int_equal(twin_model32(0x3c),
			 twin.config.remap ? 0x12345678 : 0x5678);
	assert_int_equal(twin_qemu32(0x3c), 0x5678);
	assert_int_equal(twin_model32(0x44), twin.config.remap ? 0x9abc : 0);
	assert_int_equal(twin_qemu32(0x44), 0);
	twin_stop();
}

/* 11.4.9.3: the address of a queue that is not on yet. */
static void test_queue_address(void **state)
{
	begin(state);
	twin_write64(TWIN_IQA, 0x40000002);
	assert_int_equal(twin_model64(TWIN_IQA), 0x40000002);
	assert_int_equal(twin_qemu64(TWIN_IQA), 2);
	twin_stop();
}

static const struct {
	fix_fn fn;
	const char *name;
} cases[] = {
	{ test_reset, "reset values" },
	{ test_writable, "what can be written" },
	{ test_read_only, "what cannot be written" },
	{ test_commands, "commands and their status" },
	{ test_queue, "random descriptors" },
	{ test_wait_interrupt, "waits that interrupt" },
	{ test_bad_tail, "a tail beyond the queue" },
	{ test_by_register, "invalidation by register" },
	{ test_fault_events, "records, overflow, fault event" },
	{ test_no_device_tlb, "differ: device-TLB descriptor" },
	{ test_no_interrupt_entries, "differ: interrupt-entry descriptor" },
	{ test_empty_wait, "differ: a wait that asks for nothing" },
	{ test_error_information, "differ: error information" },
	{ test_goes_on, "differ: going on after an error" },
	{ test_pending_goes, "differ: pending event of a cleared record" },
	{ test_extended_events, "differ: extended interrupt mode" },
	{ test_queue_address, "differ: address of a queue that is off" },
};

int main(void)
{
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(cases); i++)
		for (j = 0; j < ARRAY_SIZE(configs); j++)
			fix_case(cases[i].fn, (void *)(uintptr_t)j,
				 "%s, unit %u", cases[i].name, j + 1);
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		fix_case(test_bad_descriptor, (void *)(uintptr_t)i, "IQE: %s",
			 bad[i].name);
	return fix_run("model-qemu-regs");
}
