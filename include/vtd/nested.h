/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Domains in the hands of user space that go beyond the core's own terms: nested
 * ones, and those that tell what was written to.
 *
 * vtd_dmar has the tables; the module that registers here speaks iommufd's
 * language.  Only one can.
 */
#ifndef VTD_NESTED_H
#define VTD_NESTED_H

#include <linux/iommu.h>
#include <linux/types.h>
#include <uapi/linux/iommufd.h>

struct iommufd_viommu;
struct module;

/**
 * struct vtd_guest_stage - a guest's first-stage tables
 * @table: guest-physical address of the top one, bytes
 * @flags: VTD_PASID_SRE, VTD_PASID_WPE and VTD_PASID_EAFE as the guest wants them
 * @levels: 4 or 5
 */
struct vtd_guest_stage {
	u64 table;
	u64 flags;
	unsigned int levels;
};

/**
 * struct vtd_user_ops - what the module does that speaks for user space
 * @owner: kept loaded by each domain and virtual IOMMU that is made through it
 * @hw_info: as the core's
 * @dirty_ops: of domains that tell what was written to
 * @alloc_nested: as the core's; ends in vtd_nested_alloc()
 * @viommu_size: as the core's get_viommu_size
 * @viommu_init: as the core's; sets an operation vtd_viommu_destroy()
 * @viommu_destroy: undoes it
 * @device_failed: a device did not answer an invalidation and is being blocked;
 *	may sleep
 */
struct vtd_user_ops {
	struct module *owner;
	void *(*hw_info)(struct device *dev, u32 *length,
			 enum iommu_hw_info_type *type);
	const struct iommu_dirty_ops *dirty_ops;
	struct iommu_domain *(*alloc_nested)(
		struct device *dev, struct iommu_domain *parent, u32 flags,
		const struct iommu_user_data *user_data);
	size_t (*viommu_size)(struct device *dev, unsigned int type);
	int (*viommu_init)(struct iommufd_viommu *viommu,
			   struct iommu_domain *parent,
			   const struct iommu_user_data *user_data);
	void (*viommu_destroy)(struct iommufd_viommu *viommu);
	void (*device_failed)(struct device *dev);
};

/**
 * vtd_user_register() - speak for user space from now on
 * @ops: stays valid until vtd_user_unregister()
 *
 * Context: may sleep.
 * Return: 0; -EBUSY when another module does.
 */
int vtd_user_register(const struct vtd_user_ops *ops);

/**
 * vtd_user_unregister() - the end of it; nothing made through it is left
 *
 * Context: may sleep.
 */
void vtd_user_unregister(void);

/**
 * vtd_viommu_destroy() - what iommufd calls at the end of a virtual IOMMU
 * @viommu: of &vtd_user_ops.viommu_init
 *
 * Calls &vtd_user_ops.viommu_destroy, then lets the module go.
 *
 * Context: may sleep.
 */
void vtd_viommu_destroy(struct iommufd_viommu *viommu);

/**
 * vtd_nested_alloc() - a domain of a guest's tables and a second stage
 * @dev: a managed device; or NULL: whether its unit can do it is found out when
 *	one is attached
 * @parent: second stage, allocated with IOMMU_HWPT_ALLOC_NEST_PARENT; stays as
 *	long as the domain does
 * @guest: the guest's tables
 * @ops: vtd_attach_paging(), vtd_set_pasid_paging(), vtd_nested_free() and what
 *	the caller has
 *
 * VT-d 3.8, 9.6.
 *
 * Context: may sleep.
 * Return: the domain, or an ERR_PTR: -EOPNOTSUPP when the unit has not what is
 * asked for; -EINVAL when @parent is no such domain, or the table lies beyond
 * its addresses or is not aligned to 4 KiB; -ENOMEM.
 */
struct iommu_domain *vtd_nested_alloc(struct device *dev,
				      struct iommu_domain *parent,
				      const struct vtd_guest_stage *guest,
				      const struct iommu_domain_ops *ops);

/**
 * vtd_nested_free() - free such a domain
 * @domain: from vtd_nested_alloc(), attached to nothing
 *
 * Context: may sleep.
 */
void vtd_nested_free(struct iommu_domain *domain);

/**
 * vtd_nested_needs_write() - must second stages be writable that others nest in?
 *
 * Erratum SPR17 (document 772415): such a unit may let a nested request write
 * where the second stage allows reads only.
 *
 * Context: any.
 * Return: true on the CPUs that have it; there mappings without IOMMU_WRITE are
 * refused with -EINVAL in domains with IOMMU_HWPT_ALLOC_NEST_PARENT.
 */
bool vtd_nested_needs_write(void);

/* As the core's attach_dev and set_dev_pasid, of any domain of ours. */
int vtd_attach_paging(struct iommu_domain *domain, struct device *dev,
		      struct iommu_domain *old);
int vtd_set_pasid_paging(struct iommu_domain *domain, struct device *dev,
			 ioasid_t pasid, struct iommu_domain *old);

/**
 * vtd_nested_flush() - a guest has changed its tables
 * @domain: nested, or a parent: then all that is nested in it
 * @start: first byte, an address of the guest's first stage
 * @last: last byte
 * @leaf_only: only leaves were changed
 *
 * VT-d 6.5.2.4, 6.5.2.6.
 *
 * Context: any that may spin for the answers; does not sleep.
 * Return: 0; -ETIME when a device did not answer, which has been blocked; other
 * errors when the unit did not.
 */
int vtd_nested_flush(struct iommu_domain *domain, u64 start, u64 last,
		     bool leaf_only);

/**
 * vtd_nested_flush_device() - have one device forget what it translated
 * @dev: a managed device
 * @pasid: of its requests; 0 for those without one
 * @start: first byte
 * @last: last byte
 *
 * Context: may sleep; the device stays managed.
 * Return: as vtd_nested_flush(); 0 for a device that keeps no translations.
 */
int vtd_nested_flush_device(struct device *dev, u32 pasid, u64 start, u64 last);

/**
 * vtd_user_dirty_track() - begin or stop to mark what is written to
 * @domain: allocated with IOMMU_HWPT_ALLOC_DIRTY_TRACKING
 * @on: begin
 *
 * Of the first stage, marks are always made.
 *
 * Context: may sleep.
 * Return: 0, or the error of an invalidation, after which what failed is
 * blocked, and all else does as it was told.
 */
int vtd_user_dirty_track(struct iommu_domain *domain, bool on);

/**
 * vtd_user_dirty_read() - what was written to
 * @domain: as for vtd_user_dirty_track()
 * @iova: first address, bytes
 * @size: bytes
 * @clear: unmark it; the IOTLB has to be invalidated for what was told
 * @tell: told of it
 * @data: for @tell
 *
 * Context: any that @tell allows; nothing in the range is unmapped meanwhile.
 */
void vtd_user_dirty_read(struct iommu_domain *domain, unsigned long iova,
			 size_t size, bool clear,
			 void (*tell)(void *data, u64 iova, u64 bytes),
			 void *data);

#endif /* VTD_NESTED_H */
