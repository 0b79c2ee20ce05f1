// SPDX-License-Identifier: GPL-2.0
/*
 * Page tables: what devices have written to.  A unit that sets accessed and dirty
 * bits is played by the test, between any two looks at an entry, and by threads.
 *
 * PGTABLE_MARKS: marks that threads make in a test.
 *
 * SRCS: dmar/pgtable.c
 * TSAN: yes
 */
#include <pthread.h>
#include <unistd.h>

#include <linux/atomic.h>

#include "test_pgtable.h"

/* Each look at an entry, and each exchange; see below. */
static u64 looked_at(const u64 *slot);
static bool exchanged(u64 *slot, u64 *old, u64 now);

#undef smp_load_acquire
/* Hardware comes in between. */
#define smp_load_acquire(slot) looked_at(slot)
#undef try_cmpxchg64
#define try_cmpxchg64(slot, old, now) exchanged(slot, old, now)
#include "../../dmar/pgtable_dirty.c"

#define RW 3ULL

/* Bits of a leaf: second stage 3.7.2, first stage 3.6.2. */
static u64 bit_a(void)
{
	return stage == VTD_PT_FIRST ? 0x20 : 0x100;
}

static u64 bit_d(void)
{
	return stage == VTD_PT_FIRST ? 0x40 : 0x200;
}

#define BIT_EA 0x400ULL
/* Ignored by hardware in a leaf of either stage. */
#define IGNORED (1ULL << 55)

/* --- hardware between two instructions -------------------------------------- */

static struct {
	unsigned long looks;
	unsigned long limit; /* of them: a test that fails does not hang */
	u64 after_look; /* bits that hardware sets in a marked leaf, once seen */
	unsigned int before_exchange; /* exchanges that it comes in the way of */
	unsigned int failed; /* exchanges */
	unsigned int tried;
	u64 flip; /* what changes in the way of an exchange, by turns */
} hw;

static u64 looked_at(const u64 *slot)
{
	u64 pte = __atomic_load_n(slot, __ATOMIC_ACQUIRE);

	if (++hw.looks > hw.limit)
		fail_msg("%lu looks at entries", hw.looks);
	if (hw.after_look && pte & bit_d())
		__atomic_fetch_or((u64 *)slot, hw.after_look, __ATOMIC_SEQ_CST);
	return pte;
}

