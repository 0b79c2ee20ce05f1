// SPDX-License-Identifier: GPL-2.0
/*
 * A fault in words.
 *
 * Pure: says what it is given.  Every part is one clause without quotes and
 * line ends, so that it fits a record of the control interface and the log.
 */
#include <linux/array_size.h>
#include <linux/kernel.h>
#include <linux/sizes.h>
#include <linux/string.h>

#include <vtd/hw/fault.h>
#include <vtd/hw/ir.h>
#include <vtd/hw/pte.h>
#include <vtd/hw/regs.h>
#include "fault.h"

static enum vtd_fault_access vtd_fault_decode_access(u64 hi)
{
	unsigned int reason = FIELD_GET(VTD_FRCD_HI_FR, hi);

	if (reason >= VTD_FAULT_IR_RESERVED_REQUEST &&
	    reason <= VTD_FAULT_IR_NOT_ALLOWED)
		return VTD_ACCESS_INTERRUPT;
	if (hi & VTD_FRCD_HI_T2)
		return hi & VTD_FRCD_HI_T1 ? VTD_ACCESS_ATOMIC :
					     VTD_ACCESS_PAGE;
	if (!(hi & VTD_FRCD_HI_T1))
		return VTD_ACCESS_WRITE;
	/* EXE is only defined for requests with a PASID. */
	if (hi & VTD_FRCD_HI_PP && hi & VTD_FRCD_HI_EXE)
		return VTD_ACCESS_EXECUTE;
	return VTD_ACCESS_READ;
}

/**
 * vtd_fault_decode() - take a record apart
 * @record: as the unit wrote it
 *
 * VT-d 11.4.7.6.
 *
 * Context: any.
 * Return: its fields.
 */
struct vtd_fault_request vtd_fault_decode(const struct vtd_fault_record *record)
{
	u64 hi = record->hi;
	struct vtd_fault_request request = {
		.sid = FIELD_GET(VTD_FRCD_HI_SID, hi),
		.reason = FIELD_GET(VTD_FRCD_HI_FR, hi),
		.access = vtd_fault_decode_access(hi),
		.has_pasid = hi & VTD_FRCD_HI_PP,
		.at = FIELD_GET(VTD_FRCD_HI_AT, hi),
	};

	if (request.access == VTD_ACCESS_INTERRUPT) {
		request.where = FIELD_GET(VTD_FRCD_LO_INDEX, record->lo);
		request.has_pasid = false;
		request.at = 0;
		return request;
	}
	request.where = record->lo & VTD_FRCD_LO_FI;
	if (request.has_pasid) {
		request.pasid = FIELD_GET(VTD_FRCD_HI_PV, hi);
		request.privileged = hi & VTD_FRCD_HI_PRIV;
	}
	return request;
}

/**
 * vtd_fault_access_name() - what a request was, in a word
 * @access: what it was
 *
 * Context: any.
 * Return: the word, as in the records of the control interface.
 */
const char *vtd_fault_access_name(enum vtd_fault_access access)
{
	static const char *const names[] = {
		[VTD_ACCESS_READ] = "read",
		[VTD_ACCESS_WRITE] = "write",
		[VTD_ACCESS_ATOMIC] = "atomic",
		[VTD_ACCESS_EXECUTE] = "execute",
		[VTD_ACCESS_PAGE] = "page-request",
		[VTD_ACCESS_INTERRUPT] = "interrupt",
	};

	return names[access];
}

/* Was it refused for a permission that the tables, as they are now, give? */
static bool vtd_fault_allowed(const struct vtd_fault_request *request,
			      const struct vtd_fault_tables *t)
{
	switch (request->reason) {
	case VTD_FAULT_WRITE_DENIED:
	case VTD_FAULT_READ_DENIED:
	case VTD_FAULT_SM_FIRST_NOT_PRESENT:
	case VTD_FAULT_SM_SECOND_DENIED:
	case VTD_FAULT_SM_USER_DENIED:
	case VTD_FAULT_SM_WRITE_DENIED:
	case VTD_FAULT_SM_READ_DENIED:
		break;
	default:
		return false;
	}
	if (t->first && !t->user && !request->privileged)
		return false;
	switch (request->access) {
	case VTD_ACCESS_WRITE:
		return t->write;
	case VTD_ACCESS_ATOMIC:
		return t->read && t->write;
	case VTD_ACCESS_READ:
		return t->read;
	default:
		return false;
	}
}

