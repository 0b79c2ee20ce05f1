# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# For the cases about coming and going: load on devices, what the hardware and
# the kernel show, and what must be the same before and after.

qmp() { /src/selftests/lib/qmp.py "$@"; }

# Is translation on, as the hardware itself says? (bit 31 of GSTS)
translates() {
	[ $((0x$(qmp hmp "xp /1wx 0xfed9001c" | sed 's/.*0x//') >> 31 & 1)) = 1 ]
}

# Number of leaves of a device's page table, as the hardware sees it.
leaves() { qmp walk "$1" | sed -n 's/leaves=//p'; }

# --- load ------------------------------------------------------------------

disk_of() {
	local d dev
	dev=$(realpath "/sys/bus/pci/devices/$1")
	for d in "$dev"/nvme/nvme*/nvme*n1 /sys/class/block/*; do
		case $(realpath "$d") in
		"$dev"/nvme/* | "$dev"/*/block/*) ;;
		*) continue ;;
		esac
		[ -b "/dev/${d##*/}" ] && echo "/dev/${d##*/}" && return
	done
	return 1
}

# disk_ready BDF: waits for its block device and prints it
disk_ready() { wait_for 20 disk_of "$1" && disk_of "$1"; }

declare -A io_pids=()

# disk_start DEVICE [WORKERS]: a load for each device, until disk_stop
disk_start() {
	"$PROGS/ioload" "$@" > "/tmp/ioload.${1##*/}" 2>&1 &
	io_pids[$1]=$!
}

# Ends the load; fails when a byte was wrong or a request failed. May run in a
# subshell, which cannot wait for the process: so its last line tells.
disk_stop() {
	local out=/tmp/ioload.${1##*/}
	kill -TERM "${io_pids[$1]}" 2> /dev/null
	wait_for 40 grep -q '^ioload: ' "$out"
	cat "$out"
	grep -q '^ioload: ok' "$out"
}

# disk_check DEVICE: one short load
disk_check() {
	disk_start "$1"
	sleep "${2:-1}"
	disk_stop "$1"
}

net_of() {
	local n
	for n in "/sys/bus/pci/devices/$1/net"/*; do
		[ -e "$n" ] && echo "${n##*/}" && return
	done
	return 1
}

# net_up BDF [N]: an address in the user network N (default 2), and link
net_up() {
	local net n=${2:-2}
	wait_for 20 net_of "$1" || return
	net=$(net_of "$1")
	ip addr replace "10.0.$n.15/24" dev "$net"
	ip link set "$net" up
	wait_for 15 grep -q up "/sys/class/net/$net/operstate" || return
	wait_for 10 ping -c 1 -W 1 "10.0.$n.2"
}

ping_start() {
	ping -n -i 0.05 -W 2 "10.0.${1:-2}.2" > "/tmp/ping.${1:-2}" 2>&1 &
	ping_pid=$!
}

# ping_stop [LOST [N]]: ends it; fails when more than LOST answers (default 0) are
# missing before the last one that came, or when one came out of order.
ping_stop() {
	local out=/tmp/ping.${2:-2}
	sleep 0.3
	kill -INT "$ping_pid"
	wait_for 10 grep -q 'packet loss' "$out"
	tail -n 3 "$out"
	awk -v may="${1:-0}" '
		/icmp_seq=/ {
			sub(/.*icmp_seq=/, "")
			if ($1 <= seq) bad++
			else lost += $1 - seq - 1
			seq = $1 + 0
			n++
		}
		END {
			print n + 0, "answers,", lost + 0, "missing,", bad + 0, "out of order"
			exit bad || lost > may || n < 3
		}' "$out"
}

# --- another kernel ----------------------------------------------------------

# initrd_start ROOT INIT: the beginning of an initramfs, busybox and INIT as its /init
initrd_start() {
	mkdir -p "$1/bin" "$1/modules" && cp /run/vtd/busybox "$1/bin/" && cp "$2" "$1/init"
}

# initrd_pack ROOT: prints it
initrd_pack() { (cd "$1" && find . | cpio -o -H newc --quiet); }

# again_initrd: prints an initramfs with which a kernel that kexec starts comes up
# as this guest did: same root, same command
again_initrd() {
	local root=/tmp/again
	initrd_start $root /run/vtd/init
	mkdir -p $root/vtd
	cp /run/vtd/nonce /run/vtd/command $root/vtd/
	cp "/usr/lib/vtd-lab/initrd/$K"/* $root/modules/
	initrd_pack $root
}

# --- interrupts ----------------------------------------------------------------

# Every interrupt message and redirection entry, counted, and none is wrong.
messages() { /src/selftests/lib/irq_messages.py; }

# total NAME: the sum of one of the counts that messages prints
total() { awk -F= "/ $1=/ { n += \$2 } END { print n }"; }

# --- what is to be found as it was -----------------------------------------

# names_in DIRECTORY [START]: what is in it, by name
names_in() {
	local n
	for n in "$1/${2-}"*; do
		[ ! -e "$n" ] || printf '%s ' "${n##*/}"
	done
}

# lines_with REGEX FILE: how many; in lower case
lines_with() {
	local line n=0
	while IFS= read -r line; do
		[[ ! ${line,,} =~ $1 ]] || n=$((n + 1))
	done < "$2"
	printf %d $n
}

# Everything a module of ours may leave behind, as text to compare. No process is
# started for it: that takes a second under the kernel with sanitizers.
footprint() {
	printf 'iomem: ' && lines_with 'dmar|vtd' /proc/iomem
	printf '\ninterrupts: ' && lines_with 'dmar|vtd' /proc/interrupts
	printf '\nunits: ' && names_in /sys/class/iommu
	printf '\ngroups: ' && names_in /sys/kernel/iommu_groups
	printf '\ndevice: ' && names_in /dev vtd
	printf '\nmodule: ' && names_in /sys/module vtd
	printf '\ndebugfs: ' && names_in /sys/kernel/debug vtd
	echo
}

# kB that a leak would add to: memory of tables and of slabs.
mem_kb() {
	awk '$1 ~ /^(SecPageTables|SUnreclaim|VmallocUsed):$/ { s += $2 } END { print s }' /proc/meminfo
}
