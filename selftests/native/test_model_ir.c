// SPDX-License-Identifier: GPL-2.0
/*
 * The software unit's interrupt remapping against the specification: commands,
 * both formats, every field of an entry, who may use it, the faults.  All
 * numbers are literal.
 *
 * SRCS: kunit/model/model.c kunit/model/memory.c kunit/model/regs.c
 * SRCS: kunit/model/fault.c kunit/model/walk.c kunit/model/cache.c
 * SRCS: kunit/model/queue.c kunit/model/device.c kunit/model/check.c
 * SRCS: kunit/model/quiescent.c selftests/native/model_fixture.c
 * SRCS: kunit/model/intr.c kunit/model/check_intr.c
 * SRCS: selftests/native/model_irt.c
 * CFLAGS: -DVTD_OBSERVER
 */
#include <linux/kernel.h>
#include <linux/mm.h>

#include <vtd/observe.h>

#include "iommu-pages.h"
#include "model_irt.h"

#define R32(off) fix_read32(&irt.regs, off)
#define R64(off) fix_read64(&irt.regs, off)
#define W32(off, v) fix_write32(&irt.regs, off, v)
#define W64(off, v) fix_write64(&irt.regs, off, v)

/* --- registers -------------------------------------------------------------- */

static void test_irta_bits(void **state)
{
	static const struct {
		u64 ecap;
		u32 low, high;
	} kinds[] = {
		{ FIX_ECAP, 0, 0 },
		{ IRT_ECAP, 0xfffff00f, 0xffffffff },
		{ IRT_ECAP_EIM, 0xfffff80f, 0xffffffff },
	};
	unsigned int i = fix_arg(state);

	irt_start_off(FIX_CAP, kinds[i].ecap, 0, 0);
	W64(0xb8, ~0ULL);
	assert_int_equal(R32(0xb8), kinds[i].low);
	assert_int_equal(R32(0xbc), kinds[i].high);
	irt_stop_good();
}

static void test_irta_latched(void **state)
{
	irt_start();
	irt_put(5, IRT_ENTRY, IRT_MINE);
	W64(0xb8, 0x12345000);
	assert_int_equal(irt_ask(IRT_AT(5), 0), 0);
	irt_goes_to(0x41, 3);
	irt_stop_good();
}

static void test_irta_guarded(void **state)
{
	irt_start_off(FIX_CAP, IRT_ECAP, 0, 3);
	fix.quiet = true;
	W64(0xb8, virt_to_phys(irt.table) | 7);
	irt_command(IRT_SIRTP, true);
	assert_int_equal(R32(0x1c), 0);
	W64(0xb8, 0);
	irt_told(VTD_MODEL_COMMAND, NULL);
	vtd_model_run(irt.unit, 4);
	assert_int_equal(R32(0x1c), IRT_SIRTP);
	assert_int_equal(R64(0xb8), virt_to_phys(irt.table) | 7);
	irt_stop();
}

static void test_ire_without_table(void **state)
{
	irt_start_off(FIX_CAP, IRT_ECAP, 0, 0);
	fix.quiet = true;
	irt_command(IRT_QIE, true);
	irt_command(IRT_IRE, true);
	assert_int_equal(R32(0x1c), IRT_QIE);
	irt_told(VTD_MODEL_COMMAND, NULL);
	irt_stop();
}

static void test_ire_without_queue(void **state)
{
	irt_start_off(FIX_CAP, IRT_ECAP, 0, 0);
	fix.quiet = true;
	W64(0xb8, virt_to_phys(irt.table) | 7);
	irt_command(IRT_SIRTP, true);
	irt_command(IRT_IRE, true);
	assert_int_equal(R32(0x1c), IRT_SIRTP);
	irt_told(VTD_MODEL_COMMAND, NULL);
	irt_stop();
}

