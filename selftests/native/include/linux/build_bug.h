/* SPDX-License-Identifier: GPL-2.0 */
/* Native build: see bug.h */
#include <linux/bug.h>
