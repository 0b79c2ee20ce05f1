// SPDX-License-Identifier: GPL-2.0
/*
 * Suite vtd_perfmon: what perf counts, from a device's requests to what a
 * reader of the event is told; and the PMU of the module itself.
 */
#include <linux/delay.h>
#include <linux/fs.h>
#include <linux/iommu.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/perf_event.h>
#include <linux/sched/task.h>
#include <linux/umh.h>

#include "domain.h"
#include "latency.h"
#include "machine.h"
#include "pmu.h"
#include "suites.h"

#define DEVICES "/sys/bus/event_source/devices/"

#define PMS_CAP (FIX_CAP | VTDM_CAP_ECMDS)
#define PMS_ECAP (FIX_ECAP | VTDM_ECAP_PMS)

/* Group and events as one word: those that tests ask for. */
#define REQUESTS 0x00000002
#define LOOKUPS 0x30000001
#define HITS 0x30000002
#define CONTEXTS 0x20000001

static struct vtd_model_config config_of(unsigned int counters,
					 unsigned int width)
{
	return (struct vtd_model_config){
		.version = 0x40,
		.cap = PMS_CAP,
		.ecap = PMS_ECAP,
		.perf_counters = counters,
		.perf_width = width,
		.seed = 1,
	};
}

static struct machine *machine_of(struct kunit *test,
				  const struct vtd_model_config *config)
{
	struct machine *m = machine_new(test);

	m->unit[m->nr_units] = vtd_model_unit_create(config);
	KUNIT_ASSERT_NOT_NULL(test, m->unit[m->nr_units]);
	m->nr_units++;
	machine_build(m);
	return m;
}

static struct machine *attached(struct kunit *test, unsigned int counters,
				unsigned int width)
{
	const struct vtd_model_config config = config_of(counters, width);
	struct machine *m = machine_of(test, &config);

	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	return m;
}

/* What a file of a PMU says, without the end of line; "" when there is none. */
static const char *says(const char *pmu, const char *file)
{
	static char text[64];
	char path[128];
	struct file *f;
	loff_t at = 0;
	ssize_t len;

	snprintf(path, sizeof(path), DEVICES "%s/%s", pmu, file);
	f = filp_open(path, O_RDONLY, 0);
	if (IS_ERR(f))
		return "";
	len = kernel_read(f, text, sizeof(text) - 1, &at);
	filp_close(f, NULL);
	text[len > 0 ? len : 0] = '\0';
	return strim(text);
}

static u32 type_of(struct kunit *test, const char *pmu)
{
	u32 type = 0;

	KUNIT_EXPECT_EQ_MSG(test, kstrtou32(says(pmu, "type"), 10, &type), 0,
			    "%s", pmu);
	return type;
}

static struct perf_event *open_attr(const char *pmu,
				    struct perf_event_attr *attr)
{
	attr->size = sizeof(*attr);
	if (kstrtou32(says(pmu, "type"), 10, &attr->type))
		return ERR_PTR(-ENXIO);
	return perf_event_create_kernel_counter(attr, 0, NULL, NULL, NULL);
}

static void close_event(void *event)
{
	perf_event_release_kernel(event);
}

/* An event for the time of the test. */
static struct perf_event *event_with(struct kunit *test, const char *pmu,
				     struct perf_event_attr attr)
{
	struct perf_event *event = open_attr(pmu, &attr);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, event);
	KUNIT_ASSERT_EQ(test,
			kunit_add_action_or_reset(test, close_event, event), 0);
	return event;
}

static struct perf_event *event_of(struct kunit *test, u64 config)
{
	return event_with(test, "vtd_dmar0",
			  (struct perf_event_attr){ .config = config });
}

static struct perf_event *event_sw(struct kunit *test, const char *name)
{
	struct perf_event_attr attr = {};
	char file[48];
	u32 number = 0;

	snprintf(file, sizeof(file), "events/%s", name);
	KUNIT_EXPECT_EQ_MSG(test,
			    sscanf(says("vtd", file), "event=%x", &number), 1,
			    "%s", name);
	attr.config = number;
	return event_with(test, "vtd", attr);
}

