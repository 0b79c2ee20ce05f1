/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Native tests of domains: units of every kind, and the steps by which a
 * device joins and leaves a domain.
 */
#ifndef VTD_DOMAIN_RIG_H
#define VTD_DOMAIN_RIG_H

#include <linux/kernel.h>

#include "rig.h"

static const u16 sid_a[] = { RIG_SID }, sid_b[] = { 0x0200 };

static inline struct vtd_domain *alloc(unsigned int unit)
{
	return rig_domain(unit);
}

static inline void attach(struct vtd_domain *d, unsigned int unit,
			  const u16 *sid)
{
	assert_int_equal(
		vtd_domain_attach(d, &rig.unit[unit], VTD_NO_PASID, sid, 1), 0);
}

static inline int block(unsigned int unit, const u16 *sid)
{
	struct vtd_translation none = {};

	return vtd_context_set(&rig.unit[unit], sid, 1, VTD_NO_PASID, &none);
}

/* As vtd_device_leave_domain() does it. */
static inline int detach(struct vtd_domain *d, unsigned int unit,
			 const u16 *sid)
{
	int ret = block(unit, sid);

	vtd_domain_detach(d, &rig.unit[unit], VTD_NO_PASID, sid[0], !ret);
	return ret;
}

static inline unsigned int ask(u64 addr, u64 *phys)
{
	return rig_ask(0, RIG_SID, addr, VTD_MODEL_WRITE, phys);
}

static inline void assert_at(u64 addr, u64 phys)
{
	u64 at;

	assert_int_equal(ask(addr, &at), 0);
	assert_true(at == phys);
}

static inline void start_kind(unsigned int i)
{
	rig_start_kind(i, VTD_MODEL_EAGER);
}

/* A case on a unit of each kind; needs an unsigned int i. */
#define EACH(fn, text)                                                  \
	do {                                                            \
		for (i = 0; i < RIG_KINDS; i++)                         \
			fix_case(fn, (void *)(uintptr_t)i, text ", %s", \
				 rig_kinds[i].name);                    \
	} while (0)

/* What the program has besides those of its own file. */
void flush_cases(void);

#endif /* VTD_DOMAIN_RIG_H */
