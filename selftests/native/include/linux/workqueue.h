/* SPDX-License-Identifier: GPL-2.0 */
/* Native build: work that nobody does. */
#ifndef VTD_SHIM_WORKQUEUE_H
#define VTD_SHIM_WORKQUEUE_H

struct delayed_work {
	int pending;
};

#endif /* VTD_SHIM_WORKQUEUE_H */
