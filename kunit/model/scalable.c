// SPDX-License-Identifier: GPL-2.0
/*
 * Scalable mode up to the page tables: root and context entries, PASID
 * directory and PASID entries (3.4.3, 9.2, 9.4 to 9.6), with the reason of each
 * failure (7.1.3).  What a unit has not is reserved, or invalid programming.
 */
#include <linux/kernel.h>

#include "internal.h"

/**
 * vtdm_root_reserved() - reserved bits that are set in half of a root entry
 * @u: the unit
 * @word: that half, present
 *
 * Return: those bits.
 */
u64 vtdm_root_reserved(const struct vtd_model_unit *u, u64 word)
{
	return word & (VTDM_ROOT_RSVD | vtdm_above_haw(u));
}

/**
 * vtdm_scalable_context_reserved() - are reserved bits set in a context entry?
 * @u: the unit
 * @word: its four words, present
 *
 * Return: true when some are.
 */
bool vtdm_scalable_context_reserved(const struct vtd_model_unit *u,
				    const u64 *word)
{
	u64 lo = VTDM_SC_RSVD | vtdm_above_haw(u), hi = VTDM_SC_HI_RSVD;

	if (!vtdm_ecap(u, VTDM_ECAP_DT))
		lo |= VTDM_SC_DTE;
	if (!vtdm_ecap(u, VTDM_ECAP_PASID))
		lo |= VTDM_SC_PASIDE;
	if (!vtdm_ecap(u, VTDM_ECAP_PRS))
		lo |= VTDM_SC_PRE;
	if (!vtdm_ecap(u, VTDM_ECAP_RPS))
		hi |= VTDM_SC_RID_PASID;
	if (!vtdm_ecap(u, VTDM_ECAP_SRS))
		hi |= VTDM_SC_RID_PRIV;
	return word[0] & lo || word[1] & hi || word[2] || word[3];
}

/**
 * vtdm_directory_entries() - size of a PASID directory
 * @lo: first word of the context entry
 *
 * Return: entries, 128 to 16384.
 */
u32 vtdm_directory_entries(u64 lo)
{
	return 128U << ((lo & VTDM_SC_PDTS) >> VTDM_SC_PDTS_SHIFT);
}

static bool vtdm_read_words(const struct vtd_model_unit *u, u64 at,
			    unsigned int nr, u64 *word)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (!vtdm_read(u, at + 8 * i, &word[i]))
			return false;
	return true;
}

/**
 * vtdm_scalable_context_read() - find a device's context entry in memory
 * @u: the unit, in scalable mode
 * @sid: source-id
 * @context: filled in, with what could be read
 *
 * Context: the model's lock is held.
 * Return: 0 or the reason it cannot be used.
 */
u8 vtdm_scalable_context_read(struct vtd_model_unit *u, u16 sid,
			      struct vtdm_context *context)
{
	unsigned int devfn = sid & 0xff;
	u64 at = u->root + (sid >> 8) * 16 + devfn / VTDM_SM_CONTEXTS * 8;
	u64 word[VTDM_SM_CONTEXT_WORDS], root;

	*context = (struct vtdm_context){ .sid = sid };
	if (!vtdm_read(u, at, &root))
		return VTDM_FR_SRT_ERROR;
	if (!(root & VTDM_P))
		return VTDM_FR_SRT_ABSENT;
	if (vtdm_root_reserved(u, root))
		return VTDM_FR_SRT_RESERVED;
	at = (root & ~(VTDM_PAGE - 1)) +
	     devfn % VTDM_SM_CONTEXTS * 8 * VTDM_SM_CONTEXT_WORDS;
	if (!vtdm_read_words(u, at, VTDM_SM_CONTEXT_WORDS, word))
		return VTDM_FR_SCT_ERROR;
	context->lo = word[0];
	context->hi = word[1];
	if (!(word[0] & VTDM_P))
		return VTDM_FR_SCT_ABSENT;
	if (vtdm_scalable_context_reserved(u, word))
		return VTDM_FR_SCT_RESERVED;
	return VTDM_FR_NONE;
}

static unsigned int vtdm_pgtt(const u64 *word)
{
	return word[0] >> VTDM_PE_PGTT_SHIFT & 7;
}

static bool vtdm_has_second(unsigned int pgtt)
{
	return pgtt == VTDM_PGTT_SECOND || pgtt == VTDM_PGTT_NESTED;
}

