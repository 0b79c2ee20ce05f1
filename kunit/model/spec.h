/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the software unit knows of the VT-d specification (4.1): register
 * offsets, fields, entry formats, descriptors and fault reasons.
 *
 * Written for the model alone, from the specification and not from the
 * driver's headers: a bit that both have right, they have right independently.
 */
#ifndef VTD_MODEL_SPEC_H
#define VTD_MODEL_SPEC_H

#include <linux/bits.h>
#include <linux/types.h>

/* 11.4: register offsets, bytes */
enum {
	VTDM_VER = 0x000,
	VTDM_CAP = 0x008,
	VTDM_ECAP = 0x010,
	VTDM_GCMD = 0x018,
	VTDM_GSTS = 0x01c,
	VTDM_RTADDR = 0x020,
	VTDM_CCMD = 0x028,
	VTDM_FSTS = 0x034,
	VTDM_FECTL = 0x038,
	VTDM_FEDATA = 0x03c,
	VTDM_FEADDR = 0x040,
	VTDM_FEUADDR = 0x044,
	VTDM_PMEN = 0x064,
	VTDM_PLMBASE = 0x068,
	VTDM_PLMLIMIT = 0x06c,
	VTDM_PHMBASE = 0x070,
	VTDM_PHMLIMIT = 0x078,
	VTDM_IQH = 0x080,
	VTDM_IQT = 0x088,
	VTDM_IQA = 0x090,
	VTDM_ICS = 0x09c,
	VTDM_IECTL = 0x0a0,
	VTDM_IEDATA = 0x0a4,
	VTDM_IEADDR = 0x0a8,
	VTDM_IEUADDR = 0x0ac,
	VTDM_IQER = 0x0b0,
	VTDM_IRTA = 0x0b8,
	VTDM_PQH = 0x0c0,
	VTDM_PQT = 0x0c8,
	VTDM_PQA = 0x0d0,
	VTDM_PRS = 0x0dc,
	VTDM_PECTL = 0x0e0,
	VTDM_PEDATA = 0x0e4,
	VTDM_PEADDR = 0x0e8,
	VTDM_PEUADDR = 0x0ec,
	VTDM_PERFCAP = 0x300,
	VTDM_PERFCFGOFF = 0x310,
	VTDM_PERFFRZOFF = 0x314,
	VTDM_PERFOVFOFF = 0x318,
	VTDM_PERFCNTROFF = 0x31c,
	VTDM_PERFINTRSTS = 0x324,
	VTDM_PERFINTRCTL = 0x328,
	VTDM_PERFINTRDATA = 0x32c,
	VTDM_PERFINTRADDR = 0x330,
	VTDM_PERFINTRUADDR = 0x334,
	VTDM_PERFEVNTCAP = 0x380,
	VTDM_ECMD = 0x400,
	VTDM_ECEO = 0x408,
	VTDM_ECRSP = 0x410,
	VTDM_ECCAP = 0x430,
};

/* 11.4.2: capability, made up of parts */
#define VTDM_CAP_ND(x) ((u64)(x) & 7)
#define VTDM_CAP_RWBF BIT_ULL(4)
#define VTDM_CAP_PLMR BIT_ULL(5)
#define VTDM_CAP_PHMR BIT_ULL(6)
#define VTDM_CAP_CM BIT_ULL(7)
#define VTDM_CAP_SAGAW(x) ((u64)(x) << 8) /* 2: 39, 4: 48, 8: 57 bits */
#define VTDM_CAP_MGAW(bits) ((u64)((bits) - 1) << 16)
#define VTDM_CAP_ZLR BIT_ULL(22)
#define VTDM_CAP_FRO(off) ((u64)((off) / 16) << 24)
#define VTDM_CAP_SLLPS(x) ((u64)(x) << 34) /* 1: 2 MiB, 2: 1 GiB */
#define VTDM_CAP_PSI BIT_ULL(39)
#define VTDM_CAP_NFR(n) ((u64)((n) - 1) << 40)
#define VTDM_CAP_MAMV(x) ((u64)(x) << 48)
#define VTDM_CAP_DWD BIT_ULL(54)
#define VTDM_CAP_DRD BIT_ULL(55)
#define VTDM_CAP_FL1GP BIT_ULL(56)
#define VTDM_CAP_PI BIT_ULL(59)
#define VTDM_CAP_FL5LP BIT_ULL(60)
#define VTDM_CAP_ECMDS BIT_ULL(61)
#define VTDM_CAP_ESIRTPS BIT_ULL(62)
#define VTDM_CAP_ESRTPS BIT_ULL(63)

