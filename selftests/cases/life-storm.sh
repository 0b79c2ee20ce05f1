# SPDX-License-Identifier: GPL-2.0
# Drivers come and go while commands of every kind are given by two shells at
# once: whatever the order, no splat, and all is well at the end.
# tier: check soak
# vm: --qemu "-drive file=@share/d0.img,if=none,id=d0,format=raw -device nvme,drive=d0,serial=x1"
# disk: d0.img 64M
# vm: --qemu "-netdev user,id=n0 -device e1000e,netdev=n0"
# timeout: 180
# soak-timeout: 1200

# shellcheck source=selftests/lib/life.sh
. /src/selftests/lib/life.sh
nvme=$(pci_find 1b36:0010) e1000e=$(pci_find 8086:10d3)
seconds=20
[ "$TIER" != soak ] || seconds=600
end=$((SECONDS + seconds)) last=$((SECONDS + seconds + 60))

# loop NAME COMMAND...: until the time is over, and on a slow machine until it was
# done three times; counts how often it went well
loop() {
	local name=$1 all=0 good=0
	shift
	while [ $SECONDS -lt $end ] || { [ $all -lt 3 ] && [ $SECONDS -lt $last ]; }; do
		"$@" > /dev/null 2>&1 && good=$((good + 1))
		all=$((all + 1))
	done
	echo "$all $good" > "/tmp/storm.$name"
}
rebind() {
	echo "$nvme" > /sys/bus/pci/drivers/nvme/unbind
	echo "$nvme" > /sys/bus/pci/drivers/nvme/bind
}
reload() { modprobe -r e1000e; sleep 0.2; modprobe e1000e; }
adopt_release() {
	vtdctl adopt "$nvme"
	vtdctl release "$e1000e"
	vtdctl adopt "$e1000e"
	vtdctl release "$nvme"
}
attach_detach() { vtdctl attach; vtdctl detach; vtdctl status; }

plan 12
modprobe nvme
modprobe e1000e
disk_ready "$nvme" > /dev/null
modprobe vtd_dmar || bail "the module does not load"
loop rebind rebind &
loop reload reload &
loop adopt adopt_release &
loop attach attach_detach &
loop status vtd status &
wait
for name in rebind reload adopt attach status; do
	diag "$name: $(cat /tmp/storm.$name) (all, good)"
	ok "$name was done" test "$(cut -d' ' -f1 /tmp/storm.$name)" -gt 2
done

modprobe nvme
modprobe e1000e
[ "$(driver_of "$nvme")" = nvme ] || echo "$nvme" > /sys/bus/pci/drivers_probe
vtdctl attach > /dev/null
vtdctl adopt "$nvme" > /dev/null
vtdctl adopt "$e1000e" > /dev/null
is "$(field "device name=$nvme" state) $(field "device name=$e1000e" state)" "managed managed" \
	"both can be adopted afterwards"
disk=$(disk_ready "$nvme")
ok "the disk works" disk_check "$disk"
ok "the network works" net_up "$e1000e"
is "$(group_type "$nvme")" DMA-FQ "the disk is translated"
is "$(field "unit name=dmar0" health)" ok "the unit is well"
modprobe -r nvme e1000e
ok "the module is taken out" modprobe -r vtd_dmar
is "$(footprint | tr -d '\n')" "iomem: 0interrupts: 0units: groups: device: module: debugfs: " \
	"nothing is left behind"
