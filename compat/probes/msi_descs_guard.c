// SPDX-License-Identifier: GPL-2.0
/* A device's MSI descriptors are locked through a guard (since 6.15). */
#include <linux/msi.h>

static void __maybe_unused vtd_probe(struct device *dev)
{
	__msi_lock_descs(dev);
	__msi_unlock_descs(dev);
}
