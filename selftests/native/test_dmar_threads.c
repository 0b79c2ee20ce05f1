// SPDX-License-Identifier: GPL-2.0
/*
 * The driver on a software unit that works in a thread of its own: several
 * CPUs submit, map, attach and translate at once.
 *
 * SRCS: dmar/qi.c dmar/context.c dmar/unit.c dmar/domain.c dmar/flush.c
 * SRCS: dmar/pasid.c dmar/scalable.c dmar/devtlb.c
 * SRCS: dmar/pgtable.c dmar/identity.c dmar/reply.c kunit/model/model.c
 * SRCS: kunit/model/memory.c kunit/model/regs.c kunit/model/fault.c
 * SRCS: kunit/model/walk.c kunit/model/cache.c kunit/model/queue.c
 * SRCS: kunit/model/device.c kunit/model/check.c kunit/model/quiescent.c
 * SRCS: kunit/model/intr.c kunit/model/check_intr.c
 * SRCS: selftests/native/model_fixture.c selftests/native/rig.c
 * CFLAGS: -DVTD_OBSERVER
 * TSAN: yes
 */
#include <pthread.h>
#include <sched.h>

#include <linux/kernel.h>

#include "rig.h"

#define WORKERS 3

static bool stop_hardware;
static unsigned int rounds;
static unsigned int failures;
static unsigned int refusals; /* submissions that were */
static struct vtd_domain *shared;
static const u16 resident = 0x0300;

static void note(bool good)
{
	if (!good)
		__atomic_add_fetch(&failures, 1, __ATOMIC_SEQ_CST);
}

/* cmocka's assertions are for the main thread only. */
static void *hardware(void *arg)
{
	while (!READ_ONCE(stop_hardware)) {
		vtd_model_run(rig.model[0], 20);
		sched_yield();
	}
	return NULL;
}

static void relax(void)
{
	sched_yield();
}

static void run(void *(*worker)(void *), u32 policy, u64 cap, u64 ecap)
{
	struct vtd_translation none = {};
	pthread_t unit, thread[WORKERS];
	unsigned long i;

	rounds = vtd_env("VTD_THREAD_ROUNDS", 300);
	failures = 0;
	refusals = 0;
	rig_start();
	rig_add(FIX_CAP | cap, ecap, policy, 1, 2);
	fix_relax(relax);
	/* a real second is far away: the unit always answers */
	vtd_shim_virtual_clock(0, 0);
	shared = vtd_domain_alloc(&rig.unit[0], vtd_unit_usual(&rig.unit[0]));
	/* one device stays, so that every table is seen when it is hung */
	assert_int_equal(vtd_domain_attach(shared, &rig.unit[0], VTD_NO_PASID,
					   &resident, 1),
			 0);
	WRITE_ONCE(stop_hardware, false);
	assert_int_equal(pthread_create(&unit, NULL, hardware, NULL), 0);
	for (i = 0; i < WORKERS; i++)
		assert_int_equal(
			pthread_create(&thread[i], NULL, worker, (void *)i), 0);
	for (i = 0; i < WORKERS; i++)
		pthread_join(thread[i], NULL);
	WRITE_ONCE(stop_hardware, true);
	pthread_join(unit, NULL);
	fix_relax(NULL);
	vtd_model_revive(rig.model[0]);
	assert_int_equal(failures, 0);
	assert_true(refusals <= rig.unit[0].qi.stats.iqe);
	assert_int_equal(vtd_context_set(&rig.unit[0], &resident, 1,
					 VTD_NO_PASID, &none),
			 0);
	vtd_domain_detach(shared, &rig.unit[0], VTD_NO_PASID, resident, true);
	assert_true(list_empty(&shared->units));
	vtd_domain_free(shared);
	rig_stop();
}

static void *submits(void *arg)
{
	unsigned long me = (unsigned long)arg;
	struct vtd_qi_desc desc[VTD_QI_BATCH];
	unsigned int round, i;

	for (round = 0; round < rounds; round++) {
		unsigned int nr = (round + me * 5) % 16 + 1;

		for (i = 0; i < nr; i++)
			desc[i] = vtd_qi_iotlb_domain(me + 2, 0);
		note(!vtd_qi_submit(&rig.unit[0].qi, desc, nr));
	}
	return NULL;
}

static void *submits_one(void *arg)
{
	struct vtd_qi_desc desc =
		vtd_qi_iotlb_domain((unsigned long)arg + 2, 0);
	unsigned int round;

	for (round = 0; round < rounds; round++)
		note(!vtd_qi_submit_one(&rig.unit[0].qi, desc));
	return NULL;
}

