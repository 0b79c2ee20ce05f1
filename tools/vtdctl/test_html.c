// SPDX-License-Identifier: GPL-2.0
/*
 * Unit test of "vtdctl html": what is on the page, that it is a page, and that
 * nothing from outside can be more than words on it.
 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "html.h"
#include "test.h"

static const char status_reply[] =
	"vtd version=0.1 state=attached trial_left=0\n"
	"unit name=dmar0 segment=0000 base=0xfed90000 version=1.0 cap=0xd2008c222f0686 ecap=0xf00f5a translation=on mode=legacy stage=second devices=6 domains=3 faults=9 overflows=0 health=ok\n"
	"unit name=dmar1 segment=0000 base=0xfed91000 version=6.0 cap=0x19ed008c40780c66 ecap=0x3ee9e86f050df translation=on mode=scalable stage=first devices=2 domains=2 faults=0 overflows=0 health=ok\n"
	"quirk name=tylersburg device=0000:00:14.0 text=\"the unit forgets too much\" done=\"it is told less\"\n"
	"device name=0000:00:02.0 unit=dmar1 state=managed driver=vfio-pci group=3 domain=unmanaged sid=00:02.0 pasid_bits=20 pasids=2 reason=\"\"\n"
	"device name=0000:00:1c.0 unit=dmar0 state=pass-through driver=pcieport group=4 domain=- sid=00:1c.0 reason=\"its driver was bound before vtd_dmar was loaded; vtdctl adopt 0000:00:1c.0 takes it over\"\n"
	"device name=0000:03:00.0 unit=dmar0 state=managed driver=nvme group=5 domain=DMA-FQ sid=03:00.0 reason=\"\"\n"
	"device name=0000:05:01.0 unit=dmar0 state=managed driver=e1000e group=7 domain=DMA sid=05:00.0,05:01.0 reason=\"\"\n"
	"device name=0000:05:02.0 unit=dmar0 state=managed driver=snd_hda_intel group=7 domain=DMA sid=05:00.0,05:02.0 reason=\"\"\n"
	"device name=0000:00:1f.2 unit=dmar0 state=pass-through driver=ahci group=- domain=- sid=00:1f.2 reason=\"its driver was bound before vtd_dmar was loaded; vtdctl adopt 0000:00:1f.2 takes it over\"\n"
	"device name=0000:00:1d.0 unit=dmar0 state=blocked driver=- group=8 domain=blocked sid=00:1d.0 reason=\"a member of its set is bound\"\n"
	"device name=0000:00:1b.0 unit=- state=off driver=i915 group=12 domain=- sid=00:1b.0 reason=\"its unit is off for the sake of i915\"\n"
	"acpi name=\"\\_SB.PCI0.I2C0\" unit=dmar0 sid=00:15.0 state=pass-through\n";

static const struct answer answers[] = {
	{ "status", status_reply, 0 },
	{ "faults",
	  "fault seq=12 time=123.456789 unit=dmar0 device=0000:03:00.0 address=0xdead000 access=read reason=0x06 text=\"not mapped\" remedy=\"suspect the driver\" sentence=\"DMA read by 0000:03:00.0 (driver nvme, domain DMA-FQ) to 0xdead000 blocked: reason 0x06, the address is not mapped, or not for reading; nothing is mapped, the walk ends at level 1 of 4\"\n",
	  0 },
	{ "faults sources",
	  "source unit=dmar0 device=0000:03:00.0 faults=9 at_least=no described=1 first=123.456789 last=125.000000\n",
	  0 },
	{ "stats",
	  "queue unit=dmar0 submissions=1290 descriptors=2500 waits=1250 iotlb_global=2 iotlb_domain=40 iotlb_page=1200 devtlb=0 interrupt_index=35 avg_ns=2100 max_ns=14999 slow=4 errors=0\n"
	  "requests unit=dmar1 taken=120 responses=118 failed=3 refused=2 overflows=1 max_ns=52000\n"
	  "cost device=0000:03:00.0 unit=dmar0 group=5 domain=DMA-FQ unmaps=lazy sharing=1 flushes=1240 page=1200 all=40 queue=39\n",
	  0 },
	{ "irqs",
	  "remapping isolated=yes x2apic=off x2apic_opt_out=no\n"
	  "table unit=dmar0 address=0x34a0000 entries=2048 used=32 lost=0 ids=8-bit compatibility=blocked\n"
	  "irq nr=24 device=0000:03:00.0 kind=msi-x format=remapped unit=dmar0 index=0x6 entry=0x1 vector=0x22 cpu=1 dest=0x1 count=1890 name=\"nvme0q0\" reason=\"\"\n",
	  0 },
	{ NULL, NULL, 0 },
};

static char *read_page(struct fixture *fix, char path[128])
{
	struct vtdctl here = { .sysroot = "" };
	char line[192];
	char *text;

	snprintf(path, 128, "%s/page.html", fix->root);
	snprintf(line, sizeof(line), "html %s", path);
	assert_int_equal(run(fix, line), 0);
	assert_has(fix->out, "page.html: written\n");
	text = vtd_sys_read(&here, path, NULL);
	assert_non_null(text);
	/* For a look at it in a browser. */
	if (getenv("VTDCTL_PAGE") && strstr(text, "8086:1533")) {
		FILE *copy = fopen(getenv("VTDCTL_PAGE"), "w");

		fputs(text, copy);
		fclose(copy);
	}
	return text;
}

