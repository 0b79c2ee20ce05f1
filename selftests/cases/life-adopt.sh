# SPDX-License-Identifier: GPL-2.0
# Devices in use are taken over and given back one by one; the others go on.
# tier: check soak
# vm: --qemu "-drive file=@share/d0.img,if=none,id=d0,format=raw -device nvme,drive=d0,serial=x1"
# vm: --qemu "-netdev user,id=n0 -device e1000e,netdev=n0"
# vm: --qemu "-chardev socket,id=qs,path=/tmp/qmp,server=on,wait=off -mon chardev=qs,mode=control -chardev socket,id=qc,path=/tmp/qmp -serial chardev:qc"
# disk: d0.img 64M
# timeout: 200
# soak-timeout: 3600

# shellcheck source=selftests/lib/life.sh
. /src/selftests/lib/life.sh
cycles=5
[ "$TIER" != soak ] || cycles=100

plan 26
modprobe nvme
modprobe e1000e
nvme=$(pci_find 1b36:0010) e1000e=$(pci_find 8086:10d3)
disk=$(disk_ready "$nvme") && net_up "$e1000e" || bail "the devices do not work before we come"
modprobe vtd_dmar || bail "the module does not load"

# One by one.
ok "nvme is adopted" vtdctl adopt "$nvme"
is "$(driver_of "$nvme")" nvme "its driver is back"
is "$(field "device name=$nvme" state)" managed "it is managed"
like "$(group_type "$nvme")" '^DMA(-FQ)?$' "its DMA is translated"
disk=$(disk_ready "$nvme")
ok "its disk works" disk_check "$disk"
ok "the hardware has a live translation for it" test "$(leaves "$nvme")" -gt 0
ok "e1000e is adopted" vtdctl adopt "$e1000e"
is "$(driver_of "$e1000e") $(field "device name=$e1000e" state)" "e1000e managed" "its driver is back, it is managed"
ok "its network works" net_up "$e1000e"
ok "the hardware has a live translation for it" test "$(leaves "$e1000e")" -gt 0

# In use, so not to be taken away.
text=$(flat vtdctl detach)
is $? 2 "detach is refused while both are in use"
like "$text" "$nvme.*nvme" "it names nvme"
like "$text" "$e1000e.*e1000e" "it names e1000e"
like "$text" "vtdctl release" "it says what to do"
nok "modprobe -r is refused, too" modprobe -r vtd_dmar
nok "and so is rmmod" rmmod vtd_dmar
is "$(field "device name=$nvme" state) $(field "device name=$e1000e" state)" "managed managed" \
	"both are managed as before"

# Back and forth, the other one busy.
cycle() {
	local dev=$1 i good=0
	for ((i = 0; i < cycles; i++)); do
		vtdctl release "$dev" > /dev/null &&
			[ "$(field "device name=$dev" state)" = pass-through ] &&
			[ "$(driver_of "$dev")" != - ] && $2 &&
			vtdctl adopt "$dev" > /dev/null &&
			[ "$(field "device name=$dev" state)" = managed ] &&
			[ "$(driver_of "$dev")" != - ] && $2 && good=$((good + 1))
	done
	echo $good
}
nvme_works() { disk=$(disk_ready "$nvme") && dd if="$disk" of=/dev/null bs=1M count=4 iflag=direct status=none; }
ping_start
is "$(cycle "$nvme" nvme_works)" $cycles "nvme released and adopted $cycles times, working each time"
ok "ping through e1000e lost nothing meanwhile" ping_stop
net_works() { net_up "$e1000e"; }
disk=$(disk_ready "$nvme")
disk_start "$disk"
is "$(cycle "$e1000e" net_works)" $cycles "e1000e released and adopted $cycles times, working each time"
ok "the disk lost nothing meanwhile" disk_stop "$disk"

# The end.
ok "nvme is released" vtdctl release "$nvme"
ok "e1000e is released" vtdctl release "$e1000e"
disk=$(disk_ready "$nvme")
ok "the disk works in pass-through" disk_check "$disk"
is "$(vtd faults)" "" "there was no fault"
ok "the module is taken out, both in use" modprobe -r vtd_dmar
