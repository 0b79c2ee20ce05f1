/* SPDX-License-Identifier: GPL-2.0 */
/* Native build: bit masks and bit searches. */
#ifndef VTD_SHIM_BITS_H
#define VTD_SHIM_BITS_H

#include <linux/types.h>

#define BITS_PER_BYTE 8
#define BITS_PER_LONG 64
#define BITS_PER_LONG_LONG 64

#define BIT(n) (1UL << (n))
#define BIT_ULL(n) (1ULL << (n))
#define GENMASK(h, l) ((~0UL >> (63 - (h))) & (~0UL << (l)))
#define GENMASK_ULL(h, l) ((~0ULL >> (63 - (h))) & (~0ULL << (l)))
#define GENMASK_U8(h, l) ((u8)GENMASK(h, l))
#define GENMASK_U16(h, l) ((u16)GENMASK(h, l))
#define GENMASK_U32(h, l) ((u32)GENMASK(h, l))
#define GENMASK_U64(h, l) ((u64)GENMASK_ULL(h, l))
#define BIT_U8(n) ((u8)BIT(n))
#define BIT_U32(n) ((u32)BIT(n))
#define BIT_U64(n) ((u64)BIT_ULL(n))

#define BITS_TO_LONGS(n) (((n) + 63UL) / 64)
#define DECLARE_BITMAP(name, bits) unsigned long name[BITS_TO_LONGS(bits)]

#define for_each_set_bit(bit, map, size)         \
	for ((bit) = 0; (bit) < (size); (bit)++) \
		if ((map)[(bit) / BITS_PER_LONG] & BIT((bit) % BITS_PER_LONG))

static inline int fls(unsigned int x)
{
	return x ? 32 - __builtin_clz(x) : 0;
}

static inline int fls64(u64 x)
{
	return x ? 64 - __builtin_clzll(x) : 0;
}

static inline unsigned long __fls(unsigned long x)
{
	return 63 - __builtin_clzl(x);
}

static inline unsigned long __ffs(unsigned long x)
{
	return __builtin_ctzl(x);
}

static inline unsigned long __ffs64(u64 x)
{
	return __builtin_ctzll(x);
}

static inline unsigned int hweight64(u64 x)
{
	return __builtin_popcountll(x);
}

static inline unsigned int hweight32(u32 x)
{
	return __builtin_popcount(x);
}

#define hweight8(x) hweight32((u8)(x))
#define hweight16(x) hweight32((u16)(x))
#define hweight_long(x) hweight64(x)

static inline bool test_bit(unsigned int nr, const unsigned long *map)
{
	return (__atomic_load_n(&map[nr / 64], __ATOMIC_RELAXED) >> (nr % 64)) &
	       1;
}

static inline void set_bit(unsigned int nr, unsigned long *map)
{
	__atomic_fetch_or(&map[nr / 64], 1UL << (nr % 64), __ATOMIC_RELAXED);
}

static inline void clear_bit(unsigned int nr, unsigned long *map)
{
	__atomic_fetch_and(&map[nr / 64], ~(1UL << (nr % 64)),
			   __ATOMIC_RELAXED);
}

static inline bool test_and_set_bit(unsigned int nr, unsigned long *map)
{
	return (__atomic_fetch_or(&map[nr / 64], 1UL << (nr % 64),
				  __ATOMIC_SEQ_CST) >>
		(nr % 64)) &
	       1;
}

static inline bool test_and_clear_bit(unsigned int nr, unsigned long *map)
{
	return (__atomic_fetch_and(&map[nr / 64], ~(1UL << (nr % 64)),
				   __ATOMIC_SEQ_CST) >>
		(nr % 64)) &
	       1;
}

static inline unsigned long
find_next_bit(const unsigned long *map, unsigned long size, unsigned long from)
{
	while (from < size && !test_bit(from, map))
		from++;
	return from < size ? from : size;
}

#define __set_bit set_bit
#define __clear_bit clear_bit
#define __test_and_set_bit test_and_set_bit
#define __test_and_clear_bit test_and_clear_bit

#endif /* VTD_SHIM_BITS_H */
