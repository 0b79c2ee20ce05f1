// SPDX-License-Identifier: GPL-2.0
/*
 * Native tests on the software unit: scalable mode, with tables made by hand.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "model_scalable.h"

struct sm sm;
struct vtd_model_result sm_result;

u64 *sm_entry(u32 pasid)
{
	return &sm.pasids[pasid % 64 * 8];
}

/* A careful driver takes P away alone, and waits until nobody reads on. */
static void sm_retire(u64 *entry)
{
	if (!(entry[0] & 1))
		return;
	fix_store(&entry[0], entry[0] & ~1ULL);
	sm_forget();
}

void sm_set(u32 pasid, u64 w0, u64 w1, u64 w2)
{
	u64 *entry = sm_entry(pasid);

	sm_retire(entry);
	fix_store(&entry[1], w1);
	fix_store(&entry[2], w2);
	fix_store(&entry[0], w0);
}

u64 *sm_context(u16 sid)
{
	return &sm.context[sid >> 7 & 1][(sid & 0x7f) * 4];
}

void sm_set_context(u16 sid, u64 w0, u64 w1)
{
	u64 *entry = sm_context(sid);

	sm_retire(entry);
	fix_store(&entry[1], w1);
	fix_store(&entry[0], w0);
}

u64 sm_first_top(unsigned int levels)
{
	return virt_to_phys(sm.first[levels]) | (levels == 5 ? 4 : 0);
}

u64 sm_second_top(void)
{
	return virt_to_phys(sm.second[4]);
}

void sm_use_first(void)
{
	sm_set(0, SM_FIRST, SM_WALK(SM_DID), sm_first_top(4));
}

void sm_use_second(void)
{
	sm_set(0, SM_SECOND | sm_second_top(), SM_WALK(SM_DID), 0);
}

/* Map a page of the guest where no table has been put yet. */
static void sm_map_guest(u64 guest, u64 host)
{
	u64 *table = sm.second[4];
	unsigned int level;

	for (level = 4; level > 1; level--) {
		u64 *at = &table[guest >> (12 + (level - 1) * 9) & 511];

		if (!*at)
			fix_store(at, virt_to_phys(fix_page()) | 3);
		table = phys_to_virt(*at & ~0xfffULL);
	}
	fix_store(&table[guest >> 12 & 511], host | 3);
}

void sm_use_nested(void)
{
	unsigned int i;

	for (i = 1; i <= 5; i++)
		sm_map_guest(virt_to_phys(sm.first[i]),
			     virt_to_phys(sm.first[i]));
	for (i = 0; i < 16; i++)
		sm_map_guest(0x100000000ULL + i * 4096ULL,
			     0x200000000ULL + i * 4096ULL);
	sm_set(0, SM_NESTED | sm_second_top(), SM_WALK(SM_DID),
	       sm_first_top(4));
}

static void sm_tables(void)
{
	unsigned int i;

	sm.root = fix_page();
	sm.context[0] = fix_page();
	sm.context[1] = fix_page();
	sm.directory = fix_page();
	sm.pasids = fix_page();
	sm.ring = fix_page();
	sm.status = fix_page();
	for (i = 1; i <= 5; i++)
		sm.first[i] = fix_page();
	for (i = 1; i <= 4; i++)
		sm.second[i] = fix_page();
	for (i = 0; i < 512; i++) {
		fix_store(&sm.first[1][i], 0x100000000ULL + i * 4096ULL + 0x67);
		fix_store(&sm.second[1][i], 0x200000000ULL + i * 4096ULL + 3);
	}
	for (i = 2; i <= 5; i++)
		fix_store(&sm.first[i][0],
			  virt_to_phys(sm.first[i - 1]) | 0x27);
	for (i = 2; i <= 4; i++)
		fix_store(&sm.second[i][0], virt_to_phys(sm.second[i - 1]) | 3);
	fix_store(&sm.directory[0], virt_to_phys(sm.pasids) | 1);
}

static void sm_on(u64 cap, u64 ecap)
{
	u64 switches = 1;

	if (ecap & VTDM_ECAP_DT)
		switches |= 4;
	if (ecap & VTDM_ECAP_PASID)
		switches |= 8;
	sm_set_context(SM_SID, virt_to_phys(sm.directory) | switches, 0);
	sm_set_context(SM_HIGH, virt_to_phys(sm.directory) | switches, 0);
	fix_store(&sm.root[2], virt_to_phys(sm.context[0]) | 1);
	fix_store(&sm.root[3], virt_to_phys(sm.context[1]) | 1);
	if (cap & VTDM_CAP_RWBF)
		fix_write32(&sm.regs, 0x18, 0x08000000);
	fix_write64(&sm.regs, 0x88, 0);
	fix_write64(&sm.regs, 0x90, virt_to_phys(sm.ring) | 0x800);
	fix_write32(&sm.regs, 0x18, 0x04000000);
	fix_write64(&sm.regs, 0x20, virt_to_phys(sm.root) | 0x400);
	fix_write32(&sm.regs, 0x18, 0x44000000);
	sm_forget();
	fix_write32(&sm.regs, 0x18, 0x84000000);
	assert_int_equal(fix_read32(&sm.regs, 0x1c), 0xc4000000);
}

void sm_start_as(struct vtd_model_config config)
{
	config.policy |= VTD_MODEL_MANUAL;
	fix_start();
	memset(&sm, 0, sizeof(sm));
	sm.unit = vtd_model_unit_create(&config);
	assert_non_null(sm.unit);
	vtd_model_plug(sm.unit, &sm.regs);
	sm_tables();
	sm_on(config.cap, config.ecap);
	assert_int_equal(fix_broken(), 0);
}

