// SPDX-License-Identifier: GPL-2.0
/*
 * The software unit's interrupt posting against the specification: entries in
 * posted format, descriptors, when a notification is sent and to whom, the
 * faults; and the checker, which tells of what is named and is not there.  All
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
#include <linux/string.h>

#include <vtd/observe.h>

#include "model_irt.h"

#define R32(off) fix_read32(&irt.regs, off)
#define R64(off) fix_read64(&irt.regs, off)

#define PI_CAP (FIX_CAP | VTDM_CAP_PI)

/* An entry in posted format, for virtual vector 0x61; and that it is urgent. */
#define POSTED 0x0000000000618001ULL
#define URGENT 0x4000ULL

/* Notifications with vector 0xf2 to APIC id 5: bits 319:256 of a descriptor. */
#define CONTROL 0x0000050000f20000ULL
#define FAR_CONTROL 0x0000000500f20000ULL /* the same with EIME */
#define ON 1ULL
#define SN 2ULL

static u64 *page;

/* The page that tests put their descriptors into. */
static void start_with(u64 cap, u64 ecap, u64 irta, u32 policy)
{
	irt.haw = 52;
	irt_start_off(cap, ecap, policy, 0);
	irt_on(irta);
	fix.quiet = true;
	page = fix_page();
}

static void start(void)
{
	start_with(PI_CAP, IRT_ECAP, 7, 0);
}

/* No entry names anything there any more, as far as the unit knows. */
static void stop(void)
{
	irt_command(IRT_IRE, false);
	fix_page_free(page);
	irt_stop();
}

static void stop_good(void)
{
	fix_assert_good();
	stop();
	assert_int_equal(fix_broken(), 0);
}

static u64 *desc(unsigned int nr)
{
	return &page[nr * 8];
}

static void set_control(unsigned int nr, u64 control)
{
	WRITE_ONCE(desc(nr)[4], control);
}

/* An entry that names an address, with other bits in both halves. */
static void put_at(unsigned int index, u64 phys, u64 lo, u64 hi)
{
	irt_put(index, lo | (phys & 0xffffffc0) << 32,
		hi | (phys & 0xffffffff00000000));
}

static void put(unsigned int index, unsigned int nr, u64 lo, u64 hi)
{
	put_at(index, virt_to_phys(desc(nr)), lo, hi);
}

/* Exactly these are pending in a descriptor. */
static void pending_are(unsigned int nr, u64 a, u64 b, u64 c, u64 d)
{
	assert_true(READ_ONCE(desc(nr)[0]) == a);
	assert_true(READ_ONCE(desc(nr)[1]) == b);
	assert_true(READ_ONCE(desc(nr)[2]) == c);
	assert_true(READ_ONCE(desc(nr)[3]) == d);
}

static void none_pending(unsigned int nr)
{
	pending_are(nr, 0, 0, 0, 0);
}

/* --- posting ---------------------------------------------------------------- */

static const u8 vectors[] = { 0, 1, 31, 32, 63, 64, 127, 128, 191, 192, 255 };

static void test_vector(void **state)
{
	unsigned int v = vectors[fix_arg(state)];
	u64 bit = 1ULL << v % 64;

	start();
	set_control(3, CONTROL);
	put(5, 3, 0x8001ULL | v << 16, IRT_MINE);
	assert_int_equal(irt_ask(IRT_AT(5), 0), 0);
	assert_true(irt.got.posted && irt.got.notified && !irt.got.urgent);
	assert_false(irt.got.remapped);
	irt_goes_to(v, 5);
	assert_int_equal(irt.got.index, 5);
	assert_int_equal(irt.got.notify, 0xf2);
	assert_true(irt.got.descriptor == virt_to_phys(desc(3)));
	pending_are(3, v < 64 ? bit : 0, v >= 64 && v < 128 ? bit : 0,
		    v >= 128 && v < 192 ? bit : 0, v >= 192 ? bit : 0);
	assert_true(desc(3)[4] == (CONTROL | ON));
	assert_true(fix.addr == 0xfee05000);
	assert_int_equal(fix.data, 0xf2);
	stop_good();
}

/* First and last of a page: and nothing of its neighbours. */
static void test_place(void **state)
{
	unsigned int nr = fix_arg(state), i;

	start();
	set_control(nr, CONTROL);
	put(5, nr, POSTED, IRT_MINE);
	assert_int_equal(irt_ask(IRT_AT(5), 0), 0);
	pending_are(nr, 0, 0x200000000, 0, 0);
	for (i = 0; i < 512; i++)
		if (i != nr * 8 + 1 && i != nr * 8 + 4)
			assert_true(page[i] == 0);
	stop_good();
}

