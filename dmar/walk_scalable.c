// SPDX-License-Identifier: GPL-2.0
/*
 * What becomes of a request in scalable mode, by the entries on its way (VT-d
 * 7.1.3).
 *
 * Pure.  As walk_judge.c, which is its only user.
 */
#include <linux/kernel.h>
#include <linux/string.h>

#include <vtd/hw/context.h>
#include <vtd/hw/fault.h>
#include <vtd/hw/pasid.h>
#include <vtd/hw/pte_first.h>
#include <vtd/hw/regs.h>

#include "walk.h"

/* 9.2, 9.4 to 9.6: what is neither a field nor ignored, on any unit. */
#define VTD_SM_ROOT_RESERVED GENMASK_ULL(11, 1)
#define VTD_SM_CONTEXT_RESERVED GENMASK_ULL(8, 5)
#define VTD_SM_CONTEXT_HI_RESERVED GENMASK_ULL(63, 21)
#define VTD_PASID_DIR_RESERVED GENMASK_ULL(11, 2)
#define VTD_PASID_RESERVED (GENMASK_ULL(11, 10) | BIT_ULL(5))
#define VTD_PASID_HI_RESERVED GENMASK_ULL(22, 16)
#define VTD_PASID_MEMORY_TYPE GENMASK_ULL(63, 25) /* with ECAP.MTS */
#define VTD_PASID_FIRST_RESERVED GENMASK_ULL(11, 8)
#define VTD_PASID_AW_VALUES 4

/**
 * struct vtd_walk_needs - bits that only some units know
 * @ecap: the capability, in the extended capability register
 * @bits: what is reserved without it
 */
struct vtd_walk_needs {
	u64 ecap;
	u64 bits;
};

static u64 vtd_walk_unknown(const struct vtd_walk_unit *unit,
			    const struct vtd_walk_needs *needs, unsigned int nr)
{
	u64 bits = 0;

	while (nr--)
		if (!(unit->ecap & needs[nr].ecap))
			bits |= needs[nr].bits;
	return bits;
}

static unsigned int vtd_walk_type(const struct vtd_walk *w)
{
	return FIELD_GET(VTD_PASID_PGTT, w->entry[VTD_WALK_PASID].w[0]);
}

/* Has it a first stage, or a second? */
static bool vtd_walk_has_first(const struct vtd_walk *w)
{
	return vtd_walk_type(w) == VTD_PASID_PGTT_FIRST ||
	       vtd_walk_type(w) == VTD_PASID_PGTT_NESTED;
}

static bool vtd_walk_has_second(const struct vtd_walk *w)
{
	return vtd_walk_type(w) == VTD_PASID_PGTT_SECOND ||
	       vtd_walk_type(w) == VTD_PASID_PGTT_NESTED;
}

/* 9.4 */
static void vtd_walk_context_reserved(const struct vtd_walk_unit *unit,
				      u64 reserved[VTD_WALK_WORDS])
{
	static const struct vtd_walk_needs lo[] = {
		{ VTD_ECAP_DT, VTD_SM_CONTEXT_DTE },
		{ VTD_ECAP_PASID, VTD_SM_CONTEXT_PASIDE },
		{ VTD_ECAP_PRS, VTD_SM_CONTEXT_PRE },
	};
	static const struct vtd_walk_needs hi[] = {
		{ VTD_ECAP_RPS, VTD_SM_CONTEXT_RID_PASID },
		{ VTD_ECAP_SRS, VTD_SM_CONTEXT_RID_PRIV },
	};

	reserved[0] = VTD_SM_CONTEXT_RESERVED | ~0ULL << unit->host_bits |
		      vtd_walk_unknown(unit, lo, ARRAY_SIZE(lo));
	reserved[1] = VTD_SM_CONTEXT_HI_RESERVED |
		      vtd_walk_unknown(unit, hi, ARRAY_SIZE(hi));
	reserved[2] = ~0ULL;
	reserved[3] = ~0ULL;
}

