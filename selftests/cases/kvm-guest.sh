# SPDX-License-Identifier: GPL-2.0
# A KVM guest owns a disk and a network card through vfio-pci, with isolated
# interrupts and no option that calls unsafe things safe: its own drivers use both,
# and the host has them back afterwards as they were. Asked for in the order, and
# run with the rights, that libvirt has for it. In the soak tier: 20 guests in a
# row, and 20 whose QEMU is killed at any moment.
# tier: check soak
# vm: --qemu "-drive file=@share/d0.img,if=none,id=d0,format=raw -device nvme,drive=d0,serial=x1"
# vm: --qemu "-netdev user,id=n0 -device e1000e,netdev=n0"
# soak-vm: --qemu "-smp 1"
# disk: d0.img 64M
# kernels: 6.12 7.2
# timeout: 600
# soak-timeout: 7200

# shellcheck source=selftests/lib/kvm.sh
. /src/selftests/lib/kvm.sh
nvme=$(pci_find 1b36:0010) e1000e=$(pci_find 8086:10d3)
kvm_user=nobody
unit=/sys/class/iommu/dmar0/intel-iommu

to_guest() { modprobe vfio-pci && libvirt_detach "$nvme" && libvirt_detach "$e1000e"; }

# Back with the drivers that they had, and these work.
to_host() {
	libvirt_reattach "$nvme" && libvirt_reattach "$e1000e" &&
		disk=$(disk_ready "$nvme") && net_up "$e1000e"
}

# The first 16 MiB are for the guest to read.
fill() {
	dd if=/dev/urandom "of=$disk" bs=256K count=$((kvm_read * 4)) oflag=direct \
		conv=fsync status=none && sum=$(disk_sum "$disk" 0 $kvm_read)
}

# What must be as before: pinned pages, domain-ids, faults, and locked memory.
left() {
	echo "pinned=$(pinned) domains=$(cat $unit/domains_used) faults=$(faults)" \
		"$(awk '/^(Mlocked|Unevictable):/ { printf "%s%s ", $1, $2 }' /proc/meminfo)"
}

# Needs QEMU's name for it in the log: a refusal, not any failure.
refused() {
	kvm_start /tmp/refused "$nvme" || return
	! kvm_end 60 && kvm_log | grep -E 'vfio.*(group|container).*Operation not permitted'
}

assigned() { grep -cE "($nvme|$e1000e) +managed +unmanaged +vfio-pci"; }
vectors() { grep -E "entry .* vfio-msix\[[0-9]*\]\($1\)" -B1 <<< "$2" | grep -cE " $1 +remapped"; }

locked_kb() { awk '$1 == "VmLck:" { print $2 }' "/proc/$kvm_pid/status"; }

# try WHAT COMMAND...: as "ok", but what the command sets, or starts, is ours
try() {
	local what=$1 rc=0
	shift
	"$@" > /tmp/try 2>&1 || rc=$?
	if [ $rc = 0 ]; then
		pass "$what"
		return
	fi
	diag "status $rc: $*" "$(cat /tmp/try)"
	fail "$what"
}

# --- one guest, looked at ------------------------------------------------------

look_at_one() {
	local text
	ok "without vtd_intr_remap VFIO refuses the guest's devices" refused
	ok "vtd_intr_remap loads" modprobe vtd_intr_remap
	try "QEMU starts" kvm_start /tmp/kvm "$nvme" "$e1000e"
	try "the guest's drivers have both devices" kvm_until ready 240
	text=$(vtdctl status)
	is "$(assigned <<< "$text")" 2 "vtdctl status names both as given to vfio-pci"
	text=$(vtdctl irqs)
	ok "vtdctl irqs names the interrupts of nvme" test "$(vectors "$nvme" "$text")" -ge 1
	ok "vtdctl irqs names the interrupts of e1000e" test "$(vectors "$e1000e" "$text")" -ge 1
	like "$text" '^interrupts are isolated' "and says that they are isolated"
	like "$(vtdctl why "$nvme")" 'vfio-pci hands it to user space or a guest' "vtdctl why says who has nvme"
	nok "VFIO was not told that unsafe interrupts are fine" vfio_unsafe
	nok "vtdctl detach is refused" vtdctl detach
	like "$(rmmod vtd_intr_remap 2>&1)" 'vtd_intr_remap is in use' "rmmod vtd_intr_remap is, too"
	like "$(flat vtdctl release "$nvme")" "$nvme is bound to vfio-pci for use by user space or a guest" \
		"vtdctl release is, and says why"
	is "$(stat -c %U "/proc/$kvm_pid")" nobody "QEMU is not root's"
	text=$(locked_kb)
	ok "QEMU has the guest's memory locked: $text kB" test "$text" -ge $((kvm_mem * 1024))
	text=$(pinned)
	ok "and pinned: $text pages" test "$text" -ge $((kvm_mem * 256))
	kvm_go
	try "the guest ends by itself" kvm_end 240
	is "$(kvm_said read)" "$sum" "it read from the disk what the host had written"
	is "$(kvm_said pings)" 3 "its pings were answered"
	ok "MSI-X interrupts came from nvme: $(kvm_said nvme)" test "$(kvm_said nvme)" -gt 0
	ok "MSI-X interrupts came from e1000e: $(kvm_said e1000e)" test "$(kvm_said e1000e)" -gt 0
	ok "neither its kernel nor its QEMU complained" kvm_clean
	diag "$(kvm_log)"
}

