// SPDX-License-Identifier: GPL-2.0
/*
 * Health of the tables: root, context and PASID entries, and the tops of page
 * tables, compared with what each device is attached to.
 *
 * Only reads.  What an entry is to say comes from the device and its domain, not
 * from the entry: one that somebody else wrote to, or that was never written,
 * differs.
 */
#include <linux/mm.h>
#include <linux/pci.h>
#include <linux/sprintf.h>

#include "check.h"
#include "context.h"
#include "device.h"
#include "domain.h"
#include "quarantine.h"
#include "scalable.h"
#include "unit.h"

/* Whether faults are recorded changes by itself, see fault.c. */
#define VTD_CHECK_FPD VTD_CONTEXT_FPD

static_assert(VTD_CHECK_FPD == VTD_SM_CONTEXT_FPD);

static void vtd_check_sid_text(char *text, size_t size, u16 sid)
{
	snprintf(text, size, "of %02x:%02x.%u", sid >> 8, sid >> 3 & 0x1f,
		 sid & 7);
}

/* --- root entries ------------------------------------------------------------- */

static void vtd_check_root(struct vtd_check *c, const struct vtd_unit *unit,
			   unsigned int bus)
{
	const struct vtd_root_entry *root = &unit->root[bus];
	u64 expected[2] = {};
	char text[24];
	struct vtd_check_at at = { unit->name, "-", "root", text };
	unsigned int half;

	if (unit->scalable) {
		for (half = 0; half < 2; half++)
			if (unit->sm[2 * bus + half])
				expected[half] =
					virt_to_phys(unit->sm[2 * bus + half]
							     ->entry) |
					VTD_SM_ROOT_P;
	} else if (unit->context[bus]) {
		expected[0] =
			vtd_root_entry_lo(virt_to_phys(unit->context[bus]));
	}
	for (half = 0; half < 2; half++) {
		snprintf(text, sizeof(text), "bus %02x, bits %s", bus,
			 half ? "127:64" : "63:0");
		c->entries++;
		vtd_check_value(c, &at, expected[half],
				READ_ONCE(root->w[half]), "a context table");
	}
}

/* --- what a source-id's entries are to say ---------------------------------------- */

static void vtd_check_legacy(struct vtd_check *c, struct vtd_unit *unit,
			     u16 sid, const struct vtd_translation *to,
			     const char *device)
{
	const struct vtd_context_entry expected =
		vtd_context_says(unit, sid, to);
	struct vtd_context_entry found = {};
	char text[24];
	struct vtd_check_at at = { unit->name, device, "context", text };

	vtd_check_sid_text(text, sizeof(text), sid);
	vtd_context_peek(unit, sid, &found);
	c->entries++;
	vtd_check_value(c, &at, expected.w[0], found.w[0] & ~VTD_CHECK_FPD,
			"bits 63:0 of the context entry");
	vtd_check_value(c, &at, expected.w[1], found.w[1],
			"bits 127:64 of the context entry");
}

static void vtd_check_pasid(struct vtd_check *c, struct vtd_unit *unit, u16 sid,
			    u32 pasid, const struct vtd_translation *to,
			    const struct vtd_pasid_entry *found,
			    const char *device)
{
	static const char *const bits[] = { "bits 63:0 of the PASID entry",
					    "bits 127:64 of the PASID entry",
					    "bits 191:128 of the PASID entry" };
	const struct vtd_pasid_entry expected = vtd_pasid_says(unit, to);
	char text[48];
	struct vtd_check_at at = { unit->name, device, "pasid", text };
	unsigned int i;

	snprintf(text, sizeof(text), "0x%x of %02x:%02x.%u", pasid, sid >> 8,
		 sid >> 3 & 0x1f, sid & 7);
	c->entries++;
	/* What is not present may say anything. */
	if (!vtd_pasid_present(&expected)) {
		vtd_check_value(c, &at, 0, found->w[0] & VTD_PASID_P, bits[0]);
		return;
	}
	/* Bits 191:128 are of the first stage, and else may say anything. */
	for (i = 0; i < (expected.w[2] ? 3 : 2); i++)
		vtd_check_value(c, &at, expected.w[i],
				found->w[i] & ~(i ? 0 : VTD_PASID_FPD),
				bits[i]);
}

