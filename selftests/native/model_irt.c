// SPDX-License-Identifier: GPL-2.0
/*
 * Native tests on the software unit: interrupt remapping by hand.
 */
#include <linux/kernel.h>
#include <linux/mm.h>

#include <vtd/observe.h>

#include "model_irt.h"

struct irt irt;

void irt_command(u32 bit, bool on)
{
	u32 now = fix_read32(&irt.regs, 0x1c) & 0x96800000;

	fix_write32(&irt.regs, 0x18, on ? now | bit : now & ~bit);
}

void irt_run(void)
{
	vtd_model_run(irt.unit, 600);
}

void irt_queue(u64 lo, u64 hi)
{
	fix_store(&irt.ring[irt.tail / 8], lo);
	fix_store(&irt.ring[irt.tail / 8 + 1], hi);
	irt.tail = (irt.tail + 16) % 4096;
	fix_write64(&irt.regs, 0x88, irt.tail);
}

void irt_do(u64 lo)
{
	irt_queue(lo, 0);
	irt_run();
}

void irt_put(unsigned int index, u64 lo, u64 hi)
{
	u64 *entry = &irt.table[index * 2];
	u128 old = (u128)entry[1] << 64 | entry[0];

	assert_true(vtd_hw_try_cmpxchg128((u128 *)entry, &old,
					  (u128)hi << 64 | lo));
	vtd_flush_cache(entry, 16);
}

void irt_start_off(u64 cap, u64 ecap, u32 policy, unsigned int latency)
{
	const struct vtd_model_config config = {
		.version = 0x40,
		.cap = cap,
		.ecap = ecap,
		.haw = irt.haw ?: 46,
		.policy = VTD_MODEL_MANUAL | policy,
		.seed = 1,
		.latency = irt.latency,
		.command_latency = latency,
	};

	fix_start();
	irt.tail = 0;
	irt.latency = 0;
	irt.haw = 0;
	irt.unit = vtd_model_unit_create(&config);
	assert_non_null(irt.unit);
	vtd_model_plug(irt.unit, &irt.regs);
	irt.ring = fix_page();
	irt.table = fix_page();
	fix_write64(&irt.regs, 0x90, virt_to_phys(irt.ring));
}

void irt_on(u64 irta)
{
	irt_command(IRT_QIE, true);
	fix_write64(&irt.regs, 0xb8, virt_to_phys(irt.table) | irta);
	irt_command(IRT_SIRTP, true);
	irt_do(IRT_IEC_GLOBAL);
	irt_command(IRT_IRE, true);
	assert_int_equal(fix_read32(&irt.regs, 0x1c) & 0x07000000, 0x07000000);
	assert_int_equal(fix_broken(), 0);
}

void irt_start_with(u64 cap, u64 ecap, u32 policy)
{
	irt_start_off(cap, ecap, policy, 0);
	irt_on(7);
	fix.quiet = true;
}

void irt_start(void)
{
	irt_start_with(FIX_CAP, IRT_ECAP, 0);
}

void irt_stop(void)
{
	fix_write32(&irt.regs, 0x34, 0xffffffff);
	irt_command(IRT_IRE, false);
	irt_command(IRT_CFI, false);
	irt_command(IRT_QIE, false);
	assert_int_equal(fix_read32(&irt.regs, 0x1c) & 0x06800000, 0);
	fix_page_free(irt.ring);
	fix_page_free(irt.table);
	fix_stop();
}

void irt_stop_good(void)
{
	fix_assert_good();
	irt_stop();
	assert_int_equal(fix_broken(), 0);
}

unsigned int irt_ask_from(u16 sid, u64 addr, u32 data)
{
	unsigned int before = fix.messages;
	bool ok = vtd_model_msi(irt.unit, sid, addr, data, &irt.got);

	assert_int_equal(ok, !irt.got.reason && !irt.got.aborted);
	/* A posted one says itself whether there is a message. */
	if (irt.got.posted)
		assert_int_equal(fix.messages, before + irt.got.notified);
	else
		assert_int_equal(fix.messages, before + ok);
	return irt.got.reason;
}

unsigned int irt_ask(u64 addr, u32 data)
{
	return irt_ask_from(IRT_SID, addr, data);
}

void irt_goes_to(u8 vector, u32 dest)
{
	assert_int_equal(irt.got.reason, 0);
	assert_int_equal(irt.got.vector, vector);
	assert_int_equal(irt.got.dest, dest);
}

void irt_told(enum vtd_model_rule rule, const void *ptr)
{
	assert_true(fix.broken[rule] > 0);
	assert_int_equal(fix.broken[rule], fix_broken());
	if (ptr)
		assert_ptr_equal(fix.last.ptr, ptr);
	fix_forget();
}

void irt_post_start_with(u64 cap, u64 ecap, u64 irta, u32 policy)
{
	/* Memory may be anywhere. */
	irt.haw = 52;
	irt_start_off(cap, ecap, policy, 0);
	irt_on(irta);
	fix.quiet = true;
	irt.descs = fix_page();
}

void irt_post_start(void)
{
	irt_post_start_with(IRT_PI_CAP, IRT_ECAP, 7, 0);
}

void irt_post_stop(void)
{
	irt_command(IRT_IRE, false);
	fix_page_free(irt.descs);
	irt_stop();
}

void irt_post_stop_good(void)
{
	fix_assert_good();
	irt_post_stop();
	assert_int_equal(fix_broken(), 0);
}

u64 *irt_desc(unsigned int nr)
{
	return &irt.descs[nr * 8];
}

void irt_control(unsigned int nr, u64 control)
{
	WRITE_ONCE(irt_desc(nr)[4], control);
}

void irt_put_at(unsigned int index, u64 phys, u64 lo, u64 hi)
{
	irt_put(index, lo | (phys & 0xffffffc0) << 32,
		hi | (phys & 0xffffffff00000000));
}

void irt_put_posted(unsigned int index, unsigned int nr, u64 lo, u64 hi)
{
	irt_put_at(index, virt_to_phys(irt_desc(nr)), lo, hi);
}
