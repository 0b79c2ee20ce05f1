/* SPDX-License-Identifier: GPL-2.0 */
/* Native build: see kernel.h; there is one task. */
#ifndef VTD_SHIM_SCHED_H
#define VTD_SHIM_SCHED_H

#include <linux/kernel.h>

struct task_struct;

#define current ((struct task_struct *)8)

#endif /* VTD_SHIM_SCHED_H */
