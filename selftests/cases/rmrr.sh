# SPDX-License-Identifier: GPL-2.0
# Memory that firmware reserved, and topologies: overlapping, misaligned, over
# memory, for devices that are absent, hot-plugged or on another bus; kept
# through detach and attach; relaxed on request. "vtdctl why" against what VFIO
# does.
# vm: --acpi build/dmar/many-rmrrs.aml
# vm: --qemu "-m 3G -device pcie-root-port,id=rp1,chassis=1,slot=1,addr=4 -device edu,bus=rp1"
# vm: --qemu "-device pcie-root-port,id=rp2,chassis=2,slot=2,addr=5 -netdev user,id=n0 -netdev user,id=n1"
# vm: --qemu "-device edu,addr=6.0,multifunction=on -device rtl8139,netdev=n1,addr=6.1"
# vm: --qemu "-device qemu-xhci,addr=7 -device e1000e,addr=a"
# vm: --qemu "-device pcie-root-port,id=rp3,chassis=3,slot=3,addr=8 -device pcie-pci-bridge,id=br1,bus=rp3"
# vm: --qemu "-device edu,bus=br1,addr=1 -device edu,bus=br1,addr=2"
# vm: --qemu "-device pcie-root-port,id=rp4,chassis=4,slot=4,addr=9 -device x3130-upstream,id=up1,bus=rp4"
# vm: --qemu "-device xio3130-downstream,id=dn1,bus=up1,chassis=5,slot=5,addr=0 -device xio3130-downstream,id=dn2,bus=up1,chassis=6,slot=6,addr=1"
# vm: --qemu "-device edu,bus=dn1 -device edu,bus=dn2"
# vm: --qemu "-chardev socket,id=qs,path=/tmp/qmp,server=on,wait=off -mon chardev=qs,mode=control -chardev socket,id=qc,path=/tmp/qmp -serial chardev:qc"
# timeout: 600
# allow: ^tainted: I \(0x800\)$

# The taint allowed is the kernel's own word for a firmware bug.
# shellcheck source=selftests/lib/life.sh
. /src/selftests/lib/life.sh

# below BRIDGE [N]: the Nth device on the bus right below a bridge
below() {
	local d
	for d in "/sys/bus/pci/devices/$1"/0000:??:??.?; do echo "${d##*/}"; done | sed -n "${2:-1}p"
}
regions() { sort -u "/sys/kernel/iommu_groups/$(group_of "$1")/reserved_regions" | grep direct | tr '\n' ' '; }
why() { vtd "why $1"; }
verdict() { why "$1" | sed -n 's/^why .* assignable=\([a-z]*\) .*/\1/p'; }
weights() { why "$1" | sed -n 's/^reason code=\([^ ]*\) weight=\([^ ]*\) .*/\1:\2/p' | sort | tr '\n' ' '; }

edu=$(below 0000:00:04.0) multi=0000:00:06.0 usb=0000:00:07.0 odd=0000:00:0a.0
old=$(below "$(below 0000:00:08.0)" 1)
up=$(below 0000:00:09.0)
down1=$(below "$up" 1) down2=$(below "$up" 2)
leaf1=$(below "$down1") leaf2=$(below "$down2")
diag "edu $edu old $old switch $up $down1 $down2 $leaf1 $leaf2"
echo 4 > /proc/sys/vm/nr_hugepages

plan 67
nok "a list that is none is refused" modprobe vtd_dmar relax_rmrr=00:04.0
like "$(dmesg)" "relax_rmrr=00:04.0: devices are wanted like 0000:00:03.0" "the log says how it should be"
mark_log
ok "vtd_dmar loads" modprobe vtd_dmar
log=$(log_since)
like "$log" "offset [0-9]+: RMRR: 0xe8800 to 0xe97ff rounded out" "misaligned: rounded outwards"
like "$log" "0xe0000-0xe0fff and 0xe0000-0xe1fff overlap" "overlapping: told of"
like "$log" "firmware bug: .*0x2000000-0x200ffff is not reserved.* Update the firmware: [^?]" "over memory: told of, with the firmware's name"
like "$log" "0xea000-0xeafff is kept for a device that is not there: 0000, bus 00, path to 00.0" "absent: told of"
like "$log" "0xed000-0xedfff is for a device behind bus 77, .*; 0000:00:0a.0 may be meant" "on another bus: told of"

# held: each device has what firmware reserved for it, in the hardware, too
held() {
	is "$(regions "$edu")" "0x00000000000e0000 0x00000000000e1fff direct " "$1: overlapping regions"
	is "$(regions "$odd")" "0x00000000000e8000 0x00000000000e9fff direct " "$1: a region that was misaligned"
	is "$(regions "$multi")" "0x0000000002000000 0x000000000200ffff direct " "$1: a region over memory"
	is "$(regions "$usb")" "0x00000000000ec000 0x00000000000ecfff direct-relaxable " "$1: a region of USB"
	like "$(qmp walk "$edu" 0xe1000)" "^iova=0xe1000 phys=0xe1000 " "$1: the hardware has the end of the longer one"
	like "$(qmp walk "$odd" 0xe9000)" "^iova=0xe9000 phys=0xe9000 " "$1: and the page that was rounded to"
	nok "$1: and nothing for who is on another bus" qmp walk "$odd" 0xed000
}
held "attached"

