// SPDX-License-Identifier: GPL-2.0
/*
 * Topologies and what "why" must say of one device in each.
 */
#include "why_table.h"

#define ROOT_PORT PCI_EXP_TYPE_ROOT_PORT
#define UP PCI_EXP_TYPE_UPSTREAM
#define DOWN PCI_EXP_TYPE_DOWNSTREAM
#define ENDPOINT PCI_EXP_TYPE_ENDPOINT
#define INTEGRATED PCI_EXP_TYPE_RC_END

/* --- one device behind a port ---------------------------------------------------- */

static const struct rig_spec single[] = {
	{ "port", NULL, ROOT_PORT, 0x08, ACS_ALL, .driver = "pcieport" },
	{ "nic", "port", ENDPOINT, 0x00, .group = 3 },
	{},
};

static const struct rig_spec single_bound[] = {
	{ "port", NULL, ROOT_PORT, 0x08, ACS_ALL },
	{ "nic", "port", ENDPOINT, 0x00, .driver = "e1000e", .group = 3 },
	{},
};

static const struct rig_spec single_vfio[] = {
	{ "port", NULL, ROOT_PORT, 0x08, ACS_ALL },
	{ "nic", "port", ENDPOINT, 0x00, .driver = "vfio-pci", .group = 3 },
	{},
};

static const struct rig_spec single_before[] = {
	{ "port", NULL, ROOT_PORT, 0x08, ACS_ALL },
	{ "nic", "port", ENDPOINT, 0x00, 0, 0, UNMANAGED, "e1000e" },
	{},
};

static const struct rig_spec single_released[] = {
	{ "port", NULL, ROOT_PORT, 0x08, ACS_ALL },
	{ "nic", "port", ENDPOINT, 0x00, 0, 0, UNMANAGED },
	{},
};

static const struct rig_spec single_outside[] = {
	{ "port", NULL, ROOT_PORT, 0x08, ACS_ALL },
	{ "nic", "port", ENDPOINT, 0x00, 0, 0, UNTRUSTED, .group = 3 },
	{},
};

static void no_isolated_msi(void)
{
	pci_rig.isolated_msi = false;
}

static void unit_failed(void)
{
	pci_rig.unit[0].health = VTD_HEALTH_FAILED;
}

/* --- functions of one device ------------------------------------------------------- */

static const struct rig_spec functions[] = {
	{ "port", NULL, ROOT_PORT, 0x08, ACS_ALL },
	{ "f0", "port", ENDPOINT, 0x00, 0, 0, MANY, .group = 3 },
	{ "f1", "port", ENDPOINT, 0x01, 0, 0, MANY, "e1000e", .group = 3 },
	{},
};

static const struct rig_spec functions_apart[] = {
	{ "port", NULL, ROOT_PORT, 0x08, ACS_ALL },
	{ "f0", "port", ENDPOINT, 0x00, ACS_ALL, 0, MANY, .group = 3 },
	{ "f1", "port", ENDPOINT, 0x01, ACS_ALL, 0, MANY, "e1000e", 4 },
	{},
};

static const struct rig_spec functions_off[] = {
	{ "f0", NULL, INTEGRATED, 0x10, ACS_ALL, 0x0c, MANY, .group = 3 },
	{ "f1", NULL, INTEGRATED, 0x11, 0, 0, MANY | UNMANAGED, "uhci" },
	{},
};

/* One says that it isolates: that is enough for the two to be apart. */
static const struct rig_spec functions_half[] = {
	{ "port", NULL, ROOT_PORT, 0x08, ACS_ALL },
	{ "f0", "port", ENDPOINT, 0x00, ACS_ALL, 0, MANY, .group = 3 },
	{ "f1", "port", ENDPOINT, 0x01, 0, 0, MANY, "e1000e", .group = 4 },
	{},
};

/* Two functions, but one may use the other's number. */
static const struct rig_spec phantom[] = {
	{ "port", NULL, ROOT_PORT, 0x08, ACS_ALL },
	{ "f0", "port", ENDPOINT, 0x00, ACS_ALL, 0, MANY | PHANTOM_1,
	  .group = 3 },
	{ "f4", "port", ENDPOINT, 0x04, ACS_ALL, 0, MANY, "ahci", 4 },
	{},
};

