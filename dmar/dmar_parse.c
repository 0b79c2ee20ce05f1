// SPDX-License-Identifier: GPL-2.0
/*
 * From the bytes of an ACPI DMAR table to a topology (VT-d spec chapter 8).
 *
 * Owns every check of what firmware wrote.  The table is hostile until proven
 * sound: nothing is read before its length was checked, no loop advances by a
 * length of zero, and memory is bounded by the length of the table.  Must
 * never touch hardware, look anything up in the system, or keep a pointer into
 * the table.
 *
 * Two rounds: the first checks that all structures and scopes lie within what
 * holds them, and counts; then everything is allocated in one block; the
 * second round checks the values and fills the block.
 */
#include <linux/bitfield.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/types.h>
#include <linux/unaligned.h>

#include "../include/vtd/hw/dmar_table.h"
#include "dmar_parse.h"

/* Ten times what the largest servers have; bounds the quadratic checks. */
#define VTD_DMAR_MAX_BYTES SZ_64K

#define VTD_DMAR_TYPES (DMAR_TYPE_SIDP + 1)

/* Registers take 4 KiB pages, and so do reserved regions (8.3, 8.4). */
#define VTD_DMAR_PAGE SZ_4K

/* A platform with fewer address bits could not reach its own registers. */
#define VTD_DMAR_MIN_WIDTH 32
#define VTD_DMAR_MAX_WIDTH 64

#define VTD_PCI_DEV_MAX 31
#define VTD_PCI_FN_MAX 7

/* One remapping structure, known to lie inside the table. */
struct vtd_span {
	u16 type;
	u32 offset;
	u32 length;
};

/* What the first round counts and the second fills. */
struct vtd_parser {
	const u8 *table;
	u32 length;
	u64 max_addr;
	const char *what;
	struct vtd_parse_error *err;

	unsigned int nr[VTD_DMAR_TYPES];
	unsigned int nr_scope;
	unsigned int nr_path;
	unsigned int name_bytes;

	struct vtd_dmar *dmar;
	struct vtd_drhd *drhd;
	struct vtd_rmrr *rmrr;
	struct vtd_atsr *atsr;
	struct vtd_rhsa *rhsa;
	struct vtd_andd *andd;
	struct vtd_satc *satc;
	struct vtd_sidp *sidp;
	struct vtd_dev_scope *scope;
	struct vtd_path_elem *path;
	char *name;
	u16 last_type;
};

typedef int (*vtd_span_fn)(struct vtd_parser *p, const struct vtd_span *s);

/* One remapping structure type: its fixed part, and how it is filled. */
struct vtd_kind {
	const char *name;
	u16 bytes;
	bool has_scopes;
	vtd_span_fn fill;
};

static const struct vtd_kind vtd_kinds[VTD_DMAR_TYPES];

/* All sentences begin with the name of the structure being looked at. */
static __printf(3, 0) void vtd_sentence(const struct vtd_parser *p, char *text,
					const char *fmt, va_list args)
{
	int used = scnprintf(text, VTD_PARSE_TEXT, "%s: ", p->what);

	vscnprintf(text + used, VTD_PARSE_TEXT - used, fmt, args);
}

static __printf(3, 4) int vtd_refuse(struct vtd_parser *p, u32 offset,
				     const char *fmt, ...)
{
	va_list args;

	p->err->offset = offset;
	va_start(args, fmt);
	vtd_sentence(p, p->err->reason, fmt, args);
	va_end(args);
	return -EINVAL;
}

static __printf(3, 4) void vtd_note(struct vtd_parser *p, u32 offset,
				    const char *fmt, ...)
{
	struct vtd_dmar *dmar = p->dmar;
	struct vtd_parse_note *note;
	va_list args;

	if (dmar->nr_notes++ >= VTD_PARSE_NOTES)
		return;
	note = &dmar->note[dmar->nr_notes - 1];
	note->offset = offset;
	va_start(args, fmt);
	vtd_sentence(p, note->text, fmt, args);
	va_end(args);
}

/* ------------------------------------------------ framing, first round */