static void test_ire_before_flush(void **state)
{
	bool esirtps = fix_arg(state);

	irt_start_off(FIX_CAP | (esirtps ? VTDM_CAP_ESIRTPS : 0), IRT_ECAP, 0,
		      0);
	fix.quiet = true;
	irt_command(IRT_QIE, true);
	W64(0xb8, virt_to_phys(irt.table) | 7);
	irt_command(IRT_SIRTP, true);
	if (!esirtps)
		irt_do(IRT_IEC_INDEX(0, 8)); /* all that is there, not global */
	irt_command(IRT_IRE, true);
	assert_int_equal(R32(0x1c), IRT_QIE | IRT_SIRTP | IRT_IRE);
	if (!esirtps)
		irt_told(VTD_MODEL_COMMAND, NULL);
	assert_int_equal(fix_broken(), 0);
	irt_stop();
}

static void test_table_again(void **state)
{
	irt_start();
	W64(0xb8, virt_to_phys(irt.table) | 7);
	irt_command(IRT_SIRTP, true);
	vtd_model_check_quiescent();
	irt_told(VTD_MODEL_ORDER, NULL);
	irt_do(IRT_IEC_GLOBAL);
	irt_stop_good();
}

static void test_esirtps_forgets(void **state)
{
	irt_start_with(FIX_CAP | VTDM_CAP_ESIRTPS, IRT_ECAP, 0);
	irt_put(5, IRT_ENTRY, IRT_MINE);
	irt_ask(IRT_AT(5), 0);
	irt_put(5, IRT_OTHER, IRT_MINE);
	irt_command(IRT_SIRTP, true);
	irt_ask(IRT_AT(5), 0);
	irt_goes_to(0x52, 7);
	irt_stop_good();
}

static void test_on_off(void **state)
{
	irt_start_off(FIX_CAP, IRT_ECAP, 0, 0);
	irt_command(IRT_CFI, true);
	assert_int_equal(R32(0x1c), IRT_CFI);
	irt_on(7);
	assert_int_equal(R32(0x1c), 0x07800000);
	irt_command(IRT_IRE, false);
	assert_int_equal(R32(0x1c), 0x05800000);
	irt_command(IRT_IRE, true);
	irt_command(IRT_CFI, false);
	assert_int_equal(R32(0x1c), 0x07000000);
	irt_stop_good();
}

static void test_table_is_not_there(void **state)
{
	irt_start_off(FIX_CAP, IRT_ECAP, 0, 0);
	fix.quiet = true;
	W64(0xb8, 0x7777000);
	irt_command(IRT_SIRTP, true);
	irt_told(VTD_MODEL_WILD, NULL);
	irt_stop();
}

static void register_cases(void)
{
	unsigned int i;

	for (i = 0; i < 3; i++)
		fix_case(test_irta_bits, (void *)(uintptr_t)i,
			 "IRTA: bits that can be written, %u", i);
	fix_case(test_irta_latched, NULL, "IRTA takes effect with SIRTP only");
	fix_case(test_irta_guarded, NULL, "IRTA is guarded during SIRTP");
	fix_case(test_ire_without_table, NULL, "IRE is refused without SIRTP");
	fix_case(test_ire_without_queue, NULL, "IRE is refused without QIE");
	fix_case(test_ire_before_flush, (void *)0,
		 "IRE before global invalidation is told");
	fix_case(test_ire_before_flush, (void *)1,
		 "ESIRTPS: IRE needs no invalidation");
	fix_case(test_table_again, NULL,
		 "SIRTP calls for global invalidation once more");
	fix_case(test_esirtps_forgets, NULL, "ESIRTPS: SIRTP invalidates");
	fix_case(test_on_off, NULL, "IRE and CFI go on and off");
	fix_case(test_table_is_not_there, NULL,
		 "a table where no memory is, is told");
}

/* --- requests --------------------------------------------------------------- */

