/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The topology that a DMAR table describes: remapping units, the devices
 * they own, and the memory that firmware reserved.  VT-d spec chapter 8.
 */
#ifndef VTD_DMAR_PARSE_H
#define VTD_DMAR_PARSE_H

#include <linux/types.h>

/* Longest human sentence in an error or a note, with the closing 0. */
#define VTD_PARSE_TEXT 160

/* Notes kept of one table; what comes after is only counted. */
#define VTD_PARSE_NOTES 16

/* Deepest chain of bridges a path may have; PCI itself ends at 256 buses. */
#define VTD_PCI_PATH_MAX 32

/**
 * struct vtd_parse_error - why a table was refused
 * @offset: where in the table the offending field stands, in bytes
 * @reason: a sentence that names structure, field, value and limit
 */
struct vtd_parse_error {
	u32 offset;
	char reason[VTD_PARSE_TEXT];
};

/**
 * struct vtd_parse_note - something odd that does no harm
 * @offset: where in the table it stands, in bytes
 * @text: a sentence like that of an error
 */
struct vtd_parse_note {
	u32 offset;
	char text[VTD_PARSE_TEXT];
};

/**
 * struct vtd_path_elem - one step of a path from a bus down to a device
 * @dev: PCI device number, 0 to 31
 * @fn: PCI function number, 0 to 7
 */
struct vtd_path_elem {
	u8 dev;
	u8 fn;
};

/**
 * struct vtd_dev_scope - one device scope (8.3.1)
 * @type: DMAR_SCOPE_ENDPOINT and so on, always a known one
 * @flags: DMAR_SIDP_FLAG_* in an SIDP, 0 in all others
 * @enum_id: I/O APIC id, HPET number or ACPI device number
 * @start_bus: the bus that the path starts on, as firmware numbered it
 * @depth: number of elements in @path, at least 1
 * @path: each element but the last is a bridge
 * @offset: where the scope stands in the table, in bytes
 */
struct vtd_dev_scope {
	u8 type;
	u8 flags;
	u8 enum_id;
	u8 start_bus;
	u8 depth;
	const struct vtd_path_elem *path;
	u32 offset;
};

/**
 * struct vtd_scope_list - the device scopes of one structure
 * @nr: how many
 * @scope: @nr of them, in the order of the table
 */
struct vtd_scope_list {
	unsigned int nr;
	const struct vtd_dev_scope *scope;
};

/**
 * struct vtd_drhd - one remapping unit (8.3)
 * @base: physical address of its registers, 4 KiB aligned, never 0
 * @size: bytes of register space, a power of two from 4 KiB to 128 MiB
 * @segment: PCI segment of its devices
 * @include_all: it owns every PCI device of @segment that no other unit names
 * @scopes: the devices it owns
 * @offset: where the structure stands in the table, in bytes
 */
struct vtd_drhd {
	u64 base;
	u64 size;
	u16 segment;
	bool include_all;
	struct vtd_scope_list scopes;
	u32 offset;
};

/**
 * struct vtd_rmrr - memory that firmware has devices access (8.4)
 * @base: first byte, 4 KiB aligned (rounded down where the table was not)
 * @limit: last byte, @limit + 1 is 4 KiB aligned (rounded up likewise)
 * @segment: PCI segment of the devices
 * @scopes: the devices that need the region mapped one to one
 * @offset: where the structure stands in the table, in bytes
 */
struct vtd_rmrr {
	u64 base;
	u64 limit;
	u16 segment;
	struct vtd_scope_list scopes;
	u32 offset;
};

/**
 * struct vtd_atsr - root ports that can do ATS (8.5)
 * @segment: PCI segment of the ports
 * @all_ports: every root port of @segment can
 * @scopes: the ports that can; mean nothing where @all_ports
 * @offset: where the structure stands in the table, in bytes
 */
struct vtd_atsr {
	u16 segment;
	bool all_ports;
	struct vtd_scope_list scopes;
	u32 offset;
};

/**
 * struct vtd_rhsa - NUMA place of a unit (8.6)
 * @base: register base of the unit, as in its DRHD
 * @proximity_domain: as in the SRAT
 * @offset: where the structure stands in the table, in bytes
 */
struct vtd_rhsa {
	u64 base;
	u32 proximity_domain;
	u32 offset;
};

