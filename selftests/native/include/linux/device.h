/* SPDX-License-Identifier: GPL-2.0 */
/* Native build: see pci.h */
#include <linux/pci.h>
