// SPDX-License-Identifier: GPL-2.0
/*
 * Damaged tables: cut at every byte, every byte changed, and FUZZ_RUNS (one
 * million) random ones from FUZZ_SEED on.  The parser must refuse them with a
 * reason, or hand out a topology that holds all invariants.
 *
 * SRCS: dmar/dmar_parse.c dmar/dmar_match.c
 * SRCS: selftests/native/dmar_build.c selftests/native/dmar_invariant.c
 * SRCS: selftests/native/dmar_mutate.c
 */
#include <stdlib.h>
#include <string.h>

#include <linux/errno.h>

#include "dmar_build.h"
#include "dmar_invariant.h"
#include "dmar_mutate.h"
#include "vtd_test.h"

/* The table ends where its allocation does: one byte further is caught. */
static u8 *arena;

static u8 *place(const u8 *table, u32 len)
{
	u8 *at = arena + DMAR_IMAGE_MAX - len;

	memmove(at, table, len);
	return at;
}

static int group_setup(void **state)
{
	arena = malloc(DMAR_IMAGE_MAX);
	return arena ? 0 : -1;
}

static int group_teardown(void **state)
{
	free(arena);
	return 0;
}

static bool is_boundary(const u8 *table, u32 at)
{
	u32 offset = 48;

	while (offset < at)
		offset += table[offset + 2] | table[offset + 3] << 8;
	return offset == at;
}

/* The reader has fewer bytes than the header says. */
static void test_short_buffer(void **state)
{
	struct dmar_image img;
	unsigned int i;
	u32 len;

	for (i = 0; dmar_corpus(i, &img); i++) {
		assert_int_equal(dmar_try(place(img.bytes, img.len), img.len),
				 0);
		for (len = 0; len < img.len; len++)
			assert_int_equal(dmar_try(place(img.bytes, len), len),
					 -EINVAL);
	}
}

/* The header says, with a good checksum, that the table ends there. */
static void test_cut_at_every_byte(void **state)
{
	struct dmar_image img, cut;
	unsigned int i;
	u32 len;
	int ret;

	for (i = 0; dmar_corpus(i, &img); i++) {
		for (len = 0; len < img.len; len++) {
			cut = img;
			dmar_fix_length(cut.bytes, len);
			dmar_fix_checksum(cut.bytes, len);
			ret = dmar_try(place(cut.bytes, len), len);
			if (len == 48)
				assert_int_equal(ret, -ENODEV);
			else if (len > 48 && is_boundary(img.bytes, len))
				assert_int_equal(ret, 0);
			else
				assert_int_equal(ret, -EINVAL);
		}
	}
}

/* One changed byte always breaks the checksum. */
static void test_every_byte_changed(void **state)
{
	struct dmar_image img;
	unsigned int i, bit;
	u32 at;
	u8 *t;

	for (i = 0; dmar_corpus(i, &img); i++) {
		t = place(img.bytes, img.len);
		for (at = 0; at < img.len; at++) {
			for (bit = 0; bit < 8; bit++) {
				t[at] ^= 1 << bit;
				assert_int_equal(dmar_try(t, img.len), -EINVAL);
				t[at] ^= 1 << bit;
			}
			t[at] ^= 0xff;
			assert_int_equal(dmar_try(t, img.len), -EINVAL);
			t[at] ^= 0xff;
		}
	}
}

/* Every byte to every value, with the checksum made right again. */
static void test_every_byte_every_value(void **state)
{
	unsigned int i, value, accepted = 0, refused = 0;
	struct dmar_image img;
	u32 at;
	u8 *t;

	for (i = 0; dmar_corpus(i, &img); i++) {
		for (at = 0; at < img.len; at++) {
			t = place(img.bytes, img.len);
			for (value = 1; value < 256; value++) {
				t[at] = img.bytes[at] ^ value;
				dmar_fix_checksum(t, img.len);
				if (dmar_try(t, img.len))
					refused++;
				else
					accepted++;
			}
		}
	}
	print_message("# %u accepted, %u refused\n", accepted, refused);
	assert_true(accepted > 10000);
	assert_true(refused > 10000);
}

static void test_random_damage(void **state)
{
	u64 runs = vtd_env("FUZZ_RUNS", 1000000), seed, run;
	u64 accepted = 0, no_unit = 0;
	struct dmar_image img;
	u32 len;
	int ret;

	/* Each run has a seed of its own: any of them can be run alone. */
	seed = vtd_env("FUZZ_SEED", 1);
	for (run = 0; run < runs; run++) {
		u64 r = seed + run;

		if (!dmar_corpus(vtd_rand(&r) % 8, &img))
			fail_msg("corpus");
		len = dmar_mutate(img.bytes, img.len, DMAR_IMAGE_MAX, &r);
		ret = dmar_try(place(img.bytes, len), len);
		accepted += !ret;
		no_unit += ret == -ENODEV;
	}
	print_message("# seeds %llu to %llu\n", seed, seed + runs - 1);
	print_message("# %llu accepted, %llu without a unit\n", accepted,
		      no_unit);
	/* A fuzzer that no longer gets past the checksum tests nothing. */
	if (runs >= 10000) {
		assert_true(accepted > runs / 10);
		assert_true(accepted < runs - runs / 10);
		assert_true(no_unit > 0);
	}
}

/* Not derived from a table at all. */
static void test_noise(void **state)
{
	u64 runs = vtd_env("FUZZ_RUNS", 1000000) / 10;
	u8 bytes[128];
	u64 seed = 42;
	unsigned int i, len;

	while (runs--) {
		len = vtd_rand(&seed) % (sizeof(bytes) + 1);
		for (i = 0; i < len; i++)
			bytes[i] = vtd_rand(&seed);
		if (len >= 48) {
			memcpy(bytes, "DMAR", 4);
			bytes[36] = 38;
			dmar_fix_length(bytes, len);
			dmar_fix_checksum(bytes, len);
		}
		if (!dmar_try(place(bytes, len), len))
			assert_true(len >= 64);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		VTD_TEST(test_short_buffer),
		VTD_TEST(test_cut_at_every_byte),
		VTD_TEST(test_every_byte_changed),
		VTD_TEST(test_every_byte_every_value),
		VTD_TEST(test_random_damage),
		VTD_TEST(test_noise),
	};

	return cmocka_run_group_tests_name("dmar_fuzz", tests, group_setup,
					   group_teardown);
}