/* What is pending already stays; each adds its own. */
static void test_adds_up(void **state)
{
	unsigned int i;

	start();
	set_control(0, CONTROL);
	desc(0)[2] = 0x8000000000000001;
	for (i = 0; i < 4; i++) {
		put(i, 0, 0x8001 | (0x20 + i * 0x41) << 16, IRT_MINE);
		assert_int_equal(irt_ask(IRT_AT(i), 0), 0);
		assert_int_equal(irt.got.notified, i == 0);
	}
	/* once more: it is one bit */
	assert_int_equal(irt_ask(IRT_AT(3), 0), 0);
	pending_are(0, 0x100000000, 0x200000000, 0x8000000400000001,
		    0x800000000);
	assert_int_equal(fix.messages, 1);
	stop_good();
}

/* Bits 11:8 are software's, FPD says nothing of good entries. */
static void test_ignored(void **state)
{
	start();
	set_control(0, CONTROL);
	put(5, 0, POSTED | 0xf02, IRT_MINE);
	assert_int_equal(irt_ask(IRT_AT(5), 0), 0);
	assert_true(irt.got.notified);
	irt_goes_to(0x61, 5);
	stop_good();
}

/* ON, SN and URG: all there is. */
static const struct {
	u8 on, sn, urg;
	bool notified;
	u64 control;
	u8 suppressed, pending;
} truth[] = {
	{ 0, 0, 0, true, 0x0000050000f20001, 0, 0 },
	{ 0, 0, 1, true, 0x0000050000f20001, 0, 0 },
	{ 0, 1, 0, false, 0x0000050000f20002, 1, 0 },
	{ 0, 1, 1, true, 0x0000050000f20003, 0, 0 },
	{ 1, 0, 0, false, 0x0000050000f20001, 0, 1 },
	{ 1, 0, 1, false, 0x0000050000f20001, 0, 1 },
	{ 1, 1, 0, false, 0x0000050000f20003, 1, 1 },
	{ 1, 1, 1, false, 0x0000050000f20003, 0, 1 },
};

static void test_truth(void **state)
{
	unsigned int i = fix_arg(state);
	struct vtd_model_stats s;

	start();
	set_control(0,
		    CONTROL | (truth[i].on ? ON : 0) | (truth[i].sn ? SN : 0));
	put(5, 0, POSTED | (truth[i].urg ? URGENT : 0), IRT_MINE);
	assert_int_equal(irt_ask(IRT_AT(5), 0), 0);
	assert_true(irt.got.posted);
	assert_int_equal(irt.got.urgent, truth[i].urg);
	assert_int_equal(irt.got.notified, truth[i].notified);
	/* wherever it would go to */
	irt_goes_to(0x61, 5);
	assert_int_equal(irt.got.notify, 0xf2);
	pending_are(0, 0, 0x200000000, 0, 0);
	assert_true(desc(0)[4] == truth[i].control);
	assert_int_equal(fix.messages, truth[i].notified);
	s = vtd_model_stats(irt.unit);
	assert_int_equal(s.interrupts, 1);
	assert_int_equal(s.posted, 1);
	assert_int_equal(s.notifications, truth[i].notified);
	assert_int_equal(s.suppressed, truth[i].suppressed);
	assert_int_equal(s.pending, truth[i].pending);
	stop_good();
}

static const struct {
	bool eime;
	u64 control;
	u32 dest;
	u64 addr;
	u32 data;
} targets[] = {
	{ false, 0x0000000000000000, 0, 0xfee00000, 0 },
	{ false, 0x0000010000ff0000, 1, 0xfee01000, 0xff },
	{ false, 0x0000ff0000200000, 0xff, 0xfeeff000, 0x20 },
	{ true, 0x0000000100f20000, 1, 0xfee01000, 0xf2 },
	{ true, 0x000000ff00f20000, 0xff, 0xfeeff000, 0xf2 },
	{ true, 0x0000010000f20000, 0x100, 0x100fee00000, 0xf2 },
	{ true, 0x1234567800f20000, 0x12345678, 0x12345600fee78000, 0xf2 },
	{ true, 0xffffffff00f20000, 0xffffffff, 0xffffff00feeff000, 0xf2 },
};

/* Always fixed, edge and physical. */
static void test_target(void **state)
{
	unsigned int i = fix_arg(state);

	start_with(PI_CAP, IRT_ECAP_EIM, targets[i].eime ? 0x807 : 7, 0);
	set_control(0, targets[i].control);
	put(5, 0, POSTED, IRT_MINE);
	assert_int_equal(irt_ask(IRT_AT(5), 0xffff), 0);
	assert_true(irt.got.notified);
	irt_goes_to(0x61, targets[i].dest);
	assert_int_equal(irt.got.delivery, 0);
	assert_false(irt.got.logical || irt.got.redirect || irt.got.level);
	assert_true(fix.addr == targets[i].addr);
	assert_int_equal(fix.data, targets[i].data);
	stop_good();
}

