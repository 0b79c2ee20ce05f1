// SPDX-License-Identifier: GPL-2.0
/*
 * Unit test of what vtdctl says of itself, and of how wide it is.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "test.h"
#include "vtdctl.h"

/* Every command has a page, which is asked for in three ways. */
void test_help(void **state)
{
	struct fixture *fix = *state;
	char line[64], first[64], page[4096];
	const char *name;
	size_t nr = 0;

	for (; (name = vtd_command_name(nr)); nr++) {
		snprintf(line, sizeof(line), "%s --help", name);
		assert_int_equal(run(fix, line), 0);
		assert_string_equal(fix->err, "");
		assert_columns(fix->out);
		snprintf(first, sizeof(first), "Usage: vtdctl %s", name);
		assert_memory_equal(fix->out, first, strlen(first));
		snprintf(first, sizeof(first), "\n  vtdctl %s", name);
		assert_has(fix->out, "\nExample:");
		assert_has(strstr(fix->out, "\nExample:"), first);
		assert_has(fix->out, "\nExit status: 0");
		assert_has(fix->out, "\nManual: man vtdctl-");
		assert_true(strlen(fix->out) < sizeof(page));
		snprintf(page, sizeof(page), "%s", fix->out);
		snprintf(line, sizeof(line), "help %s", name);
		assert_int_equal(run(fix, line), 0);
		assert_string_equal(fix->out, page);
		snprintf(line, sizeof(line), "--help %s", name);
		assert_int_equal(run(fix, line), 0);
		assert_string_equal(fix->out, page);
		/* The list has it, too. */
		assert_int_equal(run(fix, "help"), 0);
		snprintf(line, sizeof(line), "\n  %s ", name);
		assert_has(fix->out, line);
	}
	assert_true(nr >= 14);
	assert_columns(fix->out);
	assert_int_equal(fix->opened, 0);
	assert_int_equal(run(fix, "help frobnicate"), 1);
	assert_has(fix->err, "\"frobnicate\" is unknown");
	assert_int_equal(run(fix, "frobnicate --help"), 1);
	assert_has(fix->err, "\"frobnicate\" is unknown");
}

/* A page names each option that the list has, and no page has more. */
void test_help_fits(void **state)
{
	static const char *const options[] = {
		"--json",      "--follow",   "--dry-run", "--try",
		"--if-loaded", "--interval", "--count",	  "--force",
		"--rebind",    "--resume",   "--keep"
	};
	struct fixture *fix = *state;
	char list[8192], line[64];
	const char *name;

	assert_int_equal(run(fix, "help"), 0);
	assert_true(strlen(fix->out) < sizeof(list));
	snprintf(list, sizeof(list), "%s", fix->out);
	for (size_t nr = 0; (name = vtd_command_name(nr)); nr++) {
		char *entry, *end;

		snprintf(line, sizeof(line), "\n  %s ", name);
		entry = strstr(list, line);
		assert_non_null(entry);
		end = strchr(entry + 1, '\n');
		*end = '\0';
		snprintf(line, sizeof(line), "help %s", name);
		assert_int_equal(run(fix, line), 0);
		for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
			bool has = strstr(entry, options[i]);

			if (has != !!strstr(fix->out, options[i]))
				fail_msg("%s of %s: in one of list and page",
					 options[i], name);
			/* In the usage line and in a line of its own. */
			if (has)
				assert_has(strchr(fix->out, '\n'), options[i]);
		}
		*end = '\n';
	}
}

#define BIG "18446744073709551615"
#define LONG_NAME "a_driver_whose_name_is_so_long_that_it_fits_nowhere"
#define WORDS \
	"the words of this reason go on and on, as those of real ones do, until they are longer than any terminal is wide, and then some more"

