/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the unit test shares: the schema checker, and assertions on texts.
 * Goes after cmocka.h and string.h.
 */
#ifndef VTDCTL_TEST_H
#define VTDCTL_TEST_H

struct json_object;
struct json_object *vtd_test_parse_valid(const char *text);

#define assert_has(text, part)                                         \
	do {                                                           \
		if (!strstr(text, part))                               \
			fail_msg("\"%s\" is not in:\n%s", part, text); \
	} while (0)
#define assert_lacks(text, part)                                   \
	do {                                                       \
		if (strstr(text, part))                            \
			fail_msg("\"%s\" is in:\n%s", part, text); \
	} while (0)

#endif
