// SPDX-License-Identifier: GPL-2.0
/*
 * Native tests of topologies; see pci_rig.h.
 *
 * Owns what the PCI core and the iommu core would know.  Buses get their
 * numbers in the order of the table.
 */
#include <stdio.h>
#include <string.h>

#include <linux/err.h>

#include "pci_rig.h"

LIST_HEAD(vtd_shim_pci_devices);

struct vtd_control vtd_control;
struct pci_rig pci_rig;

static struct rig_spec spec_of[RIG_FUNCTIONS];
static struct pci_bus buses[RIG_FUNCTIONS + 2];
static struct pci_bus other_root = { .number = 0x40 };
static struct pci_bus other_segment = { .segment = 1 };
static struct vtd_device vdevs[RIG_FUNCTIONS];
static struct pci_driver drivers[RIG_FUNCTIONS];
static char names[RIG_FUNCTIONS][20];
static unsigned long alias_masks[RIG_FUNCTIONS][4];

static unsigned int index_of(const struct pci_dev *pdev)
{
	return pdev - pci_rig.pdev;
}

/* --- what the driver's other files would say --------------------------------- */

struct vtd_device *vtd_device_find(const struct pci_dev *pdev)
{
	return spec_of[index_of(pdev)].flags & UNMANAGED ?
		       NULL :
		       &vdevs[index_of(pdev)];
}

struct vtd_unit *vtd_unit_of(struct pci_dev *pdev)
{
	struct vtd_pci_path path;
	int index;

	assert_int_equal(vtd_pci_path(pdev, &path), 0);
	index = vtd_dmar_find_unit(vtd_control.dmar, &path);
	return index < 0 ? NULL : &pci_rig.unit[index];
}

bool vtd_on_late_bus(struct pci_dev *pdev, const struct vtd_unit *unit)
{
	return pdev->bus == &other_root && pci_rig.late_root;
}

const char *vtd_unmanaged_reason(struct pci_dev *pdev, struct vtd_unit *unit)
{
	if (vtd_on_late_bus(pdev, unit))
		return "its root bus came after";
	return pdev->dev.driver ? "its driver was bound before" : NULL;
}

bool iommu_group_has_isolated_msi(struct iommu_group *group)
{
	return pci_rig.isolated_msi;
}

int iommu_group_id(struct iommu_group *group)
{
	return (uintptr_t)group;
}

/* --- the machine --------------------------------------------------------------- */

static bool is_bridge(const struct rig_spec *spec)
{
	return (spec->type >= PCI_EXP_TYPE_ROOT_PORT &&
		spec->type <= PCI_EXP_TYPE_PCIE_BRIDGE) ||
	       spec->class >> 8 == 0x0604;
}

static void add_driver(struct pci_dev *pdev, const char *name)
{
	struct pci_driver *drv = &drivers[index_of(pdev)];

	if (!name)
		return;
	drv->driver.name = name;
	drv->driver_managed_dma = !strcmp(name, "vfio-pci") ||
				  !strcmp(name, "pcieport");
	pdev->dev.driver = &drv->driver;
}

static struct pci_bus *bus_for(const struct rig_spec *spec,
			       struct pci_dev *pdev)
{
	unsigned int i;

	if (spec->above)
		return pci_rig_dev(spec->above)->subordinate;
	if (spec->flags & OTHER_ROOT)
		return &other_root;
	if (spec->flags & OTHER_SEGMENT)
		return &other_segment;
	if (!(spec->flags & BEHIND_VMD))
		return &buses[0];
	for (i = 0; i < RIG_FUNCTIONS; i++)
		if (spec_of[i].flags & IS_VMD)
			buses[1].vmd = &pci_rig.pdev[i];
	buses[1].segment = 0x10000;
	return &buses[1];
}

