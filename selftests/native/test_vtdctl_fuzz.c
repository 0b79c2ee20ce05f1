// SPDX-License-Identifier: GPL-2.0
/*
 * vtdctl's fuzzer, for a moment: whatever it is told or reads, it says nothing
 * that steers a terminal, and JSON where it promised some.
 *
 * SRCS: selftests/native/vtdctl_make.c
 */
#include "vtdctl_make.h"

int main(void)
{
	return vtdctl_make("fuzz-check");
}
