// SPDX-License-Identifier: GPL-2.0
/*
 * Page tables for walks that do not snoop: memory as hardware sees it holds
 * only what was written back.  After each call that view must show exactly the
 * mapping, and at no store may a pointer lead to a table that is not there
 * yet.  Other mappers run inside a call, at each of its stores and write-backs.
 *
 * SRCS: dmar/pgtable.c
 * CFLAGS: -DVTD_OBSERVER
 */
#include "test_pgtable.h"

#define RW 3ULL
#define ADDR 0x000ffffffffff000ULL

/* --- memory as hardware sees it ---------------------------------------------- */

#define SLOTS 65536

struct view_page {
	u64 phys; /* 0: free */
	int level; /* of the table, 0: nothing points to it */
	u64 hw[512]; /* what is in memory */
	u64 cpu[512]; /* what was stored last, when it is a table */
};

static struct view_page *view[SLOTS];
static int top;
static bool coherent;
static u64 events, other_at, stores, lines;
static void (*other)(void);
static bool inside;

static struct view_page *page_of(u64 phys)
{
	u64 slot = (phys >> 12) * 0x9e3779b97f4a7c15ULL >> 48;

	phys &= ~0xfffULL;
	while (view[slot % SLOTS] && view[slot % SLOTS]->phys != phys)
		slot++;
	if (!view[slot % SLOTS]) {
		struct view_page *p = calloc(1, sizeof(*p));

		assert_non_null(p);
		p->phys = phys;
		/* old contents: entries that would let anything through */
		for (int i = 0; i < 512; i++)
			p->hw[i] = 0x6663;
		view[slot % SLOTS] = p;
	}
	return view[slot % SLOTS];
}

static void view_reset(void)
{
	for (int i = 0; i < SLOTS; i++) {
		free(view[i]);
		view[i] = NULL;
	}
	events = 0;
	stores = 0;
	lines = 0;
	other_at = ~0ULL;
	inside = false;
}

static u64 read_view(u64 phys)
{
	return page_of(phys)->hw[(phys & 0xfff) / 8];
}

static bool is_pointer(u64 pte, int level)
{
	return level > 1 && (pte & 3) && !(pte & 0x80);
}

static void forget(u64 phys)
{
	struct view_page *p = page_of(phys);

	for (int i = 0; i < 512; i++)
		if (is_pointer(p->cpu[i], p->level))
			forget(p->cpu[i] & ADDR);
	p->level = 0;
}

/* A table gets reachable: all of it must be in memory, in either kind. */
static void learn(u64 phys, int level)
{
	struct view_page *p = page_of(phys);

	p->level = level;
	memcpy(p->cpu, (void *)phys, sizeof(p->cpu));
	for (int i = 0; i < 512; i++) {
		if (!coherent)
			assert_int_equal(p->hw[i], p->cpu[i]);
		assert_false(is_pointer(p->cpu[i], level));
	}
}

static void event(void)
{
	if (events++ != other_at || inside || !other)
		return;
	inside = true;
	other();
	inside = false;
}

void vtd_observe_store(const void *ptr, size_t bytes)
{
	u64 phys = (u64)ptr, pte = *(const u64 *)ptr, old;
	struct view_page *p = page_of(phys);
	int i = (phys & 0xfff) / 8;

	assert_int_equal(bytes, 8);
	assert_int_equal(phys % 8, 0);
	stores++;
	old = p->cpu[i];
	if (p->level && old != pte) {
		p->cpu[i] = pte;
		if (is_pointer(old, p->level) &&
		    (!is_pointer(pte, p->level) || (old ^ pte) & ADDR))
			forget(old & ADDR);
		if (is_pointer(pte, p->level) &&
		    (!is_pointer(old, p->level) || (old ^ pte) & ADDR))
			learn(pte & ADDR, p->level - 1);
	}
	event();
}

void vtd_observe_flush(const void *ptr, size_t bytes)
{
	u64 line = (u64)ptr & ~63ULL, end = (u64)ptr + bytes;

	assert_true(bytes > 0);
	assert_false(coherent);
	for (; line < end; line += 64) {
		memcpy(&page_of(line)->hw[(line & 0xfff) / 8], (void *)line,
		       64);
		lines++;
	}
	event();
}

/* --- calls, and what hardware then sees ---------------------------------------- */

static struct vtd_pgtable pt;

static void begin(int levels, bool coherent_walks)
{
	view_reset();
	top = levels;
	coherent = coherent_walks;
	make_pt(&pt, levels, coherent);
	learn((u64)pt.root, levels);
}

