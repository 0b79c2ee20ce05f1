# SPDX-License-Identifier: GPL-2.0
# Interrupt requests that a device makes up: to an entry that is nobody's, and
# to those of other devices. None arrives, each is reported.
# vm: --qemu "-device edu"
# vm: --qemu "-drive file=@share/d0.img,if=none,id=d0,format=raw -device nvme,drive=d0,serial=x1"
# disk: d0.img 64M
# timeout: 150

# All interrupts of nvme, on all CPUs.
count() { awk '/nvme/ { for (i = 2; i <= 3; i++) s += $i } END { print s + 0 }' /proc/interrupts; }
# forge INDEX: edu's own MSI, with a message that nobody gave it
forge() {
	setpci -s "$edu" CAP_MSI+4.l="$(printf '%x' $((0xfee00010 | $1 << 5)))" \
		CAP_MSI+8.l=0 CAP_MSI+c.w=0 CAP_MSI+2.w=1 && dma_test raise
}
field_of() { sed -n "s/.* $2=\([^ ]*\).*/\1/p" <<< "$1"; }

plan 11
modprobe nvme
ok "vtd_dmar loads" modprobe vtd_dmar
ok "vtd_intr_remap loads" modprobe vtd_intr_remap
ok "the test driver loads" insmod "$TESTMOD/vtd_dma_test/vtd_dma_test.ko"
edu=$(pci_find 1234:11e8)
sleep 1

mark_log
before=$(faults)
ok "edu makes up an interrupt with index 1000" forge 1000
wait_for 5 eval '[ "$(faults)" -gt "$before" ]'
fault=$(last_fault)
diag "$fault"
is "$(field_of "$fault" access) $(field_of "$fault" address) $(field_of "$fault" reason)" \
	"interrupt 0x3e8 0x22" "it is reported: index without an entry"
is "$(field_of "$fault" device)" "$edu" "as edu's"
like "$(log_since)" "interrupt by $edu .*index 0x3e8 blocked" "also in the log"

n=$(count)
before=$(faults)
good=0
for ((i = 0; i < 40; i++)); do
	forge $i > /dev/null && good=$((good + 1))
done
is $good 40 "edu makes up interrupts with indexes 0 to 39"
sleep 1
text=$(vtd faults | tail -n +$((before + 1)))
diag "$(sed 's/.*address=/address=/' <<< "$text" | head -n 8)"
like "$text" 'access=interrupt reason=0x26' "those of other devices are refused for their source"
unlike "$text" 'access=(read|write)' "none is taken for DMA"
is "$(count)" "$n" "no interrupt of nvme arrived"
