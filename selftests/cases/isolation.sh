# SPDX-License-Identifier: GPL-2.0
# Two functions that ACS does not separate, one with a host driver since before
# the module: the other is not given to user space, and the log says because
# of whom. Done as the message says, the group decides.
# vm: --qemu "-m 3G -device edu,addr=5.0,multifunction=on"
# vm: --qemu "-netdev user,id=n0 -device rtl8139,netdev=n0,addr=5.1"
# vm: --qemu "-drive file=@share/d0.img,if=none,id=d0,format=raw -device nvme,drive=d0,serial=x1,addr=6.0,multifunction=on"
# vm: --qemu "-device edu,addr=6.1"
# disk: d0.img 64M
# timeout: 300

. /src/selftests/lib/io.sh
plan 109
edu1=0000:00:05.0 net=0000:00:05.1 nvme=0000:00:06.0 edu2=0000:00:06.1
echo 4 > /proc/sys/vm/nr_hugepages
random_file /tmp/data 4

ok "8139cp loads first" modprobe 8139cp
ok "nvme loads first" modprobe nvme
disk=$(nvme_disk "$nvme") || bail "no disk"
ok "the network is up" net_up "$net"
ok "vtd_dmar loads" modprobe vtd_dmar
ok "VFIO loads" vfio_load
is "$(field "device name=$net" state)" pass-through "the 8139cp passes through"
is "$(field "device name=$nvme" state)" pass-through "the nvme passes through"
is "$(field "device name=$edu1" state)" managed "its neighbour is managed"

# refused EDU OTHER: user space does not get EDU, because of OTHER
refused() {
	local text
	mark_log
	text=$("$PROGS/vfio_edu" "$1" type1v2 2>&1)
	like "$text" "^not ok 1 - the group joins the container" \
		"$1 is not given to user space"
	like "$(log_since)" "$1: not assigned: .* $2[ ,]" "the log names $2"
	like "$(log_since)" "vtdctl adopt $2" "and what to do"
}

# --- function 0 wanted, function 1 in use
ok "edu goes to vfio-pci" bind_to $edu1 vfio-pci
refused $edu1 $net
ok "8139cp still works" net_ping
ok "the 8139cp is adopted, as the log said" vtdctl adopt $net
is "$(driver_of $net)" 8139cp "its driver is back"
is "$(group_of $net)" "$(group_of $edu1)" "in edu's group"
nok "which user space does not get while 8139cp is bound" \
	"$PROGS/vfio_edu" $edu1 type1v2
ok "the network comes up again" net_up $net
ok "8139cp works, translated" net_ping
unbind $net
tap "8139cp unbound" 39 "$PROGS/vfio_edu" $edu1 type1v2

# --- function 1 wanted, function 0 in use
ok "the other edu goes to vfio-pci" bind_to $edu2 vfio-pci
refused $edu2 $nvme
ok "nvme still works" disk_write "$disk" /tmp/data
unbind $nvme
mark_log
nok "an nvme that is unbound but not managed is no better" \
	"$PROGS/vfio_edu" $edu2 type1v2
like "$(log_since)" "$edu2: not assigned: .* $nvme" "the log names it"
ok "the nvme is adopted" vtdctl adopt $nvme
is "$(field "device name=$nvme" state)" managed "it is managed"
tap "nvme adopted, unbound" 39 "$PROGS/vfio_edu" $edu2 type1v2

# --- and what was taken is given back
unbind $edu1
unbind $edu2
bind_default $nvme
disk=$(nvme_disk $nvme) || bail "no disk any more"
is "$(field "device name=$nvme" domain)" DMA-FQ "the nvme is translated"
ok "its data is there" disk_same "$disk" /tmp/data
nok "now nobody gets its neighbour" bash -c "
	. /src/selftests/lib/guest.sh
	bind_to $edu2 vfio-pci && $PROGS/vfio_edu $edu2 type1v2"
unbind $edu2
