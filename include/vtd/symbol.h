/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Data that the kernel keeps to itself, by name.
 */
#ifndef VTD_SYMBOL_H
#define VTD_SYMBOL_H

#include <linux/kprobes.h>

/*
 * Where the data symbol @name is, or NULL.  May sleep.  A probe on data is
 * refused, but only after its address was looked up.
 */
static inline void *vtd_data_symbol(const char *name)
{
	struct kprobe probe = {
		.symbol_name = name,
		.flags = KPROBE_FLAG_DISABLED,
	};

	if (!register_kprobe(&probe)) {
		unregister_kprobe(&probe);
		return NULL;
	}
	return probe.addr;
}

#endif /* VTD_SYMBOL_H */