static u64 count(struct perf_event *event)
{
	u64 enabled, running;

	return perf_event_read_value(event, &enabled, &running);
}

static bool counts_now(struct perf_event *event)
{
	return READ_ONCE(event->state) == PERF_EVENT_STATE_ACTIVE;
}

/* Requests that are refused: B_ALONE has no mapping. */
static void ask_by(struct machine *m, unsigned int index, unsigned int times)
{
	struct vtd_model_result r;
	u64 data = 0;

	while (times--)
		vtd_model_host_dma(m->host, index, m->unit[0], 0x10000,
				   VTD_MODEL_READ, &data, sizeof(data), &r);
}

static void ask(struct machine *m, unsigned int times)
{
	ask_by(m, B_ALONE, times);
}

/* --- units ------------------------------------------------------------------- */

static void shown_as_it_is(struct kunit *test)
{
	static const char *const files[][2] = {
		{ "format/event", "config:0-27" },
		{ "format/event_group", "config:28-31" },
		{ "format/filter_requester_id_en", "config1:0" },
		{ "format/filter_requester_id", "config1:16-31" },
		{ "format/filter_domain_en", "config1:1" },
		{ "format/filter_domain", "config1:32-47" },
		{ "format/filter_pasid_en", "config1:2" },
		{ "format/filter_pasid", "config2:0-21" },
		{ "format/filter_ats_en", "config1:3" },
		{ "format/filter_ats", "config2:24-28" },
		{ "format/filter_page_table_en", "config1:4" },
		{ "format/filter_page_table", "config2:32-36" },
		{ "events/iommu_clocks", "event_group=0x0,event=0x001" },
		{ "events/iommu_requests", "event_group=0x0,event=0x002" },
		{ "events/iotlb_hit", "event_group=0x3,event=0x002" },
		{ "events/int_cache_hit_posted",
		  "event_group=0x4,event=0x004" },
		/* The unit has not these. */
		{ "events/ats_blocked", "" },
		{ "events/hpt_leaf_hit", "" },
		{ "cpumask", "0" },
	};
	unsigned int i;

	attached(test, 4, 48);
	for (i = 0; i < ARRAY_SIZE(files); i++)
		KUNIT_EXPECT_STREQ_MSG(test, says("vtd_dmar0", files[i][0]),
				       files[i][1], "%s", files[i][0]);
}

static void counts_requests(struct kunit *test)
{
	struct machine *m = attached(test, 4, 48);
	struct perf_event *event = event_of(test, REQUESTS);
	struct perf_event *contexts = event_of(test, CONTEXTS);

	KUNIT_EXPECT_EQ(test, count(event), 0);
	ask(m, 5);
	KUNIT_EXPECT_EQ(test, count(event), 5);
	KUNIT_EXPECT_EQ(test, count(contexts), 5);
	ask(m, 1000);
	KUNIT_EXPECT_EQ(test, count(event), 1005);
	perf_event_disable(event);
	ask(m, 10);
	perf_event_enable(event);
	ask(m, 3);
	KUNIT_EXPECT_EQ(test, count(event), 1008);
	KUNIT_EXPECT_EQ(test, count(contexts), 1018);
}

static void counts_what_the_filter_lets_through(struct kunit *test)
{
	struct machine *m = attached(test, 4, 48);
	u64 sid = vtd_model_host_sid(m->host, B_ALONE);
	struct perf_event *one, *other, *all, *first;

	all = event_of(test, REQUESTS);
	one = event_with(test, "vtd_dmar0",
			 (struct perf_event_attr){ .config = REQUESTS,
						   .config1 = 1 | sid << 16 });
	other = event_with(
		test, "vtd_dmar0",
		(struct perf_event_attr){ .config = REQUESTS,
					  .config1 = 1 | (sid + 8) << 16 });
	/* Tables of a first stage: there are none in legacy mode. */
	first = event_with(test, "vtd_dmar0",
			   (struct perf_event_attr){ .config = REQUESTS,
						     .config1 = 0x10,
						     .config2 = 2ULL << 32 });
	ask(m, 6);
	ask_by(m, B_INTEGRATED, 4);
	KUNIT_EXPECT_EQ(test, count(all), 10);
	KUNIT_EXPECT_EQ(test, count(one), 6);
	KUNIT_EXPECT_EQ(test, count(other), 0);
	KUNIT_EXPECT_EQ(test, count(first), 0);
}

