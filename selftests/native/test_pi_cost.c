// SPDX-License-Identifier: GPL-2.0
/*
 * What an interrupt of a device costs until its virtual CPU has it: remapped,
 * where it interrupts a CPU whose handler posts it by software; and posted by
 * the unit.  Interrupts of CPUs are counted on the software unit, instructions
 * of software in a child process that is single-stepped, with a few lines that
 * do what the unit did.  The handler is the shortest there can be: of what a
 * hypervisor does besides, nothing is counted.
 *
 * One virtual CPU runs on each of up to 8 CPUs, the others are preempted; they
 * take turns.  A CPU that is busy handles notifications after a while only.
 *
 * SRCS: intr_remap/table.c posted_intr/desc.c
 * SRCS: dmar/qi.c dmar/context.c dmar/unit.c dmar/domain.c
 * SRCS: dmar/pasid.c dmar/scalable.c dmar/devtlb.c
 * SRCS: dmar/flush.c dmar/pgtable.c dmar/identity.c dmar/reply.c
 * SRCS: kunit/model/model.c kunit/model/memory.c kunit/model/regs.c
 * SRCS: kunit/model/fault.c kunit/model/walk.c kunit/model/cache.c
 * SRCS: kunit/model/queue.c kunit/model/device.c kunit/model/check.c
 * SRCS: kunit/model/quiescent.c kunit/model/intr.c kunit/model/check_intr.c
 * SRCS: selftests/native/model_fixture.c selftests/native/rig.c
 * SRCS: selftests/native/ir_rig.c selftests/native/step.c
 * CFLAGS: -DVTD_OBSERVER -O2 -fno-sanitize=all -fomit-frame-pointer
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "ir_rig.h"
#include "step.h"

#include "../../posted_intr/desc.h"

#define SID 0x0118
#define INTERRUPTS 128
#define TURN 16 /* interrupts until others run */
#define BUSY 8 /* interrupts until a busy CPU looks */
#define CPUS 8
#define LINES_OF_ONE 4
#define NOTIFY 0xf2
#define LINE0 0x20 /* vector of remapped lines, by line / CPUS */

/**
 * struct setting - one row of the table
 * @vcpus: how many there are
 * @busy: the CPUs are
 * @posted: by the unit
 */
struct setting {
	unsigned int vcpus;
	bool busy;
	bool posted;
};

/**
 * struct result - of one run
 * @interrupts: of CPUs: by remapped lines and by notifications
 * @taken: vectors that virtual CPUs got
 */
struct result {
	unsigned int interrupts;
	unsigned int taken;
};

static struct vtd_pi_desc *descs;
static struct vtd_pi_desc spare[64];
static struct setting set;
static struct result result;
static unsigned int cpus, current_of[CPUS];
static bool notified[CPUS];
static int host_line; /* that a CPU was interrupted for, or -1 */

/* What is between these is software. */
static void soft(bool on)
{
	WRITE_ONCE(step_shared->locked, on);
}

static u8 vector_of(unsigned int line)
{
	return 0x40 + line % LINES_OF_ONE * 64 / LINES_OF_ONE;
}

static struct vtd_pi_target cpu_of(unsigned int v)
{
	return (struct vtd_pi_target){ NOTIFY, v % cpus, false };
}

/* --- hardware, twice -------------------------------------------------------- */

static void from_unit(u64 addr, u32 data)
{
	unsigned int cpu = addr >> 12 & 0xff;

	if (data == NOTIFY)
		notified[cpu] = true;
	else
		host_line = (data - LINE0) * CPUS + cpu;
}

static void raise_on_model(unsigned int line)
{
	assert_int_equal(ir_ask(SID, line), 0);
}

static void raise_plainly(unsigned int line)
{
	struct vtd_pi_desc *d = &descs[line / LINES_OF_ONE];
	u8 v = vector_of(line);

	if (!set.posted) {
		host_line = line;
		return;
	}
	d->pir[v / 64] |= 1ULL << v % 64;
	if (d->control & 3)
		return;
	d->control |= 1;
	notified[d->control >> 40 & 0xff] = true;
}

/* --- software --------------------------------------------------------------- */

static noinline void take(unsigned int v)
{
	u64 pir[4];

	result.taken += vtd_pi_harvest(&descs[v], pir);
}

/* The handler of a remapped interrupt: it knows whose the line is. */
static noinline void inject(unsigned int line)
{
	struct vtd_pi_desc *d = &descs[line / LINES_OF_ONE];

	if (vtd_pi_post(d, vector_of(line), false))
		notified[READ_ONCE(d->control) >> 40 & 0xff] = true;
}

static void turn(void)
{
	unsigned int cpu;

	for (cpu = 0; cpu < cpus; cpu++) {
		soft(true);
		vtd_pi_suspend(&descs[current_of[cpu]]);
		current_of[cpu] = (current_of[cpu] + cpus) % set.vcpus;
		if (vtd_pi_resume(&descs[current_of[cpu]],
				  cpu_of(current_of[cpu])))
			take(current_of[cpu]);
		soft(false);
	}
}