static void end(void)
{
	vtd_pt_destroy(&pt);
	view_reset();
}

static struct seen hw_see(u64 iova)
{
	if (coherent)
		return see(&pt, iova);
	return see_through(read_view, (u64)pt.root, top, iova);
}

static void hw_expect(u64 iova, u64 phys, u64 size, u64 bits)
{
	struct seen seen = hw_see(iova);

	assert_int_equal(seen.size, size);
	assert_int_equal(seen.phys, phys);
	assert_int_equal(seen.bits, bits);
}

static void hw_map(u64 iova, u64 paddr, u64 pgsize, size_t count)
{
	size_t mapped;

	assert_int_equal(
		map_replacing(&pt, iova, paddr, pgsize, count, RW, &mapped), 0);
	for (size_t i = 0; i < count; i++)
		hw_expect(iova + i * pgsize, paddr + i * pgsize, pgsize, RW);
}

static void hw_unmap(u64 iova, u64 pgsize, size_t count, u64 expected)
{
	assert_int_equal(unmap(&pt, iova, pgsize, count), expected);
	for (u64 off = 0; off < expected; off += pgsize)
		assert_int_equal(hw_see(iova + off).size, 0);
}

/* The whole window, page by page, as the CPU and as hardware sees it. */
static void same_views(u64 iova, u64 size)
{
	for (u64 off = 0; off < size;) {
		struct seen cpu = see(&pt, iova + off);
		struct seen hw = hw_see(iova + off);

		assert_memory_equal(&cpu, &hw, sizeof(cpu));
		off += cpu.size ? cpu.size : KB4;
	}
}

static void test_init_written_back(void **state)
{
	for (int levels = min_levels(); levels <= 5; levels++) {
		begin(levels, false);
		for (int i = 0; i < 512; i++)
			assert_int_equal(read_view((u64)pt.root + 8 * i), 0);
		end();
	}
}

static void test_sizes(void **state)
{
	for (int levels = min_levels(); levels <= 5; levels++) {
		begin(levels, false);
		hw_map(0x1000, 0x7000, KB4, 1);
		hw_map(0x2000, 0x9000, KB4, 30);
		hw_map(GB1 - 5 * KB4, GB1, KB4, 1300);
		hw_map(3 * GB1 - MB2, GB1, MB2, 515);
		hw_map(7 * GB1, GB1, GB1, 3);
		hw_unmap(0x2000, KB4, 3, 3 * KB4);
		hw_expect(0x1000, 0x7000, KB4, RW);
		hw_expect(0x5000, 0xc000, KB4, RW);
		hw_unmap(GB1 - 5 * KB4, KB4, 1300, 1300 * KB4);
		hw_unmap(3 * GB1 - MB2, MB2, 515, 515 * MB2);
		hw_unmap(7 * GB1, KB4, 1, GB1);
		hw_expect(8 * GB1, 2 * GB1, GB1, RW);
		end();
	}
}

static void test_whole_tables(void **state)
{
	begin(4, false);
	hw_map(GB1, 0, KB4, 512);
	hw_map(3 * GB1 - 3 * MB2, 0, KB4, 512 * 20);
	hw_map(5 * GB1 + KB4, 0, KB4, 512 * 3);
	hw_map(7 * GB1, 0, MB2, 512);
	hw_unmap(GB1, MB2, 1, MB2);
	hw_unmap(3 * GB1 - 3 * MB2, MB2, 20, 20 * MB2);
	hw_unmap(7 * GB1, GB1, 1, GB1);
	hw_map(7 * GB1, 0, KB4, 512 * 3);
	end();
}

static void test_replace(void **state)
{
	begin(4, false);
	hw_map(GB1, 0, KB4, 700);
	for (u64 i = 0; i < 700; i++)
		hw_unmap(GB1 + i * KB4, KB4, 1, KB4);
	hw_map(GB1 + MB2, 0, MB2, 2);
	hw_unmap(GB1 + MB2, MB2, 2, 2 * MB2);
	hw_map(GB1, 0, GB1, 1);
	end();
}

/* What was mapped before the memory ran out is in memory too. */
static void test_no_memory(void **state)
{
	size_t mapped;
	int ret;

	for (unsigned int nth = 1; nth < 40; nth++) {
		begin(4, false);
		vtd_shim_fail_alloc(nth);
		ret = map(&pt, GB1 - 10 * MB2, 0, KB4, 512 * 20, RW, &mapped);
		vtd_shim_fail_alloc(0);
		assert_true(!ret || ret == -ENOMEM);
		for (u64 off = 0; off < 20 * MB2; off += 16 * KB4) {
			if (off < mapped)
				hw_expect(GB1 - 10 * MB2 + off, off, KB4, RW);
			else
				assert_int_equal(
					hw_see(GB1 - 10 * MB2 + off).size, 0);
		}
		end();
	}
}