/* 11.4.3: extended capability */
#define VTDM_ECAP_C BIT_ULL(0)
#define VTDM_ECAP_QI BIT_ULL(1)
#define VTDM_ECAP_DT BIT_ULL(2)
#define VTDM_ECAP_IR BIT_ULL(3)
#define VTDM_ECAP_EIM BIT_ULL(4)
#define VTDM_ECAP_PT BIT_ULL(6)
#define VTDM_ECAP_SC BIT_ULL(7)
#define VTDM_ECAP_MHMV(x) ((u64)(x) << 20)
#define VTDM_ECAP_MTS BIT_ULL(25)
#define VTDM_ECAP_NEST BIT_ULL(26)
#define VTDM_ECAP_PRS BIT_ULL(29)
#define VTDM_ECAP_ERS BIT_ULL(30)
#define VTDM_ECAP_SRS BIT_ULL(31)
#define VTDM_ECAP_NWFS BIT_ULL(33)
#define VTDM_ECAP_EAFS BIT_ULL(34)
#define VTDM_ECAP_PSS(bits) ((u64)((bits) - 1) << 35)
#define VTDM_ECAP_PASID BIT_ULL(40)
#define VTDM_ECAP_DIT BIT_ULL(41)
#define VTDM_ECAP_PDS BIT_ULL(42)
#define VTDM_ECAP_SMTS BIT_ULL(43)
#define VTDM_ECAP_SSADS BIT_ULL(45)
#define VTDM_ECAP_SSTS BIT_ULL(46)
#define VTDM_ECAP_FSTS BIT_ULL(47)
#define VTDM_ECAP_SMPWCS BIT_ULL(48)
#define VTDM_ECAP_RPS BIT_ULL(49)
#define VTDM_ECAP_PMS BIT_ULL(51)
#define VTDM_ECAP_IRO(off) ((u64)((off) / 16) << 8)

/* 11.4.5: translation table mode, a part of the root table address */
#define VTDM_TTM GENMASK(11, 10)
#define VTDM_TTM_LEGACY 0U
#define VTDM_TTM_SCALABLE BIT(10)

/* 11.4.4: global command and status */
#define VTDM_G_TE BIT(31)
#define VTDM_G_SRTP BIT(30)
#define VTDM_G_SFL BIT(29)
#define VTDM_G_EAFL BIT(28)
#define VTDM_G_WBF BIT(27)
#define VTDM_G_QIE BIT(26)
#define VTDM_G_IRE BIT(25)
#define VTDM_G_SIRTP BIT(24)
#define VTDM_G_CFI BIT(23)
#define VTDM_G_ONESHOT (VTDM_G_SRTP | VTDM_G_SFL | VTDM_G_WBF | VTDM_G_SIRTP)
#define VTDM_G_LASTING \
	(VTDM_G_TE | VTDM_G_EAFL | VTDM_G_QIE | VTDM_G_IRE | VTDM_G_CFI)

/* 11.4.7.1: fault status */
#define VTDM_F_PFO BIT(0)
#define VTDM_F_PPF BIT(1)
#define VTDM_F_IQE BIT(4)
#define VTDM_F_ICE BIT(5)
#define VTDM_F_ITE BIT(6)
#define VTDM_F_FRI_SHIFT 8
#define VTDM_F_RW1C (VTDM_F_PFO | VTDM_F_IQE | VTDM_F_ICE | VTDM_F_ITE)
#define VTDM_F_STOPS (VTDM_F_IQE | VTDM_F_ITE) /* 6.5.2.10: no fetches */

