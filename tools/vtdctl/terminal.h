/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The real calls behind keys and clock of struct vtd_calls.
 */
#ifndef VTDCTL_TERMINAL_H
#define VTDCTL_TERMINAL_H

#include "vtdctl.h"

void vtd_terminal_keys(void *priv, bool on);
int vtd_terminal_key(void *priv, unsigned int ms);
unsigned long long vtd_terminal_clock(void *priv);

#endif