/* The longest replies that each command can get. */
static const struct {
	const char *line;
	const char *reply;
} widest[] = {
	{ "status",
	  "vtd version=0.1 state=trial trial_left=" BIG "\n"
	  "unit name=dmar0 segment=0000 base=0xfffffffffed90000 version=10.10 translation=on mode=scalable stage=second devices=" BIG
	  " domains=" BIG " faults=" BIG " overflows=" BIG " health=failed\n"
	  "incident seq=1 time=123456789.456789 what=quarantine unit=dmar0 device=0000:00:14.0 text=\"" WORDS
	  "\"\n"
	  "quirk name=tylersburg device=0000:00:14.0 text=\"" WORDS
	  "\" done=\"" WORDS "\"\n"
	  "device name=0000:00:03.0 unit=dmar0 state=pass-through driver=" LONG_NAME
	  " group=" BIG
	  " domain=unmanaged sid=00:03.0,00:03.1,00:03.2,00:03.3,00:03.4,00:03.5,00:03.6,00:03.7 ats=required pasid_bits=20 pasids=" BIG
	  " reason=\"" WORDS "\"\n" },
	{ "attach --dry-run",
	  "unit name=dmar0 segment=0000 base=0xfffffffffed90000 version=10.10 translation=off mode=scalable\n"
	  "device name=0000:00:03.0 unit=dmar0 action=pass-through reason=\"" WORDS
	  "\"\n" },
	{ "attach", WORDS "\n" WORDS "\n" },
	{ "confirm", WORDS "\n" },
	{ "detach", WORDS "\n" WORDS },
	{ "adopt 00:03.0", WORDS },
	{ "release 00:03.0", WORDS },
	{ "strict 00:03.0 on",
	  "strict device=0000:00:03.0 group=" BIG " members=" BIG
	  " domain=" LONG_NAME " asked=off unmaps=strict\n" },
	{ "ats 00:03.0 on",
	  "ats device=0000:00:03.0 asked=on ats=never reason=\"" WORDS "\"\n" },
	{ "recover 00:03.0", "recover device=0000:00:03.0 was=\"" WORDS
			     "\" bus_master=off ats=off\n" },
	{ "check",
	  "check units=" BIG " registers=" BIG " entries=" BIG " devices=" BIG
	  " findings=" BIG "\n"
	  "finding unit=dmar10 device=0000:00:03.0 what=context entry=\"of 00:03.0\" expected=0xffffffffffffffff found=0xffffffffffffffff text=\"" WORDS
	  "\"\n" },
	{ "why 00:03.0",
	  "why device=0000:00:03.0 assignable=after unit=dmar0 managed=yes driver=" LONG_NAME
	  " group=" BIG " sid=00:03.0,00:03.1,00:03.2,00:03.3 reasons=1\n"
	  "reason code=acs weight=todo device=0000:00:1c.0 driver=- text=\"" WORDS
	  "\" remedy=\"" WORDS "\"\n" },
	{ "walk 00:03.0 0x1000",
	  "walk device=0000:00:03.0 sid=00:03.0 unit=dmar0 mode=legacy driver=" LONG_NAME
	  " domain=unmanaged address=0xfffffffffffff000 read=blocked read_reason=0x05 read_text=\"" WORDS
	  "\" write=blocked write_reason=0x05 write_text=\"" WORDS
	  "\" end=absent phys=- start=0xffe00000 bytes=" BIG " text=\"" WORDS
	  "\" entries=2\n"
	  "root at=0xfffffffffffff000 low=0xffffffffffffffff high=0xffffffffffffffff index=255 present=yes table=0xfffffffffffff000 reserved=yes\n"
	  "context at=0xfffffffffffff000 low=0xffffffffffffffff high=0xffffffffffffffff index=255 present=yes translation=second-stage-and-ats levels=5 width=57 domain_id=65535 faults=not-recorded table=0xfffffffffffff000 reserved=yes\n"
	  "level at=0xfffffffffffff000 entry=0xffffffffffffffff nr=5 index=511 leads=table to=0xfffffffffffff000 read=yes write=no snoop=yes reserved=0xffffffffffffffff\n" },
	{ "faults",
	  "fault seq=" BIG
	  " time=123456789.456789 unit=dmar0 device=0000:00:04.0 address=0xffffffffffffffff access=page-request reason=0x06 text=\"" WORDS
	  "\" more=" BIG " remedy=\"" WORDS "\" sentence=\"" WORDS "\"\n"
	  "source unit=dmar0 device=0000:00:04.0 faults=" BIG
	  " at_least=yes described=" BIG
	  " first=123456789.000000 last=123456789.500000\n"
	  "forgotten faults=" BIG "\n" },
	{ "stats",
	  "queue unit=dmar0 submissions=" BIG " waits=" BIG
	  " context_global=" BIG " context_domain=" BIG " context_device=" BIG
	  " iotlb_global=" BIG " iotlb_domain=" BIG " iotlb_page=" BIG
	  " piotlb_page=" BIG " piotlb_pasid=" BIG " devtlb=" BIG
	  " devtlb_pasid=" BIG " page_response=" BIG " interrupt_global=" BIG
	  " interrupt_index=" BIG " avg_ns=" BIG " max_ns=" BIG " slow=" BIG
	  " errors=" BIG " refused=" BIG " retries=" BIG " faults=" BIG "\n"
	  "requests unit=dmar0 taken=" BIG " responses=" BIG " failed=" BIG
	  " refused=" BIG " overflows=" BIG " max_ns=" BIG "\n"
	  "cost device=0000:00:03.0 unit=dmar10 group=" BIG
	  " domain=unmanaged unmaps=strict sharing=1 flushes=" BIG " page=" BIG
	  " all=" BIG " queue=" BIG "\n" },
	{ "irqs",
	  "remapping isolated=no x2apic=off x2apic_opt_out=yes\n"
	  "table unit=dmar0 address=0xfffffffffffff000 entries=65536 used=65536 lost=65536 ids=32-bit compatibility=delivered\n"
	  "posting kvm=on\n"
	  "descriptor address=0x10abc1040 state=preempted cpu=1023 interrupts=" BIG
	  " posts=" BIG " notifications=" BIG " wakeups=" BIG " suppressed=" BIG
	  " name=\"" LONG_NAME "\"\n"
	  "left device=0000:07:00.0 reason=\"" WORDS "\"\n"
	  "irq nr=" BIG
	  " device=0000:00:1e.0 kind=msi-x format=posted unit=dmar0 index=0xffff entry=0xffffffffffffffffffffffffffffffff vector=0xff cpu=1023 dest=0xffffffff count=" BIG
	  " descriptor=0xfffffffffffff000 posted_vector=0xff name=\"" LONG_NAME
	  "\" reason=\"" WORDS "\"\n" },
	{ "doctor", "" },
	{ "html /dev/shm/vtdctl-test.html",
	  "vtd version=0.1 state=attached\n" },
	{ "report", "vtd version=0.1 state=detached\n" },
	{ "upgrade", "" },
	{ "top --count 2",
	  "queue unit=dmar0 waits=999999999999999999 iotlb_page=999999999999999999 faults=999999999999999999\n"
	  "cost device=" LONG_NAME
	  " unit=dmar10 domain=unmanaged flushes=999999999999999999\n"
	  "source unit=dmar0 device=0000:00:04.0 faults=999999999999999999\n" },
};