static const struct rig_spec alias[] = {
	{ "port", NULL, ROOT_PORT, 0x08, ACS_ALL },
	{ "f0", "port", ENDPOINT, 0x00, ACS_ALL, 0, MANY, .group = 3,
	  .alias = 2 },
	{ "f1", "port", ENDPOINT, 0x01, ACS_ALL, 0, MANY | UNMANAGED, "ahci" },
	{},
};

static const struct rig_spec virtual_functions[] = {
	{ "port", NULL, ROOT_PORT, 0x08, ACS_ALL },
	{ "pf", "port", ENDPOINT, 0x00, ACS_ALL, 0, MANY, "ixgbe", 3 },
	{ "vf", "port", ENDPOINT, 0x10, 0, 0, VIRTUAL, .group = 4 },
	{ "vf2", "port", ENDPOINT, 0x12, 0, 0, VIRTUAL, "ixgbevf", 5 },
	{},
};

static const struct rig_spec virtual_together[] = {
	{ "port", NULL, ROOT_PORT, 0x08, ACS_ALL },
	{ "pf", "port", ENDPOINT, 0x00, 0, 0, MANY, "ixgbe", 3 },
	{ "vf", "port", ENDPOINT, 0x10, 0, 0, VIRTUAL, .group = 3 },
	{},
};

/* --- ports and switches -------------------------------------------------------------- */

static const struct rig_spec weak_port[] = {
	{ "port", NULL, ROOT_PORT, 0x08 },
	{ "nic", "port", ENDPOINT, 0x00, 0, 0, MANY, .group = 3 },
	{ "sound", "port", ENDPOINT, 0x01, 0, 0, MANY | UNMANAGED, "hda" },
	{},
};

static const struct rig_spec alone_at_weak_port[] = {
	{ "port", NULL, ROOT_PORT, 0x08 },
	{ "nic", "port", ENDPOINT, 0x00, .group = 3 },
	{ "other port", NULL, ROOT_PORT, 0x10 },
	{ "other", "other port", ENDPOINT, 0x00, .driver = "nvme", .group = 4 },
	{},
};

static const struct rig_spec part_switch[] = {
	{ "port", NULL, ROOT_PORT, 0x08, ACS_ALL },
	{ "up", "port", UP, 0x00 },
	{ "down 1", "up", DOWN, 0x00, ACS_ALL },
	{ "down 2", "up", DOWN, 0x08 },
	{ "down 3", "up", DOWN, 0x10, ACS_ALL },
	{ "nic", "down 1", ENDPOINT, 0x00, .group = 3 },
	{ "disk", "down 2", ENDPOINT, 0x00, .driver = "nvme", .group = 3 },
	{ "vfio", "down 3", ENDPOINT, 0x00, .driver = "vfio-pci", .group = 5 },
	{},
};

static const struct rig_spec off_switch[] = {
	{ "port", NULL, ROOT_PORT, 0x08, ACS_ALL },
	{ "up", "port", UP, 0x00 },
	{ "down 1", "up", DOWN, 0x00, ACS_ALL, 0x01 },
	{ "down 2", "up", DOWN, 0x08, ACS_ALL, 0x1c },
	{ "nic", "down 1", ENDPOINT, 0x00, .group = 3 },
	{ "disk", "down 2", ENDPOINT, 0x00, .driver = "nvme", .group = 4 },
	{},
};

static const struct rig_spec good_switch[] = {
	{ "port", NULL, ROOT_PORT, 0x08, ACS_ALL },
	{ "up", "port", UP, 0x00 },
	{ "down 1", "up", DOWN, 0x00, 0x1d },
	{ "down 2", "up", DOWN, 0x08, 0x15 },
	{ "nic", "down 1", ENDPOINT, 0x00, .group = 3 },
	{ "disk", "down 2", ENDPOINT, 0x00, .driver = "nvme", .group = 4 },
	{},
};

