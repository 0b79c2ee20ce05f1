// SPDX-License-Identifier: GPL-2.0
/*
 * vtdctl's unit test.
 *
 * SRCS: selftests/native/vtdctl_make.c
 */
#include "vtdctl_make.h"

int main(void)
{
	return vtdctl_make("check");
}