/* The target may change at any time: entries are not concerned. */
static void test_target_moves(void **state)
{
	start();
	set_control(0, CONTROL);
	put(5, 0, POSTED, IRT_MINE);
	assert_int_equal(irt_ask(IRT_AT(5), 0), 0);
	irt_goes_to(0x61, 5);
	set_control(0, 0x0000090000f30000);
	assert_int_equal(irt_ask(IRT_AT(5), 0), 0);
	assert_true(irt.got.cached && irt.got.notified);
	irt_goes_to(0x61, 9);
	assert_true(fix.addr == 0xfee09000);
	assert_int_equal(fix.data, 0xf3);
	stop_good();
}

static void test_dma(void **state)
{
	struct vtd_model_result r;
	u32 data = 0;

	start();
	set_control(0, CONTROL);
	put(5, 0, POSTED, IRT_MINE);
	assert_true(vtd_model_dma(irt.unit, IRT_SID, IRT_AT(5), VTD_MODEL_WRITE,
				  &data, 4, &r));
	assert_true(r.interrupt && !r.reason);
	pending_are(0, 0, 0x200000000, 0, 0);
	assert_int_equal(fix.messages, 1);
	stop_good();
}

/* CPUs need not write a descriptor back, whatever the unit is like. */
static void test_snooped(void **state)
{
	bool buffer = fix_arg(state);

	start_with(PI_CAP | (buffer ? VTDM_CAP_RWBF : 0),
		   buffer ? IRT_ECAP : IRT_ECAP & ~VTDM_ECAP_C, 7, 0);
	set_control(0, CONTROL);
	put(5, 0, POSTED, IRT_MINE);
	irt_do(IRT_IEC_INDEX(9, 0)); /* empties the buffer of the entry */
	assert_int_equal(irt_ask(IRT_AT(5), 0), 0);
	assert_true(irt.got.notified);
	set_control(0, CONTROL | SN);
	assert_int_equal(irt_ask(IRT_AT(5), 0), 0);
	assert_false(irt.got.notified);
	stop_good();
}

static void posting_cases(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(vectors); i++)
		fix_case(test_vector, (void *)(uintptr_t)i, "vector %u",
			 vectors[i]);
	fix_case(test_place, (void *)0, "the first descriptor of a page");
	fix_case(test_place, (void *)63, "the last descriptor of a page");
	fix_case(test_adds_up, NULL, "PIR adds up");
	fix_case(test_ignored, NULL, "ignored bits of an entry");
	for (i = 0; i < ARRAY_SIZE(truth); i++)
		fix_case(test_truth, (void *)(uintptr_t)i,
			 "ON %u, SN %u, URG %u", truth[i].on, truth[i].sn,
			 truth[i].urg);
	for (i = 0; i < ARRAY_SIZE(targets); i++)
		fix_case(test_target, (void *)(uintptr_t)i,
			 "EIME %u, NDST 0x%x", targets[i].eime,
			 targets[i].dest);
	fix_case(test_target_moves, NULL, "NDST and NV change");
	fix_case(test_dma, NULL, "an interrupt as a memory write");
	fix_case(test_snooped, (void *)0, "descriptors are snooped");
	fix_case(test_snooped, (void *)1,
		 "descriptors are not in the write buffer");
}

/* --- faults ----------------------------------------------------------------- */

/* Refused, recorded with its index, and nothing of the descriptor changed. */
static void refused(unsigned int reason)
{
	assert_int_equal(irt_ask(IRT_AT(5), 0), reason);
	assert_false(irt.got.posted || irt.got.notified || irt.got.remapped);
	assert_true(R64(0x220) == 5ULL << 48);
	assert_true(R64(0x228) == (0x8000000000000118ULL | (u64)reason << 32));
	assert_int_equal(R32(0x34), 2);
	assert_int_equal(vtd_model_stats(irt.unit).blocked, 1);
	assert_int_equal(vtd_model_stats(irt.unit).interrupts, 0);
	assert_int_equal(vtd_model_stats(irt.unit).posted, 0);
	none_pending(0);
}

/* A unit that does not post takes bit 15 for a reserved one. */
static void test_without_posting(void **state)
{
	start_with(FIX_CAP, IRT_ECAP, 7, 0);
	set_control(0, CONTROL);
	put(5, 0, POSTED, IRT_MINE);
	irt_told(VTD_MODEL_RESERVED, &irt.table[10]);
	refused(0x24);
	assert_true(irt.got.descriptor == 0);
	stop_good();
}

