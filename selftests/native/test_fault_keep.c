// SPDX-License-Identifier: GPL-2.0
/*
 * Faults read from the registers of the software unit, counted and kept:
 * overflow, storms, sources without number; and the notes of maps and unmaps.
 *
 * SRCS: dmar/storm.c
 * SRCS: dmar/fault_read.c dmar/fault_reason.c dmar/fault_say.c
 * SRCS: dmar/fault_keep.c
 * SRCS: kunit/model/model.c kunit/model/memory.c kunit/model/regs.c
 * SRCS: kunit/model/fault.c kunit/model/walk.c kunit/model/cache.c
 * SRCS: kunit/model/queue.c kunit/model/device.c kunit/model/check.c
 * SRCS: kunit/model/quiescent.c selftests/native/model_fixture.c
 * SRCS: kunit/model/intr.c kunit/model/check_intr.c
 * SRCS: selftests/native/model_tables.c
 * CFLAGS: -DVTD_OBSERVER
 */
#include <linux/jump_label.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/string.h>

#include "model_tables.h"

#include "../../dmar/fault.h"

/* Its parameter is static, and what is noted. */
#include "../../dmar/history.c"

DEFINE_STATIC_KEY_FALSE(vtd_soft_regs);

/* The records stand where no other register does. */
#define CAP(records)                                              \
	((FIX_CAP & ~VTDM_CAP_NFR(256) & ~VTDM_CAP_FRO(0x3ff0)) | \
	 VTDM_CAP_NFR(records) | VTDM_CAP_FRO((records) > 8 ? 0x600 : 0x220))

/* What was read, in order. */
static u64 taken[600];
static unsigned int nr_taken;
/* A fault that comes for each one that is taken, until there were so many. */
static unsigned int comes;

static void one_more(u64 addr)
{
	assert_int_equal(tab_ask(addr, VTD_MODEL_READ), 6);
}

static void take(void *data, const struct vtd_fault_record *record)
{
	assert_ptr_equal(data, &nr_taken);
	taken[nr_taken++] = record->lo;
	if (comes) {
		comes--;
		one_more(0x300000 + nr_taken * 0x1000);
	}
}

static struct vtd_fault_reading look(u64 cap, unsigned int budget)
{
	struct vtd_fault_reading reading;

	vtd_fault_read(&tab.regs, cap, budget, take, &nr_taken, &reading);
	return reading;
}

static void start(u64 cap)
{
	tab_start(cap, FIX_ECAP, 4, 0);
	static_branch_enable(&vtd_soft_regs);
	nr_taken = 0;
	comes = 0;
}

static void stop(void)
{
	static_branch_disable(&vtd_soft_regs);
	tab_stop();
	assert_int_equal(fix_broken(), 0);
}

static u32 fsts(void)
{
	return fix_read32(&tab.regs, 0x34) & 0xff;
}

/* In order, none twice, whatever the first record is. */
static void test_read(void **state)
{
	unsigned int nr = fix_arg(state), round, i;
	struct vtd_fault_reading r;

	start(CAP(nr));
	r = look(CAP(nr), 8);
	assert_int_equal(r.found, 0);
	assert_false(r.pending || r.overflow || r.held_up);
	for (round = 0; round < 2 * nr + 1; round++) {
		unsigned int fill = round % nr + 1;

		nr_taken = 0;
		for (i = 0; i < fill; i++)
			one_more(0x200000 + i * 0x1000);
		assert_int_equal(fsts(), 2);
		r = look(CAP(nr), 512);
		assert_int_equal(r.found, fill);
		assert_false(r.pending || r.overflow);
		assert_int_equal(nr_taken, fill);
		for (i = 0; i < fill; i++)
			assert_true(taken[i] == 0x200000 + i * 0x1000);
		assert_int_equal(fsts(), 0);
	}
	stop();
}

/* 7.2.1: nothing is recorded until PFO is cleared, and then it is again. */
static void test_overflow(void **state)
{
	unsigned int nr = fix_arg(state), i;
	struct vtd_fault_reading r;

	start(CAP(nr));
	for (i = 0; i <= nr; i++)
		one_more(0x200000 + i * 0x1000);
	assert_int_equal(fsts(), 3);
	r = look(CAP(nr), 512);
	assert_int_equal(r.found, nr);
	assert_true(r.overflow);
	assert_false(r.pending);
	assert_int_equal(fsts(), 0);
	one_more(0x203000);
	assert_int_equal(fsts(), 2);
	r = look(CAP(nr), 512);
	assert_int_equal(r.found, 1);
	assert_false(r.overflow);
	stop();
}

