/* SPDX-License-Identifier: GPL-2.0 */
/* For the test programs that are shared with user space. */
#include <linux/stdarg.h>
