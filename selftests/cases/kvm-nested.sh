# SPDX-License-Identifier: GPL-2.0
# A guest of ours: the modules in a KVM guest with an emulated unit in caching mode,
# and a disk passed through to it behind that unit. Its DMA is translated by the
# inner guest's tables, which QEMU shadows into VFIO's container, and by ours. The
# data is right, and what maps and unmaps cost there is counted.
# vm: --qemu "-m 3G -drive file=@share/d0.img,if=none,id=d0,format=raw -device nvme,drive=d0,serial=x1"
# disk: d0.img 64M
# kernels: 6.12 7.2
# timeout: 600

# shellcheck source=selftests/lib/kvm.sh
. /src/selftests/lib/kvm.sh
nvme=$(pci_find 1b36:0010)
# shellcheck disable=SC2034
kvm_mem=512 kvm_body=kvm-in-nested kvm_modules="vtd_dmar nvme" kvm_append="intel_iommu=off intremap=off"
# shellcheck disable=SC2034
kvm_options=(-device intel-iommu,caching-mode=on,intremap=off
	--trace 'vtd_inv_desc_iotlb_*' --trace 'vtd_page_walk_one*' -D /tmp/kvm.trace)

# look PHASE: what QEMU was told, and what it read for that; sets the variables
look() {
	local text map unmap
	map=$(of "$1" map) unmap=$(of "$1" unmap)
	text=$(/src/selftests/lib/shadow.py /tmp/kvm.trace "$(of "$1" from)" "$(of "$1" to)")
	pages=$((${map#*:} + ${unmap#*:})) requests=${unmap%:*} trips=$(of "$1" waits)
	named=$(value "$text" named) entries=$(value "$text" read)
	diag "$1: $requests requests, $pages pages mapped and unmapped, $trips round trips; QEMU: $text; $(of "$1" ms) ms"
}

between() { ok "$4 ($2)" test "$2" -ge "$1" -a "$2" -le "$3"; }

# of PHASE KEY: as the inner guest measured it
of() { tr , '\n' <<< "$(kvm_said "$1")" | sed -n "s/^$2://p"; }

plan 27
ok "KVM is there" kvm_ready
ok "vtd_dmar and vtd_intr_remap load" sh -c 'modprobe vtd_dmar && modprobe vtd_intr_remap'
ok "VFIO loads" vfio_isolated
modprobe nvme
disk=$(disk_ready "$nvme") || bail "the disk does not work before"
dd if=/dev/urandom "of=$disk" bs=256K count=$((kvm_read * 4)) oflag=direct conv=fsync status=none
sum=$(disk_sum "$disk" 0 $kvm_read)
ok "the disk goes to vfio-pci" bind_to "$nvme" vfio-pci
kvm_start /tmp/kvm "$nvme"
kvm_until ready 240
is $? 0 "the inner guest has its disk"
is "$(kvm_said caching) $(kvm_said translation)" "1 on" "its unit is in caching mode, and translates"
is "$(kvm_said device)" managed "the disk is managed there"
text=$(vtd stats)
kvm_go
kvm_end 300
is $? 0 "it ends by itself"
is "$(kvm_said read)" "$sum" "it read from the disk what the host had written"
ok "neither its kernel nor its QEMU complained" kvm_clean
diag "$(kvm_log)"
is "$(kvm_said faults)" 0 "its unit reported no fault"
is "$(kvm_said told) $(kvm_said unmaps)" "1 strict" "it said that it flushes unmaps at once there, and does"
for phase in small odd large; do
	look $phase-on
	is "$named" "$pages" "$phase, at once: no page is named that was not mapped or unmapped"
	is "$entries" "$pages" "$phase, at once: QEMU reads no other page's entry"
	between $((2 * requests)) "$trips" $((2 * requests + 8)) "$phase, at once: a round trip for each map and each unmap"
	at_once=$entries
	look $phase-off
	ok "$phase, put off: QEMU reads more entries, $entries instead of $at_once" test "$entries" -gt "$at_once"
done
bind_default "$nvme"
disk=$(disk_ready "$nvme")
is "$(disk_sum "$disk" $kvm_read $kvm_write)" "$(kvm_said wrote)" "the disk holds what it wrote"
is "$(faults)" 0 "nothing was blocked outside"
is "$(pinned)" 0 "no page stays pinned"

