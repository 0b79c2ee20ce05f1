// SPDX-License-Identifier: GPL-2.0
/*
 * The checker in scalable mode: which invalidations a changed entry calls for
 * and in which order, and what a domain-id may stand for.
 *
 * SRCS: kunit/model/model.c selftests/native/model_fixture.c
 * SRCS: selftests/native/model_scalable.c
 * CFLAGS: -DVTD_OBSERVER
 */
#include <linux/array_size.h>
#include <linux/kernel.h>
#include <linux/mm.h>

#include "model_scalable.h"

static void start(void)
{
	sm_start_quiet(SM_CAP, SM_ECAP, 0);
}

/* What is due after P of each kind went, and what will not do. */
static void test_due(void **state)
{
	unsigned int kind = fix_arg(state) / 8 + 1, step = fix_arg(state) % 8;
	u16 did;

	start();
	sm_set_kind(kind, SM_SNOOPS);
	did = sm_kind_did[kind];
	sm_clear_present(sm_entry(kind));
	switch (step) {
	case 0: /* nothing */
		break;
	case 1: /* the PASID cache only */
		sm_do(SM_PASIDS_ONE(did, kind), 0);
		break;
	case 2: /* the wrong order */
		sm_do(sm_kind_by_domain(kind) ? SM_IOTLB_DOMAIN(did) :
						SM_PIOTLB_ALL(did, kind),
		      0);
		sm_do(SM_PASIDS_ONE(did, kind), 0);
		break;
	case 3: /* no wait between them */
		sm_queue(SM_PASIDS_ONE(did, kind), 0);
		sm_do(sm_kind_by_domain(kind) ? SM_IOTLB_DOMAIN(did) :
						SM_PIOTLB_ALL(did, kind),
		      0);
		break;
	case 4: /* somebody else's */
		sm_do(SM_PASIDS_ONE(did, kind + 1), 0);
		sm_do(SM_IOTLB_DOMAIN(did), 0);
		break;
	case 5: /* another domain's */
		sm_do(SM_PASIDS_ONE(did + 1, kind), 0);
		sm_do(SM_IOTLB_DOMAIN(did), 0);
		break;
	case 6: /* of a second stage this does not reach all */
		sm_do(SM_PASIDS_ONE(did, kind), 0);
		sm_do(SM_PIOTLB_ALL(did, kind), 0);
		break;
	case 7: /* more than is needed */
		sm_do(SM_PASIDS_DOMAIN(did), 0);
		sm_do(SM_IOTLB_DOMAIN(did), 0);
		break;
	}
	vtd_model_check_quiescent();
	if (step == 7 || (step == 6 && !sm_kind_by_domain(kind))) {
		assert_int_equal(fix_broken(), 0);
	} else {
		sm_assert_told(VTD_MODEL_ORDER, NULL);
		assert_int_equal(fix_broken(), 1);
		assert_int_equal(fix.last.value, kind);
		sm_assert_text(step == 0 || step == 4 || step == 5 ?
				       "PASID cache not invalidated" :
				       "IOTLB not invalidated");
	}
	sm_stop();
}

/* Of a nested entry only the first stage changed: its PASID will do. */
static void test_due_nested(void **state)
{
	bool second = fix_arg(state);

	start();
	sm_set_kind(3, SM_SNOOPS);
	if (second)
		fix_store(sm_entry(3), *sm_entry(3) | 0x200);
	else
		fix_store(&sm_entry(3)[2], sm_entry(3)[2] | 1);
	sm_do(SM_PASIDS_ONE(13, 3), 0);
	sm_do(SM_PIOTLB_ALL(13, 3), 0);
	vtd_model_check_quiescent();
	if (second)
		sm_assert_told(VTD_MODEL_ORDER, NULL);
	else
		assert_int_equal(fix_broken(), 0);
	sm_stop();
}