static const unsigned int widths[] = { 8, 16, 40 };

static void width_desc(const unsigned int *width, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%u bits", *width);
}

KUNIT_ARRAY_PARAM(widths, widths, width_desc);

/* Nobody reads the event: an interrupt, or a look from time to time, has to do. */
static bool looked_at(struct machine *m)
{
	struct vtd_regs regs;
	unsigned int i;

	vtd_model_plug(m->unit[0], &regs);
	for (i = 0; i < 1000; i++) {
		if (!fix_read64(&regs, 0x1400))
			return true;
		usleep_range(1000, 5000);
	}
	return false;
}

/* 8 bits go round each 256 requests. */
static void exact(struct kunit *test, bool silent)
{
	unsigned int width = *(const unsigned int *)test->param_value, i;
	struct vtd_model_config config = config_of(2, width);
	struct perf_event *event;
	struct machine *m;
	u64 all = 0;

	config.perf_silent = silent;
	m = machine_of(test, &config);
	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	KUNIT_EXPECT_EQ(test, !vtd_perf_irq(machine_unit(0)), silent);
	event = event_of(test, REQUESTS);
	for (i = 0; i < 60; i++) {
		ask(m, 200);
		all += 200;
		KUNIT_ASSERT_TRUE(test, looked_at(m));
	}
	KUNIT_EXPECT_EQ(test, count(event), all);
	if (width == 8)
		KUNIT_EXPECT_GT(test,
				vtd_model_stats(m->unit[0]).perf_overflows, 40);
	ask(m, 200);
	KUNIT_EXPECT_EQ(test, count(event), all + 200);
}

static void goes_round_with_an_interrupt(struct kunit *test)
{
	exact(test, false);
}

static void goes_round_without(struct kunit *test)
{
	exact(test, true);
}

static void survives_suspend(struct kunit *test)
{
	struct machine *m = attached(test, 4, 16);
	struct perf_event *event = event_of(test, REQUESTS);
	struct perf_event *filtered = event_with(
		test, "vtd_dmar0",
		(struct perf_event_attr){ .config = REQUESTS,
					  .config1 = 1 | 0x1ULL << 16 });
	unsigned int i;

	for (i = 1; i <= 3; i++) {
		ask(m, 700);
		local_irq_disable();
		vtd_perf_suspend(machine_unit(0));
		vtd_model_perf_lost(m->unit[0]);
		vtd_perf_resume(machine_unit(0));
		local_irq_enable();
		ask(m, 50);
		KUNIT_EXPECT_EQ(test, count(event), i * 750);
	}
	KUNIT_EXPECT_EQ(test, count(filtered), 0);
	/* Suspended for nothing: what was not lost is not counted twice. */
	local_irq_disable();
	vtd_perf_suspend(machine_unit(0));
	vtd_perf_resume(machine_unit(0));
	local_irq_enable();
	KUNIT_EXPECT_EQ(test, count(event), 2250);
	/* And the interrupt is there again: 70000 are more than 16 bits. */
	for (i = 0; i < 70; i++) {
		ask(m, 1000);
		KUNIT_ASSERT_TRUE(test, looked_at(m));
	}
	KUNIT_EXPECT_EQ(test, count(event), 72250);
}

static void survives_detach(struct kunit *test)
{
	struct machine *m = attached(test, 4, 48);
	int before = module_refcount(THIS_MODULE);
	struct perf_event *event = event_of(test, REQUESTS), *gone;
	struct perf_event_attr attr = { .config = REQUESTS };

	/* So that the module cannot go meanwhile. */
	KUNIT_EXPECT_EQ(test, module_refcount(THIS_MODULE), before + 1);
	ask(m, 7);
	KUNIT_ASSERT_EQ(test, machine_detach(m), 0);
	KUNIT_EXPECT_EQ(test, count(event), 7);
	gone = open_attr("vtd_dmar0", &attr);
	KUNIT_EXPECT_PTR_EQ(test, gone, ERR_PTR(-ENODEV));
	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	KUNIT_EXPECT_EQ(test, count(event), 7);
	ask(m, 4);
	KUNIT_EXPECT_EQ(test, count(event), 11);
}

