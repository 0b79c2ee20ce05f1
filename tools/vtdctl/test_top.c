// SPDX-License-Identifier: GPL-2.0
/*
 * Unit test of "vtdctl top".
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

static const char first[] =
	"queue unit=dmar10 waits=10 iotlb_page=10 faults=0\n"
	"queue unit=dmar0 waits=100 iotlb_global=1 iotlb_domain=2 iotlb_page=3 piotlb_pasid=4 piotlb_page=5 devtlb=6 devtlb_pasid=7 context_device=99 faults=8\n"
	"requests unit=dmar0 taken=50\n"
	"cost device=0000:00:04.0 unit=dmar0 domain=identity flushes=0\n"
	"cost device=0000:00:03.0 unit=dmar0 domain=DMA-FQ flushes=1000\n"
	"source unit=dmar0 device=0000:00:03.0 faults=8\n"
	"irq nr=24 device=0000:00:03.0 unit=dmar0 count=1000\n"
	"irq nr=25 device=0000:00:03.0 unit=dmar0 count=1000\n"
	"irq nr=26 device=dmar0 unit=- count=7\n"
	"irq nr=27 device=0000:00:1e.0 unit=dmar0 count=5\n"
	"irq nr=28 device=ioapic0.7 unit=dmar0 count=5\n"
	"later what=ever\n";

/* After two seconds; one device left, another came and one faulted. */
static const char second[] =
	"queue unit=dmar10 waits=4 iotlb_page=10 faults=0\n"
	"queue unit=dmar0 waits=5100 iotlb_global=2 iotlb_domain=3 iotlb_page=4 piotlb_pasid=5 piotlb_page=6 devtlb=7 devtlb_pasid=8 context_device=199 faults=9\n"
	"requests unit=dmar0 taken=70\n"
	"cost device=0000:00:03.0 unit=dmar0 domain=DMA-FQ flushes=1003\n"
	"cost device=0000:00:05.0 unit=dmar0 domain=DMA flushes=700\n"
	"source unit=dmar0 device=0000:00:03.0 faults=8\n"
	"source unit=dmar0 device=0000:00:1f.0 faults=1\n"
	"source unit=dmar0 device=0000:00:1e.0 faults=4\n"
	"irq nr=24 device=0000:00:03.0 unit=dmar0 count=1500\n"
	"irq nr=25 device=0000:00:03.0 unit=dmar0 count=1000\n"
	"irq nr=27 device=0000:00:1e.0 unit=dmar0 count=7\n"
	"irq nr=28 device=ioapic0.7 unit=dmar0 count=5\n";

#define HEADER \
	"NAME         UNIT   TYPE        FLUSHES     TRIPS   FAULTS REQUESTS INTERRUPTS\n"

static const char block[] =
	"each second, of the last 2.0 s\n" HEADER
	"dmar0                               3.5      2500      0.5     10.0      251.0\n"
	"dmar10                              0.0       2.0      0.0        -          -\n"
	"0000:00:03.0 dmar0  DMA-FQ          1.5         -      0.0        -      250.0\n"
	"0000:00:05.0 dmar0  DMA               -         -      0.0        -          -\n"
	"0000:00:1e.0 dmar0                    -         -      2.0        -        1.0\n"
	"0000:00:1f.0 dmar0                    -         -      0.5        -          -\n";

void test_top(void **state)
{
	struct fixture *fix = *state;

	fix->reply = first;
	fix->next = second;
	assert_int_equal(run(fix, "top --interval 2 --count 1"), 0);
	assert_columns(fix->out);
	assert_string_equal(fix->out, block);
	assert_int_equal(fix->keys_on, 0);
	assert_int_equal((int)fix->clock, 2000);

	/* Blocks follow each other; where nothing happens, nothing is shown. */
	fix->clock = 0;
	assert_int_equal(run(fix, "top --count=3 --interval=0.25"), 0);
	assert_int_equal((int)fix->clock, 750);
	assert_has(fix->out, "s\n" HEADER);
	assert_has(fix->out, "\n\neach second, of the last 0.2 s\n");
	assert_has(
		fix->out,
		"\ndmar0                               0.0       0.0      0.0      0.0        0.0\n");

	/* Interrupts are not remapped: the rest is there. */
	fix->answers = (const struct answer[]){
		{ "irqs", "vtd_intr_remap is not loaded\n", -ENODEV },
		{ "stats", second, 0 },
		{ "faults sources", "", 0 },
		{ NULL, NULL, 0 },
	};
	assert_int_equal(run(fix, "top --count 1"), 0);
	assert_string_equal(fix->err, "");
	assert_has(
		fix->out,
		"\ndmar0                               0.0       0.0      0.0      0.0          -\n");
}

/* Keys end it or do not; the terminal is given back in any case. */
void test_top_terminal(void **state)
{
	static const struct {
		const char *keys;
		int blocks, clock;
	} cases[] = {
		{ "q", 0, 1 },	     { ".q", 1, 1001 },
		{ "..Q", 2, 2001 },  { ".\003", 1, 1001 },
		{ "xx.q", 1, 1001 }, { "..xx.q", 3, 3001 },
	};
	struct fixture *fix = *state;

	fix->ctl.terminal = true;
	fix->reply = second;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		int blocks = 0;

		fix->keys = cases[i].keys;
		fix->clock = 0;
		assert_int_equal(run(fix, "top"), 0);
		for (const char *p = fix->out; (p = strstr(p, "\033[H")); p++)
			blocks++;
		if (blocks != cases[i].blocks ||
		    (int)fix->clock != cases[i].clock)
			fail_msg("case %zu: %d blocks, clock %d", i, blocks,
				 (int)fix->clock);
		if (blocks)
			assert_has(fix->out, "; q ends\n");
		assert_int_equal(fix->keys_on, (int)i + 1);
		assert_int_equal(fix->keys_off, (int)i + 1);
	}
	fix->write_error = -ENODEV;
	assert_int_equal(run(fix, "top"), 2);
	assert_int_equal(fix->keys_on, fix->keys_off);
}

void test_top_refused(void **state)
{
	static const char *const wrong[] = {
		"top 00:03.0",
		"top --interval",
		"top --interval 0",
		"top --interval 0.05",
		"top --interval 3601",
		"top --interval 99999",
		"top --interval -1",
		"top --interval 1s",
		"top --interval 1.",
		"top --interval=",
		"top --intervals 1",
		"top --count 0",
		"top --count",
		"top --count 1x",
		"top --count 9999999999",
		"top --json",
	};
	struct fixture *fix = *state;

	fix->ctl.terminal = true;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		if (run(fix, wrong[i]) != 1)
			fail_msg("taken: %s", wrong[i]);
		assert_has(fix->err, "Error: top: ");
	}
	assert_int_equal(fix->opened, 0);
	assert_int_equal(fix->keys_on, 0);
	fix->ctl.terminal = false;
	fix->write_error = -ENODEV;
	fix->reply = "not attached: run 'vtdctl attach' first\n";
	assert_int_equal(run(fix, "top --count 1"), 2);
	assert_string_equal(fix->err,
			    "Error: not attached: run 'vtdctl attach' first\n");
	assert_string_equal(fix->out, "");
}
