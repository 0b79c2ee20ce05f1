# SPDX-License-Identifier: GPL-2.0
# What can be seen from outside: each trace event, the counters, debugfs while
# units and devices come and go, and the description of every file.
# vm: --qemu "-m 3G -device edu,addr=5 -device pcie-root-port,id=rp1,chassis=1,slot=1,addr=6"
# vm: --qemu "-chardev socket,id=qs,path=/tmp/qmp,server=on,wait=off -mon chardev=qs,mode=control -chardev socket,id=qc,path=/tmp/qmp -serial chardev:qc"
# variant: scalable --qemu "-device intel-iommu,intremap=on,aw-bits=48,scalable-mode=on,fsts=on"
# variant: legacy
# in-turn: yes
# timeout: 400

# shellcheck source=selftests/lib/life.sh
. /src/selftests/lib/life.sh
edu=0000:00:05.0
debug=/sys/kernel/debug/vtd/dmar0
trace=/sys/kernel/tracing
[ -e $trace/events ] || mount -t tracefs tracefs $trace

# traced EVENT COMMAND...: the event's lines while the command runs
traced() {
	local event=$trace/events/vtd/$1
	shift
	echo > $trace/trace
	echo 1 > "$event/enable"
	"$@" > /tmp/traced 2>&1
	echo 0 > "$event/enable"
	grep -v '^#' $trace/trace | sed 's/^.*: \(vtd_[a-z_]*: \)/\1/'
}
switch() { echo "$2" > "/sys/bus/pci/devices/$1/iommu_group/type"; }
hex() { printf '0x%x' "$1"; }
count() { grep -cE -- "$1"; }
# stat_of KEY: of the unit, from stats
stat_of() { vtd stats | sed -n "s/^queue .* $1=\([0-9]*\).*/\1/p"; }

if [ "$VARIANT" = scalable ]; then
	kind=piotlb type=6
else
	kind=iotlb type=2
fi

ok "vtd_dmar loads" modprobe vtd_dmar

# --- trace events
text=$(traced vtd_attach switch "$edu" identity)
like "$text" "^vtd_attach: device=$edu unit=dmar0 domain=0 type=identity$" "attach: to identity"
text=$(traced vtd_attach switch "$edu" DMA-FQ)
like "$text" "^vtd_attach: device=$edu unit=dmar0 domain=[1-9][0-9]* type=DMA-FQ$" "attach: to a domain"
nr=$(sed -n 's/.* domain=\([0-9]*\) .*/\1/p' <<< "$text" | tail -n 1)
text=$(traced vtd_detach switch "$edu" identity)
like "$text" "^vtd_detach: device=$edu unit=dmar0 domain=$nr type=DMA-FQ$" "detach: the same domain"
if [ "$VARIANT" = scalable ]; then
	text=$(traced vtd_queue_submit switch "$edu" DMA-FQ)
	like "$text" "^vtd_queue_submit: unit=dmar0 descriptors=3 first=0x[0-9a-f]+17 kind=pasid-cache$" "queue: submit, the PASID cache, and what it led to"
	like "$(cat $debug/queue)" "^slot=[0-9]+ 0x[0-9a-f]{28}..17 pasid-one" "queue: in debugfs"
	like "$(cat $debug/queue)" "^slot=[0-9]+ 0x[0-9a-f]{28}..65 fence" "queue: with the fence between"
	switch "$edu" identity
fi
text=$(traced vtd_attach switch "$edu" DMA-FQ)
nr=$(sed -n 's/.* domain=\([0-9]*\) .*/\1/p' <<< "$text" | tail -n 1)
ok "the test driver loads" insmod "$TESTMOD/vtd_dma_test/vtd_dma_test.ko"
text=$(traced vtd_map dma_test copy)
for which in "from phys" "to phys_to"; do
	read -r at to <<< "$which"
	like "$text" "^vtd_map: domain=$nr iova=$(hex "$(value "$(cat /tmp/traced)" "$at")") phys=$(hex "$(value "$(cat /tmp/traced)" "$to")") bytes=0x1000 ns=[1-9][0-9]*$" \
		"map: $at"