/* Signature, lengths and checksum of the header (8.1). */
static int vtd_check_header(struct vtd_parser *p, const void *table, size_t len)
{
	u32 length, i;
	u8 sum = 0;

	if (len < DMAR_HDR_BYTES)
		return vtd_refuse(p, 0, "%zu bytes are below the header's %u",
				  len, DMAR_HDR_BYTES);
	p->table = table;
	if (memcmp(p->table + DMAR_HDR_SIGNATURE, DMAR_SIGNATURE, 4))
		return vtd_refuse(p, DMAR_HDR_SIGNATURE,
				  "signature is not DMAR");
	length = get_unaligned_le32(p->table + DMAR_HDR_LENGTH);
	if (length < DMAR_HDR_BYTES)
		return vtd_refuse(p, DMAR_HDR_LENGTH,
				  "length %u is below the header's %u", length,
				  DMAR_HDR_BYTES);
	if (length > len)
		return vtd_refuse(p, DMAR_HDR_LENGTH,
				  "length %u exceeds the %zu bytes there are",
				  length, len);
	if (length > VTD_DMAR_MAX_BYTES)
		return vtd_refuse(p, DMAR_HDR_LENGTH,
				  "length %u exceeds the limit of %lu bytes",
				  length, (unsigned long)VTD_DMAR_MAX_BYTES);
	for (i = 0; i < length; i++)
		sum += p->table[i];
	if (sum)
		return vtd_refuse(p, DMAR_HDR_CHECKSUM,
				  "checksum is wrong, the sum is 0x%02x", sum);
	p->length = length;
	return 0;
}

/* Type and length of the structure at @offset, which is below the end. */
static int vtd_read_span(struct vtd_parser *p, u32 offset, struct vtd_span *s)
{
	u32 left = p->length - offset;
	u32 least = DMAR_STRUCT_BYTES;

	p->what = "table";
	if (left < DMAR_STRUCT_BYTES)
		return vtd_refuse(p, offset,
				  "last %u bytes are too few for a structure",
				  left);
	s->offset = offset;
	s->type = get_unaligned_le16(p->table + offset + DMAR_STRUCT_TYPE);
	s->length = get_unaligned_le16(p->table + offset + DMAR_STRUCT_LENGTH);
	p->what = "structure";
	if (s->type < VTD_DMAR_TYPES) {
		p->what = vtd_kinds[s->type].name;
		least = vtd_kinds[s->type].bytes;
	}
	if (s->length < least)
		return vtd_refuse(p, offset + DMAR_STRUCT_LENGTH,
				  "length %u is less than the %u it needs",
				  s->length, least);
	if (s->length > left)
		return vtd_refuse(p, offset + DMAR_STRUCT_LENGTH,
				  "length %u exceeds the %u bytes left",
				  s->length, left);
	return 0;
}

static int vtd_each_span(struct vtd_parser *p, vtd_span_fn fn)
{
	struct vtd_span s;
	u32 offset;
	int ret;

	/* vtd_read_span() never lets a length below 4 through. */
	for (offset = DMAR_HDR_BYTES; offset < p->length; offset += s.length) {
		ret = vtd_read_span(p, offset, &s);
		if (ret)
			return ret;
		ret = fn(p, &s);
		if (ret)
			return ret;
	}
	return 0;
}

static unsigned int vtd_scope_depth(const struct vtd_parser *p, u32 offset)
{
	u8 length = p->table[offset + DMAR_SCOPE_LENGTH];

	return (length - DMAR_SCOPE_BYTES) / DMAR_PATH_BYTES;
}

/* Does the scope at @offset lie inside of its structure (8.3.1)? */
static int vtd_check_scope(struct vtd_parser *p, const struct vtd_span *s,
			   u32 offset)
{
	u32 left = s->offset + s->length - offset;
	u8 length;

	if (left < DMAR_SCOPE_BYTES)
		return vtd_refuse(p, offset,
				  "last %u bytes are too few, a scope takes %u",
				  left, DMAR_SCOPE_BYTES + DMAR_PATH_BYTES);
	length = p->table[offset + DMAR_SCOPE_LENGTH];
	if (length < DMAR_SCOPE_BYTES + DMAR_PATH_BYTES)
		return vtd_refuse(p, offset + DMAR_SCOPE_LENGTH,
				  "device scope length %u is less than %u",
				  length, DMAR_SCOPE_BYTES + DMAR_PATH_BYTES);
	if (length > left)
		return vtd_refuse(p, offset + DMAR_SCOPE_LENGTH,
				  "device scope length %u exceeds the %u left",
				  length, left);
	if ((length - DMAR_SCOPE_BYTES) % DMAR_PATH_BYTES)
		return vtd_refuse(p, offset + DMAR_SCOPE_LENGTH,
				  "device scope length %u cuts a path element",
				  length);
	return 0;
}

