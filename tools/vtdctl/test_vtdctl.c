// SPDX-License-Identifier: GPL-2.0
/*
 * Unit test of vtdctl: addresses, records, the commands that every file has to
 * do with, and the list of all tests.
 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <json-c/json.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "test.h"
#include "vtdctl.h"

/* --- addresses and records --- */

static void test_bdf(void **state)
{
	static const char *const wrong[] = {
		"",
		"0",
		"nvme0",
		"00:03",
		"00:03.8",
		"00:20.0",
		"0:3.0",
		"00:03.0 ",
		" 0:03.0",
		"00:03.00",
		"0000:00:03.",
		"000g:00:03.0",
		"00000:00:03.0",
		"0000-00-03.0",
		"00:03,0",
		"-1:03.0",
		"0x00:3.0",
		"0000:00:03.0\n",
		"../../../x",
		"0000:00:3f.0",
	};
	char text[VTD_BDF_LEN];
	struct vtd_bdf bdf;
	const char *why;

	(void)state;
	assert_int_equal(vtd_bdf_parse("00:03.1", &bdf, &why), 0);
	vtd_bdf_format(&bdf, text);
	assert_string_equal(text, "0000:00:03.1");
	assert_int_equal(vtd_bdf_parse("FFFF:Fe:1F.7", &bdf, &why), 0);
	vtd_bdf_format(&bdf, text);
	assert_string_equal(text, "ffff:fe:1f.7");
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		assert_int_equal(vtd_bdf_parse(wrong[i], &bdf, &why), -1);
	assert_true(vtd_bdf_compare("0000:00:03.0", "0000:00:1f.0") < 0);
	assert_true(vtd_bdf_compare("0000:01:00.0", "0000:00:1f.0") > 0);
	assert_true(vtd_bdf_compare("0001:00:00.0", "0000:ff:1f.7") > 0);
	assert_int_equal(vtd_bdf_compare("0000:00:03.0", "0000:00:03.0"), 0);
	assert_true(vtd_bdf_compare("INTL0001:00", "0000:00:03.0") > 0);
	assert_true(vtd_bdf_compare("10000:00:03.0", "ffff:00:03.0") > 0);
}

static void test_record_good(void **state)
{
	char line[] =
		"\t device name=0000:00:03.0  reason=\"a b=c\"\tdriver= x=\"\"";
	struct vtd_record rec;
	const char *why;

	(void)state;
	assert_int_equal(vtd_record_parse(line, &rec, &why), 0);
	assert_true(vtd_record_is(&rec, "device"));
	assert_int_equal(rec.pairs, 4);
	assert_string_equal(vtd_record_get(&rec, "reason"), "a b=c");
	assert_string_equal(vtd_record_get(&rec, "driver"), "");
	assert_string_equal(vtd_record_show(&rec, "driver"), "-");
	assert_null(vtd_record_get(&rec, "group"));
	assert_string_equal(vtd_record_show(&rec, "group"), "-");
}

