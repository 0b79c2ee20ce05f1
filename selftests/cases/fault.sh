# SPDX-License-Identifier: GPL-2.0
# What is told of refused DMA and refused interrupts: the sentence, what changed
# at the address last, the trace event, --follow; and a storm of interrupts.
# vm: --qemu "-m 6G -device edu" --append iommu.strict=1
# timeout: 150

# forge INDEX: edu's own MSI, with a message that nobody gave it
forge() {
	setpci -s "$edu" CAP_MSI+4.l="$(printf '%x' $((0xfee00010 | $1 << 5)))" \
		CAP_MSI+8.l=0 CAP_MSI+c.w=0 CAP_MSI+2.w=1
}
sentence() { last_fault | sed -n 's/.* sentence="\([^"]*\)".*/\1/p'; }
last_seq() { last_fault | sed -n 's/^fault seq=\([0-9]*\) .*/\1/p'; }
# dma COMMAND: one that is refused, and reported
dma() {
	local before
	before=$(last_seq)
	text=$(dma_test "$1")
	wait_for 5 eval '[ "$(last_seq)" -gt '"${before:-0}"' ]'
	addr=$(printf 0x%x "$(value "$text" addr)")
	said=$(sentence)
	diag "$said"
}

plan 26
ok "vtd_dmar loads" modprobe vtd_dmar history=1
ok "vtd_intr_remap loads" modprobe vtd_intr_remap
ok "the test driver loads" insmod "$TESTMOD/vtd_dma_test/vtd_dma_test.ko"
edu=$(pci_find 1234:11e8)
by="by $edu \(driver vtd_dma_test, domain DMA\) to"
trace=/sys/kernel/tracing
[ -e $trace/events ] || mount -t tracefs tracefs $trace
ok "the trace events can be switched on" eval \
	"echo 1 | tee $trace/events/vtd/vtd_fault/enable > $trace/events/iommu/io_page_fault/enable"
vtdctl faults --follow > /tmp/follow 2>&1 &
follow=$!

dma unmapped
like "$said" "^DMA write $by $addr blocked: reason 0x05, the address is not mapped, or not for writing; the tables: nothing is mapped, the walk ends at level [1-4] of [34]; last change there: none" \
	"an address never mapped: all of the sentence"
dma readonly
like "$said" "^DMA write $by $addr blocked: reason 0x05, .*; the tables: (mapped to 0x[0-9a-f]+ for reading only, in a page of 4 KiB|nothing is mapped.*were unmapped)" \
	"a page mapped for reading: so it is told"
like "$said" "last change there: 0x1000 bytes from $addr on were (un)?mapped [0-9]+ us before" \
	"and when that was"
dma unmap
like "$said" "nothing is mapped, .*; last change there: 0x1000 bytes from $addr on were unmapped [0-9]+ us before" \
	"a page after unmap: so it is told"
like "$(dmesg | grep 'blocked: reason' | tail -n 1)" "dmar0: DMA write $by .*Likely remedy: suspect" \
	"the log has it with the remedy"
like "$(cat $trace/trace)" "vtd_fault: seq=[0-9]+ unit=dmar0 device=$edu address=$addr access=write reason=0x05" \
	"the trace has it"
like "$(cat $trace/trace)" "io_page_fault: .*$edu iova=0x0*${addr#0x} flags=0x0*1" \
	"and so has the iommu core, which tells who made the domain"
wait_for 5 grep -q "#$(faults) " /tmp/follow
is "$(grep -c '^#' /tmp/follow)" "$(faults)" "--follow has told each"
like "$(vtd "faults sources")" "^source unit=dmar0 device=$edu faults=3 at_least=no described=3 " \
	"they are counted"
is "$(vtd "faults after=$(last_seq)")" "" \
	"none came after the last"
nok "faults after=x is refused" vtd "faults after=x"
nok "faults forever is refused" vtd "faults forever"

# --- a storm
before=$(vtd "faults sources" | sed -n 's/.* faults=\([0-9]*\) .*/\1/p')
ok "edu has a message that nobody gave it" forge 1000
start=$(date +%s%N)
dma_test "raise 50000" > /dev/null &
storm=$!
slow=0
while kill -0 $storm 2> /dev/null; do
	at=$(date +%s%N)
	sleep 0.01
	late=$((($(date +%s%N) - at) / 1000000))
	[ $late -le $slow ] || slow=$late
done
wait $storm
diag "50000 interrupts in $((($(date +%s%N) - start) / 1000000)) ms; a sleep of 10 ms took $slow ms at most"
ok "a timer goes on meanwhile" test $slow -lt 2000
sleep 1
source=$(vtd "faults sources")
diag "$source"
after=$(sed -n 's/.* faults=\([0-9]*\) .*/\1/p' <<< "$source")
# QEMU records no second fault of a device while the first is pending.
ok "more are counted" test "$((after - before))" -gt 1
ok "few of them are told in the log" test "$(dmesg | grep -c 'blocked: reason')" -le 8
ok "and not all are kept" test "$(faults)" -le 32
like "$(vtd faults)" "sentence=\"interrupt by $edu \(driver vtd_dma_test\) to index 0x3e8 blocked: reason 0x22, " \
	"those that are have their sentence"
dma unmapped
like "$said" "^DMA write $by $addr blocked" "the unit tells of faults after it"
kill $follow
ok "the test driver goes" rmmod vtd_dma_test
ok "interrupts go the old way again" rmmod vtd_intr_remap
ok "the module is taken out" modprobe -r vtd_dmar