/* Off, the message is taken as it is, whatever bit 4 says. */
static void test_off(void **state)
{
	irt_start_off(FIX_CAP, IRT_ECAP_EIM, 0, 0);
	assert_int_equal(irt_ask(0xfee0500c, 0x8734), 0);
	irt_goes_to(0x34, 5);
	assert_false(irt.got.remapped);
	assert_true(irt.got.logical && irt.got.redirect && irt.got.level);
	assert_int_equal(irt.got.delivery, 7);
	assert_true(fix.addr == 0xfee0500c);
	assert_int_equal(fix.data, 0x8734);
	assert_int_equal(irt_ask(0xfeeff010, 0x34), 0);
	irt_goes_to(0x34, 0xff);
	assert_int_equal(vtd_model_stats(irt.unit).interrupts, 2);
	irt_stop_good();
}

static const struct {
	u64 lo;
	u8 vector;
	u32 dest;
	u8 delivery;
	bool logical, redirect, level;
	u64 addr;
	u32 data;
} fields[] = {
	{ 0x0000000000000001, 0, 0, 0, 0, 0, 0, 0xfee00000, 0 },
	{ 0x0000ff0000ff0001, 0xff, 0xff, 0, 0, 0, 0, 0xfeeff000, 0xff },
	{ 0x0000010000200001, 0x20, 1, 0, 0, 0, 0, 0xfee01000, 0x20 },
	{ 0x0000800000800005, 0x80, 0x80, 0, 1, 0, 0, 0xfee80004, 0x80 },
	{ 0x0000020000300009, 0x30, 2, 0, 0, 1, 0, 0xfee02008, 0x30 },
	{ 0x0000020000300011, 0x30, 2, 0, 0, 0, 1, 0xfee02000, 0x8030 },
	{ 0x0000020000300021, 0x30, 2, 1, 0, 0, 0, 0xfee02000, 0x130 },
	{ 0x0000020000000041, 0, 2, 2, 0, 0, 0, 0xfee02000, 0x200 },
	{ 0x0000020000000081, 0, 2, 4, 0, 0, 0, 0xfee02000, 0x400 },
	{ 0x00000200000000a1, 0, 2, 5, 0, 0, 0, 0xfee02000, 0x500 },
	{ 0x00000200000000e1, 0, 2, 7, 0, 0, 0, 0xfee02000, 0x700 },
	/* bits 11:8 are software's, FPD says nothing of good entries */
	{ 0x0000030000410f03, 0x41, 3, 0, 0, 0, 0, 0xfee03000, 0x41 },
};

static void test_fields(void **state)
{
	unsigned int i = fix_arg(state);

	irt_start();
	irt_put(9, fields[i].lo, IRT_MINE);
	assert_int_equal(irt_ask(0xfee00130, 0xffffffff), 0);
	irt_goes_to(fields[i].vector, fields[i].dest);
	assert_int_equal(irt.got.index, 9);
	assert_true(irt.got.remapped);
	assert_int_equal(irt.got.delivery, fields[i].delivery);
	assert_int_equal(irt.got.logical, fields[i].logical);
	assert_int_equal(irt.got.redirect, fields[i].redirect);
	assert_int_equal(irt.got.level, fields[i].level);
	assert_true(fix.addr == fields[i].addr);
	assert_int_equal(fix.data, fields[i].data);
	irt_stop_good();
}

static const u32 far[] = { 0, 0xff, 0x100, 0x12345678, 0xffffffff };

/* EIME: the whole upper dword is the APIC id. */
static void test_eime(void **state)
{
	u32 dest = far[fix_arg(state)];

	irt_start_off(FIX_CAP, IRT_ECAP_EIM, 0, 0);
	irt_on(0x807);
	irt_put(9, (u64)dest << 32 | 0x410001, IRT_MINE);
	assert_int_equal(irt_ask(IRT_AT(9), 0), 0);
	irt_goes_to(0x41, dest);
	assert_true(fix.addr == (((u64)dest & 0xffffff00) << 32 | 0xfee00000 |
				 (dest & 0xff) << 12));
	irt_stop_good();
}

