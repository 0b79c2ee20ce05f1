// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer target: any bytes at all into the parser.  Starts from the corpus
 * of good tables and keeps the checksum right most of the time.
 *
 * SRCS: dmar/dmar_parse.c dmar/dmar_match.c
 * SRCS: selftests/native/dmar_build.c selftests/native/dmar_invariant.c
 * SRCS: selftests/native/dmar_mutate.c
 */
#include <string.h>

#include "dmar_build.h"
#include "dmar_invariant.h"
#include "dmar_mutate.h"
#include "vtd_test.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);
size_t LLVMFuzzerCustomMutator(u8 *data, size_t size, size_t max,
			       unsigned int seed);
size_t LLVMFuzzerMutate(u8 *data, size_t size, size_t max);

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	dmar_try(data, size);
	return 0;
}

size_t LLVMFuzzerCustomMutator(u8 *data, size_t size, size_t max,
			       unsigned int seed)
{
	struct dmar_image img;
	u64 state = seed;

	if ((size < 48 || vtd_rand(&state) % 16 == 0) &&
	    dmar_corpus(vtd_rand(&state) % 8, &img) && img.len <= max) {
		memcpy(data, img.bytes, img.len);
		size = img.len;
	}
	if (vtd_rand(&state) % 2)
		return dmar_mutate(data, size, max, &state);
	size = LLVMFuzzerMutate(data, size, max);
	dmar_fix_length(data, size);
	dmar_fix_checksum(data, size);
	return size;
}
