# SPDX-License-Identifier: GPL-2.0
# A user with all rights who types nonsense, from four threads: the control device,
# the two other devices, sysfs and debugfs. First beside a disk in use, which must
# not notice, then with nothing in use, where everything may be taken over and given
# back at any moment.
# tier: check soak
# vm: --append "log_buf_len=16M"
# vm: --qemu "-drive file=@share/d0.img,if=none,id=d0,format=raw -device nvme,drive=d0,serial=x1"
# vm: --qemu "-netdev user,id=n0 -device e1000e,netdev=n0 -device edu"
# disk: d0.img 64M
# timeout: 400
# soak-timeout: 7200

# shellcheck source=selftests/lib/life.sh
. /src/selftests/lib/life.sh
calls=3000
[ "$TIER" != soak ] || calls=300000
leaks=/sys/kernel/debug/kmemleak

plan 10
nvme=$(pci_find 1b36:0010) e1000e=$(pci_find 8086:10d3) edu=$(pci_find 1234:11e8)
modprobe vfio_iommu_type1 && modprobe vfio-pci || bail "VFIO does not load"
for m in vtd_dmar vtd_intr_remap vtd_posted_intr vtd_vfio_glue; do
	modprobe $m || bail "$m does not load"
done
modprobe nvme
disk=$(disk_ready "$nvme") || bail "nvme does not work"
bind_to "$edu" vfio-pci || bail "vfio-pci does not take edu"

fuzz() {
	local seed=$((RANDOM << 15 | RANDOM))
	diag "seed $seed"
	"$PROGS/control_fuzz" $seed "$@"
}
disk_start "$disk"
ok "nonsense beside a disk in use" fuzz "$calls" "/dev/vfio/$(group_of "$edu")" "$edu" "$e1000e" 0000:00:1f.3
is "$(field "device name=$nvme" state)/$(driver_of "$nvme")" managed/nvme "the disk is managed as before"
ok "the disk lost no request and no byte" disk_stop "$disk"
unbind "$edu"
unbind "$nvme"
for m in vtd_vfio_glue vtd_posted_intr vtd_intr_remap; do
	modprobe -r $m || bail "$m does not leave"
done
ok "nonsense with nothing in use" fuzz "$calls" - "$edu" "$e1000e" "$nvme" 0000:00:1f.3 0000:00:01.0
# A trial that was begun may be under way, or its end.
wait_for 10 vtdctl attach
vtdctl confirm > /dev/null 2>&1
like "$(vtd status)" "^vtd .*state=attached" "it can be attached"
ok "nvme is adopted or managed" sh -c "vtdctl adopt $nvme 2>&1 | grep -qE 'adopted|managed|already'"
bind_default "$nvme"
disk=$(disk_ready "$nvme")
ok "the disk works" disk_check "$disk"
unbind "$nvme"
ok "all is taken out" modprobe -r vtd_dmar
is "$(footprint | tr -d '\n')" "iomem: 0interrupts: 0units: groups: device: module: debugfs: " "nothing is left behind"
[ ! -e $leaks ] || { echo scan > $leaks; sleep 5; echo scan > $leaks; }
is "$(cat $leaks 2> /dev/null)" "" "nothing leaked"