/* 11.4.7.2, 11.4.9.5: event control, fault and invalidation alike */
#define VTDM_E_IM BIT(31)
#define VTDM_E_IP BIT(30)

/* 11.4.7.6: the upper half of a fault record */
#define VTDM_R_F BIT_ULL(63)
#define VTDM_R_T1 BIT_ULL(62)
#define VTDM_R_PASID_SHIFT 40
#define VTDM_R_FR_SHIFT 32
#define VTDM_R_PP BIT_ULL(31)
#define VTDM_R_EXE BIT_ULL(30)
#define VTDM_R_PRIV BIT_ULL(29)
#define VTDM_R_T2 BIT_ULL(28)

/* 11.4.8.1: protected memory enable */
#define VTDM_P_EPM BIT(31)
#define VTDM_P_PRS BIT(0)

/* 11.4.9: invalidation queue */
#define VTDM_IQA_QS 7ULL
#define VTDM_IQA_DW BIT_ULL(11)
#define VTDM_ICS_IWC 1U
enum {
	VTDM_IQEI_TAIL = 1, /* the tail is no place of a descriptor */
	VTDM_IQEI_FETCH = 2, /* the descriptor could not be read */
	VTDM_IQEI_TYPE = 3, /* unknown type */
	VTDM_IQEI_RESERVED = 4, /* reserved bits set, or a bad field */
	VTDM_IQEI_WIDTH = 5, /* needs descriptors of 256 bits */
	VTDM_IQEI_MISALIGNED = 6, /* the tail lies within a descriptor */
	VTDM_IQEI_MODE = 7, /* needs scalable mode */
};

/* 11.4.11: page request queue */
#define VTDM_PQA_PQS 7ULL /* 2^PQS pages */
#define VTDM_PR_PPR BIT(0)
#define VTDM_PR_PRO BIT(1)

/* 7.4.1.1: page request descriptors, the first two of four words */
#define VTDM_PRD_BYTES 32
#define VTDM_PRD_TYPE 1ULL
#define VTDM_PRD_PP BIT_ULL(8)
#define VTDM_PRD_RID_SHIFT 16
#define VTDM_PRD_PASID_SHIFT 32
#define VTDM_PRD_EXE BIT_ULL(52)
#define VTDM_PRD_PM BIT_ULL(53)
#define VTDM_PRD_RD BIT_ULL(0)
#define VTDM_PRD_WR BIT_ULL(1)
#define VTDM_PRD_LPIG BIT_ULL(2)
#define VTDM_PRD_PRGI_SHIFT 3

/* PCI Express 10.4.2.2: codes of a page group response */
enum {
	VTDM_PRG_SUCCESS = 0,
	VTDM_PRG_INVALID = 1,
	VTDM_PRG_FAILURE = 15, /* and whatever else is reserved */
};

/* 11.4.10: interrupt remapping table address */
#define VTDM_IRTA_S 0xfULL /* 2^(S + 1) entries */
#define VTDM_IRTA_EIME BIT_ULL(11)

/* 6.5.2: descriptors */
enum {
	VTDM_D_CONTEXT = 1,
	VTDM_D_IOTLB = 2,
	VTDM_D_DEVTLB = 3,
	VTDM_D_IEC = 4,
	VTDM_D_WAIT = 5,
	VTDM_D_PASID_IOTLB = 6,
	VTDM_D_PASID_CACHE = 7,
	VTDM_D_PASID_DEVTLB = 8,
	VTDM_D_RESPONSE = 9, /* to a page request group */
};

/* Bits 11:9 are the upper ones of the type, in units with scalable mode. */
#define VTDM_D_TYPE_UPPER GENMASK_ULL(11, 9)

