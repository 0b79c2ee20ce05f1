# SPDX-License-Identifier: GPL-2.0
# Interrupts that cannot be taken over, the HPET's MSIs: without x2APIC mode they
# stay as they are, and nothing claims isolation; with it, everything does. The
# same for a unit that has no extended interrupt mode for CPUs in x2APIC mode.
# in-turn: yes
# variant: xapic --qemu "-cpu max,-arat -global hpet.msi=on -global hpet.timers=8"
# variant: x2apic --qemu "-cpu max,-hypervisor,+x2apic,-arat -smbios type=1,serial=VMware-01 -global hpet.msi=on -global hpet.timers=8 -device intel-iommu,intremap=on,eim=on,aw-bits=48"
# variant: no-eim --qemu "-cpu max,-hypervisor,+x2apic,-arat -smbios type=1,serial=VMware-01 -global hpet.msi=on -global hpet.timers=8"
# vm: --qemu "-device edu"
# timeout: 150

hpet_count() { awk '/HPET-MSI/ { for (i = 2; i <= 3; i++) s += $i } END { print s + 0 }' /proc/interrupts; }
still_coming() {
	local n
	n=$(hpet_count)
	sleep 1
	[ "$(hpet_count)" -gt "$n" ]
}

ok "the HPET has MSIs" still_coming
ok "vtd_dmar loads" modprobe vtd_dmar
mark_log
case $VARIANT in
xapic)
	ok "vtd_intr_remap loads" modprobe vtd_intr_remap
	like "$(log_since)" 'interrupt.s. of HPET-MSI.* stay in compatibility format' \
		"it says which interrupts it leaves"
	like "$(log_since)" 'compatibility format is not blocked, interrupts are not isolated' \
		"and that it does not isolate"
	text=$(vtdctl irqs)
	like "$text" '^interrupts are NOT isolated' "vtdctl irqs says so"
	like "$text" '^ *[0-9]+ HPET-MSI.*compatibility' "lists them"
	like "$text" "HPET's MSIs are not taken over: boot with hpet=disable" "and says what to do"
	like "$text" 'ioapic0.2 +remapped' "others are remapped"
	like "$(vtdctl irqs --json)" '"isolated": ?false' "so does --json"
	ok "VFIO loads" sh -c 'modprobe vfio_iommu_type1 allow_unsafe_interrupts=0 && modprobe vfio-pci'
	edu=$(pci_find 1234:11e8)
	ok "edu goes to vfio-pci" bind_to "$edu" vfio-pci
	n=$("$PROGS/vfio_edu" "$edu" type1v2 2>&1 | grep -c '^ok ')
	ok "VFIO refuses it ($n checks of 40 were made)" test "$n" -lt 40
	ok "edu is let go" unbind "$edu"
	ok "the HPET's still come" still_coming
	ok "vtd_intr_remap is taken out" rmmod vtd_intr_remap
	;;
x2apic)
	nok "vtd_intr_remap refuses to load" modprobe vtd_intr_remap
	like "$(log_since)" 'interrupt.s. of HPET-MSI' "it says which interrupts it cannot take"
	like "$(log_since)" 'in x2APIC mode hardware would block.*nox2apic' "and why that is too much"
	;;
no-eim)
	nok "vtd_intr_remap refuses to load" modprobe vtd_intr_remap
	like "$(log_since)" 'no extended interrupt mode.*ECAP.EIM.*nox2apic' "it says why, and what to do"
	;;
esac
unlike "$(cat /proc/interrupts)" ' IR-' "no interrupt is remapped"
ok "the HPET's still come" still_coming
nok "vtdctl irqs has nothing to say" vtdctl irqs
ok "vtd_dmar is taken out" modprobe -r vtd_dmar
finish