/* Bits that are reserved in the first three words of an entry. */
static void vtdm_pasid_reserved(const struct vtd_model_unit *u, const u64 *word,
				u64 *reserved)
{
	unsigned int pgtt = vtdm_pgtt(word);

	reserved[0] = VTDM_PE_RSVD;
	reserved[1] = VTDM_PE1_RSVD;
	reserved[2] = VTDM_PE2_RSVD;
	if (vtdm_has_second(pgtt))
		reserved[0] |= vtdm_above_haw(u);
	if (!vtdm_ecap(u, VTDM_ECAP_SSADS))
		reserved[0] |= VTDM_PE_SSADE;
	if (!vtdm_ecap(u, VTDM_ECAP_SMPWCS))
		reserved[1] |= VTDM_PE1_PWSNP;
	if (!vtdm_ecap(u, VTDM_ECAP_SC))
		reserved[1] |= VTDM_PE1_PGSNP;
	if (!vtdm_ecap(u, VTDM_ECAP_MTS))
		reserved[1] |= VTDM_PE1_MEMORY_TYPE;
	/* of a nested one it is an address of the guest */
	if (pgtt == VTDM_PGTT_FIRST)
		reserved[2] |= vtdm_above_haw(u);
	if (!vtdm_ecap(u, VTDM_ECAP_SRS))
		reserved[2] |= VTDM_PE2_SRE;
	if (!vtdm_ecap(u, VTDM_ECAP_ERS))
		reserved[2] |= VTDM_PE2_ERE;
	if (!vtdm_ecap(u, VTDM_ECAP_EAFS))
		reserved[2] |= VTDM_PE2_EAFE;
}

/* Has the unit what the entry asks for? */
static bool vtdm_pasid_programmed(const struct vtd_model_unit *u,
				  const u64 *word)
{
	static const u64 needed[8] = {
		[VTDM_PGTT_FIRST] = VTDM_ECAP_FSTS,
		[VTDM_PGTT_SECOND] = VTDM_ECAP_SSTS,
		[VTDM_PGTT_NESTED] = VTDM_ECAP_NEST,
		[VTDM_PGTT_PASS] = VTDM_ECAP_PT,
	};
	unsigned int aw = word[0] >> VTDM_PE_AW_SHIFT & 7;
	unsigned int pgtt = vtdm_pgtt(word);
	unsigned int fspm = word[2] >> VTDM_PE2_FSPM_SHIFT & 3;

	if (!(u->config.ecap & needed[pgtt]))
		return false;
	/* Pass-through names a width too: the largest one. */
	if (pgtt != VTDM_PGTT_FIRST &&
	    (aw > 3 || !(u->config.cap >> (8 + aw) & 1)))
		return false;
	if (pgtt != VTDM_PGTT_FIRST && pgtt != VTDM_PGTT_NESTED)
		return true;
	return !fspm || (fspm == 1 && vtdm_cap(u, VTDM_CAP_FL5LP));
}

/**
 * vtdm_pasid_check() - is a present PASID entry one that the unit can use?
 * @u: the unit
 * @word: all of it
 *
 * Return: 0 or the reason.
 */
u8 vtdm_pasid_check(const struct vtd_model_unit *u, const u64 *word)
{
	u64 reserved[3];
	unsigned int i;

	vtdm_pasid_reserved(u, word, reserved);
	for (i = 0; i < VTDM_PASID_WORDS; i++)
		if (word[i] & (i < 3 ? reserved[i] : ~0ULL))
			return VTDM_FR_SPT_RESERVED;
	return vtdm_pasid_programmed(u, word) ? VTDM_FR_NONE : VTDM_FR_SPT_BAD;
}

/**
 * vtdm_pasid_path() - what a PASID entry translates by
 * @u: the unit
 * @pasid: of the entry
 * @word: the first three words of a good entry
 * @path: filled in
 */
void vtdm_pasid_path(const struct vtd_model_unit *u, u32 pasid, const u64 *word,
		     struct vtdm_path *path)
{
	static const enum vtdm_kind kind[8] = {
		[VTDM_PGTT_FIRST] = VTDM_FIRST,
		[VTDM_PGTT_SECOND] = VTDM_SECOND,
		[VTDM_PGTT_NESTED] = VTDM_NESTED,
		[VTDM_PGTT_PASS] = VTDM_PASS,
	};
	unsigned int pgtt = vtdm_pgtt(word);