#define VTDM_D_GLOBAL 1
#define VTDM_D_DOMAIN 2
#define VTDM_D_SELECTIVE 3 /* device for contexts, pages for the IOTLB */

#define VTDM_D_CONTEXT_RSVD (GENMASK_ULL(63, 50) | GENMASK_ULL(15, 6))
#define VTDM_D_IOTLB_RSVD (GENMASK_ULL(63, 32) | GENMASK_ULL(15, 8))
#define VTDM_D_IOTLB_HI_RSVD GENMASK_ULL(11, 7)
#define VTDM_D_DEVTLB_RSVD \
	(GENMASK_ULL(51, 48) | GENMASK_ULL(31, 21) | GENMASK_ULL(11, 4))
#define VTDM_D_DEVTLB_HI_RSVD GENMASK_ULL(11, 1)
#define VTDM_D_DEVTLB_S BIT_ULL(0)
#define VTDM_D_PFSID (GENMASK_ULL(63, 52) | GENMASK_ULL(15, 12))
#define VTDM_D_PDEVTLB_HI_RSVD GENMASK_ULL(10, 1)
#define VTDM_D_PDEVTLB_G BIT_ULL(0)
#define VTDM_D_PDEVTLB_S BIT_ULL(11)
#define VTDM_D_RESPONSE_PP BIT_ULL(4)
#define VTDM_D_RESPONSE_RSVD (GENMASK_ULL(63, 52) | GENMASK_ULL(11, 5))
#define VTDM_D_RESPONSE_HI_RSVD (GENMASK_ULL(63, 12) | GENMASK_ULL(2, 0))
#define VTDM_D_IEC_RSVD (GENMASK_ULL(63, 48) | GENMASK_ULL(26, 5))
#define VTDM_D_IEC_SELECTIVE BIT_ULL(4)
#define VTDM_D_WAIT_RSVD GENMASK_ULL(31, 8)
#define VTDM_D_WAIT_HI_RSVD GENMASK_ULL(1, 0)
#define VTDM_D_IH BIT_ULL(6)
#define VTDM_D_IF BIT_ULL(4)
#define VTDM_D_SW BIT_ULL(5)
#define VTDM_D_FN BIT_ULL(6)
#define VTDM_D_PD BIT_ULL(7) /* reserved without ECAP.PDS */

/* PASID cache and PASID-based IOTLB: they have fields in common */
#define VTDM_D_PASID_RSVD \
	(GENMASK_ULL(63, 52) | GENMASK_ULL(15, 12) | GENMASK_ULL(8, 6))
#define VTDM_D_PASID_SHIFT 32
#define VTDM_D_PC_DOMAIN 0 /* all PASIDs of a domain-id */
#define VTDM_D_PC_SELECTIVE 1
#define VTDM_D_PC_GLOBAL 3
#define VTDM_D_PI_ALL 2 /* all of a PASID, within a domain-id */
#define VTDM_D_PI_PAGES 3
#define VTDM_D_PI_HI_RSVD GENMASK_ULL(11, 7)

/* 9.1, 9.3: root and context entries */
#define VTDM_P 1ULL
#define VTDM_ROOT_RSVD GENMASK_ULL(11, 1)
#define VTDM_CTX_FPD 2ULL
#define VTDM_CTX_TT_SHIFT 2
#define VTDM_CTX_RSVD GENMASK_ULL(11, 4)
#define VTDM_CTX_HI_RSVD (GENMASK_ULL(63, 24) | GENMASK_ULL(7, 7))
#define VTDM_TT_UNTRANSLATED 0
#define VTDM_TT_ALL 1 /* with device TLBs: needs ECAP.DT */
#define VTDM_TT_PASS 2

