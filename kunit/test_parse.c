// SPDX-License-Identifier: GPL-2.0
/*
 * Suite vtd_parse: DMAR tables as literal bytes, and which unit has a device.
 *
 * The bytes are VT-d chapter 8 read by hand; the tables of many shapes and the
 * fuzzers are in user space (selftests/native).
 */
#include <linux/errno.h>
#include <linux/string.h>

#include "dmar_parse.h"
#include "suites.h"

/*
 * Header; at 48 a DRHD with an endpoint, at 72 one for all the rest with an
 * I/O APIC, at 96 an RMRR of a device behind a bridge, at 130 an ATSR, at 146 an
 * RHSA, at 166 an ANDD.
 */
/* clang-format off */
static const u8 good[] = {
	/* 0: signature, length 180, revision, checksum, OEM */
	'D', 'M', 'A', 'R', 180, 0, 0, 0, 1, 0, 'V', 'T', 'D', 'T', 'S', 'T',
	'K', 'U', 'N', 'I', 'T', ' ', ' ', ' ', 2, 0, 0, 0, 'T', 'E', 'S', 'T',
	1, 0, 0, 0,
	/* 36: 39 bits, interrupt remapping and DMA protection */
	38, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	/* 48: DRHD of 24 bytes at 0xfed90000, endpoint 00:02.0 */
	0, 0, 24, 0, 0, 0, 0, 0, 0x00, 0x00, 0xd9, 0xfe, 0, 0, 0, 0,
	1, 8, 0, 0, 0, 0, 2, 0,
	/* 72: DRHD of 24 bytes at 0xfed91000, everything, I/O APIC 8 */
	0, 0, 24, 0, 1, 0, 0, 0, 0x00, 0x10, 0xd9, 0xfe, 0, 0, 0, 0,
	3, 8, 0, 0, 8, 0xf0, 0x1f, 0,
	/* 96: RMRR of 34 bytes, 0x7b800000 to 0x7fffffff, 00:1c.4 / 00.1 */
	1, 0, 34, 0, 0, 0, 0, 0, 0x00, 0x00, 0x80, 0x7b, 0, 0, 0, 0,
	0xff, 0xff, 0xff, 0x7f, 0, 0, 0, 0,
	1, 10, 0, 0, 0, 0, 0x1c, 4, 0, 1,
	/* 130: ATSR of 16 bytes, root port 00:01.0 */
	2, 0, 16, 0, 0, 0, 0, 0, 2, 8, 0, 0, 0, 0, 1, 0,
	/* 146: RHSA of 20 bytes: the first unit is near domain 3 */
	3, 0, 20, 0, 0, 0, 0, 0, 0x00, 0x00, 0xd9, 0xfe, 0, 0, 0, 0, 3, 0, 0, 0,
	/* 166: ANDD of 14 bytes: number 1 */
	4, 0, 14, 0, 0, 0, 0, 1, '\\', '_', 'S', 'B', '_', 0,
};

/* clang-format on */

static void fix_checksum(u8 *table, size_t len)
{
	u8 sum = 0;
	size_t i;

	table[9] = 0;
	for (i = 0; i < len; i++)
		sum += table[i];
	table[9] = -sum;
}

static u8 *copy(struct kunit *test)
{
	u8 *table = kunit_kmalloc(test, sizeof(good), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, table);
	memcpy(table, good, sizeof(good));
	fix_checksum(table, sizeof(good));
	return table;
}

static struct vtd_dmar *parsed(struct kunit *test)
{
	struct vtd_parse_error err;
	struct vtd_dmar *dmar;

	BUILD_BUG_ON(sizeof(good) != 180);
	KUNIT_ASSERT_EQ_MSG(
		test, vtd_dmar_parse(copy(test), sizeof(good), &dmar, &err), 0,
		"%s", err.reason);
	return dmar;
}

static void header(struct kunit *test)
{
	struct vtd_dmar *dmar = parsed(test);

	KUNIT_EXPECT_EQ(test, dmar->address_width, 39);
	KUNIT_EXPECT_TRUE(test, dmar->intr_remap);
	KUNIT_EXPECT_FALSE(test, dmar->x2apic_opt_out);
	KUNIT_EXPECT_TRUE(test, dmar->dma_ctrl_opt_in);
	KUNIT_EXPECT_EQ(test, dmar->nr_unknown, 0);
	KUNIT_EXPECT_EQ(test, dmar->nr_satc, 0);
	KUNIT_EXPECT_NULL(test, dmar->satc);
	vtd_dmar_free(dmar);
}