static u32 vtd_scope_end(const struct vtd_parser *p, u32 offset)
{
	return offset + DMAR_SCOPE_BYTES +
	       vtd_scope_depth(p, offset) * DMAR_PATH_BYTES;
}

static int vtd_count(struct vtd_parser *p, const struct vtd_span *s)
{
	u32 end = s->offset + s->length;
	u32 offset;
	int ret;

	if (s->type >= VTD_DMAR_TYPES)
		return 0;
	p->nr[s->type]++;
	if (s->type == DMAR_TYPE_ANDD)
		p->name_bytes += s->length - DMAR_ANDD_BYTES;
	if (!vtd_kinds[s->type].has_scopes)
		return 0;
	for (offset = s->offset + vtd_kinds[s->type].bytes; offset < end;
	     offset = vtd_scope_end(p, offset)) {
		ret = vtd_check_scope(p, s, offset);
		if (ret)
			return ret;
		p->nr_scope++;
		p->nr_path += vtd_scope_depth(p, offset);
	}
	return 0;
}

/* ------------------------------------------------ one block for all */

/* All that has alignment comes first, so nothing needs padding. */
static void *vtd_carve(void **block, unsigned int nr, size_t bytes)
{
	void *array = *block;

	*block = array + nr * bytes;
	return nr ? array : NULL;
}

static int vtd_alloc(struct vtd_parser *p)
{
	size_t bytes = sizeof(*p->dmar);
	void *block;

	bytes += p->nr[DMAR_TYPE_DRHD] * sizeof(*p->drhd);
	bytes += p->nr[DMAR_TYPE_RMRR] * sizeof(*p->rmrr);
	bytes += p->nr[DMAR_TYPE_ATSR] * sizeof(*p->atsr);
	bytes += p->nr[DMAR_TYPE_RHSA] * sizeof(*p->rhsa);
	bytes += p->nr[DMAR_TYPE_ANDD] * sizeof(*p->andd);
	bytes += p->nr[DMAR_TYPE_SATC] * sizeof(*p->satc);
	bytes += p->nr[DMAR_TYPE_SIDP] * sizeof(*p->sidp);
	bytes += p->nr_scope * sizeof(*p->scope);
	bytes += p->nr_path * sizeof(*p->path);
	bytes += p->name_bytes;
	block = kvzalloc(bytes, GFP_KERNEL);
	if (!block) {
		vtd_refuse(p, 0, "no memory for %zu bytes", bytes);
		return -ENOMEM;
	}
	p->dmar = vtd_carve(&block, 1, sizeof(*p->dmar));
	p->drhd = vtd_carve(&block, p->nr[DMAR_TYPE_DRHD], sizeof(*p->drhd));
	p->rmrr = vtd_carve(&block, p->nr[DMAR_TYPE_RMRR], sizeof(*p->rmrr));
	p->atsr = vtd_carve(&block, p->nr[DMAR_TYPE_ATSR], sizeof(*p->atsr));
	p->rhsa = vtd_carve(&block, p->nr[DMAR_TYPE_RHSA], sizeof(*p->rhsa));
	p->andd = vtd_carve(&block, p->nr[DMAR_TYPE_ANDD], sizeof(*p->andd));
	p->satc = vtd_carve(&block, p->nr[DMAR_TYPE_SATC], sizeof(*p->satc));
	p->sidp = vtd_carve(&block, p->nr[DMAR_TYPE_SIDP], sizeof(*p->sidp));
	p->scope = vtd_carve(&block, p->nr_scope, sizeof(*p->scope));
	p->path = vtd_carve(&block, p->nr_path, sizeof(*p->path));
	p->name = vtd_carve(&block, p->name_bytes, 1);
	return 0;
}

