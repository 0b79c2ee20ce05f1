/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Native tests of topologies: PCI as a table, the driver's own answers to it.
 */
#ifndef VTD_PCI_RIG_H
#define VTD_PCI_RIG_H

#include <linux/kernel.h>
#include <linux/pci.h>

#include "dmar_build.h"
#include "vtd_test.h"

#include "../../dmar/control.h"
#include "../../dmar/device.h"

#define RIG_FUNCTIONS 24
#define RIG_UNITS 3

#define ACS_ALL 0x5f

/* What is not PCI Express. */
#define CONVENTIONAL 0xf

/**
 * enum rig_flags - more about a function
 * @MANY: one of several of its device
 * @UNMANAGED: we have let go of it, or never had it
 * @UNTRUSTED: outside of the machine
 * @BEHIND_VMD: its root bus is one of VMD's; the first function with
 *	IS_VMD is the endpoint
 * @IS_VMD: see above
 * @PHANTOM_1: phantom functions in one bit, switched on
 * @PHANTOM_3: in all three
 * @PHANTOM_OFF: it could, but that is switched off
 * @OTHER_ROOT: its root bus is number 0x40 of the same segment
 * @OTHER_SEGMENT: its root bus is number 0 of segment 1
 * @VIRTUAL: a virtual function of the function before it that is none
 */
enum rig_flags {
	MANY = 1,
	UNMANAGED = 2,
	UNTRUSTED = 4,
	BEHIND_VMD = 8,
	IS_VMD = 16,
	PHANTOM_1 = 32,
	PHANTOM_3 = 64,
	PHANTOM_OFF = 128,
	VIRTUAL = 256,
	OTHER_ROOT = 512,
	OTHER_SEGMENT = 1024,
};

/**
 * struct rig_spec - a function
 * @name: what the test calls it; NULL behind the last
 * @above: name of the bridge it is behind, NULL on the root bus
 * @type: PCI_EXP_TYPE_* or CONVENTIONAL
 * @devfn: where on its bus
 * @acs: bits of its ACS capability, 0 for none
 * @off: those of them that are off
 * @flags: enum rig_flags
 * @driver: bound to it, or NULL
 * @group: the core's group, 0 for none
 * @class: 24 bits; bridges have one without being told
 * @alias: function of its bus that its requests may come from, by quirk, and 1
 * @device: device-id of Intel, or 0
 * @revision: revision-id
 */
struct rig_spec {
	const char *name;
	const char *above;
	int type;
	u8 devfn;
	u16 acs;
	u16 off;
	unsigned int flags;
	const char *driver;
	int group;
	u32 class;
	unsigned int alias;
	u16 device;
	u8 revision;
};

/**
 * struct pci_rig - the machine
 * @pdev: its functions, in the order of the table
 * @nr: how many
 * @unit: units, as many as the table of @image has
 * @image: the DMAR table
 * @isolated_msi: interrupts are remapped
 * @late_root: the other root bus came after attach
 */
struct pci_rig {
	struct pci_dev pdev[RIG_FUNCTIONS];
	unsigned int nr;
	struct vtd_unit unit[RIG_UNITS];
	struct dmar_image image;
	bool isolated_msi;
	bool late_root;
};

extern struct pci_rig pci_rig;

/* A machine; @table fills in the DMAR table, or there is one unit for all. */
void pci_rig_start(const struct rig_spec *spec,
		   void (*table)(struct dmar_image *image));
void pci_rig_stop(void);
struct pci_dev *pci_rig_dev(const char *name);
/* Unplug it, and plug it in again; what is known of it is kept. */
void pci_rig_unplug(const char *name);
void pci_rig_plug(const char *name);

#endif /* VTD_PCI_RIG_H */
