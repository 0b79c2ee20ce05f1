# SPDX-License-Identifier: GPL-2.0
# What is promised about CPU caches: by a unit that can make all requests snoop
# them, and by one that cannot; what VFIO then says.
# vm: --qemu "-m 3G -device edu"
# timeout: 300
# in-turn: yes
# variant: on --qemu "-device intel-iommu,intremap=on,aw-bits=48,snoop-control=on"
# variant: off --qemu "-device intel-iommu,intremap=on,aw-bits=48,snoop-control=off"

. /src/selftests/lib/guest.sh
can=0
[ "$VARIANT" = off ] || can=1

plan 52
ok "vtd_dmar loads" modprobe vtd_dmar
edu=$(pci_find 1234:11e8)
is "$((0x$(cat /sys/class/iommu/dmar0/intel-iommu/ecap) >> 7 & 1))" $can "the unit has snoop control: $can"
ok "the test driver loads" insmod "$TESTMOD/vtd_dma_test/vtd_dma_test.ko"
is "$(dma_test "caps $edu")" "cache=1 enforce=$can deferred=1 noexec=0 dirty=0 preboot=0" "what is promised"
unbind "$edu"
is "$(dma_test "snoop $edu")" "before=$can again=$can late=0" \
	"a domain takes the demand before it is attached, and not once something is mapped"
rmmod vtd_dma_test

echo 4 > /proc/sys/vm/nr_hugepages
ok "VFIO loads" vfio_load
ok "edu goes to vfio-pci" bind_to "$edu" vfio-pci
tap "VFIO" 41 "$PROGS/vfio_edu" "$edu" type1v2 "$edu" $can
# another time: a domain that was attached before
tap "VFIO, type1" 1 "$PROGS/vfio_edu" "$edu" type1 "$edu" $can
is "$(faults | grep -c .)" 1 "faults are counted"
ok "edu is let go" unbind "$edu"
ok "the module is taken out" modprobe -r vtd_dmar
