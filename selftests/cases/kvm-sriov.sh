# SPDX-License-Identifier: GPL-2.0
# One virtual function in the hands of a KVM guest, the other in those of a program,
# at once: both have memory at the same addresses, each reaches its own and not the
# other's. The physical function is reset meanwhile, and the virtual functions are
# taken away while the guest uses one: a guest that runs unplugs it, one whose QEMU
# stands still is waited for until it is killed, and the system goes on meanwhile.
# vm: --qemu "-m 3G -device pcie-root-port,id=rp0,chassis=1,slot=1 -netdev user,id=n0 -device igb,netdev=n0,bus=rp0,addr=0"
# kernels: 6.12 7.2
# timeout: 600

# shellcheck source=selftests/lib/kvm.sh
. /src/selftests/lib/kvm.sh
# shellcheck source=selftests/lib/vf.sh
. /src/selftests/lib/vf.sh

# Pages: both have the first; the second is the guest's, the third the program's.
both=0x8000000 guests=0x8001000 programs=0x40000000
kvm_body=kvm-in-vf kvm_modules=igbvf kvm_ports=yes
# Not for the inner kernel to use.
# shellcheck disable=SC2034
kvm_append="memmap=64K\$$both"

# The kernel takes a group whose device goes away out of its container before QEMU
# has finished with it.
# shellcheck disable=SC2034
kvm_expected='error disconnecting group [0-9]+ from container|vfio_container_dma_unmap.* = -22 '

# The guest's answers and the program's, each to what it is told.
guest() { kvm_ask 120 "$@"; }
program_does() { ask 2 "$@"; }

# starts WHAT: a guest that has the first function, and a program with the second: 3 checks
starts() {
	kvm_start /tmp/kvm "$vf1"
	program 2 "$vf2"
	is $? 0 "$1: a program has the second"
	phys2=$(program_does map $both 22) only2=$(program_does map $programs 44)
	unlike "$phys2 $only2" errno "$1: it maps memory at an address that the guest has, and at another"
	kvm_until ready 240
	is $? 0 "$1: the guest's driver has the first, and link"
}

# own WHEN: both work, each with its own memory: 4 checks
own() {
	is "$(program_does start) $(program_does ring $both) $(program_does page $both)" \
		"ok ok 1 done=1 head=-1 rest=same" "$1: the program's function marks its descriptor"
	program_does clear $both > /dev/null
	is "$(guest net)" 3 "$1: the guest's pings over its function are answered"
	is "$(program_does page $both) $(program_does page $programs)" \
		"done=0 head=-1 rest=same done=0 head=-1 rest=same" "$1: the program's memory is untouched"
	is "$(program_does ring $both)" "ok 1" "$1: the program's function goes on"
}

# crossed: by its registers each function is told to reach for the other's: 12 checks
crossed() {
	is "$(guest raw)" unbound "the guest's driver leaves its function"
	guest clear $both > /dev/null
	guest clear $guests > /dev/null
	program_does clear $both > /dev/null
	is "$(guest ring $both) $(guest page $both)" "1 done=1,head=-1" "the guest's function marks a descriptor of its own"
	is "$(program_does page $both)" "done=0 head=-1 rest=same" "the program's page of the same address is as it was"
	guest clear $both > /dev/null
	is "$(program_does ring $both) $(guest page $both)" "ok 1 done=0,head=-1" "and the other way round"
	is "$(guest ring $both $((guests + 2048))) $(guest page $guests)" "1 done=0,head=1" \
		"the guest's function writes to another page of its own"
	guest clear $guests > /dev/null
	blocked "a descriptor of the program's read by the guest" "$vf1" read $programs guest ring $programs
	blocked "a write to the program's by the guest" "$vf1" write $programs guest ring $both $((programs + 2048))
	is "$(program_does page $programs)" "done=0 head=-1 rest=same" "the program's memory is untouched"
	blocked "a descriptor of the guest's read by the program" "$vf2" read $guests program_does ring $guests
	blocked "a write to the guest's by the program" "$vf2" write $guests program_does head $both $((guests + 2048))
	is "$(guest page $guests)" "done=0,head=-1" "the guest's memory is untouched"
	is "$(guest driver)" 3 "the guest's driver has its function again, and pings are answered"
}