static const struct {
	u32 addr, data, index;
} handles[] = {
	{ 0xfee00010, 0, 0 },		{ 0xfee00010, 0xffff, 0 },
	{ 0xfee00030, 0, 1 },		{ 0xfeeffff0, 0, 0x7fff },
	{ 0xfee00014, 0, 0x8000 },	{ 0xfeefff14, 0xffffffff, 0xfff8 },
	{ 0xfeeffff4, 0, 0xffff },	{ 0xfee00018, 0, 0 },
	{ 0xfee00018, 31, 31 },		{ 0xfee00018, 0xffff, 0xffff },
	{ 0xfee00218, 0x10, 0x20 },	{ 0xfee0003c, 3, 0x8004 },
	{ 0xfee00058, 0x8000, 0x8002 },
};

/* 64Ki entries; handle, its bit 15, subhandle. */
static void test_handles(void **state)
{
	unsigned int i = fix_arg(state);
	u64 *small = NULL;

	irt_start_off(FIX_CAP, IRT_ECAP, 0, 0);
	small = irt.table;
	irt.table =
		iommu_alloc_pages_node_sz(NUMA_NO_NODE, GFP_KERNEL, 1 << 20);
	assert_non_null(irt.table);
	irt_on(0xf);
	irt_put(handles[i].index, IRT_ENTRY, IRT_MINE);
	assert_int_equal(irt_ask(handles[i].addr, handles[i].data), 0);
	irt_goes_to(0x41, 3);
	assert_int_equal(irt.got.index, handles[i].index);
	irt_command(IRT_IRE, false);
	iommu_free_pages(irt.table);
	irt.table = small;
	irt_stop_good();
}

static const struct {
	bool cfi, eime;
	unsigned int reason;
	const char *name;
} compatible[] = {
	{ false, false, 0x25, "blocked" },
	{ true, false, 0, "let through with CFI" },
	{ false, true, 0x25, "blocked with EIME" },
	{ true, true, 0x25, "blocked with EIME, whatever CFI says" },
};

static void test_compatible(void **state)
{
	unsigned int i = fix_arg(state);

	irt_start_off(FIX_CAP, IRT_ECAP_EIM, 0, 0);
	irt_on(compatible[i].eime ? 0x807 : 7);
	fix.quiet = true;
	irt_command(IRT_CFI, compatible[i].cfi);
	assert_int_equal(irt_ask(0xfee05000, 0x34), compatible[i].reason);
	assert_false(irt.got.remapped);
	if (!irt.got.reason)
		irt_goes_to(0x34, 5);
	/* no entry, no index: and reported */
	assert_true(R64(0x220) == 0);
	assert_true(R64(0x228) == (irt.got.reason ? 0x8000002500000118ULL : 0));
	assert_int_equal(vtd_model_stats(irt.unit).blocked, !!irt.got.reason);
	irt_stop_good();
}

static void test_no_request(void **state)
{
	static const u64 bad[] = { 0xfedffffc, 0xfef00000, 0x1fee00000,
				   0xfee00011, 0xfee00002 };
	unsigned int i;

	irt_start();
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_false(
			vtd_model_msi(irt.unit, IRT_SID, bad[i], 0, &irt.got));
		assert_true(irt.got.aborted);
	}
	assert_int_equal(fix.messages, 0);
	assert_int_equal(R32(0x34), 0);
	irt_stop_good();
}

/* The same as a memory write: remapped, blocked, no request at all. */
static void test_dma(void **state)
{
	struct vtd_model_result r;
	u32 data[2] = { 0x34, 0 };

	irt_start();
	irt_put(5, IRT_ENTRY, IRT_MINE);
	assert_true(vtd_model_dma(irt.unit, IRT_SID, IRT_AT(5), VTD_MODEL_WRITE,
				  data, 4, &r));
	assert_true(r.interrupt);
	assert_true(fix.addr == 0xfee03000);
	assert_int_equal(fix.data, 0x41);
	assert_false(vtd_model_dma(irt.unit, IRT_SID, 0xfee03000,
				   VTD_MODEL_WRITE, data, 4, &r));
	assert_int_equal(r.reason, 0x25);
	assert_false(vtd_model_dma(irt.unit, IRT_SID, IRT_AT(5),
				   VTD_MODEL_WRITE, data, 8, &r));
	assert_true(r.aborted && !r.interrupt);
	assert_false(vtd_model_dma(irt.unit, IRT_SID, IRT_AT(5), VTD_MODEL_READ,
				   data, 4, &r));
	assert_true(r.aborted);
	assert_int_equal(fix.messages, 1);
	irt_stop_good();
}