/* 9.6 */
static void vtd_walk_pasid_reserved(const struct vtd_walk *w,
				    const struct vtd_walk_unit *unit,
				    u64 reserved[VTD_WALK_WORDS])
{
	static const struct vtd_walk_needs lo[] = {
		{ VTD_ECAP_SSADS, VTD_PASID_SSADE },
	};
	static const struct vtd_walk_needs hi[] = {
		{ VTD_ECAP_SMPWCS, VTD_PASID_PWSNP },
		{ VTD_ECAP_SC, VTD_PASID_PGSNP },
		{ VTD_ECAP_MTS, VTD_PASID_MEMORY_TYPE },
	};
	static const struct vtd_walk_needs first[] = {
		{ VTD_ECAP_SRS, VTD_PASID_SRE },
		{ VTD_ECAP_ERS, VTD_PASID_ERE },
		{ VTD_ECAP_EAFS, VTD_PASID_EAFE },
	};
	u64 above = ~0ULL << unit->host_bits;

	reserved[0] = VTD_PASID_RESERVED |
		      vtd_walk_unknown(unit, lo, ARRAY_SIZE(lo));
	reserved[1] = VTD_PASID_HI_RESERVED |
		      vtd_walk_unknown(unit, hi, ARRAY_SIZE(hi));
	reserved[2] = VTD_PASID_FIRST_RESERVED |
		      vtd_walk_unknown(unit, first, ARRAY_SIZE(first));
	reserved[3] = ~0ULL;
	if (vtd_walk_has_second(w))
		reserved[0] |= above;
	/* In a nested one it is an address of the guest. */
	if (vtd_walk_type(w) == VTD_PASID_PGTT_FIRST)
		reserved[2] |= above;
}

/* 9.7: in an entry that is present. */
static u64 vtd_walk_first_reserved(u64 entry, unsigned int level,
				   const struct vtd_walk_unit *unit)
{
	u64 reserved = ~0ULL << unit->host_bits & VTD_PTE_ADDR;
	bool large = level > 1 && level <= VTD_PTE_MAX_LEAF_LEVEL &&
		     entry & VTD_FPTE_PS;

	if (level > VTD_PTE_MAX_LEAF_LEVEL ||
	    (level == VTD_PTE_MAX_LEAF_LEVEL && !(unit->cap & VTD_CAP_FL1GP)))
		reserved |= VTD_FPTE_PS;
	/* Below the address of a large page: all but PAT. */
	if (large)
		reserved |= (vtd_pte_span(level) - 1) & VTD_PTE_ADDR &
			    ~VTD_FPTE_PAT_LARGE;
	return reserved;
}

/**
 * vtd_walk_sm_reserved() - reserved bits that are set in an entry
 * @walk: from vtd_walk_tables(), of scalable mode
 * @index: of the entry, which could be read and is present
 * @unit: what it may have
 * @reserved: all 0; set to those bits, of each word
 *
 * Context: any.
 */
void vtd_walk_sm_reserved(const struct vtd_walk *walk, unsigned int index,
			  const struct vtd_walk_unit *unit,
			  u64 reserved[VTD_WALK_WORDS])
{
	const u64 *w = walk->entry[index].w;
	unsigned int i, level;

	switch (index) {
	case VTD_WALK_ROOT:
		/* The other half is of no interest to the request. */
		i = walk->way.sid & 0xff;
		reserved[i / VTD_SM_CONTEXT_ENTRIES] = VTD_SM_ROOT_RESERVED |
						       ~0ULL << unit->host_bits;
		break;
	case VTD_WALK_CONTEXT:
		vtd_walk_context_reserved(unit, reserved);
		break;
	case VTD_WALK_DIRECTORY:
		reserved[0] = VTD_PASID_DIR_RESERVED | ~0ULL << unit->host_bits;
		break;
	case VTD_WALK_PASID:
		vtd_walk_pasid_reserved(walk, unit, reserved);
		break;
	default:
		level = vtd_walk_level(walk, index);
		reserved[0] =
			walk->tables.first ?
				vtd_walk_first_reserved(w[0], level, unit) :
				vtd_walk_second_reserved(w[0], level, unit);
	}
	for (i = 0; i < VTD_WALK_WORDS; i++)
		reserved[i] &= w[i];
}

/* Up to and with the context entry. */
static u8 vtd_walk_judge_context(const struct vtd_walk *w,
				 const struct vtd_walk_unit *unit)
{
	unsigned int half = (w->way.sid & 0xff) / VTD_SM_CONTEXT_ENTRIES;
	const struct vtd_walk_entry *root = &w->entry[VTD_WALK_ROOT];
	const struct vtd_walk_entry *context = &w->entry[VTD_WALK_CONTEXT];

	if (!root->read)
		return VTD_FAULT_SM_ROOT_UNREADABLE;
	if (!(root->w[half] & VTD_SM_ROOT_P))
		return VTD_FAULT_SM_ROOT_NOT_PRESENT;
	if (vtd_walk_is_reserved(w, VTD_WALK_ROOT, unit))
		return VTD_FAULT_SM_ROOT_RESERVED;
	if (!context->read)
		return VTD_FAULT_SM_CONTEXT_UNREADABLE;
	if (!(context->w[0] & VTD_SM_CONTEXT_P))
		return VTD_FAULT_SM_CONTEXT_NOT_PRESENT;
	if (vtd_walk_is_reserved(w, VTD_WALK_CONTEXT, unit))
		return VTD_FAULT_SM_CONTEXT_RESERVED;
	return 0;
}

