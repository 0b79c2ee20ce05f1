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

#endif /* VTD_OBSERVE_H */
