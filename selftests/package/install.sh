# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The packages go in, and do nothing until they are told.
# shellcheck source=lib.sh
. ./lib.sh
plan 18
k=$(uname -r)
[ -e /root/before ] || snapshot > /root/before
ok "GRUB has a menu" update-grub
ok "apt installs both" building apt-get install -y ./vtd-dkms_*.deb ./vtd-tools_*.deb
is "$(dpkg-query -W -f '${db:Status-Abbrev}' vtd-dkms vtd-tools)" "ii ii " \
	"both are installed"
like "$(dkms status -k "$k" vtd-kmod)" ': installed$' "DKMS has built and installed for $k"
like "$(modinfo -F signer vtd_dmar)" 'DKMS module signing key' "and signed them"
is "$(modinfo -n vtd_dmar vtd_intr_remap vtd_posted_intr | grep -c /updates/dkms/)" 3 \
	"the three modules are found"
is "$(ours_loaded)" "" "nothing is loaded"
is "$(grub_line | grep -c 'intel_iommu')" 0 "the boot line is as it was"
update-initramfs -u -k "$k" > /dev/null 2>&1
is "$(in_initramfs "$k")" "00-vtd-kmod" "an initramfs is without the modules"
is "$(systemctl is-enabled vtd-attach.service)" disabled "the service is off"
doctor=$(vtdctl doctor)
like "$doctor" '^FAIL  boot line' "the doctor misses the words on the boot line"
is "$(grep -c '^ok    module file\|^ok    modprobe rule\|^ok    version' <<< "$doctor")" 3 \
	"and finds module, rule and version in order"
ok "vtd-bootline on" vtd-bootline on
like "$(grub_line)" "$words" "GRUB's menu has the words"
like "$(vtd-bootline status)" 'next boot: on' "status says so"
ok "the initramfs is made with the modules" early on
is "$(in_initramfs "$k")" "00-vtd-kmod vtd-kmod vtd_dmar vtd_intr_remap" "it has them"
unmkinitramfs "/boot/initrd.img-$k" /tmp/unpacked
order=$(find /tmp/unpacked -path '*/init-top/ORDER' -exec cat {} +)
is "$(grep -o '00-vtd-kmod\|/udev' <<< "$order" | paste -sd' ')" "00-vtd-kmod /udev" \
	"and loads them before udev brings drivers"
