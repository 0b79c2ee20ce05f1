// SPDX-License-Identifier: GPL-2.0
/*
 * Memory as hardware sees it: the pages it may read, and for units that do not
 * snoop, or that have a write buffer, what of the CPU's stores has come there.
 *
 * Owns the pages' shadows.  Must never touch an address that was not made
 * known: a wild pointer in a table is a fault, not a crash.
 */
#include <linux/atomic.h>
#include <linux/cache.h>
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "internal.h"

/* What a line holds that was never written back: present, and reserved. */
#define VTDM_GARBAGE 0xdeadbeefdeadbeefULL

#define VTDM_LINE 64

static unsigned int vtdm_bucket(u64 phys)
{
	return (phys >> 12 ^ phys >> 24) % VTDM_BUCKETS;
}

/**
 * vtdm_page() - the page that an address lies in
 * @phys: any address
 *
 * Context: the model's lock is held.
 * Return: the page, or NULL when it was not made known.
 */
struct vtdm_page *vtdm_page(u64 phys)
{
	struct vtdm_page *page = vtd_model.bucket[vtdm_bucket(phys)];

	phys &= ~(VTDM_PAGE - 1);
	while (page && page->phys != phys)
		page = page->next;
	return page;
}

/* The one place that reads what CPUs may be writing. */
static u64 vtdm_load(u64 phys)
{
	return READ_ONCE(*(u64 *)phys_to_virt(phys));
}

/**
 * vtdm_now_in_memory() - what a unit that snoops, without a buffer, would read
 * @page: a page
 * @index: word of it
 *
 * Context: the model's lock is held.
 * Return: the word.
 */
u64 vtdm_now_in_memory(const struct vtdm_page *page, unsigned int index)
{
	return vtdm_load(page->phys + index * sizeof(u64));
}

/**
 * vtdm_now_in_memory128() - the same of two words, read at once
 * @page: a page
 * @index: the first of them, even
 * @value: the words
 *
 * Context: the model's lock is held.
 */
void vtdm_now_in_memory128(const struct vtdm_page *page, unsigned int index,
			   u64 *value)
{
	u128 *at = phys_to_virt(page->phys + index * sizeof(u64));
	u128 seen = 0;

	/* Equal or not, it is what stands there. */
	(void)try_cmpxchg128(at, &seen, seen);
	value[0] = seen;
	value[1] = seen >> 64;
}

static bool vtdm_fetch(const struct vtd_model_unit *u, u64 phys, bool buffered,
		       bool snoops, u64 *value)
{
	struct vtdm_page *page = vtdm_page(phys);
	unsigned int index = (phys & (VTDM_PAGE - 1)) / sizeof(u64);

	*value = 0;
	if (!page || page->poisoned)
		return false;
	if (buffered && vtdm_cap(u, VTDM_CAP_RWBF) && page->drained)
		*value = page->drained[index];
	else if (!snoops && page->view)
		*value = page->view[index];
	else
		*value = vtdm_load(phys);
	return true;
}

/**
 * vtdm_read() - hardware reads a word of a root, context or PASID table
 * @u: who reads
 * @phys: 8-byte aligned
 * @value: what it sees
 *
 * Context: the model's lock is held.
 * Return: false when the read fails.
 */
bool vtdm_read(const struct vtd_model_unit *u, u64 phys, u64 *value)
{
	return vtdm_fetch(u, phys, true, vtdm_ecap(u, VTDM_ECAP_C), value);
}

/* Is there memory that may be read, although nobody made it known? */
static bool vtdm_there(u64 phys)
{
#ifdef __KERNEL__
	return pfn_valid(PHYS_PFN(phys));
#else
	return phys;
#endif
}

/**
 * vtdm_foreign() - is it a table of somebody else?
 * @u: who reads
 * @phys: any address
 *
 * Context: the model's lock is held.
 * Return: true for memory that was not made known, where
 * vtd_model_foreign_tables() lets first-stage tables lie.
 */
bool vtdm_foreign(const struct vtd_model_unit *u, u64 phys)
{
	return u->foreign && !vtdm_page(phys) && vtdm_there(phys);
}

/**
 * vtdm_read_table() - hardware reads an entry of a page table
 * @u: who reads
 * @path: which tables
 * @phys: 8-byte aligned
 * @value: what it sees
 *
 * Context: the model's lock is held.
 * Return: false when the read fails.
 */
bool vtdm_read_table(const struct vtd_model_unit *u,
		     const struct vtdm_path *path, u64 phys, u64 *value)
{
	bool first = path->kind == VTDM_FIRST || path->kind == VTDM_NESTED;

	if (first && vtdm_foreign(u, phys)) {
		*value = vtdm_load(phys);
		return true;
	}
	return vtdm_fetch(u, phys, true, path->snoops, value);
}