static void vtd_fault_say_leaf(const struct vtd_fault_request *request,
			       const struct vtd_fault_tables *t, char *text,
			       size_t size)
{
	static const char *const modes[] = {
		"neither reading nor writing",
		"reading only",
		"writing only",
		"reading and writing",
	};
	size_t len;
	const char *page = t->bytes == SZ_4K ? "4 KiB" :
			   t->bytes == SZ_2M ? "2 MiB" :
					       "1 GiB";

	len = scnprintf(text, size,
			"mapped to 0x%llx for %s, in a page of %s%s", t->phys,
			modes[t->read | t->write << 1], page,
			t->first && !t->user ? ", by supervisors only" : "");
	if (vtd_fault_allowed(request, t))
		scnprintf(
			text + len, size - len,
			": allowed by now, so mapped too late or cached otherwise");
	else if (request->reason == VTD_FAULT_TABLE_RESERVED ||
		 request->reason == VTD_FAULT_SM_FIRST_RESERVED ||
		 request->reason == VTD_FAULT_SM_SECOND_RESERVED)
		scnprintf(text + len, size - len, " by the entry 0x%llx",
			  t->entry);
}

/* What was not there, above the page tables. */
static void vtd_fault_say_missing(const struct vtd_fault_request *request,
				  const struct vtd_fault_tables *t, char *text,
				  size_t size)
{
	const char *whose = request->has_pasid ? "the PASID" :
						 "requests without a PASID";

	switch (t->end) {
	case VTD_END_UNREADABLE:
		if (t->level)
			scnprintf(
				text, size,
				"the table at level %u of %u is not in memory",
				t->level, t->levels);
		else
			scnprintf(text, size, "the %s table is not in memory",
				  t->directory ? "PASID directory or" :
						 "root or context");
		return;
	case VTD_END_ROOT:
		scnprintf(text, size, "no entry for bus %02x",
			  request->sid >> 8);
		return;
	case VTD_END_CONTEXT:
		scnprintf(text, size, "no entry for the source-id");
		return;
	case VTD_END_INVALID:
		scnprintf(text, size, "an invalid entry for the source-id");
		return;
	case VTD_END_PASIDS_OFF:
		scnprintf(text, size, "no PASIDs for the source-id");
		return;
	case VTD_END_PASID_BEYOND:
		scnprintf(text, size,
			  "%s: beyond the directory of the source-id", whose);
		return;
	case VTD_END_DIRECTORY:
		scnprintf(text, size, "no table for %s", whose);
		return;
	case VTD_END_PASID:
		scnprintf(text, size, "no entry for %s", whose);
		return;
	case VTD_END_PASID_INVALID:
		scnprintf(text, size, "an invalid entry for %s", whose);
		return;
	default:
		scnprintf(text, size, "not known, they were changing");
	}
}

/**
 * vtd_fault_say_tables() - what the tables said
 * @request: what was asked for
 * @tables: from vtd_fault_walk()
 * @text: set to a clause; "" where nobody looked, as for an interrupt request
 * @size: room there, bytes; VTD_FAULT_PART is enough
 *
 * Context: any.
 */
void vtd_fault_say_tables(const struct vtd_fault_request *request,
			  const struct vtd_fault_tables *tables, char *text,
			  size_t size)
{
	const struct vtd_fault_tables *t = tables;

	*text = '\0';
	if (request->access == VTD_ACCESS_INTERRUPT)
		return;
	switch (t->end) {
	case VTD_END_NONE:
		return;
	case VTD_END_NESTED:
		scnprintf(text, size,
			  "nested, of a guest's and ours, not looked at");
		return;
	case VTD_END_PASS_THROUGH:
		scnprintf(text, size, "addresses pass through untranslated");
		return;
	case VTD_END_BEYOND:
		if (t->first)
			scnprintf(
				text, size,
				"%u levels of a first stage, where the address is not canonical",
				t->levels);
		else
			scnprintf(text, size,
				  "%u levels, which end below 0x%llx",
				  t->levels,
				  BIT_ULL(vtd_pte_shift(t->levels) +
					  VTD_PTE_LEVEL_BITS));
		return;
	case VTD_END_ABSENT:
		scnprintf(
			text, size,
			"nothing is mapped, the walk ends at level %u of %u%s",
			t->level, t->levels,
			t->first ? " of the first stage" : "");
		return;
	case VTD_END_LEAF:
		vtd_fault_say_leaf(request, t, text, size);
		return;
	default:
		vtd_fault_say_missing(request, t, text, size);
	}
}

