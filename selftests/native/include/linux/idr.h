/* SPDX-License-Identifier: GPL-2.0 */
/* Native build: numbers given out, the lowest free one first. */
#ifndef VTD_SHIM_IDR_H
#define VTD_SHIM_IDR_H

#include <linux/gfp.h>
#include <linux/mutex.h>
#include <linux/types.h>

struct ida {
	struct mutex lock;
	u64 *used;
	unsigned int words;
};

void ida_init(struct ida *ida);
void ida_destroy(struct ida *ida);
int ida_alloc_range(struct ida *ida, unsigned int min, unsigned int max,
		    gfp_t gfp);
void ida_free(struct ida *ida, unsigned int id);
bool ida_is_empty(struct ida *ida);

#endif /* VTD_SHIM_IDR_H */
