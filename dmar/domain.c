// SPDX-License-Identifier: GPL-2.0
/*
 * Paging domains: which units translate with which tables, under which id.
 *
 * Owns domain-ids.  A unit is in the domain's list before its first context
 * entry is published and until after its last one is forgotten, so that no
 * flush can miss it.  Must never give up an id, or a table, that a unit may
 * still have cached.
 */
#include <linux/module.h>
#include <linux/rculist.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <vtd/hw/pasid.h>

#include "context.h"
#include "domain.h"
#include "slab.h"

struct vtd_pool *vtd_pools;

static atomic_t vtd_domains_made;

/* Leaf sizes of second-stage tables (CAP.SLLPS), and of the first stage. */
static unsigned long vtd_unit_page_sizes(const struct vtd_unit *unit,
					 enum vtd_pt_stage stage)
{
	if (stage == VTD_PT_FIRST)
		return SZ_4K | SZ_2M | (unit->cap & VTD_CAP_FL1GP ? SZ_1G : 0);
	return SZ_4K | (unit->cap & VTD_CAP_SLLPS_2M ? SZ_2M : 0) |
	       (unit->cap & VTD_CAP_SLLPS_1G ? SZ_1G : 0);
}

/**
 * vtd_unit_usual() - what domains on a unit are, if nothing else is said
 * @unit: the unit
 *
 * Context: any.
 * Return: its stage, not dirty.
 */
struct vtd_domain_want vtd_unit_usual(const struct vtd_unit *unit)
{
	return (struct vtd_domain_want){
		.stage = unit->first_stage ? VTD_PT_FIRST : VTD_PT_SECOND,
	};
}

/**
 * vtd_unit_pt_init() - empty tables that a unit can walk
 * @unit: decides width, page sizes and coherency
 * @want: what they are for
 * @pt: filled in
 *
 * Context: may sleep.
 * Return: 0; -ENOMEM; -EINVAL when the unit cannot do what is wanted.
 */
int vtd_unit_pt_init(const struct vtd_unit *unit, struct vtd_domain_want want,
		     struct vtd_pgtable *pt)
{
	enum vtd_pt_stage stage = want.stage;
	unsigned int levels = vtd_unit_levels(unit, stage == VTD_PT_FIRST);
	unsigned int bits = levels * 9 + 12;
	struct vtd_pt_config config = {
		.stage = stage,
		.levels = levels,
		.dirty = want.dirty,
		/* The upper half of the first stage is not for DMA. */
		.iova_bits = stage == VTD_PT_FIRST ?
				     bits - 1 :
				     min(bits, vtd_unit_address_bits(unit)),
		.pgsize_bitmap = vtd_unit_page_sizes(unit, stage),
		.coherent = vtd_unit_walks_coherent(unit),
		.nid = unit->nid,
		.pool = vtd_pools ? &vtd_pools[vtd_table_home(unit->nid)] :
				    NULL,
	};

	return vtd_pt_init(pt, &config, GFP_KERNEL);
}

/**
 * vtd_pt_translation() - translation by some tables
 * @pt: the tables
 * @did: the domain-id that they have in the unit
 *
 * Context: any.
 * Return: the translation.
 */
struct vtd_translation vtd_pt_translation(const struct vtd_pgtable *pt, u16 did)
{
	return (struct vtd_translation){
		.kind = pt->stage == VTD_PT_FIRST ? VTD_FIRST_STAGE :
						    VTD_SECOND_STAGE,
		.levels = pt->levels,
		.did = did,
		.table = virt_to_phys(pt->root),
	};
}

/* Of the domains whose flushes nobody is shown. */
static DEFINE_PER_CPU(struct vtd_domain_counts, vtd_domain_uncounted);

/**
 * vtd_domain_init() - a domain without tables, whose flushes are not counted
 * @d: zeroed; vtd_domain_free() frees it
 *
 * Context: any.
 */
void vtd_domain_init(struct vtd_domain *d)
{
	d->counts = &vtd_domain_uncounted;
	d->number = atomic_inc_return(&vtd_domains_made);
	mutex_init(&d->lock);
	INIT_LIST_HEAD(&d->units);
}

/**
 * vtd_domain_alloc() - an empty address space that @unit can translate with
 * @unit: decides width, page sizes and coherency
 * @want: what it is for
 *
 * Context: may sleep.
 * Return: the domain or an ERR_PTR: as vtd_unit_pt_init().
 */
