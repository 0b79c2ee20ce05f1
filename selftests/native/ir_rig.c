// SPDX-License-Identifier: GPL-2.0
/*
 * Native tests of the driver's interrupt remapping table on a software unit.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/processor.h>
#include <linux/string.h>

#include "ir_rig.h"

struct ir_rig ir;

static int ir_invalidate(void *data, struct vtd_qi_desc desc)
{
	return vtd_qi_submit_one(data, desc);
}

static void ir_command(u32 bit, bool on)
{
	struct vtd_regs *regs = &rig.unit[0].regs;
	u32 now = fix_read32(regs, 0x1c) & 0x96800000;
	unsigned int polls = 0;

	fix_write32(regs, 0x18, on ? now | bit : now & ~bit);
	while (!(fix_read32(regs, 0x1c) & bit) == on) {
		assert_true(polls++ < 1000);
		cpu_relax();
	}
}

void ir_on(u32 nr, bool eim)
{
	struct vtd_ir_table *table = &ir.table;
	u64 phys;

	memset(table, 0, sizeof(*table));
	table->coherent = vtd_unit_coherent(&rig.unit[0]);
	table->caching_mode = vtd_unit_caching_mode(&rig.unit[0]);
	table->mask_max = FIELD_GET(VTD_ECAP_MHMV, rig.unit[0].ecap);
	table->invalidate = ir_invalidate;
	table->data = &rig.unit[0].qi;
	assert_int_equal(vtd_ir_table_init(table, nr, NUMA_NO_NODE), 0);
	phys = virt_to_phys(table->entry);
	fix_write64(&rig.unit[0].regs, 0xb8,
		    vtd_ir_table_reg(table, phys, eim));
	ir_command(0x01000000, true);
	assert_int_equal(ir_invalidate(table->data, vtd_qi_iec_global()), 0);
	ir_command(0x02000000, true);
}

void ir_off(void)
{
	ir_command(0x02000000, false);
	vtd_ir_table_destroy(&ir.table);
}

void ir_start(u64 cap, u64 ecap, u32 policy, unsigned int latency)
{
	rig_start();
	rig_add(cap, ecap, policy, 1, latency);
	ir_on(256, false);
}

void ir_stop(void)
{
	fix_assert_good();
	ir_off();
	rig_stop();
}

void ir_stop_broken(void)
{
	fix.quiet = true;
	vtd_model_revive(rig.model[0]);
	ir_off();
	rig_stop_broken();
}

u32 ir_alloc(unsigned int nr)
{
	int at = vtd_ir_table_alloc(&ir.table, nr, 0);

	assert_true(at >= 0);
	return at;
}

void ir_set(u32 index, u8 vector, u32 dest, u16 sid)
{
	bool eim = fix_read64(&rig.unit[0].regs, 0xb8) & 0x800;

	assert_int_equal(
		vtd_ir_table_set(&ir.table, index,
				 vtd_irte_remapped(vector, dest, eim, false,
						   vtd_ir_source(&sid, 1))),
		0);
}

unsigned int ir_ask(u16 sid, u32 index)
{
	vtd_model_msi(rig.model[0], sid, vtd_msi_addr(index, false), 0,
		      &ir.got);
	return ir.got.reason;
}

unsigned int ir_ask_of(u16 sid, u32 first, u16 nth)
{
	vtd_model_msi(rig.model[0], sid, vtd_msi_addr(first, true), nth,
		      &ir.got);
	return ir.got.reason;
}

void ir_goes(u16 sid, u32 index, u8 vector, u32 dest)
{
	unsigned int before = fix.messages;

	assert_int_equal(ir_ask(sid, index), 0);
	assert_true(ir.got.remapped);
	assert_int_equal(ir.got.vector, vector);
	assert_int_equal(ir.got.dest, dest);
	assert_int_equal(fix.messages, before + 1);
	assert_int_equal(fix.data, vector);
}