static bool exchanged(u64 *slot, u64 *old, u64 now)
{
	bool done;

	hw.tried++;
	if (hw.before_exchange) {
		hw.before_exchange--;
		__atomic_fetch_xor(slot, hw.flip, __ATOMIC_SEQ_CST);
	}
	done = __atomic_compare_exchange_n(slot, old, now, false,
					   __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
	hw.failed += !done;
	return done;
}

static void hardware(unsigned long limit)
{
	memset(&hw, 0, sizeof(hw));
	hw.limit = limit;
}

/* --- a space, and what should be told of it ----------------------------------- */

#define PAGES 700

/* Leaves in ascending order, and where hardware has left a mark. */
static struct page {
	u64 iova;
	u64 size;
	bool marked;
	u64 seen; /* bytes of it that were told of last */
} page[PAGES];
static unsigned int nr_pages;

static struct vtd_pgtable pt;
static size_t mapped;

static void make_dirty(int levels)
{
	struct vtd_pt_config config = {
		.stage = stage,
		.levels = levels,
		.coherent = true,
		.dirty = true,
		.pgsize_bitmap = SZ_4K | SZ_2M | SZ_1G,
		.nid = NUMA_NO_NODE,
	};

	nr_pages = 0;
	hardware(10000000);
	assert_int_equal(vtd_pt_init(&pt, &config, GFP_KERNEL), 0);
}

static u64 home(u64 iova)
{
	return iova & 0xfffffff000ULL;
}

static void add(u64 iova, u64 size, unsigned int count)
{
	assert_int_equal(map(&pt, iova, home(iova), size, count, RW, &mapped),
			 0);
	for (unsigned int i = 0; i < count; i++) {
		assert_true(nr_pages < PAGES);
		assert_true(!nr_pages ||
			    page[nr_pages - 1].iova < iova + i * size);
		page[nr_pages++] =
			(struct page){ .iova = iova + i * size, .size = size };
	}
}

/* The leaf, by a walk of literal bits. */
static u64 *leaf_of(u64 iova)
{
	u64 *table = pt.root;

	for (int shift = 12 + 9 * (pt.levels - 1);; shift -= 9) {
		u64 *slot = &table[iova >> shift & 511];

		assert_true(*slot & 1);
		if (shift == 12 || *slot & 0x80)
			return slot;
		table = (u64 *)(*slot & 0x000ffffffffff000ULL);
	}
}

/* What a leaf should be, whatever hardware has set in it. */
static u64 plain(const struct page *p)
{
	return home(p->iova) | (p->size > KB4 ? 0x80 : 0) |
	       (stage == VTD_PT_FIRST ? 7 : 3);
}

static void mark(struct page *p)
{
	*leaf_of(p->iova) |= bit_d();
	p->marked = true;
}

static struct {
	u64 start, last;
	unsigned int at;
	unsigned int told;
} reading;

static void tell(void *data, u64 iova, u64 bytes)
{
	struct page *p;
	u64 from, to;

	assert_ptr_equal(data, &reading);
	while (reading.at < nr_pages &&
	       (!page[reading.at].marked ||
		page[reading.at].iova + page[reading.at].size - 1 <
			reading.start))
		reading.at++;
	if (reading.at == nr_pages)
		fail_msg("0x%llx: not marked", (unsigned long long)iova);
	p = &page[reading.at++];
	from = p->iova > reading.start ? p->iova : reading.start;
	to = p->iova + p->size - 1 < reading.last ? p->iova + p->size - 1 :
						    reading.last;
	assert_int_equal(iova, from);
	assert_int_equal(bytes, to - from + 1);
	p->seen = bytes;
	reading.told++;
}

static bool inside(const struct page *p)
{
	return p->iova <= reading.last &&
	       p->iova + p->size - 1 >= reading.start;
}

/* Exactly what is marked in a range; and nothing else has changed. */
static void read_range(u64 start, u64 last, bool clear)
{
	unsigned int due = 0;

	reading.start = start;
	reading.last = last;
	reading.at = 0;
	reading.told = 0;
	vtd_pt_read_dirty(&pt, start, last, clear, tell, &reading);
	for (unsigned int i = 0; i < nr_pages; i++) {
		struct page *p = &page[i];

		if (inside(p) && p->marked) {
			due++;
			p->marked = !clear;
		}
	}
	assert_int_equal(reading.told, due);
}

static void check_leaves(u64 extra)
{
	for (unsigned int i = 0; i < nr_pages; i++)
		assert_true(*leaf_of(page[i].iova) ==
			    (plain(&page[i]) | extra |
			     (page[i].marked ? bit_d() : 0)));
}

static void layout(void)
{
	u64 top = width_of(pt.levels);

	add(0, KB4, 20);
	add(MB2, MB2, 3);
	/* past a hole in one table, and in the next */
	add(16 * MB2 + 511 * KB4, KB4, 1);
	add(17 * MB2, KB4, 1);
	add(GB1, GB1, 2);
	add(5 * GB1 + 7 * MB2, MB2, 1);
	if (pt.levels > 3) {
		add(GB512 - KB4, KB4, 2);
		add(77 * GB512 + 3 * GB1, GB1, 1);
	}
	if (pt.levels > 4)
		add(TB256 / 2 + 5 * KB4, KB4, 1);
	add(top - GB1 - MB2, MB2, 1);
	add(top - KB4, KB4, 1);
}

#define LEVELS(state) ((int)(uintptr_t)*(state))

/* Each page alone, all, every other one; told, told again, taken off. */
static void test_marks(void **state)
{
	make_dirty(LEVELS(state));
	layout();
	read_range(0, ~0ULL, true);
	assert_int_equal(hw.tried, 0);
	for (unsigned int i = 0; i < nr_pages; i++) {
		mark(&page[i]);
		read_range(0, ~0ULL, false);
		assert_int_equal(reading.told, 1);
		check_leaves(0);
		read_range(0, ~0ULL, true);
		assert_int_equal(reading.told, 1);
		assert_int_equal(*leaf_of(page[i].iova) & bit_d(), 0);
		read_range(0, ~0ULL, true);
		assert_int_equal(reading.told, 0);
		check_leaves(0);
	}
	for (unsigned int step = 1; step <= 3; step++) {
		for (unsigned int i = 0; i < nr_pages; i += step)
			mark(&page[i]);
		read_range(0, ~0ULL, false);
		read_range(0, pt.last_iova, true);
		assert_int_equal(reading.told, (nr_pages + step - 1) / step);
		check_leaves(0);
	}
	vtd_pt_destroy(&pt);
}

/* Accessed bits, and those that hardware ignores, stay. */
static void test_rest_stays(void **state)
{
	u64 extra;

	make_dirty(LEVELS(state));
	layout();
	extra = bit_a() | IGNORED;
	if (stage == VTD_PT_FIRST)
		extra |= BIT_EA;
	for (unsigned int i = 0; i < nr_pages; i++) {
		*leaf_of(page[i].iova) |= extra;
		if (i & 1)
			mark(&page[i]);
	}
	read_range(0, ~0ULL, true);
	check_leaves(extra);
	vtd_pt_destroy(&pt);
}

/* What means dirty in the other stage means nothing here. */
static void test_other_stage(void **state)
{
	u64 other = stage == VTD_PT_FIRST ? 0x200 : 0x40;

	make_dirty(LEVELS(state));
	layout();
	for (unsigned int i = 0; i < nr_pages; i++)
		*leaf_of(page[i].iova) |= other;
	read_range(0, ~0ULL, true);
	assert_int_equal(reading.told, 0);
	check_leaves(other);
	vtd_pt_destroy(&pt);
}

/* A leaf that is not present has no mark, whatever is in it. */
static void test_absent(void **state)
{
	u64 *slot;

	make_dirty(LEVELS(state));
	add(0, KB4, 3);
	slot = leaf_of(KB4);
	assert_int_equal(unmap(&pt, KB4, KB4, 1), KB4);
	*slot = home(KB4) | bit_d();
	mark(&page[0]);
	mark(&page[2]);
	page[1].marked = false;
	read_range(0, ~0ULL, true);
	assert_int_equal(reading.told, 2);
	assert_int_equal(*slot, home(KB4) | bit_d());
	*slot = 0;
	vtd_pt_destroy(&pt);
}

/* Ranges that begin and end anywhere, in superpages too. */
static void test_clipped(void **state)
{
	static const u64 cuts[] = {
		0,
		KB4,
		19 * KB4,
		20 * KB4,
		MB2 - KB4,
		MB2,
		MB2 + KB4,
		2 * MB2 - KB4,
		3 * MB2 + 100 * KB4,
		4 * MB2,
		8 * MB2,
		16 * MB2 + 511 * KB4,
		17 * MB2,
		17 * MB2 + KB4,
		GB1 - KB4,
		GB1,
		GB1 + KB4,
		GB1 + MB2,
		2 * GB1 - KB4,
		2 * GB1,
		3 * GB1 - KB4,
		3 * GB1,
		5 * GB1 + 7 * MB2 + 9 * KB4,
		6 * GB1,
		GB512 - 2 * GB1,
		GB512 - KB4,
	};

	make_dirty(LEVELS(state));
	layout();
	for (unsigned int i = 0; i < ARRAY_SIZE(cuts); i++) {
		for (unsigned int j = i; j < ARRAY_SIZE(cuts); j++) {
			for (unsigned int n = 0; n < nr_pages; n++)
				mark(&page[n]);
			read_range(cuts[i], cuts[j] + KB4 - 1, false);
			read_range(cuts[i], cuts[j] + KB4 - 1, true);
			check_leaves(0);
		}
	}
	vtd_pt_destroy(&pt);
}

/* The same with whatever comes. */
static void test_random(void **state)
{
	u64 seed = LEVELS(state);

	for (unsigned int round = 0; round < 12; round++) {
		u64 at = 0;

		make_dirty(LEVELS(state));
		while (nr_pages < PAGES - 20) {
			static const u64 sizes[] = { KB4, KB4, KB4, MB2, GB1 };
			static const u64 holes[] = { 0, KB4, MB2, GB1, GB512 };
			u64 size = sizes[vtd_rand(&seed) % 5];
			u64 hole = holes[vtd_rand(&seed) % 5];
			unsigned int count = 1 + vtd_rand(&seed) % 20;

			if (hole)
				at += hole * (1 + vtd_rand(&seed) % 3);
			at = (at + size - 1) & ~(size - 1);
			if (at + count * size > width_of(pt.levels))
				break;
			add(at, size, count);
			at += count * size;
		}
		for (unsigned int n = 0; nr_pages && n < 40; n++) {
			struct page *p = &page[vtd_rand(&seed) % nr_pages];
			struct page *q = &page[vtd_rand(&seed) % nr_pages];
			u64 start = p->iova +
				    (vtd_rand(&seed) % p->size & ~(KB4 - 1));
			u64 last = q->iova +
				   (vtd_rand(&seed) % q->size | (KB4 - 1));

			for (unsigned int i = 0; i < 30; i++)
				mark(&page[vtd_rand(&seed) % nr_pages]);
			if (start < last)
				read_range(start, last, vtd_rand(&seed) & 1);
			check_leaves(0);
		}
		vtd_pt_destroy(&pt);
	}
}

/* What is not mapped costs a look for each entry that says so. */
static void test_holes(void **state)
{
	int levels = LEVELS(state);
	unsigned int entries = width_of(levels) >> (12 + 9 * (levels - 1));

	make_dirty(levels);
	hardware(entries + 1);
	read_range(0, ~0ULL, true);
	assert_int_equal(hw.looks, entries + 1);
	/* from the middle of a hole, too */
	hardware(entries + 1);
	read_range(GB1 / 2 + 5 * KB4, ~0ULL, true);
	/* a page far out: each table on the way is read once more or twice */
	add(width_of(levels) / 2 + 100 * MB2, KB4, 1);
	mark(&page[0]);
	hardware(4 * 512 * levels);
	read_range(0, ~0ULL, false);
	assert_int_equal(reading.told, 1);
	hardware(levels + 1);
	read_range(page[0].iova, page[0].iova + KB4 - 1, true);
	assert_int_equal(reading.told, 1);
	vtd_pt_destroy(&pt);
}

/* There is nothing behind the last address, and no beginning again. */
static void test_end(void **state)
{
	u64 top;

	make_dirty(LEVELS(state));
	top = width_of(pt.levels);
	add(0, KB4, 2);
	add(top - MB2, KB4, 512);
	hardware(20000);
	for (unsigned int i = 0; i < nr_pages; i++)
		mark(&page[i]);
	read_range(top - 2 * KB4, ~0ULL, false);
	assert_int_equal(reading.told, 2);
	read_range(top - KB4, top - 1, false);
	assert_int_equal(reading.told, 1);
	read_range(top - KB4, top + 5 * GB1, false);
	assert_int_equal(reading.told, 1);
	hw.looks = 0;
	/* beyond, and back to front */
	vtd_pt_read_dirty(&pt, top, ~0ULL, true, tell, &reading);
	vtd_pt_read_dirty(&pt, ~0ULL - KB4 + 1, ~0ULL, true, tell, &reading);
	vtd_pt_read_dirty(&pt, KB4, KB4 - 1, true, tell, &reading);
	assert_int_equal(hw.looks, 0);
	read_range(0, ~0ULL, true);
	assert_int_equal(reading.told, nr_pages);
	check_leaves(0);
	vtd_pt_destroy(&pt);
	/* the last leaf as large as may be */
	make_dirty(LEVELS(state));
	add(top - GB1, GB1, 1);
	mark(&page[0]);
	read_range(top - MB2, ~0ULL, true);
	assert_int_equal(reading.told, 1);
	assert_int_equal(page[0].seen, MB2);
	vtd_pt_destroy(&pt);
}

/* Hardware sets bits when the entry has been seen: none of them is lost. */
static void test_set_meanwhile(void **state)
{
	u64 meanwhile = bit_a() | (stage == VTD_PT_FIRST ? BIT_EA : 0);

	make_dirty(LEVELS(state));
	layout();
	for (unsigned int i = 0; i < nr_pages; i++)
		mark(&page[i]);
	hw.after_look = meanwhile;
	read_range(0, ~0ULL, true);
	assert_int_equal(reading.told, nr_pages);
	assert_true(hw.failed > 0);
	check_leaves(meanwhile);
	vtd_pt_destroy(&pt);
}

/* An exchange that fails is made again; but hardware does not hold it up. */
static void test_exchange_fails(void **state)
{
	u64 *slot;

	for (unsigned int n = 0; n < 8; n++) {
		make_dirty(LEVELS(state));
		add(GB1, n & 1 ? MB2 : KB4, 1);
		slot = leaf_of(GB1);
		mark(&page[0]);
		hw.before_exchange = n;
		hw.flip = bit_a();
		read_range(0, ~0ULL, true);
		assert_int_equal(reading.told, 1);
		assert_true(hw.tried <= 5);
		if (n <= 3) {
			assert_int_equal(hw.failed, n);
			assert_int_equal(*slot & bit_d(), 0);
			assert_int_equal(*slot & bit_a(), n & 1 ? bit_a() : 0);
			read_range(0, ~0ULL, true);
			assert_int_equal(reading.told, 0);
		} else {
			/* told, and told again the next time */
			assert_int_equal(*slot & bit_d(), bit_d());
			hardware(5000);
			page[0].marked = true;
			read_range(0, ~0ULL, true);
			assert_int_equal(reading.told, 1);
			assert_int_equal(*slot & bit_d(), 0);
		}
		vtd_pt_destroy(&pt);
	}
}

/* --- everything else, with bits that hardware has set --------------------------- */

static u64 *pointer_of(u64 iova, int level)
{
	u64 *table = pt.root;

	for (int shift = 12 + 9 * (pt.levels - 1);; shift -= 9) {
		u64 *slot = &table[iova >> shift & 511];

		if (shift == 12 + 9 * (level - 1))
			return slot;
		table = (u64 *)(*slot & 0x000ffffffffff000ULL);
	}
}

/* The short ways are gone by; a tracked table has nothing that hinders them. */
static void test_short_ways(void **state)
{
	static const u64 sizes[] = { KB4, MB2, GB1 };

	make_dirty(LEVELS(state));
	for (unsigned int i = 0; i < 3; i++) {
		u64 size = sizes[i], at = 8 * GB1 + i * GB1;
		enum vtd_pt_stage s = stage;
		struct vtd_pt_leaf leaf;

		assert_int_equal(map(&pt, at, 0, size, 1, RW, &mapped), 0);
		if (i < 2)
			assert_int_equal(*pointer_of(at, i + 2) & 0xfff,
					 s == VTD_PT_FIRST ? 0x27 : 0x103);
		*leaf_of(at) |= bit_a() | bit_d();
		assert_true(vtd_pt_lookup(&pt, at + 5, &leaf));
		assert_int_equal(leaf.phys, 5);
		assert_int_equal(leaf.size, size);
		assert_int_equal(leaf.prot, RW);
		assert_int_equal(
			s == VTD_PT_FIRST ?
				vtd_pt_phys(&pt, VTD_PT_FIRST, at + 5) :
				vtd_pt_phys(&pt, VTD_PT_SECOND, at + 5),
			5);
		assert_int_equal(map(&pt, at, 0, size, 1, RW, &mapped),
				 -EEXIST);
		if (s == VTD_PT_FIRST) {
			assert_true(
				vtd_pt_unmap_page(&pt, VTD_PT_FIRST, at, size));
			assert_true(vtd_pt_map_page(&pt, VTD_PT_FIRST, at, 0,
						    size, RW));
		} else {
			assert_true(vtd_pt_unmap_page(&pt, VTD_PT_SECOND, at,
						      size));
			assert_true(vtd_pt_map_page(&pt, VTD_PT_SECOND, at, 0,
						    size, RW));
		}
		*leaf_of(at) |= bit_a() | bit_d();
		assert_int_equal(unmap(&pt, at, size, 1), size);
		assert_false(vtd_pt_lookup(&pt, at, &leaf));
	}
	vtd_pt_destroy(&pt);
}

/* A superpage in the place of an empty table, and back again. */
static void test_replaced(void **state)
{
	make_dirty(LEVELS(state));
	add(2 * GB1, KB4, 512);
	for (unsigned int i = 0; i < nr_pages; i++) {
		*leaf_of(page[i].iova) |= bit_a();
		mark(&page[i]);
	}
	for (u64 i = 0; i < 512; i++)
		assert_int_equal(unmap(&pt, 2 * GB1 + i * KB4, KB4, 1), KB4);
	assert_int_equal(map_replacing(&pt, 2 * GB1, 0, MB2, 1, RW, &mapped),
			 0);
	nr_pages = 0;
	read_range(0, ~0ULL, true);
	assert_int_equal(*leaf_of(2 * GB1) & (bit_a() | bit_d()), 0);
	*leaf_of(2 * GB1) |= bit_a() | bit_d();
	/* part of one: nothing; the whole of it, with its marks */
	assert_int_equal(unmap(&pt, 2 * GB1 + KB4, KB4, 1), 0);
	assert_int_equal(unmap(&pt, 2 * GB1, KB4, 512), MB2);
	assert_int_equal(map(&pt, 2 * GB1, MB2, KB4, 7, RW, &mapped), 0);
	assert_int_equal(unmap(&pt, 2 * GB1, GB1, 1), GB1);
	read_range(0, ~0ULL, true);
	vtd_pt_destroy(&pt);
}

/* New leaves are clean, when they are tracked; of others nobody asks. */
static void test_clean_at_first(void **state)
{
	make_dirty(LEVELS(state));
	layout();
	check_leaves(0);
	read_range(0, ~0ULL, false);
	assert_int_equal(reading.told, 0);
	vtd_pt_destroy(&pt);
}

/* What does not snoop could not set them. */
static void test_coherent_only(void **state)
{
	struct vtd_pt_config config = {
		.stage = stage,
		.levels = LEVELS(state),
		.dirty = true,
		.pgsize_bitmap = SZ_4K,
		.nid = NUMA_NO_NODE,
	};

	assert_int_equal(vtd_pt_init(&pt, &config, GFP_KERNEL), -EINVAL);
	config.coherent = true;
	assert_int_equal(vtd_pt_init(&pt, &config, GFP_KERNEL), 0);
	vtd_pt_destroy(&pt);
}

/* --- threads ---------------------------------------------------------------------- */

#define SHARED 64
#define UNITS 2

static u64 *shared[SHARED];
static unsigned int made[SHARED], made_a[SHARED], told_of[SHARED];
static unsigned long all_told;
static bool working;

/* A unit: marks pages at random, and counts what it found clear. */
static void *unit(void *arg)
{
	u64 seed = (uintptr_t)arg;

	while (__atomic_load_n(&working, __ATOMIC_SEQ_CST)) {
		unsigned int n = vtd_rand(&seed) % SHARED;
		bool writes = vtd_rand(&seed) & 1;
		u64 bits = bit_a() | (writes ? bit_d() : 0);
		u64 old = __atomic_fetch_or(shared[n], bits, __ATOMIC_SEQ_CST);

		if (writes && !(old & bit_d()))
			__atomic_fetch_add(&made[n], 1, __ATOMIC_SEQ_CST);
		if (!(old & bit_a()))
			__atomic_fetch_add(&made_a[n], 1, __ATOMIC_SEQ_CST);
	}
	return NULL;
}

static void count_told(void *data, u64 iova, u64 bytes)
{
	assert_int_equal(bytes, KB4);
	told_of[(iova - GB1) / KB4]++;
	all_told++;
}

static void read_shared(void)
{
	vtd_pt_read_dirty(&pt, GB1, GB1 + SHARED * KB4 - 1, true, count_told,
			  NULL);
}

/* No mark is lost: each that was made is told of, as often as it was made. */
static void test_threads(void **state)
{
	u64 enough = vtd_env("PGTABLE_MARKS", 10000);
	pthread_t thread[UNITS];
	unsigned int idle = 0;

	make_dirty(LEVELS(state));
	add(GB1, KB4, SHARED);
	for (unsigned int i = 0; i < SHARED; i++) {
		shared[i] = leaf_of(GB1 + i * KB4);
		made[i] = 0;
		made_a[i] = 0;
		told_of[i] = 0;
	}
	all_told = 0;
	working = true;
	hardware(~0UL);
	for (u64 i = 0; i < UNITS; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, unit,
						(void *)(uintptr_t)(i + 1)),
				 0);
	while (all_told < enough && idle < 20000) {
		unsigned long before = all_told;

		read_shared();
		/* one CPU alone: let them have it */
		if (all_told == before && ++idle)
			usleep(100);
	}
	__atomic_store_n(&working, false, __ATOMIC_SEQ_CST);
	for (unsigned int i = 0; i < UNITS; i++)
		pthread_join(thread[i], NULL);
	read_shared();
	assert_true(all_told >= enough);
	for (unsigned int i = 0; i < SHARED; i++) {
		/* more, where an exchange was given up */
		assert_true(told_of[i] >= made[i]);
		assert_true(told_of[i] <= made[i] + hw.failed);
		assert_int_equal(made_a[i], 1);
		assert_int_equal(*shared[i] & (bit_a() | bit_d()), bit_a());
	}
	vtd_pt_destroy(&pt);
}