/* 9.2, 9.4: scalable-mode root and context entries, 2 and 4 words */
#define VTDM_SM_CONTEXTS 128 /* a table has half of a bus */
#define VTDM_SM_CONTEXT_WORDS 4
#define VTDM_SC_FPD BIT_ULL(1)
#define VTDM_SC_DTE BIT_ULL(2)
#define VTDM_SC_PASIDE BIT_ULL(3)
#define VTDM_SC_PRE BIT_ULL(4)
#define VTDM_SC_PDTS GENMASK_ULL(11, 9) /* 2^(PDTS + 7) directory entries */
#define VTDM_SC_PDTS_SHIFT 9
#define VTDM_SC_RSVD GENMASK_ULL(8, 5)
#define VTDM_SC_RID_PASID GENMASK_ULL(19, 0) /* of word 1 */
#define VTDM_SC_RID_PRIV BIT_ULL(20)
#define VTDM_SC_HI_RSVD GENMASK_ULL(63, 21)

/* 9.5: PASID directory entries */
#define VTDM_PASIDS 64 /* of a table */
#define VTDM_DE_RSVD GENMASK_ULL(11, 2)
#define VTDM_DE_FPD BIT_ULL(1)

/* 9.6: PASID entries, by word */
#define VTDM_PASID_WORDS 8
#define VTDM_PE_FPD BIT_ULL(1)
#define VTDM_PE_AW_SHIFT 2
#define VTDM_PE_PGTT_SHIFT 6
#define VTDM_PE_SSADE BIT_ULL(9)
#define VTDM_PE_RSVD (GENMASK_ULL(11, 10) | BIT_ULL(5))
enum {
	VTDM_PGTT_FIRST = 1,
	VTDM_PGTT_SECOND = 2,
	VTDM_PGTT_NESTED = 3,
	VTDM_PGTT_PASS = 4,
};

#define VTDM_PE1_DID GENMASK_ULL(15, 0)
#define VTDM_PE1_PWSNP BIT_ULL(23)
#define VTDM_PE1_PGSNP BIT_ULL(24)
#define VTDM_PE1_MEMORY_TYPE GENMASK_ULL(63, 25)
#define VTDM_PE1_RSVD GENMASK_ULL(22, 16)
#define VTDM_PE2_SRE BIT_ULL(0)
#define VTDM_PE2_ERE BIT_ULL(1)
#define VTDM_PE2_FSPM_SHIFT 2 /* 0: 4 levels, 1: 5 levels */
#define VTDM_PE2_WPE BIT_ULL(4)
#define VTDM_PE2_NXE BIT_ULL(5)
#define VTDM_PE2_SMEP BIT_ULL(6)
#define VTDM_PE2_EAFE BIT_ULL(7)
#define VTDM_PE2_RSVD GENMASK_ULL(11, 8)

/* 9.7: first-stage entries */
#define VTDM_F_P BIT_ULL(0)
#define VTDM_F_RW BIT_ULL(1)
#define VTDM_F_US BIT_ULL(2)
#define VTDM_F_A BIT_ULL(5)
#define VTDM_F_D BIT_ULL(6)
#define VTDM_F_PS BIT_ULL(7)
#define VTDM_F_EA BIT_ULL(10)
#define VTDM_F_XD BIT_ULL(63)
#define VTDM_F_ADDR GENMASK_ULL(51, 12)
/* What hardware sets; what it ignores. */
#define VTDM_F_SET (VTDM_F_A | VTDM_F_D | VTDM_F_EA)
#define VTDM_F_IGNORED (GENMASK_ULL(62, 52) | BIT_ULL(11) | BIT_ULL(9))

/* 9.8: second-stage entries */
#define VTDM_S_R 1ULL
#define VTDM_S_W 2ULL
#define VTDM_S_RW 3ULL
#define VTDM_S_PS BIT_ULL(7)
#define VTDM_S_A BIT_ULL(8) /* this and D: ignored without SSADE */
#define VTDM_S_D BIT_ULL(9)
#define VTDM_S_BIT11 BIT_ULL(11) /* SNP in a leaf, reserved elsewhere */
#define VTDM_S_BIT62 BIT_ULL(62) /* reserved; TM before revision 3.2 */
#define VTDM_S_ADDR GENMASK_ULL(51, 12)
/* Bits that hardware ignores: a store that changes only these is no change. */
#define VTDM_S_IGNORED (GENMASK_ULL(61, 52) | GENMASK_ULL(10, 8) | BIT_ULL(63))

