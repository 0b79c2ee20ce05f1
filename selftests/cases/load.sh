# SPDX-License-Identifier: GPL-2.0
# Loads, shows what it has, and is taken out again.
# vm: --qemu "-drive file=@share/d0.img,if=none,id=d0,format=raw -device nvme,drive=d0,serial=x1"
# disk: d0.img 64M
# timeout: 300

plan 7
nok "no control device before the module is loaded" test -e /dev/vtd
ok "the module loads" modprobe vtd_dmar
like "$(vtd status)" "^vtd .*state=attached" "it is attached"
is "$(field "unit name=dmar0" translation)" on "the unit translates"
nvme=$(pci_find 1b36:0010)
is "$(field "device name=$nvme" state)" managed "the nvme without a driver is managed"
ok "the module is taken out" modprobe -r vtd_dmar
nok "and is gone" test -d /sys/module/vtd_dmar