static void test_record_bad(void **state)
{
	static const struct {
		const char *line;
		int ret;
	} cases[] = {
		{ "", -ENOENT },
		{ " \t ", -ENOENT },
		{ "a=b", -EINVAL },
		{ "\"unit\"", -EINVAL },
		{ "unit x", -EINVAL },
		{ "unit =x", -EINVAL },
		{ "unit a=\"x", -EINVAL },
		{ "unit a=\"x\"y", -EINVAL },
		{ "unit a=x\"y", -EINVAL },
		{ "unit a=1 a=2", -EINVAL },
		{ "unit a=\"", -EINVAL },
		{ "unit", 0 },
		{ "unit ", 0 },
		{ "unit a=", 0 },
		{ "unit a=b=c", 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		/* malloc'ed, so that a read past the end is caught */
		char *line = strdup(cases[i].line);
		struct vtd_record rec;
		const char *why;

		assert_non_null(line);
		if (vtd_record_parse(line, &rec, &why) != cases[i].ret)
			fail_msg("wrong result for: %s", cases[i].line);
		free(line);
	}
}

static void test_record_long(void **state)
{
	size_t bytes = 3 << 20;
	char *text = malloc(bytes + 1);
	struct vtd_records recs;
	size_t used = 0;

	(void)state;
	assert_non_null(text);
	memset(text, 'x', bytes);
	memcpy(text, "device reason=", 14);
	text[bytes] = '\0';
	assert_int_equal(vtd_records_parse(text, bytes, &recs), 0);
	assert_int_equal(recs.count, 1);
	assert_int_equal(strlen(vtd_record_get(&recs.list[0], "reason")),
			 bytes - 14);
	vtd_records_free(&recs);

	used = sprintf(text, "vtd a=1\n\nunit");
	for (int i = 0; i < VTD_PAIRS_MAX + 1; i++)
		used += sprintf(text + used, " k%d=%d", i, i);
	assert_int_equal(vtd_records_parse(text, used, &recs), -EINVAL);
	assert_int_equal(recs.line, 3);
	assert_has(recs.why, "too many");
	vtd_records_free(&recs);

	memcpy(text, "vtd a=1\nun\0it", 14);
	assert_int_equal(vtd_records_parse(text, 13, &recs), -EINVAL);
	assert_int_equal(recs.line, 2);
	vtd_records_free(&recs);

	text[0] = '\0';
	assert_int_equal(vtd_records_parse(text, 0, &recs), 0);
	assert_int_equal(recs.count, 0);
	vtd_records_free(&recs);
	free(text);
}

/* Any bytes at all: no result is asked for, the sanitizers watch. */
static void test_record_junk(void **state)
{
	static const char alphabet[] = "ab=\" \t\n\\-\x01\xff";
	uint32_t seed = 12345;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		size_t bytes = round % 48;
		char *text = malloc(bytes + 1);
		struct vtd_records recs;

		assert_non_null(text);
		for (size_t i = 0; i < bytes; i++) {
			seed = seed * 1664525 + 1013904223;
			text[i] = alphabet[(seed >> 16) % (sizeof(alphabet))];
		}
		text[bytes] = '\0';
		vtd_records_parse(text, bytes, &recs);
		vtd_records_free(&recs);
		free(text);
	}
}

/* --- commands --- */

static const char sample[] =
	"vtd version=0.1 state=trial trial_left=37\n"
	"device name=0000:00:1f.2 unit=dmar0 state=pass-through driver=ahci group=- domain=- sid=00:1f.2 reason=\"its driver was bound before vtd_dmar was loaded; vtdctl adopt 0000:00:1f.2 takes it over\"\n"
	"unit name=dmar0 segment=0000 base=0xfed90000 version=1.0 cap=0xd2008c222f0686 ecap=0xf00f5a translation=on mode=legacy devices=2 domains=1 faults=0 health=ok\n"
	"device name=0000:00:03.0 unit=dmar0 state=managed driver=nvme group=5 domain=DMA-FQ sid=00:03.0,01:00.0 reason=\"\"\n"
	"device name=0000:00:02.0 unit=- state=off driver=i915_with_a_very_long_name_of_a_driver group=12 domain=- sid=00:02.0 reason=\"graphics\x1b[31m\"\n"
	"later-record something=new\n";

static void test_status(void **state)
{
	struct fixture *fix = *state;

	fix->reply = sample;
	fix->chunk = 7;
	fix->interrupts = 2;
	put(fix, "/sys/bus/pci/devices/0000:00:03.0/vendor", "0x1b36\n");
	put(fix, "/sys/bus/pci/devices/0000:00:03.0/device", "0x0010\n");
	put(fix, "/sys/bus/pci/devices/0000:00:03.0/class", "0x010802\n");
	assert_int_equal(run(fix, "status"), 0);
	assert_string_equal(fix->sent, "status");
	assert_columns(fix->out);
	assert_has(fix->out, "vtd 0.1: trial");
	assert_has(fix->out, "37 seconds, unless: vtdctl confirm");
	assert_has(fix->out, "1b36:0010 NVMe");
	assert_has(fix->out, "takes it over");
	assert_has(fix->out, "no unit\n");
	assert_lacks(fix->out, "\x1b");
	assert_true(strstr(fix->out, "00:03.0  managed") <
		    strstr(fix->out, "00:1f.2  pass-through"));
	assert_string_equal(fix->err, "");
}

