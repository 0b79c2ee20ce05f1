# SPDX-License-Identifier: GPL-2.0
# The KUnit suite vtd_nth: each allocation of attach, adopt, domains, PASIDs and
# SVA fails once, the kernel's own among them. "make kunit K=debug" runs it.
# When the kernel cannot make one of the files of an interrupt in /proc/irq it says
# nothing; unregister_irq_proc() then warns that it is not there. And the core warns
# when a device's first domain is refused, before it unwinds.
# tier: kunit
# kernels: debug
# vm: --append "log_buf_len=64M"
# allow: ^tainted: WN \(0x40200\)$
# allow: WARNING: fs/proc/generic\.c:[0-9]+ at remove_proc_entry
# allow: WARNING: drivers/iommu/iommu\.c:[0-9]+ at iommu_setup_default_domain
# allow: Call Trace:$
# timeout: 1200

# shellcheck source=selftests/lib/kunit.sh
. /src/selftests/lib/kunit.sh
# Of a part, seconds; twelve times that for slow ones, which all of these are.
modprobe kunit timeout=600 || bail "KUnit does not load"
# KUnit waits for each part without a stir.
echo 7200 > /proc/sys/kernel/hung_task_timeout_secs
for f in /sys/kernel/debug/fail{slab,_page_alloc}; do
	echo N > $f/ignore-gfp-wait && echo 0 > $f/verbose || bail "no fault injection"
done
kunit_results only=vtd_nth