/**
 * vtdm_set_bits() - hardware sets accessed and dirty bits of an entry
 * @phys: 8-byte aligned, of an entry that was read
 * @expected: what it held then
 * @bits: to be set
 *
 * Atomic with the CPUs, whose own updates are not lost; what is known of the
 * page changes with it, because nobody will tell.
 *
 * Context: the model's lock is held.
 * Return: false when it holds something else by now, and nothing was set.
 */
bool vtdm_set_bits(u64 phys, u64 expected, u64 bits)
{
	struct vtdm_page *page = vtdm_page(phys);
	unsigned int index = (phys & (VTDM_PAGE - 1)) / sizeof(u64);
	u64 old = expected;

	if (!try_cmpxchg64((u64 *)phys_to_virt(phys), &old, expected | bits))
		return false;
	/* A store that is not told yet will be, with these bits in it or not. */
	if (page && page->seen[index] == expected)
		page->seen[index] |= bits;
	if (page && page->view && page->view[index] == expected)
		page->view[index] |= bits;
	if (page && page->drained && page->drained[index] == expected)
		page->drained[index] |= bits;
	return true;
}

/**
 * vtdm_read_ring() - hardware fetches a word of a descriptor
 * @u: who reads
 * @phys: 8-byte aligned
 * @value: what it sees
 *
 * The write of the tail register pushes descriptors out of a write buffer.
 *
 * Context: the model's lock is held.
 * Return: false when the read fails.
 */
bool vtdm_read_ring(const struct vtd_model_unit *u, u64 phys, u64 *value)
{
	return vtdm_fetch(u, phys, false, vtdm_ecap(u, VTDM_ECAP_C), value);
}

/**
 * vtdm_read128() - hardware reads an entry of 128 bits, never half of one
 * @u: who reads
 * @phys: 16-byte aligned
 * @value: what it sees, two words
 *
 * Context: the model's lock is held.
 * Return: false when the read fails.
 */
bool vtdm_read128(const struct vtd_model_unit *u, u64 phys, u64 *value)
{
	struct vtdm_page *page = vtdm_page(phys);

	/* Of copies both halves are of one time. */
	if (!vtdm_read(u, phys, &value[0]) ||
	    !vtdm_read(u, phys + 8, &value[1]))
		return false;
	if (vtdm_ecap(u, VTDM_ECAP_C) && !vtdm_cap(u, VTDM_CAP_RWBF))
		vtdm_now_in_memory128(
			page, (phys & (VTDM_PAGE - 1)) / sizeof(u64), value);
	return true;
}

/**
 * vtdm_claim() - hardware takes a cache line for itself, to change it
 * @phys: of a posted interrupt descriptor
 *
 * Such accesses are coherent with the CPUs always (5.2.5), which work on the
 * line at the same time: by atomic operations only.
 *
 * Context: the model's lock is held.
 * Return: the memory; NULL when the access fails.
 */
u64 *vtdm_claim(u64 phys)
{
	struct vtdm_page *page = vtdm_page(phys);

	if (!page || page->poisoned)
		return NULL;
	if (page->role == VTDM_PLAIN)
		page->role = VTDM_DESCRIPTORS;
	return phys_to_virt(phys);
}

/**
 * vtdm_write32() - hardware writes a status word
 * @phys: 4-byte aligned
 * @value: what
 *
 * Such writes are coherent with the CPUs always.
 *
 * Context: the model's lock is held.
 */
void vtdm_write32(u64 phys, u32 value)
{
	struct vtdm_page *page = vtdm_page(phys);
	unsigned int index = (phys & (VTDM_PAGE - 1)) / sizeof(u64);

	if (!page) {
		vtdm_report(VTD_MODEL_WILD, NULL, phys,
			    "status write to 0x%llx, where no memory is", phys);
		return;
	}
	/* Whatever was invalidated before is seen by who reads the status. */
	smp_store_release((u32 *)phys_to_virt(phys), value);
	page->seen[index] = vtdm_now_in_memory(page, index);
}

/**
 * vtdm_write64() - hardware writes a word of a page request descriptor
 * @phys: 8-byte aligned
 * @value: what
 *
 * Such writes are coherent with the CPUs always.
 *
 * Context: the model's lock is held.
 */
void vtdm_write64(u64 phys, u64 value)
{
	struct vtdm_page *page = vtdm_page(phys);
	unsigned int index = (phys & (VTDM_PAGE - 1)) / sizeof(u64);

	if (!page) {
		vtdm_report(VTD_MODEL_WILD, NULL, phys,
			    "page request to 0x%llx, where no memory is", phys);
		return;
	}
	/* Who reads the tail register, or the status, sees it all. */
	smp_store_release((u64 *)phys_to_virt(phys), value);
	page->seen[index] = value;
}