/* A context entry goes: context cache, then PASIDs, then IOTLB. */
static void test_due_context(void **state)
{
	unsigned int step = fix_arg(state);
	u64 *entry;

	start();
	sm_set_kind(1, SM_SNOOPS);
	entry = sm_context(SM_SID);
	sm_clear_present(entry);
	if (step == 1) { /* PASIDs first */
		sm_do(SM_PASIDS_DOMAIN(11), 0);
		sm_do(SM_CONTEXT_DEVICE(SM_SID), 0);
		sm_do(SM_IOTLB_DOMAIN(11), 0);
	} else if (step == 2) { /* and no more */
		sm_do(SM_CONTEXT_DEVICE(SM_SID), 0);
	} else if (step == 3) {
		sm_do(SM_CONTEXT_DEVICE(SM_SID), 0);
		sm_do(SM_PASIDS_DOMAIN(11), 0);
	} else if (step == 4) { /* by a domain-id that it has not */
		sm_do(SM_CONTEXT_DOMAIN | 11 << 16, 0);
		sm_do(SM_PASIDS_DOMAIN(11), 0);
		sm_do(SM_IOTLB_DOMAIN(11), 0);
	} else if (step == 5) { /* another device */
		sm_do(SM_CONTEXT_DEVICE(SM_HIGH), 0);
		sm_do(SM_PASIDS_DOMAIN(11), 0);
		sm_do(SM_IOTLB_DOMAIN(11), 0);
	} else if (step == 6) { /* all of it */
		sm_do(SM_CONTEXT_DEVICE(SM_SID), 0);
		sm_do(SM_PASIDS_DOMAIN(11), 0);
		sm_do(SM_IOTLB_DOMAIN(11), 0);
	} else if (step == 7) { /* no wait between the first two */
		sm_queue(SM_CONTEXT_DEVICE(SM_SID), 0);
		sm_do(SM_PASIDS_DOMAIN(11), 0);
		sm_do(SM_IOTLB_DOMAIN(11), 0);
	}
	vtd_model_check_quiescent();
	if (step == 6)
		assert_int_equal(fix_broken(), 0);
	else
		sm_assert_told(VTD_MODEL_ORDER, NULL);
	sm_stop();
}

/* When no device is left that leads to them, tables are free. */
static void test_gone(void **state)
{
	static const u16 sids[] = { SM_SID, SM_HIGH };
	unsigned int i;

	start();
	sm_set_kind(1, SM_SNOOPS);
	for (i = 0; i < ARRAY_SIZE(sids); i++) {
		sm_clear_present(sm_context(sids[i]));
		sm_do(SM_CONTEXT_DEVICE(sids[i]), 0);
		sm_do(SM_PASIDS_DOMAIN(11), 0);
		sm_do(SM_IOTLB_DOMAIN(11), 0);
		fix_assert_good();
	}
	vtd_model_page_freed(sm.first[4]);
	vtd_model_page_freed(sm.pasids);
	vtd_model_page_freed(sm.directory);
	fix_assert_good();
	vtd_model_page_made(sm.first[4], 4096);
	vtd_model_page_made(sm.pasids, 4096);
	vtd_model_page_made(sm.directory, 4096);
	sm_stop();
}

/* Another RID_PASID: requests without one were translated by the old one. */
static void test_due_rid_pasid(void **state)
{
	start();
	sm_set_kind(1, SM_SNOOPS);
	fix_store(&sm_context(SM_SID)[1], 1);
	sm_do(SM_CONTEXT_DEVICE(SM_SID), 0);
	if (fix_arg(state)) {
		sm_do(SM_PASIDS_DOMAIN(11), 0);
		sm_do(SM_IOTLB_DOMAIN(11), 0);
	}
	vtd_model_check_quiescent();
	if (fix_arg(state))
		assert_int_equal(fix_broken(), 0);
	else
		sm_assert_told(VTD_MODEL_ORDER, NULL);
	sm_stop();
}

/* Without PASIDs in use, or with switches changed, that is not called for. */
static void test_due_context_alone(void **state)
{
	u64 *entry;

	start();
	if (fix_arg(state))
		sm_set_kind(1, SM_SNOOPS);
	entry = sm_context(SM_SID);
	if (fix_arg(state))
		fix_store(entry, *entry | 0x10);
	else
		sm_clear_present(entry);
	sm_do(SM_CONTEXT_DEVICE(SM_SID), 0);
	fix_assert_good();
	sm_stop();
}

static void test_due_directory(void **state)
{
	unsigned int step = fix_arg(state);

	start();
	sm_set_kind(1, SM_SNOOPS);
	fix_store(&sm.directory[0], 0);
	if (step)
		sm_do(SM_PASIDS_ONE(11, 1), 0);
	if (step > 1)
		sm_do(SM_PIOTLB_ALL(11, 1), 0);
	vtd_model_check_quiescent();
	if (step < 2)
		sm_assert_told(VTD_MODEL_ORDER, NULL);
	else
		assert_int_equal(fix_broken(), 0);
	sm_stop();
}

