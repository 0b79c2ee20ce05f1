# SPDX-License-Identifier: GPL-2.0
# A network card in the middle of its traffic that vanishes 200 times, from under
# everybody, while a disk and the network beside it go on: nothing hangs, nothing is
# left of it, not a byte beside it is wrong, and each one that comes in its place is
# managed and works. A tenth with sanitizers.
# With a thread for each CPU QEMU dies: it takes the card apart under the other one.
# tier: soak
# kernels: 6.12 7.2 debug
# vm: --append "log_buf_len=16M"
# vm: --qemu "-global ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off"
# vm: --qemu "-device pcie-root-port,id=rp1,chassis=1,slot=1,addr=4"
# vm: --qemu "-drive file=@share/d0.img,if=none,id=d0,format=raw -device nvme,drive=d0,serial=x1"
# vm: --qemu "-netdev user,id=n0 -device e1000e,netdev=n0 -netdev user,id=n1,net=10.0.3.0/24"
# vm: --qemu "-chardev socket,id=qs,path=/tmp/qmp,server=on,wait=off -mon chardev=qs,mode=control -chardev socket,id=qc,path=/tmp/qmp -serial chardev:qc"
# vm: --qemu "-accel tcg,thread=single"
# disk: d0.img 64M
# soak-timeout: 7200

# shellcheck source=selftests/lib/life.sh
. /src/selftests/lib/life.sh
leaks=/sys/kernel/debug/kmemleak
port=/sys/bus/pci/devices/0000:00:04.0
rounds=200
[ "$K" != debug ] || rounds=$((rounds / 10))

entries() { vtd irqs | sed -n "s/.* used=\([0-9]*\).*/\1/p"; }
hot() { pci_find 8086:10d3 | grep -v '^0000:00:' | grep .; }
gone() { ! hot && [ "$(cat /sys/bus/pci/slots/*/power)" = 0 ]; }
come() {
	qmp device_add '{"driver":"e1000e","id":"hot","netdev":"n1","bus":"rp1"}' > /dev/null &&
		wait_for 20 hot && hot
}
# What the port is told cannot be a request of the kernel's: power off, and on again.
vanish() {
	printf '\323\007' | dd of=$port/config bs=2 seek=54 conv=notrunc status=none
	printf '\361\001' | dd of=$port/config bs=2 seek=54 conv=notrunc status=none
	# The kernel gives a slot a second to lose its power before it looks again.
	wait_for 60 gone && sleep 1.2
}
round() {
	local nic
	nic=$(come) && net_up "$nic" 3 > /tmp/up || { echo "it does not work"; return 1; }
	[ "$(field "device name=$nic" state) $(group_type "$nic")" = "managed DMA-FQ" ] ||
		{ echo "not managed"; return 1; }
	ping -q -f -s 1400 10.0.3.2 > /tmp/flood 2>&1 &
	sleep "0.$((1 + $1 % 9))"
	vanish || { echo "it is still there"; return 1; }
	kill -INT $!
	wait $!
	grep -q ' 0 received' /tmp/flood && { cat /tmp/flood; return 1; }
	! qmp walk "$nic" 0 > /dev/null 2>&1 || { echo "its source-id is open"; return 1; }
}

plan 12
modprobe vtd_dmar && modprobe nvme && modprobe e1000e && modprobe vtd_intr_remap ||
	bail "the modules do not load"
net=$(pci_find 8086:10d3) nvme=$(pci_find 1b36:0010)
disk=$(disk_ready "$nvme") || bail "no disk"
ok "the network works" net_up "$net"
# What the first ones make and keep is made.
for ((i = 0; i < 3; i++)); do round $i > /tmp/first || bail "$(cat /tmp/first)"; done
before=$(footprint) irqs=$(entries) mem=$(mem_kb)
disk_start "$disk"
ping_start
good=0 began=$SECONDS
for ((i = 0; i < rounds; i++)); do
	if text=$(round $i 2>&1); then
		good=$((good + 1))
	else
		diag "round $i: $text"
		gone || vanish
	fi
	((i % 20)) || diag "$i rounds, $((SECONDS - began)) s, $(($(mem_kb) - mem)) kB more"
done
is $good "$rounds" "$rounds cards vanished in their traffic, and the next one worked"
ok "the network lost nothing beside them" ping_stop
ok "the disk lost no request and no byte" disk_stop "$disk"
is "$(faults)" 0 "no fault"
is "$(footprint)" "$before" "nothing is left behind"
is "$(entries)" "$irqs" "no entry for interrupts, either"
grown=$(($(mem_kb) - mem))
diag "memory of tables and slabs: $grown kB more after $rounds rounds"
ok "no memory is lost" test $grown -lt $((1500 + 4 * rounds))
ok "the last one works, and stays" net_up "$(come)" 3
is "$(vtd check | grep -c '^finding')" 0 "the hardware has what the driver believes"
[ ! -e $leaks ] || { echo scan > $leaks; sleep 5; echo scan > $leaks; }
is "$(cat $leaks 2> /dev/null)" "" "nothing leaked"
unbind "$(hot)"
unbind "$nvme"
unbind "$net"
modprobe -r vtd_intr_remap
ok "all is taken out" modprobe -r vtd_dmar
