/* SPDX-License-Identifier: GPL-2.0 */
/* Native build: a machine whose memory a test may make as large as it likes. */
#ifndef VTD_SHIM_IOPORT_H
#define VTD_SHIM_IOPORT_H

#include <linux/types.h>

struct resource {
	resource_size_t start;
	resource_size_t end;
	unsigned long flags;
};

/* Defined by the test whose subject asks how far memory could go. */
extern struct resource iomem_resource;

#define IORESOURCE_SYSTEM_RAM 0x01000200
#define IORESOURCE_BUSY 0x80000000UL
#define IORES_DESC_NONE 0

int walk_iomem_res_desc(unsigned long desc, unsigned long flags, u64 start,
			u64 end, void *arg,
			int (*func)(struct resource *res, void *arg));

#endif /* VTD_SHIM_IOPORT_H */
