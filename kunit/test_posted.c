// SPDX-License-Identifier: GPL-2.0
/*
 * Posted interrupts on the software unit and on the guest's own CPUs: what the
 * unit notifies comes to them as real interrupts.
 *
 * Stands in for vtd_intr_remap: an interrupt's number is that of its entry.
 */
/* It chooses a prefix for the log. */
#undef pr_fmt
#include "../posted_intr/notify.c"

#include <linux/cpu.h>
#include <linux/delay.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/random.h>

#include <asm/irq_remapping.h>

#include <vtd/remap.h>
#include <vtd/symbol.h>
#include "../selftests/modules/vtd_posted_test/life.h"
#include "../selftests/native/ir_rig.h"
#include "posting.h"
#include "suites.h"

#define CAP_PI BIT_ULL(59)

/* Where an interrupt goes that is not posted: no CPU has it. */
#define HOST_VECTOR 0x21

/* Vectors of a virtual CPU, each with an entry of its own. */
#define VECTORS 32

static unsigned int interrupts = 100000;
module_param_named(posted, interrupts, uint, 0444);
MODULE_PARM_DESC(posted, "Interrupts of the long case of vtd_posted");

static atomic_t strays, failures;

static u16 sid_of(unsigned int irq)
{
	return 0x0100 + irq % 8;
}

int vtd_remap_post(unsigned int irq, const struct vtd_post *post)
{
	return vtd_ir_table_set(
		&ir.table, irq,
		vtd_irte_posted(post->pda, post->vector, post->urgent,
				vtd_irte_from_sid(sid_of(irq))));
}

int vtd_remap_unpost(unsigned int irq)
{
	return vtd_ir_table_set(
		&ir.table, irq,
		vtd_irte_remapped(HOST_VECTOR, 0, true, false,
				  vtd_irte_from_sid(sid_of(irq))));
}

/* The message that a unit sends, as the interrupt that it is. */
static void notified(u64 addr, u32 data)
{
	u32 id = (addr >> 12 & 0xff) | (addr >> 32);
	unsigned int cpu;

	if ((data & 0xff) == HOST_VECTOR)
		return;
	for_each_possible_cpu(cpu) {
		struct vtd_pi_slot *slot = per_cpu_ptr(&vtd_pi_slots, cpu);
		unsigned int irq = READ_ONCE(slot->irq);
		struct irq_data *level;

		if (!irq || slot->target.vector != (data & 0xff) ||
		    slot->target.apic_id != id)
			continue;
		level = irq_get_irq_data(irq);
		level->chip->irq_retrigger(level);
		return;
	}
	atomic_inc(&strays);
}

static void start(struct kunit *test, u32 policy)
{
	rig_start();
	rig_add(FIX_CAP | CAP_PI, IR_ECAP | VTDM_ECAP_EIM, policy, 1, 3);
	ir_on(LIFE_VCPUS * VECTORS, x2apic_enabled());
	vtd_shim_virtual_clock(1000000, 0);
	fix.interrupt = notified;
	atomic_set(&strays, 0);
	atomic_set(&failures, 0);
	KUNIT_ASSERT_EQ(test, vtd_pi_slots_create(), 0);
}

/* Descriptors are gone. */
static void stop(struct kunit *test)
{
	unsigned int i;

	vtd_pi_slots_destroy();
	for (i = 0; i < LIFE_VCPUS * VECTORS; i++)
		vtd_ir_table_clear(&ir.table, i, 1);
	vtd_shim_virtual_clock(1000000, 10000);
	KUNIT_EXPECT_EQ(test, atomic_read(&failures), 0);
	ir_stop();
}

static void raise_msi(struct life *life, unsigned int vcpu, u8 vector)
{
	unsigned int irq = vcpu * VECTORS + vector;
	struct vtd_model_interrupt got;

	if (!vtd_model_msi(rig.model[0], sid_of(irq), vtd_msi_addr(irq, false),
			   0, &got))
		atomic_inc(&failures);
	/* Its handler has it: that is injected. */
	else if (!got.posted)
		vtd_posted_post(life->vcpu[vcpu].posted, vector, false);
	else if (got.vector != vector ||
		 got.descriptor != life->vcpu[vcpu].posted->pda)
		atomic_inc(&failures);
}

