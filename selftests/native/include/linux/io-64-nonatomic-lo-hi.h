/* SPDX-License-Identifier: GPL-2.0 */
/* Native build: see io.h */
#include <linux/io.h>
