# SPDX-License-Identifier: GPL-2.0
# CPUs in x2APIC mode: interrupts are adopted with 8-bit APIC ids, then the unit
# goes over to 32-bit ones under load; and all the way back.
# A stock kernel on emulated CPUs enters that mode when it believes to be on a
# VMware hypervisor, whose answers QEMU can give.
# vm: --qemu "-cpu max,-hypervisor,+x2apic -smbios type=1,serial=VMware-01 -smp 3"
# vm: --qemu "-device intel-iommu,intremap=on,eim=on,aw-bits=48"
# vm: --qemu "-drive file=@share/d0.img,if=none,id=d0,format=raw -device nvme,drive=d0,serial=x1"
# vm: --qemu "-netdev user,id=n0 -device e1000e,netdev=n0"
# vm: --qemu "-chardev socket,id=qs,path=/tmp/qmp,server=on,wait=off -mon chardev=qs,mode=control -chardev socket,id=qc,path=/tmp/qmp -serial chardev:qc"
# vm: --qemu "-drive file=@share/d1.img,if=none,id=d1,format=raw -device ide-hd,bus=ide.0,drive=d1"
# vm: --qemu "-drive file=@share/d2.img,if=none,id=d2,format=raw -device virtio-blk-pci,drive=d2,iommu_platform=on,disable-legacy=on"
# disk: d0.img 64M
# disk: d1.img 64M
# disk: d2.img 64M
# timeout: 300

# shellcheck source=selftests/lib/life.sh
. /src/selftests/lib/life.sh

# Bit 11 of IRTA: extended interrupt mode?
extended() {
	[ $((0x$(qmp hmp "xp /1wx 0xfed900b8" | sed 's/.*0x//') >> 11 & 1)) = 1 ]
}

plan 26
like "$(dmesg)" 'x2apic enabled' "the CPUs are in x2APIC mode"
nvme=$(pci_find 1b36:0010)
net=$(pci_find 8086:10d3)
modprobe -a nvme e1000e ahci sd_mod virtio_blk
disks=("$(disk_ready "$nvme")" "$(disk_ready "$(pci_find 8086:2922)")" "$(disk_ready "$(pci_find 1af4:1042)")")
ok "the network is up" net_up "$net"
ok "vtd_dmar loads" modprobe vtd_dmar
before=$(messages | total compatibility)
for disk in "${disks[@]}"; do disk_start "$disk" 1; done
ping_start
ok "vtd_intr_remap loads under load" modprobe vtd_intr_remap
ok "the unit is in extended interrupt mode" extended
text=$(vtdctl irqs)
like "$text" '^x2APIC mode: on$' "vtdctl irqs says that the CPUs are in x2APIC mode"
like "$text" 'entries used, 32-bit APIC ids' "that APIC ids have 32 bits"
like "$text" '^interrupts are isolated' "and that interrupts are isolated"
text=$(messages)
ok "every message and pin names an entry of its own, which vtdctl irqs shows" messages
diag "$text"
is "$(total remapped <<< "$text") $(total compatibility <<< "$text")" "$before 0" \
	"as many as before, all in remappable format"

irq=$(ls "/sys/bus/pci/devices/$net/msi_irqs" | head -n 1)
for cpu in 2 1 0 2; do
	echo $cpu > "/proc/irq/$irq/smp_affinity_list"
	ping -n -c 3 -i 0.1 10.0.2.2 > /dev/null
done
like "$(vtdctl irqs)" "^ *$irq $net.* 2 +[0-9]+$" "an interrupt moves to CPU 2"
ok "the messages fit after it moved" messages
echo 0 > /sys/devices/system/cpu/cpu2/online
ok "they fit without CPU 2" messages
echo 1 > /sys/devices/system/cpu/cpu2/online
unbind "$net"
bind_default "$net"
ok "the network works after a rebind" net_up "$net"
ok "the messages of a driver that came later fit" messages
kill -INT "$ping_pid"

ping_start
good=0
for ((i = 0; i < 5; i++)); do
	rmmod vtd_intr_remap && ! extended && sleep 0.3 && modprobe vtd_intr_remap &&
		extended && sleep 0.3 && good=$((good + 1))
done
is $good 5 "5 times out of extended mode and back into it under load"
ok "vtd_intr_remap is taken out under load" rmmod vtd_intr_remap
nok "the unit is not in extended interrupt mode" extended
is "$(messages | total remapped)" 0 "no message or pin names an entry"
sleep 1
for disk in "${disks[@]}"; do ok "the load on $disk went on" disk_stop "$disk"; done
ok "the network went on, nothing is lost" ping_stop
is "$(dmesg | grep -c 'blocked: reason')" 0 "no fault was recorded"
unlike "$(dmesg)" 'nvme.*timeout|ata[0-9].*(exception|lost interrupt|failed command)|NETDEV WATCHDOG|No irq handler|nobody cared' \
	"no time-out, no stray interrupt"
ok "vtd_dmar is taken out" modprobe -r vtd_dmar
