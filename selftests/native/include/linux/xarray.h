/* SPDX-License-Identifier: GPL-2.0 */
/* A list in the place of a tree; no locks, and no reader without one. */
#ifndef SHIM_LINUX_XARRAY_H
#define SHIM_LINUX_XARRAY_H

#include <linux/errno.h>
#include <linux/slab.h>
#include <linux/types.h>

struct shim_xa_node {
	struct shim_xa_node *next;
	unsigned long index;
	void *entry;
};

struct xarray {
	struct shim_xa_node *head;
};

/* Reserved: a place is there, and nothing in it. */
#define XA_ZERO_ENTRY NULL

#define DEFINE_XARRAY(name) struct xarray name = {}

static inline void xa_init(struct xarray *xa)
{
	xa->head = NULL;
}

static inline bool xa_empty(const struct xarray *xa)
{
	return !xa->head;
}

static inline void *xa_mk_value(unsigned long v)
{
	return (void *)(v << 1 | 1);
}

static inline bool xa_is_value(const void *entry)
{
	return (unsigned long)entry & 1;
}

static inline struct shim_xa_node **shim_xa_at(struct xarray *xa,
					       unsigned long index)
{
	struct shim_xa_node **at = &xa->head;

	while (*at && (*at)->index < index)
		at = &(*at)->next;
	return at;
}

static inline struct shim_xa_node *shim_xa_find(struct xarray *xa,
						unsigned long index)
{
	struct shim_xa_node *node = *shim_xa_at(xa, index);

	return node && node->index == index ? node : NULL;
}

static inline void *xa_load(struct xarray *xa, unsigned long index)
{
	struct shim_xa_node *node = shim_xa_find(xa, index);

	return node ? node->entry : NULL;
}

static inline int xa_reserve(struct xarray *xa, unsigned long index, gfp_t gfp)
{
	struct shim_xa_node **at = shim_xa_at(xa, index), *node;

	if (*at && (*at)->index == index)
		return 0;
	node = vtd_shim_alloc(sizeof(*node), 0, gfp | __GFP_ZERO);
	if (!node)
		return -ENOMEM;
	node->index = index;
	node->next = *at;
	*at = node;
	return 0;
}

static inline void *xa_erase(struct xarray *xa, unsigned long index)
{
	struct shim_xa_node **at = shim_xa_at(xa, index), *node = *at;
	void *old;

	if (!node || node->index != index)
		return NULL;
	old = node->entry;
	*at = node->next;
	kfree(node);
	return old;
}

static inline void xa_release(struct xarray *xa, unsigned long index)
{
	struct shim_xa_node *node = shim_xa_find(xa, index);

	if (node && !node->entry)
		xa_erase(xa, index);
}

static inline bool xa_is_err(const void *entry)
{
	return entry == (void *)-ENOMEM;
}

static inline int xa_err(const void *entry)
{
	return xa_is_err(entry) ? -ENOMEM : 0;
}

static inline void *xa_store(struct xarray *xa, unsigned long index,
			     void *entry, gfp_t gfp)
{
	struct shim_xa_node *node;
	void *old;

	if (xa_reserve(xa, index, gfp))
		return (void *)-ENOMEM;
	node = shim_xa_find(xa, index);
	old = node->entry;
	node->entry = entry;
	return old;
}

static inline void xa_destroy(struct xarray *xa)
{
	while (xa->head)
		xa_erase(xa, xa->head->index);
}

/* The next entry from @index on, or NULL. */
static inline void *shim_xa_next(struct xarray *xa, unsigned long *index)
{
	struct shim_xa_node *node = *shim_xa_at(xa, *index);

	while (node && !node->entry)
		node = node->next;
	if (!node)
		return NULL;
	*index = node->index;
	return node->entry;
}

#define xa_for_each(xa, index, entry)                            \
	for (index = 0, entry = shim_xa_next(xa, &index); entry; \
	     index++, entry = shim_xa_next(xa, &index))

#endif
