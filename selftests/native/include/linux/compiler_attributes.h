/* SPDX-License-Identifier: GPL-2.0 */
/* Native build: see compiler.h */
#include <linux/compiler.h>
