/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Native tests of what the iommu core calls: some devices, and the core's side
 * of attaching, mapping and unmapping, on the software unit.
 */
#ifndef VTD_CORE_RIG_H
#define VTD_CORE_RIG_H

#include <linux/dmar.h>
#include <linux/kernel.h>
#include <linux/pci.h>
#include <linux/string.h>

#include "rig.h"

#include "../../dmar/adapter.h"
#include "../../dmar/device.h"

#define RW (IOMMU_READ | IOMMU_WRITE)
/* Memory that no superpage can map at an address aligned to one. */
#define ODD (SZ_1G + SZ_4K)

#define BLOCKED 2 /* fault reasons */
#define NO_WRITE 5
#define NO_READ 6

/**
 * struct function - a device, as the PCI core would tell of it
 * @pdev: what the driver sees
 * @unit: that the policy gives it, or NULL
 * @sid: its source-ids
 * @nr_sids: how many, or an error
 * @set: of isolation
 * @bridge: it is one
 * @driver_leaves_dma: its driver does not use DMA itself
 * @rmrr: where firmware reserved 12 KiB for it, or 0
 * @ats: what the policy says of ATS
 * @silent: its configuration reads as all ones
 */
struct function {
	struct pci_dev pdev;
	struct vtd_unit *unit;
	u16 sid[4];
	int nr_sids;
	int set;
	bool bridge;
	bool driver_leaves_dma;
	u64 rmrr;
	enum vtd_ats ats;
	bool silent;
};

#define FUNCTIONS 4

extern struct function fn[FUNCTIONS];
extern bool opt_in;

struct kind {
	u64 cap;
	u64 ecap;
	const char *name;
};

/* Kinds of units. */
#define KINDS 4

extern const struct kind kinds[KINDS];

/* Map and unmap by ranges, not by pages of one size. */
extern bool by_ranges;

/* Devices that nobody manages yet, of unit 0. */
void functions(void);
/* A machine of one kind, and devices that nobody manages yet. */
void start(uintptr_t kind);
/* The same with any unit. */
void start_unit(u64 cap, u64 ecap);
/* The same, one of them attached to a domain of its own. */
struct iommu_domain *begin(uintptr_t kind);
void end(struct iommu_domain *domain);

struct device *dev(unsigned int i);
void appear(unsigned int i);
struct vtd_device *managed(unsigned int i);
void leave(unsigned int i, bool removed);
int attach(struct iommu_domain *domain, unsigned int i);
/* The same with a PASID, or VTD_NO_PASID; and undone. */
int attach_as(struct iommu_domain *domain, unsigned int i, u32 pasid);
int detach_as(unsigned int i, u32 pasid);
struct iommu_domain *domain_for(unsigned int i);

/* What a request of a device comes to: 0, at @phys, or the reason. */
unsigned int ask(unsigned int i, u64 addr, enum vtd_model_access access,
		 u64 phys);
void assert_maps(u64 addr, u64 phys);
void assert_nothing(u64 addr);

/* As the core goes about it; what a failed map left is taken off again. */
int map(struct iommu_domain *domain, u64 iova, u64 paddr, u64 pgsize,
	size_t count, int prot);
size_t unmap_later(struct iommu_domain *domain, u64 iova, u64 pgsize,
		   size_t count, struct iommu_iotlb_gather *gather);
size_t unmap(struct iommu_domain *domain, u64 iova, u64 pgsize, size_t count);

#endif /* VTD_CORE_RIG_H */
