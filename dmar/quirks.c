// SPDX-License-Identifier: GPL-2.0
/*
 * Published errata of chipsets and devices, as a table: what is wrong, how to
 * tell, and what is done about it.
 *
 * Decides nothing but whether a device has one.  A device that can be plugged
 * in from outside may claim to be any other: it has none.
 */
#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/pci.h>

#include "pci.h"
#include "quirks.h"
#include "unit.h"

/* Any stepping. */
#define VTD_ANY U8_MAX

/* --- looks closer ------------------------------------------------------------- */

/* The System Management function of the 5500, 5520 and X58 hubs. */
#define VTD_X58_SYSTEM 0x342e
#define VTD_X58_ISOCH 0x188
#define VTD_X58_ISOCH_OTHER_UNIT BIT(0)
#define VTD_X58_ISOCH_ENTRIES GENMASK(4, 2)

/*
 * Sound has a unit for itself there, with entries that firmware takes away from
 * the other; or its requests go through the other unit.
 */
static bool vtd_quirk_no_entries(struct pci_dev *pdev,
				 const struct vtd_unit *unit)
{
	struct pci_dev *hub =
		pci_get_device(PCI_VENDOR_ID_INTEL, VTD_X58_SYSTEM, NULL);
	u32 isoch = 0;
	int ret;

	if (!hub)
		return false;
	ret = pci_read_config_dword(hub, VTD_X58_ISOCH, &isoch);
	pci_dev_put(hub);
	/* One that does not answer has all bits set. */
	return !ret &&
	       !(isoch & (VTD_X58_ISOCH_OTHER_UNIT | VTD_X58_ISOCH_ENTRIES));
}

/* Where function 0.0 of the bus says that the units of this socket are. */
#define VTD_SNB_UNITS 0xb0
#define VTD_SNB_UNITS_MASK GENMASK(31, 16)
#define VTD_SNB_DMA_UNIT 0xa000

static bool vtd_quirk_wrong_unit(struct pci_dev *pdev,
				 const struct vtd_unit *unit)
{
	u32 units;

	if (!unit || pci_bus_read_config_dword(pdev->bus, PCI_DEVFN(0, 0),
					       VTD_SNB_UNITS, &units))
		return false;
	return unit->drhd->base !=
	       (units & VTD_SNB_UNITS_MASK) + VTD_SNB_DMA_UNIT;
}

/* --- the table ---------------------------------------------------------------- */

/* Host bridges of the 4 series, mobile (GM45 and others) and desktop. */
static const struct vtd_quirk_id vtd_hubs_4[] = {
	{ 0x2a40, 0x2a40, VTD_ANY }, { 0x2e00, 0x2e00, VTD_ANY },
	{ 0x2e10, 0x2e10, VTD_ANY }, { 0x2e20, 0x2e20, VTD_ANY },
	{ 0x2e30, 0x2e30, VTD_ANY }, { 0x2e40, 0x2e40, VTD_ANY },
	{ 0x2e90, 0x2e90, VTD_ANY }, {},
};

/* Host bridges of processors with Ironlake graphics. */
static const struct vtd_quirk_id vtd_hubs_ironlake[] = {
	{ 0x0040, 0x0040, VTD_ANY },
	{ 0x0044, 0x0044, VTD_ANY },
	{ 0x0062, 0x0062, VTD_ANY },
	{ 0x006a, 0x006a, VTD_ANY },
	{},
};

static const struct vtd_quirk_id vtd_broadwell[] = {
	{ 0x1602, 0x163e, VTD_ANY },
	{},
};

/* By the first half of the device-id: Ice, Jasper and Tiger Lake and later. */
static const struct vtd_quirk_id vtd_late_graphics[] = {
	{ 0x4500, 0x46ff, VTD_ANY },
	{ 0x4c00, 0x4cff, VTD_ANY },
	{ 0x4e00, 0x4eff, VTD_ANY },
	{ 0x7d00, 0x7dff, VTD_ANY },
	{ 0x8a00, 0x8aff, VTD_ANY },
	{ 0x9800, 0x98ff, VTD_ANY },
	{ 0x9a00, 0x9aff, VTD_ANY },
	{ 0xa700, 0xa7ff, VTD_ANY },
	{},
};

static const struct vtd_quirk_id vtd_x58_sound[] = {
	{ 0x3a3e, 0x3a3e, VTD_ANY },
	{},
};

static const struct vtd_quirk_id vtd_snb_dma[] = {
	{ 0x402f, 0x402f, VTD_ANY },
	{},
};

