// SPDX-License-Identifier: GPL-2.0
/*
 * Unit test of "vtdctl report": that it has what it should, and above all that
 * it has nothing of what it should not.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "report.h"
#include "test.h"

static const struct answer answers[] = {
	{ "status",
	  "vtd version=0.1 state=attached\n"
	  "unit name=dmar0 segment=0000 base=0xfed90000 version=1.0 translation=on mode=legacy devices=1 domains=1 faults=0 health=ok\n"
	  "device name=0000:00:03.0 unit=dmar0 state=managed driver=nvme group=5 domain=DMA-FQ sid=00:03.0\n",
	  0 },
	{ "stats", "queue unit=dmar0 submissions=77 waits=66\n", 0 },
	{ "faults",
	  "fault seq=7 time=1.5 unit=dmar0 sentence=\"DMA of enx001122aabbcc, 00:11:22:AA:bb:cc, blocked\"\n",
	  0 },
	{ "faults sources", "", 0 },
	{ "irqs",
	  "irqs: vtd_intr_remap is not loaded: run 'modprobe vtd_intr_remap' first, which takes every interrupt over\n",
	  -ENODEV },
	{ NULL, NULL, 0 },
};

static void put_machine(struct fixture *fix)
{
	put(fix, "/proc/sys/kernel/hostname", "gatehouse\n");
	put(fix, "/proc/sys/kernel/osrelease", "6.12.48+deb13-amd64\n");
	put(fix, "/proc/sys/kernel/version", "#1 SMP Debian 6.12.48-1\n");
	put(fix, "/proc/sys/kernel/tainted", "4609\n");
	put(fix, "/proc/cmdline",
	    "BOOT_IMAGE=/boot/vmlinuz root=UUID=01234567-89ab-cdef-0123-456789abcdef ro quiet intel_iommu=off intremap=off ip=10.1.2.3 token=s3cret\n");
	put(fix, "/proc/cpuinfo",
	    "processor\t: 0\nvendor_id\t: GenuineIntel\nmodel name\t: Some CPU\n\nprocessor\t: 1\n");
	put(fix, "/sys/class/dmi/id/sys_vendor", "Maker\n");
	put(fix, "/sys/class/dmi/id/product_name", "Box\n");
	put(fix, "/sys/class/dmi/id/product_serial", "SERIAL-1\n");
	put(fix, "/sys/class/dmi/id/product_uuid", "SERIAL-2\n");
	put(fix, "/sys/module/vtd_dmar/version", "0.1\n");
	put(fix, "/sys/module/vtd_dmar/srcversion", "ABCDEF0123\n");
	put(fix, "/sys/module/vtd_dmar/taint", "OE\n");
	put(fix, "/sys/module/vtd_dmar/parameters/scalable", "Y\n");
	put(fix, "/sys/module/vtd_dmar/parameters/attach", "N\n");
	put(fix,
	    "/sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts",
	    "N\n");
	put(fix, "/sys/module/nvme/parameters/io_queue_depth", "1024\n");
	put(fix, "/dev/kmsg",
	    "6,1,1000000,-;Linux version of builder@gatehouse\n"
	    "4,2,2500000,-;vtd_dmar: attached on gatehouse for ada, see /home/ada/x\n"
	    " SUBSYSTEM=pci\n"
	    "4,5,2600000,-; map+0x12/0x80 [vtd_dmar]\n"
	    "6,3,3000000,-;usb 1-1: SerialNumber: SERIAL-3\n"
	    "6,4,4000000,c;ACPI: DMAR 0x1000 (v01 MAKER)\n");
	fix->ctl.user[1] = "ada";
	fix->answers = answers;
}

void test_report(void **state)
{
	static const char *const there[] = {
		"kernel: 6.12.48+deb13-amd64\n",
		"build: #1 SMP Debian 6.12.48-1\n",
		"taint: 4609 (PWO)\n",
		"vendor: Maker\n",
		"product: Box\n",
		"CPU: Some CPU\n",
		"CPUs: 2\n",
		"root=<masked> ro quiet intel_iommu=off",
		"intremap=off ip=<masked> token=<masked>\n",
		"== modules ==\n  vfio_iommu_type1\n    allow_unsafe_interrupts=N\n",
		"  vtd_dmar\n    version: 0.1\n    srcversion: ABCDEF0123\n    taint: OE\n    attach=N\n    scalable=Y\n",
		"== DMAR table ==\n  there is none",
		"== vtdctl doctor ==\n",
		"== vtdctl status ==\nvtd 0.1: attached\n",
		"== vtdctl stats ==\ndmar0: 77 invalidations in 66 round trips\n",
		"== vtdctl faults ==\n#7 ",
		"DMA of <MAC>, <MAC>, blocked\n",
		"== vtdctl irqs ==\nError: irqs: vtd_intr_remap is not loaded",
		"  [2.500000] vtd_dmar: attached on <host> for <user>, see /home/<user>/x\n",
		"  [2.600000]  map+0x12/0x80 [vtd_dmar]\n",
		"[vtd_dmar]\n  [4.000000] ACPI: DMAR 0x1000 (v01 MAKER)\n",
	};
	static const char *const not_there[] = {
		"gatehouse", "ada",    "SERIAL",  "s3cret",	  "10.1.2.3",
		"01234567-", "aabbcc", "bb:cc",	  "nvme\n    io", "1024",
		"vmlinuz",   "\033",   "builder",
	};
	struct fixture *fix = *state;

	put_machine(fix);
	fix->ctl.terminal = true;
	assert_int_equal(run(fix, "report --color=always"), 0);
	assert_columns(fix->out);
	assert_string_equal(fix->err, "");
	for (size_t i = 0; i < ARRAY_SIZE(there); i++)
		assert_has(fix->out, there[i]);
	for (size_t i = 0; i < ARRAY_SIZE(not_there); i++)
		assert_lacks(fix->out, not_there[i]);
	/* Without module, root and files it is short, and no error. */
	fix->answers = NULL;
	fix->open_error = -EACCES;
	fix->ctl.sysroot = "/nowhere";
	assert_int_equal(run(fix, "report"), 0);
	assert_string_equal(fix->err, "");
	assert_columns(fix->out);
	assert_has(fix->out, "none of ours is loaded");
	assert_has(fix->out, "Error: status: /dev/vtd is for root only");
	assert_has(fix->out, "it cannot be read");
}

