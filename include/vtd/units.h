/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The remapping units, as another module may use them.
 *
 * vtd_dmar owns the units.  Who wants to use their interrupt half holds them:
 * while somebody does, they stay attached.
 */
#ifndef VTD_UNITS_H
#define VTD_UNITS_H

#include <linux/types.h>

#include <vtd/hw/qi.h>

struct module;
struct pci_dev;
struct vtd_unit;

/* Most source-ids that the requests of one device may carry. */
#define VTD_UNITS_SIDS_MAX 32

/**
 * struct vtd_unit_info - what a unit is like; constant while it is held
 * @name: as in the log
 * @cap: capability register
 * @ecap: extended capability register
 * @nid: NUMA node, or NUMA_NO_NODE
 * @translating: the unit is at work, its queue can be used
 */
struct vtd_unit_info {
	const char *name;
	u64 cap;
	u64 ecap;
	int nid;
	bool translating;
};

/**
 * struct vtd_managed_info - how the DMA of a managed device is translated
 * @ecap: extended capability register of its unit
 * @scalable: the unit is in scalable mode
 * @first_stage: what is translated has tables of the first stage, otherwise of
 *	the second
 * @segment: PCI segment of the unit
 * @nr: entries of @sid
 * @sid: every source-id that its requests may carry, its own first
 */
struct vtd_managed_info {
	u64 ecap;
	bool scalable;
	bool first_stage;
	u16 segment;
	unsigned int nr;
	u16 sid[VTD_UNITS_SIDS_MAX];
};

/**
 * struct vtd_platform_info - what the DMAR table says about interrupts (8.1)
 * @intr_remap: the platform can remap them
 * @x2apic_opt_out: firmware asks not to switch x2APIC on
 * @broken: an erratum that forbids it, as part of a sentence, or NULL
 */
struct vtd_platform_info {
	bool intr_remap;
	bool x2apic_opt_out;
	const char *broken;
};

/**
 * vtd_units_hold() - keep every unit attached
 * @user: who wants it, for messages; stays valid until vtd_units_release()
 *
 * Context: may sleep; takes the control mutex.
 * Return: how many units there are; -ENODEV when vtd_dmar is not attached;
 * -EBUSY when somebody holds them already, or they are on trial.
 */
int vtd_units_hold(const char *user);

/**
 * vtd_units_release() - undo vtd_units_hold()
 *
 * Context: may sleep; takes the control mutex.
 */
void vtd_units_release(void);

/**
 * vtd_units_isolate() - who sees to it that interrupts are isolated
 * @who: the module; it cannot be unloaded while a device is in the hands of a
 *	program or a guest that got it from now on: they rely on it.  NULL: nobody
 *	any longer
 *
 * Context: any but hard interrupt.
 */
void vtd_units_isolate(struct module *who);

/**
 * vtd_units_platform() - what the DMAR table says about interrupts
 * @info: filled in
 *
 * Context: any, while the units are held.
 */
void vtd_units_platform(struct vtd_platform_info *info);

/**
 * vtd_units_get() - a unit by its number
 * @index: below what vtd_units_hold() returned
 * @info: filled in
 *
 * Context: any, while the units are held.
 * Return: the unit.
 */
struct vtd_unit *vtd_units_get(unsigned int index, struct vtd_unit_info *info);

/**
 * vtd_units_of_device() - the unit that a device's interrupts go through
 * @pdev: any PCI device
 * @sid: room for VTD_UNITS_SIDS_MAX; set to every source-id that its requests
 *	may carry, its own first
 * @nr: set to how many
 *
 * VT-d 8.3 and 3.4.1.
 *
 * Context: any, while the units are held and @pdev cannot be removed.
 * Return: the index of the unit; -ENODEV where the DMAR table names none;
 * -E2BIG when there are more source-ids.
 */
int vtd_units_of_device(struct pci_dev *pdev, u16 *sid, unsigned int *nr);

/**
 * vtd_units_managed() - how a device's DMA is translated
 * @pdev: any PCI device
 * @info: filled in
 *
 * Nobody needs to hold the units; what is told may change at any time.
 *
 * Context: may sleep; takes pci_lock_rescan_remove().
 * Return: 0; -ENODEV when the device is not managed.
 */
int vtd_units_managed(struct pci_dev *pdev, struct vtd_managed_info *info);

/**
 * vtd_units_assigned() - is a device in the hands of a program or a guest?
 * @pdev: any PCI device
 *
 * That is: it is in an address space that somebody else than the kernel's DMA
 * API made, or in none, because somebody has claimed its group.
 *
 * Context: any; takes no lock.
 * Return: true when it is managed and that is so.
 */
bool vtd_units_assigned(const struct pci_dev *pdev);

/**
 * vtd_units_of_scope() - the unit of an I/O APIC or HPET
 * @type: DMAR_SCOPE_IOAPIC or DMAR_SCOPE_HPET
 * @id: its I/O APIC id or HPET number
 * @sid: set to the source-id of its requests
 *
 * VT-d 8.3.1.1.
 *
 * Context: any, while the units are held.
 * Return: the index of the unit; -ENODEV where the DMAR table names none.
 */
int vtd_units_of_scope(u8 type, u8 id, u16 *sid);

/**
 * vtd_units_set_table() - tell a unit where its interrupt remapping table is
 * @unit: from vtd_units_get()
 * @irta: value of the register, with the physical address in bytes
 *
 * In force once VTD_GCMD_SIRTP was given.  VT-d 11.4.10.
 *
 * Context: any.
 */
void vtd_units_set_table(struct vtd_unit *unit, u64 irta);

/**
 * vtd_units_command() - one command about interrupt remapping, and its answer
 * @unit: from vtd_units_get(); has no CAP.RWBF
 * @bit: VTD_GCMD_SIRTP, VTD_GCMD_IRE or VTD_GCMD_CFI
 * @on: switch it on or off; on for VTD_GCMD_SIRTP
 * @timeout_us: how long to wait for the answer, in microseconds
 *
 * Commands are not written by anybody else while the units are held; the
 * caller gives them one by one.  VT-d 11.4.4.
 *
 * Context: any; spins for the answer.
 * Return: 0; -ETIMEDOUT when the status did not follow.
 */
int vtd_units_command(struct vtd_unit *unit, u32 bit, bool on,
		      unsigned int timeout_us);

/**
 * vtd_units_invalidate() - have a unit execute one descriptor
 * @unit: from vtd_units_get()
 * @desc: what to invalidate
 *
 * VT-d 6.5.2.
 *
 * Context: any that may spin for the unit's answer; does not sleep.
 * Return: 0 once the effect is complete; -EINVAL, -EIO or -ETIMEDOUT as
 * vtd_qi_submit().
 */
int vtd_units_invalidate(struct vtd_unit *unit, struct vtd_qi_desc desc);

/**
 * vtd_units_contain() - who blocks the interrupts of devices in quarantine
 * @hold: has @unit let nothing of @nr source-ids through, or with @on false all
 *	again; 0 or a negative errno; called one at a time, in a context that may
 *	sleep.  NULL: nobody any more
 *
 * Context: may sleep; takes pci_lock_rescan_remove().  When it returns, those that
 * were in quarantine before are held, and what was given before is not called any
 * more.
 */
void vtd_units_contain(int (*hold)(const struct vtd_unit *unit, const u16 *sid,
				   unsigned int nr, bool on));

#endif /* VTD_UNITS_H */
