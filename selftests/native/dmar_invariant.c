// SPDX-License-Identifier: GPL-2.0
/*
 * Invariants of a topology, shared by all that throws mutated tables at the
 * parser.
 *
 * Owns no expectation about a single table: only what holds for each.
 */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/kernel.h>

#include "dmar_invariant.h"
#include "vtd_test.h"

#define MAX_ELEMENTS 65536

/* Every array must start where the one before it ended, in one allocation. */
struct walk {
	const struct vtd_dmar *dmar;
	const char *next;
	u32 table_len;
	const struct vtd_dev_scope *scope;
	const struct vtd_path_elem *path;
	unsigned int nr_scope;
	unsigned int nr_path;
	u8 scope_seen[MAX_ELEMENTS];
	u8 path_seen[MAX_ELEMENTS];
};

typedef const char *(*list_fn)(struct walk *w, const struct vtd_scope_list *l,
			       bool is_sidp);

static const char *each_list(struct walk *w, list_fn fn)
{
	const struct vtd_dmar *d = w->dmar;
	const char *wrong = NULL;
	unsigned int i;

	for (i = 0; !wrong && i < d->nr_drhd; i++)
		wrong = fn(w, &d->drhd[i].scopes, false);
	for (i = 0; !wrong && i < d->nr_rmrr; i++)
		wrong = fn(w, &d->rmrr[i].scopes, false);
	for (i = 0; !wrong && i < d->nr_atsr; i++)
		wrong = fn(w, &d->atsr[i].scopes, false);
	for (i = 0; !wrong && i < d->nr_satc; i++)
		wrong = fn(w, &d->satc[i].scopes, false);
	for (i = 0; !wrong && i < d->nr_sidp; i++)
		wrong = fn(w, &d->sidp[i].scopes, true);
	return wrong;
}

static bool array_wrong(struct walk *w, const void *array, unsigned int nr,
			size_t bytes)
{
	if (!nr)
		return array;
	if (array != w->next)
		return true;
	w->next += nr * bytes;
	return false;
}

static const char *count_list(struct walk *w, const struct vtd_scope_list *l,
			      bool is_sidp)
{
	unsigned int i;

	if (!l->nr != !l->scope)
		return "scope list and its count";
	w->nr_scope += l->nr;
	for (i = 0; i < l->nr; i++)
		w->nr_path += l->scope[i].depth;
	return NULL;
}

/* Each element lies in the array, and belongs to nobody else. */
static bool claim(u8 *seen, size_t total, size_t from, size_t nr)
{
	if (from > total || nr > total - from)
		return false;
	for (; nr--; from++)
		if (seen[from]++)
			return false;
	return true;
}

static const char *scope_wrong(struct walk *w, const struct vtd_dev_scope *s,
			       bool is_sidp)
{
	unsigned int i;

	if (s->type < 1 || s->type > 5)
		return "scope type";
	if (!is_sidp && s->flags)
		return "scope flags outside of an SIDP";
	if (s->offset < 48 || s->offset >= w->table_len)
		return "scope offset";
	if (!s->depth || s->depth > 124)
		return "scope depth";
	if (!claim(w->path_seen, w->nr_path, s->path - w->path, s->depth))
		return "path elements are not its own";
	for (i = 0; i < s->depth; i++)
		if (s->path[i].dev > 31 || s->path[i].fn > 7)
			return "path element";
	return NULL;
}

static const char *list_wrong(struct walk *w, const struct vtd_scope_list *l,
			      bool is_sidp)
{
	const char *wrong = NULL;
	unsigned int i;

	if (!l->nr)
		return NULL;
	if (!claim(w->scope_seen, w->nr_scope, l->scope - w->scope, l->nr))
		return "scopes are not its own";
	for (i = 0; !wrong && i < l->nr; i++)
		wrong = scope_wrong(w, &l->scope[i], is_sidp);
	return wrong;
}

static const char *arrays_wrong(struct walk *w, const struct vtd_dmar *d)
{
	if (array_wrong(w, d->drhd, d->nr_drhd, sizeof(*d->drhd)))
		return "DRHD array";
	if (array_wrong(w, d->rmrr, d->nr_rmrr, sizeof(*d->rmrr)))
		return "RMRR array";
	if (array_wrong(w, d->atsr, d->nr_atsr, sizeof(*d->atsr)))
		return "ATSR array";
	if (array_wrong(w, d->rhsa, d->nr_rhsa, sizeof(*d->rhsa)))
		return "RHSA array";
	if (array_wrong(w, d->andd, d->nr_andd, sizeof(*d->andd)))
		return "ANDD array";
	if (array_wrong(w, d->satc, d->nr_satc, sizeof(*d->satc)))
		return "SATC array";
	if (array_wrong(w, d->sidp, d->nr_sidp, sizeof(*d->sidp)))
		return "SIDP array";
	return NULL;
}

static u64 top(const struct vtd_dmar *d)
{
	return ~0ULL >> (64 - d->address_width);
}

static const char *drhd_wrong(const struct vtd_dmar *d, unsigned int i)
{
	const struct vtd_drhd *u = &d->drhd[i], *v;
	u64 last = u->base + (u->size - 1);

	if (!u->base || u->base == ~0ULL || u->base % 4096)
		return "DRHD base";
	if (u->size < 4096 || u->size > 128 << 20 || !is_power_of_2(u->size))
		return "DRHD size";
	if (last < u->base || last > top(d))
		return "DRHD end";
	for (v = d->drhd; v < u; v++) {
		if (u->base <= v->base + (v->size - 1) && v->base <= last)
			return "DRHD overlap";
		if (u->include_all && v->include_all &&
		    u->segment == v->segment)
			return "two units include all";
	}
	return NULL;
}

