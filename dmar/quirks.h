/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Hardware that does not do what the specification says, or what it says of
 * itself.
 */
#ifndef VTD_QUIRKS_H
#define VTD_QUIRKS_H

#include <linux/pci.h>
#include <linux/types.h>

struct vtd_unit;

/**
 * enum vtd_quirk_effect - what is done about it
 * @VTD_QUIRK_WRITE_BUFFER: units' write buffers are flushed though CAP.RWBF is
 *	clear
 * @VTD_QUIRK_GRAPHICS: DMA of integrated graphics is not translated
 * @VTD_QUIRK_DEVICE: DMA of the device itself is not translated
 * @VTD_QUIRK_INTERRUPTS: interrupts are not remapped
 * @VTD_QUIRK_NO_ATS: the device's translation cache stays off
 * @VTD_QUIRK_USER_SPACE: vfio-pci refuses the device
 */
enum vtd_quirk_effect {
	VTD_QUIRK_WRITE_BUFFER,
	VTD_QUIRK_GRAPHICS,
	VTD_QUIRK_DEVICE,
	VTD_QUIRK_INTERRUPTS,
	VTD_QUIRK_NO_ATS,
	VTD_QUIRK_USER_SPACE,
};

/**
 * struct vtd_quirk_id - devices that have it
 * @first: first device-id
 * @last: last device-id
 * @revision: last revision that has it
 */
struct vtd_quirk_id {
	u16 first;
	u16 last;
	u8 revision;
};

/**
 * struct vtd_quirk - one erratum, or one family of them
 * @name: a word for it
 * @effect: see there
 * @display: only functions that are display controllers
 * @id: devices of Intel that have it, up to one with @first 0
 * @applies: looks closer at such a device, or NULL: all have it
 * @why: what is wrong, as part of a sentence
 * @done: what we do about it
 */
struct vtd_quirk {
	const char *name;
	enum vtd_quirk_effect effect;
	bool display;
	const struct vtd_quirk_id *id;
	bool (*applies)(struct pci_dev *pdev, const struct vtd_unit *unit);
	const char *why;
	const char *done;
};

void vtd_quirks_find(void);
void vtd_quirks_fix_unit(struct vtd_unit *unit);
const char *vtd_quirks_interrupts(void);
const struct vtd_quirk *vtd_quirk_of(struct pci_dev *pdev,
				     const struct vtd_unit *unit,
				     enum vtd_quirk_effect effect);
void vtd_quirks_each(struct vtd_unit *(*unit_of)(struct pci_dev *pdev),
		     void (*fn)(const struct vtd_quirk *quirk,
				struct pci_dev *pdev, void *data),
		     void *data);
const struct vtd_quirk *vtd_quirk_untranslated(struct pci_dev *pdev,
					       const struct vtd_unit *unit);

#endif /* VTD_QUIRKS_H */