void test_report_scrub(void **state)
{
	static const struct {
		const char *text, *masked;
	} cases[] = {
		{ "", "" },
		{ "00:11:22:33:44:55", "<MAC>" },
		{ "x 00-11-22-33-44-5f.", "x <MAC>." },
		{ "(00:11:22:33:44:55:66:77)", "(<MAC>)" },
		{ "00:11:22:33:44", "00:11:22:33:44" },
		{ "enx001122334455 enx0011", "<MAC> enx0011" },
		{ "0000:00:03.0 00:1c.0", "0000:00:03.0 00:1c.0" },
		{ "0x001122334455", "0x001122334455" },
		{ "a 01234567-89AB-cdef-0123-456789abcdef b", "a <UUID> b" },
		{ "gatehouse Gatehouse gatehouses xgatehouse gatehouse.lan",
		  "<host> Gatehouse gatehouses xgatehouse <host>.lan" },
		{ "ada@gatehouse:/home/bob/x", "<user>@<host>:/home/<user>/x" },
		{ "/home/eve", "/home/<user>" },
		{ "adapter root bob", "adapter root bob" },
	};
	static const struct vtd_names names = { "gatehouse",
						{ "ada", "root", NULL } };
	static const struct vtd_names none = { NULL, { NULL, NULL, "" } };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		/* malloc'ed, so that a read past the end is caught */
		char *text = strdup(cases[i].text);
		char *masked = vtd_scrub(text, &names);

		assert_non_null(masked);
		assert_string_equal(masked, cases[i].masked);
		free(masked);
		/* Each beginning, for the reads behind an end. */
		for (size_t k = strlen(text); k; k--) {
			char *part = strndup(text, k);

			masked = vtd_scrub(part, &none);
			assert_non_null(masked);
			free(masked);
			free(part);
		}
		free(text);
	}
}

