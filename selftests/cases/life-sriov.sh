# SPDX-License-Identifier: GPL-2.0
# Virtual functions that are made after we came: managed, in groups of their
# own, and gone again.
# vm: --qemu "-device pcie-root-port,id=rp1,chassis=1,slot=1,addr=4 -netdev user,id=n0 -device igb,bus=rp1,netdev=n0"
# timeout: 120

# shellcheck source=selftests/lib/life.sh
. /src/selftests/lib/life.sh
vfs() { pci_find 8086:10ca; }
vfs_gone() { [ -z "$(vfs)" ]; }

plan 12
modprobe vtd_dmar || bail "the module does not load"
modprobe igb
pf=$(pci_find 8086:10c9)
ok "the physical function works" net_up "$pf"
is "$(field "device name=$pf" state)" managed "it is managed"
before=$(ls /sys/kernel/iommu_groups | wc -l)
modprobe igbvf
for round in first second; do
	ok "$round time: two virtual functions are made" sh -c "echo 2 > /sys/bus/pci/devices/$pf/sriov_numvfs"
	states=""
	for vf in $(vfs); do
		states+="$(field "device name=$vf" state) "
	done
	is "$states" "managed managed " "they are managed"
	is "$(for vf in $pf $(vfs); do group_of "$vf"; done | sort -u | wc -l)" 3 "each has a group of its own"
	echo 0 > "/sys/bus/pci/devices/$pf/sriov_numvfs"
	ok "they go" wait_for 20 vfs_gone
done
is "$(ls /sys/kernel/iommu_groups | wc -l)" "$before" "and so do their groups"
modprobe -r igbvf igb
ok "the module is taken out" modprobe -r vtd_dmar
