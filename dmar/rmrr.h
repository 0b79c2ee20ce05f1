/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory that firmware reserved for devices (RMRRs): whose, whether that can be
 * right, and what is made of it.
 */
#ifndef VTD_RMRR_H
#define VTD_RMRR_H

#include <linux/pci.h>
#include <linux/types.h>

#include "dmar_parse.h"

struct vtd_reply;

/* relax.c */
extern char *vtd_relax_list;
int vtd_relax_check(const char *list, struct vtd_reply *reply);
bool vtd_rmrr_relaxed(struct pci_dev *pdev);
bool vtd_rmrr_relaxable(struct pci_dev *pdev);

/* rmrr.c */
void vtd_rmrrs_each(const struct vtd_dmar *dmar, struct pci_dev *pdev,
		    void (*fn)(const struct vtd_rmrr *rmrr, void *data),
		    void *data);
bool vtd_rmrr_in_ram(const struct vtd_rmrr *rmrr, u64 *start, u64 *end);
struct pci_dev *vtd_scope_meant(const struct vtd_dev_scope *scope, u16 segment);
void vtd_rmrrs_review(const struct vtd_dmar *dmar, struct vtd_reply *bugs,
		      struct vtd_reply *notes);

#endif /* VTD_RMRR_H */
