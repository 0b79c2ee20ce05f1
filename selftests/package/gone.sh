# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# After the purge and a reboot: no trace.
# shellcheck source=lib.sh
. ./lib.sh
plan 8
is "$(grep -c 'intel_iommu\|intremap' /proc/cmdline)" 0 "the boot line is as it was"
is "$(ours_loaded)" "" "nothing is loaded"
is "$(dmesg | grep -c vtd_)" 0 "the kernel's log knows nothing of us"
ok "dpkg has no file of ours" not dpkg -S vtd-
snapshot > /root/after
is "$(diff /root/before /root/after)" "" "files named after us and all settings are as before"
is "$(systemctl list-unit-files --no-legend 'vtd*' | wc -l)" 0 "no unit is left"
is "$(systemctl --failed --no-legend | grep -c vtd)" 0 "and none has failed"
ok "the disk works" disk_works
diag "IOMMUs of the kernel itself: $(ls /sys/class/iommu)"
