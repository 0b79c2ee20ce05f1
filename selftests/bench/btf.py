#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Where a member of a structure of the running kernel is.

Usage: btf.py STRUCT.MEMBER...      prints one offset in bytes for each
"""

import struct
import sys

BTF = "/sys/kernel/btf/vmlinux"
STRUCT = 4
# Bytes that follow a type of a kind: (always, for each of its vlen).
REST = {1: (4, 0), 3: (12, 0), STRUCT: (0, 12), 5: (0, 12), 6: (0, 8),
        13: (0, 8), 14: (4, 0), 15: (0, 12), 17: (4, 0), 19: (0, 12)}


def structures(data):
    """(name, [(member, offset in bits)]) of each structure."""
    magic, _, _, header, type_off, type_len, str_off, _ = struct.unpack_from(
        "<HBBIIIII", data)
    if magic != 0xeb9f:
        sys.exit(f"btf: {BTF} is not of this form")
    strings = header + str_off

    def text(offset):
        start = strings + offset
        return data[start:data.index(b"\0", start)].decode()

    at, end = header + type_off, header + type_off + type_len
    while at < end:
        name, info, _ = struct.unpack_from("<III", data, at)
        kind, many = info >> 24 & 31, info & 0xffff
        always, each = REST.get(kind, (0, 0))
        at += 12
        if kind == STRUCT:
            # With the flag the upper eight bits are the width of a bit field.
            mask = 0xffffff if info >> 31 else 0xffffffff
            yield text(name), [
                (text(m), bits & mask) for m, _, bits in
                struct.iter_unpack("<III", data[at:at + many * each])]
        at += always + many * each


def main(wanted):
    with open(BTF, "rb") as f:
        data = f.read()
    found = {f"{name}.{member}": bits // 8
             for name, members in structures(data)
             if name in {w.split(".")[0] for w in wanted}
             for member, bits in members}
    for name in wanted:
        if name not in found:
            sys.exit(f"btf: this kernel has no {name}")
        print(found[name])


if __name__ == "__main__":
    main(sys.argv[1:])
