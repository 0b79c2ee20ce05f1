// SPDX-License-Identifier: GPL-2.0
/*
 * The DMAR table in short (VT-d specification, section 8): one line for each
 * structure, and the devices that it names. Believes no length in it.
 */
#include <string.h>

#include "report.h"

#define HEADER 48 /* of the table, with the flags */
#define SCOPE_LINE 256

static unsigned long long number(const unsigned char *p, int bytes)
{
	unsigned long long val = 0;

	while (bytes--)
		val = val << 8 | p[bytes];
	return val;
}

/* By type: what it is called, and where its device scopes begin, 0 for none. */
static const struct {
	const char *name;
	size_t scopes;
} kinds[] = {
	{ "DRHD", 16 }, { "RMRR", 24 }, { "ATSR", 8 }, { "RHSA", 0 },
	{ "ANDD", 0 },	{ "SATC", 8 },	{ "SIDP", 8 },
};

/* " endpoint 00:02.0", with a path over bridges as 00:1c.0/00.0. */
static size_t show_scope(const unsigned char *p, size_t bytes, char *text,
			 size_t room)
{
	static const char *const names[] = { "?",      "endpoint", "bridge",
					     "ioapic", "hpet",	   "acpi" };
	size_t used;

	used = snprintf(text, room,
			" %s %02x:", names[p[0] < ARRAY_SIZE(names) ? p[0] : 0],
			p[5]);
	for (size_t i = 6; i + 1 < bytes && used < room; i += 2)
		used += snprintf(text + used, room - used, "%s%02x.%x",
				 i > 6 ? "/" : "", p[i], p[i + 1] & 7u);
	return used;
}

static void show_scopes(struct vtdctl *ctl, const unsigned char *p,
			size_t bytes)
{
	while (bytes >= 6) {
		char text[SCOPE_LINE];
		size_t length = p[1];

		if (length < 6 || length > bytes) {
			fputs("      a device scope with a wrong length\n",
			      ctl->out);
			return;
		}
		show_scope(p, length, text, sizeof(text));
		vtd_show_wrapped(ctl->out, "     ", "      ", text);
		p += length;
		bytes -= length;
	}
}

static void show_structure(struct vtdctl *ctl, const unsigned char *p,
			   size_t bytes)
{
	unsigned int type = (unsigned int)number(p, 2);

	if (type >= ARRAY_SIZE(kinds)) {
		vtd_show_line(ctl->out, "  ", "    ",
			      "type %u of %zu bytes, not known", type, bytes);
		return;
	}
	if (bytes < 8 || bytes < kinds[type].scopes ||
	    (bytes < 20 && type == 3)) {
		vtd_show_line(ctl->out, "  ", "    ", "%s of %zu bytes only",
			      kinds[type].name, bytes);
		return;
	}
	switch (type) {
	case 0:
		vtd_show_line(
			ctl->out, "  ", "    ",
			"DRHD  segment %04llx  base 0x%llx  flags 0x%02x%s",
			number(p + 6, 2), number(p + 8, 8), p[4],
			p[4] & 1 ? " (all other devices)" : "");
		break;
	case 1:
		vtd_show_line(ctl->out, "  ", "    ",
			      "RMRR  segment %04llx  0x%llx-0x%llx",
			      number(p + 6, 2), number(p + 8, 8),
			      number(p + 16, 8));
		break;
	case 3:
		vtd_show_line(ctl->out, "  ", "    ",
			      "RHSA  base 0x%llx  node %llu", number(p + 8, 8),
			      number(p + 16, 4));
		break;
	case 4:
		vtd_show_line(ctl->out, "  ", "    ", "ANDD  %u: %.*s", p[7],
			      (int)strnlen((const char *)p + 8, bytes - 8),
			      (const char *)p + 8);
		break;
	default:
		vtd_show_line(ctl->out, "  ", "    ",
			      "%s  segment %04llx  flags 0x%02x",
			      kinds[type].name, number(p + 6, 2), p[4]);
	}
	if (kinds[type].scopes)
		show_scopes(ctl, p + kinds[type].scopes,
			    bytes - kinds[type].scopes);
}

/**
 * vtd_show_dmar() - print a DMAR table in short
 * @ctl: where to
 * @table: its bytes
 * @bytes: how many
 */
void vtd_show_dmar(struct vtdctl *ctl, const unsigned char *table, size_t bytes)
{
	size_t at = HEADER;

	if (bytes < HEADER || memcmp(table, "DMAR", 4)) {
		fputs("  not a DMAR table\n", ctl->out);
		return;
	}
	if (number(table + 4, 4) < bytes)
		bytes = number(table + 4, 4);
	vtd_show_line(
		ctl->out, "  ", "    ",
		"revision %u, of %.6s %.8s, %zu bytes, %u address bits, flags 0x%02x",
		table[8], (const char *)table + 10, (const char *)table + 16,
		bytes, table[36] + 1u, table[37]);
	while (at + 4 <= bytes) {
		size_t length = number(table + at + 2, 2);

		if (length < 4 || length > bytes - at) {
			vtd_show_line(
				ctl->out, "  ", "    ",
				"at offset %zu: a structure of a wrong length, %zu",
				at, length);
			return;
		}
		show_structure(ctl, table + at, length);
		at += length;
	}
}
