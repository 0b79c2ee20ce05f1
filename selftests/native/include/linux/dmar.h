/* SPDX-License-Identifier: GPL-2.0 */
/* Native build: what the firmware's table says of the platform. */
#ifndef VTD_SHIM_DMAR_H
#define VTD_SHIM_DMAR_H

#include <linux/types.h>

/* Defined by the test that asks. */
bool dmar_platform_optin(void);

#endif /* VTD_SHIM_DMAR_H */
