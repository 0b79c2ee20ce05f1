// SPDX-License-Identifier: GPL-2.0
/*
 * Which unit, and which device scope, a device belongs to (VT-d spec 8.3).
 *
 * Owns the comparison of a device's way from its root bus with the paths that
 * firmware wrote down.  Must never look at the system: the caller finds the
 * way.
 */
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/types.h>

#include "../include/vtd/hw/dmar_table.h"
#include "dmar_parse.h"

/*
 * How many hops of @path a scope accounts for, counted from the root; 0 when
 * it does not cover the device.  The deeper, the more specific.
 */
static unsigned int vtd_scope_reach(const struct vtd_dev_scope *scope,
				    const struct vtd_pci_path *path)
{
	unsigned int start, i;

	if (path->depth > VTD_PCI_PATH_MAX ||
	    (scope->type != DMAR_SCOPE_ENDPOINT &&
	     scope->type != DMAR_SCOPE_BRIDGE))
		return 0;
	for (start = 0; start < path->depth; start++)
		if (path->hop[start].bus == scope->start_bus)
			break;
	if (start + scope->depth > path->depth)
		return 0;
	for (i = 0; i < scope->depth; i++)
		if (path->hop[start + i].dev != scope->path[i].dev ||
		    path->hop[start + i].fn != scope->path[i].fn)
			return 0;
	if (scope->type == DMAR_SCOPE_ENDPOINT &&
	    start + scope->depth != path->depth)
		return 0;
	return start + scope->depth;
}

bool vtd_scope_matches(const struct vtd_dev_scope *scope,
		       const struct vtd_pci_path *path)
{
	return vtd_scope_reach(scope, path);
}

const struct vtd_dev_scope *
vtd_scope_list_matches(const struct vtd_scope_list *list,
		       const struct vtd_pci_path *path)
{
	unsigned int i;

	for (i = 0; i < list->nr; i++)
		if (vtd_scope_reach(&list->scope[i], path))
			return &list->scope[i];
	return NULL;
}

/* How well a unit's scopes fit; 0 when none does. */
static unsigned int vtd_unit_rank(const struct vtd_drhd *drhd,
				  const struct vtd_pci_path *path)
{
	unsigned int best = 0, i;

	for (i = 0; i < drhd->scopes.nr; i++) {
		const struct vtd_dev_scope *scope = &drhd->scopes.scope[i];
		unsigned int reach = vtd_scope_reach(scope, path);

		if (!reach)
			continue;
		/* An endpoint scope reaches the device: it beats any bridge. */
		best = max(best,
			   2 * reach + (scope->type == DMAR_SCOPE_ENDPOINT));
	}
	return best;
}

int vtd_dmar_find_unit(const struct vtd_dmar *dmar,
		       const struct vtd_pci_path *path)
{
	unsigned int best = 0, i;
	int found = -ENODEV;

	for (i = 0; i < dmar->nr_drhd; i++) {
		const struct vtd_drhd *drhd = &dmar->drhd[i];
		unsigned int rank;

		if (drhd->segment != path->segment)
			continue;
		rank = vtd_unit_rank(drhd, path);
		if (rank > best) {
			best = rank;
			found = i;
		}
		if (found < 0 && drhd->include_all)
			found = i;
	}
	return found;
}

int vtd_dmar_find_enum(const struct vtd_dmar *dmar, u8 type, u8 enum_id,
		       const struct vtd_dev_scope **scope)
{
	unsigned int i, j;

	for (i = 0; i < dmar->nr_drhd; i++) {
		const struct vtd_scope_list *list = &dmar->drhd[i].scopes;

		for (j = 0; j < list->nr; j++) {
			if (list->scope[j].type != type ||
			    list->scope[j].enum_id != enum_id)
				continue;
			if (scope)
				*scope = &list->scope[j];
			return i;
		}
	}
	return -ENODEV;
}
