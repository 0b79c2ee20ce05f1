/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a test program that is shared with user space sees of the harness when
 * it is compiled for the kernel; selftests/native/include/vtd_test.h is the
 * other side.  Each of its cases is one parameter of a KUnit case.
 */
#ifndef VTD_TEST_H
#define VTD_TEST_H

#include <kunit/test.h>

#include <linux/errno.h>
#include <linux/sizes.h>
#include <linux/types.h>

/* Left out here: what needs a stack, or a model, that can be starved. */
#define VTD_USER_SPACE 0

/* Wide, so that a multiple of it does not overflow an int. */
#undef SZ_1G
#define SZ_1G 0x40000000ULL

/* The test that runs. */
extern struct kunit *vtd_shim_test;

#define assert_int_equal(a, b) \
	KUNIT_ASSERT_EQ(vtd_shim_test, (u64)(a), (u64)(b))
#define assert_int_not_equal(a, b) \
	KUNIT_ASSERT_NE(vtd_shim_test, (u64)(a), (u64)(b))
#define assert_true(c) KUNIT_ASSERT_TRUE(vtd_shim_test, !!(c))
#define assert_false(c) KUNIT_ASSERT_FALSE(vtd_shim_test, !!(c))
#define assert_null(p) KUNIT_ASSERT_NULL(vtd_shim_test, p)
#define assert_non_null(p) KUNIT_ASSERT_NOT_NULL(vtd_shim_test, p)
#define assert_ptr_equal(a, b) \
	KUNIT_ASSERT_PTR_EQ(vtd_shim_test, (const void *)(a), (const void *)(b))
#define assert_string_equal(a, b) KUNIT_ASSERT_STREQ(vtd_shim_test, a, b)
#define assert_memory_equal(a, b, bytes) \
	KUNIT_ASSERT_MEMEQ(vtd_shim_test, a, b, bytes)

/**
 * struct vtd_shim_case - a case; cmocka has another name for it
 * @name: what it is called
 * @test_func: the case; *state is @initial_state
 * @setup_func: before it
 * @teardown_func: after it; not 0: the case fails
 * @initial_state: its argument
 */
struct vtd_shim_case {
	const char *name;
	void (*test_func)(void **state);
	int (*setup_func)(void **state);
	int (*teardown_func)(void **state);
	void *initial_state;
};

#define CMUnitTest vtd_shim_case

/* A program ended its list of cases: those since the last program's. */
int vtd_shim_group(const char *name, const struct vtd_shim_case *cases,
		   unsigned int nr);

#define _cmocka_run_group_tests(name, cases, nr, setup, teardown) \
	vtd_shim_group(name, cases, nr)

#ifdef VTD_MAIN
int VTD_MAIN(void);
#define main VTD_MAIN
#endif

int vtd_shim_begin(void **state);
int vtd_shim_end(void **state);

/* Take the number of WARNs since the last call. */
unsigned int vtd_shim_warnings(void);

/* Make the @nth thing from now on fail that can; 0 lets all succeed. */
void vtd_shim_fail_alloc(unsigned int nth);

/* Here the model is a module of its own, and never among them. */
static inline void vtd_shim_fail_exempt(bool on)
{
}

unsigned int vtd_shim_alloc_failures(void);

/* Nothing fails in the function @where of the driver, until the next test. */
void vtd_shim_spare(const char *where);

/* Objects and tables allocated by the driver and not freed. */
long vtd_shim_live_allocs(void);
long vtd_shim_live_tables(void);

/* From now on time passes only by delays and polls. */
void vtd_shim_virtual_clock(u64 start_ns, u64 poll_ns);

/**
 * struct vtd_shim_hooks - who wants to know what the driver does
 * @table_made: page-table memory was allocated
 * @table_freed: it is about to be freed
 * @relax: a polling loop goes round
 * @delay: one goes round that asks the hardware each microsecond
 */
struct vtd_shim_hooks {
	void (*table_made)(void *virt, size_t bytes);
	void (*table_freed)(void *virt);
	void (*relax)(void);
	void (*delay)(void);
};

/* Taken back with the next test. */
void vtd_shim_hook(const struct vtd_shim_hooks *hooks);

/* Page-table memory asked for of another node than @nid, from now on. */
void vtd_shim_expect_node(int nid);
unsigned int vtd_shim_of_other_nodes(void);

/* Where system RAM ends; 0 for where it does. */
void vtd_shim_set_ram(u64 bytes);

/* The DMAR table of the machine, or NULL for none. */
void vtd_shim_set_table(void *table);

/**
 * struct vtd_shim_point - something that can fail
 * @what: memory, pages, or a function of the kernel
 * @where: function of the driver
 */
struct vtd_shim_point {
	const char *what;
	const char *where;
};

/*
 * Remember what can fail from now on, up to @nr points; then how many there
 * were since, also beyond @nr.
 */
void vtd_shim_record_points(struct vtd_shim_point *points, unsigned int nr);
unsigned int vtd_shim_nr_points(void);

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
