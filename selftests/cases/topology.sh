# SPDX-License-Identifier: GPL-2.0
# Disk and VFIO on machines of other shapes: the unit's options, and devices
# behind a root port and behind a bridge to conventional PCI.
# variants-from: selftests/lib/topologies
# vm: --qemu "-m 3G"
# disk: d0.img 64M
# in-turn: yes
# tier: check soak
# timeout: 300

. /src/selftests/lib/io.sh
plan 59
ok "vtd_dmar loads" modprobe vtd_dmar
ok "the test driver loads" insmod "$TESTMOD/vtd_dma_test/vtd_dma_test.ko"
rmmod_test() { rmmod vtd_dma_test; }
nvme=$(pci_find "$nvme_id") edu=$(pci_find 1234:11e8)
is "$(field "device name=$nvme" state)" managed "the nvme is managed"
is "$(field "device name=$edu" state)" managed "and so is edu"
source=$edu
[[ $VARIANT != *bridge* ]] || source=${edu%:*}:00.0
coherent=0
[[ $VARIANT != *snoop* ]] || coherent=1
diag "nvme $nvme edu $edu, sid $(field "device name=$edu" sid)"

# --- the disk
random_file /tmp/data 8
map_trace_on
ok "nvme loads" modprobe nvme
disk=$(nvme_disk "$nvme") || bail "no disk"
is "$(group_type "$nvme")" DMA-FQ "the nvme's domain is DMA-FQ"
ok "it has live entries" test "$(live_entries "$nvme")" -ge 4
ok "8 MiB are written" disk_write "$disk" /tmp/data
ok "and read back the same" disk_same "$disk" /tmp/data
text=$(dma_test copy)
is "$(value "$text" below_mask)" 1 "edu copies a page, through addresses below 2^28"
is "$(faults)" 0 "no fault"

# --- the device in the hands of user space
ok "the test driver goes" rmmod_test
ok "VFIO loads" vfio_load
echo 4 > /proc/sys/vm/nr_hugepages
ok "edu goes to vfio-pci" bind_to "$edu" vfio-pci
if [[ $VARIANT = *bridge* ]]; then
	is "$(group_of "$nvme")" "$(group_of "$edu")" "both are in one group"
	nok "which is not viable while nvme has its driver" \
		"$PROGS/vfio_edu" "$edu" type1v2
	ok "nvme goes to vfio-pci, too" bind_to "$nvme" vfio-pci
	tap vfio 41 "$PROGS/vfio_edu" "$edu" type1v2 "$source" $coherent
else
	nok "they are in groups of their own" \
		test "$(group_of "$nvme")" = "$(group_of "$edu")"
	before=$(faults)
	ok "nvme is in use meanwhile" disk_same "$disk" /tmp/data
	tap vfio 41 "$PROGS/vfio_edu" "$edu" type1v2 "$source" $coherent
	is "$before" 0 "no fault before"
fi

# --- and back
unbind "$edu"
bind_default "$nvme"
disk=$(nvme_disk "$nvme") || bail "no disk any more"
ok "the disk is as it was" disk_same "$disk" /tmp/data
