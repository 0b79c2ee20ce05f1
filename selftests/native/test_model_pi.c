// SPDX-License-Identifier: GPL-2.0
/*
 * The software unit's interrupt posting against the specification: entries in
 * posted format, descriptors, when a notification is sent and to whom, the
 * faults.  All numbers are literal.
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

#define URGENT 0x4000ULL

/* Exactly these are pending in a descriptor. */
static void pending_are(unsigned int nr, u64 a, u64 b, u64 c, u64 d)
{
	assert_true(READ_ONCE(irt_desc(nr)[0]) == a);
	assert_true(READ_ONCE(irt_desc(nr)[1]) == b);
	assert_true(READ_ONCE(irt_desc(nr)[2]) == c);
	assert_true(READ_ONCE(irt_desc(nr)[3]) == d);
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

	irt_post_start();
	irt_control(3, IRT_CONTROL);
	irt_put_posted(5, 3, 0x8001ULL | v << 16, IRT_MINE);
	assert_int_equal(irt_ask(IRT_AT(5), 0), 0);
	assert_true(irt.got.posted && irt.got.notified && !irt.got.urgent);
	assert_false(irt.got.remapped);
	irt_goes_to(v, 5);
	assert_int_equal(irt.got.index, 5);
	assert_int_equal(irt.got.notify, 0xf2);
	assert_true(irt.got.descriptor == virt_to_phys(irt_desc(3)));
	pending_are(3, v < 64 ? bit : 0, v >= 64 && v < 128 ? bit : 0,
		    v >= 128 && v < 192 ? bit : 0, v >= 192 ? bit : 0);
	assert_true(irt_desc(3)[4] == (IRT_CONTROL | IRT_ON));
	assert_true(fix.addr == 0xfee05000);
	assert_int_equal(fix.data, 0xf2);
	irt_post_stop_good();
}

/* First and last of a page: and nothing of its neighbours. */
static void test_place(void **state)
{
	unsigned int nr = fix_arg(state), i;

	irt_post_start();
	irt_control(nr, IRT_CONTROL);
	irt_put_posted(5, nr, IRT_POSTED, IRT_MINE);
	assert_int_equal(irt_ask(IRT_AT(5), 0), 0);
	pending_are(nr, 0, 0x200000000, 0, 0);
	for (i = 0; i < 512; i++)
		if (i != nr * 8 + 1 && i != nr * 8 + 4)
			assert_true(irt.descs[i] == 0);
	irt_post_stop_good();
}

/* What is pending already stays; each adds its own. */
static void test_adds_up(void **state)
{
	unsigned int i;

	irt_post_start();
	irt_control(0, IRT_CONTROL);
	irt_desc(0)[2] = 0x8000000000000001;
	for (i = 0; i < 4; i++) {
		irt_put_posted(i, 0, 0x8001 | (0x20 + i * 0x41) << 16,
			       IRT_MINE);
		assert_int_equal(irt_ask(IRT_AT(i), 0), 0);
		assert_int_equal(irt.got.notified, i == 0);
	}
	/* once more: it is one bit */
	assert_int_equal(irt_ask(IRT_AT(3), 0), 0);
	pending_are(0, 0x100000000, 0x200000000, 0x8000000400000001,
		    0x800000000);
	assert_int_equal(fix.messages, 1);
	irt_post_stop_good();
}