	*path = (struct vtdm_path){
		.kind = kind[pgtt],
		.scalable = true,
		.snoops = vtdm_ecap(u, VTDM_ECAP_SMPWCS) &&
			  word[1] & VTDM_PE1_PWSNP,
		.did = word[1] & VTDM_PE1_DID,
		.pasid = pasid,
		.levels = (word[0] >> VTDM_PE_AW_SHIFT & 7) + 2,
		.flags = word[2] & (VTDM_PAGE - 1),
		.first_levels = word[2] >> VTDM_PE2_FSPM_SHIFT & 1 ? 5 : 4,
	};
	if (vtdm_has_second(pgtt)) {
		path->second = word[0] & ~(VTDM_PAGE - 1);
		path->ssade = word[0] & VTDM_PE_SSADE;
	}
	if (pgtt == VTDM_PGTT_FIRST || pgtt == VTDM_PGTT_NESTED)
		path->first = word[2] & ~(VTDM_PAGE - 1);
}

/* The PASID table, from the directory or from what is cached of it. */
static u8 vtdm_directory_read(struct vtd_model_unit *u,
			      const struct vtdm_context *context, u32 pasid,
			      bool use_caches, struct vtdm_pasid *entry)
{
	struct vtdm_pasid *cached = NULL;
	u64 word;

	if (use_caches)
		cached = vtdm_find_pasid(u, context->sid, pasid, true);
	if (cached) {
		entry->table = cached->table;
		entry->silent = cached->silent;
		return VTDM_FR_NONE;
	}
	if (!vtdm_read(u,
		       (context->lo & ~(VTDM_PAGE - 1)) +
			       pasid / VTDM_PASIDS * 8,
		       &word))
		return VTDM_FR_SPD_ERROR;
	entry->silent = word & VTDM_DE_FPD;
	if (!(word & VTDM_P))
		return VTDM_FR_SPD_ABSENT;
	if (word & (VTDM_DE_RSVD | vtdm_above_haw(u)))
		return VTDM_FR_SPD_RESERVED;
	entry->table = word & ~(VTDM_PAGE - 1);
	if (use_caches) {
		entry->directory = true;
		vtdm_cache_pasid(u, entry);
		entry->directory = false;
	}
	return VTDM_FR_NONE;
}

/**
 * vtdm_pasid_read() - find a PASID's entry in memory
 * @u: the unit
 * @context: a good context entry, of a device
 * @pasid: within its directory
 * @use_caches: start from a cached directory entry, and cache that
 * @entry: filled in, with what could be read
 *
 * Context: the model's lock is held.
 * Return: 0 or the reason it cannot be used.
 */
u8 vtdm_pasid_read(struct vtd_model_unit *u, const struct vtdm_context *context,
		   u32 pasid, bool use_caches, struct vtdm_pasid *entry)
{
	u64 word[VTDM_PASID_WORDS];
	u8 reason;

	*entry = (struct vtdm_pasid){ .sid = context->sid, .pasid = pasid };
	reason = vtdm_directory_read(u, context, pasid, use_caches, entry);
	if (reason)
		return reason;
	if (!vtdm_read_words(u,
			     entry->table + pasid % VTDM_PASIDS * sizeof(word),
			     VTDM_PASID_WORDS, word))
		return VTDM_FR_SPT_ERROR;
	entry->silent |= !!(word[0] & VTDM_PE_FPD);
	entry->word[0] = word[0];
	entry->word[1] = word[1];
	entry->word[2] = word[2];
	if (!(word[0] & VTDM_P))
		return VTDM_FR_SPT_ABSENT;
	entry->did = word[1] & VTDM_PE1_DID;
	return vtdm_pasid_check(u, word);
}

/**
 * vtdm_pasid_lookup() - a PASID's entry, cached or not
 * @u: the unit, translating
 * @context: a good context entry, of a device
 * @pasid: within its directory
 * @entry: filled in
 *
 * In caching mode an entry that leads to a fault is cached too (6.1).
 *
 * Context: the model's lock is held.
 * Return: 0 or the reason.
 */
u8 vtdm_pasid_lookup(struct vtd_model_unit *u,
		     const struct vtdm_context *context, u32 pasid,
		     struct vtdm_pasid *entry)
{
	struct vtdm_pasid *cached =
		vtdm_find_pasid(u, context->sid, pasid, false);

	vtdm_count(u, 2, VTDM_EV2_PASID);
	if (cached) {
		vtdm_count(u, 2, VTDM_EV2_PASID_HIT);
		*entry = *cached;
		return cached->reason;
	}
	entry->reason = vtdm_pasid_read(u, context, pasid, true, entry);
	if (!entry->reason || vtdm_cap(u, VTDM_CAP_CM))
		vtdm_cache_pasid(u, entry);
	return entry->reason;
}
