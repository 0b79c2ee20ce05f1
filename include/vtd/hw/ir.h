/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Interrupt remapping (VT-d chapter 5): table entries, the table's register,
 * requests in remappable format.  Holds the specification and nothing else.
 */
#ifndef VTD_HW_IR_H
#define VTD_HW_IR_H

#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/types.h>

#include <vtd/hw/qi.h>

/* 11.4.10 Interrupt remapping table address, 64 bits, RW */
#define VTD_IRTA 0xb8
#define VTD_IRTA_S GENMASK_ULL(3, 0) /* 2^(S + 1) entries */
#define VTD_IRTA_EIME BIT_ULL(11)
#define VTD_IRTA_IRTA GENMASK_ULL(63, 12)

#define VTD_IR_ENTRIES_MAX 65536

/**
 * struct vtd_irte - one entry of the interrupt remapping table
 * @w: bits 63:0, bits 127:64
 */
struct vtd_irte {
	u64 w[2];
} __aligned(16);

static_assert(sizeof(struct vtd_irte) == 16);

/* 9.9 Remapped interrupt, bits 63:0 */
#define VTD_IRTE_P BIT_ULL(0)
#define VTD_IRTE_FPD BIT_ULL(1)
#define VTD_IRTE_DM BIT_ULL(2) /* logical destination */
#define VTD_IRTE_RH BIT_ULL(3)
#define VTD_IRTE_TM BIT_ULL(4) /* level */
#define VTD_IRTE_DLM GENMASK_ULL(7, 5)
#define VTD_IRTE_AVAIL GENMASK_ULL(11, 8)
#define VTD_IRTE_IM BIT_ULL(15) /* posted */
#define VTD_IRTE_V GENMASK_ULL(23, 16)
#define VTD_IRTE_DST GENMASK_ULL(63, 32) /* 32-bit APIC id */
#define VTD_IRTE_DST_XAPIC GENMASK_ULL(47, 40) /* 8-bit APIC id */

/* 9.10 Posted interrupt, bits 63:0, where they differ */
#define VTD_IRTE_URG BIT_ULL(14)
#define VTD_IRTE_PDA_LO GENMASK_ULL(63, 38) /* address bits 31:6 */

/* Both forms, bits 127:64 */
#define VTD_IRTE_HI_SID GENMASK_ULL(15, 0)
#define VTD_IRTE_HI_SQ GENMASK_ULL(17, 16)
#define VTD_IRTE_HI_SVT GENMASK_ULL(19, 18)
#define VTD_IRTE_SVT_NONE 0
#define VTD_IRTE_SVT_SID 1 /* SID, as far as SQ says */
#define VTD_IRTE_SVT_BUS 2 /* from bus SID[15:8] to bus SID[7:0] */
#define VTD_IRTE_HI_PDA_HI GENMASK_ULL(63, 32) /* posted: address 63:32 */

/* 6.5.2.7 Interrupt entry cache invalidation */
#define VTD_QI_TYPE_IEC 4
#define VTD_QI_IEC_G BIT_ULL(4) /* 0 all entries, 1 those that IIDX says */
#define VTD_QI_IEC_IM GENMASK_ULL(31, 27) /* 2^IM entries */
#define VTD_QI_IEC_IIDX GENMASK_ULL(47, 32)

/* 5.1.2.2 A request in remappable format: a write of data to address */
#define VTD_MSI_ADDR_BASE 0xfee00000U
#define VTD_MSI_ADDR_HANDLE_15 BIT(2)
#define VTD_MSI_ADDR_SHV BIT(3) /* index = handle + subhandle */
#define VTD_MSI_ADDR_FORMAT BIT(4) /* remappable */
#define VTD_MSI_ADDR_HANDLE GENMASK(19, 5)
#define VTD_MSI_DATA_SUBHANDLE GENMASK(15, 0)

/* 11.4.7.6: of an interrupt's fault FI holds the index, at these bits */
#define VTD_FRCD_LO_INDEX GENMASK_ULL(63, 48)

/* Who may use an entry: exactly the source-id @sid. */
static inline u64 vtd_irte_from_sid(u16 sid)
{
	return FIELD_PREP(VTD_IRTE_HI_SID, sid) |
	       FIELD_PREP(VTD_IRTE_HI_SVT, VTD_IRTE_SVT_SID);
}