/* Of a unit that posts, bit 14 of a remapped entry is reserved all the same. */
static void test_remapped_format(void **state)
{
	start();
	irt_put(5, IRT_ENTRY, IRT_MINE);
	assert_int_equal(irt_ask(IRT_AT(5), 0), 0);
	irt_goes_to(0x41, 3);
	assert_true(irt.got.remapped && !irt.got.posted);
	irt_put(6, IRT_ENTRY | URGENT, IRT_MINE);
	irt_told(VTD_MODEL_RESERVED, &irt.table[12]);
	assert_int_equal(irt_ask(IRT_AT(6), 0), 0x24);
	stop();
}

/* Each bit of an entry but its address, without EIME and with it. */
static void test_entry_bits(void **state)
{
	bool eime = fix_arg(state);
	unsigned int bit;

	start_with(PI_CAP, IRT_ECAP_EIM, eime ? 0x807 : 7, 0);
	set_control(0, eime ? FAR_CONTROL : CONTROL);
	for (bit = 2; bit < 96; bit++) {
		bool reserved = bit < 8 || bit == 12 || bit == 13 ||
				(bit >= 24 && bit < 38) || bit >= 84;
		u64 lo = bit < 64 ? 1ULL << bit : 0;
		u64 hi = bit >= 64 ? 1ULL << (bit - 64) : 0;

		if (bit >= 38 && bit < 64)
			continue;
		put(bit, 0, 0x8001 | lo, hi);
		assert_int_equal(fix.broken[VTD_MODEL_RESERVED], reserved);
		assert_int_equal(fix_broken(), reserved);
		fix_forget();
		/* SVT of 1 or 2 asks for a source-id of 0 or bus 0 */
		assert_int_equal(irt_ask_from(0, IRT_AT(bit), 0),
				 reserved ? 0x24 : 0);
		assert_int_equal(irt.got.posted, !reserved);
	}
	put(100, 0, 0x8001, 0xc0000);
	irt_told(VTD_MODEL_RESERVED, &irt.table[200]);
	assert_int_equal(irt_ask(IRT_AT(100), 0), 0x24);
	stop_good();
}

/* Each bit of a descriptor, without EIME and with it. */
static void test_descriptor_bits(void **state)
{
	bool eime = fix_arg(state);
	unsigned int bit;

	start_with(PI_CAP, IRT_ECAP_EIM, eime ? 0x807 : 7, 0);
	put(5, 0, POSTED, IRT_MINE);
	for (bit = 256; bit < 512; bit++) {
		bool reserved = (bit >= 258 && bit < 272) ||
				(bit >= 280 && bit < 288) || bit >= 320 ||
				(!eime && ((bit >= 288 && bit < 296) ||
					   (bit >= 304 && bit < 320)));
		u64 word = 1ULL << bit % 64;

		memset(page, 0, 64);
		page[bit / 64] = word;
		assert_int_equal(irt_ask(IRT_AT(5), 0), reserved ? 0x28 : 0);
		assert_int_equal(irt.got.posted, !reserved);
		assert_int_equal(page[1] != 0, !reserved);
		vtd_model_check_quiescent();
		if (reserved) {
			assert_true(page[bit / 64] == word);
			assert_true(fix.last.value == word);
			irt_told(VTD_MODEL_RESERVED, &page[bit / 64]);
		}
		assert_int_equal(fix_broken(), 0);
	}
	memset(page, 0, 64);
	stop_good();
}

static void test_reserved_descriptor(void **state)
{
	start();
	set_control(0, CONTROL);
	put(5, 0, POSTED, IRT_MINE);
	desc(0)[7] = 1ULL << 63;
	refused(0x28);
	assert_true(irt.got.descriptor == virt_to_phys(desc(0)));
	assert_true(desc(0)[4] == CONTROL);
	desc(0)[7] = 0;
	stop_good();
}

static void test_unreadable(void **state)
{
	start();
	set_control(0, CONTROL);
	put(5, 0, POSTED, IRT_MINE);
	vtd_model_poison(virt_to_phys(page), true);
	refused(0x27);
	assert_true(irt.got.descriptor == virt_to_phys(desc(0)));
	assert_true(desc(0)[4] == CONTROL);
	vtd_model_poison(virt_to_phys(page), false);
	assert_int_equal(irt_ask(IRT_AT(5), 0), 0);
	assert_true(irt.got.notified);
	stop_good();
}