/**
 * vtdm_buffered() - a store to a page is in the write buffer
 * @page: the page
 *
 * Context: the model's lock is held.
 */
void vtdm_buffered(struct vtdm_page *page)
{
	if (!page->drained || page->in_wbuf)
		return;
	page->in_wbuf = true;
	vtd_model.nr_wbuf++;
}

static void vtdm_drain_page(struct vtdm_page *page)
{
	unsigned int i;

	for (i = 0; i < VTDM_WORDS; i++)
		page->drained[i] = page->view ? page->view[i] :
						vtdm_now_in_memory(page, i);
	page->in_wbuf = false;
	vtd_model.nr_wbuf--;
}

/**
 * vtdm_drain() - everything leaves the write buffer
 *
 * Context: the model's lock is held.
 */
void vtdm_drain(void)
{
	struct vtdm_page *page;
	unsigned int i;

	if (!vtd_model.nr_wbuf)
		return;
	for (i = 0; i < VTDM_BUCKETS; i++)
		for (page = vtd_model.bucket[i]; page; page = page->next)
			if (page->in_wbuf)
				vtdm_drain_page(page);
}

/**
 * vtdm_ignored() - bits of a page's words that hardware does not look at
 * @page: the page
 *
 * Return: those bits.
 */
u64 vtdm_ignored(const struct vtdm_page *page)
{
	switch (page->role) {
	case VTDM_TABLE:
		return VTDM_S_IGNORED;
	case VTDM_FIRST_TABLE:
		return VTDM_F_IGNORED;
	default:
		return 0;
	}
}

/**
 * vtdm_visible() - has all of a page come to where units see it?
 * @page: a page
 * @index: the first word that has not
 *
 * Looks at cache lines only: the write buffer is drained after publishing.
 *
 * Context: the model's lock is held.
 * Return: true when it has.
 */
bool vtdm_visible(const struct vtdm_page *page, unsigned int *index)
{
	u64 ignored = vtdm_ignored(page);
	unsigned int i;

	if (!page->view)
		return true;
	for (i = 0; i < VTDM_WORDS; i++) {
		if (likely(page->view[i] == page->seen[i]) ||
		    !((page->view[i] ^ vtdm_now_in_memory(page, i)) & ~ignored))
			continue;
		*index = i;
		return false;
	}
	return true;
}

static void vtdm_page_free(struct vtdm_page *page)
{
	kfree(page->drained);
	kfree(page->view);
	kfree(page->seen);
	kfree(page);
}

/* Memory for what is known of a page; the lock is not held. */
static struct vtdm_page *vtdm_page_alloc(void)
{
	struct vtdm_page *page = kzalloc(sizeof(*page), GFP_ATOMIC);

	if (!page)
		return NULL;
	page->seen = kmalloc(VTDM_PAGE, GFP_ATOMIC);
	if (vtd_model.some_stale)
		page->view = kmalloc(VTDM_PAGE, GFP_ATOMIC);
	if (vtd_model.some_wbuf)
		page->drained = kmalloc(VTDM_PAGE, GFP_ATOMIC);
	if (!page->seen || (vtd_model.some_stale && !page->view) ||
	    (vtd_model.some_wbuf && !page->drained)) {
		vtdm_page_free(page);
		return NULL;
	}
	return page;
}

static void vtdm_page_fill(struct vtdm_page *page, u64 phys)
{
	unsigned int i;

	page->phys = phys;
	for (i = 0; i < VTDM_WORDS; i++) {
		page->seen[i] = vtdm_now_in_memory(page, i);
		if (page->view)
			page->view[i] = VTDM_GARBAGE;
		if (page->drained)
			page->drained[i] = VTDM_GARBAGE;
	}
	page->in_wbuf = page->drained;
	vtd_model.nr_wbuf += page->in_wbuf;
}

static void vtdm_page_link(struct vtdm_page *page)
{
	struct vtdm_page **at = &vtd_model.bucket[vtdm_bucket(page->phys)];

	page->next = *at;
	*at = page;
	vtd_model.nr_pages++;
}

static void vtdm_page_unlink(struct vtdm_page *page)
{
	struct vtdm_page **at = &vtd_model.bucket[vtdm_bucket(page->phys)];

	while (*at != page)
		at = &(*at)->next;
	*at = page->next;
	vtd_model.nr_pages--;
}

/**
 * vtd_model_page_made() - hardware may be given these pages to read
 * @virt: first byte, page aligned
 * @bytes: length, whole pages
 *
 * What they hold has not reached memory yet, for units that do not snoop.
 *
 * Context: any.
 * Return: 0; -ENOMEM, with some of them not known.
 */