# --- hot-plug
e1000e() { below 0000:00:05.0; }
come() { qmp device_add '{"driver":"e1000e","id":"hot","netdev":"n0","bus":"rp2"}' && wait_for 20 eval '[ "$(field "device name=$(e1000e)" state)" = managed ]'; }
go() { qmp device_del '{"id":"hot"}' && wait_for 30 eval '[ ! -e "/sys/bus/pci/devices/$hot" ]' && sleep 0.5; }
for round in first second; do
	ok "$round time: the device comes" come
	hot=$(e1000e)
	is "$(regions "$hot")" "0x00000000000ea000 0x00000000000eafff direct " "it has its region"
	like "$(qmp walk "$hot" 0xea000)" "^iova=0xea000 phys=0xea000 " "the hardware, too"
	is "$(weights "$hot")" "interrupts:todo rmrr:never " "why says so"
	ok "it goes" go
done

# --- and again
ok "detached" vtdctl detach
nok "why is refused then" vtdctl why "$edu"
ok "attached" vtdctl attach
held "attached again"

# --- why
is "$(weights "$leaf1")" "acs:note acs:note interrupts:todo member:note " "before interrupts are remapped, why says so"
ok "vtd_intr_remap loads" modprobe vtd_intr_remap
is "$(verdict "$leaf1") $(weights "$leaf1")" "yes acs:note acs:note member:note " "and after it nothing stands against a device below a switch without ACS"
is "$(verdict 0000:00:04.0) $(weights 0000:00:04.0)" "no bridge:never " "a root port"
is "$(verdict "$usb") $(weights "$usb")" "yes rmrr:note " "USB"
is "$(verdict "$edu") $(weights "$edu")" "no rmrr:never rmrr:never " "a device with reserved memory"
is "$(verdict "$odd") $(weights "$odd")" "no bus-number:note rmrr:never " "one of which firmware may say more"
is "$(verdict "$multi") $(weights "$multi")" "no acs:note acs:note member:note rmrr:never " "a function whose neighbour has reserved memory"
like "$(why "$multi")" "code=rmrr weight=never device=0000:00:06.1 .* ram=yes" "which is the kernel's"
is "$(verdict "$old") $(weights "$old")" "yes aliases:note member:note pci-bus:note source-id:note " "behind a bridge to PCI"
like "$(why "$leaf1")" "code=acs weight=note device=$down2 .* capability=no missing=SV,RR,CR,UF " "the other port of the switch is named"
like "$(why "$leaf1")" "code=member weight=note device=$leaf2 " "and what is below it"
text=$(vtdctl why "${edu#0000:}")
like "$text" "^$edu cannot be assigned:" "vtdctl shows the verdict"
like "$text" "-> switch off in the firmware's set-up" "and the remedy"
nok "there is no such device" vtdctl why 0000:00:13.0

# --- what VFIO does
ok "VFIO loads" vfio_load
ok "edu goes to vfio-pci" bind_to "$edu" vfio-pci
nok "which does not get it, as why said" "$PROGS/vfio_edu" "$edu" type1v2
unbind "$edu"
ok "vtd_intr_remap goes" modprobe -r vtd_intr_remap
ok "vtd_dmar goes" modprobe -r vtd_dmar
mark_log
ok "and comes, told to relax" modprobe vtd_dmar relax_rmrr="0000:00:1f.7,$edu"
is "$(log_since | grep -c "$edu: reserved region .* relaxed, as relax_rmrr asks")" 2 "the log has it, for each region"
is "$(log_since | grep -c "relaxed, as relax_rmrr asks")" 2 "and for nothing else"
ok "vtd_intr_remap comes" modprobe vtd_intr_remap
is "$(regions "$edu")" "0x00000000000e0000 0x00000000000e1fff direct-relaxable " "the region is there for the host"
like "$(qmp walk "$edu" 0xe1000)" "^iova=0xe1000 phys=0xe1000 " "in the hardware, too"
is "$(verdict "$edu") $(weights "$edu")" "yes rmrr:note rmrr:note " "why says that it can be assigned"
is "$(verdict "$odd")" no "and another that it cannot"
ok "edu goes to vfio-pci" bind_to "$edu" vfio-pci
is "$(vtd faults)" "" "no fault so far"
text=$("$PROGS/vfio_edu" "$edu" type1v2 2>&1)
like "$text" "^ok [0-9]+ - is reached again" "user space gets it"
unlike "$text" "^not ok" "and it works"
unbind "$edu"