/* 9.9: interrupt remapping entries, bits 63:0 */
#define VTDM_I_P BIT_ULL(0)
#define VTDM_I_FPD BIT_ULL(1)
#define VTDM_I_DM BIT_ULL(2)
#define VTDM_I_RH BIT_ULL(3)
#define VTDM_I_TM BIT_ULL(4)
#define VTDM_I_DLM_SHIFT 5
#define VTDM_I_V_SHIFT 16
#define VTDM_I_DST_SHIFT 32 /* all 32 bits with EIME */
#define VTDM_I_XAPIC_SHIFT 40 /* 8 bits without */
#define VTDM_I_IM BIT_ULL(15) /* posted format, of units with CAP.PI */
/* 14:12 and 31:24; and IM: a unit without CAP.PI posts nothing */
#define VTDM_I_RSVD (GENMASK_ULL(15, 12) | GENMASK_ULL(31, 24))
#define VTDM_I_XAPIC_RSVD (GENMASK_ULL(39, 32) | GENMASK_ULL(63, 48))

/* 9.9: bits 127:64 */
#define VTDM_I_SQ_SHIFT 16
#define VTDM_I_SVT_SHIFT 18
#define VTDM_I_HI_RSVD GENMASK_ULL(63, 20)
#define VTDM_SVT_ALL 0
#define VTDM_SVT_SID 1
#define VTDM_SVT_BUS 2

/* 9.10: entries in posted format, where they differ */
#define VTDM_IP_URG BIT_ULL(14)
#define VTDM_IP_RSVD \
	(GENMASK_ULL(7, 2) | GENMASK_ULL(13, 12) | GENMASK_ULL(37, 24))
#define VTDM_IP_PDAL_SHIFT 38 /* address bits 31:6 */
#define VTDM_IP_PDAH GENMASK_ULL(63, 32) /* of bits 127:64: address 63:32 */
#define VTDM_IP_HI_RSVD GENMASK_ULL(31, 20)

/* 9.11: posted interrupt descriptors, by 64-bit word: PIR, and the fields */
#define VTDM_PD_BYTES 64
#define VTDM_PD_PIR_WORDS 4
#define VTDM_PD_CONTROL 4
#define VTDM_PD_WORDS 8 /* the last three are reserved */
#define VTDM_PD_ON BIT_ULL(0)
#define VTDM_PD_SN BIT_ULL(1)
#define VTDM_PD_NV_SHIFT 16
#define VTDM_PD_NDST_SHIFT 32 /* all 32 bits with EIME */
#define VTDM_PD_XAPIC_SHIFT 40 /* 8 bits without */
#define VTDM_PD_RSVD (GENMASK_ULL(15, 2) | GENMASK_ULL(31, 24))
#define VTDM_PD_XAPIC_RSVD (GENMASK_ULL(39, 32) | GENMASK_ULL(63, 48))

/* 5.1.2: interrupt requests: the address, the data */
#define VTDM_Q_FORMAT BIT(4) /* remappable */
#define VTDM_Q_SHV BIT(3)
#define VTDM_Q_HANDLE_15 BIT(2)
#define VTDM_Q_HANDLE_SHIFT 5
#define VTDM_Q_DATA_RSVD GENMASK(31, 16) /* with SHV */

/* The message that CPUs take: 5.1.2.1 */
#define VTDM_Q_DST_SHIFT 12
#define VTDM_Q_RH BIT(3)
#define VTDM_Q_DM BIT(2)
#define VTDM_Q_DLM_SHIFT 8
#define VTDM_Q_TM BIT(15)

