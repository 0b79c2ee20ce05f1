// SPDX-License-Identifier: GPL-2.0
/*
 * Tables that the DMAR parser must refuse: each with the offset of the field
 * and the whole sentence, as a user would read it.
 *
 * SRCS: dmar/dmar_parse.c
 * SRCS: selftests/native/dmar_build.c
 */
#include <stdlib.h>
#include <string.h>

#include <linux/errno.h>
#include <linux/kernel.h>

#include "../../dmar/dmar_parse.h"
#include "dmar_build.h"
#include "vtd_test.h"

/*
 * The table that is damaged:
 *  48 DRHD (24 bytes), its scope at 64
 *  72 RMRR (34 bytes), its scope at 96, with a path of two elements
 * 106 ANDD (10 bytes), its name at 114
 * 116 end
 */
static void make(struct dmar_image *img)
{
	dmar_begin(img, 39, 0);
	dmar_drhd(img, 1, 0, 0, 0xfed90000);
	dmar_scope(img, 3, 1, 0, "1f.0");
	dmar_rmrr(img, 0, 0x7b800000, 0x7fffffff);
	dmar_scope(img, 1, 0, 0, "1c.0/2.0");
	dmar_andd(img, 1, "A");
	dmar_finish(img);
}

static void refuse(struct dmar_image *img, int ret, u32 offset,
		   const char *reason)
{
	struct vtd_parse_error err;
	struct vtd_dmar *dmar = (void *)img;
	u8 *exact = malloc(img->len);

	memcpy(exact, img->bytes, img->len);
	assert_int_equal(vtd_dmar_parse(exact, img->len, &dmar, &err), ret);
	free(exact);
	assert_null(dmar);
	assert_string_equal(err.reason, reason);
	assert_int_equal(err.offset, offset);
}

/* Bytes are put at @at, little endian; the checksum is made right. */
struct damage {
	u32 at;
	u32 bytes;
	u64 value;
	u32 offset;
	const char *reason;
};

