// SPDX-License-Identifier: GPL-2.0
/*
 * Builds and runs a test of vtdctl with the program's own Makefile, which knows
 * its libraries, and becomes it.  The TAP and the exit status are that test's.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "vtdctl_make.h"

/**
 * vtdctl_make() - become a test of vtdctl
 * @target: of tools/vtdctl/Makefile
 *
 * Return: only when make cannot be started, 1.
 */
int vtdctl_make(const char *target)
{
	/* We run below a make already; its flags are not meant for this one. */
	unsetenv("MAKEFLAGS");
	unsetenv("MFLAGS");
	unsetenv("MAKELEVEL");
	execlp("make", "make", "-s", "--no-print-directory", "-C",
	       "../../tools/vtdctl", "O=../../build/native/vtdctl", target,
	       (char *)NULL);
	puts("1..1\nnot ok 1 - make cannot be started");
	return 1;
}
