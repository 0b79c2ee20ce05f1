// SPDX-License-Identifier: GPL-2.0
/*
 * Devices in quarantine: one that did not answer, one that faults on and on, in
 * either mode, with translations of its own and without; that nothing which it is
 * attached to meanwhile lets it through; and how it comes back, or leaves.
 *
 * SRCS: dmar/quarantine.c dmar/incident.c
 * SRCS: dmar/nested.c dmar/user.c dmar/pgtable_dirty.c
 * SRCS: dmar/adapter.c dmar/paging.c dmar/device.c dmar/device_ats.c dmar/device_pasid.c dmar/pool.c
 * SRCS: dmar/history.c dmar/relax.c
 * SRCS: dmar/qi.c dmar/context.c dmar/unit.c dmar/domain.c dmar/flush.c
 * SRCS: dmar/pasid.c dmar/scalable.c dmar/devtlb.c
 * SRCS: dmar/pgtable.c dmar/identity.c dmar/reply.c kunit/model/model.c
 * SRCS: selftests/native/model_fixture.c selftests/native/rig.c
 * SRCS: selftests/native/core_rig.c
 * CFLAGS: -DVTD_OBSERVER
 */
#include <linux/workqueue.h>

#include <linux/pci-ats.h>

#include <vtd/units.h>

#include "core_rig.h"

#include "../../dmar/incident.h"
#include "../../dmar/quarantine.h"
#include "../../dmar/scalable.h"
#include "../../kunit/model/endpoint.h"

#define ATS_CAP 0x200
#define IOVA 0x40000000ULL
#define P 0x4321

#define SM(bits) \
	(VTDM_ECAP_DT | VTDM_ECAP_SMTS | VTDM_ECAP_PASID | VTDM_ECAP_PSS(bits))

/**
 * struct mode - how devices get at memory
 * @ecap: of the unit, on top of FIX_ECAP
 * @ats: device 0 keeps translations
 * @pasid: its requests have a PASID, or VTD_NO_PASID
 * @name: in words
 */
static const struct mode {
	u64 ecap;
	bool ats;
	u32 pasid;
	const char *name;
} modes[] = {
	{ 0, false, VTD_NO_PASID, "legacy mode" },
	{ VTDM_ECAP_DT, true, VTD_NO_PASID, "legacy mode, ATS" },
	{ SM(16) | VTDM_ECAP_SSTS, false, VTD_NO_PASID, "second stage" },
	{ SM(16) | VTDM_ECAP_SSTS, true, VTD_NO_PASID, "second stage, ATS" },
	{ SM(16) | VTDM_ECAP_SSTS, true, P, "second stage, ATS, by PASID" },
	{ SM(20) | VTDM_ECAP_SMPWCS | VTDM_ECAP_FSTS, false, VTD_NO_PASID,
	  "first stage" },
	{ SM(20) | VTDM_ECAP_SMPWCS | VTDM_ECAP_FSTS, true, VTD_NO_PASID,
	  "first stage, ATS" },
	{ SM(20) | VTDM_ECAP_SMPWCS | VTDM_ECAP_FSTS, true, P,
	  "first stage, ATS, by PASID" },
};

static const struct mode *mode;
static struct vtd_model_endpoint *ep[2];
static struct vtd_unit *unit;

static void switched(struct pci_dev *pdev)
{
	vtd_model_endpoint_enable(ep[pdev == &fn[1].pdev], pdev->ats_enabled,
				  pdev->pasid_enabled, false, 0);
}

static void machine(unsigned int which)
{
	unsigned int i;

	mode = &modes[which];
	rig_start();
	rig_add(FIX_CAP | VTDM_CAP_FL1GP, FIX_ECAP | mode->ecap,
		VTD_MODEL_EAGER, 3, 1);
	unit = &rig.unit[0];
	functions();
	for (i = 0; i < 2; i++) {
		const struct vtd_model_endpoint_config config = {
			.sid = RIG_SID + i,
			.pfsid = RIG_SID + i,
			.qdep = 4,
			.width = 20,
			.latency = 2,
			.seed = 7 + i,
		};

		fn[i].ats = mode->ats ? VTD_ATS_ALLOWED : VTD_ATS_NO;
		fn[i].pdev.ats_cap = mode->ats ? ATS_CAP : 0;
		fn[i].pdev.ats_word = PCI_ATS_CAP_PAGE_ALIGNED | 4;
		fn[i].pdev.max_pasids = mode->pasid ? 1 << 20 : 0;
		fn[i].pdev.switched = switched;
		ep[i] = vtd_model_endpoint_create(rig.model[0], &config);
		assert_non_null(ep[i]);
	}
	appear(0);
	appear(1);
	vtd_incidents_forget();
}

