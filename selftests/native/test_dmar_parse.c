// SPDX-License-Identifier: GPL-2.0
/*
 * The DMAR parser on tables with known contents: what it makes of each
 * structure, what it notes.  The expected values are literals.
 *
 * SRCS: dmar/dmar_parse.c
 * SRCS: selftests/native/dmar_build.c
 */
#include <stdlib.h>
#include <string.h>

#include <linux/errno.h>
#include <linux/slab.h>

#include "../../dmar/dmar_parse.h"
#include "dmar_build.h"
#include "vtd_test.h"

static struct vtd_dmar *parse(struct dmar_image *img)
{
	struct vtd_parse_error err;
	struct vtd_dmar *dmar;

	dmar_finish(img);
	if (vtd_dmar_parse(img->bytes, img->len, &dmar, &err))
		fail_msg("refused at %u: %s", err.offset, err.reason);
	assert_int_equal(err.offset, 0);
	assert_string_equal(err.reason, "");
	return dmar;
}

/* A header and one unit, to which the test adds. */
static void start(struct dmar_image *img)
{
	dmar_begin(img, 39, 0);
	dmar_drhd(img, 1, 0, 0, 0xfed90000);
}

#define assert_u64(a, b) assert_true((a) == (u64)(b))

static void assert_scope(const struct vtd_dev_scope *s, u8 type, u8 id, u8 bus,
			 u8 depth)
{
	assert_int_equal(s->type, type);
	assert_int_equal(s->enum_id, id);
	assert_int_equal(s->start_bus, bus);
	assert_int_equal(s->depth, depth);
}

static void assert_path(const struct vtd_dev_scope *s, unsigned int i, u8 dev,
			u8 fn)
{
	assert_true(i < s->depth);
	assert_int_equal(s->path[i].dev, dev);
	assert_int_equal(s->path[i].fn, fn);
}

/* Byte for byte what QEMU gives a guest, written out, not built. */
static const u8 literal_table[] = {
	0x44, 0x4d, 0x41, 0x52, 0x50, 0x00, 0x00, 0x00, 0x01, 0x9a, 0x42, 0x4f,
	0x43, 0x48, 0x53, 0x20, 0x42, 0x58, 0x50, 0x43, 0x20, 0x20, 0x20, 0x20,
	0x01, 0x00, 0x00, 0x00, 0x42, 0x58, 0x50, 0x43, 0x01, 0x00, 0x00, 0x00,
	0x26, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	/* DRHD, include all, one I/O APIC */
	0x00, 0x00, 0x18, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0xd9, 0xfe,
	0x00, 0x00, 0x00, 0x00, 0x03, 0x08, 0x00, 0x00, 0x00, 0xff, 0x00, 0x00,
	/* ATSR, all ports */
	0x02, 0x00, 0x08, 0x00, 0x01, 0x00, 0x00, 0x00
};

static void test_literal_bytes(void **state)
{
	struct vtd_parse_error err;
	struct vtd_dmar *dmar;
	u8 copy[sizeof(literal_table)];

	memcpy(copy, literal_table, sizeof(copy));
	dmar_fix_checksum(copy, sizeof(copy));
	assert_int_equal(vtd_dmar_parse(copy, sizeof(copy), &dmar, &err), 0);
	assert_int_equal(dmar->address_width, 39);
	assert_true(dmar->intr_remap);
	assert_false(dmar->x2apic_opt_out);
	assert_false(dmar->dma_ctrl_opt_in);
	assert_int_equal(dmar->nr_drhd, 1);
	assert_u64(dmar->drhd[0].base, 0xfed90000);
	assert_u64(dmar->drhd[0].size, 4096);
	assert_true(dmar->drhd[0].include_all);
	assert_int_equal(dmar->drhd[0].offset, 48);
	assert_int_equal(dmar->drhd[0].scopes.nr, 1);
	assert_scope(&dmar->drhd[0].scopes.scope[0], 3, 0, 0xff, 1);
	assert_int_equal(dmar->drhd[0].scopes.scope[0].offset, 64);
	assert_int_equal(dmar->nr_atsr, 1);
	assert_true(dmar->atsr[0].all_ports);
	assert_int_equal(dmar->nr_notes, 0);
	assert_int_equal(dmar->nr_unknown, 0);
	assert_null(dmar->rmrr);
	assert_null(dmar->rhsa);
	assert_null(dmar->andd);
	assert_null(dmar->satc);
	assert_null(dmar->sidp);
	vtd_dmar_free(dmar);
}

