// SPDX-License-Identifier: GPL-2.0
/*
 * Interrupts of devices posted to 64 virtual CPUs on 8 CPUs, each of which is
 * a thread: virtual CPUs run, are preempted, halt and move at random, entries
 * change between remapped and posted and from descriptor to descriptor, all of
 * it while devices raise interrupts.
 *
 * An interrupt line is raised again only when its last interrupt was taken, so
 * that each one counts.  Line n is vector n in whatever descriptor it is posted
 * to; remapped, it comes to CPU n % 8, which posts it by software.
 *
 * Between any two accesses to a descriptor the CPU may be given to another
 * thread.  Whoever has taken interrupts, or changed where notifications go,
 * asks at once whether one was left that nobody is told of.
 *
 *	VTD_PI_INTERRUPTS	interrupts of each case (100000)
 *	VTD_RANDOM_SEED		first seed (1)
 *
 * SRCS: intr_remap/table.c
 * SRCS: dmar/qi.c dmar/context.c dmar/unit.c dmar/domain.c
 * SRCS: dmar/pasid.c dmar/scalable.c dmar/devtlb.c
 * SRCS: dmar/flush.c dmar/pgtable.c dmar/identity.c dmar/reply.c
 * SRCS: kunit/model/model.c kunit/model/memory.c kunit/model/regs.c
 * SRCS: kunit/model/fault.c kunit/model/walk.c kunit/model/cache.c
 * SRCS: kunit/model/queue.c kunit/model/device.c kunit/model/check.c
 * SRCS: kunit/model/quiescent.c kunit/model/intr.c kunit/model/check_intr.c
 * SRCS: selftests/native/model_fixture.c selftests/native/rig.c
 * SRCS: selftests/native/ir_rig.c
 * CFLAGS: -DVTD_OBSERVER
 * TSAN: yes
 */
#include <pthread.h>
#include <sched.h>

#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "ir_rig.h"

/* --- descriptors, with delays ----------------------------------------------- */

/* Not the kernel's: each thread has its own. */
static __thread u64 delays;

static inline void delay(void)
{
	if (!(vtd_rand(&delays) & 63))
		sched_yield();
}

#define plain_try_cmpxchg64(p, old, v)                                  \
	__atomic_compare_exchange_n(p, old, v, false, __ATOMIC_SEQ_CST, \
				    __ATOMIC_SEQ_CST)

#undef READ_ONCE
#undef WRITE_ONCE
#undef xchg
#undef try_cmpxchg64
#define READ_ONCE(x) (delay(), __atomic_load_n(&(x), __ATOMIC_RELAXED))
#define WRITE_ONCE(x, v) \
	(delay(), __atomic_store_n(&(x), (v), __ATOMIC_RELAXED))
#define xchg(p, v) (delay(), __atomic_exchange_n(p, v, __ATOMIC_SEQ_CST))
#define try_cmpxchg64(p, old, v) (delay(), plain_try_cmpxchg64(p, old, v))

#include "../../posted_intr/desc.c"

#undef READ_ONCE
#undef WRITE_ONCE
#define READ_ONCE(x) __atomic_load_n(&(x), __ATOMIC_RELAXED)
#define WRITE_ONCE(x, v) __atomic_store_n(&(x), (v), __ATOMIC_RELAXED)

/* --- the machine's state ---------------------------------------------------- */

#define CPUS 8
#define VCPUS 64
#define LINES 256
#define DEVICES 2 /* threads: half of the lines each */
#define SID 0x0118
#define PATIENCE 300000 /* so often they may be found not taken in a row */

#define RUNS 0xf2 /* vectors of notifications */
#define WAKES 0xf1
#define LINE0 0x40 /* vector of the lines that are remapped, by line / CPUS */

enum state { PREEMPTED, RUNNING, HALTED };

/**
 * struct vcpu - a virtual CPU
 * @lock: of all but @desc
 * @posting: read: software posts here; written: nobody's software does
 * @state: what it does; looked at without @lock, with @version
 * @cpu: where it runs, is halted, or ran last
 * @version: odd while it changes
 * @desc: its descriptor
 */
static struct vcpu {
	pthread_mutex_t lock;
	pthread_rwlock_t posting;
	int state;
	int cpu;
	unsigned int version;
	struct vtd_pi_desc *desc;
} vcpu[VCPUS];

/**
 * struct line - an interrupt of a device
 * @at: virtual CPU that it is for; plus VCPUS: it is remapped
 * @next: the same, once the change that is under way is made
 * @version: changes begun, and changes made
 * @raised: not taken yet
 * @taken_by: virtual CPU that had it last
 * @sent_to: virtual CPU that it was posted to last, or -1
 * @urgent: in posted format
 */
