# SPDX-License-Identifier: GPL-2.0
# A device in the hands of a program that wants nothing but faults, beside a disk of
# the host: throttled, then in quarantine, whatever the program does; the disk keeps
# its throughput and the host its timers. A device of the host is only throttled. And
# the administrator brings it back. One that is in quarantine sends no interrupts.
# vm: --qemu "-m 3G -device iommu-testdev,addr=5 -device edu,addr=6"
# vm: --qemu "-drive file=@share/d0.img,if=none,id=d0,format=raw -device nvme,drive=d0,serial=x1"
# disk: d0.img 64M
# timeout: 600

# shellcheck source=selftests/lib/life.sh
. /src/selftests/lib/life.sh

bad=$(pci_find 1b36:0005) edu=$(pci_find 1234:11e8) nvme=$(pci_find 1b36:0010)
params=/sys/module/vtd_dmar/parameters

# reads SECONDS: how many blocks of 4 KiB the disk gives in that time, read one by one
reads() {
	local end=$(($(date +%s%N) / 1000000 + $1 * 1000)) nr=0
	while [ $(($(date +%s%N) / 1000000)) -lt $end ]; do
		dd if="$disk" of=/dev/null bs=4k count=50 iflag=direct 2> /dev/null &&
			nr=$((nr + 50))
	done
	echo $nr
}
# The worst that a sleep of 10 ms takes while there is a storm, in ms.
late() {
	local at worst=0 now end=$((SECONDS + $1))
	while [ $SECONDS -lt $end ]; do
		at=$(date +%s%N)
		sleep 0.01
		now=$((($(date +%s%N) - at) / 1000000))
		[ $now -le $worst ] || worst=$now
	done
	echo $worst
}
count() { vtd "faults sources" | sed -n "s/.*device=$bad faults=\([0-9]*\) .*/\1/p"; }
storm() { "$PROGS/vfio_storm" "$bad" "$1" > /tmp/storm 2>&1 & pid=$!; }

plan 34
ok "vtd_dmar loads, with a policy of our own" modprobe vtd_dmar storm_rate=50 storm_seconds=6 selftest=1
like "$(dmesg)" "dmar0: self-test passed in [0-9]+ us" "the unit has passed its self-test"
modprobe nvme
disk=$(disk_ready "$nvme")
ok "the disk is there" test -b "$disk"
vfio_load
ok "the device goes to vfio-pci" bind_to "$bad" vfio-pci
nok "a policy that is none is refused" eval "echo sometimes > $params/storm_quarantine"
is "$(cat $params/storm_quarantine)" assigned "and the usual one is in force"

calm=$(reads 6)
# --- throttled: nobody is to be put in quarantine
echo nobody > $params/storm_quarantine
storm 14
sleep 1
slow=$(late 3)
stormy=$(reads 6)
diag "blocks in 6 s: $calm without a storm, $stormy with one; a sleep of 10 ms took $slow ms at most"
ok "the disk keeps its throughput" test $((stormy * 100)) -gt $((calm * 40))
ok "a timer goes on" test "$slow" -lt 2000
wait $pid
diag "$(cat /tmp/storm), $(count) faults told"
asked=$(sed -n 's/asked=//p' /tmp/storm)
ok "not all are recorded" test "$(count)" -lt $((asked / 2))
is "$(field "device name=$bad" state)" managed "it may go on"
like "$(dmesg)" "faults of $bad are not recorded for a second" "the log says so"

# --- quarantine
echo assigned > $params/storm_quarantine
storm 20
wait_for 18 eval '[ "$(field "device name=$bad" state)" = quarantined ]'
is "$(field "device name=$bad" state)" quarantined "a storm that goes on ends in quarantine"
like "$(vtd status)" "incident .*what=quarantine unit=dmar0 device=$bad" "it is among the incidents"
like "$(vtdctl status)" "1 quarantined" "vtdctl counts it"
like "$(vtd "why $bad")" "code=quarantine weight=todo .*vtdctl recover $bad" "why says what to do"
sleep 1
before=$(count)
sleep 3
is "$(count)" "$before" "its user goes on, and nobody has to hear of it"
wait $pid
is "$(field "device name=$nvme" state)" managed "the disk is as it was"
ok "and works" disk_check "$disk"
ok "all is as it should be" vtdctl check
ok "the administrator brings it back" vtdctl recover "$bad"
is "$(field "device name=$bad" state)" managed "it is managed again"
nok "and not twice" vtdctl recover "$bad"
unbind "$bad"

# --- interrupts
# of edu's line of "irqs"
entry() { vtd irqs | sed -n "s/^irq .*device=$edu .* entry=0x\([0-9a-f]*\) .*/\1/p"; }
interrupt() { "$PROGS/vfio_interrupt" "$edu" "$1" > /tmp/interrupt 2>&1 & pid=$!; }
ok "interrupts are remapped" modprobe vtd_intr_remap
ok "edu goes to vfio-pci" bind_to "$edu" vfio-pci
echo nobody > $params/storm_quarantine
interrupt 4
wait $pid
diag "$(cat /tmp/interrupt)"
is "$(sed 's/.*last=//' /tmp/interrupt)" 10 "its interrupts come"
echo assigned > $params/storm_quarantine
echo 2 > $params/storm_rate
echo 2 > $params/storm_seconds
interrupt 14
wait_for 12 eval '[ "$(field "device name=$edu" state)" = quarantined ]'
is "$(field "device name=$edu" state)" quarantined "it storms, and is in quarantine"
sleep 0.5
is "$((0x$(entry | tail -c 2) & 3))" 2 "its entry lets nothing through, and records nothing"
like "$(vtdctl irqs)" "its device is in quarantine" "vtdctl says so"
before=$(faults)
wait $pid
diag "$(cat /tmp/interrupt)"
is "$(sed 's/.*last=//' /tmp/interrupt)" 0 "no interrupt comes, though it may be a bus master again"
is "$(faults)" "$before" "and nobody has to hear of them"
ok "all is as it should be" vtdctl check
vtdctl recover "$edu"
interrupt 2
wait $pid
diag "$(cat /tmp/interrupt)"
nok "brought back it has interrupts again" grep -q "came=0" /tmp/interrupt
unbind "$edu"
modprobe -r nvme
ok "vtd_intr_remap is taken out" modprobe -r vtd_intr_remap
ok "the module is taken out" modprobe -r vtd_dmar
