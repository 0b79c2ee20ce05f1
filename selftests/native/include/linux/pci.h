/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Native build: PCI devices as far as the iommu side of the driver looks at
 * them.  A test makes its own; vtd_shim_pci_devices holds all there are.
 */
#ifndef VTD_SHIM_PCI_H
#define VTD_SHIM_PCI_H

#include <linux/container_of.h>
#include <linux/iommu.h>
#include <linux/list.h>
#include <linux/printk.h>
#include <linux/types.h>

#define PCI_VENDOR_ID 0
#define PCI_COMMAND 4
#define PCI_COMMAND_MASTER 4

#define PCI_HEADER_TYPE_BRIDGE 1

#define PCI_EXP_TYPE_ENDPOINT 0x0
#define PCI_EXP_TYPE_LEG_END 0x1
#define PCI_EXP_TYPE_ROOT_PORT 0x4
#define PCI_EXP_TYPE_UPSTREAM 0x5
#define PCI_EXP_TYPE_DOWNSTREAM 0x6
#define PCI_EXP_TYPE_PCI_BRIDGE 0x7
#define PCI_EXP_TYPE_PCIE_BRIDGE 0x8
#define PCI_EXP_TYPE_RC_END 0x9

#define PCI_EXP_DEVCAP 4
#define PCI_EXP_DEVCAP_PHANTOM 0x18
#define PCI_EXP_DEVCTL 8
#define PCI_EXP_DEVCTL_PHANTOM 0x0200

#define PCI_EXT_CAP_ID_ACS 0x0d
#define PCI_ACS_CAP 4
#define PCI_ACS_CTRL 6
#define PCI_ACS_SV 0x01
#define PCI_ACS_TB 0x02
#define PCI_ACS_RR 0x04
#define PCI_ACS_CR 0x08
#define PCI_ACS_UF 0x10

#define PCI_DEV_FLAG_PCIE_BRIDGE_ALIAS 1
#define PCI_DEV_FLAGS_BRIDGE_XLATE_ROOT 2

#define PCI_VENDOR_ID_INTEL 0x8086

#define PCI_BASE_CLASS_DISPLAY 0x03
#define PCI_CLASS_SERIAL_USB 0x0c03

#define PCI_DEVID(bus, devfn) ((u16)((bus) << 8 | (devfn)))
#define PCI_DEVFN(slot, fn) ((u8)(((slot) & 0x1f) << 3 | ((fn) & 7)))
#define PCI_BUS_NUM(sid) ((sid) >> 8 & 0xff)
#define PCI_SLOT(devfn) ((devfn) >> 3 & 0x1f)
#define PCI_FUNC(devfn) ((devfn) & 7)

struct device_driver {
	const char *name;
};

struct pci_driver {
	struct device_driver driver;
	bool driver_managed_dma;
};

#define to_pci_driver(d) container_of(d, struct pci_driver, driver)

struct pci_dev;

/**
 * struct pci_bus - a bus
 * @node: root buses: in pci_root_buses
 * @parent: the bus that the bridge to it is on; NULL for a root bus
 * @self: that bridge
 * @number: of the bus
 * @segment: of PCI
 * @vmd: the VMD endpoint that it is behind, or NULL
 * @units_at: dword at 0xb0 of the configuration of function 0.0
 */
struct pci_bus {
	struct list_head node;
	struct pci_bus *parent;
	struct pci_dev *self;
	u8 number;
	int segment;
	struct pci_dev *vmd;
	u32 units_at;
};

struct device;

struct bus_type {
	int (*dma_configure)(struct device *dev);
	void (*dma_cleanup)(struct device *dev);
};

struct device {
	const struct bus_type *bus;
	struct device_driver *driver;
	struct iommu_group *iommu_group;
	void *iommu_priv;
	bool is_pci;
};

