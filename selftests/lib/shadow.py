#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""What a QEMU whose unit is in caching mode was told to look at again.

Usage: shadow.py TRACE FROM TO
TRACE is QEMU's log with --trace 'vtd_inv_desc_iotlb_*' and 'vtd_page_walk_one*'.
Of the page-selective invalidations from number FROM to TO, and all that came
between: "page=" and "domain=" are how many there were of each granularity,
"named=" the pages that the first named, "read=" the entries of page tables that
QEMU looked at for all of them, "changed=" those of them where that was not for
nothing.
"""

import re
import sys

PAGES = re.compile(r"vtd_inv_desc_iotlb_pages .* mask (0x[0-9a-fA-F]+)")


def main(trace, first, last):
    sums = dict.fromkeys(("page", "domain", "named", "read", "changed"), 0)
    seen = 0
    with open(trace, encoding="ascii", errors="replace") as f:
        for line in f:
            if match := PAGES.search(line):
                seen += 1
            if not first <= seen <= last:
                continue
            if match:
                sums["page"] += 1
                sums["named"] += 1 << int(match.group(1), 16)
            elif "vtd_inv_desc_iotlb_domain" in line:
                sums["domain"] += 1
            elif "vtd_page_walk_one" in line:
                sums["read"] += 1
                sums["changed"] += "_skip" not in line
    print(" ".join(f"{k}={v}" for k, v in sums.items()))


main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
