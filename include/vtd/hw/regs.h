/* SPDX-License-Identifier: GPL-2.0 */
/*
 * VT-d remapping hardware registers: offset, then fields.
 *
 * Intel Virtualization Technology for Directed I/O, architecture
 * specification 4.1, chapter 11.4.  Access classes: RO read-only, RW
 * read-write, RW1C write one to clear, WO write-only.  Holds the specification
 * and nothing else.
 */
#ifndef VTD_HW_REGS_H
#define VTD_HW_REGS_H

#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/types.h>

/* 11.4.1 Version, 32 bits, RO */
#define VTD_VER 0x00
#define VTD_VER_MINOR GENMASK(3, 0)
#define VTD_VER_MAJOR GENMASK(7, 4)

/* 11.4.2 Capability, 64 bits, RO */
#define VTD_CAP 0x08
#define VTD_CAP_ND GENMASK_ULL(2, 0) /* 2^(4 + 2 * ND) domain-ids */
#define VTD_CAP_AFL BIT_ULL(3)
#define VTD_CAP_RWBF BIT_ULL(4)
#define VTD_CAP_PLMR BIT_ULL(5)
#define VTD_CAP_PHMR BIT_ULL(6)
#define VTD_CAP_CM BIT_ULL(7)
#define VTD_CAP_SAGAW GENMASK_ULL(12, 8)
#define VTD_CAP_SAGAW_3LVL BIT_ULL(9) /* 39-bit, 3-level tables */
#define VTD_CAP_SAGAW_4LVL BIT_ULL(10) /* 48-bit, 4-level tables */
#define VTD_CAP_SAGAW_5LVL BIT_ULL(11) /* 57-bit, 5-level tables */
#define VTD_CAP_MGAW GENMASK_ULL(21, 16) /* bits of guest address, less 1 */
#define VTD_CAP_ZLR BIT_ULL(22)
#define VTD_CAP_FRO GENMASK_ULL(33, 24) /* in units of 16 bytes */
#define VTD_CAP_SLLPS GENMASK_ULL(37, 34)
#define VTD_CAP_SLLPS_2M BIT_ULL(34)
#define VTD_CAP_SLLPS_1G BIT_ULL(35)
#define VTD_CAP_PSI BIT_ULL(39)
#define VTD_CAP_NFR GENMASK_ULL(47, 40) /* fault records, less 1 */
#define VTD_CAP_MAMV GENMASK_ULL(53, 48)
#define VTD_CAP_DWD BIT_ULL(54)
#define VTD_CAP_DRD BIT_ULL(55)
#define VTD_CAP_FL1GP BIT_ULL(56)
#define VTD_CAP_PI BIT_ULL(59)
#define VTD_CAP_FL5LP BIT_ULL(60)
#define VTD_CAP_ECMDS BIT_ULL(61)
#define VTD_CAP_ESIRTPS BIT_ULL(62)
#define VTD_CAP_ESRTPS BIT_ULL(63)

/* 11.4.3 Extended capability, 64 bits, RO */
#define VTD_ECAP 0x10
#define VTD_ECAP_C BIT_ULL(0)
#define VTD_ECAP_QI BIT_ULL(1)
#define VTD_ECAP_DT BIT_ULL(2)
#define VTD_ECAP_IR BIT_ULL(3)
#define VTD_ECAP_EIM BIT_ULL(4)
#define VTD_ECAP_PT BIT_ULL(6)
#define VTD_ECAP_SC BIT_ULL(7)
#define VTD_ECAP_IRO GENMASK_ULL(17, 8) /* in units of 16 bytes */
#define VTD_ECAP_MHMV GENMASK_ULL(23, 20)
#define VTD_ECAP_MTS BIT_ULL(25)
#define VTD_ECAP_NEST BIT_ULL(26)
#define VTD_ECAP_PRS BIT_ULL(29)
#define VTD_ECAP_ERS BIT_ULL(30)
#define VTD_ECAP_SRS BIT_ULL(31)
#define VTD_ECAP_NWFS BIT_ULL(33)
#define VTD_ECAP_EAFS BIT_ULL(34)
#define VTD_ECAP_PSS GENMASK_ULL(39, 35) /* bits of a PASID, less 1 */
#define VTD_ECAP_PASID BIT_ULL(40)
#define VTD_ECAP_DIT BIT_ULL(41)
#define VTD_ECAP_PDS BIT_ULL(42)
#define VTD_ECAP_SMTS BIT_ULL(43)
#define VTD_ECAP_SSADS BIT_ULL(45)
#define VTD_ECAP_SSTS BIT_ULL(46)
#define VTD_ECAP_FSTS BIT_ULL(47)
#define VTD_ECAP_SMPWCS BIT_ULL(48)
#define VTD_ECAP_RPS BIT_ULL(49)
#define VTD_ECAP_PMS BIT_ULL(51)

