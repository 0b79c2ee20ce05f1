/* SPDX-License-Identifier: GPL-2.0 */
/* Native build: one node. */
#ifndef VTD_SHIM_NUMA_H
#define VTD_SHIM_NUMA_H

#define NUMA_NO_NODE (-1)
#define MAX_NUMNODES 1

#endif /* VTD_SHIM_NUMA_H */