void test_report_cmdline(void **state)
{
	static const struct {
		const char *line, *masked;
	} cases[] = {
		{ "", "" },
		{ "quiet", "quiet" },
		{ "intel_iommu=on,sm_on iommu.strict=1 vtd_dmar.attach=0",
		  "intel_iommu=on,sm_on iommu.strict=1 vtd_dmar.attach=0" },
		{ "intel_iommux=1", "intel_iommux=<masked>" },
		{ "a=b=c d=", "a=<masked> d=<masked>" },
		{ "dyndbg=\"file x +p\" y", "dyndbg=<masked> y" },
		{ "\"key=my secret\" z", "<masked> z" },
		{ "=value //path user@host", "<masked> <masked> <masked>" },
		{ "ro -- intel_iommu=on name", "ro -- <masked>" },
		{ "0123456789012345678901234567890123456789x", "<masked>" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char *masked = vtd_scrub_cmdline(cases[i].line);

		assert_non_null(masked);
		assert_string_equal(masked, cases[i].masked);
		free(masked);
	}
}

/* Header, then one of each; little endian. */
static const unsigned char table[] = {
	'D',
	'M',
	'A',
	'R',
	188,
	0,
	0,
	0,
	1,
	0,
	'M',
	'A',
	'K',
	'E',
	'R',
	' ',
	'B',
	'O',
	'X',
	' ',
	' ',
	' ',
	' ',
	' ',
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	47,
	1,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	/* DRHD at 48 */
	0,
	0,
	26,
	0,
	1,
	0,
	0,
	0,
	0,
	0,
	0xd9,
	0xfe,
	0,
	0,
	0,
	0,
	1,
	10,
	0,
	0,
	0,
	0,
	0x1c,
	0,
	0,
	2,
	/* RMRR at 74 */
	1,
	0,
	32,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0xe0,
	0xde,
	0,
	0,
	0,
	0,
	0xff,
	0xff,
	0xef,
	0xde,
	0,
	0,
	0,
	0,
	1,
	8,
	0,
	0,
	0,
	0,
	2,
	0,
	/* ATSR at 106 */
	2,
	0,
	16,
	0,
	0,
	0,
	1,
	0,
	2,
	8,
	0,
	0,
	0,
	0,
	1,
	0,
	/* RHSA at 122 */
	3,
	0,
	20,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0xd9,
	0xfe,
	0,
	0,
	0,
	0,
	1,
	0,
	0,
	0,
	/* ANDD at 142 */
	4,
	0,
	16,
	0,
	0,
	0,
	0,
	3,
	'\\',
	'_',
	'S',
	'B',
	'.',
	'I',
	'2',
	'C',
	/* SATC at 158 */
	5,
	0,
	16,
	0,
	1,
	0,
	0,
	0,
	1,
	8,
	0,
	0,
	0,
	3,
	0,
	0,
	/* SIDP at 174, and one that is not known */
	6,
	0,
	8,
	0,
	0,
	0,
	0,
	0,
	9,
	0,
	6,
	0,
	0,
	0,
};

void test_report_dmar(void **state)
{
	struct fixture *fix = *state;
	unsigned char bad[sizeof(table)];
	uint32_t seed = 7;

	put_machine(fix);
	put_bytes(fix, "/sys/firmware/acpi/tables/DMAR", table, sizeof(table));
	assert_int_equal(run(fix, "report"), 0);
	assert_has(
		fix->out,
		"== DMAR table ==\n"
		"  revision 1, of MAKER  BOX     , 188 bytes, 48 address bits, flags 0x01\n"
		"  DRHD  segment 0000  base 0xfed90000  flags 0x01 (all other devices)\n"
		"      endpoint 00:1c.0/00.2\n"
		"  RMRR  segment 0000  0xdee00000-0xdeefffff\n"
		"      endpoint 00:02.0\n"
		"  ATSR  segment 0001  flags 0x00\n"
		"      bridge 00:01.0\n"
		"  RHSA  base 0xfed90000  node 1\n"
		"  ANDD  3: \\_SB.I2C\n"
		"  SATC  segment 0000  flags 0x01\n"
		"      endpoint 03:00.0\n"
		"  SIDP  segment 0000  flags 0x00\n"
		"  type 9 of 6 bytes, not known\n\n");
	/* Any bytes and any length: the sanitizers watch. */
	for (int round = 0; round < 20000; round++) {
		size_t bytes = (size_t)round % (sizeof(table) + 1);
		unsigned char *cut;

		memcpy(bad, table, sizeof(table));
		for (int i = 0; i < round % 4; i++) {
			seed = seed * 1664525 + 1013904223;
			bad[4 + (seed >> 8) % (sizeof(bad) - 4)] = seed >> 24;
		}
		cut = malloc(bytes ?: 1);
		assert_non_null(cut);
		memcpy(cut, bad, bytes);
		rewind(fix->ctl.out);
		vtd_show_dmar(&fix->ctl, cut, bytes);
		free(cut);
	}
}

/* More of ours than are shown: the last ones, in their order. */
void test_report_log(void **state)
{
	struct fixture *fix = *state;
	size_t room = 64 * 1024, used = 0;
	char *log = malloc(room);

	assert_non_null(log);
	for (int i = 0; i < 450; i++)
		used += snprintf(log + used, room - used,
				 "6,%d,%d000000,-;vtd_dmar: line %d\n"
				 "6,%d,%d000001,-;other: line\n",
				 i * 2, i, i, i * 2 + 1, i);
	snprintf(log + used, room - used, "not a record vtd_\nvtd_;x\n");
	put_machine(fix);
	put(fix, "/dev/kmsg", log);
	free(log);
	assert_int_equal(run(fix, "report"), 0);
	assert_has(fix->out, "last lines of ours ==\n  [25");
	assert_has(fix->out, "] vtd_dmar: line 449\n");
	assert_lacks(fix->out, "line 249\n");
	assert_lacks(fix->out, "other: line");
	assert_lacks(fix->out, "not a record");
	assert_true(strstr(fix->out, "line 448\n") <
		    strstr(fix->out, "line 449\n"));
}
