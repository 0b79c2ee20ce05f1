# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What the body of a case may use; sourced before it, in the guest (or on the
# host for "# host: yes"). Prints KTAP; decides nothing about the verdict, that
# is selftests/run's.
#
# Set by the runner: K (6.12 or 7.2), TIER (check or soak), VARIANT (or -), CASE,
# and on the host SHARE, the directory that the guest shall have as /share.

export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LANG=C.UTF-8 LC_ALL=C.UTF-8
# shellcheck disable=SC2034
PROGS=/src/build/progs
# shellcheck disable=SC2034
TESTMOD=/src/build/$K/testmod
checks=0

# --- KTAP ------------------------------------------------------------------

# The number of checks to come. "finish" at the very end does it as well, when
# the number is not known.
plan() { echo "1..$1"; }
finish() { echo "1..$checks"; }

diag() { printf '%s\n' "$*" | sed 's/^/# /'; }

pass() { checks=$((checks + 1)); echo "ok $checks - $*"; }
fail() { checks=$((checks + 1)); echo "not ok $checks - $*"; return 1; }
skip() { checks=$((checks + 1)); echo "ok $checks - $1 # SKIP $2"; }

# ok WHAT COMMAND...: the command succeeds. Its output shows when it does not.
ok() {
	local what=$1 text rc
	shift
	text=$("$@" 2>&1)
	rc=$?
	if [ $rc = 0 ]; then
		pass "$what"
		return
	fi
	diag "status $rc: $*"
	[ -z "$text" ] || diag "$text"
	fail "$what"
}

# nok WHAT COMMAND...: the command fails, but is not killed or missing.
nok() {
	local what=$1 text rc
	shift
	text=$("$@" 2>&1)
	rc=$?
	if [ $rc != 0 ] && [ $rc -lt 126 ]; then
		pass "$what"
		return
	fi
	diag "status $rc: $*"
	[ -z "$text" ] || diag "$text"
	fail "$what"
}

# is GOT EXPECTED WHAT
is() {
	if [ "$1" = "$2" ]; then
		pass "$3"
		return
	fi
	diag "got:      $1"
	diag "expected: $2"
	fail "$3"
}

# like TEXT REGEX WHAT (extended regular expression, per line)
like() {
	if grep -qE -- "$2" <<< "$1"; then
		pass "$3"
		return
	fi
	diag "nothing matches: $2"
	diag "in: $(tail -n 12 <<< "$1")"
	fail "$3"
}

unlike() {
	if ! grep -qE -- "$2" <<< "$1"; then
		pass "$3"
		return
	fi
	diag "matches: $2"
	diag "in: $(tail -n 12 <<< "$1")"
	fail "$3"
}

# tap PREFIX N COMMAND...: a program with KTAP output of its own that makes N
# checks; they become ours. It counts as N checks, however it ends.
tap() {
	local prefix=$1 n=$2 line seen=0 rc text
	shift 2
	text=$("$@" 2>&1)
	rc=$?
	while IFS= read -r line; do
		if [[ $line =~ ^(ok|not\ ok)\ [0-9]+\ *-?\ *(.*)$ ]] && [ $seen -lt "$n" ]; then
			seen=$((seen + 1))
			if [ "${BASH_REMATCH[1]}" = ok ]; then
				pass "$prefix: ${BASH_REMATCH[2]}"
			else
				fail "$prefix: ${BASH_REMATCH[2]}"
			fi
		else
			diag "$line"
		fi
	done <<< "$text"
	while [ $seen -lt "$n" ]; do
		seen=$((seen + 1))
		fail "$prefix: check $seen of $n was not made (status $rc)"
	done
}

# Gives up: the checks that are left stay undone, which the runner calls a
# failure.
bail() { echo "Bail out! $*"; exit 1; }

# wait_for SECONDS COMMAND...: until it succeeds
wait_for() {
	local end=$((SECONDS + $1))
	shift
	while ! "$@" > /dev/null 2>&1; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.2
	done
}

# Lines of the kernel's log since mark_log.
mark_log() { log_mark=$(dmesg | wc -l); }
log_since() { dmesg | tail -n "+$((log_mark + 1))"; }

# --- the module ------------------------------------------------------------

# One exchange with /dev/vtd: prints the reply; fails when the command did.
vtd() {
	local rc=0
	exec 8<> /dev/vtd || return
	printf '%s' "$1" 1>&8 2> /dev/null || rc=1
	cat <&8
	exec 8>&-
	return $rc
}

# field RECORD-START KEY: from status, for example: field "device name=$bdf" state
field() {
	vtd status | sed -n "s/^$1 .* $2=\([^ ]*\).*/\1/p"
}

# flat COMMAND...: all that it says, on one line: vtdctl breaks its lines for a
# terminal. Its status is the command's.
flat() {
	local text rc=0
	text=$("$@" 2>&1) || rc=$?
	tr -s '\n ' ' ' <<< "$text"
	return $rc
}

# The number of faults reported so far, and the records after the first N.
faults() { vtd faults | wc -l; }
last_fault() { vtd faults | tail -n 1; }

# --- PCI -------------------------------------------------------------------

# Addresses of all functions with an id: pci_find 1234:11e8
pci_find() {
	lspci -Dn -d "$1" | cut -d' ' -f1
}

driver_of() {
	local l
	l=$(readlink "/sys/bus/pci/devices/$1/driver") && echo "${l##*/}" || echo -
}

group_of() {
	local l
	l=$(readlink "/sys/bus/pci/devices/$1/iommu_group") && echo "${l##*/}" || echo -
}

group_type() {
	cat "/sys/bus/pci/devices/$1/iommu_group/type"
}

unbind() {
	[ ! -e "/sys/bus/pci/devices/$1/driver" ] || echo "$1" > "/sys/bus/pci/devices/$1/driver/unbind"
}

# Gives a device to a driver, whatever it had before.
bind_to() {
	local dev=/sys/bus/pci/devices/$1
	unbind "$1"
	echo "$2" > "$dev/driver_override"
	echo "$1" > /sys/bus/pci/drivers_probe
	[ "$(driver_of "$1")" = "$2" ]
}

# Back to the driver the kernel chooses.
bind_default() {
	unbind "$1"
	echo > "/sys/bus/pci/devices/$1/driver_override"
	echo "$1" > /sys/bus/pci/drivers_probe
}

# VFIO as it is before interrupt remapping is there.
vfio_load() {
	modprobe vfio_iommu_type1 allow_unsafe_interrupts=1 && modprobe vfio-pci
}

# --- the test driver for edu -----------------------------------------------

# A command for vtd_dma_test; prints its answer. Fails when it did.
dma_test() {
	echo "$*" > /sys/kernel/debug/vtd_dma_test/cmd 2> /dev/null || return
	cat /sys/kernel/debug/vtd_dma_test/cmd
}

# value TEXT KEY: of key=value tokens
value() { sed -n "s/^\(.* \)\?$2=\([^ ]*\).*/\2/p" <<< "$1"; }

# Pages that are pinned now, for devices of user space or for direct I/O.
pinned() {
	# Each CPU's own count joins the total.
	cat /proc/sys/vm/stat_refresh
	awk '$1 == "nr_foll_pin_acquired" { n += $2 } $1 == "nr_foll_pin_released" { n -= $2 }
		END { print n + 0 }' /proc/vmstat
}
