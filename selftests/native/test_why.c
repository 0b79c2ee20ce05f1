// SPDX-License-Identifier: GPL-2.0
/*
 * Topologies: which unit, which source-ids, what isolates, and what "why" says
 * of a device; then the reserved memory of the DMAR table.
 *
 * SRCS: dmar/why.c dmar/isolation.c dmar/pci.c dmar/rmrr.c dmar/relax.c
 * SRCS: dmar/quirks.c
 * SRCS: dmar/dmar_parse.c dmar/dmar_match.c dmar/reply.c
 * SRCS: selftests/native/dmar_build.c selftests/native/pci_rig.c
 * SRCS: selftests/native/model_fixture.c selftests/native/why_table.c
 * SRCS: kunit/model/model.c kunit/model/memory.c kunit/model/regs.c
 * SRCS: kunit/model/fault.c kunit/model/walk.c kunit/model/cache.c
 * SRCS: kunit/model/queue.c kunit/model/device.c kunit/model/check.c
 * SRCS: kunit/model/quiescent.c kunit/model/intr.c kunit/model/check_intr.c
 * CFLAGS: -DVTD_OBSERVER -Wno-missing-field-initializers
 */
#include <stdio.h>
#include <string.h>

#include <linux/err.h>

#include "model_fixture.h"
#include "why_table.h"

#include "../../dmar/quirks.h"
#include "../../dmar/rmrr.h"

/* --- what "why" says ------------------------------------------------------------ */

static unsigned int lines_with(const char *text, const char *what)
{
	unsigned int nr = 0;

	for (; (text = strstr(text, what)); text++)
		nr++;
	return nr;
}

/* Records as control.rst has them: one a line, quotes in pairs, no key twice. */
static void assert_records(const char *text)
{
	while (*text) {
		const char *end = strchr(text, '\n');
		unsigned int quotes = 0;

		assert_non_null(end);
		for (; text < end; text++) {
			quotes += *text == '"';
			assert_true(*text >= ' ' && *text <= '~');
		}
		assert_int_equal(quotes % 2, 0);
		text++;
	}
}

static void answer(const struct why_case *c, char *text, size_t size)
{
	struct vtd_reply reply = {};

	assert_int_equal(vtd_why(pci_rig_dev(c->device), &reply), 0);
	assert_false(reply.cut);
	assert_true(reply.len && reply.len < size);
	memcpy(text, reply.text, reply.len);
	text[reply.len] = '\0';
	vtd_reply_free(&reply);
}

static void test_why(void **state)
{
	const struct why_case *c = (void *)fix_arg(state);
	char verdict[128], count[32], text[8192];
	unsigned int i;

	pci_rig_start(c->spec, c->table);
	vtd_relax_list = c->relax;
	vtd_quirks_find();
	if (c->prepare)
		c->prepare();
	answer(c, text, sizeof(text));
	assert_records(text);
	snprintf(verdict, sizeof(verdict), "why device=%s assignable=%s ",
		 pci_name(pci_rig_dev(c->device)), c->assignable);
	if (strncmp(text, verdict, strlen(verdict)))
		fail_msg("not \"%s\":\n%s", verdict, text);
	for (i = 0; i < ARRAY_SIZE(c->says) && c->says[i]; i++)
		if (lines_with(text, c->says[i]) != 1)
			fail_msg("\"%s\" not once in:\n%s", c->says[i], text);
	snprintf(count, sizeof(count), " reasons=%u\n", c->reasons);
	if (!strstr(text, count) ||
	    lines_with(text, "reason code=") != c->reasons)
		fail_msg("not %u reasons:\n%s", c->reasons, text);
	vtd_relax_list = NULL;
	pci_rig_stop();
}

static void test_why_detached(void **state)
{
	struct vtd_reply reply = {};

	pci_rig_start(why_cases[0].spec, NULL);
	vtd_control.state = VTD_DETACHED;
	assert_int_equal(vtd_why(&pci_rig.pdev[0], &reply), -ENODEV);
	assert_non_null(strstr(reply.text, "vtdctl attach"));
	vtd_reply_free(&reply);
	vtd_control.state = VTD_ATTACHED;
	vtd_shim_fail_alloc(1);
	assert_int_equal(vtd_why(&pci_rig.pdev[0], &reply), -ENOMEM);
	vtd_shim_fail_alloc(0);
	vtd_reply_free(&reply);
	pci_rig_stop();
}

