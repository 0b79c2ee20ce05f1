# SPDX-License-Identifier: GPL-2.0
# What a user of VFIO may map and what not: 64 GiB of addresses with holes, 1 GiB
# of pages of each size, VFIO's limits, ranges that wrap, overlap, are not aligned,
# are the interrupts' or beyond the width of the unit. What is refused has its errno
# and changes nothing; in the end no page is held. With tables of both stages.
# vm: --qemu "-m 4G -device edu,dma_mask=0xffffffffffffffff"
# vm: --append "hugepagesz=1G hugepages=1"
# variant: first --qemu "-device intel-iommu,intremap=on,aw-bits=48,scalable-mode=on,fsts=on"
# variant: 48
# variant: 39 --qemu "-device intel-iommu,intremap=on,aw-bits=39"
# in-turn: yes
# timeout: 400

# What is said of a range that wraps around: EINVAL, since 7.2 EOVERFLOW.
if [ "$K" = 6.12 ]; then wrap=22; else wrap=75; fi
case $VARIANT in
48) n=143 what=all width=48 ;;
39) n=32 what=short width=39 ;;
# The upper half of 48 bits is not for DMA there.
first) n=143 what=all width=47 ;;
esac
# Those that wait to be used again are given back first.
tables() {
	echo 2 > /proc/sys/vm/drop_caches
	echo 1 > /proc/sys/vm/stat_refresh
	awk '$1 == "nr_iommu_pages" { print $2 }' /proc/vmstat
}

plan $((n + 11))
ok "vtd_dmar loads" modprobe vtd_dmar
ok "VFIO loads" vfio_load
edu=$(pci_find 1234:11e8)
echo 4200 > /sys/module/vfio_iommu_type1/parameters/dma_entry_limit
echo 8 > /sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages
ok "edu goes to vfio-pci" bind_to "$edu" vfio-pci
like "$(vtd status)" "^unit name=dmar0 .* cap=0x[0-9a-f]*" "the unit's capabilities are told"
held=$(pinned) before=$(tables) type=$(group_type "$edu")
tap "$VARIANT" "$n" "$PROGS/vfio_map" "$edu" "$width" "$what" "$wrap"
is "$(pinned)" "$held" "no page stays pinned"
is "$(tables)" "$before" "and no table stays"
ok "edu is let go" unbind "$edu"
is "$(field "device name=$edu" state) $(group_type "$edu")" "managed $type" "it is managed as before"
echo > "/sys/bus/pci/devices/$edu/driver_override"
ok "a driver takes it" insmod "$TESTMOD/vtd_dma_test/vtd_dma_test.ko"
ok "its DMA works" dma_test copy
rmmod vtd_dma_test
ok "the module is taken out" modprobe -r vtd_dmar