static struct line {
	int at, next;
	unsigned int begun, made;
	int raised;
	int taken_by, sent_to;
	bool urgent;
} line[LINES];

static u64 irr[CPUS][4]; /* vectors that a CPU has not handled yet */
static struct vtd_pi_desc *descs;
static u64 per_device;
static bool raising, working;
static unsigned int failures;

/**
 * struct counters - what happened
 * @raised: interrupts
 * @taken: of them, by virtual CPUs
 * @remapped: that went to a CPU
 * @by_software: of those, posted by its handler
 * @posted: that went into a descriptor
 * @notified: of those, for which a notification was sent
 * @messages: notifications that came out of the unit
 * @decided: of the posted ones, those checked against the virtual CPU
 * @changes: of entries
 */
static struct counters {
	u64 raised, taken, remapped, by_software;
	u64 posted, notified, messages, decided, changes;
} counted;

#define COUNT(c) __atomic_add_fetch(&(c), 1, __ATOMIC_RELAXED)
#define note(good) note_at(good, __LINE__)

/* In one order that all threads agree on. */
#define GET(x) __atomic_load_n(&(x), __ATOMIC_SEQ_CST)
#define PUT(x, v) __atomic_store_n(&(x), v, __ATOMIC_SEQ_CST)

/* cmocka's assertions are for the main thread only. */
static void note_at(bool good, int at)
{
	if (good)
		return;
	if (COUNT(failures) < 10)
		fprintf(stderr, "# line %d\n", at);
}

/* --- the CPUs' interrupts --------------------------------------------------- */

static void send(unsigned int cpu, u8 v)
{
	__atomic_fetch_or(&irr[cpu % CPUS][v / 64], 1ULL << v % 64,
			  __ATOMIC_SEQ_CST);
}

static void from_unit(u64 addr, u32 data)
{
	unsigned int cpu = addr >> 12 & 0xff;
	u8 v = data;

	note(cpu < CPUS && addr >> 32 == 0);
	if (v == RUNS || v == WAKES)
		COUNT(counted.messages);
	else /* an interrupt that is remapped: each comes once */
		note(!(READ_ONCE(irr[cpu % CPUS][v / 64]) >> v % 64 & 1));
	send(cpu, v);
}

/* --- virtual CPUs ----------------------------------------------------------- */

static void begin(struct vcpu *c)
{
	pthread_mutex_lock(&c->lock);
}

static void end(struct vcpu *c)
{
	pthread_mutex_unlock(&c->lock);
}

static void take_line(unsigned int n, unsigned int by)
{
	__atomic_store_n(&line[n].taken_by, by, __ATOMIC_RELAXED);
	/* taken once for each time that it was raised */
	note(__atomic_exchange_n(&line[n].raised, 0, __ATOMIC_SEQ_CST) == 1);
	COUNT(counted.taken);
}

static void take(struct vcpu *c)
{
	u64 pir[4];
	unsigned int i;

	if (!vtd_pi_harvest(c->desc, pir))
		return;
	for (i = 0; i < 4; i++)
		for (; pir[i]; pir[i] &= pir[i] - 1)
			take_line(i * 64 + __builtin_ctzll(pir[i]), c - vcpu);
}

/*
 * Its lock is held, so that nobody takes; the unit is at rest while it looks
 * itself.  What it finds wrong it reports.
 */
static void none_is_left(struct vcpu *c)
{
	pthread_rwlock_wrlock(&c->posting);
	vtd_model_check_descriptor(virt_to_phys(c->desc));
	pthread_rwlock_unlock(&c->posting);
}

static struct vtd_pi_target target(u8 v, unsigned int cpu)
{
	return (struct vtd_pi_target){ .vector = v, .apic_id = cpu };
}

/* Its lock is held.  What was posted before is taken. */
static void set_state(struct vcpu *c, int state, unsigned int cpu)
{
	PUT(c->version, c->version + 1);
	PUT(c->state, state);
	PUT(c->cpu, cpu);
	if (state == PREEMPTED)
		vtd_pi_suspend(c->desc);
	else if (vtd_pi_resume(c->desc,
			       target(state == RUNNING ? RUNS : WAKES, cpu)))
		take(c);
	none_is_left(c);
	PUT(c->version, c->version + 1);
}

/* The same of one that stays halted. */
static void move_halted(struct vcpu *c, unsigned int cpu)
{
	PUT(c->version, c->version + 1);
	PUT(c->cpu, cpu);
	if (vtd_pi_move(c->desc, target(WAKES, cpu)))
		take(c);
	none_is_left(c);
	PUT(c->version, c->version + 1);
}

