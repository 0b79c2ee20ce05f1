# SPDX-License-Identifier: GPL-2.0
# The next kernel finds quiet hardware: kexec into the same kernel, with a
# translated disk and network in use and interrupts remapped.
# vm: --qemu "-drive file=@share/d0.img,if=none,id=d0,format=raw -device nvme,drive=d0,serial=x1"
# disk: d0.img 64M
# vm: --qemu "-netdev user,id=n0 -device e1000e,netdev=n0"
# timeout: 200

# shellcheck source=selftests/lib/life.sh
. /src/selftests/lib/life.sh
nvme=$(pci_find 1b36:0010) e1000e=$(pci_find 8086:10d3)

plan 10
modprobe vtd_dmar || bail "the module does not load"
modprobe nvme
modprobe e1000e
disk=$(disk_ready "$nvme")
is "$(group_type "$nvme") $(group_type "$e1000e")" "DMA-FQ DMA-FQ" "nvme and e1000e are translated"
ok "the network works" net_up "$e1000e"
ok "vtd_intr_remap loads" modprobe vtd_intr_remap
head -c 4M /dev/urandom > /tmp/data
ok "data is on the disk" dd if=/tmp/data of="$disk" bs=1M seek=16 oflag=direct conv=fsync

second_initrd 6 /tmp/data > /tmp/initrd
ok "the next kernel is loaded" kexec -s -l "/boot/vmlinuz-$(uname -r)" --initrd=/tmp/initrd \
	--command-line="console=ttyS0,115200 panic=-1 loglevel=8 rdinit=/init intel_iommu=off intremap=off"

disk_start "$disk"
ping_start
sleep 1
# From here on the second kernel's init goes on with the checks.
kexec -e
bail "kexec did not happen"
