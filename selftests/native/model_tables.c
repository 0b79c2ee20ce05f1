// SPDX-License-Identifier: GPL-2.0
/*
 * Native tests on the software unit: tables made by hand.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "model_tables.h"

struct tab tab;
struct vtd_model_result tab_result;

void tab_set_context(u64 lo, u64 hi)
{
	/* not present, then the upper half, then present */
	fix_store(&tab.context[0x18 * 2], 0);
	fix_store(&tab.context[0x18 * 2 + 1], hi);
	fix_store(&tab.context[0x18 * 2], lo);
}

static void tab_on(void)
{
	fix_write64(&tab.regs, 0x88, 0);
	fix_write64(&tab.regs, 0x90, virt_to_phys(tab.ring));
	fix_write32(&tab.regs, 0x18, 0x04000000);
	fix_write64(&tab.regs, 0x20, virt_to_phys(tab.root));
	fix_write32(&tab.regs, 0x18, 0x44000000);
	tab_do(TAB_CONTEXT_GLOBAL, 0);
	tab_do(TAB_WAIT(1), virt_to_phys(tab.status));
	tab_do(TAB_IOTLB_GLOBAL, 0);
	tab_do(TAB_WAIT(2), virt_to_phys(tab.status));
	fix_write32(&tab.regs, 0x18, 0x84000000);
	assert_int_equal(fix_read32(&tab.regs, 0x1c), 0xc4000000);
}

void tab_start(u64 cap, u64 ecap, unsigned int levels, u32 policy)
{
	const struct vtd_model_config config = {
		.cap = cap,
		.ecap = ecap,
		.haw = 52,
		.policy = VTD_MODEL_MANUAL | policy,
		.seed = 1,
	};
	unsigned int i;

	fix_start();
	memset(&tab, 0, sizeof(tab));
	tab.levels = levels;
	tab.unit = vtd_model_unit_create(&config);
	assert_non_null(tab.unit);
	vtd_model_plug(tab.unit, &tab.regs);
	tab.root = fix_page();
	tab.context = fix_page();
	tab.ring = fix_page();
	tab.status = fix_page();
	for (i = 1; i <= levels; i++)
		tab.table[i] = fix_page();
	for (i = 0; i < 512; i++)
		fix_store(&tab.table[1][i], 0x100000000ULL + i * 4096ULL + 3);
	for (i = 2; i <= levels; i++)
		fix_store(&tab.table[i][0], virt_to_phys(tab.table[i - 1]) | 3);
	tab_set_context(virt_to_phys(tab.table[levels]) | 1,
			TAB_DID << 8 | (levels - 2));
	fix_store(&tab.root[2], virt_to_phys(tab.context) | 1);
	if (cap & VTDM_CAP_RWBF)
		fix_write32(&tab.regs, 0x18, 0x08000000);
	tab_on();
}

void tab_stop(void)
{
	unsigned int i;

	fix_write32(&tab.regs, 0x34, 0xffffffff);
	vtd_model_revive(tab.unit);
	tab_run();
	fix_write32(&tab.regs, 0x18, 0x04000000);
	fix_write32(&tab.regs, 0x18, 0);
	fix_page_free(tab.root);
	fix_page_free(tab.context);
	fix_page_free(tab.ring);
	fix_page_free(tab.status);
	for (i = 1; i <= tab.levels; i++)
		if (tab.table[i])
			fix_page_free(tab.table[i]);
	fix_stop();
}

unsigned int tab_ask(u64 addr, enum vtd_model_access access)
{
	vtd_model_translate(tab.unit, TAB_SID, addr, access, &tab_result);
	return tab_result.reason;
}

void tab_queue(u64 lo, u64 hi)
{
	fix_store(&tab.ring[tab.tail / 8], lo);
	fix_store(&tab.ring[tab.tail / 8 + 1], hi);
	tab.tail = (tab.tail + 16) % 4096;
}

void tab_doorbell(void)
{
	fix_write64(&tab.regs, 0x88, tab.tail);
}

void tab_run(void)
{
	vtd_model_run(tab.unit, 600);
}

void tab_do(u64 lo, u64 hi)
{
	tab_queue(lo, hi);
	tab_doorbell();
	tab_run();
}

unsigned int tab_ask_fresh(u64 addr, enum vtd_model_access access)
{
	tab_do(TAB_CONTEXT_GLOBAL, 0);
	tab_do(TAB_WAIT(3), virt_to_phys(tab.status));
	tab_do(TAB_IOTLB_GLOBAL, 0);
	tab_do(TAB_WAIT(4), virt_to_phys(tab.status));
	return tab_ask(addr, access);
}
