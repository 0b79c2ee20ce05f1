# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Booted with vtd-attach.service instead: what has its driver from the initramfs
# passes through, all else is managed.
# shellcheck source=lib.sh
. ./lib.sh
plan 11
disk=$(bdf_of 1b36:0010) net=$(bdf_of 8086:10d3)
is "$(systemctl is-active vtd-attach.service)" active "the service is active"
is "$(ours_loaded)" "vtd_dmar vtd_intr_remap" "both modules are loaded"
is "$(field vtd state)" attached "vtd_dmar is attached"
is "$(field "device name=$disk" state)" pass-through "the root disk passes through"
is "$(field "device name=$net" state)" managed "the network card is managed"
ok "the disk works" disk_works
ok "the network works" net_works "$net"
like "$(chips "$disk") $(chips "$net")" '^IR-[^ ]* IR-[^ ]*$' "interrupts are remapped"
diag "$(journalctl -b -u vtd-attach.service --no-pager 2>&1 | tail -n 40)"
ok "the service is disabled" systemctl disable vtd-attach.service
ok "the modules are back in the initramfs" early on
like "$(in_initramfs "$(uname -r)")" 'vtd_dmar vtd_intr_remap$' "it has them"