void sm_start(u64 cap, u64 ecap, u32 policy)
{
	const struct vtd_model_config config = {
		.cap = cap,
		.ecap = ecap,
		.haw = 52,
		.policy = policy,
		.seed = 1,
	};

	sm_start_as(config);
}

/* Tables of the guest, and whatever else hangs from the second stage. */
static void sm_free_second(u64 *table, unsigned int level)
{
	unsigned int i;

	for (i = 0; level > 1 && i < 512; i++)
		if (table[i] & 3 && !(table[i] & 0x80))
			sm_free_second(phys_to_virt(table[i] &
						    0xffffffffff000ULL),
				       level - 1);
	fix_page_free(table);
}

void sm_stop(void)
{
	unsigned int i;

	fix_write32(&sm.regs, 0x34, 0xffffffff);
	vtd_model_revive(sm.unit);
	sm_run();
	fix_write32(&sm.regs, 0x18, 0x04000000);
	fix_write32(&sm.regs, 0x18, 0);
	fix_page_free(sm.root);
	fix_page_free(sm.context[0]);
	fix_page_free(sm.context[1]);
	fix_page_free(sm.directory);
	fix_page_free(sm.pasids);
	fix_page_free(sm.ring);
	fix_page_free(sm.status);
	for (i = 1; i <= 5; i++)
		if (sm.first[i])
			fix_page_free(sm.first[i]);
	/* A test may have cut off one of them, or put something else there. */
	for (i = 4; i > 1; i--)
		fix_store(&sm.second[i][0], virt_to_phys(sm.second[i - 1]) | 3);
	sm_free_second(sm.second[4], 4);
	fix_stop();
}

unsigned int sm_send(const struct vtd_model_request *request)
{
	vtd_model_request(sm.unit, request, NULL, 0, &sm_result);
	return sm_result.reason;
}

unsigned int sm_ask(u64 addr, enum vtd_model_access access)
{
	vtd_model_translate(sm.unit, SM_SID, addr, access, &sm_result);
	return sm_result.reason;
}

unsigned int sm_ask_pasid(u32 pasid, u64 addr, enum vtd_model_access access)
{
	const struct vtd_model_request request = {
		.sid = SM_SID,
		.with_pasid = true,
		.pasid = pasid,
		.access = access,
		.addr = addr,
	};

	return sm_send(&request);
}

void sm_queue(u64 lo, u64 hi)
{
	unsigned int i;

	fix_store(&sm.ring[sm.tail / 8], lo);
	fix_store(&sm.ring[sm.tail / 8 + 1], hi);
	for (i = 2; i < 4; i++)
		fix_store(&sm.ring[sm.tail / 8 + i], 0);
	sm.tail = (sm.tail + 32) % 4096;
}

void sm_doorbell(void)
{
	fix_write64(&sm.regs, 0x88, sm.tail);
}

void sm_run(void)
{
	vtd_model_run(sm.unit, 600);
}

void sm_do(u64 lo, u64 hi)
{
	sm_queue(lo, hi);
	sm_queue(SM_WAIT(1), virt_to_phys(sm.status));
	sm_doorbell();
	sm_run();
}

void sm_forget(void)
{
	sm_do(SM_CONTEXT_GLOBAL, 0);
	sm_do(SM_PASIDS_GLOBAL, 0);
	sm_do(SM_IOTLB_GLOBAL, 0);
}

unsigned int sm_ask_fresh(u64 addr, enum vtd_model_access access)
{
	sm_forget();
	return sm_ask(addr, access);
}

void sm_start_quiet(u64 cap, u64 ecap, u32 policy)
{
	sm_start(cap, ecap, policy);
	fix.quiet = true;
}

void sm_assert_told(enum vtd_model_rule rule, const void *ptr)
{
	assert_true(fix.broken[rule] > 0);
	assert_int_equal(fix.broken[rule], fix_broken());
	if (ptr)
		assert_ptr_equal(fix.last.ptr, ptr);
}

void sm_assert_text(const char *text)
{
	assert_non_null(strstr(fix.last.text, text));
}

void sm_clear_present(u64 *entry)
{
	fix_store(entry, *entry & ~1ULL);
}

const u16 sm_kind_did[SM_KINDS + 1] = { 0, 11, 12, 13, 14 };
const char *const sm_kind_name[SM_KINDS + 1] = {
	"", "first stage", "second stage", "nested", "pass-through",
};

bool sm_kind_by_domain(unsigned int kind)
{
	return kind == 2 || kind == 3;
}

void sm_set_kind(unsigned int kind, u64 walk)
{
	u64 w1 = sm_kind_did[kind] | walk;

	switch (kind) {
	case 1:
		sm_set(1, SM_FIRST, w1, sm_first_top(4));
		break;
	case 2:
		sm_set(2, SM_SECOND | sm_second_top(), w1, 0);
		break;
	case 3:
		sm_use_nested();
		sm_set(0, 0, 0, 0);
		sm_set(3, SM_NESTED | sm_second_top(), w1, sm_first_top(4));
		break;
	case 4:
		sm_set(4, SM_PASS, w1, 0);
		break;
	}
}

void sm_flush_kind(unsigned int kind)
{
	u16 did = sm_kind_did[kind];

	sm_do(SM_PASIDS_ONE(did, kind), 0);
	sm_do(sm_kind_by_domain(kind) ? SM_IOTLB_DOMAIN(did) :
					SM_PIOTLB_ALL(did, kind),
	      0);
}