static const struct {
	u64 phys;
	enum vtd_model_rule rule;
	const char *name;
} nowhere[] = {
	{ 0, VTD_MODEL_WILD, "at 0" },
	{ 0x7777040, VTD_MODEL_WILD, "where no memory is" },
	{ 0xfffffffffffc0, VTD_MODEL_WILD, "at the host's last address" },
	{ 0x10000000000000, VTD_MODEL_RESERVED, "beyond the host's addresses" },
	{ 0xffffffffffffffc0, VTD_MODEL_RESERVED, "at the last address" },
};

static void test_nowhere(void **state)
{
	unsigned int i = fix_arg(state);

	start();
	put_at(5, nowhere[i].phys, POSTED, IRT_MINE);
	irt_told(nowhere[i].rule, &irt.table[10]);
	refused(0x27);
	assert_true(irt.got.descriptor == nowhere[i].phys);
	/* and it is nothing that rest makes better */
	vtd_model_check_quiescent();
	irt_told(nowhere[i].rule, &irt.table[10]);
	stop();
}

static const struct {
	u64 hi;
	u16 sid;
	bool ok;
} sources[] = {
	{ 0, 0xffff, 1 },	{ 0x30118, 0xffff, 1 }, { 0x40118, 0x0118, 1 },
	{ 0x40118, 0x0119, 0 }, { 0x40118, 0x0218, 0 }, { 0x50118, 0x011c, 1 },
	{ 0x50118, 0x011a, 0 }, { 0x60118, 0x011e, 1 }, { 0x60118, 0x0119, 0 },
	{ 0x70118, 0x011f, 1 }, { 0x70118, 0x0120, 0 }, { 0x80305, 0x0412, 1 },
	{ 0x80305, 0x02ff, 0 }, { 0x80305, 0x0600, 0 },
};

static void test_sources(void **state)
{
	unsigned int i;

	start();
	for (i = 0; i < ARRAY_SIZE(sources); i++) {
		memset(page, 0, 64);
		set_control(0, CONTROL);
		put(i, 0, POSTED, sources[i].hi);
		assert_int_equal(irt_ask_from(sources[i].sid, IRT_AT(i), 0),
				 sources[i].ok ? 0 : 0x26);
		assert_int_equal(irt.got.posted, sources[i].ok);
		pending_are(0, 0, sources[i].ok ? 0x200000000 : 0, 0, 0);
		assert_true(desc(0)[4] == (CONTROL | sources[i].ok));
	}
	stop_good();
}

/* Who may not use an entry learns nothing of its descriptor. */
static void test_source_first(void **state)
{
	start();
	put(5, 0, POSTED, 0x40119);
	desc(0)[6] = 1;
	refused(0x26);
	assert_true(irt.got.descriptor == 0);
	desc(0)[6] = 0;
	stop_good();
}

static void test_fpd(void **state)
{
	static const struct {
		u64 lo, hi, word;
		bool unreadable;
		unsigned int reason;
	} quiet[] = {
		{ 0x618002, 0x40118, 0, false, 0x22 },
		{ 0x618007, 0x40118, 0, false, 0x24 },
		{ 0x618003, 0x40119, 0, false, 0x26 },
		{ 0x618003, 0x40118, 0, true, 0x27 },
		{ 0x618003, 0x40118, 1, false, 0x28 },
	};
	unsigned int i = fix_arg(state);

	start();
	put(5, 0, quiet[i].lo, quiet[i].hi);
	fix_forget();
	desc(0)[5] = quiet[i].word;
	vtd_model_poison(virt_to_phys(page), quiet[i].unreadable);
	assert_int_equal(irt_ask(IRT_AT(5), 0), quiet[i].reason);
	assert_int_equal(R32(0x34), 0);
	assert_true(R64(0x228) == 0);
	assert_int_equal(vtd_model_stats(irt.unit).blocked, 1);
	assert_int_equal(vtd_model_stats(irt.unit).recorded, 0);
	stop();
}

static void fault_cases(void)
{
	unsigned int i;

	fix_case(test_without_posting, NULL, "fault 24: no CAP.PI");
	fix_case(test_remapped_format, NULL, "remapped entries beside");
	for (i = 0; i < 2; i++) {
		fix_case(test_entry_bits, (void *)(uintptr_t)i,
			 "fault 24: reserved bits of an entry, EIME %u", i);
		fix_case(test_descriptor_bits, (void *)(uintptr_t)i,
			 "fault 28: reserved bits of a descriptor, EIME %u", i);
	}
	fix_case(test_reserved_descriptor, NULL, "fault 28 is recorded");
	fix_case(test_unreadable, NULL, "fault 27: descriptor unreadable");
	for (i = 0; i < ARRAY_SIZE(nowhere); i++)
		fix_case(test_nowhere, (void *)(uintptr_t)i,
			 "fault 27: descriptor %s", nowhere[i].name);
	fix_case(test_sources, NULL, "SVT, SQ and SID");
	fix_case(test_source_first, NULL,
		 "fault 26 comes before the descriptor");
	for (i = 0; i < 5; i++)
		fix_case(test_fpd, (void *)(uintptr_t)i,
			 "FPD: not recorded, %u", i);
}

