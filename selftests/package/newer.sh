# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# A newer kernel is installed while the modules run: DKMS builds for it.
# shellcheck source=lib.sh
. ./lib.sh
plan 8
ok "apt installs the newer kernel" building apt-get install -y /root/newer/*.deb
k=$(basename /lib/modules/7.2*)
like "$k" '^7\.2\.' "there is a kernel 7.2"
like "$(dkms status -k "$k" vtd-kmod)" ': installed$' "DKMS has built and installed for $k"
is "$(modinfo -k "$k" -F vermagic vtd_dmar | cut -d' ' -f1)" "$k" "the module is for it"
is "$(in_initramfs "$k")" "00-vtd-kmod vtd-kmod vtd_dmar vtd_intr_remap" \
	"its initramfs has the modules"
ok "GRUB's menu is made" update-grub
like "$(grub_line)" "vmlinuz-7\.2.*$words" "the next boot is into it, with the words"
is "$(ours_loaded)" "vtd_dmar vtd_intr_remap" "the modules run on in the old one"
