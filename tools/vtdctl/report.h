/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The parts of "vtdctl report". Private to report.c, scrub.c and dmar_table.c.
 */
#ifndef VTDCTL_REPORT_H
#define VTDCTL_REPORT_H

#include "vtdctl.h"

#define VTD_USERS 3

/**
 * struct vtd_names - names that are masked
 * @host: of the machine, NULL if it is not known
 * @user: of people, NULL where there is none
 */
struct vtd_names {
	const char *host;
	const char *user[VTD_USERS];
};

/* scrub.c */
char *vtd_scrub(const char *text, const struct vtd_names *names);
char *vtd_scrub_cmdline(const char *cmdline);

/* dmar_table.c */
void vtd_show_dmar(struct vtdctl *ctl, const unsigned char *table,
		   size_t bytes);

#endif
