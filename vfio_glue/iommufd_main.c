// SPDX-License-Identifier: GPL-2.0
/*
 * vtd_iommufd: loaded where the kernel has iommufd.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>

#include "iommu.h"
#include "iommufd.h"

#ifdef VTD_HAVE_IOMMUFD
MODULE_IMPORT_NS("IOMMUFD");

static int __init vtd_iommufd_init(void)
{
	return vtd_iommufd_start();
}

static void __exit vtd_iommufd_exit(void)
{
	vtd_iommufd_stop();
}
#else
static int __init vtd_iommufd_init(void)
{
	pr_err("this kernel has no iommufd, or one that is too old: 7.2 has the interfaces that this module needs\n");
	return -EOPNOTSUPP;
}

static void __exit vtd_iommufd_exit(void)
{
}
#endif

module_init(vtd_iommufd_init);
module_exit(vtd_iommufd_exit);

MODULE_DESCRIPTION("Intel VT-d for iommufd: nested and dirty-tracked domains");
MODULE_LICENSE("GPL");