static void assert_page(const char *path)
{
	char command[256];

	snprintf(command, sizeof(command),
		 "python3 tools/vtdctl/test_html.py %s", path);
	if (system(command))
		fail_msg("%s is no page", path);
}

static void put_device(struct fixture *fix, const char *name, const char *link,
		       const char *class)
{
	static const char *const files[] = { "vendor", "device", "class" };
	const char *const values[] = { "0x8086\n", "0x1533\n", class };
	char path[256], to[256];

	for (int i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "/sys/devices/%s/%s", link,
			 files[i]);
		put(fix, path, values[i]);
	}
	put(fix, "/sys/bus/pci/devices/.here", "");
	snprintf(path, sizeof(path), "%s/sys/bus/pci/devices/%s", fix->root,
		 name);
	snprintf(to, sizeof(to), "../../../devices/%s", link);
	assert_int_equal(symlink(to, path), 0);
}

void test_html(void **state)
{
	static const char *const there[] = {
		"<h1>VT-d of this machine: attached</h1>",
		"kernel 6.12.48<",
		"<h3>dmar0</h3>",
		"<h3>no unit</h3>",
		"<span class=\"name\">0000:03:00.0</span> <span class=\"soft\">8086:1533 NVMe</span>",
		"<span class=\"chip good\">managed</span>",
		"<span class=\"chip bad\">blocked</span>",
		"<span class=\"chip\">domain DMA-FQ</span>",
		"<span class=\"chip warn\">faults 9</span>",
		"<div class=\"why\">requests as 05:00.0,05:01.0</div>",
		"\\_SB.PCI0.I2C0",
		"<td class=\"n\">7</td><td>DMA</td><td>0000:05:01.0, 0000:05:02.0</td>",
		"addresses of up to 48 bits, 65536 domain-ids",
		"Legacy mode:",
		"Scalable mode:",
		"<li>can post interrupts to a virtual CPU</li>",
		"<td>suspect the driver</td>",
		"<td class=\"n\">1250</td>",
		"<td class=\"n\">118</td>",
		"Interrupts are isolated.",
		"<td>nvme0q0</td>",
		"the unit forgets too much",
	};
	struct fixture *fix = *state;
	const char *bridge, *disk;
	char path[128];
	char *page;

	put(fix, "/proc/sys/kernel/osrelease", "6.12.48\n");
	put_device(fix, "0000:00:1c.0", "pci0000:00/0000:00:1c.0",
		   "0x060400\n");
	put_device(fix, "0000:03:00.0", "pci0000:00/0000:00:1c.0/0000:03:00.0",
		   "0x010802\n");
	put_device(fix, "0000:05:01.0",
		   "pci0000:00/0000:00:1c.4/0000:04:00.0/0000:05:01.0",
		   "0x020000\n");
	put_device(fix, "0000:05:02.0",
		   "pci0000:00/0000:00:1c.4/0000:04:00.0/0000:05:02.0",
		   "0x040300\n");
	fix->answers = answers;
	page = read_page(fix, path);
	for (size_t i = 0; i < ARRAY_SIZE(there); i++)
		assert_has(page, there[i]);
	/* By number, not by the addresses of their devices. */
	assert_true(strstr(page, "<td class=\"n\">8</td><td>blocked") <
		    strstr(page, "<td class=\"n\">12</td><td>-"));
	/* The disk is in the box of its bridge: no box ends between them. */
	bridge = strstr(page, "<span class=\"name\">0000:00:1c.0<");
	disk = strstr(page, "<span class=\"name\">0000:03:00.0<");
	assert_non_null(strstr(bridge, "<div class=\"kids\">"));
	assert_true(strstr(bridge, "<div class=\"kids\">") < disk);
	/* Boxes are in the order of their addresses. */
	assert_true(strstr(page, "\"name\">0000:00:1c.4<") <
		    strstr(page, "\"name\">0000:00:1d.0<"));
	/* Bridges of which the module says nothing are there, once. */
	bridge = strstr(page, "<span class=\"name\">0000:04:00.0<");
	assert_non_null(bridge);
	assert_null(strstr(bridge + 1, "<span class=\"name\">0000:04:00.0<"));
	assert_page(path);
	free(page);

	/* What is not there has a reason in its place. */
	fix->answers = (const struct answer[]){
		{ "status", "vtd version=0.1 state=trial trial_left=9\n", 0 },
		{ "stats", "", 0 },
		{ "irqs", "vtd_intr_remap is not loaded\n", -ENODEV },
		{ "faults", "", -EIO },
		{ "faults sources", "a=b", 0 },
		{ NULL, NULL, 0 },
	};
	page = read_page(fix, path);
	assert_has(page, "given back in 9 seconds");
	assert_has(page, "<p class=\"soft\">vtd_intr_remap is not loaded?</p>");
	assert_has(page, "<p class=\"soft\">Input/output error</p>");
	assert_has(page, "<p class=\"soft\">the reply cannot be read</p>");
	assert_has(page, "<p class=\"soft\">none</p>");
	assert_page(path);
	free(page);
}

