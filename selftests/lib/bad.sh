# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# For the cases in which the module must refuse: that it says why, that nothing
# changes, and that the machine goes on. Source it after life.sh.

# shellcheck disable=SC2034 # the cases plan with it
refusal_checks=13

# refusal WHY REMEDY: 13 checks. Both are patterns for what is said. Needs an
# nvme in the guest.
refusal() {
	local why=$1 remedy=$2 nvme disk before text
	nvme=$(pci_find 1b36:0010)
	modprobe nvme
	disk=$(disk_ready "$nvme")
	before=$(footprint)

	mark_log
	nok "the module does not load" modprobe vtd_dmar
	like "$(log_since)" "vtd_dmar: .*$why" "the log says why"
	like "$(log_since)" "vtd_dmar: .*$remedy" "the log says what to do"
	is "$(footprint)" "$before" "nothing is left behind"

	ok "it loads with attach=0" modprobe vtd_dmar attach=0
	text=$(flat vtdctl attach)
	is $? 2 "vtdctl attach is refused"
	like "$text" "$why" "its message says why"
	like "$text" "$remedy" "its message says what to do"
	nok "so is a dry run" vtdctl attach --dry-run
	like "$(vtd status)" "^vtd .*state=detached" "nothing is attached"
	is "$(footprint | grep -v '^device\|^module')" "$(grep -v '^device\|^module' <<< "$before")" \
		"nothing was changed by the attempts"
	ok "the module is taken out" modprobe -r vtd_dmar
	ok "the disk works" disk_check "$disk"
}
