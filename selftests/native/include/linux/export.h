/* SPDX-License-Identifier: GPL-2.0 */
/* Native build: see module.h */
#include <linux/module.h>
