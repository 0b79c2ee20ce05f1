/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Native build: page-table memory.  Every table is an allocation of its own,
 * aligned to its size, so that AddressSanitizer sees a use after free; the
 * number of live ones is counted (vtd_test.h).
 */
#ifndef VTD_SHIM_IOMMU_PAGES_H
#define VTD_SHIM_IOMMU_PAGES_H

#include <linux/gfp.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/numa.h>
#include <linux/slab.h>

/* A node per table that waits to be freed, kept outside of the table. */
struct iommu_pages_list {
	struct list_head pages;
};

#define IOMMU_PAGES_LIST_INIT(name) { .pages = LIST_HEAD_INIT((name).pages) }

void *iommu_alloc_pages_node_sz(int nid, gfp_t gfp, size_t size);
void iommu_free_pages(void *virt);
void iommu_pages_list_add(struct iommu_pages_list *list, void *virt);
void iommu_put_pages_list(struct iommu_pages_list *list);

static inline bool iommu_pages_list_empty(struct iommu_pages_list *list)
{
	return list_empty(&list->pages);
}

static inline struct list_head *
vtd_pages_list_head(struct iommu_pages_list *list)
{
	return &list->pages;
}

/* The first table of a list that is not empty. */
void *vtd_pages_list_first(struct iommu_pages_list *list);
void vtd_pages_list_del_first(struct iommu_pages_list *list, void *virt);

/* Every table is on the one node, and on nobody's account until a test says. */
extern bool vtd_shim_charged;

static inline int vtd_table_nid(const void *virt)
{
	return 0;
}

static inline int vtd_table_home(int nid)
{
	return 0;
}

static inline bool vtd_table_is_charged(const void *virt)
{
	return vtd_shim_charged;
}

#endif /* VTD_SHIM_IOMMU_PAGES_H */
