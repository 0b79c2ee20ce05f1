// SPDX-License-Identifier: GPL-2.0
/*
 * Suite vtd_layout: what include/vtd/hw says against literal values.
 *
 * Every number on the right is read from the VT-d specification, never made
 * with the macros of the headers: a wrong bit there shows here.
 */
#include <kunit/test.h>

#include <vtd/hw/context.h>
#include <vtd/hw/dmar_table.h>
#include <vtd/hw/fault.h>
#include <vtd/hw/ir.h>
#include <vtd/hw/pte.h>
#include <vtd/hw/qi.h>
#include <vtd/hw/regs.h>

#include "suites.h"

struct pin {
	const char *name;
	u64 got;
	u64 want;
};

/* clang-format off */

/* 11.4: offsets of registers */
static const struct pin offsets[] = {
	{ "VER_REG", VTD_VER, 0x0 },
	{ "CAP_REG", VTD_CAP, 0x8 },
	{ "ECAP_REG", VTD_ECAP, 0x10 },
	{ "GCMD_REG", VTD_GCMD, 0x18 },
	{ "GSTS_REG", VTD_GSTS, 0x1c },
	{ "RTADDR_REG", VTD_RTADDR, 0x20 },
	{ "FSTS_REG", VTD_FSTS, 0x34 },
	{ "FECTL_REG", VTD_FECTL, 0x38 },
	{ "FEDATA_REG", VTD_FEDATA, 0x3c },
	{ "FEADDR_REG", VTD_FEADDR, 0x40 },
	{ "FEUADDR_REG", VTD_FEUADDR, 0x44 },
	{ "PMEN_REG", VTD_PMEN, 0x64 },
	{ "IQH_REG", VTD_IQH, 0x80 },
	{ "IQT_REG", VTD_IQT, 0x88 },
	{ "IQA_REG", VTD_IQA, 0x90 },
	{ "IQERCD_REG", VTD_IQER, 0xb0 },
};

/* 11.4.2 and 11.4.3: capabilities */
static const struct pin capabilities[] = {
	{ "VER.MIN", VTD_VER_MINOR, 0x0f },
	{ "VER.MAX", VTD_VER_MAJOR, 0xf0 },
	{ "CAP.ND", VTD_CAP_ND, 0x7 },
	{ "CAP.AFL", VTD_CAP_AFL, 0x8 },
	{ "CAP.RWBF", VTD_CAP_RWBF, 0x10 },
	{ "CAP.PLMR", VTD_CAP_PLMR, 0x20 },
	{ "CAP.PHMR", VTD_CAP_PHMR, 0x40 },
	{ "CAP.CM", VTD_CAP_CM, 0x80 },
	{ "CAP.SAGAW", VTD_CAP_SAGAW, 0x1f00 },
	{ "CAP.SAGAW 39 bits", VTD_CAP_SAGAW_3LVL, 0x200 },
	{ "CAP.SAGAW 48 bits", VTD_CAP_SAGAW_4LVL, 0x400 },
	{ "CAP.SAGAW 57 bits", VTD_CAP_SAGAW_5LVL, 0x800 },
	{ "CAP.MGAW", VTD_CAP_MGAW, 0x3f0000 },
	{ "CAP.ZLR", VTD_CAP_ZLR, 0x400000 },
	{ "CAP.FRO", VTD_CAP_FRO, 0x3ff000000 },
	{ "CAP.SSLPS", VTD_CAP_SLLPS, 0x3c00000000 },
	{ "CAP.SSLPS 2 MiB", VTD_CAP_SLLPS_2M, 0x400000000 },
	{ "CAP.SSLPS 1 GiB", VTD_CAP_SLLPS_1G, 0x800000000 },
	{ "CAP.PSI", VTD_CAP_PSI, 0x8000000000 },
	{ "CAP.NFR", VTD_CAP_NFR, 0xff0000000000 },
	{ "CAP.MAMV", VTD_CAP_MAMV, 0x3f000000000000 },
	{ "CAP.DWD", VTD_CAP_DWD, 0x40000000000000 },
	{ "CAP.DRD", VTD_CAP_DRD, 0x80000000000000 },
	{ "CAP.FS1GP", VTD_CAP_FL1GP, 0x100000000000000 },
	{ "CAP.PI", VTD_CAP_PI, 0x800000000000000 },
	{ "CAP.FS5LP", VTD_CAP_FL5LP, 0x1000000000000000 },
	{ "CAP.ESIRTPS", VTD_CAP_ESIRTPS, 0x4000000000000000 },
	{ "CAP.ESRTPS", VTD_CAP_ESRTPS, 0x8000000000000000 },
	{ "ECAP.C", VTD_ECAP_C, 0x1 },
	{ "ECAP.QI", VTD_ECAP_QI, 0x2 },
	{ "ECAP.DT", VTD_ECAP_DT, 0x4 },
	{ "ECAP.IR", VTD_ECAP_IR, 0x8 },
	{ "ECAP.EIM", VTD_ECAP_EIM, 0x10 },
	{ "ECAP.PT", VTD_ECAP_PT, 0x40 },
	{ "ECAP.SC", VTD_ECAP_SC, 0x80 },
	{ "ECAP.IRO", VTD_ECAP_IRO, 0x3ff00 },
	{ "ECAP.MHMV", VTD_ECAP_MHMV, 0xf00000 },
	{ "ECAP.SMTS", VTD_ECAP_SMTS, 0x80000000000 },
};

