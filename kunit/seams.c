// SPDX-License-Identifier: GPL-2.0
/*
 * The harness behind seams.h, and for the test programs that are shared with
 * user space.
 *
 * Owns what a case is judged by besides its own checks: warnings, live memory.
 * Must never fail what was not asked to fail.
 */
#include <linux/acpi.h>
#include <linux/atomic.h>
#include <linux/delay.h>
#include <linux/ioport.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/nodemask.h>
#include <linux/processor.h>
#include <linux/rcupdate.h>

#include "iommu-pages.h"
#include "seams.h"
#include "vtd_test.h"

/* What seams.h puts in their place. */
#undef acpi_get_table
#undef cpu_relax
#undef iommu_alloc_pages_node_sz
#undef iommu_free_pages
#undef iommu_put_pages_list
#undef ktime_get_mono_fast_ns
#undef walk_iomem_res_desc

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

static unsigned int random_ops = 10000;
module_param(random_ops, uint, 0444);
MODULE_PARM_DESC(random_ops, "Random operations against the software VT-d");

struct kunit *vtd_shim_test;

static atomic_t warnings;
static atomic_long_t live_allocs, live_tables;
static atomic_t fail_in, failures;
static const char *spared[2];
static struct vtd_shim_point *points;
static unsigned int points_max;
static atomic_t nr_points;
static bool virtual_clock;
static atomic64_t virtual_ns;
static u64 virtual_poll_ns;
static struct vtd_shim_hooks hooks;
static u64 ram_bytes;
static void *dmar_table;

void vtd_shim_warn(const char *file, int line, const char *what)
{
	pr_info("# warning at %s:%d: %s\n", file, line, what);
	atomic_inc(&warnings);
}

unsigned int vtd_shim_warnings(void)
{
	return atomic_xchg(&warnings, 0);
}

/* Failures. */

void vtd_shim_fail_alloc(unsigned int nth)
{
	atomic_set(&fail_in, nth);
	atomic_set(&failures, 0);
}

unsigned int vtd_shim_alloc_failures(void)
{
	return atomic_read(&failures);
}

void vtd_shim_record_points(struct vtd_shim_point *to, unsigned int nr)
{
	points = to;
	points_max = nr;
	atomic_set(&nr_points, 0);
}

unsigned int vtd_shim_nr_points(void)
{
	return atomic_read(&nr_points);
}

void vtd_shim_spare(const char *where)
{
	spared[spared[0] ? 1 : 0] = where;
}

bool vtd_shim_must_fail(const char *what, const char *where)
{
	unsigned int n;

	for (n = 0; n < ARRAY_SIZE(spared); n++)
		if (spared[n] && !strcmp(spared[n], where))
			return false;
	n = atomic_inc_return(&nr_points);
	if (n <= points_max)
		points[n - 1] = (struct vtd_shim_point){ what, where };
	if (atomic_read(&fail_in) <= 0 || atomic_dec_return(&fail_in))
		return false;
	atomic_inc(&failures);
	return true;
}

/* Memory. */

void *vtd_shim_made(void *p)
{
	if (p)
		atomic_long_inc(&live_allocs);
	return p;
}

const void *vtd_shim_gone(const void *p)
{
	if (p)
		atomic_long_dec(&live_allocs);
	return p;
}

static int expected_node;
static atomic_t of_other_nodes;

void vtd_shim_expect_node(int nid)
{
	expected_node = nid;
	atomic_set(&of_other_nodes, 0);
}

unsigned int vtd_shim_of_other_nodes(void)
{
	return atomic_read(&of_other_nodes);
}

/* One node that is there, and numbers that no node has. */
int vtd_shim_pxm_to_node(int pxm)
{
	return pxm == 7 ? first_online_node : NUMA_NO_NODE;
}

void *vtd_shim_alloc_pages(int nid, gfp_t gfp, size_t size)
{
	void *virt = iommu_alloc_pages_node_sz(nid, gfp, size);

	if (nid != expected_node)
		atomic_inc(&of_other_nodes);
	if (!virt)
		return NULL;
	atomic_long_inc(&live_tables);
	if (hooks.table_made)
		hooks.table_made(virt, PAGE_SIZE << get_order(size));
	return virt;
}

