/* SPDX-License-Identifier: GPL-2.0 */
/* Native build: see gfp.h */
#include <linux/gfp.h>