/* 11.4.4 to 11.4.9: fields of the registers that change */
static const struct pin fields[] = {
	{ "GCMD.CFI", VTD_GCMD_CFI, 0x800000 },
	{ "GCMD.SIRTP", VTD_GCMD_SIRTP, 0x1000000 },
	{ "GCMD.IRE", VTD_GCMD_IRE, 0x2000000 },
	{ "GCMD.QIE", VTD_GCMD_QIE, 0x4000000 },
	{ "GCMD.WBF", VTD_GCMD_WBF, 0x8000000 },
	{ "GCMD.EAFL", VTD_GCMD_EAFL, 0x10000000 },
	{ "GCMD.SFL", VTD_GCMD_SFL, 0x20000000 },
	{ "GCMD.SRTP", VTD_GCMD_SRTP, 0x40000000 },
	{ "GCMD.TE", VTD_GCMD_TE, 0x80000000 },
	{ "GCMD without one-shot commands", VTD_GCMD_LASTING, 0x96800000 },
	{ "RTADDR.TTM", VTD_RTADDR_TTM, 0xc00 },
	{ "RTADDR.RTA", VTD_RTADDR_RTA, 0xfffffffffffff000 },
	{ "FSTS.PFO", VTD_FSTS_PFO, 0x1 },
	{ "FSTS.PPF", VTD_FSTS_PPF, 0x2 },
	{ "FSTS.IQE", VTD_FSTS_IQE, 0x10 },
	{ "FSTS.ICE", VTD_FSTS_ICE, 0x20 },
	{ "FSTS.ITE", VTD_FSTS_ITE, 0x40 },
	{ "FSTS.FRI", VTD_FSTS_FRI, 0xff00 },
	{ "FECTL.IP", VTD_FECTL_IP, 0x40000000 },
	{ "FECTL.IM", VTD_FECTL_IM, 0x80000000 },
	{ "FRCD bytes", VTD_FRCD_BYTES, 16 },
	{ "FRCD.FI", VTD_FRCD_LO_FI, 0xfffffffffffff000 },
	{ "FRCD.SID", VTD_FRCD_HI_SID, 0xffff },
	{ "FRCD.T2", VTD_FRCD_HI_T2, 0x10000000 },
	{ "FRCD.FR", VTD_FRCD_HI_FR, 0xff00000000 },
	{ "FRCD.T1", VTD_FRCD_HI_T1, 0x4000000000000000 },
	{ "FRCD.F", VTD_FRCD_HI_F, 0x8000000000000000 },
	{ "PMEN.PRS", VTD_PMEN_PRS, 0x1 },
	{ "PMEN.EPM", VTD_PMEN_EPM, 0x80000000 },
	{ "IQA.QS", VTD_IQA_QS, 0x7 },
	{ "IQA.DW", VTD_IQA_DW, 0x800 },
	{ "IQA.IQA", VTD_IQA_IQA, 0xfffffffffffff000 },
	{ "IQERCD.IQEI", VTD_IQER_IQEI, 0xf },
	{ "IQERCD.ITESID", VTD_IQER_ITESID, 0xffff00000000 },
	{ "IQERCD.ICESID", VTD_IQER_ICESID, 0xffff000000000000 },
};