static void machine_gone(void)
{
	leave(0, true);
	leave(1, true);
	assert_int_equal(vtd_shim_work(), 0);
	vtd_model_endpoint_destroy(ep[0]);
	vtd_model_endpoint_destroy(ep[1]);
	rig_stop();
}

static int join(struct iommu_domain *domain, unsigned int i)
{
	return attach_as(domain, i, mode->pasid);
}

static int part(unsigned int i)
{
	return detach_as(i, mode->pasid);
}

static bool reaches_by(unsigned int i, u64 addr, u32 pasid)
{
	const struct vtd_model_request request = {
		.with_pasid = pasid != VTD_NO_PASID,
		.pasid = pasid,
		.access = VTD_MODEL_WRITE,
		.addr = addr,
	};
	struct vtd_model_result r;

	return vtd_model_endpoint_dma(ep[i], &request, NULL, 1, &r);
}

static bool reaches(unsigned int i, u64 addr)
{
	return reaches_by(i, addr, mode->pasid);
}

static struct iommu_domain *mapped(unsigned int i, unsigned int pages)
{
	struct iommu_domain *domain = domain_for(i);

	assert_int_equal(map(domain, IOVA, ODD, SZ_4K, pages, RW), 0);
	return domain;
}

static bool said(const char *what)
{
	struct vtd_reply reply = {};
	bool found;

	vtd_incidents_say(&reply);
	found = reply.len && strstr(reply.text, what);
	vtd_reply_free(&reply);
	return found;
}

/* Both reach their domain; then the first faults on and on. */
static struct iommu_domain *stormed(unsigned int which)
{
	struct iommu_domain *domain;

	machine(which);
	domain = mapped(0, 3);
	assert_int_equal(join(domain, 0), 0);
	assert_int_equal(join(domain, 1), 0);
	assert_true(reaches(0, IOVA) && reaches(1, IOVA));
	assert_int_equal(vtd_devices_storm(unit, RIG_SID, false), 1);
	assert_false(fn[0].pdev.master);
	assert_int_equal(vtd_shim_work(), 1);
	return domain;
}

static void stormed_gone(struct iommu_domain *domain)
{
	machine_gone();
	domain->ops->free(domain);
}

static bool silent(void)
{
	u64 before = vtd_model_stats(rig.model[0]).faults, recorded;

	recorded = vtd_model_stats(rig.model[0]).recorded;
	assert_false(reaches(0, IOVA + SZ_4K));
	assert_false(reaches_by(0, IOVA + SZ_4K, VTD_NO_PASID));
	assert_true(mode->ats || vtd_model_stats(rig.model[0]).faults > before);
	return vtd_model_stats(rig.model[0]).recorded == recorded;
}