/* A device that does not stop: as many as asked for, and what is left is told. */
static void test_budget(void **state)
{
	struct vtd_fault_reading r;

	start(CAP(4));
	one_more(0x200000);
	comes = 500;
	r = look(CAP(4), 10);
	assert_int_equal(r.found, 10);
	assert_true(r.pending);
	comes = 0;
	r = look(CAP(4), 10);
	assert_int_equal(r.found, 1);
	assert_false(r.pending);
	stop();
}

/*
 * 11.4.7.1: FRI says where the first fault went when PPF came up, and PPF
 * stays up while others come.
 */
static void test_stale_fri(void **state)
{
	struct vtd_fault_reading r;
	unsigned int i;

	start(CAP(8));
	for (i = 0; i < 3; i++)
		one_more(0x200000 + i * 0x1000);
	/* Two are taken by somebody who stopped there. */
	r = look(CAP(8), 2);
	assert_int_equal(r.found, 2);
	assert_true(r.pending);
	one_more(0x203000);
	r = look(CAP(8), 10);
	assert_int_equal(r.found, 2);
	assert_false(r.pending);
	assert_true(taken[2] == 0x202000 && taken[3] == 0x203000);
	stop();
}

/* Registers that somebody looks at, and that can be made to say anything. */
static const struct vtd_reg_ops *real;
static u32 fsts_or;
static bool gone;
static u64 written;

static u32 spy_read32(const struct vtd_regs *regs, u32 off)
{
	return gone ? ~0U :
		      real->read32(regs, off) | (off == 0x34 ? fsts_or : 0);
}

static u64 spy_read64(const struct vtd_regs *regs, u32 off)
{
	return gone ? ~0ULL : real->read64(regs, off);
}

static void spy_write32(const struct vtd_regs *regs, u32 off, u32 value)
{
	assert_int_equal(off, 0x34);
	written |= value;
	real->write32(regs, off, value);
}

static void spy_write64(const struct vtd_regs *regs, u32 off, u64 value)
{
	assert_true(off >= 0x220 && off % 16 == 8);
	assert_true(value == 1ULL << 63);
	real->write64(regs, off, value);
}

static const struct vtd_reg_ops spy_ops = {
	spy_read32,
	spy_read64,
	spy_write32,
	spy_write64,
};

/* RW1C: what others handle stays; what keeps interrupts away is told. */
static void test_other_conditions(void **state)
{
	static const u32 bits[] = { 0x10, 0x20, 0x40 };
	struct vtd_fault_reading r;
	unsigned int i, k;

	start(CAP(1));
	real = tab.regs.ops;
	tab.regs.ops = &spy_ops;
	for (i = 0; i < ARRAY_SIZE(bits); i++) {
		fsts_or = bits[i];
		written = 0;
		r = look(CAP(1), 4);
		assert_true(r.held_up);
		assert_true(written == 0);
		for (k = 0; k < 2; k++)
			one_more(0x200000);
		r = look(CAP(1), 4);
		assert_true(r.held_up && r.overflow);
		assert_int_equal(r.found, 1);
		assert_true(written == 1);
	}
	fsts_or = 0;
	gone = true;
	r = look(CAP(1), 4);
	assert_false(r.found || r.pending || r.overflow || r.held_up);
	gone = false;
	tab.regs.ops = real;
	stop();
}

/* --- what is kept */

static struct vtd_fault_store store;
static struct vtd_fault_kept got;
static struct vtd_fault_source source;

static u64 now;

/* One fault, as the driver takes it; was it described? */
static struct vtd_fault_verdict fault(const char *unit, u16 sid, u64 addr)
{
	struct vtd_fault_kept kept = {
		.ns = now,
		.record = { addr, 0xc000000600000000 | sid },
		.facts = { .present = sid < 0x8000 },
	};
	struct vtd_fault_verdict v;

	vtd_fault_count(&store, unit, 0, sid, now, false, &v);
	if (v.describe) {
		kept.seq = v.seq;
		strscpy(kept.unit, unit);
		vtd_fault_keep(&store, &kept);
	}
	return v;
}

static void begin(void)
{
	vtd_fault_store_init(&store);
	now = 5 * NSEC_PER_SEC;
}

/* The counters of a source. */
static bool find(const char *unit, u16 sid)
{
	unsigned int i;

	for (i = 0; vtd_fault_next_source(&store, i, &source); i++)
		if (source.sid == sid && !strcmp(source.unit, unit))
			return true;
	return false;
}

/* How many are kept, in order; of those, how many of @sid. */
static unsigned int kept(u16 sid, unsigned int *of_sid)
{
	unsigned int nr = 0;
	u64 after = 0;

	*of_sid = 0;
	while (vtd_fault_next(&store, after, &got)) {
		assert_true(got.seq > after);
		after = got.seq;
		nr++;
		*of_sid += (got.record.hi & 0xffff) == sid;
	}
	assert_true(after == store.newest);
	return nr;
}

