# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What the stages of the package test share. Sourced in the machine.

# shellcheck disable=SC2034
words='intel_iommu=off intremap=off'
list=/etc/vtd-kmod/initramfs

plan() { echo "1..$1"; }
diag() { printf '%s\n' "$*" | sed 's/^/# /'; }

# ok TEXT COMMAND...: a check; what a failed command said is shown.
ok() {
	local text=$1 said
	shift
	if said=$("$@" 2>&1 < /dev/null); then
		echo "ok - $text"
	else
		diag "status $?: $(tail -n 25 <<< "$said")"
		echo "not ok - $text"
	fi
}

is() {
	if [ "$1" = "$2" ]; then
		echo "ok - $3"
	else
		diag "got '$1', wanted '$2'"
		echo "not ok - $3"
	fi
}

like() {
	if grep -qE -- "$2" <<< "$1"; then
		echo "ok - $3"
	else
		diag "got '$1', wanted something like '$2'"
		echo "not ok - $3"
	fi
}

not() { ! "$@"; }

# What is there that has to do with us, and the settings of all packages, but
# for what a running machine writes there itself.
snapshot() {
	find / -xdev \( -path /proc -o -path /sys -o -path /run -o -path /tmp \
		-o -path /root -o -path /var/log -o -path /var/tmp \
		-o -path '/usr/src/linux-headers-*' \) -prune \
		-o -iname '*vtd*' -print | sort
	find /etc -xdev -type f ! -name machine-id ! -name resolv.conf \
		! -name ld.so.cache ! -name .updated -exec sha256sum {} + | sort -k 2
}

ours_loaded() { lsmod | awk '$1 ~ /^vtd/ { print $1 }' | sort | paste -sd' '; }

# in_initramfs RELEASE: what of ours is in that kernel's, but for the rule in
# modprobe.d, all of which every initramfs has
in_initramfs() {
	lsinitramfs "/boot/initrd.img-$1" | grep -i vtd |
		grep -v modprobe.d | sed 's|.*/||; s/\.ko.*//' | sort -u | paste -sd' '
}

# The line of the menu's first entry.
grub_line() {
	grep -m 1 -E '^[[:space:]]*linux[[:space:]]' /boot/grub/grub.cfg
}

# early on | off: as an administrator would, by hand
early() {
	if [ "$1" = on ]; then
		sed -i 's/^#\(vtd_\)/\1/' "$list"
	else
		sed -i 's/^\(vtd_\)/#\1/' "$list"
	fi
	update-initramfs -u -k all
}

# One exchange with /dev/vtd.
vtd() {
	exec 8<> /dev/vtd || return
	printf '%s' "$1" >&8 2> /dev/null
	cat <&8
	exec 8>&-
}

# field RECORD-START KEY
field() {
	vtd status | sed -n "s/^$1 .* $2=\([^ ]*\).*/\1/p"
}

# bdf_of VENDOR:DEVICE
bdf_of() {
	local d
	for d in /sys/bus/pci/devices/*; do
		if [ "$(cat "$d/vendor"):$(cat "$d/device")" = "0x${1%:*}:0x${1#*:}" ]; then
			echo "${d##*/}"
			return
		fi
	done
}

# nvme_of SERIAL: the address of that disk
nvme_of() {
	local d
	for d in /sys/class/nvme/nvme*; do
		if [ "$(tr -d ' ' < "$d/serial")" = "$1" ]; then
			basename "$(readlink -f "$d/device")"
			return
		fi
	done
}

# building COMMAND...: runs it, and says every minute how far the compiler is, for
# who waits outside
building() {
	local teller rc=0 start=$SECONDS
	(while sleep 60; do
		diag "$((SECONDS - start)) s, $(find /var/lib/dkms -name '*.o' -path '*/build/*' | wc -l) objects"
	done) > /dev/ttyS1 2> /dev/null &
	teller=$!
	"$@" || rc=$?
	kill $teller
	wait $teller 2> /dev/null
	echo "took $((SECONDS - start)) s"
	return $rc
}

group_type() { cat "/sys/bus/pci/devices/$1/iommu_group/type"; }

# chips BDF: of its message interrupts, which have been used
chips() {
	local n
	for n in "/sys/bus/pci/devices/$1/msi_irqs"/*; do
		cat "/sys/kernel/irq/${n##*/}/chip_name"
	done | sort -u | paste -sd' '
}

disk_works() {
	local a b
	head -c 8M /dev/urandom > /root/data || return
	dd if=/root/data of=/root/copy bs=1M oflag=direct conv=fsync status=none &&
		a=$(sha256sum < /root/data) &&
		b=$(dd if=/root/copy bs=1M iflag=direct status=none | sha256sum) &&
		rm -f /root/data /root/copy
	[ -n "$a" ] && [ "$a" = "$b" ]
}

# A reply of the other side: it takes both ways of DMA.
net_works() {
	local dev try
	dev=$(ls "/sys/bus/pci/devices/$1/net") || return
	ip link set "$dev" up && ip addr replace 10.0.2.15/24 dev "$dev" || return
	for try in $(seq 60); do
		echo "$try" > /dev/udp/10.0.2.2/9
		sleep 1
		ip neigh show 10.0.2.2 dev "$dev" | grep -q lladdr && return
	done
	ip neigh
	return 1
}

# Out of tree and without a signature that the kernel knows; nothing else.
taint() { echo $(($(cat /proc/sys/kernel/tainted) & ~(1 << 12 | 1 << 13))); }
