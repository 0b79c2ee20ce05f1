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
#include <linux/types.h>

struct vtd_check;
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

/**
 * vtd_report_check() - who compares interrupt entries with what is believed
 * @check: calls vtd_check_interrupt() for each entry; with the control mutex and
 *	pci_lock_rescan_remove() held, in a context that may sleep.  NULL: nobody any
 *	more
 *
 * Context: may sleep; takes the control mutex.  When it returns, what was
 * given before is not called any more.
 */
void vtd_report_check(void (*check)(struct vtd_check *c));

/**
 * vtd_check_interrupt() - is an interrupt entry as it should be?
 * @c: the look
 * @unit: name of the unit
 * @index: of the entry
 * @expected: bits 63:0 and 127:64 that are believed
 * @found: the same that stand there
 * @text: what the entry is, in words
 *
 * Context: may sleep.
 */
void vtd_check_interrupt(struct vtd_check *c, const char *unit, u32 index,
			 const u64 expected[2], const u64 found[2],
			 const char *text);

#endif /* VTD_REPORT_H */
