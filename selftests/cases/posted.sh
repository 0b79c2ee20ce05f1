# SPDX-License-Identifier: GPL-2.0
# Posted interrupts: the kernel's own call on real MSIs, KVM's question as another
# module asks it, and descriptors by the modules' interface on the guest's CPUs.
# What QEMU's unit does with an entry in posted format: selftests/modules/
# vtd_posted_test/edu.c.
# vm: --qemu "-smp 4 -m 3G -device edu -netdev user,id=n0 -device e1000e,netdev=n0"
# timeout: 400
# soak-timeout: 3600
# tier: check soak

. /src/selftests/lib/io.sh

# posted CMD...: a command of the test driver's, and its answer
posted() {
	echo "$*" > /sys/kernel/debug/vtd_posted_test/cmd &&
		cat /sys/kernel/debug/vtd_posted_test/cmd
}
irqs() { vtd irqs | grep -E "^irq nr=$1 "; }
format() { value "$(irqs "$1")" format; }
entry() { value "$(irqs "$1")" entry; }
asked() { insmod "$ASK" && posted asked; rmmod vtd_posted_test; }
ASK=$TESTMOD/vtd_posted_test/vtd_posted_test.ko
FLIPS=300 POSTS=20000
[ "$TIER" = check ] || FLIPS=20000 POSTS=2000000

# --- what KVM is told ------------------------------------------------------
modprobe irqbypass
modprobe e1000e
ok "vtd_dmar and vtd_intr_remap load" \
	sh -c 'modprobe vtd_dmar && modprobe vtd_intr_remap'
mark_log
ok "vtd_posted_intr loads although no unit can post" modprobe vtd_posted_intr
like "$(log_since)" "KVM does not post interrupts: no unit can post" \
	"the log says why KVM does not post"
vtd irqs | grep -q '^posting kvm=off' && pass "and vtdctl irqs" || fail "and vtdctl irqs"
ok "it is taken out" rmmod vtd_posted_intr
ok "it loads with kvm=0" modprobe vtd_posted_intr test_posting=1 kvm=0
like "$(asked)" "at-load=0 now=0" "another module is told that interrupts cannot be posted"
rmmod vtd_posted_intr
ok "it loads for tests" modprobe vtd_posted_intr test_posting=1
like "$(asked)" "at-load=1 now=1" "another module is told that they can"
rmmod vtd_posted_intr
modprobe vtd_posted_intr test_posting=1 kvm=0
like "$(asked)" "at-load=0 now=0" "and after it was taken out, that they cannot"
rmmod vtd_posted_intr
modprobe vtd_posted_intr test_posting=1
like "$(asked)" "at-load=1 now=1" "and when it is loaded again, that they can"

# --- the kernel's own call -------------------------------------------------
ok "the test driver takes edu" insmod "$ASK"
edu=$(awk '/ edu$/ { sub(":", "", $1); print $1 }' /proc/interrupts)
is "$(format "$edu")" remapped "edu's interrupt is remapped"
like "$(posted raise 20)" "host=20 posted=0 lost=0" "its interrupts come to its handler"
like "$(posted post 0 0)" "post=0" "it is posted"
is "$(format "$edu")" posted "vtdctl irqs says so"
like "$(posted raise 20)" "host=0 posted=20 lost=0" "they go to the descriptor"
before=$(entry "$edu")
for cpu in 3 2 1 0; do echo $cpu > "/proc/irq/$edu/smp_affinity_list"; done
is "$(entry "$edu")" "$before" "its affinity changes: the entry stays"
like "$(posted raise 20)" "host=0 posted=20 lost=0" "and they go there still"
like "$(posted post 0 1)" "post=0" "it is posted elsewhere"
like "$(posted raise 20)" "host=0 posted=20 lost=0" "they go there"
like "$(posted bad)" "null=-22 misaligned=-22 vector=-22 beyond=-22" \
	"what is no descriptor is refused"