/* --- source-ids ------------------------------------------------------------------ */

static void assert_sids(const char *device, const char *want)
{
	char text[VTD_SIDS_TEXT] = "-";
	u16 sid[VTD_SIDS_MAX];

	vtd_pci_sids_text(sid, vtd_pci_sids(pci_rig_dev(device), sid), text);
	assert_string_equal(text, want);
}

static void test_source_ids(void **state)
{
	static const struct rig_spec spec[] = {
		{ "port", NULL, PCI_EXP_TYPE_ROOT_PORT, 0x08, ACS_ALL },
		{ "one bit", "port", PCI_EXP_TYPE_ENDPOINT, 0x01, 0, 0,
		  PHANTOM_1 },
		{ "all bits", "port", PCI_EXP_TYPE_ENDPOINT, 0x0a, 0, 0,
		  PHANTOM_3 },
		{ "off", "port", PCI_EXP_TYPE_ENDPOINT, 0x10, 0, 0,
		  PHANTOM_OFF },
		{ "quirk", "port", PCI_EXP_TYPE_ENDPOINT, 0x18, .alias = 0x1a },
		{ "to pci", NULL, PCI_EXP_TYPE_PCI_BRIDGE, 0x10 },
		{ "old", "to pci", CONVENTIONAL, 0x28 },
		{ "to express", "to pci", PCI_EXP_TYPE_PCIE_BRIDGE, 0x30 },
		{ "far", "to express", PCI_EXP_TYPE_ENDPOINT, 0x00 },
		{ "pci pci", NULL, CONVENTIONAL, 0x38, .class = 0x060400 },
		{ "older", "pci pci", CONVENTIONAL, 0x08 },
		{},
	};

	pci_rig_start(spec, NULL);
	assert_sids("one bit", "01:00.1,01:00.5");
	assert_sids(
		"all bits",
		"01:01.2,01:01.0,01:01.1,01:01.3,01:01.4,01:01.5,01:01.6,01:01.7");
	assert_sids("off", "01:02.0");
	assert_sids("quirk", "01:03.0,01:03.1");
	assert_sids("old", "02:05.0,02:00.0");
	assert_sids("far", "03:00.0,02:06.0,02:00.0");
	assert_sids("older", "04:01.0,00:07.0");
	pci_rig_stop();
}

/* --- links and sets say the same -------------------------------------------------- */

static void assert_consistent(void)
{
	struct vtd_link link[VTD_LINKS_MAX];
	unsigned int i, j;

	for (i = 0; i < pci_rig.nr; i++) {
		struct pci_dev *a = &pci_rig.pdev[i];
		bool alone = true;

		for (j = 0; j < pci_rig.nr; j++) {
			struct pci_dev *b = &pci_rig.pdev[j];
			bool same = vtd_pci_same_set(a, b);

			if (i == j)
				continue;
			alone = alone && (!same || vtd_pci_is_bridge(b));
			assert_int_equal(same, vtd_pci_same_set(b, a));
			if (!!vtd_pci_links(a, b, link) != same)
				fail_msg("%s and %s: %s, but %s", a->name,
					 b->name, same ? "one set" : "apart",
					 same ? "nothing joins them" :
						"something joins them");
		}
		assert_int_equal(alone, vtd_pci_alone(a));
	}
}

/* A place on its bus: some are functions of one device. */
static void place(u64 *seed, struct rig_spec *spec, unsigned int i)
{
	unsigned int slot = vtd_rand(seed) % 8, fn = 0, j;

	for (j = 0; j < i; j++) {
		if (spec[j].above != spec[i].above || spec[j].devfn / 8 != slot)
			continue;
		spec[j].flags |= MANY;
		spec[i].flags |= MANY;
		fn++;
	}
	assert_true(fn < 8);
	spec[i].devfn = slot * 8 + fn;
}

