// SPDX-License-Identifier: GPL-2.0
/*
 * Where our driver keeps what a unit can do.
 */
#include <linux/bitops.h>
#include <linux/stddef.h>

#include "device.h"
#include "unit.h"

#include "pasid.h"

struct bench_bit bench_bit_ours(void)
{
	const unsigned int bit = __builtin_ctzll(VTD_ECAP_SMPWCS);

	return (struct bench_bit){
		.unit = offsetof(struct vtd_device, unit),
		.byte = offsetof(struct vtd_unit, ecap) + bit / BITS_PER_BYTE,
		.bit = bit % BITS_PER_BYTE,
	};
}
