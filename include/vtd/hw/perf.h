/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Performance monitoring (VT-d 4.0 and later): counters and the enhanced
 * commands that steer them.  Holds the specification and nothing else.
 *
 * A unit has them where ECAP.PMS and CAP.ECMDS are set.
 */
#ifndef VTD_HW_PERF_H
#define VTD_HW_PERF_H

#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/types.h>

/* Capability, 64 bits, RO */
#define VTD_PERFCAP 0x300
#define VTD_PERFCAP_NC GENMASK_ULL(15, 0) /* counters */
#define VTD_PERFCAP_CW GENMASK_ULL(22, 16) /* bits of one */
#define VTD_PERFCAP_NEG GENMASK_ULL(28, 24) /* event groups */
#define VTD_PERFCAP_FILTERS GENMASK_ULL(36, 32) /* by VTD_PERF_FILTER_* */
#define VTD_PERFCAP_IOS BIT_ULL(50) /* interrupt on overflow */
#define VTD_PERFCAP_CS GENMASK_ULL(54, 52) /* counters are 2^(10 + CS) apart */

/* Where the registers below are, as offsets of 32 bits, RO */
#define VTD_PERFCFGOFF 0x310
#define VTD_PERFOVFOFF 0x318
#define VTD_PERFCNTROFF 0x31c

/* Interrupt status; control, data, address, upper address as VTD_FECTL */
#define VTD_PERFINTRSTS 0x324
#define VTD_PERFINTRSTS_PIS BIT(0) /* RW1C */
#define VTD_PERFINTRCTL 0x328

/* Events of group n, 64 bits, RO */
#define VTD_PERFEVNTCAP(n) (0x380 + 8 * (n))
#define VTD_PERFEVNTCAP_ES GENMASK_ULL(27, 0)

/* Configuration of counter n, at PERFCFGOFF */
#define VTD_PERFCFG_BYTES 0x100
#define VTD_PERFCFG_INT BIT_ULL(1) /* interrupt on overflow */
#define VTD_PERFCFG_EGI GENMASK_ULL(11, 8)
#define VTD_PERFCFG_ES GENMASK_ULL(59, 32)
/* Then its filters, 32 bits each; what of one is compared depends on it. */
#define VTD_PERFCFG_FILTER(n) (8 + 4 * (n))
#define VTD_PERF_FILTER_EN BIT(31)

enum {
	VTD_PERF_FILTER_SID, /* 15:0 source-id */
	VTD_PERF_FILTER_DID, /* 15:0 domain-id */
	VTD_PERF_FILTER_PASID, /* 21:0 */
	VTD_PERF_FILTER_AT, /* 4:0 address types, one bit each */
	VTD_PERF_FILTER_PGTT, /* 4:0 kinds of page tables, one bit each */
	VTD_PERF_FILTERS,
};

/* What counter n can do, where that differs from the others; 32 bits, RO */
#define VTD_PERFCNTRCAP 0x80
#define VTD_PERFCNTRCAP_PCC BIT(0) /* it differs */
#define VTD_PERFCNTRCAP_CW GENMASK(15, 8)
#define VTD_PERFCNTRCAP_IOS BIT(16)
#define VTD_PERFCNTRCAP_EGCNT GENMASK(31, 28) /* entries that follow */
/* Events that it has, by group, 32 bits each, RO */
#define VTD_PERFCNTREVCAP(n) (0x84 + 4 * (n))
#define VTD_PERFCNTREVCAP_ES GENMASK(27, 0)
#define VTD_PERFCNTREVCAP_EGI GENMASK(31, 28)

/* Enhanced command, its operand B, response: 64 bits each */
#define VTD_ECMD 0x400
#define VTD_ECMD_CODE GENMASK_ULL(7, 0)
#define VTD_ECMD_OA GENMASK_ULL(63, 16) /* operand A */
#define VTD_ECRSP 0x410
#define VTD_ECRSP_IP BIT_ULL(0) /* in progress */
#define VTD_ECRSP_SC GENMASK_ULL(7, 1) /* status: 0 is good */
/* Which commands there are: a bit each, in words of 64 */
#define VTD_ECCAP(n) (0x430 + 8 * (n))

#define VTD_ECMD_ENABLE 0xf0 /* counter in operand A counts */
#define VTD_ECMD_DISABLE 0xf1
#define VTD_ECMD_FREEZE 0xf4 /* none counts */
#define VTD_ECMD_UNFREEZE 0xf5

#endif /* VTD_HW_PERF_H */