static const struct rig_spec switch_below_weak[] = {
	{ "port", NULL, ROOT_PORT, 0x08 },
	{ "up", "port", UP, 0x00 },
	{ "down 1", "up", DOWN, 0x00, ACS_ALL },
	{ "down 2", "up", DOWN, 0x08, ACS_ALL },
	{ "nic", "down 1", ENDPOINT, 0x00, .group = 3 },
	{ "disk", "down 2", ENDPOINT, 0x00, .driver = "nvme", .group = 3 },
	{},
};

/* --- conventional PCI ------------------------------------------------------------------ */

static const struct rig_spec to_pci[] = {
	{ "port", NULL, ROOT_PORT, 0x08, ACS_ALL },
	{ "bridge", "port", PCI_EXP_TYPE_PCI_BRIDGE, 0x00 },
	{ "sound", "bridge", CONVENTIONAL, 0x08, .group = 3 },
	{ "modem", "bridge", CONVENTIONAL, 0x10, .driver = "serial",
	  .group = 3 },
	{},
};

static const struct rig_spec pci_pci[] = {
	{ "bridge", NULL, CONVENTIONAL, 0xf0, .class = 0x060401 },
	{ "sound", "bridge", CONVENTIONAL, 0x08, .group = 3 },
	{ "modem", "bridge", CONVENTIONAL, 0x10, 0, 0, UNMANAGED, "serial" },
	{ "nic", NULL, INTEGRATED, 0x10, .driver = "igc", .group = 4 },
	{},
};

/* --- VMD -------------------------------------------------------------------------------- */

static const struct rig_spec vmd[] = {
	{ "vmd", NULL, INTEGRATED, 0x70, 0, 0, IS_VMD | UNMANAGED, "vmd" },
	{ "port 1", NULL, ROOT_PORT, 0x08, ACS_ALL, 0, BEHIND_VMD },
	{ "disk", "port 1", ENDPOINT, 0x00, 0, 0, UNMANAGED, "nvme" },
	{ "port 2", NULL, ROOT_PORT, 0x10, ACS_ALL, 0, BEHIND_VMD },
	{ "disk 2", "port 2", ENDPOINT, 0x00, 0, 0, UNMANAGED, "nvme" },
	{},
};

/* --- the table ---------------------------------------------------------------------------- */

static void rmrr_nic(struct dmar_image *img)
{
	dmar_drhd(img, 1, 0, 0, 0xfed90000);
	dmar_rmrr(img, 0, 0x8f2de000, 0x8f2fdfff);
	dmar_scope(img, 1, 0, 0, "1.0/0.0");
}

static void rmrr_odd(struct dmar_image *img)
{
	dmar_drhd(img, 1, 0, 0, 0xfed90000);
	dmar_rmrr(img, 0, 0x1fff3801, 0x200007ff);
	dmar_scope(img, 1, 0, 0, "1.0/0.0");
	dmar_rmrr(img, 0, 0x20000000, 0x20003fff);
	dmar_scope(img, 2, 0, 0, "1.0");
}

static void small_ram(void)
{
	vtd_shim_set_ram(0x20000000);
}

static void rmrr_absent(struct dmar_image *img)
{
	dmar_drhd(img, 1, 0, 0, 0xfed90000);
	dmar_rmrr(img, 0, 0x8f2de000, 0x8f2fdfff);
	dmar_scope(img, 1, 0, 0, "3.0/0.0");
}

static void rmrr_wrong_bus(struct dmar_image *img)
{
	dmar_drhd(img, 1, 0, 0, 0xfed90000);
	dmar_rmrr(img, 0, 0x8f2de000, 0x8f2fdfff);
	dmar_scope(img, 1, 0, 5, "0.0");
}

/* Firmware that counts a device's own bus as the one its path starts on. */
static void rmrr_own_bus(struct dmar_image *img)
{
	dmar_drhd(img, 1, 0, 0, 0xfed90000);
	dmar_rmrr(img, 0, 0x8f2de000, 0x8f2fdfff);
	dmar_scope(img, 1, 0, 1, "0.0");
}