int main(void)
{
	static const struct {
		const char *name;
		CMUnitTestFunction fn;
	} group[] = {
		{ "marks of every page", test_marks },
		{ "the rest of an entry stays", test_rest_stays },
		{ "dirty of the other stage", test_other_stage },
		{ "not present", test_absent },
		{ "clipped", test_clipped },
		{ "random", test_random },
		{ "holes", test_holes },
		{ "the end of the addresses", test_end },
		{ "set between a look and an exchange", test_set_meanwhile },
		{ "exchanges that fail", test_exchange_fails },
		{ "short ways", test_short_ways },
		{ "superpages and back", test_replaced },
		{ "clean at first", test_clean_at_first },
		{ "only what snoops", test_coherent_only },
		{ "units at work meanwhile", test_threads },
	};
	static char names[ARRAY_SIZE(group) * 6][80];
	struct CMUnitTest tests[ARRAY_SIZE(names)];
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		enum vtd_pt_stage of = i & 1 ? VTD_PT_FIRST : VTD_PT_SECOND;
		size_t g = i / 6, levels = 3 + i / 2 % 3;

		if (of == VTD_PT_FIRST && levels == 3)
			continue;
		snprintf(names[n], sizeof(names[n]), "%s%s, %zu levels",
			 STAGE_NAME(of), group[g].name, levels);
		tests[n] = test_of(of, names[n], group[g].fn,
				   (void *)(uintptr_t)levels);
		n++;
	}
	return _cmocka_run_group_tests("pgtable-dirty", tests, n, NULL, NULL);
}
