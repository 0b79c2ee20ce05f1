# SPDX-License-Identifier: GPL-2.0
# The KUnit suites, each parameter a check: make kunit.
# tier: kunit
# vm: --append "log_buf_len=8M iommu.strict=1"
# vm: --qemu "-device pcie-root-port,id=rp1,chassis=1,slot=1,addr=10.0"
# vm: --qemu "-device edu,bus=rp1,addr=0.0"
# vm: --qemu "-device pcie-pci-bridge,id=pb1,addr=11.0 -device edu,bus=pb1,addr=2.0"
# vm: --qemu "-device edu,addr=12.0,multifunction=on -device edu,addr=12.3"
# allow: ^tainted: N \(0x40000\)$
# timeout: 600

modules=/src/build/$K/kunit
if [ -e "$modules/kunit.ko" ]; then
	insmod "$modules/kunit.ko"
else
	modprobe kunit
fi || bail "KUnit does not load"
dmesg --clear
insmod "$modules/vtd_model.ko" || bail "vtd_model does not load"
insmod "$modules/vtd_kunit.ko" "programs=$PROGS" || bail "vtd_kunit does not load"
dmesg -t | sed -n '/^KTAP version 1/,$p' > /tmp/ktap
rmmod vtd_kunit || bail "vtd_kunit does not leave"
rmmod vtd_model || bail "vtd_model does not leave"
# Freed now, or leaked.
if [ -e /sys/kernel/debug/kmemleak ]; then
	echo scan > /sys/kernel/debug/kmemleak
	sleep 5
	echo scan > /sys/kernel/debug/kmemleak
	cat /sys/kernel/debug/kmemleak
fi
awk -f /src/selftests/lib/ktap.awk /tmp/ktap