static void answer(void)
{
	unsigned int cpu;

	for (cpu = 0; cpu < cpus; cpu++) {
		if (!notified[cpu])
			continue;
		notified[cpu] = false;
		result.interrupts++;
		soft(true);
		take(current_of[cpu]);
		soft(false);
	}
}

static void begin(void)
{
	unsigned int i;

	cpus = set.vcpus < CPUS ? set.vcpus : CPUS;
	memset(notified, 0, sizeof(notified));
	result = (struct result){};
	for (i = 0; i < set.vcpus; i++)
		vtd_pi_init(&descs[i], cpu_of(i));
	for (i = 0; i < cpus; i++) {
		current_of[i] = i;
		vtd_pi_resume(&descs[i], cpu_of(i));
	}
}

static void run(void (*raise)(unsigned int line))
{
	u64 seed = 1;
	unsigned int i;

	for (i = 1; i <= INTERRUPTS; i++) {
		host_line = -1;
		raise(vtd_rand(&seed) % (set.vcpus * LINES_OF_ONE));
		if (host_line >= 0) {
			result.interrupts++;
			soft(true);
			inject(host_line);
			soft(false);
		}
		if (!set.busy || i % BUSY == 0)
			answer();
		if (set.vcpus > cpus && i % TURN == 0)
			turn();
	}
}

/* --- what is counted -------------------------------------------------------- */

static void run_on_model(void)
{
	unsigned int i;

	rig_start();
	rig_add(FIX_CAP | VTDM_CAP_PI, IR_ECAP, 0, 1, 0);
	ir_on(256, false);
	descs = (void *)fix_page();
	fix.interrupt = from_unit;
	begin();
	for (i = 0; i < set.vcpus * LINES_OF_ONE; i++) {
		u64 pda = virt_to_phys(&descs[i / LINES_OF_ONE]);
		u64 source = vtd_irte_from_sid(SID);
		struct vtd_irte irte =
			set.posted ?
				vtd_irte_posted(pda, vector_of(i), false,
						source) :
				vtd_irte_remapped(LINE0 + i / CPUS, i % CPUS,
						  false, false, source);

		assert_int_equal(ir_alloc(1), i);
		assert_int_equal(vtd_ir_table_set(&ir.table, i, irte), 0);
	}
	run(raise_on_model);
	fix_assert_good();
	ir_off();
	fix_page_free((u64 *)descs);
	rig_stop();
}

static void prepare(const void *arg)
{
	descs = spare;
	begin();
}

static void work(const void *arg)
{
	run(raise_plainly);
}

static void count_soft(void *data)
{
	unsigned long *steps = data;

	*steps += READ_ONCE(step_shared->locked);
}

/* Interrupts of CPUs, and instructions, of all of a run. */
static void measure(bool posted, unsigned int *interrupts, unsigned long *steps)
{
	struct result on_model;

	set.posted = posted;
	run_on_model();
	on_model = result;
	/* The few lines are right about the unit. */
	prepare(NULL);
	work(NULL);
	assert_memory_equal(&result, &on_model, sizeof(result));
	assert_true(result.taken > 0);
	*interrupts = result.interrupts;
	*steps = 0;
	step_each(prepare, work, NULL, count_soft, steps);
}

static void test_cost(void **state)
{
	uintptr_t arg = fix_arg(state);
	unsigned int remapped, posted;
	unsigned long inject_steps, post_steps;

	set = (struct setting){ .vcpus = arg & 0xff, .busy = arg >> 8 };
	measure(false, &remapped, &inject_steps);
	measure(true, &posted, &post_steps);
	print_message(
		"# %2u virtual CPUs, %s: an interrupt is %3lu instructions and %.2f notifications remapped, %3lu and %.2f posted\n",
		set.vcpus, set.busy ? "busy" : "idle",
		inject_steps / INTERRUPTS, (double)remapped / INTERRUPTS,
		post_steps / INTERRUPTS, (double)posted / INTERRUPTS);
	/* Each remapped one is an interrupt of a CPU by itself. */
	assert_true(remapped >= INTERRUPTS && posted < remapped);
	assert_true(posted <= INTERRUPTS);
	/* Of those that are preempted few are told, of busy ones fewer. */
	if (set.vcpus > CPUS)
		assert_true(posted * 2 < INTERRUPTS);
	else if (set.busy)
		assert_true(posted < INTERRUPTS);
#ifdef VTD_COVERAGE
	skip(); /* the counters of the coverage build would be counted too */
#endif
	assert_true(post_steps < inject_steps);
}

int main(void)
{
	static const unsigned int vcpus[] = { 1, 8, 64 };
	unsigned int i;

	if (step_init())
		return 1;
	for (i = 0; i < 6; i++)
		fix_case(test_cost,
			 (void *)(uintptr_t)(vcpus[i / 2] | (i & 1) << 8),
			 "cost: %u virtual CPUs, %s", vcpus[i / 2],
			 i & 1 ? "busy" : "idle");
	return fix_run("pi-cost");
}
