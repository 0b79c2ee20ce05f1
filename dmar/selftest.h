/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A unit proves itself before a device depends on it.
 */
#ifndef VTD_SELFTEST_H
#define VTD_SELFTEST_H

#include <linux/types.h>

struct vtd_reply;
struct vtd_unit;

/* Units are tested when they are attached to. */
extern bool vtd_want_selftest;

int vtd_selftest(struct vtd_unit *unit, struct vtd_reply *reply);

#endif /* VTD_SELFTEST_H */
