// SPDX-License-Identifier: GPL-2.0
/*
 * Remembers what the observer is told, while a test asks for it, and passes it
 * on to the software VT-d.
 *
 * Takes what every thread stores; a test that looks at the order runs alone.
 */
#include <linux/cache.h>
#include <linux/kernel.h>
#include <linux/spinlock.h>

#include <vtd/observe.h>

#include "model/model.h"
#include "recorder.h"

#define RECORDER_EVENTS 8192

static struct recorder_event events[RECORDER_EVENTS];
static unsigned int nr_events;
static bool recording;
static DEFINE_RAW_SPINLOCK(recorder_lock);

static void record(const void *ptr, size_t bytes, bool flush)
{
	struct recorder_event *e;
	unsigned long flags;

	if (!READ_ONCE(recording))
		return;
	raw_spin_lock_irqsave(&recorder_lock, flags);
	if (nr_events < RECORDER_EVENTS) {
		e = &events[nr_events];
		e->ptr = ptr;
		e->bytes = bytes;
		e->value = flush ? 0 : READ_ONCE(*(const u64 *)ptr);
		e->flush = flush;
	}
	nr_events++;
	raw_spin_unlock_irqrestore(&recorder_lock, flags);
}

void vtd_observe_store(const void *ptr, size_t bytes)
{
	record(ptr, bytes, false);
	vtd_model_stored(ptr, bytes);
}

void vtd_observe_flush(const void *ptr, size_t bytes)
{
	record(ptr, bytes, true);
	vtd_model_flushed(ptr, bytes);
}

void recorder_start(void)
{
	nr_events = 0;
	WRITE_ONCE(recording, true);
}

/* Returns the number of events, which may be more than were kept. */
unsigned int recorder_stop(void)
{
	WRITE_ONCE(recording, false);
	return nr_events;
}

const struct recorder_event *recorder_event(unsigned int i)
{
	return i < min_t(unsigned int, nr_events, RECORDER_EVENTS) ?
		       &events[i] :
		       NULL;
}

/* Event @i, if it is a store to @ptr. */
const struct recorder_event *recorder_store(unsigned int i, const void *ptr)
{
	const struct recorder_event *e = recorder_event(i);

	return e && !e->flush && e->ptr == ptr ? e : NULL;
}

static bool covers(const struct recorder_event *flush, const void *ptr)
{
	const void *line = PTR_ALIGN_DOWN(ptr, SMP_CACHE_BYTES);

	return flush->flush &&
	       line >= PTR_ALIGN_DOWN(flush->ptr, SMP_CACHE_BYTES) &&
	       ptr < flush->ptr + flush->bytes;
}

static bool written_back(unsigned int store, unsigned int from, unsigned int to)
{
	unsigned int i;

	for (i = from; i < to; i++)
		if (covers(&events[i], events[store].ptr))
			return true;
	return false;
}

/* Did memory have what @store wrote before, but for bits that do not matter? */
static bool no_news(unsigned int store, u64 ignored)
{
	unsigned int i;

	for (i = store; i--;) {
		if (events[i].flush || events[i].ptr != events[store].ptr)
			continue;
		return !((events[i].value ^ events[store].value) & ~ignored) &&
		       written_back(i, i + 1, store);
	}
	return false;
}

/*
 * Counts the stores whose line was not written back after them; those that
 * changed nothing but bits of @ignored are left out.
 */
unsigned int recorder_unflushed(u64 ignored)
{
	unsigned int nr = min_t(unsigned int, nr_events, RECORDER_EVENTS);
	unsigned int i, left = 0;

	for (i = 0; i < nr; i++) {
		if (!events[i].flush && !written_back(i, i + 1, nr) &&
		    !no_news(i, ignored))
			left++;
	}
	return left;
}