static void units(struct kunit *test)
{
	struct vtd_dmar *dmar = parsed(test);

	KUNIT_ASSERT_EQ(test, dmar->nr_drhd, 2);
	KUNIT_EXPECT_EQ(test, dmar->drhd[0].base, 0xfed90000);
	KUNIT_EXPECT_EQ(test, dmar->drhd[0].size, 4096);
	KUNIT_EXPECT_FALSE(test, dmar->drhd[0].include_all);
	KUNIT_ASSERT_EQ(test, dmar->drhd[0].scopes.nr, 1);
	KUNIT_EXPECT_EQ(test, dmar->drhd[0].scopes.scope[0].type, 1);
	KUNIT_EXPECT_EQ(test, dmar->drhd[0].scopes.scope[0].path[0].dev, 2);
	KUNIT_EXPECT_EQ(test, dmar->drhd[1].base, 0xfed91000);
	KUNIT_EXPECT_TRUE(test, dmar->drhd[1].include_all);
	KUNIT_EXPECT_EQ(test, dmar->drhd[1].offset, 72);
	vtd_dmar_free(dmar);
}

static void reserved_region(struct kunit *test)
{
	struct vtd_dmar *dmar = parsed(test);
	const struct vtd_dev_scope *scope;

	KUNIT_ASSERT_EQ(test, dmar->nr_rmrr, 1);
	KUNIT_EXPECT_EQ(test, dmar->rmrr[0].base, 0x7b800000);
	KUNIT_EXPECT_EQ(test, dmar->rmrr[0].limit, 0x7fffffff);
	scope = &dmar->rmrr[0].scopes.scope[0];
	KUNIT_ASSERT_EQ(test, scope->depth, 2);
	KUNIT_EXPECT_EQ(test, scope->path[0].dev, 0x1c);
	KUNIT_EXPECT_EQ(test, scope->path[0].fn, 4);
	KUNIT_EXPECT_EQ(test, scope->path[1].dev, 0);
	KUNIT_EXPECT_EQ(test, scope->path[1].fn, 1);
	vtd_dmar_free(dmar);
}

static void the_other_structures(struct kunit *test)
{
	struct vtd_dmar *dmar = parsed(test);

	KUNIT_ASSERT_EQ(test, dmar->nr_atsr, 1);
	KUNIT_EXPECT_FALSE(test, dmar->atsr[0].all_ports);
	KUNIT_ASSERT_EQ(test, dmar->nr_rhsa, 1);
	KUNIT_EXPECT_EQ(test, dmar->rhsa[0].base, 0xfed90000);
	KUNIT_EXPECT_EQ(test, dmar->rhsa[0].proximity_domain, 3);
	KUNIT_ASSERT_EQ(test, dmar->nr_andd, 1);
	KUNIT_EXPECT_EQ(test, dmar->andd[0].device_number, 1);
	KUNIT_EXPECT_STREQ(test, dmar->andd[0].name, "\\_SB_");
	vtd_dmar_free(dmar);
}

static void result_keeps_nothing_of_the_table(struct kunit *test)
{
	struct vtd_parse_error err;
	u8 *table = copy(test);
	struct vtd_dmar *dmar;

	KUNIT_ASSERT_EQ(test, vtd_dmar_parse(table, sizeof(good), &dmar, &err),
			0);
	memset(table, 0xff, sizeof(good));
	KUNIT_EXPECT_STREQ(test, dmar->andd[0].name, "\\_SB_");
	KUNIT_EXPECT_EQ(test, dmar->drhd[0].scopes.scope[0].path[0].dev, 2);
	vtd_dmar_free(dmar);
}

/* --- corrupt tables ----------------------------------------------------- */

struct damage {
	const char *name;
	u32 at;
	u8 bytes;
	u64 value;
	u32 offset; /* that the error must name */
};

