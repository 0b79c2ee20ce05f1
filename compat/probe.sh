#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Compile each probe with the kernel's own flags and write what compiled.
# usage: probe.sh PROBE-DIR OUTPUT COMPILER [FLAG...]
set -eu

probes=$1
out=$2
shift 2
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

{
	echo '/* SPDX-License-Identifier: GPL-2.0 */'
	echo '/* Made by compat/probe.sh: what this kernel has. */'
	for probe in "$probes"/*.c; do
		name=$(basename "$probe" .c | tr '[:lower:]' '[:upper:]')
		if "$@" -Werror -c -o "$tmp/probe.o" "$probe" \
			2>>"$tmp/errors"; then
			echo "#define VTD_HAVE_$name 1"
		else
			echo "/* VTD_HAVE_$name is not defined */"
		fi
	done
} >"$tmp/header"

# A broken compiler or include path makes every probe fail: say so, do not
# guess.  Every kernel has what this one needs.
cat >"$tmp/control.c" <<'CONTROL'
#include <linux/iommu.h>
#include <linux/module.h>
int vtd_probe(struct device *dev);
int vtd_probe(struct device *dev)
{
	return device_iommu_capable(dev, IOMMU_CAP_CACHE_COHERENCY);
}
CONTROL
if ! "$@" -Werror -c -o "$tmp/probe.o" "$tmp/control.c" 2>"$tmp/errors"; then
	echo "compat/probe.sh: the compiler cannot use this kernel's headers:" >&2
	cat "$tmp/errors" >&2
	exit 1
fi
cmp -s "$tmp/header" "$out" || cp "$tmp/header" "$out"