static void vtd_publish_arrays(struct vtd_parser *p)
{
	struct vtd_dmar *dmar = p->dmar;

	dmar->drhd = p->drhd;
	dmar->rmrr = p->rmrr;
	dmar->atsr = p->atsr;
	dmar->rhsa = p->rhsa;
	dmar->andd = p->andd;
	dmar->satc = p->satc;
	dmar->sidp = p->sidp;
}

/* ------------------------------------------------ values, second round */

static int vtd_fill_header(struct vtd_parser *p)
{
	unsigned int width = p->table[DMAR_HDR_ADDRESS_WIDTH] + 1;
	u8 flags = p->table[DMAR_HDR_FLAGS];

	if (width < VTD_DMAR_MIN_WIDTH || width > VTD_DMAR_MAX_WIDTH)
		return vtd_refuse(p, DMAR_HDR_ADDRESS_WIDTH,
				  "address width %u is not in %u to %u bits",
				  width, VTD_DMAR_MIN_WIDTH,
				  VTD_DMAR_MAX_WIDTH);
	p->max_addr = U64_MAX >> (64 - width);
	p->dmar->address_width = width;
	p->dmar->intr_remap = flags & DMAR_FLAG_INTR_REMAP;
	p->dmar->x2apic_opt_out = flags & DMAR_FLAG_X2APIC_OPT_OUT;
	p->dmar->dma_ctrl_opt_in = flags & DMAR_FLAG_DMA_CTRL_OPT_IN;
	return 0;
}

static int vtd_fill_path(struct vtd_parser *p, u32 offset, unsigned int depth)
{
	for (; depth; depth--, offset += DMAR_PATH_BYTES) {
		u8 dev = p->table[offset + DMAR_PATH_DEVICE];
		u8 fn = p->table[offset + DMAR_PATH_FUNCTION];

		if (dev > VTD_PCI_DEV_MAX)
			return vtd_refuse(p, offset + DMAR_PATH_DEVICE,
					  "device %u in a path is above %u",
					  dev, VTD_PCI_DEV_MAX);
		if (fn > VTD_PCI_FN_MAX)
			return vtd_refuse(p, offset + DMAR_PATH_FUNCTION,
					  "function %u in a path is above %u",
					  fn, VTD_PCI_FN_MAX);
		*p->path++ = (struct vtd_path_elem){ .dev = dev, .fn = fn };
	}
	return 0;
}

/*
 * A scope of unknown type is refused: stepping over it could leave a device
 * to the wrong unit.
 */
static int vtd_fill_scope(struct vtd_parser *p, const struct vtd_span *s,
			  u32 offset)
{
	const u8 *raw = p->table + offset;
	struct vtd_dev_scope *scope = p->scope++;

	scope->offset = offset;
	scope->type = raw[DMAR_SCOPE_TYPE];
	if (scope->type < DMAR_SCOPE_ENDPOINT ||
	    scope->type > DMAR_SCOPE_NAMESPACE)
		return vtd_refuse(p, offset + DMAR_SCOPE_TYPE,
				  "device scope type %u is none of %u to %u",
				  scope->type, DMAR_SCOPE_ENDPOINT,
				  DMAR_SCOPE_NAMESPACE);
	if (s->type == DMAR_TYPE_SIDP)
		scope->flags = raw[DMAR_SCOPE_FLAGS];
	scope->enum_id = raw[DMAR_SCOPE_ENUM_ID];
	scope->start_bus = raw[DMAR_SCOPE_START_BUS];
	scope->depth = vtd_scope_depth(p, offset);
	scope->path = p->path;
	if (s->type != DMAR_TYPE_DRHD && (scope->type == DMAR_SCOPE_IOAPIC ||
					  scope->type == DMAR_SCOPE_HPET))
		vtd_note(p, offset,
			 "I/O APIC and HPET scopes belong into a DRHD");
	return vtd_fill_path(p, offset + DMAR_SCOPE_BYTES, scope->depth);
}

