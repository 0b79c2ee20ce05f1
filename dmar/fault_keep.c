// SPDX-License-Identifier: GPL-2.0
/*
 * What is remembered of faults: counters and the last faults of each source.
 *
 * A source that storms pushes out its own faults and nobody else's; it is
 * counted on, but described only as often as its tokens allow.  Must never use
 * more memory than VTD_FAULT_SOURCES sources take, whatever source-ids a
 * hostile device makes up.
 */
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "fault.h"

/**
 * vtd_fault_store_init() - nothing is remembered
 * @store: to be used
 *
 * Context: any.
 */
void vtd_fault_store_init(struct vtd_fault_store *store)
{
	memset(store, 0, sizeof(*store));
	spin_lock_init(&store->lock);
	INIT_LIST_HEAD(&store->sources);
	INIT_LIST_HEAD(&store->kept);
}

/**
 * vtd_fault_store_empty() - forget everything, and free it
 * @store: nobody uses it at the same time
 *
 * The numbers of faults go on.
 *
 * Context: may sleep.
 */
void vtd_fault_store_empty(struct vtd_fault_store *store)
{
	struct vtd_fault_source *source;

	while (!list_empty(&store->sources)) {
		source = list_first_entry(&store->sources,
					  struct vtd_fault_source, node);
		list_del(&source->node);
		kfree(source);
	}
	INIT_LIST_HEAD(&store->kept);
	store->nr = 0;
}

/* Found ones move to the front: a storm is found at once. */
static struct vtd_fault_source *vtd_fault_find(struct vtd_fault_store *store,
					       const char *unit, u16 segment,
					       u16 sid)
{
	struct vtd_fault_source *source;

	list_for_each_entry(source, &store->sources, node) {
		if (source->sid == sid && source->segment == segment &&
		    !strcmp(source->unit, unit)) {
			list_move(&source->node, &store->sources);
			return source;
		}
	}
	return NULL;
}

/*
 * Make room for one more: what no device has goes first, and among those who
 * faulted longest ago.  The caller frees it.
 */
static struct vtd_fault_source *vtd_fault_evict(struct vtd_fault_store *store)
{
	struct vtd_fault_source *source, *victim = NULL;
	unsigned int i;

	if (store->nr < VTD_FAULT_SOURCES)
		return NULL;
	list_for_each_entry_reverse(source, &store->sources, node) {
		if (!victim)
			victim = source;
		if (!source->present) {
			victim = source;
			break;
		}
	}
	for (i = 0; i < VTD_FAULT_KEPT; i++)
		if (victim->kept[i].seq)
			list_del(&victim->kept[i].node);
	list_del(&victim->node);
	store->nr--;
	store->forgotten += victim->count;
	return victim;
}

/* Take a token, if there is one; one is added @each nanoseconds. */
static bool vtd_fault_token(struct vtd_fault_tokens *tokens, u64 now,
			    unsigned int burst, u64 each)
{
	u64 due = now > tokens->filled_ns ?
			  div64_u64(now - tokens->filled_ns, each) :
			  0;

	if (due) {
		tokens->filled_ns = now;
		tokens->left = min_t(u64, tokens->left + due, burst);
	}
	if (!tokens->left)
		return false;
	tokens->left--;
	return true;
}

static void vtd_fault_count_one(struct vtd_fault_source *source, u64 now,
				struct vtd_fault_verdict *verdict)
{
	struct vtd_fault_kept *last =
		&source->kept[(source->next + VTD_FAULT_KEPT - 1) %
			      VTD_FAULT_KEPT];

	source->count++;
	source->last_ns = now;
	verdict->describe = vtd_fault_token(&source->describe, now,
					    VTD_FAULT_BURST, VTD_FAULT_EACH_NS);
	if (!verdict->describe)
		last->more++;
	verdict->log = verdict->describe &&
		       vtd_fault_token(&source->log, now, VTD_FAULT_LOG_BURST,
				       VTD_FAULT_LOG_EACH_NS);
	verdict->storm =
		vtd_storm_count(&source->storm, now, &vtd_storm_policy);
	verdict->untold = source->untold;
	source->untold = verdict->log ? 0 : source->untold + 1;
}

static struct vtd_fault_source *
vtd_fault_source_new(const char *unit, u16 segment, u16 sid, u64 now)
{
	struct vtd_fault_source *source = kzalloc(sizeof(*source), GFP_KERNEL);

	if (!source)
		return NULL;
	strscpy(source->unit, unit);
	source->segment = segment;
	source->sid = sid;
	source->first_ns = now;
	source->describe = (struct vtd_fault_tokens){ VTD_FAULT_BURST, now };
	source->log = (struct vtd_fault_tokens){ VTD_FAULT_LOG_BURST, now };
	return source;
}