done
text=$(traced vtd_unmap dma_test copy)
like "$text" "^vtd_unmap: domain=$nr iova=$(hex "$(value "$(cat /tmp/traced)" from)") bytes=0x1000 flush=later ns=[1-9][0-9]*$" "unmap: flushed later"
is "$(count '^vtd_unmap: ' <<< "$text")" 2 "unmap: each"
vtd "strict $edu on" > /dev/null
text=$(traced vtd_unmap dma_test "churn 3")
is "$(count "^vtd_unmap: domain=$nr .* flush=now ns=[1-9][0-9]*$" <<< "$text")" 3 "unmap: flushed now"
text=$(traced vtd_flush dma_test "churn 3")
is "$(count "^vtd_flush: domain=$nr start=0x[0-9a-f]+000 last=0x[0-9a-f]+fff tables=kept ns=[1-9][0-9]*$" <<< "$text")" 3 "flush"
text=$(traced vtd_queue_submit dma_test "churn 3")
is "$(count "^vtd_queue_submit: unit=dmar0 descriptors=1 first=0x[0-9a-f]+[37bf]$type kind=$kind$" <<< "$text")" 3 "queue: submit"
text=$(traced vtd_queue_wait dma_test "churn 3")
is "$(count "^vtd_queue_wait: unit=dmar0 ns=[1-9][0-9]* result=0$" <<< "$text")" 3 "queue: wait"
echo 1 > $trace/events/vtd/enable
ok "DMA goes on with all of them on" dma_test copy
echo 0 > $trace/events/vtd/enable
echo > $trace/trace
dma_test "churn 100" > /dev/null
is "$(grep -vc '^#' $trace/trace)" 0 "off, nothing comes"

# --- counters
before=$(stat_of ${kind}_page) waits=$(stat_of waits)
dma_test "churn 1000" > /dev/null
diag "$(vtd stats)"
ok "stats: each flush is counted" test "$(($(stat_of ${kind}_page) - before))" -ge 1000
ok "stats: each round trip" test "$(($(stat_of waits) - waits))" -ge 1000
ok "stats: some are timed" test "$(stat_of timed)" -ge 15
ok "stats: the longest is no shorter than the mean" test "$(stat_of max_ns)" -ge "$(stat_of avg_ns)"
like "$(vtd "stats $edu")" "^cost device=$edu unit=dmar0 group=[0-9]+ domain=DMA-FQ unmaps=strict sharing=1 flushes=[0-9]{4} page=[0-9]{4} " "stats: of one device"
is "$(vtd "stats $edu" | count ^cost)" 1 "and of no other"
diag "$(vtdctl stats)"
ok "vtdctl shows it" vtdctl stats "$edu"
is "$(vtdctl stats --json | python3 -c 'import json,sys; d=json.load(sys.stdin); print(d["units"][0]["unit"], [e["unmaps"] for e in d["devices"] if e["device"]==sys.argv[1]])' "$edu")" \
	"dmar0 ['strict']" "vtdctl stats --json"
nok "stats: a device that is not there" vtd "stats 0000:00:13.0"

# --- debugfs
text=$(cat $debug/registers)
diag "$(head -n 5 <<< "$text")"
like "$text" "^CAP offset=0x08 value=0x0*$(cat /sys/class/iommu/dmar0/intel-iommu/cap) ND=0x" "registers: the capabilities"
like "$text" "^GSTS offset=0x1c value=0x[0-9a-f]{8} .* QIES=0x1 .* TES=0x1$" "registers: translation and queue are on"
text=$(cat $debug/contexts)
if [ "$VARIANT" = scalable ]; then
	like "$text" "^root bus=00 half=lower 0x[0-9a-f]{13}001$" "contexts: half of a root entry"
	like "$text" "^context $edu 0x[0-9a-f]{32} present=1 directory=0x[1-9a-f][0-9a-f]* entries=512 rid-pasid=0x0 pasids=0 ats=0 page-requests=0$" "contexts: edu has a directory"
	like "$text" "^pasid $edu 0x0 0x[0-9a-f]{48} type=first-stage domain-id=[0-9]+ levels=4 table=0x[1-9a-f]" "contexts: edu is translated"
	like "$(cat $debug/registers)" "^ECAP .* SMTS=0x1 .* FSTS=0x1 " "registers: scalable mode"
	like "$(cat $debug/registers)" "^RTADDR .* TTM=0x1 " "registers: the table is of that mode"
	ok "stats: the same" test "$(stat_of pasid_cache_one)" -gt 0
	like "$(vtd status)" "^device name=$edu .* pasid_bits=- pasids=- " "status: edu has no PASIDs"
else
	like "$text" "^context $edu 0x[0-9a-f]{32} present=1 type=second-stage domain-id=[0-9]+ levels=[34] table=0x[1-9a-f]" "contexts: edu is translated"
	is "$(count '^pasid' <<< "$text")" 0 "contexts: there are no PASIDs"
