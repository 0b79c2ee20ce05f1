// SPDX-License-Identifier: GPL-2.0
/*
 * Health: nothing is found where all is well, whatever devices are attached to; and
 * each kind of thing that was tampered with is, by its name, with both values.
 *
 * SRCS: dmar/check.c dmar/check_entry.c
 * SRCS: dmar/quarantine.c dmar/incident.c
 * SRCS: dmar/nested.c dmar/user.c dmar/pgtable_dirty.c
 * SRCS: dmar/adapter.c dmar/paging.c dmar/device.c dmar/device_ats.c dmar/device_pasid.c dmar/pool.c
 * SRCS: dmar/history.c dmar/relax.c
 * SRCS: dmar/qi.c dmar/context.c dmar/unit.c dmar/domain.c dmar/flush.c
 * SRCS: dmar/pasid.c dmar/scalable.c dmar/devtlb.c
 * SRCS: dmar/pgtable.c dmar/identity.c dmar/reply.c kunit/model/model.c
 * SRCS: selftests/native/model_fixture.c selftests/native/rig.c
 * SRCS: selftests/native/core_rig.c
 * CFLAGS: -DVTD_OBSERVER
 */
#include <linux/workqueue.h>

#include <linux/pci-ats.h>

#include "core_rig.h"

#include "../../dmar/check.h"
#include "../../dmar/quarantine.h"
#include "../../dmar/scalable.h"

#define IOVA 0x40000000ULL
#define P 0x4321

#define SM(bits) (VTDM_ECAP_SMTS | VTDM_ECAP_PASID | VTDM_ECAP_PSS(bits))

static const struct mode {
	u64 ecap;
	bool pasid;
	const char *name;
} modes[] = {
	{ 0, false, "legacy mode" },
	{ SM(16) | VTDM_ECAP_SSTS, true, "second stage" },
	{ SM(20) | VTDM_ECAP_SMPWCS | VTDM_ECAP_FSTS, true, "first stage" },
};

static const struct mode *mode;
static struct vtd_unit *unit;
static struct iommu_domain *domain;
static struct vtd_reply reply;
static struct vtd_check c;

static bool memory(u64 phys)
{
	/* where phys_to_virt() is memory of the test's */
	return !(phys >> 47) && phys;
}

static bool is_managed(const struct vtd_unit *u, u16 sid)
{
	return sid >= RIG_SID && sid < RIG_SID + 4 && sid != RIG_SID + 3;
}

/* Device 0 in a domain, 1 untranslated, 2 blocked, 3 not managed. */
static void machine(unsigned int which)
{
	const u16 other = RIG_SID + 3;
	struct vtd_translation same;
	unsigned int i;

	mode = &modes[which];
	rig_start();
	rig_add(FIX_CAP | VTDM_CAP_FL1GP, FIX_ECAP | mode->ecap,
		VTD_MODEL_EAGER, 3, 1);
	unit = &rig.unit[0];
	functions();
	for (i = 0; i < FUNCTIONS; i++)
		fn[i].pdev.max_pasids = mode->pasid && !i ? 1 << 20 : 0;
	for (i = 0; i < 3; i++)
		appear(i);
	same = vtd_identity(unit);
	assert_int_equal(vtd_context_set(unit, &other, 1, VTD_NO_PASID, &same),
			 0);
	domain = domain_for(0);
	assert_int_equal(map(domain, IOVA, ODD, SZ_4K, 3, RW), 0);
	assert_int_equal(attach(domain, 0), 0);
	assert_int_equal(vtd_device_set_identity(managed(1)), 0);
	assert_int_equal(vtd_device_block(managed(2)), 0);
	if (!mode->pasid)
		return;
	assert_int_equal(
		vtd_device_set_pasid(managed(0), P, to_vtd_domain(domain)), 0);
	assert_int_equal(vtd_device_set_pasid(managed(0), P + 1, NULL), 0);
}