static void add(const struct rig_spec *spec, unsigned int i, unsigned int *bus)
{
	struct pci_dev *pdev = &pci_rig.pdev[i];

	spec_of[i] = *spec;
	pdev->bus = bus_for(spec, pdev);
	pdev->devfn = spec->devfn;
	pdev->express = spec->type != CONVENTIONAL &&
			spec->type != PCI_EXP_TYPE_PCIE_BRIDGE;
	pdev->type = spec->type == CONVENTIONAL ? 0 : spec->type;
	pdev->multifunction = spec->flags & MANY;
	pdev->untrusted = spec->flags & UNTRUSTED;
	pdev->acs = spec->acs;
	pdev->acs_cap = spec->acs;
	pdev->acs_ctrl = spec->acs & 0x1d & ~spec->off;
	pdev->class = spec->class ?: is_bridge(spec) ? 0x060400 : 0xff0000;
	pdev->vendor = spec->device ? PCI_VENDOR_ID_INTEL : 0x1234;
	pdev->device = spec->device ?: 0x11e8;
	pdev->revision = spec->revision;
	pdev->dev.is_pci = true;
	pdev->dev.iommu_group = (void *)(uintptr_t)spec->group;
	add_driver(pdev, spec->driver);
	if (spec->flags & (PHANTOM_1 | PHANTOM_3 | PHANTOM_OFF))
		pdev->devcap = spec->flags & PHANTOM_1 ? 0x08 : 0x18;
	if (spec->flags & (PHANTOM_1 | PHANTOM_3))
		pdev->devctl = 0x0200;
	if (spec->alias) {
		alias_masks[i][0] = 1UL << (spec->alias - 1);
		pdev->dma_alias_mask = alias_masks[i];
	}
	if (spec->flags & VIRTUAL) {
		while (spec_of[i].flags & VIRTUAL)
			i--;
		pdev->physfn = &pci_rig.pdev[i];
	}
	if (is_bridge(spec)) {
		pdev->hdr_type = PCI_HEADER_TYPE_BRIDGE;
		pdev->subordinate = &buses[*bus];
		*pdev->subordinate = (struct pci_bus){
			.parent = pdev->bus,
			.self = pdev,
			.number = *bus - 1,
			.segment = pdev->bus->segment,
			.vmd = pdev->bus->vmd,
		};
		(*bus)++;
	}
	snprintf(names[index_of(pdev)], sizeof(names[0]), "%04x:%02x:%02x.%u",
		 pdev->bus->segment, pdev->bus->number, PCI_SLOT(pdev->devfn),
		 PCI_FUNC(pdev->devfn));
	pdev->name = names[index_of(pdev)];
	list_add_tail(&pdev->all, &vtd_shim_pci_devices);
}

static void parse_table(void (*table)(struct dmar_image *image))
{
	struct vtd_parse_error err;
	unsigned int i;

	dmar_begin(&pci_rig.image, 48, 0);
	if (table)
		table(&pci_rig.image);
	else
		dmar_drhd(&pci_rig.image, 1, 0, 0, 0xfed90000);
	dmar_finish(&pci_rig.image);
	if (vtd_dmar_parse(pci_rig.image.bytes, pci_rig.image.len,
			   &vtd_control.dmar, &err))
		fail_msg("refused at %u: %s", err.offset, err.reason);
	for (i = 0; i < vtd_control.dmar->nr_drhd; i++) {
		assert_true(i < RIG_UNITS);
		pci_rig.unit[i].drhd = &vtd_control.dmar->drhd[i];
		snprintf(pci_rig.unit[i].name, sizeof(pci_rig.unit[i].name),
			 "dmar%u", i);
	}
}

void pci_rig_start(const struct rig_spec *spec,
		   void (*table)(struct dmar_image *image))
{
	unsigned int bus = 2, i;

	memset(&pci_rig, 0, sizeof(pci_rig));
	memset(&vtd_control, 0, sizeof(vtd_control));
	memset(buses, 0, sizeof(buses));
	memset(drivers, 0, sizeof(drivers));
	memset(alias_masks, 0, sizeof(alias_masks));
	memset(spec_of, 0, sizeof(spec_of));
	INIT_LIST_HEAD(&vtd_shim_pci_devices);
	pci_rig.isolated_msi = true;
	vtd_control.state = VTD_ATTACHED;
	/* As whoever gives a command has it. */
	mutex_init(&vtd_control.lock);
	mutex_lock(&vtd_control.lock);
	for (i = 0; spec[i].name; i++) {
		assert_true(i < RIG_FUNCTIONS);
		add(&spec[i], i, &bus);
	}
	pci_rig.nr = i;
	parse_table(table);
}

void pci_rig_stop(void)
{
	unsigned int i;

	for (i = 0; i < pci_rig.nr; i++)
		assert_int_equal(pci_rig.pdev[i].refs, 0);
	vtd_dmar_free(vtd_control.dmar);
	vtd_control.dmar = NULL;
	mutex_unlock(&vtd_control.lock);
}

struct pci_dev *pci_rig_dev(const char *name)
{
	unsigned int i;

	for (i = 0; i < RIG_FUNCTIONS && spec_of[i].name; i++)
		if (!strcmp(spec_of[i].name, name))
			return &pci_rig.pdev[i];
	fail_msg("no function %s", name);
	return NULL;
}

void pci_rig_unplug(const char *name)
{
	list_del(&pci_rig_dev(name)->all);
}

void pci_rig_plug(const char *name)
{
	list_add_tail(&pci_rig_dev(name)->all, &vtd_shim_pci_devices);
}