/* Whoever has a notification outstanding here; the halted are let run. */
static void notified_at(unsigned int cpu)
{
	unsigned int i;

	for (i = 0; i < VCPUS; i++) {
		struct vcpu *c = &vcpu[i];

		begin(c);
		if (c->cpu == cpu && READ_ONCE(c->desc->control) & 1) {
			take(c);
			none_is_left(c);
			if (c->state == HALTED)
				set_state(c, PREEMPTED, cpu);
		}
		end(c);
	}
}

/* As an interrupt handler of the host's does, for a guest. */
static void inject(unsigned int n)
{
	unsigned int to = READ_ONCE(line[n].next) % VCPUS;
	struct vtd_pi_desc *d = vcpu[to].desc;
	bool sends;
	u64 now;

	COUNT(counted.by_software);
	WRITE_ONCE(line[n].sent_to, to);
	pthread_rwlock_rdlock(&vcpu[to].posting);
	sends = vtd_pi_post(d, n, false);
	pthread_rwlock_unlock(&vcpu[to].posting);
	if (!sends)
		return;
	now = READ_ONCE(d->control);
	send(now >> 40 & 0xff, now >> 16 & 0xff);
}

static bool handle(unsigned int cpu)
{
	unsigned int i, nr = 0;

	for (i = 0; i < 4; i++) {
		u64 word = READ_ONCE(irr[cpu][i]) ? xchg(&irr[cpu][i], 0) : 0;

		for (; word; word &= word - 1) {
			u8 v = i * 64 + __builtin_ctzll(word);

			nr++;
			if (v == RUNS || v == WAKES)
				notified_at(cpu);
			else if (v >= LINE0 && v < LINE0 + LINES / CPUS)
				inject((v - LINE0) * CPUS + cpu);
			else
				note(false);
		}
	}
	return nr;
}

/* Let another virtual CPU run here; @last goes to sleep or waits. */
static struct vcpu *schedule(struct vcpu *last, unsigned int cpu, u64 random)
{
	struct vcpu *next = &vcpu[random % VCPUS];

	if (last) {
		begin(last);
		set_state(last, random >> 8 & 1 ? PREEMPTED : HALTED, cpu);
		end(last);
	}
	begin(next);
	/* A halted one moves in its sleep, now and then. */
	if (next->state == HALTED && random >> 9 & 1) {
		move_halted(next, cpu);
		end(next);
		return NULL;
	}
	if (next->state == RUNNING) {
		end(next);
		return NULL;
	}
	set_state(next, RUNNING, cpu);
	end(next);
	return next;
}

static void *cpu_thread(void *arg)
{
	unsigned int cpu = (uintptr_t)arg;
	struct vcpu *current = NULL;
	u64 seed = 100 + cpu;

	delays = seed;
	while (READ_ONCE(working)) {
		bool busy = handle(cpu);
		u64 random = vtd_rand(&seed);

		if (!(random & 7))
			current = schedule(current, cpu, random >> 8);
		else if (!busy)
			sched_yield();
	}
	/* What it has not handled, nobody would. */
	while (handle(cpu))
		;
	return NULL;
}

/* --- devices ---------------------------------------------------------------- */

/* How a line and the virtual CPU it is for stood before a request. */
struct seen {
	unsigned int begun, made, version;
	int at, next, state, cpu;
};

static struct seen look(const struct line *l)
{
	struct seen s = {};
	struct vcpu *c;

	s.begun = GET(l->begun);
	s.made = GET(l->made);
	s.at = GET(l->at);
	s.next = GET(l->next);
	c = &vcpu[s.at % VCPUS];
	s.version = GET(c->version);
	s.state = GET(c->state);
	s.cpu = GET(c->cpu);
	return s;
}

static bool went_to(const struct vtd_model_interrupt *got, unsigned int n,
		    int at)
{
	if (at >= VCPUS)
		return got->remapped && got->vector == LINE0 + n / CPUS &&
		       got->dest == n % CPUS;
	return got->posted && got->vector == n &&
	       got->descriptor == virt_to_phys(vcpu[at].desc);
}

/* Was there a notification exactly when there had to be one? */
static void check_notified(const struct vtd_model_interrupt *got, bool urgent,
			   const struct seen *s)
{
	struct seen now = { .version = GET(vcpu[s->at].version) };

	if (s->version & 1 || now.version != s->version)
		return;
	COUNT(counted.decided);
	if (s->state == PREEMPTED && !urgent)
		note(!got->notified);
	if (!got->notified)
		return;
	note(got->dest == s->cpu);
	if (s->state != PREEMPTED)
		note(got->notify == (s->state == RUNNING ? RUNS : WAKES));
}

