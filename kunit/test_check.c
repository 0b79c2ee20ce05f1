// SPDX-License-Identifier: GPL-2.0
/*
 * Suite vtd_check: a machine of software is compared with what is believed of it;
 * nothing is found while all is well, and each kind of thing that is tampered with
 * is found, by hand and by the timer, and left as it is.
 */
#include <linux/delay.h>
#include <linux/iommu.h>
#include <linux/mm.h>
#include <linux/pci-ats.h>

#include "check.h"
#include "context.h"
#include "incident.h"
#include "machine.h"
#include "quarantine.h"
#include "scalable.h"
#include "selftest.h"
#include "suites.h"

#define SCALABLE                                                       \
	(FIX_ECAP | VTDM_ECAP_DT | VTDM_ECAP_PRS | VTDM_ECAP_PSS(20) | \
	 VTDM_ECAP_PASID | VTDM_ECAP_SMTS | VTDM_ECAP_FSTS | VTDM_ECAP_SMPWCS)

static struct machine *attached(struct kunit *test, u64 ecap)
{
	struct machine *m = machine_new(test);

	machine_add_unit(m, FIX_CAP, ecap, 0);
	machine_build(m);
	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	return m;
}

/* How much is found. */
static unsigned int look(struct machine *m)
{
	unsigned int nr = 0;
	size_t at;
	int ret;

	ret = machine_command(m, vtd_check(&m->reply));
	KUNIT_EXPECT_EQ(m->test, ret, 0);
	for (at = 0; at + 8 < m->reply.len; at++)
		nr += (!at || m->reply.text[at - 1] == '\n') &&
		      !strncmp(m->reply.text + at, "finding ", 8);
	return nr;
}

static void show(struct machine *m)
{
	if (m->reply.len)
		kunit_info(m->test, "%.*s", (int)min(m->reply.len, (size_t)700),
			   m->reply.text);
}

struct kind {
	const char *name;
	u64 ecap;
};

static const struct kind kinds[] = {
	{ "legacy mode", FIX_ECAP },
	{ "legacy mode without pass-through", FIX_ECAP & ~VTDM_ECAP_PT },
	{ "scalable mode", SCALABLE },
};

KUNIT_ARRAY_PARAM_DESC(kinds, kinds, name);

static void nothing_is_found_where_all_is_well(struct kunit *test)
{
	const struct kind *k = test->param_value;
	struct machine *m = attached(test, k->ecap);

	if (look(m))
		show(m);
	KUNIT_EXPECT_EQ(test, look(m), 0);
	KUNIT_EXPECT_TRUE(test, machine_said(m, "check units=1 "));
	KUNIT_EXPECT_TRUE(test, machine_said(m, " findings=0"));
	/* Bound, with mappings, moved, given to user space, and back. */
	KUNIT_ASSERT_EQ(test, machine_bind(m, B_ALONE), 0);
	KUNIT_ASSERT_EQ(test, machine_bind(m, B_SVA), 0);
	KUNIT_EXPECT_EQ(test, look(m), 0);
	machine_unbind(m, B_ALONE);
	machine_unbind(m, B_SVA);
	KUNIT_EXPECT_EQ(test, machine_assign(m, B_BEHIND_1), 0);
	KUNIT_EXPECT_EQ(test, look(m), 0);
	vtd_model_host_unplug(m->host, B_ALONE);
	KUNIT_EXPECT_EQ(test, look(m), 0);
	vtd_model_host_plug(m->host, B_LATER);
	KUNIT_EXPECT_EQ(test, look(m), 0);
	show(m);
}

static void detached_there_is_nothing_to_check(struct kunit *test)
{
	struct machine *m = machine_usual(test);

	mutex_lock(&vtd_control.lock);
	KUNIT_EXPECT_EQ(test, vtd_check(&m->reply), -ENODEV);
	mutex_unlock(&vtd_control.lock);
}

struct corrupt {
	const char *name;
	u32 off;
	u32 flip;
};

static const struct corrupt registers[] = {
	{ "RTADDR", 0x20, 1 << 12 }, { "IQA", 0x90, 1 << 13 },
	{ "GSTS", 0x1c, 1 << 30 },   { "FECTL", 0x38, 1U << 31 },
	{ "FEDATA", 0x3c, 1 },	     { "FEADDR", 0x40, 1 << 12 },
	{ "CAP", 0x08, 1 << 4 },     { "CCMD", 0x2c, 1U << 31 },
};

