# SPDX-License-Identifier: GPL-2.0
# Devices in use before we come are not disturbed, however often we come and go.
# tier: check soak
# vm: --qemu "-drive file=@share/d0.img,if=none,id=d0,format=raw -device nvme,drive=d0,serial=x1"
# vm: --qemu "-netdev user,id=n0 -device e1000e,netdev=n0"
# disk: d0.img 64M
# timeout: 150
# soak-timeout: 3600

# shellcheck source=selftests/lib/life.sh
. /src/selftests/lib/life.sh
cycles=5
[ "$TIER" != soak ] || cycles=200

plan 9
modprobe nvme
modprobe e1000e
nvme=$(pci_find 1b36:0010) e1000e=$(pci_find 8086:10d3)
disk=$(disk_ready "$nvme") && net_up "$e1000e" || bail "the devices do not work before we come"
before=$(footprint)

disk_start "$disk"
ping_start
attached=0 states="" detached=0 removed=0
for ((i = 0; i < cycles; i++)); do
	modprobe vtd_dmar && [ "$(field "unit name=dmar0" translation)" = on ] &&
		attached=$((attached + 1))
	for dev in $nvme $e1000e; do
		states+="$(field "device name=$dev" state)/$(driver_of "$dev")"$'\n'
	done
	sleep 0.5
	if ((i % 2)); then
		vtdctl detach && [ -z "$(ls /sys/class/iommu)" ] && detached=$((detached + 1))
		sleep 0.3
	else
		detached=$((detached + 1))
	fi > /dev/null
	modprobe -r vtd_dmar > /dev/null && removed=$((removed + 1))
	sleep 0.2
done
is $attached $cycles "attached $cycles times"
is "$(sort <<< "${states%$'\n'}" | uniq -c | awk '{ print $1, $2 }' | tr '\n' ' ')" \
	"$cycles pass-through/e1000e $cycles pass-through/nvme " "both devices passed through and kept their drivers"
is $detached $cycles "detached each time"
is $removed $cycles "taken out each time, the load running"
ok "the disk lost no request and no byte" disk_stop "$disk"
diag "$(cat "/tmp/ioload.${disk##*/}")"
ok "the network lost no packet" ping_stop
diag "$(tail -n 3 /tmp/ping.2)"
is "$(footprint)" "$before" "nothing is left behind"
is "$(dmesg | grep -cE 'nvme.*(timeout|reset|I/O error|aborting)|e1000e.*(Hang|Reset)')" 0 \
	"no device was reset"
is "$(dmesg | grep -c 'vtd_dmar: attached')" $cycles "the log tells of each attach"
