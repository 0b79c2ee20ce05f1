# SPDX-License-Identifier: GPL-2.0
# A reboot with devices in use, adopted and passing through, gets to the reset.
# host: yes
# timeout: 200

plan 5
mkdir -p "$SHARE"
truncate -s 64M "$SHARE/d0.img"
cat > "$SHARE/body" <<'END'
. /src/selftests/lib/guest.sh
. /src/selftests/lib/life.sh
modprobe nvme
nvme=$(pci_find 1b36:0010) e1000e=$(pci_find 8086:10d3)
disk=$(disk_ready "$nvme")
modprobe vtd_dmar && modprobe e1000e && net_up "$e1000e" || exit 1
[ "$1" != adopted ] || vtdctl adopt "$nvme" || exit 1
disk_start "$(disk_ready "$nvme")"
ping_start
sleep 1
echo "state: $(field "device name=$nvme" state) $(field "device name=$e1000e" state)"
/run/vtd/busybox reboot -f
sleep 60
exit 1
END
for how in passing adopted; do
	out=$(VTD_NAME=life-reboot-$how VTD_LOG=$SHARE/log selftests/vm -k "$K" --share "$SHARE" --timeout 90 \
		--qemu "-drive file=@share/d0.img,if=none,id=d0,format=raw -device nvme,drive=d0,serial=x1" \
		--qemu "-netdev user,id=n0 -device e1000e,netdev=n0" -- \
		/usr/bin/env "K=$K" /bin/bash /share/body $how 2>&1)
	# 97: the guest ended before the command did, with a clean log.
	is $? 97 "$how: the machine is reset, with a clean log"
	diag "$out"
	if [ $how = adopted ]; then
		like "$out" "state: managed managed" "$how: nvme and e1000e were translated"
	else
		like "$out" "state: pass-through managed" "$how: e1000e was translated, nvme not"
	fi
done
like "$(cat "$SHARE/log")" "reboot: Restarting system" "it was a reboot"
