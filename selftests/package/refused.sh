# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Booted where the modules, which the initramfs has, cannot be loaded: the machine
# comes up as usual, and everything says why.
#   builtin     the built-in driver has the units
#   amd         another IOMMU, no DMAR table
#   lockdown    lockdown=integrity, the module's key unknown to the kernel
#   unenrolled  Secure Boot, the module's key not enrolled
# shellcheck source=lib.sh
. ./lib.sh
plan 12
net=$(bdf_of 8086:10d3)
# Whose key signed a module that is compressed the doctor cannot see: it warns.
level=FAIL status=1
case $(cat stage) in
builtin)
	log='vtd_dmar: .*(built-in driver|claimed by another driver)'
	said='Device or resource busy' doctor='boot line|driver' ;;
amd)
	log='vtd_dmar: .*DMAR table' said='No such device' doctor='DMAR|IOMMU|CPU' ;;
lockdown)
	log='Lockdown: modprobe: unsigned module loading is restricted'
	said='Operation not permitted|Key was rejected|Required key'
	level=warn status=0 doctor='module signature' ;;
unenrolled)
	log='Loading of (unsigned module|module with unavailable key) is rejected|unsigned module loading is restricted'
	said='Operation not permitted|Key was rejected|Required key'
	level=warn status=0 doctor='module signature' ;;
esac
like "$(in_initramfs "$(uname -r)")" 'vtd_dmar' "the initramfs has the modules"
is "$(ours_loaded)" "" "none is loaded"
like "$(dmesg)" 'vtd-kmod: vtd_dmar was not loaded early' "the initramfs said that it failed"
like "$(dmesg)" "$log" "the kernel's log has the reason"
said_now=$(modprobe vtd_dmar 2>&1)
is "$?" 1 "modprobe fails"
like "$said_now" "$said" "and says so"
out=$(vtdctl doctor)
is "$?" $status "the doctor's status is $status"
like "$out" "^$level  .*($doctor)" "it names what stands in the way"
diag "$(grep -A1 -v '^ok' <<< "$out")"
ok "the service fails" not systemctl start vtd-attach.service
like "$(journalctl -b -u vtd-attach.service -o cat --no-pager)" "^$level  .*($doctor)" "its journal has the doctor's words"
ok "the disk works" disk_works
ok "the network works" net_works "$net"
diag "$(dmesg | grep -iE 'vtd|lockdown|secure' | head -n 12)"
