/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Topologies and what "why" must say of one device in each.
 */
#ifndef VTD_WHY_TABLE_H
#define VTD_WHY_TABLE_H

#include "pci_rig.h"

/**
 * struct why_case - a topology and an answer
 * @what: it shows; NULL behind the last
 * @spec: functions
 * @table: DMAR table, or NULL for one unit for all
 * @prepare: changes the machine before it is asked
 * @relax: the parameter relax_rmrr
 * @device: asked about
 * @assignable: the verdict
 * @reasons: how many
 * @says: texts that are in the answer once each
 */
struct why_case {
	const char *what;
	const struct rig_spec *spec;
	void (*table)(struct dmar_image *image);
	void (*prepare)(void);
	char *relax;
	const char *device;
	const char *assignable;
	unsigned int reasons;
	const char *says[7];
};

extern const struct why_case why_cases[];

#endif /* VTD_WHY_TABLE_H */
