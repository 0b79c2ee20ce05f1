/* SPDX-License-Identifier: GPL-2.0 */
/* Native build: there is nothing to probe; the address of data is found. */
#ifndef VTD_SHIM_KPROBES_H
#define VTD_SHIM_KPROBES_H

#include <linux/errno.h>

#define KPROBE_FLAG_DISABLED 2

struct kprobe {
	const char *symbol_name;
	unsigned int flags;
	void *addr;
};

static inline int register_kprobe(struct kprobe *probe)
{
	return -EINVAL;
}

static inline void unregister_kprobe(struct kprobe *probe)
{
}

#endif /* VTD_SHIM_KPROBES_H */
