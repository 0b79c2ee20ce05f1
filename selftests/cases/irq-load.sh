# SPDX-License-Identifier: GPL-2.0
# Interrupt remapping taken over under load, and given back: nvme and e1000e,
# whose drivers were there before, go on; what is added later is remapped.
# vm: --qemu "-drive file=@share/d0.img,if=none,id=d0,format=raw -device nvme,drive=d0,serial=x1"
# vm: --qemu "-netdev user,id=n0 -device e1000e,netdev=n0"
# vm: --qemu "-chardev socket,id=qs,path=/tmp/qmp,server=on,wait=off -mon chardev=qs,mode=control -chardev socket,id=qc,path=/tmp/qmp -serial chardev:qc"
# disk: d0.img 64M
# timeout: 240

# shellcheck source=selftests/lib/life.sh
. /src/selftests/lib/life.sh

# Bit 25 of GSTS: does the hardware remap?
remaps() {
	[ $((0x$(qmp hmp "xp /1wx 0xfed9001c" | sed 's/.*0x//') >> 25 & 1)) = 1 ]
}

# irqs DRIVER: the numbers of its interrupts
irqs() { sed -n "s/^ *\([0-9]*\):.*[ -]$1.*/\1/p" /proc/interrupts; }
chips() { grep -E "$1" /proc/interrupts | grep -oE '(IR-)?(PCI-MSIX?|IO-APIC)[^ ]*' | sort -u | paste -sd' '; }
count() { awk -v n="$1:" '$1 == n { for (i = 2; i <= 3; i++) s += $i; print s }' /proc/interrupts; }

plan 27
nvme=$(pci_find 1b36:0010)
net=$(pci_find 8086:10d3)
modprobe nvme
modprobe e1000e
disk=$(disk_ready "$nvme")
ok "the network is up before" net_up "$net"
nok "refuses to load while vtd_dmar is detached" \
	sh -c 'modprobe vtd_dmar attach=0 && modprobe vtd_intr_remap'
like "$(dmesg | tail -n 5)" 'not attached.*vtdctl attach' "and says what to do"
modprobe -r vtd_intr_remap 2> /dev/null
modprobe -r vtd_dmar
ok "vtd_dmar loads" modprobe vtd_dmar
like "$(chips 'nvme|eth|e1000e|ens|enp')" '^PCI-MSI' "interrupts are in compatibility format"

disk_start "$disk"
ping_start
ok "vtd_intr_remap loads under load" modprobe vtd_intr_remap
ok "the hardware remaps" remaps
like "$(dmesg | tail -n 5)" 'remap interrupts; all others are blocked' "compatibility format is blocked"
diag "$(grep -E ':.*-(edge|fasteoi)' /proc/interrupts)"
unlike "$(cat /proc/interrupts)" '[0-9]  (PCI-MSI|IO-APIC)' "no interrupt is left in compatibility format"
like "$(chips 'nvme')" '^IR-PCI-MSIX-' "nvme's interrupts are remapped"
sleep 2
ok "the disk went on" disk_stop "$disk"
ok "the network went on, nothing is lost" ping_stop

# --- an interrupt moves by its entry alone
irq=$(irqs "$(net_of "$net")" | head -n 1)
before=$(lspci -xxx -s "$net" | md5sum)
for cpu in 0 1; do
	echo $cpu > "/proc/irq/$irq/smp_affinity_list"
	ping -n -c 3 -i 0.1 10.0.2.2 > /dev/null
done
is "$(cat "/proc/irq/$irq/effective_affinity_list")" 1 "e1000e's interrupt $irq moves to CPU 1"
n=$(count "$irq")
ok "the network works there" ping -n -c 5 -i 0.1 10.0.2.2
ok "and interrupts come" test "$(count "$irq")" -gt "$n"
is "$(lspci -xxx -s "$net" | md5sum)" "$before" "the device was not touched"

# --- drivers come and go
unbind "$nvme"
bind_default "$nvme"
disk=$(disk_ready "$nvme")
ok "nvme works after a rebind, remapped" disk_check "$disk"
like "$(chips 'nvme')" '^IR-PCI-MSIX-' "its new interrupts are remapped"
nok "vtd_dmar is not taken out below it" rmmod vtd_dmar
like "$(vtd detach)" 'vtd_intr_remap uses the units' "nor is it detached, and it says why"

# --- back, under load, and again
disk_start "$disk"
ping_start
ok "vtd_intr_remap is taken out under load" rmmod vtd_intr_remap
nok "the hardware does not remap" remaps
like "$(chips 'nvme|e1000e|ens|enp|eth')" '^PCI-MSIX?-' "interrupts are in compatibility format"
good=0
for ((i = 0; i < 5; i++)); do
	modprobe vtd_intr_remap && sleep 0.3 && rmmod vtd_intr_remap && good=$((good + 1))
done
is $good 5 "5 more cycles of load and unload"
ok "the disk went on" disk_stop "$disk"
ok "the network went on, nothing is lost" ping_stop
is "$(dmesg | grep -c 'blocked: reason')" 0 "no fault was recorded"