/* --- changes ---------------------------------------------------------------- */

static const u32 policies[] = {
	0,
	VTD_MODEL_EAGER,
	VTD_MODEL_EVICT,
	VTD_MODEL_PREFETCH,
	VTD_MODEL_REORDER,
	VTD_MODEL_EAGER | VTD_MODEL_EVICT | VTD_MODEL_PREFETCH |
		VTD_MODEL_REORDER,
};

/* The last request went where the entry in this format says. */
static bool went(bool posted)
{
	assert_int_equal(irt.got.posted, posted);
	assert_int_equal(irt.got.remapped, !posted);
	if (posted)
		irt_goes_to(0x61, 5);
	else
		irt_goes_to(0x41, 3);
	return true;
}

/*
 * Over and back, each time by one store: until the unit was told the one or the
 * other, and nothing else; then the new one.
 */
static void test_hitless(void **state)
{
	u32 policy = policies[fix_arg(state)];
	unsigned int round, i;

	start_with(PI_CAP, IRT_ECAP, 7, policy);
	set_control(0, CONTROL);
	irt_put(5, IRT_ENTRY, IRT_MINE);
	assert_int_equal(irt_ask(IRT_AT(5), 0), 0);
	went(false);
	for (round = 0; round < 40; round++) {
		bool posted = !(round & 1);

		if (posted)
			put(5, 0, POSTED, IRT_MINE);
		else
			irt_put(5, IRT_ENTRY, IRT_MINE);
		for (i = 0; i < 5; i++) {
			assert_int_equal(irt_ask(IRT_AT(5), 0), 0);
			went(irt.got.posted);
			vtd_model_run(irt.unit, 3);
		}
		irt_do(IRT_IEC_INDEX(5, 0));
		assert_int_equal(irt_ask(IRT_AT(5), 0), 0);
		went(posted);
		assert_int_equal(fix_broken(), 0);
	}
	stop_good();
}

/* What was cached posts on until the unit is told: that is legal, no more. */
static void test_cached(void **state)
{
	start();
	set_control(0, CONTROL);
	set_control(1, CONTROL);
	put(5, 0, POSTED, IRT_MINE);
	assert_int_equal(irt_ask(IRT_AT(5), 0), 0);
	assert_false(irt.got.cached);
	put(5, 1, POSTED, IRT_MINE);
	assert_int_equal(irt_ask(IRT_AT(5), 0), 0);
	assert_true(irt.got.cached);
	assert_true(irt.got.descriptor == virt_to_phys(desc(0)));
	none_pending(1);
	irt_do(IRT_IEC_INDEX(5, 0));
	assert_int_equal(irt_ask(IRT_AT(5), 0), 0);
	assert_true(irt.got.descriptor == virt_to_phys(desc(1)));
	assert_true(irt.got.notified);
	pending_are(1, 0, 0x200000000, 0, 0);
	stop_good();
}

static void change_cases(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(policies); i++)
		fix_case(test_hitless, (void *)(uintptr_t)i,
			 "remapped to posted and back, policy 0x%x",
			 policies[i]);
	fix_case(test_cached, NULL, "posted entries are cached");
}

/* --- the checker ------------------------------------------------------------ */

/* From one format to the other in halves: no device sees a mix. */
static void test_torn(void **state)
{
	u64 phys;

	start();
	phys = virt_to_phys(page);
	switch (fix_arg(state)) {
	case 0:
		irt_put(5, IRT_ENTRY, IRT_MINE);
		fix_store(&irt.table[10], POSTED | (phys & 0xffffffc0) << 32);
		break;
	case 1:
		put(5, 0, POSTED, IRT_MINE);
		fix_store(&irt.table[10], IRT_ENTRY);
		break;
	case 2:
		put(5, 0, POSTED, IRT_MINE);
		fix_store(&irt.table[11], 0x40119 | (phys & ~0xffffffffULL));
		break;
	}
	assert_true(fix.broken[VTD_MODEL_TORN] == 1);
	stop();
}

