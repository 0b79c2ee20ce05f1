/* SPDX-License-Identifier: GPL-2.0 */
/* Native build: compiler attributes, and accesses that ThreadSanitizer knows. */
#ifndef VTD_SHIM_COMPILER_H
#define VTD_SHIM_COMPILER_H

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

#define __iomem
#define __user
#define __kernel
#define __percpu
#define __rcu
#define __init
#define __exit
#define __initdata
#define __ro_after_init
#define __read_mostly
#define __must_hold(x)
#define __acquires(x)
#define __releases(x)
#define __force
#undef __always_inline
#define __always_inline inline __attribute__((__always_inline__))
#define noinline __attribute__((__noinline__))
#define __must_check __attribute__((__warn_unused_result__))
#define __maybe_unused __attribute__((__unused__))
#define __always_unused __attribute__((__unused__))
#define __packed __attribute__((__packed__))
#define __aligned(x) __attribute__((__aligned__(x)))
#define __printf(a, b) __attribute__((__format__(printf, a, b)))
#undef __counted_by
#define __counted_by(x)
#define __nonstring
#define __pure __attribute__((__pure__))
#undef __attribute_const__
#define __attribute_const__ __attribute__((__const__))
#define __cold __attribute__((__cold__))
#define __weak __attribute__((__weak__))
#define fallthrough __attribute__((__fallthrough__))

#define barrier() __asm__ __volatile__("" : : : "memory")
#define READ_ONCE(x) __atomic_load_n(&(x), __ATOMIC_RELAXED)
#define WRITE_ONCE(x, v) __atomic_store_n(&(x), (v), __ATOMIC_RELAXED)
#define data_race(x) (x)

#endif /* VTD_SHIM_COMPILER_H */
