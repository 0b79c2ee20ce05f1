/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Page-table code without anything around it.
 */
#ifndef VTD_BENCH_PT_H
#define VTD_BENCH_PT_H

#include <linux/types.h>

/**
 * struct bench_pt - page-table code to be measured
 * @init: make an empty table, four levels; @coherent: walks snoop caches
 * @destroy: free it
 * @map: map @bytes as pages of @pgsize, or what the code thinks best
 * @unmap: unmap them, and free what tables became empty
 * @phys: look one address up, 0 when not mapped
 */
struct bench_pt {
	int (*init)(bool coherent);
	void (*destroy)(void);
	bool (*map)(u64 iova, u64 paddr, u64 pgsize, u64 bytes);
	bool (*unmap)(u64 iova, u64 pgsize, u64 bytes);
	u64 (*phys)(u64 iova);
};

extern const struct bench_pt bench_pt_ours;
extern const struct bench_pt bench_pt_generic;

#endif /* VTD_BENCH_PT_H */
