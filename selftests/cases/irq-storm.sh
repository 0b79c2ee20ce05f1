# SPDX-License-Identifier: GPL-2.0
# Interrupts taken over and given back under load on nvme, ahci, virtio and the
# network, while drivers are bound again, affinities change and a CPU goes away
# and comes back: nothing is lost.
# vm: --qemu "-drive file=@share/d0.img,if=none,id=d0,format=raw -device nvme,drive=d0,serial=x1"
# vm: --qemu "-drive file=@share/d1.img,if=none,id=d1,format=raw -device nvme,drive=d1,serial=x2"
# vm: --qemu "-netdev user,id=n0 -device e1000e,netdev=n0"
# vm: --qemu "-drive file=@share/d2.img,if=none,id=d2,format=raw -device ide-hd,bus=ide.0,drive=d2"
# vm: --qemu "-drive file=@share/d3.img,if=none,id=d3,format=raw -device virtio-blk-pci,drive=d3,iommu_platform=on,disable-legacy=on"
# disk: d0.img 64M
# disk: d1.img 64M
# disk: d2.img 64M
# disk: d3.img 64M
# tier: check soak
# timeout: 300
# soak-timeout: 7200

# shellcheck source=selftests/lib/life.sh
. /src/selftests/lib/life.sh

cycles=10
[ "$TIER" = check ] || cycles=500

irqs_of() { ls "/sys/bus/pci/devices/$1/msi_irqs"; }

# One device's driver comes and goes, until stopped.
rebind() {
	while [ ! -e /tmp/stop ]; do
		unbind "$1"
		bind_default "$1"
		sleep 0.2
	done
}

flip() {
	local cpu=0 irq
	while [ ! -e /tmp/stop ]; do
		cpu=$((1 - cpu))
		for irq in $(irqs_of "$1"); do
			echo $cpu > "/proc/irq/$irq/smp_affinity_list" 2> /dev/null
		done
		sleep 0.05
	done
}

hotplug() {
	while [ ! -e /tmp/stop ]; do
		echo 0 > /sys/devices/system/cpu/cpu1/online
		sleep 0.3
		echo 1 > /sys/devices/system/cpu/cpu1/online
		sleep 0.5
	done
}

# The kernel with sanitizers has no driver for AHCI.
nr=3
case $K in debug | kcsan) nr=2 ;; esac
plan $((9 + nr))
mapfile -t nvmes < <(pci_find 1b36:0010)
net=$(pci_find 8086:10d3) ahci=$(pci_find 8086:2922) virtio=$(pci_find 1af4:1042)
modprobe -a nvme e1000e ahci sd_mod virtio_blk
disks=("$(disk_ready "${nvmes[0]}")" "$(disk_ready "$virtio")")
[ $nr = 2 ] || disks+=("$(disk_ready "$ahci")")
is "$(printf '%s\n' "${disks[@]}" | sort -u | grep -c .)" $nr \
	"there are disks behind nvme, virtio and ahci: ${disks[*]}"
ok "the network is up" net_up "$net"
ok "vtd_dmar loads" modprobe vtd_dmar
for disk in "${disks[@]}"; do disk_start "$disk" 1; done
ping_start
rebind "${nvmes[1]}" & rebind_pid=$!
flip "$net" & flip_pid=$!
flip "$([ $nr = 3 ] && echo "$ahci" || echo "$virtio")" & flip2_pid=$!
hotplug & hotplug_pid=$!
good=0
for ((i = 0; i < cycles; i++)); do
	modprobe vtd_intr_remap && sleep 0.5 && rmmod vtd_intr_remap && sleep 0.2 && good=$((good + 1))
done
is $good $cycles "$cycles cycles of load and unload"
touch /tmp/stop
wait $rebind_pid $flip_pid $flip2_pid $hotplug_pid
for disk in "${disks[@]}"; do ok "the load on $disk went on" disk_stop "$disk"; done
ok "the network went on, nothing is lost" ping_stop
ok "the other disk's driver works" disk_check "$(disk_ready "${nvmes[1]}")"
unlike "$(dmesg)" 'nvme.*timeout|ata[0-9].*(exception|lost interrupt|failed command)|NETDEV WATCHDOG|No irq handler|nobody cared' "no time-out, no stray interrupt"
unlike "$(vtd faults)" '^fault' "no fault"
like "$(cat /proc/interrupts)" ' PCI-MSIX?-' "interrupts are as before"
