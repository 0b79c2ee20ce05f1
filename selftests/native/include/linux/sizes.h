/* SPDX-License-Identifier: GPL-2.0 */
/* Native build: see kernel.h */
#include <linux/kernel.h>
