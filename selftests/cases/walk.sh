# SPDX-License-Identifier: GPL-2.0
# What "walk" says of requests against what is known of them: by the hardware's
# own tables, by VFIO's process, by the fault that follows; of devices that are
# translated, blocked, passed through and in nobody's hands; under a load; and of
# nonsense. In legacy mode, and in scalable mode with tables of the first stage.
# vm: --qemu "-m 3G -device edu -device edu"
# vm: --qemu "-drive file=@share/d0.img,if=none,id=d0,format=raw -device nvme,drive=d0,serial=x1"
# vm: --qemu "-chardev socket,id=qs,path=/tmp/qmp,server=on,wait=off -mon chardev=qs,mode=control -chardev socket,id=qc,path=/tmp/qmp -serial chardev:qc"
# disk: d0.img 64M
# variant: legacy
# variant: scalable --qemu "-device intel-iommu,intremap=on,aw-bits=48,scalable-mode=on,fsts=on"
# in-turn: yes
# timeout: 600

# shellcheck source=selftests/lib/life.sh
. /src/selftests/lib/life.sh
chat=$PROGS/vtd_chat

# walked BDF IOVA KEY: of the first walk record
walked() { value "$(vtd "walk $1 $2" | grep -m 1 '^walk ')" "$3"; }
# outcome BDF IOVA: of a read and a write
outcome() { echo "$(walked "$1" "$2" read) $(walked "$1" "$2" write)"; }
# refuse WHAT ERRNO REGEX COMMAND
refuse() {
	local text
	text=$(printf '%s' "$4" | "$chat" write 2>&1)
	like "$text" "^errno=$2 " "$1 is refused: errno $2"
	like "$text" "$3" "$1: the reply says what is wrong"
}

# What the tables of each mode say, and the reasons of faults there.
if [ "$VARIANT" = scalable ]; then
	plan 94
	half=" half=lower" high="0x[0-9a-f]+1" stage=first of=pasid levels=first_levels
	no_read=0x71 no_write=0x71 far=0x80 blocked=0x41 read_only=0x85
else
	plan 86
	half= high=0x0 stage= of=context levels=levels
	no_read=0x06 no_write=0x05 far=0x04 blocked=0x02 read_only=0x05
fi
edu=$(pci_find 1234:11e8 | head -n 1) edu2=$(pci_find 1234:11e8 | tail -n 1)
nvme=$(pci_find 1b36:0010)
modprobe vtd_dmar attach=0 || bail "vtd_dmar does not load"
refuse "a walk while detached" 19 "not attached: run 'vtdctl attach'" "walk $edu 0x1000"
refuse "one with a PASID" 19 "not attached" "walk $edu 0x1000 5"
ok "attach" vtdctl attach
ok "nvme loads" modprobe nvme
disk=$(disk_ready "$nvme") || bail "no disk"

