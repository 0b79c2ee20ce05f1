# SPDX-License-Identifier: GPL-2.0
# Interrupts taken over and given back while drivers are bound again, affinities
# change and a CPU goes away and comes back: nothing is lost.
# vm: --qemu "-drive file=@share/d0.img,if=none,id=d0,format=raw -device nvme,drive=d0,serial=x1"
# vm: --qemu "-drive file=@share/d1.img,if=none,id=d1,format=raw -device nvme,drive=d1,serial=x2"
# vm: --qemu "-netdev user,id=n0 -device e1000e,netdev=n0"
# disk: d0.img 64M
# disk: d1.img 64M
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

plan 9
mapfile -t nvmes < <(pci_find 1b36:0010)
net=$(pci_find 8086:10d3)
modprobe nvme
modprobe e1000e
disk=$(disk_ready "${nvmes[0]}")
ok "the network is up" net_up "$net"
ok "vtd_dmar loads" modprobe vtd_dmar
disk_start "$disk"
ping_start
rebind "${nvmes[1]}" & rebind_pid=$!
flip "$net" & flip_pid=$!
hotplug & hotplug_pid=$!
good=0
for ((i = 0; i < cycles; i++)); do
	modprobe vtd_intr_remap && sleep 0.5 && rmmod vtd_intr_remap && sleep 0.2 && good=$((good + 1))
done
is $good $cycles "$cycles cycles of load and unload"
touch /tmp/stop
wait $rebind_pid $flip_pid $hotplug_pid
ok "the disk went on" disk_stop "$disk"
ok "the network went on, nothing is lost" ping_stop
ok "the other disk's driver works" disk_check "$(disk_ready "${nvmes[1]}")"
unlike "$(dmesg)" 'nvme.*timeout|NETDEV WATCHDOG|No irq handler|nobody cared' "no time-out, no stray interrupt"
unlike "$(vtd faults)" '^fault' "no fault"
like "$(cat /proc/interrupts)" ' PCI-MSIX?-' "interrupts are as before"
