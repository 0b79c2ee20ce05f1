/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Interrupts that a unit posts to memory instead of sending them to a CPU, as
 * another module may ask for them.
 *
 * vtd_intr_remap owns the entries; who posts decides to where.
 */
#ifndef VTD_INTR_REMAP_H
#define VTD_INTR_REMAP_H

#include <linux/types.h>

struct module;
struct vtd_reply;

/**
 * struct vtd_post - what an interrupt is posted as
 * @pda: physical address of the descriptor, bytes, a multiple of 64
 * @vector: its bit there
 * @urgent: notify even where the descriptor suppresses it
 */
struct vtd_post {
	u64 pda;
	u8 vector;
	bool urgent;
};

/**
 * struct vtd_poster - who posts
 * @owner: stays loaded while an entry is in posted format
 * @vcpu: what an argument of irq_set_vcpu_affinity() means, which is not NULL;
 *	0 or a negative errno, with which the call fails; must not sleep
 * @say: says records for the command "irqs", after those of interrupts; may
 *	sleep
 * @anyway: units that cannot post are taken for ones that can, for tests
 */
struct vtd_poster {
	struct module *owner;
	int (*vcpu)(const void *info, struct vtd_post *post);
	void (*say)(struct vtd_reply *reply);
	bool anyway;
};

/**
 * vtd_remap_poster_add() - answer irq_set_vcpu_affinity() from now on
 * @poster: stays valid until vtd_remap_poster_remove()
 *
 * Context: may sleep.
 * Return: how many units can post; -EBUSY when somebody else posts.
 */
int vtd_remap_poster_add(const struct vtd_poster *poster);

/**
 * vtd_remap_poster_remove() - undo vtd_remap_poster_add()
 * @poster: no entry is in posted format
 *
 * Context: may sleep; waits until nobody is inside @poster's functions.
 */
void vtd_remap_poster_remove(const struct vtd_poster *poster);

/**
 * vtd_remap_post() - have an interrupt posted
 * @irq: Linux interrupt number, of a PCI device's MSI or MSI-X
 * @post: where and as what
 *
 * The entry changes in one store: a request meets the old form or the new one.
 * VT-d 5.2.5, 6.5.2.7.
 *
 * Context: any; takes the interrupt's descriptor lock, spins for the unit.
 * Return: 0; -ENOENT when the interrupt is not one of vtd_intr_remap's or is
 * not in use; -EOPNOTSUPP when its unit cannot post; -EINVAL for an address
 * that no descriptor can have; -ENODEV when the poster is being unloaded; what
 * the invalidation failed with: then the entry is as it was.
 */
int vtd_remap_post(unsigned int irq, const struct vtd_post *post);

/**
 * vtd_remap_unpost() - have it sent to its CPU again
 * @irq: as for vtd_remap_post()
 *
 * What was posted before stays in the descriptor.
 *
 * Context: as vtd_remap_post().
 * Return: 0, also when it was not posted; what the invalidation failed with:
 * then the unit may still post, and the descriptor must not be freed.
 */
int vtd_remap_unpost(unsigned int irq);

#endif /* VTD_INTR_REMAP_H */