/* Machines that nobody would build, but that follow the rules of PCI. */
static void draw(u64 *seed, struct rig_spec *spec, char (*name)[8])
{
	static const int types[] = {
		PCI_EXP_TYPE_ENDPOINT,
		PCI_EXP_TYPE_ENDPOINT,
		PCI_EXP_TYPE_PCI_BRIDGE,
		PCI_EXP_TYPE_UPSTREAM,
		CONVENTIONAL,
	};
	unsigned int nr = 6 + vtd_rand(seed) % 14, i;

	memset(spec, 0, (nr + 1) * sizeof(*spec));
	for (i = 0; i < nr; i++) {
		unsigned int up = vtd_rand(seed) % (i + 1);
		struct rig_spec *s = &spec[i];

		snprintf(name[i], sizeof(name[i]), "f%u", i);
		s->name = name[i];
		s->flags = vtd_rand(seed) % 8 ? 0 : PHANTOM_1;
		if (vtd_rand(seed) % 2)
			s->acs = ACS_ALL;
		s->off = vtd_rand(seed) % 3 ? 0 : 1 << vtd_rand(seed) % 5;
		s->type = types[vtd_rand(seed) % ARRAY_SIZE(types)];
		if (i < 2 || up == i) {
			s->type = vtd_rand(seed) % 3 || i < 2 ?
					  PCI_EXP_TYPE_ROOT_PORT :
					  PCI_EXP_TYPE_RC_END;
			continue;
		}
		/* Below the nearest bridge before it. */
		while (spec[up].type < PCI_EXP_TYPE_ROOT_PORT ||
		       spec[up].type > PCI_EXP_TYPE_PCI_BRIDGE)
			up--;
		s->above = name[up];
		if (spec[up].type == PCI_EXP_TYPE_UPSTREAM)
			s->type = PCI_EXP_TYPE_DOWNSTREAM;
		else if (spec[up].type == PCI_EXP_TYPE_PCI_BRIDGE)
			s->type = CONVENTIONAL;
	}
	for (i = 0; i < nr; i++)
		place(seed, spec, i);
}

static void test_links_are_sets(void **state)
{
	struct rig_spec spec[RIG_FUNCTIONS];
	char name[RIG_FUNCTIONS][8];
	u64 seed = vtd_env("VTD_SEED", 1);
	unsigned int i;

	for (i = 0; i < 300; i++) {
		draw(&seed, spec, name);
		pci_rig_start(spec, NULL);
		assert_consistent();
		pci_rig_stop();
	}
}

/* --- ACS -------------------------------------------------------------------------- */

static void test_acs_switched_on(void **state)
{
	static const struct rig_spec spec[] = {
		{ "port", NULL, PCI_EXP_TYPE_ROOT_PORT, 0x08, ACS_ALL, 0x1d },
		{ "weak", NULL, PCI_EXP_TYPE_ROOT_PORT, 0x10, 0x55, 0x1d },
		{ "outside", NULL, PCI_EXP_TYPE_ROOT_PORT, 0x18, ACS_ALL,
		  0x1d },
		{ "none", NULL, PCI_EXP_TYPE_ROOT_PORT, 0x20 },
		{},
	};

	pci_rig_start(spec, NULL);
	pci_rig_dev("outside")->external_facing = true;
	vtd_acs_enable_one(pci_rig_dev("port"));
	vtd_acs_enable_one(pci_rig_dev("weak"));
	vtd_acs_enable_one(pci_rig_dev("outside"));
	vtd_acs_enable_one(pci_rig_dev("none"));
	assert_int_equal(pci_rig_dev("port")->acs_ctrl, 0x1d);
	assert_int_equal(pci_rig_dev("weak")->acs_ctrl, 0x15);
	assert_int_equal(pci_rig_dev("outside")->acs_ctrl, 0x1f);
	assert_int_equal(pci_rig_dev("none")->acs_ctrl, 0);
	pci_rig_stop();
}

/* --- reserved memory ----------------------------------------------------------------- */

static void count_regions(const struct vtd_rmrr *rmrr, void *data)
{
	u64 *sum = data;

	*sum = *sum * 16 + (rmrr->base >> 12 & 0xf);
}

static u64 regions_of(const char *device)
{
	u64 sum = 0;

	vtd_rmrrs_each(vtd_control.dmar, pci_rig_dev(device), count_regions,
		       &sum);
	return sum;
}