static void machine_gone(void)
{
	vtd_reply_free(&reply);
	leave(0, true);
	leave(1, true);
	leave(2, true);
	domain->ops->free(domain);
	rig_stop_broken();
}

static unsigned int look(void)
{
	unsigned int i;

	vtd_reply_free(&reply);
	c = (struct vtd_check){ .reply = &reply, .memory = memory };
	vtd_check_registers(&c, unit);
	vtd_check_tables(&c, unit, is_managed);
	for (i = 0; i < 3; i++)
		vtd_check_device(&c, managed(i));
	return c.findings;
}

static bool said(const char *what)
{
	return reply.len && strstr(reply.text, what);
}

static void test_well(void **state)
{
	machine(fix_arg(state));
	assert_int_equal(look(), 0);
	assert_int_equal(reply.len, 0);
	assert_true(c.registers >= 9 && c.entries > 500 && c.devices == 3);
	/* through changes */
	assert_int_equal(attach(domain, 1), 0);
	assert_int_equal(look(), 0);
	assert_int_equal(vtd_context_silence(unit, RIG_SID, true), 0);
	assert_int_equal(look(), 0);
	assert_int_equal(vtd_device_set_identity(managed(0)), 0);
	assert_int_equal(look(), 0);
	assert_int_equal(vtd_device_block(managed(0)), 0);
	assert_int_equal(look(), 0);
	if (mode->pasid) {
		assert_int_equal(vtd_device_clear_pasid(managed(0), P), 0);
		assert_int_equal(look(), 0);
		assert_int_equal(vtd_device_clear_pasid(managed(0), P + 1), 0);
		assert_int_equal(look(), 0);
	}
	/* quarantine, and back */
	assert_int_equal(attach(domain, 0), 0);
	vtd_devices_storm(unit, RIG_SID, false);
	assert_int_equal(vtd_shim_work(), 1);
	assert_int_equal(look(), 0);
	assert_int_equal(vtd_quarantine_lift(managed(0)), 0);
	assert_int_equal(look(), 0);
	/* given up */
	vtd_domain_block(to_vtd_domain(domain));
	fix_assert_good();
	machine_gone();
}

static const struct {
	u32 off;
	u32 flip;
	const char *name;
} registers[] = {
	{ 0x08, 1 << 4, "entry=\"CAP\"" },
	{ 0x10, 1 << 3, "entry=\"ECAP\"" },
	{ 0x00, 1, "entry=\"VER\"" },
	{ 0x1c, 1U << 31, "entry=\"GSTS\"" },
	{ 0x1c, 1 << 26, "entry=\"GSTS\"" },
	{ 0x1c, 1 << 30, "entry=\"GSTS\"" },
	{ 0x1c, 1 << 25, "entry=\"GSTS\"" },
	{ 0x20, 1 << 12, "entry=\"RTADDR\"" },
	{ 0x20, 1 << 10, "entry=\"RTADDR\"" },
	{ 0x24, 1, "entry=\"RTADDR\"" },
	{ 0x2c, 1U << 31, "entry=\"CCMD\"" },
	{ 0x90, 1 << 12, "entry=\"IQA\"" },
	{ 0x90, 1, "entry=\"IQA\"" },
	{ 0x34, 1 << 4, "entry=\"FSTS\"" },
	{ 0x34, 1 << 6, "entry=\"FSTS\"" },
};

static void test_registers(void **state)
{
	u32 before, off, flip;
	unsigned int i;

	machine(fix_arg(state));
	for (i = 0; i < ARRAY_SIZE(registers); i++) {
		off = registers[i].off;
		flip = registers[i].flip;
		before = fix_read32(&unit->regs, off);
		vtd_model_corrupt(rig.model[0], off, before ^ flip);
		assert_int_equal(look(), 1);
		assert_true(said("finding unit=dmar0 device=- what=register "));
		assert_true(said(registers[i].name));
		/* it is as it was found */
		assert_int_equal(fix_read32(&unit->regs, off), before ^ flip);
		vtd_model_corrupt(rig.model[0], off, before);
		assert_int_equal(look(), 0);
	}
	unit->qi.tail ^= 1;
	assert_int_equal(look(), 1);
	assert_true(said("entry=\"IQT\""));
	unit->qi.tail ^= 1;
	machine_gone();
}