static int vtd_fill_scopes(struct vtd_parser *p, const struct vtd_span *s,
			   struct vtd_scope_list *list)
{
	u32 offset = s->offset + vtd_kinds[s->type].bytes;
	int ret;

	if (offset == s->offset + s->length)
		return 0;
	list->scope = p->scope;
	for (; offset < s->offset + s->length;
	     offset = vtd_scope_end(p, offset)) {
		ret = vtd_fill_scope(p, s, offset);
		if (ret)
			return ret;
		list->nr++;
	}
	return 0;
}

static bool vtd_is_pci(const struct vtd_dev_scope *scope)
{
	return scope->type == DMAR_SCOPE_ENDPOINT ||
	       scope->type == DMAR_SCOPE_BRIDGE;
}

static void vtd_note_drhd(struct vtd_parser *p, const struct vtd_drhd *drhd)
{
	unsigned int i;

	if (!drhd->include_all && !drhd->scopes.nr)
		vtd_note(p, drhd->offset, "has no device");
	if (!drhd->include_all)
		return;
	for (i = 0; i < drhd->scopes.nr; i++)
		if (vtd_is_pci(&drhd->scopes.scope[i]))
			vtd_note(p, drhd->scopes.scope[i].offset,
				 "names a device but includes all");
}

static int vtd_fill_drhd(struct vtd_parser *p, const struct vtd_span *s)
{
	const u8 *raw = p->table + s->offset;
	struct vtd_drhd *drhd = &p->drhd[p->dmar->nr_drhd++];
	u32 at = s->offset + DMAR_DRHD_BASE;
	u64 base = get_unaligned_le64(raw + DMAR_DRHD_BASE);
	int ret;

	drhd->offset = s->offset;
	drhd->base = base;
	drhd->size = VTD_DMAR_PAGE
		     << FIELD_GET(DMAR_DRHD_SIZE_N, raw[DMAR_DRHD_SIZE]);
	drhd->segment = get_unaligned_le16(raw + DMAR_DRHD_SEGMENT);
	drhd->include_all = raw[DMAR_DRHD_FLAGS] &
			    DMAR_DRHD_FLAG_INCLUDE_PCI_ALL;
	if (!base || base == U64_MAX)
		return vtd_refuse(p, at, "register base 0x%llx is no address",
				  base);
	if (!IS_ALIGNED(base, VTD_DMAR_PAGE))
		return vtd_refuse(p, at,
				  "register base 0x%llx is not 4 KiB aligned",
				  base);
	if (base > p->max_addr || drhd->size - 1 > p->max_addr - base)
		return vtd_refuse(p, at,
				  "registers at 0x%llx exceed %u address bits",
				  base, p->dmar->address_width);
	ret = vtd_fill_scopes(p, s, &drhd->scopes);
	if (ret)
		return ret;
	vtd_note_drhd(p, drhd);
	return 0;
}

/*
 * Firmware is known to leave the ends unaligned.  Rounding outwards keeps the
 * device working and gives away less than a page at each end.
 */
static void vtd_round_rmrr(struct vtd_parser *p, struct vtd_rmrr *rmrr)
{
	if (IS_ALIGNED(rmrr->base, VTD_DMAR_PAGE) &&
	    IS_ALIGNED(rmrr->limit + 1, VTD_DMAR_PAGE))
		return;
	vtd_note(p, rmrr->offset, "0x%llx to 0x%llx rounded out to 4 KiB pages",
		 rmrr->base, rmrr->limit);
	rmrr->base = ALIGN_DOWN(rmrr->base, (u64)VTD_DMAR_PAGE);
	rmrr->limit |= VTD_DMAR_PAGE - 1;
}

