/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Put before every file of the build with mutants: which of them is switched
 * on, from the environment variable VTD_MUTANT.  0 is the driver as it is.
 */
#ifndef VTD_MUTANT_H
#define VTD_MUTANT_H

#include <stdlib.h>

/* One for the whole program, whatever it is linked from. */
int vtd_mutant __attribute__((__weak__));

/* Before main() and its threads. */
static void __attribute__((__constructor__)) vtd_mutant_choose(void)
{
	const char *number = getenv("VTD_MUTANT");

	vtd_mutant = number ? atoi(number) : 0;
}

static inline int vtd_mutant_is(int number)
{
	return vtd_mutant == number;
}

#endif /* VTD_MUTANT_H */