struct vtd_domain *vtd_domain_alloc(const struct vtd_unit *unit,
				    struct vtd_domain_want want)
{
	struct vtd_domain *d = kzalloc(sizeof(*d), GFP_KERNEL);
	int ret;

	if (!d)
		return ERR_PTR(-ENOMEM);
	ret = vtd_unit_pt_init(unit, want, &d->pt);
	if (ret)
		goto free;
	vtd_domain_init(d);
	d->can_snoop = unit->ecap & VTD_ECAP_SC;
	d->counts = alloc_percpu(struct vtd_domain_counts);
	if (!d->counts) {
		ret = -ENOMEM;
		goto destroy;
	}
	/* The core says something else of those that are not for user space. */
	d->domain.type = IOMMU_DOMAIN_UNMANAGED;
	d->dirty = want.dirty;
	d->domain.pgsize_bitmap = d->pt.pgsize_bitmap;
	d->domain.geometry.aperture_start = 0;
	d->domain.geometry.aperture_end = d->pt.last_iova;
	d->domain.geometry.force_aperture = true;
	return d;
destroy:
	vtd_pt_destroy(&d->pt);
free:
	kfree(d);
	return ERR_PTR(ret);
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
	if (!d->leaked && !d->foreign)
		vtd_pt_destroy(&d->pt);
	if (d->strict)
		static_branch_dec(&vtd_strict_used);
	if (d->counts != &vtd_domain_uncounted)
		free_percpu(d->counts);
	mutex_destroy(&d->lock);
	module_put(d->owner);
	kfree_rcu(d, rcu);
}

static bool vtd_domain_first(const struct vtd_domain *d)
{
	return d->pt.stage == VTD_PT_FIRST;
}

/* Does a unit take what a guest asks for? */
static bool vtd_guest_suits(const struct vtd_guest *guest,
			    const struct vtd_unit *unit)
{
	return unit->scalable && unit->ecap & VTD_ECAP_NEST &&
	       (guest->levels == 4 || unit->cap & VTD_CAP_FL5LP) &&
	       !(guest->table & VTD_PASID_SRE &&
		 !(unit->ecap & VTD_ECAP_SRS)) &&
	       !(guest->table & VTD_PASID_EAFE &&
		 !(unit->ecap & VTD_ECAP_EAFS)) &&
	       vtd_domain_suits(guest->parent, unit);
}

/**
 * vtd_domain_suits() - can a unit walk tables that were made for another?
 * @d: the domain; its lock is held, or it is not used yet
 * @unit: the unit
 *
 * Context: any.
 * Return: true when it can.
 */
bool vtd_domain_suits(const struct vtd_domain *d, const struct vtd_unit *unit)
{
	u64 agaw = VTD_CAP_SAGAW_3LVL << (d->pt.levels - 3);
	bool stage;

	if (d->guest)
		return vtd_guest_suits(d->guest, unit);
	if (d->dirty && !vtd_domain_first(d) &&
	    !(unit->scalable && unit->ecap & VTD_ECAP_SSADS))
		return false;
	if (vtd_domain_first(d))
		stage = unit->scalable && unit->ecap & VTD_ECAP_FSTS &&
			(d->pt.levels == 4 || unit->cap & VTD_CAP_FL5LP);
	else
		stage = (!unit->scalable || unit->ecap & VTD_ECAP_SSTS) &&
			unit->cap & agaw &&
			d->pt.last_iova >> vtd_unit_address_bits(unit) == 0;
	return stage &&
	       !(d->pt.pgsize_bitmap &
		 ~vtd_unit_page_sizes(unit, d->pt.stage)) &&
	       (!d->pt.coherent || vtd_unit_walks_coherent(unit)) &&
	       (!(d->pt.snoop_bits || d->snoops) || unit->ecap & VTD_ECAP_SC);
}

static struct vtd_domain_unit *vtd_domain_unit_find(struct vtd_domain *d,
						    const struct vtd_unit *unit,
						    u32 pasid)
{
	struct vtd_domain_unit *du;

	lockdep_assert_held(&d->lock);
	list_for_each_entry(du, &d->units, node)
		if (du->unit == unit && du->pasid == pasid && !du->guest)
			return du;
	return NULL;
}

/* What the flushes of this domain will look like. */
static void vtd_domain_unit_init(const struct vtd_domain *d,
				 struct vtd_domain_unit *du)
{
	const struct vtd_unit *unit = du->unit;
	u64 drain = vtd_unit_drain(unit);