static void check(const struct vtd_model_interrupt *got, unsigned int n,
		  const struct seen *s)
{
	const struct line *l = &line[n];

	/* A change that began and ended meanwhile decides nothing. */
	if (GET(l->begun) - s->made > 1)
		return;
	if (s->begun == s->made && GET(l->begun) == s->begun) {
		note(went_to(got, n, s->at));
		if (got->posted)
			check_notified(got, l->urgent, s);
	} else {
		note(went_to(got, n, s->at) || went_to(got, n, GET(l->next)));
	}
}

static void request(unsigned int n)
{
	struct vtd_model_interrupt got;
	struct seen before;

	if (__atomic_exchange_n(&line[n].raised, 1, __ATOMIC_SEQ_CST))
		note(false);
	COUNT(counted.raised);
	before = look(&line[n]);
	if (!vtd_model_msi(rig.model[0], SID, vtd_msi_addr(n, false), 0,
			   &got)) {
		note(false);
		return;
	}
	check(&got, n, &before);
	if (!got.posted) {
		COUNT(counted.remapped);
		return;
	}
	COUNT(counted.posted);
	if (got.notified)
		COUNT(counted.notified);
	WRITE_ONCE(line[n].sent_to,
		   (got.descriptor - virt_to_phys(descs)) / sizeof(*descs));
}

/* What was raised before is taken, by nobody but whom it was posted to. */
static void check_taken(unsigned int n)
{
	note(READ_ONCE(line[n].sent_to) == READ_ONCE(line[n].taken_by));
}

static void *device_thread(void *arg)
{
	unsigned int first = (uintptr_t)arg * (LINES / DEVICES);
	u64 seed = 7 + first, left = per_device;
	unsigned int waits = 0;

	while (left) {
		unsigned int n = first + vtd_rand(&seed) % (LINES / DEVICES);

		if (__atomic_load_n(&line[n].raised, __ATOMIC_SEQ_CST)) {
			if (waits++ == PATIENCE)
				break;
			sched_yield();
			continue;
		}
		check_taken(n);
		request(n);
		waits = 0;
		left--;
	}
	return NULL;
}

/* --- entries ---------------------------------------------------------------- */

static struct vtd_irte entry(unsigned int n, int at)
{
	u64 source = vtd_irte_from_sid(SID);

	if (at >= VCPUS)
		return vtd_irte_remapped(LINE0 + n / CPUS, n % CPUS, false,
					 false, source);
	return vtd_irte_posted(virt_to_phys(vcpu[at].desc), n, line[n].urgent,
			       source);
}

static void change(unsigned int n, int at)
{
	struct line *l = &line[n];

	PUT(l->next, at);
	PUT(l->begun, l->begun + 1);
	note(!vtd_ir_table_set(&ir.table, n, entry(n, at)));
	PUT(l->at, at);
	PUT(l->made, l->made + 1);
}

static void *changer_thread(void *arg)
{
	u64 seed = 3;

	while (READ_ONCE(raising)) {
		u64 random = vtd_rand(&seed);
		int to = (random >> 16) % VCPUS;

		/* A third of them is remapped. */
		if ((random >> 40) % 3 == 0)
			to += VCPUS;
		counted.changes++;
		change(random % LINES, to);
	}
	return NULL;
}

static void *unit_thread(void *arg)
{
	while (READ_ONCE(raising)) {
		vtd_model_run(rig.model[0], 20);
		sched_yield();
	}
	return NULL;
}

static void relax(void)
{
	sched_yield();
}

/* --- the machine ------------------------------------------------------------ */

static void prepare(u64 cap, u64 ecap, u32 policy)
{
	unsigned int i;

	rig_start();
	rig_add(cap, ecap, policy, vtd_env("VTD_RANDOM_SEED", 1), 3);
	ir_on(LINES, false);
	descs = (void *)fix_page();
	memset(irr, 0, sizeof(irr));
	memset(line, 0, sizeof(line));
	failures = 0;
	counted = (struct counters){};
	for (i = 0; i < VCPUS; i++) {
		vcpu[i] = (struct vcpu){ .lock = PTHREAD_MUTEX_INITIALIZER,
					 .posting = PTHREAD_RWLOCK_INITIALIZER,
					 .desc = &descs[i] };
		vtd_pi_init(&descs[i], target(RUNS, 0));
	}
	for (i = 0; i < LINES; i++) {
		line[i].urgent = i % 16 == 0;
		line[i].at = i % VCPUS;
		line[i].next = line[i].at;
		assert_int_equal(ir_alloc(1), i);
		assert_int_equal(
			vtd_ir_table_set(&ir.table, i, entry(i, i % VCPUS)), 0);
	}
	fix.interrupt = from_unit;
	per_device = vtd_env("VTD_PI_INTERRUPTS", 100000) / DEVICES;
	vtd_shim_virtual_clock(1000000, 0);
	fix_relax(relax);
}