/* No line of anybody's default output is wider than a terminal. */
void test_columns(void **state)
{
	struct fixture *fix = *state;

	for (size_t i = 0; i < ARRAY_SIZE(widest); i++) {
		fix->reply = widest[i].reply;
		run(fix, widest[i].line);
		if (!*fix->out)
			fail_msg("no output: %s: %s", widest[i].line, fix->err);
		assert_columns(fix->out);
	}
	/* None was left out. */
	for (size_t nr = 0; vtd_command_name(nr); nr++) {
		const char *name = vtd_command_name(nr);
		bool found = false;

		for (size_t i = 0; i < ARRAY_SIZE(widest); i++)
			found = found ||
				!strncmp(widest[i].line, name, strlen(name));
		if (!found)
			fail_msg("%s is not measured", name);
	}
}

/* Nor is what anybody is told when something is wrong: run() looks at it. */
void test_columns_wrong(void **state)
{
	static const int errors[] = { -EACCES, -ENOENT, -EIO };
	struct fixture *fix = *state;
	char line[192];

	for (size_t i = 0; i < ARRAY_SIZE(widest); i++) {
		const char *words = widest[i].line;

		snprintf(line, sizeof(line), "%s " LONG_NAME LONG_NAME, words);
		assert_true(run(fix, line));
		assert_true(*fix->err);
		snprintf(line, sizeof(line), "%s --" LONG_NAME LONG_NAME,
			 words);
		assert_true(run(fix, line));
		assert_true(*fix->err);
		/*
		 * These say what is wrong in their text, and end well; upgrade
		 * asks the kernel before the module.
		 */
		if (!strcmp(words, "doctor") || !strcmp(words, "report") ||
		    !strcmp(words, "upgrade"))
			continue;
		for (size_t e = 0; e < ARRAY_SIZE(errors); e++) {
			fix->open_error = errors[e];
			fix->run_status = 1;
			fix->run_output = "modprobe: ERROR: " WORDS "\n" WORDS;
			assert_true(run(fix, words));
			assert_true(*fix->err);
		}
		fix->open_error = 0;
		fix->write_error = -EBUSY;
		fix->reply = WORDS "\n" WORDS "\n";
		assert_true(run(fix, words));
		assert_has(fix->err, "the words of this reason");
		fix->write_error = 0;
	}
	assert_int_equal(run(fix, LONG_NAME LONG_NAME), 1);
	assert_true(*fix->err);
	assert_int_equal(run(fix, ""), 1);
	assert_true(*fix->err);
}

/* Who has --json in his page prints it, and it fits: run() looks at it. */
void test_json_all(void **state)
{
	struct fixture *fix = *state;
	char line[64], option[] = "--json";
	int nr = 0;

	for (size_t i = 0; i < ARRAY_SIZE(widest); i++) {
		snprintf(line, sizeof(line), "%.*s --help",
			 (int)strcspn(widest[i].line, " "), widest[i].line);
		assert_int_equal(run(fix, line), 0);
		if (!strstr(fix->out, option))
			continue;
		nr++;
		fix->reply = widest[i].reply;
		snprintf(line, sizeof(line), "%s %s", widest[i].line, option);
		run(fix, line);
		if (*fix->out != '{')
			fail_msg("no JSON: %s: %s", line, fix->err);
	}
	assert_true(nr >= 8);
}