/* 7.1.3: fault reasons of legacy mode */
enum {
	VTDM_FR_NONE = 0x0,
	VTDM_FR_ROOT_ABSENT = 0x1,
	VTDM_FR_CONTEXT_ABSENT = 0x2,
	VTDM_FR_CONTEXT_BAD = 0x3,
	VTDM_FR_WIDTH = 0x4,
	VTDM_FR_WRITE = 0x5,
	VTDM_FR_READ = 0x6,
	VTDM_FR_TABLE_ERROR = 0x7,
	VTDM_FR_ROOT_ERROR = 0x8,
	VTDM_FR_CONTEXT_ERROR = 0x9,
	VTDM_FR_ROOT_RESERVED = 0xa,
	VTDM_FR_CONTEXT_RESERVED = 0xb,
	VTDM_FR_TABLE_RESERVED = 0xc,
	VTDM_FR_TRANSLATED = 0xd,
	VTDM_FR_INTERRUPT_RANGE = 0xe,
};

/* 7.1.3: fault reasons of scalable mode */
enum {
	VTDM_FR_PASID_IN_LEGACY = 0x31, /* RTA.2 */
	VTDM_FR_SRT_ERROR = 0x38, /* SRT.1 */
	VTDM_FR_SRT_ABSENT = 0x39,
	VTDM_FR_SRT_RESERVED = 0x3a,
	VTDM_FR_SCT_ERROR = 0x40, /* SCT.1 */
	VTDM_FR_SCT_ABSENT = 0x41,
	VTDM_FR_SCT_RESERVED = 0x42,
	VTDM_FR_SCT_TRANSLATED = 0x44, /* SCT.5 */
	VTDM_FR_SCT_PASID = 0x45,
	VTDM_FR_SCT_PASID_LARGE = 0x46,
	VTDM_FR_SCT_PAGES = 0x47, /* a page request without PRE */
	VTDM_FR_SCT_RID_PASID = 0x48, /* SCT.9 */
	VTDM_FR_SPD_ERROR = 0x50, /* SPD.1 */
	VTDM_FR_SPD_ABSENT = 0x51,
	VTDM_FR_SPD_RESERVED = 0x52,
	VTDM_FR_SPT_ERROR = 0x58, /* SPT.1 */
	VTDM_FR_SPT_ABSENT = 0x59,
	VTDM_FR_SPT_RESERVED = 0x5a,
	VTDM_FR_SPT_BAD = 0x5b,
	VTDM_FR_SPT_EXECUTE = 0x5c,
	VTDM_FR_SPT_SUPERVISOR = 0x5d,
	VTDM_FR_SFS_ERROR = 0x70, /* SFS.1 */
	VTDM_FR_SFS_ABSENT = 0x71,
	VTDM_FR_SFS_RESERVED = 0x72,
	VTDM_FR_SFS_TOP_ERROR = 0x73,
	VTDM_FR_SFS_BEYOND = 0x74, /* SFS.5 to SFS.8: nested */
	VTDM_FR_SFS_TOP_READ = 0x75,
	VTDM_FR_SFS_READ = 0x76,
	VTDM_FR_SFS_WRITE = 0x77,
	VTDM_FR_SSS_ERROR = 0x78, /* SSS.1 */
	VTDM_FR_SSS_ABSENT = 0x79, /* neither R nor W in an entry */
	VTDM_FR_SSS_RESERVED = 0x7a,
	VTDM_FR_SSS_TOP_ERROR = 0x7b,
	VTDM_FR_SSS_NO_SNOOP = 0x7c,
	VTDM_FR_SSS_NOT_SET = 0x7d,
	VTDM_FR_SGN_CANONICAL = 0x80, /* SGN.1 */
	VTDM_FR_SGN_USER = 0x81,
	VTDM_FR_SGN_EXECUTE = 0x82,
	VTDM_FR_SGN_WIDTH = 0x83,
	VTDM_FR_SGN_NESTED_WIDTH = 0x84,
	VTDM_FR_SGN_WRITE = 0x85,
	VTDM_FR_SGN_READ = 0x86,
	VTDM_FR_SGN_INTERRUPT_RANGE = 0x87,
	VTDM_FR_SFS_NO_SNOOP = 0x90, /* SFS.9 */
	VTDM_FR_SFS_NOT_SET = 0x91,
};

