# SPDX-License-Identifier: GPL-2.0
# The kernel that finds data races finds one in a module of ours, which fails the
# guest; and the modules themselves are compiled for it.
# kernels: kcsan
# host: yes
# timeout: 300

plan 7
module=/src/build/$K/testmod/vtd_race/vtd_race.ko
# guest MARKED: a guest in which the two threads of vtd_race count
guest() {
	selftests/vm -k "$K" --share "$SHARE" -- sh -c "
		cat /sys/kernel/debug/kcsan > /share/kcsan
		insmod $module seconds=4 marked=$1 || exit 3
		dmesg | grep -c 'KCSAN: data-race in vtd_race_counts' > /share/reports
		for m in vtd_dmar vtd_intr_remap vtd_posted_intr vtd_vfio_glue; do
			echo \$m \$(nm -u \$(modinfo -n \$m) | grep -c ' __tsan_')
		done > /share/tsan" > /dev/null 2> "$SHARE/err"
	echo $?
}

is "$(guest 0)" 99 "a race of a module of ours fails the guest"
diag "$(cat "$SHARE/err")"
like "$(cat "$SHARE/err")" '^vm: log: .*BUG: KCSAN: data-race in vtd_race_counts \[vtd_race\]' "and is named"
like "$(cat "$SHARE/kcsan")" '^enabled: 1$' "the kernel looks for races"
ok "it said so in the log" test "$(cat "$SHARE/reports")" -gt 0
is "$(awk '$2 > 10 { print $1 }' "$SHARE/tsan" | paste -sd' ')" \
	"vtd_dmar vtd_intr_remap vtd_posted_intr vtd_vfio_glue" "all modules tell it of their accesses"
is "$(guest 1)" 0 "marked accesses are none"
is "$(cat "$SHARE/reports")" 0 "and none is reported"
