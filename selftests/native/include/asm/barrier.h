/* SPDX-License-Identifier: GPL-2.0 */
/* Native build: see linux/atomic.h */
#include <linux/atomic.h>