/* 9.8: second-stage entries */
static const struct pin entries[] = {
	{ "R", VTD_PTE_R, 0x1 },
	{ "W", VTD_PTE_W, 0x2 },
	{ "X", VTD_PTE_X, 0x4 },
	{ "EMT", VTD_PTE_EMT, 0x38 },
	{ "IPAT", VTD_PTE_IPAT, 0x40 },
	{ "PS", VTD_PTE_PS, 0x80 },
	{ "A", VTD_PTE_A, 0x100 },
	{ "D", VTD_PTE_D, 0x200 },
	{ "SNP", VTD_PTE_SNP, 0x800 },
	{ "ADDR", VTD_PTE_ADDR, 0x000ffffffffff000 },
	{ "TM", VTD_PTE_TM, 0x4000000000000000 },
};

/* 8.1 to 8.9: the DMAR table */
static const struct pin dmar_table[] = {
	{ "ATSR.Flags", DMAR_ATSR_FLAGS, 4 },
	{ "ATSR.ALL_PORTS", DMAR_ATSR_FLAG_ALL_PORTS, 1 },
	{ "ATSR.Segment", DMAR_ATSR_SEGMENT, 6 },
	{ "ATSR scopes", DMAR_ATSR_BYTES, 8 },
	{ "RHSA.Base", DMAR_RHSA_BASE, 8 },
	{ "RHSA.Proximity Domain", DMAR_RHSA_PROXIMITY, 16 },
	{ "RHSA bytes", DMAR_RHSA_BYTES, 20 },
	{ "ANDD.Device Number", DMAR_ANDD_DEVICE_NUMBER, 7 },
	{ "ANDD.Object Name", DMAR_ANDD_NAME, 8 },
	{ "SATC.Flags", DMAR_SATC_FLAGS, 4 },
	{ "SATC.ATC_REQUIRED", DMAR_SATC_FLAG_ATC_REQUIRED, 1 },
	{ "SATC.Segment", DMAR_SATC_SEGMENT, 6 },
	{ "SIDP.Segment", DMAR_SIDP_SEGMENT, 6 },
	{ "SIDP.REQ_WO_PASID_NESTED_NOTALLOWED", DMAR_SIDP_FLAG_NO_NESTED, 1 },
};