static void test_header_flags(void **state)
{
	struct dmar_image img;
	struct vtd_dmar *dmar;
	unsigned int flags;

	for (flags = 0; flags < 8; flags++) {
		dmar_begin(&img, 32 + flags * 4, flags | 0xf0);
		dmar_drhd(&img, 1, 0, 0, 0x80000000);
		dmar = parse(&img);
		assert_int_equal(dmar->address_width, 32 + flags * 4);
		assert_int_equal(dmar->intr_remap, flags & 1);
		assert_int_equal(dmar->x2apic_opt_out, flags >> 1 & 1);
		assert_int_equal(dmar->dma_ctrl_opt_in, flags >> 2 & 1);
		vtd_dmar_free(dmar);
	}
}

static void test_drhd(void **state)
{
	struct dmar_image img;
	struct vtd_dmar *dmar;
	const struct vtd_drhd *u;

	dmar_begin(&img, 46, 0);
	dmar_drhd(&img, 0, 0, 0x1234, 0x123456789000);
	dmar_scope(&img, 1, 0, 5, "1f.7");
	dmar_scope(&img, 2, 0, 0x80, "1c.4/0.0/3.1");
	dmar_scope(&img, 4, 7, 0xf0, "f.0");
	dmar_drhd(&img, 1, 0xf3, 0, 0xfed90000);
	dmar = parse(&img);
	assert_int_equal(dmar->nr_drhd, 2);
	u = &dmar->drhd[0];
	assert_u64(u->base, 0x123456789000);
	assert_u64(u->size, 0x1000);
	assert_int_equal(u->segment, 0x1234);
	assert_false(u->include_all);
	assert_int_equal(u->offset, 48);
	assert_int_equal(u->scopes.nr, 3);
	assert_scope(&u->scopes.scope[0], 1, 0, 5, 1);
	assert_path(&u->scopes.scope[0], 0, 0x1f, 7);
	assert_scope(&u->scopes.scope[1], 2, 0, 0x80, 3);
	assert_path(&u->scopes.scope[1], 0, 0x1c, 4);
	assert_path(&u->scopes.scope[1], 1, 0, 0);
	assert_path(&u->scopes.scope[1], 2, 3, 1);
	assert_scope(&u->scopes.scope[2], 4, 7, 0xf0, 1);
	assert_path(&u->scopes.scope[2], 0, 0xf, 0);
	assert_int_equal(u->scopes.scope[2].offset, 48 + 16 + 8 + 12);
	u = &dmar->drhd[1];
	assert_u64(u->size, 0x8000);
	assert_true(u->include_all);
	assert_int_equal(u->scopes.nr, 0);
	assert_null(u->scopes.scope);
	assert_int_equal(u->offset, 48 + 16 + 8 + 12 + 8);
	vtd_dmar_free(dmar);
}

static void test_drhd_sizes(void **state)
{
	struct dmar_image img;
	struct vtd_dmar *dmar;
	unsigned int n;

	for (n = 0; n < 16; n++) {
		dmar_begin(&img, 39, 0);
		dmar_drhd(&img, 1, n, 0, 0x80000000);
		dmar = parse(&img);
		assert_u64(dmar->drhd[0].size, 4096ULL << n);
		vtd_dmar_free(dmar);
	}
	/* The last page below the address width is fine. */
	dmar_begin(&img, 39, 0);
	dmar_drhd(&img, 1, 0, 0, 0x7ffffff000);
	dmar = parse(&img);
	vtd_dmar_free(dmar);
}

