// SPDX-License-Identifier: GPL-2.0
/*
 * The entries on the way of a request as records: "root", "context",
 * "directory", "pasid" and "level" (Documentation/control.rst).
 *
 * Says what was read; judges nothing.
 */
#include <linux/kernel.h>

#include <vtd/hw/context.h>
#include <vtd/hw/pasid.h>
#include <vtd/hw/pte_first.h>

#include "control.h"
#include "walk.h"

static const char *vtd_yes_no(bool yes)
{
	return yes ? "yes" : "no";
}

/*
 * Where an entry stands, and what it says: the first words, each under its key,
 * as far as it could be read.
 */
static void vtd_walk_say_entry(const struct vtd_walk_entry *entry,
			       const char *type, const char *const *keys,
			       struct vtd_reply *reply)
{
	unsigned int i;

	vtd_say(reply, "%s at=0x%llx", type, entry->at);
	for (i = 0; keys[i]; i++)
		if (entry->read)
			vtd_say(reply, " %s=0x%llx", keys[i], entry->w[i]);
		else
			vtd_say(reply, " %s=-", keys[i]);
}

static const char *const vtd_one_word[] = { "entry", NULL };
static const char *const vtd_two_words[] = { "low", "high", NULL };
static const char *const vtd_three_words[] = { "low", "high", "third", NULL };

static void vtd_walk_say_reserved(const struct vtd_walk_ask *ask,
				  unsigned int index, struct vtd_reply *reply)
{
	vtd_say(reply, " reserved=%s\n",
		vtd_yes_no(vtd_walk_is_reserved(&ask->walk, index, &ask->has)));
}

static const char *vtd_walk_faults(u64 not_recorded)
{
	return not_recorded ? "not-recorded" : "recorded";
}

static void vtd_walk_say_root(const struct vtd_walk_ask *ask,
			      struct vtd_reply *reply)
{
	const struct vtd_walk_entry *e = &ask->walk.entry[VTD_WALK_ROOT];
	unsigned int half = 0;

	vtd_walk_say_entry(e, "root", vtd_two_words, reply);
	vtd_say(reply, " index=%u", ask->walk.way.sid >> 8);
	if (ask->walk.way.scalable) {
		half = (ask->walk.way.sid & 0xff) / VTD_SM_CONTEXT_ENTRIES;
		vtd_say(reply, " half=%s", half ? "upper" : "lower");
	}
	if (!e->read || !(e->w[half] & VTD_ROOT_P)) {
		vtd_say(reply, " present=%s table=- reserved=no\n",
			e->read ? "no" : "-");
		return;
	}
	vtd_say(reply, " present=yes table=0x%llx", e->w[half] & VTD_ROOT_CTP);
	vtd_walk_say_reserved(ask, VTD_WALK_ROOT, reply);
}

/* Of an entry without anything to say: is it? */
static bool vtd_walk_say_absent(const struct vtd_walk_entry *e, u64 present,
				struct vtd_reply *reply)
{
	if (e->read && e->w[0] & present)
		return false;
	vtd_say(reply, " present=%s\n", e->read ? "no" : "-");
	return true;
}

static void vtd_walk_say_legacy_context(const struct vtd_walk_ask *ask,
					const struct vtd_walk_entry *e,
					struct vtd_reply *reply)
{
	static const char *const types[] = {
		[VTD_CONTEXT_TT_SECOND_STAGE] = "second-stage",
		[VTD_CONTEXT_TT_WITH_ATS] = "second-stage-and-ats",
		[VTD_CONTEXT_TT_PASS_THROUGH] = "pass-through",
		[3] = "reserved",
	};
	unsigned int tt = FIELD_GET(VTD_CONTEXT_TT, e->w[0]);
	unsigned int levels = FIELD_GET(VTD_CONTEXT_AW, e->w[1]) + 2;

	vtd_say(reply,
		" present=yes translation=%s levels=%u width=%u domain_id=%lu faults=%s",
		types[tt], levels,
		VTD_PTE_PAGE_SHIFT + levels * VTD_PTE_LEVEL_BITS,
		(unsigned long)FIELD_GET(VTD_CONTEXT_DID, e->w[1]),
		vtd_walk_faults(e->w[0] & VTD_CONTEXT_FPD));
	if (tt == VTD_CONTEXT_TT_PASS_THROUGH)
		vtd_say(reply, " table=-");
	else
		vtd_say(reply, " table=0x%llx", e->w[0] & VTD_CONTEXT_SSPTPTR);
}