static void test_storm(void **state)
{
	struct iommu_domain *domain = stormed(fix_arg(state)), *other;

	assert_int_equal(managed(0)->quarantine, VTD_QUARANTINE_STORM);
	assert_false(reaches(0, IOVA));
	assert_true(silent());
	assert_false(fn[0].pdev.ats_enabled);
	assert_true(fn[1].pdev.master && reaches(1, IOVA));
	assert_true(said("what=quarantine unit=dmar0 device=device "));
	/* told once, and stopped again each time */
	pci_set_master(&fn[0].pdev);
	assert_int_equal(vtd_devices_storm(unit, RIG_SID, false), 1);
	assert_int_equal(vtd_shim_work(), 0);
	assert_false(fn[0].pdev.master);
	/* whoever has faults recorded again does not mean this one */
	assert_int_equal(vtd_context_silence(unit, RIG_SID, false), 0);
	assert_true(silent());
	/* whatever it is attached to */
	other = mapped(0, 2);
	assert_int_equal(join(other, 0), 0);
	assert_false(reaches(0, IOVA));
	assert_int_equal(vtd_device_set_identity(managed(0)), 0);
	assert_false(reaches_by(0, ODD, VTD_NO_PASID));
	assert_int_equal(part(0), 0);
	assert_int_equal(join(domain, 0), 0);
	assert_false(reaches(0, IOVA));
	assert_int_equal(vtd_device_set_ats(managed(0), true),
			 mode->ats ? -EIO : -EOPNOTSUPP);
	/* flushes do not wait for it */
	assert_int_equal(unmap(domain, IOVA + SZ_4K, SZ_4K, 1), SZ_4K);
	fix_assert_good();
	assert_int_equal(vtd_quarantine_lift(managed(0)), 0);
	assert_true(fn[0].pdev.master);
	assert_int_equal(fn[0].pdev.ats_enabled, mode->ats);
	assert_true(reaches(0, IOVA));
	assert_false(reaches(0, IOVA + SZ_4K));
	assert_true(reaches(0, IOVA + 2 * SZ_4K));
	assert_true(said("what=recovered unit=dmar0 device=device "));
	assert_int_equal(unmap(domain, IOVA, SZ_4K, 1), SZ_4K);
	assert_false(reaches(0, IOVA) || reaches(1, IOVA));
	assert_int_equal(vtd_quarantine_lift(managed(0)), -ENOENT);
	other->ops->free(other);
	stormed_gone(domain);
}

/* Recorded again, as those of any other. */
static void test_heard_again(void **state)
{
	struct iommu_domain *domain = stormed(fix_arg(state));

	assert_int_equal(vtd_quarantine_lift(managed(0)), 0);
	assert_int_equal(unmap(domain, IOVA + SZ_4K, SZ_4K, 1), SZ_4K);
	assert_false(silent());
	stormed_gone(domain);
}

/* What it is attached to at that moment, not before. */
static void test_lifted_to(void **state)
{
	struct iommu_domain *domain = stormed(fix_arg(state) & 7), *other;
	unsigned int to = fix_arg(state) >> 3;

	other = mapped(0, 1);
	assert_int_equal(map(other, IOVA + 8 * SZ_4K, ODD, SZ_4K, 1, RW), 0);
	/* a guest's driver lets it begin nothing */
	managed(0)->was_master = false;
	if (to == 0)
		assert_int_equal(join(other, 0), 0);
	else if (to == 1)
		assert_int_equal(vtd_device_set_identity(managed(0)), 0);
	else
		assert_int_equal(part(0), 0);
	assert_int_equal(vtd_quarantine_lift(managed(0)), 0);
	assert_false(fn[0].pdev.master);
	if (mode->pasid != VTD_NO_PASID) {
		assert_int_equal(reaches(0, IOVA + 8 * SZ_4K), to == 0);
	} else {
		assert_int_equal(reaches(0, IOVA + 8 * SZ_4K), to < 2);
		assert_int_equal(reaches(0, IOVA + SZ_4K), to == 1);
		assert_int_equal(reaches(0, ODD), to == 1);
	}
	assert_true(reaches(1, IOVA + SZ_4K));
	fix_assert_good();
	stormed_gone(domain);
	other->ops->free(other);
}

/* It is let go: passes through as others, or its source-id is blocked. */
static void test_leaves(void **state)
{
	struct iommu_domain *domain = stormed(fix_arg(state) & 7);
	bool removed = fix_arg(state) >> 3;

	leave(0, removed);
	assert_int_equal(rig_ask(0, RIG_SID, ODD, VTD_MODEL_WRITE, NULL) == 0,
			 !removed);
	/* who comes after it begins anew */
	fn[0].pdev.ats_enabled = false;
	appear(0);
	assert_int_equal(managed(0)->quarantine, 0);
	fn[0].pdev.master = true;
	assert_int_equal(join(domain, 0), 0);
	assert_true(reaches(0, IOVA));
	stormed_gone(domain);
}

