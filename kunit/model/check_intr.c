// SPDX-License-Identifier: GPL-2.0
/*
 * The checker of interrupt remapping: what the driver writes into tables that
 * hardware reads, and whether hardware was told of it.
 *
 * An entry that is or becomes present changes by one store of 128 bits; an
 * index whose entry has changed is due for invalidation, and is not given a
 * new entry before.  The memory that an entry in posted format names is there
 * for as long as a table, or what is cached of one, names it.
 */
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/mm.h>

#include "internal.h"

/* Does the page hold entries of the table in force? */
static bool vtdm_irt_holds(const struct vtd_model_unit *u, u64 phys)
{
	return phys >= u->irt && phys - u->irt < u->irt_entries * 16ULL;
}

/**
 * vtdm_irt_reachable() - may hardware read entries from this page?
 * @phys: address of the page
 *
 * Context: the model's lock is held.
 * Return: true when it may.
 */
bool vtdm_irt_reachable(u64 phys)
{
	unsigned int i;

	for (i = 0; i < vtd_model.nr_units; i++)
		if (vtdm_remaps(vtd_model.unit[i]) &&
		    vtdm_irt_holds(vtd_model.unit[i], phys))
			return true;
	return false;
}

/* What an entry at @ptr names; @value is the entry. */
static void vtdm_check_descriptor(const struct vtd_model_unit *u, u64 phys,
				  const void *ptr, u64 value)
{
	struct vtdm_page *page;
	unsigned int index;
	u64 bits;

	if (phys & vtdm_above_haw(u)) {
		vtdm_report(VTD_MODEL_RESERVED, ptr, value,
			    "descriptor at 0x%llx, beyond the host's addresses",
			    phys);
		return;
	}
	page = vtdm_target(phys, ptr, value);
	if (!page)
		return;
	if (page->role != VTDM_PLAIN && page->role != VTDM_DESCRIPTORS) {
		vtdm_report(VTD_MODEL_WILD, ptr, value,
			    "descriptor at 0x%llx, in a page of tables", phys);
		return;
	}
	page->role = VTDM_DESCRIPTORS;
	bits = vtdm_descriptor_reserved(u, phys, &index);
	if (bits)
		vtdm_report(VTD_MODEL_RESERVED, vtdm_where(page, index), bits,
			    "reserved bits in the descriptor at 0x%llx", phys);
}

static void vtdm_check_irte_bits(const struct vtd_model_unit *u,
				 const void *ptr, u64 lo, u64 hi)
{
	if (!(lo & VTDM_I_P))
		return;
	if (vtdm_irte_reserved(u, lo, hi))
		vtdm_report(VTD_MODEL_RESERVED, ptr, lo,
			    "reserved bits in an interrupt entry");
	else if (vtdm_posts(u, lo))
		vtdm_check_descriptor(u, vtdm_descriptor(lo, hi), ptr, lo);
}

/* Does an entry name a descriptor in this page? */
static bool vtdm_names(const struct vtd_model_unit *u, u64 lo, u64 hi, u64 page)
{
	return lo & VTDM_I_P && vtdm_posts(u, lo) &&
	       (vtdm_descriptor(lo, hi) & ~(VTDM_PAGE - 1)) == page;
}

static bool vtdm_irt_names(const struct vtd_model_unit *u, u64 phys)
{
	u64 at, end = u->irt + u->irt_entries * 16ULL;
	unsigned int i;

	for (at = u->irt; at < end; at += VTDM_PAGE) {
		const struct vtdm_page *page = vtdm_page(at);

		for (i = 0; page && i < VTDM_WORDS && at + i * 8 < end; i += 2)
			if (vtdm_names(u, page->seen[i], page->seen[i + 1],
				       phys))
				return true;
	}
	return false;
}