/* Groups with several members, none, and names that do not fit. */
static const char grouped[] =
	"vtd version=0.1 state=attached trial_left=0\n"
	"unit name=dmar0 segment=0000 base=0xfed90000 version=1.0 translation=on mode=legacy devices=3 domains=2 faults=9 overflows=2 health=ok\n"
	"unit name=dmar1 segment=0000 base=0xfed91000 version=1.0 translation=on mode=scalable stage=first devices=1 domains=1 faults=0 overflows=0 health=ok\n"
	"device name=0000:00:02.0 unit=dmar1 state=blocked driver=vfio-pci group=3 domain=blocked sid=00:02.0 pasid_bits=20 pasids=2 reason=\"\"\n"
	"device name=0000:00:1f.2 unit=dmar0 state=pass-through driver=ahci group=- domain=- sid=00:1f.2 reason=\"its driver was bound before; 'vtdctl adopt' takes it over\"\n"
	"quirk name=tylersburg device=0000:00:14.0 text=\"the unit forgets too much\" done=\"it is told less\"\n"
	"acpi name=\"\\_SB.PCI0.I2C0\" unit=dmar0 sid=00:15.0 state=pass-through\n"
	"device name=0000:05:01.0 unit=dmar0 state=managed driver=- group=7 domain=DMA-FQ sid=05:00.0,05:01.0 ats=required reason=\"\"\n"
	"device name=0000:00:03.0 unit=dmar0 state=managed driver=nvme group=5 domain=DMA-FQ sid=00:03.0 reason=\"\"\n"
	"device name=0000:05:02.0 unit=dmar0 state=managed driver=snd_hda_intel_with_a_long_name_that_never_ends group=7 domain=DMA-FQ sid=05:00.0,05:02.0 reason=\"\"\n";

static void test_status_tree(void **state)
{
	struct fixture *fix = *state;

	fix->reply = grouped;
	assert_int_equal(run(fix, "status"), 0);
	assert_columns(fix->out);
	assert_string_equal(
		fix->out,
		"vtd 0.1: attached\n"
		"  devices: 3 managed, 2 pass-through, 1 blocked\n"
		"  erratum tylersburg (0000:00:14.0): the unit forgets too much; it is told less\n"
		"dmar0  segment 0000  base 0xfed90000  VT-d 1.0  translation on  legacy\n"
		"  devices 3  domains 2  faults 9 (and some lost)  health ok\n"
		"  +- group 5\n"
		"  |  +- 0000:00:03.0  managed       DMA-FQ     nvme\n"
		"  +- group 7: 2 devices that can only be assigned together\n"
		"  |  +- 0000:05:01.0  managed       DMA-FQ     -\n"
		"  |       requests as 05:00.0,05:01.0\n"
		"  |       the firmware says that it does not work without ATS\n"
		"  |  +- 0000:05:02.0  managed       DMA-FQ\n"
		"  |       snd_hda_intel_with_a_long_name_that_never_ends\n"
		"  |       requests as 05:00.0,05:02.0\n"
		"  +- no group\n"
		"     +- 0000:00:1f.2  pass-through  -          ahci\n"
		"          its driver was bound before; 'vtdctl adopt' takes it over\n"
		"     +- \\_SB.PCI0.I2C0  pass-through  -          -\n"
		"          requests as 00:15.0\n"
		"          ACPI knows it and PCI does not: nobody can manage it\n"
		"dmar1  segment 0000  base 0xfed91000  VT-d 1.0  translation on  scalable\n"
		"  devices 1  domains 1  faults 0  health ok  stage first\n"
		"  +- group 3\n"
		"     +- 0000:00:02.0  blocked       blocked    vfio-pci\n"
		"          PASIDs of 20 bits, 2 attached\n");
}

