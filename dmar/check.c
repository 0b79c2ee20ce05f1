// SPDX-License-Identifier: GPL-2.0
/*
 * Health of a unit: its registers, compared with what they were given.
 *
 * Only reads.  One difference may be a change under way: the caller looks again
 * before it believes what it is told.
 */
#include <linux/mm.h>

#include <vtd/hw/ir.h>
#include <vtd/hw/regs.h>

#include "check.h"
#include "prq.h"
#include "reply.h"
#include "unit.h"

/* Nobody makes a unit invalidate by registers: bit 63 of CCMD (11.4.6.1). */
#define VTD_CHECK_CCMD 0x28
#define VTD_CHECK_CCMD_ICC BIT_ULL(63)

/**
 * vtd_check_value() - is something as it should be?
 * @c: the look
 * @at: what it is
 * @expected: what is believed
 * @found: what the hardware reads
 * @text: what the value is, in words
 *
 * Context: may sleep.
 */
void vtd_check_value(struct vtd_check *c, const struct vtd_check_at *at,
		     u64 expected, u64 found, const char *text)
{
	if (likely(expected == found))
		return;
	c->findings++;
	vtd_say(c->reply,
		"finding unit=%s device=%s what=%s entry=\"%s\" expected=0x%llx found=0x%llx text=\"%s\"\n",
		at->unit, at->device, at->what, at->entry, expected, found,
		text);
}

/**
 * struct vtd_check_register - a register, as it should be
 * @name: as in the specification
 * @text: what it says, in words
 * @off: where it is, bytes
 * @wide: of 64 bits
 * @mask: the bits that are looked at
 * @expected: what they are
 */
struct vtd_check_register {
	const char *name;
	const char *text;
	u32 off;
	bool wide;
	u64 mask;
	u64 expected;
};

static void vtd_check_register(struct vtd_check *c, const struct vtd_unit *unit,
			       const struct vtd_check_register *r)
{
	const struct vtd_check_at at = { unit->name, "-", "register", r->name };
	u64 found = r->wide ? vtd_read64(&unit->regs, r->off) :
			      vtd_read32(&unit->regs, r->off);

	c->registers++;
	vtd_check_value(c, &at, r->expected, found & r->mask, r->text);
}

/* The bits of GSTS that stay as long as the unit translates. */
#define VTD_CHECK_GSTS                                               \
	(VTD_GCMD_TE | VTD_GCMD_SRTP | VTD_GCMD_QIE | VTD_GCMD_IRE | \
	 VTD_GCMD_WBF)

static void vtd_check_tables_regs(struct vtd_check *c,
				  const struct vtd_unit *unit)
{
	const struct vtd_check_register regs[] = {
		{ "VER", "the version", VTD_VER, false, U32_MAX,
		  unit->version },
		{ "CAP", "the capabilities", VTD_CAP, true, U64_MAX,
		  unit->cap },
		{ "ECAP", "the extended capabilities", VTD_ECAP, true, U64_MAX,
		  unit->ecap },
		{ "GSTS", "what is switched on", VTD_GSTS, false,
		  VTD_CHECK_GSTS,
		  VTD_GCMD_TE | VTD_GCMD_SRTP | VTD_GCMD_QIE |
			  (READ_ONCE(unit->remapping) ? VTD_GCMD_IRE : 0) },
		{ "RTADDR", "the root table", VTD_RTADDR, true,
		  VTD_RTADDR_RTA | VTD_RTADDR_TTM,
		  virt_to_phys(unit->root) |
			  FIELD_PREP(VTD_RTADDR_TTM, unit->scalable) },
		{ "IQA", "the invalidation queue", VTD_IQA, true, U64_MAX,
		  vtd_qi_iqa(&unit->qi) },
		{ "CCMD", "invalidation by registers", VTD_CHECK_CCMD, true,
		  VTD_CHECK_CCMD_ICC, 0 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(regs); i++)
		vtd_check_register(c, unit, &regs[i]);
}

static void vtd_check_optional_regs(struct vtd_check *c,
				    const struct vtd_unit *unit)
{
	const struct vtd_check_register pmen = {
		"PMEN", "firmware's protected memory", VTD_PMEN,
		false,	VTD_PMEN_EPM | VTD_PMEN_PRS,   0,
	};
	const struct vtd_check_register irta = {
		"IRTA",	 "the interrupt remapping table", VTD_IRTA, true,
		U64_MAX, READ_ONCE(unit->irta),
	};

	if (unit->cap & (VTD_CAP_PLMR | VTD_CAP_PHMR))
		vtd_check_register(c, unit, &pmen);
	if (READ_ONCE(unit->remapping))
		vtd_check_register(c, unit, &irta);
	if (unit->prq)
		vtd_check_register(c, unit,
				   &(struct vtd_check_register){
					   "PQA", "the page request queue",
					   VTD_PQA, true, U64_MAX,
					   vtd_prq_pqa(unit->prq) });
}

/* Tail and lock go together: nobody rings meanwhile. */
static void vtd_check_queue(struct vtd_check *c, struct vtd_unit *unit)
{
	const struct vtd_check_at at = { unit->name, "-", "register", "IQT" };
	const struct vtd_check_at status = { unit->name, "-", "register",
					     "FSTS" };
	struct vtd_qi *qi = &unit->qi;
	unsigned long flags;
	u64 found, expected;

	raw_spin_lock_irqsave(&qi->lock, flags);
	found = vtd_read64(&unit->regs, VTD_IQT);
	expected = vtd_qi_bytes(qi, qi->open_nr ? qi->open : qi->tail);
	raw_spin_unlock_irqrestore(&qi->lock, flags);
	c->registers += 2;
	vtd_check_value(c, &at, expected, found,
			"the tail of the invalidation queue");
	vtd_check_value(c, &status, 0,
			vtd_read32(&unit->regs, VTD_FSTS) &
				(VTD_FSTS_IQE | VTD_FSTS_ITE),
			"what stops the invalidation queue");
}

/**
 * vtd_check_registers() - are a unit's registers as they should be?
 * @c: the look
 * @unit: it translates, and goes on doing so meanwhile
 *
 * Context: may sleep; the control mutex is held.
 */
void vtd_check_registers(struct vtd_check *c, struct vtd_unit *unit)
{
	vtd_check_tables_regs(c, unit);
	vtd_check_optional_regs(c, unit);
	vtd_check_queue(c, unit);
}