static const char *vtdm_named_by(const struct vtd_model_unit *u, u64 phys)
{
	unsigned int i;

	if (vtdm_irt_names(u, phys))
		return "an interrupt entry names a descriptor in it";
	for (i = 0; i < VTDM_IRTES; i++)
		if (u->irtes[i].valid &&
		    vtdm_names(u, u->irtes[i].lo, u->irtes[i].hi, phys))
			return "a cached interrupt entry names a descriptor in it";
	for (i = 0; i < VTDM_NAMED; i++)
		if (u->named[i].valid &&
		    (u->named[i].phys & ~(VTDM_PAGE - 1)) == phys)
			return "the unit was not told that an entry no longer names it";
	return NULL;
}

/**
 * vtdm_descriptors_named() - may hardware post into this page?
 * @phys: address of the page, one that has held descriptors
 *
 * Context: the model's lock is held.
 * Return: how that comes, or NULL.
 */
const char *vtdm_descriptors_named(u64 phys)
{
	const char *why = NULL;
	unsigned int i;

	for (i = 0; !why && i < vtd_model.nr_units; i++)
		if (vtdm_remaps(vtd_model.unit[i]))
			why = vtdm_named_by(vtd_model.unit[i], phys);
	return why;
}

/**
 * vtdm_check_irt() - a table comes into force
 * @u: the unit
 *
 * Context: the model's lock is held.
 */
void vtdm_check_irt(struct vtd_model_unit *u)
{
	u64 at, end = u->irt + u->irt_entries * 16ULL;
	unsigned int i;

	for (at = u->irt; at < end; at += VTDM_PAGE) {
		struct vtdm_page *page = vtdm_target(at, NULL, u->irt);

		if (!page)
			return;
		page->role = VTDM_IRT;
		page->unit = u;
		vtdm_check_visible(vtdm_ecap(u, VTDM_ECAP_C), page, NULL,
				   u->irt);
		for (i = 0; i < VTDM_WORDS && at + i * 8 < end; i += 2)
			vtdm_check_irte_bits(u, vtdm_where(page, i),
					     page->seen[i], page->seen[i + 1]);
	}
}

static struct vtdm_irte_due *vtdm_irte_due(struct vtd_model_unit *u, u32 index)
{
	unsigned int i;

	for (i = 0; i < VTDM_IRTE_DUES; i++)
		if (u->irte_due[i].valid && u->irte_due[i].index == index)
			return &u->irte_due[i];
	return NULL;
}

static void vtdm_irte_due_set(struct vtd_model_unit *u, u32 index)
{
	struct vtdm_irte_due *due = vtdm_irte_due(u, index);
	bool used = due && due->used;
	unsigned int i;

	for (i = 0; !due && i < VTDM_IRTE_DUES; i++)
		if (!u->irte_due[i].valid)
			due = &u->irte_due[i];
	if (due)
		*due = (struct vtdm_irte_due){
			.valid = true,
			.used = used,
			.index = index,
			.since = u->fetches,
		};
}

/* An entry no longer names this descriptor, as far as the table goes. */
static void vtdm_named_set(struct vtd_model_unit *u, u32 index, u64 phys)
{
	unsigned int i;

	for (i = 0; i < VTDM_NAMED; i++) {
		if (u->named[i].valid)
			continue;
		u->named[i] = (struct vtdm_named){
			.valid = true,
			.index = index,
			.phys = phys,
			.since = u->fetches,
		};
		return;
	}
}

/* An entry of a table in force has changed. */
static void vtdm_check_irte(struct vtd_model_unit *u, const void *ptr,
			    u32 index, const u64 *old, const u64 *now,
			    size_t bytes)
{
	bool was = old[0] & VTDM_I_P, is = now[0] & VTDM_I_P;
	const struct vtdm_irte_due *due = vtdm_irte_due(u, index);

	vtdm_check_irte_bits(u, ptr, now[0], now[1]);
	if (!vtdm_remaps(u))
		return;
	if (bytes < 16 && (was || is))
		vtdm_report(VTD_MODEL_TORN, ptr, now[0],
			    "interrupt entry %u changed in parts of %zu bytes",
			    index, bytes);
	if (!was && is && due)
		vtdm_report(
			due->used ? VTD_MODEL_STALE : VTD_MODEL_ORDER, ptr,
			now[0],
			"interrupt entry %u used again before the unit forgot the last one",
			index);
	/* Hardware had cached it. */
	if (u->config.policy & VTD_MODEL_EAGER)
		vtdm_cache_irte(u, index, old[0], old[1]);
	if (was || vtdm_cap(u, VTDM_CAP_CM))
		vtdm_irte_due_set(u, index);
	if (was && vtdm_posts(u, old[0]))
		vtdm_named_set(u, index, vtdm_descriptor(old[0], old[1]));
}

