/* SPDX-License-Identifier: GPL-2.0 */
/* Native build: see string.h */
#include <linux/string.h>
