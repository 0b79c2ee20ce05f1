// SPDX-License-Identifier: GPL-2.0
/*
 * A remapping unit from claim to release: its register space, as the DMAR
 * table names it, mapped for us alone.
 */
#include <linux/acpi.h>
#include <linux/io.h>
#include <linux/ioport.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/numa.h>
#include "slab.h"

#include "reply.h"
#include "unit.h"

static bool pass_through = true;
module_param(pass_through, bool, 0444);
MODULE_PARM_DESC(
	pass_through,
	"let DMA that is not translated pass through in hardware (default: yes); otherwise through 1:1 tables");

static void vtd_unit_unmap(struct vtd_unit *unit)
{
	if (unit->regs.base)
		iounmap(unit->regs.base);
	unit->regs.base = NULL;
	if (unit->region)
		release_mem_region(unit->region->start,
				   resource_size(unit->region));
	unit->region = NULL;
}

static int vtd_unit_map_bytes(struct vtd_unit *unit, u64 bytes)
{
	if (vtd_regs_plug(&unit->regs, unit->drhd->base))
		return 0;
	unit->region = request_mem_region(unit->drhd->base, bytes, unit->name);
	if (!unit->region)
		return -EBUSY;
	unit->regs.base = ioremap(unit->drhd->base, bytes);
	if (!unit->regs.base)
		return -ENOMEM;
	unit->regs.bytes = bytes;
	return 0;
}

/* The register space can be longer than the table says: 11.3. */
static int vtd_unit_map(struct vtd_unit *unit, struct vtd_reply *reply)
{
	u64 bytes = unit->drhd->size;
	u64 cap, end;
	int ret;

	ret = vtd_unit_map_bytes(unit, bytes);
	if (ret)
		goto failed;
	cap = vtd_read64(&unit->regs, VTD_CAP);
	end = FIELD_GET(VTD_CAP_FRO, cap) * 16 +
	      (FIELD_GET(VTD_CAP_NFR, cap) + 1) * VTD_FRCD_BYTES;
	if (cap == VTD_REG64_ABSENT || end <= bytes)
		return 0;
	vtd_unit_unmap(unit);
	bytes = PAGE_ALIGN(end);
	ret = vtd_unit_map_bytes(unit, bytes);
	if (!ret)
		return 0;

failed:
	if (ret == -EBUSY)
		vtd_say(reply,
			"%s: register space 0x%llx, 0x%llx bytes, is claimed by another driver (see /proc/iomem): boot with intel_iommu=off intremap=off\n",
			unit->name, unit->drhd->base, bytes);
	else
		vtd_say(reply,
			"%s: register space 0x%llx, 0x%llx bytes, cannot be mapped\n",
			unit->name, unit->drhd->base, bytes);
	return ret;
}

static int vtd_unit_node(const struct vtd_dmar *dmar, u64 base)
{
	unsigned int i;

	for (i = 0; i < dmar->nr_rhsa; i++) {
		int nid;

		if (dmar->rhsa[i].base != base)
			continue;
		nid = pxm_to_node(dmar->rhsa[i].proximity_domain);
		if (nid != NUMA_NO_NODE && node_online(nid))
			return nid;
	}
	return NUMA_NO_NODE;
}

/**
 * vtd_unit_create() - claim a unit, look at it, allocate what it needs
 * @dmar: the topology; must outlive the unit
 * @index: which of its units
 * @reply: told why not
 *
 * Changes nothing in hardware.
 *
 * Context: may sleep.
 * Return: the unit or an ERR_PTR: -EBUSY when somebody uses it, -ENODEV when
 * nothing answers, -EOPNOTSUPP, -EINVAL, -ENOMEM.
 */
struct vtd_unit *vtd_unit_create(const struct vtd_dmar *dmar,
				 unsigned int index, struct vtd_reply *reply)
{
	struct vtd_unit *unit = kzalloc_obj(*unit);
	int ret;

	if (!unit)
		return ERR_PTR(-ENOMEM);
	unit->drhd = &dmar->drhd[index];
	unit->index = index;
	unit->nid = vtd_unit_node(dmar, unit->drhd->base);
	snprintf(unit->name, sizeof(unit->name), "dmar%u", index);

	ret = vtd_unit_map(unit, reply);
	if (ret)
		goto unmap;
	ret = vtd_unit_setup(unit, reply);
	if (ret)
		goto teardown;
	/* For units whose pass-through is broken, and to try what follows. */
	if (!pass_through)
		unit->ecap &= ~VTD_ECAP_PT;
	return unit;

teardown:
	vtd_unit_teardown(unit);
unmap:
	vtd_unit_unmap(unit);
	kfree(unit);
	return ERR_PTR(ret);
}

/**
 * vtd_unit_destroy() - give a unit back
 * @unit: switched off
 *
 * Context: may sleep.
 */
void vtd_unit_destroy(struct vtd_unit *unit)
{
	vtd_unit_teardown(unit);
	vtd_unit_unmap(unit);
	kfree(unit);
}