	du->max_order = unit->cap & VTD_CAP_PSI ?
				(int)FIELD_GET(VTD_CAP_MAMV, unit->cap) :
				-1;
	if (vtd_domain_first(d)) {
		du->iotlb_pages =
			vtd_qi_piotlb_pages(du->did, du->pasid, 0, 0, false)
				.w[0];
		du->iotlb_all = vtd_qi_piotlb_pasid(du->did, du->pasid).w[0];
	} else {
		du->iotlb_pages =
			vtd_qi_iotlb_pages(du->did, 0, 0, false, drain).w[0];
		du->iotlb_all = vtd_qi_iotlb_domain(du->did, drain).w[0];
	}
}

/* @unit translates with @d from now on; as far as @d can know. */
static void vtd_domain_unit_add(struct vtd_domain *d,
				struct vtd_domain_unit *du)
{
	lockdep_assert_held(&d->lock);
	du->counts = d->counts;
	INIT_LIST_HEAD(&du->users);
	INIT_LIST_HEAD(&du->caching);
	vtd_domain_unit_init(d, du);
	if (!d->sync_map && vtd_needs_sync_map(du->unit)) {
		WRITE_ONCE(d->sync_map, true);
		/*
		 * A mapper that still read it as false has made its entry
		 * visible when this returns, which is before the unit walks.
		 */
		synchronize_rcu();
	}
	if (du->guest || vtd_unit_caching_mode(du->unit))
		WRITE_ONCE(d->long_way, true);
	list_add_tail_rcu(&du->node, &d->units);
}

/*
 * What a unit caches for a nested domain comes from the parent's tables, too: the
 * parent has to know the domain-id.
 */
static int vtd_domain_unit_shadow(const struct vtd_domain *d,
				  struct vtd_domain_unit *du)
{
	struct vtd_domain_unit *shadow = kzalloc_obj(*shadow);

	if (!shadow)
		return -ENOMEM;
	shadow->unit = du->unit;
	shadow->guest = d->guest;
	shadow->pasid = du->pasid;
	shadow->did = du->did;
	vtd_domain_unit_add(d->guest->parent, shadow);
	du->shadow = shadow;
	return 0;
}

static void vtd_domain_did_free(struct vtd_unit *unit, u16 did)
{
	ida_free(&unit->dids, did);
	atomic_dec(&unit->nr_did_used);
}

static struct vtd_domain_unit *
vtd_domain_unit_get(struct vtd_domain *d, struct vtd_unit *unit, u32 pasid)
{
	struct vtd_domain_unit *du;
	int did;

	if (!vtd_domain_first(d))
		pasid = VTD_NO_PASID;
	du = vtd_domain_unit_find(d, unit, pasid);
	if (du)
		return du;
	du = kzalloc_obj(*du);
	if (!du)
		return ERR_PTR(-ENOMEM);
	did = ida_alloc_range(&unit->dids, VTD_DID_FIRST,
			      vtd_unit_last_did(unit), GFP_KERNEL);
	if (did < 0) {
		kfree(du);
		return ERR_PTR(did);
	}
	atomic_inc(&unit->nr_did_used);
	du->unit = unit;
	du->pasid = pasid;
	du->did = did;
	if (d->guest && vtd_domain_unit_shadow(d, du)) {
		vtd_domain_did_free(unit, did);
		kfree(du);
		return ERR_PTR(-ENOMEM);
	}
	vtd_domain_unit_add(d, du);
	return du;
}

/* A user has gone, if there was one: the last takes the unit with it. */
static void vtd_domain_unit_put(struct vtd_domain *d,
				struct vtd_domain_unit *du, bool forgotten)
{
	lockdep_assert_held(&d->lock);
	/* Those who leave later cannot make up for it. */
	if (!forgotten)
		du->stale = true;
	if (!list_empty(&du->users) || du->plain)
		return;
	list_del_rcu(&du->node);
	if (du->shadow) {
		list_del_rcu(&du->shadow->node);
		kfree_rcu(du->shadow, rcu);
		d->guest->parent->leaked |= du->stale;
	}
	/* The id of an address space that may live on is never used again. */
	if (du->stale)
		d->leaked = true;
	else
		vtd_domain_did_free(du->unit, du->did);
	kfree_rcu(du, rcu);
}