/* Whether its entries may be followed. */
static bool vtd_check_directory(struct vtd_check *c, struct vtd_unit *unit,
				u16 sid, const char *device)
{
	char text[48];
	struct vtd_check_at at = { unit->name, device, "directory", text };
	unsigned int index;
	u64 entry;

	c->entries++;
	if (vtd_sm_dir_sound(unit, sid, c->memory, &index, &entry))
		return true;
	snprintf(text, sizeof(text), "entry %u of %02x:%02x.%u", index,
		 sid >> 8, sid >> 3 & 0x1f, sid & 7);
	vtd_check_value(c, &at, 0, entry,
			"a PASID directory entry that leads to no memory");
	return false;
}

/*
 * The context entry of scalable mode leads to the source-id's own directory, to
 * that of all whose addresses are not changed, or nowhere.  Its PASID entries are
 * looked at by who knows what is attached.
 */
static void vtd_check_scalable(struct vtd_check *c, struct vtd_unit *unit,
			       u16 sid, const struct vtd_translation *to,
			       u64 features, const char *device)
{
	struct vtd_sm_belief belief;
	char text[24];
	struct vtd_check_at at = { unit->name, device, "context", text };
	struct vtd_pasid_entry found;

	vtd_check_sid_text(text, sizeof(text), sid);
	vtd_sm_believe(unit, sid, to, &belief);
	c->entries++;
	vtd_check_value(c, &at, belief.expected,
			belief.found[0] & ~VTD_CHECK_FPD,
			"bits 63:0 of the context entry");
	vtd_check_value(c, &at, 0, belief.found[1],
			"bits 127:64 of the context entry");
	if (!vtd_check_directory(c, unit, sid, device))
		return;
	if (belief.own)
		vtd_check_value(c, &at, features, belief.features,
				"the kinds of requests that it may make");
	if (belief.dir) {
		vtd_sm_entry(unit, belief.dir, VTD_NO_PASID, &found);
		vtd_check_pasid(c, unit, sid, VTD_NO_PASID, to, &found, device);
	}
}

/* --- source-ids that nobody manages ------------------------------------------------ */

/* They pass through, or nothing of them is let through. */
static void vtd_check_unmanaged(struct vtd_check *c, struct vtd_unit *unit,
				u16 sid)
{
	struct vtd_translation to = {};
	struct vtd_context_entry ce;
	struct vtd_sm_belief belief;
	bool present;

	if (unit->scalable) {
		vtd_sm_believe(unit, sid, &to, &belief);
		present = belief.found[0] & VTD_SM_CONTEXT_P;
	} else {
		present = !vtd_context_peek(unit, sid, &ce) &&
			  vtd_context_present(&ce);
	}
	if (!present) {
		c->entries++;
		return;
	}
	to = vtd_identity(unit);
	if (unit->scalable)
		vtd_check_scalable(c, unit, sid, &to, 0, "-");
	else
		vtd_check_legacy(c, unit, sid, &to, "-");
}

static bool vtd_check_has_table(const struct vtd_unit *unit, u16 sid)
{
	return unit->scalable ? !!unit->sm[sid / VTD_SM_CONTEXT_ENTRIES] :
				!!unit->context[vtd_sid_bus(sid)];
}

/**
 * vtd_check_tables() - root entries, and context entries that nobody manages
 * @c: the look
 * @unit: it translates, and goes on doing so meanwhile
 * @managed: has a managed device the source-id?
 *
 * Context: may sleep; the control mutex and pci_lock_rescan_remove() are held.
 */
void vtd_check_tables(struct vtd_check *c, struct vtd_unit *unit,
		      bool (*managed)(const struct vtd_unit *unit, u16 sid))
{
	unsigned int bus, sid;

	mutex_lock(&unit->lock);
	for (bus = 0; bus < VTD_ROOT_ENTRIES; bus++)
		vtd_check_root(c, unit, bus);
	mutex_unlock(&unit->lock);
	for (sid = 0; sid <= U16_MAX; sid++) {
		if (!vtd_check_has_table(unit, sid) || managed(unit, sid))
			continue;
		vtd_check_unmanaged(c, unit, sid);
	}
}

/* --- devices ---------------------------------------------------------------------- */