/* A unit's own events go past its table. */
static void test_events(void **state)
{
	irt_start();
	W32(0x3c, 0x34);
	W32(0x40, 0xfee05000);
	W32(0x38, 0);
	assert_false(vtd_model_msi(irt.unit, IRT_SID, IRT_AT(5), 0, &irt.got));
	assert_int_equal(irt.got.reason, 0x22);
	assert_int_equal(fix.messages, 1);
	assert_true(fix.addr == 0xfee05000);
	assert_int_equal(fix.data, 0x34);
	irt_stop_good();
}

static void request_cases(void)
{
	unsigned int i;

	fix_case(test_off, NULL, "off: messages as they are");
	for (i = 0; i < ARRAY_SIZE(fields); i++)
		fix_case(test_fields, (void *)(uintptr_t)i, "entry 0x%016llx",
			 fields[i].lo);
	for (i = 0; i < ARRAY_SIZE(far); i++)
		fix_case(test_eime, (void *)(uintptr_t)i,
			 "C40 EIME: APIC id 0x%x", far[i]);
	for (i = 0; i < ARRAY_SIZE(handles); i++)
		fix_case(test_handles, (void *)(uintptr_t)i,
			 "index 0x%x from address 0x%x, data 0x%x",
			 handles[i].index, handles[i].addr, handles[i].data);
	for (i = 0; i < ARRAY_SIZE(compatible); i++)
		fix_case(test_compatible, (void *)(uintptr_t)i,
			 "compatibility format: %s", compatible[i].name);
	fix_case(test_no_request, NULL, "what is no interrupt request");
	fix_case(test_dma, NULL, "interrupts as memory writes");
}

/* --- faults ----------------------------------------------------------------- */

static const struct {
	u64 lo, hi, addr;
	u32 data;
	unsigned int reason;
	u32 index;
	const char *name;
} faults[] = {
	{ IRT_ENTRY, IRT_MINE, 0xfee00018, 0x10005, 0x20, 0,
	  "reserved data bit 16" },
	{ IRT_ENTRY, IRT_MINE, 0xfee00018, 0x80000005, 0x20, 0,
	  "reserved data bit 31" },
	{ IRT_ENTRY, IRT_MINE, 0xfee02010, 0, 0x21, 0x100, "index at the end" },
	{ IRT_ENTRY, IRT_MINE, 0xfeeffff4, 0, 0x21, 0xffff, "last index" },
	{ IRT_ENTRY, IRT_MINE, 0xfee01ff8, 1, 0x21, 0x100,
	  "subhandle beyond the end" },
	{ IRT_ENTRY, IRT_MINE, 0xfeeffffc, 0xffff, 0x21, 0xfffe,
	  "handle and subhandle beyond 16 bits" },
	{ IRT_ENTRY & ~1ULL, IRT_MINE, 0xfee000b0, 0, 0x22, 5, "not present" },
	{ 0, 0, 0xfee000b0, 0, 0x22, 5, "empty" },
	{ ~1ULL & ~2ULL, ~0ULL, 0xfee000b0, 0, 0x22, 5,
	  "not present, reserved bits besides" },
	{ IRT_ENTRY | 0x1000, IRT_MINE, 0xfee000b0, 0, 0x24, 5,
	  "reserved bit 12" },
	{ IRT_ENTRY, IRT_MINE | 1 << 20, 0xfee000b0, 0, 0x24, 5,
	  "reserved bit 84" },
	{ IRT_ENTRY | 0x1000, 0x40119, 0xfee000b0, 0, 0x24, 5,
	  "reserved bit before source-id" },
	{ IRT_ENTRY, 0x40119, 0xfee000b0, 0, 0x26, 5, "wrong source-id" },
	{ IRT_ENTRY, 0x40119, 0xfee00098, 1, 0x26, 5,
	  "wrong source-id, subhandle" },
};