static void test_not_lifted(void **state)
{
	struct iommu_domain *domain = stormed(fix_arg(state));

	fn[0].silent = true;
	assert_int_equal(vtd_quarantine_lift(managed(0)), -ENODEV);
	fn[0].silent = false;
	unit->health = VTD_HEALTH_FAILED;
	assert_int_equal(vtd_quarantine_lift(managed(0)), -EIO);
	unit->health = VTD_HEALTH_OK;
	assert_false(reaches(0, IOVA) || fn[0].pdev.master);
	assert_int_equal(managed(0)->quarantine, VTD_QUARANTINE_STORM);
	/* it is written back, but the unit does not forget that it was blocked */
	vtd_model_inject(rig.model[0], VTD_MODEL_IQE, 1, 0);
	if (vtd_quarantine_lift(managed(0))) {
		assert_int_equal(managed(0)->quarantine, VTD_QUARANTINE_STORM);
		assert_false(fn[0].pdev.master);
		assert_int_equal(vtd_shim_work(), 1);
		assert_false(reaches(0, IOVA));
	} else {
		/* nothing had to be forgotten */
		assert_true(reaches(0, IOVA));
	}
	vtd_model_revive(rig.model[0]);
	leave(0, true);
	leave(1, true);
	if (to_vtd_domain(domain)->leaked)
		vtd_pt_destroy(&to_vtd_domain(domain)->pt);
	domain->ops->free(domain);
	vtd_model_endpoint_destroy(ep[0]);
	vtd_model_endpoint_destroy(ep[1]);
	rig_stop_broken();
}

/* All source-ids of a device, and all devices of a source-id. */
static void test_several(void **state)
{
	struct iommu_domain *domain;

	machine(fix_arg(state));
	leave(1, true);
	leave(0, true);
	fn[0].nr_sids = 2;
	fn[0].sid[1] = RIG_SID + 7;
	fn[1].nr_sids = 2;
	fn[1].sid[1] = RIG_SID + 7;
	appear(0);
	appear(1);
	domain = mapped(0, 1);
	assert_int_equal(attach(domain, 0), 0);
	assert_int_equal(attach(domain, 1), 0);
	assert_int_equal(vtd_devices_storm(unit, RIG_SID + 7, false), 2);
	assert_int_equal(vtd_shim_work(), 2);
	assert_int_not_equal(ask(0, IOVA, VTD_MODEL_WRITE, 0), 0);
	assert_int_not_equal(ask(1, IOVA, VTD_MODEL_WRITE, 0), 0);
	assert_int_not_equal(ask(7, IOVA, VTD_MODEL_WRITE, 0), 0);
	assert_int_equal(vtd_quarantine_lift(managed(0)), 0);
	assert_int_equal(ask(0, IOVA, VTD_MODEL_WRITE, ODD), 0);
	assert_int_not_equal(ask(1, IOVA, VTD_MODEL_WRITE, 0), 0);
	assert_int_equal(vtd_quarantine_lift(managed(1)), 0);
	assert_int_equal(ask(1, IOVA, VTD_MODEL_WRITE, ODD), 0);
	assert_int_equal(ask(7, IOVA, VTD_MODEL_WRITE, ODD), 0);
	/* held by any of its source-ids, all of it is */
	assert_int_equal(vtd_context_hold(unit, &fn[0].sid[1], 1, true), 0);
	assert_int_equal(vtd_device_set_identity(managed(0)), 0);
	assert_int_not_equal(ask(0, ODD, VTD_MODEL_WRITE, 0), 0);
	assert_int_equal(vtd_context_hold(unit, &fn[0].sid[1], 1, false), 0);
	assert_int_equal(vtd_device_set_identity(managed(0)), 0);
	assert_int_equal(ask(0, ODD, VTD_MODEL_WRITE, ODD), 0);
	stormed_gone(domain);
}

/* Nobody but who is meant. */
static void test_only_assigned(void **state)
{
	struct iommu_domain *domain;

	machine(0);
	domain = mapped(0, 1);
	assert_int_equal(attach(domain, 0), 0);
	assert_int_equal(vtd_devices_storm(unit, RIG_SID, true), 0);
	assert_int_equal(vtd_devices_storm(unit, RIG_SID + 3, false), 0);
	assert_int_equal(vtd_devices_storm(unit + 1, RIG_SID, false), 0);
	assert_int_equal(vtd_shim_work(), 0);
	assert_true(reaches(0, IOVA) && fn[0].pdev.master);
	/* user space has it, by its domain or by its driver */
	domain->type = IOMMU_DOMAIN_UNMANAGED;
	assert_int_equal(vtd_devices_storm(unit, RIG_SID, true), 1);
	assert_int_equal(vtd_shim_work(), 1);
	domain->type = IOMMU_DOMAIN_DMA;
	assert_int_equal(vtd_quarantine_lift(managed(0)), 0);
	fn[0].driver_leaves_dma = true;
	assert_int_equal(vtd_devices_storm(unit, RIG_SID, true), 1);
	assert_int_equal(vtd_shim_work(), 1);
	assert_false(reaches(0, IOVA));
	stormed_gone(domain);
}