/* clang-format off */
static const struct damage damages[] = {
	{ "signature", 0, 1, 'X', 0 },
	{ "length below the header", 4, 4, 40, 4 },
	{ "length beyond the bytes", 4, 4, 181, 4 },
	{ "length that cuts the last structure", 4, 4, 179, 168 },
	{ "width of 8 bits", 36, 1, 7, 36 },
	{ "structure of length 0", 50, 2, 0, 50 },
	{ "structure below its fixed part", 50, 2, 12, 50 },
	{ "structure beyond the table", 50, 2, 0xffff, 50 },
	{ "base 0", 56, 8, 0, 56 },
	{ "base all ones", 56, 8, ~0ULL, 56 },
	{ "base not aligned", 56, 8, 0xfed90800, 56 },
	{ "base beyond the width", 56, 8, 1ULL << 39, 56 },
	{ "two units at one base", 80, 8, 0xfed90000, 80 },
	{ "two units for everything", 52, 1, 1, 76 },
	{ "scope of an unknown type", 64, 1, 9, 64 },
	{ "scope type 0", 64, 1, 0, 64 },
	{ "scope of length 0", 65, 1, 0, 65 },
	{ "scope without a path", 65, 1, 6, 65 },
	{ "scope of odd length", 65, 1, 7, 65 },
	{ "scope beyond its structure", 65, 1, 10, 65 },
	{ "device 32", 70, 1, 32, 70 },
	{ "function 8", 71, 1, 8, 71 },
	{ "region that ends before it begins", 112, 8, 0x7b7fffff, 112 },
	{ "region beyond the width", 112, 8, (1ULL << 39) + 0xfff, 112 },
	{ "name without an end", 179, 1, 'X', 168 },
	{ "empty name", 174, 1, 0, 174 },
	{ "name that is no text", 176, 1, 7, 176 },
};

/* clang-format on */

KUNIT_ARRAY_PARAM_DESC(damages, damages, name);

static void corrupt_table_is_refused(struct kunit *test)
{
	const struct damage *d = test->param_value;
	struct vtd_dmar *dmar = (void *)test;
	struct vtd_parse_error err = {};
	u8 *table = copy(test);
	unsigned int i;

	for (i = 0; i < d->bytes; i++)
		table[d->at + i] = d->value >> 8 * i;
	fix_checksum(table,
		     d->at == 4 && d->value < 180 ? d->value : sizeof(good));
	KUNIT_EXPECT_EQ(test, vtd_dmar_parse(table, sizeof(good), &dmar, &err),
			-EINVAL);
	KUNIT_EXPECT_NULL(test, dmar);
	KUNIT_EXPECT_EQ_MSG(test, err.offset, d->offset, "%s", err.reason);
	KUNIT_EXPECT_GT(test, strlen(err.reason), 10);
}

static void wrong_checksum_is_refused(struct kunit *test)
{
	struct vtd_parse_error err;
	u8 *table = copy(test);
	struct vtd_dmar *dmar;

	table[9]++;
	KUNIT_EXPECT_EQ(test, vtd_dmar_parse(table, sizeof(good), &dmar, &err),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, err.offset, 9);
}

/* Each length is allocated exactly, so that KASAN sees a byte too far. */
static void table_cut_at_every_byte_is_refused(struct kunit *test)
{
	struct vtd_parse_error err;
	struct vtd_dmar *dmar;
	size_t len;

	for (len = 0; len < sizeof(good); len++) {
		u8 *table = kmalloc(max_t(size_t, len, 1), GFP_KERNEL);

		KUNIT_ASSERT_NOT_NULL(test, table);
		memcpy(table, good, len);
		if (len >= 48) {
			table[4] = len;
			fix_checksum(table, len);
		}
		if (!vtd_dmar_parse(table, len, &dmar, &err))
			/* Sound only where a structure ends. */
			KUNIT_EXPECT_TRUE(
				test, len == 72 || len == 96 || len == 130 ||
					      len == 146 || len == 166);
		vtd_dmar_free(dmar);
		kfree(table);
	}
}

static void table_without_a_unit(struct kunit *test)
{
	struct vtd_parse_error err;
	u8 *table = copy(test);
	struct vtd_dmar *dmar;

	table[4] = 48;
	fix_checksum(table, 48);
	KUNIT_EXPECT_EQ(test, vtd_dmar_parse(table, 48, &dmar, &err), -ENODEV);
}

static void unknown_structure_is_stepped_over(struct kunit *test)
{
	struct vtd_parse_error err;
	u8 *table = copy(test);
	struct vtd_dmar *dmar;

	table[166] = 200;
	fix_checksum(table, sizeof(good));
	KUNIT_ASSERT_EQ(test, vtd_dmar_parse(table, sizeof(good), &dmar, &err),
			0);
	KUNIT_EXPECT_EQ(test, dmar->nr_unknown, 1);
	KUNIT_EXPECT_EQ(test, dmar->nr_andd, 0);
	KUNIT_EXPECT_GT(test, dmar->nr_notes, 0);
	vtd_dmar_free(dmar);
}

/* --- which unit has a device --------------------------------------------- */

struct place {
	const char *name;
	struct vtd_pci_path path;
	int unit;
};

