/* SPDX-License-Identifier: GPL-2.0 */
/* Native build: what the firmware calls itself. */
#ifndef VTD_SHIM_DMI_H
#define VTD_SHIM_DMI_H

#include <stddef.h>

enum { DMI_BIOS_VENDOR, DMI_BIOS_VERSION, DMI_PRODUCT_NAME };

static inline const char *dmi_get_system_info(int field)
{
	return field == DMI_BIOS_VENDOR	 ? "Firm" :
	       field == DMI_BIOS_VERSION ? "1.07" :
					   NULL;
}

#endif /* VTD_SHIM_DMI_H */
