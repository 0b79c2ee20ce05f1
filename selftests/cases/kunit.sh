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

# shellcheck source=selftests/lib/kunit.sh
. /src/selftests/lib/kunit.sh
modules=/src/build/$K/kunit
if [ -e "$modules/kunit.ko" ]; then
	insmod "$modules/kunit.ko"
else
	modprobe kunit
fi || bail "KUnit does not load"
kunit_results "programs=$PROGS"
