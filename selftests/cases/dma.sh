# SPDX-License-Identifier: GPL-2.0
# Drivers that come after us: translated DMA with its data verified, by nvme,
# by e1000e and, above 4 GiB through a 28-bit mask, by edu; in scalable mode with
# tables of the first stage, and again after each of some detaches.
# vm: --qemu "-m 6G -device edu"
# vm: --qemu "-drive file=@share/d0.img,if=none,id=d0,format=raw -device nvme,drive=d0,serial=x1"
# vm: --qemu "-netdev user,id=n0,guestfwd=tcp:10.0.2.100:7-cmd:cat -device e1000e,netdev=n0"
# disk: d0.img 1100M
# tier: check soak
# timeout: 300
# soak-timeout: 3600
# variant: lazy
# variant: strict --append iommu.strict=1
# variant: scalable --qemu "-device intel-iommu,intremap=on,aw-bits=48,scalable-mode=on,fsts=on"
# variant: scalable-strict --append iommu.strict=1 --qemu "-device intel-iommu,intremap=on,aw-bits=48,scalable-mode=on,fsts=on"

. /src/selftests/lib/io.sh
nr=38 type=DMA-FQ cycles=0
case $VARIANT in *strict) type=DMA nr=$((nr + 3)) ;; esac
case $VARIANT in scalable*) cycles=4 nr=$((nr + 2 + 4 * cycles + 1)) ;; esac
plan $nr
mib=16 net_mib=4
[ "$TIER" = check ] || mib=1024 net_mib=1024

ok "vtd_dmar loads" modprobe vtd_dmar
ok "the test driver loads" insmod "$TESTMOD/vtd_dma_test/vtd_dma_test.ko"
nvme=$(pci_find "$nvme_id") net=$(pci_find "$e1000e_id") edu=$(pci_find 1234:11e8)
random_file /tmp/data $mib
head -c ${net_mib}M /tmp/data > /tmp/net

# --- nvme
map_trace_on
ok "nvme loads" modprobe nvme
disk=$(nvme_disk "$nvme") || bail "no disk"
is "$(group_type "$nvme")" $type "the nvme's domain is $type"
live=$(live_entries "$nvme")
diag "$live live entries of the nvme"
ok "its domain has live entries" test "$live" -ge 4
ok "$mib MiB are written" disk_write "$disk" /tmp/data
ok "and read back the same" disk_same "$disk" /tmp/data

# --- e1000e
map_trace_on
ok "e1000e loads" modprobe e1000e
ok "the link comes up" net_up "$net"
is "$(group_type "$net")" $type "the e1000e's domain is $type"
live=$(live_entries "$net")
diag "$live live entries of the e1000e"
ok "its domain has live entries" test "$live" -ge 16
ok "pings are answered" net_ping
ok "$net_mib MiB go out and come back the same over TCP" net_echo /tmp/net
ok "pings are answered after it" net_ping

# --- what status says of them
is "$(field "device name=$nvme" domain)" $type "status agrees about the nvme"
is "$(field "device name=$net" driver)" e1000e "and about the e1000e's driver"
is "$(faults)" 0 "no fault"

# --- edu: 28 bits, memory above 4 GiB
hiwater=/sys/kernel/debug/swiotlb/io_tlb_used_hiwater
bounced=$(cat $hiwater)
text=$(dma_test copy)
ok "edu copies a page above 4 GiB" test -n "$text"
diag "$text"
is "$(value "$text" below_mask)" 1 "its addresses are below 2^28"
ok "the page it reads is above 4 GiB" test "$(($(value "$text" phys) >> 32))" -ge 1
ok "and the one it writes" test "$(($(value "$text" phys_to) >> 32))" -ge 1
is "$(cat /sys/kernel/debug/swiotlb/io_tlb_used)" 0 "no bounce buffer is in use"
is "$(cat $hiwater)" "$bounced" "and none was"
is "$(faults)" 0 "no fault"

# --- edu: what must not be reached
one_fault() {
	local what=$1 text=$2 before=$3
	is "$(value "$text" untouched)" 1 "$what: memory is untouched"
	wait_for 3 test "$(faults)" -gt "$before"
	sleep 0.3
	is "$(faults)" $((before + 1)) "$what: exactly one report"
	like "$(last_fault)" "device=$edu address=$(printf 0x%x "$(value "$text" addr)") access=write" \
		"$what: of a write there by edu"
}
one_fault "an address never mapped" "$(dma_test unmapped)" 0
one_fault "a page mapped for reading" "$(dma_test readonly)" 1
if [ $type = DMA ]; then
	one_fault "a page after unmap" "$(dma_test unmap)" 2
fi

# --- the type of a group
switch() { echo "$1" > "/sys/bus/pci/devices/$nvme/iommu_group/type"; }
nok "the type does not change under a driver" switch identity
is "$(group_type "$nvme")" $type "it is what it was"
unbind "$nvme"
ok "it changes to identity when unbound" switch identity
bind_default "$nvme"
disk=$(nvme_disk "$nvme")
is "$(field "device name=$nvme" domain)" identity "status agrees"
ok "the data is read back through identity" disk_same "$disk" /tmp/data
unbind "$nvme"
ok "and it changes back to $type" switch $type
bind_default "$nvme"
disk=$(nvme_disk "$nvme")
ok "the data is read back, translated" disk_same "$disk" /tmp/data
is "$(group_type "$nvme")" $type "in a domain of type $type"

# --- scalable mode: the same again after each detach
[ $cycles -gt 0 ] || exit 0
mode() { sed -n 's/^RTADDR .*TTM=//p' /sys/kernel/debug/vtd/dmar0/registers | cut -d' ' -f1; }
is "$(mode)" 0x1 "the unit is in scalable mode"
meant=$(faults)
rmmod vtd_dma_test
for i in $(seq $cycles); do
	unbind "$nvme"
	unbind "$net"
	ok "cycle $i: detached" vtdctl detach
	ok "cycle $i: attached" vtdctl attach
	bind_default "$nvme"
	bind_default "$net"
	disk=$(nvme_disk "$nvme")
	ok "cycle $i: the data is read back" disk_same "$disk" /tmp/data
	net_up "$net"
	ok "cycle $i: pings are answered" net_ping
done
is "$(group_type "$nvme")" $type "the nvme's domain is $type"
is "$(faults)" "$meant" "no fault but those that were meant"