/* 11.4.10, 9.9, 9.10, 6.5.2.7 and 5.1.2.2: interrupt remapping */
static const struct pin interrupts[] = {
	{ "IRTA_REG", VTD_IRTA, 0xb8 },
	{ "IRTA.S", VTD_IRTA_S, 0xf },
	{ "IRTA.EIME", VTD_IRTA_EIME, 0x800 },
	{ "IRTA.IRTA", VTD_IRTA_IRTA, 0xfffffffffffff000 },
	{ "IRTE.P", VTD_IRTE_P, 0x1 },
	{ "IRTE.FPD", VTD_IRTE_FPD, 0x2 },
	{ "IRTE.DM", VTD_IRTE_DM, 0x4 },
	{ "IRTE.RH", VTD_IRTE_RH, 0x8 },
	{ "IRTE.TM", VTD_IRTE_TM, 0x10 },
	{ "IRTE.DLM", VTD_IRTE_DLM, 0xe0 },
	{ "IRTE.AVAIL", VTD_IRTE_AVAIL, 0xf00 },
	{ "IRTE.IM", VTD_IRTE_IM, 0x8000 },
	{ "IRTE.V", VTD_IRTE_V, 0xff0000 },
	{ "IRTE.DST", VTD_IRTE_DST, 0xffffffff00000000 },
	{ "IRTE.DST xAPIC", VTD_IRTE_DST_XAPIC, 0xff0000000000 },
	{ "IRTE.URG", VTD_IRTE_URG, 0x4000 },
	{ "IRTE.PDA low", VTD_IRTE_PDA_LO, 0xffffffc000000000 },
	{ "IRTE.SID", VTD_IRTE_HI_SID, 0xffff },
	{ "IRTE.SQ", VTD_IRTE_HI_SQ, 0x30000 },
	{ "IRTE.SVT", VTD_IRTE_HI_SVT, 0xc0000 },
	{ "IRTE.PDA high", VTD_IRTE_HI_PDA_HI, 0xffffffff00000000 },
	{ "index of a fault", VTD_FRCD_LO_INDEX, 0xffff000000000000 },
};

/* Chapter 14: fault reasons */
static const struct pin reasons[] = {
	{ "LRT.1", VTD_FAULT_ROOT_NOT_PRESENT, 0x1 },
	{ "LCT.1", VTD_FAULT_CONTEXT_NOT_PRESENT, 0x2 },
	{ "LCT.2", VTD_FAULT_CONTEXT_INVALID, 0x3 },
	{ "LGN.1", VTD_FAULT_BEYOND_WIDTH, 0x4 },
	{ "LGN.2", VTD_FAULT_WRITE_DENIED, 0x5 },
	{ "LGN.3", VTD_FAULT_READ_DENIED, 0x6 },
	{ "LSL.1", VTD_FAULT_TABLE_UNREADABLE, 0x7 },
	{ "LRT.2", VTD_FAULT_ROOT_UNREADABLE, 0x8 },
	{ "LCT.3", VTD_FAULT_CONTEXT_UNREADABLE, 0x9 },
	{ "LRT.3", VTD_FAULT_ROOT_RESERVED, 0xa },
	{ "LCT.4", VTD_FAULT_CONTEXT_RESERVED, 0xb },
	{ "LSL.2", VTD_FAULT_TABLE_RESERVED, 0xc },
	{ "LGN.4", VTD_FAULT_TRANSLATED_BLOCKED, 0xd },
	{ "IR.1", VTD_FAULT_IR_RESERVED_REQUEST, 0x20 },
	{ "IR.2", VTD_FAULT_IR_INDEX_TOO_LARGE, 0x21 },
	{ "IR.3", VTD_FAULT_IR_NOT_PRESENT, 0x22 },
	{ "IR.4", VTD_FAULT_IR_TABLE_UNREADABLE, 0x23 },
	{ "IR.5", VTD_FAULT_IR_RESERVED_ENTRY, 0x24 },
	{ "IR.6", VTD_FAULT_IR_COMPATIBILITY_BLOCKED, 0x25 },
	{ "IR.7", VTD_FAULT_IR_SOURCE_REFUSED, 0x26 },
};

/* clang-format on */

static void pin_holds(struct kunit *test)
{
	const struct pin *pin = test->param_value;

	KUNIT_EXPECT_EQ_MSG(test, pin->got, pin->want, "%s", pin->name);
}

KUNIT_ARRAY_PARAM_DESC(offsets, offsets, name);
KUNIT_ARRAY_PARAM_DESC(capabilities, capabilities, name);
KUNIT_ARRAY_PARAM_DESC(fields, fields, name);
KUNIT_ARRAY_PARAM_DESC(entries, entries, name);
KUNIT_ARRAY_PARAM_DESC(dmar_table, dmar_table, name);
KUNIT_ARRAY_PARAM_DESC(interrupts, interrupts, name);
KUNIT_ARRAY_PARAM_DESC(reasons, reasons, name);