/* Steppings up to B3; of the 5520 also the next one. */
static const struct vtd_quirk_id vtd_x58_hubs[] = {
	{ 0x3403, 0x3403, 0x13 },
	{ 0x3405, 0x3405, 0x22 },
	{ 0x3406, 0x3406, 0x13 },
	{},
};

static const struct vtd_quirk_id vtd_qat_gen4[] = {
	{ 0x4940, 0x4943, VTD_ANY },
	{},
};

static const struct vtd_quirk_id vtd_accelerators[] = {
	{ 0x0435, 0x0435, VTD_ANY },
	{ 0x0443, 0x0443, VTD_ANY },
	{ 0x0b25, 0x0b25, VTD_ANY },
	{ 0x0cfe, 0x0cfe, VTD_ANY },
	{ 0x19e2, 0x19e3, VTD_ANY },
	{ 0x37c8, 0x37c9, VTD_ANY },
	{},
};

#define VTD_DONE_UNTRANSLATED "its DMA is not translated"

static const struct vtd_quirk vtd_quirks[] = {
	{
		.name = "hidden-write-buffer",
		.effect = VTD_QUIRK_WRITE_BUFFER,
		.id = vtd_hubs_4,
		.why = "the units hold back what the CPU writes to their tables, and do not say so",
		.done = "write buffers are flushed after each change",
	},
	{
		.name = "4-series-graphics",
		.effect = VTD_QUIRK_GRAPHICS,
		.id = vtd_hubs_4,
		.why = "graphics of the 4 series chipsets hangs when its DMA is translated",
		.done = VTD_DONE_UNTRANSLATED,
	},
	{
		.name = "ironlake-graphics",
		.effect = VTD_QUIRK_GRAPHICS,
		.id = vtd_hubs_ironlake,
		.why = "Ironlake graphics must be idle while its unit forgets a translation",
		.done = VTD_DONE_UNTRANSLATED,
	},
	{
		.name = "broadwell-graphics",
		.effect = VTD_QUIRK_GRAPHICS,
		.display = true,
		.id = vtd_broadwell,
		.why = "Broadwell graphics shows and reads wrong memory when its DMA is translated",
		.done = VTD_DONE_UNTRANSLATED,
	},
	{
		.name = "graphics-never-drains",
		.effect = VTD_QUIRK_GRAPHICS,
		.display = true,
		.id = vtd_late_graphics,
		.why = "once graphics changed its power state, its unit may no longer switch off",
		.done = "it is not switched on: " VTD_DONE_UNTRANSLATED,
	},
	{
		.name = "sound-without-entries",
		.effect = VTD_QUIRK_DEVICE,
		.id = vtd_x58_sound,
		.applies = vtd_quirk_no_entries,
		.why = "firmware left the unit for sound no TLB entries: DMA through it never ends",
		.done = VTD_DONE_UNTRANSLATED,
	},
	{
		.name = "dma-engine-wrong-unit",
		.effect = VTD_QUIRK_DEVICE,
		.id = vtd_snb_dma,
		.applies = vtd_quirk_wrong_unit,
		.why = "the DMAR table gives the DMA engine to a unit of another socket",
		.done = VTD_DONE_UNTRANSLATED,
	},
	{
		.name = "interrupts-not-drained",
		.effect = VTD_QUIRK_INTERRUPTS,
		.id = vtd_x58_hubs,
		.why = "these 5500, 5520 and X58 steppings lose interrupts when an entry changes",
		.done = "interrupts are not remapped",
	},
	{
		.name = "cache-flush-ignored",
		.effect = VTD_QUIRK_NO_ATS,
		.id = vtd_qat_gen4,
		.why = "its translation cache may go on using what it was told once to forget",
		.done = "the cache stays off",
	},
	{
		.name = "unsafe-for-guests",
		.effect = VTD_QUIRK_USER_SPACE,
		.id = vtd_accelerators,
		.why = "who has all of it can stop the whole machine",
		.done = "vfio-pci refuses it",
	},
};

/* Those that some device of the machine has; under pci_lock_rescan_remove(). */
static unsigned long vtd_quirks_present;

static bool vtd_quirk_matches(const struct vtd_quirk *quirk,
			      struct pci_dev *pdev, const struct vtd_unit *unit)
{
	const struct vtd_quirk_id *id;

	if (pdev->vendor != PCI_VENDOR_ID_INTEL || pdev->untrusted)
		return false;
	if (quirk->display && pdev->class >> 16 != PCI_BASE_CLASS_DISPLAY)
		return false;
	for (id = quirk->id; id->first; id++)
		if (pdev->device >= id->first && pdev->device <= id->last &&
		    pdev->revision <= id->revision)
			return !quirk->applies || quirk->applies(pdev, unit);
	return false;
}

