# SPDX-License-Identifier: GPL-2.0
# Every allocation that our code makes fails, one after the other: loading, taking
# over, adopting, interrupts, domains and mappings. What fails leaves all as it was.
# Attaching by itself, PASIDs and SVA have vtd_nth, of kunit-nth.
# The kernel's unregister_irq_proc() warns when a file of an interrupt in /proc/irq,
# that could not be made, is not there: Documentation/coverage.rst.
# tier: soak
# kernels: debug
# variant: load
# variant: modules
# variant: devices
# allow: ^tainted: W \(0x200\)$
# allow: WARNING: fs/proc/generic\.c:[0-9]+ at remove_proc_entry
# allow: Call Trace:$
# vm: --append "log_buf_len=16M"
# vm: --qemu "-drive file=@share/d0.img,if=none,id=d0,format=raw -device nvme,drive=d0,serial=x1"
# vm: --qemu "-device edu"
# vm: --qemu "-chardev socket,id=qs,path=/tmp/qmp,server=on,wait=off -mon chardev=qs,mode=control -chardev socket,id=qc,path=/tmp/qmp -serial chardev:qc"
# disk: d0.img 64M
# soak-timeout: 7200

# shellcheck source=selftests/lib/life.sh
. /src/selftests/lib/life.sh

# Of those of one operation; more than any has.
most=${NTH_MAX:-2000}
inject=/sys/kernel/debug
nvme=$(pci_find 1b36:0010) edu=$(pci_find 1234:11e8)

# within [MODULE]: only allocations below the code of a module, or of any: the
# addresses above the kernel's own code are theirs alone.
within() {
	local attr first=0xffffffffa0000000 last=0xffffffffff000000 code
	if [ $# = 1 ]; then
		code=$(grep -w "\[$1\]" /proc/kallsyms | grep -i ' t ' | cut -d' ' -f1 | sort)
		first=0x$(head -n 1 <<< "$code") last=$(printf '%#x' $((0x$(tail -n 1 <<< "$code") + 4096)))
	fi
	for attr in "$inject/failslab" "$inject/fail_page_alloc"; do
		echo N > "$attr/ignore-gfp-wait"
		echo 0 > "$attr/verbose"
		echo 32 > "$attr/stacktrace-depth"
		echo "$first" > "$attr/require-start"
		echo "$last" > "$attr/require-end"
	done
	echo N > "$inject/failslab/cache-filter"
	echo N > "$inject/fail_page_alloc/ignore-gfp-highmem"
	echo 0 > "$inject/fail_page_alloc/min-order"
}

# What the module says of all it manages, but for what changes with each try.
said() {
	local line word
	[ -e /dev/vtd ] && exec 8<> /dev/vtd && printf status >&8 || return
	while IFS= read -r line; do
		for word in $line; do
			[[ $word = @(group|domains|trial_left)=* ]] || printf '%s ' "$word"
		done
		echo
	done <&8
	exec 8>&-
}

# All that an operation which failed must have left alone. As footprint it starts no
# process: it is asked some thousand times.
state() {
	local line
	footprint
	said
	while IFS= read -r line; do
		[[ ! $line =~ ^\ *[0-9]+:[\ 0-9]*(.*) ]] || echo "${BASH_REMATCH[1]}"
	done < /proc/interrupts
	echo /sys/bus/pci/drivers/*/"$nvme" /sys/bus/pci/drivers/*/"$edu"
}

# exhaust WHAT UNDO COMMAND...: until the command makes no more allocations; from
# the one in $from on
from=1
exhaust() {
	local what=$1 undo=$2 n rc text before after failed=0 kept=0 wrong=0 why=
	local began=$SECONDS
	shift 2
	before=$(state)
	for ((n = from; n <= most; n++)); do
		text=$("$PROGS/fail_nth" "$n" "$@" 2>&1)
		rc=$?
		case $rc in
		0 | 3) ;;
		*) diag "$text"; bail "$what: allocation $n could not be made to fail" ;;
		esac
		if [ "${text##*status }" != 0 ]; then
			failed=$((failed + 1))
			[ "${text%$'\n'*}" = "$why" ] || diag "$n: ${text%$'\n'*}"
			why=${text%$'\n'*}
			# With nothing made to fail it must work.
			[ $rc = 0 ] || wrong=$((wrong + 1))
			[ "${text##*status }" != 4 ] || wrong=$((wrong + 1))
		else
			kept=$((kept + 1))
			eval "$undo" > /tmp/undo 2>&1 || { diag "$(cat /tmp/undo)"; wrong=$((wrong + 1)); }
		fi
		after=$(state)
		if [ "$after" != "$before" ]; then
			diag "$n: $(diff <(echo "$before") <(echo "$after"))"
			wrong=$((wrong + 1))
			eval "$undo" > /dev/null 2>&1
			before=$(state)
		fi
		[ $rc = 0 ] || break
	done
	diag "$what: $((n - from)) allocations made to fail: $failed times refused, $((kept - 1)) times done without; $((SECONDS - began)) s"
	last=$((n - 1))
	is "$wrong $([ $n -le "$most" ] && [ $n -gt $from ] && echo all)" "0 all" "$what: each allocation fails once, and all is as before"
}

