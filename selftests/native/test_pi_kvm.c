// SPDX-License-Identifier: GPL-2.0
/*
 * Whether KVM may be told that interrupts can be posted, and what is said when
 * not.
 *
 * SRCS: posted_intr/kvm_case.c
 */
#include <linux/array_size.h>
#include <linux/string.h>

#include "vtd_test.h"

#include "../../posted_intr/kvm_case.h"

static const struct {
	struct vtd_kvm_case c;
	const char *part; /* of the refusal, or NULL */
} rows[] = {
	{ { .units = 1, .vmx = true, .known = true }, NULL },
	{ { .units = 8, .vmx = true, .known = true, .kvm = true }, NULL },
	{ { .units = 1,
	    .vmx = true,
	    .known = true,
	    .kvm = true,
	    .asks_once = true },
	  NULL },
	/* It asked before, so that what runs posts nothing. */
	{ { .units = 1,
	    .vmx = true,
	    .known = true,
	    .kvm = true,
	    .used = true,
	    .asks_once = true },
	  NULL },
	{ { .units = 1, .vmx = true, .known = true, .kvm = true, .used = true },
	  "virtual machines are running" },
	{ { .vmx = true, .known = true }, "CAP.PI" },
	{ { .units = 1, .known = true }, "no VMX" },
	{ { .units = 1, .vmx = true }, "kprobes" },
	{ { .units = 1, .vmx = true, .known = true, .taken = true },
	  "intremap=off" },
	/* Of several the one that is to be put right first. */
	{ { .known = false }, "CAP.PI" },
	{ { .units = 1, .taken = true, .used = true }, "no VMX" },
	{ { .units = 1, .vmx = true, .taken = true, .used = true }, "kprobes" },
	{ { .units = 1, .vmx = true, .known = true, .taken = true, .used = true },
	  "intremap=off" },
};

static void test_refusals(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *text = vtd_kvm_refusal(&rows[i].c);

		if (!rows[i].part) {
			assert_null(text);
			continue;
		}
		assert_non_null(text);
		assert_non_null(strstr(text, rows[i].part));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		VTD_TEST(test_refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
