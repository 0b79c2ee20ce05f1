/* SPDX-License-Identifier: GPL-2.0 */
/* Native build: see bits.h */
#include <linux/bits.h>