/* Has the unit what the PASID entry asks for? */
static bool vtd_walk_is_programmed(const struct vtd_walk *w,
				   const struct vtd_walk_unit *unit)
{
	const u64 *pe = w->entry[VTD_WALK_PASID].w;
	unsigned int aw = FIELD_GET(VTD_PASID_AW, pe[0]);
	u64 needs = 0;

	switch (vtd_walk_type(w)) {
	case VTD_PASID_PGTT_FIRST:
		needs = VTD_ECAP_FSTS;
		break;
	case VTD_PASID_PGTT_SECOND:
		needs = VTD_ECAP_SSTS;
		break;
	case VTD_PASID_PGTT_NESTED:
		needs = VTD_ECAP_NEST;
		break;
	case VTD_PASID_PGTT_PASS_THROUGH:
		needs = VTD_ECAP_PT;
		break;
	}
	if (!(unit->ecap & needs))
		return false;
	/* Pass-through has a width, too. */
	if (vtd_walk_type(w) != VTD_PASID_PGTT_FIRST &&
	    (aw >= VTD_PASID_AW_VALUES ||
	     !(FIELD_GET(VTD_CAP_SAGAW, unit->cap) >> aw & 1)))
		return false;
	if (!vtd_walk_has_first(w))
		return true;
	switch (FIELD_GET(VTD_PASID_FSPM, pe[2])) {
	case VTD_PASID_FSPM_4LVL:
		return true;
	case VTD_PASID_FSPM_5LVL:
		return unit->cap & VTD_CAP_FL5LP;
	default:
		return false;
	}
}

/* From the context entry, which is good, up to and with the PASID entry. */
static u8 vtd_walk_judge_pasid(const struct vtd_walk *w,
			       const struct vtd_walk_unit *unit)
{
	const struct vtd_walk_entry *dir = &w->entry[VTD_WALK_DIRECTORY];
	const struct vtd_walk_entry *pasid = &w->entry[VTD_WALK_PASID];

	if (w->tables.end == VTD_END_PASIDS_OFF)
		return VTD_FAULT_SM_PASID_OFF;
	if (w->way.has_pasid &&
	    w->pasid >> (FIELD_GET(VTD_ECAP_PSS, unit->ecap) + 1))
		return VTD_FAULT_SM_PASID_TOO_LARGE;
	if (w->tables.end == VTD_END_PASID_BEYOND)
		return w->way.has_pasid ? VTD_FAULT_SM_PASID_TOO_LARGE :
					  VTD_FAULT_SM_RID_PASID;
	if (!dir->read)
		return VTD_FAULT_SM_PASID_DIR_UNREADABLE;
	if (!(dir->w[0] & VTD_PASID_DIR_P))
		return VTD_FAULT_SM_PASID_DIR_NOT_PRESENT;
	if (vtd_walk_is_reserved(w, VTD_WALK_DIRECTORY, unit))
		return VTD_FAULT_SM_PASID_DIR_RESERVED;
	if (!pasid->read)
		return VTD_FAULT_SM_PASID_UNREADABLE;
	if (!(pasid->w[0] & VTD_PASID_P))
		return VTD_FAULT_SM_PASID_NOT_PRESENT;
	if (vtd_walk_is_reserved(w, VTD_WALK_PASID, unit))
		return VTD_FAULT_SM_PASID_RESERVED;
	if (!vtd_walk_is_programmed(w, unit))
		return VTD_FAULT_SM_PASID_INVALID;
	return 0;
}

/* Requests without a PASID may all be those of a supervisor. */
static bool vtd_walk_is_supervisor(const struct vtd_walk *w)
{
	return !w->way.has_pasid &&
	       w->entry[VTD_WALK_CONTEXT].w[1] & VTD_SM_CONTEXT_RID_PRIV;
}

/* Accessed and dirty bits are only set in tables that are snooped. */
static bool vtd_walk_snoops(const struct vtd_walk *w,
			    const struct vtd_walk_unit *unit)
{
	return unit->ecap & VTD_ECAP_SMPWCS &&
	       w->entry[VTD_WALK_PASID].w[1] & VTD_PASID_PWSNP;
}

