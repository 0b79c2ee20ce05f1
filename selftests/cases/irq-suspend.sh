# SPDX-License-Identifier: GPL-2.0
# Suspend to RAM with interrupts remapped: the firmware has switched the unit
# off, and after resume it translates and remaps again.
# variant: xapic
# variant: x2apic --qemu "-cpu max,-hypervisor,+x2apic -smbios type=1,serial=VMware-01 -device intel-iommu,intremap=on,eim=on,aw-bits=48"
# vm: --append iomem=relaxed --qemu "-smp 1"
# vm: --qemu "-drive file=@share/d0.img,if=none,id=d0,format=raw -device nvme,drive=d0,serial=x1"
# disk: d0.img 64M
# timeout: 200

# shellcheck source=selftests/lib/life.sh
. /src/selftests/lib/life.sh
nvme=$(pci_find 1b36:0010)

plan 12
modprobe vtd_dmar || bail "the module does not load"
modprobe nvme
disk=$(disk_ready "$nvme")
is "$(group_type "$nvme")" DMA-FQ "nvme is translated"
ok "vtd_intr_remap loads" modprobe vtd_intr_remap
like "$(vtdctl irqs)" '^interrupts are isolated' "interrupts are isolated"
head -c 4M /dev/urandom > /tmp/data
ok "data is on the disk" dd if=/tmp/data of="$disk" bs=1M seek=16 oflag=direct conv=fsync

# The file system of the guest does not outlive a suspend: what is left runs from
# memory, and reports as the guest's init would. It must not have the kernel touch
# that file system, by syncing everything or dropping its caches.
root=/tmp/asleep
mkdir -p $root
mount -t tmpfs none $root
mkdir -p $root/bin $root/proc $root/sys $root/dev
cp /run/vtd/busybox $root/bin/
cp /run/vtd/nonce $root/
mount -t devtmpfs devtmpfs $root/dev
mount -t proc proc $root/proc
mount -t sysfs sysfs $root/sys
cat > $root/run <<END
#!/bin/busybox sh
sum='$(sha256sum < /tmp/data)'
n=5
extended=$([ "$VARIANT" = x2apic ] && echo 1 || echo 0)
END
cat >> $root/run <<'END'
b=/bin/busybox
$b mkdir -p /sbin /usr/bin /usr/sbin
$b --install -s
exec > /dev/ttyS1 2>&1
rc=0
check() {
	if [ "$1" = "$2" ]; then
		echo "ok $n - $3"
	else
		echo "# got: $1"
		echo "# expected: $2"
		echo "not ok $n - $3"
		rc=1
	fi
	n=$((n + 1))
}
bit() { echo "$(($(devmem 0xfed9001c 32) >> $1 & 1))"; }
count() { awk '/nvme/ { s += $2 } END { print s }' /proc/interrupts; }

echo +5 > /sys/class/rtc/rtc0/wakealarm
before=$(cat /sys/power/suspend_stats/success)
echo mem > /sys/power/state
check "$(($(cat /sys/power/suspend_stats/success) - before))" 1 "the machine slept and woke"
check "$(bit 31)" 1 "the unit translates"
check "$(bit 25)" 1 "and remaps interrupts"
check "$(($(devmem 0xfed900b8 32) >> 11 & 1))" "$extended" "extended interrupt mode is as it was"
was=$(count)
dd if=/dev/nvme0n1 of=/data bs=1M skip=16 count=4 2> /dev/null
check "$(sha256sum < /data)" "$sum" "the disk reads what was written before"
dd if=/data of=/dev/nvme0n1 bs=1M seek=32 conv=fsync 2> /dev/null
blockdev --flushbufs /dev/nvme0n1
dd if=/dev/nvme0n1 of=/back bs=1M skip=32 count=4 2> /dev/null
check "$(sha256sum < /back)" "$sum" "and what is written now"
check "$([ "$(count)" -gt "$was" ] && echo yes)" yes "its interrupts come"
check "$(dmesg | grep -cE 'blocked: reason|nvme.*timeout')" 0 "no fault, no time-out"
printf '\036VTD %s exit %s %s\n' "$(cat /nonce)" "$rc" "$(cat /proc/sys/kernel/tainted)"
sleep 1
reboot -f
END
chmod +x $root/run
exec chroot $root /bin/busybox sh /run
