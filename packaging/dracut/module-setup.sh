#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# For dracut: puts the modules in that /etc/vtd-kmod/initramfs names, maybe with
# parameters, and the word to load them first. With none named it adds nothing.

vtd_lines() {
	awk '{ gsub(/-/, "_", $1) }
		$1 ~ /^vtd_(dmar|intr_remap|posted_intr)$/ && !seen[$1]++' \
		/etc/vtd-kmod/initramfs 2> /dev/null
}

vtd_names() { vtd_lines | cut -d' ' -f1; }

# Called by dracut: 255 leaves us out.
check() {
	local name
	# shellcheck disable=SC2154
	for name in $(vtd_names); do
		if ! modprobe -S "$kernel" -q --show-depends "$name" > /dev/null; then
			dwarn "vtd-kmod: no module $name for kernel $kernel"
			return 255
		fi
	done
	[ -n "$(vtd_lines)" ] || return 255
}

installkernel() {
	local names
	mapfile -t names < <(vtd_names)
	# They are wanted, whatever this machine has loaded now.
	hostonly='' instmods "${names[@]}"
}

install() {
	# shellcheck disable=SC2154
	mkdir -p "$initdir/conf"
	vtd_lines > "$initdir/conf/vtd-kmod"
	# shellcheck disable=SC2154
	inst_script "$moddir/vtd-early" /sbin/vtd-early
	inst_hook pre-udev 00 "$moddir/vtd-early.sh"
}