/* Bits 11:8 are software's, FPD says nothing of good entries. */
static void test_ignored(void **state)
{
	irt_post_start();
	irt_control(0, IRT_CONTROL);
	irt_put_posted(5, 0, IRT_POSTED | 0xf02, IRT_MINE);
	assert_int_equal(irt_ask(IRT_AT(5), 0), 0);
	assert_true(irt.got.notified);
	irt_goes_to(0x61, 5);
	irt_post_stop_good();
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

	irt_post_start();
	irt_control(0, IRT_CONTROL | (truth[i].on ? IRT_ON : 0) |
			       (truth[i].sn ? IRT_SN : 0));
	irt_put_posted(5, 0, IRT_POSTED | (truth[i].urg ? URGENT : 0),
		       IRT_MINE);
	assert_int_equal(irt_ask(IRT_AT(5), 0), 0);
	assert_true(irt.got.posted);
	assert_int_equal(irt.got.urgent, truth[i].urg);
	assert_int_equal(irt.got.notified, truth[i].notified);
	/* wherever it would go to */
	irt_goes_to(0x61, 5);
	assert_int_equal(irt.got.notify, 0xf2);
	pending_are(0, 0, 0x200000000, 0, 0);
	assert_true(irt_desc(0)[4] == truth[i].control);
	assert_int_equal(fix.messages, truth[i].notified);
	s = vtd_model_stats(irt.unit);
	assert_int_equal(s.interrupts, 1);
	assert_int_equal(s.posted, 1);
	assert_int_equal(s.notifications, truth[i].notified);
	assert_int_equal(s.suppressed, truth[i].suppressed);
	assert_int_equal(s.pending, truth[i].pending);
	irt_post_stop_good();
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

	irt_post_start_with(IRT_PI_CAP, IRT_ECAP_EIM,
			    targets[i].eime ? 0x807 : 7, 0);
	irt_control(0, targets[i].control);
	irt_put_posted(5, 0, IRT_POSTED, IRT_MINE);
	assert_int_equal(irt_ask(IRT_AT(5), 0xffff), 0);
	assert_true(irt.got.notified);
	irt_goes_to(0x61, targets[i].dest);
	assert_int_equal(irt.got.delivery, 0);
	assert_false(irt.got.logical || irt.got.redirect || irt.got.level);
	assert_true(fix.addr == targets[i].addr);
	assert_int_equal(fix.data, targets[i].data);
	irt_post_stop_good();
}

/* The target may change at any time: entries are not concerned. */
static void test_target_moves(void **state)
{
	irt_post_start();
	irt_control(0, IRT_CONTROL);
	irt_put_posted(5, 0, IRT_POSTED, IRT_MINE);
	assert_int_equal(irt_ask(IRT_AT(5), 0), 0);
	irt_goes_to(0x61, 5);
	irt_control(0, 0x0000090000f30000);
	assert_int_equal(irt_ask(IRT_AT(5), 0), 0);
	assert_true(irt.got.cached && irt.got.notified);
	irt_goes_to(0x61, 9);
	assert_true(fix.addr == 0xfee09000);
	assert_int_equal(fix.data, 0xf3);
	irt_post_stop_good();
}

static void test_dma(void **state)
{
	struct vtd_model_result r;
	u32 data = 0;

	irt_post_start();
	irt_control(0, IRT_CONTROL);
	irt_put_posted(5, 0, IRT_POSTED, IRT_MINE);
	assert_true(vtd_model_dma(irt.unit, IRT_SID, IRT_AT(5), VTD_MODEL_WRITE,
				  &data, 4, &r));
	assert_true(r.interrupt && !r.reason);
	pending_are(0, 0, 0x200000000, 0, 0);
	assert_int_equal(fix.messages, 1);
	irt_post_stop_good();
}

/* CPUs need not write a descriptor back, whatever the unit is like. */
static void test_snooped(void **state)
{
	bool buffer = fix_arg(state);

	irt_post_start_with(IRT_PI_CAP | (buffer ? VTDM_CAP_RWBF : 0),
			    buffer ? IRT_ECAP : IRT_ECAP & ~VTDM_ECAP_C, 7, 0);
	irt_control(0, IRT_CONTROL);
	irt_put_posted(5, 0, IRT_POSTED, IRT_MINE);
	irt_do(IRT_IEC_INDEX(9, 0)); /* empties the buffer of the entry */
	assert_int_equal(irt_ask(IRT_AT(5), 0), 0);
	assert_true(irt.got.notified);
	irt_control(0, IRT_CONTROL | IRT_SN);
	assert_int_equal(irt_ask(IRT_AT(5), 0), 0);
	assert_false(irt.got.notified);
	irt_post_stop_good();
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
	irt_post_start_with(FIX_CAP, IRT_ECAP, 7, 0);
	irt_control(0, IRT_CONTROL);
	irt_put_posted(5, 0, IRT_POSTED, IRT_MINE);
	irt_told(VTD_MODEL_RESERVED, &irt.table[10]);
	refused(0x24);
	assert_true(irt.got.descriptor == 0);
	irt_post_stop_good();
}