/* Without memory to remember it by, it is blocked all the same, for now. */
static void test_no_memory(void **state)
{
	struct iommu_domain *domain;

	machine(0);
	domain = mapped(0, 1);
	assert_int_equal(attach(domain, 0), 0);
	vtd_devices_storm(unit, RIG_SID, false);
	vtd_shim_fail_alloc(1);
	assert_int_equal(vtd_shim_work(), 1);
	vtd_shim_fail_alloc(0);
	assert_false(reaches(0, IOVA));
	assert_int_equal(vtd_quarantine_lift(managed(0)), 0);
	assert_true(reaches(0, IOVA));
	stormed_gone(domain);
}

/* --- one that does not answer ---------------------------------------------------- */

static void test_mute(void **state)
{
	struct iommu_domain *domain, *other;

	machine(fix_arg(state));
	domain = mapped(0, 2);
	assert_int_equal(join(domain, 0), 0);
	assert_int_equal(join(domain, 1), 0);
	assert_true(reaches(0, IOVA) && reaches(1, IOVA));
	vtd_model_endpoint_mute(ep[0], true);
	assert_int_equal(vtd_flush_all(to_vtd_domain(domain)), -ETIME);
	fix_forget(); /* the checker knows what it still has */
	assert_int_equal(managed(0)->quarantine, VTD_QUARANTINE_MUTE);
	assert_int_equal(vtd_shim_work(), 1);
	/* bus mastering off, ATS off, entries cleared, told of */
	assert_false(fn[0].pdev.master || fn[0].pdev.ats_enabled);
	assert_false(reaches(0, IOVA) || reaches_by(0, IOVA, VTD_NO_PASID));
	assert_true(said("did not answer"));
	assert_true(managed(0)->devtlb.idle);
	assert_int_equal(unit->health, VTD_HEALTH_OK);
	/* for whoever has it next, too */
	other = mapped(0, 1);
	assert_int_equal(part(0), 0);
	assert_int_equal(join(other, 0), 0);
	assert_false(reaches(0, IOVA));
	vtd_device_regain_ats(managed(0));
	assert_false(fn[0].pdev.ats_enabled);
	/* it answers again, and comes back */
	vtd_model_endpoint_mute(ep[0], false);
	assert_int_equal(vtd_quarantine_lift(managed(0)), 0);
	assert_true(fn[0].pdev.master && fn[0].pdev.ats_enabled);
	assert_false(managed(0)->devtlb.mute || managed(0)->devtlb.idle);
	assert_true(reaches(0, IOVA));
	assert_int_equal(unmap(other, IOVA, SZ_4K, 1), SZ_4K);
	assert_false(reaches(0, IOVA));
	assert_true(reaches(1, IOVA));
	fix_assert_good();
	/* it does not, and is in quarantine again */
	assert_int_equal(map(other, IOVA, ODD, SZ_4K, 1, RW), 0);
	assert_true(reaches(0, IOVA));
	vtd_model_endpoint_mute(ep[0], true);
	assert_int_equal(vtd_flush_all(to_vtd_domain(other)), -ETIME);
	fix_forget();
	assert_int_equal(vtd_shim_work(), 1);
	assert_false(reaches(0, IOVA) || fn[0].pdev.master);
	leave(0, true);
	leave(1, true);
	other->ops->free(other);
	domain->ops->free(domain);
	vtd_model_endpoint_destroy(ep[0]);
	vtd_model_endpoint_destroy(ep[1]);
	rig_stop_broken();
}

