/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Stores that the remapping hardware can see.
 *
 * Every store into a table, entry or descriptor that a unit may read goes
 * through one of these helpers, and so does every cache-line write-back.  In
 * the product they are the plain kernel primitive; a test build that defines
 * VTD_OBSERVER compiles the same C files with a recorder behind them.
 */
#ifndef VTD_OBSERVE_H
#define VTD_OBSERVE_H

#include <linux/atomic.h>
#include <linux/cacheflush.h>
#include <linux/compiler.h>
#include <linux/types.h>

#include <asm/barrier.h>
#include <asm/special_insns.h>

#ifdef VTD_OBSERVER
/**
 * vtd_observe_store() - told of each store after it was made
 * @ptr: where
 * @bytes: how many bytes, 4, 8 or 16
 */
void vtd_observe_store(const void *ptr, size_t bytes);

/**
 * vtd_observe_flush() - told of each cache-line write-back after it was made
 * @ptr: first byte
 * @bytes: length in bytes
 */
void vtd_observe_flush(const void *ptr, size_t bytes);
#else
static inline void vtd_observe_store(const void *ptr, size_t bytes)
{
}

static inline void vtd_observe_flush(const void *ptr, size_t bytes)
{
}
#endif

/**
 * vtd_hw_store64() - one 64-bit store that a unit may see
 * @ptr: naturally aligned word
 * @val: new value
 *
 * Orders nothing; the caller places the barriers.
 */
static inline void vtd_hw_store64(u64 *ptr, u64 val)
{
	WRITE_ONCE(*ptr, val);
	vtd_observe_store(ptr, sizeof(*ptr));
}

/**
 * vtd_hw_try_cmpxchg64() - one atomic 64-bit exchange that a unit may see
 * @ptr: naturally aligned word
 * @old: in: the value expected; out, when it was another: the value found
 * @val: new value
 *
 * Return: true when the exchange was made.
 */
static inline bool vtd_hw_try_cmpxchg64(u64 *ptr, u64 *old, u64 val)
{
	bool done = try_cmpxchg64(ptr, old, val);

	if (done)
		vtd_observe_store(ptr, sizeof(*ptr));
	return done;
}

/**
 * vtd_hw_try_cmpxchg128() - one atomic 128-bit exchange that a unit may see
 * @ptr: 16 bytes, naturally aligned
 * @old: in: the value expected; out, when it was another: the value found
 * @val: new value
 *
 * The CPU has CMPXCHG16B.
 *
 * Return: true when the exchange was made.
 */
static inline bool vtd_hw_try_cmpxchg128(u128 *ptr, u128 *old, u128 val)
{
	bool done = try_cmpxchg128(ptr, old, val);

	if (done)
		vtd_observe_store(ptr, sizeof(*ptr));
	return done;
}

/**
 * vtd_flush_cache() - write lines back to memory for a unit that does not snoop
 * @ptr: first byte
 * @bytes: length in bytes
 *
 * Only needed where ECAP.C is 0.  Ends with a full fence.
 */
static inline void vtd_flush_cache(void *ptr, size_t bytes)
{
	clflush_cache_range(ptr, bytes);
	vtd_observe_flush(ptr, bytes);
}

/**
 * vtd_write_back_line() - write the line of an address back to memory
 * @ptr: any address in it
 *
 * Leaves the line in the cache where the CPU can.  Stores made after it become
 * visible after it.
 *
 * Context: any.
 */
static inline void vtd_write_back_line(void *ptr)
{
	/* Stores to the line come before its write-back all by themselves. */
	clwb(ptr);
	/* The write-back before later stores, a doorbell among them. */
	wmb();
}

/* Cache line of every CPU that comes with VT-d, bytes. */
#define VTD_LINE 64

/**
 * vtd_flush_line() - vtd_flush_cache() of one whole line, the shortest way
 * @ptr: any address in it
 *
 * Only needed where ECAP.C is 0.  Stores made after it become visible after it.
 */
static inline void vtd_flush_line(void *ptr)
{
	vtd_write_back_line(ptr);
	vtd_observe_flush((void *)((unsigned long)ptr &
				   -(unsigned long)VTD_LINE),
			  VTD_LINE);
}

/**
 * vtd_flush_word() - vtd_flush_cache() of one entry, the shortest way
 * @ptr: naturally aligned word
 *
 * Only needed where ECAP.C is 0.  Stores made after it become visible after it.
 */
static inline void vtd_flush_word(u64 *ptr)
{
	vtd_write_back_line(ptr);
	vtd_observe_flush(ptr, sizeof(*ptr));
}

#endif /* VTD_OBSERVE_H */