/* Of a unit that posts, bit 14 of a remapped entry is reserved all the same. */
static void test_remapped_format(void **state)
{
	irt_post_start();
	irt_put(5, IRT_ENTRY, IRT_MINE);
	assert_int_equal(irt_ask(IRT_AT(5), 0), 0);
	irt_goes_to(0x41, 3);
	assert_true(irt.got.remapped && !irt.got.posted);
	irt_put(6, IRT_ENTRY | URGENT, IRT_MINE);
	irt_told(VTD_MODEL_RESERVED, &irt.table[12]);
	assert_int_equal(irt_ask(IRT_AT(6), 0), 0x24);
	irt_post_stop();
}

/* Each bit of an entry but its address, without EIME and with it. */
static void test_entry_bits(void **state)
{
	bool eime = fix_arg(state);
	unsigned int bit;

	irt_post_start_with(IRT_PI_CAP, IRT_ECAP_EIM, eime ? 0x807 : 7, 0);
	irt_control(0, eime ? IRT_FAR_CONTROL : IRT_CONTROL);
	for (bit = 2; bit < 96; bit++) {
		bool reserved = bit < 8 || bit == 12 || bit == 13 ||
				(bit >= 24 && bit < 38) || bit >= 84;
		u64 lo = bit < 64 ? 1ULL << bit : 0;
		u64 hi = bit >= 64 ? 1ULL << (bit - 64) : 0;

		if (bit >= 38 && bit < 64)
			continue;
		irt_put_posted(bit, 0, 0x8001 | lo, hi);
		assert_int_equal(fix.broken[VTD_MODEL_RESERVED], reserved);
		assert_int_equal(fix_broken(), reserved);
		fix_forget();
		/* SVT of 1 or 2 asks for a source-id of 0 or bus 0 */
		assert_int_equal(irt_ask_from(0, IRT_AT(bit), 0),
				 reserved ? 0x24 : 0);
		assert_int_equal(irt.got.posted, !reserved);
	}
	irt_put_posted(100, 0, 0x8001, 0xc0000);
	irt_told(VTD_MODEL_RESERVED, &irt.table[200]);
	assert_int_equal(irt_ask(IRT_AT(100), 0), 0x24);
	irt_post_stop_good();
}

/* Each bit of a descriptor, without EIME and with it. */
static void test_descriptor_bits(void **state)
{
	bool eime = fix_arg(state);
	unsigned int bit;

	irt_post_start_with(IRT_PI_CAP, IRT_ECAP_EIM, eime ? 0x807 : 7, 0);
	irt_put_posted(5, 0, IRT_POSTED, IRT_MINE);
	for (bit = 256; bit < 512; bit++) {
		bool reserved = (bit >= 258 && bit < 272) ||
				(bit >= 280 && bit < 288) || bit >= 320 ||
				(!eime && ((bit >= 288 && bit < 296) ||
					   (bit >= 304 && bit < 320)));
		u64 word = 1ULL << bit % 64;

		memset(irt.descs, 0, 64);
		irt.descs[bit / 64] = word;
		assert_int_equal(irt_ask(IRT_AT(5), 0), reserved ? 0x28 : 0);
		assert_int_equal(irt.got.posted, !reserved);
		assert_int_equal(irt.descs[1] != 0, !reserved);
		vtd_model_check_quiescent();
		if (reserved) {
			assert_true(irt.descs[bit / 64] == word);
			assert_true(fix.last.value == word);
			irt_told(VTD_MODEL_RESERVED, &irt.descs[bit / 64]);
		}
		assert_int_equal(fix_broken(), 0);
	}
	memset(irt.descs, 0, 64);
	irt_post_stop_good();
}