static int vtd_fill_rmrr(struct vtd_parser *p, const struct vtd_span *s)
{
	const u8 *raw = p->table + s->offset;
	struct vtd_rmrr *rmrr = &p->rmrr[p->dmar->nr_rmrr++];
	u32 at = s->offset + DMAR_RMRR_LIMIT;

	rmrr->offset = s->offset;
	rmrr->base = get_unaligned_le64(raw + DMAR_RMRR_BASE);
	rmrr->limit = get_unaligned_le64(raw + DMAR_RMRR_LIMIT);
	rmrr->segment = get_unaligned_le16(raw + DMAR_RMRR_SEGMENT);
	if (rmrr->limit <= rmrr->base)
		return vtd_refuse(p, at,
				  "limit 0x%llx is not above base 0x%llx",
				  rmrr->limit, rmrr->base);
	if (rmrr->limit > p->max_addr)
		return vtd_refuse(p, at, "limit 0x%llx exceeds %u address bits",
				  rmrr->limit, p->dmar->address_width);
	vtd_round_rmrr(p, rmrr);
	if (s->length == DMAR_RMRR_BYTES)
		vtd_note(p, s->offset, "has no device");
	return vtd_fill_scopes(p, s, &rmrr->scopes);
}

static int vtd_fill_atsr(struct vtd_parser *p, const struct vtd_span *s)
{
	const u8 *raw = p->table + s->offset;
	struct vtd_atsr *atsr = &p->atsr[p->dmar->nr_atsr++];

	atsr->offset = s->offset;
	atsr->segment = get_unaligned_le16(raw + DMAR_ATSR_SEGMENT);
	atsr->all_ports = raw[DMAR_ATSR_FLAGS] & DMAR_ATSR_FLAG_ALL_PORTS;
	if (atsr->all_ports && s->length != DMAR_ATSR_BYTES)
		vtd_note(p, s->offset, "names root ports but includes all");
	if (!atsr->all_ports && s->length == DMAR_ATSR_BYTES)
		vtd_note(p, s->offset, "has no root port");
	return vtd_fill_scopes(p, s, &atsr->scopes);
}

static int vtd_fill_rhsa(struct vtd_parser *p, const struct vtd_span *s)
{
	const u8 *raw = p->table + s->offset;
	struct vtd_rhsa *rhsa = &p->rhsa[p->dmar->nr_rhsa++];

	rhsa->offset = s->offset;
	rhsa->base = get_unaligned_le64(raw + DMAR_RHSA_BASE);
	rhsa->proximity_domain = get_unaligned_le32(raw + DMAR_RHSA_PROXIMITY);
	return 0;
}

static int vtd_fill_andd(struct vtd_parser *p, const struct vtd_span *s)
{
	const u8 *raw = p->table + s->offset;
	const u8 *from = raw + DMAR_ANDD_NAME;
	u32 at = s->offset + DMAR_ANDD_NAME;
	u32 bytes = s->length - DMAR_ANDD_BYTES;
	struct vtd_andd *andd = &p->andd[p->dmar->nr_andd++];
	u32 i;

	andd->offset = s->offset;
	andd->device_number = raw[DMAR_ANDD_DEVICE_NUMBER];
	andd->name = p->name;
	for (i = 0; i < bytes && from[i]; i++)
		if (from[i] <= ' ' || from[i] > '~')
			return vtd_refuse(p, at + i,
					  "object name has byte 0x%02x",
					  from[i]);
	if (i == bytes)
		return vtd_refuse(p, s->offset + DMAR_STRUCT_LENGTH,
				  "object name does not end in its %u bytes",
				  bytes);
	if (!i)
		return vtd_refuse(p, at, "object name is empty");
	/* The block is zeroed: the closing 0 is there. */
	memcpy(p->name, from, i);
	p->name += i + 1;
	return 0;
}

static int vtd_fill_satc(struct vtd_parser *p, const struct vtd_span *s)
{
	const u8 *raw = p->table + s->offset;
	struct vtd_satc *satc = &p->satc[p->dmar->nr_satc++];

	satc->offset = s->offset;
	satc->segment = get_unaligned_le16(raw + DMAR_SATC_SEGMENT);
	satc->atc_required = raw[DMAR_SATC_FLAGS] & DMAR_SATC_FLAG_ATC_REQUIRED;
	return vtd_fill_scopes(p, s, &satc->scopes);
}

static int vtd_fill_sidp(struct vtd_parser *p, const struct vtd_span *s)
{
	const u8 *raw = p->table + s->offset;
	struct vtd_sidp *sidp = &p->sidp[p->dmar->nr_sidp++];

	sidp->offset = s->offset;
	sidp->segment = get_unaligned_le16(raw + DMAR_SIDP_SEGMENT);
	return vtd_fill_scopes(p, s, &sidp->scopes);
}

