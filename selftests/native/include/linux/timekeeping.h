/* SPDX-License-Identifier: GPL-2.0 */
/* Native build: see ktime.h */
#include <linux/ktime.h>