ok "fault injection is there" test -w "$inject/failslab/require-start"
modprobe iommufd 2> /dev/null
modprobe vfio_iommu_type1 && modprobe vfio-pci || bail "VFIO does not load"
clean=$(footprint)
file() { modinfo -n "$1"; }
# No table is kept for later.
dry="echo 2 > /proc/sys/vm/drop_caches"
drive() { exhaust "$1" "unbind $nvme" sh -c "$dry; echo $nvme > /sys/bus/pci/drivers/nvme/bind"; }

within
case $VARIANT in
load)
	exhaust "loading without attaching" "rmmod vtd_dmar" insmod "$(file vtd_dmar)" attach=0
	# These come first again.
	from=$last
	exhaust "loading" "vtdctl detach && rmmod vtd_dmar" insmod "$(file vtd_dmar)"
	ok "vtd_dmar loads" insmod "$(file vtd_dmar)"
	;;
modules)
	ok "vtd_dmar loads" insmod "$(file vtd_dmar)"
	exhaust "loading vtd_intr_remap" "rmmod vtd_intr_remap" insmod "$(file vtd_intr_remap)"
	ok "vtd_intr_remap loads" insmod "$(file vtd_intr_remap)"
	exhaust "loading vtd_posted_intr" "rmmod vtd_posted_intr" insmod "$(file vtd_posted_intr)"
	# The others allocate nothing when they load.
	rmmod vtd_intr_remap
	;;
devices)
	ok "vtd_dmar loads" insmod "$(file vtd_dmar)"
	ok "vtd_intr_remap loads" insmod "$(file vtd_intr_remap)"
	# A driver's interrupts and DMA.
	modprobe nvme
	wait_for 20 disk_of "$nvme" || bail "nvme does not work"
	unbind "$nvme"
	within vtd_intr_remap
	drive "a driver's interrupts"
	within vtd_dmar
	drive "a driver's DMA"
	ok "the disk works" sh -c "echo $nvme > /sys/bus/pci/drivers/nvme/bind"
	disk=$(disk_ready "$nvme")
	ok "and every byte is right" disk_check "$disk"
	# Without a driver: ACPI cannot unwind what its probe asks of it.
	unbind "$nvme"
	exhaust "releasing" "vtdctl adopt $nvme" vtdctl release "$nvme"
	vtdctl release "$nvme" > /dev/null
	exhaust "adopting" "vtdctl release $nvme" vtdctl adopt "$nvme"
	# A user's domain.
	bind_to "$edu" vfio-pci || bail "vfio-pci does not take edu"
	exhaust "VFIO" true sh -c "$dry; exec $PROGS/vfio_nth $edu"
	unbind "$edu"
	rmmod vtd_intr_remap
	;;
esac
modprobe -r vtd_dmar
is "$(footprint)" "$clean" "nothing is left behind"
echo scan > $inject/kmemleak
sleep 5
echo scan > $inject/kmemleak
is "$(cat $inject/kmemleak)" "" "nothing leaked"
finish
