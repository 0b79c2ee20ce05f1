/* SPDX-License-Identifier: GPL-2.0 */
/* Native build: a polling loop lets the thread it waits for run. */
#ifndef VTD_SHIM_PROCESSOR_H
#define VTD_SHIM_PROCESSOR_H

void vtd_shim_cpu_relax(void);

#define cpu_relax() vtd_shim_cpu_relax()
#define cond_resched() vtd_shim_cpu_relax()

#endif /* VTD_SHIM_PROCESSOR_H */