static const struct damage damages[] = {
	/* Table header */
	{ 0, 1, 'd', 0, "table: signature is not DMAR" },
	{ 3, 1, 'r', 0, "table: signature is not DMAR" },
	{ 4, 4, 0, 4, "table: length 0 is below the header's 48" },
	{ 4, 4, 47, 4, "table: length 47 is below the header's 48" },
	{ 4, 4, 117, 4, "table: length 117 exceeds the 116 bytes there are" },
	{ 4, 4, 0xffffffff, 4,
	  "table: length 4294967295 exceeds the 116 bytes there are" },
	{ 36, 1, 0, 36, "table: address width 1 is not in 32 to 64 bits" },
	{ 36, 1, 30, 36, "table: address width 31 is not in 32 to 64 bits" },
	{ 36, 1, 64, 36, "table: address width 65 is not in 32 to 64 bits" },
	{ 36, 1, 255, 36, "table: address width 256 is not in 32 to 64 bits" },
	/* Structure lengths */
	{ 50, 2, 0, 50, "DRHD: length 0 is less than the 16 it needs" },
	{ 50, 2, 3, 50, "DRHD: length 3 is less than the 16 it needs" },
	{ 50, 2, 15, 50, "DRHD: length 15 is less than the 16 it needs" },
	{ 50, 2, 69, 50, "DRHD: length 69 exceeds the 68 bytes left" },
	{ 50, 2, 0xffff, 50, "DRHD: length 65535 exceeds the 68 bytes left" },
	{ 74, 2, 23, 74, "RMRR: length 23 is less than the 24 it needs" },
	{ 108, 2, 7, 108, "ANDD: length 7 is less than the 8 it needs" },
	{ 106, 4, 0x00000007, 108,
	  "structure: length 0 is less than the 4 it needs" },
	{ 106, 4, 0x00030007, 108,
	  "structure: length 3 is less than the 4 it needs" },
	{ 106, 4, 0x000b0007, 108,
	  "structure: length 11 exceeds the 10 bytes left" },
	{ 106, 4, 0x00060007, 114,
	  "structure: length 65 exceeds the 4 bytes left" },
	{ 106, 4, 0x00080007, 114,
	  "table: last 2 bytes are too few for a structure" },
	{ 106, 4, 0x00090007, 115,
	  "table: last 1 bytes are too few for a structure" },
	{ 106, 4, 0x00080002, 114,
	  "table: last 2 bytes are too few for a structure" },
	{ 106, 4, 0x000a0003, 108,
	  "RHSA: length 10 is less than the 20 it needs" },
	{ 72, 4, 0x00070002, 74, "ATSR: length 7 is less than the 8 it needs" },
	{ 72, 4, 0x00070005, 74, "SATC: length 7 is less than the 8 it needs" },
	{ 72, 4, 0x00070006, 74, "SIDP: length 7 is less than the 8 it needs" },
	/* Scopes */
	{ 65, 1, 0, 65, "DRHD: device scope length 0 is less than 8" },
	{ 65, 1, 6, 65, "DRHD: device scope length 6 is less than 8" },
	{ 65, 1, 7, 65, "DRHD: device scope length 7 is less than 8" },
	{ 65, 1, 10, 65, "DRHD: device scope length 10 exceeds the 8 left" },
	{ 65, 1, 255, 65, "DRHD: device scope length 255 exceeds the 8 left" },
	{ 97, 1, 9, 97, "RMRR: device scope length 9 cuts a path element" },
	{ 97, 1, 8, 104, "RMRR: last 2 bytes are too few, a scope takes 8" },
	{ 64, 1, 0, 64, "DRHD: device scope type 0 is none of 1 to 5" },
	{ 64, 1, 6, 64, "DRHD: device scope type 6 is none of 1 to 5" },
	{ 96, 1, 255, 96, "RMRR: device scope type 255 is none of 1 to 5" },
	{ 70, 1, 32, 70, "DRHD: device 32 in a path is above 31" },
	{ 71, 1, 8, 71, "DRHD: function 8 in a path is above 7" },
	{ 104, 1, 0xff, 104, "RMRR: device 255 in a path is above 31" },
	{ 105, 1, 0xff, 105, "RMRR: function 255 in a path is above 7" },
	/* DRHD */
	{ 56, 8, 0, 56, "DRHD: register base 0x0 is no address" },
	{ 56, 8, ~0ULL, 56,
	  "DRHD: register base 0xffffffffffffffff is no address" },
	{ 56, 8, 0xfed90001, 56,
	  "DRHD: register base 0xfed90001 is not 4 KiB aligned" },
	{ 56, 8, 0xfed90800, 56,
	  "DRHD: register base 0xfed90800 is not 4 KiB aligned" },
	{ 56, 8, 0x8000000000, 56,
	  "DRHD: registers at 0x8000000000 exceed 39 address bits" },
	/* RMRR */
	{ 88, 8, 0x7b800000, 88,
	  "RMRR: limit 0x7b800000 is not above base 0x7b800000" },
	{ 88, 8, 0, 88, "RMRR: limit 0x0 is not above base 0x7b800000" },
	{ 80, 8, 0x80000000, 88,
	  "RMRR: limit 0x7fffffff is not above base 0x80000000" },
	{ 88, 8, 0x8000000000, 88,
	  "RMRR: limit 0x8000000000 exceeds 39 address bits" },
	{ 88, 8, ~0ULL, 88,
	  "RMRR: limit 0xffffffffffffffff exceeds 39 address bits" },
	/* ANDD */
	{ 114, 1, 0, 114, "ANDD: object name is empty" },
	{ 115, 1, 'B', 108, "ANDD: object name does not end in its 2 bytes" },
	{ 114, 1, 0x80, 114, "ANDD: object name has byte 0x80" },
	{ 114, 1, ' ', 114, "ANDD: object name has byte 0x20" },
	{ 114, 1, 0x7f, 114, "ANDD: object name has byte 0x7f" },
	{ 115, 1, '\n', 115, "ANDD: object name has byte 0x0a" },
};

static void test_damages(void **state)
{
	struct dmar_image img;
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(damages); i++) {
		const struct damage *d = &damages[i];

		make(&img);
		for (j = 0; j < d->bytes; j++)
			img.bytes[d->at + j] = d->value >> (8 * j);
		dmar_fix_checksum(img.bytes, img.len);
		refuse(&img, -EINVAL, d->offset, d->reason);
	}
}

static void test_undamaged(void **state)
{
	struct vtd_parse_error err;
	struct dmar_image img;
	struct vtd_dmar *dmar;

	make(&img);
	assert_int_equal(img.len, 116);
	assert_int_equal(vtd_dmar_parse(img.bytes, img.len, &dmar, &err), 0);
	vtd_dmar_free(dmar);
}

static void test_too_short(void **state)
{
	struct dmar_image img;

	make(&img);
	img.len = 47;
	refuse(&img, -EINVAL, 0, "table: 47 bytes are below the header's 48");
	img.len = 0;
	refuse(&img, -EINVAL, 0, "table: 0 bytes are below the header's 48");
}

static void test_checksum(void **state)
{
	struct dmar_image img;

	make(&img);
	img.bytes[9]++;
	refuse(&img, -EINVAL, 9, "table: checksum is wrong, the sum is 0x01");
	make(&img);
	img.bytes[115]--;
	refuse(&img, -EINVAL, 9, "table: checksum is wrong, the sum is 0xff");
}

static void test_no_unit(void **state)
{
	struct dmar_image img;

	dmar_begin(&img, 39, 0);
	dmar_finish(&img);
	refuse(&img, -ENODEV, 0, "table: has no DRHD, so no remapping unit");
	dmar_atsr(&img, 1, 0);
	dmar_finish(&img);
	refuse(&img, -ENODEV, 0, "table: has no DRHD, so no remapping unit");
}

