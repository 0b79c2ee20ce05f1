// SPDX-License-Identifier: GPL-2.0
/*
 * vtd_vfio_glue: load and unload.
 *
 * Changes nothing of what VFIO or vtd_dmar do; while a program has
 * /dev/vtd-vfio open this module, VFIO and vtd_dmar stay.
 */
#include <linux/init.h>
#include <linux/module.h>

#include "vfio_glue.h"

static int __init vtd_vfio_glue_init(void)
{
	return vtd_watch_create();
}

static void __exit vtd_vfio_glue_exit(void)
{
	vtd_watch_destroy();
}

module_init(vtd_vfio_glue_init);
module_exit(vtd_vfio_glue_exit);

MODULE_DESCRIPTION("Intel VT-d: faults of a device for whoever has it by VFIO");
MODULE_AUTHOR("The vtd-kmod authors");
MODULE_LICENSE("GPL");
MODULE_VERSION("0.1");