static void run_threads(void)
{
	pthread_t cpu[CPUS], device[DEVICES], unit, changer;
	unsigned long i;

	working = true;
	raising = true;
	pthread_create(&unit, NULL, unit_thread, NULL);
	for (i = 0; i < CPUS; i++)
		pthread_create(&cpu[i], NULL, cpu_thread, (void *)i);
	pthread_create(&changer, NULL, changer_thread, NULL);
	for (i = 0; i < DEVICES; i++)
		pthread_create(&device[i], NULL, device_thread, (void *)i);
	for (i = 0; i < DEVICES; i++)
		pthread_join(device[i], NULL);
	WRITE_ONCE(raising, false);
	pthread_join(changer, NULL);
	pthread_join(unit, NULL);
	WRITE_ONCE(working, false);
	for (i = 0; i < CPUS; i++)
		pthread_join(cpu[i], NULL);
}

/*
 * When everybody stands still, what nobody was told of is what is suppressed;
 * the rest waits where a notification is outstanding, on the way to a CPU.
 */
static void take_the_rest(void)
{
	unsigned int i;

	for (i = 0; i < CPUS; i++)
		while (handle(i))
			;
	for (i = 0; i < VCPUS; i++) {
		if (vcpu[i].state != PREEMPTED)
			assert_false(vtd_pi_pending(vcpu[i].desc));
		assert_int_equal(
			vtd_model_check_descriptor(virt_to_phys(vcpu[i].desc)),
			0);
		if (vtd_pi_resume(vcpu[i].desc, target(RUNS, 0)))
			take(&vcpu[i]);
	}
}

static void run(u64 cap, u64 ecap, u32 policy)
{
	const struct counters *c = &counted;
	struct vtd_model_stats stats;
	u64 silent;
	unsigned int i;

	prepare(cap, ecap, policy);
	run_threads();
	fix_relax(NULL);
	vtd_shim_virtual_clock(1000000, 10000);
	take_the_rest();
	assert_int_equal(failures, 0);
	assert_int_equal(c->raised, per_device * DEVICES);
	assert_int_equal(c->taken, c->raised);
	for (i = 0; i < LINES; i++) {
		assert_int_equal(line[i].raised, 0);
		assert_int_equal(line[i].sent_to, line[i].taken_by);
	}
	stats = vtd_model_stats(rig.model[0]);
	assert_int_equal(stats.interrupts, c->raised);
	assert_int_equal(stats.posted, c->posted);
	assert_int_equal(stats.posted + c->remapped, c->raised);
	assert_int_equal(c->by_software, c->remapped);
	assert_int_equal(stats.notifications, c->notified);
	assert_int_equal(stats.notifications, c->messages);
	/* One may be suppressed and pending as well. */
	silent = stats.posted - stats.notifications;
	assert_true(stats.suppressed <= silent && stats.pending <= silent);
	assert_true(stats.suppressed + stats.pending >= silent);
	assert_int_equal(stats.blocked, 0);
	assert_true(c->remapped && c->decided && c->notified && silent);
	print_message(
		"# %llu raised, %llu posted, %llu notified, %llu suppressed, %llu pending, %llu checked against the virtual CPU, %llu entries changed\n",
		c->raised, c->posted, c->notified, stats.suppressed,
		stats.pending, c->decided, c->changes);
	fix_assert_good();
	ir_off();
	fix_page_free((u64 *)descs);
	rig_stop();
}

static void test_coherent(void **state)
{
	run(FIX_CAP | VTDM_CAP_PI, IR_ECAP, VTD_MODEL_EAGER);
}

static void test_any_order(void **state)
{
	run(FIX_CAP | VTDM_CAP_PI | VTDM_CAP_CM, IR_ECAP & ~VTDM_ECAP_C,
	    VTD_MODEL_EAGER | VTD_MODEL_EVICT | VTD_MODEL_PREFETCH |
		    VTD_MODEL_REORDER);
}

int main(void)
{
	fix_case(test_coherent, NULL,
		 "C38/C53 64 virtual CPUs on 8, entries change at once");
	fix_case(test_any_order, NULL,
		 "C38/C53 the same, caching mode, not coherent, in any order");
	return fix_run("pi-threads");
}
