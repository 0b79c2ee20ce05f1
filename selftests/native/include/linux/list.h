/* SPDX-License-Identifier: GPL-2.0 */
/* Native build: doubly linked rings, under the kernel's names. */
#ifndef VTD_SHIM_LIST_H
#define VTD_SHIM_LIST_H

#include <linux/kernel.h>

#define LIST_HEAD_INIT(name) { &(name), &(name) }
#define LIST_HEAD(name) struct list_head name = LIST_HEAD_INIT(name)

static inline void INIT_LIST_HEAD(struct list_head *ring)
{
	*ring = (struct list_head)LIST_HEAD_INIT(*ring);
}

static inline void vtd_shim_link(struct list_head *a, struct list_head *b)
{
	a->next = b;
	b->prev = a;
}

static inline void list_add(struct list_head *n, struct list_head *ring)
{
	vtd_shim_link(n, ring->next);
	vtd_shim_link(ring, n);
}

static inline void list_add_tail(struct list_head *n, struct list_head *ring)
{
	list_add(n, ring->prev);
}

/* Removed nodes point to NULL: using one again is seen at once. */
static inline void list_del(struct list_head *n)
{
	vtd_shim_link(n->prev, n->next);
	n->next = NULL;
	n->prev = NULL;
}

static inline void list_del_init(struct list_head *n)
{
	vtd_shim_link(n->prev, n->next);
	INIT_LIST_HEAD(n);
}

static inline bool list_empty(const struct list_head *ring)
{
	return READ_ONCE(ring->next) == ring;
}

static inline bool list_is_singular(const struct list_head *ring)
{
	return !list_empty(ring) && ring->next == ring->prev;
}

static inline void list_move(struct list_head *n, struct list_head *ring)
{
	vtd_shim_link(n->prev, n->next);
	list_add(n, ring);
}

static inline void list_move_tail(struct list_head *n, struct list_head *ring)
{
	list_move(n, ring->prev);
}

static inline void list_splice_init(struct list_head *from,
				    struct list_head *to)
{
	if (list_empty(from))
		return;
	vtd_shim_link(from->prev, to->next);
	vtd_shim_link(to, from->next);
	INIT_LIST_HEAD(from);
}

static inline void list_splice_tail_init(struct list_head *from,
					 struct list_head *to)
{
	list_splice_init(from, to->prev);
}

#define list_entry(p, type, member) container_of(p, type, member)
#define list_first_entry(r, type, member) list_entry((r)->next, type, member)
#define list_last_entry(r, type, member) list_entry((r)->prev, type, member)
#define list_first_entry_or_null(r, type, member) \
	(list_empty(r) ? NULL : list_first_entry(r, type, member))
#define list_next_entry(e, member) \
	list_entry((e)->member.next, typeof(*(e)), member)
#define list_for_each(p, r) for (p = (r)->next; p != (r); p = p->next)
#define list_for_each_entry(e, r, member)                                    \
	for (e = list_first_entry(r, typeof(*e), member); &e->member != (r); \
	     e = list_next_entry(e, member))
#define list_for_each_entry_reverse(e, r, member)                           \
	for (e = list_last_entry(r, typeof(*e), member); &e->member != (r); \
	     e = list_entry(e->member.prev, typeof(*e), member))
#define list_for_each_entry_continue_reverse(pos, head, member)            \
	for (pos = list_entry((pos)->member.prev, typeof(*(pos)), member); \
	     &(pos)->member != (head);                                     \
	     pos = list_entry((pos)->member.prev, typeof(*(pos)), member))

#define list_for_each_entry_safe(e, n, r, member)         \
	for (e = list_first_entry(r, typeof(*e), member), \
	    n = list_next_entry(e, member);               \
	     &e->member != (r); e = n, n = list_next_entry(n, member))

#endif /* VTD_SHIM_LIST_H */