/**
 * vtd_fault_say_last() - what changed at the address last
 * @last: the change
 * @text: set to a clause
 * @size: room there, bytes; VTD_FAULT_PART is enough
 *
 * Context: any.
 */
void vtd_fault_say_last(const struct vtd_fault_last *last, char *text,
			size_t size)
{
	switch (last->state) {
	case VTD_LAST_OFF:
		scnprintf(text, size,
			  "not noted, see the parameter history of vtd_dmar");
		return;
	case VTD_LAST_NONE:
		scnprintf(text, size, "none that is still noted");
		return;
	default:
		scnprintf(text, size,
			  "0x%llx bytes from 0x%llx on were %s %llu us before",
			  last->bytes, last->start,
			  last->state == VTD_LAST_MAPPED ? "mapped" :
							   "unmapped",
			  last->us_before);
		return;
	}
}

/* Who it was, for the inside of a pair of brackets. */
static void vtd_fault_say_who(const struct vtd_fault_request *request,
			      const struct vtd_fault_facts *facts, char *text,
			      size_t size)
{
	size_t len = 0;

	if (!facts->present && !facts->behind[0]) {
		scnprintf(text, size, "no such device");
		return;
	}
	/* A bridge's id: who asked, of those behind it, is not told. */
	if (facts->behind[0])
		len = scnprintf(text, size, "for %s and what else is behind, ",
				facts->behind);
	len += scnprintf(text + len, size - len, "driver %s",
			 facts->driver[0] ? facts->driver : "-");
	if (request->access == VTD_ACCESS_INTERRUPT)
		return;
	if (facts->domain[0])
		scnprintf(text + len, size - len, ", domain %s", facts->domain);
	else
		scnprintf(text + len, size - len, ", not managed");
}

/**
 * vtd_fault_sentence() - a fault in one sentence
 * @segment: of the device
 * @record: what the unit recorded
 * @facts: what was known then
 * @text: set to the sentence, without a full stop
 * @size: room there, bytes; VTD_FAULT_SENTENCE is enough
 *
 * Context: any.
 */
void vtd_fault_sentence(u16 segment, const struct vtd_fault_record *record,
			const struct vtd_fault_facts *facts, char *text,
			size_t size)
{
	static const char *const types[] = { "", "translation request for ",
					     "translated ", "" };
	struct vtd_fault_request r = vtd_fault_decode(record);
	bool interrupt = r.access == VTD_ACCESS_INTERRUPT;
	char part[VTD_FAULT_PART];
	size_t len;

	vtd_fault_say_who(&r, facts, part, sizeof(part));
	len = scnprintf(text, size, "%s%s%s by %04x:%02x:%02x.%u (%s)",
			interrupt ? "" : "DMA ", types[r.at & 3],
			vtd_fault_access_name(r.access), segment, r.sid >> 8,
			r.sid >> 3 & 0x1f, r.sid & 7, part);
	/* Compatibility format has no index. */
	if (r.reason != VTD_FAULT_IR_COMPATIBILITY_BLOCKED)
		len += scnprintf(text + len, size - len, " to %s0x%llx",
				 interrupt ? "index " : "", r.where);
	if (r.has_pasid)
		len += scnprintf(text + len, size - len, " with PASID 0x%x%s",
				 r.pasid, r.privileged ? ", privileged" : "");
	len += scnprintf(text + len, size - len, " blocked: reason 0x%02x, %s",
			 r.reason, vtd_fault_reason(r.reason)->text);
	vtd_fault_say_tables(&r, &facts->tables, part, sizeof(part));
	if (*part)
		len += scnprintf(text + len, size - len, "; the tables: %s",
				 part);
	if (facts->last.state >= VTD_LAST_NONE && !interrupt) {
		vtd_fault_say_last(&facts->last, part, sizeof(part));
		scnprintf(text + len, size - len, "; last change there: %s",
			  part);
	}
}
