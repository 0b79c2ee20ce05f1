# SPDX-License-Identifier: GPL-2.0
# A crash with interrupts remapped: the kernel that dumps memory gets its own,
# and reads the disk.
# vm: --append crashkernel=320M --qemu "-m 3G"
# vm: --qemu "-drive file=@share/d0.img,if=none,id=d0,format=raw -device nvme,drive=d0,serial=x1"
# disk: d0.img 64M
# allow: sysrq triggered crash|Call Trace:|PANIC|Kernel panic
# timeout: 240

# shellcheck source=selftests/lib/life.sh
. /src/selftests/lib/life.sh
nvme=$(pci_find 1b36:0010)

plan 8
modprobe nvme
disk=$(disk_ready "$nvme")
modprobe vtd_dmar || bail "the module does not load"
ok "vtd_intr_remap loads" modprobe vtd_intr_remap
like "$(dmesg | tail -n 3)" 'all others are blocked' "compatibility format is blocked"
unlike "$(dmesg)" 'remapping stays on in a crash' "the module is told of a crash"
head -c 4M /dev/urandom > /tmp/data
dd if=/tmp/data of="$disk" bs=1M seek=16 oflag=direct conv=fsync status=none

second_initrd 5 /tmp/data crash > /tmp/initrd
ok "the kernel for a crash is loaded" kexec -s -p "/boot/vmlinuz-$(uname -r)" --initrd=/tmp/initrd \
	--command-line="console=ttyS0,115200 panic=-1 loglevel=8 nr_cpus=1 reset_devices rdinit=/init intel_iommu=off intremap=off"
disk_start "$disk" 1
sleep 1
# From here on the second kernel's init goes on with the checks.
echo c > /proc/sysrq-trigger
bail "the crash did not happen"