/* By a guest's tables and the parent's, whose lock is held. */
static struct vtd_translation
vtd_guest_translation(const struct vtd_guest *guest, u16 did)
{
	struct vtd_domain *parent = guest->parent;
	struct vtd_translation to = vtd_pt_translation(&parent->pt, did);

	lockdep_assert_held(&parent->lock);
	to.kind = VTD_NESTED;
	to.snoop = parent->pt.snoop_bits;
	to.dirty = parent->tracks;
	to.guest = guest->table;
	to.guest_levels = guest->levels;
	return to;
}

static struct vtd_translation
vtd_domain_translation(const struct vtd_domain *d,
		       const struct vtd_domain_unit *du)
{
	struct vtd_translation to;

	/* A shadow is in the parent's list. */
	if (du->guest || d->guest)
		return vtd_guest_translation(du->guest ?: d->guest, du->did);
	to = vtd_pt_translation(&d->pt, du->did);
	to.snoop = d->snoops;
	to.dirty = d->tracks && !vtd_domain_first(d);
	to.process = d->foreign;
	return to;
}

static void vtd_domain_user_add(struct vtd_domain *d,
				struct vtd_domain_unit *du,
				struct vtd_domain_user *user)
{
	lockdep_assert_held(&d->lock);
	list_add_tail(&user->node, &du->users);
	if (user->devtlb) {
		WRITE_ONCE(d->long_way, true);
		list_add_tail_rcu(&user->caching, &du->caching);
	}
}

static void vtd_domain_user_remove(struct vtd_domain_user *user)
{
	list_del(&user->node);
	if (user->devtlb)
		list_del_rcu(&user->caching);
	kfree_rcu(user, rcu);
}

static void vtd_domain_remove(struct vtd_domain *d, struct vtd_domain_unit *du,
			      struct vtd_domain_user *user, bool forgotten)
{
	if (user) {
		if (user->shadow)
			vtd_domain_user_remove(user->shadow);
		vtd_domain_user_remove(user);
	} else {
		du->plain--;
	}
	vtd_domain_unit_put(d, du, forgotten);
}

/* Is there anything to know of what is attached? */
static bool vtd_domain_is_plain(struct vtd_unit *unit, u16 sid)
{
	return !unit->scalable && !vtd_devtlb_find(unit, sid);
}

static struct vtd_domain_user *vtd_domain_user_alloc(struct vtd_unit *unit,
						     u32 pasid, const u16 *sid,
						     unsigned int nr)
{
	struct vtd_domain_user *user;

	user = kzalloc(struct_size(user, sid, nr), GFP_KERNEL);
	if (!user)
		return NULL;
	user->pasid = pasid;
	user->nr = nr;
	memcpy(user->sid, sid, nr * sizeof(*sid));
	/* Its own source-id is the only one under which a device does so. */
	user->devtlb = vtd_devtlb_find(unit, sid[0]);
	return user;
}

static void vtd_domain_user_free(struct vtd_domain_user *user)
{
	if (user)
		kfree(user->shadow);
	kfree(user);
}

/* Of a nested domain the parent has to know, too, what is attached. */
static struct vtd_domain_user *vtd_domain_user_for(const struct vtd_domain *d,
						   struct vtd_unit *unit,
						   u32 pasid, const u16 *sid,
						   unsigned int nr)
{
	struct vtd_domain_user *user =
		vtd_domain_user_alloc(unit, pasid, sid, nr);

	if (!user || !d->guest)
		return user;
	user->shadow = vtd_domain_user_alloc(unit, pasid, sid, nr);
	if (!user->shadow) {
		kfree(user);
		return NULL;
	}
	user->shadow->whole = true;
	return user;
}

/* As vtd_domain_attach(), of a domain that suits the unit; takes @user over. */
static int vtd_domain_add(struct vtd_domain *d, struct vtd_unit *unit,
			  u32 pasid, const u16 *sid, unsigned int nr,
			  struct vtd_domain_user *user)
{
	struct vtd_translation to;
	struct vtd_domain_unit *du;
	int ret;

	du = vtd_domain_unit_get(d, unit, pasid);
	if (IS_ERR(du)) {
		vtd_domain_user_free(user);
		return PTR_ERR(du);
	}
	if (user)
		vtd_domain_user_add(d, du, user);
	else
		du->plain++;
	if (user && user->shadow)
		vtd_domain_user_add(d->guest->parent, du->shadow, user->shadow);
	to = vtd_domain_translation(d, du);
	ret = vtd_context_set(unit, sid, nr, pasid, &to);
	if (ret)
		vtd_domain_remove(d, du, user,
				  ret == -ENOMEM || ret == -ERANGE);
	return ret;
}

