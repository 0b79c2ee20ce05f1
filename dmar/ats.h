/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What firmware says of translation caches in devices (ATS).
 */
#ifndef VTD_ATS_H
#define VTD_ATS_H

#include <linux/pci.h>

#include "dmar_parse.h"

struct vtd_unit;

/**
 * enum vtd_ats - may a device have translations of its own?
 * @VTD_ATS_NO: it must not
 * @VTD_ATS_ALLOWED: it may
 * @VTD_ATS_REQUIRED: it does not work without (8.8, ATC_REQUIRED); in legacy
 *	mode hardware sees to that, and software leaves it alone
 */
enum vtd_ats {
	VTD_ATS_NO,
	VTD_ATS_ALLOWED,
	VTD_ATS_REQUIRED,
};

enum vtd_ats vtd_ats_policy(const struct vtd_dmar *dmar, struct pci_dev *pdev,
			    const struct vtd_unit *unit);
const char *vtd_ats_name(enum vtd_ats ats);

#endif /* VTD_ATS_H */