/* A storm of 100,000 loses nobody else's fault, before it or during it. */
static void test_storm(void **state)
{
	unsigned int i, mine, logged = 0, described = 0;
	struct vtd_fault_verdict v;

	begin();
	assert_true(fault("dmar0", 0x200, 0x111000).log);
	for (i = 0; i < 100000; i++) {
		now += 10000;
		v = fault("dmar0", 0x100, i * 0x1000ULL);
		described += v.describe;
		logged += v.log;
		if (i == 50000)
			assert_true(fault("dmar0", 0x300, 0x222000).log);
		if (i == 60000)
			assert_true(fault("dmar1", 0x100, 0x333000).log);
	}
	/* A second: the burst, and four more; five lines of the log. */
	assert_in_range(described, 67, 69);
	assert_int_equal(logged, 5);
	assert_int_equal(kept(0x200, &mine), 32 + 3);
	assert_int_equal(mine, 1);
	kept(0x300, &mine);
	assert_int_equal(mine, 1);
	kept(0x100, &mine);
	assert_int_equal(mine, 33);
	assert_true(find("dmar0", 0x100));
	assert_true(source.count == 100000);
	assert_true(source.described == described);
	assert_false(source.partial);
	assert_true(source.last_ns - source.first_ns == 99999 * 10000ULL);
	assert_true(find("dmar1", 0x100) && source.count == 1);
	assert_true(store.seq == 100003 && store.forgotten == 0);
	vtd_fault_store_empty(&store);
}

/* What was not described is added to the last that was. */
static void test_more(void **state)
{
	struct vtd_fault_verdict v;
	unsigned int i;
	u64 last = 0, more = 0;

	begin();
	for (i = 0; i < 64 + 7; i++)
		fault("dmar0", 0x100, 0x1000);
	while (vtd_fault_next(&store, last, &got)) {
		more += got.more;
		last = got.seq;
	}
	assert_true(last == 64 && got.more == 7 && more == 7);
	/* A token comes each quarter of a second. */
	now += 249 * NSEC_PER_MSEC;
	assert_false(fault("dmar0", 0x100, 0x1000).describe);
	now += 2 * NSEC_PER_MSEC;
	assert_true(fault("dmar0", 0x100, 0x1000).describe);
	assert_false(fault("dmar0", 0x100, 0x1000).describe);
	/* A line of the log each ten seconds, with what it left out. */
	now += 11 * NSEC_PER_SEC;
	v = fault("dmar0", 0x100, 0x1000);
	assert_true(v.log);
	assert_true(v.untold == 64 + 7 + 3 - 5);
	assert_false(fault("dmar0", 0x100, 0x1000).log);
	/* After a pause all is as at first, and not more. */
	now += 3600 * NSEC_PER_SEC;
	for (i = 0; fault("dmar0", 0x100, 0x1000).describe; i++)
		;
	assert_int_equal(i, 64);
	/* A clock that jumps back gives nothing away. */
	now -= 100 * NSEC_PER_SEC;
	assert_false(fault("dmar0", 0x100, 0x1000).describe);
	vtd_fault_store_empty(&store);
}

static void test_lossy(void **state)
{
	struct vtd_fault_verdict v;

	begin();
	fault("dmar0", 0x100, 0x1000);
	fault("dmar1", 0x200, 0x1000);
	vtd_fault_lost(&store, "dmar0");
	assert_true(find("dmar0", 0x100) && source.partial);
	assert_true(find("dmar1", 0x200) && !source.partial);
	/* One that is first seen after a loss may have had some before. */
	vtd_fault_count(&store, "dmar0", 0, 0x300, now, true, &v);
	assert_true(find("dmar0", 0x300) && source.partial);
	vtd_fault_store_empty(&store);
}

/* A device that makes up source-ids: those of real devices stay. */
static void test_made_up_sources(void **state)
{
	unsigned int i, mine;

	begin();
	fault("dmar0", 0x100, 0x1000);
	fault("dmar0", 0x101, 0x1000);
	for (i = 0; i < 5000; i++)
		fault("dmar0", 0x8000 + i, 0x1000);
	assert_int_equal(store.nr, VTD_FAULT_SOURCES);
	assert_int_equal(kept(0x100, &mine), VTD_FAULT_SOURCES);
	assert_int_equal(mine, 1);
	assert_true(find("dmar0", 0x100) && find("dmar0", 0x101));
	assert_true(find("dmar0", 0x8000 + 4999));
	assert_false(find("dmar0", 0x8000));
	assert_true(store.forgotten == 5002 - VTD_FAULT_SOURCES);
	/* Where all are real, who faulted longest ago goes. */
	for (i = 0; i < VTD_FAULT_SOURCES; i++)
		fault("dmar0", 0x200 + i, 0x1000);
	assert_true(store.forgotten == 5002);
	assert_false(find("dmar0", 0x100));
	assert_true(find("dmar0", 0x200));
	fault("dmar0", 0x200, 0x1000);
	fault("dmar0", 0x1000, 0x1000);
	assert_true(find("dmar0", 0x200));
	assert_false(find("dmar0", 0x201));
	vtd_fault_store_empty(&store);
}

