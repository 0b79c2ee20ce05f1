# SPDX-License-Identifier: GPL-2.0
# PASIDs and shared memory for long: 20,000 times attached, replaced and detached
# under DMA, with and without ATS; 2,000 processes. The suites vtd_sva and vtd_pri
# of KUnit, which kunit/build has built.
# tier: soak
# vm: --append "log_buf_len=16M iommu.strict=1 sysctl.kernel.hung_task_timeout_secs=0"
# vm: --qemu "-device pcie-root-port,id=rp1,chassis=1,slot=1,addr=10.0"
# vm: --qemu "-device edu,bus=rp1,addr=0.0"
# vm: --qemu "-device pcie-pci-bridge,id=pb1,addr=11.0 -device edu,bus=pb1,addr=2.0"
# vm: --qemu "-device edu,addr=12.0,multifunction=on -device edu,addr=12.3"
# allow: ^tainted: N \(0x40000\)$
# timeout: 14400

modules=/src/build/$K/kunit
if [ -e "$modules/kunit.ko" ]; then
	insmod "$modules/kunit.ko" timeout=14000
else
	modprobe kunit timeout=14000
fi || bail "KUnit does not load"
dmesg --clear
insmod "$modules/vtd_model.ko" || bail "vtd_model does not load"
used() { awk '/^(Slab|PageTables|KernelStack|Percpu):/ { kib += $2 } END { print kib }' /proc/meminfo; }
before=$(used)
insmod "$modules/vtd_kunit.ko" "only=vtd_[sp][vr][ai]" "programs=$PROGS" \
	"pasid_cycles=${SVA_CYCLES:-20000}" "processes=${SVA_PROCESSES:-2000}" ||
	bail "vtd_kunit does not load"
dmesg -t | sed -n '/^KTAP version 1/,$p' > /tmp/ktap
rmmod vtd_kunit || bail "vtd_kunit does not leave"
diag "$((before)) KiB of the kernel's memory before, $(used) after"
grep -h '# cycles\|# processes' /tmp/ktap | sed 's/^ */# /'
rmmod vtd_model || bail "vtd_model does not leave"
awk -f /src/selftests/lib/ktap.awk /tmp/ktap
