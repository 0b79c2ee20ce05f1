// SPDX-License-Identifier: GPL-2.0
/*
 * Which device scope and which unit a PCI device belongs to.
 *
 * SRCS: dmar/dmar_parse.c dmar/dmar_match.c
 * SRCS: selftests/native/dmar_build.c
 */
#include <stdlib.h>
#include <string.h>

#include <linux/errno.h>
#include <linux/kernel.h>

#include "../../dmar/dmar_parse.h"
#include "dmar_build.h"
#include "vtd_test.h"

/* "0:1c.0 4:0.0 5:2.1": bus:dev.fn of each hop, hexadecimal. */
static struct vtd_pci_path way(u16 segment, const char *text)
{
	struct vtd_pci_path path = { .segment = segment };
	struct vtd_pci_hop *hop = path.hop;
	char *next = (char *)text;

	while (*next) {
		hop->bus = strtoul(next, &next, 16);
		hop->dev = strtoul(next + 1, &next, 16);
		hop->fn = strtoul(next + 1, &next, 16);
		while (*next == ' ')
			next++;
		hop++;
	}
	path.depth = hop - path.hop;
	path.root_bus = path.hop[0].bus;
	return path;
}

static struct vtd_dmar *parse(struct dmar_image *img)
{
	struct vtd_parse_error err;
	struct vtd_dmar *dmar;

	dmar_finish(img);
	if (vtd_dmar_parse(img->bytes, img->len, &dmar, &err))
		fail_msg("refused at %u: %s", err.offset, err.reason);
	return dmar;
}

static bool matches(u8 type, u8 bus, const char *scope, const char *device)
{
	struct vtd_pci_path path = way(0, device);
	struct dmar_image img;
	struct vtd_dmar *dmar;
	bool yes;

	dmar_begin(&img, 39, 0);
	dmar_drhd(&img, 0, 0, 0, 0xfed90000);
	dmar_scope(&img, type, 0, bus, scope);
	dmar = parse(&img);
	yes = vtd_scope_matches(&dmar->drhd[0].scopes.scope[0], &path);
	vtd_dmar_free(dmar);
	return yes;
}

static void test_endpoint(void **state)
{
	assert_true(matches(1, 0, "2.0", "0:2.0"));
	assert_false(matches(1, 0, "2.0", "0:2.1"));
	assert_false(matches(1, 0, "2.0", "0:3.0"));
	assert_false(matches(1, 1, "2.0", "0:2.0"));
	/* Nothing below an endpoint, even if it is a bridge. */
	assert_false(matches(1, 0, "1c.0", "0:1c.0 1:0.0"));
	/* The same device and function on a deeper bus. */
	assert_false(matches(1, 0, "0.0", "0:1c.0 1:0.0"));
	/* A path through bridges. */
	assert_true(matches(1, 0, "1c.0/0.0", "0:1c.0 4:0.0"));
	assert_true(matches(1, 0, "1c.0/0.0/2.1", "0:1c.0 4:0.0 5:2.1"));
	assert_false(matches(1, 0, "1c.0/0.0/2.1", "0:1c.0 4:0.0 5:2.2"));
	assert_false(matches(1, 0, "1c.0/0.1/2.1", "0:1c.0 4:0.0 5:2.1"));
	assert_false(matches(1, 0, "1c.0/0.0/2.1", "0:1c.0 4:0.0"));
}

static void test_bridge(void **state)
{
	assert_true(matches(2, 0, "1c.0", "0:1c.0"));
	assert_true(matches(2, 0, "1c.0", "0:1c.0 1:0.0"));
	assert_true(matches(2, 0, "1c.0", "0:1c.0 1:1f.7 9:3.2"));
	assert_false(matches(2, 0, "1c.0", "0:1c.1 1:0.0"));
	assert_false(matches(2, 0, "1c.0", "0:1d.0 1:0.0"));
	assert_true(matches(2, 0, "1c.0/0.0", "0:1c.0 1:0.0 2:5.0"));
	assert_false(matches(2, 0, "1c.0/0.0", "0:1c.0 1:1.0 2:5.0"));
	assert_false(matches(2, 0, "1c.0/0.0", "0:1c.0"));
}

