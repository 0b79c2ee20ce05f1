# SPDX-License-Identifier: GPL-2.0
# Machines that have no unit for us: the cause and the remedy are named.
# vm: --qemu "-drive file=@share/d0.img,if=none,id=d0,format=raw -device nvme,drive=d0,serial=x1"
# disk: d0.img 64M
# timeout: 90
# in-turn: yes
# tier: check soak
# variant: no-table --no-iommu
# variant: amd --no-iommu --qemu "-device amd-iommu" --append amd_iommu=off
# variant: built-in --in-tree
# variant: remapping-on --append "intremap=on"

# shellcheck source=selftests/lib/life.sh
. /src/selftests/lib/life.sh
# shellcheck source=selftests/lib/bad.sh
. /src/selftests/lib/bad.sh

plan $refusal_checks
case $VARIANT in
no-table | amd) refusal "no DMAR table" "firmware's set-up" ;;
built-in) refusal "built-in driver" "intel_iommu=off intremap=off" ;;
remapping-on) refusal "claimed by another driver" "intremap=off" ;;
esac
