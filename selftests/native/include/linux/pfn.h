/* SPDX-License-Identifier: GPL-2.0 */
/* Native build: see mm.h */
#include <linux/mm.h>
