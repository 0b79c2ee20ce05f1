# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Real I/O with its data verified, for cases; source it after guest.sh.

# shellcheck disable=SC2034
nvme_id=1b36:0010
e1000e_id=8086:10d3

# Where the echo service of the case's -netdev is:
# guestfwd=tcp:10.0.2.100:7-cmd:cat
echo_at=10.0.2.100/7

# nvme_disk BDF: its block device, once it is there
nvme_disk() {
	local d
	wait_for 20 compgen -G "/sys/bus/pci/devices/$1/nvme/nvme*/nvme*n1" || return
	d=$(compgen -G "/sys/bus/pci/devices/$1/nvme/nvme*/nvme*n1")
	wait_for 5 test -b "/dev/${d##*/}" && echo "/dev/${d##*/}"
}

random_file() { head -c "$2M" /dev/urandom > "$1"; }

# disk_write DISK FILE and disk_same DISK FILE: past every cache, 256 KiB each
disk_write() {
	dd "if=$2" "of=$1" bs=256K oflag=direct conv=fsync status=none
}

disk_same() {
	local bytes
	bytes=$(stat -c %s "$2")
	dd "if=$1" bs=256K iflag=direct,count_bytes "count=$bytes" status=none | cmp - "$2"
}

# net_up BDF: the interface gets QEMU's usual address
net_up() {
	local dev
	wait_for 20 compgen -G "/sys/bus/pci/devices/$1/net/*" || return
	dev=$(compgen -G "/sys/bus/pci/devices/$1/net/*")
	dev=${dev##*/}
	ip address replace 10.0.2.15/24 dev "$dev" && ip link set "$dev" up &&
		wait_for 20 grep -q 1 "/sys/class/net/$dev/carrier"
}

net_ping() { ping -q -n -c "${1:-3}" -i 0.2 -W 5 10.0.2.2; }

# net_echo FILE: there and back over TCP
net_echo() {
	local bytes rc=0
	bytes=$(stat -c %s "$1")
	exec 9<> "/dev/tcp/$echo_at" || return
	cat "$1" >&9 &
	head -c "$bytes" <&9 | cmp - "$1" || rc=1
	wait $! || rc=1
	exec 9>&-
	return $rc
}

# --- live page-table entries -----------------------------------------------

trace=/sys/kernel/tracing
map_trace_on() {
	echo > $trace/trace
	echo 1 > $trace/events/iommu/map/enable
}

# live_entries BDF: of the first 64 pages that were mapped since map_trace_on,
# how many the device's domain still leads to where they were mapped, and away
# from where they are (the address the device uses is not the page's).
live_entries() {
	local iova paddr text live=0
	echo 0 > $trace/events/iommu/map/enable
	while read -r iova paddr; do
		text=$(dma_test phys "$1" "$iova") || continue
		(($(value "$text" phys) == paddr && iova != paddr)) && live=$((live + 1))
	done < <(sed -n 's/.*: map: .*iova=\(0x[0-9a-f]*\) - .* paddr=\(0x[0-9a-f]*\) .*/\1 \2/p' \
		$trace/trace | head -n 64)
	echo $live
}