static void test_status_json_more(void **state)
{
	struct fixture *fix = *state;
	struct json_object *top, *val;

	fix->reply = grouped;
	assert_int_equal(run(fix, "status --json"), 0);
	top = json_tokener_parse(fix->out);
	assert_true(json_object_object_get_ex(top, "quirks", &val));
	assert_int_equal(json_object_array_length(val), 1);
	assert_true(json_object_object_get_ex(top, "acpi_devices", &val));
	assert_int_equal(json_object_array_length(val), 1);
	val = json_object_array_get_idx(val, 0);
	assert_true(json_object_object_get_ex(val, "name", &val));
	assert_string_equal(json_object_get_string(val), "\\_SB.PCI0.I2C0");
	assert_has(fix->out, "\"ats\": \"required\"");
	assert_has(fix->out, "\"stage\": \"first\"");
	assert_has(fix->out, "\"pasid_bits\": 20");
	assert_has(fix->out, "\"pasids\": 2");
	json_object_put(top);
}

static void test_status_json(void **state)
{
	struct fixture *fix = *state;
	struct json_object *top, *val, *unit, *dev;

	fix->reply = sample;
	put(fix, "/sys/bus/pci/devices/0000:00:03.0/vendor", "0x1b36\n");
	put(fix, "/sys/bus/pci/devices/0000:00:03.0/device", "0x0010\n");
	put(fix, "/sys/bus/pci/devices/0000:00:03.0/class", "0x010802\n");
	assert_int_equal(run(fix, "status --json"), 0);
	top = json_tokener_parse(fix->out);
	assert_non_null(top);
	assert_true(json_object_object_get_ex(top, "trial_left", &val));
	assert_int_equal(json_object_get_int(val), 37);
	assert_true(json_object_object_get_ex(top, "units", &val));
	assert_int_equal(json_object_array_length(val), 1);
	unit = json_object_array_get_idx(val, 0);
	assert_true(json_object_object_get_ex(unit, "device_count", &val));
	assert_int_equal(json_object_get_int(val), 2);
	assert_true(json_object_object_get_ex(unit, "devices", &val));
	assert_int_equal(json_object_array_length(val), 2);
	dev = json_object_array_get_idx(val, 0);
	assert_true(json_object_object_get_ex(dev, "sid", &val));
	assert_int_equal(json_object_array_length(val), 2);
	assert_true(json_object_object_get_ex(dev, "group", &val));
	assert_true(json_object_is_type(val, json_type_int));
	assert_true(json_object_object_get_ex(dev, "pci_class", &val));
	assert_string_equal(json_object_get_string(val), "0x010802");
	json_object_put(top);
}

static void test_status_absent(void **state)
{
	struct fixture *fix = *state;

	fix->open_error = -ENOENT;
	assert_int_equal(run(fix, "status"), 2);
	assert_has(fix->err, "not loaded");
	assert_has(fix->err, "modprobe vtd_dmar");
	assert_int_equal(run(fix, "status --json"), 2);
	assert_has(fix->out, "\"not-loaded\"");
	fix->open_error = -EACCES;
	assert_int_equal(run(fix, "status"), 2);
	assert_has(fix->err, "root");
	assert_int_equal(run(fix, "status --json"), 2);
	assert_has(fix->out, "\"no-permission\"");
	fix->open_error = -ENOENT;
	put(fix, "/sys/module/vtd_dmar/initstate", "live\n");
	assert_int_equal(run(fix, "status"), 2);
	assert_has(fix->err, "loaded but /dev/vtd is missing");
	fix->open_error = 0;
	fix->reply = "vtd state=\"attached\n";
	assert_int_equal(run(fix, "status"), 2);
	assert_has(fix->err, "line 1 has a quote that is never closed");
	fix->reply = "";
	assert_int_equal(run(fix, "status"), 2);
	assert_has(fix->err, "no vtd line");
}

