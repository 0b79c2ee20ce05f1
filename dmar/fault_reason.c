// SPDX-License-Identifier: GPL-2.0
/*
 * What each fault reason means, and what most likely helps (VT-d 7.1.3, 7.2.3).
 *
 * Pure: a table.  Must never say more than the reason alone can tell; what the
 * tables hold is found out elsewhere (fault_walk.c).
 */
#include <linux/array_size.h>
#include <linux/string.h>

#include <vtd/hw/fault.h>
#include "fault.h"

/* Remedies that many reasons share. */
#define FIX_DRIVER \
	"suspect the device's driver or firmware; 'vtdctl release' lets the device pass through meanwhile, without isolation"
#define FIX_OWNER \
	"look at the program or guest that has the device: it did not map this address, or not for that, or not any more"
#define FIX_US \
	"the tables are at fault, not the device: please report it, with this line and the kernel's log"
#define FIX_MEMORY \
	"suspect the machine's memory: look for machine checks in the kernel's log"
#define FIX_FIRST \
	"suspect the device's driver or firmware; where the memory of a process is shared, the program that gave the device the address"
#define FIX_GUEST \
	"look at the guest, which set up these tables, and at its own log"
#define FIX_PASID \
	"the device uses a PASID that it was not given, or no longer has: reload its driver"

