# SPDX-License-Identifier: GPL-2.0
# Virtual functions in the hands of two programs at once: each reaches its own
# memory, at the same addresses, and not the other's. The physical function is
# reset meanwhile; the virtual functions are taken away while in use, made again
# and used again, and nothing is left of them.
# vm: --qemu "-m 3G -device pcie-root-port,id=rp0,chassis=1,slot=1 -netdev user,id=n0 -device igb,netdev=n0,bus=rp0,addr=0"
# timeout: 400

# shellcheck source=selftests/lib/vf.sh
. /src/selftests/lib/vf.sh

# What both map; what only the first, and only the second maps.
both=0x100000 first=0x40000000 second=0x8000000000

# own WHEN: each gets at its own memory, and writes nothing else: 6 checks
own() {
	local n
	for n in 1 2; do
		is "$(ask $n start)" ok "$1: the physical function lets $n transmit"
		is "$(ask $n ring $both) $(ask $n page $both)" "ok 1 done=1 head=-1 rest=same" \
			"$1: $n fetches and marks its descriptor"
		is "$(ask $((3 - n)) page $both | cut -d' ' -f3)" rest=same "$1: the other's memory is untouched"
	done
}
# crossed WHEN: neither gets at what only the other has mapped: 10 checks
crossed() {
	local n bdf mine=(- "$first" "$second") other=(- "$second" "$first") bdfs=(- "$vf1" "$vf2")
	for n in 1 2; do
		bdf=${bdfs[$n]}
		blocked "$1: a descriptor of the other's read by $n" "$bdf" read "${other[$n]}" \
			ask $n ring "${other[$n]}"
		is "$(ask $((3 - n)) clear "${other[$n]}")" ok "$1: the other's memory is as new"
		blocked "$1: a write to the other's by $n" "$bdf" write "${other[$n]}" \
			ask $n head $both "$(head_in "${other[$n]}")"
		is "$(ask $((3 - n)) page "${other[$n]}")" "done=0 head=-1 rest=same" "$1: the other's memory is untouched"
		is "$(ask $n head $both "$(head_in "${mine[$n]}")") $(ask $n page "${mine[$n]}")" "ok 1 done=0 head=1 rest=same" \
			"$1: $n can write to such memory of its own"
	done
}
plan 81
ok "vtd_dmar loads" modprobe vtd_dmar
ok "VFIO loads" vfio_load
modprobe igb
pf=$(pci_find 8086:10c9)
ok "the physical function works" net_up "$pf"
groups_before=$(groups) domains_before=$(domains) held=$(pinned)
make_vfs
is $? 0 "two virtual functions go to vfio-pci"
is "$(for f in "$pf" "$vf1" "$vf2"; do group_of "$f"; done | sort -u | wc -l)" 3 "each has a group of its own"

# --- two programs
program 1 "$vf1"
is $? 0 "a program has the first"
program 2 "$vf2"
is $? 0 "another has the second"
read -r told used <<< "$domains_before"
is "$told" "$used" "both count the same domains"
is "$(domains)" "$((told + 2)) $((used + 2))" "each has a domain of its own"
phys1=$(ask 1 map $both 11) phys2=$(ask 2 map $both 22)
only1=$(ask 1 map $first 33) only2=$(ask 2 map $second 44)
unlike "$phys1 $phys2 $only1 $only2" errno "both map memory at the same address, and each at one more"
is "ok $(walked "$vf1" $both phys)" "$phys1" "there the first's tables lead to its page"
is "ok $(walked "$vf2" $both phys)" "$phys2" "and the second's to its own"
ok "which are two" test "$phys1" != "$phys2"
is "$(walked "$vf1" $second end) $(walked "$vf2" $first end)" "absent absent" "what only the other has mapped leads nowhere"
own "at once"

# --- what only the other has mapped
crossed "at once"

# --- the physical function is reset; of that VFIO knows nothing
ok "the physical function is reset" sh -c "echo 1 > /sys/bus/pci/devices/$pf/reset"
is "ok $(walked "$vf1" $both phys) ok $(walked "$vf2" $both phys)" "$phys1 $phys2" "the tables lead where they led"
ip link set "$(net_of "$pf")" down
ok "it works again" net_up "$pf"
is "$(ask 1 reset) $(ask 2 reset)" "ok ok" "the programs reset their functions"
own "after the reset"
crossed "after the reset"

# --- the same address is unmapped by one
is "$(ask 1 unmap $both)" "ok 4096" "the first unmaps the address that both have"
blocked "it" "$vf1" read $both ask 1 ring $both
is "$(ask 2 ring $both) $(ask 2 page $both)" "ok 1 done=1 head=-1 rest=same" "the second still has it"

# --- both are taken away while in use
is "$(ask 1 requested 0) $(ask 2 requested 0)" "no no" "nobody has asked for them"
echo 0 > "/sys/bus/pci/devices/$pf/sriov_numvfs" &
taking=$!
is "$(ask 1 requested 30)" yes "the first program is asked for its device"
is "$(ask 1 give)" ok "and gives it back"
is "$(ask 2 requested 30)" yes "the second is asked, and dies"
gone 2
ok "the virtual functions go" wait_for 30 vfs_gone
wait $taking
is $? 0 "without an error"
nothing_left "with the first's container open"
gone 1

# --- and made again
make_vfs
is $? 0 "they are made again"
program 1 "$vf1"
is $? 0 "a program has the first"
program 2 "$vf2"
is $? 0 "another has the second"
phys1=$(ask 1 map $both 55) phys2=$(ask 2 map $both 66)
is "ok $(walked "$vf1" $both phys) ok $(walked "$vf2" $both phys)" "$phys1 $phys2" "each has its own page"
own "again"
gone 1
gone 2
echo 0 > "/sys/bus/pci/devices/$pf/sriov_numvfs"
ok "the virtual functions go" wait_for 30 vfs_gone
nothing_left "at the end"
is "$(faults)" 9 "no fault but the nine"
ok "the physical function works" net_up "$pf"
modprobe -r igb
ok "the module is taken out" modprobe -r vtd_dmar