static void test_stopped_run(void **state)
{
	size_t mapped;

	for (u64 used = 0; used < 20; used++) {
		begin(4, false);
		hw_map(GB1 + used * KB4, 0, KB4, 1);
		assert_int_equal(map(&pt, GB1 - 3 * KB4, 0, KB4, 60, RW,
				     &mapped),
				 -EEXIST);
		assert_int_equal(mapped, (used + 3) * KB4);
		same_views(GB1 - 3 * KB4, 64 * KB4);
		end();
	}
}

/* Coherent walks: nothing is written back, but the order must hold. */
static void test_coherent_order(void **state)
{
	begin(5, true);
	hw_map(0, 0, KB4, 3000);
	hw_map(GB1, 0, MB2, 700);
	hw_unmap(0, KB4, 3000, 3000 * KB4);
	hw_unmap(GB1, MB2, 512, GB1);
	assert_int_equal(lines, 0);
	end();
}

/* One write-back for each line, not for each entry. */
static void test_lines_per_run(void **state)
{
	begin(4, false);
	hw_map(GB1, 0, KB4, 1);
	lines = 0;
	hw_map(GB1 + 8 * KB4, 0, KB4, 64);
	assert_int_equal(lines, 8);
	lines = 0;
	hw_unmap(GB1 + 8 * KB4, KB4, 64, 64 * KB4);
	assert_int_equal(lines, 8);
	lines = 0;
	hw_map(GB1 + 2 * MB2, 0, KB4, 512 * 16);
	assert_int_equal(lines, 16 * 64 + 3);
	lines = 0;
	hw_unmap(GB1 + 2 * MB2, MB2, 16, 16 * MB2);
	assert_int_equal(lines, 3);
	end();
}

static void random_views(int levels, u64 seed)
{
	const u64 window = GB512 - GB1, size = 2 * GB1;

	begin(levels, false);
	for (int op = 0; op < 1500; op++) {
		u64 pgsize = vtd_rand(&seed) % 5 ? KB4 : MB2;
		u64 count =
			1 + vtd_rand(&seed) % (vtd_rand(&seed) % 9 ? 20 : 1200);
		u64 off = vtd_rand(&seed) % (pgsize == KB4 ? 3000 : 6) * pgsize;
		size_t mapped;

		if (vtd_rand(&seed) % 2)
			off = GB1 - off;
		if (off + count * pgsize > size)
			off = 0;
		if (vtd_rand(&seed) % 2)
			map_replacing(&pt, window + off, off, pgsize, count, RW,
				      &mapped);
		else
			unmap(&pt, window + off, pgsize, count);
		same_views(window + off, 40 * KB4);
		same_views(window + off + (count - 1) * pgsize, KB4);
		if (op % 300 == 299)
			same_views(window + GB1 - 16 * MB2, 32 * MB2);
	}
	end();
}

static void test_random_views(void **state)
{
	for (u64 seed = 1; seed <= 6; seed++)
		random_views(4 + seed % 2, seed);
}

/* --- another mapper inside a call ----------------------------------------------- */

static u64 other_iova, other_size, other_count, other_done;

static void map_other(void)
{
	size_t mapped;

	assert_int_equal(vtd_pt_map(&pt, other_iova, 0x80000000, other_size,
				    other_count, RW, GFP_ATOMIC, NULL, &mapped),
			 0);
	for (u64 i = 0; i < other_count; i++)
		hw_expect(other_iova + i * other_size,
			  0x80000000 + i * other_size, other_size, RW);
	other_done++;
}

static void unmap_other(void)
{
	size_t mapped;

	map_other();
	hw_unmap(other_iova, other_size, other_count, other_count * other_size);
	assert_int_equal(vtd_pt_map(&pt, other_iova, 0x80000000, other_size,
				    other_count, RW, GFP_ATOMIC, NULL, &mapped),
			 0);
}

struct meeting {
	const char *name;
	int levels;
	bool coherent;
	u64 iova, pgsize, count; /* first mapper */
	u64 other_iova, other_size, other_count;
	void (*other)(void);
};