static void bind(struct life *life, unsigned int irq)
{
	if (vtd_posted_bind(life->vcpu[irq / VECTORS].posted, irq,
			    irq % VECTORS, !(irq % 16)))
		atomic_inc(&failures);
}

/* Entries go from one form to the other and back. */
static int changes(void *data)
{
	struct life *life = data;

	while (!kthread_should_stop()) {
		unsigned int irq = get_random_u32_below(LIFE_VCPUS * VECTORS);

		if (vtd_posted_unbind(life->vcpu[irq / VECTORS].posted, irq))
			atomic_inc(&failures);
		cond_resched();
		bind(life, irq);
		usleep_range(50, 100);
	}
	return 0;
}

/* CPUs go and come, all but the first. */
static int plugs(void *data)
{
	unsigned int cpu = num_possible_cpus() - 1;

	while (cpu && !kthread_should_stop()) {
		if (remove_cpu(cpu) || add_cpu(cpu))
			atomic_inc(&failures);
		usleep_range(20000, 40000);
	}
	return 0;
}

static void live(struct kunit *test, u32 policy, bool plug, unsigned int nr)
{
	struct life life = { .raise = raise_msi, .vectors = VECTORS };
	struct task_struct *task[2];
	struct vtd_model_stats stats;
	unsigned int i;
	u64 silent;

	start(test, policy);
	KUNIT_ASSERT_EQ(test, life_begin(&life), 0);
	for (i = 0; i < LIFE_VCPUS * VECTORS; i++)
		bind(&life, i);
	task[0] = kthread_run(changes, &life, "posted-changes");
	task[1] = plug ? kthread_run(plugs, NULL, "posted-plugs") : NULL;
	KUNIT_EXPECT_EQ(test, life_run(&life, nr), 0);
	kthread_stop(task[0]);
	if (plug)
		kthread_stop(task[1]);
	stats = vtd_model_stats(rig.model[0]);
	kunit_info(
		test,
		"%llu interrupts, %llu posted by the unit: %llu notified, %llu suppressed, %llu with one outstanding; %llu notifications, %llu wake-ups arrived\n",
		life.raised, stats.posted, stats.notifications,
		stats.suppressed, stats.pending, life.stats.notifications,
		life.stats.wakeups);
	KUNIT_EXPECT_EQ(test, life.taken, life.raised);
	KUNIT_EXPECT_EQ(test, life.lost, 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&life.doubled), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&life.stuck), 0);
	KUNIT_EXPECT_GT(test, stats.posted, life.raised / 2);
	/* One may be suppressed and have one outstanding as well. */
	silent = stats.posted - stats.notifications;
	KUNIT_EXPECT_LE(test, stats.suppressed, silent);
	KUNIT_EXPECT_LE(test, stats.pending, silent);
	KUNIT_EXPECT_GE(test, stats.suppressed + stats.pending, silent);
	if (!plug)
		KUNIT_EXPECT_EQ(test, atomic_read(&strays), 0);
	life_end(&life);
	stop(test);
}

static void storm(struct kunit *test)
{
	live(test, VTD_MODEL_EAGER, false, interrupts);
}

static void any_order(struct kunit *test)
{
	live(test,
	     VTD_MODEL_EAGER | VTD_MODEL_EVICT | VTD_MODEL_PREFETCH |
		     VTD_MODEL_REORDER,
	     false, interrupts / 10);
}

static void hotplug(struct kunit *test)
{
	if (num_online_cpus() < 2)
		kunit_skip(test, "one CPU");
	live(test, VTD_MODEL_EAGER, true, interrupts / 10);
}

static void note(struct vtd_posted *p, void *data)
{
	atomic_inc(data);
}

static const struct vtd_posted_ops note_ops = { .notify = note, .wake = note };

static bool comes_to(atomic_t *told, int nr)
{
	unsigned int i;

	for (i = 0; i < 1000 && atomic_read(told) < nr; i++)
		usleep_range(100, 200);
	/* And not to more. */
	usleep_range(2000, 3000);
	return atomic_read(told) == nr;
}

static bool ask(unsigned int irq)
{
	return vtd_model_msi(rig.model[0], sid_of(irq),
			     vtd_msi_addr(irq, false), 0, &ir.got);
}