int vtd_model_page_made(const void *virt, size_t bytes)
{
	u64 phys = virt_to_phys((void *)virt);
	unsigned long flags;
	size_t at;

	if (!vtd_model.running)
		return 0;
	for (at = 0; at < bytes; at += VTDM_PAGE) {
		struct vtdm_page *page = vtdm_page_alloc();

		if (!page)
			return -ENOMEM;
		page->span = at ? 0 : bytes / VTDM_PAGE;
		raw_spin_lock_irqsave(&vtd_model.lock, flags);
		vtdm_page_fill(page, phys + at);
		vtdm_page_link(page);
		raw_spin_unlock_irqrestore(&vtd_model.lock, flags);
	}
	return 0;
}
EXPORT_SYMBOL_GPL(vtd_model_page_made);

/**
 * vtd_model_page_freed() - a page is about to be used for something else
 * @virt: first byte; of several pages made at once, all are meant
 *
 * It is a broken rule while a unit can still reach it.
 *
 * Context: any.
 */
void vtd_model_page_freed(const void *virt)
{
	u64 phys = virt_to_phys((void *)virt);
	struct vtdm_page *page, *gone = NULL;
	unsigned int left = 1;
	unsigned long flags;

	if (!vtd_model.running)
		return;
	raw_spin_lock_irqsave(&vtd_model.lock, flags);
	for (; left; left--, phys += VTDM_PAGE) {
		page = vtdm_page(phys);
		if (!page)
			break;
		if (page->span)
			left = page->span;
		vtdm_check_freed(page);
		vtdm_page_unlink(page);
		vtd_model.nr_wbuf -= page->in_wbuf;
		page->next = gone;
		gone = page;
	}
	raw_spin_unlock_irqrestore(&vtd_model.lock, flags);
	while (gone) {
		page = gone;
		gone = page->next;
		vtdm_page_free(page);
	}
}
EXPORT_SYMBOL_GPL(vtd_model_page_freed);

/**
 * vtd_model_pages() - how many pages are known
 *
 * What is left when a driver has given everything back is a leak.
 *
 * Context: any.
 * Return: pages made known and not freed.
 */
unsigned int vtd_model_pages(void)
{
	unsigned long flags;
	unsigned int nr;

	raw_spin_lock_irqsave(&vtd_model.lock, flags);
	nr = vtd_model.nr_pages;
	raw_spin_unlock_irqrestore(&vtd_model.lock, flags);
	return nr;
}
EXPORT_SYMBOL_GPL(vtd_model_pages);

/**
 * vtd_model_poison() - reads of a page fail, or no longer do
 * @phys: any address in it
 * @on: they fail
 *
 * Context: any.
 */
void vtd_model_poison(u64 phys, bool on)
{
	struct vtdm_page *page;
	unsigned long flags;

	raw_spin_lock_irqsave(&vtd_model.lock, flags);
	page = vtdm_page(phys);
	if (page)
		page->poisoned = on;
	raw_spin_unlock_irqrestore(&vtd_model.lock, flags);
}
EXPORT_SYMBOL_GPL(vtd_model_poison);

/**
 * vtdm_memory_stop() - forget all pages
 *
 * Context: nothing else of the model is in use.
 */
void vtdm_memory_stop(void)
{
	unsigned int i;

	for (i = 0; i < VTDM_BUCKETS; i++) {
		while (vtd_model.bucket[i]) {
			struct vtdm_page *page = vtd_model.bucket[i];

			vtd_model.bucket[i] = page->next;
			vtdm_page_free(page);
		}
	}
}

/**
 * vtd_model_flushed() - the driver wrote cache lines back
 * @ptr: first byte
 * @bytes: length in bytes
 *
 * Context: any.
 */
void vtd_model_flushed(const void *ptr, size_t bytes)
{
	u64 phys, end;
	unsigned long flags;

	if (!vtd_model.running || !bytes)
		return;
	phys = virt_to_phys((void *)ptr);
	end = phys + bytes;
	raw_spin_lock_irqsave(&vtd_model.lock, flags);
	for (phys &= ~(u64)(VTDM_LINE - 1); phys < end; phys += VTDM_LINE) {
		struct vtdm_page *page = vtdm_page(phys);
		unsigned int i, index = (phys & (VTDM_PAGE - 1)) / sizeof(u64);

		if (!page)
			continue;
		for (i = index; page->view && i < index + 8; i++)
			page->view[i] = vtdm_now_in_memory(page, i);
		vtdm_buffered(page);
	}
	raw_spin_unlock_irqrestore(&vtd_model.lock, flags);
}
EXPORT_SYMBOL_GPL(vtd_model_flushed);
