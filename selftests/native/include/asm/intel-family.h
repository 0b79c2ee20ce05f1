/* SPDX-License-Identifier: GPL-2.0 */
/* Native build: numbers of CPUs mean nothing here. */
#ifndef VTD_SHIM_INTEL_FAMILY_H
#define VTD_SHIM_INTEL_FAMILY_H

#define INTEL_SAPPHIRERAPIDS_X 1

#endif /* VTD_SHIM_INTEL_FAMILY_H */
