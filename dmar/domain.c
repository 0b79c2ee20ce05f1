// SPDX-License-Identifier: GPL-2.0
/*
 * Paging domains: which units translate with which tables, under which id.
 *
 * Owns domain-ids.  A unit is in the domain's list before its first context
 * entry is published and until after its last one is forgotten, so that no
 * flush can miss it.  Must never give up an id, or a table, that a unit may
 * still have cached.
 */
#include <linux/rculist.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "context.h"
#include "domain.h"

struct vtd_pool *vtd_pools;

static atomic_t vtd_domains_made;

/* Leaf sizes of second-stage tables (CAP.SLLPS). */
static unsigned long vtd_unit_page_sizes(const struct vtd_unit *unit)
{
	return SZ_4K | (unit->cap & VTD_CAP_SLLPS_2M ? SZ_2M : 0) |
	       (unit->cap & VTD_CAP_SLLPS_1G ? SZ_1G : 0);
}

/**
 * vtd_unit_pt_init() - empty tables that a unit can walk
 * @unit: decides width, page sizes and coherency
 * @pt: filled in
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int vtd_unit_pt_init(const struct vtd_unit *unit, struct vtd_pgtable *pt)
{
	struct vtd_pt_config config = {
		.levels = unit->levels,
		.iova_bits =
			min(unit->levels * 9 + 12, vtd_unit_address_bits(unit)),
		.pgsize_bitmap = vtd_unit_page_sizes(unit),
		.coherent = vtd_unit_coherent(unit),
		.nid = unit->nid,
		.pool = vtd_pools ? &vtd_pools[vtd_table_home(unit->nid)] :
				    NULL,
	};

	return vtd_pt_init(pt, &config, GFP_KERNEL);
}

/**
 * vtd_domain_alloc() - an empty address space that @unit can translate with
 * @unit: decides width, page sizes and coherency
 *
 * Context: may sleep.
 * Return: the domain or an ERR_PTR(-ENOMEM).
 */
struct vtd_domain *vtd_domain_alloc(const struct vtd_unit *unit)
{
	struct vtd_domain *d = kzalloc(sizeof(*d), GFP_KERNEL);
	int ret;

	if (!d)
		return ERR_PTR(-ENOMEM);
	d->counts = alloc_percpu(struct vtd_domain_counts);
	ret = d->counts ? vtd_unit_pt_init(unit, &d->pt) : -ENOMEM;
	if (ret) {
		free_percpu(d->counts);
		kfree(d);
		return ERR_PTR(ret);
	}
	d->can_snoop = unit->ecap & VTD_ECAP_SC;
	d->number = atomic_inc_return(&vtd_domains_made);
	mutex_init(&d->lock);
	INIT_LIST_HEAD(&d->units);
	d->domain.pgsize_bitmap = d->pt.pgsize_bitmap;
	d->domain.geometry.aperture_start = 0;
	d->domain.geometry.aperture_end = d->pt.last_iova;
	d->domain.geometry.force_aperture = true;
	return d;
}

/**
 * vtd_domain_free() - free an address space
 * @d: attached to nothing
 *
 * Context: may sleep.
 */
void vtd_domain_free(struct vtd_domain *d)
{
	WARN_ON(!list_empty(&d->units));
	/* A unit that could not be made to forget them may still walk them. */
	if (!d->leaked)
		vtd_pt_destroy(&d->pt);
	if (d->strict)
		static_branch_dec(&vtd_strict_used);
	free_percpu(d->counts);
	mutex_destroy(&d->lock);
	kfree_rcu(d, rcu);
}

/* Can @unit walk tables that were made for another unit? */
static bool vtd_domain_suits(const struct vtd_domain *d,
			     const struct vtd_unit *unit)
{
	u64 agaw = VTD_CAP_SAGAW_3LVL << (d->pt.levels - 3);

	return unit->cap & agaw &&
	       d->pt.last_iova >> vtd_unit_address_bits(unit) == 0 &&
	       !(d->pt.pgsize_bitmap & ~vtd_unit_page_sizes(unit)) &&
	       (!d->pt.coherent || vtd_unit_coherent(unit)) &&
	       (!d->pt.snoop_bits || unit->ecap & VTD_ECAP_SC);
}

static struct vtd_domain_unit *vtd_domain_unit_find(struct vtd_domain *d,
						    const struct vtd_unit *unit)
{
	struct vtd_domain_unit *du;

	lockdep_assert_held(&d->lock);
	list_for_each_entry(du, &d->units, node)
		if (du->unit == unit)
			return du;
	return NULL;
}

static struct vtd_domain_unit *vtd_domain_unit_get(struct vtd_domain *d,
						   struct vtd_unit *unit)
{
	struct vtd_domain_unit *du = vtd_domain_unit_find(d, unit);
	int did;

