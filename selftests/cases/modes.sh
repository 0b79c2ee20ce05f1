# SPDX-License-Identifier: GPL-2.0
# What a device's unmaps cost and what they promise, chosen at run time: the
# kernel's own types of a group, and strict on a device in use; untrusted
# devices. With the data of a disk before, during and after.
# vm: --qemu "-m 3G -device edu"
# vm: --qemu "-drive file=@share/d0.img,if=none,id=d0,format=raw -device nvme,drive=d0,serial=x1"
# disk: d0.img 64M
# timeout: 400

# shellcheck source=selftests/lib/life.sh
. /src/selftests/lib/life.sh
nvme=$(pci_find 1b36:0010) edu=$(pci_find 1234:11e8)
trace=/sys/kernel/tracing
[ -e $trace/events ] || mount -t tracefs tracefs $trace

switch() { echo "$2" > "/sys/bus/pci/devices/$1/iommu_group/type"; }
# flushes COMMAND...: submissions of one descriptor to the queue meanwhile
flushes() {
	echo 'p:vtdflush vtd_dmar:vtd_qi_submit_one' > $trace/kprobe_events
	echo 1 > $trace/events/kprobes/vtdflush/enable
	"$@" > /dev/null
	awk '$1 == "vtdflush" { print $2 }' $trace/kprobe_profile
	echo 0 > $trace/events/kprobes/vtdflush/enable
	echo > $trace/kprobe_events
}
asked() { vtdctl strict "$1" "$2"; }
said() { sed -n 's/.* unmaps=\([a-z]*\).*/\1/p' <<< "$1"; }

plan 59
ok "vtd_dmar loads" modprobe vtd_dmar
ok "nvme loads" modprobe nvme
ok "the test driver loads" insmod "$TESTMOD/vtd_dma_test/vtd_dma_test.ko"

# --- the kernel's own types, unbound
for type in identity DMA DMA-FQ DMA identity DMA-FQ; do
	unbind "$nvme"
	ok "unbound, the nvme becomes $type" switch "$nvme" $type
	bind_default "$nvme"
	disk=$(disk_ready "$nvme") || bail "no disk"
	is "$(group_type "$nvme")" $type "the kernel agrees"
	is "$(field "device name=$nvme" domain)" $type "status, too"
	ok "the disk reads back what was written" disk_check "$disk"
done

# --- in use
disk_start "$disk"
nok "in use, DMA-FQ does not become DMA" switch "$nvme" DMA
nok "nor identity" switch "$nvme" identity
text=$(vtd "strict $nvme on")
is "$(said "$text")" strict "but it is made strict"
sleep 1
text=$(vtd "strict $nvme off")
is "$(said "$text")" lazy "and lazy"
for i in $(seq 10); do
	vtd "strict $nvme on" && vtd "strict $nvme off" || break
done > /dev/null
is "$i" 10 "again and again"
ok "the disk read back what was written meanwhile" disk_stop "$disk"
unbind "$nvme"
switch "$nvme" DMA
bind_default "$nvme"
disk=$(disk_ready "$nvme") || bail "no disk"
disk_start "$disk"
ok "in use, DMA becomes DMA-FQ" switch "$nvme" DMA-FQ
is "$(group_type "$nvme")" DMA-FQ "the kernel agrees"
is "$(field "device name=$nvme" domain)" DMA-FQ "status, too"
sleep 1
ok "the disk read back what was written meanwhile" disk_stop "$disk"

# --- what is flushed, and when
n=$(flushes dma_test "churn 2000")
diag "lazy: $n flushes for 2000 unmaps"
ok "lazy: unmaps are not flushed one by one" test "${n:-9999}" -lt 500
like "$(asked "$edu" on)" "^$edu \(group [0-9]+, type DMA-FQ\): unmaps are flushed at once$" "vtdctl makes edu strict"
n=$(flushes dma_test "churn 2000")
diag "strict: $n flushes for 2000 unmaps"
ok "strict: each unmap is flushed" test "${n:-0}" -ge 2000
is "$(group_type "$edu")" DMA-FQ "for the kernel it is lazy as before"
n=$(flushes disk_check "$disk")
diag "the disk, lazy: $n flushes"
lazy=$n
rmmod vtd_dma_test
ok "the driver comes again" insmod "$TESTMOD/vtd_dma_test/vtd_dma_test.ko"
n=$(flushes dma_test "churn 2000")
ok "strict still" test "${n:-0}" -ge 2000
text=$(dma_test unmap)
is "$(value "$text" untouched)" 1 "edu does not reach a page after its unmap"
like "$(asked "$edu" off)" "unmaps are flushed later$" "vtdctl makes it lazy"
n=$(flushes dma_test "churn 2000")
ok "unmaps are not flushed one by one" test "${n:-9999}" -lt 500
vtd "strict $nvme on" > /dev/null
n=$(flushes disk_check "$disk")
diag "the disk, strict: $n flushes"
ok "the disk strict: many more flushes" test "$n" -gt $((10 * lazy + 100))
vtd "strict $nvme off" > /dev/null

# --- refused
nok "not without on or off" vtd "strict $nvme"
nok "not with another word" vtd "strict $nvme perhaps"
nok "not a device that is not there" vtd "strict 0000:00:13.0 on"
rmmod vtd_dma_test
switch "$edu" identity
like "$(vtd "strict $edu on")" "type identity, .*echo DMA > /sys/kernel/iommu_groups/$(group_of "$edu")/type" "not one that is not translated: with the remedy"

# --- plugged in from outside
switch "$edu" DMA-FQ
ok "vtd_dmar lets go" eval 'unbind "$nvme"; modprobe -r vtd_dmar'
insmod "$TESTMOD/vtd_dma_test/vtd_dma_test.ko"
dma_test "untrust $edu" || bail "untrust"
unbind "$edu"
ok "vtd_dmar loads" modprobe vtd_dmar
is "$(group_type "$edu")" DMA "a device plugged in from outside is strict"
nok "it does not become identity" switch "$edu" identity
bind_default "$edu"
switch "$edu" DMA-FQ
diag "the kernel holds it for $(group_type "$edu")"
n=$(flushes dma_test "churn 2000")
ok "though the kernel lets it become lazy, each unmap is flushed" test "${n:-0}" -ge 2000
like "$(vtd "strict $edu off")" "plugged in from outside" "it cannot be made lazy"
ok "its DMA works" dma_test copy
is "$(faults)" 0 "no fault"