static void test_rmrr(void **state)
{
	struct dmar_image img;
	struct vtd_dmar *dmar;

	start(&img);
	dmar_rmrr(&img, 3, 0x7b800000, 0x7fffffff);
	dmar_scope(&img, 1, 0, 0, "2.0");
	dmar_scope(&img, 1, 0, 0, "2.1");
	dmar_rmrr(&img, 0, 0x1000, 0x1fff);
	dmar_scope(&img, 1, 0, 0, "3.0");
	dmar_rmrr(&img, 0, 0x7ffffff000, 0x7fffffffff);
	dmar_scope(&img, 1, 0, 0, "3.0");
	dmar = parse(&img);
	assert_int_equal(dmar->nr_rmrr, 3);
	assert_u64(dmar->rmrr[0].base, 0x7b800000);
	assert_u64(dmar->rmrr[0].limit, 0x7fffffff);
	assert_int_equal(dmar->rmrr[0].segment, 3);
	assert_int_equal(dmar->rmrr[0].scopes.nr, 2);
	assert_path(&dmar->rmrr[0].scopes.scope[1], 0, 2, 1);
	assert_int_equal(dmar->rmrr[0].offset, 64);
	assert_u64(dmar->rmrr[1].base, 0x1000);
	assert_u64(dmar->rmrr[1].limit, 0x1fff);
	assert_u64(dmar->rmrr[2].limit, 0x7fffffffff);
	assert_int_equal(dmar->nr_notes, 0);
	vtd_dmar_free(dmar);
}

static void test_atsr(void **state)
{
	struct dmar_image img;
	struct vtd_dmar *dmar;

	start(&img);
	dmar_atsr(&img, 0xfe, 7);
	dmar_scope(&img, 2, 0, 0, "1c.0");
	dmar_scope(&img, 2, 0, 0, "1d.0");
	dmar_atsr(&img, 1, 0xffff);
	dmar = parse(&img);
	assert_int_equal(dmar->nr_atsr, 2);
	assert_int_equal(dmar->atsr[0].segment, 7);
	assert_false(dmar->atsr[0].all_ports);
	assert_int_equal(dmar->atsr[0].scopes.nr, 2);
	assert_path(&dmar->atsr[0].scopes.scope[1], 0, 0x1d, 0);
	assert_int_equal(dmar->atsr[0].offset, 64);
	assert_int_equal(dmar->atsr[1].segment, 0xffff);
	assert_true(dmar->atsr[1].all_ports);
	assert_int_equal(dmar->atsr[1].offset, 64 + 8 + 16);
	assert_int_equal(dmar->nr_notes, 0);
	vtd_dmar_free(dmar);
}

static void test_rhsa(void **state)
{
	struct dmar_image img;
	struct vtd_dmar *dmar;

	start(&img);
	dmar_rhsa(&img, 0xfed90000, 0x12345678);
	dmar = parse(&img);
	assert_int_equal(dmar->nr_rhsa, 1);
	assert_u64(dmar->rhsa[0].base, 0xfed90000);
	assert_int_equal(dmar->rhsa[0].proximity_domain, 0x12345678);
	assert_int_equal(dmar->rhsa[0].offset, 64);
	assert_int_equal(dmar->nr_notes, 0);
	vtd_dmar_free(dmar);
}

static void test_andd(void **state)
{
	struct dmar_image img;
	struct vtd_dmar *dmar;

	start(&img);
	dmar_scope(&img, 5, 200, 0, "15.0");
	dmar_andd(&img, 200, "\\_SB.PCI0.I2C0");
	dmar_andd(&img, 3, "X");
	/* Bytes after the end of the name do not matter. */
	dmar_andd(&img, 4, "\\_SB.A");
	img.bytes[img.len - 2] = 0;
	img.bytes[img.len - 1] = 0x80;
	dmar = parse(&img);
	assert_int_equal(dmar->nr_andd, 3);
	assert_int_equal(dmar->andd[0].device_number, 200);
	assert_string_equal(dmar->andd[0].name, "\\_SB.PCI0.I2C0");
	assert_int_equal(dmar->andd[0].offset, 72);
	assert_int_equal(dmar->andd[1].device_number, 3);
	assert_string_equal(dmar->andd[1].name, "X");
	assert_string_equal(dmar->andd[2].name, "\\_SB.");
	assert_int_equal(dmar->nr_notes, 0);
	vtd_dmar_free(dmar);
}

static void test_satc(void **state)
{
	struct dmar_image img;
	struct vtd_dmar *dmar;

	start(&img);
	dmar_satc(&img, 0xff, 2);
	dmar_scope(&img, 1, 0, 0x6a, "1.0");
	dmar_satc(&img, 0xfe, 0);
	dmar = parse(&img);
	assert_int_equal(dmar->nr_satc, 2);
	assert_true(dmar->satc[0].atc_required);
	assert_int_equal(dmar->satc[0].segment, 2);
	assert_int_equal(dmar->satc[0].scopes.nr, 1);
	assert_scope(&dmar->satc[0].scopes.scope[0], 1, 0, 0x6a, 1);
	assert_int_equal(dmar->satc[0].offset, 64);
	assert_false(dmar->satc[1].atc_required);
	assert_int_equal(dmar->nr_notes, 0);
	vtd_dmar_free(dmar);
}