static void test_attach(void **state)
{
	struct fixture *fix = *state;

	assert_int_equal(run(fix, "attach"), 0);
	assert_string_equal(fix->sent, "attach");
	assert_string_equal(fix->out, "attached\n");
	assert_int_equal(run(fix, "attach --try 60"), 0);
	assert_string_equal(fix->sent, "attach try=60");
	assert_has(fix->out, "60 seconds, unless: vtdctl confirm");
	assert_int_equal(run(fix, "attach --try=3600"), 0);
	assert_string_equal(fix->sent, "attach try=3600");
	assert_int_equal(fix->ran, 0);
	fix->write_error = -EBUSY;
	fix->reply =
		"dmar0: the built-in driver owns it; boot with intel_iommu=off intremap=off\n";
	assert_int_equal(run(fix, "attach"), 2);
	assert_string_equal(
		fix->err,
		"Error: dmar0: the built-in driver owns it; boot with intel_iommu=off intremap=off\n");
	assert_string_equal(fix->out, "");
	fix->reply = "";
	assert_int_equal(run(fix, "attach"), 2);
	assert_has(fix->err, "attach: Device or resource busy");
}

static void test_attach_loads(void **state)
{
	static const struct {
		const char *output, *remedy;
	} cases[] = {
		{ "modprobe: FATAL: Module vtd_dmar not found in directory /lib/modules/6.12",
		  "make install" },
		{ "modprobe: ERROR: could not insert 'vtd_dmar': Key was rejected by service",
		  "make sign" },
		{ "modprobe: ERROR: could not insert 'vtd_dmar': No such device",
		  "vtdctl doctor" },
		{ "modprobe: ERROR: could not insert 'vtd_dmar': Operation not permitted",
		  "root" },
		{ "", "vtdctl doctor" },
	};
	struct fixture *fix = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		fix->open_error = -ENOENT;
		fix->run_status = 1;
		fix->run_output = cases[i].output;
		assert_int_equal(run(fix, "attach"), 2);
		assert_has(fix->err, cases[i].output);
		assert_has(fix->err, cases[i].remedy);
		assert_string_equal(fix->sent, "");
	}
	fix->run_status = 0;
	fix->ran = 0;
	assert_int_equal(run(fix, "attach"), 0);
	assert_int_equal(fix->ran, 1);
	assert_has(fix->err, "attach=0");
	assert_string_equal(fix->sent, "attach");
	fix->open_error = -EACCES;
	assert_int_equal(run(fix, "attach"), 2);
	assert_int_equal(fix->ran, 1);
}

static void test_dry_run(void **state)
{
	struct fixture *fix = *state;

	fix->open_error = -ENOENT;
	fix->reply =
		"unit name=dmar0 segment=0000 base=0xfed90000 version=1.0 translation=off\n"
		"device name=0000:00:03.0 unit=dmar0 action=pass-through reason=\"nvme is bound\"\n";
	assert_int_equal(run(fix, "attach --dry-run"), 0);
	assert_string_equal(fix->sent, "attach dry-run");
	assert_has(fix->err, "for the question only");
	assert_has(fix->err, "modprobe -r vtd_dmar");
	assert_has(fix->out, "0000:00:03.0  pass-through");
	assert_has(fix->out, "nvme is bound");
	assert_has(fix->out, "Nothing was changed");
	assert_columns(fix->out);
}

static void test_words(void **state)
{
	static const struct {
		const char *line;
		int ret;
		const char *part; /* of the error */
	} cases[] = {
		{ "", 1, "Usage" },
		{ "frobnicate", 1, "\"frobnicate\" is unknown" },
		{ "--frob", 1, "option \"--frob\" is unknown" },
		{ "why", 1, "which device?" },
		{ "why 00:20.0", 1, "from 00 to 1f" },
		{ "why 00:03.0 00:04.0", 1, "one too many" },
		{ "why 00:03.0 --now", 1, "\"--now\" is unknown" },
		{ "irqs --jsn", 1, "\"--jsn\"" },
		{ "faults --folow", 1, "\"--folow\"" },
		{ "status --jsn", 1, "\"--jsn\"" },
		{ "attach --try", 1, "5 to 3600" },
		{ "attach --try 4", 1, "\"4\"" },
		{ "attach --try 3601", 1, "\"3601\"" },
		{ "attach --try -60", 1, "\"-60\"" },
		{ "attach --try 60s", 1, "\"60s\"" },
		{ "attach --try 99999999999999999999", 1, "5 to 3600" },
		{ "attach --try=", 1, "5 to 3600" },
		{ "attach --dry-run --try 60", 1, "one of them" },
		{ "attach now", 1, "\"now\"" },
		{ "adopt", 1, "which device" },
		{ "adopt nvme0", 1, "\"nvme0\" is wrong" },
		{ "adopt 00:03.9", 1, "function number" },
		{ "adopt 00:03.0 00:04.0", 1, "\"00:04.0\"" },
		{ "release 00:33.0", 1, "device number" },
		{ "detach --force", 1, "\"--force\"" },
		{ "confirm 1", 1, "\"1\"" },
	};
	struct fixture *fix = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		if (run(fix, cases[i].line) != cases[i].ret)
			fail_msg("wrong status of: %s", cases[i].line);
		assert_has(fix->err, cases[i].part);
	}
	/* The module was never asked. */
	assert_int_equal(fix->opened, 0);
	assert_int_equal(fix->ran, 0);
	assert_int_equal(run(fix, "--help"), 0);
	assert_columns(fix->out);
	assert_has(fix->out, "adopt BDF");
	assert_int_equal(run(fix, "--version"), 0);
	assert_has(fix->out, "vtdctl 0.");
}