static void refuses(struct kunit *test)
{
	static const struct {
		struct perf_event_attr attr;
		long error;
	} cases[] = {
		{ { .config = 0 }, -EOPNOTSUPP },
		{ { .config = 0x00000008 }, -EOPNOTSUPP },
		{ { .config = 0x50000001 }, -EOPNOTSUPP },
		{ { .config = 0xf0000001 }, -EOPNOTSUPP },
		{ { .config = 1ULL << 32 | REQUESTS }, -EINVAL },
		{ { .config = REQUESTS, .config1 = 0x20 }, -EINVAL },
		{ { .config = REQUESTS, .config1 = 1ULL << 48 }, -EINVAL },
		{ { .config = REQUESTS, .config2 = 1ULL << 22 }, -EINVAL },
		{ { .config = REQUESTS, .config2 = 1ULL << 37 }, -EINVAL },
		{ { .config = REQUESTS, .sample_period = 1000 }, -EOPNOTSUPP },
		{ { .config = REQUESTS, .exclude_kernel = 1 }, -EINVAL },
	};
	struct perf_event_attr attr = { .config = REQUESTS,
					.size = sizeof(attr) };
	struct perf_event *event;
	unsigned int i;

	attached(test, 4, 48);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct perf_event_attr one = cases[i].attr;

		event = open_attr("vtd_dmar0", &one);
		KUNIT_EXPECT_EQ_MSG(test, PTR_ERR_OR_ZERO(event),
				    cases[i].error, "case %u", i);
		if (!IS_ERR(event))
			perf_event_release_kernel(event);
	}
	/* Of one task. */
	attr.type = type_of(test, "vtd_dmar0");
	event = perf_event_create_kernel_counter(&attr, -1, current, NULL,
						 NULL);
	KUNIT_EXPECT_PTR_EQ(test, event, ERR_PTR(-EINVAL));
}

/* The limited counter is left to what others cannot be spared for. */
static void uses_each_counter(struct kunit *test)
{
	struct vtd_model_config config = config_of(3, 48);
	struct perf_event *event[4];
	struct machine *m;

	config.perf_limited = true;
	m = machine_of(test, &config);
	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	event[0] = event_of(test, LOOKUPS);
	event[1] = event_of(test, REQUESTS);
	event[2] = event_of(test, CONTEXTS);
	KUNIT_EXPECT_TRUE(test, counts_now(event[0]));
	KUNIT_EXPECT_TRUE(test, counts_now(event[1]));
	KUNIT_EXPECT_TRUE(test, counts_now(event[2]));
	ask(m, 9);
	KUNIT_EXPECT_EQ(test, count(event[0]), 9);
	KUNIT_EXPECT_EQ(test, count(event[1]), 9);
	KUNIT_EXPECT_EQ(test, count(event[2]), 9);
	event[3] = event_of(test, HITS);
	ask(m, 1);
	KUNIT_EXPECT_LE(test, count(event[3]), 1);
}

static int busy(void *data)
{
	struct machine *m = data;

	while (!kthread_should_stop()) {
		ask(m, 8);
		cond_resched();
	}
	return 0;
}

/* By a program: the kernel's own events have no groups. */
static void groups(struct kunit *test)
{
	char path[128];
	char *argv[7] = { path,		  "vtd_dmar0", "iommu_requests",
			  "iotlb_lookup", "iotlb_hit", "3" };
	char *envp[2] = { "PATH=/bin:/usr/bin" };
	struct task_struct *task;
	struct machine *m;

	if (!*kunit_programs)
		kunit_skip(test, "the parameter programs says nothing");
	snprintf(path, sizeof(path), "%s/perf_group", kunit_programs);
	m = attached(test, 3, 16);
	task = kthread_run(busy, m, "vtd_kunit_busy");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, task);
	KUNIT_EXPECT_EQ(
		test, call_usermodehelper(path, argv, envp, UMH_WAIT_PROC), 0);
	kthread_stop(task);
}