static void rmrr_of_f1(struct dmar_image *img)
{
	dmar_drhd(img, 1, 0, 0, 0xfed90000);
	dmar_rmrr(img, 0, 0x8f2de000, 0x8f2fdfff);
	dmar_scope(img, 1, 0, 0, "1.0/0.1");
}

static void andd(struct dmar_image *img)
{
	dmar_drhd(img, 0, 0, 0, 0xfed90000);
	dmar_scope(img, 2, 0, 0, "1.0");
	dmar_scope(img, 5, 7, 1, "0.0");
	dmar_scope(img, 5, 8, 1, "0.1");
	dmar_andd(img, 7, "\\_SB.\"I2C\"");
}

static void andd_unnamed(struct dmar_image *img)
{
	dmar_drhd(img, 0, 0, 0, 0xfed90000);
	dmar_scope(img, 2, 0, 0, "1.0");
	dmar_scope(img, 5, 9, 1, "0.0");
}

/* Behind a bridge: the bus is the one that it leads to now. */
static void andd_behind(struct dmar_image *img)
{
	dmar_drhd(img, 0, 0, 0, 0xfed90000);
	dmar_scope(img, 2, 0, 0, "1.0");
	dmar_scope(img, 5, 7, 0, "1.0/0.0");
	dmar_scope(img, 5, 8, 0, "7.0/0.0");
	dmar_andd(img, 7, "\\_SB.SPI");
}

/* --- which unit --------------------------------------------------------------------------- */

static const struct rig_spec two_roots[] = {
	{ "port", NULL, ROOT_PORT, 0x08, ACS_ALL, 0, OTHER_ROOT },
	{ "nic", "port", ENDPOINT, 0x00, .group = 3 },
	{ "port 2", NULL, ROOT_PORT, 0x08, ACS_ALL },
	{ "nic 2", "port 2", ENDPOINT, 0x00, .driver = "igc", .group = 4 },
	{},
};

static void two_roots_table(struct dmar_image *img)
{
	dmar_drhd(img, 0, 0, 0, 0xfed90000);
	dmar_scope(img, 2, 0, 0, "1.0");
	dmar_drhd(img, 0, 0, 0, 0xfed91000);
	dmar_scope(img, 2, 0, 0x40, "1.0");
}

static void root_is_late(void)
{
	pci_rig.late_root = true;
}

static const struct rig_spec late_root[] = {
	{ "nic", NULL, INTEGRATED, 0x08, 0, 0, OTHER_ROOT | UNMANAGED },
	{},
};

static const struct rig_spec two_segments[] = {
	{ "nic", NULL, INTEGRATED, 0x10, .group = 3 },
	{ "nic 2", NULL, INTEGRATED, 0x10, 0, 0, OTHER_SEGMENT, "igc", 4 },
	{},
};

static void two_segments_table(struct dmar_image *img)
{
	dmar_drhd(img, 1, 0, 0, 0xfed90000);
	dmar_drhd(img, 1, 0, 1, 0xfed91000);
}

/* A unit for a port, and one for a single device behind it. */
static void path_beats_bridge(struct dmar_image *img)
{
	dmar_drhd(img, 0, 0, 0, 0xfed90000);
	dmar_scope(img, 2, 0, 0, "1.0");
	dmar_drhd(img, 0, 0, 0, 0xfed91000);
	dmar_scope(img, 1, 0, 0, "1.0/0.0");
	dmar_drhd(img, 1, 0, 0, 0xfed92000);
}

/* The path begins on the bus that a bridge leads to, or on none at all. */
static void path_from_inside(struct dmar_image *img)
{
	dmar_drhd(img, 0, 0, 0, 0xfed90000);
	dmar_scope(img, 1, 0, 9, "0.0");
	dmar_drhd(img, 0, 0, 0, 0xfed91000);
	dmar_scope(img, 1, 0, 1, "0.0");
}

static void path_on_wrong_bus(struct dmar_image *img)
{
	dmar_drhd(img, 0, 0, 0, 0xfed90000);
	dmar_scope(img, 1, 0, 9, "0.0");
}

static void other_segment(struct dmar_image *img)
{
	dmar_drhd(img, 1, 0, 1, 0xfed90000);
}