/* Whoever is hit gives his own again, and none loses any. */
static void *submits_with_errors(void *arg)
{
	unsigned long me = (unsigned long)arg;
	struct vtd_qi_desc desc = vtd_qi_iotlb_domain(me + 2, 0);
	unsigned int round;

	for (round = 0; round < rounds; round++) {
		if (!me && round % 8 == 0)
			vtd_model_inject(rig.model[0], VTD_MODEL_ITE,
					 round % 5 + 1, 0x100);
		note(!vtd_qi_submit(&rig.unit[0].qi, &desc, 1));
	}
	return NULL;
}

/* All errors at once: only a refusal is told, and to one submitter each. */
static void *submits_with_all(void *arg)
{
	static const enum vtd_model_error errors[] = { VTD_MODEL_IQE,
						       VTD_MODEL_ITE,
						       VTD_MODEL_ICE };
	unsigned long me = (unsigned long)arg;
	struct vtd_qi_desc desc[VTD_QI_BATCH];
	unsigned int round, i;

	for (round = 0; round < rounds; round++) {
		unsigned int nr = (round + me * 5) % 16 + 1;
		int ret;

		if (round % 4 == 0)
			vtd_model_inject(rig.model[0],
					 errors[(round / 4 + me) % 3],
					 round % 7 + 1, 0x100);
		for (i = 0; i < nr; i++)
			desc[i] = vtd_qi_iotlb_domain(me + 2, 0);
		ret = vtd_qi_submit(&rig.unit[0].qi, desc, nr);
		note(!ret || ret == -EINVAL);
		if (ret == -EINVAL)
			__atomic_add_fetch(&refusals, 1, __ATOMIC_SEQ_CST);
	}
	return NULL;
}

/* Ranges of their own in one domain, which devices of their own translate. */
static void *maps(void *arg)
{
	unsigned long me = (unsigned long)arg;
	u16 sid = 0x0100 + me;
	u64 iova = me * SZ_4M + 0x1000, at;
	unsigned int round;

	for (round = 0; round < rounds; round++) {
		u64 phys = SZ_1G * (me + 1) + round * SZ_4K;
		unsigned int nr = round % 40 + 1;

		if (round % 10 == 0)
			note(!vtd_domain_attach(shared, &rig.unit[0],
						VTD_NO_PASID, &sid, 1));
		note(!rig_map(shared, iova, phys, SZ_4K, nr, RIG_RW));
		note(!rig_ask(0, sid, iova, VTD_MODEL_READ, &at) && at == phys);
		note(rig_unmap(shared, iova, SZ_4K, nr) == nr * SZ_4K);
		note(rig_ask(0, sid, iova, VTD_MODEL_READ, &at) == 6);
		if (round % 10 == 9 || round + 1 == rounds) {
			struct vtd_translation none = {};

			note(!vtd_context_set(&rig.unit[0], &sid, 1,
					      VTD_NO_PASID, &none));
			vtd_domain_detach(shared, &rig.unit[0], VTD_NO_PASID,
					  sid, true);
		}
	}
	return NULL;
}

static void test_submits(void **state)
{
	run(submits, VTD_MODEL_REORDER, 0, FIX_ECAP);
}

static void test_submits_one(void **state)
{
	run(submits_one, VTD_MODEL_REORDER, 0, FIX_ECAP);
}

static void test_submits_with_errors(void **state)
{
	run(submits_with_errors, 0, 0, FIX_ECAP);
}

static void test_submits_with_all(void **state)
{
	run(submits_with_all, 0, 0, FIX_ECAP);
	assert_true(refusals > 0);
}

static void test_maps(void **state)
{
	switch (fix_arg(state)) {
	case 0:
		run(maps, VTD_MODEL_EAGER, 0, FIX_ECAP);
		break;
	case 1:
		run(maps, VTD_MODEL_EAGER, 0, FIX_ECAP & ~VTDM_ECAP_C);
		break;
	case 2:
		run(maps, VTD_MODEL_PREFETCH | VTD_MODEL_EVICT, VTDM_CAP_CM,
		    FIX_ECAP);
		break;
	}
}

int main(void)
{
	fix_case(test_submits, NULL, "C25 submitters at once");
	fix_case(test_submits_one, NULL, "C25 submitters of one at once");
	fix_case(test_submits_with_errors, NULL,
		 "C04/L1 submitters at once, and time-outs");
	fix_case(test_submits_with_all, NULL,
		 "C04/L1 submitters at once, with IQE, ITE and ICE");
	fix_case(test_maps, (void *)0, "C45/L5 maps and attaches at once");
	fix_case(test_maps, (void *)1,
		 "C45/L5 maps and attaches at once, not coherent");
	fix_case(test_maps, (void *)2,
		 "C45/L5 maps and attaches at once, caching mode");
	return fix_run("dmar-threads");
}