static const struct {
	const char *name;
	u64 cap, ecap;
	unsigned int counters;
} useless[] = {
	{ "no performance monitoring", PMS_CAP, FIX_ECAP, 4 },
	{ "no enhanced commands", FIX_CAP, PMS_ECAP, 4 },
	{ "no counter", PMS_CAP, PMS_ECAP, 0 },
};

KUNIT_ARRAY_PARAM_DESC(useless, useless, name);

static void attaches_without(struct kunit *test)
{
	const typeof(useless[0]) *one = test->param_value;
	struct vtd_model_config config = config_of(one->counters, 48);
	struct machine *m;

	config.cap = one->cap;
	config.ecap = one->ecap;
	m = machine_of(test, &config);
	KUNIT_EXPECT_EQ(test, machine_attach(m), 0);
	KUNIT_EXPECT_STREQ(test, says("vtd_dmar0", "type"), "");
	KUNIT_EXPECT_EQ(test, machine_detach(m), 0);
}

static void attaches_when_counters_are_stuck(struct kunit *test)
{
	const struct vtd_model_config config = config_of(4, 48);
	struct machine *m = machine_of(test, &config);

	vtd_model_perf_stuck(m->unit[0], true);
	KUNIT_EXPECT_EQ(test, machine_attach(m), 0);
	KUNIT_EXPECT_STREQ(test, says("vtd_dmar0", "type"), "");
	KUNIT_EXPECT_EQ(test, machine_detach(m), 0);
	/* Taken over once more, they work. */
	vtd_model_perf_stuck(m->unit[0], false);
	KUNIT_EXPECT_EQ(test, machine_attach(m), 0);
	ask(m, 1);
	KUNIT_EXPECT_EQ(test, count(event_of(test, REQUESTS)), 0);
}

static void gives_up_counters_that_get_stuck(struct kunit *test)
{
	struct machine *m = attached(test, 4, 48);
	struct perf_event *event = event_of(test, REQUESTS), *late;
	struct perf_event_attr attr = { .config = REQUESTS };

	ask(m, 3);
	KUNIT_EXPECT_EQ(test, count(event), 3);
	vtd_model_perf_stuck(m->unit[0], true);
	perf_event_disable(event);
	KUNIT_EXPECT_EQ(test, count(event), 3);
	late = open_attr("vtd_dmar0", &attr);
	KUNIT_EXPECT_PTR_EQ(test, late, ERR_PTR(-ENODEV));
	perf_event_enable(event);
	KUNIT_EXPECT_EQ(test, machine_bind(m, B_BEHIND_1), 0);
	machine_unbind(m, B_BEHIND_1);
	KUNIT_EXPECT_EQ(test, machine_detach(m), 0);
	vtd_model_perf_stuck(m->unit[0], false);
}

/* Whatever fails: all of it or nothing, and no leak. */
static void attach_with_nth_failure(struct kunit *test)
{
	const struct vtd_model_config config = config_of(4, 48);
	struct machine *m = machine_of(test, &config);
	unsigned int nth, without = 0;
	int ret;

	for (nth = 1; nth < 5000; nth++) {
		unsigned int failed;

		vtd_shim_fail_alloc(nth);
		ret = machine_attach(m);
		failed = vtd_shim_alloc_failures();
		vtd_shim_fail_alloc(0);
		if (!ret && failed && !*says("vtd_dmar0", "type"))
			without++;
		if (!ret)
			KUNIT_EXPECT_EQ(test, machine_detach(m), 0);
		vtd_perf_exit();
		if (!failed)
			break;
	}
	KUNIT_EXPECT_LT(test, nth, 5000);
	KUNIT_EXPECT_GT(test, without, 0);
}

/* --- the module ----------------------------------------------------------------- */

static void sw_stop(void *unused)
{
	vtd_perf_sw_exit();
}

static struct machine *sw_start(struct kunit *test)
{
	struct machine *m;

	m = machine_usual(test);
	vtd_perf_sw_init();
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, sw_stop, NULL),
			0);
	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	return m;
}

