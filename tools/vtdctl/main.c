// SPDX-License-Identifier: GPL-2.0
/*
 * The program's entry: binds the commands to the real machine, that is to
 * stdio, to the system calls, the terminal and to VTD_SYSROOT. Nothing else here, so that
 * a test can bind the same commands to something else.
 */
#define _GNU_SOURCE 1
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vtdctl.h"

int main(int argc, char *argv[])
{
	struct vtdctl ctl = {
		.sysroot = secure_getenv("VTD_SYSROOT"),
		.out = stdout,
		.err = stderr,
		.calls = &vtd_system_calls,
	};

	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	ctl.user[0] = getenv("SUDO_USER");
	ctl.user[1] = getenv("USER");
	ctl.user[2] = getenv("LOGNAME");
	ctl.terminal = isatty(STDOUT_FILENO) && term && strcmp(term, "dumb");
	ctl.plain = no_color && *no_color;
	if (!ctl.sysroot)
		ctl.sysroot = "";
	return vtd_finish(&ctl, vtd_command(&ctl, argc, argv));
}