#define EVIL "</td><script>alert(1)</script>&'\x01\xff"

/* One value of every record and key that there is says something bad. */
void test_html_escape(void **state)
{
	struct fixture *fix = *state;
	char path[128];
	char *page;

	fix->reply = "vtd version=" EVIL " state=" EVIL "\n"
		     "unit name=" EVIL " segment=" EVIL " base=" EVIL
		     " version=" EVIL " cap=" EVIL " ecap=" EVIL
		     " translation=" EVIL " mode=" EVIL " stage=" EVIL
		     " devices=" EVIL " domains=" EVIL " faults=" EVIL
		     " overflows=" EVIL " health=" EVIL "\n"
		     "device name=" EVIL " unit=" EVIL " state=" EVIL
		     " driver=" EVIL " group=" EVIL " domain=" EVIL " sid=" EVIL
		     " pasids=" EVIL " reason=" EVIL "\n"
		     "acpi name=../../.. unit=- state=" EVIL "\n"
		     "quirk name=" EVIL " device=" EVIL " text=" EVIL
		     " done=" EVIL "\n"
		     "fault seq=" EVIL " time=" EVIL " sentence=" EVIL
		     " remedy=" EVIL "\n"
		     "source device=" EVIL " unit=" EVIL " faults=" EVIL "\n"
		     "queue unit=" EVIL " waits=" EVIL "\n"
		     "requests unit=" EVIL " taken=" EVIL "\n"
		     "cost device=" EVIL " domain=" EVIL "\n"
		     "remapping isolated=" EVIL "\n"
		     "table unit=" EVIL " address=" EVIL "\n"
		     "irq nr=" EVIL " name=" EVIL " reason=" EVIL "\n";
	page = read_page(fix, path);
	assert_lacks(page, "<script");
	assert_lacks(page, "\x01");
	assert_has(page, "&#60;script&#62;alert(1)&#60;");
	assert_has(page, "&#38;&#39;??");
	assert_page(path);
	free(page);
}

/* The file is there as a whole, or what was there before. */
void test_html_file(void **state)
{
	static const char *const wrong[] = { "html", "html --json", "html a b",
					     "html /dev/null", "html /tmp" };
	struct fixture *fix = *state;
	char path[128], line[192];
	struct stat st;
	char *page;
	mode_t mask;

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		assert_int_equal(run(fix, wrong[i]), 1);
		assert_has(fix->err, "Error: html: ");
	}
	assert_int_equal(fix->opened, 0);
	put(fix, "/page.html", "old\n");
	snprintf(path, sizeof(path), "%s/page.html", fix->root);
	snprintf(line, sizeof(line), "html %s", path);
	fix->write_error = -EBUSY;
	fix->reply = "not now\n";
	assert_int_equal(run(fix, line), 2);
	assert_string_equal(fix->err, "Error: not now\n");
	fix->write_error = 0;
	fix->reply = "later what=ever\n";
	assert_int_equal(run(fix, line), 2);
	assert_has(fix->err, "has no vtd line");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, 4);

	mask = umask(027);
	fix->answers = answers;
	page = read_page(fix, path);
	umask(mask);
	assert_has(page, "</html>");
	assert_memory_equal(page, "<!DOCTYPE", 9);
	free(page);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	/* Nothing else is left in the folder. */
	assert_int_equal(vtd_sys_list(&fix->ctl, "/", NULL, NULL), 1);

	snprintf(line, sizeof(line), "html %s/none/page.html", fix->root);
	assert_int_equal(run(fix, line), 2);
	assert_has(fix->err, "/none/page.html: No such file or directory");
}