/**
 * struct vtd_andd - an ACPI device that does DMA (8.7)
 * @device_number: what scopes of type DMAR_SCOPE_NAMESPACE refer to
 * @name: ACPI path of the object, printable ASCII, ends with 0
 * @offset: where the structure stands in the table, in bytes
 */
struct vtd_andd {
	u8 device_number;
	const char *name;
	u32 offset;
};

/**
 * struct vtd_satc - devices in the SoC with an address translation cache (8.8)
 * @segment: PCI segment of the devices
 * @atc_required: they work only with their cache (ATS) switched on
 * @scopes: the devices
 * @offset: where the structure stands in the table, in bytes
 */
struct vtd_satc {
	u16 segment;
	bool atc_required;
	struct vtd_scope_list scopes;
	u32 offset;
};

/**
 * struct vtd_sidp - properties of devices in the SoC (8.9)
 * @segment: PCI segment of the devices
 * @scopes: the devices, each with its DMAR_SIDP_FLAG_*
 * @offset: where the structure stands in the table, in bytes
 */
struct vtd_sidp {
	u16 segment;
	struct vtd_scope_list scopes;
	u32 offset;
};

/**
 * struct vtd_dmar - a whole table, read-only once parsed
 * @address_width: bits of a DMA address that the platform handles, 32 to 64
 * @intr_remap: the platform can remap interrupts
 * @x2apic_opt_out: firmware asks not to switch x2APIC on
 * @dma_ctrl_opt_in: firmware asks for DMA protection from boot on
 * @nr_drhd: units, at least 1
 * @drhd: the units; an include_all unit stands where the table had it
 * @nr_rmrr: reserved regions
 * @rmrr: the reserved regions
 * @nr_atsr: ATS root port structures
 * @atsr: the ATS root port structures
 * @nr_rhsa: affinity structures
 * @rhsa: the affinity structures
 * @nr_andd: ACPI devices
 * @andd: the ACPI devices
 * @nr_satc: translation cache structures
 * @satc: the translation cache structures
 * @nr_sidp: device property structures
 * @sidp: the device property structures
 * @nr_unknown: structures of a type this code does not know, stepped over
 * @nr_notes: notes made, may be more than VTD_PARSE_NOTES
 * @note: the first min(@nr_notes, VTD_PARSE_NOTES) notes
 *
 * Every array is NULL when its count is 0.
 */
struct vtd_dmar {
	u8 address_width;
	bool intr_remap;
	bool x2apic_opt_out;
	bool dma_ctrl_opt_in;
	unsigned int nr_drhd;
	const struct vtd_drhd *drhd;
	unsigned int nr_rmrr;
	const struct vtd_rmrr *rmrr;
	unsigned int nr_atsr;
	const struct vtd_atsr *atsr;
	unsigned int nr_rhsa;
	const struct vtd_rhsa *rhsa;
	unsigned int nr_andd;
	const struct vtd_andd *andd;
	unsigned int nr_satc;
	const struct vtd_satc *satc;
	unsigned int nr_sidp;
	const struct vtd_sidp *sidp;
	unsigned int nr_unknown;
	unsigned int nr_notes;
	struct vtd_parse_note note[VTD_PARSE_NOTES];
};

/**
 * struct vtd_pci_hop - one function on the way from a root bus to a device
 * @bus: number of the bus that the function is on
 * @dev: PCI device number
 * @fn: PCI function number
 */
struct vtd_pci_hop {
	u8 bus;
	u8 dev;
	u8 fn;
};

/**
 * struct vtd_pci_path - where a PCI device sits
 * @segment: PCI segment
 * @root_bus: bus number of the root bus, the same as @hop[0].bus
 * @depth: number of hops, 1 for a device on the root bus
 * @hop: from the root to the device; each but the last is a bridge
 */
struct vtd_pci_path {
	u16 segment;
	u8 root_bus;
	u8 depth;
	struct vtd_pci_hop hop[VTD_PCI_PATH_MAX];
};

