# SPDX-License-Identifier: GPL-2.0
# Several messages of one plain MSI, which only remapping can give a device: a
# run of entries, each moved by itself; nothing is given back while they exist.
# vm: --qemu "-smp 3 -device qemu-xhci,id=xhci,msi=on,msix=off"
# vm: --qemu "-drive file=@share/d0.img,if=none,id=d0,format=raw -device usb-storage,bus=xhci.0,drive=d0"
# vm: --qemu "-chardev socket,id=qs,path=/tmp/qmp,server=on,wait=off -mon chardev=qs,mode=control -chardev socket,id=qc,path=/tmp/qmp -serial chardev:qc"
# disk: d0.img 64M
# timeout: 240

# shellcheck source=selftests/lib/life.sh
. /src/selftests/lib/life.sh

xhci=$(pci_find 1b36:000d)
vectors() { find "/sys/bus/pci/devices/$xhci/msi_irqs" -type f 2> /dev/null | wc -l; }
entries() { vtdctl irqs --json | grep -A12 "\"device\": *\"$xhci\"" | sed -n 's/.*"index": *"\(0x[0-9a-f]*\)".*/\1/p'; }

plan 17
modprobe vtd_dmar || bail "the module does not load"
modprobe -a xhci_pci usb_storage sd_mod
disk=$(disk_ready "$xhci")
ok "without remapping xhci has one interrupt" test "$(vectors)" = 1
disk_start "$disk" 1
ok "vtd_intr_remap loads under load" modprobe vtd_intr_remap
ok "the disk went on" disk_stop "$disk"
unbind "$xhci"
bind_default "$xhci"
disk=$(disk_ready "$xhci")
n=$(vectors)
ok "after a rebind it has several ($n)" test "$n" -gt 1
mapfile -t index < <(entries)
is "${#index[@]}" "$n" "vtdctl irqs shows an entry for each: ${index[*]}"
is $((index[n - 1] - index[0])) $((n - 1)) "they are a run"
ok "the messages fit" messages
disk_start "$disk" 1
for cpu in 2 1 0 2 1; do
	for irq in "/sys/bus/pci/devices/$xhci/msi_irqs"/*; do
		echo $cpu > "/proc/irq/${irq##*/}/smp_affinity_list"
		cpu=$(((cpu + 1) % 3))
		sleep 0.2
	done
done
ok "the disk goes on while each moves by itself" disk_stop "$disk"
like "$(vtdctl irqs)" "$xhci .* 2 +[0-9]+$" "one of them goes to CPU 2"
like "$(vtdctl irqs)" "$xhci .* 1 +[0-9]+$" "another to CPU 1"
ok "the messages fit" messages
nok "vtd_intr_remap is not taken out" rmmod vtd_intr_remap
unbind "$xhci"
ok "without the device's driver it is" rmmod vtd_intr_remap
bind_default "$xhci"
disk=$(disk_ready "$xhci")
ok "xhci has one interrupt again" test "$(vectors)" = 1
ok "the disk works" disk_check "$disk"
unlike "$(vtd faults)" '^fault' "no fault"
ok "vtd_dmar: xhci lets go" unbind "$xhci"
