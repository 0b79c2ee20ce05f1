# SPDX-License-Identifier: GPL-2.0
# Loads, shows what it has, and is taken out again.
# vm: --qemu "-drive file=@share/d0.img,if=none,id=d0,format=raw -device nvme,drive=d0,serial=x1"
# disk: d0.img 64M
# timeout: 300

# What the unit's register at an offset says, while nobody has claimed it.
reg() { printf '%x\n' "$(busybox devmem $((0xfed90000 + $1)) "$2")"; }
version=$(reg 0 32) cap=$(reg 8 64) ecap=$(reg 16 64)

plan 12
nok "no control device before the module is loaded" test -e /dev/vtd
ok "the module loads" modprobe vtd_dmar
like "$(vtd status)" "^vtd .*state=attached" "it is attached"
is "$(field "unit name=dmar0" translation)" on "the unit translates"
unit=/sys/class/iommu/dmar0/intel-iommu
is "$(cat $unit/address)" fed90000 "sysfs has the unit's address"
is "$(cat $unit/version)" "$((0x$version >> 4)):$((0x$version & 15))" "and the version of its registers"
is "$(cat $unit/cap) $(cat $unit/ecap)" "$cap $ecap" "and its capabilities"
is "$(cat $unit/domains_supported)" $((1 << (4 + 2 * (0x$cap & 7)))) "and how many domain-ids it has"
ok "of which some are used" test "$(cat $unit/domains_used)" -ge 1 -a \
	"$(cat $unit/domains_used)" -le "$(cat $unit/domains_supported)"
nvme=$(pci_find 1b36:0010)
is "$(field "device name=$nvme" state)" managed "the nvme without a driver is managed"
ok "the module is taken out" modprobe -r vtd_dmar
nok "and is gone" test -d /sys/module/vtd_dmar