fi
like "$(vtd status)" "^unit name=dmar0 .* mode=$VARIANT " "status: the mode"
text=$(cat $debug/queue)
like "$text" "^slots=256 head=[0-9]+ tail=[0-9]+ .* stopped=no$" "queue: head and tail"
like "$text" "^slot=[0-9]+ 0x[0-9a-f]{32} $kind-page" "queue: descriptors"
like "$text" "^slot=[0-9]+ 0x[0-9a-f]{32} wait" "queue: waits"
text=$(cat $debug/latency)
diag "$(head -n 3 <<< "$text")"
is "$(sed -n 's/^from_ns.* waits=//p' <<< "$text" | paste -sd+ | bc)" "$(value "$(head -n 1 <<< "$text")" timed)" "latency: the parts make the sum"
is "$(stat -c %a $debug/* | sort -u)" 400 "the files are root's, to read"
nok "they are not written to" eval "echo 1 > $debug/registers"

# --- every file is described
ok "the other modules load" modprobe -a vtd_intr_remap vtd_posted_intr
described() {
	sed -n 's/^What:[[:space:]]*//p' /src/Documentation/ABI/testing/* | sed 's/<N>/[0-9]+/' | grep "$1" | sort
}
there() {
	find /sys/class/iommu/*/intel-iommu/ /sys/module/vtd_*/parameters /sys/kernel/debug/vtd -type f | grep "$1" | sort
}
for part in /sys/class/iommu/ /sys/module/ /sys/kernel/debug/; do
	mapfile -t files < <(there $part)
	mapfile -t patterns < <(described $part)
	missing=
	for f in "${files[@]}"; do
		for p in "${patterns[@]}"; do
			[[ $f =~ ^$p$ ]] && continue 2
		done
		missing+="$f "
	done
	is "$missing" "" "$part: each of ${#files[@]} files is described"
	missing=
	for p in "${patterns[@]}"; do
		printf '%s\n' "${files[@]}" | grep -qxE "$p" || missing+="$p "
	done
	is "$missing" "" "$part: each of ${#patterns[@]} that are described is there"
	ok "$part: there are some" test ${#files[@]} -ge 4 -a ${#patterns[@]} -ge 4
done
# Directories, and QEMU's unit has no counters.
events=/sys/bus/event_source/devices
is "$(described $events/ | tr '\n' ' ')$(ls -d $events/vtd*)" "$events/vtd/ $events/vtd_dmar[0-9]+/ $events/vtd" \
	"$events: what is described is there, but for the unit's"
is "$(described . | grep -cvE '^/sys/(class/iommu|module|kernel/debug|bus/event_source)/')" 0 "nothing is described that was not looked for"

ok "and are taken out" sh -c 'rmmod vtd_posted_intr && rmmod vtd_intr_remap'

# --- readers while everything changes
readers=()
for i in 1 2; do
	while :; do
		cat /sys/kernel/debug/vtd/*/* > /dev/null 2>&1
	done &
	readers+=($!)
done
while :; do vtd stats > /dev/null 2>&1; done &
readers+=($!)
hot() { qmp device_add '{"driver":"edu","id":"hot","bus":"rp1"}' && wait_for 20 eval '[ "$(pci_find 1234:11e8 | wc -l)" = 2 ]'; }
gone() { qmp device_del '{"id":"hot"}' && wait_for 30 eval '[ "$(pci_find 1234:11e8 | wc -l)" = 1 ]'; }
ok "with readers, a device comes" hot
ok "and goes" gone
rmmod vtd_dma_test
for i in 1 2 3 4 5; do
	vtdctl detach > /dev/null && vtdctl attach > /dev/null || break
done
is "$i" 5 "and the units go and come"
exec 7< $debug/queue
ok "they go while a file is open" vtdctl detach
nok "nothing is read from it then" eval "cat <&7"
exec 7<&-
nok "the folder is gone" test -e /sys/kernel/debug/vtd
ok "they come" vtdctl attach
kill "${readers[@]}"
wait "${readers[@]}" 2> /dev/null
ok "all can be read as before" eval "cat $debug/*"

# --- lockdown
[ -e /sys/kernel/security/lockdown ] || mount -t securityfs securityfs /sys/kernel/security
if echo integrity > /sys/kernel/security/lockdown; then
	for f in registers contexts queue latency; do
		nok "lockdown: $f is closed" cat $debug/$f
	done
	ok "lockdown: commands are not" vtdctl stats
else
	skip "lockdown is not in this kernel"
fi
finish
