# SPDX-License-Identifier: GPL-2.0
# Devices that come and go while we are there: managed from the first moment,
# and nothing is left of them.
# in-turn: yes
# variant: acpi
# variant: pciehp --qemu "-global ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off"
# vm: --qemu "-device pcie-root-port,id=rp1,chassis=1,slot=1,addr=4 -device pcie-root-port,id=rp2,chassis=2,slot=2,addr=5"
# vm: --qemu "-drive file=@share/d0.img,if=none,id=d0,format=raw -netdev user,id=n0"
# vm: --qemu "-chardev socket,id=qs,path=/tmp/qmp,server=on,wait=off -mon chardev=qs,mode=control -chardev socket,id=qc,path=/tmp/qmp -serial chardev:qc"
# disk: d0.img 64M
# timeout: 200

# shellcheck source=selftests/lib/life.sh
. /src/selftests/lib/life.sh

add_nvme() { qmp device_add '{"driver":"nvme","id":"hot1","drive":"d0","serial":"hot","bus":"rp1"}'; }
add_e1000e() { qmp device_add '{"driver":"e1000e","id":"hot2","netdev":"n0","bus":"rp2"}'; }
find_one() { pci_find "$1" | grep .; }
gone() { [ -z "$(pci_find "$1")" ]; }
del() { qmp device_del "{\"id\":\"$1\"}"; }
managed() { [ "$(field "device name=$1" state)" = managed ]; }
# come ID ADD: prints the address of a device that is added
come() { "$2" > /dev/null && wait_for 20 find_one "$1" && pci_find "$1"; }
# go ID QEMU-ID: takes it away, the guest agreeing
go() { del "$2" && wait_for 30 gone "$1" && sleep 0.5; }
nvme_id=1b36:0010 e1000e_id=8086:10d3

plan 33
modprobe vtd_dmar || bail "the module does not load"
modprobe nvme
modprobe e1000e

# Added while attached.
for round in first second; do
	nvme=$(come $nvme_id add_nvme)
	is "$(disk_ready "$nvme" | wc -l)" 1 "$round time: nvme is added and has a disk"
	is "$(field "device name=$nvme" state) $(group_type "$nvme")" "managed DMA-FQ" "it is managed from the start"
	disk=$(disk_ready "$nvme")
	ok "its disk works" disk_check "$disk"
	ok "the hardware has a live translation for it" test "$(leaves "$nvme")" -gt 0
	ok "it goes again" go $nvme_id hot1
	nok "its source-id is closed" qmp walk "$nvme" 0
done
e1000e=$(come $e1000e_id add_e1000e)
ok "e1000e is added and has a network" net_up "$e1000e"
ok "it is managed" managed "$e1000e"

# Surprise, with I/O running.
nvme=$(come $nvme_id add_nvme)
disk=$(disk_ready "$nvme")
port=/sys/bus/pci/devices/0000:00:04.0
if [ "$VARIANT" = pciehp ]; then
	ping_start
	disk_start "$disk"
	sleep 0.5
	printf '\323\007' | dd of=$port/config bs=2 seek=54 conv=notrunc status=none
	printf '\361\001' | dd of=$port/config bs=2 seek=54 conv=notrunc status=none
	ok "nvme vanishes under I/O" wait_for 60 gone $nvme_id
	nok "its load saw errors" disk_stop "$disk"
	ok "the network goes on" ping_stop
	nvme=$(come $nvme_id add_nvme)
	disk=$(disk_ready "$nvme")
	ok "another takes its place and works" disk_check "$disk"
else
	skip "nvme vanishes under I/O" "only where the port itself does hot-plug"
	skip "its load saw errors" "as before"
	skip "the network goes on" "as before"
	skip "another takes its place and works" "as before"
fi
ok "it is managed" managed "$nvme"
ok "they go" go $nvme_id hot1
ok "both" go $e1000e_id hot2

# Added while detached, so bound before us; and after an adoption.
ok "detached with nothing in use" vtdctl detach
nvme=$(come $nvme_id add_nvme)
disk=$(disk_ready "$nvme")
ok "nvme added meanwhile works" disk_check "$disk"
ok "attached again" vtdctl attach
is "$(field "device name=$nvme" state)" pass-through "it passes through"
ok "it is adopted" vtdctl adopt "$nvme"
e1000e=$(come $e1000e_id add_e1000e)
ok "e1000e, added after that, works" net_up "$e1000e"
ok "and is managed" managed "$e1000e"
ok "the adopted nvme goes" go $nvme_id hot1
ok "e1000e is released" vtdctl release "$e1000e"
ok "and goes, unmanaged" go $e1000e_id hot2
ok "the module is taken out" modprobe -r vtd_dmar
is "$(footprint | tr -d '\n')" "iomem: 0interrupts: 0units: groups: device: module: debugfs: " "nothing is left behind"
