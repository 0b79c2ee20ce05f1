// SPDX-License-Identifier: GPL-2.0
/*
 * Native tests on the software unit: a machine that notes what it is told.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <linux/jump_label.h>
#include <linux/mm.h>
#include <linux/string.h>

#include <vtd/observe.h>

#include "iommu-pages.h"
#include "model_fixture.h"

struct fix fix;

static const char *const rules[VTD_MODEL_NR_RULES] = {
	"torn",	  "reserved", "invisible", "freed",   "stale", "unflushed",
	"unseen", "order",    "did",	   "command", "queue", "wild",
};

static void fix_report(void *data, const struct vtd_model_report *report)
{
	fix.broken[report->rule]++;
	fix.last = *report;
	if (!fix.quiet)
		fprintf(stderr, "# model: %s: %s (at %p, 0x%llx, store %llu)\n",
			rules[report->rule], report->text, report->ptr,
			report->value, report->seq);
}

static void fix_interrupt(void *data, u64 addr, u32 value)
{
	fix.messages++;
	fix.addr = addr;
	fix.data = value;
	if (fix.interrupt)
		fix.interrupt(addr, value);
}

static void fix_made(void *virt, size_t bytes)
{
	/* What the hardware needs to know of it is no part of the driver. */
	vtd_shim_fail_exempt(true);
	if (vtd_model_page_made(virt, bytes))
		abort();
	vtd_shim_fail_exempt(false);
}

static void fix_freed(void *virt)
{
	vtd_model_page_freed(virt);
}

void fix_relax(void (*relax)(void))
{
	const struct vtd_shim_hooks hooks = {
		.table_made = fix_made,
		.table_freed = fix_freed,
		.relax = relax ? relax : vtd_model_tick,
	};

	vtd_shim_hook(&hooks);
}

void fix_start(void)
{
	const struct vtd_model_sink sink = {
		.report = fix_report,
		.interrupt = fix_interrupt,
	};

	memset(&fix, 0, sizeof(fix));
	vtd_model_stop(); /* a test that failed left it running */
	assert_int_equal(vtd_model_start(&sink), 0);
	fix_relax(NULL);
}

void fix_stop(void)
{
	static const struct vtd_shim_hooks none;

	vtd_shim_hook(&none);
	vtd_model_stop();
}

unsigned int fix_broken(void)
{
	unsigned int i, sum = 0;

	for (i = 0; i < VTD_MODEL_NR_RULES; i++)
		sum += fix.broken[i];
	return sum;
}

void fix_forget(void)
{
	memset(fix.broken, 0, sizeof(fix.broken));
}

void fix_assert_good(void)
{
	vtd_model_check_quiescent();
	assert_int_equal(fix_broken(), 0);
}

u64 *fix_page(void)
{
	u64 *page =
		iommu_alloc_pages_node_sz(NUMA_NO_NODE, GFP_KERNEL, PAGE_SIZE);

	assert_non_null(page);
	vtd_flush_cache(page, PAGE_SIZE);
	return page;
}

void fix_page_free(u64 *page)
{
	iommu_free_pages(page);
}

void fix_store(u64 *at, u64 value)
{
	vtd_hw_store64(at, value);
	vtd_flush_cache(at, sizeof(*at));
}

u32 fix_read32(struct vtd_regs *regs, u32 off)
{
	return regs->ops->read32(regs, off);
}

u64 fix_read64(struct vtd_regs *regs, u32 off)
{
	return regs->ops->read64(regs, off);
}

void fix_write32(struct vtd_regs *regs, u32 off, u32 value)
{
	regs->ops->write32(regs, off, value);
}

void fix_write64(struct vtd_regs *regs, u32 off, u64 value)
{
	regs->ops->write64(regs, off, value);
}

#define FIX_MAX 2048

static struct CMUnitTest cases[FIX_MAX];
static char names[FIX_MAX][100];
static unsigned int nr_cases;

void fix_case(fix_fn fn, void *arg, const char *fmt, ...)
{
	va_list args;

	if (nr_cases == FIX_MAX)
		abort();
	va_start(args, fmt);
	vsnprintf(names[nr_cases], sizeof(names[0]), fmt, args);
	va_end(args);
	cases[nr_cases] = (struct CMUnitTest){
		names[nr_cases], fn, vtd_shim_begin, vtd_shim_end, arg,
	};
	nr_cases++;
}

uintptr_t fix_arg(void **state)
{
	return (uintptr_t)*state;
}

int fix_run(const char *group)
{
	/* What the macro hands over, for a table that grows. */
	return _cmocka_run_group_tests(group, cases, nr_cases, NULL, NULL);
}
