// SPDX-License-Identifier: GPL-2.0
/*
 * What was mapped and unmapped last, for reports of faults.
 *
 * Off unless the parameter "history" asks for it.  Domains that are made while
 * it is on get operations that note what they did; those made while it is off
 * have the plain ones, which do not even look whether it is on.
 */
#include <linux/ktime.h>
#include <linux/moduleparam.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "domain.h"
#include "fault.h"

/* Changes that are noted, of all domains together. */
#define VTD_HISTORY 4096

/**
 * struct vtd_history_entry - one change
 * @domain: of which domain; never followed, the domain may be gone
 * @start: first address, bytes
 * @bytes: how many
 * @ns: when, since boot; 0 for an unused place
 * @mapped: mapped, otherwise unmapped
 */
struct vtd_history_entry {
	const void *domain;
	u64 start;
	u64 bytes;
	u64 ns;
	bool mapped;
};

static bool vtd_history;
module_param_named(history, vtd_history, bool, 0444);
MODULE_PARM_DESC(
	history,
	"note the last maps and unmaps for reports of faults; makes each of them slower (default: no)");

/**
 * vtd_history_on() - are changes to be noted?
 *
 * Context: any.
 * Return: what the parameter says.
 */
bool vtd_history_on(void)
{
	return vtd_history;
}

static struct vtd_history_entry vtd_entries[VTD_HISTORY];
static unsigned int vtd_history_at;
/* Maps and unmaps come with interrupts off; nothing is taken under it. */
static DEFINE_RAW_SPINLOCK(vtd_history_lock);

/**
 * vtd_history_note() - note a change
 * @domain: of which domain
 * @start: first address, bytes
 * @bytes: how many; 0 is not noted
 * @mapped: mapped, otherwise unmapped
 *
 * Context: any.
 */
void vtd_history_note(const void *domain, u64 start, u64 bytes, bool mapped)
{
	struct vtd_history_entry *entry;
	unsigned long flags;
	u64 now = ktime_get_boottime_ns();

	if (!bytes)
		return;
	raw_spin_lock_irqsave(&vtd_history_lock, flags);
	entry = &vtd_entries[vtd_history_at++ % VTD_HISTORY];
	*entry = (struct vtd_history_entry){
		.domain = domain,
		.start = start,
		.bytes = bytes,
		.ns = now ?: 1,
		.mapped = mapped,
	};
	raw_spin_unlock_irqrestore(&vtd_history_lock, flags);
}

/* A few entries under the lock at a time: interrupts are off for less. */
static bool vtd_history_scan(const void *domain, u64 addr, unsigned int from,
			     unsigned int nr, struct vtd_history_entry *found)
{
	unsigned long flags;
	bool hit = false;
	unsigned int i;

	raw_spin_lock_irqsave(&vtd_history_lock, flags);
	for (i = 0; i < nr && !hit; i++) {
		const struct vtd_history_entry *entry =
			&vtd_entries[(from - i) % VTD_HISTORY];

		hit = entry->ns && entry->domain == domain &&
		      addr >= entry->start &&
		      addr - entry->start < entry->bytes;
		if (hit)
			*found = *entry;
	}
	raw_spin_unlock_irqrestore(&vtd_history_lock, flags);
	return hit;
}

/**
 * vtd_history_find() - what changed at an address last
 * @domain: of which domain, or NULL
 * @addr: the address, bytes
 * @now: time since boot, nanoseconds
 * @last: set to the change
 *
 * Context: any; looks at everything that is noted, in short steps.
 */
void vtd_history_find(const void *domain, u64 addr, u64 now,
		      struct vtd_fault_last *last)
{
	unsigned int from = READ_ONCE(vtd_history_at) - 1, i;
	struct vtd_history_entry entry;

	memset(last, 0, sizeof(*last));
	if (!vtd_history)
		return;
	last->state = VTD_LAST_NONE;
	for (i = 0; domain && i < VTD_HISTORY; i += 64) {
		if (!vtd_history_scan(domain, addr, from - i, 64, &entry))
			continue;
		last->state = entry.mapped ? VTD_LAST_MAPPED :
					     VTD_LAST_UNMAPPED;
		last->start = entry.start;
		last->bytes = entry.bytes;
		last->us_before = now > entry.ns ? (now - entry.ns) / 1000 : 0;
		return;
	}
}