#define PINNED(table)                                  \
	{                                              \
		.run_case = pin_holds,                 \
		.name = #table,                        \
		.generate_params = table##_gen_params, \
		.module_name = KBUILD_MODNAME,         \
	}

/* 6.5.2: what the builders make, bit by bit */
static void descriptor(struct kunit *test, struct vtd_qi_desc got, u64 lo,
		       u64 hi)
{
	KUNIT_EXPECT_EQ(test, got.w[0], lo);
	KUNIT_EXPECT_EQ(test, got.w[1], hi);
}

static void context_cache_global(struct kunit *test)
{
	descriptor(test, vtd_qi_context_global(), 0x11, 0);
}

static void context_cache_device(struct kunit *test)
{
	descriptor(test, vtd_qi_context_device(0xabcd, 0x1234), 0x1234abcd0031,
		   0);
}

static void iotlb_global(struct kunit *test)
{
	descriptor(test, vtd_qi_iotlb_global(0), 0x12, 0);
	descriptor(test, vtd_qi_iotlb_global(0xc0), 0xd2, 0);
}

static void iotlb_domain(struct kunit *test)
{
	descriptor(test, vtd_qi_iotlb_domain(0xfedc, 0), 0xfedc0022, 0);
}

static void iotlb_pages(struct kunit *test)
{
	descriptor(test, vtd_qi_iotlb_pages(7, 0x12345678f000, 0, false, 0x80),
		   0x700b2, 0x12345678f000);
	descriptor(test, vtd_qi_iotlb_pages(7, 0x200000, 9, true, 0), 0x70032,
		   0x200049);
}

static void iotlb_pages_drops_low_address_bits(struct kunit *test)
{
	descriptor(test, vtd_qi_iotlb_pages(1, 0x1fff, 0, false, 0), 0x10032,
		   0x1000);
}

static void wait_writes_status(struct kunit *test)
{
	descriptor(test, vtd_qi_wait(0x1122334455667788, 0xdeadbeef),
		   0xdeadbeef00000025, 0x1122334455667788);
}

static void entry_cache(struct kunit *test)
{
	descriptor(test, vtd_qi_iec_global(), 0x4, 0);
	descriptor(test, vtd_qi_iec_index(0xabcd, 0), 0xabcd00000014, 0);
	descriptor(test, vtd_qi_iec_index(0xabc8, 3), 0xabc818000014, 0);
}

/* 5.1.2.2 */
static void remappable_address(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, vtd_msi_addr(0, false), 0xfee00010U);
	KUNIT_EXPECT_EQ(test, vtd_msi_addr(0x7fff, false), 0xfeeffff0U);
	KUNIT_EXPECT_EQ(test, vtd_msi_addr(0x8001, true), 0xfee0003cU);
}

/* 9.9 */
static void remapped_entry(struct kunit *test)
{
	struct vtd_irte irte;

	irte = vtd_irte_remapped(0x41, 3, false, false,
				 vtd_irte_from_sid(0x1234));
	KUNIT_EXPECT_EQ(test, irte.w[0], 0x30000410001ULL);
	KUNIT_EXPECT_EQ(test, irte.w[1], 0x41234ULL);
	irte = vtd_irte_remapped(0xef, 0x12345678, true, true,
				 vtd_irte_from_buses(0x12, 0x34));
	KUNIT_EXPECT_EQ(test, irte.w[0], 0x1234567800ef0005ULL);
	KUNIT_EXPECT_EQ(test, irte.w[1], 0x81234ULL);
}

/* 9.1 and 9.3 */
static void root_entry(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, vtd_root_entry_lo(0x12345000), 0x12345001ULL);
}

static void context_entry(struct kunit *test, struct vtd_context_entry got,
			  u64 lo, u64 hi)
{
	KUNIT_EXPECT_EQ(test, got.w[0], lo);
	KUNIT_EXPECT_EQ(test, got.w[1], hi);
}

