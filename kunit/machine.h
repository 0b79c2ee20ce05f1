/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A machine for the suites that take one over: units of the software VT-d, PCI
 * of software, and a DMAR table that ties them together.
 */
#ifndef VTD_KUNIT_MACHINE_H
#define VTD_KUNIT_MACHINE_H

#include <kunit/test.h>

#include <linux/pci.h>

#include "../selftests/native/dmar_build.h"
#include "../selftests/native/model_fixture.h"
#include "control.h"
#include "device.h"
#include "model/pci.h"

#define MACHINE_UNITS 3
#define MACHINE_PAGES 16
#define MACHINE_SEGMENT 0x7d00
#define MACHINE_BASE(i) (0xfe000000ULL + (i) * 0x10000)

/* The board: what is where. */
enum {
	B_PORT_A, /* root port with ACS */
	B_ALONE, /* an endpoint below it */
	B_PORT_B, /* root port without ACS */
	B_TWO_0, /* two functions without ACS below it */
	B_TWO_1,
	B_PORT_C, /* root port with ACS */
	B_TO_PCI, /* PCI Express to PCI bridge below it */
	B_OLD_1, /* two conventional devices below that */
	B_OLD_2,
	B_INTEGRATED, /* on the root bus */
	B_PORT_D, /* root port with ACS */
	B_UP, /* a switch below it */
	B_DOWN_1, /* with ACS */
	B_DOWN_2, /* without */
	B_DOWN_3, /* without */
	B_BEHIND_1, /* an endpoint below each */
	B_BEHIND_2,
	B_BEHIND_3,
	B_PORT_E, /* root port with ACS */
	B_LATER, /* an endpoint below it, absent at first */
	B_PORT_LATER, /* a root port that is absent at first */
	B_SVA, /* on the root bus, with ATS, PASIDs and PRI */
	B_SVA_2, /* another, that takes 4 invalidations at once */
	B_NR,
};

/**
 * struct machine - the one machine
 * @test: the test that runs
 * @nr_units: units
 * @page_latency: of the units to be added
 * @command_latency: the same
 * @unit: of the software VT-d
 * @table: DMAR table
 * @host: PCI
 * @reply: what the driver said last
 * @broken: rules that the model found broken
 * @expect_broken: the test made things go wrong
 * @keeps: the driver keeps tables on purpose: a unit may still walk them
 * @nr_pages: entries of @page
 * @page: for devices to reach
 * @board: functions that @host is made of
 */
struct machine {
	struct kunit *test;
	unsigned int nr_units;
	unsigned int page_latency;
	unsigned int command_latency;
	struct vtd_model_unit *unit[MACHINE_UNITS];
	struct dmar_image table;
	struct vtd_model_host *host;
	struct vtd_reply reply;
	unsigned int broken;
	bool expect_broken;
	bool keeps;
	unsigned int nr_pages;
	u64 *page[MACHINE_PAGES];
	struct vtd_model_function board[VTD_MODEL_FUNCTIONS];
};

/* Nothing but the board in @board, to be changed before machine_build(). */
struct machine *machine_new(struct kunit *test);
unsigned int machine_add_unit(struct machine *m, u64 cap, u64 ecap, u32 policy);
/* PCI; then a table with one unit for everything, if there is none yet. */
void machine_build(struct machine *m);
/* All of it, with one unit. */
struct machine *machine_usual(struct kunit *test);

/* What a polling loop of the driver calls, vtd_model_tick() for NULL. */
void machine_hook_relax(struct machine *m, void (*relax)(void));

/*
 * A command as the control device gives it: with the lock, and without what the
 * last one said. The value is the call's.
 */
#define machine_command(m, call) \
	(machine_command_begin(m), machine_command_end(call))

void machine_command_begin(struct machine *m);
int machine_command_end(int ret);

int machine_attach(struct machine *m);
int machine_detach(struct machine *m);
/* Does the last reply say so? */
bool machine_said(struct machine *m, const char *what);

/*
 * The @nth allocation of this task from now on fails, none for 0, where the kernel
 * can do that.  Returns what was left of the last call's count.
 */
unsigned int machine_fail_nth(unsigned int nth);

/* What a function is to the kernel; stays for the time of the test. */
struct pci_dev *machine_dev(struct machine *m, unsigned int index);
bool machine_managed(struct machine *m, unsigned int index);
struct iommu_group *machine_group(struct machine *m, unsigned int index);

/* Have a driver bound; one that leaves DMA alone, as VFIO's does. */
int machine_bind(struct machine *m, unsigned int index);
int machine_bind_dma_owner(struct machine *m, unsigned int index);
/* One that can be frozen; how many are; what the next freeze fails with, or 0. */
int machine_bind_freezable(struct machine *m, unsigned int index);
unsigned int machine_frozen(struct machine *m);
void machine_fail_freeze(struct machine *m, int error);
void machine_unbind(struct machine *m, unsigned int index);

/* Let a function be a bus master; done by machine_build() for those present. */
void machine_enable(struct machine *m, unsigned int index);

/* What VFIO does: own the group, then attach a domain of its own. */
int machine_assign(struct machine *m, unsigned int index);

/* The command "ats BDF on|off". */
int machine_ats(struct machine *m, unsigned int index, bool on);

/* The endpoint of B_SVA or B_SVA_2, behind unit 0. */
struct vtd_model_endpoint *machine_endpoint(struct machine *m,
					    unsigned int index);

/*
 * A request has not come through: is it to be sent again?  Waits for the answer to
 * a page request.  The group of an answer may have become another's: who is refused
 * asks again, @refused counts.  1, 0, or -ETIMEDOUT when nobody answers.
 */
int machine_ask_again(struct vtd_model_endpoint *ep,
		      const struct vtd_model_result *r, unsigned int *refused);

/* A page that devices may reach, for the time of the test. */
u64 *machine_page(struct machine *m);

/*
 * Write a word by DMA of a function through unit 0: 0 when it came to @at, the
 * fault reason, or -1 when it went elsewhere or nowhere.
 */
int machine_write(struct machine *m, unsigned int index, u64 addr, u64 *at);
/* The same through another unit, or past all when it is NULL. */
int machine_write_by(struct machine *m, struct vtd_model_unit *u,
		     unsigned int index, u64 addr, u64 *at);

/* The driver's unit, while attached. */
struct vtd_unit *machine_unit(unsigned int i);

/* No trace of an attach is left. */
void machine_expect_untouched(struct machine *m);

int machine_suite_init(struct kunit_suite *suite);
void machine_suite_exit(struct kunit_suite *suite);

#endif /* VTD_KUNIT_MACHINE_H */
