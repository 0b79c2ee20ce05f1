# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Booted with Secure Boot, DKMS's key enrolled as a machine owner's: the modules are
# loaded from the initramfs, and work in a kernel that is locked down.
# shellcheck source=lib.sh
. ./lib.sh
plan 19
disk=$(nvme_of root) net=$(bdf_of 8086:10d3)
like "$(mokutil --sb-state)" '^SecureBoot enabled' "Secure Boot is on"
like "$(cat /sys/kernel/security/lockdown)" '\[integrity\]' "the kernel is locked down"
like "$(mokutil --test-key /var/lib/dkms/mok.pub)" 'is already enrolled' "the key is enrolled"
is "$(ours_loaded)" "vtd_dmar vtd_intr_remap" "both modules are loaded"
is "$(($(cat /proc/sys/kernel/tainted) & 1 << 13))" 0 "the kernel takes their signature as good"
is "$(field "device name=$disk" state)" managed "the root disk is managed"
like "$(group_type "$disk")" '^DMA(-FQ)?$' "and translated"
is "$(field "device name=$net" state)" managed "the network card is managed"
like "$(chips "$disk") $(chips "$net")" '^IR-[^ ]* IR-[^ ]*$' "interrupts are remapped"
ok "the disk works" disk_works
ok "the network works" net_works "$net"
doctor=$(vtdctl doctor)
is "$?" 0 "the doctor finds nothing in the way"
like "$doctor" '^ok    module signature: Secure Boot on, lockdown integrity' "and knows the signature"
ok "vtdctl status, irqs, stats, faults, report work" sh -c \
	'for c in status irqs stats faults report; do vtdctl $c > /dev/null || exit; done'
ok "our files are in debugfs" test "$(find /sys/kernel/debug/vtd -type f | wc -l)" -ge 4
ok "and closed" not grep -rqs . /sys/kernel/debug/vtd
ok "/dev/mem is closed" not dd if=/dev/mem of=/dev/null bs=1 count=1 skip=$((0xfed90000))
# A module that somebody changed is not theirs any more.
ko=$(modinfo -n vtd_posted_intr)
case $ko in
*.xz) busybox unxz -c "$ko" ;;
*.zst) zstd -dcq "$ko" ;;
*) cat "$ko" ;;
esac > /tmp/changed.ko
printf '\377' | dd of=/tmp/changed.ko bs=1 seek=5000 conv=notrunc status=none
ok "a module that was changed is refused" not insmod /tmp/changed.ko
is "$(vtd faults | grep -c '^fault ')" 0 "no DMA fault"
diag "$doctor"
diag "$(dmesg | grep -iE 'vtd_|lockdown|secure boot' | head -n 20)"
rm -f /tmp/changed.ko