static void test_reserved_descriptor(void **state)
{
	irt_post_start();
	irt_control(0, IRT_CONTROL);
	irt_put_posted(5, 0, IRT_POSTED, IRT_MINE);
	irt_desc(0)[7] = 1ULL << 63;
	refused(0x28);
	assert_true(irt.got.descriptor == virt_to_phys(irt_desc(0)));
	assert_true(irt_desc(0)[4] == IRT_CONTROL);
	irt_desc(0)[7] = 0;
	irt_post_stop_good();
}

static void test_unreadable(void **state)
{
	irt_post_start();
	irt_control(0, IRT_CONTROL);
	irt_put_posted(5, 0, IRT_POSTED, IRT_MINE);
	vtd_model_poison(virt_to_phys(irt.descs), true);
	refused(0x27);
	assert_true(irt.got.descriptor == virt_to_phys(irt_desc(0)));
	assert_true(irt_desc(0)[4] == IRT_CONTROL);
	vtd_model_poison(virt_to_phys(irt.descs), false);
	assert_int_equal(irt_ask(IRT_AT(5), 0), 0);
	assert_true(irt.got.notified);
	irt_post_stop_good();
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

	irt_post_start();
	irt_put_at(5, nowhere[i].phys, IRT_POSTED, IRT_MINE);
	irt_told(nowhere[i].rule, &irt.table[10]);
	refused(0x27);
	assert_true(irt.got.descriptor == nowhere[i].phys);
	/* and it is nothing that rest makes better */
	vtd_model_check_quiescent();
	irt_told(nowhere[i].rule, &irt.table[10]);
	irt_post_stop();
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

	irt_post_start();
	for (i = 0; i < ARRAY_SIZE(sources); i++) {
		memset(irt.descs, 0, 64);
		irt_control(0, IRT_CONTROL);
		irt_put_posted(i, 0, IRT_POSTED, sources[i].hi);
		assert_int_equal(irt_ask_from(sources[i].sid, IRT_AT(i), 0),
				 sources[i].ok ? 0 : 0x26);
		assert_int_equal(irt.got.posted, sources[i].ok);
		pending_are(0, 0, sources[i].ok ? 0x200000000 : 0, 0, 0);
		assert_true(irt_desc(0)[4] == (IRT_CONTROL | sources[i].ok));
	}
	irt_post_stop_good();
}

/* Who may not use an entry learns nothing of its descriptor. */
static void test_source_first(void **state)
{
	irt_post_start();
	irt_put_posted(5, 0, IRT_POSTED, 0x40119);
	irt_desc(0)[6] = 1;
	refused(0x26);
	assert_true(irt.got.descriptor == 0);
	irt_desc(0)[6] = 0;
	irt_post_stop_good();
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

	irt_post_start();
	irt_put_posted(5, 0, quiet[i].lo, quiet[i].hi);
	fix_forget();
	irt_desc(0)[5] = quiet[i].word;
	vtd_model_poison(virt_to_phys(irt.descs), quiet[i].unreadable);
	assert_int_equal(irt_ask(IRT_AT(5), 0), quiet[i].reason);
	assert_int_equal(R32(0x34), 0);
	assert_true(R64(0x228) == 0);
	assert_int_equal(vtd_model_stats(irt.unit).blocked, 1);
	assert_int_equal(vtd_model_stats(irt.unit).recorded, 0);
	irt_post_stop();
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

int main(void)
{
	posting_cases();
	fault_cases();
	return fix_run("model-pi");
}
