# SPDX-License-Identifier: GPL-2.0
# Perf and bpftrace: every command of Documentation/perf.rst as it stands there,
# with a device at work; the PMU "vtd"; and latencies by vtdctl.
# vm: --qemu "-m 3G -device edu,addr=5" --append iommu.strict=1
# timeout: 900

page=/src/Documentation/perf.rst
edu=0000:00:05.0
trace=/sys/kernel/tracing
[ -e $trace/events ] || mount -t tracefs tracefs $trace
pmu=/sys/bus/event_source/devices/vtd

# Maps, unmaps and flushes, and now and then a fault.
work() {
	while :; do
		dma_test "churn 50"
		dma_test unmapped
	done > /dev/null 2>&1
}

# The commands of the page that begin so.
commands() { sed -n "s/^    \($1 .*\)\$/\1/p" $page; }

# counted OUTPUT EVENT: what perf stat says of an event, without commas
counted() { sed -n "s|^ *\([0-9,]*\)  *$2 .*|\1|p" <<< "$1" | tr -d ,; }

ok "vtd_dmar loads" modprobe vtd_dmar
ok "the test driver loads" insmod "$TESTMOD/vtd_dma_test/vtd_dma_test.ko"
ok "the device works" dma_test "churn 10"

# --- the PMU of the module
like "$(cat $pmu/events/maps)" '^event=0x00$' "vtd: an event"
is "$(cat $pmu/cpumask)" 0 "vtd: on one CPU"
nok "QEMU's unit has no counters, and no PMU" test -e /sys/bus/event_source/devices/vtd_dmar0
text=$(perf stat -a -e vtd/maps/,vtd/unmaps/,vtd/flushes/,vtd/iotlb_invalidations/ sh -c "echo 'churn 300' > /sys/kernel/debug/vtd_dma_test/cmd" 2>&1)
diag "$text"
for event in maps unmaps flushes iotlb_invalidations; do
	n=$(counted "$text" "vtd/$event/")
	ok "vtd: 300 $event: $n" test "${n:-0}" -ge 300 -a "${n:-0}" -lt 330
done
before=$(cat /sys/module/vtd_dmar/refcnt)
perf stat -a -e vtd/faults/ sleep 60 > /tmp/stat 2>&1 &
stat=$!
ok "an open event holds the module" wait_for 30 eval "[ \$(cat /sys/module/vtd_dmar/refcnt) = $((before + 1)) ]"
nok "which cannot be unloaded" rmmod vtd_dmar
dma_test unmapped > /dev/null
sleep 1
kill -INT $stat
wait $stat
is "$(counted "$(cat /tmp/stat)" vtd/faults/)" 1 "vtd: one fault"
is "$(cat /sys/module/vtd_dmar/refcnt)" "$before" "and is let go"
like "$(perf record -a -e vtd/maps/ -c 1 -o /tmp/none sleep 1 2>&1)" \
	"doesn't support sampling" "sampling is refused"
like "$(perf stat -a -e vtd/event=0xff/ true 2>&1)" "not supported.* vtd/event=0xff/" "an event that is none"

# --- the page
work &
worker=$!

# sensible COMMAND: what the output of a one-liner must have
sensible() {
	case $1 in
	*queue_wait*time*) echo '^[0-9:]{8} dmar0 [0-9]+ us$' ;;
	*queue_wait*hist*) echo '^@ns\[dmar0\]:' ;;
	*vtd_flush*hist*) echo '^@flush_ns\[[0-9]+\]:' ;;
	*@bytes*) echo '^@maps\[[0-9]+\]: [1-9][0-9]*$' ;;
	*kstack*) echo 'dma_map|iommu_map' ;;
	*@us*) echo '^@us\[.*\]: [0-9]+$' ;;
	*@kinds*) echo '^@kinds\[2\]: [1-9][0-9]*$' ;;
	*@faults*) echo '^@faults\[0, 5, 0, 5\]: [1-9][0-9]*$' ;;
	esac
}

