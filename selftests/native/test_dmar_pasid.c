// SPDX-License-Identifier: GPL-2.0
/*
 * First-stage domains on the software unit: what an unmap has forgotten of each
 * PASID when the unit takes small ranges only, the memory of a device's first
 * entries, and the answers to page requests.
 *
 * SRCS: dmar/qi.c dmar/context.c dmar/unit.c dmar/domain.c dmar/flush.c
 * SRCS: dmar/pasid.c dmar/scalable.c dmar/devtlb.c
 * SRCS: dmar/pgtable.c dmar/identity.c dmar/reply.c kunit/model/model.c
 * SRCS: selftests/native/model_fixture.c selftests/native/rig.c
 * CFLAGS: -DVTD_OBSERVER
 */
#include <linux/kernel.h>

#include "rig.h"

#include "../../dmar/scalable.h"

#define ECAP                                                               \
	(FIX_ECAP | VTDM_ECAP_SMTS | VTDM_ECAP_PASID | VTDM_ECAP_PSS(20) | \
	 VTDM_ECAP_SMPWCS | VTDM_ECAP_FSTS)
#define AT (16ULL * SZ_1G)
#define PIOTLB_PASID 0x26 /* 6.5.2.4 */
#define PIOTLB_PAGES 0x36

static const u16 sid[] = { RIG_SID };
static const u32 pasids[] = { 5, 0x4321 };
static struct vtd_unit *unit;

static bool reaches(u32 pasid, u64 addr)
{
	const struct vtd_model_request request = {
		.sid = RIG_SID,
		.with_pasid = true,
		.pasid = pasid,
		.access = VTD_MODEL_WRITE,
		.addr = addr,
	};
	struct vtd_model_result r;

	return vtd_model_request(rig.model[0], &request, NULL, 0, &r);
}

/* How many from @mark on, of a PASID; the upper word of the last. */
static unsigned int given(u32 mark, unsigned int type, u32 pasid, u64 *hi)
{
	const struct vtd_qi *qi = &unit->qi;
	unsigned int nr = 0;

	for (; mark != qi->tail; mark = (mark + 1) & (qi->slots - 1)) {
		const struct vtd_qi_desc *desc = vtd_qi_at(qi, mark);

		if ((desc->w[0] & 0x3f) != type || desc->w[0] >> 32 != pasid)
			continue;
		nr++;
		*hi = desc->w[1];
	}
	return nr;
}

static struct vtd_domain *start(u64 cap)
{
	struct vtd_domain *d;
	unsigned int i;

	rig_start();
	rig_add(cap, ECAP, VTD_MODEL_EAGER, 7, 0);
	unit = &rig.unit[0];
	assert_int_equal(
		vtd_sm_features(unit, RIG_SID, VTD_SM_CONTEXT_PASIDE, 20), 0);
	d = vtd_domain_alloc(unit, vtd_unit_usual(unit));
	assert_false(IS_ERR(d));
	for (i = 0; i < ARRAY_SIZE(pasids); i++)
		assert_int_equal(vtd_domain_attach(d, unit, pasids[i], sid, 1),
				 0);
	return d;
}

static void stop(struct vtd_domain *d)
{
	const struct vtd_translation none = {};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(pasids); i++) {
		assert_int_equal(
			vtd_context_set(unit, sid, 1, pasids[i], &none), 0);
		vtd_domain_detach(d, unit, pasids[i], RIG_SID, true);
	}
	vtd_domain_free(d);
	rig_stop();
}

/* Unmap 2^@order pages: by pages as far as the unit can, then by PASID. */
static void unmap(struct vtd_domain *d, unsigned int order, int largest)
{
	u64 hi = 0, last = AT + ((u64)SZ_4K << order) - 1;
	u32 mark;
	unsigned int i;

	assert_int_equal(rig_map(d, AT, SZ_1G, SZ_4K, 1UL << order, RIG_RW), 0);
	for (i = 0; i < ARRAY_SIZE(pasids); i++)
		assert_true(reaches(pasids[i], AT) && reaches(pasids[i], last));
	mark = unit->qi.tail;
	assert_int_equal(rig_unmap(d, AT, SZ_4K, 1UL << order), SZ_4K << order);
	for (i = 0; i < ARRAY_SIZE(pasids); i++) {
		bool pages = (int)order <= largest;

		assert_int_equal(given(mark, PIOTLB_PAGES, pasids[i], &hi),
				 pages);
		if (pages) {
			assert_int_equal(hi & 0x3f, order);
			assert_true((hi & ~0xfffULL) == AT);
		}
		assert_int_equal(given(mark, PIOTLB_PASID, pasids[i], &hi),
				 !pages);
		assert_false(reaches(pasids[i], AT) ||
			     reaches(pasids[i], last));
	}
	fix_assert_good();
}

