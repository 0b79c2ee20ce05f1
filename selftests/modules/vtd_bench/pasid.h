/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a driver believes of a unit, as a bit in its memory.
 */
#ifndef VTD_BENCH_PASID_H
#define VTD_BENCH_PASID_H

#include <linux/types.h>

/**
 * struct bench_bit - where it is
 * @unit: in what the driver keeps for a device, bytes: a pointer to its unit
 * @byte: in what it keeps for the unit, bytes
 * @bit: in that byte
 */
struct bench_bit {
	unsigned int unit;
	unsigned int byte;
	unsigned int bit;
};

#ifdef BENCH_PT
struct bench_bit bench_bit_ours(void);
#else
/* Built without the headers of our driver. */
static inline struct bench_bit bench_bit_ours(void)
{
	return (struct bench_bit){};
}
#endif

#endif /* VTD_BENCH_PASID_H */
