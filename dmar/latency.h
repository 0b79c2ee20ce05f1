/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Histograms of how long maps, unmaps, flushes and waits take.
 */
#ifndef VTD_LATENCY_H
#define VTD_LATENCY_H

#include <linux/types.h>

struct vtd_reply;

void vtd_latency_dump(struct vtd_reply *reply);
void vtd_latency_say(struct vtd_reply *reply);
int vtd_latency_switch(bool on, struct vtd_reply *reply);
void vtd_latency_exit(void);

#endif /* VTD_LATENCY_H */
