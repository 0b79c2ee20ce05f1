/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of the unit test share: the played module, the schema checker,
 * and assertions on texts. Goes after cmocka.h and string.h.
 */
#ifndef VTDCTL_TEST_H
#define VTDCTL_TEST_H

#include "vtdctl.h"

/* What the played module says to one command, where they are told apart. */
struct answer {
	const char *command;
	const char *text;
	int error; /* negative: what write() fails with */
};

/* The module as it is played, and what vtdctl did to it. */
struct fixture {
	struct vtdctl ctl;
	char root[64];
	char *out, *err;
	size_t out_bytes, err_bytes;
	int open_error; /* negative: what open() fails with */
	int write_error; /* negative: what write() fails with */
	const char *reply;
	const struct answer *answers; /* instead of the reply; NULL ends it */
	const char *next; /* the reply after a wait or a key */
	unsigned long long clock; /* milliseconds; keys take their time */
	const char *keys; /* that are pressed, '.' for none; may be NULL */
	int keys_on, keys_off;
	int waits; /* how many succeed */
	size_t at, chunk; /* where the reader is; bytes a read gives */
	int interrupts; /* reads that fail with EINTR first */
	char sent[128];
	int opened, closed, ran;
	int run_status;
	const char *run_output;
};

/* test_rig.c */
int setup(void **state);
int teardown(void **state);
int run(struct fixture *fix, const char *line);
void assert_columns(const char *text);

/* Makes a file with its folders below the scratch root. */
void put_bytes(struct fixture *fix, const char *path, const void *data,
	       size_t bytes);
void put(struct fixture *fix, const char *path, const char *text);

/* test_doctor.c */
void test_doctor_healthy(void **state);
void test_doctor_empty(void **state);
void test_doctor_amd(void **state);
void test_doctor_emulator(void **state);
void test_doctor_boot_line(void **state);
void test_doctor_apic(void **state);
void test_doctor_x2apic(void **state);
void test_doctor_kernel(void **state);
void test_doctor_rivals(void **state);
void test_doctor_signature(void **state);
void test_doctor_device(void **state);
void test_doctor_signer(void **state);
void test_doctor_version(void **state);
void test_doctor_rule(void **state);
void test_doctor_early(void **state);
void test_doctor_json(void **state);

/* test_check.c */
void test_recover(void **state);
void test_check(void **state);
void test_check_json(void **state);
void test_incidents(void **state);

/* test_ats.c */
void test_ats(void **state);
void test_ats_json(void **state);
void test_ats_refused(void **state);

/* test_help.c */
void test_help(void **state);
void test_help_fits(void **state);
void test_columns(void **state);
void test_columns_wrong(void **state);
void test_json_all(void **state);

/* test_color.c */
void test_color(void **state);
void test_color_words(void **state);
void test_color_doctor(void **state);

/* test_html.c */
void test_html(void **state);
void test_html_escape(void **state);
void test_html_file(void **state);

/* test_irqs.c */
void test_irqs(void **state);
void test_irqs_json(void **state);
void test_irqs_refused(void **state);

/* test_faults.c */
void test_faults(void **state);
void test_faults_json(void **state);
void test_faults_follow(void **state);

/* test_stats.c */
void test_stats(void **state);
void test_stats_json(void **state);
void test_stats_refused(void **state);
void test_stats_latency(void **state);
void test_stats_latency_json(void **state);
void test_stats_latency_switch(void **state);

/* test_strict.c */
void test_strict(void **state);
void test_strict_refused(void **state);

/* test_report.c */
void test_report(void **state);
void test_report_scrub(void **state);
void test_report_cmdline(void **state);
void test_report_dmar(void **state);
void test_report_log(void **state);

/* test_top.c */
void test_top(void **state);
void test_top_terminal(void **state);
void test_top_refused(void **state);

/* test_upgrade.c */
void test_upgrade(void **state);
void test_upgrade_json(void **state);
void test_upgrade_words(void **state);
void test_upgrade_files(void **state);
void test_upgrade_nothing(void **state);
void test_upgrade_unloaded(void **state);
void test_upgrade_in_use(void **state);
void test_upgrade_back(void **state);
void test_upgrade_resume(void **state);
void test_upgrade_settle(void **state);
void test_upgrade_keep(void **state);

/* test_why.c */
void test_why(void **state);
void test_why_verdicts(void **state);
void test_why_json(void **state);
void test_why_refused(void **state);

/* test_walk.c */
void test_walk(void **state);
void test_walk_odd(void **state);
void test_walk_pasid(void **state);
void test_walk_json(void **state);
void test_walk_refused(void **state);

/* test_schema.c */
void vtd_test_check_json(const char *line, const char *text);
struct json_object *member(struct json_object *object, const char *key);
const char *member_text(struct json_object *object, const char *key);
void test_schema(void **state);

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