static void registers_desc(const struct corrupt *r, char *desc)
{
	strscpy(desc, r->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(registers, registers, registers_desc);

static void register_that_changed_is_found(struct kunit *test)
{
	const struct corrupt *r = test->param_value;
	struct machine *m = attached(test, FIX_ECAP);
	struct vtd_regs regs;
	char line[64];
	u32 before;

	vtd_model_plug(m->unit[0], &regs);
	before = fix_read32(&regs, r->off);
	vtd_model_corrupt(m->unit[0], r->off, before ^ r->flip);
	KUNIT_EXPECT_EQ(test, look(m), 1);
	snprintf(line, sizeof(line), "what=register entry=\"%s\"", r->name);
	KUNIT_EXPECT_TRUE(test, machine_said(m, line));
	KUNIT_EXPECT_EQ(test, fix_read32(&regs, r->off), before ^ r->flip);
	vtd_model_corrupt(m->unit[0], r->off, before);
	KUNIT_EXPECT_EQ(test, look(m), 0);
}

static void expect_found(struct machine *m, u64 *word, u64 flip,
			 const char *what)
{
	u64 before = *word;

	*word = before ^ flip;
	KUNIT_EXPECT_GE(m->test, look(m), 1);
	if (!machine_said(m, what))
		show(m);
	KUNIT_EXPECT_TRUE_MSG(m->test, machine_said(m, what), "%s", what);
	KUNIT_EXPECT_EQ(m->test, *word, before ^ flip);
	*word = before;
	KUNIT_EXPECT_EQ(m->test, look(m), 0);
}

static void entry_that_changed_is_found(struct kunit *test)
{
	struct machine *m = attached(test, FIX_ECAP);
	u16 sid = vtd_model_host_sid(m->host, B_ALONE);
	struct vtd_unit *unit = machine_unit(0);
	struct vtd_context_entry *ce;

	m->expect_broken = true; /* the model sees such stores, too */
	ce = &unit->context[sid >> 8][sid & 0xff];
	expect_found(m, &unit->root[sid >> 8].w[0], 1 << 14, "what=root");
	expect_found(m, &ce->w[0], 1 << 14, "what=context");
	expect_found(m, &ce->w[1], 1 << 8, "what=context");
	/* Of a function that nobody has. */
	expect_found(m, &unit->context[sid >> 8][0xf7].w[0], 0x1001,
		     "what=context");
}

static void pasid_entry_that_changed_is_found(struct kunit *test)
{
	struct machine *m = attached(test, SCALABLE);
	u16 sid = vtd_model_host_sid(m->host, B_SVA);
	struct vtd_unit *unit = machine_unit(0);
	struct vtd_sm_table *table = unit->sm[sid / VTD_SM_CONTEXT_ENTRIES];
	struct vtd_pasid_dir *dir = table->dir[sid % VTD_SM_CONTEXT_ENTRIES];

	m->expect_broken = true;
	KUNIT_ASSERT_NOT_NULL(test, dir);
	expect_found(m, &table->entry[sid % VTD_SM_CONTEXT_ENTRIES].w[0],
		     VTD_SM_CONTEXT_PRE, "what=context");
	expect_found(m, &vtd_pasid_slot(dir, 0)->w[0], 1 << 6, "what=pasid");
	expect_found(m, &vtd_pasid_slot(dir, 0)->w[2], 1 << 13, "what=pasid");
	expect_found(m, &dir->entry[5], 1ULL << 51 | 1, "what=directory");
}

static void config_that_changed_is_found(struct kunit *test)
{
	struct machine *m = attached(test, SCALABLE);
	struct pci_dev *pdev = machine_dev(m, B_SVA);
	struct pci_dev *port = machine_dev(m, B_PORT_A);
	int acs = pci_find_ext_capability(port, PCI_EXT_CAP_ID_ACS);
	u16 ctrl;

	m->expect_broken = true; /* the endpoint is switched past the kernel */
	pci_read_config_word(pdev, pdev->ats_cap + PCI_ATS_CTRL, &ctrl);
	KUNIT_EXPECT_TRUE(test, ctrl & PCI_ATS_CTRL_ENABLE);
	pci_write_config_word(pdev, pdev->ats_cap + PCI_ATS_CTRL,
			      ctrl & ~PCI_ATS_CTRL_ENABLE);
	KUNIT_EXPECT_EQ(test, look(m), 1);
	KUNIT_EXPECT_TRUE(test, machine_said(m, "what=config entry=\"ATS\""));
	pci_write_config_word(pdev, pdev->ats_cap + PCI_ATS_CTRL, ctrl);
	KUNIT_EXPECT_EQ(test, look(m), 0);
	pci_read_config_word(port, acs + PCI_ACS_CTRL, &ctrl);
	pci_write_config_word(port, acs + PCI_ACS_CTRL, ctrl & ~PCI_ACS_RR);
	KUNIT_EXPECT_EQ(test, look(m), 1);
	KUNIT_EXPECT_TRUE(test, machine_said(m, "what=config entry=\"ACS\""));
	pci_write_config_word(port, acs + PCI_ACS_CTRL, ctrl);
	KUNIT_EXPECT_EQ(test, look(m), 0);
	/* One in quarantine that begins again. */
	vtd_quarantine(vtd_device_find(pdev), VTD_QUARANTINE_STORM);
	flush_work(&vtd_device_find(pdev)->contain);
	if (look(m))
		show(m);
	KUNIT_EXPECT_EQ(test, look(m), 0);
	pci_set_master(pdev);
	KUNIT_EXPECT_EQ(test, look(m), 1);
	KUNIT_EXPECT_TRUE(test, machine_said(m, "entry=\"COMMAND\""));
}

static void unit_that_has_gone_is_one_finding(struct kunit *test)
{
	struct machine *m = attached(test, FIX_ECAP);

	vtd_model_gone(m->unit[0]);
	KUNIT_EXPECT_EQ(test, look(m), 1);
	KUNIT_EXPECT_TRUE(test, machine_said(m, "the unit has gone"));
	vtd_model_revive(m->unit[0]);
	KUNIT_EXPECT_EQ(test, look(m), 0);
}

static bool incident(struct machine *m, const char *what)
{
	vtd_reply_free(&m->reply);
	vtd_incidents_say(&m->reply);
	return machine_said(m, what);
}

static void timer_finds_it_too(struct kunit *test)
{
	struct machine *m = attached(test, FIX_ECAP);
	struct vtd_regs regs;
	unsigned int i;
	u32 before;

	KUNIT_EXPECT_EQ(test, vtd_check_set_interval(86401), -EINVAL);
	/* Before the module is up the parameter starts nothing. */
	KUNIT_EXPECT_EQ(test, vtd_check_set_interval(1), 0);
	vtd_check_start();
	msleep(2500);
	KUNIT_EXPECT_FALSE(test, incident(m, "what=check"));
	vtd_model_plug(m->unit[0], &regs);
	before = fix_read32(&regs, 0x38);
	vtd_model_corrupt(m->unit[0], 0x38, before | 1U << 31);
	for (i = 0; i < 100 && !incident(m, "what=check"); i++)
		msleep(100);
	KUNIT_EXPECT_LT(test, i, 100);
	vtd_model_corrupt(m->unit[0], 0x38, before);
	vtd_check_exit();
	vtd_check_set_interval(0);
}

static void selftest_refuses_a_unit_that_fails(struct kunit *test)
{
	struct machine *m = machine_new(test);

	machine_add_unit(m, FIX_CAP, FIX_ECAP, 0);
	machine_build(m);
	vtd_want_selftest = true;
	KUNIT_EXPECT_EQ(test, machine_attach(m), 0);
	KUNIT_EXPECT_EQ(test, look(m), 0);
	KUNIT_EXPECT_EQ(test, machine_detach(m), 0);
	m->expect_broken = true;
	vtd_model_inject(m->unit[0], VTD_MODEL_IQE, 500, 0);
	KUNIT_EXPECT_NE(test, machine_attach(m), 0);
	KUNIT_EXPECT_TRUE(test, machine_said(m, "dmar0: self-test: "));
	vtd_want_selftest = false;
	machine_expect_untouched(m);
	vtd_model_revive(m->unit[0]);
	KUNIT_EXPECT_EQ(test, machine_attach(m), 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(nothing_is_found_where_all_is_well, kinds_gen_params),
	KUNIT_CASE(detached_there_is_nothing_to_check),
	KUNIT_CASE_PARAM(register_that_changed_is_found, registers_gen_params),
	KUNIT_CASE(entry_that_changed_is_found),
	KUNIT_CASE(pasid_entry_that_changed_is_found),
	KUNIT_CASE(config_that_changed_is_found),
	KUNIT_CASE(unit_that_has_gone_is_one_finding),
	KUNIT_CASE_SLOW(timer_finds_it_too),
	KUNIT_CASE(selftest_refuses_a_unit_that_fails),
	{}
};

struct kunit_suite vtd_check_suite = {
	.name = "vtd_check",
	.suite_init = machine_suite_init,
	.suite_exit = machine_suite_exit,
	.test_cases = cases,
};
