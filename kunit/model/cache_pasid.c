// SPDX-License-Identifier: GPL-2.0
/*
 * The PASID cache: PASID directory and PASID table entries (6.2.3), and what
 * the invalidations that name PASIDs take out of this and of the IOTLB.
 */
#include <linux/kernel.h>

#include "internal.h"

/**
 * vtdm_find_pasid() - a cached entry of a PASID
 * @u: the unit
 * @sid: whose
 * @pasid: any
 * @directory: that of the directory
 *
 * Context: the model's lock is held.
 * Return: the entry or NULL.
 */
struct vtdm_pasid *vtdm_find_pasid(struct vtd_model_unit *u, u16 sid, u32 pasid,
				   bool directory)
{
	unsigned int i;

	if (directory)
		pasid -= pasid % VTDM_PASIDS;
	for (i = 0; i < VTDM_PASID_CACHE; i++) {
		struct vtdm_pasid *e = &u->pasids[i];

		if (e->valid && e->directory == directory && e->sid == sid &&
		    e->pasid == pasid)
			return e;
	}
	return NULL;
}

/**
 * vtdm_cache_pasid() - remember an entry, unless one is known already
 * @u: the unit
 * @entry: what to remember
 *
 * Context: the model's lock is held.
 */
void vtdm_cache_pasid(struct vtd_model_unit *u, const struct vtdm_pasid *entry)
{
	struct vtdm_pasid *at;

	if (vtdm_find_pasid(u, entry->sid, entry->pasid, entry->directory))
		return;
	at = &u->pasids[u->next_pasid++ % VTDM_PASID_CACHE];
	*at = *entry;
	at->valid = true;
	if (entry->directory)
		at->pasid -= at->pasid % VTDM_PASIDS;
}

/* Is the entry one that the invalidation names? */
static bool vtdm_pasid_named(const struct vtdm_pasid *e,
			     unsigned int granularity, u16 did, u32 pasid)
{
	if (granularity == VTDM_D_PC_GLOBAL)
		return true;
	/* Directory entries have no domain-id, nor has what leads to a fault. */
	if (!e->directory && !e->reason && e->did != did)
		return false;
	if (granularity == VTDM_D_PC_DOMAIN)
		return true;
	return e->directory ? e->pasid == pasid - pasid % VTDM_PASIDS :
			      e->pasid == pasid;
}

/**
 * vtdm_forget_pasids() - a PASID-cache invalidation (6.5.2.2)
 * @u: the unit
 * @granularity: VTDM_D_PC_*
 * @did: domain-id, unless global
 * @pasid: for the selective one
 *
 * Context: the model's lock is held.
 */
void vtdm_forget_pasids(struct vtd_model_unit *u, unsigned int granularity,
			u16 did, u32 pasid)
{
	unsigned int i;

	for (i = 0; i < VTDM_PASID_CACHE; i++)
		if (vtdm_pasid_named(&u->pasids[i], granularity, did, pasid))
			u->pasids[i].valid = false;
}

/* Of a first stage, under this domain-id and PASID? */
static bool vtdm_first_named(const struct vtdm_path *path, u16 did, u32 pasid)
{
	return (path->kind == VTDM_FIRST || path->kind == VTDM_NESTED) &&
	       path->did == did && path->pasid == pasid;
}

/**
 * vtdm_forget_first() - a PASID-based IOTLB invalidation (6.5.2.4)
 * @u: the unit
 * @granularity: VTDM_D_PI_*
 * @did: domain-id
 * @pasid: within it
 * @addr: first page, of pages
 * @am: 2^am pages are meant
 * @hint: leaves only: pointers stay (IH)
 *
 * Nothing that is cached of a second stage alone is touched.
 *
 * Context: the model's lock is held.
 */
void vtdm_forget_first(struct vtd_model_unit *u, unsigned int granularity,
		       u16 did, u32 pasid, u64 addr, unsigned int am, bool hint)
{
	u64 bytes = am < 52 ? VTDM_PAGE << am : 0;
	bool pages = granularity == VTDM_D_PI_PAGES;
	unsigned int i;

	for (i = 0; i < VTDM_IOTLBS; i++) {
		struct vtdm_iotlb *t = &u->iotlbs[i];

		if (!t->valid || !vtdm_first_named(&t->path, did, pasid))
			continue;
		if (!pages ||
		    vtdm_meet(t->iova, vtdm_level_bytes(t->level), addr, bytes))
			t->valid = false;
	}
	for (i = 0; i < VTDM_POINTERS; i++) {
		struct vtdm_pointer *p = &u->pointers[i];

		if (!p->valid || !vtdm_first_named(&p->path, did, pasid))
			continue;
		if (!pages ||
		    (!hint && vtdm_meet(p->iova, vtdm_level_bytes(p->level),
					addr, bytes)))
			p->valid = false;
	}
}