static void three_units(struct dmar_image *img)
{
	dmar_drhd(img, 0, 0, 0, 0xfed90000);
	dmar_scope(img, 1, 0, 0, "2.0");
	dmar_drhd(img, 0, 0, 0, 0xfed91000);
	dmar_scope(img, 2, 0, 0, "1.0");
	dmar_drhd(img, 1, 0, 0, 0xfed92000);
}

static void graphics_off(void)
{
	pci_rig.unit[1].off_reason = "i915 is bound";
}

/* --- errata, and translation caches ------------------------------------------------------- */

static void needs_cache(void)
{
	vtd_device_find(pci_rig_dev("nic"))->ats = VTD_ATS_REQUIRED;
}

static const struct rig_spec ironlake[] = {
	{ "hub", NULL, INTEGRATED, 0x00, .class = 0x060000, .device = 0x0044 },
	{ "gpu", NULL, INTEGRATED, 0x10, 0, 0, UNMANAGED, .class = 0x030000,
	  .device = 0x0046 },
	{},
};

static const struct rig_spec accelerator[] = {
	{ "dsa", NULL, INTEGRATED, 0x08, .group = 3, .device = 0x0b25 },
	{ "qat", NULL, INTEGRATED, 0x10, .group = 4, .device = 0x4940 },
	{},
};

static const struct rig_spec accelerator_vfio[] = {
	{ "dsa", NULL, INTEGRATED, 0x08, .driver = "vfio-pci", .group = 3,
	  .device = 0x0b25 },
	{},
};

static const struct rig_spec x58[] = {
	{ "hub", NULL, INTEGRATED, 0x00, .class = 0x060000, .device = 0x3405,
	  .revision = 0x13 },
	{ "nic", NULL, INTEGRATED, 0x08, .group = 3 },
	{},
};

static const struct rig_spec single_usb[] = {
	{ "port", NULL, ROOT_PORT, 0x08, ACS_ALL },
	{ "usb", "port", ENDPOINT, 0x00, .group = 3, .class = 0x0c0330 },
	{},
};

