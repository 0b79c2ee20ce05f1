# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# For the cases that run suites of vtd_kunit in a guest.

# kunit_results [PARAMETER...]: loads vtd_kunit so, with KUnit loaded before; prints
# each parameter of each case as a check, and what leaked.
kunit_results() {
	local modules=/src/build/$K/kunit leaks=/sys/kernel/debug/kmemleak
	dmesg --clear
	insmod "$modules/vtd_model.ko" || bail "vtd_model does not load"
	insmod "$modules/vtd_kunit.ko" "$@" || bail "vtd_kunit does not load"
	dmesg -t | sed -n '/^KTAP version 1/,$p' > /tmp/ktap
	rmmod vtd_kunit || bail "vtd_kunit does not leave"
	rmmod vtd_model || bail "vtd_model does not leave"
	# Freed now, or leaked.
	if [ -e $leaks ]; then
		echo scan > $leaks
		sleep 5
		echo scan > $leaks
		cat $leaks
	fi
	awk -f /src/selftests/lib/ktap.awk /tmp/ktap
}
