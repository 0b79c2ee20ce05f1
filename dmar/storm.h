/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Storms of faults: what is one, and what is done about it
 * (Documentation/parameters.rst).
 */
#ifndef VTD_STORM_H
#define VTD_STORM_H

#include <linux/types.h>

/**
 * enum vtd_storm_whom - who is put in quarantine for a storm
 * @VTD_STORM_NOBODY: nobody
 * @VTD_STORM_ASSIGNED: devices that user space or a guest has
 * @VTD_STORM_ALL: any device that is managed
 */
enum vtd_storm_whom {
	VTD_STORM_NOBODY,
	VTD_STORM_ASSIGNED,
	VTD_STORM_ALL,
};

/**
 * struct vtd_storm_policy - the administrator's choice; changes at any time
 * @rate: faults of one source in a second that are a storm; 0: none is
 * @seconds: a storm that goes on for so long ends in quarantine; 0: never
 * @whom: see there
 */
struct vtd_storm_policy {
	unsigned int rate;
	unsigned int seconds;
	enum vtd_storm_whom whom;
};

/**
 * struct vtd_storm - the faults of one source
 * @second_ns: when the second began in which they are counted, since boot
 * @faults: since then
 * @told: and that they are a storm has been said
 * @began_ns: when this storm began
 * @last_ns: when it was last seen to go on
 */
struct vtd_storm {
	u64 second_ns;
	u32 faults;
	bool told;
	u64 began_ns;
	u64 last_ns;
};

/**
 * enum vtd_storm_verdict - what is to be done about a source
 * @VTD_STORM_CALM: nothing
 * @VTD_STORM_THROTTLE: do not have its faults recorded for a while
 * @VTD_STORM_STOP: that, and stop it, if the policy is for such a device
 */
enum vtd_storm_verdict {
	VTD_STORM_CALM,
	VTD_STORM_THROTTLE,
	VTD_STORM_STOP,
};

extern struct vtd_storm_policy vtd_storm_policy;

enum vtd_storm_verdict vtd_storm_count(struct vtd_storm *storm, u64 now,
				       const struct vtd_storm_policy *policy);

#endif /* VTD_STORM_H */
