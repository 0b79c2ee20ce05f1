// SPDX-License-Identifier: GPL-2.0
/*
 * Native tests of what happens in between.
 */
#include "windows.h"

static const struct windows *now;
static unsigned int moment, chosen;
static bool done;

static void other(void)
{
	if (moment++ == chosen) {
		now->other();
		done = true;
	} else if (done && now->after) {
		now->after();
	}
}

void windows(const struct windows *w)
{
	now = w;
	for (chosen = 0;; chosen++) {
		moment = 0;
		done = false;
		w->begin();
		vtd_shim_between(other);
		w->run();
		vtd_shim_between(NULL);
		if (done && w->after)
			w->after();
		w->end();
		/* The last round was one without the other. */
		if (!done)
			break;
	}
	assert_true(chosen >= w->least);
}