static void table_gone(void *virt)
{
	atomic_long_dec(&live_tables);
	if (hooks.table_freed)
		hooks.table_freed(virt);
}

void vtd_shim_free_pages(void *virt)
{
	if (!virt)
		return;
	table_gone(virt);
	iommu_free_pages(virt);
}

static struct list_head *pages_of(struct iommu_pages_list *list)
{
#ifdef VTD_HAVE_IOMMU_PAGES_LIST
	return &list->pages;
#else
	return list;
#endif
}

void vtd_shim_put_pages(struct iommu_pages_list *list)
{
	struct page *page;

	list_for_each_entry(page, pages_of(list), lru)
		table_gone(page_address(page));
	iommu_put_pages_list(list);
}

long vtd_shim_live_allocs(void)
{
	return atomic_long_read(&live_allocs);
}

long vtd_shim_live_tables(void)
{
	return atomic_long_read(&live_tables);
}

void vtd_shim_hook(const struct vtd_shim_hooks *new)
{
	hooks = *new;
}

/* Time. */

void vtd_shim_virtual_clock(u64 start_ns, u64 poll_ns)
{
	atomic64_set(&virtual_ns, start_ns);
	virtual_poll_ns = poll_ns;
	WRITE_ONCE(virtual_clock, true);
}

u64 vtd_shim_now_ns(void)
{
	return READ_ONCE(virtual_clock) ? atomic64_read(&virtual_ns) :
					  ktime_get_mono_fast_ns();
}

/* A unit of software needs no real time, but a moment for itself. */
void vtd_shim_delay_ns(u64 ns)
{
	if (READ_ONCE(virtual_clock))
		atomic64_add(ns, &virtual_ns);
	if (hooks.delay)
		hooks.delay();
	else
		cpu_relax();
}

void vtd_shim_cpu_relax(void)
{
	if (READ_ONCE(virtual_clock))
		atomic64_add(virtual_poll_ns, &virtual_ns);
	if (hooks.relax)
		hooks.relax();
	else
		cpu_relax();
}

/* The machine. */

void vtd_shim_set_ram(u64 bytes)
{
	ram_bytes = bytes;
}

int vtd_shim_walk_ram(unsigned long desc, unsigned long flags, u64 start,
		      u64 end, void *arg,
		      int (*func)(struct resource *res, void *arg))
{
	struct resource ram = { .end = ram_bytes - 1, .flags = flags };

	if (ram_bytes)
		return func(&ram, arg);
	return walk_iomem_res_desc(desc, flags, start, end, arg, func);
}

void vtd_shim_set_table(void *table)
{
	dmar_table = table;
}

acpi_status vtd_shim_get_table(char *signature, u32 instance,
			       struct acpi_table_header **table)
{
	if (!dmar_table)
		return AE_NOT_FOUND;
	*table = dmar_table;
	return AE_OK;
}

/* Tests. */

u64 vtd_env(const char *name, u64 def)
{
	return strcmp(name, "VTD_RANDOM_OPS") ? def : random_ops;
}

static long allocs_before, tables_before;

int vtd_shim_begin(void **state)
{
	WRITE_ONCE(virtual_clock, false);
	memset(&hooks, 0, sizeof(hooks));
	ram_bytes = 8ULL << 30;
	dmar_table = NULL;
	memset(spared, 0, sizeof(spared));
	vtd_shim_fail_alloc(0);
	vtd_shim_warnings();
	allocs_before = vtd_shim_live_allocs();
	tables_before = vtd_shim_live_tables();
	return 0;
}

static int complain(long number, const char *what)
{
	if (number)
		pr_info("# %ld %s\n", number, what);
	return !!number;
}

int vtd_shim_end(void **state)
{
	int bad = complain(vtd_shim_warnings(), "warning(s)");

	bad |= complain(vtd_shim_live_allocs() - allocs_before,
			"object(s) not freed");
	bad |= complain(vtd_shim_live_tables() - tables_before,
			"table(s) not freed");
	vtd_shim_fail_alloc(0);
	memset(&hooks, 0, sizeof(hooks));
	WRITE_ONCE(virtual_clock, false);
	ram_bytes = 0;
	return bad;
}