# --- many -----------------------------------------------------------------------

# One guest after another: the host's data to it, its data to the host.
one_run() {
	local wrote start
	fill && to_guest || return
	start=$SECONDS
	kvm_start /tmp/kvm "$nvme" "$e1000e" || return
	if kvm_until ready 240; then
		kvm_go
	fi
	kvm_end 240 && kvm_clean || return
	life=$((life + SECONDS - start))
	wrote=$(kvm_said wrote)
	[ "$(kvm_said read) $(kvm_said pings)" = "$sum 3" ] && to_host &&
		[ "$(disk_sum "$disk" $kvm_read $kvm_write)" = "$wrote" ]
}

# Microseconds of the clock.
now() { echo "${EPOCHREALTIME/[.,]/}"; }

# Killed at any moment of its life, from QEMU's start until its last word.
one_kill() {
	local end told='' after=$(((RANDOM << 15 | RANDOM) % (life * 1000 + 1)))
	echo "after $after ms"
	fill && to_guest && kvm_start /tmp/kvm "$nvme" "$e1000e" || return
	end=$(($(now) + after * 1000))
	while [ "$(now)" -lt $end ] && kvm_alive; do
		sleep 0.1
		[ -z "$told" ] && [ -n "$(kvm_said ready)" ] && kvm_go && told=1
	done
	kvm_alive && killed=$((killed + 1))
	kill -KILL "$kvm_pid" 2> /dev/null
	wait "$kvm_pid"
	exec 7>&-
	to_host && [ "$(disk_sum "$disk" 0 $kvm_read)" = "$sum" ] && disk_check "$disk"
}

many() {
	local i good=0 killed=0 life=0 kb
	kb=$(mem_kb)
	for ((i = 0; i < times; i++)); do
		if one_run > /tmp/run 2>&1; then
			good=$((good + 1))
		else
			diag "run $i: $(cat /tmp/run)"
			diag "$(kvm_log)"
			to_host
		fi
	done
	life=$((life / times))
	is $good $times "$times guests in a row, each runs for $life s"
	is "$(left)" "$before" "they left nothing"
	good=0
	for ((i = 0; i < times; i++)); do
		if one_kill > /tmp/run 2>&1; then
			good=$((good + 1))
		else
			diag "kill $i: $(cat /tmp/run)"
			diag "$(kvm_log)"
			to_host
		fi
	done
	is $good $times "$times guests whose QEMU is killed, and the devices work each time"
	ok "of these were killed before they ended: $killed" test $killed -ge $((times / 4))
	kb=$(($(mem_kb) - kb))
	ok "tables and slabs grew by $kb kB" test $kb -lt 16384
}

nr=37 times=20
[ "$TIER" = check ] || nr=42
plan $nr
ok "KVM is there" kvm_ready
# As on a host that is up: the disk has its driver before we come.
ok "the disk's driver, vtd_dmar, the network's driver load" \
	sh -c 'modprobe nvme && modprobe vtd_dmar && modprobe e1000e'
ok "VFIO loads" vfio_isolated
disk_ready "$nvme" > /dev/null || bail "the disk does not work before we come"
nok "a disk that passes through cannot be taken for a guest" libvirt_detach "$nvme"
ok "it goes back to its driver" libvirt_reattach "$nvme"
ok "vtdctl adopt takes it over" vtdctl adopt "$nvme"
disk=$(disk_ready "$nvme") && net_up "$e1000e" && fill || bail "the devices do not work before"
before=$(left)
ok "nvme and e1000e go to vfio-pci, in libvirt's order" to_guest
look_at_one
try "the host's drivers have the devices again, in libvirt's order, and the network answers" to_host
is "$(disk_sum "$disk" $kvm_read $kvm_write)" "$(kvm_said wrote)" "the disk holds what the guest wrote"
is "$(disk_sum "$disk" 0 $kvm_read)" "$sum" "and what was there before"
ok "the host writes and reads it" disk_check "$disk"
[ "$TIER" = check ] || many
is "$(left)" "$before" "no page is pinned or locked, no domain-id in use, no fault more than before"
like "$(vtdctl faults)" '^no faults' "vtdctl faults has none"
unlike "$(dmesg)" 'blocked: reason' "nor has the log"
ok "nothing holds the modules" \
	sh -c 'modprobe -r nvme e1000e vfio-pci vfio_iommu_type1 && rmmod vtd_intr_remap && modprobe -r vtd_dmar'