/**
 * struct pci_dev - a device
 * @dev: what it is to the core
 * @class: class code, 24 bits
 * @vendor: vendor-id
 * @device: device-id
 * @revision: revision-id
 * @name: for the log
 * @refs: references taken and not given back
 * @master: it may do DMA
 * @all: in vtd_shim_pci_devices
 * @bus: that it is on
 * @subordinate: bridges: the bus below
 * @devfn: device and function
 * @hdr_type: of its configuration header
 * @express: it has a PCI Express capability
 * @type: of PCI Express device or port
 * @multifunction: one of several functions
 * @untrusted: outside of the machine
 * @external_facing: a port that leads there
 * @dev_flags: PCI_DEV_FLAG*
 * @dma_alias_mask: functions of its bus that its requests may come from
 * @physfn: virtual functions: the physical one
 * @acs: there is an ACS capability
 * @acs_cap: bits it has
 * @acs_ctrl: bits that are on
 * @isoch: dword at 0x188 of its configuration
 * @devcap: device capabilities of PCI Express
 * @devctl: device control of PCI Express
 * @max_pasids: PASIDs that it may use, or 0
 * @no_pasid_path: something between it and the root complex takes none
 * @pasid_enabled: as it says
 * @ats_cap: offset of its ATS capability, or 0
 * @ats_word: what the capability says
 * @ats_enabled: as it says
 * @ats_lost: a reset has switched it off, and nobody knows
 * @switched: called when PASIDs or ATS have been switched, or NULL
 */
struct pci_dev {
	struct device dev;
	unsigned int class;
	u16 vendor;
	u16 device;
	u8 revision;
	const char *name;
	int refs;
	bool master;
	struct list_head all;
	struct pci_bus *bus;
	struct pci_bus *subordinate;
	u8 devfn;
	u8 hdr_type;
	bool express;
	int type;
	bool multifunction;
	bool untrusted;
	bool external_facing;
	unsigned int dev_flags;
	unsigned long *dma_alias_mask;
	struct pci_dev *physfn;
	bool acs;
	u16 acs_cap;
	u16 acs_ctrl;
	u32 isoch;
	u32 devcap;
	u16 devctl;
	int max_pasids;
	bool no_pasid_path;
	bool pasid_enabled;
	u16 ats_cap;
	u16 ats_word;
	unsigned int ats_enabled : 1;
	bool ats_lost;
	void (*switched)(struct pci_dev *pdev);
};

/* Defined by the test that has devices. */
extern struct list_head vtd_shim_pci_devices;

#define to_pci_dev(d) container_of(d, struct pci_dev, dev)
#define dev_is_pci(d) ((d)->is_pci)

static inline const char *pci_name(const struct pci_dev *pdev)
{
	return pdev->name;
}

static inline int pci_domain_nr(const struct pci_bus *bus)
{
	return bus->segment;
}

static inline bool pci_is_root_bus(const struct pci_bus *bus)
{
	return !bus->parent;
}

static inline u16 pci_dev_id(const struct pci_dev *pdev)
{
	return PCI_DEVID(pdev->bus->number, pdev->devfn);
}

static inline struct pci_dev *pci_physfn(struct pci_dev *pdev)
{
	return pdev->physfn ?: pdev;
}

static inline struct pci_dev *pci_upstream_bridge(struct pci_dev *pdev)
{
	pdev = pci_physfn(pdev);
	return pci_is_root_bus(pdev->bus) ? NULL : pdev->bus->self;
}

static inline bool pci_is_pcie(const struct pci_dev *pdev)
{
	return pdev->express;
}

static inline int pci_pcie_type(const struct pci_dev *pdev)
{
	return pdev->type;
}

/* The only capability that is looked for; it is at no place of its own. */
static inline u16 pci_find_ext_capability(struct pci_dev *pdev, int cap)
{
	return pdev->acs && cap == PCI_EXT_CAP_ID_ACS ? 0x100 : 0;
}

static inline int pci_read_config_word(struct pci_dev *pdev, int where,
				       u16 *value)
{
	if (pdev->ats_cap && where == pdev->ats_cap + 4)
		*value = pdev->ats_word;
	else if (pdev->ats_cap && where == pdev->ats_cap + 6)
		*value = pdev->ats_enabled && !pdev->ats_lost ? 0x8000 : 0;
	else
		*value = where == 0x100 + PCI_ACS_CAP ? pdev->acs_cap :
							pdev->acs_ctrl;
	return 0;
}

static inline int pci_write_config_word(struct pci_dev *pdev, int where,
					u16 value)
{
	if (where == 0x100 + PCI_ACS_CTRL)
		pdev->acs_ctrl = value & pdev->acs_cap;
	return 0;
}

