// SPDX-License-Identifier: GPL-2.0
/*
 * Errata: who has one and what is done about it; and which devices may cache
 * translations.
 *
 * SRCS: dmar/quirks.c dmar/ats.c dmar/pci.c
 * SRCS: dmar/dmar_parse.c dmar/dmar_match.c dmar/reply.c
 * SRCS: selftests/native/dmar_build.c selftests/native/pci_rig.c
 * SRCS: selftests/native/model_fixture.c
 * SRCS: kunit/model/model.c kunit/model/memory.c kunit/model/regs.c
 * SRCS: kunit/model/fault.c kunit/model/walk.c kunit/model/cache.c
 * SRCS: kunit/model/queue.c kunit/model/device.c kunit/model/check.c
 * SRCS: kunit/model/quiescent.c kunit/model/intr.c kunit/model/check_intr.c
 * CFLAGS: -DVTD_OBSERVER -Wno-missing-field-initializers
 */
#include <stdio.h>
#include <string.h>

#include "model_fixture.h"
#include "pci_rig.h"

#include "../../dmar/ats.h"
#include "../../dmar/quirks.h"

#define ROOT_PORT PCI_EXP_TYPE_ROOT_PORT
#define ENDPOINT PCI_EXP_TYPE_ENDPOINT
#define INTEGRATED PCI_EXP_TYPE_RC_END

#define DISPLAY 0x030000
#define ANOTHER 0x088000

/* --- one device that has, or has not, an erratum ---------------------------------- */

/*
 * What a machine with one device of Intel says: which errata, in words; whose
 * DMA is left alone: the device's, or that of its graphics.
 */
struct quirk_case {
	u16 device;
	u8 revision;
	u32 class;
	const char *names;
	bool self;
	bool graphics;
	bool rwbf;
	bool interrupts;
	bool no_ats;
	bool user_space;
};

static const struct quirk_case quirk_cases[] = {
	{ 0x2a40, 7, ANOTHER, "hidden-write-buffer 4-series-graphics ",
	  .graphics = true, .rwbf = true },
	{ 0x2e00, 0, ANOTHER, "hidden-write-buffer 4-series-graphics ",
	  .graphics = true, .rwbf = true },
	{ 0x2e90, 3, ANOTHER, "hidden-write-buffer 4-series-graphics ",
	  .graphics = true, .rwbf = true },
	{ 0x2e50, 0, ANOTHER, "" },
	{ 0x2a41, 0, ANOTHER, "" },
	{ 0x0040, 0, ANOTHER, "ironlake-graphics ", .graphics = true },
	{ 0x0044, 0x12, ANOTHER, "ironlake-graphics ", .graphics = true },
	{ 0x0062, 0, ANOTHER, "ironlake-graphics ", .graphics = true },
	{ 0x006a, 0, ANOTHER, "ironlake-graphics ", .graphics = true },
	{ 0x0046, 0, ANOTHER, "" },
	{ 0x1602, 0, DISPLAY, "broadwell-graphics ", true, true },
	{ 0x163e, 0, DISPLAY, "broadwell-graphics ", true, true },
	{ 0x1604, 0, ANOTHER, "" },
	{ 0x163f, 0, DISPLAY, "" },
	{ 0x1601, 0, DISPLAY, "" },
	{ 0x4571, 0, DISPLAY, "graphics-never-drains ", true, true },
	{ 0x46a6, 0, DISPLAY, "graphics-never-drains ", true, true },
	{ 0x4c8a, 0, DISPLAY, "graphics-never-drains ", true, true },
	{ 0x4e61, 0, DISPLAY, "graphics-never-drains ", true, true },
	{ 0x7d55, 0, DISPLAY, "graphics-never-drains ", true, true },
	{ 0x8a52, 0, DISPLAY, "graphics-never-drains ", true, true },
	{ 0x9840, 0, DISPLAY, "graphics-never-drains ", true, true },
	{ 0x9a49, 0, DISPLAY, "graphics-never-drains ", true, true },
	{ 0xa780, 0, DISPLAY, "graphics-never-drains ", true, true },
	{ 0x9a49, 0, ANOTHER, "" },
	{ 0x5916, 0, DISPLAY, "" },
	{ 0x3403, 0x13, ANOTHER, "interrupts-not-drained ",
	  .interrupts = true },
	{ 0x3403, 0x14, ANOTHER, "" },
	{ 0x3405, 0x22, ANOTHER, "interrupts-not-drained ",
	  .interrupts = true },
	{ 0x3405, 0x23, ANOTHER, "" },
	{ 0x3406, 0x00, ANOTHER, "interrupts-not-drained ",
	  .interrupts = true },
	{ 0x3406, 0x22, ANOTHER, "" },
	{ 0x3404, 0x00, ANOTHER, "" },
	{ 0x4940, 0, ANOTHER, "cache-flush-ignored ", .no_ats = true },
	{ 0x4943, 0, ANOTHER, "cache-flush-ignored ", .no_ats = true },
	{ 0x4944, 0, ANOTHER, "" },
	{ 0x0435, 0, ANOTHER, "unsafe-for-guests ", .user_space = true },
	{ 0x0443, 0, ANOTHER, "unsafe-for-guests ", .user_space = true },
	{ 0x0b25, 0, ANOTHER, "unsafe-for-guests ", .user_space = true },
	{ 0x0cfe, 0, ANOTHER, "unsafe-for-guests ", .user_space = true },
	{ 0x19e2, 0, ANOTHER, "unsafe-for-guests ", .user_space = true },
	{ 0x37c9, 0, ANOTHER, "unsafe-for-guests ", .user_space = true },
	{ 0x10d3, 0, ANOTHER, "" },
};

