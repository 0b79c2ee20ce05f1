# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# A page of the documentation followed as it stands: each of its commands that is
# marked for a guest (lib/guide.py) is one check. On a machine whose devices had their
# drivers before; where they are, both pages have it. The case may define before
# SECTION and after COMMAND, and sets $page.

# shellcheck source=selftests/lib/kvm.sh
. /src/selftests/lib/kvm.sh
# shellcheck disable=SC2034
net=0000:01:00.0 edu=0000:02:00.0 nvme=0000:03:00.0 rtl=0000:05:02.0
guide=/src/selftests/lib/guide.py
out=/tmp/said
where=guest
[ "$VARIANT" != scalable ] || where="guest scalable"

# guide_plan N: the plan, with N checks beside the commands; then the machine
guide_plan() {
	local module
	# shellcheck disable=SC2086
	mapfile -t todo < <($guide "$page" $where)
	plan $((${#todo[@]} + $1 + 3))
	ok "the page's blocks are marked" $guide "$page"
	ok "it has commands for a guest" test ${#todo[@]} -ge 20
	for module in e1000e nvme 8139cp; do
		modprobe $module || bail "no $module"
	done
	disk=$(disk_ready $nvme) || bail "no disk"
	is "$(driver_of $net) $(driver_of $nvme) $(driver_of $rtl)" "e1000e nvme 8139cp" \
		"the devices are where the page has them"
	cd /tmp || bail "no /tmp"
}

# said REGEX WHAT: of the last command's lines; told: of all on one line
said() { like "$(cat $out)" "$1" "$2"; }
told() { like "$(flat cat $out)" "$1" "$2"; }
state() { field "device name=$1" state; }

# The commands, in this shell, as somebody types them.
guide_run() {
	local line command section='' rc
	for line in "${todo[@]}"; do
		command=${line#*$'\t'}
		if [ "${line%%$'\t'*}" != "$section" ]; then
			section=${line%%$'\t'*}
			before "$section"
		fi
		rc=0
		eval "$command" < /dev/null > $out 2>&1 || rc=$?
		if [ $rc = 0 ]; then
			pass "$section: ${command:0:60}"
		else
			diag "status $rc: $command" "$(tail -n 20 $out)"
			fail "$section: ${command:0:60}"
		fi
		after "$(sed 's/  *#.*//' <<< "$command")"
	done
}
