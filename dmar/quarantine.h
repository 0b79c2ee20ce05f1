/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Managed devices of which nothing is let through, until an administrator says
 * otherwise: why, and how they come back.
 */
#ifndef VTD_QUARANTINE_H
#define VTD_QUARANTINE_H

#include <linux/types.h>

struct vtd_device;
struct vtd_unit;

/*
 * Why: it did not answer when it was told to forget translations (ATS); it faulted
 * on and on.  Both may be.
 */
#define VTD_QUARANTINE_MUTE 0x1U
#define VTD_QUARANTINE_STORM 0x2U

/* Why a device is in quarantine, as a part of a sentence. */
static inline const char *vtd_quarantine_text(unsigned int why)
{
	if (why & VTD_QUARANTINE_MUTE)
		return "it did not answer when it was told to forget translations (ATS)";
	return "it faulted on and on";
}

void vtd_quarantine_init(struct vtd_device *vdev);
bool vtd_quarantine(struct vtd_device *vdev, unsigned int why);
int vtd_quarantine_lift(struct vtd_device *vdev);
void vtd_quarantine_end(struct vtd_device *vdev);
unsigned int vtd_devices_storm(const struct vtd_unit *unit, u16 sid,
			       bool only_assigned);
void vtd_devices_quarantine(const struct vtd_unit *unit);

#endif /* VTD_QUARANTINE_H */