static void odd_regions(struct dmar_image *img)
{
	dmar_drhd(img, 1, 0, 0, 0xfed90000);
	/* 1: two devices; 2: overlaps with 1, the first device only. */
	dmar_rmrr(img, 0, 0x3e0001000, 0x3e0005fff);
	dmar_scope(img, 1, 0, 0, "2.0");
	dmar_scope(img, 1, 0, 0, "1.0/0.0");
	dmar_rmrr(img, 0, 0x3e0002000, 0x3e0002fff);
	dmar_scope(img, 1, 0, 0, "2.0");
	/* 3: not whole pages, over memory, not there yet. */
	dmar_rmrr(img, 0, 0x1fff3800, 0x200007ff);
	dmar_scope(img, 1, 0, 0, "1.0/1.0");
	/* 4: on bus 9, which does not exist; there is one such path. */
	dmar_rmrr(img, 0, 0x3e0004000, 0x3e0004fff);
	dmar_scope(img, 1, 0, 9, "3.1");
	/* 5: all behind the port. 6: another segment. */
	dmar_rmrr(img, 0, 0x3e0015000, 0x3e0015fff);
	dmar_scope(img, 2, 0, 0, "1.0");
	dmar_rmrr(img, 1, 0x3e0016000, 0x3e0016fff);
	dmar_scope(img, 1, 0, 0, "2.0");
}

static const struct rig_spec odd_machine[] = {
	{ "port", NULL, PCI_EXP_TYPE_ROOT_PORT, 0x08, ACS_ALL },
	{ "nic", NULL, PCI_EXP_TYPE_RC_END, 0x10 },
	{ "disk", "port", PCI_EXP_TYPE_ENDPOINT, 0x00 },
	{ "later", "port", PCI_EXP_TYPE_ENDPOINT, 0x08 },
	{ "moved", "port", PCI_EXP_TYPE_ENDPOINT, 0x19, 0, 0, MANY },
	{},
};

static void test_regions(void **state)
{
	pci_rig_start(odd_machine, odd_regions);
	assert_int_equal(regions_of("nic"), 0x12);
	assert_int_equal(regions_of("disk"), 0x15);
	assert_int_equal(regions_of("later"), 0x35);
	/* A wrong guess would give memory to the wrong device. */
	assert_int_equal(regions_of("moved"), 0x5);
	/* Hot-plug does not lose any. */
	pci_rig_unplug("later");
	pci_rig_plug("later");
	assert_int_equal(regions_of("later"), 0x35);
	pci_rig_stop();
}

static void review(struct vtd_reply *bugs, struct vtd_reply *notes)
{
	memset(bugs, 0, sizeof(*bugs));
	memset(notes, 0, sizeof(*notes));
	vtd_rmrrs_review(vtd_control.dmar, bugs, notes);
	vtd_say(bugs, "%c", 0);
	vtd_say(notes, "%c", 0);
}

static void test_review(void **state)
{
	struct vtd_reply bugs, notes;

	pci_rig_start(odd_machine, odd_regions);
	vtd_shim_set_ram(0x20000000);
	pci_rig_unplug("later");
	review(&bugs, &notes);
	assert_int_equal(lines_with(bugs.text, "\n"), 2);
	assert_non_null(strstr(
		bugs.text,
		"0x1fff3000-0x20000fff is not reserved: 0x1fff3000-0x1fffffff is memory"));
	assert_int_equal(lines_with(bugs.text,
				    "Update the firmware: Firm 1.07 on ?\n"),
			 2);
	assert_non_null(strstr(
		bugs.text,
		"0x3e0004000-0x3e0004fff is for a device behind bus 09, where it is not; 0000:01:03.1 may be"));
	assert_int_equal(lines_with(notes.text, "\n"), 4);
	assert_non_null(strstr(
		notes.text,
		"0x3e0001000-0x3e0005fff and 0x3e0002000-0x3e0002fff overlap"));
	assert_non_null(strstr(
		notes.text,
		"0x3e0001000-0x3e0005fff and 0x3e0004000-0x3e0004fff overlap"));
	assert_non_null(strstr(
		notes.text,
		"0x1fff3000-0x20000fff is kept for a device that is not there: 0000, bus 00, path to 01.0"));
	assert_non_null(strstr(
		notes.text,
		"0x3e0016000-0x3e0016fff is kept for a device that is not there: 0001"));
	vtd_reply_free(&bugs);
	vtd_reply_free(&notes);
	/* There, and memory ends before it: nothing to say of that one. */
	pci_rig_plug("later");
	vtd_shim_set_ram(0x1fff3000);
	review(&bugs, &notes);
	assert_int_equal(lines_with(bugs.text, "\n"), 1);
	assert_int_equal(lines_with(notes.text, "\n"), 3);
	vtd_reply_free(&bugs);
	vtd_reply_free(&notes);
	pci_rig_stop();
}