/* What one state after the other makes of one interrupt after the other. */
static void states(struct kunit *test)
{
	atomic_t told = ATOMIC_INIT(0);
	u64 pir[VTD_POSTED_WORDS];
	struct vtd_posted *p;

	start(test, 0);
	p = vtd_posted_alloc("states", &note_ops, &told);
	KUNIT_ASSERT_FALSE(test, IS_ERR(p));
	KUNIT_ASSERT_EQ(test, vtd_posted_bind(p, 5, 77, false), 0);
	KUNIT_ASSERT_EQ(test, vtd_posted_bind(p, 6, 200, true), 0);

	/* preempted: in silence, but for what is urgent */
	KUNIT_EXPECT_TRUE(test, ask(5));
	KUNIT_EXPECT_TRUE(test, comes_to(&told, 0));
	KUNIT_EXPECT_TRUE(test, vtd_posted_pending(p));
	KUNIT_EXPECT_TRUE(test, ask(6));
	KUNIT_EXPECT_TRUE(test, comes_to(&told, 1));
	KUNIT_EXPECT_EQ(test, vtd_posted_run(p, 0), 1);
	KUNIT_EXPECT_EQ(test, vtd_posted_harvest(p, pir), 2);
	KUNIT_EXPECT_EQ(test, pir[1], BIT_ULL(77 - 64));
	KUNIT_EXPECT_EQ(test, pir[3], BIT_ULL(200 - 192));
	KUNIT_EXPECT_EQ(test, vtd_posted_stats(p).suppressed, 2);

	/* running: told once for all until it looks */
	KUNIT_EXPECT_TRUE(test, ask(5));
	KUNIT_EXPECT_TRUE(test, ask(6));
	KUNIT_EXPECT_TRUE(test, comes_to(&told, 2));
	KUNIT_EXPECT_EQ(test, vtd_posted_harvest(p, pir), 2);
	KUNIT_EXPECT_TRUE(test, ask(5));
	KUNIT_EXPECT_TRUE(test, comes_to(&told, 3));
	KUNIT_EXPECT_EQ(test, vtd_posted_harvest(p, pir), 1);

	/* halted: woken */
	KUNIT_EXPECT_EQ(test, vtd_posted_halt(p, num_online_cpus() - 1), 0);
	KUNIT_EXPECT_TRUE(test, ask(5));
	KUNIT_EXPECT_TRUE(test, comes_to(&told, 4));
	KUNIT_EXPECT_EQ(test, vtd_posted_stats(p).wakeups, 1);
	/* not taken yet: moving says so */
	KUNIT_EXPECT_EQ(test, vtd_posted_run(p, 0), 1);
	KUNIT_EXPECT_EQ(test, vtd_posted_harvest(p, pir), 1);
	KUNIT_EXPECT_EQ(test, vtd_posted_run(p, nr_cpu_ids), -EINVAL);

	/* bound anew, and not at all */
	KUNIT_EXPECT_EQ(test, vtd_posted_bind(p, 5, 78, false), 0);
	KUNIT_EXPECT_TRUE(test, ask(5));
	KUNIT_EXPECT_EQ(test, ir.got.vector, 78);
	KUNIT_EXPECT_EQ(test, vtd_posted_unbind(p, 5), 0);
	KUNIT_EXPECT_EQ(test, vtd_posted_unbind(p, 5), -ENOENT);
	KUNIT_EXPECT_TRUE(test, ask(5));
	KUNIT_EXPECT_EQ(test, ir.got.vector, HOST_VECTOR);
	KUNIT_EXPECT_EQ(test, vtd_posted_harvest(p, pir), 1);
	vtd_posted_free(p);
	stop(test);
}

/*
 * A notification that comes while its descriptor is in no place is lost; what
 * is outstanding says so, also where the descriptor comes back to its old one.
 */