static void sw_shown(struct kunit *test)
{
	sw_start(test);
	KUNIT_EXPECT_STREQ(test, says("vtd", "events/maps"), "event=0x00");
	KUNIT_EXPECT_STREQ(test, says("vtd", "events/faults"), "event=0x0c");
	KUNIT_EXPECT_STREQ(test, says("vtd", "format/event"), "config:0-7");
	KUNIT_EXPECT_STREQ(test, says("vtd", "format/unit"), "config1:0-15");
	KUNIT_EXPECT_STREQ(test, says("vtd", "cpumask"), "0");
}

/* What VFIO does: a domain of its own. */
static struct iommu_domain *assigned(struct kunit *test, struct machine *m,
				     unsigned int index)
{
	struct pci_dev *pdev = machine_dev(m, index);
	struct iommu_domain *d;

	KUNIT_ASSERT_EQ(
		test, iommu_group_claim_dma_owner(pdev->dev.iommu_group, m), 0);
	d = iommu_paging_domain_alloc(&pdev->dev);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, d);
	KUNIT_ASSERT_EQ(test, iommu_attach_group(d, pdev->dev.iommu_group), 0);
	return d;
}

static void give_back(struct machine *m, unsigned int index,
		      struct iommu_domain *d)
{
	struct pci_dev *pdev = machine_dev(m, index);

	iommu_detach_group(d, pdev->dev.iommu_group);
	iommu_domain_free(d);
	iommu_group_release_dma_owner(pdev->dev.iommu_group);
}

static void sw_counts_maps(struct kunit *test)
{
	struct machine *m = sw_start(test);
	struct iommu_domain *d = assigned(test, m, B_ALONE);
	struct perf_event *maps, *unmaps, *flushes, *iotlb, *trips;
	unsigned int i;

	maps = event_sw(test, "maps");
	unmaps = event_sw(test, "unmaps");
	flushes = event_sw(test, "flushes");
	iotlb = event_sw(test, "iotlb_invalidations");
	trips = event_sw(test, "round_trips");
	for (i = 0; i < 9; i++)
		KUNIT_EXPECT_EQ(test,
				iommu_map(d, 0x100000 + i * 0x1000, 0x5000000,
					  0x1000, IOMMU_READ, GFP_KERNEL),
				0);
	KUNIT_EXPECT_EQ(test, count(maps), 9);
	KUNIT_EXPECT_EQ(test, count(flushes), 0);
	for (i = 0; i < 4; i++)
		iommu_unmap(d, 0x100000 + i * 0x1000, 0x1000);
	KUNIT_EXPECT_EQ(test, count(unmaps), 4);
	KUNIT_EXPECT_EQ(test, count(flushes), 4);
	KUNIT_EXPECT_EQ(test, count(iotlb), 4);
	KUNIT_EXPECT_EQ(test, count(trips), 4);
	perf_event_disable(unmaps);
	iommu_unmap(d, 0x104000, 0x5000);
	KUNIT_EXPECT_EQ(test, count(unmaps), 4);
	KUNIT_EXPECT_EQ(test, count(maps), 9);
	give_back(m, B_ALONE, d);
}

/* Two of the same event, one that goes: the other goes on. */
static void sw_counts_for_each(struct kunit *test)
{
	struct machine *m = sw_start(test);
	struct iommu_domain *d = assigned(test, m, B_ALONE);
	struct perf_event *one = event_sw(test, "maps"), *other;
	struct perf_event_attr attr = { .config = 0 };

	other = open_attr("vtd", &attr);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, other);
	iommu_map(d, 0x100000, 0x5000000, 0x1000, IOMMU_READ, GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, count(other), 1);
	perf_event_release_kernel(other);
	iommu_map(d, 0x101000, 0x5000000, 0x1000, IOMMU_READ, GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, count(one), 2);
	give_back(m, B_ALONE, d);
}

