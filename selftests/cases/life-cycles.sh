# SPDX-License-Identifier: GPL-2.0
# A night of wear: loaded, attached, detached and unloaded 1,000 times with every
# part, a disk and a network in use all the time, the network's card adopted and
# released in between. Nothing is lost, wrong or left; a tenth with sanitizers.
# tier: soak
# kernels: 6.12 7.2 debug
# vm: --append "log_buf_len=16M"
# vm: --qemu "-drive file=@share/d0.img,if=none,id=d0,format=raw -device nvme,drive=d0,serial=x1"
# vm: --qemu "-netdev user,id=n0 -device e1000e,netdev=n0"
# disk: d0.img 64M
# timeout: 7200
# soak-timeout: 10800

# shellcheck source=selftests/lib/life.sh
. /src/selftests/lib/life.sh
leaks=/sys/kernel/debug/kmemleak
cycles=${CYCLES:-1000}
[ "$K" != debug ] || cycles=$((cycles / 10))

# The lines of /proc/interrupts, without their counts.
lines_of() { sed -n 's/^ *\([0-9]*\):[ 0-9]*\(.*\)/\1 \2/p' /proc/interrupts; }
scan() { [ ! -e $leaks ] || { echo scan > $leaks; sleep 5; echo scan > $leaks; cat $leaks; }; }

plan 12
modprobe nvme
modprobe e1000e
modprobe vfio_iommu_type1
nvme=$(pci_find 1b36:0010) e1000e=$(pci_find 8086:10d3)
disk=$(disk_ready "$nvme") && net_up "$e1000e" || bail "the devices do not work before we come"

cycle() {
	modprobe vtd_dmar attach=$(($1 % 3 > 0)) && { [ $(($1 % 3)) != 0 ] || vtdctl attach; } &&
		modprobe vtd_intr_remap && modprobe vtd_posted_intr && modprobe vtd_vfio_glue || return
	if (($1 % 5 == 0)); then
		vtdctl adopt "$e1000e" && net_up "$e1000e" &&
			[ "$(field "device name=$e1000e" state)" = managed ] &&
			vtdctl release "$e1000e" && net_up "$e1000e" || return
	fi
	[ "$(field "device name=$nvme" state)" = pass-through ] || return
	modprobe -r vtd_vfio_glue && modprobe -r vtd_posted_intr && modprobe -r vtd_intr_remap || return
	{ (($1 % 2)) || vtdctl detach; } && modprobe -r vtd_dmar
}

# What the first ones make and keep is made.
disk_start "$disk"
for ((i = 0; i < 5; i++)); do cycle $i; done > /dev/null 2>&1
before=$(footprint) interrupts=$(lines_of) mem=$(mem_kb)
good=0 began=$SECONDS
for ((i = 0; i < cycles; i++)); do
	if text=$(cycle $i 2>&1); then
		good=$((good + 1))
	else
		diag "cycle $i: $text"
	fi
	((i % 50)) || diag "$i cycles, $((SECONDS - began)) s, $(($(mem_kb) - mem)) kB more"
done
is $good $cycles "loaded, attached, detached and unloaded $cycles times"
ok "the disk lost no request and no byte" disk_stop "$disk"
diag "$(tail -n 3 "/tmp/ioload.${disk##*/}")"
ok "the network works" net_up "$e1000e"
is "$(footprint)" "$before" "nothing is left behind"
is "$(lines_of)" "$interrupts" "every interrupt is where it was"
grown=$(($(mem_kb) - mem))
diag "memory of tables and slabs: $grown kB more after $cycles cycles"
ok "no memory is lost" test $grown -lt $((1500 + cycles))
is "$(dmesg | grep -cE 'nvme.*(timeout|reset|I/O error|aborting)|e1000e.*(Hang|Reset)')" 0 \
	"no device was reset"
is "$(scan)" "" "nothing leaked"
modprobe vtd_dmar && modprobe vtd_intr_remap || bail "not once more"
ok "once more: the network is adopted" vtdctl adopt "$e1000e"
ok "it works" net_up "$e1000e"
is "$(vtd faults)" "" "there was no fault"
vtdctl release "$e1000e" > /dev/null
modprobe -r vtd_intr_remap
ok "all is taken out" modprobe -r vtd_dmar