/* All commands say the same things in the same way, on standard error alone. */
static void test_errors(void **state)
{
	static const struct {
		const char *line; /* a whole command */
		bool asks; /* the module */
	} commands[] = {
		{ "status", true },
		{ "attach", false }, /* loads the module instead */
		{ "confirm", true },
		{ "detach", true },
		{ "adopt 00:03.0", true },
		{ "release 00:03.0", true },
		{ "why 00:03.0", true },
		{ "walk 00:03.0 0x1000", true },
		{ "faults", true },
		{ "faults --follow", true },
		{ "irqs", true },
		{ "stats", true },
		{ "strict 00:03.0 on", true },
		{ "ats 00:03.0 on", true },
		{ "doctor", false },
		{ "top", true },
		{ "report", false },
		{ "html /tmp/no-such-folder/page", true },
	};
	struct fixture *fix = *state;
	char line[64], says[128];

	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		int name = (int)strcspn(commands[i].line, " ");

		snprintf(line, sizeof(line), "%s --bogus", commands[i].line);
		assert_int_equal(run(fix, line), 1);
		snprintf(
			says, sizeof(says),
			"Error: %.*s: argument \"--bogus\" is unknown, try \"vtdctl %.*s --help\"\n",
			name, commands[i].line, name, commands[i].line);
		assert_string_equal(fix->err, says);
		assert_string_equal(fix->out, "");
		snprintf(line, sizeof(line), "%s --help", commands[i].line);
		assert_int_equal(run(fix, line), 0);
		assert_has(fix->out, "Usage: vtdctl");
		assert_int_equal(fix->opened, 0);
		if (!commands[i].asks)
			continue;
		fix->open_error = -ENOENT;
		assert_int_equal(run(fix, commands[i].line), 2);
		snprintf(says, sizeof(says),
			 ": the module vtd_dmar is not loaded\n  -> load it");
		assert_has(fix->err, says);
		assert_string_equal(fix->out, "");
		fix->open_error = -EACCES;
		assert_int_equal(run(fix, commands[i].line), 2);
		snprintf(says, sizeof(says), ": /dev/vtd is for root only;");
		assert_has(fix->err, says);
		fix->open_error = 0;
		fix->write_error = -EBUSY;
		fix->reply = "what it is, and what to do\n";
		assert_int_equal(run(fix, commands[i].line), 2);
		assert_string_equal(fix->err,
				    "Error: what it is, and what to do\n");
		assert_string_equal(fix->out, "");
		fix->reply = "";
		assert_int_equal(run(fix, commands[i].line), 2);
		assert_has(
			fix->err,
			": Device or resource busy; the module gave no reason");
		fix->write_error = 0;
		fix->opened = 0;
		fix->closed = 0;
	}
}

