// SPDX-License-Identifier: GPL-2.0
/*
 * Suite vtd_faults: DMA that a unit refuses, from the device's request through
 * a real interrupt to what the driver tells of it.
 */
#include <linux/delay.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/iommu.h>
#include <linux/kthread.h>
#include <linux/mm.h>

#include "fault.h"
#include "machine.h"
#include "suites.h"

static struct machine *attached(struct kunit *test, unsigned int records)
{
	struct machine *m = machine_new(test);

	machine_add_unit(m,
			 (FIX_CAP & ~VTDM_CAP_NFR(256)) | VTDM_CAP_NFR(records),
			 FIX_ECAP, 0);
	machine_build(m);
	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	return m;
}

static u64 seen(unsigned int unit)
{
	return atomic64_read(&machine_unit(unit)->faults);
}

/* Until the handler has taken @nr faults of a unit, or a second is over. */
static bool taken(unsigned int unit, u64 nr)
{
	unsigned int i;

	for (i = 0; i < 500 && seen(unit) < nr; i++)
		usleep_range(2000, 4000);
	synchronize_irq(machine_unit(unit)->irq);
	return seen(unit) >= nr;
}

static bool refused(struct machine *m, unsigned int index, u64 addr,
		    enum vtd_model_access access)
{
	struct vtd_model_result r;
	u64 data = 0;

	return !vtd_model_host_dma(m->host, index, m->unit[0], addr, access,
				   &data, sizeof(data), &r) &&
	       r.reason;
}

/* The last line of the report that is about the address. */
static bool reported(struct machine *m, const char *what)
{
	vtd_reply_free(&m->reply);
	vtd_fault_report(&m->reply);
	return machine_said(m, what);
}

struct access {
	const char *name;
	enum vtd_model_access access;
	u64 addr;
	const char *says;
};

static const struct access accesses[] = {
	{ "read", VTD_MODEL_READ, 0x123456000,
	  "address=0x123456000 access=read reason=0x06" },
	{ "write", VTD_MODEL_WRITE, 0x123457000,
	  "address=0x123457000 access=write reason=0x05" },
	{ "atomic", VTD_MODEL_ATOMIC, 0x123458000,
	  "address=0x123458000 access=atomic reason=0x05" },
	{ "beyond the width", VTD_MODEL_READ, 0x1000000000000,
	  "address=0x1000000000000 access=read reason=0x04" },
	{ "address 0", VTD_MODEL_WRITE, 0x0,
	  "address=0x0 access=write reason=0x05" },
};

KUNIT_ARRAY_PARAM_DESC(accesses, accesses, name);

static void fault_is_told_as_it_was(struct kunit *test)
{
	const struct access *a = test->param_value;
	struct machine *m = attached(test, 4);
	char line[100];

	KUNIT_ASSERT_TRUE(test, refused(m, B_ALONE, a->addr, a->access));
	KUNIT_ASSERT_TRUE(test, taken(0, 1));
	snprintf(line, sizeof(line), "unit=dmar0 device=%s %s",
		 pci_name(machine_dev(m, B_ALONE)), a->says);
	KUNIT_EXPECT_TRUE_MSG(test, reported(m, line), "%s: %.*s", line,
			      (int)m->reply.len, m->reply.text);
	KUNIT_EXPECT_EQ(test, seen(0), 1);
}

static void fault_of_a_blocked_device(struct kunit *test)
{
	struct machine *m = attached(test, 4);
	struct vtd_model_result r;
	char line[64];

	/* A bus without a table, and a function that nobody knows. */
	vtd_model_translate(m->unit[0], 0x3f08, 0x111000, VTD_MODEL_READ, &r);
	KUNIT_EXPECT_EQ(test, r.reason, 1);
	vtd_model_translate(m->unit[0],
			    vtd_model_host_sid(m->host, B_ALONE) + 3, 0x222000,
			    VTD_MODEL_WRITE, &r);
	KUNIT_EXPECT_EQ(test, r.reason, 2);
	KUNIT_ASSERT_TRUE(test, taken(0, 2));
	KUNIT_EXPECT_TRUE(
		test, reported(m, "address=0x111000 access=read reason=0x01"));
	KUNIT_EXPECT_TRUE(
		test, reported(m, "address=0x222000 access=write reason=0x02"));
	snprintf(line, sizeof(line), "device=%04x:3f:01.0", MACHINE_SEGMENT);
	KUNIT_EXPECT_TRUE(test, reported(m, line));
}

/* Behind a bridge: the source-id is all that is known. */
static void fault_behind_a_bridge_names_the_bridge(struct kunit *test)
{
	struct machine *m = attached(test, 4);
	u16 sid = vtd_model_host_sid(m->host, B_OLD_1);
	char line[64];

	KUNIT_ASSERT_TRUE(test, refused(m, B_OLD_1, 0x333000, VTD_MODEL_READ));
	KUNIT_ASSERT_TRUE(test, taken(0, 1));
	snprintf(line, sizeof(line), "device=%04x:%02x:00.0 address=0x333000",
		 MACHINE_SEGMENT, sid >> 8);
	KUNIT_EXPECT_TRUE(test, reported(m, line));
}