static void test_fault(void **state)
{
	unsigned int i = fix_arg(state);

	irt_start();
	irt_put(5, faults[i].lo, faults[i].hi);
	fix_forget(); /* the checker's case is another */
	assert_int_equal(irt_ask(faults[i].addr, faults[i].data),
			 faults[i].reason);
	assert_false(irt.got.remapped);
	assert_int_equal(vtd_model_stats(irt.unit).blocked, 1);
	assert_int_equal(vtd_model_stats(irt.unit).interrupts, 0);
	/* F, no type, reason, source-id; the index in bits 63:48 */
	assert_true(R64(0x220) == (u64)faults[i].index << 48);
	assert_true(R64(0x228) ==
		    (0x8000000000000118ULL | (u64)faults[i].reason << 32));
	assert_int_equal(R32(0x34), 2);
	irt_stop();
}

static void test_table_unreadable(void **state)
{
	irt_start();
	irt_put(5, IRT_ENTRY | 2, IRT_MINE);
	vtd_model_poison(virt_to_phys(irt.table), true);
	assert_int_equal(irt_ask(IRT_AT(5), 0), 0x23);
	assert_true(R64(0x220) == 5ULL << 48);
	assert_true(R64(0x228) == 0x8000002300000118ULL);
	vtd_model_poison(virt_to_phys(irt.table), false);
	assert_int_equal(irt_ask(IRT_AT(5), 0), 0);
	irt_stop_good();
}

/* FPD: of those reasons that come after the entry was read (7.1.3). */
static void test_fpd(void **state)
{
	static const struct {
		u64 lo, hi;
		unsigned int reason;
	} quiet[] = {
		{ 2, 0, 0x22 },
		{ IRT_ENTRY | 2 | 0x1000, IRT_MINE, 0x24 },
		{ IRT_ENTRY | 2, 0x40119, 0x26 },
	};
	unsigned int i = fix_arg(state);

	irt_start();
	irt_put(5, quiet[i].lo, quiet[i].hi);
	fix_forget();
	assert_int_equal(irt_ask(IRT_AT(5), 0), quiet[i].reason);
	assert_int_equal(R32(0x34), 0);
	assert_true(R64(0x228) == 0);
	assert_int_equal(vtd_model_stats(irt.unit).blocked, 1);
	assert_int_equal(vtd_model_stats(irt.unit).recorded, 0);
	irt_stop();
}

/* Each reserved bit of an entry, without EIME and with it. */
static void test_reserved_bits(void **state)
{
	bool eime = fix_arg(state);
	unsigned int bit;

	irt_start_off(FIX_CAP, IRT_ECAP_EIM, 0, 0);
	irt_on(eime ? 0x807 : 7);
	fix.quiet = true;
	for (bit = 12; bit < 128; bit++) {
		bool reserved = bit < 16 || (bit >= 24 && bit < 32) ||
				bit >= 84 ||
				(!eime && ((bit >= 32 && bit < 40) ||
					   (bit >= 48 && bit < 64)));
		u64 lo = bit < 64 ? 1ULL << bit : 0;
		u64 hi = bit >= 64 ? 1ULL << (bit - 64) : 0;

		irt_put(bit, 1 | lo, hi);
		assert_int_equal(fix.broken[VTD_MODEL_RESERVED], reserved);
		fix_forget();
		/* SVT of 1 or 2 asks for a source-id of 0 or bus 0 */
		assert_int_equal(irt_ask_from(0, IRT_AT(bit), 0),
				 reserved ? 0x24 : 0);
	}
	irt_stop_good();
}

static void test_reserved_codes(void **state)
{
	static const struct {
		u64 lo, hi;
	} codes[] = {
		{ 1 | 3 << 5, 0 },
		{ 1 | 6 << 5, 0 },
		{ 1, 3 << 18 },
	};
	unsigned int i = fix_arg(state);

	irt_start();
	irt_put(5, codes[i].lo, codes[i].hi);
	irt_told(VTD_MODEL_RESERVED, &irt.table[10]);
	assert_int_equal(irt_ask_from(0, IRT_AT(5), 0), 0x24);
	irt_stop_good();
}

