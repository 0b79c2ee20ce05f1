// SPDX-License-Identifier: GPL-2.0
/*
 * When the faults of one source are a storm, and what is done about it: the policy.
 *
 * Pure.  fault.c carries it out.
 */
#include <linux/compiler.h>
#include <linux/ktime.h>

#include "storm.h"

/* Without a storm for so long, the next one is another. */
#define VTD_STORM_CALM_NS (5ULL * NSEC_PER_SEC)

struct vtd_storm_policy vtd_storm_policy = {
	.rate = 200,
	.seconds = 30,
	.whom = VTD_STORM_ASSIGNED,
};

/**
 * vtd_storm_count() - a source has faulted once more
 * @storm: of the source, zero at first
 * @now: time since boot, nanoseconds
 * @policy: see there
 *
 * At most once a second it is anything but calm.  A source that is not recorded
 * for a second after that is still the same storm when it goes on then.
 *
 * Context: any; one call at a time for a source.
 * Return: what is to be done.
 */
enum vtd_storm_verdict vtd_storm_count(struct vtd_storm *storm, u64 now,
				       const struct vtd_storm_policy *policy)
{
	u32 rate = READ_ONCE(policy->rate);
	u32 seconds = READ_ONCE(policy->seconds);

	if (now - storm->second_ns >= NSEC_PER_SEC || !storm->second_ns) {
		storm->second_ns = now;
		storm->faults = 0;
		storm->told = false;
	}
	storm->faults++;
	if (!rate || storm->told || storm->faults < rate)
		return VTD_STORM_CALM;
	storm->told = true;
	if (!storm->began_ns || now - storm->last_ns > VTD_STORM_CALM_NS)
		storm->began_ns = now;
	storm->last_ns = now;
	return seconds && now - storm->began_ns >= seconds * NSEC_PER_SEC ?
		       VTD_STORM_STOP :
		       VTD_STORM_THROTTLE;
}
