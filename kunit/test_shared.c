// SPDX-License-Identifier: GPL-2.0
/*
 * Suites vtd_model and vtd_on_model: the cases that user space has too, from
 * the same source (selftests/native).  The first is about the software VT-d,
 * the second about the driver's own files on it.
 */
#include <linux/module.h>

#include "suites.h"
#include "vtd_test.h"

#define SHARED_GROUPS 32

static struct {
	const char *name;
	const struct vtd_shim_case *first;
	unsigned int nr;
} groups[SHARED_GROUPS];

static unsigned int nr_groups, nr_taken;

int vtd_shim_group(const char *name, const struct vtd_shim_case *cases,
		   unsigned int nr)
{
	if (WARN_ON(nr_groups == SHARED_GROUPS))
		return -ENOSPC;
	groups[nr_groups].name = name;
	groups[nr_groups].first = cases + nr_taken;
	groups[nr_groups].nr = nr - nr_taken;
	nr_taken = nr;
	nr_groups++;
	return 0;
}

/* The case after @prev of group @name. */
static const void *next_case(const char *name, const void *prev, char *desc)
{
	const struct vtd_shim_case *c = prev;
	unsigned int i;

	for (i = 0; i < nr_groups; i++)
		if (!strcmp(groups[i].name, name))
			break;
	if (i == nr_groups)
		return NULL;
	c = c ? c + 1 : groups[i].first;
	if (c == groups[i].first + groups[i].nr)
		return NULL;
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
	return c;
}

static void run_case(struct kunit *test)
{
	const struct vtd_shim_case *c = test->param_value;
	void *state = c->initial_state;

	vtd_shim_test = test;
	c->setup_func(&state);
	c->test_func(&state);
	KUNIT_EXPECT_EQ(test, c->teardown_func(&state), 0);
}

#define SHARED(fn, group)                                                 \
	static const void *fn##_gen(struct kunit *test, const void *prev, \
				    char *desc)                           \
	{                                                                 \
		return next_case(group, prev, desc);                      \
	}                                                                 \
	static void fn(struct kunit *test)                                \
	{                                                                 \
		run_case(test);                                           \
	}

SHARED(registers, "model-regs")
SHARED(walks, "model-walk")
SHARED(queues, "model-queue")
SHARED(checker, "model-check")
SHARED(device_tlbs, "model-ats")
SHARED(endpoints, "model-endpoint")
SHARED(page_requests, "model-pri")
SHARED(pasid_devices, "model-sva")
SHARED(scalable_entries, "model-sm-entry")
SHARED(scalable_walks, "model-sm-walk")
SHARED(scalable_queues, "model-sm-queue")
SHARED(scalable_checker, "model-sm-check")
SHARED(scalable_order, "model-sm-order")
SHARED(interrupts, "model-ir")
SHARED(interrupt_entries, "model-iec")
SHARED(posting, "model-pi")
SHARED(posting_checker, "model-pi-check")
SHARED(units, "dmar-unit")
SHARED(submissions, "dmar-qi")
SHARED(queue_errors, "dmar-qi-errors")
SHARED(domains, "dmar-domain")
SHARED(random_operations, "dmar-random")
SHARED(remapping, "ir-model")
SHARED(x2apic_mode, "x2apic")
SHARED(descriptors, "pi-desc")
SHARED(posted, "pi-model")

/* The programs tell their cases. */
void vtd_shared_init(void)
{
	vtd_main_model_regs();
	vtd_main_model_walk();
	vtd_main_model_queue();
	vtd_main_model_check();
	vtd_main_model_ats();
	vtd_main_model_endpoint();
	vtd_main_model_pri();
	vtd_main_model_sva();
	vtd_main_model_sm_entry();
	vtd_main_model_sm_walk();
	vtd_main_model_sm_queue();
	vtd_main_model_sm_check();
	vtd_main_model_sm_order();
	vtd_main_model_ir();
	vtd_main_model_iec();
	vtd_main_model_pi();
	vtd_main_model_pi_check();
	vtd_main_dmar_unit();
	vtd_main_dmar_qi();
	vtd_main_dmar_qi_errors();
	vtd_main_dmar_domain();
	vtd_main_dmar_random();
	vtd_main_ir_model();
	vtd_main_x2apic();
	vtd_main_pi_desc();
	vtd_main_pi_model();
}

static struct kunit_case model_cases[] = {
	KUNIT_CASE_PARAM(registers, registers_gen),
	KUNIT_CASE_PARAM(walks, walks_gen),
	KUNIT_CASE_PARAM(queues, queues_gen),
	KUNIT_CASE_PARAM(checker, checker_gen),
	KUNIT_CASE_PARAM(device_tlbs, device_tlbs_gen),
	KUNIT_CASE_PARAM(endpoints, endpoints_gen),
	KUNIT_CASE_PARAM(page_requests, page_requests_gen),
	KUNIT_CASE_PARAM(pasid_devices, pasid_devices_gen),
	KUNIT_CASE_PARAM(scalable_entries, scalable_entries_gen),
	KUNIT_CASE_PARAM(scalable_walks, scalable_walks_gen),
	KUNIT_CASE_PARAM(scalable_queues, scalable_queues_gen),
	KUNIT_CASE_PARAM(scalable_checker, scalable_checker_gen),
	KUNIT_CASE_PARAM(scalable_order, scalable_order_gen),
	KUNIT_CASE_PARAM(interrupts, interrupts_gen),
	KUNIT_CASE_PARAM(interrupt_entries, interrupt_entries_gen),
	KUNIT_CASE_PARAM(posting, posting_gen),
	KUNIT_CASE_PARAM(posting_checker, posting_checker_gen),
	{}
};

struct kunit_suite vtd_model_suite = {
	.name = "vtd_model",
	.test_cases = model_cases,
};

static struct kunit_case driver_cases[] = {
	KUNIT_CASE_PARAM(units, units_gen),
	KUNIT_CASE_PARAM(submissions, submissions_gen),
	KUNIT_CASE_PARAM(queue_errors, queue_errors_gen),
	KUNIT_CASE_PARAM(domains, domains_gen),
	KUNIT_CASE_PARAM(random_operations, random_operations_gen),
	KUNIT_CASE_PARAM(remapping, remapping_gen),
	KUNIT_CASE_PARAM(x2apic_mode, x2apic_mode_gen),
	KUNIT_CASE_PARAM(descriptors, descriptors_gen),
	KUNIT_CASE_PARAM(posted, posted_gen),
	{}
};

struct kunit_suite vtd_on_model_suite = {
	.name = "vtd_on_model",
	.test_cases = driver_cases,
};