/* One entry of a first stage; 0 when the request goes on from it. */
static u8 vtd_walk_judge_first(const struct vtd_walk *w, unsigned int index,
			       const struct vtd_walk_unit *unit, bool write)
{
	const struct vtd_walk_entry *entry = &w->entry[index];
	u64 flags = w->entry[VTD_WALK_PASID].w[2], bits = VTD_FPTE_A;
	bool supervisor = vtd_walk_is_supervisor(w);
	u64 pte = entry->w[0];

	if (!entry->read)
		return index == vtd_walk_top(w) ?
			       VTD_FAULT_SM_FIRST_TOP_UNREADABLE :
			       VTD_FAULT_SM_FIRST_UNREADABLE;
	if (!vtd_fpte_present(pte))
		return VTD_FAULT_SM_FIRST_NOT_PRESENT;
	/* Permissions come before what is wrong with the entry. */
	if (!supervisor && !(pte & VTD_FPTE_US))
		return VTD_FAULT_SM_USER_DENIED;
	if (write && !(pte & VTD_FPTE_RW) &&
	    (!supervisor || flags & VTD_PASID_WPE))
		return VTD_FAULT_SM_WRITE_DENIED;
	if (vtd_walk_is_reserved(w, index, unit))
		return VTD_FAULT_SM_FIRST_RESERVED;
	if (flags & VTD_PASID_EAFE)
		bits |= VTD_FPTE_EA;
	if (write && vtd_fpte_is_leaf(pte, vtd_walk_level(w, index)))
		bits |= VTD_FPTE_D;
	return bits & ~pte && !vtd_walk_snoops(w, unit) ?
		       VTD_FAULT_SM_FIRST_AD_NO_SNOOP :
		       0;
}

/* One entry of a second stage. */
static u8 vtd_walk_judge_second(const struct vtd_walk *w, unsigned int index,
				const struct vtd_walk_unit *unit, bool write)
{
	const struct vtd_walk_entry *entry = &w->entry[index];
	u64 pte = entry->w[0], bits = 0;

	if (!entry->read)
		return index == vtd_walk_top(w) ?
			       VTD_FAULT_SM_SECOND_TOP_UNREADABLE :
			       VTD_FAULT_SM_SECOND_UNREADABLE;
	if (!vtd_pte_present(pte))
		return VTD_FAULT_SM_SECOND_DENIED;
	if (!(pte & (write ? VTD_PTE_W : VTD_PTE_R)))
		return write ? VTD_FAULT_SM_WRITE_DENIED :
			       VTD_FAULT_SM_READ_DENIED;
	if (vtd_walk_is_reserved(w, index, unit))
		return VTD_FAULT_SM_SECOND_RESERVED;
	if (w->entry[VTD_WALK_PASID].w[0] & VTD_PASID_SSADE)
		bits = VTD_PTE_A;
	if (bits && write && vtd_pte_is_leaf(pte, vtd_walk_level(w, index)))
		bits |= VTD_PTE_D;
	return bits & ~pte && !vtd_walk_snoops(w, unit) ?
		       VTD_FAULT_SM_SECOND_AD_NO_SNOOP :
		       0;
}

/* From the PASID entry, which is good: no tables, or tables. */
static u8 vtd_walk_judge_stage(const struct vtd_walk *w,
			       const struct vtd_walk_unit *unit, bool write)
{
	const struct vtd_fault_tables *t = &w->tables;
	u64 to = w->way.addr;
	unsigned int i;
	u8 reason;

	for (i = vtd_walk_top(w); i < w->nr; i++) {
		reason = t->first ? vtd_walk_judge_first(w, i, unit, write) :
				    vtd_walk_judge_second(w, i, unit, write);
		if (reason)
			return reason;
	}
	if (t->end == VTD_END_NESTED)
		return 0;
	if (t->end == VTD_END_LEAF)
		to = t->phys;
	/* No address of memory: an interrupt is asked for without a PASID. */
	return to >= VTD_INTERRUPT_FIRST && to <= VTD_INTERRUPT_LAST ?
		       VTD_FAULT_SM_INTERRUPT_RANGE :
		       0;
}

/**
 * vtd_walk_sm_judge() - what becomes of a request in scalable mode
 * @walk: from vtd_walk_tables(), of scalable mode
 * @unit: what the unit has
 * @write: it is a write, not a read
 *
 * Context: any.
 * Return: as vtd_walk_judge().
 */
u8 vtd_walk_sm_judge(const struct vtd_walk *walk,
		     const struct vtd_walk_unit *unit, bool write)
{
	const struct vtd_fault_tables *t = &walk->tables;
	u8 reason = vtd_walk_judge_context(walk, unit) ?:
			    vtd_walk_judge_pasid(walk, unit);

	if (reason)
		return reason;
	if (vtd_walk_has_first(walk)) {
		if (vtd_walk_is_supervisor(walk) &&
		    !(walk->entry[VTD_WALK_PASID].w[2] & VTD_PASID_SRE))
			return VTD_FAULT_SM_SUPERVISOR_OFF;
		if (t->end == VTD_END_BEYOND)
			return VTD_FAULT_SM_NOT_CANONICAL;
	} else if (walk->way.addr >> vtd_walk_width(walk, unit)) {
		return VTD_FAULT_SM_BEYOND_WIDTH;
	}
	return vtd_walk_judge_stage(walk, unit, write);
}
