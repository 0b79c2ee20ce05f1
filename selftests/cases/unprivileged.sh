# SPDX-License-Identifier: GPL-2.0
# Somebody without privileges reads nothing but what the units can do, and changes
# nothing: every file that the modules make, and what they say elsewhere.
# vm: --qemu "-m 3G -device edu"
# timeout: 300

. /src/selftests/lib/guest.sh
nobody() { setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs "$@"; }
trace=/sys/kernel/tracing
[ -e $trace/events ] || mount -t tracefs tracefs $trace
mountpoint -q /sys/kernel/debug || mount -t debugfs debugfs /sys/kernel/debug

ok "vtd_dmar loads" modprobe vtd_dmar
ok "vtd_intr_remap loads" modprobe vtd_intr_remap
ok "vtd_vfio_glue loads" modprobe vtd_vfio_glue
ok "the test driver loads" insmod "$TESTMOD/vtd_dma_test/vtd_dma_test.ko"
dma_test copy > /dev/null
edu=$(pci_find 1234:11e8)

# --- every file
unit=$(realpath /sys/class/iommu/dmar0)
/src/selftests/lib/unprivileged.py /dev/vtd /dev/vtd-vfio "$unit" /sys/module/vtd_{dmar,intr_remap,vfio_glue} \
	/sys/kernel/debug/vtd $trace/events/vtd /sys/kernel/iommu_groups > /tmp/tried 2> /tmp/error
is "$(cat /tmp/error)" "" "each file answers"
tried=$(sed -n 's/^tried //p' /tmp/tried)
diag "$tried files, $(grep -c ^read /tmp/tried) of them can be read"
ok "there are many" test "$tried" -gt 60
ok "some can be read" test "$(grep -c ^read /tmp/tried)" -gt 10
is "$(grep ^write /tmp/tried)" "write /dev/vtd-vfio" "none can be written to but the one that asks for a VFIO group"
for f in /dev/vtd /sys/kernel/debug/vtd/dmar0/registers $trace/events/vtd/vtd_fault/enable /sys/module/vtd_dmar/sections/.text; do
	ok "$f is there" test -e "$f"
	unlike "$(cat /tmp/tried)" "^read $f$" "and cannot be read"
done
is "$(grep ^read /tmp/tried | cut -d' ' -f2 | grep -vx /dev/vtd-vfio | grep -vE "^$unit/(intel-iommu/(address|cap|ecap|version|domains_supported|domains_used)|uevent|power/[a-z_]+)$" |
	grep -vE "^/sys/module/vtd_(dmar|intr_remap|vfio_glue)/(parameters/(attach|check_interval|history|pass_through|prq_pages|relax_rmrr|scalable|selftest|storm_[a-z]+)|coresize|initsize|initstate|refcnt|srcversion|taint|version|notes/[^/]*)$" |
	grep -vE "^/sys/kernel/iommu_groups/[0-9]+/(type|reserved_regions|name)$")" "" \
	"what can be read is what the units can do, and the kernel's own"

# --- what nobody gets who has no group
is "$(grep -c ^/dev/vtd-vfio: /tmp/unprivileged-read)" 0 "nothing is in /dev/vtd-vfio"
tap /dev/vtd-vfio 17 nobody "$PROGS/vfio_faults" refused

# --- what is in it
tables=$(cat /sys/kernel/debug/vtd/dmar0/contexts | sed -n 's/.* table=0x\([1-9a-f][0-9a-f]*\).*/\1/p' | sort -u)
registers=$(sed -n -E 's/^(RTADDR|IQA|IRTA) .* value=0x0*([0-9a-f]+)[0-9a-f]{3}( .*|)$/\2/p' /sys/kernel/debug/vtd/dmar0/registers)
ok "there are addresses to look for" test "$(wc -w <<< "$tables $registers")" -ge 4
leaks=
for a in $tables $registers; do
	grep -iqE "(0x0*|^|[^0-9a-f])$a([^0-9a-f]|$)|(0x0*)${a}[0-9a-f]{0,3}([^0-9a-f]|$)" /tmp/unprivileged-read && leaks+="$a "
done
is "$leaks" "" "no address of a table is told"
is "$(grep -iE '(^|[^0-9a-f])ffff[0-9a-f]{12}([^0-9a-f]|$)' /tmp/unprivileged-read | grep -v 'reserved_regions')" "" "no address of the kernel"
leaks=
for a in $tables $registers; do
	dmesg | grep -iE 'vtd|dmar' | grep -iqE "0x0*${a}(000)?([^0-9a-f]|$)" && leaks+="$a "
done
is "$leaks" "" "nor is one in the log"
is "$(dmesg | grep -iE 'vtd|dmar' | grep -iE '(^|[^0-9a-f])ffff[0-9a-f]{12}')" "" "nor of the kernel"
is "$(nobody grep -i dmar /proc/iomem | grep -vE '^ *0+-0+ ')" "" "/proc/iomem does not tell where the units are"

# --- commands
before=$(vtd status)
for c in status "stats" "attach" detach "strict $edu on" "ats $edu off" "adopt $edu" "release $edu" faults irqs "why $edu"; do
	# shellcheck disable=SC2086
	nok "vtdctl $c is refused" nobody vtdctl $c
done
is "$(vtd status)" "$before" "and nothing has changed"
like "$(nobody vtdctl status 2>&1)" "root|ermission|privilege" "it says who may"
nok "root without CAP_SYS_ADMIN neither" setpriv --bounding-set=-sys_admin --inh-caps=-sys_admin -- bash -c 'exec 8<> /dev/vtd'
is "$(stat -c '%a %u %g' /dev/vtd)" "600 0 0" "/dev/vtd is root's"
is "$(stat -c %a /sys/kernel/iommu_groups/*/type | sort -u)" 644 "the type of a group is root's to change"
finish
