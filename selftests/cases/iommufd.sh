# SPDX-License-Identifier: GPL-2.0
# The KUnit suite vtd_iommufd: devices of the machine of software through VFIO
# and iommufd. Only the kernel with sanitizers has iommufd. "make kunit K=debug"
# runs it; the long form is "make soak".
# tier: kunit soak
# kernels: debug
# vm: --append "log_buf_len=16M printk.devkmsg=on"
# allow: ^tainted: N \(0x40000\)$
# timeout: 600
# soak-timeout: 5400

# shellcheck source=selftests/lib/kunit.sh
. /src/selftests/lib/kunit.sh
# Of a part, seconds; twelve times that for slow ones, which all of these are.
modprobe kunit timeout=1800 || bail "KUnit does not load"
modprobe vfio-pci || bail "vfio-pci does not load"
modprobe iommufd || bail "iommufd does not load"
echo 16 > /proc/sys/vm/nr_hugepages
# KUnit waits for each part without a stir, some take minutes; the case has a
# time-out of its own.
echo 7200 > /proc/sys/kernel/hung_task_timeout_secs
fuzz=20000 rounds=50
if [ "$TIER" = soak ]; then
	fuzz=1000000 rounds=1000
fi
kunit_results only=vtd_iommufd "iommufd_programs=$PROGS" \
	iommufd_fuzz=$fuzz iommufd_rounds=$rounds