static char said[256];

static void say_name(const struct vtd_quirk *quirk, struct pci_dev *pdev,
		     void *data)
{
	struct pci_dev **first = data;

	assert_true(quirk->why[0] && quirk->done[0]);
	assert_true(strlen(said) + strlen(quirk->name) + 2 < sizeof(said));
	strcat(said, quirk->name);
	strcat(said, " ");
	*first = pdev;
}

static const char *names(struct pci_dev **first)
{
	said[0] = '\0';
	*first = NULL;
	vtd_quirks_each(vtd_unit_of, say_name, first);
	return said;
}

static void test_quirk(void **state)
{
	const struct quirk_case *c = (void *)fix_arg(state);
	struct rig_spec spec[] = {
		{ "port", NULL, ROOT_PORT, 0x08, ACS_ALL },
		{ "card", "port", ENDPOINT, 0x00, .class = DISPLAY,
		  .device = 0x5917 },
		{ "gpu", NULL, INTEGRATED, 0x10, .class = DISPLAY,
		  .device = 0x5917 },
		{ "it", NULL, INTEGRATED, 0x18, .class = c->class,
		  .device = c->device, .revision = c->revision },
		{ "twin", NULL, INTEGRATED, 0x20, .class = c->class,
		  .device = c->device, .revision = c->revision },
		{},
	};
	struct vtd_unit *unit = &pci_rig.unit[0];
	struct pci_dev *it, *gpu, *first;

	pci_rig_start(spec, NULL);
	it = pci_rig_dev("it");
	gpu = pci_rig_dev("gpu");
	vtd_quirks_find();
	assert_string_equal(names(&first), c->names);
	assert_ptr_equal(first, c->names[0] ? it : NULL);
	vtd_quirks_fix_unit(unit);
	assert_int_equal(unit->cap, c->rwbf ? 0x10 : 0);
	assert_int_equal(!!vtd_quirks_interrupts(), c->interrupts);
	assert_int_equal(!!vtd_quirk_untranslated(it, unit), c->self);
	assert_int_equal(!!vtd_quirk_untranslated(gpu, unit), c->graphics);
	assert_null(vtd_quirk_untranslated(pci_rig_dev("card"), unit));
	assert_int_equal(!!vtd_quirk_of(it, unit, VTD_QUIRK_NO_ATS), c->no_ats);
	assert_int_equal(!!vtd_quirk_of(it, unit, VTD_QUIRK_USER_SPACE),
			 c->user_space);
	/* From outside it may be anything. */
	it->untrusted = true;
	pci_rig_dev("twin")->untrusted = true;
	vtd_quirks_find();
	assert_string_equal(names(&first), "");
	assert_null(vtd_quirks_interrupts());
	assert_null(vtd_quirk_untranslated(it, unit));
	assert_null(vtd_quirk_untranslated(gpu, unit));
	assert_null(vtd_quirk_of(it, unit, VTD_QUIRK_NO_ATS));
	/* And another maker's of the same number is another device. */
	it->untrusted = false;
	it->vendor = 0x1022;
	vtd_quirks_find();
	assert_string_equal(names(&first), "");
	pci_rig_stop();
}