static const struct {
	u64 hi;
	u16 sid;
	bool ok;
} sources[] = {
	{ 0, 0x0000, 1 },
	{ 0, 0xffff, 1 },
	/* SVT 0 does not look at SID and SQ */
	{ 0x30118, 0xffff, 1 },
	/* SQ 0: all of it */
	{ 0x40118, 0x0118, 1 },
	{ 0x40118, 0x0119, 0 },
	{ 0x40118, 0x011a, 0 },
	{ 0x40118, 0x011c, 0 },
	{ 0x40118, 0x0110, 0 },
	{ 0x40118, 0x0218, 0 },
	{ 0x40118, 0x8118, 0 },
	{ 0x40000, 0x0000, 1 },
	/* SQ 1: without bit 2 */
	{ 0x50118, 0x0118, 1 },
	{ 0x50118, 0x011c, 1 },
	{ 0x50118, 0x0119, 0 },
	{ 0x50118, 0x011a, 0 },
	{ 0x50118, 0x0120, 0 },
	{ 0x5011c, 0x0118, 1 },
	/* SQ 2: without bits 2:1 */
	{ 0x60118, 0x0118, 1 },
	{ 0x60118, 0x011a, 1 },
	{ 0x60118, 0x011e, 1 },
	{ 0x60118, 0x0119, 0 },
	{ 0x60118, 0x0110, 0 },
	/* SQ 3: without bits 2:0 */
	{ 0x70118, 0x0118, 1 },
	{ 0x70118, 0x011f, 1 },
	{ 0x70118, 0x0120, 0 },
	{ 0x70118, 0x0117, 0 },
	{ 0x70118, 0x0018, 0 },
	/* SVT 2: from bus to bus; SQ is not looked at */
	{ 0x80305, 0x0300, 1 },
	{ 0x80305, 0x05ff, 1 },
	{ 0x80305, 0x0412, 1 },
	{ 0x80305, 0x02ff, 0 },
	{ 0x80305, 0x0600, 0 },
	{ 0x80503, 0x0400, 0 },
	{ 0xb0404, 0x0412, 1 },
	{ 0xb0404, 0x0512, 0 },
	{ 0x800ff, 0xff00, 1 },
};

static void test_sources(void **state)
{
	unsigned int i;

	irt_start();
	for (i = 0; i < ARRAY_SIZE(sources); i++) {
		irt_put(i, IRT_ENTRY, sources[i].hi);
		assert_int_equal(irt_ask_from(sources[i].sid, IRT_AT(i), 0),
				 sources[i].ok ? 0 : 0x26);
		/* and from the cache */
		assert_int_equal(irt_ask_from(sources[i].sid, IRT_AT(i), 0),
				 sources[i].ok ? 0 : 0x26);
		assert_true(irt.got.cached);
	}
	irt_stop_good();
}

static void fault_cases(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(faults); i++)
		fix_case(test_fault, (void *)(uintptr_t)i, "fault %x: %s",
			 faults[i].reason, faults[i].name);
	fix_case(test_table_unreadable, NULL, "fault 23: table unreadable");
	for (i = 0; i < 3; i++)
		fix_case(test_fpd, (void *)(uintptr_t)i,
			 "FPD: fault %x is not recorded", 0x22 + 2 * i);
	for (i = 0; i < 2; i++)
		fix_case(test_reserved_bits, (void *)(uintptr_t)i,
			 "reserved bits, one by one, EIME %u", i);
	for (i = 0; i < 3; i++)
		fix_case(test_reserved_codes, (void *)(uintptr_t)i,
			 "reserved codes, %u", i);
	fix_case(test_sources, NULL, "SVT, SQ and SID");
	fix_case(test_events, NULL, "a unit's own events are not remapped");
}

int main(void)
{
	register_cases();
	request_cases();
	fault_cases();
	return fix_run("model-ir");
}