like "$(posted raise 20)" "host=0 posted=20 lost=0" "and changes nothing"
nok "while it is posted the module stays" rmmod vtd_posted_intr
ok "it comes back" posted unpost 0
is "$(format "$edu")" remapped "vtdctl irqs says so"
like "$(posted raise 20)" "host=20 posted=0 lost=0" "its handler has it again"
echo 2 > "/proc/irq/$edu/smp_affinity_list"
posted raise 2 > /dev/null
is "$(cat "/proc/irq/$edu/effective_affinity_list")" 2 "and its affinity works"
text=$(posted flip $FLIPS)
diag "$text"
like "$text" "raised=$FLIPS .*lost=0 flips=[1-9][0-9]* errors=0" \
	"$FLIPS interrupts while its form changes: none lost"
echo 0-3 > "/proc/irq/$edu/smp_affinity_list"

# MSI-X of a driver that knows nothing of it.
net_up "$(pci_find 8086:10d3)"
nic=$(awk '/eth|enp/ { sub(":", "", $1); print $1; exit }' /proc/interrupts)
ok "the network works" net_ping 2
ok "an MSI-X of e1000e is posted" posted post "$nic" 0
is "$(format "$nic")" posted "vtdctl irqs says so"
ok "and comes back" posted unpost "$nic"
ok "the network works" net_ping 2

# --- a device goes while it is posted --------------------------------------
posted post 0 0 > /dev/null
ok "edu's driver goes while its interrupt is posted" rmmod vtd_posted_test
ok "nothing holds the module any more" rmmod vtd_posted_intr
modprobe vtd_posted_intr test_posting=1

# --- descriptors of our own ------------------------------------------------
insmod "$ASK"
text=$(posted user $POSTS)
diag "$text"
like "$text" "taken=$POSTS lost=0 doubled=0 stuck=0 " \
	"$POSTS posts to 64 descriptors: none lost, doubled or unheard"
like "$text" "notifications=[1-9].* wakeups=[1-9].* suppressed=[1-9]" \
	"by notifications and wake-ups, and some in silence"
(for _ in 1 2 3; do
	echo 0 > /sys/devices/system/cpu/cpu3/online
	sleep 0.5
	echo 1 > /sys/devices/system/cpu/cpu3/online
	sleep 0.5
done) &
text=$(posted user $POSTS)
wait
diag "$text"
like "$text" "taken=$POSTS lost=0 doubled=0 stuck=0 " "the same while a CPU comes and goes"
like "$(vtd irqs)" '^posting kvm=on' "vtdctl irqs says what KVM is told"
rmmod vtd_posted_test

# --- programs that drive a device through VFIO --------------------------------
vfio_load
edu=$(pci_find 1234:11e8)
ok "edu goes to vfio-pci" bind_to "$edu" vfio-pci
tap vfio 30 python3 /src/selftests/lib/vfio_posted.py "$edu"
like "$(vtd irqs)" '^posting kvm=on' "nothing is left"
unbind "$edu"
like "$(ls -l /dev/vtd-posted)" '^crw------- 1 root root' "only root has descriptors"

# --- every order with another hypervisor -----------------------------------
ours() { modprobe vtd_posted_intr test_posting=1; }
rmmod vtd_posted_intr
ok "kvm_amd loads" modprobe kvm_amd
ok "and runs a guest" "$PROGS/kvm_tiny"
ok "vtd_posted_intr loads after it" ours
ok "kvm_amd runs a guest" "$PROGS/kvm_tiny"
ok "and goes first" modprobe -r kvm_amd
ok "it loads after vtd_posted_intr" modprobe kvm_amd
ok "runs a guest" "$PROGS/kvm_tiny"
ok "vtd_posted_intr goes first" rmmod vtd_posted_intr
ok "kvm_amd runs a guest" "$PROGS/kvm_tiny"
ok "vtd_posted_intr is loaded while one runs" \
	eval '"$PROGS/kvm_tiny" 2000 & ours; rmmod vtd_posted_intr; ours; wait $!'
ok "both go" sh -c 'modprobe -r kvm_amd; rmmod vtd_posted_intr'
ok "everything is given back" sh -c 'rmmod vtd_intr_remap && modprobe -r vtd_dmar'
finish
