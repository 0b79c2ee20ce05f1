# SPDX-License-Identifier: GPL-2.0
# Interrupt remapping taken over under load, and given back: nvme, ahci, virtio
# and e1000e, whose drivers were there before, go on; what is added later is
# remapped. Every message and every entry is looked at where the hardware has it.
# vm: --qemu "-drive file=@share/d0.img,if=none,id=d0,format=raw -device nvme,drive=d0,serial=x1"
# vm: --qemu "-netdev user,id=n0 -device e1000e,netdev=n0"
# vm: --qemu "-chardev socket,id=qs,path=/tmp/qmp,server=on,wait=off -mon chardev=qs,mode=control -chardev socket,id=qc,path=/tmp/qmp -serial chardev:qc"
# vm: --qemu "-drive file=@share/d1.img,if=none,id=d1,format=raw -device ide-hd,bus=ide.0,drive=d1"
# vm: --qemu "-drive file=@share/d2.img,if=none,id=d2,format=raw -device virtio-blk-pci,drive=d2,iommu_platform=on,disable-legacy=on"
# disk: d0.img 64M
# disk: d1.img 64M
# disk: d2.img 64M
# timeout: 300

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

load_start() {
	local d
	for d in "${disks[@]}"; do disk_start "$d" 1; done
	ping_start
}

load_stop() {
	local d
	for d in "${disks[@]}"; do ok "the load on $d went on" disk_stop "$d"; done
	ok "the network went on, nothing is lost" ping_stop
}

# The kernel with sanitizers has no driver for AHCI.
nr=3
case $K in debug | kcsan) nr=2 ;; esac
plan $((34 + 2 * nr))
nvme=$(pci_find 1b36:0010)
net=$(pci_find 8086:10d3)
modprobe -a nvme e1000e ahci sd_mod virtio_blk
disk=$(disk_ready "$nvme")
disks=("$disk" "$(disk_ready "$(pci_find 1af4:1042)")")
[ $nr = 2 ] || disks+=("$(disk_ready "$(pci_find 8086:2922)")")
is "${#disks[@]} $(printf '%s\n' "${disks[@]}" | sort -u | grep -c .)" "$nr $nr" \
	"there are disks behind nvme, virtio and ahci: ${disks[*]}"
ok "the network is up before" net_up "$net"
mark_log
nok "refuses to load while vtd_dmar is detached" \
	sh -c 'modprobe vtd_dmar attach=0 && modprobe vtd_intr_remap'
like "$(log_since)" 'not attached.*vtdctl attach' "and says what to do"
modprobe -r vtd_intr_remap 2> /dev/null
modprobe -r vtd_dmar
ok "vtd_dmar loads" modprobe vtd_dmar
like "$(chips 'nvme|eth|e1000e|ens|enp')" '^PCI-MSI' "interrupts are in compatibility format"
nok "vtdctl irqs is refused" vtdctl irqs
like "$(flat vtdctl irqs)" 'modprobe vtd_intr_remap' "and says what to do"
before=$(messages | total compatibility)
ok "$before messages and pins are in compatibility format" test "$before" -gt 12

load_start
mark_log
ok "vtd_intr_remap loads under load" modprobe vtd_intr_remap
ok "the hardware remaps" remaps
like "$(log_since)" 'remap interrupts; all others are blocked' "compatibility format is blocked"
diag "$(grep -E ':.*-(edge|fasteoi)' /proc/interrupts)"
unlike "$(cat /proc/interrupts)" '[0-9]  (PCI-MSI|IO-APIC)' "no interrupt is left in compatibility format"
like "$(chips 'nvme')" '^IR-PCI-MSIX-' "nvme's interrupts are remapped"
text=$(messages)
ok "every message and pin names an entry of its own, which vtdctl irqs shows" messages
diag "$text"
is "$(total remapped <<< "$text") $(total compatibility <<< "$text")" "$before 0" \
	"as many as before, all in remappable format"
text=$(vtdctl irqs)
like "$text" '^interrupts are isolated: compatibility format is blocked' "vtdctl irqs says that they are isolated"
is "$(grep -c "^ *[0-9].* compatibility " <<< "$text") $(grep -c 'own interrupts do not go' <<< "$text")" "1 1" \
	"and leaves out the unit's own alone"
sleep 1
load_stop

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
load_start
ok "vtd_intr_remap is taken out under load" rmmod vtd_intr_remap
nok "the hardware does not remap" remaps
like "$(chips 'nvme|e1000e|ens|enp|eth')" '^PCI-MSIX?-' "interrupts are in compatibility format"
is "$(messages | total remapped)" 0 "no message or pin names an entry"
good=0
for ((i = 0; i < 5; i++)); do
	modprobe vtd_intr_remap && sleep 0.3 && rmmod vtd_intr_remap && good=$((good + 1))
done
is $good 5 "5 more cycles of load and unload"
load_stop
is "$(dmesg | grep -c 'blocked: reason')" 0 "no fault was recorded"