static void sw_counts_faults_by_unit(struct kunit *test)
{
	struct machine *m = sw_start(test);
	struct perf_event *all = event_sw(test, "faults");
	struct perf_event *first, *second;
	unsigned int i;

	first = event_with(test, "vtd",
			   (struct perf_event_attr){ .config = 0xc,
						     .config1 = 1 << 16 });
	second = event_with(test, "vtd",
			    (struct perf_event_attr){ .config = 0xc,
						      .config1 = 1 << 16 | 1 });
	ask(m, 1);
	for (i = 0; i < 500 && !count(all); i++)
		usleep_range(2000, 4000);
	KUNIT_EXPECT_EQ(test, count(all), 1);
	KUNIT_EXPECT_EQ(test, count(first), 1);
	KUNIT_EXPECT_EQ(test, count(second), 0);
	/* What the unit did is still counted when it has gone. */
	KUNIT_ASSERT_EQ(test, machine_detach(m), 0);
	KUNIT_EXPECT_EQ(test, count(all), 1);
	KUNIT_ASSERT_EQ(test, machine_attach(m), 0);
	KUNIT_EXPECT_EQ(test, count(all), 1);
	KUNIT_EXPECT_EQ(test, count(first), 1);
}

static void sw_refuses(struct kunit *test)
{
	static const struct {
		struct perf_event_attr attr;
		long error;
	} cases[] = {
		{ { .config = 0xd }, -EINVAL },
		{ { .config = 0x100 }, -EINVAL },
		{ { .config = 0xc, .config1 = 1 }, -EINVAL },
		{ { .config = 0xc, .config1 = 1 << 16 | 64 }, -EINVAL },
		{ { .config = 0xc, .config1 = 1 << 17 }, -EINVAL },
		{ { .config = 0xc, .config2 = 1 }, -EINVAL },
		{ { .config = 0, .config1 = 1 << 16 }, -EOPNOTSUPP },
		{ { .config = 0, .sample_period = 10 }, -EOPNOTSUPP },
	};
	unsigned int i;

	sw_start(test);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct perf_event_attr attr = cases[i].attr;
		struct perf_event *event = open_attr("vtd", &attr);

		KUNIT_EXPECT_EQ_MSG(test, PTR_ERR_OR_ZERO(event),
				    cases[i].error, "case %u", i);
		if (!IS_ERR(event))
			perf_event_release_kernel(event);
	}
}

/* --- latencies ------------------------------------------------------------------- */

static void latency_end(void *unused)
{
	vtd_latency_exit();
}

static void latency(struct machine *m, bool on)
{
	KUNIT_EXPECT_EQ(m->test,
			machine_command(m, vtd_latency_switch(on, &m->reply)),
			0);
}

/* Is there a line that begins so? */
static bool latencies(struct machine *m, const char *what)
{
	vtd_reply_free(&m->reply);
	mutex_lock(&vtd_control.lock);
	vtd_latency_say(&m->reply);
	mutex_unlock(&vtd_control.lock);
	return machine_said(m, what);
}

static void map(struct kunit *test, struct iommu_domain *d, unsigned int times)
{
	unsigned int i;

	for (i = 0; i < times; i++) {
		KUNIT_EXPECT_EQ(test,
				iommu_map(d, 0x100000, 0x5000000, 0x1000,
					  IOMMU_READ, GFP_KERNEL),
				0);
		KUNIT_EXPECT_EQ(test, iommu_unmap(d, 0x100000, 0x1000), 0x1000);
	}
}