/**
 * vtdm_irte_stored() - a store into a table of interrupt entries
 * @page: page of the table
 * @index: first word stored
 * @bytes: how many
 *
 * Context: the model's lock is held.
 */
void vtdm_irte_stored(struct vtdm_page *page, unsigned int index, size_t bytes)
{
	u64 *seen = &page->seen[index & ~1U];
	u64 phys = page->phys + (index & ~1U) * sizeof(u64);
	u64 old[2] = { seen[0], seen[1] };
	unsigned int i;

	vtdm_now_in_memory128(page, index & ~1U, seen);
	vtdm_buffered(page);
	if (old[0] == seen[0] && old[1] == seen[1])
		return;
	for (i = 0; i < vtd_model.nr_units; i++) {
		struct vtd_model_unit *u = vtd_model.unit[i];

		if (vtdm_irt_holds(u, phys))
			vtdm_check_irte(u, vtdm_where(page, index & ~1U),
					(phys - u->irt) / 16, old, seen, bytes);
	}
}

/* Does a cached entry say what stands in the table? */
static bool vtdm_irte_holds(const struct vtd_model_unit *u,
			    const struct vtdm_irte *c)
{
	u64 now[2];

	return c->index < u->irt_entries &&
	       vtdm_read128(u, u->irt + c->index * 16ULL, now) &&
	       now[0] == c->lo && now[1] == c->hi;
}

/**
 * vtdm_check_irte_used() - a request was served from the cache
 * @u: the unit
 * @c: what is cached
 *
 * An old entry is nothing wrong while its invalidation is on the way.
 *
 * Context: the model's lock is held.
 */
void vtdm_check_irte_used(struct vtd_model_unit *u, const struct vtdm_irte *c)
{
	struct vtdm_irte_due *due = vtdm_irte_due(u, c->index);

	if (due && !vtdm_irte_holds(u, c))
		due->used = true;
}

/**
 * vtdm_check_forgot_irtes() - the interrupt entry cache was invalidated
 * @u: the unit
 * @selective: not all of it
 * @index: first entry
 * @im: 2^im entries were meant
 * @number: of the descriptor
 *
 * Counts for what had changed before the descriptor was fetched.
 *
 * Context: the model's lock is held.
 */
void vtdm_check_forgot_irtes(struct vtd_model_unit *u, bool selective,
			     u32 index, unsigned int im, u64 number)
{
	unsigned int i;

	if (!selective)
		u->flush_irtes = false;
	for (i = 0; i < VTDM_IRTE_DUES; i++) {
		struct vtdm_irte_due *due = &u->irte_due[i];

		if (due->since <= number &&
		    (!selective || due->index >> im == index >> im))
			due->valid = false;
	}
	for (i = 0; i < VTDM_NAMED; i++) {
		struct vtdm_named *named = &u->named[i];

		if (named->since <= number &&
		    (!selective || named->index >> im == index >> im))
			named->valid = false;
	}
}

static void vtdm_check_irte_dues(struct vtd_model_unit *u)
{
	unsigned int i;

	if (u->flush_irtes)
		vtdm_report(
			VTD_MODEL_ORDER, NULL, u->irt,
			"no global invalidation of interrupt entries after SIRTP");
	for (i = 0; i < VTDM_IRTE_DUES; i++) {
		struct vtdm_irte_due *due = &u->irte_due[i];

		if (due->valid)
			vtdm_report(
				due->used ? VTD_MODEL_STALE : VTD_MODEL_ORDER,
				NULL, due->index,
				"interrupt entry %u changed%s, and the unit was not told",
				due->index,
				due->used ? ", its old one used since" : "");
		due->valid = false;
	}
}

