# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Two virtual functions of igb, and programs that own them (progs/vfio_vf), each
# asked what to do by the number that it was given. For a case that sets $pf, and
# before there are functions $groups_before, $domains_before and $held.

# shellcheck source=life.sh
. /src/selftests/lib/life.sh

declare -A in=() out=() pid=()

# program N BDF: in the background; fails when it did not come so far
program() {
	local line=
	rm -f "/tmp/vf$1."*
	mkfifo "/tmp/vf$1.in" "/tmp/vf$1.out"
	"$PROGS/vfio_vf" "$2" < "/tmp/vf$1.in" > "/tmp/vf$1.out" 2>&1 &
	pid[$1]=$!
	exec {in["$1"]}> "/tmp/vf$1.in" {out["$1"]}< "/tmp/vf$1.out"
	read -r -t 30 -u "${out[$1]}" line
	[ "$line" = ready ] || { diag "$2: $line"; return 1; }
}
# ask N COMMAND...: prints the answer
ask() {
	local line="no answer" n=$1
	shift
	echo "$*" >&"${in[$n]}"
	read -r -t 60 -u "${out[$n]}" line
	echo "$line"
}
# gone N: ends it
gone() {
	kill -KILL "${pid[$1]}" 2> /dev/null
	wait "${pid[$1]}" 2> /dev/null
	exec {in["$1"]}>&- {out["$1"]}<&-
}
# head_in IOVA: where in a page that number is written
head_in() { printf '0x%x' $(($1 + 2048)); }
vfs() { pci_find 8086:10ca; }
vfs_gone() { [ -z "$(vfs)" ]; }
walked() { value "$(vtd "walk $1 $2" | grep -m 1 '^walk ')" "$3"; }
# As status has them, and as the kernel's own file for it.
domains() {
	echo "$(field "unit name=dmar0" domains) $(cat /sys/class/iommu/dmar0/intel-iommu/domains_used)"
}
groups() { find /sys/kernel/iommu_groups -mindepth 1 -maxdepth 1 | wc -l; }
# make_vfs: two of them, for VFIO; sets vf1 and vf2
make_vfs() {
	echo 0 > "/sys/bus/pci/devices/$pf/sriov_drivers_autoprobe"
	echo 2 > "/sys/bus/pci/devices/$pf/sriov_numvfs"
	vf1=$(vfs | head -n 1) vf2=$(vfs | tail -n 1)
	[ "$vf1" != "$vf2" ] && bind_to "$vf1" vfio-pci && bind_to "$vf2" vfio-pci
}

# blocked WHAT BDF ACCESS IOVA COMMAND...: one fault, of this access: 1 check
blocked() {
	local what=$1 bdf=$2 access=$3 iova=$4 before text
	shift 4
	before=$(faults)
	"$@" > /dev/null
	wait_for 5 test "$(faults)" -gt "$before"
	text=$(vtd faults | tail -n +$((before + 1)))
	is "$(wc -l <<< "$text") $(value "$text" device) $(value "$text" access) $(value "$text" address)" \
		"1 $bdf $access $iova" "$what: blocked, and reported once"
}

# nothing_left WHEN: 4 checks
nothing_left() {
	is "$(groups)" "$groups_before" "$1: their groups are gone"
	unlike "$(vtd status)" "$vf1|$vf2" "$1: status does not name them"
	is "$(domains)" "$domains_before" "$1: as many domains as before"
	is "$(pinned)" "$held" "$1: no page stays pinned"
}