static void test_sidp(void **state)
{
	struct dmar_image img;
	struct vtd_dmar *dmar;
	const struct vtd_sidp *sidp;

	start(&img);
	dmar_sidp(&img, 5);
	dmar_scope_flags(&img, 0x1f, 0, "14.3");
	dmar_scope_flags(&img, 0x08, 0, "1f.3");
	dmar = parse(&img);
	assert_int_equal(dmar->nr_sidp, 1);
	sidp = &dmar->sidp[0];
	assert_int_equal(sidp->segment, 5);
	assert_int_equal(sidp->offset, 64);
	assert_int_equal(sidp->scopes.nr, 2);
	assert_int_equal(sidp->scopes.scope[0].flags, 0x1f);
	assert_path(&sidp->scopes.scope[0], 0, 0x14, 3);
	assert_int_equal(sidp->scopes.scope[1].flags, 8);
	assert_int_equal(dmar->nr_notes, 0);
	vtd_dmar_free(dmar);
}

/* The flags byte of a scope means nothing in the other structures. */
static void test_scope_flags_elsewhere(void **state)
{
	struct dmar_image img;
	struct vtd_dmar *dmar;

	start(&img);
	dmar_satc(&img, 0, 0);
	dmar_scope_flags(&img, 0x1f, 0, "14.3");
	dmar = parse(&img);
	assert_int_equal(dmar->satc[0].scopes.scope[0].flags, 0);
	vtd_dmar_free(dmar);
}

static void test_unknown_types(void **state)
{
	struct dmar_image img;
	struct vtd_dmar *dmar;

	start(&img);
	dmar_other(&img, 7, 5);
	dmar_other(&img, 0x8000, 0);
	dmar_rmrr(&img, 0, 0x2000, 0x2fff);
	dmar_scope(&img, 1, 0, 0, "2.0");
	dmar = parse(&img);
	assert_int_equal(dmar->nr_unknown, 2);
	assert_int_equal(dmar->nr_rmrr, 1);
	assert_u64(dmar->rmrr[0].base, 0x2000);
	assert_int_equal(dmar->nr_notes, 2);
	assert_int_equal(dmar->note[0].offset, 64);
	assert_string_equal(dmar->note[0].text,
			    "structure: type 7 is unknown, 9 bytes skipped");
	vtd_dmar_free(dmar);
}

/* The buffer may be longer than the table, and at any alignment. */
static void test_buffer(void **state)
{
	struct vtd_parse_error err;
	struct dmar_image img;
	struct vtd_dmar *dmar;
	unsigned int shift;
	u8 *buffer;

	dmar_corpus(2, &img);
	for (shift = 0; shift < 8; shift++) {
		buffer = malloc(img.len + shift + 5);
		memset(buffer, 0xee, img.len + shift + 5);
		memcpy(buffer + shift, img.bytes, img.len);
		assert_int_equal(vtd_dmar_parse(buffer + shift, img.len + 5,
						&dmar, &err),
				 0);
		/* The topology does not need the table any more. */
		memset(buffer, 0xee, img.len + shift + 5);
		free(buffer);
		assert_int_equal(dmar->nr_drhd, 4);
		assert_path(&dmar->rmrr[0].scopes.scope[0], 4, 4, 0);
		vtd_dmar_free(dmar);
	}
}

static void test_no_memory(void **state)
{
	struct vtd_parse_error err;
	struct dmar_image img;
	struct vtd_dmar *dmar = (void *)state;

	start(&img);
	dmar_finish(&img);
	vtd_shim_fail_alloc(1);
	assert_int_equal(vtd_dmar_parse(img.bytes, img.len, &dmar, &err),
			 -ENOMEM);
	assert_int_equal(vtd_shim_alloc_failures(), 1);
	assert_null(dmar);
	assert_non_null(strstr(err.reason, "table: no memory for "));
	vtd_dmar_free(NULL);
}

struct note_case {
	const char *text;
	void (*add)(struct dmar_image *img);
	u32 offset;
};

