# SPDX-License-Identifier: GPL-2.0
# Topologies, many in one machine: for each device which unit, source-ids, group
# and isolation set, and what "why" says. A root bus that bypasses the unit, one
# more root bus, ports with ACS on and off, a switch, bridges to PCI one and two
# deep, functions of one device, virtual functions. With the firmware's own table,
# which names each device, and with one that goes by paths and wrong buses.
# vm: --qemu "-m 2G -netdev user,id=n0 -netdev user,id=n1 -netdev user,id=n2 -netdev user,id=n3"
# vm: --qemu "-device pcie-root-port,id=rp1,chassis=1,slot=1,addr=4 -device e1000e,netdev=n0,bus=rp1"
# vm: --qemu "-device pcie-root-port,id=rp2,chassis=2,slot=2,addr=5 -device edu,bus=rp2,addr=0.0,multifunction=on -device edu,bus=rp2,addr=0.1"
# vm: --qemu "-device edu,addr=6.0,multifunction=on -device edu,addr=6.1"
# vm: --qemu "-device pcie-root-port,id=rp3,chassis=3,slot=3,addr=7 -device pcie-pci-bridge,id=br1,bus=rp3 -device edu,bus=br1,addr=1 -device edu,bus=br1,addr=2"
# vm: --qemu "-device pcie-root-port,id=rp4,chassis=4,slot=4,addr=8 -device x3130-upstream,id=up1,bus=rp4"
# vm: --qemu "-device xio3130-downstream,id=dn1,bus=up1,chassis=5,slot=5,addr=0 -device xio3130-downstream,id=dn2,bus=up1,chassis=6,slot=6,addr=1 -device edu,bus=dn1 -device edu,bus=dn2"
# vm: --qemu "-device i82801b11-bridge,id=dmi1,addr=9 -device edu,bus=dmi1,addr=1 -device pci-bridge,id=pb1,bus=dmi1,addr=2,chassis_nr=7 -device edu,bus=pb1,addr=3"
# vm: --qemu "-device pxb-pcie,id=px1,bus=pcie.0,bus_nr=64,addr=a -device pcie-root-port,id=rp5,bus=px1,chassis=8,slot=8,addr=0 -device e1000e,netdev=n1,bus=rp5 -device pcie-root-port,id=rp7,bus=px1,chassis=10,slot=10,addr=1 -device edu,bus=rp7"
# vm: --qemu "-device pxb-pcie,id=px2,bus=pcie.0,bus_nr=96,addr=b,bypass_iommu=on -device pcie-root-port,id=rp8,bus=px2,chassis=11,slot=11,addr=0 -device edu,bus=rp8"
# vm: --qemu "-device pcie-root-port,id=rp6,bus=pcie.0,chassis=9,slot=9,addr=c -device igb,netdev=n2,bus=rp6"
# vm: --qemu "-device e1000e,netdev=n3,bus=pcie.0,addr=d"
# in-turn: yes
# variant: own
# variant: paths --acpi build/dmar/by-path.aml
# timeout: 600

# shellcheck source=selftests/lib/life.sh
. /src/selftests/lib/life.sh

why() { vtd "why $1"; }
codes() { why "$1" | sed -n 's/^reason code=\([^ ]*\) weight=\([^ ]*\) device=0000:\([^ ]*\) .*/\1:\2:\3/p' | sort | tr '\n' ' '; }
# All of its group, without the segment.
mates() { [ ! -e "/sys/bus/pci/devices/$1/iommu_group" ] || names_in "/sys/bus/pci/devices/$1/iommu_group/devices" | sed 's/0000://g; s/ $//; s/ /,/g'; }

# shape BDF WHAT UNIT SOURCE-IDS GROUP VERDICT [CODE:WEIGHT:BDF]...
shape() {
	local d=0000:$1 what=$2 want="unit $3, sid $4, group $5, $6: "
	local first code
	shift 6
	first=$(why "$d" | head -n 1)
	for code in $(printf '%s\n' "$@" | sort); do want+="$code "; done
	is "unit $(value "$first" unit), sid $(value "$first" sid), group $(mates "$d"), $(value "$first" assignable): $(codes "$d")" "$want" "$what (${d#0000:})"
}

plan 27
lspci -tn | sed 's/^/# /'
modprobe vtd_dmar || bail "the module does not load"
modprobe igb
ok "virtual functions are made" sh -c "echo 2 > /sys/bus/pci/devices/0000:0b:00.0/sriov_numvfs"

# As if something had switched it off.
setpci -s 00:05.0 ECAP_ACS+6.w=0
irq=interrupts:todo bus=pci-bus:note sid=source-id:note more=aliases:note member=member:note