# --- the live tables of nvme, as the hardware sees them
qmp walk "$nvme" | sed 1d > /tmp/leaves
is "$(wc -l < /tmp/leaves)" 8 "eight leaves of the nvme"
wrong=0
while read -r iova phys entry; do
	iova=${iova#*=} phys=${phys#*=} entry=${entry#*=}
	text=$(vtd "walk $nvme $iova")
	[ "$(value "$(head -n 1 <<< "$text")" phys)" = "$phys" ] &&
		grep -qE "^level .* entry=$entry( stage=$stage)? nr=[12] .* leads=page " <<< "$text" || wrong=$((wrong + 1))
done < /tmp/leaves
is $wrong 0 "each maps to the same address, by the same entry"
read -r iova _ < /tmp/leaves
iova=${iova#*=}
text=$(vtd "walk $nvme $iova")
diag "$text"
root=$(qmp hmp "xp /1gx 0xfed90020" | sed 's/.*0x0*//; s/...$/000/')
like "$text" "^root at=0x$root low=0x[0-9a-f]+1 high=$high index=0$half present=yes " "the root table is where the register says"
is "$(grep -c "^level .*${stage:+ stage=$stage} nr=" <<< "$text")" "$(value "$(grep "^$of " <<< "$text")" $levels)" "it goes through all levels"
like "$text" "^walk device=$nvme .*unit=dmar0 mode=$VARIANT driver=nvme domain=DMA-FQ ${stage:+pasid=- }address=$iova " "and says whose domain it is"
is "$(printf '%d' $(($(walked "$nvme" "$(printf 0x%x $((iova + 0x123)))" phys) - $(walked "$nvme" "$iova" phys))))" 291 \
	"an address inside of the page: so much further"
is "$(walked "$nvme" "$((iova))" phys)" "$(walked "$nvme" "$iova" phys)" "in decimal it is the same"

# --- under a load that maps and unmaps
disk_start "$disk"
walks=0 odd=0
end=$((SECONDS + 8))
while [ $SECONDS -lt $end ]; do
	while read -r iova _; do
		case $(outcome "$nvme" "${iova#*=}") in
		"translated translated" | "translated blocked" | "blocked translated" | "blocked blocked" | "unknown unknown") ;;
		*) odd=$((odd + 1)) ;;
		esac
		walks=$((walks + 1))
	done < /tmp/leaves
done
diag "$walks walks under a load"
ok "there were walks under a load" test $walks -ge 8
is $odd 0 "none of them odd"
ok "the load is not disturbed" disk_stop "$disk"
is "$(faults)" 0 "no fault"

# --- what is not mapped: what is said, and the fault that comes
ok "the test driver loads" insmod "$TESTMOD/vtd_dma_test/vtd_dma_test.ko"
mine=$edu
[ "$(driver_of "$edu")" = vtd_dma_test ] || mine=$edu2
other=$edu2
[ "$mine" = "$edu" ] || other=$edu
text=$(dma_test unmapped)
addr=$(printf 0x%x "$(value "$text" addr)")
wait_for 5 test "$(faults)" -gt 0
is "$(outcome "$mine" "$addr")" "blocked blocked" "an address never mapped is blocked"
is "$(walked "$mine" "$addr" write_reason)" "$(value "$(last_fault)" reason)" "for the reason that the fault has"
is "$(walked "$mine" "$addr" read_reason)" $no_read "and a read for that of a read"
is "$(walked "$mine" "$addr" write_reason)" $no_write "which are those of the mode"
like "$(vtd "walk $mine $addr")" "^walk .* end=absent phys=- start=0x[0-9a-f]+ bytes=[0-9]+ text=\"not present at level [1-4]" \
	"it says where the walk ends"
is "$(outcome "$mine" 0x1000000000000000)" "blocked blocked" "an address beyond the width is blocked"
is "$(walked "$mine" 0x1000000000000000 write_reason)" $far "for that reason"
is "$(walked "$mine" 0xffffffffffffffff end)" "$([ "$VARIANT" = scalable ] && echo absent || echo beyond)" "the last address of all"
is "$(outcome "$mine" 0xfee00000)" "aborted interrupt" "the interrupt range is none of the tables'"

