/* SPDX-License-Identifier: GPL-2.0 */
/* Native build: see slab.h */
#include <linux/slab.h>