static void nowhere_to_go(struct kunit *test)
{
	struct vtd_pi_slot *slot = per_cpu_ptr(&vtd_pi_slots, 0);
	atomic_t told = ATOMIC_INIT(0);
	u64 pir[VTD_POSTED_WORDS];
	struct vtd_posted *p;
	unsigned int irq;

	if (num_online_cpus() < 2)
		kunit_skip(test, "one CPU");
	start(test, 0);
	p = vtd_posted_alloc("nowhere", &note_ops, &told);
	KUNIT_ASSERT_FALSE(test, IS_ERR(p));
	KUNIT_ASSERT_EQ(test, vtd_posted_bind(p, 5, 77, false), 0);
	KUNIT_ASSERT_EQ(test, vtd_posted_run(p, 1), 0);
	fix.interrupt = NULL;
	KUNIT_EXPECT_TRUE(test, ask(5));
	fix.interrupt = notified;
	KUNIT_EXPECT_TRUE(test, comes_to(&told, 0));
	irq = slot->irq;
	slot->irq = 0;
	KUNIT_EXPECT_EQ(test, vtd_posted_run(p, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, p->slot->cpu, 1);
	KUNIT_EXPECT_TRUE(test, comes_to(&told, 1));
	slot->irq = irq;
	KUNIT_EXPECT_EQ(test, vtd_posted_harvest(p, pir), 1);
	KUNIT_EXPECT_TRUE(test, ask(5));
	KUNIT_EXPECT_TRUE(test, comes_to(&told, 2));
	vtd_posted_free(p);
	stop(test);
}

/* A unit that does not forget an entry may post to it for good. */
static void lost_memory(struct kunit *test)
{
	atomic_t told = ATOMIC_INIT(0);
	struct vtd_pi_desc *desc;
	struct vtd_posted *p;

	start(test, 0);
	p = vtd_posted_alloc("lost", &note_ops, &told);
	KUNIT_ASSERT_FALSE(test, IS_ERR(p));
	KUNIT_ASSERT_EQ(test, vtd_posted_bind(p, 5, 77, false), 0);
	vtd_shim_virtual_clock(1000000, 10000);
	vtd_model_inject(rig.model[0], VTD_MODEL_DEAD, 1, 0);
	KUNIT_EXPECT_NE(test, vtd_posted_unbind(p, 5), 0);
	KUNIT_EXPECT_TRUE(test, p->lost);
	desc = p->desc;
	vtd_posted_free(p);
	/* It is there still: in the test, nobody else has use for it. */
	KUNIT_EXPECT_TRUE(test, desc->control & VTD_PI_SN);
	vtd_pi_slots_destroy();
	ir_stop_broken();
	iommu_free_pages(desc);
}

/* What another module is told when it asks. */
static void kvm_asks(struct kunit *test)
{
	unsigned int posting;

	if (!vtd_data_symbol(VTD_IRQ_REMAP_OPS))
		kunit_skip(test, "a kernel without interrupt remapping");
	start(test, 0);
	posting = !!(rig.unit[0].cap & CAP_PI);
	KUNIT_EXPECT_FALSE(test, irq_remapping_cap(IRQ_POSTING_CAP));
	KUNIT_EXPECT_FALSE(test, vtd_kvm_on(0, true));
	KUNIT_EXPECT_FALSE(test, irq_remapping_cap(IRQ_POSTING_CAP));
	KUNIT_EXPECT_FALSE(test, vtd_kvm_on(posting, false));
	KUNIT_EXPECT_FALSE(test, irq_remapping_cap(IRQ_POSTING_CAP));
	KUNIT_EXPECT_TRUE(test, vtd_kvm_on(posting, true));
	KUNIT_EXPECT_TRUE(test, irq_remapping_cap(IRQ_POSTING_CAP));
	vtd_kvm_off();
	KUNIT_EXPECT_FALSE(test, irq_remapping_cap(IRQ_POSTING_CAP));
	/* What is behind it stays, and is known again. */
	KUNIT_EXPECT_TRUE(test, vtd_kvm_on(posting, true));
	KUNIT_EXPECT_TRUE(test, irq_remapping_cap(IRQ_POSTING_CAP));
	vtd_kvm_off();
	KUNIT_EXPECT_FALSE(test, irq_remapping_cap(IRQ_POSTING_CAP));
	stop(test);
}

static int begin(struct kunit *test)
{
	vtd_shim_test = test;
	return vtd_shim_begin(NULL);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(states),	 KUNIT_CASE(nowhere_to_go),
	KUNIT_CASE(lost_memory), KUNIT_CASE(kvm_asks),
	KUNIT_CASE_SLOW(storm),	 KUNIT_CASE(any_order),
	KUNIT_CASE(hotplug),	 {}
};

struct kunit_suite vtd_posted_suite = {
	.name = "vtd_posted",
	.init = begin,
	.test_cases = cases,
};