/* One word, with one bit the other way round. */
static void tampered(u64 *word, u64 flip, const char *what, const char *entry)
{
	u64 before = *word;
	char values[64];

	*word = before ^ flip;
	assert_true(look() >= 1);
	assert_true(said(what) && said(entry));
	snprintf(values, sizeof(values), "expected=0x%llx found=0x%llx",
		 (unsigned long long)before,
		 (unsigned long long)(before ^ flip));
	assert_true(said(values));
	assert_true(*word == (before ^ flip));
	*word = before;
	assert_int_equal(look(), 0);
}

static void test_legacy(void **state)
{
	struct vtd_context_entry *table;

	machine(0);
	table = unit->context[RIG_SID >> 8];
	tampered(&unit->root[1].w[0], 1 << 13, "what=root", "bus 01");
	tampered(&unit->root[1].w[0], 1, "what=root", "bus 01");
	tampered(&unit->root[1].w[1], 1, "what=root", "bus 01");
	/* a bus that has no table */
	tampered(&unit->root[7].w[0], 0x1001, "what=root", "bus 07");
	/* the device's: its tables, its kind, its domain-id, its width */
	tampered(&table[0x18].w[0], 1 << 12, "what=context", "of 01:03.0");
	tampered(&table[0x18].w[0], 1 << 2, "what=context", "of 01:03.0");
	tampered(&table[0x18].w[0], 1, "what=context", "of 01:03.0");
	tampered(&table[0x18].w[1], 1 << 8, "what=context", "of 01:03.0");
	tampered(&table[0x18].w[1], 1, "what=context", "of 01:03.0");
	assert_int_equal(look(), 0);
	/* one that passes through, one that is blocked, one that nobody manages */
	tampered(&table[0x19].w[0], 1 << 3, "what=context", "of 01:03.1");
	tampered(&table[0x1a].w[0], 0x1001, "what=context", "of 01:03.2");
	tampered(&table[0x1b].w[1], 1 << 9, "what=context", "of 01:03.3");
	/* one that nobody has */
	table[0x40].w[1] = table[0x18].w[1];
	table[0x40].w[0] = table[0x18].w[0];
	assert_int_equal(look(), 2);
	assert_true(said("of 01:08.0"));
	table[0x40].w[0] = 0;
	table[0x40].w[1] = 0;
	/* in quarantine: it came to life again */
	vtd_devices_storm(unit, RIG_SID, false);
	assert_int_equal(vtd_shim_work(), 1);
	table[0x18].w[0] |= 1;
	assert_true(look() >= 1);
	assert_true(said("of 01:03.0"));
	table[0x18].w[0] &= ~1ULL;
	assert_int_equal(look(), 0);
	machine_gone();
}