static void test_sent(void **state)
{
	struct fixture *fix = *state;

	assert_int_equal(run(fix, "adopt 00:03.0"), 0);
	assert_string_equal(fix->sent, "adopt 0000:00:03.0");
	assert_string_equal(fix->out, "0000:00:03.0: adopted\n");
	assert_int_equal(run(fix, "release 0001:FF:1f.7"), 0);
	assert_string_equal(fix->sent, "release 0001:ff:1f.7");
	assert_int_equal(run(fix, "confirm"), 0);
	assert_string_equal(fix->sent, "confirm");
	assert_int_equal(run(fix, "detach"), 0);
	assert_string_equal(fix->sent, "detach");
	assert_int_equal(run(fix, "detach --if-loaded"), 0);
	assert_string_equal(fix->sent, "");
	put(fix, "/sys/module/vtd_dmar/initstate", "live\n");
	fix->write_error = -EBUSY;
	fix->reply = "0000:00:03.0: nvme uses it; unbind it first\n";
	assert_int_equal(run(fix, "detach --if-loaded"), 2);
	assert_string_equal(fix->sent, "detach");
	assert_has(fix->err, "0000:00:03.0: nvme uses it");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static const struct CMUnitTest tests[] = {
	CASE(test_bdf),
	CASE(test_record_good),
	CASE(test_record_bad),
	CASE(test_record_long),
	CASE(test_record_junk),
	CASE(test_schema),
	CASE(test_status),
	CASE(test_status_tree),
	CASE(test_status_json),
	CASE(test_status_json_more),
	CASE(test_status_absent),
	CASE(test_attach),
	CASE(test_attach_loads),
	CASE(test_dry_run),
	CASE(test_words),
	CASE(test_errors),
	CASE(test_sent),
	CASE(test_recover),
	CASE(test_check),
	CASE(test_check_json),
	CASE(test_incidents),
	CASE(test_ats),
	CASE(test_ats_json),
	CASE(test_ats_refused),
	CASE(test_faults),
	CASE(test_faults_json),
	CASE(test_faults_follow),
	CASE(test_color),
	CASE(test_color_words),
	CASE(test_color_doctor),
	CASE(test_help),
	CASE(test_help_fits),
	CASE(test_columns),
	CASE(test_columns_wrong),
	CASE(test_json_all),
	CASE(test_html),
	CASE(test_html_escape),
	CASE(test_html_file),
	CASE(test_irqs),
	CASE(test_irqs_json),
	CASE(test_irqs_refused),
	CASE(test_stats),
	CASE(test_stats_json),
	CASE(test_stats_refused),
	CASE(test_stats_latency),
	CASE(test_stats_latency_json),
	CASE(test_stats_latency_switch),
	CASE(test_strict),
	CASE(test_strict_refused),
	CASE(test_report),
	CASE(test_report_scrub),
	CASE(test_report_cmdline),
	CASE(test_report_dmar),
	CASE(test_report_log),
	CASE(test_top),
	CASE(test_top_terminal),
	CASE(test_top_refused),
	CASE(test_upgrade),
	CASE(test_upgrade_json),
	CASE(test_upgrade_words),
	CASE(test_upgrade_files),
	CASE(test_upgrade_nothing),
	CASE(test_upgrade_unloaded),
	CASE(test_upgrade_in_use),
	CASE(test_upgrade_back),
	CASE(test_upgrade_resume),
	CASE(test_upgrade_settle),
	CASE(test_upgrade_keep),
	CASE(test_why),
	CASE(test_why_verdicts),
	CASE(test_why_json),
	CASE(test_why_refused),
	CASE(test_walk),
	CASE(test_walk_odd),
	CASE(test_walk_pasid),
	CASE(test_walk_json),
	CASE(test_walk_refused),
	CASE(test_doctor_healthy),
	CASE(test_doctor_empty),
	CASE(test_doctor_amd),
	CASE(test_doctor_emulator),
	CASE(test_doctor_boot_line),
	CASE(test_doctor_apic),
	CASE(test_doctor_x2apic),
	CASE(test_doctor_kernel),
	CASE(test_doctor_rivals),
	CASE(test_doctor_signature),
	CASE(test_doctor_device),
	CASE(test_doctor_signer),
	CASE(test_doctor_version),
	CASE(test_doctor_rule),
	CASE(test_doctor_early),
	CASE(test_doctor_json),
};

int main(void)
{
	return cmocka_run_group_tests_name("vtdctl", tests, NULL, NULL);
}