/* A nested domain comes before its parent. */
static void vtd_domain_lock(struct vtd_domain *d)
{
	mutex_lock(&d->lock);
	if (d->guest)
		mutex_lock_nested(&d->guest->parent->lock,
				  SINGLE_DEPTH_NESTING);
}

static void vtd_domain_unlock(struct vtd_domain *d)
{
	if (d->guest)
		mutex_unlock(&d->guest->parent->lock);
	mutex_unlock(&d->lock);
}

/**
 * vtd_domain_attach() - have a unit translate some source-ids with a domain
 * @d: the domain
 * @unit: the unit
 * @pasid: requests with this PASID, or VTD_NO_PASID for those without any
 * @sid: @nr source-ids of one device
 * @nr: how many
 *
 * What the source-ids used before is forgotten when this returns 0; the caller
 * then calls vtd_domain_detach() for it.
 *
 * Context: may sleep; takes @d->lock, then that of the parent of a nested one,
 * then @unit->lock.
 * Return: 0; -EINVAL when the unit cannot walk the domain's tables, or they are
 * given up; -ENOSPC when it has no domain-id left; -ENOMEM and -ERANGE as
 * vtd_context_set(); the error of an invalidation.
 */
int vtd_domain_attach(struct vtd_domain *d, struct vtd_unit *unit, u32 pasid,
		      const u16 *sid, unsigned int nr)
{
	struct vtd_domain_user *user = NULL;
	int ret = -EINVAL;

	if (!vtd_domain_is_plain(unit, sid[0])) {
		user = vtd_domain_user_for(d, unit, pasid, sid, nr);
		if (!user)
			return -ENOMEM;
	}
	vtd_domain_lock(d);
	if (!d->dead && vtd_domain_suits(d, unit))
		ret = vtd_domain_add(d, unit, pasid, sid, nr, user);
	else
		vtd_domain_user_free(user);
	vtd_domain_unlock(d);
	return ret;
}

static struct vtd_domain_user *
vtd_domain_user_find(const struct vtd_domain_unit *du, u32 pasid, u16 sid)
{
	struct vtd_domain_user *user;

	list_for_each_entry(user, &du->users, node)
		if (user->sid[0] == sid && user->pasid == pasid)
			return user;
	return NULL;
}

/**
 * vtd_domain_detach() - a device has left a domain
 * @d: the domain
 * @unit: the device's unit
 * @pasid: as it was attached
 * @sid: the first of those that were attached
 * @forgotten: the unit has forgotten the device's entries and their
 *	translations, as vtd_context_set() reported
 *
 * Context: may sleep; takes @d->lock.
 */
void vtd_domain_detach(struct vtd_domain *d, struct vtd_unit *unit, u32 pasid,
		       u16 sid, bool forgotten)
{
	struct vtd_domain_user *user = NULL;
	struct vtd_domain_unit *du;

	vtd_domain_lock(d);
	du = vtd_domain_unit_find(d, unit,
				  vtd_domain_first(d) ? pasid : VTD_NO_PASID);
	if (du)
		user = vtd_domain_user_find(du, pasid, sid);
	if (!WARN_ON(!user && !(du && du->plain)))
		vtd_domain_remove(d, du, user, forgotten);
	vtd_domain_unlock(d);
}

/* What entries of the unit say that lead to the domain; false without any. */
static bool vtd_domain_find(struct vtd_domain *d, const struct vtd_unit *unit,
			    u32 pasid, struct vtd_translation *to)
{
	struct vtd_domain_unit *du = vtd_domain_unit_find(
		d, unit, vtd_domain_first(d) ? pasid : VTD_NO_PASID);

	if (!du || d->dead)
		return false;
	*to = vtd_domain_translation(d, du);
	return true;
}

/**
 * vtd_domain_says() - what entries say that lead to a domain
 * @d: the domain; it stays meanwhile
 * @unit: the unit
 * @pasid: of the requests, or VTD_NO_PASID
 * @to: set to it
 *
 * Context: may sleep; takes @d->lock, then that of the parent of a nested one.
 * Return: false when nothing is attached through the unit, or the tables are given
 * up: then the entries say nothing.
 */