static const struct meeting meetings[] = {
	{ "meet: one table, 4 levels", 4, false, GB1, KB4, 1, GB1 + KB4, KB4, 1,
	  map_other },
	{ "meet: one table, 5 levels", 5, false, GB1, KB4, 3, GB1 + 8 * KB4,
	  KB4, 3, map_other },
	{ "meet: one table, 3 levels", 3, false, GB1, KB4, 1, GB1 + 511 * KB4,
	  KB4, 1, map_other },
	{ "meet: one directory", 4, false, GB1, KB4, 3, GB1 + 9 * MB2, KB4, 1,
	  map_other },
	{ "meet: next page tables", 4, false, GB1, KB4, 512, GB1 + MB2, KB4,
	  512, map_other },
	{ "meet: run and its end", 4, false, GB1 + KB4, KB4, 700,
	  GB1 + 701 * KB4, KB4, 4, map_other },
	{ "meet: 2M beside 4K", 4, false, GB1, KB4, 5, GB1 + MB2, MB2, 3,
	  map_other },
	{ "meet: 4K beside 2M", 4, false, GB1 + MB2, MB2, 3, GB1, KB4, 5,
	  map_other },
	{ "meet: 1G beside 4K", 5, false, GB1, KB4, 5, 2 * GB1, GB1, 2,
	  map_other },
	{ "meet: 4K beside 1G", 5, false, 2 * GB1, GB1, 2, GB1, KB4, 5,
	  map_other },
	{ "meet: across 512G", 5, false, GB512 - 2 * KB4, KB4, 4,
	  GB512 + 8 * KB4, KB4, 4, map_other },
	{ "meet: map and unmap inside", 4, false, GB1, KB4, 1, GB1 + KB4, KB4,
	  20, unmap_other },
	{ "meet: whole table inside", 4, false, GB1, KB4, 4, GB1 + MB2, KB4,
	  512, unmap_other },
	{ "meet: coherent, one table", 4, true, GB1, KB4, 3, GB1 + 8 * KB4, KB4,
	  3, map_other },
	{ "meet: coherent, 5 levels", 5, true, GB1, KB4, 600, GB1 + 4 * MB2,
	  MB2, 2, map_other },
};

/* The other comes at each event of the first one's call, in turn. */
static void test_meeting(void **state)
{
	const struct meeting *m = *state;
	long before = vtd_shim_live_tables();
	u64 n = 0, all, i;
	size_t mapped;

	other = m->other;
	other_iova = m->other_iova;
	other_size = m->other_size;
	other_count = m->other_count;
	other_done = 0;
	do {
		begin(m->levels, m->coherent);
		events = 0;
		other_at = n;
		assert_int_equal(map(&pt, m->iova, 0x40000000, m->pgsize,
				     m->count, RW, &mapped),
				 0);
		all = events;
		other_at = ~0ULL;
		for (i = 0; i < m->count; i++)
			hw_expect(m->iova + i * m->pgsize,
				  0x40000000 + i * m->pgsize, m->pgsize, RW);
		for (i = 0; i < m->other_count && n < all; i++)
			hw_expect(m->other_iova + i * m->other_size,
				  0x80000000 + i * m->other_size, m->other_size,
				  RW);
		end();
		assert_int_equal(vtd_shim_live_tables(), before);
		/* every event of a short call, samples of a long one */
		n += n < 60 ? 1 : 1 + n / 40;
	} while (n < all);
	assert_true(other_done > 3);
	other = NULL;
}

static const struct both both[] = {
	BOTH_STAGES(test_init_written_back), BOTH_STAGES(test_sizes),
	BOTH_STAGES(test_whole_tables),	     BOTH_STAGES(test_replace),
	BOTH_STAGES(test_no_memory),	     BOTH_STAGES(test_stopped_run),
	BOTH_STAGES(test_coherent_order),    BOTH_STAGES(test_lines_per_run),
	BOTH_STAGES(test_random_views),
};

int main(void)
{
	static char names[2 * ARRAY_SIZE(meetings)][80];
	struct CMUnitTest tests[2 * ARRAY_SIZE(both) + ARRAY_SIZE(names)];
	size_t n = add_both(tests, both, ARRAY_SIZE(both));

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const struct meeting *m = &meetings[i / 2];
		enum vtd_pt_stage of = i % 2 ? VTD_PT_FIRST : VTD_PT_SECOND;

		if (of == VTD_PT_FIRST && m->levels == 3)
			continue;
		snprintf(names[i], sizeof(names[i]), "%s%s", STAGE_NAME(of),
			 m->name);
		tests[n++] = test_of(of, names[i], test_meeting, m);
	}
	return _cmocka_run_group_tests("pgtable_coherency", tests, n, NULL,
				       NULL);
}