/* --- those that want a closer look -------------------------------------------------- */

static const struct {
	u32 isoch;
	bool left_alone;
} isochs[] = {
	{ 0x00000000, true },  { 0x00000001, false }, { 0x00000010, false },
	{ 0x00000004, false }, { 0xffffffff, false }, { 0xffffffe2, true },
};

static void test_sound(void **state)
{
	static const struct rig_spec spec[] = {
		{ "sound", NULL, INTEGRATED, 0xd8, .class = 0x040300,
		  .device = 0x3a3e },
		{ "hub", NULL, INTEGRATED, 0xa0, .class = ANOTHER,
		  .device = 0x342e },
		{},
	};
	const struct vtd_quirk *quirk;
	struct pci_dev *first;
	unsigned int i;

	pci_rig_start(spec, NULL);
	vtd_quirks_find();
	for (i = 0; i < ARRAY_SIZE(isochs); i++) {
		pci_rig_dev("hub")->isoch = isochs[i].isoch;
		quirk = vtd_quirk_untranslated(pci_rig_dev("sound"),
					       &pci_rig.unit[0]);
		assert_int_equal(!!quirk, isochs[i].left_alone);
		assert_string_equal(names(&first),
				    quirk ? "sound-without-entries " : "");
		assert_null(vtd_quirk_untranslated(pci_rig_dev("hub"),
						   &pci_rig.unit[0]));
	}
	/* Another chipset: nothing to look at. */
	pci_rig_dev("hub")->isoch = 0;
	pci_rig_unplug("hub");
	assert_null(
		vtd_quirk_untranslated(pci_rig_dev("sound"), &pci_rig.unit[0]));
	pci_rig_stop();
}

static void test_dma_engine(void **state)
{
	static const struct rig_spec spec[] = {
		{ "dma", NULL, INTEGRATED, 0x20, .class = ANOTHER,
		  .device = 0x402f },
		{},
	};
	struct pci_dev *dma;

	pci_rig_start(spec, NULL);
	vtd_quirks_find();
	dma = pci_rig_dev("dma");
	/* The unit of the rig is at 0xfed90000. */
	dma->bus->units_at = 0xfed80001;
	assert_string_equal(vtd_quirk_untranslated(dma, &pci_rig.unit[0])->name,
			    "dma-engine-wrong-unit");
	dma->bus->units_at = 0xfed85fff;
	assert_non_null(vtd_quirk_untranslated(dma, &pci_rig.unit[0]));
	((struct vtd_drhd *)pci_rig.unit[0].drhd)->base = 0xfed8a000;
	assert_null(vtd_quirk_untranslated(dma, &pci_rig.unit[0]));
	assert_null(vtd_quirk_untranslated(dma, NULL));
	pci_rig_stop();
}

/* --- translation caches --------------------------------------------------------------- */

static void some_ports(struct dmar_image *img)
{
	dmar_drhd(img, 1, 0, 0, 0xfed90000);
	dmar_drhd(img, 1, 0, 1, 0xfed91000);
	dmar_atsr(img, 0, 0);
	dmar_scope(img, 2, 0, 0, "1.0");
	dmar_atsr(img, 1, 1);
	dmar_satc(img, 0, 0);
	dmar_scope(img, 1, 0, 0, "6.0");
	dmar_satc(img, 1, 0);
	dmar_scope(img, 1, 0, 0, "7.0");
}

static void all_ports(struct dmar_image *img)
{
	dmar_drhd(img, 1, 0, 0, 0xfed90000);
	dmar_atsr(img, 1, 0);
}