static void each_of_many_faults_is_taken(struct kunit *test)
{
	struct machine *m = attached(test, 4);
	unsigned int i;

	for (i = 1; i <= 40; i++) {
		KUNIT_ASSERT_TRUE(test,
				  refused(m, B_ALONE, i << 12, VTD_MODEL_READ));
		KUNIT_ASSERT_TRUE(test, taken(0, i));
	}
	KUNIT_EXPECT_EQ(test, vtd_model_stats(m->unit[0]).recorded, 40);
}

static const unsigned int records[] = { 1, 2, 8 };

static void records_desc(const unsigned int *nr, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%u records", *nr);
}

KUNIT_ARRAY_PARAM(records, records, records_desc);

/* 7.3.1: nothing is recorded until PFO is cleared. */
static void faults_are_recorded_again_after_an_overflow(struct kunit *test)
{
	unsigned int nr = *(const unsigned int *)test->param_value, i;
	struct machine *m = attached(test, nr);
	struct vtd_regs regs;
	u64 before;

	vtd_model_plug(m->unit[0], &regs);
	/* Masked for as long as it takes to overflow. */
	fix_write32(&regs, 0x38, 0x80000000);
	for (i = 0; i <= nr; i++)
		refused(m, B_ALONE, 0x1000, VTD_MODEL_READ);
	KUNIT_ASSERT_EQ(test, fix_read32(&regs, 0x34) & 3, 3);
	fix_write32(&regs, 0x38, 0);
	KUNIT_ASSERT_TRUE(test, taken(0, nr));
	KUNIT_EXPECT_EQ(test, fix_read32(&regs, 0x34) & 3, 0);
	before = seen(0);
	KUNIT_EXPECT_TRUE(test, refused(m, B_ALONE, 0x2000, VTD_MODEL_READ));
	KUNIT_EXPECT_TRUE(test, taken(0, before + 1));
}

static int storm(void *data)
{
	struct machine *m = data;

	while (!kthread_should_stop()) {
		refused(m, B_ALONE, 0x1000, VTD_MODEL_READ);
		cond_resched();
	}
	return 0;
}

/* L11: a device that never stops keeps nobody from anything else. */
static void handler_ends_while_a_device_keeps_faulting(struct kunit *test)
{
	struct machine *m = attached(test, 8);
	struct task_struct *task;
	unsigned int i;

	task = kthread_run(storm, m, "vtd_kunit_storm");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, task);
	for (i = 0; i < 20; i++) {
		usleep_range(5000, 6000);
		synchronize_irq(machine_unit(0)->irq);
	}
	/* Map and unmap, attach and detach go on. */
	KUNIT_EXPECT_EQ(test, machine_bind(m, B_BEHIND_1), 0);
	machine_unbind(m, B_BEHIND_1);
	kthread_stop(task);
	KUNIT_EXPECT_GT(test, seen(0), 0);
}

static void only_the_last_faults_are_kept(struct kunit *test)
{
	struct machine *m = attached(test, 8);
	unsigned int i, lines = 0;
	size_t at;

	for (i = 1; i <= 300; i++) {
		refused(m, B_ALONE, i << 12, VTD_MODEL_READ);
		KUNIT_ASSERT_TRUE(test, taken(0, i));
	}
	KUNIT_EXPECT_TRUE(test, reported(m, "address=0x12c000 "));
	KUNIT_EXPECT_FALSE(test, machine_said(m, "address=0x2c000 "));
	for (at = 0; at < m->reply.len; at++)
		lines += m->reply.text[at] == '\n';
	KUNIT_EXPECT_EQ(test, lines, 256);
}

static void interrupt_is_given_back(struct kunit *test)
{
	struct machine *m = attached(test, 4);
	unsigned int irq = machine_unit(0)->irq;
	struct vtd_regs regs;

	KUNIT_EXPECT_GT(test, irq, 0);
	KUNIT_EXPECT_EQ(test, machine_detach(m), 0);
	KUNIT_EXPECT_NULL(test, irq_get_irq_data(irq));
	vtd_model_plug(m->unit[0], &regs);
	/* Masked: nobody would answer. */
	KUNIT_EXPECT_EQ(test, fix_read32(&regs, 0x38) & 0x80000000, 0x80000000);
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(fault_is_told_as_it_was, accesses_gen_params),
	KUNIT_CASE(fault_of_a_blocked_device),
	KUNIT_CASE(fault_behind_a_bridge_names_the_bridge),
	KUNIT_CASE(each_of_many_faults_is_taken),
	KUNIT_CASE_PARAM(faults_are_recorded_again_after_an_overflow,
			 records_gen_params),
	KUNIT_CASE(handler_ends_while_a_device_keeps_faulting),
	KUNIT_CASE_SLOW(only_the_last_faults_are_kept),
	KUNIT_CASE(interrupt_is_given_back),
	{}
};

struct kunit_suite vtd_faults_suite = {
	.name = "vtd_faults",
	.suite_init = machine_suite_init,
	.suite_exit = machine_suite_exit,
	.test_cases = cases,
};