/* Lifted before it was blocked: nothing blocks it later. */
static void test_lifted_early(void **state)
{
	struct iommu_domain *domain;

	machine(fix_arg(state));
	domain = mapped(0, 1);
	assert_int_equal(join(domain, 0), 0);
	vtd_devices_storm(unit, RIG_SID, false);
	assert_int_equal(vtd_quarantine_lift(managed(0)), 0);
	assert_int_equal(vtd_shim_work(), 0);
	assert_true(reaches(0, IOVA) && fn[0].pdev.master);
	stormed_gone(domain);
}

static bool held[2];
static unsigned int holds;
static int hold_answer;

static int hold(const struct vtd_unit *of, const u16 *sid, unsigned int nr,
		bool on)
{
	unsigned int nr_of = sid[0] - RIG_SID;

	assert_ptr_equal(of, unit);
	assert_int_equal(nr, 1);
	assert_true(nr_of < ARRAY_SIZE(held));
	held[nr_of] = on;
	holds++;
	return hold_answer;
}

/* Its interrupts are blocked as long as it is in quarantine, and no other's. */
static void test_interrupts(void **state)
{
	struct iommu_domain *domain;

	holds = 0;
	hold_answer = 0;
	memset(held, 0, sizeof(held));
	/* whoever blocks them comes later, and hears of it */
	domain = stormed(fix_arg(state));
	vtd_units_contain(hold);
	assert_true(held[0] && holds == 1);
	assert_int_equal(vtd_quarantine_lift(managed(0)), 0);
	assert_true(!held[0] && holds == 2);
	vtd_devices_storm(unit, RIG_SID, false);
	assert_false(held[0]);
	assert_int_equal(vtd_shim_work(), 1);
	assert_true(held[0] && !held[1]);
	/* it cannot: said, and the rest is done all the same */
	assert_int_equal(vtd_quarantine_lift(managed(0)), 0);
	hold_answer = -ETIMEDOUT;
	vtd_devices_storm(unit, RIG_SID, false);
	assert_int_equal(vtd_shim_work(), 1);
	assert_false(reaches(0, IOVA));
	hold_answer = 0;
	/* let go: whoever has its place may send */
	leave(0, false);
	assert_false(held[0]);
	appear(0);
	assert_int_equal(join(domain, 0), 0);
	holds = 0;
	leave(1, false);
	assert_int_equal(holds, 0);
	appear(1);
	assert_int_equal(join(domain, 1), 0);
	vtd_units_contain(NULL);
	vtd_devices_storm(unit, RIG_SID, false);
	assert_int_equal(vtd_shim_work(), 1);
	assert_int_equal(holds, 0);
	stormed_gone(domain);
}

int main(void)
{
	unsigned int i, to;

	for (i = 0; i < ARRAY_SIZE(modes); i++) {
		void *which = (void *)(uintptr_t)i;
		const char *name = modes[i].name;

		fix_case(test_storm, which, "a storm, %s", name);
		/* an answer to a device that asks is no fault */
		if (!modes[i].ats)
			fix_case(test_heard_again, which, "heard again, %s",
				 name);
		for (to = 0; to < 3; to++)
			fix_case(test_lifted_to,
				 (void *)(uintptr_t)(to << 3 | i),
				 "lifted, attached to %s, %s",
				 to == 0 ? "another domain" :
				 to == 1 ? "identity" :
					   "nothing",
				 name);
		fix_case(test_leaves, which, "let go, %s", name);
		fix_case(test_leaves, (void *)(uintptr_t)(8 | i), "removed, %s",
			 name);
		fix_case(test_not_lifted, which, "not lifted, %s", name);
		fix_case(test_lifted_early, which, "lifted early, %s", name);
		if (modes[i].ats)
			fix_case(test_mute, which,
				 "C02/C03 a mute device, and back, %s", name);
	}
	fix_case(test_several, (void *)0, "several source-ids, legacy mode");
	fix_case(test_several, (void *)2, "several source-ids, second stage");
	fix_case(test_interrupts, (void *)0, "interrupts, legacy mode");
	fix_case(test_interrupts, (void *)3, "interrupts, second stage, ATS");
	fix_case(test_only_assigned, NULL, "only those of user space");
	fix_case(test_no_memory, NULL, "no memory");
	return fix_run("dmar-quarantine");
}
