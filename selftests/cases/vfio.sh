# SPDX-License-Identifier: GPL-2.0
# A device in the hands of user space: mapped memory is reached, everything
# else is not, each refusal is reported once. Both kinds of container.
# vm: --qemu "-device edu -m 3G"
# timeout: 300

plan 85
ok "vtd_dmar loads" modprobe vtd_dmar
ok "VFIO loads" vfio_load
edu=$(pci_find 1234:11e8)
echo 4 > /proc/sys/vm/nr_hugepages
ok "edu goes to vfio-pci" bind_to "$edu" vfio-pci
tap type1v2 40 "$PROGS/vfio_edu" "$edu" type1v2
tap type1 40 "$PROGS/vfio_edu" "$edu" type1
ok "edu is let go" unbind "$edu"
ok "the module is taken out" modprobe -r vtd_dmar
