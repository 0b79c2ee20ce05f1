/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Native tests of what happens in between: one operation, and another one at each
 * moment of it at which another CPU might do that.
 */
#ifndef VTD_WINDOWS_H
#define VTD_WINDOWS_H

#include "vtd_test.h"

/**
 * struct windows - an operation and what comes between
 * @begin: before each round: the machine as it is then
 * @run: the operation
 * @other: what another CPU does, once in each round; takes no mutex
 * @after: called at each later moment of the round, and after it, or NULL
 * @end: after each round
 * @least: moments that there are at least
 */
struct windows {
	void (*begin)(void);
	void (*run)(void);
	void (*other)(void);
	void (*after)(void);
	void (*end)(void);
	unsigned int least;
};

/* As many rounds as @w->run has moments. */
void windows(const struct windows *w);

#endif /* VTD_WINDOWS_H */