# --- in the hands of user space: blocked, then a page of 2 MiB
ok "VFIO loads" vfio_load
echo 4 > /proc/sys/vm/nr_hugepages
ok "the other edu goes to vfio-pci" bind_to "$other" vfio-pci
/src/selftests/lib/vfio_hold.py "$other" 0x4000000 /tmp/ready &
holder=$!
ok "its group is claimed" wait_for 10 grep -q claimed /tmp/ready
is "$(outcome "$other" 0x4000000)" "blocked blocked" "it is blocked then"
is "$(walked "$other" 0x4000000 write_reason)" $blocked "for want of a context entry"
like "$(vtd "walk $other 0x4000000")" "^context at=0x[0-9a-f]+ low=0x0 high=0x0 index=[0-9]+ present=no$" "which is shown"
kill -USR1 $holder
ok "a huge page is mapped" wait_for 10 grep -q ' ' /tmp/ready
read -r huge small < /tmp/ready
diag "huge $huge small $small"
is "$(outcome "$other" 0x41ff123)" "translated translated" "the end of it is translated"
is "$(walked "$other" 0x41ff123 phys)" "$(printf 0x%x $((huge + 0x1ff123)))" "to where it is"
is "$(walked "$other" 0x41ff123 start) $(walked "$other" 0x41ff123 bytes)" "0x4000000 2097152" "as one page of 2 MiB"
like "$(vtd "walk $other 0x41ff123")" " nr=2 index=32 leads=page to=$huge read=yes write=yes " "by an entry at level 2"
is "$(outcome "$other" 0x3fff000)" "translated blocked" "the page for reading cannot be written"
is "$(walked "$other" 0x3fff000 phys) $(walked "$other" 0x3fff000 write_reason)" "$small $read_only" "it is where it is"
is "$(walked "$other" 0x4200000 end)" absent "behind them nothing is mapped"
is "$(walked "$other" 0x4000000 domain)" unmanaged "the domain is VFIO's"

# --- passed through, and in nobody's hands
kept=$(vtd status | sed -n 's/^device name=\([^ ]*\) .*state=pass-through.*/\1/p' | tail -n 1)
diag "passed through: $kept"
is "$(outcome "$kept" 0x12345678)" "passed-through passed-through" "a device that had its driver before"
is "$(walked "$kept" 0x12345678 phys)" 0x12345678 "its addresses are those of memory"
like "$(vtd "walk $kept 0x1000")" "^$of .* present=yes translation=pass-through .*domain_id=1 " "by an entry that says so"

# --- for people and programs
text=$(vtdctl walk "$other" 0x41ff123)
diag "$text"
like "$text" "^  maps to 0x[0-9a-f]+, read and write, in a page of 2 MiB$" "vtdctl says where it ends"
is "$(awk 'length > 80' <<< "$text")" "" "in 80 columns"
is "$(vtdctl walk --json "$other" 0x41ff123 | python3 -c '
import json, sys
walk = json.load(sys.stdin)["walks"][0]
print(walk["end"], walk["bytes"], walk["entries"][1]["table_kind"], walk["entries"][-1]["leads"])')" \
	"page 2097152 context page" "as JSON"
if [ "$VARIANT" = scalable ]; then
	like "$text" "^  dmar0, scalable mode$" "it says the mode"
	like "$text" "^  \+- PASID 0x0, entry 0x00 at 0x" "and draws the PASID entry"
	like "$(vtd status)" "^unit name=dmar0 .* mode=scalable stage=first " "status says the mode, too"
	like "$(cat /sys/kernel/debug/vtd/dmar0/contexts)" "^pasid $other 0x0 0x[0-9a-f]{48} type=first-stage domain-id=[0-9]+ levels=4 table=0x[1-9a-f]" \
		"debugfs shows the entry"
fi
kill $holder
wait $holder 2> /dev/null
# schema FILE DEFINITION COMMAND...: what vtdctl prints fits
schema() {
	local file=/src/Documentation/$1 name=$2 text
	shift 2
	text=$(vtdctl "$@" --json)
	/src/selftests/lib/schema.py "$file" ${name:+"$name"} <<< "$text"
}
ok "the module for interrupts loads" modprobe vtd_intr_remap
ok "status fits its schema" schema vtdctl-status.schema.json "" status
ok "faults fits its schema" schema vtdctl.schema.json faults faults
ok "why fits its schema" schema vtdctl.schema.json why why "$other"
ok "walk fits its schema" schema vtdctl.schema.json walks walk "$mine" "$addr"
ok "irqs fits its schema" schema vtdctl.schema.json irqs irqs
ok "stats fits its schema" schema vtdctl.schema.json stats stats
ok "stats --latency fits its schema" schema vtdctl.schema.json latency stats --latency
ok "check fits its schema" schema vtdctl.schema.json health check
ok "upgrade fits its schema" schema vtdctl.schema.json upgrade upgrade --dry-run
ok "ats fits its schema" schema vtdctl.schema.json ats ats "$edu" off
ok "doctor fits its schema" schema vtdctl.schema.json doctor doctor
words=$(vtdctl help | sed -n '/--json/s/^  \([a-z]*\) .*/\1/p' | xargs)
is "$words" "status ats check why walk faults stats irqs doctor upgrade" "these are all that print JSON"
nok "a schema refuses what is another's" schema vtdctl.schema.json faults irqs