static void context_second_stage(struct kunit *test)
{
	context_entry(test, vtd_context_second_stage(0xabc000, 3, 2), 0xabc001,
		      0x201);
	context_entry(test, vtd_context_second_stage(0xabc000, 4, 0xffff),
		      0xabc001, 0xffff02);
	context_entry(test, vtd_context_second_stage(0xabc000, 5, 0x102),
		      0xabc001, 0x10203);
}

static void context_pass_through(struct kunit *test)
{
	context_entry(test, vtd_context_pass_through(4, 1), 0x9, 0x102);
}

/* 3.7 and 9.8: what the builders make of addresses */
static void span_of_an_entry(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, vtd_pte_span(1), 0x1000ULL);
	KUNIT_EXPECT_EQ(test, vtd_pte_span(2), 0x200000ULL);
	KUNIT_EXPECT_EQ(test, vtd_pte_span(3), 0x40000000ULL);
	KUNIT_EXPECT_EQ(test, vtd_pte_span(4), 0x8000000000ULL);
	KUNIT_EXPECT_EQ(test, vtd_pte_span(5), 0x1000000000000ULL);
}

static void leaves_and_pointers(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, vtd_pte_leaf(0x123456000, 1, 3), 0x123456003ULL);
	KUNIT_EXPECT_EQ(test, vtd_pte_leaf(0x40200000, 2, 1), 0x40200081ULL);
	KUNIT_EXPECT_EQ(test, vtd_pte_leaf(0x4c0000000, 3, 2), 0x4c0000082ULL);
	KUNIT_EXPECT_EQ(test, vtd_pte_table(0xabcdef000), 0xabcdef003ULL);
}

/* 3.7: 9 bits of the address for each level */
static void index_at_each_level(struct kunit *test)
{
	const u64 iova = 1ULL << 48 | 2ULL << 39 | 3ULL << 30 | 4ULL << 21 |
			 511ULL << 12 | 0xfff;
	static const unsigned int want[] = { 511, 4, 3, 2, 1 };
	unsigned int level;

	for (level = 1; level <= 5; level++)
		KUNIT_EXPECT_EQ(test, vtd_pte_index(iova, level),
				want[level - 1]);
}

static void presence_is_read_or_write(struct kunit *test)
{
	KUNIT_EXPECT_FALSE(test, vtd_pte_present(0));
	KUNIT_EXPECT_FALSE(test, vtd_pte_present(0x123456004));
	KUNIT_EXPECT_TRUE(test, vtd_pte_present(0x1));
	KUNIT_EXPECT_TRUE(test, vtd_pte_present(0x2));
}

static struct kunit_case cases[] = {
	PINNED(offsets),
	PINNED(capabilities),
	PINNED(fields),
	PINNED(entries),
	PINNED(dmar_table),
	PINNED(interrupts),
	PINNED(reasons),
	KUNIT_CASE(context_cache_global),
	KUNIT_CASE(context_cache_device),
	KUNIT_CASE(iotlb_global),
	KUNIT_CASE(iotlb_domain),
	KUNIT_CASE(iotlb_pages),
	KUNIT_CASE(iotlb_pages_drops_low_address_bits),
	KUNIT_CASE(wait_writes_status),
	KUNIT_CASE(entry_cache),
	KUNIT_CASE(remappable_address),
	KUNIT_CASE(remapped_entry),
	KUNIT_CASE(root_entry),
	KUNIT_CASE(context_second_stage),
	KUNIT_CASE(context_pass_through),
	KUNIT_CASE(span_of_an_entry),
	KUNIT_CASE(leaves_and_pointers),
	KUNIT_CASE(index_at_each_level),
	KUNIT_CASE(presence_is_read_or_write),
	{}
};

struct kunit_suite vtd_layout_suite = {
	.name = "vtd_layout",
	.test_cases = cases,
};