	if (du) {
		du->users++;
		return du;
	}
	du = kzalloc(sizeof(*du), GFP_KERNEL);
	if (!du)
		return ERR_PTR(-ENOMEM);
	did = ida_alloc_range(&unit->dids, VTD_DID_FIRST, unit->nr_did - 1,
			      GFP_KERNEL);
	if (did < 0) {
		kfree(du);
		return ERR_PTR(did);
	}
	atomic_inc(&unit->nr_did_used);
	du->unit = unit;
	du->did = did;
	du->max_order = unit->cap & VTD_CAP_PSI ?
				(int)FIELD_GET(VTD_CAP_MAMV, unit->cap) :
				-1;
	du->iotlb_pages =
		vtd_qi_iotlb_pages(did, 0, 0, false, vtd_unit_drain(unit)).w[0];
	du->counts = d->counts;
	du->users = 1;
	if (!d->sync_map &&
	    (vtd_unit_caching_mode(unit) || unit->cap & VTD_CAP_RWBF)) {
		WRITE_ONCE(d->sync_map, true);
		/*
		 * A mapper that still read it as false has made its entry
		 * visible when this returns, which is before the unit walks.
		 */
		synchronize_rcu();
	}
	list_add_tail_rcu(&du->node, &d->units);
	return du;
}

static void vtd_domain_unit_put(struct vtd_domain *d,
				struct vtd_domain_unit *du, bool forgotten)
{
	lockdep_assert_held(&d->lock);
	/* Those who leave later cannot make up for it. */
	if (!forgotten)
		du->stale = true;
	if (--du->users)
		return;
	list_del_rcu(&du->node);
	/* The id of an address space that may live on is never used again. */
	if (du->stale) {
		d->leaked = true;
	} else {
		ida_free(&du->unit->dids, du->did);
		atomic_dec(&du->unit->nr_did_used);
	}
	kfree_rcu(du, rcu);
}

/**
 * vtd_domain_attach() - have a unit translate some source-ids with a domain
 * @d: the domain
 * @unit: the unit
 * @sid: @nr source-ids of one device
 * @nr: how many
 *
 * What the source-ids used before is forgotten when this returns 0; the caller
 * then calls vtd_domain_detach() for it.
 *
 * Context: may sleep; takes @d->lock, then @unit->lock.
 * Return: 0; -EINVAL when the unit cannot use these tables; -ENOMEM or -ENOSPC
 * (no domain-id left) with nothing changed; the error of an invalidation.
 */
int vtd_domain_attach(struct vtd_domain *d, struct vtd_unit *unit,
		      const u16 *sid, unsigned int nr)
{
	struct vtd_context_entry entry;
	struct vtd_domain_unit *du;
	int ret;

	mutex_lock(&d->lock);
	if (!vtd_domain_suits(d, unit)) {
		ret = -EINVAL;
		goto unlock;
	}
	du = vtd_domain_unit_get(d, unit);
	if (IS_ERR(du)) {
		ret = PTR_ERR(du);
		goto unlock;
	}
	entry = vtd_context_second_stage(virt_to_phys(d->pt.root), d->pt.levels,
					 du->did);
	ret = vtd_context_set(unit, sid, nr, &entry);
	if (ret)
		vtd_domain_unit_put(d, du, ret == -ENOMEM);
unlock:
	mutex_unlock(&d->lock);
	return ret;
}

/**
 * vtd_domain_detach() - a device has left a domain
 * @d: the domain
 * @unit: the device's unit
 * @forgotten: the unit has forgotten the device's entries and their
 *	translations, as vtd_context_set() reported
 *
 * Context: may sleep; takes @d->lock.
 */
void vtd_domain_detach(struct vtd_domain *d, struct vtd_unit *unit,
		       bool forgotten)
{
	struct vtd_domain_unit *du;

	mutex_lock(&d->lock);
	du = vtd_domain_unit_find(d, unit);
	if (!WARN_ON(!du))
		vtd_domain_unit_put(d, du, forgotten);
	mutex_unlock(&d->lock);
}

/**
 * vtd_domain_enforce_snoop() - have devices' requests snoop CPU caches always
 * @d: the domain
 *
 * VT-d 3.8.3 (SNP), ECAP.SC.  User space's domains ask before they are attached
 * to anything: then the unit that the domain was made for counts, and one that
 * cannot is not attached later.
 *
 * Context: may sleep; takes @d->lock.
 * Return: false when a unit cannot, or when mappings without it exist.
 */
bool vtd_domain_enforce_snoop(struct vtd_domain *d)
{
	struct vtd_domain_unit *du;
	bool can;

	mutex_lock(&d->lock);
	can = d->pt.snoop_bits || !READ_ONCE(d->mapped);
	if (list_empty(&d->units))
		can = can && d->can_snoop;
	list_for_each_entry(du, &d->units, node)
		can = can && du->unit->ecap & VTD_ECAP_SC;
	if (can)
		vtd_pt_set_snoop(&d->pt, true);
	mutex_unlock(&d->lock);
	return can;
}

/**
 * vtd_domain_count() - what a domain's flushes were
 * @d: the domain; cannot be freed meanwhile
 * @sum: set to the sums over all CPUs
 *
 * Context: any.
 */
void vtd_domain_count(const struct vtd_domain *d, struct vtd_domain_counts *sum)
{
	unsigned int cpu;

	*sum = (struct vtd_domain_counts){};
	for_each_possible_cpu(cpu) {
		const struct vtd_domain_counts *one =
			per_cpu_ptr(d->counts, cpu);

		sum->flushes += READ_ONCE(one->flushes);
		sum->all += READ_ONCE(one->all);
		sum->queue += READ_ONCE(one->queue);
	}
}