static void odd_empty_unit(struct dmar_image *img)
{
	dmar_drhd(img, 0, 0, 1, 0x80000000);
}

static void odd_unit_after_all(struct dmar_image *img)
{
	dmar_drhd(img, 0, 0, 0, 0x80000000);
	dmar_scope(img, 1, 0, 0, "1.0");
}

static void odd_pci_in_all(struct dmar_image *img)
{
	dmar_scope(img, 2, 0, 0, "1.0");
}

static void odd_rmrr_unaligned(struct dmar_image *img)
{
	dmar_rmrr(img, 0, 0x10fff, 0x12000);
	dmar_scope(img, 1, 0, 0, "1.0");
}

static void odd_rmrr_limit_unaligned(struct dmar_image *img)
{
	dmar_rmrr(img, 0, 0x10000, 0x12ffe);
	dmar_scope(img, 1, 0, 0, "1.0");
}

static void odd_rmrr_empty(struct dmar_image *img)
{
	dmar_rmrr(img, 0, 0x10000, 0x10fff);
}

static void odd_atsr_both(struct dmar_image *img)
{
	dmar_atsr(img, 1, 0);
	dmar_scope(img, 2, 0, 0, "1.0");
}

static void odd_atsr_none(struct dmar_image *img)
{
	dmar_atsr(img, 0, 0);
}

static void odd_rhsa(struct dmar_image *img)
{
	dmar_rhsa(img, 0xfed91000, 0);
}

static void odd_namespace(struct dmar_image *img)
{
	dmar_scope(img, 5, 17, 0, "1.0");
}

static void odd_andd_twice(struct dmar_image *img)
{
	dmar_andd(img, 255, "A");
	dmar_andd(img, 255, "B");
}

static void odd_ioapic_scope(struct dmar_image *img)
{
	dmar_satc(img, 0, 0);
	dmar_scope(img, 3, 17, 0, "1.0");
}

static void odd_hpet_scope(struct dmar_image *img)
{
	dmar_satc(img, 0, 0);
	dmar_scope(img, 4, 17, 0, "1.0");
}

static void odd_order(struct dmar_image *img)
{
	dmar_atsr(img, 1, 0);
	dmar_rmrr(img, 0, 0x1000, 0x1fff);
	dmar_scope(img, 1, 0, 0, "1.0");
}

static void odd_shared_ioapic(struct dmar_image *img)
{
	dmar_scope(img, 3, 9, 0, "1.0");
	dmar_drhd(img, 1, 0, 5, 0x80000000);
	dmar_scope(img, 3, 9, 0, "2.0");
}

static void odd_shared_device(struct dmar_image *img)
{
	dmar_drhd(img, 0, 0, 1, 0x80000000);
	dmar_scope(img, 1, 0, 0, "1.0/2.0");
	dmar_drhd(img, 0, 0, 1, 0x80001000);
	dmar_scope(img, 1, 0, 0, "1.0/2.0");
}

static const struct note_case notes[] = {
	{ "DRHD: has no device", odd_empty_unit, 64 },
	{ "DRHD: stands after DRHD at offset 48, which includes all",
	  odd_unit_after_all, 64 },
	{ "DRHD: names a device but includes all", odd_pci_in_all, 64 },
	{ "RMRR: 0x10fff to 0x12000 rounded out to 4 KiB pages",
	  odd_rmrr_unaligned, 64 },
	{ "RMRR: 0x10000 to 0x12ffe rounded out to 4 KiB pages",
	  odd_rmrr_limit_unaligned, 64 },
	{ "RMRR: has no device", odd_rmrr_empty, 64 },
	{ "ATSR: names root ports but includes all", odd_atsr_both, 64 },
	{ "ATSR: has no root port", odd_atsr_none, 64 },
	{ "RHSA: no DRHD has its register base 0xfed91000", odd_rhsa, 64 },
	{ "DRHD: ACPI device 17 has no ANDD", odd_namespace, 64 },
	{ "ANDD: device number 255 is there twice", odd_andd_twice, 74 },
	{ "SATC: I/O APIC and HPET scopes belong into a DRHD", odd_ioapic_scope,
	  72 },
	{ "SATC: I/O APIC and HPET scopes belong into a DRHD", odd_hpet_scope,
	  72 },
	{ "RMRR: stands after type 2, out of order", odd_order, 72 },
	{ "DRHD: device is in DRHD at offset 48 too", odd_shared_ioapic, 88 },
	{ "DRHD: device is in DRHD at offset 64 too", odd_shared_device, 106 },
};