static const struct vtd_fault_reason vtd_reasons[] = {
	[VTD_FAULT_ROOT_NOT_PRESENT] = {
		"LRT.2", "no device of this bus may do DMA",
		"see 'vtdctl status' for the device; a source-id that no device has points to a bridge, a phantom function or a forged request",
	},
	[VTD_FAULT_CONTEXT_NOT_PRESENT] = {
		"LCT.2", "the device is blocked: it is attached to nothing",
		"bind a driver to the device or assign it to a user; if it goes on, it was not quiet when it was reset or given away",
	},
	[VTD_FAULT_CONTEXT_INVALID] = {
		"LCT.4", "the device's context entry is invalid", FIX_US,
	},
	[VTD_FAULT_BEYOND_WIDTH] = {
		"LGN.1", "the address is beyond the width of the domain",
		"the device's driver made up an address or ignores what it was given: " FIX_DRIVER,
	},
	[VTD_FAULT_WRITE_DENIED] = {
		"LGN.2", "the address is not mapped, or not for writing",
		FIX_DRIVER,
	},
	[VTD_FAULT_READ_DENIED] = {
		"LGN.3", "the address is not mapped, or not for reading",
		FIX_DRIVER,
	},
	[VTD_FAULT_TABLE_UNREADABLE] = {
		"LSL.1", "a page table could not be read", FIX_MEMORY,
	},
	[VTD_FAULT_ROOT_UNREADABLE] = {
		"LRT.1", "the root table could not be read", FIX_MEMORY,
	},
	[VTD_FAULT_CONTEXT_UNREADABLE] = {
		"LCT.1", "a context table could not be read", FIX_MEMORY,
	},
	[VTD_FAULT_ROOT_RESERVED] = {
		"LRT.3", "reserved bits are set in a root entry", FIX_US,
	},
	[VTD_FAULT_CONTEXT_RESERVED] = {
		"LCT.3", "reserved bits are set in a context entry", FIX_US,
	},
	[VTD_FAULT_TABLE_RESERVED] = {
		"LSL.2", "reserved bits are set in a page-table entry", FIX_US,
	},
	[VTD_FAULT_TRANSLATED_BLOCKED] = {
		"LCT.5", "the device may not send translated requests",
		"its ATS is on although nobody here switched it on: reset the device; a device that goes on is hostile or broken",
	},
	[VTD_FAULT_INTERRUPT_RANGE] = {
		"LGN.4", "the address leads into the interrupt range",
		FIX_US,
	},
	[VTD_FAULT_IR_RESERVED_REQUEST] = {
		"IR.20", "interrupt request with reserved bits set",
		"the device sends a message that nobody gave it: reload its driver; a device that goes on is hostile or broken",
	},
	[VTD_FAULT_IR_INDEX_TOO_LARGE] = {
		"IR.21", "interrupt index beyond the remapping table",
		"the device sends a message that nobody gave it: reload its driver; a device that goes on is hostile or broken",
	},
	[VTD_FAULT_IR_NOT_PRESENT] = {
		"IR.22", "interrupt index without an entry",
		"the device raises an interrupt that was freed, or never its own: reload its driver; 'vtdctl irqs' shows which exist",
	},
	[VTD_FAULT_IR_TABLE_UNREADABLE] = {
		"IR.23", "the interrupt remapping table could not be read",
		FIX_MEMORY,
	},
	[VTD_FAULT_IR_RESERVED_ENTRY] = {
		"IR.24", "reserved bits are set in an interrupt entry", FIX_US,
	},
	[VTD_FAULT_IR_COMPATIBILITY_BLOCKED] = {
		"IR.25", "compatibility-format interrupt blocked",
		"the device still has a message from before remapping, or makes one up: reload its driver",
	},
	[VTD_FAULT_IR_SOURCE_REFUSED] = {
		"IR.26",
		"interrupt from a source-id that does not own the entry",
		"another device's interrupt was asked for: forged, or its requests carry a bridge's id; 'vtdctl irqs' shows the owner",
	},
	[VTD_FAULT_IR_POSTED_UNREADABLE] = {
		"IR.27", "a posted-interrupt descriptor could not be accessed",
		FIX_MEMORY,
	},
	[VTD_FAULT_IR_POSTED_RESERVED] = {
		"IR.28",
		"reserved bits are set in a posted-interrupt descriptor",
		FIX_US,
	},
	[VTD_FAULT_IR_NOT_ALLOWED] = {
		"IR.29", "a request that may not raise an interrupt",
		"suspect the device's firmware",
	},

	[VTD_FAULT_SM_ROOT_ADDRESS] = {
		"RTA.1", "the root table's address or mode is invalid",
		FIX_US,
	},
	[VTD_FAULT_SM_PASID_IN_LEGACY] = {
		"RTA.2",
		"a request with a PASID, which legacy mode does not know",
		"the device's PASIDs are on although nobody here switched them on: reset the device",
	},
	[VTD_FAULT_SM_PAGE_REQUEST_IN_LEGACY] = {
		"RTA.3", "a page request, which legacy mode does not know",
		"the device's page requests are on although nobody here switched them on: reset the device",
	},
	[VTD_FAULT_SM_MODE] = {
		"RTA.4", "the unit aborts all DMA", FIX_US,
	},
	[VTD_FAULT_SM_ROOT_UNREADABLE] = {
		"SRT.1", "the root table could not be read (scalable mode)",
		FIX_MEMORY,
	},
	[VTD_FAULT_SM_ROOT_NOT_PRESENT] = {
		"SRT.2", "no device of this half of the bus may do DMA",
		"see 'vtdctl status' for the device",
	},
	[VTD_FAULT_SM_ROOT_RESERVED] = {
		"SRT.3", "reserved bits are set in a scalable-mode root entry",
		FIX_US,
	},
	[VTD_FAULT_SM_CONTEXT_UNREADABLE] = {
		"SCT.1", "a context table could not be read (scalable mode)",
		FIX_MEMORY,
	},
	[VTD_FAULT_SM_CONTEXT_NOT_PRESENT] = {
		"SCT.2", "the device is blocked: it is attached to nothing",
		"bind a driver to the device or assign it to a user; if it goes on, it was not quiet when it was reset or given away",
	},
	[VTD_FAULT_SM_CONTEXT_RESERVED] = {
		"SCT.3",
		"reserved bits are set in a scalable-mode context entry",
		FIX_US,
	},
	[VTD_FAULT_SM_CONTEXT_INVALID] = {
		"SCT.4", "the device's scalable-mode context entry is invalid",
		FIX_US,
	},
	[VTD_FAULT_SM_ATS_OFF] = {
		"SCT.5",
		"the device may send no translation or translated requests",
		"its ATS is on although nobody here switched it on: reset the device",
	},
	[VTD_FAULT_SM_PASID_OFF] = {
		"SCT.6", "the device may send no requests with a PASID",
		"its PASIDs are on although nobody here switched them on: reset the device",
	},
	[VTD_FAULT_SM_PASID_TOO_LARGE] = {
		"SCT.7", "the PASID is beyond the device's directory",
		FIX_PASID,
	},
	[VTD_FAULT_SM_PAGE_REQUEST_OFF] = {
		"SCT.8", "the device may send no page requests",
		"its page requests are on although nobody here switched them on: reset the device",
	},
	[VTD_FAULT_SM_RID_PASID] = {
		"SCT.9", "the PASID for requests without one is invalid",
		FIX_US,
	},
	[VTD_FAULT_SM_PASID_DIR_UNREADABLE] = {
		"SPD.1", "the PASID directory could not be read", FIX_MEMORY,
	},
	[VTD_FAULT_SM_PASID_DIR_NOT_PRESENT] = {
		"SPD.2", "no PASID near this one is in use",
		FIX_PASID,
	},
	[VTD_FAULT_SM_PASID_DIR_RESERVED] = {
		"SPD.3", "reserved bits are set in a PASID directory entry",
		FIX_US,
	},
	[VTD_FAULT_SM_PASID_UNREADABLE] = {
		"SPT.1", "a PASID table could not be read", FIX_MEMORY,
	},
	[VTD_FAULT_SM_PASID_NOT_PRESENT] = {
		"SPT.2",
		"nothing is attached to the PASID, or to the device where the request has none",
		"without a PASID: bind a driver to the device or assign it to a user; with one: reload the driver, which lets the device use a PASID that it was not given",
	},
	[VTD_FAULT_SM_PASID_RESERVED] = {
		"SPT.3", "reserved bits are set in a PASID entry",
		FIX_US,
	},
	[VTD_FAULT_SM_PASID_INVALID] = {
		"SPT.4", "the PASID's entry is invalid", FIX_US,
	},
	[VTD_FAULT_SM_EXECUTE_OFF] = {
		"SPT.5", "the PASID may not execute",
		"the device asks to execute from memory: " FIX_DRIVER,
	},
	[VTD_FAULT_SM_SUPERVISOR_OFF] = {
		"SPT.6", "the PASID may not ask with supervisor privilege",
		"the device claims a privilege it was not given: " FIX_DRIVER,
	},
	[VTD_FAULT_SM_FIRST_UNREADABLE] = {
		"SFL.1", "a first-stage table could not be read", FIX_MEMORY,
	},
	[VTD_FAULT_SM_FIRST_NOT_PRESENT] = {
		"SFL.2", "the address is not mapped in the first stage",
		FIX_FIRST,
	},
	[VTD_FAULT_SM_FIRST_RESERVED] = {
		"SFL.3", "reserved bits are set in a first-stage entry",
		FIX_US,
	},
	[VTD_FAULT_SM_FIRST_TOP_UNREADABLE] = {
		"SFL.4", "the first stage's top table could not be read",
		FIX_MEMORY,
	},
	[VTD_FAULT_SM_NESTED_BEYOND_WIDTH] = {
		"SFL.5",
		"a first-stage table lies beyond the width of the second stage",
		FIX_GUEST,
	},
	[VTD_FAULT_SM_NESTED_TOP_READ_DENIED] = {
		"SFL.6",
		"the second stage does not let the first stage's top table be read",
		FIX_GUEST,
	},
	[VTD_FAULT_SM_NESTED_READ_DENIED] = {
		"SFL.7",
		"the second stage does not let a first-stage table be read",
		FIX_GUEST,
	},
	[VTD_FAULT_SM_NESTED_WRITE_DENIED] = {
		"SFL.8",
		"the second stage does not let accessed bits be written to a first-stage table",
		FIX_GUEST,
	},
	[VTD_FAULT_SM_SECOND_UNREADABLE] = {
		"SSL.1", "a second-stage table could not be read", FIX_MEMORY,
	},
	[VTD_FAULT_SM_SECOND_DENIED] = {
		"SSL.2",
		"the address is not mapped in the second stage, or not for this access",
		FIX_DRIVER,
	},
	[VTD_FAULT_SM_SECOND_RESERVED] = {
		"SSL.3", "reserved bits are set in a second-stage entry",
		FIX_US,
	},
	[VTD_FAULT_SM_SECOND_TOP_UNREADABLE] = {
		"SSL.4", "the second stage's top table could not be read",
		FIX_MEMORY,
	},
	[VTD_FAULT_SM_SECOND_AD_NO_SNOOP] = {
		"SSL.5",
		"second-stage accessed bits cannot be set: the tables are not snooped",
		FIX_US,
	},
	[VTD_FAULT_SM_SECOND_AD_FAILED] = {
		"SSL.6", "second-stage accessed bits could not be set",
		FIX_MEMORY,
	},
	[VTD_FAULT_SM_NOT_CANONICAL] = {
		"SGN.1", "the address is not a canonical one",
		"the device's driver made up an address: " FIX_DRIVER,
	},
	[VTD_FAULT_SM_USER_DENIED] = {
		"SGN.2", "the address is for supervisor privilege only",
		FIX_FIRST,
	},
	[VTD_FAULT_SM_EXECUTE_DENIED] = {
		"SGN.3", "the address is not mapped for execution", FIX_FIRST,
	},
	[VTD_FAULT_SM_BEYOND_WIDTH] = {
		"SGN.4", "the address is beyond the width of the tables",
		"the device's driver made up an address: " FIX_DRIVER,
	},
	[VTD_FAULT_SM_FIRST_OUTPUT_BEYOND] = {
		"SGN.5",
		"the first stage leads beyond the width of the second stage",
		FIX_GUEST,
	},
	[VTD_FAULT_SM_WRITE_DENIED] = {
		"SGN.6", "the address is not mapped for writing", FIX_FIRST,
	},
	[VTD_FAULT_SM_READ_DENIED] = {
		"SGN.7", "the address is not mapped for reading", FIX_FIRST,
	},
	[VTD_FAULT_SM_INTERRUPT_RANGE] = {
		"SGN.8", "the address leads into the interrupt range",
		FIX_US,
	},
	[VTD_FAULT_SM_GENERAL_9] = {
		"SGN.9", "a request that scalable mode does not allow",
		FIX_DRIVER,
	},
	[VTD_FAULT_SM_GENERAL_10] = {
		"SGN.10", "a request that scalable mode does not allow",
		FIX_DRIVER,
	},
	[VTD_FAULT_SM_FIRST_AD_NO_SNOOP] = {
		"SFL.9",
		"first-stage accessed bits cannot be set: the tables are not snooped",
		FIX_US,
	},
	[VTD_FAULT_SM_FIRST_AD_FAILED] = {
		"SFL.10", "first-stage accessed bits could not be set",
		FIX_MEMORY,
	},
};

/**
 * vtd_fault_reason() - what a fault reason means
 * @code: as the unit recorded it (7.1.3, 7.2.3)
 *
 * Context: any.
 * Return: the reason's name in the specification, meaning and remedy; for a
 * code that is not in the specification a text that says so.  Never NULL.
 */
const struct vtd_fault_reason *vtd_fault_reason(u8 code)
{
	static const struct vtd_fault_reason unknown = {
		"-",
		"a reason that this driver does not know",
		"please report it, with the version of the unit that 'vtdctl status' shows",
	};

	if (code < ARRAY_SIZE(vtd_reasons) && vtd_reasons[code].text)
		return &vtd_reasons[code];
	return &unknown;
}

/**
 * vtd_fault_remedy() - what most likely helps
 * @reason: of the fault
 * @assigned: a user has the device: a program, or a guest
 *
 * Context: any.
 * Return: a part of a sentence.
 */
const char *vtd_fault_remedy(const struct vtd_fault_reason *reason,
			     bool assigned)
{
	return assigned && strstr(reason->remedy, FIX_DRIVER) ? FIX_OWNER :
								reason->remedy;
}
