// SPDX-License-Identifier: GPL-2.0
/*
 * The last things that went wrong, and what was done: records of "status".
 *
 * Bounded: the oldest makes room.  Lasts until the module is unloaded.
 */
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "incident.h"
#include "reply.h"

/**
 * struct vtd_incident - one of them
 * @seq: number since load, from 1
 * @ns: when, since boot
 * @unit: name of the unit
 * @device: of the device, or "-"
 * @what: in a word
 * @text: a sentence, without quotes
 */
struct vtd_incident {
	u64 seq;
	u64 ns;
	char unit[16];
	char device[16];
	char what[16];
	char text[128];
};

static struct vtd_incident vtd_incident_ring[VTD_INCIDENTS];
static u64 vtd_incident_seq;
static DEFINE_RAW_SPINLOCK(vtd_incident_lock);

/**
 * vtd_incident() - keep what happened
 * @unit: name of the unit
 * @device: name of the device, or "-"
 * @what: in a word
 * @text: the same as a sentence, without quotes
 *
 * Context: any but NMI.
 */
void vtd_incident(const char *unit, const char *device, const char *what,
		  const char *text)
{
	struct vtd_incident *incident;
	unsigned long flags;

	raw_spin_lock_irqsave(&vtd_incident_lock, flags);
	incident = &vtd_incident_ring[vtd_incident_seq++ % VTD_INCIDENTS];
	incident->seq = vtd_incident_seq;
	incident->ns = ktime_get_boottime_ns();
	strscpy(incident->unit, unit);
	strscpy(incident->device, device);
	strscpy(incident->what, what);
	strscpy(incident->text, text);
	raw_spin_unlock_irqrestore(&vtd_incident_lock, flags);
}

/* The oldest one from number @seq on; false when there is none. */
static bool vtd_incident_next(u64 seq, struct vtd_incident *incident)
{
	unsigned long flags;
	bool found;

	raw_spin_lock_irqsave(&vtd_incident_lock, flags);
	if (vtd_incident_seq > VTD_INCIDENTS)
		seq = max(seq, vtd_incident_seq - VTD_INCIDENTS + 1);
	found = seq <= vtd_incident_seq;
	if (found)
		*incident = vtd_incident_ring[(seq - 1) % VTD_INCIDENTS];
	raw_spin_unlock_irqrestore(&vtd_incident_lock, flags);
	return found;
}

/**
 * vtd_incidents_say() - one record for each that is kept, the oldest first
 * @reply: written to
 *
 * Context: may sleep.
 */
void vtd_incidents_say(struct vtd_reply *reply)
{
	struct vtd_incident incident = {};

	while (vtd_incident_next(incident.seq + 1, &incident)) {
		u64 us = div64_u64(incident.ns, NSEC_PER_USEC);
		u64 seconds = div64_u64(us, USEC_PER_SEC);

		vtd_say(reply,
			"incident seq=%llu time=%llu.%06llu what=%s unit=%s device=%s text=\"%s\"\n",
			incident.seq, seconds, us - seconds * USEC_PER_SEC,
			incident.what, incident.unit, incident.device,
			incident.text);
	}
}

/**
 * vtd_incidents_forget() - none is kept any more
 *
 * Context: any.
 */
void vtd_incidents_forget(void)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&vtd_incident_lock, flags);
	vtd_incident_seq = 0;
	raw_spin_unlock_irqrestore(&vtd_incident_lock, flags);
}
