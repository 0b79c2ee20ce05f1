/* SPDX-License-Identifier: GPL-2.0 */
/* Native build: the clock, which a test may replace (see vtd_test.h). */
#ifndef VTD_SHIM_KTIME_H
#define VTD_SHIM_KTIME_H

#include <linux/types.h>

typedef s64 ktime_t;

#define NSEC_PER_USEC 1000L
#define NSEC_PER_MSEC 1000000L
#define NSEC_PER_SEC 1000000000L
#define USEC_PER_MSEC 1000L
#define USEC_PER_SEC 1000000L
#define MSEC_PER_SEC 1000L

u64 vtd_shim_now_ns(void);
void vtd_shim_delay_ns(u64 ns);

#define ktime_get() ((ktime_t)vtd_shim_now_ns())
#define ktime_get_ns() vtd_shim_now_ns()
#define ktime_get_mono_fast_ns() vtd_shim_now_ns()
#define ktime_get_boottime_ns() vtd_shim_now_ns()
#define local_clock() vtd_shim_now_ns()
#define ktime_add_us(t, us) ((t) + (us) * NSEC_PER_USEC)
#define ktime_add_ms(t, ms) ((t) + (ms) * NSEC_PER_MSEC)
#define ktime_add_ns(t, ns) ((t) + (ns))
#define ktime_sub(a, b) ((a) - (b))
#define ktime_after(a, b) ((a) > (b))
#define ktime_before(a, b) ((a) < (b))
#define ktime_compare(a, b) (((a) > (b)) - ((a) < (b)))
#define ktime_to_ns(t) (t)
#define ktime_to_us(t) ((t) / NSEC_PER_USEC)
#define ktime_us_delta(a, b) (((a) - (b)) / NSEC_PER_USEC)

#endif /* VTD_SHIM_KTIME_H */
