/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Brings what vtdctl's own Makefile tests into the native run.
 */
#ifndef VTDCTL_MAKE_H
#define VTDCTL_MAKE_H

int vtdctl_make(const char *target);

#endif
