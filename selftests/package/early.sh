# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Booted with the modules in the initramfs: the root disk and the network card
# are translated from the moment their drivers are bound.
# shellcheck source=lib.sh
. ./lib.sh
kernel=6.12
[ "$(cat stage)" = early ] || kernel=7.2
count=20
[ $kernel != 6.12 ] || count=$((count + 2))
plan $count
disk=$(bdf_of 1b36:0010) net=$(bdf_of 8086:10d3)
like "$(uname -r)" "^$kernel\." "the kernel is $kernel"
like "$(cat /proc/cmdline)" "$words" "the boot line has the words"
is "$(ours_loaded)" "vtd_dmar vtd_intr_remap" "both modules are loaded"
is "$(field vtd state)" attached "vtd_dmar is attached"
is "$(field "device name=$disk" state)" managed "the root disk is managed"
like "$(group_type "$disk")" '^DMA(-FQ)?$' "and translated"
is "$(field "device name=$net" state)" managed "the network card is managed"
like "$(group_type "$net")" '^DMA(-FQ)?$' "and translated"
is "$(basename "$(readlink "/sys/bus/pci/devices/$disk/driver")")" nvme "the disk has its driver"
is "$(findmnt -no SOURCE / 2> /dev/null || awk '$2 == "/" { print $1 }' /proc/mounts)" \
	/dev/nvme0n1 "the root is on it"
is "$(dmesg | grep -o 'vtd_dmar: \|nvme nvme0: pci function' | uniq | head -n 2 | paste -sd' ')" \
	"vtd_dmar:  nvme nvme0: pci function" "vtd_dmar was there before the disk's driver"
ok "the disk works" disk_works
ok "the network works" net_works "$net"
like "$(chips "$disk")" '^IR-[^ ]*$' "the disk's interrupts are remapped"
like "$(chips "$net")" '^IR-[^ ]*$' "the network card's are"
ok "vtdctl irqs can be asked" vtdctl irqs
is "$(taint)" 0 "the kernel is tainted by nothing but an out-of-tree module"
ok "the doctor finds nothing in the way" vtdctl doctor
like "$(vtdctl doctor)" '^ok    early load: from the initramfs' "and sees where they were loaded"
is "$(vtd faults | grep -c '^fault ')" 0 "no DMA fault"
diag "$(dmesg | grep -i vtd_ | head -n 12)"
# For the next stage: the service instead.
if [ $kernel = 6.12 ]; then
	ok "the initramfs is made without the modules" early off
	ok "the service is enabled" systemctl enable vtd-attach.service
fi