/**
 * vtd_fault_count() - count a fault
 * @store: where
 * @unit: name of the unit
 * @segment: of the source
 * @sid: the source
 * @now: time since boot, nanoseconds
 * @lossy: the unit has lost faults before, perhaps of this source
 * @verdict: set to what is to be done with it
 *
 * Context: may sleep; one call at a time for a unit.
 */
void vtd_fault_count(struct vtd_fault_store *store, const char *unit,
		     u16 segment, u16 sid, u64 now, bool lossy,
		     struct vtd_fault_verdict *verdict)
{
	struct vtd_fault_source *source, *fresh, *victim = NULL;

	*verdict = (struct vtd_fault_verdict){};
	spin_lock(&store->lock);
	verdict->seq = ++store->seq;
	source = vtd_fault_find(store, unit, segment, sid);
	if (source)
		vtd_fault_count_one(source, now, verdict);
	spin_unlock(&store->lock);
	if (source)
		return;

	fresh = vtd_fault_source_new(unit, segment, sid, now);
	spin_lock(&store->lock);
	if (fresh) {
		victim = vtd_fault_evict(store);
		fresh->partial = lossy;
		vtd_fault_count_one(fresh, now, verdict);
		list_add(&fresh->node, &store->sources);
		store->nr++;
	} else {
		store->forgotten++;
	}
	spin_unlock(&store->lock);
	kfree(victim);
}

/**
 * vtd_fault_keep() - remember a fault that was counted
 * @store: where
 * @fault: all but @node and @more filled in; copied
 *
 * The oldest that is kept of the same source makes room.
 *
 * Context: any but interrupts.
 */
void vtd_fault_keep(struct vtd_fault_store *store,
		    const struct vtd_fault_kept *fault)
{
	struct vtd_fault_request request = vtd_fault_decode(&fault->record);
	struct vtd_fault_source *source;
	struct vtd_fault_kept *kept;

	spin_lock(&store->lock);
	source =
		vtd_fault_find(store, fault->unit, fault->segment, request.sid);
	/* Another unit's sources may have pushed it out meanwhile. */
	if (source) {
		kept = &source->kept[source->next];
		source->next = (source->next + 1) % VTD_FAULT_KEPT;
		if (kept->seq)
			list_del(&kept->node);
		*kept = *fault;
		kept->more = 0;
		list_add_tail(&kept->node, &store->kept);
		source->present = fault->facts.present;
		source->described++;
		store->newest = max(store->newest, fault->seq);
	}
	spin_unlock(&store->lock);
}

/**
 * vtd_fault_lost() - a unit has lost faults
 * @store: where
 * @unit: name of the unit
 *
 * The counts of its sources are lower bounds from now on.
 *
 * Context: any but interrupts.
 */
void vtd_fault_lost(struct vtd_fault_store *store, const char *unit)
{
	struct vtd_fault_source *source;

	spin_lock(&store->lock);
	list_for_each_entry(source, &store->sources, node)
		if (!strcmp(source->unit, unit))
			source->partial = true;
	spin_unlock(&store->lock);
}

/**
 * vtd_fault_next() - the next fault that is kept
 * @store: where
 * @after: number of a fault; 0 for the first
 * @fault: set to the first one with a greater number
 *
 * Context: any but interrupts.
 * Return: false when there is none.
 */
bool vtd_fault_next(struct vtd_fault_store *store, u64 after,
		    struct vtd_fault_kept *fault)
{
	struct vtd_fault_kept *kept, *best = NULL;

	spin_lock(&store->lock);
	/* Units that are read at the same time may add out of order. */
	if (after < store->newest)
		list_for_each_entry(kept, &store->kept, node)
			if (kept->seq > after &&
			    (!best || kept->seq < best->seq))
				best = kept;
	if (best)
		*fault = *best;
	spin_unlock(&store->lock);
	return best;
}

/**
 * vtd_fault_next_source() - the sources, one by one
 * @store: where
 * @index: 0 for the one that faulted last, and so on
 * @source: set to it
 *
 * Faults between two calls may change the order.
 *
 * Context: any but interrupts.
 * Return: false when there are no more.
 */
bool vtd_fault_next_source(struct vtd_fault_store *store, unsigned int index,
			   struct vtd_fault_source *source)
{
	struct vtd_fault_source *at;
	bool found = false;

	spin_lock(&store->lock);
	list_for_each_entry(at, &store->sources, node) {
		if (index--)
			continue;
		/* What is kept of it is asked for elsewhere. */
		memcpy(source, at, offsetof(struct vtd_fault_source, kept));
		found = true;
		break;
	}
	spin_unlock(&store->lock);
	return found;
}
