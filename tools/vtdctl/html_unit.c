// SPDX-License-Identifier: GPL-2.0
/*
 * The units on the page of "vtdctl html": what each can do, and in words which
 * tables it goes through.
 */
#include <stdlib.h>
#include <string.h>

#include "html.h"

/* VT-d specification, 11.4.2 and 11.4.3: what a bit of cap or ecap is for. */
static const struct {
	bool extended;
	unsigned int bit;
	const char *text;
} bits[] = {
	{ true, 0, "its walks of the tables are snooped" },
	{ true, 1, "takes invalidations by a queue" },
	{ true, 2, "devices may keep translations (ATS)" },
	{ true, 3, "remaps interrupts" },
	{ true, 4, "knows 32-bit APIC ids" },
	{ true, 6, "can pass requests through" },
	{ true, 7, "can snoop what devices access" },
	{ true, 26, "can nest a guest's tables in the host's" },
	{ true, 29, "takes page requests of devices" },
	{ true, 40, "knows PASIDs: several address spaces of one device" },
	{ true, 43, "has scalable mode" },
	{ false, 4, "must be told to flush its write buffer" },
	{ false, 7, "caches what is not present (an emulated unit)" },
	{ false, 56, "has first-stage pages of 1 GiB" },
	{ false, 59, "can post interrupts to a virtual CPU" },
	{ false, 60, "has first-stage tables of 5 levels" },
};

static void show_abilities(FILE *to, unsigned long long cap,
			   unsigned long long ecap)
{
	fprintf(to,
		"<ul><li>addresses of up to %llu bits, %llu domain-ids</li>\n",
		(cap >> 16 & 0x3f) + 1, 1ULL << (4 + 2 * (cap & 7)));
	for (size_t i = 0; i < ARRAY_SIZE(bits); i++)
		if ((bits[i].extended ? ecap : cap) >> bits[i].bit & 1)
			fprintf(to, "<li>%s</li>\n", bits[i].text);
	fputs("</ul>\n", to);
}

static const char legacy[] =
	"Legacy mode: the bus number of a request picks an entry of the <b>root table</b>, which leads to a <b>context table</b>; device and function number pick the entry there, which names the domain and leads to its <b>page tables</b>. What no entry allows is blocked, and is a fault.";
static const char scalable[] =
	"Scalable mode: bus number, then device and function number pick an entry of <b>root table</b> and <b>context table</b>; that leads to a <b>PASID directory</b> and a <b>PASID table</b>, where each address space of a device has an entry with its domain and its <b>page tables</b>. Requests without a PASID use the entry of PASID 0. What no entry allows is blocked, and is a fault.";

static void show_unit(FILE *to, const struct vtd_record *rec)
{
	bool modern = !strcmp(vtd_record_show(rec, "mode"), "scalable");
	const char *cap = vtd_record_get(rec, "cap");
	const char *ecap = vtd_record_get(rec, "ecap");

	fputs("<h3>", to);
	vtd_html_text(to, vtd_record_show(rec, "name"));
	fputs("</h3>\n<p>Registers at ", to);
	vtd_html_text(to, vtd_record_show(rec, "base"));
	fputs(", PCI segment ", to);
	vtd_html_text(to, vtd_record_show(rec, "segment"));
	fputs(", VT-d ", to);
	vtd_html_text(to, vtd_record_show(rec, "version"));
	fputs(". Translation is ", to);
	vtd_html_text(to, vtd_record_show(rec, "translation"));
	fputs(".</p>\n<p>", to);
	fputs(modern ? scalable : legacy, to);
	if (vtd_record_get(rec, "stage")) {
		fputs(" Domains get tables of the ", to);
		vtd_html_text(to, vtd_record_show(rec, "stage"));
		fputs(" stage.", to);
	}
	fputs("</p>\n", to);
	if (cap && ecap)
		show_abilities(to, strtoull(cap, NULL, 16),
			       strtoull(ecap, NULL, 16));
}

/**
 * vtd_html_units() - what the units are
 * @ctl: where to
 * @recs: the records of "status", sorted
 */
void vtd_html_units(struct vtdctl *ctl, const struct vtd_records *recs)
{
	static const struct vtd_column columns[] = {
		{ "name", "Unit", false },
		{ "health", "Health", false },
		{ "mode", "Mode", false },
		{ "stage", "Stage", false },
		{ "devices", "Devices", true },
		{ "domains", "Domains", true },
		{ "faults", "Faults", true },
		{ "overflows", "Overflows", true },
	};
	const struct vtd_part part = { .recs = *recs };

	vtd_html_table(ctl->out, &part, "unit", columns, ARRAY_SIZE(columns));
	for (size_t i = 0; i < recs->count; i++)
		if (vtd_record_is(&recs->list[i], "unit"))
			show_unit(ctl->out, &recs->list[i]);
}