# --- as wide as a terminal, and no wider, whatever is said and where
long=$(printf 'x%.0s' {1..200})
wide=''
while read -r words; do
	# shellcheck disable=SC2086
	text=$(timeout 60 vtdctl $words 2>&1)
	[ -n "$text" ] && [ "$(wc -L <<< "$text")" -le 80 ] || wide+=" $words: $(wc -L <<< "$text");"
done << END
help
status
attach
attach --dry-run
confirm
detach
adopt $nvme
adopt 0000:00:0b.0
release 0000:00:0b.0
strict $edu on
strict $edu off
ats $edu on
ats $edu off
why $edu
why $nvme
walk $mine $addr
walk $nvme 0x1000
faults
stats
stats --latency
recover $edu
check
irqs
doctor
upgrade --dry-run
top --count 1
report
html /nowhere/$long
$long
status $long
walk $edu $long
END
is "$wide" "" "nothing is wider than a terminal"
modprobe -r vtd_intr_remap

# --- nonsense
state() { vtd status | sed 's/trial_left=[0-9]*//'; cat /proc/sys/kernel/tainted; }
before=$(state)
refuse "no device" 22 "'' is not an address" "walk"
refuse "no address" 22 "'' is not an address" "walk $edu"
refuse "an address without 0x" 22 "'fffff000' is not an address of up to 64 bits: write 0x1000 or 4096" "walk $edu fffff000"
refuse "a negative one" 22 "'-1' is not an address" "walk $edu -1"
refuse "one of 65 bits" 22 "is not an address" "walk $edu 0x10000000000000000"
refuse "a PASID of 21 bits" 22 "'0x100000' is not a PASID" "walk $edu 0x1000 0x100000"
refuse "a fourth word" 22 "takes a device, an address and a PASID" "walk $edu 0x1000 1 2"
refuse "a device that is none" 19 "not a PCI device" "walk 00:03.0 0x1000"
refuse "a device that is not there" 19 "there is no device 0000:00:0b.0" "walk 0000:00:0b.0 0x1000"
if [ "$VARIANT" = scalable ]; then
	text=$(vtd "walk $edu 0x1000 5")
	is "$(value "$text" read) $(value "$text" read_reason) $(value "$text" end)" "blocked 0x45 pasids-off" "a PASID of a device that has none is blocked"
	like "$text" "^context .* with_pasid=no " "and the context entry says so"
	ok "vtdctl shows it" vtdctl walk "$edu" 0x1000 5
	ok "and as JSON it fits the schema" schema vtdctl.schema.json walks walk "$edu" 0x1000 5
	refuse "one of 20 bits of a device that is not there" 19 "there is no device" "walk 0000:00:0b.0 0x1000 0xfffff"
else
	refuse "a PASID in legacy mode" 95 "dmar0 is in legacy mode, where requests with a PASID are blocked" "walk $edu 0x1000 5"
fi
text=$(flat vtdctl walk "$edu" zzz)
is "$?" 1 "vtdctl refuses nonsense itself"
like "$text" "Error: walk: address \"zzz\" is wrong" "and says so"
is "$(state)" "$before" "nothing was changed by any of it"
