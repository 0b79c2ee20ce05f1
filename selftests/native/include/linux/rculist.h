/* SPDX-License-Identifier: GPL-2.0 */
/* Native build: lists that readers walk without a lock. */
#ifndef VTD_SHIM_RCULIST_H
#define VTD_SHIM_RCULIST_H

#include <linux/list.h>
#include <linux/rcupdate.h>

static inline void list_add_tail_rcu(struct list_head *n,
				     struct list_head *ring)
{
	struct list_head *last = ring->prev;

	n->next = ring;
	n->prev = last;
	rcu_assign_pointer(last->next, n);
	ring->prev = n;
}

/* Readers that stand on the node go on from it. */
static inline void list_del_rcu(struct list_head *n)
{
	n->next->prev = n->prev;
	WRITE_ONCE(n->prev->next, n->next);
	n->prev = NULL;
}

void vtd_shim_point(void);

/* While a reader stands on an entry, others may take it out. */
#define list_for_each_entry_rcu(e, r, member, ...)                           \
	for (e = list_entry(rcu_dereference((r)->next), typeof(*e), member); \
	     vtd_shim_point(), &e->member != (r);                            \
	     e = list_entry(rcu_dereference(e->member.next), typeof(*e),     \
			    member))

#endif /* VTD_SHIM_RCULIST_H */
