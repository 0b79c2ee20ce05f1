/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What happened that an administrator may want to read of later.
 */
#ifndef VTD_INCIDENT_H
#define VTD_INCIDENT_H

struct vtd_reply;

/* Of so many, the last are kept. */
#define VTD_INCIDENTS 64

void vtd_incident(const char *unit, const char *device, const char *what,
		  const char *text);
void vtd_incidents_say(struct vtd_reply *reply);
void vtd_incidents_forget(void);

#endif /* VTD_INCIDENT_H */