/* The path starts where its bus is on the device's way, if at all. */
static void test_start_bus(void **state)
{
	assert_true(matches(1, 0x80, "2.0", "80:2.0"));
	assert_false(matches(1, 0x80, "2.0", "0:2.0"));
	assert_true(matches(1, 4, "2.1", "0:1c.0 4:2.1"));
	assert_false(matches(1, 4, "1c.0", "0:1c.0 4:2.1"));
	assert_true(matches(2, 4, "0.0", "0:1c.0 4:0.0 5:2.1"));
	assert_true(matches(1, 4, "0.0/2.1", "0:1c.0 4:0.0 5:2.1"));
	assert_false(matches(1, 4, "0.0/2.1", "0:1c.0 4:0.0"));
	assert_false(matches(1, 5, "2.1/0.0", "0:1c.0 4:0.0 5:2.1"));
	/* What stands behind the end of the way reads as 0.0. */
	assert_false(matches(2, 4, "0.0/0.0", "0:1c.0 4:0.0"));
	assert_false(matches(2, 9, "0.0", "0:1c.0"));
}

static void test_other_types(void **state)
{
	assert_false(matches(3, 0, "1f.0", "0:1f.0"));
	assert_false(matches(4, 0, "1f.0", "0:1f.0"));
	assert_false(matches(5, 0, "1f.0", "0:1f.0"));
}

/* A way that is empty or too long to be true matches nothing. */
static void test_bad_way(void **state)
{
	struct vtd_path_elem elem[VTD_PCI_PATH_MAX + 1] = {};
	struct vtd_dev_scope scope = { .type = 2, .depth = 1, .path = elem };
	struct vtd_pci_path path = {};

	assert_false(vtd_scope_matches(&scope, &path));
	path.depth = VTD_PCI_PATH_MAX;
	assert_true(vtd_scope_matches(&scope, &path));
	scope.depth = VTD_PCI_PATH_MAX;
	assert_true(vtd_scope_matches(&scope, &path));
	scope.depth = VTD_PCI_PATH_MAX + 1;
	assert_false(vtd_scope_matches(&scope, &path));
	path.depth = VTD_PCI_PATH_MAX + 1;
	assert_false(vtd_scope_matches(&scope, &path));
}

static int unit(const struct vtd_dmar *dmar, u16 segment, const char *device)
{
	struct vtd_pci_path path = way(segment, device);

	return vtd_dmar_find_unit(dmar, &path);
}

static void test_find_unit(void **state)
{
	struct dmar_image img;
	struct vtd_dmar *dmar;

	dmar_begin(&img, 39, 0);
	dmar_drhd(&img, 0, 0, 0, 0xfed90000);
	dmar_scope(&img, 1, 0, 0, "2.0");
	dmar_drhd(&img, 1, 0, 0, 0xfed91000);
	dmar_drhd(&img, 0, 0, 1, 0xfed92000);
	dmar_scope(&img, 2, 0, 0, "1c.0");
	dmar_drhd(&img, 1, 0, 2, 0xfed93000);
	dmar = parse(&img);
	assert_int_equal(unit(dmar, 0, "0:2.0"), 0);
	assert_int_equal(unit(dmar, 0, "0:2.1"), 1);
	assert_int_equal(unit(dmar, 0, "0:1c.0 1:0.0"), 1);
	assert_int_equal(unit(dmar, 0, "80:2.0"), 1);
	assert_int_equal(unit(dmar, 1, "0:1c.0"), 2);
	assert_int_equal(unit(dmar, 1, "0:1c.0 1:0.0"), 2);
	assert_int_equal(unit(dmar, 1, "0:2.0"), -ENODEV);
	assert_int_equal(unit(dmar, 2, "0:2.0"), 3);
	assert_int_equal(unit(dmar, 3, "0:2.0"), -ENODEV);
	vtd_dmar_free(dmar);
}

/* An include-all unit before the others, or naming devices of its own. */
static void test_include_all_first(void **state)
{
	struct dmar_image img;
	struct vtd_dmar *dmar;

	dmar_begin(&img, 39, 0);
	dmar_drhd(&img, 1, 0, 0, 0xfed90000);
	dmar_scope(&img, 1, 0, 0, "5.0");
	dmar_drhd(&img, 0, 0, 0, 0xfed91000);
	dmar_scope(&img, 1, 0, 0, "2.0");
	dmar_scope(&img, 1, 0, 0, "5.0");
	dmar = parse(&img);
	assert_int_equal(unit(dmar, 0, "0:2.0"), 1);
	assert_int_equal(unit(dmar, 0, "0:3.0"), 0);
	assert_int_equal(unit(dmar, 0, "0:5.0"), 0);
	vtd_dmar_free(dmar);
}

