// SPDX-License-Identifier: GPL-2.0
/*
 * The units, for other modules (include/vtd/units.h), and what those have to
 * say (include/vtd/report.h).
 *
 * Owns who holds the units.  Hands out what is constant while they are
 * attached, and nothing that would let another module change what translates
 * DMA.
 */
#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/iommu.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/rcupdate.h>
#include <linux/string.h>

#include <vtd/hw/dmar_table.h>
#include <vtd/hw/ir.h>
#include <vtd/report.h>
#include <vtd/units.h>

#include "check.h"
#include "control.h"
#include "device.h"
#include "domain.h"
#include "pci.h"
#include "quirks.h"

static_assert(VTD_UNITS_SIDS_MAX >= VTD_SIDS_MAX);

int vtd_units_hold(const char *user)
{
	int ret;

	mutex_lock(&vtd_control.lock);
	if (vtd_control.state == VTD_DETACHED) {
		ret = -ENODEV;
	} else if (vtd_control.state == VTD_TRIAL || vtd_control.holder) {
		ret = -EBUSY;
	} else {
		vtd_control.holder = user;
		ret = vtd_control.nr_units;
	}
	mutex_unlock(&vtd_control.lock);
	return ret;
}
EXPORT_SYMBOL_GPL(vtd_units_hold);

void vtd_units_release(void)
{
	mutex_lock(&vtd_control.lock);
	vtd_control.holder = NULL;
	mutex_unlock(&vtd_control.lock);
}
EXPORT_SYMBOL_GPL(vtd_units_release);

void vtd_units_isolate(struct module *who)
{
	vtd_device_isolated_by(who);
}
EXPORT_SYMBOL_GPL(vtd_units_isolate);

void vtd_units_platform(struct vtd_platform_info *info)
{
	info->intr_remap = vtd_control.dmar->intr_remap;
	info->x2apic_opt_out = vtd_control.dmar->x2apic_opt_out;
	info->broken = vtd_quirks_interrupts();
}
EXPORT_SYMBOL_GPL(vtd_units_platform);

struct vtd_unit *vtd_units_get(unsigned int index, struct vtd_unit_info *info)
{
	struct vtd_unit *unit = vtd_control.units[index];

	info->name = unit->name;
	info->cap = unit->cap;
	info->ecap = unit->ecap;
	info->nid = unit->nid;
	info->translating = unit->translating;
	return unit;
}
EXPORT_SYMBOL_GPL(vtd_units_get);

int vtd_units_of_device(struct pci_dev *pdev, u16 *sid, unsigned int *nr)
{
	struct vtd_unit *unit = vtd_unit_of(pdev);
	int ret;

	if (!unit)
		return -ENODEV;
	ret = vtd_pci_sids(pdev, sid);
	if (ret < 0)
		return ret;
	*nr = ret;
	return unit->index;
}
EXPORT_SYMBOL_GPL(vtd_units_of_device);

int vtd_units_managed(struct pci_dev *pdev, struct vtd_managed_info *info)
{
	const struct vtd_device *vdev;

	/* Keeps the device, and so its unit. */
	pci_lock_rescan_remove();
	vdev = vtd_device_find(pdev);
	if (vdev) {
		info->ecap = vdev->unit->ecap;
		info->scalable = vdev->unit->scalable;
		info->first_stage = vdev->unit->first_stage;
		info->segment = vdev->unit->drhd->segment;
		info->nr = vdev->nr_sids;
		memcpy(info->sid, vdev->sid,
		       vdev->nr_sids * sizeof(*vdev->sid));
	}
	pci_unlock_rescan_remove();
	return vdev ? 0 : -ENODEV;
}
EXPORT_SYMBOL_GPL(vtd_units_managed);

bool vtd_units_assigned(const struct pci_dev *pdev)
{
	const struct vtd_device *vdev;
	bool assigned = false;
	unsigned int type;

	rcu_read_lock();
	vdev = vtd_device_find(pdev);
	if (vdev) {
		type = vtd_device_type(vdev);
		assigned = vtd_type_assigned(type) ||
			   type == IOMMU_DOMAIN_BLOCKED;
	}
	rcu_read_unlock();
	return assigned;
}
EXPORT_SYMBOL_GPL(vtd_units_assigned);

int vtd_units_of_scope(u8 type, u8 id, u16 *sid)
{
	const struct vtd_dev_scope *scope;
	int index = vtd_dmar_find_enum(vtd_control.dmar, type, id, &scope);
	int ret;

	if (index < 0)
		return index;
	ret = vtd_pci_scope_sid(scope, vtd_control.dmar->drhd[index].segment);
	if (ret < 0)
		return ret;
	*sid = ret;
	return index;
}
EXPORT_SYMBOL_GPL(vtd_units_of_scope);

void vtd_units_set_table(struct vtd_unit *unit, u64 irta)
{
	vtd_write64(&unit->regs, VTD_IRTA, irta);
	WRITE_ONCE(unit->irta, irta);
}
EXPORT_SYMBOL_GPL(vtd_units_set_table);

int vtd_units_command(struct vtd_unit *unit, u32 bit, bool on,
		      unsigned int timeout_us)
{
	int ret = vtd_unit_command(unit, bit, on, timeout_us);

	if (!ret && bit == VTD_GCMD_IRE)
		WRITE_ONCE(unit->remapping, on);
	return ret;
}
EXPORT_SYMBOL_GPL(vtd_units_command);

int vtd_units_invalidate(struct vtd_unit *unit, struct vtd_qi_desc desc)
{
	return vtd_qi_submit_one(&unit->qi, desc);
}
EXPORT_SYMBOL_GPL(vtd_units_invalidate);

void vtd_report_irqs(int (*say)(struct vtd_reply *reply))
{
	mutex_lock(&vtd_control.lock);
	vtd_control.say_irqs = say;
	mutex_unlock(&vtd_control.lock);
}
EXPORT_SYMBOL_GPL(vtd_report_irqs);

void vtd_report_check(void (*check)(struct vtd_check *c))
{
	mutex_lock(&vtd_control.lock);
	vtd_control.check = check;
	mutex_unlock(&vtd_control.lock);
}
EXPORT_SYMBOL_GPL(vtd_report_check);

void vtd_check_interrupt(struct vtd_check *c, const char *unit, u32 index,
			 const u64 expected[2], const u64 found[2],
			 const char *text)
{
	char entry[32];
	const struct vtd_check_at at = { unit, "-", "interrupt", entry };
	unsigned int i;

	c->entries++;
	for (i = 0; i < 2; i++) {
		snprintf(entry, sizeof(entry), "0x%x, bits %s", index,
			 i ? "127:64" : "63:0");
		vtd_check_value(c, &at, expected[i], found[i], text);
	}
}
EXPORT_SYMBOL_GPL(vtd_check_interrupt);
