# SPDX-License-Identifier: GPL-2.0
# With interrupts remapped VFIO takes a device without being told that unsafe
# interrupts are fine; without, it does not.
# vm: --qemu "-device edu -m 3G"
# timeout: 300

# How many checks vfio_edu came to: none when VFIO refuses the device.
attempt() { "$PROGS/vfio_edu" "$edu" type1v2 2>&1 | grep -c '^ok '; }

plan 49
ok "vtd_dmar loads" modprobe vtd_dmar
ok "VFIO loads, unsafe interrupts are not allowed" \
	sh -c 'modprobe vfio_iommu_type1 allow_unsafe_interrupts=0 && modprobe vfio-pci'
edu=$(pci_find 1234:11e8)
echo 4 > /proc/sys/vm/nr_hugepages
ok "edu goes to vfio-pci" bind_to "$edu" vfio-pci
n=$(attempt)
ok "without remapping VFIO refuses it ($n checks of 40 were made)" test "$n" -lt 40
ok "vtd_intr_remap loads" modprobe vtd_intr_remap
tap type1v2 40 "$PROGS/vfio_edu" "$edu" type1v2
ok "edu is let go" unbind "$edu"
ok "vtd_intr_remap is taken out" rmmod vtd_intr_remap
like "$(cat /proc/interrupts)" ' PCI-MSIX?-' "and interrupts are as before"
ok "vtd_dmar is taken out" modprobe -r vtd_dmar