static void latencies_are_noted(struct kunit *test)
{
	struct machine *m = sw_start(test);
	struct iommu_domain *d = assigned(test, m, B_ALONE);
	u32 number = to_vtd_domain(d)->number;
	static const char *const whats[] = { "map", "unmap", "flush" };
	char line[96];
	unsigned int i;

	KUNIT_ASSERT_EQ(test,
			kunit_add_action_or_reset(test, latency_end, NULL), 0);
	map(test, d, 2);
	KUNIT_EXPECT_TRUE(test, latencies(m, "latencies on=no\n"));
	KUNIT_EXPECT_FALSE(test, latencies(m, "latency "));
	latency(m, true);
	KUNIT_EXPECT_TRUE(test, latencies(m, "latencies on=yes\n"));
	KUNIT_EXPECT_FALSE(test, latencies(m, "latency "));
	map(test, d, 3);
	for (i = 0; i < ARRAY_SIZE(whats); i++) {
		snprintf(line, sizeof(line),
			 "latency unit=- domain=%u device=%s what=%s count=3 ",
			 number, pci_name(machine_dev(m, B_ALONE)), whats[i]);
		KUNIT_EXPECT_TRUE_MSG(test, latencies(m, line), "%s in %.*s",
				      line, (int)m->reply.len, m->reply.text);
	}
	snprintf(line, sizeof(line),
		 "latency unit=dmar0 domain=- device=- what=wait count=3 ");
	KUNIT_EXPECT_TRUE(test, latencies(m, line));
	/* Off: what was noted stays. */
	latency(m, false);
	map(test, d, 1);
	KUNIT_EXPECT_TRUE(test, latencies(m, line));
	KUNIT_EXPECT_TRUE(test, latencies(m, "latencies on=no\n"));
	/* From the start. */
	latency(m, true);
	latency(m, true);
	KUNIT_EXPECT_FALSE(test, latencies(m, "latency "));
	map(test, d, 1);
	give_back(m, B_ALONE, d);
	/* The domain has gone, and so has its device's name. */
	snprintf(line, sizeof(line),
		 "latency unit=- domain=%u device=- what=flush count=1 ",
		 number);
	KUNIT_EXPECT_TRUE(test, latencies(m, line));
	KUNIT_ASSERT_EQ(test, machine_detach(m), 0);
	KUNIT_EXPECT_TRUE(test, latencies(m, line));
	vtd_reply_free(&m->reply);
	vtd_latency_dump(&m->reply);
	KUNIT_EXPECT_TRUE(test, machine_said(m, line));
}

/* More domains than there is room for: nothing is lost. */
static void latencies_of_many_domains(struct kunit *test)
{
	struct machine *m = sw_start(test);
	struct pci_dev *pdev = machine_dev(m, B_ALONE);
	struct perf_event *maps = event_sw(test, "maps");
	unsigned int i, lines = 0;
	u64 sum = 0;
	size_t at;

	KUNIT_ASSERT_EQ(test,
			kunit_add_action_or_reset(test, latency_end, NULL), 0);
	latency(m, true);
	for (i = 0; i < 300; i++) {
		struct iommu_domain *d = iommu_paging_domain_alloc(&pdev->dev);

		KUNIT_ASSERT_NOT_ERR_OR_NULL(test, d);
		map(test, d, 1);
		iommu_domain_free(d);
	}
	KUNIT_EXPECT_EQ(test, count(maps), 300);
	KUNIT_EXPECT_TRUE(test, latencies(m, "domain=0 device=- what=map "));
	for (at = 0; at < m->reply.len; at++) {
		unsigned long long n;
		const char *what =
			strnstr(m->reply.text + at,
				"what=map count=", m->reply.len - at);

		if (!what)
			break;
		if (sscanf(what, "what=map count=%llu", &n) == 1)
			sum += n;
		lines++;
		at = what - m->reply.text;
	}
	KUNIT_EXPECT_EQ(test, sum, 300);
	KUNIT_EXPECT_EQ(test, lines, 257);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(shown_as_it_is),
	KUNIT_CASE(counts_requests),
	KUNIT_CASE(counts_what_the_filter_lets_through),
	KUNIT_CASE_PARAM(goes_round_with_an_interrupt, widths_gen_params),
	KUNIT_CASE_PARAM(goes_round_without, widths_gen_params),
	KUNIT_CASE(survives_suspend),
	KUNIT_CASE(survives_detach),
	KUNIT_CASE(refuses),
	KUNIT_CASE(uses_each_counter),
	KUNIT_CASE(groups),
	KUNIT_CASE_PARAM(attaches_without, useless_gen_params),
	KUNIT_CASE(attaches_when_counters_are_stuck),
	KUNIT_CASE(gives_up_counters_that_get_stuck),
	KUNIT_CASE(attach_with_nth_failure),
	KUNIT_CASE(sw_shown),
	KUNIT_CASE(sw_counts_maps),
	KUNIT_CASE(sw_counts_for_each),
	KUNIT_CASE(sw_counts_faults_by_unit),
	KUNIT_CASE(sw_refuses),
	KUNIT_CASE(latencies_are_noted),
	KUNIT_CASE(latencies_of_many_domains),
	{}
};

struct kunit_suite vtd_perfmon_suite = {
	.name = "vtd_perfmon",
	.suite_init = machine_suite_init,
	.suite_exit = machine_suite_exit,
	.test_cases = cases,
};
