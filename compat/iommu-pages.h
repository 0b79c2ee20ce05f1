/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Page-table memory, by the names that the newest kernel gives it.
 *
 * 7.2 exports the functions but not the header; 6.12 has neither, and frees
 * what is on a gather's list as order-0 pages that were counted in
 * NR_IOMMU_PAGES and NR_SECONDARY_PAGETABLE.
 */
#ifndef VTD_COMPAT_IOMMU_PAGES_H
#define VTD_COMPAT_IOMMU_PAGES_H

#include <linux/gfp.h>
#include <linux/iommu.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/topology.h>
#include <linux/vmstat.h>

#include "vtd_probed.h"

#ifdef VTD_HAVE_IOMMU_PAGES_LIST

void *iommu_alloc_pages_node_sz(int nid, gfp_t gfp, size_t size);
void iommu_free_pages(void *virt);
void iommu_put_pages_list(struct iommu_pages_list *list);

/* The list element is where struct page has its lru (struct ioptdesc). */
static inline void iommu_pages_list_add(struct iommu_pages_list *list,
					void *virt)
{
	list_add_tail(&virt_to_page(virt)->lru, &list->pages);
}

static inline bool iommu_pages_list_empty(struct iommu_pages_list *list)
{
	return list_empty(&list->pages);
}

static inline struct list_head *
vtd_pages_list_head(struct iommu_pages_list *list)
{
	return &list->pages;
}

#else

#define iommu_pages_list list_head
#define IOMMU_PAGES_LIST_INIT(name) LIST_HEAD_INIT(name)

static inline void vtd_account_pages(struct page *page, long pages)
{
	mod_node_page_state(page_pgdat(page), NR_IOMMU_PAGES, pages);
	mod_lruvec_page_state(page, NR_SECONDARY_PAGETABLE, pages);
}

static inline void *iommu_alloc_pages_node_sz(int nid, gfp_t gfp, size_t size)
{
	unsigned int order = get_order(size);
	struct page *page =
		alloc_pages_node(nid, gfp | __GFP_ZERO | __GFP_COMP, order);

	if (!page)
		return NULL;
	vtd_account_pages(page, 1L << order);
	return page_address(page);
}

static inline void iommu_free_pages(void *virt)
{
	struct page *page;

	if (!virt)
		return;
	page = virt_to_page(virt);
	vtd_account_pages(page, -(1L << compound_order(page)));
	put_page(page);
}

static inline void iommu_pages_list_add(struct list_head *list, void *virt)
{
	list_add_tail(&virt_to_page(virt)->lru, list);
}

static inline bool iommu_pages_list_empty(struct list_head *list)
{
	return list_empty(list);
}

static inline struct list_head *vtd_pages_list_head(struct list_head *list)
{
	return list;
}

static inline void iommu_put_pages_list(struct list_head *list)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, list, lru) {
		list_del(&page->lru);
		iommu_free_pages(page_address(page));
	}
}

#endif

/* The first table of a list that is not empty. */
static inline void *vtd_pages_list_first(struct iommu_pages_list *list)
{
	return page_address(
		list_first_entry(vtd_pages_list_head(list), struct page, lru));
}

static inline void vtd_pages_list_del_first(struct iommu_pages_list *list,
					    void *virt)
{
	list_del(vtd_pages_list_head(list)->next);
}

/* The node whose memory a table is. */
static inline int vtd_table_nid(const void *virt)
{
	return page_to_nid(virt_to_page(virt));
}

/* The node to look for tables on; @nid may be NUMA_NO_NODE. */
static inline int vtd_table_home(int nid)
{
	return nid == NUMA_NO_NODE ? numa_mem_id() : nid;
}

/* Was the table allocated on a memory control group's account? */
static inline bool vtd_table_is_charged(const void *virt)
{
#ifdef CONFIG_MEMCG
	return READ_ONCE(virt_to_page(virt)->memcg_data);
#else
	return false;
#endif
}

#endif /* VTD_COMPAT_IOMMU_PAGES_H */
