/* SPDX-License-Identifier: GPL-2.0 */
/* Native build: a kernel that knows VMD. */
#ifndef VTD_SHIM_ASM_PCI_H
#define VTD_SHIM_ASM_PCI_H

#include <linux/pci.h>

#undef IS_ENABLED
#define IS_ENABLED(option) 1

struct pci_sysdata {
	struct pci_dev *vmd_dev;
};

static inline bool is_vmd(struct pci_bus *bus)
{
	return bus->vmd;
}

#define to_pci_sysdata(bus) (&(struct pci_sysdata){ (bus)->vmd })

#endif /* VTD_SHIM_ASM_PCI_H */