static const struct vtd_kind vtd_kinds[VTD_DMAR_TYPES] = {
	[DMAR_TYPE_DRHD] = { "DRHD", DMAR_DRHD_BYTES, true, vtd_fill_drhd },
	[DMAR_TYPE_RMRR] = { "RMRR", DMAR_RMRR_BYTES, true, vtd_fill_rmrr },
	[DMAR_TYPE_ATSR] = { "ATSR", DMAR_ATSR_BYTES, true, vtd_fill_atsr },
	[DMAR_TYPE_RHSA] = { "RHSA", DMAR_RHSA_BYTES, false, vtd_fill_rhsa },
	[DMAR_TYPE_ANDD] = { "ANDD", DMAR_ANDD_BYTES, false, vtd_fill_andd },
	[DMAR_TYPE_SATC] = { "SATC", DMAR_SATC_BYTES, true, vtd_fill_satc },
	[DMAR_TYPE_SIDP] = { "SIDP", DMAR_SIDP_BYTES, true, vtd_fill_sidp },
};

static int vtd_fill(struct vtd_parser *p, const struct vtd_span *s)
{
	/* Newer firmware may have types we do not know; 8.2 lets us skip them. */
	if (s->type >= VTD_DMAR_TYPES) {
		p->dmar->nr_unknown++;
		vtd_note(p, s->offset, "type %u is unknown, %u bytes skipped",
			 s->type, s->length);
		return 0;
	}
	if (s->type < p->last_type)
		vtd_note(p, s->offset, "stands after type %u, out of order",
			 p->last_type);
	p->last_type = s->type;
	return vtd_kinds[s->type].fill(p, s);
}

/* ------------------------------------------------ one structure against another */

static bool vtd_regs_overlap(const struct vtd_drhd *a, const struct vtd_drhd *b)
{
	return a->base <= b->base + (b->size - 1) &&
	       b->base <= a->base + (a->size - 1);
}

/* Two owners of one register page, or of one device: no way to be safe. */
static int vtd_check_unit_pair(struct vtd_parser *p, const struct vtd_drhd *a,
			       const struct vtd_drhd *b)
{
	if (vtd_regs_overlap(a, b))
		return vtd_refuse(p, b->offset + DMAR_DRHD_BASE,
				  "registers 0x%llx overlap DRHD at offset %u",
				  b->base, a->offset);
	if (a->segment != b->segment || !a->include_all)
		return 0;
	if (b->include_all)
		return vtd_refuse(p, b->offset + DMAR_DRHD_FLAGS,
				  "includes all, as does DRHD at offset %u",
				  a->offset);
	/* Harmless: vtd_dmar_find_unit() looks at explicit scopes first. */
	vtd_note(p, b->offset,
		 "stands after DRHD at offset %u, which includes all",
		 a->offset);
	return 0;
}

static int vtd_check_units(struct vtd_parser *p)
{
	unsigned int i, j;
	int ret;

	p->what = "DRHD";
	for (i = 0; i < p->dmar->nr_drhd; i++) {
		for (j = i + 1; j < p->dmar->nr_drhd; j++) {
			ret = vtd_check_unit_pair(p, &p->drhd[i], &p->drhd[j]);
			if (ret)
				return ret;
		}
	}
	return 0;
}

static bool vtd_same_place(const struct vtd_dev_scope *a,
			   const struct vtd_dev_scope *b)
{
	return a->start_bus == b->start_bus && a->depth == b->depth &&
	       !memcmp(a->path, b->path, a->depth * sizeof(*a->path));
}

/*
 * I/O APICs, HPETs and ACPI devices go by their number, which is unique in
 * the whole machine; PCI devices go by their place in a segment.
 */
static bool vtd_same_device(const struct vtd_drhd *ua,
			    const struct vtd_dev_scope *a,
			    const struct vtd_drhd *ub,
			    const struct vtd_dev_scope *b)
{
	if (a->type != b->type)
		return false;
	if (!vtd_is_pci(a))
		return a->enum_id == b->enum_id;
	return ua->segment == ub->segment && vtd_same_place(a, b);
}