/* What a device without a PASID, or with one, is attached to. */
static void vtd_check_wanted(struct vtd_device *vdev, struct vtd_domain *d,
			     u32 pasid, struct vtd_translation *to)
{
	*to = (struct vtd_translation){};
	if (d)
		vtd_domain_says(d, vdev->unit, pasid, to);
}

/* The page that the entry of a device leads to: every table it names is memory. */
static void vtd_check_top(struct vtd_check *c, const struct vtd_device *vdev,
			  const struct vtd_translation *to)
{
	char text[40];
	struct vtd_check_at at = { vdev->unit->name, pci_name(vdev->pdev),
				   "page-table", text };
	const u64 *table;
	unsigned int i;

	if (to->kind != VTD_SECOND_STAGE && to->kind != VTD_FIRST_STAGE)
		return;
	if (to->process)
		return;
	table = phys_to_virt(to->table);
	for (i = 0; i < VTD_PTE_ENTRIES; i++) {
		u64 pte = READ_ONCE(table[i]);

		c->entries++;
		if (!(pte & (VTD_PTE_R | VTD_PTE_W)) ||
		    vtd_pte_is_leaf(pte, to->levels) ||
		    c->memory(vtd_pte_addr(pte)))
			continue;
		snprintf(text, sizeof(text), "entry %u of the top table", i);
		vtd_check_value(c, &at, 0, pte,
				"an entry that leads to no memory");
	}
}

/* Each PASID is attached to what its entry says, and no other has one. */
static void vtd_check_pasids(struct vtd_check *c, struct vtd_device *vdev)
{
	struct vtd_unit *unit = vdev->unit;
	u16 sid = vdev->sid[0];
	struct vtd_pasid_entry found;
	struct vtd_sm_belief belief;
	struct vtd_translation to = {};
	unsigned long pasid;
	void *entry;
	u32 at;

	vtd_sm_believe(unit, sid, &to, &belief);
	if (!belief.dir || !belief.own)
		return;
	xa_for_each(&vdev->pasids, pasid, entry) {
		if (xa_is_value(entry))
			to = vtd_identity(unit);
		else
			vtd_check_wanted(vdev, entry, pasid, &to);
		vtd_sm_entry(unit, belief.dir, pasid, &found);
		vtd_check_pasid(c, unit, sid, pasid, &to, &found,
				pci_name(vdev->pdev));
	}
	to = (struct vtd_translation){};
	for (at = VTD_NO_PASID + 1; vtd_sm_next(unit, sid, &at, &found); at++)
		if (!xa_load(&vdev->pasids, at))
			vtd_check_pasid(c, unit, sid, at, &to, &found,
					pci_name(vdev->pdev));
}

/**
 * vtd_check_device() - do the entries of a managed device say what it is attached to?
 * @c: the look
 * @vdev: the device
 *
 * Context: may sleep; the group's mutex is held.
 */
void vtd_check_device(struct vtd_check *c, struct vtd_device *vdev)
{
	bool held = READ_ONCE(vdev->quarantine);
	struct vtd_unit *unit = vdev->unit;
	struct vtd_translation to;
	unsigned int i;
	u64 entry;

	vtd_device_assert_group(vdev);
	c->devices++;
	vtd_check_wanted(vdev, vdev->domain, VTD_NO_PASID, &to);
	if (!vdev->domain && vdev->type == IOMMU_DOMAIN_IDENTITY)
		to = vtd_identity(unit);
	vtd_check_top(c, vdev, &to);
	if (held)
		to = (struct vtd_translation){};
	for (i = 0; i < vdev->nr_sids; i++) {
		if (!vtd_check_has_table(unit, vdev->sid[i]))
			continue;
		if (unit->scalable)
			vtd_check_scalable(c, unit, vdev->sid[i], &to,
					   held ? 0 : vdev->features,
					   pci_name(vdev->pdev));
		else
			vtd_check_legacy(c, unit, vdev->sid[i], &to,
					 pci_name(vdev->pdev));
	}
	if (unit->scalable && vdev->pasid_bits &&
	    vtd_sm_dir_sound(unit, vdev->sid[0], c->memory, &i, &entry))
		vtd_check_pasids(c, vdev);
}