# taken: both functions are taken away; sets $taking
taken() {
	echo 0 > "/sys/bus/pci/devices/$pf/sriov_numvfs" &
	taking=$!
}

plan 68
ok "KVM is there" kvm_ready
ok "vtd_dmar loads" modprobe vtd_dmar
ok "vtd_intr_remap loads" modprobe vtd_intr_remap
ok "VFIO loads" vfio_isolated
modprobe igb
pf=$(pci_find 8086:10c9)
ok "the physical function works" net_up "$pf"
# shellcheck disable=SC2034
groups_before=$(groups) domains_before=$(domains) held=$(pinned)
make_vfs
is $? 0 "two virtual functions go to vfio-pci"

# --- a guest and a program
starts "at once"
read -r told used <<< "$domains_before"
is "$(domains)" "$((told + 2)) $((used + 2))" "each has a domain of its own"
is "$(guest messages | sed 's/^[1-9][0-9]*$/some/')" some "the guest's function interrupts the guest"
phys1=$(walked "$vf1" $both phys)
like "$phys1" '^0x[0-9a-f]+$' "the guest's tables lead to its page"
is "$(walked "$vf2" $both phys)" "${phys2#ok }" "the program's to its own"
ok "which are two" test "$phys1" != "${phys2#ok }"
is "$(walked "$vf1" $programs end) $(walked "$vf2" $guests end)" "absent absent" "what only the other has leads nowhere"
own "at once"
crossed

# --- the physical function is reset, of which neither knows
ok "the physical function is reset" sh -c "echo 1 > /sys/bus/pci/devices/$pf/reset"
is "$(walked "$vf1" $both phys) $(walked "$vf2" $both phys)" "$phys1 ${phys2#ok }" "the tables lead where they led"
ip link set "$(net_of "$pf")" down
ok "it works again" net_up "$pf"
is "$(program_does reset) $(guest reset)" "ok ok" "program and guest reset their functions"
own "after the reset"

# --- both are taken away; the guest is asked, and unplugs the function
is "$(program_does requested 0)" no "nobody has asked for it"
taken
is "$(guest away)" gone "the guest unplugs its function, and goes on"
is "$(program_does requested 30) $(program_does give)" "yes ok" "the program is asked for its own, and gives it back"
ok "the virtual functions go" wait_for 60 vfs_gone
wait $taking
is $? 0 "without an error"
nothing_left "with guest and program alive"
gone 2
kvm_ask 1 off > /dev/null
kvm_end 60
is $? 0 "the guest ends by itself"
ok "neither its kernel nor its QEMU complained" kvm_clean
diag "$(kvm_log)"

# --- made again, and taken away from a QEMU that does not answer
make_vfs
is $? 0 "they are made again"
starts "again"
kill -STOP "$kvm_pid"
taken
is "$(program_does requested 2)" no "while QEMU stands still, the second function is not yet asked for"
ok "the first one is waited for" test -n "$(vfs)"
ok "the physical function works meanwhile" net_up "$pf"
is "$(cat /sys/class/iommu/dmar0/intel-iommu/domains_used)" $((used + 2)) "nobody's domain has gone meanwhile"
kill -KILL "$kvm_pid"
is "$(program_does requested 30) $(program_does give)" "yes ok" "QEMU is killed: then the program is asked"
wait "$kvm_pid"
exec 7>&-
ok "the virtual functions go" wait_for 60 vfs_gone
wait $taking
is $? 0 "without an error"
gone 2
nothing_left "at the end"
diag "$(vtd faults | grep -o 'device=[^ ]* address=[^ ]* access=[^ ]*')"
is "$(faults)" 4 "no fault but the four"
ok "the physical function works" net_up "$pf"
modprobe -r igb
ok "nothing holds the modules" \
	sh -c 'modprobe -r vfio-pci vfio_iommu_type1 && rmmod vtd_intr_remap && modprobe -r vtd_dmar'