static void test_registers_shared(void **state)
{
	struct dmar_image img;

	dmar_begin(&img, 39, 0);
	dmar_drhd(&img, 0, 0, 0, 0xfed90000);
	dmar_drhd(&img, 0, 0, 1, 0xfed90000);
	dmar_finish(&img);
	refuse(&img, -EINVAL, 64 + 8,
	       "DRHD: registers 0xfed90000 overlap DRHD at offset 48");

	/* The last page of the first is the first page of the second. */
	dmar_begin(&img, 39, 0);
	dmar_drhd(&img, 0, 1, 0, 0xfed90000);
	dmar_drhd(&img, 0, 0, 0, 0xfed91000);
	dmar_finish(&img);
	refuse(&img, -EINVAL, 64 + 8,
	       "DRHD: registers 0xfed91000 overlap DRHD at offset 48");

	dmar_begin(&img, 39, 0);
	dmar_drhd(&img, 0, 0, 0, 0xfed91000);
	dmar_drhd(&img, 0, 4, 0, 0xfed80000);
	dmar_drhd(&img, 0, 1, 0, 0xfed90000);
	dmar_finish(&img);
	refuse(&img, -EINVAL, 80 + 8,
	       "DRHD: registers 0xfed90000 overlap DRHD at offset 48");
}

static void test_registers_too_high(void **state)
{
	struct dmar_image img;

	dmar_begin(&img, 39, 0);
	dmar_drhd(&img, 0, 1, 0, 0x7ffffff000);
	dmar_finish(&img);
	refuse(&img, -EINVAL, 56,
	       "DRHD: registers at 0x7ffffff000 exceed 39 address bits");

	/* Must not wrap around. */
	dmar_begin(&img, 64, 0);
	dmar_drhd(&img, 0, 1, 0, 0xfffffffffffff000);
	dmar_finish(&img);
	refuse(&img, -EINVAL, 56,
	       "DRHD: registers at 0xfffffffffffff000 exceed 64 address bits");
}

static void test_two_include_all(void **state)
{
	struct vtd_parse_error err;
	struct dmar_image img;
	struct vtd_dmar *dmar;

	dmar_begin(&img, 39, 0);
	dmar_drhd(&img, 1, 0, 3, 0xfed90000);
	dmar_drhd(&img, 1, 0, 3, 0xfed91000);
	dmar_finish(&img);
	refuse(&img, -EINVAL, 64 + 4,
	       "DRHD: includes all, as does DRHD at offset 48");

	/* One in each of two segments is as it should be. */
	dmar_begin(&img, 39, 0);
	dmar_drhd(&img, 1, 0, 3, 0xfed90000);
	dmar_drhd(&img, 1, 0, 4, 0xfed91000);
	dmar_finish(&img);
	assert_int_equal(vtd_dmar_parse(img.bytes, img.len, &dmar, &err), 0);
	assert_int_equal(dmar->nr_notes, 0);
	vtd_dmar_free(dmar);
}

/* 70 KB of anything is not a table, however well it is formed. */
static void test_too_long(void **state)
{
	static const u32 lengths[] = { 65536, 65537, 70000 };
	struct vtd_parse_error err;
	struct dmar_image img;
	struct vtd_dmar *dmar;
	unsigned int i;
	u8 *big;
	int ret;

	make(&img);
	for (i = 0; i < ARRAY_SIZE(lengths); i++) {
		u32 rest = lengths[i] - img.len;
		u32 half = rest / 2;

		big = calloc(1, lengths[i]);
		memcpy(big, img.bytes, img.len);
		big[img.len] = 7;
		big[img.len + 2] = half;
		big[img.len + 3] = half >> 8;
		big[img.len + half] = 7;
		big[img.len + half + 2] = rest - half;
		big[img.len + half + 3] = (rest - half) >> 8;
		dmar_fix_length(big, lengths[i]);
		dmar_fix_checksum(big, lengths[i]);
		ret = vtd_dmar_parse(big, lengths[i], &dmar, &err);
		free(big);
		assert_int_equal(ret, lengths[i] > 65536 ? -EINVAL : 0);
		vtd_dmar_free(dmar);
	}
	assert_non_null(strstr(err.reason, "length 70000 exceeds the limit"));
	assert_int_equal(err.offset, 4);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		VTD_TEST(test_damages),
		VTD_TEST(test_undamaged),
		VTD_TEST(test_too_short),
		VTD_TEST(test_checksum),
		VTD_TEST(test_no_unit),
		VTD_TEST(test_registers_shared),
		VTD_TEST(test_registers_too_high),
		VTD_TEST(test_two_include_all),
		VTD_TEST(test_too_long),
	};

	return cmocka_run_group_tests_name("dmar_refuse", tests, NULL, NULL);
}