static void test_no_memory(void **state)
{
	struct vtd_fault_verdict v;

	begin();
	vtd_shim_fail_alloc(1);
	v = fault("dmar0", 0x100, 0x1000);
	assert_true(v.seq == 1 && !v.describe && !v.log);
	assert_true(store.forgotten == 1);
	v = fault("dmar0", 0x100, 0x1000);
	assert_true(v.seq == 2 && v.describe);
	vtd_fault_store_empty(&store);
	assert_false(vtd_fault_next(&store, 0, &got));
}

/* --- what was mapped and unmapped */

static void test_history(void **state)
{
	struct vtd_fault_last last;
	char text[VTD_FAULT_PART];

	/* Off: it says so. */
	assert_false(vtd_history_on());
	vtd_history_find(&store, 0x1000, now, &last);
	assert_int_equal(last.state, VTD_LAST_OFF);
	vtd_fault_say_last(&last, text, sizeof(text));
	assert_non_null(strstr(text, "parameter history"));
}

static void assert_last(const void *domain, u64 addr, unsigned int state,
			u64 start)
{
	struct vtd_fault_last last;

	vtd_history_find(domain, addr, ktime_get_boottime_ns() + 5000, &last);
	assert_int_equal(last.state, state);
	assert_true(last.start == start);
	assert_true(state < VTD_LAST_MAPPED || last.us_before >= 5);
}

/* The last change at an address, of this domain and of no other. */
static void test_history_on(void **state)
{
	unsigned int i;

	vtd_history = true;
	memset(vtd_entries, 0, sizeof(vtd_entries));
	/* Numbers that wrap are no matter. */
	vtd_history_at = -2U;
	assert_last(&store, 0, VTD_LAST_NONE, 0);
	vtd_history_note(&store, 0x1000, 0x2000, true);
	vtd_history_note(&store, 0x5000, 0, false);
	assert_last(&store, 0xfff, VTD_LAST_NONE, 0);
	assert_last(&store, 0x1000, VTD_LAST_MAPPED, 0x1000);
	assert_last(&store, 0x2fff, VTD_LAST_MAPPED, 0x1000);
	assert_last(&store, 0x3000, VTD_LAST_NONE, 0);
	assert_last(&store, 0x5000, VTD_LAST_NONE, 0);
	assert_last(&got, 0x1000, VTD_LAST_NONE, 0);
	assert_last(NULL, 0x1000, VTD_LAST_NONE, 0);
	vtd_history_note(&store, 0x2000, 0x1000, false);
	assert_last(&store, 0x2000, VTD_LAST_UNMAPPED, 0x2000);
	assert_last(&store, 0x1000, VTD_LAST_MAPPED, 0x1000);
	for (i = 2; i < VTD_HISTORY; i++)
		vtd_history_note(&got, i * 0x1000ULL, 0x1000, true);
	assert_last(&store, 0x1000, VTD_LAST_MAPPED, 0x1000);
	assert_last(&got, 0x2000, VTD_LAST_MAPPED, 0x2000);
	vtd_history_note(&got, 0, 1, true);
	assert_last(&store, 0x1000, VTD_LAST_NONE, 0);
	assert_last(&store, 0x2000, VTD_LAST_UNMAPPED, 0x2000);
	vtd_history_note(&store, ~0ULL, 1, true);
	assert_last(&store, ~0ULL, VTD_LAST_MAPPED, ~0ULL);
	vtd_history = false;
}

int main(void)
{
	static const unsigned int records[] = { 1, 2, 4, 8, 256 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(records); i++) {
		void *nr = (void *)(uintptr_t)records[i];

		fix_case(test_read, nr, "read, %u records", records[i]);
		fix_case(test_overflow, nr, "overflow, %u records", records[i]);
	}
	fix_case(test_budget, NULL, "a device that does not stop");
	fix_case(test_stale_fri, NULL, "records that FRI does not tell of");
	fix_case(test_other_conditions, NULL, "RW1C and other conditions");
	fix_case(test_storm, NULL, "a storm of 100,000 faults");
	fix_case(test_more, NULL, "tokens");
	fix_case(test_lossy, NULL, "counts that are lower bounds");
	fix_case(test_made_up_sources, NULL, "sources without number");
	fix_case(test_no_memory, NULL, "no memory");
	fix_case(test_history, NULL, "changes that are not noted");
	fix_case(test_history_on, NULL, "changes that are noted");
	return fix_run("fault-keep");
}