static const struct place places[] = {
	{ "named by the first unit", { .depth = 1, .hop = { { 0, 2, 0 } } }, 0 },
	{ "another function of it", { .depth = 1, .hop = { { 0, 2, 1 } } }, 1 },
	{ "another device", { .depth = 1, .hop = { { 0, 3, 0 } } }, 1 },
	{ "the same numbers on another bus",
	  { .depth = 2, .hop = { { 0, 0x1c, 0 }, { 5, 2, 0 } } },
	  1 },
	{ "another segment",
	  { .segment = 1, .depth = 1, .hop = { { 0, 2, 0 } } },
	  -ENODEV },
};

KUNIT_ARRAY_PARAM_DESC(places, places, name);

static void device_belongs_to_a_unit(struct kunit *test)
{
	const struct place *p = test->param_value;
	struct vtd_dmar *dmar = parsed(test);

	KUNIT_EXPECT_EQ(test, vtd_dmar_find_unit(dmar, &p->path), p->unit);
	vtd_dmar_free(dmar);
}

static void path_is_followed_through_bridges(struct kunit *test)
{
	struct vtd_dmar *dmar = parsed(test);
	const struct vtd_scope_list *list = &dmar->rmrr[0].scopes;
	struct vtd_pci_path path = {
		.depth = 2,
		.hop = { { 0, 0x1c, 4 }, { 7, 0, 1 } },
	};

	/* Whatever number the bus below the bridge has. */
	KUNIT_EXPECT_NOT_NULL(test, vtd_scope_list_matches(list, &path));
	path.hop[1].bus = 9;
	KUNIT_EXPECT_NOT_NULL(test, vtd_scope_list_matches(list, &path));
	path.hop[1].fn = 0;
	KUNIT_EXPECT_NULL(test, vtd_scope_list_matches(list, &path));
	path.hop[1].fn = 1;
	path.hop[0].fn = 5;
	KUNIT_EXPECT_NULL(test, vtd_scope_list_matches(list, &path));
	vtd_dmar_free(dmar);
}

static void bridge_covers_all_below_it(struct kunit *test)
{
	struct vtd_dmar *dmar = parsed(test);
	const struct vtd_scope_list *list = &dmar->atsr[0].scopes;
	struct vtd_pci_path path = {
		.depth = 3,
		.hop = { { 0, 1, 0 }, { 1, 3, 0 }, { 2, 4, 0 } },
	};

	KUNIT_EXPECT_NOT_NULL(test, vtd_scope_list_matches(list, &path));
	path.depth = 1;
	KUNIT_EXPECT_NOT_NULL(test, vtd_scope_list_matches(list, &path));
	path.hop[0].dev = 2;
	KUNIT_EXPECT_NULL(test, vtd_scope_list_matches(list, &path));
	vtd_dmar_free(dmar);
}

static void ioapic_is_found_by_its_id(struct kunit *test)
{
	struct vtd_dmar *dmar = parsed(test);
	const struct vtd_dev_scope *scope = NULL;

	KUNIT_EXPECT_EQ(test, vtd_dmar_find_enum(dmar, 3, 8, &scope), 1);
	KUNIT_ASSERT_NOT_NULL(test, scope);
	KUNIT_EXPECT_EQ(test, scope->start_bus, 0xf0);
	KUNIT_EXPECT_EQ(test, vtd_dmar_find_enum(dmar, 3, 9, NULL), -ENODEV);
	KUNIT_EXPECT_EQ(test, vtd_dmar_find_enum(dmar, 4, 8, NULL), -ENODEV);
	vtd_dmar_free(dmar);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(header),
	KUNIT_CASE(units),
	KUNIT_CASE(reserved_region),
	KUNIT_CASE(the_other_structures),
	KUNIT_CASE(result_keeps_nothing_of_the_table),
	KUNIT_CASE_PARAM(corrupt_table_is_refused, damages_gen_params),
	KUNIT_CASE(wrong_checksum_is_refused),
	KUNIT_CASE(table_cut_at_every_byte_is_refused),
	KUNIT_CASE(table_without_a_unit),
	KUNIT_CASE(unknown_structure_is_stepped_over),
	KUNIT_CASE_PARAM(device_belongs_to_a_unit, places_gen_params),
	KUNIT_CASE(path_is_followed_through_bridges),
	KUNIT_CASE(bridge_covers_all_below_it),
	KUNIT_CASE(ioapic_is_found_by_its_id),
	{}
};

struct kunit_suite vtd_parse_suite = {
	.name = "vtd_parse",
	.test_cases = cases,
};
