/* SPDX-License-Identifier: GPL-2.0 */
/* Native build: atomics and barriers from the compiler's own. */
#ifndef VTD_SHIM_ATOMIC_H
#define VTD_SHIM_ATOMIC_H

#include <linux/compiler.h>
#include <linux/types.h>

typedef struct {
	int counter;
} atomic_t;

typedef struct {
	s64 counter;
} atomic64_t;

#define atomic_long_t atomic64_t
#define ATOMIC_INIT(i) { (i) }
#define ATOMIC64_INIT(i) { (i) }
#define ATOMIC_LONG_INIT(i) { (i) }

/* Type-generic, so that one macro serves all three types. */
#define atomic_read(v) __atomic_load_n(&(v)->counter, __ATOMIC_RELAXED)
#define atomic_set(v, i) __atomic_store_n(&(v)->counter, i, __ATOMIC_RELAXED)
#define atomic_add_return(i, v) \
	__atomic_add_fetch(&(v)->counter, i, __ATOMIC_SEQ_CST)
#define atomic_sub_return(i, v) \
	__atomic_sub_fetch(&(v)->counter, i, __ATOMIC_SEQ_CST)
#define atomic_add(i, v) ((void)atomic_add_return(i, v))
#define atomic_sub(i, v) ((void)atomic_sub_return(i, v))
#define atomic_inc(v) atomic_add(1, v)
#define atomic_dec(v) atomic_sub(1, v)
#define atomic_inc_return(v) atomic_add_return(1, v)
#define atomic_dec_return(v) atomic_sub_return(1, v)
#define atomic_dec_and_test(v) (atomic_sub_return(1, v) == 0)
#define atomic_fetch_add(i, v) \
	__atomic_fetch_add(&(v)->counter, i, __ATOMIC_SEQ_CST)
#define atomic_xchg(v, i) xchg(&(v)->counter, i)
#define atomic_cmpxchg(v, o, n) cmpxchg(&(v)->counter, o, n)
#define atomic_read_acquire(v) __atomic_load_n(&(v)->counter, __ATOMIC_ACQUIRE)
#define atomic_set_release(v, i) \
	__atomic_store_n(&(v)->counter, i, __ATOMIC_RELEASE)

#define atomic64_read atomic_read
#define atomic64_set atomic_set
#define atomic64_add atomic_add
#define atomic64_sub atomic_sub
#define atomic64_inc atomic_inc
#define atomic64_dec atomic_dec
#define atomic64_add_return atomic_add_return
#define atomic64_inc_return atomic_inc_return
#define atomic64_fetch_add atomic_fetch_add
#define atomic64_cmpxchg atomic_cmpxchg
#define atomic64_xchg atomic_xchg
#define atomic64_read_acquire atomic_read_acquire
#define atomic64_set_release atomic_set_release
#define atomic_long_read atomic_read
#define atomic_long_set atomic_set
#define atomic_long_add atomic_add
#define atomic_long_sub atomic_sub
#define atomic_long_inc atomic_inc
#define atomic_long_dec atomic_dec
#define atomic_long_add_return atomic_add_return

#define xchg(p, v) __atomic_exchange_n(p, v, __ATOMIC_SEQ_CST)
#define try_cmpxchg(p, oldp, v)                                          \
	__atomic_compare_exchange_n(p, oldp, v, false, __ATOMIC_SEQ_CST, \
				    __ATOMIC_SEQ_CST)
#define cmpxchg(p, o, v)                      \
	({                                    \
		typeof(*(p)) shim_old = (o);  \
		try_cmpxchg(p, &shim_old, v); \
		shim_old;                     \
	})
#define try_cmpxchg64 try_cmpxchg
#define try_cmpxchg128 try_cmpxchg
#define system_has_cmpxchg128() true
#define try_cmpxchg_relaxed try_cmpxchg
#define try_cmpxchg64_relaxed try_cmpxchg
#define cmpxchg64 cmpxchg
#define cmpxchg_relaxed cmpxchg
#define cmpxchg64_relaxed cmpxchg
#define cmpxchg64_local cmpxchg

#define smp_load_acquire(p) __atomic_load_n(p, __ATOMIC_ACQUIRE)
#define smp_store_release(p, v) __atomic_store_n(p, v, __ATOMIC_RELEASE)
#define smp_store_mb(x, v) __atomic_store_n(&(x), v, __ATOMIC_SEQ_CST)
#define smp_mb() __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define smp_mb__before_atomic smp_mb
#define smp_mb__after_atomic smp_mb
#define smp_rmb() __atomic_thread_fence(__ATOMIC_ACQUIRE)
#define smp_wmb() __atomic_thread_fence(__ATOMIC_RELEASE)
#define mb smp_mb
#define rmb smp_rmb
#define wmb smp_wmb
#define dma_rmb smp_rmb
#define dma_wmb smp_wmb

#endif /* VTD_SHIM_ATOMIC_H */
