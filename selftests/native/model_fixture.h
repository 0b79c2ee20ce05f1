/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Native tests on the software unit: a machine that notes what it is told.
 */
#ifndef VTD_MODEL_FIXTURE_H
#define VTD_MODEL_FIXTURE_H

#include "vtd_test.h"

#include "../../kunit/model/model.h"
#include "../../kunit/model/spec.h"

/* A unit like those of today, and one like QEMU's. */
#define FIX_CAP                                                   \
	(VTDM_CAP_ND(2) | VTDM_CAP_SAGAW(6) | VTDM_CAP_MGAW(48) | \
	 VTDM_CAP_FRO(0x220) | VTDM_CAP_SLLPS(3) | VTDM_CAP_PSI | \
	 VTDM_CAP_NFR(4) | VTDM_CAP_MAMV(18) | VTDM_CAP_DWD | VTDM_CAP_DRD)
#define FIX_ECAP                                                    \
	(VTDM_ECAP_C | VTDM_ECAP_QI | VTDM_ECAP_PT | VTDM_ECAP_SC | \
	 VTDM_ECAP_IRO(0x500))

/**
 * struct fix - what has been told since fix_start()
 * @broken: by rule: how often
 * @last: the last report
 * @messages: interrupts sent
 * @addr: of the last
 * @data: of the last
 * @quiet: do not print reports: they are expected
 * @interrupt: told of each interrupt sent, under the model's lock, or NULL
 */
struct fix {
	unsigned int broken[VTD_MODEL_NR_RULES];
	struct vtd_model_report last;
	unsigned int messages;
	u64 addr;
	u32 data;
	bool quiet;
	void (*interrupt)(u64 addr, u32 value);
};

extern struct fix fix;

void fix_start(void);
void fix_stop(void);

/* What a polling loop calls instead of vtd_model_tick(), or NULL. */
void fix_relax(void (*relax)(void));

/* Reports so far, of all rules; and forget them. */
unsigned int fix_broken(void);
void fix_forget(void);

/* Nothing was reported, and nothing is wrong now. */
void fix_assert_good(void);

/* A zeroed page that hardware may read, already in memory. */
u64 *fix_page(void);
void fix_page_free(u64 *page);

/* Store as a careful driver does: observed, and written back. */
void fix_store(u64 *at, u64 value);

u32 fix_read32(struct vtd_regs *regs, u32 off);
u64 fix_read64(struct vtd_regs *regs, u32 off);
void fix_write32(struct vtd_regs *regs, u32 off, u32 value);
void fix_write64(struct vtd_regs *regs, u32 off, u64 value);

typedef void (*fix_fn)(void **state);

/* Add a case to the program; run them all. */
void fix_case(fix_fn fn, void *arg, const char *fmt, ...)
	__attribute__((__format__(printf, 3, 4)));
int fix_run(const char *group);

/* The argument of the case that runs. */
uintptr_t fix_arg(void **state);

#endif /* VTD_MODEL_FIXTURE_H */
