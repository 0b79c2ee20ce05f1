/* SPDX-License-Identifier: GPL-2.0 */
/* Native build: delays, on the clock of ktime.h. */
#ifndef VTD_SHIM_DELAY_H
#define VTD_SHIM_DELAY_H

#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/processor.h>

#define ndelay(n) vtd_shim_delay_ns(n)
#define udelay(n) vtd_shim_delay_ns((u64)(n) * NSEC_PER_USEC)
#define mdelay(n) vtd_shim_delay_ns((u64)(n) * NSEC_PER_MSEC)
#define usleep_range(lo, hi)                                  \
	do {                                                  \
		might_sleep();                                \
		vtd_shim_delay_ns((u64)(lo) * NSEC_PER_USEC); \
	} while (0)
#define fsleep(n) usleep_range(n, n)
#define msleep(n) usleep_range((n) * USEC_PER_MSEC, (n) * USEC_PER_MSEC)

#endif /* VTD_SHIM_DELAY_H */