static inline int pci_read_config_dword(struct pci_dev *pdev, int where,
					u32 *value)
{
	*value = where == 0x188 ? pdev->isoch : U32_MAX;
	return 0;
}

static inline int pci_bus_read_config_dword(struct pci_bus *bus, u8 devfn,
					    int where, u32 *value)
{
	*value = devfn == 0 && where == 0xb0 ? bus->units_at : U32_MAX;
	return 0;
}

static inline int pcie_capability_read_word(struct pci_dev *pdev, int where,
					    u16 *value)
{
	*value = where == PCI_EXP_DEVCTL ? pdev->devctl : 0;
	return 0;
}

static inline int pcie_capability_read_dword(struct pci_dev *pdev, int where,
					     u32 *value)
{
	*value = where == PCI_EXP_DEVCAP ? pdev->devcap : 0;
	return 0;
}

/* The driver core's part, defined by the test that has one. */
bool device_is_registered(struct device *dev);
int device_trylock(struct device *dev);
void device_unlock(struct device *dev);
void device_release_driver(struct device *dev);
int device_attach(struct device *dev);

extern struct list_head pci_root_buses;
extern const struct bus_type pci_bus_type;

#define BUS_NOTIFY_DEL_DEVICE 1
#define BUS_NOTIFY_REMOVED_DEVICE 2
#define NOTIFY_DONE 0

struct notifier_block {
	int (*notifier_call)(struct notifier_block *nb, unsigned long action,
			     void *data);
};

static inline int bus_register_notifier(const struct bus_type *bus,
					struct notifier_block *nb)
{
	return 0;
}

static inline void bus_unregister_notifier(const struct bus_type *bus,
					   struct notifier_block *nb)
{
}

/* Whoever waits for it may be first now. */
void vtd_shim_point(void);

static inline void pci_lock_rescan_remove(void)
{
	vtd_shim_point();
}

static inline void pci_unlock_rescan_remove(void)
{
	vtd_shim_point();
}

static inline struct pci_dev *pci_dev_get(struct pci_dev *pdev)
{
	if (pdev)
		pdev->refs++;
	return pdev;
}

static inline void pci_dev_put(struct pci_dev *pdev)
{
	if (pdev)
		pdev->refs--;
}

static inline void pci_set_master(struct pci_dev *pdev)
{
	pdev->master = true;
}

static inline void pci_clear_master(struct pci_dev *pdev)
{
	pdev->master = false;
}

/* The next one, referenced; the one before is given back. */
static inline struct pci_dev *vtd_shim_next_pci_dev(struct pci_dev *from)
{
	struct list_head *next = from ? from->all.next :
					vtd_shim_pci_devices.next;

	pci_dev_put(from);
	if (next == &vtd_shim_pci_devices)
		return NULL;
	return pci_dev_get(list_entry(next, struct pci_dev, all));
}

#define for_each_pci_dev(d) while ((d = vtd_shim_next_pci_dev(d)))

static inline struct pci_dev *
pci_get_domain_bus_and_slot(int segment, unsigned int bus, unsigned int devfn)
{
	struct pci_dev *pdev = NULL;

	for_each_pci_dev(pdev)
		if (pdev->bus->segment == segment && pdev->bus->number == bus &&
		    pdev->devfn == devfn)
			return pdev;
	return NULL;
}

static inline struct pci_dev *pci_get_device(u16 vendor, u16 device,
					     struct pci_dev *from)
{
	for_each_pci_dev(from)
		if (from->vendor == vendor && from->device == device)
			return from;
	return NULL;
}

static inline void *dev_iommu_priv_get(struct device *dev)
{
	return dev->iommu_priv;
}

static inline void dev_iommu_priv_set(struct device *dev, void *priv)
{
	dev->iommu_priv = priv;
}

struct iommu_group *pci_device_group(struct device *dev);

#define dev_err(dev, ...) pr_err(__VA_ARGS__)
#define dev_err_ratelimited(dev, ...) pr_err(__VA_ARGS__)
#define dev_notice_ratelimited(dev, ...) pr_err(__VA_ARGS__)
#define pci_notice pci_err
#define pci_err(pdev, ...) ((void)(pdev), pr_err(__VA_ARGS__))

#endif /* VTD_SHIM_PCI_H */