/* One domain-id, two tables. */
static void test_shared_did(void **state)
{
	unsigned int step = fix_arg(state);
	u64 *directory, *table;

	start();
	switch (step) {
	case 0: /* second stages */
		sm_set(1, SM_SECOND | sm_second_top(), SM_WALK(9), 0);
		sm_set(2, 0x85 | virt_to_phys(sm.second[3]), SM_WALK(9), 0);
		sm_assert_told(VTD_MODEL_DID, sm_entry(2));
		sm_assert_text("two second-stage tables");
		break;
	case 1: /* first stages of several PASIDs may */
		sm_set(1, SM_FIRST, SM_WALK(9), sm_first_top(4));
		sm_set(2, SM_FIRST, SM_WALK(9), sm_first_top(5));
		assert_int_equal(fix_broken(), 0);
		break;
	case 2: /* not those of one PASID of two devices */
		sm_set(1, SM_FIRST, SM_WALK(9), sm_first_top(4));
		directory = fix_page();
		table = fix_page();
		fix_store(&table[8 + 1], SM_WALK(9));
		fix_store(&table[8 + 2], sm_first_top(5));
		fix_store(&table[8], SM_FIRST);
		fix_store(&directory[0], virt_to_phys(table) | 1);
		sm_set_context(SM_HIGH, virt_to_phys(directory) | 9, 0);
		sm_assert_told(VTD_MODEL_DID, &table[8]);
		sm_assert_text("two first-stage tables");
		sm_set_context(SM_HIGH, 0, 0);
		sm_forget();
		fix_page_free(directory);
		fix_page_free(table);
		break;
	case 3: /* used again while something is cached */
		sm_set(1, SM_SECOND | sm_second_top(), SM_WALK(9), 0);
		sm_ask_pasid(1, 0x1000, VTD_MODEL_READ);
		sm_clear_present(sm_entry(1));
		sm_do(SM_PASIDS_ONE(9, 1), 0);
		sm_set(2, 0x85 | virt_to_phys(sm.second[3]), SM_WALK(9), 0);
		sm_assert_told(VTD_MODEL_DID, sm_entry(2));
		sm_assert_text("used again");
		break;
	case 4: /* the same of a first stage and its PASID */
		sm_set(1, SM_FIRST, SM_WALK(9), sm_first_top(4));
		sm_ask_pasid(1, 0x1000, VTD_MODEL_READ);
		sm_clear_present(sm_entry(1));
		sm_do(SM_PASIDS_ONE(9, 1), 0);
		fix_store(&sm_entry(1)[2], sm_first_top(5));
		fix_store(sm_entry(1), *sm_entry(1) | 1);
		sm_assert_told(VTD_MODEL_DID, sm_entry(1));
		break;
	case 6: /* a second stage, then a nested one of another */
		sm_set(1, SM_SECOND | sm_second_top(), SM_WALK(9), 0);
		sm_ask_pasid(1, 0x1000, VTD_MODEL_READ);
		sm_clear_present(sm_entry(1));
		sm_do(SM_PASIDS_ONE(9, 1), 0);
		fix_store(&sm_entry(2)[1], SM_WALK(9));
		fix_store(&sm_entry(2)[2], sm_first_top(4));
		fix_store(sm_entry(2), 0xc5 | virt_to_phys(sm.second[3]));
		sm_assert_told(VTD_MODEL_DID, sm_entry(2));
		break;
	case 5:
		sm_set(1, SM_PASS, 0xffff, 0);
		assert_int_equal(fix.broken[VTD_MODEL_RESERVED], 1);
		sm_assert_text("more than the unit has");
		break;
	}
	sm_stop();
}

static void order_cases(void)
{
	unsigned int i;

	for (i = 0; i < 32; i++)
		fix_case(test_due, (void *)(uintptr_t)i, "order: %s, %u",
			 sm_kind_name[i / 8 + 1], i % 8);
	for (i = 0; i < 2; i++)
		fix_case(test_due_nested, (void *)(uintptr_t)i,
			 "order: nested, %s changed",
			 i ? "second stage" : "first stage");
	for (i = 0; i < 8; i++)
		fix_case(test_due_context, (void *)(uintptr_t)i,
			 "order: context entry, %u", i);
	for (i = 0; i < 2; i++)
		fix_case(test_due_context_alone, (void *)(uintptr_t)i,
			 "order: context entry, %s",
			 i ? "its switches" : "without PASIDs");
	fix_case(test_gone, NULL, "order: the last device is gone");
	for (i = 0; i < 2; i++)
		fix_case(test_due_rid_pasid, (void *)(uintptr_t)i,
			 "order: RID_PASID, %u", i);
	for (i = 0; i < 3; i++)
		fix_case(test_due_directory, (void *)(uintptr_t)i,
			 "order: directory entry, %u", i);
	for (i = 0; i < 7; i++)
		fix_case(test_shared_did, (void *)(uintptr_t)i,
			 "domain-ids, %u", i);
}

int main(void)
{
	order_cases();
	return fix_run("model-sm-order");
}