static void vtd_walk_say_context(const struct vtd_walk_ask *ask,
				 struct vtd_reply *reply)
{
	const struct vtd_walk_entry *e = &ask->walk.entry[VTD_WALK_CONTEXT];
	bool scalable = ask->walk.way.scalable;
	unsigned int index = ask->walk.way.sid & 0xff;

	vtd_walk_say_entry(e, "context", vtd_two_words, reply);
	vtd_say(reply, " index=%u",
		scalable ? index % (unsigned int)VTD_SM_CONTEXT_ENTRIES :
			   index);
	if (vtd_walk_say_absent(e, VTD_CONTEXT_P, reply))
		return;
	if (scalable)
		vtd_say(reply,
			" present=yes directory=0x%llx pasids=%u rid_pasid=0x%lx with_pasid=%s ats=%s page_requests=%s faults=%s",
			e->w[0] & VTD_SM_CONTEXT_DIR,
			1U << (FIELD_GET(VTD_SM_CONTEXT_PDTS, e->w[0]) +
			       VTD_PASID_DIR_MIN_ORDER + VTD_PASID_TABLE_ORDER),
			(unsigned long)FIELD_GET(VTD_SM_CONTEXT_RID_PASID,
						 e->w[1]),
			vtd_yes_no(e->w[0] & VTD_SM_CONTEXT_PASIDE),
			vtd_yes_no(e->w[0] & VTD_SM_CONTEXT_DTE),
			vtd_yes_no(e->w[0] & VTD_SM_CONTEXT_PRE),
			vtd_walk_faults(e->w[0] & VTD_SM_CONTEXT_FPD));
	else
		vtd_walk_say_legacy_context(ask, e, reply);
	vtd_walk_say_reserved(ask, VTD_WALK_CONTEXT, reply);
}

static void vtd_walk_say_directory(const struct vtd_walk_ask *ask,
				   struct vtd_reply *reply)
{
	const struct vtd_walk_entry *e = &ask->walk.entry[VTD_WALK_DIRECTORY];

	vtd_walk_say_entry(e, "directory", vtd_one_word, reply);
	vtd_say(reply, " index=%u", ask->walk.pasid >> VTD_PASID_TABLE_ORDER);
	if (vtd_walk_say_absent(e, VTD_PASID_DIR_P, reply))
		return;
	vtd_say(reply, " present=yes table=0x%llx faults=%s",
		e->w[0] & VTD_PASID_DIR_TABLE,
		vtd_walk_faults(e->w[0] & VTD_PASID_DIR_FPD));
	vtd_walk_say_reserved(ask, VTD_WALK_DIRECTORY, reply);
}

/* The tables of a stage, or that the entry has none. */
static void vtd_walk_say_stage(const char *stage, bool has, unsigned int levels,
			       u64 table, struct vtd_reply *reply)
{
	if (has)
		vtd_say(reply, " %s_table=0x%llx %s_levels=%u", stage, table,
			stage, levels);
	else
		vtd_say(reply, " %s_table=- %s_levels=-", stage, stage);
}

static void vtd_walk_say_pasid(const struct vtd_walk_ask *ask,
			       struct vtd_reply *reply)
{
	static const char *const types[] = {
		[VTD_PASID_PGTT_FIRST] = "first-stage",
		[VTD_PASID_PGTT_SECOND] = "second-stage",
		[VTD_PASID_PGTT_NESTED] = "nested",
		[VTD_PASID_PGTT_PASS_THROUGH] = "pass-through",
		[7] = NULL,
	};
	const struct vtd_walk_entry *e = &ask->walk.entry[VTD_WALK_PASID];
	unsigned int type = FIELD_GET(VTD_PASID_PGTT, e->w[0]);
	bool nested = type == VTD_PASID_PGTT_NESTED;

