/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The parts of "vtdctl html". Private to html*.c.
 */
#ifndef VTDCTL_HTML_H
#define VTDCTL_HTML_H

#include "vtdctl.h"

/**
 * struct vtd_part - what the module said to one question
 * @reply: its words; the records point into it
 * @recs: the records, none if it refused
 * @why: why there are none, NULL if there are; points into @reply or is constant
 * @error: -errno of a refusal, else 0
 */
struct vtd_part {
	struct vtd_reply reply;
	struct vtd_records recs;
	const char *why;
	int error;
};

/**
 * struct vtd_column - of a table that shows records
 * @key: of the record
 * @title: above the column
 * @number: it is a number, and stands to the right
 */
struct vtd_column {
	const char *key;
	const char *title;
	bool number;
};

/* html.c */
void vtd_html_text(FILE *to, const char *text);
void vtd_html_table(FILE *to, const struct vtd_part *part, const char *type,
		    const struct vtd_column *columns, size_t nr);

/* html_style.c */
extern const char vtd_html_style[];

/* html_tree.c */
void vtd_html_topology(struct vtdctl *ctl, const struct vtd_records *recs);
void vtd_html_groups(struct vtdctl *ctl, const struct vtd_records *recs);

/* html_unit.c */
void vtd_html_units(struct vtdctl *ctl, const struct vtd_records *recs);

#endif
