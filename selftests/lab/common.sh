# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Where the lab is. Sourced by the scripts of the lab; runs nothing itself.
#
# Variables a user may set:
#   VTD_LAB_DIR     where labs are cached (default /var/cache/vtd-kmod)
#   VTD_LAB_MIRROR  the Debian mirror (default http://deb.debian.org/debian)

LAB_SELF=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck disable=SC2034
LAB_TREE=$(cd "$LAB_SELF/../.." && pwd)
LAB_CACHE=${VTD_LAB_DIR:-/var/cache/vtd-kmod}

# The key is the recipe and nothing else: the same recipe is the same lab,
# whichever clone asks and whichever mirror it came from.
lab_key() {
	sha256sum "$LAB_SELF/recipe" | cut -c1-12
}

lab_root() {
	echo "$LAB_CACHE/$(lab_key)/root"
}

# True inside the lab: the scripts then run their commands directly.
lab_inside() {
	[ -n "${VTD_IN_LAB:-}" ] && [ -e /etc/vtd-lab/kernels ]
}

# Kernels that selftests/lab/debug makes from source. Each is at /run/vtd-K inside
# the lab, for those who entered it with what lab_binds puts into the array binds.
lab_sanitized() {
	[ "$1" = debug ] || [ "$1" = kcsan ]
}

lab_binds() {
	local k dir
	binds=()
	for k in "$@"; do
		if lab_sanitized "$k"; then
			dir=$("$LAB_SELF/debug" --dir "$k") || return
			binds+=(--bind "$dir:/run/vtd-$k")
		fi
	done
}

# Full release of a kernel, and where modules for it are built. Inside the lab.
lab_release() {
	if lab_sanitized "$1"; then
		cat "/run/vtd-$1/release"
	else
		awk -v k="$1" '$1 == k { print $2 }' /etc/vtd-lab/kernels
	fi
}

lab_kdir() {
	if lab_sanitized "$1"; then
		echo "/run/vtd-$1/build"
	else
		echo "/lib/modules/$(lab_release "$1")/build"
	fi
}

# What the host's apt was told about proxies and frozen mirrors holds for the
# lab as well, where apt reads what this prints.
lab_apt_conf() {
	apt-config dump 2> /dev/null |
		grep -E '^Acquire::(Check-Valid-Until|Check-Date|https?::(Proxy|Timeout)|https?::Proxy::[^ ]*|https?::Proxy-Auto-Detect) ' |
		grep -v ' "";$' || true
}

lab_die() {
	echo "lab: $*" >&2
	exit 1
}
