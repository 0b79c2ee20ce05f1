# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The packages are purged while their modules run.
# shellcheck source=lib.sh
. ./lib.sh
plan 8
ok "apt purges both" apt-get purge -y vtd-dkms vtd-tools
is "$(dpkg-query -W -f '${db:Status-Abbrev}' vtd-dkms vtd-tools 2> /dev/null | tr -d ' ' | tr -d un)" "" \
	"dpkg knows neither"
is "$(dkms status | grep -c vtd)" 0 "nor does DKMS"
ok "no module file is left" not grep -q vtd_ /lib/modules/*/modules.dep
for initrd in /boot/initrd.img-*; do
	is "$(lsinitramfs "$initrd" | grep -i vtd)" "" "nothing of ours is in ${initrd##*/}"
done
is "$(grep -c 'intel_iommu\|intremap' /boot/grub/grub.cfg)" 0 "GRUB's menu is without the words"
is "$(ours_loaded)" "vtd_dmar vtd_intr_remap" "the running machine keeps what it has until the next boot"