static void vtd_note_shared(struct vtd_parser *p, const struct vtd_drhd *ua,
			    const struct vtd_dev_scope *a)
{
	const struct vtd_drhd *ub;
	unsigned int j;

	for (ub = p->drhd; ub < ua; ub++) {
		for (j = 0; j < ub->scopes.nr; j++) {
			if (!vtd_same_device(ua, a, ub, &ub->scopes.scope[j]))
				continue;
			vtd_note(p, a->offset,
				 "device is in DRHD at offset %u too",
				 ub->offset);
			return;
		}
	}
}

static bool vtd_has_andd(const struct vtd_parser *p, u8 number)
{
	unsigned int i;

	for (i = 0; i < p->dmar->nr_andd; i++)
		if (p->andd[i].device_number == number)
			return true;
	return false;
}

static void vtd_note_scopes(struct vtd_parser *p)
{
	unsigned int i, j;

	for (i = 0; i < p->dmar->nr_drhd; i++) {
		const struct vtd_drhd *drhd = &p->drhd[i];

		for (j = 0; j < drhd->scopes.nr; j++) {
			const struct vtd_dev_scope *scope =
				&drhd->scopes.scope[j];

			vtd_note_shared(p, drhd, scope);
			if (scope->type == DMAR_SCOPE_NAMESPACE &&
			    !vtd_has_andd(p, scope->enum_id))
				vtd_note(p, scope->offset,
					 "ACPI device %u has no ANDD",
					 scope->enum_id);
		}
	}
}

static void vtd_note_rhsa(struct vtd_parser *p)
{
	unsigned int i, j;

	p->what = "RHSA";
	for (i = 0; i < p->dmar->nr_rhsa; i++) {
		for (j = 0; j < p->dmar->nr_drhd; j++)
			if (p->drhd[j].base == p->rhsa[i].base)
				break;
		if (j == p->dmar->nr_drhd)
			vtd_note(p, p->rhsa[i].offset,
				 "no DRHD has its register base 0x%llx",
				 p->rhsa[i].base);
	}
}

static void vtd_note_andd(struct vtd_parser *p)
{
	DECLARE_BITMAP(seen, U8_MAX + 1) = { 0 };
	unsigned int i;

	p->what = "ANDD";
	for (i = 0; i < p->dmar->nr_andd; i++)
		if (__test_and_set_bit(p->andd[i].device_number, seen))
			vtd_note(p, p->andd[i].offset,
				 "device number %u is there twice",
				 p->andd[i].device_number);
}

static int vtd_fill_all(struct vtd_parser *p)
{
	int ret;

	ret = vtd_fill_header(p);
	if (ret)
		return ret;
	ret = vtd_each_span(p, vtd_fill);
	if (ret)
		return ret;
	p->what = "table";
	if (!p->dmar->nr_drhd) {
		vtd_refuse(p, 0, "has no DRHD, so no remapping unit");
		return -ENODEV;
	}
	ret = vtd_check_units(p);
	if (ret)
		return ret;
	vtd_note_scopes(p);
	vtd_note_rhsa(p);
	vtd_note_andd(p);
	return 0;
}

int vtd_dmar_parse(const void *table, size_t len, struct vtd_dmar **out,
		   struct vtd_parse_error *err)
{
	struct vtd_parser p = { .err = err, .what = "table" };
	int ret;

	*out = NULL;
	memset(err, 0, sizeof(*err));
	ret = vtd_check_header(&p, table, len);
	if (ret)
		return ret;
	ret = vtd_each_span(&p, vtd_count);
	if (ret)
		return ret;
	p.what = "table";
	ret = vtd_alloc(&p);
	if (ret)
		return ret;
	vtd_publish_arrays(&p);
	ret = vtd_fill_all(&p);
	if (ret) {
		vtd_dmar_free(p.dmar);
		return ret;
	}
	*out = p.dmar;
	return 0;
}

void vtd_dmar_free(struct vtd_dmar *dmar)
{
	/* The arrays stand in the same block. */
	kvfree(dmar);
}