/* Never invalidated, and used since: from the one format to the other. */
static void test_stale(void **state)
{
	unsigned int i = fix_arg(state);

	start();
	set_control(0, CONTROL);
	if (i & 1)
		irt_put(5, IRT_ENTRY, IRT_MINE);
	else
		put(5, 0, POSTED, IRT_MINE);
	if (i & 2)
		assert_int_equal(irt_ask(IRT_AT(5), 0), 0);
	if (i & 1)
		put(5, 0, POSTED, IRT_MINE);
	else
		irt_put(5, IRT_ENTRY, IRT_MINE);
	if (i & 2)
		assert_int_equal(irt_ask(IRT_AT(5), 0), 0);
	vtd_model_check_quiescent();
	irt_told(i & 2 ? VTD_MODEL_STALE : VTD_MODEL_ORDER, NULL);
	irt_do(IRT_IEC_INDEX(5, 0));
	stop_good();
}

static void test_used_again(void **state)
{
	start();
	put(5, 0, POSTED, IRT_MINE);
	irt_put(5, 0, 0);
	put(5, 1, POSTED, IRT_MINE);
	irt_told(VTD_MODEL_ORDER, &irt.table[10]);
	irt_do(IRT_IEC_INDEX(5, 0));
	stop_good();
}

static void test_bad_descriptor(void **state)
{
	start();
	desc(2)[4] = 0x0000050001f20000;
	put(5, 2, POSTED, IRT_MINE);
	assert_true(fix.last.value == 0x1000000);
	irt_told(VTD_MODEL_RESERVED, &desc(2)[4]);
	desc(2)[4] = CONTROL;
	stop_good();
}

/* Descriptors are in memory of their own, not in what hardware reads. */
static void test_in_table(void **state)
{
	start();
	put_at(5, virt_to_phys(&irt.table[64]), POSTED, IRT_MINE);
	irt_told(VTD_MODEL_WILD, &irt.table[10]);
	stop();
}

/* With SIRTP a table comes into force, and with it all it names. */
static void test_at_sirtp(void **state)
{
	irt.haw = 52;
	irt_start_off(PI_CAP, IRT_ECAP, 0, 0);
	fix.quiet = true;
	page = fix_page();
	put_at(5, 0x7777000, POSTED, IRT_MINE);
	assert_int_equal(fix_broken(), 0);
	fix_write64(&irt.regs, 0xb8, virt_to_phys(irt.table) | 7);
	irt_command(IRT_SIRTP, true);
	irt_told(VTD_MODEL_WILD, &irt.table[10]);
	desc(1)[5] = 1;
	put(5, 1, POSTED, IRT_MINE);
	irt_told(VTD_MODEL_RESERVED, &desc(1)[5]);
	irt_command(IRT_SIRTP, true);
	irt_told(VTD_MODEL_RESERVED, &desc(1)[5]);
	stop();
}

static void test_freed_named(void **state)
{
	u64 *other;

	start();
	other = fix_page();
	put_at(5, virt_to_phys(other) + 0xfc0, POSTED, IRT_MINE);
	fix_page_free(other);
	assert_int_equal(fix.broken[VTD_MODEL_FREED], 1);
	irt_told(VTD_MODEL_FREED, NULL);
	/* hardware goes on to write there */
	assert_int_equal(irt_ask(IRT_AT(5), 0), 0x27);
	vtd_model_check_quiescent();
	irt_told(VTD_MODEL_WILD, &irt.table[10]);
	stop();
}

/* What the table no longer says a unit may still have cached. */
static void test_freed_untold(void **state)
{
	unsigned int way = fix_arg(state);
	u64 *other;

	start_with(PI_CAP, IRT_ECAP, 7, way & 1 ? VTD_MODEL_EAGER : 0);
	other = fix_page();
	put_at(5, virt_to_phys(other), POSTED, IRT_MINE);
	if (way & 2)
		irt_put(5, IRT_ENTRY, IRT_MINE);
	else
		irt_put(5, 0, 0);
	/* of another index, and of this one but for an older change */
	irt_do(IRT_IEC_INDEX(9, 0));
	fix_page_free(other);
	assert_int_equal(fix.broken[VTD_MODEL_FREED], 1);
	irt_told(VTD_MODEL_FREED, NULL);
	irt_do(IRT_IEC_INDEX(5, 0));
	stop_good();
}

/* An invalidation that was fetched before the change does not count. */
static void test_freed_told_early(void **state)
{
	u64 *other;

	irt.latency = 50;
	start();
	other = fix_page();
	put_at(5, virt_to_phys(other), POSTED, IRT_MINE);
	irt_queue(IRT_IEC_INDEX(5, 0), 0);
	vtd_model_run(irt.unit, 10);
	irt_put(5, IRT_ENTRY, IRT_MINE);
	irt_run();
	fix_page_free(other);
	irt_told(VTD_MODEL_FREED, NULL);
	irt_do(IRT_IEC_INDEX(5, 0));
	stop_good();
}