mapfile -t lines < <(commands bpftrace)
ok "the page has one-liners: ${#lines[@]}" test ${#lines[@]} -ge 8
for line in "${lines[@]}"; do
	want=$(sensible "$line")
	ok "known: $line" test -n "$want"
	# Waits are short where nothing but the emulator answers.
	[[ $line != *'> 100000'* ]] || line=${line/> 100000/> 1}
	# It compiles for seconds; nobody waits for it beside the work.
	kill -STOP $worker
	bash -c "exec ${line/bpftrace /bpftrace -B line }" > /tmp/out 2> /tmp/err &
	pid=$!
	ok "begins" wait_for 100 eval 'grep -q "^Attach" /tmp/out /tmp/err'
	kill -CONT $worker
	sleep 3
	kill -INT $pid
	wait $pid
	is $? 0 "ends well"
	text=$(cat /tmp/out)
	[ -n "$text" ] || diag "$(cat /tmp/err)"
	diag "$(head -n 12 <<< "$text")"
	like "$text" "$want" "and prints: $want"
done

mapfile -t lines < <(commands perf)
ok "the page has commands for perf: ${#lines[@]}" test ${#lines[@]} -ge 4
for line in "${lines[@]}"; do
	# These need a unit with counters, which no emulator has.
	[[ $line != *vtd_dmar* ]] || continue
	text=$(bash -c "$line" 2>&1)
	is $? 0 "runs: $line"
	diag "$text"
	unlike "$text" "not (counted|supported)" "counts"
	if [[ $line == *record* ]]; then
		like "$(perf script -i /tmp/faults.data 2> /dev/null)" \
			"vtd:vtd_fault: seq=[0-9]+ unit=dmar0 device=$edu " "and recorded"
	else
		ok "some of it" test "$(grep -cE '^ +[1-9][0-9,]* +vtd' <<< "$text")" -ge 1
	fi
done

# --- latencies
while read -r line; do
	text=$(bash -c "$line")
	is $? 0 "runs: $line"
	diag "$(head -n 8 <<< "$text")"
	case $line in
	*on) like "$text" "noted from now on" "on"; sleep 2 ;;
	*off) like "$text" "no longer" "off" ;;
	*)
		like "$text" "^dmar0: [1-9][0-9]* waits, [1-9][0-9]* ns on average" "waits"
		for what in maps unmaps flushes; do
			like "$text" "^$edu \(domain [0-9]+\): [1-9][0-9]* $what, " "$what"
		done ;;
	esac
done < <(commands vtdctl)
kill $worker
wait $worker
# Nothing is added any more; all are in one of the parts.
text=$(vtd latency)
dma_test "churn 20" > /dev/null
is "$(vtd latency)" "$text" "off, nothing is noted"
is "$(cat /sys/kernel/debug/vtd/latencies | grep -c '^latency ')" "$(grep -c '^latency ' <<< "$text")" "debugfs has as many"
while read -r line; do
	is "$(value "$line" log2 | tr , + | bc)" "$(value "$line" count)" "the parts make the sum: $(value "$line" what)"
done < <(grep '^latency ' <<< "$text")
ok "on again" vtdctl stats --latency on
dma_test "churn 20" > /dev/null
text=$(vtd latency)
for what in map unmap flush; do
	is "$(sed -n "s/^latency .*device=$edu what=$what count=\([0-9]*\).*/\1/p" <<< "$text")" 20 "from nothing: $what"
done
is "$(vtdctl stats --latency --json | python3 -c 'import json,sys; d=json.load(sys.stdin); print(d["on"], sum(sum(e["log2"]) == e["count"] for e in d["latencies"]) == len(d["latencies"]))')" \
	"True True" "JSON"
nok "no other word" vtd "latency maybe"
ok "unloads while it is on" eval "rmmod vtd_dma_test; vtdctl detach && rmmod vtd_dmar"
finish