/*
 * What is done with a table that is not as the spec has it:
 *
 * Refused, since a device could end up untranslated, with the wrong unit, or
 * with memory it should not have: a wrong signature, length or checksum; a
 * structure, scope or name that does not fit into what holds it; a scope type
 * or path element that does not exist; a host address width outside of 32 to
 * 64; registers at 0, at all ones, unaligned, above the address width, or
 * shared by two units; two include_all units in a segment; a reserved region
 * whose limit is not above its base, or is above the address width; an ACPI
 * name that is empty or not printable; no unit at all; more than 64 KiB.
 *
 * Noted and otherwise taken as it is: unknown structure types (stepped over);
 * types out of numerical order; a unit after the include_all one of its
 * segment; PCI scopes in an include_all unit; a device or number in two units
 * (the first keeps it); a unit, reserved region or ATSR without devices; an
 * ATSR with both ports and all ports; an RHSA without its unit; a namespace
 * scope without its ANDD; an ANDD number twice; I/O APIC and HPET scopes
 * outside of a unit; a reserved region that is not in whole pages (rounded
 * outwards).  Reserved bits and bytes are ignored, as the spec wants.
 */

/**
 * vtd_dmar_parse() - check a DMAR table and turn it into a topology
 * @table: the table, at any alignment
 * @len: bytes that may be read at @table; may be more than the table has
 * @out: set to the topology on success and to NULL on failure; free it with
 *	vtd_dmar_free()
 * @err: filled in on failure (also for -ENOMEM), zeroed on success
 *
 * What would make operation unsafe is refused.  What is odd but harmless is
 * noted in the topology.  The result keeps no pointer into @table.
 *
 * Context: Process context, may sleep (allocates with GFP_KERNEL).
 *
 * Return: 0; -EINVAL when the table is malformed or contradicts itself, with
 * the place and the reason in @err; -ENODEV when it is sound but has no
 * remapping unit; -ENOMEM.  VT-d spec 8.1 to 8.9.
 */
int vtd_dmar_parse(const void *table, size_t len, struct vtd_dmar **out,
		   struct vtd_parse_error *err);

/**
 * vtd_dmar_free() - give a topology back
 * @dmar: from vtd_dmar_parse(), or NULL
 *
 * Context: Process context, may sleep.
 */
void vtd_dmar_free(struct vtd_dmar *dmar);

/**
 * vtd_scope_matches() - does a device scope cover a PCI device?
 * @scope: the scope; its segment is that of the structure it stands in, and
 *	the caller has compared it with that of @path
 * @path: the device
 *
 * An endpoint scope covers exactly the device that its path ends at.  A bridge
 * scope covers the bridge and all that is below it.  The other types cover no
 * PCI device here: see vtd_dmar_find_enum().  The scope's path is followed
 * from the hop that is on its start bus, which need not be a root bus.
 *
 * Context: Any.
 *
 * Return: true when it does.  VT-d spec 8.3.1.
 */
bool vtd_scope_matches(const struct vtd_dev_scope *scope,
		       const struct vtd_pci_path *path);

/**
 * vtd_scope_list_matches() - does any scope of a list cover a PCI device?
 * @list: the scopes
 * @path: the device, of the segment that the list belongs to
 *
 * Context: Any.
 *
 * Return: the first scope that does, or NULL.
 */
const struct vtd_dev_scope *
vtd_scope_list_matches(const struct vtd_scope_list *list,
		       const struct vtd_pci_path *path);

/**
 * vtd_dmar_find_unit() - which unit translates the DMA of a PCI device?
 * @dmar: the topology
 * @path: the device
 *
 * A unit that names the device, or a bridge above it, comes first: an endpoint
 * scope before a bridge scope, a longer path before a shorter one, then the
 * order of the table.  Failing that, the include_all unit of the segment.  A
 * virtual function is looked up by the path of its physical function.
 *
 * Context: Any.
 *
 * Return: index into @dmar->drhd, or -ENODEV.  VT-d spec 8.3.
 */
int vtd_dmar_find_unit(const struct vtd_dmar *dmar,
		       const struct vtd_pci_path *path);

/**
 * vtd_dmar_find_enum() - which unit has an I/O APIC, HPET or ACPI device?
 * @dmar: the topology
 * @type: DMAR_SCOPE_IOAPIC, DMAR_SCOPE_HPET or DMAR_SCOPE_NAMESPACE
 * @enum_id: I/O APIC id, HPET number or ACPI device number
 * @scope: set to the scope found (its path gives the source-id), may be NULL
 *
 * Context: Any.
 *
 * Return: index into @dmar->drhd, or -ENODEV.  VT-d spec 8.3.1.1.
 */
int vtd_dmar_find_enum(const struct vtd_dmar *dmar, u8 type, u8 enum_id,
		       const struct vtd_dev_scope **scope);

#endif /* VTD_DMAR_PARSE_H */