static void test_scalable(void **state)
{
	struct vtd_sm_context_entry *ce;
	struct vtd_pasid_entry *pe;
	struct vtd_pasid_dir *dir;
	u64 kept;

	machine(fix_arg(state));
	ce = unit->sm[RIG_SID / 128]->entry;
	dir = unit->sm[RIG_SID / 128]->dir[RIG_SID % 128];
	tampered(&unit->root[1].w[0], 1 << 13, "what=root", "bus 01");
	tampered(&unit->root[1].w[1], 1, "what=root", "bus 01");
	tampered(&ce[RIG_SID % 128].w[0], 1 << 12, "what=context",
		 "of 01:03.0");
	tampered(&ce[RIG_SID % 128].w[0], VTD_SM_CONTEXT_DTE, "what=context",
		 "of 01:03.0");
	tampered(&ce[RIG_SID % 128].w[0], 1, "what=context", "of 01:03.0");
	tampered(&ce[RIG_SID % 128].w[1], 5, "what=context", "of 01:03.0");
	tampered(&ce[RIG_SID % 128 + 1].w[0], 1 << 12, "what=context",
		 "of 01:03.1");
	tampered(&ce[RIG_SID % 128 + 3].w[0], 1 << 9, "what=context",
		 "of 01:03.3");
	/* without a PASID, with one that is attached, with one that passes */
	pe = vtd_pasid_slot(dir, VTD_NO_PASID);
	tampered(&pe->w[0], 1 << 6, "what=pasid", "0x0 of 01:03.0");
	tampered(&pe->w[1], 1, "what=pasid", "0x0 of 01:03.0");
	pe = vtd_pasid_slot(dir, P);
	tampered(&pe->w[fix_arg(state) == 2 ? 2 : 0], 1 << 12, "what=pasid",
		 "0x4321 of 01:03.0");
	tampered(&pe->w[1], 1 << 24, "what=pasid", "0x4321 of 01:03.0");
	pe = vtd_pasid_slot(dir, P + 1);
	tampered(&pe->w[0], 1 << 7, "what=pasid", "0x4322 of 01:03.0");
	/* one that nobody was given */
	pe = vtd_pasid_slot(dir, P + 2);
	*pe = *vtd_pasid_slot(dir, P);
	assert_true(look() >= 1);
	assert_true(said("0x4323 of 01:03.0"));
	memset(pe, 0, sizeof(*pe));
	assert_int_equal(look(), 0);
	/* a directory that leads nowhere is not followed */
	kept = dir->entry[P >> 6];
	dir->entry[P >> 6] = kept | 1ULL << 50;
	assert_int_equal(look(), 1);
	assert_true(said("what=directory"));
	dir->entry[P >> 6] = kept | 4;
	assert_int_equal(look(), 1);
	dir->entry[P >> 6] = kept;
	assert_int_equal(look(), 0);
	machine_gone();
}

/* The tables that a device's entry leads to. */
static void test_page_tables(void **state)
{
	u64 *top, kept;

	machine(fix_arg(state));
	top = to_vtd_domain(domain)->pt.root;
	top[100] = 1ULL << 47 | 3;
	assert_int_equal(look(), 1);
	assert_true(
		said("what=page-table entry=\"entry 100 of the top table\""));
	top[100] = 0;
	kept = top[0];
	top[0] |= 1ULL << 48;
	assert_int_equal(look(), 1);
	top[0] = kept;
	assert_int_equal(look(), 0);
	machine_gone();
}

static void test_remapping(void **state)
{
	machine(0);
	/* as vtd_units_command() and vtd_units_set_table() have it */
	unit->remapping = true;
	unit->irta = 0x12345001;
	assert_int_equal(look(), 2);
	assert_true(said("entry=\"GSTS\"") && said("entry=\"IRTA\""));
	vtd_model_corrupt(rig.model[0], 0xb8, 0x12345001);
	vtd_model_corrupt(rig.model[0], 0x1c,
			  fix_read32(&unit->regs, 0x1c) | 1 << 25);
	assert_int_equal(look(), 0);
	vtd_model_corrupt(rig.model[0], 0x1c,
			  fix_read32(&unit->regs, 0x1c) & ~(1U << 25));
	unit->remapping = false;
	machine_gone();
}

int main(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(modes); i++) {
		void *which = (void *)(uintptr_t)i;

		fix_case(test_well, which, "all is well, %s", modes[i].name);
		fix_case(test_registers, which, "registers, %s", modes[i].name);
		fix_case(test_page_tables, which, "page tables, %s",
			 modes[i].name);
	}
	fix_case(test_legacy, NULL, "entries, legacy mode");
	fix_case(test_scalable, (void *)1, "entries, second stage");
	fix_case(test_scalable, (void *)2, "entries, first stage");
	fix_case(test_remapping, NULL, "interrupt remapping");
	return fix_run("dmar-check");
}