/* Two that it could mean: nobody is named. */
static void test_meant_by_nobody(void **state)
{
	static const struct vtd_path_elem path = { 0, 0 };
	struct vtd_dev_scope scope = {
		.type = 1, .start_bus = 9, .depth = 1, .path = &path
	};
	static const struct rig_spec spec[] = {
		{ "a", NULL, PCI_EXP_TYPE_ROOT_PORT, 0x08, ACS_ALL },
		{ "b", NULL, PCI_EXP_TYPE_ROOT_PORT, 0x10, ACS_ALL },
		{ "behind a", "a", PCI_EXP_TYPE_ENDPOINT, 0x00 },
		{ "behind b", "b", PCI_EXP_TYPE_ENDPOINT, 0x00 },
		{},
	};
	struct pci_dev *meant;

	pci_rig_start(spec, NULL);
	assert_null(vtd_scope_meant(&scope, 0));
	pci_rig_unplug("behind b");
	assert_null(vtd_scope_meant(&scope, 1));
	meant = vtd_scope_meant(&scope, 0);
	assert_ptr_equal(meant, pci_rig_dev("behind a"));
	pci_dev_put(meant);
	scope.type = 3;
	assert_null(vtd_scope_meant(&scope, 0));
	scope.type = 1;
	scope.start_bus = 1;
	assert_null(vtd_scope_meant(&scope, 0));
	pci_rig_stop();
}

/* --- the opt-in ------------------------------------------------------------------------ */

static void test_relax_list(void **state)
{
	static char *const bad[] = {
		"x",
		",",
		"0000:00:02.0,",
		"0000:00:02.0,,0000:01:00.0",
		"00:02.0",
		"0000:00:02",
		"0000:00:02.8",
		"0000:00:20.0",
		"0000:00:02.0 ",
		"0000:00:02.0;0000:01:00.0",
		"all",
	};
	struct vtd_reply reply = {};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_int_equal(vtd_relax_check(bad[i], &reply), -EINVAL);
		assert_non_null(strstr(reply.text, bad[i]));
		vtd_reply_free(&reply);
	}
	assert_int_equal(vtd_relax_check(NULL, &reply), 0);
	assert_int_equal(vtd_relax_check("", &reply), 0);
	assert_int_equal(vtd_relax_check("0000:00:02.0", &reply), 0);
	assert_int_equal(vtd_relax_check("0000:00:02.0,0001:ff:1f.7", &reply),
			 0);
	assert_int_equal(reply.len, 0);
}

static void test_relaxed(void **state)
{
	pci_rig_start(odd_machine, odd_regions);
	assert_false(vtd_rmrr_relaxed(pci_rig_dev("nic")));
	vtd_relax_list = "0000:01:03.1,0000:00:02.0";
	assert_true(vtd_rmrr_relaxed(pci_rig_dev("nic")));
	assert_true(vtd_rmrr_relaxed(pci_rig_dev("moved")));
	assert_false(vtd_rmrr_relaxed(pci_rig_dev("disk")));
	assert_false(vtd_rmrr_relaxed(pci_rig_dev("port")));
	vtd_relax_list = "0001:00:02.0,0000:01:02.0,0000:00:02.1";
	assert_false(vtd_rmrr_relaxed(pci_rig_dev("nic")));
	vtd_relax_list = NULL;
	assert_false(vtd_rmrr_relaxable(pci_rig_dev("nic")));
	pci_rig_dev("nic")->class = 0x030000;
	assert_true(vtd_rmrr_relaxable(pci_rig_dev("nic")));
	pci_rig_dev("nic")->class = 0x0c0330;
	assert_true(vtd_rmrr_relaxable(pci_rig_dev("nic")));
	pci_rig_stop();
}

int main(void)
{
	unsigned int i;

	for (i = 0; why_cases[i].what; i++)
		fix_case(test_why, (void *)&why_cases[i], "why: %s",
			 why_cases[i].what);
	fix_case(test_why_detached, NULL, "why: detached, and without memory");
	fix_case(test_source_ids, NULL, "source-ids");
	fix_case(test_links_are_sets, NULL, "links join exactly the sets");
	fix_case(test_acs_switched_on, NULL, "ACS is switched on");
	fix_case(test_regions, NULL, "C31: regions of devices");
	fix_case(test_review, NULL, "regions that cannot be right are told of");
	fix_case(test_meant_by_nobody, NULL, "wrong bus numbers");
	fix_case(test_relax_list, NULL, "relax_rmrr: lists");
	fix_case(test_relaxed, NULL, "relax_rmrr: devices");
	return fix_run("why");
}
