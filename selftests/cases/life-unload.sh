# SPDX-License-Identifier: GPL-2.0
# Loaded, used and taken out: nothing is left behind, again and again.
# vm: --qemu "-drive file=@share/d0.img,if=none,id=d0,format=raw -device nvme,drive=d0,serial=x1"
# vm: --qemu "-netdev user,id=n0 -device e1000e,netdev=n0"
# vm: --qemu "-chardev socket,id=qs,path=/tmp/qmp,server=on,wait=off -mon chardev=qs,mode=control -chardev socket,id=qc,path=/tmp/qmp -serial chardev:qc"
# disk: d0.img 64M
# timeout: 150

# shellcheck source=selftests/lib/life.sh
. /src/selftests/lib/life.sh

plan 19
nvme=$(pci_find 1b36:0010)
before=$(footprint)
regs=$(qmp phys 0xfed90018 2)
ok "loads" modprobe vtd_dmar
ok "translation is on" translates
like "$(grep -E 'dmar0' /proc/interrupts)" 'VTD-FAULT.*dmar0' "the unit's fault interrupt is there"
like "$(grep -i dmar0 /proc/iomem)" 'fed90000-fed90fff' "its registers are claimed"
ok "is taken out again with nothing in use" modprobe -r vtd_dmar
nok "translation is off" translates
is "$(footprint)" "$before" "nothing is left behind"
diag "GCMD/GSTS, RTADDR before: $regs"
diag "after: $(qmp phys 0xfed90018 2)"
is "$(qmp phys 0xfed90020)" 0x0000000000000000 "the unit does not have our root table any more"
is "$(($(qmp phys 0xfed90038) >> 31 & 1))" 1 "its fault interrupt is masked"

modprobe vtd_dmar
modprobe nvme
disk=$(disk_ready "$nvme")
text=$(modprobe -r vtd_dmar 2>&1)
is "$([ $? = 0 ] && echo removed || echo refused)" refused "modprobe -r is refused while nvme is in use"
like "$text" "$nvme.*nvme" "it names the device and the driver"
nok "rmmod is refused" rmmod vtd_dmar
wait_for 5 test -b "$disk"
ok "the disk goes on" disk_check "$disk"
nok "loading it a second time fails" insmod "$(modinfo -n vtd_dmar)"
like "$(vtd status)" "^vtd .*state=attached" "and changes nothing"
modprobe -r nvme
ok "with nvme's driver away it is taken out" modprobe -r vtd_dmar

# A leak would show as memory that grows with each cycle.
for ((i = 0; i < 3; i++)); do
	modprobe vtd_dmar && modprobe nvme && disk_ready "$nvme" > /dev/null && modprobe -r nvme && modprobe -r vtd_dmar
done > /dev/null
mem=$(mem_kb)
good=0
for ((i = 0; i < 10; i++)); do
	modprobe vtd_dmar && modprobe nvme && disk_ready "$nvme" > /dev/null && modprobe -r nvme &&
		modprobe -r vtd_dmar > /dev/null && good=$((good + 1))
done > /dev/null
is $good 10 "loaded, used by nvme and taken out 10 times"
grown=$(($(mem_kb) - mem))
diag "memory of tables and slabs grew by $grown kB in 10 cycles"
ok "no memory is lost (less than 400 kB in 10 cycles)" test $grown -lt 400
is "$(footprint)" "$before" "nothing is left behind"