const struct why_case why_cases[] = {
	{ "nothing stands against it", single, .device = "nic",
	  .assignable = "yes",
	  .says = { "managed=yes driver=- group=3 sid=01:00.0" } },
	{ "the host's driver has it", single_bound, .device = "nic",
	  .assignable = "after", .reasons = 1,
	  .says = { "code=bound weight=todo device=0000:01:00.0 driver=e1000e",
		    "/sys/bus/pci/devices/0000:01:00.0/driver/unbind" } },
	{ "user space has it", single_vfio, .device = "nic",
	  .assignable = "yes", .reasons = 1,
	  .says = { "code=bound weight=note" } },
	{ "its driver was there first", single_before, .device = "nic",
	  .assignable = "after", .reasons = 1,
	  .says = { "code=unmanaged weight=todo", "vtdctl adopt 0000:01:00.0",
		    "driver was bound before", "managed=no" } },
	{ "it was released", single_released, .device = "nic",
	  .assignable = "after", .reasons = 1,
	  .says = { "it was released", "vtdctl adopt 0000:01:00.0" } },
	{ "it comes from outside", single_outside, .device = "nic",
	  .assignable = "yes", .reasons = 1,
	  .says = { "code=untrusted weight=note" } },
	{ "interrupts are not isolated", single, NULL, no_isolated_msi,
	  .device = "nic", .assignable = "after", .reasons = 1,
	  .says = { "code=interrupts weight=todo",
		    "modprobe vtd_intr_remap" } },
	{ "the unit failed", single, NULL, unit_failed, .device = "nic",
	  .assignable = "no", .reasons = 1,
	  .says = { "code=unit-failed weight=never", "dmar0 stopped" } },
	{ "a bridge", single, .device = "port", .assignable = "no",
	  .reasons = 1,
	  .says = { "code=bridge weight=never", "the devices behind it" } },
	{ "functions without ACS", functions, .device = "f0",
	  .assignable = "after", .reasons = 3,
	  .says = { "code=acs weight=note device=0000:01:00.0 driver=- capability=no missing=SV,RR,CR,UF",
		    "code=acs weight=note device=0000:01:00.1",
		    "code=member weight=todo device=0000:01:00.1 driver=e1000e group=yes",
		    "function 0000:01:00.1 has no ACS (SV,RR,CR,UF): the functions",
		    "devices/0000:01:00.1/driver/unbind" } },
	{ "functions with ACS", functions_apart, .device = "f0",
	  .assignable = "yes" },
	{ "functions, ACS off in one, missing in one", functions_off,
	  .device = "f0", .assignable = "after", .reasons = 3,
	  .says = { "device=0000:00:02.0 driver=- capability=yes missing=RR,CR ",
		    "function 0000:00:02.0 has ACS, but RR,CR is off",
		    "device=0000:00:02.1 driver=uhci capability=no",
		    "group=no text=\"nothing isolates 0000:00:02.1 from it, and that one is not managed",
		    "vtdctl adopt 0000:00:02.1", "'vtdctl detach' and" } },
	{ "functions, ACS in one", functions_half, .device = "f0",
	  .assignable = "yes" },
	{ "a phantom function's number", phantom, .device = "f0",
	  .assignable = "after", .reasons = 3,
	  .says = { "sid=01:00.0,01:00.4 ", "code=aliases weight=note",
		    "code=source-id weight=note device=0000:01:00.4 driver=ahci",
		    "code=member weight=todo device=0000:01:00.4" } },
	{ "an alias by quirk", alias, .device = "f0", .assignable = "after",
	  .reasons = 3,
	  .says = { "sid=01:00.0,01:00.1 ", "code=aliases", "code=source-id",
		    "vtdctl adopt 0000:01:00.1" } },
	{ "a virtual function", virtual_functions, .device = "vf",
	  .assignable = "yes", .says = { "sid=01:02.0 " } },
	{ "a virtual function of a device without ACS", virtual_together,
	  .device = "vf", .assignable = "after", .reasons = 2,
	  .says = { "code=acs weight=note device=0000:01:00.0 driver=ixgbe capability=no",
		    "code=member weight=todo device=0000:01:00.0" } },
	{ "a port without ACS", weak_port, .device = "nic",
	  .assignable = "after", .reasons = 2,
	  .says = { "code=acs weight=note device=0000:00:01.0 driver=- capability=no missing=SV,RR,CR,UF",
		    "root port 0000:00:01.0 has no ACS (SV,RR,CR,UF): what is below",
		    "code=member weight=todo device=0000:01:00.1 driver=hda group=no",
		    "move the device to a slot below another root port" } },
	{ "alone below a port without ACS", alone_at_weak_port, .device = "nic",
	  .assignable = "yes" },
	{ "a switch with ACS in part", part_switch, .device = "nic",
	  .assignable = "after", .reasons = 2,
	  .says = { "downstream switch port 0000:02:01.0 has no ACS",
		    "code=member weight=todo device=0000:04:00.0 driver=nvme group=yes" } },
	{ "a switch with ACS in part, the device behind the weak port",
	  part_switch, .device = "disk", .assignable = "after", .reasons = 4,
	  .says = { "downstream switch port 0000:02:01.0 has no ACS",
		    "code=member weight=note device=0000:03:00.0 driver=- group=yes",
		    "code=member weight=note device=0000:05:00.0 driver=vfio-pci group=no",
		    "code=bound weight=todo" } },
	{ "a switch with ACS off in part", off_switch, .device = "nic",
	  .assignable = "after", .reasons = 3,
	  .says = { "0000:02:00.0 has ACS, but SV is off",
		    "0000:02:01.0 has ACS, but RR,CR,UF is off",
		    "missing=SV text", "missing=RR,CR,UF text",
		    "code=member weight=todo device=0000:04:00.0 driver=nvme group=no" } },
	{ "a switch with what it needs", good_switch, .device = "nic",
	  .assignable = "yes" },
	{ "a switch below a port without ACS", switch_below_weak,
	  .device = "nic", .assignable = "after", .reasons = 2,
	  .says = { "root port 0000:00:01.0 has no ACS",
		    "code=member weight=todo device=0000:04:00.0" } },
	{ "behind a bridge to PCI", to_pci, .device = "sound",
	  .assignable = "after", .reasons = 4,
	  .says = { "sid=02:01.0,02:00.0 ",
		    "code=pci-bus weight=note device=0000:01:00.0",
		    "code=source-id weight=note device=0000:02:02.0",
		    "code=member weight=todo device=0000:02:02.0 driver=serial group=yes",
		    "code=aliases" } },
	{ "behind a PCI bridge of the chipset", pci_pci, .device = "sound",
	  .assignable = "after", .reasons = 4,
	  .says = { "sid=01:01.0,00:1e.0 ",
		    "code=pci-bus weight=note device=0000:00:1e.0",
		    "vtdctl adopt 0000:01:02.0" } },
	{ "behind VMD", vmd, .device = "disk", .assignable = "no", .reasons = 5,
	  .says = { "sid=00:0e.0 ",
		    "code=vmd weight=never device=0000:00:0e.0 driver=vmd",
		    "code=member weight=todo device=10000:02:00.0 driver=nvme",
		    "code=source-id weight=note device=0000:00:0e.0",
		    "code=member weight=todo device=0000:00:0e.0 driver=vmd" } },
	{ "reserved memory", single, rmrr_nic, .device = "nic",
	  .assignable = "no", .reasons = 1,
	  .says = { "code=rmrr weight=never device=0000:01:00.0 driver=- start=0x8f2de000 end=0x8f2fdfff relaxable=no relaxed=no ram=no",
		    "RMRR at offset 64 of the DMAR table",
		    "relax_rmrr=0000:01:00.0\"" },
	  .prepare = small_ram },
	{ "reserved memory, relaxed", single, rmrr_nic, small_ram,
	  "0000:00:01.0,0000:01:00.0", .device = "nic", .assignable = "yes",
	  .reasons = 1,
	  .says = { "code=rmrr weight=note", "relaxed=yes",
		    ": relaxed by relax_rmrr" } },
	{ "reserved memory, another one relaxed", single, rmrr_nic, small_ram,
	  "0000:00:01.0,0000:01:00.1", .device = "nic", .assignable = "no",
	  .reasons = 1, .says = { "code=rmrr weight=never" } },
	{ "reserved memory of USB", single_usb, rmrr_nic, small_ram,
	  .device = "usb", .assignable = "yes", .reasons = 1,
	  .says = { "code=rmrr weight=note", "relaxable=yes relaxed=no",
		    "stops using it" } },
	{ "reserved memory: odd, overlapping, over memory", single, rmrr_odd,
	  small_ram, .device = "nic", .assignable = "no", .reasons = 2,
	  .says = { "start=0x1fff3000 end=0x20000fff relaxable=no relaxed=no ram=yes",
		    "start=0x20000000 end=0x20003fff relaxable=no relaxed=no ram=no",
		    "0x1fff3000-0x1fffffff of it is memory of the kernel" } },
	{ "reserved memory of a device that is absent", single, rmrr_absent,
	  .device = "nic", .assignable = "yes" },
	{ "reserved memory on a wrong bus", single, rmrr_wrong_bus,
	  .device = "nic", .assignable = "yes", .reasons = 1,
	  .says = { "code=bus-number weight=note", "behind bus 05" } },
	{ "reserved memory, the path from the device's own bus", single,
	  rmrr_own_bus, small_ram, .device = "nic", .assignable = "no",
	  .reasons = 1, .says = { "code=rmrr weight=never" } },
	{ "reserved memory of its group's other member", functions, rmrr_of_f1,
	  small_ram, .device = "f0", .assignable = "no", .reasons = 4,
	  .says = { "code=rmrr weight=never device=0000:01:00.1" } },
	{ "reserved memory of a neighbour that is apart", functions_apart,
	  rmrr_of_f1, .device = "f0", .assignable = "yes" },
	{ "an ACPI device's source-id", single, andd, .device = "nic",
	  .assignable = "no", .reasons = 1,
	  .says = { "code=acpi weight=never",
		    "the ACPI device \\_SB.'I2C' does DMA" } },
	{ "an ACPI device's source-id, without a name", single, andd_unnamed,
	  .device = "nic", .assignable = "no", .reasons = 1,
	  .says = { "the ACPI device number 9 does DMA" } },
	{ "an ACPI device's source-id, behind a bridge", single, andd_behind,
	  .device = "nic", .assignable = "no", .reasons = 1,
	  .says = { "code=acpi weight=never",
		    "the ACPI device \\_SB.SPI does DMA" } },
	{ "two root buses", two_roots, two_roots_table, .device = "nic",
	  .assignable = "yes",
	  .says = { "device=0000:01:00.0 assignable=yes unit=dmar1 managed=yes driver=- group=3 sid=01:00.0 " } },
	{ "two root buses, the same place on the other", two_roots,
	  two_roots_table, .device = "nic 2", .assignable = "after",
	  .reasons = 1, .says = { "unit=dmar0 ", "sid=02:00.0 " } },
	{ "a root bus that came later", late_root, NULL, root_is_late,
	  .device = "nic", .assignable = "no", .reasons = 1,
	  .says = { "code=late-bus weight=never device=0000:40:01.0" } },
	{ "two segments, the same place in both", two_segments,
	  two_segments_table, .device = "nic", .assignable = "yes",
	  .says = { "unit=dmar0 ", "sid=00:02.0 " } },
	{ "two segments, the other one", two_segments, two_segments_table,
	  .device = "nic 2", .assignable = "after", .reasons = 1,
	  .says = { "why device=0001:00:02.0 ", "unit=dmar1 " } },
	{ "a path to the device and a bridge above it", single,
	  path_beats_bridge, .device = "nic", .assignable = "yes",
	  .says = { "unit=dmar1 " } },
	{ "a path from an inner bus", single, path_from_inside, .device = "nic",
	  .assignable = "yes", .says = { "unit=dmar1 " } },
	{ "a path on a wrong bus", single, path_on_wrong_bus, .device = "nic",
	  .assignable = "no", .reasons = 1,
	  .says = { "unit=- ", "code=no-unit weight=never" } },
	{ "no unit", single, other_segment, .device = "nic", .assignable = "no",
	  .reasons = 1, .says = { "unit=- ", "code=no-unit weight=never" } },
	{ "several units", single, three_units, .device = "nic",
	  .assignable = "yes", .says = { "unit=dmar1 " } },
	{ "an erratum of graphics", ironlake, .device = "gpu",
	  .assignable = "no", .reasons = 1,
	  .says = { "code=quirk weight=never device=0000:00:02.0 driver=- name=ironlake-graphics",
		    ": its DMA is not translated\"" } },
	{ "an accelerator that VFIO refuses", accelerator, .device = "dsa",
	  .assignable = "after", .reasons = 1,
	  .says = { "code=quirk weight=todo device=0000:00:01.0 driver=- name=unsafe-for-guests",
		    "vfio-pci disable_denylist=1" } },
	{ "an accelerator that VFIO was told to take", accelerator_vfio,
	  .device = "dsa", .assignable = "yes", .reasons = 2,
	  .says = { "code=quirk weight=note" } },
	{ "a translation cache that is not to be used", accelerator,
	  .device = "qat", .assignable = "yes", .reasons = 1,
	  .says = { "code=quirk weight=note device=0000:00:02.0 driver=- name=cache-flush-ignored",
		    "the cache stays off" } },
	{ "interrupts that cannot be remapped", x58, NULL, no_isolated_msi,
	  .device = "nic", .assignable = "after", .reasons = 1,
	  .says = { "code=interrupts weight=todo",
		    "X58 steppings lose interrupts",
		    "allow_unsafe_interrupts=1" } },
	{ "a device that needs its translation cache", single, NULL,
	  needs_cache, .device = "nic", .assignable = "yes", .reasons = 1,
	  .says = { "code=ats weight=note", "(SATC)" } },
	{ "a unit that is off", single_released, three_units, graphics_off,
	  .device = "nic", .assignable = "after", .reasons = 1,
	  .says = { "code=unit-off weight=todo", "dmar1 is off: i915" } },
	{},
};