/* Each oddity gives its own note, and nothing else. */
static void test_notes(void **state)
{
	struct dmar_image img;
	struct vtd_dmar *dmar;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(notes); i++) {
		start(&img);
		notes[i].add(&img);
		dmar = parse(&img);
		assert_string_equal(dmar->note[0].text, notes[i].text);
		assert_int_equal(dmar->note[0].offset, notes[i].offset);
		assert_int_equal(dmar->nr_notes, 1);
		vtd_dmar_free(dmar);
	}
}

static void test_rmrr_rounding(void **state)
{
	struct dmar_image img;
	struct vtd_dmar *dmar;

	start(&img);
	odd_rmrr_unaligned(&img);
	odd_rmrr_limit_unaligned(&img);
	dmar_rmrr(&img, 0, 0x7ffffff123, 0x7ffffff124);
	dmar = parse(&img);
	assert_u64(dmar->rmrr[0].base, 0x10000);
	assert_u64(dmar->rmrr[0].limit, 0x12fff);
	assert_u64(dmar->rmrr[1].base, 0x10000);
	assert_u64(dmar->rmrr[1].limit, 0x12fff);
	assert_u64(dmar->rmrr[2].base, 0x7ffffff000);
	assert_u64(dmar->rmrr[2].limit, 0x7fffffffff);
	vtd_dmar_free(dmar);
}

/* What looks alike but is not the same device gives no note. */
static void test_not_shared(void **state)
{
	struct dmar_image img;
	struct vtd_dmar *dmar;

	dmar_begin(&img, 39, 0);
	dmar_drhd(&img, 0, 0, 0, 0x80000000);
	dmar_scope(&img, 1, 0, 0, "1.0");
	dmar_scope(&img, 3, 1, 0, "1.0");
	dmar_scope(&img, 4, 1, 0, "1.0");
	dmar_scope(&img, 1, 0, 0, "2.0/0.0");
	dmar_drhd(&img, 0, 0, 1, 0x80001000);
	dmar_scope(&img, 1, 0, 0, "1.0");
	dmar_drhd(&img, 0, 0, 0, 0x80002000);
	dmar_scope(&img, 1, 0, 1, "1.0");
	dmar_scope(&img, 1, 0, 0, "1.1");
	dmar_scope(&img, 1, 0, 0, "1.0/0.0");
	dmar_scope(&img, 1, 0, 0, "2.0/1.0");
	dmar_scope(&img, 2, 0, 0, "1.0");
	dmar_scope(&img, 3, 2, 0, "1.0");
	dmar = parse(&img);
	assert_int_equal(dmar->nr_notes, 0);
	vtd_dmar_free(dmar);
}

/* Notes are counted beyond what is kept. */
static void test_many_notes(void **state)
{
	struct dmar_image img;
	struct vtd_dmar *dmar;
	unsigned int i;

	start(&img);
	for (i = 0; i < 100; i++)
		dmar_other(&img, 7 + i, 0);
	dmar = parse(&img);
	assert_int_equal(dmar->nr_notes, 100);
	assert_int_equal(dmar->nr_unknown, 100);
	assert_string_equal(dmar->note[15].text,
			    "structure: type 22 is unknown, 4 bytes skipped");
	assert_int_equal(dmar->note[15].offset, 64 + 15 * 4);
	vtd_dmar_free(dmar);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		VTD_TEST(test_literal_bytes),
		VTD_TEST(test_header_flags),
		VTD_TEST(test_drhd),
		VTD_TEST(test_drhd_sizes),
		VTD_TEST(test_rmrr),
		VTD_TEST(test_atsr),
		VTD_TEST(test_rhsa),
		VTD_TEST(test_andd),
		VTD_TEST(test_satc),
		VTD_TEST(test_sidp),
		VTD_TEST(test_scope_flags_elsewhere),
		VTD_TEST(test_unknown_types),
		VTD_TEST(test_buffer),
		VTD_TEST(test_no_memory),
		VTD_TEST(test_notes),
		VTD_TEST(test_rmrr_rounding),
		VTD_TEST(test_not_shared),
		VTD_TEST(test_many_notes),
	};

	return cmocka_run_group_tests_name("dmar_parse", tests, NULL, NULL);
}