static const struct rig_spec ats_machine[] = {
	{ "port 1", NULL, ROOT_PORT, 0x08, ACS_ALL },
	{ "nic", "port 1", ENDPOINT, 0x00 },
	{ "vf", "port 1", ENDPOINT, 0x08, .flags = VIRTUAL },
	{ "qat", "port 1", ENDPOINT, 0x10, .device = 0x4940 },
	{ "outside", "port 1", ENDPOINT, 0x18, .flags = UNTRUSTED },
	{ "port 2", NULL, ROOT_PORT, 0x10, ACS_ALL },
	{ "up", "port 2", PCI_EXP_TYPE_UPSTREAM, 0x00 },
	{ "down", "up", PCI_EXP_TYPE_DOWNSTREAM, 0x00, ACS_ALL },
	{ "disk", "down", ENDPOINT, 0x00 },
	{ "port 3", NULL, ROOT_PORT, 0x18, ACS_ALL },
	{ "to pci", "port 3", PCI_EXP_TYPE_PCI_BRIDGE, 0x00 },
	{ "old", "to pci", CONVENTIONAL, 0x08 },
	{ "integrated", NULL, INTEGRATED, 0x28 },
	{ "cache", NULL, INTEGRATED, 0x30 },
	{ "needs cache", NULL, INTEGRATED, 0x38 },
	{ "vmd", NULL, INTEGRATED, 0x70, .flags = IS_VMD },
	{ "port 4", NULL, ROOT_PORT, 0x08, ACS_ALL, .flags = BEHIND_VMD },
	{ "hidden", "port 4", ENDPOINT, 0x00 },
	{},
};

static const struct {
	const char *device;
	enum vtd_ats some;
	enum vtd_ats all;
} ats_cases[] = {
	{ "nic", VTD_ATS_ALLOWED, VTD_ATS_ALLOWED },
	{ "vf", VTD_ATS_ALLOWED, VTD_ATS_ALLOWED },
	{ "qat", VTD_ATS_NO, VTD_ATS_NO },
	{ "outside", VTD_ATS_NO, VTD_ATS_NO },
	{ "disk", VTD_ATS_NO, VTD_ATS_ALLOWED },
	{ "old", VTD_ATS_NO, VTD_ATS_NO },
	{ "integrated", VTD_ATS_ALLOWED, VTD_ATS_ALLOWED },
	{ "cache", VTD_ATS_ALLOWED, VTD_ATS_ALLOWED },
	{ "needs cache", VTD_ATS_REQUIRED, VTD_ATS_ALLOWED },
	{ "hidden", VTD_ATS_NO, VTD_ATS_NO },
};

static void expect_ats(bool some)
{
	struct vtd_unit *unit = &pci_rig.unit[0];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ats_cases); i++) {
		struct pci_dev *pdev = pci_rig_dev(ats_cases[i].device);
		enum vtd_ats want = some ? ats_cases[i].some : ats_cases[i].all;
		enum vtd_ats is;

		unit->ecap = 0x4;
		is = vtd_ats_policy(vtd_control.dmar, pdev, unit);
		if (is != want)
			fail_msg("%s: %s, not %s", ats_cases[i].device,
				 vtd_ats_name(is), vtd_ats_name(want));
		/* A unit that knows no device-TLBs. */
		unit->ecap = ~0x4ULL;
		assert_int_equal(vtd_ats_policy(vtd_control.dmar, pdev, unit),
				 VTD_ATS_NO);
	}
}

static void test_ats(void **state)
{
	pci_rig_start(ats_machine, some_ports);
	expect_ats(true);
	pci_rig_stop();
	pci_rig_start(ats_machine, all_ports);
	expect_ats(false);
	pci_rig_stop();
	assert_string_equal(vtd_ats_name(VTD_ATS_NO), "no");
	assert_string_equal(vtd_ats_name(VTD_ATS_ALLOWED), "allowed");
	assert_string_equal(vtd_ats_name(VTD_ATS_REQUIRED), "required");
}

int main(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(quirk_cases); i++)
		fix_case(test_quirk, (void *)&quirk_cases[i],
			 "erratum: 8086:%04x revision %x, class %06x",
			 quirk_cases[i].device, quirk_cases[i].revision,
			 quirk_cases[i].class);
	fix_case(test_sound, NULL, "erratum: a unit for sound");
	fix_case(test_dma_engine, NULL, "erratum: a unit of another socket");
	fix_case(test_ats, NULL, "ATS: ports, integrated devices, others");
	return fix_run("quirks");
}
