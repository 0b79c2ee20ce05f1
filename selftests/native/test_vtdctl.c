// SPDX-License-Identifier: GPL-2.0
/*
 * Brings vtdctl's unit test into the native run: builds and runs it with the
 * program's own Makefile, which knows its libraries, and becomes it. Has no
 * test of its own; the TAP and the exit status are that test's.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(void)
{
	/* We run below a make already; its flags are not meant for this one. */
	unsetenv("MAKEFLAGS");
	unsetenv("MFLAGS");
	unsetenv("MAKELEVEL");
	execlp("make", "make", "-s", "--no-print-directory", "-C",
	       "../../tools/vtdctl", "O=../../build/native/vtdctl", "check",
	       (char *)NULL);
	puts("1..1\nnot ok 1 - make cannot be started");
	return 1;
}
