# SPDX-License-Identifier: GPL-2.0
# "vtdctl check" on a machine at work: nothing is found under load, with DMA
# translated and interrupts remapped; bits that a test module flips in the tables are,
# by hand and by the timer, and stay as they are.
# vm: --qemu "-m 2G -device edu"
# vm: --qemu "-drive file=@share/d0.img,if=none,id=d0,format=raw -device nvme,drive=d0,serial=x1"
# disk: d0.img 64M
# timeout: 400

# shellcheck source=selftests/lib/life.sh
. /src/selftests/lib/life.sh

nvme=$(pci_find 1b36:0010) edu=$(pci_find 1234:11e8)

# flip ADDRESS BITS
flip() {
	insmod "$TESTMOD/vtd_poke/vtd_poke.ko" "phys=$1" "flip=$2" && rmmod vtd_poke
}
# found ADDRESS BITS WHAT NAME: flipped, found as that, not put right, and well again
found() {
	local said
	flip "$1" "$2" || { fail "$4: cannot be flipped"; return; }
	said=$(vtd check)
	diag "$(grep ^finding <<< "$said" | head -n 2)"
	like "$said" "^finding unit=dmar0 device=[^ ]* what=$3 entry=" "$4 is found"
	nok "$4: vtdctl fails" vtdctl check
	flip "$1" "$2"
	ok "$4: all is well without it" vtdctl check
}

plan 24
modprobe nvme
ok "vtd_dmar loads" modprobe vtd_dmar selftest=1
ok "vtd_intr_remap loads" modprobe vtd_intr_remap
ok "the disk's controller is adopted" vtdctl adopt "$nvme"
disk=$(disk_ready "$nvme")
disk_start "$disk" 1
good=0
for ((i = 0; i < 10; i++)); do vtdctl check > /dev/null && good=$((good + 1)); done
is $good 10 "under load nothing is found"
like "$(vtdctl check)" "all is well: 1 units, [0-9]+ registers, [0-9]+ entries" "vtdctl says so"
like "$(vtdctl check --json)" '"findings": *\[ *\]' "and so does --json"

# --- tables of DMA; edu has no driver
walk=$(vtd "walk $edu 0x1000")
context=$(sed -n 's/^context at=\(0x[0-9a-f]*\) .*/\1/p' <<< "$walk")
root=$(sed -n 's/^root at=\(0x[0-9a-f]*\) .*/\1/p' <<< "$walk")
found "$context" 0x1000 context "a context entry with another table"
found "$(printf 0x%x $((context + 8)))" 0x100 context "one with another domain-id"
found "$(printf 0x%x $((root + 8)))" 1 root "a root entry"

# --- interrupts: an entry that is nobody's, and one that says more than it should
table=$(vtd irqs | sed -n 's/^table unit=dmar0 address=\(0x[0-9a-f]*\) .*/\1/p')
index=$(vtd irqs | sed -n "s/^irq .*device=$nvme .* index=\(0x[0-9a-f]*\) .*/\1/p" | head -n 1)
found "$(printf 0x%x $((table + 16 * 1000)))" 1 interrupt "an interrupt entry of nobody"
found "$(printf 0x%x $((table + 16 * index)))" 0x100 interrupt "a bit in an entry of the disk"

# --- by the timer
echo 1 > /sys/module/vtd_dmar/parameters/check_interval
flip "$context" 0x1000
wait_for 20 eval 'vtd status | grep -q "incident .*what=check"'
like "$(vtd status)" "incident .*what=check" "the timer finds it"
like "$(dmesg)" "vtd_dmar: check: finding unit=dmar0 device=$edu what=context" "the log has it"
flip "$context" 0x1000
ok "the load on the disk went on" disk_stop "$disk"
