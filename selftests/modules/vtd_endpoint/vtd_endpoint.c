// SPDX-License-Identifier: GPL-2.0
/*
 * A function with ATS and PASIDs, f0:00.0, that exists in configuration space
 * only: no device of QEMU's has PASIDs.
 *
 * Owns a root bus of segment 0 that firmware does not know, so that it belongs
 * to the unit that has all devices not listed.  It asks for nothing.
 */
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/numa.h>
#include <linux/pci.h>
#include <linux/string.h>
#include <linux/types.h>
#include <linux/unaligned.h>

#include <asm/pci.h>

#define ENDPOINT_BUS 0xf0
#define ENDPOINT_CAP 0x40
#define ENDPOINT_ATS 0x100
#define ENDPOINT_PASID 0x110
#define ENDPOINT_PASID_WIDTH 20
#define ENDPOINT_CONFIG 0x120 /* bytes; what follows reads as zero */

static u8 endpoint_config[ENDPOINT_CONFIG];
static struct pci_sysdata endpoint_sysdata;
static struct pci_bus *endpoint_bus;

static struct resource endpoint_busn = {
	.name = "vtd_endpoint",
	.start = ENDPOINT_BUS,
	.end = ENDPOINT_BUS,
	.flags = IORESOURCE_BUS,
};

static int endpoint_read(struct pci_bus *bus, unsigned int devfn, int where,
			 int size, u32 *value)
{
	u8 bytes[sizeof(*value)] = {};

	if (devfn || bus->number != ENDPOINT_BUS) {
		PCI_SET_ERROR_RESPONSE(value);
		return PCIBIOS_DEVICE_NOT_FOUND;
	}
	if (where + size <= ENDPOINT_CONFIG)
		memcpy(bytes, endpoint_config + where, size);
	*value = get_unaligned_le32(bytes);
	return PCIBIOS_SUCCESSFUL;
}

/* What can be switched on; all else is read-only. */
static int endpoint_write(struct pci_bus *bus, unsigned int devfn, int where,
			  int size, u32 value)
{
	switch (where) {
	case PCI_COMMAND:
	case ENDPOINT_ATS + PCI_ATS_CTRL:
	case ENDPOINT_PASID + PCI_PASID_CTRL:
		if (!devfn && size == 2)
			put_unaligned_le16(value, endpoint_config + where);
	}
	return PCIBIOS_SUCCESSFUL;
}

static struct pci_ops endpoint_ops = {
	.read = endpoint_read,
	.write = endpoint_write,
};

static void endpoint_fill(void)
{
	u8 *c = endpoint_config;

	put_unaligned_le16(PCI_VENDOR_ID_REDHAT_QUMRANET, c + PCI_VENDOR_ID);
	put_unaligned_le16(0xbe7c, c + PCI_DEVICE_ID);
	put_unaligned_le16(PCI_STATUS_CAP_LIST, c + PCI_STATUS);
	put_unaligned_le16(PCI_CLASS_NOT_DEFINED << 8, c + PCI_CLASS_DEVICE);
	c[PCI_CAPABILITY_LIST] = ENDPOINT_CAP;

	c[ENDPOINT_CAP] = PCI_CAP_ID_EXP;
	put_unaligned_le16(2 | PCI_EXP_TYPE_RC_END << 4,
			   c + ENDPOINT_CAP + PCI_EXP_FLAGS);
	put_unaligned_le32(PCI_EXP_DEVCAP2_EE_PREFIX,
			   c + ENDPOINT_CAP + PCI_EXP_DEVCAP2);

	put_unaligned_le32(PCI_EXT_CAP_ID_ATS | 1 << 16 | ENDPOINT_PASID << 20,
			   c + ENDPOINT_ATS);
	put_unaligned_le16(PCI_ATS_CAP_PAGE_ALIGNED,
			   c + ENDPOINT_ATS + PCI_ATS_CAP);
	put_unaligned_le32(PCI_EXT_CAP_ID_PASID | 1 << 16, c + ENDPOINT_PASID);
	put_unaligned_le16(ENDPOINT_PASID_WIDTH << 8,
			   c + ENDPOINT_PASID + PCI_PASID_CAP);
}

static int __init endpoint_init(void)
{
	LIST_HEAD(resources);

	endpoint_fill();
	endpoint_sysdata.node = NUMA_NO_NODE;
	pci_add_resource(&resources, &endpoint_busn);
	pci_lock_rescan_remove();
	endpoint_bus = pci_scan_root_bus(NULL, ENDPOINT_BUS, &endpoint_ops,
					 &endpoint_sysdata, &resources);
	if (endpoint_bus)
		pci_bus_add_devices(endpoint_bus);
	pci_unlock_rescan_remove();
	if (endpoint_bus)
		return 0;
	pci_free_resource_list(&resources);
	return -ENODEV;
}

static void __exit endpoint_exit(void)
{
	struct pci_host_bridge *bridge =
		to_pci_host_bridge(endpoint_bus->bridge);

	pci_lock_rescan_remove();
	pci_stop_root_bus(endpoint_bus);
	pci_remove_root_bus(endpoint_bus);
	/* pci_scan_root_bus() made it, and nobody else gives it back. */
	pci_free_host_bridge(bridge);
	pci_unlock_rescan_remove();
}

module_init(endpoint_init);
module_exit(endpoint_exit);

MODULE_DESCRIPTION("A PCI function with ATS and PASIDs that does nothing");
MODULE_LICENSE("GPL");