/* What the entries of a table in force name, as it is now. */
static void vtdm_check_descriptors(const struct vtd_model_unit *u)
{
	u64 at, end = u->irt + u->irt_entries * 16ULL;
	unsigned int i;

	for (at = u->irt; at < end; at += VTDM_PAGE) {
		const struct vtdm_page *page = vtdm_page(at);

		for (i = 0; page && i < VTDM_WORDS && at + i * 8 < end;
		     i += 2) {
			u64 lo = page->seen[i], hi = page->seen[i + 1];

			/* Of the entry itself it was told when it was stored. */
			if (lo & VTDM_I_P && vtdm_posts(u, lo) &&
			    !vtdm_irte_reserved(u, lo, hi))
				vtdm_check_descriptor(u,
						      vtdm_descriptor(lo, hi),
						      vtdm_where(page, i), lo);
		}
	}
}

/**
 * vtdm_check_interrupts() - the driver is at rest: is the cache right?
 * @u: the unit, remapping
 *
 * Context: the model's lock is held.
 */
void vtdm_check_interrupts(struct vtd_model_unit *u)
{
	unsigned int i;

	vtdm_check_irte_dues(u);
	if (vtdm_cap(u, VTDM_CAP_PI))
		vtdm_check_descriptors(u);
	for (i = 0; i < VTDM_IRTES; i++) {
		const struct vtdm_irte *c = &u->irtes[i];

		if (!c->valid || vtdm_irte_holds(u, c))
			continue;
		vtdm_report(VTD_MODEL_STALE, NULL, c->lo,
			    "stale interrupt entry %u, cached 0x%llx %llx",
			    c->index, c->hi, c->lo);
	}
}

/**
 * vtd_model_check_descriptor() - is a posted interrupt left that nobody knows?
 * @phys: physical address of a descriptor, in a page made known
 *
 * To be called when whoever takes the interrupts out is at rest too, so that
 * vtd_model_check_quiescent(), which the driver alone decides, cannot ask it:
 * a CPU that has cleared ON and not yet read PIR, or cleared SN and not yet
 * looked at PIR, is right so far.
 *
 * At rest a bit of PIR with ON and SN clear is lost until another one comes.
 * Either ON was cleared after PIR was read, or SN was cleared and PIR not
 * looked at: hardware sends nothing for what came while SN was set.  A bit
 * with ON set is not told: its notification has been sent, and whether it was
 * taken only the CPU knows.
 *
 * Context: any.
 * Return: rules found broken now: VTD_MODEL_ORDER for a lost interrupt,
 * VTD_MODEL_WILD when no descriptor can be there.
 */
unsigned int vtd_model_check_descriptor(u64 phys)
{
	unsigned int before, broken, word;
	unsigned int at = (phys & (VTDM_PAGE - 1)) / sizeof(u64);
	const struct vtdm_page *page;
	unsigned long flags;
	u64 pir, control;

	raw_spin_lock_irqsave(&vtd_model.lock, flags);
	before = vtd_model.broken;
	page = phys & (VTDM_PD_BYTES - 1) ? NULL : vtdm_page(phys);
	if (!page)
		vtdm_report(VTD_MODEL_WILD, NULL, phys,
			    "no descriptor can be at 0x%llx", phys);
	for (word = 0; page && word < VTDM_PD_PIR_WORDS; word++) {
		pir = vtdm_now_in_memory(page, at + word);
		control = vtdm_now_in_memory(page, at + VTDM_PD_CONTROL);
		if (!pir || control & (VTDM_PD_ON | VTDM_PD_SN))
			continue;
		vtdm_report(
			VTD_MODEL_ORDER, vtdm_where(page, at + word), pir,
			"posted interrupts 0x%llx from vector %u on, and no notification",
			pir, word * 64);
	}
	broken = vtd_model.broken - before;
	raw_spin_unlock_irqrestore(&vtd_model.lock, flags);
	return broken;
}
EXPORT_SYMBOL_GPL(vtd_model_check_descriptor);