static const char *rmrr_wrong(const struct vtd_dmar *d, unsigned int i)
{
	const struct vtd_rmrr *r = &d->rmrr[i];

	if (r->base % 4096 || (r->limit + 1) % 4096)
		return "RMRR alignment";
	if (r->limit <= r->base || r->limit > top(d))
		return "RMRR limit";
	return NULL;
}

static const char *andd_wrong(const struct walk *w, const char *end,
			      unsigned int i)
{
	const char *name = w->dmar->andd[i].name, *c;

	if (name < w->next || name >= end)
		return "ANDD name is not in the block";
	for (c = name; *c; c++)
		if (*c <= ' ' || *c > '~')
			return "ANDD name is not printable";
	return c == name ? "ANDD name is empty" : NULL;
}

static const char *values_wrong(struct walk *w, const char *end)
{
	const struct vtd_dmar *d = w->dmar;
	const char *wrong = NULL;
	unsigned int i;

	for (i = 0; !wrong && i < d->nr_drhd; i++)
		wrong = drhd_wrong(d, i);
	for (i = 0; !wrong && i < d->nr_rmrr; i++)
		wrong = rmrr_wrong(d, i);
	for (i = 0; !wrong && i < d->nr_andd; i++)
		wrong = andd_wrong(w, end, i);
	return wrong;
}

static const char *notes_wrong(const struct vtd_dmar *d, u32 table_len)
{
	unsigned int i;

	for (i = 0; i < VTD_PARSE_NOTES; i++) {
		const struct vtd_parse_note *n = &d->note[i];
		bool made = i < d->nr_notes;

		if (!memchr(n->text, 0, sizeof(n->text)))
			return "note does not end";
		if (made != !!n->text[0])
			return "number of notes";
		if (n->offset >= table_len)
			return "offset of a note";
	}
	return NULL;
}

const char *dmar_topology_wrong(const struct vtd_dmar *dmar, u32 table_len)
{
	static struct walk w;
	const char *end = (const char *)dmar + malloc_usable_size((void *)dmar);
	const char *wrong;

	w.dmar = dmar;
	w.next = (const char *)(dmar + 1);
	w.table_len = table_len;
	w.nr_scope = 0;
	w.nr_path = 0;
	if (!dmar->nr_drhd)
		return "no unit";
	if (dmar->address_width < 32 || dmar->address_width > 64)
		return "address width";
	wrong = arrays_wrong(&w, dmar) ?: each_list(&w, count_list);
	if (wrong)
		return wrong;
	w.scope = (const void *)w.next;
	w.next += w.nr_scope * sizeof(*w.scope);
	w.path = (const void *)w.next;
	w.next += w.nr_path * sizeof(*w.path);
	if (w.next > end || w.nr_scope > MAX_ELEMENTS ||
	    w.nr_path > MAX_ELEMENTS)
		return "arrays are larger than their block";
	memset(w.scope_seen, 0, w.nr_scope);
	memset(w.path_seen, 0, w.nr_path);
	return values_wrong(&w, end)		 ?:
		       each_list(&w, list_wrong) ?:
						   notes_wrong(dmar, table_len);
}

const char *dmar_error_wrong(int ret, const struct vtd_parse_error *err,
			     size_t len)
{
	if (!memchr(err->reason, 0, sizeof(err->reason)))
		return "reason does not end";
	if (!ret)
		return err->reason[0] || err->offset ? "error on success" :
						       NULL;
	if (ret != -EINVAL && ret != -ENODEV && ret != -ENOMEM)
		return "unknown error number";
	if (!strstr(err->reason, ": "))
		return "reason names nothing";
	if (err->offset && err->offset >= len)
		return "offset of the error";
	return NULL;
}

/* Paths made from the topology itself, so that some match. */
static void try_lookups(const struct vtd_dmar *dmar)
{
	struct vtd_pci_path path = { .depth = 1 };
	unsigned int i, j;
	int found;

	for (i = 0; i < dmar->nr_drhd; i++) {
		path.segment = dmar->drhd[i].segment;
		for (j = 0; j < dmar->drhd[i].scopes.nr && j < 4; j++) {
			const struct vtd_dev_scope *s =
				&dmar->drhd[i].scopes.scope[j];

			path.root_bus = s->start_bus;
			path.hop[0].bus = s->start_bus;
			path.hop[0].dev = s->path[0].dev;
			path.hop[0].fn = s->path[0].fn;
			found = vtd_dmar_find_unit(dmar, &path);
			if (s->type <= 2 && s->depth == 1 && found < 0)
				abort();
			if (vtd_dmar_find_enum(dmar, s->type, s->enum_id,
					       NULL) < 0)
				abort();
		}
	}
}

int dmar_try(const u8 *table, size_t len)
{
	struct vtd_parse_error err;
	struct vtd_dmar *dmar = (void *)&err;
	const char *wrong;
	int ret;

	memset(&err, 0xff, sizeof(err));
	ret = vtd_dmar_parse(table, len, &dmar, &err);
	wrong = dmar_error_wrong(ret, &err, len);
	if (!wrong && !ret != !!dmar)
		wrong = "topology and return value";
	if (!wrong && !ret)
		wrong = dmar_topology_wrong(dmar, len);
	if (wrong) {
		fprintf(stderr, "# parser: returned %d (%s), but: %s\n", ret,
			err.reason, wrong);
		abort();
	}
	if (!ret)
		try_lookups(dmar);
	vtd_dmar_free(dmar);
	return ret;
}
