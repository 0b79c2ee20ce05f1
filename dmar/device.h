/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Devices that are managed: probed by the iommu core and translated by a unit.
 */
#ifndef VTD_DEVICE_H
#define VTD_DEVICE_H

#include <linux/iommu.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/rcupdate.h>
#include <linux/types.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include <vtd/sids.h>

#include "ats.h"
#include "devtlb.h"
#include "pci.h"

struct vtd_domain;
struct vtd_unit;

/**
 * struct vtd_device - a managed device
 * @pdev: the device; referenced (c)
 * @unit: translates its DMA (c)
 * @iommu: what the core holds to be the device's unit.  One for each device,
 *	never in the core's list, so that iommu_device_unregister() lets go of
 *	this device alone (c)
 * @nr_sids: entries of @sid (c)
 * @sid: source-ids of its requests (c)
 * @ats: whether it may cache translations; set once, before it is attached
 * @domain: paging domain it is attached to, NULL for identity or blocked (g)
 * @alone_at: count of changes to the PCI devices when @alone was found out (g)
 * @alone: it is the only device of its isolation set (g)
 * @type: IOMMU_DOMAIN_* of what it was attached to (g)
 * @strict: its unmaps are flushed at once: the administrator wants it so, or has
 *	not said otherwise and its unit is in caching mode (g)
 * @features_lock: who changes @features
 * @features: VTD_SM_CONTEXT_DTE, _PASIDE and _PRE that it is to have
 * @has_devtlb: @devtlb is in use: it may keep translations
 * @devtlb: see there
 * @ats_off: the administrator does not want it to (g)
 * @quarantine: VTD_QUARANTINE_*: why nothing that it sends is let through; set in
 *	any context, cleared under (g)
 * @was_master: it might do DMA before that
 * @contain: does what is slow of it
 * @pri_users: domains that serve its page requests and are attached (g)
 * @quota: page requests that it may have under way; 0: it may send none.  Under
 *	the lock of the unit's page request queue
 * @outstanding: groups of them that are not answered
 * @answer_lock: from the question whether an answer is still waited for until it
 *	is given; innermost of those that page requests need
 * @pri_generation: how often it was told to forget all requests; under
 *	@answer_lock, and written with that of the queue, too
 * @pasid_room: width of the PASIDs that there is memory for, 0 for none
 * @pasid_bits: width of the PASIDs that it may use, 0 for none (c)
 * @isolation: module that is kept loaded while others have the device, or
 *	NULL (g)
 * @pasids: by PASID, the struct vtd_domain it is attached to; a value entry
 *	where addresses are not changed (g)
 * @node: in the list of all managed devices; RCU
 * @releasing: we let go of it; who set this frees it (r)
 * @removed: it is leaving the machine (r)
 * @held: its driver is frozen, and has addresses that nothing translates from
 *	when it is let go of: block it (r)
 * @rcu: for freeing
 *
 * (c) constant, (g) under the group's mutex, (r) under rescan_remove.
 */
struct vtd_device {
	struct pci_dev *pdev;
	struct vtd_unit *unit;
	struct iommu_device iommu;
	unsigned int nr_sids;
	u16 sid[VTD_SIDS_MAX];
	enum vtd_ats ats;
	struct vtd_domain *domain;
	u64 alone_at;
	bool alone;
	unsigned int type;
	bool strict;
	struct mutex features_lock;
	u64 features;
	bool has_devtlb;
	bool ats_off;
	struct vtd_devtlb devtlb;
	unsigned int quarantine;
	bool was_master;
	struct work_struct contain;
	unsigned int pri_users;
	u32 quota;
	atomic_t outstanding;
	struct mutex answer_lock;
	u64 pri_generation;
	u8 pasid_room;
	u8 pasid_bits;
	struct xarray pasids;
	struct module *isolation;
	struct list_head node;
	bool releasing;
	bool removed;
	bool held;
	struct rcu_head rcu;
};

extern struct list_head vtd_devices;

static inline struct vtd_device *vtd_device_of(struct device *dev)
{
	return dev_iommu_priv_get(dev);
}

/* The mutex of its group is held, if it is in one yet: (g) above. */
static inline void vtd_device_assert_group(const struct vtd_device *vdev)
{
	if (IS_ENABLED(CONFIG_LOCKDEP) && vdev->pdev->dev.iommu_group)
		iommu_group_mutex_assert(&vdev->pdev->dev);
}

static inline bool vtd_device_has_sid(const struct vtd_device *vdev, u16 sid)
{
	return vtd_sids_have(vdev->sid, vdev->nr_sids, sid);
}

struct vtd_device *vtd_device_create(struct pci_dev *pdev,
				     struct vtd_unit *unit);
void vtd_device_free(struct vtd_device *vdev);
struct vtd_device *vtd_device_find(const struct pci_dev *pdev);
void vtd_device_topology_changed(void);
bool vtd_device_alone(struct vtd_device *vdev);
int vtd_device_set_identity(struct vtd_device *vdev);
int vtd_device_block(struct vtd_device *vdev);
int vtd_device_leave(struct vtd_device *vdev, bool gone);
void vtd_device_isolated_by(struct module *who);
int vtd_device_set_domain(struct vtd_device *vdev, struct vtd_domain *d);
int vtd_device_set_strict(struct vtd_device *vdev, bool on);
unsigned int vtd_device_type(const struct vtd_device *vdev);
bool vtd_device_lazy(const struct vtd_device *vdev);
void vtd_device_start_ats(struct vtd_device *vdev);
void vtd_device_moved_ats(struct vtd_device *vdev, bool translated);
void vtd_device_regain_ats(struct vtd_device *vdev);
void vtd_device_stop_ats(struct vtd_device *vdev);
void vtd_device_end_ats(struct vtd_device *vdev);
bool vtd_ats_whole_pages(struct pci_dev *pdev);
int vtd_device_set_ats(struct vtd_device *vdev, bool on);
int vtd_device_features(struct vtd_device *vdev, u64 set, u64 clear);
int vtd_device_reserve(struct vtd_device *vdev);
void vtd_device_start_pasids(struct vtd_device *vdev);
void vtd_device_clear_pasids(struct vtd_device *vdev);
void vtd_device_stop_pasids(struct vtd_device *vdev);
int vtd_device_set_pasid(struct vtd_device *vdev, u32 pasid,
			 struct vtd_domain *d);
int vtd_device_clear_pasid(struct vtd_device *vdev, u32 pasid);
unsigned int vtd_device_pasid_type(struct vtd_device *vdev, u32 pasid,
				   struct vtd_domain **d);
void vtd_device_stop_requests(struct vtd_device *vdev);
void vtd_device_resume_requests(struct vtd_device *vdev);

#endif /* VTD_DEVICE_H */
