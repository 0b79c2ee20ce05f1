# SPDX-License-Identifier: GPL-2.0
# First contact: a dry run changes nothing, a trial gives everything back.
# vm: --qemu "-drive file=@share/d0.img,if=none,id=d0,format=raw -device nvme,drive=d0,serial=x1"
# disk: d0.img 64M
# vm: --qemu "-chardev socket,id=qs,path=/tmp/qmp,server=on,wait=off -mon chardev=qs,mode=control -chardev socket,id=qc,path=/tmp/qmp -serial chardev:qc"
# vm: --qemu "-netdev user,id=n0 -device e1000e,netdev=n0"
# timeout: 150

# shellcheck source=selftests/lib/life.sh
. /src/selftests/lib/life.sh
nvme=$(pci_find 1b36:0010) e1000e=$(pci_find 8086:10d3)
registers() { qmp phys 0xfed90000 24; }
state() { vtd status | head -n 1 | sed 's/.*state=\([a-z]*\).*/\1/'; }
is_detached() { [ "$(state)" = detached ]; }

plan 29
modprobe e1000e
net_up "$e1000e" || bail "the network does not work before we come"
ping_start
modprobe vtd_dmar attach=0
before=$(footprint) regs=$(registers)
plan_text=$(vtdctl attach --dry-run)
is $? 0 "the dry run says yes"
like "$plan_text" "$nvme.*manage" "it would manage nvme"
like "$plan_text" "$e1000e.*pass.*e1000e|$e1000e.*pass-through" "it would let e1000e pass through"
is "$(footprint)" "$before" "no claim, no unit, no group"
is "$(registers)" "$regs" "no register has changed"
is "$(state)" detached "the state is detached"

# A trial that nobody confirms, with a device put to use meanwhile.
ok "a trial of 5 s begins" vtdctl attach --try 5
is "$(state)" trial "the state says so"
modprobe nvme
disk=$(disk_ready "$nvme")
is "$(group_type "$nvme")" DMA-FQ "nvme loaded meanwhile is translated"
ok "its disk works" disk_check "$disk" 0.5
ok "the trial ends by itself" wait_for 30 is_detached
nok "translation is off" translates
disk=$(disk_ready "$nvme")
is "$(driver_of "$nvme")" nvme "nvme has its driver again"
ok "its disk works" disk_check "$disk"
is "$(footprint)" "$before" "no claim, no unit, no group is left"
ok "the network lost nothing" ping_stop
like "$(dmesg)" "vtd_dmar: not confirmed in time" "the log says why"

# A trial that is confirmed.
nok "confirm without a trial is refused" vtdctl confirm
ok "another trial" vtdctl attach --try 5
nok "a trial within a trial is refused" vtdctl attach --try 5
ok "is confirmed" vtdctl confirm
is "$(state)" attached "the state is attached"
sleep 7
is "$(state)" attached "and still is when the time is over"
ok "translation is on" translates

# A trial that is given back at once must not strike later.
ok "detach" vtdctl detach
ok "a third trial" vtdctl attach --try 6
ok "ended by detach" vtdctl detach
vtdctl attach > /dev/null
sleep 7
is "$(state)" attached "its time does not end the attach that followed"
ok "the module is taken out" modprobe -r vtd_dmar
