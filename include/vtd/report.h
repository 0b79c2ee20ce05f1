/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Answering an administrator's command in another module's place.
 *
 * vtd_dmar owns /dev/vtd and its words (Documentation/control.rst).  What only
 * another module knows, that module says.
 */
#ifndef VTD_REPORT_H
#define VTD_REPORT_H

#include <linux/compiler_attributes.h>

struct vtd_reply;

/**
 * vtd_say() - add to a reply
 * @reply: what to add to
 * @fmt: as for printf(); complete lines, each ending with a newline
 *
 * What does not fit any more is left out, and the command fails.
 *
 * Context: may sleep.
 */
__printf(2, 3) void vtd_say(struct vtd_reply *reply, const char *fmt, ...);

/**
 * vtd_report_irqs() - who answers the command "irqs"
 * @say: says the records, or an error and why; called with the control mutex
 *	held, in a context that may sleep.  NULL: nobody any more
 *
 * Context: may sleep; takes the control mutex.  When it returns, what was
 * given before is not called any more.
 */
void vtd_report_irqs(int (*say)(struct vtd_reply *reply));

#endif /* VTD_REPORT_H */