/* 11.4.4.1 Global command, 32 bits, WO; one change at a time */
#define VTD_GCMD 0x18
/* 11.4.4.2 Global status, 32 bits, RO; the same positions */
#define VTD_GSTS 0x1c
#define VTD_GCMD_CFI BIT(23)
#define VTD_GCMD_SIRTP BIT(24)
#define VTD_GCMD_IRE BIT(25)
#define VTD_GCMD_QIE BIT(26)
#define VTD_GCMD_WBF BIT(27)
#define VTD_GCMD_EAFL BIT(28)
#define VTD_GCMD_SFL BIT(29)
#define VTD_GCMD_SRTP BIT(30)
#define VTD_GCMD_TE BIT(31)
/* Commands that stay in force; the others are one-shot. */
#define VTD_GCMD_LASTING                                              \
	(VTD_GCMD_CFI | VTD_GCMD_IRE | VTD_GCMD_QIE | VTD_GCMD_EAFL | \
	 VTD_GCMD_TE)

/* 11.4.5 Root table address, 64 bits, RW */
#define VTD_RTADDR 0x20
#define VTD_RTADDR_TTM GENMASK_ULL(11, 10)
#define VTD_RTADDR_TTM_LEGACY 0
#define VTD_RTADDR_TTM_SCALABLE 1
#define VTD_RTADDR_RTA GENMASK_ULL(63, 12)

/* 11.4.7.1 Fault status, 32 bits */
#define VTD_FSTS 0x34
#define VTD_FSTS_PFO BIT(0) /* RW1C, primary fault overflow */
#define VTD_FSTS_PPF BIT(1) /* RO, a record is pending */
#define VTD_FSTS_IQE BIT(4) /* RW1C, invalidation queue error */
#define VTD_FSTS_ICE BIT(5) /* RW1C, invalidation completion error */
#define VTD_FSTS_ITE BIT(6) /* RW1C, invalidation time-out */
#define VTD_FSTS_FRI GENMASK(15, 8) /* RO, first record pending */

/* 11.4.7.2 to 11.4.7.5 Fault event, 32 bits each, RW */
#define VTD_FECTL 0x38
#define VTD_FECTL_IP BIT(30) /* RO, held back by the mask */
#define VTD_FECTL_IM BIT(31)
#define VTD_FEDATA 0x3c
#define VTD_FEADDR 0x40
#define VTD_FEUADDR 0x44

/* 11.4.7.6 Fault recording, 128 bits, at CAP.FRO; here as two words */
#define VTD_FRCD_BYTES 16
#define VTD_FRCD_LO_FI GENMASK_ULL(63, 12)
#define VTD_FRCD_HI_SID GENMASK_ULL(15, 0)
#define VTD_FRCD_HI_T2 BIT_ULL(28)
#define VTD_FRCD_HI_PRIV BIT_ULL(29) /* with PP: supervisor privilege */
#define VTD_FRCD_HI_EXE BIT_ULL(30) /* with PP: a read for execution */
#define VTD_FRCD_HI_PP BIT_ULL(31) /* the request had a PASID */
#define VTD_FRCD_HI_FR GENMASK_ULL(39, 32)
#define VTD_FRCD_HI_PV GENMASK_ULL(59, 40) /* with PP: the PASID */
#define VTD_FRCD_HI_AT GENMASK_ULL(61, 60)
#define VTD_FRCD_AT_TRANSLATION 1
#define VTD_FRCD_AT_TRANSLATED 2
#define VTD_FRCD_HI_T1 BIT_ULL(62)
#define VTD_FRCD_HI_F BIT_ULL(63) /* RW1C */

/* 11.4.8.1 to 11.4.8.5 Protected memory */
#define VTD_PMEN 0x64
#define VTD_PMEN_PRS BIT(0) /* RO */
#define VTD_PMEN_EPM BIT(31) /* RW */

/* 11.4.9.1 to 11.4.9.3 Invalidation queue, 64 bits each */
#define VTD_IQH 0x80 /* RO */
#define VTD_IQT 0x88 /* RW, in bytes */
#define VTD_IQA 0x90 /* RW */
#define VTD_IQA_QS GENMASK_ULL(2, 0) /* 2^QS pages */
#define VTD_IQA_DW BIT_ULL(11) /* 256-bit descriptors */
#define VTD_IQA_IQA GENMASK_ULL(63, 12)

/* 11.4.9.9 Invalidation queue error record, 64 bits, RO */
#define VTD_IQER 0xb0
#define VTD_IQER_IQEI GENMASK_ULL(3, 0)
#define VTD_IQER_ITESID GENMASK_ULL(47, 32)
#define VTD_IQER_ICESID GENMASK_ULL(63, 48)

/* 11.4.10.1 to 11.4.10.4 Page request queue, 64 bits each but PRS */
#define VTD_PQH 0xc0 /* RW, in bytes */
#define VTD_PQT 0xc8 /* RO, in bytes */
#define VTD_PQA 0xd0 /* RW */
#define VTD_PQA_PQS GENMASK_ULL(2, 0) /* 2^PQS pages */
#define VTD_PQA_PQA GENMASK_ULL(63, 12)
#define VTD_PRS 0xdc
#define VTD_PRS_PPR BIT(0) /* RW1C, requests are pending */
#define VTD_PRS_PRO BIT(1) /* RW1C, overflow */

/* 11.4.10.5 to 11.4.10.8 Page request event, 32 bits each, RW; as VTD_FECTL */
#define VTD_PECTL 0xe0
#define VTD_PEDATA 0xe4
#define VTD_PEADDR 0xe8
#define VTD_PEUADDR 0xec

/* A register that is not there reads as all ones. */
#define VTD_REG64_ABSENT (~0ULL)

#endif /* VTD_HW_REGS_H */