/* Who may use an entry: every function of the buses @first to @last. */
static inline u64 vtd_irte_from_buses(u8 first, u8 last)
{
	return FIELD_PREP(VTD_IRTE_HI_SID, first << 8 | last) |
	       FIELD_PREP(VTD_IRTE_HI_SVT, VTD_IRTE_SVT_BUS);
}

/* Fixed delivery to one 8-bit APIC id, or to one 32-bit id with @eim. */
static inline struct vtd_irte vtd_irte_remapped(u8 vector, u32 dest, bool eim,
						bool logical, u64 source)
{
	u64 lo = VTD_IRTE_P | FIELD_PREP(VTD_IRTE_V, vector);

	lo |= eim ? FIELD_PREP(VTD_IRTE_DST, dest) :
		    FIELD_PREP(VTD_IRTE_DST_XAPIC, dest & 0xff);
	if (logical)
		lo |= VTD_IRTE_DM;
	return (struct vtd_irte){ .w = { lo, source } };
}

/*
 * Posting as vector @vector to the descriptor at physical address @pda, a
 * multiple of 64 bytes; @urgent: with a notification even where it is
 * suppressed.
 */
static inline struct vtd_irte vtd_irte_posted(u64 pda, u8 vector, bool urgent,
					      u64 source)
{
	u64 lo = VTD_IRTE_P | VTD_IRTE_IM | FIELD_PREP(VTD_IRTE_V, vector) |
		 FIELD_PREP(VTD_IRTE_PDA_LO, (pda & U32_MAX) >> 6);

	if (urgent)
		lo |= VTD_IRTE_URG;
	return (struct vtd_irte){
		.w = { lo, source | FIELD_PREP(VTD_IRTE_HI_PDA_HI, pda >> 32) },
	};
}

/* Where an entry in posted format posts to: a physical address, bytes. */
static inline u64 vtd_irte_pda(struct vtd_irte irte)
{
	return FIELD_GET(VTD_IRTE_HI_PDA_HI, irte.w[1]) << 32 |
	       FIELD_GET(VTD_IRTE_PDA_LO, irte.w[0]) << 6;
}

/* The same entry for a unit whose ids have 8 bits; @irte has 32-bit ids. */
static inline struct vtd_irte vtd_irte_narrow(struct vtd_irte irte)
{
	u64 dest = FIELD_GET(VTD_IRTE_DST, irte.w[0]);

	/* A posted entry names a descriptor there. */
	if (irte.w[0] & VTD_IRTE_IM)
		return irte;
	irte.w[0] &= ~VTD_IRTE_DST;
	irte.w[0] |= FIELD_PREP(VTD_IRTE_DST_XAPIC, dest & 0xff);
	return irte;
}

/* Make a unit forget every entry. */
static inline struct vtd_qi_desc vtd_qi_iec_global(void)
{
	return (struct vtd_qi_desc){ .w = { VTD_QI_TYPE_IEC } };
}

/* The same for 2^@im entries from @index on, which is a multiple of 2^@im. */
static inline struct vtd_qi_desc vtd_qi_iec_index(u16 index, unsigned int im)
{
	u64 lo = VTD_QI_TYPE_IEC | VTD_QI_IEC_G |
		 FIELD_PREP(VTD_QI_IEC_IM, im) |
		 FIELD_PREP(VTD_QI_IEC_IIDX, index);

	return (struct vtd_qi_desc){ .w = { lo } };
}

/*
 * The address of a request that uses the entry @handle, or with @shv the entry
 * @handle plus the subhandle in the data.
 */
static inline u32 vtd_msi_addr(u16 handle, bool shv)
{
	return VTD_MSI_ADDR_BASE | VTD_MSI_ADDR_FORMAT |
	       FIELD_PREP(VTD_MSI_ADDR_HANDLE, handle & 0x7fff) |
	       FIELD_PREP(VTD_MSI_ADDR_HANDLE_15, handle >> 15) |
	       (shv ? VTD_MSI_ADDR_SHV : 0);
}

#endif /* VTD_HW_IR_H */