/* Graphics inside of the processor or chipset, not on a card. */
static bool vtd_quirk_graphics(const struct pci_dev *pdev)
{
	return pdev->vendor == PCI_VENDOR_ID_INTEL && !pdev->untrusted &&
	       pdev->class >> 16 == PCI_BASE_CLASS_DISPLAY &&
	       pci_is_root_bus(pdev->bus);
}

/**
 * vtd_quirks_find() - which errata does this machine have?
 *
 * Those that are about a single device are asked for with the device.
 *
 * Context: may sleep, while no device comes or is removed.
 */
void vtd_quirks_find(void)
{
	struct pci_dev *pdev = NULL;
	unsigned int i;

	vtd_quirks_present = 0;
	for_each_pci_dev(pdev)
		for (i = 0; i < ARRAY_SIZE(vtd_quirks); i++)
			if (!vtd_quirks[i].applies &&
			    vtd_quirk_matches(&vtd_quirks[i], pdev, NULL))
				vtd_quirks_present |= BIT(i);
}

/**
 * vtd_quirk_of() - does a device have an erratum of a kind?
 * @pdev: any PCI device
 * @unit: the unit that translates it, or NULL
 * @effect: what is done about it
 *
 * Context: may sleep, while @pdev cannot be removed.
 * Return: the first that it has, or NULL.
 */
const struct vtd_quirk *vtd_quirk_of(struct pci_dev *pdev,
				     const struct vtd_unit *unit,
				     enum vtd_quirk_effect effect)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(vtd_quirks); i++) {
		const struct vtd_quirk *quirk = &vtd_quirks[i];

		if (quirk->effect != effect)
			continue;
		if (effect == VTD_QUIRK_GRAPHICS ?
			    vtd_quirks_present & BIT(i) &&
				    vtd_quirk_graphics(pdev) :
			    vtd_quirk_matches(quirk, pdev, unit))
			return quirk;
	}
	return NULL;
}

/**
 * vtd_quirk_untranslated() - must a device's DMA be left alone?
 * @pdev: any PCI device
 * @unit: the unit that translates it, or NULL
 *
 * Context: as vtd_quirk_of().
 * Return: the erratum that asks for it, or NULL.
 */
const struct vtd_quirk *vtd_quirk_untranslated(struct pci_dev *pdev,
					       const struct vtd_unit *unit)
{
	return vtd_quirk_of(pdev, unit, VTD_QUIRK_GRAPHICS) ?:
		       vtd_quirk_of(pdev, unit, VTD_QUIRK_DEVICE);
}

/**
 * vtd_quirks_fix_unit() - what a unit should have said of itself
 * @unit: after vtd_unit_setup(), not switched on
 *
 * Context: any, after vtd_quirks_find().
 */
void vtd_quirks_fix_unit(struct vtd_unit *unit)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(vtd_quirks); i++)
		if (vtd_quirks_present & BIT(i) &&
		    vtd_quirks[i].effect == VTD_QUIRK_WRITE_BUFFER)
			unit->cap |= VTD_CAP_RWBF;
}

/**
 * vtd_quirks_interrupts() - must interrupts not be remapped?
 *
 * Context: any, after vtd_quirks_find().
 * Return: why, as part of a sentence, or NULL.
 */
const char *vtd_quirks_interrupts(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(vtd_quirks); i++)
		if (vtd_quirks_present & BIT(i) &&
		    vtd_quirks[i].effect == VTD_QUIRK_INTERRUPTS)
			return vtd_quirks[i].why;
	return NULL;
}

/**
 * vtd_quirks_each() - the errata of this machine, for people
 * @unit_of: the unit that translates a device
 * @fn: called once for each erratum, with the first device that has it
 * @data: for @fn
 *
 * Context: may sleep, while no device comes or is removed.
 */
void vtd_quirks_each(struct vtd_unit *(*unit_of)(struct pci_dev *pdev),
		     void (*fn)(const struct vtd_quirk *quirk,
				struct pci_dev *pdev, void *data),
		     void *data)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(vtd_quirks); i++) {
		struct pci_dev *pdev = NULL;

		for_each_pci_dev(pdev) {
			if (!vtd_quirk_matches(&vtd_quirks[i], pdev,
					       unit_of(pdev)))
				continue;
			fn(&vtd_quirks[i], pdev, data);
			pci_dev_put(pdev);
			break;
		}
	}
}
