/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Source-ids: what a request carries to say whose it is (VT-d 3.4.1).
 */
#ifndef VTD_SIDS_H
#define VTD_SIDS_H

#include <linux/types.h>

/**
 * vtd_sids_have() - is a source-id one of a device's?
 * @sid: those of the device
 * @nr: how many
 * @wanted: source-id of a request
 *
 * Context: any.
 * Return: true when it is.
 */
static inline bool vtd_sids_have(const u16 *sid, unsigned int nr, u16 wanted)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (sid[i] == wanted)
			return true;
	return false;
}

#endif /* VTD_SIDS_H */
