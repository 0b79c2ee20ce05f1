# SPDX-License-Identifier: GPL-2.0
# Suspend to RAM with a busy disk, DMA translated and interrupts remapped: the
# firmware has switched the unit off, and after resume it translates and remaps
# again, not a byte is lost or wrong, and ports have their ACS back.
# in-turn: yes
# variant: xapic
# variant: x2apic --qemu "-cpu max,-hypervisor,+x2apic -smbios type=1,serial=VMware-01 -device intel-iommu,intremap=on,eim=on,aw-bits=48"
# vm: --append iomem=relaxed --qemu "-smp 1"
# vm: --qemu "-drive file=@share/d0.img,if=none,id=d0,format=raw -device nvme,drive=d0,serial=x1 -device pcie-root-port,id=rp1,chassis=1,slot=1,addr=4"
# vm: --qemu "-netdev user,id=n0 -device e1000e,netdev=n0"
# disk: d0.img 64M
# tier: check soak
# timeout: 300
# soak-timeout: 3600

# shellcheck source=selftests/lib/life.sh
. /src/selftests/lib/life.sh
nvme=$(pci_find 1b36:0010) e1000e=$(pci_find 8086:10d3)
cycles=1
[ "$TIER" = check ] || cycles=50
[ "$TIER $K" != "soak debug" ] || cycles=5

plan $((6 + 7 * cycles + 5))
# One device after the other, the host bridge first.
echo 0 > /sys/power/pm_async
insmod "$TESTMOD/vtd_wake_bus/vtd_wake_bus.ko" || bail "vtd_wake_bus does not load"
modprobe vtd_dmar || bail "the module does not load"
modprobe nvme
modprobe e1000e
disk=$(disk_ready "$nvme")
is "$(group_type "$nvme") $(group_type "$e1000e")" "DMA-FQ DMA-FQ" "nvme and e1000e are translated"
is "$(setpci -s 00:04.0 148.w) $(setpci -s 00:04.0 14e.w)" "000d 001d" "ACS of a port is on"
ok "vtd_intr_remap loads" modprobe vtd_intr_remap
like "$(vtdctl irqs)" '^interrupts are isolated' "interrupts are isolated"
ok "the network works" net_up "$e1000e"
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
cp "$PROGS/ioload" $root/bin/
mount -t devtmpfs devtmpfs $root/dev
mount -t proc proc $root/proc
mount -t sysfs sysfs $root/sys
cat > $root/run <<END
#!/bin/busybox sh
sum='$(sha256sum < /tmp/data)'
n=$((checks + 1))
cycles=$cycles
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
bit() {
	local gsts
	gsts=$(devmem 0xfed9001c 32) && echo $((gsts >> $1 & 1))
}
count() { awk '/nvme/ { s += $2 } END { print s }' /proc/interrupts; }
# Milliseconds slept since boot: only the clock of /proc/uptime goes on in sleep.
slept() {
	awk -v now="$(awk '/^now at/ { print $3 }' /proc/timer_list)" \
		'{ printf "%d\n", $1 * 1000 - now / 1000000 }' /proc/uptime
}
# What QEMU's firmware forgets to set up again, without which the next suspend only
# seems to happen: where the registers for it are, and that the kernel owns them.
firmware() {
	printf '\001\006\000\000\200' |
		dd of=/sys/bus/pci/devices/0000:00:1f.0/config bs=1 seek=64 conv=notrunc
	printf '\001\000' | dd of=/dev/port bs=2 seek=770
	printf '\041\001' | dd of=/dev/port bs=2 seek=769
}

/bin/ioload /dev/nvme0n1 > /load 2>&1 &
load=$!
i=0
while [ $i -lt $cycles ]; do
	i=$((i + 1))
	sleep 1
	before=$(slept)
	echo 0 > /sys/class/rtc/rtc0/wakealarm
	# On a busy host it takes seconds to fall asleep, and an alarm before is lost.
	echo +5 > /sys/class/rtc/rtc0/wakealarm
	echo mem > /sys/power/state
	firmware 2> /dev/null
	was=$(count)
	check "$([ $(($(slept) - before)) -gt 500 ] && echo yes)" yes "$i: the machine slept"
	check "$(bit 31)" 1 "$i: the unit translates"
	check "$(bit 25)" 1 "$i: and remaps interrupts"
	check "$(($(devmem 0xfed900b8 32) >> 11 & 1))" "$extended" "$i: extended interrupt mode is as it was"
	check "$(dd if=/sys/bus/pci/devices/0000:00:04.0/config bs=2 skip=167 count=1 2> /dev/null | od -An -tx2 | tr -d ' ')" 001d "$i: ACS of the port is on again"
	sleep 1
	check "$([ "$(count)" -gt "$was" ] && echo yes)" yes "$i: interrupts of the disk come"
	check "$(ping -c 1 -W 5 10.0.2.2 > /dev/null && echo yes)" yes "$i: the network answers"
done
check "$(cat /sys/power/suspend_stats/success)" $cycles "each suspend was one"
dd if=/dev/nvme0n1 of=/data bs=1M skip=16 count=4 2> /dev/null
check "$(sha256sum < /data)" "$sum" "the disk reads what was written before"
kill $load
wait $load
check $? 0 "the load that went on all the time is content"
check "$(grep -c '^ioload: ok' /load)" 1 "and had no wrong byte: $(tail -n 1 /load)"
check "$(dmesg | grep -cE 'blocked: reason|nvme.*timeout')" 0 "no time-out, no fault"
# What its modules counted, where they do (selftests/coverage).
if grep -qw vtd.counters /proc/cmdline; then
	mount -t debugfs none /sys/kernel/debug
	cp -r /sys/kernel/debug/gcov /counters 2> /dev/null
	tar -C /counters -cz . | base64 -w 900 | while read -r line; do
		printf '\036VTD %s counters %s\n' "$(cat /nonce)" "$line"
	done
fi
printf '\036VTD %s exit %s %s\n' "$(cat /nonce)" "$rc" "$(cat /proc/sys/kernel/tainted)"
sleep 1
reboot -f
END
chmod +x $root/run
exec chroot $root /bin/busybox sh /run