	vtd_walk_say_entry(e, "pasid", vtd_three_words, reply);
	vtd_say(reply, " index=%u pasid=0x%x",
		ask->walk.pasid % (unsigned int)VTD_PASID_TABLE_ENTRIES,
		ask->walk.pasid);
	if (vtd_walk_say_absent(e, VTD_PASID_P, reply))
		return;
	vtd_say(reply, " present=yes translation=%s domain_id=%lu",
		types[type] ?: "reserved",
		(unsigned long)FIELD_GET(VTD_PASID_DID, e->w[1]));
	vtd_walk_say_stage("first", nested || type == VTD_PASID_PGTT_FIRST,
			   FIELD_GET(VTD_PASID_FSPM, e->w[2]) +
				   VTD_FPTE_MIN_LEVELS,
			   e->w[2] & VTD_PASID_FSPTPTR, reply);
	vtd_walk_say_stage("second", nested || type == VTD_PASID_PGTT_SECOND,
			   FIELD_GET(VTD_PASID_AW, e->w[0]) + 2,
			   e->w[0] & VTD_PASID_SSPTPTR, reply);
	vtd_say(reply, " snoop=%s walks_snoop=%s supervisor=%s faults=%s",
		vtd_yes_no(e->w[1] & VTD_PASID_PGSNP),
		vtd_yes_no(e->w[1] & VTD_PASID_PWSNP),
		vtd_yes_no(e->w[2] & VTD_PASID_SRE),
		vtd_walk_faults(e->w[0] & VTD_PASID_FPD));
	vtd_walk_say_reserved(ask, VTD_WALK_PASID, reply);
}

/* What an entry of the first stage allows. */
static void vtd_walk_say_first(const struct vtd_walk_ask *ask, u64 pte,
			       struct vtd_reply *reply)
{
	bool nxe = ask->walk.entry[VTD_WALK_PASID].w[2] & VTD_PASID_NXE;

	vtd_say(reply, " read=yes write=%s user=%s execute=%s",
		vtd_yes_no(pte & VTD_FPTE_RW), vtd_yes_no(pte & VTD_FPTE_US),
		vtd_yes_no(!nxe || !(pte & VTD_FPTE_XD)));
}

static void vtd_walk_say_level(const struct vtd_walk_ask *ask, unsigned int i,
			       struct vtd_reply *reply)
{
	const struct vtd_walk_entry *e = &ask->walk.entry[i];
	unsigned int level = vtd_walk_level(&ask->walk, i);
	bool first = ask->walk.tables.first;
	u64 pte = e->w[0], reserved[VTD_WALK_WORDS];
	bool leaf = vtd_pte_is_leaf(pte, level);

	vtd_walk_say_entry(e, "level", vtd_one_word, reply);
	if (ask->walk.way.scalable)
		vtd_say(reply, " stage=%s", first ? "first" : "second");
	vtd_say(reply, " nr=%u index=%u", level,
		vtd_pte_index(ask->addr, level));
	if (!e->read ||
	    !(first ? vtd_fpte_present(pte) : vtd_pte_present(pte))) {
		vtd_say(reply, " leads=%s\n", e->read ? "nowhere" : "-");
		return;
	}
	vtd_walk_reserved(&ask->walk, i, &ask->has, reserved);
	vtd_say(reply, " leads=%s to=0x%llx", leaf ? "page" : "table",
		leaf ? vtd_pte_addr(pte) & ~(vtd_pte_span(level) - 1) :
		       vtd_pte_addr(pte));
	if (first)
		vtd_walk_say_first(ask, pte, reply);
	else
		vtd_say(reply, " read=%s write=%s snoop=%s",
			vtd_yes_no(pte & VTD_PTE_R),
			vtd_yes_no(pte & VTD_PTE_W),
			vtd_yes_no(leaf && pte & VTD_PTE_SNP));
	vtd_say(reply, " reserved=0x%llx\n", reserved[0]);
}

/**
 * vtd_walk_say_entries() - a record for each entry on the way
 * @ask: what was asked, and the walk
 * @reply: written to
 *
 * Context: may sleep.
 */
void vtd_walk_say_entries(const struct vtd_walk_ask *ask,
			  struct vtd_reply *reply)
{
	unsigned int i;

	for (i = 0; i < ask->walk.nr; i++) {
		if (i >= vtd_walk_top(&ask->walk))
			vtd_walk_say_level(ask, i, reply);
		else if (i == VTD_WALK_ROOT)
			vtd_walk_say_root(ask, reply);
		else if (i == VTD_WALK_CONTEXT)
			vtd_walk_say_context(ask, reply);
		else if (i == VTD_WALK_DIRECTORY)
			vtd_walk_say_directory(ask, reply);
		else
			vtd_walk_say_pasid(ask, reply);
	}
}
