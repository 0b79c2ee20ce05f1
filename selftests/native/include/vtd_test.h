/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a native test sees of the harness, and how it steers the shims.
 *
 * A test file test_NAME.c has a line in its top comment that names the sources
 * it is linked with, relative to the tree:
 *
 *	SRCS: dmar/a.c dmar/b.c
 *
 * and, if it wants, one with extra compiler flags, and one that says it also
 * runs under ThreadSanitizer:
 *
 *	CFLAGS: -DVTD_OBSERVER
 *	TSAN: yes
 */
#ifndef VTD_TEST_H
#define VTD_TEST_H

/* Also compiled for the kernel, where this is 0 (kunit/native). */
#define VTD_USER_SPACE 1

/* cmocka wants these four first, in this order. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <linux/types.h>

/**
 * VTD_TEST() - one test of a cmocka group
 * @fn: void fn(void **state)
 *
 * Fails also when the test met a WARN, or left memory or a lock behind.
 */
#define VTD_TEST(fn) \
	cmocka_unit_test_setup_teardown(fn, vtd_shim_begin, vtd_shim_end)

int vtd_shim_begin(void **state);
int vtd_shim_end(void **state);

/**
 * vtd_shim_warnings() - take the number of WARNs since the last call
 *
 * For tests that expect some: what was taken no longer fails the test.
 */
unsigned int vtd_shim_warnings(void);

/**
 * vtd_shim_fail_alloc() - make an allocation fail
 * @nth: 1 fails the next one, 2 the one after it, and so on; each once.
 *	0 lets all succeed.
 */
void vtd_shim_fail_alloc(unsigned int nth);

/* What this thread allocates from now on is none of these, or is again. */
void vtd_shim_fail_exempt(bool on);
/* Called once, before this thread takes its next lock: another CPU was faster. */
void vtd_shim_before_lock(void (*fn)(void));
/*
 * From now on @fn is called in this thread wherever another CPU may come between:
 * before a mutex or a spin lock is taken and after it is let go of, where memory is
 * freed, while the hardware is waited for.  Not while a spin lock is held.
 * Until NULL.
 */
void vtd_shim_between(void (*fn)(void));
/* For a shim of the test's own that is such a place, too. */
void vtd_shim_point(void);
/* Allocations that were made to fail since the last vtd_shim_fail_alloc(). */
unsigned int vtd_shim_alloc_failures(void);

/* Live allocations of slab.h, and live tables of iommu-pages.h. */
long vtd_shim_live_allocs(void);
long vtd_shim_live_tables(void);

/* Tables allocated, and bytes written back from caches, since the start. */
u64 vtd_shim_tables_made(void);
u64 vtd_shim_flushed_bytes(void);

/**
 * vtd_shim_virtual_clock() - from now on time passes only by delays
 * @start_ns: what the clock shows now
 * @poll_ns: how far each cpu_relax() moves it
 *
 * The real clock comes back with the next test.
 */
void vtd_shim_virtual_clock(u64 start_ns, u64 poll_ns);

/**
 * struct vtd_shim_hooks - who wants to know what the shims do
 * @table_made: page-table memory was allocated
 * @table_freed: it is about to be freed
 * @relax: a polling loop goes round
 */
struct vtd_shim_hooks {
	void (*table_made)(void *virt, size_t bytes);
	void (*table_freed)(void *virt);
	void (*relax)(void);
};

/* Taken back with the next test. */
void vtd_shim_hook(const struct vtd_shim_hooks *hooks);

/* Called in each synchronize_rcu(), until the next test. */
void vtd_shim_on_grace_period(void (*fn)(void));

/* Page-table memory asked for of another node than @nid, from now on. */
void vtd_shim_expect_node(int nid);
unsigned int vtd_shim_of_other_nodes(void);

/* Where system RAM ends, for walk_iomem_res_desc(); 8 GiB at first. */
void vtd_shim_set_ram(u64 bytes);

/**
 * vtd_env() - a number from the environment
 * @name: variable
 * @def: value where it is not set
 */
u64 vtd_env(const char *name, u64 def);

/* A small generator of numbers that look random: the same for each seed. */
static inline u64 vtd_rand(u64 *seed)
{
	u64 z = (*seed += 0x9e3779b97f4a7c15ULL);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

#endif /* VTD_TEST_H */
