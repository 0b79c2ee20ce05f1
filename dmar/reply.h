/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The text that answers an administrator's command.
 */
#ifndef VTD_REPLY_H
#define VTD_REPLY_H

#include <linux/types.h>

#include <vtd/report.h>

/**
 * struct vtd_reply - text that grows as it is written
 * @text: not terminated; NULL while empty
 * @len: bytes in @text
 * @size: bytes allocated
 * @cut: something did not fit or memory ran out; the rest was dropped
 */
struct vtd_reply {
	char *text;
	size_t len;
	size_t size;
	bool cut;
};

void vtd_reply_log(const struct vtd_reply *reply);
void vtd_reply_warn(const struct vtd_reply *reply);
void vtd_reply_notice(const struct vtd_reply *reply);
void vtd_reply_free(struct vtd_reply *reply);

#endif /* VTD_REPLY_H */