/* The most specific scope wins, then the order of the table. */
static void test_specific(void **state)
{
	struct dmar_image img;
	struct vtd_dmar *dmar;

	dmar_begin(&img, 39, 0);
	dmar_drhd(&img, 0, 0, 0, 0xfed90000);
	dmar_scope(&img, 2, 0, 0, "1c.0");
	dmar_drhd(&img, 0, 0, 0, 0xfed91000);
	dmar_scope(&img, 2, 0, 0, "1c.0/0.0");
	dmar_drhd(&img, 0, 0, 0, 0xfed92000);
	dmar_scope(&img, 1, 0, 0, "1c.0/0.0");
	dmar_drhd(&img, 0, 0, 0, 0xfed93000);
	dmar_scope(&img, 2, 0, 7, "3.0");
	dmar_scope(&img, 2, 0, 0, "1c.0");
	dmar_scope(&img, 1, 0, 0, "1c.0/0.0");
	dmar = parse(&img);
	assert_int_equal(unit(dmar, 0, "0:1c.0"), 0);
	assert_int_equal(unit(dmar, 0, "0:1c.0 6:1.0"), 0);
	assert_int_equal(unit(dmar, 0, "0:1c.0 6:0.0"), 2);
	assert_int_equal(unit(dmar, 0, "0:1c.0 6:0.0 7:1.0"), 1);
	/* A short path from a deep bus is more specific than a long way. */
	assert_int_equal(unit(dmar, 0, "0:1c.0 6:0.0 7:3.0 8:0.0"), 3);
	vtd_dmar_free(dmar);
}

static void test_list(void **state)
{
	struct vtd_pci_path path = way(0, "0:1c.0 1:0.0");
	struct dmar_image img;
	struct vtd_dmar *dmar;
	const struct vtd_scope_list *list;

	dmar_begin(&img, 39, 0);
	dmar_drhd(&img, 1, 0, 0, 0xfed90000);
	dmar_rmrr(&img, 0, 0x1000, 0x1fff);
	dmar_scope(&img, 1, 0, 0, "2.0");
	dmar_scope(&img, 2, 0, 0, "1c.0");
	dmar_scope(&img, 1, 0, 0, "1c.0/0.0");
	dmar_satc(&img, 0, 0);
	dmar = parse(&img);
	list = &dmar->rmrr[0].scopes;
	assert_ptr_equal(vtd_scope_list_matches(list, &path), &list->scope[1]);
	path = way(0, "0:3.0");
	assert_null(vtd_scope_list_matches(list, &path));
	assert_null(vtd_scope_list_matches(&dmar->satc[0].scopes, &path));
	vtd_dmar_free(dmar);
}

static void test_find_enum(void **state)
{
	const struct vtd_dev_scope *scope = NULL;
	struct dmar_image img;
	struct vtd_dmar *dmar;

	dmar_begin(&img, 39, 0);
	dmar_drhd(&img, 0, 0, 0, 0xfed90000);
	dmar_scope(&img, 3, 8, 0xf0, "1f.7");
	dmar_scope(&img, 3, 9, 0xf0, "1f.6");
	dmar_drhd(&img, 1, 0, 1, 0xfed91000);
	dmar_scope(&img, 4, 8, 0, "f.0");
	dmar_scope(&img, 5, 8, 0, "15.0");
	dmar_scope(&img, 3, 8, 0, "1e.0");
	dmar = parse(&img);
	assert_int_equal(vtd_dmar_find_enum(dmar, 3, 9, &scope), 0);
	assert_ptr_equal(scope, &dmar->drhd[0].scopes.scope[1]);
	assert_int_equal(vtd_dmar_find_enum(dmar, 3, 8, &scope), 0);
	assert_ptr_equal(scope, &dmar->drhd[0].scopes.scope[0]);
	assert_int_equal(vtd_dmar_find_enum(dmar, 4, 8, NULL), 1);
	assert_int_equal(vtd_dmar_find_enum(dmar, 5, 8, &scope), 1);
	assert_ptr_equal(scope, &dmar->drhd[1].scopes.scope[1]);
	assert_int_equal(vtd_dmar_find_enum(dmar, 5, 9, &scope), -ENODEV);
	assert_int_equal(vtd_dmar_find_enum(dmar, 4, 0, &scope), -ENODEV);
	vtd_dmar_free(dmar);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		VTD_TEST(test_endpoint),
		VTD_TEST(test_bridge),
		VTD_TEST(test_start_bus),
		VTD_TEST(test_other_types),
		VTD_TEST(test_bad_way),
		VTD_TEST(test_find_unit),
		VTD_TEST(test_include_all_first),
		VTD_TEST(test_specific),
		VTD_TEST(test_list),
		VTD_TEST(test_find_enum),
	};

	return cmocka_run_group_tests_name("dmar_match", tests, NULL, NULL);
}