/* 7.1.3: fault reasons of interrupt requests */
enum {
	VTDM_FR_IR_REQUEST = 0x20, /* reserved bits in the request */
	VTDM_FR_IR_INDEX = 0x21, /* index beyond the table */
	VTDM_FR_IR_ABSENT = 0x22,
	VTDM_FR_IR_ERROR = 0x23, /* the table could not be read */
	VTDM_FR_IR_RESERVED = 0x24,
	VTDM_FR_IR_COMPATIBILITY = 0x25, /* blocked */
	VTDM_FR_IR_SOURCE = 0x26, /* not who may use the entry */
	VTDM_FR_PD_ERROR = 0x27, /* the descriptor could not be accessed */
	VTDM_FR_PD_RESERVED = 0x28, /* reserved bits in the descriptor */
};

/* 3.14: requests to here are interrupts */
#define VTDM_MSI_FIRST 0xfee00000ULL
#define VTDM_MSI_LAST 0xfeefffffULL

/* 11.4.12: enhanced commands, and where ECCAP says that there are such */
#define VTDM_ECRSP_IP BIT(0)
#define VTDM_EC_ENABLE 0xf0
#define VTDM_EC_DISABLE 0xf1
#define VTDM_EC_FREEZE 0xf4
#define VTDM_EC_UNFREEZE 0xf5
#define VTDM_ECCAP3_COUNTERS (0x33ULL << 48)
#define VTDM_EC_UNKNOWN 1U /* status codes; that they are not 0 counts */
#define VTDM_EC_OPERAND 2U

/* 11.4.13: performance monitoring */
#define VTDM_PERF_GROUPS 5
#define VTDM_PERFCAP_INT BIT_ULL(50)
#define VTDM_PERF_PIS BIT(0)
#define VTDM_PC_BYTES 0x100 /* of the configuration of one counter */
#define VTDM_PC_INT BIT(1)
#define VTDM_PC_CAP 0x80
#define VTDM_PC_EVENTS 0x84
#define VTDM_PC_CAP_OWN BIT(0)
#define VTDM_PC_CAP_INT BIT(16)
#define VTDM_PF_ON BIT(31)

/* Filters, in the order of their registers. */
enum {
	VTDM_PF_SID,
	VTDM_PF_DID,
	VTDM_PF_PASID,
	VTDM_PF_AT,
	VTDM_PF_PGTT,
	VTDM_PF_NR,
};

/* Events by group. */
#define VTDM_EV0_CLOCKS 0x001
#define VTDM_EV0_REQUESTS 0x002
#define VTDM_EV1_READS 0x001
#define VTDM_EV1_PAGES 0x040
#define VTDM_EV2_CONTEXT 0x001
#define VTDM_EV2_CONTEXT_HIT 0x002
#define VTDM_EV2_PASID 0x004
#define VTDM_EV2_PASID_HIT 0x008
#define VTDM_EV2_SECOND 0x010
#define VTDM_EV2_SECOND_HIT 0x020
#define VTDM_EV2_FIRST 0x040
#define VTDM_EV2_FIRST_HIT 0x080
#define VTDM_EV3_IOTLB 0x001
#define VTDM_EV3_IOTLB_HIT 0x002
#define VTDM_EV4_IRTE 0x001
#define VTDM_EV4_IRTE_HIT 0x002
#define VTDM_EV4_POSTED_HIT 0x004

#endif /* VTD_MODEL_SPEC_H */
