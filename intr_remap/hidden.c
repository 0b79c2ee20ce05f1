// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's list of interrupt domains, which it keeps to itself.
 *
 * The domains of present devices and I/O APICs can be found nowhere else.
 * Owns how the list is found: two data symbols, by name.  Must never call what
 * it found, nor walk the list without the list's own mutex.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/errno.h>
#include <linux/irqdomain.h>
#include <linux/mutex.h>
#include <linux/printk.h>

#include <asm/irqdomain.h>

#include <vtd/symbol.h>
#include "remap.h"

static struct list_head *vtd_domain_list;
static struct mutex *vtd_domain_mutex;

/* Is the one domain that everybody knows in this list, within reason? */
static bool vtd_is_domain_list(struct list_head *head)
{
	struct irq_domain *domain;
	unsigned int nr = 0;

	list_for_each_entry(domain, head, link) {
		if (domain == x86_vector_domain)
			return true;
		if (++nr == 100000)
			return false;
	}
	return false;
}

/**
 * vtd_ir_hidden_init() - find the list of interrupt domains
 *
 * Context: may sleep.
 * Return: 0, or -EOPNOTSUPP when this kernel has no such list.
 */
int vtd_ir_hidden_init(void)
{
	bool known;

	vtd_domain_list = vtd_data_symbol("irq_domain_list");
	vtd_domain_mutex = vtd_data_symbol("irq_domain_mutex");
	if (!vtd_domain_list || !vtd_domain_mutex)
		goto none;
	mutex_lock(vtd_domain_mutex);
	known = vtd_is_domain_list(vtd_domain_list);
	mutex_unlock(vtd_domain_mutex);
	if (known)
		return 0;
none:
	pr_err("the kernel's list of interrupt domains cannot be found: this kernel is not supported, or built without kprobes\n");
	return -EOPNOTSUPP;
}

/**
 * vtd_ir_find_domain() - the first interrupt domain that fits
 * @match: whether one does; must not sleep or take locks
 * @data: for @match
 *
 * Context: may sleep.  The caller sees to it that the domain stays.
 * Return: the domain, or NULL.
 */
struct irq_domain *vtd_ir_find_domain(bool (*match)(struct irq_domain *domain,
						    const void *data),
				      const void *data)
{
	struct irq_domain *domain, *found = NULL;

	mutex_lock(vtd_domain_mutex);
	list_for_each_entry(domain, vtd_domain_list, link) {
		if (match(domain, data)) {
			found = domain;
			break;
		}
	}
	mutex_unlock(vtd_domain_mutex);
	return found;
}
