/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Layout of the ACPI DMAR table: byte offsets, sizes, types and flags.
 *
 * Intel VT-d specification, chapter 8 "BIOS Considerations".  The table comes
 * from firmware and is read byte by byte at any alignment, so there are only
 * offsets here and no structures.  All multi-byte fields are little endian.
 */
#ifndef VTD_HW_DMAR_TABLE_H
#define VTD_HW_DMAR_TABLE_H

#include <linux/bits.h>

/* 8.1 DMA Remapping Reporting Structure: the table's header */
#define DMAR_SIGNATURE "DMAR"
#define DMAR_HDR_SIGNATURE 0 /* 4 bytes */
#define DMAR_HDR_LENGTH 4 /* 4 bytes, the whole table */
#define DMAR_HDR_REVISION 8 /* 1 byte */
#define DMAR_HDR_CHECKSUM 9 /* 1 byte, the table's bytes sum up to 0 */
#define DMAR_HDR_OEM_ID 10 /* 6 bytes */
#define DMAR_HDR_OEM_TABLE_ID 16 /* 8 bytes */
#define DMAR_HDR_OEM_REVISION 24 /* 4 bytes */
#define DMAR_HDR_CREATOR_ID 28 /* 4 bytes */
#define DMAR_HDR_CREATOR_REVISION 32 /* 4 bytes */
#define DMAR_HDR_ADDRESS_WIDTH 36 /* 1 byte, number of address bits less 1 */
#define DMAR_HDR_FLAGS 37 /* 1 byte */
#define DMAR_HDR_RESERVED 38 /* 10 bytes */
#define DMAR_HDR_BYTES 48 /* the first remapping structure starts here */

/* 8.1, flags of the table */
#define DMAR_FLAG_INTR_REMAP BIT(0)
#define DMAR_FLAG_X2APIC_OPT_OUT BIT(1)
#define DMAR_FLAG_DMA_CTRL_OPT_IN BIT(2)

/* 8.2 Remapping Structure Types; larger numbers are reserved */
#define DMAR_TYPE_DRHD 0
#define DMAR_TYPE_RMRR 1
#define DMAR_TYPE_ATSR 2
#define DMAR_TYPE_RHSA 3
#define DMAR_TYPE_ANDD 4
#define DMAR_TYPE_SATC 5
#define DMAR_TYPE_SIDP 6

/* 8.2, what every remapping structure starts with */
#define DMAR_STRUCT_TYPE 0 /* 2 bytes */
#define DMAR_STRUCT_LENGTH 2 /* 2 bytes, with these 4 */
#define DMAR_STRUCT_BYTES 4

/* 8.3 DMA Remapping Hardware Unit Definition */
#define DMAR_DRHD_FLAGS 4 /* 1 byte */
#define DMAR_DRHD_FLAG_INCLUDE_PCI_ALL BIT(0)
#define DMAR_DRHD_SIZE 5 /* 1 byte */
#define DMAR_DRHD_SIZE_N GENMASK(3, 0) /* 2^N register pages of 4 KiB */
#define DMAR_DRHD_SEGMENT 6 /* 2 bytes */
#define DMAR_DRHD_BASE 8 /* 8 bytes, physical address */
#define DMAR_DRHD_BYTES 16 /* device scopes follow */

/* 8.3.1 Device Scope Structure */
#define DMAR_SCOPE_TYPE 0 /* 1 byte */
#define DMAR_SCOPE_LENGTH 1 /* 1 byte, with the path */
#define DMAR_SCOPE_FLAGS 2 /* 1 byte, only in SIDP */
#define DMAR_SCOPE_RESERVED 3 /* 1 byte */
#define DMAR_SCOPE_ENUM_ID 4 /* 1 byte */
#define DMAR_SCOPE_START_BUS 5 /* 1 byte */
#define DMAR_SCOPE_BYTES 6 /* the path follows */

/* 8.3.1, one element of the path */
#define DMAR_PATH_DEVICE 0 /* 1 byte */
#define DMAR_PATH_FUNCTION 1 /* 1 byte */
#define DMAR_PATH_BYTES 2

/* 8.3.1, device scope types; other numbers are reserved */
#define DMAR_SCOPE_ENDPOINT 1 /* PCI endpoint device */
#define DMAR_SCOPE_BRIDGE 2 /* PCI sub-hierarchy below a bridge */
#define DMAR_SCOPE_IOAPIC 3 /* enumeration id: I/O APIC id in the MADT */
#define DMAR_SCOPE_HPET \
	4 /* enumeration id: HPET number of an MSI capable block */
#define DMAR_SCOPE_NAMESPACE \
	5 /* enumeration id: ACPI device number in an ANDD */

/* 8.4 Reserved Memory Region Reporting */
#define DMAR_RMRR_SEGMENT 6 /* 2 bytes */
#define DMAR_RMRR_BASE 8 /* 8 bytes, 4 KiB aligned */
#define DMAR_RMRR_LIMIT 16 /* 8 bytes, last byte of the region */
#define DMAR_RMRR_BYTES 24 /* device scopes follow */

/* 8.5 Root Port ATS Capability Reporting */
#define DMAR_ATSR_FLAGS 4 /* 1 byte */
#define DMAR_ATSR_FLAG_ALL_PORTS BIT(0)
#define DMAR_ATSR_SEGMENT 6 /* 2 bytes */
#define DMAR_ATSR_BYTES 8 /* device scopes follow */

/* 8.6 Remapping Hardware Static Affinity */
#define DMAR_RHSA_BASE 8 /* 8 bytes, the base of a DRHD */
#define DMAR_RHSA_PROXIMITY 16 /* 4 bytes, proximity domain of the SRAT */
#define DMAR_RHSA_BYTES 20

/* 8.7 ACPI Name-space Device Declaration */
#define DMAR_ANDD_DEVICE_NUMBER 7 /* 1 byte */
#define DMAR_ANDD_NAME 8 /* object path, ends with a 0 byte */
#define DMAR_ANDD_BYTES 8

/* 8.8 SoC Integrated Address Translation Cache Reporting */
#define DMAR_SATC_FLAGS 4 /* 1 byte */
#define DMAR_SATC_FLAG_ATC_REQUIRED BIT(0)
#define DMAR_SATC_SEGMENT 6 /* 2 bytes */
#define DMAR_SATC_BYTES 8 /* device scopes follow */

/* 8.9 SoC Integrated Device Property Reporting */
#define DMAR_SIDP_SEGMENT 6 /* 2 bytes */
#define DMAR_SIDP_BYTES 8 /* device scopes follow */

/* 8.9, flags in the scopes of an SIDP */
#define DMAR_SIDP_FLAG_NO_NESTED BIT(0) /* REQ_WO_PASID_NESTED_NOTALLOWED */
#define DMAR_SIDP_FLAG_NO_PWSNP BIT(1) /* REQ_WO_PASID_PWSNP_NOTALLOWED */
#define DMAR_SIDP_FLAG_NO_PGSNP BIT(2) /* REQ_WO_PASID_PGSNP_NOTALLOWED */
#define DMAR_SIDP_FLAG_ATC_HARDENED BIT(3)
#define DMAR_SIDP_FLAG_ATC_REQUIRED BIT(4)

#endif /* VTD_HW_DMAR_TABLE_H */