/* Each of two changes is done with by its own invalidation. */
static void test_freed_right(void **state)
{
	u64 *first, *second;

	start_with(PI_CAP, IRT_ECAP, 7, VTD_MODEL_EAGER);
	first = fix_page();
	second = fix_page();
	put_at(5, virt_to_phys(first), POSTED, IRT_MINE);
	put_at(5, virt_to_phys(second), POSTED, IRT_MINE);
	irt_do(IRT_IEC_INDEX(5, 0));
	irt_put(5, IRT_ENTRY, IRT_MINE);
	fix_page_free(first);
	assert_int_equal(fix_broken(), 0);
	irt_do(IRT_IEC_GLOBAL);
	fix_page_free(second);
	stop_good();
}

static void test_freed_off(void **state)
{
	u64 *other;

	start();
	other = fix_page();
	put_at(5, virt_to_phys(other), POSTED, IRT_MINE);
	irt_command(IRT_IRE, false);
	fix_page_free(other);
	assert_int_equal(fix_broken(), 0);
	irt_put(5, 0, 0);
	irt_do(IRT_IEC_GLOBAL);
	irt_command(IRT_IRE, true);
	stop_good();
}

/* Vector 0x61 was posted; then software did this, and came to rest. */
static const struct {
	u64 before;
	u64 control;
	bool taken, lost;
	const char *name;
} rests[] = {
	{ CONTROL, CONTROL | ON, false, false, "notified, and not taken yet" },
	{ CONTROL, CONTROL, true, false, "ON cleared, PIR taken" },
	{ CONTROL, CONTROL, false, true, "ON cleared, PIR read before" },
	{ CONTROL | SN, CONTROL | SN, false, false, "suppressed" },
	{ CONTROL | SN, CONTROL, false, true, "SN cleared, PIR not looked at" },
	{ CONTROL | SN, CONTROL | ON, false, false,
	  "SN cleared, notified by software" },
	{ CONTROL | SN, CONTROL, true, false, "SN cleared, PIR taken" },
};

static void test_at_rest(void **state)
{
	unsigned int i = fix_arg(state);

	start();
	set_control(4, rests[i].before);
	put(5, 4, POSTED, IRT_MINE);
	assert_int_equal(irt_ask(IRT_AT(5), 0), 0);
	set_control(4, rests[i].control);
	if (rests[i].taken)
		desc(4)[1] = 0;
	assert_int_equal(vtd_model_check_descriptor(virt_to_phys(desc(4))),
			 rests[i].lost);
	if (rests[i].lost) {
		assert_true(fix.last.value == 0x200000000);
		irt_told(VTD_MODEL_ORDER, &desc(4)[1]);
	}
	/* what is the driver's is in order */
	stop_good();
}

static void test_no_descriptor(void **state)
{
	start();
	assert_int_equal(vtd_model_check_descriptor(0), 1);
	irt_told(VTD_MODEL_WILD, NULL);
	assert_int_equal(vtd_model_check_descriptor(virt_to_phys(page) + 32),
			 1);
	irt_told(VTD_MODEL_WILD, NULL);
	stop_good();
}

static void checker_cases(void)
{
	unsigned int i;

	for (i = 0; i < 3; i++)
		fix_case(test_torn, (void *)(uintptr_t)i,
			 "torn between formats, %u", i);
	for (i = 0; i < 4; i++)
		fix_case(test_stale, (void *)(uintptr_t)i, "%s%s, no telling",
			 i & 1 ? "remapped to posted" : "posted to remapped",
			 i & 2 ? " and used" : "");
	fix_case(test_used_again, NULL, "an index used again at once");
	fix_case(test_bad_descriptor, NULL,
		 "an entry that names a bad descriptor");
	fix_case(test_in_table, NULL, "a descriptor in a table");
	fix_case(test_at_sirtp, NULL, "what a table names, at SIRTP");
	fix_case(test_freed_named, NULL, "freed while an entry names it");
	for (i = 0; i < 4; i++)
		fix_case(test_freed_untold, (void *)(uintptr_t)i,
			 "freed before the invalidation%s, %s",
			 i & 1 ? ", cached" : "",
			 i & 2 ? "remapped" : "not present");
	fix_case(test_freed_told_early, NULL,
		 "freed after an invalidation that came too early");
	fix_case(test_freed_right, NULL, "freed when the unit was told");
	fix_case(test_freed_off, NULL, "freed while remapping is off");
	for (i = 0; i < ARRAY_SIZE(rests); i++)
		fix_case(test_at_rest, (void *)(uintptr_t)i, "at rest: %s",
			 rests[i].name);
	fix_case(test_no_descriptor, NULL, "at rest: no descriptor there");
}

int main(void)
{
	posting_cases();
	fault_cases();
	change_cases();
	checker_cases();
	return fix_run("model-pi");
}