static void test_clamped(void **state)
{
	unsigned int mamv = fix_arg(state), order;
	struct vtd_domain *d =
		start((FIX_CAP & ~(0x3fULL << 48)) | VTDM_CAP_MAMV(mamv));

	for (order = 0; order < 12; order++)
		unmap(d, order, mamv);
	stop(d);
}

static void test_no_psi(void **state)
{
	struct vtd_domain *d = start(FIX_CAP & ~VTDM_CAP_PSI);

	unmap(d, 0, -1);
	unmap(d, 3, -1);
	stop(d);
}

static u64 context_of(u16 id)
{
	struct vtd_sm_context_entry ce;
	struct vtd_pasid_entry pe;

	assert_int_equal(vtd_sm_peek(unit, id, VTD_NO_PASID, &ce, &pe), 0);
	return ce.w[0];
}

/* What is reserved is there for the first domain, and leads nowhere before. */
static void test_reserved(void **state)
{
	static const u16 both[] = { 0x0200, 0x0301 };
	const struct vtd_translation none = {};
	struct vtd_domain *d = start(FIX_CAP);
	unsigned int i;

	for (i = 1; i <= 4; i++) {
		vtd_shim_fail_alloc(i);
		assert_int_equal(vtd_sm_reserve(unit, both, 2, 15), -ENOMEM);
	}
	vtd_shim_fail_alloc(0);
	assert_int_equal(vtd_sm_reserve(unit, both, 2, 15), 0);
	assert_true(context_of(both[0]) == 0 && context_of(both[1]) == 0);
	/* made for 15 bits, it has no room for 20 */
	assert_int_equal(vtd_sm_reserve(unit, both, 2, 20), -ENOMEM);
	for (i = 0; i < 2; i++) {
		/* two are of the domain, which notes its unit and its user */
		vtd_shim_fail_alloc(3);
		assert_int_equal(vtd_domain_attach(d, unit, VTD_NO_PASID,
						   &both[i], 1),
				 0);
		assert_int_equal(vtd_shim_alloc_failures(), 0);
		vtd_shim_fail_alloc(0);
		assert_true(context_of(both[i]) != 0);
	}
	for (i = 0; i < 2; i++) {
		assert_int_equal(vtd_context_set(unit, &both[i], 1,
						 VTD_NO_PASID, &none),
				 0);
		vtd_domain_detach(d, unit, VTD_NO_PASID, both[i], true);
	}
	stop(d);
}

/* 7.5.2.1: page group responses, literally. */
static void test_response(void **state)
{
	struct vtd_qi_desc desc;

	desc = vtd_qi_response(0x1234, true, 0xabcde, 0x1ff, 0);
	assert_true(desc.w[0] == 0x000abcde12340019 && desc.w[1] == 0xff8);
	desc = vtd_qi_response(0x1234, false, 0xabcde, 5, 1);
	assert_true(desc.w[0] == 0x0000000012341009 && desc.w[1] == 0x28);
	desc = vtd_qi_response(0xffff, true, 0xfffff, 0, 15);
	assert_true(desc.w[0] == 0x000ffffffffff019 && desc.w[1] == 0);
}

int main(void)
{
	static const unsigned int mamv[] = { 0, 1, 4, 9, 18 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(mamv); i++)
		fix_case(test_clamped, (void *)(uintptr_t)mamv[i],
			 "L15 beyond MAMV %u all of the PASID is forgotten",
			 mamv[i]);
	fix_case(test_no_psi, NULL,
		 "L15 without PSI all of the PASID is forgotten");
	fix_case(test_reserved, NULL,
		 "a device's first domain needs no memory for its entries");
	fix_case(test_response, NULL, "C15 responses, literally");
	return fix_run("dmar-pasid");
}