shape 01:00.0 "behind a port with ACS" dmar0 01:00.0 01:00.0 after $irq:01:00.0
shape 00:0d.0 "on the root bus" dmar0 00:0d.0 00:0d.0 after $irq:00:0d.0
shape 02:00.0 "a function behind a port with ACS off" dmar0 02:00.0 02:00.0,02:00.1 after \
	acs:note:00:05.0 $member:02:00.1 $irq:02:00.0
shape 02:00.1 "and the other one" dmar0 02:00.1 02:00.0,02:00.1 after \
	acs:note:00:05.0 $member:02:00.0 $irq:02:00.1
shape 04:01.0 "behind a bridge to PCI" dmar0 04:01.0,04:00.0 03:00.0,04:01.0,04:02.0 after \
	$more:04:01.0 $bus:03:00.0 $sid:04:02.0 $member:04:02.0 $irq:04:01.0
shape 04:02.0 "and its neighbour" dmar0 04:02.0,04:00.0 03:00.0,04:01.0,04:02.0 after \
	$more:04:02.0 $bus:03:00.0 $sid:04:01.0 $member:04:01.0 $irq:04:02.0
shape 07:00.0 "behind a switch without ACS" dmar0 07:00.0 07:00.0 after \
	acs:note:06:00.0 acs:note:06:01.0 $member:08:00.0 $irq:07:00.0
shape 08:00.0 "behind its other port" dmar0 08:00.0 08:00.0 after \
	acs:note:06:00.0 acs:note:06:01.0 $member:07:00.0 $irq:08:00.0
shape 09:01.0 "behind a PCI bridge" dmar0 09:01.0,00:09.0 00:09.0,09:01.0,09:02.0,0a:03.0 after \
	$more:09:01.0 $bus:00:09.0 $sid:0a:03.0 $member:0a:03.0 $irq:09:01.0
shape 0a:03.0 "two PCI bridges deep" dmar0 0a:03.0,09:02.0,00:09.0 00:09.0,09:01.0,09:02.0,0a:03.0 after \
	$more:0a:03.0 $bus:00:09.0 $sid:09:01.0 $member:09:01.0 $irq:0a:03.0
shape 41:00.0 "behind a port of another root bus" dmar0 41:00.0 41:00.0 after $irq:41:00.0
shape 61:00.0 "on a root bus that bypasses the unit" - - "" no no-unit:never:61:00.0
shape 0b:00.0 "a physical function" dmar0 0b:00.0 0b:00.0 after bound:todo:0b:00.0 $irq:0b:00.0
shape 0b:10.0 "a virtual function" dmar0 0b:10.0 0b:10.0 after $irq:0b:10.0
shape 0b:10.2 "another one" dmar0 0b:10.2 0b:10.2 after $irq:0b:10.2

if [ "$VARIANT" = own ]; then
	shape 00:04.0 "a port" dmar0 00:04.0 "" no bridge:never:00:04.0
	shape 00:06.0 "one of two functions" dmar0 00:06.0 00:06.0,00:06.1 after \
		acs:note:00:06.0 acs:note:00:06.1 $member:00:06.1 $irq:00:06.0
	shape 00:06.1 "the other one" dmar0 00:06.1 00:06.0,00:06.1 after \
		acs:note:00:06.0 acs:note:00:06.1 $member:00:06.0 $irq:00:06.1
	shape 42:00.0 "behind its second port" dmar0 42:00.0 42:00.0 after $irq:42:00.0
else
	shape 00:04.0 "a port: the table is about what is behind it" - - "" no bridge:never:00:04.0
	shape 00:06.0 "one of two functions, the only one that is named" dmar0 00:06.0 00:06.0 after \
		acs:note:00:06.0 acs:note:00:06.1 member:todo:00:06.1 $irq:00:06.0
	shape 00:06.1 "the other one" - - "" no no-unit:never:00:06.1
	shape 42:00.0 "behind a port that is named on a bus where it is not" - - "" no no-unit:never:42:00.0
fi
is "$(faults)" 0 "no fault"

# --- ACS: SV, RR, CR and UF, and nothing else (PCI Express 6.12)

acs_on() { echo "$((0x$(setpci -s "$1" ECAP_ACS+6.w)))"; }
is "$(acs_on 00:04.0) $(acs_on 40:00.0)" "29 29" "it is on in the ports that have it"
setpci -s 00:04.0 ECAP_ACS+6.w=0
like "$(why 0000:01:00.0)" "assignable=after" "nobody else is behind that port"
echo 1 > /sys/bus/pci/devices/0000:00:04.0/remove
nok "a port is taken out" test -e /sys/bus/pci/devices/0000:00:04.0
echo 1 > /sys/bus/pci/rescan
ok "and comes back" wait_for 10 test -e /sys/bus/pci/devices/0000:01:00.0
is "$(acs_on 00:04.0)" 29 "with ACS on"
shape 01:00.0 "and what is behind it as before" dmar0 01:00.0 01:00.0 after $irq:01:00.0