bool vtd_domain_says(struct vtd_domain *d, const struct vtd_unit *unit,
		     u32 pasid, struct vtd_translation *to)
{
	bool found;

	vtd_domain_lock(d);
	found = vtd_domain_find(d, unit, pasid, to);
	vtd_domain_unlock(d);
	return found;
}

/**
 * vtd_domain_renew() - write the entries of what is attached once more
 * @d: the domain
 * @unit: the unit
 * @sid: @nr source-ids, attached without a PASID
 * @nr: how many
 *
 * Context: as vtd_domain_attach().
 * Return: as vtd_context_set().
 */
int vtd_domain_renew(struct vtd_domain *d, struct vtd_unit *unit,
		     const u16 *sid, unsigned int nr)
{
	struct vtd_translation to = {};
	int ret;

	vtd_domain_lock(d);
	vtd_domain_find(d, unit, VTD_NO_PASID, &to);
	ret = vtd_context_set(unit, sid, nr, VTD_NO_PASID, &to);
	vtd_domain_unlock(d);
	return ret;
}

/**
 * vtd_domain_block() - the tables are given up: nobody translates with them
 * @d: the domain; what is attached stays so, and is refused all requests
 *
 * Context: may sleep; takes @d->lock, then the units' locks.
 */
void vtd_domain_block(struct vtd_domain *d)
{
	const struct vtd_translation none = {};
	struct vtd_domain_unit *du;
	struct vtd_domain_user *user;

	mutex_lock(&d->lock);
	d->dead = true;
	list_for_each_entry(du, &d->units, node)
		list_for_each_entry(user, &du->users, node)
			if (vtd_context_set(du->unit, user->sid, user->nr,
					    user->pasid, &none))
				du->stale = true;
	mutex_unlock(&d->lock);
}

/*
 * The PASID entries of all that is attached, once more.  One that fails is
 * blocked, and the others are written all the same: none says what was before.
 */
static int vtd_domain_rewrite(struct vtd_domain *d)
{
	struct vtd_domain_unit *du;
	struct vtd_domain_user *user;
	int ret = 0;

	list_for_each_entry(du, &d->units, node) {
		const struct vtd_translation to = vtd_domain_translation(d, du);

		list_for_each_entry(user, &du->users, node) {
			int err = vtd_context_set(du->unit, user->sid, user->nr,
						  user->pasid, &to);

			ret = ret ?: err;
		}
	}
	return ret;
}

/**
 * vtd_domain_enforce_snoop() - have devices' requests snoop CPU caches always
 * @d: the domain
 *
 * VT-d 3.8.3 (SNP, PGSNP), ECAP.SC.  User space's domains ask before they are
 * attached to anything: then the unit that the domain was made for counts, and
 * one that cannot is not attached later.
 *
 * Context: may sleep; takes @d->lock.
 * Return: false when a unit cannot, or when second-stage mappings without it
 * exist.
 */
bool vtd_domain_enforce_snoop(struct vtd_domain *d)
{
	struct vtd_domain_unit *du;
	bool can;

	mutex_lock(&d->lock);
	can = vtd_domain_first(d) || d->pt.snoop_bits || !READ_ONCE(d->mapped);
	if (list_empty(&d->units))
		can = can && d->can_snoop;
	list_for_each_entry(du, &d->units, node)
		can = can && du->unit->ecap & VTD_ECAP_SC;
	if (can && vtd_domain_first(d))
		d->snoops = true;
	else if (can)
		vtd_pt_set_snoop(&d->pt, true);
	/* Also what is nested in a second stage has it in its entries. */
	can = can && !vtd_domain_rewrite(d);
	mutex_unlock(&d->lock);
	return can;
}

/**
 * vtd_domain_track() - have units mark what is written to, or not any longer
 * @d: made to tell what was written to
 * @on: mark it
 *
 * VT-d 3.7.2, SSADE.  In the first stage they always do.
 *
 * Context: may sleep; takes @d->lock.
 * Return: 0, or the error of an invalidation, after which what failed is
 * blocked, and all else does as it was told.
 */
int vtd_domain_track(struct vtd_domain *d, bool on)
{
	int ret = 0;

	mutex_lock(&d->lock);
	if (d->tracks != on) {
		d->tracks = on;
		ret = vtd_domain_rewrite(d);
	}
	mutex_unlock(&d->lock);
	return ret;
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
