// SPDX-License-Identifier: GPL-2.0
/*
 * Unit test of the colours: where they are, and above all where they are not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "test.h"
#include "vtdctl.h"

#define GREEN "\033[32m"
#define YELLOW "\033[33m"
#define RED "\033[31m"
#define OFF "\033[0m"

static const char status_reply[] =
	"vtd version=0.1 state=trial trial_left=9\n"
	"unit name=dmar0 segment=0000 base=0x1000 version=1.0 translation=on mode=legacy devices=1 domains=1 faults=3 overflows=0 health=ok\n"
	"unit name=dmar1 segment=0000 base=0x2000 version=1.0 translation=off mode=legacy devices=0 domains=0 faults=3 overflows=0 health=failed\n"
	"unit name=dmar2 segment=0000 base=0x3000 version=1.0 translation=on mode=legacy devices=0 domains=0 faults=0 overflows=0 health=ok\n"
	"device name=0000:00:03.0 unit=dmar0 state=managed driver=nvme group=5 domain=DMA-FQ sid=00:03.0 reason=\"\"\n"
	"device name=0000:00:04.0 unit=dmar0 state=pass-through driver=- group=6 domain=- sid=00:04.0 reason=\"bound before\"\n"
	"device name=0000:00:05.0 unit=dmar0 state=blocked driver=- group=7 domain=- sid=00:05.0 reason=\"no\"\n";

static const char why_reply[] =
	"why device=0000:01:00.0 assignable=no unit=dmar0 managed=yes driver=e1000e group=5 sid=01:00.0 reasons=3\n"
	"reason code=rmrr weight=never device=0000:01:00.0 driver=- text=\"reserved\" remedy=\"\"\n"
	"reason code=bound weight=todo device=0000:01:00.0 driver=- text=\"bound\" remedy=\"unbind it\"\n"
	"reason code=acs weight=note device=0000:01:00.0 driver=- text=\"noted\" remedy=\"\"\n";

/* Takes the control sequences out. */
static void strip(char *text)
{
	char *to = text;

	while (*text) {
		if (*text == '\033')
			text += strcspn(text, "m") + 1;
		else
			*to++ = *text++;
	}
	*to = '\0';
}

void test_color(void **state)
{
	struct fixture *fix = *state;
	char plain[4096];

	fix->reply = status_reply;
	assert_int_equal(run(fix, "status"), 0);
	assert_lacks(fix->out, "\033");
	snprintf(plain, sizeof(plain), "%s", fix->out);
	fix->ctl.terminal = true;
	assert_int_equal(run(fix, "status"), 0);
	assert_has(fix->out, "vtd 0.1: " YELLOW "trial" OFF "\n");
	assert_has(fix->out, "  " GREEN "managed" OFF "  ");
	assert_has(fix->out, "  " YELLOW "pass-through" OFF "  ");
	assert_has(fix->out, "  " RED "blocked" OFF "  ");
	assert_has(fix->out, "  " YELLOW "faults 3" OFF "  health ok\n");
	assert_has(fix->out, "  faults 3  " RED "health failed" OFF "\n");
	assert_has(fix->out, YELLOW "translation off" OFF);
	assert_has(fix->out, "  faults 0  " GREEN "health ok" OFF "\n");
	/* But for the colours it is the same. */
	strip(fix->out);
	assert_string_equal(fix->out, plain);

	fix->reply = why_reply;
	assert_int_equal(run(fix, "why 01:00.0"), 0);
	assert_string_equal(
		fix->out,
		"0000:01:00.0 " RED "cannot be assigned:" OFF "\n"
		"  unit dmar0, group 5, driver e1000e, requests as 01:00.0\n"
		"  " RED "never" OFF " reserved\n"
		"  " YELLOW "to do" OFF " bound\n"
		"        -> unbind it\n"
		"  note  noted\n");
	fix->reply = "why device=0000:01:00.0 assignable=yes\n";
	assert_int_equal(run(fix, "why 01:00.0"), 0);
	assert_has(fix->out, GREEN "can be assigned" OFF "\n");
	fix->reply = "why device=0000:01:00.0 assignable=perhaps\n";
	assert_int_equal(run(fix, "why 01:00.0"), 0);
	assert_has(fix->out, RED "cannot be assigned:" OFF "\n");
	fix->reply = "";
	assert_int_equal(run(fix, "faults"), 0);
	assert_string_equal(fix->out, GREEN "no faults" OFF "\n");
	fix->reply =
		"fault seq=7 time=1.5 unit=dmar0 sentence=\"it was\"\n"
		"source unit=dmar0 device=0000:00:04.0 faults=9 at_least=no described=1 last=2.5\n";
	assert_int_equal(run(fix, "faults"), 0);
	assert_has(fix->out, RED "#7" OFF "  1.5  dmar0  it was\n");
	assert_has(fix->out, ": " YELLOW "9 faults" OFF ", ");
}

/* What the user says goes over what the terminal is. */
void test_color_words(void **state)
{
	static const struct {
		const char *line;
		bool terminal, plain, color;
	} cases[] = {
		{ "status", true, false, true },
		{ "status", true, true, false },
		{ "status", false, false, false },
		{ "status --color=auto", true, false, true },
		{ "status --color=auto", true, true, false },
		{ "status --color=auto", false, false, false },
		{ "status --color=never", true, false, false },
		{ "status --color=always", false, true, true },
		{ "status --color", false, false, true },
		{ "--color=always status", false, false, true },
		{ "status --color=always --color=never", true, false, false },
		{ "status --json --color=always", true, false, false },
		{ "status --json", true, false, false },
	};
	static const char *const wrong[] = {
		"status --color=", "status --color=red", "status --colors",
		"status --color always"
	};
	struct fixture *fix = *state;

	fix->reply = status_reply;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		fix->ctl.terminal = cases[i].terminal;
		fix->ctl.plain = cases[i].plain;
		assert_int_equal(run(fix, cases[i].line), 0);
		if (!strchr(fix->out, '\033') == cases[i].color)
			fail_msg("case %zu, %s", i, cases[i].line);
	}
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		assert_int_equal(run(fix, wrong[i]), 1);
		assert_has(fix->err, "Error: ");
		assert_string_equal(fix->sent, "");
	}
	/* Errors and what the module says have none, and cannot bring any. */
	fix->ctl.terminal = true;
	fix->ctl.plain = false;
	fix->reply =
		"vtd version=\033[31m state=detached\n"
		"device name=x unit=- state=\033[31mmanaged driver=- group=- domain=- sid=-\n";
	assert_int_equal(run(fix, "status"), 0);
	assert_lacks(fix->out, RED);
	assert_has(fix->out, YELLOW "detached" OFF);
	fix->write_error = -1;
	assert_int_equal(run(fix, "status"), 2);
	assert_lacks(fix->err, "\033");
}

void test_color_doctor(void **state)
{
	struct fixture *fix = *state;
	char plain[16384];

	put(fix, "/proc/cpuinfo", "vendor_id\t: GenuineIntel\n");
	assert_int_equal(run(fix, "doctor"), 1);
	assert_lacks(fix->out, "\033");
	assert_true(strlen(fix->out) < sizeof(plain));
	snprintf(plain, sizeof(plain), "%s", fix->out);
	fix->ctl.terminal = true;
	assert_int_equal(run(fix, "doctor"), 1);
	assert_has(fix->out, RED "FAIL" OFF "  ");
	assert_has(fix->out, GREEN "ok" OFF "    ");
	assert_has(fix->out, YELLOW "warn" OFF "  ");
	strip(fix->out);
	assert_string_equal(fix->out, plain);
}
